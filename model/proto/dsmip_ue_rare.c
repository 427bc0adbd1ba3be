/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: what few UEs have
 *
 * A scenario may have a million plain UEs, so what most of them do without lies in records of its own, found through a
 * map of the world and only asked for when the UE's bit says that there is one. It implements no clause.
 */
#include "base/map.h"
#include "proto/dsmip_ue_priv.h"

struct rares {
	struct slab slab;
	struct map by_ue;		/* struct dsmip_ue's address: never iterated, so its order is nobody's */
};

static const char rares_key;

static void destroy(void *thing)
{
	struct rares *r = thing;

	slab_done(&r->slab);
	map_done(&r->by_ue);
	mem_free(r);
}

static void report(const void *thing, mem_report_fn *fn, void *ctx)
{
	const struct rares *r = thing;

	slab_report(&r->slab, fn, ctx);
}

static struct map_key key_of(const struct dsmip_ue *d)
{
	return (struct map_key){ (uint64_t)(uintptr_t)d, 0 };
}

struct dsmip_ue_rare *dsmip_ue_rare(const struct dsmip_ue *d)
{
	const struct rares *r;
	uint32_t h = 0;

	if (!d->rare)
		return NULL;
	r = moor_world_attached(ue_world(d), &rares_key);
	map_get(&r->by_ue, key_of(d), &h);
	return slab_get(&r->slab, h);
}

static struct rares *rares_make(struct moor_world *w)
{
	struct rares *r = moor_world_attached(w, &rares_key);

	if (r)
		return r;
	r = mem_zeroed(sizeof *r);
	slab_init(&r->slab, "dsmip-ue-rare", sizeof(struct dsmip_ue_rare));
	map_init(&r->by_ue);
	moor_world_attach(w, &rares_key, r, destroy);
	moor_world_reports(w, &rares_key, report);
	return r;
}

struct dsmip_ue_rare *dsmip_ue_rare_make(struct dsmip_ue *d)
{
	struct dsmip_ue_rare *x = dsmip_ue_rare(d);
	struct rares *r;
	moor_handle h;

	if (x)
		return x;
	r = rares_make(ue_world(d));
	x = slab_alloc(&r->slab, &h);
	x->d = d;
	x->self = h;
	map_put(&r->by_ue, key_of(d), h);
	d->rare = true;
	return x;
}
