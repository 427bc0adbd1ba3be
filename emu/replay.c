/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `mooring replay`: reads a capture as a stream and tells observations in order of time. It exists so that other
 * people's implementations are timed and judged by the definitions of a run. What is read and how is in
 * docs/replay.md. No clause here.
 */
#include "emu/replay.h"

#include <signal.h>

#include "emu/device.h"
#include "emu/replay_internal.h"

enum { EXIT_PASS = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_INCONCLUSIVE = 3, EXIT_INTERNAL = 70,
	EXIT_CANNOT = 77, EXIT_INTERRUPTED = 130, FRAMES_A_LOOK = 1024 };

static volatile sig_atomic_t stop_asked;

static void on_signal(int number)
{
	(void)number;
	stop_asked = 1;
}

static void told(void *ctx, struct seen *s, enum told how)
{
	struct replay *r = ctx;

	r->horizon = MAX(r->horizon, how & TOLD_ARRIVED ? s->last : s->at);
	switch ((enum seen_kind)s->kind) {
	case SEEN_SIGNAL:
		replay_signal(r, s, how);
		break;
	case SEEN_DATA:
		replay_data(r, s, how);
		break;
	case SEEN_IKE:
		replay_ike_seen(r, s, how);
		break;
	case SEEN_DAD:
	case SEEN_SOLICIT:
		if (how & TOLD_SENT)
			replay_discovery(r, s);
		break;
	}
}

static void fault_told(void *ctx, enum capture_fault f, uint64_t number, uint64_t offset, const char *text)
{
	struct replay *r = ctx;
	const char *what = strstr(text, ": ");
	char *reason = g_strdup_printf("%s: %s", capture_fault_name(f), what ? what + 2 : text);

	replay_unread(r, true, number, offset, reason);
	g_free(reason);
}

/* ---- life ---------------------------------------------------------------------------------------- */

static void each_map(struct replay *r, void (*fn)(struct map *m))
{
	struct map *const all[] = { &r->nodes, &r->binding_index, &r->proxy_index, &r->homes, &r->prefixes, &r->idents,
		&r->ports, &r->places, &r->formed, &r->ike_spis, &r->ike_from };

	for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
		fn(all[i]);
}

static struct replay *replay_new(const struct replay_options *o)
{
	struct replay *r = g_new0(struct replay, 1);

	r->o = *o;
	r->names = name_table_new();
	r->trace_names = trace_names_of_table(r->names);
	r->metrics = metrics_new(&(struct metrics_config){ .names = r->trace_names, .keep = REPLAY_ROWS });
	metrics_unnumbered(r->metrics);
	metrics_listen(r->metrics, NULL, replay_exchange, r);
	each_map(r, map_init);
	r->bindings = g_array_new(FALSE, FALSE, sizeof(struct binding));
	r->ike_runs = g_array_new(FALSE, FALSE, sizeof(struct ike_run));
	r->findings = g_array_new(FALSE, FALSE, sizeof(struct finding));
	r->dialects = g_array_new(FALSE, FALSE, sizeof(struct finding));
	r->unread = g_array_new(FALSE, FALSE, sizeof(struct unread));
	r->rows = g_array_new(FALSE, FALSE, sizeof(struct exchange_row));
	r->loose_ends = g_array_new(FALSE, FALSE, sizeof(struct bu_exchange));
	r->checks = g_array_new(FALSE, FALSE, sizeof(struct trace_check));
	r->sights = sights_new(told, r);
	return r;
}

static void replay_free(struct replay *r)
{
	for (guint i = 0; i < r->unread->len; i++)
		g_free(g_array_index(r->unread, struct unread, i).reason);
	for (guint i = 0; i < r->checks->len; i++)
		g_free((char *)g_array_index(r->checks, struct trace_check, i).message);
	g_array_free(r->bindings, TRUE);
	g_array_free(r->ike_runs, TRUE);
	g_array_free(r->findings, TRUE);
	g_array_free(r->dialects, TRUE);
	g_array_free(r->unread, TRUE);
	g_array_free(r->rows, TRUE);
	g_array_free(r->loose_ends, TRUE);
	g_array_free(r->checks, TRUE);
	sights_free(r->sights);
	replay_as_free(r->as);
	replay_ike_free(r->ike);
	ladder_free(r->ladder);
	metrics_free(r->metrics);
	name_table_free(r->names);
	each_map(r, map_done);
	capture_close(r->capture);
	g_free(r);
}

/* ---- results ------------------------------------------------------------------------------------- */

static bool open_results(struct replay *r, GError **error)
{
	const struct trace_options o = { .files = TRACE_EVENTS | TRACE_HANDOVERS | TRACE_METRICS | TRACE_LADDER
			| TRACE_TIMELINE | TRACE_WIRESHARK | TRACE_REPORTS,
		.run = r->o.path, .scenario = r->o.path, .profile = mh_profile_name(r->o.profile), .engine = "replay",
		.crypto = "none", .metrics = r->metrics, .command = r->o.command };
	char *path;

	if (!r->o.dir)
		return true;
	r->writer = trace_writer_new_named(&r->trace_names, r->first, r->o.dir, &o, error);
	if (!r->writer)
		return false;
	path = g_build_filename(r->o.dir, "exchanges.csv", NULL);
	r->exchanges_csv = trace_out_open(path, OUT_LINES, error);
	g_free(path);
	if (!r->exchanges_csv)
		return false;
	replay_exchange_csv(r, NULL);
	return true;
}

static bool close_results(struct replay *r, GError **error)
{
	const struct trace_result result = { .verdict = replay_verdict(r), .n_checks = r->checks->len,
		.checks = (const struct trace_check *)(const void *)r->checks->data, .interrupted = r->interrupted };
	bool ok = true;

	if (r->exchanges_csv) {
		ok = trace_out_close(r->exchanges_csv, error);
		ok = replay_ike_csv(r->ike, r->o.dir, ok ? error : NULL) && ok;
	}
	if (r->writer)
		ok = trace_writer_finish_at(r->writer, r->horizon, &result, ok ? error : NULL) && ok;
	r->writer = NULL;
	return ok;
}

/* ---- the way through a capture ------------------------------------------------------------------- */

/* 1: go on; 0: the end; -1: read error */
static int read_all(struct replay *r, GError **error)
{
	int got = 1;

	for (uint64_t n = 0; got == 1; n++) {
		replay_frame(r, &r->frame);
		if (n % FRAMES_A_LOOK == 0 && (stop_asked || (r->writer && trace_writer_error(r->writer))))
			break;
		got = capture_next(r->capture, &r->frame, error);
	}
	r->interrupted = stop_asked;
	return got;
}

static int exit_code(const struct replay *r)
{
	if (r->interrupted)
		return EXIT_INTERRUPTED;
	switch (replay_verdict(r)) {
	case VERDICT_PASS:
		return EXIT_PASS;
	case VERDICT_SKIP:
	case VERDICT_INCONCLUSIVE:
		return EXIT_INCONCLUSIVE;
	case VERDICT_FAIL:
		return EXIT_FAILED;
	case VERDICT_ERROR:
		break;
	}
	return EXIT_INTERNAL;
}

static int complain(GError *e, int code)
{
	fprintf(stderr, "mooring: replay: %s\n", e->message);
	g_error_free(e);
	return code;
}

static int nothing_read(const struct replay *r)
{
	const struct unread *u = r->unread->len ? &g_array_index(r->unread, struct unread, 0) : NULL;

	if (u)
		fprintf(stderr, "mooring: replay: %s: no record could be read: record %" G_GUINT64_FORMAT " at offset %"
			G_GUINT64_FORMAT ": %s\n", r->o.path, u->number, u->offset, u->reason);
	else
		fprintf(stderr, "mooring: replay: %s: there is no record in it\n", r->o.path);
	return EXIT_USAGE;
}

/* Tells what is left, judges, and prints. */
static int finish(struct replay *r, GError *read_error)
{
	GError *e = NULL;
	int code;

	sights_drain(r->sights, INT64_MAX);
	r->horizon = MAX(r->horizon, r->now);
	metrics_finish(r->metrics, r->horizon);
	r->stats = capture_stats(r->capture);
	replay_as_finish(r->as);
	replay_verdicts(r);
	if (read_error)
		replay_check(r, "REPLAY-READ-03", NULL, VERDICT_FAIL, g_strdup(read_error->message));
	code = exit_code(r);
	if (!close_results(r, &e))
		code = complain(e, EXIT_INTERNAL);
	if (r->o.json)
		replay_json(r, stdout);
	else
		replay_print(r, stdout);
	if (read_error)
		complain(read_error, code);
	if (fflush(stdout) || ferror(stdout)) {
		fputs("mooring: replay: the result could not be written\n", stderr);
		return EXIT_INTERNAL;
	}
	return code;
}

static int run(struct replay *r)
{
	GError *e = NULL;
	int got;

	r->capture = capture_open(r->o.path, &e);
	if (!r->capture)
		return complain(e, EXIT_USAGE);
	capture_on_fault(r->capture, fault_told, r);
	got = capture_next(r->capture, &r->frame, &e);
	if (got < 0)
		return complain(e, EXIT_USAGE);
	if (got == 0)
		return nothing_read(r);
	r->first = r->frame.at;
	if (r->o.keys) {
		r->ike = replay_ike_new(r, r->o.keys, &e);
		if (!r->ike)
			return complain(e, EXIT_USAGE);
	}
	if (r->o.as) {
		r->as = replay_as_new(r, &e);
		if (!r->as)
			return complain(e, g_error_matches(e, DEVICE_ERROR, DEVICE_NOT_PERMITTED) ? EXIT_CANNOT : EXIT_USAGE);
	}
	if (!open_results(r, &e))
		return complain(e, EXIT_USAGE);
	if (r->o.ladder)
		r->ladder = ladder_new(&r->trace_names, &(struct ladder_options){ .moves = true, .title = r->o.path });
	got = read_all(r, &e);
	return finish(r, got < 0 ? e : NULL);
}

static void inject_done(struct inject_options *i)
{
	g_free(i->interface);
	g_free(i->to);
	g_free(i->from);
	g_free(i->at);
	g_free(i->via);
	g_free(i->speed);
	g_strfreev(i->map);
}

static bool inject_wanted(const struct inject_options *i)
{
	return i->to || i->from || i->at || i->via || i->map || i->speed || i->sequence >= 0 || i->wait || i->in_clear;
}

static int options_wrong(const struct replay_options *o, int argc)
{
	if (argc != 2)
		fputs("mooring: replay: one capture is wanted; --help tells more\n", stderr);
	else if (o->as && strcmp(o->as, "ha") && strcmp(o->as, "ue") && strcmp(o->as, "lma") && strcmp(o->as, "mag"))
		fprintf(stderr, "mooring: replay: --as %s: no such role; ha, ue, lma and mag are there\n", o->as);
	else if (o->inject.interface && !o->as)
		fputs("mooring: replay: --inject: --as says whose messages are sent: ue, mag, ha or lma\n", stderr);
	else if (!o->inject.interface && inject_wanted(&o->inject))
		fputs("mooring: replay: --to, --from, --at, --via, --map, --speed, --sequence, --wait and --in-clear are for "
		      "--inject\n", stderr);
	else
		return 0;
	return EXIT_USAGE;
}

/* The same again, but for where its results go. Free it. */
static char *command_of(int argc, char **argv)
{
	GString *s = g_string_new("mooring replay");

	for (int i = 1; i < argc; i++) {
		char *word;

		if (!strcmp(argv[i], "-o") || !strcmp(argv[i], "--output"))
			i++;
		else if (!g_str_has_prefix(argv[i], "-o") && !g_str_has_prefix(argv[i], "--output=")) {
			word = strpbrk(argv[i], " '\"\\$&;|<>()*?[]{}~#!`\n\t") ? g_shell_quote(argv[i]) : g_strdup(argv[i]);
			g_string_append_printf(s, " %s", word);
			g_free(word);
		}
	}
	return g_string_free(s, FALSE);
}

int cmd_replay(int argc, char **argv)
{
	struct replay_options o = { .profile = MH_PROFILE_RFC, .inject.sequence = -1, .stop = &stop_asked };
	const GOptionEntry entries[] = {
		{ "output", 'o', 0, G_OPTION_ARG_FILENAME, &o.dir, "write the result folder of a run", "DIR" },
		{ "json", 0, 0, G_OPTION_ARG_NONE, &o.json, "the result as one JSON object", NULL },
		{ "profile", 0, 0, G_OPTION_ARG_STRING, &o.profile_name,
		  "judge messages by r10, r8, rfc (default), oai-pmip or dsmip-draft-04", "P" },
		{ "as", 0, 0, G_OPTION_ARG_STRING, &o.as, "play ha, ue, lma or mag and compare with the capture", "ROLE" },
		{ "keys", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o.keys,
		  "keys of IKEv2 and ESP: a file or a folder; may be given several times", "PATH" },
		{ "ladder", 0, 0, G_OPTION_ARG_NONE, &o.ladder, "also draw the messages", NULL },
		{ "inject", 0, 0, G_OPTION_ARG_STRING, &o.inject.interface,
		  "send what --as says to a live peer on this interface, and compare its answers", "IFACE" },
		{ "to", 0, 0, G_OPTION_ARG_STRING, &o.inject.to, "the live peer's address, in place of the captured one", "ADDR" },
		{ "from", 0, 0, G_OPTION_ARG_STRING, &o.inject.from, "our address, in place of the first captured one", "ADDR" },
		{ "map", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o.inject.map,
		  "other addresses or prefixes that change; may be given several times", "OLD=NEW" },
		{ "at", 0, 0, G_OPTION_ARG_STRING, &o.inject.at,
		  "an address of ours there beside the captured ones: that of the peer's router to them", "ADDR" },
		{ "via", 0, 0, G_OPTION_ARG_STRING, &o.inject.via, "router there; without it the peer is on the link", "ADDR" },
		{ "speed", 0, 0, G_OPTION_ARG_STRING, &o.inject.speed, "10: ten times as fast; 0: as fast as answers come", "N" },
		{ "sequence", 0, 0, G_OPTION_ARG_INT, &o.inject.sequence, "first sequence number; without it as captured", "N" },
		{ "wait", 0, 0, G_OPTION_ARG_INT, &o.inject.wait, "as ha or lma: give up after so many seconds of silence", "S" },
		{ "in-clear", 0, 0, G_OPTION_ARG_NONE, &o.inject.in_clear, "send what was in ESP, and --keys opened, in clear",
		  NULL },
		G_OPTION_ENTRY_NULL
	};
	GOptionContext *c = g_option_context_new("CAPTURE - follows, times and judges the signalling in a capture");
	/* the second one ends us, also while a pipe gives nothing */
	const struct sigaction stop = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND };
	struct sigaction before;
	GError *e = NULL;
	int code;

	o.command = command_of(argc, argv);
	sigaction(SIGINT, &stop, &before);
	g_option_context_add_main_entries(c, entries, NULL);
	if (!g_option_context_parse(c, &argc, &argv, &e)) {
		code = complain(e, EXIT_USAGE);
	} else if (o.profile_name && !mh_profile_parse(o.profile_name, &o.profile)) {
		fprintf(stderr, "mooring: replay: --profile %s: no such profile; r10, r8, rfc, oai-pmip and dsmip-draft-04 are "
			"there\n", o.profile_name);
		code = EXIT_USAGE;
	} else {
		code = options_wrong(&o, argc);
	}
	if (!code) {
		struct replay *r;

		o.path = argv[1];
		r = replay_new(&o);
		code = run(r);
		if (r->writer)
			close_results(r, NULL);
		replay_free(r);
	}
	sigaction(SIGINT, &before, NULL);
	g_option_context_free(c);
	g_free(o.command);
	g_free(o.dir);
	g_free(o.profile_name);
	g_free(o.as);
	g_strfreev(o.keys);
	inject_done(&o.inject);
	return code;
}
