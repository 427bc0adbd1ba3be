/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a captured packet to an observation: what it is (signalling, user data of a known mobile node, duplicate address
 * detection, router solicitation, nothing of interest), where it was seen, and what cannot be read. Runs for every
 * packet of a capture, so it looks no deeper than it must. No clause.
 */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "emu/replay_internal.h"

enum { ICMP6_RS = 133, ICMP6_RA = 134, ICMP6_NS = 135, ICMP6_REDIRECT = 137, PROTO_ICMP6_NUMBER = 58,
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
static inline struct sight_id id_of(const struct ip6_addr *src, const struct ip6_addr *dst, uint8_t proto,
				    const uint8_t *p, uint32_t n, bool lasting)
{
	uint64_t ends = replay_fold(word_at(src->o) ^ K0, word_at(src->o + 8) ^ K1 ^ proto), octets;

	ends ^= replay_fold(word_at(dst->o) ^ K2, word_at(dst->o + 8) ^ K3 ^ (uint64_t)n << 32);
	lasting = lasting && n > SAMPLED;
	if (lasting)
		octets = replay_fold(hash_short(p, SAMPLED / 2), hash_short(p + n - 16, 16));
	else
		octets = n >= 16 && n <= SAMPLED ? hash_short(p, n) : hash_of(p, n);
	return (struct sight_id){ { octets, ends }, lasting ? p : NULL, n, REPLAY_NONE, false };
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
				      const struct sight_id *id, enum seen_kind kind)
{
	struct seen *again, *s = sights_add(r->sights, id, replay_place(r, k), k->spot, r->at, &again);

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

/* binding: that it seems to be about, or REPLAY_NONE */
static inline struct seen *observe(struct replay *r, const struct capture_frame *f, const struct packet *k,
				   enum seen_kind kind, uint32_t binding)
{
	struct sight_id id = id_of(k->from, k->to, k->proto, k->upper, k->upper_len, f->lasting);

	id.binding = binding;
	id.data = kind == SEEN_DATA;
	return observe_as(r, f, k, &id, kind);
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

/* The binding of this key. An update's answer comes soon behind it: the one looked for last is tried first. */
static uint32_t pair_of(struct replay *r, const struct map_key *k)
{
	if (!k)
		return REPLAY_NONE;
	if (k->a != r->pair.a || k->b != r->pair.b) {
		r->pair = *k;
		if (!map_get(&r->binding_index, *k, &r->pair_binding))
			r->pair_binding = REPLAY_NONE;
	}
	return r->pair_binding;
}

/* pair: key of the binding of its addresses, or NULL */
static inline void signal_frame(struct replay *r, const struct capture_frame *f, const struct packet *k,
				const struct map_key *pair)
{
	uint32_t binding = pair_of(r, pair);
	struct seen *s = observe(r, f, k, SEEN_SIGNAL, binding);

	r->counts.sightings++;
	if (!s)
		return;
	expect_place(r, k);
	s->owner = binding;
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
		s = observe(r, f, k, SEEN_DAD, REPLAY_NONE);
		if (s) {
			memcpy(s->home.o, k->upper + 8, 16);
			r->dads_held++;
		}
	} else if (type == ICMP6_RS) {
		observe(r, f, k, SEEN_SOLICIT, REPLAY_NONE);
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
		struct sight_id id = id_of(&none, &none, v->proto, p, n, false);

		s = observe_as(r, f, k, &id, SEEN_IKE);
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
	s = observe(r, f, k, SEEN_DATA, owner);
	if (!s)
		return;
	s->len = k->payload_len;
	s->owner = owner;
	s->owners = r->owners;
	s->up = up;
}

/* Packets that are not of the plainest shapes. */
static G_NO_INLINE void any_frame(struct replay *r, const struct capture_frame *f, const struct frame_view *v,
				  const struct packet *k)
{
	const struct frame_ip *ip = frame_inner(v);

	if (v->mh)
		signal_frame(r, f, k, NULL);
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

static void unread_packet(struct replay *r, const struct replay_look *l)
{
	const struct capture_frame *f = &l->f;
	char *reason;

	if (!f->readable) {
		replay_unread(r, false, f->number, f->offset, "link type not read");
	} else if (!l->linked) {
		replay_unread(r, false, f->number, f->offset, f->len ? "no whole link header" : "no octets in the record");
	} else if (l->v.fault.reason) {
		reason = g_strdup_printf("%s at octet %u of the frame", l->v.fault.reason, l->v.fault.offset);
		replay_unread(r, false, f->number, f->offset, reason);
		g_free(reason);
	}
}

void replay_frame(struct replay *r, const struct replay_look *l)
{
	const struct capture_frame *f = &l->f;
	moor_time at = f->at - r->first;

	r->counts.packets++;
	r->counts.octets += f->len;
	/* A capture on several interfaces may be a little out of order; time that goes back further stands still here. */
	r->back = MAX(r->back, r->now - at);
	r->at = at >= r->now - REPLAY_JITTER ? at : r->now;
	r->now = MAX(r->now, at);
	sights_drain(r->sights, r->now - (r->many || r->dads_held ? REPLAY_WINDOW : REPLAY_NEAR));
	if (G_UNLIKELY(!l->plain)) {
		unread_packet(r, l);
		if (l->linked && l->v.n_ip)
			any_frame(r, f, &l->v, &l->k);
	} else if (l->k.mh) {
		signal_frame(r, f, &l->k, &l->pair);
	} else {
		data_frame(r, f, &l->k);
	}
}
