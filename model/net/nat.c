/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * NAT as a filter on a router's outside port: which part of a packet is rewritten, in place, with incremental
 * checksums. The
 * mappings themselves are in nat_table.c.
 *
 * Implements RFC 4787 for UDP (4 mapping, 5 filtering, 6 hairpinning with the external source address, 10 ICMP
 * errors, 11
 * fragments in order), the same for TCP without state tracking [RFC 5382 4, 5], ICMP queries and errors [RFC 5508 3,
 * 4].
 * Does not: application gateways, port parity, out-of-order fragments (dropped: RFC 4787 11 allows it).
 */
#include "net/nat.h"

#include <glib.h>

#include "base/checksum.h"
#include "net/nat_table.h"
#include "wire/eth.h"
#include "wire/icmp4.h"
#include "wire/ip4.h"
#include "wire/udp.h"

#define FRAGMENTS 64u			/* datagrams whose later fragments may be on their way */
#define FRAGMENT_LIFE (30 * MOOR_S)

struct nat_fragment { struct ip4_addr src, dst, to; uint16_t id; uint8_t proto; bool source; moor_time until; };

struct nat {
	struct moor_filter filter;
	struct nat_table t;
	struct nat_fragment fragment[FRAGMENTS];
	unsigned next_fragment;
	void (*rebind)(void *ctx);	/* somebody else translates; NULL: we do */
	void *rebind_ctx;
};

struct nat_inside { struct moor_filter filter; struct nat *nat; };

/* The upper-layer fields that a translation touches. */
struct upper {
	enum nat_class class;
	uint8_t *p;			/* upper-layer header */
	uint16_t sport_at, dport_at;	/* offsets from p; ICMP queries: both the identifier */
	uint16_t csum_at;
	bool pseudo;			/* the checksum covers the addresses */
	bool csum;			/* there is a checksum to mend */
};

static struct nat *nat_of(struct moor_filter *f)
{
	return MOOR_CONTAINER(f, struct nat, filter);
}

static uint16_t read16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }
static void write16(uint8_t *p, uint16_t v) { p[0] = (uint8_t)(v >> 8); p[1] = (uint8_t)v; }

/* False: not a protocol with something like ports, or cut too short. quoted: inside an ICMP error. */
static bool upper_of(uint8_t *p, size_t n, uint8_t proto, bool quoted, struct upper *u)
{
	*u = (struct upper){ .p = p, .sport_at = 0, .dport_at = 2, .pseudo = true, .csum = true };
	switch (proto) {
	case PROTO_UDP:
		u->class = NAT_UDP;
		u->csum_at = 6;
		u->csum = n >= UDP_LEN && read16(p + 6);
		return n >= UDP_LEN;
	case PROTO_TCP:
		u->class = NAT_TCP;
		u->csum_at = 16;
		u->csum = n >= 18;
		return n >= (quoted ? 8u : 20u);
	case PROTO_ICMP4:
		u->class = NAT_ICMP;
		u->sport_at = u->dport_at = 4;
		u->csum_at = 2;
		u->pseudo = false;
		return n >= ICMP4_LEN && (p[0] == ICMP4_T_ECHO_REQUEST || p[0] == ICMP4_T_ECHO_REPLY);
	}
	return false;
}

static void set_address(uint8_t *ip, bool source, struct ip4_addr to)
{
	uint8_t *at = ip + (source ? 12 : 16);
	struct ip4_addr was;

	memcpy(was.o, at, 4);
	write16(ip + 10, csum_update32(read16(ip + 10), ip4_u32(was), ip4_u32(to)));
	memcpy(at, to.o, 4);
}

/* Address and port of one side become e; both checksums follow. */
static void translate(uint8_t *ip, const struct upper *u, bool source, struct nat_end e)
{
	uint8_t *port = u->p + (source ? u->sport_at : u->dport_at), *csum = u->p + u->csum_at;
	uint16_t sum = u->csum ? read16(csum) : 0;
	struct ip4_addr was;

	memcpy(was.o, ip + (source ? 12 : 16), 4);
	if (u->csum) {
		if (u->pseudo)
			sum = csum_update32(sum, ip4_u32(was), ip4_u32(e.addr));
		sum = csum_update16(sum, read16(port), e.port);
		if (u->class == NAT_UDP && !sum)
			sum = 0xffff;	/* 0 would say "none" [RFC 768] */
		write16(csum, sum);
	}
	set_address(ip, source, e.addr);
	write16(port, e.port);
}

static struct nat_end end_of(struct ip4_addr a, const struct upper *u, bool source)
{
	return (struct nat_end){ a, read16(u->p + (source ? u->sport_at : u->dport_at)) };
}

/* ---- fragments --------------------------------------------------------------------------------------------------- */

static void remember_fragment(struct nat *n, const struct ip4_hdr *h, bool source, struct ip4_addr to)
{
	if (!h->mf)
		return;
	n->fragment[n->next_fragment++ % FRAGMENTS] = (struct nat_fragment){
		h->src, h->dst, to, h->id, h->proto, source, moor_time_add(moor_world_now(n->t.world), FRAGMENT_LIFE) };
}

static enum filter_verdict later_fragment(struct nat *n, uint8_t *ip, const struct ip4_hdr *h, bool source)
{
	for (unsigned i = 0; i < FRAGMENTS; i++) {
		const struct nat_fragment *f = &n->fragment[i];

		if (f->source != source || f->id != h->id || f->proto != h->proto || !ip4_eq(f->src, h->src) ||
		    !ip4_eq(f->dst, h->dst) || f->until < moor_world_now(n->t.world))
			continue;
		set_address(ip, source, f->to);
		return FILTER_PASS;
	}
	return FILTER_DROP;		/* RFC 4787 11: the first one was not seen */
}

/* ---- ICMP errors: the quoted packet is one that went the other way ---------------------------------------------- */

/*
 * out: an inside host complains about a packet that came in; its quoted destination is the inside end. Otherwise the
 * outside complains about a packet that went out; its quoted source is the outside end. [RFC 4787 10, RFC 5508 4]
 */
static enum filter_verdict icmp_error(struct nat *n, uint8_t *ip, const struct ip4_packet *k, bool out)
{
	uint8_t *icmp = ip + k->hdr_len, *inner = icmp + ICMP4_LEN;
	size_t len = k->upper_len - ICMP4_LEN, hdr;
	struct nat_mapping *m;
	struct ip4_addr src, dst;
	struct upper u;

	hdr = len >= IP4_LEN ? (size_t)(inner[0] & 15) * 4 : 0;
	if (hdr < IP4_LEN || len < hdr || !upper_of(inner + hdr, len - hdr, inner[9], true, &u))
		return out ? FILTER_DROP : FILTER_PASS;
	memcpy(src.o, inner + 12, 4);
	memcpy(dst.o, inner + 16, 4);
	if (out)
		m = nat_table_find_inside(&n->t, u.class, end_of(dst, &u, false), end_of(src, &u, true));
	else
		m = ip4_eq(src, n->t.params.outside) ?
		    nat_table_find_outside(&n->t, u.class, end_of(src, &u, true).port) : NULL;
	if (!m)
		return out ? FILTER_DROP : FILTER_PASS;	/* from outside: it may be about the router's own packets */
	translate(inner, &u, !out, out ? m->outside : m->inside);
	set_address(ip, out, out ? n->t.params.outside : m->inside.addr);
	write16(icmp + 2, 0);
	write16(icmp + 2, csum_fold(csum_add(0, icmp, k->upper_len)));
	return FILTER_PASS;
}

/* ---- the two directions ------------------------------------------------------------------------------------------ */

static enum filter_verdict refuse(struct nat *n, const struct ip4_hdr *h, bool out, struct nat_end inside,
				  struct nat_end outside)
{
	struct nat_end remote = { out ? h->dst : h->src, 0 };

	nat_table_record(&n->t, NAT_REFUSED, h->proto, inside, outside, remote);
	return FILTER_DROP;
}

static enum filter_verdict outwards(struct nat *n, uint8_t *ip, const struct ip4_packet *k)
{
	struct nat_end inside = { k->h.src, 0 }, none = { { { 0 } }, 0 };
	struct nat_mapping *m;
	struct upper u;

	if (!ip4_in_prefix(k->h.src, n->t.params.inside)) {
		/* The router's own. When it complains about a packet that was translated already, the remote end must
		 * recognise its packet [RFC 5508 4.2]. */
		if (k->h.proto == PROTO_ICMP4 && !k->h.frag_offset && k->upper_len >= ICMP4_LEN &&
		    icmp4_is_error(k->upper[0]))
			icmp_error(n, ip, k, true);
		return FILTER_PASS;
	}
	if (k->h.frag_offset)
		return later_fragment(n, ip, &k->h, true);
	if (k->h.proto == PROTO_ICMP4 && k->upper_len >= ICMP4_LEN && icmp4_is_error(k->upper[0]))
		return icmp_error(n, ip, k, true);
	if (!upper_of(ip + k->hdr_len, k->upper_len, k->h.proto, false, &u))
		return refuse(n, &k->h, true, inside, none);
	inside = end_of(k->h.src, &u, true);
	m = nat_table_outbound(&n->t, u.class, inside, end_of(k->h.dst, &u, false));
	if (!m)
		return refuse(n, &k->h, true, inside, none);
	nat_table_permit(&n->t, m, end_of(k->h.dst, &u, false));
	remember_fragment(n, &k->h, true, m->outside.addr);
	translate(ip, &u, true, m->outside);
	return FILTER_PASS;
}

static enum filter_verdict inwards(struct nat *n, uint8_t *ip, const struct ip4_packet *k)
{
	struct nat_end outside = { k->h.dst, 0 }, none = { { { 0 } }, 0 }, remote;
	struct nat_mapping *m;
	struct upper u;

	if (!ip4_eq(k->h.dst, n->t.params.outside))
		return FILTER_PASS;			/* forwarded without translation, or not for us */
	if (k->h.frag_offset)
		return later_fragment(n, ip, &k->h, false);
	if (k->h.proto == PROTO_ICMP4 && k->upper_len >= ICMP4_LEN && icmp4_is_error(k->upper[0]))
		return icmp_error(n, ip, k, false);
	if (!upper_of(ip + k->hdr_len, k->upper_len, k->h.proto, false, &u))
		return k->h.proto == PROTO_ICMP4 ? FILTER_PASS : refuse(n, &k->h, false, none, outside);
	outside = end_of(k->h.dst, &u, false);
	remote = end_of(k->h.src, &u, true);
	m = nat_table_find_outside(&n->t, u.class, outside.port);
	if (!m && u.class == NAT_ICMP)
		return FILTER_PASS;			/* somebody pings the router */
	if (!m || !nat_table_permitted(&n->t, m, remote))
		return refuse(n, &k->h, false, m ? m->inside : none, outside);
	if (n->t.params.inbound_refresh)
		nat_table_used(&n->t, m);
	remember_fragment(n, &k->h, false, m->inside.addr);
	translate(ip, &u, false, m->inside);
	return FILTER_PASS;
}

/* False: no whole IPv4 packet; such frames are none of our business (ARP, IPv6). */
static bool ip4_of(struct moor_pkt *pkt, uint8_t **ip, struct ip4_packet *k)
{
	struct eth_hdr e;

	if (!eth_peek(pkt->data, pkt->len, &e) || e.type != ETYPE_IP4)
		return false;
	*ip = pkt->data + e.len;
	return ip4_decode(*ip, pkt->len - e.len, k, NULL);
}

static enum filter_verdict nat_frame(struct moor_filter *f, struct moor_port *p, enum filter_dir dir,
				     struct moor_pkt **pkt)
{
	struct ip4_packet k;
	uint8_t *ip;

	(void)p;
	if (nat_of(f)->rebind || !ip4_of(*pkt, &ip, &k))
		return FILTER_PASS;
	return dir == FILTER_OUT ? outwards(nat_of(f), ip, &k) : inwards(nat_of(f), ip, &k);
}

/* From inside to the outside address: the source becomes its outside end, the destination the other's inside end. */
static enum filter_verdict inside_frame(struct moor_filter *f, struct moor_port *p, enum filter_dir dir,
					struct moor_pkt **pkt)
{
	struct nat *n = MOOR_CONTAINER(f, struct nat_inside, filter)->nat;
	struct ip4_packet k;
	uint8_t *ip;

	(void)p;
	if (dir != FILTER_IN || n->rebind || !ip4_of(*pkt, &ip, &k) || !ip4_eq(k.h.dst, n->t.params.outside) ||
	    !ip4_in_prefix(k.h.src, n->t.params.inside))
		return FILTER_PASS;
	if (k.h.proto == PROTO_ICMP4)
		return FILTER_PASS;			/* the router answers pings to its own address */
	if (!n->t.params.hairpinning)
		return refuse(n, &k.h, false, (struct nat_end){ k.h.src, 0 }, (struct nat_end){ k.h.dst, 0 });
	if (outwards(n, ip, &k) != FILTER_PASS || !ip4_decode(ip, k.len, &k, NULL))
		return FILTER_DROP;
	return inwards(n, ip, &k);
}

/* ---- life -------------------------------------------------------------------------------------------------------- */

static void nat_destroy(struct moor_filter *f)
{
	nat_table_done(&nat_of(f)->t);
	g_free(nat_of(f));
}

struct moor_filter *nat_new(struct moor_port *outside_port, const struct nat_params *params)
{
	struct nat *n = g_new0(struct nat, 1);

	n->filter = (struct moor_filter){ .name = "nat", .frame = nat_frame, .destroy = nat_destroy };
	nat_table_init(&n->t, outside_port, params);
	return &n->filter;
}

static void inside_destroy(struct moor_filter *f)
{
	g_free(MOOR_CONTAINER(f, struct nat_inside, filter));
}

struct moor_filter *nat_inside_new(struct moor_filter *nat)
{
	struct nat_inside *i = g_new0(struct nat_inside, 1);

	i->filter = (struct moor_filter){ .name = "nat", .frame = inside_frame, .destroy = inside_destroy };
	i->nat = nat_of(nat);
	return &i->filter;
}

void nat_rebind(struct moor_filter *nat)
{
	struct nat *n = nat_of(nat);

	if (n->rebind) {
		n->rebind(n->rebind_ctx);
		return;
	}
	nat_table_flush(&n->t, NAT_REBOUND);
	n->t.preserve = false;
	memset(n->fragment, 0, sizeof n->fragment);
}

void nat_set_outside(struct moor_filter *nat, struct ip4_addr outside)
{
	nat_rebind(nat);
	nat_of(nat)->t.params.outside = outside;
}

void nat_memory(const struct moor_filter *nat, mem_report_fn *fn, void *ctx)
{
	const struct nat_table *t = &MOOR_CONTAINER(nat, const struct nat, filter)->t;

	slab_report(&t->mappings, fn, ctx);
	slab_report(&t->permits, fn, ctx);
	fn(ctx, "nat index", t->by_inside.count,
	   index_octets(&t->by_inside) + index_octets(&t->by_outside) + index_octets(&t->by_permit));
}

uint32_t nat_mappings(const struct moor_filter *nat)
{
	return MOOR_CONTAINER(nat, const struct nat, filter)->t.mappings.count;
}

void nat_elsewhere(struct moor_filter *nat, void (*rebind)(void *ctx), void *ctx)
{
	nat_of(nat)->rebind = rebind;
	nat_of(nat)->rebind_ctx = ctx;
}

void nat_tell(struct moor_filter *nat, enum rec_nat what, uint8_t protocol, const struct nat_told *t)
{
	nat_table_record(&nat_of(nat)->t, what, protocol, (struct nat_end){ t->inside, t->inside_port },
			 (struct nat_end){ t->outside, t->outside_port }, (struct nat_end){ t->remote, t->remote_port });
}
