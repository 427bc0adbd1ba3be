/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's table of connections in a network namespace: what its address translation has bound, told as it comes
 * and goes, and forgotten on demand. IPv4 only.
 *
 *	c = conntrack_new(ns, on_flow, ctx, &error);
 *	conntrack_read(c);			whenever conntrack_fd is readable
 */
#ifndef MOOR_EMU_CONNTRACK_H
#define MOOR_EMU_CONNTRACK_H

#include "base/addr.h"
#include "emu/netns.h"

/* ICMP queries: the identifier stands for both ports of a tuple. */
struct conntrack_tuple {
	struct ip4_addr src, dst;
	uint16_t sport, dport;
	uint8_t protocol;
};

struct conntrack_flow {
	struct conntrack_tuple sent;	/* as its first packet came */
	struct conntrack_tuple answer;	/* as answers come, before they are translated back */
	uint32_t id;			/* the kernel's */
	uint32_t left;			/* whole seconds until it is forgotten, if nothing passes */
};

struct conntrack;
typedef void conntrack_fn(void *ctx, const struct conntrack_flow *f, bool there);	/* came, or went */

/* fn: from conntrack_read and conntrack_flush. */
struct conntrack *conntrack_new(const struct netns *n, conntrack_fn *fn, void *ctx, GError **error);
void conntrack_free(struct conntrack *c);
int conntrack_fd(const struct conntrack *c);
void conntrack_read(struct conntrack *c);			/* all news; does not block */
/* The flow that such a packet would belong to, now. One that is over is gone with this question, which is news too. */
bool conntrack_find(struct conntrack *c, const struct conntrack_tuple *t, struct conntrack_flow *out);
/* Everything is forgotten, and told before this returns. */
bool conntrack_flush(struct conntrack *c);

#endif
