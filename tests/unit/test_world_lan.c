/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Local networks: who hears what, isolation, the order of receivers, receivers that come and go while a frame is in
 * flight, and LANs of a hundred thousand and a million ports.
 */
#include "tests/unit/world_rig.h"

#include <string.h>

#include "world/link.h"

enum { N = 6 };

struct lan_rig { struct rig *r; struct moor_link *l; struct moor_port *p[N]; };

static struct lan_rig lan_new(const struct link_params *params)
{
	struct lan_rig x = { .r = rig_new(1) };
	char name[8];

	x.l = moor_link_new(x.r->w, "lan", LINK_LAN, params);
	for (int i = 0; i < N; i++) {
		g_snprintf(name, sizeof name, "n%d", i);
		x.p[i] = rig_port(x.r, name);
	}
	for (int i = N; i-- > 0;)	/* the order of attaching is not that of the numbers */
		moor_link_attach(x.l, x.p[i], false);
	moor_world_advance(x.r->w, 0);
	rig_forget(x.r);
	return x;
}

/* Which nodes got the frame with this mark, as digits. */
static const char *who(struct lan_rig *x, uint32_t mark)
{
	static char digits[64];
	GString *s = g_string_new("");

	moor_world_advance(x->r->w, moor_world_now(x->r->w) + MOOR_S);
	for (unsigned i = 0; i < rig_count(x->r, "got", REC_NONE); i++) {
		const struct seen *e = rig_find(x->r, "got", REC_NONE, i);

		if (e->mark == mark)
			g_string_append_c(s, (char)('0' + e->node));
	}
	g_strlcpy(digits, s->str, sizeof digits);
	g_string_free(s, TRUE);
	return digits;
}

static uint32_t send(struct lan_rig *x, int from, struct mac_addr to) { return rig_send(x->r, x->p[from], &to, 64); }

static const struct mac_addr nodes_group = { { 0x33, 0x33, 0, 0, 0, 1 } }, group = { { 0x33, 0x33, 0xff, 1, 2, 3 } };

static void test_who_hears(void)
{
	struct lan_rig x = lan_new(&(struct link_params){ .delay = { .a = MOOR_MS } });

	CU_ASSERT_STRING_EQUAL(who(&x, send(&x, 0, rig_mac(3))), "3");
	CU_ASSERT_STRING_EQUAL(who(&x, send(&x, 2, mac_broadcast)), "01345");
	CU_ASSERT_STRING_EQUAL(who(&x, send(&x, 2, group)), "");
	moor_port_join(x.p[4], &group);
	moor_port_join(x.p[1], &group);
	moor_port_join(x.p[2], &group);
	CU_ASSERT_STRING_EQUAL(who(&x, send(&x, 2, group)), "14");
	CU_ASSERT_STRING_EQUAL(who(&x, send(&x, 0, group)), "124");
	moor_port_leave(x.p[1], &group);
	CU_ASSERT_STRING_EQUAL(who(&x, send(&x, 0, group)), "24");
	moor_port_join(x.p[5], &nodes_group);
	moor_port_join(x.p[3], &nodes_group);
	CU_ASSERT_STRING_EQUAL(who(&x, send(&x, 0, nodes_group)), "35");
	CU_ASSERT_EQUAL(rig_count(x.r, "address", REC_NONE), 0);
	CU_ASSERT_STRING_EQUAL(who(&x, send(&x, 0, rig_mac(77))), "");		/* all addresses are known: no flooding */
	CU_ASSERT_STRING_EQUAL(who(&x, send(&x, 0, rig_mac(0))), "");		/* nobody hears himself */
	CU_ASSERT_EQUAL(rig_count(x.r, "address", 0), 2);
	rig_free(x.r);
}

static void test_promiscuous(void)
{
	struct lan_rig x = lan_new(&(struct link_params){ 0 });

	moor_port_promiscuous(x.p[2], true);
	moor_port_join(x.p[2], &group);
	moor_port_join(x.p[4], &group);
	CU_ASSERT_STRING_EQUAL(who(&x, send(&x, 0, rig_mac(3))), "23");
	CU_ASSERT_STRING_EQUAL(who(&x, send(&x, 0, rig_mac(2))), "2");
	CU_ASSERT_STRING_EQUAL(who(&x, send(&x, 0, rig_mac(77))), "2");
	CU_ASSERT_STRING_EQUAL(who(&x, send(&x, 0, group)), "24");		/* once, though two reasons */
	CU_ASSERT_STRING_EQUAL(who(&x, send(&x, 0, mac_broadcast)), "12345");
	CU_ASSERT_STRING_EQUAL(who(&x, send(&x, 2, rig_mac(77))), "");
	moor_port_promiscuous(x.p[2], false);
	CU_ASSERT_STRING_EQUAL(who(&x, send(&x, 0, rig_mac(3))), "3");
	rig_free(x.r);
}

static void test_isolated(void)
{
	struct lan_rig x = lan_new(&(struct link_params){ 0 });

	moor_link_isolate(x.l, true);
	moor_link_attach(x.l, x.p[5], true);		/* as hub */
	for (int i = 0; i < N; i++) {
		moor_port_join(x.p[i], &nodes_group);
		moor_port_join(x.p[i], &group);
	}
	CU_ASSERT_STRING_EQUAL(who(&x, send(&x, 0, rig_mac(1))), "");
	CU_ASSERT_EQUAL(rig_count(x.r, "isolated", 0), 1);
	CU_ASSERT_STRING_EQUAL(who(&x, send(&x, 0, rig_mac(5))), "5");
	CU_ASSERT_STRING_EQUAL(who(&x, send(&x, 5, rig_mac(1))), "1");
	CU_ASSERT_STRING_EQUAL(who(&x, send(&x, 0, mac_broadcast)), "5");
	CU_ASSERT_STRING_EQUAL(who(&x, send(&x, 0, nodes_group)), "5");
	CU_ASSERT_STRING_EQUAL(who(&x, send(&x, 0, group)), "5");
	CU_ASSERT_STRING_EQUAL(who(&x, send(&x, 5, nodes_group)), "01234");
	CU_ASSERT_STRING_EQUAL(who(&x, send(&x, 5, group)), "01234");
	moor_port_promiscuous(x.p[1], true);
	CU_ASSERT_STRING_EQUAL(who(&x, send(&x, 0, rig_mac(77))), "");
	CU_ASSERT_STRING_EQUAL(who(&x, send(&x, 5, rig_mac(77))), "1");
	moor_link_attach(x.l, x.p[5], false);		/* a hub no longer */
	CU_ASSERT_STRING_EQUAL(who(&x, send(&x, 0, mac_broadcast)), "");
	moor_link_isolate(x.l, false);
	CU_ASSERT_STRING_EQUAL(who(&x, send(&x, 0, mac_broadcast)), "12345");
	rig_free(x.r);
}

/* At one instant arrivals go by the receiver's number, then by the order of sending. */
static void test_order_of_receivers(void)
{
	struct lan_rig x = lan_new(&(struct link_params){ 0 });
	char *log;

	send(&x, 0, mac_broadcast);
	send(&x, 1, rig_mac(4));
	send(&x, 1, mac_broadcast);
	send(&x, 5, rig_mac(2));
	moor_world_advance(x.r->w, 0);
	log = rig_log(x.r, "got");
	CU_ASSERT_STRING_EQUAL(log, "0 got 0 2;0 got 1 0;0 got 2 0;0 got 2 2;0 got 2 3;0 got 3 0;0 got 3 2;"
			       "0 got 4 0;0 got 4 1;0 got 4 2;0 got 5 0;0 got 5 2;");
	g_free(log);
	CU_ASSERT_EQUAL(moor_world_events(x.r->w), N + 12);	/* carriers before */
	rig_free(x.r);
}

static void scribble(struct rig *r, struct moor_port *p, struct moor_pkt *pkt)
{
	(void)r;
	(void)p;
	memset(pkt->data + 14, 0xee, pkt->len - 14);
}

/* Each receiver may change its copy; who leaves, comes or changes its groups while the frame is in flight. */
static void test_copies_and_changes_in_flight(void)
{
	struct lan_rig x = lan_new(&(struct link_params){ .delay = { .a = 10 * MOOR_MS } });

	x.r->on_rx = scribble;
	for (int i = 0; i < N; i++)
		moor_port_join(x.p[i], &group);
	send(&x, 0, group);
	moor_world_advance(x.r->w, 5 * MOOR_MS);
	moor_link_detach(x.p[2]);
	moor_link_attach(x.l, x.p[2], false);
	moor_port_leave(x.p[3], &group);
	moor_link_detach(x.p[5]);
	moor_world_advance(x.r->w, MOOR_S);
	CU_ASSERT_EQUAL(rig_count(x.r, "got", REC_NONE), 2);
	CU_ASSERT_EQUAL(rig_count(x.r, "got", 1), 1);
	CU_ASSERT_EQUAL(rig_count(x.r, "got", 4), 1);
	for (unsigned i = 0; i < 2; i++)
		CU_ASSERT_FALSE(rig_find(x.r, "got", REC_NONE, i)->altered);
	CU_ASSERT_EQUAL(rig_count(x.r, "carrier", REC_NONE), 2);
	CU_ASSERT_EQUAL(rig_find(x.r, "got", 1, 0)->frame, rig_find(x.r, "tx", 0, 0)->frame);
	rig_free(x.r);
}

static void test_world_ends_with_frames_in_flight(void)
{
	struct lan_rig x = lan_new(&(struct link_params){ .delay = { .a = 10 * MOOR_MS }, .dup_ppm = 1000000 });

	send(&x, 0, mac_broadcast);
	send(&x, 0, rig_mac(1));
	rig_free(x.r);
}

/* Two ports with one address, as mobile access gateways have on purpose: the lower number. */
static void test_same_address(void)
{
	struct lan_rig x = lan_new(&(struct link_params){ 0 });
	struct mac_addr twin = rig_mac(3);
	struct moor_port *p = moor_port_new(moor_node_new(x.r->w, "twin"), "eth0", &twin);

	moor_link_attach(x.l, p, false);
	CU_ASSERT_STRING_EQUAL(who(&x, send(&x, 0, twin)), "3");
	moor_link_detach(x.p[3]);
	send(&x, 0, twin);
	moor_world_advance(x.r->w, moor_world_now(x.r->w) + 1);
	CU_ASSERT_EQUAL(rig_count(x.r, "rx", N), 1);
	rig_free(x.r);
}

/* ---- large LANs -------------------------------------------------------------------------------------------------- */

static uint64_t heard;

static void hear(void *owner, struct moor_port *p, struct moor_pkt *pkt)
{
	(void)owner;
	(void)pkt;
	heard = heard * 31 + moor_port_number(p);
}

static void large_lan(uint32_t n)
{
	struct moor_world *w = moor_world_new(&(struct moor_world_config){ .seed = 1 });
	struct moor_link *lans[2];
	struct moor_port **p = g_new(struct moor_port *, n);
	struct rng r = rng_make(n, "lan", "test");
	struct link_params params = { .delay = { .a = MOOR_MS } };
	uint64_t want = 0;
	char name[16];

	lans[0] = moor_link_new(w, "one", LINK_LAN, &params);
	lans[1] = moor_link_new(w, "two", LINK_LAN, &params);
	for (uint32_t i = 0; i < n; i++) {
		struct mac_addr mac = rig_mac(i), own = { { 0x33, 0x33, 0xff, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i } };

		g_snprintf(name, sizeof name, "ue%u", i);
		p[i] = moor_port_new(moor_node_new(w, name), "radio0", &mac);
		moor_port_handlers(p[i], hear, NULL, NULL);
		moor_port_join(p[i], &nodes_group);
		moor_port_join(p[i], &own);
	}
	for (uint32_t i = 0; i < n; i++)
		moor_link_attach(lans[0], p[i], i == 0);
	for (uint32_t i = 0; i < n; i++)		/* half of them move about */
		moor_link_attach(lans[rng_below(&r, 2)], p[rng_below(&r, n)], false);
	moor_link_attach(lans[0], p[0], true);
	CU_ASSERT_TRUE(moor_world_octets(w) < (size_t)n * 500);
	heard = 0;
	for (uint32_t i = 0; i < n; i++) {		/* unicast and solicited-node multicast: no LAN-wide work */
		uint32_t to = 1 + (uint32_t)rng_below(&r, n - 1);
		struct moor_pkt *pkt = moor_pkt_new(w, 86);

		memcpy(pkt->data, moor_port_mac(p[to])->o, 6);
		if (i % 2)
			memcpy(pkt->data, (uint8_t[]){ 0x33, 0x33, 0xff, (uint8_t)(to >> 16), (uint8_t)(to >> 8), (uint8_t)to }, 6);
		if (moor_port_link(p[to]) == lans[0])
			want = want * 31 + to;
		moor_port_send(p[0], pkt);
		moor_world_advance(w, moor_world_now(w) + MOOR_MS);
	}
	CU_ASSERT_EQUAL(heard, want);
	heard = want = 0;
	for (uint32_t i = 1; i < n; i++)
		want = moor_port_link(p[i]) == lans[0] ? want * 31 + i : want;
	for (int k = 0; k < 2; k++) {
		struct moor_pkt *pkt = moor_pkt_new(w, 86);

		heard = 0;
		memcpy(pkt->data, k ? mac_broadcast.o : nodes_group.o, 6);
		moor_port_send(p[0], pkt);
		moor_world_advance(w, moor_world_now(w) + MOOR_S);
		CU_ASSERT_EQUAL(heard, want);
	}
	CU_ASSERT_EQUAL(moor_world_leaks(w, NULL), 0);
	moor_world_free(w);
	g_free(p);
}

static void test_hundred_thousand(void) { large_lan(100000); }

static char stations[64];

static void on_station(void *owner, struct moor_port *hub, const struct mac_addr *mac, bool there)
{
	size_t n = strlen(stations);

	(void)owner;
	g_snprintf(stations + n, sizeof stations - n, "%s%s:%u", n ? " " : "", there ? "+" : "-", mac->o[5]);
	CU_ASSERT_EQUAL(moor_port_number(hub), 0);
}

/* What an access point knows: who came and who left, in order; other ports hear nothing. */
static void test_stations(void)
{
	struct lan_rig x = lan_new(&(struct link_params){ 0 });
	unsigned gone = 0;
	char want[64];

	moor_link_attach(x.l, x.p[0], true);
	moor_port_stations(x.p[0], on_station);
	stations[0] = 0;
	moor_link_detach(x.p[3]);
	moor_world_advance(x.r->w, MOOR_S);
	moor_link_attach(x.l, x.p[3], false);
	moor_link_detach(x.p[4]);
	CU_ASSERT_STRING_EQUAL(strrchr(stations, '-') ? "told" : "", "told");
	moor_world_advance(x.r->w, 2 * MOOR_S);
	g_snprintf(want, sizeof want, "-:%u +:%u -:%u", moor_port_mac(x.p[3])->o[5], moor_port_mac(x.p[3])->o[5],
		   moor_port_mac(x.p[4])->o[5]);
	CU_ASSERT_STRING_EQUAL(stations, want);
	stations[0] = 0;
	moor_link_state(x.l, false);
	moor_world_advance(x.r->w, 3 * MOOR_S);
	for (const char *c = stations; (c = strchr(c, '-')); c++)
		gone++;
	CU_ASSERT_EQUAL(gone, 4);
	rig_free(x.r);
}

static const struct harness_test tests[] = {
	{ "a hub knows its stations", test_stations },
	{ "who hears what", test_who_hears },
	{ "promiscuous ports hear everything once", test_promiscuous },
	{ "isolated: only between hubs and others", test_isolated },
	{ "receivers of one instant go by number, then by sending", test_order_of_receivers },
	{ "each gets its own copy; coming and going in flight", test_copies_and_changes_in_flight },
	{ "a world may end with frames in flight", test_world_ends_with_frames_in_flight },
	{ "two ports with one address", test_same_address },
	{ "a LAN of a hundred thousand ports", test_hundred_thousand },
};

int main(int argc, char **argv) { return harness_main("world_lan", tests, G_N_ELEMENTS(tests), argc, argv); }
