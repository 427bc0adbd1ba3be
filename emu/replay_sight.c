/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Joins the sightings of one packet. A capture taken on all interfaces of a router, or one with several interfaces,
 * holds each packet several times, and a node's time is only right when one knows which sighting is nearest to it: the
 * first one to the sender, the last one to the receiver. It exists apart because it alone decides what is the same
 * packet and what is a retransmission. No clause.
 *
 * The rule: sightings belong together when all octets but hop limits and outer headers are equal, they lie within
 * REPLAY_WINDOW, and each is at another place (interface, direction, hop limit, depth of tunnels). The same octets at
 * a place where the packet was already seen are a new sending, unless they come within REPLAY_ECHO, as a mirror port
 * gives them. Of several sendings the newest that was not yet seen at the place is meant.
 *
 * Memory is bounded by REPLAY_HELD observations: when more come within the window, the oldest are told early.
 */
#include "emu/replay_internal.h"

enum { BUCKETS = 2 * REPLAY_HELD, HELD_FIRST = 256 };

_Static_assert(REPLAY_HELD < UINT16_MAX, "slots fit into a bucket");

struct sights {
	struct seen *ring;
	uint32_t held;			/* slots of the ring, a power of two: no more than needed, for the caches' sake */
	uint32_t mask;			/* one less */
	uint64_t head, tail;		/* serial numbers: tail is the oldest that is held */
	/* slot + 1 of the newest observation whose key falls here; further ones by struct seen.next. 0: none */
	uint16_t bucket[BUCKETS];
	GArray *late;			/* struct seen, by time of the last sighting */
	sight_told_fn *told;
	void *ctx;
};

struct sights *sights_new(sight_told_fn *told, void *ctx)
{
	struct sights *s = g_new0(struct sights, 1);

	s->held = HELD_FIRST;
	s->mask = s->held - 1;
	s->ring = g_new(struct seen, s->held);
	s->late = g_array_new(FALSE, FALSE, sizeof(struct seen));
	s->told = told;
	s->ctx = ctx;
	return s;
}

static struct seen *slot_of(struct sights *s, uint64_t serial)
{
	return &s->ring[serial & s->mask];
}

void sights_free(struct sights *s)
{
	if (!s)
		return;
	for (; s->tail < s->head; s->tail++)
		g_free(slot_of(s, s->tail)->more);
	for (guint i = 0; i < s->late->len; i++)
		g_free(g_array_index(s->late, struct seen, i).more);
	g_array_free(s->late, TRUE);
	g_free(s->ring);
	g_free(s);
}

static void tell_late(struct sights *s, moor_time until)
{
	guint n = 0;

	while (n < s->late->len && g_array_index(s->late, struct seen, n).last <= until) {
		struct seen *v = &g_array_index(s->late, struct seen, n++);

		s->told(s->ctx, v, TOLD_ARRIVED);
		g_free(v->more);
	}
	if (n)
		g_array_remove_range(s->late, 0, n);
}

static void put_late(struct sights *s, const struct seen *v)
{
	guint i = s->late->len;

	while (i > 0 && g_array_index(s->late, struct seen, i - 1).last > v->last)
		i--;
	g_array_insert_vals(s->late, i, v, 1);
}

/* Keys are hashes already: their lowest bits choose the bucket. */
static uint16_t *bucket_of(struct sights *s, struct map_key key)
{
	return &s->bucket[(key.a ^ key.b) & (BUCKETS - 1)];
}

/* Whoever sends could make the keys of different octets equal: those that are still there are compared. */
static bool is_same(const struct seen *v, const struct sighting *g)
{
	const uint8_t *kept = v->kind == SEEN_SIGNAL || v->kind == SEEN_IKE ? seen_octets(v) : v->whole;

	return v->key.a == g->key.a && v->key.b == g->key.b && v->n == g->n && (!kept || !memcmp(kept, g->octets, g->n));
}

/* The newest sending of these octets, NULL: none. */
static struct seen *newest_of(struct sights *s, const struct sighting *g)
{
	for (uint16_t i = *bucket_of(s, g->key); i; i = s->ring[i - 1].next)
		if (is_same(&s->ring[i - 1], g))
			return &s->ring[i - 1];
	return NULL;
}

static void forget(struct sights *s, const struct seen *v)
{
	uint16_t mine = (uint16_t)((v->serial & s->mask) + 1), *at = bucket_of(s, v->key);

	while (*at != mine)
		at = &s->ring[*at - 1].next;
	*at = v->next;
}

static inline void tell_oldest(struct sights *s, struct seen *v)
{
	/* the buckets are many and small: the next ones to forget are in none of the nearer caches */
	__builtin_prefetch(bucket_of(s, slot_of(s, s->tail + 2)->key));
	if (s->late->len)
		tell_late(s, v->at);
	forget(s, v);
	s->tail++;
	if (v->last > v->at) {
		s->told(s->ctx, v, TOLD_SENT);
		put_late(s, v);
	} else {
		s->told(s->ctx, v, TOLD_BOTH);
		if (v->more)
			g_free(v->more);
	}
	v->more = NULL;
}

void sights_drain(struct sights *s, moor_time horizon)
{
	struct seen *v = slot_of(s, s->tail);

	while (s->tail < s->head && v->at < horizon) {
		tell_oldest(s, v);
		v = slot_of(s, s->tail);
	}
	if (s->late->len)
		tell_late(s, horizon);
}

static moor_time *seen_at(struct seen *v, uint32_t place)
{
	for (unsigned i = 0; i < v->n_places; i++)
		if (v->place[i].place == place)
			return &v->place[i].at;
	return NULL;
}

static void join(struct seen *v, uint32_t place, uint32_t spot, moor_time at)
{
	moor_time *known = seen_at(v, place);

	v->sightings++;
	if (at > v->last)
		v->last = at;
	if (known) {
		*known = at;
	} else if (v->n_places < REPLAY_PLACES) {
		v->place[v->n_places++] = (struct seen_place){ place, spot, at };
	}
}

/* The sending that a further sighting belongs to, or NULL: a new one. */
static struct seen *sending_of(struct sights *s, struct seen *newest, uint32_t place, moor_time at)
{
	struct seen *v = newest;
	moor_time *known;

	for (;;) {
		if (!seen_at(v, place))
			return v;
		if (v->older < s->tail || v->older == UINT64_MAX)
			break;
		v = slot_of(s, v->older);
	}
	known = seen_at(newest, place);
	return known && at - *known <= REPLAY_ECHO ? newest : NULL;
}

static inline void into_bucket(struct sights *s, struct seen *v)
{
	uint16_t *bucket = bucket_of(s, v->key);

	v->next = *bucket;
	*bucket = (uint16_t)((v->serial & s->mask) + 1);
}

/* Twice the slots: each observation gets its new one. */
static void grow(struct sights *s)
{
	struct seen *ring = g_new(struct seen, 2 * s->held);

	memset(s->bucket, 0, sizeof(s->bucket));
	for (uint64_t i = s->tail; i < s->head; i++)
		ring[i & (2 * s->held - 1)] = *slot_of(s, i);
	g_free(s->ring);
	s->ring = ring;
	s->held *= 2;
	s->mask = s->held - 1;
	for (uint64_t i = s->tail; i < s->head; i++)
		into_bucket(s, slot_of(s, i));
}

/* A new observation in the slot at the head, which is free. */
static inline struct seen *begin(struct sights *s, const struct sighting *g, uint64_t older)
{
	struct seen *v = slot_of(s, s->head);

	v->at = v->last = g->at;
	v->key = g->key;
	v->serial = s->head++;
	v->older = older;
	memset(&v->kind, 0, offsetof(struct seen, sightings) - offsetof(struct seen, kind));
	v->n_places = 1;
	v->sightings = 1;
	v->owner = v->owners = v->len = 0;
	v->n = g->n;
	v->whole = g->whole;
	v->more = NULL;
	v->place[0] = (struct seen_place){ g->place, g->spot, g->at };
	into_bucket(s, v);
	__builtin_prefetch(slot_of(s, s->head), 1);
	return v;
}

/* Further sightings and sendings, and when there is no room. */
static G_NO_INLINE struct seen *add_any(struct sights *s, const struct sighting *g, struct seen **again)
{
	struct seen *newest;
	uint64_t older = UINT64_MAX;

	if (s->head - s->tail == s->held && s->held < REPLAY_HELD)
		grow(s);
	newest = newest_of(s, g);
	if (newest) {
		*again = sending_of(s, newest, g->place, g->at);
		if (*again) {
			join(*again, g->place, g->spot, g->at);
			return NULL;
		}
		older = newest->serial;
	}
	if (s->head - s->tail == REPLAY_HELD)
		tell_oldest(s, slot_of(s, s->tail));
	return begin(s, g, older < s->tail ? UINT64_MAX : older);
}

/* Most packets are seen once: for these nothing is called. */
struct seen *sights_add(struct sights *s, const struct sighting *g, struct seen **again)
{
	*again = NULL;
	if (s->head - s->tail == s->held)
		return add_any(s, g, again);
	for (uint16_t i = *bucket_of(s, g->key); i; i = s->ring[i - 1].next)
		if (s->ring[i - 1].key.b == g->key.b)
			return add_any(s, g, again);
	return begin(s, g, UINT64_MAX);
}
