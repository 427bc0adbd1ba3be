/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fragmentation: IPv6 at the source of a packet only [RFC 8200 4.5], IPv4 there and in routers [RFC 791 3.2].
 *
 * IPv6: hop-by-hop options, routing headers and destination options that lead the chain go into every piece, so
 * that a Home Address option is seen with each of them [RFC 6275 6.3]. IPv4 options go into the first piece only,
 * none of those we meet has the copied flag's need.
 */
#include <string.h>

#include "net/core.h"

/* What leads the chain and is repeated: its length, and where its last next header octet stands. */
static uint32_t unfragmentable(const struct moor_pkt *p, uint32_t *nh_at)
{
	uint32_t at = IP6_LEN, len;
	uint8_t nh = p->data[6];

	*nh_at = 6;
	while ((nh == PROTO_HOPOPTS || nh == PROTO_ROUTING || nh == PROTO_DSTOPTS) && at + 8 <= p->len) {
		len = (p->data[at + 1] + 1u) * 8;
		if (at + len > p->len)
			break;
		*nh_at = at;
		nh = p->data[at];
		at += len;
	}
	return at;
}

static struct moor_pkt *piece6(struct net_host *h, const struct moor_pkt *p, uint32_t head, uint32_t nh_at,
			       const struct ip6_fragment *f, uint32_t n)
{
	struct moor_pkt *q = moor_pkt_new(h->nw->w, head + IP6_FRAGMENT_LEN + n);
	uint32_t payload = head - IP6_LEN + IP6_FRAGMENT_LEN + n;

	memcpy(q->data, p->data, head);
	q->data[nh_at] = PROTO_FRAGMENT;
	q->data[4] = (uint8_t)(payload >> 8);
	q->data[5] = (uint8_t)payload;
	ip6_push_fragment(q->data + head + IP6_FRAGMENT_LEN, IP6_FRAGMENT_LEN, f);
	memcpy(q->data + head + IP6_FRAGMENT_LEN, p->data + head + f->offset, n);
	q->trace_class = p->trace_class;
	return q;
}

struct moor_pkt *net_fragment6(struct net_host *h, struct moor_pkt *p, uint32_t mtu)
{
	uint32_t nh_at, head = unfragmentable(p, &nh_at), all = p->len - head, each, n;
	struct ip6_fragment f = { .id = h->ids++, .next_header = p->data[nh_at] };
	struct moor_pkt *first = NULL, **end = &first;

	if (mtu < head + IP6_FRAGMENT_LEN + 8 || f.next_header == PROTO_FRAGMENT) {
		net_drop(h, NULL, p, "cannot-fragment", "RFC 8200 4.5");
		return NULL;
	}
	each = (mtu - head - IP6_FRAGMENT_LEN) & ~7u;
	for (uint32_t at = 0; at < all; at += n) {
		n = all - at < each ? all - at : each;
		f.offset = (uint16_t)at;
		f.more = at + n < all;
		*end = piece6(h, p, head, nh_at, &f, n);
		end = &(*end)->next;
	}
	moor_pkt_free(h->nw->w, p);
	return first;
}

static struct moor_pkt *piece4(struct net_host *h, const struct moor_pkt *p, const struct ip4_packet *k, uint32_t at,
			       uint32_t n, bool more)
{
	uint32_t head = at ? IP4_LEN : k->hdr_len;
	struct moor_pkt *q = moor_pkt_new(h->nw->w, head + n);
	struct ip4_hdr hdr = k->h;
	uint16_t sum;

	hdr.total_len = (uint16_t)(head + n);
	hdr.frag_offset = (uint16_t)(k->h.frag_offset + at);
	hdr.mf = more;
	ip4_push(q->data + IP4_LEN, IP4_LEN, &hdr);
	if (head > IP4_LEN) {
		memcpy(q->data + IP4_LEN, p->data + IP4_LEN, head - IP4_LEN);
		q->data[0] = (uint8_t)(0x40 | head / 4);
		q->data[10] = q->data[11] = 0;
		sum = csum_fold(csum_add(0, q->data, head));
		q->data[10] = (uint8_t)(sum >> 8);
		q->data[11] = (uint8_t)sum;
	}
	memcpy(q->data + head, p->data + k->hdr_len + at, n);
	q->trace_class = p->trace_class;
	return q;
}

struct moor_pkt *net_fragment4(struct net_host *h, struct moor_pkt *p, uint32_t mtu)
{
	struct moor_pkt *first = NULL, **end = &first;
	struct ip4_packet k;
	uint32_t each, n;

	if (!ip4_decode(p->data, p->len, &k, NULL) || k.h.df || mtu < k.hdr_len + 8u) {
		net_drop(h, NULL, p, "cannot-fragment", "RFC 791 3.2");
		return NULL;
	}
	each = (mtu - k.hdr_len) & ~7u;
	for (uint32_t at = 0; at < k.upper_len; at += n) {
		n = k.upper_len - at < each ? k.upper_len - at : each;
		*end = piece4(h, p, &k, at, n, k.h.mf || at + n < k.upper_len);
		end = &(*end)->next;
	}
	moor_pkt_free(h->nw->w, p);
	return first;
}
