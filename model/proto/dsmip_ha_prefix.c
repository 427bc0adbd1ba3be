/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the home link's prefix for mobile nodes that are away
 *
 * Mobile Prefix Advertisements [RFC 6275 10.6, 6.8]: at once to whoever solicits one, unasked after a change of the
 * prefix's lifetimes, then at a random time and again until a solicitation acknowledges it. Never more than one a
 * second to one mobile node.
 *
 * Solicitations and advertisements go unprotected: the security associations of 24.303 are for Mobility Headers alone,
 * and a shared home link has none. Not here: M and O (no DHCPv6 for home addresses), several prefixes.
 */
#include "proto/dsmip_ha_net.h"

static void due(struct moor_world *w, struct moor_timer *t);

static void send(struct bce *b, uint16_t id, uint16_t attempt)
{
	struct dsmip_ha *a = b->a;
	struct net_tunnel t = dsmip_ha_tunnel(b);
	struct icmp6 m = { .type = ICMP6_T_MPA, .id = id };
	struct net_send s = { .src = a->c.addr.a6 };

	m.opts.n_prefixes = 1;
	m.opts.prefixes[0] = (struct nd_prefix){ .addr = a->c.addr.a6, .len = a->c.hnp_pool.len, .on_link = true,
						 .autonomous = true, .router_addr = true,
						 .valid = a->c.prefix_valid_s, .preferred = a->c.prefix_preferred_s };
	if (dsmip_is_mapped(&b->remote)) {
		s.dst = b->hoa;
		s.tunnel = &t;
	} else {
		s.dst = b->remote;
		s.rh2 = &b->hoa;
	}
	bce_rare_make(b)->mpa_at = moor_world_now(ha_world(a));
	dsmip_icmp_send(a->h, &m, &s, &b->hoa, &b->remote, attempt);
}

/* [RFC 6275 6.8] */
static bool too_soon(const struct bce *b)
{
	const struct bce_rare *x = bce_rare(b);

	return x && x->mpa_at && moor_world_now(ha_world(b->a)) - x->mpa_at < 1 * MOOR_S;
}

/* net has asked whether a binding vouches for the Home Address option. */
void dsmip_ha_prefix_asked(struct dsmip_ha *a, const struct net_rx *rx, const struct icmp6 *m)
{
	const struct ip6_addr *hoa = ip6_upper_src(rx->ip6);
	struct bce *b = dsmip_ha_find(a, hoa);
	bool v4 = rx->outer.encap != ENCAP_PLAIN && dsmip_is_mapped(&rx->outer.src);

	if (m->code || (!rx->ip6->has_hao && !v4) || !b || b->machine.state != DSMIP_BCE_ACTIVE ||
	    !ip6_eq(&b->hoa, hoa)) {
		dsmip_discard(a->h, bce_index(b), "mobile-prefix-solicitation", "RFC 6275 6.7");
		return;
	}
	dsmip_icmp_record_rx(rx, m, hoa, &b->remote);
	dsmip_ha_prefix_done(b);		/* it acknowledges what was sent unasked */
	if (too_soon(b)) {
		dsmip_discard(a->h, bce_index(b), "mobile-prefix-rate", "RFC 6275 6.8");
		return;
	}
	send(b, m->id, 1);
}

/* ---- unasked ----------------------------------------------------------------------------------------------------- */

void dsmip_ha_prefix_done(struct bce *b)
{
	struct bce_rare *x = bce_rare(b);

	if (x)
		moor_timer_cancel(ha_world(b->a), &x->t_mpa);
}

/* [RFC 6275 10.6.2] the wait doubles; nothing more once the binding is gone */
static void due(struct moor_world *w, struct moor_timer *t)
{
	struct bce_rare *x = MOOR_CONTAINER(t, struct bce_rare, t_mpa);
	struct dsmip_ha *a = x->b->a;

	x->mpa_tries++;
	send(x->b, (uint16_t)dsmip_ha_net_draw(a, 65536), x->mpa_tries);
	if (x->mpa_tries <= ha_timer(a, T_PREFIX_ADV_RETRIES))
		moor_timer_in(w, t, ha_timer(a, T_PREFIX_ADV) << (x->mpa_tries - 1), due);
}

/* RAND_ADV_DELAY of [RFC 6275 10.6.2]; one that is scheduled already keeps its time. */
static void schedule(struct bce *b)
{
	struct dsmip_ha *a = b->a;
	struct bce_rare *x = bce_rare_make(b);
	moor_time least = ha_timer(a, T_MOB_PFX_MIN), most = ha_timer(a, T_MOB_PFX_MAX), span;

	if (most > a->c.prefix_preferred_s * MOOR_S)
		most = a->c.prefix_preferred_s * MOOR_S;
	span = most > least ? most - least : least - most;
	if (moor_timer_pending(&x->t_mpa) && !x->mpa_tries)
		return;
	x->mpa_tries = 0;
	moor_timer_in(ha_world(a), &x->t_mpa, least + (moor_time)(span ? dsmip_ha_net_draw(a, (uint64_t)span) : 0), due);
}

void dsmip_ha_prefix_changed(struct dsmip_ha *a)
{
	moor_handle h = 0;
	struct bce *b;

	while ((b = slab_next(&a->cache, &h)))
		if (b->machine.state == DSMIP_BCE_ACTIVE)
			schedule(b);
}
