/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the home agent's security associations [24.303 5.1.3.1, 5.2.3.2; RFC 4877; RFC 5685; RFC 4739]
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
 * Not here: Binding Revocation and HA Switch: a session that the AAA server aborts ends with DELETE and the binding
 * is removed. A re-authentication that the server asks for is not carried out.
 */
#include "proto/s2c_ha_priv.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "proto/world_slab.h"
#include "wire/ike_write.h"

#define MSK_LEN 64u

static const char who_key;

static struct slab *whos(const struct s2c_ha *s)
{
	return world_slab(ha_world(s->a), &who_key, "s2c-who", sizeof(struct s2c_who));
}

static struct s2c_who *who_of(const struct s2c_session *x)
{
	return x->who ? slab_get(whos(x->s), x->who) : NULL;
}

struct s2c_session *s2c_session_at(const struct s2c_ha *s, moor_handle h)
{
	return h ? slab_get(&s->sessions, h) : NULL;
}

static struct ike_sa *sa_of(const struct s2c_session *x)
{
	return x->sa ? ike_sa_get(x->s->ike, x->sa) : NULL;
}

void s2c_ha_config_default(struct s2c_ha_config *c)
{
	*c = (struct s2c_ha_config){ .prefix_life_s = UINT32_MAX };
	aaa_client_config_default(&c->client);
}

/* ---- sessions ---------------------------------------------------------------------------------------------------- */

static struct s2c_session *session_new(struct s2c_ha *s, struct ike_sa *sa, const struct ike_id *idi,
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
	if (idr && idr->type == IKE_ID_FQDN && idr->len < sizeof who->apn)
		memcpy(who->apn, idr->data, idr->len);
	x->aaa = aaa_open(s->client, x);
	ike_sa_set_user(sa, x);
	return x;
}

static void forget_who(struct s2c_session *x)
{
	if (x->who)
		slab_free(whos(x->s), x->who);
	x->who = 0;
}

static bool has_binding(const struct s2c_session *x)
{
	const struct s2c_pdn *p = s2c_pdn_at(x->s, x->pdn);
	const struct bce *b = p ? dsmip_ha_find(x->s->a, &p->hnp.addr) : NULL;

	return b && (b->machine.state == DSMIP_BCE_ACTIVE || b->machine.state == DSMIP_BCE_DAD);
}

static void session_free(struct s2c_session *x, enum aaa_cause cause)
{
	struct s2c_ha *s = x->s;
	struct s2c_pdn *p = s2c_pdn_at(s, x->pdn);
	struct ike_sa *sa = sa_of(x);

	forget_who(x);
	if (sa)
		ike_sa_set_user(sa, NULL);
	if (x->aaa)
		aaa_close(s->client, x->aaa, cause);
	if (p && p->session == x->self) {
		p->session = 0;
		if (!p->existing)
			s2c_pdn_end(s, p);
	}
	slab_free(&s->sessions, x->self);
}

/* Another one has its place: nothing of the connection is touched. */
static void session_replaced(struct s2c_session *x)
{
	struct ike_sa *sa = sa_of(x);

	x->pdn = 0;
	x->sa = 0;
	if (sa) {
		ike_sa_set_user(sa, NULL);
		ike_forget(sa);
	}
	session_free(x, AAA_USER_MOVED);
}

/* [24.303 5.4.3] when neither SA nor binding is left */
static void session_check(struct s2c_session *x, enum aaa_cause cause)
{
	if (!x->sa && !has_binding(x))
		session_free(x, x->cause ? (enum aaa_cause)x->cause : cause);
}

/* ---- AAA --------------------------------------------------------------------------------------------------------- */

static void on_answer(void *owner, moor_handle session, void *user, const struct aaa_answer *a);

static void ask(struct s2c_session *x, const uint8_t *eap, size_t n)
{
	const struct s2c_who *who = who_of(x);
	struct ike_sa_view v = { .redirect_supported = false };
	struct aaa_request q = {
		.nai = who->idi.data, .nai_len = who->idi.len, .apn = who->apn[0] ? who->apn : NULL, .eap = eap,
		.eap_len = (uint16_t)n, .second = x->second, .home_agent6 = x->s->a->c.addr.a6,
		.home_agent4 = x->s->a->c.addr.a4,
	};

	if (sa_of(x))
		ike_sa_view(sa_of(x), &v);
	q.no_redirect = !v.redirect_supported;
	aaa_authenticate(x->s->client, x->aaa, &q, on_answer);
}

static struct ip6_addr target_address(const struct aaa_target *t, bool v4)
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
	*to = target_address(t, ip6_is_mapped(&v.path.peer));
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
		who_of(x)->target = a->target;
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
	struct ike_sa *sa = sa_of(x);

	(void)owner;
	(void)session;
	if (!sa)
		return;
	if (a->result == AAA_MULTI_ROUND)	/* [R24303-5.1.3.1-02] */
		ike_eap_send(sa, a->eap, a->eap_len);
	else if (a->result == AAA_REDIRECT)
		send_away(x, sa, a);
	else if (a->result == AAA_SUCCESS)
		admit(x, sa, a);
	else if (a->eap_len)		/* EAP-Failure */
		ike_eap_done(sa, a->eap, a->eap_len, NULL);
	else
		ike_refuse(sa, IKE_N_AUTHENTICATION_FAILED);
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
	struct s2c_session *x = ike_sa_user(sa);

	if (!x) {
		ask(session_new(s, sa, idi, idr), NULL, 0);
		return;
	}
	if (!x->sub || !x->sub->external) {		/* nobody asked for a second one */
		ike_refuse(sa, IKE_N_AUTHENTICATION_FAILED);
		return;
	}
	x->second = true;
	who_of(x)->idi = *idi;
	ask(x, NULL, 0);
}

static void on_eap(void *owner, struct ike_sa *sa, const uint8_t *packet, size_t n)
{
	struct s2c_session *x = ike_sa_user(sa);

	(void)owner;
	if (!x || !who_of(x) || !n)
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

/* [R24303-5.1.3.1-07] [R24303-5.1.3.1-08] */
static void configure(const struct s2c_ha *s, const struct s2c_pdn *p, const struct ike_request *q,
		      struct ike_reply *r)
{
	const struct dsmip_ha_addr *us = &s->a->c.addr;
	struct ike_home_prefix hp = { s->c.prefix_life_s, p->hnp.addr, p->hnp.len };
	uint8_t value[IKE_HOME_PREFIX_LEN];
	size_t used = 0, n;

	n = ike_cp_put_home_prefix(value, &hp);
	put(r, &used, IKE_CP_MIP6_HOME_PREFIX, value, n);
	put_dns(s, q, r, &used);
	if (!asked_for(q, IKE_CP_HOME_AGENT_ADDRESS))
		return;
	n = ike_cp_put_home_agent(value, &us->a6, ip4_is_zero(us->a4) ? NULL : &us->a4);
	put(r, &used, IKE_CP_HOME_AGENT_ADDRESS, value, n);
}

static bool covers(const struct ip6_addr *net, uint8_t len, const struct ip6_addr *a)
{
	return !len || ip6_same_prefix(net, a, len);
}

/*
 * The peer authorization database [RFC 4877 7.1]: signalling between our address and home addresses of this prefix,
 * in transport mode. What is wider is narrowed; false when nothing is left.
 */
static bool permit(const struct s2c_ha *s, const struct s2c_pdn *p, struct ipsec_selector *sel, bool transport)
{
	const struct ip6_addr *us = &s->a->c.addr.a6;

	if (!transport || (sel->proto && sel->proto != DSMIP_PROTO_MH) || !covers(&sel->local, sel->local_len, us))
		return false;
	sel->local = *us;
	sel->local_len = 128;
	sel->proto = DSMIP_PROTO_MH;
	if (sel->remote_len >= p->hnp.len)
		return ip6_in_prefix(&sel->remote, &p->hnp);
	if (!covers(&sel->remote, sel->remote_len, &p->hnp.addr))
		return false;
	sel->remote = p->hnp.addr;
	sel->remote_len = p->hnp.len;
	return true;
}

/* Other SAs of this subscriber and APN are dead, the UE says [RFC 7296 2.4]: it lost them. */
static void initial_contact(struct s2c_ha *s, const struct s2c_session *x)
{
	struct s2c_pdn *p;

	while ((p = s2c_pdn_with_sa(s, x->imsi, x->sub->name))) {
		struct s2c_session *y = s2c_session_at(s, p->session);
		struct ike_sa *sa = sa_of(y);

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
		session_replaced(old);
}

static bool on_authorise(void *owner, struct ike_sa *sa, const struct ike_request *q, struct ike_reply *r,
			 uint16_t *notify)
{
	struct s2c_ha *s = owner;
	struct s2c_session *x = ike_sa_user(sa);
	struct s2c_pdn *p;
	struct ike_sa_view v;

	if (!x || !x->admitted) {
		*notify = IKE_N_AUTHENTICATION_FAILED;
		return false;
	}
	if (redirected(sa, &who_of(x)->target, AAA_LAST_AUTH, &s->redirect)) {
		x->cause = AAA_USER_MOVED;
		r->redirect = &s->redirect;
		return true;
	}
	if (!asked_for(q, IKE_CP_MIP6_HOME_PREFIX)) {
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
	if (who_of(x)->target.when != AAA_NEVER)	/* noted: REDIRECT was not the way [R24303-5.5.3-01] */
		x->switch_to = (struct dsmip_ha_addr){ who_of(x)->target.a6, who_of(x)->target.a4 };
	configure(s, p, q, r);
	r->child = q->child && permit(s, p, &r->sel, q->transport);
	return true;
}

static void on_established(void *owner, struct ike_sa *sa, const struct ike_result *r)
{
	struct s2c_session *x = ike_sa_user(sa);

	(void)owner;
	(void)r;
	if (x)
		forget_who(x);
}

static bool on_child_wanted(void *owner, struct ike_sa *sa, struct ipsec_selector *sel, bool transport)
{
	const struct s2c_session *x = ike_sa_user(sa);
	const struct s2c_pdn *p = x ? s2c_pdn_at(x->s, x->pdn) : NULL;

	return p && permit(owner, p, sel, transport);
}

static void on_child(void *owner, struct ike_sa *sa, moor_handle child, moor_handle old, enum ike_reason why)
{
	struct s2c_ha *s = owner;
	struct s2c_session *x = ike_sa_user(sa), *before;

	(void)why;
	if (!x || !child || (old && old != x->child))
		return;
	x->child = child;
	before = s2c_session_at(s, x->replaces);
	x->replaces = 0;
	if (before && before != x)
		session_replaced(before);
}

static void on_child_gone(void *owner, struct ike_sa *sa, moor_handle child)
{
	struct s2c_session *x = ike_sa_user(sa);

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
	struct s2c_session *x = ike_sa_user(sa);

	(void)owner;
	(void)detail;
	if (!x)
		return;
	ike_sa_set_user(sa, NULL);
	x->sa = 0;
	x->child = 0;
	session_check(x, cause_of(why));
}

static const struct ike_user user = {
	.established = on_established, .closed = on_closed, .child = on_child, .child_gone = on_child_gone,
	.init = on_init, .identified = on_identified, .eap = on_eap, .authorise = on_authorise,
	.child_wanted = on_child_wanted,
};

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
	struct ike_sa *sa = x ? sa_of(x) : NULL;
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
		session_check(x, AAA_LINK_BROKEN);
}

/* ---- what the AAA server wants ----------------------------------------------------------------------------------- */

/* [24.303 5.4.3] without Binding Revocation: the SAs and the binding go. */
static enum aaa_result on_abort(void *owner, moor_handle session, void *of)
{
	struct s2c_ha *s = owner;
	struct s2c_session *x = of;
	const struct s2c_pdn *p = s2c_pdn_at(s, x->pdn);
	struct ip6_addr hnp = p ? p->hnp.addr : ip6_any;
	struct ike_sa *sa = sa_of(x);

	(void)session;
	x->cause = AAA_ADMINISTRATIVE;
	if (sa)
		ike_close(sa);
	if (p)
		dsmip_ha_drop(s->a, &hnp);	/* with the SA gone already, the session goes in here */
	return AAA_SUCCESS;
}

static enum aaa_result on_reallocate(void *owner, moor_handle session, void *of, const struct aaa_target *to)
{
	struct s2c_session *x = of;

	(void)owner;
	(void)session;
	x->switch_to = (struct dsmip_ha_addr){ to->a6, to->a4 };
	return AAA_SUCCESS;
}

static enum aaa_result on_redirect_all(void *owner, const struct aaa_target *to)
{
	struct s2c_ha *s = owner;

	s->redirect_all = to->when == AAA_SA_INIT ? target_address(to, false) : ip6_any;
	return AAA_SUCCESS;
}

static const struct aaa_client_ops aaa_ops = {
	.abort = on_abort, .reallocate = on_reallocate, .redirect_all = on_redirect_all,
};

/* ---- life -------------------------------------------------------------------------------------------------------- */

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
	s->ike = ike_new(a->h, c->ike, &user, s);
	ipsec_policies(ipsec_of(a->h), ipsec_policies_mip6, ipsec_n_policies_mip6);
}

void s2c_ha_free(struct s2c_ha *s)
{
	aaa_client_free(s->client);
	slab_done(&s->pdns);
	slab_done(&s->sessions);
	index_done(&s->by_user);
	map_done(&s->by_prefix);
	texts_done(&s->apns);
	mem_free(s);
}

/* bindings: they are lost as well. Who has which prefix is known elsewhere and stays. */
void s2c_ha_restart(struct s2c_ha *s, bool bindings)
{
	moor_handle h = 0;
	struct s2c_session *x;
	struct s2c_pdn *p;

	ike_reboot(s->ike);
	while ((p = slab_next(&s->pdns, &h)))
		p->existing = true;
	for (h = 0; (x = slab_next(&s->sessions, &h)); ) {
		x->sa = 0;
		x->child = 0;
		forget_who(x);
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
