/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Movement between all kinds of links, and home: what is sent, which steps are recorded in which order, what happens to
 * packets on the way, and when nothing moves at all.
 */
#include "tests/pair/rig.h"

static bool registered_at(struct rig *r, bool v4, bool nat)
{
	struct dsmip_bce_view b = rig_bce(r);
	struct dsmip_bul l = dsmip_ue_binding(r->d);
	bool ok = dsmip_ue_state(r->d) == DSMIP_REGISTERED && b.state == DSMIP_BCE_ACTIVE &&
		  dsmip_is_mapped(&b.care_of) == v4 && b.nat == nat && l.nat == nat;

	CU_ASSERT(ok);
	CU_ASSERT(rig_up6(r) && rig_down6(r) && rig_up4(r) && rig_down4(r));
	if (!ok)
		rig_print(r);
	return ok;
}

static void move_and_check(struct rig *r, const char *iface, struct moor_link *l, bool v4, bool nat)
{
	moor_time from = moor_world_now(r->w), at[7];
	struct mh_msg bu;

	rig_move(r, iface, l);
	rig_run(r, S(8));
	registered_at(r, v4, nat);
	bu = rig_message(rig_last(r, REC_SIGNAL_TX, r->ue_id, MH_BU));
	CU_ASSERT_EQUAL(bu.bu.flags, MH_BU_A | MH_BU_H | MH_BU_K | MH_BU_R);
	CU_ASSERT(!ip4_is_zero(mh_find(&bu, MH_OPT_IP4_HOA)->hoa4.addr));	/* the one it has */
	CU_ASSERT(rig_moved(r, MOVE_STARTED, from, &at[0]) && at[0] == from);
	CU_ASSERT(rig_moved(r, MOVE_LINK_UP, from, &at[1]) && at[1] == from);
	CU_ASSERT(rig_moved(r, MOVE_DETECTED, from, &at[2]) && at[2] >= at[1]);
	CU_ASSERT(rig_moved(r, MOVE_ADDRESS_FORMED, from, &at[3]) && at[3] >= at[2]);
	CU_ASSERT(rig_moved(r, MOVE_ADDRESS_READY, from, &at[4]) && at[4] >= at[3]);
	CU_ASSERT(rig_moved(r, MOVE_FOREIGN_LINK, from, &at[5]) && at[5] >= at[4]);
	CU_ASSERT(rig_moved(r, MOVE_REGISTERED, from, &at[6]) && at[6] > at[5]);
}

static void foreign_to_foreign(void)
{
	struct rig *r = rig_new();
	struct ip4_addr hoa4;

	rig_build(r);
	rig_registered(r, "lte", r->lte);
	hoa4 = dsmip_ue_hoa4(r->d);
	move_and_check(r, "lte", r->lte2, false, false);	/* IPv6 to IPv6 */
	move_and_check(r, "wlan", r->wlan4, true, false);	/* to IPv4 */
	move_and_check(r, "wlan", r->wlan, true, true);		/* behind a NAT */
	move_and_check(r, "lte", r->lte, false, false);		/* and back */
	CU_ASSERT(ip4_eq(dsmip_ue_hoa4(r->d), hoa4));
	CU_ASSERT_EQUAL(rig_signals(r, REC_SIGNAL_TX, r->ue_id, MH_BU), 5);
	CU_ASSERT_EQUAL(rig_count(r, REC_DEVIATION, REC_NONE, 0), 0);
	CU_ASSERT_EQUAL(dsmip_ha_entries(r->a), 1);
	rig_free(r);
}

/* From one place behind the NAT to another: the interface changes, so does the address, the binding follows. */
static void nat_to_nat(void)
{
	struct rig *r = rig_new();

	rig_build(r);
	rig_registered(r, "wlan", r->wlan);
	move_and_check(r, "lte", r->wlan, true, true);
	CU_ASSERT_EQUAL(rig_signals(r, REC_SIGNAL_TX, r->ue_id, MH_BU), 2);
	rig_free(r);
}

static void returns_home(void)
{
	struct rig *r = rig_new();
	moor_time from;
	struct mh_msg bu, ba;
	const struct seen *s;

	rig_build(r);
	rig_registered(r, "lte", r->lte);
	from = moor_world_now(r->w);
	rig_move(r, "home", r->home);
	rig_run(r, S(5));
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_HOME);
	s = rig_last(r, REC_SIGNAL_TX, r->ue_id, MH_BU);
	bu = rig_message(s);
	CU_ASSERT_EQUAL(bu.bu.life.units, 0);
	CU_ASSERT_EQUAL(bu.bu.flags & (MH_BU_A | MH_BU_H), MH_BU_A | MH_BU_H);
	CU_ASSERT(s && ip6_eq(&s->r.u.signal.src, dsmip_ue_hoa(r->d)));	/* no Home Address option */
	ba = rig_message(rig_last(r, REC_SIGNAL_RX, r->ue_id, MH_BA));
	CU_ASSERT_EQUAL(ba.ba.status, 0);
	CU_ASSERT_EQUAL(ba.ba.life.units, 0);
	CU_ASSERT(rig_moved(r, MOVE_HOME_LINK, from, NULL) && rig_moved(r, MOVE_REGISTERED, from, NULL));
	CU_ASSERT_EQUAL(rig_bce(r).state, DSMIP_BCE_HOLD);
	CU_ASSERT(rig_up6(r) && rig_down6(r));
	rig_run(r, S(10));
	CU_ASSERT_EQUAL(dsmip_ha_entries(r->a), 0);
	CU_ASSERT(rig_up6(r) && rig_down6(r));
	CU_ASSERT_EQUAL(rig_count(r, REC_DEVIATION, REC_NONE, 0), 0);
	rig_free(r);
}

static void leaves_home(void)
{
	struct rig *r = rig_new();
	moor_time from;

	rig_build(r);
	rig_attach(r, "home", r->home);
	rig_run(r, S(5));
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_HOME);
	from = moor_world_now(r->w);
	rig_move(r, "wlan", r->wlan);
	rig_run(r, S(8));
	registered_at(r, true, true);
	CU_ASSERT(rig_moved(r, MOVE_STARTED, from, NULL));
	CU_ASSERT(rig_bound(r, r->ha_id, BINDING_CREATED, from));
	rig_free(r);
}

/* Home and away again while the entry is still held: the sequence number goes on, the binding revives. */
static void away_again_within_the_hold(void)
{
	struct rig *r = rig_new();

	rig_build(r);
	rig_registered(r, "lte", r->lte);
	rig_move(r, "home", r->home);
	rig_run(r, S(4));
	CU_ASSERT_EQUAL(rig_bce(r).state, DSMIP_BCE_HOLD);
	rig_move(r, "lte", r->lte);
	rig_run(r, S(5));
	registered_at(r, false, false);
	CU_ASSERT_EQUAL(dsmip_ha_entries(r->a), 1);
	rig_free(r);
}

/* The link stays, but its router shows another prefix: it is the home link no longer. */
static void home_prefix_withdrawn(void)
{
	struct rig *r = rig_new();
	struct mac_addr mac;
	struct ip6_prefix other;
	struct dsmip_bce_view b;
	struct net_iface *home;

	rig_build(r);
	rig_attach(r, "home", r->home);
	rig_run(r, S(5));
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_HOME);
	mac = *moor_port_mac(ue_port(r->ue, 2));
	CU_ASSERT(ha_assign(r->ha, &mac, &other));
	home = ha_iface(r->ha, "home");
	router_advertise_to(home, &mac);
	rig_run(r, S(5));
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERED);
	b = rig_bce(r);
	CU_ASSERT(ip6_in_prefix(&b.care_of, &other));
	CU_ASSERT(rig_up6(r) && rig_down6(r));
	rig_free(r);
}

/* The de-registration at home is lost: packets still go to the old place until the second one arrives. */
static void lost_return(void)
{
	struct rig *r = rig_new();

	rig_build(r);
	rig_registered(r, "lte", r->lte);
	rig_lose(r->home, MH_BU, 1);
	rig_move(r, "home", r->home);
	while (dsmip_ue_state(r->d) != DSMIP_RETURNING && moor_world_now(r->w) < S(30))
		rig_run(r, MOOR_MS);
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_RETURNING);
	rig_run(r, S(0.9));
	CU_ASSERT_EQUAL(rig_bce(r).state, DSMIP_BCE_ACTIVE);
	rig_run(r, S(0.2));
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_HOME);
	rig_free(r);
}

/* Both links are there: nothing is lost in either direction, and the old care-of address still receives. */
static void make_before_break(void)
{
	struct rig *r = rig_new();
	struct dsmip_bul before;
	struct dsmip_bce_view b;

	rig_build(r);
	rig_registered(r, "lte", r->lte);
	before = dsmip_ue_binding(r->d);
	rig_plug(r, "wlan", r->wlan);
	rig_run(r, S(3));
	CU_ASSERT_EQUAL(rig_signals(r, REC_SIGNAL_TX, r->ue_id, MH_BU), 1);	/* another link is no reason to move */
	rig_lose(r->wlan, MH_BU, 1);
	ue_handover(r->ue, "wlan");
	rig_run(r, MOOR_MS);
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERING);
	b = rig_bce(r);
	CU_ASSERT(ip6_eq(&b.care_of, &before.care_of));
	CU_ASSERT(rig_up6(r));		/* this takes two seconds, the registration is done meanwhile */
	registered_at(r, true, true);
	CU_ASSERT_EQUAL(rig_count(r, REC_DEVIATION, REC_NONE, 0), 0);
	rig_free(r);
}

static void old_tunnel_carries_until_the_answer(void)
{
	struct rig *r = rig_new();

	rig_build(r);
	rig_registered(r, "lte", r->lte);
	rig_plug(r, "wlan", r->wlan);
	rig_run(r, S(3));
	rig_lose(r->wlan, MH_BU, 100);
	ue_handover(r->ue, "wlan");
	rig_run(r, S(1));
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERING);
	CU_ASSERT(rig_up6(r) && rig_down6(r) && rig_up4(r) && rig_down4(r));
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERING);
	rig_free(r);
}

/* The link goes and the same one comes back: over IPv6 the binding still holds, behind a NAT it is renewed. */
static void same_link_again(void)
{
	struct rig *r = rig_new();

	rig_build(r);
	rig_registered(r, "lte", r->lte);
	rig_plug(r, "lte", NULL);
	rig_run(r, S(2));
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERED);
	rig_plug(r, "lte", r->lte);
	rig_run(r, S(8));
	CU_ASSERT_EQUAL(rig_signals(r, REC_SIGNAL_TX, r->ue_id, MH_BU), 1);
	registered_at(r, false, false);
	rig_free(r);
	r = rig_new();
	rig_build(r);
	rig_registered(r, "wlan", r->wlan);
	rig_plug(r, "wlan", NULL);
	rig_run(r, S(2));
	rig_plug(r, "wlan", r->wlan);
	rig_run(r, S(8));
	CU_ASSERT_EQUAL(rig_signals(r, REC_SIGNAL_TX, r->ue_id, MH_BU), 2);
	registered_at(r, true, true);
	rig_free(r);
}

/* The preferred link dies: the other one serves. */
static void falls_back_to_the_other_interface(void)
{
	struct rig *r = rig_new();

	rig_build(r);
	rig_registered(r, "lte", r->lte);
	rig_plug(r, "wlan", r->wlan);
	rig_run(r, S(3));
	rig_plug(r, "lte", NULL);
	rig_run(r, S(2));
	registered_at(r, true, true);
	rig_free(r);
}

static void moves_away_before_the_answer(void)
{
	struct rig *r = rig_new();

	rig_build(r);
	rig_lose(r->lte, MH_BU, 100);
	rig_attach(r, "lte", r->lte);
	rig_run(r, S(6));
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERING);
	rig_move(r, "lte", r->lte2);
	rig_run(r, S(6));
	registered_at(r, false, false);
	rig_free(r);
}

static void detaches(void)
{
	struct rig *r = rig_new();
	struct ip6_addr a;
	struct mh_msg bu;

	rig_build(r);
	rig_registered(r, "wlan", r->wlan);
	ue_detach(r->ue);
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_DETACHING);
	rig_run(r, S(1));
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_IDLE);
	bu = rig_message(rig_last(r, REC_SIGNAL_TX, r->ue_id, MH_BU));
	CU_ASSERT_EQUAL(bu.bu.life.units, 0);
	CU_ASSERT(mh_find(&bu, MH_OPT_IP4_COA) && !ip4_is_zero(mh_find(&bu, MH_OPT_IP4_HOA)->hoa4.addr));
	CU_ASSERT(rig_bound(r, r->ha_id, BINDING_DEREGISTERED, 0) && rig_bound(r, r->ue_id, BINDING_DEREGISTERED, 0));
	CU_ASSERT(!ue_source6(r->ue, &a) && !ue_source4(r->ue, &a));
	CU_ASSERT(!rig_down6(r));
	rig_run(r, S(10));
	CU_ASSERT_EQUAL(dsmip_ha_entries(r->a), 0);
	/* and once more */
	ue_attach(r->ue, "wlan");
	rig_run(r, S(3));
	registered_at(r, true, true);
	CU_ASSERT_EQUAL(rig_count(r, REC_DEVIATION, REC_NONE, 0), 0);
	rig_free(r);
}

/* ---- what is on the wire ----------------------------------------------------------------------------------------- */

/* User packets that node received in this form: outer family (0: bare), UDP or not, inner family. */
static unsigned carried(const struct rig *r, uint32_t node, unsigned outer, bool udp, unsigned inner)
{
	unsigned n = 0;

	for (guint k = 0; k < r->seen->len; k++) {
		const struct seen *s = &g_array_index(r->seen, struct seen, k);
		struct frame_view v;

		if (s->r.kind != REC_FRAME_RX || s->r.node != node ||
		    !frame_view_make(WIRE_LINK_ETHERNET, s->octets, MIN(s->r.u.frame.len, sizeof s->octets), &v) ||
		    (v.proto != PROTO_UDP && v.proto != PROTO_ICMP6 && v.proto != PROTO_ICMP4) ||
		    v.n_ip != (outer ? 2 : 1) || v.ip[v.n_ip - 1].family != inner ||
		    ip6_is_link_local(&v.ip[0].src) || ip6_is_multicast(&v.ip[0].dst) || v.ip[0].dport == 67 ||
		    v.ip[0].dport == 68)
			continue;
		if (!outer)
			n++;
		else if (v.ip[0].family == outer && (v.ip[0].proto == PROTO_UDP) == udp)
			n += udp ? v.ip[0].sport == DSMIP_UDP_PORT || v.ip[0].dport == DSMIP_UDP_PORT :
				   v.ip[0].proto == (inner == 6 ? PROTO_IP6 : PROTO_IP4);
	}
	return n;
}

/* [24.303 5.1.2.4, 5.1.3.2] both families in the one encapsulation that the access calls for, and in no other. */
static void encapsulation(struct moor_link *(*link)(struct rig *), const char *iface, unsigned outer, bool udp)
{
	struct rig *r = rig_new();
	static const unsigned families[] = { 6, 4 };

	rig_build(r);
	rig_registered(r, iface, link(r));
	r->keep_frames = true;
	CU_ASSERT(rig_up6(r) && rig_down6(r) && rig_up4(r) && rig_down4(r));
	r->keep_frames = false;
	for (unsigned k = 0; k < 2; k++) {
		unsigned inner = families[k];

		CU_ASSERT(carried(r, r->ha_id, outer, udp, inner) >= 1);
		CU_ASSERT(carried(r, r->ue_id, outer, udp, inner) >= 1);
		CU_ASSERT_EQUAL(carried(r, r->ue_id, 10 - outer, false, inner), 0);
		CU_ASSERT_EQUAL(carried(r, r->ha_id, 10 - outer, false, inner), 0);
		CU_ASSERT_EQUAL(carried(r, r->ue_id, 4, !udp, inner) * (outer == 4), 0);
		CU_ASSERT_EQUAL(carried(r, r->ha_id, 4, !udp, inner) * (outer == 4), 0);
		CU_ASSERT_EQUAL(carried(r, r->ue_id, 0, false, inner), 0);	/* nothing bare on a foreign link */
	}
	rig_free(r);
}

static struct moor_link *lte_of(struct rig *r) { return r->lte; }
static struct moor_link *wlan_of(struct rig *r) { return r->wlan; }
static struct moor_link *wlan4_of(struct rig *r) { return r->wlan4; }

static void encapsulations(void)
{
	encapsulation(lte_of, "lte", 6, false);		/* [R24303-5.1.2.4-48] [R24303-5.1.2.4-49] [R24303-5.1.3.2-27] */
	encapsulation(wlan_of, "wlan", 4, true);	/* [R24303-5.1.2.4-50] [R24303-5.1.3.2-26] */
	encapsulation(wlan4_of, "wlan", 4, false);	/* [R24303-5.1.2.4-51] [R24303-5.1.3.2-28] */
}

static const struct harness_test tests[] = {
	{ "user packets are encapsulated as the access calls for", encapsulations },
	{ "foreign to foreign: IPv6, IPv4, NAT and back", foreign_to_foreign },
	{ "NAT to NAT", nat_to_nat },
	{ "foreign to home", returns_home },
	{ "home to foreign", leaves_home },
	{ "away again while the entry is held", away_again_within_the_hold },
	{ "the home prefix is withdrawn", home_prefix_withdrawn },
	{ "the de-registration at home is lost", lost_return },
	{ "make before break", make_before_break },
	{ "the old tunnel carries until the answer", old_tunnel_carries_until_the_answer },
	{ "the same link again", same_link_again },
	{ "the other interface serves when the link dies", falls_back_to_the_other_interface },
	{ "moves on before the first answer", moves_away_before_the_answer },
	{ "detaches, and attaches again", detaches },
};

int main(int argc, char **argv)
{
	return harness_main("handover", tests, G_N_ELEMENTS(tests), argc, argv);
}
