/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DHCPv6 clients [RFC 8415 18.2]: configuration without state (Information-request), among it the home agents of a home
 * network [RFC 6610, 24.303 5.1.2.1.5], and prefixes or addresses with it (Solicit … Release).
 *
 * A client is an object of the world that exists while it runs: a host without one pays nothing. Any number may run on
 * one host at the same time, of several owners; they share UDP port 546. Handles are what owners keep; a handle whose
 * client has ended is refused quietly.
 */
#ifndef MOOR_PROTO_DHCP6_CLIENT_H
#define MOOR_PROTO_DHCP6_CLIENT_H

#include "base/slab.h"
#include "net/net.h"
#include "net/timers.h"
#include "wire/dhcp6.h"
#include "world/machine.h"

struct dhcp6_client;

/* Why a client gave up. */
enum dhcp6_failure {
	DHCP6_SILENCE,			/* no (usable) answer to as many transmissions as were allowed */
	DHCP6_NOTHING,			/* an answer without what was asked for: no home agent, no prefix, no address */
	DHCP6_GONE			/* the lease ran out, or the server took it back */
};

/* How a client's messages travel. */
struct dhcp6_way {
	/* To all servers and relays (ff02::1:2) on this link, from its link-local address. */
	struct net_iface *link;
	/*
	 * link NULL: through a relay of its own within the same node [RFC 6276 3.1]: Relay-forward messages from
	 * `own` to `server`, both global. The owner says how they are sent: in a tunnel, or with a Home Address option.
	 */
	struct ip6_addr own, server;
	void (*send)(void *owner, struct moor_pkt *p, struct net_send *s);	/* NULL: as any packet; p is taken */
};

/* ---- configuration without state --------------------------------------------------------------------------------- */

/* What a Reply told. Lent for the call. */
struct dhcp6_info {
	/* Of the home network that was asked for [RFC 6610 4.1.2]; the first usable address of each family. */
	struct ip6_addr ha6;		/* :: none */
	struct ip4_addr ha4;		/* 0.0.0.0 none */
	const char *ha_fqdn;		/* NULL none */
	struct ip6_prefix hnp;		/* len 0 none */
	uint8_t n_dns;
	struct ip6_addr dns[DHCP6_MAX_DNS];
	const char *domain;		/* first of the search list, NULL none */
	uint32_t refresh_s;		/* Information Refresh Time; DHCP6_INFINITE: never */
};

struct dhcp6_info_ops {
	/* The client is gone when this is called; it may start another. */
	void (*got)(void *owner, const struct dhcp6_info *info);
	/* rest: DHCP6_NOTHING: what the Reply said besides; else NULL */
	void (*failed)(void *owner, enum dhcp6_failure why, const struct dhcp6_info *rest);
};

struct dhcp6_info_ask {
	struct dhcp6_way way;
	/* Home Network Identifier (the HA-APN); "": any home network; NULL: none asked for */
	const char *home_network;
	uint8_t transmissions;		/* then `failed`; 0: for ever */
	bool no_delay;			/* no random wait before the first one [RFC 8415 18.2.6: up to INF_MAX_DELAY] */
	const struct timer_set *timers;	/* NULL: defaults */
};

/*
 * Asks; texts are copied. A Reply without a usable home agent, when one was asked for, is `failed` with DHCP6_NOTHING.
 * 0: home_network is no domain name.
 */
moor_handle dhcp6_info_start(struct net_host *h, const struct dhcp6_info_ask *ask, const struct dhcp6_info_ops *ops,
			     void *owner);

/* ---- leases ------------------------------------------------------------------------------------------------------ */

enum dhcp6_client_state {
	DHCP6C_IDLE,			/* not started, or over */
	DHCP6C_INFORMING,		/* Information-request */
	DHCP6C_SOLICITING, DHCP6C_REQUESTING, DHCP6C_BOUND, DHCP6C_RENEWING, DHCP6C_REBINDING, DHCP6C_RELEASING,
	DHCP6C_STATES
};

extern const struct fsm dhcp6_client_fsm;

struct dhcp6_lease_ops {
	/* Bound, or confirmed for another while: the prefixes (addresses) that are valid now. Lent. */
	void (*bound)(void *owner, const struct dhcp6_lease *l, unsigned n);
	/* The client is gone; what it had may no longer be used. Also after a release (why DHCP6_GONE). */
	void (*lost)(void *owner, enum dhcp6_failure why);
};

struct dhcp6_lease_ask {
	struct dhcp6_way way;
	bool pd;			/* prefixes; false: one address */
	uint32_t iaid;
	uint8_t prefix_len;		/* hint for pd [RFC 8415 18.2.1]; 0: none */
	bool rapid;			/* Rapid Commit */
	uint8_t solicits;		/* then `lost` with DHCP6_SILENCE [RFC 6276 3.3: 6]; 0: for ever */
	const struct timer_set *timers;	/* NULL: defaults */
};

moor_handle dhcp6_lease_start(struct net_host *h, const struct dhcp6_lease_ask *ask, const struct dhcp6_lease_ops *ops,
			      void *owner);
/* Another way to the server from now on, e.g. after a return home; what is under way is sent again. */
void dhcp6_lease_way(struct net_host *h, moor_handle c, const struct dhcp6_way *way);
/* Tells the server (RELEASE), then `lost`. */
void dhcp6_lease_release(struct net_host *h, moor_handle c);
/* Verifies the lease with any server now (Rebind), e.g. after the node lost contact [RFC 6276 3.1]. */
void dhcp6_lease_rebind(struct net_host *h, moor_handle c);

/* ---- both -------------------------------------------------------------------------------------------------------- */

/* Ends without a word to anybody, without callback. 0 and what has ended: nothing. */
void dhcp6_client_stop(struct net_host *h, moor_handle c);
bool dhcp6_client_running(const struct net_host *h, moor_handle c);

#endif
