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

struct binary_writer {
	struct trace_out *out;
	struct trace_names names;
	struct binary_pointers pointers[REC_KINDS];
	struct known slots[KNOWN_SLOTS];	/* texts and machines by pointer; what finds no room is told again */
	uint64_t n_known;
	GByteArray *nodes, *ports;	/* by number: 1 when told */
	GPtrArray *links;		/* const char *, by port: the link it was on when last told */
	uint64_t first_sent, last_sent;	/* frames whose sending was written; all between them were */
};

_Static_assert(sizeof(void *) == 8, "numbers take the place of pointers");

/* A block of up to two texts behind two numbers. */
static void put_block(struct binary_writer *b, unsigned what, uint64_t a, uint32_t c, const char *t1, const char *t2)
{
	size_t n1 = strlen(t1) + 1, n2 = t2 ? strlen(t2) + 1 : 0, len = BINARY_HEAD + 12 + n1 + n2;
	uint32_t head = binary_head(what, len);
	uint8_t *p = trace_out_reserve(b->out, len);

	memcpy(p, &head, 4);
	memcpy(p + 4, &a, 8);
	memcpy(p + 12, &c, 4);
	memcpy(p + 16, t1, n1);
	if (n2)
		memcpy(p + 16 + n1, t2, n2);
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
		put_block(b, BINARY_TEXT, k->id, 0, p, NULL);
	return k->id;
}

/* The number that stands for a text or machine, which is told when it has none. */
static inline uint64_t id_of(struct binary_writer *b, const void *p, bool machine)
{
	const struct known *k = &b->slots[slot_of(p)];

	return G_LIKELY(p && k->p == p) ? k->id : find_id(b, p, machine);
}

static void tell_port(struct binary_writer *b, uint32_t port)
{
	const char *link = NULL, *name;
	uint32_t node;

	name = b->names.port(b->names.ctx, port, &node, &link, NULL);
	if (b->ports->data[port] && b->links->pdata[port] == link)
		return;
	b->ports->data[port] = 1;
	b->links->pdata[port] = (void *)(uintptr_t)link;
	put_block(b, BINARY_PORT, (uint64_t)node << 32 | port, link != NULL, name ? name : "", link ? link : "");
}

static void grow(GByteArray *a, uint32_t number)
{
	guint was = a->len;

	g_byte_array_set_size(a, MAX(number + 1, was + was / 2));
	memset(a->data + was, 0, a->len - was);
}

static G_GNUC_NO_INLINE void tell_place(struct binary_writer *b, const struct moor_record *r)
{
	if (r->node != REC_NONE) {
		char buf[32];

		if (r->node >= b->nodes->len)
			grow(b->nodes, r->node);
		if (!b->nodes->data[r->node]) {
			b->nodes->data[r->node] = 1;
			put_block(b, BINARY_NODE, r->node, 0, trace_node_name(&b->names, r->node, buf), NULL);
		}
	}
	if (r->port == REC_NONE || !b->names.port)
		return;
	if (r->port >= b->ports->len) {
		grow(b->ports, r->port);
		g_ptr_array_set_size(b->links, (gint)b->ports->len);
	}
	tell_port(b, r->port);
}

/* A port is on another link only after its carrier changed: names are not asked for with each record. */
static inline bool is_told(const struct binary_writer *b, const struct moor_record *r)
{
	return r->node < b->nodes->len && b->nodes->data[r->node] && r->kind != REC_CARRIER
		&& (r->port == REC_NONE || (r->port < b->ports->len && b->ports->data[r->port]));
}

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

#define FRONT_MAX (BINARY_HEAD + 20u)

/* Everything in front of the fields, to start, where FRONT_MAX octets are free; returns the place behind it. */
static inline uint8_t *put_front(uint8_t *start, const struct moor_record *r)
{
	uint8_t *p = start + 16;

	memcpy(start + 4, &r->node, 4);
	memcpy(start + 8, &r->at, 8);
	memcpy(p, &r->port, 4);
	p += 4u * (r->port != REC_NONE);
	memcpy(p, &r->instance, 4);
	return p + 4u * (r->instance != 0);
}

/* What is at start and ends before end becomes a block. */
static inline void put_head(struct binary_writer *b, const struct moor_record *r, unsigned what, uint8_t *start,
			    const uint8_t *end)
{
	uint32_t head = binary_head(what | (unsigned)(r->port != REC_NONE) * BINARY_HAS_PORT
				    | (unsigned)(r->instance != 0) * BINARY_HAS_INSTANCE, (size_t)(end - start));

	memcpy(start, &head, 4);
	trace_out_commit(b->out, (size_t)(end - start));
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
	uint8_t *start, *p;

	if (FRONT_MAX + body + tail > BINARY_LEN_MAX)
		return;			/* no frame or note is that long */
	put_pointers(b, ps, r, ids);
	start = trace_out_reserve(b->out, FRONT_MAX + body + tail);
	p = put_front(start, r);
	memcpy(p, (const uint8_t *)r + BINARY_BODY, body);
	put_tail(ps, r, ids, p, body);
	put_head(b, r, r->kind | (binary_has_short_form(r->kind) ? BINARY_WHOLE : 0), start, p + body + tail);
}

/* A fixed part of the record without pointers, and octets behind it: n is a constant wherever this is called. */
static inline void put_plain(struct binary_writer *b, const struct moor_record *r, const void *fields, size_t n,
			     const uint8_t *octets, size_t more)
{
	uint8_t *start = trace_out_reserve(b->out, FRONT_MAX + n + more), *p = put_front(start, r);

	memcpy(p, fields, n);
	if (more)
		memcpy(p + n, octets, more);
	put_head(b, r, r->kind, start, p + n + more);
}

static G_GNUC_NO_INLINE void put_frame(struct binary_writer *b, const struct moor_record *r)
{
	uint64_t frame = r->u.frame.frame, word = frame << 8 | r->u.frame.trace_class;
	uint8_t *start, *p;

	if (r->u.frame.cause || frame >= BINARY_FRAME_MAX || r->u.frame.len > BINARY_LEN_MAX - FRONT_MAX - sizeof(word)) {
		put_whole(b, r);
		return;
	}
	if (r->kind == REC_FRAME_TX) {
		if (frame != b->last_sent + 1)
			b->first_sent = frame;
		b->last_sent = frame;
	} else if (r->u.frame.same && frame >= b->first_sent && b->last_sent - frame < BINARY_FRAMES) {
		start = trace_out_reserve(b->out, FRONT_MAX + sizeof(word));
		p = put_front(start, r);
		memcpy(p, &word, sizeof(word));
		put_head(b, r, BINARY_AS_SENT, start, p + sizeof(word));
		return;
	}
	put_plain(b, r, &word, sizeof(word), r->u.frame.octets, r->u.frame.len);
}

static G_GNUC_NO_INLINE void put_state(struct binary_writer *b, const struct moor_record *r)
{
	uint64_t id = id_of(b, r->u.state.machine, true);
	uint64_t word = id << 24 | (uint64_t)r->u.state.from << 16 | (uint64_t)r->u.state.to << 8 | r->u.state.event;

	if (id >= BINARY_ID_MAX)
		put_whole(b, r);
	else
		put_plain(b, r, &word, sizeof(word), NULL, 0);
}

static G_GNUC_NO_INLINE void put_signal(struct binary_writer *b, const struct moor_record *r)
{
	if (r->u.signal.message_len < BINARY_LEN_MAX - FRONT_MAX - BINARY_SIGNAL)
		put_plain(b, r, &r->u.signal, BINARY_SIGNAL, r->u.signal.message, r->u.signal.message_len);
}

/* Of its own for each, so that none pays for the registers of the others. */
#define PLAIN(member) \
	static G_GNUC_NO_INLINE void put_##member(struct binary_writer *b, const struct moor_record *r) \
	{ \
		put_plain(b, r, &r->u.member, sizeof(r->u.member), NULL, 0); \
	}

PLAIN(address)
PLAIN(router)
PLAIN(move)
PLAIN(binding)
PLAIN(data)
PLAIN(nat)
PLAIN(dhcp)
#undef PLAIN

typedef void put_fn(struct binary_writer *b, const struct moor_record *r);

static put_fn *const put[REC_KINDS] = {
	[REC_FRAME_TX] = put_frame, [REC_FRAME_RX] = put_frame, [REC_FRAME_DROP] = put_whole,
	[REC_CARRIER] = put_whole, [REC_STATE] = put_state, [REC_REFUSED] = put_state, [REC_SIGNAL_TX] = put_signal,
	[REC_SIGNAL_RX] = put_signal, [REC_ADDRESS] = put_address, [REC_ROUTER] = put_router, [REC_MOVE] = put_move,
	[REC_BINDING] = put_binding, [REC_DATA_TX] = put_data, [REC_DATA_RX] = put_data, [REC_NAT] = put_nat,
	[REC_DHCP] = put_dhcp, [REC_DEVIATION] = put_whole, [REC_DISCARD] = put_whole, [REC_ACTION] = put_whole,
	[REC_NOTE] = put_whole, [REC_AAA] = put_whole, [REC_RADIO] = put_whole,
};

void binary_record(void *writer, const struct moor_record *r)
{
	struct binary_writer *b = writer;

	if (G_UNLIKELY(!is_told(b, r)))
		tell_place(b, r);
	put[r->kind](b, r);
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
	b->ports = g_byte_array_new();
	b->nodes = g_byte_array_new();
	b->links = g_ptr_array_new();
	b->first_sent = UINT64_MAX;
	b->last_sent = UINT64_MAX - 1;
	binary_pointers_fill(b->pointers);
	binary_head_fill(&h, start);
	memcpy(trace_out_reserve(out, sizeof(h)), &h, sizeof(h));
	trace_out_commit(out, sizeof(h));
	return b;
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
	g_byte_array_free(b->ports, TRUE);
	g_byte_array_free(b->nodes, TRUE);
	g_ptr_array_free(b->links, TRUE);
	g_free(b);
	return ok;
}
