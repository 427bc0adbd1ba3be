/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The MAG as DHCPv4 server of its mobile nodes, and the access link of an IPv4 home address: each message of a client
 * that is made by hand, the waiting for the registration, demand and release, ARP for the home network, and packets
 * with an address that is not the sender's.
 */
#include "tests/unit/net_rig.h"

#include "proto/pmip_mag.h"
#include "wire/arp.h"
#include "wire/dhcp4.h"

#define IMSI_A "001010000000001"

struct rig {
	struct net_rig *r;
	struct net_host *lma_host, *mag_host, *mn;
	struct net_iface *mni, *access;
	struct moor_link *air;
	struct pmip_lma *lma;
	struct pmip_mag *mag;
	struct dhcp4 got;		/* the last answer; type 0: none */
	unsigned answers;
	bool stranger;			/* nobody knows the host */
};

static const struct net_profile agent = { .ipv4 = true, .ipv6 = true, .dsmip_udp = true, .forward = true };

static struct imsi the_imsi(void)
{
	struct imsi i;

	imsi_parse(IMSI_A, 15, 2, &i);
	return i;
}

static bool who(void *owner, const struct mac_addr *mac, struct pmip_host *out)
{
	const struct rig *x = owner;

	(void)mac;
	out->imsi = the_imsi();
	out->n_apns = 1;
	out->apn[0] = "internet";
	return !x->stranger;
}

static void on_answer(void *owner, struct net_rx *rx, uint16_t sport, uint16_t dport)
{
	struct rig *x = owner;
	struct reader r = reader_on(rx->payload, rx->payload_len);

	CU_ASSERT(sport == 67 && dport == 68 && dhcp4_decode(&r, &x->got, NULL));
	x->answers++;
}

typedef void tune_fn(struct pmip_lma_config *lma, struct pmip_mag_config *mag);

static struct rig *rig_with(tune_fn *tune)
{
	struct rig *x = g_new0(struct rig, 1);
	struct pmip_lma_config lc;
	struct pmip_mag_config mc;
	struct moor_link *core;
	struct net_iface *i;

	x->r = net_rig_new();
	core = rig_lan(x->r, "core", MOOR_MS, 1500);
	pmip_lma_config_default(&lc);
	lc.lmaa = a6("2001:db8::1");
	lc.hnp_pool = p6("2001:db8:a000::/48");
	lc.ip4_pool = (struct ip4_prefix){ { { 192, 0, 2, 0 } }, 29 };
	pmip_mag_config_default(&mc);
	mc.proxy_coa = a6("2001:db8::a");
	mc.lma.a6 = lc.lmaa;
	mc.who = who;
	mc.owner = x;
	mc.ip4 = true;
	if (tune)
		tune(&lc, &mc);
	x->lma_host = rig_host(x->r, "lma", &agent);
	rig_address(rig_iface(x->r, x->lma_host, "core", core), "2001:db8::1", 64);
	x->lma = pmip_lma_new(x->lma_host, &lc, true);
	x->air = rig_lan(x->r, "air", MOOR_MS, 1500);
	moor_link_isolate(x->air, true);
	x->mn = rig_host(x->r, "mn", &net_profile_host);
	x->mni = rig_iface(x->r, x->mn, "wlan", NULL);
	net_udp_bind(x->mn, 68, on_answer, x);
	x->mag_host = rig_host(x->r, "mag", &agent);
	rig_address(rig_iface(x->r, x->mag_host, "core", core), "2001:db8::a", 64);
	x->access = i = rig_iface(x->r, x->mag_host, "access", NULL);
	moor_link_attach(x->air, net_iface_port(i), true);
	x->mag = pmip_mag_new(x->mag_host, &mc);
	pmip_mag_access(x->mag, i, MH_ATT_80211);
	rig_run(x->r, MOOR_S);
	rig_clear(x->r);
	return x;
}

static void rig_done(struct rig *x)
{
	pmip_mag_free(x->mag);
	pmip_lma_free(x->lma);
	net_rig_free(x->r);
	g_free(x);
}

static void attach(struct rig *x)
{
	moor_link_attach(x->air, net_iface_port(x->mni), false);
}

static struct ip4_addr ip4(const char *text)
{
	struct ip4_addr a = { { 0 } };

	ip4_parse(text, &a);
	return a;
}

/* Sends it to all, and says what came back; NULL: nothing. */
static const struct dhcp4 *ask(struct rig *x, uint8_t type, const char *requested, const char *server,
			       const char *ciaddr)
{
	struct dhcp4 m = { .op = 1, .xid = 7, .chaddr = *moor_port_mac(net_iface_port(x->mni)), .type = type,
			   .has = DHCP4_HAS_TYPE };
	struct net_send s = { .via = x->mni, .src = a6("0.0.0.0"), .dst = a6("255.255.255.255"), .no_divert = true };
	uint8_t buffer[576];
	unsigned before = x->answers;
	size_t n;

	if (requested) {
		m.has |= DHCP4_HAS_REQUESTED;
		m.requested = ip4(requested);
	}
	if (server) {
		m.has |= DHCP4_HAS_SERVER_ID;
		m.server_id = ip4(server);
	}
	if (ciaddr)
		m.ciaddr = ip4(ciaddr);
	n = dhcp4_encode(&m, buffer, sizeof buffer);
	net_udp_send(x->mn, moor_pkt_from(x->r->w, buffer, n), &s, 68, 67);
	rig_run(x->r, 20 * MOOR_MS);
	return x->answers > before ? &x->got : NULL;
}

static bool is(const struct dhcp4 *m, uint8_t type)
{
	if (m && m->type != type)
		printf("type %u, not %u\n", m->type, type);
	return m && m->type == type;
}

/* ---- the server -------------------------------------------------------------------------------------------------- */

/* Everything that RFC 5844 3.4.3 wants in an OFFER. */
static void test_offer(void)
{
	struct rig *x = rig_with(NULL);
	const struct dhcp4 *m;

	attach(x);
	rig_run(x->r, 100 * MOOR_MS);
	m = ask(x, DHCP4_DISCOVER, NULL, NULL, NULL);
	CU_ASSERT_FATAL(is(m, DHCP4_OFFER));
	CU_ASSERT(ip4_eq(m->yiaddr, ip4("192.0.2.2")) && ip4_eq(m->mask, ip4("255.255.255.248")));
	CU_ASSERT(m->n_routers == 1 && ip4_eq(m->routers[0], ip4("192.0.2.1")) && ip4_eq(m->server_id, ip4("192.0.2.1")));
	CU_ASSERT(m->has & DHCP4_HAS_MTU && m->mtu == 1500 - 40 - 8);	/* IPv6 and GRE with a key */
	CU_ASSERT(m->has & DHCP4_HAS_LEASE && m->lease >= 3590 && m->lease <= 3600);
	CU_ASSERT(rig_ours(x->mag_host, "192.0.2.1"));
	rig_done(x);
}

static void test_requests(void)
{
	struct rig *x = rig_with(NULL);
	const struct dhcp4 *m;

	attach(x);
	rig_run(x->r, 100 * MOOR_MS);
	m = ask(x, DHCP4_REQUEST, "192.0.2.2", "192.0.2.1", NULL);
	CU_ASSERT(is(m, DHCP4_ACK) && ip4_eq(m->yiaddr, ip4("192.0.2.2")));
	CU_ASSERT(is(ask(x, DHCP4_REQUEST, "192.0.2.3", "192.0.2.1", NULL), DHCP4_NAK));
	CU_ASSERT(!ask(x, DHCP4_REQUEST, "192.0.2.2", "198.51.100.7", NULL));		/* another server's */
	CU_ASSERT(is(ask(x, DHCP4_REQUEST, "192.0.2.2", NULL, NULL), DHCP4_ACK));	/* INIT-REBOOT */
	CU_ASSERT(is(ask(x, DHCP4_REQUEST, "10.1.1.1", NULL, NULL), DHCP4_NAK));
	CU_ASSERT(is(ask(x, DHCP4_REQUEST, NULL, NULL, "10.1.1.1"), DHCP4_NAK));	/* rebinding what it never had */
	CU_ASSERT(!ask(x, DHCP4_DECLINE, "192.0.2.2", "192.0.2.1", NULL) && rig_discards(x->r, "dhcp4-declined") == 1);
	CU_ASSERT(!ask(x, DHCP4_OFFER, NULL, NULL, NULL));
	CU_ASSERT(!ask(x, DHCP4_RELEASE, NULL, "192.0.2.1", "192.0.2.3"));
	CU_ASSERT(rig_discards(x->r, "dhcp4-not-its-address") == 1);
	rig_done(x);
}

/* A lease ends with the binding at the latest. */
static void short_lives(struct pmip_lma_config *lma, struct pmip_mag_config *mag)
{
	lma->lifetime_max = 100 * MOOR_S;
	mag->refresh_percent = 90;
	mag->dhcp4_lease = 60;
}

static void test_lease(void)
{
	struct rig *x = rig_with(short_lives);
	const struct dhcp4 *m;

	attach(x);
	rig_run(x->r, 100 * MOOR_MS);
	m = ask(x, DHCP4_REQUEST, "192.0.2.2", NULL, NULL);
	CU_ASSERT(is(m, DHCP4_ACK) && m->lease == 60);
	rig_run(x->r, 80 * MOOR_S);
	m = ask(x, DHCP4_REQUEST, "192.0.2.2", NULL, NULL);
	CU_ASSERT(is(m, DHCP4_ACK) && m->lease <= 20);
	rig_done(x);
}

/* What comes before the LMA's answer is answered with it, and what a stranger sends not at all. */
static void test_waiting(void)
{
	struct rig *x = rig_with(NULL);

	attach(x);
	rig_run(x->r, 0);
	CU_ASSERT(is(ask(x, DHCP4_DISCOVER, NULL, NULL, NULL), DHCP4_OFFER) && x->answers == 1);
	rig_done(x);
	x = rig_with(NULL);
	x->stranger = true;
	attach(x);
	rig_run(x->r, 100 * MOOR_MS);
	CU_ASSERT(!ask(x, DHCP4_DISCOVER, NULL, NULL, NULL));
	rig_done(x);
}

static void demand(struct pmip_lma_config *lma, struct pmip_mag_config *mag)
{
	(void)lma;
	mag->ip4_on_demand = true;
}

/* An address on demand, given back, and another on demand; the prefix is there all the time. */
static void test_demand(void)
{
	struct rig *x = rig_with(demand);
	struct pmip_bule_view b;
	struct pmip_bce_view e;
	struct ip6_addr p;

	attach(x);
	rig_run(x->r, 100 * MOOR_MS);
	CU_ASSERT(pmip_mag_binding(x->mag, the_imsi(), 0, &b) && ip4_is_zero(b.hoa4) && b.n_hnp == 1);
	CU_ASSERT(is(ask(x, DHCP4_DISCOVER, NULL, NULL, NULL), DHCP4_OFFER) && ip4_eq(x->got.yiaddr, ip4("192.0.2.2")));
	CU_ASSERT(!ask(x, DHCP4_RELEASE, NULL, "192.0.2.1", "192.0.2.2"));
	CU_ASSERT(pmip_mag_binding(x->mag, the_imsi(), 0, &b) && ip4_is_zero(b.hoa4) && b.n_hnp == 1);
	CU_ASSERT(b.state == PMIP_BULE_ACTIVE && !rig_ours(x->mag_host, "192.0.2.1"));
	p = b.hnp[0].addr;
	CU_ASSERT(pmip_lma_binding(x->lma, &p, &e) && e.state == PMIP_BCE_ACTIVE && ip4_is_zero(e.hoa4));
	CU_ASSERT(is(ask(x, DHCP4_DISCOVER, NULL, NULL, NULL), DHCP4_OFFER) && !ip4_is_zero(x->got.yiaddr));
	rig_done(x);
}

/* The only address of a session goes back: so does the session, and DISCOVER begins another. */
static void test_release_all(void)
{
	struct rig *x = rig_with(NULL);
	struct pmip_bule_view b;

	attach(x);
	rig_run(x->r, 100 * MOOR_MS);
	CU_ASSERT(!ask(x, DHCP4_RELEASE, NULL, "192.0.2.1", "192.0.2.2"));
	rig_run(x->r, 3600 * MOOR_S);		/* extended without asking again */
	CU_ASSERT(pmip_mag_binding(x->mag, the_imsi(), 0, &b) && ip4_is_zero(b.hoa4) && b.n_hnp == 1);
	CU_ASSERT(is(ask(x, DHCP4_DISCOVER, NULL, NULL, NULL), DHCP4_OFFER));
	rig_done(x);
}

static void one_server(struct pmip_lma_config *lma, struct pmip_mag_config *mag)
{
	(void)lma;
	mag->dhcp4_id = ip4("10.255.255.254");
}

static void test_fixed_identifier(void)
{
	struct rig *x = rig_with(one_server);
	const struct dhcp4 *m;

	attach(x);
	rig_run(x->r, 100 * MOOR_MS);
	m = ask(x, DHCP4_DISCOVER, NULL, NULL, NULL);
	CU_ASSERT(is(m, DHCP4_OFFER) && ip4_eq(m->server_id, ip4("10.255.255.254")));
	CU_ASSERT(is(m, DHCP4_OFFER) && ip4_eq(m->routers[0], ip4("192.0.2.1")));
	CU_ASSERT(rig_ours(x->mag_host, "10.255.255.254"));
	rig_done(x);
}

static void no_pool(struct pmip_lma_config *lma, struct pmip_mag_config *mag)
{
	(void)mag;
	lma->ip4_pool.len = 0;
}

/* No address from the LMA: IPv6 alone, and silence towards DHCPv4. */
static void test_none(void)
{
	struct rig *x = rig_with(no_pool);
	struct pmip_bule_view b;

	attach(x);
	rig_run(x->r, 100 * MOOR_MS);
	CU_ASSERT(!ask(x, DHCP4_DISCOVER, NULL, NULL, NULL) && rig_discards(x->r, "dhcp4-no-address") == 1);
	CU_ASSERT(!ask(x, DHCP4_REQUEST, "192.0.2.2", NULL, NULL));	/* nobody's server identifier is known */
	CU_ASSERT(pmip_mag_binding(x->mag, the_imsi(), 0, &b) && b.n_hnp == 1 && b.state == PMIP_BULE_ACTIVE);
	rig_done(x);
}

static void relay(struct pmip_lma_config *lma, struct pmip_mag_config *mag)
{
	(void)mag;
	lma->dhcp4_server = false;
}

/* The LMA wants a relay agent: no server answers. */
static void test_relay_wanted(void)
{
	struct rig *x = rig_with(relay);

	attach(x);
	rig_run(x->r, 100 * MOOR_MS);
	CU_ASSERT(!ask(x, DHCP4_DISCOVER, NULL, NULL, NULL) && rig_discards(x->r, "dhcp4-relay-wanted") == 1);
	rig_done(x);
}

/* The PDN's own DNS servers, of the LMA, in place of the gateway's. */
static void dns(struct pmip_lma_config *lma, struct pmip_mag_config *mag)
{
	lma->pdn.n_dns4 = 1;
	lma->pdn.dns4[0] = ip4("198.51.100.53");
	mag->gpp = true;
	mag->n_dns4 = 1;
	mag->dns4[0] = ip4("203.0.113.53");
}

static void test_dns(void)
{
	struct rig *x = rig_with(dns);
	struct pmip_bule_view b;
	const struct dhcp4 *m;

	attach(x);
	rig_run(x->r, 100 * MOOR_MS);
	m = ask(x, DHCP4_DISCOVER, NULL, NULL, NULL);
	CU_ASSERT(is(m, DHCP4_OFFER) && m->n_dns == 1 && ip4_eq(m->dns[0], ip4("198.51.100.53")));
	CU_ASSERT(pmip_mag_binding(x->mag, the_imsi(), 0, &b) && b.charging_id == 1 && b.pdn.n_dns4 == 1);
	rig_done(x);
}

/* ---- the access link --------------------------------------------------------------------------------------------- */

/* Who has target? True: the MAG says it has. */
static bool arp(struct rig *x, const char *sender, const char *target)
{
	struct arp q = { .op = ARP_REQUEST, .sha = *moor_port_mac(net_iface_port(x->mni)), .spa = ip4(sender),
			 .tpa = ip4(target) };
	struct moor_pkt *p = moor_pkt_new(x->r->w, ARP_LEN);
	unsigned before = x->r->frames->len;

	arp_encode(&q, p->data, ARP_LEN);
	net_link_send(x->mni, &mac_broadcast, ETYPE_ARP, p);
	rig_run(x->r, 20 * MOOR_MS);
	for (unsigned k = before; k < x->r->frames->len; k++) {
		const struct rig_frame *f = &g_array_index(x->r->frames, struct rig_frame, k);
		struct reader r = reader_on(f->octets + 14, f->len - 14);
		struct arp a;

		if (f->sent && f->node == moor_node_id(net_host_node(x->mag_host)) && f->octets[12] == 8 && f->octets[13] == 6 &&
		    arp_decode(&r, &a, NULL) && a.op == ARP_REPLY && ip4_eq(a.spa, q.tpa))
			return true;
	}
	return false;
}

static void test_arp(void)
{
	struct rig *x = rig_with(NULL);

	attach(x);
	rig_run(x->r, 100 * MOOR_MS);
	CU_ASSERT(arp(x, "192.0.2.2", "192.0.2.1"));		/* the default router */
	CU_ASSERT(arp(x, "192.0.2.2", "192.0.2.5"));		/* another mobile node, wherever it is */
	CU_ASSERT(!arp(x, "192.0.2.2", "198.51.100.1"));	/* not of the home network */
	CU_ASSERT(!arp(x, "0.0.0.0", "192.0.2.2"));		/* a probe for its own address */
	CU_ASSERT(!arp(x, "192.0.2.5", "192.0.2.5"));		/* an announcement */
	rig_done(x);
}

/* Only the address that was given may be used [RFC 5844 3.2.4]. */
static void test_source(void)
{
	struct rig *x = rig_with(NULL);
	struct pmip_tunnel_view t;
	uint32_t at = 0;

	attach(x);
	rig_run(x->r, 100 * MOOR_MS);
	rig_address(x->mni, "192.0.2.2", 29);
	rig_address(x->mni, "192.0.2.4", 29);
	rig_route(x->mn, "198.51.100.0/24", "192.0.2.1", x->mni);
	CU_ASSERT(rig_udp(x->r, x->mn, "192.0.2.4", "198.51.100.9", 7000, 40));
	rig_run(x->r, MOOR_S);
	CU_ASSERT(pmip_lma_tunnel_next(x->lma, &at, &t) && t.packets_in == 0);
	CU_ASSERT(rig_udp(x->r, x->mn, "192.0.2.2", "198.51.100.9", 7000, 40));
	rig_run(x->r, MOOR_S);
	at = 0;
	CU_ASSERT(pmip_lma_tunnel_next(x->lma, &at, &t) && t.packets_in == 1);
	rig_done(x);
}

/* Another host on the link gives back what is not its own. */
static void test_thief(void)
{
	struct rig *x = rig_with(NULL);
	struct net_host *thief = rig_host(x->r, "thief", &net_profile_host);
	struct net_iface *i = rig_iface(x->r, thief, "wlan", NULL);
	struct net_send s = { .via = i, .src = a6("0.0.0.0"), .dst = a6("255.255.255.255"), .no_divert = true };
	struct dhcp4 m = { .op = 1, .xid = 7, .chaddr = *moor_port_mac(net_iface_port(x->mni)), .type = DHCP4_RELEASE,
			   .has = DHCP4_HAS_TYPE, .ciaddr = ip4("192.0.2.2") };
	struct pmip_bule_view b;
	uint8_t buffer[576];
	size_t n = dhcp4_encode(&m, buffer, sizeof buffer);

	attach(x);
	rig_run(x->r, 100 * MOOR_MS);
	CU_ASSERT(is(ask(x, DHCP4_DISCOVER, NULL, NULL, NULL), DHCP4_OFFER));
	moor_link_attach(x->air, net_iface_port(i), false);
	rig_run(x->r, 100 * MOOR_MS);
	net_udp_send(thief, moor_pkt_from(x->r->w, buffer, n), &s, 68, 67);
	rig_run(x->r, 100 * MOOR_MS);
	CU_ASSERT(pmip_mag_binding(x->mag, the_imsi(), 0, &b) && ip4_eq(b.hoa4, ip4("192.0.2.2")));
	CU_ASSERT(rig_discards(x->r, "dhcp4-unknown-host") == 1);
	rig_done(x);
}

static const struct harness_test tests[] = {
	{ "in another's name", test_thief },
	{ "an offer", test_offer },
	{ "requests of every kind", test_requests },
	{ "leases and binding lifetimes", test_lease },
	{ "before the registration", test_waiting },
	{ "on demand, and given back", test_demand },
	{ "given back for good", test_release_all },
	{ "one identifier for the domain", test_fixed_identifier },
	{ "no IPv4 from the LMA", test_none },
	{ "the LMA wants a relay agent", test_relay_wanted },
	{ "the PDN's DNS servers, and its charging id", test_dns },
	{ "ARP for the home network", test_arp },
	{ "another's source address", test_source },
};

int main(int argc, char **argv)
{
	return harness_main("pmip_dhcp4", tests, G_N_ELEMENTS(tests), argc, argv);
}
