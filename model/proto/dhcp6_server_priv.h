/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside of the DHCPv6 server: dhcp6_server.c (messages, relays, leases) and dhcp6_server_say.c (what answers say, and
 * how a lying server spoils them).
 */
#ifndef MOOR_PROTO_DHCP6_SERVER_PRIV_H
#define MOOR_PROTO_DHCP6_SERVER_PRIV_H

#include "proto/dhcp6.h"
#include "proto/dhcp6_pool.h"
#include "proto/dhcp6_server.h"

struct dhcp6_server {
	struct net_host *h;
	struct dhcp6_server_config c;
	const struct dhcp6_server_ops *ops;
	void *owner;
	struct dhcp6_pool pd, na;
};

/* Room for what answers point at. */
struct dhcp6_words {
	uint8_t name[2 * DHCP6_SERVER_HOMES + 1][DHCP6_NAME_MAX];
	unsigned n;
};

static inline struct moor_world *d6s_world(const struct dhcp6_server *s) { return net_host_world(s->h); }

/* An answer with the identifiers. */
void dhcp6_server_begin(const struct dhcp6_server *s, const struct dhcp6 *to, uint8_t type, struct dhcp6 *m);
/* Configuration and home network information that `to` asked for. */
void dhcp6_server_configure(const struct dhcp6_server *s, const struct dhcp6 *to, struct dhcp6 *m,
			    struct dhcp6_words *words);
void dhcp6_server_put_lease(const struct dhcp6_server *s, struct dhcp6_ia *ia, const struct ip6_prefix *p);
/* What a lying server makes of it: before and after encoding. Returns the octets then. */
void dhcp6_server_lie(const struct dhcp6_server *s, struct dhcp6 *m, struct dhcp6_words *words);
size_t dhcp6_server_spoil(const struct dhcp6_server *s, uint8_t *p, size_t n, size_t cap);

#endif
