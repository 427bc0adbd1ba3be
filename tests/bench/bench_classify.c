/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The classifier of IP flow mobility: nanoseconds to find the flow binding of a packet among 1 to 10,000 routing rules
 * of one UE, as ratios to one rule in the same run. The kinds of rules and packets:
 *
 *	flows		each rule an address, protocol and port; packets of 64 flows that meet rules, again and again
 *	strangers	the same rules; packets of 64 flows that meet none
 *	new flows	the same rules; hardly any packet is of a flow that was seen before
 *	ranges		ranges of both ports and of addresses that overlap each other, new flows
 *	crossing	every rule crosses every other one: half are wide in one port and narrow in the other, half the other way
 *			round; new flows: the worst that is known for trees
 *	nested		ranges one within the other, the narrowest the strongest; new flows
 *
 * CPU time, the sizes take turns, medians. Reading the packet's headers is measured apart, and so is trying one rule
 * after the other, which is what all this replaces. Exit code 1 when an answer differs from that.
 */
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/rng.h"
#include "proto/ifom.h"
#include "tests/bench/versus.h"
#include "wire/ip4.h"

enum { SIZES = 5, KINDS = 6, PACKETS = 1 << 15, FLOWS = 64, ROUNDS = 15 };

static const uint32_t sizes[SIZES] = { 1, 10, 100, 1000, 10000 };
static const char *const kinds[KINDS] = { "flows", "strangers", "new flows", "ranges", "crossing", "nested" };

struct subject {
	struct ifom_table t;
	struct ifom_packet *packets;
	double ns[ROUNDS], linear, build_ms;
};

static struct subject subjects[KINDS][SIZES];
static volatile uintptr_t sink;

static double cpu(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static uint32_t below(struct rng *r, uint32_t n)
{
	return (uint32_t)rng_below(r, n);
}

static void address(struct ip6_addr *a, uint32_t v)
{
	memset(a, 0, sizeof *a);
	a->o[0] = 10;
	a->o[1] = (uint8_t)(v >> 16);
	a->o[2] = (uint8_t)(v >> 8);
	a->o[3] = (uint8_t)v;
}

static void range16(struct mh_ts *ts, uint16_t ports[2], uint16_t field, uint32_t low, uint32_t span)
{
	uint32_t high = low + span;

	ts->has |= (uint16_t)(field | field << 1);
	ports[0] = (uint16_t)low;
	ports[1] = (uint16_t)(high > 65535 ? 65535 : high);
}

static void draw_rule(struct rng *r, unsigned kind, uint32_t i, uint32_t n, struct mh_ts *ts)
{
	uint32_t low;

	memset(ts, 0, sizeof *ts);
	ts->format = MH_TS_IP4;
	if (kind < 3) {
		ts->has = MH_TS_SRC | MH_TS_PROTO | MH_TS_DPORT;
		address(&ts->src[0], i / 4);
		ts->proto[0] = 17;
		ts->dport[0] = (uint16_t)(5000 + i % 4);
	} else if (kind == 3) {
		low = below(r, 1 << 20);
		address(&ts->src[0], low);
		address(&ts->src[1], low + below(r, 1 << 14));
		ts->has = MH_TS_SRC | MH_TS_SRC_END;
		low = below(r, 65536);
		range16(ts, ts->sport, MH_TS_SPORT, low, below(r, 20000));
		low = below(r, 65536);
		range16(ts, ts->dport, MH_TS_DPORT, low, below(r, 2000));
	} else if (kind == 4) {
		low = (uint32_t)((uint64_t)i * 65000 / n);
		range16(ts, i & 1 ? ts->sport : ts->dport, i & 1 ? MH_TS_SPORT : MH_TS_DPORT, low, 3);
		low = below(r, 50);
		range16(ts, i & 1 ? ts->dport : ts->sport, i & 1 ? MH_TS_DPORT : MH_TS_SPORT, low, 65400);
	} else {
		low = (uint32_t)((uint64_t)(n - i) * 32767 / n);
		range16(ts, ts->dport, MH_TS_DPORT, 32767 - low, 2 * low);
	}
}

static void draw_packet(struct rng *r, unsigned kind, uint32_t n, unsigned nth, struct mh_flow_key *k)
{
	uint32_t i = below(r, n);

	k->family = 4;
	k->has = MH_TS_SRC | MH_TS_DST | MH_TS_DS | MH_TS_PROTO | MH_TS_SPORT | MH_TS_DPORT;
	k->proto = 17;
	k->sport = (uint16_t)below(r, 65536);
	k->dport = (uint16_t)(5000 + i % 4);
	address(&k->src, i / 4);
	if (kind == 1)
		k->src.o[0] = 172;
	if (kind >= 3) {
		address(&k->src, below(r, 1 << 20));
		k->dport = (uint16_t)below(r, 65536);
	}
	if (kind == 2 && nth & 1)
		k->src.o[1] = (uint8_t)(nth >> 1);		/* half of them meet none */
}

static void prepare(unsigned kind, unsigned size)
{
	struct subject *s = &subjects[kind][size];
	struct rng r = rng_make(kind, "bench-classify", "rules");
	uint32_t n = sizes[size];
	double t0;

	ifom_bid_put(&s->t, 1, 1);
	for (uint32_t i = 0; i < n; i++) {
		struct ifom_flow f = { .fid = (uint16_t)(i + 1), .priority = (uint16_t)(i + 1), .n_bid = 1, .bid = { 1 } };

		draw_rule(&r, kind, i, n, &f.ts);
		if (ifom_flow_put(&s->t, &f) != MH_FID_OK)
			g_error("a rule is refused");
	}
	s->packets = g_new0(struct ifom_packet, PACKETS);
	for (unsigned i = 0; i < PACKETS; i++) {
		if (kind < 2 && i >= FLOWS)
			s->packets[i] = s->packets[below(&r, FLOWS)];
		else
			draw_packet(&r, kind, n, i, &s->packets[i].key);
	}
	t0 = cpu();
	ifom_classify(&s->t, &s->packets[0]);
	s->build_ms = (cpu() - t0) / 1e6;
}

static bool right(struct subject *s)
{
	for (unsigned i = 0; i < 500; i++) {
		struct ifom_packet *p = &s->packets[i * (PACKETS / 500)];

		if (ifom_classify(&s->t, p) != ifom_match(&s->t, &p->key))
			return false;
	}
	return true;
}

static void turn(struct subject *s, unsigned round, unsigned packets)
{
	double t0 = cpu();

	for (unsigned i = 0; i < packets; i++)
		sink += (uintptr_t)ifom_classify(&s->t, &s->packets[i]);
	s->ns[round] = (cpu() - t0) / packets;
}

static void one_by_one(struct subject *s, unsigned packets)
{
	double t0 = cpu();

	for (unsigned i = 0; i < packets; i++)
		sink += (uintptr_t)ifom_match(&s->t, &s->packets[i].key);
	s->linear = (cpu() - t0) / packets;
}

static double reading(unsigned packets)
{
	struct ip4_hdr h = { .src = { { 10, 0, 0, 1 } }, .dst = { { 192, 0, 2, 1 } }, .total_len = 100, .ttl = 64,
			     .proto = PROTO_UDP };
	struct ifom_packet p;
	uint8_t buf[100] = { 0 };
	double t0;

	ip4_push(buf + 20, 20, &h);
	t0 = cpu();
	for (unsigned i = 0; i < packets; i++) {
		buf[20] = (uint8_t)i;
		sink += ifom_read(buf, sizeof buf, false, &p);
	}
	return (cpu() - t0) / packets;
}

int main(void)
{
	unsigned rounds = versus_quick() ? 1 : ROUNDS, packets = versus_quick() ? PACKETS / 16 : PACKETS;
	bool ok = true;

	for (unsigned k = 0; k < KINDS; k++) {
		for (unsigned n = 0; n < SIZES; n++) {
			prepare(k, n);
			ok = right(&subjects[k][n]) && ok;
			one_by_one(&subjects[k][n], sizes[n] > 100 ? packets / 16 : packets);
		}
		for (unsigned round = 0; round < rounds; round++) {
			for (unsigned n = 0; n < SIZES; n++)
				turn(&subjects[k][n], round, packets);
		}
	}
	printf("classifier: ns of CPU per packet with so many rules (and as a ratio to one rule), median of %u turns\n"
	       "%-10s", rounds, "");
	for (unsigned n = 0; n < SIZES; n++)
		printf(" %14u", sizes[n]);
	printf("   one by one  compiling  octets/rule\n");
	for (unsigned k = 0; k < KINDS; k++) {
		const struct subject *last = &subjects[k][SIZES - 1];
		double first = 0;

		printf("%-10s", kinds[k]);
		for (unsigned n = 0; n < SIZES; n++) {
			double ns = versus_median(subjects[k][n].ns, rounds);

			first = n ? first : ns;
			printf(" %6.1f (%5.2f)", ns, ns / first);
		}
		printf(" %12.0f %7.1f ms %12zu\n", last->linear, last->build_ms, ifom_octets(&last->t) / sizes[SIZES - 1]);
	}
	printf("reading a packet's headers: %.1f ns\nanswers as one by one: %s\n", reading(packets), ok ? "yes" : "NO");
	for (unsigned k = 0; k < KINDS; k++) {
		for (unsigned n = 0; n < SIZES; n++) {
			ifom_done(&subjects[k][n].t);
			g_free(subjects[k][n].packets);
		}
	}
	return ok ? 0 : 1;
}
