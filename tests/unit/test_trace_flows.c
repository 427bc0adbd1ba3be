/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of flows and accesses, fed with records made by hand: which access a packet counts for, phases, losses,
 * duplicates, and what was still under way at the end.
 */
#include "tests/unit/harness.h"
#include "traces/flows_table.h"
#include "traces/metrics.h"

enum { UE = 1, CN = 2, LTE = 10, WLAN = 11, DOWN = 0, UP = 1 };

static const char *port(void *ctx, uint32_t number, uint32_t *node, const char **link, struct mac_addr *mac)
{
	(void)ctx, (void)mac;
	*node = UE;
	*link = NULL;
	return number == LTE ? "lte" : number == WLAN ? "wlan" : NULL;
}

static const char *node(void *ctx, uint32_t number)
{
	(void)ctx;
	return number == UE ? "ue" : "cn";
}

static struct flows_table *table(void)
{
	struct flows_table_config c = { .names = { .node = node, .port = port } };

	return flows_table_new(&c);
}

static void frame(struct flows_table *t, enum rec_kind kind, moor_time at, uint32_t by)
{
	struct moor_record r = { .kind = kind, .at = at, .node = UE, .port = by };

	r.u.frame.trace_class = CLASS_DATA;
	flows_table_record(t, &r);
}

static void data(struct flows_table *t, enum rec_kind kind, moor_time at, uint32_t at_node, uint8_t direction,
		 uint64_t n, moor_time sent)
{
	struct moor_record r = { .kind = kind, .at = at, .node = at_node, .port = REC_NONE };

	r.u.data.flow = 7;
	r.u.data.octets = 100;
	r.u.data.sequence = n;
	r.u.data.sent_at = sent;
	r.u.data.direction = direction;
	flows_table_record(t, &r);
}

static void action(struct flows_table *t, moor_time at, const char *verb)
{
	struct moor_record r = { .kind = REC_ACTION, .at = at, .node = UE, .port = REC_NONE };

	r.u.action.verb = verb;
	flows_table_record(t, &r);
}

static uint64_t value(const struct flows_table *t, int phase, const char *access, enum flow_figure what)
{
	uint64_t v;

	return flows_table_value(t, 7, phase, access, what, &v) ? v : 999;
}

/* Packet n leaves at n seconds, and comes 100 ms later by one access; 0: it does not. */
static void down(struct flows_table *t, uint64_t n, uint32_t by)
{
	moor_time sent = (moor_time)n * MOOR_S, came = sent + 100 * MOOR_MS;

	data(t, REC_DATA_TX, sent, CN, DOWN, n, sent);
	if (!by)
		return;
	frame(t, REC_FRAME_RX, came, by);
	data(t, REC_DATA_RX, came, UE, DOWN, n, sent);
}

static void downlink(void)
{
	struct flows_table *t = table();

	down(t, 0, LTE);
	down(t, 1, LTE);
	action(t, 2 * MOOR_S, "attach");	/* no change of rules */
	action(t, 2 * MOOR_S, "add-flow");
	action(t, 2 * MOOR_S, "add-flow");	/* the same instant: one phase */
	down(t, 2, WLAN);
	down(t, 3, 0);
	down(t, 4, WLAN);
	frame(t, REC_FRAME_RX, 4200 * MOOR_MS, LTE);
	data(t, REC_DATA_RX, 4200 * MOOR_MS, UE, DOWN, 4, 4 * MOOR_S);	/* the copy */
	down(t, 9, 0);				/* less than METRICS_FLIGHT before the end */
	flows_table_finish(t, 9 * MOOR_S + METRICS_FLIGHT / 2);
	CU_ASSERT_EQUAL(flows_table_phase(t, "start"), 0);
	CU_ASSERT_EQUAL(flows_table_phase(t, "add-flow"), 1);
	CU_ASSERT_EQUAL(flows_table_phase(t, "attach"), -1);
	CU_ASSERT_EQUAL(value(t, 0, "lte", FLOW_RECEIVED), 2);
	CU_ASSERT_EQUAL(value(t, 0, "wlan", FLOW_RECEIVED), 0);
	CU_ASSERT_EQUAL(value(t, 1, "wlan", FLOW_RECEIVED), 2);
	CU_ASSERT_EQUAL(value(t, 1, NULL, FLOW_RECEIVED), 3);
	CU_ASSERT_EQUAL(value(t, 1, NULL, FLOW_DUPLICATED), 1);
	CU_ASSERT_EQUAL(value(t, 0, NULL, FLOW_LOST), 0);
	CU_ASSERT_EQUAL(value(t, 1, NULL, FLOW_LOST), 1);
	CU_ASSERT_EQUAL(value(t, 1, NULL, FLOW_SENT), 3);
	CU_ASSERT_EQUAL(value(t, -1, NULL, FLOW_SENT), 5);
	flows_table_free(t);
}

/* Its frame tells the access as it leaves; one that waits for a neighbour has none. */
static void uplink(void)
{
	struct flows_table *t = table();
	uint64_t v;

	for (uint64_t n = 0; n < 3; n++) {
		moor_time sent = (moor_time)n * MOOR_S;

		data(t, REC_DATA_TX, sent, UE, UP, n, sent);
		frame(t, REC_FRAME_TX, n == 2 ? sent + 1 : sent, n ? WLAN : LTE);
		data(t, REC_DATA_RX, sent + MOOR_MS, CN, UP, n, sent);
	}
	flows_table_finish(t, 10 * MOOR_S);
	CU_ASSERT_EQUAL(value(t, -1, "lte", FLOW_RECEIVED), 1);
	CU_ASSERT_EQUAL(value(t, -1, "wlan", FLOW_RECEIVED), 1);
	CU_ASSERT_EQUAL(value(t, -1, NULL, FLOW_RECEIVED), 3);
	CU_ASSERT_EQUAL(value(t, -1, NULL, FLOW_LOST), 0);
	CU_ASSERT_FALSE(flows_table_value(t, 8, -1, NULL, FLOW_SENT, &v));
	flows_table_free(t);
}

static const struct harness_test tests[] = {
	{ "downlink", downlink },
	{ "uplink", uplink },
};

int main(int argc, char **argv)
{
	return harness_main("trace-flows", tests, G_N_ELEMENTS(tests), argc, argv);
}
