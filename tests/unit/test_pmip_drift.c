/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Draft 02 of PMIPv6 against RFC 5213: one test for each difference between the two documents, with both sides of it.
 * The LMA gets Proxy Binding Updates made by hand; what a MAG does is seen in what it records as sent.
 */
#include "tests/unit/net_rig.h"

#include "proto/pmip_mag.h"
#include "world/clock.h"

#define IMSI_A "001010000000001"
#define IMSI_B "001010000000002"
#define RFC PMIP_RFC5213
#define DRAFT PMIP_DRAFT02

struct message { moor_time at; uint32_t len; uint8_t octets[512]; struct mh_msg m; };

struct rig {
	struct net_rig *r;
	struct net_host *lma_host, *hand, *mag_host, *mn[2], *cn;
	struct net_iface *access, *mni[2];
	struct moor_link *air;
	struct pmip_lma *lma;
	struct pmip_mag *mag;
	struct net_hooks hooks;		/* of the MAG made by hand */
	struct message answer;		/* the last one to the hand */
	unsigned answers, data;		/* and user packets that came out of its tunnels */
	struct message sent[32];	/* Mobility Headers of the real MAG */
	unsigned n_sent;
	uint64_t ticks;			/* each stamp a little later */
};

static struct rig *the_rig;		/* the hand's handlers know no other way */

static const struct net_profile plain = { .ipv4 = true, .ipv6 = true };
static const struct net_profile agent = { .ipv4 = true, .ipv6 = true, .dsmip_udp = true, .forward = true };

static struct imsi imsi_of(const char *digits)
{
	struct imsi i;

	imsi_parse(digits, 15, 2, &i);
	return i;
}

static void keep(struct message *x, moor_time at, const uint8_t *p, uint32_t n)
{
	CU_ASSERT_FATAL(n <= sizeof x->octets);
	x->at = at;
	x->len = n;
	memcpy(x->octets, p, n);
	CU_ASSERT(mh_decode(x->octets, n, &x->m, NULL));
}

/* ---- the MAG made by hand ---------------------------------------------------------------------------------------- */

static void mh_in(void *owner, struct net_rx *rx)
{
	(void)owner;
	keep(&the_rig->answer, moor_world_now(the_rig->r->w), rx->payload, rx->payload_len);
	the_rig->answers++;
}

static bool tunnel_in(void *owner, const struct net_rx *rx, const struct ip6_addr *src, const struct ip6_addr *dst,
		      const uint8_t *inner, uint32_t len)
{
	(void)owner, (void)rx, (void)src, (void)dst, (void)inner, (void)len;
	the_rig->data++;
	return false;
}

/* ---- the world --------------------------------------------------------------------------------------------------- */

static void on_signal(void *ctx, const struct moor_record *r)
{
	struct rig *x = ctx;

	if (r->node != moor_node_id(net_host_node(x->mag_host)) || r->u.signal.protocol != SIGNAL_MH || x->n_sent == 32)
		return;
	keep(&x->sent[x->n_sent++], moor_world_now(x->r->w), r->u.signal.message, r->u.signal.message_len);
}

static bool who(void *owner, const struct mac_addr *mac, struct pmip_host *out)
{
	struct rig *x = owner;

	for (unsigned k = 0; k < 2; k++)
		if (mac_eq(mac, moor_port_mac(net_iface_port(x->mni[k])))) {
			out->imsi = imsi_of(k ? IMSI_B : IMSI_A);
			return true;
		}
	return false;
}

typedef void tune_fn(struct pmip_lma_config *lma, struct pmip_mag_config *mag);

static void make_lma(struct rig *x, struct moor_link *core, const struct pmip_lma_config *c)
{
	struct moor_link *out = rig_lan(x->r, "out", MOOR_MS, 1500);
	struct net_iface *li, *lo, *ci;

	x->lma_host = rig_host(x->r, "lma", &agent);
	li = rig_iface(x->r, x->lma_host, "core", core);
	lo = rig_iface(x->r, x->lma_host, "out", out);
	rig_address(li, "2001:db8::1", 64);
	rig_address(lo, "2001:db8:f::1", 64);
	x->lma = pmip_lma_new(x->lma_host, c, true);
	x->cn = rig_host(x->r, "cn", &plain);
	ci = rig_iface(x->r, x->cn, "out", out);
	rig_address(ci, "2001:db8:f::c", 64);
	rig_route(x->cn, "2001:db8:a000::/48", "2001:db8:f::1", ci);
}

static void make_mag(struct rig *x, struct moor_link *core, const struct pmip_mag_config *c)
{
	struct net_iface *i;

	x->air = rig_lan(x->r, "air", MOOR_MS, 1500);
	moor_link_isolate(x->air, true);
	for (unsigned k = 0; k < 2; k++) {
		x->mn[k] = rig_host(x->r, k ? "mn2" : "mn1", &net_profile_host);
		x->mni[k] = rig_iface(x->r, x->mn[k], "wlan", NULL);
		rig_bind(x->r, x->mn[k], 7000);
	}
	x->mag_host = rig_host(x->r, "mag", &agent);
	i = rig_iface(x->r, x->mag_host, "core", core);
	rig_address(i, "2001:db8::c", 64);
	x->access = rig_iface(x->r, x->mag_host, "access", NULL);
	moor_link_attach(x->air, net_iface_port(x->access), true);
	x->mag = pmip_mag_new(x->mag_host, c);
	pmip_mag_access(x->mag, x->access, MH_ATT_80211);
}

static struct rig *rig_with(enum pmip_drift d, tune_fn *tune)
{
	struct rig *x = g_new0(struct rig, 1);
	struct pmip_lma_config lma;
	struct pmip_mag_config mag;
	struct moor_link *core;
	struct net_iface *i;

	the_rig = x;
	x->r = net_rig_new();
	core = rig_lan(x->r, "core", MOOR_MS, 1500);
	pmip_lma_config_default(&lma);
	pmip_mag_config_default(&mag);
	lma.drift = mag.drift = d;
	lma.profile = mag.profile = d == DRAFT ? MH_PROFILE_R8 : MH_PROFILE_R10;
	lma.lmaa = a6("2001:db8::1");
	lma.hnp_pool = p6("2001:db8:a000::/48");
	mag.proxy_coa = a6("2001:db8::c");
	mag.lma.a6 = lma.lmaa;
	mag.who = who;
	mag.owner = x;
	if (tune)
		tune(&lma, &mag);
	make_lma(x, core, &lma);
	make_mag(x, core, &mag);
	x->hand = rig_host(x->r, "hand", &plain);
	i = rig_iface(x->r, x->hand, "core", core);
	rig_address(i, "2001:db8::a", 64);
	rig_address(i, "2001:db8::b", 64);
	x->hooks = (struct net_hooks){ .tunnel_in = tunnel_in, .gre = true };
	net_host_hooks(x->hand, &x->hooks);
	net_proto_handler(x->hand, 135, mh_in, x);
	moor_record_sink(x->r->w, REC_BIT(REC_SIGNAL_TX), on_signal, x);
	rig_run(x->r, MOOR_S);
	return x;
}

static void rig_done(struct rig *x)
{
	pmip_mag_free(x->mag);
	pmip_lma_free(x->lma);
	net_rig_free(x->r);
	g_free(x);
}

/* What a hand-made PBU says; zeros: the usual. */
struct wish {
	unsigned mag;			/* 0: 2001:db8::a, 1: 2001:db8::b */
	const char *imsi;
	const char *name;		/* in place of it */
	const char *hnp[2];
	const char *link_local, *coa;
	uint8_t handoff, att, ll_id;
	int64_t skew;
	bool dereg, nameless, no_hnp, no_handoff, no_att;
};

static void put_id(struct mh_msg *m, const struct wish *w, uint8_t room[EAP_NAI_MAX])
{
	struct mh_opt *o;

	if (w->nameless)
		return;
	if (!w->name) {
		pmip_add_id(m, imsi_of(w->imsi ? w->imsi : IMSI_A), room);
		return;
	}
	o = mh_add(m, MH_OPT_MN_ID);
	o->id.subtype = MH_ID_NAI;
	o->id.id = (struct mh_octets){ (const uint8_t *)w->name, (uint8_t)strlen(w->name) };
}

static void put_rest(struct rig *x, struct mh_msg *m, const struct wish *w, const uint8_t *ll_id)
{
	int64_t now = moor_clock_read(net_host_node(x->lma_host));

	if (!w->no_handoff)
		mh_add(m, MH_OPT_HANDOFF)->handoff = w->handoff ? w->handoff : MH_HI_NEW_INTERFACE;
	if (!w->no_att)
		mh_add(m, MH_OPT_ATT)->att = w->att ? w->att : MH_ATT_80211;
	mh_add(m, MH_OPT_TIMESTAMP)->stamp = mh_stamp_from_ns((uint64_t)(now + w->skew) + ++x->ticks * 100000);
	if (w->ll_id)
		mh_add(m, MH_OPT_MN_LL_ID)->lla.addr = (struct mh_octets){ ll_id, 6 };
	if (w->link_local)
		mh_add(m, MH_OPT_LINK_LOCAL)->ip6 = a6(w->link_local);
	if (w->coa)
		mh_add(m, MH_OPT_ALT_COA)->ip6 = a6(w->coa);
	if (!w->dereg) {
		struct mh_opt *o = mh_add(m, MH_OPT_GRE_KEY);

		o->gre.has_key = true;
		o->gre.key = 77;
	}
}

/* Sends it and runs for 100 ms; the answer, or NULL. */
static const struct mh_msg *pbu(struct rig *x, const struct wish *w)
{
	uint8_t room[EAP_NAI_MAX], ll_id[6] = { 2, 0, 0, 0, 0, w->ll_id };
	struct pmip_tx tx = { .transport = PMIP_IP6, .profile = MH_PROFILE_RFC, .remote = a6("2001:db8::1"),
			      .local = a6(w->mag ? "2001:db8::b" : "2001:db8::a") };
	unsigned before = x->answers;
	struct mh_msg m;

	mh_start(&m, MH_BU);
	m.bu.flags = MH_BU_A | MH_BU_P;
	m.bu.life.units = w->dereg ? 0 : 900;
	put_id(&m, w, room);
	for (unsigned k = 0; !w->no_hnp && (!k || (k < 2 && w->hnp[k])); k++) {
		struct mh_opt *o = mh_add(&m, MH_OPT_HNP);

		if (w->hnp[k]) {
			o->prefix.addr = a6(w->hnp[k]);
			o->prefix.len = 64;
		}
	}
	put_rest(x, &m, w, ll_id);
	CU_ASSERT(pmip_send(x->hand, &m, &tx));
	rig_run(x->r, 100 * MOOR_MS);
	return x->answers > before ? &x->answer.m : NULL;
}

static int status(struct rig *x, const struct wish *w)
{
	const struct mh_msg *m = pbu(x, w);

	return m ? m->ba.status : -1;
}

/* The status of one PBU of a world of its own. */
static int status_of(enum pmip_drift d, const struct wish *w)
{
	struct rig *x = rig_with(d, NULL);
	int s = status(x, w);

	rig_done(x);
	return s;
}

static bool bound(const struct rig *x, const char *addr, struct pmip_bce_view *v)
{
	struct ip6_addr a = a6(addr);

	return pmip_lma_binding(x->lma, &a, v);
}

static void attach(struct rig *x, unsigned mn)
{
	moor_link_attach(x->air, net_iface_port(x->mni[mn]), false);
	rig_run(x->r, 3 * MOOR_S);
}

/* The nth PBU of the real MAG; NULL: it sent not so many. */
static const struct message *sent(const struct rig *x, unsigned nth)
{
	for (unsigned k = 0; k < x->n_sent; k++)
		if (x->sent[k].m.type == MH_BU && !nth--)
			return &x->sent[k];
	return NULL;
}

#define BOTH(d) (enum pmip_drift d = RFC; d <= DRAFT; d++)

/* ---- options and statuses ---------------------------------------------------------------------------------------- */

static void test_mandatory_options(void)
{
	CU_ASSERT(status_of(RFC, &(struct wish){ .no_handoff = true }) == MH_BA_MISSING_HANDOFF);
	CU_ASSERT(status_of(RFC, &(struct wish){ .no_att = true }) == MH_BA_MISSING_ATT);
	CU_ASSERT(status_of(DRAFT, &(struct wish){ .no_handoff = true, .no_att = true }) == 0);
}

static void test_options_defined(void)
{
	for BOTH(d) {
		struct rig *x = rig_with(d, NULL);
		const struct message *m;

		attach(x, 0);
		m = sent(x, 0);
		CU_ASSERT_FATAL(m != NULL);
		CU_ASSERT(mh_find(&m->m, MH_OPT_HNP) && mh_find(&m->m, MH_OPT_LINK_LOCAL) && mh_find(&m->m, MH_OPT_TIMESTAMP));
		CU_ASSERT(!mh_find(&m->m, MH_OPT_HANDOFF) == (d == DRAFT));
		CU_ASSERT(!mh_find(&m->m, MH_OPT_ATT) == (d == DRAFT));
		CU_ASSERT(!mh_find(&m->m, MH_OPT_MN_LL_ID) == (d == DRAFT));
		CU_ASSERT(pmip_mag_bindings(x->mag) == 1);
		rig_done(x);
	}
}

static void test_missing_prefix(void)
{
	CU_ASSERT(status_of(RFC, &(struct wish){ .no_hnp = true }) == MH_BA_MISSING_HNP);
	CU_ASSERT(status_of(DRAFT, &(struct wish){ .no_hnp = true }) == MH_BA_PROHIBITED);
}

static void test_unknown_node(void)
{
	CU_ASSERT(status_of(RFC, &(struct wish){ .name = "nobody@nowhere" }) == MH_BA_NOT_LMA);
	CU_ASSERT(status_of(DRAFT, &(struct wish){ .name = "nobody@nowhere" }) == MH_BA_NOT_HOME_AGENT);
}

static void test_missing_name(void)
{
	for BOTH(d) {
		struct rig *x = rig_with(d, NULL);
		const struct mh_msg *m = pbu(x, &(struct wish){ .nameless = true });
		const struct mh_opt *o = m ? mh_find(m, MH_OPT_MN_ID) : NULL;

		CU_ASSERT_FATAL(m != NULL);
		CU_ASSERT(m->ba.status == MH_BA_MISSING_MN_ID);
		CU_ASSERT(d == RFC ? o && o->id.id.n == 0 : !o);
		rig_done(x);
	}
}

static void refuse_all(struct pmip_lma_config *lma, struct pmip_mag_config *mag)
{
	(void)mag;
	lma->enabled = false;
}

static void one_mag(struct pmip_lma_config *lma, struct pmip_mag_config *mag)
{
	(void)mag;
	lma->mag[lma->n_mags++] = a6("2001:db8::b");
}

/* What the draft only names has the numbers that RFC 5213 gave it. */
static void test_status_numbers(void)
{
	for BOTH(d) {
		struct rig *x = rig_with(d, refuse_all);

		CU_ASSERT(status(x, &(struct wish){ 0 }) == 152);
		rig_done(x);
		x = rig_with(d, one_mag);
		CU_ASSERT(status(x, &(struct wish){ 0 }) == 154);
		rig_done(x);
		CU_ASSERT(status_of(d, &(struct wish){ .hnp = { "2001:db8:b000::" } }) == 155);
	}
}

/* ---- time -------------------------------------------------------------------------------------------------------- */

static void test_timestamp_errors(void)
{
	for BOTH(d) {
		struct rig *x = rig_with(d, NULL);
		int64_t now;

		CU_ASSERT(status(x, &(struct wish){ .skew = 200 * MOOR_MS }) == 0);
		CU_ASSERT(status(x, &(struct wish){ 0 }) == (d == RFC ? MH_BA_TIMESTAMP_LOWER : MH_BA_TIMESTAMP_MISMATCH));
		now = moor_clock_read(net_host_node(x->lma_host)) - 99 * MOOR_MS;
		CU_ASSERT(mh_stamp_ns(mh_find(&x->answer.m, MH_OPT_TIMESTAMP)->stamp) <= (uint64_t)now + MOOR_MS);
		CU_ASSERT(status(x, &(struct wish){ .skew = MOOR_S }) == MH_BA_TIMESTAMP_MISMATCH);
		rig_done(x);
	}
}

/* "Close enough" of the draft is RFC 5213's window here. */
static void test_timestamp_validity(void)
{
	for BOTH(d) {
		CU_ASSERT(status_of(d, &(struct wish){ .skew = 290 * MOOR_MS }) == 0);
		CU_ASSERT(status_of(d, &(struct wish){ .skew = 310 * MOOR_MS }) == MH_BA_TIMESTAMP_MISMATCH);
		CU_ASSERT(status_of(d, &(struct wish){ .skew = -290 * MOOR_MS }) == 0);
		CU_ASSERT(status_of(d, &(struct wish){ .skew = -310 * MOOR_MS }) == MH_BA_TIMESTAMP_MISMATCH);
	}
}

static void test_delete_delay(void)
{
	for BOTH(d) {
		struct rig *x = rig_with(d, NULL);
		moor_time hold = d == RFC ? 10 * MOOR_S : MOOR_S;

		CU_ASSERT(status(x, &(struct wish){ 0 }) == 0);
		CU_ASSERT(status(x, &(struct wish){ .dereg = true, .hnp = { "2001:db8:a000::" }, .handoff = 4 }) == 0);
		rig_run(x->r, hold - 300 * MOOR_MS);
		CU_ASSERT(pmip_lma_entries(x->lma) == 1 && pmip_lma_bindings(x->lma) == 0);
		rig_run(x->r, 300 * MOOR_MS);
		CU_ASSERT(pmip_lma_entries(x->lma) == 0);
		rig_done(x);
	}
}

/* MaxDelayBeforeNewBCEAssign: with an unknown handoff the RFC waits for the old MAG. */
static void test_assign_delay(void)
{
	for BOTH(d) {
		struct rig *x = rig_with(d, NULL);

		CU_ASSERT(status(x, &(struct wish){ .ll_id = 1 }) == 0);
		CU_ASSERT(status(x, &(struct wish){ .ll_id = 2, .mag = 1, .handoff = 4 }) == (d == RFC ? -1 : 0));
		CU_ASSERT(pmip_lma_entries(x->lma) == 1);
		rig_run(x->r, 1500 * MOOR_MS);
		CU_ASSERT(pmip_lma_entries(x->lma) == (d == RFC ? 2 : 1));
		rig_done(x);
	}
}

/* ---- sessions ---------------------------------------------------------------------------------------------------- */

static void test_entry_key(void)
{
	for BOTH(d) {
		struct rig *x = rig_with(d, NULL);
		struct pmip_bce_view v;

		CU_ASSERT(status(x, &(struct wish){ .ll_id = 1 }) == 0);
		CU_ASSERT(status(x, &(struct wish){ .ll_id = 2, .att = MH_ATT_EUTRAN, .mag = 1 }) == 0);
		CU_ASSERT(pmip_lma_bindings(x->lma) == (d == RFC ? 2 : 1));
		CU_ASSERT_FATAL(bound(x, "2001:db8:a000::", &v));
		CU_ASSERT(ip6_eq(&v.proxy_coa, &(struct ip6_addr){ { 0x20, 1, 0xd, 0xb8, [15] = d == RFC ? 10 : 11 } }));
		rig_done(x);
	}
}

static void test_prefixes_per_node(void)
{
	const struct wish two = { .hnp = { "2001:db8:a000:7::", "2001:db8:a000:8::" } };
	struct pmip_bce_view v;
	struct rig *x = rig_with(RFC, NULL);

	CU_ASSERT(status(x, &two) == 0 && bound(x, "2001:db8:a000:8::", &v) && v.n_hnp == 2);
	rig_done(x);
	CU_ASSERT(status_of(DRAFT, &two) == MH_BA_PROHIBITED);
}

static void test_prefix_mismatch(void)
{
	for BOTH(d) {
		struct rig *x = rig_with(d, NULL);

		CU_ASSERT(status(x, &(struct wish){ .hnp = { "2001:db8:a000:7::" } }) == 0);
		CU_ASSERT(status(x, &(struct wish){ .hnp = { "2001:db8:a000:7::", "2001:db8:a000:8::" }, .handoff = 5 }) ==
			  (d == RFC ? MH_BA_PREFIX_SET_MISMATCH : MH_BA_PROHIBITED));
		CU_ASSERT(status(x, &(struct wish){ .hnp = { "2001:db8:a000:7::" }, .imsi = IMSI_B }) == MH_BA_HNP_NOT_AUTHORISED);
		/* another prefix: another session, or none */
		CU_ASSERT(status(x, &(struct wish){ .hnp = { "2001:db8:a000:9::" } }) == (d == RFC ? 0 : MH_BA_PROHIBITED));
		CU_ASSERT(pmip_lma_bindings(x->lma) == (d == RFC ? 2 : 1));
		rig_done(x);
	}
}

/* ---- link-local addresses ---------------------------------------------------------------------------------------- */

static bool told(struct rig *x, const char *asked, const char *want)
{
	const struct mh_msg *m = pbu(x, &(struct wish){ .link_local = asked, .hnp = { "2001:db8:a000:7::" } });
	const struct mh_opt *o = m ? mh_find(m, MH_OPT_LINK_LOCAL) : NULL;
	struct ip6_addr a = want ? a6(want) : ip6_any;

	return o && (want ? ip6_eq(&o->ip6, &a) : ip6_is_link_local(&o->ip6));
}

/* RFC 5213: the LMA makes the gateway's; the draft: it keeps the mobile node's, which the gateway uploads. */
static void test_link_local(void)
{
	struct rig *x = rig_with(RFC, NULL);

	CU_ASSERT(told(x, "::", NULL) && told(x, "fe80::5", "fe80::5") && told(x, "::", "fe80::5"));
	CU_ASSERT(told(x, "fe80::6", "fe80::6"));
	rig_done(x);
	x = rig_with(DRAFT, NULL);
	CU_ASSERT(told(x, "::", "::") && told(x, "fe80::5", "fe80::5") && told(x, "::", "fe80::5"));
	CU_ASSERT(told(x, "fe80::6", "fe80::5"));
	rig_done(x);
}

static void snoops(struct pmip_lma_config *lma, struct pmip_mag_config *mag)
{
	(void)lma;
	mag->snoop = true;		/* duplicate address detection tells it the host's */
}

/* Seen from the gateway: zeros ask for its own address; the draft tells the host's, once it is known. */
static void test_link_local_sent(void)
{
	for BOTH(d) {
		struct rig *x = rig_with(d, snoops);
		const struct mh_opt *o;

		attach(x, 0);
		CU_ASSERT_FATAL(sent(x, 0) != NULL);
		CU_ASSERT(ip6_is_zero(&mh_find(&sent(x, 0)->m, MH_OPT_LINK_LOCAL)->ip6));
		pmip_mag_refresh(x->mag, imsi_of(IMSI_A));
		rig_run(x->r, MOOR_S);
		o = mh_find(&x->sent[x->n_sent - 1].m, MH_OPT_LINK_LOCAL);
		CU_ASSERT_FATAL(o != NULL);
		CU_ASSERT(net_address_is_ours(x->mn[0], &o->ip6) == (d == DRAFT));
		CU_ASSERT(ip6_is_link_local(&o->ip6));
		rig_done(x);
	}
}

static void fixed(struct pmip_lma_config *lma, struct pmip_mag_config *mag)
{
	(void)lma;
	mag->fixed_link_local = a6("fe80::1");
}

/* FixedMAGLinkLocalAddressOnAllAccessLinks is RFC 5213's: then the option is left out. */
static void test_fixed_link_local(void)
{
	for (unsigned k = 0; k < 2; k++) {
		struct rig *x = rig_with(RFC, k ? fixed : NULL);

		attach(x, 0);
		CU_ASSERT_FATAL(sent(x, 0) != NULL);
		CU_ASSERT(!mh_find(&sent(x, 0)->m, MH_OPT_LINK_LOCAL) == (k == 1));
		rig_done(x);
	}
}

/* ---- de-registration, extension, series -------------------------------------------------------------------------- */

static void test_deregistration_from_elsewhere(void)
{
	for BOTH(d) {
		struct rig *x = rig_with(d, NULL);

		CU_ASSERT(status(x, &(struct wish){ .ll_id = 1 }) == 0);
		CU_ASSERT(status(x, &(struct wish){ .mag = 1, .ll_id = 1, .dereg = true, .hnp = { "2001:db8:a000::" } }) ==
			  (d == RFC ? -1 : 0));
		CU_ASSERT(pmip_lma_bindings(x->lma) == 1);
		CU_ASSERT(rig_discards(x->r, "pbu-other-mag") == (d == RFC));
		/* nobody's: RFC 3775 10.3.2 had a status for it */
		CU_ASSERT(status(x, &(struct wish){ .imsi = IMSI_B, .dereg = true }) == (d == RFC ? -1 : MH_BA_NOT_HOME_AGENT));
		rig_done(x);
	}
}

static void test_deregistration(void)
{
	for BOTH(d) {
		struct rig *x = rig_with(d, NULL);
		const struct message *m;
		const struct mh_opt *o;

		attach(x, 0);
		moor_link_detach(net_iface_port(x->mni[0]));
		rig_run(x->r, MOOR_S);
		m = &x->sent[x->n_sent - 1];
		o = mh_find(&m->m, MH_OPT_HANDOFF);
		CU_ASSERT(m->m.type == MH_BU && m->m.bu.life.units == 0);
		CU_ASSERT(d == RFC ? o && o->handoff == MH_HI_UNKNOWN : !o);
		CU_ASSERT(pmip_mag_entries(x->mag) == 0 && pmip_lma_bindings(x->lma) == 0);
		rig_done(x);
	}
}

static void test_extension(void)
{
	for BOTH(d) {
		struct rig *x = rig_with(d, NULL);
		const struct message *m;
		const struct mh_opt *o;

		attach(x, 0);
		pmip_mag_refresh(x->mag, imsi_of(IMSI_A));
		rig_run(x->r, MOOR_S);
		m = &x->sent[x->n_sent - 1];
		o = mh_find(&m->m, MH_OPT_HANDOFF);
		CU_ASSERT(m->m.type == MH_BU && m->m.bu.life.units != 0 && mh_find(&m->m, MH_OPT_HNP)->prefix.len == 64);
		CU_ASSERT(d == RFC ? o && o->handoff == MH_HI_UNCHANGED : !o);
		rig_done(x);
	}
}

static void deaf(struct pmip_lma_config *lma, struct pmip_mag_config *mag)
{
	(void)lma;
	mag->lma.a6 = a6("2001:db8::a");	/* the hand, which never answers */
}

/* The list has an entry from the first PBU on, or from its acceptance on. */
static void test_list_entry(void)
{
	for BOTH(d) {
		struct rig *x = rig_with(d, deaf);

		attach(x, 0);
		CU_ASSERT(sent(x, 0) && pmip_mag_entries(x->mag) == (d == RFC));
		rig_done(x);
		x = rig_with(d, NULL);
		attach(x, 0);
		CU_ASSERT(pmip_mag_entries(x->mag) == 1);
		rig_done(x);
	}
}

/* 1 s and then twice as long each time; the draft's first registration begins with RFC 3775's 1.5 s. */
static void test_retransmission(void)
{
	for BOTH(d) {
		struct rig *x = rig_with(d, deaf);
		moor_time first = d == RFC ? MOOR_S : 1500 * MOOR_MS;

		attach(x, 0);
		rig_run(x->r, 5 * MOOR_S);
		CU_ASSERT_FATAL(sent(x, 2) != NULL);
		CU_ASSERT(sent(x, 1)->at - sent(x, 0)->at == first);
		CU_ASSERT(sent(x, 2)->at - sent(x, 1)->at == 2 * first);
		CU_ASSERT(mh_find(&sent(x, 1)->m, MH_OPT_TIMESTAMP)->stamp.v > mh_find(&sent(x, 0)->m, MH_OPT_TIMESTAMP)->stamp.v);
		rig_done(x);
	}
}

/* ---- user packets ------------------------------------------------------------------------------------------------ */

static void test_traffic_in_hold(void)
{
	for BOTH(d) {
		struct rig *x = rig_with(d, NULL);

		CU_ASSERT(status(x, &(struct wish){ 0 }) == 0);
		CU_ASSERT(status(x, &(struct wish){ .dereg = true, .hnp = { "2001:db8:a000::" }, .handoff = 4 }) == 0);
		CU_ASSERT(rig_udp(x->r, x->cn, "2001:db8:f::c", "2001:db8:a000::99", 7000, 40));
		rig_run(x->r, 100 * MOOR_MS);
		CU_ASSERT(x->data == (d == DRAFT));
		rig_run(x->r, MOOR_S);
		CU_ASSERT(rig_udp(x->r, x->cn, "2001:db8:f::c", "2001:db8:a000::99", 7000, 40));
		rig_run(x->r, 100 * MOOR_MS);
		CU_ASSERT(x->data == (d == DRAFT));	/* gone with the entry */
		rig_done(x);
	}
}

static void test_alternate_care_of_address(void)
{
	for BOTH(d) {
		struct rig *x = rig_with(d, NULL);
		struct pmip_bce_view v;

		CU_ASSERT(status(x, &(struct wish){ .coa = "2001:db8::b" }) == 0);
		CU_ASSERT_FATAL(bound(x, "2001:db8:a000::", &v));
		CU_ASSERT(ip6_eq(&v.proxy_coa, &(struct ip6_addr){ { 0x20, 1, 0xd, 0xb8, [15] = d == RFC ? 11 : 10 } }));
		rig_done(x);
	}
}

static unsigned tunnels(const struct rig *x)
{
	struct pmip_tunnel_view v;
	uint32_t at = 0;
	unsigned n = 0;

	while (pmip_lma_tunnel_next(x->lma, &at, &v))
		n += v.users > 0;
	return n;
}

/* The draft says "delete", and counts who shares it as RFC 5213 does. */
static void test_old_tunnel(void)
{
	for BOTH(d) {
		struct rig *x = rig_with(d, NULL);

		CU_ASSERT(status(x, &(struct wish){ .ll_id = 1 }) == 0);
		CU_ASSERT(status(x, &(struct wish){ .ll_id = 2, .imsi = IMSI_B }) == 0);
		CU_ASSERT(tunnels(x) == 1);
		CU_ASSERT(status(x, &(struct wish){ .ll_id = 1, .mag = 1, .handoff = 3 }) == 0);
		CU_ASSERT(tunnels(x) == 2);
		CU_ASSERT(status(x, &(struct wish){ .ll_id = 2, .imsi = IMSI_B, .mag = 1, .handoff = 3 }) == 0);
		CU_ASSERT(tunnels(x) == 1);
		rig_done(x);
	}
}

/* Silence alone is enough to think a host gone, in the draft only. */
static void test_silence(void)
{
	for BOTH(d) {
		struct rig *x = rig_with(d, NULL);

		pmip_mag_detection(x->mag, x->access, PMIP_COMES_LINK, PMIP_GOES_SILENCE);
		attach(x, 0);
		CU_ASSERT(pmip_mag_bindings(x->mag) == 1);
		rig_run(x->r, 300 * MOOR_S);
		CU_ASSERT(pmip_mag_bindings(x->mag) == (d == RFC));
		rig_done(x);
	}
}

static void local(struct pmip_lma_config *lma, struct pmip_mag_config *mag)
{
	(void)lma;
	mag->local_routing = true;
}

/* EnableMAGLocalRouting is TRUE or FALSE, 1 or 0: the same switch in both, and off unless it is set. */
static void test_local_routing(void)
{
	for BOTH(d) {
		for (unsigned on = 0; on < 2; on++) {
			struct rig *x = rig_with(d, on ? local : NULL);
			struct pmip_tunnel_view v = { .users = 0 };
			struct pmip_bule_view two;
			struct ip6_addr to;
			char text[ADDR_TEXT_MAX];
			uint32_t at = 0;

			attach(x, 0);
			attach(x, 1);
			CU_ASSERT_FATAL(pmip_mag_binding(x->mag, imsi_of(IMSI_B), 0, &two) && two.n_hnp == 1);
			to = ip6_from64(ip6_high64(&two.hnp[0].addr), mac_iid(moor_port_mac(net_iface_port(x->mni[1]))));
			rig_clear(x->r);
			CU_ASSERT(rig_udp(x->r, x->mn[0], NULL, ip6_text(&to, text), 7000, 40));
			rig_run(x->r, MOOR_S);
			CU_ASSERT(rig_got(x->r, 0) != NULL);
			CU_ASSERT(pmip_lma_tunnel_next(x->lma, &at, &v));
			CU_ASSERT((v.packets_in == 0) == (on == 1));
			rig_done(x);
		}
	}
}

/* The size of packets in advertisements is RFC 5213's [6.9.2, 6.9.5]. */
static void test_mtu(void)
{
	for BOTH(d) {
		struct rig *x = rig_with(d, NULL);
		struct ip6_packet k;
		struct icmp6 m;
		moor_time at;

		attach(x, 0);
		CU_ASSERT_FATAL(rig_icmp6(x->r, x->mag_host, ICMP6_T_RA, 0, &k, &m, &at));
		CU_ASSERT(m.opts.n_prefixes == 1 && m.opts.has_mtu == (d == RFC));
		CU_ASSERT(m.opts.mtu == (d == RFC ? 1500 - 40 - 8 : 0));	/* IPv6 and GRE with a key */
		rig_done(x);
	}
}

/* From the first draft to the second: the 64 bits of a time are seconds and their 65536th parts, no longer NTP's. */
static void test_first_draft(void)
{
	for BOTH(d) {
		struct rig *x = rig_with(d, NULL);
		uint64_t now;

		attach(x, 0);
		CU_ASSERT_FATAL(sent(x, 0) != NULL);
		now = (uint64_t)(moor_clock_read(net_host_node(x->mag_host)) - (moor_world_now(x->r->w) - sent(x, 0)->at));
		CU_ASSERT(mh_find(&sent(x, 0)->m, MH_OPT_TIMESTAMP)->stamp.v >> 16 == now / MOOR_S);
		CU_ASSERT(mh_find(&sent(x, 0)->m, MH_OPT_HNP) != NULL);
		rig_done(x);
	}
}

int main(int argc, char **argv)
{
	static const struct harness_test cases[] = {
		{ "mandatory options: handoff indicator and access technology", test_mandatory_options },
		{ "options defined: what a MAG sends", test_options_defined },
		{ "missing prefix: 158, 129", test_missing_prefix },
		{ "unknown node: 153, 133", test_unknown_node },
		{ "missing name: with and without an empty one in the answer", test_missing_name },
		{ "status numbers: the names of the draft have them too", test_status_numbers },
		{ "timestamp errors: 156 and 157, or one", test_timestamp_errors },
		{ "timestamp validity: the window", test_timestamp_validity },
		{ "MinDelayBeforeBCEDelete: 10 s, 1 s", test_delete_delay },
		{ "MaxDelayBeforeNewBCEAssign: 1.5 s, none", test_assign_delay },
		{ "entry's key: interface or name", test_entry_key },
		{ "prefixes of a mobile node: several, one", test_prefixes_per_node },
		{ "prefix mismatch: 159, 129", test_prefix_mismatch },
		{ "link-local address: the gateway's, the mobile node's", test_link_local },
		{ "link-local address: what a MAG sends", test_link_local_sent },
		{ "fixed link-local address", test_fixed_link_local },
		{ "de-registration from elsewhere: ignored, answered", test_deregistration_from_elsewhere },
		{ "de-registration: handoff indicator 4, none", test_deregistration },
		{ "extension: handoff indicator 5, none", test_extension },
		{ "binding update list: from the PBU, from the PBA", test_list_entry },
		{ "traffic in hold: dropped, tunnelled", test_traffic_in_hold },
		{ "Proxy-CoA: alternate care-of address, source", test_alternate_care_of_address },
		{ "old tunnel: goes with its last user", test_old_tunnel },
		{ "silence: not enough, enough", test_silence },
		{ "local routing: one switch", test_local_routing },
		{ "retransmission: 1 s, 1.5 s", test_retransmission },
		{ "size of packets: told, not told", test_mtu },
		{ "from the first draft to the second", test_first_draft },
	};

	return harness_main("pmip_drift", cases, G_N_ELEMENTS(cases), argc, argv);
}
