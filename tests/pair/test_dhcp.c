/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DHCPv4 client and server, and what a UE with an IPv4 care-of address makes of them: leases, retransmission, renewal,
 * rebinding, the lease's end, NAK, DECLINE, RELEASE, a pool that is used up [RFC 2131].
 */
#include <string.h>

#include "entity/dhcp_server.h"
#include "tests/pair/rig.h"
#include "wire/dhcp4.h"

/* DHCP messages of that type by a node since then; at: the n-th's time. */
static unsigned messages(const struct rig *r, uint32_t node, uint8_t type, bool sent, moor_time since, unsigned nth,
			 moor_time *at)
{
	unsigned n = 0;

	for (unsigned i = 0; i < r->seen->len; i++) {
		const struct moor_record *k = &g_array_index(r->seen, struct seen, i).r;

		if (k->kind != REC_DHCP || k->node != node || k->at < since || k->u.dhcp.message != type ||
		    k->u.dhcp.sent != sent)
			continue;
		if (n++ == nth && at)
			*at = k->at;
	}
	return n;
}

static struct dhcp4_server *server(const struct rig *r)
{
	return router_dhcp4(r->plain, "wlan4");
}

static void four_messages(void)
{
	struct rig *r = rig_new();
	struct ip6_addr a;
	moor_time from, at;

	rig_build(r);
	from = moor_world_now(r->w);
	rig_attach(r, "wlan", r->wlan4);
	rig_run(r, S(3));
	CU_ASSERT_EQUAL(messages(r, r->ue_id, DHCP4_DISCOVER, true, from, 0, &at), 1);
	CU_ASSERT_EQUAL(at, from);
	CU_ASSERT_EQUAL(messages(r, r->ue_id, DHCP4_REQUEST, true, from, 0, &at), 1);
	CU_ASSERT_EQUAL(at, from + 20 * MOOR_MS);
	CU_ASSERT_EQUAL(messages(r, r->ue_id, DHCP4_ACK, false, from, 0, &at), 1);
	CU_ASSERT_EQUAL(at, from + 40 * MOOR_MS);
	CU_ASSERT(net_address_global(ue_iface(r->ue, "wlan"), true, &a));
	CU_ASSERT_EQUAL(ip4_u32(dsmip_unmap(&a)), 0xc6336464);		/* 198.51.100.100: the first */
	CU_ASSERT_EQUAL(dhcp4_server_leases(server(r)), 1);
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERED);
	rig_free(r);
}

static void thinking_time(void)
{
	struct rig *r = rig_new();
	moor_time from, at;

	r->dhcp_delay = 30 * MOOR_MS;
	rig_build(r);
	from = moor_world_now(r->w);
	rig_attach(r, "wlan", r->wlan4);
	rig_run(r, S(3));
	CU_ASSERT_EQUAL(messages(r, r->ue_id, DHCP4_ACK, false, from, 0, &at), 1);
	CU_ASSERT_EQUAL(at, from + 100 * MOOR_MS);
	rig_free(r);
}

static void retransmission(void)
{
	struct rig *r = rig_new();
	moor_time from, last, at;
	double span = 4;

	rig_build(r);
	dhcp4_server_mute(server(r), true);
	from = last = moor_world_now(r->w);
	rig_attach(r, "wlan", r->wlan4);
	rig_run(r, S(300));
	for (unsigned k = 1; k < 7; k++) {
		CU_ASSERT(messages(r, r->ue_id, DHCP4_DISCOVER, true, from, k, &at) > k);
		CU_ASSERT(at - last >= S(span - 1) && at - last <= S(span + 1));
		last = at;
		span = span < 64 ? span * 2 : 64;
	}
	dhcp4_server_mute(server(r), false);
	rig_run(r, S(70));
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERED);
	rig_free(r);
}

static void renewal(void)
{
	struct rig *r = rig_new();
	moor_time from, at;

	r->lease = 600;
	rig_build(r);
	rig_registered(r, "wlan", r->wlan4);
	CU_ASSERT(messages(r, r->ue_id, DHCP4_REQUEST, true, 0, 0, &from) == 1);
	rig_run(r, S(1000));
	CU_ASSERT_EQUAL(messages(r, r->ue_id, DHCP4_REQUEST, true, 0, 1, &at), 4);	/* half the lease, each time */
	CU_ASSERT_EQUAL(at, from + S(300));
	CU_ASSERT_EQUAL(messages(r, r->ue_id, DHCP4_DISCOVER, true, 0, 0, NULL), 1);
	CU_ASSERT_EQUAL(dhcp4_server_leases(server(r)), 1);
	CU_ASSERT_EQUAL(rig_signals(r, REC_SIGNAL_TX, r->ue_id, MH_BU), 2);		/* no movement in that */
	rig_free(r);
}

/*
 * Nobody answers: renewing, then rebinding by broadcast, then the address is gone and the UE without a care-of
 * address.
 */
static void lease_ends(void)
{
	struct rig *r = rig_new();
	moor_time from, at;
	struct ip6_addr a;
	unsigned bus;

	r->lease = 600;
	rig_build(r);
	rig_registered(r, "wlan", r->wlan4);
	CU_ASSERT(messages(r, r->ue_id, DHCP4_REQUEST, true, 0, 0, &from) == 1);
	dhcp4_server_mute(server(r), true);
	rig_run(r, from + S(599) - moor_world_now(r->w));
	CU_ASSERT(net_address_global(ue_iface(r->ue, "wlan"), true, &a));
	CU_ASSERT(messages(r, r->ue_id, DHCP4_REQUEST, true, from + S(299), 1, &at) >= 3);
	CU_ASSERT_EQUAL(at, from + S(300 + 112.5));		/* half of what is left until T2 */
	rig_run(r, S(2));
	CU_ASSERT(!net_address_global(ue_iface(r->ue, "wlan"), true, &a));
	CU_ASSERT(!rig_up6(r));
	bus = rig_signals(r, REC_SIGNAL_TX, r->ue_id, MH_BU);
	dhcp4_server_mute(server(r), false);
	rig_run(r, S(70));
	CU_ASSERT(net_address_global(ue_iface(r->ue, "wlan"), true, &a));
	CU_ASSERT(rig_signals(r, REC_SIGNAL_TX, r->ue_id, MH_BU) > bus);
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERED);
	CU_ASSERT(rig_up6(r) && rig_down6(r));
	rig_free(r);
}

static void refused_renewal(void)
{
	struct rig *r = rig_new();

	r->lease = 600;
	rig_build(r);
	rig_registered(r, "wlan", r->wlan4);
	dhcp4_server_forget(server(r));
	rig_run(r, S(302));
	CU_ASSERT_EQUAL(messages(r, r->ue_id, DHCP4_NAK, false, 0, 0, NULL), 1);
	CU_ASSERT_EQUAL(messages(r, r->ue_id, DHCP4_DISCOVER, true, 0, 0, NULL), 2);
	CU_ASSERT_EQUAL(dhcp4_server_leases(server(r)), 1);
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERED);
	CU_ASSERT(rig_up6(r) && rig_down6(r));
	rig_free(r);
}

/* ---- client and server alone ------------------------------------------------------------------------------------- */

struct alone {
	struct net_host *h;
	struct net_iface *i;
	struct dhcp4_client c;
	unsigned bound, lost;
};

struct pool {
	struct moor_world *w;
	struct moor_link *l;
	struct dhcp_server *s;
	struct alone a[3];
};

static void on_bound(struct dhcp4_client *c, bool renewed)
{
	struct alone *a = MOOR_CONTAINER(c, struct alone, c);

	a->bound += !renewed;
}

static void on_lost(struct dhcp4_client *c)
{
	MOOR_CONTAINER(c, struct alone, c)->lost++;
}

static void input(void *owner, struct net_rx *rx, uint16_t sport, uint16_t dport)
{
	(void)sport, (void)dport;
	dhcp4_client_input(owner, rx);
}

static const struct dhcp4_client_ops ops = { .bound = on_bound, .lost = on_lost };

static void open_pool(struct pool *p, unsigned addresses)
{
	struct moor_world_config wc = { .seed = 5 };
	struct link_params lp = { .delay = { DELAY_CONSTANT, 10 * MOOR_MS, 0 } };
	struct dhcp_server_config c = { .mac = mac_from_u64(0x020000000001u), .len4 = 24 };
	static const char *const names[] = { "a", "b", "c" };

	memset(p, 0, sizeof *p);
	p->w = moor_world_new(&wc);
	p->l = moor_link_new(p->w, "lan", LINK_LAN, &lp);
	dhcp4_server_config_default(&c.dhcp4);
	c.dhcp4.address = ip4_from_u32(0x0a000001);
	c.dhcp4.first = ip4_from_u32(0x0a000064);
	c.dhcp4.last = ip4_from_u32(0x0a000064 + addresses - 1);
	c.dhcp4.offer_hold = 20 * MOOR_S;
	p->s = dhcp_server_new(moor_node_new(p->w, "server"), &c);
	moor_link_attach(p->l, dhcp_server_port(p->s), false);
	for (unsigned k = 0; k < 3; k++) {
		struct mac_addr mac = mac_from_u64(0x020000000010u + k);
		struct alone *a = &p->a[k];

		a->h = net_host_new(moor_node_new(p->w, names[k]), &net_profile_host);
		a->i = net_iface_new(a->h, "eth", &mac);
		moor_link_attach(p->l, net_iface_port(a->i), false);
		dhcp4_client_init(&a->c, a->i, &dhcp4_client_profile_default, &ops);
		net_udp_bind(a->h, DHCP4_CLIENT_PORT, input, &a->c);
	}
	moor_world_advance(p->w, S(1));
}

static void wait(struct pool *p, double seconds)
{
	moor_world_advance(p->w, moor_world_now(p->w) + S(seconds));
}

static uint32_t has(const struct alone *a)
{
	return a->c.machine.state >= DHCP4C_BOUND ? ip4_u32(a->c.address) : 0;
}

static void pool_is_used_up(void)
{
	struct pool p;

	open_pool(&p, 2);
	for (unsigned k = 0; k < 3; k++) {
		dhcp4_client_start(&p.a[k].c);
		wait(&p, 1);
	}
	CU_ASSERT(has(&p.a[0]) == 0x0a000064 && has(&p.a[1]) == 0x0a000065 && !has(&p.a[2]));
	dhcp4_client_release(&p.a[0].c);
	CU_ASSERT_EQUAL(p.a[0].c.machine.state, DHCP4C_STOPPED);
	wait(&p, 70);
	CU_ASSERT_EQUAL(has(&p.a[2]), 0x0a000064);
	CU_ASSERT_EQUAL(dhcp4_server_leases(dhcp_server_dhcp4(p.s)), 2);
	moor_world_free(p.w);
}

static void the_same_address_again(void)
{
	struct pool p;

	open_pool(&p, 50);
	dhcp4_client_start(&p.a[0].c);
	wait(&p, 1);
	dhcp4_client_stop(&p.a[0].c);			/* the link goes, without a word to the server */
	dhcp4_client_start(&p.a[1].c);
	wait(&p, 1);
	dhcp4_client_start(&p.a[0].c);
	wait(&p, 1);
	CU_ASSERT(has(&p.a[0]) == 0x0a000064 && has(&p.a[1]) == 0x0a000065);
	moor_world_free(p.w);
}

static void conflict(void)
{
	struct pool p;

	open_pool(&p, 50);
	dhcp4_client_start(&p.a[0].c);
	wait(&p, 1);
	dhcp4_client_conflict(&p.a[0].c);
	CU_ASSERT_EQUAL(p.a[0].lost, 1);
	wait(&p, 9);
	CU_ASSERT_EQUAL(has(&p.a[0]), 0);		/* ten seconds of silence [RFC 2131 3.1] */
	wait(&p, 2);
	CU_ASSERT_EQUAL(has(&p.a[0]), 0x0a000065);	/* another one */
	CU_ASSERT_EQUAL(p.a[0].bound, 2);
	moor_world_free(p.w);
}

static const struct harness_test tests[] = {
	{ "discover, offer, request, acknowledge", four_messages },
	{ "a server that thinks", thinking_time },
	{ "retransmission doubles, with jitter", retransmission },
	{ "renewal at half the lease", renewal },
	{ "the lease ends", lease_ends },
	{ "a renewal is refused", refused_renewal },
	{ "the pool is used up, until one is released", pool_is_used_up },
	{ "a client gets its address again", the_same_address_again },
	{ "an address in use is declined", conflict },
};

int main(int argc, char **argv)
{
	return harness_main("dhcp", tests, G_N_ELEMENTS(tests), argc, argv);
}
