/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a node with a foreign stack says and hears, told from its frames. Of entity/outside.c alone.
 */
#ifndef MOOR_ENTITY_OUTSIDE_WATCH_H
#define MOOR_ENTITY_OUTSIDE_WATCH_H

#include "wire/mh_profile.h"
#include "world/port.h"

void outside_watch(struct moor_port *p, enum mh_profile profile, const uint8_t *frame, size_t len, bool sent);

#endif
