/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: nodes
 *
 * A node is a name with ports; what it does is its owner's matter. Names are found through a table of chains, which
 * links use as well.
 */
#include "world/priv.h"

#include <xxhash.h>

uint32_t name_hash(const char *s)
{
	return (uint32_t)(XXH3_64bits(s, strlen(s)) >> 32);
}

struct moor_node *moor_node_new(struct moor_world *w, const char *name)
{
	struct moor_node *n;

	assert(!moor_node_find(w, name));
	n = table_add(&w->nodes);
	n->world = w;
	n->id = w->nodes.n - 1;
	n->name = texts_keep(&w->texts, name);
	index_add(&w->node_names, name_hash(name), n->id + 1);
	return n;
}

struct moor_node *moor_node_find(const struct moor_world *w, const char *name)
{
	uint32_t hash = name_hash(name), at, ref;

	for (ref = index_first(&w->node_names, hash, &at); ref; ref = index_next(&w->node_names, hash, &at)) {
		struct moor_node *n = table_at(&w->nodes, ref - 1);

		if (!strcmp(n->name, name))
			return n;
	}
	return NULL;
}

struct moor_node *moor_node_at(const struct moor_world *w, uint32_t id)
{
	return id < w->nodes.n ? table_at(&w->nodes, id) : NULL;
}

uint32_t moor_node_count(const struct moor_world *w) { return w->nodes.n; }

const char *moor_node_name(const struct moor_node *n) { return n->name; }

uint32_t moor_node_id(const struct moor_node *n) { return n->id; }

struct moor_world *moor_node_world(const struct moor_node *n) { return n->world; }

static struct owner *owner_of(const struct moor_node *n)
{
	return n->owner ? table_at(&n->world->owners, n->owner - 1) : NULL;
}

void moor_node_own(struct moor_node *n, void *owner, void (*destroy)(void *owner))
{
	struct owner *o = owner_of(n);

	if (!o) {
		o = table_add(&n->world->owners);
		n->owner = n->world->owners.n;
	}
	o->owner = owner;
	o->destroy = destroy;
}

void *moor_node_owner(const struct moor_node *n)
{
	const struct owner *o = owner_of(n);

	return o ? o->owner : NULL;
}

void node_destroy_owner(struct moor_node *n)
{
	struct owner *o = owner_of(n);

	if (o && o->destroy)
		o->destroy(o->owner);
	n->owner = 0;
}
