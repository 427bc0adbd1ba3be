/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of DSMIPv6 that need no peer: sequence comparison, addresses that may be home or care-of addresses, the
 * state machines as descriptions, the home agent's pools, and what one UE and one binding cost.
 */
#include <string.h>

#include "entity/ha.h"
#include "entity/ue.h"
#include "proto/dhcp4_client.h"
#include "tests/unit/harness.h"

static struct ip6_addr a6(const char *s)
{
	struct ip6_addr a = { { 0 } };

	g_assert(ip6_parse(s, &a));
	return a;
}

static struct ip4_addr a4(const char *s)
{
	struct ip4_addr a = { { 0 } };

	g_assert(ip4_parse(s, &a));
	return a;
}

static void sequence_numbers(void)
{
	/* the example of RFC 6275 9.5.1: last 15, old are 0 to 15 and 32783 to 65535 */
	for (unsigned n = 0; n < 65536; n++)
		if (dsmip_seq_newer((uint16_t)n, 15) != (n > 15 && n < 32783))
			CU_FAIL("example of RFC 6275 9.5.1");
	for (unsigned last = 0; last < 65536; last += 257) {
		CU_ASSERT(!dsmip_seq_newer((uint16_t)last, (uint16_t)last));
		CU_ASSERT(dsmip_seq_newer((uint16_t)(last + 1), (uint16_t)last));
		CU_ASSERT(!dsmip_seq_newer((uint16_t)(last - 1), (uint16_t)last));
	}
}

static void addresses(void)
{
	static const char *const no6[] = { "::", "::1", "ff02::1", "ff0e::1", "fe80::1", "febf::1", "::ffff:192.0.2.1" };
	static const char *const no4[] = { "0.0.0.0", "0.1.2.3", "127.0.0.1", "224.0.0.1", "255.255.255.255", "240.0.0.1" };
	struct ip6_addr a;

	for (unsigned k = 0; k < G_N_ELEMENTS(no6); k++) {
		a = a6(no6[k]);
		CU_ASSERT(!dsmip_routable6(&a));
	}
	a = a6("2001:db8::1");
	CU_ASSERT(dsmip_routable6(&a) && !dsmip_is_mapped(&a));
	a = a6("fc00::1");
	CU_ASSERT(dsmip_routable6(&a));
	for (unsigned k = 0; k < G_N_ELEMENTS(no4); k++)
		CU_ASSERT(!dsmip_routable4(a4(no4[k])));
	CU_ASSERT(dsmip_routable4(a4("10.0.0.1")));
	a = ip6_mapped(a4("10.0.0.1"));
	CU_ASSERT(dsmip_is_mapped(&a) && ip4_u32(dsmip_unmap(&a)) == 0x0a000001);
}

/* ---- descriptors ------------------------------------------------------------------------------------------------- */

static void check_machine(const struct fsm *f, unsigned start)
{
	uint32_t seen = 1u << start;
	uint64_t events = 0;

	CU_ASSERT(f->n_states <= FSM_MAX_STATES && f->n_events <= FSM_MAX_EVENTS);
	for (unsigned round = 0; round < f->n_states; round++)
		for (unsigned s = 0; s < f->n_states; s++)
			if (seen >> s & 1)
				seen |= f->states[s].successors;
	CU_ASSERT_EQUAL(seen, (1u << f->n_states) - 1);		/* every state can be reached */
	for (unsigned s = 0; s < f->n_states; s++) {
		CU_ASSERT(f->states[s].name && f->states[s].clause);
		CU_ASSERT(!(f->states[s].successors >> f->n_states));
		CU_ASSERT(f->states[s].successors);		/* and left */
		CU_ASSERT(!(f->states[s].admits >> f->n_events));
		CU_ASSERT(!f->states[s].timer || timer_find(f->states[s].timer) >= 0);
		events |= f->states[s].admits;
		for (unsigned t = 0; t < s; t++)
			CU_ASSERT(strcmp(f->states[s].name, f->states[t].name));
	}
	CU_ASSERT_EQUAL(events, FSM_BIT(f->n_events) - 1);	/* every event is admitted somewhere */
	for (unsigned e = 0; e < f->n_events; e++)
		CU_ASSERT(f->events[e] && *f->events[e]);
}

static void machines(void)
{
	check_machine(&dsmip_ue_fsm, DSMIP_IDLE);
	check_machine(&dsmip_bce_fsm, DSMIP_BCE_NONE);
	check_machine(&dhcp4_client_fsm, DHCP4C_STOPPED);
}

/* ---- the home agent's pools -------------------------------------------------------------------------------------- */

struct box { struct moor_world *w; struct ha *ha; struct dsmip_ha *a; };

static struct box box_of(const char *pool6, const char *pool4)
{
	struct moor_world_config wc = { .seed = 3 };
	struct ha_config c;
	struct box b = { .w = moor_world_new(&wc) };

	ha_config_default(&c);
	CU_ASSERT(ip6_prefix_parse(pool6, &c.dsmip.hnp_pool));
	if (pool4)
		CU_ASSERT(ip4_prefix_parse(pool4, &c.dsmip.ip4_pool));
	c.dsmip.addr = (struct dsmip_ha_addr){ a6("2001:db8:c0::1"), a4("203.0.113.1") };
	c.n_ifaces = 1;
	c.iface[0] = (struct ha_iface_config){ .name = "core", .mac = mac_from_u64(2), .a6 = c.dsmip.addr.a6, .len6 = 64,
					       .a4 = c.dsmip.addr.a4, .len4 = 24 };
	b.ha = ha_new(moor_node_new(b.w, "ha"), &c);
	b.a = ha_dsmip(b.ha);
	return b;
}

static void prefixes(void)
{
	struct box b = box_of("2001:db8:a000::/62", NULL);
	struct ip6_prefix p, chosen;
	char text[ADDR_TEXT_MAX];

	CU_ASSERT(ip6_prefix_parse("2001:db8:a000:1::/64", &chosen));
	CU_ASSERT(ha_assign_this(b.ha, NULL, &chosen));
	CU_ASSERT(ha_assign(b.ha, NULL, &p));
	CU_ASSERT_STRING_EQUAL(ip6_prefix_text(&p, text), "2001:db8:a000::/64");
	CU_ASSERT(ha_assign(b.ha, NULL, &p));
	CU_ASSERT_STRING_EQUAL(ip6_prefix_text(&p, text), "2001:db8:a000:2::/64");	/* 1 is taken */
	CU_ASSERT(ha_assign(b.ha, NULL, &p));
	CU_ASSERT(!ha_assign(b.ha, NULL, &p));						/* used up */
	CU_ASSERT(ip6_prefix_parse("2001:db8:b000::/64", &chosen));
	CU_ASSERT(!ha_assign_this(b.ha, NULL, &chosen));
	CU_ASSERT(ip6_prefix_parse("2001:db8:a000::/63", &chosen));
	CU_ASSERT(!ha_assign_this(b.ha, NULL, &chosen));
	moor_world_free(b.w);
}

static void no_bindings_yet(void)
{
	struct box b = box_of("2001:db8:a000::/40", "192.0.2.0/24");
	struct ip6_addr hoa = a6("2001:db8:a000::1");
	struct dsmip_bce_view v;

	CU_ASSERT(!dsmip_ha_binding(b.a, &hoa, &v));
	CU_ASSERT(!dsmip_ha_drop(b.a, &hoa));
	ha_reboot(b.ha);
	CU_ASSERT_EQUAL(dsmip_ha_bindings(b.a), 0);
	CU_ASSERT_EQUAL(dsmip_ha_entries(b.a), 0);
	moor_world_free(b.w);
}

/* A hundred thousand of them are an ordinary run. */
static void add_ue_octets(void *ctx, const char *what, uint64_t n, size_t octets)
{
	if (!strcmp(what, "dsmip-ue"))
		*(size_t *)ctx += n ? octets : 0;
}

static void cost_of_a_ue(void)
{
	struct moor_world_config wc = { .seed = 3 };
	struct moor_world *w = moor_world_new(&wc);
	struct ue_profile p;
	struct ue_config c = { .profile = &p, .n_ifaces = 1 };
	size_t octets = 0;
	struct ue *u;

	ue_profile_default(&p);
	p.dsmip.ha[0].a6 = a6("2001:db8:c0::1");
	p.dsmip.n_ha = 1;
	c.iface[0] = (struct ue_iface_config){ "lte", mac_from_u64(9), false };
	CU_ASSERT(ip6_prefix_parse("2001:db8:a000::/64", &c.hnp));
	u = ue_new(moor_node_new(w, "ue"), &c);
	moor_world_memory(w, add_ue_octets, &octets);
	CU_ASSERT(octets > 100 && octets <= 300);
	CU_ASSERT_PTR_NULL(ue_port(u, 1));
	CU_ASSERT_PTR_NULL(ue_iface(u, "wlan"));
	CU_ASSERT_EQUAL(dsmip_ue_state(ue_dsmip(u)), DSMIP_IDLE);
	/* actions that make no sense in IDLE do nothing */
	ue_detach(u);
	ue_refresh(u);
	ue_handover(u, "lte");
	CU_ASSERT_EQUAL(dsmip_ue_state(ue_dsmip(u)), DSMIP_IDLE);
	moor_world_free(w);
}

static const struct harness_test tests[] = {
	{ "sequence numbers are compared modulo 2^16", sequence_numbers },
	{ "which addresses may be home or care-of addresses", addresses },
	{ "the state machines are sound", machines },
	{ "prefixes are given out once", prefixes },
	{ "a home agent without bindings", no_bindings_yet },
	{ "a UE is small, and quiet when idle", cost_of_a_ue },
};

int main(int argc, char **argv)
{
	return harness_main("proto_dsmip", tests, G_N_ELEMENTS(tests), argc, argv);
}
