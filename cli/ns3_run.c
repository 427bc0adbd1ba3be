/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: runs on ns-3
 *
 * The runner's engine over model/ns3. When ns-3 gives up, its reason is told and the process ends; records that the
 * run still held in memory are lost then. It implements no clause.
 */
#include "cli/ns3_run.h"

#include "cli/cli.h"
#include "emu/module.h"
#include "ns3/medium.h"
#include "scenarios/build.h"

#define REMEDY "It is built where ns-3 3.37 or later is found: on Debian, apt-get install libns3-dev g++, then " \
	"configure and build again"

static struct {
	const struct ns3c_table *table;
	struct ns3_engine *engine;
	struct ns3_media *media;
} ns3;

/* The reason, in our words; the process ends with 70 behind it. */
static void fatal(void *ctx, const char *reason)
{
	(void)ctx;
	cli_error("ns-3 ended the run: %s", reason);
}

/* Links declared `medium: ns3` go on its devices. */
static bool carry(struct build *b, const struct scenario *s, char **why)
{
	struct moor_world *w = build_world(b);

	ns3.media = ns3_media_new(ns3.table, ns3.engine, w);
	for (guint i = 0; i < s->links->len; i++) {
		const struct scen_link *l = s->links->pdata[i];
		const char *not = l->medium == MEDIUM_NS3 ? ns3_media_carry(ns3.media, moor_link_find(w, l->base.name)) : NULL;

		if (not) {
			*why = g_strdup_printf("link `%s`: %s", l->base.name, not);
			return false;
		}
	}
	return true;
}

static bool begin(void *ctx, struct build *b, const struct scenario *s, char **why)
{
	(void)ctx;
	ns3.engine = ns3_engine_new(ns3.table, build_world(b), moor_world_seed(build_world(b)), fatal, NULL);
	if (!ns3.engine)
		*why = g_strdup_printf("ns-3: %s", ns3.table->error_text_());
	return ns3.engine && carry(b, s, why);
}

static void play(void *ctx, struct moor_world *w, moor_time end, const volatile sig_atomic_t *stop)
{
	(void)ctx, (void)w;
	ns3_engine_run(ns3.engine, end, stop);
}

static void tell(void *ctx, GString *text)
{
	struct ns3_media_stats m = ns3_media_stats(ns3.media);

	(void)ctx;
	g_string_append_printf(text, "\nns-3 %s: %" G_GUINT64_FORMAT " events\n", ns3.table->version_(),
			       ns3_engine_events(ns3.engine));
	if (m.links)
		g_string_append_printf(text, "%" G_GUINT64_FORMAT " links on its devices, %" G_GUINT64_FORMAT " frames sent, %"
				       G_GUINT64_FORMAT " of them lost by the links, %" G_GUINT64_FORMAT " heard\n", m.links,
				       m.sent, m.lost, m.heard);
}

static void end(void *ctx)
{
	(void)ctx;
	ns3_engine_free(ns3.engine);
	ns3_media_free(ns3.media);
	ns3.engine = NULL;
	ns3.media = NULL;
}

const struct run_engine *ns3_run_engine(char **why)
{
	static const struct run_engine engine = { .name = "ns3", .simulates = true, .once = true, .begin = begin, .play = play,
						  .tell = tell, .end = end };
	GError *e = NULL;

	ns3.table = module_symbol("libmooring-ns3.so", NS3C_TABLE_SYMBOL, "ns-3", REMEDY, &e);
	if (!ns3.table) {
		*why = g_strdup(e->message);
		g_clear_error(&e);
		return NULL;
	}
	if (ns3.table->abi != NS3C_ABI || ns3.table->octets != sizeof *ns3.table) {
		*why = g_strdup("libmooring-ns3.so is of another version of this program");
		return NULL;
	}
	return &engine;
}
