/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What processes of one run tell each other: records of every kind come as they went, batches wait until they are
 * whole, and a frame finds its own.
 */
#include "tests/unit/harness.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "emu/relay.h"

/* Over a socket, in pieces of `step` octets. */
static void pass_on(struct relay_out *o, struct relay_in *i, gsize step)
{
	int ends[2];
	struct device *from, *to;
	const uint8_t *octets;
	int n;

	CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	from = device_stream("from", ends[0], true);
	to = device_stream("to", ends[1], true);
	CU_ASSERT_TRUE(relay_send(o, from));
	while ((n = device_read(to, &octets)) > 0)
		for (int at = 0; at < n; at += (int)step)
			relay_feed(i, octets + at, MIN(step, (gsize)(n - at)));
	CU_ASSERT_EQUAL(n, 0);
	device_free(from);
	CU_ASSERT_EQUAL(device_read(to, &octets), -1);
	CU_ASSERT_EQUAL(device_stats(to).in, 0);
	device_free(to);
}

static void fill(struct moor_record *r, enum rec_kind kind)
{
	memset(r, 0, sizeof *r);
	r->at = 5;
	r->kind = kind;
	r->node = 3;
	r->port = REC_NONE;
	r->instance = 2;
}

/* A record of the kind goes and comes back; the copy is lent until the next one. */
static const struct moor_record *there_and_back(const struct moor_record *r, struct relay_in *i, gsize step)
{
	static struct relay_message m;
	struct relay_out o;

	relay_out_init(&o);
	CU_ASSERT_TRUE(relay_empty(&o));
	relay_record(&o, r);
	CU_ASSERT_FALSE(relay_empty(&o));
	relay_end(&o, REC_NONE, 0, NULL, 0);
	pass_on(&o, i, step);
	relay_out_done(&o);
	CU_ASSERT_PTR_NOT_NULL_FATAL(relay_batch(i));
	CU_ASSERT_TRUE_FATAL(relay_next(i, &m));
	CU_ASSERT_EQUAL(m.kind, RELAY_RECORD);
	CU_ASSERT_EQUAL(m.record.at, r->at);
	CU_ASSERT_EQUAL(m.record.kind, r->kind);
	CU_ASSERT_EQUAL(m.record.node, r->node);
	CU_ASSERT_EQUAL(m.record.instance, r->instance);
	return &m.record;
}

static void test_every_kind(void)
{
	for (unsigned k = 0; k < REC_KINDS; k++) {
		struct moor_record r;
		struct relay_in i;
		struct relay_message more;

		relay_in_init(&i);
		fill(&r, (enum rec_kind)k);
		there_and_back(&r, &i, 1 + k);
		CU_ASSERT_FALSE(relay_next(&i, &more));
		relay_drop(&i);
		CU_ASSERT_PTR_NULL(relay_batch(&i));
		relay_in_done(&i);
	}
}

static void test_what_they_point_to(void)
{
	const uint8_t octets[] = { 1, 2, 3, 4, 5 };
	const struct moor_record *got;
	struct moor_record r;
	struct relay_in i;

	relay_in_init(&i);
	fill(&r, REC_SIGNAL_TX);
	r.u.signal.message = octets;
	r.u.signal.message_len = sizeof octets;
	r.u.signal.sequence = 17;
	got = there_and_back(&r, &i, 7);
	CU_ASSERT_EQUAL(got->u.signal.sequence, 17);
	CU_ASSERT_EQUAL_FATAL(got->u.signal.message_len, sizeof octets);
	CU_ASSERT_EQUAL(memcmp(got->u.signal.message, octets, sizeof octets), 0);
	relay_drop(&i);

	fill(&r, REC_DEVIATION);
	r.u.deviation.id = "an id";
	got = there_and_back(&r, &i, 100);
	CU_ASSERT_STRING_EQUAL(got->u.deviation.id, "an id");
	CU_ASSERT_PTR_NULL(got->u.deviation.clause);
	relay_drop(&i);

	fill(&r, REC_RADIO);
	r.u.radio.what = RADIO_LEFT;
	r.u.radio.link = "wlan";
	got = there_and_back(&r, &i, 9);
	CU_ASSERT_EQUAL(got->u.radio.what, RADIO_LEFT);
	CU_ASSERT_STRING_EQUAL(got->u.radio.link, "wlan");
	relay_drop(&i);

	fill(&r, REC_KEYS);
	r.u.keys.encr_len = 3;
	r.u.keys.encr_i = octets;
	r.u.keys.encr_r = octets + 1;
	got = there_and_back(&r, &i, 3);
	CU_ASSERT_EQUAL(memcmp(got->u.keys.encr_i, octets, 3), 0);
	CU_ASSERT_EQUAL(memcmp(got->u.keys.encr_r, octets + 1, 3), 0);
	CU_ASSERT_PTR_NULL(got->u.keys.sk_d);
	relay_in_done(&i);
}

static void test_frames_find_their_batch(void)
{
	const uint8_t one[64] = { 1 }, two[64] = { 2 };
	struct relay_message m;
	struct relay_out o;
	struct relay_in i;

	relay_out_init(&o);
	relay_in_init(&i);
	relay_put(&o, RELAY_TEXT, "before one", 10);
	relay_end(&o, 4, CLASS_SIGNAL, one, sizeof one);
	relay_put(&o, RELAY_TEXT, "before two", 10);
	relay_put(&o, RELAY_TEXT, "", 0);
	relay_end(&o, 5, CLASS_DATA, two, sizeof two);
	relay_put(&o, RELAY_TEXT, "not yet over", 12);
	pass_on(&o, &i, 1000);
	CU_ASSERT_TRUE(relay_awaits(&i, 4, relay_key(one, sizeof one)));
	CU_ASSERT_TRUE(relay_awaits(&i, 5, relay_key(two, sizeof two)));
	CU_ASSERT_FALSE(relay_awaits(&i, 4, relay_key(two, sizeof two)));
	CU_ASSERT_FALSE(relay_awaits(&i, 5, relay_key(two, sizeof two - 1)));
	CU_ASSERT_EQUAL(relay_batch(&i)->frame_class, CLASS_SIGNAL);
	CU_ASSERT_TRUE(relay_next(&i, &m));
	CU_ASSERT_EQUAL(m.len, 10);
	CU_ASSERT_EQUAL(memcmp(m.body, "before one", 10), 0);
	CU_ASSERT_FALSE(relay_next(&i, &m));
	relay_drop(&i);
	CU_ASSERT_TRUE(relay_next(&i, &m));
	CU_ASSERT_TRUE(relay_next(&i, &m));
	CU_ASSERT_EQUAL(m.len, 0);
	CU_ASSERT_FALSE(relay_next(&i, &m));
	relay_drop(&i);
	CU_ASSERT_PTR_NULL(relay_batch(&i));
	relay_end(&o, REC_NONE, 0, NULL, 0);
	pass_on(&o, &i, 5);
	CU_ASSERT_TRUE(relay_next(&i, &m));
	CU_ASSERT_EQUAL(m.len, 12);
	relay_in_done(&i);
	relay_out_done(&o);
}

static const struct harness_test tests[] = {
	{ "records of every kind", test_every_kind },
	{ "texts and octets that records point to", test_what_they_point_to },
	{ "a frame finds its batch", test_frames_find_their_batch },
};

int main(int argc, char **argv) { return harness_main("relay", tests, G_N_ELEMENTS(tests), argc, argv); }
