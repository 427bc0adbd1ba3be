/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The attach of TS 24.303 as it is: IKEv2 with EAP-AKA, the prefix by configuration payload, CREATE_CHILD_SA for the
 * home address, Binding Updates in ESP; over every kind of access, with a second authentication, again with what the
 * first time left behind, and from a connection that exists already. And the endings.
 */
#include <string.h>

#include "tests/pair/s2c.h"

static void test_attach(void)
{
	struct s2c *s = s2c_new();
	moor_time securing = 0, secured = 0, registered = 0;
	struct s2c_pdn_view p;
	struct dsmip_bul b;

	s2c_build(s);
	CU_ASSERT(!dsmip_ue_knows_hoa(s->r->d));
	if (!s2c_registered(s, "lte", s->r->lte)) {
		s2c_free(s);
		return;
	}
	p = s2c_pdn(s);
	b = dsmip_ue_binding(s->r->d);
	CU_ASSERT(p.sa && p.child && !p.existing);
	CU_ASSERT(p.hnp.len == 64 && ip6_prefix_eq(&p.hnp, &b.hnp));
	CU_ASSERT(ip6_in_prefix(&b.home_address, &s->r->ha_config.dsmip.hnp_pool));
	CU_ASSERT(rig_moved(s->r, MOVE_SECURING, 0, &securing) && rig_moved(s->r, MOVE_SECURED, 0, &secured));
	CU_ASSERT(rig_moved(s->r, MOVE_REGISTERED, 0, &registered));
	CU_ASSERT(securing < secured && secured < registered);
	CU_ASSERT_EQUAL(s2c_messages(s, REC_SIGNAL_TX, s->r->ue_id, IKE_SA_INIT, true, 0), 1);
	CU_ASSERT_EQUAL(s2c_messages(s, REC_SIGNAL_TX, s->r->ue_id, IKE_AUTH, true, 0), 3);
	CU_ASSERT_EQUAL(s2c_messages(s, REC_SIGNAL_TX, s->r->ue_id, IKE_CREATE_CHILD_SA, true, 0), 1);
	CU_ASSERT(!s2c_view(s).fast && s2c_view(s).why == IKE_OK);
	s2c_all_secured(s);
	CU_ASSERT(rig_up6(s->r) && rig_down6(s->r) && rig_up4(s->r) && rig_down4(s->r));
	s2c_free(s);
}

/* [24.303 5.4.2.2] de-registration, its answer, and only then DELETE; nothing is left behind */
static void test_detach(void)
{
	struct s2c *s = s2c_new();
	moor_time since;

	s2c_build(s);
	if (s2c_registered(s, "lte", s->r->lte)) {
		since = moor_world_now(s->r->w);
		ue_detach(s->r->ue);
		rig_run(s->r, S(0.03));
		CU_ASSERT_EQUAL(s2c_messages(s, REC_SIGNAL_TX, s->r->ue_id, IKE_INFORMATIONAL, true, since), 0);
		rig_run(s->r, S(5));
		CU_ASSERT_EQUAL(s2c_messages(s, REC_SIGNAL_TX, s->r->ue_id, IKE_INFORMATIONAL, true, since), 1);
		CU_ASSERT_EQUAL(s2c_messages(s, REC_SIGNAL_RX, s->r->ue_id, IKE_INFORMATIONAL, false, since), 1);
		CU_ASSERT_EQUAL(dsmip_ue_state(s->r->d), DSMIP_IDLE);
		CU_ASSERT(!ike_sas(s->ike_ue) && !ike_sas(s->ike_ha));
		CU_ASSERT(!ipsec_children(ipsec_of(ue_host(s->r->ue))) && !ipsec_children(ipsec_of(ha_host(s->r->ha))));
		CU_ASSERT(!s2c_ha_sessions(s->sec) && !aaa_sessions(s->aaa));
		CU_ASSERT(!s2c_pdn(s).hnp.len && !dsmip_ue_knows_hoa(s->r->d));
		rig_run(s->r, S(120));		/* the last answer is kept for a while */
		CU_ASSERT_EQUAL(crypto_alive(s->crypto), 0);
		CU_ASSERT_EQUAL(ike_packets_held(s->r->w), 0);
	}
	s2c_all_secured(s);
	s2c_free(s);
}

static void over(const char *iface, struct moor_link *(*link)(struct rig *), bool nat)
{
	struct s2c *s = s2c_new();

	s2c_build(s);
	if (s2c_registered(s, iface, link(s->r))) {
		CU_ASSERT_EQUAL(s2c_sa(s).nat_here, nat);
		CU_ASSERT_EQUAL(s2c_sa(s).path.peer_port, nat ? IKE_PORT_NAT : IKE_PORT);
		CU_ASSERT(rig_bce(s->r).nat == nat);
		CU_ASSERT_EQUAL(s2c_messages(s, REC_SIGNAL_TX, s->r->ue_id, IKE_SA_INIT, true, 0), 1);
		CU_ASSERT(rig_up6(s->r) && rig_down6(s->r));
		ue_detach(s->r->ue);
		rig_run(s->r, S(5));
		CU_ASSERT(!ike_sas(s->ike_ha) && dsmip_ue_state(s->r->d) == DSMIP_IDLE);
	}
	s2c_all_secured(s);
	s2c_free(s);
}

static struct moor_link *wlan(struct rig *r) { return r->wlan; }
static struct moor_link *wlan4(struct rig *r) { return r->wlan4; }
static struct moor_link *dual(struct rig *r) { return r->dual; }

static void test_nat(void) { over("wlan", wlan, true); }
static void test_ipv4(void) { over("wlan", wlan4, false); }
static void test_dual(void) { over("wlan", dual, false); }

static void test_suites(void)
{
	static const struct ike_suite ike[] = {
		{ IKE_ENCR_AES_CBC, 256, IKE_INTEG_HMAC_SHA2_256_128, IKE_PRF_HMAC_SHA2_256, IKE_DH_MODP_2048 },
		{ IKE_ENCR_AES_GCM_16, 128, 0, IKE_PRF_HMAC_SHA1, IKE_DH_ECP_256 },
	};

	for (unsigned k = 0; k < G_N_ELEMENTS(ike); k++) {
		struct s2c *s = s2c_new();

		s->ue_ike.ike[0] = ike[k];
		s->ue_ike.n_ike = 1;
		s->ha_ike.ike[0] = ike[k];
		s->cert.type = k ? CRYPTO_KEY_ED25519 : CRYPTO_KEY_ECDSA_P_256;
		s2c_build(s);
		CU_ASSERT(s2c_registered(s, "lte", s->r->lte));
		s2c_free(s);
	}
}

/* Without CHILDLESS_IKEV2_SUPPORTED, and with it at one side or both. */
static void test_childless(void)
{
	for (unsigned k = 0; k < 4; k++) {
		struct s2c *s = s2c_new();

		s->ue_ike.childless = k & 1;
		s->ha_ike.childless = k & 2;
		s2c_build(s);
		if (s2c_registered(s, "lte", s->r->lte)) {
			CU_ASSERT_EQUAL(s2c_sa(s).children, k == 3 ? 1 : 2);
			CU_ASSERT_EQUAL(ipsec_children(ipsec_of(ha_host(s->r->ha))), k == 3 ? 1 : 2);
		}
		s2c_free(s);
	}
}

static void attach_again(struct s2c *s)
{
	ue_detach(s->r->ue);
	rig_run(s->r, S(5));
	CU_ASSERT_EQUAL(dsmip_ue_state(s->r->d), DSMIP_IDLE);
	ue_attach(s->r->ue, "lte");
	rig_run(s->r, S(5));
	CU_ASSERT_EQUAL(dsmip_ue_state(s->r->d), DSMIP_REGISTERED);
}

/* [R24303-5.1.2.2-12] [R24303-5.1.2.2-13]: IMSI, then the fast identity, and again */
static void test_again(void)
{
	struct s2c *s = s2c_new();

	s2c_build(s);
	if (s2c_registered(s, "lte", s->r->lte)) {
		for (unsigned k = 0; k < 3; k++) {
			attach_again(s);
			CU_ASSERT(s2c_view(s).fast);
		}
		CU_ASSERT(rig_up6(s->r) && rig_down6(s->r));
	}
	s2c_free(s);
}

static void test_pseudonym(void)
{
	struct s2c *s = s2c_new();

	s->ue.reauth = false;
	s->ue.result_ind = s->aaa_config.result_ind = true;
	s2c_build(s);
	if (s2c_registered(s, "lte", s->r->lte)) {
		attach_again(s);
		CU_ASSERT(!s2c_view(s).fast);
	}
	s2c_free(s);
}

/* The server forgot who is behind the pseudonym: it asks for the permanent identity. */
static void test_forgotten_identity(void)
{
	struct s2c *s = s2c_new();

	s2c_build(s);
	if (s2c_registered(s, "lte", s->r->lte)) {
		aaa_forget_identities(s->aaa);
		attach_again(s);
		CU_ASSERT(!s2c_view(s).fast);
	}
	s2c_free(s);
}

static void test_resynchronisation(void)
{
	struct s2c *s = s2c_new();

	s2c_build(s);
	s->sub.sqn = 0;
	usim_set_sqn(s2c_view(s).card, usim_memory_of(s->r->w), UINT64_C(1) << 20);
	CU_ASSERT(s2c_registered(s, "lte", s->r->lte));
	CU_ASSERT_EQUAL(s2c_messages(s, REC_SIGNAL_TX, s->r->ue_id, IKE_AUTH, true, 0), 4);
	s2c_free(s);
}

static void test_second_authentication(void)
{
	struct s2c *s = s2c_new();

	s->apn.external = true;
	s->apn.user = s->ue.user = "alice@corp.example";
	s->apn.password = s->ue.password = "open sesame";
	s2c_build(s);
	CU_ASSERT(s2c_registered(s, "lte", s->r->lte));
	CU_ASSERT_EQUAL(s2c_messages(s, REC_SIGNAL_TX, s->r->ue_id, IKE_AUTH, true, 0), 6);
	CU_ASSERT(rig_up6(s->r) && rig_down6(s->r));
	s2c_free(s);
}

static void test_servers(void)
{
	struct s2c *s = s2c_new();
	struct ip6_addr a;
	struct s2c_ue_view v;

	ip6_parse("2001:db8:53::1", &s->ha.dns6[0]);
	ip4_parse("192.0.2.53", &s->ha.dns4[1]);
	s->ue.ifom = s->ha.ifom = true;
	s2c_build(s);
	s2c_registered(s, "lte", s->r->lte);
	v = s2c_view(s);
	CU_ASSERT_EQUAL(v.n_dns, 2);
	a = ip6_mapped(s->ha.dns4[1]);
	CU_ASSERT(ip6_eq(&v.dns[0], &s->ha.dns6[0]) && ip6_eq(&v.dns[1], &a));
	CU_ASSERT(v.ifom);
	s2c_free(s);
}

/* [R24303-5.1.3.1-20] [R24303-5.1.2.2-32] */
static void test_no_ifom(void)
{
	for (unsigned k = 0; k < 3; k++) {
		struct s2c *s = s2c_new();

		s->ue.ifom = k & 1;
		s->ha.ifom = k & 2;
		s2c_build(s);
		s2c_registered(s, "lte", s->r->lte);
		CU_ASSERT(!s2c_view(s).ifom);
		s2c_free(s);
	}
}

/* [R24303-5.1.3.1-16] a prefix of the subscription's own; an IPv4 home address of it, or none at all */
static void test_subscription(void)
{
	struct s2c *s = s2c_new();

	ip6_prefix_parse("2001:db8:a0ff:7::/64", &s->apn.hnp);
	s->apn.ip4 = AAA_IP4_STATIC;
	ip4_parse("192.0.2.77", &s->apn.ip4_address);
	s2c_build(s);
	if (s2c_registered(s, "lte", s->r->lte)) {
		struct ip4_addr hoa4 = dsmip_ue_hoa4(s->r->d);

		CU_ASSERT(ip6_in_prefix(dsmip_ue_hoa(s->r->d), &s->apn.hnp));
		CU_ASSERT(ip4_eq(hoa4, s->apn.ip4_address));
	}
	s2c_free(s);
	s = s2c_new();
	s->apn.ip4 = AAA_IP4_NONE;
	s2c_build(s);
	s2c_registered(s, "lte", s->r->lte);
	CU_ASSERT(ip4_is_zero(dsmip_ue_hoa4(s->r->d)));
	s2c_free(s);
}

/* ---- a connection that exists already ---------------------------------------------------------------------------- */

static struct s2c *existing(struct ip6_prefix *hnp, bool told)
{
	struct s2c *s = s2c_new();
	struct mac_addr home = mac_from_u64(0x020000000013u);

	if (told)		/* what PCO would: the first prefix of the pool */
		ip6_prefix_parse("2001:db8:a000::/64", &s->r->ue_config.hnp);
	s2c_build(s);
	CU_ASSERT(ha_connection(s->r->ha, s->sub.imsi, "INTERNET.mnc001.mcc001.gprs", &home, hnp));
	return s;
}

/* [R24303-5.1.3.1-15], and with what the UE knows [R24303-5.1.3.1-12] */
static void test_existing(void)
{
	for (unsigned k = 0; k < 2; k++) {
		struct ip6_prefix hnp;
		struct s2c *s = existing(&hnp, k);

		CU_ASSERT_EQUAL(dsmip_ue_knows_hoa(s->r->d), k);
		if (s2c_registered(s, "lte", s->r->lte))
			CU_ASSERT(ip6_in_prefix(dsmip_ue_hoa(s->r->d), &hnp));
		s2c_free(s);
	}
}

/* Of two connections to the same PDN the one that IKE comes over, whichever was first. */
static void test_two_connections(void)
{
	for (unsigned k = 0; k < 2; k++) {
		struct s2c *s = s2c_new();
		struct mac_addr home = mac_from_u64(0x020000000013u);
		struct ip6_prefix hnp[2];

		s2c_build(s);
		for (unsigned i = 0; i < 2; i++)
			CU_ASSERT(ha_connection(s->r->ha, s->sub.imsi, S2C_APN, i == k ? &home : NULL, &hnp[i]));
		rig_attach(s->r, "home", s->r->home);
		rig_run(s->r, S(8));
		CU_ASSERT_EQUAL(dsmip_ue_state(s->r->d), DSMIP_HOME);
		CU_ASSERT(ip6_in_prefix(dsmip_ue_hoa(s->r->d), &hnp[k]));
		s2c_free(s);
	}
}

/* [R24303-5.1.3.1-14]: IKE from an address of that very prefix; then abroad, and back. */
static void test_from_home(void)
{
	for (unsigned k = 0; k < 2; k++) {
		struct ip6_prefix hnp;
		struct s2c *s = existing(&hnp, k);
		struct rig *r = s->r;

		rig_attach(r, "home", r->home);
		rig_run(r, S(8));
		CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_HOME);
		CU_ASSERT(ip6_in_prefix(dsmip_ue_hoa(r->d), &hnp) && s2c_pdn(s).child);
		CU_ASSERT_EQUAL(rig_signals(r, REC_SIGNAL_TX, r->ue_id, MH_BU), 0);
		CU_ASSERT(rig_up6(r) && rig_down6(r));
		rig_move(r, "lte", r->lte);
		rig_run(r, S(8));
		CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERED);
		CU_ASSERT(rig_up6(r) && rig_down6(r));
		rig_move(r, "home", r->home);
		rig_run(r, S(8));
		CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_HOME);
		CU_ASSERT(rig_up6(r) && rig_down6(r));
		CU_ASSERT_EQUAL(s2c_messages(s, REC_SIGNAL_TX, r->ue_id, IKE_SA_INIT, true, 0), 1);
		s2c_all_secured(s);
		s2c_free(s);
	}
}

/* ---- endings ----------------------------------------------------------------------------------------------------- */

/* A UE that reboots says INITIAL_CONTACT: the old SA goes, the connection is found again. */
static void test_reboot(void)
{
	struct s2c *s = s2c_new();
	struct ip6_addr before;

	s2c_build(s);
	if (s2c_registered(s, "lte", s->r->lte)) {
		before = *dsmip_ue_hoa(s->r->d);
		ue_reboot(s->r->ue);
		CU_ASSERT(!ike_sas(s->ike_ue) && !dsmip_ue_knows_hoa(s->r->d));
		dsmip_ue_set_sequence(s->r->d, 100);	/* as the home agent's entry will have it */
		ue_attach(s->r->ue, "lte");
		rig_run(s->r, S(8));
		CU_ASSERT_EQUAL(dsmip_ue_state(s->r->d), DSMIP_REGISTERED);
		CU_ASSERT(ip6_eq(&before, dsmip_ue_hoa(s->r->d)));
		CU_ASSERT(ike_sas(s->ike_ha) == 1 && s2c_ha_sessions(s->sec) == 1 && aaa_sessions(s->aaa) == 1);
		CU_ASSERT(rig_up6(s->r) && rig_down6(s->r));
	}
	s2c_free(s);
}

/* The AAA server ends the session. */
static void test_abort(void)
{
	struct s2c *s = s2c_new();

	s2c_build(s);
	if (s2c_registered(s, "lte", s->r->lte)) {
		CU_ASSERT_EQUAL(aaa_abort(s->aaa, s->sub.imsi, NULL), 1);
		rig_run(s->r, S(3));
		CU_ASSERT_EQUAL(dsmip_ue_state(s->r->d), DSMIP_IDLE);
		CU_ASSERT_EQUAL(rig_bce(s->r).state, DSMIP_BCE_NONE);
		CU_ASSERT(!ike_sas(s->ike_ha) && !ike_sas(s->ike_ue) && !s2c_ha_sessions(s->sec) && !aaa_sessions(s->aaa));
		CU_ASSERT(rig_bound(s->r, s->r->ue_id, BINDING_REVOKED, 0));
	}
	s2c_free(s);
}

static void renewed(struct s2c *s, moor_time since, unsigned runs)
{
	CU_ASSERT_EQUAL(dsmip_ue_state(s->r->d), DSMIP_REGISTERED);
	CU_ASSERT_EQUAL(s2c_messages(s, REC_SIGNAL_TX, s->r->ue_id, IKE_SA_INIT, true, since), runs);
	CU_ASSERT_EQUAL(s2c_messages(s, REC_SIGNAL_TX, s->r->ha_id, IKE_INFORMATIONAL, true, since), runs);
	CU_ASSERT(ike_sas(s->ike_ha) == 1 && ike_sas(s->ike_ue) == 1);
	CU_ASSERT(s2c_ha_sessions(s->sec) == 1 && aaa_sessions(s->aaa) == 1);
	CU_ASSERT(rig_up6(s->r) && rig_down6(s->r));
}

/* [RFC 4478] The AAA server wants a new authentication: a new IKE SA beside the old one; the binding stays. */
static void test_reauthentication(void)
{
	struct s2c *s = s2c_new();
	moor_time since;
	uint16_t seq;

	s->ha_ike.dpd = s->ue_ike.dpd = 0;
	s2c_build(s);
	if (s2c_registered(s, "lte", s->r->lte)) {
		since = moor_world_now(s->r->w);
		seq = rig_bce(s->r).sequence;
		CU_ASSERT_EQUAL(aaa_reauth(s->aaa, s->sub.imsi, NULL), 1);
		rig_run(s->r, S(120));
		renewed(s, since, 1);
		CU_ASSERT(s2c_view(s).fast && rig_bce(s->r).sequence == seq);
		ue_refresh(s->r->ue);
		rig_run(s->r, S(3));
		CU_ASSERT(rig_bce(s->r).sequence == (uint16_t)(seq + 1));
	}
	s2c_all_secured(s);
	s2c_free(s);
}

/* A session that may last 300 s: renewed before, as often as it takes; or taken down when the UE does not care. */
static void test_session_timeout(void)
{
	struct s2c *s = s2c_new();

	s->apn.session_timeout = 300;
	s2c_build(s);
	if (s2c_registered(s, "lte", s->r->lte)) {
		rig_run(s->r, S(590));
		CU_ASSERT_EQUAL(s2c_messages(s, REC_SIGNAL_TX, s->r->ue_id, IKE_SA_INIT, true, 0), 3);
		CU_ASSERT(ike_sas(s->ike_ha) == 1 && s2c_ha_sessions(s->sec) == 1);
		CU_ASSERT(rig_up6(s->r) && rig_down6(s->r));
		aaa_down(s->aaa, true);		/* and now there is nobody to ask */
		rig_run(s->r, S(500));
		CU_ASSERT_EQUAL(dsmip_ue_state(s->r->d), DSMIP_IDLE);
		CU_ASSERT(!ike_sas(s->ike_ha) && !s2c_ha_sessions(s->sec));
	}
	s2c_free(s);
}

/* The UE dies: SA by liveness, binding by lifetime, session and prefix with the last of them. */
static void test_ue_gone(void)
{
	struct s2c *s = s2c_new();

	s->ha_ike.dpd = 10 * MOOR_S;
	s->r->timers.v[T_IKE_TRIES] = 4;
	s->r->profile.dsmip.lifetime = 120 * MOOR_S;
	s2c_build(s);
	if (s2c_registered(s, "lte", s->r->lte)) {
		rig_plug(s->r, "lte", NULL);
		rig_run(s->r, S(60));
		CU_ASSERT(!ike_sas(s->ike_ha) && s2c_ha_sessions(s->sec) == 1 && s2c_pdn(s).hnp.len == 64);
		CU_ASSERT_EQUAL(rig_bce(s->r).state, DSMIP_BCE_ACTIVE);
		rig_run(s->r, S(120));
		CU_ASSERT_EQUAL(rig_bce(s->r).state, DSMIP_BCE_NONE);
		CU_ASSERT(!s2c_ha_sessions(s->sec) && !aaa_sessions(s->aaa) && !s2c_pdn(s).hnp.len);
	}
	s2c_free(s);
}

/* Prefixes that came back are given out again, when the pool has no others, and not before. */
static void test_prefixes(void)
{
	struct s2c *s = s2c_new();
	struct ip6_prefix p, first;

	ip6_prefix_parse("2001:db8:a000::/62", &s->r->ha_config.dsmip.hnp_pool);
	s2c_build(s);
	CU_ASSERT(dsmip_ha_assign(s->r->a, &first));
	for (unsigned k = 0; k < 3; k++)
		CU_ASSERT(dsmip_ha_assign(s->r->a, &p) && !ip6_prefix_eq(&p, &first));
	CU_ASSERT(!dsmip_ha_assign(s->r->a, &p));
	dsmip_ha_release(s->r->a, &first, false);
	CU_ASSERT(s2c_registered(s, "lte", s->r->lte));
	CU_ASSERT(ip6_in_prefix(dsmip_ue_hoa(s->r->d), &first));
	CU_ASSERT(!dsmip_ha_assign(s->r->a, &p));
	attach_again(s);
	CU_ASSERT(ip6_in_prefix(dsmip_ue_hoa(s->r->d), &first));
	s2c_free(s);
}

/* … but for those that are a subscriber's own. */
static void test_own_prefix_stays(void)
{
	struct s2c *s = s2c_new();
	struct ip6_prefix p;

	ip6_prefix_parse("2001:db8:a000::/62", &s->r->ha_config.dsmip.hnp_pool);
	ip6_prefix_parse("2001:db8:a000:3::/64", &s->apn.hnp);
	s2c_build(s);
	s2c_registered(s, "lte", s->r->lte);
	attach_again(s);
	ue_detach(s->r->ue);
	rig_run(s->r, S(5));
	for (unsigned k = 0; k < 3; k++)
		CU_ASSERT(dsmip_ha_assign(s->r->a, &p) && !ip6_prefix_eq(&p, &s->apn.hnp));
	CU_ASSERT(!dsmip_ha_assign(s->r->a, &p));
	s2c_free(s);
}

static const struct harness_test tests[] = {
	{ "the whole attach over IPv6", test_attach },
	{ "detach: Binding Update, then DELETE, and nothing is left", test_detach },
	{ "attach behind a NAT, on port 4500", test_nat },
	{ "attach over IPv4 without NAT", test_ipv4 },
	{ "attach over a link with both families", test_dual },
	{ "other suites and certificates", test_suites },
	{ "with and without a child SA in IKE_AUTH", test_childless },
	{ "fast re-authentication at later attaches", test_again },
	{ "a pseudonym and protected results", test_pseudonym },
	{ "a server that forgot its pseudonyms", test_forgotten_identity },
	{ "resynchronisation of the sequence number", test_resynchronisation },
	{ "a second authentication", test_second_authentication },
	{ "DNS servers and IFOM", test_servers },
	{ "IFOM on one side alone", test_no_ifom },
	{ "the subscription's own prefix and IPv4 address", test_subscription },
	{ "a connection that exists keeps its prefix", test_existing },
	{ "of two connections the one that IKE came over", test_two_connections },
	{ "IKE from the home link, abroad and back", test_from_home },
	{ "a UE that rebooted finds its connection again", test_reboot },
	{ "the AAA server ends the session", test_abort },
	{ "the AAA server wants a new authentication", test_reauthentication },
	{ "a session that may not last for ever", test_session_timeout },
	{ "a UE that is gone", test_ue_gone },
	{ "prefixes come back", test_prefixes },
	{ "a subscriber's own prefix is nobody else's", test_own_prefix_stays },
};

int main(int argc, char **argv)
{
	return harness_main("s2c", tests, G_N_ELEMENTS(tests), argc, argv);
}
