/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The home agent says no: each status of a Binding Acknowledgement and of the IPv4 Address Acknowledgement, and
 * what the UE does next [24.303 5.1.2.4, RFC 6275 11.7.3, RFC 5555 4.4.2]; the profiles' differences in alternate
 * care-of address and UDP.
 */
#include "tests/pair/rig.h"

static uint8_t first_status(const struct rig *r)
{
	return rig_message(rig_signal(r, REC_SIGNAL_RX, r->ue_id, MH_BA, 0)).ba.status;
}

/* With a second home agent on the list the UE goes there at once and never comes back to the first. */
static void tries_the_next(uint8_t status)
{
	struct rig *r = rig_new();

	r->second_ha = true;
	r->ha_config.dsmip.refuse = status;
	rig_build(r);
	dsmip_ha_refuse(ha_dsmip(r->ha2), 0);
	rig_attach(r, "lte", r->lte);
	rig_run(r, S(8));
	CU_ASSERT_EQUAL(first_status(r), status);
	CU_ASSERT_EQUAL(rig_signals(r, REC_SIGNAL_TX, r->ue_id, MH_BU), 2);
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERED);
	CU_ASSERT_EQUAL(dsmip_ha_bindings(r->a), 0);
	CU_ASSERT_EQUAL(dsmip_ha_bindings(ha_dsmip(r->ha2)), 1);
	rig_free(r);
}

static void gives_up(uint8_t status)
{
	struct rig *r = rig_new();

	r->ha_config.dsmip.refuse = status;
	rig_build(r);
	rig_attach(r, "lte", r->lte);
	rig_run(r, S(60));
	CU_ASSERT_EQUAL(first_status(r), status);
	CU_ASSERT_EQUAL(rig_signals(r, REC_SIGNAL_TX, r->ue_id, MH_BU), 1);
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_IDLE);
	CU_ASSERT(rig_moved(r, MOVE_FAILED, 0, NULL));
	CU_ASSERT(rig_bound(r, r->ue_id, BINDING_REFUSED, 0));
	CU_ASSERT_EQUAL(dsmip_ha_entries(r->a), 0);
	rig_free(r);
}

static void fatal_statuses(void)
{
	static const uint8_t fatal[] = { 129, 130, 131, 132, 133, 140, 141, 142, 143, 136, 139, 170 };

	for (unsigned k = 0; k < G_N_ELEMENTS(fatal); k++) {
		tries_the_next(fatal[k]);
		gives_up(fatal[k]);
	}
}

/* Each home agent has prefixes of its own: the UE's is at the same place of the other pool. */
static void another_pool(void)
{
	struct rig *r = rig_new();
	struct ip6_addr hoa;

	r->second_ha = r->second_pool = true;
	r->ha_config.dsmip.refuse = 129;
	rig_build(r);
	dsmip_ha_refuse(ha_dsmip(r->ha2), 0);
	rig_attach(r, "lte", r->lte);
	rig_run(r, S(8));
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERED);
	CU_ASSERT(ip6_parse("2001:db8:b000::1", &hoa) && ip6_eq(&hoa, dsmip_ue_hoa(r->d)));
	CU_ASSERT_EQUAL(dsmip_ha_bindings(ha_dsmip(r->ha2)), 1);
	rig_free(r);
}

static void unspecified_is_tried_again(void)
{
	struct rig *r = rig_new();

	r->ha_config.dsmip.refuse = 128;
	rig_build(r);
	rig_attach(r, "lte", r->lte);
	rig_run(r, S(5));
	dsmip_ha_refuse(r->a, 0);
	rig_run(r, S(5));
	CU_ASSERT_EQUAL(first_status(r), 128);
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERED);
	rig_free(r);
	r = rig_new();
	r->ha_config.dsmip.refuse = 128;
	rig_build(r);
	rig_attach(r, "lte", r->lte);
	rig_run(r, S(60));
	CU_ASSERT_EQUAL(rig_signals(r, REC_SIGNAL_TX, r->ue_id, MH_BU), 4);	/* the first and retries_128 */
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_IDLE);
	rig_free(r);
}

static void dad_failure_means_another_address(void)
{
	struct rig *r = rig_new();
	struct ip6_addr was;

	r->ha_config.dsmip.refuse = 134;
	rig_build(r);
	was = *dsmip_ue_hoa(r->d);
	rig_attach(r, "lte", r->lte);
	while (!rig_signals(r, REC_SIGNAL_TX, r->ha_id, MH_BA) && moor_world_now(r->w) < S(20))
		rig_run(r, MOOR_MS);
	dsmip_ha_refuse(r->a, 0);
	rig_run(r, S(5));
	CU_ASSERT_EQUAL(first_status(r), 134);
	CU_ASSERT(!ip6_eq(dsmip_ue_hoa(r->d), &was));
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERED);
	CU_ASSERT(rig_up6(r) && rig_down6(r));
	rig_free(r);
	/* always refused: not for ever */
	r = rig_new();
	r->ha_config.dsmip.refuse = 134;
	rig_build(r);
	rig_attach(r, "lte", r->lte);
	rig_run(r, S(60));
	CU_ASSERT_EQUAL(rig_signals(r, REC_SIGNAL_TX, r->ue_id, MH_BU), 4);
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_IDLE);
	rig_free(r);
}

static void sequence_out_of_window(void)
{
	struct rig *r = rig_new();
	struct mh_msg ba;

	rig_build(r);
	rig_registered(r, "lte", r->lte);
	ue_set_sequence(r->ue, 500);
	ue_refresh(r->ue);
	rig_run(r, S(1));
	ue_set_sequence(r->ue, 10);
	ue_refresh(r->ue);
	rig_run(r, S(1));
	ba = rig_message(rig_signal(r, REC_SIGNAL_RX, r->ue_id, MH_BA, 2));
	CU_ASSERT_EQUAL(ba.ba.status, MH_BA_SEQUENCE);
	CU_ASSERT_EQUAL(ba.ba.seq, 500);			/* the last that was accepted */
	CU_ASSERT_EQUAL(rig_bce(r).sequence, 501);
	CU_ASSERT_EQUAL(dsmip_ue_binding(r->d).sequence, 501);
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERED);
	CU_ASSERT_EQUAL(rig_signals(r, REC_SIGNAL_TX, r->ue_id, MH_BU), 4);
	rig_free(r);
}

/* A UE that forgot everything meets its own old binding. */
static void reboot_meets_the_old_binding(void)
{
	struct rig *r = rig_new();

	rig_build(r);
	r->profile.dsmip.first_sequence = 1;
	rig_registered(r, "lte", r->lte);
	ue_refresh(r->ue);
	rig_run(r, S(1));
	ue_reboot(r->ue);
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_IDLE);
	ue_attach(r->ue, "lte");
	rig_run(r, S(1));
	CU_ASSERT_EQUAL(rig_message(rig_signal(r, REC_SIGNAL_RX, r->ue_id, MH_BA, 2)).ba.status, MH_BA_SEQUENCE);
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERED);
	CU_ASSERT_EQUAL(rig_bce(r).sequence, 3);
	rig_free(r);
}

static void alternate_coa(enum mh_profile profile, uint8_t status)
{
	struct rig *r = rig_new();

	r->profile.dsmip.profile = r->ha_config.dsmip.profile = profile;
	r->profile.dsmip.fault_alt_coa = ip6_from64(UINT64_C(0x20010db800010000), 0xbad);
	rig_build(r);
	rig_attach(r, "lte", r->lte);
	rig_run(r, S(60));
	CU_ASSERT_EQUAL(first_status(r), status);
	CU_ASSERT_EQUAL(rig_signals(r, REC_SIGNAL_TX, r->ue_id, MH_BU), 4);
	CU_ASSERT_EQUAL(dsmip_ha_entries(r->a), 0);
	rig_free(r);
}

static void alternate_coa_mismatch(void)
{
	alternate_coa(MH_PROFILE_R10, 128);
	alternate_coa(MH_PROFILE_R8, 128);
	alternate_coa(MH_PROFILE_RFC, MH_BA_INVALID_COA);
}

static void missing_ipv4_coa_option(void)
{
	struct rig *r = rig_new();

	r->profile.dsmip.fault_no_coa4 = true;
	rig_build(r);
	rig_attach(r, "wlan", r->wlan);
	rig_run(r, S(10));
	CU_ASSERT_EQUAL(first_status(r), 128);
	CU_ASSERT(rig_deviation(r, "bu-ipv4-coa-missing"));
	CU_ASSERT_EQUAL(dsmip_ha_entries(r->a), 0);
	rig_free(r);
}

static void force_flag(bool granted)
{
	struct rig *r = rig_new();

	r->profile.dsmip.f_flag = true;
	r->ha_config.dsmip.accept_f = granted;
	rig_build(r);
	rig_registered(r, "wlan", r->wlan4);
	CU_ASSERT_EQUAL(first_status(r), granted ? 0 : MH_BA_FORCE_UDP_REFUSED);
	CU_ASSERT_EQUAL(dsmip_ue_binding(r->d).udp, granted);
	CU_ASSERT_EQUAL(rig_bce(r).udp_port != 0, granted);
	CU_ASSERT(!rig_bce(r).nat);
	CU_ASSERT(rig_up6(r) && rig_down6(r) && rig_up4(r) && rig_down4(r));
	rig_free(r);
}

static void forced_udp(void)
{
	force_flag(true);
	force_flag(false);
}

/* ---- IPv4 home address ------------------------------------------------------------------------------------------- */

static uint8_t ack4(const struct rig *r, unsigned n)
{
	struct mh_msg ba = rig_message(rig_signal(r, REC_SIGNAL_RX, r->ue_id, MH_BA, n));
	const struct mh_opt *o = mh_find(&ba, MH_OPT_IP4_ACK);

	CU_ASSERT_PTR_NOT_NULL(o);
	return o ? o->hoa4.status : 255;
}

static void without_ipv4(struct rig *r, uint8_t status, unsigned bus)
{
	rig_registered(r, "lte", r->lte);
	CU_ASSERT_EQUAL(ack4(r, 0), status);
	CU_ASSERT_EQUAL(rig_signals(r, REC_SIGNAL_TX, r->ue_id, MH_BU), bus);
	CU_ASSERT(ip4_is_zero(dsmip_ue_hoa4(r->d)) && ip4_is_zero(rig_bce(r).home_address4));
	CU_ASSERT(rig_up6(r) && rig_down6(r));
	rig_free(r);
}

static void pool_is_empty(void)
{
	struct rig *r = rig_new();

	r->ha_config.dsmip.ip4_pool.len = 0;
	rig_build(r);
	without_ipv4(r, MH_IP4_NO_DYNAMIC, 1);
	r = rig_new();
	r->ha_config.dsmip.hoa4_service = false;
	rig_build(r);
	without_ipv4(r, MH_IP4_PROHIBITED, 1);
}

static void wrong_address_is_replaced(void)
{
	static const struct { uint32_t a; uint8_t status; } wrong[] = {
		{ 0xc000024d, MH_IP4_INCORRECT_HOA }, { 0xe0000001, MH_IP4_INVALID_ADDRESS },
	};

	for (unsigned k = 0; k < G_N_ELEMENTS(wrong); k++) {
		struct rig *r = rig_new();

		r->ue_config.hoa4 = ip4_from_u32(wrong[k].a);
		rig_build(r);
		rig_registered(r, "lte", r->lte);
		CU_ASSERT_EQUAL(ack4(r, 0), wrong[k].status);
		CU_ASSERT_EQUAL(ack4(r, 1), 0);
		CU_ASSERT_EQUAL(rig_signals(r, REC_SIGNAL_TX, r->ue_id, MH_BU), 2);
		CU_ASSERT_EQUAL(ip4_u32(dsmip_ue_hoa4(r->d)), 0xc0000201);
		CU_ASSERT(rig_up4(r) && rig_down4(r));
		rig_free(r);
	}
}

static void static_address_is_kept(void)
{
	struct rig *r = rig_new();

	r->ue_config.hoa4 = ip4_from_u32(0xc00002c8);
	rig_build(r);
	ha_static_hoa4(r->ha, &r->ue_config.hnp, r->ue_config.hoa4);
	rig_registered(r, "lte", r->lte);
	CU_ASSERT_EQUAL(ack4(r, 0), 0);
	CU_ASSERT_EQUAL(ip4_u32(dsmip_ue_hoa4(r->d)), 0xc00002c8);
	CU_ASSERT(rig_up4(r) && rig_down4(r));
	/* without the option the IPv4 binding alone goes [RFC 5555 4.4.2.1] */
	ue_want_hoa4(r->ue, false);
	rig_run(r, S(1));
	CU_ASSERT(ip4_is_zero(dsmip_ue_hoa4(r->d)) && ip4_is_zero(rig_bce(r).home_address4));
	CU_ASSERT(rig_up6(r) && rig_down6(r));
	ue_want_hoa4(r->ue, true);
	rig_run(r, S(1));
	CU_ASSERT_EQUAL(ip4_u32(dsmip_ue_hoa4(r->d)), 0xc00002c8);
	rig_free(r);
}

static const struct harness_test tests[] = {
	{ "fatal statuses: the next home agent, or none", fatal_statuses },
	{ "the next home agent has another pool", another_pool },
	{ "status 128 is tried again, not for ever", unspecified_is_tried_again },
	{ "status 134 means another home address", dad_failure_means_another_address },
	{ "status 135 gives the number to go on from", sequence_out_of_window },
	{ "after a reboot the old binding answers 135", reboot_meets_the_old_binding },
	{ "alternate care-of address mismatch", alternate_coa_mismatch },
	{ "no IPv4 care-of address option", missing_ipv4_coa_option },
	{ "F granted, and refused with 144", forced_udp },
	{ "IPv4 pool empty, IPv4 prohibited", pool_is_empty },
	{ "a wrong IPv4 home address is replaced", wrong_address_is_replaced },
	{ "a static IPv4 home address comes and goes", static_address_is_kept },
};

int main(int argc, char **argv)
{
	return harness_main("refusal", tests, G_N_ELEMENTS(tests), argc, argv);
}
