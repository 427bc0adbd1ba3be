/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packet buffers. One contiguous buffer with head-room, so that a tunnel header is a pointer move, never a copy.
 * Sending takes ownership, receiving lends: a receive handler that wants to keep the packet takes it with
 * moor_pkt_take, otherwise it is freed when the handler returns. The handler may change the octets (they are its own
 * copy).
 */
#ifndef MOOR_WORLD_PKT_H
#define MOOR_WORLD_PKT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/time.h"

struct moor_world;

#define MOOR_PKT_HEADROOM 160u		/* enough for Ethernet + IPv4 + UDP + IPv6 + DestOpt + ESP */
#define MOOR_PKT_MAX 65575u		/* IPv6 header and the largest payload */

struct moor_pkt {
	struct moor_pkt *next;		/* for whoever owns it: queues */
	uint8_t *data;			/* first octet */
	uint32_t len;			/* octets from data */
	uint32_t room;			/* free octets before data */
	uint32_t cap;			/* octets from data on that may be used (len <= cap) */
	uint8_t size_class;		/* the world's own */
	uint8_t taken;			/* the world's own */
	bool as_sent;			/* the world's own: still the octets that the record of its sending told */
	uint8_t trace_class;		/* 0 plain, else what the sender said it is (enum rec_class), for records only */
	uint64_t frame;			/* number of the frame on its link: ties sending and receiving records together */
};

/* len octets of undefined content with head-room before them. len <= MOOR_PKT_MAX. */
struct moor_pkt *moor_pkt_new(struct moor_world *w, size_t len);
/* A packet of just these octets: what is composed elsewhere first takes no more room than it needs. */
struct moor_pkt *moor_pkt_from(struct moor_world *w, const uint8_t *octets, size_t len);
struct moor_pkt *moor_pkt_copy(struct moor_world *w, const struct moor_pkt *p);
void moor_pkt_free(struct moor_world *w, struct moor_pkt *p);
/* In a receive handler: the packet is now the caller's, to free or to send. */
struct moor_pkt *moor_pkt_take(struct moor_pkt *p);
/* n more octets in front (content undefined); grows the head-room by copying only when it is used up, so the
 * pointer may change. A lent packet may only use what head-room there is: take it first. */
struct moor_pkt *moor_pkt_push(struct moor_world *w, struct moor_pkt *p, size_t n);
void moor_pkt_pull(struct moor_pkt *p, size_t n);		/* drops n octets in front; n <= len */
void moor_pkt_trim(struct moor_pkt *p, size_t len);		/* cuts the end off; len <= p->len */
/* Which port has the frame's destination address, as far as its sender knows: moor_port_asking of some time ago, 0: it
 * does not know. A wrong one costs time and does no harm. */
void moor_pkt_hint(struct moor_pkt *p, uint32_t port);

#endif
