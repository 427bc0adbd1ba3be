/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Links of the built-in engine: point-to-point (two ports, full duplex, each direction its own transmitter) and LAN
 * (any number of ports; each port has its own transmitter to the segment, so there is no contention; isolated LANs
 * carry frames only between a port marked as hub and the others, as cellular and enterprise WLAN access do).
 *
 * Timing equals ns-3.37's PointToPointNetDevice, so that both engines agree: a frame of n octets occupies its
 * transmitter for round(8 * (n - 14 + 2) * 10^9 / rate) ns (the PPP header of 2 octets in place of Ethernet's 14), a
 * transmitter busy queues the frame in a drop-tail queue, and arrival is transmission time + delay after the start.
 * rate 0: no transmission time, no queue. A LAN's ports keep the same timing. (Exact halves of a nanosecond round as
 * ns-3's arithmetic does: down, mostly.)
 */
#ifndef MOOR_WORLD_LINK_H
#define MOOR_WORLD_LINK_H

#include "world/port.h"

enum link_kind { LINK_P2P, LINK_LAN };

enum delay_kind { DELAY_CONSTANT, DELAY_UNIFORM, DELAY_NORMAL, DELAY_EXPONENTIAL };

/* CONSTANT: a. UNIFORM: a..b. NORMAL: mean a, standard deviation b, never below 0. EXPONENTIAL: a + exponential of
 * mean b.
 * Order is kept (a frame never overtakes) unless reorder_ppm picks it. */
struct delay {
	enum delay_kind kind;
	moor_time a, b;
};

/* What a link does to frames, each direction with random streams of its own. */
struct link_params {
	uint64_t rate;			/* bit/s, 0 = infinite */
	struct delay delay;
	uint32_t queue;			/* frames waiting for the transmitter; 0 = the default of 100 */
	uint32_t mtu;			/* L3 octets; 0 = 1500 */
	uint32_t loss_ppm;
	/* With loss_mask_bits > 0: frame k of a port is lost when bit (k mod bits) is set, k counting from when it came to
	 * the link or the parameters were set. */
	uint64_t loss_mask;
	uint8_t loss_mask_bits;		/* 0..64 */
	uint32_t dup_ppm;		/* the copy follows at once */
	uint32_t reorder_ppm;		/* this share is delayed by reorder_extra and may be overtaken */
	moor_time reorder_extra;
	uint32_t corrupt_ppm;		/* one random bit of the payload behind the Ethernet header is flipped */
};

struct moor_link *moor_link_new(struct moor_world *w, const char *name, enum link_kind kind,
	const struct link_params *params);
const char *moor_link_name(const struct moor_link *l);
enum link_kind moor_link_kind(const struct moor_link *l);
struct moor_link *moor_link_find(const struct moor_world *w, const char *name);
const struct link_params *moor_link_params(const struct moor_link *l);
/* from now on; queued frames keep their times */
void moor_link_set(struct moor_link *l, const struct link_params *params);
void moor_link_isolate(struct moor_link *l, bool isolated);			/* LAN only */
void moor_link_state(struct moor_link *l, bool up);				/* down: carrier lost at all ports, frames in flight are lost */
bool moor_link_up(const struct moor_link *l);

/*
 * A port is on one link at most: attaching moves it (to a link on another medium, medium.h: when that admits it).
 * Lost then: frames of the old link in flight towards it, and what still waits for its transmitter there; what it
 * has begun to send arrives. hub: see above. A point-to-point link takes two ports.
 *
 * A LAN knows the addresses and groups of its ports: unicast goes to the port with that address (of several, to the one
 * with the lowest number), multicast to those that joined, broadcast to all, everything besides to promiscuous ports;
 * nothing is flooded. Loss, duplication, corruption and delay are drawn once for a frame, not for each receiver.
 */
void moor_link_attach(struct moor_link *l, struct moor_port *p, bool hub);
void moor_link_detach(struct moor_port *p);

/*
 * Who is told of each port that came to a link or left one: before the record of its carrier that is up, behind that
 * of the one that is gone. For who keeps what is said of ports; changes nothing. The caller's until it is taken away.
 */
struct moor_link_watch {
	void (*moved)(void *ctx, const struct moor_port *p);
	void *ctx;
	struct moor_link_watch *next;
};

void moor_link_watch(struct moor_world *w, struct moor_link_watch *x);
void moor_link_unwatch(struct moor_world *w, struct moor_link_watch *x);	/* that was added, or never was */

/* Loses the next n frames that match on this link, counted per rule: deterministic faults for scenarios ("BU lost
 * twice"). match gets the frame, NULL matches all; arg stays the caller's and must outlive the link. A frame falls to
 * the eldest rule that matches, and to that one alone. */
typedef bool link_match_fn(void *arg, const struct moor_port *from, const uint8_t *frame, size_t len);
void moor_link_lose(struct moor_link *l, link_match_fn *match, void *arg, uint32_t n);

#endif
