/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IP flow mobility at the UE with answers made by hand: the home agent's node speaks, its protocol is silenced. Every
 * status of BIDs and FIDs, and what the UE does then [RFC 5648 5.7, RFC 6089 5.2.6, 24.303 5.1.2.4].
 */
#include <string.h>

#include "proto/dsmip_ue_flow.h"
#include "tests/pair/rig.h"

struct reply {
	uint8_t status, bid_status, fid_status;
	bool no_bid, no_fid;			/* these options are left out */
	uint16_t missing;			/* FID that the home agent says it does not have */
};

static const struct seen *last_bu(const struct rig *r)
{
	return rig_last(r, REC_SIGNAL_TX, r->ue_id, MH_BU);
}

static unsigned bus(const struct rig *r)
{
	return rig_signals(r, REC_SIGNAL_TX, r->ue_id, MH_BU);
}

static bool wait_for_bu(struct rig *r, unsigned n)
{
	for (unsigned k = 0; k < 8000 && bus(r) == n; k++)
		rig_run(r, MOOR_MS);
	rig_run(r, 20 * MOOR_MS);
	return bus(r) > n;
}

static void copy_options(const struct mh_msg *bu, const struct reply *p, struct mh_msg *m)
{
	for (unsigned i = 0; i < bu->n_opt; i++) {
		const struct mh_opt *o = &bu->opt[i];
		struct mh_opt *x;

		if (o->type == MH_OPT_BID && !p->no_bid) {
			x = mh_add(m, MH_OPT_BID);
			x->bid.bid = o->bid.bid;
			x->bid.priority = o->bid.priority;
			x->bid.home = o->bid.home;
			x->bid.status = p->bid_status;
		}
		if (o->type == MH_OPT_FLOW_ID && !p->no_fid) {
			x = mh_add(m, MH_OPT_FLOW_ID);
			x->flow = o->flow;
			x->flow.status = p->fid_status;
		}
	}
}

/* Answers the last BU, from wherever it came. */
static void answer(struct rig *r, struct reply p)
{
	const struct seen *s = last_bu(r);
	struct mh_msg bu = rig_message(s), m;
	struct ip6_addr hoa = *dsmip_ue_hoa(r->d);
	struct dsmip_tx tx = { .send = { .rh2 = &hoa, .dst = s->r.u.signal.care_of } };

	tx.send.src = r->ha_config.dsmip.addr.a6;
	mh_start(&m, MH_BA);
	m.ba.status = p.status;
	m.ba.flags = MH_BA_K | MH_BA_R;
	m.ba.seq = bu.bu.seq;
	m.ba.life = bu.bu.life;
	copy_options(&bu, &p, &m);
	if (p.missing) {
		struct mh_opt *x = mh_add(&m, MH_OPT_FLOW_ID);

		x->flow.fid = p.missing;
		x->flow.priority = 1;
		x->flow.status = MH_FID_NOT_FOUND;
	}
	dsmip_send(ha_host(r->ha), &m, &tx);
	rig_run(r, 100 * MOOR_MS);
}

static struct mh_msg message(const struct rig *r)
{
	return rig_message(last_bu(r));
}

static const struct mh_opt *bid_of(const struct mh_msg *m, uint16_t bid)
{
	const struct mh_opt *o = mh_find(m, MH_OPT_BID);

	while (o && o->bid.bid != bid)
		o = mh_next(m, o);
	return o;
}

/* The first BU is out, about lte: BID 1. */
static struct rig *first(void)
{
	struct rig *r = rig_new();

	r->profile.dsmip.ifom = true;
	rig_build(r);
	dsmip_ha_settings(r->a)->addr.a6.o[15] = 0x99;
	rig_attach(r, "lte", r->lte);
	CU_ASSERT(wait_for_bu(r, 0));
	return r;
}

/* lte and wlan are registered, as BIDs 1 and 2. */
static struct rig *both(void)
{
	struct rig *r = first();
	unsigned n;

	answer(r, (struct reply){ 0 });
	n = bus(r);
	rig_plug(r, "wlan", r->lte2);
	CU_ASSERT(wait_for_bu(r, n));
	answer(r, (struct reply){ 0 });
	return r;
}

static unsigned bound(const struct rig *r)
{
	struct dsmip_ue_bid b;
	unsigned n = 0;

	while (dsmip_ue_bid_at(r->d, n, &b))
		n++;
	return n;
}

static struct ifom_flow rule(uint16_t fid, uint16_t bid)
{
	struct ifom_flow f = { .fid = fid, .priority = fid, .bid = { bid }, .n_bid = 1 };

	f.ts = (struct mh_ts){ .format = MH_TS_IP6, .has = MH_TS_DPORT, .dport = { fid, fid } };
	return f;
}

static void add(struct rig *r, uint16_t fid, uint16_t bid)
{
	struct ifom_flow f = rule(fid, bid);
	unsigned n = bus(r);

	CU_ASSERT_EQUAL(dsmip_ue_flow_put(r->d, &f), MH_FID_OK);
	CU_ASSERT(wait_for_bu(r, n));
}

static enum dsmip_ue_rule state(const struct rig *r, uint16_t fid)
{
	return dsmip_ue_flow_state(r->d, fid, NULL);
}

/* ---- BIDs -------------------------------------------------------------------------------------------------------- */

static void registers_two(void)
{
	struct rig *r = first();
	struct mh_msg m = message(r);
	struct dsmip_ue_bid b;

	CU_ASSERT((m.bu.flags & MH_BU_O) && bid_of(&m, 1) && bid_of(&m, 1)->bid.family == 6 && !mh_find(&m, MH_OPT_ALT_COA));
	rig_free(r);
	r = both();
	m = message(r);
	CU_ASSERT(!(m.bu.flags & MH_BU_O) && bid_of(&m, 2) && bid_of(&m, 2)->bid.priority == 20);
	CU_ASSERT_EQUAL(bound(r), 2);
	CU_ASSERT(dsmip_ue_bid_at(r->d, 1, &b) && b.bid == 2);
	CU_ASSERT(dsmip_ue_binding(r->d).valid && !rig_deviation(r, "bu-bid-missing"));
	rig_free(r);
}

/* Whatever else it says: it does not know BIDs. */
static void without_option(void)
{
	struct rig *r = first();
	struct mh_msg m;
	unsigned n;

	answer(r, (struct reply){ .no_bid = true });
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERED);
	CU_ASSERT_EQUAL(bound(r), 0);
	n = bus(r);
	dsmip_ue_refresh(r->d);
	CU_ASSERT(wait_for_bu(r, n));
	m = message(r);
	CU_ASSERT(!mh_find(&m, MH_OPT_BID) && mh_find(&m, MH_OPT_ALT_COA) && !(m.bu.flags & MH_BU_O));
	rig_free(r);
	r = first();
	n = bus(r);
	answer(r, (struct reply){ .status = 128, .no_bid = true });
	CU_ASSERT(wait_for_bu(r, n));
	m = message(r);
	CU_ASSERT(!mh_find(&m, MH_OPT_BID) && mh_find(&m, MH_OPT_ALT_COA));
	rig_free(r);
}

static void prohibited(void)
{
	struct rig *r = first();
	struct mh_msg m;
	unsigned n = bus(r);

	answer(r, (struct reply){ .status = MH_BA_MCOA_PROHIBITED });
	CU_ASSERT(wait_for_bu(r, n - 1) && bus(r) == n + 1);
	m = message(r);
	CU_ASSERT_PTR_NULL(mh_find(&m, MH_OPT_BID));
	answer(r, (struct reply){ 0 });
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERED);
	rig_free(r);
}

/* 165: with O; 167: with the care-of address */
static void asked_again(void)
{
	struct rig *r = both();
	struct mh_msg m;
	unsigned n = bus(r);

	dsmip_ue_refresh(r->d);
	CU_ASSERT(wait_for_bu(r, n));
	m = message(r);
	CU_ASSERT(bid_of(&m, 1) && !bid_of(&m, 1)->bid.family && !(m.bu.flags & MH_BU_O));
	n = bus(r);
	answer(r, (struct reply){ .status = MH_BA_MCOA_UNKNOWN_COA });
	CU_ASSERT(wait_for_bu(r, n - 1) && bus(r) == n + 1);
	m = message(r);
	CU_ASSERT(bid_of(&m, 1) && bid_of(&m, 1)->bid.family == 6);
	n = bus(r);
	answer(r, (struct reply){ .status = MH_BA_MCOA_NON_MCOA_EXISTS });
	CU_ASSERT(wait_for_bu(r, n));		/* as soon as three a second allow */
	m = message(r);
	CU_ASSERT(m.bu.flags & MH_BU_O);
	rig_free(r);
}

/* The status of the option counts, that of the BA is about others. */
static void one_refused(void)
{
	struct rig *r = first();
	unsigned n;

	answer(r, (struct reply){ 0 });
	n = bus(r);
	rig_plug(r, "wlan", r->lte2);
	CU_ASSERT(wait_for_bu(r, n));
	n = bus(r);
	answer(r, (struct reply){ .status = MH_BA_MCOA_NOTCOMPLETE, .bid_status = MH_BA_RESOURCES });
	CU_ASSERT_EQUAL(bound(r), 1);
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERED);
	rig_run(r, S(60));
	CU_ASSERT_EQUAL(bus(r), n);		/* not again from the same place */
	rig_plug(r, "wlan", NULL);
	rig_plug(r, "wlan", r->lte2);
	CU_ASSERT(wait_for_bu(r, n));
	rig_free(r);
}

/* The second access does not reach the home agent: after three BUs others have their turn. */
static void silent(void)
{
	struct rig *r = first();
	struct mh_msg m;
	unsigned n;

	answer(r, (struct reply){ 0 });
	rig_plug(r, "wlan", r->lte2);
	rig_run(r, S(15));
	n = bus(r);
	CU_ASSERT_EQUAL(n, 1 + 3);
	add(r, 9, 1);
	m = message(r);
	CU_ASSERT(bid_of(&m, 1) && mh_find(&m, MH_OPT_FLOW_ID));
	answer(r, (struct reply){ 0 });
	CU_ASSERT_EQUAL(state(r, 9), DSMIP_RULE_REGISTERED);
	rig_run(r, S(40));
	CU_ASSERT(bus(r) > n + 1);		/* and is tried again later */
	rig_free(r);
}

static void loses_one(void)
{
	struct rig *r = both();
	struct mh_msg m;
	unsigned n = bus(r);

	rig_plug(r, "lte", NULL);
	CU_ASSERT(wait_for_bu(r, n));
	m = message(r);
	CU_ASSERT(!m.bu.life.units && bid_of(&m, 1) && !bid_of(&m, 1)->bid.family);
	answer(r, (struct reply){ .status = MH_BA_NOT_HOME_AGENT });	/* it has none: nothing is left to do */
	CU_ASSERT_EQUAL(bound(r), 1);
	n = bus(r);
	dsmip_ue_detach(r->d);
	CU_ASSERT(wait_for_bu(r, n));
	m = message(r);
	CU_ASSERT(!m.bu.life.units && !mh_find(&m, MH_OPT_BID));
	answer(r, (struct reply){ 0 });
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_IDLE);
	CU_ASSERT_EQUAL(bound(r), 0);
	rig_free(r);
}

static void expires(void)
{
	struct rig *r = both();
	unsigned n = bus(r);

	CU_ASSERT_EQUAL(bound(r), 2);
	rig_run(r, S(1000));
	CU_ASSERT(bus(r) > n && bound(r) == 0 && rig_bound(r, r->ue_id, BINDING_EXPIRED, 0));
	CU_ASSERT(message(r).bu.flags & MH_BU_O);	/* a first registration again */
	rig_free(r);
}

/* ---- rules ------------------------------------------------------------------------------------------------------- */

static void bad_rules(void)
{
	struct rig *r = first();
	struct ifom_flow f = rule(5, 1), g;

	CU_ASSERT_EQUAL(dsmip_ue_flow_put(r->d, &f), MH_FID_OK);
	g = f;
	g.fid = 0;
	CU_ASSERT_EQUAL(dsmip_ue_flow_put(r->d, &g), MH_FID_MALFORMED);
	g = rule(6, 0);
	CU_ASSERT_EQUAL(dsmip_ue_flow_put(r->d, &g), MH_FID_MALFORMED);
	g = rule(6, 1);
	g.priority = 5;
	CU_ASSERT_EQUAL(dsmip_ue_flow_put(r->d, &g), MH_FID_REJECTED);
	g = rule(6, 1);
	g.ts.has |= MH_TS_DPORT_END;
	g.ts.dport[1] = 5;
	CU_ASSERT_EQUAL(dsmip_ue_flow_put(r->d, &g), MH_FID_MALFORMED);
	g = rule(6, 1);
	g.bid[1] = 1;
	g.n_bid = 2;
	CU_ASSERT_EQUAL(dsmip_ue_flow_put(r->d, &g), MH_FID_MALFORMED);
	CU_ASSERT(!dsmip_ue_flow_move(r->d, 7, &(uint16_t){ 1 }, 1) && !dsmip_ue_flow_move(r->d, 5, &(uint16_t){ 99 }, 1));
	CU_ASSERT(!dsmip_ue_flow_remove(r->d, 7) && dsmip_ue_flow_remove(r->d, 5));
	CU_ASSERT_EQUAL(state(r, 5), DSMIP_RULE_NONE);
	rig_free(r);
}

static void refused_for_good(void)
{
	static const uint8_t statuses[] = { MH_FID_PROHIBITED, MH_FID_REJECTED, MH_FID_MALFORMED, MH_FID_TS_UNSUPPORTED };

	for (size_t k = 0; k < sizeof statuses; k++) {
		struct rig *r = both();
		uint8_t told = 0;
		unsigned n;

		add(r, 5, 2);
		n = bus(r);
		answer(r, (struct reply){ .fid_status = statuses[k] });
		rig_run(r, S(20));
		CU_ASSERT_EQUAL(bus(r), n);
		CU_ASSERT(dsmip_ue_flow_state(r->d, 5, &told) == DSMIP_RULE_REFUSED && told == statuses[k]);
		rig_free(r);
	}
}

/* 131: its access is told anew, with the care-of address, then the rule; not for ever. */
static void bid_unknown(void)
{
	struct rig *r = both();
	unsigned times = 0;
	struct mh_msg m;

	add(r, 5, 2);
	while (state(r, 5) == DSMIP_RULE_PENDING && times++ < 10) {
		unsigned n = bus(r);

		m = message(r);
		if (times == 2)
			CU_ASSERT(bid_of(&m, 2) && bid_of(&m, 2)->bid.family == 6);
		answer(r, (struct reply){ .fid_status = MH_FID_BID_NOT_FOUND });
		if (state(r, 5) == DSMIP_RULE_PENDING)
			CU_ASSERT(wait_for_bu(r, n - 1));
		rig_run(r, S(1));
	}
	CU_ASSERT(state(r, 5) == DSMIP_RULE_REFUSED && times >= 3 && times < 10);
	rig_free(r);
}

/* 132 about one that was only named: it is told in full. */
static void fid_unknown(void)
{
	struct rig *r = both();
	struct mh_msg m;
	unsigned n;

	add(r, 5, 2);
	answer(r, (struct reply){ 0 });
	CU_ASSERT_EQUAL(state(r, 5), DSMIP_RULE_REGISTERED);
	n = bus(r);
	dsmip_ue_refresh(r->d);
	CU_ASSERT(wait_for_bu(r, n));
	m = message(r);
	CU_ASSERT(mh_find(&m, MH_OPT_FLOW_SUMMARY) && mh_fid_at(mh_find(&m, MH_OPT_FLOW_SUMMARY), 0) == 5);
	answer(r, (struct reply){ .missing = 5 });
	rig_run(r, S(2));
	m = message(r);
	CU_ASSERT(mh_find(&m, MH_OPT_FLOW_ID) && mh_find(&m, MH_OPT_FLOW_ID)->flow.fid == 5);
	answer(r, (struct reply){ 0 });
	CU_ASSERT_EQUAL(state(r, 5), DSMIP_RULE_REGISTERED);
	rig_free(r);
}

/* BIDs but no flow bindings: nothing is told any more, the accesses stay. */
static void no_flows(void)
{
	struct rig *r = both();
	struct ifom_flow f = rule(6, 1);
	unsigned n;

	add(r, 5, 2);
	answer(r, (struct reply){ .no_fid = true });
	CU_ASSERT(state(r, 5) == DSMIP_RULE_REFUSED && bound(r) == 2);
	n = bus(r);
	CU_ASSERT_EQUAL(dsmip_ue_flow_put(r->d, &f), MH_FID_OK);
	rig_run(r, S(10));
	CU_ASSERT_EQUAL(bus(r), n);
	rig_free(r);
}

/* Changed while its first version is on its way: the answer is about that one. */
static void changed_meanwhile(void)
{
	struct rig *r = both();
	struct mh_msg m;
	unsigned n;

	add(r, 5, 2);
	CU_ASSERT(dsmip_ue_flow_move(r->d, 5, &(uint16_t){ 1 }, 1));
	n = bus(r);
	answer(r, (struct reply){ 0 });
	CU_ASSERT(wait_for_bu(r, n - 1));
	rig_run(r, S(2));
	m = message(r);
	CU_ASSERT(bid_of(&m, 1) && mh_find(&m, MH_OPT_FLOW_ID));
	answer(r, (struct reply){ 0 });
	CU_ASSERT_EQUAL(state(r, 5), DSMIP_RULE_REGISTERED);
	rig_free(r);
}

/* A revocation while another access is being registered: the answer leaves from the one that is. */
static void revoked_meanwhile(void)
{
	struct rig *r = first();
	struct ip6_addr hoa = *dsmip_ue_hoa(r->d), lte = last_bu(r)->r.u.signal.care_of;
	struct dsmip_tx tx = { .send = { .rh2 = &hoa, .dst = lte } };
	const struct seen *bra;
	unsigned n;
	struct mh_msg m;

	answer(r, (struct reply){ 0 });
	n = bus(r);
	rig_plug(r, "wlan", r->lte2);
	CU_ASSERT(wait_for_bu(r, n) && bound(r) == 1);
	mh_start(&m, MH_BR);
	m.br.type = MH_BR_BRI;
	m.br.code = MH_BRI_ADMINISTRATIVE;
	m.br.seq = 7;
	tx.send.src = r->ha_config.dsmip.addr.a6;
	dsmip_send(ha_host(r->ha), &m, &tx);
	rig_run(r, S(0.3));
	bra = rig_last(r, REC_SIGNAL_TX, r->ue_id, MH_BR);
	CU_ASSERT_FATAL(bra != NULL);
	m = rig_message(bra);
	CU_ASSERT(m.br.type == MH_BR_BRA && m.br.code == MH_BRA_SUCCESS && m.br.seq == 7);
	CU_ASSERT(ip6_eq(&bra->r.u.signal.src, &lte) && ip6_eq(&bra->r.u.signal.care_of, &lte));
	CU_ASSERT_EQUAL(rig_signals(r, REC_SIGNAL_RX, r->ha_id, MH_BR), 0);	/* its protocol is silenced */
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_IDLE);
	CU_ASSERT_EQUAL(bound(r), 0);
	CU_ASSERT_PTR_NULL(dsmip_ue_pending(r->d));
	rig_free(r);
}

static const struct harness_test tests[] = {
	{ "revoked while another access is registered", revoked_meanwhile },
	{ "two accesses", registers_two },
	{ "no BID option in the answer", without_option },
	{ "166", prohibited },
	{ "165 and 167", asked_again },
	{ "one access refused", one_refused },
	{ "a silent access", silent },
	{ "an access lost, and detach", loses_one },
	{ "lifetimes end", expires },
	{ "rules that are none", bad_rules },
	{ "FID 128, 129, 130, 133", refused_for_good },
	{ "FID 131", bid_unknown },
	{ "FID 132", fid_unknown },
	{ "no flow bindings", no_flows },
	{ "a rule changed meanwhile", changed_meanwhile },
};

int main(int argc, char **argv)
{
	return harness_main("ifom-ue", tests, G_N_ELEMENTS(tests), argc, argv);
}
