/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * P10: what it costs to put a packet into its tunnel, with 1,000 to 1,000,000 tunnels in turn at random: the tunnel is
 * found by the prefix of the inner destination, as a home agent's and an anchor's are, and its headers are written in
 * front of the packet; then the same backwards. Kinds: GRE with key in IPv6 [RFC 2784, RFC 2890, 29.275 6.1], UDP 4191
 * in IPv4 [RFC 5555 4.1], IPv6 in IPv6 [RFC 2473]. Of the payload not an octet is touched, which the benchmark checks.
 *
 * Out: look-up and headers. In: headers read, for GRE the look-up by key, which tells whose packet it is. What a world
 * adds (routes, neighbours, links, events) is bench_cycle's matter. CPU time; the kinds take turns, medians of ROUNDS.
 */
#include <glib.h>

#include "base/index.h"
#include "base/slab.h"
#include "tests/bench/measure.h"
#include "wire/ip4.h"
#include "wire/ip6.h"
#include "wire/tunnel.h"
#include "wire/udp.h"

enum { ROUNDS = 9, PACKETS = 64, OPS = 1 << 20, HEADROOM = 160, INNER = 1280, SIZES = 4 };
enum { GOAL_FEW = 40, GOAL_MANY = 80 };	/* ns, out */
enum kind { GRE6, UDP4, IN6, KINDS };

static const char *const names[KINDS] = { "GRE with key in IPv6", "UDP 4191 in IPv4", "IPv6 in IPv6" };
static const uint32_t sizes[SIZES] = { 1000, 10000, 100000, 1000000 };

/* As large as a binding cache entry. */
struct entry {
	uint64_t hnp;
	struct ip6_addr remote;
	struct ip4_addr remote4;
	uint32_t key_down, key_up;
	uint16_t port;
	uint8_t rest[62];
};

struct tunnels {
	struct slab entries;
	struct index by_prefix, by_key;
	struct ip6_addr local;
	struct ip4_addr local4;
	uint32_t n;
	uint64_t found;			/* so that nothing is left out by the compiler */
};

struct packet { uint8_t head[HEADROOM], inner[INNER]; };

static uint64_t prefix_at(uint32_t i) { return UINT64_C(0x20010db800000000) + i; }

static void fill(struct tunnels *t, uint32_t n)
{
	*t = (struct tunnels){ .n = n, .local = a6("2001:db8:c0::1"), .local4 = { { 203, 0, 113, 1 } } };
	slab_init(&t->entries, "entry", sizeof(struct entry));
	for (uint32_t i = 0; i < n; i++) {
		moor_handle h;
		struct entry *e = slab_alloc(&t->entries, &h);

		*e = (struct entry){ .hnp = prefix_at(i), .remote = ip6_from64(0xfd00000000000000u, i % 512), .key_up = i + 1,
				     .remote4 = ip4_from_u32(0x0a000000u + i), .key_down = ~i, .port = (uint16_t)(20000 + i % 9999) };
		index_add(&t->by_prefix, index_hash(e->hnp, 1), h);
		index_add(&t->by_key, index_hash(e->key_up, 7), h);
	}
}

static void drop(struct tunnels *t)
{
	index_done(&t->by_prefix);
	index_done(&t->by_key);
	slab_done(&t->entries);
}

static const struct entry *by_prefix(const struct tunnels *t, uint64_t hnp)
{
	uint32_t hash = index_hash(hnp, 1), at, h;

	for (h = index_first(&t->by_prefix, hash, &at); h; h = index_next(&t->by_prefix, hash, &at)) {
		const struct entry *e = slab_get(&t->entries, h);

		if (e->hnp == hnp)
			return e;
	}
	return NULL;
}

static const struct entry *by_key(const struct tunnels *t, uint32_t key)
{
	uint32_t hash = index_hash(key, 7), at, h;

	for (h = index_first(&t->by_key, hash, &at); h; h = index_next(&t->by_key, hash, &at)) {
		const struct entry *e = slab_get(&t->entries, h);

		if (e->key_up == key)
			return e;
	}
	return NULL;
}

/* Headers in front of the inner packet; how many octets they are. */
static size_t enter(const struct tunnels *t, enum kind kind, const struct entry *e, uint8_t *inner, size_t len)
{
	uint8_t *p = inner;

	if (kind == UDP4) {
		struct ip4_hdr out = { .src = t->local4, .dst = e->remote4, .ttl = 64, .proto = PROTO_UDP,
				       .total_len = (uint16_t)(len + UDP_LEN + IP4_LEN) };

		p -= udp_push_nocsum(p, HEADROOM, 4191, e->port, len);
		p -= ip4_push(p, HEADROOM, &out);
	} else {
		struct ip6_hdr out = { .src = t->local, .dst = e->remote, .next_header = kind == GRE6 ? PROTO_GRE : PROTO_IP6,
				       .hop_limit = 64 };

		if (kind == GRE6)
			p -= gre_push(p, HEADROOM, &(struct gre_hdr){ .protocol = ETYPE_IP6, .has_key = true, .key = e->key_down });
		out.payload_len = (uint16_t)(len + (size_t)(inner - p));
		p -= ip6_push(p, HEADROOM, &out);
	}
	return (size_t)(inner - p);
}

/* The inner packet, and whose it is. */
static const uint8_t *leave(struct tunnels *t, enum kind kind, const uint8_t *p, size_t len)
{
	struct ip6_packet k6;
	struct ip4_packet k4;
	struct gre_hdr g;

	if (kind == UDP4) {
		if (!ip4_decode(p, len, &k4, NULL))
			return NULL;
		return udp_encap_demux(k4.upper + UDP_LEN, k4.upper_len - UDP_LEN).inner;
	}
	if (!ip6_decode(p, len, &k6, NULL))
		return NULL;
	if (kind == IN6)
		return k6.upper;
	if (!gre_decode(k6.upper, k6.upper_len, &g))
		return NULL;
	t->found += by_key(t, g.key) != NULL;
	return k6.upper + g.len;
}

static uint64_t rnd(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	return *x ^= *x << 17;
}

/* Which tunnels, drawn before the clock runs. */
static uint32_t *draw(uint32_t n, uint64_t seed)
{
	uint32_t *which = g_new(uint32_t, OPS);

	for (unsigned k = 0; k < OPS; k++)
		which[k] = (uint32_t)(rnd(&seed) % n);
	return which;
}

static double out_ns(struct tunnels *t, enum kind kind, struct packet *packets, const uint32_t *which)
{
	double start = cpu_now();

	for (unsigned k = 0; k < OPS; k++) {
		const struct entry *e = by_prefix(t, prefix_at(which[k]));

		t->found += enter(t, kind, e, packets[k % PACKETS].inner, INNER);
	}
	return (cpu_now() - start) / OPS * 1e9;
}

static double in_ns(struct tunnels *t, enum kind kind, struct packet *packets, const uint32_t *which)
{
	size_t head = 0;
	double start;

	for (unsigned k = 0; k < PACKETS; k++) {
		struct entry e = *by_prefix(t, prefix_at(which[k]));

		e.key_down = e.key_up;
		head = enter(t, kind, &e, packets[k].inner, INNER);
	}
	start = cpu_now();
	for (unsigned k = 0; k < OPS; k++) {
		const struct packet *p = &packets[k % PACKETS];

		t->found += leave(t, kind, p->inner - head, INNER + head) == p->inner;
	}
	return (cpu_now() - start) / OPS * 1e9;
}

static int up(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double v[ROUNDS])
{
	qsort(v, ROUNDS, sizeof *v, up);
	return v[ROUNDS / 2];
}

/* Of every packet its inner octets are what they were. */
static bool untouched(const struct packet *packets)
{
	for (unsigned k = 0; k < PACKETS; k++)
		for (unsigned i = 0; i < INNER; i++)
			if (packets[k].inner[i] != (uint8_t)(i ? k * 31 + i : 0x60))
				return false;
	return true;
}

int main(void)
{
	struct packet *packets = g_new0(struct packet, PACKETS);
	bool met = true;

	for (unsigned k = 0; k < PACKETS; k++)
		for (unsigned i = 0; i < INNER; i++)
			packets[k].inner[i] = (uint8_t)(i ? k * 31 + i : 0x60);
	printf("ns a packet of %u octets, %u packets in turn; goal: %u at 1,000 tunnels, %u at 1,000,000\n\n", INNER, PACKETS,
	       GOAL_FEW, GOAL_MANY);
	printf("%-22s%10s%10s%10s\n", "", "tunnels", "out", "in");
	for (unsigned s = 0; s < SIZES; s++) {
		double out[KINDS][ROUNDS], in[KINDS][ROUNDS];
		uint32_t *which = draw(sizes[s], 88172645463325252u);
		struct tunnels t;

		fill(&t, sizes[s]);
		for (unsigned r = 0; r < ROUNDS; r++)
			for (unsigned kind = 0; kind < KINDS; kind++) {
				out[kind][r] = out_ns(&t, kind, packets, which);
				in[kind][r] = in_ns(&t, kind, packets, which);
			}
		for (unsigned kind = 0; kind < KINDS; kind++) {
			double o = median(out[kind]), goal = s ? s == SIZES - 1 ? GOAL_MANY : 1e9 : GOAL_FEW;

			printf("%-22s%10u%10.1f%10.1f%s\n", names[kind], sizes[s], o, median(in[kind]), o > goal ? "  MISSED" : "");
			met &= o <= goal;
		}
		drop(&t);
		g_free(which);
	}
	printf("\npayload: %s\n", untouched(packets) ? "not an octet touched" : "CHANGED");
	if (!untouched(packets))
		return 1;
	printf("goals %s\n", met ? "met" : "missed");
	g_free(packets);
	return 0;
}
