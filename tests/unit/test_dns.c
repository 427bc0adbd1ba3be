/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The resolver against name servers, good and bad: outcomes, bounded questions, order of SRV, fail-over, forged
 * answers, cancelling.
 */
#include "tests/unit/net_rig.h"

#include "proto/dns_client.h"
#include "proto/dns_server.h"
#include "proto/dsmip.h"

struct scene {
	struct net_rig *r;
	struct moor_link *lan;
	struct net_host *client;
	struct net_iface *i;
	struct dns_server *server[3];
	struct dns_lookup_config c;
	unsigned told;
	struct dns_result result;
};

static void on_done(void *owner, moor_handle lookup, const struct dns_result *r)
{
	struct scene *s = owner;

	CU_ASSERT_TRUE(lookup != 0);
	s->told++;
	s->result = *r;
}

static void add(struct dns_server *s, const char *owner, const char *a)
{
	struct dns_record r = { .type = DNS_AAAA };

	g_strlcpy(r.owner, owner, sizeof r.owner);
	if (!ip6_parse(a, &r.a6)) {
		r.type = DNS_A;
		ip4_parse(a, &r.a4);
	}
	CU_ASSERT_TRUE(dns_server_add(s, &r));
}

static void add_target(struct dns_server *s, const char *owner, uint16_t type, const char *target, uint16_t priority)
{
	struct dns_record r = { .type = type, .priority = priority };

	g_strlcpy(r.owner, owner, sizeof r.owner);
	g_strlcpy(r.target, target, sizeof r.target);
	CU_ASSERT_TRUE(dns_server_add(s, &r));
}

/* n servers with the same zone, at ::51, ::52, … */
static moor_time thinking = 3 * MOOR_MS;	/* of the servers */

static struct scene *scene_new(unsigned n, const enum dns_fault *faults)
{
	struct scene *s = g_new0(struct scene, 1);

	s->r = net_rig_new();
	s->lan = rig_lan(s->r, "lan", MOOR_MS, 1500);
	s->client = rig_host(s->r, "client", &net_profile_host);
	s->i = rig_iface(s->r, s->client, "eth", s->lan);
	rig_address(s->i, "2001:db8::2", 64);
	for (unsigned k = 0; k < n; k++) {
		g_autofree char *name = g_strdup_printf("dns%u", k), *a = g_strdup_printf("2001:db8::%u", 51 + k);
		struct dns_server_config c = { .delay = thinking, .fault = faults[k] };
		struct net_host *h = rig_host(s->r, name, &net_profile_host);

		rig_address(rig_iface(s->r, h, "eth", s->lan), a, 64);
		s->server[k] = dns_server_new(h, &c);
		add(s->server[k], "ha.example.org", "2001:db8:c0::1");
		add(s->server[k], "ha.example.org", "203.0.113.1");
		add(s->server[k], "four.example.org", "203.0.113.4");
		add_target(s->server[k], "alias.example.org", DNS_CNAME, "ha.example.org", 0);
		add_target(s->server[k], "_mip6._ipv6.example.org", DNS_SRV, "four.example.org", 20);
		add_target(s->server[k], "_mip6._ipv6.example.org", DNS_SRV, "ha.example.org", 10);
		add_target(s->server[k], "_mip6._ipv6.example.org", DNS_SRV, "gone.example.org", 5);
		s->c.server[s->c.n_servers++] = a6(a);
	}
	s->c.own = a6("2001:db8::2");
	s->c.via = s->i;
	s->c.done = on_done;
	s->c.owner = s;
	rig_run(s->r, 2 * MOOR_S);
	return s;
}

static void scene_free(struct scene *s)
{
	net_rig_free(s->r);
	g_free(s);
}

static void look_up(struct scene *s, const char *name, bool service)
{
	s->c.name = name;
	s->c.service = service;
	s->told = 0;
	CU_ASSERT_TRUE(dns_lookup(s->client, &s->c) != 0);
	rig_run(s->r, 60 * MOOR_S);
	CU_ASSERT_EQUAL(s->told, 1);
}

static unsigned queries(const struct scene *s)
{
	return rig_records(s->r, REC_SIGNAL_TX, -1);		/* silent servers send none */
}

static const enum dns_fault good[3] = { DNS_FAULT_NONE, DNS_FAULT_NONE, DNS_FAULT_NONE };

static void both_addresses_in_one_procedure(void)
{
	struct ip6_addr expected = a6("2001:db8:c0::1");
	struct scene *s = scene_new(1, good);

	look_up(s, "HA.example.org.", false);
	CU_ASSERT_EQUAL(s->result.what, DNS_FOUND);
	CU_ASSERT_EQUAL(s->result.n, 1);
	CU_ASSERT_TRUE(ip6_eq(&s->result.host[0].a6, &expected));
	CU_ASSERT_EQUAL(ip4_u32(s->result.host[0].a4), 0xcb007101);
	look_up(s, "alias.example.org", false);
	CU_ASSERT_EQUAL(s->result.what, DNS_FOUND);
	look_up(s, "four.example.org", false);
	CU_ASSERT_TRUE(s->result.what == DNS_FOUND && ip6_is_zero(&s->result.host[0].a6));
	look_up(s, "none.example.org", false);
	CU_ASSERT_TRUE(s->result.what == DNS_NO_NAME && !s->result.n);
	look_up(s, "_mip6._ipv6.example.org", false);
	CU_ASSERT_TRUE(s->result.what == DNS_NO_DATA && !s->result.n);
	scene_free(s);
}

static void services_come_by_priority(void)
{
	struct scene *s = scene_new(1, good);

	look_up(s, "_mip6._ipv6.example.org", true);
	CU_ASSERT_EQUAL(s->result.what, DNS_FOUND);
	CU_ASSERT_EQUAL(s->result.n, 2);		/* gone.example.org has no address */
	CU_ASSERT_STRING_EQUAL(s->result.host[0].name, "ha.example.org");
	CU_ASSERT_STRING_EQUAL(s->result.host[1].name, "four.example.org");
	look_up(s, "ha.example.org", true);
	CU_ASSERT_EQUAL(s->result.what, DNS_NO_DATA);
	scene_free(s);
}

static const struct { enum dns_fault fault; enum dns_outcome what; const char *discard; } bad[] = {
	{ DNS_FAULT_SILENT, DNS_SILENT, NULL }, { DNS_FAULT_SERVFAIL, DNS_REFUSES, NULL },
	{ DNS_FAULT_REFUSED, DNS_REFUSES, NULL }, { DNS_FAULT_NXDOMAIN, DNS_NO_NAME, NULL },
	{ DNS_FAULT_LOOP, DNS_LOOPS, "dns-cname-loop" }, { DNS_FAULT_WRONG_ID, DNS_SILENT, "dns-id" },
	{ DNS_FAULT_WRONG_NAME, DNS_SILENT, "dns-question" }, { DNS_FAULT_GARBAGE, DNS_SILENT, "dns-name-loop" },
};

static void bad_servers_have_outcomes(void)
{
	for (size_t k = 0; k < G_N_ELEMENTS(bad); k++) {
		struct scene *s = scene_new(1, &bad[k].fault);

		look_up(s, "ha.example.org", false);
		if (s->result.what != bad[k].what)
			printf("fault %u: %s\n", bad[k].fault, dns_outcome_name(s->result.what));
		CU_ASSERT_TRUE(s->result.what == bad[k].what && !s->result.n);
		CU_ASSERT_TRUE(!bad[k].discard || rig_discards(s->r, bad[k].discard) > 0);
		scene_free(s);
	}
}

/* [R29275-6.1-13] */
static void mapped_addresses_are_none(void)
{
	const enum dns_fault fault = DNS_FAULT_MAPPED;
	struct dns_record r = { .owner = "x.example.org", .type = DNS_AAAA, .a6 = a6("192.0.2.1") };
	struct scene *s = scene_new(1, &fault);

	look_up(s, "ha.example.org", false);
	CU_ASSERT_TRUE(s->result.what == DNS_FOUND && ip6_is_zero(&s->result.host[0].a6));
	CU_ASSERT_EQUAL(rig_discards(s->r, "dns-mapped-address"), 1);
	CU_ASSERT_FALSE(dns_server_add(s->server[0], &r));
	r.a6 = a6("2001:db8::9");
	g_strlcpy(r.owner, "alias.example.org", sizeof r.owner);
	CU_ASSERT_FALSE(dns_server_add(s->server[0], &r));	/* beside an alias */
	scene_free(s);
}

static void another_server_is_asked(void)
{
	static const enum dns_fault faults[3] = { DNS_FAULT_SILENT, DNS_FAULT_SERVFAIL, DNS_FAULT_NONE };
	struct scene *s = scene_new(3, faults);

	look_up(s, "ha.example.org", false);
	CU_ASSERT_EQUAL(s->result.what, DNS_FOUND);
	scene_free(s);
}

static void questions_are_bounded(void)
{
	static const enum dns_fault silent[3] = { DNS_FAULT_SILENT, DNS_FAULT_SILENT, DNS_FAULT_SILENT };
	struct scene *s = scene_new(3, silent);

	rig_clear(s->r);
	look_up(s, "ha.example.org", false);
	CU_ASSERT_EQUAL(s->result.what, DNS_SILENT);
	CU_ASSERT_EQUAL(queries(s), 2 * 3 * 2);		/* two types, three servers, DNS_TRIES */
	scene_free(s);
}

static void what_cannot_be_asked(void)
{
	struct scene *s = scene_new(1, good);

	s->c.name = "not a name";
	CU_ASSERT_EQUAL(dns_lookup(s->client, &s->c), 0);
	s->c.name = "ha.example.org";
	s->c.own = a6("192.0.2.2");		/* its only server is an IPv6 one */
	CU_ASSERT_EQUAL(dns_lookup(s->client, &s->c), 0);
	scene_free(s);
}

static void a_cancelled_lookup_says_nothing(void)
{
	struct scene *s = scene_new(1, good);
	moor_handle h;

	s->c.name = "ha.example.org";
	h = dns_lookup(s->client, &s->c);
	dns_cancel(s->client, h);
	dns_cancel(s->client, h);
	dns_cancel(s->client, 0);
	rig_run(s->r, 60 * MOOR_S);
	CU_ASSERT_EQUAL(s->told, 0);
	scene_free(s);
}

/* An answer that comes when the question has been asked again is one. */
static void slower_than_the_question(void)
{
	struct scene *s;

	thinking = 3 * MOOR_S;
	s = scene_new(1, good);
	look_up(s, "ha.example.org", false);
	CU_ASSERT_TRUE(s->result.what == DNS_FOUND && s->result.n == 1);
	scene_free(s);
	s = scene_new(1, (const enum dns_fault [3]){ DNS_FAULT_SERVFAIL });
	look_up(s, "ha.example.org", false);
	CU_ASSERT_TRUE(s->result.what != DNS_FOUND && !s->result.n);
	scene_free(s);
	thinking = 3 * MOOR_MS;
}

static const struct harness_test tests[] = {
	{ "slower than the question", slower_than_the_question },
	{ "both addresses in one procedure", both_addresses_in_one_procedure },
	{ "services come by priority", services_come_by_priority },
	{ "bad servers have outcomes", bad_servers_have_outcomes },
	{ "mapped addresses are none", mapped_addresses_are_none },
	{ "another server is asked", another_server_is_asked },
	{ "questions are bounded", questions_are_bounded },
	{ "what cannot be asked", what_cannot_be_asked },
	{ "a cancelled lookup says nothing", a_cancelled_lookup_says_nothing },
};

int main(int argc, char **argv)
{
	return harness_main("dns", tests, G_N_ELEMENTS(tests), argc, argv);
}
