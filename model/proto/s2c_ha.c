/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the home agent's security associations [24.303 5.1.3.1, 5.2.3.2; RFC 4877; RFC 5685; RFC 4739]
 *
 * [R24303-5.1.3.1-01] [R24303-5.1.3.1-05] [R24303-4.2-02]
 *
 * Between IKE (responder), the AAA server and the binding cache. A session begins with the first IKE_AUTH request of
 * an SA: IDi and IDr go to the AAA server as user and APN, EAP goes back and forth, and when all authentications are
 * done the prefix is chosen (s2c_ha_pdn.c) and told. From then on the identity may have child SAs for home addresses
 * of its prefix and for no other [RFC 4877 7.1, 10], so a Binding Update that comes through one is authorised by it.
 *
 * Another home agent for the UE, when the AAA server names one: by REDIRECT in the first or last IKE_AUTH response,
 * or of everybody in IKE_SA_INIT; a UE that does not know REDIRECT is served, and where it should go is kept for HA
 * Switch.
 *
 * Endings. The session ends, and the AAA server is told, when neither SA nor binding is left: a binding outlives its
 * SA until its lifetime is over, when the UE died for instance. When the UE comes back with a new SA for the same
 * connection, that takes the place of the old one as soon as its child SA stands.
 *
 * Movements: with K in an accepted BU the SA's other end is the new care-of address [R24303-5.2.3.2-13]; a NAT's port
 * is learned from the UE's next IKE packet. Without K it stays where it was until a new one replaces it [RFC 6275
 * 10.3.1]: in IKEv2 the child SA that the BA went through cannot outlive it.
 *
 * A new authentication, when the AAA server asks for one or the subscription limits a session: AUTH_LIFETIME [RFC
 * 4478] asks the UE for a new IKE SA; when none takes this one's place it is deleted in the end.
 *
 * A session that the AAA server aborts ends with a Binding Revocation Indication [24.303 5.4.3.1]; when that is over
 * the AAA server is told, and the SAs go: by the UE's DELETE [24.303 5.4.2.1], by ours when it does not come. Where no
 * binding stands, or no SA to protect the indication, DELETE is all there is.
 */
#include "proto/s2c_ha_priv.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "proto/world_slab.h"

#define DELETE_WAIT (5 * MOOR_S)	/* for the UE's DELETE behind a revocation */
#define GRACE INT64_C(60)	/* seconds for a new authentication behind its time */

static const char who_key;

static struct slab *whos(const struct s2c_ha *s)
{
	return world_slab(ha_world(s->a), &who_key, "s2c-who", sizeof(struct s2c_who));
}

struct s2c_who *s2c_who_of(const struct s2c_session *x)
{
	return x->who ? slab_get(whos(x->s), x->who) : NULL;
}

struct s2c_session *s2c_session_at(const struct s2c_ha *s, moor_handle h)
{
	return h ? slab_get(&s->sessions, h) : NULL;
}

struct ike_sa *s2c_sa_of(const struct s2c_session *x)
{
	return x->sa ? ike_sa_get(x->s->ike, x->sa) : NULL;
}

void s2c_ha_config_default(struct s2c_ha_config *c)
{
	*c = (struct s2c_ha_config){ .prefix_life_s = UINT32_MAX };
	aaa_client_config_default(&c->client);
}

/* ---- sessions ---------------------------------------------------------------------------------------------------- */

struct s2c_session *s2c_session_new(struct s2c_ha *s, struct ike_sa *sa, const struct ike_id *idi,
				       const struct ike_id *idr)
{
	moor_handle h;
	struct s2c_session *x = slab_alloc(&s->sessions, &h);
	struct s2c_who *who = slab_alloc(whos(s), &x->who);

	x->s = s;
	x->self = h;
	x->sa = ike_sa_handle(sa);
	who->self = x->who;
	who->idi = *idi;
	if (idr && idr->type == IKE_ID_FQDN)	/* one that is too long is nobody's, cut or not */
		memcpy(who->apn, idr->data, idr->len < sizeof who->apn ? idr->len : sizeof who->apn - 1);
	x->aaa = aaa_open(s->client, x);
	ike_sa_set_user(sa, (void *)(uintptr_t)x->self);
	return x;
}

/* By its handle: IKE may have an end to tell of an SA whose session went before it. */
struct s2c_session *s2c_session_of(const struct s2c_ha *s, const struct ike_sa *sa)
{
	return s2c_session_at(s, (moor_handle)(uintptr_t)ike_sa_user(sa));
}

void s2c_forget_who(struct s2c_session *x)
{
	if (x->who)
		slab_free(whos(x->s), x->who);
	x->who = 0;
}

/* The connection's binding counts for whose connection it is. */
static bool has_binding(const struct s2c_session *x)
{
	const struct s2c_pdn *p = s2c_pdn_at(x->s, x->pdn);
	const struct bce *b = p && p->session == x->self ? dsmip_ha_find(x->s->a, &p->hnp.addr) : NULL;

	return bce_stands(b) || (b && b->machine.state == DSMIP_BCE_DAD);
}

static void session_free(struct s2c_session *x, enum aaa_cause cause)
{
	struct s2c_ha *s = x->s;
	struct s2c_pdn *p = s2c_pdn_at(s, x->pdn);
	struct ike_sa *sa = s2c_sa_of(x);

	s2c_forget_who(x);
	moor_timer_cancel(ha_world(s->a), &x->limit);
	if (sa)
		ike_sa_set_user(sa, NULL);
	if (x->aaa)
		aaa_close(s->client, x->aaa, cause);
	if (p && p->session == x->self) {
		p->session = 0;
		p->existing |= p->provisioned || p->on_3gpp;
		if (!p->existing)
			s2c_pdn_end(s, p);
	}
	slab_free(&s->sessions, x->self);
}

/* Another one has its place, and with it the place of those that it was to replace itself: the connection stays. */
void s2c_session_replaced(struct s2c_session *x)
{
	struct s2c_ha *s = x->s;

	while (x) {
		struct s2c_session *older = s2c_session_at(s, x->replaces);
		struct ike_sa *sa = s2c_sa_of(x);

		x->pdn = 0;
		x->sa = 0;
		if (sa) {
			ike_sa_set_user(sa, NULL);
			ike_forget(sa);
		}
		session_free(x, AAA_USER_MOVED);
		x = older;
	}
}

/*
 * It ends before its child SA stood: the connection is again the one's that it was to replace, whose SAs are still
 * there and may have home addresses of this prefix, so that it must not be given to anybody else.
 */
void s2c_session_give_back(struct s2c_session *x)
{
	struct s2c_ha *s = x->s;
	struct s2c_session *older = s2c_session_at(s, x->replaces), *y;
	struct s2c_pdn *p = s2c_pdn_at(s, x->pdn);

	x->replaces = 0;
	if (!p || (p->session == x->self && !older))
		return;
	if (p->session == x->self)
		p->session = older->self;
	for (y = s2c_session_at(s, p->session); y; y = s2c_session_at(s, y->replaces))	/* a third one may be under way */
		if (y->replaces == x->self)
			y->replaces = older ? older->self : 0;
	x->pdn = 0;
	if (older)
		s2c_session_check(older, AAA_LINK_BROKEN);
}

/* [24.303 5.4.3] when neither SA nor binding is left */
void s2c_session_check(struct s2c_session *x, enum aaa_cause cause)
{
	struct s2c_session *older = s2c_session_at(x->s, x->replaces);

	if (x->sa || has_binding(x))
		return;
	session_free(x, x->cause ? (enum aaa_cause)x->cause : cause);
	if (older)
		s2c_session_check(older, cause);
}

/* ---- what the binding cache tells -------------------------------------------------------------------------------- */

static struct s2c_session *session_of(const struct s2c_ha *s, const struct ip6_addr *hoa)
{
	const struct s2c_pdn *p = s2c_pdn_of_prefix(s, hoa);

	return p ? s2c_session_at(s, p->session) : NULL;
}

bool s2c_ha_no_ip4(const struct s2c_ha *s, const struct ip6_addr *hoa)
{
	const struct s2c_pdn *p = s2c_pdn_of_prefix(s, hoa);

	return p && !p->ip4;
}

/* [R24303-5.2.3.2-13] [RFC 6275 10.3.1]; remote: the care-of address, or at home the home address [RFC 6275 10.3.2] */
void s2c_ha_moved(struct s2c_ha *s, const struct ip6_addr *hoa, const struct ip6_addr *remote)
{
	const struct s2c_session *x = session_of(s, hoa);
	struct ike_sa *sa = x ? s2c_sa_of(x) : NULL;
	struct ike_sa_view v;
	struct ike_path p;

	if (!sa)
		return;
	ike_sa_view(sa, &v);
	if (ip6_eq(&v.path.peer, remote))
		return;
	p = v.path;
	p.peer = *remote;
	p.own = ip6_is_mapped(remote) ? ip6_mapped(s->a->c.addr.a4) : s->a->c.addr.a6;
	if (ip6_is_mapped(remote))	/* as s2c_ue.c does; behind a NAT its INFORMATIONAL tells the port */
		p.own_port = IKE_PORT_NAT;
	p.peer_port = p.own_port;
	p.via = NULL;
	ike_move(sa, &p, false);
}

void s2c_ha_unbound(struct s2c_ha *s, const struct ip6_addr *hoa)
{
	struct s2c_session *x = session_of(s, hoa);

	if (x)
		s2c_session_check(x, AAA_LINK_BROKEN);
}

/* ---- what the AAA server wants ----------------------------------------------------------------------------------- */

/* Without Binding Revocation: the SAs and the binding go. */
static void session_end(struct s2c_session *x, enum aaa_cause cause)
{
	struct dsmip_ha *a = x->s->a;
	const struct s2c_pdn *p = s2c_pdn_at(x->s, x->pdn);
	bool its = p && p->session == x->self;	/* else another SA has the connection already */
	struct ip6_addr hnp = p ? p->hnp.addr : ip6_any;
	struct ike_sa *sa = s2c_sa_of(x);

	x->cause = (uint8_t)cause;
	if (sa)
		ike_close(sa);
	if (its)
		dsmip_ha_drop(a, &hnp);		/* with the SA gone already, the session goes in here */
}

/* Once is enough. */
static bool is_revoking(const struct dsmip_ha *a, const struct ip6_addr *hnp)
{
	const struct bce *b = dsmip_ha_find(a, hnp);

	return b && b->machine.state == DSMIP_BCE_REVOKING;
}

static enum aaa_result on_abort(void *owner, moor_handle session, void *of)
{
	struct s2c_session *x = of;
	const struct s2c_pdn *p = s2c_pdn_at(x->s, x->pdn);

	(void)owner;
	(void)session;
	if (p && p->session == x->self && s2c_sa_of(x) &&
	    dsmip_ha_revoke(x->s->a, &p->hnp.addr, MH_BRI_ADMINISTRATIVE, false))	/* [R24303-5.4.3.1-01] */
		x->cause = AAA_ADMINISTRATIVE;
	else if (!p || !is_revoking(x->s->a, &p->hnp.addr))
		session_end(x, AAA_ADMINISTRATIVE);
	return AAA_SUCCESS;
}

static void limit_over(struct moor_world *w, struct moor_timer *t)
{
	struct s2c_session *x = MOOR_CONTAINER(t, struct s2c_session, limit);

	(void)w;
	session_end(x, x->cause ? (enum aaa_cause)x->cause : AAA_AUTH_EXPIRED);
}

void s2c_ha_revoked(struct s2c_ha *s, const struct ip6_addr *hoa, enum s2c_revoked how)
{
	struct s2c_session *x = session_of(s, hoa);
	struct ike_sa *sa = x ? s2c_sa_of(x) : NULL;

	if (!x)
		return;
	if (how == S2C_KEPT) {
		x->cause = 0;
		return;
	}
	x->cause = AAA_ADMINISTRATIVE;
	if (x->aaa)
		aaa_close(s->client, x->aaa, AAA_ADMINISTRATIVE);
	x->aaa = 0;
	if (sa && how == S2C_TOLD)
		moor_timer_in(ha_world(s->a), &x->limit, DELETE_WAIT, limit_over);
	else if (sa)
		ike_close(sa);
}

bool s2c_ha_secured(const struct s2c_ha *s, const struct ip6_addr *hoa)
{
	const struct s2c_session *x = session_of(s, hoa);

	return x && x->child && s2c_sa_of(x);
}

bool s2c_ha_ending(const struct s2c_ha *s, const struct ip6_addr *hoa)
{
	const struct s2c_session *x = session_of(s, hoa);

	return x && x->cause;
}

/* [R24303-5.5.3-02] [R24303-5.5.3-03] */
void s2c_ha_registered(struct s2c_ha *s, const struct ip6_addr *hoa)
{
	struct s2c_session *x = session_of(s, hoa);
	struct dsmip_ha_addr to;

	if (!x || (ip6_is_zero(&x->switch_to.a6) && ip4_is_zero(x->switch_to.a4)))
		return;
	to = x->switch_to;
	if (!dsmip_ha_switch(s->a, hoa, &to))
		return;
	x->switch_to = (struct dsmip_ha_addr){ { { 0 } }, { { 0 } } };
	x->cause = AAA_USER_MOVED;
}

void s2c_session_limit(struct s2c_session *x, uint32_t seconds)
{
	struct ike_sa *sa = s2c_sa_of(x);

	if (!sa)
		return;
	ike_reauth(sa, seconds);
	moor_timer_in(ha_world(x->s->a), &x->limit, (seconds + GRACE) * MOOR_S, limit_over);
}

static enum aaa_result on_reauth(void *owner, moor_handle session, void *of)
{
	struct s2c_session *x = of;

	(void)owner;
	(void)session;
	if (!s2c_sa_of(x))
		return AAA_UNABLE_TO_DELIVER;
	s2c_session_limit(x, 0);
	return AAA_SUCCESS;
}

static enum aaa_result on_reallocate(void *owner, moor_handle session, void *of, const struct aaa_target *to)
{
	struct s2c_session *x = of;
	const struct s2c_pdn *p = s2c_pdn_at(x->s, x->pdn);

	(void)owner;
	(void)session;
	x->switch_to = (struct dsmip_ha_addr){ to->a6, to->a4 };
	if (p && p->session == x->self)
		s2c_ha_registered(x->s, &p->hnp.addr);	/* else as soon as it is */
	return AAA_SUCCESS;
}

unsigned s2c_ha_reallocate(struct s2c_ha *s, struct imsi i, const char *apn, const struct dsmip_ha_addr *to,
			   bool redirect)
{
	struct aaa_target t = { .a6 = to->a6, .a4 = to->a4 };
	moor_handle h = 0;
	struct s2c_pdn *p;
	unsigned n = 0;

	while ((p = slab_next(&s->pdns, &h))) {
		bool its = imsi_same(p->imsi, i) && (!apn || !strcmp(p->apn, apn));
		struct s2c_session *x = its ? s2c_session_at(s, p->session) : NULL;
		struct ike_sa *sa = x ? s2c_sa_of(x) : NULL;
		struct ike_sa_view v;
		struct ip6_addr a;

		if (!sa)
			continue;
		ike_sa_view(sa, &v);
		a = s2c_target_address(&t, ip6_is_mapped(&v.path.peer));
		n += !redirect || v.redirect_supported;
		if (redirect && v.redirect_supported)
			ike_redirect_session(sa, &a);
		else if (!redirect)
			on_reallocate(s, 0, x, &t);
	}
	return n;
}

static enum aaa_result on_redirect_all(void *owner, const struct aaa_target *to)
{
	struct s2c_ha *s = owner;

	s->redirect_all = to->when == AAA_SA_INIT ? s2c_target_address(to, false) : ip6_any;
	return AAA_SUCCESS;
}

static const struct aaa_client_ops aaa_ops = {
	.abort = on_abort, .reauth = on_reauth, .reallocate = on_reallocate, .redirect_all = on_redirect_all,
};

/* ---- life -------------------------------------------------------------------------------------------------------- */

/* [RFC 4877 6.4, 7.2.4] of those who have such a child SA; others send and get as ever what bindings say */
static void tunnel_policies(struct s2c_ha *s)
{
	const struct dsmip_ha_config *c = &s->a->c;
	unsigned n = ipsec_n_policies_mip6;

	s->policies = mem_zeroed((n + 1) * sizeof *s->policies);
	memcpy(s->policies, ipsec_policies_mip6, n * sizeof *s->policies);
	s->policies[n] = (struct ipsec_policy){
		.action = IPSEC_PROTECT, .mode = IPSEC_TUNNEL, .where_sa = true,
		.sel = { .remote = c->hnp_pool.addr, .remote_len = c->hnp_pool.len,
			 .local_hi = UINT16_MAX, .remote_hi = UINT16_MAX },
	};
	ipsec_policies(ipsec_of(s->a->h), s->policies, n + 1);
}

void s2c_ha_new(struct dsmip_ha *a, const struct s2c_ha_config *c)
{
	struct s2c_ha *s = mem_zeroed(sizeof *s);

	assert(!a->sec && c->ike && c->ike->crypto && c->ike->identity);
	a->sec = s;
	s->a = a;
	s->c = *c;
	s->c.client.home_agent6 = a->c.addr.a6;
	s->c.client.home_agent4 = a->c.addr.a4;
	slab_init(&s->pdns, "s2c-pdn", sizeof(struct s2c_pdn));
	slab_init(&s->sessions, "s2c-session", sizeof(struct s2c_session));
	map_init(&s->by_prefix);
	s->client = aaa_client_new(net_host_node(a->h), &s->c.client, c->aaa, &aaa_ops, s);
	s->ike = ike_new(a->h, c->ike, &s2c_ha_user, s);
	if (c->tunnel)
		tunnel_policies(s);
	else
		ipsec_policies(ipsec_of(a->h), ipsec_policies_mip6, ipsec_n_policies_mip6);
}

bool s2c_ha_tunnel(const struct dsmip_ha *a, const struct ip6_addr *hoa, struct net_tunnel *out)
{
	const struct s2c_pdn *p = a->sec && a->sec->policies ? s2c_pdn_of_prefix(a->sec, hoa) : NULL;
	const struct s2c_session *x = p ? s2c_session_at(a->sec, p->session) : NULL;
	const struct ike_sa *sa = x ? s2c_sa_of(x) : NULL;
	struct ike_sa_view v;

	if (!sa)
		return false;
	ike_sa_view(sa, &v);
	*out = (struct net_tunnel){ .local = v.path.own, .remote = v.path.peer, .encap = ENCAP_IN6 };
	return true;
}

void s2c_ha_free(struct s2c_ha *s)
{
	struct s2c_session *x;
	moor_handle h = 0;

	while ((x = slab_next(&s->sessions, &h)))
		moor_timer_cancel(ha_world(s->a), &x->limit);
	aaa_client_free(s->client);
	slab_done(&s->pdns);
	slab_done(&s->sessions);
	index_done(&s->by_user);
	map_done(&s->by_prefix);
	texts_done(&s->apns);
	mem_free(s->policies);
	mem_free(s);
}

/* bindings: they are lost as well. Who has which prefix is known elsewhere and stays. */
void s2c_ha_restart(struct s2c_ha *s, bool bindings)
{
	moor_handle h = 0;
	struct s2c_session *x;
	struct s2c_pdn *p;

	ike_reboot(s->ike);
	while ((p = slab_next(&s->pdns, &h))) {
		p->existing = true;
		p->on_3gpp &= !bindings;
	}
	for (h = 0; (x = slab_next(&s->sessions, &h)); ) {
		x->sa = 0;
		x->child = 0;
		x->replaces = 0;
		s2c_forget_who(x);
		if (bindings || !has_binding(x))
			session_free(x, AAA_LINK_BROKEN);
	}
}

struct s2c_ha *s2c_ha_of(const struct dsmip_ha *a)
{
	return a->sec;
}

struct aaa_client *s2c_ha_aaa(const struct s2c_ha *s)
{
	return s->client;
}

unsigned s2c_ha_sessions(const struct s2c_ha *s)
{
	return s->sessions.count;
}

void s2c_ha_memory(const struct s2c_ha *s, mem_report_fn *fn, void *ctx)
{
	slab_report(&s->pdns, fn, ctx);
	slab_report(&s->sessions, fn, ctx);
	fn(ctx, "s2c indexes", s->pdns.count, sizeof *s + index_octets(&s->by_user) + map_octets(&s->by_prefix));
}
