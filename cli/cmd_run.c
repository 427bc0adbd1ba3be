/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: mooring run, mooring test
 *
 * Makes the list of runs (files, sweeps, seeds), lets the pool work it off, prints, and turns verdicts into an exit
 * code. `test` is `run` over the shipped scenarios with one line for each. It implements no clause.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/jobs.h"
#include "cli/live_beside.h"
#include "cli/ns3_run.h"
#include "cli/progress.h"
#include "cli/run_export.h"
#include "cli/run_over.h"
#include "cli/run_precision.h"
#include "cli/run_tell.h"
#include "moor-config.h"
#include "scenarios/radio.h"
#include "scenarios/units.h"

#define RUNS_MAX ((int)RUN_LIST_MAX)
#define PRECISE_RUNS 1000		/* at most of each point, unless said otherwise */
#define PRECISE_MAX 1000000		/* of all points: each has a place in a list */
#define WORKERS_MAX 1024

#define LOOKED_AT 1000u			/* points of a file that --list reads whole */

/* A file with one combination of overrides. */
struct plan_point {
	struct scen_file *file;
	const struct scen_point *point;
	const char *name;		/* of plan.names */
	char *scenario, *about, hash[20];
	uint64_t seed;			/* of its first run */
};

struct plan {
	struct job_maker maker;		/* first */
	/* options */
	char **sets, **zips;
	char *engine, *out, *seed, *record_l2, *part;
	int runs, workers;
	char *export;			/* in which form the results are wanted, too; NULL */
	gboolean list, json, fingerprint, no_trace, records, tables_only, bootstrap, resume, quiet, verbose;
	bool test;
	const struct run_engine *live;	/* NULL: the simulator */
	const GOptionEntry *more;	/* options of its own; NULL */
	const struct run_engine *other;	/* --engine; NULL: the simulator */
	const gboolean *beside;		/* a simulation beside each run is wanted; NULL */
	/* what came of them */
	GPtrArray *files;		/* struct scen_file */
	GPtrArray *points;		/* GPtrArray of struct scen_point, beside files */
	GHashTable *names;		/* of points, owned */
	GPtrArray *list_points;		/* struct plan_point, in their order */
	guint64 listed;			/* runs that they make */
	GArray *jobs;			/* struct job */
	struct run_tables *tables;	/* NULL: none are written */
	char *precision;		/* as it was said; NULL: runs are counted */
	struct precision precise;
	int runs_max;			/* of each point, with that */
	GArray *precisely;		/* struct run_precision_point; NULL: not that */
	guint wanted;			/* runs there are to be */
	struct shard shard;
	guint all, kept;		/* runs of all shards; of ours, done by an earlier command */
	struct progress progress;
	struct run_tell tell;
	/* results */
	guint told, skipped, broken_off;	/* broken_off: by an interrupt, in the middle */
	guint counts[VERDICT_ERROR + 1];
	enum verdict worst;
	bool broken, refused, interrupted;
	guint whole;			/* runs that came to their end */
	char *place;			/* where there was no room for a run's folder; NULL */
	bool full;			/* results cannot be written: no further run began */
};

/* ---- the list of runs -------------------------------------------------------------------------------------------- */

/* name, path=value, seed=n: what tells the run from the others. */
static char *job_name(const char *scenario, const struct scen_point *p, uint64_t seed, bool seeds)
{
	GString *s = g_string_new(scenario);

	for (char **o = p->overrides; *o; o++)
		g_string_append_printf(s, "/%s", *o);
	if (seeds)
		g_string_append_printf(s, "/seed=%" G_GUINT64_FORMAT, seed);
	return g_string_free(s, FALSE);
}

static char *job_command(const struct plan *plan, const struct scen_file *f, const struct scen_point *p, uint64_t seed)
{
	GString *s = g_string_new(plan->live ? "mooring live " : "mooring run ");
	char *quoted = g_shell_quote(f->path);

	g_string_append(s, quoted);
	g_free(quoted);
	for (char **o = p->overrides; *o; o++) {
		quoted = g_shell_quote(*o);
		g_string_append_printf(s, " --set %s", quoted);
		g_free(quoted);
	}
	if (plan->other)
		g_string_append(s, " --engine ns3");
	g_string_append_printf(s, " --seed %" G_GUINT64_FORMAT, seed);
	return g_string_free(s, FALSE);
}

/* The name of a point; two files may hold scenarios of one name. */
static const char *point_name(struct plan *p, const char *scenario, const struct scen_point *point)
{
	char *name = job_name(scenario, point, 0, false);

	for (guint k = 2; g_hash_table_contains(p->names, name); k++) {
		char *plain = job_name(scenario, point, 0, false);

		g_free(name);
		name = g_strdup_printf("%s (%u)", plain, k);
		g_free(plain);
	}
	g_hash_table_add(p->names, name);
	return name;
}

static int runs_of_point(const struct plan *p)
{
	return p->precision ? p->runs_max : p->runs;
}

static bool repeated(const struct plan *p)
{
	return p->runs > 1 || p->precision;
}

static void plan_point_free(gpointer data)
{
	struct plan_point *pp = data;

	g_free(pp->scenario);
	g_free(pp->about);
	g_free(pp);
}

/* Read and checked. */
static bool load_point(const struct plan *p, struct plan_point *pp, struct report *r)
{
	struct scenario *s = scen_load(pp->file, pp->point, r);
	unsigned before = r->errors;

	if (!s)
		return false;
	radio_check_recording(s, r);
	pp->scenario = g_strdup(s->name);
	pp->about = g_strdup(s->about);
	pp->seed = p->seed ? g_ascii_strtoull(p->seed, NULL, 10) : (uint64_t)s->seed;
	g_strlcpy(pp->hash, scen_hash(s), sizeof pp->hash);
	scen_free(s);
	return r->errors == before;
}

/* What --list tells of a point far down in a long list, by one that was read. False: it has to be read. */
static bool point_like(const struct plan *p, struct plan_point *pp, const struct plan_point *like)
{
	uint64_t seed = like->seed;

	for (char **o = pp->point->overrides; *o; o++) {
		int64_t n;

		if (g_str_has_prefix(*o, "scenario="))
			return false;
		if (!g_str_has_prefix(*o, "seed=") || p->seed)
			continue;
		if (unit_parse(UNIT_NONE, *o + strlen("seed="), &n) || n < 0)
			return false;
		seed = (uint64_t)n;
	}
	pp->scenario = g_strdup(like->scenario);
	pp->seed = seed;
	return true;
}

/* Before anything is made of them. */
static bool few_enough(struct plan *p, const char *path, guint points)
{
	guint64 runs = (guint64)points * (guint64)runs_of_point(p);

	p->listed += runs;
	if (p->precision && p->listed > PRECISE_MAX)
		cli_error("%s: %u points with up to %d runs each: %" G_GUINT64_FORMAT " runs may be needed, too many with "
			  "--precision: lower --runs-max", path, points, p->runs_max, p->listed);
	else if (p->listed > RUNS_MAX)
		cli_error("%s: %u points with %d runs each: %" G_GUINT64_FORMAT " runs are too many, at most %d", path, points,
			  p->runs, p->listed, RUNS_MAX);
	else
		return true;
	return false;
}

/* One file's points. */
static bool add_file(struct plan *p, const char *path, struct report *r)
{
	struct scen_file *f = scen_open(path, r);
	GPtrArray *points = f ? scen_points(f, (const char *const *)p->sets, r) : NULL;
	const struct plan_point *first = NULL;
	bool ok = points && few_enough(p, path, points->len);

	if (f)
		g_ptr_array_add(p->files, f);
	if (points)
		g_ptr_array_add(p->points, points);
	for (guint i = 0; ok && i < points->len; i++) {
		struct plan_point *pp = g_new0(struct plan_point, 1);

		*pp = (struct plan_point){ .file = f, .point = points->pdata[i] };
		g_ptr_array_add(p->list_points, pp);
		ok = (p->list && i >= LOOKED_AT && i + 1 < points->len && point_like(p, pp, first)) || load_point(p, pp, r);
		if (ok)
			pp->name = point_name(p, pp->scenario, pp->point);
		first = first ? first : pp;
	}
	return ok;
}

static void name_job(const struct job_maker *m, struct job *j)
{
	const struct plan *p = (const struct plan *)(const void *)m;

	j->options.name = job_name(j->scenario, j->point, j->options.seed, repeated(p));
	j->options.command = job_command(p, j->file, j->point, j->options.seed);
}

/* Every point, every seed. */
static void make_jobs(struct plan *p)
{
	p->maker.name = name_job;
	for (guint i = 0; i < p->list_points->len; i++) {
		const struct plan_point *pp = p->list_points->pdata[i];

		for (int k = 0; k < runs_of_point(p); k++) {
			struct job j = { .maker = &p->maker, .file = pp->file, .point = pp->point, .scenario = pp->scenario,
				.about = pp->about, .hash = pp->hash, .point_name = pp->name, .number = p->jobs->len + 1 };

			j.options = (struct run_options){ .seed = pp->seed + (uint64_t)k, .traces = !p->no_trace, .records = p->records,
				.fingerprint = p->fingerprint, .engine = p->live ? p->live : p->other };
			g_array_append_val(p->jobs, j);
		}
	}
}

/* <out>/<family>/<name>, and a number where a file has several runs. */
static char *folder_of(const struct plan *p, guint i, guint within, bool several)
{
	const struct job *j = &g_array_index(p->jobs, struct job, i);
	char *above = g_path_get_dirname(j->file->path), *family = g_path_get_basename(above);
	const char *name = j->scenario;
	char *folder = several ? g_strdup_printf("%s/%s/%s/%04u", p->out, family, name, within)
			       : g_strdup_printf("%s/%s/%s", p->out, family, name);

	g_free(above);
	g_free(family);
	return folder;
}

/* The recording of each run: {n} is its number, from 1, {seed} its seed. False: two runs would share a file. */
static bool set_recordings(struct plan *p)
{
	GHashTable *seen = g_hash_table_new(g_str_hash, g_str_equal);
	bool ok = true;

	for (guint i = 0; p->record_l2 && ok && i < p->jobs->len; i++) {
		struct run_options *o = &g_array_index(p->jobs, struct job, i).options;
		GString *name = g_string_new(p->record_l2);
		char *n = g_strdup_printf("%u", i + 1), *seed = g_strdup_printf("%" G_GUINT64_FORMAT, o->seed);

		g_string_replace(name, "{n}", n, 0);
		g_string_replace(name, "{seed}", seed, 0);
		o->record_l2 = g_string_free(name, FALSE);
		ok = g_hash_table_add(seen, (gpointer)o->record_l2);
		g_free(n);
		g_free(seed);
	}
	if (!ok)
		cli_error("--record-l2: %u runs would write one file: put {n} (the run's number) or {seed} into its name",
			  p->jobs->len);
	g_hash_table_unref(seen);
	return ok;
}

/* The folder of each run: the given one when it is the only run. */
static void set_folders(struct plan *p)
{
	GHashTable *seen = g_hash_table_new(g_str_hash, g_str_equal);
	struct job *jobs = (struct job *)(void *)p->jobs->data;

	for (guint i = 0, within = 0; p->out && !p->tables_only && i < p->jobs->len; i++) {
		bool first = !i || jobs[i].file != jobs[i - 1].file;
		bool last = i + 1 == p->jobs->len || jobs[i].file != jobs[i + 1].file;

		within = first ? 1 : within + 1;
		jobs[i].options.out = p->jobs->len == 1 ? g_strdup(p->out) : folder_of(p, i, within, !first || !last);
		if (g_hash_table_contains(seen, jobs[i].options.out)) {
			char *other = g_strdup_printf("%s-%u", jobs[i].options.out, i + 1);

			g_free((char *)jobs[i].options.out);
			jobs[i].options.out = other;
		}
		g_hash_table_add(seen, (gpointer)jobs[i].options.out);
	}
	g_hash_table_unref(seen);
}

static void free_job(struct job *j)
{
	if (j->done)
		run_result_done(&j->result);
	g_free((char *)j->options.out);
	g_free((char *)j->options.record_l2);
}

/* Those that are not ours go, when numbers and folders are given. */
static void take_shard(struct plan *p)
{
	guint kept = 0;

	for (guint i = 0; i < p->jobs->len; i++) {
		struct job *j = &g_array_index(p->jobs, struct job, i);

		if (shard_has(&p->shard, j->number))
			g_array_index(p->jobs, struct job, kept++) = *j;
		else
			free_job(j);
	}
	g_array_set_size(p->jobs, kept);
}

static bool make_plan(struct plan *p, char **words, int n)
{
	GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
	struct report r;
	bool ok = cli_files(words, n, paths);

	report_init(&r);
	for (guint i = 0; ok && i < paths->len; i++)
		ok = add_file(p, paths->pdata[i], &r) && ok;
	fflush(stdout);
	fputs(r.text->str, stderr);
	report_done(&r);
	g_ptr_array_unref(paths);
	if (ok && p->list)
		return true;
	if (ok)
		make_jobs(p);
	if (ok)
		set_folders(p);
	ok = ok && set_recordings(p);
	p->all = p->jobs->len;
	if (ok && p->part)
		take_shard(p);
	return ok;
}

static void free_plan(struct plan *p)
{
	for (guint i = 0; i < p->jobs->len; i++)
		free_job(&g_array_index(p->jobs, struct job, i));
	g_array_unref(p->jobs);
	g_ptr_array_unref(p->list_points);
	g_hash_table_unref(p->names);
	for (guint i = 0; i < p->points->len; i++)
		g_ptr_array_unref(p->points->pdata[i]);
	g_ptr_array_unref(p->points);
	for (guint i = 0; i < p->files->len; i++)
		scen_close(p->files->pdata[i]);
	g_ptr_array_unref(p->files);
	g_strfreev(p->sets);
	g_strfreev(p->zips);
	g_free(p->engine);
	g_free(p->out);
	g_free(p->seed);
	g_free(p->precision);
	run_precision_free(p->precisely);
	g_free(p->record_l2);
	g_free(p->export);
	g_free(p->part);
	g_free(p->place);
}

/* ---- telling ----------------------------------------------------------------------------------------------------- */

static void tell_kept(const struct plan *p, const struct job *j)
{
	GString *name = g_string_new(NULL);

	summary_json_text(name, j->options.name);
	printf("%s  {\"run\": %s, \"verdict\": \"%s\", \"kept\": true}", p->told ? ",\n" : "", name->str,
	       verdict_name(j->result.verdict));
	g_string_free(name, TRUE);
}

/*
 * The disk is full: every further run would say the same, so none begins. Neither this one nor those that are broken
 * off for it have a line; --resume makes them.
 */
static void no_room(struct plan *p, struct job *j)
{
	if (!p->full) {
		p->place = g_strchomp(g_strdup(j->result.error));
		run_tables_stop(p->tables);
		p->full = p->broken = true;
		jobs_stop();
	}
	p->worst = verdict_worse(p->worst, VERDICT_ERROR);
	run_result_told(&j->result);
}

static void on_done(void *ctx, struct job *j)
{
	struct plan *p = ctx;
	const struct run_result *r = &j->result;

	progress_clear(&p->progress);
	if (p->tables && (r->no_room || (p->full && r->interrupted))) {
		no_room(p, j);
		return;
	}
	if (p->beside && *p->beside && !r->trouble && !r->interrupted)
		live_beside(j, r->text, r->json);
	if (p->json && j->kept)
		tell_kept(p, j);
	else if (p->json)
		printf("%s%s", p->told ? ",\n" : "", r->json->str);
	else if (!j->kept)
		run_tell_job(&p->tell, j);
	fflush(stdout);
	p->told++;
	if (p->tables && !run_tables_add(p->tables, j)) {
		p->full = true;
		jobs_stop();
	}
	if (r->trouble == RUN_SKIPPED) {
		if (++p->skipped == p->jobs->len)
			p->worst = VERDICT_SKIP;
		return;
	}
	if (r->error)
		cli_error("%s: %s", j->options.name, g_strchomp(r->error));
	if (r->interrupted && p->all > 1)
		p->broken_off++;
	else
		p->counts[r->verdict]++;
	p->worst = verdict_worse(p->worst, r->verdict);
	p->broken = p->broken || r->trouble == RUN_BROKEN;
	p->refused = p->refused || r->trouble == RUN_REFUSED;
	p->interrupted = p->interrupted || r->interrupted;
	p->whole += !r->trouble && !r->interrupted && !p->full;
	progress_tell(&p->progress, p->told, p->told - p->counts[VERDICT_PASS] - p->skipped - p->broken_off);
	/* many runs: what was told of one is not needed any more */
	run_result_told(&j->result);
}

static int exit_code(const struct plan *p)
{
	if (p->interrupted)
		return EXIT_INTERRUPTED;
	if (p->broken)
		return EXIT_INTERNAL;
	/* more shards than runs: a launcher that is told of a fault would end the others */
	if (p->part && !p->jobs->len)
		return EXIT_PASS;
	if (p->refused || !p->told)
		return EXIT_USAGE;
	if (p->skipped == p->told) {
		cli_error("nothing ran: a scenario with `radio` needs ns-3: mooring run --engine ns3 SCENARIO");
		return EXIT_CANNOT;
	}
	switch (p->worst) {
	case VERDICT_PASS:
		return p->precisely && !run_precision_reached(p->precisely) ? EXIT_INCONCLUSIVE : EXIT_PASS;
	case VERDICT_FAIL:
		return EXIT_FAIL;
	case VERDICT_INCONCLUSIVE:
	case VERDICT_SKIP:
		return EXIT_INCONCLUSIVE;
	case VERDICT_ERROR:
		break;
	}
	return EXIT_USAGE;
}

/* Made as they are printed: a long list is no more than its points. */
static void list_runs(const struct plan *p)
{
	guint number = 0;

	for (guint i = 0; i < p->list_points->len; i++) {
		const struct plan_point *pp = p->list_points->pdata[i];

		for (int k = 0; k < runs_of_point(p); k++) {
			uint64_t seed = pp->seed + (uint64_t)k;
			char *name;

			if (p->part && !shard_has(&p->shard, ++number))
				continue;
			name = job_name(pp->scenario, pp->point, seed, repeated(p));
			printf("%s  seed %" G_GUINT64_FORMAT "  %s\n", name, seed, pp->file->path);
			g_free(name);
		}
	}
}

/* ---- the work ---------------------------------------------------------------------------------------------------- */

static bool several_points(const struct plan *p)
{
	for (guint i = 0; i < p->points->len; i++)
		if (((const GPtrArray *)p->points->pdata[i])->len > 1)
			return true;
	return false;
}

/* False after telling. A folder of a single run is that run's. */
static bool open_tables(struct plan *p)
{
	const struct run_engine *e = p->live ? p->live : p->other;
	struct job *jobs = (struct job *)(void *)p->jobs->data;
	struct run_state *state;

	if (!p->out || (p->all == 1 && !p->tables_only))
		return true;
	state = run_state_new(e ? e->name : "builtin", p->sets, p->all, p->shard);
	run_state_leaves(state, p->tables_only ? "tables" : p->no_trace ? "figures"
			 : p->records ? "records" : "traces", p->fingerprint ? "yes" : "no");
	for (guint i = 0; i < p->list_points->len; i++) {
		const struct plan_point *pp = p->list_points->pdata[i];

		run_state_listed(state, pp->name, pp->hash, pp->seed, (guint)runs_of_point(p));
	}
	for (guint i = 0; i < p->jobs->len; i++)
		run_state_point(state, jobs[i].point_name, jobs[i].file->path, jobs[i].hash, jobs[i].point->overrides);
	p->tables = run_tables_open(p->out, state, p->resume);
	return p->tables && run_tables_keep(p->tables, jobs, p->jobs->len, &p->kept);
}

/* Of many runs of a file those that pass have no line; real time leaves one the time to read them. */
static bool compact(const struct plan *p)
{
	return p->quiet || (!p->verbose && !p->test && !p->live && p->all > RUN_TELL_FEW &&
			    (repeated(p) || several_points(p)));
}

static void prepare(struct plan *p)
{
	bool terminal = isatty(STDERR_FILENO), over = (!p->test && (repeated(p) || several_points(p))) || p->json;

	p->tell = (struct run_tell){ .alone = p->all == 1 && !p->test, .compact = compact(p),
				     .fingerprint = p->fingerprint };
	for (guint i = 0; i < p->jobs->len; i++) {
		struct job *j = &g_array_index(p->jobs, struct job, i);

		j->options.table = p->all == 1 && !p->json && !p->test;
		j->options.engine_tells = p->verbose;
		j->options.progress = terminal && !p->json && !p->live;
		j->options.steps = repeated(p) || over || p->tables || (p->beside && *p->beside);
	}
}

static void tell_sum(const struct plan *p)
{
	struct run_sum sum = { .skipped = p->skipped, .interrupted = p->broken_off, .not_begun = p->wanted - p->told,
			       .resumable = p->tables && !p->precision, .full = p->full };

	memcpy(sum.counts, p->counts, sizeof sum.counts);
	run_tell_sum(&sum);
}

static void tell_end(struct plan *p, const GArray *over, const struct summary_options *o)
{
	if (p->json) {
		fputs(p->told ? "\n], " : "], ", stdout);
		if (p->jobs->len > 1)
			run_over_json(over, repeated(p), o);
		if (p->precisely)
			run_precision_json(p->precisely, &p->precise);
		printf("\"verdict\": \"%s\"}\n", verdict_name(p->worst));
		return;
	}
	if (!p->test || repeated(p))
		run_over_print(over, o);
	if (p->precisely)
		run_precision_print(p->precisely, &p->precise);
	if (p->all > 1 || p->test)
		tell_sum(p);
	if (p->tables)
		printf("results in %s\n", p->out);
}

static void run_all(struct plan *p, const struct summary_options *o)
{
	struct job *jobs = (struct job *)(void *)p->jobs->data;
	bool whole;

	p->wanted = p->jobs->len;
	if (!p->live && p->all > 1)
		progress_begin(&p->progress, p->wanted, p->kept);
	if (p->precision) {
		p->precisely = run_precisely(jobs, p->jobs->len, (unsigned)p->workers, on_done, p, &p->precise,
					     p->runs > 1 ? (guint)p->runs : PRECISION_LEAST, o, &whole);
		p->wanted = whole ? p->told : p->jobs->len;
	} else {
		whole = jobs_run(jobs, p->jobs->len, (unsigned)p->workers, on_done, p);
	}
	progress_clear(&p->progress);
	/* a run that was over, and went on, is interrupted by nothing */
	if (!whole && p->told < p->wanted && !p->full)
		p->interrupted = true;
}

/* Of the tables' own files the place was told when they were closed. */
static void tell_full(const struct plan *p)
{
	if (p->full)
		cli_error("%s%s%u of %u runs are whole, no further one began%s", p->place ? p->place : "", p->place ? ": " : "",
			  p->whole, p->jobs->len,
			  p->precision ? "" : "; when there is room, the same with --resume goes on");
}

static int work(struct plan *p)
{
	const struct summary_options o = { .bootstrap = p->bootstrap };
	GArray *over;

	if (!open_tables(p))
		return EXIT_USAGE;
	if (p->kept)
		fprintf(stderr, "mooring: %u of %u runs are there already\n", p->kept, p->jobs->len);
	if (!p->jobs->len)
		fprintf(stderr, "mooring: shard %u/%u has none of the %u runs\n", p->shard.i, p->shard.n, p->all);
	prepare(p);
	if (p->json)
		printf("{\"mooring\": \"%s\", \"runs\": [\n", MOORING_VERSION);
	run_all(p, &o);
	over = run_over((const struct job *)(const void *)p->jobs->data, p->jobs->len, !p->tables);
	p->broken |= !run_tables_close(p->tables, &o, p->told == p->wanted && !p->interrupted && !p->full, over);
	tell_full(p);
	if (p->export && p->told && !p->broken)
		p->broken = !run_export(p->out);
	tell_end(p, over, &o);
	run_over_free(over);
	return exit_code(p);
}

/* ---- the commands ------------------------------------------------------------------------------------------------ */

static bool good_seed(const char *s)
{
	char *end;

	if (!s)
		return true;
	return g_ascii_isdigit(*s) && (g_ascii_strtoull(s, &end, 10), !*end) && strlen(s) < 20;
}

static int check_options(struct plan *p)
{
	const char *why = NULL;

	if (p->live && (p->engine || p->precision || p->workers != 1)) {
		cli_error("live: one run at a time, in real time: no --jobs, no --precision and no --engine");
		return EXIT_USAGE;
	}
	if (p->engine && strcmp(p->engine, "ns3") && strcmp(p->engine, "builtin")) {
		cli_error("there is no engine `%s` (builtin, ns3)", p->engine);
		return EXIT_USAGE;
	}
	if (!good_seed(p->seed))
		cli_error("--seed %s: must be a whole number of at most 19 digits", p->seed);
	else if (p->runs < 1 || p->runs > RUNS_MAX)
		cli_error("--runs %d: must be 1 to %d", p->runs, RUNS_MAX);
	else if (p->workers < 1 || p->workers > WORKERS_MAX)
		cli_error("-j %d: must be 1 to %d", p->workers, WORKERS_MAX);
	else if (p->out && !*p->out)
		cli_error("-o: which folder?");
	else if (p->precision && (p->runs_max < 2 || p->runs_max > RUNS_MAX || p->runs_max < p->runs))
		cli_error("--runs-max %d: must be 2 to %d, and not below --runs", p->runs_max, RUNS_MAX);
	else if (p->precision && !precision_parse(p->precision, &p->precise, &why))
		cli_error("--precision %s: %s", p->precision, why);
	else if (p->precision && (p->part || p->resume))
		cli_error("--precision says by itself how many runs there are: no --shard and no --resume with it");
	else if ((p->part || p->resume) && !p->out)
		cli_error("--%s: into which folder? (-o)", p->part ? "shard" : "resume");
	else if (p->part && !shard_parse(p->part, p->out, &p->shard))
		return EXIT_USAGE;
	else if (p->tables_only && !p->out)
		cli_error("--tables: into which folder? (-o)");
	else if (p->records && !p->out)
		cli_error("--records: into which folder? (-o)");
	else if (p->records && (p->no_trace || p->tables_only))
		cli_error("--records or %s?", p->no_trace ? "--no-trace" : "--tables");
	else if (p->records && p->live)
		cli_error("--records is for simulated runs");
	else if (p->export && !run_export_check(p->export, p->out, p->part != NULL))
		return EXIT_USAGE;
	else if (p->quiet && p->verbose)
		cli_error("--quiet or --verbose?");
	else if (p->record_l2 && !*p->record_l2)
		cli_error("--record-l2: which file?");
	else if (p->record_l2 && g_strcmp0(p->engine, "ns3"))
		cli_error("--record-l2 writes down what ns-3's media do: it needs --engine ns3");
	else
		return EXIT_PASS;
	return EXIT_USAGE;
}

static int choose_engine(struct plan *p)
{
	char *why = NULL;

	if (!p->engine || strcmp(p->engine, "ns3"))
		return EXIT_PASS;
	p->other = ns3_run_engine(&why);
	if (p->other)
		return EXIT_PASS;
	cli_error("%s", why);
	g_free(why);
	return EXIT_CANNOT;
}

static GArray *all_entries(const GOptionEntry *a, const GOptionEntry *b)
{
	GArray *all = g_array_new(TRUE, TRUE, sizeof *a);

	for (; a->long_name; a++)
		g_array_append_vals(all, a, 1);
	for (; b && b->long_name; b++)
		g_array_append_vals(all, b, 1);
	return all;
}

static int run_or_test(struct plan *p, int argc, char **argv, const char *arguments, const char *about)
{
	const gint simulated = p->live ? G_OPTION_FLAG_HIDDEN : 0;
	const GOptionEntry entries[] = { { "set", 's', 0, G_OPTION_ARG_STRING_ARRAY, &p->sets,
			"Change a value; {a,b,c}, {1..5}, {10ms..50ms/10ms} and {1ms..1s*10} make a run each", "PATH=VALUE" },
		{ "zip", 0, 0, G_OPTION_ARG_STRING_ARRAY, &p->zips, "Sweep paths in step: 'a={1,2} b={3,4}' makes two runs",
			"PATHS" },
		{ "seed", 0, 0, G_OPTION_ARG_STRING, &p->seed, "Instead of the scenario's seed", "N" },
		{ "runs", 'n', 0, G_OPTION_ARG_INT, &p->runs, "Repeat each with seed, seed+1, …", "N" },
		{ "precision", 0, simulated, G_OPTION_ARG_STRING, &p->precision,
			"Repeat until the 95 % interval of each mean is within this; FIGURE: of that one alone", "5%[:FIGURE]" },
		{ "runs-max", 0, simulated, G_OPTION_ARG_INT, &p->runs_max, "With --precision: not more (1000)", "N" },
		{ "jobs", 'j', simulated, G_OPTION_ARG_INT, &p->workers, "So many at once (results do not depend on it)", "N" },
		{ "out", 'o', 0, G_OPTION_ARG_FILENAME, &p->out, "Write results below this folder", "FOLDER" },
		{ "no-trace", 0, 0, G_OPTION_ARG_NONE, &p->no_trace, "With -o: figures only, no events and packets", NULL },
		{ "records", 0, simulated, G_OPTION_ARG_NONE, &p->records,
			"With -o: events and packets in records.bin alone, which is cheap; `mooring unpack` makes the rest", NULL },
		{ "tables", 0, 0, G_OPTION_ARG_NONE, &p->tables_only, "With -o: tables over all runs, no folder for each", NULL },
		{ "export", 0, 0, G_OPTION_ARG_STRING, &p->export, "With -o: results.sqlite, too (`mooring export`)", "sqlite" },
		{ "shard", 0, simulated, G_OPTION_ARG_STRING, &p->part, "With -o: this part of the runs alone (mooring merge); "
			"auto: as Slurm or MPI says", "I/N" },
		{ "resume", 0, simulated, G_OPTION_ARG_NONE, &p->resume, "With -o: what an earlier command left undone", NULL },
		{ "bootstrap", 0, 0, G_OPTION_ARG_NONE, &p->bootstrap, "Intervals of means by bootstrap (BCa), not Student's t",
			NULL },
		{ "engine", 0, simulated, G_OPTION_ARG_STRING, &p->engine, "builtin, ns3", "NAME" },
		{ "record-l2", 0, simulated, G_OPTION_ARG_FILENAME, &p->record_l2,
			"With --engine ns3: write down what its media do, for `links: {from: FILE}`", "FILE" },
		{ "fingerprint", 0, 0, G_OPTION_ARG_NONE, &p->fingerprint, "Print what identifies the course of each run", NULL },
		{ "quiet", 'q', 0, G_OPTION_ARG_NONE, &p->quiet, "No line for a run that passed: so it is from 21 runs of a file on",
			NULL },
		{ "verbose", 'v', 0, G_OPTION_ARG_NONE, &p->verbose,
		  "A line for each run, however many, and what ns-3 tells of each", NULL },
		{ "list", 0, 0, G_OPTION_ARG_NONE, &p->list, "Name the runs, run nothing", NULL },
		{ "json", 0, 0, G_OPTION_ARG_NONE, &p->json, "Results as JSON", NULL }, G_OPTION_ENTRY_NULL };
	char *shipped = NULL, *one[2] = { NULL, NULL };
	int code = EXIT_PASS;

	p->runs = p->workers = 1;
	p->runs_max = PRECISE_RUNS;
	p->jobs = g_array_new(FALSE, FALSE, sizeof(struct job));
	p->files = g_ptr_array_new();
	p->points = g_ptr_array_new();
	p->list_points = g_ptr_array_new_with_free_func(plan_point_free);
	p->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	GArray *all = all_entries(entries, p->more);
	bool go = cli_options(&argc, &argv, arguments, about, (const GOptionEntry *)(const void *)all->data, &code);

	g_array_free(all, TRUE);

	p->sets = cli_zips(p->sets, p->zips);
	if (go)
		code = check_options(p);
	if (go && code == EXIT_PASS)
		code = choose_engine(p);
	if (p->shard.n) {		/* where `mooring merge` looks for it */
		char *part = g_strdup_printf("%s/shard-%u-of-%u", p->out, p->shard.i, p->shard.n);

		g_free(p->out);
		p->out = part;
	}
	if (go && code == EXIT_PASS) {
		char **words = argv + 1;
		int n = argc - 1;

		if (!n && p->test) {
			one[0] = shipped = cli_scenarios();
			words = one;
			n = shipped != NULL;
		}
		if (!n) {
			cli_error(p->test ? "there are no shipped scenarios here; name a folder"
					  : "%s: which scenario? (`mooring list` names the shipped ones)", p->live ? "live" : "run");
			code = EXIT_USAGE;
		} else if (!make_plan(p, words, n)) {
			code = EXIT_USAGE;
		} else if (p->list) {
			list_runs(p);
		} else {
			code = work(p);
		}
	}
	g_free(shipped);
	free_plan(p);
	return code;
}

int cmd_run(int argc, char **argv)
{
	struct plan p = { .test = false };

	return run_or_test(&p, argc, argv, "SCENARIO...",
		"Simulates scenarios (files, folders, shipped names) in virtual time and judges "
		"them by their expectations.");
}

int cli_run_live(int argc, char **argv, const struct run_engine *engine, const GOptionEntry *more,
		 const gboolean *beside)
{
	struct plan p = { .live = engine, .more = more, .beside = beside };

	return run_or_test(&p, argc, argv, "SCENARIO...",
		"Runs scenarios in real time, one after the other. Nodes with `peer: external` are other programs, in network "
		"namespaces of their own.");
}

int cmd_test(int argc, char **argv)
{
	struct plan p = { .test = true };

	return run_or_test(
		&p, argc, argv, "[FOLDER...]", "Runs all scenarios below the folders, or the shipped ones, a line for each.");
}
