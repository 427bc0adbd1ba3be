/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ethernet, ARP and the link headers captures have. */
#include "tests/unit/damage.h"
#include "tests/unit/harness.h"
#include "wire/arp.h"
#include "wire/eth.h"
#include "wire/frame.h"

static const struct mac_addr mac_a = { { 2, 0, 0, 0, 0, 1 } }, mac_b = { { 2, 0, 0, 0, 0, 2 } };

static void ethernet_encodes_and_decodes(void)
{
	struct eth_hdr h = { .dst = mac_a, .src = mac_b, .type = ETYPE_IP6 }, back, peek;
	uint8_t buf[ETH_LEN];
	struct reader r;

	CU_ASSERT_EQUAL(eth_encode(&h, buf, sizeof buf), ETH_LEN);
	CU_ASSERT_EQUAL(eth_encode(&h, buf, sizeof buf - 1), 0);
	CU_ASSERT_EQUAL(memcmp(buf, "\2\0\0\0\0\1\2\0\0\0\0\2\x86\xdd", 14), 0);
	r = reader_on(buf, sizeof buf);
	CU_ASSERT_TRUE(eth_decode(&r, &back, NULL));
	CU_ASSERT_TRUE(mac_eq(&back.dst, &mac_a) && mac_eq(&back.src, &mac_b) && back.type == ETYPE_IP6);
	CU_ASSERT_TRUE(back.len == ETH_LEN && back.n_tags == 0 && reader_left(&r) == 0);
	CU_ASSERT_TRUE(eth_peek(buf, sizeof buf, &peek) && peek.type == back.type && mac_eq(&peek.src, &back.src));
	CU_ASSERT_FALSE(eth_peek(buf, 13, &peek));
}

static void vlan_tags_are_stepped_over(void)
{
	size_t n;
	uint8_t *p = octets_of("020000000001 020000000002 88a8 1064 8100 e0c8 0800 45", &n);
	struct reader r = reader_on(p, n);
	struct eth_hdr h;

	CU_ASSERT_TRUE(eth_decode(&r, &h, NULL));
	CU_ASSERT_TRUE(h.type == ETYPE_IP4 && h.n_tags == 2 && h.vlan == 0x64 && h.len == 22);
	CU_ASSERT_EQUAL(get8(&r), 0x45);
	for (size_t cut = 0; cut < 22; cut++) {
		r = reader_on(p, cut);
		CU_ASSERT_FALSE(eth_decode(&r, &h, NULL));
		CU_ASSERT_STRING_EQUAL(r.fault.reason, "eth-short");
	}
	g_free(p);
}

static void arp_is_read_and_written(void)
{
	struct arp a = { ARP_REQUEST, mac_a, mac_b, { { 10, 0, 0, 5 } }, { { 10, 0, 0, 1 } } }, back;
	struct wire_diags d = { 0 };
	uint8_t buf[ARP_LEN];
	struct reader r;

	CU_ASSERT_EQUAL(arp_encode(&a, buf, sizeof buf), ARP_LEN);
	CU_ASSERT_EQUAL(arp_encode(&a, buf, sizeof buf - 1), 0);
	CU_ASSERT_EQUAL(memcmp(buf, "\0\1\x08\0\6\4\0\1\2\0\0\0\0\1\x0a\0\0\5\2\0\0\0\0\2\x0a\0\0\1", 28), 0);
	r = reader_on(buf, sizeof buf);
	CU_ASSERT_TRUE(arp_decode(&r, &back, &d));
	CU_ASSERT_TRUE(back.op == a.op && mac_eq(&back.sha, &a.sha) && mac_eq(&back.tha, &a.tha));
	CU_ASSERT_TRUE(ip4_eq(back.spa, a.spa) && ip4_eq(back.tpa, a.tpa) && d.n == 0);
	buf[7] = 9;
	r = reader_on(buf, sizeof buf);
	CU_ASSERT_TRUE(arp_decode(&r, &back, &d) && d.n == 1);
	buf[1] = 6;		/* another hardware */
	r = reader_on(buf, sizeof buf);
	CU_ASSERT_FALSE(arp_decode(&r, &back, &d));
	CU_ASSERT_STRING_EQUAL(r.fault.reason, "arp-type");
}

static void damaged(const uint8_t *p, size_t n, void *data)
{
	struct reader r = reader_on(p, n);
	struct arp a;
	bool good = arp_decode(&r, &a, NULL);

	(void)data;
	CU_ASSERT_EQUAL(good, reader_ok(&r));
	CU_ASSERT_TRUE(!good || n >= ARP_LEN);
}

static void damaged_arp(void)
{
	struct arp a = { ARP_REPLY, mac_a, mac_b, { { 10, 0, 0, 5 } }, { { 10, 0, 0, 1 } } };
	uint8_t buf[ARP_LEN];

	arp_encode(&a, buf, sizeof buf);
	CU_ASSERT_EQUAL(damage_each(buf, sizeof buf, damaged, NULL), 9 * ARP_LEN);
}

static const struct { enum wire_link kind; const char *hex; uint16_t type; uint8_t len; bool src; } links[] = {
	{ WIRE_LINK_ETHERNET, "020000000001 020000000002 86dd", ETYPE_IP6, 14, true },
	{ WIRE_LINK_RAW, "60", ETYPE_IP6, 0, false },
	{ WIRE_LINK_RAW, "45", ETYPE_IP4, 0, false },
	{ WIRE_LINK_RAW, "00", 0, 0, false },
	{ WIRE_LINK_IP6, "", ETYPE_IP6, 0, false },
	{ WIRE_LINK_IP4, "", ETYPE_IP4, 0, false },
	{ WIRE_LINK_SLL, "0004 0001 0006 020000000001 0000 0800", ETYPE_IP4, 16, true },
	{ WIRE_LINK_SLL, "0000 0304 0000 0000000000000000 86dd", ETYPE_IP6, 16, false },
	{ WIRE_LINK_SLL2, "86dd 0000 00000007 0001 04 06 020000000001 0000", ETYPE_IP6, 20, true },
	{ WIRE_LINK_NULL, "02000000", ETYPE_IP4, 4, false },
	{ WIRE_LINK_NULL, "0000001e", ETYPE_IP6, 4, false },
	{ WIRE_LINK_LOOP, "00000018", ETYPE_IP6, 4, false },
	{ WIRE_LINK_NULL, "0a000000", ETYPE_IP6, 4, false },
	{ WIRE_LINK_NULL, "07000000", 0, 4, false },
	{ WIRE_LINK_PPP, "ff03 0057", ETYPE_IP6, 4, false },
	{ WIRE_LINK_PPP, "0021", ETYPE_IP4, 2, false },
	{ WIRE_LINK_PPP, "21 45", ETYPE_IP4, 1, false },
};

static void link_headers(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(links); i++) {
		struct link_view v;
		size_t n;
		uint8_t *p = octets_of(links[i].hex, &n);

		CU_ASSERT_TRUE(link_decode(links[i].kind, p, n, &v));
		CU_ASSERT_TRUE(v.type == links[i].type && v.len == links[i].len && v.has_src == links[i].src);
		for (size_t cut = 0; cut < links[i].len; cut++)
			CU_ASSERT_FALSE(link_decode(links[i].kind, p, cut, &v));
		g_free(p);
	}
}

static void cooked_headers_tell_direction_and_interface(void)
{
	struct link_view v;
	size_t n;
	uint8_t *p = octets_of("86dd 0000 00000007 0300 04 06 020000000009 0000", &n);

	CU_ASSERT_TRUE(link_decode(WIRE_LINK_SLL2, p, n, &v));
	CU_ASSERT_TRUE(v.ifindex == 7 && v.pkttype == 4 && v.arphrd == 768 && v.src.o[5] == 9 && !v.has_dst);
	g_free(p);
}

int main(int argc, char **argv)
{
	static const struct harness_test tests[] = {
		{ "Ethernet encodes and decodes", ethernet_encodes_and_decodes },
		{ "VLAN tags are stepped over", vlan_tags_are_stepped_over },
		{ "ARP is read and written", arp_is_read_and_written },
		{ "damaged ARP", damaged_arp },
		{ "link headers", link_headers },
		{ "cooked headers tell direction and interface", cooked_headers_tell_direction_and_interface },
	};

	return harness_main("wire_link", tests, G_N_ELEMENTS(tests), argc, argv);
}
