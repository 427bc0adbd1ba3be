/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The local mobility anchor of PMIPv6 [RFC 5213 5, RFC 5844 3.1, RFC 5845 3.2, 29.275]: binding cache with its three
 * look-up keys, prefix and IPv4 pools, Proxy Binding Acknowledgements, and both directions of the tunnels.
 *
 * A mobility session is a PDN connection of a subscriber over one access: one binding cache entry. Its mobile node
 * never takes part in signalling.
 */
#ifndef MOOR_PROTO_PMIP_LMA_H
#define MOOR_PROTO_PMIP_LMA_H

#include "proto/aaa.h"
#include "proto/pmip.h"
#include "proto/pmip_3gpp.h"
#include "world/machine.h"

#define PMIP_MAGS_MAX 64u

enum pmip_drift {			/* where the documents differ [PROCEDURES of the texts: draft 02 against RFC 5213] */
	PMIP_RFC5213,			/* default; r10, rfc */
	PMIP_DRAFT02			/* r8 */
};

/*
 * Where prefixes and IPv4 home addresses come from, when not from the LMA's own pools: a PDN gateway that is home agent
 * as well has one pool for both [24.303 5.1.3.1].
 */
struct pmip_pool_ops {
	bool (*assign)(void *owner, struct imsi i, const char *apn, struct ip6_prefix *hnp);
	bool (*owns)(void *owner, struct imsi i, const char *apn, const struct ip6_prefix *hnp);	/* may it have this one */
	/* this one, which it may have, is in use from now on; false: it may not after all; NULL: that is of no concern */
	bool (*take)(void *owner, struct imsi i, const char *apn, const struct ip6_prefix *hnp);
	void (*release)(void *owner, struct imsi i, const char *apn, const struct ip6_prefix *hnp);
	/* its IPv4 home address: `wanted`, or (0.0.0.0) any; false: not to be had; NULL: of the LMA's own pool */
	bool (*home4)(void *owner, const struct ip6_prefix *hnp, struct ip4_addr wanted, struct ip4_addr *out);
};

/* Copied at creation. pmip_lma_config_default fills all but addresses and pools. */
struct pmip_lma_config {
	enum mh_profile profile;	/* r10; r8 means PMIP_DRAFT02 too */
	enum pmip_drift drift;
	const struct timer_set *timers;	/* NULL: defaults; outlives the LMA */
	struct ip6_addr lmaa;		/* LMA address; :: none */
	struct ip4_addr lmaa4;		/* IPv4-LMAA; 0.0.0.0 none */
	struct ip6_prefix hnp_pool;	/* one /64 of it per session; length 1..64 */
	struct ip4_prefix ip4_pool;	/* IPv4 home addresses; length 0: none */
	/*
	 * Mobile nodes whose MAG asks for it get one address each of this prefix in place of a prefix of their own [draft 02,
	 * App. B]; length 64..126, 0: none. Never with a pool of somebody else. The part of 2^32 addresses at most that is
	 * given out begins at its own.
	 */
	struct ip6_prefix shared;
	struct pmip_pdn pdn;		/* told to MAGs that ask in protocol configuration options */
	bool dhcp4_server;		/* MAGs are told to be DHCPv4 servers, not relay agents [RFC 5844 3.3.4]; default true */
	const struct pmip_pool_ops *pool;	/* NULL: own pools; kept by reference */
	void *pool_owner;
	const struct pmip_names *names;	/* NULL: IMSIs' own */
	/* Who a subscriber is and what it may have; NULL: every IMSI, served from the pools. */
	const struct aaa_server *policy;
	/* MAGs that may register, IPv4 as mapped; none: all [RFC 5213 5.3.1 (154)]. */
	struct ip6_addr mag[PMIP_MAGS_MAX];
	uint8_t n_mags;
	moor_time lifetime_max;		/* default 3600 s */
	bool gre;			/* GRE with keys is demanded (status 163) [29.275 6.1]; default true */
	bool tlv_header;		/* grants GRE in UDP to who asks for it, else status 3 [RFC 5845 7.4]; default true */
	bool gre_sequence;		/* sequence numbers in GRE of what we send [RFC 2890]; default false */
	bool verify_attachment;		/* the policy store must know the mobile node to be at the MAG [5213 11]; default false */
	bool accept_force_udp;		/* AcceptForcedIPv4UDPEncapsulationRequest; default false: status 129 */
	bool enabled;			/* false: status 152 for everybody */
	/* The MAG that had a mobile node before is told by a BRI [RFC 5846 8.1]; default false: it notices itself */
	bool revoke_handoff;
	bool refuse_global;		/* no MAG may revoke all its sessions at once: status 130; default false */
	uint8_t refuse;			/* a status >= 128 for every registration; 0: none */
	uint32_t max_bindings;		/* then status 130; 0: no limit */
	/* link-local address that MAGs are told to use on access links; :: one is made for each session [5.3.1] */
	struct ip6_addr mag_link_local;
	bool heartbeat;			/* sends heartbeats while there are bindings; default true */
};

void pmip_lma_config_default(struct pmip_lma_config *c);

enum pmip_bce_state {
	PMIP_BCE_NONE,
	PMIP_BCE_ACTIVE,
	PMIP_BCE_HOLD,			/* de-registered, kept for MinDelayBeforeBCEDelete [RFC 5213 5.3.5] */
	PMIP_BCE_REVOKING,		/* a Binding Revocation Indication is out */
	PMIP_BCE_STATES
};

enum pmip_bce_event {
	PMIP_BCE_EV_PBU, PMIP_BCE_EV_DEREG, PMIP_BCE_EV_EXPIRED, PMIP_BCE_EV_HOLD_OVER, PMIP_BCE_EV_REVOKE,
	PMIP_BCE_EV_BRA, PMIP_BCE_EV_BRA_LOST, PMIP_BCE_EV_PEER_GONE, PMIP_BCE_EVENTS
};

extern const struct fsm pmip_bce_fsm;

struct pmip_lma;

/* Takes Mobility Headers, UDP 5436 and the hooks of h; hooks false: its owner does, and hands on what is ours. */
struct pmip_lma *pmip_lma_new(struct net_host *h, const struct pmip_lma_config *c, bool hooks);
void pmip_lma_free(struct pmip_lma *a);
/* For an owner that hooks in itself: these with the LMA as their owner. divert: NULL when it is nothing of ours. */
extern const struct net_hooks pmip_lma_hooks;
/*
 * A Mobility Header for us: true when it was PMIPv6's (a P flag, or a type of PMIPv6 alone), and was dealt with.
 * Without hooks of its own the LMA leaves everything else alone; with them what has no P is an error.
 */
bool pmip_lma_input(struct pmip_lma *a, struct net_rx *rx);
/*
 * Is an encapsulated packet, as net_hooks.tunnel_in is shown it, a MAG's: GRE, signalling over IPv4, or IP in IP of the
 * session that its inner source is of? Otherwise it is a mobile node's own.
 */
bool pmip_lma_from_mag(const struct pmip_lma *a, const struct net_outer *o, const struct ip6_addr *inner_src,
		       const struct ip6_addr *inner_dst);

/* ---- actions ----------------------------------------------------------------------------------------------------- */

struct ip4_addr pmip_lma_router4(const struct pmip_lma *a);	/* of the mobile nodes' IPv4 links; of the pool */
struct pmip_lma_config *pmip_lma_settings(struct pmip_lma *a);	/* knobs may be turned while it runs */
/* A session of this address that is only held for another MAG [RFC 5213 5.3.5] ends now. False: there is none. */
bool pmip_lma_end_held(struct pmip_lma *a, const struct ip6_addr *addr);
/*
 * Binding Revocation to the serving MAG [RFC 5846 9.1]; trigger: enum mh_bri_trigger. apn NULL: every session of the
 * subscriber. Returns how many were told.
 */
unsigned pmip_lma_revoke(struct pmip_lma *a, struct imsi i, const char *apn, uint8_t trigger);
/* The one session that has this address. False: there is none, or it is going already. */
bool pmip_lma_revoke_session(struct pmip_lma *a, const struct ip6_addr *addr, uint8_t trigger);
/*
 * Another home network prefix for its sessions (apn NULL: all) in place of the first [RFC 5213 6.12, RFC 7077]; for how
 * many the MAG was notified. Not with a pool of somebody else.
 */
unsigned pmip_lma_renumber(struct pmip_lma *a, struct imsi i, const char *apn);
/* All sessions of one MAG: global, per-peer policy [RFC 5846 9.1.1]. mag :: means every MAG. */
unsigned pmip_lma_revoke_all(struct pmip_lma *a, const struct ip6_addr *mag);
/* Those of a realm, as "@example.com", which lives as long as the LMA [RFC 5846 8.1]: global, trigger 129. */
unsigned pmip_lma_revoke_realm(struct pmip_lma *a, const struct ip6_addr *mag, const char *realm);
/* The IPv4 home addresses alone; as pmip_lma_revoke. */
unsigned pmip_lma_revoke4(struct pmip_lma *a, struct imsi i, const char *apn, uint8_t trigger);
/* The binding cache is gone; heartbeats tell the peers [RFC 5847 3.3]. */
void pmip_lma_reboot(struct pmip_lma *a);
bool pmip_lma_drop(struct pmip_lma *a, const struct ip6_addr *hnp);	/* administrative: the entry goes without a word */

/* ---- queries ----------------------------------------------------------------------------------------------------- */

struct pmip_bce_view {
	enum pmip_bce_state state;
	struct imsi imsi;
	const char *apn;		/* NULL: none was named */
	unsigned n_hnp;
	struct ip6_prefix hnp[PMIP_HNP_MAX];
	struct ip4_addr hoa4;		/* 0.0.0.0: none */
	uint32_t charging_id;		/* 0: none was asked for */
	uint8_t pdn_id;			/* PDN connection id; 0: none */
	struct ip6_addr proxy_coa;	/* IPv4 as mapped */
	struct ip6_addr link_local;	/* of the MAG on the access link */
	enum pmip_transport transport;
	uint8_t att, handoff;
	uint16_t sequence, lifetime;	/* units of 4 s */
	struct mh_stamp stamp;		/* of the last PBU accepted; 0: it had none */
	bool gre;
	uint32_t key_down, key_up;	/* the MAG's; ours */
	moor_time expires;
};
/* By any address of its prefixes, or its IPv4 home address as mapped. False: no entry. */
bool pmip_lma_binding(const struct pmip_lma *a, const struct ip6_addr *addr, struct pmip_bce_view *out);
/* Every entry, one after the other: starts with *at = 0; false at the end. */
bool pmip_lma_binding_next(const struct pmip_lma *a, uint32_t *at, struct pmip_bce_view *out);
uint32_t pmip_lma_bindings(const struct pmip_lma *a);	/* entries that are active */
uint32_t pmip_lma_entries(const struct pmip_lma *a);	/* with those held or being revoked */
uint32_t pmip_lma_waiting(const struct pmip_lma *a);	/* PBUs that wait for another MAG's de-registration */
uint32_t pmip_lma_prefixes(const struct pmip_lma *a);	/* of its own pool that are in use */

/* The tunnels, each shared by the sessions of one MAG and transport [R5213d-5.5.1-02] [R5213d-5.5.1-04]. */
struct pmip_tunnel_view {
	struct ip6_addr remote;
	enum pmip_transport transport;
	uint32_t users;
	uint64_t packets_in, packets_out;
};
/* Starts with *at = 0; false at the end. */
bool pmip_lma_tunnel_next(const struct pmip_lma *a, uint32_t *at, struct pmip_tunnel_view *out);
void pmip_lma_memory(const struct pmip_lma *a, mem_report_fn *fn, void *ctx);

#endif
