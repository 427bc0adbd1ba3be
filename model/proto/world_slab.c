/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: slabs that belong to a world, for the objects of protocols and entities, which come in great numbers and live as
 * long as the world does.
 */
#include "proto/world_slab.h"

#include "base/mem.h"

static void destroy(void *thing)
{
	slab_done(thing);
	mem_free(thing);
}

static void report(const void *thing, mem_report_fn *fn, void *ctx)
{
	slab_report(thing, fn, ctx);
}

struct slab *world_slab(struct moor_world *w, const void *key, const char *name, size_t object_size)
{
	struct slab *s = moor_world_attached(w, key);

	if (!s) {
		s = mem_zeroed(sizeof *s);
		slab_init(s, name, object_size);
		moor_world_attach(w, key, s, destroy);
		moor_world_reports(w, key, report);
	}
	return s;
}
