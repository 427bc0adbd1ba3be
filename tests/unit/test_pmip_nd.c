/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The router that a MAG is to its mobile nodes: octets of its advertisements and of its answers to solicitations, whom
 * they go to, addresses that collide, prefixes that are withdrawn or replaced, guests, sizes, congestion marks.
 */
#include "tests/unit/net_rig.h"

#include "proto/pmip_mag.h"

#define IMSI_A "001010000000001"
#define IMSI_B "001010000000002"
#define POOL "2001:db8:a000::/48"
#define GUESTS "2001:db8:77::/64"

struct rig {
	struct net_rig *r;
	struct net_host *lma_host, *mag_host[2], *mn[3], *cn;
	struct net_iface *mni[3], *access[2], *lma_core;
	struct moor_link *air[2], *core;
	struct pmip_lma *lma;
	struct pmip_mag *mag[2];
	struct pmip_domain *domain;
};

typedef void tune_fn(struct pmip_lma_config *lma, struct pmip_mag_config *mag);

static const struct net_profile agent = { .ipv4 = true, .ipv6 = true, .dsmip_udp = true, .forward = true };
static const struct net_profile plain = { .ipv4 = true, .ipv6 = true };

static struct imsi imsi_of(unsigned k)
{
	struct imsi i;

	imsi_parse(k ? IMSI_B : IMSI_A, 15, 2, &i);
	return i;
}

/* The third host is nobody's subscriber. */
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

static void make_lma(struct rig *x, tune_fn *tune, struct moor_link *out)
{
	struct pmip_mag_config unused;
	struct pmip_lma_config c;
	struct net_iface *lo;

	pmip_lma_config_default(&c);
	pmip_mag_config_default(&unused);
	c.lmaa = a6("2001:db8::1");
	c.hnp_pool = p6(POOL);
	if (tune)
		tune(&c, &unused);
	x->lma_host = rig_host(x->r, "lma", &agent);
	x->lma_core = rig_iface(x->r, x->lma_host, "core", x->core);	/* 02:00:00:00:00:01 */
	lo = rig_iface(x->r, x->lma_host, "out", out);
	rig_address(x->lma_core, "2001:db8::1", 64);
	rig_address(lo, "2001:db8:f::1", 64);
	rig_route(x->lma_host, GUESTS, "2001:db8::a", x->lma_core);
	x->lma = pmip_lma_new(x->lma_host, &c, true);
}

/* The access interfaces are 02:00:00:00:00:07 and :09. */
static void make_mags(struct rig *x, tune_fn *tune)
{
	static const char *const coas[] = { "2001:db8::a", "2001:db8::b" };

	for (unsigned k = 0; k < 2; k++) {
		struct pmip_lma_config unused;
		struct pmip_mag_config c;
		struct net_iface *i;

		pmip_mag_config_default(&c);
		pmip_lma_config_default(&unused);
		c.proxy_coa = a6(coas[k]);
		c.lma.a6 = a6("2001:db8::1");
		c.who = who;
		c.owner = x;
		c.domain = x->domain;
		if (tune)
			tune(&unused, &c);
		x->mag_host[k] = rig_host(x->r, k ? "mag2" : "mag1", &agent);
		i = rig_iface(x->r, x->mag_host[k], "core", x->core);
		rig_address(i, coas[k], 64);
		rig_route(x->mag_host[k], "::/0", "2001:db8::1", i);
		x->access[k] = rig_iface(x->r, x->mag_host[k], "access", NULL);
		moor_link_attach(x->air[k], net_iface_port(x->access[k]), true);
		x->mag[k] = pmip_mag_new(x->mag_host[k], &c);
		pmip_mag_access(x->mag[k], x->access[k], MH_ATT_80211);
	}
}

/* The hosts are 02:00:00:00:00:03 to :05. */
static struct rig *rig_with(tune_fn *tune, const struct net_profile *host)
{
	static const char *const names[] = { "mn1", "mn2", "guest" };
	struct rig *x = g_new0(struct rig, 1);
	struct moor_link *out;
	struct net_iface *ci;

	x->r = net_rig_new();
	x->domain = pmip_domain_new();
	x->core = rig_lan(x->r, "core", MOOR_MS, 1500);
	out = rig_lan(x->r, "out", MOOR_MS, 1500);
	make_lma(x, tune, out);
	for (unsigned k = 0; k < 2; k++) {
		x->air[k] = rig_lan(x->r, k ? "air2" : "air1", MOOR_MS, 1500);
		moor_link_isolate(x->air[k], true);
	}
	for (unsigned k = 0; k < 3; k++) {
		x->mn[k] = rig_host(x->r, names[k], host);
		x->mni[k] = rig_iface(x->r, x->mn[k], "wlan", NULL);
		rig_bind(x->r, x->mn[k], 7000);
	}
	make_mags(x, tune);
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

/* An IPv6 packet, written with spaces for the reader. */
static bool is(const struct ip6_packet *k, const char *hex)
{
	GString *have = g_string_new(NULL);
	unsigned n = 0;
	bool same;

	for (uint32_t j = 0; j < k->len; j++)
		g_string_append_printf(have, "%02x", k->p[j]);
	same = true;
	for (const char *p = hex; *p; p++)
		if (*p != ' ')
			same = same && n < have->len && have->str[n++] == *p;
	same = same && n == have->len;
	if (!same)
		printf("have %s\n", have->str);
	g_string_free(have, TRUE);
	return same;
}

/* ---- octets ------------------------------------------------------------------------------------------------------ */

static void fixed(struct pmip_lma_config *lma, struct pmip_mag_config *mag)
{
	(void)lma;
	mag->fixed_link_local = a6("fe80::1");
}

/* [RFC 4861 4.2, 4.6.1, 4.6.4, 4.6.2] from fe80::1 to all nodes, at the host's link-layer address */
static const char advert_octets[] =
	"60000000 0040 3a ff  fe800000000000000000000000000001 ff020000000000000000000000000001 "
	"86 00 CSUM 40 00 0708 00000000 00000000  0101 020000000007  0501 0000 000005ac "
	"0304 40 c0 ffffffff ffffffff 00000000 20010db8a00000000000000000000000";

/* [RFC 4861 4.4, 4.6.1] router, solicited, override */
static const char answer_octets[] =
	"60000000 0020 3a ff  fe800000000000000000000000000001 fe80000000000000000000fffe000003 "
	"88 00 CSUM e0000000 fe800000000000000000000000000001  0201 020000000007";

/* With the checksum that is right for the packet [RFC 4443 2.3]. */
static bool is_icmp(const struct ip6_packet *k, const char *template)
{
	const char *at = strstr(template, "CSUM");
	char *hex = g_strdup_printf("%.*s%02x%02x%s", (int)(at - template), template, k->upper[2], k->upper[3], at + 4);
	bool same = is(k, hex) && ip6_upper_csum_ok(k);

	g_free(hex);
	return same;
}

static void solicit(struct rig *x, unsigned mn, const char *target)
{
	struct ip6_addr src = ip6_link_local(mac_iid(moor_port_mac(net_iface_port(x->mni[mn])))), dst = a6(target);
	struct icmp6 m = { .type = ICMP6_T_NS, .target = dst };
	struct net_send s = { .src = src, .dst = dst, .next_header = PROTO_ICMP6, .hop_limit = 255, .via = x->mni[mn] };
	struct moor_pkt *p = moor_pkt_new(x->r->w, 24);

	icmp6_encode(&m, &src, &dst, p->data, p->len);
	net_neighbour_set(x->mni[mn], &dst, moor_port_mac(net_iface_port(x->access[0])));
	net_send6(x->mn[mn], p, &s);
	rig_run(x->r, MOOR_S);
}

static void test_octets(void)
{
	struct rig *x = rig_with(fixed, &net_profile_host);
	struct ip6_packet k;
	struct icmp6 m;

	attach(x, 0, 0);
	CU_ASSERT_FATAL(rig_icmp6(x->r, x->mag_host[0], ICMP6_T_RA, 0, &k, &m, NULL));
	CU_ASSERT(is_icmp(&k, advert_octets));
	CU_ASSERT(!memcmp(k.p - 14, "\2\0\0\0\0\3", 6) && !memcmp(k.p - 8, "\2\0\0\0\0\7", 6));
	rig_clear(x->r);
	solicit(x, 0, "fe80::1");
	CU_ASSERT_FATAL(rig_icmp6(x->r, x->mag_host[0], ICMP6_T_NA, 0, &k, &m, NULL));
	CU_ASSERT(is_icmp(&k, answer_octets));
	CU_ASSERT(!memcmp(k.p - 14, "\2\0\0\0\0\3", 6));
	rig_done(x);
}

/* ---- whose router it is ------------------------------------------------------------------------------------------ */

static struct ip6_addr router_of(const struct rig *x, unsigned mn)
{
	struct ip6_addr a = ip6_any;

	CU_ASSERT(net_default_router(x->mni[mn], false, &a));
	return a;
}

/* Negotiated ones: each host has its own router, which answers it alone, at both gateways. */
static void test_negotiated(void)
{
	struct rig *x = rig_with(NULL, &net_profile_host);
	struct ip6_addr one, two, again;
	struct pmip_bce_view e;
	char text[ADDR_TEXT_MAX];
	uint32_t at = 0;

	attach(x, 0, 0);
	attach(x, 1, 0);
	one = router_of(x, 0);
	two = router_of(x, 1);
	CU_ASSERT(!ip6_eq(&one, &two));
	CU_ASSERT(pmip_lma_binding_next(x->lma, &at, &e) && (ip6_eq(&e.link_local, &one) || ip6_eq(&e.link_local, &two)));
	rig_clear(x->r);
	ip6_text(&one, text);
	solicit(x, 0, text);
	CU_ASSERT_EQUAL(rig_icmp6_count(x->r, x->mag_host[0], ICMP6_T_NA), 1);
	rig_ping(x->r, x->mn[0], NULL, text, 40);		/* and is a host like any other */
	rig_run(x->r, MOOR_S);
	CU_ASSERT_EQUAL(x->r->got->len, 1);
	ip6_text(&two, text);
	solicit(x, 0, text);
	CU_ASSERT_EQUAL(rig_icmp6_count(x->r, x->mag_host[0], ICMP6_T_NA), 1);
	moor_link_detach(net_iface_port(x->mni[0]));
	rig_run(x->r, MOOR_S);
	attach(x, 0, 1);
	again = router_of(x, 0);
	CU_ASSERT(ip6_eq(&one, &again));
	rig_done(x);
}

/* Asked before the LMA has answered it says nothing. */
static void test_not_before(void)
{
	struct rig *x = rig_with(NULL, &net_profile_host);

	moor_link_detach(net_iface_port(x->lma_core));
	attach(x, 0, 0);
	CU_ASSERT(rig_icmp6_count(x->r, x->mn[0], ICMP6_T_RS) >= 1);
	CU_ASSERT_EQUAL(rig_icmp6_count(x->r, x->mag_host[0], ICMP6_T_RA), 0);
	moor_link_attach(x->core, net_iface_port(x->lma_core), false);
	rig_run(x->r, 40 * MOOR_S);
	CU_ASSERT(rig_icmp6_count(x->r, x->mag_host[0], ICMP6_T_RA) >= 1);
	rig_done(x);
}

static void own(struct pmip_lma_config *lma, struct pmip_mag_config *mag)
{
	(void)lma;
	mag->link_local_option = false;
	mag->withdraw_router = true;
}

static const struct net_profile stays = {
	.ipv4 = true, .ipv6 = true, .dad = true, .accept_rd = true, .same_link = true
};

/* The second gateway is another router, and says so of the first. */
static void test_taken_back(void)
{
	struct rig *x = rig_with(own, &stays);
	struct ip6_addr first, second;
	struct ip6_packet k;
	struct icmp6 m;

	attach(x, 0, 0);
	first = router_of(x, 0);
	moor_link_detach(net_iface_port(x->mni[0]));
	rig_run(x->r, 50 * MOOR_MS);
	rig_clear(x->r);
	moor_link_attach(x->air[1], net_iface_port(x->mni[0]), false);
	rig_run(x->r, 200 * MOOR_MS);
	second = router_of(x, 0);
	CU_ASSERT(!ip6_eq(&first, &second));
	CU_ASSERT_FATAL(rig_icmp6(x->r, x->mag_host[1], ICMP6_T_RA, 1, &k, &m, NULL));
	CU_ASSERT(ip6_eq(&k.h.src, &first) && !m.router_lifetime && !m.opts.n_prefixes);
	CU_ASSERT_EQUAL(rig_records(x->r, REC_ADDRESS, ADDRESS_TENTATIVE), 0);
	rig_done(x);
}

/* ---- collisions -------------------------------------------------------------------------------------------------- */

static void clash(struct pmip_lma_config *lma, struct pmip_mag_config *mag)
{
	lma->mag_link_local = a6("fe80::ff:fe00:3");		/* that of 02:00:00:00:00:03 */
	mag->snoop = true;
}

static void test_collision(void)
{
	struct rig *x = rig_with(clash, &net_profile_host);
	struct ip6_addr its = a6("fe80::ff:fe00:3"), router;
	struct pmip_bce_view e;
	uint32_t at = 0;

	attach(x, 0, 0);
	CU_ASSERT(rig_ours(x->mn[0], "fe80::ff:fe00:3"));
	router = router_of(x, 0);
	CU_ASSERT(!ip6_eq(&router, &its));
	CU_ASSERT_FATAL(pmip_lma_binding_next(x->lma, &at, &e));
	CU_ASSERT(ip6_eq(&e.link_local, &router));
	CU_ASSERT_EQUAL(rig_records(x->r, REC_BINDING, BINDING_REFRESHED), 2);	/* told at once, by both ends */
	rig_done(x);
}

static void upload(struct pmip_lma_config *lma, struct pmip_mag_config *mag)
{
	lma->drift = mag->drift = PMIP_DRAFT02;
	mag->snoop = true;
}

static void test_upload(void)
{
	struct rig *x = rig_with(upload, &net_profile_host);
	struct ip6_addr its = a6("fe80::ff:fe00:3");
	struct pmip_bce_view e;
	uint32_t at = 0;

	attach(x, 0, 0);
	CU_ASSERT_FATAL(pmip_lma_binding_next(x->lma, &at, &e));
	CU_ASSERT(ip6_eq(&e.link_local, &its));
	rig_done(x);
}

/* ---- prefixes ---------------------------------------------------------------------------------------------------- */

static void test_withdrawn(void)
{
	struct rig *x = rig_with(NULL, &net_profile_host);
	struct ip6_packet k;
	struct icmp6 m;

	attach(x, 0, 0);
	rig_clear(x->r);
	pmip_mag_end(x->mag[0], imsi_of(0));
	rig_run(x->r, MOOR_S);
	CU_ASSERT_FATAL(rig_icmp6(x->r, x->mag_host[0], ICMP6_T_RA, 0, &k, &m, NULL));
	CU_ASSERT(m.opts.n_prefixes == 1 && !m.opts.prefixes[0].valid && !m.opts.prefixes[0].preferred);
	CU_ASSERT_EQUAL(rig_records(x->r, REC_ADDRESS, ADDRESS_DEPRECATED), 1);
	CU_ASSERT_EQUAL(pmip_mag_entries(x->mag[0]), 0);
	rig_done(x);
}

static void test_renumbered(void)
{
	struct rig *x = rig_with(NULL, &net_profile_host);
	struct ip6_addr old = a6("2001:db8:a000::"), fresh = a6("2001:db8:a000:1::"), a;
	struct pmip_bce_view e;
	struct ip6_packet k;
	struct icmp6 m;

	attach(x, 0, 0);
	rig_clear(x->r);
	CU_ASSERT_EQUAL(pmip_lma_renumber(x->lma, imsi_of(1), NULL), 0);
	CU_ASSERT_EQUAL(pmip_lma_renumber(x->lma, imsi_of(0), NULL), 1);
	CU_ASSERT_EQUAL(pmip_lma_renumber(x->lma, imsi_of(0), NULL), 0);	/* one at a time */
	rig_run(x->r, 3 * MOOR_S);
	CU_ASSERT_FATAL(rig_icmp6(x->r, x->mag_host[0], ICMP6_T_RA, 0, &k, &m, NULL));
	CU_ASSERT(m.opts.n_prefixes == 2 && ip6_eq(&m.opts.prefixes[0].addr, &fresh) && m.opts.prefixes[0].valid);
	CU_ASSERT(ip6_eq(&m.opts.prefixes[1].addr, &old) && !m.opts.prefixes[1].valid);
	CU_ASSERT(net_address_global(x->mni[0], false, &a) && ip6_high64(&a) == ip6_high64(&fresh));
	CU_ASSERT(!pmip_lma_binding(x->lma, &old, &e) && pmip_lma_binding(x->lma, &fresh, &e) && e.n_hnp == 1);
	CU_ASSERT_EQUAL(pmip_lma_prefixes(x->lma), 1);
	CU_ASSERT(rig_udp(x->r, x->mn[0], NULL, "2001:db8:f::c", 7000, 40));
	rig_run(x->r, MOOR_S);
	CU_ASSERT_EQUAL(x->r->got->len, 1);
	rig_done(x);
}

/* Nobody answers: the prefix goes back to the pool, the session stays as it is. */
static void test_not_renumbered(void)
{
	struct rig *x = rig_with(NULL, &net_profile_host);
	struct ip6_addr old = a6("2001:db8:a000::");
	struct pmip_bce_view e;

	attach(x, 0, 0);
	moor_link_detach(net_iface_port(net_iface_find(x->mag_host[0], "core")));
	CU_ASSERT_EQUAL(pmip_lma_renumber(x->lma, imsi_of(0), NULL), 1);
	CU_ASSERT_EQUAL(pmip_lma_prefixes(x->lma), 2);
	rig_run(x->r, 3 * MOOR_S);
	CU_ASSERT_EQUAL(pmip_lma_prefixes(x->lma), 1);
	CU_ASSERT(pmip_lma_binding(x->lma, &old, &e));
	rig_done(x);
}

/* ---- guests ------------------------------------------------------------------------------------------------------ */

static void test_guests(void)
{
	struct rig *x = rig_with(NULL, &net_profile_host);
	struct ip6_prefix p = p6(GUESTS);
	struct ip6_packet k;
	struct icmp6 m;

	pmip_mag_guests(x->mag[0], x->access[0], &p);
	attach(x, 2, 0);
	CU_ASSERT_FATAL(rig_icmp6(x->r, x->mag_host[0], ICMP6_T_RA, 0, &k, &m, NULL));
	CU_ASSERT(m.opts.n_prefixes == 1 && ip6_eq(&m.opts.prefixes[0].addr, &p.addr) && !m.opts.prefixes[0].on_link);
	CU_ASSERT(rig_ours(x->mn[2], "2001:db8:77::ff:fe00:5"));
	CU_ASSERT(rig_udp(x->r, x->mn[2], NULL, "2001:db8:f::c", 7000, 40));
	CU_ASSERT(rig_udp(x->r, x->cn, NULL, "2001:db8:77::ff:fe00:5", 7000, 40));
	rig_run(x->r, MOOR_S);
	CU_ASSERT_EQUAL(x->r->got->len, 2);
	CU_ASSERT(rig_got(x->r, 0) && rig_got(x->r, 0)->outer.encap == ENCAP_PLAIN);
	attach(x, 0, 0);
	CU_ASSERT(!rig_ours(x->mn[0], "2001:db8:77::ff:fe00:3"));
	CU_ASSERT(rig_ours(x->mn[0], "2001:db8:a000::ff:fe00:3"));
	rig_done(x);
}

/* The LMA says that it is not for this host, until it changes its mind [RFC 5213 6.9.2 point 2]. */
static void test_refused_guest(void)
{
	struct rig *x = rig_with(NULL, &net_profile_host);
	struct ip6_prefix p = p6(GUESTS);

	pmip_mag_guests(x->mag[0], x->access[0], &p);
	pmip_lma_settings(x->lma)->enabled = false;
	attach(x, 0, 0);
	CU_ASSERT(rig_ours(x->mn[0], "2001:db8:77::ff:fe00:3"));
	CU_ASSERT(rig_udp(x->r, x->mn[0], NULL, "2001:db8:f::c", 7000, 40));
	rig_run(x->r, MOOR_S);
	CU_ASSERT_EQUAL(x->r->got->len, 1);
	pmip_lma_settings(x->lma)->enabled = true;
	rig_clear(x->r);
	pmip_mag_refresh(x->mag[0], imsi_of(0));
	rig_run(x->r, 3 * MOOR_S);
	CU_ASSERT(rig_ours(x->mn[0], "2001:db8:a000::ff:fe00:3"));
	CU_ASSERT_EQUAL(rig_records(x->r, REC_ADDRESS, ADDRESS_DEPRECATED), 1);
	CU_ASSERT(rig_udp(x->r, x->mn[0], "2001:db8:77::ff:fe00:3", "2001:db8:f::c", 7000, 40));
	rig_run(x->r, MOOR_S);
	CU_ASSERT_EQUAL(rig_discards(x->r, "source-of-another"), 1);
	rig_done(x);
}

/* Nobody sends in another's name: neither a guest nor another subscriber. */
static void test_names(void)
{
	struct rig *x = rig_with(NULL, &net_profile_host);
	struct ip6_addr stolen = a6("2001:db8:a000::ff:fe00:3");

	attach(x, 0, 0);
	attach(x, 1, 0);
	net_address_add_virtual(x->mn[1], &stolen);
	rig_clear(x->r);
	CU_ASSERT(rig_udp(x->r, x->mn[1], "2001:db8:a000::ff:fe00:3", "2001:db8:f::c", 7000, 40));
	rig_run(x->r, MOOR_S);
	CU_ASSERT_EQUAL(rig_discards(x->r, "source-of-another"), 1);
	CU_ASSERT(rig_udp(x->r, x->mn[0], "fe80::ff:fe00:3", "2001:db8:f::c", 7000, 40));	/* [R5213d-6.10.6-08] */
	rig_run(x->r, MOOR_S);
	CU_ASSERT_EQUAL(rig_discards(x->r, "beyond-scope"), 1);
	CU_ASSERT_EQUAL(x->r->got->len, 0);
	rig_done(x);
}

/* ---- packets ----------------------------------------------------------------------------------------------------- */

static void send_marked(struct rig *x, uint8_t ecn)
{
	struct net_send s = { .dst = a6("2001:db8:f::c"), .traffic_class = ecn };
	struct moor_pkt *p = moor_pkt_new(x->r->w, 40);

	memset(p->data, 0, p->len);
	net_udp_send(x->mn[0], p, &s, 7000, 7000);
	rig_run(x->r, MOOR_S);
}

/* The last IPv6 packet of this protocol that h sent; NULL: none. */
static const struct rig_frame *last_sent(const struct rig *x, const struct net_host *h, uint8_t protocol)
{
	for (unsigned k = x->r->frames->len; k-- > 0; ) {
		const struct rig_frame *f = &g_array_index(x->r->frames, struct rig_frame, k);

		if (f->sent && f->node == moor_node_id(net_host_node(h)) && f->octets[14 + 6] == protocol)
			return f;
	}
	return NULL;
}

/* [RFC 3168 9.1] in, and out again with a mark that the outer header got on its way */
static void test_congestion(void)
{
	static const uint8_t outside[4] = { 0, 1, 2, 2 };
	struct rig *x = rig_with(NULL, &net_profile_host);
	const struct rig_frame *f;
	uint8_t packet[200];
	uint32_t len;

	attach(x, 0, 0);
	send_marked(x, 0);					/* whoever is not known yet is asked for */
	for (uint8_t ecn = 0; ecn < 4; ecn++) {
		rig_clear(x->r);
		send_marked(x, ecn);
		f = last_sent(x, x->mag_host[0], PROTO_GRE);
		CU_ASSERT_FATAL(f && f->len < sizeof packet);
		CU_ASSERT_EQUAL(f->octets[15] >> 4 & 3, outside[ecn]);
		CU_ASSERT_EQUAL(f->octets[14 + 48 + 1] >> 4 & 3, ecn);
		len = f->len - 14;
		memcpy(packet, f->octets + 14, len);
		packet[1] |= 0x30;
		rig_clear(x->r);
		rig_inject(x->r, x->lma_core, ETYPE_IP6, packet, len);
		rig_run(x->r, MOOR_S);
		f = last_sent(x, x->lma_host, PROTO_UDP);
		CU_ASSERT_FATAL(f != NULL);
		CU_ASSERT_EQUAL(f->octets[15] >> 4 & 3, ecn ? 3 : 0);
	}
	rig_done(x);
}

static const struct harness_test tests[] = {
	{ "octets of an advertisement and of an answer", test_octets },
	{ "a router for each host", test_negotiated },
	{ "nothing before the registration", test_not_before },
	{ "the router before is taken back", test_taken_back },
	{ "a collision, and the LMA is told", test_collision },
	{ "the host's address is uploaded", test_upload },
	{ "withdrawn", test_withdrawn },
	{ "renumbered", test_renumbered },
	{ "not renumbered", test_not_renumbered },
	{ "guests", test_guests },
	{ "a guest by the LMA's word", test_refused_guest },
	{ "nobody sends in another's name", test_names },
	{ "explicit congestion notification", test_congestion },
};

int main(int argc, char **argv)
{
	return harness_main("pmip_nd", tests, G_N_ELEMENTS(tests), argc, argv);
}
