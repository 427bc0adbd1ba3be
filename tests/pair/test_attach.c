/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * First registrations of a UE at a home agent: IPv6, IPv4, IPv4 behind a NAT, at home; the messages octet by field, the
 * binding on both ends, and packets through the tunnel in both directions.
 */
#include "tests/pair/rig.h"

static void registers_over_ipv6(void)
{
	struct rig *r = rig_new();
	struct mh_msg bu, ba;
	struct dsmip_bce_view b;
	struct dsmip_bul l;

	rig_build(r);
	rig_registered(r, "lte", r->lte);
	CU_ASSERT_EQUAL(rig_signals(r, REC_SIGNAL_TX, r->ue_id, MH_BU), 1);
	bu = rig_message(rig_signal(r, REC_SIGNAL_TX, r->ue_id, MH_BU, 0));
	CU_ASSERT_EQUAL(bu.bu.flags, MH_BU_A | MH_BU_H | MH_BU_K | MH_BU_R);
	CU_ASSERT_EQUAL(bu.bu.life.units, 225);
	CU_ASSERT_EQUAL(bu.n_opt, 2);
	CU_ASSERT(mh_find(&bu, MH_OPT_ALT_COA) && mh_find(&bu, MH_OPT_IP4_HOA));
	CU_ASSERT(ip4_is_zero(mh_find(&bu, MH_OPT_IP4_HOA)->hoa4.addr));
	ba = rig_message(rig_signal(r, REC_SIGNAL_RX, r->ue_id, MH_BA, 0));
	CU_ASSERT_EQUAL(ba.ba.status, 0);
	CU_ASSERT_EQUAL(ba.ba.flags, MH_BA_K | MH_BA_R);
	CU_ASSERT_EQUAL(ba.ba.life.units, 225);
	CU_ASSERT_EQUAL(ba.ba.seq, bu.bu.seq);
	CU_ASSERT_EQUAL(ba.n_opt, 1);
	b = rig_bce(r);
	l = dsmip_ue_binding(r->d);
	CU_ASSERT(ip6_eq(&b.care_of, &l.care_of) && ip6_eq(&mh_find(&bu, MH_OPT_ALT_COA)->ip6, &l.care_of));
	CU_ASSERT(ip4_eq(b.home_address4, l.home_address4) && !ip4_is_zero(b.home_address4));
	CU_ASSERT_EQUAL(b.udp_port, 0);
	CU_ASSERT(l.valid && !l.udp && !l.nat && l.r && l.k);
	/* The UE's end comes a little before the home agent's, which counts from the BU's arrival. */
	CU_ASSERT(l.expires < b.expires && b.expires - l.expires < 50 * MOOR_MS);
	CU_ASSERT(rig_up6(r) && rig_down6(r) && rig_up4(r) && rig_down4(r));
	CU_ASSERT(rig_moved(r, MOVE_FOREIGN_LINK, 0, NULL) && rig_moved(r, MOVE_REGISTERED, 0, NULL));
	CU_ASSERT(!rig_moved(r, MOVE_STARTED, 0, NULL));
	CU_ASSERT_EQUAL(rig_count(r, REC_DEVIATION, REC_NONE, 0), 0);
	rig_free(r);
}

static void registers_over_ipv4(void)
{
	struct rig *r = rig_new();
	struct mh_msg bu, ba;
	const struct seen *s;

	rig_build(r);
	rig_registered(r, "wlan", r->wlan4);
	s = rig_signal(r, REC_SIGNAL_TX, r->ue_id, MH_BU, 0);
	bu = rig_message(s);
	CU_ASSERT(s && s->r.u.signal.udp);		/* the BU is in UDP whatever the tunnel will be */
	CU_ASSERT(mh_find(&bu, MH_OPT_IP4_COA) && !mh_find(&bu, MH_OPT_ALT_COA));
	s = rig_signal(r, REC_SIGNAL_RX, r->ue_id, MH_BA, 0);
	ba = rig_message(s);
	CU_ASSERT(s && !s->r.u.signal.udp);		/* 24.303: no NAT, no UDP */
	CU_ASSERT(mh_find(&ba, MH_OPT_NAT_DETECTION) && !mh_find(&ba, MH_OPT_NAT_DETECTION)->nat.force);
	CU_ASSERT(!dsmip_ue_binding(r->d).udp && !rig_bce(r).nat);
	CU_ASSERT_EQUAL(rig_bce(r).udp_port, 0);
	CU_ASSERT(rig_up6(r) && rig_down6(r) && rig_up4(r) && rig_down4(r));
	CU_ASSERT_EQUAL(rig_count(r, REC_DEVIATION, REC_NONE, 0), 0);
	rig_free(r);
}

static void registers_behind_a_nat(void)
{
	struct rig *r = rig_new();
	struct mh_msg ba;
	const struct seen *s;
	struct dsmip_bce_view b;

	rig_build(r);
	rig_registered(r, "wlan", r->wlan);
	s = rig_signal(r, REC_SIGNAL_RX, r->ue_id, MH_BA, 0);
	ba = rig_message(s);
	CU_ASSERT(s && s->r.u.signal.udp && s->r.u.signal.nat);
	CU_ASSERT(mh_find(&ba, MH_OPT_NAT_DETECTION) && mh_find(&ba, MH_OPT_NAT_DETECTION)->nat.force);
	CU_ASSERT_EQUAL(mh_find(&ba, MH_OPT_NAT_DETECTION)->nat.refresh_s, 110);
	b = rig_bce(r);
	CU_ASSERT(b.nat && b.udp_port);
	CU_ASSERT_EQUAL(ip4_u32(dsmip_unmap(&b.care_of)), 0xcb007103);	/* 203.0.113.3: the NAT's */
	CU_ASSERT_EQUAL(ip4_u32(b.care_of4) >> 8, 0x0a0000);			/* the UE's own */
	CU_ASSERT(dsmip_ue_binding(r->d).udp && dsmip_ue_binding(r->d).nat);
	CU_ASSERT(rig_up6(r) && rig_down6(r) && rig_up4(r) && rig_down4(r));
	CU_ASSERT_EQUAL(rig_count(r, REC_DEVIATION, REC_NONE, 0), 0);
	rig_free(r);
}

static void at_home_needs_no_binding(void)
{
	struct rig *r = rig_new();

	rig_build(r);
	rig_attach(r, "home", r->home);
	rig_run(r, S(8));
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_HOME);
	CU_ASSERT_EQUAL(rig_signals(r, REC_SIGNAL_TX, r->ue_id, MH_BU), 0);
	CU_ASSERT(rig_moved(r, MOVE_HOME_LINK, 0, NULL));
	CU_ASSERT(rig_up6(r) && rig_down6(r));
	CU_ASSERT_EQUAL(dsmip_ha_entries(r->a), 0);
	rig_free(r);
}

static void prefers_ipv6_on_a_dual_link(void)
{
	struct rig *r = rig_new();
	struct dsmip_bce_view b;

	rig_build(r);
	rig_registered(r, "wlan", r->dual);
	b = rig_bce(r);
	CU_ASSERT(!dsmip_is_mapped(&b.care_of));
	rig_free(r);
}

static const struct harness_test tests[] = {
	{ "registers over IPv6", registers_over_ipv6 },
	{ "registers over IPv4 without NAT", registers_over_ipv4 },
	{ "registers behind a NAT", registers_behind_a_nat },
	{ "at home there is no binding", at_home_needs_no_binding },
	{ "a dual-stack link means IPv6", prefers_ipv6_on_a_dual_link },
};

int main(int argc, char **argv)
{
	return harness_main("attach", tests, G_N_ELEMENTS(tests), argc, argv);
}
