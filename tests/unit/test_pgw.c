/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The PDN gateway: who gets which prefix, and which of two bindings a packet follows. Proxy Binding Updates and Binding
 * Updates are made here by hand, at a MAG and at a mobile node that is sometimes behind it and sometimes elsewhere.
 */
#include "tests/unit/net_rig.h"

#include "proto/pgw.h"
#include "world/clock.h"

#define IMSI_A "001010000000001"
#define IMSI_B "001010000000002"
#define KEY 77u
#define HOA "2001:db8:a000::1"

struct rig {
	struct net_rig *r;
	struct net_host *gw, *mag, *mn, *cn;
	struct dsmip_ha *ha;
	struct pgw *pgw;
	struct pmip_lma *lma;
	struct net_hooks mag_hooks, mn_hooks;
	struct mh_msg last;		/* what the MAG or the mobile node got last */
	uint8_t octets[512];
	unsigned at_mag, at_mn;		/* messages */
	unsigned by_mag, by_coa;	/* packets for the mobile node, by way */
	uint32_t key_up;
	uint16_t seq;
	uint64_t ticks;
	const struct net_tunnel *up;
	struct net_tunnel session;
};

static struct rig *the_rig;		/* the handlers know no other way */

/* ---- a MAG and a mobile node made by hand ------------------------------------------------------------------------ */

static void keep(struct net_rx *rx, unsigned *count)
{
	(*count)++;
	CU_ASSERT(rx->payload_len <= sizeof the_rig->octets);
	memcpy(the_rig->octets, rx->payload, MIN(rx->payload_len, sizeof the_rig->octets));
	CU_ASSERT(mh_decode(the_rig->octets, rx->payload_len, &the_rig->last, NULL));
}

static void mag_mh(void *owner, struct net_rx *rx)
{
	(void)owner;
	keep(rx, &the_rig->at_mag);
}

static void mn_mh(void *owner, struct net_rx *rx)
{
	(void)owner;
	keep(rx, &the_rig->at_mn);
}

/* What comes out of the session's tunnel is a packet for the mobile node; a Mobility Header is looked into. */
static bool mag_tunnel(void *owner, const struct net_rx *rx, const struct ip6_addr *src, const struct ip6_addr *dst,
		       const uint8_t *inner, uint32_t len)
{
	struct ip6_packet k;

	(void)owner, (void)src, (void)dst;
	CU_ASSERT(rx->outer.gre && rx->outer.keyed && rx->outer.key == KEY);
	if (ip6_decode(inner, len, &k, NULL) && k.proto == DSMIP_PROTO_MH) {
		the_rig->at_mn++;
		memcpy(the_rig->octets, k.upper, MIN(k.upper_len, sizeof the_rig->octets));
		CU_ASSERT(mh_decode(the_rig->octets, k.upper_len, &the_rig->last, NULL));
	} else {
		the_rig->by_mag++;
	}
	return false;
}

static const struct net_tunnel *mag_divert(void *owner, const struct ip6_addr *src, const struct ip6_addr *dst,
					   const uint8_t *packet, uint32_t len, bool forwarded, struct net_tunnel *room)
{
	(void)owner, (void)dst, (void)packet, (void)len, (void)forwarded, (void)room;
	return ip6_high64(src) >> 16 == UINT64_C(0x20010db8a000) ? the_rig->up : NULL;
}

static bool mn_tunnel(void *owner, const struct net_rx *rx, const struct ip6_addr *src, const struct ip6_addr *dst,
		      const uint8_t *inner, uint32_t len)
{
	(void)owner, (void)rx, (void)src, (void)dst, (void)inner, (void)len;
	the_rig->by_coa++;
	return false;
}

static bool mn_rh2(void *owner, const struct net_rx *rx, const struct ip6_addr *hoa)
{
	(void)owner, (void)rx, (void)hoa;
	return true;
}

static const struct net_profile plain = { .ipv4 = true, .ipv6 = true };
static const struct net_profile agent = { .ipv4 = true, .ipv6 = true, .dsmip_udp = true, .forward = true };

static struct rig *rig_new(bool release)
{
	struct rig *x = g_new0(struct rig, 1);
	struct moor_link *lan, *out;
	struct net_iface *gi, *go, *mi, *ui, *ci;
	struct dsmip_ha_config h;
	struct pgw_config c;

	the_rig = x;
	x->r = net_rig_new();
	lan = rig_lan(x->r, "core", MOOR_MS, 1500);
	out = rig_lan(x->r, "out", MOOR_MS, 1500);
	x->gw = rig_host(x->r, "gw", &agent);
	gi = rig_iface(x->r, x->gw, "core", lan);
	go = rig_iface(x->r, x->gw, "out", out);
	rig_address(gi, "2001:db8::1", 64);
	rig_address(go, "2001:db8:f::1", 64);
	x->mag = rig_host(x->r, "mag", &plain);
	mi = rig_iface(x->r, x->mag, "core", lan);
	rig_address(mi, "2001:db8::a", 64);
	x->mag_hooks = (struct net_hooks){ .divert = mag_divert, .tunnel_in = mag_tunnel, .gre = true };
	net_host_hooks(x->mag, &x->mag_hooks);
	net_proto_handler(x->mag, DSMIP_PROTO_MH, mag_mh, x);
	x->mn = rig_host(x->r, "mn", &plain);
	ui = rig_iface(x->r, x->mn, "core", lan);
	rig_address(ui, "2001:db8::c0a", 64);
	rig_address(ui, "2001:db8::c0b", 64);
	x->mn_hooks = (struct net_hooks){ .tunnel_in = mn_tunnel, .rh2_in = mn_rh2 };
	net_host_hooks(x->mn, &x->mn_hooks);
	net_address_add_virtual(x->mn, (struct ip6_addr[]){ a6(HOA) });
	net_proto_handler(x->mn, DSMIP_PROTO_MH, mn_mh, x);
	x->cn = rig_host(x->r, "cn", &plain);
	ci = rig_iface(x->r, x->cn, "out", out);
	rig_address(ci, "2001:db8:f::c", 64);
	rig_route(x->cn, "2001:db8:a000::/48", "2001:db8:f::1", ci);
	dsmip_ha_config_default(&h);
	h.addr.a6 = a6("2001:db8::1");
	h.hnp_pool = p6("2001:db8:a000::/48");
	h.ip4_pool = (struct ip4_prefix){ { { 192, 0, 2, 0 } }, 28 };
	x->ha = dsmip_ha_new(x->gw, &h);
	pgw_config_default(&c);
	c.release = release;
	x->pgw = pgw_new(x->ha, &c);
	x->lma = pgw_lma(x->pgw);
	rig_run(x->r, MOOR_S);
	rig_clear(x->r);
	return x;
}

static void rig_done(struct rig *x)
{
	pgw_free(x->pgw);
	dsmip_ha_free(x->ha);
	net_rig_free(x->r);
	g_free(x);
}

static struct imsi imsi(const char *text)
{
	struct imsi i;

	CU_ASSERT(imsi_parse(text, 15, 2, &i));
	return i;
}

struct wish {
	const char *imsi, *hnp, *apn;
	uint16_t life;			/* 0: de-registration */
	uint8_t att;			/* 0: EUTRAN */
	bool hoa4;
};

/* A Proxy Binding Update; the status of its acknowledgement, -1 without one. */
static int pbu(struct rig *x, const struct wish *w)
{
	struct pmip_tx tx = { .transport = PMIP_IP6, .profile = MH_PROFILE_RFC, .local = a6("2001:db8::a"),
			      .remote = a6("2001:db8::1") };
	uint8_t room[EAP_NAI_MAX];
	unsigned before = x->at_mag;
	struct mh_msg m;
	struct mh_opt *o;

	mh_start(&m, MH_BU);
	m.bu.flags = MH_BU_A | MH_BU_P;
	m.bu.life.units = w->life;
	pmip_add_id(&m, imsi(w->imsi), room);
	o = mh_add(&m, MH_OPT_HNP);
	if (w->hnp) {
		o->prefix.addr = a6(w->hnp);
		o->prefix.len = 64;
	}
	mh_add(&m, MH_OPT_HANDOFF)->handoff = MH_HI_NEW_INTERFACE;
	mh_add(&m, MH_OPT_ATT)->att = w->att ? w->att : MH_ATT_EUTRAN;
	mh_add(&m, MH_OPT_TIMESTAMP)->stamp =
		mh_stamp_from_ns((uint64_t)moor_clock_read(net_host_node(x->gw)) + ++x->ticks * 100000);
	o = mh_add(&m, MH_OPT_GRE_KEY);
	o->gre.has_key = true;
	o->gre.key = KEY;
	if (w->apn)
		mh_add(&m, MH_OPT_SERVICE_SELECTION)->octets =
			(struct mh_octets){ (const uint8_t *)w->apn, (uint8_t)strlen(w->apn) };
	if (w->hoa4)
		mh_add(&m, MH_OPT_IP4_HOA_REQUEST)->hoa4.prefix_len = 32;
	CU_ASSERT(pmip_send(x->mag, &m, &tx));
	rig_run(x->r, 50 * MOOR_MS);
	if (x->at_mag == before || x->last.type != MH_BA)
		return -1;
	if (mh_find(&x->last, MH_OPT_GRE_KEY) && x->last.ba.status < 128)
		x->key_up = mh_find(&x->last, MH_OPT_GRE_KEY)->gre.key;
	return x->last.ba.status;
}

static bool given(const struct rig *x, const char *hnp)
{
	const struct mh_opt *o = mh_find(&x->last, MH_OPT_HNP);
	struct ip6_addr want = a6(hnp);

	return o && ip6_eq(&o->prefix.addr, &want);
}

static struct mh_msg a_bu(struct rig *x, uint16_t life)
{
	struct mh_msg m;

	mh_start(&m, MH_BU);
	m.bu.flags = MH_BU_A | MH_BU_H | MH_BU_R;
	m.bu.seq = ++x->seq;
	m.bu.life.units = life;
	return m;
}

/* A Binding Update from that care-of address; the status of its acknowledgement, -1 without one. */
static int bu(struct rig *x, const char *coa, uint16_t life)
{
	struct ip6_addr hoa = a6(HOA);
	struct dsmip_tx tx = { .send = { .src = a6(coa), .dst = a6("2001:db8::1"), .home_address = &hoa },
			       .profile = MH_PROFILE_RFC, .hoa = hoa };
	struct mh_msg m = a_bu(x, life);
	unsigned before = x->at_mn;

	mh_add(&m, MH_OPT_ALT_COA)->ip6 = tx.send.src;
	CU_ASSERT(dsmip_send(x->mn, &m, &tx));
	rig_run(x->r, 50 * MOOR_MS);
	return x->at_mn > before && x->last.type == MH_BA ? x->last.ba.status : -1;
}

/* The same with lifetime 0 from home: the MAG puts it into the session's tunnel. */
static int bu_at_home(struct rig *x)
{
	struct dsmip_tx tx = { .send = { .src = a6(HOA), .dst = a6("2001:db8::1") }, .profile = MH_PROFILE_RFC,
			       .hoa = a6(HOA) };
	struct mh_msg m = a_bu(x, 0);
	unsigned before = x->at_mn;

	x->session = (struct net_tunnel){ .local = a6("2001:db8::a"), .remote = a6("2001:db8::1"), .encap = ENCAP_IN6,
					  .gre = true, .keyed = true, .key = x->key_up };
	tx.send.tunnel = &x->session;
	CU_ASSERT(dsmip_send(x->mag, &m, &tx));
	rig_run(x->r, 50 * MOOR_MS);
	return x->at_mn > before && x->last.type == MH_BA ? x->last.ba.status : -1;
}

/* Which way does a packet for the home address go: 'm' by the MAG, 'c' to the care-of address, '-' nowhere. */
static char way(struct rig *x)
{
	unsigned m = x->by_mag, c = x->by_coa;

	rig_udp(x->r, x->cn, NULL, HOA, 7000, 40);
	rig_run(x->r, 50 * MOOR_MS);
	CU_ASSERT(x->by_mag - m + (x->by_coa - c) <= 1);
	return x->by_mag > m ? 'm' : x->by_coa > c ? 'c' : '-';
}

static enum pmip_bce_state session(const struct rig *x)
{
	struct pmip_bce_view v;
	struct ip6_addr hoa = a6(HOA);

	return pmip_lma_binding(x->lma, &hoa, &v) ? v.state : PMIP_BCE_NONE;
}

static enum dsmip_bce_state binding(const struct rig *x)
{
	struct dsmip_bce_view v;
	struct ip6_addr hoa = a6(HOA);

	return dsmip_ha_binding(x->ha, &hoa, &v) ? v.state : DSMIP_BCE_NONE;
}

/* The UE of HOA has the pool's first prefix, as a scenario without IPsec says. */
static void connect(struct rig *x, const char *apn)
{
	struct ip6_prefix hnp;

	CU_ASSERT(dsmip_ha_assign(x->ha, &hnp));
	pgw_connection(x->pgw, imsi(IMSI_A), apn, &hnp);
}

/* ---- whose prefix ------------------------------------------------------------------------------------------------ */

static void test_one_prefix_for_a_connection(void)
{
	struct rig *x = rig_new(true);

	connect(x, "internet");
	CU_ASSERT(pbu(x, &(struct wish){ IMSI_B, .life = 900, .apn = "internet" }) == 0 && given(x, "2001:db8:a000:1::"));
	CU_ASSERT(pbu(x, &(struct wish){ IMSI_A, .life = 900, .apn = "internet" }) == 0 && given(x, "2001:db8:a000::"));
	/* the same subscriber by another APN, and by another access at the same time: other connections */
	CU_ASSERT(pbu(x, &(struct wish){ IMSI_A, .life = 900, .apn = "ims" }) == 0 && given(x, "2001:db8:a000:2::"));
	CU_ASSERT(pbu(x, &(struct wish){ IMSI_A, .life = 900, .apn = "internet", .att = MH_ATT_80211 }) == 0);
	CU_ASSERT(given(x, "2001:db8:a000:3::"));
	CU_ASSERT(pmip_lma_bindings(x->lma) == 4);
	rig_done(x);
}

static void test_a_prefix_that_is_named(void)
{
	struct rig *x = rig_new(true);

	connect(x, "internet");
	CU_ASSERT(pbu(x, &(struct wish){ IMSI_B, "2001:db8:a000::", .life = 900, .apn = "internet" }) ==
		  MH_BA_HNP_NOT_AUTHORISED);
	CU_ASSERT(pbu(x, &(struct wish){ IMSI_A, "2001:db8:a000::", .life = 900, .apn = "ims" }) == MH_BA_HNP_NOT_AUTHORISED);
	CU_ASSERT(pbu(x, &(struct wish){ IMSI_A, "2001:db8:b000::", .life = 900, .apn = "internet" }) ==
		  MH_BA_HNP_NOT_AUTHORISED);
	CU_ASSERT(pmip_lma_entries(x->lma) == 0);
	CU_ASSERT(pbu(x, &(struct wish){ IMSI_A, "2001:db8:a000::", .life = 900, .apn = "internet" }) == 0);
	/* one that nobody has */
	CU_ASSERT(pbu(x, &(struct wish){ IMSI_B, "2001:db8:a000:9::", .life = 900, .apn = "internet" }) == 0);
	CU_ASSERT(given(x, "2001:db8:a000:9::"));
	CU_ASSERT(dsmip_ha_served(x->ha, (struct ip6_addr[]){ a6("2001:db8:a000:9::5") }));
	rig_done(x);
}

/* A plain host's prefix comes back to the pool, a UE's stays its own; so it is after a restart. */
static void test_prefixes_that_come_back(void)
{
	struct rig *x = rig_new(true);

	connect(x, "internet");
	CU_ASSERT(pbu(x, &(struct wish){ IMSI_A, .life = 900, .apn = "internet" }) == 0);
	CU_ASSERT(pbu(x, &(struct wish){ IMSI_B, .life = 900, .apn = "internet" }) == 0 && given(x, "2001:db8:a000:1::"));
	CU_ASSERT(pbu(x, &(struct wish){ IMSI_A, "2001:db8:a000::", .life = 0, .apn = "internet" }) == 0);
	CU_ASSERT(pbu(x, &(struct wish){ IMSI_B, "2001:db8:a000:1::", .life = 0, .apn = "internet" }) == 0);
	CU_ASSERT(pmip_lma_bindings(x->lma) == 0);
	rig_run(x->r, 11 * MOOR_S);
	CU_ASSERT(pmip_lma_entries(x->lma) == 0);
	CU_ASSERT(pbu(x, &(struct wish){ IMSI_B, .life = 900, .apn = "internet" }) == 0 && given(x, "2001:db8:a000:2::"));
	CU_ASSERT(pbu(x, &(struct wish){ IMSI_A, .life = 900, .apn = "internet" }) == 0 && given(x, "2001:db8:a000::"));
	dsmip_ha_reboot(x->ha);
	pgw_reboot(x->pgw);
	CU_ASSERT(pmip_lma_entries(x->lma) == 0);
	CU_ASSERT(pbu(x, &(struct wish){ IMSI_B, .life = 900, .apn = "internet" }) == 0 && given(x, "2001:db8:a000:2::"));
	CU_ASSERT(pbu(x, &(struct wish){ IMSI_A, .life = 900, .apn = "internet" }) == 0 && given(x, "2001:db8:a000::"));
	rig_done(x);
}

/* The first address of the pool is the router's; the connection's own is the same from either side. */
static void test_ipv4_home_addresses(void)
{
	struct rig *x = rig_new(true);
	struct ip6_prefix hnp = p6("2001:db8:a000::/64");
	struct ip4_addr a;

	connect(x, "internet");
	CU_ASSERT(pbu(x, &(struct wish){ IMSI_A, .life = 900, .apn = "internet", .hoa4 = true }) == 0);
	CU_ASSERT(mh_find(&x->last, MH_OPT_IP4_HOA_REPLY) != NULL);
	CU_ASSERT(ip4_u32(mh_find(&x->last, MH_OPT_IP4_HOA_REPLY)->hoa4.addr) == 0xc0000202);
	CU_ASSERT(dsmip_ha_reserve4(x->ha, &hnp, (struct ip4_addr){ { 0 } }, &a) && ip4_u32(a) == 0xc0000202);
	CU_ASSERT(!dsmip_ha_reserve4(x->ha, &hnp, (struct ip4_addr){ { 192, 0, 2, 9 } }, &a));
	hnp = p6("2001:db8:a000:5::/64");
	CU_ASSERT(!dsmip_ha_reserve4(x->ha, &hnp, (struct ip4_addr){ { 192, 0, 2, 1 } }, &a));
	CU_ASSERT(!dsmip_ha_reserve4(x->ha, &hnp, (struct ip4_addr){ { 192, 0, 2, 2 } }, &a));
	CU_ASSERT(dsmip_ha_reserve4(x->ha, &hnp, (struct ip4_addr){ { 192, 0, 2, 9 } }, &a) && ip4_u32(a) == 0xc0000209);
	rig_done(x);
}

/* ---- which binding counts ---------------------------------------------------------------------------------------- */

static void test_the_binding_comes_first(void)
{
	struct rig *x = rig_new(false);

	connect(x, "internet");
	CU_ASSERT(way(x) == '-');
	CU_ASSERT(pbu(x, &(struct wish){ IMSI_A, .life = 900, .apn = "internet" }) == 0);
	CU_ASSERT(way(x) == 'm');
	CU_ASSERT(bu(x, "2001:db8::c0a", 100) == 0);
	CU_ASSERT(way(x) == 'c' && session(x) == PMIP_BCE_ACTIVE && binding(x) == DSMIP_BCE_ACTIVE);
	/* the session is extended: nothing changes */
	CU_ASSERT(pbu(x, &(struct wish){ IMSI_A, "2001:db8:a000::", .life = 900, .apn = "internet" }) == 0);
	CU_ASSERT(way(x) == 'c');
	/* its acknowledgement comes to the mobile node through the MAG, and then packets do */
	CU_ASSERT(bu_at_home(x) == 0);
	CU_ASSERT(way(x) == 'm' && binding(x) == DSMIP_BCE_HOLD && session(x) == PMIP_BCE_ACTIVE);
	/* a de-registration of the MAG leaves the binding alone */
	CU_ASSERT(bu(x, "2001:db8::c0a", 100) == 0);
	CU_ASSERT(pbu(x, &(struct wish){ IMSI_A, "2001:db8:a000::", .life = 0, .apn = "internet" }) == 0);
	CU_ASSERT(way(x) == 'c' && session(x) == PMIP_BCE_HOLD);
	CU_ASSERT(bu(x, "2001:db8::c0a", 0) == 0);
	CU_ASSERT(way(x) == '-');
	rig_done(x);
}

/* By the first care-of address, not by those that follow, nor by a refresh. */
static void test_a_session_is_released(void)
{
	struct rig *x = rig_new(true);

	connect(x, "internet");
	CU_ASSERT(pbu(x, &(struct wish){ IMSI_A, .life = 900, .apn = "internet" }) == 0);
	CU_ASSERT(bu(x, "2001:db8::c0a", 100) == 0);
	CU_ASSERT(session(x) == PMIP_BCE_REVOKING);
	CU_ASSERT(x->at_mag == 2 && way(x) == 'c');
	rig_run(x->r, 60 * MOOR_S);		/* the MAG does not answer: the session goes all the same */
	CU_ASSERT(session(x) == PMIP_BCE_NONE && binding(x) == DSMIP_BCE_ACTIVE && way(x) == 'c');
	CU_ASSERT(pbu(x, &(struct wish){ IMSI_A, .life = 900, .apn = "internet" }) == 0 && given(x, "2001:db8:a000::"));
	CU_ASSERT(bu(x, "2001:db8::c0a", 100) == 0 && session(x) == PMIP_BCE_ACTIVE);
	CU_ASSERT(bu(x, "2001:db8::c0b", 100) == 0 && session(x) == PMIP_BCE_ACTIVE && way(x) == 'c');
	rig_done(x);
}

/* What a MAG sends is not the home agent's, what a mobile node sends is not the anchor's. */
static void test_messages_are_told_apart(void)
{
	struct rig *x = rig_new(false);
	struct dsmip_tx tx = { .send = { .src = a6("2001:db8::c0a"), .dst = a6("2001:db8::1") }, .profile = MH_PROFILE_RFC };
	struct mh_msg m;

	connect(x, "internet");
	CU_ASSERT(pbu(x, &(struct wish){ IMSI_A, .life = 900, .apn = "internet" }) == 0);
	CU_ASSERT(binding(x) == DSMIP_BCE_NONE);
	mh_start(&m, MH_BR);			/* a mobile node's, without P: nobody asked for it */
	m.br.type = MH_BR_BRA;
	CU_ASSERT(dsmip_send(x->mn, &m, &tx));
	m.br.flags = MH_BR_P;			/* a MAG's */
	CU_ASSERT(dsmip_send(x->mn, &m, &tx));
	rig_run(x->r, 50 * MOOR_MS);
	CU_ASSERT(rig_discards(x->r, "bra-unexpected") == 1);
	CU_ASSERT(rig_discards(x->r, "bra-not-asked") == 1);
	CU_ASSERT(session(x) == PMIP_BCE_ACTIVE);
	rig_done(x);
}

/* Through a session's tunnel nobody speaks for another one's home address. */
static void test_inner_sources(void)
{
	struct rig *x = rig_new(false);
	struct net_tunnel t = { .local = a6("2001:db8::a"), .remote = a6("2001:db8::1"), .encap = ENCAP_IN6, .gre = true,
				.keyed = true };

	connect(x, "internet");
	CU_ASSERT(pbu(x, &(struct wish){ IMSI_A, .life = 900, .apn = "internet" }) == 0);
	t.key = x->key_up;
	x->up = &t;
	rig_bind(x->r, x->cn, 7000);
	net_address_add_virtual(x->mag, (struct ip6_addr[]){ a6(HOA) });
	net_address_add_virtual(x->mag, (struct ip6_addr[]){ a6("2001:db8:a000:1::1") });
	rig_udp(x->r, x->mag, HOA, "2001:db8:f::c", 7000, 40);
	rig_udp(x->r, x->mag, "2001:db8:a000:1::1", "2001:db8:f::c", 7000, 40);
	rig_run(x->r, 50 * MOOR_MS);
	CU_ASSERT(rig_got(x->r, 0) && rig_from(rig_got(x->r, 0), HOA) && !rig_got(x->r, 1));
	CU_ASSERT(rig_discards(x->r, "tunnel-inner-source") == 1);
	rig_done(x);
}

int main(int argc, char **argv)
{
	static const struct harness_test tests[] = {
		{ "a PDN connection has one prefix, whoever asks", test_one_prefix_for_a_connection },
		{ "a prefix that is named must be the subscriber's, or nobody's", test_a_prefix_that_is_named },
		{ "prefixes come back when nothing holds them", test_prefixes_that_come_back },
		{ "a PDN connection has one IPv4 home address", test_ipv4_home_addresses },
		{ "the binding comes before the session", test_the_binding_comes_first },
		{ "a session is released by the first care-of address", test_a_session_is_released },
		{ "messages of MAGs and mobile nodes are told apart", test_messages_are_told_apart },
		{ "through a session's tunnel only its own home address sends", test_inner_sources },
	};

	return harness_main("pgw", tests, G_N_ELEMENTS(tests), argc, argv);
}
