/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A link whose frames somebody else carries: ns-3's devices. What a link does to frames stays the world's (its queue
 * and transmitter, loss, duplication, corruption, with the same random draws; records; carriers). The way of a frame
 * from port to port is the medium's: it gets the octets with a mark, and brings both back when they arrive.
 *
 *	m->send(m, from, frame, len, mark)		from the world, as a frame is sent
 *	moor_link_arrived(w, at, frame, len, mark)	point-to-point: at the other end
 *	moor_link_heard(port, at, frame, len, mark)	LAN: by a port on it
 *
 * On a point-to-point link a medium that keeps the link's timing (link.h) changes nothing that a run can be observed
 * by: arrivals have the place in the order of their instant that the sending gave them.
 */
#ifndef MOOR_WORLD_MEDIUM_H
#define MOOR_WORLD_MEDIUM_H

#include "world/link.h"

#define MOOR_MARK_LOST UINT64_C(0)

struct moor_medium {
	/*
	 * The frame (Ethernet, no check sum) begins its way now, or waits in the medium's own queue; lent for the call.
	 * Mark MOOR_MARK_LOST: the link has lost it already, it takes its time of the transmitter and nobody is to hear
	 * it. False: the medium had no room, which is a drop with the cause "medium".
	 */
	bool (*send)(struct moor_medium *m, struct moor_port *from, const uint8_t *frame, size_t len, uint64_t mark);
	/*
	 * The port is on the link and the link is up, or that is over. Over: its transmitter is free again at once (what
	 * it began goes on, what waited on a LAN is lost with it; on a point-to-point link the world knows what was
	 * waiting: it must come back with its mark all the same, and is dropped then).
	 */
	void (*plug)(struct moor_medium *m, struct moor_port *p, bool in);
};

/* The medium is the caller's, must outlive the world's last event, and hears at once of ports that are there. Before
 * anything was sent on the link. */
void moor_link_carry(struct moor_link *l, struct moor_medium *m);
unsigned moor_link_end(const struct moor_port *p);	/* of a point-to-point link, while it is on one: 0 or 1 */

/*
 * It is the caller's clock that says when: at >= now. The frame is an arrival like any other from then on, and runs in
 * moor_world_advance.
 *
 * Each mark once, with as many octets as were sent. To whom it goes was settled as it was sent.
 */
void moor_link_arrived(struct moor_world *w, moor_time at, const uint8_t *frame, size_t len, uint64_t mark);
/* Any number of ports for a mark, or none. What is not for the port, or on an isolated LAN not from its hub, is left
 * out without a record. */
void moor_link_heard(struct moor_port *p, moor_time at, const uint8_t *frame, size_t len, uint64_t mark);

#endif
