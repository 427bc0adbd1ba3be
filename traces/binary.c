/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records as they are in memory, behind each other, with their texts told once by number. It exists because this
 * costs a few nanoseconds a record where text costs hundreds. No clause.
 */
#include "traces/binary.h"

#include "moor-config.h"
#include "traces/binary_internal.h"

void binary_pointers_fill(struct binary_pointers p[REC_KINDS])
{
	for (int k = 0; k < REC_KINDS; k++) {
		unsigned n;
		const struct record_field *f = record_fields((enum rec_kind)k, &n);

		p[k].n = 0;
		for (unsigned i = 0; i < n; i++)
			if (f[i].type == FIELD_STRING || f[i].type == FIELD_TEXT || f[i].type == FIELD_OCTETS
			    || f[i].type == FIELD_MACHINE) {
				p[k].type[p[k].n] = f[i].type;
				p[k].offset[p[k].n] = f[i].offset;
				p[k].second[p[k].n++] = f[i].second;
			}
	}
}

static uint64_t layout_of(void)
{
	uint64_t h = 1469598103934665603u + BINARY_FORM;

	for (int k = 0; k < REC_KINDS; k++) {
		unsigned n;
		const struct record_field *f = record_fields((enum rec_kind)k, &n);

		for (unsigned i = 0; i < n; i++)
			h = (h ^ ((uint64_t)f[i].type << 32 | (uint64_t)f[i].offset << 16 | f[i].second)) * 1099511628211u;
		h = (h ^ record_used((enum rec_kind)k)) * 1099511628211u;
	}
	return h;
}

void binary_head_fill(struct binary_file_head *h, int64_t start)
{
	memset(h, 0, sizeof(*h));
	h->head = binary_head(BINARY_FILE, sizeof(*h));
	memcpy(h->magic, "moor", 4);
	memcpy(h->version, MOORING_VERSION, MIN(sizeof(MOORING_VERSION), sizeof(h->version)));
	h->record_size = sizeof(struct moor_record);
	h->kinds = REC_KINDS;
	h->layout = layout_of();
	h->start = start;
}

/* ---- writing ------------------------------------------------------------------------------------- */

#define KNOWN_SLOTS 1024u

struct known {
	const void *p;
	uint64_t id;
};

/* One bit for each number: whether it was told. Bits, because a million of them are looked at between other work. */
struct told {
	uint64_t *bits;
	uint32_t n;			/* how many there are */
};

struct binary_writer {
	struct trace_out *out;
	moor_time at;			/* of the records that are written now, as last told */
	uint32_t node;
	struct told nodes, ports;
	struct trace_names names;
	uint64_t first_sent, last_sent;	/* frames whose sending was written; all between them were */
	uint64_t n_known;
	struct binary_pointers pointers[REC_KINDS];
	struct known slots[KNOWN_SLOTS];	/* texts and machines by pointer; what finds no room is told again */
};

_Static_assert(sizeof(void *) == 8, "numbers take the place of pointers");

/* A block of a text behind two numbers; of a port another text and its address follow. */
static void put_block(struct binary_writer *b, unsigned what, uint64_t a, uint32_t c, const char *t1, const char *t2,
		      const struct mac_addr *mac)
{
	size_t n1 = strlen(t1) + 1, n2 = t2 ? strlen(t2) + 1 : 0, n3 = mac ? sizeof mac->o : 0;
	size_t len = BINARY_HEAD + 12 + n1 + n2 + n3;
	uint32_t head = binary_head(what, len);
	uint8_t *p = trace_out_reserve(b->out, len);

	memcpy(p, &head, 4);
	memcpy(p + 4, &a, 8);
	memcpy(p + 12, &c, 4);
	memcpy(p + 16, t1, n1);
	if (n2)
		memcpy(p + 16 + n1, t2, n2);
	if (n3)
		memcpy(p + 16 + n1 + n2, mac->o, n3);
	trace_out_commit(b->out, len);
}

static void put_machine(struct binary_writer *b, uint64_t id, const struct fsm *m)
{
	GString *all = g_string_new(m->name);
	uint32_t head;
	size_t len;
	uint8_t *p;

	g_string_append_c(all, '\0');
	for (int i = 0; i < m->n_states; i++)
		g_string_append_len(all, m->states[i].name, (gssize)strlen(m->states[i].name) + 1);
	for (int i = 0; i < m->n_events; i++)
		g_string_append_len(all, m->events[i], (gssize)strlen(m->events[i]) + 1);
	len = BINARY_HEAD + 10 + all->len;
	head = binary_head(BINARY_MACHINE, len);
	p = trace_out_reserve(b->out, len);
	memcpy(p, &head, 4);
	memcpy(p + 4, &id, 8);
	p[12] = m->n_states;
	p[13] = m->n_events;
	memcpy(p + 14, all->str, all->len);
	trace_out_commit(b->out, len);
	g_string_free(all, TRUE);
}

static inline unsigned slot_of(const void *p)
{
	return (unsigned)(((uint64_t)(uintptr_t)p >> 3) * UINT64_C(0x9e3779b97f4a7c15) >> 32) % KNOWN_SLOTS;
}

/* What is not at its own place. */
static uint64_t find_id(struct binary_writer *b, const void *p, bool machine)
{
	unsigned slot = slot_of(p);
	struct known *k;

	if (!p)
		return 0;
	for (unsigned i = 0; i < 8; i++) {
		k = &b->slots[(slot + i) % KNOWN_SLOTS];
		if (k->p == p)
			return k->id;
		if (!k->p)
			break;
	}
	k->p = p;			/* when all are taken, the last one's text will be told again */
	k->id = ++b->n_known;
	if (machine)
		put_machine(b, k->id, p);
	else
		put_block(b, BINARY_TEXT, k->id, 0, p, NULL, NULL);
	return k->id;
}

/* The number that stands for a text or machine, which is told when it has none. */
static inline uint64_t id_of(struct binary_writer *b, const void *p, bool machine)
{
	const struct known *k = &b->slots[slot_of(p)];

	return G_LIKELY(p && k->p == p) ? k->id : find_id(b, p, machine);
}

/* ---- where and when ------------------------------------------------------------------------------ */

static inline bool is_told(const struct told *t, uint32_t number)
{
	return number < t->n && t->bits[number / 64] >> number % 64 & 1;
}

static void set_told(struct told *t, uint32_t number)
{
	uint32_t n = (MAX(number + 1, t->n + t->n / 2) + 63) / 64 * 64;

	if (number >= t->n) {
		t->bits = g_renew(uint64_t, t->bits, n / 64);
		memset(t->bits + t->n / 64, 0, (n - t->n) / 8);
		t->n = n;
	}
	t->bits[number / 64] |= UINT64_C(1) << number % 64;
}

void binary_port_moved(struct binary_writer *b, uint32_t port)
{
	if (is_told(&b->ports, port))
		b->ports.bits[port / 64] &= ~(UINT64_C(1) << port % 64);
}

static void tell_port(struct binary_writer *b, uint32_t port)
{
	struct mac_addr mac = { { 0 } };
	const char *link = NULL, *name;
	uint32_t node;

	if (!b->names.port)
		return;
	name = b->names.port(b->names.ctx, port, &node, &link, &mac);
	set_told(&b->ports, port);
	put_block(b, BINARY_PORT, (uint64_t)node << 32 | port, link != NULL, name ? name : "", link ? link : "", &mac);
}

static void tell_node(struct binary_writer *b, uint32_t node)
{
	char buf[32];

	set_told(&b->nodes, node);
	put_block(b, BINARY_NODE, node, 0, trace_node_name(&b->names, node, buf), NULL, NULL);
}

/* Mostly some records are of one node and one time: that is told once for all of them. */
static inline void put_scene(struct binary_writer *b, const struct moor_record *r)
{
	uint8_t *p = b->out->buf + b->out->len;
	uint32_t head = binary_head(BINARY_SCENE, BINARY_SCENE_LEN);

	memcpy(p, &head, 4);
	memcpy(p + 4, &r->node, 4);
	memcpy(p + 8, &r->at, 8);
	b->node = r->node;
	b->at = r->at;
	trace_out_commit(b->out, BINARY_SCENE_LEN);
}

/* ---- records ------------------------------------------------------------------------------------- */

/* Octets and passing texts go behind the record; their lengths are in the record or end with a zero. */
static size_t tail_of(const struct binary_pointers *ps, const struct moor_record *r)
{
	size_t n = 0;

	for (unsigned i = 0; i < ps->n; i++) {
		const char *s = *(const char *const *)((const uint8_t *)r + ps->offset[i]);
		uint32_t len;

		if (ps->type[i] == FIELD_OCTETS) {
			memcpy(&len, (const uint8_t *)r + ps->second[i], 4);
			n += len;
		} else if (ps->type[i] == FIELD_TEXT && s) {
			n += strlen(s) + 1;
		}
	}
	return n;
}

static void put_pointers(struct binary_writer *b, const struct binary_pointers *ps, const struct moor_record *r,
			 uint64_t ids[4])
{
	for (unsigned i = 0; i < ps->n; i++) {
		const void *v = *(const void *const *)((const uint8_t *)r + ps->offset[i]);

		if (ps->type[i] == FIELD_STRING || ps->type[i] == FIELD_MACHINE)
			ids[i] = id_of(b, v, ps->type[i] == FIELD_MACHINE);
		else
			ids[i] = v != NULL;
	}
}

#define FRONT_MAX (BINARY_HEAD + 8u)

/*
 * Makes a block but for its last n octets, and returns where these belong; there is room for it. What is not always
 * there is written always, and then written over: that costs less than to ask.
 */
static inline uint8_t *put_front(struct binary_writer *b, const struct moor_record *r, unsigned what, size_t n)
{
	uint8_t *start = b->out->buf + b->out->len, *p = start + BINARY_HEAD;
	uint32_t port = r->port, instance = r->instance, head = binary_head(what, BINARY_HEAD + n);

	memcpy(p, &port, 4);
	p += 4u * (port != REC_NONE);
	memcpy(p, &instance, 4);
	head += (port != REC_NONE) * binary_head(BINARY_HAS_PORT, 4) + (instance != 0) * binary_head(BINARY_HAS_INSTANCE, 4);
	memcpy(start, &head, 4);
	trace_out_commit(b->out, binary_len(head));
	return p + 4u * (instance != 0);
}

/* The numbers in place of pointers within the union at p, and what the pointers lead to behind it. */
static void put_tail(const struct binary_pointers *ps, const struct moor_record *r, const uint64_t ids[4], uint8_t *p,
		     size_t body)
{
	uint8_t *at = p + body;

	for (unsigned i = 0; i < ps->n; i++) {
		const char *s = *(const char *const *)((const uint8_t *)r + ps->offset[i]);
		size_t n = 0;

		if (ps->type[i] == FIELD_OCTETS) {
			uint32_t len;

			memcpy(&len, (const uint8_t *)r + ps->second[i], 4);
			n = len;
		} else if (ps->type[i] == FIELD_TEXT && s) {
			n = strlen(s) + 1;
		}
		if (n)
			memcpy(at, s, n);
		at += n;
		memcpy(p + ps->offset[i] - BINARY_BODY, &ids[i], 8);
	}
}

static G_GNUC_NO_INLINE void put_whole(struct binary_writer *b, const struct moor_record *r)
{
	const struct binary_pointers *ps = &b->pointers[r->kind];
	size_t body = record_used(r->kind) - BINARY_BODY, tail = tail_of(ps, r);
	uint64_t ids[4];
	uint8_t *p;

	if (FRONT_MAX + body + tail > BINARY_LEN_MAX)
		return;			/* no frame or note is that long */
	put_pointers(b, ps, r, ids);
	trace_out_reserve(b->out, FRONT_MAX + body + tail);
	p = put_front(b, r, r->kind | (binary_has_short_form(r->kind) ? BINARY_WHOLE : 0), body + tail);
	memcpy(p, (const uint8_t *)r + BINARY_BODY, body);
	put_tail(ps, r, ids, p, body);
}

static void put_frame(struct binary_writer *b, const struct moor_record *r)
{
	uint64_t frame = r->u.frame.frame, word = frame << 8 | r->u.frame.trace_class;
	uint32_t len = r->u.frame.len;
	uint8_t *p;

	if (r->u.frame.cause || frame >= BINARY_FRAME_MAX || len > BINARY_LEN_MAX - FRONT_MAX - sizeof(word)) {
		put_whole(b, r);
		return;
	}
	if (r->kind == REC_FRAME_TX) {
		if (frame != b->last_sent + 1)
			b->first_sent = frame;
		b->last_sent = frame;
	} else if (r->u.frame.same && frame >= b->first_sent && b->last_sent - frame < BINARY_FRAMES) {
		p = put_front(b, r, BINARY_AS_SENT, sizeof(word));
		memcpy(p, &word, sizeof(word));
		return;
	}
	trace_out_reserve(b->out, FRONT_MAX + sizeof(word) + len);
	p = put_front(b, r, r->kind, sizeof(word) + len);
	memcpy(p, &word, sizeof(word));
	if (len)
		memcpy(p + sizeof(word), r->u.frame.octets, len);
}

static void put_state(struct binary_writer *b, const struct moor_record *r)
{
	const struct known *k = &b->slots[slot_of(r->u.state.machine)];
	uint32_t word;

	if (G_UNLIKELY(k->p != r->u.state.machine || k->id > UINT8_MAX)) {
		put_whole(b, r);
		return;
	}
	word = r->u.state.from | (uint32_t)r->u.state.to << 8 | (uint32_t)r->u.state.event << 16 | (uint32_t)k->id << 24;
	memcpy(put_front(b, r, r->kind, sizeof(word)), &word, sizeof(word));
}

static void put_signal(struct binary_writer *b, const struct moor_record *r)
{
	uint32_t len = r->u.signal.message_len;
	uint8_t *p;

	if (G_UNLIKELY(b->out->cap - b->out->len < FRONT_MAX + BINARY_SIGNAL + len)) {
		put_whole(b, r);	/* which makes room */
		return;
	}
	p = put_front(b, r, r->kind, BINARY_SIGNAL + len);
	memcpy(p, &r->u.signal, BINARY_SIGNAL);
	if (len)
		memcpy(p + BINARY_SIGNAL, r->u.signal.message, len);
}

/* Octets of the kinds whose records have no pointers. */
#define PLAIN(member) sizeof(((struct moor_record *)0)->u.member)
static const uint8_t plain[REC_KINDS] = {
	[REC_ADDRESS] = PLAIN(address), [REC_ROUTER] = PLAIN(router), [REC_MOVE] = PLAIN(move),
	[REC_BINDING] = PLAIN(binding), [REC_DATA_TX] = PLAIN(data), [REC_DATA_RX] = PLAIN(data), [REC_NAT] = PLAIN(nat),
	[REC_DHCP] = PLAIN(dhcp),
};
#define PLAIN_MOST 64u
_Static_assert(PLAIN(router) <= PLAIN_MOST && PLAIN(binding) <= PLAIN_MOST, "no plain kind has more");
_Static_assert(PLAIN_MOST <= sizeof(((struct moor_record *)0)->u), "so many may be read of any");

/* As many octets of each: what is too much will be written over. */
static void put_plain(struct binary_writer *b, const struct moor_record *r)
{
	memcpy(put_front(b, r, r->kind, plain[r->kind]), &r->u, PLAIN_MOST);
}

/* Free before any record: those that are longer ask for more. */
#define ROOM (BINARY_SCENE_LEN + FRONT_MAX + PLAIN_MOST)

typedef void put_fn(struct binary_writer *b, const struct moor_record *r);

static put_fn *const put[REC_KINDS] = {
	[REC_FRAME_TX] = put_frame, [REC_FRAME_RX] = put_frame, [REC_FRAME_DROP] = put_whole,
	[REC_CARRIER] = put_whole, [REC_STATE] = put_state, [REC_REFUSED] = put_state, [REC_SIGNAL_TX] = put_signal,
	[REC_SIGNAL_RX] = put_signal, [REC_ADDRESS] = put_plain, [REC_ROUTER] = put_plain, [REC_MOVE] = put_plain,
	[REC_BINDING] = put_plain, [REC_DATA_TX] = put_plain, [REC_DATA_RX] = put_plain, [REC_NAT] = put_plain,
	[REC_DHCP] = put_plain, [REC_DEVIATION] = put_whole, [REC_DISCARD] = put_whole, [REC_ACTION] = put_whole,
	[REC_NOTE] = put_whole, [REC_AAA] = put_whole, [REC_RADIO] = put_whole,
};

static inline void put_record(struct binary_writer *b, const struct moor_record *r)
{
	if (r->at != b->at || r->node != b->node)
		put_scene(b, r);
	put[r->kind](b, r);
}

/* Apart, so that the others need no registers kept. */
static G_GNUC_NO_INLINE void prepare_and_put(struct binary_writer *b, const struct moor_record *r)
{
	if (r->node != REC_NONE && !is_told(&b->nodes, r->node))
		tell_node(b, r->node);
	if (r->port != REC_NONE && !is_told(&b->ports, r->port))
		tell_port(b, r->port);
	trace_out_reserve(b->out, ROOM);
	put_record(b, r);
}

void binary_record(void *writer, const struct moor_record *r)
{
	struct binary_writer *b = writer;

	if ((r->node == b->node || is_told(&b->nodes, r->node)) && (r->port == REC_NONE || is_told(&b->ports, r->port))
	    && b->out->cap - b->out->len >= ROOM)
		put_record(b, r);
	else
		prepare_and_put(b, r);
}

struct binary_writer *binary_new(const char *path, const struct trace_names *names, int64_t start, GError **error)
{
	struct trace_out *out = trace_out_open(path, OUT_SHORT_BLOCKS, error);
	struct binary_file_head h;
	struct binary_writer *b;

	if (!out)
		return NULL;
	b = g_new0(struct binary_writer, 1);
	b->out = out;
	b->names = *names;
	b->node = REC_NONE;		/* as its reader begins */
	b->first_sent = UINT64_MAX;
	b->last_sent = UINT64_MAX - 1;
	binary_pointers_fill(b->pointers);
	binary_head_fill(&h, start);
	trace_out_fill(out, BINARY_FILLER);
	memcpy(trace_out_reserve(out, sizeof(h)), &h, sizeof(h));
	trace_out_commit(out, sizeof(h));
	trace_out_flush(out);		/* an empty file is none of this form */
	if (!out->error)
		return b;
	binary_close(b, error);
	return NULL;
}

struct trace_out *binary_out(struct binary_writer *b)
{
	return b->out;
}

bool binary_close(struct binary_writer *b, GError **error)
{
	bool ok;

	if (!b)
		return true;
	ok = trace_out_close(b->out, error);
	g_free(b->ports.bits);
	g_free(b->nodes.bits);
	g_free(b);
	return ok;
}
