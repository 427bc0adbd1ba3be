/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * records.bin itself: records of all forms come back as they were, with other nodes and times between them, long ones,
 * and the file flushed anywhere; each whole buffer of it ends with a block; what was cut off or damaged is read up to
 * there and no further.
 */
#include <glib/gstdio.h>
#include <string.h>

#include "tests/unit/harness.h"
#include "traces/binary.h"
#include "traces/binary_internal.h"
#include "traces/events.h"

#define MACHINES 300u		/* more than the short form of states can tell apart */
#define LONG 6000u		/* octets: more than is ever filled up */
#define RECORDS 20000u

static const struct fsm_state states[] = { { "IDLE", 1, 3, NULL, NULL }, { "BUSY", 3, 3, NULL, NULL } };
static const char *const events[] = { "GO", "STOP" };
static struct fsm machines[MACHINES];
static char machine_names[MACHINES][8], link_names[4][8];
static uint8_t octets[LONG];
static char text[LONG];

/* ---- records --------------------------------------------------------------------------------------- */

static const char *name_of_node(void *ctx, uint32_t node)
{
	(void)ctx;
	return node % 3 ? NULL : "named";
}

/* A port is on another link after each carrier of it. */
static const char *name_of_port(void *ctx, uint32_t port, uint32_t *node, const char **link, struct mac_addr *mac)
{
	const uint8_t *at = ctx;

	(void)mac;
	*node = port / 2;
	*link = at[port] ? link_names[at[port] % 4] : NULL;
	return "eth";
}

static void make_texts(void)
{
	for (unsigned i = 0; i < MACHINES; i++) {
		g_snprintf(machine_names[i], sizeof(machine_names[i]), "m%u", i);
		machines[i] = (struct fsm){ machine_names[i], "", states, events, 2, 2 };
	}
	for (unsigned i = 0; i < 4; i++)
		g_snprintf(link_names[i], sizeof(link_names[i]), "l%u", i);
	for (unsigned i = 0; i < LONG; i++)
		octets[i] = (uint8_t)(i * 7);
	memset(text, 'x', LONG - 1);
}

static struct ip6_addr any_addr(GRand *g)
{
	struct ip6_addr a;

	for (unsigned i = 0; i < sizeof(a); i++)
		((uint8_t *)&a)[i] = (uint8_t)g_rand_int(g);
	return a;
}

static void fill_signal(GRand *g, struct rec_signal *s)
{
	s->protocol = SIGNAL_MH;
	s->type = (uint8_t)g_rand_int_range(g, 0, 20);
	s->sequence = (uint16_t)g_rand_int(g);
	s->nat = g_rand_boolean(g);
	s->src = any_addr(g);
	s->care_of = g_rand_boolean(g) ? s->src : any_addr(g);
	s->message = octets;
	s->message_len = (uint32_t)(g_rand_int_range(g, 0, 50) ? g_rand_int_range(g, 0, 80) : g_rand_int_range(g, 0, LONG));
}

static void fill_fields(GRand *g, struct moor_record *r, bool with_long)
{
	if (r->kind == REC_CARRIER) {
		r->u.carrier.up = true;
		r->u.carrier.link = link_names[g_rand_int_range(g, 0, 4)];
	} else if (r->kind == REC_STATE) {
		r->u.state.machine = &machines[g_rand_boolean(g) ? 0 : g_rand_int_range(g, 0, MACHINES)];
		r->u.state.to = 1;
		r->u.state.event = (uint8_t)g_rand_int_range(g, 0, 2);
	} else if (r->kind == REC_SIGNAL_TX) {
		fill_signal(g, &r->u.signal);
		if (!with_long)
			r->u.signal.message_len %= 80;
	} else if (r->kind == REC_ADDRESS) {
		r->u.address.what = ADDRESS_USABLE;
		r->u.address.addr = any_addr(g);
		r->u.address.prefix_len = 64;
	} else if (r->kind == REC_ROUTER) {
		r->u.router.router = any_addr(g);
		r->u.router.preferred = g_rand_int(g);
	} else if (r->kind == REC_BINDING) {
		r->u.binding.what = BINDING_REFRESHED;
		memcpy(&r->u.binding.home_address4, octets + g_rand_int_range(g, 0, 99), sizeof(struct ip4_addr));
		r->u.binding.care_of = any_addr(g);
	} else if (r->kind == REC_DATA_TX) {
		r->u.data.sequence = g_rand_int(g);
		r->u.data.direction = 1;
	} else {
		r->u.note = with_long && !g_rand_int_range(g, 0, 20) ? text : "short";
	}
}

static struct moor_record any_record(GRand *g, const struct moor_record *before, bool with_long)
{
	static const enum rec_kind kinds[] = { REC_CARRIER, REC_STATE, REC_STATE, REC_SIGNAL_TX, REC_SIGNAL_TX, REC_ADDRESS,
		REC_ROUTER, REC_BINDING, REC_DATA_TX, REC_NOTE };
	struct moor_record r = { .kind = kinds[g_rand_int_range(g, 0, G_N_ELEMENTS(kinds))], .at = before->at,
		.node = before->node, .port = REC_NONE };

	if (!g_rand_int_range(g, 0, 3))
		r.at += g_rand_int_range(g, 0, 3) ? g_rand_int_range(g, 0, 1000) : INT64_C(1) << 40;
	if (!g_rand_int_range(g, 0, 3))
		r.node = g_rand_int_range(g, 0, 10) ? (uint32_t)g_rand_int_range(g, 0, 500) : REC_NONE;
	if (g_rand_boolean(g))
		r.port = (uint32_t)g_rand_int_range(g, 0, 1000);
	if (!g_rand_int_range(g, 0, 4))
		r.instance = g_rand_int(g);
	fill_fields(g, &r, with_long);
	return r;
}

/* All that text tells of it, and what only memory holds. */
static void keep(GString *all, const struct trace_names *names, const struct moor_record *r)
{
	uint8_t *line = g_malloc(events_room(r));

	g_string_append_len(all, (char *)line, (gssize)events_line(names, r, line));
	g_free(line);
	g_string_append_printf(all, "%d %u %u %u\n", r->kind, r->node, r->port, r->instance);
	if (r->kind == REC_ROUTER)
		g_string_append_printf(all, "%u\n", r->u.router.preferred);
	if (r->kind == REC_NOTE)
		g_string_append_printf(all, "%u\n", (unsigned)strlen(r->u.note));
}

/* ---- files ----------------------------------------------------------------------------------------- */

struct file {
	char *dir, *path;
	GString *lines;			/* what was written */
};

static struct file write_file(uint32_t seed, unsigned records, bool with_long, bool flushes)
{
	struct file f = { .dir = g_dir_make_tmp("moor-records-XXXXXX", NULL), .lines = g_string_new(NULL) };
	uint8_t at[1000] = { 0 };
	struct trace_names names = { at, name_of_node, name_of_port };
	struct moor_record r = { .node = REC_NONE };
	GRand *g = g_rand_new_with_seed(seed);
	struct binary_writer *b;

	f.path = g_build_filename(f.dir, "records.bin", NULL);
	b = binary_new(f.path, &names, 5, NULL);
	for (unsigned i = 0; b && i < records; i++) {
		r = any_record(g, &r, with_long);
		if (r.kind == REC_CARRIER && r.port != REC_NONE) {
			at[r.port]++;
			binary_port_moved(b, r.port);
		}
		binary_record(b, &r);
		keep(f.lines, &names, &r);
		if (flushes && !g_rand_int_range(g, 0, 1000))
			trace_out_flush(binary_out(b));
	}
	CU_ASSERT(b && binary_close(b, NULL));
	g_rand_free(g);
	return f;
}

static void remove_file(struct file *f)
{
	g_unlink(f->path);
	g_rmdir(f->dir);
	g_string_free(f->lines, TRUE);
	g_free(f->path);
	g_free(f->dir);
}

/* What is read, as it is kept above; *end: what the reader said last. */
static GString *read_file(const char *path, int *end)
{
	struct name_table *table = name_table_new();
	struct trace_names names = trace_names_of_table(table);
	struct binary_reader *b = binary_open(path, table, NULL);
	GString *all = g_string_new(NULL);
	GError *error = NULL;
	struct moor_record r;

	*end = -1;
	while (b && (*end = binary_next(b, &r, &error)) == 1)
		keep(all, &names, &r);
	CU_ASSERT((*end < 0) == (error != NULL || !b));
	g_clear_error(&error);
	binary_reader_free(b);
	name_table_free(table);
	return all;
}

/* How many places where a whole buffer ends there are, and how many of them are inside of a block. */
static void count_ends(const uint8_t *p, size_t n, unsigned *ends, unsigned *within)
{
	size_t at = 0;
	uint32_t head;

	*ends = *within = 0;
	while (n - at >= sizeof(head)) {
		memcpy(&head, p + at, sizeof(head));
		if (binary_len(head) < BINARY_HEAD || binary_len(head) > n - at)
			break;
		if (at / OUT_BUFFER != (at + binary_len(head)) / OUT_BUFFER) {
			++*ends;
			*within += (at + binary_len(head)) % OUT_BUFFER != 0;
		}
		at += binary_len(head);
	}
	CU_ASSERT_EQUAL(at, n);
}

/* Without waiting for the disk. */
static void put_contents(const char *path, const char *p, gsize n)
{
	CU_ASSERT(g_file_set_contents_full(path, p, (gssize)n, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
}

static void check_ends(const struct file *f, unsigned least, unsigned most_within)
{
	unsigned ends, within;
	char *p = NULL;
	gsize n = 0;

	CU_ASSERT(g_file_get_contents(f->path, &p, &n, NULL));
	count_ends((uint8_t *)p, n, &ends, &within);
	CU_ASSERT(ends >= least);
	CU_ASSERT(within <= most_within);
	g_free(p);
}

static void check_equal(const struct file *f)
{
	int end;
	GString *all = read_file(f->path, &end);

	CU_ASSERT_EQUAL(end, 0);
	CU_ASSERT(f->lines->len > 0);
	CU_ASSERT(g_string_equal(all, f->lines));
	g_string_free(all, TRUE);
}

/* ---- tests ----------------------------------------------------------------------------------------- */

static void test_back(void)
{
	struct file f = write_file(1, RECORDS, false, false);

	check_equal(&f);
	check_ends(&f, 10, 0);
	remove_file(&f);
}

static void test_long(void)
{
	struct file f = write_file(2, RECORDS, true, false);

	check_equal(&f);
	check_ends(&f, 20, 15);
	remove_file(&f);
}

static void test_flushed(void)
{
	struct file f = write_file(3, RECORDS, true, true);

	check_equal(&f);
	remove_file(&f);
	f = write_file(4, RECORDS, false, true);
	check_equal(&f);
	check_ends(&f, 10, 0);
	remove_file(&f);
}

static void test_cut(void)
{
	struct file f = write_file(5, 300, true, false);
	char *p = NULL;
	gsize n = 0;
	int end;

	CU_ASSERT(g_file_get_contents(f.path, &p, &n, NULL));
	for (gsize len = sizeof(struct binary_file_head); len < n; len += 1 + n / 500) {
		GString *all;

		put_contents(f.path, p, len);
		all = read_file(f.path, &end);
		CU_ASSERT_EQUAL(end, 0);
		CU_ASSERT(all->len <= f.lines->len && !memcmp(all->str, f.lines->str, all->len));
		g_string_free(all, TRUE);
	}
	g_free(p);
	remove_file(&f);
}

/* Whatever was changed, the reader comes to an end, and touches nothing that is not the file's. */
static void test_damaged(void)
{
	struct file f = write_file(6, 100, false, false);
	GRand *g = g_rand_new_with_seed(7);
	char *p = NULL;
	gsize n = 0;
	int end, refused = 0;

	CU_ASSERT(g_file_get_contents(f.path, &p, &n, NULL));
	for (unsigned i = 0; i < 500; i++) {
		gsize at = (gsize)g_rand_int_range(g, sizeof(struct binary_file_head), (int)n);
		char was = p[at];

		p[at] = (char)(was ^ 1 << g_rand_int_range(g, 0, 8));
		put_contents(f.path, p, n);
		g_string_free(read_file(f.path, &end), TRUE);
		refused += end < 0;
		p[at] = was;
	}
	CU_ASSERT(refused > 20);
	g_rand_free(g);
	g_free(p);
	remove_file(&f);
}

/* Another form than this one is told from damage. */
static void test_other_form(void)
{
	struct file f = write_file(8, 10, false, false);
	struct name_table *names = name_table_new();
	GError *error = NULL;
	char *p = NULL;
	gsize n = 0;

	CU_ASSERT(g_file_get_contents(f.path, &p, &n, NULL));
	p[offsetof(struct binary_file_head, layout)] ^= 1;
	put_contents(f.path, p, n);
	CU_ASSERT(binary_open(f.path, names, &error) == NULL);
	CU_ASSERT(error && strstr(error->message, "another version"));
	g_clear_error(&error);
	g_free(p);
	name_table_free(names);
	remove_file(&f);
}

int main(int argc, char **argv)
{
	static const struct harness_test tests[] = {
		{ "records come back, and each whole buffer ends with a block", test_back },
		{ "long records come back, and whole buffers end with blocks again behind them", test_long },
		{ "a file that is flushed anywhere is read back", test_flushed },
		{ "a file that was cut off is read up to there", test_cut },
		{ "damage is refused or read", test_damaged },
		{ "another form is refused by that name", test_other_form },
	};

	make_texts();
	return harness_main("trace_records", tests, G_N_ELEMENTS(tests), argc, argv);
}
