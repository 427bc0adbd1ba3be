/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the router that the MAG is to each of its mobile nodes
 *
 * An access link is point-to-point in effect [RFC 5213 6.3] [R5213d-6.3-01]: advertisements go to one host each, at its
 * link-layer address, after its registration, and show its own prefixes, the same on every MAG of the domain [RFC 5213
 * 6.7, 6.9.2] [R5213d-6.7-01] [R5213d-6.7-02] [R5213d-6.4-01] [R5213d-6.14-02] [R5213d-6-01]. The router that they come
 * from is the same on every MAG too [RFC 5213 6.8, 6.9.3] [R5213d-7-03]: its link-local address is what the LMA says
 * for the session, or one that is fixed in the whole domain, as the link-layer address may be [RFC 5213 9.3]. A mobile
 * node with sessions of several such addresses sees a router for each.
 *
 * Where the mobile node has or wants the address that we have towards it, we take another and tell the LMA [RFC 5213
 * 6.9.1.2 point 15] [R5213d-6.8-01]. The draft went about it the other way round: the mobile node's own address, learnt
 * from its duplicate address detection, is what the LMA keeps [R5213d-6.8-02], and who gets it from there moves out of
 * its way [R5213d-6.8-03].
 *
 * Who may not have the service is a guest: a prefix of the visited network, for guests alone, and plain routing
 * [RFC 5213 6.14] [R5213d-6.14-03] [R5213d-6.14-05]. Whoever sends, sends from what is its own [R5213d-6.6-07]
 * [R5213d-6.10.3-02].
 */
#include "proto/pmip_mag_priv.h"
#include "wire/icmp4.h"
#include "wire/icmp6.h"

#define LINK_LOCAL (UINT64_C(0xfe80) << 48)
#define MTU_AGE (600 * MOOR_S)		/* then a path's MTU is looked at again [RFC 8201 4] */
#define GUEST_VALID 2592000u		/* seconds; AdvValidLifetime and AdvPreferredLifetime of RFC 4861 6.2.1 */
#define GUEST_PREFERRED 604800u

/* ---- what is known of the two ends of the link ------------------------------------------------------------------- */

struct pmip_mn_rare *pmip_mn_rare_new(struct pmip_mn *n)
{
	struct pmip_mn_rare *r = pmip_mn_rare(n);

	if (!r) {
		r = slab_alloc(&n->m->mn_rares, &n->rare);
		r->m = n->m;
		r->self = n->rare;
		r->mn = n->self;
	}
	return r;
}

/* Interface identifier of the mobile node's link-local address; 0: not known. */
static uint64_t host_iid(const struct pmip_mn *n)
{
	const struct pmip_mn_rare *r = pmip_mn_rare(n);

	if (r && r->iid)
		return r->iid;
	return n->eui ? mac_iid(&n->mac) : 0;
}

static void learn_iid(struct pmip_mn *n, uint64_t iid)
{
	n->eui = iid == mac_iid(&n->mac);
	if (!n->eui)
		pmip_mn_rare_new(n)->iid = iid;
	else if (n->rare)
		pmip_mn_rare(n)->iid = 0;
}

/* FixedMAGLinkLocalAddressOnAllAccessLinks [RFC 5213 9.3] */
static uint64_t fixed_iid(const struct pmip_mag *m)
{
	return ip6_low64(&m->c.fixed_link_local);
}

/* Interface identifier of the address that the mobile node knows us by; 0: the interface's own. */
static uint64_t our_iid(const struct pmip_bule *b)
{
	const struct pmip_mn_rare *r = pmip_mn_rare(mn_of(b));

	if (r && r->ours)
		return r->ours;
	if (fixed_iid(b->m))
		return fixed_iid(b->m);
	return mag_draft(b->m) ? 0 : b->link_local;
}

bool pmip_mag_nd_ours(const struct pmip_bule *b, struct ip6_addr *out)
{
	uint64_t iid = our_iid(b);

	if (iid)
		*out = ip6_from64(LINK_LOCAL, iid);
	return iid != 0;
}

/* The same with the interface's own written out. */
static uint64_t iid_towards(const struct pmip_bule *b)
{
	uint64_t iid = our_iid(b);

	return iid ? iid : mac_iid(moor_port_mac(net_iface_port(mn_iface(mn_of(b)))));
}

/*
 * The Link-local Address option of a PBU [RFC 5213 6.9.1.1 point 9] [R5213d-6.9-17]: ours, or ALL_ZERO, which asks for
 * it; none when it is fixed. The draft: the mobile node's, as far as we know it. False: no option.
 */
bool pmip_mag_nd_option(const struct pmip_bule *b, struct ip6_addr *out)
{
	uint64_t iid = mag_draft(b->m) ? host_iid(mn_of(b)) : b->link_local;

	if (!b->m->c.link_local_option || (fixed_iid(b->m) && !mag_draft(b->m)))
		return false;
	*out = iid ? ip6_from64(LINK_LOCAL, iid) : ip6_any;
	return true;
}

/* ---- the size of packets ----------------------------------------------------------------------------------------- */

/* Of the tunnel that b's packets go through [RFC 5213 6.9.5]; 0: not known. */
static uint32_t tunnel_mtu(struct pmip_bule *b)
{
	struct mag_peer *p = pmip_mag_peer_of(b);
	moor_time now = moor_world_now(mag_world(b->m));
	struct net_tunnel t = pmip_mag_tunnel(b);
	uint32_t found;

	if (!p)
		return net_tunnel_mtu(b->m->h, &t);
	if (p->checked <= now) {
		p->mtu[0] = p->mtu[1] = 0;
		p->checked = now + MTU_AGE;
	}
	if (!p->mtu[t.keyed]) {
		found = net_tunnel_mtu(b->m->h, &t);
		p->mtu[t.keyed] = found && found < IP6_MIN_MTU ? IP6_MIN_MTU : found;
	}
	return p->mtu[t.keyed];
}

/* [RFC 5213 6.9.2 point 3] the least of what the tunnel, the link and its settings allow; the draft has no such rule */
static void limit(struct pmip_bule *b, struct router_told *t)
{
	uint32_t link = moor_port_mtu(net_iface_port(mn_iface(mn_of(b)))), mtu;

	if (!b->m->c.mtu_option || mag_draft(b->m))
		return;
	mtu = tunnel_mtu(b);
	if (mtu && (!t->mtu || mtu < t->mtu))
		t->mtu = mtu;
	if (t->mtu > link)
		t->mtu = link;
}

/* ---- advertisements ---------------------------------------------------------------------------------------------- */

static void put_prefix(const struct pmip_bule *b, uint64_t hnp, uint32_t life, struct router_told *t)
{
	struct ip6_addr p = ip6_from64(hnp, 0);
	bool managed = b->m->c.advert.managed || b->managed || b->host;

	if (t->n < ROUTER_PREFIX_MAX)
		t->prefixes[t->n++] = (struct router_prefix){ .prefix = ip6_prefix_make(&p, 64), .on_link = !b->host,
							      .autonomous = !managed,
							      .valid = life, .preferred = life };
}

static void put_session(struct pmip_bule *b, struct router_told *t)
{
	for (unsigned j = 0; j < b->n_hnp; j++)
		put_prefix(b, b->hnp[j], b->withdrawn ? 0 : UINT32_MAX, t);
	t->managed = t->managed || b->managed || b->host;	/* [R5213d-7-02] [R5213d-App.B-01] */
	t->other = t->other || b->other;
	limit(b, t);
}

/* Has a session before b in the list the same router? */
static bool told_before(const struct pmip_mn *n, const struct pmip_bule *b)
{
	for (const struct pmip_bule *o = bule_at(n->m, n->first); o != b; o = bule_at(n->m, o->next))
		if (o->machine.state == PMIP_BULE_ACTIVE && our_iid(o) == our_iid(b))
			return true;
	return false;
}

/* The sessions whose router is b's, which is the first of them. */
static void tell_group(struct pmip_bule *b, struct router_told *t)
{
	uint64_t iid = our_iid(b);

	if (iid)
		t->src = ip6_from64(LINK_LOCAL, iid);
	for (; b; b = bule_at(b->m, b->next))
		if (b->machine.state == PMIP_BULE_ACTIVE && our_iid(b) == iid)
			put_session(b, t);
}

/* No registration that could still succeed: the policy, the LMA's included, says that it has no part in this. */
static bool is_guest(const struct pmip_mn *n)
{
	const struct pmip_bule *b = bule_at(n->m, n->first);

	if (n->guest || !b)
		return n->guest;
	while (b && b->machine.state == PMIP_BULE_REFUSED && b->status == MH_BA_PROXY_NOT_ENABLED)
		b = bule_at(n->m, b->next);
	return !b;
}

/*
 * Its packets to other guests come by us, as theirs to it do: the prefix is not on-link, for hosts hear nobody else.
 */
static bool tell_guest(struct pmip_mn *n, struct router_told *t, bool over)
{
	const struct ip6_prefix *p = &n->m->access[n->access].guests;

	if (!p->len)
		return false;
	t->prefixes[0] = (struct router_prefix){ .prefix = *p, .autonomous = true, .valid = over ? 0 : GUEST_VALID,
						 .preferred = over ? 0 : GUEST_PREFERRED };
	t->n = 1;
	n->guest_shown = !over;
	return true;
}

/* Nothing before it is registered: the advertisement follows then [R5213d-6.7-04]. One for each router that we are. */
static bool told(void *owner, const struct mac_addr *host, unsigned nth, struct router_told *t)
{
	struct pmip_mag *m = owner;
	struct pmip_mn *n = pmip_mag_mn(m, host);
	struct pmip_bule *b = n ? bule_at(m, n->first) : NULL;

	if (n && is_guest(n))
		return !nth && tell_guest(n, t, false);
	t->more = b && b->next;
	for (; b; b = bule_at(m, b->next)) {
		if (b->machine.state != PMIP_BULE_ACTIVE || told_before(n, b))
			continue;
		if (nth--)
			continue;
		tell_group(b, t);
		return t->n > 0;
	}
	return false;
}

void pmip_mag_advertise(struct pmip_mag *m, struct net_iface *i)
{
	struct router_advert a = m->c.advert;

	a.n = 0;
	a.for_host = told;
	a.owner = m;
	router_advertise(i, &a);
	if (m->c.snoop)
		net_iface_all_groups(i, true);
	else if (fixed_iid(m))
		net_proxy_group(i, &m->c.fixed_link_local, true);
}

void pmip_mag_show(struct pmip_bule *b)
{
	const struct pmip_mn *n = mn_of(b);

	if (n->there)
		router_advertise_to(mn_iface(n), &n->mac);
}

/* [R5213d-6.12-01] lifetime 0, while it is still known which prefixes these are */
void pmip_mag_withdraw(struct pmip_bule *b)
{
	if (b->machine.state != PMIP_BULE_ACTIVE)
		return;
	b->withdrawn = true;
	pmip_mag_show(b);
	b->withdrawn = false;
}

/* [R5213d-6.12-01] the new ones, and lifetime 0 for those that are gone, in one advertisement */
void pmip_mag_nd_renumbered(struct pmip_bule *b, const uint64_t *old, unsigned n_old)
{
	const struct pmip_mn *n = mn_of(b);
	struct router_told t;

	if (!n->there || !router_common(mn_iface(n), &t))
		return;
	if (our_iid(b))
		t.src = ip6_from64(LINK_LOCAL, our_iid(b));
	put_session(b, &t);
	for (unsigned k = 0; k < n_old; k++) {
		unsigned j = 0;

		while (j < b->n_hnp && b->hnp[j] != old[k])
			j++;
		if (j == b->n_hnp)
			put_prefix(b, old[k], 0, &t);
	}
	router_tell(mn_iface(n), &n->mac, &t);
}

/* [RFC 5213 6.9.5] a path takes less, or more, than it did: whoever uses it is told */
static void tell_users(struct pmip_mag *m, const struct ip6_addr *lma)
{
	moor_handle h = 0;
	struct pmip_bule *b;

	while ((b = slab_next(&m->bules, &h)))
		if (b->machine.state == PMIP_BULE_ACTIVE && ip6_eq(&b->lma, lma))
			pmip_mag_show(b);
}

void pmip_mag_nd_error(void *owner, const struct net_rx *rx, uint8_t type, uint8_t code, uint32_t arg,
		       const uint8_t *inner, uint32_t len)
{
	bool too_big = rx->ip6 ? type == ICMP6_T_TOO_BIG : type == ICMP4_T_UNREACHABLE && code == ICMP4_U_FRAG_NEEDED;
	struct pmip_mag *m = owner;
	struct pmip_bule *b;
	moor_handle h = 0;

	(void)arg, (void)inner, (void)len;
	if (!too_big || !m->c.mtu_option)
		return;
	for (unsigned k = 0; k < m->n_peers; k++) {
		struct mag_peer *p = &m->peer[k], before = *p;

		p->checked = 0;
		for (h = 0; (b = slab_next(&m->bules, &h)) && !(b->machine.state == PMIP_BULE_ACTIVE && ip6_eq(&b->lma, &p->lma)); )
			;
		if (b && tunnel_mtu(b) != before.mtu[b->keyed])
			tell_users(m, &p->lma);
	}
}

/* ---- guests ------------------------------------------------------------------------------------------------------ */

void pmip_mag_guests(struct pmip_mag *m, struct net_iface *i, const struct ip6_prefix *prefix)
{
	for (unsigned k = 0; k < m->n_access; k++)
		if (m->access[k].i == i)
			m->access[k].guests = *prefix;
	net_route_add(m->h, prefix, &ip6_any, i);
}

void pmip_mag_nd_guest(struct pmip_mn *n)
{
	if (n->there && is_guest(n))
		router_advertise_to(mn_iface(n), &n->mac);
}

/* It has the service now. */
static void no_guest(struct pmip_mn *n)
{
	struct router_told t;

	if (n->guest_shown && router_common(mn_iface(n), &t) && tell_guest(n, &t, true))
		router_tell(mn_iface(n), &n->mac, &t);
}

bool pmip_mag_may_pass(void *owner, const struct net_iface *i, const struct mac_addr *host, const struct ip6_addr *src)
{
	struct pmip_mag *m = owner;
	const struct pmip_mn *n;
	unsigned k = 0;

	while (k < m->n_access && m->access[k].i != i)
		k++;
	if (k == m->n_access)
		return true;
	n = pmip_mag_mn(m, host);
	if (!n || n->access != k)
		return false;
	for (const struct pmip_bule *b = bule_at(m, n->first); b; b = bule_at(m, b->next))
		if (pmip_mag_has_address(b, src))
			return true;
	return m->access[k].guests.len && is_guest(n) && ip6_in_prefix(src, &m->access[k].guests);
}

/* ---- our address towards one host -------------------------------------------------------------------------------- */

/* A fixed one is there at all times, a negotiated one as long as its session. */
static bool is_ours(const struct pmip_mn *n, uint64_t iid)
{
	if (iid == fixed_iid(n->m))
		return iid != host_iid(n) && !n->guest;
	for (const struct pmip_bule *b = bule_at(n->m, n->first); b; b = bule_at(n->m, b->next))
		if (b->machine.state == PMIP_BULE_ACTIVE && our_iid(b) == iid)
			return true;
	return false;
}

bool pmip_mag_seen_as(void *owner, const struct net_iface *i, const struct mac_addr *host, const struct ip6_addr *ours)
{
	const struct pmip_mn *n = pmip_mag_mn(owner, host);

	return n && mn_iface(n) == i && is_ours(n, ip6_low64(ours));
}

bool pmip_mag_seen_by(void *owner, const struct net_iface *i, const struct ip6_addr *addr, struct ip6_addr *ours)
{
	const struct pmip_bule *b = pmip_mag_find(owner, addr);

	if (!b || mn_iface(mn_of(b)) != i || b->machine.state != PMIP_BULE_ACTIVE || !our_iid(b))
		return false;
	*ours = ip6_from64(LINK_LOCAL, our_iid(b));
	return true;
}

/* ---- collisions -------------------------------------------------------------------------------------------------- */

/* The mobile node forgets us by the address that is its own: nothing is sent from it after that. */
static void step_back(const struct pmip_bule *b, uint64_t iid)
{
	const struct pmip_mn *n = mn_of(b);
	struct router_told t;

	if (!n->there || !router_common(mn_iface(n), &t))
		return;
	t.src = ip6_from64(LINK_LOCAL, iid);
	t.lifetime = 0;
	router_tell(mn_iface(n), &n->mac, &t);
}

/* [RFC 5213 6.9.1.2 point 15] what is negotiated is uploaded at once; what is fixed is ours alone to leave */
static void give_way(struct pmip_bule *b)
{
	struct pmip_mag *m = b->m;
	uint64_t other;

	do
		other = rng_u64(&m->rng);
	while (!other || other == host_iid(mn_of(b)));
	if (mag_draft(m) || fixed_iid(m) || !m->c.link_local_option) {
		pmip_mn_rare_new(mn_of(b))->ours = other;
		return;
	}
	b->link_local = other;
	pmip_mag_extend(b);
}

static bool clashes(const struct pmip_bule *b)
{
	return b->machine.state == PMIP_BULE_ACTIVE && host_iid(mn_of(b)) && iid_towards(b) == host_iid(mn_of(b));
}

/* The draft's way of telling the LMA: with the next PBU, which comes now [R5213d-6.8-02]. */
static void upload(struct pmip_mn *n)
{
	if (mag_draft(n->m) && n->m->c.link_local_option)
		for (struct pmip_bule *b = bule_at(n->m, n->first); b; b = bule_at(n->m, b->next))
			if (b->machine.state == PMIP_BULE_ACTIVE && b->link_local != host_iid(n)) {
				b->link_local = host_iid(n);
				pmip_mag_extend(b);
			}
}

/* A mobile node's link-local address, heard in its duplicate address detection or as the source of a solicitation. */
void pmip_mag_host_address(void *owner, const struct net_iface *i, const struct mac_addr *host,
			   const struct ip6_addr *addr)
{
	struct pmip_mn *n = pmip_mag_mn(owner, host);
	uint64_t iid = ip6_low64(addr);

	if (!n || n->guest || mn_iface(n) != i || !ip6_is_link_local(addr) || host_iid(n) == iid)
		return;
	learn_iid(n, iid);
	for (struct pmip_bule *b = bule_at(n->m, n->first); b; b = bule_at(n->m, b->next))
		if (clashes(b)) {
			step_back(b, iid);
			give_way(b);
			pmip_mag_show(b);
		}
	upload(n);
}

uint16_t pmip_mag_nd_router(const struct pmip_bule *b)
{
	return our_iid(b) ? 0 : b->m->access[mn_of(b)->access].router;
}

/* [R5213d-7-04] the router of the link before, where it was another one; after the new one is known */
static void withdraw_old(struct pmip_bule *b)
{
	const struct pmip_mag *m = b->m;
	struct pmip_context c;
	uint64_t iid;

	if (!m->c.withdraw_router ||
	    !pmip_domain_ask(m->c.domain, mn_of(b)->imsi, b->apn, pmip_mag_pdn_id(b), &b->context, &c))
		return;
	iid = pmip_domain_router_iid(m->c.domain, c.router);
	if (iid && iid != iid_towards(b))
		step_back(b, iid);
}

/* Of the PBA, NULL: it had no such option. fresh: the mobile node is to be shown its prefixes. */
void pmip_mag_nd_accepted(struct pmip_bule *b, const struct ip6_addr *option, bool fresh)
{
	struct pmip_mn *n = mn_of(b);

	if (option)
		b->link_local = ip6_low64(option);
	if (option && mag_draft(b->m) && b->link_local && !host_iid(n))
		learn_iid(n, b->link_local);
	if (clashes(b))
		give_way(b);
	if (!fresh)
		return;
	no_guest(n);
	pmip_mag_show(b);
	withdraw_old(b);
	upload(n);
}
