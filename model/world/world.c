/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the world
 *
 * Life and end of a world, and its run loop. Everything that happens is one of four events out of the queue: a packet
 * arrives, a timer fires, a carrier change is told, the next receiver of a multicast frame has its turn.
 */
#include "world/world.h"

#include "world/priv.h"

struct moor_world *moor_world_new(const struct moor_world_config *config)
{
	struct moor_world *w = mem_zeroed(sizeof *w);

	w->config = *config;
	queue_init(&w->queue);
	slab_init(&w->posts, "carrier change", sizeof(struct post));
	slab_init(&w->backlogs, "transmit queue", sizeof(struct backlog));
	slab_init(&w->members, "group", sizeof(struct member));
	slab_init(&w->senders, "port on a link", sizeof(struct sender));
	slab_init(&w->odds, "port on a link that loses", sizeof(struct odds));
	table_init(&w->nodes, sizeof(struct moor_node));
	table_init(&w->ports, sizeof(struct moor_port));
	table_init(&w->links, sizeof(struct moor_link));
	table_init(&w->clocks, sizeof(struct clock_state));
	table_init(&w->owners, sizeof(struct owner));
	return w;
}

/* Owners first, the youngest before the elder; then what they used. */
static void destroy_contents(struct moor_world *w)
{
	for (uint32_t i = w->nodes.n; i-- > 0;)
		node_destroy_owner(table_at(&w->nodes, i));
	for (uint32_t i = w->ports.n; i-- > 0;)
		filters_free(port_of(w, i));
	for (uint32_t i = w->n_attached; i-- > 0;) {
		if (w->attached[i].destroy)
			w->attached[i].destroy(w->attached[i].thing);
	}
}

void moor_world_free(struct moor_world *w)
{
	struct backlog *b;
	moor_handle h = 0;

	if (!w)
		return;
	destroy_contents(w);
	fingerprints_orphan(w);
	while (w->fanouts)
		fanout_free(w, w->fanouts);
	while ((b = slab_next(&w->backlogs, &h)))
		backlog_ring_free(b);
	for (uint32_t i = 0; i < w->links.n; i++)
		link_free(table_at(&w->links, i));
	for (struct params *p = w->params, *next; p; p = next) {
		next = p->next;
		mem_free(p);
	}
	queue_done(&w->queue);
	pkt_pools_done(&w->pkts);
	slab_done(&w->posts);
	slab_done(&w->backlogs);
	slab_done(&w->members);
	slab_done(&w->senders);
	slab_done(&w->odds);
	table_done(&w->nodes);
	table_done(&w->ports);
	table_done(&w->links);
	table_done(&w->clocks);
	table_done(&w->owners);
	texts_done(&w->texts);
	index_done(&w->node_names);
	index_done(&w->link_names);
	index_done(&w->macs);
	index_done(&w->twins);
	mem_free(w->port_names);
	mem_free(w->handlers);
	mem_free(w->groups.heads);
	mem_free(w->scratch.ports);
	mem_free(w->taps);
	mem_free(w->passed);
	mem_free(w->attached);
	mem_free(w);
}

void moor_world_attach(struct moor_world *w, const void *key, void *thing, void (*destroy)(void *thing))
{
	assert(!moor_world_attached(w, key));
	mem_reserve(&w->attached, &w->cap_attached, sizeof *w->attached, w->n_attached + 1);
	w->attached[w->n_attached++] = (struct attachment){ key, thing, destroy, NULL };
}

void *moor_world_attached(const struct moor_world *w, const void *key)
{
	for (uint32_t i = 0; i < w->n_attached; i++) {
		if (w->attached[i].key == key)
			return w->attached[i].thing;
	}
	return NULL;
}

/* ---- running ----------------------------------------------------------------------------------------------------- */

static void tell_carrier(struct moor_world *w, struct post *post)
{
	struct post told = *post;

	slab_free(&w->posts, post->self);
	if (told.is_station)
		port_tell_station(told.port, &told.station, told.up);
	else
		port_tell_carrier(told.port, told.up);
}

static void run(struct moor_world *w, uint64_t ref)
{
	w->asking = 0;
	switch ((enum ref_kind)(ref & 3)) {
	case REF_TIMER:
		timer_fire(w, ref);
		break;
	case REF_PKT:
		port_arrive(w, ref_pointer(ref));
		break;
	case REF_FANOUT:
		fanout_turn(w, ref_pointer(ref));
		break;
	case REF_POST:
		tell_carrier(w, ref_pointer(ref));
		break;
	}
}

uint64_t moor_world_advance(struct moor_world *w, moor_time t)
{
	uint64_t before = w->events;
	const struct ready *r;

	assert(t >= w->now && !w->running);
	w->running = true;
	while (!w->stopped && (r = queue_first(&w->queue, w->now, t))) {
		uint64_t ref = r->ref;

		assert(r->at >= w->now);
		w->now = r->at;
		w->events++;
		queue_take(&w->queue, r);
		run(w, ref);
	}
	w->running = false;
	if (!w->stopped)
		w->now = t;
	return w->events - before;
}

moor_time moor_world_next(const struct moor_world *w)
{
	/* looking further ahead orders the queue, which changes nothing that can be seen from outside */
	return w->stopped ? MOOR_NEVER : queue_next(&((struct moor_world *)(uintptr_t)w)->queue, w->now);
}

void moor_world_rx(struct moor_world *w, struct moor_port *port, moor_time t, const uint8_t *frame, size_t len)
{
	struct moor_pkt *p;

	assert(t >= w->now && t < MOOR_NEVER && (port->flags & PORT_EXTERNAL));
	if (len < ETH_OCTETS || len > MOOR_PKT_MAX) {
		const struct moor_pkt lent = { .data = (uint8_t *)(uintptr_t)frame, .len = (uint32_t)len };

		port_frame_record(port, REC_FRAME_DROP, &lent, "length");
		return;
	}
	p = moor_pkt_new(w, len);
	memcpy(p->data, frame, len);
	p->frame = ++w->frames;
	pkt_fly(w, p, port, t, WAY_LINK, NULL);
}

void moor_world_stop(struct moor_world *w) { w->stopped = true; }

bool moor_world_stopped(const struct moor_world *w) { return w->stopped; }

uint64_t moor_world_seed(const struct moor_world *w) { return w->config.seed; }

uint64_t moor_world_events(const struct moor_world *w) { return w->events; }

struct rng moor_world_rng(const struct moor_world *w, const struct moor_node *node, const char *purpose)
{
	return rng_make(w->config.seed, node ? node->name : "", purpose);
}

/* ---- memory ------------------------------------------------------------------------------------------------------ */

void moor_world_reports(struct moor_world *w, const void *key,
			void (*report)(const void *thing, mem_report_fn *fn, void *ctx))
{
	for (uint32_t i = 0; i < w->n_attached; i++) {
		if (w->attached[i].key == key)
			w->attached[i].report = report;
	}
}

static size_t lan_octets(const struct moor_world *w)
{
	size_t n = 0;

	for (uint32_t i = 0; i < w->links.n; i++) {
		const struct lan *lan = ((const struct moor_link *)table_at(&w->links, i))->lan;

		if (lan)
			n += (size_t)lan->all.cap + lan->hubs.cap + lan->promiscuous.cap + lan->all_groups.cap;
	}
	return n * sizeof(uint32_t);
}

static void own_memory(const struct moor_world *w, mem_report_fn *fn, void *ctx)
{
	size_t found = index_octets(&w->node_names) + index_octets(&w->link_names) + index_octets(&w->macs)
		+ index_octets(&w->twins) + ((size_t)w->groups.cap + w->scratch.cap) * sizeof(uint32_t);

	fn(ctx, "world", 1, sizeof *w + w->octets);
	queue_report(&w->queue, fn, ctx);
	fn(ctx, "packet", w->pkts.alive, w->pkts.octets);
	fn(ctx, "node", w->nodes.n, table_octets(&w->nodes));
	fn(ctx, "name", w->texts.n, w->texts.octets + w->cap_port_names * sizeof *w->port_names);
	fn(ctx, "port", w->ports.n, table_octets(&w->ports));
	fn(ctx, "link", w->links.n, table_octets(&w->links));
	fn(ctx, "clock", w->clocks.n, table_octets(&w->clocks));
	fn(ctx, "port of a LAN", w->senders.count, lan_octets(w));
	fn(ctx, "name or address in an index", w->nodes.n + w->links.n + w->ports.n, found);
	slab_report(&w->members, fn, ctx);
	slab_report(&w->senders, fn, ctx);
	slab_report(&w->odds, fn, ctx);
	slab_report(&w->posts, fn, ctx);
	slab_report(&w->backlogs, fn, ctx);
}

void moor_world_memory(const struct moor_world *w, mem_report_fn *fn, void *ctx)
{
	own_memory(w, fn, ctx);
	for (uint32_t i = 0; i < w->n_attached; i++) {
		if (w->attached[i].report)
			w->attached[i].report(w->attached[i].thing, fn, ctx);
	}
}

static void add_octets(void *ctx, const char *what, uint64_t n, size_t octets)
{
	(void)what;
	(void)n;
	*(size_t *)ctx += octets;
}

size_t moor_world_octets(const struct moor_world *w)
{
	size_t n = 0;

	own_memory(w, add_octets, &n);
	return n;
}

uint64_t moor_world_leaks(const struct moor_world *w, const char **what)
{
	uint64_t n = w->pkts.alive - w->pkts.flying;

	if (what)
		*what = n ? "packet" : NULL;
	return n;
}
