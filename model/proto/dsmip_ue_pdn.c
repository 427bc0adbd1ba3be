/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: several PDN connections of one UE [24.303 4.3]
 *
 * Each is a struct dsmip_ue of its own, with its own home agent, security association, home address and binding, so
 * every procedure of clause 5 runs per PDN connection without knowing of the others [R24303-4.3-01] [R24303-4.3-03]
 * [R24303-4.3-04] [R24303-4.3-05] [R24303-4.3-06] [R24303-4.3-07]. What they share is the host. It knows one
 * owner of its hooks: the first one, behind the hooks of this file, which hand on
 *
 *	packets to be sent		to the one whose source it is
 *	tunnels and Mobility Headers	to the one whose home address they are for
 *	carriers, adverts, addresses	to all: each looks by itself where the UE is
 *
 * A UE with one PDN connection has the hooks of dsmip_ue_path.c and never comes here.
 *
 * Tunnel loops [R24303-4.3-02]: the home addresses of one PDN connection are never taken for care-of addresses of
 * another, so the bindings of one UE cannot go round in a circle. What home agents do about it is in
 * dsmip_ha_bu.c (check_policy) and net/loop.c.
 */
#include "proto/dsmip_ue_priv.h"

#include <assert.h>
#include <string.h>

#define BE_HOME_ADDRESS 8u		/* where it stands in a Binding Error [RFC 6275 6.1.9] */

/* ---- the list ---------------------------------------------------------------------------------------------------- */

struct dsmip_ue *dsmip_ue_pdn_first(const struct dsmip_ue *d)
{
	const struct dsmip_ue_rare *x = dsmip_ue_rare(d);

	return x && x->first_pdn ? x->first_pdn : (struct dsmip_ue *)(uintptr_t)d;
}

struct dsmip_ue *dsmip_ue_pdn_next(const struct dsmip_ue *d)
{
	const struct dsmip_ue_rare *x = dsmip_ue_rare(d);

	return x ? x->next_pdn : NULL;
}

unsigned dsmip_ue_pdn_number(const struct dsmip_ue *d)
{
	return ue_pdn(d);
}

/* A fault that scenarios ask for: nobody hinders a UE from naming an address that leads elsewhere. */
void dsmip_ue_claim(struct dsmip_ue *d, const struct ip6_addr *coa)
{
	dsmip_ue_rare_make(d)->false_coa = *coa;
	if (d->machine.state == DSMIP_REGISTERED)
		dsmip_ue_series(d);
}

const struct ip6_addr *dsmip_ue_claimed_coa(const struct dsmip_ue *d)
{
	const struct dsmip_ue_rare *x = dsmip_ue_rare(d);

	return x && !ip6_is_zero(&x->false_coa) ? &x->false_coa : &d->coa;
}

#define EACH_PDN(d, owner) for (struct dsmip_ue *d = (owner); d; d = dsmip_ue_pdn_next(d))

bool dsmip_ue_pdn_taken(const struct dsmip_ue *d, const struct ip6_addr *a)
{
	EACH_PDN(o, dsmip_ue_pdn_first(d))
		if (o != d && dsmip_ue_knows_hoa(o) && ue_in_hnp(o, a))
			return true;
	return false;
}

/* ---- packets out and in ------------------------------------------------------------------------------------------ */

static const struct net_tunnel *divert(void *owner, const struct ip6_addr *src, const struct ip6_addr *dst,
				       const uint8_t *packet, uint32_t len, bool forwarded, struct net_tunnel *room)
{
	const struct net_tunnel *t;

	EACH_PDN(d, owner) {
		t = dsmip_ue_hooks.divert(d, src, dst, packet, len, forwarded, room);
		if (t)
			return t;
	}
	return NULL;
}

static bool tunnel_in(void *owner, const struct net_rx *outer, const struct ip6_addr *inner_src,
		      const struct ip6_addr *inner_dst, const uint8_t *inner, uint32_t len)
{
	EACH_PDN(d, owner)
		if (!dsmip_ue_tunnel_fault(d, &outer->outer, inner_dst))
			return dsmip_ue_hooks.tunnel_in(d, outer, inner_src, inner_dst, inner, len);
	return dsmip_ue_hooks.tunnel_in(owner, outer, inner_src, inner_dst, inner, len);
}

static bool home_address_in(void *owner, const struct net_rx *rx, const struct ip6_addr *home_address)
{
	return dsmip_ue_hooks.home_address_in(owner, rx, home_address);
}

static bool rh2_in(void *owner, const struct net_rx *rx, const struct ip6_addr *home_address)
{
	EACH_PDN(d, owner)
		if (dsmip_ue_rh2_fits(d, rx, home_address))
			return dsmip_ue_hooks.rh2_in(d, rx, home_address);
	return dsmip_ue_hooks.rh2_in(owner, rx, home_address);
}

static struct dsmip_ue *of_home_address(struct dsmip_ue *first, const struct ip6_addr *hoa)
{
	EACH_PDN(d, first)
		if (ip6_eq(hoa, &d->hoa))
			return d;
	return NULL;
}

/*
 * Whom a Mobility Header is for: its final destination says it; a Binding Error, which comes to the care-of address,
 * names the home address it is about. What names none is for whoever has a binding at its sender.
 */
static struct dsmip_ue *meant(struct dsmip_ue *first, const struct net_rx *rx)
{
	struct dsmip_ue *d = rx->ip6 ? of_home_address(first, ip6_upper_dst(rx->ip6)) : NULL;
	struct ip6_addr named;

	if (d || !rx->ip6)
		return d ? d : first;
	if (rx->payload_len >= BE_HOME_ADDRESS + sizeof named.o && rx->payload[2] == MH_BE) {
		memcpy(named.o, rx->payload + BE_HOME_ADDRESS, sizeof named.o);
		d = of_home_address(first, &named);
		if (d)
			return d;
	}
	EACH_PDN(o, first)
		if (o->machine.state != DSMIP_IDLE && ip6_eq(&rx->ip6->h.src, &ue_ha(o)->a6))
			return o;
	return first;
}

static void input(void *owner, struct net_rx *rx)
{
	dsmip_ue_input(meant(owner, rx), rx);
}

/* ---- events ------------------------------------------------------------------------------------------------------ */

static void on_carrier(void *owner, struct net_iface *i, bool up)
{
	EACH_PDN(d, owner)
		dsmip_ue_events.carrier(d, i, up);
}

static void on_address(void *owner, struct net_iface *i, const struct ip6_addr *addr, enum rec_address what)
{
	EACH_PDN(d, owner)
		dsmip_ue_events.address(d, i, addr, what);
}

static void on_advert(void *owner, struct net_iface *i, const struct ip6_addr *router,
		      const struct ip6_prefix *prefixes, unsigned n, bool new_link)
{
	EACH_PDN(d, owner)
		dsmip_ue_events.advert(d, i, router, prefixes, n, new_link);
}

static void on_router_lost(void *owner, struct net_iface *i, bool v4)
{
	EACH_PDN(d, owner)
		dsmip_ue_events.router_lost(d, i, v4);
}

/* To those whose home address the cited packet had; each knows whether that says anything. */
static void on_icmp_error(void *owner, const struct net_rx *rx, uint8_t type, uint8_t code, uint32_t arg,
			  const uint8_t *inner, uint32_t inner_len)
{
	struct dsmip_ue *d = NULL;
	struct ip6_packet k;

	if (rx->ip6 && ip6_decode_capture(inner, inner_len, &k, NULL))
		d = of_home_address(owner, ip6_upper_src(&k));
	if (d)
		dsmip_ue_events.icmp_error(d, rx, type, code, arg, inner, inner_len);
	else
		EACH_PDN(o, owner)
			dsmip_ue_events.icmp_error(o, rx, type, code, arg, inner, inner_len);
}

static const struct net_service services[] = { { .number = DSMIP_PROTO_MH, .proto = input } };

static const struct net_events events = {
	.services = services, .n_services = 1, .carrier = on_carrier, .address = on_address, .advert = on_advert,
	.router_lost = on_router_lost, .icmp_error = on_icmp_error,
};

static const struct net_hooks hooks = {
	.events = &events,
	.divert = divert, .tunnel_in = tunnel_in, .home_address_in = home_address_in, .rh2_in = rh2_in,
};

/* ---- making ------------------------------------------------------------------------------------------------------ */

struct dsmip_ue *dsmip_ue_pdn_new(struct dsmip_ue *first, const struct dsmip_ue_profile *p,
				  const struct ip6_prefix *hnp, const struct ip6_addr *hoa, struct ip4_addr hoa4,
				  size_t room)
{
	struct dsmip_ue *last = first, *d;

	while (dsmip_ue_pdn_next(last))
		last = dsmip_ue_pdn_next(last);
	assert(!ue_pdn(first) && !first->p->security == !p->security && ue_pdn(last) + 1 < DSMIP_PDN_MAX);
	d = dsmip_ue_new(first->h, p, hnp, hoa, hoa4, room);
	dsmip_ue_rare_make(d)->first_pdn = first;
	dsmip_ue_rare(d)->pdn = (uint8_t)(ue_pdn(last) + 1);
	dsmip_ue_rare_make(last)->next_pdn = d;
	dsmip_ue_rare_make(first)->first_pdn = first;
	net_host_hooks_of(first->h, &hooks, first);
	return d;
}
