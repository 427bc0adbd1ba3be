/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The security association that does not come to be: wrong keys, bad certificates, no prefix, no answer, no agreement;
 * and home agents that send the UE elsewhere, in each of the three places, and in circles.
 */
#include <string.h>

#include "tests/pair/s2c.h"
#include "world/clock.h"

/* Attaches and runs for so long; the UE must have given up for this reason, and nobody has anything of it. */
static struct s2c_ue_view fails(struct s2c *s, moor_time span, enum ike_reason why)
{
	struct s2c_ue_view v;

	rig_attach(s->r, "lte", s->r->lte);
	rig_run(s->r, span);
	v = s2c_view(s);
	CU_ASSERT_EQUAL(dsmip_ue_state(s->r->d), DSMIP_IDLE);
	CU_ASSERT_STRING_EQUAL(ike_reason_name(v.why), ike_reason_name(why));
	CU_ASSERT(rig_moved(s->r, MOVE_FAILED, 0, NULL) && !rig_moved(s->r, MOVE_SECURED, 0, NULL));
	CU_ASSERT(!dsmip_ha_entries(s->r->a) && !rig_signals(s->r, REC_SIGNAL_TX, s->r->ue_id, MH_BU));
	rig_run(s->r, S(60));		/* half-open ones have a timeout */
	CU_ASSERT(!ike_half_open(s->ike_ha) && !s2c_ha_sessions(s->sec) && !aaa_sessions(s->aaa));
	CU_ASSERT(!s2c_pdn(s).hnp.len);
	return v;
}

static void test_wrong_k(void)
{
	struct s2c *s = s2c_new();
	struct s2c_ue_view v;

	s->sub.k[3] ^= 1;
	s2c_build(s);
	v = fails(s, S(8), IKE_EAP_FAILED);
	CU_ASSERT_EQUAL(v.cause, EAP_CAUSE_WRONG_AUTN);
	s2c_free(s);
}

static void test_unknown_user(void)
{
	struct s2c *s = s2c_new();

	s->r->ue_config.security.card.imsi.digits++;
	s2c_build(s);
	fails(s, S(8), IKE_EAP_FAILED);
	s2c_free(s);
}

static void test_client_error(void)
{
	struct s2c *s = s2c_new();

	s->ue.client_error = true;
	s2c_build(s);
	fails(s, S(8), IKE_EAP_FAILED);
	s2c_free(s);
}

static void test_unknown_apn(void)
{
	struct s2c *s = s2c_new();
	static const char *const names[] = { "ims.example", NULL };

	s->ue.apn = "ims.example";
	s->cert.dns = names;
	s2c_build(s);
	rig_attach(s->r, "lte", s->r->lte);
	rig_run(s->r, S(8));
	CU_ASSERT_EQUAL(dsmip_ue_state(s->r->d), DSMIP_IDLE);
	CU_ASSERT(!dsmip_ha_entries(s->r->a));
	s2c_free(s);
}

static void test_expired(void)
{
	struct s2c *s = s2c_new();

	s2c_build(s);
	moor_clock_step(net_host_node(ue_host(s->r->ue)), 400 * INT64_C(86400) * MOOR_S);
	fails(s, S(8), IKE_CERT_EXPIRED);
	s2c_free(s);
}

static void test_not_yet_valid(void)
{
	struct s2c *s = s2c_new();

	s->cert.not_before = MOOR_EPOCH_S + 3600;
	s2c_build(s);
	fails(s, S(8), IKE_CERT_EXPIRED);
	/* an hour later it is */
	rig_run(s->r, 3600 * MOOR_S);
	ue_attach(s->r->ue, "lte");
	rig_run(s->r, S(8));
	CU_ASSERT_EQUAL(dsmip_ue_state(s->r->d), DSMIP_REGISTERED);
	s2c_free(s);
}

static void test_untrusted(void)
{
	struct s2c *s = s2c_new();

	s->by_other = true;
	s2c_build(s);
	fails(s, S(8), IKE_CERT_UNTRUSTED);
	s2c_free(s);
}

/* Neither the APN nor the address; and either of them alone. */
static void test_names(void)
{
	static const char *const none[] = { NULL }, *const wrong[] = { "ims.example", NULL };

	for (unsigned k = 0; k < 3; k++) {
		struct s2c *s = s2c_new();
		struct ip6_addr a = s->r->ha_config.dsmip.addr.a6;
		struct ip4_addr a4 = s->r->ha_config.dsmip.addr.a4;

		s->cert.dns = k ? none : wrong;
		s->cert.ip6 = &a;
		s->cert.n_ip6 = k == 1;
		s->cert.ip4 = &a4;
		s->cert.n_ip4 = k == 2;
		s2c_build(s);
		if (k == 1)
			s2c_registered(s, "lte", s->r->lte);
		else if (k == 2)
			s2c_registered(s, "wlan", s->r->wlan);
		else
			fails(s, S(8), IKE_CERT_NAME);
		s2c_free(s);
	}
}

/* The EAP of a UE that finds the certificate bad has not begun: nothing of the card was told or used up. */
static void test_nothing_told(void)
{
	struct s2c *s = s2c_new();
	struct aaa_subscriber_view v = { .sqn = 0 };

	s->by_other = true;
	s2c_build(s);
	fails(s, S(8), IKE_CERT_UNTRUSTED);
	CU_ASSERT_EQUAL(s2c_messages(s, REC_SIGNAL_TX, s->r->ue_id, IKE_AUTH, true, 0), 1);
	CU_ASSERT_EQUAL(s2c_view(s).card->sqn, 0);
	CU_ASSERT(aaa_subscriber_view(s->aaa, s->sub.imsi, &v) && v.sqn > 0);	/* the server had begun */
	s2c_free(s);
}

static void test_no_proposal(void)
{
	struct s2c *s = s2c_new();

	s->ha_ike.ike[0] = s->ha_ike.ike[1];
	s->ha_ike.n_ike = 1;
	s->ue_ike.n_ike = 1;
	s->r->timers.v[T_IKE_TRIES] = 4;
	s2c_build(s);
	fails(s, S(60), IKE_NO_PROPOSAL);
	s2c_free(s);
}

static void test_pool_used_up(void)
{
	struct s2c *s = s2c_new();
	struct ip6_prefix p;

	ip6_prefix_parse("2001:db8:a000::/63", &s->r->ha_config.dsmip.hnp_pool);
	s2c_build(s);
	CU_ASSERT(dsmip_ha_assign(s->r->a, &p) && dsmip_ha_assign(s->r->a, &p));
	fails(s, S(8), IKE_CFG_FAILED);
	CU_ASSERT(!ike_sas(s->ike_ha) && !ike_sas(s->ike_ue));
	/* the IKE SA stood, and was taken down in order [RFC 7296 2.21.2] */
	CU_ASSERT_EQUAL(s2c_messages(s, REC_SIGNAL_TX, s->r->ue_id, IKE_INFORMATIONAL, true, 0), 1);
	s2c_free(s);
}

static void test_aaa_down(void)
{
	struct s2c *s = s2c_new();

	s2c_build(s);
	aaa_down(s->aaa, true);
	fails(s, S(30), IKE_AUTH_FAILED);
	aaa_down(s->aaa, false);
	ue_attach(s->r->ue, "lte");
	rig_run(s->r, S(8));
	CU_ASSERT_EQUAL(dsmip_ue_state(s->r->d), DSMIP_REGISTERED);
	s2c_free(s);
}

/* [RFC 4739] one side wants it and the other does not; and a wrong password */
static void test_second_authentication(void)
{
	for (unsigned k = 0; k < 3; k++) {
		struct s2c *s = s2c_new();

		s->apn.external = k != 1;
		s->apn.user = "alice@corp.example";
		s->apn.password = "open sesame";
		if (k) {
			s->ue.user = s->apn.user;
			s->ue.password = "close sesame";
		}
		s2c_build(s);
		fails(s, S(8), k == 2 ? IKE_EAP_FAILED : IKE_AUTH_FAILED);
		s2c_free(s);
	}
}

/* The first home agent does not answer at all, or refuses: the second of the list does. */
static void test_second_ha(void)
{
	for (unsigned k = 0; k < 2; k++) {
		struct s2c *s = s2c_new();
		struct s2c_ue_view v;
		struct ip6_addr ha2;

		s->r->second_ha = s->r->second_pool = true;
		s->r->timers.v[T_IKE_TRIES] = 4;
		s2c_build(s);
		if (k) {	/* its pool is empty */
			struct ip6_prefix p;

			dsmip_ha_settings(s->r->a)->hnp_pool.len = 64;
			dsmip_ha_assign(s->r->a, &p);
		} else {
			moor_link_detach(ha_port(s->r->ha, 0));
		}
		rig_attach(s->r, "lte", s->r->lte);
		rig_run(s->r, S(30));
		CU_ASSERT_EQUAL(dsmip_ue_state(s->r->d), DSMIP_REGISTERED);
		ip6_parse("2001:db8:c0::5", &ha2);
		v = s2c_view(s);
		CU_ASSERT(ip6_eq(&v.home_agent.a6, &ha2));
		CU_ASSERT(ip6_high64(dsmip_ue_hoa(s->r->d)) >> 24 == UINT64_C(0x20010db8b0));
		s2c_free(s);
	}
}

/* A lone home agent that does not answer is asked again, until it does. */
static void test_silent_ha(void)
{
	struct s2c *s = s2c_new();

	s->r->timers.v[T_IKE_TRIES] = 3;
	s2c_build(s);
	moor_link_detach(ha_port(s->r->ha, 0));
	rig_attach(s->r, "lte", s->r->lte);
	rig_run(s->r, S(20));
	CU_ASSERT_EQUAL(dsmip_ue_state(s->r->d), DSMIP_CHILD_SA);
	moor_link_attach(s->r->core, ha_port(s->r->ha, 0), false);
	rig_run(s->r, S(20));
	CU_ASSERT_EQUAL(dsmip_ue_state(s->r->d), DSMIP_REGISTERED);
	s2c_free(s);
}

/* ---- REDIRECT ---------------------------------------------------------------------------------------------------- */

static struct aaa_target target(const char *a6, const char *a4, enum aaa_when when)
{
	struct aaa_target t = { .when = when };

	if (a6)
		ip6_parse(a6, &t.a6);
	if (a4)
		ip4_parse(a4, &t.a4);
	return t;
}

/* To ha2, which is in the list, or ha3, which is not. */
static void redirected(enum aaa_when when, bool listed, const char *iface, bool v4)
{
	struct s2c *s = s2c_new();
	struct aaa_target t = target(listed ? "2001:db8:c0::5" : "2001:db8:c0::6", listed ? "203.0.113.5" : "203.0.113.6",
				     when);
	struct imsi none = { .n = 0 };
	struct ike_sa_view v;
	struct s2c_ue_view u;
	unsigned deletes;

	s->r->second_ha = s->r->third_ha = true;
	s2c_build(s);
	aaa_reallocate(s->aaa, when == AAA_SA_INIT ? none : s->sub.imsi, NULL, &t);
	rig_run(s->r, S(1));
	rig_attach(s->r, iface, v4 ? s->r->wlan : s->r->lte);
	rig_run(s->r, S(8));
	CU_ASSERT_EQUAL(dsmip_ue_state(s->r->d), DSMIP_REGISTERED);
	u = s2c_view(s);
	CU_ASSERT(ip6_eq(&u.home_agent.a6, &t.a6) && ip4_eq(u.home_agent.a4, t.a4));
	CU_ASSERT_EQUAL(u.redirects, 1);
	v = s2c_sa(s);
	CU_ASSERT_EQUAL(v.state, IKE_SA_ESTABLISHED);
	/* the first home agent has nothing of it, and heard of the end where there was something to end */
	CU_ASSERT(!ike_sas(s->ike_ha) && !ike_half_open(s->ike_ha) && !dsmip_ha_entries(s->r->a));
	CU_ASSERT(!s2c_pdn(s).hnp.len && !s2c_ha_sessions(s->sec));
	CU_ASSERT_EQUAL(s2c_notifies(s, s->r->ue_id, IKE_N_REDIRECTED_FROM), 1);
	for (unsigned i = 0; i < s->r->seen->len; i++) {
		const struct moor_record *k = &g_array_index(s->r->seen, struct seen, i).r;

		CU_ASSERT(!(k->kind == REC_KEYS && k->node == s->r->ha_id && k->u.keys.esp));
	}
	deletes = s2c_messages(s, REC_SIGNAL_RX, s->r->ha_id, IKE_INFORMATIONAL, true, 0);
	CU_ASSERT_EQUAL(deletes, when == AAA_LAST_AUTH ? 1 : 0);
	ue_refresh(s->r->ue);
	rig_run(s->r, S(2));
	CU_ASSERT_EQUAL(dsmip_ue_binding(s->r->d).valid, true);
	ue_detach(s->r->ue);
	rig_run(s->r, S(5));
	CU_ASSERT_EQUAL(dsmip_ue_state(s->r->d), DSMIP_IDLE);
	CU_ASSERT_EQUAL(aaa_sessions(s->aaa), 0);
	s2c_free(s);
}

static void test_redirect_init(void)
{
	redirected(AAA_SA_INIT, true, "lte", false);
	redirected(AAA_SA_INIT, false, "lte", false);
}

static void test_redirect_first(void)
{
	redirected(AAA_FIRST_AUTH, true, "lte", false);
	redirected(AAA_FIRST_AUTH, false, "lte", false);
	redirected(AAA_FIRST_AUTH, false, "wlan", true);
}

static void test_redirect_last(void)
{
	redirected(AAA_LAST_AUTH, true, "lte", false);
	redirected(AAA_LAST_AUTH, false, "lte", false);
	redirected(AAA_LAST_AUTH, false, "wlan", true);
}

/* [RFC 5685 3] a UE without REDIRECT_SUPPORTED is served here; who is meant is then switched [24.303 5.5.3] */
static void test_not_redirected(void)
{
	static const enum aaa_when when[] = { AAA_SA_INIT, AAA_FIRST_AUTH, AAA_LAST_AUTH };

	for (unsigned k = 0; k < G_N_ELEMENTS(when); k++) {
		struct s2c *s = s2c_new();
		struct aaa_target t = target("2001:db8:c0::5", NULL, when[k]);
		struct imsi none = { .n = 0 };

		s->r->second_ha = true;
		s->ue_ike.redirect = false;
		s2c_build(s);
		aaa_reallocate(s->aaa, k ? s->sub.imsi : none, NULL, &t);
		rig_run(s->r, S(1));
		rig_attach(s->r, "lte", s->r->lte);
		rig_run(s->r, S(8));
		CU_ASSERT_EQUAL(dsmip_ue_state(s->r->d), DSMIP_REGISTERED);
		CU_ASSERT_EQUAL(rig_signals(s->r, REC_SIGNAL_RX, s->r->ue_id, MH_HA_SWITCH), k ? 1 : 0);
		CU_ASSERT_EQUAL(s2c_notifies(s, s->r->ha_id, IKE_N_REDIRECT), 0);
		CU_ASSERT_EQUAL(s2c_view(s).redirects, k ? 1 : 0);
		CU_ASSERT_EQUAL(s2c_view(s).home_agent.a6.o[15], k ? 5 : 1);
		s2c_free(s);
	}
}

/* Whoever is asked says that it is the other: five times, and no more [RFC 5685 7]. */
static void test_loop(void)
{
	struct s2c *s = s2c_new();
	struct s2c_ue_view v;

	s->r->second_ha = true;
	s2c_build(s);
	rig_attach(s->r, "lte", s->r->lte);
	for (unsigned k = 0; k < 8000; k++) {
		struct aaa_target t;

		v = s2c_view(s);
		t = v.home_agent.a6.o[15] == 5 ? target("2001:db8:c0::1", NULL, AAA_FIRST_AUTH)
					       : target("2001:db8:c0::5", NULL, AAA_FIRST_AUTH);
		aaa_reallocate(s->aaa, s->sub.imsi, NULL, &t);
		rig_run(s->r, 2 * MOOR_MS);
	}
	v = s2c_view(s);
	CU_ASSERT_EQUAL(dsmip_ue_state(s->r->d), DSMIP_IDLE);
	CU_ASSERT_STRING_EQUAL(ike_reason_name(v.why), "redirect-loop");
	CU_ASSERT(s2c_messages(s, REC_SIGNAL_TX, s->r->ue_id, IKE_SA_INIT, true, 0) <= 8);
	CU_ASSERT(s2c_messages(s, REC_SIGNAL_TX, s->r->ue_id, IKE_SA_INIT, true, 0) >= 6);
	s2c_free(s);
}

static const struct harness_test tests[] = {
	{ "wrong K", test_wrong_k },
	{ "a subscriber that nobody knows", test_unknown_user },
	{ "Client-Error", test_client_error },
	{ "an APN that is not subscribed to", test_unknown_apn },
	{ "an expired certificate", test_expired },
	{ "a certificate that is not valid yet", test_not_yet_valid },
	{ "an authority that is not trusted", test_untrusted },
	{ "names in the certificate", test_names },
	{ "a bad certificate is told nothing", test_nothing_told },
	{ "no common suite", test_no_proposal },
	{ "no prefix left", test_pool_used_up },
	{ "the AAA server is down", test_aaa_down },
	{ "a second authentication that fails", test_second_authentication },
	{ "the second home agent of the list", test_second_ha },
	{ "a home agent that is silent for a while", test_silent_ha },
	{ "REDIRECT in IKE_SA_INIT", test_redirect_init },
	{ "REDIRECT in the first IKE_AUTH response", test_redirect_first },
	{ "REDIRECT in the last IKE_AUTH response", test_redirect_last },
	{ "who does not know REDIRECT is served", test_not_redirected },
	{ "a redirection loop", test_loop },
};

int main(int argc, char **argv)
{
	return harness_main("s2c-bad", tests, G_N_ELEMENTS(tests), argc, argv);
}
