/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: recorded links
 *
 * The world is advanced from instant to instant, and in between happens what the radio did: frames are heard, and
 * stations go from cell to cell. At one instant that is the order of a run on ns-3 (model/ns3/air.c): first what is
 * heard, then what the world does; a station's coming or going, and the port that follows it, behind what the world did
 * until then. With the course of the recorded run everything is as it was there, events and their number included.
 *
 * A port that the radio moves is on a link while its station is there and somebody has attached it; about the latter
 * the timeline decides, as with the radio itself. It implements no clause.
 */
#include "scenarios/l2_replay.h"

#include <string.h>

#include "scenarios/l2_channel.h"
#include "scenarios/radio.h"
#include "scenarios/radio_lte.h"
#include "scenarios/security.h"
#include "world/medium.h"
#include "world/radio.h"

struct cell {				/* a link of the recording */
	struct moor_medium medium;
	struct l2_replay *replay;
	struct moor_link *link;
	uint32_t number;
	GPtrArray *plugged;		/* struct moor_port * */
};

struct seat {				/* a port of the recording */
	struct moor_port *port;
	struct cell *cell;		/* its station is there; NULL: nowhere */
	bool station, on, moving, follows;
	uint32_t next;			/* the first of its frames that is not over yet; L2_NONE */
};

struct arrival {
	moor_time at;
	uint64_t order;			/* at one instant */
	struct moor_port *port;
	struct cell *cell;
	GBytes *octets;
	uint64_t mark;
};

struct l2_replay {
	struct moor_world *w;
	struct l2_file *f;
	struct cell *cells;
	struct seat *seats;
	GHashTable *seat_of;		/* struct moor_port * -> struct seat *; looked up alone */
	GHashTable *last;		/* from and to, by their numbers in the world -> the latest arrival */
	struct l2_channel *channel;	/* made when it is needed first */
	GArray *heap;			/* struct arrival, the earliest at 0 */
	GArray *following;		/* struct seat *, in the order of attaching */
	uint8_t *used;			/* of each item: the frame was sent in this run */
	uint32_t step;			/* the next item that is a station's, or a record of the radio */
	uint64_t order;			/* behind all items */
	uint64_t as_recorded, others, lost, late;
};

/* ---- arrivals ---------------------------------------------------------------------------------------------------- */

static bool before(const struct arrival *a, const struct arrival *b)
{
	return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static struct arrival *heap_at(const struct l2_replay *r, guint i)
{
	return &g_array_index(r->heap, struct arrival, i);
}

static void swap(struct l2_replay *r, guint i, guint k)
{
	struct arrival a = *heap_at(r, i);

	*heap_at(r, i) = *heap_at(r, k);
	*heap_at(r, k) = a;
}

static void push(struct l2_replay *r, const struct arrival *a)
{
	guint i = r->heap->len;

	g_array_append_vals(r->heap, a, 1);
	for (; i && before(heap_at(r, i), heap_at(r, (i - 1) / 2)); i = (i - 1) / 2)
		swap(r, i, (i - 1) / 2);
}

static struct arrival pop(struct l2_replay *r)
{
	struct arrival first = *heap_at(r, 0);
	guint n = r->heap->len - 1;

	swap(r, 0, n);
	g_array_set_size(r->heap, n);
	for (guint i = 0, k; (k = 2 * i + 1) < n; i = k) {
		if (k + 1 < n && before(heap_at(r, k + 1), heap_at(r, k)))
			k++;
		if (!before(heap_at(r, k), heap_at(r, i)))
			break;
		swap(r, i, k);
	}
	return first;
}

static void arrive(struct arrival *a)
{
	gsize len;
	const uint8_t *octets = g_bytes_get_data(a->octets, &len);

	if (moor_port_link(a->port) == a->cell->link)
		moor_link_heard(a->port, a->at, octets, len, a->mark);
	g_bytes_unref(a->octets);
}

/* ---- sending ----------------------------------------------------------------------------------------------------- */

static struct seat *seat_of(const struct l2_replay *r, const struct moor_port *p)
{
	return g_hash_table_lookup(r->seat_of, p);
}

static uint32_t number_of(const struct l2_replay *r, const struct seat *s)
{
	return s ? (uint32_t)(s - r->seats) : L2_NONE;
}

/* The latest arrival so far from one port at the other. */
static moor_time *last_arrival(struct l2_replay *r, const struct moor_port *from, const struct moor_port *to)
{
	gint64 key = (gint64)((uint64_t)moor_port_number(from) << 32 | moor_port_number(to));
	gint64 *pair = g_hash_table_lookup(r->last, &key);

	if (!pair) {
		pair = g_new0(gint64, 2);
		pair[0] = key;
		g_hash_table_insert(r->last, pair, pair);
	}
	return &pair[1];
}

/* The octets as they were heard, which may have been filled up to what a medium has at least. */
static GBytes *octets_of(const uint8_t *frame, size_t len, size_t heard)
{
	uint8_t *copy = g_malloc0(MAX(len, heard));

	memcpy(copy, frame, len);
	return g_bytes_new_take(copy, heard);
}

static void as_recorded(struct l2_replay *r, struct cell *c, struct moor_port *from, const uint8_t *frame, size_t len,
			uint64_t mark, const struct l2_item *x)
{
	for (uint32_t i = x->next; i != L2_NONE; i = l2_item(r->f, i)->next) {
		const struct l2_item *h = l2_item(r->f, i);
		struct arrival a = { .at = h->at, .order = i, .port = r->seats[h->port].port, .cell = c, .mark = mark };
		moor_time *last = last_arrival(r, from, a.port);

		a.octets = octets_of(frame, len, h->len);
		*last = MAX(*last, a.at);
		push(r, &a);
	}
}

static void by_the_channel(struct l2_replay *r, struct cell *c, struct moor_port *from, const uint8_t *frame,
			   size_t len, uint64_t mark)
{
	moor_time now = moor_world_now(r->w);
	bool any = false, lost = false;

	if (!r->channel)
		r->channel = l2_channel_new(r->f);
	for (guint i = 0; i < c->plugged->len; i++) {
		struct arrival a = { .port = c->plugged->pdata[i], .cell = c, .order = r->order, .mark = mark };
		const struct seat *s = seat_of(r, a.port);
		moor_time delay, *last;

		if (a.port == from || !moor_port_accepts(a.port, frame) || (s && s->station && s->cell != c))
			continue;
		delay = l2_channel_delay(r->channel, number_of(r, seat_of(r, from)), number_of(r, s), now, frame[0] & 1);
		if (delay == L2_LOST) {
			lost = true;
			continue;
		}
		any = true;
		last = last_arrival(r, from, a.port);
		a.at = *last = MAX(*last, moor_time_add(now, delay));
		a.octets = octets_of(frame, len, len);
		r->order++;
		push(r, &a);
	}
	r->others++;
	r->lost += lost && !any;
	r->late += now > r->f->end;
}

/* The recorded frame that this is; NULL: it is none. */
static const struct l2_item *recorded(struct l2_replay *r, struct seat *s, uint32_t link, size_t len)
{
	moor_time now = moor_world_now(r->w);
	uint32_t i;

	while (s->next != L2_NONE && l2_item(r->f, s->next)->at < now)
		s->next = l2_item(r->f, s->next)->same;
	for (i = s->next; i != L2_NONE && l2_item(r->f, i)->at == now; i = l2_item(r->f, i)->same)
		if (!r->used[i] && l2_item(r->f, i)->link == link && l2_item(r->f, i)->len == len) {
			r->used[i] = 1;
			return l2_item(r->f, i);
		}
	return NULL;
}

static bool cell_send(struct moor_medium *m, struct moor_port *from, const uint8_t *frame, size_t len, uint64_t mark)
{
	struct cell *c = MOOR_CONTAINER(m, struct cell, medium);
	struct l2_replay *r = c->replay;
	struct seat *s = seat_of(r, from);
	const struct l2_item *x;

	if (mark == MOOR_MARK_LOST)
		return true;
	if (s && s->station && s->cell != c)
		return false;
	x = s ? recorded(r, s, c->number, len) : NULL;
	r->as_recorded += x != NULL;
	if (x && x->kind == L2_REFUSED)
		return false;
	if (x)
		as_recorded(r, c, from, frame, len, mark, x);
	else
		by_the_channel(r, c, from, frame, len, mark);
	return true;
}

/* ---- coming and going -------------------------------------------------------------------------------------------- */

/* The port goes to where its station is. Never from inside a handler of the world. */
static void follow(struct l2_replay *r, struct seat *s, moor_time now)
{
	struct moor_link *to = s->on && s->cell ? s->cell->link : NULL, *from = moor_port_link(s->port);

	if (to == from || (!s->on && from))
		return;
	moor_world_advance(r->w, now);
	s->moving = true;
	if (to)
		moor_link_attach(to, s->port, false);
	else
		moor_link_detach(s->port);
	s->moving = false;
}

static void cell_plug(struct moor_medium *m, struct moor_port *p, bool in)
{
	struct cell *c = MOOR_CONTAINER(m, struct cell, medium);

	if (in)
		g_ptr_array_add(c->plugged, p);
	else
		g_ptr_array_remove(c->plugged, p);
}

static void cell_leave(struct moor_medium *m, struct moor_port *p)
{
	struct seat *s = seat_of(MOOR_CONTAINER(m, struct cell, medium)->replay, p);

	if (s && !s->moving)
		s->on = false;
}

/* Switched on. Where its station is with another cell it follows behind. */
static bool cell_admit(struct moor_medium *m, struct moor_port *p)
{
	struct cell *c = MOOR_CONTAINER(m, struct cell, medium);
	struct l2_replay *r = c->replay;
	struct seat *s = seat_of(r, p);

	if (!s || !s->station)
		return !l2_link(r->f, c->number)->station;
	s->on = true;
	if (s->cell != c && !s->follows) {
		s->follows = true;
		g_array_append_val(r->following, s);
	}
	return s->cell == c;
}

static void stations_follow(struct l2_replay *r)
{
	for (guint i = 0; i < r->following->len; i++) {
		struct seat *s = g_array_index(r->following, struct seat *, i);

		s->follows = false;
		follow(r, s, moor_world_now(r->w));
	}
	g_array_set_size(r->following, 0);
}

/* ---- time -------------------------------------------------------------------------------------------------------- */

static void to_next_step(struct l2_replay *r)
{
	while (r->step < r->f->items->len && l2_item(r->f, r->step)->kind < L2_STATION)
		r->step++;
}

static moor_time next_step(const struct l2_replay *r)
{
	return r->step < r->f->items->len ? l2_item(r->f, r->step)->at : MOOR_NEVER;
}

static moor_time next_arrival(const struct l2_replay *r) { return r->heap->len ? heap_at(r, 0)->at : MOOR_NEVER; }

/* The world had its turn at this instant before the item, for it sent something. */
static void let_the_world_begin(struct l2_replay *r, uint64_t item)
{
	const struct l2_item *x = item && item < r->f->items->len ? l2_item(r->f, (uint32_t)item - 1) : NULL;

	if (x && (x->kind == L2_SENT || x->kind == L2_REFUSED) && x->at == l2_item(r->f, (uint32_t)item)->at)
		moor_world_advance(r->w, x->at);
}

static void emit(struct l2_replay *r, const struct l2_item *x)
{
	moor_radio_emit(r->seats[x->port].port, &g_array_index(r->f->radios, struct rec_radio, x->len));
	r->step++;
	to_next_step(r);
}

void l2_replay_told(struct l2_replay *r, const struct moor_port *p)
{
	const struct l2_item *x = next_step(r) == moor_world_now(r->w) ? l2_item(r->f, r->step) : NULL;

	if (x && x->kind == L2_RADIO && r->seats[x->port].port == p)
		emit(r, x);
}

static void step(struct l2_replay *r, const struct l2_item *x)
{
	struct seat *s = &r->seats[x->port];
	uint32_t me = r->step;

	let_the_world_begin(r, me);
	if (x->kind == L2_STATION) {
		s->cell = x->link == L2_NONE ? NULL : &r->cells[x->link];
		moor_link_station(s->port, s->cell ? s->cell->link : NULL, x->at);
		follow(r, s, x->at);
		r->step++;
		to_next_step(r);
		return;
	}
	if (moor_world_now(r->w) < x->at)
		moor_world_advance(r->w, x->at);
	if (r->step == me)	/* else it came in answer to what the timeline did */
		emit(r, x);
}

/* What the radio does at t, in the order of the recording. */
static void radio_turn(struct l2_replay *r, moor_time t)
{
	for (;;) {
		bool heard = next_arrival(r) == t;
		const struct l2_item *x = next_step(r) == t ? l2_item(r->f, r->step) : NULL;
		struct arrival a;

		if (x && (!heard || r->step < heap_at(r, 0)->order)) {
			step(r, x);
		} else if (heard) {
			a = pop(r);
			let_the_world_begin(r, a.order);
			arrive(&a);
		} else {
			return;
		}
	}
}

void l2_replay_advance(struct l2_replay *r, moor_time end)
{
	while (!moor_world_stopped(r->w)) {
		moor_time t = MIN(MIN(moor_world_next(r->w), next_arrival(r)), next_step(r));

		if (t > end)
			break;
		radio_turn(r, t);
		moor_world_advance(r->w, t);
		stations_follow(r);
	}
	if (!moor_world_stopped(r->w))
		moor_world_advance(r->w, end);
}

/* ---- making ------------------------------------------------------------------------------------------------------ */

char *l2_replay_path(const struct scenario *s)
{
	const struct tree *links = tree_get(s->base.at, "links", NULL), *word = links ? tree_get(links, "from", NULL) : NULL;

	return s->links_from && word ? security_path(word, word->text) : NULL;
}

static bool wrong(GError **error, const char *path, uint32_t line, const char *what, const char *name,
		  const char *more)
{
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s:%u: %s `%s` %s", path, line, what, name, more);
	return false;
}

static struct moor_port *interface_of(struct moor_world *w, const struct moor_node *n, const char *name)
{
	struct moor_port *p;

	for (uint32_t i = 0; (p = moor_port_at(w, i)); i++)
		if (moor_port_node(p) == n && !strcmp(moor_port_name(p), name))
			return p;
	return NULL;
}

static bool find_ports(struct l2_replay *r, GError **error)
{
	struct l2_file *f = r->f;

	for (guint i = 0; i < f->ports->len; i++) {
		const struct l2_name *x = l2_port(f, i);
		struct moor_node *n = moor_node_find(r->w, x->node);

		if (!n)
			return wrong(error, f->path, x->line, "node", x->node, "is none of this scenario's");
		r->seats[i] = (struct seat){ .port = interface_of(r->w, n, x->name), .station = x->station, .next = x->first };
		if (!r->seats[i].port)
			return wrong(error, f->path, x->line, "interface", x->name, "is none of that node in this scenario");
		g_hash_table_insert(r->seat_of, r->seats[i].port, &r->seats[i]);
	}
	return true;
}

static bool find_links(struct l2_replay *r, GError **error)
{
	struct l2_file *f = r->f;

	for (guint i = 0; i < f->links->len; i++) {
		const struct l2_name *x = l2_link(f, i);
		struct moor_link *l = moor_link_find(r->w, x->name);

		if (!l || moor_link_kind(l) != LINK_LAN)
			return wrong(error, f->path, x->line, "link", x->name, l ? "is p2p in this scenario"
								      : "is none of this scenario's");
		r->cells[i].link = l;
	}
	return true;
}

static bool has_cell(const struct l2_file *f, const char *link)
{
	for (guint i = 0; i < f->links->len; i++)
		if (!strcmp(l2_link(f, i)->name, link))
			return true;
	return false;
}

/* A node's, or of every member of a group. */
static bool has_station(const struct l2_file *f, const struct scenario *s, const char *name)
{
	const struct scen_node *group = scen_node(s, name);
	int64_t found = 0;
	uint32_t member;

	for (guint i = 0; i < f->ports->len; i++) {
		const struct l2_name *p = l2_port(f, i);

		found += p->station && (!strcmp(p->node, name) || (group && scen_member(s, p->node, &member) == group));
	}
	return found >= (group ? group->count : 1);
}

/* Every cell and station of the scenario's radio must be in it: without one the course would be another. */
static bool complete(const struct l2_file *f, const struct scen_radio *radio, const struct scenario *s, GError **error)
{
	const char *lacks = NULL, *name = NULL;

	for (guint i = 0; radio && i < radio->aps->len && !lacks; i++) {
		name = ((const struct scen_ap *)radio->aps->pdata[i])->base.name;
		lacks = has_cell(f, name) ? NULL : "access point";
	}
	if (radio && radio->lte && !lacks) {
		name = radio->lte->link->text;
		lacks = has_cell(f, name) ? NULL : "LTE link";
	}
	for (guint i = 0; radio && i < radio->stations->len && !lacks; i++) {
		name = ((const struct scen_station *)radio->stations->pdata[i])->base.name;
		lacks = has_station(f, s, name) ? NULL : "station";
	}
	if (lacks)
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: there is nothing in it of the %s `%s`%s", f->path, lacks,
			    name, f->whole ? "" : "; the recorded run was interrupted");
	return !lacks;
}

static void carry(struct l2_replay *r)
{
	for (guint i = 0; i < r->f->links->len; i++) {
		struct cell *c = &r->cells[i];

		c->medium = (struct moor_medium){ cell_send, cell_plug, cell_admit, cell_leave };
		c->replay = r;
		c->number = i;
		c->plugged = g_ptr_array_new();
		moor_link_carry(c->link, &c->medium);
	}
}

struct l2_replay *l2_replay_new(struct moor_world *w, const struct scenario *s, const char *path, GError **error)
{
	struct l2_file *f = l2_read(path, error);
	struct l2_replay *r;

	if (!f)
		return NULL;
	r = g_new0(struct l2_replay, 1);
	*r = (struct l2_replay){
		.w = w, .f = f, .cells = g_new0(struct cell, f->links->len + 1), .seats = g_new0(struct seat, f->ports->len + 1),
		.seat_of = g_hash_table_new(NULL, NULL), .heap = g_array_new(FALSE, FALSE, sizeof(struct arrival)),
		.last = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL),
		.following = g_array_new(FALSE, FALSE, sizeof(struct seat *)), .used = g_new0(uint8_t, f->items->len + 1),
		.order = f->items->len,
	};
	if (!find_links(r, error) || !find_ports(r, error) || !complete(f, s->radio, s, error)) {
		l2_replay_free(r);
		return NULL;
	}
	to_next_step(r);
	carry(r);
	return r;
}

void l2_replay_tell(const struct l2_replay *r, GString *text)
{
	const struct l2_file *f = r->f;

	g_string_append_printf(text, "\nradio of %s (%s %s, scenario %s, seed %" G_GUINT64_FORMAT "): %" G_GUINT64_FORMAT
			       " frames as recorded, %" G_GUINT64_FORMAT " others by the channel of their time, %"
			       G_GUINT64_FORMAT " of them lost\n", f->path, f->engine, f->version, f->scenario, f->seed,
			       r->as_recorded, r->others, r->lost);
	if (!f->whole)
		g_string_append_printf(text, "the recorded run was interrupted: the recording ends at %.3f s\n",
				       (double)f->end / MOOR_S);
	if (r->late)
		g_string_append_printf(text, "%" G_GUINT64_FORMAT " frames behind the recording's end took its usual time\n",
				       r->late);
}

void l2_replay_free(struct l2_replay *r)
{
	if (!r)
		return;
	for (guint i = 0; i < r->heap->len; i++)
		g_bytes_unref(heap_at(r, i)->octets);
	for (guint i = 0; i < r->f->links->len; i++)
		if (r->cells[i].plugged)
			g_ptr_array_unref(r->cells[i].plugged);
	g_hash_table_unref(r->seat_of);
	g_hash_table_unref(r->last);
	g_array_unref(r->heap);
	g_array_unref(r->following);
	l2_channel_free(r->channel);
	l2_file_free(r->f);
	g_free(r->cells);
	g_free(r->seats);
	g_free(r->used);
	g_free(r);
}
