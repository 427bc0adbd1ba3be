/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames in records.bin: those received as they were sent are not written twice, and all that is made from the file is
 * what is written directly, whatever befalls the frames on their way: errors, copies, fan-outs, filters, handlers that
 * write into what they got, and more of them under way than a reader remembers.
 */
#include <glib/gstdio.h>
#include <string.h>

#include "tests/unit/harness.h"
#include "traces/capture.h"
#include "traces/traces.h"
#include "world/filter.h"
#include "world/link.h"
#include "world/port.h"

#define PORTS 4u
#define FILES (TRACE_EVENTS | TRACE_PCAPNG)

struct lan {
	struct moor_world *w;
	struct moor_port *port[PORTS];
	GPtrArray *sent;		/* GBytes *, by frame number; NULL: none of this number */
	unsigned same, changed, wrong;	/* received: said to be as sent; not as sent; said to be and are not */
};

/* ---- a world --------------------------------------------------------------------------------------- */

/* The octets are the receiver's own: nobody else may see what it does to them. */
static void scribble(void *owner, struct moor_port *p, struct moor_pkt *pkt)
{
	(void)owner;
	(void)p;
	memset(pkt->data + 14, 0xff, pkt->len - 14);
}

static enum filter_verdict turn_a_bit(struct moor_filter *f, struct moor_port *p, enum filter_dir dir,
				      struct moor_pkt **pkt)
{
	(void)f;
	(void)p;
	if (dir == FILTER_IN)
		(*pkt)->data[20] ^= 1;
	return FILTER_PASS;
}

static void lan_start(struct lan *l, const struct link_params *params, struct moor_filter *filter)
{
	struct moor_link *link;

	memset(l, 0, sizeof(*l));
	l->w = moor_world_new(&(struct moor_world_config){ .seed = 3 });
	l->sent = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	link = moor_link_new(l->w, "lan", LINK_LAN, params);
	for (unsigned i = 0; i < PORTS; i++) {
		struct mac_addr mac = mac_from_u64(UINT64_C(0x020000000000) | i);
		char name[8];

		g_snprintf(name, sizeof(name), "n%u", i);
		l->port[i] = moor_port_new(moor_node_new(l->w, name), "eth", &mac);
		moor_port_handlers(l->port[i], scribble, NULL, NULL);
		moor_link_attach(link, l->port[i], false);
	}
	moor_port_promiscuous(l->port[2], true);
	if (filter) {
		*filter = (struct moor_filter){ .name = "turn", .frame = turn_a_bit };
		moor_filter_add(l->port[3], filter);
	}
}

static void lan_stop(struct lan *l)
{
	moor_world_free(l->w);
	g_ptr_array_free(l->sent, TRUE);
}

static void lan_send(struct lan *l, unsigned i)
{
	unsigned from = i % PORTS, to = (i / PORTS + from + 1) % PORTS;
	struct moor_pkt *p = moor_pkt_new(l->w, 60 + i % 5);

	memset(p->data, (int)(i % 251), p->len);
	if (i % 7 == 0)
		memset(p->data, 0xff, 6);
	else
		memcpy(p->data, moor_port_mac(l->port[to])->o, 6);
	memcpy(p->data + 6, moor_port_mac(l->port[from])->o, 6);
	moor_port_send(l->port[from], p);
}

static void check_same(void *ctx, const struct moor_record *r)
{
	struct lan *l = ctx;
	GBytes *sent = NULL;
	bool equal;

	if (r->kind == REC_FRAME_TX) {
		if (r->u.frame.frame >= l->sent->len)
			g_ptr_array_set_size(l->sent, (gint)r->u.frame.frame + 1);
		l->sent->pdata[r->u.frame.frame] = g_bytes_new(r->u.frame.octets, r->u.frame.len);
		return;
	}
	if (r->u.frame.frame < l->sent->len)
		sent = l->sent->pdata[r->u.frame.frame];
	equal = sent && g_bytes_get_size(sent) == r->u.frame.len
		&& !memcmp(g_bytes_get_data(sent, NULL), r->u.frame.octets, r->u.frame.len);
	l->same += r->u.frame.same;
	l->changed += !equal;
	l->wrong += r->u.frame.same && !equal;
}

/* ---- both ways of writing --------------------------------------------------------------------------- */

static gsize run_into(const char *dir, unsigned files, const struct link_params *params, unsigned frames, bool filter)
{
	struct trace_options o = { .files = files, .frames_in_events = true, .run = "binary" };
	struct moor_filter turn;
	struct lan l;
	struct trace_writer *t;
	char *path = g_build_filename(dir, "records.bin", NULL);
	GStatBuf s = { 0 };

	lan_start(&l, params, filter ? &turn : NULL);
	t = trace_writer_new(l.w, dir, &o, NULL);
	CU_ASSERT_FATAL(t != NULL);
	for (unsigned i = 0; i < frames; i++) {
		lan_send(&l, i);
		if (i % 16 == 15)
			moor_world_advance(l.w, moor_world_now(l.w) + MOOR_MS);
	}
	moor_world_advance(l.w, 1000 * MOOR_S);
	CU_ASSERT(trace_writer_finish(t, &(struct trace_result){ .verdict = VERDICT_PASS }, NULL));
	lan_stop(&l);
	g_stat(path, &s);
	g_free(path);
	return (gsize)s.st_size;
}

static void compare_file(const char *a, const char *b, const char *name)
{
	char *pa = g_build_filename(a, name, NULL), *pb = g_build_filename(b, name, NULL), *x = NULL, *y = NULL;
	gsize n = 0, m = 0;

	CU_ASSERT(g_file_get_contents(pa, &x, &n, NULL));
	CU_ASSERT(g_file_get_contents(pb, &y, &m, NULL));
	CU_ASSERT(n > 0 && n == m && !memcmp(x, y, n));
	g_free(x);
	g_free(y);
	g_free(pa);
	g_free(pb);
}

/* Interfaces lack their hardware address in what is made from records.bin: the packets are compared. */
static void compare_packets(const char *a, const char *b)
{
	char *pa = g_build_filename(a, "trace.pcapng", NULL), *pb = g_build_filename(b, "trace.pcapng", NULL);
	struct capture *x = capture_open(pa, NULL), *y = capture_open(pb, NULL);
	struct capture_frame f, g;
	unsigned different = 0;
	int more;

	CU_ASSERT_FATAL(x && y);
	while ((more = capture_next(x, &f, NULL)) == 1 && capture_next(y, &g, NULL) == 1)
		different += f.at != g.at || f.interface != g.interface || f.direction != g.direction || f.len != g.len
			|| memcmp(f.octets, g.octets, f.len) != 0;
	CU_ASSERT_EQUAL(more, 0);
	CU_ASSERT_EQUAL(capture_next(y, &g, NULL), 0);
	CU_ASSERT_EQUAL(different, 0);
	CU_ASSERT(capture_stats(x).frames > 0);
	capture_close(x);
	capture_close(y);
	g_free(pa);
	g_free(pb);
}

static void empty_folder(char *dir)
{
	static const char *const names[] = { "events.jsonl", "trace.pcapng", "records.bin", "run.json" };

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		char *path = g_build_filename(dir, names[i], NULL);

		g_unlink(path);
		g_free(path);
	}
	g_rmdir(dir);
	g_free(dir);
}

/* Whether both give the same files. Returns the octets of records.bin. */
static gsize compare_ways(const struct link_params *params, unsigned frames, bool filter)
{
	char *a = g_dir_make_tmp("moor-binary-XXXXXX", NULL), *b = g_dir_make_tmp("moor-binary-XXXXXX", NULL);
	gsize octets;

	run_into(a, FILES, params, frames, filter);
	octets = run_into(b, FILES | TRACE_BINARY, params, frames, filter);
	compare_file(a, b, "events.jsonl");
	compare_packets(a, b);
	empty_folder(a);
	empty_folder(b);
	return octets;
}

/* ---- tests ------------------------------------------------------------------------------------------ */

static const struct link_params bad = {
	.rate = 1000000000, .delay = { DELAY_UNIFORM, MOOR_MS, 3 * MOOR_MS }, .loss_ppm = 50000, .dup_ppm = 200000,
	.reorder_ppm = 100000, .reorder_extra = 5 * MOOR_MS, .corrupt_ppm = 200000,
};
static const struct link_params good = { .rate = 1000000000, .delay = { DELAY_CONSTANT, MOOR_MS, 0 } };
static const struct link_params far = { .delay = { DELAY_CONSTANT, 100 * MOOR_S, 0 } };

static void test_said_truly(void)
{
	struct moor_filter turn;
	struct lan l;

	lan_start(&l, &bad, &turn);
	moor_record_sink(l.w, REC_BIT(REC_FRAME_TX) | REC_BIT(REC_FRAME_RX), check_same, &l);
	for (unsigned i = 0; i < 2000; i++) {
		lan_send(&l, i);
		moor_world_advance(l.w, moor_world_now(l.w) + MOOR_MS);
	}
	moor_world_advance(l.w, 1000 * MOOR_S);
	CU_ASSERT_EQUAL(l.wrong, 0);
	CU_ASSERT(l.same > 500);
	CU_ASSERT(l.changed > 500);
	lan_stop(&l);
}

static void test_impaired(void)
{
	compare_ways(&bad, 2000, true);
	compare_ways(&bad, 2000, false);
}

/* Each frame is heard by one port or by all: its octets are in the file once. */
static void test_once(void)
{
	gsize octets = compare_ways(&good, 2000, false), frame = 62 + 32, received = 32;

	CU_ASSERT(octets > 2000 * (62 + 2 * 16));
	CU_ASSERT(octets < 2000 * (frame + 3 * received));
}

/* More under way than a reader remembers. */
static void test_many_under_way(void)
{
	compare_ways(&far, 70000, false);
}

int main(int argc, char **argv)
{
	static const struct harness_test tests[] = {
		{ "received as sent is said truly", test_said_truly },
		{ "impaired and filtered frames are told as they are", test_impaired },
		{ "a frame's octets are written once", test_once },
		{ "more frames under way than are remembered", test_many_under_way },
	};

	return harness_main("trace_binary", tests, G_N_ELEMENTS(tests), argc, argv);
}
