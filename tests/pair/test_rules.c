/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The home agent's rules one by one, with Binding Updates made by hand: a stranger on the access link sends
 * whatever the test wants and sees what comes back [RFC 6275 9.2, 9.3, 9.5.1, 10.3; RFC 3963 6.2; RFC 5555 4.5;
 * 24.303 5.1.3.2, 5.1.3.3].
 */
#include <string.h>

#include "tests/pair/rig.h"

struct stranger {
	struct rig *r;
	struct net_host *h;
	struct net_iface *i;
	struct net_hooks hooks;
	struct net_events events;
	struct ip6_addr coa, hoa, ha;
	uint16_t seq;
	unsigned answers, icmps;
	struct mh_msg last;
	uint8_t octets[256];
	uint8_t icmp_type, icmp_code;
	uint32_t icmp_arg;
};

static bool any_rh2(void *owner, const struct net_rx *rx, const struct ip6_addr *home)
{
	(void)owner, (void)rx, (void)home;
	return true;
}

static bool any_tunnel(void *owner, const struct net_rx *rx, const struct ip6_addr *src, const struct ip6_addr *dst,
		       const uint8_t *inner, uint32_t len)
{
	(void)owner, (void)rx, (void)src, (void)dst, (void)inner, (void)len;
	return true;
}

static void icmp(void *owner, const struct net_rx *rx, uint8_t type, uint8_t code, uint32_t arg, const uint8_t *inner,
		 uint32_t len)
{
	struct stranger *s = owner;

	(void)rx, (void)inner, (void)len;
	s->icmps++;
	s->icmp_type = type;
	s->icmp_code = code;
	s->icmp_arg = arg;
}

static void input(void *owner, struct net_rx *rx)
{
	struct stranger *s = owner;

	CU_ASSERT(mh_sum_ok(rx->payload, rx->payload_len, ip6_upper_src(rx->ip6), ip6_upper_dst(rx->ip6)));
	CU_ASSERT(rx->payload_len <= sizeof s->octets);
	memcpy(s->octets, rx->payload, rx->payload_len);
	s->answers++;
	CU_ASSERT(mh_decode(s->octets, rx->payload_len, &s->last, NULL));
}

static struct ip6_addr addr(const char *t)
{
	struct ip6_addr a;

	g_assert(ip6_parse(t, &a));
	return a;
}

static struct stranger *arrive(struct rig *r)
{
	struct stranger *s = g_new0(struct stranger, 1);
	struct mac_addr mac = mac_from_u64(0x0200000000bbu);
	struct ip6_addr gateway = addr("2001:db8:1::1");

	s->r = r;
	s->h = net_host_new(moor_node_new(r->w, "stranger"), &net_profile_host);
	s->hooks = (struct net_hooks){ .owner = s, .rh2_in = any_rh2, .tunnel_in = any_tunnel };
	s->events = (struct net_events){ .owner = s, .icmp_error = icmp };
	net_host_hooks(s->h, &s->hooks);
	net_host_events(s->h, &s->events);
	net_proto_handler(s->h, DSMIP_PROTO_MH, input, s);
	s->i = net_iface_new(s->h, "eth", &mac);
	moor_link_attach(r->lte, net_iface_port(s->i), false);
	s->coa = addr("2001:db8:1::bad");
	s->hoa = ip6_from_prefix_iid(&r->ue_config.hnp, 0x77);
	s->ha = addr("2001:db8:c0::1");
	net_address_add(s->i, &s->coa, 64);
	net_address_add_virtual(s->h, &s->hoa);
	net_route_add(s->h, &(struct ip6_prefix){ ip6_any, 0 }, &gateway, s->i);
	rig_run(r, S(2));
	return s;
}

static struct rig *world(struct stranger **s)
{
	struct rig *r = rig_new();

	rig_build(r);
	*s = arrive(r);
	return r;
}

static void leave(struct stranger *s)
{
	struct rig *r = s->r;

	rig_free(r);
	g_free(s);
}

static void start_bu(struct stranger *s, struct mh_msg *m)
{
	mh_start(m, MH_BU);
	m->bu.seq = ++s->seq;
	m->bu.flags = MH_BU_A | MH_BU_H | MH_BU_R;
	m->bu.life.units = 100;
}

/* Sends and waits a second; the status that came back, -1: nothing. */
static int say(struct stranger *s, const struct mh_msg *m)
{
	struct dsmip_tx tx = { .send = { .src = s->coa, .dst = s->ha, .home_address = &s->hoa } };
	unsigned before = s->answers;

	dsmip_send(s->h, m, &tx);
	rig_run(s->r, S(1));
	return s->answers == before ? -1 : s->last.type == MH_BA ? s->last.ba.status : 1000 + s->last.be.status;
}

static int bu(struct stranger *s, uint16_t flags, uint16_t life)
{
	struct mh_msg m;

	start_bu(s, &m);
	m.bu.flags = flags;
	m.bu.life.units = life;
	return say(s, &m);
}

#define USUAL (MH_BU_A | MH_BU_H | MH_BU_R)

static void accepts_a_plain_one(void)
{
	struct stranger *s;
	struct rig *r = world(&s);

	CU_ASSERT_EQUAL(bu(s, USUAL, 100), 0);
	CU_ASSERT_EQUAL(s->last.ba.flags, MH_BA_R);		/* K was not asked for */
	CU_ASSERT_EQUAL(s->last.ba.life.units, 100);
	CU_ASSERT_EQUAL(bu(s, MH_BU_H | MH_BU_R, 100), 0);	/* without A too [RFC 6275 10.3.1] */
	CU_ASSERT_EQUAL(bu(s, USUAL, 0), 0);
	CU_ASSERT_EQUAL(dsmip_ha_bindings(r->a), 0);
	leave(s);
}

static void home_flag(void)
{
	struct stranger *s;
	struct rig *r = world(&s);

	CU_ASSERT_EQUAL(bu(s, MH_BU_A, 100), -1);		/* no route optimisation here */
	CU_ASSERT(rig_discarded(r, r->ha_id, "bu-no-route-optimisation"));
	CU_ASSERT_EQUAL(bu(s, MH_BU_A | MH_BU_R, 100), MH_BA_ROUTER_NOT_PERMITTED);
	CU_ASSERT_EQUAL(bu(s, USUAL, 100), 0);
	CU_ASSERT_EQUAL(bu(s, MH_BU_A, 100), MH_BA_TYPE_CHANGE);
	CU_ASSERT_EQUAL(dsmip_ha_bindings(r->a), 1);
	leave(s);
}

static void router_flag(void)
{
	struct stranger *s;
	struct rig *r = world(&s);
	struct mh_msg m;
	struct mh_opt *o;

	CU_ASSERT_EQUAL(bu(s, USUAL, 100), 0);
	CU_ASSERT_EQUAL(bu(s, MH_BU_A | MH_BU_H, 100), MH_BA_TYPE_CHANGE);
	CU_ASSERT_EQUAL(bu(s, MH_BU_A | MH_BU_H, 0), 0);	/* R is ignored on the way out */
	start_bu(s, &m);
	o = mh_add(&m, MH_OPT_MNP);
	o->prefix.addr = addr("2001:db8:bad::");
	o->prefix.len = 64;
	CU_ASSERT_EQUAL(say(s, &m), MH_BA_PREFIX_NOT_AUTHORISED);
	start_bu(s, &m);
	o = mh_add(&m, MH_OPT_MNP);
	o->prefix.addr = r->ue_config.hnp.addr;
	o->prefix.len = 64;
	CU_ASSERT_EQUAL(say(s, &m), 0);
	dsmip_ha_settings(r->a)->router_permitted = false;
	CU_ASSERT_EQUAL(bu(s, USUAL, 100), MH_BA_ROUTER_NOT_PERMITTED);
	leave(s);
}

static void sequence_window(void)
{
	static const struct { uint16_t seq; int status; } row[] = {
		{ 15, 0 }, { 15, 135 }, { 0, 135 }, { 32783, 135 }, { 65535, 135 }, { 32782, 0 },
	};
	struct stranger *s;

	world(&s);
	for (unsigned k = 0; k < G_N_ELEMENTS(row); k++) {
		s->seq = (uint16_t)(row[k].seq - 1);
		CU_ASSERT_EQUAL(bu(s, USUAL, 100), row[k].status);
		if (row[k].status > 0)
			CU_ASSERT_EQUAL(s->last.ba.seq, 15);
	}
	leave(s);
}

static void home_address_rules(void)
{
	struct stranger *s;
	struct rig *r = world(&s);
	struct mh_msg m;
	struct dsmip_tx bare = { .send = { .src = s->coa, .dst = s->ha } };
	unsigned before;

	s->hoa = addr("2001:db8:a000:99::1");			/* in the pool, nobody's */
	net_address_add_virtual(s->h, &s->hoa);
	CU_ASSERT_EQUAL(bu(s, USUAL, 100), MH_BA_NOT_HOME_SUBNET);
	s->hoa = addr("2001:db8:f::1");
	net_address_add_virtual(s->h, &s->hoa);
	CU_ASSERT_EQUAL(bu(s, USUAL, 100), MH_BA_NOT_HOME_SUBNET);
	s->hoa = ip6_from_prefix_iid(&r->ue_config.hnp, 0x77);
	CU_ASSERT_EQUAL(bu(s, USUAL, 0), MH_BA_NOT_HOME_AGENT);	/* nothing to remove */
	/* no Home Address option: the care-of address would be the home address */
	start_bu(s, &m);
	before = s->answers;
	dsmip_send(s->h, &m, &bare);
	rig_run(r, S(1));
	CU_ASSERT(s->answers == before || s->last.ba.status == MH_BA_NOT_HOME_SUBNET);
	CU_ASSERT_EQUAL(dsmip_ha_entries(r->a), 0);
	leave(s);
}

static void policy(void)
{
	struct stranger *s;
	struct rig *r = world(&s);
	struct mh_msg m;

	dsmip_ha_settings(r->a)->enabled = false;
	CU_ASSERT_EQUAL(bu(s, USUAL, 100), MH_BA_HOME_REG_UNSUPPORTED);
	dsmip_ha_settings(r->a)->enabled = true;
	start_bu(s, &m);
	mh_add(&m, MH_OPT_NONCE_INDICES);
	CU_ASSERT_EQUAL(say(s, &m), -1);
	CU_ASSERT(rig_discarded(r, r->ha_id, "bu-nonce-indices"));
	CU_ASSERT_EQUAL(bu(s, USUAL | MH_BU_F, 100), MH_BA_FORCE_UDP_REFUSED);
	CU_ASSERT_EQUAL(bu(s, USUAL, 100), 0);
	dsmip_ha_settings(r->a)->max_bindings = 1;
	CU_ASSERT_EQUAL(bu(s, USUAL, 100), 0);			/* an old one may be renewed */
	ue_attach(r->ue, NULL);
	leave(s);
}

static void table_is_full(void)
{
	struct stranger *s;
	struct rig *r = world(&s);
	struct ip6_prefix second;

	dsmip_ha_settings(r->a)->max_bindings = 1;
	rig_registered(r, "lte", r->lte);
	CU_ASSERT(ha_assign(r->ha, NULL, &second));
	s->hoa = ip6_from_prefix_iid(&second, 1);
	net_address_add_virtual(s->h, &s->hoa);
	CU_ASSERT_EQUAL(bu(s, USUAL, 100), MH_BA_RESOURCES);
	leave(s);
}

/* [RFC 6275 10.4.5] a stranger's packets with the UE's addresses inside do not pass. */
static void reverse_tunnel_is_checked(void)
{
	struct stranger *s;
	struct rig *r = world(&s);
	struct net_tunnel t = { .encap = ENCAP_IN6, .local = s->coa, .remote = s->ha };
	struct net_send inner = { .dst = addr("2001:db8:c0::9"), .tunnel = &t, .next_header = 59 };
	unsigned before;

	rig_registered(r, "lte", r->lte);
	inner.src = *dsmip_ue_hoa(r->d);
	before = rig_count(r, REC_DISCARD, r->ha_id, 0);
	net_send6(s->h, moor_pkt_new(r->w, 8), &inner);
	rig_run(r, S(1));
	CU_ASSERT(rig_discarded(r, r->ha_id, "tunnel-source"));
	CU_ASSERT(rig_count(r, REC_DISCARD, r->ha_id, 0) > before);
	inner.src = addr("2001:db8:c0::77");
	net_send6(s->h, moor_pkt_new(r->w, 8), &inner);
	rig_run(r, S(1));
	CU_ASSERT(rig_discarded(r, r->ha_id, "tunnel-no-binding"));
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERED);
	CU_ASSERT(rig_up6(r) && rig_down6(r));
	leave(s);
}

/* ---- malformed --------------------------------------------------------------------------------------------------- */

/*
 * A Mobility Header of these octets, its checksum right unless said otherwise, with the Home Address option or
 * without.
 */
static int raw(struct stranger *s, const char *hex, bool sum, bool hao)
{
	struct net_send send = { .src = s->coa, .dst = s->ha, .next_header = DSMIP_PROTO_MH,
				 .home_address = hao ? &s->hoa : NULL };
	size_t n = strlen(hex) / 2;
	struct moor_pkt *p = moor_pkt_new(s->r->w, n);
	unsigned before = s->answers;

	for (size_t k = 0; k < n; k++)
		p->data[k] = (uint8_t)(g_ascii_xdigit_value(hex[2 * k]) << 4 | g_ascii_xdigit_value(hex[2 * k + 1]));
	if (sum)
		mh_seal(p->data, n, hao ? &s->hoa : &s->coa, &s->ha);
	net_send6(s->h, p, &send);
	rig_run(s->r, S(1));
	return s->answers == before ? -1 : s->last.type == MH_BE ? 1000 + s->last.be.status : s->last.ba.status;
}

static void header_checks(void)
{
	struct stranger *s;
	struct rig *r = world(&s);

	CU_ASSERT_EQUAL(raw(s, "3b0105001234000140000064" "01020000", false, true), -1);
	CU_ASSERT(rig_discarded(r, r->ha_id, "mh-checksum"));
	CU_ASSERT_EQUAL(s->icmps, 0);
	CU_ASSERT_EQUAL(raw(s, "3a010500000000018000c064" "01020000", true, true), -1);	/* payload proto 58 */
	CU_ASSERT_EQUAL(s->icmps, 1);
	CU_ASSERT(s->icmp_type == 4 && s->icmp_code == 0);
	CU_ASSERT_EQUAL(s->icmp_arg, 40 + 24);			/* its place behind IPv6 header and Home Address option */
	CU_ASSERT_EQUAL(raw(s, "3b00050000000001", true, true), -1);		/* too short for a BU */
	CU_ASSERT_EQUAL(s->icmps, 2);
	CU_ASSERT_EQUAL(s->icmp_arg, 40 + 24 + 1);
	CU_ASSERT_EQUAL(raw(s, "3b050500000000018000c06401020000", true, true), -1);	/* longer than the packet */
	CU_ASSERT_EQUAL(s->icmps, 2);
	CU_ASSERT_EQUAL(raw(s, "3b010500000000018000006401ff0000", true, true), -1);	/* an option that runs out */
	CU_ASSERT_EQUAL(dsmip_ha_entries(r->a), 0);
	leave(s);
}

static void unknown_types(void)
{
	struct stranger *s;
	struct rig *r = world(&s);
	unsigned burst;

	CU_ASSERT_EQUAL(raw(s, "3b00630000000000", true, false), 1002);
	CU_ASSERT(ip6_is_zero(&s->last.be.hoa));
	CU_ASSERT_EQUAL(raw(s, "3b000d0000000000", true, false), 1002);		/* known to us, not to a home agent */
	/* with a Home Address option that nobody vouches for, that is what is wrong */
	CU_ASSERT_EQUAL(raw(s, "3b00630000000000", true, true), 1001);
	CU_ASSERT(ip6_eq(&s->last.be.hoa, &s->hoa));
	CU_ASSERT_EQUAL(bu(s, USUAL, 100), 0);
	CU_ASSERT_EQUAL(raw(s, "3b00630000000000", true, true), 1002);
	CU_ASSERT(ip6_eq(&s->last.be.hoa, &s->hoa));
	/* not more than ten at once */
	burst = s->answers;
	for (unsigned k = 0; k < 50; k++) {
		struct net_send send = { .src = s->coa, .dst = s->ha, .next_header = DSMIP_PROTO_MH };
		struct moor_pkt *p = moor_pkt_new(r->w, 8);

		memcpy(p->data, "\x3b\0\x63\0\0\0\0\0", 8);
		mh_seal(p->data, 8, &s->coa, &s->ha);
		net_send6(s->h, p, &send);
	}
	rig_run(r, S(0.5));
	CU_ASSERT(s->answers > burst && s->answers - burst <= 11);
	leave(s);
}

/* [RFC 6275 9.3.1] data with a Home Address option: only with a binding, and from its care-of address. */
static void home_address_option_on_data(void)
{
	struct stranger *s;
	struct rig *r = world(&s);
	struct net_send send = { .src = s->coa, .dst = s->ha, .home_address = &s->hoa };
	struct moor_pkt *p = moor_pkt_new(r->w, 16);

	memset(p->data, 0, 16);
	net_udp_send(s->h, p, &send, 5000, 5000);
	rig_run(r, S(1));
	CU_ASSERT(s->answers == 1 && s->last.type == MH_BE && s->last.be.status == MH_BE_UNKNOWN_BINDING);
	CU_ASSERT(ip6_eq(&s->last.be.hoa, &s->hoa));
	CU_ASSERT_EQUAL(bu(s, USUAL, 100), 0);
	p = moor_pkt_new(r->w, 16);
	memset(p->data, 0, 16);
	net_udp_send(s->h, p, &send, 5000, 5000);
	rig_run(r, S(1));
	CU_ASSERT_EQUAL(s->last.type, MH_BA);			/* nothing new */
	leave(s);
}

/*
 * ---- duplicate address detection, when it is wanted
 * ----------------------------------------------------------------
 */

static void dad_delays_the_first_answer(void)
{
	struct rig *r = rig_new();
	const struct seen *sent, *answered;

	r->ha_config.dsmip.dad = true;
	rig_build(r);
	rig_attach(r, "lte", r->lte);
	rig_run(r, S(8));
	sent = rig_signal(r, REC_SIGNAL_RX, r->ha_id, MH_BU, 0);
	answered = rig_signal(r, REC_SIGNAL_TX, r->ha_id, MH_BA, 0);
	CU_ASSERT(sent && answered && answered->r.at - sent->r.at >= S(1));
	CU_ASSERT(answered && sent && answered->r.at - sent->r.at < S(1.5));
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERED);
	CU_ASSERT(rig_up6(r) && rig_down6(r) && rig_up4(r) && rig_down4(r));
	rig_move(r, "lte", r->lte2);				/* not again for a handover */
	rig_run(r, S(5));
	answered = rig_signal(r, REC_SIGNAL_TX, r->ha_id, MH_BA, 1);
	sent = rig_last(r, REC_SIGNAL_RX, r->ha_id, MH_BU);
	CU_ASSERT(sent && answered && answered->r.at == sent->r.at);
	rig_free(r);
}

/* A probe that is cut short leaves no address behind: it would keep the UE's packets at home. */
static void dad_is_cut_short(void)
{
	struct rig *r = rig_new();

	r->ha_config.dsmip.dad = true;
	rig_build(r);
	rig_attach(r, "lte", r->lte);
	while (dsmip_ha_entries(r->a) == 0 && moor_world_now(r->w) < S(10))
		rig_run(r, MOOR_MS);
	CU_ASSERT_EQUAL(rig_bce(r).state, DSMIP_BCE_DAD);
	ue_detach(r->ue);
	rig_run(r, S(0.5));
	CU_ASSERT_EQUAL(dsmip_ha_entries(r->a), 0);
	rig_run(r, S(5));
	CU_ASSERT(!net_address_is_ours(ha_host(r->ha), dsmip_ue_hoa(r->d)));
	rig_free(r);
}

static void dad_finds_a_duplicate(void)
{
	struct rig *r = rig_new();
	struct net_host *thief;
	struct mac_addr mac = mac_from_u64(0x0200000000ccu);
	struct net_iface *i;
	struct ip6_addr was;

	r->ha_config.dsmip.dad = true;
	rig_build(r);
	was = *dsmip_ue_hoa(r->d);
	thief = net_host_new(moor_node_new(r->w, "thief"), &net_profile_host);
	i = net_iface_new(thief, "eth", &mac);
	net_address_add(i, dsmip_ue_hoa(r->d), 64);
	moor_link_attach(r->home, net_iface_port(i), false);
	rig_run(r, S(2));
	rig_attach(r, "lte", r->lte);
	rig_run(r, S(10));
	CU_ASSERT_EQUAL(rig_message(rig_signal(r, REC_SIGNAL_RX, r->ue_id, MH_BA, 0)).ba.status, MH_BA_DAD_FAILED);
	CU_ASSERT(!ip6_eq(dsmip_ue_hoa(r->d), &was));
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERED);
	rig_free(r);
}

static const struct harness_test tests[] = {
	{ "a plain registration by hand", accepts_a_plain_one },
	{ "the H flag", home_flag },
	{ "the R flag and mobile network prefixes", router_flag },
	{ "the sequence number window", sequence_window },
	{ "home addresses that are not served", home_address_rules },
	{ "131, nonce indices, 144, renewal in a full table", policy },
	{ "130 when the table is full", table_is_full },
	{ "reverse tunnelled packets are checked", reverse_tunnel_is_checked },
	{ "checks of the mobility header", header_checks },
	{ "unknown types, and not too many answers", unknown_types },
	{ "a Home Address option on data", home_address_option_on_data },
	{ "DAD delays the first answer", dad_delays_the_first_answer },
	{ "DAD is cut short", dad_is_cut_short },
	{ "DAD finds a duplicate", dad_finds_a_duplicate },
};

int main(int argc, char **argv)
{
	return harness_main("rules", tests, G_N_ELEMENTS(tests), argc, argv);
}
