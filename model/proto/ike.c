/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: one host's IKE: its SAs and their life, and how users are told
 *
 * SAs of all hosts of a world share slabs and one index by (host, own SPI). An SA that failed after it had answered
 * lingers for a while, unseen, to give the same answer to a repeated request; half-open ones end after a timeout
 * [RFC 7296 2.1, 2.4].
 *
 * What users hear is posted, and delivered one after the other when the handler is done; nothing nests.
 */
#include "proto/ike_priv.h"

#include <assert.h>
#include <string.h>

#define TO(state) (1u << IKE_SA_##state)
#define EV(event) FSM_BIT(IKE_EV_##event)
#define END (EV(DELETED) | EV(TIMEOUT) | EV(FAILED))

static const struct fsm_state states[IKE_SA_STATES] = {
	[IKE_SA_NONE] = { "NONE", EV(CONNECT) | EV(INIT_REQUEST) | EV(REKEYED) | END,
			  TO(INIT_SENT) | TO(HALF_OPEN) | TO(ESTABLISHED) | TO(GONE), NULL, "RFC 7296 1.2" },
	[IKE_SA_INIT_SENT] = { "INIT_SENT", EV(INIT_RESPONSE) | EV(CLOSE) | END, TO(AUTH_SENT) | TO(GONE),
			       "IKE_RETRANSMISSION", "RFC 7296 1.2" },
	[IKE_SA_AUTH_SENT] = { "AUTH_SENT", EV(AUTH_RESPONSE) | EV(AUTHENTICATED) | EV(CLOSE) | END,
			       TO(ESTABLISHED) | TO(DELETING) | TO(GONE), "IKE_RETRANSMISSION", "RFC 7296 1.2, 2.16" },
	[IKE_SA_HALF_OPEN] = { "HALF_OPEN", EV(AUTH_REQUEST) | EV(CLOSE) | END, TO(AUTHENTICATING) | TO(GONE),
			       "IKE_HALF_OPEN_TIMEOUT", "RFC 7296 2.4" },
	[IKE_SA_AUTHENTICATING] = { "AUTHENTICATING", EV(AUTH_REQUEST) | EV(AUTHENTICATED) | EV(CLOSE) | END,
				    TO(ESTABLISHED) | TO(GONE), "IKE_HALF_OPEN_TIMEOUT", "RFC 7296 2.16" },
	[IKE_SA_ESTABLISHED] = { "ESTABLISHED", EV(REKEYED) | EV(CLOSE) | END,
				 TO(REKEYED) | TO(DELETING) | TO(GONE), "IKE_LIVENESS", "RFC 7296 1.3" },
	[IKE_SA_REKEYED] = { "REKEYED", EV(CLOSE) | END, TO(DELETING) | TO(GONE), NULL, "RFC 7296 2.8" },
	[IKE_SA_DELETING] = { "DELETING", EV(REKEYED) | EV(CLOSE) | END, TO(GONE), "IKE_RETRANSMISSION",
			      "RFC 7296 1.4.1" },
	[IKE_SA_GONE] = { "GONE", EV(CLOSE) | END, 0, NULL, "RFC 7296 2.1" },
};

static const char *const events[IKE_EVENTS] = {
	"connect", "init-request", "init-response", "auth-request", "auth-response", "authenticated", "rekeyed", "close",
	"deleted", "timeout", "failed",
};

const struct fsm ike_sa_fsm = {
	"ike-sa", "an IKE security association, at either end", states, events, IKE_SA_STATES, IKE_EVENTS
};

/* ---- the world's part -------------------------------------------------------------------------------------------- */

static const char world_key;

static void world_destroy(void *thing)
{
	struct ike_world *iw = thing;

	slab_done(&iw->hosts);
	slab_done(&iw->sas);
	slab_done(&iw->auths);
	slab_done(&iw->tasks);
	slab_done(&iw->creates);
	slab_done(&iw->children);
	slab_done(&iw->wishes);
	slab_done(&iw->frags);
	slab_done(&iw->outs);
	slab_done(&iw->posts);
	index_done(&iw->by_spi);
	index_done(&iw->by_init);
	mem_free(iw->by_node);
	mem_free(iw->by_ipsec);
	mem_free(iw);
}

static void world_report(const void *thing, mem_report_fn *fn, void *ctx)
{
	const struct ike_world *iw = thing;

	slab_report(&iw->hosts, fn, ctx);
	slab_report(&iw->sas, fn, ctx);
	slab_report(&iw->auths, fn, ctx);
	slab_report(&iw->tasks, fn, ctx);
	slab_report(&iw->creates, fn, ctx);
	slab_report(&iw->children, fn, ctx);
	slab_report(&iw->wishes, fn, ctx);
	slab_report(&iw->frags, fn, ctx);
	slab_report(&iw->outs, fn, ctx);
	slab_report(&iw->posts, fn, ctx);
	fn(ctx, "IKE indexes", 1, index_octets(&iw->by_spi) + index_octets(&iw->by_init)
	   + iw->nodes_cap * sizeof *iw->by_node + iw->ipsec_cap * sizeof *iw->by_ipsec);
	fn(ctx, "IKE scratch", 1, sizeof *iw);
}

struct ike_world *ike_world_of(struct moor_world *w)
{
	struct ike_world *iw = moor_world_attached(w, &world_key);

	if (iw)
		return iw;
	iw = mem_zeroed(sizeof *iw);
	iw->w = w;
	slab_init(&iw->hosts, "IKE hosts", sizeof(struct ike));
	slab_init(&iw->sas, "IKE SAs", sizeof(struct ike_sa));
	slab_init(&iw->auths, "IKE set-ups", sizeof(struct ike_auth));
	slab_init(&iw->tasks, "IKE requests", sizeof(struct ike_task));
	slab_init(&iw->creates, "IKE CREATE_CHILD_SAs", sizeof(struct ike_create));
	slab_init(&iw->children, "IKE child SAs", sizeof(struct ike_child));
	slab_init(&iw->wishes, "IKE wishes", sizeof(struct ike_wish));
	slab_init(&iw->frags, "IKE reassemblies", sizeof(struct ike_frags));
	slab_init(&iw->outs, "IKE packets waiting", sizeof(struct ike_out));
	slab_init(&iw->posts, "IKE posts", sizeof(struct ike_post));
	moor_world_attach(w, &world_key, iw, world_destroy);
	moor_world_reports(w, &world_key, world_report);
	return iw;
}

void ike_memory(const struct moor_world *w, mem_report_fn *fn, void *ctx)
{
	const struct ike_world *iw = moor_world_attached(w, &world_key);

	if (iw)
		world_report(iw, fn, ctx);
}

static uint64_t chain_length(const struct moor_pkt *p)
{
	uint64_t n = 0;

	for (; p; p = p->next)
		n++;
	return n;
}

uint64_t ike_packets_held(const struct moor_world *w)
{
	const struct ike_world *iw = moor_world_attached(w, &world_key);
	const struct ike_auth *a;
	const struct ike_frags *f;
	const struct ike_task *t;
	const struct ike_out *o;
	const struct ike_sa *sa;
	uint64_t n = 0;
	moor_handle at = 0;

	if (!iw)
		return 0;
	while ((sa = slab_next(&iw->sas, &at)))
		n += chain_length(sa->response);
	for (at = 0; (t = slab_next(&iw->tasks, &at)); )
		n += chain_length(t->request);
	for (at = 0; (a = slab_next(&iw->auths, &at)); )
		n += (a->init_i != NULL) + (a->init_r != NULL);
	for (at = 0; (f = slab_next(&iw->frags, &at)); )
		n += chain_length(f->pieces);
	for (at = 0; (o = slab_next(&iw->outs, &at)); )
		n += chain_length(o->first);
	return n;
}

/* ---- the host's part --------------------------------------------------------------------------------------------- */

/* Preference: what TS 33.310 and RFC 8247 want everybody to have, then what is lighter or older. */
static const struct ike_suite default_ike[] = {
	{ IKE_ENCR_AES_CBC, 128, IKE_INTEG_HMAC_SHA2_256_128, IKE_PRF_HMAC_SHA2_256, IKE_DH_X25519 },
	{ IKE_ENCR_AES_GCM_16, 128, 0, IKE_PRF_HMAC_SHA2_256, IKE_DH_ECP_256 },
	{ IKE_ENCR_AES_CBC, 256, IKE_INTEG_HMAC_SHA2_256_128, IKE_PRF_HMAC_SHA2_256, IKE_DH_MODP_2048 },
	{ IKE_ENCR_AES_CBC, 128, IKE_INTEG_HMAC_SHA1_96, IKE_PRF_HMAC_SHA1, IKE_DH_MODP_2048 },
};

static const struct ike_suite default_esp[] = {
	{ IKE_ENCR_AES_CBC, 128, IKE_INTEG_HMAC_SHA2_256_128, 0, 0 },
	{ IKE_ENCR_AES_GCM_16, 128, 0, 0, 0 },
	{ IKE_ENCR_AES_CBC, 128, IKE_INTEG_HMAC_SHA1_96, 0, 0 },
};

void ike_config_default(struct ike_config *c)
{
	*c = (struct ike_config){
		.n_ike = sizeof default_ike / sizeof default_ike[0], .n_esp = sizeof default_esp / sizeof default_esp[0],
		.nat_t = true, .fragmentation = true, .fragment_size = 1280, .multiple_auth = true, .redirect = true,
		.cookies_above = 64, .half_open_max = 4096, .dpd = 30 * MOOR_S,
	};
	memcpy(c->ike, default_ike, sizeof default_ike);
	memcpy(c->esp, default_esp, sizeof default_esp);
}

static const struct net_service services[] = {
	{ .number = IKE_PORT, .udp = ike_input },
	{ .number = IKE_PORT_NAT, .udp = ike_input },
};

static const struct net_events host_events = { .services = services, .n_services = 2 };

static void check_suites(const struct ike_suite *s, unsigned n, bool esp)
{
	assert(n && n <= IKE_SUITES_MAX);
	for (unsigned i = 0; i < n; i++) {
		assert(crypto_encr_known((uint8_t)s[i].encr, s[i].key_bits) && crypto_integ_known((uint8_t)s[i].integ));
		assert(esp || (crypto_prf_known((uint8_t)s[i].prf) && crypto_group_known(s[i].dh)));
		assert(!s[i].dh || crypto_group_known(s[i].dh));
	}
	(void)s;
	(void)n;
	(void)esp;
}

struct ike *ike_new(struct net_host *h, const struct ike_config *c, const struct ike_user *user, void *owner)
{
	struct moor_world *w = net_host_world(h);
	struct ike_world *iw = ike_world_of(w);
	uint32_t node = moor_node_id(net_host_node(h)), before = iw->nodes_cap;
	moor_handle self;
	struct ike *k;

	assert(!c->fragmentation || c->fragment_size >= 256);
	check_suites(c->ike, c->n_ike, false);
	check_suites(c->esp, c->n_esp, true);
	k = slab_alloc(&iw->hosts, &self);
	*k = (struct ike){ .self = self, .h = h, .c = c, .user = user, .owner = owner, .iw = iw };
	k->rng = moor_world_rng(w, net_host_node(h), "ike");
	mem_reserve(&iw->by_node, &iw->nodes_cap, sizeof *iw->by_node, node + 1);
	if (iw->nodes_cap > before)
		memset(iw->by_node + before, 0, (iw->nodes_cap - before) * sizeof *iw->by_node);
	assert(!iw->by_node[node]);
	iw->by_node[node] = self;
	k->ipsec = ipsec_of(h);
	if (!k->ipsec)
		k->ipsec = ipsec_new(h, c->crypto, &ike_ipsec_ops, k);
	net_host_events_of(h, &host_events, k);
	return k;
}

struct ike *ike_of(const struct net_host *h)
{
	const struct ike_world *iw = moor_world_attached(net_host_world(h), &world_key);
	uint32_t node = moor_node_id(net_host_node(h));

	return iw && node < iw->nodes_cap ? slab_get(&iw->hosts, iw->by_node[node]) : NULL;
}

struct net_host *ike_host(const struct ike *k)
{
	return k->h;
}

void *ike_owner(const struct ike *k)
{
	return k->owner;
}

const struct ike_config *ike_settings(const struct ike *k)
{
	return k->c;
}

int64_t ike_timer(const struct ike *k, enum timer_id id)
{
	return k->c->timers ? k->c->timers->v[id] : timer_rows[id].def;
}

void ike_discard(const struct ike *k, const char *reason, const char *clause)
{
	struct moor_record r;

	if (!moor_record_wanted(ike_w(k), REC_DISCARD))
		return;
	r = (struct moor_record){ .kind = REC_DISCARD, .node = ike_node(k), .port = REC_NONE };
	r.u.discard.reason = reason;
	r.u.discard.clause = clause;
	moor_record_emit(ike_w(k), &r);
}

/* ---- SAs --------------------------------------------------------------------------------------------------------- */

static uint32_t spi_hash(const struct ike *k, uint64_t spi)
{
	return index_hash(spi, k->self);
}

struct ike_sa *ike_sa_find(const struct ike *k, uint64_t own_spi)
{
	uint32_t hash = spi_hash(k, own_spi), at, h;

	for (h = index_first(&k->iw->by_spi, hash, &at); h; h = index_next(&k->iw->by_spi, hash, &at)) {
		struct ike_sa *sa = slab_get(&k->iw->sas, h);

		if (sa->k == k && ike_own_spi(sa) == own_spi)
			return sa;
	}
	return NULL;
}

/* Not zero, nobody else's [RFC 7296 2.6]. */
uint64_t ike_new_spi(struct ike *k)
{
	uint64_t spi;

	do
		spi = rng_u64(&k->rng);
	while (!spi || ike_sa_find(k, spi));
	return spi;
}

void ike_sa_index(struct ike_sa *sa, bool there)
{
	struct ike_world *iw = sa->k->iw;

	if (there)
		index_add(&iw->by_spi, spi_hash(sa->k, ike_own_spi(sa)), sa->self);
	else
		index_remove(&iw->by_spi, spi_hash(sa->k, ike_own_spi(sa)), sa->self);
}

static struct ike_sa *sa_at(const struct ike_world *iw, moor_handle h)
{
	return slab_get(&iw->sas, h);
}

/* Its own SPI is not chosen yet, nor is it found by it. */
struct ike_sa *ike_sa_new(struct ike *k, bool initiator, const struct ike_path *p)
{
	struct ike_world *iw = k->iw;
	moor_handle h;
	struct ike_sa *sa = slab_alloc(&iw->sas, &h);

	sa->self = h;
	sa->k = k;
	sa->initiator = initiator;
	sa->path = *p;
	sa->next = k->first;
	if (k->first)
		sa_at(iw, k->first)->prev = h;
	k->first = h;
	machine_init(&sa->machine, &ike_sa_fsm, IKE_SA_NONE);
	return sa;
}

void ike_sa_free(struct ike_sa *sa)
{
	struct ike *k = sa->k;
	struct ike_world *iw = k->iw;

	assert(!sa->task && !sa->children && !sa->wishes);
	k->abandoned -= sa->abandoned;
	ike_sa_index(sa, false);
	ike_frags_drop(sa);
	if (sa->auth)
		ike_auth_free(ike_auth_of(sa));
	ike_chain_free(k, sa->response);
	crypto_key_drop(k->c->crypto, sa->key_out);
	crypto_key_drop(k->c->crypto, sa->key_in);
	memset(sa->sk_d, 0, sizeof sa->sk_d);
	moor_timer_cancel(iw->w, &sa->timer);
	moor_timer_cancel(iw->w, &sa->life);
	if (sa->prev)
		sa_at(iw, sa->prev)->next = sa->next;
	else
		k->first = sa->next;
	if (sa->next)
		sa_at(iw, sa->next)->prev = sa->prev;
	slab_free(&iw->sas, sa->self);
}

struct ike_auth *ike_auth_of(const struct ike_sa *sa)
{
	return sa->auth ? slab_get(&sa->k->iw->auths, sa->auth) : NULL;
}

struct ike_task *ike_task_of(const struct ike_sa *sa)
{
	return sa->task ? slab_get(&sa->k->iw->tasks, sa->task) : NULL;
}

static bool stands(unsigned state)
{
	return state == IKE_SA_ESTABLISHED || state == IKE_SA_DELETING;
}

static bool is_half_open(unsigned state)
{
	return state == IKE_SA_HALF_OPEN || state == IKE_SA_AUTHENTICATING;
}

void ike_state(struct ike_sa *sa, enum ike_event ev, enum ike_sa_state to)
{
	struct ike *k = sa->k;
	unsigned from = sa->machine.state;

	machine_admits(&sa->machine, &ike_sa_fsm, ike_w(k), ike_node(k), ike_instance(sa), (uint8_t)ev, false);
	if (from == to)
		return;
	machine_go(&sa->machine, &ike_sa_fsm, ike_w(k), ike_node(k), ike_instance(sa), (uint8_t)to);
	if (!sa->told)
		k->sas += (uint32_t)stands(to) - (uint32_t)stands(from);
	k->half_open += (uint32_t)is_half_open(to) - (uint32_t)is_half_open(from);
}

static void drop_children(struct ike_sa *sa)
{
	struct ike_world *iw = sa->k->iw;
	moor_handle h = sa->children;

	sa->children = 0;
	while (h) {
		struct ike_child *c = slab_get(&iw->children, h);
		moor_handle next = c->next;

		sa->k->deferred -= c->replaces != 0;
		ipsec_child_remove(sa->k->ipsec, c->ipsec);
		slab_free(&iw->children, h);
		h = next;
	}
}

/* What a dead SA has no use for. The messages of an exchange under way stay for the posts that lend from them. */
static void strip(struct ike_sa *sa)
{
	struct ike *k = sa->k;

	if (sa->task)
		ike_task_free(k, ike_task_of(sa));
	ike_wishes_drop(sa);
	ike_frags_drop(sa);
	drop_children(sa);
	sa->answering = 0;
	moor_timer_cancel(ike_w(k), &sa->timer);
	moor_timer_cancel(ike_w(k), &sa->life);
}

static enum ike_event event_of(enum ike_reason why)
{
	if (why == IKE_TIMEOUT || why == IKE_DEAD_PEER)
		return IKE_EV_TIMEOUT;
	return why == IKE_DELETED_BY_PEER || why == IKE_DELETED ? IKE_EV_DELETED : IKE_EV_FAILED;
}

void ike_sa_fail(struct ike_sa *sa, enum ike_reason why, uint16_t notify)
{
	struct ike_post *p;

	if (sa->machine.state == IKE_SA_GONE)
		return;
	strip(sa);
	ike_state(sa, event_of(why), IKE_SA_GONE);
	p = ike_post(sa, POST_CLOSED);
	p->why = (uint8_t)why;
	p->detail = notify;
}

void ike_sa_delete(struct ike_sa *sa, enum ike_reason why)
{
	unsigned state = sa->machine.state;

	if (state == IKE_SA_GONE || state == IKE_SA_DELETING)
		return;
	/* an initiator whose last IKE_AUTH was answered may find that it does not want the SA */
	if (state != IKE_SA_ESTABLISHED && state != IKE_SA_REKEYED && (state != IKE_SA_AUTH_SENT || sa->task)) {
		ike_sa_fail(sa, why, 0);
		return;
	}
	sa->why = (uint8_t)why;
	ike_wishes_drop(sa);
	ike_state(sa, IKE_EV_CLOSE, IKE_SA_DELETING);
	ike_intend(sa, INTENT_DELETE_IKE, 0);
	ike_go_on(sa);
}

void ike_established(struct ike_sa *sa, const struct ike_result *r)
{
	struct ike *k = sa->k;

	moor_timer_cancel(ike_w(k), &sa->timer);
	sa->established = sa->heard = ike_now(k);
	sa->rekey_s = ike_lifetime(k, k->c->rekey_ike);
	ike_state(sa, IKE_EV_AUTHENTICATED, IKE_SA_ESTABLISHED);
	ike_post(sa, POST_ESTABLISHED)->result = *r;
	ike_life_arm(sa);
}

/* The last answer may have been lost: it is repeated until the other side must have given up. */
static void linger_over(struct moor_world *w, struct moor_timer *t)
{
	(void)w;
	ike_sa_free(MOOR_CONTAINER(t, struct ike_sa, timer));
}

/* Anybody can begin SAs and give them up: those that never stood are no more than the half-open ones may be. */
static bool may_linger(struct ike_sa *sa)
{
	struct ike *k = sa->k;

	if (sa->initiator || sa->established)
		return true;
	if (k->abandoned >= k->c->half_open_max)
		return false;
	sa->abandoned = true;
	k->abandoned++;
	return true;
}

static void bury(struct ike_sa *sa)
{
	struct ike *k = sa->k;

	if (sa->auth)
		ike_auth_free(ike_auth_of(sa));
	if (!sa->response || !sa->key_in || !may_linger(sa)) {
		ike_sa_free(sa);
		return;
	}
	moor_timer_in(ike_w(k), &sa->timer, ike_timer(k, T_IKE_HALF_OPEN), linger_over);
}

/* ---- posts ------------------------------------------------------------------------------------------------------- */

struct ike_post *ike_post(struct ike_sa *sa, enum ike_post_kind kind)
{
	struct ike_world *iw = sa->k->iw;
	moor_handle h;
	struct ike_post *p = slab_alloc(&iw->posts, &h);

	p->self = h;
	p->kind = (uint8_t)kind;
	p->sa = sa->self;
	if (iw->first_post)
		((struct ike_post *)slab_get(&iw->posts, iw->last_post))->next = h;
	else
		iw->first_post = h;
	iw->last_post = h;
	return p;
}

/* The user may do anything meanwhile, restart the host included. */
static void deliver_end(struct ike_sa *sa, const struct ike_post *p)
{
	const struct ike *k = sa->k;

	if (p->kind == POST_ESTABLISHED) {
		if (k->user->established)
			k->user->established(k->owner, sa, &p->result);
		if (sa_at(k->iw, p->sa) == sa && sa->auth && sa->machine.state != IKE_SA_GONE)
			ike_auth_free(ike_auth_of(sa));
		return;
	}
	if (!sa->told && k->user->closed)
		k->user->closed(k->owner, sa, p->why, p->detail);
	if (sa_at(k->iw, p->sa) != sa)
		return;
	sa->told = true;
	bury(sa);
}

static void deliver(struct ike_sa *sa, const struct ike_post *p)
{
	const struct ike_user *u = sa->k->user;
	void *owner = sa->k->owner;

	switch ((enum ike_post_kind)p->kind) {
	case POST_ESTABLISHED:
	case POST_CLOSED:
		deliver_end(sa, p);
		break;
	case POST_REDIRECT:
		if (u->redirect)
			u->redirect(owner, sa, &p->to, (const char *)p->octets);
		break;
	case POST_CHILD:
		if (u->child)
			u->child(owner, sa, p->child, p->old, p->why);
		break;
	case POST_CHILD_GONE:
		if (u->child_gone)
			u->child_gone(owner, sa, p->child);
		break;
	case POST_MOVED:
		if (u->moved)
			u->moved(owner, sa, &sa->path);
		break;
	case POST_IDENTIFIED:
		if (u->identified)
			u->identified(owner, sa, p->idi, p->idr);
		break;
	case POST_EAP:
		if (u->eap)
			u->eap(owner, sa, p->octets, p->n);
		break;
	case POST_SENT_AWAY:
		if (u->sent_away)
			u->sent_away(owner, sa, &p->to);
		break;
	case POST_LIFETIME:
		if (u->lifetime)
			u->lifetime(owner, sa, (uint32_t)p->n);
		break;
	}
}

/* A dead SA tells its end alone. */
static bool is_heard(const struct ike_sa *sa, const struct ike_post *p)
{
	return p->kind == POST_CLOSED || p->kind == POST_REDIRECT || (!sa->told && sa->machine.state != IKE_SA_GONE);
}

static void deliver_all(struct ike_world *iw)
{
	iw->delivering = true;
	while (iw->first_post) {
		struct ike_post *at = slab_get(&iw->posts, iw->first_post), p = *at;
		struct ike_sa *sa = sa_at(iw, p.sa);

		iw->first_post = p.next;
		slab_free(&iw->posts, p.self);
		if (sa && is_heard(sa, &p))
			deliver(sa, &p);
	}
	iw->delivering = false;
}

static void post_due(struct moor_world *w, struct moor_timer *t)
{
	struct ike_world *iw = MOOR_CONTAINER(t, struct ike_world, post_timer);

	(void)w;
	iw->depth++;
	deliver_all(iw);
	iw->depth--;
}

void ike_enter(struct ike *k)
{
	if (!k->iw->depth++)
		crypto_take_cost(k->c->crypto);		/* what is owed there was not made here */
}

void ike_leave(struct ike *k)
{
	struct ike_world *iw = k->iw;

	assert(iw->depth);
	if (iw->depth == 1) {
		if (iw->handling)
			deliver_all(iw);
		else if (iw->first_post && !moor_timer_pending(&iw->post_timer))
			moor_timer_in(iw->w, &iw->post_timer, 0, post_due);
		iw->handling = false;
		iw->rx_sa = NULL;
		iw->answered = NULL;
	}
	iw->depth--;
}
