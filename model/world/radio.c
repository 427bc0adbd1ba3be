/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: records of radios
 *
 * The world has no radio of its own; what others know of one enters its records here. No clause is met.
 */
#include "world/radio.h"

#include "world/priv.h"

void moor_radio_emit(struct moor_port *p, const struct rec_radio *what)
{
	struct moor_world *w = p->node->world;
	struct moor_record r;

	if (!moor_record_wanted(w, REC_RADIO))
		return;
	MOOR_RECORD_BEGIN(&r, REC_RADIO, p->node->id, p->number, radio);
	r.u.radio = *what;
	moor_record_emit(w, &r);
}
