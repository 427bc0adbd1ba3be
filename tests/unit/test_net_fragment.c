/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reassembly seen from a stranger's fragments: in any order, twice, overlapping, tiny, too long, too many, too
 * late; IPv6 and IPv4. And octets at random, or good packets damaged, against every kind of node.
 */
#include "tests/unit/net_rig.h"

#include "base/rng.h"

static const struct net_profile plain = { .ipv4 = true, .ipv6 = true };

struct scene {
	struct net_rig *r;
	struct net_host *h;
	struct net_iface *i;
	uint8_t whole[2048];		/* a UDP datagram: header and octets */
	uint32_t len;
};

static struct scene scene_new(uint32_t payload, bool v4)
{
	struct scene s = { .r = net_rig_new(), .len = payload + UDP_LEN };
	struct moor_link *lan = rig_lan(s.r, "lan", MOOR_MS, 1500);
	struct ip6_addr src = a6("2001:db8::fe"), dst = a6("2001:db8::1");

	s.h = rig_host(s.r, "host", &plain);
	s.i = rig_iface(s.r, s.h, "eth0", lan);
	rig_address(s.i, "2001:db8::1", 64);
	rig_address(s.i, "10.0.0.1", 24);
	rig_bind(s.r, s.h, 7000);
	for (uint32_t k = 0; k < payload; k++)
		s.whole[UDP_LEN + k] = (uint8_t)k;
	if (v4)
		udp_push4(s.whole + UDP_LEN, UDP_LEN, 1, 7000, (struct ip4_addr){ { 10, 0, 0, 254 } },
			  (struct ip4_addr){ { 10, 0, 0, 1 } }, payload);
	else
		udp_push6(s.whole + UDP_LEN, UDP_LEN, 1, 7000, &src, &dst, payload);
	rig_run(s.r, MOOR_S);
	rig_clear(s.r);
	return s;
}

/* Octets from..to of the datagram as a fragment of packet id. */
static void piece6(struct scene *s, uint32_t id, uint32_t from, uint32_t to, bool more)
{
	uint8_t p[1500];
	struct ip6_hdr h = { .src = a6("2001:db8::fe"), .dst = a6("2001:db8::1"), .hop_limit = 64,
			     .payload_len = (uint16_t)(8 + to - from), .next_header = PROTO_FRAGMENT };
	struct ip6_fragment f = { .id = id, .offset = (uint16_t)from, .more = more, .next_header = PROTO_UDP };

	ip6_push(p + 40, 40, &h);
	ip6_push_fragment(p + 48, 8, &f);
	memcpy(p + 48, s->whole + (from < sizeof s->whole ? from : 0), to - from);
	rig_inject(s->r, s->i, ETYPE_IP6, p, 48 + to - from);
}

static void piece4(struct scene *s, uint32_t id, uint32_t from, uint32_t to, bool more)
{
	uint8_t p[1500];
	struct ip4_hdr h = { .src = { { 10, 0, 0, 254 } }, .dst = { { 10, 0, 0, 1 } }, .ttl = 64, .proto = PROTO_UDP,
			     .total_len = (uint16_t)(20 + to - from), .id = (uint16_t)id, .mf = more,
			     .frag_offset = (uint16_t)from };

	ip4_push(p + 20, 20, &h);
	memcpy(p + 20, s->whole + (from < sizeof s->whole ? from : 0), to - from);
	rig_inject(s->r, s->i, ETYPE_IP4, p, 20 + to - from);
}

typedef void piece_fn(struct scene *s, uint32_t id, uint32_t from, uint32_t to, bool more);

static bool good(const struct scene *s, unsigned nth)
{
	const struct rig_got *g = rig_got(s->r, nth);

	return g && g->len == s->len - UDP_LEN && !memcmp(g->octets, s->whole + UDP_LEN, MIN(g->len, 256u));
}

static void all_orders(piece_fn *piece, bool v4)
{
	static const uint8_t orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
	struct scene s = scene_new(200, v4);
	static const uint32_t cuts[4] = { 0, 80, 160, 208 };

	for (unsigned k = 0; k < 6; k++) {
		for (unsigned j = 0; j < 3; j++) {
			unsigned x = orders[k][j];

			CU_ASSERT_EQUAL(s.r->got->len, k);
			piece(&s, 100 + k, cuts[x], cuts[x + 1], x < 2);
			if (j < 2)				/* once more: a duplicate does no harm */
				piece(&s, 100 + k, cuts[x], cuts[x + 1], x < 2);
		}
		CU_ASSERT(good(&s, k));
	}
	/* two packets at once, their pieces mixed */
	piece(&s, 1, 0, 80, true);
	piece(&s, 2, 80, 208, false);
	piece(&s, 1, 80, 208, false);
	piece(&s, 2, 0, 80, true);
	CU_ASSERT(good(&s, 6) && good(&s, 7));
	CU_ASSERT_EQUAL(net_packets_held(s.r->w), 0);
	net_rig_free(s.r);
}

static void test_orders6(void)
{
	all_orders(piece6, false);
}

static void test_orders4(void)
{
	all_orders(piece4, true);
}

static void overlaps(piece_fn *piece, bool v4)
{
	static const struct { uint32_t from, to; bool more; } second[] = {
		{ 72, 160, true },		/* over the end of the first */
		{ 0, 72, true },		/* a shorter one at the same place */
		{ 8, 72, true },		/* within */
		{ 160, 208, false },		/* right, but see below */
		{ 40, 48, false },		/* an end within */
	};

	for (unsigned k = 0; k < G_N_ELEMENTS(second); k++) {
		struct scene s = scene_new(200, v4);
		bool bad = k != 3;

		piece(&s, 5, 0, 80, true);
		piece(&s, 5, second[k].from, second[k].to, second[k].more);
		CU_ASSERT_EQUAL(rig_discards(s.r, "fragments-overlap"), bad);
		piece(&s, 5, 80, 160, true);
		piece(&s, 5, 160, 208, false);
		CU_ASSERT_EQUAL(s.r->got->len, !bad);	/* the packet is dead, whatever else comes */
		CU_ASSERT_EQUAL(net_packets_held(s.r->w), !bad);	/* the last one came after the packet was whole */
		rig_run(s.r, 61 * MOOR_S);
		CU_ASSERT_EQUAL(rig_icmp6_count(s.r, s.h, ICMP6_T_TIME_EXCEEDED), 0);	/* and nobody is told */
		piece(&s, 5, 0, 80, true);		/* its number may be used again */
		piece(&s, 5, 80, 208, false);
		CU_ASSERT_EQUAL(s.r->got->len, 1 + !bad);
		net_rig_free(s.r);
	}
}

static void test_overlaps6(void)
{
	overlaps(piece6, false);
}

static void test_overlaps4(void)
{
	overlaps(piece4, true);
}

static void test_timeout(void)
{
	struct scene s = scene_new(200, false);
	struct ip6_packet k;
	struct ip4_packet k4;
	struct icmp6 m;
	struct icmp4 m4;
	moor_time at;

	rig_address(s.i, "10.0.0.2", 24);
	net_neighbour_set(s.i, &(struct ip6_addr){ { [10] = 0xff, 0xff, 10, 0, 0, 254 } },
			  &(struct mac_addr){ { 2, 0, 0, 0, 0, 0xfe } });
	net_neighbour_set(s.i, &(struct ip6_addr){ { 0x20, 1, 0xd, 0xb8, [15] = 0xfe } },
			  &(struct mac_addr){ { 2, 0, 0, 0, 0, 0xfe } });
	piece6(&s, 1, 0, 80, true);
	piece6(&s, 2, 80, 208, false);			/* the first one never comes: nobody is told */
	piece4(&s, 3, 0, 80, true);
	CU_ASSERT_EQUAL(net_packets_held(s.r->w), 3);
	rig_run(s.r, 62 * MOOR_S);
	CU_ASSERT_EQUAL(net_packets_held(s.r->w), 0);
	CU_ASSERT_EQUAL(rig_discards(s.r, "reassembly-timeout"), 3);
	CU_ASSERT_EQUAL(rig_icmp6_count(s.r, s.h, ICMP6_T_TIME_EXCEEDED), 1);
	CU_ASSERT(rig_icmp6(s.r, s.h, ICMP6_T_TIME_EXCEEDED, 0, &k, &m, &at) && m.code == 1);
	CU_ASSERT(m.body_len == 40 + 8 + 80 && m.body[6] == PROTO_FRAGMENT && at == MOOR_S + MOOR_MS + 60 * MOOR_S);
	CU_ASSERT(rig_icmp4(s.r, s.h, ICMP4_T_TIME_EXCEEDED, 0, &k4, &m4) && m4.code == 1);
	net_rig_free(s.r);
}

static void test_refused_pieces(void)
{
	struct scene s = scene_new(200, false);
	struct ip6_packet k;
	struct icmp6 m;

	net_neighbour_set(s.i, &(struct ip6_addr){ { 0x20, 1, 0xd, 0xb8, [15] = 0xfe } },
			  &(struct mac_addr){ { 2, 0, 0, 0, 0, 0xfe } });
	piece6(&s, 1, 0, 0, true);
	CU_ASSERT_EQUAL(rig_discards(s.r, "fragment-empty"), 1);
	piece6(&s, 2, 0, 7, false);			/* atomic: no fragment at all, but a short datagram */
	CU_ASSERT_EQUAL(rig_discards(s.r, "udp-short"), 1);
	piece6(&s, 3, 0, 9, true);			/* not a multiple of eight */
	CU_ASSERT(rig_icmp6(s.r, s.h, ICMP6_T_PARAM_PROBLEM, 0, &k, &m, NULL) && !m.code && m.pointer == 4);
	piece6(&s, 4, 65528, 65528 + 48, false);	/* beyond 65535 */
	CU_ASSERT(rig_icmp6(s.r, s.h, ICMP6_T_PARAM_PROBLEM, 1, &k, &m, NULL) && !m.code && m.pointer == 42);
	CU_ASSERT_EQUAL(net_packets_held(s.r->w), 0);
	net_rig_free(s.r);
}

/* The first piece ends within a destination options header that claims to be longer [RFC 7112]. */
static void test_tiny_first(void)
{
	struct scene s = scene_new(200, false);
	uint8_t p[40 + 8 + 8] = { 0 };
	struct ip6_hdr h = { .src = a6("2001:db8::fe"), .dst = a6("2001:db8::1"), .hop_limit = 64, .payload_len = 16,
			     .next_header = PROTO_FRAGMENT };
	struct ip6_fragment f = { .id = 9, .more = true, .next_header = PROTO_DSTOPTS };
	struct ip6_packet k;
	struct icmp6 m;

	net_neighbour_set(s.i, &h.src, &(struct mac_addr){ { 2, 0, 0, 0, 0, 0xfe } });
	ip6_push(p + 40, 40, &h);
	ip6_push_fragment(p + 48, 8, &f);
	p[48] = PROTO_UDP;
	p[49] = 1;
	rig_inject(s.r, s.i, ETYPE_IP6, p, sizeof p);
	CU_ASSERT_EQUAL(rig_discards(s.r, "fragment-tiny"), 1);
	CU_ASSERT(rig_icmp6(s.r, s.h, ICMP6_T_PARAM_PROBLEM, 0, &k, &m, NULL) && m.code == 3 && m.pointer == 0);
	CU_ASSERT_EQUAL(net_packets_held(s.r->w), 0);
	net_rig_free(s.r);
}

static void test_bounds(void)
{
	struct scene s = scene_new(1400, false);

	for (uint32_t id = 0; id < 500; id++)
		piece6(&s, id, 0, 80, true);
	CU_ASSERT_EQUAL(net_packets_held(s.r->w), 64);
	CU_ASSERT_EQUAL(rig_discards(s.r, "reassembly-crowded"), 500 - 64);
	for (uint32_t k = 0; k < 100; k++)
		piece6(&s, 1000, 8 * k, 8 * k + 8, true);
	CU_ASSERT_EQUAL(rig_discards(s.r, "fragments-many"), 1);
	piece6(&s, 2000, 0, 1408, false);		/* and it still works */
	CU_ASSERT_EQUAL(s.r->got->len, 1);
	net_rig_free(s.r);
}

/* ---- hostile octets ---------------------------------------------------------------------------------------------- */

struct target {
	struct net_rig *r;
	struct net_iface *i[3];		/* host, router, mobile agent */
	struct net_hooks hooks;
	struct net_tunnel tunnel;
	struct rng rng;
};

static const struct net_tunnel *some_tunnel(void *owner, const struct ip6_addr *src, const struct ip6_addr *dst,
					    const uint8_t *packet, uint32_t len, bool forwarded, struct net_tunnel *room)
{
	struct target *t = owner;

	(void)src, (void)packet, (void)len, (void)forwarded, (void)room;
	return dst->o[15] & 1 ? &t->tunnel : dst->o[15] & 2 ? &net_tunnel_discard : NULL;
}

static bool any_tunnel(void *owner, const struct net_rx *rx, const struct ip6_addr *src, const struct ip6_addr *dst,
		       const uint8_t *inner, uint32_t len)
{
	(void)owner, (void)rx, (void)src, (void)dst;
	return len && (inner[len - 1] & 3) != 0;
}

static bool any_home(void *owner, const struct net_rx *rx, const struct ip6_addr *home)
{
	(void)owner, (void)rx;
	return home->o[15] & 1;
}

static struct target target_new(void)
{
	static const struct net_profile agent = { .ipv4 = true, .ipv6 = true, .dsmip_udp = true, .forward = true };
	static const struct net_profile client = { .ipv4 = true, .ipv6 = true, .dad = true, .accept_rd = true,
						   .missed_adverts = 3, .eager_switching = true };
	struct target t = { .r = net_rig_new(), .rng = rng_make(1, "hostile", "octets") };
	struct moor_link *lan = rig_lan(t.r, "lan", MOOR_US, 1500);
	struct router_advert a = router_advert_default;

	t.i[0] = rig_iface(t.r, rig_host(t.r, "host", &client), "eth0", lan);
	t.i[1] = rig_iface(t.r, rig_host(t.r, "router", &net_profile_router), "eth0", lan);
	t.i[2] = rig_iface(t.r, rig_host(t.r, "agent", &agent), "eth0", lan);
	for (unsigned k = 0; k < 3; k++) {
		char text[64];

		g_snprintf(text, sizeof text, "2001:db8::%u", k + 1);
		rig_address(t.i[k], text, 64);
		g_snprintf(text, sizeof text, "10.0.0.%u", k + 1);
		rig_address(t.i[k], text, 24);
		rig_bind(t.r, net_iface_host(t.i[k]), 7000);
		rig_listen(t.r, net_iface_host(t.i[k]));
	}
	a.n = 1;
	a.prefixes[0] = (struct router_prefix){ p6("2001:db8::/64"), true, true, false, 100, 50 };
	router_advertise(t.i[1], &a);
	t.tunnel = (struct net_tunnel){ .local = a6("2001:db8::3"), .remote = a6("2001:db8::1"), .encap = ENCAP_IN6 };
	return t;
}

static uint16_t icmp6_message(struct target *t, uint8_t *at, struct ip6_hdr *h, uint32_t body)
{
	static const uint8_t kinds[] = { ICMP6_T_RS, ICMP6_T_RA, ICMP6_T_NS, ICMP6_T_NA, ICMP6_T_ECHO_REQUEST,
					 ICMP6_T_TOO_BIG, ICMP6_T_UNREACHABLE };
	struct icmp6 m = { .type = kinds[rng_below(&t->rng, sizeof kinds)], .target = h->dst, .router_lifetime = 1000,
			   .mtu = 1300, .body = at + 8 };

	m.opts.has_slla = m.opts.has_tlla = true;
	m.opts.n_prefixes = 1;
	m.opts.prefixes[0] = (struct nd_prefix){ .addr = a6("2001:db8:5::"), .len = 64, .on_link = true,
						 .autonomous = true, .valid = 1000, .preferred = 1000 };
	if (m.type == ICMP6_T_RA)
		h->src = a6("fe80::99");
	m.body_len = icmp6_is_error(m.type) || m.type == ICMP6_T_ECHO_REQUEST ? 40 + body : 0;
	return (uint16_t)icmp6_encode(&m, &h->src, &h->dst, at, 400);
}

/* A good packet of some kind; the caller damages it. */
static uint32_t good_packet(struct target *t, uint8_t *p, unsigned to, uint16_t *type)
{
	struct ip6_hdr h = { .src = a6("2001:db8::fe"), .dst = a6("2001:db8::1"), .hop_limit = 255 };
	struct ip4_hdr h4 = { .src = { { 10, 0, 0, 254 } }, .dst = { { 10, 0, 0, (uint8_t)(to + 1) } }, .ttl = 64,
			      .proto = PROTO_UDP };
	struct ip6_addr home = a6("2001:db8::33");
	uint32_t at = 200, n = 60, body = (uint32_t)rng_below(&t->rng, 40);

	h.dst.o[15] = (uint8_t)(to + 1);
	*type = ETYPE_IP6;
	memset(p, 0x41, 1400);
	switch (rng_below(&t->rng, 6)) {
	case 0:						/* an ICMPv6 message */
		h.payload_len = icmp6_message(t, p + at, &h, body);
		h.next_header = PROTO_ICMP6;
		break;
	case 1:						/* UDP */
		udp_push6(p + at + 8, 8, 1, 7000, &h.src, &h.dst, body);
		h.payload_len = (uint16_t)(8 + body);
		h.next_header = PROTO_UDP;
		break;
	case 2:						/* a tunnel */
		h.payload_len = (uint16_t)(40 + body);
		h.next_header = PROTO_NONE;
		ip6_push(p + at + 40, 40, &h);
		h.next_header = PROTO_IP6;
		h.payload_len = (uint16_t)(80 + body);
		break;
	case 3:						/* a fragment */
		ip6_push_fragment(p + at + 8, 8, &(struct ip6_fragment){ .id = (uint32_t)rng_below(&t->rng, 9),
				  .offset = (uint16_t)(8 * rng_below(&t->rng, 4)), .more = rng_below(&t->rng, 2),
				  .next_header = PROTO_UDP });
		h.next_header = PROTO_FRAGMENT;
		h.payload_len = 8 + 16;
		break;
	case 4:						/* home address option or routing header */
		h.next_header = rng_below(&t->rng, 2) ? PROTO_DSTOPTS : PROTO_ROUTING;
		if (h.next_header == PROTO_DSTOPTS)
			ip6_push_hao(p + at + 24, 24, PROTO_UDP, &home);
		else
			ip6_push_rh2(p + at + 24, 24, PROTO_UDP, &home);
		h.payload_len = (uint16_t)(24 + 8 + body);
		break;
	default:					/* IPv4: UDP to 4191 or 7000, or an ICMP error */
		*type = ETYPE_IP4;
		h4.total_len = (uint16_t)(20 + n);
		h4.proto = rng_below(&t->rng, 2) ? PROTO_UDP : PROTO_ICMP4;
		h4.frag_offset = rng_below(&t->rng, 4) ? 0 : 8;
		h4.mf = !rng_below(&t->rng, 4);
		udp_push_nocsum(p + at + 8, 8, 4191, rng_below(&t->rng, 2) ? 4191 : 7000, n - 8);
		ip4_push(p + at, 20, &h4);
		memmove(p, p + at - 20, 20 + n);
		return 20 + n;
	}
	ip6_push(p + at, 40, &h);
	memmove(p, p + at - 40, 40u + h.payload_len);
	return 40u + h.payload_len;
}

static void damage(struct target *t, uint8_t *p, uint32_t *n)
{
	for (uint64_t k = rng_below(&t->rng, 4); k && *n; k--)
		p[rng_below(&t->rng, *n)] = (uint8_t)rng_u64(&t->rng);
	if (!rng_below(&t->rng, 8))
		*n = (uint32_t)rng_below(&t->rng, *n + 1u);
	if (!rng_below(&t->rng, 50))			/* no packet at all */
		rng_octets(&t->rng, p, *n);
}

static void test_hostile(void)
{
	struct target t = target_new();
	static const uint16_t types[] = { ETYPE_IP6, ETYPE_IP4, ETYPE_ARP, ETYPE_VLAN, 0 };
	uint8_t p[1500];
	uint16_t type;
	uint32_t n;

	t.hooks = (struct net_hooks){ .owner = &t, .divert = some_tunnel, .tunnel_in = any_tunnel,
				      .home_address_in = any_home, .rh2_in = any_home };
	net_host_hooks(net_iface_host(t.i[2]), &t.hooks);
	rig_run(t.r, 5 * MOOR_S);
	for (unsigned k = 0; k < 60000; k++) {
		unsigned to = (unsigned)rng_below(&t.rng, 3);

		n = good_packet(&t, p, to, &type);
		damage(&t, p, &n);
		if (!rng_below(&t.rng, 30))
			type = types[rng_below(&t.rng, G_N_ELEMENTS(types))];
		rig_inject(t.r, t.i[to], type, p, n);
		if (k % 1000 == 0) {
			rig_clear(t.r);
			rig_run(t.r, MOOR_S);
		}
		if (k % 20000 == 10000) {		/* and the link comes and goes */
			struct moor_link *lan = moor_port_link(net_iface_port(t.i[0]));

			moor_link_detach(net_iface_port(t.i[0]));
			rig_run(t.r, MOOR_S);
			moor_link_attach(lan, net_iface_port(t.i[0]), false);
			rig_run(t.r, MOOR_S);
		}
	}
	rig_run(t.r, 100 * MOOR_S);
	CU_ASSERT_EQUAL(net_packets_held(t.r->w), 0);
	CU_ASSERT(rig_ours(net_iface_host(t.i[0]), "2001:db8::1"));
	rig_clear(t.r);
	net_host_hooks(net_iface_host(t.i[2]), NULL);
	rig_ping(t.r, net_iface_host(t.i[1]), NULL, "2001:db8::3", 20);	/* all of them are still there */
	rig_ping(t.r, net_iface_host(t.i[1]), NULL, "10.0.0.1", 20);
	rig_run(t.r, 5 * MOOR_S);
	CU_ASSERT_EQUAL(t.r->got->len, 2);
	net_rig_free(t.r);
}

static const struct harness_test tests[] = {
	{ "IPv6 pieces in every order", test_orders6 },
	{ "IPv4 pieces in every order", test_orders4 },
	{ "overlapping IPv6 pieces end the packet", test_overlaps6 },
	{ "overlapping IPv4 pieces end the packet", test_overlaps4 },
	{ "a packet that stays incomplete times out", test_timeout },
	{ "bad pieces are refused", test_refused_pieces },
	{ "a first piece without its headers is refused", test_tiny_first },
	{ "reassembly is bounded", test_bounds },
	{ "hostile octets do no harm", test_hostile },
};

int main(int argc, char **argv)
{
	return harness_main("net_fragment", tests, G_N_ELEMENTS(tests), argc, argv);
}
