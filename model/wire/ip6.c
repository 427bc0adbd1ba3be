/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: IPv6 headers
 *
 * [RFC 8200] One walk over the extension header chain fills struct ip6_packet. It reads hop-by-hop and destination
 * options, routing headers, and fragment headers; it stops at the first header of another kind, which is the upper
 * layer (the Mobility Header, ESP and AH count as such), and at a fragment header that belongs to a real fragment. An
 * atomic fragment (offset 0, no more) is walked through [RFC 6946].
 *
 * Mobility: Home Address option [RFC 6275 6.3], type 2 routing header [RFC 6275 6.4, 11.3.3], and the addresses they
 * put into upper-layer checksums [RFC 6275 6.1.1, 11.3.1]. Not read: jumbograms [RFC 2675] (their option counts as
 * unknown).
 *
 * The walk works on plain pointers and not on a reader: it is on the path of every packet.
 */
#include "wire/ip6.h"

#include <assert.h>
#include <stddef.h>

struct walk {
	const uint8_t *p;		/* the IPv6 header */
	uint32_t end;			/* octets there */
	uint32_t at;			/* where the header named by nh begins */
	uint32_t nh_at;			/* the octet that names it */
	uint8_t nh;
	bool routing_seen;
	struct wire_diags *d;
};

static bool fail(struct ip6_packet *k, uint32_t at, const char *reason)
{
	k->fault = (struct fault){ reason, at };
	return false;
}

static void problem(struct ip6_packet *k, uint8_t code, uint32_t pointer, bool icmp, bool to_multicast)
{
	if (!k->problem.set)
		k->problem = (struct ip6_problem){ true, code, icmp, to_multicast, pointer };
}

bool ip6_opt_next(const uint8_t **at, const uint8_t *end, struct ip6_opt *out, bool *bad)
{
	const uint8_t *p = *at;

	if (p >= end)
		return false;
	out->start = p;
	out->type = p[0];
	if (p[0] == IP6_OPT_PAD1) {
		out->len = 0;
		out->data = p + 1;
	} else {
		if (end - p < 2 || end - p - 2 < p[1]) {
			*bad = true;
			return false;
		}
		out->len = p[1];
		out->data = p + 2;
	}
	*at = out->data + out->len;
	return true;
}

/* [RFC 6275 6.3] */
static void home_address(const struct walk *w, const struct ip6_opt *o, struct ip6_packet *k)
{
	uint32_t at = (uint32_t)(o->start - w->p);

	if (o->len != 16) {
		problem(k, 0, at + 1, true, false);
		wire_note(w->d, "hao-length", "RFC 6275 6.3", at + 1, o->len);
		return;
	}
	if (k->has_hao) {		/* at most one in a packet header; the first counts */
		wire_note(w->d, "hao-repeated", "RFC 6275 6.3", at, 0);
		return;
	}
	if ((at - w->at) % 8 != 6)
		wire_note(w->d, "hao-alignment", "RFC 6275 6.3", at, (at - w->at) % 8);
	k->has_hao = true;
	k->hao_offset = (uint16_t)at;
	memcpy(k->hao.o, o->data, 16);
}

/* [RFC 2473 4.1.1] of another length it is passed over like an option nobody knows */
static void encap_limit(const struct walk *w, const struct ip6_opt *o, struct ip6_packet *k)
{
	uint32_t at = (uint32_t)(o->start - w->p);

	if (o->len != 1) {
		wire_note(w->d, "encap-limit-length", "RFC 2473 4.1.1", at + 1, o->len);
		return;
	}
	k->has_encap_limit = true;
	k->encap_limit = o->data[0];
}

/* [RFC 8200 4.2] the two high bits say what to do */
static void unknown_option(const struct walk *w, const struct ip6_opt *o, struct ip6_packet *k)
{
	uint32_t at = (uint32_t)(o->start - w->p);

	if (o->type >> 6 != IP6_UNKNOWN_SKIP)
		wire_note(w->d, "ip6-unknown-option", "RFC 8200 4.2", at, o->type);
	switch ((enum ip6_unknown)(o->type >> 6)) {
	case IP6_UNKNOWN_SKIP:
		return;
	case IP6_UNKNOWN_DISCARD:
		problem(k, 2, at, false, false);
		return;
	case IP6_UNKNOWN_ICMP:
		problem(k, 2, at, true, true);
		return;
	case IP6_UNKNOWN_ICMP_UNICAST:
		problem(k, 2, at, true, false);
		return;
	}
}

static void option(const struct walk *w, const struct ip6_opt *o, struct ip6_packet *k)
{
	if (o->type == IP6_OPT_PAD1 || o->type == IP6_OPT_PADN)
		return;
	if (w->nh == PROTO_HOPOPTS) {
		if (o->type != IP6_OPT_ROUTER_ALERT)
			unknown_option(w, o, k);
		return;
	}
	if (o->type == IP6_OPT_HAO) {
		home_address(w, o, k);
	} else if (o->type == IP6_OPT_ENCAP_LIMIT) {
		encap_limit(w, o, k);
	} else {
		unknown_option(w, o, k);
	}
}

static bool options(const struct walk *w, uint32_t len, struct ip6_packet *k)
{
	const uint8_t *at = w->p + w->at + 2, *end = w->p + w->at + len;
	bool bad = false;
	struct ip6_opt o;

	if (w->nh == PROTO_HOPOPTS) {
		k->has_hbh = true;
		if (w->at != IP6_LEN) {		/* [RFC 8200 4.1] only right behind the IPv6 header */
			problem(k, 1, w->nh_at, true, false);
			wire_note(w->d, "hop-by-hop-place", "RFC 8200 4.1", w->at, 0);
		}
	}
	while (ip6_opt_next(&at, end, &o, &bad))
		option(w, &o, k);
	return !bad || fail(k, (uint32_t)(at - w->p), "ip6-opt-length");
}

static void routing(struct walk *w, uint32_t len, struct ip6_packet *k)
{
	const uint8_t *h = w->p + w->at;
	uint8_t type = h[2], left = h[3];

	w->routing_seen = true;
	if (k->has_hao)
		wire_note(w->d, "hao-before-routing", "RFC 6275 6.3", k->hao_offset, 0);
	if (type != 2) {			/* [RFC 8200 4.4] */
		if (left) {
			problem(k, 0, w->at + 2, true, false);
			wire_note(w->d, "ip6-routing-type", "RFC 8200 4.4", w->at + 2, type);
		}
		return;
	}
	/* [RFC 6275 11.3.3] silently discarded when the length is not 2 or not one segment is left */
	if (len != IP6_RH2_LEN) {
		problem(k, 0, w->at + 1, false, false);
		wire_note(w->d, "rh2-length", "RFC 6275 6.4.1", w->at + 1, h[1]);
		return;
	}
	if (left != 1) {
		problem(k, 0, w->at + 3, false, false);
		wire_note(w->d, "rh2-segments-left", "RFC 6275 6.4.1", w->at + 3, left);
	}
	if (k->has_rh2) {
		wire_note(w->d, "rh2-repeated", "RFC 6275 6.4.1", w->at, 0);
		return;
	}
	k->has_rh2 = true;
	k->segments_left = left;
	k->rh2_offset = (uint16_t)w->at;
	memcpy(k->home.o, h + 8, 16);
}

/* True when the walk goes on behind the fragment header: an atomic fragment. [RFC 8200 4.5] */
static bool fragment(const struct walk *w, struct ip6_packet *k)
{
	const uint8_t *h = w->p + w->at;
	uint16_t word = load16(h + 2);
	uint32_t part = w->end - w->at - IP6_FRAGMENT_LEN;

	k->fragment = (struct ip6_fragment){
		.present = true, .more = word & 1, .offset = word & 0xfff8, .id = load32(h + 4), .next_header = h[0],
		.header_offset = (uint16_t)w->at, .prev_nh_offset = (uint16_t)w->nh_at,
	};
	if (k->fragment.more && part % 8 && !k->cut) {
		problem(k, 0, 4, true, false);
		wire_note(w->d, "ip6-fragment-length", "RFC 8200 4.5", 4, part);
	}
	if (k->fragment.offset + part > 65535) {
		problem(k, 0, w->at + 2, true, false);
		wire_note(w->d, "ip6-fragment-offset", "RFC 8200 4.5", w->at + 2, k->fragment.offset);
	}
	return !k->fragment.more && !k->fragment.offset;
}

/* The octets of the extension header at w->at; 0 when it does not fit. */
static uint32_t ext_len(const struct walk *w)
{
	uint32_t len;

	if (w->end - w->at < 8)
		return 0;
	len = w->nh == PROTO_FRAGMENT ? IP6_FRAGMENT_LEN : (w->p[w->at + 1] + 1u) * 8;
	return len <= w->end - w->at ? len : 0;
}

static void finish(const struct walk *w, struct ip6_packet *k)
{
	k->proto = w->nh;
	k->nh_offset = (uint16_t)w->nh_at;
	k->upper = w->p + w->at;
	k->upper_len = w->end - w->at;
}

static bool walk_chain(struct walk *w, struct ip6_packet *k)
{
	while (ip6_is_extension(w->nh)) {
		uint32_t len = ext_len(w);
		bool go_on = true;

		finish(w, k);			/* so that a fault leaves where it happened */
		if (!len)
			return fail(k, w->at, "ip6-ext-short");
		if (k->n_ext++ == IP6_MAX_CHAIN)
			return fail(k, w->at, "ip6-chain-long");
		if (w->nh == PROTO_FRAGMENT)
			go_on = fragment(w, k);
		else if (w->nh == PROTO_ROUTING)
			routing(w, len, k);
		else if (!options(w, len, k))
			return false;
		w->nh_at = w->at;
		w->nh = w->p[w->at];
		w->at += len;
		if (!go_on)
			break;
	}
	finish(w, k);
	return true;
}

static bool decode(const uint8_t *p, size_t n, struct ip6_packet *out, struct wire_diags *d, bool capture)
{
	struct walk w = { .p = p, .at = IP6_LEN, .nh_at = 6, .d = d };

	memset(&out->p, 0, sizeof *out - offsetof(struct ip6_packet, p));	/* the addresses are set when they are there */
	out->p = out->upper = p;
	if (n < IP6_LEN)
		return fail(out, 0, "ip6-short");
	if (p[0] >> 4 != 6)
		return fail(out, 0, "ip6-version");
	out->h.traffic_class = (uint8_t)(p[0] << 4 | p[1] >> 4);
	out->h.flow_label = load32(p) & 0xfffff;
	out->h.payload_len = load16(p + 4);
	out->h.next_header = w.nh = p[6];
	out->h.hop_limit = p[7];
	memcpy(out->h.src.o, p + 8, 16);
	memcpy(out->h.dst.o, p + 24, 16);
	w.end = IP6_LEN + out->h.payload_len;
	if (w.end > n) {
		if (!capture)
			return fail(out, 4, "ip6-payload-length");
		out->cut = true;
		w.end = (uint32_t)n;
	}
	out->len = w.end;
	return walk_chain(&w, out);
}

bool ip6_decode(const uint8_t *p, size_t n, struct ip6_packet *out, struct wire_diags *d)
{
	return decode(p, n, out, d, false);
}

bool ip6_decode_capture(const uint8_t *p, size_t n, struct ip6_packet *out, struct wire_diags *d)
{
	return decode(p, n, out, d, true);
}

/* Checksums */

bool ip6_csum_ok(const struct ip6_addr *src, const struct ip6_addr *dst, uint8_t proto, const uint8_t *p, uint32_t n)
{
	if (proto == PROTO_MH && n >= 8) {	/* [RFC 6275 6.1.1] over the Mobility Header's own length */
		uint32_t mh = (p[1] + 1u) * 8;

		if (mh < n)
			n = mh;
	}
	return csum_ok6(src, dst, proto, p, n);
}

bool ip6_upper_csum_ok(const struct ip6_packet *k)
{
	if (k->cut || (k->fragment.present && (k->fragment.more || k->fragment.offset)))
		return false;
	return ip6_csum_ok(ip6_upper_src(k), ip6_upper_dst(k), k->proto, k->upper, k->upper_len);
}

uint16_t ip6_upper_csum(const struct ip6_addr *src, const struct ip6_addr *dst, uint8_t proto, const uint8_t *p,
			size_t n)
{
	uint16_t c = csum_fold(csum_add(csum_pseudo6(src, dst, (uint32_t)n, proto), p, n));

	return proto == PROTO_UDP && !c ? 0xffff : c;
}

/* Encoders */

size_t ip6_push(uint8_t *front, size_t room, const struct ip6_hdr *h)
{
	uint8_t *p = front - IP6_LEN;

	assert(room >= IP6_LEN);
	p[0] = (uint8_t)(0x60 | h->traffic_class >> 4);
	p[1] = (uint8_t)(h->traffic_class << 4 | (h->flow_label >> 16 & 0xf));
	store16(p + 2, (uint16_t)h->flow_label);
	store16(p + 4, h->payload_len);
	p[6] = h->next_header;
	p[7] = h->hop_limit;
	memcpy(p + 8, h->src.o, 16);
	memcpy(p + 24, h->dst.o, 16);
	return IP6_LEN;
}

size_t ip6_push_hao(uint8_t *front, size_t room, uint8_t next_header, const struct ip6_addr *home)
{
	const uint8_t head[8] = { next_header, 2, IP6_OPT_PADN, 2, 0, 0, IP6_OPT_HAO, 16 };
	uint8_t *p = front - IP6_HAO_LEN;

	assert(room >= IP6_HAO_LEN);
	memcpy(p, head, 8);
	memcpy(p + 8, home->o, 16);
	return IP6_HAO_LEN;
}

size_t ip6_push_rh2(uint8_t *front, size_t room, uint8_t next_header, const struct ip6_addr *home)
{
	const uint8_t head[8] = { next_header, 2, 2, 1, 0, 0, 0, 0 };
	uint8_t *p = front - IP6_RH2_LEN;

	assert(room >= IP6_RH2_LEN);
	memcpy(p, head, 8);
	memcpy(p + 8, home->o, 16);
	return IP6_RH2_LEN;
}

size_t ip6_push_fragment(uint8_t *front, size_t room, const struct ip6_fragment *f)
{
	uint8_t *p = front - IP6_FRAGMENT_LEN;

	assert(room >= IP6_FRAGMENT_LEN && f->offset % 8 == 0);
	p[0] = f->next_header;
	p[1] = 0;
	store16(p + 2, (uint16_t)(f->offset | f->more));
	store32(p + 4, f->id);
	return IP6_FRAGMENT_LEN;
}

/* [RFC 2473 4.1.1] the option and a PadN of one octet */
size_t ip6_push_encap_limit(uint8_t *front, size_t room, uint8_t next_header, uint8_t limit)
{
	const uint8_t all[8] = { next_header, 0, IP6_OPT_ENCAP_LIMIT, 1, limit, IP6_OPT_PADN, 1, 0 };

	assert(room >= IP6_ENCAP_LIMIT_LEN);
	memcpy(front - IP6_ENCAP_LIMIT_LEN, all, 8);
	return IP6_ENCAP_LIMIT_LEN;
}

size_t ip6_push_build(uint8_t *front, size_t room, const struct ip6_build *b)
{
	struct ip6_hdr h = b->h;
	size_t ext = 0;

	h.next_header = b->proto;
	if (b->hao) {
		ext += ip6_push_hao(front - ext, room - ext, h.next_header, b->hao);
		h.next_header = PROTO_DSTOPTS;
	}
	if (b->rh2) {
		ext += ip6_push_rh2(front - ext, room - ext, h.next_header, b->rh2);
		h.next_header = PROTO_ROUTING;
	}
	assert(b->payload_len + ext <= 65535);
	h.payload_len = (uint16_t)(b->payload_len + ext);
	return ext + ip6_push(front - ext, room - ext, &h);
}
