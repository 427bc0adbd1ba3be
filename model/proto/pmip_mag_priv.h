/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside of the MAG, shared by pmip_mag.c (life, mobile nodes and entries as a store), pmip_mag_attach.c (who is on
 * the access links, and what they may have), pmip_mag_detect.c (comings and goings that nobody tells of),
 * pmip_mag_nd.c (the router that it is there), pmip_mag_pbu.c (Proxy Binding Updates out), pmip_mag_pba.c (Mobility
 * Headers in), pmip_mag_revoke.c (revocation), pmip_mag_path.c (user packets) and pmip_mag_domain.c (what MAGs tell
 * each other).
 */
#ifndef MOOR_PROTO_PMIP_MAG_PRIV_H
#define MOOR_PROTO_PMIP_MAG_PRIV_H

#include "base/index.h"
#include "base/rng.h"
#include "base/slab.h"
#include "proto/gre_key.h"
#include "proto/pmip_heartbeat.h"
#include "proto/pmip_mag.h"

#define MAG_ACCESS_MAX 8u
#define MAG_RETRIES 3u			/* after refusals, of one kind: nobody gains by more */
#define MAG_ASKED 512u			/* entries whose PBU was sent last are found by its sequence number */

/* A host on an access link. */
struct pmip_mn {
	struct pmip_mag *m;
	struct imsi imsi;
	struct mac_addr mac;
	uint8_t access;			/* index in pmip_mag.access [R5213d-6.1-07] */
	bool there;			/* as far as is known */
	bool guest;			/* no subscription: plain IPv6 */
	bool guest_shown : 1;		/* it was shown a guest's prefix (pmip_mag_nd.c) */
	bool eui : 1;			/* its link-local address is known, and that of its MAC (pmip_mag_nd.c) */
	moor_handle self;
	moor_handle first;		/* of its entries */
	moor_handle rare;		/* struct pmip_mn_rare; 0: none. By pmip_mn_rare, pmip_mn_rare_new */
	struct mh_stamp stamp;		/* of the last PBU about it */
};

/* A revocation that waits for the answer of the mobile node that it says is gone. */
struct mag_doubt {
	moor_handle self;
	struct ip6_addr src, dst;
	uint16_t sport, len;
	uint8_t transport;
	uint8_t mh[256];
};

/* All sessions with an LMA were given up, and it has not answered yet; pmip_mag_revoke.c. */
struct mag_farewell {
	struct pmip_mag *m;
	moor_handle self;
	struct ip6_addr lma;
	struct moor_timer timer;
	uint16_t seq;
	uint8_t transport, tries;
};

/* What most mobile nodes do without. */
struct pmip_mn_rare {
	struct pmip_mag *m;
	moor_handle self, mn;
	/* pmip_mag_detect.c */
	moor_handle doubt;		/* struct mag_doubt; 0: none */
	struct moor_timer timer;	/* the end of its silence, or of waiting for the answer to a probe */
	struct ip6_addr addr;		/* that it sent from last, IPv4 as mapped; zero: none yet */
	moor_time heard;
	uint8_t probes;			/* that are not answered */
	uint64_t iid;			/* pmip_mag_nd.c: of its link-local address when that is not of its MAC; 0: none */
	uint64_t ours;			/* pmip_mag_nd.c: of ours towards it, after a collision; 0: as for everybody */
};

/* What most entries do without. */
struct pmip_bule_rare {
	moor_handle self;
	struct ip4_addr router4;	/* default router of the IPv4 home address */
	uint64_t host;			/* pmip_mag_shared.c: lower 64 bits of its one address; 0: it has prefixes */
	/* pmip_mag_3gpp.c: */
	uint32_t charging_id;
	uint8_t pdn_id;			/* of several connections to one APN, from 1; 0: the only one */
	moor_handle pdn;		/* struct pmip_pdn in pmip_mag.pdns; 0: none */
	/* pmip_mag_ip4.c, pmip_mag_dhcp4.c: */
	uint8_t len4;			/* prefix length of the IPv4 home network */
	uint8_t gate;			/* in pmip_mag.gate, from 1; 0: none */
	moor_handle dhcp4;		/* struct mag_dhcp4_wait; 0: none */
	bool relay4 : 1;		/* the LMA wants a relay, not a server */
	bool want4 : 1;			/* DHCP asked for the address */
	bool no_ip6 : 1;		/* the profile has IPv4 alone */
	bool release4 : 1;		/* the PBU that is out gives the IPv4 home address back */
	bool left4 : 1;			/* the mobile node gave it back: DHCP has to ask for another */
	bool any4 : 1;			/* the address is not asked for by name any more */
};

/* A binding update list entry. */
struct pmip_bule {
	struct pmip_mag *m;
	const char *apn;		/* NULL: without a name */
	struct mh_stamp stamp;		/* of the last PBU */
	struct ip6_addr lma;		/* IPv4 as mapped */
	uint64_t hnp[PMIP_HNP_MAX];	/* upper 64 bits */
	uint64_t link_local;		/* of ours on the access link (the draft: of its host's); 0: none [R5213d-6.1-05] */
	moor_time expires;
	struct ip4_addr hoa4;
	uint32_t key_down, key_up;
	uint32_t sequence;		/* of GRE */
	moor_handle self, mn, next;	/* next: of the same mobile node */
	moor_handle context;		/* what the domain knows about it; a hint (pmip_mag_domain.c) */
	moor_handle aaa;		/* session of the AAA client; 0: none */
	moor_handle rare;		/* struct pmip_bule_rare; 0: none. By pmip_bule_rare, pmip_bule_rare_new */
	struct moor_timer timer;	/* by state: next PBU, refresh, de-registration's end */
	struct machine machine;
	uint16_t seq, lifetime, attempt;
	uint8_t n_hnp, handoff, status, tries;
	uint8_t transport;
	bool waiting : 1;		/* a PBU is out */
	bool withdrawn : 1;		/* its prefixes are advertised with lifetime 0 */
	bool any : 1;			/* the prefix is not asked for by name any more */
	bool ip4 : 1;			/* the profile allows IPv4 */
	bool keyed : 1;			/* the answer had a GRE key */
	bool counted : 1;		/* in its peer's users */
	bool tlv_asked : 1;		/* T was set in the PBU */
	bool tlv : 1;			/* … and granted: GRE in UDP */
	bool early : 1;			/* key_up is the domain's: uplink before the PBA */
	bool stuck : 1;			/* an answer that did not echo the request: nothing is sent any more */
	bool held : 1;			/* its PBU waits for an SA with the LMA: pmip_mag_sec.c */
	bool managed : 1, other : 1;	/* M and O of advertisements, beside the MAG's own (pmip_mag_nd.c) */
	uint8_t local : 2;		/* enum aaa_pmip_local */
	bool host : 1;			/* it has one address of a shared prefix: pmip_mag_shared.c */
};

#define MAG_PEERS_MAX 16u		/* LMAs to which heartbeats go */

struct mag_peer {
	struct ip6_addr lma;
	uint32_t users;
	uint8_t transport;
	moor_time checked;		/* pmip_mag_nd.c: when the next was found out; 0: never */
	uint32_t mtu[2];		/* of the tunnel, without and with a GRE key */
};

/* An address that default routers of mobile nodes have, on an access link. */
struct mag_gate {
	struct ip4_addr router;
	uint32_t users;			/* 0: free */
	uint8_t access;
};

#define MAG_GATES_MAX 16u		/* others are answered for by proxy ARP alone */

struct mag_access {
	struct net_iface *i;
	uint8_t att;
	uint8_t coming, going;		/* bits of enum pmip_coming, enum pmip_going */
	uint16_t router;		/* what the domain calls our own link-local address there */
	struct ip6_prefix guests;	/* length 0: there is none for them */
};

struct pmip_mag {
	struct net_host *h;
	struct pmip_mag_config c;
	struct slab mns, bules, rare, mn_rares, doubts, farewells;
	struct slab pdns;		/* struct pmip_pdn */
	struct dhcp6_relay *relay6;	/* pmip_mag_dhcp6.c; NULL: DHCPv6 is not relayed */
	struct dhcp6_server *server6;	/* pmip_mag_shared.c; NULL: no prefix is shared */
	uint32_t n_hosts;		/* entries with one address of a shared prefix */
	struct slab dhcp4;		/* struct mag_dhcp4_wait of pmip_mag_dhcp4.c */
	struct mag_gate gate[MAG_GATES_MAX];
	struct index by_mac;		/* mobile nodes */
	struct index by_user;		/* the same, from the first question on; see pmip_mag_first */
	bool users;			/* by_user is kept */
	moor_handle asked[MAG_ASKED];	/* by the number of the PBU; a hint */
	struct index by_address;	/* entries by the upper 64 bits of prefixes and by IPv4 home address */
	struct mag_access access[MAG_ACCESS_MAX];
	unsigned n_access;
	struct mag_peer peer[MAG_PEERS_MAX];
	unsigned n_peers;
	struct aaa_client *client;	/* NULL: nobody is asked */
	struct pmip_heart *heart;
	struct pmip_mag_sec *sec;	/* NULL: without IPsec */
	struct gre_keys keys;
	struct rng rng;			/* link-local addresses */
	uint16_t seq;			/* of PBUs with timestamps: one counter for the MAG [RFC 5213 6.9.1.1] */
	uint16_t bri_seq;
	uint32_t active;
};

static inline struct moor_world *mag_world(const struct pmip_mag *m) { return net_host_world(m->h); }
static inline uint32_t mag_node(const struct pmip_mag *m) { return moor_node_id(net_host_node(m->h)); }
static inline uint32_t bule_index(const struct pmip_bule *b) { return b ? b->self & SLAB_NUMBER_MASK : 0; }
static inline int64_t mag_timer(const struct pmip_mag *m, enum timer_id id)
{
	return m->c.timers ? m->c.timers->v[id] : timer_rows[id].def;
}
static inline bool mag_draft(const struct pmip_mag *m) { return m->c.drift == PMIP_DRAFT02; }
static inline struct pmip_mn *mn_of(const struct pmip_bule *b) { return slab_get(&b->m->mns, b->mn); }
static inline struct pmip_bule *bule_at(const struct pmip_mag *m, moor_handle h)	/* NULL for 0 */
{
	return h ? slab_get(&m->bules, h) : NULL;
}
static inline struct pmip_bule_rare *pmip_bule_rare(const struct pmip_bule *b)	/* NULL: none */
{
	return b->rare ? slab_get(&b->m->rare, b->rare) : NULL;
}
static inline struct pmip_mn_rare *pmip_mn_rare(const struct pmip_mn *n)	/* NULL: none */
{
	return n->rare ? slab_get(&n->m->mn_rares, n->rare) : NULL;
}
static inline struct net_iface *mn_iface(const struct pmip_mn *n) { return n->m->access[n->access].i; }

/* Its first prefix, or its one address; :: for neither. */
static inline struct ip6_addr bule_address(const struct pmip_bule *b)
{
	return b->n_hnp ? ip6_from64(b->hnp[0], b->host ? pmip_bule_rare(b)->host : 0) : ip6_any;
}

/* The tunnel of its user packets (pmip_mag_path.c). */
struct net_tunnel pmip_mag_tunnel(struct pmip_bule *b);

/* pmip_mag.c */
bool pmip_mag_has_address(const struct pmip_bule *b, const struct ip6_addr *addr);
struct mag_peer *pmip_mag_peer_of(struct pmip_bule *b);	/* NULL: too many */
struct pmip_mn *pmip_mag_mn(const struct pmip_mag *m, const struct mac_addr *mac);	/* NULL: not known */
/* Every interface of a mobile node on this MAG: start with *at 0 and the first; NULL at the end. */
struct pmip_mn *pmip_mag_first(const struct pmip_mag *m, struct imsi i, uint32_t *at);
struct pmip_mn *pmip_mag_next(const struct pmip_mag *m, struct imsi i, uint32_t *at);
/* Of them the one that is attached, else any. NULL: it is not here. */
struct pmip_mn *pmip_mag_user(const struct pmip_mag *m, struct imsi i);
struct pmip_mn *pmip_mag_mn_new(struct pmip_mag *m, const struct mac_addr *mac, unsigned access, struct imsi i);
void pmip_mag_mn_gone(struct pmip_mn *n);		/* without entries */
struct pmip_bule *pmip_mag_find(const struct pmip_mag *m, const struct ip6_addr *addr);	/* by prefix or mapped HoA4 */
struct pmip_bule *pmip_mag_find_key(const struct pmip_mag *m, uint32_t key_down);
struct pmip_bule_rare *pmip_bule_rare_new(struct pmip_bule *b);	/* or the one it has */
struct pmip_bule *pmip_mag_create(struct pmip_mn *n, const char *apn);
void pmip_mag_delete(struct pmip_bule *b);		/* state DETACHED before; its mobile node goes with its last one */
void pmip_mag_set_hnps(struct pmip_bule *b, const uint64_t *hnp, unsigned n);
void pmip_mag_set_ip4(struct pmip_bule *b, struct ip4_addr hoa4);	/* the index; see pmip_mag_dhcp.h */
void pmip_mag_peer(struct pmip_bule *b, bool on);
struct ip6_addr pmip_mag_coa(const struct pmip_bule *b);	/* Proxy-CoA, IPv4 as mapped */
void pmip_mag_state(struct pmip_bule *b, enum pmip_bule_event ev, enum pmip_bule_state to);
void pmip_mag_record(const struct pmip_bule *b, enum rec_binding what, uint8_t status);

/* pmip_mag_attach.c */
void pmip_mag_station(void *owner, struct net_iface *i, const struct mac_addr *mac, bool there);
extern const struct aaa_client_ops pmip_mag_aaa_ops;

void pmip_mag_appeared(struct pmip_mag *m, unsigned access, const struct mac_addr *mac);
bool pmip_mag_is_access(const struct pmip_mag *m, const struct net_iface *i);	/* false for NULL */

/* pmip_mag_detect.c */
void pmip_mag_heard(void *owner, struct net_iface *i, const struct mac_addr *from, uint16_t ethertype,
		    const uint8_t *packet, uint32_t len);
void pmip_mag_watch(struct pmip_mn *n);			/* it is there: its silence counts from now on */
void pmip_mag_unwatch(struct pmip_mn *n);
/* Is it certain that it is there? When not it is probed, and the same question is worth asking later. */
bool pmip_mag_sure(struct pmip_mn *n);
/* A revocation says that it is gone: true when it is asked first; pmip_mag_bri is called with the outcome. */
bool pmip_mag_doubt(struct pmip_mn *n, const struct pmip_rx *x);

/* pmip_mag_revoke.c */
void pmip_mag_taken_back(struct pmip_bule *b);		/* the session is another's, or nobody's: withdrawn and gone */
void pmip_mag_br(struct pmip_mag *m, const struct pmip_rx *x);
/* The revocation once it is known that the mobile node is there or not. */
void pmip_mag_bri(struct pmip_mag *m, const struct pmip_rx *x);
void pmip_mag_farewells_end(struct pmip_mag *m);

/* pmip_mag_pbu.c */
void pmip_mag_early(struct pmip_bule *b);		/* AUTH: uplink with what the domain knows, if that is wanted */
void pmip_mag_register(struct pmip_bule *b, enum pmip_bule_event ev);	/* state PBU_SENT: a new series */
void pmip_mag_extend(struct pmip_bule *b);		/* ACTIVE: a new series with the handoff "not changed" */
void pmip_mag_leave(struct pmip_bule *b, enum pmip_bule_event ev);	/* state DEREG */
void pmip_mag_again(struct pmip_bule *b);		/* the same once more, now */
void pmip_mag_resume(struct pmip_bule *b);		/* a series that was stuck */
void pmip_mag_stop(struct pmip_bule *b);		/* stuck: nothing is sent any more */
void pmip_mag_later(struct pmip_bule *b, bool wait);	/* or after the time of a retransmission */
void pmip_mag_sync(struct pmip_bule *b);		/* … once the clock is right */
/* It answered a probe: extensions that waited for it need not wait longer, for a lifetime may be nearly over. */
void pmip_mag_certain(const struct pmip_mn *n);
/* A de-registration was refused: true when a later time may help, and it will be sent again. */
bool pmip_mag_leave_again(struct pmip_bule *b, uint8_t status);
void pmip_mag_gone(struct pmip_bule *b, enum pmip_bule_event ev, enum rec_binding what);
void pmip_mag_plan_refresh(struct pmip_bule *b);

/* pmip_mag_sec.c; when m->sec is there. False: its PBU has to wait; pmip_mag_again follows. */
bool pmip_mag_sec_may(struct pmip_bule *b);
void pmip_mag_sec_doubt(struct pmip_mag_sec *s, const struct ip6_addr *lma);	/* does it still have our SAs? */
void pmip_mag_sec_free(struct pmip_mag_sec *s);		/* NULL is allowed */
void pmip_mag_sec_restart(struct pmip_mag_sec *s);

/* pmip_mag_pba.c */
void pmip_mag_input(void *owner, struct net_rx *rx);
void pmip_mag_bare_in(void *owner, struct net_rx *rx, uint16_t sport, uint16_t dport);
extern const struct pmip_heart_ops pmip_mag_heart_ops;

/* pmip_mag_notify.c */
void pmip_mag_upn(struct pmip_mag *m, const struct pmip_rx *x);

/* pmip_mag_nd.c */
struct pmip_mn_rare *pmip_mn_rare_new(struct pmip_mn *n);	/* or the one it has */
/* The link-local address that the mobile node knows us by, where it is not the interface's own. */
bool pmip_mag_nd_ours(const struct pmip_bule *b, struct ip6_addr *out);
bool pmip_mag_nd_option(const struct pmip_bule *b, struct ip6_addr *out);	/* false: none */
void pmip_mag_nd_accepted(struct pmip_bule *b, const struct ip6_addr *option, bool fresh);
void pmip_mag_withdraw(struct pmip_bule *b);		/* ACTIVE: its mobile node, if it is there, is to forget its prefixes */
void pmip_mag_nd_renumbered(struct pmip_bule *b, const uint64_t *old, unsigned n);	/* those it had before */
void pmip_mag_nd_guest(struct pmip_mn *n);		/* it is none of ours: a guest's prefix, where there is one */
void pmip_mag_nd_error(void *owner, const struct net_rx *rx, uint8_t type, uint8_t code, uint32_t arg,
		       const uint8_t *inner, uint32_t len);
/* Its interface identifier on an access link where nothing else is agreed on, as the domain counts them. */
uint16_t pmip_mag_nd_router(const struct pmip_bule *b);
bool pmip_mag_may_pass(void *owner, const struct net_iface *i, const struct mac_addr *host, const struct ip6_addr *src);
bool pmip_mag_seen_as(void *owner, const struct net_iface *i, const struct mac_addr *host, const struct ip6_addr *ours);
bool pmip_mag_seen_by(void *owner, const struct net_iface *i, const struct ip6_addr *addr, struct ip6_addr *ours);
void pmip_mag_host_address(void *owner, const struct net_iface *i, const struct mac_addr *host,
			   const struct ip6_addr *addr);
void pmip_mag_advertise(struct pmip_mag *m, struct net_iface *i);	/* begins on that access link */
void pmip_mag_show(struct pmip_bule *b);		/* its prefixes to its mobile node, now */

/* pmip_mag_path.c */
extern const struct net_hooks pmip_mag_hooks;

/* pmip_mag_dhcp6.c */
void pmip_mag_dhcp6_listen(struct pmip_mag *m);	/* to clients, and to servers that a relay agent asks */

/* pmip_mag_shared.c */
void pmip_mag_shared_new(struct pmip_mag *m);
void pmip_mag_set_host(struct pmip_bule *b, const struct ip6_addr *addr);
bool pmip_mag_shared_known(struct pmip_bule *b, struct ip6_addr addr);	/* by the domain; false: not to be asked for */
void pmip_mag_drop_host(struct pmip_bule *b);
struct pmip_bule *pmip_mag_find_host(const struct pmip_mag *m, const struct ip6_addr *addr);
bool pmip_mag_shared_take(struct pmip_bule *b, const struct mh_msg *m);	/* of a PBA; false: it gives no such address */
void pmip_mag_shared_put(const struct pmip_bule *b, struct mh_msg *m, bool any);	/* the option of the PBU */
bool pmip_mag_shared_input(struct pmip_mag *m, struct net_rx *rx, uint16_t sport);	/* false: none of its */

/* pmip_mag_3gpp.c */
void pmip_mag_put3gpp(const struct pmip_bule *b, struct mh_msg *m, struct pmip_values *v, bool dereg);
void pmip_mag_take3gpp(struct pmip_bule *b, const struct mh_msg *m);
const struct pmip_pdn *pmip_mag_pdn(const struct pmip_bule *b);		/* NULL: the LMA told nothing */
static inline uint8_t pmip_mag_pdn_id(const struct pmip_bule *b)
{
	return b->rare ? ((const struct pmip_bule_rare *)slab_get(&b->m->rare, b->rare))->pdn_id : 0;
}

/* pmip_mag_domain.c: NULL d: nothing is known, nothing kept */
struct pmip_context {
	struct ip6_addr mag;		/* who had it last */
	struct ip6_addr lma;		/* whose key_up is */
	struct mac_addr mac;
	uint64_t hnp;
	uint32_t key_up;
	uint16_t seq;
	uint16_t router;		/* by pmip_domain_router, the router that it was there; 0: one that they share */
	uint8_t att;			/* access technology there */
	bool tlv;
	uint32_t host;			/* lower half of its one address; 0: a prefix, or it has no room here */
};
/* A number for a router's interface identifier, and back; 0 for NULL d and for too many. */
uint16_t pmip_domain_router(struct pmip_domain *d, uint64_t iid);
uint64_t pmip_domain_router_iid(const struct pmip_domain *d, uint16_t number);
/* at: where it was found last, 0 at first; it is looked at there before it is looked for */
bool pmip_domain_ask(const struct pmip_domain *d, struct imsi i, const char *apn, uint8_t pdn_id, moor_handle *at,
		     struct pmip_context *out);
void pmip_domain_tell(struct pmip_domain *d, struct imsi i, const char *apn, uint8_t pdn_id, moor_handle *at,
		      const struct pmip_context *c);

#endif
