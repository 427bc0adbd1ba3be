/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mobility header as a whole: the fixed eight octets, the walk over the options, padding and checksum. What lies
 * between belongs to the rows of the message table (mh_body.c) and of the option table (mh_opt.c, mh_opt_rw.c).
 *
 * Implements [RFC 6275 6.1, 6.2.1 to 6.2.3, 9.2]; refusing messages, answering with ICMPv6 or a Binding Error is not
 * done here, the fault and the notes say what a node needs for it.
 *
 * Leniency that other people's implementations ask for: an option that starts before the end that the header length
 * gives but runs past it is read when the packet holds its octets (a daemon in the field counts its header 4 octets
 * short).
 */
#include <assert.h>

#include "base/checksum.h"
#include "wire/mh_codec.h"

void mh_note(struct mh_decoding *k, const char *id, const char *clause, const uint8_t *where, uint32_t value)
{
	k->m->notes++;
	wire_note(k->d, id, clause, (uint32_t)(where - k->base), value);
}

__attribute__((cold, noinline)) static bool fail(struct mh_decoding *k, const uint8_t *where, const char *reason)
{
	if (!k->m->fault.reason)
		k->m->fault = (struct fault){ reason, (uint32_t)(where - k->base) };
	return false;
}

uint8_t *mh_pad(uint8_t *p, unsigned n)
{
	static const uint8_t pads[8][8] = { { 0 }, { MH_OPT_PAD1 }, { MH_OPT_PADN, 0 }, { MH_OPT_PADN, 1 },
		{ MH_OPT_PADN, 2 }, { MH_OPT_PADN, 3 }, { MH_OPT_PADN, 4 }, { MH_OPT_PADN, 5 } };

	n &= 7;
	return wr_octets(p, pads[n], n);
}

/* Which types were seen, for those that must not come twice; types from 64 on share the second word. */
struct seen {
	uint64_t low, high;
};

static inline bool seen_before(struct seen *s, unsigned type)
{
	uint64_t bit = 1ull << (type & 63), was = type < 64 ? s->low : s->high;

	if (type < 64)
		s->low |= bit;
	else
		s->high |= bit;
	return was & bit;
}

/* LRI and LRA name two nodes, each with its identifier [RFC 6705 10] */
static void second(struct mh_decoding *k, const struct mh_opt_row *row, const uint8_t *p)
{
	if (!row->repeatable && k->m->type != MH_LRI && k->m->type != MH_LRA)
		mh_note(k, "opt-duplicate", row->clause, p, p[0]);
}

/* Of the few options whose alignment is no constant. Flow identification may lie on any even octet [RFC 6089 4.2] */
static void special_place(struct mh_decoding *k, const struct mh_opt_row *row, const struct mh_opt *o, const uint8_t *p)
{
	unsigned n = row->align_n, y = row->align_y;

	if (p[0] != MH_OPT_FLOW_ID)
		mh_opt_align(o, p[1], &n, &y);
	if (row->align_how & ALIGN_CHECK && ((size_t)(p - k->base) & (n - 1)) != y)
		mh_note(k, "opt-alignment", row->clause, p, p[0]);
}

__attribute__((cold, noinline)) static void unread(struct mh_decoding *k, struct mh_opt *o, const uint8_t *p,
	const char *id, const char *clause)
{
	bool unknown = p[0] >= MH_OPT_TYPES;

	o->bad = !unknown;
	o->raw = (struct mh_octets){ p + 2, p[1] };
	mh_note(k, id, clause, unknown ? p : p + 1, unknown ? p[0] : p[1]);
}

/*
 * One option whose octets are all there, at `at`. Type and length are kept in registers: what is stored through octet
 * pointers would have to be loaded again.
 */
static inline void option(struct mh_decoding *k, struct mh_opt *o, size_t at, unsigned type, unsigned len,
	struct seen *seen)
{
	const uint8_t *p = k->base + at;
	const struct mh_opt_row *row;

	o->type = (uint8_t)type;
	o->len = (uint8_t)len;
	o->offset = (uint16_t)at;
	o->bad = false;
	if (type >= MH_OPT_TYPES) {
		unread(k, o, p, "opt-unknown", "RFC 6275 6.2.1");
		return;
	}
	row = &mh_opt_rows[type];
	if ((at & (row->align_n - 1u)) != row->align_y && row->align_how == ALIGN_CHECK)
		mh_note(k, "opt-alignment", row->clause, p, type);
	else if (row->align_how & ALIGN_SPECIAL)
		special_place(k, row, o, p);
	if (seen_before(seen, type))
		second(k, row, p);
	if (len > row->max)
		mh_note(k, "opt-length-long", row->clause, p + 1, len);
	if (len < row->min || !row->decode(o, p + 2, len, k))
		unread(k, o, p, "opt-length", row->clause);
}

static inline void padn(struct mh_decoding *k, const uint8_t *p, unsigned len)
{
	unsigned i;

	for (i = 0; i < len; i++)
		if (p[i]) {
			mh_note(k, "padn-nonzero", "RFC 6275 6.2.3", p + i, p[i]);
			return;
		}
}

/*
 * Walks the options from `at` to `end`, where the header length ends them; `all` is where the packet ends. Every round
 * takes at least one octet. Returns where it stopped.
 */
static size_t options(struct mh_decoding *k, size_t at, size_t end, size_t all)
{
	struct mh_opt *o = k->m->opt, *last = o + MH_OPT_MAX;
	struct seen seen = { 0, 0 };
	const uint8_t *p = k->base;
	const char *clause = NULL;
	size_t next, auth = 0;

	for (; at < end; at = next) {
		unsigned type = p[at], len;

		next = at + 1;
		if (type == MH_OPT_PAD1)
			continue;
		len = next < all ? p[next] : 0;
		next += 1 + len;
		if (next > all) {
			fail(k, p + at, "an option runs past the end of the packet");
			at = all;
			break;
		}
		if (next > end)
			mh_note(k, "opt-past-header-length", "RFC 6275 6.1.1", p + at, (uint32_t)(next - end));
		if (type == MH_OPT_PADN)
			padn(k, p + at + 2, len);
		else if (o == last)
			mh_note(k, "opt-too-many", NULL, p + at, type);
		else
			option(k, o++, at, type, len, &seen);
		if (type == MH_OPT_AUTH_DATA || type == MH_OPT_BADF) {
			auth = next;
			clause = mh_opt_rows[type].clause;
		}
	}
	k->m->n_opt = (uint8_t)(o - k->m->opt);
	if (auth && auth < end)
		mh_note(k, "opt-auth-not-last", clause, p + auth, (uint32_t)(end - auth));
	return at;
}

static void start(struct mh_msg *m)
{
	memset(m, 0, offsetof(struct mh_msg, opt));
}

static bool head(struct mh_decoding *k, const uint8_t *p, size_t n)
{
	struct mh_msg *m = k->m;

	start(m);
	if (n < 8) {
		m->type = 0xff;
		if (n > 2)
			m->type = p[2];
		if (m->type >= MH_TYPES)
			m->raw.p = n ? p + n : p;
		return fail(k, n ? p + n : p, "the packet ends within the first 8 octets of the mobility header");
	}
	m->payload_proto = p[0];
	m->header_len = p[1];
	m->type = p[2];
	m->checksum = rd16(p + 4);
	if (p[0] != MH_NO_PAYLOAD)
		mh_note(k, "mh-payload-proto", "RFC 6275 9.2", p, p[0]);
	if (p[3])
		mh_note(k, "reserved-nonzero", "RFC 6275 6.1.1", p + 3, p[3]);
	return true;
}

bool mh_decode(const uint8_t *p, size_t n, struct mh_msg *out, struct wire_diags *d)
{
	struct mh_decoding k = { out, d, p };
	const struct mh_msg_row *row;
	size_t len, end, stop;

	if (!head(&k, p, n))
		return false;
	len = ((size_t)p[1] + 1) * 8;
	end = stop = len < n ? len : n;
	if (out->type >= MH_TYPES) {
		mh_note(&k, "mh-type-unknown", "RFC 6275 9.2", p + 2, p[2]);
		out->raw.p = p + 6;
		out->raw.n = (uint16_t)(end - 6);
	} else {
		row = &mh_msg_rows[out->type];
		/* [RFC 6275 9.2]: the pointer goes to the header length */
		if (len < row->fixed)
			return fail(&k, p + 1, "the header length is too short for the message type");
		if (n < row->fixed)
			return fail(&k, p + n, "the packet ends within the fixed part of the message");
		row->decode(out, p, end, &k);
		if (out->fault.reason)
			return false;
		if (row->options)
			stop = options(&k, mh_options_at(out), end, n);
	}
	if (len > n)
		return fail(&k, p + n, "the packet ends before the header length says");
	if (stop < n && !out->fault.reason)
		mh_note(&k, "mh-trailing", "RFC 6275 6.1.1", p + stop, (uint32_t)(n - stop));
	return !out->fault.reason;
}

/* Data octets of the options whose alignment hangs on them. */
static unsigned special_data(const struct mh_opt *o)
{
	if (o->type == MH_OPT_AUTH_DATA)
		return o->octets.n;
	if (o->type == MH_OPT_BADF)
		return 4u + o->auth.data.n;
	if (o->type == MH_OPT_BID)
		return o->bid.family == 6 ? 20 : o->bid.family == 4 ? 8 : 4;
	if (o->type == MH_OPT_FLOW_ID)
		return 6u + o->flow.subs.n;
	return 2u + o->lla.addr.n;
}

static unsigned padding(size_t at, unsigned n, unsigned y)
{
	return (unsigned)((y - at) & (n - 1));
}

/*
 * Padding and option to p, which has room for MH_OPT_ROOM octets; `at`: its offset in the message. NULL: cannot be
 * written.
 */
static uint8_t *put_option(const struct mh_opt *o, uint8_t *p, size_t at)
{
	const struct mh_opt_row *row;
	uint8_t *data;
	unsigned n, y;

	if (o->type == MH_OPT_PAD1 || o->type == MH_OPT_PADN)
		return NULL;
	if (o->bad || o->type >= MH_OPT_TYPES) {
		data = wr8(wr8(p, o->type), o->raw.n);
		return wr_octets(data, o->raw.p, o->raw.n);
	}
	row = &mh_opt_rows[o->type];
	n = row->align_n;
	y = row->align_y;
	if (row->align_how & ALIGN_SPECIAL)
		mh_opt_align(o, special_data(o), &n, &y);
	p = mh_pad(p, padding(at, n, y));
	data = row->encode(o, p + 2);
	if (!data || data - p > 257)
		return NULL;
	p[0] = o->type;
	p[1] = (uint8_t)(data - p - 2);
	return data;
}

/* The same where less room is left than an option may take: by way of the stack. */
static uint8_t *put_tight(const struct mh_opt *o, uint8_t *p, size_t at, size_t room)
{
	uint8_t scratch[MH_OPT_ROOM];
	uint8_t *end = put_option(o, scratch, at);

	if (!end || (size_t)(end - scratch) > room)
		return NULL;
	return wr_octets(p, scratch, (size_t)(end - scratch));
}

static uint8_t *put_options(const struct mh_msg *m, uint8_t *buf, uint8_t *p, size_t cap)
{
	unsigned i;

	for (i = 0; p && i < m->n_opt; i++) {
		size_t at = (size_t)(p - buf);

		if (cap - at >= MH_OPT_ROOM)
			p = put_option(&m->opt[i], p, at);
		else
			p = put_tight(&m->opt[i], p, at, cap - at);
	}
	return p;
}

size_t mh_encode(const struct mh_msg *m, uint8_t *buf, size_t cap)
{
	uint8_t *p;
	unsigned pad;

	if (cap > MH_MAX)
		cap = MH_MAX;
	if (m->type >= MH_TYPES) {
		if (cap < 6u + m->raw.n)
			return 0;
		p = wr_octets(buf + 6, m->raw.p, m->raw.n);
	} else {
		if (cap < mh_options_at(m) || (m->type == MH_EXPERIMENTAL && cap < 6u + m->raw.n))
			return 0;
		p = mh_msg_rows[m->type].encode(m, buf + 6);
		if (p && mh_msg_rows[m->type].options)
			p = put_options(m, buf, p, cap);
	}
	if (!p)
		return 0;
	pad = padding((size_t)(p - buf), 8, 0);
	if ((size_t)(p - buf) + pad > cap)
		return 0;
	if (m->type >= MH_TYPES || !mh_msg_rows[m->type].options)
		p = (uint8_t *)memset(p, 0, pad) + pad;
	else
		p = mh_pad(p, pad);
	wr8(wr8(wr8(wr8(buf, MH_NO_PAYLOAD), (uint8_t)((p - buf) / 8 - 1)), m->type), 0);
	wr16(buf + 4, 0);
	return (size_t)(p - buf);
}

static uint16_t sum(const uint8_t *mh, size_t n, const struct ip6_addr *src, const struct ip6_addr *dst)
{
	return csum_fold(csum_add(csum_pseudo6(src, dst, (uint32_t)n, 135), mh, n));
}

void mh_seal(uint8_t *mh, size_t n, const struct ip6_addr *src, const struct ip6_addr *dst)
{
	assert(n >= 8);
	wr16(mh + 4, 0);
	wr16(mh + 4, sum(mh, n, src, dst));
}

bool mh_sum_ok(const uint8_t *mh, size_t n, const struct ip6_addr *src, const struct ip6_addr *dst)
{
	return n >= 8 && csum_ok6(src, dst, 135, mh, (uint32_t)n);
}

void mh_start(struct mh_msg *m, uint8_t type)
{
	start(m);
	m->payload_proto = MH_NO_PAYLOAD;
	m->type = type;
}

struct mh_opt *mh_add(struct mh_msg *m, uint8_t type)
{
	struct mh_opt *o;

	assert(m->n_opt < MH_OPT_MAX && type != MH_OPT_PAD1 && type != MH_OPT_PADN);
	o = &m->opt[m->n_opt++];
	memset(o, 0, sizeof *o);
	o->type = type;
	return o;
}

static const struct mh_opt *look(const struct mh_msg *m, unsigned i, uint8_t type, bool bad_too)
{
	for (; i < m->n_opt; i++)
		if (m->opt[i].type == type && (bad_too || !m->opt[i].bad))
			return &m->opt[i];
	return NULL;
}

const struct mh_opt *mh_find(const struct mh_msg *m, uint8_t type)
{
	return look(m, 0, type, false);
}

const struct mh_opt *mh_next(const struct mh_msg *m, const struct mh_opt *o)
{
	return look(m, (unsigned)(o - m->opt) + 1, o->type, false);
}

const struct mh_opt *mh_find_any(const struct mh_msg *m, uint8_t type)
{
	return look(m, 0, type, true);
}

unsigned mh_count(const struct mh_msg *m, uint8_t type)
{
	unsigned i, n = 0;

	for (i = 0; i < m->n_opt; i++)
		n += m->opt[i].type == type && !m->opt[i].bad;
	return n;
}
