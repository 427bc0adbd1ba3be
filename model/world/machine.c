/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: running state machines
 *
 * The one place where a state changes: the successor is checked against the descriptor and the change is recorded.
 */
#include "world/machine.h"

#include <assert.h>

void machine_init(struct machine *m, const struct fsm *fsm, uint8_t state)
{
	assert(state < fsm->n_states);
	*m = (struct machine){ .state = state };
}

static void record(const struct machine *m, const struct fsm *fsm, struct moor_world *w, uint32_t node,
		   uint32_t instance, enum rec_kind kind, uint8_t from, uint8_t event)
{
	struct moor_record r;	/* filled by hand: the rest of the union is large, and machines move often */

	if (!moor_record_wanted(w, kind))
		return;
	r.kind = kind;
	r.node = node;
	r.port = REC_NONE;
	r.instance = instance;
	memset(&r.u.state, 0, sizeof r.u.state);
	r.u.state.machine = fsm;
	r.u.state.from = from;
	r.u.state.to = m->state;
	r.u.state.event = event;
	moor_record_emit(w, &r);
}

bool machine_admits(struct machine *m, const struct fsm *fsm, struct moor_world *w, uint32_t node, uint32_t instance,
		    uint8_t event, bool from_packet)
{
	assert(event < fsm->n_events);
	if (fsm_admits(fsm, m->state, event)) {
		m->last_event = event;
		return true;
	}
	assert(from_packet);
	if (m->refused < UINT16_MAX)
		m->refused++;
	if (moor_record_wanted(w, REC_REFUSED))
		record(m, fsm, w, node, instance, REC_REFUSED, m->state, event);
	return false;
}

void machine_go(struct machine *m, const struct fsm *fsm, struct moor_world *w, uint32_t node, uint32_t instance,
		uint8_t to)
{
	uint8_t from = m->state;

	assert(to < fsm->n_states && fsm_follows(fsm, from, to));
	m->state = to;
	if (moor_record_wanted(w, REC_STATE))
		record(m, fsm, w, node, instance, REC_STATE, from, m->last_event);
}
