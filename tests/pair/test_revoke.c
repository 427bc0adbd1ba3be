/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Binding Revocation between a UE and a home agent without security, message by message: what goes where and when, each
 * message lost, refused, unexpected or wrong, and every status. What security adds is in test_switch.c.
 */
#include <string.h>

#include "tests/pair/rig.h"

static struct rig *with(enum mh_profile profile, const char *iface, struct moor_link *(*link)(struct rig *))
{
	struct rig *r = rig_new();

	r->profile.dsmip.profile = profile;
	r->profile.dsmip.want_hoa4 = true;
	r->ha_config.dsmip.profile = profile;
	rig_build(r);
	rig_registered(r, iface, link(r));
	return r;
}

static struct moor_link *lte(struct rig *r) { return r->lte; }
static struct moor_link *wlan(struct rig *r) { return r->wlan; }
static struct moor_link *wlan4(struct rig *r) { return r->wlan4; }

static bool take_back(struct rig *r)
{
	return dsmip_ha_revoke(r->a, dsmip_ue_hoa(r->d), MH_BRI_ADMINISTRATIVE, false);
}

/* As the home agent sends it over IPv6: from a6, or to the care-of address itself when told so. */
static void say_to_ue(struct rig *r, const struct mh_msg *m, const struct ip6_addr *from, bool rh2)
{
	struct dsmip_bul b = dsmip_ue_binding(r->d);
	struct ip6_addr hoa = b.home_address;
	struct dsmip_tx tx = { .profile = MH_PROFILE_RFC, .hoa = hoa, .coa = b.care_of };

	tx.send.src = from ? *from : b.home_agent;
	tx.send.dst = b.care_of;
	tx.send.rh2 = rh2 ? &hoa : NULL;
	dsmip_send(ha_host(r->ha), m, &tx);
	rig_run(r, S(0.2));
}

static void say_to_ha(struct rig *r, const struct mh_msg *m)
{
	struct dsmip_bul b = dsmip_ue_binding(r->d);
	struct ip6_addr hoa = b.home_address;
	struct dsmip_tx tx = { .profile = MH_PROFILE_RFC, .hoa = hoa, .coa = b.care_of };

	tx.send.src = b.care_of;
	tx.send.dst = b.home_agent;
	tx.send.home_address = &hoa;
	dsmip_send(ue_host(r->ue), m, &tx);
	rig_run(r, S(0.2));
}

static struct mh_msg br(uint8_t type, uint8_t code, uint16_t seq, uint16_t flags)
{
	struct mh_msg m;

	mh_start(&m, MH_BR);
	m.br.type = type;
	m.br.code = code;
	m.br.seq = seq;
	m.br.flags = flags;
	return m;
}

static struct mh_msg last(const struct rig *r, uint32_t node)
{
	const struct seen *s = rig_last(r, REC_SIGNAL_TX, node, MH_BR);
	static const struct seen none;

	CU_ASSERT(s != NULL);
	return rig_message(s ? s : &none);
}

/* ---- as it should be --------------------------------------------------------------------------------------------- */

static void over(const char *iface, struct moor_link *(*link)(struct rig *), bool udp, enum mh_profile profile)
{
	struct rig *r = with(profile, iface, link);
	const struct seen *bri;
	struct mh_msg m;

	CU_ASSERT(take_back(r));
	CU_ASSERT(!take_back(r));					/* one at a time */
	CU_ASSERT_EQUAL(rig_bce(r).state, DSMIP_BCE_REVOKING);
	CU_ASSERT_EQUAL(dsmip_ha_bindings(r->a), 1);		/* it stands */
	rig_run(r, S(0.5));
	bri = rig_signal(r, REC_SIGNAL_TX, r->ha_id, MH_BR, 0);
	CU_ASSERT(bri && bri->r.u.signal.udp == udp && bri->r.u.signal.subtype == MH_BR_BRI);
	m = last(r, r->ha_id);
	CU_ASSERT(m.br.code == 1 && !m.br.flags && !m.n_opt);
	m = last(r, r->ue_id);
	CU_ASSERT(m.br.type == MH_BR_BRA && m.br.code == MH_BRA_SUCCESS && bri && m.br.seq == bri->r.u.signal.sequence);
	CU_ASSERT_EQUAL(rig_last(r, REC_SIGNAL_TX, r->ue_id, MH_BR)->r.u.signal.udp, ip6_is_mapped(&bri->r.u.signal.dst));
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_IDLE);
	CU_ASSERT_EQUAL(rig_bce(r).state, DSMIP_BCE_NONE);
	CU_ASSERT(rig_bound(r, r->ue_id, BINDING_REVOKED, 0) && rig_bound(r, r->ha_id, BINDING_REVOKED, 0));
	rig_run(r, S(20));
	CU_ASSERT_EQUAL(rig_signals(r, REC_SIGNAL_TX, r->ha_id, MH_BR), 1);
	CU_ASSERT(!dsmip_ha_entries(r->a) && !take_back(r));
	CU_ASSERT(rig_count(r, REC_DEVIATION, REC_NONE, 0) == 0);
	ue_attach(r->ue, iface);				/* and it may come back */
	rig_run(r, S(5));
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERED);
	rig_free(r);
}

static void test_ipv6(void)
{
	over("lte", lte, false, MH_PROFILE_R10);
	over("lte", lte, false, MH_PROFILE_R8);
	over("lte", lte, false, MH_PROFILE_RFC);
}

static void test_nat(void) { over("wlan", wlan, true, MH_PROFILE_R10); }

static void test_ipv4(void)
{
	over("wlan", wlan4, false, MH_PROFILE_R10);
	over("wlan", wlan4, true, MH_PROFILE_RFC);
}

/* ---- lost -------------------------------------------------------------------------------------------------------- */

static void test_bri_lost(void)
{
	struct rig *r = with(MH_PROFILE_R10, "lte", lte);
	const struct seen *first, *second;

	rig_lose(r->lte, MH_BR, 1);
	take_back(r);
	rig_run(r, S(0.95));
	CU_ASSERT(rig_down6(r));			/* the tunnel is still there */
	rig_run(r, S(0.5));
	first = rig_signal(r, REC_SIGNAL_TX, r->ha_id, MH_BR, 0);
	second = rig_signal(r, REC_SIGNAL_TX, r->ha_id, MH_BR, 1);
	CU_ASSERT(first && second && second->r.at - first->r.at == S(1));
	CU_ASSERT(first && second && first->r.u.signal.sequence == second->r.u.signal.sequence);
	CU_ASSERT(second && second->r.u.signal.attempt == 2);
	CU_ASSERT(dsmip_ue_state(r->d) == DSMIP_IDLE && rig_bce(r).state == DSMIP_BCE_NONE);
	rig_free(r);
}

/* The UE answers again whoever asks again, as long as it knows the binding; then the home agent helps itself. */
static void given_up(int64_t tries, double after)
{
	struct rig *r = rig_new();

	r->timers.v[T_BRI_TRIES] = tries;
	rig_build(r);
	rig_registered(r, "lte", r->lte);
	rig_plug(r, "lte", NULL);
	CU_ASSERT(take_back(r));
	rig_run(r, S(after) - MOOR_MS);
	CU_ASSERT_EQUAL(rig_bce(r).state, DSMIP_BCE_REVOKING);
	rig_run(r, 2 * MOOR_MS);
	CU_ASSERT_EQUAL(rig_bce(r).state, DSMIP_BCE_NONE);
	CU_ASSERT_EQUAL(rig_signals(r, REC_SIGNAL_TX, r->ha_id, MH_BR), (unsigned)tries + 1);
	CU_ASSERT(rig_bound(r, r->ha_id, BINDING_REVOKED, 0));
	rig_free(r);
}

static void test_given_up(void)
{
	given_up(0, 1);
	given_up(1, 3);
	given_up(4, 9);			/* 1, 2, 2, 2, 2 */
}

/* The lifetime is over first. */
static void test_expired(void)
{
	struct rig *r = rig_new();

	r->timers.v[T_BRI_TRIES] = 100;
	r->profile.dsmip.lifetime = S(12);
	r->profile.dsmip.refresh_percent = 0;
	rig_build(r);
	rig_registered(r, "lte", r->lte);
	rig_plug(r, "lte", NULL);
	CU_ASSERT(take_back(r));
	rig_run(r, S(20));
	CU_ASSERT(rig_bound(r, r->ha_id, BINDING_EXPIRED, 0) && !dsmip_ha_entries(r->a));
	rig_free(r);
}

/* ---- Binding Updates meanwhile ----------------------------------------------------------------------------------- */

static void test_bu_crosses(void)
{
	struct rig *r = with(MH_PROFILE_R10, "lte", lte);

	rig_lose(r->lte, MH_BR, 1);
	ue_detach(r->ue);
	take_back(r);
	rig_run(r, S(5));
	CU_ASSERT_EQUAL(rig_signals(r, REC_SIGNAL_TX, r->ha_id, MH_BR), 1);	/* the timer is stopped */
	CU_ASSERT(rig_bound(r, r->ha_id, BINDING_DEREGISTERED, 0) && !rig_bound(r, r->ha_id, BINDING_REVOKED, 0));
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_IDLE);
	rig_free(r);
}

static void bu_during(bool accepted)
{
	struct rig *r = with(MH_PROFILE_R10, "lte", lte);
	const struct seen *ba;

	dsmip_ha_settings(r->a)->bu_ends_revocation = accepted;
	rig_lose(r->lte, MH_BR, 1);
	take_back(r);
	rig_run(r, S(0.3));
	ue_refresh(r->ue);
	rig_run(r, S(0.2));
	ba = rig_last(r, REC_SIGNAL_TX, r->ha_id, MH_BA);
	CU_ASSERT(ba && ba->r.u.signal.status == (accepted ? MH_BA_ACCEPTED : MH_BA_PROHIBITED));
	CU_ASSERT_EQUAL(rig_bce(r).state, accepted ? DSMIP_BCE_ACTIVE : DSMIP_BCE_REVOKING);
	rig_run(r, S(10));
	CU_ASSERT_EQUAL(rig_bce(r).state, accepted ? DSMIP_BCE_ACTIVE : DSMIP_BCE_NONE);
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), accepted ? DSMIP_REGISTERED : DSMIP_IDLE);
	CU_ASSERT_EQUAL(rig_signals(r, REC_SIGNAL_TX, r->ha_id, MH_BR), accepted ? 1 : 2);
	if (accepted)
		CU_ASSERT(take_back(r));		/* once more, with another number */
	rig_free(r);
}

static void test_bu_during(void)
{
	bu_during(false);
	bu_during(true);
}

/* ---- wrong answers ----------------------------------------------------------------------------------------------- */

static void test_bra(void)
{
	static const uint8_t ends[] = { 0, 1, 128, 129, 130, 131, 132, 133, 134, 135, 200, 255 };

	for (unsigned k = 0; k < G_N_ELEMENTS(ends); k++) {
		struct rig *r = with(MH_PROFILE_R10, "lte", lte);
		struct mh_msg m = br(MH_BR_BRA, 0, 7, 0);

		say_to_ha(r, &m);
		CU_ASSERT(rig_discarded(r, r->ha_id, "bra-unexpected"));
		rig_lose(r->lte, MH_BR, 1);
		take_back(r);
		rig_run(r, S(0.1));
		m = br(MH_BR_BRA, 0, (uint16_t)(last(r, r->ha_id).br.seq + 1), 0);
		say_to_ha(r, &m);
		CU_ASSERT(rig_discarded(r, r->ha_id, "bra-sequence"));
		m = br(MH_BR_BRI, 1, last(r, r->ha_id).br.seq, 0);
		say_to_ha(r, &m);
		CU_ASSERT(rig_discarded(r, r->ha_id, "bri-not-for-a-home-agent"));
		m = br(77, 1, last(r, r->ha_id).br.seq, 0);
		say_to_ha(r, &m);
		CU_ASSERT_EQUAL(rig_bce(r).state, DSMIP_BCE_REVOKING);
		m = br(MH_BR_BRA, ends[k], rig_signal(r, REC_SIGNAL_TX, r->ha_id, MH_BR, 0)->r.u.signal.sequence, 0);
		say_to_ha(r, &m);
		CU_ASSERT_EQUAL(rig_bce(r).state, DSMIP_BCE_NONE);
		rig_free(r);
	}
}

/* What the UE says to a BRI; the binding stays unless `goes`. */
static void answered(enum mh_profile profile, const struct mh_msg *bri, uint8_t status, bool goes)
{
	struct rig *r = with(profile, "lte", lte);
	struct mh_msg m;

	say_to_ue(r, bri, NULL, true);
	m = last(r, r->ue_id);
	CU_ASSERT_EQUAL(m.br.type, MH_BR_BRA);
	CU_ASSERT_EQUAL(m.br.code, status);
	CU_ASSERT(m.br.seq == bri->br.seq && m.br.flags == bri->br.flags);
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), goes ? DSMIP_IDLE : DSMIP_REGISTERED);
	CU_ASSERT(rig_discarded(r, r->ha_id, "bra-unexpected"));
	rig_free(r);
}

static void test_flags(void)
{
	struct mh_msg m = br(MH_BR_BRI, 1, 5, MH_BR_P);

	answered(MH_PROFILE_R10, &m, MH_BRA_PROXY_UNSUPPORTED, false);
	m = br(MH_BR_BRI, 1, 6, MH_BR_V);
	answered(MH_PROFILE_R10, &m, MH_BRA_IP4_HOA_REQUIRED, false);
	mh_add(&m, MH_OPT_IP4_HOA)->hoa4.addr = ip4_from_u32(0xc0000263);
	answered(MH_PROFILE_R10, &m, MH_BRA_NO_BINDING, false);
	m = br(MH_BR_BRI, 1, 7, 0);
	mh_add(&m, MH_OPT_BID)->bid.bid = 9;
	answered(MH_PROFILE_R10, &m, MH_BRA_NO_BINDING, false);
	m = br(MH_BR_BRI, MH_BRI_LOCAL_POLICY, 8, MH_BR_G);
	answered(MH_PROFILE_RFC, &m, MH_BRA_SUCCESS, true);
}

/* [RFC 5846 6.2.1] and 3GPP's UE, to which all are the same */
static void test_triggers(void)
{
	static const struct { uint8_t trigger; uint16_t flags; uint8_t status; } rows[] = {
		{ 0, 0, 0 }, { 7, 0, 0 }, { 8, 0, 133 }, { 127, 0, 133 }, { 128, 0, 134 }, { 130, 0, 133 }, { 250, 0, 0 },
		{ 255, MH_BR_G, 0 }, { 1, MH_BR_G, 134 }, { 128, MH_BR_G, 0 }, { 200, MH_BR_G, 133 },
	};

	for (unsigned k = 0; k < G_N_ELEMENTS(rows); k++) {
		struct mh_msg m = br(MH_BR_BRI, rows[k].trigger, 9, rows[k].flags);

		answered(MH_PROFILE_RFC, &m, rows[k].status, !rows[k].status);
		answered(MH_PROFILE_R10, &m, 0, true);
	}
}

/* ---- wrong questions --------------------------------------------------------------------------------------------- */

static void ignored(const char *reason, struct rig *r)
{
	CU_ASSERT(rig_discarded(r, r->ue_id, reason));
	CU_ASSERT_EQUAL(rig_signals(r, REC_SIGNAL_TX, r->ue_id, MH_BR), 0);
	rig_free(r);
}

static void test_ignored(void)
{
	struct mh_msg m = br(MH_BR_BRI, 1, 5, 0), bra = br(MH_BR_BRA, 0, 5, 0);
	struct ip6_addr stranger;
	struct rig *r = with(MH_PROFILE_R10, "lte", lte);

	say_to_ue(r, &m, NULL, false);
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERED);
	ignored("bri-home-address", r);
	r = with(MH_PROFILE_R10, "lte", lte);
	say_to_ue(r, &bra, NULL, true);
	ignored("bra-not-for-a-mobile-node", r);
	r = with(MH_PROFILE_R10, "lte", lte);
	ip6_parse("2001:db8:c0::77", &stranger);
	net_address_add_virtual(ha_host(r->ha), &stranger);
	say_to_ue(r, &m, &stranger, true);
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERED);
	ignored("routing-header", r);
	r = with(MH_PROFILE_R10, "lte", lte);
	dsmip_ha_drop(r->a, dsmip_ue_hoa(r->d));
	CU_ASSERT(!take_back(r));
	rig_free(r);
}

/* ---- the IPv4 home address --------------------------------------------------------------------------------------- */

static void test_ip4(void)
{
	struct rig *r = with(MH_PROFILE_RFC, "lte", lte);
	const struct ip6_addr *hoa = dsmip_ue_hoa(r->d);

	CU_ASSERT(rig_down4(r));
	rig_lose(r->lte, MH_BR, 1);
	CU_ASSERT(dsmip_ha_revoke(r->a, hoa, 1, true));
	CU_ASSERT(!dsmip_ha_revoke(r->a, hoa, 1, true));
	rig_run(r, S(2));
	CU_ASSERT_EQUAL(rig_signals(r, REC_SIGNAL_TX, r->ha_id, MH_BR), 2);
	CU_ASSERT(ip4_is_zero(rig_bce(r).home_address4) && ip4_is_zero(dsmip_ue_hoa4(r->d)));
	CU_ASSERT_EQUAL(rig_bce(r).state, DSMIP_BCE_ACTIVE);
	CU_ASSERT(rig_down6(r) && rig_up6(r));
	CU_ASSERT(!dsmip_ha_revoke(r->a, hoa, 1, true));		/* there is none any more */
	ue_want_hoa4(r->ue, true);
	rig_run(r, S(2));
	CU_ASSERT(ip4_is_zero(rig_bce(r).home_address4));
	CU_ASSERT(take_back(r));						/* all of it */
	rig_run(r, S(1));
	CU_ASSERT(dsmip_ue_state(r->d) == DSMIP_IDLE && !dsmip_ha_entries(r->a));
	ue_attach(r->ue, "lte");					/* another binding has another right */
	rig_run(r, S(5));
	CU_ASSERT(!ip4_is_zero(rig_bce(r).home_address4));
	rig_free(r);
}

/* Nobody answers: it goes all the same. */
static void test_ip4_given_up(void)
{
	struct rig *r = with(MH_PROFILE_RFC, "lte", lte);

	rig_lose(r->lte, MH_BR, 2);
	CU_ASSERT(dsmip_ha_revoke(r->a, dsmip_ue_hoa(r->d), 1, true));
	rig_run(r, S(4));
	CU_ASSERT(ip4_is_zero(rig_bce(r).home_address4) && rig_bce(r).state == DSMIP_BCE_ACTIVE);
	CU_ASSERT(rig_down6(r));
	rig_free(r);
}

static const struct harness_test tests[] = {
	{ "over IPv6", test_ipv6 },
	{ "behind a NAT", test_nat },
	{ "over IPv4", test_ipv4 },
	{ "a lost BRI", test_bri_lost },
	{ "nobody answers", test_given_up },
	{ "the lifetime is over first", test_expired },
	{ "a de-registration that crosses", test_bu_crosses },
	{ "a registration meanwhile", test_bu_during },
	{ "acknowledgements, wrong ones and every status", test_bra },
	{ "flags and options of a BRI", test_flags },
	{ "triggers", test_triggers },
	{ "what the UE ignores", test_ignored },
	{ "the IPv4 home address alone", test_ip4 },
	{ "the IPv4 home address, and nobody answers", test_ip4_given_up },
};

int main(int argc, char **argv)
{
	return harness_main("revoke", tests, G_N_ELEMENTS(tests), argc, argv);
}
