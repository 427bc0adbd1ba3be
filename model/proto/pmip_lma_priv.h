/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside of the LMA, shared by pmip_lma.c (life, pools, tunnels, the cache as a store), pmip_lma_check.c (is a Proxy
 * Binding Update in order), pmip_lma_bind.c (what it does), pmip_lma_pba.c (answers), pmip_lma_path.c (user packets)
 * and
 * pmip_lma_revoke.c (revocation).
 */
#ifndef MOOR_PROTO_PMIP_LMA_PRIV_H
#define MOOR_PROTO_PMIP_LMA_PRIV_H

#include "base/index.h"
#include "base/rng.h"
#include "base/slab.h"
#include "proto/gre_key.h"
#include "proto/hnp_pool.h"
#include "proto/pmip_heartbeat.h"
#include "proto/pmip_lma.h"

#define BRI_ONCE UINT8_MAX		/* bri_tries: it is not sent again */
#define LMA_APNS 64u			/* access point names that are told apart */

/* What most sessions do without. */
struct pmip_bce_rare {
	moor_handle self;
	uint8_t n_hnp;			/* prefixes beside the first: */
	uint64_t hnp[PMIP_HNP_MAX - 1];	/* upper 64 bits of each */
	uint64_t host;			/* pmip_lma_shared.c: lower 64 bits of its one address; 0: it has prefixes */
	moor_handle notice;		/* pmip_lma_renumber.c: under way; 0: none, and */
	uint64_t was;			/* what the first prefix was before, until the MAG names the new one; 0: the same */
	/* pmip_lma_3gpp.c: */
	uint32_t charging_id;
	uint8_t pdn_id;
};

/* A mobility session: one PDN connection over one access. */
struct pmip_bce {
	struct pmip_lma *a;
	struct imsi imsi;
	const char *apn;		/* of the LMA's texts; NULL: none named */
	struct mh_stamp stamp;
	uint64_t hnp;			/* upper 64 bits of the first prefix, a /64; 0: none (IPv4 alone) */
	uint64_t link_local;		/* of the MAG on the access link: its interface identifier; 0: none yet */
	struct ip4_addr hoa4;
	uint32_t key_down, key_up;
	moor_handle self, tunnel;	/* [R5213d-5.1-06] */
	moor_handle rare;		/* struct pmip_bce_rare; 0: none. By pmip_bce_rare, pmip_bce_rare_new */
	moor_handle pending;		/* a PBU that waits for our de-registration; 0: none */
	struct moor_timer timer;	/* lifetime, hold or BRI, by state */
	struct machine machine;
	uint16_t seq, lifetime;
	uint16_t bri_seq;
	uint8_t bri_trigger, bri_tries;
	uint8_t att, handoff;		/* enum mh_att, enum mh_handoff of the last PBU */
	uint8_t ll_id[PMIP_LL_ID_MAX];
	uint8_t ll_id_len : 4;
	bool gre : 1;
	bool tlv : 1;			/* GRE in UDP was agreed [RFC 5845 7.4] */
	bool stamped : 1;		/* `stamp` was set */
	bool host : 1;			/* it has one address of the shared prefix: pmip_lma_shared.c */
};

/* A tunnel to one MAG, shared. */
struct pmip_tunnel {
	struct ip6_addr remote;
	uint64_t packets_in, packets_out;
	uint32_t users;
	uint32_t sequence;		/* of GRE */
	uint16_t port;			/* the MAG's, PMIP_UDP4 */
	uint8_t transport;
	moor_handle self;
};

/* A PBU with an unknown handoff, waiting for MaxDelayBeforeNewBCEAssign [RFC 5213 5.4.1.2]. */
struct pmip_waiting {
	struct pmip_lma *a;
	moor_handle self;
	moor_handle bce;		/* whose de-registration would make it a handoff */
	struct moor_timer timer;
	struct ip6_addr src, dst;
	uint16_t sport;
	uint8_t transport;
	uint16_t len;
	uint8_t mh[512];
};

struct pmip_lma {
	struct net_host *h;
	struct pmip_lma_config c;
	struct slab bris, cache, tunnels, rare, waiting, notices;
	struct index by_address;	/* entries by the upper 64 bits of each prefix, and by IPv4 home address */
	struct index by_user;		/* entries by IMSI */
	struct index by_peer;		/* tunnels by remote address */
	struct hnp_pool pool;		/* unless c.pool has another's */
	struct hnp_pool hosts;		/* pmip_lma_shared.c: addresses of the shared prefix, by their lower 64 bits */
	uint64_t shared_hnp;		/* upper 64 bits of the shared prefix; 0: there is none */
	struct texts apns;
	const char *names[LMA_APNS];
	unsigned n_names;
	uint32_t next4;			/* IPv4 home addresses: where to look next */
	uint32_t active;
	uint32_t charging_id;		/* of the last session that got one */
	uint16_t bri_seq, upn_seq;
	struct pmip_heart *heart;
	struct pmip_lma_sec *sec;	/* NULL: without IPsec */
	struct gre_keys keys;
	struct rng rng;			/* link-local addresses */
	bool shared;			/* the host's Mobility Headers are not ours alone: a home agent is there as well */
};

/* A revocation that is not about one whole session; pmip_lma_bri.c. */
struct pmip_bri {
	struct pmip_lma *a;
	const char *realm;		/* "@…", of the caller for good; NULL: none */
	moor_handle self;
	moor_handle bce;		/* that it is about; 0: several */
	struct imsi imsi;
	struct ip6_addr mag;
	uint64_t hnp[PMIP_HNP_MAX];
	uint64_t host;			/* lower 64 bits, of a session with one address; 0: prefixes */
	struct ip4_addr hoa4;
	struct moor_timer timer;
	uint16_t seq, port, flags;
	uint8_t n_hnp, transport, trigger, tries;
};

/* What a Proxy Binding Update says, as far as it could be read. */
struct pbu {
	const struct pmip_rx *x;
	struct ip6_addr proxy_coa;	/* source, or the Alternate Care-of Address option's [RFC 5213 6.9.1.5 (draft: source)] */
	const struct mh_opt *id, *handoff, *att, *ll_id, *link_local, *stamp, *gre, *apn_opt, *hoa4;
	struct imsi imsi;
	const struct aaa_apn *sub;	/* what the policy store says; NULL: no store */
	const char *apn;		/* in the LMA's texts */
	unsigned n_hnp;			/* prefixes asked for by name: */
	uint64_t hnp[PMIP_HNP_MAX];	/* upper 64 bits */
	uint64_t host;			/* lower 64 bits of the one address asked for by name; 0: none */
	bool one_address;		/* asks for an address of the shared prefix */
	bool odd_hnp;			/* one of them is no /64, or there are too many */
	bool has_hnp;			/* the option was there at all, with ALL_ZERO or a prefix */
	bool dereg;
	bool gpp;			/* the MAG sends options of 3GPP, and gets some */
	uint8_t pdn_id;			/* PDN connection id; 0: none */
	struct pmip_bce *b;		/* the session it is about; NULL: a new one */
};

static inline struct moor_world *lma_world(const struct pmip_lma *a) { return net_host_world(a->h); }
static inline uint32_t lma_node(const struct pmip_lma *a) { return moor_node_id(net_host_node(a->h)); }
static inline struct pmip_bce_rare *pmip_bce_rare(const struct pmip_bce *b)	/* NULL: none */
{
	return b->rare ? slab_get(&b->a->rare, b->rare) : NULL;
}
/* The first prefix, or the one address that it has. */
static inline struct ip6_addr pbce_address(const struct pmip_bce *b)
{
	return ip6_from64(b->hnp, b->host ? pmip_bce_rare(b)->host : 0);
}
static inline uint32_t pbce_index(const struct pmip_bce *b) { return b ? b->self & SLAB_NUMBER_MASK : 0; }
static inline int64_t lma_timer(const struct pmip_lma *a, enum timer_id id)
{
	return a->c.timers ? a->c.timers->v[id] : timer_rows[id].def;
}
static inline bool lma_draft(const struct pmip_lma *a) { return a->c.drift == PMIP_DRAFT02; }

/* pmip_lma.c */
struct pmip_bce *pmip_lma_find(const struct pmip_lma *a, const struct ip6_addr *addr);	/* prefix or mapped HoA4 */
struct pmip_bce *pmip_lma_find_key(const struct pmip_lma *a, uint32_t key_up);
/* Sessions of a subscriber: start with *at 0 and the first; NULL at the end. */
struct pmip_bce *pmip_lma_first(const struct pmip_lma *a, struct imsi i, uint32_t *at);
struct pmip_bce *pmip_lma_next(const struct pmip_lma *a, struct imsi i, uint32_t *at);
struct pmip_bce *pmip_lma_create(struct pmip_lma *a, struct imsi i, const char *apn);
struct pmip_bce_rare *pmip_bce_rare_new(struct pmip_bce *b);	/* or the one it has */
void pmip_lma_delete(struct pmip_bce *b);		/* state NONE before; prefixes, keys and tunnel go back */
unsigned pmip_lma_hnps(const struct pmip_bce *b, uint64_t out[PMIP_HNP_MAX]);
/* Gives the entry these prefixes, which pmip_lma_may_have said yes to, or (n 0) one of the pool. False: none left. */
bool pmip_lma_give(struct pmip_bce *b, const uint64_t *hnp, unsigned n);
/* Is it a prefix of ours that nobody has and that this subscriber may have [R5213d-5.3.1-19]? */
bool pmip_lma_may_have(const struct pmip_lma *a, struct imsi i, const char *apn, const struct aaa_apn *sub,
			uint64_t hnp);
bool pmip_lma_give4(struct pmip_bce *b, struct ip4_addr wanted);	/* 0.0.0.0: of the pool; false: none */
/* Another first prefix, taken from our pool already; the one before rests there. */
void pmip_lma_swap(struct pmip_bce *b, uint64_t hnp);
void pmip_lma_take4(struct pmip_bce *b);
void pmip_lma_take_hnps(struct pmip_bce *b);		/* they go back */
void pmip_lma_new_key(struct pmip_bce *b);		/* an uplink key that is unique in this LMA */
void pmip_lma_set_tunnel(struct pmip_bce *b, const struct ip6_addr *remote, enum pmip_transport t, uint16_t port);
struct pmip_tunnel *pmip_lma_tunnel(const struct pmip_bce *b);	/* NULL: none */
void pmip_lma_state(struct pmip_bce *b, enum pmip_bce_event ev, enum pmip_bce_state to);
void pmip_lma_record(const struct pmip_bce *b, enum rec_binding what, uint8_t status);
/* Interned, a new one only with keep; NULL for none, or where it cannot be told from others. */
const char *pmip_lma_apn(struct pmip_lma *a, const struct mh_opt *o, bool keep);

/* pmip_lma_check.c: a status of the PBA, or PBU_SILENT (reason says why), PBU_LATER, PBU_NOTHING (no change) */
enum { PBU_SILENT = -1, PBU_LATER = -2, PBU_NOTHING = -3 };
void pmip_lma_read(struct pmip_lma *a, const struct pmip_rx *x, struct pbu *u);
/* waited: for the de-registration of another MAG, in vain. */
int pmip_lma_check(struct pmip_lma *a, struct pbu *u, bool waited, const char **reason);
/* May src speak for the sessions of Proxy-CoA coa, its own or (without IPsec) another [RFC 5213 4.1, 5.3.1]? */
bool pmip_lma_may_speak(const struct pmip_lma *a, const struct ip6_addr *src, const struct ip6_addr *coa);

/* pmip_lma_shared.c */
void pmip_lma_shared_init(struct pmip_lma *a);
bool pmip_lma_shared_read(const struct pmip_lma *a, struct pbu *u, const struct mh_opt *o);	/* false: no such */
bool pmip_lma_shared_may(const struct pmip_lma *a, uint64_t host);	/* is it free */
bool pmip_lma_shared_has(const struct pmip_lma *a, const struct ip6_addr *addr);	/* given to anybody or not */
bool pmip_lma_shared_give(struct pmip_bce *b, uint64_t host);		/* 0: any; false: none left */
void pmip_lma_shared_take(struct pmip_bce *b);				/* it goes back */
/* A Home Network Prefix option for each: the entry's address, or its prefixes. host: 0 for a prefix */
void pmip_lma_add_hnp(struct mh_msg *m, uint64_t hnp, uint64_t host);
static inline uint32_t pmip_lma_hash(uint64_t hnp, uint64_t host) { return index_hash(hnp, host ? host : 1); }

/* pmip_lma_3gpp.c */
void pmip_lma_read3gpp(struct pbu *u);
bool pmip_lma_same_pdn(const struct pmip_bce *b, const struct pbu *u);
void pmip_lma_bind3gpp(struct pmip_bce *b, const struct pbu *u);
void pmip_lma_answer3gpp(const struct pmip_lma *a, struct mh_msg *m, struct pmip_values *v, const struct pbu *u,
			 uint8_t status, uint8_t status4);

/* pmip_lma_ip4.c */
int pmip_lma_check4(const struct pmip_lma *a, const struct pbu *u);	/* a status of the PBA */
struct pmip_bce *pmip_lma_named4(const struct pmip_lma *a, const struct pbu *u);
uint8_t pmip_lma_bind4(struct pmip_lma *a, struct pmip_bce *b, const struct pbu *u);
uint8_t pmip_lma_status4(const struct pmip_lma *a, const struct pbu *u, uint8_t status4);
bool pmip_lma_partly(struct pmip_bce *b, const struct pbu *u);
void pmip_lma_narrow(struct pmip_bce *b, const struct pbu *u);

/* pmip_lma_bind.c */
void pmip_lma_pbu(struct pmip_lma *a, const struct pmip_rx *x);
void pmip_lma_pbu_again(struct pmip_lma *a, const struct pmip_rx *x, bool handoff);	/* one that waited */
void pmip_lma_stay(struct pmip_bce *b);		/* REVOKING, and the mobile node is still there: as it was before */
void pmip_lma_hold(struct pmip_bce *b, enum pmip_bce_event ev);	/* and then it goes */
void pmip_lma_gone(struct pmip_bce *b, enum pmip_bce_event ev, enum rec_binding what);

/* pmip_lma_pba.c */
void pmip_lma_answer(struct pmip_lma *a, const struct pbu *u, uint8_t status, uint8_t status4);

void pmip_lma_bare_in(struct pmip_lma *a, struct net_rx *rx, uint16_t sport);

/* pmip_lma_sec.c */
void pmip_lma_sec_free(struct pmip_lma_sec *s);		/* NULL is allowed */
void pmip_lma_sec_restart(struct pmip_lma_sec *s);
/* Takes out the PBU that waits for b's end, 0 for none; … which is now about another session. */
moor_handle pmip_lma_take_waiting(struct pmip_bce *b);
void pmip_lma_waited(struct pmip_lma *a, moor_handle waiting);
bool pmip_lma_is_waiting(const struct pmip_bce *b, const struct pbu *u);	/* the same request waits for b's end */
void pmip_lma_forget_waiting(struct pmip_bce *b);

/* pmip_lma_bri.c */
bool pmip_lma_bri_done(struct pmip_lma *a, const struct pmip_rx *x);	/* false: an answer to none of these */
void pmip_lma_bris_end(struct pmip_lma *a);
void pmip_lma_tell_previous(struct pmip_bce *b, uint8_t att);	/* before the tunnel changes; att: the new access */

/* pmip_lma_renumber.c */
extern const size_t pmip_lma_size_notice;	/* slab object */
void pmip_lma_notice_drop(struct pmip_bce *b);	/* it was in vain */
/* It is registered: the new prefix from now on, if one was to come. knows: the MAG named the prefix that it has. */
void pmip_lma_renumbered(struct pmip_bce *b, bool knows);
bool pmip_lma_was(const struct pmip_bce *b, uint64_t hnp);	/* its first prefix before, and its MAG knows no other yet */
void pmip_lma_upa(struct pmip_lma *a, const struct pmip_rx *x);
void pmip_lma_notices_end(struct pmip_lma *a);

/* pmip_lma_revoke.c */
/* Its mobile node's name and its prefixes; room is kept until m is sent. */
void pmip_lma_add_names(const struct pmip_bce *b, struct mh_msg *m, uint8_t room[EAP_NAI_MAX]);
void pmip_lma_take_back(struct pmip_bce *b, uint8_t trigger);	/* state REVOKING */
extern const struct pmip_heart_ops pmip_lma_heart_ops;
void pmip_lma_heartbeat(struct pmip_lma *a, const struct pmip_rx *x);
void pmip_lma_br(struct pmip_lma *a, const struct pmip_rx *x);

#endif
