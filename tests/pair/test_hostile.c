/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any octets into a running UE and a running home agent: real frames of a registration cut at every length and with
 * every bit flipped, as they are and with their checksums made right again, and plain noise. Nothing may crash
 * (sanitizers watch), damaged messages must not touch the binding, and afterwards the pair must still work.
 */
#include <string.h>

#include "tests/pair/rig.h"
#include "wire/ip4.h"

struct prober {
	struct rig *r;
	struct moor_port *p;
	unsigned sent;
};

static struct prober probe(struct rig *r, struct moor_link *l)
{
	struct mac_addr mac = mac_from_u64(0x0200000000ddu);
	struct prober p = { .r = r, .p = moor_port_new(moor_node_new(r->w, "prober"), "eth", &mac) };

	moor_link_attach(l, p.p, false);
	rig_run(r, MOOR_MS);
	return p;
}

static void inject(struct prober *p, const uint8_t *frame, size_t n)
{
	struct moor_pkt *k = moor_pkt_new(p->r->w, n);

	memcpy(k->data, frame, n);
	moor_port_send(p->p, k);
	p->sent++;
	rig_run(p->r, 12 * MOOR_MS);
}

/* The newest frame with a Mobility Header of that type that the node received; its copy, 0: none. */
static size_t caught(const struct rig *r, uint32_t node, enum mh_type type, uint8_t *out)
{
	for (unsigned i = r->seen->len; i-- > 0;) {
		const struct seen *s = &g_array_index(r->seen, struct seen, i);
		struct frame_view v;

		if (s->r.kind != REC_FRAME_RX || s->r.node != node || s->r.u.frame.len > sizeof s->octets ||
		    !frame_view_make(WIRE_LINK_ETHERNET, s->octets, s->r.u.frame.len, &v) || !v.mh || v.mh[2] != type)
			continue;
		memcpy(out, s->octets, s->r.u.frame.len);
		return s->r.u.frame.len;
	}
	return 0;
}

/* What a capable attacker does: the checksums of the outer IPv4 header and of the Mobility Header are right. */
static void mend(uint8_t *frame, size_t n)
{
	struct frame_view v;
	const struct frame_ip *ip;
	uint8_t *mh;
	size_t len;

	if (n > 34 && frame[12] == 8 && frame[13] == 0 && frame[14] == 0x45) {
		frame[24] = frame[25] = 0;
		len = csum_fold(csum_add(0, frame + 14, 20));
		frame[24] = (uint8_t)(len >> 8);
		frame[25] = (uint8_t)len;
	}
	if (!frame_view_make(WIRE_LINK_ETHERNET, frame, n, &v) || !v.mh || v.mh_len < 8)
		return;
	ip = frame_inner(&v);
	mh = frame + (v.mh - frame);
	len = (mh[1] + 1u) * 8 <= v.mh_len ? (mh[1] + 1u) * 8 : v.mh_len;
	mh_seal(mh, len, ip->has_hao ? &ip->hao : &ip->src, ip->has_rh2 ? &ip->rh2 : &ip->dst);
}

typedef void between_fn(struct prober *p);

/* Every cut and every flipped bit behind the Ethernet header; `mended`: with checksums made right. */
static void damage(struct prober *p, const uint8_t *frame, size_t n, bool mended, between_fn *between)
{
	uint8_t f[512];

	for (size_t len = 15; len < n; len++) {
		memcpy(f, frame, len);
		if (mended)
			mend(f, len);
		inject(p, f, len);
		if (between)
			between(p);
	}
	for (size_t bit = 14 * 8; bit < n * 8; bit++) {
		memcpy(f, frame, n);
		f[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
		if (mended)
			mend(f, n);
		inject(p, f, n);
		if (between)
			between(p);
	}
}

static struct rig *on(const char *iface, bool wlan)
{
	struct rig *r = rig_new();

	rig_build(r);
	r->keep_frames = true;
	rig_registered(r, iface, wlan ? r->wlan : r->lte);
	return r;
}

static bool same(const struct dsmip_bce_view *a, const struct dsmip_bce_view *b)
{
	return a->state == b->state && ip6_eq(&a->home_address, &b->home_address) && ip6_eq(&a->care_of, &b->care_of) &&
	       ip4_eq(a->home_address4, b->home_address4) && a->sequence == b->sequence && a->udp_port == b->udp_port &&
	       a->lifetime == b->lifetime && a->expires == b->expires;
}

static void still_works(struct rig *r)
{
	if (dsmip_ue_state(r->d) == DSMIP_REGISTERED) {
		ue_refresh(r->ue);
		rig_run(r, S(70));
	}
	if (dsmip_ue_state(r->d) == DSMIP_IDLE)
		ue_attach(r->ue, NULL);
	rig_run(r, S(200));
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERED);
	CU_ASSERT(rig_up6(r) && rig_down6(r));
}

/* ---- home agent -------------------------------------------------------------------------------------------------- */

static void damaged_bus(const char *iface, bool wlan, bool mended)
{
	struct rig *r = on(iface, wlan);
	struct dsmip_bce_view before = rig_bce(r), after;
	uint8_t frame[512];
	size_t n = caught(r, r->ha_id, MH_BU, frame);
	struct prober p = probe(r, r->core);

	r->keep_frames = false;
	CU_ASSERT(n > 100);
	damage(&p, frame, n, mended, NULL);
	after = rig_bce(r);
	if (!mended)			/* checksum and sequence number stand before everything else */
		CU_ASSERT(same(&before, &after));
	CU_ASSERT(dsmip_ha_entries(r->a) <= 2);
	CU_ASSERT(p.sent > 800);
	still_works(r);
	rig_free(r);
}

static void bus_with_wrong_checksums(void)
{
	damaged_bus("lte", false, false);
	damaged_bus("wlan", true, false);
}

static void bus_with_right_checksums(void)
{
	damaged_bus("lte", false, true);
	damaged_bus("wlan", true, true);
}

/*
 * Binding Updates that would be accepted: the next sequence number, then damaged; whatever the home agent makes of
 * them.
 */
static void fresh_bus(bool wlan)
{
	struct rig *r = on(wlan ? "wlan" : "lte", wlan);
	uint8_t frame[512];
	size_t n = caught(r, r->ha_id, MH_BU, frame);
	struct prober p = probe(r, r->core);
	struct frame_view v;
	size_t at;

	r->keep_frames = false;
	CU_ASSERT(n && frame_view_make(WIRE_LINK_ETHERNET, frame, n, &v));
	at = (size_t)(v.mh - frame);
	for (size_t bit = 14 * 8; bit < n * 8; bit++) {
		uint8_t f[512];
		uint16_t seq = (uint16_t)(rig_bce(r).sequence + 1);

		memcpy(f, frame, n);
		f[at + 6] = (uint8_t)(seq >> 8);
		f[at + 7] = (uint8_t)seq;
		f[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
		mend(f, n);
		inject(&p, f, n);
	}
	CU_ASSERT(dsmip_ha_entries(r->a) <= 2);
	still_works(r);
	rig_free(r);
}

static void bus_with_new_sequence_numbers(void)
{
	fresh_bus(false);
	fresh_bus(true);
}

/* ---- UE ---------------------------------------------------------------------------------------------------------- */

static void ba_without_consequence(bool wlan)
{
	struct rig *r = on(wlan ? "wlan" : "lte", wlan);
	struct dsmip_bul before = dsmip_ue_binding(r->d), after;
	uint8_t frame[512];
	size_t n = caught(r, r->ue_id, MH_BA, frame);
	struct prober p = probe(r, wlan ? r->wlan : r->lte);

	r->keep_frames = false;
	CU_ASSERT(n > 80);
	damage(&p, frame, n, false, NULL);
	damage(&p, frame, n, true, NULL);
	after = dsmip_ue_binding(r->d);		/* nothing is outstanding, so nothing may change */
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERED);
	CU_ASSERT(ip6_eq(&before.care_of, &after.care_of) && ip4_eq(before.home_address4, after.home_address4));
	CU_ASSERT(before.nat == after.nat && before.udp == after.udp);
	still_works(r);
	rig_free(r);
}

static void answers_that_nobody_awaits(void)
{
	ba_without_consequence(false);
	ba_without_consequence(true);
}

/* Keeps a BU outstanding, whatever the last answer did. */
static void ask_again(struct prober *p)
{
	struct rig *r = p->r;

	if (dsmip_ue_state(r->d) == DSMIP_REGISTERED)
		ue_refresh(r->ue);
	else if (dsmip_ue_state(r->d) == DSMIP_IDLE)
		ue_attach(r->ue, NULL);
	rig_run(r, MOOR_MS);
}

static void awaited_answers(bool wlan)
{
	struct rig *r = on(wlan ? "wlan" : "lte", wlan);
	struct moor_link *l = wlan ? r->wlan : r->lte;
	uint8_t frame[512];
	size_t n = caught(r, r->ue_id, MH_BA, frame), at;
	struct prober p = probe(r, l);
	struct frame_view v;

	r->keep_frames = false;
	CU_ASSERT(n && frame_view_make(WIRE_LINK_ETHERNET, frame, n, &v));
	at = (size_t)(v.mh - frame);
	rig_lose(l, MH_BU, 100000);
	for (size_t bit = 14 * 8; bit < n * 8; bit++) {
		uint16_t seq;
		uint8_t f[512];

		ask_again(&p);
		seq = dsmip_ue_binding(r->d).sequence;
		memcpy(f, frame, n);
		f[at + 8] = (uint8_t)(seq >> 8);
		f[at + 9] = (uint8_t)seq;
		f[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
		mend(f, n);
		inject(&p, f, n);
	}
	rig_free(r);
}

static void answers_that_are_awaited(void)
{
	awaited_answers(false);
	awaited_answers(true);
}

/* ---- noise ------------------------------------------------------------------------------------------------------- */

static void noise_on(struct rig *r, struct moor_link *l, const struct moor_port *victim)
{
	struct prober p = probe(r, l);
	struct rng rng = rng_make(7, "noise", "octets");
	uint8_t f[200];

	for (unsigned k = 0; k < 1500; k++) {
		size_t n = 15 + rng_below(&rng, 180);

		rng_octets(&rng, f, n);
		memcpy(f, moor_port_mac(victim)->o, 6);
		f[12] = k & 1 ? 0x86 : 0x08;
		f[13] = k & 1 ? 0xdd : k & 2 ? 0x00 : 0x06;
		f[14] = (uint8_t)((k & 1 ? 0x60 : 0x45) | (k % 7 ? 0 : f[14]));
		if (k & 1 && n > 60) {
			f[18] = 0;			/* a length that fits, and a Mobility Header */
			f[19] = (uint8_t)(n - 54);
			f[20] = k & 4 ? 135 : 60;
		}
		inject(&p, f, n);
	}
}

static void noise(void)
{
	struct rig *r = on("lte", false);
	struct dsmip_bce_view before = rig_bce(r), after;

	r->keep_frames = false;
	noise_on(r, r->core, ha_port(r->ha, 0));
	after = rig_bce(r);
	CU_ASSERT(same(&before, &after));
	still_works(r);
	rig_free(r);
	r = on("wlan", true);
	r->keep_frames = false;
	noise_on(r, r->wlan, ue_port(r->ue, 1));
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_REGISTERED);
	still_works(r);
	rig_free(r);
}

/* ---- messages that end a binding --------------------------------------------------------------------------------- */

/* Registered, or on the way to it, with nothing asked. */
static void come_back(struct prober *p)
{
	if (dsmip_ue_state(p->r->d) == DSMIP_IDLE) {
		ue_attach(p->r->ue, NULL);
		rig_run(p->r, S(3));
	}
}

/* And a revocation under way, so that an answer means something. */
static void take_back(struct prober *p)
{
	come_back(p);
	dsmip_ha_revoke(p->r->a, dsmip_ue_hoa(p->r->d), MH_BRI_ADMINISTRATIVE, false);
}

/* What is not damaged where it matters is believed; then the UE comes back. Neither side keeps anything of it. */
static void ending(enum mh_type type, bool to_ue, bool wlan)
{
	static const struct dsmip_ha_addr nowhere;
	struct rig *r = on(wlan ? "wlan" : "lte", wlan);
	struct moor_link *l = wlan ? r->wlan : r->lte;
	uint8_t frame[512];
	struct prober p;
	size_t n;

	if (type == MH_BR)
		dsmip_ha_revoke(r->a, dsmip_ue_hoa(r->d), MH_BRI_ADMINISTRATIVE, false);
	else
		dsmip_ha_switch(r->a, dsmip_ue_hoa(r->d), &nowhere);
	rig_run(r, S(2));
	n = caught(r, to_ue ? r->ue_id : r->ha_id, type, frame);
	CU_ASSERT(n > 60);
	r->keep_frames = false;
	p = probe(r, to_ue ? l : r->core);
	come_back(&p);
	if (!to_ue)
		rig_lose(l, MH_BR, 100000);
	damage(&p, frame, n, false, to_ue ? come_back : take_back);
	damage(&p, frame, n, true, to_ue ? come_back : take_back);
	CU_ASSERT(p.sent > 1000);
	rig_run(r, S(60));
	CU_ASSERT(dsmip_ha_entries(r->a) <= 1);
	still_works(r);
	rig_free(r);
}

static void revocations(void)
{
	ending(MH_BR, true, false);
	ending(MH_BR, true, true);
}

static void acknowledgements(void)
{
	ending(MH_BR, false, false);
	ending(MH_BR, false, true);
}

static void switches(void)
{
	ending(MH_HA_SWITCH, true, false);
	ending(MH_HA_SWITCH, true, true);
}

static const struct harness_test tests[] = {
	{ "damaged BUs do not touch the binding", bus_with_wrong_checksums },
	{ "damaged BUs with right checksums", bus_with_right_checksums },
	{ "damaged BUs with right checksums and new sequence numbers", bus_with_new_sequence_numbers },
	{ "damaged BAs that nobody awaits", answers_that_nobody_awaits },
	{ "damaged BAs that are awaited", answers_that_are_awaited },
	{ "damaged BRIs", revocations },
	{ "damaged BRAs", acknowledgements },
	{ "damaged Home Agent Switches", switches },
	{ "noise", noise },
};

int main(int argc, char **argv)
{
	return harness_main("hostile", tests, G_N_ELEMENTS(tests), argc, argv);
}
