/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Binding Refresh Requests of the home agent and what ends them [RFC 6275 9.5.5, 11.7.4], by every kind of tunnel;
 * Binding Errors that reach it; messages of route optimisation at both ends [24.303 4.1, RFC 6275 9.2].
 */
#include "tests/pair/rig.h"

static unsigned sent(const struct rig *r, uint32_t node, enum mh_type type)
{
	return rig_signals(r, REC_SIGNAL_TX, node, type);
}

/* From the UE's side, by its care-of address, or from the home agent to it. */
static void say(struct rig *r, bool from_ue, struct mh_msg *m)
{
	struct ip6_addr hoa = *dsmip_ue_hoa(r->d);
	struct dsmip_bul b = dsmip_ue_binding(r->d);
	struct dsmip_tx tx = { .hoa = hoa, .coa = b.care_of };

	tx.send.src = from_ue ? b.care_of : r->ha_config.dsmip.addr.a6;
	tx.send.dst = from_ue ? r->ha_config.dsmip.addr.a6 : b.care_of;
	if (!from_ue)
		tx.send.rh2 = &hoa;
	if (from_ue && m->type != MH_BE)
		tx.send.home_address = &hoa;
	dsmip_send(from_ue ? ue_host(r->ue) : ha_host(r->ha), m, &tx);
	rig_run(r, S(1));
}

static void asked(const char *iface, struct moor_link *(*link)(const struct rig *r), bool udp)
{
	struct rig *r = rig_new();
	const struct seen *s;

	rig_build(r);
	rig_registered(r, iface, link(r));
	CU_ASSERT(dsmip_ha_ask(r->a, dsmip_ue_hoa(r->d)));
	rig_run(r, S(1));
	s = rig_last(r, REC_SIGNAL_RX, r->ue_id, MH_BRR);
	CU_ASSERT_FATAL(s != NULL);
	CU_ASSERT_EQUAL(s->r.u.signal.udp, udp);
	CU_ASSERT_EQUAL(sent(r, r->ue_id, MH_BU), 2);
	CU_ASSERT(rig_bound(r, r->ha_id, BINDING_REFRESHED, 0));
	CU_ASSERT_FALSE(rig_deviation(r, "brr"));
	rig_free(r);
}

static struct moor_link *lte(const struct rig *r) { return r->lte; }
static struct moor_link *wlan(const struct rig *r) { return r->wlan; }
static struct moor_link *wlan4(const struct rig *r) { return r->wlan4; }

static void by_every_tunnel(void)
{
	asked("lte", lte, false);
	asked("wlan", wlan, true);
	asked("wlan", wlan4, false);
}

static void nobody_to_ask(void)
{
	struct rig *r = rig_new();

	rig_build(r);
	CU_ASSERT_FALSE(dsmip_ha_ask(r->a, dsmip_ue_hoa(r->d)));
	rig_registered(r, "lte", r->lte);
	ue_detach(r->ue);
	rig_run(r, S(1));
	CU_ASSERT_FALSE(dsmip_ha_ask(r->a, dsmip_ue_hoa(r->d)));	/* it is held, not active */
	CU_ASSERT_EQUAL(sent(r, r->ha_id, MH_BRR), 0);
	rig_free(r);
}

/* 100 s granted, asked 40 s before the end, then at halves of what is left, never twice in a second. */
static void until_it_answers_or_ends(void)
{
	struct rig *r = rig_new();

	r->profile.dsmip.refresh_percent = 0;
	r->ha_config.dsmip.lifetime_max = S(100);
	r->ha_config.dsmip.refresh_request = S(40);
	rig_build(r);
	rig_registered(r, "lte", r->lte);
	moor_link_state(r->lte, false);
	rig_run(r, S(58));
	CU_ASSERT_EQUAL(sent(r, r->ha_id, MH_BRR), 1);
	rig_run(r, S(50));
	CU_ASSERT_EQUAL(sent(r, r->ha_id, MH_BRR), 6);	/* 40, 20, 10, 5, 2.5, 1.25 s before */
	CU_ASSERT(rig_bound(r, r->ha_id, BINDING_EXPIRED, 0));
	rig_free(r);
}

static void not_those_who_do_not_know_it(void)
{
	struct mh_msg m;
	struct rig *r = rig_new();

	r->profile.dsmip.refresh_percent = 0;
	r->ha_config.dsmip.lifetime_max = S(60);
	r->ha_config.dsmip.refresh_request = S(30);
	rig_build(r);
	rig_registered(r, "lte", r->lte);
	mh_start(&m, MH_BE);
	m.be.status = MH_BE_UNKNOWN_BINDING;	/* a home agent sends no Home Address option */
	say(r, true, &m);
	CU_ASSERT(rig_discarded(r, r->ha_id, "be-status"));
	rig_run(r, S(30));
	CU_ASSERT_EQUAL(sent(r, r->ha_id, MH_BRR), 1);
	CU_ASSERT_EQUAL(sent(r, r->ue_id, MH_BU), 2);
	m.be.status = MH_BE_UNKNOWN_MH_TYPE;
	say(r, true, &m);
	rig_run(r, S(80));
	CU_ASSERT_EQUAL(sent(r, r->ha_id, MH_BRR), 1);	/* never again, although it let its binding expire */
	CU_ASSERT(rig_bound(r, r->ue_id, BINDING_EXPIRED, 0));
	rig_free(r);
}

/* Home and Care-of Test Init are answered with Binding Error 2, the tests themselves with nothing. */
static void no_route_optimisation(void)
{
	static const struct { enum mh_type type; bool answered; } all[] = {
		{ MH_HOTI, true }, { MH_COTI, true }, { MH_HOT, false }, { MH_COT, false },
	};

	for (unsigned k = 0; k < G_N_ELEMENTS(all); k++)
		for (unsigned from_ue = 0; from_ue < 2; from_ue++) {
			struct rig *r = rig_new();
			uint32_t other;
			struct mh_msg m;

			rig_build(r);
			rig_registered(r, "lte", r->lte);
			other = from_ue ? r->ha_id : r->ue_id;
			mh_start(&m, all[k].type);
			say(r, from_ue, &m);
			CU_ASSERT_EQUAL(sent(r, other, MH_BE), all[k].answered);
			if (all[k].answered) {
				struct mh_msg be = rig_message(rig_last(r, REC_SIGNAL_TX, other, MH_BE));

				CU_ASSERT_EQUAL(be.be.status, MH_BE_UNKNOWN_MH_TYPE);
			}
			CU_ASSERT_EQUAL(rig_bce(r).state, DSMIP_BCE_ACTIVE);
			CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERED);
			rig_free(r);
		}
}

static const struct harness_test tests[] = {
	{ "asked by every tunnel", by_every_tunnel },
	{ "nobody to ask", nobody_to_ask },
	{ "until it answers or ends", until_it_answers_or_ends },
	{ "Binding Errors at the home agent", not_those_who_do_not_know_it },
	{ "no route optimisation", no_route_optimisation },
};

int main(int argc, char **argv)
{
	return harness_main("refresh", tests, G_N_ELEMENTS(tests), argc, argv);
}
