/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DHCPv6 between client, relay and server on small networks: home agent discovery, its ways to fail and every lie of a
 * server, leases from Solicit to Release, several servers, several clients on one host.
 */
#include "tests/unit/net_rig.h"

#include "proto/dhcp6_client.h"
#include "proto/dhcp6_service.h"

#define APN "internet.ha-apn.mnc012.mcc345.pub.3gppnetwork.org"

static const struct net_profile host = { .ipv4 = true, .ipv6 = true, .dad = true, .accept_rd = true };

struct scene {
	struct net_rig *r;
	struct moor_link *lan, *core;
	struct net_host *h, *router, *server;
	struct net_iface *i;
	struct dhcp6_service *s;
	/* what the client was told */
	unsigned got, failed, bound, lost;
	enum dhcp6_failure why;
	struct dhcp6_info info;
	char fqdn[256], domain[256];
	struct dhcp6_lease lease[DHCP6_MAX_LEASES];
	unsigned n;
};

static struct dhcp6_server_config settings(void)
{
	struct dhcp6_server_config c;

	dhcp6_server_config_default(&c);
	c.n_dns = 1;
	c.dns[0] = a6("2001:db8:c0::53");
	strcpy(c.domain, "home.example");
	c.n_homes = 2;
	strcpy(c.homes[0].id, APN);
	c.homes[0].ha6 = a6("2001:db8:c0::1");
	c.homes[0].ha4 = (struct ip4_addr){ { 203, 0, 113, 1 } };
	strcpy(c.homes[0].ha_fqdn, "ha.example");
	c.homes[0].hnp = p6("2001:db8:a000::/64");
	strcpy(c.homes[1].ha_fqdn, "any.example");
	c.pd_pool = p6("2001:db8:d000::/48");
	c.pd_len = 56;
	c.na_pool = p6("2001:db8:1::/64");
	return c;
}

/* relayed: client - router with relay - server; else all on one link. */
static struct scene scene_new(bool relayed, const struct dhcp6_server_config *c)
{
	struct scene s = { .r = net_rig_new() };
	struct ip6_addr to = a6("2001:db8:c0::5");
	struct net_iface *in, *out, *si;

	s.lan = rig_lan(s.r, "lan", MOOR_MS, 1500);
	s.core = rig_lan(s.r, "core", MOOR_MS, 1500);
	s.h = rig_host(s.r, "ue", &host);
	s.i = rig_iface(s.r, s.h, "lan", s.lan);
	s.server = rig_host(s.r, "server", &host);
	si = rig_iface(s.r, s.server, "eth", relayed ? s.core : s.lan);
	rig_address(si, "2001:db8:c0::5", 64);
	s.s = dhcp6_service_new(s.server);
	dhcp6_service_serve(s.s, c);
	if (relayed) {
		s.router = rig_host(s.r, "router", &net_profile_router);
		in = rig_iface(s.r, s.router, "lan", s.lan);
		out = rig_iface(s.r, s.router, "core", s.core);
		rig_address(in, "2001:db8:1::1", 64);
		rig_address(out, "2001:db8:c0::6", 64);
		dhcp6_service_relay(dhcp6_service_new(s.router), in, &to);
		rig_route(s.server, "2001:db8:1::/64", "2001:db8:c0::6", si);
	}
	rig_run(s.r, 3 * MOOR_S);
	return s;
}

static void on_got(void *owner, const struct dhcp6_info *info)
{
	struct scene *s = owner;

	s->got++;
	s->info = *info;
	g_strlcpy(s->fqdn, info->ha_fqdn ? info->ha_fqdn : "", sizeof s->fqdn);
	g_strlcpy(s->domain, info->domain ? info->domain : "", sizeof s->domain);
}

static void on_failed(void *owner, enum dhcp6_failure why, const struct dhcp6_info *rest)
{
	struct scene *s = owner;

	(void)rest;
	s->failed++;
	s->why = why;
}

static const struct dhcp6_info_ops info_ops = { on_got, on_failed };

static void on_bound(void *owner, const struct dhcp6_lease *l, unsigned n)
{
	struct scene *s = owner;

	s->bound++;
	s->n = n;
	memcpy(s->lease, l, n * sizeof *l);
}

static void on_lost(void *owner, enum dhcp6_failure why)
{
	struct scene *s = owner;

	s->lost++;
	s->why = why;
}

static const struct dhcp6_lease_ops lease_ops = { on_bound, on_lost };

static moor_handle ask(struct scene *s, const char *network)
{
	struct dhcp6_info_ask a = { .way.link = s->i, .home_network = network, .transmissions = 3 };

	return dhcp6_info_start(s->h, &a, &info_ops, s);
}

static moor_handle lease(struct scene *s, bool pd, bool rapid)
{
	struct dhcp6_lease_ask a = { .way.link = s->i, .pd = pd, .iaid = pd ? 1 : 2, .rapid = rapid, .solicits = 4 };

	return dhcp6_lease_start(s->h, &a, &lease_ops, s);
}

/* Messages of that type which a node sent. */
static unsigned sent(const struct scene *s, const struct net_host *h, uint8_t type)
{
	unsigned n = 0;

	for (guint i = 0; i < s->r->records->len; i++) {
		const struct moor_record *r = &g_array_index(s->r->records, struct moor_record, i);

		n += r->kind == REC_SIGNAL_TX && r->u.signal.protocol == SIGNAL_DHCP6 && r->u.signal.type == type &&
		     r->node == moor_node_id(net_host_node(h));
	}
	return n;
}

static void discovery(bool relayed)
{
	struct dhcp6_server_config c = settings();
	struct scene s = scene_new(relayed, &c);
	struct ip6_addr ha = a6("2001:db8:c0::1");

	CU_ASSERT_NOT_EQUAL(ask(&s, APN), 0);
	rig_run(s.r, 3 * MOOR_S);
	CU_ASSERT_TRUE(s.got == 1 && s.failed == 0);
	CU_ASSERT_TRUE(ip6_eq(&s.info.ha6, &ha) && s.info.ha4.o[0] == 203 && s.info.hnp.len == 64);
	CU_ASSERT_STRING_EQUAL(s.fqdn, "ha.example");
	CU_ASSERT_STRING_EQUAL(s.domain, "home.example");
	CU_ASSERT_TRUE(s.info.n_dns == 1 && s.info.refresh_s == 86400);
	CU_ASSERT_EQUAL(sent(&s, s.h, DHCP6_INFORMATION_REQUEST), 1);
	CU_ASSERT_EQUAL(sent(&s, s.server, DHCP6_RELAY_REPL), relayed);
	CU_ASSERT_NOT_EQUAL(ask(&s, ""), 0);			/* any home network */
	rig_run(s.r, 3 * MOOR_S);
	CU_ASSERT_TRUE(s.got == 2 && ip6_is_zero(&s.info.ha6) && ip4_is_zero(s.info.ha4));
	CU_ASSERT_STRING_EQUAL(s.fqdn, "any.example");
	CU_ASSERT_NOT_EQUAL(ask(&s, NULL), 0);			/* no home network at all */
	rig_run(s.r, 3 * MOOR_S);
	CU_ASSERT_TRUE(s.got == 3 && !*s.fqdn && s.info.n_dns == 1);
	CU_ASSERT_EQUAL(ask(&s, "not..a.name"), 0);
	net_rig_free(s.r);
}

static void a_server_on_the_link(void) { discovery(false); }
static void a_server_behind_a_relay(void) { discovery(true); }

/* What a client makes of each lie; the reason of the discard. */
static const struct { uint32_t lie; const char *reason; enum dhcp6_failure why; } lies[] = {
	{ DHCP6_LIE_XID, "dhcp6-transaction", DHCP6_SILENCE },
	{ DHCP6_LIE_NO_SERVER_ID, "dhcp6-no-server-id", DHCP6_SILENCE },
	{ DHCP6_LIE_CLIENT_ID, "dhcp6-client-id", DHCP6_SILENCE },
	{ DHCP6_LIE_TRUNCATED, "dhcp6-opt-length", DHCP6_SILENCE },
	{ DHCP6_LIE_HA_MULTICAST, "dhcp6-no-home-agent", DHCP6_NOTHING },
	{ DHCP6_LIE_HA_ZERO, "dhcp6-no-home-agent", DHCP6_NOTHING },
	{ DHCP6_LIE_OTHER_HOME, "dhcp6-no-home-agent", DHCP6_NOTHING },
	{ DHCP6_LIE_BARE, "dhcp6-no-home-agent", DHCP6_NOTHING },
};

static void every_lie_is_seen(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(lies); i++) {
		struct dhcp6_server_config c = settings();
		struct scene s;

		c.lies = lies[i].lie;
		c.homes[0].ha_fqdn[0] = 0;
		s = scene_new(i % 2, &c);
		ask(&s, APN);
		rig_run(s.r, 20 * MOOR_S);
		CU_ASSERT_TRUE(s.got == 0 && s.failed == 1 && s.why == lies[i].why);
		CU_ASSERT_TRUE(rig_discards(s.r, lies[i].reason) > 0);
		CU_ASSERT_EQUAL(sent(&s, s.h, DHCP6_INFORMATION_REQUEST), lies[i].why == DHCP6_SILENCE ? 3 : 1);
		net_rig_free(s.r);
	}
}

/* An IPv4 home agent in a form that RFC 6610 does not know is passed over, the IPv6 one beside it holds. */
static void a_mapped_home_agent(void)
{
	struct dhcp6_server_config c = settings();
	struct scene s;

	c.lies = DHCP6_LIE_HA_MAPPED;
	s = scene_new(false, &c);
	ask(&s, APN);
	rig_run(s.r, 3 * MOOR_S);
	CU_ASSERT_TRUE(s.got == 1 && ip4_is_zero(s.info.ha4) && !ip6_is_zero(&s.info.ha6));
	net_rig_free(s.r);
}

static void nobody_answers(void)
{
	struct dhcp6_server_config c = settings();
	struct scene s;
	moor_handle a;

	c.mute = true;
	s = scene_new(false, &c);
	a = ask(&s, APN);
	rig_run(s.r, 6 * MOOR_S);
	CU_ASSERT_TRUE(dhcp6_client_running(s.h, a));
	rig_run(s.r, 6 * MOOR_S);			/* 1 + 2 + 4 s, each a tenth more at most, after a second at most */
	CU_ASSERT_TRUE(s.failed == 1 && s.why == DHCP6_SILENCE && !dhcp6_client_running(s.h, a));
	CU_ASSERT_EQUAL(sent(&s, s.h, DHCP6_INFORMATION_REQUEST), 3);
	dhcp6_server_settings(dhcp6_service_server(s.s))->mute = false;
	dhcp6_server_settings(dhcp6_service_server(s.s))->n_homes = 0;
	ask(&s, APN);
	rig_run(s.r, 3 * MOOR_S);
	CU_ASSERT_TRUE(s.failed == 2 && s.why == DHCP6_NOTHING);
	a = ask(&s, APN);
	dhcp6_client_stop(s.h, a);
	dhcp6_client_stop(s.h, a);			/* what has ended is refused quietly */
	rig_run(s.r, 20 * MOOR_S);
	CU_ASSERT_TRUE(s.failed == 2 && s.got == 0);
	net_rig_free(s.r);
}

/* Three at once, each with its own transaction. */
static void several_on_one_host(void)
{
	struct dhcp6_server_config c = settings();
	struct scene s = scene_new(true, &c);
	moor_handle middle;

	ask(&s, APN);
	middle = ask(&s, APN);
	ask(&s, NULL);
	dhcp6_client_stop(s.h, middle);
	lease(&s, true, false);
	lease(&s, false, false);
	rig_run(s.r, 10 * MOOR_S);
	CU_ASSERT_TRUE(s.got == 2 && s.failed == 0 && s.bound == 2 && s.lost == 0);
	CU_ASSERT_EQUAL(dhcp6_server_leases(dhcp6_service_server(s.s)), 2);
	net_rig_free(s.r);
}

static void a_lease(bool relayed, bool rapid)
{
	struct dhcp6_server_config c = settings();
	struct ip6_prefix want = p6("2001:db8:d000::/56");
	struct scene s;
	moor_handle a;

	c.rapid = true;
	c.preferred = 100;
	c.valid = 200;
	s = scene_new(relayed, &c);
	a = lease(&s, true, rapid);
	rig_run(s.r, 5 * MOOR_S);
	CU_ASSERT_TRUE(s.bound == 1 && s.n == 1 && ip6_prefix_eq(&s.lease[0].prefix, &want));
	CU_ASSERT_EQUAL(sent(&s, s.h, DHCP6_REQUEST), !rapid);
	rig_run(s.r, 52 * MOOR_S);			/* T1 is 50 s */
	CU_ASSERT_TRUE(s.bound == 2 && sent(&s, s.h, DHCP6_RENEW) == 1);
	dhcp6_server_forget(dhcp6_service_server(s.s));
	rig_run(s.r, 55 * MOOR_S);			/* NoBinding: asked for again [RFC 8415 18.2.10.1] */
	CU_ASSERT_TRUE(s.bound == 3 && s.lost == 0 && sent(&s, s.h, DHCP6_REQUEST) == 1u + !rapid);
	dhcp6_lease_release(s.h, a);
	rig_run(s.r, 2 * MOOR_S);
	CU_ASSERT_TRUE(s.lost == 1 && s.why == DHCP6_GONE && dhcp6_server_leases(dhcp6_service_server(s.s)) == 0);
	net_rig_free(s.r);
}

static void four_messages(void) { a_lease(false, false); }
static void two_messages(void) { a_lease(false, true); }
static void four_messages_through_a_relay(void) { a_lease(true, false); }

static void an_address(void)
{
	struct dhcp6_server_config c = settings();
	struct scene s = scene_new(false, &c);

	lease(&s, false, false);
	rig_run(s.r, 5 * MOOR_S);
	CU_ASSERT_TRUE(s.bound == 1 && s.n == 1 && s.lease[0].prefix.len == 128);
	CU_ASSERT_TRUE(ip6_in_prefix(&s.lease[0].prefix.addr, &c.na_pool) && ip6_low64(&s.lease[0].prefix.addr) != 0);
	net_rig_free(s.r);
}

/* Who prefers more is taken, though it answers as late as the other. */
static void the_better_of_two_servers(void)
{
	struct dhcp6_server_config c = settings();
	struct scene s = scene_new(false, &c);
	struct net_host *other = rig_host(s.r, "other", &host);
	struct ip6_prefix pool = p6("2001:db8:e000::/48");

	rig_iface(s.r, other, "eth", s.lan);
	c.pd_pool = pool;
	c.preference = 10;
	dhcp6_service_serve(dhcp6_service_new(other), &c);
	rig_run(s.r, 3 * MOOR_S);
	lease(&s, true, false);
	rig_run(s.r, 5 * MOOR_S);
	CU_ASSERT_TRUE(s.bound == 1 && ip6_in_prefix(&s.lease[0].prefix.addr, &pool));
	CU_ASSERT_TRUE(rig_discards(s.r, "dhcp6-other-server") > 0);
	net_rig_free(s.r);
}

/* What no server takes: by unicast, with associations where none belong, a relay message too many. */
static void what_a_server_refuses(void)
{
	struct dhcp6_server_config c = settings();
	struct scene s = scene_new(false, &c);
	struct dhcp6 m = { .type = DHCP6_INFORMATION_REQUEST, .xid = 5 };
	struct net_send to = { .dst = a6("ff02::1:2"), .via = s.i };
	uint8_t buf[2][1400];
	size_t n = dhcp6_encode(&m, buf[0], sizeof buf[0]);

	to.dst = a6("fe80::ff:fe00:2");
	net_udp_send(s.h, moor_pkt_from(s.r->w, buf[0], n), &to, 546, 547);
	rig_run(s.r, 2 * MOOR_S);
	CU_ASSERT_EQUAL(rig_discards(s.r, "dhcp6-unicast"), 1);
	to.dst = a6("ff02::1:2");
	m.n_ia = 1;
	n = dhcp6_encode(&m, buf[0], sizeof buf[0]);
	net_udp_send(s.h, moor_pkt_from(s.r->w, buf[0], n), &to, 546, 547);
	rig_run(s.r, MOOR_S);
	CU_ASSERT_EQUAL(rig_discards(s.r, "dhcp6-ia-in-information-request"), 1);
	for (unsigned i = 0; i < DHCP6_HOP_LIMIT + 1; i++) {
		struct dhcp6 relay = { .type = DHCP6_RELAY_FORW, .has = DHCP6_HAS_RELAY_MSG,
				       .relay_msg = { buf[i % 2], (uint16_t)n } };

		n = dhcp6_encode(&relay, buf[(i + 1) % 2], sizeof buf[0]);
	}
	net_udp_send(s.h, moor_pkt_from(s.r->w, buf[(DHCP6_HOP_LIMIT + 1) % 2], n), &to, 546, 547);
	rig_run(s.r, MOOR_S);
	CU_ASSERT_EQUAL(rig_discards(s.r, "dhcp6-relayed-too-often"), 1);
	net_udp_send(s.h, moor_pkt_from(s.r->w, (const uint8_t *)"\7", 1), &to, 546, 547);
	rig_run(s.r, MOOR_S);
	CU_ASSERT_EQUAL(rig_discards(s.r, "dhcp6-short"), 1);
	CU_ASSERT_EQUAL(sent(&s, s.server, DHCP6_REPLY), 0);
	net_rig_free(s.r);
}

/* Lifetimes that would have it renewed at once, for ever [RFC 8415 14.2]. */
static void no_storm_of_renewals(void)
{
	struct dhcp6_server_config c = settings();
	struct scene s;

	for (unsigned preferred = 0; preferred < 2; preferred++) {
		c.preferred = preferred;
		c.valid = 100;
		s = scene_new(false, &c);
		lease(&s, true, false);
		rig_run(s.r, 60 * MOOR_S);
		CU_ASSERT_TRUE(s.lost == 0 && s.bound > 1);
		CU_ASSERT_TRUE(sent(&s, s.h, DHCP6_RENEW) + sent(&s, s.h, DHCP6_REBIND) <= 12);
		net_rig_free(s.r);
	}
}

/* NoBinding for what it holds, and then nothing: the lease does not live on. */
static void disowned(void)
{
	struct dhcp6_server_config c = settings();
	struct scene s;
	struct dhcp6_server *server;

	c.preferred = 100;
	c.valid = 4000;
	s = scene_new(false, &c);
	server = dhcp6_service_server(s.s);
	lease(&s, true, false);
	rig_run(s.r, 5 * MOOR_S);
	CU_ASSERT_EQUAL(s.bound, 1);
	dhcp6_server_forget(server);
	for (unsigned k = 0; k < 60000 && sent(&s, s.h, DHCP6_REQUEST) < 2; k++)
		rig_run(s.r, MOOR_MS);
	dhcp6_server_settings(server)->mute = true;
	rig_run(s.r, 400 * MOOR_S);
	CU_ASSERT_TRUE(s.lost == 1 && s.why == DHCP6_GONE);
	net_rig_free(s.r);
}

static const struct harness_test tests[] = {
	{ "no storm of renewals", no_storm_of_renewals },
	{ "a lease disowned", disowned },
	{ "discovery: a server on the link", a_server_on_the_link },
	{ "discovery: a server behind a relay", a_server_behind_a_relay },
	{ "every lie is seen", every_lie_is_seen },
	{ "a mapped home agent", a_mapped_home_agent },
	{ "nobody answers", nobody_answers },
	{ "several on one host", several_on_one_host },
	{ "a lease by four messages", four_messages },
	{ "a lease by two messages", two_messages },
	{ "a lease through a relay", four_messages_through_a_relay },
	{ "an address", an_address },
	{ "the better of two servers", the_better_of_two_servers },
	{ "what a server refuses", what_a_server_refuses },
};

int main(int argc, char **argv)
{
	return harness_main("dhcp6", tests, G_N_ELEMENTS(tests), argc, argv);
}
