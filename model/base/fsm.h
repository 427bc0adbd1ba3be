/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * State machine descriptors. A machine is const data: its states with the events each admits and the states that may
 * follow. `mooring fsm` draws them; world/machine.h changes states with them. An event that is not admitted is
 * counted, traced and dropped when a packet caused it; it is an assertion when our own code did.
 */
#ifndef MOOR_BASE_FSM_H
#define MOOR_BASE_FSM_H

#include <stdbool.h>
#include <stdint.h>

#define FSM_MAX_STATES 32
#define FSM_MAX_EVENTS 64
#define FSM_BIT(n) (UINT64_C(1) << (n))

struct fsm_state {
	const char *name;		/* as in the documents, upper case */
	uint64_t admits;		/* FSM_BIT(event) */
	uint32_t successors;		/* 1u << state; staying is always legal */
	const char *timer;		/* name in the timer table that runs in this state, or NULL */
	const char *clause;		/* e.g. "24.303 5.1.2.4" */
};

struct fsm {
	const char *name;		/* e.g. "dsmip-ue" */
	const char *about;		/* one line */
	const struct fsm_state *states;
	const char *const *events;
	uint8_t n_states, n_events;
};

/* What is wrong with a descriptor, NULL when nothing is: names and clauses are there, bits in range, every state
 * reachable from state 0. */
const char *fsm_defect(const struct fsm *f);

static inline bool fsm_admits(const struct fsm *f, unsigned state, unsigned event)
{
	return (f->states[state].admits >> event) & 1;
}

static inline bool fsm_follows(const struct fsm *f, unsigned from, unsigned to)
{
	return from == to || ((f->states[from].successors >> to) & 1);
}

#endif
