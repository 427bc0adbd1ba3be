/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IKE messages that a foreign stack says and hears. Of entity/outside.c alone.
 */
#ifndef MOOR_ENTITY_OUTSIDE_IKE_H
#define MOOR_ENTITY_OUTSIDE_IKE_H

#include "crypto/keyring.h"
#include "wire/frame.h"
#include "world/port.h"

struct outside_ike;

struct outside_ike *outside_ike_new(struct keyring *keys);	/* lent */
void outside_ike_free(struct outside_ike *x);			/* NULL is allowed */
/* False: there is no IKE message in the frame. */
bool outside_ike_watch(struct outside_ike *x, struct moor_port *p, const struct frame_view *v, bool sent);

#endif
