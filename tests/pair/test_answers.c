/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The UE's rules for what it is told, with answers made by hand: the home agent's node speaks, its protocol is silenced
 * [RFC 6275 11.7.3, 11.3.3, 11.3.6, 9.2; RFC 5555 4.4.2; 24.303 5.1.2.4].
 */
#include <string.h>

#include "tests/pair/rig.h"

struct voice {
	struct ip6_addr src, rh2;
	bool no_rh2;
	uint16_t seq;
	uint8_t status, flags;
	uint16_t life;
	void (*more)(struct mh_msg *m);
};

/* The home agent hears nothing any more, because it thinks that it has another address. */
static void silence(struct rig *r)
{
	dsmip_ha_settings(r->a)->addr.a6.o[15] = 0x99;
}

static void wait_for_bu(struct rig *r)
{
	unsigned n = rig_signals(r, REC_SIGNAL_TX, r->ue_id, MH_BU);

	for (unsigned k = 0; k < 20000 && rig_signals(r, REC_SIGNAL_TX, r->ue_id, MH_BU) == n; k++)
		rig_run(r, MOOR_MS);
	rig_run(r, 50 * MOOR_MS);
}

/* A UE on lte whose first BU is out and unanswered. */
static struct rig *waiting(void)
{
	struct rig *r = rig_new();

	rig_build(r);
	silence(r);
	rig_attach(r, "lte", r->lte);
	wait_for_bu(r);
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERING);
	return r;
}

static struct voice usual(const struct rig *r)
{
	struct voice v = { .seq = dsmip_ue_binding(r->d).sequence, .flags = MH_BA_K | MH_BA_R, .life = 225 };

	v.src = r->ha_config.dsmip.addr.a6;
	v.rh2 = *dsmip_ue_hoa(r->d);
	return v;
}

static void say(struct rig *r, const struct voice *v)
{
	struct dsmip_tx tx = { .send = { .src = v->src, .rh2 = v->no_rh2 ? NULL : &v->rh2 } };
	struct mh_msg m;

	tx.send.dst = dsmip_ue_binding(r->d).care_of;
	mh_start(&m, MH_BA);
	m.ba.status = v->status;
	m.ba.flags = v->flags;
	m.ba.seq = v->seq;
	m.ba.life.units = v->life;
	if (v->more)
		v->more(&m);
	dsmip_send(ha_host(r->ha), &m, &tx);
	rig_run(r, 100 * MOOR_MS);
}

static void believes(const char *reason, struct rig *r, const struct voice *v)
{
	say(r, v);
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), reason ? DSMIP_REGISTERING : DSMIP_REGISTERED);
	if (reason && *reason)
		CU_ASSERT(rig_discarded(r, r->ue_id, reason));
	rig_free(r);
}

static void validates(void)
{
	struct rig *r = waiting();
	struct voice v = usual(r);

	believes(NULL, r, &v);
	r = waiting();
	v.seq++;
	believes("ba-sequence", r, &v);
	r = waiting();
	v = usual(r);
	v.src.o[15] = 9;
	net_address_add_virtual(ha_host(r->ha), &v.src);
	believes("routing-header", r, &v);
	r = waiting();
	v = usual(r);
	v.no_rh2 = true;
	believes("ba-home-address", r, &v);
	r = waiting();
	v = usual(r);
	v.rh2.o[15] ^= 1;
	believes("", r, &v);			/* net refuses a routing header that is not for us */
}

static void advice_too_long(struct mh_msg *m)
{
	mh_add(m, MH_OPT_REFRESH_ADVICE)->refresh.units = 300;
}

static void lifetimes(void)
{
	struct rig *r = waiting();
	struct voice v = usual(r);
	moor_time sent = rig_last(r, REC_SIGNAL_TX, r->ue_id, MH_BU)->r.at;

	v.life = 5000;				/* more than asked for: what was asked for counts */
	v.more = advice_too_long;
	say(r, &v);
	CU_ASSERT_EQUAL(dsmip_ue_binding(r->d).expires, sent + S(900));
	CU_ASSERT_EQUAL(dsmip_ue_binding(r->d).refresh, sent + S(720));
	CU_ASSERT(rig_deviation(r, "refresh-not-below-lifetime") || v.life == 5000);
	rig_free(r);
	r = waiting();
	v = usual(r);
	v.life = 0;				/* accepted for no time at all: as good as refused */
	believes("", r, &v);
}

/* Without R in the answer the prefix is not forwarded: the home address alone is used. */
static void without_r(void)
{
	struct rig *r = waiting();
	struct voice v = usual(r);
	struct net_send s = { .dst = { { 0x20, 1, 0xd, 0xb8, 0, 0xc0, [15] = 9 } }, .next_header = 59 };
	unsigned frames;

	v.flags = 0;
	say(r, &v);
	CU_ASSERT(dsmip_ue_state(r->d) == DSMIP_REGISTERED && !dsmip_ue_binding(r->d).r && !dsmip_ue_binding(r->d).k);
	s.src = *dsmip_ue_hoa(r->d);
	s.src.o[15] = 0x42;
	frames = rig_count(r, REC_DISCARD, r->ue_id, 0);
	CU_ASSERT(!net_send6(ue_host(r->ue), moor_pkt_new(r->w, 8), &s));
	CU_ASSERT(rig_count(r, REC_DISCARD, r->ue_id, 0) > frames);
	s.src = *dsmip_ue_hoa(r->d);
	CU_ASSERT(net_send6(ue_host(r->ue), moor_pkt_new(r->w, 8), &s));
	rig_free(r);
}

static void group_address(struct mh_msg *m)
{
	struct mh_opt *o = mh_add(m, MH_OPT_IP4_ACK);

	o->hoa4.addr = ip4_from_u32(0xe0000001);
	o->hoa4.prefix_len = 32;
}

static void private_address(struct mh_msg *m)
{
	struct mh_opt *o = mh_add(m, MH_OPT_IP4_ACK);

	o->hoa4.addr = ip4_from_u32(0x0a090807);
	o->hoa4.prefix_len = 24;
}

static void ipv4_home_address(void)
{
	struct rig *r = waiting();
	struct voice v = usual(r);

	v.more = group_address;
	say(r, &v);
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERED);
	CU_ASSERT(ip4_is_zero(dsmip_ue_hoa4(r->d)));
	rig_free(r);
	r = waiting();
	v = usual(r);
	v.more = private_address;
	say(r, &v);
	CU_ASSERT_EQUAL(ip4_u32(dsmip_ue_hoa4(r->d)), 0x0a090807);
	CU_ASSERT(rig_deviation(r, "ba-ipv4-ack-prefix"));
	/* the next answer has none: the IPv4 entry goes */
	ue_refresh(r->ue);
	rig_run(r, 50 * MOOR_MS);
	v = usual(r);
	say(r, &v);
	CU_ASSERT(ip4_is_zero(dsmip_ue_hoa4(r->d)));
	rig_free(r);
}

/* 135 again and again is not answered for ever at full speed. */
static void endless_135(void)
{
	struct rig *r = waiting();
	moor_time from = moor_world_now(r->w);
	unsigned n = rig_signals(r, REC_SIGNAL_TX, r->ue_id, MH_BU), now;

	for (unsigned k = 0; k < 100; k++) {
		struct voice v = usual(r);

		v.status = MH_BA_SEQUENCE;
		v.seq = (uint16_t)(1000 + 7 * k);
		say(r, &v);
	}
	now = rig_signals(r, REC_SIGNAL_TX, r->ue_id, MH_BU);
	CU_ASSERT(now > n && now - n < 12);
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERING);
	CU_ASSERT(moor_world_now(r->w) - from >= S(10));
	rig_free(r);
}

/* ---- other messages ---------------------------------------------------------------------------------------------- */

static void error(struct rig *r, const struct ip6_addr *src, uint8_t status, const struct ip6_addr *hoa)
{
	struct dsmip_tx tx = { .send = { .src = *src } };
	struct mh_msg m;

	tx.send.dst = dsmip_ue_binding(r->d).care_of;
	mh_start(&m, MH_BE);
	m.be.status = status;
	m.be.hoa = *hoa;
	dsmip_send(ha_host(r->ha), &m, &tx);
	rig_run(r, S(0.5));
}

static void binding_errors(void)
{
	struct rig *r = rig_new();
	struct ip6_addr ha, other, hoa;

	rig_build(r);
	rig_registered(r, "lte", r->lte);
	ha = r->ha_config.dsmip.addr.a6;
	hoa = *dsmip_ue_hoa(r->d);
	other = ha;
	other.o[15] = 0x66;
	net_address_add_virtual(ha_host(r->ha), &other);
	error(r, &other, MH_BE_UNKNOWN_BINDING, &hoa);
	CU_ASSERT(rig_discarded(r, r->ue_id, "be-source"));
	CU_ASSERT_EQUAL(rig_signals(r, REC_SIGNAL_TX, r->ue_id, MH_BU), 1);
	error(r, &ha, MH_BE_UNKNOWN_BINDING, &other);			/* somebody else's home address */
	CU_ASSERT_EQUAL(rig_signals(r, REC_SIGNAL_TX, r->ue_id, MH_BU), 1);
	error(r, &ha, MH_BE_UNKNOWN_MH_TYPE, &hoa);			/* nothing is awaited */
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERED);
	error(r, &ha, MH_BE_UNKNOWN_BINDING, &hoa);
	CU_ASSERT_EQUAL(rig_signals(r, REC_SIGNAL_TX, r->ue_id, MH_BU), 2);
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERED);
	rig_free(r);
	/* a home agent that does not know Binding Updates is none */
	r = waiting();
	error(r, &ha, MH_BE_UNKNOWN_MH_TYPE, &hoa);
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_IDLE);
	CU_ASSERT(rig_moved(r, MOVE_FAILED, 0, NULL));
	rig_free(r);
}

/*
 * [24.303 5.1.3.3] the way back is the binding's: in UDP behind a NAT, in IPv4 without; in UDP too while nothing is
 * known.
 */
static void binding_errors_in_ipv4(bool nat, bool bound)
{
	struct rig *r = rig_new();
	struct net_tunnel t = { .encap = ENCAP_UDP4, .sport = DSMIP_UDP_PORT, .dport = DSMIP_UDP_PORT };
	struct net_send s = { .tunnel = &t, .next_header = DSMIP_PROTO_MH };
	struct moor_pkt *p;
	const struct seen *be;

	rig_build(r);
	if (!bound)
		rig_lose(nat ? r->wlan : r->wlan4, MH_BU, 100);
	rig_attach(r, "wlan", nat ? r->wlan : r->wlan4);
	wait_for_bu(r);
	rig_run(r, S(0.5));
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), bound ? DSMIP_REGISTERED : DSMIP_REGISTERING);
	t.local = dsmip_ue_binding(r->d).care_of;
	t.remote = ip6_mapped(r->ha_config.dsmip.addr.a4);
	s.src = *dsmip_ue_hoa(r->d);
	s.dst = r->ha_config.dsmip.addr.a6;
	p = moor_pkt_new(r->w, 8);
	memcpy(p->data, "\x3b\0\x63\0\0\0\0\0", 8);
	mh_seal(p->data, 8, &s.src, &s.dst);
	net_send6(ue_host(r->ue), p, &s);
	rig_run(r, S(0.5));
	be = rig_last(r, REC_SIGNAL_RX, r->ue_id, MH_BE);
	CU_ASSERT_PTR_NOT_NULL(be);
	if (be) {
		CU_ASSERT_EQUAL(be->r.u.signal.udp, nat || !bound);
		CU_ASSERT_EQUAL(be->r.u.signal.status, MH_BE_UNKNOWN_MH_TYPE);
		CU_ASSERT(ip6_is_zero(&be->r.u.signal.home_address));	/* there was no Home Address option */
	}
	rig_free(r);
}

static void binding_errors_go_back_as_they_came(void)
{
	binding_errors_in_ipv4(true, true);
	binding_errors_in_ipv4(false, true);
	binding_errors_in_ipv4(false, false);
}

static void refresh_request(void)
{
	struct rig *r = rig_new();
	struct dsmip_tx tx = { .attempt = 1 };
	struct mh_msg m;
	struct ip6_addr hoa;

	rig_build(r);
	rig_registered(r, "lte", r->lte);
	hoa = *dsmip_ue_hoa(r->d);
	tx.send.src = r->ha_config.dsmip.addr.a6;
	tx.send.dst = dsmip_ue_binding(r->d).care_of;
	tx.send.rh2 = &hoa;
	mh_start(&m, MH_BRR);
	dsmip_send(ha_host(r->ha), &m, &tx);
	rig_run(r, S(1));
	CU_ASSERT_EQUAL(rig_signals(r, REC_SIGNAL_TX, r->ue_id, MH_BU), 2);
	rig_free(r);
}

static bool vouched(void *owner, const struct net_rx *rx, const struct ip6_addr *home)
{
	(void)owner, (void)rx, (void)home;
	return true;
}

/*
 * [RFC 6275 11.3.5] A node without mobility answers with Parameter Problem: about the Home Address option (code 2),
 * which is only noted, or about the Mobility Header (code 1): then it is no home agent.
 */
static void not_a_home_agent(void)
{
	static const struct net_hooks hooks = { .home_address_in = vouched };
	struct rig *r = rig_new();

	rig_build(r);
	r->profile.dsmip.ha[0].a6 = (struct ip6_addr){ { 0x20, 1, 0xd, 0xb8, 0, 0xc0, [15] = 9 } };	/* the cn */
	rig_attach(r, "lte", r->lte);
	wait_for_bu(r);
	rig_run(r, S(0.5));
	CU_ASSERT(rig_discarded(r, r->ue_id, "icmp-home-address-option"));
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERING);
	net_host_hooks(cn_host(r->cn), &hooks);
	wait_for_bu(r);
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_IDLE);
	CU_ASSERT(rig_moved(r, MOVE_FAILED, 0, NULL));
	rig_free(r);
}

/* [RFC 6275 11.3.3] tunnelled packets from anybody but the home agent are not for us. */
static void foreign_tunnel(void)
{
	struct rig *r = rig_new();
	struct ip6_addr cn;
	struct net_tunnel t = { .encap = ENCAP_IN6 };
	struct net_send s = { .tunnel = &t, .next_header = 59 };

	rig_build(r);
	rig_registered(r, "lte", r->lte);
	CU_ASSERT(cn_address6(r->cn, &cn));
	t.local = cn;
	t.remote = dsmip_ue_binding(r->d).care_of;
	s.src = cn;
	s.dst = *dsmip_ue_hoa(r->d);
	net_send6(cn_host(r->cn), moor_pkt_new(r->w, 8), &s);
	rig_run(r, S(1));
	CU_ASSERT(rig_discarded(r, r->ue_id, "tunnel-source"));
	t.local = r->ha_config.dsmip.addr.a6;
	s.dst = dsmip_ue_binding(r->d).care_of;
	net_send6(ha_host(r->ha), moor_pkt_new(r->w, 8), &s);
	rig_run(r, S(1));
	CU_ASSERT(rig_discarded(r, r->ue_id, "tunnel-inner-destination"));
	rig_free(r);
}

/* [RFC 6275 9.3.1, 9.3.3] a Home Address option that nobody vouches for is answered, but not without limit. */
static void binding_errors_are_limited(void)
{
	struct rig *r = rig_new();
	struct ip6_addr hoa = { { 0x20, 1, 0xd, 0xb8, 0xa0, [15] = 0x77 } };
	struct net_send s = { .home_address = &hoa, .next_header = 59 };
	unsigned sent;

	rig_build(r);
	rig_registered(r, "lte", r->lte);
	s.dst = dsmip_ue_binding(r->d).care_of;
	for (unsigned k = 0; k < 100; k++) {
		net_send6(cn_host(r->cn), moor_pkt_new(r->w, 8), &s);
		rig_run(r, S(0.005));
	}
	rig_run(r, S(1));
	CU_ASSERT(rig_discarded(r, r->ue_id, "home-address-option"));
	sent = rig_signals(r, REC_SIGNAL_TX, r->ue_id, MH_BE);
	CU_ASSERT(sent >= 10 && sent <= 20);	/* 10 at once and 10 a second */
	rig_free(r);
}

static const struct harness_test tests[] = {
	{ "Binding Errors are limited", binding_errors_are_limited },
	{ "validates a BA", validates },
	{ "lifetimes that make no sense", lifetimes },
	{ "a BA without R", without_r },
	{ "the IPv4 address acknowledgement", ipv4_home_address },
	{ "135 without end", endless_135 },
	{ "Binding Errors", binding_errors },
	{ "Binding Errors through IPv4", binding_errors_go_back_as_they_came },
	{ "a Binding Refresh Request", refresh_request },
	{ "the peer is no home agent", not_a_home_agent },
	{ "tunnelled packets from others", foreign_tunnel },
};

int main(int argc, char **argv)
{
	return harness_main("answers", tests, G_N_ELEMENTS(tests), argc, argv);
}
