/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The output folder of a run: makes the files, feeds them from the observation bus, ends them. It exists so that the
 * runner, replay and live mode write the same folder with two calls. No clause.
 */
#include "traces/traces.h"

#include <errno.h>
#include <unistd.h>

#include "moor-config.h"
#include "traces/binary.h"
#include "traces/csv.h"
#include "traces/events.h"
#include "traces/folder.h"
#include "traces/keys.h"
#include "traces/ladder.h"
#include "traces/manifest.h"
#include "traces/members.h"
#include "traces/pcapng.h"
#include "traces/timeline.h"
#include "world/clock.h"
#include "world/link.h"

#define FRAMES (REC_BIT(REC_FRAME_TX) | REC_BIT(REC_FRAME_RX))
#define FROM_RECORDS (TRACE_EVENTS | TRACE_PCAPNG | TRACE_LADDER | TRACE_TIMELINE)	/* figures: when they have metrics */
#define EVERYTHING ((REC_BIT(REC_KINDS) - 1) & ~REC_BIT(REC_KEYS))	/* keys stand in their own files only */

struct trace_writer {
	struct moor_world *world;	/* NULL: records are fed by the caller */
	struct trace_names names;
	struct trace_options o;
	char *dir;
	struct trace_folder folder;
	uint64_t flushed;		/* octets written of the file that grows fastest */
	uint64_t seed;
	int64_t start;
	uint64_t kinds_events;		/* what goes to events.jsonl */
	struct trace_out *events, *handovers, *metrics_file;
	struct pcapng *pcapng;
	struct trace_keys *keys;
	struct binary_writer *binary;
	struct moor_link_watch moves;	/* of ports, for it */
	struct ladder *ladder;
	struct timeline *timeline;
	const struct trace_result *result;	/* for the pictures, while it is finished; lent */
	struct metrics *metrics;
	bool own_metrics;
	bool unpacks;			/* is trace_convert's */
	bool feed;			/* own metrics get the records now; with records.bin they get them at the end */
	char *title;
	GError *error;			/* the first one */
};

static char *path_in(const struct trace_writer *t, const char *name)
{
	return g_build_filename(t->dir, name, NULL);
}

static const char *run_name(const struct trace_writer *t)
{
	return t->o.run ? t->o.run : t->o.scenario ? t->o.scenario : "run";
}

/* ---- records ------------------------------------------------------------------------------------- */

static void keep_error(struct trace_writer *t, const GError *e)
{
	if (!e || t->error)
		return;
	t->error = g_error_copy(e);
	if (t->world)
		moor_world_stop(t->world);
}

/* The disk is full: that ends the run, and what is buffered gets the room that was kept back. */
static bool make_room(void *ctx, const char *path)
{
	struct trace_writer *t = ctx;
	GError e = { .domain = G_FILE_ERROR, .code = G_FILE_ERROR_NOSPC };

	if (!trace_folder_release(&t->folder))
		return false;
	e.message = g_strdup_printf("%s: %s", path, g_strerror(ENOSPC));
	keep_error(t, &e);
	g_free(e.message);
	return true;
}

static void watch(struct trace_writer *t, struct trace_out *o)
{
	if (!o)
		return;
	o->make_room = make_room;
	o->ctx = t;
}

static void look_for_errors(struct trace_writer *t)
{
	if (t->binary)
		keep_error(t, binary_out(t->binary)->error);
	if (t->events)
		keep_error(t, t->events->error);
	if (t->pcapng)
		keep_error(t, pcapng_error(t->pcapng));
	if (t->handovers)
		keep_error(t, t->handovers->error);
	if (t->metrics_file)
		keep_error(t, t->metrics_file->error);
	if (t->keys)
		keep_error(t, trace_keys_error(t->keys));
}

static void flush_texts(struct trace_writer *t)
{
	if (t->events)
		trace_out_flush(t->events);
	if (t->handovers)
		trace_out_flush(t->handovers);
	if (t->metrics_file)
		trace_out_flush(t->metrics_file);
	if (t->keys)
		trace_keys_flush(t->keys);
}

static void to_events(struct trace_writer *t, const struct moor_record *r)
{
	/* without the other frames, those that were lost and mattered are still told: ladders need them */
	if (!(t->kinds_events & REC_BIT(r->kind))
	    && (r->kind != REC_FRAME_DROP || r->u.frame.trace_class == CLASS_DATA || r->u.frame.trace_class == CLASS_PLAIN))
		return;
	trace_out_commit(t->events, events_line(&t->names, r, trace_out_reserve(t->events, events_room(r))));
}

/* All files end at about the same time whatever ends the run, a kill or a full disk too: none waits for its buffer. */
static void keep_step(struct trace_writer *t)
{
	uint64_t written = t->pcapng ? pcapng_out(t->pcapng)->written : t->events ? t->events->written : 0;

	if (G_LIKELY(written == t->flushed))
		return;
	t->flushed = written;
	flush_texts(t);
}

static void keys_told(struct trace_writer *t, const struct moor_record *r)
{
	if (t->keys)
		trace_keys_record(t->keys, r);
}

void trace_writer_record(void *writer, const struct moor_record *r)
{
	struct trace_writer *t = writer;

	if (t->error)
		return;
	if (r->kind == REC_KEYS) {
		keys_told(t, r);
		return;
	}
	if (t->binary && r->kind == REC_CARRIER)	/* no world tells of moves */
		binary_port_moved(t->binary, r->port);
	if (t->binary)
		binary_record(t->binary, r);
	if (t->events)
		to_events(t, r);
	if (t->pcapng && (r->kind == REC_FRAME_TX || (r->kind == REC_FRAME_RX && !t->o.frames_sent_only)))
		pcapng_record(t->pcapng, r);
	else if (t->pcapng && r->kind == REC_SIGNAL_TX)
		pcapng_signal(t->pcapng, r);
	if (t->ladder && (LADDER_KINDS & REC_BIT(r->kind)))
		ladder_record(t->ladder, r);
	if (t->timeline && !t->binary && (TIMELINE_KINDS & REC_BIT(r->kind)))
		timeline_record(t->timeline, r);
	if (t->feed)
		metrics_record(t->metrics, r);
	keep_step(t);
	look_for_errors(t);
}

static void record_keys(void *writer, const struct moor_record *r)
{
	struct trace_writer *t = writer;

	if (!t->error)
		keys_told(t, r);
}

static void binary_failed(void *writer, const GError *e)
{
	keep_error(writer, e);
}

/* Figures and keys do not wait for their own buffers, which may be full long after a kill. */
static void binary_flushed(void *writer)
{
	flush_texts(writer);
}

static void port_moved(void *binary, const struct moor_port *p)
{
	binary_port_moved(binary, moor_port_number(p));
}

/* While a run is recorded in binary nothing else is written per record: the records go there without a detour. */
static void listen(struct trace_writer *t, uint64_t kinds)
{
	uint64_t keys = kinds & REC_BIT(REC_KEYS);

	if (!t->binary) {
		moor_record_sink(t->world, kinds, trace_writer_record, t);
		return;
	}
	t->moves = (struct moor_link_watch){ port_moved, t->binary, NULL };
	moor_link_watch(t->world, &t->moves);
	moor_record_sink(t->world, kinds & ~keys, binary_record, t->binary);
	if (keys)
		moor_record_sink(t->world, keys, record_keys, t);
}

static void stop_listening(struct trace_writer *t)
{
	if (!t->world)
		return;
	moor_link_unwatch(t->world, &t->moves);
	moor_record_unsink(t->world, trace_writer_record, t);
	moor_record_unsink(t->world, record_keys, t);
	moor_record_unsink(t->world, binary_record, t->binary);
}

static bool close_binary(struct trace_writer *t, GError **error)
{
	struct binary_writer *b = t->binary;

	stop_listening(t);
	t->binary = NULL;
	return binary_close(b, error);
}

static void row_done(void *writer, const struct handover_row *r)
{
	struct trace_writer *t = writer;

	if (t->handovers)
		csv_handover(t->handovers, run_name(t), &t->names, r);
	if (t->metrics_file && !t->o.aggregate)
		csv_metrics_of(t->metrics_file, run_name(t), &t->names, r);
	if (t->timeline)
		timeline_row(t->timeline, r);
}

/* ---- beginning ----------------------------------------------------------------------------------- */

static struct trace_out *open_text(struct trace_writer *t, enum trace_file file, const char *name, GError **error)
{
	char *path;
	struct trace_out *o;

	if (*error || !(t->o.files & (unsigned)file))
		return NULL;
	path = path_in(t, name);
	o = trace_out_open_headed(path, OUT_LINES, error);
	g_free(path);
	return o;
}

static void header_line(struct trace_writer *t)
{
	char *name = g_strescape(run_name(t), NULL);
	char *info = g_strdup_printf("\"version\":\"" MOORING_VERSION "\",\"run\":\"%s\",\"seed\":\"%" G_GUINT64_FORMAT
				     "\",\"start_ns\":%" G_GINT64_FORMAT, name, t->seed, t->start);

	events_header(t->events, info);
	g_free(info);
	g_free(name);
}

static void open_texts(struct trace_writer *t, GError **error)
{
	if (!(t->o.files & TRACE_BINARY))
		t->events = open_text(t, TRACE_EVENTS, "events.jsonl", error);
	t->handovers = open_text(t, TRACE_HANDOVERS, "handovers.csv", error);
	t->metrics_file = open_text(t, TRACE_METRICS, "metrics.csv", error);
	if (t->events)
		header_line(t);
	if (t->handovers)
		csv_handovers_header(t->handovers);
	if (t->metrics_file)
		csv_metrics_header(t->metrics_file);
}

static void open_pcapng(struct trace_writer *t, GError **error)
{
	char *path, *comment;

	if (*error || !(t->o.files & TRACE_PCAPNG))
		return;
	path = path_in(t, "trace.pcapng");
	comment = g_strdup_printf("scenario %s, seed %" G_GUINT64_FORMAT ", profile %s, engine %s", run_name(t), t->seed,
				  t->o.profile ? t->o.profile : "-", t->o.engine ? t->o.engine : "builtin");
	t->pcapng = pcapng_new(path, &t->names, t->start, comment, error);
	g_free(comment);
	g_free(path);
}

static bool write_manifest(struct trace_writer *t, const struct trace_result *r, moor_time end, GError **error)
{
	struct manifest m = { .options = &t->o, .result = r, .seed = t->seed, .end = end, .metrics = t->metrics,
		.error = t->error ? t->error->message : NULL };
	char *path = path_in(t, "run.json");
	bool ok;

	m.events = t->world ? moor_world_events(t->world) : 0;
	ok = manifest_write(path, &m, error);
	g_free(path);
	return ok;
}

/*
 * Everything that is written while the run goes. With TRACE_BINARY what has a line or block per record is made from
 * records.bin afterwards.
 */
static void open_files(struct trace_writer *t, GError **error)
{
	char *path;

	open_texts(t, error);
	if (!*error && (t->o.files & TRACE_BINARY)) {
		path = path_in(t, "records.bin");
		t->binary = binary_new(path, &t->names, t->start, error);
		if (t->binary) {
			binary_out(t->binary)->failed = binary_failed;
			binary_out(t->binary)->flushed = binary_flushed;
			binary_out(t->binary)->ctx = t;
		}
		g_free(path);
	} else {
		open_pcapng(t, error);
		if (t->o.files & TRACE_LADDER)
			t->ladder = ladder_new(&t->names, &(struct ladder_options){ .states = true, .moves = true,
				.title = t->title });
	}
	if (!*error && (t->o.files & TRACE_WIRESHARK)) {
		path = path_in(t, "wireshark");
		if (wireshark_write(path, error))
			t->keys = trace_keys_new(path, error);
		g_free(path);
	}
}

static void writer_free(struct trace_writer *t)
{
	stop_listening(t);
	if (t->own_metrics)
		metrics_free(t->metrics);
	ladder_free(t->ladder);
	timeline_free(t->timeline);
	trace_folder_leave(&t->folder);
	g_clear_error(&t->error);
	g_free(t->title);
	g_free(t->dir);
	g_free(t);
}

/* Closes what is open; the first error is kept. */
static void close_files(struct trace_writer *t)
{
	GError *e = NULL;

#define CLOSE(call) do { if (!(call)) { keep_error(t, e); g_clear_error(&e); } } while (0)
	CLOSE(close_binary(t, &e));
	CLOSE(trace_out_close(t->events, &e));
	CLOSE(trace_out_close(t->handovers, &e));
	CLOSE(trace_out_close(t->metrics_file, &e));
	CLOSE(pcapng_close(t->pcapng, &e));
	CLOSE(trace_keys_close(t->keys, &e));
#undef CLOSE
	t->events = t->handovers = t->metrics_file = NULL;
	t->pcapng = NULL;
	t->keys = NULL;
}

static struct trace_writer *writer_new(struct moor_world *w, const struct trace_names *names, int64_t start,
				       const char *dir, const struct trace_options *o, GError **error)
{
	struct trace_writer *t = g_new0(struct trace_writer, 1);
	GError *e = NULL;

	t->world = w;
	t->names = *names;
	t->start = start;
	t->seed = w ? moor_world_seed(w) : 0;
	t->o = *o;
	t->o.files = o->files ? o->files : TRACE_DEFAULT;
	t->kinds_events = t->o.frames_in_events ? EVERYTHING : EVERYTHING & ~(FRAMES | REC_BIT(REC_FRAME_DROP));
	t->dir = g_strdup(dir);
	t->title = g_strdup_printf("%s (seed\xc2\xa0%" G_GUINT64_FORMAT ")", run_name(t), t->seed);
	t->metrics = o->metrics;
	if (!t->metrics) {
		t->own_metrics = true;
		t->feed = !(t->o.files & TRACE_BINARY);
		t->metrics = metrics_new(&(struct metrics_config){ *names, 1000 });
	}
	if (t->o.files & TRACE_TIMELINE)
		t->timeline = timeline_new(&t->names, t->title);
	if (trace_folder_take(&t->folder, t->dir, &e) && write_manifest(t, NULL, 0, &e))
		open_files(t, &e);
	if (!e) {
		metrics_listen(t->metrics, row_done, NULL, t);
		flush_texts(t);
		watch(t, t->events);
		watch(t, t->handovers);
		watch(t, t->metrics_file);
		watch(t, t->pcapng ? pcapng_out(t->pcapng) : NULL);
		watch(t, t->binary ? binary_out(t->binary) : NULL);
		return t;
	}
	close_files(t);
	writer_free(t);
	g_propagate_error(error, e);
	return NULL;
}

static uint64_t kinds_wanted(const struct trace_writer *t)
{
	uint64_t kinds = 0;

	if (t->o.files & (TRACE_EVENTS | TRACE_BINARY))
		kinds |= t->kinds_events | REC_BIT(REC_FRAME_DROP);
	if (t->o.files & TRACE_PCAPNG)
		kinds |= REC_BIT(REC_SIGNAL_TX) | (t->o.frames_sent_only ? REC_BIT(REC_FRAME_TX) : FRAMES);
	if (t->ladder)
		kinds |= LADDER_KINDS;
	if ((t->o.files & (TRACE_TIMELINE | TRACE_BINARY)) == TRACE_TIMELINE)
		kinds |= TIMELINE_KINDS;
	if (t->feed)
		kinds |= METRICS_KINDS;
	if (t->o.files & TRACE_WIRESHARK)
		kinds |= REC_BIT(REC_KEYS);
	return kinds & ~t->o.leave_out;
}

struct trace_writer *trace_writer_new(struct moor_world *w, const char *dir, const struct trace_options *o,
				      GError **error)
{
	struct trace_names names = trace_names_of_world(w);
	struct trace_writer *t = writer_new(w, &names, MOOR_EPOCH_S * MOOR_S, dir, o, error);

	if (t)
		listen(t, kinds_wanted(t));
	return t;
}

struct trace_writer *trace_writer_new_named(const struct trace_names *names, int64_t start, const char *dir,
					    const struct trace_options *o, GError **error)
{
	return writer_new(NULL, names, start, dir, o, error);
}

const GError *trace_writer_error(const struct trace_writer *t)
{
	return t->error;
}

struct metrics *trace_writer_metrics(struct trace_writer *t)
{
	return t->metrics;
}

void trace_writer_flush(struct trace_writer *t)
{
	if (t->binary)
		trace_out_flush(binary_out(t->binary));
	flush_texts(t);
	if (t->pcapng)
		pcapng_flush(t->pcapng);
	look_for_errors(t);
}

/* ---- ending -------------------------------------------------------------------------------------- */

static void write_ladder(struct trace_writer *t, moor_time end)
{
	char *path = path_in(t, "ladder.svg");
	GError *e = NULL;

	if (t->result)
		ladder_checks(t->ladder, t->result->checks, t->result->n_checks, end);
	if (!ladder_svg(t->ladder, path, &e))
		keep_error(t, e);
	g_clear_error(&e);
	g_free(path);
}

/* After the metrics' last rows. */
static void write_timeline(struct trace_writer *t, const struct trace_result *r, moor_time end)
{
	char *path = path_in(t, "timeline.svg");
	GError *e = NULL;

	if (r)
		timeline_checks(t->timeline, r->checks, r->n_checks);
	if (!timeline_svg(t->timeline, end, path, &e))
		keep_error(t, e);
	g_clear_error(&e);
	g_free(path);
}

/* Made again, or not there: half of one would be taken for the whole, and a link may lead anywhere. */
static void remove_made(const struct trace_writer *t, unsigned files)
{
	char *events = path_in(t, "events.jsonl"), *pcapng = path_in(t, "trace.pcapng");

	if (files & TRACE_EVENTS)
		unlink(events);
	if (files & TRACE_PCAPNG)
		unlink(pcapng);
	g_free(events);
	g_free(pcapng);
}

/*
 * The portable files of a run that was recorded in binary, with the same code that writes them directly, and the
 * metrics, whose rows go to the files that t has open. Returns the time of the last record.
 */
static moor_time convert_records(struct trace_writer *t, unsigned files, struct name_table *table)
{
	char *path = path_in(t, "records.bin");
	GError *e = NULL;
	struct binary_reader *b = binary_open(path, table, &e);
	struct trace_writer *to = g_new0(struct trace_writer, 1);
	struct moor_record r = { 0 };
	int got = 0;

	*to = (struct trace_writer){ .names = trace_names_of_table(table), .start = b ? binary_start(b) : 0, .seed = t->seed,
		.o = t->o, .kinds_events = t->kinds_events, .dir = g_strdup(t->dir), .title = g_strdup(t->title),
		.metrics = t->metrics, .result = t->result,
		.folder = { .fd = -1, .reserve = -1 } };
	to->feed = t->own_metrics && (!t->unpacks || files & (TRACE_HANDOVERS | TRACE_METRICS | TRACE_TIMELINE));
	to->o.files = files & (TRACE_EVENTS | TRACE_PCAPNG | TRACE_LADDER);
	if (b && t->unpacks)
		remove_made(t, files);
	if (b)
		open_files(to, &e);
	to->timeline = t->timeline;	/* t's, to which the rows go */
	if (to->timeline)
		timeline_names(to->timeline, &to->names);
	while (!e && !to->error && (got = binary_next(b, &r, &e)) == 1)
		trace_writer_record(to, &r);
	close_files(to);
	if (t->unpacks && to->error)
		remove_made(t, files);
	if (to->ladder && !e)
		write_ladder(to, MOOR_NEVER);
	to->timeline = NULL;
	keep_error(t, to->error);
	keep_error(t, e);
	g_clear_error(&e);
	writer_free(to);
	binary_reader_free(b);
	g_free(path);
	return r.at;
}

/* Rows of steps still open, sums, and the end of all files. */
static void end_metrics(struct trace_writer *t, moor_time at)
{
	metrics_finish(t->metrics, at);
	if (t->metrics_file)
		csv_metrics_sums(t->metrics_file, run_name(t), t->metrics);
	if (t->metrics_file && t->o.flows)
		flows_table_csv(t->metrics_file, run_name(t), t->o.flows);
	close_files(t);
}

/* What is known of a run besides its records; texts are lent by the parser, which may be NULL. */
static void run_told(struct trace_writer *t, JsonParser *run)
{
	JsonNode *root = run ? json_parser_get_root(run) : NULL;
	JsonObject *o = root && JSON_NODE_HOLDS_OBJECT(root) ? json_node_get_object(root) : NULL;
	char *folder = g_path_get_basename(t->dir);

	if (o && *member_text(o, "run")) {
		t->o.run = member_text(o, "run");
		t->o.profile = *member_text(o, "profile") ? member_text(o, "profile") : NULL;
		t->o.engine = *member_text(o, "engine") ? member_text(o, "engine") : NULL;
		t->seed = g_ascii_strtoull(member_text(o, "seed"), NULL, 10);
		t->title = g_strdup_printf("%s (seed\xc2\xa0%" G_GUINT64_FORMAT ")", t->o.run, t->seed);
	} else {
		t->title = g_strdup(folder);
		t->o.run = t->title;
	}
	g_free(folder);
}

static JsonParser *manifest_of(const char *dir)
{
	char *path = g_build_filename(dir, "run.json", NULL);
	JsonParser *p = json_parser_new();

	if (!json_parser_load_from_file(p, path, NULL))
		g_clear_object(&p);
	g_free(path);
	return p;
}

bool trace_convert(const char *dir, unsigned files, GError **error)
{
	struct trace_writer *t = g_new0(struct trace_writer, 1);
	struct name_table *table = name_table_new();
	JsonParser *run = manifest_of(dir);
	GError *e = NULL;
	moor_time end;
	bool ok;

	t->folder = (struct trace_folder){ .fd = -1, .reserve = -1 };
	t->dir = g_strdup(dir);
	run_told(t, run);
	t->o.files = files & (TRACE_HANDOVERS | TRACE_METRICS);
	t->kinds_events = EVERYTHING & ~(FRAMES | REC_BIT(REC_FRAME_DROP));
	t->names = trace_names_of_table(table);
	t->own_metrics = true;
	t->unpacks = true;
	t->metrics = metrics_new(&(struct metrics_config){ t->names, 0 });
	metrics_listen(t->metrics, row_done, NULL, t);
	if (trace_folder_take_above(&t->folder, dir, true, false, &e))	/* what is there stays */
		open_texts(t, &e);
	keep_error(t, e);
	g_clear_error(&e);
	if (files & TRACE_TIMELINE)
		t->timeline = timeline_new(&t->names, t->title);
	end = t->error ? 0 : convert_records(t, files, table);
	end_metrics(t, end);
	if (t->timeline && !t->error)
		write_timeline(t, NULL, end);
	ok = !t->error;
	if (t->error && error)
		*error = g_error_copy(t->error);
	writer_free(t);
	name_table_free(table);
	g_clear_object(&run);
	return ok;
}

static void write_reports(struct trace_writer *t, const struct trace_result *r, moor_time end)
{
	struct manifest m = { .options = &t->o, .result = r, .end = end };
	char *junit = path_in(t, "junit.xml"), *tap = path_in(t, "tap");
	GError *e = NULL;

	if (!junit_write(junit, &m, &e) || !tap_write(tap, &m, &e)) {
		keep_error(t, e);
		g_clear_error(&e);
	}
	g_free(tap);
	g_free(junit);
}

bool trace_writer_finish_at(struct trace_writer *t, moor_time at, const struct trace_result *r, GError **error)
{
	GError *e = NULL;
	bool ok;

	t->result = r;
	if (t->binary) {
		struct name_table *table = name_table_new();

		if (!close_binary(t, &e))
			keep_error(t, e);
		g_clear_error(&e);
		if (!t->error && (t->own_metrics || t->o.files & FROM_RECORDS))
			convert_records(t, t->o.files, table);
		name_table_free(table);
	}
	end_metrics(t, at);
	trace_folder_release(&t->folder);
	/* large, and made from what the other files hold: on a full disk these get the room that is left */
	if (t->ladder && !t->error)
		write_ladder(t, at);
	if (t->timeline && !t->error)
		write_timeline(t, r, at);
	if (t->o.files & TRACE_REPORTS)
		write_reports(t, r, at);
	/* last: it says whether the rest is whole */
	if (!write_manifest(t, r, at, &e))
		keep_error(t, e);
	g_clear_error(&e);
	ok = !t->error;
	if (t->error && error)
		*error = g_error_copy(t->error);
	writer_free(t);
	return ok;
}

bool trace_writer_finish(struct trace_writer *t, const struct trace_result *r, GError **error)
{
	return trace_writer_finish_at(t, moor_world_now(t->world), r, error);
}
