/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * GRE between two hosts: keys, sequence numbers, checksums, the TLV header of RFC 5845, and what is no good.
 */
#include "tests/unit/harness.h"
#include "tests/unit/net_rig.h"

#include "base/checksum.h"
#include "wire/tunnel.h"
#include "wire/udp.h"

#define INNER_A "2001:db8:a::1"
#define INNER_B "2001:db8:b::1"

/* a - lan - b, each with an inner address of its own; what has one as its source goes through the tunnel. */
struct pair {
	struct net_rig *r;
	struct net_host *a, *b;
	struct net_hooks ha, hb;
	struct net_tunnel up, down;
	uint32_t next;			/* sequence number of up */
	unsigned asked;
	struct net_outer outer;
};

static const struct net_profile plain = { .ipv4 = true, .ipv6 = true, .dsmip_udp = true };

static bool is(const struct ip6_addr *a, const char *text)
{
	struct ip6_addr b = a6(text);

	return ip6_eq(a, &b);
}

static const struct net_tunnel *divert(void *owner, const struct ip6_addr *src, const struct ip6_addr *dst,
				       const uint8_t *packet, uint32_t len, bool forwarded, struct net_tunnel *room)
{
	struct pair *p = owner;

	(void)dst, (void)packet, (void)len, (void)forwarded, (void)room;
	return is(src, INNER_A) || is(src, "192.0.2.7") ? &p->up : is(src, INNER_B) ? &p->down : NULL;
}

static bool tunnel_in(void *owner, const struct net_rx *outer_rx, const struct ip6_addr *inner_src,
		      const struct ip6_addr *inner_dst, const uint8_t *inner, uint32_t inner_len)
{
	struct pair *p = owner;

	(void)inner_src, (void)inner_dst, (void)inner, (void)inner_len;
	p->asked++;
	p->outer = outer_rx->outer;
	return true;
}

static struct pair *pair_new(enum net_encap encap, bool keyed, bool numbered)
{
	struct pair *p = g_new0(struct pair, 1);
	struct moor_link *lan;
	struct net_iface *ia, *ib;
	bool v6 = encap == ENCAP_IN6;

	p->r = net_rig_new();
	lan = rig_lan(p->r, "lan", MOOR_MS, 1500);
	p->a = rig_host(p->r, "a", &plain);
	p->b = rig_host(p->r, "b", &plain);
	ia = rig_iface(p->r, p->a, "eth0", lan);
	ib = rig_iface(p->r, p->b, "eth0", lan);
	rig_address(ia, "2001:db8::a", 64);
	rig_address(ia, "10.0.0.1", 24);
	rig_address(ib, "2001:db8::b", 64);
	rig_address(ib, "10.0.0.2", 24);
	net_address_add_virtual(p->a, &(struct ip6_addr){ { 0x20, 1, 0xd, 0xb8, 0, 0xa, [15] = 1 } });
	net_address_add_virtual(p->a, &(struct ip6_addr){ { [10] = 0xff, 0xff, 192, 0, 2, 7 } });
	net_address_add_virtual(p->b, &(struct ip6_addr){ { 0x20, 1, 0xd, 0xb8, 0, 0xb, [15] = 1 } });
	net_address_add_virtual(p->b, &(struct ip6_addr){ { [10] = 0xff, 0xff, 192, 0, 2, 9 } });
	p->next = 41;
	p->up = (struct net_tunnel){ .local = a6(v6 ? "2001:db8::a" : "10.0.0.1"), .encap = (uint8_t)encap, .sport = 4191,
				     .remote = a6(v6 ? "2001:db8::b" : "10.0.0.2"), .dport = 4191, .gre = true,
				     .keyed = keyed, .key = 0x01020304, .sequence = numbered ? &p->next : NULL };
	p->down = p->up;
	p->down.local = p->up.remote;
	p->down.remote = p->up.local;
	p->down.key = 7;
	p->down.sequence = NULL;
	p->ha = (struct net_hooks){ .owner = p, .divert = divert, .tunnel_in = tunnel_in, .gre = true };
	p->hb = p->ha;
	net_host_hooks(p->a, &p->ha);
	net_host_hooks(p->b, &p->hb);
	rig_listen(p->r, p->a);
	rig_listen(p->r, p->b);
	rig_bind(p->r, p->a, 7000);
	rig_bind(p->r, p->b, 7000);
	rig_run(p->r, MOOR_S);
	rig_clear(p->r);
	return p;
}

static void pair_done(struct pair *p)
{
	net_rig_free(p->r);
	g_free(p);
}

/* The last IP packet that this host put on the link. */
static const struct rig_frame *last_sent(const struct pair *p, const struct net_host *h)
{
	const struct rig_frame *last = NULL;

	for (unsigned k = 0; k < p->r->frames->len; k++) {
		const struct rig_frame *f = &g_array_index(p->r->frames, struct rig_frame, k);

		if (f->sent && f->node == moor_node_id(net_host_node(h)))
			last = f;
	}
	return last;
}

static void both_ways(enum net_encap encap, bool keyed, bool numbered)
{
	struct pair *p = pair_new(encap, keyed, numbered);

	CU_ASSERT(rig_udp(p->r, p->a, INNER_A, INNER_B, 7000, 100));
	rig_run(p->r, MOOR_S);
	CU_ASSERT_EQUAL(p->r->got->len, 1);
	CU_ASSERT_EQUAL(p->asked, 1);
	CU_ASSERT(p->outer.gre && p->outer.keyed == keyed && p->outer.numbered == numbered && p->outer.encap == encap);
	CU_ASSERT_EQUAL(p->outer.key, keyed ? 0x01020304u : 0);
	CU_ASSERT_EQUAL(p->outer.sequence, numbered ? 41 : 0);
	CU_ASSERT_EQUAL(p->next, numbered ? 42 : 41);
	CU_ASSERT(rig_udp(p->r, p->b, INNER_B, INNER_A, 7000, 90));
	CU_ASSERT(rig_udp(p->r, p->a, "192.0.2.7", "192.0.2.9", 7000, 80));
	rig_run(p->r, MOOR_S);
	CU_ASSERT_EQUAL(p->r->got->len, 3);
	CU_ASSERT_EQUAL(p->asked, 3);
	CU_ASSERT_EQUAL(moor_world_leaks(p->r->w, NULL), 0);
	pair_done(p);
}

static void test_all_forms(void)
{
	static const enum net_encap encaps[] = { ENCAP_IN6, ENCAP_IN4, ENCAP_UDP4 };

	for (unsigned k = 0; k < 3; k++) {
		both_ways(encaps[k], false, false);
		both_ways(encaps[k], true, false);
		both_ways(encaps[k], true, true);
		both_ways(encaps[k], false, true);
	}
}

/* Written from the figures of RFC 2784 and RFC 2890, RFC 5845 7.2. */
static void test_octets(void)
{
	static const uint8_t keyed[] = { 0x20, 0x00, 0x86, 0xdd, 1, 2, 3, 4, 0x60 };
	static const uint8_t numbered[] = { 0x30, 0x00, 0x08, 0x00, 1, 2, 3, 4, 0, 0, 0, 41, 0x45 };
	static const uint8_t tlv[] = { 0, 47, 0, 8 + 40 + 8 + 100, 0x20, 0x00, 0x86, 0xdd, 1, 2, 3, 4, 0x60 };
	struct pair *p = pair_new(ENCAP_IN6, true, false);
	const struct rig_frame *f;

	CU_ASSERT(rig_udp(p->r, p->a, INNER_A, INNER_B, 7000, 100));
	rig_run(p->r, MOOR_S);
	f = last_sent(p, p->a);
	CU_ASSERT(f->octets[14 + 6] == 47 && !memcmp(f->octets + 14 + 40, keyed, sizeof keyed));
	pair_done(p);
	p = pair_new(ENCAP_IN4, true, true);
	CU_ASSERT(rig_udp(p->r, p->a, "192.0.2.7", "192.0.2.9", 7000, 100));
	rig_run(p->r, MOOR_S);
	f = last_sent(p, p->a);
	CU_ASSERT(f->octets[14 + 9] == 47 && !memcmp(f->octets + 14 + 20, numbered, sizeof numbered));
	pair_done(p);
	p = pair_new(ENCAP_UDP4, true, false);
	CU_ASSERT(rig_udp(p->r, p->a, INNER_A, INNER_B, 7000, 100));
	rig_run(p->r, MOOR_S);
	f = last_sent(p, p->a);
	CU_ASSERT(f->octets[14 + 9] == 17 && !memcmp(f->octets + 14 + 28, tlv, sizeof tlv));
	pair_done(p);
}

/* Sends these octets as protocol 47 from a to b; the inner packet behind the header is a UDP packet for b. */
static void raw(struct pair *p, const uint8_t *header, size_t n, size_t inner)
{
	static const uint8_t packet[] = {
		0x60, 0, 0, 0, 0, 12, 17, 64, 0x20, 1, 0xd, 0xb8, 0, 0xa, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
		0x20, 1, 0xd, 0xb8, 0, 0xb, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0x1b, 0x58, 0x1b, 0x58, 0, 12, 0, 0, 1, 2, 3, 4,
	};
	struct moor_pkt *k = moor_pkt_new(p->r->w, n + inner);
	struct net_send s = { .src = a6("2001:db8::a"), .dst = a6("2001:db8::b"), .next_header = 47, .no_divert = true };
	struct ip6_addr src = a6(INNER_A), dst = a6(INNER_B);

	memcpy(k->data, header, n);
	memcpy(k->data + n, packet, inner);
	if (inner == sizeof packet)
		store16(k->data + n + 46, csum_fold(csum_add(csum_pseudo6(&src, &dst, 12, 17), packet + 40, 12)));
	CU_ASSERT(net_send6(p->a, k, &s));
	rig_run(p->r, MOOR_S);
}

static void test_rubbish(void)
{
	static const struct { uint8_t octets[16]; size_t n, inner; bool good; const char *what; } cases[] = {
		{ { 0x20, 0, 0x86, 0xdd, 0, 0, 0, 9 }, 8, 52, true, "key" },
		{ { 0x20, 1, 0x86, 0xdd, 0, 0, 0, 9 }, 8, 52, false, "version 1" },
		{ { 0x60, 0, 0x86, 0xdd, 0, 0, 0, 9 }, 8, 52, false, "routing" },
		{ { 0x20, 0, 0x08, 0x00, 0, 0, 0, 9 }, 8, 52, false, "IPv4 said, IPv6 inside" },
		{ { 0x20, 0, 0x65, 0x58, 0, 0, 0, 9 }, 8, 52, false, "Ethernet inside" },
		{ { 0xa0, 0, 0x86, 0xdd, 0, 1, 0, 0, 0, 0, 0, 9 }, 12, 52, false, "wrong checksum" },
		{ { 0x20, 0, 0x86, 0xdd, 0, 0, 0, 9 }, 8, 0, false, "nothing inside" },
		{ { 0x20, 0, 0x86, 0xdd, 0, 0 }, 6, 0, false, "short" },
		{ { 0x20, 0 }, 2, 0, false, "shorter" },
		{ { 0x20, 0, 0x86, 0xdd, 0, 0, 0, 9 }, 8, 39, false, "a cut IPv6 header" },
	};

	for (unsigned k = 0; k < G_N_ELEMENTS(cases); k++) {
		struct pair *p = pair_new(ENCAP_IN6, true, false);

		raw(p, cases[k].octets, cases[k].n, cases[k].inner);
		CU_ASSERT_EQUAL(p->asked, cases[k].good);
		CU_ASSERT_EQUAL(p->r->got->len, cases[k].good);
		CU_ASSERT_EQUAL(moor_world_leaks(p->r->w, NULL), 0);
		pair_done(p);
	}
}

/* A checksum is verified over header and payload [RFC 2784 2.3]. */
static void test_checksum(void)
{
	uint8_t header[12] = { 0xa0, 0, 0x86, 0xdd, 0, 0, 0, 0, 0, 0, 0, 9 };
	uint8_t whole[12 + 40 + 12] = { 0 };
	struct gre_hdr g;

	memcpy(whole, header, sizeof header);
	whole[30] = 77;
	store16(whole + 4, csum_fold(csum_add(0, whole, sizeof whole)));
	CU_ASSERT(gre_decode(whole, sizeof whole, &g) && g.has_csum && g.key == 9 && g.len == 12);
	CU_ASSERT(gre_sum_ok(whole, sizeof whole, &g));
	whole[31] ^= 1;
	CU_ASSERT(!gre_sum_ok(whole, sizeof whole, &g));
}

/* A host that does not speak it treats GRE as any protocol that it does not know. */
static void test_not_spoken(void)
{
	struct pair *p = pair_new(ENCAP_IN6, true, false);

	p->hb.gre = false;
	CU_ASSERT(rig_udp(p->r, p->a, INNER_A, INNER_B, 7000, 100));
	rig_run(p->r, MOOR_S);
	CU_ASSERT_EQUAL(p->asked, 0);
	CU_ASSERT_EQUAL(p->r->got->len, 0);
	CU_ASSERT_EQUAL(moor_world_leaks(p->r->w, NULL), 0);
	pair_done(p);
}

static const struct harness_test tests[] = {
	{ "all forms, both ways", test_all_forms },
	{ "the octets of the RFCs' figures", test_octets },
	{ "rubbish is dropped", test_rubbish },
	{ "a checksum is verified", test_checksum },
	{ "a host that does not speak it", test_not_spoken },
};

int main(int argc, char **argv)
{
	return harness_main("net_gre", tests, G_N_ELEMENTS(tests), argc, argv);
}
