/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Traces of the real model: the phases of every step add up to the whole step, the folder can be read by others, and
 * the ladder knows where a lost message was lost.
 */
#include <glib/gstdio.h>
#include <stdlib.h>

#include "net/traffic.h"
#include "tests/pair/rig.h"
#include "traces/capture.h"
#include "traces/ladder.h"
#include "traces/traces.h"

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

		if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
			remove_folder(path);
		} else {
			g_unlink(path);
			g_free(path);
		}
	}
	if (d)
		g_dir_close(d);
	g_rmdir(dir);
	g_free(dir);
}

static void start_flow(struct rig *r, bool up)
{
	struct traffic_params p = { .kind = TRAFFIC_CBR, .flow = 1 + up, .interval = 20 * MOOR_MS, .octets = 160,
		.to_mobile = !up };

	traffic_start(up ? traffic_new(ue_host(r->ue), &p, ue_source6, r->ue, cn_address6, r->cn)
		      : traffic_new(cn_host(r->cn), &p, cn_address6, r->cn, ue_address6, r->ue));
}

/* Attach, WLAN behind a NAT, back, home, detach; the first BU of the second step is lost. */
static void tour(struct rig *r)
{
	traffic_sink(ue_host(r->ue), TRAFFIC_PORT);
	rig_attach(r, "lte", r->lte);
	rig_run(r, S(6));
	start_flow(r, false);
	start_flow(r, true);
	rig_run(r, S(2));
	rig_lose(r->wlan, MH_BU, 1);
	rig_plug(r, "lte", NULL);
	rig_run(r, S(0.05));
	rig_move(r, "wlan", r->wlan);
	rig_run(r, S(10));
	rig_move(r, "lte", r->lte);
	rig_run(r, S(10));
	rig_move(r, "home", r->home);
	rig_run(r, S(10));
	rig_move(r, "lte", r->lte);
	rig_run(r, S(10));
	ue_detach(r->ue);
	rig_run(r, S(6));
}

static struct rig *traced_tour(const char *dir, unsigned files, struct metrics **m)
{
	struct rig *r = rig_new();
	struct trace_result result = { .verdict = VERDICT_PASS };
	struct trace_writer *t;
	GError *e = NULL;

	rig_build(r);
	*m = metrics_new(&(struct metrics_config){ trace_names_of_world(r->w), 100 });
	metrics_attach(*m, r->w);
	t = trace_writer_new(r->w, dir, &(struct trace_options){ .files = files, .run = "tour", .metrics = *m }, &e);
	CU_ASSERT(t && !e);
	if (t) {
		tour(r);
		CU_ASSERT(trace_writer_finish(t, &result, &e));
	}
	CU_ASSERT(!e);
	g_clear_error(&e);
	return r;
}

static int64_t sum_of(const struct handover_row *row)
{
	static const enum metric_id parts[] = {
		M_L2_GAP, M_SOLICIT_WAIT, M_DETECTION, M_ADDRESS_WAIT, M_ADDRESS, M_DAD, M_BU_WAIT, M_REGISTRATION
	};
	int64_t sum = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
		sum += row->v[parts[i]] == METRIC_ABSENT ? 0 : row->v[parts[i]];
	return sum;
}

static void check_step(const struct handover_row *row, enum step_kind kind, const char *from, const char *to, bool nat)
{
	CU_ASSERT_EQUAL(row->kind, kind);
	CU_ASSERT_EQUAL(row->outcome, OUTCOME_OK);
	CU_ASSERT_STRING_EQUAL(row->from_link, from);
	CU_ASSERT_STRING_EQUAL(row->to_link, to);
	CU_ASSERT_EQUAL(row->nat, nat);
	CU_ASSERT_EQUAL(sum_of(row), row->v[M_TOTAL]);
	CU_ASSERT(row->v[M_REGISTRATION] > 0);
	if (kind != STEP_HANDOVER)
		return;
	/* the correspondent sends all the time; the mobile node not without a usable address */
	CU_ASSERT(row->v[M_LOST_DOWN] >= row->v[M_GAP_DOWN] / (20 * MOOR_MS) - 5);
	CU_ASSERT(row->v[M_LOST_DOWN] <= row->v[M_GAP_DOWN] / (20 * MOOR_MS) + 1);
	CU_ASSERT(row->v[M_LOST_UP] <= row->v[M_GAP_UP] / (20 * MOOR_MS) + 1);
	CU_ASSERT(row->v[M_LOST_DOWN] > 0 && row->v[M_GAP_DOWN] > row->v[M_REGISTRATION]);
	CU_ASSERT_EQUAL(row->v[M_INTERVAL_DOWN], 20 * MOOR_MS);
	CU_ASSERT(row->v[M_FIRST_DOWN] > 0 && row->v[M_FIRST_DOWN] < row->v[M_TOTAL] + 100 * MOOR_MS);
}

static void steps_add_up(void)
{
	char *dir = temp_folder();
	struct metrics *m;
	struct rig *r = traced_tour(dir, TRACE_HANDOVERS, &m);
	const struct handover_row *rows;
	size_t n;

	rows = metrics_rows(m, &n);
	CU_ASSERT_EQUAL(n, 6);
	if (n == 6) {
		check_step(&rows[0], STEP_ATTACH, "", "lte", false);
		check_step(&rows[1], STEP_HANDOVER, "lte", "wlan", true);
		CU_ASSERT_EQUAL(rows[1].v[M_L2_GAP], 50 * MOOR_MS);
		CU_ASSERT_EQUAL(rows[1].v[M_RETRANSMISSIONS], 1);
		CU_ASSERT_EQUAL(rows[1].v[M_RETRANSMIT_WAIT], 1 * MOOR_S);
		check_step(&rows[2], STEP_HANDOVER, "wlan", "lte", false);
		check_step(&rows[3], STEP_HOME, "lte", "home", false);
		check_step(&rows[4], STEP_HANDOVER, "home", "lte", false);
		check_step(&rows[5], STEP_DETACH, "lte", "", false);
	}
	CU_ASSERT_EQUAL(metrics_totals(m).unanswered, 0);
	rig_free(r);
	metrics_free(m);
	remove_folder(dir);
}

/*
 * Whatever the folder's capture holds is what the interfaces saw; a stranger's dissector finds nothing wrong with it.
 */
static void capture_is_sound(void)
{
	char *dir = temp_folder(), *path = g_build_filename(dir, "trace.pcapng", NULL), *out = NULL;
	char *tshark = g_find_program_in_path("tshark"), *config = g_strconcat(dir, "/wireshark", NULL);
	const char *filter = "_ws.malformed || ip.checksum.status == 0 || udp.checksum.status == 0 || "
		"icmpv6.checksum.status == 0";
	const char *argv[] = { tshark, "-r", path, "-Y", filter, NULL };
	struct metrics *m;
	struct rig *r = traced_tour(dir, TRACE_PCAPNG | TRACE_WIRESHARK, &m);
	struct capture *c = capture_open(path, NULL);
	struct capture_frame f;
	uint64_t out_frames = 0, in_frames = 0;
	char **env = g_environ_setenv(g_get_environ(), "WIRESHARK_CONFIG_DIR", config, TRUE);

	while (c && capture_next(c, &f, NULL) == 1) {
		out_frames += f.direction == 2;
		in_frames += f.direction == 1;
	}
	CU_ASSERT(out_frames > 1000 && in_frames > 1000);
	CU_ASSERT_EQUAL(out_frames + in_frames, capture_stats(c).frames);
	CU_ASSERT_EQUAL(capture_stats(c).faults[CAPTURE_TIME_BACK], 0);
	capture_close(c);
	if (!tshark) {
		harness_skip("no tshark");
	} else {
		CU_ASSERT(g_spawn_sync(NULL, (char **)argv, env, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &out, NULL, NULL,
				       NULL));
		CU_ASSERT_STRING_EQUAL(out ? out : "?", "");
	}
	g_strfreev(env);
	g_free(out);
	g_free(config);
	g_free(tshark);
	g_free(path);
	rig_free(r);
	metrics_free(m);
	remove_folder(dir);
}

static void ladder_knows_losses(void)
{
	char *dir = temp_folder(), *path = g_build_filename(dir, "events.jsonl", NULL), *text = NULL;
	struct metrics *m;
	struct rig *r = traced_tour(dir, TRACE_EVENTS, &m);
	GError *e = NULL;
	struct ladder *l = ladder_from_events(path, &(struct ladder_options){ .width = 160 }, &e);
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	CU_ASSERT(l && !e);
	if (l)
		ladder_text(l, f);
	fclose(f);
	CU_ASSERT(strstr(text, "LOST: ") && strstr(text, " at ue"));
	CU_ASSERT(strstr(text, "[UDP NAT] BA seq 3 status 0") != NULL);
	CU_ASSERT(strstr(text, "NAT mapping made") != NULL);
	free(text);
	ladder_free(l);
	g_clear_error(&e);
	g_free(path);
	rig_free(r);
	metrics_free(m);
	remove_folder(dir);
}

int main(int argc, char **argv)
{
	static const struct harness_test tests[] = {
		{ "the phases of every step add up to the whole", steps_add_up },
		{ "tshark finds nothing wrong with the capture", capture_is_sound },
		{ "the ladder knows where a message was lost", ladder_knows_losses },
	};

	return harness_main("traces", tests, G_N_ELEMENTS(tests), argc, argv);
}
