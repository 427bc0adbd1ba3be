/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: figures of a live run for Prometheus
 *
 * The counters of traces/prometheus.h, and beside them what stands at the moment of the question: time, lateness,
 * bindings, devices, expectations. It implements no clause.
 */
#include "cli/cli.h"
#include "cli/live_run.h"
#include "emu/metrics_http.h"
#include "moor-config.h"
#include "scenarios/build_look.h"
#include "scenarios/expect.h"
#include "traces/prometheus.h"

struct live_metrics {
	struct live_run *run;
	struct metrics_http *http;
	struct figures *figures;	/* of the run that is under way; NULL: none is */
	gint64 asked;			/* monotonic, us: when events were counted last */
	uint64_t events;
	double per_second;
};

static const char *group_of(void *ctx, uint32_t node)
{
	struct live_run *r = ctx;
	struct moor_node *n = moor_node_at(build_world(r->b), node);
	const struct scen_node *s = n ? build_scen_node(r->b, n) : NULL;

	return s ? s->base.name : NULL;
}

static double seconds(moor_time t)
{
	return (double)t / 1e9;
}

static void print_time(const struct live_metrics *m, moor_time now, GString *out)
{
	const struct live_run *r = m->run;
	struct live_lateness late = live_lateness(r->l);
	char seed[24];

	g_snprintf(seed, sizeof seed, "%" G_GUINT64_FORMAT, r->view.seed);
	prom_family(out, "mooring_info", "gauge", "What runs.");
	prom_sample(out, "mooring_info", (const char *[]){ "version", MOORING_VERSION, "scenario", r->s->name,
		    "run", r->view.name, "seed", seed, NULL }, 1);
	prom_single(out, "mooring_virtual_time_seconds", "gauge", "Time of the run, which is real time.", seconds(now));
	if (r->end != MOOR_NEVER)
		prom_single(out, "mooring_duration_seconds", "gauge", "When it ends.", seconds(r->end));
	prom_family(out, "mooring_events_total", "counter", "Events of the world.");
	prom_count(out, "mooring_events_total", NULL, moor_world_events(build_world(r->b)));
	prom_single(out, "mooring_events_per_second", "gauge", "Events in the last second.", m->per_second);
	prom_family(out, "mooring_lateness_seconds", "summary", "How much later than due things ran.");
	prom_sample(out, "mooring_lateness_seconds", (const char *[]){ "quantile", "0.5", NULL }, seconds(late.p50));
	prom_sample(out, "mooring_lateness_seconds", (const char *[]){ "quantile", "0.99", NULL }, seconds(late.p99));
	prom_sample(out, "mooring_lateness_seconds_sum", NULL, seconds(late.sum));
	prom_count(out, "mooring_lateness_seconds_count", NULL, late.n);
	prom_single(out, "mooring_lateness_max_seconds", "gauge", "The worst of them.", seconds(late.max));
}

static void print_bindings(const struct live_run *r, GString *out)
{
	static const char *const names[2][2] = {
		{ "mooring_binding_update_list_entries", "mooring_binding_cache_entries" },
		{ "mooring_binding_update_list_active", "mooring_binding_cache_active" },
	};
	static const char *const help[2][2] = {
		{ "Bindings that UEs and MAGs have begun.", "Entries of binding caches of home agents and LMAs." },
		{ "Of these those that stand.", "Of these those that stand." },
	};

	for (unsigned active = 0; active < 2; active++)
		for (unsigned cache = 0; cache < 2; cache++) {
			prom_family(out, names[active][cache], "gauge", help[active][cache]);
			for (guint i = 0; i < r->s->nodes->len; i++) {
				const struct scen_node *n = r->s->nodes->pdata[i];
				bool fits = cache ? n->kind == NODE_HA || n->kind == NODE_LMA : n->kind == NODE_UE || n->kind == NODE_MAG;
				struct build_count c = { 0 };

				if (!fits || n->peer == PEER_EXTERNAL)
					continue;
				c = build_count_bindings(r->b, n, cache);
				prom_count(out, names[active][cache], (const char *[]){ "node", n->base.name, NULL },
					   active ? c.active : c.entries);
			}
		}
}

static void print_devices(const struct live_run *r, GString *out)
{
	struct device_stats d = live_device_stats(r->l);
	const struct { const char *name, *help; uint64_t in, out; } rows[] = {
		{ "mooring_device_frames_total", "Frames of devices, from and to other programs.", d.in, d.out },
		{ "mooring_device_octets_total", "Octets of these frames.", d.octets_in, d.octets_out },
		{ "mooring_device_frames_lost_total", "Frames that the kernel had no room for.", d.lost_in, d.lost_out },
	};

	for (unsigned k = 0; k < G_N_ELEMENTS(rows); k++) {
		prom_family(out, rows[k].name, "counter", rows[k].help);
		prom_count(out, rows[k].name, (const char *[]){ "direction", "in", NULL }, rows[k].in);
		prom_count(out, rows[k].name, (const char *[]){ "direction", "out", NULL }, rows[k].out);
	}
}

static void print_expectations(const struct live_run *r, moor_time now, GString *out)
{
	struct expect_count n = expect_so_far(r->view.expect, now);
	const struct { const char *name; unsigned n; } rows[] = {
		{ "met", n.met }, { "failed", n.failed }, { "open", n.open },
	};

	prom_family(out, "mooring_expectations", "gauge", "How the scenario's expectations stand.");
	for (unsigned k = 0; k < G_N_ELEMENTS(rows); k++)
		prom_count(out, "mooring_expectations", (const char *[]){ "state", rows[k].name, NULL }, rows[k].n);
}

static void print(void *ctx, GString *out)
{
	struct live_metrics *m = ctx;
	moor_time now;

	if (!m->figures)
		return;
	now = live_now(m->run->l);
	print_time(m, now, out);
	print_bindings(m->run, out);
	print_devices(m->run, out);
	print_expectations(m->run, now, out);
	figures_print(m->figures, out);
}

/* ---- the part ---------------------------------------------------------------------------------------------------- */

static bool begin(struct live_run *r, GError **e)
{
	const struct figures_config c = { .names = r->view.names, .group = group_of, .ctx = r };
	struct live_metrics *m = r->figures;

	if (!r->options->metrics)
		return true;
	if (!m) {
		m = r->figures = g_new0(struct live_metrics, 1);
		m->run = r;
		m->http = metrics_http_new(r->options->metrics, print, m, e);
		if (m->http)
			cli_error("figures at http://%s/metrics", metrics_http_address(m->http));
	}
	if (!m->http)
		return false;
	m->figures = figures_new(&c);
	m->asked = g_get_monotonic_time();
	m->events = 0;
	m->per_second = 0;
	figures_attach(m->figures, build_world(r->b), r->view.metrics);
	return true;
}

static void look(struct live_run *r)
{
	struct live_metrics *m = r->figures;
	gint64 now = g_get_monotonic_time();
	uint64_t events;

	if (!m || now - m->asked < G_USEC_PER_SEC)
		return;
	events = moor_world_events(build_world(r->b));
	m->per_second = (double)(events - m->events) * 1e6 / (double)(now - m->asked);
	m->asked = now;
	m->events = events;
}

static void clean(struct live_run *r)
{
	if (!r->figures)
		return;
	figures_free(r->figures->figures);
	r->figures->figures = NULL;
}

static void quit(struct live_run *r)
{
	if (!r->figures)
		return;
	metrics_http_free(r->figures->http);
	g_free(r->figures);
	r->figures = NULL;
}

void live_metrics_forked(const struct live_run *r)
{
	if (r->figures)
		metrics_http_forked(r->figures->http);
}

const struct live_part live_metrics_part = { .begin = begin, .look = look, .clean = clean, .quit = quit };
