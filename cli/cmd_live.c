/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: mooring live
 *
 * `mooring run` with real time in place of virtual time. Our nodes are in this process, on the scenario's links, which
 * delay and lose frames as in a simulation. What a live run has beyond that are its parts (live_run.h), each with
 * its file; this one calls them. It implements no clause.
 */
#include "cli/cli.h"
#include "cli/live_run.h"

#define LATE_PPM 50000			/* windows are 5 % longer */
#define LATE (20 * MOOR_MS)		/* and what needed this much more is inconclusive */

static const struct live_part *const parts[] = {
	&live_ctl_part, &live_devices_part, &live_peers_part, &live_nat_part, &live_programs_part,
};

static gboolean look(gpointer user)
{
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
	live_free(r->l);
	r->l = NULL;
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

	g_string_append_printf(r->notes, "%s: its interface %s was removed\n", moor_node_name(moor_port_node(port)), device);
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
		|| g_error_matches(e, DEVICE_ERROR, DEVICE_NOT_PERMITTED);
	if (!fine)
		*why = g_strdup(e->message);
	g_clear_error(&e);
	if (fine)
		r->look = g_timeout_add(LIVE_LOOK_MS, look, r);
	return fine;
}

static void play(void *ctx, struct moor_world *w, moor_time end, const volatile sig_atomic_t *halt)
{
	struct live_run *r = ctx;

	(void)w;
	if (live_run(r->l, end, halt) == LIVE_FAILED)
		g_string_append(r->notes, "the kernel's timer failed: the run ended early\n");
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

int cmd_live(int argc, char **argv)
{
	struct live_options o = { .json = false };
	/* options of live alone; their parts have them from live_run.options */
	const GOptionEntry entries[] = {
		{ "control", 0, 0, G_OPTION_ARG_FILENAME, &o.control, "Socket for `mooring ctl`: a name, or a path", "NAME" },
		G_OPTION_ENTRY_NULL };
	struct live_run r = { .options = &o, .peers = g_ptr_array_new(), .devices = g_ptr_array_new(),
			      .notes = g_string_new(NULL) };
	const struct run_engine engine = { "live", &r, out, begin, play, tell, end, LATE_PPM, LATE, view };
	int code;

	o.json = g_strv_contains((const char *const *)argv, "--json");
	code = cli_run_live(argc, argv, &engine, entries);

	clean(&r);
	for (guint k = G_N_ELEMENTS(parts); k--;)
		if (parts[k]->quit)
			parts[k]->quit(&r);
	g_free(o.control);
	g_ptr_array_free(r.peers, TRUE);
	g_ptr_array_free(r.devices, TRUE);
	g_string_free(r.notes, TRUE);
	return r.refused && code == EXIT_USAGE ? EXIT_CANNOT : code;
}
