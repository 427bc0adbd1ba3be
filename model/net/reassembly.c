/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reassembly of IPv6 [RFC 8200 4.5, RFC 5722, RFC 7112] and IPv4 [RFC 791 3.2, RFC 1122 3.3.2] packets that end here.
 *
 * Bounded in packets, pieces and octets; the oldest packet makes room. A piece that overlaps another ends the
 * whole packet without a word, and what still comes of it is dropped until its time is over; exact duplicates are
 * dropped alone. A first piece without a whole header chain is refused. Pieces are kept as received and copied
 * once, when all are there.
 */
#include <string.h>

#include "net/core.h"

/* Where a piece belongs, and how many octets of headers stand in front of its data (still there, in the head-room). */
static uint32_t piece_at(const struct moor_pkt *p)
{
	return (uint32_t)p->frame;
}

static uint32_t piece_head(const struct moor_pkt *p)
{
	return (uint32_t)(p->frame >> 32);
}

/* ---- making and ending ------------------------------------------------------------------------------------------- */

static void pieces_free(struct net_reassembly *r)
{
	struct moor_pkt *p;

	while ((p = r->pieces)) {
		r->pieces = p->next;
		moor_pkt_free(r->h->nw->w, p);
	}
	net_rest(r->h)->reassembly_octets -= r->octets;
	r->octets = 0;
	r->n = 0;
}

static void end(struct net_reassembly *r)
{
	struct net_host *h = r->h;
	struct net_reassembly **at = &net_rest(h)->reassemblies;

	while (*at != r)
		at = &(*at)->next;
	*at = r->next;
	net_rest(h)->n_reassemblies--;
	moor_timer_cancel(h->nw->w, &r->timer);
	pieces_free(r);
	slab_free(&h->nw->s[S_REASSEMBLIES], r->self);
}

/* [RFC 4443 3.3, RFC 792] told only when the first piece is there */
static void timed_out(struct moor_world *w, struct moor_timer *t)
{
	struct net_reassembly *r = MOOR_CONTAINER(t, struct net_reassembly, timer);
	struct net_host *h = r->h;
	struct moor_pkt *p = r->pieces;

	(void)w;
	net_enter(h->nw);
	if (!r->dead)
		net_discard(h, r->i, "reassembly-timeout", "RFC 8200 4.5");
	if (p && !piece_at(p)) {
		moor_pkt_push(h->nw->w, p, piece_head(p));
		if (p->data[0] >> 4 == 6)
			net_error6(h, r->i, p->data, p->len, false, ICMP6_T_TIME_EXCEEDED, 1, 0);
		else
			net_error4(h, r->i, p->data, p->len, false, ICMP4_T_TIME_EXCEEDED, 1, 0);
	}
	end(r);
	net_leave(h->nw);
}

static void make_room(struct net_extra *x, uint32_t octets)
{
	struct net_reassembly *oldest;

	while (x->n_reassemblies >= NET_REASSEMBLIES_MAX || x->reassembly_octets + octets > NET_REASSEMBLY_OCTETS) {
		oldest = x->reassemblies;
		if (!oldest)
			return;
		while (oldest->next)
			oldest = oldest->next;
		net_discard(oldest->h, oldest->i, "reassembly-crowded", "RFC 8200 4.5");
		end(oldest);
	}
}

struct piece {
	struct ip6_addr src, dst;
	uint32_t id;
	uint8_t proto;			/* IPv4 only */
	uint32_t head, at, len;		/* headers; place and octets of the data */
	bool more;
};

static struct net_reassembly *find(struct net_extra *x, const struct piece *f)
{
	for (struct net_reassembly *r = x->reassemblies; r; r = r->next)
		if (r->id == f->id && r->proto == f->proto && ip6_eq(&r->src, &f->src) && ip6_eq(&r->dst, &f->dst))
			return r;
	return NULL;
}

static struct net_reassembly *find_or_make(struct net_in *c, const struct piece *f)
{
	struct net_extra *x = net_extra(c->h);
	struct net_reassembly *r = find(x, f);
	moor_handle self;

	if (r)
		return r;
	make_room(x, c->p->len);
	r = slab_alloc(&c->h->nw->s[S_REASSEMBLIES], &self);
	*r = (struct net_reassembly){ .src = f->src, .dst = f->dst, .id = f->id, .proto = f->proto, .h = c->h,
				      .i = c->i, .self = self, .next = x->reassemblies };
	x->reassemblies = r;
	x->n_reassemblies++;
	moor_timer_in(c->h->nw->w, &r->timer, net_timer(c->h, T_REASSEMBLY), timed_out);
	return r;
}

/* ---- pieces ------------------------------------------------------------------------------------------------------ */

enum fit { FIT_NEW, FIT_DUPLICATE, FIT_OVERLAP };

/* where: the link that the piece is to be hung into. */
static enum fit place(struct net_reassembly *r, const struct piece *f, struct moor_pkt ***where)
{
	struct moor_pkt **at = &r->pieces;
	uint32_t before = 0;

	if ((r->total && f->at + f->len > r->total) || (!f->more && r->total && r->total != f->at + f->len))
		return FIT_OVERLAP;
	for (; *at && piece_at(*at) < f->at; at = &(*at)->next)
		before = piece_at(*at) + (*at)->len;
	*where = at;
	if (*at && piece_at(*at) == f->at && (*at)->len == f->len)
		return FIT_DUPLICATE;
	if (before > f->at || (*at && (piece_at(*at) < f->at + f->len || !f->more)))
		return FIT_OVERLAP;
	return FIT_NEW;
}

static void kill(struct net_in *c, struct net_reassembly *r, const char *reason, const char *clause)
{
	net_discard(c->h, c->i, reason, clause);
	pieces_free(r);
	r->dead = true;
}

/* Hangs c->p in; false: it is gone. */
static bool keep(struct net_in *c, struct net_reassembly *r, const struct piece *f)
{
	struct moor_pkt **where = NULL;

	switch (r->dead ? FIT_DUPLICATE : place(r, f, &where)) {
	case FIT_DUPLICATE:
		moor_pkt_free(c->h->nw->w, c->p);
		return false;
	case FIT_OVERLAP:
		kill(c, r, "fragments-overlap", "RFC 8200 4.5");
		moor_pkt_free(c->h->nw->w, c->p);
		return false;
	case FIT_NEW:
		break;
	}
	if (r->n >= NET_FRAGMENTS_MAX) {
		kill(c, r, "fragments-many", "RFC 8200 4.5");
		moor_pkt_free(c->h->nw->w, c->p);
		return false;
	}
	r->octets += c->p->len;
	net_rest(c->h)->reassembly_octets += c->p->len;
	r->bare |= !c->protected;
	moor_pkt_pull(c->p, f->head);
	c->p->frame = (uint64_t)f->head << 32 | f->at;
	c->p->next = *where;
	*where = c->p;
	r->n++;
	r->have += f->len;
	if (!f->more)
		r->total = f->at + f->len;
	return true;
}

/* All pieces behind `head` octets of headers that the caller fills in; the reassembly is over. */
static struct moor_pkt *put_together(struct net_reassembly *r, uint32_t head)
{
	struct moor_pkt *p = moor_pkt_new(r->h->nw->w, head + r->total);

	for (const struct moor_pkt *q = r->pieces; q; q = q->next)
		memcpy(p->data + head + piece_at(q), q->data, q->len);
	p->trace_class = r->pieces->trace_class;
	memcpy(p->data, r->pieces->data - piece_head(r->pieces), head);
	return p;
}

static bool complete(const struct net_reassembly *r)
{
	return r->total && r->have == r->total;
}

/* ---- IPv6 -------------------------------------------------------------------------------------------------------- */

/* Do all headers up to the upper layer's stand in the first piece? [RFC 7112 5] */
static bool whole_chain(const struct ip6_packet *k)
{
	const uint8_t *p = k->upper, *last = k->upper + k->upper_len;
	uint8_t nh = k->fragment.next_header;
	uint32_t need;

	while (nh == PROTO_DSTOPTS || nh == PROTO_ROUTING || nh == PROTO_HOPOPTS) {
		if (last - p < 8 || last - p < (p[1] + 1) * 8)
			return false;
		nh = p[0];
		p += (p[1] + 1) * 8;
	}
	need = nh == PROTO_NONE ? 0 : nh == PROTO_TCP || nh == PROTO_IP4 ? 20 : nh == PROTO_IP6 ? IP6_LEN : 8;
	return (uint32_t)(last - p) >= need;
}

static void finish6(struct net_in *c, struct net_reassembly *r)
{
	struct moor_pkt *first = r->pieces;
	struct ip6_packet k;
	uint32_t head, payload;

	ip6_decode(first->data - piece_head(first), piece_head(first) + first->len, &k, NULL);
	head = k.fragment.header_offset;
	payload = head - IP6_LEN + r->total;
	if (payload > 65535) {
		net_discard(c->h, c->i, "reassembled-too-long", "RFC 8200 4.5");
		end(r);
		return;
	}
	c->p = put_together(r, head);
	c->protected = !r->bare;
	c->p->data[k.fragment.prev_nh_offset] = k.fragment.next_header;
	c->p->data[4] = (uint8_t)(payload >> 8);
	c->p->data[5] = (uint8_t)payload;
	end(r);
	net_in6(c);
}

void net_reassemble6(struct net_in *c, const struct ip6_packet *k)
{
	struct piece f = { .src = k->h.src, .dst = k->h.dst, .id = k->fragment.id, .at = k->fragment.offset,
			   .len = k->upper_len, .more = k->fragment.more, .head = (uint32_t)(k->upper - k->p) };
	struct net_reassembly *r;

	if (!f.len) {
		net_drop(c->h, c->i, c->p, "fragment-empty", "RFC 8200 4.5");
		return;
	}
	if (!f.at && !whole_chain(k)) {
		net_error6(c->h, c->i, c->p->data, c->p->len, c->l2_multicast, ICMP6_T_PARAM_PROBLEM, 3, 0);
		net_drop(c->h, c->i, c->p, "fragment-tiny", "RFC 7112 5");
		return;
	}
	r = find_or_make(c, &f);
	if (keep(c, r, &f) && complete(r))
		finish6(c, r);
}

/* ---- IPv4 -------------------------------------------------------------------------------------------------------- */

static void finish4(struct net_in *c, struct net_reassembly *r)
{
	uint32_t head = piece_head(r->pieces), total = head + r->total;
	uint16_t sum;
	uint8_t *o;

	if (total > 65535) {
		net_discard(c->h, c->i, "reassembled-too-long", "RFC 791 3.2");
		end(r);
		return;
	}
	c->p = put_together(r, head);
	c->protected = !r->bare;
	o = c->p->data;
	o[2] = (uint8_t)(total >> 8);
	o[3] = (uint8_t)total;
	o[6] = o[7] = o[10] = o[11] = 0;
	sum = csum_fold(csum_add(0, o, head));
	o[10] = (uint8_t)(sum >> 8);
	o[11] = (uint8_t)sum;
	end(r);
	net_in4(c);
}

void net_reassemble4(struct net_in *c, const struct ip4_packet *k)
{
	struct piece f = { .src = ip6_mapped(k->h.src), .dst = ip6_mapped(k->h.dst), .id = k->h.id, .proto = k->h.proto,
			   .at = k->h.frag_offset, .len = k->upper_len, .more = k->h.mf, .head = k->hdr_len };
	struct net_reassembly *r;

	if (!f.len || (f.more && f.len % 8) || f.at + f.len > 65535) {
		net_drop(c->h, c->i, c->p, "fragment-length", "RFC 791 3.2");
		return;
	}
	r = find_or_make(c, &f);
	if (keep(c, r, &f) && complete(r))
		finish4(c, r);
}
