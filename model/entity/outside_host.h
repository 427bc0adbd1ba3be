/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The steps of a plain host with a foreign stack, told from its frames. Of entity/outside.c alone.
 */
#ifndef MOOR_ENTITY_OUTSIDE_HOST_H
#define MOOR_ENTITY_OUTSIDE_HOST_H

#include "world/port.h"
#include "world/record.h"

/* Which records of the movement under way were made: an OR of 1 << enum rec_move. */
struct outside_steps { uint32_t done; };

void outside_host_carrier(struct outside_steps *s, struct moor_port *p, bool up);
void outside_host_frame(struct outside_steps *s, struct moor_port *p, const uint8_t *frame, size_t len, bool sent);

#endif
