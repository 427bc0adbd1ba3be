/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Security associations and movement: K=1 moves them, K=0 makes new ones, also behind NATs and at home; rekeying while
 * a handover runs; a home agent that lost them; and an attacker on the link who has no keys.
 */
#include <string.h>

#include "tests/pair/s2c.h"
#include "base/checksum.h"
#include "wire/ike_write.h"

static bool stands(struct s2c *s)
{
	struct s2c_ue_view v = s2c_view(s);

	return dsmip_ue_state(s->r->d) == DSMIP_REGISTERED && v.sa && v.child && rig_up6(s->r) && rig_down6(s->r);
}

static bool moves(struct s2c *s, const char *iface, struct moor_link *l)
{
	rig_move(s->r, iface, l);
	rig_run(s->r, S(12));
	return stands(s);
}

/* ---- K ----------------------------------------------------------------------------------------------------------- */

/* The home agent's view of the IKE SA: where it would send to. */
static bool at_home_agent(struct s2c *s, struct ike_sa_view *v)
{
	struct ike_sa *sa = ike_sa_get(s->ike_ha, s2c_pdn(s).sa);
	struct dsmip_bce_view b = rig_bce(s->r);

	if (!sa)
		return false;
	ike_sa_view(sa, v);
	return ip6_eq(&v->path.peer, &b.care_of);
}

static void test_k1(void)
{
	struct s2c *s = s2c_new();
	struct ike_sa_view v;
	moor_time since;

	s2c_build(s);
	if (s2c_registered(s, "lte", s->r->lte)) {
		since = moor_world_now(s->r->w);
		CU_ASSERT(moves(s, "lte", s->r->lte2));
		CU_ASSERT_EQUAL(s2c_messages(s, REC_SIGNAL_TX, s->r->ue_id, IKE_INFORMATIONAL, true, since), 0);
		CU_ASSERT(at_home_agent(s, &v));
		CU_ASSERT(moves(s, "wlan", s->r->wlan));	/* a NAT: an empty INFORMATIONAL tells where we are */
		CU_ASSERT_EQUAL(s2c_sa(s).path.own_port, IKE_PORT_NAT);
		CU_ASSERT(s2c_messages(s, REC_SIGNAL_RX, s->r->ue_id, IKE_INFORMATIONAL, false, since) >= 1);
		CU_ASSERT(at_home_agent(s, &v) && v.path.own_port == IKE_PORT_NAT);
		CU_ASSERT(moves(s, "wlan", s->r->wlan4) && at_home_agent(s, &v));
		CU_ASSERT(moves(s, "lte", s->r->lte) && at_home_agent(s, &v));
		CU_ASSERT_EQUAL(s2c_messages(s, REC_SIGNAL_TX, s->r->ue_id, IKE_SA_INIT, true, since), 0);
		since = moor_world_now(s->r->w);
		s2c_ue_check(s->r->d);
		rig_run(s->r, S(2));
		CU_ASSERT_EQUAL(s2c_messages(s, REC_SIGNAL_RX, s->r->ue_id, IKE_INFORMATIONAL, false, since), 1);
		CU_ASSERT(ike_sas(s->ike_ha) == 1 && s2c_ha_sessions(s->sec) == 1);
		aaa_abort(s->aaa, s->sub.imsi, NULL);		/* and the home agent reaches it there */
		rig_run(s->r, S(0.5));
		CU_ASSERT(dsmip_ue_state(s->r->d) == DSMIP_IDLE && !ike_sas(s->ike_ha));
	}
	s2c_all_secured(s);
	s2c_free(s);
}

/* IKE keeps its own mapping of a NAT that it moved behind: the home agent reaches the UE after minutes of silence. */
static void test_nat_keepalive(void)
{
	struct s2c *s = s2c_new();

	s->ue_ike.dpd = s->ha_ike.dpd = 0;
	s2c_build(s);
	if (s2c_registered(s, "lte", s->r->lte)) {
		CU_ASSERT(!s2c_sa(s).nat_here && moves(s, "wlan", s->r->wlan) && s2c_sa(s).nat_here);
		rig_run(s->r, S(400));
		CU_ASSERT(stands(s));
		aaa_abort(s->aaa, s->sub.imsi, NULL);
		rig_run(s->r, S(0.3));
		CU_ASSERT_EQUAL(dsmip_ue_state(s->r->d), DSMIP_IDLE);
	}
	s2c_free(s);
	s = s2c_new();
	s2c_build(s);
	if (s2c_registered(s, "wlan", s->r->wlan)) {
		CU_ASSERT(s2c_sa(s).nat_here && moves(s, "lte", s->r->lte) && !s2c_sa(s).nat_here);
	}
	s2c_free(s);
}

/* Who leaves it out: the UE, or the home agent. Each handover is a new IKE run, and no packet is lost for it. */
static void k0(bool at_ue)
{
	struct s2c *s = s2c_new();
	moor_time since;

	if (at_ue)
		s->r->profile.dsmip.k_flag = DSMIP_NEVER;
	else
		s->r->ha_config.dsmip.k_flag = DSMIP_NEVER;
	s2c_build(s);
	if (s2c_registered(s, "lte", s->r->lte)) {
		struct ip6_addr hoa = *dsmip_ue_hoa(s->r->d);

		since = moor_world_now(s->r->w);
		CU_ASSERT(moves(s, "lte", s->r->lte2));
		CU_ASSERT_EQUAL(s2c_messages(s, REC_SIGNAL_TX, s->r->ue_id, IKE_SA_INIT, true, since), 1);
		CU_ASSERT(ike_sas(s->ike_ue) == 1 && ike_sas(s->ike_ha) == 1 && s2c_ha_sessions(s->sec) == 1);
		CU_ASSERT_EQUAL(aaa_sessions(s->aaa), 1);
		CU_ASSERT(moves(s, "wlan", s->r->wlan));
		CU_ASSERT(s2c_sa(s).nat_here);
		CU_ASSERT(moves(s, "lte", s->r->lte));
		CU_ASSERT_EQUAL(s2c_messages(s, REC_SIGNAL_TX, s->r->ue_id, IKE_SA_INIT, true, since), 3);
		CU_ASSERT(ip6_eq(&hoa, dsmip_ue_hoa(s->r->d)));
		CU_ASSERT(s2c_view(s).fast);
		CU_ASSERT_EQUAL(s2c_notifies(s, s->r->ue_id, IKE_N_INITIAL_CONTACT), 1);
		ue_refresh(s->r->ue);
		rig_run(s->r, S(3));
		CU_ASSERT(stands(s));
		CU_ASSERT(ike_sas(s->ike_ha) == 1 && s2c_ha_sessions(s->sec) == 1);
		CU_ASSERT_EQUAL(ipsec_children(ipsec_of(ha_host(s->r->ha))), s2c_sa(s).children);
	}
	s2c_all_secured(s);
	s2c_free(s);
}

static void test_k0_ue(void) { k0(true); }
static void test_k0_ha(void) { k0(false); }

/*
 * A UE that does not say which connection it means gets another one while the first has its association
 * [R24303-5.1.3.1-16]: it moves over with everything.
 */
static void test_k0_other_prefix(void)
{
	struct s2c *s = s2c_new();

	s->r->profile.dsmip.k_flag = DSMIP_NEVER;
	s->ue.pdn_identifier = false;
	s2c_build(s);
	if (s2c_registered(s, "lte", s->r->lte)) {
		struct ip6_addr hoa = *dsmip_ue_hoa(s->r->d);

		CU_ASSERT(moves(s, "lte", s->r->lte2));
		CU_ASSERT(!ip6_eq(&hoa, dsmip_ue_hoa(s->r->d)));
		CU_ASSERT(rig_bound(s->r, s->r->ue_id, BINDING_REVOKED, 0));
		CU_ASSERT_EQUAL(ike_sas(s->ike_ue), 1);
	}
	s2c_free(s);
}

/* At home without K the IKE SA is let go, and made anew on leaving. */
static void test_k0_home(void)
{
	struct s2c *s = s2c_new();
	struct mac_addr home = mac_from_u64(0x020000000013u);
	struct ip6_prefix hnp;

	s->r->ha_config.dsmip.k_flag = DSMIP_NEVER;
	s2c_build(s);
	CU_ASSERT(ha_connection(s->r->ha, s->sub.imsi, S2C_APN, &home, &hnp));
	if (s2c_registered(s, "lte", s->r->lte)) {
		rig_move(s->r, "home", s->r->home);
		rig_run(s->r, S(10));
		CU_ASSERT_EQUAL(dsmip_ue_state(s->r->d), DSMIP_HOME);
		CU_ASSERT(!s2c_view(s).sa && rig_up6(s->r) && rig_down6(s->r));
		CU_ASSERT(moves(s, "lte", s->r->lte2));
		CU_ASSERT(ip6_in_prefix(dsmip_ue_hoa(s->r->d), &hnp));
		CU_ASSERT(ike_sas(s->ike_ha) == 1);
	}
	s2c_free(s);
}

/* ---- while IKE runs ---------------------------------------------------------------------------------------------- */

/* The link goes while IKE runs, at every moment of it: it begins again from the other one. */
static void test_move_during_ike(void)
{
	for (unsigned ms = 0; ms < 700; ms += 35) {
		struct s2c *s = s2c_new();

		s2c_build(s);
		rig_attach(s->r, "lte", s->r->lte);
		while (!rig_moved(s->r, MOVE_SECURING, 0, NULL) && moor_world_now(s->r->w) < S(20))
			rig_run(s->r, MOOR_MS);
		rig_run(s->r, ms * MOOR_MS);
		CU_ASSERT(moves(s, ms / 35 % 2 ? "wlan" : "lte", ms / 35 % 2 ? s->r->wlan : s->r->lte2));
		rig_run(s->r, S(40));
		CU_ASSERT(ike_sas(s->ike_ha) == 1 && ike_sas(s->ike_ue) == 1 && s2c_ha_sessions(s->sec) == 1);
		s2c_free(s);
	}
}

/* Both links are there; the UE is told to use the other one while IKE runs. */
static void test_other_interface(void)
{
	for (unsigned ms = 20; ms < 300; ms += 40) {
		struct s2c *s = s2c_new();
		moor_time before;

		s2c_build(s);
		rig_plug(s->r, "wlan", s->r->wlan);
		rig_plug(s->r, "lte", s->r->lte);
		rig_run(s->r, S(8));
		ue_attach(s->r->ue, "lte");
		rig_run(s->r, ms * MOOR_MS);
		before = moor_world_now(s->r->w);
		ue_handover(s->r->ue, "lte");		/* where it is */
		rig_run(s->r, MOOR_MS);
		CU_ASSERT_EQUAL(s2c_messages(s, REC_SIGNAL_TX, s->r->ue_id, IKE_SA_INIT, true, 0), 1);
		ue_handover(s->r->ue, "wlan");
		rig_run(s->r, S(3));
		CU_ASSERT(stands(s));
		if (ms < 200) {		/* … it begins anew over there */
			CU_ASSERT(s2c_messages(s, REC_SIGNAL_TX, s->r->ue_id, IKE_SA_INIT, true, before) >= 1);
			CU_ASSERT(s2c_sa(s).nat_here);
		}
		s2c_free(s);
	}
}

static bool is_ike6(void *arg, const struct moor_port *from, const uint8_t *frame, size_t len)
{
	(void)arg, (void)from;
	return len > 62 && load16(frame + 12) == 0x86dd && frame[20] == 17 && load16(frame + 56) == IKE_PORT;
}

/* [RFC 5555 4.4.1] IKE does not come through over IPv6, but over IPv4 on the same link. */
static void test_other_family(void)
{
	struct s2c *s = s2c_new();
	struct ip6_addr own;

	s->r->timers.v[T_IKE_TRIES] = 3;
	s2c_build(s);
	moor_link_lose(s->r->dual, is_ike6, NULL, 1000);
	rig_plug(s->r, "wlan", s->r->dual);
	rig_run(s->r, S(8));
	ue_attach(s->r->ue, "wlan");
	rig_run(s->r, S(20));
	CU_ASSERT(stands(s));
	own = s2c_sa(s).path.own;
	CU_ASSERT(ip6_is_mapped(&own));
	s2c_free(s);
}

static void test_rekey(void)
{
	for (unsigned k = 0; k < 2; k++) {
		struct s2c *s = s2c_new();
		struct s2c_ue_view v;
		moor_time since;

		s2c_build(s);
		if (s2c_registered(s, "lte", s->r->lte)) {
			v = s2c_view(s);
			since = moor_world_now(s->r->w);
			s2c_ue_rekey(s->r->d, k);
			rig_move(s->r, "lte", s->r->lte2);
			rig_run(s->r, S(15));
			CU_ASSERT(stands(s));
			CU_ASSERT(k || s2c_view(s).child != v.child);
			CU_ASSERT_EQUAL(s2c_messages(s, REC_SIGNAL_TX, s->r->ue_id, IKE_CREATE_CHILD_SA, true, since), 1);
			CU_ASSERT(ike_sas(s->ike_ha) == 1 && s2c_pdn(s).child);
			ue_refresh(s->r->ue);
			rig_run(s->r, S(3));
			CU_ASSERT(stands(s));
		}
		s2c_free(s);
	}
}

/* ---- SAs that are lost ------------------------------------------------------------------------------------------- */

/* The UE finds out by liveness checks, or because its Binding Updates remain unanswered, and does it all again. */
static void lost(bool reboot, bool refresh)
{
	struct s2c *s = s2c_new();

	s->r->timers.v[T_IKE_TRIES] = 4;
	if (refresh)
		s->ue_ike.dpd = 0;
	s2c_build(s);
	if (s2c_registered(s, "lte", s->r->lte)) {
		struct ip6_addr hoa = *dsmip_ue_hoa(s->r->d);
		moor_time since = moor_world_now(s->r->w);

		if (reboot)
			ha_reboot(s->r->ha);
		else
			ha_lose_sas(s->r->ha);
		CU_ASSERT(!ike_sas(s->ike_ha) && !ipsec_children(ipsec_of(ha_host(s->r->ha))));
		if (refresh)
			ue_refresh(s->r->ue);
		rig_run(s->r, S(60));
		CU_ASSERT(stands(s));
		CU_ASSERT(ip6_eq(&hoa, dsmip_ue_hoa(s->r->d)));
		CU_ASSERT_EQUAL(s2c_messages(s, REC_SIGNAL_TX, s->r->ue_id, IKE_SA_INIT, true, since), 1);
		CU_ASSERT(ike_sas(s->ike_ha) == 1 && s2c_ha_sessions(s->sec) == 1 && aaa_sessions(s->aaa) == 1);
	}
	s2c_free(s);
}

static void test_ha_lost_sas(void) { lost(false, false); }
static void test_ha_restarted(void) { lost(true, false); }
static void test_unanswered(void) { lost(true, true); }

/* The home agent is not there at all, and nothing of IKE asks for it: Binding Updates find out. */
static void test_ha_away(void)
{
	struct s2c *s = s2c_new();

	s->r->timers.v[T_IKE_TRIES] = 3;
	s->ue_ike.dpd = s->ha_ike.dpd = 0;
	s2c_build(s);
	if (s2c_registered(s, "lte", s->r->lte)) {
		moor_link_detach(ha_port(s->r->ha, 0));
		ue_refresh(s->r->ue);
		rig_run(s->r, S(30));
		CU_ASSERT_EQUAL(dsmip_ue_state(s->r->d), DSMIP_CHILD_SA);
		ha_reboot(s->r->ha);
		moor_link_attach(s->r->core, ha_port(s->r->ha, 0), false);
		rig_run(s->r, S(30));
		CU_ASSERT(stands(s));
	}
	s2c_free(s);
}

/* Back home with a binding, but the association that could remove it is lost: first another one. */
static void test_home_without_sa(void)
{
	struct s2c *s = s2c_new();
	struct mac_addr home = mac_from_u64(0x020000000013u);
	struct ip6_prefix hnp;

	s->r->timers.v[T_IKE_TRIES] = 3;
	s->ue_ike.dpd = 5 * MOOR_S;
	s2c_build(s);
	CU_ASSERT(ha_connection(s->r->ha, s->sub.imsi, S2C_APN, &home, &hnp));
	if (s2c_registered(s, "lte", s->r->lte)) {
		rig_plug(s->r, "lte", NULL);
		ha_lose_sas(s->r->ha);
		rig_run(s->r, S(15));
		CU_ASSERT(!s2c_view(s).child && rig_bce(s->r).state == DSMIP_BCE_ACTIVE);
		rig_plug(s->r, "home", s->r->home);
		ue_handover(s->r->ue, "home");
		rig_run(s->r, S(15));
		CU_ASSERT_EQUAL(dsmip_ue_state(s->r->d), DSMIP_HOME);
		CU_ASSERT(rig_bce(s->r).state != DSMIP_BCE_ACTIVE && rig_up6(s->r) && rig_down6(s->r));
	}
	s2c_all_secured(s);
	s2c_free(s);
}

static void test_detach_without_sa(void)
{
	struct s2c *s = s2c_new();

	s->r->timers.v[T_IKE_TRIES] = 3;
	s2c_build(s);
	if (s2c_registered(s, "lte", s->r->lte)) {
		ha_reboot(s->r->ha);
		ue_detach(s->r->ue);
		rig_run(s->r, S(15));			/* the SA is found dead before the answer is given up */
		CU_ASSERT_EQUAL(dsmip_ue_state(s->r->d), DSMIP_IDLE);
		CU_ASSERT(!ike_sas(s->ike_ue));
	}
	s2c_free(s);
}

/* ---- a third host ------------------------------------------------------------------------------------------------ */

struct attacker {
	struct s2c *s;
	struct moor_port *p;
};

static struct attacker attack_from(struct s2c *s, struct moor_link *l, const char *name)
{
	struct mac_addr mac = mac_from_u64(0x0200000000ddu);
	struct attacker a = { s, moor_port_new(moor_node_new(s->r->w, name), "eth", &mac) };

	moor_link_attach(l, a.p, false);
	rig_run(s->r, MOOR_MS);
	return a;
}

static void put(struct attacker *a, const uint8_t *frame, size_t n)
{
	struct moor_pkt *k = moor_pkt_new(a->s->r->w, n);

	memcpy(k->data, frame, n);
	moor_port_send(a->p, k);
	rig_run(a->s->r, 30 * MOOR_MS);
}

/* An IKE message in UDP between these addresses, with good checksums. */
static void send_ike(struct attacker *a, const struct mac_addr *to, const struct ip6_addr *src,
		     const struct ip6_addr *dst, const uint8_t *ike, size_t n)
{
	uint8_t f[14 + 40 + 8 + 512] = { 0 }, *ip = f + 14, *udp = ip + 40;
	uint16_t len = (uint16_t)(8 + n), sum;

	g_assert(n <= 512);
	memcpy(f, to->o, 6);
	memcpy(f + 6, "\x02\0\0\0\0\xdd\x86\xdd", 8);
	ip[0] = 0x60;
	store16(ip + 4, len);
	ip[6] = 17;
	ip[7] = 60;
	memcpy(ip + 8, src->o, 16);
	memcpy(ip + 24, dst->o, 16);
	store16(udp, IKE_PORT);
	store16(udp + 2, IKE_PORT);
	store16(udp + 4, len);
	memcpy(udp + 8, ike, n);
	sum = csum_fold(csum_add(csum_add(csum_add(0, ip + 8, 32), udp, len), (const uint8_t[]){ 0, 17 }, 2) + len);
	store16(udp + 6, sum ? sum : 0xffff);
	put(a, f, 14 + 40 + len);
}

/* DELETE, REDIRECT and refusals in clear and as if they were sealed, for this SA, from either end. */
static void forged_ike(struct attacker *a, const struct mac_addr *to, const struct ip6_addr *src,
		       const struct ip6_addr *dst, const struct ike_sa_view *v, bool from_initiator)
{
	static const uint8_t exchanges[] = { IKE_INFORMATIONAL, IKE_AUTH, IKE_CREATE_CHILD_SA, IKE_SA_INIT };
	static const uint8_t redirect[] = { 2, 16, 0x20, 1, 0xd, 0xb8, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x66 };
	uint8_t buf[512], noise[64];

	memset(noise, 0x5a, sizeof noise);
	for (unsigned k = 0; k < 4 * G_N_ELEMENTS(exchanges); k++) {
		struct ike_hdr h = { .spi_i = v->spi_i, .spi_r = v->spi_r, .version = IKE_VERSION,
				     .exchange = exchanges[k / 4], .mid = k % 2 ? 0 : 5,
				     .flags = (uint8_t)((from_initiator ? IKE_FLAG_I : 0) | (k & 2 ? IKE_FLAG_R : 0)) };
		struct ike_writer w;

		ike_w_start(&w, buf, sizeof buf, &h);
		if (k % 4 == 3)
			ike_w_raw(&w, IKE_P_SK, false, noise, sizeof noise);
		else
			ike_w_delete_ike(&w);
		ike_w_notify(&w, IKE_N_REDIRECT, redirect, sizeof redirect);
		ike_w_notify(&w, k & 1 ? IKE_N_AUTHENTICATION_FAILED : IKE_N_INVALID_IKE_SPI, NULL, 0);
		send_ike(a, to, src, dst, buf, ike_w_end(&w));
	}
}

/* A Mobility Header in clear, straight in IPv6, its checksum right. */
static void send_mh(struct attacker *a, const struct mac_addr *to, const struct ip6_addr *src,
		    const struct ip6_addr *dst, const struct mh_msg *m)
{
	uint8_t f[14 + 40 + 256] = { 0 }, *ip = f + 14;
	size_t n = mh_encode(m, ip + 40, 256);

	g_assert(n > 0);
	mh_seal(ip + 40, n, src, dst);
	memcpy(f, to->o, 6);
	memcpy(f + 6, "\x02\0\0\0\0\xdd\x86\xdd", 8);
	ip[0] = 0x60;
	store16(ip + 4, (uint16_t)n);
	ip[6] = 135;
	ip[7] = 60;
	memcpy(ip + 8, src->o, 16);
	memcpy(ip + 24, dst->o, 16);
	put(a, f, 14 + 40 + n);
}

/* What would end or move the binding, if anybody believed it. */
static void forged_mh(struct attacker *a, const struct mac_addr *to, const struct ip6_addr *src,
		      const struct ip6_addr *dst)
{
	static const uint8_t types[] = { MH_BU, MH_BA, MH_BR, MH_HA_SWITCH, MH_BRR };
	struct mh_msg m;

	for (unsigned k = 0; k < G_N_ELEMENTS(types); k++)
		for (uint16_t seq = 0; seq < 4; seq++) {
			mh_start(&m, types[k]);
			if (types[k] == MH_BU) {
				m.bu.seq = seq;
				m.bu.flags = MH_BU_A | MH_BU_H;		/* lifetime 0: a de-registration */
			} else if (types[k] == MH_BA) {
				m.ba.seq = seq;
				m.ba.status = MH_BA_NOT_HOME_AGENT;
			} else if (types[k] == MH_BR) {
				m.br.type = MH_BR_BRI;
				m.br.code = MH_BRI_ADMINISTRATIVE;
				m.br.seq = seq;
			}
			send_mh(a, to, src, dst, &m);
		}
}

static void test_forged_mobility(void)
{
	struct s2c *s = s2c_new();

	s2c_build(s);
	if (s2c_registered(s, "lte", s->r->lte)) {
		struct attacker core = attack_from(s, s->r->core, "eve"), access = attack_from(s, s->r->lte, "mallory");
		struct mac_addr ha = *moor_port_mac(ha_port(s->r->ha, 0));
		struct mac_addr ue = *moor_port_mac(net_iface_port(ue_iface(s->r->ue, "lte")));
		struct ip6_addr hoa = *dsmip_ue_hoa(s->r->d), at = s2c_sa(s).path.peer;
		struct dsmip_bce_view before = rig_bce(s->r), after;

		forged_mh(&core, &ha, &hoa, &at);
		forged_mh(&access, &ue, &at, &hoa);
		after = rig_bce(s->r);
		CU_ASSERT(after.state == before.state && after.sequence == before.sequence);
		CU_ASSERT(ip6_eq(&after.care_of, &before.care_of) && after.expires == before.expires);
		CU_ASSERT(rig_discarded(s->r, s->r->ha_id, "policy") && rig_discarded(s->r, s->r->ue_id, "policy"));
		CU_ASSERT(dsmip_ue_state(s->r->d) == DSMIP_REGISTERED && stands(s));
	}
	s2c_free(s);
}

static void test_hostile(void)
{
	struct s2c *s = s2c_new();
	struct attacker core, access;
	struct dsmip_bce_view before, after;
	struct ike_sa_view v;
	struct s2c_ue_view u;
	struct mac_addr ha, ue;

	s2c_build(s);
	if (s2c_registered(s, "lte", s->r->lte)) {
		core = attack_from(s, s->r->core, "eve");
		access = attack_from(s, s->r->lte, "mallory");
		ha = *moor_port_mac(ha_port(s->r->ha, 0));
		ue = *moor_port_mac(net_iface_port(ue_iface(s->r->ue, "lte")));
		v = s2c_sa(s);
		u = s2c_view(s);
		before = rig_bce(s->r);
		forged_ike(&core, &ha, &v.path.own, &v.path.peer, &v, true);
		forged_ike(&access, &ue, &v.path.peer, &v.path.own, &v, false);
		after = rig_bce(s->r);
		CU_ASSERT(after.state == before.state && ip6_eq(&after.care_of, &before.care_of));
		CU_ASSERT(after.sequence == before.sequence && after.expires == before.expires);
		CU_ASSERT(s2c_view(s).sa == u.sa && s2c_view(s).child == u.child && stands(s));
		CU_ASSERT(ike_sas(s->ike_ha) == 1 && s2c_view(s).redirects == 0);
		ue_refresh(s->r->ue);
		rig_run(s->r, S(3));
		CU_ASSERT(rig_bce(s->r).sequence == (uint16_t)(before.sequence + 1) && stands(s));
	}
	s2c_free(s);
}

/* Even without policies: what did not come through the association is not believed. */
static void test_unprotected(void)
{
	static const struct ipsec_policy bus = { .sel = { .proto = 135, .local_lo = 0x0500, .local_hi = 0x05ff },
						  .action = IPSEC_PROTECT };
	struct s2c *s = s2c_new();

	s2c_build(s);
	if (s2c_registered(s, "lte", s->r->lte)) {
		struct dsmip_bce_view before = rig_bce(s->r), after;

		ipsec_policies(ipsec_of(ha_host(s->r->ha)), NULL, 0);
		ipsec_policies(ipsec_of(ue_host(s->r->ue)), NULL, 0);
		ue_refresh(s->r->ue);
		rig_run(s->r, S(0.5));
		after = rig_bce(s->r);
		CU_ASSERT(before.sequence == after.sequence && rig_discarded(s->r, s->r->ha_id, "bu-unprotected"));
		/* the other way round: the BU is protected, its answer is not */
		ipsec_policies(ipsec_of(ue_host(s->r->ue)), &bus, 1);
		rig_run(s->r, S(3));
		CU_ASSERT(rig_bce(s->r).sequence != after.sequence && rig_discarded(s->r, s->r->ue_id, "mh-unprotected"));
		CU_ASSERT(!rig_bound(s->r, s->r->ue_id, BINDING_REFRESHED, 0));
	}
	s2c_free(s);
}

/* Another subscriber, with keys of its own, wants this one's prefix and home address. */
static void test_other_subscriber(void)
{
	struct s2c *s = s2c_new();
	struct ipsec_selector sel = { .local_len = 128, .remote_len = 128, .proto = 135, .local_hi = UINT16_MAX,
				      .remote_hi = UINT16_MAX };
	struct ike_sa *sa;
	struct mac_addr home = mac_from_u64(0x020000000099u);
	struct imsi victim;
	struct ip6_prefix hnp;

	s->r->ue_config.hnp.len = 64;		/* the UE claims to know a prefix: the victim's */
	ip6_parse("2001:db8:a000::", &s->r->ue_config.hnp.addr);
	s2c_build(s);
	victim = imsi_add(s->sub.imsi, 1);
	CU_ASSERT(ha_connection(s->r->ha, victim, S2C_APN, &home, &hnp));
	CU_ASSERT(ip6_prefix_eq(&hnp, &s->r->ue_config.hnp));
	if (s2c_registered(s, "lte", s->r->lte)) {
		CU_ASSERT(!ip6_in_prefix(dsmip_ue_hoa(s->r->d), &hnp));
		sa = ike_sa_get(s->ike_ue, s2c_view(s).sa);
		sel.remote = s->r->ha_config.dsmip.addr.a6;
		sel.local = hnp.addr;
		sel.local.o[15] = 1;
		ike_child(sa, &sel, true);
		rig_run(s->r, S(2));
		CU_ASSERT_EQUAL(ipsec_child_for(ipsec_of(ha_host(s->r->ha)), &sel.remote, &sel.local, 135, 0x0600, 0x0500),
				0);
		sel.local = *dsmip_ue_hoa(s->r->d);
		ike_child(sa, &sel, false);		/* tunnel mode is not for signalling */
		sel.proto = 17;
		ike_child(sa, &sel, true);
		sel.proto = 135;
		sel.remote.o[15] ^= 7;			/* and nobody but the home agent is at the other end */
		ike_child(sa, &sel, true);
		rig_run(s->r, S(2));
		CU_ASSERT_EQUAL(s2c_sa(s).children, 2);
		CU_ASSERT(stands(s));
	}
	s2c_free(s);
}

static const struct harness_test tests[] = {
	{ "K=1: the associations move along", test_k1 },
	{ "K=1 behind a NAT: its mapping is kept", test_nat_keepalive },
	{ "K=0 by the UE: new associations at each handover", test_k0_ue },
	{ "K=0 by the home agent", test_k0_ha },
	{ "K=0 and nobody knows which connection", test_k0_other_prefix },
	{ "K=0 on the home link", test_k0_home },
	{ "a handover at any moment of IKE", test_move_during_ike },
	{ "another interface while IKE runs", test_other_interface },
	{ "IPv4 where IKE does not come through over IPv6", test_other_family },
	{ "rekeying while a handover runs", test_rekey },
	{ "a home agent that lost its associations", test_ha_lost_sas },
	{ "a home agent that restarted", test_ha_restarted },
	{ "Binding Updates without an answer", test_unanswered },
	{ "a home agent that is away", test_ha_away },
	{ "home again without an association", test_home_without_sa },
	{ "detach from a home agent that knows nothing", test_detach_without_sa },
	{ "forged DELETE and REDIRECT change nothing", test_hostile },
	{ "nor do a BU, BA, BRI, HA Switch or BRR in clear", test_forged_mobility },
	{ "nothing unprotected is believed", test_unprotected },
	{ "a subscriber gets no other one's home address", test_other_subscriber },
};

int main(int argc, char **argv)
{
	return harness_main("s2c-move", tests, G_N_ELEMENTS(tests), argc, argv);
}
