/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a captured packet to an observation: what it is (signalling, user data of a known mobile node, duplicate address
 * detection, router solicitation, nothing of interest), where it was seen, and what cannot be read. Runs for every
 * packet of a capture, so it looks no deeper than it must. No clause.
 */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "emu/replay_internal.h"
#include "wire/eth.h"
#include "wire/ip6_glance.h"
#include "wire/udp.h"

enum { ICMP6_RS = 133, ICMP6_RA = 134, ICMP6_NS = 135, ICMP6_REDIRECT = 137, PROTO_ICMP6_NUMBER = 58,
	LINK_FROM_US = 4,
	SAMPLED = 128 };		/* octets from which on a look at some of them is worth it */

struct map_key replay_hash(const void *p, size_t n)
{
	XXH128_hash_t h = XXH3_128bits(p, n);

	return (struct map_key){ h.high64, h.low64 };
}

static inline uint64_t word_at(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, 8);
	return v;
}

#define K0 UINT64_C(0xa0761d6478bd642f)
#define K1 UINT64_C(0xe7037ed1a0b428db)
#define K2 UINT64_C(0x8ebc6af09c88c6e3)
#define K3 UINT64_C(0x589965cc75374cc3)

/* A hash of some octets, 16 at least, as most messages have few. */
static inline uint64_t hash_short(const uint8_t *p, uint32_t n)
{
	const uint8_t *last = p + n - 16;
	uint64_t h = n;

	for (; p < last; p += 16)
		h = replay_fold(word_at(p) ^ K0, word_at(p + 8) ^ h);
	return replay_fold(word_at(last) ^ K1, word_at(last + 8) ^ h);
}

/*
 * A hash of octets. Long ones go 64 at a time through four chains of multiplications that do not wait for each other,
 * which without vectors of 256 bits takes half the time that the library takes; the rest is the library's.
 */
static uint64_t hash_of(const uint8_t *p, uint32_t n)
{
	const uint64_t k[4] = { K0, K1, K2, K3 };
	uint64_t a = n, b = n, c = n, d = n;

	for (; n > 64; p += 64, n -= 64) {
		a = replay_fold(word_at(p) ^ k[0], word_at(p + 8) ^ a);
		b = replay_fold(word_at(p + 16) ^ k[1], word_at(p + 24) ^ b);
		c = replay_fold(word_at(p + 32) ^ k[2], word_at(p + 40) ^ c);
		d = replay_fold(word_at(p + 48) ^ k[3], word_at(p + 56) ^ d);
	}
	return replay_fold(a ^ k[1], b ^ k[2]) ^ replay_fold(c ^ k[3], d ^ k[0]) ^ XXH3_64bits(p, n);
}

/*
 * What ties sightings together: addresses as the end points see them, and every octet behind the headers. Two hashes
 * of 64 bits, one for each, of which only both together must be unlike all others that are held.
 *
 * Octets that stay where they are, are only looked at where they begin and end, which tells nearly all packets apart;
 * when it does not they are compared. Most user data is never touched that way.
 */
static inline void identify(struct sighting *g, const struct ip6_addr *src, const struct ip6_addr *dst, uint8_t proto,
			    const uint8_t *p, uint32_t n, bool lasting)
{
	uint64_t ends = replay_fold(word_at(src->o) ^ K0, word_at(src->o + 8) ^ K1 ^ proto), octets;

	ends ^= replay_fold(word_at(dst->o) ^ K2, word_at(dst->o + 8) ^ K3 ^ (uint64_t)n << 32);
	if (lasting && n > SAMPLED)
		octets = replay_fold(hash_short(p, SAMPLED / 2), hash_short(p + n - 16, 16));
	else
		octets = n >= 16 && n <= SAMPLED ? hash_short(p, n) : hash_of(p, n);
	g->key = (struct map_key){ octets + proto, ends };
	g->octets = p;
	g->whole = lasting ? p : NULL;
	g->n = n;
}

/* ---- what a packet is made of --------------------------------------------------------------------- */

static uint64_t vantage_of(uint32_t interface, uint32_t ifindex, uint8_t way)
{
	return (uint64_t)(interface & 0xffff) << 48 | (uint64_t)(ifindex & 0xffff) << 32 | (uint64_t)way << 16 | 1;
}

void replay_packet_of(const struct capture_frame *f, const struct frame_view *v, struct packet *k)
{
	const struct frame_ip *ip = frame_inner(v), *outer = v->n_ip > 1 ? ip - 1 : NULL;
	uint8_t way = v->link.kind == WIRE_LINK_SLL || v->link.kind == WIRE_LINK_SLL2 ? v->link.pkttype == LINK_FROM_US
		: f->direction;

	*k = (struct packet){ .src = &ip->src, .dst = &ip->dst, .hao = ip->has_hao ? &ip->hao : NULL,
		.rh2 = ip->has_rh2 ? &ip->rh2 : NULL, .from = ip->has_hao ? &ip->hao : &ip->src,
		.to = ip->has_rh2 ? &ip->rh2 : &ip->dst, .outer_src = outer ? &outer->src : NULL,
		.outer_dst = outer ? &outer->dst : NULL, .upper = v->mh ? v->mh : v->upper,
		.upper_len = v->mh ? v->mh_len : v->upper_len, .payload_len = v->payload_len,
		.vantage = vantage_of(f->interface, v->link.ifindex, way), .spot = f->interface << 16 ^ v->link.ifindex,
		.outer_sport = outer ? outer->sport : 0, .proto = v->proto, .n_ip = v->n_ip, .hop_limit = ip->hop_limit,
		.mh = v->mh, .mh_in_udp = v->mh_in_udp, .in_udp = ip->encap == ENCAP_UDP || ip->encap == ENCAP_UDP_TLV,
		.cut = ip->cut, .sum_bad = v->csum_bad && !v->mh_in_udp };
}

/*
 * Nearly all packets are of a few shapes: Ethernet; IPv6, perhaps with a home address, perhaps in IPv6; a Mobility
 * Header, UDP or TCP. Of these nothing is copied; the others are wire/frame.h's.
 */

static inline bool special_port(const uint8_t *p)
{
	uint16_t port = load16(p);

	return port == PORT_IKE || port == PORT_IKE_NAT || port == PORT_DSMIP || port == PORT_PMIP;
}

/* User data in UDP or TCP between ports that mean nothing to us. */
static inline bool plain_data(struct packet *k)
{
	uint32_t len;

	k->mh = k->sum_bad = false;
	k->payload_len = k->upper_len;
	if ((k->proto != PROTO_UDP && k->proto != PROTO_TCP) || k->upper_len < UDP_LEN || special_port(k->upper)
	    || special_port(k->upper + 2))
		return false;
	if (k->proto == PROTO_TCP)
		return true;
	len = load16(k->upper + 4);
	k->payload_len = len - UDP_LEN;
	return len >= UDP_LEN && len <= k->upper_len;
}

static inline bool plain_signal(struct packet *k)
{
	k->mh = true;
	k->sum_bad = !ip6_csum_ok(k->from, k->to, PROTO_MH, k->upper, k->upper_len);
	return k->upper_len >= 12;
}

static inline const struct ip6_addr *address_at(const uint8_t *p)
{
	return (const struct ip6_addr *)(const void *)p;
}

/* False: another shape. */
static inline bool plain(const struct capture_frame *f, struct packet *k)
{
	const uint8_t *p = f->octets + ETH_LEN;
	struct ip6_glance g;

	if (f->link != WIRE_LINK_ETHERNET || f->len < ETH_LEN || load16(f->octets + 12) != ETYPE_IP6
	    || !ip6_glance(p, f->len - ETH_LEN, &g))
		return false;
	k->outer_src = k->outer_dst = NULL;
	k->n_ip = 1;
	if (g.proto == PROTO_IP6) {
		k->outer_src = address_at(p + 8);
		k->outer_dst = address_at(p + 24);
		k->n_ip = 2;
		p += g.at;
		if (!ip6_glance(p, g.end - g.at, &g))
			return false;
	}
	k->src = address_at(p + 8);
	k->dst = address_at(p + 24);
	k->hao = k->rh2 = NULL;
	k->from = k->src;
	k->to = k->dst;
	if (g.hao)
		k->from = k->hao = address_at(p + g.at - 16);
	else if (g.rh2)
		k->to = k->rh2 = address_at(p + g.at - 16);
	k->hop_limit = p[7];
	k->proto = g.proto;
	k->upper = p + g.at;
	k->upper_len = g.end - g.at;
	k->outer_sport = 0;
	k->mh_in_udp = k->in_udp = k->cut = false;
	k->vantage = vantage_of(f->interface, 0, f->direction);
	k->spot = f->interface << 16;
	return k->proto == PROTO_MH ? plain_signal(k) : plain_data(k);
}

/* ---- observations -------------------------------------------------------------------------------- */

void replay_unread(struct replay *r, bool fault, uint64_t number, uint64_t offset, const char *reason)
{
	struct unread u = { number, offset, NULL, fault };

	r->counts.unread += !fault;
	if (r->unread->len >= REPLAY_TOLD)
		return;
	u.reason = g_strdup(reason);
	g_array_append_val(r->unread, u);
}

static void tunnel(struct seen *s, const struct packet *k)
{
	if (!k->outer_src)
		return;
	if (!s->tunnelled) {
		s->tunnelled = true;
		s->udp = k->in_udp;
		s->outer_src = *k->outer_src;
		s->outer_dst = *k->outer_dst;
	}
	s->sport = k->outer_sport;
	s->last_src = *k->outer_src;
	s->last_dst = *k->outer_dst;
}

/* A packet seen before: NULL. */
static inline struct seen *observe_as(struct replay *r, const struct capture_frame *f, const struct packet *k,
				      struct sighting *g, enum seen_kind kind)
{
	struct seen *again, *s;

	g->place = replay_place(r, k);
	g->spot = k->spot;
	g->at = r->at;
	s = sights_add(r->sights, g, &again);
	if (!s) {
		tunnel(again, k);
		return NULL;
	}
	s->kind = (uint8_t)kind;
	s->number = f->number;
	s->offset = f->offset;
	s->src = *k->src;
	s->dst = *k->dst;
	s->has_hao = k->hao;
	s->has_rh2 = k->rh2;
	if (k->hao || k->rh2)
		s->home = k->hao ? *k->hao : *k->rh2;
	s->cut = k->cut;
	s->sum_bad = k->sum_bad;
	tunnel(s, k);
	return s;
}

static inline struct seen *observe(struct replay *r, const struct capture_frame *f, const struct packet *k,
				   enum seen_kind kind)
{
	struct sighting g;

	identify(&g, k->from, k->to, k->proto, k->upper, k->upper_len, f->lasting);
	return observe_as(r, f, k, &g, kind);
}

/*
 * Which mobile node an address is for is known before its turn comes to be told: so that the duplicate address
 * detection of a care-of address, which comes before its registration, finds its mobile node.
 */
static void expect_place(struct replay *r, const struct packet *k)
{
	const uint8_t *mh = k->upper;
	uint32_t node;

	if (!r->dads_held || k->upper_len < 12 || mh[2] != MH_BU || !(mh[8] & MH_BU_H >> 8) || !k->hao)
		return;
	if (!map_get(&r->places, map_key_ip6(k->src), &node))
		map_put(&r->places, map_key_ip6(k->src), replay_node(r, k->hao));
}

static inline void signal_frame(struct replay *r, const struct capture_frame *f, const struct packet *k)
{
	struct seen *s = observe(r, f, k, SEEN_SIGNAL);

	r->counts.sightings++;
	if (!s)
		return;
	expect_place(r, k);
	s->udp |= k->mh_in_udp;
	s->secured = r->secured;
	s->len = k->upper_len;
	if (k->upper_len > REPLAY_INLINE)
		s->more = g_memdup2(k->upper, k->upper_len);
	else
		replay_copy(s->octets, k->upper, k->upper_len);
}

/* [RFC 4862 5.4.2] from the unspecified address; [RFC 4861 4.1, 4.2] */
static bool discovery_frame(struct replay *r, const struct capture_frame *f, const struct packet *k)
{
	uint8_t type = k->upper_len ? k->upper[0] : 0;
	struct seen *s = NULL;

	if (k->proto != PROTO_ICMP6_NUMBER || type < ICMP6_RS || type > ICMP6_REDIRECT)
		return false;
	r->counts.adverts += type == ICMP6_RA;
	if (type == ICMP6_NS && k->upper_len >= 24 && ip6_is_zero(k->src)) {
		s = observe(r, f, k, SEEN_DAD);
		if (s) {
			memcpy(s->home.o, k->upper + 8, 16);
			r->dads_held++;
		}
	} else if (type == ICMP6_RS) {
		observe(r, f, k, SEEN_SOLICIT);
	}
	return true;
}

static bool on_ike_port(const struct frame_ip *ip)
{
	return ip->sport == PORT_IKE || ip->dport == PORT_IKE || ip->sport == PORT_IKE_NAT || ip->dport == PORT_IKE_NAT;
}

/* Every octet counts, but not the addresses: a NAT changes them on the way. */
static void ike_frame(struct replay *r, const struct capture_frame *f, const struct frame_view *v,
		      const struct packet *k)
{
	static const struct ip6_addr none;
	uint32_t n = 0;
	const uint8_t *p = frame_ike(v, &n);
	struct seen *s = NULL;

	if (p) {
		struct sighting g;

		identify(&g, &none, &none, v->proto, p, n, false);
		s = observe_as(r, f, k, &g, SEEN_IKE);
	}
	if (!p && r->ike)
		replay_esp_frame(r, f, v);
	if (!s)
		return;
	s->udp = frame_inner(v)->sport == PORT_IKE_NAT || frame_inner(v)->dport == PORT_IKE_NAT;
	s->len = n;
	if (n > REPLAY_INLINE)
		s->more = g_memdup2(p, n);
	else
		memcpy(s->octets, p, n);
	replay_ike_packet(r, v, p, n, s);
}

/* Neither signalling nor a protocol of IKE or discovery. */
static inline void data_frame(struct replay *r, const struct capture_frame *f, const struct packet *k)
{
	struct seen *s;
	uint32_t owner;
	bool up;

	if (!(r->homes.count | r->prefixes.count) || ip6_is_multicast(k->dst))
		return;
	owner = replay_owner(r, k->src, k->dst, &up);
	if (owner == REPLAY_NONE)
		return;
	/* octets that a cut capture does not have cannot be compared; what is there must do */
	s = observe(r, f, k, SEEN_DATA);
	if (!s)
		return;
	s->len = k->payload_len;
	s->owner = owner;
	s->owners = r->owners;
	s->up = up;
}

static void any_frame(struct replay *r, const struct capture_frame *f, const struct frame_view *v,
		      const struct packet *k)
{
	const struct frame_ip *ip = frame_inner(v);

	if (v->mh)
		signal_frame(r, f, k);
	else if (ip->sport && on_ike_port(ip))
		ike_frame(r, f, v, k);
	else if (!(v->proto == PROTO_ESP && r->ike && replay_esp_frame(r, f, v)) && !discovery_frame(r, f, k))
		data_frame(r, f, k);
}

void replay_ip(struct replay *r, const struct capture_frame *f, const struct frame_view *v)
{
	struct packet k;

	replay_packet_of(f, v, &k);
	any_frame(r, f, v, &k);
}

/* Packets that are not of the plainest shapes. */
static G_NO_INLINE void whatever_frame(struct replay *r, const struct capture_frame *f)
{
	struct frame_view *v = &r->view;
	struct packet k;
	char *reason;

	if (!f->readable) {
		replay_unread(r, false, f->number, f->offset, "link type not read");
		return;
	}
	if (!frame_view_make(f->link, f->octets, f->len, v)) {
		replay_unread(r, false, f->number, f->offset, f->len ? "no whole link header" : "no octets in the record");
		return;
	}
	if (v->fault.reason) {
		reason = g_strdup_printf("%s at octet %u of the frame", v->fault.reason, v->fault.offset);
		replay_unread(r, false, f->number, f->offset, reason);
		g_free(reason);
	}
	if (!v->n_ip)
		return;
	replay_packet_of(f, v, &k);
	any_frame(r, f, v, &k);
}

void replay_frame(struct replay *r, const struct capture_frame *f)
{
	moor_time at = f->at - r->first;
	struct packet k;

	r->counts.packets++;
	r->counts.octets += f->len;
	/* A capture on several interfaces may be a little out of order; time that goes back further stands still here. */
	r->back = MAX(r->back, r->now - at);
	r->at = at >= r->now - REPLAY_JITTER ? at : r->now;
	r->now = MAX(r->now, at);
	sights_drain(r->sights, r->now - (r->many || r->dads_held ? REPLAY_WINDOW : REPLAY_NEAR));
	if (!f->readable || !plain(f, &k))
		whatever_frame(r, f);
	else if (k.mh)
		signal_frame(r, f, &k);
	else
		data_frame(r, f, &k);
}
