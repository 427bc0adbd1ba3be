/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pcapng [draft-ietf-opsawg-pcapng]: section headers (any number, either octet order), interface descriptions with
 * time resolution and offset, enhanced, simple and obsolete packet blocks with comment and direction; every other
 * block is passed over. It exists because our own traces are pcapng with many interfaces. Name resolution, statistics
 * and decryption secrets blocks are not used.
 */
#include "traces/capture_internal.h"

enum {
	BLOCK_SECTION = 0x0a0d0d0a, BLOCK_INTERFACE = 1, BLOCK_PACKET = 2, BLOCK_SIMPLE = 3, BLOCK_ENHANCED = 6,
	ORDER_MARK = 0x1a2b3c4d, OPT_END = 0, OPT_COMMENT = 1, OPT_IF_NAME = 2, OPT_EPB_FLAGS = 2, OPT_IF_TSRESOL = 9,
	OPT_IF_TSOFFSET = 14
};

/* One block without its header and trailer. */
struct block {
	uint32_t type;
	uint64_t offset;
	const uint8_t *p;
	uint32_t n;
};

struct option {
	uint16_t code, len;
	const uint8_t *p;
};

/* The next option from *at; false at the end or when it does not fit. */
static bool next_option(const struct capture *c, const uint8_t *p, uint32_t n, uint32_t *at, struct option *o)
{
	uint32_t left = n - *at, whole;

	if (left < 4)
		return false;
	o->code = capture_u16(c, p + *at);
	o->len = capture_u16(c, p + *at + 2);
	o->p = p + *at + 4;
	whole = 4 + ((uint32_t)o->len + 3) / 4 * 4;
	if (o->code == OPT_END || o->len > left - 4)
		return false;
	*at = whole > left ? n : *at + whole;
	return true;
}

static uint64_t u64_of(const struct capture *c, const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, 8);
	return c->stats.swapped ? GUINT64_SWAP_LE_BE(v) : v;
}

static int64_t clamp64(__int128 v)
{
	return v > INT64_MAX ? INT64_MAX : v < INT64_MIN ? INT64_MIN : (int64_t)v;
}

/* Ticks of an interface's clock in nanoseconds since 1970, rounded down. */
static int64_t time_of(const struct capture_iface_state *s, uint64_t ticks)
{
	unsigned n = s->resolution & 0x7f;
	__int128 ns = ticks;

	if (G_LIKELY(s->resolution == 9)) {
		;
	} else if (s->resolution & 0x80) {
		ns = n >= 64 ? 0 : ((__int128)(ticks >> n) * MOOR_S)
			+ (((__int128)(ticks & ((UINT64_C(1) << n) - 1)) * MOOR_S) >> n);
	} else {
		for (; n < 9; n++)
			ns *= 10;
		for (; n > 9 && ns; n--)
			ns /= 10;
	}
	return clamp64(ns + (__int128)s->time_offset * MOOR_S);
}

/* ---- section and interface ----------------------------------------------------------------------- */

/* The octet order is that of the section which begins: look before the block's length is read. */
static bool section_order(struct capture *c)
{
	const uint8_t *p = capture_here(c) + 8;

	c->stats.swapped = false;
	if (capture_u32(c, p) == ORDER_MARK)
		return true;
	c->stats.swapped = true;
	return capture_u32(c, p) == ORDER_MARK;
}

static void take_interface(struct capture *c, const struct block *b)
{
	struct capture_iface_state *s;
	struct option o;
	uint32_t at = 8, i;

	if (b->n < 8) {
		capture_tell(c, CAPTURE_BAD_BLOCK, c->number + 1, b->offset, "interface block of %u octets", b->n);
		return;
	}
	i = capture_add_iface(c, capture_u16(c, b->p), capture_u32(c, b->p + 4), "");
	c->stats.interfaces++;
	s = &g_array_index(c->ifaces, struct capture_iface_state, i);
	while (next_option(c, b->p, b->n, &at, &o)) {
		if (o.code == OPT_IF_NAME) {
			g_free((char *)s->iface.name);
			s->iface.name = g_strndup((const char *)o.p, o.len);
		} else if (o.code == OPT_IF_TSRESOL && o.len >= 1) {
			s->resolution = o.p[0];
		} else if (o.code == OPT_IF_TSOFFSET && o.len >= 8) {
			s->time_offset = (int64_t)u64_of(c, o.p);
		}
	}
	if (s->resolution == 9)
		c->stats.nanosecond = true;
}

/* ---- packets ------------------------------------------------------------------------------------- */

static void take_options(struct capture *c, const uint8_t *p, uint32_t n, struct capture_frame *out)
{
	struct option o;
	uint32_t at = 0;

	while (next_option(c, p, n, &at, &o)) {
		if (o.code == OPT_COMMENT && !out->comment) {
			g_string_truncate(c->comment, 0);
			g_string_append_len(c->comment, (const char *)o.p, o.len);
			out->comment = c->comment->str;
		} else if (o.code == OPT_EPB_FLAGS && o.len >= 4) {
			out->direction = capture_u32(c, o.p) & 3;
		}
	}
}

/*
 * A packet block's body: interface, time, lengths, octets, options. head: octets in front of the packet's. ticks
 * NULL: it has no time, that of the record before is taken.
 */
static bool take_packet(struct capture *c, const struct block *b, uint32_t interface, const uint64_t *ticks,
			uint32_t len, uint32_t wire_len, uint32_t head, struct capture_frame *out)
{
	uint32_t padded = head + (len + 3) / 4 * 4;

	if (interface >= c->ifaces->len - c->section) {
		capture_tell(c, CAPTURE_BAD_BLOCK, c->number, b->offset, "packet of interface %u, which is not described",
			     interface);
		return false;
	}
	if (len > b->n - head) {
		capture_tell(c, CAPTURE_BAD_BLOCK, c->number, b->offset, "claims %u captured octets, its block has room for %u",
			     len, b->n - head);
		return false;
	}
	*out = (struct capture_frame){ .number = c->number, .offset = b->offset, .interface = c->section + interface,
		.len = len, .wire_len = MAX(len, wire_len), .octets = b->p + head,
		.lasting = c->lost };
	out->at = c->last_at;
	if (ticks)
		out->at = time_of(&g_array_index(c->ifaces, struct capture_iface_state, out->interface), *ticks);
	if (padded < b->n)
		take_options(c, b->p + padded, b->n - padded, out);
	if (G_UNLIKELY(wire_len < len))
		capture_tell(c, CAPTURE_BAD_LENGTH, c->number, b->offset, "%u octets captured of a packet of %u", len, wire_len);
	capture_judge(c, out);
	return true;
}

static bool take_enhanced(struct capture *c, const struct block *b, struct capture_frame *out)
{
	uint64_t ticks;

	if (b->n < 20) {
		capture_tell(c, CAPTURE_BAD_BLOCK, c->number, b->offset, "packet block of %u octets", b->n + 12);
		return false;
	}
	ticks = (uint64_t)capture_u32(c, b->p + 4) << 32 | capture_u32(c, b->p + 8);
	return take_packet(c, b, b->type == BLOCK_PACKET ? capture_u16(c, b->p) : capture_u32(c, b->p), &ticks,
			   capture_u32(c, b->p + 12), capture_u32(c, b->p + 16), 20, out);
}

/* No time and no captured length of its own: the time of the record before, the snap length of interface 0. */
static bool take_simple(struct capture *c, const struct block *b, struct capture_frame *out)
{
	uint32_t wire_len, len, snap;

	if (b->n < 4 || c->ifaces->len == c->section) {
		capture_tell(c, CAPTURE_BAD_BLOCK, c->number, b->offset, "simple packet block %s",
			     b->n < 4 ? "without a length" : "without an interface");
		return false;
	}
	wire_len = capture_u32(c, b->p);
	snap = g_array_index(c->ifaces, struct capture_iface_state, c->section).iface.snap_len;
	len = snap ? MIN(wire_len, snap) : wire_len;
	len = MIN(len, b->n - 4);
	return take_packet(c, b, 0, NULL, len, wire_len, 4, out);
}

/* ---- blocks -------------------------------------------------------------------------------------- */

static int block_truncated(struct capture *c, uint64_t offset, size_t need, ssize_t have)
{
	c->done = true;
	if (have > 0)
		capture_tell(c, CAPTURE_TRUNCATED, c->number + 1, offset, "the file ends inside it: %zd of %zu octets are there",
			     have, need);
	return have < 0 ? -1 : 0;
}

static int block_bad(struct capture *c, uint64_t offset, const char *what, uint32_t value)
{
	c->done = true;
	capture_tell(c, CAPTURE_BAD_LENGTH, c->number + 1, offset, "%s %u: nothing behind it can be read", what, value);
	return 0;
}

/* The whole next block in the window. 1: there; 0: the end, told; -1: read error. */
static int next_block(struct capture *c, struct block *b, GError **error)
{
	ssize_t have = capture_need(c, 12, error);
	uint64_t offset = capture_offset(c);
	uint32_t total;

	if (have < 12)
		return block_truncated(c, offset, 12, have);
	b->offset = offset;
	b->type = capture_u32(c, capture_here(c));
	if (b->type == BLOCK_SECTION && !section_order(c))
		return block_bad(c, offset, "section header with octet order mark", capture_u32(c, capture_here(c) + 8));
	total = capture_u32(c, capture_here(c) + 4);
	if (total < 12 || total % 4 || total > CAPTURE_RECORD_MAX)
		return block_bad(c, offset, "block length", total);
	have = capture_need(c, total, error);
	if (have < (ssize_t)total)
		return block_truncated(c, offset, total, have);
	if (capture_u32(c, capture_here(c) + total - 4) != total)
		capture_tell(c, CAPTURE_BAD_BLOCK, c->number + 1, offset, "length %u in front, %u behind", total,
			     capture_u32(c, capture_here(c) + total - 4));
	b->p = capture_here(c) + 8;
	b->n = total - 12;
	c->at += total;
	return 1;
}

int capture_next_block(struct capture *c, struct capture_frame *out, GError **error)
{
	struct block b;
	int got;

	while ((got = next_block(c, &b, error)) == 1) {
		bool packet = false;

		if (b.type == BLOCK_ENHANCED || b.type == BLOCK_PACKET) {
			c->number++;
			packet = take_enhanced(c, &b, out);
		} else if (b.type == BLOCK_SIMPLE) {
			c->number++;
			packet = take_simple(c, &b, out);
		} else if (b.type == BLOCK_INTERFACE) {
			take_interface(c, &b);
		} else if (b.type == BLOCK_SECTION) {
			c->section = c->ifaces->len;
		}
		if (packet)
			return 1;
	}
	return got;
}
