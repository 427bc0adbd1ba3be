/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: what the home agent says to a UE unasked, and what a UE cannot make out
 *
 * Binding Refresh Requests [RFC 6275 6.1.2, 9.5.5]: on an operator's word, or when so much of a binding's lifetime is
 * left as the configuration says; again after half of what is left then, until a BU comes or the lifetime is over.
 * They go to the home address, which is through the tunnel of the binding.
 *
 * Binding Errors that come in [RFC 6275 11.3.6 for the other end]: status 2 from the care-of address of a binding says
 * that its UE does not know a message of ours. No such request is sent to it any more. Status 1 would concern a Home
 * Address option, which a home agent never sends.
 */
#include "proto/dsmip_ha_priv.h"

#define ASK_LEAST (1 * MOOR_S)		/* not more often, whatever is left [RFC 6275 9.5.5] */

static void ask_due(struct moor_world *w, struct moor_timer *t);

static void send_request(struct bce *b)
{
	struct dsmip_ha *a = b->a;
	struct net_tunnel t = dsmip_ha_tunnel(b);
	struct dsmip_tx tx = { .profile = a->c.profile, .hoa = b->hoa, .coa = b->remote, .instance = bce_index(b),
			       .attempt = 1, .nat = b->nat };
	struct mh_msg m;

	mh_start(&m, MH_BRR);
	tx.context = (struct mh_context){ .has_hoa = true, .hoa = b->hoa, .nat = b->nat, .udp = b->encap == ENCAP_UDP4,
					  .access = dsmip_is_mapped(&b->remote) ? MH_ACCESS_IP4 : MH_ACCESS_IP6 };
	tx.send.src = a->c.addr.a6;
	if (dsmip_is_mapped(&b->remote)) {
		tx.send.dst = b->hoa;
		tx.send.tunnel = &t;
	} else {
		tx.send.dst = b->remote;
		tx.send.rh2 = &b->hoa;
	}
	dsmip_send(a->h, &m, &tx);
}

static moor_time left(const struct bce *b)
{
	struct moor_world *w = ha_world(b->a);

	return b->machine.state == DSMIP_BCE_ACTIVE ? moor_timer_due(w, &b->timer) - moor_world_now(w) : 0;
}

static void again_at_half(struct bce *b, struct bce_rare *x)
{
	moor_time half = left(b) / 2;

	if (half >= ASK_LEAST)
		moor_timer_in(ha_world(b->a), &x->t_ask, half, ask_due);
}

static void ask_due(struct moor_world *w, struct moor_timer *t)
{
	struct bce_rare *x = MOOR_CONTAINER(t, struct bce_rare, t_ask);

	(void)w;
	if (x->deaf || x->b->machine.state != DSMIP_BCE_ACTIVE)
		return;
	send_request(x->b);
	again_at_half(x->b, x);
}

void dsmip_ha_ask_later(struct bce *b)
{
	moor_time before = b->a->c.refresh_request, wait = left(b) - before;
	struct bce_rare *x = before ? bce_rare_make(b) : bce_rare(b);

	if (!x)
		return;
	moor_timer_cancel(ha_world(b->a), &x->t_ask);
	if (before && wait > 0 && !x->deaf)
		moor_timer_in(ha_world(b->a), &x->t_ask, wait, ask_due);
}

bool dsmip_ha_ask(struct dsmip_ha *a, const struct ip6_addr *hoa)
{
	struct bce *b = dsmip_ha_find(a, hoa);

	if (!b || b->machine.state != DSMIP_BCE_ACTIVE)
		return false;
	send_request(b);
	return true;
}

void dsmip_ha_ask_done(struct bce *b)
{
	struct bce_rare *x = bce_rare(b);

	if (x)
		moor_timer_cancel(ha_world(b->a), &x->t_ask);
}

/*
 * Whose it is. In IPv4 its inner source is the home address; else it comes from a care-of address, by which nobody is
 * found but by looking at all: as seldom as we send such errors.
 */
static struct bce *sender_of(struct dsmip_ha *a, const struct dsmip_rx *x)
{
	struct bce *b = dsmip_ha_find(a, &x->hoa);
	moor_handle h = 0;

	if (b || x->v4 || !dsmip_ha_be_allowed(a))
		return b;
	while ((b = slab_next(&a->cache, &h)))
		if (ip6_eq(&b->remote, &x->coa))
			return b;
	return NULL;
}

/* Anybody can send one: it counts only for the binding whose care-of address it comes from, and takes nothing away. */
void dsmip_ha_be_in(struct dsmip_ha *a, const struct dsmip_rx *x)
{
	struct bce *b = sender_of(a, x);
	bool known = bce_stands(b) && dsmip_ha_bid_has(b, &x->coa, NULL);

	if (!known)
		b = NULL;
	dsmip_record_rx(x, a->c.profile, &(struct mh_context){ 0 }, bce_index(b), b && b->nat);
	if (b && x->m.be.status == MH_BE_UNKNOWN_MH_TYPE)
		bce_rare_make(b)->deaf = true;
	else
		dsmip_discard(a->h, bce_index(b), known ? "be-status" : "be-source", "RFC 6275 11.3.6");
	if (!b)
		return;
	dsmip_ha_ask_later(b);
	if (x->m.be.status == MH_BE_UNKNOWN_MH_TYPE && (!a->sec || x->rx->protected))
		dsmip_ha_not_understood(b);
}
