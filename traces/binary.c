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
	uint64_t h = 1469598103934665603u;

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
	GArray *ports;			/* const char *: link the port was on when last told; &untold before */
	GArray *nodes;			/* uint8_t: told */
};

static const char untold[] = "";

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

/* The number that stands for a text or machine, which is told when it has none. */
static uint64_t id_of(struct binary_writer *b, const void *p, bool machine)
{
	uint64_t h = (uint64_t)(uintptr_t)p;
	struct known *k;

	if (!p)
		return 0;
	h = (h >> 3) * UINT64_C(0x9e3779b97f4a7c15);
	for (unsigned i = 0; i < 8; i++) {
		k = &b->slots[((h >> 32) + i) % KNOWN_SLOTS];
		if (G_LIKELY(k->p == p))
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

static void tell_port(struct binary_writer *b, uint32_t port)
{
	const char *link = NULL, *name, **told = &g_array_index(b->ports, const char *, port);
	uint32_t node;

	name = b->names.port(b->names.ctx, port, &node, &link, NULL);
	if (*told == link)
		return;
	*told = link;
	put_block(b, BINARY_PORT, (uint64_t)node << 32 | port, link != NULL, name ? name : "", link ? link : "");
}

static void tell_place(struct binary_writer *b, const struct moor_record *r)
{
	if (r->node != REC_NONE) {
		uint8_t yes = 1;
		char buf[32];

		if (G_UNLIKELY(r->node >= b->nodes->len))
			g_array_set_size(b->nodes, r->node + 1);
		if (G_UNLIKELY(!g_array_index(b->nodes, uint8_t, r->node))) {
			g_array_index(b->nodes, uint8_t, r->node) = yes;
			put_block(b, BINARY_NODE, r->node, 0, trace_node_name(&b->names, r->node, buf), NULL);
		}
	}
	if (r->port == REC_NONE || !b->names.port)
		return;
	while (G_UNLIKELY(r->port >= b->ports->len)) {
		const char *none = untold;

		g_array_append_val(b->ports, none);
	}
	/* a port is on another link only after its carrier changed: names are not asked for with each record */
	if (G_UNLIKELY(g_array_index(b->ports, const char *, r->port) == untold || r->kind == REC_CARRIER))
		tell_port(b, r->port);
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

/* Everything in front of the union, to p; returns the place behind it. */
static uint8_t *put_front(uint8_t *p, const struct moor_record *r, uint32_t head)
{
	memcpy(p, &head, 4);
	memcpy(p + 4, &r->at, 8);
	memcpy(p + 12, &r->node, 4);
	p += 16;
	if (r->port != REC_NONE) {
		memcpy(p, &r->port, 4);
		p += 4;
	}
	if (r->instance) {
		memcpy(p, &r->instance, 4);
		p += 4;
	}
	return p;
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

void binary_record(struct binary_writer *b, const struct moor_record *r)
{
	const struct binary_pointers *ps = &b->pointers[r->kind];
	size_t body = record_used(r->kind) - BINARY_BODY, len = BINARY_HEAD + 12 + body;
	unsigned what = r->kind;
	uint64_t ids[4];
	uint8_t *start, *p;

	tell_place(b, r);
	if (ps->n) {
		put_pointers(b, ps, r, ids);
		len += tail_of(ps, r);
	}
	if (r->port != REC_NONE) {
		what |= BINARY_HAS_PORT;
		len += 4;
	}
	if (r->instance) {
		what |= BINARY_HAS_INSTANCE;
		len += 4;
	}
	if (len > BINARY_LEN_MAX)
		return;			/* no frame or note is that long */
	start = trace_out_reserve(b->out, len);
	p = put_front(start, r, binary_head(what, len));
	memcpy(p, (const uint8_t *)r + BINARY_BODY, body);
	if (ps->n)
		put_tail(ps, r, ids, p, body);
	trace_out_commit(b->out, len);
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
	b->ports = g_array_new(FALSE, FALSE, sizeof(const char *));
	b->nodes = g_array_new(FALSE, TRUE, 1);
	binary_pointers_fill(b->pointers);
	binary_head_fill(&h, start);
	memcpy(trace_out_reserve(out, sizeof(h)), &h, sizeof(h));
	trace_out_commit(out, sizeof(h));
	return b;
}

const GError *binary_error(const struct binary_writer *b)
{
	return b->out->error;
}

void binary_flush(struct binary_writer *b)
{
	trace_out_flush(b->out);
}

bool binary_close(struct binary_writer *b, GError **error)
{
	bool ok;

	if (!b)
		return true;
	ok = trace_out_close(b->out, error);
	g_array_free(b->ports, TRUE);
	g_array_free(b->nodes, TRUE);
	g_free(b);
	return ok;
}
