/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the care-of addresses of a binding cache entry that has BIDs
 *
 * The store behind dsmip_ha_bid.c: up to sixteen of them, each with its tunnel and lifetime [RFC 5648 4.1, 6.1], and
 * what others ask of it: is this packet from one of them [RFC 5648 6.5], take this one back, which are there. The
 * entry's own timer is that of the care-of address that ends first, and the entry itself shows the strongest one
 * abroad: for signalling that belongs to no BID.
 */
#include "base/mem.h"
#include "proto/dsmip_ha_ifom.h"

const struct care_of *dsmip_ha_care_at(const struct bce_mcoa *m, uint16_t bid)
{
	int at = m ? ifom_bid_find(&m->table, bid) : -1;

	return at < 0 ? NULL : &m->care[at];
}

void dsmip_ha_care_record(const struct bce *b, int at, enum rec_binding what)
{
	const struct bce_mcoa *m = bce_mcoa(b);
	const struct care_of *c = &m->care[at];
	struct bce seen = *b;

	seen.remote = c->remote;
	seen.coa4 = c->coa4;
	seen.lifetime = c->lifetime;
	seen.port = c->port;
	seen.encap = c->encap;
	dsmip_ha_record_bid(&seen, what, MH_BA_ACCEPTED, m->table.bids[at].bid);
}

void dsmip_ha_care_end(struct bce *b, int at, enum rec_binding what)
{
	struct bce_mcoa *m = bce_mcoa(b);

	dsmip_ha_care_record(b, at, what);
	ifom_bid_remove(&m->table, m->table.bids[at].bid);
	m->care[at] = (struct care_of){ 0 };
}

struct bce_mcoa *dsmip_ha_care_make(struct bce *b)
{
	struct bce_rare *x = bce_rare_make(b);
	moor_handle h;

	if (x->mcoa)
		return x->mcoa;
	x->mcoa = slab_alloc(&b->a->mcoa, &h);
	x->mcoa->self = h;
	return x->mcoa;
}

void dsmip_ha_bid_forget(struct bce *b)
{
	struct bce_mcoa *m = bce_mcoa(b);

	if (!m)
		return;
	ifom_done(&m->table);
	mem_free(m->waiting);
	slab_free(&b->a->mcoa, m->self);
	bce_rare(b)->mcoa = NULL;
}

/* The entry as the strongest BID has it; on the home link as a foreign one has it while there is one. */
static void mirror(struct bce *b)
{
	const struct bce_mcoa *m = bce_mcoa(b);
	const struct care_of *c;
	uint16_t abroad = 0;
	int at;

	for (at = 0; at < (int)IFOM_BIDS; at++)
		abroad |= (uint16_t)(!m->care[at].home << at);
	at = ifom_bid_strongest(&m->table, abroad);
	if (at < 0)
		at = ifom_bid_default(&m->table);
	if (at < 0)
		return;
	c = &m->care[at];
	b->remote = c->remote;
	b->coa4 = c->coa4;
	b->port = c->port;
	b->encap = c->encap;
	b->nat = c->nat;
}

/* The IKE SA follows the strongest BID [RFC 5648 9.1 lets the UE choose one]. */
void dsmip_ha_care_settle(struct dsmip_ha *a, struct bce *b, const struct ip6_addr *was)
{
	mirror(b);
	if (a->sec && b->k && !ip6_eq(was, &b->remote))
		s2c_ha_moved(a->sec, &b->hoa, &b->remote);
}

static void some_expired(struct moor_world *w, struct moor_timer *t);

/* The entry's timer is that of the care-of address that ends first. */
void dsmip_ha_care_arm(struct bce *b)
{
	const struct bce_mcoa *m = bce_mcoa(b);
	moor_time first = MOOR_NEVER, now = moor_world_now(ha_world(b->a));

	for (unsigned at = 0; at < IFOM_BIDS; at++) {
		if (m->table.bids[at].bid && m->care[at].expires < first)
			first = m->care[at].expires;
	}
	moor_timer_in(ha_world(b->a), &b->timer, first > now ? first - now : 0, some_expired);
}

static void some_expired(struct moor_world *w, struct moor_timer *t)
{
	struct bce *b = MOOR_CONTAINER(t, struct bce, timer);
	const struct bce_mcoa *m = bce_mcoa(b);
	struct ip6_addr was = b->remote;

	for (int at = 0; at < (int)IFOM_BIDS; at++) {
		if (m->table.bids[at].bid && m->care[at].expires <= moor_world_now(w))
			dsmip_ha_care_end(b, at, BINDING_EXPIRED);
	}
	if (ifom_bid_default(&m->table) < 0) {
		dsmip_ha_drop_entry(b, DSMIP_BCE_EV_EXPIRED);
		return;
	}
	dsmip_ha_care_settle(b->a, b, &was);
	dsmip_ha_care_arm(b);
}

/* ---- for others -------------------------------------------------------------------------------------------------- */

bool dsmip_ha_bid_remove(struct bce *b, uint16_t bid, enum rec_binding what)
{
	struct bce_mcoa *m = bce_mcoa(b);
	int at = m ? ifom_bid_find(&m->table, bid) : -1;
	struct ip6_addr was = b->remote;

	if (at < 0 || !bce_stands(b) || dsmip_ha_bids(b, (uint16_t [IFOM_BIDS]){ 0 }) == 1)
		return false;
	dsmip_ha_care_end(b, at, what);
	dsmip_ha_care_settle(b->a, b, &was);
	dsmip_ha_care_arm(b);
	return true;
}

unsigned dsmip_ha_bids(const struct bce *b, uint16_t bid[16])
{
	const struct bce_mcoa *m = bce_mcoa(b);
	unsigned n = 0;

	for (unsigned at = 0; m && at < IFOM_BIDS; at++) {
		if (m->table.bids[at].bid)
			bid[n++] = m->table.bids[at].bid;
	}
	return n;
}

bool dsmip_ha_bid_from(const struct bce *b, const struct net_outer *o)
{
	const struct bce_mcoa *m = bce_mcoa(b);

	for (unsigned at = 0; m && at < IFOM_BIDS; at++) {
		const struct care_of *c = &m->care[at];

		if (m->table.bids[at].bid && ip6_eq(&o->src, &c->remote) &&
		    (c->encap != ENCAP_UDP4 || (o->encap == ENCAP_UDP4 && o->sport == c->port)))
			return true;
	}
	return false;
}

bool dsmip_ha_bid_has(const struct bce *b, const struct ip6_addr *care_of, uint8_t *encap)
{
	const struct bce_mcoa *m = bce_mcoa(b);
	uint8_t unused;

	encap = encap ? encap : &unused;
	*encap = b->encap;
	for (unsigned at = 0; m && at < IFOM_BIDS; at++) {
		if (m->table.bids[at].bid && ip6_eq(&m->care[at].remote, care_of)) {
			*encap = m->care[at].encap;
			return true;
		}
	}
	return !m && ip6_eq(&b->remote, care_of);
}

unsigned dsmip_ha_care_of(const struct dsmip_ha *a, const struct ip6_addr *hoa, struct dsmip_care_view *out,
			  unsigned max)
{
	const struct bce *b = dsmip_ha_find(a, hoa);
	const struct bce_mcoa *m = b ? bce_mcoa(b) : NULL;
	unsigned n = 0;

	for (unsigned at = 0; m && at < IFOM_BIDS; at++) {
		const struct care_of *c = &m->care[at];

		if (!m->table.bids[at].bid)
			continue;
		if (n < max)
			out[n] = (struct dsmip_care_view){
				.bid = m->table.bids[at].bid, .priority = m->table.bids[at].priority, .home = c->home,
				.udp_port = c->encap == ENCAP_UDP4 ? c->port : 0, .nat = c->nat, .care_of = c->remote,
				.care_of4 = c->coa4, .expires = c->expires,
			};
		n++;
	}
	return n;
}

const struct ifom_table *dsmip_ha_flow_table(const struct dsmip_ha *a, const struct ip6_addr *hoa)
{
	const struct bce *b = dsmip_ha_find(a, hoa);
	const struct bce_mcoa *m = b ? bce_mcoa(b) : NULL;

	return m ? &m->table : NULL;
}
