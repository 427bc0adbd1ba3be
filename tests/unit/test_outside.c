/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A node with a foreign stack, without any: frames are put at both its sides, and what is recorded of them is looked
 * at: IKE, the phases of a UE, a registration that ESP hides, and what a router merely forwards.
 */
#include <string.h>

#include "entity/outside.h"
#include "tests/unit/harness.h"
#include "wire/eth.h"
#include "wire/ike.h"
#include "wire/ip6.h"
#include "wire/udp.h"
#include "world/record.h"

#define ADDR(low) ((struct ip6_addr){ { 0x20, 1, 0xd, 0xb8, [15] = (low) } })

enum { MAX = 32 };

static const struct ip6_addr care_of = ADDR(9), agent = ADDR(1), home = ADDR(5), correspondent = ADDR(7);

static struct {
	struct moor_world *w;
	struct moor_node *n;
	struct moor_port *p;
	struct outside *o;
	unsigned n_moves, n_signals;
	enum rec_move move[MAX];
	struct { bool sent; uint8_t protocol, type, subtype; } signal[MAX];
} s;

static void keep(void *ctx, const struct moor_record *r)
{
	(void)ctx;
	if (r->kind == REC_MOVE && s.n_moves < MAX) {
		s.move[s.n_moves++] = r->u.move.what;
	} else if (r->kind != REC_MOVE && s.n_signals < MAX) {
		s.signal[s.n_signals].sent = r->kind == REC_SIGNAL_TX;
		s.signal[s.n_signals].protocol = r->u.signal.protocol;
		s.signal[s.n_signals].type = r->u.signal.type;
		s.signal[s.n_signals++].subtype = r->u.signal.subtype;
	}
}

static void nowhere(void *ctx, struct moor_port *port, moor_time at, const uint8_t *frame, size_t len)
{
	(void)ctx, (void)port, (void)at, (void)frame, (void)len;
}

static void begin(enum outside_kind kind)
{
	struct moor_world_config config = { .seed = 7, .out = nowhere };
	struct mac_addr mac = { { 2, 0, 0, 0, 0, 1 } };

	memset(&s, 0, sizeof s);
	s.w = moor_world_new(&config);
	s.n = moor_node_new(s.w, "foreign");
	s.p = moor_port_new(s.n, "wlan", &mac);
	moor_record_sink(s.w, REC_BIT(REC_MOVE) | REC_BIT(REC_SIGNAL_TX) | REC_BIT(REC_SIGNAL_RX), keep, NULL);
	s.o = outside_new(s.n, MH_PROFILE_R10, kind);
	outside_address(s.o, &care_of);
	moor_port_external(outside_wire(s.o, 0), true, 1500);
	moor_port_external(s.p, true, 1500);
	moor_world_advance(s.w, 1);
}

static void end(void)
{
	moor_world_free(s.w);
	outside_free(s.o);
}

/* A packet is sent by the stack outside, or comes to it. */
static void packet(bool sent, const struct ip6_addr *src, const struct ip6_addr *dst, uint8_t proto,
		   const uint8_t *upper, size_t n)
{
	struct ip6_hdr h = { .payload_len = (uint16_t)n, .next_header = proto, .hop_limit = 64, .src = *src, .dst = *dst };
	uint8_t buf[512] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 9, 0x86, 0xdd };

	memcpy(buf + ETH_LEN + IP6_LEN, upper, n);
	ip6_push(buf + ETH_LEN + IP6_LEN, IP6_LEN, &h);
	moor_world_rx(s.w, sent ? outside_wire(s.o, 0) : s.p, moor_world_now(s.w), buf, ETH_LEN + IP6_LEN + n);
	moor_world_advance(s.w, moor_world_now(s.w) + MOOR_MS);
}

static void ike(bool sent, const struct ip6_addr *src, const struct ip6_addr *dst, uint8_t exchange, bool response)
{
	struct ike_hdr h = { .spi_i = 1, .next = IKE_P_SK, .version = IKE_VERSION, .exchange = exchange,
			     .flags = response ? IKE_FLAG_R : IKE_FLAG_I, .length = IKE_HDR_LEN };
	uint8_t buf[8 + IKE_HDR_LEN];

	ike_hdr_encode(&h, buf + 8);
	udp_push6(buf + 8, 8, 500, 500, src, dst, IKE_HDR_LEN);
	packet(sent, src, dst, PROTO_UDP, buf, sizeof buf);
}

/* Eight octets of UDP in a tunnel from src to dst. */
static void tunnelled(bool sent, const struct ip6_addr *src, const struct ip6_addr *dst, const struct ip6_addr *from,
		      const struct ip6_addr *to)
{
	struct ip6_hdr h = { .payload_len = 8, .next_header = PROTO_UDP, .hop_limit = 64, .src = *from, .dst = *to };
	uint8_t buf[IP6_LEN + 8];

	udp_push6(buf + IP6_LEN + 8, 8, 5000, 5001, from, to, 0);
	ip6_push(buf + IP6_LEN, IP6_LEN, &h);
	packet(sent, src, dst, PROTO_IP6, buf, sizeof buf);
}

static bool moved(unsigned k, enum rec_move what) { return k < s.n_moves && s.move[k] == what; }

static void test_the_phases_of_a_ue_that_ike_and_esp_hide(void)
{
	begin(OUTSIDE_UE);
	ike(true, &care_of, &agent, IKE_SA_INIT, false);
	ike(false, &agent, &care_of, IKE_SA_INIT, true);
	ike(true, &care_of, &agent, IKE_AUTH, false);
	ike(false, &agent, &care_of, IKE_AUTH, true);
	ike(false, &agent, &care_of, IKE_AUTH, true);
	tunnelled(true, &care_of, &agent, &home, &correspondent);
	tunnelled(false, &agent, &care_of, &correspondent, &home);
	tunnelled(false, &agent, &care_of, &correspondent, &home);
	CU_ASSERT_EQUAL(s.n_moves, 9);
	CU_ASSERT(moved(0, MOVE_LINK_UP) && moved(1, MOVE_ADDRESS_FORMED) && moved(2, MOVE_ADDRESS_READY));
	CU_ASSERT(moved(3, MOVE_SECURING) && moved(4, MOVE_SECURED) && moved(5, MOVE_SECURED));
	/* the way up proves nothing; what comes down does, for there is no BA to be seen */
	CU_ASSERT(moved(6, MOVE_FIRST_UP) && moved(7, MOVE_REGISTERED) && moved(8, MOVE_FIRST_DOWN));
	end();
}

static void test_ike_is_recorded_with_its_exchange_and_direction(void)
{
	begin(OUTSIDE_NODE);
	ike(true, &care_of, &agent, IKE_SA_INIT, false);
	ike(false, &agent, &care_of, IKE_AUTH, true);
	CU_ASSERT_EQUAL(s.n_moves, 0);
	CU_ASSERT_EQUAL(s.n_signals, 2);
	CU_ASSERT(s.signal[0].sent && s.signal[0].protocol == SIGNAL_IKE && s.signal[0].type == IKE_SA_INIT);
	CU_ASSERT_EQUAL(s.signal[0].subtype, 1);
	CU_ASSERT(!s.signal[1].sent && s.signal[1].type == IKE_AUTH && s.signal[1].subtype == 2);
	end();
}

static void test_what_a_router_forwards_is_not_its_own(void)
{
	begin(OUTSIDE_ROUTER);
	ike(true, &home, &agent, IKE_SA_INIT, false);
	ike(false, &agent, &home, IKE_SA_INIT, true);
	CU_ASSERT_EQUAL(s.n_signals, 0);
	ike(true, &care_of, &agent, IKE_SA_INIT, false);
	CU_ASSERT_EQUAL(s.n_signals, 1);
	end();
}

/* A BU of 16 octets in a tunnel. */
static void bu_tunnelled(bool sent, const struct ip6_addr *src, const struct ip6_addr *dst, const struct ip6_addr *from,
			 const struct ip6_addr *to)
{
	struct ip6_hdr h = { .payload_len = 16, .next_header = PROTO_MH, .hop_limit = 64, .src = *from, .dst = *to };
	uint8_t buf[IP6_LEN + 16] = { 0 };

	memcpy(buf + IP6_LEN, (const uint8_t[]){ 59, 1, 5, 0, 0, 0, 0, 1, 0x80, 0, 0, 9, 1, 2, 0, 0 }, 16);
	ip6_push(buf + IP6_LEN, IP6_LEN, &h);
	packet(sent, src, dst, PROTO_IP6, buf, sizeof buf);
}

/* A translator's packets have its own address: nobody moves there. */
static void test_a_router_has_no_mobility(void)
{
	begin(OUTSIDE_ROUTER);
	bu_tunnelled(true, &care_of, &agent, &care_of, &correspondent);
	CU_ASSERT_EQUAL(s.n_signals, 0);
	end();
}

static void test_what_a_gateway_tunnels_is_not_its_own(void)
{
	begin(OUTSIDE_NODE);
	bu_tunnelled(true, &care_of, &agent, &home, &correspondent);
	bu_tunnelled(false, &agent, &care_of, &correspondent, &home);
	CU_ASSERT_EQUAL(s.n_signals, 0);
	bu_tunnelled(true, &care_of, &agent, &care_of, &correspondent);
	CU_ASSERT_EQUAL(s.n_signals, 1);
	end();
}

static void test_a_plain_host_is_through_when_something_comes_back(void)
{
	uint8_t udp[8];

	begin(OUTSIDE_HOST);
	udp_push6(udp + 8, 8, 5000, 5001, &care_of, &agent, 0);
	packet(true, &care_of, &agent, PROTO_UDP, udp, sizeof udp);
	/* it has heard of no router here yet: it may be talking to the one before */
	CU_ASSERT(s.n_moves == 4 && moved(3, MOVE_FIRST_UP));
	packet(false, &agent, &care_of, PROTO_UDP, udp, sizeof udp);
	CU_ASSERT(s.n_moves == 6 && moved(4, MOVE_REGISTERED) && moved(5, MOVE_FIRST_DOWN));
	end();
}

static const struct harness_test tests[] = {
	{ "the phases of a UE that IKE and ESP hide", test_the_phases_of_a_ue_that_ike_and_esp_hide },
	{ "IKE is recorded with its exchange and direction", test_ike_is_recorded_with_its_exchange_and_direction },
	{ "what a router forwards is not its own", test_what_a_router_forwards_is_not_its_own },
	{ "a router has no mobility", test_a_router_has_no_mobility },
	{ "what a gateway tunnels is not its own", test_what_a_gateway_tunnels_is_not_its_own },
	{ "a plain host is through when something comes back", test_a_plain_host_is_through_when_something_comes_back },
};

int main(int argc, char **argv)
{
	return harness_main("outside", tests, G_N_ELEMENTS(tests), argc, argv);
}
