/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The shared-prefix model of draft 02, Appendix B: two hosts with one address each of a prefix, at a MAG and its LMA.
 * Who is found by which address, whose packets pass, what is asked for by name, what comes back to the pool.
 */
#include "tests/unit/net_rig.h"

#include "proto/pmip_mag.h"

struct rig {
	struct net_rig *r;
	struct net_host *lma_host, *mag_host[2], *mn[2], *cn;
	struct net_iface *mni[2];
	struct moor_link *air[2];
	struct pmip_lma *lma;
	struct pmip_mag *mag[2];
	struct pmip_domain *domain;
};

static const struct net_profile agent = { .ipv6 = true, .dsmip_udp = true, .forward = true };
static const struct net_profile plain = { .ipv6 = true };

static struct imsi imsi_of(unsigned k)
{
	struct imsi i;

	imsi_parse(k ? "001010000000002" : "001010000000001", 15, 2, &i);
	return i;
}

static bool who(void *owner, const struct mac_addr *mac, struct pmip_host *out)
{
	struct rig *x = owner;

	for (unsigned k = 0; k < 2; k++)
		if (mac_eq(mac, moor_port_mac(net_iface_port(x->mni[k])))) {
			out->imsi = imsi_of(k);
			return true;
		}
	return false;
}

static void make_lma(struct rig *x, const char *shared, struct moor_link *core, struct moor_link *out)
{
	struct pmip_lma_config c;
	struct net_iface *i, *lo;

	pmip_lma_config_default(&c);
	c.lmaa = a6("2001:db8::1");
	c.hnp_pool = p6("2001:db8:a000::/48");
	if (shared)
		c.shared = p6(shared);
	x->lma_host = rig_host(x->r, "lma", &agent);
	i = rig_iface(x->r, x->lma_host, "core", core);
	lo = rig_iface(x->r, x->lma_host, "out", out);
	rig_address(i, "2001:db8::1", 64);
	rig_address(lo, "2001:db8:f::1", 64);
	x->lma = pmip_lma_new(x->lma_host, &c, true);
}

static void make_mags(struct rig *x, struct moor_link *core)
{
	static const char *const coas[] = { "2001:db8::a", "2001:db8::b" };

	for (unsigned k = 0; k < 2; k++) {
		struct pmip_mag_config c;
		struct net_iface *i, *access;

		pmip_mag_config_default(&c);
		c.proxy_coa = a6(coas[k]);
		c.lma.a6 = a6("2001:db8::1");
		c.who = who;
		c.owner = x;
		c.domain = x->domain;
		c.shared_prefix = true;
		x->mag_host[k] = rig_host(x->r, k ? "mag2" : "mag1", &agent);
		i = rig_iface(x->r, x->mag_host[k], "core", core);
		rig_address(i, coas[k], 64);
		rig_route(x->mag_host[k], "::/0", "2001:db8::1", i);
		access = rig_iface(x->r, x->mag_host[k], "access", NULL);
		moor_link_attach(x->air[k], net_iface_port(access), true);
		x->mag[k] = pmip_mag_new(x->mag_host[k], &c);
		pmip_mag_access(x->mag[k], access, MH_ATT_80211);
	}
}

static struct rig *rig_new(const char *shared)
{
	struct rig *x = g_new0(struct rig, 1);
	struct moor_link *core, *out;
	struct net_iface *ci;

	x->r = net_rig_new();
	x->domain = pmip_domain_new();
	core = rig_lan(x->r, "core", MOOR_MS, 1500);
	out = rig_lan(x->r, "out", MOOR_MS, 1500);
	make_lma(x, shared, core, out);
	for (unsigned k = 0; k < 2; k++) {
		x->air[k] = rig_lan(x->r, k ? "air2" : "air1", MOOR_MS, 1500);
		moor_link_isolate(x->air[k], true);
		x->mn[k] = rig_host(x->r, k ? "mn2" : "mn1", &net_profile_host);
		x->mni[k] = rig_iface(x->r, x->mn[k], "wlan", NULL);
		rig_bind(x->r, x->mn[k], 7000);
	}
	make_mags(x, core);
	x->cn = rig_host(x->r, "cn", &plain);
	ci = rig_iface(x->r, x->cn, "out", out);
	rig_address(ci, "2001:db8:f::c", 64);
	rig_route(x->cn, "::/0", "2001:db8:f::1", ci);
	rig_bind(x->r, x->cn, 7000);
	rig_run(x->r, MOOR_S);
	rig_clear(x->r);
	return x;
}

static void rig_done(struct rig *x)
{
	pmip_mag_free(x->mag[0]);
	pmip_mag_free(x->mag[1]);
	pmip_lma_free(x->lma);
	net_rig_free(x->r);
	pmip_domain_free(x->domain);
	g_free(x);
}

static void attach(struct rig *x, unsigned mn, unsigned mag)
{
	moor_link_attach(x->air[mag], net_iface_port(x->mni[mn]), false);
	rig_run(x->r, 4 * MOOR_S);
}

static bool bound(const struct rig *x, const char *addr, struct pmip_bce_view *v)
{
	struct ip6_addr a = a6(addr);

	return pmip_lma_binding(x->lma, &a, v);
}

/* A packet from that address to that one; true: it came. */
static bool passes(struct rig *x, struct net_host *from, const char *src, const char *dst)
{
	rig_clear(x->r);
	CU_ASSERT(rig_udp(x->r, from, src, dst, 7000, 40));
	rig_run(x->r, MOOR_S);
	return x->r->got->len == 1;
}

/* ---- tests ------------------------------------------------------------------------------------------------------- */

/* The whole address is the key at both ends: neither the prefix nor a neighbour's finds a session. */
static void test_one_address_each(void)
{
	struct rig *x = rig_new("2001:db8:5::/64");
	struct pmip_bule_view u;
	struct pmip_bce_view v;

	attach(x, 0, 0);
	attach(x, 1, 0);
	CU_ASSERT_FATAL(bound(x, "2001:db8:5::1", &v));
	CU_ASSERT(v.n_hnp == 1 && v.hnp[0].len == 128 && imsi_same(v.imsi, imsi_of(0)));
	CU_ASSERT_FATAL(bound(x, "2001:db8:5::2", &v) && imsi_same(v.imsi, imsi_of(1)));
	CU_ASSERT(!bound(x, "2001:db8:5::", &v) && !bound(x, "2001:db8:5::3", &v) && !bound(x, "2001:db8:5:0:1::1", &v));
	CU_ASSERT_FATAL(pmip_mag_binding(x->mag[0], imsi_of(1), 0, &u));
	CU_ASSERT(u.hnp[0].len == 128 && ip6_low64(&u.hnp[0].addr) == 2);
	CU_ASSERT_EQUAL(pmip_lma_prefixes(x->lma), 0);
	CU_ASSERT(!rig_ours(x->mn[0], "2001:db8:5::ff:fe00:3"));	/* nothing is made of the prefix */
	CU_ASSERT_EQUAL(rig_records(x->r, REC_BINDING, BINDING_REFUSED), 0);
	rig_done(x);
}

static void test_packets(void)
{
	struct rig *x = rig_new("2001:db8:5::/64");
	struct ip6_addr made_up = a6("2001:db8:5::ff:fe00:3"), stolen = a6("2001:db8:5::2");

	attach(x, 0, 0);
	attach(x, 1, 1);
	rig_address(x->mni[0], "2001:db8:5::1", 128);
	rig_address(x->mni[1], "2001:db8:5::2", 128);
	rig_run(x->r, 3 * MOOR_S);
	CU_ASSERT(passes(x, x->mn[0], "2001:db8:5::1", "2001:db8:f::c"));
	CU_ASSERT(passes(x, x->cn, NULL, "2001:db8:5::2"));
	CU_ASSERT(passes(x, x->mn[0], "2001:db8:5::1", "2001:db8:5::2"));	/* another MAG's */
	CU_ASSERT(!passes(x, x->cn, NULL, "2001:db8:5::3"));
	net_address_add_virtual(x->mn[0], &made_up);
	net_address_add_virtual(x->mn[0], &stolen);
	CU_ASSERT(!passes(x, x->mn[0], "2001:db8:5::ff:fe00:3", "2001:db8:f::c"));
	CU_ASSERT_EQUAL(rig_discards(x->r, "source-of-another"), 1);
	CU_ASSERT(!passes(x, x->mn[0], "2001:db8:5::2", "2001:db8:f::c"));
	CU_ASSERT_EQUAL(rig_discards(x->r, "source-of-another"), 1);
	rig_done(x);
}

/* The address stays through a handover; when it is given up it rests, and comes back when there is no other. */
static void test_moves_and_ends(void)
{
	struct rig *x = rig_new("2001:db8:5::/126");
	struct pmip_bce_view v;

	attach(x, 0, 0);
	attach(x, 1, 0);
	moor_link_detach(net_iface_port(x->mni[1]));
	attach(x, 1, 1);
	CU_ASSERT_FATAL(bound(x, "2001:db8:5::2", &v));
	CU_ASSERT(imsi_same(v.imsi, imsi_of(1)) && ip6_low64(&v.proxy_coa) == 0xb);
	CU_ASSERT_EQUAL(pmip_lma_entries(x->lma), 2);
	CU_ASSERT(pmip_mag_entries(x->mag[0]) == 1 && pmip_mag_entries(x->mag[1]) == 1);
	CU_ASSERT_EQUAL(pmip_lma_renumber(x->lma, imsi_of(1), NULL), 0);
	for (unsigned k = 3; k < 6; k++) {		/* 3, then 1 and 2 which had come back */
		moor_link_detach(net_iface_port(x->mni[0]));
		rig_run(x->r, 20 * MOOR_S);
		CU_ASSERT_EQUAL(pmip_lma_entries(x->lma), 1);
		attach(x, 0, 0);
		CU_ASSERT(bound(x, k % 2 ? "2001:db8:5::3" : "2001:db8:5::1", &v));
	}
	rig_done(x);
}

static void test_revoked(void)
{
	struct rig *x = rig_new("2001:db8:5::/64");
	struct pmip_bce_view v;

	attach(x, 0, 0);
	attach(x, 1, 0);
	CU_ASSERT_EQUAL(pmip_lma_revoke(x->lma, imsi_of(0), NULL, MH_BRI_ADMINISTRATIVE), 1);
	rig_run(x->r, 2 * MOOR_S);
	CU_ASSERT(!bound(x, "2001:db8:5::1", &v) && bound(x, "2001:db8:5::2", &v));
	CU_ASSERT_EQUAL(pmip_mag_bindings(x->mag[0]), 1);
	rig_done(x);
}

/* An LMA that has no shared prefix gives what it has. */
static void test_not_shared(void)
{
	struct rig *x = rig_new(NULL);
	struct pmip_bce_view v;

	attach(x, 0, 0);
	CU_ASSERT_FATAL(bound(x, "2001:db8:a000::7", &v) && v.hnp[0].len == 64);
	CU_ASSERT(rig_ours(x->mn[0], "2001:db8:a000::ff:fe00:3"));
	pmip_mag_refresh(x->mag[0], imsi_of(0));
	rig_run(x->r, MOOR_S);
	CU_ASSERT_EQUAL(rig_records(x->r, REC_BINDING, BINDING_REFUSED), 0);
	CU_ASSERT_EQUAL(pmip_lma_entries(x->lma), 1);
	rig_done(x);
}

static const struct harness_test tests[] = {
	{ "one address each", test_one_address_each },
	{ "whose packets pass", test_packets },
	{ "an address moves and ends", test_moves_and_ends },
	{ "one of two is revoked", test_revoked },
	{ "no prefix is shared", test_not_shared },
};

int main(int argc, char **argv)
{
	return harness_main("pmip_shared", tests, G_N_ELEMENTS(tests), argc, argv);
}
