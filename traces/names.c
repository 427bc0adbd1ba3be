/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of nodes and ports, from a world or from a table. They exist because records carry numbers only, and because
 * replay and the readers of recorded runs have no world to ask. No clause.
 */
#include "traces/names.h"

#include <glib.h>

#include "world/link.h"

static const char *world_node(void *ctx, uint32_t node)
{
	struct moor_node *n = moor_node_at(ctx, node);

	return n ? moor_node_name(n) : NULL;
}

static const char *world_port(void *ctx, uint32_t port, uint32_t *node, const char **link, struct mac_addr *mac)
{
	struct moor_port *p = moor_port_at(ctx, port);
	struct moor_link *l = p ? moor_port_link(p) : NULL;

	*link = l ? moor_link_name(l) : NULL;
	*node = p ? moor_node_id(moor_port_node(p)) : REC_NONE;
	if (!p)
		return NULL;
	if (mac)
		*mac = *moor_port_mac(p);
	return moor_port_name(p);
}

struct trace_names trace_names_of_world(struct moor_world *w)
{
	return (struct trace_names){ w, world_node, world_port };
}

const char *trace_node_name(const struct trace_names *n, uint32_t node, char buf[32])
{
	const char *name = node == REC_NONE ? "world" : n->node ? n->node(n->ctx, node) : NULL;

	if (!name) {
		g_snprintf(buf, 32, "node%" G_GUINT32_FORMAT, node);
		name = buf;
	}
	return name;
}

/* ---- the table ----------------------------------------------------------------------------------- */

struct named_port {
	uint32_t node;
	const char *name, *link;
	struct mac_addr mac;
};

struct name_table {
	GStringChunk *texts;
	GPtrArray *nodes;	/* const char *, NULL: no name */
	GArray *ports;		/* struct named_port */
	GHashTable *by_name;	/* const char * -> node + 1 */
};

struct name_table *name_table_new(void)
{
	struct name_table *t = g_new0(struct name_table, 1);

	t->texts = g_string_chunk_new(1024);
	t->nodes = g_ptr_array_new();
	t->ports = g_array_new(FALSE, TRUE, sizeof(struct named_port));
	t->by_name = g_hash_table_new(g_str_hash, g_str_equal);
	return t;
}

void name_table_free(struct name_table *t)
{
	if (!t)
		return;
	g_hash_table_destroy(t->by_name);
	g_array_free(t->ports, TRUE);
	g_ptr_array_free(t->nodes, TRUE);
	g_string_chunk_free(t->texts);
	g_free(t);
}

void name_table_node(struct name_table *t, uint32_t node, const char *name)
{
	char *text = g_string_chunk_insert_const(t->texts, name);

	if (node >= t->nodes->len)
		g_ptr_array_set_size(t->nodes, (int)node + 1);
	t->nodes->pdata[node] = text;
	g_hash_table_insert(t->by_name, text, GUINT_TO_POINTER(node + 1));
}

void name_table_port(struct name_table *t, uint32_t port, uint32_t node, const char *name, const char *link)
{
	struct named_port *p;

	if (port >= t->ports->len) {
		guint old = t->ports->len;

		g_array_set_size(t->ports, port + 1);
		for (guint i = old; i < port; i++)
			g_array_index(t->ports, struct named_port, i).node = REC_NONE;
	}
	p = &g_array_index(t->ports, struct named_port, port);
	p->node = node;
	p->name = name ? g_string_chunk_insert_const(t->texts, name) : NULL;
	p->link = link ? g_string_chunk_insert_const(t->texts, link) : NULL;
}

void name_table_mac(struct name_table *t, uint32_t port, const struct mac_addr *mac)
{
	if (port < t->ports->len)
		g_array_index(t->ports, struct named_port, port).mac = *mac;
}

uint32_t name_table_node_named(struct name_table *t, const char *name)
{
	uint32_t found = GPOINTER_TO_UINT(g_hash_table_lookup(t->by_name, name));

	if (found)
		return found - 1;
	found = t->nodes->len;
	name_table_node(t, found, name);
	return found;
}

static const char *table_node(void *ctx, uint32_t node)
{
	const struct name_table *t = ctx;

	return node < t->nodes->len ? t->nodes->pdata[node] : NULL;
}

static const char *table_port(void *ctx, uint32_t port, uint32_t *node, const char **link, struct mac_addr *mac)
{
	const struct name_table *t = ctx;
	const struct named_port *p;

	if (mac)
		memset(mac, 0, sizeof(*mac));
	*node = REC_NONE;
	*link = NULL;
	if (port >= t->ports->len)
		return NULL;
	p = &g_array_index(t->ports, struct named_port, port);
	*node = p->node;
	*link = p->link;
	if (mac)
		*mac = p->mac;
	return p->name;
}

struct trace_names trace_names_of_table(struct name_table *t)
{
	return (struct trace_names){ t, table_node, table_port };
}
