/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: who comes to an access link without being announced, and who leaves it without a word
 *
 * Where the link itself tells nothing, a host is noticed by what it sends: a router solicitation, a message to DHCP
 * servers, or any frame at all [RFC 5213 6.9.1.1 leaves the means to the access]. That packet is handled as any other
 * afterwards, so a solicitation is answered when the registration is.
 *
 * That it is gone shows by neighbour unreachability detection: after MN_SILENCE_TIME without a frame of it the address
 * that it used last is probed, MAX_UNICAST_SOLICIT times, RETRANS_TIMER apart. In draft 02 the silence alone is enough
 * [R5213d-6.13-05]; RFC 5213 took that away. A lifetime is not extended while it is in doubt that the mobile node is
 * there [R5213d-6.13-01] [R5213d-6.13-02], and a revocation because of a handover is not answered before its absence is
 * verified [RFC 5846 9.1].
 */
#include "proto/pmip_mag_priv.h"

#include <string.h>

#include "base/mem.h"
#include "wire/icmp6.h"
#include "wire/ip.h"
#include "wire/ip4.h"

/* ---- what a frame shows ------------------------------------------------------------------------------------------ */

static uint8_t kind_of(uint16_t type, const uint8_t *p, uint32_t n)
{
	uint32_t at = type == ETYPE_IP4 && n ? (p[0] & 15u) * 4 : IP6_LEN;
	uint16_t server = type == ETYPE_IP4 ? PORT_DHCP4_SERVER : PORT_DHCP6_SERVER;
	uint8_t proto;

	if ((type != ETYPE_IP4 && type != ETYPE_IP6) || n < at + 4 || at < 20)
		return PMIP_COMES_DATA;
	proto = type == ETYPE_IP4 ? p[9] : p[6];
	if (type == ETYPE_IP6 && proto == PROTO_ICMP6 && p[at] == ICMP6_T_RS)
		return PMIP_COMES_RS | PMIP_COMES_DATA;
	if (proto == PROTO_UDP && load16(p + at + 2) == server)
		return PMIP_COMES_DHCP | PMIP_COMES_DATA;
	return PMIP_COMES_DATA;
}

/* The address that the host sends from; a probe goes there. */
static void learn(struct pmip_mn_rare *r, uint16_t type, const uint8_t *p, uint32_t n)
{
	struct ip6_addr a;
	struct ip4_addr a4;

	if (type == ETYPE_IP6 && n >= IP6_LEN) {
		memcpy(a.o, p + 8, sizeof a.o);
		if (!ip6_is_zero(&a) && !ip6_is_multicast(&a))
			r->addr = a;
	} else if (type == ETYPE_IP4 && n >= IP4_LEN) {
		memcpy(a4.o, p + 12, sizeof a4.o);
		if (!ip4_is_zero(a4) && (ip6_is_zero(&r->addr) || dsmip_is_mapped(&r->addr)))
			r->addr = ip6_mapped(a4);
	}
}

/* ---- a revocation in doubt --------------------------------------------------------------------------------------- */

/* What waited is looked at as if it had come now. n may be gone afterwards. */
static void decide(struct pmip_mag *m, struct pmip_mn_rare *r)
{
	struct mag_doubt d, *kept = r->doubt ? slab_get(&m->doubts, r->doubt) : NULL;
	struct net_rx rx = { .host = m->h };
	struct pmip_rx x;

	r->doubt = 0;
	if (!kept)
		return;
	d = *kept;
	slab_free(&m->doubts, d.self);
	x = (struct pmip_rx){ .transport = (enum pmip_transport)d.transport, .src = d.src, .dst = d.dst, .sport = d.sport };
	x.d.rx = &rx;
	x.d.mh = d.mh;
	x.d.mh_len = d.len;
	if (mh_decode(d.mh, d.len, &x.d.m, NULL))
		pmip_mag_bri(m, &x);
}

/* ---- silence ----------------------------------------------------------------------------------------------------- */

static void quiet(struct moor_world *w, struct moor_timer *t);

static void wait_for_silence(struct pmip_mn_rare *r)
{
	moor_timer_at(mag_world(r->m), &r->timer, r->heard + mag_timer(r->m, T_MN_SILENCE), quiet);
}

/*
 * [RFC 4861 7.3.3] to where it was heard from last; who sent nothing yet has a link-local address at least, and so has
 * one that lost the other since: it gets every second probe.
 */
static void probe(struct pmip_mn_rare *r, const struct pmip_mn *n)
{
	bool other = ip6_is_zero(&r->addr) || r->probes & 1;
	struct ip6_addr to = other ? ip6_link_local(mac_iid(&n->mac)) : r->addr;

	r->probes++;
	net_probe_host(mn_iface(n), &to, &n->mac);
	moor_timer_in(mag_world(r->m), &r->timer, mag_timer(r->m, T_RETRANS), quiet);
}

/* Whoever revoked its session has the answer first: then there is nothing to be de-registered. */
static void gone(struct pmip_mag *m, struct pmip_mn *n, struct pmip_mn_rare *r)
{
	struct mac_addr mac = n->mac;

	n->there = false;
	decide(m, r);
	n = pmip_mag_mn(m, &mac);
	if (!n || n->there)
		return;
	n->there = true;			/* as far as the rest of the MAG knows */
	pmip_mag_detached(m, &mac);
}

static void quiet(struct moor_world *w, struct moor_timer *t)
{
	struct pmip_mn_rare *r = MOOR_CONTAINER(t, struct pmip_mn_rare, timer);
	struct pmip_mag *m = r->m;
	struct pmip_mn *n = slab_get(&m->mns, r->mn);
	uint8_t going = m->access[n->access].going;

	if (!r->probes && moor_world_now(w) < r->heard + mag_timer(m, T_MN_SILENCE)) {
		wait_for_silence(r);
		return;
	}
	if (going & PMIP_GOES_SILENCE && mag_draft(m) && !r->probes)
		gone(m, n, r);
	else if (!(going & PMIP_GOES_NUD))
		return;				/* the next frame starts it again */
	else if (r->probes < mag_timer(m, T_UNICAST_SOLICIT))
		probe(r, n);
	else
		gone(m, n, r);
}

static void alive(struct pmip_mn *n, struct pmip_mn_rare *r)
{
	bool probed = r->probes > 0;

	r->heard = moor_world_now(mag_world(r->m));
	r->probes = 0;
	if (probed || !moor_timer_pending(&r->timer))
		wait_for_silence(r);
	if (probed)
		pmip_mag_certain(n);
	if (r->doubt)
		decide(n->m, r);
}

/* ---- for the rest of the MAG ------------------------------------------------------------------------------------- */

void pmip_mag_watch(struct pmip_mn *n)
{
	struct pmip_mag *m = n->m;
	struct pmip_mn_rare *r;

	if (!(m->access[n->access].going & (PMIP_GOES_NUD | PMIP_GOES_SILENCE)))
		return;
	r = pmip_mn_rare_new(n);
	r->heard = moor_world_now(mag_world(m));
	r->probes = 0;
	wait_for_silence(r);
}

void pmip_mag_unwatch(struct pmip_mn *n)
{
	struct pmip_mag *m = n->m;
	struct pmip_mn_rare *r = pmip_mn_rare(n);

	if (!r)
		return;
	moor_timer_cancel(mag_world(m), &r->timer);
	if (r->doubt)
		slab_free(&m->doubts, r->doubt);
	slab_free(&m->mn_rares, r->self);
	n->rare = 0;
}

bool pmip_mag_sure(struct pmip_mn *n)
{
	struct pmip_mn_rare *r = pmip_mn_rare(n);
	struct pmip_mag *m = n->m;

	if (!r || !(m->access[n->access].going & PMIP_GOES_NUD))
		return n->there;
	if (moor_world_now(mag_world(m)) - r->heard <= mag_timer(m, T_RETRANS))
		return n->there;
	if (!r->probes)
		probe(r, n);
	return false;
}

bool pmip_mag_doubt(struct pmip_mn *n, const struct pmip_rx *x)
{
	struct pmip_mn_rare *r = pmip_mn_rare(n);
	struct pmip_mag *m = n->m;
	struct mag_doubt *d;
	moor_handle h;

	if (!r || !n->there || !(m->access[n->access].going & PMIP_GOES_NUD) || x->d.mh_len > sizeof d->mh)
		return false;
	if (moor_world_now(mag_world(m)) == r->heard)
		return false;			/* it has just said so itself */
	if (!r->doubt) {
		d = slab_alloc(&m->doubts, &h);
		*d = (struct mag_doubt){ .self = h, .src = x->src, .dst = x->dst, .sport = x->sport,
					 .transport = (uint8_t)x->transport, .len = (uint16_t)x->d.mh_len };
		memcpy(d->mh, x->d.mh, x->d.mh_len);
		r->doubt = h;
	}
	if (!r->probes)
		probe(r, n);
	return true;
}

void pmip_mag_heard(void *owner, struct net_iface *i, const struct mac_addr *from, uint16_t ethertype,
		    const uint8_t *packet, uint32_t len)
{
	struct pmip_mag *m = owner;
	struct pmip_mn *n = pmip_mag_mn(m, from);
	struct pmip_mn_rare *r;
	unsigned k = 0;

	while (k < m->n_access && m->access[k].i != i)
		k++;
	if (k == m->n_access)
		return;
	/* sent before it left: its new link told that it came, and would have told that it left */
	if (n && n->there && n->access != k && m->access[n->access].going & PMIP_GOES_LINK)
		return;
	if (!(n && n->there && n->access == k) && m->access[k].coming & kind_of(ethertype, packet, len)) {
		if (n && n->there)		/* it was on another of our links: nobody noticed */
			pmip_mag_detached(m, from);
		pmip_mag_appeared(m, k, from);
		n = pmip_mag_mn(m, from);
	}
	r = n && n->there && n->access == k ? pmip_mn_rare(n) : NULL;
	if (!r || !(m->access[k].going & (PMIP_GOES_NUD | PMIP_GOES_SILENCE)))
		return;
	learn(r, ethertype, packet, len);
	alive(n, r);
}

void pmip_mag_detection(struct pmip_mag *m, struct net_iface *i, uint8_t coming, uint8_t going)
{
	for (unsigned k = 0; k < m->n_access; k++) {
		if (m->access[k].i != i)
			continue;
		m->access[k].coming = coming;
		m->access[k].going = going;
	}
	if (coming & ~PMIP_COMES_LINK || going & ~PMIP_GOES_LINK)
		net_iface_watch(i);
}
