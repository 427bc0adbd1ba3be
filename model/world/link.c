/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: links
 *
 * A link holds no frames: when one is sent, everything about its way is computed at once (when the transmitter comes
 * to it, how long that takes, delay, what befalls it) and it goes into the event queue as its own arrival. Only
 * frames that wait for a transmitter are remembered besides, because there may be too many of them, and because they
 * are lost when their sender leaves.
 *
 * The timing is that of ns-3's PointToPointNetDevice and PointToPointChannel; its drop-tail queue counts frames that
 * wait, not the one being sent. A transmission that ends at the instant of a sending has ended before it.
 */
#include "world/link.h"

#include "world/medium.h"
#include "world/priv.h"

#define DEFAULT_QUEUE 100u
#define PARAMS_LOOKED_AT 64u

/* ---- parameters -------------------------------------------------------------------------------------------------- */

static bool same_params(const struct link_params *x, const struct link_params *y)
{
	return x->rate == y->rate && x->delay.kind == y->delay.kind && x->delay.a == y->delay.a && x->delay.b == y->delay.b
		&& x->queue == y->queue && x->mtu == y->mtu && x->loss_ppm == y->loss_ppm && x->loss_mask == y->loss_mask
		&& x->loss_mask_bits == y->loss_mask_bits && x->dup_ppm == y->dup_ppm && x->reorder_ppm == y->reorder_ppm
		&& x->reorder_extra == y->reorder_extra && x->corrupt_ppm == y->corrupt_ppm;
}

/* Links with the same parameters share them: a million access links are made with a handful. */
static const struct params *share(struct moor_world *w, const struct link_params *p)
{
	struct params *s = w->params;

	assert(p->loss_mask_bits <= 64 && p->delay.a >= 0 && p->delay.b >= 0 && p->reorder_extra >= 0);
	assert(p->delay.kind != DELAY_UNIFORM || p->delay.a <= p->delay.b);
	for (unsigned i = 0; s && i < PARAMS_LOOKED_AT; i++, s = s->next) {
		if (same_params(&s->p, p))
			return s;
	}
	s = mem_zeroed(sizeof *s);
	s->p = *p;
	s->next = w->params;
	w->params = s;
	w->octets += sizeof *s;
	return s;
}

struct moor_link *moor_link_new(struct moor_world *w, const char *name, enum link_kind kind,
				const struct link_params *params)
{
	struct moor_link *l;

	assert(!moor_link_find(w, name));
	l = table_add(&w->links);
	l->world = w;
	l->index = w->links.n - 1;
	l->name = texts_keep(&w->texts, name);
	l->params = share(w, params);
	l->up = true;
	if (kind == LINK_LAN) {
		l->lan = mem_zeroed(sizeof *l->lan);
		w->octets += sizeof *l->lan;
	}
	index_add(&w->link_names, name_hash(name), l->index + 1);
	return l;
}

void link_free(struct moor_link *l)
{
	while (l->rules) {
		struct lose_rule *next = l->rules->next;

		mem_free(l->rules);
		l->rules = next;
	}
	if (l->lan) {
		mem_free(l->lan->all.ports);
		mem_free(l->lan->hubs.ports);
		mem_free(l->lan->promiscuous.ports);
		mem_free(l->lan->all_groups.ports);
		mem_free(l->lan);
	}
}

struct moor_link *moor_link_find(const struct moor_world *w, const char *name)
{
	uint32_t hash = name_hash(name), at, ref;

	for (ref = index_first(&w->link_names, hash, &at); ref; ref = index_next(&w->link_names, hash, &at)) {
		struct moor_link *l = table_at(&w->links, ref - 1);

		if (!strcmp(l->name, name))
			return l;
	}
	return NULL;
}

const char *moor_link_name(const struct moor_link *l) { return l->name; }

enum link_kind moor_link_kind(const struct moor_link *l) { return l->lan ? LINK_LAN : LINK_P2P; }

const struct link_params *moor_link_params(const struct moor_link *l) { return &l->params->p; }

bool moor_link_up(const struct moor_link *l) { return l->up; }

void moor_link_set(struct moor_link *l, const struct link_params *params)
{
	l->params = share(l->world, params);
	l->version++;
}

void moor_link_isolate(struct moor_link *l, bool isolated)
{
	assert(l->lan);
	l->isolated = isolated;
}

void moor_link_lose(struct moor_link *l, link_match_fn *match, void *arg, uint32_t n)
{
	struct lose_rule **end = &l->rules, *r;

	if (!n)
		return;
	while (*end)
		end = &(*end)->next;
	r = mem_zeroed(sizeof *r);
	*r = (struct lose_rule){ .match = match, .arg = arg, .left = n };
	*end = r;
}

/* ---- coming and going -------------------------------------------------------------------------------------------- */

void backlog_ring_free(struct backlog *b)
{
	if (b->ring != b->own)
		mem_free(b->ring);
}

static void backlog_done(struct moor_world *w, struct sender *s)
{
	backlog_ring_free(slab_get(&w->backlogs, s->waiting));
	slab_free(&w->backlogs, s->waiting);
	s->waiting = 0;
}

static void lose_waiting(struct moor_world *w, struct sender *s)
{
	struct backlog *b = slab_get(&w->backlogs, s->waiting);

	for (uint32_t i = 0; i < b->n; i++) {
		struct waiting *f = &b->ring[(b->first + i) % b->cap];

		/* those that were begun may have arrived and be gone; the others are certainly still in the queue */
		for (struct moor_pkt *pkt = f->start > w->now ? f->pkt : NULL; pkt; pkt = pkt->next)
			pkt_box(pkt)->lost = true;
	}
	backlog_done(w, s);
}

void port_lose_in_flight(struct moor_port *p)
{
	struct sender *s = p->link ? sender_of(p) : NULL;

	p->epoch++;
	if (!s)
		return;
	s->busy = s->last = 0;
	if (s->waiting)
		lose_waiting(world_of(p), s);
}

static void tell_moved(const struct moor_world *w, const struct moor_port *p)
{
	for (const struct moor_link_watch *x = w->link_watches; x; x = x->next)
		x->moved(x->ctx, p);
}

void moor_link_watch(struct moor_world *w, struct moor_link_watch *x)
{
	x->next = w->link_watches;
	w->link_watches = x;
}

void moor_link_unwatch(struct moor_world *w, struct moor_link_watch *x)
{
	struct moor_link_watch **at = &w->link_watches;

	while (*at && *at != x)
		at = &(*at)->next;
	if (*at)
		*at = x->next;
}

void moor_link_attach(struct moor_link *l, struct moor_port *p, bool hub)
{
	struct sender *s;

	assert(!(p->flags & PORT_EXTERNAL) && world_of(p) == l->world);
	moor_link_detach(p);
	if (l->medium && !hub && !medium_admit(l, p))
		return;
	s = slab_alloc(&l->world->senders, &p->sender);
	p->link = l;
	tell_moved(l->world, p);
	p->flags = (uint16_t)(hub ? p->flags | PORT_HUB : p->flags & ~PORT_HUB);
	if (l->lan) {
		lan_attach(l, p);
	} else {
		s->at = l->pair[0] ? 1 : 0;
		assert(!l->pair[s->at]);	/* a third port on a point-to-point link */
		l->pair[s->at] = p->number + 1;
	}
	if (l->up && l->medium)
		medium_plug(l, p, true);
	if (l->up)
		post_carrier(p, true);
}

void moor_link_detach(struct moor_port *p)
{
	struct moor_link *l = p->link;

	if (p->flags & PORT_ADMITTED)
		medium_leave(p);
	if (!l)
		return;
	port_lose_in_flight(p);
	if (l->up && l->medium)
		medium_plug(l, p, false);
	if (l->up)
		post_carrier(p, false);
	if (l->lan)
		lan_detach(p);
	else
		l->pair[sender_of(p)->at] = 0;
	if (sender_of(p)->odds)
		slab_free(&l->world->odds, sender_of(p)->odds);
	slab_free(&l->world->senders, p->sender);
	p->sender = 0;
	p->link = NULL;
	tell_moved(l->world, p);
}

void link_tell_hub(const struct moor_port *p, bool there)
{
	const struct moor_link *l = p->link;
	uint32_t peer = l->pair[1 - sender_of(p)->at];

	if (peer && port_of(l->world, peer - 1)->flags & PORT_HUB)
		post_station(port_of(l->world, peer - 1), p, there);
}

void moor_link_state(struct moor_link *l, bool up)
{
	struct moor_world *w = l->world;
	struct port_set *set = &w->scratch;

	if (l->up == up)
		return;
	l->up = up;
	set->n = 0;
	if (l->lan) {
		for (uint32_t i = 0; i < l->lan->all.n; i++)
			port_set_add(set, l->lan->all.ports[i]);
	} else {
		for (unsigned i = 0; i < 2; i++) {
			if (l->pair[i])
				port_set_add(set, l->pair[i] - 1);
		}
	}
	port_set_sort(set);
	for (uint32_t i = 0; i < set->n; i++) {
		struct moor_port *p = port_of(w, set->ports[i]);

		if (!up)
			port_lose_in_flight(p);
		if (l->medium)
			medium_plug(l, p, up);
		post_carrier(p, up);
	}
}

/* ---- sending ----------------------------------------------------------------------------------------------------- */

/*
 * The PPP header of two octets in place of Ethernet's, rounded to the nearest nanosecond. ns-3 first makes a binary
 * fraction of a second of it, cut off after 64 bits: exact halves of a nanosecond therefore go down, unless the
 * fraction was exact.
 */
static moor_time transmission(uint32_t len, uint64_t rate)
{
	uint64_t bits = 8 * (uint64_t)(len - ETH_OCTETS + 2), ns = bits * 1000000000u / rate, rest = bits * 1000000000u % rate;

	if (rest < rate - rest)
		return (moor_time)ns;
	if (rest == rate - rest) {
		uint64_t a = rate, b = bits;

		while (b) {		/* greatest common divisor */
			uint64_t r = a % b;

			a = b;
			b = r;
		}
		if ((rate / a) & (rate / a - 1))	/* no power of two: the fraction was cut off */
			return (moor_time)ns;
	}
	return (moor_time)ns + 1;
}

static struct backlog *backlog_of(struct moor_world *w, struct sender *s)
{
	struct backlog *b;

	if (!s->waiting) {
		b = slab_alloc(&w->backlogs, &s->waiting);
		b->ring = b->own;
		b->cap = BACKLOG_OWN;
		return b;
	}
	b = slab_get(&w->backlogs, s->waiting);
	while (b->n && b->ring[b->first].start <= w->now) {
		b->first = (b->first + 1) % b->cap;
		b->n--;
	}
	return b;
}

static void backlog_add(struct moor_world *w, struct sender *s, moor_time start, struct moor_pkt *pkt)
{
	struct backlog *b = backlog_of(w, s);

	if (b->n == b->cap) {
		uint32_t old = b->cap;

		if (b->ring == b->own) {
			b->ring = NULL;
			b->cap = 0;
		}
		mem_reserve(&b->ring, &b->cap, sizeof *b->ring, old + 1);
		if (old == BACKLOG_OWN)
			memcpy(b->ring, b->own, sizeof b->own);
		/* what was wrapped around goes behind the old end, and around the new one */
		for (uint32_t i = 0; i < b->first; i++)
			b->ring[(old + i) % b->cap] = b->ring[i];
	}
	b->ring[(b->first + b->n++) % b->cap] = (struct waiting){ start, pkt };
}

/* Every rule is asked until one takes the frame. */
static bool lost_by_rule(struct moor_link *l, const struct moor_port *p, const struct moor_pkt *pkt)
{
	for (struct lose_rule **at = &l->rules; *at; at = &(*at)->next) {
		struct lose_rule *r = *at;

		if (r->match && !r->match(r->arg, p, pkt->data, pkt->len))
			continue;
		if (!--r->left) {
			*at = r->next;
			mem_free(r);
		}
		return true;
	}
	return false;
}

/* Named by link and port; another one each time that the port comes to the link, so that no draws are repeated. */
static uint64_t stream_key(const struct moor_port *p)
{
	uint64_t key = rng_make(p->link->world->config.seed, p->link->name, p->node->name).key + p->epoch;

	return rng_make(key, moor_port_name(p), "link").key | 1;
}

static struct odds *odds_of(struct moor_world *w, struct sender *s)
{
	return s->odds ? slab_get(&w->odds, s->odds) : slab_alloc(&w->odds, &s->odds);
}

/* What befalls this frame; the cause when it is lost. */
static const char *befalls(struct moor_port *p, struct sender *s, struct moor_pkt *pkt, struct fate *fate)
{
	struct moor_link *l = p->link;
	const struct link_params *lp = &l->params->p;
	const char *cause = l->rules && lost_by_rule(l, p, pkt) ? "fault" : NULL;
	struct odds *o;

	*fate = (struct fate){ .delay = lp->delay.a };
	if (lp->loss_mask_bits) {
		o = odds_of(l->world, s);
		if (o->mask_version != l->version) {
			o->mask_version = l->version;
			o->mask_at = 0;
		}
		if (loss_mask_next(lp, &o->mask_at) && !cause)
			cause = "mask";
	}
	if (impairs(lp)) {
		o = odds_of(l->world, s);
		if (!o->stream)
			o->stream = stream_key(p);
		*fate = impair(lp, o->stream, o->frames++, pkt);
		if (fate->lost && !cause)
			cause = "loss";
	}
	return cause;
}

/* Towards whoever hears it; takes pkt. Returns it while it is in flight, NULL when nobody hears it. */
static struct moor_pkt *route(struct moor_port *p, struct moor_pkt *pkt, moor_time at)
{
	struct moor_link *l = p->link;
	uint32_t peer;

	if (l->lan)
		return lan_send(p, pkt, at);
	peer = l->pair[1 - sender_of(p)->at];
	if (!peer) {
		port_drop(p, pkt, "address");
		return NULL;
	}
	pkt_fly(l->world, pkt, port_of(l->world, peer - 1), at, WAY_LINK, NULL);
	return pkt;
}

/* Occupies the transmitter. Returns when it comes to this frame, MOOR_NEVER when too many are waiting. */
static moor_time occupy(struct moor_world *w, struct sender *s, const struct link_params *lp, uint32_t len,
			moor_time *end)
{
	moor_time start = w->now;

	*end = start;
	if (!lp->rate)
		return start;
	if (s->busy > start) {
		if (s->waiting && backlog_of(w, s)->n >= (lp->queue ? lp->queue : DEFAULT_QUEUE))
			return MOOR_NEVER;
		start = s->busy;
	} else if (s->waiting) {
		backlog_done(w, s);
	}
	*end = moor_time_add(start, transmission(len, lp->rate));
	s->busy = *end;
	return start;
}

void link_send(struct moor_port *p, struct moor_pkt *pkt)
{
	struct moor_world *w = world_of(p);
	struct sender *s = sender_of(p);
	moor_time end, start = occupy(w, s, &p->link->params->p, pkt->len, &end), at;
	struct moor_pkt *copy = NULL, *flying = NULL;
	const char *cause;
	struct fate fate;

	if (start == MOOR_NEVER) {
		port_drop(p, pkt, "queue");
		return;
	}
	pkt->frame = ++w->frames;
	pkt->as_sent = true;
	pkt_box(pkt)->from = p->number + 1;
	port_frame_record(p, REC_FRAME_TX, pkt, NULL);
	cause = befalls(p, s, pkt, &fate);
	at = moor_time_add(end, fate.delay);
	if (!fate.late) {
		at = at < s->last ? s->last : at;
		s->last = at;
	}
	if (p->link->medium) {
		flying = medium_send(p, pkt, cause, fate.twice);
	} else if (cause || at == MOOR_NEVER) {
		port_drop(p, pkt, cause ? cause : "loss");
	} else {
		if (fate.twice)
			copy = moor_pkt_copy(w, pkt);
		flying = route(p, pkt, at);
		if (copy)
			copy = route(p, copy, at);
		if (flying)
			flying->next = copy;
	}
	if (start > w->now)
		backlog_add(w, s, start, flying);
}
