/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: state machine descriptors
 *
 * A descriptor is written by hand from a document, so it is checked as data: names there, bits within range, every
 * state reachable from the first. The tests of each machine ask fsm_defect() once.
 */
#include "base/fsm.h"

#include <stddef.h>

static uint64_t low_bits(unsigned n)
{
	return n >= 64 ? UINT64_MAX : FSM_BIT(n) - 1;
}

static uint32_t reachable(const struct fsm *f)
{
	uint32_t seen = 1, before = 0;

	while (seen != before) {
		before = seen;
		for (unsigned s = 0; s < f->n_states; s++) {
			if ((seen >> s) & 1)
				seen |= f->states[s].successors;
		}
	}
	return seen;
}

static const char *state_defect(const struct fsm *f, const struct fsm_state *s)
{
	if (!s->name || !*s->name)
		return "a state has no name";
	if (!s->clause || !*s->clause)
		return "a state has no clause";
	if (s->admits & ~low_bits(f->n_events))
		return "a state admits an event that the machine does not have";
	if (s->successors & ~low_bits(f->n_states))
		return "a state has a successor that the machine does not have";
	return NULL;
}

const char *fsm_defect(const struct fsm *f)
{
	const char *defect = NULL;

	if (!f->name || !f->about)
		return "the machine has no name or no line about it";
	if (!f->n_states || f->n_states > FSM_MAX_STATES)
		return "number of states out of range";
	if (!f->n_events || f->n_events > FSM_MAX_EVENTS)
		return "number of events out of range";
	for (unsigned e = 0; e < f->n_events; e++) {
		if (!f->events[e] || !*f->events[e])
			return "an event has no name";
	}
	for (unsigned s = 0; s < f->n_states && !defect; s++)
		defect = state_defect(f, &f->states[s]);
	if (!defect && (reachable(f) & low_bits(f->n_states)) != low_bits(f->n_states))
		defect = "a state cannot be reached from the first";
	return defect;
}
