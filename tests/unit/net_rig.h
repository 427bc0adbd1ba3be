/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small network for tests of model/net: hosts and routers on links, with everything they recorded, every frame
 * they sent and every event and packet their upper layers were told of.
 */
#ifndef MOOR_TESTS_NET_RIG_H
#define MOOR_TESTS_NET_RIG_H

#include <string.h>

#include "tests/unit/harness.h"

#include "net/echo.h"
#include "net/net.h"
#include "net/router.h"
#include "net/timers.h"
#include "wire/eth.h"
#include "wire/icmp4.h"
#include "wire/icmp6.h"
#include "wire/ip4.h"
#include "wire/ip6.h"
#include "wire/udp.h"
#include "world/filter.h"
#include "world/link.h"
#include "world/record.h"

struct rig_frame {
	moor_time at;
	uint32_t node;
	bool sent;			/* else received */
	uint32_t len;
	uint8_t octets[2048];		/* the first of them */
};

/* What a listening host was told; see rig_listen. */
struct rig_event {
	moor_time at;
	struct net_iface *i;
	char what[16];			/* "up" "down" "advert" "lost" "address" "error" */
	struct ip6_addr addr;		/* address, router */
	enum rec_address address;
	struct ip6_prefix prefix;	/* the first of an advertisement */
	unsigned n;			/* prefixes; icmp_error: type; lost: IPv4 */
	uint32_t arg;			/* icmp_error */
	bool new_link;
};

/* A datagram that reached rig_bind's port, or an echo reply. */
struct rig_got {
	moor_time at;
	struct net_host *h;
	struct ip6_addr src, dst;
	struct net_outer outer;
	uint16_t sport, dport;
	uint32_t len;
	uint8_t hop_limit;
	uint8_t octets[256];		/* the first of them */
};

struct net_rig {
	struct moor_world *w;
	GArray *records;		/* struct moor_record, without octets */
	GArray *frames;			/* struct rig_frame */
	GArray *events;			/* struct rig_event */
	GArray *got;			/* struct rig_got */
	struct net_events listeners[8];
	unsigned n_listeners;
	unsigned n_macs;
	struct moor_port *stranger;	/* on the link of the last rig_inject */
};

struct net_rig *net_rig_new(void);
void net_rig_free(struct net_rig *r);		/* asserts that no packet leaked */
void rig_run(struct net_rig *r, moor_time span);
void rig_clear(struct net_rig *r);		/* forgets what was seen so far */

struct net_host *rig_host(struct net_rig *r, const char *name, const struct net_profile *profile);
/* The MAC is 02:00:00:00:00:n, counted from 1. link NULL: not attached. */
struct net_iface *rig_iface(struct net_rig *r, struct net_host *h, const char *name, struct moor_link *link);
struct moor_link *rig_lan(struct net_rig *r, const char *name, moor_time delay, uint32_t mtu);
struct ip6_addr a6(const char *text);		/* IPv6, or IPv4 as mapped */
struct ip6_prefix p6(const char *text);
void rig_address(struct net_iface *i, const char *addr, uint8_t len);	/* IPv4: its own prefix length */
void rig_route(struct net_host *h, const char *prefix, const char *next_hop, struct net_iface *out);

void rig_listen(struct net_rig *r, struct net_host *h);
void rig_bind(struct net_rig *r, struct net_host *h, uint16_t port);
/* A datagram of len octets 0, 1, 2 …; src NULL: chosen. */
bool rig_udp(struct net_rig *r, struct net_host *h, const char *src, const char *dst, uint16_t port, uint32_t len);
void rig_ping(struct net_rig *r, struct net_host *h, const char *src, const char *dst, uint32_t len);
/* A whole IP packet to the host in a frame from a stranger on its link; runs the world until it has arrived. */
void rig_inject(struct net_rig *r, struct net_iface *i, uint16_t type, const uint8_t *packet, uint32_t len);

unsigned rig_discards(const struct net_rig *r, const char *reason);
unsigned rig_records(const struct net_rig *r, enum rec_kind kind, int what);	/* what -1: any; its enum's first member */
const struct moor_record *rig_record(const struct net_rig *r, enum rec_kind kind, int what, unsigned nth);
unsigned rig_events(const struct net_rig *r, const char *what);
const struct rig_event *rig_event(const struct net_rig *r, const char *what, unsigned nth);
const struct rig_got *rig_got(const struct net_rig *r, unsigned nth);	/* NULL: not so many */
bool rig_from(const struct rig_got *g, const char *src);		/* g NULL: false */
/* The nth frame that h sent whose ICMPv6 type is this; decoded. False: there is none. */
bool rig_icmp6(const struct net_rig *r, const struct net_host *h, uint8_t type, unsigned nth, struct ip6_packet *k,
	       struct icmp6 *m, moor_time *at);
unsigned rig_icmp6_count(const struct net_rig *r, const struct net_host *h, uint8_t type);
bool rig_icmp4(const struct net_rig *r, const struct net_host *h, uint8_t type, unsigned nth, struct ip4_packet *k,
	       struct icmp4 *m);
bool rig_ours(const struct net_host *h, const char *addr);

#endif
