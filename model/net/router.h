/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The router side of neighbour discovery [RFC 4861 6.2, RFC 6275 7]: unsolicited and solicited advertisements on an
 * interface.
 */
#ifndef MOOR_NET_ROUTER_H
#define MOOR_NET_ROUTER_H

#include "net/net.h"

#define ROUTER_PREFIX_MAX 8

struct router_prefix {
	struct ip6_prefix prefix;
	bool on_link, autonomous, router_address;	/* L, A, R */
	uint32_t valid, preferred;			/* seconds */
};

/* What one host alone is told. */
struct router_told {
	struct ip6_addr src;				/* a link-local address; zero: the interface's own */
	uint32_t mtu;					/* as in struct router_advert, from here on */
	uint16_t lifetime;
	bool managed, other;
	bool more;					/* to be asked for the next one, too */
	unsigned n;
	struct router_prefix prefixes[ROUTER_PREFIX_MAX];
};

struct router_advert {
	/* MinRtrAdvInterval, MaxRtrAdvInterval; RFC 6275 7.5 allows down to 30 and 70 ms */
	moor_time interval_min, interval_max;
	bool unsolicited;				/* false: only answers to solicitations */
	bool solicited_unicast;				/* answer to the soliciting host alone */
	moor_time reply_delay_max;			/* MAX_RA_DELAY_TIME, default 0.5 s */
	moor_time min_delay;				/* MIN_DELAY_BETWEEN_RAS for multicast ones, default 3 s */
	bool managed, other, home_agent;		/* M, O, H */
	uint16_t lifetime;				/* seconds, 0: not a default router */
	uint8_t hop_limit;
	uint32_t mtu;					/* MTU option, 0: none */
	bool interval_option;				/* Advertisement Interval option [RFC 6275 7.3] */
	uint16_t ha_preference, ha_lifetime;		/* Home Agent Information option when home_agent and lifetime > 0 */
	unsigned n;
	struct router_prefix prefixes[ROUTER_PREFIX_MAX];
	/*
	 * For one host alone (3GPP access: each UE has its own HNP): called with the soliciting host's MAC and what is
	 * common, without prefixes; fills in and changes what is different for this host. False: no advertisement for it.
	 * nth: 0, and on while it asks for more: for hosts that see us as several routers. With it, advertisements go to that
	 * host's MAC only, and unsolicited multicast ones carry the common prefixes alone (none are sent when n is 0).
	 * NULL: everybody gets the same.
	 */
	bool (*for_host)(void *owner, const struct mac_addr *host, unsigned nth, struct router_told *t);
	void *owner;
};

extern const struct router_advert router_advert_default;	/* RFC 4861 defaults: 200-600 s, lifetime 1800 s */

/* Starts advertising (params copied); again with other params changes them; NULL stops (with a final lifetime-0 RA). */
void router_advertise(struct net_iface *i, const struct router_advert *params);
/* Sends the per-host advertisements to one host now (for_host), e.g. when its link came up. */
void router_advertise_to(struct net_iface *i, const struct mac_addr *host);
/* Sends one that says this to one host now. */
void router_tell(struct net_iface *i, const struct mac_addr *host, const struct router_told *t);
/* What is common to all on this link, without prefixes. False: nothing is advertised there. */
bool router_common(const struct net_iface *i, struct router_told *t);

#endif
