/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ESP frames and views, padding, port 4500: what must be told apart, every length, and damage. */
#include "base/cursor.h"
#include "tests/unit/damage.h"
#include "tests/unit/harness.h"
#include "wire/esp.h"
#include "wire/ip.h"

static const struct seal_sizes all_sizes[] = {
	{ 16, 16, 16 },			/* AES-CBC with HMAC-SHA2-256-128 */
	{ 16, 16, 12 },			/* AES-CBC with HMAC-SHA1-96 */
	{ 8, 1, 16 },			/* AES-GCM-16 */
	{ 8, 8, 12 },			/* 3DES */
	{ 0, 1, 12 },			/* NULL */
};

/* A packet by hand: 5 octets of payload, block 16: 9 octets of padding, then 9 and the next header. */
static void a_packet_by_hand(void)
{
	static const struct seal_sizes z = { 4, 16, 2 };
	static const uint8_t payload[5] = { 0xa1, 0xa2, 0xa3, 0xa4, 0xa5 };
	uint8_t buf[64], want[] = { 1, 2, 3, 4, 0, 0, 0, 7, 0xee, 0xee, 0xee, 0xee, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5,
				    1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 135, 0xee, 0xee };
	struct esp_parts e;

	memset(buf, 0xee, sizeof buf);
	CU_ASSERT_EQUAL(esp_frame(&(struct esp_hdr){ 0x01020304, 7 }, &z, payload, 5, PROTO_MH, buf, sizeof buf, &e),
			sizeof want);
	CU_ASSERT_EQUAL(memcmp(buf, want, sizeof want), 0);	/* IV and ICV were left alone */
	CU_ASSERT_TRUE(e.iv == 8 && e.iv_len == 4 && e.ct == 12 && e.ct_len == 16 && e.icv == 28 && e.icv_len == 2);
	CU_ASSERT_TRUE(e.len == 30 && e.aad_len == 8 && e.auth_len == 28 && e.h.spi == 0x01020304 && e.h.seq == 7);
	for (size_t cap = 0; cap < sizeof want; cap++)
		CU_ASSERT_EQUAL(esp_frame(&e.h, &z, payload, 5, PROTO_MH, buf, cap, &e), 0);
}

/* Every payload length: padded to block and to 4 octets, read back by the view and the trailer. */
static void one_length(const struct seal_sizes *z, size_t n)
{
	uint8_t buf[512], payload[100], next = 0;
	size_t align = z->block > 4 ? z->block : 4, got = 0, len;
	struct esp_parts e, v;
	bool pattern = false;

	memset(payload, 0x5a, sizeof payload);
	len = esp_frame(&(struct esp_hdr){ 256, 1 }, z, payload, n, PROTO_IP6, buf, sizeof buf, &e);
	CU_ASSERT_EQUAL(len, esp_len(n, z));
	CU_ASSERT_EQUAL(e.ct_len % align, 0);
	CU_ASSERT_TRUE(e.ct_len >= n + 2 && e.ct_len < n + 2 + align);
	CU_ASSERT_TRUE(esp_view(buf, len, z, &v, NULL));
	CU_ASSERT_TRUE(v.ct == e.ct && v.ct_len == e.ct_len && v.icv == e.icv && v.iv == e.iv && v.h.spi == 256);
	CU_ASSERT_TRUE(esp_trailer(buf + v.ct, v.ct_len, &got, &next, &pattern));
	CU_ASSERT_TRUE(got == n && next == PROTO_IP6 && pattern);
	CU_ASSERT_EQUAL(memcmp(buf + v.ct, payload, n), 0);
	CU_ASSERT_TRUE(esp_payload_max(len, z) >= n && esp_payload_max(len - 1, z) < n + (n == 0));
	CU_ASSERT_TRUE(esp_len(esp_payload_max(len, z), z) <= len);
}

static void every_payload_length_reads_back(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(all_sizes); i++)
		for (size_t n = 0; n <= 70; n++)
			one_length(&all_sizes[i], n);
}

static void a_payload_that_stands_in_its_place_is_kept(void)
{
	uint8_t buf[64] = { [24] = 1, 2, 3 };
	struct esp_parts e;

	CU_ASSERT_EQUAL(esp_frame(&(struct esp_hdr){ 300, 1 }, &all_sizes[0], buf + 24, 3, 4, buf, sizeof buf, &e), 56);
	CU_ASSERT_EQUAL(memcmp(buf + 24, "\1\2\3\1\2\3", 6), 0);
	memcpy(buf, "\7\7\7", 3);			/* overlapping is allowed */
	CU_ASSERT_EQUAL(esp_frame(&(struct esp_hdr){ 300, 1 }, &all_sizes[0], buf, 3, 4, buf, sizeof buf, &e), 56);
	CU_ASSERT_EQUAL(memcmp(buf + 24, "\7\7\7\1\2\3", 6), 0);
}

static void views_refuse(void)
{
	uint8_t buf[80] = { 0, 0, 1, 0 };
	const char *why = NULL;
	struct esp_parts e;

	CU_ASSERT_TRUE(esp_view(buf, 8 + 16 + 16 + 16, &all_sizes[0], &e, &why));
	CU_ASSERT_FALSE(esp_view(buf, 8 + 16 + 16 + 15, &all_sizes[0], &e, &why));
	CU_ASSERT_STRING_EQUAL(why, "esp-block");
	CU_ASSERT_FALSE(esp_view(buf, 8 + 16 + 16 + 1, &all_sizes[0], &e, &why));
	CU_ASSERT_STRING_EQUAL(why, "esp-short");
	CU_ASSERT_FALSE(esp_view(buf, 0, &all_sizes[0], &e, &why));
	CU_ASSERT_STRING_EQUAL(why, "esp-short");
	buf[2] = 0;
	CU_ASSERT_FALSE(esp_view(buf, 56, &all_sizes[0], &e, &why));
	CU_ASSERT_STRING_EQUAL(why, "esp-spi-zero");
	buf[2] = 1;
	CU_ASSERT_FALSE(esp_view(buf, 8 + 8 + 3 + 16, &all_sizes[2], &e, &why));	/* GCM: to 4 octets still */
	CU_ASSERT_STRING_EQUAL(why, "esp-block");
}

static const struct { const char *octets; bool good, pattern; size_t payload; } trailers[] = {
	{ "", false, false, 0 },
	{ "3b", false, false, 0 },
	{ "003b", true, true, 0 },
	{ "013b", false, false, 0 },		/* one octet of padding, and none is there */
	{ "01 013b", true, true, 0 },
	{ "aa 01 013b", true, true, 1 },
	{ "aa 02 013b", true, false, 1 },	/* padding that does not count */
	{ "aa 0102 00 033b", true, false, 1 },
	{ "ff3b", false, false, 0 },
};

static void trailers_are_held_against_what_is_there(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(trailers); i++) {
		size_t n, payload = 99;
		uint8_t *p = octets_of(trailers[i].octets, &n), next = 0;
		bool pattern = false;

		CU_ASSERT_EQUAL(esp_trailer(p, n, &payload, &next, &pattern), trailers[i].good);
		if (trailers[i].good) {
			CU_ASSERT_EQUAL(payload, trailers[i].payload);
			CU_ASSERT_EQUAL(pattern, trailers[i].pattern);
			CU_ASSERT_EQUAL(next, PROTO_NONE);
		}
		g_free(p);
	}
}

static void port_4500_is_told_apart(void)
{
	static const struct { const char *octets; enum udp4500 kind; uint32_t len; } rows[] = {
		{ "", UDP4500_BAD, 0 }, { "ff", UDP4500_KEEPALIVE, 1 }, { "fe", UDP4500_BAD, 1 },
		{ "00", UDP4500_BAD, 1 }, { "000000", UDP4500_BAD, 3 }, { "00000000", UDP4500_IKE, 0 },
		{ "00000000 01", UDP4500_IKE, 1 }, { "00000100 00000001", UDP4500_ESP, 8 },
		{ "ffff", UDP4500_BAD, 2 }, { "ffffffff", UDP4500_ESP, 4 },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		size_t n;
		uint8_t *p = octets_of(rows[i].octets, &n);
		struct udp4500_view v = udp4500_demux(p, n);

		CU_ASSERT_EQUAL(v.kind, rows[i].kind);
		CU_ASSERT_EQUAL(v.inner_len, rows[i].len);
		CU_ASSERT_PTR_EQUAL(v.inner, v.kind == UDP4500_IKE ? p + 4 : p);
		g_free(p);
	}
}

static void look(const uint8_t *p, size_t n, void *data)
{
	unsigned *seen = data;
	struct esp_parts e;
	size_t payload;
	uint8_t next;

	for (size_t i = 0; i < G_N_ELEMENTS(all_sizes); i++) {
		if (!esp_view(p, n, &all_sizes[i], &e, NULL))
			continue;
		if (e.len != n || e.icv + e.icv_len != n || e.ct + e.ct_len != e.icv || e.iv + e.iv_len != e.ct)
			CU_FAIL("parts that do not add up");
		if (esp_trailer(p + e.ct, e.ct_len, &payload, &next, NULL) && payload + 2 > e.ct_len)
			CU_FAIL("a payload longer than what is there");
	}
	udp4500_demux(p, n);
	++*seen;
}

static void damaged_packets_are_read_within_their_octets(void)
{
	uint8_t buf[128], payload[20] = { 1 };
	unsigned seen = 0;
	struct esp_parts e;
	size_t n = esp_frame(&(struct esp_hdr){ 0x10000001, 9 }, &all_sizes[0], payload, 20, PROTO_MH, buf, sizeof buf, &e);

	CU_ASSERT_EQUAL(damage_each(buf, n, look, &seen), 9 * n);
	CU_ASSERT_EQUAL(seen, 9 * n);
}

static void the_line_for_people(void)
{
	static const uint8_t p[8] = { 1, 2, 3, 4, 0, 0, 0, 7 };
	char buf[80];
	struct text t = text_on(buf, sizeof buf);

	CU_ASSERT_EQUAL(esp_summary(p, 8, &t), strlen("ESP spi 0x01020304 seq 7"));
	CU_ASSERT_STRING_EQUAL(buf, "ESP spi 0x01020304 seq 7");
	t = text_on(buf, sizeof buf);
	esp_summary(p, 7, &t);
	CU_ASSERT_STRING_EQUAL(buf, "ESP (esp-short)");
}

static const struct harness_test tests[] = {
	{ "a packet by hand", a_packet_by_hand },
	{ "every payload length reads back", every_payload_length_reads_back },
	{ "a payload that stands in its place is kept", a_payload_that_stands_in_its_place_is_kept },
	{ "views refuse what does not fit", views_refuse },
	{ "trailers are held against what is there", trailers_are_held_against_what_is_there },
	{ "port 4500 is told apart", port_4500_is_told_apart },
	{ "damaged packets are read within their octets", damaged_packets_are_read_within_their_octets },
	{ "the line for people", the_line_for_people },
};

int main(int argc, char **argv)
{
	return harness_main("wire_esp", tests, G_N_ELEMENTS(tests), argc, argv);
}
