/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Time passes: periodic Binding Updates, Binding Refresh Advice, expiry on both ends, NAT keepalives, a NAT that
 * forgets, a home agent that forgets [24.303 5.3.2, 5.3.3; RFC 6275 10.3.1, 11.7.3; RFC 5555 4.3].
 */
#include "tests/pair/rig.h"

static moor_time bu_at(const struct rig *r, unsigned n)
{
	const struct seen *s = rig_signal(r, REC_SIGNAL_TX, r->ue_id, MH_BU, n);

	CU_ASSERT_PTR_NOT_NULL(s);
	return s ? s->r.at : 0;
}

static void refreshes_before_the_end(void)
{
	struct rig *r = rig_new();
	struct dsmip_bce_view before, after;
	struct mh_msg bu;

	rig_build(r);
	rig_registered(r, "lte", r->lte);
	before = rig_bce(r);
	rig_run(r, S(800));
	CU_ASSERT_EQUAL(rig_signals(r, REC_SIGNAL_TX, r->ue_id, MH_BU), 2);
	CU_ASSERT_EQUAL(bu_at(r, 1) - bu_at(r, 0), S(720));		/* 80 % of 900 s */
	bu = rig_message(rig_signal(r, REC_SIGNAL_TX, r->ue_id, MH_BU, 1));
	CU_ASSERT_EQUAL(bu.bu.life.units, 225);
	after = rig_bce(r);
	CU_ASSERT(ip6_eq(&before.care_of, &after.care_of));
	CU_ASSERT(after.expires - before.expires < S(720.1) && after.expires - before.expires > S(719.9));
	CU_ASSERT(ip4_eq(before.home_address4, after.home_address4));
	CU_ASSERT(rig_bound(r, r->ue_id, BINDING_REFRESHED, 0) && rig_bound(r, r->ha_id, BINDING_REFRESHED, 0));
	CU_ASSERT_EQUAL(rig_states(r, &dsmip_ue_fsm, bu_at(r, 1)), 0);	/* REGISTERED all the time */
	CU_ASSERT_EQUAL(rig_count(r, REC_DEVIATION, REC_NONE, 0), 0);
	rig_free(r);
}

static void refreshes_as_advised(void)
{
	struct rig *r = rig_new();

	r->ha_config.dsmip.refresh_advice = S(100);
	rig_build(r);
	rig_registered(r, "lte", r->lte);
	rig_run(r, S(250));
	CU_ASSERT_EQUAL(rig_signals(r, REC_SIGNAL_TX, r->ue_id, MH_BU), 3);
	CU_ASSERT_EQUAL(bu_at(r, 1) - bu_at(r, 0), S(100));
	CU_ASSERT_EQUAL(rig_count(r, REC_DEVIATION, REC_NONE, 0), 0);
	rig_free(r);
	/* advice that is not below the lifetime is not given */
	r = rig_new();
	r->ha_config.dsmip.refresh_advice = S(900);
	rig_build(r);
	rig_registered(r, "lte", r->lte);
	rig_run(r, S(800));
	CU_ASSERT_EQUAL(bu_at(r, 1) - bu_at(r, 0), S(720));
	CU_ASSERT_EQUAL(rig_count(r, REC_DEVIATION, REC_NONE, 0), 0);
	rig_free(r);
}

static void granted_less(void)
{
	struct rig *r = rig_new();
	struct dsmip_bul l;

	r->ha_config.dsmip.lifetime_max = S(61);
	rig_build(r);
	rig_attach(r, "lte", r->lte);
	rig_run(r, S(6));
	CU_ASSERT_EQUAL(rig_bce(r).lifetime, 15);		/* 60 s */
	l = dsmip_ue_binding(r->d);
	CU_ASSERT_EQUAL(l.expires, bu_at(r, 0) + S(60));
	rig_run(r, S(60));
	CU_ASSERT_EQUAL(bu_at(r, 1) - bu_at(r, 0), S(48));
	CU_ASSERT(!rig_bound(r, r->ue_id, BINDING_EXPIRED, 0));
	rig_free(r);
}

static void expires_on_both_ends(void)
{
	struct rig *r = rig_new();
	moor_time from;

	r->profile.dsmip.refresh_percent = 0;
	r->profile.dsmip.lifetime = S(60);
	rig_build(r);
	rig_registered(r, "lte", r->lte);
	from = bu_at(r, 0);
	rig_plug(r, "lte", NULL);		/* or else it would register again at once */
	rig_run(r, from + S(59.9) - moor_world_now(r->w));
	CU_ASSERT_EQUAL(dsmip_ha_bindings(r->a), 1);
	CU_ASSERT(dsmip_ue_binding(r->d).valid);
	rig_run(r, S(0.2));
	CU_ASSERT_EQUAL(dsmip_ha_entries(r->a), 0);
	CU_ASSERT(!dsmip_ue_binding(r->d).valid);
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_HLD);
	CU_ASSERT(rig_bound(r, r->ue_id, BINDING_EXPIRED, 0) && rig_bound(r, r->ha_id, BINDING_EXPIRED, 0));
	rig_plug(r, "lte", r->lte);
	rig_run(r, S(6));
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERED);
	CU_ASSERT(rig_up6(r) && rig_down6(r) && rig_up4(r) && rig_down4(r));
	rig_free(r);
}

/* The refresh falls into a time without link: it is made up for when the same link is back. */
static void refresh_owed(void)
{
	struct rig *r = rig_new();

	r->profile.dsmip.lifetime = S(100);
	rig_build(r);
	rig_registered(r, "lte", r->lte);
	rig_run(r, S(60));
	rig_plug(r, "lte", NULL);
	rig_run(r, S(20));
	rig_plug(r, "lte", r->lte);
	rig_run(r, S(6));
	CU_ASSERT_EQUAL(rig_signals(r, REC_SIGNAL_TX, r->ue_id, MH_BU), 2);
	CU_ASSERT(!rig_bound(r, r->ue_id, BINDING_EXPIRED, 0));
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERED);
	rig_free(r);
}

/* ---- NAT --------------------------------------------------------------------------------------------------------- */

static void keepalives_when_idle(void)
{
	struct rig *r = rig_new();

	r->ha_config.dsmip.nat_refresh_s = 50;
	rig_build(r);
	rig_registered(r, "wlan", r->wlan);
	rig_run(r, S(120));
	CU_ASSERT_EQUAL(rig_signals(r, REC_SIGNAL_TX, r->ue_id, MH_BU), 3);
	/* 50 s from the BA on, which is when the mapping was last seen alive */
	CU_ASSERT(bu_at(r, 1) - bu_at(r, 0) >= S(50) && bu_at(r, 1) - bu_at(r, 0) < S(50.1));
	CU_ASSERT(rig_down6(r));
	CU_ASSERT_EQUAL(rig_count(r, REC_DEVIATION, REC_NONE, 0), 0);
	rig_free(r);
}

static void no_keepalives_with_traffic(void)
{
	struct rig *r = rig_new();

	r->ha_config.dsmip.nat_refresh_s = 50;
	rig_build(r);
	rig_registered(r, "wlan", r->wlan);
	for (unsigned k = 0; k < 10; k++) {
		CU_ASSERT(rig_up6(r));
		rig_run(r, S(20));
	}
	CU_ASSERT_EQUAL(rig_signals(r, REC_SIGNAL_TX, r->ue_id, MH_BU), 1);
	rig_free(r);
}

static unsigned bus_in(enum mh_profile profile, uint32_t refresh_s, moor_time span)
{
	struct rig *r = rig_new();
	unsigned n;

	r->profile.dsmip.profile = r->ha_config.dsmip.profile = profile;
	r->profile.dsmip.refresh_percent = 0;
	r->ha_config.dsmip.nat_refresh_s = refresh_s;
	rig_build(r);
	rig_registered(r, "wlan", r->wlan);
	rig_run(r, span);
	n = rig_signals(r, REC_SIGNAL_TX, r->ue_id, MH_BU);
	rig_free(r);
	return n;
}

static void keepalive_intervals(void)
{
	CU_ASSERT_EQUAL(bus_in(MH_PROFILE_R10, 0, S(150)), 2);		/* NATKATIMEOUT, 110 s */
	CU_ASSERT_EQUAL(bus_in(MH_PROFILE_RFC, 0, S(150)), 2);
	CU_ASSERT_EQUAL(bus_in(MH_PROFILE_R10, 30, S(80)), 3);
	CU_ASSERT_EQUAL(bus_in(MH_PROFILE_RFC, UINT32_MAX, S(850)), 1);	/* none needed [RFC 5555 4.3] */
	CU_ASSERT_EQUAL(bus_in(MH_PROFILE_R10, UINT32_MAX, S(850)), 1);	/* at the lifetime [24.303 5.3.2] */
}

static void nat_rebinding(void)
{
	struct rig *r = rig_new();
	struct dsmip_bce_view before, after;

	rig_build(r);
	rig_registered(r, "wlan", r->wlan);
	before = rig_bce(r);
	nat_rebind(router_nat(r->box));
	CU_ASSERT(!rig_down6(r));			/* the old mapping is gone */
	CU_ASSERT(!rig_up6(r));				/* and the new port is not the binding's */
	CU_ASSERT(rig_discarded(r, r->ha_id, "tunnel-source"));
	rig_run(r, S(120));				/* the keepalive's BU brings it in order */
	after = rig_bce(r);
	CU_ASSERT_NOT_EQUAL(before.udp_port, after.udp_port);
	CU_ASSERT(rig_up6(r) && rig_down6(r) && rig_up4(r) && rig_down4(r));
	rig_free(r);
}

/* RFC profile: the BA in UDP also without a NAT, and then plain IPv4 for packets. */
static void rfc_answers_in_udp(void)
{
	struct rig *r = rig_new();
	const struct seen *s;
	struct mh_msg ba;

	r->profile.dsmip.profile = r->ha_config.dsmip.profile = MH_PROFILE_RFC;
	rig_build(r);
	rig_registered(r, "wlan", r->wlan4);
	s = rig_signal(r, REC_SIGNAL_RX, r->ue_id, MH_BA, 0);
	ba = rig_message(s);
	CU_ASSERT(s && s->r.u.signal.udp);
	CU_ASSERT_PTR_NOT_NULL(mh_find(&ba, MH_OPT_NAT_DETECTION));
	CU_ASSERT_EQUAL(mh_find(&ba, MH_OPT_NAT_DETECTION)->nat.refresh_s, UINT32_MAX);
	CU_ASSERT(!dsmip_ue_binding(r->d).udp && rig_bce(r).udp_port == 0);
	CU_ASSERT(rig_up6(r) && rig_down6(r) && rig_up4(r) && rig_down4(r));
	CU_ASSERT_EQUAL(rig_count(r, REC_DEVIATION, REC_NONE, 0), 0);
	rig_free(r);
}

static void release_8(void)
{
	struct rig *r = rig_new();
	struct mh_msg bu, ba;

	r->profile.dsmip.profile = r->ha_config.dsmip.profile = MH_PROFILE_R8;
	rig_build(r);
	rig_registered(r, "wlan", r->wlan);
	bu = rig_message(rig_signal(r, REC_SIGNAL_TX, r->ue_id, MH_BU, 0));
	CU_ASSERT_EQUAL(bu.bu.flags, MH_BU_A | MH_BU_H | MH_BU_K);
	ba = rig_message(rig_signal(r, REC_SIGNAL_RX, r->ue_id, MH_BA, 0));
	CU_ASSERT_EQUAL(ba.ba.flags, MH_BA_K);
	CU_ASSERT(rig_up6(r) && rig_down6(r) && rig_up4(r) && rig_down4(r));
	CU_ASSERT_EQUAL(rig_count(r, REC_DEVIATION, REC_NONE, 0), 0);
	rig_free(r);
}

/* ---- a home agent that forgets ----------------------------------------------------------------------------------- */

static void home_agent_reboots(void)
{
	struct rig *r = rig_new();

	rig_build(r);
	rig_registered(r, "lte", r->lte);
	ha_reboot(r->ha);
	CU_ASSERT_EQUAL(dsmip_ha_entries(r->a), 0);
	CU_ASSERT(!rig_up6(r) && !rig_down6(r));
	ue_refresh(r->ue);
	rig_run(r, S(1));
	/* its IPv4 home address is nobody's any more: 130, and another one is asked for */
	CU_ASSERT_EQUAL(rig_bce(r).sequence, 3);
	CU_ASSERT_EQUAL(ip4_u32(dsmip_ue_hoa4(r->d)), 0xc0000202);
	CU_ASSERT(rig_up6(r) && rig_down6(r) && rig_up4(r) && rig_down4(r));
	CU_ASSERT_EQUAL(rig_count(r, REC_DEVIATION, REC_NONE, 0), 0);
	rig_free(r);
}

/* The de-registration of a binding that is not there any more: 133, and the UE is content. */
static void detach_after_a_reboot(void)
{
	struct rig *r = rig_new();

	rig_build(r);
	rig_registered(r, "lte", r->lte);
	ha_reboot(r->ha);
	ue_detach(r->ue);
	rig_run(r, S(1));
	CU_ASSERT_EQUAL(rig_message(rig_last(r, REC_SIGNAL_RX, r->ue_id, MH_BA)).ba.status, MH_BA_NOT_HOME_AGENT);
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_IDLE);
	rig_free(r);
}

/* [RFC 4862 5.5.4] the care-of address goes, the link stays: nothing is sent from the address that is no more. */
static void care_of_address_goes(void)
{
	struct rig *r = rig_new();
	struct ip6_addr coa;

	rig_build(r);
	rig_registered(r, "lte", r->lte);
	coa = dsmip_ue_binding(r->d).care_of;
	CU_ASSERT(rig_up6(r));
	net_address_remove(ue_iface(r->ue, "lte"), &coa);
	rig_run(r, S(0.1));
	CU_ASSERT(!rig_up6(r));
	CU_ASSERT(rig_discarded(r, r->ue_id, "diverted-to-nowhere"));
	rig_free(r);
}

/* A UE that wants back does not wait for the answer to its de-registration. */
static void attaches_while_detaching(void)
{
	struct rig *r = rig_new();

	rig_build(r);
	rig_registered(r, "lte", r->lte);
	rig_lose(r->lte, MH_BA, 1);
	ue_detach(r->ue);
	rig_run(r, S(0.5));
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_DETACHING);
	ue_attach(r->ue, "lte");
	rig_run(r, S(0.5));
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERED);
	CU_ASSERT_EQUAL(rig_signals(r, REC_SIGNAL_TX, r->ue_id, MH_BU), 3);
	CU_ASSERT(rig_up6(r) && rig_down6(r));
	rig_free(r);
}

/*
 * Another private address behind the same NAT: another care-of address, so a handover, although packets go to the same
 * public one [24.303 5.2.3.2].
 */
static void another_address_behind_the_nat(void)
{
	struct rig *r = rig_new();
	struct ip6_addr was;

	rig_build(r);
	rig_registered(r, "wlan", r->wlan);
	CU_ASSERT(net_address_global(ue_iface(r->ue, "wlan"), true, &was));
	net_address_remove(ue_iface(r->ue, "wlan"), &was);
	ue_ip4_static(r->ue, "wlan", (struct ip4_addr){ { 10, 0, 0, 77 } }, 24, (struct ip4_addr){ { 10, 0, 0, 1 } });
	rig_run(r, S(2));
	CU_ASSERT(rig_bound(r, r->ha_id, BINDING_UPDATED, 0));
	CU_ASSERT(!rig_bound(r, r->ha_id, BINDING_REFRESHED, 0));
	CU_ASSERT_EQUAL(ip4_u32(rig_bce(r).care_of4), 0x0a00004d);
	CU_ASSERT(rig_up6(r) && rig_down6(r));
	rig_free(r);
}

static const struct harness_test tests[] = {
	{ "the care-of address goes", care_of_address_goes },
	{ "attach while detaching", attaches_while_detaching },
	{ "another address behind the same NAT", another_address_behind_the_nat },
	{ "a periodic BU well before the end", refreshes_before_the_end },
	{ "a periodic BU as advised", refreshes_as_advised },
	{ "a shorter lifetime than asked for", granted_less },
	{ "expiry on both ends", expires_on_both_ends },
	{ "a periodic BU that was due without link", refresh_owed },
	{ "keepalives behind a NAT", keepalives_when_idle },
	{ "no keepalives with traffic", no_keepalives_with_traffic },
	{ "keepalive intervals by refresh time and profile", keepalive_intervals },
	{ "the NAT rebinds", nat_rebinding },
	{ "profile rfc: BA in UDP without a NAT", rfc_answers_in_udp },
	{ "profile r8: no R flag", release_8 },
	{ "the home agent reboots", home_agent_reboots },
	{ "detach from a home agent that forgot", detach_after_a_reboot },
};

int main(int argc, char **argv)
{
	return harness_main("lifetime", tests, G_N_ELEMENTS(tests), argc, argv);
}
