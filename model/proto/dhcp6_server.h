/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A DHCPv6 server [RFC 8415 18.3]: configuration without state, home network information [RFC 6610 4.3], prefix
 * delegation from a pool, and one address each from another. It answers on the links of its host and what relays
 * forward to any of its addresses. Its owner hands it what arrives on UDP port 547.
 *
 * The home agent is such a server for its mobile routers [RFC 6276]: it is told what is delegated to whom, and says
 * who may have anything at all.
 */
#ifndef MOOR_PROTO_DHCP6_SERVER_H
#define MOOR_PROTO_DHCP6_SERVER_H

#include "base/mem.h"
#include "net/net.h"
#include "wire/dhcp6.h"

#define DHCP6_SERVER_HOMES 8
#define DHCP6_SERVER_NAME_MAX 128

/* What a lying or broken server does with its answers: bits. */
enum dhcp6_lie {
	DHCP6_LIE_XID = 1u << 0,	/* another transaction's number */
	DHCP6_LIE_NO_SERVER_ID = 1u << 1,
	DHCP6_LIE_CLIENT_ID = 1u << 2,	/* the identifier of another client */
	DHCP6_LIE_HA_MULTICAST = 1u << 3,	/* the home agent is ff02::1 */
	DHCP6_LIE_HA_ZERO = 1u << 4,	/* … is :: */
	DHCP6_LIE_HA_MAPPED = 1u << 5,	/* an IPv4 home agent as ::ffff:a.b.c.d, which RFC 6610 does not know */
	DHCP6_LIE_OTHER_HOME = 1u << 6,	/* information about a home network that nobody asked for */
	DHCP6_LIE_TRUNCATED = 1u << 7,	/* the last option ends behind the message */
	DHCP6_LIE_LIFETIMES = 1u << 8,	/* preferred above valid, T1 above T2 */
	DHCP6_LIE_BARE = 1u << 9	/* home agent options outside of their container */
};

/* One home network. Texts are copied. */
struct dhcp6_home {
	/* its identifier (HA-APN); "": the unrestricted one, for clients without a wish */
	char id[DHCP6_SERVER_NAME_MAX];
	struct ip6_addr ha6;		/* :: none */
	struct ip4_addr ha4;		/* 0.0.0.0 none */
	char ha_fqdn[DHCP6_SERVER_NAME_MAX];	/* "": none */
	struct ip6_prefix hnp;		/* len 0: not told */
};

/* Copied. dhcp6_server_config_default fills it. */
struct dhcp6_server_config {
	uint8_t preference;		/* 255: taken at once [RFC 8415 18.2.1] */
	bool rapid;			/* grants Rapid Commit */
	uint32_t preferred, valid;	/* lifetimes, seconds; T1 and T2 are 0.5 and 0.8 of preferred */
	uint8_t n_dns, n_homes;
	struct ip6_addr dns[DHCP6_MAX_DNS];
	uint8_t n_dns4;			/* home agents: told to UEs that ask by DHCPINFORM; 0: nobody is answered */
	struct ip4_addr dns4[3];
	char domain[DHCP6_SERVER_NAME_MAX];	/* search list of one, "": none */
	uint32_t info_refresh;		/* seconds; 0: not told */
	struct dhcp6_home homes[DHCP6_SERVER_HOMES];
	struct ip6_prefix pd_pool;	/* len 0: no delegation */
	uint8_t pd_len;			/* of each delegated prefix, pd_pool.len .. 64; default 64 */
	struct ip6_prefix na_pool;	/* addresses; len 0: none */
	bool na_link;			/* of relayed clients, in the /64 of the relay's link-address instead */
	uint32_t lies;			/* enum dhcp6_lie */
	bool mute;			/* answers nothing */
};

void dhcp6_server_config_default(struct dhcp6_server_config *c);

/* What the owner decides and hears; all may be NULL. */
struct dhcp6_server_ops {
	/*
	 * May this client have leases? peer: who it is: the relay message's peer-address, else the packet's source,
	 * which the owner may turn into the address that it knows the client by.
	 */
	bool (*may_lease)(void *owner, const struct net_rx *rx, struct ip6_addr *peer);
	/*
	 * `now` shows the identifier of the client whose lease is that of `was`. Is it somebody else? Identifiers are no
	 * secret, so leases must not follow them alone. NULL: it is not.
	 */
	bool (*anothers)(void *owner, const struct ip6_addr *was, const struct ip6_addr *now);
	/* The one address that this client, which may have leases, has anyway, in place of the pool's; NULL: none. */
	bool (*address_of)(void *owner, const struct net_rx *rx, struct ip6_addr *out);
	/* also at each renewal */
	void (*granted)(void *owner, const struct ip6_addr *peer, const struct ip6_prefix *p);
	void (*gone)(void *owner, const struct ip6_addr *peer, const struct ip6_prefix *p);
	/* How a reply leaves; NULL: as any packet. p is taken. */
	void (*send)(void *owner, struct moor_pkt *p, struct net_send *s, uint16_t sport, uint16_t dport);
};

struct dhcp6_server;
struct dhcp6_server *dhcp6_server_new(struct net_host *h, const struct dhcp6_server_config *c,
				      const struct dhcp6_server_ops *ops, void *owner);
void dhcp6_server_free(struct dhcp6_server *s);
/* UDP payload to port 547. */
void dhcp6_server_input(struct dhcp6_server *s, const struct net_rx *rx, uint16_t sport);
void dhcp6_server_forget(struct dhcp6_server *s);		/* restarted without its leases */
/* Who had an address in this prefix has it no more: what was delegated there is free. */
void dhcp6_server_forget_peers(struct dhcp6_server *s, const struct ip6_prefix *peers);
struct dhcp6_server_config *dhcp6_server_settings(struct dhcp6_server *s);	/* knobs may be turned, pools not */
uint32_t dhcp6_server_leases(const struct dhcp6_server *s);	/* granted and not over */
/* Who holds the delegated prefix that addr is in; false: nobody. */
bool dhcp6_server_holder(const struct dhcp6_server *s, const struct ip6_addr *addr, struct ip6_addr *peer);
void dhcp6_server_memory(const struct dhcp6_server *s, mem_report_fn *fn, void *ctx);

#endif
