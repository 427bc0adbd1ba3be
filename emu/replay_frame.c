/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a captured frame to an observation: what it is (signalling, user data of a known mobile node, duplicate address
 * detection, router solicitation, nothing of interest), where it was seen, and what cannot be read. Runs for every
 * frame of a capture, so it looks no deeper than it must. No clause.
 */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "emu/replay_internal.h"

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

/*
 * A hash of octets. Long ones go 64 at a time through four chains of multiplications that do not wait for each other,
 * which without vectors of 256 bits takes half the time that the library takes; the rest is the library's.
 */
static uint64_t hash_of(const uint8_t *p, uint32_t n)
{
	const uint64_t k[4] = { 0xa0761d6478bd642f, 0xe7037ed1a0b428db, 0x8ebc6af09c88c6e3, 0x589965cc75374cc3 };
	uint64_t a = n, b = n, c = n, d = n;

	for (; n > 64; p += 64, n -= 64) {
		a = replay_fold(word_at(p) ^ k[0], word_at(p + 8) ^ a);
		b = replay_fold(word_at(p + 16) ^ k[1], word_at(p + 24) ^ b);
		c = replay_fold(word_at(p + 32) ^ k[2], word_at(p + 40) ^ c);
		d = replay_fold(word_at(p + 48) ^ k[3], word_at(p + 56) ^ d);
	}
	return replay_fold(a ^ k[1], b ^ k[2]) ^ replay_fold(c ^ k[3], d ^ k[0]) ^ XXH3_64bits(p, n);
}

/* One hash into another. */
static uint64_t blend(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0xd6e8feb86659fd93u;
	return h ^ h >> 32;
}

/*
 * What ties sightings together: addresses as the end points see them, and every octet behind the headers. Two hashes
 * of 64 bits, one for each, of which only both together must be unlike all others that are held.
 *
 * Octets that stay where they are, are only looked at where they begin and end, which tells nearly all packets apart;
 * when it does not they are compared. Most user data is never touched that way.
 */
static struct sight_id id_of(const struct ip6_addr *src, const struct ip6_addr *dst, uint8_t proto, const uint8_t *p,
			     uint32_t n, bool lasting)
{
	uint64_t ends = blend(blend(n, word_at(src->o)), word_at(src->o + 8)), octets;

	ends = blend(blend(ends, word_at(dst->o)), word_at(dst->o + 8) + proto);
	if (n <= SAMPLED)
		lasting = false;
	octets = lasting ? hash_of(p, SAMPLED / 2) ^ XXH3_64bits(p + n - 16, 16) : hash_of(p, n);
	return (struct sight_id){ { octets, ends }, lasting ? p : NULL, n };
}

/* Interface, direction, hop limit of the packet itself and depth of tunnels, as one number. */
uint32_t replay_place(struct replay *r, const struct capture_frame *f, const struct frame_view *v)
{
	const struct frame_ip *ip = frame_inner(v);
	uint8_t way = v->link.kind == WIRE_LINK_SLL || v->link.kind == WIRE_LINK_SLL2 ? v->link.pkttype == LINK_FROM_US
		: f->direction;
	uint64_t vantage = (uint64_t)(f->interface & 0xffff) << 48 | (uint64_t)(v->link.ifindex & 0xffff) << 32
		| (uint64_t)way << 16 | 1;
	uint64_t all = vantage | (uint64_t)ip->hop_limit << 8 | (uint64_t)v->n_ip << 4;

	r->many |= r->vantage && r->vantage != vantage;
	r->vantage = vantage;

	return (uint32_t)((all ^ all >> 29) * 0x9e3779b97f4a7c15u >> 32);
}

void replay_unread(struct replay *r, bool fault, uint64_t number, uint64_t offset, const char *reason)
{
	struct unread u = { number, offset, NULL, fault };

	r->counts.unread += !fault;
	if (r->unread->len >= REPLAY_TOLD)
		return;
	u.reason = g_strdup(reason);
	g_array_append_val(r->unread, u);
}

static void tunnel(struct seen *s, const struct frame_view *v)
{
	const struct frame_ip *ip = frame_inner(v), *outer;

	if (v->n_ip < 2)
		return;
	outer = &v->ip[v->n_ip - 2];
	if (!s->tunnelled) {
		s->tunnelled = true;
		s->udp = ip->encap == ENCAP_UDP || ip->encap == ENCAP_UDP_TLV;
		s->outer_src = outer->src;
		s->outer_dst = outer->dst;
	}
	s->sport = outer->sport;
	s->last_src = outer->src;
	s->last_dst = outer->dst;
}

static struct seen *observe_as(struct replay *r, const struct capture_frame *f, const struct frame_view *v,
			       struct sight_id id, enum seen_kind kind)
{
	const struct frame_ip *ip = frame_inner(v);
	uint32_t spot = f->interface << 16 ^ v->link.ifindex;
	struct seen *again, *s = sights_add(r->sights, &id, replay_place(r, f, v), spot, r->at, &again);

	if (!s) {
		tunnel(again, v);
		return NULL;
	}
	s->kind = (uint8_t)kind;
	s->number = f->number;
	s->offset = f->offset;
	s->src = ip->src;
	s->dst = ip->dst;
	s->has_hao = ip->has_hao;
	s->has_rh2 = ip->has_rh2;
	if (ip->has_hao || ip->has_rh2)
		s->home = ip->has_hao ? ip->hao : ip->rh2;
	s->cut = ip->cut;
	s->sum_bad = v->csum_bad && !v->mh_in_udp;
	tunnel(s, v);
	return s;
}

static inline struct seen *observe(struct replay *r, const struct capture_frame *f, const struct frame_view *v,
				   const uint8_t *p, uint32_t n, enum seen_kind kind)
{
	const struct frame_ip *ip = frame_inner(v);
	const struct ip6_addr *src = ip->has_hao ? &ip->hao : &ip->src, *dst = ip->has_rh2 ? &ip->rh2 : &ip->dst;

	return observe_as(r, f, v, id_of(src, dst, v->proto, p, n, f->lasting), kind);
}

/*
 * Which mobile node an address is for is known before its turn comes to be told: so that the duplicate address
 * detection of a care-of address, which comes before its registration, finds its mobile node.
 */
static void expect_place(struct replay *r, const struct frame_view *v)
{
	const struct frame_ip *ip = frame_inner(v);
	uint32_t node;

	if (!r->dads_held || v->mh_len < 12 || v->mh[2] != MH_BU || !(v->mh[8] & MH_BU_H >> 8) || !ip->has_hao)
		return;
	if (!map_get(&r->places, map_key_ip6(&ip->src), &node))
		map_put(&r->places, map_key_ip6(&ip->src), replay_node(r, &ip->hao));
}

static void signal_frame(struct replay *r, const struct capture_frame *f, const struct frame_view *v)
{
	struct seen *s = observe(r, f, v, v->mh, v->mh_len, SEEN_SIGNAL);

	r->counts.sightings++;
	if (!s)
		return;
	expect_place(r, v);
	s->udp |= v->mh_in_udp;
	s->secured = r->secured;
	s->len = v->mh_len;
	if (v->mh_len > REPLAY_INLINE)
		s->more = g_memdup2(v->mh, v->mh_len);
	else
		replay_copy(s->octets, v->mh, v->mh_len);
}

/* [RFC 4862 5.4.2] from the unspecified address; [RFC 4861 4.1, 4.2] */
static bool discovery_frame(struct replay *r, const struct capture_frame *f, const struct frame_view *v)
{
	const struct frame_ip *ip = frame_inner(v);
	uint8_t type = v->upper_len ? v->upper[0] : 0;
	struct seen *s = NULL;

	if (v->proto != PROTO_ICMP6_NUMBER || type < ICMP6_RS || type > ICMP6_REDIRECT)
		return false;
	r->counts.adverts += type == ICMP6_RA;
	if (type == ICMP6_NS && v->upper_len >= 24 && ip6_is_zero(&ip->src)) {
		s = observe(r, f, v, v->upper, v->upper_len, SEEN_DAD);
		if (s) {
			memcpy(s->home.o, v->upper + 8, 16);
			r->dads_held++;
		}
	} else if (type == ICMP6_RS) {
		observe(r, f, v, v->upper, v->upper_len, SEEN_SOLICIT);
	}
	return true;
}

static bool on_ike_port(const struct frame_ip *ip)
{
	return ip->sport == PORT_IKE || ip->dport == PORT_IKE || ip->sport == PORT_IKE_NAT || ip->dport == PORT_IKE_NAT;
}

/* Every octet counts, but not the addresses: a NAT changes them on the way. */
static void ike_frame(struct replay *r, const struct capture_frame *f, const struct frame_view *v)
{
	static const struct ip6_addr none;
	uint32_t n = 0;
	const uint8_t *p = frame_ike(v, &n);
	struct seen *s = p ? observe_as(r, f, v, id_of(&none, &none, v->proto, p, n, false), SEEN_IKE) : NULL;

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

static void ip_frame(struct replay *r, const struct capture_frame *f, const struct frame_view *v)
{
	const struct frame_ip *ip = frame_inner(v);
	struct seen *s;
	uint32_t owner;
	bool up;

	if (v->mh) {
		signal_frame(r, f, v);
		return;
	}
	if (ip->sport && on_ike_port(ip)) {
		ike_frame(r, f, v);
		return;
	}
	if (v->proto == PROTO_ESP && r->ike && replay_esp_frame(r, f, v))
		return;
	if (discovery_frame(r, f, v) || !(r->homes.count | r->prefixes.count))
		return;
	if (ip6_is_multicast(&ip->dst))
		return;
	owner = replay_owner(r, &ip->src, &ip->dst, &up);
	if (owner == REPLAY_NONE)
		return;
	/* octets that a cut capture does not have cannot be compared; what is there must do */
	s = observe(r, f, v, v->upper, v->upper_len, SEEN_DATA);
	if (!s)
		return;
	s->len = v->payload_len;
	s->owner = owner;
	s->owners = r->owners;
	s->up = up;
}

void replay_ip(struct replay *r, const struct capture_frame *f, const struct frame_view *v)
{
	ip_frame(r, f, v);
}

void replay_frame(struct replay *r, const struct capture_frame *f)
{
	struct frame_view v;
	moor_time at = f->at - r->first;

	r->counts.packets++;
	r->counts.octets += f->len;
	/* A capture on several interfaces may be a little out of order; time that goes back further stands still here. */
	r->back = MAX(r->back, r->now - at);
	r->at = at >= r->now - REPLAY_JITTER ? at : r->now;
	r->now = MAX(r->now, at);
	sights_drain(r->sights, r->now - (r->many || r->dads_held ? REPLAY_WINDOW : REPLAY_NEAR));
	if (!f->readable) {
		replay_unread(r, false, f->number, f->offset, "link type not read");
		return;
	}
	if (!frame_view_make(f->link, f->octets, f->len, &v)) {
		replay_unread(r, false, f->number, f->offset, f->len ? "no whole link header" : "no octets in the record");
		return;
	}
	if (v.fault.reason) {
		char *reason = g_strdup_printf("%s at octet %u of the frame", v.fault.reason, v.fault.offset);

		replay_unread(r, false, f->number, f->offset, reason);
		g_free(reason);
	}
	if (v.n_ip)
		ip_frame(r, f, &v);
}
