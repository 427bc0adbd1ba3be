/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside of the UE's security, shared by s2c_ue.c (when, from where, and how it ends), s2c_ue_run.c (an IKE run with
 * its EAP), s2c_ue_name.c (home agents that are told otherwise than by address) and s2c_ue_ike.c (what IKE tells).
 */
#ifndef MOOR_PROTO_S2C_UE_PRIV_H
#define MOOR_PROTO_S2C_UE_PRIV_H

#include "proto/dsmip_ue_priv.h"
#include "proto/s2c_ue.h"


/* One UE's, as long as the world. */
struct s2c_ue {
	struct dsmip_ue *d;
	struct usim card;		/* of the first PDN connection: s2c_card */
	struct ip6_prefix known;	/* home network prefix before IKEv2; len 0: none */
	struct dsmip_ha_addr target;	/* after a redirection: the home agent in use; zeros: the list's */
	struct ip6_addr from;		/* who redirected us */
	struct ip6_addr dns6;
	struct ip4_addr dns4;
	moor_time redirect_at;		/* the first redirection of the period */
	moor_handle sa;			/* in use, or being set up when there is none in use */
	moor_handle next;		/* being set up while `sa` is in use; 0: none */
	moor_handle child;		/* of the home address, in `sa`; 0: not yet */
	moor_handle run;		/* EAP of the one being set up */
	moor_handle limited;		/* the SA that `renew` is about */
	struct moor_timer retry, renew;	/* renew: before the authentication's lifetime is over */
	struct rng rng;			/* "eap" */
	uint8_t redirects;
	uint8_t why;			/* enum ike_reason of the last failure */
	uint8_t cause;			/* enum eap_cause */
	uint16_t detail;
	uint8_t via;			/* interface of the one being set up */
	bool ifom, fast;
	bool asking;			/* `sa` is with an ePDG that is to tell the home agent's address */
};

static inline struct ike *ike_of_ue(const struct s2c_ue *s) { return ike_of(s->d->h); }
/* Each PDN connection has its own; IKE is the host's and knows the first one. */
static inline struct s2c_ue *s2c(const struct dsmip_ue *d)
{
	return ue_pdn(d) ? dsmip_ue_rare(d)->s2c : ike_owner(ike_of(d->h));
}
static inline struct s2c_ue *s2c_of_sa(void *owner, const struct ike_sa *sa)	/* of what IKE tells about */
{
	return ike_sa_user(sa) ? ike_sa_user(sa) : owner;
}
/* A UE has one USIM: its identities and sequence numbers serve all its PDN connections. */
static inline struct usim *s2c_card(const struct s2c_ue *s)
{
	return &((struct s2c_ue *)ike_owner(ike_of(s->d->h)))->card;
}
static inline struct ike_sa *sa_of(const struct s2c_ue *s, moor_handle h)	/* NULL: none */
{
	return h ? ike_sa_get(ike_of_ue(s), h) : NULL;
}
static inline const struct s2c_ue_profile *profile(const struct s2c_ue *s) { return s->d->p->security; }

/* s2c_ue.c */
void s2c_drop(struct s2c_ue *s, moor_handle *h);	/* without a word to the peer; what comes of it is ignored */

/* s2c_ue_name.c */
/* What became of the IKE SA that asks; false: it is none such. r NULL: it failed. */
bool s2c_asked(struct s2c_ue *s, struct ike_sa *sa, const struct ike_result *r);
bool s2c_name(struct s2c_ue *s, const struct ike_path *p, const char *fqdn);	/* REDIRECT told a name; false: no use */
void s2c_name_end(struct s2c_ue *s);
bool s2c_naming(const struct s2c_ue *s);	/* a name is being resolved: IKE waits */
void s2c_aim(struct s2c_ue *s, const struct ip6_addr *to);		/* s2c_ue_ike.c */

/* s2c_ue_run.c */
moor_handle s2c_connect(struct s2c_ue *s, const struct ip6_addr *own, struct net_iface *via);	/* 0: no way */
void s2c_run_end(struct s2c_ue *s);
struct ip6_addr s2c_towards(const struct s2c_ue *s, bool v4);	/* the home agent's address of that family */
/* Signalling between any home address and our home agent. */
struct ipsec_selector s2c_any_home_address(const struct s2c_ue *s);

/* s2c_ue_tunnel.c */
void s2c_tunnel_ask(struct s2c_ue *s, struct ike_sa *sa);	/* the child SA of a plain gateway */

/* s2c_ue_ike.c */
extern const struct ike_user s2c_ue_user;
void s2c_ask_child(struct s2c_ue *s, struct ike_sa *sa);

#endif
