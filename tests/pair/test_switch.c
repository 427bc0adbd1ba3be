/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What security has to do with Binding Revocation, and Home Agent Switch with and without it: whose association it is,
 * which ends afterwards, how often a UE lets itself be sent on, and home agents that are not there.
 */
#include <string.h>

#include "tests/pair/s2c.h"

static const struct dsmip_ha_addr nowhere;

/* ---- without security -------------------------------------------------------------------------------------------- */

static struct rig *plain(bool second, bool other_pool)
{
	struct rig *r = rig_new();

	r->second_ha = second;
	r->second_pool = other_pool;
	rig_build(r);
	rig_registered(r, "lte", r->lte);
	return r;
}

static struct dsmip_ha_addr second(void)
{
	struct dsmip_ha_addr a = nowhere;

	ip6_parse("2001:db8:c0::5", &a.a6);
	return a;
}

/* To the one that is named, or to the next one that it knows. */
static void test_to_second(void)
{
	for (unsigned k = 0; k < 4; k++) {
		struct rig *r = plain(true, k & 1);
		struct dsmip_ha_addr to = k & 2 ? second() : nowhere;
		const struct seen *s;
		struct mh_msg m;

		CU_ASSERT(dsmip_ha_switch(r->a, dsmip_ue_hoa(r->d), &to));
		CU_ASSERT_EQUAL(rig_bce(r).state, DSMIP_BCE_SWITCHING);
		s = rig_last(r, REC_SIGNAL_TX, r->ha_id, MH_HA_SWITCH);
		CU_ASSERT_FATAL(s != NULL);
		m = rig_message(s);
		CU_ASSERT(m.ha_switch.n == (k & 2 ? 1 : 0) && !m.n_opt);
		rig_run(r, S(3));
		CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERED);
		CU_ASSERT_EQUAL(dsmip_ue_binding(r->d).home_agent.o[15], 5);
		CU_ASSERT_EQUAL(rig_bce(r).state, k & 1 ? DSMIP_BCE_NONE : DSMIP_BCE_HOLD);
		CU_ASSERT(rig_bound(r, r->ha_id, BINDING_DEREGISTERED, 0));
		CU_ASSERT_EQUAL(dsmip_ha_bindings(r->a), 0);
		CU_ASSERT_EQUAL(rig_signals(r, REC_SIGNAL_TX, r->ha_id, MH_HA_SWITCH), 1);
		CU_ASSERT(rig_count(r, REC_DEVIATION, REC_NONE, 0) == 0);
		rig_free(r);
	}
}

/* Repeated at 5 s, then 10 s, then 20 s behind one another for as long as the binding stands. */
static void test_lost(void)
{
	static const double gap[] = { 5, 10, 20, 20, 20 };
	struct rig *r = plain(false, false);

	rig_lose(r->lte, MH_HA_SWITCH, 6);
	CU_ASSERT(dsmip_ha_switch(r->a, dsmip_ue_hoa(r->d), &nowhere));
	CU_ASSERT(dsmip_ha_switch(r->a, dsmip_ue_hoa(r->d), &nowhere));	/* it is at it */
	rig_run(r, S(76));
	CU_ASSERT_EQUAL(rig_signals(r, REC_SIGNAL_TX, r->ha_id, MH_HA_SWITCH), 6);
	for (unsigned k = 0; k < G_N_ELEMENTS(gap); k++) {
		const struct seen *a = rig_signal(r, REC_SIGNAL_TX, r->ha_id, MH_HA_SWITCH, k);
		const struct seen *b = rig_signal(r, REC_SIGNAL_TX, r->ha_id, MH_HA_SWITCH, k + 1);

		CU_ASSERT(a && b && b->r.at - a->r.at == S(gap[k]));
	}
	CU_ASSERT(rig_down6(r) && rig_up6(r));
	CU_ASSERT_EQUAL(rig_bce(r).state, DSMIP_BCE_SWITCHING);
	rig_free(r);
}

/* [RFC 5142 7] however often they are due */
static void test_rate(void)
{
	struct rig *r = rig_new();

	r->timers.v[T_SWITCH_FIRST] = r->timers.v[T_SWITCH_MAX] = S(0.05);
	rig_build(r);
	rig_registered(r, "lte", r->lte);
	rig_lose(r->lte, MH_HA_SWITCH, 1000);
	CU_ASSERT(dsmip_ha_switch(r->a, dsmip_ue_hoa(r->d), &nowhere));
	rig_run(r, S(10.5));
	CU_ASSERT_EQUAL(rig_signals(r, REC_SIGNAL_TX, r->ha_id, MH_HA_SWITCH), 11);
	CU_ASSERT(dsmip_ha_revoke(r->a, dsmip_ue_hoa(r->d), 1, false));	/* and then another way */
	rig_run(r, S(5));
	CU_ASSERT(dsmip_ue_state(r->d) == DSMIP_IDLE && !dsmip_ha_entries(r->a));
	rig_free(r);
}

/* Alone in the list: it comes back each time, five times in 300 s. */
static void test_too_often(void)
{
	struct rig *r = plain(false, false);

	for (unsigned k = 1; k <= 6; k++) {
		CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERED);
		dsmip_ha_switch(r->a, dsmip_ue_hoa(r->d), &nowhere);
		rig_run(r, S(3));
	}
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_IDLE);
	CU_ASSERT_EQUAL(dsmip_ha_bindings(r->a), 0);
	rig_run(r, S(300));
	ue_attach(r->ue, "lte");
	rig_run(r, S(5));
	dsmip_ha_switch(r->a, dsmip_ue_hoa(r->d), &nowhere);
	rig_run(r, S(5));
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERED);
	rig_free(r);
}

/* The answer to the de-registration never comes: MAX_BINDACK_TIMEOUT, and on. */
static void test_ba_lost(void)
{
	struct rig *r = plain(true, true);
	struct dsmip_ha_addr to = second();

	rig_lose(r->lte, MH_BA, 6);
	dsmip_ha_switch(r->a, dsmip_ue_hoa(r->d), &to);
	rig_run(r, S(25));
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_SWITCHING);
	rig_run(r, S(15));
	CU_ASSERT(dsmip_ue_state(r->d) == DSMIP_REGISTERED && dsmip_ue_binding(r->d).home_agent.o[15] == 5);
	rig_free(r);
}

/* Gone while it leaves, detached, restarted. */
static void test_meanwhile(void)
{
	for (unsigned k = 0; k < 4; k++) {
		struct rig *r = plain(true, true);
		struct dsmip_ha_addr to = second();

		if (k < 3)
			rig_lose(r->lte, MH_BA, 100);
		dsmip_ha_switch(r->a, dsmip_ue_hoa(r->d), &to);
		rig_run(r, S(1));
		if (k == 0)
			ue_detach(r->ue);
		else if (k == 1)
			ue_reboot(r->ue);
		else if (k == 2)
			rig_plug(r, "lte", NULL);
		else
			ue_handover(r->ue, "wlan");
		rig_run(r, S(60));
		if (k == 0 || k == 1)
			CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_IDLE);
		CU_ASSERT(dsmip_ue_state(r->d) != DSMIP_SWITCHING);
		rig_free(r);
	}
}

/* ---- with it ----------------------------------------------------------------------------------------------------- */

static struct s2c *secured(bool redirect, const char *iface)
{
	struct s2c *s = s2c_new();

	s->r->second_ha = s->r->second_pool = true;
	s->ue_ike.redirect = redirect;
	s->ha_ike.dpd = s->ue_ike.dpd = 0;
	s->r->timers.v[T_IKE_TRIES] = 4;
	s2c_build(s);
	if (s2c_registered(s, iface, !strcmp(iface, "lte") ? s->r->lte : s->r->wlan))
		return s;
	s2c_free(s);
	return NULL;
}

static void nothing_left(struct s2c *s)
{
	CU_ASSERT_EQUAL(dsmip_ue_state(s->r->d), DSMIP_IDLE);
	CU_ASSERT(!ike_sas(s->ike_ue) && !ike_sas(s->ike_ha));
	CU_ASSERT(!ipsec_children(ipsec_of(ue_host(s->r->ue))) && !ipsec_children(ipsec_of(ha_host(s->r->ha))));
	CU_ASSERT(!s2c_ha_sessions(s->sec) && !aaa_sessions(s->aaa) && !dsmip_ha_entries(s->r->a));
}

static void aborted(const char *iface, bool rekey)
{
	struct s2c *s = secured(true, iface);
	const struct seen *bri, *bra;

	if (!s)
		return;
	if (rekey)
		s2c_ue_rekey(s->r->d, false);
	CU_ASSERT_EQUAL(aaa_abort(s->aaa, s->sub.imsi, NULL), 1);
	CU_ASSERT_EQUAL(aaa_abort(s->aaa, s->sub.imsi, NULL), 1);	/* twice is no more */
	rig_run(s->r, S(2));
	bri = rig_last(s->r, REC_SIGNAL_TX, s->r->ha_id, MH_BR);
	bra = rig_last(s->r, REC_SIGNAL_TX, s->r->ue_id, MH_BR);
	CU_ASSERT(bri && bra && bri->r.u.signal.secured && bra->r.u.signal.secured);
	CU_ASSERT_EQUAL(rig_signals(s->r, REC_SIGNAL_TX, s->r->ha_id, MH_BR), 1);
	nothing_left(s);
	s2c_all_secured(s);
	s2c_free(s);
}

static void test_abort(void)
{
	aborted("lte", false);
	aborted("wlan", false);
	aborted("lte", true);
}

/* The UE has no more to say: the home agent takes the association down itself. */
static void test_no_delete(void)
{
	struct s2c *s = secured(true, "lte");
	struct mh_msg bra;
	struct dsmip_tx tx = { .profile = MH_PROFILE_R10 };
	struct ip6_addr hoa;

	if (!s)
		return;
	hoa = *dsmip_ue_hoa(s->r->d);
	dsmip_ha_revoke(s->r->a, &hoa, 1, false);
	mh_start(&bra, MH_BR);		/* a UE that answers, and forgets the rest */
	bra.br.type = MH_BR_BRA;
	bra.br.seq = rig_last(s->r, REC_SIGNAL_TX, s->r->ha_id, MH_BR)->r.u.signal.sequence;
	tx.send.src = dsmip_ue_binding(s->r->d).care_of;
	tx.send.dst = dsmip_ue_binding(s->r->d).home_agent;
	tx.send.home_address = &hoa;
	dsmip_send(ue_host(s->r->ue), &bra, &tx);
	rig_plug(s->r, "lte", NULL);
	rig_run(s->r, S(0.5));
	CU_ASSERT(!aaa_sessions(s->aaa) && ike_sas(s->ike_ha) == 1);
	rig_run(s->r, S(4));
	CU_ASSERT_EQUAL(ike_sas(s->ike_ha), 1);
	rig_run(s->r, S(60));
	CU_ASSERT(!ike_sas(s->ike_ha) && !aaa_sessions(s->aaa) && !s2c_ha_sessions(s->sec));
	s2c_free(s);
}

/* What comes without the association is not from the home agent. */
static void test_unprotected(void)
{
	struct s2c *s = secured(true, "lte");

	if (!s)
		return;
	ipsec_policies(ipsec_of(ha_host(s->r->ha)), NULL, 0);
	ipsec_policies(ipsec_of(ue_host(s->r->ue)), NULL, 0);
	dsmip_ha_revoke(s->r->a, dsmip_ue_hoa(s->r->d), 1, false);
	rig_run(s->r, S(0.5));
	CU_ASSERT(rig_discarded(s->r, s->r->ue_id, "mh-unprotected"));
	CU_ASSERT(!rig_signals(s->r, REC_SIGNAL_TX, s->r->ue_id, MH_BR));
	CU_ASSERT_EQUAL(dsmip_ue_state(s->r->d), DSMIP_REGISTERED);
	s2c_free(s);
}

static void moved_to_second(struct s2c *s)
{
	CU_ASSERT_EQUAL(dsmip_ue_state(s->r->d), DSMIP_REGISTERED);
	CU_ASSERT_EQUAL(s2c_view(s).home_agent.a6.o[15], 5);
	CU_ASSERT(!ike_sas(s->ike_ha) && !s2c_ha_sessions(s->sec) && !dsmip_ha_entries(s->r->a));
	CU_ASSERT_EQUAL(aaa_sessions(s->aaa), 1);
	CU_ASSERT_EQUAL(s2c_view(s).redirects, 1);
	s2c_all_secured(s);
}

/* The AAA server asks for it while the UE is registered, and of one that knows REDIRECT as well. */
static void test_switch(void)
{
	static const char *const iface[] = { "lte", "wlan" };

	for (unsigned k = 0; k < 4; k++) {
		struct s2c *s = secured(k & 2, iface[k & 1]);
		struct aaa_target t = { .a6 = second().a6, .when = AAA_HA_SWITCH };

		if (!s)
			continue;
		CU_ASSERT_EQUAL(aaa_reallocate(s->aaa, s->sub.imsi, NULL, &t), 1);
		rig_run(s->r, S(4));
		CU_ASSERT_EQUAL(rig_signals(s->r, REC_SIGNAL_TX, s->r->ha_id, MH_HA_SWITCH), 1);
		moved_to_second(s);
		s2c_free(s);
	}
}

/* [RFC 5685 5, 8] acknowledged; followed by who says so */
static void test_redirect(void)
{
	for (unsigned k = 0; k < 3; k++) {
		struct s2c *s = secured(k != 2, "lte");
		struct dsmip_ha_addr to = second();
		moor_time since;

		if (!s)
			continue;
		s->ue.follow_redirect = k == 1;
		since = moor_world_now(s->r->w);
		CU_ASSERT_EQUAL(s2c_ha_reallocate(s->sec, s->sub.imsi, NULL, &to, true), k == 2 ? 0 : 1);
		rig_run(s->r, S(4));
		if (k == 1) {
			moved_to_second(s);
		} else {
			CU_ASSERT_EQUAL(s2c_view(s).home_agent.a6.o[15], 1);
			CU_ASSERT_EQUAL(rig_bce(s->r).state, DSMIP_BCE_ACTIVE);
			CU_ASSERT_EQUAL(s2c_messages(s, REC_SIGNAL_RX, s->r->ha_id, IKE_INFORMATIONAL, false, since), !k);
			CU_ASSERT(rig_discarded(s->r, s->r->ue_id, "redirect-in-session") == !k);
			CU_ASSERT(rig_up6(s->r) && rig_down6(s->r));
		}
		s2c_free(s);
	}
}

/* Nobody there: back to those of the list. */
static void test_dead(void)
{
	struct s2c *s = secured(true, "lte");
	struct dsmip_ha_addr to = nowhere;

	if (!s)
		return;
	ip6_parse("2001:db8:c0::66", &to.a6);
	CU_ASSERT_EQUAL(s2c_ha_reallocate(s->sec, s->sub.imsi, NULL, &to, false), 1);
	rig_run(s->r, S(2));
	CU_ASSERT_EQUAL(s2c_view(s).home_agent.a6.o[15], 0x66);
	rig_run(s->r, S(20));
	CU_ASSERT_EQUAL(dsmip_ue_state(s->r->d), DSMIP_REGISTERED);
	CU_ASSERT_EQUAL(s2c_view(s).home_agent.a6.o[15], 5);	/* the next of the list */
	s2c_free(s);
}

static const struct harness_test tests[] = {
	{ "to a second home agent", test_to_second },
	{ "lost again and again", test_lost },
	{ "not faster than the rate", test_rate },
	{ "not more often than MAX_REDIRECTS", test_too_often },
	{ "the answer to the de-registration is lost", test_ba_lost },
	{ "other things meanwhile", test_meanwhile },
	{ "the AAA server ends a session", test_abort },
	{ "a UE that forgets the DELETE", test_no_delete },
	{ "a BRI without the security association", test_unprotected },
	{ "Home Agent Switch with security", test_switch },
	{ "REDIRECT in INFORMATIONAL", test_redirect },
	{ "a home agent that is not there", test_dead },
};

int main(int argc, char **argv)
{
	return harness_main("switch", tests, G_N_ELEMENTS(tests), argc, argv);
}
