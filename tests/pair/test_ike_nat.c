/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IKE through an address translator, and endpoints that move:
 *
 *	i 192.168.0.2 - lan - nat 192.168.0.1 | 10.0.0.254 - link - r 10.0.0.2
 */
#include "tests/pair/ike_rig.h"

#include <string.h>

#include "net/nat.h"
#include "proto/ike_priv.h"

#define INSIDE "192.168.0.2"
#define OUTSIDE "10.0.0.254"
#define R4 "10.0.0.2"

struct nat_rig {
	struct ike_rig *g;
	struct moor_filter *nat;
};

static uint32_t node(const struct ike_end *e)
{
	return moor_node_id(net_host_node(e->h));
}

static struct net_iface *iface(struct net_host *h, const char *name, unsigned mac, const char *addr,
			       struct moor_link *link)
{
	struct mac_addr m = mac_from_u64(UINT64_C(0x020000000000) + mac);
	struct net_iface *i = net_iface_new(h, name, &m);
	struct ip6_addr a = ike_a6(addr);

	moor_link_attach(link, net_iface_port(i), false);
	net_address_add(i, &a, 120);
	return i;
}

static struct nat_rig nat_new_rig(uint64_t seed, enum crypto_kind kind)
{
	struct link_params p = { .delay = { .kind = DELAY_CONSTANT, .a = MOOR_MS } };
	struct nat_rig n = { .g = ike_rig_new(kind, seed) };
	struct net_host *box = net_host_new(moor_node_new(n.g->w, "nat"), &net_profile_router);
	struct moor_link *lan = moor_link_new(n.g->w, "inside", LINK_LAN, &p);
	struct net_iface *out = iface(box, "out", 20, OUTSIDE, n.g->link);
	struct ip6_addr gw = ike_a6("192.168.0.1"), in = ike_a6(INSIDE), old = ike_a6("10.0.0.1");
	struct nat_params np = { .outside = { { 10, 0, 0, 254 } }, .inside = { { { 192, 168, 0, 0 } }, 24 } };
	struct ip6_prefix all = { ike_a6("0.0.0.0"), 96 };

	iface(box, "in", 21, "192.168.0.1", lan);
	n.nat = nat_new(net_iface_port(out), &np);
	moor_filter_add(net_iface_port(out), n.nat);
	moor_link_attach(lan, net_iface_port(n.g->i.iface), false);
	net_address_remove(n.g->i.iface, &old);
	net_address_add(n.g->i.iface, &in, 120);
	net_route_add(n.g->i.h, &all, &gw, n.g->i.iface);
	ike_rig_run(n.g, 10 * MOOR_S);
	return n;
}

static bool up(struct nat_rig *n)
{
	ike_rig_connect_by(n->g, INSIDE, R4);
	ike_rig_run(n->g, MOOR_S);
	CU_ASSERT_EQUAL(n->g->i.heard.established, 1);
	return n->g->i.heard.sa && ike_rig_agree(n->g, 1);
}

/* What r sees of the datagrams that the box sends for i. */
static const struct ike_seen *last_to_r(const struct ike_rig *g)
{
	struct ip6_addr r = ike_a6(R4);

	for (unsigned i = g->seen->len; i--; ) {
		const struct ike_seen *s = &g_array_index(g->seen, struct ike_seen, i);

		if (ip6_eq(&s->dst, &r) && s->node != node(&g->i))
			return s;
	}
	return NULL;
}

static void test_float(void)
{
	struct nat_rig n = nat_new_rig(1, CRYPTO_OPENSSL);
	struct ike_sa_view i, r;
	const struct ike_seen *s;

	if (up(&n)) {
		ike_sa_view(n.g->i.heard.sa, &i);
		ike_sa_view(n.g->r.heard.sa, &r);
		CU_ASSERT(i.nat_here && !i.nat_there);
		CU_ASSERT(!r.nat_here && r.nat_there);
		CU_ASSERT_EQUAL(i.path.own_port, 4500);
		CU_ASSERT_EQUAL(i.path.peer_port, 4500);
		CU_ASSERT_EQUAL(r.path.own_port, 4500);
		s = last_to_r(n.g);
		CU_ASSERT(s && s->sport == r.path.peer_port && s->dport == 4500);
		CU_ASSERT_EQUAL(ike_rig_nth(n.g, node(&n.g->i), IKE_SA_INIT, false, 0)->sport, 500);
	}
	ike_rig_free(n.g);
}

static void test_no_nat(void)
{
	struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 2);
	struct ike_sa_view v;

	if (ike_rig_up(g)) {
		ike_sa_view(g->i.heard.sa, &v);
		CU_ASSERT(!v.nat_here && !v.nat_there && v.path.own_port == 500);
	}
	ike_rig_free(g);
}

/* Keepalives hold the mapping, which would otherwise end after two minutes; r can still ask. */
static void test_keepalive(void)
{
	for (unsigned off = 0; off < 2; off++) {
		struct nat_rig n = nat_new_rig(3, CRYPTO_MODELLED);

		n.g->timers.v[T_IKE_KEEPALIVE] = off ? 0 : 20 * MOOR_S;
		if (up(&n)) {
			ike_rig_run(n.g, 600 * MOOR_S);
			ike_check(n.g->r.heard.sa);
			ike_rig_run(n.g, MOOR_S);
			CU_ASSERT_EQUAL(n.g->r.heard.sa->task == 0, !off);
			CU_ASSERT_EQUAL(nat_mappings(n.nat) > 0, !off);
		}
		ike_rig_free(n.g);
	}
}

/* The box forgets its mappings: r follows the next authentic message, i does not move [RFC 7296 2.23]. */
static void test_rebind(void)
{
	struct nat_rig n = nat_new_rig(4, CRYPTO_MODELLED);
	struct ike_sa_view before, after;

	if (up(&n)) {
		ike_sa_view(n.g->r.heard.sa, &before);
		nat_rebind(n.nat);
		ike_check(n.g->i.heard.sa);
		ike_rig_run(n.g, MOOR_S);
		ike_sa_view(n.g->r.heard.sa, &after);
		CU_ASSERT_EQUAL(n.g->r.heard.moved, 1);
		CU_ASSERT_EQUAL(n.g->i.heard.moved, 0);
		CU_ASSERT_NOT_EQUAL(before.path.peer_port, after.path.peer_port);
		ike_check(n.g->r.heard.sa);
		ike_rig_run(n.g, MOOR_S);
		CU_ASSERT_EQUAL(n.g->r.heard.sa->task, 0);
	}
	ike_rig_free(n.g);
}

/* The K bit [RFC 4877 9]: the endpoints move, both say so to their IKE; the empty INFORMATIONAL confirms it. */
static void test_move(void)
{
	for (unsigned told = 0; told < 2; told++) {
		struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 5);
		struct ip6_addr new = ike_a6("2001:db8::99"), own = ike_a6(IKE_I);
		struct ike_path p;

		if (ike_rig_up(g)) {
			net_address_add(g->i.iface, &new, 64);
			net_address_remove(g->i.iface, &own);
			p = g->i.heard.sa->path;
			p.own = new;
			if (told) {		/* r learnt it from the Binding Update */
				struct ike_path q = g->r.heard.sa->path;

				q.peer = new;
				ike_move(g->r.heard.sa, &q, false);
			}
			ike_move(g->i.heard.sa, &p, true);
			ike_rig_run(g, MOOR_S);
			CU_ASSERT(ip6_eq(&g->r.heard.sa->path.peer, &new));
			CU_ASSERT_EQUAL(g->r.heard.moved, !told);
			CU_ASSERT_EQUAL(g->i.heard.sa->task, 0);
			ike_rekey(g->r.heard.sa);
			ike_rig_run(g, MOOR_S);
			ike_rig_agree(g, 1);
		}
		ike_rig_free(g);
	}
}

/* A request under way follows the new path with its next retransmission. */
static void test_move_meanwhile(void)
{
	struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 6);
	struct ip6_addr new = ike_a6("2001:db8::99"), own = ike_a6(IKE_I);
	struct ike_path p;

	if (ike_rig_up(g)) {
		ike_rig_lose(g, IKE_CREATE_CHILD_SA, true, 1);
		ike_rekey(g->i.heard.sa);
		ike_rig_run(g, 100 * MOOR_MS);
		net_address_add(g->i.iface, &new, 64);
		net_address_remove(g->i.iface, &own);
		p = g->i.heard.sa->path;
		p.own = new;
		ike_move(g->i.heard.sa, &p, true);
		ike_rig_run(g, 3 * MOOR_S);
		ike_rig_agree(g, 1);
		ike_check(g->i.heard.sa);
		ike_rig_run(g, 1 * MOOR_S);
		CU_ASSERT(ip6_eq(&g->r.heard.sa->path.peer, &new));
	}
	ike_rig_free(g);
}

static const struct harness_test tests[] = {
	{ "behind a NAT both go on from port 4500", test_float },
	{ "without one they stay", test_no_nat },
	{ "keepalives hold the mapping", test_keepalive },
	{ "the peer of a rebound NAT follows", test_rebind },
	{ "endpoints move", test_move },
	{ "endpoints move while a request is under way", test_move_meanwhile },
};

int main(int argc, char **argv)
{
	return harness_main("ike-nat", tests, G_N_ELEMENTS(tests), argc, argv);
}
