/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Delegated prefixes between a UE, its home agent and others who know the UE's client identifier, which is no secret:
 * who may renew, take over or give back a lease, and what is left of it when its holder's prefix goes to somebody else
 * [RFC 6276 3, 6; RFC 8415 18.3].
 */
#include <string.h>

#include "proto/dhcp6.h"
#include "proto/dhcp6_server.h"
#include "proto/dsmip_ha_pd.h"
#include "proto/dsmip_ue_pd.h"
#include "tests/pair/rig.h"

struct other {
	struct rig *r;
	struct net_host *h;
	struct net_profile profile;
	struct net_hooks hooks;
	struct ip6_addr coa, hoa, ha;
	unsigned answers;
};

static bool any_rh2(void *owner, const struct net_rx *rx, const struct ip6_addr *home)
{
	(void)owner, (void)rx, (void)home;
	return true;
}

static void input(void *owner, struct net_rx *rx)
{
	(void)rx;
	((struct other *)owner)->answers++;
}

static unsigned discards_by_ue(const struct rig *r, const char *reason)
{
	unsigned n = 0;

	for (guint i = 0; i < r->seen->len; i++) {
		const struct moor_record *x = &g_array_index(r->seen, struct seen, i).r;

		n += x->kind == REC_DISCARD && x->node == r->ue_id && !strcmp(x->u.discard.reason, reason);
	}
	return n;
}

static struct rig *delegated(struct ip6_prefix *got)
{
	struct rig *r = rig_new();
	struct dhcp6_server_config c;

	dhcp6_server_config_default(&c);
	g_assert(ip6_parse("2001:db8:d000::", &c.pd_pool.addr));
	c.pd_pool.len = 40;
	c.pd_len = 56;
	r->profile.net.mobile_router = true;
	rig_build(r);
	dsmip_ha_serve_dhcp6(r->a, &c);
	rig_registered(r, "lte", r->lte);
	CU_ASSERT(dsmip_ue_request_prefix(r->d, &(struct dsmip_ue_pd_ask){ .solicits = 3 }));
	rig_run(r, S(3));
	CU_ASSERT_EQUAL(dsmip_ue_delegated(r->d, got, 1), 1);
	return r;
}

/* Another mobile node, registered with a prefix of its own when it has one. */
static struct other *arrive(struct rig *r, bool registers)
{
	struct other *o = g_new0(struct other, 1);
	struct mac_addr mac = mac_from_u64(0x0200000000c0u);
	struct ip6_addr gw;
	struct ip6_prefix hnp;
	struct net_iface *i;
	struct mh_msg m;

	o->r = r;
	o->profile = net_profile_host;
	o->h = net_host_new(moor_node_new(r->w, "other"), &o->profile);
	o->hooks = (struct net_hooks){ .owner = o, .rh2_in = any_rh2 };
	net_host_hooks(o->h, &o->hooks);
	net_proto_handler(o->h, DSMIP_PROTO_MH, input, o);
	g_assert(ip6_parse("2001:db8:2::bad", &o->coa) && ip6_parse("2001:db8:2::1", &gw));
	g_assert(ip6_parse("2001:db8:c0::1", &o->ha));
	i = net_iface_new(o->h, "e0", &mac);
	moor_link_attach(r->lte2, net_iface_port(i), false);
	net_address_add(i, &o->coa, 64);
	net_route_add(o->h, &(struct ip6_prefix){ ip6_any, 0 }, &gw, i);
	rig_run(r, S(2));
	o->hoa = o->coa;
	if (!registers)
		return o;
	CU_ASSERT(dsmip_ha_assign(r->a, &hnp));
	o->hoa = ip6_from_prefix_iid(&hnp, 0x77);
	net_address_add_virtual(o->h, &o->hoa);
	mh_start(&m, MH_BU);
	m.bu.seq = 1;
	m.bu.flags = MH_BU_A | MH_BU_H | MH_BU_R;
	m.bu.life.units = 500;
	dsmip_send(o->h, &m, &(struct dsmip_tx){ .send = { .src = o->coa, .dst = o->ha, .home_address = &o->hoa } });
	rig_run(r, S(1));
	CU_ASSERT(o->answers == 1 && dsmip_ha_bindings(r->a) == 2);
	return o;
}

/* In the name of the UE, as far as the client identifier and the association go. */
static void say(struct other *o, uint8_t type, const struct ip6_prefix *lease)
{
	struct dhcp6 m = { .type = type, .xid = 77, .has = DHCP6_HAS_CLIENT_ID, .n_ia = 1 };
	struct dhcp6 relay = { .type = DHCP6_RELAY_FORW, .hops = 1, .link = o->hoa, .peer = o->hoa,
			       .has = DHCP6_HAS_RELAY_MSG };
	struct net_host *ue = ue_host(o->r->ue), *ha = ha_host(o->r->ha);
	bool bound = !ip6_eq(&o->hoa, &o->coa);
	struct net_send s = { .src = o->coa, .dst = o->ha, .home_address = bound ? &o->hoa : NULL, .no_divert = true };
	uint8_t inner[600], buf[700];

	dhcp6_duid_ll(&m.client_id, moor_port_mac(net_iface_port(net_iface_next(ue, NULL))));
	if (type == DHCP6_RENEW || type == DHCP6_RELEASE) {
		m.has |= DHCP6_HAS_SERVER_ID;
		dhcp6_duid_ll(&m.server_id, moor_port_mac(net_iface_port(net_iface_next(ha, NULL))));
	}
	m.ia[0] = (struct dhcp6_ia){ .pd = true, .iaid = 1, .n = 1 };
	m.ia[0].lease[0].prefix = *lease;
	relay.relay_msg = (struct dhcp6_octets){ inner, (uint16_t)dhcp6_encode(&m, inner, sizeof inner) };
	CU_ASSERT(relay.relay_msg.len > 0);
	net_udp_send(o->h, moor_pkt_from(o->r->w, buf, dhcp6_encode(&relay, buf, sizeof buf)), &s, 547, 547);
	rig_run(o->r, S(1));
}

static bool still_its(const struct rig *r, const struct ip6_prefix *lease)
{
	struct ip6_addr peer;

	return dhcp6_server_holder(dsmip_ha_dhcp6(r->a), &lease->addr, &peer) && ip6_eq(&peer, dsmip_ue_hoa(r->d));
}

static unsigned said(const struct rig *r, uint8_t type)
{
	unsigned n = 0;

	for (guint i = 0; i < r->seen->len; i++) {
		const struct seen *x = &g_array_index(r->seen, struct seen, i);

		n += x->r.kind == REC_SIGNAL_TX && x->r.u.signal.protocol == SIGNAL_DHCP6 && x->r.node == r->ha_id &&
		     x->r.u.signal.subtype == type;
	}
	return n;
}

/* Everything that one can say of a lease, by somebody without a binding and by another mobile node. */
static void keeps_what_it_holds(void)
{
	static const uint8_t types[] = { DHCP6_RELEASE, DHCP6_RENEW, DHCP6_REBIND };
	struct ip6_prefix lease;

	for (unsigned bound = 0; bound < 2; bound++) {
		struct rig *r = delegated(&lease);
		struct other *o = arrive(r, bound);
		unsigned answers = said(r, DHCP6_REPLY);

		for (unsigned k = 0; k < G_N_ELEMENTS(types); k++) {
			say(o, types[k], &lease);
			CU_ASSERT(still_its(r, &lease));
			CU_ASSERT_EQUAL(said(r, DHCP6_REPLY), ++answers);	/* it was read, and refused */
		}
		say(o, DHCP6_SOLICIT, &lease);
		CU_ASSERT(still_its(r, &lease));
		CU_ASSERT_EQUAL(dhcp6_server_leases(dsmip_ha_dhcp6(r->a)), 1);
		dsmip_ue_release_prefix(r->d);			/* the holder may */
		rig_run(r, S(1));
		CU_ASSERT_EQUAL(dhcp6_server_leases(dsmip_ha_dhcp6(r->a)), 0);
		rig_free(r);
		g_free(o);
	}
}

static uint32_t transaction(const struct rig *r)
{
	struct dhcp6 m = { .type = 0 };

	for (guint i = 0; i < r->seen->len; i++) {
		const struct seen *x = &g_array_index(r->seen, struct seen, i);
		struct reader in = reader_on(x->octets, x->r.u.signal.message_len);

		if (x->r.kind != REC_SIGNAL_TX || x->r.u.signal.protocol != SIGNAL_DHCP6 || x->r.node != r->ue_id)
			continue;
		CU_ASSERT(dhcp6_decode(&in, &m, NULL) && m.has & DHCP6_HAS_RELAY_MSG);
		in = reader_on(m.relay_msg.o, m.relay_msg.len);
		CU_ASSERT(dhcp6_decode(&in, &m, NULL));
	}
	return m.xid;
}

/* An answer that is not the home agent's is none, though it names the transaction. */
static void only_its_home_agent(void)
{
	struct ip6_prefix lease;
	struct rig *r = delegated(&lease);
	struct other *o = arrive(r, false);
	struct dhcp6 m = { .type = DHCP6_ADVERTISE, .has = DHCP6_HAS_CLIENT_ID | DHCP6_HAS_SERVER_ID, .n_ia = 1 };
	struct dhcp6 relay = { .type = DHCP6_RELAY_REPL, .has = DHCP6_HAS_RELAY_MSG };
	struct net_send s = { .src = o->coa };
	uint8_t inner[600], buf[700];

	dsmip_ue_release_prefix(r->d);
	rig_run(r, S(1));
	CU_ASSERT_EQUAL(dsmip_ue_delegated(r->d, &lease, 1), 0);
	dhcp6_server_settings(dsmip_ha_dhcp6(r->a))->mute = true;
	CU_ASSERT(dsmip_ue_request_prefix(r->d, &(struct dsmip_ue_pd_ask){ .solicits = 9 }));
	rig_run(r, S(0.2));
	m.xid = transaction(r);
	dhcp6_duid_ll(&m.client_id, moor_port_mac(net_iface_port(net_iface_next(ue_host(r->ue), NULL))));
	m.server_id = m.client_id;
	m.server_id.o[9] ^= 1;
	m.ia[0] = (struct dhcp6_ia){ .pd = true, .iaid = 1, .n = 1 };
	m.ia[0].lease[0] = (struct dhcp6_lease){ .prefix = ip6_prefix_make(&o->coa, 56), .preferred = 100, .valid = 200 };
	relay.peer = *dsmip_ue_hoa(r->d);
	relay.relay_msg = (struct dhcp6_octets){ inner, (uint16_t)dhcp6_encode(&m, inner, sizeof inner) };
	s.dst = dsmip_ue_binding(r->d).care_of;
	net_udp_send(o->h, moor_pkt_from(r->w, buf, dhcp6_encode(&relay, buf, sizeof buf)), &s, 547, 547);
	rig_run(r, S(0.3));
	CU_ASSERT(rig_discarded(r, r->ue_id, "dhcp6-transaction"));
	rig_free(r);
	g_free(o);
}

/* The prefix of the holder goes to another UE: what was delegated to the first does not come along. */
static void left_behind(void)
{
	struct ip6_prefix lease, hnp;
	struct rig *r = delegated(&lease);
	struct ip6_addr peer;

	hnp = ip6_prefix_make(dsmip_ue_hoa(r->d), 64);
	CU_ASSERT(dsmip_ha_drop(r->a, dsmip_ue_hoa(r->d)));
	dsmip_ha_release(r->a, &hnp, false);
	CU_ASSERT(!dhcp6_server_holder(dsmip_ha_dhcp6(r->a), &lease.addr, &peer));
	CU_ASSERT_EQUAL(dhcp6_server_leases(dsmip_ha_dhcp6(r->a)), 0);
	rig_free(r);
}

/* What is neither from nor for the network behind it: a neighbour on the access link takes it for a router. */
static void nobody_elses_router(void)
{
	struct ip6_prefix lease;
	struct rig *r = delegated(&lease);
	struct net_host *h = net_host_new(moor_node_new(r->w, "neighbour"), &net_profile_host);
	struct mac_addr mac = mac_from_u64(0x0200000000c1u);
	struct net_iface *i = net_iface_new(h, "e0", &mac);
	struct ip6_addr own, ue = dsmip_ue_binding(r->d).care_of;
	struct net_send s = { .next_header = 59 };

	g_assert(ip6_parse("2001:db8:1::bad", &own) && ip6_parse("2001:db8:c0::9", &s.dst));
	moor_link_attach(r->lte, net_iface_port(i), false);
	net_address_add(i, &own, 64);
	net_route_add(h, &(struct ip6_prefix){ s.dst, 128 }, &ue, i);
	rig_run(r, S(2));
	CU_ASSERT(!rig_discarded(r, r->ue_id, "diverted-to-nowhere"));
	for (unsigned k = 0; k < 2; k++) {		/* in its own name, and in that of the home address */
		s.src = k ? *dsmip_ue_hoa(r->d) : own;
		net_send6(h, moor_pkt_new(r->w, 8), &s);
		rig_run(r, S(1));
		CU_ASSERT_EQUAL(discards_by_ue(r, "diverted-to-nowhere"), k + 1);
	}
	rig_free(r);
}

static const struct harness_test tests[] = {
	{ "nobody else's router", nobody_elses_router },
	{ "others cannot take a lease", keeps_what_it_holds },
	{ "answers of the home agent alone", only_its_home_agent },
	{ "nothing is left behind", left_behind },
};

int main(int argc, char **argv)
{
	return harness_main("pd", tests, G_N_ELEMENTS(tests), argc, argv);
}
