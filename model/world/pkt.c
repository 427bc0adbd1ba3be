/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: packet buffers
 *
 * Pools by size class, each a list of free boxes; memory of a pool is never given back before the world ends. The box
 * before the octets carries what the event queue wants to know of a packet in flight, so that a frame delivery
 * allocates nothing. moor_pkt.taken is the state: owned, lent to a handler, flying, free. Using a packet in the wrong
 * state is an assertion at the place of the mistake instead of a broken run later.
 */
#include "world/priv.h"

/* Octets of a buffer, head-room included: signalling fits the second, an Ethernet frame in a tunnel the third. */
static const uint32_t class_octets[PKT_CLASSES] = { 256, 512, 2048, 9216, 66048 };
static const uint16_t class_block[PKT_CLASSES] = { 64, 64, 16, 4, 1 };

_Static_assert(MOOR_PKT_MAX + MOOR_PKT_HEADROOM <= 66048, "the largest class holds the largest packet");

static void grow(struct pkt_pools *pools, unsigned class)
{
	size_t each = PKT_BUFFER_AT + class_octets[class];
	uint8_t *block = mem_new(each * class_block[class]);

	mem_reserve(&pools->blocks, &pools->cap_blocks, sizeof *pools->blocks, pools->n_blocks + 1);
	pools->blocks[pools->n_blocks++] = block;
	pools->octets += each * class_block[class];
	for (unsigned i = class_block[class]; i-- > 0;) {
		struct pkt_box *b = (void *)(block + i * each);

		b->pkt = (struct moor_pkt){ .next = pools->free[class], .size_class = (uint8_t)class, .taken = PKT_FREE };
		pools->free[class] = &b->pkt;
	}
}

void pkt_pools_done(struct pkt_pools *pools)
{
	for (uint32_t i = 0; i < pools->n_blocks; i++)
		mem_free(pools->blocks[i]);
	mem_free(pools->blocks);
}

/* With `room` free octets in front; the class's remainder is free behind. */
static struct moor_pkt *new_with_room(struct moor_world *w, size_t len, size_t room)
{
	struct pkt_pools *pools = &w->pkts;
	struct moor_pkt *p;
	unsigned class = 0;

	assert(len <= MOOR_PKT_MAX);
	while (class < PKT_CLASSES - 1 && class_octets[class] < len + room)
		class++;
	assert(class_octets[class] >= len + room);
	if (!pools->free[class])
		grow(pools, class);
	p = pools->free[class];
	pools->free[class] = p->next;
	pools->alive++;
	pkt_box(p)->from = pkt_box(p)->hint = 0;
	*p = (struct moor_pkt){
		.data = (uint8_t *)pkt_box(p) + PKT_BUFFER_AT + room, .len = (uint32_t)len, .room = (uint32_t)room,
		.cap = (uint32_t)(class_octets[class] - room), .size_class = (uint8_t)class, .taken = PKT_OWNED,
	};
	return p;
}

struct moor_pkt *moor_pkt_new(struct moor_world *w, size_t len)
{
	return new_with_room(w, len, MOOR_PKT_HEADROOM);
}

struct moor_pkt *moor_pkt_from(struct moor_world *w, const uint8_t *octets, size_t len)
{
	struct moor_pkt *p = moor_pkt_new(w, len);

	memcpy(p->data, octets, len);
	return p;
}

struct moor_pkt *moor_pkt_copy(struct moor_world *w, const struct moor_pkt *p)
{
	struct moor_pkt *copy = new_with_room(w, p->len, MOOR_PKT_HEADROOM);

	memcpy(copy->data, p->data, p->len);
	copy->trace_class = p->trace_class;
	copy->frame = p->frame;
	copy->as_sent = p->as_sent;
	return copy;
}

void moor_pkt_free(struct moor_world *w, struct moor_pkt *p)
{
	assert(p->taken == PKT_OWNED);
	p->taken = PKT_FREE;
	p->next = w->pkts.free[p->size_class];
	w->pkts.free[p->size_class] = p;
	w->pkts.alive--;
}

struct moor_pkt *moor_pkt_take(struct moor_pkt *p)
{
	assert(p->taken == PKT_LENT);
	p->taken = PKT_OWNED;
	return p;
}

struct moor_pkt *moor_pkt_push(struct moor_world *w, struct moor_pkt *p, size_t n)
{
	struct moor_pkt *longer;

	if (n <= p->room) {
		p->data -= n;
		p->len += (uint32_t)n;
		p->room -= (uint32_t)n;
		p->cap += (uint32_t)n;
		return p;
	}
	longer = new_with_room(w, p->len + n, MOOR_PKT_HEADROOM);
	memcpy(longer->data + n, p->data, p->len);
	longer->trace_class = p->trace_class;
	longer->frame = p->frame;
	moor_pkt_free(w, p);
	return longer;
}

void moor_pkt_pull(struct moor_pkt *p, size_t n)
{
	assert(n <= p->len);
	p->data += n;
	p->len -= (uint32_t)n;
	p->room += (uint32_t)n;
	p->cap -= (uint32_t)n;
}

void moor_pkt_trim(struct moor_pkt *p, size_t len)
{
	assert(len <= p->len);
	p->len = (uint32_t)len;
}

void moor_pkt_hint(struct moor_pkt *p, uint32_t port) { pkt_box(p)->hint = port; }

/* ---- in flight --------------------------------------------------------------------------------------------------- */

void pkt_depart(struct moor_world *w, struct moor_pkt *p, struct moor_port *to, enum pkt_way way,
		struct moor_filter *behind)
{
	struct pkt_box *b = pkt_box(p);

	assert(p->taken == PKT_OWNED);
	p->taken = PKT_FLYING;
	p->next = NULL;
	b->to = to;
	b->behind = behind;
	b->order = queue_order(&w->queue);
	b->epoch = to->epoch;
	b->way = (uint8_t)way;
	b->lost = false;
	w->pkts.flying++;
}

void pkt_fly(struct moor_world *w, struct moor_pkt *p, struct moor_port *to, moor_time at, enum pkt_way way,
	     struct moor_filter *behind)
{
	pkt_depart(w, p, to, way, behind);
	queue_push(&w->queue, w->now, at, to->number, pkt_box(p)->order, (uint64_t)(uintptr_t)p | REF_PKT);
}

void pkt_land(struct moor_world *w, struct moor_pkt *p)
{
	assert(p->taken == PKT_FLYING);
	p->taken = PKT_OWNED;
	w->pkts.flying--;
}
