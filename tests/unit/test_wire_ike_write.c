/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writing IKEv2: messages by hand, octet for octet; every payload written and read back; buffers too small by any
 * number of octets; the frame of the Encrypted payload for every length; values inside payloads; what must not be
 * written.
 */
#include "tests/unit/damage.h"
#include "tests/unit/harness.h"
#include "tests/unit/ike_tools.h"
#include "wire/ike_write.h"

static const uint8_t count16[16] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };

static void same_octets(const uint8_t *p, size_t n, const char *hex)
{
	size_t want_n;
	uint8_t *want = octets_of(hex, &want_n);

	CU_ASSERT_EQUAL(n, want_n);
	CU_ASSERT_TRUE(n == want_n && !memcmp(p, want, n));
	g_free(want);
}

static size_t write_init(uint8_t *buf, size_t cap)
{
	static const struct ike_transform t[] = {
		{ .type = IKE_T_ENCR, .id = IKE_ENCR_AES_CBC, .key_bits = 128 },
		{ .type = IKE_T_PRF, .id = IKE_PRF_HMAC_SHA2_256 },
		{ .type = IKE_T_INTEG, .id = IKE_INTEG_HMAC_SHA2_256_128 }, { .type = IKE_T_DH, .id = IKE_DH_MODP_2048 },
	};
	static const struct ike_proposal p = { .number = 1, .protocol = IKE_PROTO_IKE, .n = 4, .t = t };
	struct ike_hdr h = { .spi_i = 0x1122334455667788, .version = IKE_VERSION, .exchange = IKE_SA_INIT,
			     .flags = IKE_FLAG_I, .next = 77, .length = 1 };
	struct ike_writer w;

	ike_w_start(&w, buf, cap, &h);
	ike_w_sa(&w, &p, 1);
	ike_w_ke(&w, IKE_DH_MODP_2048, (const uint8_t *)"\xde\xad\xbe\xef", 4);
	ike_w_nonce(&w, count16, 16);
	ike_w_notify(&w, IKE_N_REDIRECT_SUPPORTED, NULL, 0);
	return ike_w_end(&w);
}

static size_t write_inner(uint8_t *buf, size_t cap)
{
	static const struct ike_cp_attr cp[] = { { .type = IKE_CP_MIP6_HOME_PREFIX }, { .type = IKE_CP_IP6_DNS } };
	static const struct ike_transform t[] = {
		{ .type = IKE_T_ENCR, .id = IKE_ENCR_AES_CBC, .key_bits = 256 }, { .type = IKE_T_ESN, .id = IKE_ESN_NO },
	};
	static const struct ike_proposal p = { .number = 1, .protocol = IKE_PROTO_ESP, .spi_len = 4, .n = 2, .t = t,
					       .spi = (const uint8_t *)"\xc0\xff\xee\1" };
	static const struct ike_ts tsi = { .type = IKE_TS_IP6_RANGE, .proto = 135, .start_port = 0x500,
		.end_port = 0x5ff, .start = { { 0x20, 1, 0xd, 0xb8, [15] = 1 } },
		.end = { { 0x20, 1, 0xd, 0xb8, [15] = 0xff } } };
	struct ike_ts tsr = { .type = IKE_TS_IP4_RANGE, .end_port = 0xffff,
		.start = ip6_mapped((struct ip4_addr){ { 10, 0, 0, 0 } }),
		.end = ip6_mapped((struct ip4_addr){ { 10, 255, 255, 255 } }) };
	struct ike_writer w;

	ike_w_inner(&w, buf, cap);
	ike_w_id(&w, IKE_P_IDI, IKE_ID_RFC822, (const uint8_t *)"0a@b", 4);
	ike_w_id(&w, IKE_P_IDR, IKE_ID_FQDN, (const uint8_t *)"net", 3);
	ike_w_cp(&w, IKE_CFG_REQUEST, cp, 2);
	ike_w_sa(&w, &p, 1);
	ike_w_ts(&w, IKE_P_TSI, &tsi, 1);
	ike_w_ts(&w, IKE_P_TSR, &tsr, 1);
	ike_w_notify(&w, IKE_N_COOKIE, (const uint8_t *)"\xab\xcd\xef", 3);
	ike_w_delete(&w, IKE_PROTO_ESP, (const uint32_t[]){ 0x101, 0x102 }, 2);
	CU_ASSERT_TRUE(!ike_w_ok(&w) || w.first == IKE_INNER_FIRST);
	return ike_w_end(&w);
}

static void messages_by_hand_are_written_octet_for_octet(void)
{
	uint8_t buf[400];

	same_octets(buf, write_init(buf, sizeof buf), IKE_INIT_HEX);
	same_octets(buf, write_inner(buf, sizeof buf), IKE_INNER_HEX);
}

/* In blocks of exactly that size: a sanitizer sees a write behind it. */
static void what_does_not_fit_is_not_written(void)
{
	for (size_t cap = 0; cap <= 174; cap++) {
		uint8_t *buf = g_malloc(cap ? cap : 1);

		CU_ASSERT_EQUAL(write_init(buf, cap), cap < 116 ? 0 : 116);
		CU_ASSERT_EQUAL(write_inner(buf, cap), cap < 174 ? 0 : 174);
		g_free(buf);
	}
}

/* Two proposals with an SPI of 8 and one without, certificates, AUTH, EAP, vendor id, notifies about a child. */
static size_t write_rest(uint8_t *buf, size_t cap)
{
	static const struct ike_transform t[] = { { .type = IKE_T_ENCR, .id = IKE_ENCR_AES_GCM_16, .key_bits = 128 } };
	static const struct ike_proposal p[] = {
		{ .number = 1, .protocol = IKE_PROTO_IKE, .spi_len = 8, .n = 1, .t = t, .spi = count16 },
		{ .number = 2, .protocol = IKE_PROTO_IKE, .spi_len = 8, .n = 0, .t = t, .spi = count16 + 8 },
	};
	static const struct ike_octets algorithm = { (const uint8_t *)"\x30\x03\x06\x01\x55", 5 };
	struct ike_writer w;
	uint8_t *room;

	ike_w_inner(&w, buf, cap);
	ike_w_sa(&w, p, 2);
	ike_w_cert(&w, IKE_CERT_X509, count16, 9);
	ike_w_certreq(&w, IKE_CERT_X509, NULL, 0);
	ike_w_auth(&w, IKE_AUTH_SHARED_KEY, count16, 16);
	ike_w_auth_sig(&w, &algorithm, count16, 7);
	ike_w_notify_spi(&w, IKE_PROTO_ESP, 0xc0ffee02, IKE_N_REKEY_SA, NULL, 0);
	ike_w_delete_ike(&w);
	ike_w_vendor(&w, count16, 3);
	ike_w_eap(&w, (const uint8_t *)"\3\1\0\4", 4);
	ike_w_raw(&w, 200, true, count16, 2);
	room = ike_w_room(&w, 201, 2);
	if (room)
		memcpy(room, "ab", 2);
	return ike_w_end(&w);
}

static void every_other_payload_reads_back(void)
{
	uint8_t buf[300];
	size_t n = write_rest(buf, sizeof buf);
	struct ike_octets algorithm, signature;
	const struct ike_payload *pl;
	struct wire_diags d = { 0 };
	struct ike_msg m;

	CU_ASSERT_TRUE(n && ike_decode_payloads(IKE_P_SA, buf, n, &m, &d));
	CU_ASSERT_TRUE(m.n == 11 && d.n == 2);				/* the two unknown types */
	pl = &m.payload[0];
	CU_ASSERT_TRUE(pl->sa.n == 2 && pl->sa.p[1].number == 2 && pl->sa.p[1].n == 0 && pl->sa.p[0].spi[7] == 7);
	CU_ASSERT_TRUE(pl->sa.p[0].n == 1 && pl->sa.p[0].t->key_bits == 128);
	CU_ASSERT_TRUE(m.payload[1].cert.encoding == 4 && m.payload[1].cert.data.n == 9);
	CU_ASSERT_TRUE(m.payload[2].cert.encoding == 4 && m.payload[2].cert.data.n == 0);
	CU_ASSERT_TRUE(m.payload[3].auth.method == 2 && m.payload[3].auth.data.n == 16);
	pl = &m.payload[4];
	CU_ASSERT_TRUE(pl->auth.method == 14 && ike_auth_sig_split(&pl->auth.data, &algorithm, &signature));
	CU_ASSERT_TRUE(algorithm.n == 5 && algorithm.p[4] == 0x55 && signature.n == 7 && signature.p[6] == 6);
	pl = ike_find_notify(&m, IKE_N_REKEY_SA);
	CU_ASSERT_TRUE(pl && pl->notify.protocol == 3 && pl->notify.spi.n == 4 && load32(pl->notify.spi.p) == 0xc0ffee02);
	CU_ASSERT_TRUE(m.payload[6].del.protocol == 1 && m.payload[6].del.spi_len == 0 && m.payload[6].del.n == 0);
	CU_ASSERT_TRUE(m.payload[7].data.n == 3 && m.payload[8].data.n == 4);
	CU_ASSERT_TRUE(m.payload[9].type == 200 && m.payload[9].critical && m.critical_unknown == 200);
	CU_ASSERT_TRUE(m.payload[10].type == 201 && !m.payload[10].critical && !memcmp(m.payload[10].body.p, "ab", 2));
	for (size_t cap = 0; cap < n; cap++)
		CU_ASSERT_EQUAL(write_rest(buf, cap), 0);
}

/* ---- what was decoded, once more ---- */

static void decoded_messages_are_written_the_same(void)
{
	static const char sk[] = "1122334455667788 99aabbccddeeff00 35 20 23 08 00000001 0000002c 23 00 0010 0001 0003 "
				 "a0a1a2a3a4a5a6a7";
	static const char *const messages[] = { IKE_INIT_HEX, sk };
	uint8_t buf[400];
	struct ike_msg m;

	for (size_t i = 0; i < G_N_ELEMENTS(messages); i++) {
		size_t n;
		uint8_t *p = octets_of(messages[i], &n);

		CU_ASSERT_TRUE(ike_decode(p, n, &m, NULL) && !m.notes);
		same_octets(buf, ike_encode(&m, buf, sizeof buf), messages[i]);
		CU_ASSERT_EQUAL(ike_encode(&m, buf, n - 1), 0);
		g_free(p);
	}
}

static size_t chain_again(const struct ike_msg *m, uint8_t *buf, size_t cap)
{
	struct ike_writer w;

	ike_w_inner(&w, buf, cap);
	for (unsigned i = 0; i < m->n; i++)
		ike_w_again(&w, &m->payload[i]);
	return ike_w_end(&w);
}

/* Whatever the decoder found nothing wrong with is written back octet for octet, also after damage. */
static void again_or_noted(const uint8_t *p, size_t n, void *data)
{
	unsigned *same = data;
	uint8_t buf[400];
	struct ike_msg m;

	if (!ike_decode_payloads(IKE_INNER_FIRST, p, n, &m, NULL) || m.notes)
		return;
	if (chain_again(&m, buf, sizeof buf) != n || memcmp(buf, p, n))
		CU_FAIL("written otherwise");
	++*same;
}

static void what_was_not_noted_is_written_the_same(void)
{
	unsigned same = 0;
	uint8_t buf[400];
	size_t n = write_inner(buf, sizeof buf);

	damage_copy(buf, n, again_or_noted, &same);
	CU_ASSERT_EQUAL(same, 1);
	damage_each(buf, n, again_or_noted, &same);
	CU_ASSERT_TRUE(same > 600);			/* most bits belong to values that may be anything */
}

static void what_contradicts_itself_is_not_written(void)
{
	static const struct ike_transform odd = { .type = 1, .id = 12, .odd = true };
	static const struct ike_proposal p = { .number = 1, .protocol = 3, .n = 1, .t = &odd };
	static const struct ike_ts not4 = { .type = IKE_TS_IP4_RANGE, .start = { { 0x20, 1 } } }, other = { .type = 9 };
	static const struct ike_cp_attr high = { .type = 0x8001 };
	uint8_t long_octets[300] = { 0 }, buf[1000];
	struct ike_octets long_algorithm = { long_octets, 256 };

	for (unsigned i = 0; i < 11; i++) {
		struct ike_writer w;

		ike_w_inner(&w, buf, sizeof buf);
		switch (i) {
		case 0: ike_w_sa(&w, &p, 1); break;
		case 1: ike_w_sa(&w, &p, 0); break;
		case 2: ike_w_ts(&w, IKE_P_TSI, &not4, 1); break;
		case 3: ike_w_ts(&w, IKE_P_TSI, &other, 1); break;
		case 4: ike_w_ts(&w, IKE_P_TSR, &not4, 0); break;
		case 5: ike_w_cp(&w, IKE_CFG_REPLY, &high, 1); break;
		case 6: ike_w_nonce(&w, long_octets, 15); break;
		case 7: ike_w_nonce(&w, long_octets, 257); break;
		case 8: ike_w_eap(&w, long_octets, 3); break;
		case 9: ike_w_auth_sig(&w, &long_algorithm, long_octets, 4); break;
		case 10: ike_w_again(&w, &(struct ike_payload){ .type = IKE_P_SA, .bad = true, .sa = { 3, NULL } }); break;
		}
		CU_ASSERT_FALSE(ike_w_ok(&w));
		CU_ASSERT_EQUAL(ike_w_end(&w), 0);
	}
}

static void a_payload_has_at_most_65535_octets(void)
{
	uint8_t *buf = g_malloc0(70000), *data = g_malloc0(66000);
	struct ike_writer w;

	ike_w_inner(&w, buf, 70000);
	ike_w_vendor(&w, data, 65532);
	CU_ASSERT_EQUAL(ike_w_end(&w), 0);
	ike_w_inner(&w, buf, 70000);
	ike_w_vendor(&w, data, 65531);
	CU_ASSERT_EQUAL(ike_w_end(&w), 65535);
	g_free(buf);
	g_free(data);
}

/* ---- the Encrypted payload ---- */

static void one_frame(const struct seal_sizes *z, size_t n, uint16_t number, uint16_t total)
{
	static const struct ike_hdr h = { .spi_i = 1, .spi_r = 2, .version = IKE_VERSION, .exchange = IKE_AUTH, .mid = 3 };
	uint8_t inner[100], *buf;
	size_t len = ike_sk_len(n, z, total > 0), got = 0;
	struct ike_sk out, in;
	struct ike_msg m;

	memset(inner, 0x77, sizeof inner);
	buf = g_malloc(len);
	CU_ASSERT_EQUAL(ike_sk_frame(&h, z, IKE_P_AUTH, inner, n, number, total, buf, len - 1, &out), 0);
	CU_ASSERT_EQUAL(ike_sk_frame(&h, z, IKE_P_AUTH, inner, n, number, total, buf, len, &out), len);
	CU_ASSERT_TRUE(ike_decode(buf, len, &m, NULL) && !m.notes && m.n == 1 && m.h.length == len && m.h.mid == 3);
	CU_ASSERT_TRUE(ike_sk_view(&m, z, &in, NULL));
	CU_ASSERT_TRUE(in.iv == out.iv && in.ct == out.ct && in.ct_len == out.ct_len && in.icv == out.icv);
	CU_ASSERT_TRUE(in.aad_len == out.aad_len && in.auth_len == out.auth_len && in.len == out.len);
	CU_ASSERT_TRUE(in.inner == IKE_P_AUTH && in.number == number && in.total == total);
	CU_ASSERT_TRUE(out.ct_len > n && out.ct_len <= n + z->block && out.ct_len % z->block == 0);
	CU_ASSERT_TRUE(ike_sk_unpad(buf + in.ct, in.ct_len, &got) && got == n && !memcmp(buf + in.ct, inner, n));
	CU_ASSERT_TRUE(ike_sk_room(len, z, total > 0) >= n);
	CU_ASSERT_TRUE(n == 0 || ike_sk_room(len - 1, z, total > 0) < n);
	g_free(buf);
}

static void every_length_of_inner_octets_is_framed(void)
{
	static const struct seal_sizes sizes[] = { { 16, 16, 16 }, { 16, 16, 12 }, { 8, 1, 16 }, { 8, 8, 12 } };

	for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++)
		for (size_t n = 0; n <= 50; n++) {
			one_frame(&sizes[i], n, 0, 0);
			one_frame(&sizes[i], n, 2, 5);
		}
}

static void a_frame_by_hand(void)
{
	static const struct seal_sizes z = { 2, 4, 3 };
	static const struct ike_hdr h = { .spi_i = 0x0102030405060708, .spi_r = 9, .version = 0x20, .exchange = 37,
					  .flags = 0x28, .mid = 5 };
	uint8_t buf[64];
	struct ike_sk sk;
	size_t n;

	memset(buf, 0xee, sizeof buf);
	n = ike_sk_frame(&h, &z, IKE_P_DELETE, (const uint8_t *)"\xaa\xbb", 2, 0, 0, buf, sizeof buf, &sk);
	same_octets(buf, n, "0102030405060708 0000000000000009 2e 20 25 28 00000005 00000029 "
			    "2a 00 000d eeee aabb 00 01 eeeeee");
	n = ike_sk_frame(&h, &z, 0, (const uint8_t *)"\xaa\xbb", 2, 2, 2, buf, sizeof buf, &sk);
	buf[36] = buf[37] = buf[42] = buf[43] = buf[44] = 0xee;
	same_octets(buf, n, "0102030405060708 0000000000000009 35 20 25 28 00000005 0000002d "
			    "00 00 0011 0002 0002 eeee aabb 00 01 eeeeee");
	memcpy(buf, "\xaa\xbb", 2);			/* the inner octets may stand anywhere in the buffer */
	n = ike_sk_frame(&h, &z, IKE_P_DELETE, buf, 2, 0, 0, buf, sizeof buf, &sk);
	CU_ASSERT_TRUE(n == 41 && !memcmp(buf + 34, "\xaa\xbb\0\1", 4) && buf[0] == 1);
}

/* ---- values ---- */

static void attribute_values_read_back(void)
{
	struct ike_home_prefix hp = { .life_s = 3600, .prefix = { { 0x20, 1, 0xd, 0xb8 } }, .len = 64 }, hp2;
	struct ip6_addr a = { { 0x20, 1, [15] = 9 } }, b;
	struct ip4_addr c = { { 192, 0, 2, 1 } }, d = { { 0 } };
	uint8_t buf[32], bits = 0;
	bool has4 = false;
	struct ike_cp_attr at = { .value = buf };

	at.len = (uint16_t)ike_cp_put_home_prefix(buf, &hp);
	CU_ASSERT_TRUE(at.len == 21 && !memcmp(buf, "\0\0\x0e\x10\x20\1\x0d\xb8", 8) && buf[20] == 64);
	CU_ASSERT_TRUE(ike_cp_home_prefix(&at, &hp2) && hp2.life_s == 3600 && hp2.len == 64 &&
		       ip6_eq(&hp.prefix, &hp2.prefix));
	buf[20] = 129;
	CU_ASSERT_FALSE(ike_cp_home_prefix(&at, &hp2));
	at.len = (uint16_t)ike_cp_put_ip6(buf, &a, 64);
	CU_ASSERT_TRUE(at.len == 17 && ike_cp_ip6(&at, &b, &bits) && ip6_eq(&a, &b) && bits == 64);
	buf[16] = 129;
	CU_ASSERT_FALSE(ike_cp_ip6(&at, &b, NULL));
	at.len = 16;
	CU_ASSERT_TRUE(ike_cp_ip6(&at, &b, &bits) && bits == 128);
	at.len = (uint16_t)ike_cp_put_home_agent(buf, &a, NULL);
	CU_ASSERT_TRUE(at.len == 16 && ike_cp_home_agent(&at, &b, &d, &has4) && !has4 && ip6_eq(&a, &b));
	at.len = (uint16_t)ike_cp_put_home_agent(buf, &a, &c);
	CU_ASSERT_TRUE(at.len == 20 && ike_cp_home_agent(&at, &b, &d, &has4) && has4 && ip4_eq(c, d));
	at = (struct ike_cp_attr){ .len = 4, .value = c.o };
	CU_ASSERT_TRUE(ike_cp_ip4(&at, &d) && ip4_eq(c, d));
}

/* Only the attribute's own lengths are taken. */
static void attribute_values_of_other_lengths_are_refused(void)
{
	static const uint8_t octets[40] = { 0 };
	struct ike_home_prefix hp;
	struct ip6_addr a;
	struct ip4_addr b;
	bool has4;

	for (uint16_t len = 0; len < sizeof octets; len++) {
		struct ike_cp_attr at = { .len = len, .value = octets };

		CU_ASSERT_EQUAL(ike_cp_ip4(&at, &b), len == 4);
		CU_ASSERT_EQUAL(ike_cp_ip6(&at, &a, NULL), len == 16 || len == 17);
		CU_ASSERT_EQUAL(ike_cp_home_prefix(&at, &hp), len == 21);
		CU_ASSERT_EQUAL(ike_cp_home_agent(&at, &a, &b, &has4), len == 16 || len == 20);
	}
}

static const struct { const char *data; bool good; uint8_t type; unsigned gw, nonce; } redirects[] = {
	{ "", false, 0, 0, 0 }, { "01", false, 0, 0, 0 }, { "0104 c0000201", true, 1, 4, 0 },
	{ "0104 c00002", false, 0, 0, 0 }, { "0103 c00002", false, 0, 0, 0 }, { "0100", false, 0, 0, 0 },
	{ "0210 20010db8000000000000000000000001", true, 2, 16, 0 }, { "0204 c0000201", false, 0, 0, 0 },
	{ "0303 612e62", true, 3, 3, 0 }, { "0300", false, 0, 0, 0 }, { "0403 612e62", false, 0, 0, 0 },
	{ "0303 612e62 000102030405060708090a0b0c0d0e0f", true, 3, 3, 16 },
	{ "0303 612e62 000102030405060708090a0b0c0d0e", false, 0, 0, 0 },
	{ "03ff 612e62", false, 0, 0, 0 },
};

static void redirects_read_and_write(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(redirects); i++) {
		size_t n;
		uint8_t *p = octets_of(redirects[i].data, &n), buf[64];
		struct ike_octets o = { p, (uint16_t)n };
		struct ike_redirect r;

		CU_ASSERT_EQUAL(ike_redirect_decode(&o, &r), redirects[i].good);
		if (redirects[i].good) {
			CU_ASSERT_TRUE(r.gw_type == redirects[i].type && r.gw.n == redirects[i].gw);
			CU_ASSERT_EQUAL(r.nonce.n, redirects[i].nonce);
			CU_ASSERT_EQUAL(ike_redirect_encode(&r, buf, sizeof buf), n);
			CU_ASSERT_EQUAL(memcmp(buf, p, n), 0);
			CU_ASSERT_EQUAL(ike_redirect_encode(&r, buf, n - 1), 0);
			r.gw_type ^= 3;		/* IPv4 for IPv6, a name for nothing: the length is not the type's */
			CU_ASSERT_EQUAL(ike_redirect_encode(&r, buf, sizeof buf), 0);
		}
		g_free(p);
	}
}

static void signatures_are_split_within_their_data(void)
{
	struct ike_octets a, s;

	CU_ASSERT_FALSE(ike_auth_sig_split(&(struct ike_octets){ count16, 0 }, &a, &s));
	CU_ASSERT_TRUE(ike_auth_sig_split(&(struct ike_octets){ count16, 1 }, &a, &s) && a.n == 0 && s.n == 0);
	CU_ASSERT_FALSE(ike_auth_sig_split(&(struct ike_octets){ count16 + 3, 3 }, &a, &s));
	CU_ASSERT_TRUE(ike_auth_sig_split(&(struct ike_octets){ count16 + 3, 4 }, &a, &s) && a.n == 3 && s.n == 0);
}

static const struct harness_test tests[] = {
	{ "messages by hand are written octet for octet", messages_by_hand_are_written_octet_for_octet },
	{ "what does not fit is not written", what_does_not_fit_is_not_written },
	{ "every other payload reads back", every_other_payload_reads_back },
	{ "decoded messages are written the same", decoded_messages_are_written_the_same },
	{ "what was not noted is written the same", what_was_not_noted_is_written_the_same },
	{ "what contradicts itself is not written", what_contradicts_itself_is_not_written },
	{ "a payload has at most 65535 octets", a_payload_has_at_most_65535_octets },
	{ "every length of inner octets is framed", every_length_of_inner_octets_is_framed },
	{ "a frame by hand", a_frame_by_hand },
	{ "attribute values read back", attribute_values_read_back },
	{ "attribute values of other lengths are refused", attribute_values_of_other_lengths_are_refused },
	{ "redirects read and write", redirects_read_and_write },
	{ "signatures are split within their data", signatures_are_split_within_their_data },
};

int main(int argc, char **argv)
{
	return harness_main("wire_ike_write", tests, G_N_ELEMENTS(tests), argc, argv);
}
