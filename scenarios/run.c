/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the runner
 *
 * World, sinks, engine loop, verdicts, result. The loop advances in slices of virtual time that take some tens of
 * milliseconds of real time, so that an interrupt is heard and progress is shown; slices have no influence on what
 * happens. It implements no clause.
 */
#include "scenarios/run.h"

#include <stdio.h>
#include <string.h>

#include "scenarios/build.h"
#include "scenarios/device.h"
#include "scenarios/expect.h"
#include "scenarios/l2_replay.h"
#include "scenarios/security.h"
#include "traces/l2_record.h"
#include "traces/out.h"
#include "traces/table.h"
#include "traces/traces.h"
#include "wire/mh_profile.h"
#include "world/record.h"

#define ROWS_KEPT 4096u			/* handovers in the table; the files hold all */
#define HOPS (5 * MOOR_MS)		/* what a window allows for the way from process to process at least */
#define SLICE_MS 50			/* of real time between two looks at the clock */
#define FLUSH_MS 200			/* of real time between two flushes, where time is real */

/* Everything of one run. */
struct run {
	const struct run_options *o;
	const struct scen_point *point;
	struct scen_file *file;
	struct run_result *r;
	const struct scenario *s;
	struct scenario *own;		/* that one, unless it is lent */
	struct build *build;
	struct moor_world *w;
	struct trace_names names;
	struct metrics *metrics;
	struct expect_set *expect;
	struct flows_table *flows;	/* NULL: nobody asks for single flows */
	/* of the part that is judged; the two above, unless the run goes on behind that */
	struct metrics *judged_metrics;
	struct flows_table *judged_flows;
	moor_time end;			/* of that part */
	bool goes_on;
	struct trace_writer *writer;
	struct l2_record *record;	/* NULL: media are not written down */
	struct l2_replay *replay;	/* NULL: no link goes by a recording */
	struct fingerprint *print, *protocol_print;
	bool shown;			/* a progress line stands on the terminal */
	bool broken;			/* the engine cannot go on */
	bool over;			/* the results are closed */
};

static void trouble(struct run *run, enum run_trouble t, const char *fmt, ...) G_GNUC_PRINTF(3, 4);

static void trouble(struct run *run, enum run_trouble t, const char *fmt, ...)
{
	va_list ap;

	if (run->r->trouble)
		return;
	run->r->trouble = t;
	run->r->verdict = VERDICT_ERROR;
	va_start(ap, fmt);
	run->r->error = g_strdup_vprintf(fmt, ap);
	va_end(ap);
}

/* ---- set-up ------------------------------------------------------------------------------------------------------ */

/* The first node that somebody else plays, NULL: none. */
static const struct scen_node *played_outside(const struct scenario *s)
{
	for (guint i = 0; i < s->nodes->len; i++) {
		const struct scen_node *n = s->nodes->pdata[i];

		if (n->peer == PEER_EXTERNAL)
			return n;
	}
	return NULL;
}

/* Does a kernel translate addresses in live runs? */
static bool translated_outside(const struct scenario *s)
{
	bool any = false;

	for (guint i = 0; i < s->nodes->len; i++) {
		const struct scen_node *n = s->nodes->pdata[i];

		any |= n->nat && n->nat->live == NAT_LIVE_NFTABLES;
	}
	return any;
}

/* Where nodes are decides nothing here: without ns-3, or a recording of it, the course would be another one. */
static void skip_radio(struct run *run)
{
	bool ns3 = run->o->engine && !strcmp(run->o->engine->name, "ns3");

	if (run->s->links_from && run->o->engine) {
		trouble(run, RUN_REFUSED, "%s: links.from: a recording is replayed by the simulator's own engine, not by %s",
			run->o->name, run->o->engine->name);
	} else if (run->s->radio && !ns3 && !run->s->links_from) {
		trouble(run, RUN_SKIPPED, "needs --engine ns3");
		run->r->verdict = VERDICT_SKIP;
	}
}

static void refuse_outside(struct run *run)
{
	const struct scen_node *n = played_outside(run->s);

	if (n)
		trouble(run, RUN_REFUSED, "%s: node %s is played by somebody else (`peer: external`): use `mooring live`",
			run->file->path, n->base.name);
}

static bool load(struct run *run)
{
	struct report report;

	report_init(&report);
	run->own = run->o->scenario ? NULL : scen_load(run->file, run->point, &report);
	run->s = run->own ? run->own : run->o->scenario;
	if (!run->s)
		trouble(run, RUN_REFUSED, "%s", report.text->str);
	else if ((!run->o->engine || run->o->engine->simulates) && !run->o->stand_in)
		refuse_outside(run);
	if (run->s)
		skip_radio(run);
	report_done(&report);
	return run->s && !run->r->trouble;
}

/* Who does the cryptography of this run. */
static const char *provider_name(const struct run *run)
{
	if (!security_wanted(run->s))
		return "none";
	return run->s->crypto->provider == PROVIDER_MODELLED ? "modelled" : "openssl";
}

/* The folder's files, from the beginning. */
static bool open_writer(struct run *run)
{
	const unsigned figures = TRACE_HANDOVERS | TRACE_METRICS | TRACE_REPORTS;
	struct trace_options t = {
		.files = run->o->records ? figures | TRACE_BINARY | TRACE_WIRESHARK : run->o->traces ? TRACE_DEFAULT : figures,
		.frames_in_events = run->o->records,	/* for trace.pcapng */
		.run = run->o->name, .scenario = run->s->name, .scenario_path = run->file->path,
		.scenario_hash = scen_hash(run->s), .profile = mh_profile_name((enum mh_profile)run->s->profile), 
		.engine = run->o->engine ? run->o->engine->name : "builtin",
		.crypto = provider_name(run), .overrides = run->point ? (const char *const *)run->point->overrides : NULL,
		.command = run->o->command, .metrics = run->metrics,
		.flows = run->flows,
	};
	GError *error = NULL;

	if (!run->o->out)
		return true;
	run->writer = trace_writer_new(run->w, run->o->out, &t, &error);
	if (run->writer)
		return true;
	trouble(run, RUN_REFUSED, "%s", error ? error->message : "the output folder cannot be made");
	run->r->no_room = trace_out_no_room(error);
	g_clear_error(&error);
	return false;
}

static const char *flow_name(void *ctx, uint32_t number)
{
	const struct scen_flow *f = scen_flow_numbered(ctx, number);

	return f ? f->flow : NULL;
}

static const char *action_label(void *ctx, uint32_t action)
{
	const struct scenario *s = ctx;

	return action < s->timeline->len ? ((const struct scen_action *)s->timeline->pdata[action])->label : NULL;
}

static struct flows_table *flows_from_here(struct run *run)
{
	struct flows_table_config c = { .names = run->names, .flow = flow_name, .phase = action_label,
					.ctx = (void *)(uintptr_t)run->s };
	struct flows_table *t = flows_table_new(&c);

	moor_record_sink(run->w, FLOWS_TABLE_KINDS, flows_table_record, t);
	return t;
}

static struct metrics *metrics_from_here(struct run *run)
{
	struct metrics_config c = { .names = run->names, .keep = ROWS_KEPT };
	struct metrics *m = metrics_new(&c);

	metrics_attach(m, run->w);
	return m;
}

/* Packets are followed one by one only where there are routing rules, or an expectation about a flow. */
static void watch_flows(struct run *run)
{
	bool any = expect_wants_flows(run->s);

	for (guint i = 0; i < run->s->timeline->len; i++)
		any |= ((const struct scen_action *)run->s->timeline->pdata[i])->verb == DO_ADD_FLOW;
	if (!any)
		return;
	run->flows = flows_from_here(run);
	run->judged_flows = run->goes_on ? flows_from_here(run) : run->flows;
}

/* Has other programs in it, which know nothing of virtual time. */
static bool others_play(const struct scenario *s)
{
	for (guint i = 0; i < s->nodes->len; i++)
		if (((const struct scen_node *)s->nodes->pdata[i])->program)
			return true;
	return played_outside(s) || device_anywhere(s) || translated_outside(s);
}

static void set_up_expectations(struct run *run)
{
	const struct run_engine *e = run->o->engine;
	struct expect_config c = { .names = run->names };

	/* our own nodes keep virtual time to the nanosecond; allowances are for what others do */
	if (e && (others_play(run->s) || (e->apart && *e->apart))) {
		c.late_ppm = e->late_ppm;
		c.late = e->late;
		c.late_least = e->apart && *e->apart ? HOPS : 0;
		c.late_between = e->late_between;
		c.late_ctx = e->ctx;
	}
	run->expect = expect_new(run->s, &c);
	if (expect_kinds(run->expect))
		moor_record_sink(run->w, expect_kinds(run->expect), expect_record, run->expect);
	if (expect_wants_metrics(run->expect))
		metrics_listen(run->judged_metrics, expect_step, NULL, run->expect);
}

static void engine_broke(void *run, const char *reason);

/* What media do, into a file; before anything is carried. */
static bool record_media(struct run *run)
{
	const struct run_engine *e = run->o->engine;
	struct l2_about about = { run->s->name, scen_hash(run->s), run->o->seed, e ? e->name : "builtin",
				  e && e->version ? e->version : "-" };
	GError *error = NULL;

	if (!run->o->record_l2)
		return true;
	run->record = l2_record_new(run->w, run->o->record_l2, &about, &error);
	if (run->record)
		return true;
	trouble(run, RUN_REFUSED, "%s", error->message);
	g_clear_error(&error);
	return false;
}

static void replay_x2(void *ctx, struct moor_port *p, unsigned enb)
{
	(void)enb;
	l2_replay_told(ctx, p);
}

static bool replay_media(struct run *run)
{
	char *path = l2_replay_path(run->s);
	GError *error = NULL;

	if (!path)
		return true;
	run->replay = l2_replay_new(run->w, run->s, path, &error);
	g_free(path);
	if (run->replay) {
		build_on_x2(run->build, replay_x2, run->replay);
		return true;
	}
	trouble(run, RUN_REFUSED, "links.from: %s", error->message);
	g_clear_error(&error);
	return false;
}

static bool set_up(struct run *run)
{
	const struct run_engine *e = run->o->engine;
	const struct moor_world_config world = { .out = e ? e->out : NULL, .ctx = e ? e->ctx : NULL };
	char *why = NULL;

	run->end = run->s->duration;
	if (e && e->until && !e->until(e->ctx, &run->end, &why)) {
		trouble(run, RUN_REFUSED, "%s", why);
		g_free(why);
		return false;
	}
	run->goes_on = e && e->goes_on && e->goes_on(e->ctx, NULL);
	run->build = build_new(run->s, run->o->seed, &world);
	run->w = build_world(run->build);
	run->names = trace_names_of_world(run->w);
	run->metrics = metrics_from_here(run);
	run->judged_metrics = run->goes_on ? metrics_from_here(run) : run->metrics;
	set_up_expectations(run);
	watch_flows(run);
	if (run->o->fingerprint || run->o->out) {
		run->print = fingerprint_new(run->w, false);
		run->protocol_print = fingerprint_new(run->w, true);
	}
	if (!open_writer(run) || !record_media(run))
		return false;
	if (e && e->broken)
		e->broken(e->ctx, engine_broke, run);
	if (e && e->view)
		e->view(e->ctx, &(struct run_view){ run->o->name, run->o->seed, run->names, run->metrics, run->expect });
	if (!build_fill(run->build, &why) || (e && !e->begin(e->ctx, run->build, run->s, &why))) {
		trouble(run, RUN_REFUSED, "%s", why);
		g_free(why);
		return false;
	}
	return replay_media(run);
}

static void tear_down(struct run *run)
{
	if (run->print)
		fingerprint_free(run->print);
	if (run->protocol_print)
		fingerprint_free(run->protocol_print);
	if (run->expect)
		expect_free(run->expect);
	if (run->goes_on) {
		metrics_free(run->judged_metrics);
		flows_table_free(run->judged_flows);
	}
	metrics_free(run->metrics);
	if (run->o->engine && run->build)
		run->o->engine->end(run->o->engine->ctx);
	flows_table_free(run->flows);
	l2_record_close(run->record, 0, false, NULL);
	build_free(run->build);
	l2_replay_free(run->replay);
	scen_free(run->own);
}

/* ---- the loop ---------------------------------------------------------------------------------------------------- */

/* The verdict is that of now. */
static void judge(struct run *run)
{
	moor_time now = moor_world_now(run->w);
	/* what did not happen before a full disk stopped the run might have happened after it */
	bool cut = now < run->s->duration || run->r->interrupted || (run->writer && trace_writer_error(run->writer));
	size_t n;

	metrics_finish(run->judged_metrics, now);
	if (run->judged_flows)
		flows_table_finish(run->judged_flows, now);
	expect_flows(run->expect, run->judged_flows);
	expect_finish(run->expect, now, cut, run->judged_metrics);
	moor_record_unsink(run->w, expect_record, run->expect);
	if (run->goes_on) {
		moor_record_unsink(run->w, metrics_record, run->judged_metrics);
		moor_record_unsink(run->w, flows_table_record, run->judged_flows);
	}
	run->r->verdict = expect_verdict(run->expect);
	for (const struct trace_check *c = expect_checks(run->expect, &n), *end = c + n; c < end; c++)
		run->r->passed += c->verdict == VERDICT_PASS;
	run->r->checks = (unsigned)n;
}

static void show_progress(struct run *run, gint64 since)
{
	char now[40], end[40];
	gint64 real = g_get_monotonic_time() - since;

	if (!run->o->progress || (real < G_USEC_PER_SEC && !run->shown))
		return;
	unit_text(UNIT_SPAN, moor_world_now(run->w) / MOOR_MS * MOOR_MS, now, sizeof now);
	unit_text(UNIT_SPAN, run->s->duration, end, sizeof end);
	fprintf(
		stderr, "\r%s: %s of %s, %" G_GUINT64_FORMAT " events\033[K", run->o->name, now, end, moor_world_events(run->w));
	fflush(stderr);
	run->shown = true;
}

static void simulate(struct run *run)
{
	moor_time slice = MOOR_MS, end = run->s->duration;
	gint64 begun = g_get_monotonic_time(), before = begun;

	while (moor_world_now(run->w) < end && !moor_world_stopped(run->w) && !(run->o->stop && *run->o->stop)) {
		moor_time next = MIN(moor_time_add(moor_world_now(run->w), slice), end);

		if (run->replay)
			l2_replay_advance(run->replay, next);
		else
			moor_world_advance(run->w, next);
		gint64 now = g_get_monotonic_time();

		if (now - before < SLICE_MS * 1000 / 2)
			slice = MIN(slice * 2, end);
		else if (now - before > SLICE_MS * 1000)
			slice = MAX(slice / 2, 1);
		if (now - before > SLICE_MS * 1000 / 2)
			show_progress(run, begun);
		before = now;
	}
	if (run->shown)
		fputs("\r\033[K", stderr);
}

/* What is on the disk is never older than this, whatever ends a run in real time. */
static gboolean flush(gpointer user)
{
	struct run *run = user;

	if (run->writer)
		trace_writer_flush(run->writer);
	return G_SOURCE_CONTINUE;
}

static void play(struct run *run)
{
	const struct run_engine *e = run->o->engine;
	guint often = e ? g_timeout_add(FLUSH_MS, flush, run) : 0;

	if (e)
		e->play(e->ctx, run->w, run->end, run->o->stop);
	else
		simulate(run);
	run->r->interrupted = run->o->stop && *run->o->stop && moor_world_now(run->w) < run->end;
	judge(run);
	if (run->goes_on && !moor_world_stopped(run->w) && !run->r->interrupted) {
		e->goes_on(e->ctx, run->r);
		e->play(e->ctx, run->w, MOOR_NEVER, run->o->stop);
	}
	if (often)
		g_source_remove(often);
}

/* ---- results ----------------------------------------------------------------------------------------------------- */

static void check_lines(struct run *run, const struct trace_check *checks, size_t n)
{
	GString *text = run->r->text;

	for (size_t i = 0; i < n; i++) {
		const struct trace_check *c = &checks[i];
		char at[40] = "";

		if (!run->o->table && c->verdict == VERDICT_PASS)
			continue;
		if (c->at != MOOR_NEVER)
			unit_text(UNIT_SPAN, c->at, at, sizeof at);
		g_string_append_printf(
			text, "%-12s %s: %s%s%s [%s]\n", verdict_name(c->verdict), c->id, c->message, *at ? ", at " : "", at, c->clause);
		if (c->verdict != VERDICT_PASS)
			g_string_append_printf(text, "             %s\n", c->place);
	}
}

/* The handover table is printed by traces/ into a stream. */
static void table_text(struct run *run)
{
	char *buf = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&buf, &len);
	struct table_options t = { .legend = true };

	if (!f)
		return;
	table_print(f, run->metrics, &run->names, &t);
	if (run->flows)
		flows_table_print(f, run->flows);
	fclose(f);
	g_string_append_len(run->r->text, buf, (gssize)len);
	free(buf);
}

static void json_text(GString *out, const char *key, const char *value)
{
	g_string_append_printf(out, "\"%s\": ", key);
	if (!value) {
		g_string_append(out, "null");
		return;
	}
	g_string_append_c(out, '"');
	for (const char *p = value; *p; p++)
		if (*p == '"' || *p == '\\')
			g_string_append_printf(out, "\\%c", *p);
		else if ((unsigned char)*p < 32)
			g_string_append_printf(out, "\\u%04x", (unsigned char)*p);
		else
			g_string_append_c(out, *p);
	g_string_append_c(out, '"');
}

static void json_checks(GString *out, const struct trace_check *checks, size_t n)
{
	g_string_append(out, ",\n   \"checks\": [");
	for (size_t i = 0; i < n; i++) {
		const struct trace_check *c = &checks[i];

		g_string_append(out, i ? ",\n    {" : "\n    {");
		json_text(out, "id", c->id);
		g_string_append(out, ", ");
		json_text(out, "verdict", verdict_name(c->verdict));
		g_string_append(out, ", ");
		json_text(out, "clause", c->clause);
		g_string_append(out, ", ");
		json_text(out, "requirements", c->requirements);
		g_string_append(out, ", ");
		json_text(out, "message", c->message);
		if (c->at == MOOR_NEVER)
			g_string_append(out, ", \"at_ns\": null}");
		else
			g_string_append_printf(out, ", \"at_ns\": %" G_GINT64_FORMAT "}", c->at);
	}
	g_string_append(out, "]");
}

static void json_result(struct run *run, const struct trace_check *checks, size_t n)
{
	GString *out = run->r->json;

	g_string_append(out, "  {");
	json_text(out, "run", run->o->name);
	g_string_append(out, ", ");
	json_text(out, "scenario", run->s ? run->s->name : NULL);
	g_string_append(out, ", ");
	json_text(out, "file", run->file->path);
	g_string_append_printf(out, ", \"seed\": %" G_GUINT64_FORMAT ", \"overrides\": [", run->o->seed);
	for (char **p = run->point ? run->point->overrides : NULL; p && *p; p++) {
		g_string_append(out, p == run->point->overrides ? "{" : ", {");
		json_text(out, "set", *p);
		g_string_append_c(out, '}');
	}
	g_string_append(out, "],\n   ");
	json_text(out, "verdict", verdict_name(run->r->verdict));
	g_string_append(out, ", ");
	json_text(out, "error", run->r->error);
	g_string_append_printf(out,
		", \"interrupted\": %s, \"end_ns\": %" G_GINT64_FORMAT ", \"events\": %" G_GUINT64_FORMAT ", ",
		run->r->interrupted ? "true" : "false", run->w ? moor_world_now(run->w) : 0, run->r->events);
	json_text(out, "fingerprint", *run->r->fingerprint ? run->r->fingerprint : NULL);
	g_string_append(out, ", ");
	json_text(out, "protocol_fingerprint", *run->r->protocol_fingerprint ? run->r->protocol_fingerprint : NULL);
	json_checks(out, checks, n);
	g_string_append(out, "}");
}

/* A file that could not be written outweighs every verdict. */
static void close_writer(struct run *run, const struct trace_check *checks, size_t n)
{
	struct trace_result t = {
		.verdict = run->r->verdict, .checks = checks, .n_checks = n, .interrupted = run->r->interrupted,
		.fingerprint = *run->r->fingerprint ? run->r->fingerprint : NULL,
		.protocol_fingerprint = *run->r->protocol_fingerprint ? run->r->protocol_fingerprint : NULL,
		.broken = run->broken ? run->r->error : NULL,
	};
	GError *error = NULL;

	if (!run->writer)
		return;
	if (!trace_writer_finish(run->writer, &t, &error)) {
		run->r->no_room = !run->r->trouble && trace_out_no_room(error);
		trouble(run, RUN_BROKEN, "%s", error ? error->message : "the results could not be written");
		g_clear_error(&error);
	}
	run->writer = NULL;
}

static void close_record(struct run *run)
{
	moor_time now = moor_world_now(run->w);
	GError *error = NULL;

	if (!run->record)
		return;
	g_string_append_printf(run->r->text, "\n%" G_GUINT64_FORMAT " frames recorded in %s\n", l2_record_frames(run->record),
			       run->o->record_l2);
	if (!l2_record_close(run->record, now, !run->broken && now >= run->s->duration && !run->r->interrupted, &error)) {
		trouble(run, RUN_BROKEN, "%s", error->message);
		g_clear_error(&error);
	}
	run->record = NULL;
}

static void finish(struct run *run)
{
	const struct trace_check *checks;
	size_t n;

	run->r->events = moor_world_events(run->w);
	metrics_finish(run->metrics, moor_world_now(run->w));
	if (run->flows && run->goes_on)
		flows_table_finish(run->flows, moor_world_now(run->w));
	checks = expect_checks(run->expect, &n);
	if (run->print) {
		fingerprint_text(run->print, run->r->fingerprint);
		fingerprint_text(run->protocol_print, run->r->protocol_fingerprint);
	}
	close_writer(run, checks, n);
	if (run->o->table)
		table_text(run);
	if (run->o->steps)
		spread_rows(run->r->steps, run->metrics, &run->names);
	check_lines(run, checks, n);
	/* of a simulation among others it is of no interest unless asked for */
	if (run->o->engine && !run->broken && (run->o->table || run->o->engine_tells || !run->o->engine->simulates))
		run->o->engine->tell(run->o->engine->ctx, run->r->text);
	if (run->replay)
		l2_replay_tell(run->replay, run->r->text);
	close_record(run);
	json_result(run, checks, n);
	run->over = true;
}

/*
 * In the middle of something: an event of the world that called the engine, or of the engine's own. What was observed
 * is whole, since records are made at once; expectations are those of a run that was cut short.
 */
static void engine_broke(void *arg, const char *reason)
{
	struct run *run = arg;
	char at[40];

	if (run->shown)
		fputs("\r\033[K", stderr);
	run->broken = true;
	if (!run->over)
		judge(run);
	unit_text(UNIT_SPAN, moor_world_now(run->w), at, sizeof at);
	trouble(run, RUN_BROKEN, "at %s %s", at, reason);
	if (!run->over) {
		finish(run);
	} else {
		g_string_truncate(run->r->json, 0);
		json_result(run, NULL, 0);
	}
	if (run->o->broken)
		run->o->broken(run->o->broken_ctx, run->r);
}

struct run *run_begin(struct scen_file *f, const struct scen_point *point, const struct run_options *o,
		      struct run_result *r)
{
	struct run *run = g_new(struct run, 1);

	*run = (struct run){ .o = o, .point = point, .file = f, .r = r };
	*r = (struct run_result){ .text = g_string_new(NULL), .json = g_string_new(NULL),
				  .steps = g_array_new(FALSE, FALSE, sizeof(struct spread_row)) };
	if (load(run) && set_up(run))
		return run;
	json_result(run, NULL, 0);
	run->over = true;
	run_end(run);
	return NULL;
}

void run_end(struct run *run)
{
	if (!run->over) {
		play(run);
		finish(run);
	}
	if (run->writer)
		trace_writer_finish(run->writer, &(struct trace_result){ .verdict = VERDICT_ERROR }, NULL);
	tear_down(run);
	g_free(run);
}

void run_scenario(
	struct scen_file *f, const struct scen_point *point, const struct run_options *o, struct run_result *r)
{
	struct run *run = run_begin(f, point, o, r);

	if (run)
		run_end(run);
}

void run_result_told(struct run_result *r)
{
	if (r->text)
		g_string_free(r->text, TRUE);
	if (r->json)
		g_string_free(r->json, TRUE);
	r->text = r->json = NULL;
}

void run_result_done(struct run_result *r)
{
	g_free(r->error);
	run_result_told(r);
	g_array_unref(r->steps);
}
