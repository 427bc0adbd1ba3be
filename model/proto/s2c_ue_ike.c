/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: what IKE tells the UE: prefix, child SAs, failures and redirections [24.303 5.1.2.2, RFC 5685]
 *
 * Two SAs may be there: the one in use, or being set up when there is none in use, and one that is set up to take its
 * place. What is told of any other is of an SA that was let go.
 */
#include "proto/s2c_ue_priv.h"

/* [R24303-5.1.2.2-25] [R24303-5.1.2.2-26]; all types of the Mobility Header */
void s2c_ask_child(struct s2c_ue *s, struct ike_sa *sa)
{
	struct ipsec_selector sel = s2c_any_home_address(s);

	if (profile(s)->tunnel) {
		s2c_tunnel_ask(s, sa);
		return;
	}
	sel.local = s->d->hoa;
	sel.local_len = 128;
	ike_child(sa, &sel, true);
}

/* ---- what IKE tells ---------------------------------------------------------------------------------------------- */

static bool read_prefix(const struct ike_result *r, struct ip6_prefix *out)
{
	struct ike_home_prefix hp;

	for (unsigned i = 0; i < r->n_cp; i++) {
		if (r->cp[i].type != IKE_CP_MIP6_HOME_PREFIX || !ike_cp_home_prefix(&r->cp[i], &hp) || !hp.life_s)
			continue;
		*out = ip6_prefix_make(&hp.prefix, hp.len);
		return true;
	}
	return false;
}

/*
 * An address in place of a prefix, from a responder that knows no MIP6_HOME_PREFIX [RFC 4877 9]: it is the home address
 * as it stands. False: none was told.
 */
static bool read_address(struct s2c_ue *s, const struct ike_result *r)
{
	struct ip6_addr a;
	uint8_t len;

	for (unsigned i = 0; i < r->n_cp; i++)
		if (profile(s)->ask_address && r->cp[i].type == IKE_CP_IP6_ADDRESS && ike_cp_ip6(&r->cp[i], &a, &len) &&
		    dsmip_routable6(&a)) {
			dsmip_ue_set_hoa(s->d, &a);
			s->d->hnp_len = 64;
			return true;
		}
	return false;
}

static void read_servers(struct s2c_ue *s, const struct ike_result *r)
{
	struct dsmip_ha_addr ha;
	bool has4;

	s->dns6 = ip6_any;
	s->dns4 = (struct ip4_addr){ { 0 } };
	for (unsigned i = 0; i < r->n_cp; i++) {
		const struct ike_cp_attr *a = &r->cp[i];

		if (a->type == IKE_CP_IP6_DNS && ip6_is_zero(&s->dns6))
			ike_cp_ip6(a, &s->dns6, NULL);
		else if (a->type == IKE_CP_IP4_DNS && ip4_is_zero(s->dns4))
			ike_cp_ip4(a, &s->dns4);
		else if (a->type == IKE_CP_HOME_AGENT_ADDRESS &&
			 (s2c_ue_ha(s->d) == &s->target || ip6_is_zero(&s2c_ue_ha(s->d)->a6)) &&
			 ike_cp_home_agent(a, &ha.a6, &ha.a4, &has4))
			s->target = (struct dsmip_ha_addr){ ha.a6, has4 ? ha.a4 : s->target.a4 };
	}
}

/* It took the place of the one in use: the prefix is another one, so that nothing of the old PDN connection is left. */
static void take_over(struct s2c_ue *s)
{
	if (s->limited == s->sa)
		moor_timer_cancel(ue_world(s->d), &s->renew);
	s2c_drop(s, &s->sa);
	s->sa = s->next;
	s->next = 0;
	s->child = 0;
}

static void give_up(struct s2c_ue *s, enum ike_reason why, uint16_t detail, bool refused)
{
	s->why = (uint8_t)why;
	s->detail = detail;
	s->child = 0;
	dsmip_ue_not_secured(s->d, refused);
}

static void on_established(void *owner, struct ike_sa *sa, const struct ike_result *r)
{
	struct s2c_ue *s = s2c_of_sa(owner, sa);
	struct ip6_addr before = s->d->hoa;
	struct ip6_prefix hnp;
	moor_handle h = ike_sa_handle(sa);

	if (h != s->sa && h != s->next)
		return;
	s2c_run_end(s);
	if (s2c_asked(s, sa, r))
		return;
	s->ifom = profile(s)->ifom && r->ifom;	/* [R24303-5.1.2.2-31] [R24303-5.1.2.2-32] */
	read_servers(s, r);
	if ((read_prefix(r, &hnp) ? !dsmip_ue_prefix(s->d, &hnp) : !read_address(s, r)) || ip6_is_zero(&s2c_ue_ha(s->d)->a6)) {
		ike_close(sa);
		if (h == s->next)
			s->next = 0;
		else
			give_up(s, IKE_CFG_FAILED, 0, true);
		return;
	}
	if (h == s->next && !ip6_eq(&before, &s->d->hoa)) {
		take_over(s);
		dsmip_ue_sa_lost(s->d);
	}
	s2c_ask_child(s, sa);
}

/* The home agent lets us have no child SA: of no use. */
static void no_child(struct s2c_ue *s, struct ike_sa *sa, enum ike_reason why)
{
	if (ike_sa_handle(sa) == s->next) {
		s->next = 0;
		ike_close(sa);
	} else if (!s->child) {
		s->sa = 0;
		ike_close(sa);
		give_up(s, why, 0, true);
		dsmip_ue_sa_lost(s->d);		/* one that had been there */
	}
}

static void on_child(void *owner, struct ike_sa *sa, moor_handle child, moor_handle old, enum ike_reason why)
{
	struct s2c_ue *s = s2c_of_sa(owner, sa);
	moor_handle h = ike_sa_handle(sa);

	if (h != s->sa && h != s->next)
		return;
	if (!child) {
		if (!old)
			no_child(s, sa, why);
		return;
	}
	if (old) {
		if (s->child == old)
			s->child = child;
		return;
	}
	if (h == s->next)
		take_over(s);
	s->child = child;
	if (!profile(s)->tunnel)
		dsmip_ue_secured(s->d);
}

static void on_child_gone(void *owner, struct ike_sa *sa, moor_handle child)
{
	struct s2c_ue *s = s2c_of_sa(owner, sa);

	if (ike_sa_handle(sa) != s->sa || child != s->child)
		return;
	s->child = 0;		/* the home agent deleted it alone: another one in the same IKE SA */
	s2c_ask_child(s, sa);
}

static bool was_refused(enum ike_reason why)
{
	return why != IKE_TIMEOUT && why != IKE_DEAD_PEER;
}

/* In CHILD_SA: the attempt failed. An access over IPv4 may do where one over IPv6 did not [RFC 5555 4.4.1]. */
static void failed(struct s2c_ue *s, struct ike_sa *sa, enum ike_reason why, uint16_t detail)
{
	struct net_iface *i = net_iface_numbered(s->d->h, s->via);
	struct ike_sa_view v;

	ike_sa_view(sa, &v);
	if (why == IKE_TIMEOUT && i && !ip6_is_mapped(&v.path.own) && dsmip_ue_other_family_of(s->d, i)) {
		s->why = (uint8_t)why;
		dsmip_ue_evaluate(s->d);
		return;
	}
	give_up(s, why, detail, was_refused(why));
}

static void on_closed(void *owner, struct ike_sa *sa, enum ike_reason why, uint16_t detail)
{
	struct s2c_ue *s = s2c_of_sa(owner, sa);
	moor_handle h = ike_sa_handle(sa);

	if (h == s->next) {
		s2c_run_end(s);
		s->next = 0;
		s->why = (uint8_t)why;
		s->detail = detail;
		return;
	}
	if (h != s->sa || s2c_asked(s, sa, NULL))
		return;
	s->sa = s->next;		/* the one being set up may do */
	s->next = 0;
	s->child = 0;
	if (!s->sa)
		s2c_run_end(s);
	if (why == IKE_REDIRECTED)
		return;
	if (s->d->machine.state == DSMIP_CHILD_SA && !s->sa) {
		failed(s, sa, why, detail);
		return;
	}
	s->why = (uint8_t)why;
	s->detail = detail;
	if (why == IKE_DELETED_BY_PEER && !s->sa)
		dsmip_ue_revoked(s->d);
	else
		dsmip_ue_sa_lost(s->d);
}

/* ---- a new authentication [RFC 4478] ----------------------------------------------------------------------------- */

#define AHEAD 60u		/* seconds: shorter ones are not waited for */
#define AGAIN (10 * MOOR_S)	/* and when it did not work out */

/* A new IKE SA beside the one in use, from the same place; nothing of the binding is touched. */
static void renew(struct moor_world *w, struct moor_timer *t)
{
	struct s2c_ue *s = MOOR_CONTAINER(t, struct s2c_ue, renew);
	struct ike_sa *sa = sa_of(s, s->limited);
	struct ike_sa_view v;

	if (!sa)
		return;
	moor_timer_in(w, t, AGAIN, renew);
	if (s->limited != s->sa || !s->child || s->next || dsmip_ue_leaving(s->d))
		return;
	ike_sa_view(sa, &v);
	s->next = s2c_connect(s, &v.path.own, v.path.via ? v.path.via : ue_via(s->d));
}

static void on_lifetime(void *owner, struct ike_sa *sa, uint32_t seconds)
{
	struct s2c_ue *s = s2c_of_sa(owner, sa);

	s->limited = ike_sa_handle(sa);
	moor_timer_in(ue_world(s->d), &s->renew, seconds < AHEAD ? 0 : (seconds - AHEAD / 2) * MOOR_S, renew);
}

/* ---- redirection ------------------------------------------------------------------------------------------------- */

/* [RFC 5685 7] */
static bool is_loop(struct s2c_ue *s)
{
	moor_time now = moor_world_now(ue_world(s->d));

	if (!s->redirects || now - s->redirect_at >= ue_timer(s->d, T_REDIRECT_LOOP)) {
		s->redirects = 0;
		s->redirect_at = now;
	}
	if (s->redirects < UINT8_MAX)
		s->redirects++;
	return s->redirects > ue_timer(s->d, T_REDIRECTS);
}

/* Both addresses when the list has them. */
void s2c_aim(struct s2c_ue *s, const struct ip6_addr *to)
{
	const struct dsmip_ue_profile *p = s->d->p;
	bool v4 = ip6_is_mapped(to);

	for (unsigned k = 0; k < p->n_ha; k++) {
		struct ip6_addr a = v4 ? ip6_mapped(p->ha[k].a4) : p->ha[k].a6;

		if (ip6_eq(&a, to)) {
			s->target = p->ha[k];
			return;
		}
	}
	s->target = (struct dsmip_ha_addr){ v4 ? ip6_any : *to, v4 ? ip6_mapped_ip4(to) : (struct ip4_addr){ { 0 } } };
}

bool s2c_ue_aim(struct dsmip_ue *d, const struct ip6_addr *to, bool v4)
{
	struct s2c_ue *s = s2c(d);

	s2c_aim(s, to);
	if (v4 ? !ip4_is_zero(s->target.a4) : !ip6_is_zero(&s->target.a6))
		return true;
	s->target = (struct dsmip_ha_addr){ { { 0 } }, { { 0 } } };
	return false;
}

bool s2c_ue_sent_away(struct dsmip_ue *d)
{
	struct s2c_ue *s = s2c(d);

	if (!is_loop(s))
		return false;
	s->why = IKE_REDIRECT_LOOP;
	s->detail = 0;
	return true;
}

/* [R24303-5.1.2.2-18]; the DELETE for the first home agent is IKE's own [R24303-5.1.2.2-19] */
static void on_redirect(void *owner, struct ike_sa *sa, const struct ip6_addr *to, const char *fqdn)
{
	struct s2c_ue *s = s2c_of_sa(owner, sa);
	struct ike_sa_view v;

	if (ike_sa_handle(sa) != s->sa) {
		if (ike_sa_handle(sa) == s->next)	/* what is in use stays so */
			s->next = 0;
		return;
	}
	if (s2c_asked(s, sa, NULL))	/* an ePDG sends us to another ePDG: not followed */
		return;
	ike_sa_view(sa, &v);
	s->sa = 0;
	s->child = 0;
	s2c_run_end(s);
	s->from = v.path.peer;
	if (!is_loop(s) && fqdn && *fqdn && s2c_name(s, &v.path, fqdn))
		return;
	if (s->redirects > ue_timer(s->d, T_REDIRECTS) || (fqdn && *fqdn) || ip6_is_zero(to)) {
		give_up(s, s->redirects > ue_timer(s->d, T_REDIRECTS) ? IKE_REDIRECT_LOOP : IKE_REDIRECTED,
			IKE_N_REDIRECT, true);
		return;
	}
	s2c_aim(s, to);
	dsmip_ue_evaluate(s->d);
}

/* [RFC 5685 8] that is Home Agent Switch's business, unless the scenario wants to see it */
static void on_sent_away(void *owner, struct ike_sa *sa, const struct ip6_addr *to)
{
	struct s2c_ue *s = s2c_of_sa(owner, sa);

	if (ike_sa_handle(sa) != s->sa)
		return;
	if (profile(s)->follow_redirect)
		dsmip_ue_redirected(s->d, to);
	else
		dsmip_discard(s->d->h, ue_pdn(s->d), "redirect-in-session", "RFC 5685 8");
}

const struct ike_user s2c_ue_user = {
	.established = on_established, .closed = on_closed, .redirect = on_redirect, .sent_away = on_sent_away,
	.child = on_child,
	.child_gone = on_child_gone, .lifetime = on_lifetime,
};
