/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a mobility header shows of itself: the full tree as "path = value" lines, and the one line of ladders. */
#include "tests/unit/harness.h"
#include "tests/unit/mh_golden.h"
#include "tests/unit/mh_tools.h"
#include "wire/mh_flow.h"

struct tree {
	GString *path, *text;
};

static void tree_open(void *ctx, const char *name, const char *title, uint32_t offset, uint32_t len)
{
	struct tree *t = ctx;

	(void)title, (void)offset, (void)len;
	g_string_append_printf(t->path, "%s%s", t->path->len ? "." : "", name);
}

static void tree_field(void *ctx, const char *name, const char *value, uint32_t offset, uint32_t len)
{
	struct tree *t = ctx;

	(void)offset, (void)len;
	g_string_append_printf(t->text, "%s.%s = %s\n", t->path->str, name, value);
}

static void tree_note(void *ctx, const char *id, const char *text, uint32_t offset)
{
	struct tree *t = ctx;

	g_string_append_printf(t->text, "! %s at %u: %s\n", id, offset, text);
}

static void tree_close(void *ctx)
{
	struct tree *t = ctx;
	const char *dot = strrchr(t->path->str, '.');

	g_string_truncate(t->path, dot ? (gsize)(dot - t->path->str) : 0);
}

static char *shown(const char *hex, uint32_t base)
{
	struct tree t = { g_string_new(NULL), g_string_new(NULL) };
	struct wire_printer pr = { tree_open, tree_field, tree_note, tree_close, &t };
	uint8_t p[MH_MAX];
	size_t n = octets_of(hex, p);

	mh_print(p, n, &pr, base);
	CU_ASSERT_EQUAL(t.path->len, 0);
	g_string_free(t.path, TRUE);
	return g_string_free(t.text, FALSE);
}

static void shows(const char *hex, const char *const *lines)
{
	char *text = shown(hex, 0), *at = text;

	for (; *lines; lines++) {
		char *found = strstr(at, *lines);

		if (!found)
			g_printerr("not shown, or not in this place: %s\n%s\n", *lines, text);
		CU_ASSERT(found != NULL);
		if (found)
			at = found + strlen(*lines);
	}
	g_free(text);
}

static void test_tree_bu(void)
{
	shows(goldens[0].hex, (const char *const[]){
		"bu.payload-proto = 59\n", "bu.header-length = 4\n", "bu.mh-type = 5\n", "bu.checksum = ba5c\n",
			"bu.sequence = 1\n",
		"bu.flags = A,H,K,R\n", "bu.lifetime = 3600 s\n", "bu.opt-padn.length = 0\n",
		"bu.opt-alternate-care-of-address.address = 2001:db8:c:1::200\n",
			"bu.opt-ipv4-home-address.prefix-length = 32\n",
		"bu.opt-ipv4-home-address.address = 0.0.0.0\n", NULL });
}

static void test_tree_pbu(void)
{
	shows(goldens[2].hex, (const char *const[]){
		"bu.flags = A,H,P\n", "bu.opt-mn-identifier.subtype = 1 (nai)\n",
		"bu.opt-mn-identifier.identifier = 0001010123456789@nai.epc.mnc001.mcc001.3gppnetwork.org\n",
		"bu.opt-home-network-prefix.prefix = ::/0\n",
		"bu.opt-handoff-indicator.indicator = 1 (attachment over a new interface)\n",
		"bu.opt-access-technology-type.technology = 8 (3gpp e-utran)\n",
		"bu.opt-timestamp.timestamp = 1700000000.500000000 s\n", "bu.opt-gre-key.key = 287454020\n",
		"bu.opt-service-selection.apn = internet\n", "bu.opt-vendor-specific.vendor-id = 10415\n",
		"bu.opt-vendor-specific.sub-type = 2 (3gpp specific pmipv6 error code)\n",
		"bu.opt-vendor-specific.error-code = 16 (request accepted)\n", NULL });
}

/* Everything about flows, which tshark leaves undissected. */
static void test_tree_flow(void)
{
	shows(goldens[10].hex, (const char *const[]){
		"bu.flags = A,H,K,R,O\n", "bu.opt-binding-identifier.bid = 1\n",
			"bu.opt-binding-identifier.priority = 10\n",
		"bu.opt-binding-identifier.care-of-address = 2001:db8:c:1::200\n",
			"bu.opt-flow-identification.fid = 1\n",
		"bu.opt-flow-identification.priority = 10\n",
			"bu.opt-flow-identification.sub-binding-reference.bid = 1\n",
		"bu.opt-flow-identification.sub-traffic-selector.format = 1\n",
		"bu.opt-flow-identification.sub-traffic-selector.destination-port = 80\n",
		"bu.opt-flow-identification.sub-traffic-selector.protocol = 6\n", NULL });
}

static void test_tree_wrong(void)
{
	char *text = shown("3b010500 0000 0001 c000 0010 02ff0001", 100);

	CU_ASSERT(strstr(text, "! fault at 112: an option runs past the end of the packet\n") != NULL);
	CU_ASSERT(strstr(text, "bu.lifetime = 64 s\n") != NULL);
	g_free(text);
	text = shown("3b000500 0000 0001", 0);
	CU_ASSERT(strstr(text, "! fault at 1: ") != NULL && !strstr(text, "bu.flags"));
	g_free(text);
	text = shown("3b03", 0);
	CU_ASSERT(strstr(text, "! fault at 2: ") != NULL);
	g_free(text);
}

static void test_tree_pco(void)
{
	shows("3b050500 0000 0001 c200 0010 0100 1317 000028af 0100 80 0007 00 0009 04 cb007101 000f 00 0003 00 0000"
		"01020000",
		(const char *const[]){
			"bu.opt-vendor-specific.sub-type = 1 (protocol configuration options)\n",
			"bu.opt-vendor-specific.pco-ha-ipv6-address.id = 7\n",
			"bu.opt-vendor-specific.pco-ha-ipv4-address.address = 203.0.113.1\n",
			"bu.opt-vendor-specific.pco-ifom-support.id = 15\n", NULL });
}

static void test_summaries(void)
{
	static const char *const want[GOLDENS] = {
		"BU seq 1 A,H,K,R lifetime 3600 s alt-CoA 2001:db8:c:1::200 HoA4 0.0.0.0",
		"BA seq 1 status 0 K,R lifetime 3600 s refresh 1800 s HoA4 192.0.2.100",
		"PBU seq 7 A,H,P lifetime 3600 s MN 0001010123456789@nai.epc.mnc001.mcc001.3gppnetwork.org "
		"HNP ::/0 HI 1 ATT 8 GRE 0x11223344 HoA4 0.0.0.0",
		"PBA seq 7 status 0 P lifetime 3600 s MN 0001010123456789@nai.epc.mnc001.mcc001.3gppnetwork.org "
		"HNP 2001:db8:a:1::/64 HI 1 ATT 8 GRE 0x55667788 HoA4 192.0.2.100",
		"BRI seq 21930 trigger 1 (administrative reason)",
		"BRA seq 21930 status 0",
		"HA Switch HA 2001:db8:f::2",
		"BE status 1 (unknown binding for home address destination option) HoA 2001:db8:a:1::100",
		"Heartbeat response seq 16909060 restart 5",
		"BU seq 2 A,H,K,R lifetime 3600 s CoA4 10.0.0.5 HoA4 0.0.0.0",
		"BU seq 3 A,H,K,R,O lifetime 3600 s BID 1 FID 1",
	};
	unsigned i;

	for (i = 0; i < GOLDENS; i++) {
		uint8_t p[MH_MAX];
		size_t n = octets_of(goldens[i].hex, p);
		char line[400];
		struct text t = text_on(line, sizeof line);
		struct mh_msg m;

		CU_ASSERT(mh_decode(p, n, &m, NULL));
		CU_ASSERT_EQUAL(mh_summary(&m, &t), strlen(want[i]));
		CU_ASSERT_STRING_EQUAL(line, want[i]);
		if (strcmp(line, want[i]))
			g_printerr("%s\n%s\n", line, want[i]);
	}
}

static const struct harness_test tests[] = {
	{ "a binding update shows every field", test_tree_bu },
	{ "a proxy binding update shows every option", test_tree_pbu },
	{ "flow bindings are shown down to the selectors", test_tree_flow },
	{ "faults are shown at their place", test_tree_wrong },
	{ "protocol configuration options are shown", test_tree_pco },
	{ "a message is summed up in one line", test_summaries },
};

int main(int argc, char **argv)
{
	return harness_main("wire_mh_print", tests, G_N_ELEMENTS(tests), argc, argv);
}
