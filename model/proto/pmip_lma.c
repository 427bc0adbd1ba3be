/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the local mobility anchor's life: its cache as a store, pools, keys and tunnels
 *
 * One binding cache entry for each mobility session [RFC 5213 5.1] [R5213d-5.1-01] [R29275-6.1-02], found by any
 * address of its prefixes, by its IPv4 home address, by the subscriber, and by its uplink GRE key, which is unique in
 * the whole LMA [R29275-5.3-02]. Each session has a prefix of its own (the per-MN-prefix model) [R5213d-5.2-01]
 * [R5213d-5.2-02]: a /64, as 3GPP has it; the model of draft 02 in which they share one is pmip_lma_shared.c's.
 * Prefixes are routed to the LMA, so it needs no proxy neighbour discovery [R5213d-5.2-03]. DHAAD, prefix discovery and
 * return routability have no place here [R5213d-5.6-01] [R5213d-5.7-01]
 * [R5213d-5.8-01].
 *
 * Tunnels are made with their first session and go with their last one [RFC 5213 5.6.1] [R5213d-5.5.1-02]
 * [R5213d-5.5.1-04].
 */
#include "proto/pmip_lma_priv.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "wire/ip.h"

#define TO(state) (1u << PMIP_BCE_##state)
#define EV(event) FSM_BIT(PMIP_BCE_EV_##event)

static const struct fsm_state bce_states[PMIP_BCE_STATES] = {
	[PMIP_BCE_NONE] = { "NONE", EV(PBU), TO(ACTIVE), NULL, "RFC 5213 5.3.2" },
	[PMIP_BCE_ACTIVE] = { "ACTIVE", EV(PBU) | EV(DEREG) | EV(EXPIRED) | EV(REVOKE) | EV(PEER_GONE),
			      TO(HOLD) | TO(REVOKING) | TO(NONE), NULL, "RFC 5213 5.3.3" },
	[PMIP_BCE_HOLD] = { "HOLD", EV(PBU) | EV(DEREG) | EV(HOLD_OVER) | EV(REVOKE) | EV(PEER_GONE),
			    TO(ACTIVE) | TO(NONE), "MinDelayBeforeBCEDelete", "RFC 5213 5.3.5" },
	[PMIP_BCE_REVOKING] = { "REVOKING", EV(PBU) | EV(DEREG) | EV(BRA) | EV(BRA_LOST) | EV(REVOKE) | EV(PEER_GONE),
				TO(ACTIVE) | TO(HOLD) | TO(NONE), "InitMINDelayBRIs", "RFC 5846 9.1" },
};

static const char *const bce_events[PMIP_BCE_EVENTS] = {
	[PMIP_BCE_EV_PBU] = "PBU", [PMIP_BCE_EV_DEREG] = "DEREG", [PMIP_BCE_EV_EXPIRED] = "EXPIRED",
	[PMIP_BCE_EV_HOLD_OVER] = "HOLD_OVER", [PMIP_BCE_EV_REVOKE] = "REVOKE", [PMIP_BCE_EV_BRA] = "BRA",
	[PMIP_BCE_EV_BRA_LOST] = "BRA_LOST", [PMIP_BCE_EV_PEER_GONE] = "PEER_GONE",
};

const struct fsm pmip_bce_fsm = {
	"pmip-bce", "binding cache entry of the LMA, one per mobility session", bce_states, bce_events,
	PMIP_BCE_STATES, PMIP_BCE_EVENTS,
};

void pmip_lma_config_default(struct pmip_lma_config *c)
{
	*c = (struct pmip_lma_config){ .lifetime_max = 3600 * MOOR_S, .gre = true, .enabled = true,
				       .tlv_header = true, .heartbeat = true, .dhcp4_server = true };
}

/* ---- finding ----------------------------------------------------------------------------------------------------- */

static uint32_t hash_hnp(uint64_t hnp) { return index_hash(hnp, 1); }
static uint32_t hash4(struct ip4_addr a) { return index_hash(ip4_u32(a), 4); }
static uint32_t hash_user(struct imsi i) { return index_hash(i.digits, i.n); }
static uint32_t hash_peer(const struct ip6_addr *a) { return index_hash(ip6_high64(a), ip6_low64(a)); }

unsigned pmip_lma_hnps(const struct pmip_bce *b, uint64_t out[PMIP_HNP_MAX])
{
	const struct pmip_bce_rare *r = pmip_bce_rare(b);
	unsigned n = 0;

	if (b->hnp)
		out[n++] = b->hnp;
	for (unsigned k = 0; r && k < r->n_hnp; k++)
		out[n++] = r->hnp[k];
	return n;
}

static bool has_hnp(const struct pmip_bce *b, uint64_t hnp, uint64_t host)
{
	uint64_t all[PMIP_HNP_MAX];
	unsigned n;

	if (host || b->host)
		return host && b->host && b->hnp == hnp && pmip_bce_rare(b)->host == host;
	if (b->hnp == hnp || !b->rare)
		return b->hnp == hnp;
	n = pmip_lma_hnps(b, all);
	for (unsigned k = 0; k < n; k++)
		if (all[k] == hnp)
			return true;
	return false;
}

struct pmip_bce *pmip_lma_find(const struct pmip_lma *a, const struct ip6_addr *addr)
{
	bool v4 = dsmip_is_mapped(addr);
	uint64_t host = !v4 && pmip_lma_shared_has(a, addr) ? ip6_low64(addr) : 0;
	uint32_t hash = v4 ? hash4(dsmip_unmap(addr)) : pmip_lma_hash(ip6_high64(addr), host), at, h;

	for (h = index_first(&a->by_address, hash, &at); h; h = index_next(&a->by_address, hash, &at)) {
		struct pmip_bce *b = slab_get(&a->cache, h);

		if (v4 ? ip4_eq(b->hoa4, dsmip_unmap(addr)) : has_hnp(b, ip6_high64(addr), host))
			return b;
	}
	return NULL;
}

/* [R29275-5.3-03] the key alone says whose packet it is */
struct pmip_bce *pmip_lma_find_key(const struct pmip_lma *a, uint32_t key)
{
	struct pmip_bce *b = slab_get(&a->cache, gre_key_handle(&a->keys, key));

	return b && b->key_up == key ? b : NULL;
}

static struct pmip_bce *of_user(const struct pmip_lma *a, struct imsi i, uint32_t h, uint32_t *at)
{
	for (; h; h = index_next(&a->by_user, hash_user(i), at)) {
		struct pmip_bce *b = slab_get(&a->cache, h);

		if (imsi_same(b->imsi, i))
			return b;
	}
	return NULL;
}

struct pmip_bce *pmip_lma_first(const struct pmip_lma *a, struct imsi i, uint32_t *at)
{
	return of_user(a, i, index_first(&a->by_user, hash_user(i), at), at);
}

struct pmip_bce *pmip_lma_next(const struct pmip_lma *a, struct imsi i, uint32_t *at)
{
	return of_user(a, i, index_next(&a->by_user, hash_user(i), at), at);
}

/* ---- entries ----------------------------------------------------------------------------------------------------- */

/* [R5213d-5.3.1-21] [R5213d-5.1-02] [R5213d-5.1-03] */
struct pmip_bce *pmip_lma_create(struct pmip_lma *a, struct imsi i, const char *apn)
{
	moor_handle h;
	struct pmip_bce *b = slab_alloc(&a->cache, &h);

	b->a = a;
	b->self = h;
	b->imsi = i;
	b->apn = apn;
	machine_init(&b->machine, &pmip_bce_fsm, PMIP_BCE_NONE);
	index_add(&a->by_user, hash_user(i), h);
	return b;
}

struct pmip_bce_rare *pmip_bce_rare_new(struct pmip_bce *b)
{
	struct pmip_bce_rare *r = pmip_bce_rare(b);

	if (!r) {
		r = slab_alloc(&b->a->rare, &b->rare);
		r->self = b->rare;
	}
	return r;
}

void pmip_lma_take_hnps(struct pmip_bce *b)
{
	struct pmip_lma *a = b->a;
	uint64_t all[PMIP_HNP_MAX];
	unsigned n;

	if (b->host) {
		pmip_lma_shared_take(b);
		return;
	}
	n = pmip_lma_hnps(b, all);
	for (unsigned k = 0; k < n; k++) {
		struct ip6_addr addr = ip6_from64(all[k], 0);
		struct ip6_prefix p = ip6_prefix_make(&addr, 64);

		index_remove(&a->by_address, hash_hnp(all[k]), b->self);
		if (a->c.pool)
			a->c.pool->release(a->c.pool_owner, b->imsi, b->apn, &p);
		else if (hnp_pool_held(&a->pool, all[k]))
			hnp_pool_back(&a->pool, all[k]);
	}
	if (b->rare) {
		pmip_lma_notice_drop(b);	/* another was to take its place */
		pmip_bce_rare(b)->n_hnp = 0;
		pmip_bce_rare(b)->was = 0;
	}
	b->hnp = 0;
}

static void watch(struct pmip_lma *a, const struct pmip_tunnel *t, bool on)
{
	struct ip6_addr us = dsmip_is_mapped(&t->remote) ? ip6_mapped(a->c.lmaa4) : a->c.lmaa;

	pmip_heart_watch(a->heart, &us, &t->remote, (enum pmip_transport)t->transport, on);
}

static void leave_tunnel(struct pmip_bce *b)
{
	struct pmip_lma *a = b->a;
	struct pmip_tunnel *t = pmip_lma_tunnel(b);

	b->tunnel = 0;
	if (!t || --t->users)
		return;
	if (a->c.heartbeat)
		watch(a, t, false);
	index_remove(&a->by_peer, hash_peer(&t->remote), t->self);
	slab_free(&a->tunnels, t->self);
}

/* [R29275-5.3-04] [R5213d-5.3.1-32] [R29275-5.1-03] the state went to NONE before */
void pmip_lma_delete(struct pmip_bce *b)
{
	struct pmip_lma *a = b->a;

	moor_timer_cancel(lma_world(a), &b->timer);
	pmip_lma_take_hnps(b);
	pmip_lma_take4(b);
	leave_tunnel(b);
	index_remove(&a->by_user, hash_user(b->imsi), b->self);
	pmip_lma_notice_drop(b);
	if (b->rare)
		slab_free(&a->rare, b->rare);
	slab_free(&a->cache, b->self);
}

void pmip_lma_state(struct pmip_bce *b, enum pmip_bce_event ev, enum pmip_bce_state to)
{
	struct pmip_lma *a = b->a;

	machine_admits(&b->machine, &pmip_bce_fsm, lma_world(a), lma_node(a), pbce_index(b), (uint8_t)ev, false);
	a->active += (to == PMIP_BCE_ACTIVE) - (b->machine.state == PMIP_BCE_ACTIVE);
	if (b->machine.state != to)
		machine_go(&b->machine, &pmip_bce_fsm, lma_world(a), lma_node(a), pbce_index(b), (uint8_t)to);
}

void pmip_lma_record(const struct pmip_bce *b, enum rec_binding what, uint8_t status)
{
	struct moor_world *w = lma_world(b->a);
	const struct pmip_tunnel *t = pmip_lma_tunnel(b);
	struct moor_record r;

	if (!moor_record_wanted(w, REC_BINDING))
		return;
	MOOR_RECORD_BEGIN(&r, REC_BINDING, lma_node(b->a), REC_NONE, binding);
	r.instance = pbce_index(b);
	r.u.binding.what = what;
	r.u.binding.at_home_agent = true;
	r.u.binding.proxy = true;
	r.u.binding.status = status;
	r.u.binding.sequence = b->seq;
	r.u.binding.lifetime = what <= BINDING_REFRESHED ? b->lifetime : 0;
	r.u.binding.udp_port = t ? t->port : 0;
	r.u.binding.home_address = pbce_address(b);
	if (t)
		r.u.binding.care_of = t->remote;
	r.u.binding.home_address4 = b->hoa4;
	moor_record_emit(w, &r);
}

/* ---- what an entry has ------------------------------------------------------------------------------------------- */

const char *pmip_lma_apn(struct pmip_lma *a, const struct mh_opt *o, bool keep)
{
	char text[AAA_APN_OCTETS];
	size_t n = o ? o->octets.n : 0;

	if (!n || n >= sizeof text)
		return NULL;
	memcpy(text, o->octets.p, n);
	text[n] = 0;
	for (unsigned k = 0; k < a->n_names; k++)
		if (!strcmp(a->names[k], text))
			return a->names[k];
	if (!keep || a->n_names == LMA_APNS)
		return NULL;
	return a->names[a->n_names++] = texts_keep(&a->apns, text);
}

bool pmip_lma_may_have(const struct pmip_lma *a, struct imsi i, const char *apn, const struct aaa_apn *sub,
			uint64_t hnp)
{
	struct ip6_addr addr = ip6_from64(hnp, 0);
	struct ip6_prefix p = ip6_prefix_make(&addr, 64);

	if (a->c.pool)			/* its owner knows PDN connections, of which one session may have one */
		return !pmip_lma_find(a, &addr) && a->c.pool->owns(a->c.pool_owner, i, apn, &p);
	if (hnp_pool_held(&a->pool, hnp) || !hnp_pool_has(&a->pool, hnp))
		return false;
	if (!sub || !sub->pmip.n_hnps)
		return true;
	for (unsigned k = 0; k < sub->pmip.n_hnps; k++)
		if (ip6_prefix_eq(&sub->pmip.hnp[k], &p))
			return true;
	return false;
}

static void add_hnp(struct pmip_bce *b, uint64_t hnp)
{
	struct pmip_lma *a = b->a;
	struct pmip_bce_rare *r;

	index_add(&a->by_address, hash_hnp(hnp), b->self);
	if (!b->hnp) {
		b->hnp = hnp;
		return;
	}
	r = pmip_bce_rare_new(b);
	assert(r->n_hnp < PMIP_HNP_MAX - 1);
	r->hnp[r->n_hnp++] = hnp;
}

static bool assign(struct pmip_bce *b, uint64_t *hnp)
{
	struct pmip_lma *a = b->a;
	struct ip6_prefix p;

	if (!a->c.pool)
		return hnp_pool_any(&a->pool, hnp);
	if (!a->c.pool->assign(a->c.pool_owner, b->imsi, b->apn, &p))
		return false;
	*hnp = ip6_high64(&p.addr);
	return true;
}

static bool take(struct pmip_bce *b, uint64_t hnp)
{
	struct pmip_lma *a = b->a;
	struct ip6_addr addr = ip6_from64(hnp, 0);
	struct ip6_prefix p = ip6_prefix_make(&addr, 64);

	if (a->c.pool && pmip_lma_find(a, &addr))
		return false;
	if (a->c.pool)
		return !a->c.pool->take || a->c.pool->take(a->c.pool_owner, b->imsi, b->apn, &p);
	return hnp_pool_this(&a->pool, hnp);
}

/* [R5213d-5.3.1-16] [R5213d-5.3.1-22] */
bool pmip_lma_give(struct pmip_bce *b, const uint64_t *hnp, unsigned n)
{
	uint64_t one;

	if (!n) {
		if (!assign(b, &one))
			return false;
		add_hnp(b, one);
		return true;
	}
	for (unsigned k = 0; k < n; k++) {
		if (!take(b, hnp[k]))
			return false;
		add_hnp(b, hnp[k]);
	}
	return true;
}

void pmip_lma_swap(struct pmip_bce *b, uint64_t hnp)
{
	struct pmip_lma *a = b->a;

	index_remove(&a->by_address, hash_hnp(b->hnp), b->self);
	if (hnp_pool_held(&a->pool, b->hnp))
		hnp_pool_back(&a->pool, b->hnp);
	b->hnp = hnp;
	index_add(&a->by_address, hash_hnp(hnp), b->self);
}

void pmip_lma_take4(struct pmip_bce *b)
{
	if (ip4_is_zero(b->hoa4))
		return;
	index_remove(&b->a->by_address, hash4(b->hoa4), b->self);
	b->hoa4 = (struct ip4_addr){ { 0 } };
}

static void set4(struct pmip_bce *b, struct ip4_addr addr)
{
	pmip_lma_take4(b);
	b->hoa4 = addr;
	index_add(&b->a->by_address, hash4(addr), b->self);
}

/* The next free one behind the last, so that an address rests before it is used again. */
bool pmip_lma_give4(struct pmip_bce *b, struct ip4_addr wanted)
{
	struct pmip_lma *a = b->a;
	unsigned len = a->c.ip4_pool.len;
	uint32_t ends = len && len < 31 ? 1 : 0, n = len ? (uint32_t)((UINT64_C(1) << (32 - len)) - 2 * ends) : 0;
	struct ip6_addr first = ip6_from64(b->hnp, 0);
	struct ip6_prefix hnp = ip6_prefix_make(&first, 64);
	struct ip4_addr other;

	if (a->c.pool && a->c.pool->home4) {
		if (!b->hnp || !a->c.pool->home4(a->c.pool_owner, &hnp, wanted, &other))
			return false;
		set4(b, other);
		return true;
	}
	if (!ip4_is_zero(wanted)) {
		set4(b, wanted);
		return true;
	}
	for (uint32_t k = 0; k < n; k++) {
		struct ip4_addr addr = ip4_from_u32(ip4_u32(a->c.ip4_pool.addr) + ends + a->next4);
		struct ip6_addr mapped = ip6_mapped(addr);

		a->next4 = a->next4 + 1 < n ? a->next4 + 1 : 0;
		if (ip4_eq(addr, pmip_lma_router4(a)) || pmip_lma_find(a, &mapped))
			continue;
		set4(b, addr);
		return true;
	}
	return false;
}

/* [R29275-5.3-01] drawn, so that a key is not guessed from another; 0 is never one */
void pmip_lma_new_key(struct pmip_bce *b)
{
	b->key_up = gre_key_of(&b->a->keys, b->self);
}

struct pmip_tunnel *pmip_lma_tunnel(const struct pmip_bce *b)
{
	return b->tunnel ? slab_get(&b->a->tunnels, b->tunnel) : NULL;
}

/* [R5213d-5.1-06] [R5213d-5.3.1-23] [R5213d-5.3.1-26] the old one goes when it was the last that used it */
void pmip_lma_set_tunnel(struct pmip_bce *b, const struct ip6_addr *remote, enum pmip_transport transport,
			 uint16_t port)
{
	struct pmip_lma *a = b->a;
	struct pmip_tunnel *t = pmip_lma_tunnel(b);
	uint32_t hash = hash_peer(remote), at, h;

	if (t && ip6_eq(&t->remote, remote) && t->transport == transport && t->port == port)
		return;
	leave_tunnel(b);
	for (h = index_first(&a->by_peer, hash, &at); h; h = index_next(&a->by_peer, hash, &at)) {
		t = slab_get(&a->tunnels, h);
		if (ip6_eq(&t->remote, remote) && t->transport == transport && t->port == port)
			break;
	}
	if (!h) {
		t = slab_alloc(&a->tunnels, &h);
		*t = (struct pmip_tunnel){ .remote = *remote, .transport = (uint8_t)transport, .port = port, .self = h };
		index_add(&a->by_peer, hash, h);
		if (a->c.heartbeat)
			watch(a, t, true);
	}
	t->users++;
	b->tunnel = h;
}

/* ---- life -------------------------------------------------------------------------------------------------------- */

static void mh_in(void *owner, struct net_rx *rx)
{
	pmip_lma_input(owner, rx);
}

static void bare_in(void *owner, struct net_rx *rx, uint16_t sport, uint16_t dport)
{
	(void)dport;
	pmip_lma_bare_in(owner, rx, sport);
}

struct pmip_lma *pmip_lma_new(struct net_host *h, const struct pmip_lma_config *c, bool hooks)
{
	struct pmip_lma *a = mem_zeroed(sizeof *a);
	struct rng drawn;

	a->h = h;
	a->c = *c;
	a->shared = !hooks;
	if (c->profile == MH_PROFILE_R8)
		a->c.drift = PMIP_DRAFT02;
	slab_init(&a->cache, "pmip-bce", sizeof(struct pmip_bce));
	slab_init(&a->tunnels, "pmip-lma-tunnel", sizeof(struct pmip_tunnel));
	slab_init(&a->rare, "pmip-bce-rare", sizeof(struct pmip_bce_rare));
	slab_init(&a->bris, "pmip-lma-bri", sizeof(struct pmip_bri));
	slab_init(&a->waiting, "pmip-lma-waiting", sizeof(struct pmip_waiting));
	slab_init(&a->notices, "pmip-lma-notice", pmip_lma_size_notice);
	hnp_pool_init(&a->pool, &c->hnp_pool);
	pmip_lma_shared_init(a);
	a->rng = moor_world_rng(lma_world(a), net_host_node(h), "pmip-lma");
	drawn = moor_world_rng(lma_world(a), net_host_node(h), "gre-keys");
	gre_keys_init(&a->keys, &drawn);
	a->heart = pmip_heart_new(h, c->profile, c->timers, &pmip_lma_heart_ops, a);
	if (!ip4_is_zero(c->lmaa4))
		net_udp_bind(h, PMIP_UDP_PORT, bare_in, a);
	if (hooks) {
		net_host_hooks_of(h, &pmip_lma_hooks, a);
		net_proto_handler(h, DSMIP_PROTO_MH, mh_in, a);
	}
	return a;
}

void pmip_lma_free(struct pmip_lma *a)
{
	moor_handle h = 0;
	struct pmip_bce *b;
	struct pmip_waiting *x;

	while ((b = slab_next(&a->cache, &h)))
		moor_timer_cancel(lma_world(a), &b->timer);
	h = 0;
	while ((x = slab_next(&a->waiting, &h)))
		moor_timer_cancel(lma_world(a), &x->timer);
	slab_done(&a->cache);
	slab_done(&a->tunnels);
	slab_done(&a->rare);
	slab_done(&a->waiting);
	pmip_lma_bris_end(a);
	slab_done(&a->bris);
	pmip_lma_notices_end(a);
	slab_done(&a->notices);
	index_done(&a->by_address);
	index_done(&a->by_user);
	index_done(&a->by_peer);
	hnp_pool_done(&a->pool);
	hnp_pool_done(&a->hosts);
	pmip_heart_free(a->heart);
	pmip_lma_sec_free(a->sec);
	texts_done(&a->apns);
	mem_free(a);
}

struct pmip_lma_config *pmip_lma_settings(struct pmip_lma *a)
{
	return &a->c;
}

/* ---- queries ----------------------------------------------------------------------------------------------------- */

static void view(const struct pmip_bce *b, struct pmip_bce_view *out)
{
	const struct pmip_tunnel *t = pmip_lma_tunnel(b);
	uint64_t all[PMIP_HNP_MAX];

	*out = (struct pmip_bce_view){
		.state = (enum pmip_bce_state)b->machine.state, .imsi = b->imsi, .apn = b->apn, .hoa4 = b->hoa4,
		.charging_id = b->rare ? pmip_bce_rare(b)->charging_id : 0, .pdn_id = b->rare ? pmip_bce_rare(b)->pdn_id : 0,
		.n_hnp = pmip_lma_hnps(b, all), .att = b->att, .handoff = b->handoff, .sequence = b->seq,
		.lifetime = b->lifetime, .stamp = b->stamped ? b->stamp : (struct mh_stamp){ 0 },
		.gre = b->gre, .key_down = b->key_down, .key_up = b->key_up,
		.expires = b->machine.state == PMIP_BCE_ACTIVE ? moor_timer_due(lma_world(b->a), &b->timer) : MOOR_NEVER,
	};
	for (unsigned k = 0; k < out->n_hnp; k++) {
		struct ip6_addr p = k ? ip6_from64(all[k], 0) : pbce_address(b);

		out->hnp[k] = ip6_prefix_make(&p, b->host ? 128 : 64);
	}
	if (b->link_local)
		out->link_local = ip6_from64(UINT64_C(0xfe80) << 48, b->link_local);
	if (t) {
		out->proxy_coa = t->remote;
		out->transport = (enum pmip_transport)t->transport;
	}
}

bool pmip_lma_binding(const struct pmip_lma *a, const struct ip6_addr *addr, struct pmip_bce_view *out)
{
	const struct pmip_bce *b = pmip_lma_find(a, addr);

	if (b)
		view(b, out);
	return b != NULL;
}

bool pmip_lma_binding_next(const struct pmip_lma *a, uint32_t *at, struct pmip_bce_view *out)
{
	const struct pmip_bce *b = slab_next(&a->cache, at);

	if (b)
		view(b, out);
	return b != NULL;
}

uint32_t pmip_lma_waiting(const struct pmip_lma *a) { return a->waiting.count; }
uint32_t pmip_lma_prefixes(const struct pmip_lma *a) { return a->pool.count; }

uint32_t pmip_lma_bindings(const struct pmip_lma *a) { return a->active; }
uint32_t pmip_lma_entries(const struct pmip_lma *a) { return a->cache.count; }

bool pmip_lma_tunnel_next(const struct pmip_lma *a, uint32_t *at, struct pmip_tunnel_view *out)
{
	const struct pmip_tunnel *t = slab_next(&a->tunnels, at);

	if (!t)
		return false;
	*out = (struct pmip_tunnel_view){ t->remote, (enum pmip_transport)t->transport, t->users, t->packets_in,
					  t->packets_out };
	return true;
}

void pmip_lma_memory(const struct pmip_lma *a, mem_report_fn *fn, void *ctx)
{
	slab_report(&a->cache, fn, ctx);
	slab_report(&a->tunnels, fn, ctx);
	slab_report(&a->rare, fn, ctx);
	slab_report(&a->waiting, fn, ctx);
	slab_report(&a->notices, fn, ctx);
	fn(ctx, "pmip-bce indexes", a->cache.count, sizeof *a + index_octets(&a->by_address) + index_octets(&a->by_user) +
	   index_octets(&a->by_peer) + hnp_pool_octets(&a->pool) + hnp_pool_octets(&a->hosts));
}
