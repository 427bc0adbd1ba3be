/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the UE is sent to another home agent while it is registered [RFC 5142 6; 24.303 5.5]
 *
 * By a Home Agent Switch message. The UE removes its binding, which is the acknowledgement, waits for the answer as in
 * a detach, takes the security associations down, and goes to the home agents that the message listed: those on its
 * home network prefix first, otherwise in their order; when none of them serves it, or none was listed, to those that
 * home agent discovery finds. The home address is what the new home agent gives: sessions live on only when it is the
 * same one.
 *
 * Redirections and switches are counted together: more than MAX_REDIRECTS in REDIRECT_LOOP_DETECT_PERIOD are two home
 * agents that play ball, and the UE gives up.
 *
 * REDIRECT in an INFORMATIONAL request [RFC 5685 5] may look the same, but RFC 5685 8 keeps it from changing anything
 * of Mobile IPv6, so it is acknowledged and no more, unless the scenario's UE is told to follow it.
 */
#include "proto/dsmip_ue_priv.h"

/* ---- which one --------------------------------------------------------------------------------------------------- */

static bool usable(const struct ip6_addr *a)
{
	return dsmip_is_mapped(a) ? dsmip_routable4(dsmip_unmap(a)) : dsmip_routable6(a);
}

/* [RFC 5142 6.2] */
static void keep_addresses(struct dsmip_ue *d, const struct ip6_addr *addr, unsigned n)
{
	struct ue_switch *s = &dsmip_ue_rare_make(d)->to;

	s->n = s->next = 0;
	for (unsigned round = 0; round < 2; round++)
		for (unsigned k = 0; k < n && s->n < UE_SWITCH_MAX; k++)
			if (usable(&addr[k]) && ue_in_hnp(d, &addr[k]) == !round)
				s->addr[s->n++] = addr[k];
}

/* Without IKE an address alone is not enough: its pool must be known. */
static bool in_list(struct dsmip_ue *d, const struct ip6_addr *a)
{
	uint8_t now = d->ha;

	for (unsigned k = 0; k < ue_n_ha(d); k++) {
		d->ha = (uint8_t)k;
		if (ip6_eq(&ue_ha(d)->a6, a) && !(d->ha_bad >> k & 1))
			return true;
	}
	d->ha = now;
	return false;
}

bool dsmip_ue_switch_next(struct dsmip_ue *d)
{
	struct ue_switch *s = &dsmip_ue_rare(d)->to;

	while (s->next < s->n) {
		const struct ip6_addr *a = &s->addr[s->next++];

		if (!d->p->security && in_list(d, a))
			return true;
		if (d->p->security && s2c_ue_aim(d, a, s->v4))
			return true;
	}
	return false;
}

/* ---- leaving ----------------------------------------------------------------------------------------------------- */

static bool too_often(struct dsmip_ue *d)
{
	struct ue_switch *s = &dsmip_ue_rare(d)->to;
	moor_time now = moor_world_now(ue_world(d));

	if (d->p->security)
		return s2c_ue_sent_away(d);
	if (!s->count || now - s->since >= ue_timer(d, T_REDIRECT_LOOP)) {
		s->count = 0;
		s->since = now;
	}
	s->count++;
	return s->count > ue_timer(d, T_REDIRECTS);
}

void dsmip_ue_switched(struct dsmip_ue *d)
{
	dsmip_ue_rare(d)->to.v4 = dsmip_is_mapped(&d->coa);
	if (too_often(d)) {
		dsmip_ue_finish(d);
		return;
	}
	if (!dsmip_ue_rare(d)->to.n && ue_n_ha(d))	/* not the same one again, if there is a choice */
		d->ha = (uint8_t)((d->ha + 1) % ue_n_ha(d));
	dsmip_ue_change_ha(d);
}

/* [RFC 5142 6.1] */
static void leave(struct dsmip_ue *d)
{
	dsmip_ue_bids_leave(d);
	dsmip_ue_go(d, DSMIP_SWITCHING);
	d->moving = false;
	if (!d->via || !ue_has_coa(d)) {
		dsmip_ue_switched(d);
		return;
	}
	dsmip_ue_no_refresh(d);
	moor_timer_cancel(ue_world(d), &d->t_keepalive);
	dsmip_ue_series(d);
}

static const char *switch_fault(const struct dsmip_ue *d, const struct dsmip_rx *x)
{
	if (!dsmip_ue_from_ha(d, x))
		return "ha-switch-source";
	if (!ip6_eq(&x->dst, &d->hoa) || (!x->has_rh2 && !x->v4 && !d->at_home))
		return "ha-switch-home-address";
	return d->bound ? NULL : "ha-switch-no-binding";
}

void dsmip_ue_ha_switch(struct dsmip_ue *d, const struct dsmip_rx *x)
{
	const char *fault = switch_fault(d, x);

	dsmip_record_rx(x, d->p->profile, &(struct mh_context){ 0 }, ue_pdn(d), d->nat);
	if (fault) {
		dsmip_discard(d->h, ue_pdn(d), fault, "RFC 5142 6.1");
		return;
	}
	if (!dsmip_ue_admit(d, DSMIP_EV_SWITCH, true))
		return;
	keep_addresses(d, x->m.ha_switch.addr, x->m.ha_switch.n);
	leave(d);
}

void dsmip_ue_redirected(struct dsmip_ue *d, const struct ip6_addr *to)
{
	if (!d->bound || !dsmip_ue_admit(d, DSMIP_EV_SWITCH, true))
		return;
	keep_addresses(d, to, 1);
	leave(d);
}
