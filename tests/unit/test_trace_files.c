/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The folder of a run from made-up records: every file is there and readable by somebody else's parser, text and
 * binary recording give the same files, and full disks, size limits and unwritable folders leave whole records and a
 * clear error.
 */
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/unit/harness.h"
#include "tests/unit/trace_script.h"
#include "traces/capture.h"
#include "traces/events.h"
#include "traces/traces.h"
#include "wire/mh.h"

#define START (INT64_C(1767225600) * MOOR_S)

/* ---- a run --------------------------------------------------------------------------------------- */

/* Ethernet, IPv6, BU with an alternate care-of address. Returns its octets. */
static uint32_t bu_frame(uint8_t buf[200])
{
	struct ip6_addr src = script_addr("2001:db8:1::5"), dst = script_addr("2001:db8:c0::1");
	struct mh_msg m;
	uint32_t n;

	mh_start(&m, MH_BU);
	m.bu.seq = 7;
	m.bu.flags = MH_BU_A | MH_BU_H;
	m.bu.life.units = 225;
	mh_add(&m, MH_OPT_ALT_COA)->ip6 = src;
	n = (uint32_t)mh_encode(&m, buf + 54, 146);
	mh_seal(buf + 54, n, &src, &dst);
	memset(buf, 0, 54);
	buf[0] = buf[6] = 2;
	buf[12] = 0x86;
	buf[13] = 0xdd;
	buf[14] = 0x60;
	buf[19] = (uint8_t)n;
	buf[20] = 135;
	buf[21] = 64;
	memcpy(buf + 22, src.o, 16);
	memcpy(buf + 38, dst.o, 16);
	return 54 + n;
}

static void frame(struct script *s, moor_time at, enum rec_kind kind, uint32_t node, uint32_t port)
{
	uint8_t buf[200];
	struct moor_record r = { .at = at, .kind = kind, .node = node, .port = port };

	r.u.frame.octets = buf;
	r.u.frame.len = bu_frame(buf);
	r.u.frame.trace_class = CLASS_SIGNAL;
	r.u.frame.frame = 1;
	r.u.frame.cause = kind == REC_FRAME_DROP ? "mask" : NULL;
	s->sink(s->ctx, &r);
}

static const struct fsm_state states[] = { { "IDLE", 3, 3, NULL, NULL }, { "BOUND", 3, 3, NULL, NULL } };
static const char *const events[] = { "start", "answer" };
static const struct fsm machine = { "test-ue", "a machine", states, events, 2, 2 };

/* One record of each of the other kinds. */
static void others(struct script *s, moor_time at)
{
	struct moor_record r = { .at = at, .kind = REC_STATE, .node = NODE_UE, .port = REC_NONE, .instance = 2 };
	char passing[] = "a \"note\"\twith\nlines";

	r.u.state.machine = &machine;
	r.u.state.from = 0;
	r.u.state.to = r.u.state.event = 1;
	s->sink(s->ctx, &r);
	r = (struct moor_record){ .at = at, .kind = REC_BINDING, .node = NODE_HA, .port = REC_NONE };
	r.u.binding.at_home_agent = true;
	r.u.binding.home_address = s->home;
	r.u.binding.care_of = script_addr("10.0.0.5");
	r.u.binding.home_address4.o[0] = 192;
	s->sink(s->ctx, &r);
	r = (struct moor_record){ .at = at, .kind = REC_NAT, .node = NODE_CN, .port = REC_NONE };
	r.u.nat.inside.o[0] = 10;
	r.u.nat.inside_port = 4191;
	s->sink(s->ctx, &r);
	r = (struct moor_record){ .at = at, .kind = REC_DEVIATION, .node = NODE_HA, .port = PORT_HA };
	r.u.deviation.id = "opt-alignment";
	r.u.deviation.clause = "RFC 6275 6.2.1";
	s->sink(s->ctx, &r);
	r = (struct moor_record){ .at = at, .kind = REC_ROUTER, .node = NODE_UE, .port = PORT_LTE };
	r.u.router.what = ROUTER_ADVERT_RECEIVED;
	r.u.router.prefix.len = 64;
	r.u.router.prefix.addr = script_addr("2001:db8:1::");
	s->sink(s->ctx, &r);
	r = (struct moor_record){ .at = at, .kind = REC_AAA, .node = NODE_HA, .port = REC_NONE, .instance = 3 };
	r.u.aaa = (struct rec_aaa){ .command = 268, .result = 2001, .peer = NODE_CN, .imsi = 1010123456789,
				    .delay = 20 * MOOR_MS, .eap = (const uint8_t *)"\3\5\0\4", .eap_len = 4 };
	s->sink(s->ctx, &r);
	r = (struct moor_record){ .at = at, .kind = REC_RADIO, .node = NODE_UE, .port = PORT_LTE };
	r.u.radio = (struct rec_radio){ .what = RADIO_SNR_LOW, .channel = 36, .cell = 7, .snr = -15, .count = 3,
					.link = "wlan", .bssid = { { 2, 0x6e, 0x33, 0, 0, 1 } }, .heard = at - 1 };
	s->sink(s->ctx, &r);
	r = (struct moor_record){ .at = at, .kind = REC_NOTE, .node = REC_NONE, .port = REC_NONE };
	r.u.note = passing;
	s->sink(s->ctx, &r);
	passing[0] = 'A';		/* the text behind the pointer changes */
	s->sink(s->ctx, &r);
	r = (struct moor_record){ .at = at, .kind = REC_ACTION, .node = REC_NONE, .port = REC_NONE };
	r.u.action.verb = "handover";
	s->sink(s->ctx, &r);
}

static void whole_run(struct script *s)
{
	script_move(s, 1 * MOOR_S, MOVE_LINK_UP, PORT_LTE, NULL);
	others(s, 1 * MOOR_S + 1);
	script_bu(s, 2 * MOOR_S, 7, 1, 225);
	frame(s, 2 * MOOR_S + 1, REC_FRAME_TX, NODE_UE, PORT_LTE);
	frame(s, 2 * MOOR_S + 2, REC_FRAME_DROP, NODE_UE, PORT_LTE);
	frame(s, 2 * MOOR_S + 123456789, REC_FRAME_RX, NODE_HA, PORT_HA);
	script_ba(s, 2 * MOOR_S + 200000001, 7, 0, true);
	script_move(s, 2 * MOOR_S + 200000001, MOVE_REGISTERED, PORT_LTE, NULL);
	script_flow(s, false, 0, 50, 3 * MOOR_S, 20 * MOOR_MS, 10 * MOOR_MS, 1, 0);
}

static char *temp_folder(void)
{
	char *dir = g_dir_make_tmp("moor-XXXXXX", NULL);

	CU_ASSERT(dir != NULL);
	return dir;
}

static void remove_folder(char *dir)
{
	GDir *d = g_dir_open(dir, 0, NULL);
	const char *name;

	while (d && (name = g_dir_read_name(d))) {
		char *path = g_build_filename(dir, name, NULL);

		if (g_file_test(path, G_FILE_TEST_IS_DIR) && !g_file_test(path, G_FILE_TEST_IS_SYMLINK))
			remove_folder(path);
		else
			g_unlink(path), g_free(path);
	}
	if (d)
		g_dir_close(d);
	g_rmdir(dir);
	g_free(dir);
}

static const struct trace_check checks[] = {
	{ .id = "DSMIP-UE-REG-01", .clause = "24.303 5.1.2.4", .verdict = VERDICT_PASS, .at = 2 * MOOR_S },
	{ .id = "DSMIP-UE-REG-02", .clause = "24.303 5.1.2.4", .verdict = VERDICT_FAIL, .message = "wanted <1> & saw \"2\"",
	  .place = "a.yaml:3:1", .at = MOOR_NEVER },
	{ .id = "DSMIP-UE-REG-03", .verdict = VERDICT_INCONCLUSIVE, .message = "the machine was # late", .at = MOOR_NEVER },
};

static struct trace_result result(void)
{
	return (struct trace_result){ VERDICT_FAIL, checks, G_N_ELEMENTS(checks), "0123456789abcdef0123456789abcdef", NULL,
		false, NULL };
}

/* Runs into dir; the error's text or NULL. */
static char *run_into(const char *dir, unsigned files, void (*run)(struct script *s))
{
	struct name_table *names = script_names();
	struct trace_names n = trace_names_of_table(names);
	struct trace_options o = { .files = files, .run = "test, run", .scenario = "test" };
	struct trace_result r = result();
	GError *e = NULL;
	struct trace_writer *t = trace_writer_new_named(&n, START, dir, &o, &e);
	char *text = NULL;

	if (t) {
		struct script s = script_new(trace_writer_record, t);

		run(&s);
		CU_ASSERT(trace_writer_finish_at(t, 30 * MOOR_S, &r, &e) == (e == NULL));
	}
	if (e) {
		text = g_strdup(e->message);
		g_error_free(e);
	}
	name_table_free(names);
	return text;
}

static char *contents(const char *dir, const char *name, gsize *n)
{
	char *path = g_build_filename(dir, name, NULL), *text = NULL;

	CU_ASSERT(g_file_get_contents(path, &text, n, NULL));
	g_free(path);
	return text ? text : g_strdup("");
}

/* ---- what is in the files ------------------------------------------------------------------------ */

/* Number of lines, each a JSON object; -1 when one is none. */
static int json_lines(const char *text)
{
	char **lines = g_strsplit(text, "\n", -1);
	int n = 0;

	for (; lines[n] && lines[n + 1]; n++) {
		JsonParser *p = json_parser_new();
		bool ok = json_parser_load_from_data(p, lines[n], -1, NULL) && JSON_NODE_HOLDS_OBJECT(json_parser_get_root(p));

		if (ok && n) {
			JsonObject *o = json_node_get_object(json_parser_get_root(p));

			ok = json_node_get_value_type(json_object_get_member(o, "t")) == G_TYPE_INT64
				&& json_object_has_member(o, "kind");
		}
		g_object_unref(p);
		if (!ok) {
			g_strfreev(lines);
			return -1;
		}
	}
	CU_ASSERT(lines[n] && !*lines[n]);
	g_strfreev(lines);
	return n;
}

static unsigned commas_outside_quotes(const char *line)
{
	unsigned n = 0;
	bool quoted = false;

	for (; *line; line++) {
		quoted ^= *line == '"';
		n += *line == ',' && !quoted;
	}
	return n;
}

static void check_csv(const char *dir, const char *name, unsigned least)
{
	char *text = contents(dir, name, NULL), **lines = g_strsplit(text, "\n", -1);
	unsigned n = 0;

	for (; lines[n] && *lines[n]; n++)
		CU_ASSERT_EQUAL(commas_outside_quotes(lines[n]), commas_outside_quotes(lines[0]));
	CU_ASSERT(n >= least);
	g_strfreev(lines);
	g_free(text);
}

static void check_manifest(const char *dir)
{
	char *text = contents(dir, "run.json", NULL);
	JsonParser *p = json_parser_new();
	JsonObject *o;

	CU_ASSERT(json_parser_load_from_data(p, text, -1, NULL));
	o = json_node_get_object(json_parser_get_root(p));
	CU_ASSERT_STRING_EQUAL(json_object_get_string_member(o, "verdict"), "fail");
	CU_ASSERT_STRING_EQUAL(json_object_get_string_member(o, "state"), "finished");
	CU_ASSERT_STRING_EQUAL(json_object_get_string_member(o, "engine"), "builtin");
	CU_ASSERT_EQUAL(json_array_get_length(json_object_get_array_member(o, "checks")), 3);
	g_object_unref(p);
	g_free(text);
}

static void test_folder(void)
{
	static const char *const files[] = {
		"run.json", "events.jsonl", "handovers.csv", "metrics.csv", "trace.pcapng", "ladder.svg", "timeline.svg",
		"junit.xml", "tap",
		"wireshark/decode_as_entries", "wireshark/preferences", "wireshark/README"
	};
	char *dir = temp_folder(), *error = run_into(dir, 0, whole_run), *text;
	GMarkupParser markup = { 0 };
	GMarkupParseContext *xml = g_markup_parse_context_new(&markup, 0, NULL, NULL);

	CU_ASSERT(error == NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++)
		g_free(contents(dir, files[i], NULL));
	text = contents(dir, "events.jsonl", NULL);
	/* header, 8 others, 2 moves, BU, BA, the lost frame, 51 packets sent and received */
	CU_ASSERT_EQUAL(json_lines(text), 1 + 10 + 2 + 2 + 1 + 102);
	g_free(text);
	check_csv(dir, "handovers.csv", 2);
	check_csv(dir, "metrics.csv", 20);
	check_manifest(dir);
	text = contents(dir, "junit.xml", NULL);
	CU_ASSERT(g_markup_parse_context_parse(xml, text, -1, NULL) && g_markup_parse_context_end_parse(xml, NULL));
	CU_ASSERT(strstr(text, "tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"1\"") != NULL);
	g_free(text);
	text = contents(dir, "tap", NULL);
	CU_ASSERT(strstr(text, "1..3\nok 1 - DSMIP-UE-REG-01 [24.303 5.1.2.4]\nnot ok 2 - ") != NULL);
	CU_ASSERT(strstr(text, "ok 3 - DSMIP-UE-REG-03 # SKIP inconclusive: the machine was \\# late") != NULL);
	g_free(text);
	g_markup_parse_context_free(xml);
	remove_folder(dir);
}

/* What is read from events.jsonl and written again is the same file. */
static void test_events_round_trip(void)
{
	char *dir = temp_folder(), *error = run_into(dir, TRACE_EVENTS, whole_run), *first, *line, *path;
	struct name_table *names = name_table_new();
	struct trace_names n = trace_names_of_table(names);
	GString *second = g_string_new(NULL);
	struct events_reader *e;
	struct moor_record r;
	GError *failed = NULL;

	CU_ASSERT(error == NULL);
	first = contents(dir, "events.jsonl", NULL);
	line = strchr(first, '\n');
	path = g_build_filename(dir, "events.jsonl", NULL);
	e = events_open(path, names, &failed);
	CU_ASSERT(e != NULL);
	while (e && events_next(e, &r, &failed) == 1) {
		uint8_t *buf = g_malloc(events_room(&r));

		g_string_append_len(second, (const char *)buf, (gssize)events_line(&n, &r, buf));
		g_free(buf);
	}
	CU_ASSERT(failed == NULL);
	CU_ASSERT_STRING_EQUAL(second->str, line + 1);
	events_close(e);
	g_string_free(second, TRUE);
	name_table_free(names);
	g_free(path);
	g_free(first);
	remove_folder(dir);
}

/* A folder recorded in binary holds the same events and the same packets as one written directly. */
static void test_binary(void)
{
	static const char *const files[] = {
		"events.jsonl", "handovers.csv", "metrics.csv", "trace.pcapng", "timeline.svg"
	};
	unsigned what = TRACE_EVENTS | TRACE_HANDOVERS | TRACE_METRICS | TRACE_PCAPNG | TRACE_LADDER | TRACE_TIMELINE;
	char *a = temp_folder(), *b = temp_folder();

	CU_ASSERT(run_into(a, what, whole_run) == NULL);
	CU_ASSERT(run_into(b, what | TRACE_BINARY, whole_run) == NULL);
	for (int again = 0; again < 2; again++) {
		for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
			gsize n = 0, m = 1;
			char *x = contents(a, files[i], &n), *y = contents(b, files[i], &m);

			/* what is made again later knows the run by the name of its folder */
			if (!again || i == 3)
				CU_ASSERT(again || (n == m && !memcmp(x, y, n)));
			if (again && i == 0)
				CU_ASSERT_STRING_EQUAL(strchr(x, '\n'), strchr(y, '\n'));
			g_free(x);
			g_free(y);
		}
		CU_ASSERT(trace_convert(b, what, NULL));
	}
	remove_folder(a);
	remove_folder(b);
}

/* ---- the packets --------------------------------------------------------------------------------- */

static void moving_run(struct script *s)
{
	whole_run(s);
	frame(s, 5 * MOOR_S, REC_FRAME_TX, NODE_UE, PORT_WLAN);
	frame(s, 6 * MOOR_S, REC_FRAME_RX, NODE_UE, PORT_LTE);
}

static void test_pcapng(void)
{
	static const struct { const char *iface; int64_t at; uint8_t direction; } wanted[] = {
		{ "ue.lte", START + 2 * MOOR_S + 1, 2 }, { "ha.core", START + 2 * MOOR_S + 123456789, 1 },
		{ "ue.wlan", START + 5 * MOOR_S, 2 }, { "ue.lte", START + 6 * MOOR_S, 1 },
	};
	char *dir = temp_folder(), *path = g_build_filename(dir, "trace.pcapng", NULL);
	struct capture *c;
	struct capture_frame f;

	CU_ASSERT(run_into(dir, TRACE_PCAPNG, moving_run) == NULL);
	c = capture_open(path, NULL);
	CU_ASSERT(c != NULL);
	for (size_t i = 0; c && i < G_N_ELEMENTS(wanted); i++) {
		CU_ASSERT_EQUAL(capture_next(c, &f, NULL), 1);
		CU_ASSERT_STRING_EQUAL(capture_interface(c, f.interface)->name, wanted[i].iface);
		CU_ASSERT_EQUAL(f.at, wanted[i].at);
		CU_ASSERT_EQUAL(f.direction, wanted[i].direction);
		CU_ASSERT(f.comment && strstr(f.comment, "BU seq 7 A,H") != NULL);
	}
	if (c) {
		CU_ASSERT_EQUAL(capture_next(c, &f, NULL), 0);
		CU_ASSERT_EQUAL(capture_stats(c).interfaces, 3);
	}
	capture_close(c);
	g_free(path);
	remove_folder(dir);
}

static void test_tshark(void)
{
	char *dir = temp_folder(), *tshark = g_find_program_in_path("tshark"), *out = NULL, *command;

	CU_ASSERT(run_into(dir, TRACE_PCAPNG | TRACE_WIRESHARK, moving_run) == NULL);
	if (!tshark) {
		harness_skip("no tshark");
	} else {
		command = g_strdup_printf("env WIRESHARK_CONFIG_DIR=%s/wireshark %s -r %s/trace.pcapng -T fields "
					  "-e frame.interface_name -e mip6.bu.seqnr -e frame.time_epoch -e frame.comment -e _ws.malformed", dir, tshark,
					  dir);
		CU_ASSERT(g_spawn_command_line_sync(command, &out, NULL, NULL, NULL));
		CU_ASSERT(out && g_str_has_prefix(out, "ue.lte\t7\t1767225602.000000001\tBU seq 7 A,H"));
		CU_ASSERT(out && !strstr(out, "alformed"));
		CU_ASSERT(out && strstr(out, "ha.core\t7\t1767225602.123456789\t"));
		g_free(command);
	}
	g_free(out);
	g_free(tshark);
	remove_folder(dir);
}

/*
 * Every filter of the Wireshark profile is one that tshark knows; together they match the two messages that were
 * sent.
 */
static void test_profile_filters(void)
{
	char *dir = temp_folder(), *tshark = g_find_program_in_path("tshark"), *text, **lines, *out = NULL;
	GString *filter = g_string_new("frame.number > 0");

	CU_ASSERT(run_into(dir, TRACE_PCAPNG | TRACE_WIRESHARK, moving_run) == NULL);
	text = contents(dir, "wireshark/colorfilters", NULL);
	lines = g_strsplit(text, "\n", -1);
	for (int i = 0; lines[i] && *lines[i]; i++) {
		char **parts = g_strsplit(lines[i], "@", -1);

		CU_ASSERT_EQUAL(g_strv_length(parts), 4);
		g_string_append_printf(filter, " || (%s)", parts[2]);
		g_strfreev(parts);
	}
	g_strfreev(lines);
	g_free(text);
	text = contents(dir, "wireshark/dfilter_buttons", NULL);
	lines = g_strsplit(text, "\n", -1);
	for (int i = 0; lines[i] && *lines[i]; i++) {
		char **parts = g_strsplit(lines[i], "\",\"", -1);

		CU_ASSERT_EQUAL(g_strv_length(parts), 4);
		g_string_append_printf(filter, " || (%s)", parts[2]);
		g_strfreev(parts);
	}
	g_strfreev(lines);
	g_free(text);
	if (!tshark) {
		harness_skip("no tshark");
	} else {
		char *trace = g_build_filename(dir, "trace.pcapng", NULL);
		const char *argv[] = { tshark, "-r", trace, "-Y", filter->str, NULL };
		int status = -1;

		CU_ASSERT(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &out, NULL, &status, NULL));
		CU_ASSERT_EQUAL(status, 0);
		CU_ASSERT(out && strstr(out, "Binding Update"));
		g_free(trace);
	}
	g_free(out);
	g_free(tshark);
	g_string_free(filter, TRUE);
	remove_folder(dir);
}

/* ---- what goes wrong ----------------------------------------------------------------------------- */

static void long_run(struct script *s)
{
	whole_run(s);
	for (moor_time t = 10 * MOOR_S; t < 12 * MOOR_S; t += MOOR_MS) {
		frame(s, t, REC_FRAME_TX, NODE_UE, PORT_LTE);
		script_bu(s, t, 9, 2, 225);
	}
}

static void check_whole_records(const char *dir)
{
	char *text = contents(dir, "events.jsonl", NULL), *path = g_build_filename(dir, "trace.pcapng", NULL);
	struct capture *c = capture_open(path, NULL);
	struct capture_frame f;

	CU_ASSERT(json_lines(text) > 10);
	while (c && capture_next(c, &f, NULL) == 1)
		;
	CU_ASSERT(c && capture_stats(c).frames > 10 && !capture_stats(c).faults[CAPTURE_TRUNCATED]);
	capture_close(c);
	g_free(path);
	g_free(text);
}

/* The process may not write files longer than this: as when the disk is full in the middle of a record. */
static void test_size_limit(void)
{
	struct rlimit old, small;
	char *dir = temp_folder(), *error;

	CU_ASSERT_EQUAL(getrlimit(RLIMIT_FSIZE, &old), 0);
	small = old;
	small.rlim_cur = 300001;
	CU_ASSERT_EQUAL(setrlimit(RLIMIT_FSIZE, &small), 0);
	error = run_into(dir, TRACE_EVENTS | TRACE_PCAPNG, long_run);
	setrlimit(RLIMIT_FSIZE, &old);
	CU_ASSERT(error && strstr(error, dir) && strstr(error, g_strerror(EFBIG)));
	check_whole_records(dir);
	g_free(error);
	remove_folder(dir);
}

static void test_full_disk(void)
{
	char *dir = temp_folder(), *path = g_build_filename(dir, "events.jsonl", NULL), *error, *text;

	if (symlink("/dev/full", path) != 0 || !g_file_test("/dev/full", G_FILE_TEST_EXISTS)) {
		harness_skip("no /dev/full");
	} else {
		error = run_into(dir, TRACE_EVENTS, whole_run);
		CU_ASSERT(error && strstr(error, path) && strstr(error, g_strerror(ENOSPC)));
		text = contents(dir, "run.json", NULL);
		CU_ASSERT(strstr(text, "\"write-error\"") && strstr(text, "events.jsonl"));
		g_free(text);
		g_free(error);
	}
	g_free(path);
	remove_folder(dir);
}

static void test_unwritable(void)
{
	char *dir = temp_folder(), *file = g_build_filename(dir, "file", NULL), *below = g_build_filename(file, "out", NULL);
	char *error;

	CU_ASSERT(g_file_set_contents(file, "", 0, NULL));
	error = run_into(below, 0, whole_run);
	CU_ASSERT(error && strstr(error, below));
	g_free(error);
	g_free(below);
	g_free(file);
	remove_folder(dir);
}

/* A write error stops the world that is being recorded. */
static void test_world_stops(void)
{
	struct moor_world *w = moor_world_new(&(struct moor_world_config){ .seed = 3 });
	struct moor_node *n = moor_node_new(w, "ue");
	char *dir = temp_folder(), *path = g_build_filename(dir, "events.jsonl", NULL);
	struct trace_result r = { VERDICT_PASS, NULL, 0, NULL, NULL, true, NULL };
	struct trace_writer *t;
	GError *e = NULL;

	if (symlink("/dev/full", path) != 0) {
		harness_skip("no symbolic links");
	} else {
		t = trace_writer_new(w, dir, &(struct trace_options){ .files = TRACE_EVENTS }, &e);
		CU_ASSERT(t && !e && !trace_writer_error(t));
		for (int i = 0; t && i < 10000; i++) {
			struct moor_record note = { .kind = REC_NOTE, .node = moor_node_id(n), .port = REC_NONE };

			note.u.note = "many of these fill the buffer";
			moor_record_emit(w, &note);
		}
		CU_ASSERT(t && trace_writer_error(t) != NULL);
		CU_ASSERT(moor_world_stopped(w));
		CU_ASSERT(t && !trace_writer_finish(t, &r, &e) && e && strstr(e->message, path));
		g_clear_error(&e);
		/* the writer is gone: nobody listens any more */
		CU_ASSERT(!moor_record_wanted(w, REC_NOTE));
	}
	moor_world_free(w);
	g_free(path);
	remove_folder(dir);
}

int main(int argc, char **argv)
{
	static const struct harness_test tests[] = {
		{ "every file is there and parses", test_folder },
		{ "events.jsonl reads back as it was written", test_events_round_trip },
		{ "binary recording gives the same files", test_binary },
		{ "trace.pcapng: interfaces, times, directions, comments", test_pcapng },
		{ "tshark reads trace.pcapng", test_tshark },
		{ "tshark knows the filters of the profile", test_profile_filters },
		{ "a file size limit leaves whole records", test_size_limit },
		{ "a full disk is told by path", test_full_disk },
		{ "an unwritable folder is told by path", test_unwritable },
		{ "a write error stops the world", test_world_stops },
	};

	return harness_main("trace_files", tests, G_N_ELEMENTS(tests), argc, argv);
}
