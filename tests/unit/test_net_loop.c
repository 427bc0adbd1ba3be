/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tunnel loops: the look for the encapsulation limit and for a tunnel within itself (net/loop.c), on good packets and
 * on every way of cutting them short.
 */
#include "tests/unit/harness.h"

#include <string.h>

#include "net/core.h"
#include "wire/udp.h"

static struct ip6_addr a6(const char *s)
{
	struct ip6_addr a = { { 0 } };

	g_assert(ip6_parse(s, &a));
	return a;
}

static struct ip6_addr a4(const char *s)
{
	struct ip4_addr a = { { 0 } };

	g_assert(ip4_parse(s, &a));
	return ip6_mapped(a);
}

/* A packet that is built from its inside outwards. */
struct onion {
	uint8_t room[512];
	size_t at;
	uint8_t next;			/* what the octets at `at` are */
};

static void onion_init(struct onion *o)
{
	memset(o, 0, sizeof *o);
	o->at = sizeof o->room - 8;
	o->next = PROTO_UDP;		/* eight zero octets: ports 0 */
}

static const uint8_t *front(const struct onion *o) { return o->room + o->at; }
static uint32_t length(const struct onion *o) { return (uint32_t)(sizeof o->room - o->at); }

static void in6(struct onion *o, const char *src, const char *dst)
{
	struct ip6_hdr h = { .src = a6(src), .dst = a6(dst), .hop_limit = 64, .next_header = o->next,
			     .payload_len = (uint16_t)length(o) };

	ip6_push(o->room + o->at, 40, &h);
	o->at -= 40;
	o->next = PROTO_IP6;
}

static void in4(struct onion *o, const char *src, const char *dst)
{
	struct ip6_addr s = a4(src), d = a4(dst);
	struct ip4_hdr h = { .src = ip6_mapped_ip4(&s), .dst = ip6_mapped_ip4(&d), .ttl = 64, .proto = o->next,
			     .total_len = (uint16_t)(length(o) + 20) };

	ip4_push(o->room + o->at, 20, &h);
	o->at -= 20;
	o->next = PROTO_IP4;
}

static void udp(struct onion *o, uint16_t port)
{
	udp_push_nocsum(o->room + o->at, 8, 4191, port, length(o));
	o->at -= 8;
	o->next = PROTO_UDP;
}

static void extension(struct onion *o, uint8_t type, const uint8_t octets[6])
{
	o->at -= 8;
	o->room[o->at] = o->next;
	o->room[o->at + 1] = 0;
	memcpy(o->room + o->at + 2, octets, 6);
	o->next = type;
}

static void limit(struct onion *o, uint8_t value)
{
	extension(o, PROTO_DSTOPTS, (const uint8_t[]){ IP6_OPT_ENCAP_LIMIT, 1, value, 1, 1, 0 });
}

#define HA1 "2001:db8:c0::1"
#define HA2 "2001:db8:c0::9"
#define HOA1 "2001:db8:a::1"
#define HOA2 "2001:db8:b::1"

static struct net_tunnel tunnel(struct ip6_addr local, struct ip6_addr remote)
{
	return (struct net_tunnel){ .local = local, .remote = remote, .encap = ENCAP_IN6 };
}

/* [RFC 2473 4.1.1] (a): left to right, through extension headers, up to the option or the end of the chain */
static void finds_the_limit(void)
{
	const uint8_t pads[6] = { 1, 4, 0, 0, 0, 0 }, first[6] = { 0, 0, 1, 0, 0, 7 }, later[6] = { 1, 0, 0, 0, 0, 7 };
	uint32_t pointer = 0;
	struct onion o;

	onion_init(&o);
	in6(&o, "2001:db8::c", HOA1);
	CU_ASSERT_EQUAL(net_encap_limit(front(&o), length(&o), &pointer), -1);
	limit(&o, 4);
	in6(&o, HA1, HOA2);
	CU_ASSERT_EQUAL(net_encap_limit(front(&o), length(&o), &pointer), 3);
	CU_ASSERT_EQUAL(pointer, 44);
	in6(&o, HA2, HOA1);		/* the next tunnel has none: it is not looked for further inside */
	CU_ASSERT_EQUAL(net_encap_limit(front(&o), length(&o), &pointer), -1);
	onion_init(&o);
	limit(&o, 0);
	extension(&o, PROTO_HOPOPTS, pads);
	in6(&o, HA1, HOA2);
	CU_ASSERT_EQUAL(net_encap_limit(front(&o), length(&o), &pointer), -2);
	CU_ASSERT_EQUAL(pointer, 52);
	onion_init(&o);			/* the first fragment shows it, a later one is not what it seems */
	limit(&o, 2);
	extension(&o, PROTO_FRAGMENT, first);
	in6(&o, HA1, HOA2);
	CU_ASSERT_EQUAL(net_encap_limit(front(&o), length(&o), &pointer), 1);
	onion_init(&o);
	limit(&o, 2);
	extension(&o, PROTO_FRAGMENT, later);
	in6(&o, HA1, HOA2);
	CU_ASSERT_EQUAL(net_encap_limit(front(&o), length(&o), &pointer), -1);
}

/* Two round trips between two home agents, over IPv6, IPv4 and UDP. */
static void finds_itself(void)
{
	struct net_tunnel t = tunnel(a6(HA1), a6(HOA2)), other = tunnel(a6(HA1), a6(HOA1));
	struct net_tunnel t4 = tunnel(a4("203.0.113.1"), a4("198.51.100.7"));
	struct onion o;

	onion_init(&o);
	in6(&o, "2001:db8::c", HOA1);
	CU_ASSERT(!net_in_tunnel(front(&o)) && !net_tunnel_recursive(front(&o), length(&o), &t));
	in6(&o, HA1, HOA2);
	CU_ASSERT(net_in_tunnel(front(&o)) && net_tunnel_recursive(front(&o), length(&o), &t));
	in6(&o, HA2, HOA1);
	CU_ASSERT(net_tunnel_recursive(front(&o), length(&o), &t));
	CU_ASSERT(!net_tunnel_recursive(front(&o), length(&o), &other));
	udp(&o, 4191);
	in4(&o, "203.0.113.9", "192.0.2.7");
	CU_ASSERT(net_in_tunnel(front(&o)) && net_tunnel_recursive(front(&o), length(&o), &t));
	onion_init(&o);
	in6(&o, "2001:db8::c", HOA1);
	in4(&o, "203.0.113.1", "198.51.100.7");
	in4(&o, "203.0.113.9", "192.0.2.7");
	CU_ASSERT(net_tunnel_recursive(front(&o), length(&o), &t4));
	onion_init(&o);			/* another port: an application's own matter */
	in4(&o, "203.0.113.1", "198.51.100.7");
	udp(&o, 9000);
	in4(&o, "203.0.113.9", "192.0.2.7");
	CU_ASSERT(!net_tunnel_recursive(front(&o), length(&o), &t4));
}

/* Whatever is cut off or wrong, it ends, and nothing behind the end is read (a run under ASan would tell). */
static void every_length(void)
{
	const uint8_t bad[6] = { IP6_OPT_ENCAP_LIMIT, 200, 0, 9, 255, 0 };
	struct net_tunnel t = tunnel(a6(HA1), a6(HOA2));
	uint32_t pointer, found = 0;
	struct onion o;

	onion_init(&o);
	in6(&o, "2001:db8::c", HOA1);
	limit(&o, 4);
	in6(&o, HA1, HOA2);
	extension(&o, PROTO_DSTOPTS, bad);
	in6(&o, HA2, HOA1);
	udp(&o, 4191);
	in4(&o, "203.0.113.9", "192.0.2.7");
	for (uint32_t n = 0; n <= length(&o); n++) {
		uint8_t *copy = g_malloc(n + 1);

		memcpy(copy, front(&o), n);
		found += net_tunnel_recursive(copy, n, &t);
		CU_ASSERT(net_encap_limit(copy, n, &pointer) == -1);
		CU_ASSERT(n < 28 || net_encap_limit(copy + 28, n - 28, &pointer) == -1);	/* the bad option is none */
		g_free(copy);
	}
	CU_ASSERT(found > 0 && found < length(&o));
	for (unsigned i = 0; i < length(&o) * 8; i++) {		/* each bit flipped */
		o.room[o.at + i / 8] ^= (uint8_t)(1 << i % 8);
		found += net_tunnel_recursive(front(&o), length(&o), &t);
		net_encap_limit(front(&o) + 28, length(&o) - 28, &pointer);
		o.room[o.at + i / 8] ^= (uint8_t)(1 << i % 8);
	}
	CU_ASSERT(found > 100);
}

static const struct harness_test tests[] = {
	{ "the encapsulation limit is found where it may stand", finds_the_limit },
	{ "a tunnel is found within itself", finds_itself },
	{ "cut and broken packets come to an end", every_length },
};

int main(int argc, char **argv)
{
	return harness_main("net_loop", tests, G_N_ELEMENTS(tests), argc, argv);
}
