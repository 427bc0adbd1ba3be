/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: a mobile node of a plain Mobile IPv6 network
 *
 * What RFC 6275 has and 24.303 does without, because there a UE has a home network prefix of its own:
 *
 *	dynamic home agent address discovery	a request to the anycast address of the home prefix, from whatever address the
 *						first link gives; the answer is the list of home agents [11.4.1]
 *	mobile prefix messages			a solicitation after the first registration, before the home address becomes
 *						invalid and when the home agent advertises unasked [11.4.2, 11.4.3]
 *	the home address on a shared link	duplicate address detection unless a binding stands [11.5.5]; another one when
 *						somebody has it
 *
 * Not here: renumbering to another prefix, solicitations in ESP.
 */
#include "proto/dsmip_icmp.h"
#include "proto/dsmip_ue_priv.h"

#define ANYCAST_IID UINT64_C(0xfdfffffffffffffe)	/* Mobile IPv6 Home-Agents [RFC 2526 2] */
#define RENEW_PERCENT 80	/* of a prefix's lifetime: about to become invalid */
#define SOLICIT_TRIES 3

static void ask_again(struct moor_world *w, struct moor_timer *t);
static void prefix_due(struct moor_world *w, struct moor_timer *t);

static uint16_t new_id(struct dsmip_ue *d, struct ue_mip *x)
{
	struct rng r = moor_world_rng(ue_world(d), net_host_node(d->h), "mip6");

	for (uint32_t k = 0; k < x->draws; k++)		/* few, and far between */
		rng_u32(&r);
	x->draws++;
	return (uint16_t)rng_u32(&r);
}

static struct dsmip_ue *owner_of(struct ue_mip *x)
{
	return MOOR_CONTAINER(x, struct dsmip_ue_rare, mip)->d;
}

const struct dsmip_ha_addr *dsmip_ue_found(const struct dsmip_ue *d)
{
	static const struct dsmip_ha_addr nobody;
	const struct dsmip_ue_rare *x = dsmip_ue_rare(d);

	return x && d->ha < x->mip.n_found ? &x->mip.found[d->ha] : &nobody;
}

unsigned dsmip_ue_n_found(const struct dsmip_ue *d)
{
	const struct dsmip_ue_rare *x = dsmip_ue_rare(d);

	return x ? x->mip.n_found : 0;
}

/* ---- home agent address discovery [RFC 6275 11.4.1] -------------------------------------------------------------- */

static void request(struct dsmip_ue *d, struct ue_mip *x)
{
	struct ip6_prefix hnp = dsmip_ue_hnp(d);
	struct icmp6 m = { .type = ICMP6_T_DHAAD_REQUEST, .id = x->id };
	struct net_send s = { .src = x->from, .dst = ip6_from64(ip6_high64(&hnp.addr), ANYCAST_IID),
			      .via = net_iface_numbered(d->h, x->via) };

	x->tries++;
	dsmip_icmp_send(d->h, &m, &s, &d->hoa, &x->from, x->tries);
	moor_timer_in(ue_world(d), &x->t_ask, ue_timer(d, T_DHAAD) << (x->tries - 1), ask_again);
}

bool dsmip_ue_dhaad(struct dsmip_ue *d)
{
	if (!d->p->dhaad || dsmip_ue_n_found(d))
		return false;
	dsmip_ue_rare_make(d);
	dsmip_ue_evaluate(d);
	return true;
}

/* In DISCOVER: there is an address to ask from. */
void dsmip_ue_dhaad_from(struct dsmip_ue *d, struct net_iface *i, const struct ip6_addr *own)
{
	struct ue_mip *x = &dsmip_ue_rare_make(d)->mip;

	if (!d->p->dhaad || (x->asking && ip6_eq(&x->from, own)) || dsmip_is_mapped(own))
		return;
	x->asking = true;
	x->from = *own;
	x->via = ue_number(i);
	x->tries = 0;
	x->id = new_id(d, x);
	request(d, x);
}

static void found_in(struct dsmip_ue *d, struct ue_mip *x, const struct icmp6 *m)
{
	x->n_found = 0;
	for (unsigned k = 0; k < m->n_agents && x->n_found < DSMIP_HA_MAX; k++)
		if (dsmip_routable6(&m->agents[k]))
			x->found[x->n_found++] = (struct dsmip_ha_addr){ .a6 = m->agents[k] };
	if (!x->n_found) {
		dsmip_discard(d->h, 0, "home-agent-list-empty", "RFC 6275 11.4.1");
		return;
	}
	moor_timer_cancel(ue_world(d), &x->t_ask);
	x->asking = false;
	d->ha = 0;
	d->ha_bad = 0;
	dsmip_ue_discover(d);
}

/* ---- mobile prefix messages [RFC 6275 11.4.2, 11.4.3] ------------------------------------------------------------ */

static void send_solicitation(struct dsmip_ue *d, struct ue_mip *x)
{
	struct net_tunnel t = dsmip_ue_tunnel(d);
	bool v4 = dsmip_is_mapped(&d->bound_coa);
	struct icmp6 m = { .type = ICMP6_T_MPS, .id = x->id };
	struct net_send s = { .src = v4 ? d->hoa : d->bound_coa, .dst = ue_ha(d)->a6, .tunnel = v4 ? &t : NULL,
			      .home_address = v4 ? NULL : &d->hoa, .via = v4 ? NULL : t.via };

	x->tries++;
	x->solicited = moor_world_now(ue_world(d));
	dsmip_icmp_send(d->h, &m, &s, &d->hoa, &d->bound_coa, x->tries);
	if (x->tries <= SOLICIT_TRIES)
		moor_timer_in(ue_world(d), &x->t_ask, ue_timer(d, T_SOLICIT) << (x->tries - 1), ask_again);
}

/*
 * Solicitations are as far apart as their retransmissions at least: neither a flood of advertisements nor one after
 * the other without a lifetime may set the pace [RFC 6275 11.4.2].
 */
static bool too_soon(struct dsmip_ue *d, struct ue_mip *x)
{
	moor_time next = moor_time_add(x->solicited, ue_timer(d, T_SOLICIT));

	if (!x->solicited || moor_world_now(ue_world(d)) >= next)
		return false;
	moor_timer_at(ue_world(d), &x->t_prefix, next, prefix_due);
	return true;
}

void dsmip_ue_solicit_prefix(struct dsmip_ue *d)
{
	struct ue_mip *x;

	if (!d->bound || d->machine.state != DSMIP_REGISTERED || d->p->security)
		return;
	x = &dsmip_ue_rare_make(d)->mip;
	if (too_soon(d, x))
		return;
	x->asking = true;
	x->tries = 0;
	x->id = new_id(d, x);
	send_solicitation(d, x);
}

void dsmip_ue_mip_bound(struct dsmip_ue *d)
{
	if (d->p->prefix_discovery && (!d->rare || !dsmip_ue_rare(d)->mip.valid_until))
		dsmip_ue_solicit_prefix(d);
}

static void prefix_due(struct moor_world *w, struct moor_timer *t)
{
	(void)w;
	dsmip_ue_solicit_prefix(owner_of(MOOR_CONTAINER(t, struct ue_mip, t_prefix)));
}

static const struct nd_prefix *home_prefix(const struct dsmip_ue *d, const struct icmp6 *m)
{
	for (unsigned k = 0; k < m->opts.n_prefixes; k++) {
		const struct nd_prefix *p = &m->opts.prefixes[k];

		if (p->len == d->hnp_len && ip6_same_prefix(&p->addr, &d->hoa, p->len))
			return p;
	}
	return NULL;
}

/* What is unasked is not believed, but asked for [RFC 6275 11.4.3]; net and rh2_in have looked at source and home. */
static void advertisement_in(struct dsmip_ue *d, const struct net_rx *rx, const struct icmp6 *m)
{
	struct ue_mip *x = &dsmip_ue_rare_make(d)->mip;
	const struct nd_prefix *p = home_prefix(d, m);
	moor_time life;

	if (!d->bound || m->code || !ip6_eq(&rx->ip6->h.src, &ue_ha(d)->a6) ||
	    (!rx->ip6->has_rh2 && rx->outer.encap == ENCAP_PLAIN)) {
		dsmip_discard(d->h, 0, "mobile-prefix-advertisement", "RFC 6275 11.4.3");
		return;
	}
	dsmip_icmp_record_rx(rx, m, &d->hoa, &d->bound_coa);
	if (!x->asking || m->id != x->id) {
		dsmip_discard(d->h, 0, "mobile-prefix-unasked", "RFC 6275 11.4.3");
		if (!x->asking)
			dsmip_ue_solicit_prefix(d);
		return;
	}
	moor_timer_cancel(ue_world(d), &x->t_ask);
	x->asking = false;
	if (!p) {
		dsmip_discard(d->h, 0, "mobile-prefix-not-home", "RFC 6275 11.4.3");
		return;
	}
	life = p->valid * MOOR_S;
	x->valid_until = p->valid == ND_INFINITE ? MOOR_NEVER : moor_world_now(ue_world(d)) + life;
	if (p->valid == ND_INFINITE)
		moor_timer_cancel(ue_world(d), &x->t_prefix);
	else
		moor_timer_in(ue_world(d), &x->t_prefix, life / 100 * RENEW_PERCENT, prefix_due);
}

/* ---- both -------------------------------------------------------------------------------------------------------- */

/* No answer. Without a home agent there is nothing to be done; without a prefix's lifetime all goes on. */
static void ask_again(struct moor_world *w, struct moor_timer *t)
{
	struct ue_mip *x = MOOR_CONTAINER(t, struct ue_mip, t_ask);
	struct dsmip_ue *d = owner_of(x);

	(void)w;
	if (d->machine.state != DSMIP_DISCOVER) {
		if (d->bound && x->tries <= SOLICIT_TRIES)
			send_solicitation(d, x);
		else
			x->asking = false;
		return;
	}
	if (x->tries <= ue_timer(d, T_DHAAD_RETRIES)) {
		request(d, x);
		return;
	}
	x->asking = false;
	dsmip_ue_admit(d, DSMIP_EV_NO_HA, false);
	d->moving = true;
	dsmip_ue_move_end(d, MOVE_FAILED);
	dsmip_ue_finish(d);
}

void dsmip_ue_icmp(void *owner, const struct net_rx *rx, const struct icmp6 *m)
{
	struct dsmip_ue *d = owner;
	struct ue_mip *x = d->rare ? &dsmip_ue_rare(d)->mip : NULL;

	if (m->type == ICMP6_T_MPA) {
		advertisement_in(d, rx, m);
		return;
	}
	if (m->type != ICMP6_T_DHAAD_REPLY || !x || !x->asking || d->machine.state != DSMIP_DISCOVER || m->code ||
	    m->id != x->id) {
		dsmip_discard(d->h, 0, "icmp6-not-asked-for", "RFC 6275 11.4.1");
		return;
	}
	dsmip_icmp_record_rx(rx, m, &d->hoa, &x->from);
	found_in(d, x, m);
}

/* The binding is gone. */
void dsmip_ue_mip_stop(struct dsmip_ue *d)
{
	struct ue_mip *x = &dsmip_ue_rare(d)->mip;

	moor_timer_cancel(ue_world(d), &x->t_ask);
	moor_timer_cancel(ue_world(d), &x->t_prefix);
	x->asking = false;
	x->valid_until = 0;
}

void dsmip_ue_mip_forget(struct dsmip_ue *d)
{
	dsmip_ue_mip_stop(d);
	dsmip_ue_rare(d)->mip.n_found = 0;
}

/* ---- the home address on a link that others share ---------------------------------------------------------------- */

void dsmip_ue_home_address(struct dsmip_ue *d, const struct net_iface *i, const struct ip6_addr *addr,
			   enum rec_address what)
{
	struct ip6_addr other = ip6_from64(ip6_high64(&d->hoa), ip6_low64(&d->hoa) + 1);

	if (!d->at_home || what != ADDRESS_DUPLICATE || ue_number(i) != d->via || !ip6_eq(addr, &d->hoa))
		return;
	if (!d->left_dad) {
		d->moving = true;
		dsmip_ue_move_end(d, MOVE_FAILED);
		dsmip_ue_finish(d);
		return;
	}
	d->left_dad--;
	dsmip_ue_set_hoa(d, &other);
	dsmip_ue_evaluate(d);
}
