/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The AAA server as a node: a name and a wall clock, no ports. Home agents reach it through proto/aaa.h.
 */
#ifndef MOOR_ENTITY_AAA_H
#define MOOR_ENTITY_AAA_H

#include "proto/aaa.h"

struct aaa;

struct aaa *aaa_new(struct moor_node *n, const struct aaa_server_config *c);	/* owned by the node */
struct aaa_server *aaa_server(const struct aaa *a);

#endif
