/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DSMIPv6 on the UE: one instance per PDN connection [24.303 4.1, 4.3]. It chooses the care-of address, detects the
 * home link, registers, refreshes, moves and removes the binding, and tunnels everything in between.
 *
 * It sits on a net_host through its hooks and events. IPv4 care-of addresses are reported to it (DHCP is another's
 * job). A UE is lean: what many UEs share is in struct dsmip_ue_profile, kept by reference.
 */
#ifndef MOOR_PROTO_DSMIP_UE_H
#define MOOR_PROTO_DSMIP_UE_H

#include "proto/dsmip.h"
#include "world/machine.h"

struct s2c_ue_profile;
struct s2c_ue_config;
struct discovery_profile;

/* Shared by many UEs; constant while they run, outlives them. dsmip_ue_profile_default fills it. */
struct dsmip_ue_profile {
	enum mh_profile profile;	/* r10 */
	const struct timer_set *timers;	/* NULL: defaults */
	struct dsmip_ha_addr ha[DSMIP_HA_MAX];
	/* the pool of each; with one (len > 0) the UE's prefix there is at the same place as in the first; len 0: all
	 * home agents serve the same prefix */
	struct ip6_prefix ha_pool[DSMIP_HA_MAX];
	uint8_t n_ha;			/* candidates in the order in which they are tried, at least one */
	const struct discovery_profile *discovery;	/* proto/discovery.h: they are found; NULL: ha[]; by reference */
	moor_time lifetime;		/* asked for; 4 s .. 262,140 s, rounded down to 4 s; default 3600 s */
	const struct s2c_ue_profile *security;	/* IKEv2 and ESP (proto/s2c_ue.h); NULL: `ipsec: none`; by reference */
	bool want_hoa4;			/* ask for an IPv4 home address */
	uint8_t k_flag, r_flag, alt_coa;/* enum dsmip_switch */
	bool f_flag;			/* force UDP encapsulation (24.303: never) */
	/* share of the granted lifetime after which the periodic BU goes without a Binding Refresh Advice; 1..99,
	 * default 80; 0: never, the binding may expire */
	uint8_t refresh_percent;
	/* re-register while a NAT mapping would go stale [24.303 5.3.2]; default true */
	bool keepalive;
	/* RFC 5555 4.4.1: having fallen back to IPv4, stay with it on later links too */
	bool keep_family;
	/* with an IPv4 care-of address alone: how long after the link came up IPv6 is waited for; default 1 s */
	moor_time v6_wait;
	/*
	 * IP flow mobility (proto/dsmip_ue_flow.h): all accesses are registered, with BIDs, when the home agent can do it.
	 * bid_priority: BID-PRI of interface n + 1, 1..127, lower is stronger; 0: 10 for the first, 20 for the second …
	 */
	bool ifom;
	uint8_t bid_priority[8];
	uint16_t first_sequence;	/* of the first BU; default 1 */
	uint8_t retries_128;		/* BUs sent again after status 128 (and 174); default 3 */
	uint8_t retries_hoa4;		/* requests with 0.0.0.0 after IPv4 status 128, 130, 131, 133; default 3 */
	/* A plain Mobile IPv6 network (dsmip_ue_mip.c), without security; default false. */
	bool shared_home;		/* the home link is not ours alone: our home address there may be a duplicate */
	bool dhaad;			/* home agents are asked for at the home prefix's anycast address; ha is not looked at */
	bool prefix_discovery;		/* asks for the lifetime of the home prefix while away */
	/* Faults that a scenario asks for: what a broken UE would do. */
	/* sent in place of the care-of address in the Alternate Care-of Address option; :: none */
	struct ip6_addr fault_alt_coa;
	bool fault_no_coa4;		/* leaves the IPv4 Care-of Address option out */
};

void dsmip_ue_profile_default(struct dsmip_ue_profile *p);

enum dsmip_ue_state {
	DSMIP_IDLE,
	DSMIP_DISCOVER,			/* choosing the next usable home agent of the list */
	DSMIP_CHILD_SA,			/* the security association is set up; passes at once with `ipsec: none` */
	DSMIP_HLD,			/* home link detection: waiting for a link to judge */
	DSMIP_HOME,			/* on the home link, no binding */
	DSMIP_REGISTERING,		/* BU sent or due; an earlier binding may still stand */
	DSMIP_REGISTERED,
	DSMIP_RETURNING,		/* on the home link, de-registration sent */
	DSMIP_DETACHING,		/* leaving the PDN, de-registration sent */
	DSMIP_SWITCHING,		/* leaving the home agent for another one, de-registration sent */
	DSMIP_UE_STATES
};

enum dsmip_ue_event {
	DSMIP_EV_ATTACH, DSMIP_EV_HA, DSMIP_EV_NO_HA, DSMIP_EV_SA, DSMIP_EV_HOME_LINK, DSMIP_EV_FOREIGN_LINK,
	DSMIP_EV_MOVED, DSMIP_EV_TIMER, DSMIP_EV_BA_ACCEPTED, DSMIP_EV_BA_REFUSED, DSMIP_EV_BA_SEQUENCE,
	DSMIP_EV_REFRESH, DSMIP_EV_EXPIRED, DSMIP_EV_BE, DSMIP_EV_BRR, DSMIP_EV_ICMP, DSMIP_EV_DETACH,
	DSMIP_EV_NO_SA,			/* it could not be set up, or is lost */
	DSMIP_EV_REVOKED,		/* the home agent took it down */
	DSMIP_EV_SWITCH,		/* it sends us to another home agent */
	DSMIP_UE_EVENTS
};

extern const struct fsm dsmip_ue_fsm;

struct dsmip_ue;

/*
 * Lives as long as the world. hnp: the home network prefix, given statically while no security association hands it
 * out; with one, what is known before it (len 0: nothing, hoa then has the interface identifier alone). hoa: an address
 * in it. hoa4: a static IPv4 home address, or zero.
 */
struct dsmip_ue *dsmip_ue_new(struct net_host *h, const struct dsmip_ue_profile *p, const struct ip6_prefix *hnp,
			      const struct ip6_addr *hoa, struct ip4_addr hoa4, size_t room);
/* `room` octets right behind it, zeros at first, for what its owner keeps; in a world all have the same. */
/*
 * One more PDN connection of the same UE [24.303 4.3]: with a home address, home agent, binding and security
 * association of its own, by the same interfaces. The first one stays the host's; all have the same `room`, and the
 * same kind of security. At most DSMIP_PDN_MAX in all.
 */
#define DSMIP_PDN_MAX 11		/* bearers of one UE [TS 24.301] */
struct dsmip_ue *dsmip_ue_pdn_new(struct dsmip_ue *first, const struct dsmip_ue_profile *p,
				  const struct ip6_prefix *hnp, const struct ip6_addr *hoa, struct ip4_addr hoa4,
				  size_t room);
struct dsmip_ue *dsmip_ue_pdn_next(const struct dsmip_ue *d);	/* of the same UE; NULL: the last */
unsigned dsmip_ue_pdn_number(const struct dsmip_ue *d);		/* 0: the first; the instance in its records */
void *dsmip_ue_room(struct dsmip_ue *d);
struct dsmip_ue *dsmip_ue_of(const void *room);
struct net_host *dsmip_ue_host(const struct dsmip_ue *d);

/* ---- actions ----------------------------------------------------------------------------------------------------- */

/*
 * Connects to the PDN, preferring this interface (NULL: the first that has a care-of address). In IDLE, or in
 * DETACHING, which it ends; nothing in other states.
 */
void dsmip_ue_attach(struct dsmip_ue *d, struct net_iface *prefer);
/* Use this interface from now on, as soon as it has a care-of address. Begins a movement (MOVE_STARTED). */
void dsmip_ue_handover(struct dsmip_ue *d, struct net_iface *prefer);
void dsmip_ue_detach(struct dsmip_ue *d);			/* [24.303 5.4.2.2] */
void dsmip_ue_refresh(struct dsmip_ue *d);			/* periodic BU now [24.303 5.3.2] */
/* and a BU that says so, when registered [24.303 5.3.2, RFC 5555 4.4.2.1] */
void dsmip_ue_want_hoa4(struct dsmip_ue *d, bool want);
/*
 * A fault: from now on it registers this IPv6 address as care-of address, on whatever IPv6 link it is, and when
 * registered at once; :: what is true again, with the next BU.
 */
void dsmip_ue_claim(struct dsmip_ue *d, const struct ip6_addr *coa);
void dsmip_ue_set_sequence(struct dsmip_ue *d, uint16_t next);	/* the next BU carries it */
/* forgets binding, security associations, sequence and unusable home agents; state IDLE */
void dsmip_ue_reboot(struct dsmip_ue *d);

void dsmip_ue_solicit_prefix(struct dsmip_ue *d);	/* a Mobile Prefix Solicitation now, when registered */
/* What its home agent has no use for, for scenarios: see dsmip_ue_stray.c. Nothing without a care-of address. */
enum dsmip_stray { DSMIP_STRAY_TEST_INIT, DSMIP_STRAY_HOME_ADDRESS, DSMIP_STRAY_PAYLOAD_PROTO, DSMIP_STRAY_HEADER_LEN };
void dsmip_ue_stray(struct dsmip_ue *d, enum dsmip_stray what);

/* An IPv4 address of the interface came (usable) or went; the address itself is configured by the caller. */
void dsmip_ue_ip4(struct dsmip_ue *d, struct net_iface *i, bool usable);
/* A first sign of an IPv4 link (DHCP offer): movement is detected [RFC 5555 4.4.4]. */
void dsmip_ue_ip4_seen(struct dsmip_ue *d, struct net_iface *i);

/* ---- queries ----------------------------------------------------------------------------------------------------- */

enum dsmip_ue_state dsmip_ue_state(const struct dsmip_ue *d);

/* The binding update list entry; two with the IPv4 home address, kept as one [24.303 5.1.2.4]. */
struct dsmip_bul {
	bool valid;			/* acknowledged and not expired */
	struct ip6_addr home_address;
	struct ip6_prefix hnp;
	struct ip4_addr home_address4;	/* 0.0.0.0: no IPv4 entry */
	struct ip6_addr care_of;	/* IPv4 mapped */
	struct ip6_addr home_agent;
	uint16_t sequence;		/* of the last BU sent */
	moor_time expires;		/* MOOR_NEVER when not valid */
	moor_time refresh;		/* when the periodic BU is due, MOOR_NEVER: never */
	moor_time keepalive;		/* interval, 0: none needed */
	bool k, r, nat, udp;
};
struct dsmip_bul dsmip_ue_binding(const struct dsmip_ue *d);
const struct ip6_addr *dsmip_ue_hoa(const struct dsmip_ue *d);
bool dsmip_ue_knows_hoa(const struct dsmip_ue *d);		/* false: its prefix is still to be told by IKEv2 */
struct ip4_addr dsmip_ue_hoa4(const struct dsmip_ue *d);		/* 0.0.0.0: none */
/* At home, the IPv4 address that the home link has given, as mapped: behind a MAG the home address [RFC 5844 3.4]. */
bool dsmip_ue_home4(const struct dsmip_ue *d, struct ip6_addr *out);
/* May the home address be used as a source now: a binding stands or the UE is at home. */
bool dsmip_ue_reachable(const struct dsmip_ue *d);
/* What of a PDN connection is still there, in words: a timer that runs, a binding, an address. NULL: nothing. */
const char *dsmip_ue_pending(const struct dsmip_ue *d);

#endif
