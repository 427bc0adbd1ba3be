/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The leases of a DHCPv6 server: which client has which prefix (or address) of a pool, until when. A client is a DUID
 * with the number of its identity association; it always gets the same while its lease stands.
 */
#ifndef MOOR_PROTO_DHCP6_POOL_H
#define MOOR_PROTO_DHCP6_POOL_H

#include "base/map.h"
#include "base/slab.h"
#include "base/time.h"
#include "wire/dhcp6.h"

struct dhcp6_held {
	moor_handle self;
	uint32_t number;		/* in the pool, from 0 */
	uint32_t iaid;
	bool granted;			/* false: only offered */
	moor_time until;
	struct ip6_addr peer;		/* whose it is, as the server's owner knows the client */
	struct dhcp6_duid client;
};

struct dhcp6_pool {
	struct ip6_prefix prefix;	/* len 0: there is none */
	uint8_t len;			/* of each lease */
	uint32_t size, next;		/* leases it has; where to look first */
	moor_time full_until;		/* none is free before then, unless one comes back */
	struct slab held;
	struct map by_client, by_number;
};

/* Of leases of length len, at most 2^24 of them. Of more than 64 bits only within a prefix that has 64 itself. */
void dhcp6_pool_init(struct dhcp6_pool *p, const struct ip6_prefix *prefix, uint8_t len, const char *name);
void dhcp6_pool_done(struct dhcp6_pool *p);
/* NULL: the client holds nothing; what is over is not held. */
struct dhcp6_held *dhcp6_pool_of(struct dhcp6_pool *p, const struct dhcp6_duid *client, uint32_t iaid, moor_time now);
/* The lease that an address is in; NULL: nobody's. */
const struct dhcp6_held *dhcp6_pool_at(const struct dhcp6_pool *p, const struct ip6_addr *addr, moor_time now);
/* A new one, this one if it is free (wanted may be NULL), else the next free. NULL: the pool is used up. */
struct dhcp6_held *dhcp6_pool_take(struct dhcp6_pool *p, const struct dhcp6_duid *client, uint32_t iaid,
				   const struct ip6_prefix *wanted, moor_time now);
void dhcp6_pool_give(struct dhcp6_pool *p, struct dhcp6_held *l);		/* back */
struct ip6_prefix dhcp6_pool_prefix(const struct dhcp6_pool *p, const struct dhcp6_held *l);
uint32_t dhcp6_pool_granted(const struct dhcp6_pool *p, moor_time now);

#endif
