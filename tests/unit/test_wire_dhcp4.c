/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DHCPv4: encode and decode agree for every option, overload, faults, damage. */
#include "tests/unit/damage.h"
#include "tests/unit/harness.h"
#include "wire/dhcp4.h"

static const uint8_t text[] = "no address left";

static struct dhcp4 full_message(void)
{
	struct dhcp4 m = {
		.op = 2, .hops = 1, .broadcast = true, .secs = 3, .xid = 0xdeadbeef, .ciaddr = { { 10, 0, 0, 1 } },
		.yiaddr = { { 10, 0, 0, 5 } }, .siaddr = { { 10, 0, 0, 2 } }, .giaddr = { { 10, 0, 0, 3 } },
		.chaddr = { { 2, 0, 0, 0, 0, 5 } }, .has = 0x7fff, .type = DHCP4_ACK, .mask = { { 255, 255, 255, 0 } },
		.server_id = { { 10, 0, 0, 2 } }, .requested = { { 10, 0, 0, 9 } }, .n_routers = 2, .n_dns = 3,
		.n_params = 4, .client_id_len = 7, .routers = { { { 10, 0, 0, 1 } }, { { 10, 0, 0, 254 } } },
		.dns = { { { 8, 8, 8, 8 } }, { { 9, 9, 9, 9 } }, { { 1, 1, 1, 1 } } }, .lease = DHCP4_INFINITE, .t1 = 1800,
		.t2 = 3150, .max_size = 1500, .mtu = 1400, .params = { 1, 3, 6, 51 },
		.client_id = { 1, 2, 0, 0, 0, 0, 5 }, .message = text, .message_len = sizeof text - 1,
		.host_name = (const uint8_t *)"ue1", .host_name_len = 3,
	};

	return m;
}

static bool same(const struct dhcp4 *a, const struct dhcp4 *b)
{
	struct dhcp4 x = *a, y = *b;
	bool texts = x.message_len == y.message_len && !memcmp(x.message, y.message, x.message_len) &&
		     x.host_name_len == y.host_name_len && !memcmp(x.host_name, y.host_name, x.host_name_len);

	x.message = y.message = x.host_name = y.host_name = NULL;
	return texts && x.op == y.op && x.hops == y.hops && x.broadcast == y.broadcast && x.secs == y.secs &&
	       x.xid == y.xid && ip4_eq(x.ciaddr, y.ciaddr) && ip4_eq(x.yiaddr, y.yiaddr) && ip4_eq(x.siaddr, y.siaddr) &&
	       ip4_eq(x.giaddr, y.giaddr) && mac_eq(&x.chaddr, &y.chaddr) && x.has == y.has && x.type == y.type &&
	       ip4_eq(x.mask, y.mask) && ip4_eq(x.server_id, y.server_id) && ip4_eq(x.requested, y.requested) &&
	       x.n_routers == y.n_routers && x.n_dns == y.n_dns && x.n_params == y.n_params && x.lease == y.lease &&
	       !memcmp(x.routers, y.routers, sizeof x.routers) && !memcmp(x.dns, y.dns, sizeof x.dns) && x.t1 == y.t1 &&
	       x.t2 == y.t2 && x.max_size == y.max_size && x.mtu == y.mtu && x.client_id_len == y.client_id_len &&
	       !memcmp(x.params, y.params, sizeof x.params) && !memcmp(x.client_id, y.client_id, sizeof x.client_id);
}

static bool decode(const uint8_t *p, size_t n, struct dhcp4 *m, struct wire_diags *d, const char **why)
{
	struct reader r = reader_on(p, n);
	bool good = dhcp4_decode(&r, m, d);

	*why = r.fault.reason;
	return good;
}

static void every_option_reads_back(void)
{
	struct dhcp4 m = full_message(), back;
	struct wire_diags d = { 0 };
	uint8_t buf[600];
	const char *why;
	size_t n = dhcp4_encode(&m, buf, sizeof buf);

	CU_ASSERT_TRUE(n > DHCP4_MIN);
	CU_ASSERT_TRUE(decode(buf, n, &back, &d, &why));
	CU_ASSERT_TRUE(same(&m, &back));
	CU_ASSERT_EQUAL(d.n, 0);
	for (size_t cap = 0; cap < n; cap++)
		CU_ASSERT_EQUAL(dhcp4_encode(&m, buf, cap), 0);
}

/* A discover as RFC 2131 draws it: fixed part, cookie, options, padding to 300 octets. */
static void a_discover_by_hand(void)
{
	struct dhcp4 m = { .op = 1, .xid = 0x11223344, .chaddr = { { 2, 0, 0, 0, 0, 7 } }, .type = DHCP4_DISCOVER,
			   .has = DHCP4_HAS_TYPE | DHCP4_HAS_PARAMS, .n_params = 2, .params = { 1, 3 } };
	uint8_t buf[400], want[300] = { 1, 1, 6, 0, 0x11, 0x22, 0x33, 0x44, [28] = 2, [33] = 7, [236] = 0x63, 0x82, 0x53,
					0x63, 53, 1, 1, 55, 2, 1, 3, 255 };

	CU_ASSERT_EQUAL(dhcp4_encode(&m, buf, sizeof buf), DHCP4_MIN);
	CU_ASSERT_EQUAL(memcmp(buf, want, 300), 0);
}

static void overloaded_fields_are_read(void)
{
	uint8_t buf[260] = { 2, 1, 6, [236] = 0x63, 0x82, 0x53, 0x63, 53, 1, 5, 52, 1, 3, 255 };
	struct dhcp4 m;
	const char *why;

	memcpy(buf + 108, "\x36\x04\x0a\0\0\2\xff", 7);		/* file: server identifier */
	memcpy(buf + 44, "\x33\x04\0\0\0\x3c\xff", 7);		/* sname: lease time */
	CU_ASSERT_TRUE(decode(buf, sizeof buf, &m, NULL, &why));
	CU_ASSERT_EQUAL(m.has, DHCP4_HAS_TYPE | DHCP4_HAS_SERVER_ID | DHCP4_HAS_LEASE);
	CU_ASSERT_TRUE(m.server_id.o[3] == 2 && m.lease == 60);
	buf[245] = 1;						/* only file */
	CU_ASSERT_TRUE(decode(buf, sizeof buf, &m, NULL, &why));
	CU_ASSERT_EQUAL(m.has, DHCP4_HAS_TYPE | DHCP4_HAS_SERVER_ID);
	buf[109] = 5;						/* a fault in there counts */
	CU_ASSERT_FALSE(decode(buf, sizeof buf, &m, NULL, &why));
	CU_ASSERT_STRING_EQUAL(why, "dhcp4-opt-length");
}

static const struct { const char *options, *fault, *note; } rows[] = {
	{ "350105 ff", NULL, NULL },
	{ "00 00 350105 ff 350199", NULL, NULL },		/* padding; nothing is read behind the end */
	{ "350105", NULL, "dhcp4-no-end" },
	{ "ff", NULL, NULL },					/* BOOTP */
	{ "35 00 ff", "dhcp4-opt-length", NULL },
	{ "3502 0500 ff", "dhcp4-opt-length", NULL },
	{ "3304 0000", "dhcp4-opt-length", NULL },
	{ "33", "dhcp4-opt-length", NULL },
	{ "0300 ff", "dhcp4-opt-length", NULL },
	{ "0305 0a00000100 ff", "dhcp4-opt-length", NULL },
	{ "030c 0a000001 0a000002 0a000003 ff", NULL, "dhcp4-opt-many" },
	{ "350105 350102 ff", NULL, "dhcp4-opt-repeated" },
	{ "e003 010203 ff", NULL, NULL },			/* unknown: passed over */
	{ "3402 0101 ff", "dhcp4-opt-length", NULL },
};

static void options_faults_and_notes(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		uint8_t buf[300] = { 1, 1, 6, [236] = 0x63, 0x82, 0x53, 0x63 };
		struct wire_diags d = { 0 };
		const char *why;
		struct dhcp4 m;
		size_t n;
		uint8_t *options = octets_of(rows[i].options, &n);

		memcpy(buf + 240, options, n);
		CU_ASSERT_EQUAL(decode(buf, 240 + n, &m, &d, &why), !rows[i].fault);
		CU_ASSERT_TRUE(!rows[i].fault || !strcmp(why, rows[i].fault));
		CU_ASSERT_EQUAL(d.n, rows[i].note != NULL);
		CU_ASSERT_TRUE(!d.n || !strcmp(d.d[0].id, rows[i].note));
		g_free(options);
	}
}

static void the_fixed_part(void)
{
	uint8_t buf[241] = { 3, 6, 8, [236] = 0x63, 0x82, 0x53, 0x63, 255 };
	struct wire_diags d = { 0 };
	struct dhcp4 m;
	const char *why;

	CU_ASSERT_TRUE(decode(buf, 241, &m, &d, &why));
	CU_ASSERT_TRUE(d.n == 2 && !strcmp(d.d[0].id, "dhcp4-op") && !strcmp(d.d[1].id, "dhcp4-hardware"));
	CU_ASSERT_EQUAL(m.has, 0);
	buf[239] = 0;
	CU_ASSERT_FALSE(decode(buf, 241, &m, &d, &why));
	CU_ASSERT_STRING_EQUAL(why, "dhcp4-cookie");
	CU_ASSERT_FALSE(decode(buf, 239, &m, &d, &why));
	CU_ASSERT_STRING_EQUAL(why, "dhcp4-short");
	CU_ASSERT_STRING_EQUAL(dhcp4_type_name(DHCP4_INFORM), "INFORM");
	CU_ASSERT_STRING_EQUAL(dhcp4_type_name(200), "BOOTP");
}

static int depth;

static void on_open(void *ctx, const char *name, const char *title, uint32_t offset, uint32_t len)
{
	(void)ctx, (void)name, (void)title, (void)offset, (void)len;
	depth++;
}

static void on_field(void *ctx, const char *name, const char *value, uint32_t offset, uint32_t len)
{
	(void)ctx, (void)offset, (void)len;
	CU_ASSERT_TRUE(*name && *value);
}

static void on_note(void *ctx, const char *id, const char *why, uint32_t offset)
{
	(void)ctx, (void)id, (void)why, (void)offset;
}

static void on_close(void *ctx)
{
	(void)ctx;
	depth--;
}

static void damaged(const uint8_t *p, size_t n, void *data)
{
	static const struct wire_printer printer = { on_open, on_field, on_note, on_close, NULL };
	struct wire_diags d = { 0 };
	struct dhcp4 m;
	const char *why;
	bool good = decode(p, n, &m, &d, &why);

	(void)data;
	CU_ASSERT_EQUAL(good, why == NULL);
	CU_ASSERT_TRUE(m.n_params <= DHCP4_MAX_PARAMS && m.client_id_len <= DHCP4_MAX_CLIENT_ID);
	CU_ASSERT_TRUE(m.n_dns <= DHCP4_MAX_DNS && m.n_routers <= DHCP4_MAX_ROUTERS);
	dhcp4_print(p, n, &printer, 0);
	CU_ASSERT_EQUAL(depth, 0);
}

static void damaged_messages(void)
{
	struct dhcp4 m = full_message();
	uint8_t buf[600];
	size_t n = dhcp4_encode(&m, buf, sizeof buf);

	CU_ASSERT_EQUAL(damage_each(buf, n, damaged, NULL), 9 * n);
}

int main(int argc, char **argv)
{
	static const struct harness_test tests[] = {
		{ "every option reads back", every_option_reads_back },
		{ "a discover by hand", a_discover_by_hand },
		{ "overloaded fields are read", overloaded_fields_are_read },
		{ "options: faults and notes", options_faults_and_notes },
		{ "the fixed part", the_fixed_part },
		{ "damaged messages", damaged_messages },
	};

	return harness_main("wire_dhcp4", tests, G_N_ELEMENTS(tests), argc, argv);
}
