/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DSMIPv6 with its signalling in ESP, keys installed by hand: attach and every kind of handover, what happens without
 * an SA or when the home agent lost it, and an attacker on the home agent's link who has no keys and changes nothing.
 */
#include <string.h>

#include "tests/pair/esp_keys.h"
#include "wire/ip6.h"

static struct esp_keys keys;

static void install(struct rig *r)
{
	esp_keys_install(&keys, r, CRYPTO_ENCR_AES_CBC, 256, CRYPTO_INTEG_SHA256_128);
}

static struct rig *start(bool with_keys)
{
	struct rig *r = rig_new();

	rig_build(r);
	esp_keys_new(&keys, r);
	if (with_keys)
		install(r);
	return r;
}

static void finish(struct rig *r)
{
	rig_free(r);
	esp_keys_free(&keys);
}

/* Every Binding Update and Acknowledgement seen by anybody was in ESP; their number. */
static unsigned all_secured(const struct rig *r)
{
	unsigned n = 0;

	for (unsigned i = 0; i < r->seen->len; i++) {
		const struct seen *s = &g_array_index(r->seen, struct seen, i);

		if (s->r.kind != REC_SIGNAL_TX && s->r.kind != REC_SIGNAL_RX)
			continue;
		CU_ASSERT(s->r.u.signal.secured);
		n++;
	}
	return n;
}

static void moves_to(struct rig *r, const char *iface, struct moor_link *l, uint8_t state)
{
	unsigned bus = rig_signals(r, REC_SIGNAL_RX, r->ha_id, MH_BU);

	rig_move(r, iface, l);
	rig_run(r, S(15));
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), state);
	CU_ASSERT(rig_signals(r, REC_SIGNAL_RX, r->ha_id, MH_BU) > bus);
	CU_ASSERT(rig_up6(r) && rig_down6(r));
}

static void test_tour(void)
{
	struct rig *r = start(true);

	CU_ASSERT(rig_registered(r, "lte", r->lte) && rig_up6(r) && rig_down6(r));
	moves_to(r, "lte", r->lte2, DSMIP_REGISTERED);
	moves_to(r, "wlan", r->wlan, DSMIP_REGISTERED);		/* UDP 4191, behind a NAT */
	CU_ASSERT_EQUAL(rig_last(r, REC_SIGNAL_RX, r->ha_id, MH_BU)->r.u.signal.udp, true);
	moves_to(r, "wlan", r->wlan4, DSMIP_REGISTERED);	/* IPv4 without NAT */
	moves_to(r, "wlan", r->dual, DSMIP_REGISTERED);
	moves_to(r, "home", r->home, DSMIP_HOME);		/* no Home Address option there */
	moves_to(r, "lte", r->lte, DSMIP_REGISTERED);
	ue_detach(r->ue);
	rig_run(r, S(5));
	CU_ASSERT_EQUAL(rig_bce(r).state == DSMIP_BCE_ACTIVE, false);
	CU_ASSERT(all_secured(r) >= 32 && ipsec_children(keys.ha) == 1);
	CU_ASSERT(!rig_discarded(r, r->ha_id, "policy") && !rig_discarded(r, r->ue_id, "policy"));
	CU_ASSERT(!rig_discarded(r, r->ha_id, "home-address-unvouched"));
	finish(r);
}

static void test_no_sa(void)
{
	struct rig *r = start(false);

	rig_attach(r, "lte", r->lte);
	rig_run(r, S(6));
	CU_ASSERT(dsmip_ue_state(r->d) != DSMIP_REGISTERED && rig_discarded(r, r->ue_id, "esp-no-sa"));
	CU_ASSERT_EQUAL(rig_signals(r, REC_SIGNAL_RX, r->ha_id, MH_BU), 0);
	install(r);
	rig_run(r, S(20));
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERED);	/* the next retransmission went through */
	finish(r);
}

/* A restart: until there are new keys the home agent answers nothing. */
static void test_ha_lost_them(void)
{
	struct rig *r = start(true);

	CU_ASSERT(rig_registered(r, "lte", r->lte));
	ipsec_clear(keys.ha);
	ue_refresh(r->ue);
	rig_run(r, S(3));
	CU_ASSERT(rig_discarded(r, r->ha_id, "esp-spi"));
	ipsec_clear(keys.ue);
	install(r);
	rig_run(r, S(20));
	CU_ASSERT(dsmip_ue_state(r->d) == DSMIP_REGISTERED && rig_up6(r));
	finish(r);
}

/* ---- an attacker ------------------------------------------------------------------------------------------------- */

struct attacker { struct rig *r; struct moor_port *p; };

static struct attacker attack_from(struct rig *r, struct moor_link *l)
{
	struct mac_addr mac = mac_from_u64(0x0200000000ddu);
	struct attacker a = { r, moor_port_new(moor_node_new(r->w, "attacker"), "eth", &mac) };

	moor_link_attach(l, a.p, false);
	rig_run(r, MOOR_MS);
	return a;
}

static void put(struct attacker *a, const uint8_t *frame, size_t n)
{
	moor_port_send(a->p, moor_pkt_from(a->r->w, frame, n));
	rig_run(a->r, 12 * MOOR_MS);
}

/* A Mobility Header in a frame to that interface, right in everything but that there is no ESP around it. */
static void forge(struct attacker *a, const struct mac_addr *to, const struct ip6_build *b, const struct mh_msg *m)
{
	uint8_t buf[512], mh[256];
	size_t n = mh_encode(m, mh, sizeof mh), front = 14 + IP6_LEN + IP6_HAO_LEN + IP6_RH2_LEN, ext;
	struct ip6_build with = *b;

	mh_seal(mh, n, b->hao ? b->hao : &b->h.src, b->rh2 ? b->rh2 : &b->h.dst);
	memcpy(buf + front, mh, n);
	with.proto = PROTO_MH;
	with.payload_len = (uint32_t)n;
	with.h.hop_limit = 60;
	ext = ip6_push_build(buf + front, front - 14, &with);
	memcpy(buf + front - ext - 14, to->o, 6);
	memcpy(buf + front - ext - 8, "\x02\0\0\0\0\xdd\x86\xdd", 8);
	put(a, buf + front - ext - 14, 14 + ext + n);
}

static bool same(const struct dsmip_bce_view *a, const struct dsmip_bce_view *b)
{
	return a->state == b->state && ip6_eq(&a->home_address, &b->home_address) && ip6_eq(&a->care_of, &b->care_of) &&
	       a->sequence == b->sequence && a->lifetime == b->lifetime && a->expires == b->expires;
}

static void test_forged_bu(void)
{
	struct rig *r = start(true);
	struct ip6_addr hoa, elsewhere;
	struct attacker a;
	struct mac_addr ha = *moor_port_mac(ha_port(r->ha, 0));
	struct dsmip_bce_view before, after;
	struct mh_msg m;

	CU_ASSERT(rig_registered(r, "lte", r->lte));
	a = attack_from(r, r->core);
	hoa = esp_home_address(r);
	ip6_parse("2001:db8:c0::66", &elsewhere);
	before = rig_bce(r);
	for (unsigned k = 0; k < 4; k++) {
		struct ip6_build b = { .h = { .src = k & 1 ? elsewhere : before.care_of,
					      .dst = r->ha_config.dsmip.addr.a6 }, .hao = &hoa };

		m = rig_message(rig_last(r, REC_SIGNAL_TX, r->ue_id, MH_BU));
		m.bu.seq = (uint16_t)(before.sequence + 1 + k);
		if (k & 2)
			m.bu.life.units = 0;
		forge(&a, &ha, &b, &m);
		after = rig_bce(r);
		CU_ASSERT(same(&before, &after));
	}
	CU_ASSERT(rig_discarded(r, r->ha_id, "policy"));
	CU_ASSERT(rig_up6(r) && rig_down6(r));
	finish(r);
}

static void test_forged_ba(void)
{
	struct rig *r = start(true);
	struct mac_addr ue = *moor_port_mac(net_iface_port(ue_iface(r->ue, "lte")));
	struct ip6_addr hoa;
	struct attacker a;
	struct mh_msg m;

	CU_ASSERT(rig_registered(r, "lte", r->lte));
	a = attack_from(r, r->lte);
	hoa = esp_home_address(r);
	m = rig_message(rig_last(r, REC_SIGNAL_TX, r->ha_id, MH_BA));
	for (unsigned status = 0; status < 256; status += 17) {
		struct ip6_build b = { .h = { .src = r->ha_config.dsmip.addr.a6, .dst = rig_bce(r).care_of }, .rh2 = &hoa };

		m.ba.status = (uint8_t)status;
		m.ba.life.units = 0;
		forge(&a, &ue, &b, &m);
		CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERED);
	}
	CU_ASSERT(rig_discarded(r, r->ue_id, "policy") && rig_up6(r));
	finish(r);
}

/* The frames of a registration again, as they were and with every bit flipped. */
static void test_recorded(void)
{
	struct rig *r = start(true);
	struct dsmip_bce_view before, after;
	uint8_t frame[512], f[512];
	struct attacker a;
	size_t n = 0;

	r->keep_frames = true;
	CU_ASSERT(rig_registered(r, "wlan", r->wlan));
	for (unsigned i = 0; i < r->seen->len; i++) {
		const struct seen *s = &g_array_index(r->seen, struct seen, i);

		if (s->r.kind == REC_FRAME_RX && s->r.node == r->ha_id && s->octets[12] == 8 && s->octets[23] == 17 &&
		    s->r.u.frame.len > 42 && s->octets[42] >> 4 == 6 && s->octets[48] == PROTO_ESP) {
			n = s->r.u.frame.len;
			memcpy(frame, s->octets, n);
		}
	}
	r->keep_frames = false;
	CU_ASSERT(n > 100);
	a = attack_from(r, r->core);
	before = rig_bce(r);
	put(&a, frame, n);
	CU_ASSERT(rig_discarded(r, r->ha_id, "esp-replay"));
	for (size_t bit = 82 * 8; bit < n * 8; bit++) {
		memcpy(f, frame, n);
		f[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
		put(&a, f, n);
	}
	after = rig_bce(r);
	CU_ASSERT(same(&before, &after) && rig_discarded(r, r->ha_id, "esp-icv"));
	ue_refresh(r->ue);
	rig_run(r, S(5));
	after = rig_bce(r);
	CU_ASSERT(!same(&before, &after) && rig_up6(r));
	finish(r);
}

static const struct harness_test tests[] = {
	{ "attach, handovers of every kind, home and detach in ESP", test_tour },
	{ "no SA, no Binding Update", test_no_sa },
	{ "a home agent that lost its SAs", test_ha_lost_them },
	{ "forged Binding Updates change no binding", test_forged_bu },
	{ "forged Binding Acknowledgements change no state", test_forged_ba },
	{ "recorded and damaged messages change no binding", test_recorded },
};

int main(int argc, char **argv)
{
	return harness_main("esp", tests, G_N_ELEMENTS(tests), argc, argv);
}
