/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A running state machine: its descriptor (base/fsm.h) and one octet of state. machine_go is the only way to change
 * state: it checks the successor (assertion), and emits REC_STATE. machine_admits asks, counts and traces a refused
 * event.
 */
#ifndef MOOR_WORLD_MACHINE_H
#define MOOR_WORLD_MACHINE_H

#include "base/fsm.h"
#include "world/record.h"

struct machine {		/* which machine it is, its owner knows: a million need not say it */
	uint8_t state;
	uint8_t last_event;	/* the event being handled, for the record */
	uint16_t refused;	/* events refused so far, sticks at its maximum */
};

void machine_init(struct machine *m, const struct fsm *fsm, uint8_t state);
/* true: handle it. false: recorded as refused; the caller drops it. from_packet false and not admitted: assertion. */
bool machine_admits(struct machine *m, const struct fsm *fsm, struct moor_world *w, uint32_t node, uint32_t instance,
		    uint8_t event, bool from_packet);
void machine_go(struct machine *m, const struct fsm *fsm, struct moor_world *w, uint32_t node, uint32_t instance,
		uint8_t to);

#endif
