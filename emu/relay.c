/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: what processes of one run tell each other
 *
 * Everything in a batch is padded to eight octets, so that what is read lies as it was written. Of a record go the
 * fields of its kind, and behind them the texts and octets that it only points to. It implements no clause.
 */
#include "emu/relay.h"

#include <assert.h>
#include <string.h>

#define PAD(n) (((n) + 7u) & ~(gsize)7)

struct head { uint32_t kind, len; };	/* of a message; len without padding */

/* The fields of a kind that are there; what it points to follows. */
struct fixed {
	moor_time at;
	uint32_t kind, node, port, instance;
};

static size_t body_len(enum rec_kind kind)
{
#define SIZE(member) sizeof(((struct moor_record *)NULL)->u.member)
	switch (kind) {
	case REC_FRAME_TX: case REC_FRAME_RX: case REC_FRAME_DROP:
		return SIZE(frame);
	case REC_CARRIER:
		return SIZE(carrier);
	case REC_STATE: case REC_REFUSED:
		return SIZE(state);
	case REC_SIGNAL_TX: case REC_SIGNAL_RX:
		return SIZE(signal);
	case REC_ADDRESS:
		return SIZE(address);
	case REC_ROUTER:
		return SIZE(router);
	case REC_MOVE:
		return SIZE(move);
	case REC_BINDING:
		return SIZE(binding);
	case REC_DATA_TX: case REC_DATA_RX:
		return SIZE(data);
	case REC_NAT:
		return SIZE(nat);
	case REC_DHCP:
		return SIZE(dhcp);
	case REC_DEVIATION:
		return SIZE(deviation);
	case REC_DISCARD:
		return SIZE(discard);
	case REC_ACTION:
		return SIZE(action);
	case REC_NOTE:
		return SIZE(note);
	case REC_AAA:
		return SIZE(aaa);
	case REC_KEYS:
		return SIZE(keys);
	case REC_RADIO:
		return SIZE(radio);
	case REC_KINDS:
		break;
	}
#undef SIZE
	return 0;
}

/* What a record points to: a text up to its 0, or so many octets. */
struct lent {
	void *at;			/* the pointer, of whatever type */
	uint32_t len;			/* TEXT: a text */
};
#define TEXT UINT32_MAX
#define LENT(field, n) (struct lent){ &(field), (n) }

static unsigned lent_keys(struct rec_keys *k, struct lent *out)
{
	out[0] = LENT(k->encr_i, k->encr_len);
	out[1] = LENT(k->encr_r, k->encr_len);
	out[2] = LENT(k->integ_i, k->integ_len);
	out[3] = LENT(k->integ_r, k->integ_len);
	out[4] = LENT(k->sk_d, k->prf_len);
	out[5] = LENT(k->sk_pi, k->prf_len);
	out[6] = LENT(k->sk_pr, k->prf_len);
	return 7;
}

static unsigned lent_of(struct moor_record *r, struct lent *out)
{
	switch (r->kind) {
	case REC_FRAME_TX: case REC_FRAME_RX: case REC_FRAME_DROP:
		out[0] = LENT(r->u.frame.octets, r->u.frame.len);
		out[1] = LENT(r->u.frame.cause, TEXT);
		return 2;
	case REC_CARRIER:
		out[0] = LENT(r->u.carrier.link, TEXT);
		return 1;
	case REC_SIGNAL_TX: case REC_SIGNAL_RX:
		out[0] = LENT(r->u.signal.message, r->u.signal.message_len);
		return 1;
	case REC_DEVIATION:
		out[0] = LENT(r->u.deviation.id, TEXT);
		out[1] = LENT(r->u.deviation.clause, TEXT);
		return 2;
	case REC_DISCARD:
		out[0] = LENT(r->u.discard.reason, TEXT);
		out[1] = LENT(r->u.discard.clause, TEXT);
		return 2;
	case REC_ACTION:
		out[0] = LENT(r->u.action.verb, TEXT);
		out[1] = LENT(r->u.action.arg, TEXT);
		return 2;
	case REC_NOTE:
		out[0] = LENT(r->u.note, TEXT);
		return 1;
	case REC_AAA:
		out[0] = LENT(r->u.aaa.eap, r->u.aaa.eap_len);
		return 1;
	case REC_RADIO:
		out[0] = LENT(r->u.radio.link, TEXT);
		return 1;
	case REC_KEYS:
		return lent_keys(&r->u.keys, out);
	case REC_STATE: case REC_REFUSED:	/* the machine is a constant of the program */
	case REC_ADDRESS: case REC_ROUTER: case REC_MOVE: case REC_BINDING: case REC_DATA_TX: case REC_DATA_RX:
	case REC_NAT: case REC_DHCP: case REC_KINDS:
		break;
	}
	return 0;
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

static void add(struct relay_out *o, const void *octets, size_t n)
{
	static const uint8_t zeros[8];

	if (n)
		g_byte_array_append(o->octets, octets, (guint)n);
	g_byte_array_append(o->octets, zeros, (guint)(PAD(n) - n));
}

static void begin(struct relay_out *o)
{
	const struct relay_batch none = { .port = REC_NONE };

	o->begun = o->octets->len;
	add(o, &none, sizeof none);
}

void relay_out_init(struct relay_out *o)
{
	o->octets = g_byte_array_new();
	begin(o);
}

void relay_out_done(struct relay_out *o)
{
	g_byte_array_unref(o->octets);
}

bool relay_empty(const struct relay_out *o) { return o->octets->len == o->begun + sizeof(struct relay_batch); }

void relay_put(struct relay_out *o, enum relay_kind kind, const void *body, size_t len)
{
	const struct head h = { kind, (uint32_t)len };

	add(o, &h, sizeof h);
	add(o, body, len);
}

void relay_record(struct relay_out *o, const struct moor_record *r)
{
	const struct fixed f = { r->at, r->kind, r->node, r->port, r->instance };
	struct head h = { RELAY_RECORD, 0 };
	struct moor_record copy;
	struct lent lent[8];
	gsize at = o->octets->len;
	unsigned n;

	/* the fields of its kind alone were ever written */
	memcpy(&copy.u, &r->u, body_len(r->kind));
	copy.kind = r->kind;
	n = lent_of(&copy, lent);
	add(o, &h, sizeof h);
	add(o, &f, sizeof f);
	add(o, &r->u, body_len(r->kind));
	for (unsigned k = 0; k < n; k++) {
		const void *p;
		uint64_t len;

		memcpy(&p, lent[k].at, sizeof p);
		len = !p ? UINT64_MAX : lent[k].len == TEXT ? strlen(p) + 1 : lent[k].len;

		add(o, &len, sizeof len);
		add(o, p, p ? len : 0);
	}
	((struct head *)(void *)(o->octets->data + at))->len = (uint32_t)(o->octets->len - at - sizeof h);
}

uint64_t relay_key(const uint8_t *frame, size_t len)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325) ^ len, word;

	for (; len >= 8; frame += 8, len -= 8) {
		memcpy(&word, frame, 8);
		h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
		h ^= h >> 29;
	}
	for (; len; frame++, len--)
		h = (h ^ *frame) * UINT64_C(0x100000001b3);
	return h;
}

void relay_end(struct relay_out *o, uint32_t port, uint8_t frame_class, const uint8_t *frame, size_t len)
{
	struct relay_batch *b = (struct relay_batch *)(void *)(o->octets->data + o->begun);

	b->n = (uint32_t)(o->octets->len - o->begun - sizeof *b);
	b->port = port;
	b->frame_class = frame_class;
	b->key = port == REC_NONE ? 0 : relay_key(frame, len);
	begin(o);
}

bool relay_send(struct relay_out *o, struct device *d)
{
	bool fine = device_write(d, o->octets->data, o->begun);

	g_byte_array_remove_range(o->octets, 0, (guint)o->begun);
	o->begun = 0;
	return fine;
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

void relay_in_init(struct relay_in *i)
{
	*i = (struct relay_in){ .octets = g_byte_array_new() };
}

void relay_in_done(struct relay_in *i)
{
	if (i->octets)
		g_byte_array_unref(i->octets);
	i->octets = NULL;
}

void relay_feed(struct relay_in *i, const uint8_t *octets, size_t n)
{
	if (i->at) {
		g_byte_array_remove_range(i->octets, 0, (guint)i->at);
		i->next -= MIN(i->next, i->at);
		i->at = 0;
	}
	g_byte_array_append(i->octets, octets, (guint)n);
}

static const struct relay_batch *batch_at(const struct relay_in *i, gsize at)
{
	const struct relay_batch *b = (const void *)(i->octets->data + at);

	return i->octets->len - at >= sizeof *b && i->octets->len - at - sizeof *b >= b->n ? b : NULL;
}

const struct relay_batch *relay_batch(struct relay_in *i) { return batch_at(i, i->at); }

bool relay_awaits(struct relay_in *i, uint32_t port, uint64_t key)
{
	const struct relay_batch *b;

	for (gsize at = i->at; (b = batch_at(i, at)); at += sizeof *b + b->n)
		if (b->port == port && b->key == key)
			return true;
	return false;
}

void relay_drop(struct relay_in *i)
{
	const struct relay_batch *b = relay_batch(i);

	assert(b);
	i->at += sizeof *b + b->n;
	i->next = 0;
}

static void read_record(const uint8_t *p, struct moor_record *r)
{
	const struct fixed *f = (const void *)p;
	struct lent lent[8];
	unsigned n;

	r->at = f->at;
	r->kind = (enum rec_kind)f->kind;
	r->node = f->node;
	r->port = f->port;
	r->instance = f->instance;
	p += PAD(sizeof *f);
	memcpy(&r->u, p, body_len(r->kind));
	p += PAD(body_len(r->kind));
	n = lent_of(r, lent);
	for (unsigned k = 0; k < n; k++) {
		const void *there;
		uint64_t len;

		memcpy(&len, p, sizeof len);
		p += sizeof len;
		there = len == UINT64_MAX ? NULL : p;
		memcpy(lent[k].at, &there, sizeof there);
		p += len == UINT64_MAX ? 0 : PAD(len);
	}
}

bool relay_next(struct relay_in *i, struct relay_message *out)
{
	const struct relay_batch *b = relay_batch(i);
	const struct head *h;
	gsize at = MAX(i->next, i->at + sizeof *b);

	if (!b || at >= i->at + sizeof *b + b->n)
		return false;
	h = (const void *)(i->octets->data + at);
	out->kind = (enum relay_kind)h->kind;
	out->len = h->len;
	out->body = h + 1;
	i->next = at + sizeof *h + PAD(h->len);
	if (out->kind == RELAY_RECORD)
		read_record(out->body, &out->record);
	return true;
}
