/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DSMIPv6 on the home agent: binding cache, address pools, Binding Acknowledgements and Errors, and both directions of
 * the tunnel [24.303 5.1.3, 5.2.3, 5.3.3; RFC 6275 10; RFC 5555 4.5; RFC 3963 6].
 */
#ifndef MOOR_PROTO_DSMIP_HA_H
#define MOOR_PROTO_DSMIP_HA_H

#include "net/router.h"
#include "proto/dsmip.h"
#include "world/machine.h"

/* Copied at creation. dsmip_ha_config_default fills it but for the addresses and pools. */
struct dsmip_ha_config {
	enum mh_profile profile;	/* r10 */
	const struct timer_set *timers;	/* NULL: defaults; outlives the home agent */
	struct dsmip_ha_addr addr;	/* a4 0.0.0.0: no IPv4 care-of addresses */
	struct ip6_prefix hnp_pool;	/* one /64 of it per UE; length 1..64 */
	struct ip4_prefix ip4_pool;	/* IPv4 home addresses; length 0: none (status 132) */
	/* IPv4 addresses given out at most; 0: as many as the pool has, less network and broadcast address */
	uint32_t ip4_max;
	moor_time lifetime_max;		/* operator's policy; default 3600 s */
	/* Binding Refresh Advice; 0: none; sent only while below the granted lifetime */
	moor_time refresh_advice;
	uint32_t nat_refresh_s;		/* Refresh Time of the NAT Detection option with a NAT; 0: UE's own default;
					 * UINT32_MAX: all ones; default 110 */
	/* enum dsmip_switch: BA to an IPv4 care-of address in UDP although no NAT was seen; r8, r10 no, rfc yes */
	uint8_t ba_udp;
	/* enum dsmip_switch: R in the BA; by profile: as in the BU, r8 no */
	uint8_t r_flag;
	/* enum dsmip_switch: K in the BA; by profile: as in the BU for r8/r10, rfc no (no dynamic SA) */
	uint8_t k_flag;
	bool force_udp;			/* demands UDP encapsulation without NAT too (F in NAT Detection) */
	bool accept_f;			/* F flag of a BU is granted; default false: status 144 */
	bool enabled;			/* acts as a home agent; false: status 131 */
	bool hoa4_service;		/* false: IPv4 status 129 */
	bool router_permitted;		/* false: R in a BU is refused with 140 */
	/* duplicate address detection before the first BA, 1 s [RFC 6275 10.3.1]; 24.303: never */
	bool dad;
	/*
	 * Tunnel loops [24.303 4.3, note]. tunnel_limit: of the Tunnel Encapsulation Limit option of its IPv6 tunnels; 0, the
	 * default: none. own_coa: accepts care-of addresses that are home addresses bound here; default false: status 129
	 */
	uint8_t tunnel_limit;
	bool own_coa;
	/* a BU during a revocation is accepted and ends it [RFC 5846 7]; default false: status 129 */
	bool bu_ends_revocation;
	uint8_t refuse;			/* a status >= 128 with which every registration is refused; 0: none */
	uint32_t max_bindings;		/* then status 130; 0: no limit */
	/* a status >= 128 for every IPv4 home address that is asked for [RFC 5555 3.2.1]; 0: none */
	uint8_t refuse4;
	/* IP flow mobility: BIDs and flow bindings [RFC 5648, RFC 6089]; false, the default: their options are not seen */
	bool ifom;
	/* with ifom, what is permitted: BIDs (else 166), several in one BU (168), home and abroad at once (169), flows (FID
	 * status 128); all of it by default */
	bool mcoa, bulk, home_and_foreign, flows;
	uint32_t flows_max;		/* flow bindings of one UE, then FID status 129; 0: no limit */
	/* Binding Refresh Request when so much of a lifetime is left [RFC 6275 9.5.5]; 0: never */
	moor_time refresh_request;
	/*
	 * One home link for all mobile nodes, as RFC 6275 has it: hnp_pool is its /64, and addr.a6 an address there. Without
	 * security associations only. Default false: each UE has a prefix of its own [24.303 5.1.3.1].
	 */
	bool shared_home;
	uint32_t prefix_valid_s, prefix_preferred_s;	/* of that prefix; default a week and a day less */
	uint16_t preference;		/* among the home agents of that link [RFC 6275 7.4] */
};

void dsmip_ha_config_default(struct dsmip_ha_config *c);

enum dsmip_bce_state {
	DSMIP_BCE_NONE,			/* no entry */
	DSMIP_BCE_DAD,			/* waiting for duplicate address detection before the first BA */
	DSMIP_BCE_ACTIVE,
	/* de-registered, kept as invalid for MAX_DELETE_BCE_TIMEOUT [RFC 6275 10.3.2] */
	DSMIP_BCE_HOLD,
	/* a BRI is out: it stands until that is acknowledged or given up [RFC 5846 7] */
	DSMIP_BCE_REVOKING,
	/* the UE was told to go to another home agent: it stands until the UE removes it, or its lifetime is over */
	DSMIP_BCE_SWITCHING,
	DSMIP_BCE_STATES
};

enum dsmip_bce_event {
	DSMIP_BCE_EV_BU, DSMIP_BCE_EV_BU_DEREG, DSMIP_BCE_EV_DAD_OK, DSMIP_BCE_EV_DAD_FAILED, DSMIP_BCE_EV_EXPIRED,
	DSMIP_BCE_EV_HOLD_OVER, DSMIP_BCE_EV_REVOKED, DSMIP_BCE_EV_REVOKE, DSMIP_BCE_EV_SWITCH, DSMIP_BCE_EV_BRA,
	DSMIP_BCE_EV_TIMER, DSMIP_BCE_EV_BE, DSMIP_BCE_EVENTS
};

extern const struct fsm dsmip_bce_fsm;

struct dsmip_ha;
struct ifom_table;

struct dsmip_ha *dsmip_ha_new(struct net_host *h, const struct dsmip_ha_config *c);
void dsmip_ha_free(struct dsmip_ha *a);

/* ---- provisioning ------------------------------------------------------------------------------------------------ */

/*
 * The next free /64 of the pool now belongs to a UE. False: the pool is used up. Only assigned prefixes are served
 * (else status 132).
 */
bool dsmip_ha_assign(struct dsmip_ha *a, struct ip6_prefix *hnp);
/*
 * It belongs to nobody any more, and whatever the binding cache still remembers of it is forgotten. fixed: it was
 * assigned by dsmip_ha_assign_this and is not given out otherwise.
 */
void dsmip_ha_release(struct dsmip_ha *a, const struct ip6_prefix *hnp, bool fixed);
/* This very /64 (inside the pool). False: outside the pool or its number is beyond 2^32. */
bool dsmip_ha_assign_this(struct dsmip_ha *a, const struct ip6_prefix *hnp);
/* Does an address lie in a prefix that was assigned to somebody? */
bool dsmip_ha_served(const struct dsmip_ha *a, const struct ip6_addr *hoa);
/* A static IPv4 home address for the UE of that prefix (inside the pool or not). */
void dsmip_ha_static_hoa4(struct dsmip_ha *a, const struct ip6_prefix *hnp, struct ip4_addr hoa4);
/*
 * The interface is a home link: each UE gets its own HNP advertised there, and packets to it are forwarded
 * natively. One at most. params: intervals and lifetimes; prefixes and for_host are filled in.
 */
void dsmip_ha_home_link(struct dsmip_ha *a, struct net_iface *i, const struct router_advert *params);
/* The UE with this MAC on the home link owns that prefix. */
void dsmip_ha_home_host(struct dsmip_ha *a, const struct mac_addr *mac, const struct ip6_prefix *hnp);
/* … beside those it owns already: of another PDN connection [24.303 4.3]; ROUTER_PREFIX_MAX are advertised. */
void dsmip_ha_home_host_too(struct dsmip_ha *a, const struct mac_addr *mac, const struct ip6_prefix *hnp);

/*
 * A home link that is none of its interfaces: mobile nodes at home are reached through tunnels of a local mobility
 * anchor in the same node [RFC 6612 4.2].
 */
struct dsmip_home_ops {
	/* The way to a mobile node that is at home, written to *room; false: it is not there. */
	bool (*way)(void *owner, const struct ip6_addr *addr, struct net_tunnel *room);
	/* It has registered a care-of address without having had one. */
	void (*bound)(void *owner, const struct ip6_addr *hoa);
};
void dsmip_ha_homes(struct dsmip_ha *a, const struct dsmip_home_ops *ops, void *owner);	/* kept by reference */
/*
 * The IPv4 home address of whoever has that prefix, from now on and as long as it has it: the one that it has already,
 * else `wanted`, else (0.0.0.0) one of the pool. False: none is left, or `wanted` is not to be had.
 */
bool dsmip_ha_reserve4(struct dsmip_ha *a, const struct ip6_prefix *hnp, struct ip4_addr wanted,
		       struct ip4_addr *out);
void dsmip_ha_keep4(struct dsmip_ha *a, struct ip4_addr addr);	/* given to nobody */

/* ---- actions ----------------------------------------------------------------------------------------------------- */

/* A Binding Refresh Request now. False: there is no binding. */
bool dsmip_ha_ask(struct dsmip_ha *a, const struct ip6_addr *hoa);
/* Of the prefix of a shared home link, from now on. */
void dsmip_ha_net_lifetimes(struct dsmip_ha *a, uint32_t preferred_s, uint32_t valid_s);
void dsmip_ha_net_preference(struct dsmip_ha *a, uint16_t preference);	/* config.preference from now on */
void dsmip_ha_refuse(struct dsmip_ha *a, uint8_t status);	/* config.refuse from now on */
/* knobs may be turned while it runs; pools and addresses may not */
struct dsmip_ha_config *dsmip_ha_settings(struct dsmip_ha *a);
void dsmip_ha_reboot(struct dsmip_ha *a);			/* the binding cache is gone */
/* administrative: the entry goes without a word */
bool dsmip_ha_drop(struct dsmip_ha *a, const struct ip6_addr *hoa);

/*
 * A Binding Revocation Indication to that UE [24.303 5.4.3.1, RFC 5846 7]; the entry goes when it is acknowledged, or
 * given up. v_only: of the IPv4 home address alone. False: no entry that stands (v_only: or it has none), or one is
 * out already.
 */
bool dsmip_ha_revoke(struct dsmip_ha *a, const struct ip6_addr *hoa, uint8_t trigger, bool v_only);
/*
 * A Home Agent Switch to that UE [24.303 5.5.3, RFC 5142]: to that home agent, or (zeros) to one that it finds. False:
 * no entry that is active.
 */
bool dsmip_ha_switch(struct dsmip_ha *a, const struct ip6_addr *hoa, const struct dsmip_ha_addr *to);

/* ---- queries ----------------------------------------------------------------------------------------------------- */

struct dsmip_bce_view {
	enum dsmip_bce_state state;
	/* care_of: where packets go (outer address behind a NAT); IPv4 mapped */
	struct ip6_addr home_address, care_of;
	struct ip4_addr home_address4, care_of4;/* care_of4: the IPv4 Care-of Address option's */
	uint16_t sequence, lifetime;		/* units of 4 s as granted */
	uint16_t udp_port;			/* of the UE behind a NAT; 0: no UDP encapsulation */
	uint8_t encap;				/* enum net_encap of its tunnel */
	moor_time expires;
	bool k, r, nat;
};
/* Every entry, one after the other: starts with *at = 0; false at the end. */
bool dsmip_ha_binding_next(const struct dsmip_ha *a, uint32_t *at, struct dsmip_bce_view *out);
/* False: no entry. hoa or any address of its HNP. */
bool dsmip_ha_binding(const struct dsmip_ha *a, const struct ip6_addr *hoa, struct dsmip_bce_view *out);
/* A care-of address with a BID. */
struct dsmip_care_view {
	uint16_t bid, udp_port;			/* udp_port as above */
	uint8_t priority;
	bool home, nat;
	struct ip6_addr care_of;		/* where packets go; the home address on the home link */
	struct ip4_addr care_of4;
	moor_time expires;
};
/* How many there are, at most max of them told, in the order of registration; 0: none with a BID. */
unsigned dsmip_ha_care_of(const struct dsmip_ha *a, const struct ip6_addr *hoa, struct dsmip_care_view *out,
			  unsigned max);
/* Its flow bindings, lent; NULL: no care-of addresses with BIDs. */
const struct ifom_table *dsmip_ha_flow_table(const struct dsmip_ha *a, const struct ip6_addr *hoa);
uint32_t dsmip_ha_bindings(const struct dsmip_ha *a);		/* entries that are active */
uint32_t dsmip_ha_entries(const struct dsmip_ha *a);		/* with those waiting for DAD or held */
void dsmip_ha_memory(const struct dsmip_ha *a, mem_report_fn *fn, void *ctx);	/* of cache and maps */

#endif
