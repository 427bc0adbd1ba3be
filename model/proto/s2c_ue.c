/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the UE's security associations [24.303 5.1.2.2, 5.2.2, 5.4.2.2; RFC 4877; RFC 5685]
 *
 * One IKE SA per PDN connection [R24303-4.3-04], set up with EAP-AKA when DSMIPv6 waits in CHILD_SA, and one child SA
 * in it for the home address and the home agent, all Mobility Header types (Binding Updates, Acknowledgements,
 * Errors, and what revokes or moves a binding share it). It survives movements, for it says nothing of care-of
 * addresses.
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
 * Not here: names in REDIRECT (there is no resolver: such a home agent cannot be reached), several PDN connections.
 */
#include "proto/s2c_ue.h"

#include <assert.h>
#include <string.h>

#include "proto/dsmip_ue_priv.h"
#include "proto/eap_md5.h"

#define MH_ALL_TYPES 0xffffu
#define RETRY (1 * MOOR_S)		/* when there was no way at all to the home agent */

/* One UE's, as long as the world. */
struct s2c_ue {
	struct dsmip_ue *d;
	struct usim card;
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
	struct moor_timer retry;
	struct rng rng;			/* "eap" */
	uint8_t redirects;
	uint8_t why;			/* enum ike_reason of the last failure */
	uint8_t cause;			/* enum eap_cause */
	uint16_t detail;
	uint8_t via;			/* interface of the one being set up */
	bool ifom, fast;
};

/* EAP while IKE_AUTH runs. */
struct s2c_run {
	struct eap_peer first, second;
	struct eap_aka_peer aka;
	struct eap_md5_peer md5;
	moor_handle self;
};

static const char ue_key, run_key;

static struct slab *runs(const struct s2c_ue *s)
{
	return world_slab(ue_world(s->d), &run_key, "s2c-run", sizeof(struct s2c_run));
}

static struct ike *ike_of_ue(const struct s2c_ue *s) { return ike_of(s->d->h); }
static struct s2c_ue *s2c(const struct dsmip_ue *d) { return ike_owner(ike_of(d->h)); }
static struct ike_sa *sa_of(const struct s2c_ue *s, moor_handle h) { return h ? ike_sa_get(ike_of_ue(s), h) : NULL; }
static const struct s2c_ue_profile *profile(const struct s2c_ue *s) { return s->d->p->security; }

void s2c_ue_profile_default(struct s2c_ue_profile *p)
{
	*p = (struct s2c_ue_profile){ .dns6 = true, .dns4 = true, .pdn_identifier = true, .pseudonyms = true,
				      .reauth = true, .checkcode = true };
}

const struct dsmip_ha_addr *s2c_ue_ha(const struct dsmip_ue *d)
{
	const struct s2c_ue *s = s2c(d);

	return ip6_is_zero(&s->target.a6) && ip4_is_zero(s->target.a4) ? &d->p->ha[d->ha] : &s->target;
}

struct ip6_prefix s2c_ue_known_hnp(const struct dsmip_ue *d)
{
	return s2c(d)->known;
}

/* ---- EAP --------------------------------------------------------------------------------------------------------- */

static enum eap_outcome aka_input(struct eap_peer *p, const uint8_t *octets, size_t n, struct eap_out *out)
{
	return eap_aka_peer_input(&MOOR_CONTAINER(p, struct s2c_run, first)->aka, octets, n, out);
}

static const uint8_t *aka_msk(const struct eap_peer *p)
{
	return MOOR_CONTAINER(p, const struct s2c_run, first)->aka.keys.msk;
}

static enum eap_outcome md5_input(struct eap_peer *p, const uint8_t *octets, size_t n, struct eap_out *out)
{
	return eap_md5_peer_input(&MOOR_CONTAINER(p, struct s2c_run, second)->md5, octets, n, out);
}

/* The method makes no keys. */
static const uint8_t *md5_msk(const struct eap_peer *p)
{
	(void)p;
	return NULL;
}

/* [R24303-5.1.2.2-10] [R24303-5.1.2.2-11] [R24303-5.1.2.2-12] [R24303-5.1.2.2-13] [R24303-4.2-01] [R24303-4.2-03] */
static struct s2c_run *run_new(struct s2c_ue *s, struct ike_id *idi)
{
	const struct s2c_ue_profile *p = profile(s);
	struct moor_world *w = ue_world(s->d);
	struct s2c_run *r = slab_alloc(runs(s), &s->run);
	struct eap_aka_peer_config c = {
		.card = &s->card, .memory = usim_memory_of(w), .crypto = p->ike->crypto,
		.scene = { .world = w, .node = ue_node(s->d) }, .rng = &s->rng, .pseudonyms = p->pseudonyms,
		.reauth = p->reauth, .result_ind = p->result_ind, .conservative = p->conservative,
		.checkcode = p->checkcode, .client_error = p->client_error, .counter_max = p->counter_max,
	};

	r->self = s->run;
	r->first = (struct eap_peer){ .input = aka_input, .msk = aka_msk };
	r->second = (struct eap_peer){ .input = md5_input, .msk = md5_msk };
	idi->type = IKE_ID_RFC822;
	idi->len = (uint8_t)eap_aka_identity(&s->card, c.memory, p->pseudonyms, p->reauth, idi->data);
	eap_aka_peer_start(&r->aka, &c, idi->data, idi->len);
	if (p->user)
		eap_md5_peer_start(&r->md5, p->user, p->password);
	return r;
}

static void run_end(struct s2c_ue *s)
{
	struct s2c_run *r = s->run ? slab_get(runs(s), s->run) : NULL;

	s->run = 0;
	if (!r)
		return;
	s->fast = r->aka.fast;
	s->cause = r->aka.cause ? r->aka.cause : r->md5.cause;
	slab_free(runs(s), r->self);
}

/* ---- setting up -------------------------------------------------------------------------------------------------- */

static void text_id(struct ike_id *id, uint8_t type, const char *text)
{
	id->type = type;
	id->len = (uint8_t)strlen(text);
	memcpy(id->data, text, id->len);
}

/* [R24303-5.1.2.2-21] [R24303-5.1.2.2-22] [R24303-5.1.2.2-23]; a redirection may have told half of an address */
static unsigned configuration(const struct s2c_ue *s, struct ike_cp_attr cp[4])
{
	const struct s2c_ue_profile *p = profile(s);
	const struct dsmip_ha_addr *ha = s2c_ue_ha(s->d);
	unsigned n = 0;

	cp[n++] = (struct ike_cp_attr){ .type = IKE_CP_MIP6_HOME_PREFIX };
	if (p->dns6)
		cp[n++] = (struct ike_cp_attr){ .type = IKE_CP_IP6_DNS };
	if (p->dns4)
		cp[n++] = (struct ike_cp_attr){ .type = IKE_CP_IP4_DNS };
	if (ha == &s->target && (ip6_is_zero(&ha->a6) || ip4_is_zero(ha->a4)))
		cp[n++] = (struct ike_cp_attr){ .type = IKE_CP_HOME_AGENT_ADDRESS };
	return n;
}

static struct ip6_addr towards(const struct s2c_ue *s, bool v4)
{
	return v4 ? ip6_mapped(s2c_ue_ha(s->d)->a4) : s2c_ue_ha(s->d)->a6;
}

/* The child SA of IKE_AUTH, should it need one: any home address we may be given (ike_auth_init.c). */
static struct ipsec_selector any_home_address(const struct s2c_ue *s)
{
	return (struct ipsec_selector){ .remote = s2c_ue_ha(s->d)->a6, .remote_len = 128, .proto = DSMIP_PROTO_MH,
					.local_hi = MH_ALL_TYPES, .remote_hi = MH_ALL_TYPES };
}

static moor_handle connect(struct s2c_ue *s, const struct ip6_addr *own, struct net_iface *via)
{
	const struct s2c_ue_profile *p = profile(s);
	struct ip6_prefix hnp = dsmip_ue_hnp(s->d);
	struct ike_cp_attr cp[4];
	struct ike_connect c = {
		.own = *own, .peer = towards(s, ip6_is_mapped(own)), .via = via, .ifom = p->ifom, .cp = cp,
		.n_cp = configuration(s, cp), .initial_contact = !s->sa, .child = any_home_address(s),
		.redirected_from = ip6_is_zero(&s->from) ? NULL : &s->from,
	};
	struct s2c_run *r;
	struct ike_sa *sa;

	run_end(s);
	r = run_new(s, &c.idi);
	c.eap = &r->first;
	text_id(&c.idr, IKE_ID_FQDN, p->apn);		/* [R24303-5.1.2.2-08] [R24303-5.1.2.2-09] */
	if (p->user) {
		c.eap2 = &r->second;
		text_id(&c.idi2, IKE_ID_RFC822, p->user);
	}
	if (p->pdn_identifier && dsmip_ue_knows_hoa(s->d)) {	/* [R24303-5.1.2.2-27] [R24303-5.1.2.2-29] */
		c.pdn_id = hnp.addr.o;
		c.pdn_id_len = sizeof hnp.addr.o;
	}
	sa = ike_connect(ike_of_ue(s), &c);
	s->via = ue_number(via);
	if (!sa)
		run_end(s);
	else
		dsmip_ue_move_record(s->d, MOVE_SECURING, via, &c.peer);
	return sa ? ike_sa_handle(sa) : 0;
}

/* Without a word to the peer; what comes of it later is of an SA that is no longer known here. */
static void drop(struct s2c_ue *s, moor_handle *h)
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

	if (i && runs_from(s, i, own))
		return;
	drop(s, &s->sa);
	drop(s, &s->next);
	s->child = 0;
	moor_timer_cancel(ue_world(d), &s->retry);
	if (!i)
		return;
	s->sa = connect(s, own, i);
	if (!s->sa)
		moor_timer_in(ue_world(d), &s->retry, RETRY, again);
}

/* [R24303-5.1.2.2-25] [R24303-5.1.2.2-26]; all types of the Mobility Header */
static void ask_child(struct s2c_ue *s, struct ike_sa *sa)
{
	struct ipsec_selector sel = any_home_address(s);

	sel.local = s->d->hoa;
	sel.local_len = 128;
	ike_child(sa, &sel, true);
}

void s2c_ue_new_hoa(struct dsmip_ue *d)
{
	struct s2c_ue *s = s2c(d);
	struct ike_sa *sa = sa_of(s, s->sa);

	s->child = 0;
	if (sa)
		ask_child(s, sa);
	else
		dsmip_ue_evaluate(d);
}

bool s2c_ue_ready(const struct dsmip_ue *d)
{
	const struct s2c_ue *s = s2c(d);

	return s->child && sa_of(s, s->sa);
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
		else if (a->type == IKE_CP_HOME_AGENT_ADDRESS && s2c_ue_ha(s->d) == &s->target &&
			 ike_cp_home_agent(a, &ha.a6, &ha.a4, &has4))
			s->target = (struct dsmip_ha_addr){ ha.a6, has4 ? ha.a4 : s->target.a4 };
	}
}

/* It took the place of the one in use: the prefix is another one, so that nothing of the old PDN connection is left. */
static void take_over(struct s2c_ue *s)
{
	drop(s, &s->sa);
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
	struct s2c_ue *s = owner;
	struct ip6_addr before = s->d->hoa;
	struct ip6_prefix hnp;
	moor_handle h = ike_sa_handle(sa);

	if (h != s->sa && h != s->next)
		return;
	run_end(s);
	s->ifom = profile(s)->ifom && r->ifom;	/* [R24303-5.1.2.2-31] [R24303-5.1.2.2-32] */
	read_servers(s, r);
	if (!read_prefix(r, &hnp) || !dsmip_ue_prefix(s->d, &hnp) || ip6_is_zero(&s2c_ue_ha(s->d)->a6)) {
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
	ask_child(s, sa);
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
	}
}

static void on_child(void *owner, struct ike_sa *sa, moor_handle child, moor_handle old, enum ike_reason why)
{
	struct s2c_ue *s = owner;
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
	dsmip_ue_secured(s->d);
}

static void on_child_gone(void *owner, struct ike_sa *sa, moor_handle child)
{
	struct s2c_ue *s = owner;

	if (ike_sa_handle(sa) != s->sa || child != s->child)
		return;
	s->child = 0;		/* the home agent deleted it alone: another one in the same IKE SA */
	ask_child(s, sa);
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
	struct s2c_ue *s = owner;
	moor_handle h = ike_sa_handle(sa);

	if (h == s->next) {
		run_end(s);
		s->next = 0;
		s->why = (uint8_t)why;
		s->detail = detail;
		return;
	}
	if (h != s->sa)
		return;
	s->sa = s->next;		/* the one being set up may do */
	s->next = 0;
	s->child = 0;
	if (!s->sa)
		run_end(s);
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
static void aim(struct s2c_ue *s, const struct ip6_addr *to)
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

/* [R24303-5.1.2.2-18]; the DELETE for the first home agent is IKE's own [R24303-5.1.2.2-19] */
static void on_redirect(void *owner, struct ike_sa *sa, const struct ip6_addr *to, const char *fqdn)
{
	struct s2c_ue *s = owner;
	struct ike_sa_view v;

	if (ike_sa_handle(sa) != s->sa) {
		if (ike_sa_handle(sa) == s->next)	/* what is in use stays so */
			s->next = 0;
		return;
	}
	ike_sa_view(sa, &v);
	s->sa = 0;
	s->child = 0;
	run_end(s);
	if (is_loop(s) || (fqdn && *fqdn) || ip6_is_zero(to)) {
		give_up(s, s->redirects > ue_timer(s->d, T_REDIRECTS) ? IKE_REDIRECT_LOOP : IKE_REDIRECTED,
			IKE_N_REDIRECT, true);
		return;
	}
	s->from = v.path.peer;
	aim(s, to);
	dsmip_ue_evaluate(s->d);
}

static const struct ike_user user = {
	.established = on_established, .closed = on_closed, .redirect = on_redirect, .child = on_child,
	.child_gone = on_child_gone,
};

/* ---- what DSMIPv6 tells ------------------------------------------------------------------------------------------ */

/* Over IPv4 always on 4500: there may be a NAT, and none of its mappings is known [RFC 7296 2.23]. */
static struct ike_path path_from(const struct s2c_ue *s, const struct ike_path *now, const struct ip6_addr *own,
				 struct net_iface *via)
{
	struct ike_path p = *now;

	p.own = *own;
	p.peer = towards(s, ip6_is_mapped(own));
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
		return;
	}
	drop(s, &s->next);
	if (d->machine.state == DSMIP_HOME) {
		drop(s, &s->sa);
		s->child = 0;
	} else {
		s->next = connect(s, &d->coa, ue_via(d));
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
	run_end(s);
	s->sa = s->next = s->child = 0;
	s->target = (struct dsmip_ha_addr){ { { 0 } }, { { 0 } } };
	s->from = ip6_any;
	moor_timer_cancel(ue_world(s->d), &s->retry);
}

/* [R24303-5.4.2.2-03] [R24303-5.4.2.2-04] */
void s2c_ue_end(struct dsmip_ue *d)
{
	struct s2c_ue *s = s2c(d);
	struct ike_sa *sa = sa_of(s, s->sa);

	drop(s, &s->next);
	if (sa)
		ike_close(sa);
	clear(s);
}

void s2c_ue_lose(struct dsmip_ue *d)
{
	struct s2c_ue *s = s2c(d);

	s->sa = s->next = 0;
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
	ike_new(d->h, p->ike, &user, s);
	ipsec_policies(ipsec_of(d->h), ipsec_policies_mip6, ipsec_n_policies_mip6);
}

bool s2c_ue_view(const struct dsmip_ue *d, struct s2c_ue_view *out)
{
	struct s2c_ue *s;

	if (!d->p->security)
		return false;
	s = s2c(d);
	*out = (struct s2c_ue_view){
		.card = &s->card, .sa = s->next ? s->next : s->sa, .child = s->child, .home_agent = *s2c_ue_ha(d),
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
