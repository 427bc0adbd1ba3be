/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: scenes of the swarm as text
 *
 * A scene is a list of lines of a scenario file, each in its section. Most lines belong to a part that can be left
 * out, so that a failing scene can be made smaller; lines about a UE go with the UE. It implements no clause.
 */
#include <string.h>

#include "scenarios/swarm_scene.h"

const struct swarm_choice swarm_features[SWARM_FEATURES] = {
	[SWARM_SECURITY] = { "security", "IKEv2, ESP and AAA" },
	[SWARM_OPENSSL] = { "openssl", "real cryptography, now and then" },
	[SWARM_IPV4] = { "ipv4", "IPv4 and dual accesses, IPv4 home addresses" },
	[SWARM_NAT] = { "nat", "accesses behind NATs" },
	[SWARM_HOME] = { "home", "home links" },
	[SWARM_AGENTS] = { "agents", "several home agents" },
	[SWARM_IMPAIR] = { "impair", "links that lose, reorder, duplicate and corrupt" },
	[SWARM_FAULTS] = { "faults", "chosen messages are harmed" },
	[SWARM_REBOOTS] = { "reboots", "nodes that forget everything" },
	[SWARM_PROFILES] = { "profiles", "the profiles r8 and rfc beside r10" },
	[SWARM_REVOKE] = { "revoke", "revocation, reallocation and refresh requests by the network" },
	[SWARM_PDNS] = { "pdns", "several PDN connections of a UE" },
	[SWARM_IFOM] = { "ifom", "several accesses at once and routing rules" },
	[SWARM_DISCOVERY] = { "discovery", "home agents found by PCO, DHCPv6, DNS and IKEv2" },
	[SWARM_DELEGATION] = { "delegation", "prefixes delegated to mobile routers" },
	[SWARM_CLOCKS] = { "clocks", "clocks that are wrong, drift and jump" },
};

const struct swarm_choice swarm_kinds[SWARM_KINDS] = {
	[SWARM_DSMIP] = { "dsmip", "UEs and home agents" },
	[SWARM_PMIP] = { "pmip", "mobile nodes, gateways and their anchors" },
	[SWARM_MIXED] = { "mixed", "both in one network" },
	[SWARM_GATEWAY] = { "gateway", "a PDN gateway: UEs are at home behind its gateways" },
};

struct rng scene_rng(const struct swarm_scene *s, const char *purpose)
{
	return rng_make(s->seed, "swarm", purpose);
}

const char *scene_word(struct rng *r, const char *words, char *buf, size_t cap)
{
	char **list = g_strsplit(words, " ", -1);

	g_strlcpy(buf, list[scene_pick(r, g_strv_length(list))], cap);
	g_strfreev(list);
	return buf;
}

unsigned scene_part(struct swarm_scene *s)
{
	return ++s->parts;
}

static void add_line(struct swarm_scene *s, struct scene_line l, const char *fmt, va_list ap)
{
	l.text = g_strdup_vprintf(fmt, ap);
	g_array_append_val(s->lines, l);
}

void scene_line(struct swarm_scene *s, enum scene_section section, unsigned part, unsigned ue, const char *fmt, ...)
{
	struct scene_line l = { .section = section, .part = part, .ue = ue };
	va_list ap;

	va_start(ap, fmt);
	add_line(s, l, fmt, ap);
	va_end(ap);
}

/* {at: 1200ms, …}: whole milliseconds, which people can read. */
void scene_action(struct swarm_scene *s, moor_time at, unsigned part, unsigned ue, const char *fmt, ...)
{
	struct scene_line l = { .section = SCENE_TIMELINE, .at = at / MOOR_MS * MOOR_MS, .part = part, .ue = ue };
	char *rest;
	va_list ap;

	va_start(ap, fmt);
	rest = g_strdup_vprintf(fmt, ap);
	va_end(ap);
	l.text = g_strdup_printf("{at: %" G_GINT64_FORMAT "ms, %s}", l.at / MOOR_MS, rest);
	g_array_append_val(s->lines, l);
	g_free(rest);
}

static enum swarm_kind kind_of(const struct swarm_scene *s)
{
	static const enum swarm_kind shares[] = { SWARM_DSMIP, SWARM_DSMIP, SWARM_PMIP, SWARM_PMIP, SWARM_MIXED };
	struct rng r = scene_rng(s, "kind");
	enum swarm_kind k = shares[scene_pick(&r, G_N_ELEMENTS(shares))];

	if (scene_chance(&r, 10))
		k = SWARM_GATEWAY;

	while (!(s->features & SWARM_KIND(k)) && s->features >> SWARM_FEATURES)
		k = (k + 1) % SWARM_KINDS;
	return k;
}

struct swarm_scene *swarm_make(uint64_t seed, uint32_t features)
{
	struct swarm_scene *s = g_new0(struct swarm_scene, 1);

	s->seed = seed;
	s->features = features;
	s->lines = g_array_new(FALSE, FALSE, sizeof(struct scene_line));
	s->kind = kind_of(s);
	scene_places(s);
	for (unsigned u = 1; u <= s->n_ues + s->n_mns; u++)
		scene_part(s);		/* the UEs and mobile nodes are the first parts */
	scene_events(s);
	scene_load(s);
	return s;
}

void swarm_scene_free(struct swarm_scene *s)
{
	for (guint i = 0; i < s->lines->len; i++)
		g_free(g_array_index(s->lines, struct scene_line, i).text);
	g_array_unref(s->lines);
	g_free(s);
}

unsigned swarm_parts(const struct swarm_scene *s)
{
	return s->parts;
}

static int by_time(const void *pa, const void *pb)
{
	const struct scene_line *const *a = pa, *const *b = pb;

	if ((*a)->at != (*b)->at)
		return (*a)->at < (*b)->at ? -1 : 1;
	return *a < *b ? -1 : *a > *b;
}

static bool is_there(const struct scene_line *l, const bool *without)
{
	return !without || !((l->part && without[l->part - 1]) || (l->ue && without[l->ue - 1]));
}

char *swarm_text(const struct swarm_scene *s, const bool *without)
{
	static const char *const heads[SCENE_SECTIONS] = { "", "\nnodes:\n", "\nlinks:\n", "\ntimeline:\n", "\ntraffic:\n",
		"\nfaults:\n", "\nexpect:\n" };
	GString *out = g_string_new(NULL);

	for (int section = 0; section < SCENE_SECTIONS; section++) {
		GPtrArray *some = g_ptr_array_new();

		for (guint i = 0; i < s->lines->len; i++) {
			struct scene_line *l = &g_array_index(s->lines, struct scene_line, i);

			if ((int)l->section == section && is_there(l, without))
				g_ptr_array_add(some, l);
		}
		if (section == SCENE_TIMELINE)
			qsort(some->pdata, some->len, sizeof *some->pdata, by_time);
		if (some->len)
			g_string_append(out, heads[section]);
		for (guint i = 0; i < some->len; i++) {
			const char *lead = section == SCENE_HEAD ? "" : section < SCENE_TIMELINE ? "  " : "  - ";

			g_string_append_printf(out, "%s%s\n", lead, ((struct scene_line *)some->pdata[i])->text);
		}
		g_ptr_array_unref(some);
	}
	return g_string_free(out, FALSE);
}
