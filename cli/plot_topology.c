/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the topology of a scenario as a graph
 *
 * Nodes and links of a scenario for graphviz: who is on a link all the time by a solid line, where a mobile node comes
 * to during the run by a dashed one. The text stays beside the picture. It implements no clause.
 */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/plot.h"
#include "scenarios/load.h"
#include "traces/svg.h"

#define PAD 0.1				/* inches around the graph */
#define PAD_INCHES "0.1"

static void quoted(GString *out, const char *text)
{
	g_string_append_c(out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			g_string_append_c(out, '\\');
		g_string_append_c(out, *text);
	}
	g_string_append_c(out, '"');
}

/* A kind has its shape and its colour, of Okabe and Ito, mixed with white so that letters are read. */
static const char *look_of(const struct scen_node *n)
{
	switch ((enum scen_node_kind)n->kind) {
	case NODE_HA:
	case NODE_LMA:
		return "shape=house, fillcolor=\"#99c7e0\"";
	case NODE_ROUTER:
	case NODE_MAG:
		return "shape=box, fillcolor=\"#99d8c7\"";
	case NODE_UE:
	case NODE_MN:
		return "shape=ellipse, fillcolor=\"#f5d899\"";
	case NODE_CN:
		return "shape=octagon, fillcolor=\"#ebc9dc\"";
	case NODE_AAA:
	case NODE_DNS_SERVER:
	case NODE_DHCP_SERVER:
		return "shape=cylinder, fillcolor=\"#e6e6e6\"";
	}
	return "shape=box";
}

static void add_node(GString *out, const struct scen_node *n)
{
	GString *label = g_string_new(n->base.name);

	if (scen_is_group(n))
		g_string_append_printf(label, " (%" G_GINT64_FORMAT ")", n->count);
	if (strcmp(scen_kind_name(n->kind), n->base.name))
		g_string_append_printf(label, "\n%s", scen_kind_name(n->kind));
	g_string_append(label, n->nat ? ", NAT" : "");
	g_string_append_printf(out, "  \"node %s\" [%s, label=", n->base.name, look_of(n));
	quoted(out, label->str);
	g_string_append(out, "];\n");
	g_string_free(label, TRUE);
}

/* "50Mbps" as "50 Mbps": a number and its unit are two words. */
static void add_quantity(GString *out, const char *text)
{
	size_t n = strspn(text, "0123456789.");

	if (n && g_ascii_isalpha(text[n]) && !strchr(text, ':'))
		g_string_append_printf(out, "%.*s %s", (int)n, text, text + n);
	else
		g_string_append(out, text);
}

/* What the file says of the link, in its own words, or its name alone. */
static void add_link(GString *out, const struct scen_link *l, bool brief)
{
	static const char *const told[] = { "prefix", "prefix4", "rate", "delay", "loss" };
	const struct tree *map = l->base.at;
	GString *label = g_string_new(l->base.name);

	if (l->home)
		g_string_append(label, "\nhome link");
	for (size_t i = 0; i < G_N_ELEMENTS(told) && !brief; i++)
		for (guint k = 0; map && map->keys && k < map->keys->len; k++) {
			const struct tree *key = map->keys->pdata[k], *value = map->items->pdata[k];

			if (key->text && value->text && !strcmp(key->text, told[i])) {
				g_string_append_printf(label, "\n%s", i > 2 ? told[i] : "");
				g_string_append(label, i > 2 ? " " : "");
				add_quantity(label, value->text);
			}
		}
	g_string_append_printf(out, "  \"link %s\" [shape=box, style=\"%s\", color=\"#707070\", label=", l->base.name,
			       l->access ? "rounded,dashed" : "rounded");
	quoted(out, label->str);
	g_string_append(out, "];\n");
	g_string_free(label, TRUE);
	/* from the core above, over routers and access links, to mobile nodes below */
	for (guint i = 0; l->nodes && i < l->nodes->len; i++) {
		const char *node = ((const struct tree *)l->nodes->pdata[i])->text;

		if (l->access || l->home)
			g_string_append_printf(out, "  \"node %s\" -- \"link %s\";\n", node, l->base.name);
		else
			g_string_append_printf(out, "  \"link %s\" -- \"node %s\";\n", l->base.name, node);
	}
}

static bool goes_somewhere(int verb)
{
	return verb == DO_ATTACH || verb == DO_HANDOVER || verb == DO_MOVE || verb == DO_ADD_ACCESS || verb == DO_APPEAR;
}

/* Whoever the timeline brings to a link; once, however often. */
static void add_moves(GString *out, const struct scenario *s)
{
	GHashTable *seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < s->timeline->len; i++) {
		const struct scen_action *a = s->timeline->pdata[i];
		const struct scen_link *l = goes_somewhere(a->verb) ? scen_target(s, a) : NULL;

		for (guint k = 0; l && a->node && k < s->nodes->len; k++) {
			const struct scen_node *n = s->nodes->pdata[k];
			char *edge = g_strdup_printf("  \"link %s\" -- \"node %s\" [style=dashed];\n", l->base.name, n->base.name);

			if (scen_selects(s, a->node->text, n, n->base.name) && !scen_on_link(s, l, n->base.name) &&
			    !g_hash_table_contains(seen, edge)) {
				g_string_append(out, edge);
				g_hash_table_add(seen, edge);
			} else {
				g_free(edge);
			}
		}
	}
	g_hash_table_unref(seen);
}

/* How a graph is laid out: from above to below or from left to right, with what is known of the links or without. */
struct shape { bool across, brief; };
static const struct shape shapes[] = { { false, false }, { true, false }, { true, true } };

/* room: points; where nothing fits the picture is made smaller in the end. 0: as large as it becomes. */
static GString *graph_of(const struct scenario *s, struct shape shape, double room)
{
	GString *out = g_string_new("# draws the picture again: dot -Tsvg -O THIS\ngraph ");
	char inches[G_ASCII_DTOSTR_BUF_SIZE];

	quoted(out, s->name);
	g_string_append_printf(out, " {\n  bgcolor=white;\n  margin=0;\n  pad=%s;\n  nodesep=%s;\n  ranksep=%s;\n"
			       "  rankdir=%s;\n",
			       PAD_INCHES, shape.across ? "0.1" : "0.2", shape.brief ? "0.2" : "0.3", shape.across ? "LR" : "TB");
	if (room > 0)
		g_string_append_printf(out, "  size=\"%s,1000\";\n",
				       g_ascii_formatd(inches, sizeof inches, "%.4f", room / 72 - 2 * PAD));
	g_string_append_printf(out, "  node [fontname=\"Sans\", fontsize=%d, style=filled, fillcolor=white, "
			       "fontcolor=\"#222222\", color=\"#222222\", margin=\"%s\", width=0.4, height=0.3];\n"
			       "  edge [color=\"#222222\"];\n", shape.brief ? 8 : 10, shape.brief ? "0.05,0.03" : "0.08,0.04");
	for (guint i = 0; i < s->nodes->len; i++)
		add_node(out, s->nodes->pdata[i]);
	for (guint i = 0; i < s->links->len; i++)
		add_link(out, s->links->pdata[i], shape.brief);
	add_moves(out, s);
	g_string_append(out, "}\n");
	return out;
}

/* How wide graphviz makes it, in points; negative: it cannot say. */
static double width_of(const char *dot)
{
	const char *words[] = { "dot", "-Tplain", dot, NULL };
	char *said = NULL, *end;
	double width = -1;
	int status = 0;

	if (g_spawn_sync(NULL, (char **)words, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &said, NULL,
			 &status, NULL) && g_spawn_check_wait_status(status, NULL) && g_str_has_prefix(said, "graph ")) {
		g_ascii_strtod(said + strlen("graph "), &end);
		width = (g_ascii_strtod(end, NULL) + 2 * PAD) * 72;
	}
	g_free(said);
	return width;
}

/* Writes the graph in the first shape that fits the width, or in the last one. */
static bool write_graph(const struct scenario *s, double room, const char *kept)
{
	for (size_t i = 0; i < G_N_ELEMENTS(shapes); i++) {
		GString *graph = graph_of(s, shapes[i], 0);
		bool ok = plot_write(kept, graph);
		double width = ok ? width_of(kept) : 0;

		g_string_free(graph, TRUE);
		if (!ok)
			return false;
		if (width <= room)		/* or there is no graphviz: then the first one is kept */
			return true;
	}
	GString *last = graph_of(s, shapes[G_N_ELEMENTS(shapes) - 1], room);
	bool ok = plot_write(kept, last);

	g_string_free(last, TRUE);
	return ok;
}

static int draw(const struct scenario *s, const char *picture, double room)
{
	char *kept = plot_beside(picture, ".dot"), *name = g_path_get_basename(kept), *to = g_path_get_basename(picture);
	const char *format = strrchr(picture, '.') + 1;
	char *type = g_strdup_printf("-T%s", format);
	const char *words[] = { "dot", type, strcmp(format, "png") ? "-Gcharset=utf8" : "-Gdpi=288", "-o", to, name, NULL };
	int code = write_graph(s, room, kept) ? plot_draw(words, "graphviz", picture, kept) : EXIT_INTERNAL;

	g_free(type);
	g_free(kept);
	g_free(name);
	g_free(to);
	return code;
}

static int plot_file(const char *path, const char *output, double room)
{
	struct report r;
	struct scen_file *f;
	struct scenario *s;
	int code = EXIT_USAGE;

	report_init(&r);
	f = scen_open(path, &r);
	s = f ? scen_load(f, NULL, &r) : NULL;
	if (s) {
		char *name = g_strdup_printf("%s-topology.svg", s->name);

		code = draw(s, output ? output : name, room);
		g_free(name);
	} else {
		fputs(r.text->str, stderr);
	}
	scen_free(s);
	scen_close(f);
	report_done(&r);
	return code;
}

int plot_topology(const struct plot_words *w, char *word)
{
	GPtrArray *files = g_ptr_array_new_with_free_func(g_free);
	int code = EXIT_USAGE;

	if (cli_files(&word, 1, files)) {
		if (files->len == 1)
			code = plot_file(files->pdata[0], w->output, w->points > 0 ? w->points : SVG_WIDTH_SCREEN);
		else
			cli_error("plot: `%s` is %u scenarios, and a topology is of one", word, files->len);
	}
	g_ptr_array_unref(files);
	return code;
}
