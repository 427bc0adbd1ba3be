/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside of the home agent, shared by dsmip_ha.c (life, pools), dsmip_ha_bu.c (is a Binding Update in order),
 * dsmip_ha_ba.c (Binding Acknowledgements), dsmip_ha_bind.c (binding cache) and dsmip_ha_path.c (user packets,
 * errors).
 */
#ifndef MOOR_PROTO_DSMIP_HA_PRIV_H
#define MOOR_PROTO_DSMIP_HA_PRIV_H

#include "base/index.h"
#include "base/map.h"
#include "base/slab.h"
#include "proto/dsmip_ha.h"

#define BE_BURST 10u			/* Binding Errors: as many at once, and as many a second [RFC 4443 2.4 f] */

/*
 * A binding cache entry: the IPv6 home address and, linked by being in the same entry, the IPv4 one
 * [R24303-5.1.3.2-22] [R24303-5.1.3.2-23].
 */
struct bce {
	struct dsmip_ha *a;
	struct ip6_addr hoa;
	struct ip6_addr remote;		/* where packets go: the care-of address, behind a NAT the outer one; IPv4 mapped */
	struct ip4_addr hoa4;		/* 0.0.0.0: no IPv4 binding */
	struct ip4_addr coa4;		/* as the UE says */
	moor_handle self;
	struct moor_timer timer;	/* lifetime, DAD or hold, by state */
	struct machine machine;		/* enum dsmip_bce_state */
	uint16_t seq, lifetime;		/* lifetime: granted, units of 4 s */
	uint16_t port;			/* of the UE */
	uint8_t encap;			/* of the tunnel, as agreed */
	uint8_t ack4;			/* status for the IPv4 Address Acknowledgement, while waiting for DAD */
	bool asked4 : 1;		/* the BU had an IPv4 Home Address option */
	bool k : 1, r : 1;		/* as acknowledged */
	bool r_asked : 1;		/* as in the BU */
	bool nat : 1;
	bool has_hao : 1, udp_in : 1, udp_out : 1;	/* of the BU that waits for DAD, and of its BA */
	uint32_t rare : 24;		/* number of its struct bce_rare in dsmip_ha.rare, from 1; 0: none */
};

enum bce_revoke { REVOKE_NONE, REVOKE_ALL, REVOKE_IP4, REVOKE_SWITCH };

/* A BRI or a Home Agent Switch that is out: the second until the UE left, the first takes its place. */
struct bce_revocation {
	struct moor_timer timer;	/* until it is sent (again) */
	moor_time wait;			/* what it is set to next; doubled each time */
	struct dsmip_ha_addr target;	/* of the switch; zeros: the UE looks for one */
	uint16_t seq;			/* of the BRI */
	uint16_t sent;			/* messages so far */
	uint8_t what;			/* enum bce_revoke */
	uint8_t trigger;		/* enum mh_bri_trigger */
	bool no4;			/* the IPv4 home address was taken back: the binding gets none any more */
};

/*
 * What most bindings do without, so that a plain one pays nothing for it: revocation under way, several care-of
 * addresses, flows, delegated prefixes. Each member belongs to the file named beside it, which also frees it.
 */
struct bce_rare {
	struct bce *b;
	moor_handle self;
	struct moor_timer t_ask;	/* dsmip_ha_ask.c: the next Binding Refresh Request */
	bool deaf;			/* … the UE said that it does not know a message of ours */
	struct bce_revocation revocation;	/* dsmip_ha_revoke.c */
	bool link_local;		/* dsmip_ha_net.c: its link-local address is defended too (L) */
	uint8_t mpa_tries;		/* dsmip_ha_prefix.c: advertisements sent unasked so far */
	moor_time mpa_at;		/* of the last Mobile Prefix Advertisement; 0: none */
	struct moor_timer t_mpa;	/* the next one that nobody asked for */
	struct bce_mcoa *mcoa;		/* dsmip_ha_bid.c: care-of addresses by BID; NULL: one, without a BID */
};

struct dsmip_ha {
	struct net_host *h;
	struct dsmip_ha_config c;
	struct slab cache;
	struct slab rare;		/* struct bce_rare */
	struct slab mcoa;		/* struct bce_mcoa */
	struct index by_address;	/* entries by home network prefix and by IPv4 home address, see dsmip_ha_find */
	struct map assigned;		/* prefixes given out by name: (high 64 bits, 0) */
	struct map static4;		/* prefix -> IPv4 home address, host order */
	struct map taken4;		/* IPv4 home address -> 1: static ones, never given out otherwise */
	struct map home_hosts;		/* MAC -> number of the prefix */
	struct net_iface *home;		/* NULL: no home link */
	struct s2c_ha *sec;		/* NULL: `ipsec: none` */
	struct dhcp6_server *pd;	/* dsmip_ha_pd.c; NULL: it is no DHCPv6 server */
	const struct dsmip_home_ops *homes;	/* a home link behind a local mobility anchor; NULL: none */
	void *homes_owner;
	struct ha_net *net;		/* a home link that mobile nodes share; NULL: each has a prefix of its own */
	uint32_t n_assigned;		/* prefixes 0 .. n-1 given out in order */
	uint32_t *released;		/* numbers of prefixes that came back, in a ring: the one that rested longest first */
	uint32_t released_cap, released_at, n_released;
	uint32_t next4, used4;		/* dynamic IPv4 home addresses: where to look next; in use */
	uint32_t active;
	moor_time be_at;		/* rate limit of Binding Errors: tokens as of then */
	uint32_t be_tokens;
	moor_time switch_at;		/* the next Home Agent Switch message may leave then [RFC 5142 7] */
	uint16_t bri_seq;		/* of the last BRI */
};

/* What a Binding Update means, as far as it could be read. */
struct bu {
	const struct dsmip_rx *x;
	struct bce *b;			/* NULL: no entry */
	struct bce *other;		/* entry of another home address of the same prefix: the BU replaces it */
	const struct mh_opt *alt_coa, *coa4, *hoa4;
	const struct mh_opt *bid;	/* the first Binding Identifier option, maybe a bad one; NULL: none, or not seen */
	uint16_t flags;
	bool dereg;
	bool nat;			/* there is one */
	bool udp, udp_tunnel;		/* the BA goes in UDP; packets do */
	struct ip6_addr coa;		/* care-of address; IPv4 mapped, behind a NAT the outer one */
};

/* What of a BU its BA depends on. */
struct answer {
	uint8_t status;
	uint16_t seq, lifetime;
	bool r, k;
	bool asked4;
	uint8_t ack4;
	struct ip4_addr hoa4;
	bool dereg, v4, nat;
	bool udp_in, udp, udp_tunnel;	/* the BU came in UDP, the BA goes in UDP, packets shall go in UDP */
	bool has_hao;
	const struct mh_msg *request;	/* NULL: long gone */
	struct ip6_addr hoa, coa;
	uint16_t port;			/* of the UE, when the BU came in UDP */
	struct net_iface *via;		/* home link, for a BU without a Home Address option */
	enum mh_procedure procedure;
	uint32_t instance;
	const struct ha_ifom_answer *ifom;	/* about BIDs and flows; NULL: nothing */
};

static inline struct moor_world *ha_world(const struct dsmip_ha *a) { return net_host_world(a->h); }
static inline uint32_t ha_node(const struct dsmip_ha *a) { return moor_node_id(net_host_node(a->h)); }
/* Packets go through it: it is registered, whatever else is under way. */
static inline bool bce_state_stands(uint8_t state)
{
	return state == DSMIP_BCE_ACTIVE || state == DSMIP_BCE_REVOKING || state == DSMIP_BCE_SWITCHING;
}
static inline bool bce_stands(const struct bce *b)	/* NULL: no */
{
	return b && bce_state_stands(b->machine.state);
}
static inline uint32_t bce_index(const struct bce *b) { return b ? b->self & 0xffffff : 0; }
static inline int64_t ha_timer(const struct dsmip_ha *a, enum timer_id id)
{
	return a->c.timers ? a->c.timers->v[id] : timer_rows[id].def;
}

/* dsmip_ha.c */
/* The home network prefix of the UE on the home link with this MAC. */
bool dsmip_ha_home_prefix(const struct dsmip_ha *a, const struct mac_addr *mac, struct ip6_prefix *hnp);
bool dsmip_ha_in_pool(const struct dsmip_ha *a, const struct ip6_addr *addr);	/* either pool */
struct bce *dsmip_ha_find(const struct dsmip_ha *a, const struct ip6_addr *addr);	/* by HoA, HNP or mapped HoA4 */
struct bce *dsmip_ha_create(struct dsmip_ha *a, const struct ip6_addr *hoa);
static inline struct bce_rare *bce_rare(const struct bce *b)	/* NULL: none */
{
	return b->rare ? slab_at(&b->a->rare, b->rare - 1u) : NULL;
}
static inline bool bce_has_bids(const struct bce *b) { return b->rare && bce_rare(b)->mcoa; }
struct bce_rare *bce_rare_make(struct bce *b);		/* the same, made (zeros) when absent; goes with the entry */
void dsmip_ha_link_local(struct bce *b, bool on);		/* with a->net: it is found by that too */
struct net_tunnel dsmip_ha_tunnel(const struct bce *b);
void dsmip_ha_delete(struct bce *b);
bool dsmip_ha_alloc4(struct dsmip_ha *a, struct bce *b);	/* gives the entry an IPv4 home address */
void dsmip_ha_set4(struct bce *b, struct ip4_addr addr);	/* 0.0.0.0: takes it away */
bool dsmip_ha_static4(const struct dsmip_ha *a, const struct ip6_addr *hoa, struct ip4_addr *out);
void dsmip_ha_record(const struct bce *b, enum rec_binding what, uint8_t status);
void dsmip_ha_record_bid(const struct bce *b, enum rec_binding what, uint8_t status, uint16_t bid);
void dsmip_ha_state(struct bce *b, enum dsmip_bce_event ev, enum dsmip_bce_state to);

/* dsmip_ha_bu.c: a status of the BA, or BU_SILENT */
enum { BU_SILENT = -1 };
int dsmip_ha_check(struct dsmip_ha *a, struct bu *u, const char **reason);
bool dsmip_by_profile(uint8_t choice, bool profile);
bool dsmip_ha_circle(const struct dsmip_ha *a, const struct ip6_addr *care_of);

/* dsmip_ha_ba.c */
bool dsmip_ha_is_rfc(const struct dsmip_ha *a);	/* the RFCs' rules where 24.303 has others */
void dsmip_ha_answer(struct dsmip_ha *a, const struct answer *r);

/* dsmip_ha_bind.c; ifom may be NULL in all of them */
struct answer dsmip_ha_answer_to(const struct bu *u, uint8_t status);
void dsmip_ha_refused(struct dsmip_ha *a, const struct bu *u, uint8_t status, const struct ha_ifom_answer *ifom);
void dsmip_ha_send_ba(struct dsmip_ha *a, const struct bce *b, struct answer *r, const struct mh_opt *asked);
void dsmip_ha_replace_other(struct bu *u);
void dsmip_ha_take_bu(struct dsmip_ha *a, struct bce *b, const struct bu *u);	/* all but the care-of address */
void dsmip_ha_start_dad(struct dsmip_ha *a, struct bce *b);
void dsmip_ha_hold(struct dsmip_ha *a, struct bce *b);		/* its last care-of address was taken back */
void dsmip_ha_drop_entry(struct bce *b, enum dsmip_bce_event ev);
void dsmip_ha_input(void *owner, struct net_rx *rx);
void dsmip_ha_address(void *owner, struct net_iface *i, const struct ip6_addr *addr, enum rec_address what);

/* dsmip_ha_revoke.c */
void dsmip_ha_bra(struct dsmip_ha *a, const struct dsmip_rx *x);	/* a Binding Revocation message came */
/* With a rare part: the entry no longer stands, because of that. */
void dsmip_ha_revocation_over(struct bce *b, enum dsmip_bce_event ev);
bool dsmip_ha_revoked4(const struct bce *b);		/* its IPv4 home address was, or is being, revoked */
/* The UE knows no BRI, or no Home Agent Switch: it said so in a Binding Error. */
void dsmip_ha_not_understood(struct bce *b);
/* What a message of ours to the UE of a binding needs, as its BAs go; *t and what out points to outlive out. */
void dsmip_ha_way(const struct bce *b, struct net_tunnel *t, struct dsmip_tx *out);

/* s2c_ha.c. Only with a->sec. */
void s2c_ha_free(struct s2c_ha *s);
void s2c_ha_moved(struct s2c_ha *s, const struct ip6_addr *hoa, const struct ip6_addr *remote);	/* K */
void s2c_ha_unbound(struct s2c_ha *s, const struct ip6_addr *hoa);	/* the entry is no longer active */
void s2c_ha_registered(struct s2c_ha *s, const struct ip6_addr *hoa);	/* a binding came to be; its BA left */
/* How a revocation ended: the entry is gone and the UE knows, or does not; or the entry stays. */
enum s2c_revoked { S2C_TOLD, S2C_SILENT, S2C_KEPT };
void s2c_ha_revoked(struct s2c_ha *s, const struct ip6_addr *hoa, enum s2c_revoked how);
bool s2c_ha_secured(const struct s2c_ha *s, const struct ip6_addr *hoa);	/* it has a child SA for messages of ours */
bool s2c_ha_ending(const struct s2c_ha *s, const struct ip6_addr *hoa);	/* its session was ended; no new binding */
bool s2c_ha_no_ip4(const struct s2c_ha *s, const struct ip6_addr *hoa);	/* the subscriber may have none */

/* dsmip_ha_net.c, dsmip_ha_agents.c. A home link that mobile nodes share: with a->net. */
void dsmip_ha_net_new(struct dsmip_ha *a, const struct router_advert *params);
void dsmip_ha_net_free(struct dsmip_ha *a);
void dsmip_ha_net_state(struct bce *b, enum dsmip_bce_state from, enum dsmip_bce_state to);
void dsmip_ha_net_stop(struct bce *b);			/* its timers */
bool dsmip_ha_net_proxies(void *owner, const struct net_iface *i, const struct ip6_addr *target);
void dsmip_ha_net_icmp(void *owner, const struct net_rx *rx, const struct icmp6 *m);
void dsmip_ha_router_heard(void *owner, struct net_iface *i, const struct ip6_addr *router, const struct icmp6 *m);

/* dsmip_ha_ask.c */
void dsmip_ha_ask_later(struct bce *b);		/* it is active, with a new lifetime */
void dsmip_ha_ask_done(struct bce *b);
void dsmip_ha_be_in(struct dsmip_ha *a, const struct dsmip_rx *x);

/* dsmip_ha_pd.c */
const struct bce *dsmip_ha_pd_find(const struct dsmip_ha *a, const struct ip6_addr *addr);
bool dsmip_ha_pd_stops(const struct dsmip_ha *a, const struct ip6_addr *addr);

/* dsmip_ha_bid.c, dsmip_ha_care.c: several care-of addresses; only for BUs and entries that have BIDs */
void dsmip_ha_bid_read(struct dsmip_ha *a, struct bu *u);	/* what read_bu does without them */
enum mh_procedure dsmip_ha_bid_procedure(const struct bu *u);
void dsmip_ha_bid_in(struct dsmip_ha *a, struct bu *u);
void dsmip_ha_bid_refused(struct dsmip_ha *a, const struct bu *u, uint8_t status);	/* for reasons of any BU */
void dsmip_ha_bid_after_dad(struct dsmip_ha *a, struct bce *b, struct answer *r);
/* The rest does nothing, or says no, without BIDs. */
void dsmip_ha_bid_forget(struct bce *b);
/* Takes one care-of address back; false: there is no such, or no other one (then the whole binding is to go). */
bool dsmip_ha_bid_remove(struct bce *b, uint16_t bid, enum rec_binding what);
unsigned dsmip_ha_bids(const struct bce *b, uint16_t bid[16]);	/* which there are, in the order of registration */
bool dsmip_ha_bid_from(const struct bce *b, const struct net_outer *o);	/* a tunnel packet: from one of them */
bool dsmip_ha_bid_has(const struct bce *b, const struct ip6_addr *care_of, uint8_t *encap);

/* dsmip_ha_flow.c */
bool dsmip_ha_flows_plain(struct dsmip_ha *a, struct bce *b, const struct bu *u, struct answer *r);
/* Where a packet to an entry with BIDs goes, as net_hooks.divert says it. */
const struct net_tunnel *dsmip_ha_steer(const struct bce *b, const struct ip6_addr *dst, const uint8_t *packet,
					uint32_t len, bool forwarded, struct net_tunnel *room);

/* dsmip_ha_path.c */
extern const struct net_hooks dsmip_ha_hooks;
bool dsmip_ha_be_allowed(struct dsmip_ha *a);		/* the limit of Binding Errors; true counts as one */
/* hoa: whose packet it was; has_hao: it stood in a Home Address option */
void dsmip_ha_error(struct dsmip_ha *a, const struct net_rx *rx, uint8_t status, const struct ip6_addr *hoa,
		    bool has_hao);

#endif
