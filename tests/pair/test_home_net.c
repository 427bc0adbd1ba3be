/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A home link that mobile nodes share, frame by frame [RFC 6275 10.4.1, 10.5, 10.6, 11.4, 11.5.5]: what the home agent
 * says and answers there in a mobile node's stead, the list of home agents, and mobile prefix messages that are right
 * and wrong.
 */
#include <string.h>

#include "proto/dsmip_icmp.h"
#include "tests/unit/harness.h"
#include "entity/cn.h"
#include "entity/ha.h"
#include "entity/router.h"
#include "entity/ue.h"
#include "net/timers.h"
#include "world/link.h"

#define S(n) ((moor_time)((n) * 1000) * MOOR_MS)
#define NAS_KEPT 64

/* A neighbour advertisement as it stood on the link. */
struct na {
	struct ip6_addr src, dst, target;
	struct mac_addr tlla;
	uint8_t flags;			/* R 0x80, S 0x40, O 0x20 */
};

struct net {
	struct moor_world *w;
	struct timer_set timers;
	struct ue_profile profile;
	struct moor_link *core, *home, *lte;
	struct ha *ha, *ha2;
	struct router *ar;
	struct cn *host;		/* a neighbour at home */
	struct ue *ue;
	struct dsmip_ue *d;
	uint32_t ha_id, ue_id;
	struct na na[NAS_KEPT];		/* sent by the home agent */
	unsigned n_na, n_na_ue;
	unsigned signals[256];		/* ICMPv6 messages sent, by type */
	struct icmp6 last[2];		/* DHAAD reply, MPA */
	char discards[2048];
};

static struct ip6_addr a6(const char *t)
{
	struct ip6_addr a;

	g_assert(ip6_parse(t, &a));
	return a;
}

static struct ip6_prefix p6(const char *t)
{
	struct ip6_prefix p;

	g_assert(ip6_prefix_parse(t, &p));
	return p;
}

static struct mac_addr mac(unsigned n)
{
	return mac_from_u64(UINT64_C(0x020000000000) + n);
}

static void keep_na(struct net *n, uint32_t node, const uint8_t *f, uint32_t len)
{
	struct na *x = &n->na[n->n_na];

	if (len < 86 || f[12] != 0x86 || f[13] != 0xdd || f[20] != 58 || f[54] != 136)
		return;
	if (node == n->ue_id)
		n->n_na_ue++;
	if (node != n->ha_id || n->n_na == NAS_KEPT)
		return;
	n->n_na++;
	memcpy(x->src.o, f + 22, 16);
	memcpy(x->dst.o, f + 38, 16);
	x->flags = f[58];
	memcpy(x->target.o, f + 62, 16);
	memcpy(x->tlla.o, f + 80, 6);
}

static void sink(void *ctx, const struct moor_record *r)
{
	struct net *n = ctx;

	if (r->kind == REC_FRAME_TX) {
		keep_na(n, r->node, r->u.frame.octets, r->u.frame.len);
	} else if (r->kind == REC_SIGNAL_TX && r->u.signal.protocol == SIGNAL_ICMP6) {
		n->signals[r->u.signal.type]++;
		if (r->u.signal.type == ICMP6_T_DHAAD_REPLY)
			icmp6_decode(r->u.signal.message, r->u.signal.message_len, &n->last[0], NULL, NULL);
		if (r->u.signal.type == ICMP6_T_MPA)
			icmp6_decode(r->u.signal.message, r->u.signal.message_len, &n->last[1], NULL, NULL);
	} else if (r->kind == REC_DISCARD) {
		g_strlcat(n->discards, r->u.discard.reason, sizeof n->discards);
		g_strlcat(n->discards, " ", sizeof n->discards);
	}
}

static struct ha *make_ha(struct net *n, const char *name, unsigned number, uint16_t preference)
{
	char core[32], home[32];
	struct ha_config c;
	struct ha *h;

	g_snprintf(core, sizeof core, "2001:db8:c0::%u", number);
	g_snprintf(home, sizeof home, "2001:db8:d0::%u", number);
	ha_config_default(&c);
	c.dsmip.profile = MH_PROFILE_RFC;
	c.dsmip.timers = &n->timers;
	c.dsmip.addr.a6 = a6(home);
	c.dsmip.hnp_pool = p6("2001:db8:d0::/64");
	c.dsmip.shared_home = c.dsmip.dad = true;
	c.dsmip.preference = preference;
	c.ra_interval_min = c.ra_interval_max = S(3);
	c.gateway6 = a6("2001:db8:c0::9");
	c.n_ifaces = 2;
	c.iface[0] = (struct ha_iface_config){ "core", mac(0x20 + number), a6(core), 64, { { 0 } }, 0, false };
	c.iface[1] = (struct ha_iface_config){ "home", mac(0x30 + number), a6(home), 64, { { 0 } }, 0, true };
	h = ha_new(moor_node_new(n->w, name), &c);
	moor_link_attach(n->core, ha_port(h, 0), false);
	moor_link_attach(n->home, ha_port(h, 1), false);
	return h;
}

static void make_ar(struct net *n)
{
	struct router_config c = { .n_ifaces = 2, .n_routes = 1 };
	struct router_advert ra = router_advert_default;

	ra.n = 1;
	ra.prefixes[0] = (struct router_prefix){ .prefix = p6("2001:db8:1::/64"), .on_link = true, .autonomous = true,
						 .valid = 2592000, .preferred = 604800 };
	c.iface[0] = (struct router_iface_config){ .name = "core", .mac = mac(0x40), .a6 = a6("2001:db8:c0::9"), .len6 = 64 };
	c.iface[1] = (struct router_iface_config){ .name = "lte", .mac = mac(0x41), .a6 = a6("2001:db8:1::1"), .len6 = 64,
						   .advert = &ra };
	c.route[0] = (struct router_route){ p6("2001:db8:d0::/64"), a6("2001:db8:c0::1"), "core" };
	n->ar = router_new(moor_node_new(n->w, "ar"), &c);
	moor_link_attach(n->core, router_port(n->ar, 0), false);
	moor_link_attach(n->lte, router_port(n->ar, 1), false);
}

static void run(struct net *n, moor_time span)
{
	moor_world_advance(n->w, moor_world_now(n->w) + span);
}

/* iid 0: that of the interface, so that L is set. */
static struct net *make(bool second, uint16_t preference2, bool dhaad, bool prefixes, uint64_t iid)
{
	struct net *n = g_new0(struct net, 1);
	struct moor_world_config wc = { .seed = 7 };
	struct link_params lp = { .delay = { .kind = DELAY_CONSTANT, .a = MOOR_MS }, .queue = 100, .mtu = 1500 };
	struct ue_config uc = { .profile = &n->profile, .hnp = p6("2001:db8:d0::/64"), .n_ifaces = 2 };
	struct cn_config cc = { .mac = mac(0x60), .a6 = a6("2001:db8:d0::60"), .len6 = 64 };
	struct mac_addr lte = mac(0x10);

	n->w = moor_world_new(&wc);
	moor_record_sink(n->w, REC_BIT(REC_FRAME_TX) | REC_BIT(REC_SIGNAL_TX) | REC_BIT(REC_DISCARD), sink, n);
	timer_set_default(&n->timers);
	n->timers.v[T_MOB_PFX_MIN] = n->timers.v[T_MOB_PFX_MAX] = S(1);
	n->core = moor_link_new(n->w, "core", LINK_LAN, &lp);
	n->home = moor_link_new(n->w, "home", LINK_LAN, &lp);
	n->lte = moor_link_new(n->w, "lte", LINK_LAN, &lp);
	n->ha = make_ha(n, "ha", 1, 10);
	n->ha_id = moor_node_id(net_host_node(ha_host(n->ha)));
	if (second)
		n->ha2 = make_ha(n, "ha2", 2, preference2);
	make_ar(n);
	n->host = cn_new(moor_node_new(n->w, "host"), &cc);
	moor_link_attach(n->home, cn_port(n->host), false);
	ue_profile_default(&n->profile);
	ue_profile_timers(&n->profile, &n->timers);
	n->profile.dsmip.profile = MH_PROFILE_RFC;
	n->profile.dsmip.shared_home = true;
	n->profile.dsmip.dhaad = dhaad;
	n->profile.dsmip.prefix_discovery = prefixes;
	n->profile.dsmip.ha[0].a6 = a6("2001:db8:d0::1");
	n->profile.dsmip.n_ha = 1;
	g_assert(ha_assign(n->ha, NULL, &uc.hnp));
	if (second)
		g_assert(ha_assign(n->ha2, NULL, &uc.hnp));
	uc.hoa_iid = iid ? iid : mac_iid(&lte);
	uc.iface[0] = (struct ue_iface_config){ "lte", lte, false };
	uc.iface[1] = (struct ue_iface_config){ "eth", mac(0x11), false };
	n->ue = ue_new(moor_node_new(n->w, "ue"), &uc);
	n->d = ue_dsmip(n->ue);
	n->ue_id = moor_node_id(net_host_node(ue_host(n->ue)));
	run(n, S(8));
	return n;
}

static void away(struct net *n)
{
	moor_link_attach(n->lte, ue_port(n->ue, 0), false);
	ue_attach(n->ue, "lte");
	run(n, S(6));
}

static void done(struct net *n)
{
	CU_ASSERT_EQUAL(moor_world_leaks(n->w, NULL), 0);
	moor_world_free(n->w);
	g_free(n);
}

static const struct na *na_for(const struct net *n, const struct ip6_addr *target, unsigned from)
{
	for (unsigned k = from; k < n->n_na; k++)
		if (ip6_eq(&n->na[k].target, target))
			return &n->na[k];
	return NULL;
}

/* The neighbour asks where the address is: a packet for it does that. */
static void neighbour_asks(struct net *n, const struct ip6_addr *target, bool probe)
{
	struct ip6_addr src = a6("2001:db8:d0::60");
	struct ip6_prefix hnp = p6("2001:db8:d0::/64");
	struct net_send s = { .src = src, .dst = *target, .next_header = 59 };

	if (probe)
		net_address_form(cn_iface(n->host), &hnp, ip6_low64(target));
	else
		net_send6(cn_host(n->host), moor_pkt_new(n->w, 0), &s);
	run(n, S(2));
}

/* ---- standing in [RFC 6275 10.4.1] ------------------------------------------------------------------------------- */

static void says_where_the_address_is(void)
{
	struct net *n = make(false, 0, false, false, 0x777);
	struct mac_addr own = mac(0x31);
	struct ip6_addr all = ip6_all_nodes;
	const struct na *x;

	away(n);
	CU_ASSERT_EQUAL(dsmip_ue_state(n->d), DSMIP_REGISTERED);
	x = na_for(n, dsmip_ue_hoa(n->d), 0);
	CU_ASSERT_FATAL(x != NULL);
	CU_ASSERT_EQUAL(x->flags, 0x20);		/* O; neither R nor S */
	CU_ASSERT(ip6_eq(&x->dst, &all) && mac_eq(&x->tlla, &own) && ip6_is_link_local(&x->src));
	done(n);
}

static void answers_and_defends(void)
{
	struct net *n = make(false, 0, false, false, 0x777);
	struct ip6_addr src = a6("2001:db8:d0::60"), other = a6("2001:db8:d0::999");
	const struct na *x;
	unsigned before;

	away(n);
	moor_link_detach(cn_port(n->host));		/* it forgets what it was told */
	moor_link_attach(n->home, cn_port(n->host), false);
	run(n, S(2));
	before = n->n_na;
	neighbour_asks(n, &other, false);
	CU_ASSERT(na_for(n, &other, before) == NULL);
	neighbour_asks(n, dsmip_ue_hoa(n->d), false);
	x = na_for(n, dsmip_ue_hoa(n->d), before);
	CU_ASSERT_FATAL(x != NULL);
	CU_ASSERT_EQUAL(x->flags, 0x40);		/* S; the owner's own answer would go before it */
	CU_ASSERT(ip6_eq(&x->dst, &src));
	before = n->n_na;
	neighbour_asks(n, dsmip_ue_hoa(n->d), true);	/* it wants the address for itself */
	x = na_for(n, dsmip_ue_hoa(n->d), before);
	CU_ASSERT_FATAL(x != NULL);
	CU_ASSERT(!(x->flags & 0xc0) && ip6_is_multicast(&x->dst));
	CU_ASSERT_FALSE(net_address_is_ours(cn_host(n->host), dsmip_ue_hoa(n->d)));
	done(n);
}

static void no_longer_once_it_is_home(void)
{
	struct net *n = make(false, 0, false, false, 0x777);
	unsigned before;

	away(n);
	before = n->n_na_ue;
	moor_link_detach(ue_port(n->ue, 0));
	moor_link_attach(n->home, ue_port(n->ue, 1), false);
	ue_handover(n->ue, "eth");
	run(n, S(8));
	CU_ASSERT_EQUAL(dsmip_ue_state(n->d), DSMIP_HOME);
	CU_ASSERT(n->n_na_ue >= before + 2);		/* home address and link-local address, to all nodes */
	CU_ASSERT_EQUAL(dsmip_ha_bindings(ha_dsmip(n->ha)), 0);
	before = n->n_na;
	neighbour_asks(n, dsmip_ue_hoa(n->d), false);
	CU_ASSERT(na_for(n, dsmip_ue_hoa(n->d), before) == NULL);
	done(n);
}

static void link_local_address_too(void)
{
	struct net *n = make(false, 0, false, false, 0);
	struct ip6_addr local;

	away(n);
	local = ip6_link_local(ip6_low64(dsmip_ue_hoa(n->d)));
	CU_ASSERT(na_for(n, &local, 0) != NULL);	/* L was set */
	moor_link_detach(cn_port(n->host));
	moor_link_attach(n->home, cn_port(n->host), false);
	run(n, S(2));
	n->n_na = 0;
	net_address_form(cn_iface(n->host), &(struct ip6_prefix){ ip6_link_local(0), 64 }, ip6_low64(&local));
	run(n, S(2));
	CU_ASSERT(na_for(n, &local, 0) != NULL);
	CU_ASSERT(dsmip_ha_drop(ha_dsmip(n->ha), dsmip_ue_hoa(n->d)));
	done(n);
	n = make(false, 0, false, false, 0x777);
	away(n);
	local = ip6_link_local(ip6_low64(dsmip_ue_hoa(n->d)));
	CU_ASSERT(na_for(n, &local, 0) == NULL);	/* L was not */
	done(n);
}

/* ---- home agents of the link [RFC 6275 10.5] --------------------------------------------------------------------- */

static struct ip6_addr anycast(void)
{
	return a6("2001:db8:d0:0:fdff:ffff:ffff:fffe");
}

static void ask(struct net *n, struct net_host *from, const struct ip6_addr *src, uint16_t id)
{
	struct icmp6 m = { .type = ICMP6_T_DHAAD_REQUEST, .id = id };
	struct net_send s = { .src = *src, .dst = anycast() };

	dsmip_icmp_send(from, &m, &s, &ip6_any, src, 1);
	run(n, S(1));
}

static void all_home_agents_by_preference(void)
{
	struct net *n = make(true, 20, false, false, 0x777);
	struct ip6_addr first = a6("2001:db8:d0::2"), second = a6("2001:db8:d0::1"), src = a6("2001:db8:c0::9");

	ask(n, router_host(n->ar), &src, 4711);
	CU_ASSERT_EQUAL(n->signals[ICMP6_T_DHAAD_REPLY], 1);
	CU_ASSERT_EQUAL(n->last[0].id, 4711);
	CU_ASSERT_EQUAL_FATAL(n->last[0].n_agents, 2);
	CU_ASSERT(ip6_eq(&n->last[0].agents[0], &first) && ip6_eq(&n->last[0].agents[1], &second));
	moor_link_detach(ha_port(n->ha2, 1));		/* its advertisements end, so does its lifetime */
	run(n, S(1900));
	ask(n, router_host(n->ar), &src, 4712);
	CU_ASSERT_EQUAL(n->last[0].n_agents, 1);
	CU_ASSERT(ip6_eq(&n->last[0].agents[0], &second));
	done(n);
}

static void equals_in_any_order(void)
{
	struct net *n = make(true, 10, false, false, 0x777);
	struct ip6_addr one = a6("2001:db8:d0::1"), src = a6("2001:db8:c0::9");
	unsigned first = 0;

	for (uint16_t k = 0; k < 32; k++) {
		ask(n, router_host(n->ar), &src, k);
		CU_ASSERT_EQUAL(n->last[0].n_agents, 2);
		first += ip6_eq(&n->last[0].agents[0], &one);
	}
	CU_ASSERT(first > 4 && first < 28);
	done(n);
}

static void anycast_from_a_neighbour(void)
{
	struct net *n = make(false, 0, false, false, 0x777);
	struct ip6_addr src = a6("2001:db8:d0::60");

	ask(n, cn_host(n->host), &src, 1);		/* it has to find out who that is */
	CU_ASSERT_EQUAL(n->signals[ICMP6_T_DHAAD_REPLY], 1);
	CU_ASSERT_EQUAL(n->last[0].n_agents, 1);
	done(n);
}

static void reply(struct net *n, uint16_t id, unsigned agents)
{
	struct icmp6 m = { .type = ICMP6_T_DHAAD_REPLY, .id = id, .n_agents = (uint8_t)agents };
	struct net_send s = { .src = a6("2001:db8:d0::1") };

	for (unsigned k = 0; k < agents; k++)
		m.agents[k] = a6("2001:db8:bad::1");
	net_address_global(ue_iface(n->ue, "lte"), false, &s.dst);
	dsmip_icmp_send(ha_host(n->ha), &m, &s, &ip6_any, &s.dst, 1);
	run(n, MOOR_MS * 100);
}

static void replies_that_were_not_asked_for(void)
{
	struct net *n = make(false, 0, true, false, 0x777);

	away(n);
	CU_ASSERT_EQUAL(dsmip_ue_state(n->d), DSMIP_REGISTERED);
	CU_ASSERT(!strstr(n->discards, "icmp6-not-asked-for"));
	reply(n, 1, 2);
	CU_ASSERT(strstr(n->discards, "icmp6-not-asked-for") != NULL);
	CU_ASSERT_EQUAL(dsmip_ue_state(n->d), DSMIP_REGISTERED);
	ue_reboot(n->ue);
	run(n, S(1));
	CU_ASSERT_EQUAL(dsmip_ue_state(n->d), DSMIP_IDLE);
	ue_attach(n->ue, "lte");			/* it asks anew */
	run(n, S(4));
	CU_ASSERT_EQUAL(n->signals[ICMP6_T_DHAAD_REQUEST], 2);
	CU_ASSERT_EQUAL(dsmip_ue_state(n->d), DSMIP_REGISTERED);
	ue_detach(n->ue);
	run(n, S(2));
	CU_ASSERT_EQUAL(dsmip_ue_state(n->d), DSMIP_IDLE);
	done(n);
}

/* ---- mobile prefix messages [RFC 6275 10.6, 11.4] ---------------------------------------------------------------- */

static void solicit(struct net *n, bool option)
{
	struct icmp6 m = { .type = ICMP6_T_MPS, .id = 99 };
	struct net_send s = { .dst = a6("2001:db8:d0::1"), .home_address = option ? dsmip_ue_hoa(n->d) : NULL };

	net_address_global(ue_iface(n->ue, "lte"), false, &s.src);
	dsmip_icmp_send(ue_host(n->ue), &m, &s, dsmip_ue_hoa(n->d), &s.src, 1);
	run(n, MOOR_MS * 200);
}

static void prefix_for_those_with_a_binding(void)
{
	struct net *n = make(false, 0, false, false, 0x777);

	away(n);
	solicit(n, false);
	CU_ASSERT_EQUAL(n->signals[ICMP6_T_MPA], 0);	/* no Home Address option */
	CU_ASSERT(strstr(n->discards, "mobile-prefix-solicitation") != NULL);
	solicit(n, true);
	CU_ASSERT_EQUAL(n->signals[ICMP6_T_MPA], 1);
	CU_ASSERT_EQUAL(n->last[1].id, 99);
	CU_ASSERT(n->last[1].opts.n_prefixes == 1 && n->last[1].opts.prefixes[0].router_addr &&
		  n->last[1].opts.prefixes[0].len == 64 && n->last[1].opts.prefixes[0].valid == 604800);
	solicit(n, true);				/* not two in a second */
	CU_ASSERT_EQUAL(n->signals[ICMP6_T_MPA], 1);
	CU_ASSERT(strstr(n->discards, "mobile-prefix-rate") != NULL);
	run(n, S(1));
	solicit(n, true);
	CU_ASSERT_EQUAL(n->signals[ICMP6_T_MPA], 2);
	CU_ASSERT(dsmip_ha_drop(ha_dsmip(n->ha), dsmip_ue_hoa(n->d)));
	run(n, S(1));
	solicit(n, true);
	CU_ASSERT_EQUAL(n->signals[ICMP6_T_MPA], 2);	/* a Binding Error instead, so it registers */
	CU_ASSERT(strstr(n->discards, "home-address-option") != NULL);
	run(n, S(3));
	CU_ASSERT_EQUAL(dsmip_ha_bindings(ha_dsmip(n->ha)), 1);
	done(n);
}

static void advertised_until_acknowledged(void)
{
	struct net *n = make(false, 0, false, false, 0x777);

	away(n);
	moor_link_state(n->lte, false);			/* nothing reaches it */
	dsmip_ha_net_lifetimes(ha_dsmip(n->ha), 300, 400);
	run(n, S(120));
	CU_ASSERT_EQUAL(n->signals[ICMP6_T_MPA], 4);	/* once, and PREFIX_ADV_RETRIES times */
	CU_ASSERT_EQUAL(n->last[1].opts.prefixes[0].valid, 400);
	dsmip_ha_net_lifetimes(ha_dsmip(n->ha), 300, 400);
	run(n, S(20));
	CU_ASSERT_EQUAL(n->signals[ICMP6_T_MPA], 4);	/* no change */
	done(n);
}

/* A prefix without a lifetime does not make the mobile node ask as fast as it is answered. */
static void no_lifetime_no_storm(void)
{
	struct net *n = make(false, 0, false, false, 0x777);
	unsigned before;

	dsmip_ha_net_lifetimes(ha_dsmip(n->ha), 0, 0);
	away(n);
	before = n->signals[ICMP6_T_MPS];
	dsmip_ue_solicit_prefix(n->d);
	run(n, S(30));
	CU_ASSERT(n->signals[ICMP6_T_MPA] > 0);
	CU_ASSERT(n->signals[ICMP6_T_MPS] - before <= 11);
	done(n);
}

static const struct harness_test tests[] = {
	{ "no lifetime, no storm", no_lifetime_no_storm },
	{ "the home agent says where the address is", says_where_the_address_is },
	{ "it answers for it and defends it", answers_and_defends },
	{ "no longer once the mobile node is home", no_longer_once_it_is_home },
	{ "the link-local address too, with L", link_local_address_too },
	{ "all home agents by preference", all_home_agents_by_preference },
	{ "equals in any order", equals_in_any_order },
	{ "the anycast address asked by a neighbour", anycast_from_a_neighbour },
	{ "replies that were not asked for", replies_that_were_not_asked_for },
	{ "the prefix for those with a binding", prefix_for_those_with_a_binding },
	{ "advertised until acknowledged", advertised_until_acknowledged },
};

int main(int argc, char **argv)
{
	return harness_main("home_net", tests, G_N_ELEMENTS(tests), argc, argv);
}
