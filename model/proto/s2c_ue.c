/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the UE's security associations [24.303 5.1.2.2, 5.2.2, 5.4.2.2; RFC 4877; RFC 5685]
 *
 * [R24303-4.1-06] [R24303-4.1-07] [R24303-5.1.1-02] [R24303-5.1.2.2-01] [R24303-5.1.2.2-02] [R24303-5.2.1-04]
 *
 * One IKE SA per PDN connection [R24303-4.3-04], which the APN in IDr tells from those of the UE's other ones. It is
 * set up with EAP-AKA when DSMIPv6 waits in CHILD_SA, with one child SA in it for the home address and the home agent,
 * all Mobility Header types (Binding Updates, Acknowledgements, Errors, and what revokes or moves a binding share it).
 * It survives movements, for it says nothing of care-of addresses.
 *
 * Movements [RFC 4877 7.4, RFC 6275 11.7.3]: with K in the BA the IKE SA's own end moves to the new care-of address;
 * over IPv4 an empty INFORMATIONAL lets the home agent see it as the NAT shows it. Without K the IKE SA is of no use
 * any more, and in IKEv2 its child SA goes with it; so a new one is set up from the new place, the old one serves
 * until its child SA stands, and then goes without a word, since nobody hears it at the old place. On the home link
 * the new one waits until it is needed.
 *
 * Redirection [RFC 5685]: to another home agent, whose address of the other family is looked up in the list of
 * candidates or asked for with HOME_AGENT_ADDRESS; at most MAX_REDIRECTS in REDIRECT_LOOP_DETECT_PERIOD.
 *
 * A new authentication that the home agent asks for [RFC 4478] is a new IKE SA beside the one in use, which it
 * replaces.
 *
 * A name in REDIRECT is resolved (s2c_ue_name.c) by the DNS servers that home agent discovery has, or IKEv2 told.
 */
#include "proto/s2c_ue_priv.h"

#include <assert.h>
#include <string.h>

#define RETRY (1 * MOOR_S)		/* when there was no way at all to the home agent */

static const char ue_key;

void s2c_ue_profile_default(struct s2c_ue_profile *p)
{
	*p = (struct s2c_ue_profile){ .dns6 = true, .dns4 = true, .pdn_identifier = true, .pseudonyms = true,
				      .reauth = true, .checkcode = true };
}

const struct dsmip_ha_addr *s2c_ue_ha(const struct dsmip_ue *d)
{
	const struct s2c_ue *s = s2c(d);

	return ip6_is_zero(&s->target.a6) && ip4_is_zero(s->target.a4) ? ue_listed(d) : &s->target;
}

struct ip6_prefix s2c_ue_known_hnp(const struct dsmip_ue *d)
{
	return s2c(d)->known;
}

/* ---- setting up -------------------------------------------------------------------------------------------------- */

/* Without a word to the peer; what comes of it later is of an SA that is no longer known here. */
void s2c_drop(struct s2c_ue *s, moor_handle *h)
{
	struct ike_sa *sa = sa_of(s, *h);

	*h = 0;
	if (sa)
		ike_forget(sa);
}

static void again(struct moor_world *w, struct moor_timer *t)
{
	(void)w;
	dsmip_ue_evaluate(MOOR_CONTAINER(t, struct s2c_ue, retry)->d);
}

/* The SA that is being set up: it comes from where it was begun. */
static bool runs_from(const struct s2c_ue *s, const struct net_iface *i, const struct ip6_addr *own)
{
	const struct ike_sa *sa = sa_of(s, s->sa);
	struct ike_sa_view v;

	if (!sa)
		return false;
	ike_sa_view(sa, &v);
	return v.state != IKE_SA_DELETING && s->via == ue_number(i) && ip6_eq(&v.path.own, own);
}

bool s2c_ue_is_ike(const struct dsmip_ue *d, const struct ip6_addr *src, const struct ip6_addr *dst)
{
	const struct s2c_ue *s = s2c(d);
	const struct ike_sa *sa = sa_of(s, s->sa);
	struct ike_sa_view v;

	if (!sa)
		return false;
	ike_sa_view(sa, &v);
	return ip6_eq(&v.path.own, src) && ip6_eq(&v.path.peer, dst);
}

void s2c_ue_place(struct dsmip_ue *d, struct net_iface *i, const struct ip6_addr *own)
{
	struct s2c_ue *s = s2c(d);

	if (i && (runs_from(s, i, own) || s2c_naming(s)))
		return;
	s2c_name_end(s);
	s2c_drop(s, &s->sa);
	s2c_drop(s, &s->next);
	s->child = 0;
	moor_timer_cancel(ue_world(d), &s->retry);
	if (!i)
		return;
	s->sa = s2c_connect(s, own, i);
	if (!s->sa)
		moor_timer_in(ue_world(d), &s->retry, RETRY, again);
}

void s2c_ue_new_hoa(struct dsmip_ue *d)
{
	struct s2c_ue *s = s2c(d);
	struct ike_sa *sa = sa_of(s, s->sa);

	s->child = 0;
	if (sa)
		s2c_ask_child(s, sa);
	else
		dsmip_ue_evaluate(d);
}

bool s2c_ue_ifom(const struct dsmip_ue *d)
{
	return s2c(d)->ifom;
}

bool s2c_ue_ready(const struct dsmip_ue *d)
{
	const struct s2c_ue *s = s2c(d);

	return s->child && sa_of(s, s->sa);
}

/* ---- what DSMIPv6 tells ------------------------------------------------------------------------------------------ */

/* Over IPv4 always on 4500: there may be a NAT, and none of its mappings is known [RFC 7296 2.23]. */
static struct ike_path path_from(const struct s2c_ue *s, const struct ike_path *now, const struct ip6_addr *own,
				 struct net_iface *via)
{
	struct ike_path p = *now;

	p.own = *own;
	p.peer = s2c_towards(s, ip6_is_mapped(own));
	p.via = via;
	if (ip6_is_mapped(own))
		p.own_port = p.peer_port = IKE_PORT_NAT;
	return p;
}

/* [R24303-5.1.2.4-33]: K; at home the home address is the end [RFC 6275 10.3.2, 11.7.3] */
void s2c_ue_bound(struct dsmip_ue *d, bool k)
{
	struct s2c_ue *s = s2c(d);
	struct ike_sa *sa = sa_of(s, s->sa);
	struct ike_sa_view v;
	struct ike_path p;

	if (!sa)
		return;
	ike_sa_view(sa, &v);
	if (ip6_eq(&v.path.own, &d->coa))
		return;
	if (k) {
		p = path_from(s, &v.path, &d->coa, ue_via(d));
		ike_move(sa, &p, ip6_is_mapped(&d->coa));
		ike_behind_nat(sa, d->nat);
		return;
	}
	s2c_drop(s, &s->next);
	if (d->machine.state == DSMIP_HOME) {
		s2c_drop(s, &s->sa);
		s->child = 0;
	} else {
		s->next = s2c_connect(s, &d->coa, ue_via(d));
	}
}

/* A question through the IKE SA, from where we are [RFC 7296 2.4]. */
void s2c_ue_unanswered(struct dsmip_ue *d)
{
	struct s2c_ue *s = s2c(d);
	struct ike_sa *sa = sa_of(s, s->sa);
	struct ike_sa_view v;
	struct ike_path p;

	if (!sa || !s->child)
		return;
	ike_sa_view(sa, &v);
	if (ue_has_coa(d) && !ip6_eq(&v.path.own, &d->coa)) {
		p = path_from(s, &v.path, &d->coa, ue_via(d));
		ike_move(sa, &p, false);
	}
	ike_check(sa);
}

static void clear(struct s2c_ue *s)
{
	s2c_run_end(s);
	s2c_name_end(s);
	s->asking = false;
	s->sa = s->next = s->child = 0;
	s->target = (struct dsmip_ha_addr){ { { 0 } }, { { 0 } } };
	s->from = ip6_any;
	moor_timer_cancel(ue_world(s->d), &s->retry);
	moor_timer_cancel(ue_world(s->d), &s->renew);
}

/* [R24303-5.4.2.2-03] [R24303-5.4.2.2-04] */
void s2c_ue_end(struct dsmip_ue *d)
{
	struct s2c_ue *s = s2c(d);
	struct ike_sa *sa = sa_of(s, s->sa);

	s2c_drop(s, &s->next);
	if (sa)
		ike_close(sa);
	clear(s);
}

void s2c_ue_lose(struct dsmip_ue *d)
{
	struct s2c_ue *s = s2c(d);

	for (struct dsmip_ue *o = dsmip_ue_pdn_first(d); o; o = dsmip_ue_pdn_next(o))
		s2c(o)->sa = s2c(o)->next = 0;	/* nothing of what it ends is told to anybody */
	ike_reboot(ike_of_ue(s));
	clear(s);
	s->redirects = 0;
}

/* ---- life and queries -------------------------------------------------------------------------------------------- */

void s2c_ue_new(struct dsmip_ue *d, const struct s2c_ue_config *c, const struct ip6_prefix *hnp)
{
	struct slab *slab = world_slab(ue_world(d), &ue_key, "s2c-ue", sizeof(struct s2c_ue));
	struct s2c_ue *s = slab_alloc(slab, &(moor_handle){ 0 });
	const struct s2c_ue_profile *p = d->p->security;

	assert(p->ike && p->ike->crypto && p->apn && !imsi_is_none(c->card.imsi));
	s->d = d;
	s->card = c->card;
	s->known = *hnp;
	s->rng = moor_world_rng(ue_world(d), net_host_node(d->h), "eap");
	if (ue_pdn(d)) {
		s->rng.counter = (uint64_t)ue_pdn(d) << 48;	/* a part of the stream that no other one comes to */
		dsmip_ue_rare_make(d)->s2c = s;
		return;
	}
	ike_new(d->h, p->ike, &s2c_ue_user, s);
	ipsec_policies(ipsec_of(d->h), ipsec_policies_mip6, ipsec_n_policies_mip6);
}

bool s2c_ue_view(const struct dsmip_ue *d, struct s2c_ue_view *out)
{
	struct s2c_ue *s;

	if (!d->p->security)
		return false;
	s = s2c(d);
	*out = (struct s2c_ue_view){
		.card = s2c_card(s), .apn = profile(s)->apn, .sa = s->next ? s->next : s->sa, .child = s->child,
		.home_agent = *s2c_ue_ha(d),
		.redirects = s->redirects, .ifom = s->ifom, .fast = s->fast, .why = (enum ike_reason)s->why,
		.detail = s->detail, .cause = (enum eap_cause)s->cause,
	};
	if (!ip6_is_zero(&s->dns6))
		out->dns[out->n_dns++] = s->dns6;
	if (!ip4_is_zero(s->dns4))
		out->dns[out->n_dns++] = ip6_mapped(s->dns4);
	return true;
}

void s2c_ue_rekey(struct dsmip_ue *d, bool ike)
{
	struct s2c_ue *s = d->p->security ? s2c(d) : NULL;
	struct ike_sa *sa = s ? sa_of(s, s->sa) : NULL;

	if (sa && ike)
		ike_rekey(sa);
	else if (sa && s->child)
		ike_rekey_child(sa, s->child);
}

void s2c_ue_check(struct dsmip_ue *d)
{
	struct s2c_ue *s = d->p->security ? s2c(d) : NULL;
	struct ike_sa *sa = s ? sa_of(s, s->sa) : NULL;

	if (sa)
		ike_check(sa);
}
