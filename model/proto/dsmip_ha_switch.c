/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: Home Agent Switch at the home agent [24.303 5.5.3; RFC 5142 5, 7]
 *
 * A registered UE is told to go to another home agent. It happens right behind the Binding Acknowledgement when the AAA
 * server asked for it while the security association was set up (s2c_ha.c), or at any time by the operator's order. The
 * message goes where Binding Acknowledgements go, in UDP or IPv4 too [R24303-5.5.3-07], and carries no Binding Refresh
 * Advice [R24303-5.5.3-05]: the UE is to leave at once.
 *
 * It is repeated until the UE removes its binding, first after INITIAL-HA-SWITCH-TIMEOUT, doubled up to
 * MAX-HA-SWITCH-TIMEOUT and then at that pace as long as the binding lasts. All of them together keep to
 * MAX-HA-SWITCH-TRANSMIT-RATE, so that a home agent that is emptied does not drown the other one. The binding serves
 * until it is removed or runs out, but is not extended [RFC 5142 5.3] (dsmip_ha_bu.c). The UE's de-registration is
 * answered like any other [R24303-5.5.3-06].
 */
#include "proto/dsmip_ha_priv.h"

static void due(struct moor_world *w, struct moor_timer *t);

/* [R24303-5.5.3-04] The message has IPv6 addresses alone; with none the UE must look for a home agent by itself. */
static void send_switch(struct bce *b)
{
	struct bce_revocation *r = &bce_rare(b)->revocation;
	struct net_tunnel t;
	struct dsmip_tx tx;
	struct mh_msg m;

	mh_start(&m, MH_HA_SWITCH);
	m.ha_switch.n = !ip6_is_zero(&r->target.a6);
	m.ha_switch.addr = &r->target.a6;
	dsmip_ha_way(b, &t, &tx);
	tx.attempt = ++r->sent;
	if (!b->a->sec || s2c_ha_secured(b->a->sec, &b->hoa))
		dsmip_send(b->a->h, &m, &tx);
	moor_timer_in(ha_world(b->a), &r->timer, r->wait, due);
	r->wait *= 2;
	if (r->wait > ha_timer(b->a, T_SWITCH_MAX))
		r->wait = ha_timer(b->a, T_SWITCH_MAX);
}

static void slot_came(struct moor_world *w, struct moor_timer *t)
{
	(void)w;
	send_switch(MOOR_CONTAINER(t, struct bce_rare, revocation.timer)->b);
}

/* Now, or when it is its turn [RFC 5142 7]. */
static void take_slot(struct bce *b)
{
	struct dsmip_ha *a = b->a;
	moor_time now = moor_world_now(ha_world(a)), at = a->switch_at > now ? a->switch_at : now;

	a->switch_at = at + MOOR_S / ha_timer(a, T_SWITCH_RATE);
	if (at > now)
		moor_timer_at(ha_world(a), &bce_rare(b)->revocation.timer, at, slot_came);
	else
		send_switch(b);
}

/* [RFC 5142 5.2] */
static void due(struct moor_world *w, struct moor_timer *t)
{
	struct bce *b = MOOR_CONTAINER(t, struct bce_rare, revocation.timer)->b;

	machine_admits(&b->machine, &dsmip_bce_fsm, w, ha_node(b->a), bce_index(b), DSMIP_BCE_EV_TIMER, false);
	take_slot(b);
}

bool dsmip_ha_switch(struct dsmip_ha *a, const struct ip6_addr *hoa, const struct dsmip_ha_addr *to)
{
	struct bce *b = dsmip_ha_find(a, hoa);
	struct bce_revocation *r;

	if (!bce_stands(b) || b->machine.state == DSMIP_BCE_REVOKING)
		return false;
	r = &bce_rare_make(b)->revocation;
	r->target = *to;
	if (b->machine.state == DSMIP_BCE_SWITCHING)	/* the next message names it */
		return true;
	moor_timer_cancel(ha_world(a), &r->timer);
	r->what = REVOKE_SWITCH;
	r->sent = 0;
	r->wait = ha_timer(a, T_SWITCH_FIRST);
	dsmip_ha_state(b, DSMIP_BCE_EV_SWITCH, DSMIP_BCE_SWITCHING);
	take_slot(b);
	return true;
}
