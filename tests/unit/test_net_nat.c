/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The NAT filter alone, on an external port: frames go out through it and come in through it, so every behaviour of
 * RFC 4787
 * can be seen octet by octet, without a stack around it.
 */
#include <string.h>

#include "net/nat.h"
#include "tests/unit/harness.h"
#include "wire/eth.h"
#include "wire/icmp4.h"
#include "wire/ip4.h"
#include "wire/udp.h"
#include "world/record.h"

#define IP(a, b, c, d) ((struct ip4_addr){ { a, b, c, d } })

static const struct ip4_addr outside = { { 203, 0, 113, 5 } },
	host_a = { { 10, 0, 0, 2 } }, host_b = { { 10, 0, 0, 3 } },
	server = { { 198, 51, 100, 1 } }, other = { { 198, 51, 100, 2 } };

struct seen {
	bool is;
	struct ip4_packet ip;
	struct udp_hdr udp;
	enum udp_csum csum;
	uint8_t octets[2048];
	size_t len;
};

static struct {
	struct moor_world *w;
	struct moor_node *n;
	struct moor_port *p;
	struct moor_filter *nat;
	struct seen out, in;
	unsigned created, expired, rebound, refused;
	bool rubbish;
} s;

static void look(struct seen *v, const uint8_t *frame, size_t len)
{
	const char *why;

	v->is = true;
	v->len = len - ETH_LEN;
	memcpy(v->octets, frame + ETH_LEN, v->len);
	CU_ASSERT(ip4_decode(v->octets, v->len, &v->ip, NULL));
	CU_ASSERT(v->ip.csum_ok);
	if (v->ip.h.proto != PROTO_UDP || v->ip.h.frag_offset)
		return;
	if (!udp_decode(v->ip.upper, v->ip.upper_len, &v->udp, &why, NULL)) {
		CU_ASSERT(s.rubbish);
		return;
	}
	v->csum = udp_check4(v->ip.upper, &v->udp, v->ip.h.src, v->ip.h.dst);
}

static void went_out(void *ctx, struct moor_port *port, moor_time at, const uint8_t *frame, size_t len)
{
	(void)ctx, (void)port, (void)at;
	look(&s.out, frame, len);
}

static void came_in(void *owner, struct moor_port *port, struct moor_pkt *p)
{
	(void)owner, (void)port;
	look(&s.in, p->data, p->len);
}

static void count(void *ctx, const struct moor_record *r)
{
	(void)ctx;
	switch (r->u.nat.what) {
	case NAT_CREATED: s.created++; break;
	case NAT_EXPIRED: s.expired++; break;
	case NAT_REBOUND: s.rebound++; break;
	case NAT_REFUSED: s.refused++; break;
	}
}

static void begin(struct nat_params p)
{
	struct moor_world_config config = { .seed = 7, .out = went_out };
	struct mac_addr mac = { { 2, 0, 0, 0, 0, 1 } };

	memset(&s, 0, sizeof s);
	s.w = moor_world_new(&config);
	s.n = moor_node_new(s.w, "box");
	s.p = moor_port_new(s.n, "wan", &mac);
	moor_port_handlers(s.p, came_in, NULL, NULL);
	moor_port_external(s.p, true, 1500);
	p.outside = outside;
	p.inside = (struct ip4_prefix){ IP(10, 0, 0, 0), 24 };
	s.nat = nat_new(s.p, &p);
	moor_filter_add(s.p, s.nat);
	moor_record_sink(s.w, REC_BIT(REC_NAT), count, NULL);
}

static void end(void)
{
	moor_world_free(s.w);
}

static void wait_until(moor_time t)
{
	moor_world_advance(s.w, t);
}

/* An IPv4 packet in an Ethernet frame; returns its length. */
static size_t frame_of(uint8_t *buf, struct ip4_hdr h, const uint8_t *upper, size_t n)
{
	memset(buf, 0, ETH_LEN);
	buf[0] = 2, buf[5] = 1, buf[6] = 2, buf[11] = 9;
	buf[12] = 8;
	memcpy(buf + ETH_LEN + IP4_LEN, upper, n);
	h.total_len = (uint16_t)(IP4_LEN + n);
	h.ttl = 64;
	ip4_push(buf + ETH_LEN + IP4_LEN, IP4_LEN, &h);
	return ETH_LEN + IP4_LEN + n;
}

static bool transfer(bool out, struct ip4_hdr h, const uint8_t *upper, size_t n)
{
	uint8_t buf[2048];
	size_t len = frame_of(buf, h, upper, n);

	s.out.is = s.in.is = false;
	if (!out) {
		moor_world_rx(s.w, s.p, moor_world_now(s.w), buf, len);
		moor_world_advance(s.w, moor_world_now(s.w));
		return s.in.is;
	}
	struct moor_pkt *p = moor_pkt_new(s.w, len);
	memcpy(p->data, buf, len);
	moor_port_send(s.p, p);
	moor_world_advance(s.w, moor_world_now(s.w));
	return s.out.is;
}

static size_t datagram(uint8_t *buf, struct ip4_addr src, uint16_t sport, struct ip4_addr dst, uint16_t dport, bool sum)
{
	memset(buf + UDP_LEN, 0x5a, 20);
	if (sum)
		udp_push4(buf + UDP_LEN, UDP_LEN, sport, dport, src, dst, 20);
	else
		udp_push_nocsum(buf + UDP_LEN, UDP_LEN, sport, dport, 20);
	return UDP_LEN + 20;
}

static bool udp(bool out, struct ip4_addr src, uint16_t sport, struct ip4_addr dst, uint16_t dport)
{
	uint8_t d[64];
	size_t n = datagram(d, src, sport, dst, dport, true);

	return transfer(out, (struct ip4_hdr){ .src = src, .dst = dst, .proto = PROTO_UDP, .id = 9 }, d, n);
}

static void test_a_mapping_changes_source_and_checksums_and_lets_the_answer_back(void)
{
	begin((struct nat_params){ .port_preservation = true });
	CU_ASSERT(udp(true, host_a, 4191, server, 4191));
	CU_ASSERT(ip4_eq(s.out.ip.h.src, outside) && ip4_eq(s.out.ip.h.dst, server));
	CU_ASSERT_EQUAL(s.out.udp.sport, 4191);
	CU_ASSERT_EQUAL(s.out.csum, UDP_CSUM_OK);
	CU_ASSERT_EQUAL(s.created, 1);
	CU_ASSERT(udp(false, server, 4191, outside, 4191));
	CU_ASSERT(ip4_eq(s.in.ip.h.dst, host_a));
	CU_ASSERT_EQUAL(s.in.udp.dport, 4191);
	CU_ASSERT_EQUAL(s.in.csum, UDP_CSUM_OK);
	/* a second host with the same port gets another one */
	CU_ASSERT(udp(true, host_b, 4191, server, 4191));
	CU_ASSERT_NOT_EQUAL(s.out.udp.sport, 4191);
	CU_ASSERT_EQUAL(nat_mappings(s.nat), 2);
	end();
}

static void test_a_missing_checksum_stays_missing(void)
{
	uint8_t d[64];
	size_t n;

	begin((struct nat_params){ 0 });
	n = datagram(d, host_a, 4191, server, 4191, false);
	CU_ASSERT(transfer(true, (struct ip4_hdr){ .src = host_a, .dst = server, .proto = PROTO_UDP }, d, n));
	CU_ASSERT_EQUAL(s.out.csum, UDP_CSUM_NONE);
	end();
}

static void test_endpoint_independent_mapping_keeps_the_port_for_every_remote(void)
{
	uint16_t first;

	begin((struct nat_params){ .mapping = NAT_ENDPOINT_INDEPENDENT });
	udp(true, host_a, 5000, server, 4191);
	first = s.out.udp.sport;
	udp(true, host_a, 5000, other, 99);
	CU_ASSERT_EQUAL(s.out.udp.sport, first);
	CU_ASSERT_EQUAL(nat_mappings(s.nat), 1);
	end();
}

static void test_dependent_mappings_differ_by_remote(void)
{
	uint16_t first;

	begin((struct nat_params){ .mapping = NAT_ADDRESS_DEPENDENT });
	udp(true, host_a, 5000, server, 1);
	first = s.out.udp.sport;
	udp(true, host_a, 5000, server, 2);
	CU_ASSERT_EQUAL(s.out.udp.sport, first);
	udp(true, host_a, 5000, other, 1);
	CU_ASSERT_NOT_EQUAL(s.out.udp.sport, first);
	end();
	begin((struct nat_params){ .mapping = NAT_ADDRESS_PORT_DEPENDENT });
	udp(true, host_a, 5000, server, 1);
	first = s.out.udp.sport;
	udp(true, host_a, 5000, server, 2);
	CU_ASSERT_NOT_EQUAL(s.out.udp.sport, first);
	end();
}

static void test_filtering_admits_whom_its_behaviour_names(void)
{
	static const bool admitted[3][3] = {	/* same port, other port, other address */
		[NAT_ENDPOINT_INDEPENDENT] = { true, true, true },
		[NAT_ADDRESS_DEPENDENT] = { true, true, false },
		[NAT_ADDRESS_PORT_DEPENDENT] = { true, false, false },
	};

	for (int b = 0; b < 3; b++) {
		begin((struct nat_params){ .filtering = (enum nat_behaviour)b, .port_preservation = true });
		udp(true, host_a, 5000, server, 1);
		CU_ASSERT_EQUAL(udp(false, server, 1, outside, 5000), admitted[b][0]);
		CU_ASSERT_EQUAL(udp(false, server, 2, outside, 5000), admitted[b][1]);
		CU_ASSERT_EQUAL(udp(false, other, 1, outside, 5000), admitted[b][2]);
		CU_ASSERT_FALSE(udp(false, server, 1, outside, 5001));
		CU_ASSERT_EQUAL(s.refused, 1u + !admitted[b][1] + !admitted[b][2]);
		end();
	}
}

static void test_a_mapping_ends_exactly_at_its_timeout(void)
{
	begin((struct nat_params){ .udp_timeout = 10 * MOOR_S, .port_preservation = true });
	udp(true, host_a, 5000, server, 1);
	wait_until(6 * MOOR_S);
	udp(true, host_a, 5000, server, 1);		/* used again: ends at 16 s */
	wait_until(12 * MOOR_S);
	CU_ASSERT(udp(false, server, 1, outside, 5000));	/* does not refresh by default */
	wait_until(16 * MOOR_S - 1);
	CU_ASSERT_EQUAL(s.expired, 0);
	wait_until(16 * MOOR_S);
	CU_ASSERT_EQUAL(s.expired, 1);
	CU_ASSERT_EQUAL(nat_mappings(s.nat), 0);
	CU_ASSERT_FALSE(udp(false, server, 1, outside, 5000));
	end();
	begin((struct nat_params){ .udp_timeout = 10 * MOOR_S, .port_preservation = true, .inbound_refresh = true });
	udp(true, host_a, 5000, server, 1);
	wait_until(9 * MOOR_S);
	udp(false, server, 1, outside, 5000);
	wait_until(18 * MOOR_S);
	CU_ASSERT_EQUAL(nat_mappings(s.nat), 1);
	end();
}

static void test_rebinding_forgets_and_chooses_another_port(void)
{
	begin((struct nat_params){ .port_preservation = true });
	udp(true, host_a, 4191, server, 4191);
	nat_rebind(s.nat);
	CU_ASSERT_EQUAL(s.rebound, 1);
	CU_ASSERT_FALSE(udp(false, server, 4191, outside, 4191));
	CU_ASSERT(udp(true, host_a, 4191, server, 4191));
	CU_ASSERT_NOT_EQUAL(s.out.udp.sport, 4191);
	nat_set_outside(s.nat, IP(203, 0, 113, 77));
	CU_ASSERT(udp(true, host_a, 4191, server, 4191));
	CU_ASSERT(ip4_eq(s.out.ip.h.src, IP(203, 0, 113, 77)));
	end();
}

static void test_ports_run_out(void)
{
	begin((struct nat_params){ .port_min = 2000, .port_max = 2002 });
	CU_ASSERT(udp(true, host_a, 1, server, 1));
	CU_ASSERT(udp(true, host_a, 2, server, 1));
	CU_ASSERT(udp(true, host_a, 3, server, 1));
	CU_ASSERT_FALSE(udp(true, host_a, 4, server, 1));
	CU_ASSERT_EQUAL(s.refused, 1);
	end();
	begin((struct nat_params){ .max_mappings = 1 });
	CU_ASSERT(udp(true, host_a, 1, server, 1));
	CU_ASSERT_FALSE(udp(true, host_a, 2, server, 1));
	end();
}

static void test_tunnels_without_ports_do_not_pass(void)
{
	uint8_t ip6[40] = { 0x60 };
	struct ip4_hdr h = { .src = host_a, .dst = server, .proto = PROTO_IP6 };

	begin((struct nat_params){ 0 });
	CU_ASSERT_FALSE(transfer(true, h, ip6, sizeof ip6));
	h = (struct ip4_hdr){ .src = server, .dst = outside, .proto = PROTO_IP6 };
	CU_ASSERT_FALSE(transfer(false, h, ip6, sizeof ip6));
	CU_ASSERT_EQUAL(s.refused, 2);
	/* what is not from inside is the router's own and passes untouched */
	h = (struct ip4_hdr){ .src = outside, .dst = server, .proto = PROTO_IP6 };
	CU_ASSERT(transfer(true, h, ip6, sizeof ip6));
	end();
}

static void test_echo_requests_are_mapped_by_identifier(void)
{
	uint8_t buf[32];
	struct icmp4 m = { .type = ICMP4_T_ECHO_REQUEST, .id = 77, .seq = 1, .body = (const uint8_t *)"mooring",
			   .body_len = 7 };
	uint16_t id;

	begin((struct nat_params){ 0 });
	size_t n = icmp4_encode(&m, buf, sizeof buf);
	CU_ASSERT(transfer(true, (struct ip4_hdr){ .src = host_a, .dst = server, .proto = PROTO_ICMP4 }, buf, n));
	CU_ASSERT(icmp4_decode(s.out.ip.upper, s.out.ip.upper_len, &m, NULL) && m.csum_ok);
	id = m.id;
	CU_ASSERT_NOT_EQUAL(id, 77);
	m.type = ICMP4_T_ECHO_REPLY;
	n = icmp4_encode(&m, buf, sizeof buf);
	CU_ASSERT(transfer(false, (struct ip4_hdr){ .src = server, .dst = outside, .proto = PROTO_ICMP4 }, buf, n));
	CU_ASSERT(icmp4_decode(s.in.ip.upper, s.in.ip.upper_len, &m, NULL) && m.csum_ok);
	CU_ASSERT_EQUAL(m.id, 77);
	CU_ASSERT(ip4_eq(s.in.ip.h.dst, host_a));
	end();
}

static void test_an_error_from_outside_reaches_the_inside_host_about_its_own_packet(void)
{
	uint8_t buf[128];
	struct ip4_packet inner;
	struct icmp4 m = { .type = ICMP4_T_UNREACHABLE, .code = ICMP4_U_PORT };

	begin((struct nat_params){ .port_preservation = false });
	udp(true, host_a, 5000, server, 1);
	m.body = s.out.octets;
	m.body_len = IP4_LEN + UDP_LEN;
	size_t n = icmp4_encode(&m, buf, sizeof buf);
	CU_ASSERT(transfer(false, (struct ip4_hdr){ .src = other, .dst = outside, .proto = PROTO_ICMP4 }, buf, n));
	CU_ASSERT(ip4_eq(s.in.ip.h.dst, host_a));
	CU_ASSERT(icmp4_decode(s.in.ip.upper, s.in.ip.upper_len, &m, NULL) && m.csum_ok);
	CU_ASSERT(ip4_decode_capture(m.body, m.body_len, &inner, NULL) && inner.csum_ok);
	CU_ASSERT(ip4_eq(inner.h.src, host_a));
	CU_ASSERT_EQUAL(inner.upper[0] << 8 | inner.upper[1], 5000);
	end();
}

/* "Fragmentation needed" by the NAT's own router, about a packet that was translated on its way in [RFC 5508 4.2]. */
static void test_an_error_of_the_router_speaks_of_the_packet_as_the_remote_end_sent_it(void)
{
	uint8_t buf[128];
	struct ip4_packet inner;
	struct icmp4 m = { .type = ICMP4_T_UNREACHABLE, .code = ICMP4_U_FRAG_NEEDED, .mtu = 1280 };
	uint16_t port;

	begin((struct nat_params){ .port_preservation = false });
	udp(true, host_a, 5000, server, 1);
	port = s.out.udp.sport;
	CU_ASSERT(udp(false, server, 1, outside, port));
	m.body = s.in.octets;
	m.body_len = IP4_LEN + UDP_LEN;
	size_t n = icmp4_encode(&m, buf, sizeof buf);
	CU_ASSERT(transfer(true, (struct ip4_hdr){ .src = outside, .dst = server, .proto = PROTO_ICMP4 }, buf, n));
	CU_ASSERT(ip4_eq(s.out.ip.h.src, outside) && ip4_eq(s.out.ip.h.dst, server));
	CU_ASSERT(icmp4_decode(s.out.ip.upper, s.out.ip.upper_len, &m, NULL) && m.csum_ok);
	CU_ASSERT_EQUAL(m.mtu, 1280);
	CU_ASSERT(ip4_decode_capture(m.body, m.body_len, &inner, NULL) && inner.csum_ok);
	CU_ASSERT(ip4_eq(inner.h.dst, outside));
	CU_ASSERT_EQUAL(inner.upper[2] << 8 | inner.upper[3], port);
	/* about a packet that nobody translated it stays as it is */
	m.body = s.out.octets;
	n = icmp4_encode(&m, buf, sizeof buf);
	CU_ASSERT(transfer(true, (struct ip4_hdr){ .src = outside, .dst = server, .proto = PROTO_ICMP4 }, buf, n));
	CU_ASSERT(!memcmp(s.out.ip.upper, buf, n));
	end();
}

static void test_fragments_follow_their_first_one(void)
{
	uint8_t d[64];
	size_t n = datagram(d, host_a, 5000, server, 1, true);
	struct ip4_hdr first = { .src = host_a, .dst = server, .proto = PROTO_UDP, .id = 4, .mf = true };
	struct ip4_hdr later = { .src = host_a, .dst = server, .proto = PROTO_UDP, .id = 4, .frag_offset = 32 };
	struct ip4_hdr stray = { .src = host_a, .dst = server, .proto = PROTO_UDP, .id = 5, .frag_offset = 32 };

	begin((struct nat_params){ 0 });
	CU_ASSERT_FALSE(transfer(true, later, d, 16));
	CU_ASSERT(transfer(true, first, d, n));
	CU_ASSERT(transfer(true, later, d, 16));
	CU_ASSERT(ip4_eq(s.out.ip.h.src, outside));
	CU_ASSERT_FALSE(transfer(true, stray, d, 16));
	end();
}

static void test_hairpinning_sends_inside_packets_back_inside(void)
{
	struct mac_addr mac = { { 2, 0, 0, 0, 0, 2 } };
	uint16_t port;

	for (int on = 0; on < 2; on++) {
		begin((struct nat_params){ .hairpinning = on });
		struct moor_port *wan = s.p, *lan = moor_port_new(s.n, "lan", &mac);

		moor_port_handlers(lan, came_in, NULL, NULL);
		moor_port_external(lan, true, 1500);
		moor_port_promiscuous(lan, true);
		moor_filter_add(lan, nat_inside_new(s.nat));
		udp(true, host_b, 6000, server, 1);
		port = s.out.udp.sport;
		s.p = lan;
		CU_ASSERT_EQUAL(udp(false, host_a, 5000, outside, port), on == 1);
		if (on) {
			CU_ASSERT(ip4_eq(s.in.ip.h.dst, host_b) && ip4_eq(s.in.ip.h.src, outside));
			CU_ASSERT_EQUAL(s.in.udp.dport, 6000);
			CU_ASSERT_EQUAL(s.in.csum, UDP_CSUM_OK);
		}
		s.p = wan;
		end();
	}
}

static void test_rubbish_passes_or_drops_but_never_harms(void)
{
	struct rng r = rng_make(1, "test", "rubbish");
	uint8_t d[80];

	begin((struct nat_params){ .filtering = NAT_ADDRESS_PORT_DEPENDENT });
	udp(true, host_a, 5000, server, 1);
	s.rubbish = true;
	for (int i = 0; i < 20000; i++) {
		size_t n = (size_t)rng_below(&r, sizeof d);
		struct ip4_hdr h = { .src = rng_chance(&r, 500000) ? host_a : server, .dst = outside,
				     .proto = (uint8_t)(rng_chance(&r, 500000) ? 1 : 17) };

		rng_octets(&r, d, n);
		transfer(rng_chance(&r, 500000), h, d, n);
	}
	CU_ASSERT(nat_mappings(s.nat) >= 1);
	end();
}

static void on_rebind(void *ctx) { ++*(unsigned *)ctx; }

static enum filter_verdict nothing_passes(struct moor_filter *f, struct moor_port *p, enum filter_dir dir,
					  struct moor_pkt **pkt)
{
	(void)f, (void)p, (void)dir, (void)pkt;
	return FILTER_DROP;
}

static void test_somebody_else_may_translate(void)
{
	struct moor_filter wall = { .name = "wall", .frame = nothing_passes };
	struct nat_told t = { .inside = host_a, .outside = outside, .inside_port = 5000, .outside_port = 6000 };
	unsigned rebound = 0;

	begin((struct nat_params){ .filtering = NAT_ADDRESS_PORT_DEPENDENT });
	nat_elsewhere(s.nat, on_rebind, &rebound);
	CU_ASSERT(udp(true, host_a, 5000, server, 1));
	CU_ASSERT(ip4_eq(s.out.ip.h.src, host_a) && s.out.udp.sport == 5000);
	CU_ASSERT(udp(false, server, 1, outside, 6000));
	CU_ASSERT_EQUAL(s.created + s.refused, 0);
	nat_rebind(s.nat);
	CU_ASSERT_EQUAL(rebound, 1);
	nat_tell(s.nat, NAT_CREATED, PROTO_UDP, &t);
	nat_tell(s.nat, NAT_EXPIRED, PROTO_UDP, &t);
	CU_ASSERT(s.created == 1 && s.expired == 1);
	/* the other one's place is the node's end: outwards before, inwards behind all filters */
	moor_filter_add_first(s.p, &wall);
	CU_ASSERT_FALSE(udp(true, host_a, 5000, server, 1));
	CU_ASSERT_PTR_EQUAL(wall.next, s.nat);
	end();
}

static const struct harness_test tests[] = {
	{ "a mapping changes source and checksums and lets the answer back",
	  test_a_mapping_changes_source_and_checksums_and_lets_the_answer_back },
	{ "a missing checksum stays missing", test_a_missing_checksum_stays_missing },
	{ "endpoint-independent mapping keeps the port for every remote",
	  test_endpoint_independent_mapping_keeps_the_port_for_every_remote },
	{ "dependent mappings differ by remote", test_dependent_mappings_differ_by_remote },
	{ "filtering admits whom its behaviour names", test_filtering_admits_whom_its_behaviour_names },
	{ "a mapping ends exactly at its timeout", test_a_mapping_ends_exactly_at_its_timeout },
	{ "rebinding forgets and chooses another port", test_rebinding_forgets_and_chooses_another_port },
	{ "ports run out", test_ports_run_out },
	{ "tunnels without ports do not pass", test_tunnels_without_ports_do_not_pass },
	{ "echo requests are mapped by identifier", test_echo_requests_are_mapped_by_identifier },
	{ "an error from outside reaches the inside host about its own packet",
	  test_an_error_from_outside_reaches_the_inside_host_about_its_own_packet },
	{ "an error of the router speaks of the packet as the remote end sent it",
	  test_an_error_of_the_router_speaks_of_the_packet_as_the_remote_end_sent_it },
	{ "fragments follow their first one", test_fragments_follow_their_first_one },
	{ "hairpinning sends inside packets back inside", test_hairpinning_sends_inside_packets_back_inside },
	{ "somebody else may translate", test_somebody_else_may_translate },
	{ "rubbish passes or drops but never harms", test_rubbish_passes_or_drops_but_never_harms },
};

int main(int argc, char **argv)
{
	return harness_main("net_nat", tests, G_N_ELEMENTS(tests), argc, argv);
}
