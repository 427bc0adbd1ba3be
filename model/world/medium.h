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
	/*
	 * Somebody attaches a port that is no hub. False: it is not there now, stays off every link, and the medium attaches
	 * it itself when it is. NULL: all are admitted. May be called by a handler of the world.
	 */
	bool (*admit)(struct moor_medium *m, struct moor_port *p);
	/*
	 * Whoever attached it takes it back, from a link or before it was on one, or attaches it to any link anew (before
	 * `admit` of that one). Told of every port that some medium was asked to admit, to all media, also while a link is
	 * down, and when it is the medium that moves the port. May be NULL; may be called by a handler of the world.
	 */
	void (*leave)(struct moor_medium *m, struct moor_port *p);
};

/* Everything that media do in a world, for whoever writes it down. */
enum moor_tap_kind {
	TAP_SENT,			/* port gave the frame to link's medium, which took it */
	TAP_REFUSED,			/* and had no room for it */
	TAP_HEARD,			/* it reached port, whatever the world makes of that */
	TAP_PLUGGED, TAP_UNPLUGGED,	/* port is on the link and the link is up, or that is over */
	TAP_STATION			/* port's station is with link's radio from now on; NULL: with none */
};

struct moor_tap {
	enum moor_tap_kind kind;
	moor_time at;			/* the world may lag behind what was heard, and behind stations */
	struct moor_port *port;
	struct moor_link *link;		/* heard: that the port is on, NULL: none */
	uint64_t frame;			/* its number in records (record.h); of an arrival that of its sending */
	const uint8_t *octets;		/* lent */
	size_t len;
	bool lost;			/* sent with MOOR_MARK_LOST: nobody is to hear it */
};
typedef void moor_tap_fn(void *ctx, const struct moor_tap *t);
/* One a world, which must not touch it; before moor_link_carry. NULL: no more. */
void moor_medium_tap(struct moor_world *w, moor_tap_fn *fn, void *ctx);
/* A medium by which ports go from link to link says here where each one's station is, at first and whenever it changes,
 * whether the port is on that link or (not switched on) on none. For the tap alone. */
void moor_link_station(struct moor_port *p, struct moor_link *l, moor_time at);

/* The medium is the caller's, must outlive the world's last event, and hears at once of ports that are there. Before
 * anything was sent on the link. */
void moor_link_carry(struct moor_link *l, struct moor_medium *m);
/* Some medium was asked to admit it, and nobody has taken it back: it is on a link, or waits for one. */
bool moor_port_admitted(const struct moor_port *p);
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
/* The same of a frame that nobody in this world sent, where a medium has other stations too. It has no mark. */
void moor_link_heard_foreign(struct moor_port *p, moor_time at, const uint8_t *frame, size_t len);

#endif
