/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the mobile access gateway's life: mobile nodes and the binding update list as stores
 *
 * A mobile node is known by its MAC while it is on an access link [R5213d-6.6-06] [R5213d-6.6-07]; for each of its PDN
 * connections there is one binding update list entry [RFC 5213 6.1] [R5213d-6.1-01] to [R5213d-6.1-08]
 * [R29275-6.1-02], found by any address of its prefixes, its IPv4 home address and its downlink GRE key, which is
 * unique in the MAG and with that between it and each LMA [R29275-5.2-02].
 *
 * Tunnels are whatever the entries say; there is nothing to be made or torn down for them beside [R5213d-6.10.5-01]
 * [R5213d-5.5.1-03]. The MAG is one system [R5213d-6-02].
 */
#include "proto/dhcp6_relay.h"
#include "proto/dhcp6_server.h"
#include "proto/pmip_mag_dhcp.h"

#include <assert.h>

#include "base/mem.h"

#define TO(state) (1u << PMIP_BULE_##state)
#define EV(event) FSM_BIT(PMIP_BULE_EV_##event)
#define ENDS (EV(DETACH) | EV(BRI))

static const struct fsm_state bule_states[PMIP_BULE_STATES] = {
	[PMIP_BULE_DETACHED] = { "DETACHED", EV(ATTACH), TO(AUTH) | TO(PBU_SENT), NULL, "RFC 5213 6.9.1.1" },
	[PMIP_BULE_AUTH] = { "AUTH", EV(PROFILE) | EV(NO_SERVICE) | ENDS, TO(PBU_SENT) | TO(REFUSED) | TO(DETACHED),
			     "AAA_TIMEOUT", "RFC 5213 6.5" },
	[PMIP_BULE_PBU_SENT] = { "PBU_SENT", EV(TIMER) | EV(PBA) | EV(REFUSED) | ENDS,
				 TO(ACTIVE) | TO(REFUSED) | TO(DEREG) | TO(DETACHED), "INITIAL_BINDACK_TIMEOUT",
				 "RFC 5213 6.9.1.2" },
	[PMIP_BULE_ACTIVE] = { "ACTIVE", EV(TIMER) | EV(PBA) | EV(REFUSED) | EV(EXPIRED) | EV(REFRESH) | ENDS,
			       TO(PBU_SENT) | TO(DEREG) | TO(REFUSED) | TO(DETACHED), NULL, "RFC 5213 6.9.1.3" },
	[PMIP_BULE_DEREG] = { "DEREG", EV(TIMER) | EV(PBA) | EV(REFUSED) | EV(BRI) | EV(ATTACH),
			      TO(DETACHED) | TO(PBU_SENT), "INITIAL_BINDACK_TIMEOUT", "RFC 5213 6.9.1.4" },
	[PMIP_BULE_REFUSED] = { "REFUSED", EV(DETACH) | EV(ATTACH) | EV(REFRESH) | EV(BRI),
				TO(DETACHED) | TO(AUTH) | TO(PBU_SENT), NULL, "RFC 5213 6.9.1.2" },
};

static const char *const bule_events[PMIP_BULE_EVENTS] = {
	[PMIP_BULE_EV_ATTACH] = "ATTACH", [PMIP_BULE_EV_PROFILE] = "PROFILE", [PMIP_BULE_EV_NO_SERVICE] = "NO_SERVICE",
	[PMIP_BULE_EV_TIMER] = "TIMER", [PMIP_BULE_EV_PBA] = "PBA", [PMIP_BULE_EV_REFUSED] = "REFUSED",
	[PMIP_BULE_EV_DETACH] = "DETACH", [PMIP_BULE_EV_BRI] = "BRI", [PMIP_BULE_EV_EXPIRED] = "EXPIRED",
	[PMIP_BULE_EV_REFRESH] = "REFRESH",
};

const struct fsm pmip_bule_fsm = {
	"pmip-bule", "binding update list entry of the MAG, one per PDN connection", bule_states, bule_events,
	PMIP_BULE_STATES, PMIP_BULE_EVENTS,
};

void pmip_mag_config_default(struct pmip_mag_config *c)
{
	*c = (struct pmip_mag_config){ .lifetime = 3600 * MOOR_S, .refresh_percent = 80, .gre = true, .timestamps = true,
				       .link_local_option = true, .mtu_option = true, .heartbeat = true, .advert = router_advert_default,
				       .clock_sync = MOOR_S };
	aaa_client_config_default(&c->client);
	c->advert.unsolicited = false;
	c->advert.solicited_unicast = true;
	c->advert.reply_delay_max = 0;
}

/* ---- mobile nodes ------------------------------------------------------------------------------------------------ */

static uint32_t hash_mac(const struct mac_addr *a) { return index_hash(mac_u64(a), 6); }
static uint32_t hash_user(struct imsi i) { return index_hash(i.digits, i.n); }
static uint32_t hash_hnp(uint64_t hnp) { return index_hash(hnp, 1); }
static uint32_t hash4(struct ip4_addr a) { return index_hash(ip4_u32(a), 4); }

struct pmip_mn *pmip_mag_mn(const struct pmip_mag *m, const struct mac_addr *mac)
{
	uint32_t at, h;

	for (h = index_first(&m->by_mac, hash_mac(mac), &at); h; h = index_next(&m->by_mac, hash_mac(mac), &at)) {
		struct pmip_mn *n = slab_get(&m->mns, h);

		if (mac_eq(&n->mac, mac))
			return n;
	}
	return NULL;
}

static struct pmip_mn *of_user(const struct pmip_mag *m, struct imsi i, uint32_t h, uint32_t *at)
{
	for (; h; h = index_next(&m->by_user, hash_user(i), at)) {
		struct pmip_mn *n = slab_get(&m->mns, h);

		if (imsi_same(n->imsi, i))
			return n;
	}
	return NULL;
}

static void add_user(struct pmip_mag *m, const struct pmip_mn *n)
{
	if (m->users && !imsi_is_none(n->imsi))
		index_add(&m->by_user, hash_user(n->imsi), n->self);
}

/* Answers are found by number, packets by address, hosts by MAC: most gateways are never asked for a subscriber. */
static void index_users(struct pmip_mag *m)
{
	const struct pmip_mn *n;
	moor_handle h = 0;

	m->users = true;
	while ((n = slab_next(&m->mns, &h)))
		add_user(m, n);
}

struct pmip_mn *pmip_mag_first(const struct pmip_mag *m, struct imsi i, uint32_t *at)
{
	if (!m->users)
		index_users((struct pmip_mag *)(uintptr_t)m);		/* nothing that can be seen from outside */
	return of_user(m, i, index_first(&m->by_user, hash_user(i), at), at);
}

struct pmip_mn *pmip_mag_next(const struct pmip_mag *m, struct imsi i, uint32_t *at)
{
	return of_user(m, i, index_next(&m->by_user, hash_user(i), at), at);
}

struct pmip_mn *pmip_mag_user(const struct pmip_mag *m, struct imsi i)
{
	struct pmip_mn *any = NULL;
	uint32_t at;

	for (struct pmip_mn *n = pmip_mag_first(m, i, &at); n; n = pmip_mag_next(m, i, &at)) {
		any = n;
		if (n->there)
			break;
	}
	return any;
}

struct pmip_mn *pmip_mag_mn_new(struct pmip_mag *m, const struct mac_addr *mac, unsigned access, struct imsi i)
{
	moor_handle h;
	struct pmip_mn *n = slab_alloc(&m->mns, &h);

	*n = (struct pmip_mn){ .m = m, .imsi = i, .mac = *mac, .access = (uint8_t)access, .self = h };
	index_add(&m->by_mac, hash_mac(mac), h);
	add_user(m, n);
	return n;
}

void pmip_mag_mn_gone(struct pmip_mn *n)
{
	struct pmip_mag *m = n->m;

	assert(!n->first);
	index_remove(&m->by_mac, hash_mac(&n->mac), n->self);
	if (m->users && !imsi_is_none(n->imsi))
		index_remove(&m->by_user, hash_user(n->imsi), n->self);
	pmip_mag_unwatch(n);
	slab_free(&m->mns, n->self);
}

/* ---- entries ----------------------------------------------------------------------------------------------------- */

bool pmip_mag_has_address(const struct pmip_bule *b, const struct ip6_addr *addr)
{
	if (dsmip_is_mapped(addr))
		return ip4_eq(b->hoa4, dsmip_unmap(addr));
	if (b->host)
		return b->hnp[0] == ip6_high64(addr) && pmip_bule_rare(b)->host == ip6_low64(addr);
	for (unsigned k = 0; k < b->n_hnp; k++)
		if (b->hnp[k] == ip6_high64(addr))
			return true;
	return false;
}

struct pmip_bule *pmip_mag_find(const struct pmip_mag *m, const struct ip6_addr *addr)
{
	uint32_t hash = dsmip_is_mapped(addr) ? hash4(dsmip_unmap(addr)) : hash_hnp(ip6_high64(addr)), at, h;
	struct pmip_bule *other = m->n_hosts ? pmip_mag_find_host(m, addr) : NULL;

	if (other)
		return other;
	for (h = index_first(&m->by_address, hash, &at); h; h = index_next(&m->by_address, hash, &at)) {
		struct pmip_bule *b = slab_get(&m->bules, h);

		if (!pmip_mag_has_address(b, addr))
			continue;
		if (b->machine.state == PMIP_BULE_ACTIVE)
			return b;
		other = b;		/* asks for it by name, for another interface of its mobile node */
	}
	return other;
}

struct pmip_bule *pmip_mag_find_key(const struct pmip_mag *m, uint32_t key)
{
	struct pmip_bule *b = slab_get(&m->bules, gre_key_handle(&m->keys, key));

	return b && b->key_down == key ? b : NULL;
}

struct pmip_bule *pmip_mag_create(struct pmip_mn *n, const char *apn)
{
	struct pmip_mag *m = n->m;
	moor_handle h;
	struct pmip_bule *b = slab_alloc(&m->bules, &h);

	b->m = m;
	b->self = h;
	b->mn = n->self;
	b->apn = apn;
	b->transport = (uint8_t)m->c.transport;
	b->expires = MOOR_NEVER;
	b->next = n->first;
	n->first = h;
	machine_init(&b->machine, &pmip_bule_fsm, PMIP_BULE_DETACHED);
	if (m->c.gre)
		b->key_down = gre_key_of(&m->keys, h);	/* [R29275-5.2-01] */
	return b;
}

struct pmip_bule_rare *pmip_bule_rare_new(struct pmip_bule *b)
{
	struct pmip_bule_rare *r = pmip_bule_rare(b);

	if (!r) {
		r = slab_alloc(&b->m->rare, &b->rare);
		r->self = b->rare;
	}
	return r;
}

static void drop_addresses(struct pmip_bule *b)
{
	struct pmip_mag *m = b->m;

	if (b->host)
		pmip_mag_drop_host(b);
	for (unsigned k = 0; k < b->n_hnp; k++)
		index_remove(&m->by_address, hash_hnp(b->hnp[k]), b->self);
	b->n_hnp = 0;
}

void pmip_mag_set_hnps(struct pmip_bule *b, const uint64_t *hnp, unsigned n)
{
	drop_addresses(b);
	for (unsigned k = 0; k < n; k++) {
		b->hnp[k] = hnp[k];
		index_add(&b->m->by_address, hash_hnp(hnp[k]), b->self);
	}
	b->n_hnp = (uint8_t)n;
}

void pmip_mag_set_ip4(struct pmip_bule *b, struct ip4_addr hoa4)
{
	if (ip4_eq(b->hoa4, hoa4))
		return;
	if (!ip4_is_zero(b->hoa4))
		index_remove(&b->m->by_address, hash4(b->hoa4), b->self);
	b->hoa4 = hoa4;
	if (!ip4_is_zero(hoa4))
		index_add(&b->m->by_address, hash4(hoa4), b->self);
}

/* [R29275-5.2-05] */
void pmip_mag_delete(struct pmip_bule *b)
{
	struct pmip_mag *m = b->m;
	struct pmip_mn *n = mn_of(b);
	moor_handle *at = &n->first;

	moor_timer_cancel(mag_world(m), &b->timer);
	if (b->aaa)
		aaa_close(m->client, b->aaa, AAA_LOGOUT);
	pmip_mag_peer(b, false);
	drop_addresses(b);
	pmip_mag_dhcp4_forget(b);
	pmip_mag_no_ip4(b);
	while (*at != b->self)
		at = &bule_at(m, *at)->next;
	*at = b->next;
	if (b->rare && pmip_bule_rare(b)->pdn)
		slab_free(&m->pdns, pmip_bule_rare(b)->pdn);
	if (b->rare)
		slab_free(&m->rare, b->rare);
	slab_free(&m->bules, b->self);
	if (!n->first && !n->there)
		pmip_mag_mn_gone(n);
}

/* LMAs are few. */
struct mag_peer *pmip_mag_peer_of(struct pmip_bule *b)
{
	struct pmip_mag *m = b->m;
	unsigned k = 0;

	while (k < m->n_peers && !(ip6_eq(&m->peer[k].lma, &b->lma) && m->peer[k].transport == b->transport))
		k++;
	if (k == MAG_PEERS_MAX)
		return NULL;
	if (k == m->n_peers)
		m->peer[m->n_peers++] = (struct mag_peer){ .lma = b->lma, .transport = b->transport };
	return &m->peer[k];
}

/* Heartbeats go to an LMA while there are sessions with it. */
void pmip_mag_peer(struct pmip_bule *b, bool on)
{
	struct pmip_mag *m = b->m;
	struct ip6_addr us = pmip_mag_coa(b);
	struct mag_peer *peer;

	if (b->counted == on)
		return;
	b->counted = on;
	peer = pmip_mag_peer_of(b);
	if (!peer)
		return;
	peer->users += on ? 1u : UINT32_MAX;
	if (m->c.heartbeat)
		pmip_heart_watch(m->heart, &us, &b->lma, (enum pmip_transport)b->transport, peer->users > 0);
}

struct ip6_addr pmip_mag_coa(const struct pmip_bule *b)
{
	return pmip_is_ip4((enum pmip_transport)b->transport) ? ip6_mapped(b->m->c.proxy_coa4) : b->m->c.proxy_coa;
}

void pmip_mag_state(struct pmip_bule *b, enum pmip_bule_event ev, enum pmip_bule_state to)
{
	struct pmip_mag *m = b->m;

	machine_admits(&b->machine, &pmip_bule_fsm, mag_world(m), mag_node(m), bule_index(b), (uint8_t)ev, false);
	m->active += (to == PMIP_BULE_ACTIVE) - (b->machine.state == PMIP_BULE_ACTIVE);
	if (b->machine.state != to)
		machine_go(&b->machine, &pmip_bule_fsm, mag_world(m), mag_node(m), bule_index(b), (uint8_t)to);
}

void pmip_mag_record(const struct pmip_bule *b, enum rec_binding what, uint8_t status)
{
	struct moor_world *w = mag_world(b->m);
	struct moor_record r;

	if (!moor_record_wanted(w, REC_BINDING))
		return;
	MOOR_RECORD_BEGIN(&r, REC_BINDING, mag_node(b->m), REC_NONE, binding);
	r.instance = bule_index(b);
	r.u.binding.what = what;
	r.u.binding.status = status;
	r.u.binding.sequence = b->seq;
	r.u.binding.lifetime = what <= BINDING_REFRESHED ? b->lifetime : 0;
	r.u.binding.home_address = bule_address(b);
	r.u.binding.care_of = pmip_mag_coa(b);
	r.u.binding.home_address4 = b->hoa4;
	moor_record_emit(w, &r);
}

/* ---- life -------------------------------------------------------------------------------------------------------- */

struct pmip_mag *pmip_mag_new(struct net_host *h, const struct pmip_mag_config *c)
{
	struct pmip_mag *m = mem_zeroed(sizeof *m);
	struct rng drawn;

	m->h = h;
	m->c = *c;
	if (c->profile == MH_PROFILE_R8)
		m->c.drift = PMIP_DRAFT02;
	slab_init(&m->mns, "pmip-mn", sizeof(struct pmip_mn));
	slab_init(&m->bules, "pmip-bule", sizeof(struct pmip_bule));
	slab_init(&m->rare, "pmip-bule-rare", sizeof(struct pmip_bule_rare));
	slab_init(&m->mn_rares, "pmip-mn-rare", sizeof(struct pmip_mn_rare));
	slab_init(&m->doubts, "pmip-doubt", sizeof(struct mag_doubt));
	slab_init(&m->farewells, "pmip-farewell", sizeof(struct mag_farewell));
	pmip_mag_dhcp4_new(m);
	pmip_mag_shared_new(m);
	slab_init(&m->pdns, "pmip-mag-pdn", sizeof(struct pmip_pdn));
	m->rng = moor_world_rng(mag_world(m), net_host_node(h), "pmip-mag");
	drawn = moor_world_rng(mag_world(m), net_host_node(h), "gre-keys");
	gre_keys_init(&m->keys, &drawn);
	m->heart = pmip_heart_new(h, c->profile, c->timers, &pmip_mag_heart_ops, m);
	if (c->aaa) {
		m->c.client.home_agent6 = c->proxy_coa;
		m->c.client.home_agent4 = c->proxy_coa4;
		m->client = aaa_client_new(net_host_node(h), &m->c.client, c->aaa, &pmip_mag_aaa_ops, m);
	}
	net_host_hooks_of(h, &pmip_mag_hooks, m);
	net_proto_handler(h, DSMIP_PROTO_MH, pmip_mag_input, m);
	if (!ip4_is_zero(c->proxy_coa4))
		net_udp_bind(h, PMIP_UDP_PORT, pmip_mag_bare_in, m);
	return m;
}

struct aaa_client *pmip_mag_aaa(const struct pmip_mag *m) { return m->client; }

void pmip_mag_free(struct pmip_mag *m)
{
	moor_handle h = 0;
	struct pmip_bule *b;
	struct pmip_mn *n;

	while ((b = slab_next(&m->bules, &h)))
		moor_timer_cancel(mag_world(m), &b->timer);
	h = 0;
	while ((n = slab_next(&m->mns, &h)))
		pmip_mag_unwatch(n);
	pmip_mag_farewells_end(m);
	if (m->client)
		aaa_client_free(m->client);
	pmip_heart_free(m->heart);
	pmip_mag_sec_free(m->sec);
	slab_done(&m->mns);
	slab_done(&m->bules);
	slab_done(&m->rare);
	slab_done(&m->mn_rares);
	slab_done(&m->doubts);
	slab_done(&m->farewells);
	slab_done(&m->dhcp4);
	slab_done(&m->pdns);
	if (m->relay6)
		dhcp6_relay_free(m->relay6);
	if (m->server6)
		dhcp6_server_free(m->server6);
	index_done(&m->by_mac);
	index_done(&m->by_user);
	index_done(&m->by_address);
	mem_free(m);
}

void pmip_mag_access(struct pmip_mag *m, struct net_iface *i, uint8_t att)
{
	assert(m->n_access < MAG_ACCESS_MAX);
	m->access[m->n_access++] = (struct mag_access){ i, att, PMIP_COMES_LINK, PMIP_GOES_LINK, 0, { .len = 0 } };
	m->access[m->n_access - 1].router =
		pmip_domain_router(m->c.domain, mac_iid(moor_port_mac(net_iface_port(i))));
	net_iface_stations(i);
	pmip_mag_dhcp4_access(m, i);
	pmip_mag_advertise(m, i);
}

struct pmip_mag_config *pmip_mag_settings(struct pmip_mag *m)
{
	return &m->c;
}

/* The counter of restarts goes up, and the mobile nodes that are still there have to be noticed anew. */
void pmip_mag_reboot(struct pmip_mag *m)
{
	moor_handle h = 0;
	struct pmip_bule *b;
	struct pmip_mn *n;

	if (m->sec)
		pmip_mag_sec_restart(m->sec);
	pmip_heart_restart(m->heart);
	while ((n = slab_next(&m->mns, &h)))
		n->there = false;
	h = 0;
	while ((b = slab_next(&m->bules, &h))) {
		pmip_mag_record(b, BINDING_REVOKED, 0);
		pmip_mag_state(b, PMIP_BULE_EV_BRI, PMIP_BULE_DETACHED);
		pmip_mag_delete(b);
	}
	h = 0;
	while ((n = slab_next(&m->mns, &h)))
		pmip_mag_mn_gone(n);
}

/* ---- queries ----------------------------------------------------------------------------------------------------- */

static void view(const struct pmip_bule *b, struct pmip_bule_view *out)
{
	const struct pmip_mn *n = mn_of(b);
	const struct pmip_mag *m = b->m;

	*out = (struct pmip_bule_view){
		.state = (enum pmip_bule_state)b->machine.state, .imsi = n->imsi, .apn = b->apn, .mac = n->mac,
		.n_hnp = b->n_hnp, .hoa4 = b->hoa4, .lma = b->lma, .key_down = b->key_down,
		.key_up = b->key_up, .handoff = b->handoff, .att = m->access[n->access].att, .status = b->status,
		.sequence = b->seq, .lifetime = b->lifetime, .expires = b->expires,
	};
	for (unsigned k = 0; k < b->n_hnp; k++) {
		struct ip6_addr p = k ? ip6_from64(b->hnp[k], 0) : bule_address(b);

		out->hnp[k] = ip6_prefix_make(&p, b->host ? 128 : 64);
	}
	if (!b->rare)
		return;
	out->router4 = pmip_bule_rare(b)->router4;
	out->charging_id = pmip_bule_rare(b)->charging_id;
	out->pdn_id = pmip_bule_rare(b)->pdn_id;
	if (pmip_bule_rare(b)->pdn)
		out->pdn = *pmip_mag_pdn(b);
}

bool pmip_mag_binding(const struct pmip_mag *m, struct imsi i, unsigned nth, struct pmip_bule_view *out)
{
	const struct pmip_mn *n = pmip_mag_user(m, i);
	const struct pmip_bule *b = n ? bule_at(m, n->first) : NULL;

	for (; b && nth; nth--)
		b = bule_at(m, b->next);
	if (b)
		view(b, out);
	return b != NULL;
}

bool pmip_mag_binding_next(const struct pmip_mag *m, uint32_t *at, struct pmip_bule_view *out)
{
	const struct pmip_bule *b = slab_next(&m->bules, at);

	if (b)
		view(b, out);
	return b != NULL;
}

uint32_t pmip_mag_hosts(const struct pmip_mag *m) { return m->mns.count; }
uint32_t pmip_mag_bindings(const struct pmip_mag *m) { return m->active; }

/* [RFC 5213 6.9.1.1] one from the first PBU on; in the draft from the acceptance on */
uint32_t pmip_mag_entries(const struct pmip_mag *m)
{
	uint32_t n = m->bules.count;
	moor_handle h = 0;
	struct pmip_bule *b;

	while (mag_draft(m) && (b = slab_next(&m->bules, &h)))
		n -= b->machine.state != PMIP_BULE_ACTIVE && b->machine.state != PMIP_BULE_DEREG;
	return n;
}

void pmip_mag_memory(const struct pmip_mag *m, mem_report_fn *fn, void *ctx)
{
	slab_report(&m->mns, fn, ctx);
	slab_report(&m->bules, fn, ctx);
	slab_report(&m->rare, fn, ctx);
	slab_report(&m->mn_rares, fn, ctx);
	fn(ctx, "pmip-mag indexes", m->bules.count, sizeof *m + index_octets(&m->by_mac) + index_octets(&m->by_user) +
	   index_octets(&m->by_address));
}
