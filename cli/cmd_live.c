/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: mooring live
 *
 * `mooring run` with real time in place of virtual time. Our nodes are in this process, on the scenario's links, which
 * delay and lose frames as in a simulation. What a live run has beyond that are its parts (live_run.h), each with
 * its file; this one calls them. It implements no clause.
 */
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/live_run.h"
#include "scenarios/units.h"

#define LATE_PPM 50000			/* what is missed of others may come 5 % later */
#define LATE (20 * MOOR_MS)		/* less than this is a machine never blamed for */
#define LONGEST (INT64_C(1000000) * 3600 * MOOR_S)	/* as of a scenario's duration */

static const struct live_part *const parts[] = {
	&live_capture_part,		/* first, and last to stop: it sees what the others do */
	&live_ctl_part, &live_metrics_part, &live_clocks_part, &live_devices_part,
	&live_processes_part, &live_peers_part, &live_keys_part, &live_nat_part, &live_aaa_part,
	&live_programs_part, &live_shell_part,
	&live_links_part,		/* when all interfaces are there */
};

static gboolean look(gpointer user)
{
	live_commands_look(user);
	for (guint k = 0; k < G_N_ELEMENTS(parts); k++)
		if (parts[k]->look)
			parts[k]->look(user);
	return G_SOURCE_CONTINUE;
}

static void stop(struct live_run *r)
{
	if (r->look)
		g_source_remove(r->look);
	r->look = 0;
	for (guint k = G_N_ELEMENTS(parts); k--;)
		if (parts[k]->stop)
			parts[k]->stop(r);
	live_commands_stop(r);
	netns_programs_end();
}

/* What is left of the last run, once its world is gone. */
static void clean(struct live_run *r)
{
	for (guint k = G_N_ELEMENTS(parts); k--;)
		if (parts[k]->clean)
			parts[k]->clean(r);
	for (guint k = 0; k < r->peers->len; k++)
		live_peer_free(r->peers->pdata[k]);
	g_ptr_array_set_size(r->peers, 0);
	netns_programs_end();
	live_free(r->l);
	r->l = NULL;
	r->b = NULL;
	r->judged = false;
	g_string_truncate(r->notes, 0);
}

static void out(void *ctx, struct moor_port *port, moor_time at, const uint8_t *frame, size_t len)
{
	struct live_run *r = ctx;

	live_out(r->l, port, at, frame, len);
}

static void device_gone(void *ctx, struct moor_port *port, const char *device)
{
	struct live_run *r = ctx;

	live_note(r, "%s: its interface %s was removed", moor_node_name(moor_port_node(port)), device);
}

static void view(void *ctx, const struct run_view *v)
{
	struct live_run *r = ctx;

	r->view = *v;
}

static bool begin(void *ctx, struct build *b, const struct scenario *s, char **why)
{
	struct live_run *r = ctx;
	GError *e = NULL;
	bool fine = true;

	clean(r);
	r->l = live_new();
	r->b = b;
	r->s = s;
	live_attach(r->l, build_world(b));
	live_on_gone(r->l, device_gone, r);
	for (guint k = 0; fine && k < G_N_ELEMENTS(parts); k++)
		fine = !parts[k]->begin || parts[k]->begin(r, &e);
	r->refused |= g_error_matches(e, NETNS_ERROR, NETNS_REFUSED)
		|| g_error_matches(e, DEVICE_ERROR, DEVICE_NOT_PERMITTED)
		|| g_error_matches(e, G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT);	/* ip(8), nft(8) */
	if (!fine)
		*why = g_strdup(e->message);
	g_clear_error(&e);
	if (fine)
		r->look = g_timeout_add(LIVE_LOOK_MS, look, r);
	return fine;
}

static bool wants_more(const struct live_run *r)
{
	return r->options->keep || r->options->shell;
}

/* --duration */
static bool until(void *ctx, moor_time *end, char **why)
{
	const struct live_run *r = ctx;
	const char *text = r->options->duration, *wrong;
	int64_t span;

	if (!text)
		return true;
	wrong = unit_parse(UNIT_SPAN, text, &span);
	if (wrong)
		*why = g_strdup_printf("--duration %s: %s", text, wrong);
	else if (span < MOOR_MS || span > LONGEST)
		*why = g_strdup_printf("--duration %s: must be 1ms to 1000000h", text);
	else
		*end = span;
	return !*why;
}

/* --keep, --shell */
static bool goes_on(void *ctx, const struct run_result *judged)
{
	struct live_run *r = ctx;

	if (judged && (r->options->keep || live_shell_alive(r))) {
		g_printerr("mooring: the verdict is %s, %u of %u expectations met; the run goes on until %s\r\n",
			   verdict_name(judged->verdict), judged->passed, judged->checks,
			   live_shell_alive(r) ? "its shell ends" : "it is interrupted");
		r->judged = true;
	}
	return wants_more(r);
}

static moor_time late_between(void *ctx, moor_time from, moor_time to)
{
	const struct live_run *r = ctx;

	return live_late_between(r->l, from, to);
}

static void start(struct live_run *r, moor_time end)
{
	r->until = wants_more(r) ? MOOR_NEVER : end;
	for (guint k = 0; k < G_N_ELEMENTS(parts); k++)
		if (parts[k]->start)
			parts[k]->start(r);
}

static void play(void *ctx, struct moor_world *w, moor_time end, const volatile sig_atomic_t *halt)
{
	static const volatile sig_atomic_t now = 1;
	struct live_run *r = ctx;

	r->end = end;
	/* behind the verdict there is nothing to wait for but an interrupt or the shell's end */
	if (end == MOOR_NEVER && !r->options->keep && !live_shell_alive(r))
		halt = &now;
	if (!moor_world_now(w))
		start(r, end);
	if (live_run(r->l, end, halt) == LIVE_FAILED)
		live_note(r, "the kernel's timer failed: the run ended early");
	if (end == MOOR_NEVER || !wants_more(r) || (halt && *halt) || moor_world_stopped(w))
		stop(r);
}

static void tell(void *ctx, GString *text)
{
	struct live_run *r = ctx;
	struct live_lateness late = live_lateness(r->l);
	struct device_stats d = live_device_stats(r->l);

	g_string_append_printf(text, "\nlateness of %" G_GUINT64_FORMAT " wake-ups: half within %.3f ms, 99 %% within "
			       "%.3f ms, at most %.3f ms\n", late.n, (double)late.p50 / 1e6, (double)late.p99 / 1e6,
			       (double)late.max / 1e6);
	if (r->peers->len || r->devices->len)
		g_string_append_printf(text, "frames of other programs: %" G_GUINT64_FORMAT " in, %" G_GUINT64_FORMAT " out; lost "
				       "by the kernel: %" G_GUINT64_FORMAT " in, %" G_GUINT64_FORMAT " out\n", d.in, d.out, d.lost_in,
				       d.lost_out);
	for (guint k = 0; k < G_N_ELEMENTS(parts); k++)
		if (parts[k]->tell)
			parts[k]->tell(r, text);
	g_string_append(text, r->notes->str);
}

static void end(void *ctx)
{
	stop(ctx);
}

/* Asked before options are read: nothing may have been printed yet. */
static bool to_stdout(char **argv)
{
	for (; *argv && strcmp(*argv, "--"); argv++)
		if (!strcmp(*argv, "--pcap=-") || (!strcmp(*argv, "--pcap") && argv[1] && !strcmp(argv[1], "-")))
			return true;
	return false;
}

int cmd_live(int argc, char **argv)
{
	struct live_options o = { .capture = -1 };
	/* options of live alone; their parts have them from live_run.options */
	const GOptionEntry entries[] = {
		{ "shell", 0, 0, G_OPTION_ARG_STRING, &o.shell, "A shell in this node; the run lasts as long as it does", "NODE" },
		{ "keep", 0, 0, G_OPTION_ARG_NONE, &o.keep, "Go on behind the end until interrupted; it does not count", NULL },
		{ "duration", 0, 0, G_OPTION_ARG_STRING, &o.duration, "Instead of the scenario's", "TIME" },
		{ "pcap", 0, 0, G_OPTION_ARG_FILENAME, &o.pcap, "All frames as they come, as pcapng; - is standard output", "FILE" },
		{ "control", 0, 0, G_OPTION_ARG_FILENAME, &o.control, "Socket for `mooring ctl`: a name, or a path", "NAME" },
		{ "beside", 0, 0, G_OPTION_ARG_NONE, &o.beside, "Simulate too, and show the phases of both", NULL },
		{ "metrics", 0, 0, G_OPTION_ARG_STRING, &o.metrics, "Serve figures for Prometheus (on 127.0.0.1)", "[ADDR:]PORT" },
		{ "processes", 0, 0, G_OPTION_ARG_NONE, &o.processes, "A process for each node, in its own namespace", NULL },
		G_OPTION_ENTRY_NULL
	};
	struct live_run r = { .options = &o, .peers = g_ptr_array_new(), .devices = g_ptr_array_new(),
			      .notes = g_string_new(NULL) };
	const struct run_engine engine = {
		.name = "live", .ctx = &r, .out = out, .begin = begin, .play = play, .tell = tell, .end = end,
		.late_ppm = LATE_PPM, .late = LATE, .late_between = late_between, .until = until, .goes_on = goes_on,
		.view = view, .apart = &o.processes
	};
	int code;

	o.json = g_strv_contains((const char *const *)argv, "--json");
	if (to_stdout(argv))
		live_capture_stdout(&o);
	code = cli_run_live(argc, argv, &engine, entries, &o.beside);

	clean(&r);
	for (guint k = G_N_ELEMENTS(parts); k--;)
		if (parts[k]->quit)
			parts[k]->quit(&r);
	g_free(o.control);
	if (o.capture >= 0)
		close(o.capture);
	g_free(o.shell);
	g_free(o.pcap);
	g_free(o.duration);
	g_free(o.metrics);
	g_ptr_array_free(r.peers, TRUE);
	g_ptr_array_free(r.devices, TRUE);
	g_string_free(r.notes, TRUE);
	return r.refused && code == EXIT_USAGE ? EXIT_CANNOT : code;
}
