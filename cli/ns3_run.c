/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: runs on ns-3
 *
 * The runner's engine over model/ns3. When ns-3 gives up, the runner closes the results of the run before the process
 * ends. It implements no clause.
 */
#include "cli/ns3_run.h"

#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/ns3_lte.h"
#include "cli/ns3_way.h"
#include "emu/module.h"
#include "ns3/air.h"
#include "ns3/medium.h"
#include "scenarios/build.h"
#include "scenarios/radio.h"

#define REMEDY "It is built where ns-3 3.37 or later is found: on Debian, apt-get install libns3-dev g++, then " \
	"configure and build again"

static struct {
	const struct ns3c_table *table;
	struct ns3_engine *engine;
	struct ns3_media *media;
	struct ns3_air *air;
	uint64_t events[NS3C_WIFI_PROBE + 1];	/* of stations */
	run_broken_fn *broken;			/* of the runner */
	void *run;
} ns3;

/* The process ends with 70 behind it. */
static void fatal(void *ctx, const char *reason)
{
	char *text = g_strdup_printf("ns-3 gave up: %s", reason);

	(void)ctx;
	ns3.broken(ns3.run, text);
	g_free(text);
}

static void broken(void *ctx, run_broken_fn *fn, void *run)
{
	(void)ctx;
	ns3.broken = fn;
	ns3.run = run;
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

static void radio_event(void *ctx, struct moor_port *p, moor_time at, const struct ns3c_wifi_info *info)
{
	const struct scenario *s = ctx;
	uint32_t member;
	const struct scen_node *n = scen_member(s, moor_node_name(moor_port_node(p)), &member);

	(void)at;
	if (n && (n->kind == NODE_UE || n->kind == NODE_MN))	/* access points tell as well */
		ns3.events[info->event]++;
}

static struct moor_port *interface_of(struct moor_world *w, const char *node, const char *name)
{
	struct moor_port *p;

	for (uint32_t i = 0; (p = moor_port_at(w, i)); i++)
		if (!strcmp(moor_node_name(moor_port_node(p)), node) && !strcmp(moor_port_name(p), name))
			return p;
	return NULL;
}

static const char *wifi_station(const struct scenario *s, const struct scen_station *x, struct moor_port *p,
				const struct ns3_way *way)
{
	uint16_t channels[RADIO_CHANNELS_MAX];
	struct ns3_sta sta = {
		.channel = (uint16_t)((struct scen_ap *)s->radio->aps->pdata[0])->channel,
		.roaming = x->roaming == ROAM_SNR ? NS3_ROAM_SNR : NS3_ROAM_BEACONS,
		.scan = x->scan == SCAN_ACTIVE ? NS3C_SCAN_ACTIVE : NS3C_SCAN_PASSIVE,
		.missed_beacons = (uint32_t)x->missed_beacons, .channels = channels, .n_channels = x->channels->len,
		.dwell = x->dwell, .way = *way,
	};

	for (guint i = 0; i < x->channels->len; i++)
		channels[i] = (uint16_t)g_ascii_strtoull(((const struct tree *)x->channels->pdata[i])->text, NULL, 10);
	motion_number(x->snr, G_MAXDOUBLE, &sta.snr);
	return ns3_air_station(ns3.air, p, &sta);
}

/* Both of its interfaces go the same way. */
static const char *station(struct moor_world *w, const struct scenario *s, const struct scen_station *x,
			   const char *node, uint32_t member)
{
	struct moor_port *wifi = x->interface ? interface_of(w, node, x->interface) : NULL,
		*lte = x->lte_interface ? interface_of(w, node, x->lte_interface) : NULL;
	struct ns3_way way;
	GArray *points;
	const char *not;

	if (!wifi != !x->interface || !lte != !x->lte_interface)
		return "its node has no such port";
	way = ns3_way_of(&x->motion, member, w, moor_port_node(wifi ? wifi : lte), s->duration, &points);
	not = wifi ? wifi_station(s, x, wifi, &way) : NULL;
	if (!not && lte)
		not = ns3_lte_station(lte, &way);
	g_array_unref(points);
	return not;
}

/* The one that it names, or each of its group. */
static void stations(struct moor_world *w, const struct scenario *s, const struct scen_station *x, char **why)
{
	uint32_t member = 0;
	const struct scen_node *n = scen_member(s, x->base.name, &member), *group = n ? NULL : scen_node(s, x->base.name);

	for (uint32_t k = 0; k < (group ? (uint32_t)group->count : 1) && !*why; k++) {
		char *node = group ? g_strdup_printf("%s%u", group->base.name, k + 1) : g_strdup(x->base.name);
		const char *not = station(w, s, x, node, group ? k : 0);

		if (not)
			*why = g_strdup_printf("station `%s`: %s", node, not);
		g_free(node);
	}
}

/* The scenario's Wi-Fi and LTE. */
static bool radiate(struct build *b, const struct scenario *s, char **why)
{
	const struct scen_radio *r = s->radio;
	struct moor_world *w = build_world(b);

	memset(ns3.events, 0, sizeof ns3.events);
	ns3.air = ns3_air_new(ns3.table, ns3.engine, w, radio_standards[r->standard], r->ssid, radio_event,
			      (void *)(uintptr_t)s);
	for (guint i = 0; ns3.air && i < r->aps->len && !*why; i++) {
		const struct scen_ap *a = r->aps->pdata[i];
		struct ns3_ap ap = { .channel = (uint16_t)a->channel };
		double at[2];

		motion_pair(a->at, at);
		ap.at = (struct ns3c_xyz){ at[0], at[1], 0 };
		const char *not = ns3_air_cell(ns3.air, moor_link_find(w, a->base.name), &ap);

		if (not)
			*why = g_strdup_printf("access point `%s`: %s", a->base.name, not);
	}
	if (!*why)
		ns3_lte_begin(ns3.table, ns3.engine, b, r->lte, why);
	for (guint i = 0; ns3.air && i < r->stations->len && !*why; i++)
		stations(w, s, r->stations->pdata[i], why);
	if (!ns3.air && !*why)
		*why = g_strdup_printf("ns-3: %s", ns3.table->error_text_());
	return !*why;
}

static bool begin(void *ctx, struct build *b, const struct scenario *s, char **why)
{
	(void)ctx;
	ns3.engine = ns3_engine_new(ns3.table, build_world(b), moor_world_seed(build_world(b)), fatal, NULL);
	if (!ns3.engine)
		*why = g_strdup_printf("ns-3: %s", ns3.table->error_text_());
	return ns3.engine && carry(b, s, why) && (!s->radio || radiate(b, s, why));
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
	if (ns3.air && ns3.events[NS3C_WIFI_ASSOCIATED])
		g_string_append_printf(text, "Wi-Fi: %" G_GUINT64_FORMAT " associations, %" G_GUINT64_FORMAT " lost by beacons, %"
				       G_GUINT64_FORMAT " scans\n", ns3.events[NS3C_WIFI_ASSOCIATED],
				       ns3.events[NS3C_WIFI_BEACONS_LOST], ns3.events[NS3C_WIFI_SCAN_BEGUN]);
	ns3_lte_tell(text);
}

static void end(void *ctx)
{
	(void)ctx;
	ns3_engine_free(ns3.engine);
	ns3_media_free(ns3.media);
	ns3_air_free(ns3.air);
	ns3_lte_end();
	ns3.engine = NULL;
	ns3.media = NULL;
	ns3.air = NULL;
}

const struct run_engine *ns3_run_engine(char **why)
{
	static struct run_engine engine = { .name = "ns3", .simulates = true, .once = true, .begin = begin, .play = play,
					    .tell = tell, .broken = broken, .end = end };
	GError *e = NULL;

	ns3.table = module_symbol("libmooring-ns3.so", NS3C_TABLE_SYMBOL, "ns-3", REMEDY, &e);
	if (!ns3.table) {
		*why = g_strdup(e->message);
		g_clear_error(&e);
		return NULL;
	}
	if (ns3.table->abi != NS3C_ABI || ns3.table->octets != sizeof *ns3.table) {
		*why = g_strdup_printf("ns-3: the module libmooring-ns3.so is of another version (its interface has number %u, "
				       "this program's %u): configure and build again, or let MOORING_MODULES name the folder of "
				       "the one that was built with this program", ns3.table->abi, NS3C_ABI);
		return NULL;
	}
	engine.version = ns3.table->version_();
	return &engine;
}
