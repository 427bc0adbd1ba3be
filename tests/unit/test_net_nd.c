/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Neighbour and router discovery on a link: duplicate address detection, solicitations and advertisements with
 * their times, lifetimes, and movement detection in all its ways.
 */
#include "tests/unit/net_rig.h"

static const struct net_profile host = { .ipv4 = true, .ipv6 = true, .dad = true, .accept_rd = true,
					.missed_adverts = 3 };

static struct router_advert advert_of(const char *prefix)
{
	struct router_advert a = router_advert_default;

	a.n = 1;
	a.prefixes[0] = (struct router_prefix){ p6(prefix), true, true, false, 86400, 43200 };
	return a;
}

struct scene {
	struct net_rig *r;
	struct moor_link *lan;
	struct net_host *h, *router;
	struct net_iface *i, *ri;
};

/* A router that answers at once and advertises nothing by itself, and a host that asks at once. */
static struct scene scene_new(const struct net_profile *profile, struct timer_set *t)
{
	struct scene s = { .r = net_rig_new() };

	if (t) {
		timer_set_default(t);
		t->v[T_RS_DELAY] = 0;
	}
	s.lan = rig_lan(s.r, "lan", MOOR_MS, 1500);
	s.router = rig_host(s.r, "router", &net_profile_router);
	s.ri = rig_iface(s.r, s.router, "lan", s.lan);
	s.h = rig_host(s.r, "host", profile);
	s.i = rig_iface(s.r, s.h, "eth0", NULL);
	rig_listen(s.r, s.h);
	rig_run(s.r, MOOR_S);
	return s;
}

static void attach(struct scene *s)
{
	rig_clear(s->r);
	moor_link_attach(s->lan, net_iface_port(s->i), false);
}

static bool is_address(const struct rig_event *e, const char *addr, enum rec_address what, moor_time at)
{
	struct ip6_addr a = a6(addr);

	return e && ip6_eq(&e->addr, &a) && e->address == what && e->at == at;
}

/* Attached at 1 s: RS at once, RA after 2 ms, link-local usable after 1 s, global one 1 s after the RA. */
static void test_autoconfiguration(void)
{
	struct timer_set t;
	struct net_profile p = host;
	struct scene s;
	struct router_advert a;
	struct ip6_packet k;
	struct icmp6 m;
	struct ip6_addr out;
	moor_time at;

	p.timers = &t;
	s = scene_new(&p, &t);
	a = advert_of("2001:db8:5::/64");
	a.unsolicited = false;
	a.reply_delay_max = 0;
	router_advertise(s.ri, &a);
	attach(&s);
	rig_run(s.r, MOOR_S / 2);
	CU_ASSERT(!net_address_global(s.i, false, &out));
	rig_run(s.r, 10 * MOOR_S);
	CU_ASSERT_EQUAL(rig_icmp6_count(s.r, s.h, ICMP6_T_RS), 1);
	CU_ASSERT(rig_icmp6(s.r, s.h, ICMP6_T_RS, 0, &k, &m, &at) && at == MOOR_S && ip6_is_zero(&k.h.src));
	CU_ASSERT(!m.opts.has_slla);
	CU_ASSERT(rig_icmp6(s.r, s.router, ICMP6_T_RA, 0, &k, &m, &at) && at == MOOR_S + MOOR_MS);
	CU_ASSERT(ip6_eq(&k.h.dst, &ip6_all_nodes) && m.opts.has_slla && m.opts.n_prefixes == 1);
	CU_ASSERT_EQUAL(rig_icmp6_count(s.r, s.h, ICMP6_T_NS), 2);	/* one probe for each address */
	CU_ASSERT(rig_icmp6(s.r, s.h, ICMP6_T_NS, 0, &k, &m, &at) && ip6_is_zero(&k.h.src) && !m.opts.has_slla);
	CU_ASSERT_EQUAL(rig_events(s.r, "up"), 1);
	CU_ASSERT(is_address(rig_event(s.r, "address", 0), "fe80::ff:fe00:2", ADDRESS_TENTATIVE, MOOR_S));
	CU_ASSERT(is_address(rig_event(s.r, "address", 1), "2001:db8:5::ff:fe00:2", ADDRESS_TENTATIVE,
			     MOOR_S + 2 * MOOR_MS));
	CU_ASSERT(is_address(rig_event(s.r, "address", 2), "fe80::ff:fe00:2", ADDRESS_USABLE, 2 * MOOR_S));
	CU_ASSERT(is_address(rig_event(s.r, "address", 3), "2001:db8:5::ff:fe00:2", ADDRESS_USABLE,
			     2 * MOOR_S + 2 * MOOR_MS));
	CU_ASSERT_EQUAL(rig_events(s.r, "advert"), 1);
	CU_ASSERT(rig_event(s.r, "advert", 0)->new_link && rig_event(s.r, "advert", 0)->prefix.len == 64);
	CU_ASSERT(net_address_global(s.i, false, &out) && rig_ours(s.h, "2001:db8:5::ff:fe00:2"));
	CU_ASSERT(net_default_router(s.i, false, &out));
	CU_ASSERT_EQUAL(rig_records(s.r, REC_ROUTER, ROUTER_FOUND), 1);
	net_rig_free(s.r);
}

static void test_optimistic(void)
{
	struct timer_set t;
	struct net_profile p = host;
	struct scene s;
	struct router_advert a = advert_of("2001:db8:5::/64");
	struct ip6_addr out;

	p.timers = &t;
	p.optimistic = true;
	s = scene_new(&p, &t);
	a.unsolicited = false;
	a.reply_delay_max = 0;
	router_advertise(s.ri, &a);
	attach(&s);
	rig_run(s.r, 3 * MOOR_MS);
	CU_ASSERT(net_address_global(s.i, false, &out));
	rig_ping(s.r, s.h, NULL, "2001:db8:5::ff:fe00:1", 10);
	rig_run(s.r, MOOR_S);
	CU_ASSERT_EQUAL(rig_discards(s.r, "duplicate"), 0);
	CU_ASSERT_EQUAL(rig_events(s.r, "address"), 4);		/* tentative and usable, twice; no second usable */
	net_rig_free(s.r);
}

/* Solicitations every 4 s, three of them, the first after a random delay below 1 s. */
static void test_solicitations(void)
{
	struct scene s = scene_new(&host, NULL);
	struct ip6_packet k;
	struct icmp6 m;
	moor_time at[3];

	attach(&s);
	rig_run(s.r, 60 * MOOR_S);
	CU_ASSERT_EQUAL(rig_icmp6_count(s.r, s.h, ICMP6_T_RS), 3);
	for (unsigned n = 0; n < 3; n++)
		CU_ASSERT(rig_icmp6(s.r, s.h, ICMP6_T_RS, n, &k, &m, &at[n]));
	CU_ASSERT(at[0] > MOOR_S && at[0] <= 2 * MOOR_S);
	CU_ASSERT_EQUAL(at[1], at[0] + 4 * MOOR_S);
	CU_ASSERT_EQUAL(at[2], at[1] + 4 * MOOR_S);
	/* by then the link-local address is usable and says where we are */
	CU_ASSERT(ip6_is_link_local(&k.h.src) && m.opts.has_slla);
	CU_ASSERT_EQUAL(rig_records(s.r, REC_ROUTER, ROUTER_SOLICIT_SENT), 3);
	net_rig_free(s.r);
}

/* Another host has the address already: it answers the probe. */
static void test_duplicate(void)
{
	struct timer_set t;
	struct net_profile p = host;
	struct scene s;
	struct router_advert a = advert_of("2001:db8:5::/64");
	struct net_host *other;
	struct net_iface *oi;

	p.timers = &t;
	s = scene_new(&p, &t);
	other = rig_host(s.r, "other", &net_profile_host);
	oi = rig_iface(s.r, other, "eth0", s.lan);
	rig_address(oi, "2001:db8:5::ff:fe00:2", 64);
	a.unsolicited = false;
	a.reply_delay_max = 0;
	router_advertise(s.ri, &a);
	rig_run(s.r, 5 * MOOR_S);
	attach(&s);
	rig_run(s.r, 10 * MOOR_S);
	CU_ASSERT(is_address(rig_event(s.r, "address", 2), "2001:db8:5::ff:fe00:2", ADDRESS_DUPLICATE,
			     6 * MOOR_S + 4 * MOOR_MS));
	CU_ASSERT(!rig_ours(s.h, "2001:db8:5::ff:fe00:2"));
	CU_ASSERT(rig_ours(s.h, "fe80::ff:fe00:2"));
	router_advertise_to(s.ri, moor_port_mac(net_iface_port(s.i)));	/* is not formed again */
	rig_run(s.r, 10 * MOOR_S);
	CU_ASSERT(!rig_ours(s.h, "2001:db8:5::ff:fe00:2"));
	net_address_form(s.i, &a.prefixes[0].prefix, 0x77);		/* another identifier works */
	rig_run(s.r, 2 * MOOR_S);
	CU_ASSERT(rig_ours(s.h, "2001:db8:5::77"));
	net_rig_free(s.r);
}

/* Two hosts with one MAC probe at the same time: neither gets the address, and IPv6 is off. */
static void test_duplicate_hardware(void)
{
	struct timer_set t;
	struct net_profile p = host;
	struct net_rig *r = net_rig_new();
	struct moor_link *lan = rig_lan(r, "lan", MOOR_MS, 1500);
	struct net_iface *i[2];

	timer_set_default(&t);
	t.v[T_RS_DELAY] = 0;
	p.timers = &t;
	for (int k = 0; k < 2; k++) {
		r->n_macs = 0;
		i[k] = rig_iface(r, rig_host(r, k ? "b" : "a", &p), "eth0", lan);
	}
	rig_listen(r, net_iface_host(i[0]));
	rig_run(r, 10 * MOOR_S);
	CU_ASSERT(!rig_ours(net_iface_host(i[0]), "fe80::ff:fe00:1"));
	CU_ASSERT(!rig_ours(net_iface_host(i[1]), "fe80::ff:fe00:1"));
	CU_ASSERT_EQUAL(rig_records(r, REC_ADDRESS, ADDRESS_DUPLICATE), 2);
	CU_ASSERT_EQUAL(rig_icmp6_count(r, net_iface_host(i[0]), ICMP6_T_RS), 1);	/* it was silent from then on */
	net_rig_free(r);
}

/* ---- what routers send ------------------------------------------------------------------------------------------- */

static void test_unsolicited(void)
{
	struct scene s = scene_new(&host, NULL);
	struct router_advert a = advert_of("2001:db8:5::/64");
	struct ip6_packet k;
	struct icmp6 m;
	moor_time at, before = 0;

	a.interval_min = 30 * MOOR_MS;
	a.interval_max = 70 * MOOR_MS;
	a.interval_option = true;
	a.home_agent = true;
	a.ha_preference = 9;
	a.ha_lifetime = 300;
	a.mtu = 1400;
	a.prefixes[0].router_address = true;
	rig_address(s.ri, "2001:db8:5::1", 64);
	rig_clear(s.r);
	router_advertise(s.ri, &a);
	rig_run(s.r, 10 * MOOR_S);
	CU_ASSERT(rig_icmp6_count(s.r, s.router, ICMP6_T_RA) > 180);
	CU_ASSERT(rig_icmp6_count(s.r, s.router, ICMP6_T_RA) < 220);
	for (unsigned n = 0; rig_icmp6(s.r, s.router, ICMP6_T_RA, n, &k, &m, &at); n++) {
		CU_ASSERT(!n || (at - before >= 30 * MOOR_MS && at - before <= 70 * MOOR_MS));
		before = at;
	}
	CU_ASSERT(m.home_agent && m.opts.has_home_agent && m.opts.ha_preference == 9 && m.opts.ha_lifetime == 300);
	CU_ASSERT(m.opts.has_adv_interval && m.opts.adv_interval == 90);	/* 70 and the 20 of RFC 6275 7.5 */
	CU_ASSERT(m.opts.has_mtu && m.opts.mtu == 1400);
	CU_ASSERT(m.opts.prefixes[0].router_addr && m.opts.prefixes[0].addr.o[15] == 1);
	CU_ASSERT_EQUAL(k.h.hop_limit, 255);
	rig_clear(s.r);
	router_advertise(s.ri, NULL);
	rig_run(s.r, MOOR_S);
	CU_ASSERT_EQUAL(rig_icmp6_count(s.r, s.router, ICMP6_T_RA), 1);
	CU_ASSERT(rig_icmp6(s.r, s.router, ICMP6_T_RA, 0, &k, &m, &at) && m.router_lifetime == 0);
	net_rig_free(s.r);
}

/* The first three come at most 16 s apart; later ones obey the interval. */
static void test_initial_adverts(void)
{
	struct scene s = scene_new(&host, NULL);
	struct router_advert a = advert_of("2001:db8:5::/64");
	struct ip6_packet k;
	struct icmp6 m;
	moor_time at[4] = { 0 };

	rig_clear(s.r);
	router_advertise(s.ri, &a);
	rig_run(s.r, 700 * MOOR_S);
	for (unsigned n = 0; n < 4; n++)
		rig_icmp6(s.r, s.router, ICMP6_T_RA, n, &k, &m, &at[n]);
	CU_ASSERT(at[0] >= MOOR_S && at[0] <= MOOR_S + MOOR_S / 2);
	CU_ASSERT_EQUAL(at[1] - at[0], 16 * MOOR_S);
	CU_ASSERT_EQUAL(at[2] - at[1], 16 * MOOR_S);
	CU_ASSERT(at[3] - at[2] >= 200 * MOOR_S);
	net_rig_free(s.r);
}

static void ask(struct scene *s, const char *src)
{
	uint8_t p[40 + 8 + 8];
	struct ip6_addr from = a6(src);
	struct icmp6 m = { .type = ICMP6_T_RS };
	struct ip6_hdr h = { .src = from, .dst = ip6_all_routers, .next_header = PROTO_ICMP6, .hop_limit = 255 };

	m.opts.has_slla = !ip6_is_zero(&from);
	m.opts.slla = mac_from_u64(UINT64_C(0x0200000000fe));
	h.payload_len = (uint16_t)icmp6_encode(&m, &from, &h.dst, p + 40, 16);
	ip6_push(p + 40, 40, &h);
	rig_inject(s->r, s->ri, ETYPE_IP6, p, 40u + h.payload_len);
}

/* Multicast answers are delayed at random, joined, and 3 s apart. */
static void test_answers_to_all(void)
{
	struct scene s = scene_new(&host, NULL);
	struct router_advert a = advert_of("2001:db8:5::/64");
	struct ip6_packet k;
	struct icmp6 m;
	moor_time first = 0, second = 0;

	a.unsolicited = false;
	router_advertise(s.ri, &a);
	rig_run(s.r, 10 * MOOR_S);
	rig_clear(s.r);
	for (int n = 0; n < 5; n++)
		ask(&s, "::");
	rig_run(s.r, 2 * MOOR_S);
	CU_ASSERT_EQUAL(rig_icmp6_count(s.r, s.router, ICMP6_T_RA), 1);
	CU_ASSERT(rig_icmp6(s.r, s.router, ICMP6_T_RA, 0, &k, &m, &first) && ip6_is_multicast(&k.h.dst));
	CU_ASSERT(first <= 11 * MOOR_S + 511 * MOOR_MS);
	ask(&s, "fe80::77");
	rig_run(s.r, 10 * MOOR_S);
	CU_ASSERT(rig_icmp6(s.r, s.router, ICMP6_T_RA, 1, &k, &m, &second));
	CU_ASSERT(second - first >= 3 * MOOR_S && second - first <= 3500 * MOOR_MS);
	net_rig_free(s.r);
}

static bool own_prefix(void *owner, const struct mac_addr *mac, unsigned nth, struct router_told *t)
{
	unsigned *asked = owner;

	CU_ASSERT(!nth && !t->n && ip6_is_zero(&t->src) && t->lifetime);
	++*asked;
	if (mac->o[5] != 0xfe)
		return false;
	t->prefixes[0] = (struct router_prefix){ p6("2001:db8:77::/64"), true, true, false, 1000, 500 };
	t->n = 1;
	return true;
}

static void test_answers_to_one(void)
{
	struct scene s = scene_new(&host, NULL);
	struct router_advert a = advert_of("2001:db8:5::/64");
	struct ip6_packet k;
	struct icmp6 m;
	unsigned asked = 0;
	struct ip6_addr host_ll = a6("fe80::77");

	a.unsolicited = false;
	a.solicited_unicast = true;
	router_advertise(s.ri, &a);
	rig_clear(s.r);
	ask(&s, "fe80::77");
	ask(&s, "::");
	rig_run(s.r, MOOR_S);
	CU_ASSERT_EQUAL(rig_icmp6_count(s.r, s.router, ICMP6_T_RA), 2);
	for (unsigned n = 0; n < 2; n++) {
		CU_ASSERT(rig_icmp6(s.r, s.router, ICMP6_T_RA, n, &k, &m, NULL));
		CU_ASSERT(ip6_eq(&k.h.dst, &host_ll) || ip6_eq(&k.h.dst, &ip6_all_nodes));
		CU_ASSERT(!(k.p[-14] & 1));			/* to one link-layer address [RFC 6085] */
	}
	a.for_host = own_prefix;
	a.owner = &asked;
	a.n = 0;
	a.unsolicited = true;
	router_advertise(s.ri, &a);
	rig_clear(s.r);
	ask(&s, "::");
	router_advertise_to(s.ri, moor_port_mac(net_iface_port(s.i)));	/* no prefix for it: no advertisement */
	rig_run(s.r, 700 * MOOR_S);
	CU_ASSERT_EQUAL(asked, 2);
	CU_ASSERT_EQUAL(rig_icmp6_count(s.r, s.router, ICMP6_T_RA), 1);
	CU_ASSERT(rig_icmp6(s.r, s.router, ICMP6_T_RA, 0, &k, &m, NULL) && m.opts.prefixes[0].addr.o[5] == 0x77);
	net_rig_free(s.r);
}

/* ---- what hosts make of advertisements --------------------------------------------------------------------------- */

/* An advertisement from a router with this link-local address, put together by hand. */
struct ra {
	const char *from;
	uint16_t lifetime;
	const char *prefix;
	uint32_t valid, preferred, interval;
	bool l, a;
};

static void hear(struct scene *s, const struct ra *x)
{
	uint8_t p[40 + 200];
	struct icmp6 m = { .type = ICMP6_T_RA, .router_lifetime = x->lifetime };
	struct ip6_hdr h = { .src = a6(x->from), .dst = ip6_all_nodes, .next_header = PROTO_ICMP6, .hop_limit = 255 };

	m.opts.has_slla = true;
	m.opts.slla = mac_from_u64(UINT64_C(0x020000000000) + h.src.o[15]);
	m.opts.has_adv_interval = x->interval != 0;
	m.opts.adv_interval = x->interval;
	if (x->prefix) {
		struct ip6_prefix q = p6(x->prefix);

		m.opts.n_prefixes = 1;
		m.opts.prefixes[0] = (struct nd_prefix){ .addr = q.addr, .len = q.len, .on_link = x->l,
							 .autonomous = x->a, .valid = x->valid,
							 .preferred = x->preferred };
	}
	h.payload_len = (uint16_t)icmp6_encode(&m, &h.src, &h.dst, p + 40, 200);
	ip6_push(p + 40, 40, &h);
	rig_inject(s->r, s->i, ETYPE_IP6, p, 40u + h.payload_len);
}

static struct scene alone(struct net_profile *p, struct timer_set *t)
{
	struct scene s;

	p->timers = t;
	s = scene_new(p, t);
	moor_link_detach(net_iface_port(s.ri));
	attach(&s);
	rig_run(s.r, 2 * MOOR_S);
	rig_clear(s.r);
	return s;
}

static void test_lifetimes(void)
{
	struct timer_set t;
	struct net_profile p = host;
	struct scene s = alone(&p, &t);
	const char *addr = "2001:db8:5::ff:fe00:2";
	struct ip6_addr out;
	moor_time from;

	hear(&s, &(struct ra){ "fe80::1", 30, "2001:db8:5::/64", 100, 50, 0, true, true });
	from = moor_world_now(s.r->w) - MOOR_MS;
	rig_run(s.r, 2 * MOOR_S);
	CU_ASSERT(rig_ours(s.h, addr) && net_default_router(s.i, false, &out));
	rig_run(s.r, 200 * MOOR_S);
	CU_ASSERT_EQUAL(rig_event(s.r, "lost", 0)->at, from + 30 * MOOR_S);
	CU_ASSERT(is_address(rig_event(s.r, "address", 2), addr, ADDRESS_DEPRECATED, from + 50 * MOOR_S));
	CU_ASSERT(is_address(rig_event(s.r, "address", 3), addr, ADDRESS_REMOVED, from + 100 * MOOR_S));
	CU_ASSERT(!rig_ours(s.h, addr) && !net_default_router(s.i, false, &out));
	net_rig_free(s.r);
}

/* [RFC 4862 5.5.3 e] */
static void test_two_hours(void)
{
	static const struct { uint32_t first, second, left; } cases[] = {
		{ 86400, 10, 7200 },		/* cut to two hours, not below */
		{ 86400, 10000, 10000 },	/* above two hours: taken */
		{ 3600, 10, 3600 },		/* below two hours already: not touched */
		{ 3600, 5000, 5000 },		/* longer: taken */
		{ ND_INFINITE, 1, 7200 },
	};

	for (unsigned k = 0; k < G_N_ELEMENTS(cases); k++) {
		struct timer_set t;
		struct net_profile p = host;
		struct scene s = alone(&p, &t);
		moor_time from;
		const struct rig_event *e = NULL;

		hear(&s, &(struct ra){ "fe80::1", 0, "2001:db8:5::/64", cases[k].first, 1, 0, true, true });
		from = moor_world_now(s.r->w) + MOOR_MS;
		hear(&s, &(struct ra){ "fe80::1", 0, "2001:db8:5::/64", cases[k].second, 1, 0, true, true });
		rig_run(s.r, 12000 * MOOR_S);
		for (unsigned n = 0; rig_event(s.r, "address", n); n++)
			e = rig_event(s.r, "address", n);
		CU_ASSERT(e && e->address == ADDRESS_REMOVED);
		if (cases[k].left == cases[k].first)
			from -= 2 * MOOR_MS;
		CU_ASSERT_EQUAL(e->at, from + cases[k].left * MOOR_S);
		net_rig_free(s.r);
	}
}

static void test_on_link_and_off_link(void)
{
	struct timer_set t;
	struct net_profile p = host;
	struct scene s = alone(&p, &t);
	struct ip6_packet k;
	struct icmp6 m;

	hear(&s, &(struct ra){ "fe80::1", 1800, "2001:db8:5::/64", 1000, 1000, 0, false, true });	/* A only */
	hear(&s, &(struct ra){ "fe80::1", 1800, "2001:db8:6::/48", 1000, 1000, 0, true, true });	/* not a /64 */
	rig_run(s.r, 2 * MOOR_S);
	rig_clear(s.r);
	CU_ASSERT(rig_ours(s.h, "2001:db8:5::ff:fe00:2"));
	rig_udp(s.r, s.h, NULL, "2001:db8:5::9", 7000, 10);	/* to the router, whose address it was told */
	rig_run(s.r, MOOR_MS);
	CU_ASSERT_EQUAL(rig_icmp6_count(s.r, s.h, ICMP6_T_NS), 0);
	rig_udp(s.r, s.h, NULL, "2001:db8:6:1::9", 7000, 10);	/* on-link: it is asked for */
	rig_run(s.r, MOOR_MS);
	CU_ASSERT(rig_icmp6(s.r, s.h, ICMP6_T_NS, 0, &k, &m, NULL) && m.target.o[15] == 9);
	/* the prefix is withdrawn: off-link from now on */
	hear(&s, &(struct ra){ "fe80::1", 1800, "2001:db8:6::/48", 0, 0, 0, true, true });
	rig_udp(s.r, s.h, NULL, "2001:db8:6:1::7", 7000, 10);
	rig_run(s.r, MOOR_MS);
	CU_ASSERT_EQUAL(rig_icmp6_count(s.r, s.h, ICMP6_T_NS), 1);
	net_rig_free(s.r);
}

static void test_bad_adverts(void)
{
	struct timer_set t;
	struct net_profile p = host;
	struct scene s = alone(&p, &t);
	struct ip6_addr out;

	hear(&s, &(struct ra){ "2001:db8::1", 1800, "2001:db8:5::/64", 1000, 1000, 0, true, true });	/* source */
	hear(&s, &(struct ra){ "fe80::1", 0, "fe80::/64", 1000, 1000, 0, true, true });
	hear(&s, &(struct ra){ "fe80::1", 0, "2001:db8:5::/64", 10, 1000, 0, true, true });	/* preferred > valid */
	rig_run(s.r, 3 * MOOR_S);
	CU_ASSERT(!net_address_global(s.i, false, &out));
	CU_ASSERT(!net_default_router(s.i, false, &out));
	CU_ASSERT_EQUAL(rig_events(s.r, "advert"), 2);
	for (unsigned k = 0; k < 300; k++) {			/* a flood of prefixes is bounded */
		char text[64];

		g_snprintf(text, sizeof text, "2001:db8:%x::/64", 0x100 + k);
		hear(&s, &(struct ra){ "fe80::99", 1800, text, 1000, 1000, 0, true, true });
	}
	CU_ASSERT(rig_discards(s.r, "too-many-prefixes") > 200);
	rig_clear(s.r);
	for (unsigned k = 0; k < 300; k++) {			/* and one of routers */
		char text[64];

		g_snprintf(text, sizeof text, "fe80::%x", 0x100 + k);
		hear(&s, &(struct ra){ text, 1800, "2001:db8:100::/64", 1000, 1000, 0, true, true });
	}
	CU_ASSERT_EQUAL(rig_records(s.r, REC_ROUTER, ROUTER_FOUND), 7);
	net_rig_free(s.r);
}

/* ---- movement ---------------------------------------------------------------------------------------------------- */

static void test_missed_adverts(void)
{
	struct timer_set t;
	struct net_profile p = host;
	struct scene s = alone(&p, &t);
	moor_time last;

	for (int n = 0; n < 5; n++) {
		hear(&s, &(struct ra){ "fe80::1", 1800, "2001:db8:5::/64", 1000, 1000, 100, true, true });
		rig_run(s.r, 98 * MOOR_MS);
	}
	last = moor_world_now(s.r->w) - 99 * MOOR_MS;
	CU_ASSERT_EQUAL(rig_events(s.r, "lost"), 0);
	rig_run(s.r, 5 * MOOR_S);
	CU_ASSERT_EQUAL(rig_events(s.r, "lost"), 1);
	CU_ASSERT(rig_event(s.r, "lost", 0) && rig_event(s.r, "lost", 0)->at == last + 300 * MOOR_MS);
	CU_ASSERT_EQUAL(rig_icmp6_count(s.r, s.h, ICMP6_T_RS), 2);	/* looks for another: at once and 4 s later */
	rig_clear(s.r);
	hear(&s, &(struct ra){ "fe80::2", 1800, "2001:db8:6::/64", 1000, 1000, 0, true, true });
	rig_run(s.r, 2 * MOOR_S);
	CU_ASSERT(rig_event(s.r, "advert", 0) && rig_event(s.r, "advert", 0)->new_link);
	CU_ASSERT(!rig_ours(s.h, "2001:db8:5::ff:fe00:2") && rig_ours(s.h, "2001:db8:6::ff:fe00:2"));
	net_rig_free(s.r);
}

/* A new prefix: with eager switching the old link is left at once, else the old router is probed first. */
static void new_prefix(bool eager)
{
	struct timer_set t;
	struct net_profile p = host;
	struct scene s;
	struct ip6_addr out;

	p.eager_switching = eager;
	s = alone(&p, &t);
	hear(&s, &(struct ra){ "fe80::1", 1800, "2001:db8:5::/64", 1000, 1000, 0, true, true });
	rig_run(s.r, 2 * MOOR_S);
	rig_clear(s.r);
	hear(&s, &(struct ra){ "fe80::2", 1800, "2001:db8:6::/64", 1000, 1000, 0, true, true });
	CU_ASSERT_EQUAL(rig_event(s.r, "advert", 0)->new_link, eager);
	CU_ASSERT_EQUAL(rig_ours(s.h, "2001:db8:5::ff:fe00:2"), !eager);
	rig_run(s.r, 2500 * MOOR_MS);
	CU_ASSERT(rig_ours(s.h, "2001:db8:6::ff:fe00:2"));
	rig_run(s.r, 5 * MOOR_S);
	CU_ASSERT(!rig_ours(s.h, "2001:db8:5::ff:fe00:2"));
	CU_ASSERT_EQUAL(rig_events(s.r, "advert"), eager ? 1 : 2);
	if (!eager)
		CU_ASSERT(rig_event(s.r, "advert", 1)->new_link && rig_event(s.r, "advert", 1)->prefix.addr.o[5] == 6);
	CU_ASSERT(net_default_router(s.i, false, &out) && out.o[15] == 2);
	CU_ASSERT_EQUAL(rig_events(s.r, "lost"), 0);
	net_rig_free(s.r);
}

static void test_new_prefix_eager(void)
{
	new_prefix(true);
}

static void test_new_prefix_lazy(void)
{
	new_prefix(false);
}

/* A second router on the same link, while the first one answers: nothing moves. */
static void test_second_router(void)
{
	struct timer_set t;
	struct net_profile p = host;
	struct scene s;
	struct router_advert a = advert_of("2001:db8:5::/64");

	p.timers = &t;
	s = scene_new(&p, &t);
	a.unsolicited = false;
	a.reply_delay_max = 0;
	router_advertise(s.ri, &a);
	attach(&s);
	rig_run(s.r, 3 * MOOR_S);
	rig_clear(s.r);
	hear(&s, &(struct ra){ "fe80::77", 1800, "2001:db8:6::/64", 1000, 1000, 0, true, true });
	rig_run(s.r, 10 * MOOR_S);
	CU_ASSERT(!rig_event(s.r, "advert", 0)->new_link);
	CU_ASSERT(rig_ours(s.h, "2001:db8:5::ff:fe00:2") && rig_ours(s.h, "2001:db8:6::ff:fe00:2"));
	CU_ASSERT_EQUAL(rig_icmp6_count(s.r, s.router, ICMP6_T_NA), 1);	/* it was probed */
	CU_ASSERT_EQUAL(rig_events(s.r, "lost"), 0);
	net_rig_free(s.r);
}

static void test_link_change(void)
{
	struct timer_set t;
	struct net_profile p = host;
	struct scene s;
	struct router_advert a = advert_of("2001:db8:5::/64");
	struct moor_link *other;
	struct net_host *r2;
	struct net_iface *r2i;
	struct ip6_addr out;

	p.timers = &t;
	s = scene_new(&p, &t);
	a.unsolicited = false;
	a.reply_delay_max = 0;
	router_advertise(s.ri, &a);
	other = rig_lan(s.r, "other", MOOR_MS, 1500);
	r2 = rig_host(s.r, "r2", &net_profile_router);
	r2i = rig_iface(s.r, r2, "lan", other);
	a = advert_of("2001:db8:6::/64");
	a.unsolicited = false;
	a.reply_delay_max = 0;
	router_advertise(r2i, &a);
	attach(&s);
	rig_run(s.r, 3 * MOOR_S);
	CU_ASSERT(rig_ours(s.h, "2001:db8:5::ff:fe00:2"));
	rig_clear(s.r);
	moor_link_detach(net_iface_port(s.i));
	rig_run(s.r, MOOR_S);
	CU_ASSERT(rig_events(s.r, "down") == 1 && !net_iface_up(s.i));
	CU_ASSERT(!net_address_global(s.i, false, &out) && !net_default_router(s.i, false, &out));
	CU_ASSERT(!rig_udp(s.r, s.h, NULL, "2001:db8:6::1", 7000, 10));
	moor_link_attach(other, net_iface_port(s.i), false);
	rig_run(s.r, 3 * MOOR_S);
	CU_ASSERT(!rig_ours(s.h, "2001:db8:5::ff:fe00:2") && rig_ours(s.h, "2001:db8:6::ff:fe00:2"));
	CU_ASSERT(rig_event(s.r, "advert", 0) && rig_event(s.r, "advert", 0)->new_link);
	rig_clear(s.r);
	moor_link_attach(s.lan, net_iface_port(s.i), false);		/* moved without a gap */
	rig_run(s.r, 3 * MOOR_S);
	CU_ASSERT(!rig_ours(s.h, "2001:db8:6::ff:fe00:2") && rig_ours(s.h, "2001:db8:5::ff:fe00:2"));
	net_rig_free(s.r);
}

static void test_probe_on_command(void)
{
	struct timer_set t;
	struct net_profile p = host;
	struct scene s = alone(&p, &t);
	struct ip6_addr out;
	moor_time at;

	hear(&s, &(struct ra){ "fe80::1", 1800, "2001:db8:5::/64", 1000, 1000, 0, true, true });
	rig_run(s.r, 2 * MOOR_S);
	at = moor_world_now(s.r->w);
	net_probe_router(s.i);
	rig_run(s.r, 10 * MOOR_S);
	CU_ASSERT(rig_event(s.r, "lost", 0) && rig_event(s.r, "lost", 0)->at == at + 3 * MOOR_S);
	CU_ASSERT(!net_default_router(s.i, false, &out));
	CU_ASSERT(rig_udp(s.r, s.h, NULL, "2001:db8:9::1", 7000, 10));	/* better than none: it is tried again */
	hear(&s, &(struct ra){ "fe80::1", 1800, "2001:db8:5::/64", 1000, 1000, 0, true, true });
	CU_ASSERT(net_default_router(s.i, false, &out));
	net_rig_free(s.r);
}

static void test_announce(void)
{
	struct scene s = scene_new(&host, NULL);
	struct ip6_addr a = a6("2001:db8:5::9"), b = a6("10.0.0.9");
	struct ip6_packet k;
	struct icmp6 m;

	attach(&s);
	rig_address(s.i, "2001:db8:5::9", 64);
	rig_address(s.i, "10.0.0.9", 24);
	rig_run(s.r, 3 * MOOR_S);
	rig_clear(s.r);
	net_announce(s.i, &a);
	net_announce(s.i, &b);
	rig_run(s.r, MOOR_S);
	CU_ASSERT(rig_icmp6(s.r, s.h, ICMP6_T_NA, 0, &k, &m, NULL));
	CU_ASSERT(ip6_eq(&k.h.dst, &ip6_all_nodes) && m.override_ && !m.solicited && !m.router && m.opts.has_tlla);
	CU_ASSERT_EQUAL(s.r->frames->len, 4);		/* both were sent and heard */
	net_rig_free(s.r);
}

static const struct harness_test tests[] = {
	{ "a host configures itself", test_autoconfiguration },
	{ "optimistic addresses serve at once", test_optimistic },
	{ "three solicitations without an answer", test_solicitations },
	{ "a duplicate address is not used", test_duplicate },
	{ "duplicate hardware turns IPv6 off", test_duplicate_hardware },
	{ "unsolicited advertisements keep their interval", test_unsolicited },
	{ "the first advertisements come sooner", test_initial_adverts },
	{ "answers to all are delayed and limited", test_answers_to_all },
	{ "answers to one host alone", test_answers_to_one },
	{ "lifetimes end when they should", test_lifetimes },
	{ "valid lifetimes follow the two-hour rule", test_two_hours },
	{ "on-link prefixes decide who is asked", test_on_link_and_off_link },
	{ "bad advertisements do no harm", test_bad_adverts },
	{ "missed advertisements lose the router", test_missed_adverts },
	{ "a new prefix moves an eager host", test_new_prefix_eager },
	{ "a new prefix makes others probe the old router", test_new_prefix_lazy },
	{ "a second router moves nobody", test_second_router },
	{ "a new link by carrier starts over", test_link_change },
	{ "the router is probed on command", test_probe_on_command },
	{ "addresses are announced", test_announce },
};

int main(int argc, char **argv)
{
	return harness_main("net_nd", tests, G_N_ELEMENTS(tests), argc, argv);
}
