/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Traffic sources and sinks between two hosts: what was sent and what arrived, by flow, direction, sequence and time.
 */
#include "tests/unit/net_rig.h"

#include "net/traffic.h"

struct scene { struct net_rig *r; struct moor_link *lan; struct net_host *a, *b; bool absent; };

static const struct net_profile plain = { .ipv4 = true, .ipv6 = true };

static struct scene scene_new(uint32_t loss_mask, uint32_t dup_ppm)
{
	struct scene s = { .r = net_rig_new() };
	struct net_iface *i;

	s.lan = rig_lan(s.r, "lan", 5 * MOOR_MS, 1500);
	s.a = rig_host(s.r, "a", &plain);
	s.b = rig_host(s.r, "b", &plain);
	i = rig_iface(s.r, s.a, "eth0", s.lan);
	rig_address(i, "2001:db8::a", 64);
	rig_address(i, "10.0.0.1", 24);
	i = rig_iface(s.r, s.b, "eth0", s.lan);
	rig_address(i, "2001:db8::b", 64);
	rig_address(i, "10.0.0.2", 24);
	rig_run(s.r, MOOR_S);
	rig_ping(s.r, s.a, NULL, "2001:db8::b", 8);		/* everybody knows everybody */
	rig_ping(s.r, s.a, NULL, "10.0.0.2", 8);
	rig_run(s.r, MOOR_S);
	rig_clear(s.r);
	moor_link_set(s.lan, &(struct link_params){ .delay = { .a = 5 * MOOR_MS }, .loss_mask = loss_mask,
						    .loss_mask_bits = loss_mask ? 8 : 0, .dup_ppm = dup_ppm });
	traffic_sink(s.b, 0);
	return s;
}

static bool address(void *arg, struct ip6_addr *out)
{
	*out = a6(arg);
	return true;
}

static bool perhaps(void *arg, struct ip6_addr *out)
{
	struct scene *s = arg;

	*out = a6("2001:db8::a");
	return !s->absent;
}

static struct traffic *flow(struct scene *s, struct traffic_params p, bool v4)
{
	struct traffic *t = traffic_new(s->a, &p, address, (void *)(v4 ? "10.0.0.1" : "2001:db8::a"), address,
					(void *)(v4 ? "10.0.0.2" : "2001:db8::b"));

	traffic_start(t);
	return t;
}

static void test_cbr(void)
{
	struct scene s = scene_new(0, 0);
	struct traffic_params p = { .kind = TRAFFIC_CBR, .flow = 7, .interval = 20 * MOOR_MS, .octets = 160,
				    .to_mobile = true, .traffic_class = 0xb8 };
	struct traffic *t = flow(&s, p, false);
	moor_time from = moor_world_now(s.r->w);
	const struct moor_record *tx, *rx;

	rig_run(s.r, MOOR_S - MOOR_MS);
	traffic_stop(t);
	rig_run(s.r, MOOR_S);
	CU_ASSERT_EQUAL(rig_records(s.r, REC_DATA_TX, -1), 50);
	CU_ASSERT_EQUAL(rig_records(s.r, REC_DATA_RX, -1), 50);
	for (unsigned k = 0; (tx = rig_record(s.r, REC_DATA_TX, -1, k)); k++) {
		rx = rig_record(s.r, REC_DATA_RX, -1, k);
		CU_ASSERT_EQUAL(tx->at, from + k * 20 * MOOR_MS);
		CU_ASSERT(rx && rx->u.data.sequence == k && rx->u.data.sent_at == tx->at);
		CU_ASSERT(rx && rx->at == tx->at + 5 * MOOR_MS && rx->u.data.flow == 7 && rx->u.data.octets == 160);
		CU_ASSERT(rx && rx->u.data.direction == 0 && tx->u.data.direction == 0);
	}
	CU_ASSERT_EQUAL(g_array_index(s.r->frames, struct rig_frame, 0).octets[14] & 15, 0xb);
	net_rig_free(s.r);
}

/* Every eighth frame of the sender is lost, every one is doubled: the records tell. */
static void test_loss_and_duplication(void)
{
	struct scene s = scene_new(1, 0);
	struct traffic_params p = { .kind = TRAFFIC_CBR, .flow = 1, .interval = MOOR_MS, .octets = 10, .count = 80 };
	unsigned lost;

	flow(&s, p, true);
	rig_run(s.r, MOOR_S);
	CU_ASSERT_EQUAL(rig_records(s.r, REC_DATA_TX, -1), 80);
	lost = rig_records(s.r, REC_FRAME_DROP, -1);
	CU_ASSERT(lost >= 10);
	CU_ASSERT_EQUAL(rig_records(s.r, REC_DATA_RX, -1), 80 - lost);
	CU_ASSERT_EQUAL(rig_record(s.r, REC_DATA_TX, -1, 0)->u.data.octets, 32);	/* what the marks need */
	net_rig_free(s.r);
	s = scene_new(0, 1000000);
	flow(&s, p, false);
	rig_run(s.r, MOOR_S);
	CU_ASSERT_EQUAL(rig_records(s.r, REC_DATA_RX, -1), 160);
	net_rig_free(s.r);
}

static void test_poisson(void)
{
	struct scene s = scene_new(0, 0);
	struct traffic_params p = { .kind = TRAFFIC_POISSON, .flow = 1, .interval = 10 * MOOR_MS, .octets = 64 };
	moor_time shortest = MOOR_S, last = 0;
	unsigned n;

	flow(&s, p, false);
	rig_run(s.r, 20 * MOOR_S);
	n = rig_records(s.r, REC_DATA_TX, -1);
	CU_ASSERT(n > 1800 && n < 2200);
	for (unsigned k = 0; k < n; k++) {
		moor_time at = rig_record(s.r, REC_DATA_TX, -1, k)->at;

		if (k && at - last < shortest)
			shortest = at - last;
		last = at;
	}
	CU_ASSERT(shortest < MOOR_MS / 10);
	net_rig_free(s.r);
}

static void both_directions(enum traffic_kind kind, bool v4)
{
	struct scene s = scene_new(0, 0);
	struct traffic_params p = { .kind = kind, .flow = 3, .interval = 100 * MOOR_MS, .octets = 100, .count = 10 };
	unsigned back = 0;

	flow(&s, p, v4);
	rig_run(s.r, 10 * MOOR_S);
	for (unsigned k = 0; rig_record(s.r, REC_DATA_RX, -1, k); k++) {
		const struct moor_record *rx = rig_record(s.r, REC_DATA_RX, -1, k);

		CU_ASSERT_EQUAL(rx->u.data.flow, 3);
		back += rx->node == moor_node_id(net_host_node(s.a));
	}
	CU_ASSERT_EQUAL(back, 10);
	CU_ASSERT_EQUAL(rig_records(s.r, REC_DATA_RX, -1), kind == TRAFFIC_REQUEST ? 20 : 10);
	CU_ASSERT_EQUAL(rig_records(s.r, REC_DATA_TX, -1), kind == TRAFFIC_REQUEST ? 20 : 10);
	net_rig_free(s.r);
}

static void test_request(void)
{
	both_directions(TRAFFIC_REQUEST, false);
	both_directions(TRAFFIC_REQUEST, true);
}

static void test_ping(void)
{
	both_directions(TRAFFIC_PING, false);
	both_directions(TRAFFIC_PING, true);
}

static void test_no_address(void)
{
	struct scene s = scene_new(0, 0);
	struct traffic_params p = { .kind = TRAFFIC_CBR, .flow = 1, .interval = 100 * MOOR_MS, .octets = 64 };
	struct traffic *t = traffic_new(s.a, &p, perhaps, &s, address, (void *)"2001:db8::b");

	s.absent = true;
	traffic_start(t);
	rig_run(s.r, MOOR_S);
	CU_ASSERT_EQUAL(rig_records(s.r, REC_DATA_TX, -1), 0);
	s.absent = false;
	rig_run(s.r, MOOR_S);
	CU_ASSERT(rig_record(s.r, REC_DATA_RX, -1, 0) && rig_record(s.r, REC_DATA_RX, -1, 0)->u.data.sequence == 0);
	net_rig_free(s.r);
}

/* More flows than there are ephemeral ports, all of one host, all answered. */
static void test_many_flows(void)
{
	struct scene s = scene_new(0, 0);
	struct traffic_params p = { .kind = TRAFFIC_REQUEST, .interval = MOOR_S, .octets = 64, .count = 1 };

	for (p.flow = 0; p.flow < 20000; p.flow++)
		flow(&s, p, false);
	moor_world_advance(s.r->w, moor_world_now(s.r->w) + MOOR_MS);
	CU_ASSERT_EQUAL(rig_records(s.r, REC_DATA_TX, -1), 20000);
	rig_run(s.r, MOOR_S);
	CU_ASSERT_EQUAL(s.r->records->len, 80000);		/* sent, arrived, answered, arrived */
	net_rig_free(s.r);
}

static const struct harness_test tests[] = {
	{ "constant bit rate keeps time and counts", test_cbr },
	{ "loss and duplication are seen", test_loss_and_duplication },
	{ "Poisson sources are random with the right mean", test_poisson },
	{ "requests are answered", test_request },
	{ "pings come back", test_ping },
	{ "without an address nothing is missing", test_no_address },
	{ "many flows share a host", test_many_flows },
};

int main(int argc, char **argv)
{
	return harness_main("net_traffic", tests, G_N_ELEMENTS(tests), argc, argv);
}
