/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is changed in a captured message before it goes to a live peer: addresses wherever options have them, and
 * timestamps; all other octets stay. The rest of it needs an interface (tests/live/test_inject.py).
 */
#include "tests/unit/harness.h"

#include <string.h>

#include "emu/inject.h"

static struct inject with(const char *const *maps)
{
	struct inject in = { .maps = g_array_new(FALSE, FALSE, sizeof(struct inject_map)) };
	struct inject_map m;

	for (; *maps; maps++) {
		CU_ASSERT(inject_map_parse(*maps, &m, NULL));
		g_array_append_val(in.maps, m);
	}
	return in;
}

static struct ip6_addr a6(const char *text)
{
	struct ip6_addr a = ip6_any;
	struct ip4_addr four;

	if (!ip6_parse(text, &a) && ip4_parse(text, &four))
		a = ip6_mapped(four);
	CU_ASSERT_FALSE(ip6_is_zero(&a));
	return a;
}

static void becomes(const struct inject *in, const char *old, const char *now)
{
	struct ip6_addr got = inject_address(in, a6(old)), want = a6(now);

	CU_ASSERT(ip6_eq(&got, &want));
}

static void test_addresses(void)
{
	static const char *const maps[] = { "2001:db8:a::7=2001:db8:b::1", "2001:db8:a::/64=2001:db8:b::/64",
		"10.1.0.0/16=192.168.0.0/16", "192.0.2.1=192.0.2.9", NULL };
	struct inject in = with(maps);

	becomes(&in, "2001:db8:a::7", "2001:db8:b::1");
	becomes(&in, "2001:db8:a::8:7", "2001:db8:b::8:7");
	becomes(&in, "2001:db8:a:1::7", "2001:db8:a:1::7");
	becomes(&in, "10.1.2.3", "192.168.2.3");
	becomes(&in, "10.2.2.3", "10.2.2.3");
	becomes(&in, "192.0.2.1", "192.0.2.9");
	g_array_free(in.maps, TRUE);
}

static void test_maps_that_are_none(void)
{
	static const char *const wrong[] = { "", "=", "::1", "::1=", "=::1", "::1=10.0.0.1", "10.0.0.1=::1", "::/64=::/48",
		"10.0.0.0/8=10.0.0.1", "a=b", "::1=::2=::3", "::/129=::/129" };
	struct inject_map m;

	for (unsigned k = 0; k < G_N_ELEMENTS(wrong); k++) {
		GError *e = NULL;

		CU_ASSERT_FALSE(inject_map_parse(wrong[k], &m, &e));
		CU_ASSERT(e && strstr(e->message, "--map"));
		g_clear_error(&e);
	}
}

/* A BU with an alternate care-of address, a home network prefix, an IPv4 care-of address and what nobody knows. */
static void test_options(void)
{
	static const char *const maps[] = { "2001:db8:f::/64=2001:db8:e::/64", "198.51.100.0/24=203.0.113.0/24", NULL };
	struct inject in = with(maps);
	struct mh_msg m, got;
	struct mh_opt *o;
	uint8_t mh[200], before[200];
	size_t n;

	mh_start(&m, MH_BU);
	m.bu.seq = 7;
	mh_add(&m, MH_OPT_ALT_COA)->ip6 = a6("2001:db8:f::99");
	o = mh_add(&m, MH_OPT_HNP);
	o->prefix.len = 64;
	o->prefix.addr = a6("2001:db8:f::");
	mh_add(&m, MH_OPT_IP4_COA)->ip4 = (struct ip4_addr){ { 198, 51, 100, 5 } };
	mh_add(&m, MH_OPT_TIMESTAMP)->stamp = mh_stamp_from_ns(UINT64_C(1000000000000));
	n = mh_encode(&m, mh, sizeof mh);
	CU_ASSERT_FATAL(n > 0);
	memcpy(before, mh, n);
	inject_options_moved(&in, mh, (uint32_t)n);
	inject_set_stamp(mh, (uint32_t)n, mh_stamp_from_ns(UINT64_C(2000000000000)));
	mh_decode(mh, n, &got, NULL);
	m.opt[0].ip6 = a6("2001:db8:e::99");
	m.opt[1].prefix.addr = a6("2001:db8:e::");
	m.opt[2].ip4 = (struct ip4_addr){ { 203, 0, 113, 5 } };
	m.opt[3].stamp = mh_stamp_from_ns(UINT64_C(2000000000000));
	CU_ASSERT_EQUAL(mh_encode(&m, before, sizeof before), n);
	CU_ASSERT(!memcmp(mh, before, n));
	CU_ASSERT_EQUAL(got.bu.seq, 7);
	/* cut anywhere it is left alone or changed within its octets */
	for (size_t k = 0; k < n; k++) {
		uint8_t *part = g_memdup2(mh, k);

		inject_options_moved(&in, part, (uint32_t)k);
		inject_set_stamp(part, (uint32_t)k, mh_stamp_from_ns(0));
		g_free(part);
	}
	g_array_free(in.maps, TRUE);
}

static const struct harness_test tests[] = {
	{ "addresses and prefixes, the first that fits", test_addresses },
	{ "what is no pair of addresses is refused", test_maps_that_are_none },
	{ "options keep everything but what must change", test_options },
};

int main(int argc, char **argv)
{
	return harness_main("inject", tests, G_N_ELEMENTS(tests), argc, argv);
}
