/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: Binding Revocation at the home agent [24.303 5.4.3.1; RFC 5846 6, 7]
 *
 * The network ends a PDN connection: a Binding Revocation Indication goes to the UE at once [R24303-5.4.3.1-01], as its
 * Binding Acknowledgements do - to the care-of address with the home address in a type 2 routing header, or inside UDP
 * or IPv4 [R24303-5.4.3.1-09]. The home address so named is that of the PDN connection [R24303-5.4.3.1-02]; the draft
 * that release 8 cites had it in a Home Address option, which an SA between home agent and home address cannot cover,
 * so the RFC's way is taken for all [R24303-5.4.3.1-07]. The draft's A bit has no place in the RFC's format.
 *
 * The binding stands until the UE acknowledges [R24303-5.4.3.1-10] [R24303-5.4.3.1-12]: with a BRA, or with a
 * de-registration that crossed the BRI [R24303-5.4.3.1-13] [R24303-5.4.3.1-14]. The BRI is repeated after
 * InitMINDelayBRIs, doubled up to MAX_BRACK_TIMEOUT, BRIMaxRetriesNumber times [R24303-5.4.3.1-11], and then everything
 * of the UE is removed without it [RFC 5846 6.3]. A BRA that refuses ends the revocation as one that accepts: the
 * network's will stands.
 *
 * With V only the IPv4 home address is taken back [RFC 5846 7], and not given out again as long as the binding lasts.
 *
 * Not here: bindings of several care-of addresses by their BID, G for many mobile nodes (it needs P).
 */
#include "proto/dsmip_ha_priv.h"

static void bri_timer(struct moor_world *w, struct moor_timer *t);

void dsmip_ha_way(const struct bce *b, struct net_tunnel *t, struct dsmip_tx *out)
{
	const struct dsmip_ha *a = b->a;

	*out = (struct dsmip_tx){ .profile = a->c.profile, .hoa = b->hoa, .coa = b->remote, .instance = bce_index(b),
				  .nat = b->nat };
	out->context = (struct mh_context){ .nat = b->nat, .has_hoa = true, .hoa = b->hoa,
					    .access = dsmip_is_mapped(&b->remote) ? MH_ACCESS_IP4 : MH_ACCESS_IP6 };
	out->send.src = a->c.addr.a6;
	if (dsmip_is_mapped(&b->remote)) {
		*t = dsmip_ha_tunnel(b);
		t->encap = b->udp_out ? ENCAP_UDP4 : ENCAP_IN4;
		out->send.dst = b->hoa;
		out->send.tunnel = t;
	} else {
		out->send.dst = b->remote;
		out->send.rh2 = &b->hoa;
	}
}

static bool admits(struct bce *b, enum dsmip_bce_event ev, bool from_packet)
{
	return machine_admits(&b->machine, &dsmip_bce_fsm, ha_world(b->a), ha_node(b->a), bce_index(b), (uint8_t)ev,
			      from_packet);
}

/* ---- the indication ---------------------------------------------------------------------------------------------- */

/* P and G are 0 [R24303-5.4.3.1-04] [R24303-5.4.3.1-05], and there is no option but with V [R24303-5.4.3.1-08]. */
static void send_bri(struct bce *b)
{
	struct bce_revocation *r = &bce_rare(b)->revocation;
	struct net_tunnel t;
	struct dsmip_tx tx;
	struct mh_msg m;
	struct mh_opt *o;

	mh_start(&m, MH_BR);
	m.br.type = MH_BR_BRI;
	m.br.code = r->trigger;
	m.br.seq = r->seq;
	m.br.flags = r->what == REVOKE_IP4 ? MH_BR_V : 0;
	if (r->what == REVOKE_IP4) {
		o = mh_add(&m, MH_OPT_IP4_HOA);
		o->hoa4.addr = b->hoa4;
		o->hoa4.prefix_len = 32;
	}
	dsmip_ha_way(b, &t, &tx);
	tx.context.procedure = MH_PROC_NETWORK_DETACH;
	tx.attempt = ++r->sent;
	if (!b->a->sec || s2c_ha_secured(b->a->sec, &b->hoa))	/* never in clear, and then it is only waited */
		dsmip_send(b->a->h, &m, &tx);
	moor_timer_in(ha_world(b->a), &r->timer, r->wait, bri_timer);
	r->wait *= 2;
	if (r->wait > ha_timer(b->a, T_BRI_MAX))
		r->wait = ha_timer(b->a, T_BRI_MAX);
}

bool dsmip_ha_revoke(struct dsmip_ha *a, const struct ip6_addr *hoa, uint8_t trigger, bool v_only)
{
	struct bce *b = dsmip_ha_find(a, hoa);
	struct bce_revocation *r;

	if (!bce_stands(b) || b->machine.state == DSMIP_BCE_REVOKING || (v_only && ip4_is_zero(b->hoa4)))
		return false;
	r = &bce_rare_make(b)->revocation;
	if (v_only && r->what != REVOKE_NONE)
		return false;
	moor_timer_cancel(ha_world(a), &r->timer);
	r->what = v_only ? REVOKE_IP4 : REVOKE_ALL;
	r->trigger = trigger;		/* [R24303-5.4.3.1-06] 1 when the AAA server wants it */
	r->seq = ++a->bri_seq;
	r->sent = 0;
	r->wait = ha_timer(a, T_BRI_FIRST);
	if (!v_only)
		dsmip_ha_state(b, DSMIP_BCE_EV_REVOKE, DSMIP_BCE_REVOKING);
	send_bri(b);
	return true;
}

/* ---- its end ----------------------------------------------------------------------------------------------------- */

void dsmip_ha_revocation_over(struct bce *b, enum dsmip_bce_event ev)
{
	struct bce_revocation *r = &bce_rare(b)->revocation;
	bool told = ev == DSMIP_BCE_EV_BRA || ev == DSMIP_BCE_EV_BU_DEREG;
	bool all = r->what == REVOKE_ALL;

	moor_timer_cancel(ha_world(b->a), &r->timer);
	r->what = REVOKE_NONE;
	r->no4 &= bce_stands(b);
	if (all && b->a->sec)
		s2c_ha_revoked(b->a->sec, &b->hoa, bce_stands(b) ? S2C_KEPT : told ? S2C_TOLD : S2C_SILENT);
}

bool dsmip_ha_revoked4(const struct bce *b)
{
	const struct bce_rare *x = bce_rare(b);

	return x && (x->revocation.no4 || x->revocation.what == REVOKE_IP4);
}

static void over(struct bce *b, enum dsmip_bce_event ev, uint8_t status)
{
	struct bce_revocation *r = &bce_rare(b)->revocation;

	if (r->what == REVOKE_IP4) {
		moor_timer_cancel(ha_world(b->a), &r->timer);
		r->what = REVOKE_NONE;
		r->no4 = true;
		dsmip_ha_set4(b, (struct ip4_addr){ { 0 } });
		dsmip_ha_record(b, BINDING_UPDATED, status);
		return;
	}
	dsmip_ha_record(b, BINDING_REVOKED, status);
	dsmip_ha_state(b, ev, DSMIP_BCE_NONE);
	dsmip_ha_delete(b);
}

/* [RFC 5846 6.3] */
static void bri_timer(struct moor_world *w, struct moor_timer *t)
{
	struct bce *b = MOOR_CONTAINER(t, struct bce_rare, revocation.timer)->b;

	(void)w;
	admits(b, DSMIP_BCE_EV_TIMER, false);
	if (bce_rare(b)->revocation.sent <= ha_timer(b->a, T_BRI_TRIES))
		send_bri(b);
	else
		over(b, DSMIP_BCE_EV_TIMER, 0);
}

/* ---- what the UE says -------------------------------------------------------------------------------------------- */

static bool outstanding(const struct bce *b)
{
	const struct bce_rare *x = b ? bce_rare(b) : NULL;

	return x && (x->revocation.what == REVOKE_ALL || x->revocation.what == REVOKE_IP4);
}

/* [RFC 5846 6.2, 6.2.2] Answers what is wrong, or NULL. */
static const char *bra_fault(const struct dsmip_ha *a, const struct bce *b, const struct dsmip_rx *x)
{
	if (x->m.br.type != MH_BR_BRA)
		return "bri-not-for-a-home-agent";
	if (a->sec && !x->rx->protected)
		return "bra-unprotected";
	if (!ip6_eq(&x->dst, &a->c.addr.a6))
		return "bra-destination";
	if (!outstanding(b) || !ip6_eq(&b->hoa, &x->hoa))
		return "bra-unexpected";
	return x->m.br.seq == bce_rare(b)->revocation.seq ? NULL : "bra-sequence";
}

void dsmip_ha_bra(struct dsmip_ha *a, const struct dsmip_rx *x)
{
	struct bce *b = dsmip_ha_find(a, &x->hoa);
	const char *fault = bra_fault(a, b, x);
	struct mh_context c = { .procedure = MH_PROC_NETWORK_DETACH, .access = x->v4 ? MH_ACCESS_IP4 : MH_ACCESS_IP6 };
	struct mh_msg bri;

	if (outstanding(b)) {
		mh_start(&bri, MH_BR);
		bri.br.seq = bce_rare(b)->revocation.seq;
		bri.br.flags = bce_rare(b)->revocation.what == REVOKE_IP4 ? MH_BR_V : 0;
		c.request = &bri;
	}
	dsmip_record_rx(x, a->c.profile, &c, bce_index(b), b && b->nat);
	if (fault)
		dsmip_discard(a->h, bce_index(b), fault, "RFC 5846 6.2.2");
	else if (admits(b, DSMIP_BCE_EV_BRA, true))
		over(b, DSMIP_BCE_EV_BRA, x->m.br.code);
}

void dsmip_ha_not_understood(struct bce *b)
{
	const struct bce_rare *x = bce_rare(b);

	if (!x || x->revocation.what == REVOKE_NONE || !admits(b, DSMIP_BCE_EV_BE, true))
		return;
	if (x->revocation.what == REVOKE_SWITCH)	/* it is served on, and not asked again [RFC 5142 5.3] */
		moor_timer_cancel(ha_world(b->a), &bce_rare(b)->revocation.timer);
	else
		over(b, DSMIP_BCE_EV_BE, 0);
}
