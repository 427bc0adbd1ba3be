/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the UE as a mobile router with delegated prefixes
 *
 * [RFC 6276 3; RFC 3963 5; 24.303 5.1.1] A UE that is registered asks its home agent for prefixes: abroad through a
 * relay in the same node, in the tunnel or with a Home Address option; at home with plain DHCPv6 on the home link.
 * Packets of the network behind it go and come through the tunnel of the binding, whatever link the UE is on; without a
 * binding, and away from home, they are dropped. When the PDN connection ends, the network hears that its router is
 * gone. A lease outlives its binding: a UE that registers again has it confirmed by a Rebind before the network is
 * told.
 *
 * Does not: explicit mode (Mobile Network Prefix option), several mobile links, prefixes shared among them.
 * [R24303-5.1.1-08] [R24303-5.1.1-09] [R24303-5.1.2.4-52]
 */
#include "proto/dsmip_ue_pd.h"

#include "net/router.h"
#include "proto/dhcp4_inform.h"
#include "proto/dhcp6.h"
#include "proto/dsmip_ue_priv.h"

struct dsmip_ue_pd {
	struct dsmip_ue *d;
	uint8_t inside;			/* number of the interface of the mobile network; 0: none */
	uint8_t n;			/* prefixes held */
	bool shown;			/* advertised as a default router */
	bool doubtful;			/* the binding was gone since: Rebind first */
	struct dhcp6_lease lease[DHCP6_MAX_LEASES];
	moor_time from;			/* the lifetimes count from here */
	moor_handle client, info;
	struct dhcp4_inform inform;
};

static const char pd_key;

static struct dsmip_ue_pd *pd_of(const struct dsmip_ue *d)
{
	return d->rare ? dsmip_ue_rare(d)->pd : NULL;
}

static struct dsmip_ue_pd *pd_make(struct dsmip_ue *d)
{
	struct dsmip_ue_rare *x = dsmip_ue_rare_make(d);
	moor_handle h;

	if (!x->pd) {
		x->pd = slab_alloc(world_slab(ue_world(d), &pd_key, "dsmip-ue-pd", sizeof *x->pd), &h);
		x->pd->d = d;
	}
	return x->pd;
}

static struct net_iface *inside_of(const struct dsmip_ue_pd *x)
{
	return x->inside ? net_iface_numbered(x->d->h, x->inside) : NULL;
}

/* Packets of the home address, and so of what is behind it, get through. */
static bool served(const struct dsmip_ue *d)
{
	return d->at_home || d->bound;
}

/* The PDN connection lasts, though packets may be lost during a movement: no reason to tell the network. */
static bool connected(const struct dsmip_ue *d)
{
	return d->machine.state != DSMIP_IDLE && d->machine.state != DSMIP_DISCOVER &&
	       d->machine.state != DSMIP_DETACHING && d->machine.state != DSMIP_SWITCHING;
}

/* ---- the mobile network ------------------------------------------------------------------------------------------ */

static struct ip6_prefix first64(const struct ip6_prefix *p)
{
	return ip6_prefix_make(&p->addr, 64);
}

static uint32_t left_of(const struct dsmip_ue_pd *x, uint32_t seconds)
{
	moor_time gone = (moor_world_now(ue_world(x->d)) - x->from) / MOOR_S;

	if (seconds == DHCP6_INFINITE)
		return seconds;
	return gone < (moor_time)seconds ? seconds - (uint32_t)gone : 0;
}

/* [RFC 4861 6.2] usable: as a default router with prefixes; otherwise both are taken back */
static void advertise(struct dsmip_ue_pd *x, bool usable)
{
	struct router_advert a = router_advert_default;

	a.interval_min = 3 * MOOR_S;
	a.interval_max = 10 * MOOR_S;
	a.min_delay = 0;
	a.lifetime = usable ? 30 : 0;
	for (unsigned i = 0; i < x->n && a.n < ROUTER_PREFIX_MAX; i++)
		a.prefixes[a.n++] = (struct router_prefix){
			.prefix = first64(&x->lease[i].prefix), .on_link = true, .autonomous = true,
			.valid = left_of(x, x->lease[i].valid),
			.preferred = usable ? left_of(x, x->lease[i].preferred) : 0,
		};
	router_advertise(inside_of(x), &a);
	x->shown = usable;
}

static void show(struct dsmip_ue_pd *x)
{
	bool usable = x->n && !x->doubtful && connected(x->d);

	if (inside_of(x) && x->n && usable != x->shown)
		advertise(x, usable);
}

/* Our own address there is the first of the prefix [RFC 4291 2.6.1 keeps the zeroth]. */
static void settle(struct dsmip_ue_pd *x, bool there)
{
	struct net_iface *i = inside_of(x);

	for (unsigned k = 0; i && k < x->n; k++) {
		struct ip6_prefix p = first64(&x->lease[k].prefix);
		struct ip6_addr own = ip6_from_prefix_iid(&p, 1);

		if (there)
			net_address_add(i, &own, 64);
		else
			net_address_remove(i, &own);
	}
}

static void drop_prefixes(struct dsmip_ue_pd *x)
{
	if (x->n && inside_of(x)) {
		advertise(x, false);
		router_advertise(inside_of(x), NULL);
	}
	settle(x, false);
	x->n = 0;
	x->shown = false;
	x->doubtful = false;
}

void dsmip_ue_mobile_network(struct dsmip_ue *d, struct net_iface *inside)
{
	pd_make(d)->inside = ue_number(inside);
}

struct net_iface *dsmip_ue_inside(const struct dsmip_ue *d)
{
	return pd_of(d) ? inside_of(pd_of(d)) : NULL;
}

bool dsmip_ue_pd_owns(const struct dsmip_ue *d, const struct ip6_addr *a)
{
	const struct dsmip_ue_pd *x = pd_of(d);

	for (unsigned i = 0; x && i < x->n; i++)
		if (ip6_in_prefix(a, &x->lease[i].prefix))
			return true;
	return false;
}

/* ---- packets ----------------------------------------------------------------------------------------------------- */

static bool is_on_link(const struct dsmip_ue_pd *x, const struct ip6_addr *a)
{
	for (unsigned i = 0; i < x->n; i++)
		if (ip6_same_prefix(a, &x->lease[i].prefix.addr, 64))
			return true;
	return false;
}

/* Of no network behind this UE, whichever of its PDN connections that is of. */
static bool is_transit(const struct dsmip_ue *d, const struct ip6_addr *src, const struct ip6_addr *dst)
{
	for (const struct dsmip_ue *o = dsmip_ue_pdn_first(d); o; o = dsmip_ue_pdn_next(o))
		if (dsmip_ue_pd_owns(o, src) || dsmip_ue_pd_owns(o, dst))
			return false;
	return true;
}

/*
 * [RFC 3963 5.5, 5.6] What is forwarded: into the network only to its link; out of it only from its prefixes and by the
 * home agent; what we send ourselves from there the same way. A UE is nobody else's router.
 */
const struct net_tunnel *dsmip_ue_pd_divert(struct dsmip_ue *d, const struct ip6_addr *src, const struct ip6_addr *dst,
					    const uint8_t *packet, uint32_t len, bool forwarded,
					    struct net_tunnel *room)
{
	struct dsmip_ue_pd *x = pd_of(d);

	if (!x || dsmip_is_mapped(src) || ip6_is_multicast(dst) || ip6_is_link_local(dst))
		return NULL;
	if (dsmip_ue_pd_owns(d, dst))
		return is_on_link(x, dst) ? NULL : &net_tunnel_discard;
	if (!dsmip_ue_pd_owns(d, src))
		return forwarded && is_transit(d, src, dst) ? &net_tunnel_discard : NULL;
	if (dsmip_ue_mcoa(d))		/* by the same rules as packets of its own [RFC 6089 5.2] */
		return dsmip_ue_steer(d, src, packet, len, room);
	if (d->at_home)
		return NULL;
	*room = dsmip_ue_tunnel(d);
	if (!d->bound || !d->r || !net_iface_up(room->via) || !net_address_is_ours(d->h, &room->local))
		return &net_tunnel_discard;
	d->last_up = moor_world_now(ue_world(d));
	return room;
}

/* ---- DHCPv6 ------------------------------------------------------------------------------------------------------ */

/*
 * [RFC 6276 3.1] from the home address to the home agent: with a Home Address option where that is possible, else in
 * the tunnel like everything of the home address.
 */
static void by_home_address(void *owner, struct moor_pkt *p, struct net_send *s)
{
	struct dsmip_ue_pd *x = owner;
	struct dsmip_ue *d = x->d;
	struct ip6_addr coa;
	struct net_iface *via = dsmip_ue_registered(d, &coa);

	if (d->bound && !dsmip_is_mapped(&coa) && !ip6_eq(&coa, &d->hoa)) {
		s->home_address = &d->hoa;
		s->src = coa;
		s->via = via;
		s->no_divert = true;
	}
	net_udp_send(d->h, p, s, 547, 547);
}

/* [RFC 6276 3.2] at home the relay is out of it */
static struct dhcp6_way way_of(const struct dsmip_ue *d)
{
	struct dhcp6_way w = { .link = NULL };

	if (d->at_home) {
		w.link = ue_via(d);
		return w;
	}
	w.own = d->hoa;
	w.server = ue_ha(d)->a6;
	w.send = by_home_address;
	return w;
}

static void on_bound(void *owner, const struct dhcp6_lease *l, unsigned n)
{
	struct dsmip_ue_pd *x = owner;
	bool same = x->n == n;

	for (unsigned i = 0; same && i < n; i++)
		same = ip6_prefix_eq(&x->lease[i].prefix, &l[i].prefix);
	if (!same)
		drop_prefixes(x);
	memcpy(x->lease, l, n * sizeof *l);
	x->n = (uint8_t)n;
	x->from = moor_world_now(ue_world(x->d));
	x->doubtful = false;
	if (!same)
		settle(x, true);
	if (inside_of(x) && connected(x->d))
		advertise(x, true);	/* the lifetimes are new even where nothing else is */
}

static void on_lost(void *owner, enum dhcp6_failure why)
{
	struct dsmip_ue_pd *x = owner;

	(void)why;
	x->client = 0;
	drop_prefixes(x);
}

static const struct dhcp6_lease_ops lease_ops = { .bound = on_bound, .lost = on_lost };

bool dsmip_ue_request_prefix(struct dsmip_ue *d, const struct dsmip_ue_pd_ask *ask)
{
	struct dhcp6_lease_ask a = { .pd = true, .iaid = 1 + ue_pdn(d), .prefix_len = ask->prefix_len, .rapid = ask->rapid,
				     .solicits = ask->solicits, .timers = d->p->timers };
	struct dsmip_ue_pd *x = pd_make(d);

	if (!served(d) || dhcp6_client_running(d->h, x->client))
		return false;
	a.way = way_of(d);
	x->client = dhcp6_lease_start(d->h, &a, &lease_ops, x);
	return true;
}

void dsmip_ue_release_prefix(struct dsmip_ue *d)
{
	struct dsmip_ue_pd *x = pd_of(d);

	if (x)
		dhcp6_lease_release(d->h, x->client);
}

unsigned dsmip_ue_delegated(const struct dsmip_ue *d, struct ip6_prefix *out, unsigned max)
{
	const struct dsmip_ue_pd *x = pd_of(d);
	unsigned n = 0;

	for (; x && n < x->n && n < max; n++)
		out[n] = x->lease[n].prefix;
	return n;
}

/*
 * The UE is somewhere else, or registered, or not any more. [RFC 6276 3.1] a lease that it still has from before is
 * verified when it registers again.
 */
void dsmip_ue_pd_state(struct dsmip_ue *d)
{
	struct dsmip_ue_pd *x = pd_of(d);
	struct dhcp6_way way;

	if (!x)
		return;
	if (x->n && (d->machine.state == DSMIP_IDLE || d->machine.state == DSMIP_DISCOVER))
		x->doubtful = true;
	if (x->client && served(d)) {
		way = way_of(d);
		dhcp6_lease_way(d->h, x->client, &way);
		if (x->doubtful)
			dhcp6_lease_rebind(d->h, x->client);
	}
	show(x);
}

/* ---- further parameters ------------------------------------------------------------------------------------------ */

static void note(const struct dsmip_ue *d, const char *text)
{
	struct moor_record r;

	if (!moor_record_wanted(ue_world(d), REC_NOTE))
		return;
	MOOR_RECORD_BEGIN(&r, REC_NOTE, ue_node(d), REC_NONE, note);
	r.u.note = text;
	moor_record_emit(ue_world(d), &r);
}

static void on_info(void *owner, const struct dhcp6_info *info)
{
	struct dsmip_ue_pd *x = owner;
	char buf[256], addr[ADDR_TEXT_MAX];
	struct text t = text_on(buf, sizeof buf);

	x->info = 0;
	text_str(&t, "configured by DHCPv6:");
	for (unsigned i = 0; i < info->n_dns; i++)
		text_add(&t, " DNS %s", ip6_text(&info->dns[i], addr));
	if (info->domain)
		text_add(&t, " domain %s", info->domain);
	note(x->d, buf);
}

static void on_no_info(void *owner, enum dhcp6_failure why, const struct dhcp6_info *rest)
{
	struct dsmip_ue_pd *x = owner;

	(void)rest;
	x->info = 0;
	note(x->d, why == DHCP6_SILENCE ? "DHCPv6: no answer" : "DHCPv6: nothing to configure");
}

static const struct dhcp6_info_ops info_ops = { .got = on_info, .failed = on_no_info };

bool dsmip_ue_configure(struct dsmip_ue *d)
{
	struct dhcp6_info_ask a = { .transmissions = 4, .timers = d->p->timers };
	struct dsmip_ue_pd *x = pd_make(d);

	if (!served(d) || dhcp6_client_running(d->h, x->info))
		return false;
	a.way = way_of(d);
	x->info = dhcp6_info_start(d->h, &a, &info_ops, x);
	return true;
}

/* By DHCPv4 */

static void on_ack(struct dhcp4_inform *c, const struct dhcp4 *ack)
{
	const struct dsmip_ue_pd *x = MOOR_CONTAINER(c, struct dsmip_ue_pd, inform);
	char buf[160], addr[ADDR_TEXT_MAX];
	struct text t = text_on(buf, sizeof buf);

	text_str(&t, "configured by DHCPv4:");
	for (unsigned i = 0; ack->has & DHCP4_HAS_DNS && i < ack->n_dns; i++)
		text_add(&t, " DNS %s", ip4_text(ack->dns[i], addr));
	note(x->d, buf);
}

static void on_no_ack(struct dhcp4_inform *c)
{
	note(MOOR_CONTAINER(c, struct dsmip_ue_pd, inform)->d, "DHCPv4: no answer");
}

static const struct dhcp4_inform_ops inform_ops = { .got = on_ack, .failed = on_no_ack };

bool dsmip_ue_configure4(struct dsmip_ue *d)
{
	struct dsmip_ue_pd *x = pd_make(d);

	if (!d->bound || !d->has4 || ip4_is_zero(ue_ha(d)->a4) || x->inform.tries)
		return false;
	x->inform.h = d->h;
	x->inform.ops = &inform_ops;
	x->inform.timers = d->p->timers;
	x->inform.own = d->hoa4;
	x->inform.server = ue_ha(d)->a4;
	dhcp4_inform_start(&x->inform);
	return true;
}

bool dsmip_ue_configured4(struct dsmip_ue *d, const struct net_rx *rx)
{
	struct dsmip_ue_pd *x = pd_of(d);

	return x && dhcp4_inform_input(&x->inform, rx);
}
