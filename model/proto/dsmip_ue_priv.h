/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside of the DSMIPv6 UE, shared by dsmip_ue.c (life and actions), dsmip_ue_move.c (where it is, which care-of
 * address), dsmip_ue_bu.c (Binding Updates out), dsmip_ue_ba.c (Mobility Headers in), dsmip_ue_path.c (user packets),
 * dsmip_ue_pdn.c (several PDN connections of one UE), dsmip_ue_rare.c (what few UEs have) and s2c_ue.c (security
 * associations; what it keeps is its own).
 */
#ifndef MOOR_PROTO_DSMIP_UE_PRIV_H
#define MOOR_PROTO_DSMIP_UE_PRIV_H

#include "proto/dsmip_ue.h"
#include "proto/s2c_ue.h"
#include "proto/world_slab.h"

/* Interfaces are kept by their number, 0 is none: see ue_via and the others below. */
struct dsmip_ue {
	struct net_host *h;
	const struct dsmip_ue_profile *p;
	struct ip6_addr hoa;
	struct ip6_addr coa;		/* being registered or registered; :: none */
	struct ip6_addr bound_coa;	/* of the acknowledged binding */
	moor_time series_at;		/* the first BU of this series left */
	moor_time last_bu;		/* any BU left */
	moor_time last_up;		/* a packet of ours went through the UDP tunnel */
	moor_time expires;		/* of the binding */
	struct machine machine;
	struct moor_timer t_bu, t_keepalive, t_wait;
	struct moor_timer t_life;	/* of the binding: its refresh, then its end */
	uint32_t keepalive_s;		/* 0: none needed */
	struct ip4_addr hoa4, hoa4_static;
	uint16_t seq, series;		/* of the last BU, of the series' first */
	uint16_t attempt;		/* BUs of this series so far; 0: none outstanding */
	uint16_t life_sent;		/* units of 4 s */
	uint16_t life_granted;
	uint16_t burst;			/* BUs since the last pause of a second */
	uint16_t steps;			/* of this movement, bits of enum rec_move */
	uint8_t prefer;			/* 0: any */
	uint8_t via;			/* of coa, or of the home link */
	uint8_t waiting;		/* IPv6 is waited for there while t_wait runs */
	uint8_t bound_via;		/* of bound_coa */
	uint8_t hnp_len;
	uint8_t ha;			/* index of the home agent in use */
	uint8_t ha_bad;			/* bit: refused us */
	uint8_t home_mask;		/* bit: that interface is on the home link */
	uint8_t lost_mask;		/* bit: its default router is gone */
	uint8_t lost4_mask;		/* bit: its IPv4 gateway does not answer */
	uint8_t v6_bad;			/* bit: IPv6 care-of addresses do not reach the home agent from there */
	uint8_t left_128, left_hoa4, left_135, left_dad;	/* tries left */
	uint8_t encap : 2;		/* of the acknowledged binding's tunnel; ENCAP_PLAIN: none */
	bool bound : 1;			/* the tunnel is valid, t_life runs */
	bool fresh : 1;			/* t_life is the refresh */
	bool moving : 1;		/* a movement (or the attach) is being recorded */
	bool ordered : 1;		/* it was, or will be, begun by dsmip_ue_handover */
	bool at_home : 1;		/* the home address is configured on `via` */
	bool deferred : 1;		/* t_bu waits for MAX_UPDATE_RATE, not for an answer */
	bool answered : 1;		/* the home agent spoke to us in this series */
	bool want4 : 1, refused4 : 1, has4 : 1;	/* IPv4 home address: wanted, refused for good, bound */
	bool asked4 : 1;		/* the last BU had the option */
	bool f_off : 1;			/* the F flag was refused */
	bool k : 1, r : 1, nat : 1;	/* of the binding */
	bool bounced : 1;		/* the link of the bound care-of address is gone, or was meanwhile */
	bool owed : 1;			/* a periodic BU was due while it was gone */
	bool rare : 1;			/* there is a struct dsmip_ue_rare */
	bool found : 1;			/* the candidates are those that discovery found */
};

#define UE_SWITCH_MAX 4u

/* Where a Home Agent Switch sent it. */
struct ue_switch {
	struct ip6_addr addr[UE_SWITCH_MAX];
	moor_time since;		/* the first of the period; without security, which counts by itself */
	uint8_t n, next, count;
	bool v4;			/* from an IPv4 access, where a home agent with an IPv6 address alone is of no use */
};

/* Of a mobile node in a plain Mobile IPv6 network: dsmip_ue_mip.c. */
struct ue_mip {
	struct moor_timer t_ask;	/* the next retransmission of a request or solicitation */
	struct moor_timer t_prefix;	/* the home prefix is about to become invalid */
	moor_time valid_until;		/* of the home prefix; 0: not known */
	moor_time solicited;		/* the last solicitation left then; 0: none yet */
	struct ip6_addr from;		/* where a discovery request came from */
	struct dsmip_ha_addr found[DSMIP_HA_MAX];
	uint32_t draws;
	uint16_t id;			/* of the last request or solicitation */
	uint8_t n_found, tries, via;
	bool asking;
};

/*
 * What most UEs do without, so that a plain one pays one bit: discovery under way, several PDN connections, flows.
 * Each member belongs to the file named beside it, which also frees it.
 */
struct dsmip_ue_rare {
	struct dsmip_ue *d;
	moor_handle self;
	struct ue_mip mip;
	struct dsmip_ue *next_pdn;	/* dsmip_ue_pdn.c: of the same UE; NULL: the last */
	struct dsmip_ue *first_pdn;	/* the one that is hooked in; NULL: it is alone */
	uint8_t pdn;			/* number among them, 0: the first */
	struct s2c_ue *s2c;		/* of all but the first, which is IKE's owner */
	struct ip6_addr false_coa;	/* what it claims to be its care-of address; :: the truth */
	struct ue_switch to;		/* dsmip_ue_switch.c */
	struct dsmip_ue_pd *pd;		/* dsmip_ue_pd.c: delegated prefixes, DHCPv6 through the tunnel */
	struct ue_ifom *ifom;		/* dsmip_ue_bid.c: IP flow mobility; NULL: not wanted */
	moor_handle discovery;		/* dsmip_ue_discover.c: under way; 0: not */
	struct dsmip_ha_addr found[DSMIP_HA_MAX];	/* what it found, in the order in which they are tried */
	struct dsmip_ha_addr useless[DSMIP_HA_MAX];	/* what did not do since the attach */
	uint8_t n_found, n_useless;
	uint8_t next_method;		/* of the profile's, when these are not enough */
	bool ifom_told;			/* PCO or ANDSF said whether the home agent knows IFOM */
	bool hnp_told;			/* the home network prefix came by PCO */
	moor_handle naming;		/* s2c_ue_name.c: the lookup of a name that REDIRECT gave; 0: none */
};
struct dsmip_ue_rare *dsmip_ue_rare(const struct dsmip_ue *d);		/* NULL: none */
struct dsmip_ue_rare *dsmip_ue_rare_make(struct dsmip_ue *d);		/* the same, made (zeros) when absent */

/* Which PDN connection of the UE; the instance in its records. */
static inline uint32_t ue_pdn(const struct dsmip_ue *d) { return d->rare ? dsmip_ue_rare(d)->pdn : 0; }
static inline struct moor_world *ue_world(const struct dsmip_ue *d) { return net_host_world(d->h); }
static inline uint32_t ue_node(const struct dsmip_ue *d) { return moor_node_id(net_host_node(d->h)); }
const struct dsmip_ha_addr *s2c_ue_ha(const struct dsmip_ue *d);
static inline int64_t ue_timer(const struct dsmip_ue *d, enum timer_id id)
{
	return d->p->timers ? d->p->timers->v[id] : timer_rows[id].def;
}
const struct dsmip_ha_addr *dsmip_ue_found(const struct dsmip_ue *d);	/* the one in use of those found; zeros: none */
unsigned dsmip_ue_n_found(const struct dsmip_ue *d);
/* dsmip_ue_discover.c. Those without `discovery` in the profile never come there. */
const struct dsmip_ha_addr *dsmip_discovery_found(const struct dsmip_ue *d, uint8_t *n);	/* with d->found */
void dsmip_discovery_forget(struct dsmip_ue *d);	/* at attach: everything begins anew */
bool dsmip_discovery_start(struct dsmip_ue *d);		/* in DISCOVER; false: no method is left */
void dsmip_discovery_stop(struct dsmip_ue *d);		/* nothing of it is heard any more */
/* In DISCOVER: where the UE is. i NULL: nowhere. */
void dsmip_discovery_place(struct dsmip_ue *d, struct net_iface *i, const struct ip6_addr *own);
void dsmip_discovery_ike(struct dsmip_ue *d, const struct dsmip_ha_addr *a);	/* what IKEv2 told; NULL: nothing */
bool dsmip_discovery_more(const struct dsmip_ue *d);	/* methods are left */
bool dsmip_discovery_hnp(const struct dsmip_ue *d);	/* the home network prefix came by PCO */
bool dsmip_discovery_ifom(const struct dsmip_ue *d);	/* PCO or policies have told about IFOM */

/* The candidates, and the one in use unless a redirection says otherwise. */
static inline uint8_t ue_n_ha(const struct dsmip_ue *d)
{
	uint8_t n = d->p->n_ha;

	if (d->p->dhaad)
		return (uint8_t)dsmip_ue_n_found(d);
	if (d->found)
		dsmip_discovery_found(d, &n);
	return d->p->discovery && !d->found ? 0 : n;
}
static inline const struct dsmip_ha_addr *ue_listed(const struct dsmip_ue *d)
{
	uint8_t n;

	return d->found ? &dsmip_discovery_found(d, &n)[d->ha] : &d->p->ha[d->ha];
}
static inline const struct dsmip_ha_addr *ue_ha(const struct dsmip_ue *d)
{
	if (d->p->security)
		return s2c_ue_ha(d);
	return d->p->dhaad ? dsmip_ue_found(d) : ue_listed(d);
}
/* An IPv4 care-of address is of use: the home agent can be reached there, or is still to be found. */
static inline bool ue_ha_has4(const struct dsmip_ue *d)
{
	return (d->p->discovery && d->machine.state == DSMIP_DISCOVER) || !ip4_is_zero(ue_ha(d)->a4);
}
/* The same of an IPv6 one: REDIRECT or discovery may have told an IPv4 address alone. */
static inline bool ue_ha_has6(const struct dsmip_ue *d)
{
	return (d->machine.state == DSMIP_DISCOVER && !d->found) || !ip6_is_zero(&ue_ha(d)->a6);
}
static inline struct net_iface *ue_via(const struct dsmip_ue *d) { return net_iface_numbered(d->h, d->via); }
static inline struct net_iface *ue_prefer(const struct dsmip_ue *d) { return net_iface_numbered(d->h, d->prefer); }
static inline uint8_t ue_number(const struct net_iface *i) { return (uint8_t)net_iface_number(i); }
static inline bool ue_has_coa(const struct dsmip_ue *d) { return !ip6_is_zero(&d->coa); }
struct ip6_prefix dsmip_ue_hnp(const struct dsmip_ue *d);
static inline bool ue_in_hnp(const struct dsmip_ue *d, const struct ip6_addr *a)	/* the home network prefix */
{
	return ip6_same_prefix(a, &d->hoa, d->hnp_len);
}
bool dsmip_ue_pdn_taken(const struct dsmip_ue *d, const struct ip6_addr *a);
bool dsmip_ue_pd_owns(const struct dsmip_ue *d, const struct ip6_addr *a);	/* in a prefix delegated to it */
/*
 * A care-of address it is not: a home address of this or another PDN connection of the UE [24.303 4.3, note], or one of
 * the network behind it.
 */
static inline bool ue_is_home(const struct dsmip_ue *d, const struct ip6_addr *a)
{
	return ue_in_hnp(d, a) || (d->rare && (dsmip_ue_pdn_taken(d, a) || dsmip_ue_pd_owns(d, a)));
}

/* What is being registered, or taken away, is the home link's. */
static inline bool ue_from_home(const struct dsmip_ue *d) { return d->at_home && ip6_eq(&d->coa, &d->hoa); }

bool dsmip_ue_admit(struct dsmip_ue *d, enum dsmip_ue_event ev, bool from_packet);
void dsmip_ue_go(struct dsmip_ue *d, enum dsmip_ue_state to);
void dsmip_ue_record_binding(struct dsmip_ue *d, enum rec_binding what, uint8_t status);

/* dsmip_ue.c */
void dsmip_ue_discover(struct dsmip_ue *d);		/* state DISCOVER and on from there */
void dsmip_ue_change_ha(struct dsmip_ue *d);		/* nothing of the old one is left; state DISCOVER and on */
void dsmip_ue_ha_unusable(struct dsmip_ue *d, uint8_t status);
void dsmip_ue_ha_silent(struct dsmip_ue *d);		/* no answer for MAX_BINDACK_TIMEOUT */
void dsmip_ue_set_hoa(struct dsmip_ue *d, const struct ip6_addr *hoa);
void dsmip_ue_set_hoa4(struct dsmip_ue *d, struct ip4_addr a);	/* 0.0.0.0: the IPv4 entry goes */
struct net_tunnel dsmip_ue_tunnel(const struct dsmip_ue *d);	/* of the acknowledged binding */
void dsmip_ue_unbind(struct dsmip_ue *d);		/* tunnel and timers of the binding go; no record */
void dsmip_ue_finish(struct dsmip_ue *d);		/* to IDLE, with everything of the PDN connection gone */
/* What IKEv2 tells. The prefix: false when it is of no use. */
bool dsmip_ue_prefix(struct dsmip_ue *d, const struct ip6_prefix *hnp);
void dsmip_ue_secured(struct dsmip_ue *d);		/* the security association for the home address stands */
/* It could not be set up: the home agent refused, or did not answer. */
void dsmip_ue_not_secured(struct dsmip_ue *d, bool refused);
void dsmip_ue_sa_lost(struct dsmip_ue *d);		/* … it stood */
void dsmip_ue_insecure(struct dsmip_ue *d);		/* to CHILD_SA: it is set up (again) before the next BU */
void dsmip_ue_revoked(struct dsmip_ue *d);		/* … and the home agent took it down */

/* dsmip_ue_move.c */
extern const struct net_events dsmip_ue_events;
void dsmip_ue_evaluate(struct dsmip_ue *d);		/* looks where the UE is and does what follows from it */
void dsmip_ue_move_start(struct dsmip_ue *d, struct net_iface *i);
void dsmip_ue_step(struct dsmip_ue *d, enum rec_move what, struct net_iface *i, const struct ip6_addr *addr);
void dsmip_ue_move_end(struct dsmip_ue *d, enum rec_move what);
/* The record alone, whether a movement is under way or not. */
void dsmip_ue_move_record(struct dsmip_ue *d, enum rec_move what, struct net_iface *i, const struct ip6_addr *addr);
void dsmip_ue_look_for_home(struct dsmip_ue *d);	/* the home network prefix has become known */
void dsmip_ue_leave_home(struct dsmip_ue *d);		/* the home address lives on no link */
void dsmip_ue_path_ok(struct dsmip_ue *d);		/* over via and coa */
bool dsmip_ue_other_family(struct dsmip_ue *d);		/* IPv6 did not work out: IPv4 from now on, if there is one */
/* Has the interface a place to register, or is it the home link (home)? false: neither. */
bool dsmip_ue_look(const struct dsmip_ue *d, struct net_iface *i, bool *home, struct ip6_addr *coa);
void dsmip_ue_settle_at_home(struct dsmip_ue *d, struct net_iface *i);	/* the home address lives on this link */
bool dsmip_ue_other_family_of(struct dsmip_ue *d, struct net_iface *i);

/* dsmip_ue_bu.c */
void dsmip_ue_series(struct dsmip_ue *d);		/* a new series of BUs, first one now (or as the rate allows) */
void dsmip_ue_series_end(struct dsmip_ue *d);
void dsmip_ue_again(struct dsmip_ue *d);		/* another BU of this series now */
bool dsmip_ue_leaving(const struct dsmip_ue *d);	/* BUs are de-registrations */
enum mh_procedure dsmip_ue_procedure(const struct dsmip_ue *d);	/* which one a BU sent now belongs to */
/* How a message goes to the home agent from this care-of address. *udp outlives *out. */
void dsmip_ue_way(struct dsmip_ue *d, const struct ip6_addr *coa, struct net_iface *via, struct net_tunnel *udp,
		  struct net_send *out);

/* dsmip_ue_ba.c */
void dsmip_ue_input(void *owner, struct net_rx *rx);
bool dsmip_ue_from_ha(const struct dsmip_ue *d, const struct dsmip_rx *x);	/* by its source, outer one included */
void dsmip_ue_accept(struct dsmip_ue *d, const struct mh_msg *m);	/* the BA accepts what the series asked for */
void dsmip_ue_refused(struct dsmip_ue *d, uint8_t status);
void dsmip_ue_no_refresh(struct dsmip_ue *d);		/* what ends the binding if nothing else is its lifetime */

/* dsmip_ue_bri.c */
void dsmip_ue_bri(struct dsmip_ue *d, const struct dsmip_rx *x);	/* a Binding Revocation message came */

/* dsmip_ue_switch.c */
void dsmip_ue_ha_switch(struct dsmip_ue *d, const struct dsmip_rx *x);	/* a Home Agent Switch message came */
/* REDIRECT of a standing IKE SA [RFC 5685 5], where the profile follows it: as a Home Agent Switch to that address. */
void dsmip_ue_redirected(struct dsmip_ue *d, const struct ip6_addr *to);
void dsmip_ue_switched(struct dsmip_ue *d);		/* in SWITCHING: the old home agent is done with */
/* The next address that a Home Agent Switch named, for home agent discovery; false: none is left. */
bool dsmip_ue_switch_next(struct dsmip_ue *d);

/* dsmip_ue_mip.c */
bool dsmip_ue_dhaad(struct dsmip_ue *d);		/* in DISCOVER: home agents are asked for; false: that is not needed */
void dsmip_ue_dhaad_from(struct dsmip_ue *d, struct net_iface *i, const struct ip6_addr *own);
void dsmip_ue_mip_bound(struct dsmip_ue *d);		/* registered */
void dsmip_ue_mip_stop(struct dsmip_ue *d);		/* only with d->rare: the binding, or the PDN connection, is over */
void dsmip_ue_mip_forget(struct dsmip_ue *d);		/* … and the home agents found */
void dsmip_ue_icmp(void *owner, const struct net_rx *rx, const struct icmp6 *m);
void dsmip_ue_home_address(struct dsmip_ue *d, const struct net_iface *i, const struct ip6_addr *addr,
			   enum rec_address what);

/* dsmip_ue_bid.c: several care-of addresses. Without `ifom` in the profile: nothing, false, 0. */
void dsmip_ue_ifom_new(struct dsmip_ue *d);
bool dsmip_ue_bids_evaluate(struct dsmip_ue *d);	/* true: done; false: there is one care-of address, or none */
void dsmip_ue_bids_unbind(struct dsmip_ue *d);
/*
 * Only with d->bound: the interface of the registered care-of address, *coa; of several the default one's. While one of
 * them is being registered, d->bound_coa is that one's, and may be none.
 */
struct net_iface *dsmip_ue_registered(const struct dsmip_ue *d, struct ip6_addr *coa);
void dsmip_ue_bids_leave(struct dsmip_ue *d);		/* DETACHING comes */
bool dsmip_ue_bids_refresh(struct dsmip_ue *d);		/* true: all of them are refreshed */
bool dsmip_ue_bid_job(const struct dsmip_ue *d);	/* the series is about one of several care-of addresses */
bool dsmip_ue_bid_removing(const struct dsmip_ue *d);	/* and takes it away */
uint16_t dsmip_ue_bid_number(const struct dsmip_ue *d);	/* of that care-of address; 0: none */
uint16_t dsmip_ue_bid_flags(const struct dsmip_ue *d);
void dsmip_ue_bid_options(struct dsmip_ue *d, struct mh_msg *m);
bool dsmip_ue_bid_ba(struct dsmip_ue *d, const struct mh_msg *m);	/* true: it was about that, and is done with */
void dsmip_ue_bid_accepted(struct dsmip_ue *d, const struct mh_msg *m, bool again);
bool dsmip_ue_bid_silent(struct dsmip_ue *d);		/* true: something else is done instead of another BU */
/* dsmip_ue_flow.c: which way a packet from a home address goes; NULL: as at home. Only when `mcoa`. */
const struct net_tunnel *dsmip_ue_steer(struct dsmip_ue *d, const struct ip6_addr *src, const uint8_t *packet,
					uint32_t len, struct net_tunnel *room);
bool dsmip_ue_mcoa(const struct dsmip_ue *d);		/* one care-of address at least has a BID */

/* s2c_ue.c. Only with d->p->security. */
/* Packets between these addresses may be IKE's, from an address of the home link. */
bool s2c_ue_is_ike(const struct dsmip_ue *d, const struct ip6_addr *src, const struct ip6_addr *dst);
bool s2c_ue_ifom(const struct dsmip_ue *d);		/* the home agent said that it is IFOM capable */
bool s2c_ue_ready(const struct dsmip_ue *d);		/* the security association for the home address stands */
/* In CHILD_SA: IKE runs from here, afresh when it ran from elsewhere. i NULL: from nowhere. */
void s2c_ue_place(struct dsmip_ue *d, struct net_iface *i, const struct ip6_addr *own);
void s2c_ue_new_hoa(struct dsmip_ue *d);		/* in CHILD_SA: another home address, the same IKE SA */
void s2c_ue_bound(struct dsmip_ue *d, bool k);		/* the home agent accepted a BU from coa, at home too */
void s2c_ue_unanswered(struct dsmip_ue *d);		/* BUs remain without an answer, or the peer seems to have lost it */
void s2c_ue_end(struct dsmip_ue *d);			/* DELETE; the next home agent is the list's */
/* Behind s2c_ue_end: the next home agent is this one. False: it has no address that is known of that family. */
bool s2c_ue_aim(struct dsmip_ue *d, const struct ip6_addr *to, bool v4);
bool s2c_ue_sent_away(struct dsmip_ue *d);		/* counts a redirection or switch; true: too many [RFC 5685 7] */
void s2c_ue_lose(struct dsmip_ue *d);			/* … without a word */
/* In DISCOVER: asks an ePDG for a home agent's address; dsmip_discovery_ike tells. False: no way there. */
bool s2c_ue_ask(struct dsmip_ue *d, const struct dsmip_ha_addr *epdg, struct net_iface *i, const struct ip6_addr *own);
void s2c_ue_ask_end(struct dsmip_ue *d);		/* no more of that */
struct ip6_prefix s2c_ue_known_hnp(const struct dsmip_ue *d);	/* before IKEv2; len 0: none */

/* dsmip_ue_pdn.c */
struct dsmip_ue *dsmip_ue_pdn_first(const struct dsmip_ue *d);	/* the one that is hooked in; d itself when alone */
const struct ip6_addr *dsmip_ue_claimed_coa(const struct dsmip_ue *d);	/* what its BUs come from; mostly coa */

/* dsmip_ue_pd.c. Only with d->rare. */
const struct net_tunnel *dsmip_ue_pd_divert(struct dsmip_ue *d, const struct ip6_addr *src, const struct ip6_addr *dst,
					    const uint8_t *packet, uint32_t len, bool forwarded,
					    struct net_tunnel *room);
void dsmip_ue_pd_state(struct dsmip_ue *d);		/* another state, another place */

/* dsmip_ue_path.c */
extern const struct net_hooks dsmip_ue_hooks;
/* Why what came in this tunnel may not come in, or NULL; nothing is recorded. */
const char *dsmip_ue_tunnel_fault(const struct dsmip_ue *d, const struct net_outer *o,
				  const struct ip6_addr *inner_dst);
bool dsmip_ue_rh2_fits(const struct dsmip_ue *d, const struct net_rx *rx, const struct ip6_addr *home_address);

#endif
