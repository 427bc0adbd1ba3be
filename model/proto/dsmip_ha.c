/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the home agent's life: provisioning, address pools, the binding cache as a store
 *
 * Each UE has a /64 of its own [24.303 5.1.3.1], so an entry is found by the upper 64 bits of any of its addresses,
 * or by the IPv4 home address. Prefixes are given out in order, those that came back after a rest; which UE has which
 * is settled by IKEv2 (s2c_ha.c), or outside without it.
 *
 * A home link shows every UE its own prefix (3GPP access); packets to a UE without a binding are forwarded there.
 * Proxy neighbour discovery [RFC 6275 10.4.1] has no place with prefixes of one host each: the home agent is the
 * router that every packet for them comes to; on a home link that mobile nodes share it is in dsmip_ha_net.c, and an
 * entry is then found by the whole address. IPv4 home addresses are routed to the home agent, not on a link of its
 * own, so it answers no ARP for them [RFC 5555 4.5].
 */
#include "proto/dhcp6_server.h"
#include "proto/dsmip_ha_ifom.h"

#include <assert.h>

#include "base/mem.h"

#define RESTING 256u			/* prefixes that came back before the first of them is given out again */
#define TO(state) (1u << DSMIP_BCE_##state)
#define EV(event) FSM_BIT(DSMIP_BCE_EV_##event)

static const struct fsm_state bce_states[DSMIP_BCE_STATES] = {
	[DSMIP_BCE_NONE] = { "NONE", EV(BU), TO(ACTIVE) | TO(DAD), NULL, "24.303 5.1.3.2" },
	[DSMIP_BCE_DAD] = { "DAD", EV(BU) | EV(BU_DEREG) | EV(DAD_OK) | EV(DAD_FAILED) | EV(REVOKED),
			    TO(ACTIVE) | TO(NONE), "RETRANS_TIMER", "RFC 6275 10.3.1" },
	[DSMIP_BCE_ACTIVE] = { "ACTIVE",
			       EV(BU) | EV(BU_DEREG) | EV(EXPIRED) | EV(REVOKED) | EV(REVOKE) | EV(SWITCH) |
			       EV(BRA) | EV(TIMER) | EV(BE),	/* of a BRI about the IPv4 home address */
			       TO(HOLD) | TO(NONE) | TO(REVOKING) | TO(SWITCHING), NULL, "24.303 5.1.3.2" },
	[DSMIP_BCE_HOLD] = { "HOLD", EV(BU) | EV(BU_DEREG) | EV(HOLD_OVER) | EV(REVOKED), TO(ACTIVE) | TO(NONE),
			     "MAX_DELETE_BCE_TIMEOUT", "RFC 6275 10.3.2" },
	[DSMIP_BCE_REVOKING] = { "REVOKING",
				 EV(BU) | EV(BU_DEREG) | EV(EXPIRED) | EV(REVOKED) | EV(BRA) | EV(TIMER) | EV(BE),
				 TO(ACTIVE) | TO(HOLD) | TO(NONE), "InitMINDelayBRIs", "24.303 5.4.3.1" },
	[DSMIP_BCE_SWITCHING] = { "SWITCHING",
				  EV(BU) | EV(BU_DEREG) | EV(EXPIRED) | EV(REVOKED) | EV(REVOKE) | EV(TIMER) | EV(BE),
				  TO(REVOKING) | TO(HOLD) | TO(NONE), "INITIAL-HA-SWITCH-TIMEOUT", "24.303 5.5.3" },
};

static const char *const bce_events[DSMIP_BCE_EVENTS] = {
	"bu", "bu-deregister", "dad-done", "dad-failed", "expired", "hold-over", "revoked",
	"revoke", "switch", "bra", "timeout", "binding-error",
};

const struct fsm dsmip_bce_fsm = {
	"dsmip-bce", "binding cache entry of the home agent, one per home address", bce_states, bce_events,
	DSMIP_BCE_STATES, DSMIP_BCE_EVENTS
};

void dsmip_ha_config_default(struct dsmip_ha_config *c)
{
	*c = (struct dsmip_ha_config){
		.profile = MH_PROFILE_R10, .lifetime_max = 3600 * MOOR_S, .nat_refresh_s = 110, .enabled = true,
		.hoa4_service = true, .router_permitted = true, .prefix_valid_s = 604800, .prefix_preferred_s = 518400,
		.mcoa = true, .bulk = true, .home_and_foreign = true, .flows = true,
	};
}

/* ---- prefixes ---------------------------------------------------------------------------------------------------- */

static struct map_key key4(struct ip4_addr addr)
{
	return (struct map_key){ ip4_u32(addr), 4 };
}

static bool in_hnp_pool(const struct dsmip_ha *a, const struct ip6_addr *addr)
{
	return a->c.hnp_pool.len && ip6_in_prefix(addr, &a->c.hnp_pool);
}

bool dsmip_ha_in_pool(const struct dsmip_ha *a, const struct ip6_addr *addr)
{
	if (dsmip_is_mapped(addr))
		return a->c.ip4_pool.len && ip4_in_prefix(dsmip_unmap(addr), a->c.ip4_pool);
	return in_hnp_pool(a, addr);
}

bool dsmip_ha_served(const struct dsmip_ha *a, const struct ip6_addr *hoa)
{
	uint64_t n = ip6_high64(hoa) - ip6_high64(&a->c.hnp_pool.addr);

	return in_hnp_pool(a, hoa) && (n < a->n_assigned || map_get(&a->assigned, (struct map_key){ ip6_high64(hoa), 0 },
								   &(uint32_t){ 0 }));
}

static struct ip6_addr prefix_numbered(const struct dsmip_ha *a, uint32_t n)
{
	return ip6_from64(ip6_high64(&a->c.hnp_pool.addr) + n, 0);
}

/* The one that rested longest. */
static struct ip6_prefix used_before(struct dsmip_ha *a)
{
	struct ip6_addr p = prefix_numbered(a, a->released[a->released_at]);

	a->released_at = a->released_at + 1 < a->released_cap ? a->released_at + 1 : 0;
	a->n_released--;
	return ip6_prefix_make(&p, 64);
}

static void rest(struct dsmip_ha *a, uint32_t n)
{
	uint32_t cap = a->released_cap;

	if (a->n_released == cap) {
		mem_reserve(&a->released, &a->released_cap, sizeof *a->released, cap + 1);
		/* what had wrapped around goes behind the rest */
		for (uint32_t i = 0; i < a->released_at; i++)
			a->released[(cap + i) % a->released_cap] = a->released[i];
	}
	a->released[(a->released_at + a->n_released) % a->released_cap] = n;
	a->n_released++;
}

/* [R24303-5.1.1-03] */
bool dsmip_ha_assign(struct dsmip_ha *a, struct ip6_prefix *hnp)
{
	struct ip6_addr p;

	if (a->c.shared_home) {
		a->n_assigned = 1;
		*hnp = a->c.hnp_pool;
		return true;
	}
	if (a->n_released >= RESTING) {
		*hnp = used_before(a);
		return true;
	}
	do {
		p = prefix_numbered(a, a->n_assigned);
		if (!in_hnp_pool(a, &p) || a->n_assigned == UINT32_MAX) {
			if (!a->n_released)
				return false;
			*hnp = used_before(a);
			return true;
		}
		a->n_assigned++;
	} while (map_get(&a->assigned, (struct map_key){ ip6_high64(&p), 0 }, &(uint32_t){ 0 }));
	*hnp = ip6_prefix_make(&p, 64);
	return true;
}

bool dsmip_ha_assign_this(struct dsmip_ha *a, const struct ip6_prefix *hnp)
{
	uint64_t n = ip6_high64(&hnp->addr) - ip6_high64(&a->c.hnp_pool.addr);

	if (!in_hnp_pool(a, &hnp->addr) || hnp->len != 64 || n > UINT32_MAX)
		return false;
	map_put(&a->assigned, (struct map_key){ ip6_high64(&hnp->addr), 0 }, 1);
	return true;
}

void dsmip_ha_release(struct dsmip_ha *a, const struct ip6_prefix *hnp, bool fixed)
{
	struct bce *b = dsmip_ha_find(a, &hnp->addr);
	uint32_t v;

	if (b)
		dsmip_ha_set4(b, (struct ip4_addr){ { 0 } });
	if (b && b->machine.state == DSMIP_BCE_HOLD) {
		dsmip_ha_state(b, DSMIP_BCE_EV_HOLD_OVER, DSMIP_BCE_NONE);
		dsmip_ha_delete(b);
	}
	if (map_get(&a->static4, (struct map_key){ ip6_high64(&hnp->addr), 0 }, &v)) {
		map_del(&a->taken4, key4(ip4_from_u32(v)));
		map_del(&a->static4, (struct map_key){ ip6_high64(&hnp->addr), 0 });
	}
	if (!fixed && a->pd)		/* the next one that gets the prefix is not to get what was delegated to this one */
		dhcp6_server_forget_peers(a->pd, hnp);
	if (!fixed)
		rest(a, (uint32_t)(ip6_high64(&hnp->addr) - ip6_high64(&a->c.hnp_pool.addr)));
}

/* ---- the home link ----------------------------------------------------------------------------------------------- */

/* Of the k-th prefix: a UE has one for each of its PDN connections [24.303 4.3]. */
static struct map_key mac_key(const struct mac_addr *mac, unsigned k)
{
	return (struct map_key){ mac_u64(mac), k };
}

bool dsmip_ha_home_prefix(const struct dsmip_ha *a, const struct mac_addr *mac, struct ip6_prefix *hnp)
{
	struct ip6_addr p;
	uint32_t n;

	if (!map_get(&a->home_hosts, mac_key(mac, 0), &n))
		return false;
	p = ip6_from64(ip6_high64(&a->c.hnp_pool.addr) + n, 0);
	*hnp = ip6_prefix_make(&p, 64);
	return true;
}

static bool prefixes_for(void *owner, const struct mac_addr *host, unsigned nth, struct router_told *t)
{
	const struct dsmip_ha *a = owner;
	struct ip6_addr p;
	unsigned k;
	uint32_t n;

	(void)nth;
	for (k = 0; k < ROUTER_PREFIX_MAX && map_get(&a->home_hosts, mac_key(host, k), &n); k++) {
		p = ip6_from64(ip6_high64(&a->c.hnp_pool.addr) + n, 0);
		t->prefixes[k] = (struct router_prefix){ .prefix = ip6_prefix_make(&p, 64), .on_link = true, .autonomous = true,
							 .valid = UINT32_MAX, .preferred = UINT32_MAX };
	}
	t->n = k;
	return k > 0;
}

void dsmip_ha_home_link(struct dsmip_ha *a, struct net_iface *i, const struct router_advert *params)
{
	struct router_advert r = *params;

	assert(!a->home);
	a->home = i;
	if (a->c.shared_home) {
		dsmip_ha_net_new(a, params);
		return;
	}
	r.n = 0;
	r.for_host = prefixes_for;
	r.owner = a;
	router_advertise(i, &r);
	net_route_add(a->h, &a->c.hnp_pool, &ip6_any, i);
}

static uint32_t number_of(const struct dsmip_ha *a, const struct ip6_prefix *hnp)
{
	return (uint32_t)(ip6_high64(&hnp->addr) - ip6_high64(&a->c.hnp_pool.addr));
}

void dsmip_ha_home_host(struct dsmip_ha *a, const struct mac_addr *mac, const struct ip6_prefix *hnp)
{
	map_put(&a->home_hosts, mac_key(mac, 0), number_of(a, hnp));
}

void dsmip_ha_home_host_too(struct dsmip_ha *a, const struct mac_addr *mac, const struct ip6_prefix *hnp)
{
	unsigned k = 0;
	uint32_t known;

	while (map_get(&a->home_hosts, mac_key(mac, k), &known) && known != number_of(a, hnp))
		k++;
	map_put(&a->home_hosts, mac_key(mac, k), number_of(a, hnp));
}

void dsmip_ha_homes(struct dsmip_ha *a, const struct dsmip_home_ops *ops, void *owner)
{
	assert(!a->home);
	a->homes = ops;
	a->homes_owner = owner;
}

/* ---- entries ----------------------------------------------------------------------------------------------------- */

static uint32_t hash_of(const struct dsmip_ha *a, const struct ip6_addr *addr)
{
	if (a->c.shared_home)
		return index_hash(ip6_high64(addr), ip6_low64(addr));
	return dsmip_is_mapped(addr) ? index_hash(0, ip6_low64(addr)) : index_hash(ip6_high64(addr), 1);
}

static bool has_address(const struct bce *b, const struct ip6_addr *addr)
{
	if (dsmip_is_mapped(addr))
		return ip4_eq(b->hoa4, dsmip_unmap(addr));
	if (b->a->c.shared_home)	/* a link-local address is in the index for those who have L set */
		return ip6_eq(&b->hoa, addr) ||
		       (ip6_is_link_local(addr) && ip6_low64(&b->hoa) == ip6_low64(addr));
	return ip6_high64(&b->hoa) == ip6_high64(addr);
}

struct bce *dsmip_ha_find(const struct dsmip_ha *a, const struct ip6_addr *addr)
{
	uint32_t hash = hash_of(a, addr), at, h;

	for (h = index_first(&a->by_address, hash, &at); h; h = index_next(&a->by_address, hash, &at)) {
		struct bce *b = slab_get(&a->cache, h);

		if (has_address(b, addr))
			return b;
	}
	return NULL;
}

/* Where packets for the UE go, and where they come from. */
struct net_tunnel dsmip_ha_tunnel(const struct bce *b)
{
	const struct dsmip_ha_addr *us = &b->a->c.addr;

	return (struct net_tunnel){
		.local = dsmip_is_mapped(&b->remote) ? ip6_mapped(us->a4) : us->a6, .remote = b->remote,
		.sport = DSMIP_UDP_PORT, .dport = b->port, .encap = b->encap, .encap_limit = b->a->c.tunnel_limit,
	};
}

void dsmip_ha_state(struct bce *b, enum dsmip_bce_event ev, enum dsmip_bce_state to)
{
	struct dsmip_ha *a = b->a;

	machine_admits(&b->machine, &dsmip_bce_fsm, ha_world(a), ha_node(a), bce_index(b), (uint8_t)ev, false);
	if (b->machine.state == DSMIP_BCE_DAD && to != DSMIP_BCE_DAD && a->home)
		net_address_remove(a->home, &b->hoa);	/* it was ours for the probe alone */
	a->active += bce_state_stands((uint8_t)to) - bce_state_stands(b->machine.state);
	if (b->machine.state == to)
		return;
	if (a->net)
		dsmip_ha_net_state(b, (enum dsmip_bce_state)b->machine.state, to);
	machine_go(&b->machine, &dsmip_bce_fsm, ha_world(a), ha_node(a), bce_index(b), (uint8_t)to);
	if (b->rare && (to == DSMIP_BCE_ACTIVE || !bce_state_stands((uint8_t)to)))
		dsmip_ha_revocation_over(b, ev);
	if (a->sec && ev != DSMIP_BCE_EV_HOLD_OVER && (to == DSMIP_BCE_HOLD || to == DSMIP_BCE_NONE))
		s2c_ha_unbound(a->sec, &b->hoa);
}

void dsmip_ha_record(const struct bce *b, enum rec_binding what, uint8_t status)
{
	dsmip_ha_record_bid(b, what, status, 0);
}

void dsmip_ha_record_bid(const struct bce *b, enum rec_binding what, uint8_t status, uint16_t bid)
{
	struct moor_world *w = ha_world(b->a);
	struct moor_record r;

	if (!moor_record_wanted(w, REC_BINDING))
		return;
	MOOR_RECORD_BEGIN(&r, REC_BINDING, ha_node(b->a), REC_NONE, binding);
	r.instance = bce_index(b);
	r.u.binding.what = what;
	r.u.binding.at_home_agent = true;
	r.u.binding.status = status;
	r.u.binding.bid = bid;
	r.u.binding.sequence = b->seq;
	r.u.binding.lifetime = what <= BINDING_REFRESHED ? b->lifetime : 0;
	r.u.binding.udp_port = b->encap == ENCAP_UDP4 ? b->port : 0;
	r.u.binding.home_address = b->hoa;
	r.u.binding.care_of = b->remote;
	r.u.binding.home_address4 = b->hoa4;
	moor_record_emit(w, &r);
}

struct bce *dsmip_ha_create(struct dsmip_ha *a, const struct ip6_addr *hoa)
{
	moor_handle h;
	struct bce *b = slab_alloc(&a->cache, &h);

	b->a = a;
	b->self = h;
	b->hoa = *hoa;
	machine_init(&b->machine, &dsmip_bce_fsm, DSMIP_BCE_NONE);
	index_add(&a->by_address, hash_of(a, hoa), h);
	return b;
}

void dsmip_ha_link_local(struct bce *b, bool on)
{
	struct ip6_addr local = ip6_link_local(ip6_low64(&b->hoa));
	struct bce_rare *x = on ? bce_rare_make(b) : bce_rare(b);

	if (!x || x->link_local == on)
		return;
	x->link_local = on;
	if (on)
		index_add(&b->a->by_address, hash_of(b->a, &local), b->self);
	else
		index_remove(&b->a->by_address, hash_of(b->a, &local), b->self);
}

/* The state went to NONE before. */
void dsmip_ha_delete(struct bce *b)
{
	struct dsmip_ha *a = b->a;

	moor_timer_cancel(ha_world(a), &b->timer);
	dsmip_ha_ask_done(b);
	dsmip_ha_set4(b, (struct ip4_addr){ { 0 } });
	index_remove(&a->by_address, hash_of(a, &b->hoa), b->self);
	dsmip_ha_link_local(b, false);
	if (b->rare) {
		dsmip_ha_bid_forget(b);
		slab_free(&a->rare, bce_rare(b)->self);
	}
	slab_free(&a->cache, b->self);
}

struct bce_rare *bce_rare_make(struct bce *b)
{
	struct bce_rare *x = bce_rare(b);
	moor_handle h;

	if (x)
		return x;
	x = slab_alloc(&b->a->rare, &h);
	x->b = b;
	x->self = h;
	b->rare = (slab_number(h) + 1) & SLAB_NUMBER_MASK;
	return x;
}

/* ---- IPv4 home addresses ----------------------------------------------------------------------------------------- */

bool dsmip_ha_static4(const struct dsmip_ha *a, const struct ip6_addr *hoa, struct ip4_addr *out)
{
	uint32_t v;

	if (!map_get(&a->static4, (struct map_key){ ip6_high64(hoa), 0 }, &v))
		return false;
	*out = ip4_from_u32(v);
	return true;
}

void dsmip_ha_static_hoa4(struct dsmip_ha *a, const struct ip6_prefix *hnp, struct ip4_addr hoa4)
{
	map_put(&a->static4, (struct map_key){ ip6_high64(&hnp->addr), 0 }, ip4_u32(hoa4));
	map_put(&a->taken4, key4(hoa4), 1);
}

static bool is_static(const struct dsmip_ha *a, struct ip4_addr addr)
{
	return map_get(&a->taken4, key4(addr), &(uint32_t){ 0 });
}

void dsmip_ha_set4(struct bce *b, struct ip4_addr addr)
{
	struct dsmip_ha *a = b->a;
	struct ip6_addr mapped = ip6_mapped(b->hoa4);

	if (ip4_eq(b->hoa4, addr))
		return;
	if (!ip4_is_zero(b->hoa4)) {
		index_remove(&a->by_address, hash_of(a, &mapped), b->self);
		a->used4 -= !is_static(a, b->hoa4);
	}
	b->hoa4 = addr;
	if (!ip4_is_zero(addr)) {
		mapped = ip6_mapped(addr);
		index_add(&a->by_address, hash_of(a, &mapped), b->self);
		a->used4 += !is_static(a, addr);
	}
}

/* How many addresses the pool gives out, and the first of them. */
static uint32_t pool4(const struct dsmip_ha *a, uint32_t *first)
{
	unsigned len = a->c.ip4_pool.len;
	uint64_t n = len ? UINT64_C(1) << (32 - len) : 0;

	*first = ip4_u32(a->c.ip4_pool.addr);
	if (len && len < 31) {
		(*first)++;
		n -= 2;
	}
	return (uint32_t)n;
}

/*
 * [R24303-5.1.1-04] [R24303-5.1.3.2-11] the next free one after the last given out, so that an address rests before
 * it is used again
 */
bool dsmip_ha_alloc4(struct dsmip_ha *a, struct bce *b)
{
	uint32_t first, n = pool4(a, &first);
	struct ip4_addr addr;

	if (a->used4 >= (a->c.ip4_max && a->c.ip4_max < n ? a->c.ip4_max : n))
		return false;
	for (uint32_t k = 0; k < n; k++) {
		struct ip6_addr mapped;

		addr = ip4_from_u32(first + a->next4);
		a->next4 = a->next4 + 1 < n ? a->next4 + 1 : 0;
		mapped = ip6_mapped(addr);
		if (is_static(a, addr) || dsmip_ha_find(a, &mapped))
			continue;
		dsmip_ha_set4(b, addr);
		return true;
	}
	return false;
}

void dsmip_ha_keep4(struct dsmip_ha *a, struct ip4_addr addr)
{
	map_put(&a->taken4, key4(addr), 1);
}

static bool free4(const struct dsmip_ha *a, struct ip4_addr addr)
{
	struct ip6_addr mapped = ip6_mapped(addr);

	return dsmip_ha_in_pool(a, &mapped) && !is_static(a, addr) && !dsmip_ha_find(a, &mapped);
}

bool dsmip_ha_reserve4(struct dsmip_ha *a, const struct ip6_prefix *hnp, struct ip4_addr wanted,
		       struct ip4_addr *out)
{
	const struct bce *b = dsmip_ha_find(a, &hnp->addr);
	uint32_t first, n = pool4(a, &first);

	if (dsmip_ha_static4(a, &hnp->addr, out))
		return ip4_is_zero(wanted) || ip4_eq(*out, wanted);
	*out = b && !ip4_is_zero(b->hoa4) ? b->hoa4 : wanted;
	if (b && !ip4_is_zero(b->hoa4)) {
		if (!ip4_is_zero(wanted) && !ip4_eq(wanted, b->hoa4))
			return false;
		a->used4--;			/* it is no dynamic one any more */
	} else if (!ip4_is_zero(wanted)) {
		if (!free4(a, wanted))
			return false;
	} else {
		for (uint32_t k = 0; k < n && ip4_is_zero(*out); k++) {
			struct ip4_addr addr = ip4_from_u32(first + a->next4);

			a->next4 = a->next4 + 1 < n ? a->next4 + 1 : 0;
			if (free4(a, addr))
				*out = addr;
		}
		if (ip4_is_zero(*out))
			return false;
	}
	dsmip_ha_static_hoa4(a, hnp, *out);
	return true;
}

/* ---- life -------------------------------------------------------------------------------------------------------- */

struct dsmip_ha *dsmip_ha_new(struct net_host *h, const struct dsmip_ha_config *c)
{
	struct dsmip_ha *a = mem_zeroed(sizeof *a);

	a->h = h;
	a->c = *c;
	a->be_tokens = BE_BURST;
	slab_init(&a->cache, "dsmip-bce", sizeof(struct bce));
	slab_init(&a->rare, "dsmip-bce-rare", sizeof(struct bce_rare));
	slab_init(&a->mcoa, "dsmip-bce-mcoa", sizeof(struct bce_mcoa));
	map_init(&a->assigned);
	map_init(&a->static4);
	map_init(&a->taken4);
	map_init(&a->home_hosts);
	net_host_hooks_of(h, &dsmip_ha_hooks, a);
	return a;
}

void dsmip_ha_free(struct dsmip_ha *a)
{
	moor_handle h = 0;
	struct bce *b;

	while ((b = slab_next(&a->cache, &h))) {
		moor_timer_cancel(ha_world(a), &b->timer);
		dsmip_ha_ask_done(b);
		if (b->rare)
			moor_timer_cancel(ha_world(a), &bce_rare(b)->revocation.timer);
		dsmip_ha_net_stop(b);
		dsmip_ha_bid_forget(b);
	}
	slab_done(&a->cache);
	slab_done(&a->rare);
	slab_done(&a->mcoa);
	index_done(&a->by_address);
	map_done(&a->assigned);
	map_done(&a->static4);
	map_done(&a->taken4);
	map_done(&a->home_hosts);
	if (a->sec)
		s2c_ha_free(a->sec);
	if (a->pd)
		dhcp6_server_free(a->pd);
	if (a->net)
		dsmip_ha_net_free(a);
	mem_free(a->released);
	mem_free(a);
}

void dsmip_ha_refuse(struct dsmip_ha *a, uint8_t status)
{
	a->c.refuse = status;
}

struct dsmip_ha_config *dsmip_ha_settings(struct dsmip_ha *a)
{
	return &a->c;
}

static void revoke(struct bce *b)
{
	dsmip_ha_record(b, BINDING_REVOKED, 0);
	dsmip_ha_state(b, DSMIP_BCE_EV_REVOKED, DSMIP_BCE_NONE);
	dsmip_ha_delete(b);
}

void dsmip_ha_reboot(struct dsmip_ha *a)
{
	moor_handle h = 0;
	struct bce *b;

	while ((b = slab_next(&a->cache, &h)))
		revoke(b);
	if (a->pd)
		dhcp6_server_forget(a->pd);
}

bool dsmip_ha_drop(struct dsmip_ha *a, const struct ip6_addr *hoa)
{
	struct bce *b = dsmip_ha_find(a, hoa);

	if (b)
		revoke(b);
	return b != NULL;
}

/* ---- queries ----------------------------------------------------------------------------------------------------- */

static void view(const struct bce *b, struct dsmip_bce_view *out)
{
	*out = (struct dsmip_bce_view){
		.state = (enum dsmip_bce_state)b->machine.state, .home_address = b->hoa, .care_of = b->remote,
		.home_address4 = b->hoa4, .care_of4 = b->coa4, .sequence = b->seq, .lifetime = b->lifetime,
		.udp_port = b->encap == ENCAP_UDP4 ? b->port : 0, .encap = b->encap, .k = b->k,
		.r = b->r, .nat = b->nat,
		.expires = bce_stands(b) ? moor_timer_due(ha_world(b->a), &b->timer) : MOOR_NEVER,
	};
}

bool dsmip_ha_binding(const struct dsmip_ha *a, const struct ip6_addr *hoa, struct dsmip_bce_view *out)
{
	const struct bce *b = dsmip_ha_find(a, hoa);

	if (b)
		view(b, out);
	return b != NULL;
}

bool dsmip_ha_binding_next(const struct dsmip_ha *a, uint32_t *at, struct dsmip_bce_view *out)
{
	const struct bce *b = slab_next(&a->cache, at);

	if (b)
		view(b, out);
	return b != NULL;
}

uint32_t dsmip_ha_bindings(const struct dsmip_ha *a)
{
	return a->active;
}

uint32_t dsmip_ha_entries(const struct dsmip_ha *a)
{
	return a->cache.count;
}

void dsmip_ha_memory(const struct dsmip_ha *a, mem_report_fn *fn, void *ctx)
{
	slab_report(&a->cache, fn, ctx);
	slab_report(&a->rare, fn, ctx);
	slab_report(&a->mcoa, fn, ctx);
	fn(ctx, "dsmip-bce index", a->by_address.count, sizeof *a + index_octets(&a->by_address) + map_octets(&a->assigned) +
	   map_octets(&a->static4) + map_octets(&a->taken4) + map_octets(&a->home_hosts));
}
