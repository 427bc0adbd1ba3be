/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: a scenario inside somebody else's ns-3 program
 *
 * The runner's run in two halves, between which ns-3 runs under the hands of its owner. It implements no clause.
 */
#include "cli/embed.h"

#include <string.h>

#include "cli/cli.h"
#include "ns3/medium.h"
#include "scenarios/build.h"
#include "scenarios/run.h"

struct lent {
	const char *link, *node;
	uint32_t ns3_node, device;
	bool found;
};

struct embed {
	struct embed_config c;
	bool simulates;			/* ns3c_init has succeeded */
	GArray *lent;			/* struct lent */
	char *why;
	struct scen_file *file;
	GPtrArray *points;
	struct run_engine as;
	struct run_options o;
	struct run_result r;
	bool has_result;
	struct run *run;
	int64_t duration;
	struct ns3_engine *engine;
	struct ns3_media *media;
	run_broken_fn *broken;		/* of the runner */
	void *broken_run;
};

/* ---- what the runner asks of its engine -------------------------------------------------------------------------- */

static struct ns3c_node *adopted(struct embed *e, const struct lent *l, char **why)
{
	char *name = g_strdup_printf("%s on %s", l->node, l->link);
	struct ns3c_node *n = e->c.ns3c->node_adopt_(l->ns3_node, name);

	if (!n)
		*why = g_strdup_printf("%s: %s", name, e->c.ns3c->error_text_());
	g_free(name);
	return n;
}

static struct lent *lent_for(struct embed *e, const char *link, const char *node)
{
	for (guint i = 0; i < e->lent->len; i++) {
		struct lent *l = &g_array_index(e->lent, struct lent, i);

		if (!strcmp(l->link, link) && (!node || !strcmp(l->node, node)))
			return l;
	}
	return NULL;
}

/* Ports that are on the link, and their devices. */
static bool lend(struct embed *e, struct moor_world *w, const struct scen_link *sl, char **why)
{
	struct moor_link *l = moor_link_find(w, sl->base.name);
	GPtrArray *ports = g_ptr_array_new(), *devices = g_ptr_array_new();
	const char *not = sl->access ? "an access link is not for devices of another program" : NULL;
	struct moor_port *p;

	for (uint32_t i = 0; !not && !*why && (p = moor_port_at(w, i)); i++) {
		struct lent *x = moor_port_link(p) == l ? lent_for(e, sl->base.name, moor_node_name(moor_port_node(p))) : NULL;
		struct ns3c_node *n = x ? adopted(e, x, why) : NULL;
		struct ns3c_port *d = n ? e->c.ns3c->device_(n, x->device) : NULL;

		if (moor_port_link(p) != l)
			continue;
		if (d) {
			x->found = true;
			g_ptr_array_add(ports, p);
			g_ptr_array_add(devices, d);
		} else if (!*why) {
			*why = g_strdup_printf("link `%s`, node `%s`: %s", sl->base.name, moor_node_name(moor_port_node(p)),
					       n ? e->c.ns3c->error_text_() : "no device was named for it");
		}
	}
	if (!not && !*why)
		not = ns3_media_lend(e->media, l, (struct moor_port *const *)ports->pdata,
				     (struct ns3c_port *const *)devices->pdata, ports->len);
	if (not)
		*why = g_strdup_printf("link `%s`: %s", sl->base.name, not);
	g_ptr_array_unref(ports);
	g_ptr_array_unref(devices);
	return !*why;
}

static bool carry(struct embed *e, struct moor_world *w, const struct scen_link *l, char **why)
{
	const char *not;

	if (lent_for(e, l->base.name, NULL))
		return lend(e, w, l, why);
	not = l->medium == MEDIUM_NS3 ? ns3_media_carry(e->media, moor_link_find(w, l->base.name)) : NULL;
	if (not)
		*why = g_strdup_printf("link `%s`: %s", l->base.name, not);
	return !not;
}

static bool begin(void *ctx, struct build *b, const struct scenario *s, char **why)
{
	struct embed *e = ctx;
	struct moor_world *w = build_world(b);

	if (s->radio) {
		*why = g_strdup("`radio` is for `mooring run`: a program has access points of its own");
		return false;
	}
	e->duration = s->duration;
	e->engine = ns3_engine_join(e->c.ns3c, w);
	e->media = ns3_media_new(e->c.ns3c, e->engine, w);
	for (guint i = 0; i < s->links->len; i++)
		if (!carry(e, w, s->links->pdata[i], why))
			return false;
	for (guint i = 0; i < e->lent->len; i++) {
		const struct lent *l = &g_array_index(e->lent, struct lent, i);

		if (!l->found) {
			*why = g_strdup_printf("the scenario has no node `%s` on a link `%s`", l->node, l->link);
			return false;
		}
	}
	ns3_engine_begin(e->engine);
	return true;
}

/* ns-3 has run. */
static void play(void *ctx, struct moor_world *w, moor_time end, const volatile sig_atomic_t *stop)
{
	struct embed *e = ctx;

	(void)w, (void)stop;
	ns3_engine_reach(e->engine, end);
}

static void tell(void *ctx, GString *text)
{
	struct embed *e = ctx;
	struct ns3_media_stats m = ns3_media_stats(e->media);

	g_string_append_printf(text, "\nns-3 %s: %" G_GUINT64_FORMAT " events, %" G_GUINT64_FORMAT " frames sent on its "
			       "devices, %" G_GUINT64_FORMAT " heard\n", e->c.ns3c->version_(), ns3_engine_events(e->engine),
			       m.sent, m.heard);
}

static void broken(void *ctx, run_broken_fn *fn, void *run)
{
	struct embed *e = ctx;

	e->broken = fn;
	e->broken_run = run;
}

static void ended(void *ctx)
{
	struct embed *e = ctx;

	ns3_engine_free(e->engine);
	ns3_media_free(e->media);
	e->engine = NULL;
	e->media = NULL;
	e->broken = NULL;
}

/* ---- what the program calls -------------------------------------------------------------------------------------- */

static void fatal(void *ctx, const char *reason)
{
	struct embed *e = ctx;
	char *text = g_strdup_printf("ns-3 gave up: %s", reason);

	if (e->broken)
		e->broken(e->broken_run, text);
	fprintf(stderr, "%s: %s\n", e->c.scenario, e->r.error ? e->r.error : text);
	g_free(text);
}

static bool opened(struct embed *e)
{
	struct report report;

	report_init(&report);
	e->file = scen_open(e->c.scenario, &report);
	e->points = e->file ? scen_points(e->file, e->c.sets, &report) : NULL;
	if (!e->points)
		e->why = g_strdup(report.text->str);
	else if (e->points->len != 1)
		e->why = g_strdup_printf("%s: a sweep: here is room for one run", e->c.scenario);
	report_done(&report);
	return !e->why;
}

/* The scenario's own seed is known when it is loaded. */
static uint64_t own_seed(const struct embed *e)
{
	struct report report;
	struct scenario *s;
	uint64_t seed = 1;

	report_init(&report);
	s = scen_load(e->file, e->points->pdata[0], &report);
	if (s)
		seed = (uint64_t)s->seed;
	if (s)
		scen_free(s);
	report_done(&report);
	return seed;
}

struct embed *embed_new(const struct embed_config *c)
{
	struct embed *e = g_new(struct embed, 1);
	struct ns3c_config n = { .run = 1, .fatal = fatal, .ctx = e };
	uint64_t seed = c->seed;

	*e = (struct embed){ .c = *c, .lent = g_array_new(FALSE, TRUE, sizeof(struct lent)) };
	e->as = (struct run_engine){ .name = "ns3", .simulates = true, .once = true, .ctx = e, .begin = begin, .play = play,
				     .tell = tell, .broken = broken, .end = ended };
	if (c->ns3c->abi != NS3C_ABI || c->ns3c->octets != sizeof *c->ns3c)
		e->why = g_strdup("libmooring-ns3 is of another version");
	else if (opened(e) && !seed)
		seed = own_seed(e);
	e->o = (struct run_options){ .name = c->scenario, .seed = seed, .out = c->out, .traces = true, .table = true,
				     .engine = &e->as };
	n.seed = (uint32_t)seed ? (uint32_t)seed : 1;
	if (!e->why && e->c.ns3c->init_(&n))
		e->why = g_strdup(e->c.ns3c->error_text_());
	e->simulates = !e->why;
	return e;
}

void embed_device(struct embed *e, const char *link, const char *node, uint32_t ns3_node, uint32_t device)
{
	struct lent l = { link, node, ns3_node, device, false };

	g_array_append_val(e->lent, l);
}

const char *embed_begin(struct embed *e)
{
	if (!e->why && e->run)
		return "it has begun already";
	if (e->why)
		return e->why;
	e->has_result = true;
	e->run = run_begin(e->file, e->points->pdata[0], &e->o, &e->r);
	if (!e->run)
		e->why = g_strdup(e->r.error ? e->r.error : "the scenario cannot be run");
	return e->why;
}

int64_t embed_duration(const struct embed *e) { return e->duration; }

int embed_judge(struct embed *e, FILE *f)
{
	if (e->run)
		run_end(e->run);
	e->run = NULL;
	if (!e->has_result || e->why)
		return EXIT_USAGE;
	if (f) {
		fputs(e->r.text->str, f);
		fprintf(f, "%s %s\n", verdict_name(e->r.verdict), e->c.scenario);
	}
	if (e->r.trouble == RUN_BROKEN)
		return EXIT_INTERNAL;
	return e->r.verdict == VERDICT_PASS ? EXIT_PASS : e->r.verdict == VERDICT_FAIL ? EXIT_FAIL : EXIT_INCONCLUSIVE;
}

void embed_free(struct embed *e)
{
	embed_judge(e, NULL);
	if (e->has_result)
		run_result_done(&e->r);
	if (e->simulates)
		e->c.ns3c->end_();
	if (e->points)
		g_ptr_array_unref(e->points);
	if (e->file)
		scen_close(e->file);
	g_array_unref(e->lent);
	g_free(e->why);
	g_free(e);
}
