/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages that do not arrive: retransmission times and sequence numbers [RFC 6275 11.8], the change to IPv4 after
 * three tries [RFC 5555 4.4.1], the next home agent after MAX_BINDACK_TIMEOUT [RFC 6275 11.7.1], de-registrations
 * that get no answer.
 */
#include "tests/pair/rig.h"

static moor_time sent_at(const struct rig *r, unsigned n)
{
	const struct seen *s = rig_signal(r, REC_SIGNAL_TX, r->ue_id, MH_BU, n);

	CU_ASSERT_PTR_NOT_NULL(s);
	return s ? s->r.at : 0;
}

static void bu_lost_twice(void)
{
	struct rig *r = rig_new();
	const struct seen *third;

	rig_build(r);
	rig_lose(r->lte, MH_BU, 2);
	rig_registered(r, "lte", r->lte);
	rig_run(r, S(4));
	CU_ASSERT_EQUAL(rig_signals(r, REC_SIGNAL_TX, r->ue_id, MH_BU), 3);
	CU_ASSERT_EQUAL(sent_at(r, 1) - sent_at(r, 0), S(1.5));
	CU_ASSERT_EQUAL(sent_at(r, 2) - sent_at(r, 1), S(3));
	third = rig_signal(r, REC_SIGNAL_TX, r->ue_id, MH_BU, 2);
	CU_ASSERT_EQUAL(third->r.u.signal.attempt, 3);
	CU_ASSERT_EQUAL(third->r.u.signal.sequence, 3);
	CU_ASSERT_EQUAL(rig_bce(r).sequence, 3);
	rig_free(r);
}

static void ba_lost(void)
{
	struct rig *r = rig_new();

	rig_build(r);
	rig_lose(r->lte, MH_BA, 1);
	rig_registered(r, "lte", r->lte);
	CU_ASSERT_EQUAL(rig_signals(r, REC_SIGNAL_TX, r->ue_id, MH_BU), 2);
	CU_ASSERT_EQUAL(rig_signals(r, REC_SIGNAL_TX, r->ha_id, MH_BA), 2);
	CU_ASSERT_EQUAL(rig_signals(r, REC_SIGNAL_RX, r->ue_id, MH_BA), 1);
	CU_ASSERT(rig_bound(r, r->ha_id, BINDING_REFRESHED, 0));
	CU_ASSERT_EQUAL(rig_count(r, REC_DEVIATION, REC_NONE, 0), 0);
	rig_free(r);
}

static void handover_starts_with_a_second(void)
{
	struct rig *r = rig_new();

	rig_build(r);
	rig_registered(r, "lte", r->lte);
	rig_lose(r->lte2, MH_BU, 2);
	rig_move(r, "lte", r->lte2);
	rig_run(r, S(9));
	CU_ASSERT_EQUAL(rig_signals(r, REC_SIGNAL_TX, r->ue_id, MH_BU), 4);
	CU_ASSERT_EQUAL(sent_at(r, 2) - sent_at(r, 1), S(1));
	CU_ASSERT_EQUAL(sent_at(r, 3) - sent_at(r, 2), S(2));
	CU_ASSERT(rig_bound(r, r->ue_id, BINDING_UPDATED, 0));
	rig_free(r);
}

static void doubles_to_the_maximum(void)
{
	static const double gap[] = { 1.5, 3, 6, 12, 24, 32, 32 };
	struct rig *r = rig_new();

	rig_build(r);
	rig_lose(r->lte, MH_BU, 100);
	rig_attach(r, "lte", r->lte);
	rig_run(r, S(125));
	for (unsigned k = 0; k < G_N_ELEMENTS(gap); k++)
		CU_ASSERT_EQUAL(sent_at(r, k + 1) - sent_at(r, k), S(gap[k]));
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERING);
	rig_free(r);
}

/* The third BU gets its full time before the family is changed: 1.5 + 3 + 6 s. */
static void ipv4_after_three_tries(void)
{
	struct rig *r = rig_new();
	const struct seen *fourth;

	rig_build(r);
	rig_plug(r, "wlan", r->dual);
	rig_run(r, S(5));
	rig_lose(r->dual, MH_BU, 3);
	ue_attach(r->ue, "wlan");
	rig_run(r, S(14));
	CU_ASSERT_EQUAL(rig_signals(r, REC_SIGNAL_TX, r->ue_id, MH_BU), 4);
	fourth = rig_signal(r, REC_SIGNAL_TX, r->ue_id, MH_BU, 3);
	CU_ASSERT(fourth && fourth->r.u.signal.udp);
	CU_ASSERT_EQUAL(sent_at(r, 3) - sent_at(r, 0), S(10.5));
	CU_ASSERT_EQUAL(fourth->r.u.signal.attempt, 1);
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERED);
	CU_ASSERT(rig_up6(r) && rig_down4(r));
	/* and stays there: IPv6 has not got better by itself */
	rig_run(r, S(60));
	CU_ASSERT_EQUAL(rig_signals(r, REC_SIGNAL_TX, r->ue_id, MH_BU), 4);
	rig_free(r);
}

/* [RFC 5555 4.4.1] having fallen back once, IPv4 is used on the next link as well - when that is wished for. */
static void stays_with_ipv4(bool keep)
{
	struct rig *r = rig_new();
	struct dsmip_bce_view b;

	r->profile.dsmip.keep_family = keep;
	rig_build(r);
	rig_plug(r, "wlan", r->dual);
	rig_run(r, S(5));
	rig_lose(r->dual, MH_BU, 3);
	ue_attach(r->ue, "wlan");
	rig_run(r, S(14));
	b = rig_bce(r);
	CU_ASSERT(dsmip_is_mapped(&b.care_of));
	rig_move(r, "lte", r->dual);
	rig_run(r, S(8));
	b = rig_bce(r);
	CU_ASSERT_EQUAL(dsmip_is_mapped(&b.care_of), keep);
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERED);
	rig_free(r);
}

static void family_after_a_fallback(void)
{
	stays_with_ipv4(true);
	stays_with_ipv4(false);
}

static void silent_home_agent_is_left(void)
{
	struct rig *r = rig_new();
	const struct seen *s;

	r->second_ha = true;
	rig_build(r);
	rig_lose(r->lte, MH_BU, 6);
	rig_attach(r, "lte", r->lte);
	rig_run(r, S(85));
	s = rig_signal(r, REC_SIGNAL_TX, r->ue_id, MH_BU, 6);
	CU_ASSERT(s && s->r.u.signal.dst.o[15] == 5);
	CU_ASSERT_EQUAL(sent_at(r, 6) - sent_at(r, 0), S(1.5 + 3 + 6 + 12 + 24 + 32));
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERED);
	CU_ASSERT_EQUAL(dsmip_ha_bindings(ha_dsmip(r->ha2)), 1);
	rig_free(r);
}

static void detach_gives_up(void)
{
	struct rig *r = rig_new();
	moor_time from;

	rig_build(r);
	rig_registered(r, "lte", r->lte);
	rig_lose(r->lte, MH_BU, 100);
	from = moor_world_now(r->w);
	ue_detach(r->ue);
	rig_run(r, S(31.9));
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_DETACHING);
	rig_run(r, S(0.2));
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_IDLE);
	CU_ASSERT_EQUAL(sent_at(r, 2) - from, S(1));
	CU_ASSERT_EQUAL(dsmip_ha_bindings(r->a), 1);	/* until its lifetime ends */
	rig_run(r, S(900));
	CU_ASSERT_EQUAL(dsmip_ha_entries(r->a), 0);
	rig_free(r);
}

/* The BA of a de-registration is lost: the home agent still holds the entry and says the same again. */
static void lost_answer_to_a_detach(void)
{
	struct rig *r = rig_new();
	struct mh_msg ba;

	rig_build(r);
	rig_registered(r, "lte", r->lte);
	rig_lose(r->lte, MH_BA, 1);
	ue_detach(r->ue);
	rig_run(r, S(2));
	ba = rig_message(rig_last(r, REC_SIGNAL_RX, r->ue_id, MH_BA));
	CU_ASSERT_EQUAL(ba.ba.status, 0);
	CU_ASSERT_EQUAL(ba.ba.life.units, 0);
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_IDLE);
	rig_free(r);
}

/*
 * A path slower than the first retransmission timer: the answer to the first BU counts, the second's changes
 * nothing.
 */
static void slow_path(void)
{
	struct rig *r = rig_new();
	struct link_params slow = { .delay = { DELAY_CONSTANT, 900 * MOOR_MS, 0 } };

	rig_build(r);
	moor_link_set(r->core, &slow);
	rig_attach(r, "lte", r->lte);
	rig_run(r, S(12));
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERED);
	CU_ASSERT_EQUAL(rig_signals(r, REC_SIGNAL_TX, r->ue_id, MH_BU), 2);
	CU_ASSERT(rig_discarded(r, r->ue_id, "ba-sequence"));
	CU_ASSERT_EQUAL(dsmip_ue_binding(r->d).expires, sent_at(r, 0) + S(900));
	rig_free(r);
}

/* [RFC 6275 11.8] never more than three in a second: a home agent that always says 135 does not get more. */
static void rate_is_limited(void)
{
	struct rig *r = rig_new();

	rig_build(r);
	rig_registered(r, "lte", r->lte);
	rig_run(r, S(1));
	for (unsigned k = 0; k < 9; k++) {
		ue_want_hoa4(r->ue, k & 1);
		rig_run(r, 100 * MOOR_MS);
	}
	for (unsigned k = 0; k + 3 < rig_signals(r, REC_SIGNAL_TX, r->ue_id, MH_BU); k++)
		CU_ASSERT(sent_at(r, k + 3) - sent_at(r, k) >= S(1));
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERED);
	rig_free(r);
}

static const struct harness_test tests[] = {
	{ "BU lost twice: 1.5 s, 3 s, new sequence numbers", bu_lost_twice },
	{ "BA lost: the same again", ba_lost },
	{ "with a binding the first wait is 1 s", handover_starts_with_a_second },
	{ "the wait doubles to 32 s", doubles_to_the_maximum },
	{ "IPv4 after three tries over IPv6", ipv4_after_three_tries },
	{ "the family after a fall-back", family_after_a_fallback },
	{ "a silent home agent is left for the next", silent_home_agent_is_left },
	{ "a detach without answer ends after 32 s", detach_gives_up },
	{ "a lost answer to a detach is given again", lost_answer_to_a_detach },
	{ "an answer later than the retransmission counts", slow_path },
	{ "not more than three BUs a second", rate_is_limited },
};

int main(int argc, char **argv)
{
	return harness_main("loss", tests, G_N_ELEMENTS(tests), argc, argv);
}
