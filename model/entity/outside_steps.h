/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The movements of a mobile node with a foreign stack, told from its frames. Of entity/outside.c alone.
 */
#ifndef MOOR_ENTITY_OUTSIDE_STEPS_H
#define MOOR_ENTITY_OUTSIDE_STEPS_H

#include "entity/outside_seen.h"
#include "world/record.h"

/* Of one interface. */
struct outside_steps {
	uint32_t done;			/* which records of the movement under way were made: an OR of 1 << enum rec_move */
	bool asked;			/* a home agent was asked for, and no answer came yet */
	bool leaving;			/* its last BU was one without lifetime */
};

void outside_steps_carrier(struct outside_steps *s, struct moor_port *p, bool up);
/* ue: it registers by itself; else a plain host, which is through with its first packet. */
void outside_steps_frame(struct outside_steps *s, const struct outside_seen *f, bool ue);

#endif
