/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: what IKE asks of the home agent, and the AAA server's answers to it [24.303 5.1.3.1; RFC 4877; RFC 5026]
 *
 * From IDi to the configuration payload: every question of the responder is answered here, with the AAA server's help
 * where it is about who the UE is.
 */
#include "proto/s2c_ha_priv.h"

#include <string.h>

#include "wire/ike_write.h"

#define MSK_LEN 64u

/* ---- AAA --------------------------------------------------------------------------------------------------------- */

static void on_answer(void *owner, moor_handle session, void *user, const struct aaa_answer *a);

static void ask(struct s2c_session *x, const uint8_t *eap, size_t n)
{
	const struct s2c_who *who = s2c_who_of(x);
	struct ike_sa_view v = { .redirect_supported = false };
	struct aaa_request q = {
		.nai = who->idi.data, .nai_len = who->idi.len, .apn = who->apn[0] ? who->apn : NULL, .eap = eap,
		.eap_len = (uint16_t)n, .second = x->second, .home_agent6 = x->s->a->c.addr.a6,
		.home_agent4 = x->s->a->c.addr.a4,
	};

	if (s2c_sa_of(x))
		ike_sa_view(s2c_sa_of(x), &v);
	q.no_redirect = !v.redirect_supported;
	aaa_authenticate(x->s->client, x->aaa, &q, on_answer);
}

struct ip6_addr s2c_target_address(const struct aaa_target *t, bool v4)
{
	if (ip4_is_zero(t->a4) || (!v4 && !ip6_is_zero(&t->a6)))
		return t->a6;
	return ip6_mapped(t->a4);
}

/* Where the UE shall go, by REDIRECT of this kind; false: it shall not, or not this way. */
static bool redirected(struct ike_sa *sa, const struct aaa_target *t, enum aaa_when when, struct ip6_addr *to)
{
	struct ike_sa_view v;

	if (t->when != when)
		return false;
	ike_sa_view(sa, &v);
	*to = s2c_target_address(t, ip6_is_mapped(&v.path.peer));
	return v.redirect_supported && !ip6_is_zero(to);
}

/* [R24303-5.1.3.1-21] [R24303-5.1.2.2-17]: without EAP, for nobody has authenticated the UE yet [RFC 5685 6] */
static void send_away(struct s2c_session *x, struct ike_sa *sa, const struct aaa_answer *a)
{
	struct ip6_addr to;

	if (!redirected(sa, &a->target, AAA_FIRST_AUTH, &to)) {
		ike_refuse(sa, IKE_N_AUTHENTICATION_FAILED);
		return;
	}
	x->cause = AAA_USER_MOVED;
	ike_redirect(sa, &to);
}

static void admit(struct s2c_session *x, struct ike_sa *sa, const struct aaa_answer *a)
{
	if (a->target.when != AAA_NEVER)
		s2c_who_of(x)->target = a->target;
	if (!x->second) {
		x->imsi = a->imsi;
		x->sub = a->apn;
		if (a->apn && a->apn->external)
			ike_another_auth(sa);
	}
	x->admitted = x->sub && (x->second || !x->sub->external);
	ike_eap_done(sa, a->eap, a->eap_len, a->msk_len == MSK_LEN ? a->msk : NULL);
}

static void on_answer(void *owner, moor_handle session, void *user, const struct aaa_answer *a)
{
	struct s2c_session *x = user;
	struct ike_sa *sa = s2c_sa_of(x);

	(void)owner;
	(void)session;
	if (!sa)
		return;
	if (a->result == AAA_REDIRECT)
		send_away(x, sa, a);
	else if (!a->eap_len)		/* nothing to say to the UE: no answer, or none that means anything */
		ike_refuse(sa, IKE_N_AUTHENTICATION_FAILED);
	else if (a->result == AAA_MULTI_ROUND)	/* [R24303-5.1.3.1-02] */
		ike_eap_send(sa, a->eap, a->eap_len);
	else if (a->result == AAA_SUCCESS)
		admit(x, sa, a);
	else				/* EAP-Failure */
		ike_eap_done(sa, a->eap, a->eap_len, NULL);
}

/* ---- what IKE asks and tells ------------------------------------------------------------------------------------- */

/* [R24303-5.1.3.1-17] [R24303-5.1.3.1-18] [R24303-5.1.3.1-19] [R24303-5.1.3.1-20] */
static bool on_init(void *owner, const struct ike_path *p, bool redirect_supported, bool ifom_asked, bool *ifom,
		    struct ip6_addr *to)
{
	const struct s2c_ha *s = owner;

	(void)p;
	*ifom = ifom_asked && s->c.ifom;
	if (!redirect_supported || ip6_is_zero(&s->redirect_all))
		return true;
	*to = s->redirect_all;
	return false;
}

static void on_identified(void *owner, struct ike_sa *sa, const struct ike_id *idi, const struct ike_id *idr)
{
	struct s2c_ha *s = owner;
	struct s2c_session *x = s2c_session_of(owner, sa);

	if (!x) {
		ask(s2c_session_new(s, sa, idi, idr), NULL, 0);
		return;
	}
	if (!x->sub || !x->sub->external) {		/* nobody asked for a second one */
		ike_refuse(sa, IKE_N_AUTHENTICATION_FAILED);
		return;
	}
	x->second = true;
	s2c_who_of(x)->idi = *idi;
	ask(x, NULL, 0);
}

static void on_eap(void *owner, struct ike_sa *sa, const uint8_t *packet, size_t n)
{
	struct s2c_session *x = s2c_session_of(owner, sa);

	(void)owner;
	if (!x || !s2c_who_of(x) || !n)
		ike_refuse(sa, IKE_N_AUTHENTICATION_FAILED);
	else
		ask(x, packet, n);
}

static bool asked_for(const struct ike_request *q, uint16_t type)
{
	for (unsigned i = 0; i < q->n_cp; i++)
		if (q->cp[i].type == type)
			return true;
	return false;
}

static void put(struct ike_reply *r, size_t *used, uint16_t type, const uint8_t *value, size_t n)
{
	if (r->n_cp >= IKE_REPLY_CP || *used + n > sizeof r->room)
		return;
	if (n)
		memcpy(r->room + *used, value, n);
	r->cp[r->n_cp++] = (struct ike_cp_attr){ type, (uint16_t)n, r->room + *used };
	*used += n;
}

/* [R24303-5.1.3.1-09] zero or more addresses: an empty attribute when we know none */
static void put_dns(const struct s2c_ha *s, const struct ike_request *q, struct ike_reply *r, size_t *used)
{
	unsigned n6 = 0, n4 = 0;

	for (unsigned k = 0; k < S2C_DNS_MAX && asked_for(q, IKE_CP_IP6_DNS); k++)
		if (!ip6_is_zero(&s->c.dns6[k])) {
			put(r, used, IKE_CP_IP6_DNS, s->c.dns6[k].o, 16);
			n6++;
		}
	for (unsigned k = 0; k < S2C_DNS_MAX && asked_for(q, IKE_CP_IP4_DNS); k++)
		if (!ip4_is_zero(s->c.dns4[k])) {
			put(r, used, IKE_CP_IP4_DNS, s->c.dns4[k].o, 4);
			n4++;
		}
	if (asked_for(q, IKE_CP_IP6_DNS) && !n6)
		put(r, used, IKE_CP_IP6_DNS, NULL, 0);
	if (asked_for(q, IKE_CP_IP4_DNS) && !n4)
		put(r, used, IKE_CP_IP4_DNS, NULL, 0);
}

static void put_home_agent(const struct s2c_ha *s, const struct ike_request *q, struct ike_reply *r, size_t *used)
{
	bool another = !ip6_is_zero(&s->c.tells.a6) && !asked_for(q, IKE_CP_MIP6_HOME_PREFIX);
	const struct dsmip_ha_addr *a = another ? &s->c.tells : &s->a->c.addr;
	uint8_t value[IKE_HOME_PREFIX_LEN];
	size_t n;

	if (!asked_for(q, IKE_CP_HOME_AGENT_ADDRESS))
		return;
	n = ike_cp_put_home_agent(value, &a->a6, ip4_is_zero(a->a4) ? NULL : &a->a4);
	put(r, used, IKE_CP_HOME_AGENT_ADDRESS, value, n);
}

/* [R24303-5.1.3.1-07] [R24303-5.1.3.1-08] */
static void configure(const struct s2c_ha *s, const struct s2c_pdn *p, const struct ike_request *q,
		      struct ike_reply *r)
{
	struct ike_home_prefix hp = { s->c.prefix_life_s, p->hnp.addr, p->hnp.len };
	uint8_t value[IKE_HOME_PREFIX_LEN];
	size_t used = 0, n;

	n = ike_cp_put_home_prefix(value, &hp);
	put(r, &used, IKE_CP_MIP6_HOME_PREFIX, value, n);
	put_dns(s, q, r, &used);
	put_home_agent(s, q, r, &used);
}

static bool covers(const struct ip6_addr *net, uint8_t len, const struct ip6_addr *a)
{
	return !len || ip6_same_prefix(net, a, len);
}

/*
 * The peer authorization database [RFC 4877 7.1]: signalling between our address and home addresses of this prefix,
 * in transport mode, and its packets with anybody in tunnel mode where that is allowed [RFC 4877 7.2.4]. What is wider
 * is narrowed; false when nothing is left.
 */
static bool permit(const struct s2c_ha *s, const struct s2c_pdn *p, struct ipsec_selector *sel, bool transport)
{
	const struct ip6_addr *us = &s->a->c.addr.a6;

	if (!transport && !s->c.tunnel)
		return false;
	if (transport) {
		if ((sel->proto && sel->proto != DSMIP_PROTO_MH) || !covers(&sel->local, sel->local_len, us))
			return false;
		sel->local = *us;
		sel->local_len = 128;
		sel->proto = DSMIP_PROTO_MH;
	}
	if (sel->remote_len >= p->hnp.len)
		return ip6_in_prefix(&sel->remote, &p->hnp);
	if (!covers(&sel->remote, sel->remote_len, &p->hnp.addr))
		return false;
	sel->remote = p->hnp.addr;
	sel->remote_len = p->hnp.len;
	return true;
}

/* [RFC 4877 9] the first address of the prefix; the child SA is for that one alone */
static void give_address(const struct s2c_pdn *p, struct ike_reply *r)
{
	struct ip6_addr a = ip6_from64(ip6_high64(&p->hnp.addr), 1);
	uint8_t value[17];
	size_t used = 0;

	memcpy(value, a.o, 16);
	value[16] = p->hnp.len;
	put(r, &used, IKE_CP_IP6_ADDRESS, value, sizeof value);
	if (r->child && r->sel.remote_len < 128) {
		r->sel.remote = a;
		r->sel.remote_len = 128;
	}
}

/* Other SAs of this subscriber and APN are dead, the UE says [RFC 7296 2.4]: it lost them. */
static void initial_contact(struct s2c_ha *s, const struct s2c_session *x)
{
	struct s2c_pdn *p;

	while ((p = s2c_pdn_with_sa(s, x->imsi, x->sub->name))) {
		struct s2c_session *y = s2c_session_at(s, p->session);
		struct ike_sa *sa = s2c_sa_of(y);

		y->sa = 0;
		y->child = 0;
		if (!sa)
			continue;
		ike_sa_set_user(sa, NULL);
		ike_forget(sa);
	}
}

static void attach(struct s2c_session *x, struct s2c_pdn *p)
{
	struct s2c_ha *s = x->s;
	struct s2c_session *old = s2c_session_at(s, p->session);

	x->pdn = p->self;
	p->session = x->self;
	p->existing = false;
	if (old && old->sa)
		x->replaces = old->self;
	else if (old)
		s2c_session_replaced(old);
}

static bool on_authorise(void *owner, struct ike_sa *sa, const struct ike_request *q, struct ike_reply *r,
			 uint16_t *notify)
{
	struct s2c_ha *s = owner;
	struct s2c_session *x = s2c_session_of(owner, sa);
	bool prefix = asked_for(q, IKE_CP_MIP6_HOME_PREFIX);
	bool address = s->c.addresses && !prefix && asked_for(q, IKE_CP_IP6_ADDRESS);
	struct s2c_pdn *p;
	struct ike_sa_view v;

	if (!x || !x->admitted) {
		*notify = IKE_N_AUTHENTICATION_FAILED;
		return false;
	}
	if (redirected(sa, &s2c_who_of(x)->target, AAA_LAST_AUTH, &s->redirect)) {
		x->cause = AAA_USER_MOVED;
		r->redirect = &s->redirect;
		return true;
	}
	if (!asked_for(q, IKE_CP_MIP6_HOME_PREFIX) && asked_for(q, IKE_CP_HOME_AGENT_ADDRESS)) {
		size_t used = 0;

		put_home_agent(s, q, r, &used);		/* as an ePDG would [24.303 5.1.2.1]: no PDN connection here */
		return true;
	}
	if (!address && !prefix) {
		*notify = IKE_N_FAILED_CP_REQUIRED;
		return false;
	}
	if (q->initial_contact)
		initial_contact(s, x);
	ike_sa_view(sa, &v);
	p = s2c_pdn_choose(s, x, q, &v.path.peer);
	if (!p) {
		*notify = IKE_N_INTERNAL_ADDRESS_FAILURE;
		return false;
	}
	attach(x, p);
	if (s2c_who_of(x)->target.when != AAA_NEVER)	/* noted: REDIRECT was not the way [R24303-5.5.3-01] */
		x->switch_to = (struct dsmip_ha_addr){ s2c_who_of(x)->target.a6, s2c_who_of(x)->target.a4 };
	r->child = q->child && permit(s, p, &r->sel, q->transport);
	if (address)
		give_address(p, r);
	else
		configure(s, p, q, r);
	return true;
}

static bool on_child_wanted(void *owner, struct ike_sa *sa, struct ipsec_selector *sel, bool transport)
{
	const struct s2c_session *x = s2c_session_of(owner, sa);
	const struct s2c_pdn *p = x ? s2c_pdn_at(x->s, x->pdn) : NULL;

	return p && permit(owner, p, sel, transport);
}

static void on_child(void *owner, struct ike_sa *sa, moor_handle child, moor_handle old, enum ike_reason why)
{
	struct s2c_ha *s = owner;
	struct s2c_session *x = s2c_session_of(s, sa), *before;

	(void)why;
	if (!x || !child || (old && old != x->child))
		return;
	x->child = child;
	before = s2c_session_at(s, x->replaces);
	x->replaces = 0;
	if (before && before != x)
		s2c_session_replaced(before);
}

/* A UE's child SA of IKE_AUTH is for any home address, and the one that counts follows; that of others may be all. */
static bool is_of_address(const struct s2c_ha *s, moor_handle child)
{
	struct ipsec_child_view v;

	return child && ipsec_child_view(ipsec_of(s->a->h), child, &v) && v.sel.remote_len == 128;
}

static void on_established(void *owner, struct ike_sa *sa, const struct ike_result *r)
{
	struct s2c_session *x = s2c_session_of(owner, sa);

	if (!x)
		return;
	s2c_forget_who(x);
	if (is_of_address(x->s, r->child))
		on_child(owner, sa, r->child, 0, IKE_OK);
	if (x->pdn && x->sub->session_timeout)
		s2c_session_limit(x, x->sub->session_timeout);
}

static void on_child_gone(void *owner, struct ike_sa *sa, moor_handle child)
{
	struct s2c_session *x = s2c_session_of(owner, sa);

	(void)owner;
	if (x && x->child == child)
		x->child = 0;
}

static enum aaa_cause cause_of(enum ike_reason why)
{
	switch (why) {
	case IKE_DELETED_BY_PEER:
	case IKE_OK:
		return AAA_LOGOUT;
	case IKE_TIMEOUT:
	case IKE_DEAD_PEER:
		return AAA_LINK_BROKEN;
	case IKE_REDIRECTED:
	case IKE_REDIRECT_LOOP:
	case IKE_REPLACED:
		return AAA_USER_MOVED;
	case IKE_NO_PROPOSAL:
	case IKE_AUTH_FAILED:
	case IKE_CERT_EXPIRED:
	case IKE_CERT_UNTRUSTED:
	case IKE_CERT_NAME:
	case IKE_CERT_BAD:
	case IKE_EAP_FAILED:
	case IKE_CFG_FAILED:
	case IKE_TS_REFUSED:
	case IKE_SYNTAX:
	case IKE_PEER_ERROR:
		return AAA_SERVICE_NOT_PROVIDED;
	case IKE_DELETED:
	case IKE_REASONS:
		break;
	}
	return AAA_ADMINISTRATIVE;
}

/* [R24303-5.1.3.1-25] */
static void on_closed(void *owner, struct ike_sa *sa, enum ike_reason why, uint16_t detail)
{
	struct s2c_session *x = s2c_session_of(owner, sa);

	(void)owner;
	(void)detail;
	if (!x)
		return;
	ike_sa_set_user(sa, NULL);
	x->sa = 0;
	x->child = 0;
	s2c_session_give_back(x);
	s2c_session_check(x, cause_of(why));
}

const struct ike_user s2c_ha_user = {
	.established = on_established, .closed = on_closed, .child = on_child, .child_gone = on_child_gone,
	.init = on_init, .identified = on_identified, .eap = on_eap, .authorise = on_authorise,
	.child_wanted = on_child_wanted,
};
