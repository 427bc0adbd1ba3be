/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IPsec between two MAGs and an LMA, each as it is: who gets security associations and for what, registrations that
 * wait for them, restarts and deletions, and what strangers send: clear, replayed, changed and cut.
 */
#include "tests/unit/net_rig.h"

#include "proto/pmip_lma_sec.h"
#include "proto/pmip_mag_sec.h"
#include "world/clock.h"

#define LMAA "2001:db8::1"
#define HOP MOOR_MS

static const char *const coas[] = { "2001:db8::a", "2001:db8::b" }, *const names[] = { "mag1", "mag2" };
static const uint8_t key[] = "between us", wrong[] = "a guess";

struct rig {
	struct net_rig *r;
	struct crypto *crypto;
	struct timer_set timers;
	struct ike_config ike;
	struct net_host *lma_host, *mag_host[2], *mn[2];
	struct net_iface *lma_iface, *mni[2], *access[2];
	struct moor_link *link[2];
	struct pmip_lma *lma;
	struct pmip_mag *mag[2];
	struct pmip_sec_peer pad[2], lma_entry[2];
	struct pmip_sec_config mag_sec[2], lma_sec;
};

static const struct net_profile agent = { .ipv4 = true, .ipv6 = true, .dsmip_udp = true, .forward = true };

static struct imsi imsi_of(unsigned k)
{
	struct imsi i;

	imsi_parse(k ? "001010000000002" : "001010000000001", 15, 2, &i);
	return i;
}

static bool who(void *owner, const struct mac_addr *mac, struct pmip_host *out)
{
	struct rig *x = owner;

	for (unsigned k = 0; k < 2; k++)
		if (mac_eq(mac, moor_port_mac(net_iface_port(x->mni[k])))) {
			out->imsi = imsi_of(k);
			return true;
		}
	return false;
}

static struct ike_pad by_key(void)
{
	return (struct ike_pad){ .proof = IKE_PROOF_KEY, .key = key, .key_len = sizeof key };
}

/* ---- building ---------------------------------------------------------------------------------------------------- */

static void make_lma(struct rig *x, struct moor_link *core)
{
	struct pmip_lma_config c;

	pmip_lma_config_default(&c);
	c.timers = &x->timers;
	c.lmaa = a6(LMAA);
	c.lmaa4 = (struct ip4_addr){ { 10, 0, 0, 1 } };
	c.hnp_pool = p6("2001:db8:a000::/48");
	x->lma_host = rig_host(x->r, "lma", &agent);
	x->lma_iface = rig_iface(x->r, x->lma_host, "core", core);
	rig_address(x->lma_iface, LMAA, 64);
	rig_address(x->lma_iface, "10.0.0.1", 24);
	x->lma = pmip_lma_new(x->lma_host, &c, true);
	x->lma_sec = (struct pmip_sec_config){ .ike = &x->ike, .id = pmip_sec_name("lma"), .own = a6(LMAA), .peers = x->pad,
					       .n_peers = 2 };
}

static void make_mag(struct rig *x, struct moor_link *core, unsigned k)
{
	struct pmip_mag_config c;

	pmip_mag_config_default(&c);
	c.timers = &x->timers;
	c.proxy_coa = a6(coas[k]);
	c.lma.a6 = a6(LMAA);
	c.who = who;
	c.owner = x;
	x->mag_host[k] = rig_host(x->r, names[k], &agent);
	rig_address(rig_iface(x->r, x->mag_host[k], "core", core), coas[k], 64);
	x->access[k] = rig_iface(x->r, x->mag_host[k], "access", NULL);
	moor_link_attach(x->link[k], net_iface_port(x->access[k]), true);
	x->mag[k] = pmip_mag_new(x->mag_host[k], &c);
	pmip_mag_access(x->mag[k], x->access[k], MH_ATT_80211);
	x->pad[k] = (struct pmip_sec_peer){ .id = pmip_sec_name(names[k]), .pad = by_key(), .addr = a6(coas[k]) };
	x->lma_entry[k] = (struct pmip_sec_peer){ .id = pmip_sec_name("lma"), .pad = by_key(), .addr = a6(LMAA) };
	x->mag_sec[k] = (struct pmip_sec_config){ .ike = &x->ike, .id = pmip_sec_name(names[k]), .own = a6(coas[k]),
						  .peers = &x->lma_entry[k], .n_peers = 1 };
}

/* Security is not there yet: see protect. */
static struct rig *rig_new(void)
{
	struct rig *x = g_new0(struct rig, 1);
	struct moor_link *core;

	x->r = net_rig_new();
	x->crypto = crypto_new(CRYPTO_MODELLED, NULL);
	crypto_charging(x->crypto, false);
	timer_set_default(&x->timers);
	ike_config_default(&x->ike);
	x->ike.crypto = x->crypto;
	x->ike.timers = &x->timers;
	x->ike.dpd = 0;
	core = rig_lan(x->r, "core", HOP, 1500);
	for (unsigned k = 0; k < 2; k++) {
		x->link[k] = rig_lan(x->r, k ? "air2" : "air1", HOP, 1500);
		moor_link_isolate(x->link[k], true);
		x->mn[k] = rig_host(x->r, k ? "mn2" : "mn1", &net_profile_host);
		x->mni[k] = rig_iface(x->r, x->mn[k], "wlan", NULL);
	}
	make_lma(x, core);
	make_mag(x, core, 0);
	make_mag(x, core, 1);
	return x;
}

static void protect(struct rig *x)
{
	pmip_lma_secure(x->lma, &x->lma_sec);
	for (unsigned k = 0; k < 2; k++)
		pmip_mag_secure(x->mag[k], &x->mag_sec[k]);
}

static struct rig *standing(void)
{
	struct rig *x = rig_new();

	protect(x);
	rig_run(x->r, MOOR_S);
	rig_clear(x->r);
	return x;
}

static void rig_done(struct rig *x)
{
	pmip_mag_free(x->mag[0]);
	pmip_mag_free(x->mag[1]);
	pmip_lma_free(x->lma);
	ike_reboot(ike_of(x->lma_host));
	ike_reboot(ike_of(x->mag_host[0]));
	ike_reboot(ike_of(x->mag_host[1]));
	rig_run(x->r, MOOR_S);
	net_rig_free(x->r);
	CU_ASSERT_EQUAL(crypto_alive(x->crypto), 0);
	crypto_free(x->crypto);
	g_free(x);
}

static void attach(struct rig *x, unsigned mn, unsigned mag)
{
	moor_link_attach(x->link[mag], net_iface_port(x->mni[mn]), false);
}

static struct pmip_sec_view at_mag(const struct rig *x, unsigned k)
{
	struct ip6_addr lma = a6(LMAA);

	return pmip_mag_sec_view(x->mag[k], &lma);
}

static struct pmip_sec_view at_lma(const struct rig *x, unsigned k)
{
	struct ip6_addr mag = a6(coas[k]);

	return pmip_lma_sec_view(x->lma, &mag);
}

static enum pmip_bule_state state_of(const struct rig *x, unsigned mag, unsigned mn)
{
	struct pmip_bule_view v;

	return pmip_mag_binding(x->mag[mag], imsi_of(mn), 0, &v) ? v.state : PMIP_BULE_DETACHED;
}

/* Frames on the core that a host sent with this next header in IPv6. */
static unsigned sent(const struct rig *x, const struct net_host *h, uint8_t next)
{
	unsigned n = 0;

	for (unsigned i = 0; i < x->r->frames->len; i++) {
		const struct rig_frame *f = &g_array_index(x->r->frames, struct rig_frame, i);

		n += f->sent && f->node == moor_node_id(net_host_node(h)) && f->octets[12] == 0x86 && f->octets[20] == next;
	}
	return n;
}

static const struct rig_frame *last_esp(const struct rig *x, const struct net_host *h)
{
	for (unsigned i = x->r->frames->len; i-- > 0;) {
		const struct rig_frame *f = &g_array_index(x->r->frames, struct rig_frame, i);

		if (f->sent && f->node == moor_node_id(net_host_node(h)) && f->octets[12] == 0x86 && f->octets[20] == 50)
			return f;
	}
	return NULL;
}

/* ---- what may be asked for --------------------------------------------------------------------------------------- */

static bool narrow(const char *local, uint8_t local_len, const char *remote, uint8_t proto, uint16_t lo, uint16_t hi,
		   struct ipsec_selector *s)
{
	struct ip6_addr own = a6(LMAA), peer = a6(coas[0]);

	*s = (struct ipsec_selector){ .local = a6(local), .remote = a6(remote), .local_len = local_len, .remote_len = 128,
				      .proto = proto, .local_lo = lo, .local_hi = hi, .remote_lo = lo, .remote_hi = hi };
	return pmip_sec_narrow(pmip_sec_spd_lma, &own, &peer, s);
}

static void test_narrow(void)
{
	struct ipsec_selector s;

	CU_ASSERT(narrow(LMAA, 128, coas[0], 135, 0, 0xffff, &s));
	CU_ASSERT(s.local_lo == MH_BA << 8 && s.local_hi == (MH_BR << 8 | 0xff));
	CU_ASSERT(s.remote_lo == MH_BU << 8 && s.remote_hi == (MH_BR << 8 | 0xff));
	CU_ASSERT(narrow(LMAA, 128, coas[0], 135, MH_HEARTBEAT << 8, MH_HEARTBEAT << 8 | 0xff, &s));
	CU_ASSERT(s.local_lo == MH_HEARTBEAT << 8);
	CU_ASSERT_FALSE(narrow(LMAA, 128, coas[1], 135, 0, 0xffff, &s));	/* another's Proxy-CoA */
	CU_ASSERT_FALSE(narrow(coas[1], 128, coas[0], 135, 0, 0xffff, &s));	/* not ours */
	CU_ASSERT_FALSE(narrow(LMAA, 64, coas[0], 135, 0, 0xffff, &s));		/* more than ours */
	CU_ASSERT_FALSE(narrow(LMAA, 128, coas[0], 0, 0, 0xffff, &s));
	CU_ASSERT_FALSE(narrow(LMAA, 128, coas[0], 17, 0, 0xffff, &s));
	CU_ASSERT_FALSE(narrow(LMAA, 128, coas[0], 135, MH_HOTI << 8, MH_COT << 8 | 0xff, &s));
	CU_ASSERT_FALSE(narrow(LMAA, 128, coas[0], 135, 0x1100, 0xffff, &s));
	CU_ASSERT_FALSE(narrow(LMAA, 128, coas[0], 135, 0x0700, 0x0600, &s));	/* no range at all */
}

/* ---- standing ---------------------------------------------------------------------------------------------------- */

static void test_stands(void)
{
	struct rig *x = standing();

	for (unsigned k = 0; k < 2; k++) {
		CU_ASSERT(at_mag(x, k).secured && at_lma(x, k).secured);
		CU_ASSERT_EQUAL(at_mag(x, k).attempts, 1);
	}
	attach(x, 0, 0);
	rig_run(x->r, MOOR_S);
	CU_ASSERT_EQUAL(state_of(x, 0, 0), PMIP_BULE_ACTIVE);
	CU_ASSERT_EQUAL(pmip_lma_bindings(x->lma), 1);
	CU_ASSERT_EQUAL(sent(x, x->mag_host[0], 135) + sent(x, x->lma_host, 135), 0);
	CU_ASSERT_EQUAL(sent(x, x->mag_host[0], 50), 1);
	CU_ASSERT_EQUAL(sent(x, x->lma_host, 50), 1);
	rig_done(x);
}

/* A mobile node that is there before the SA is waits for it, and its PBU is sent once. */
static void test_waits(void)
{
	struct rig *x = rig_new();

	rig_run(x->r, MOOR_S);
	attach(x, 0, 0);
	protect(x);
	rig_run(x->r, 2 * HOP);
	CU_ASSERT_EQUAL(state_of(x, 0, 0), PMIP_BULE_PBU_SENT);
	CU_ASSERT_EQUAL(sent(x, x->mag_host[0], 50), 0);
	rig_run(x->r, 100 * MOOR_MS);
	CU_ASSERT_EQUAL(state_of(x, 0, 0), PMIP_BULE_ACTIVE);
	CU_ASSERT_EQUAL(sent(x, x->mag_host[0], 50), 1);
	rig_done(x);
}

/* It leaves again while its PBU still waits: nothing remains. */
static void test_waits_in_vain(void)
{
	struct rig *x = rig_new();

	x->pad[0].pad.key = wrong;
	x->pad[0].pad.key_len = sizeof wrong;
	x->timers.v[T_PMIP_IKE_RETRY] = 600 * MOOR_S;
	protect(x);
	rig_run(x->r, MOOR_S);
	CU_ASSERT(at_mag(x, 0).refused && !at_mag(x, 0).secured);
	attach(x, 0, 0);
	rig_run(x->r, MOOR_S);
	CU_ASSERT_EQUAL(state_of(x, 0, 0), PMIP_BULE_PBU_SENT);
	moor_link_detach(net_iface_port(x->mni[0]));
	rig_run(x->r, 10 * MOOR_S);
	CU_ASSERT_EQUAL(pmip_mag_entries(x->mag[0]), 0);
	CU_ASSERT_EQUAL(sent(x, x->mag_host[0], 135) + sent(x, x->mag_host[0], 50), 0);
	rig_done(x);
}

/* ---- refused ----------------------------------------------------------------------------------------------------- */

static void test_unknown(void)
{
	struct rig *x = rig_new();

	x->lma_sec.n_peers = 1;
	x->timers.v[T_PMIP_IKE_RETRY] = 5 * MOOR_S;
	protect(x);
	attach(x, 1, 1);
	rig_run(x->r, MOOR_S);
	CU_ASSERT(at_mag(x, 0).secured);
	CU_ASSERT(at_mag(x, 1).refused && !at_mag(x, 1).secured);
	CU_ASSERT(rig_discards(x->r, "ike-pad") >= 1);
	CU_ASSERT_EQUAL(state_of(x, 1, 1), PMIP_BULE_REFUSED);
	rig_run(x->r, 15 * MOOR_S);
	CU_ASSERT_EQUAL(at_mag(x, 1).attempts, 4);
	CU_ASSERT_EQUAL(pmip_lma_entries(x->lma), 0);
	rig_done(x);
}

static void test_claims(void)
{
	struct rig *x = rig_new();

	x->mag_sec[1].claims = a6(coas[0]);
	protect(x);
	rig_run(x->r, MOOR_S);
	CU_ASSERT(at_mag(x, 0).secured && at_lma(x, 0).secured);
	CU_ASSERT(at_mag(x, 1).refused);
	CU_ASSERT_EQUAL(at_lma(x, 1).child, 0);
	CU_ASSERT_EQUAL(rig_discards(x->r, "sec-pad-address"), 1);
	CU_ASSERT_EQUAL(rig_discards(x->r, "sec-no-child"), 1);
	rig_done(x);
}

/* Its own SA, and another's address in the option [RFC 5213 4.1]. */
static void test_alternate(void)
{
	struct rig *x = standing();
	struct pmip_tx tx = { .local = a6(coas[1]), .remote = a6(LMAA), .transport = PMIP_IP6, .profile = MH_PROFILE_R10,
			      .context = { .procedure = MH_PROC_INITIAL } };
	const struct moor_record *s;
	uint8_t room[EAP_NAI_MAX];
	struct mh_msg m;

	mh_start(&m, MH_BU);
	m.bu.seq = 9;
	m.bu.flags = MH_BU_A | MH_BU_P;
	m.bu.life = moor_life4_from(600 * MOOR_S);
	pmip_add_id(&m, imsi_of(0), room);
	mh_add(&m, MH_OPT_HNP);
	mh_add(&m, MH_OPT_ALT_COA)->ip6 = a6(coas[0]);
	CU_ASSERT(pmip_send(x->mag_host[1], &m, &tx));
	rig_run(x->r, MOOR_S);
	for (unsigned k = 0; (s = rig_record(x->r, REC_SIGNAL_TX, -1, k)); k++)
		if (s->node == moor_node_id(net_host_node(x->lma_host)) && s->u.signal.type == MH_BA)
			break;
	CU_ASSERT_FATAL(s != NULL);
	CU_ASSERT_EQUAL(s->u.signal.status, MH_BA_MAG_NOT_AUTHORISED);
	CU_ASSERT_EQUAL(pmip_lma_entries(x->lma), 0);
	rig_done(x);
}

/* ---- lost -------------------------------------------------------------------------------------------------------- */

static void test_lma_restarts(void)
{
	struct rig *x = standing();

	attach(x, 0, 0);
	rig_run(x->r, MOOR_S);
	pmip_lma_reboot(x->lma);
	CU_ASSERT_FALSE(at_lma(x, 0).secured);
	pmip_mag_refresh(x->mag[0], imsi_of(0));
	rig_run(x->r, 10 * MOOR_S);
	CU_ASSERT(rig_discards(x->r, "esp-spi") >= 2);
	CU_ASSERT(at_mag(x, 0).secured && at_lma(x, 0).secured);
	CU_ASSERT_EQUAL(pmip_lma_bindings(x->lma), 1);
	CU_ASSERT_EQUAL(state_of(x, 0, 0), PMIP_BULE_ACTIVE);
	CU_ASSERT_EQUAL(ike_sas(ike_of(x->mag_host[0])), 1);
	rig_done(x);
}

static void test_mag_restarts(void)
{
	struct rig *x = standing();

	for (unsigned k = 0; k < 3; k++) {
		pmip_mag_reboot(x->mag[0]);
		CU_ASSERT_FALSE(at_mag(x, 0).secured);
		rig_run(x->r, MOOR_S);
		CU_ASSERT(at_mag(x, 0).secured && at_lma(x, 0).secured);
		CU_ASSERT_EQUAL(ike_sas(ike_of(x->lma_host)), 2);	/* the older one of this MAG is gone */
		CU_ASSERT_EQUAL(ipsec_children(ipsec_of(x->lma_host)), 2);
	}
	rig_done(x);
}

static void test_deleted(void)
{
	struct rig *x = standing();

	ike_close(ike_sa_get(ike_of(x->lma_host), at_lma(x, 0).sa));
	rig_run(x->r, MOOR_S);
	CU_ASSERT(at_mag(x, 0).secured && at_lma(x, 0).secured);
	CU_ASSERT_EQUAL(at_mag(x, 0).attempts, 2);
	CU_ASSERT_EQUAL(at_mag(x, 1).attempts, 1);
	attach(x, 0, 0);
	rig_run(x->r, MOOR_S);
	CU_ASSERT_EQUAL(state_of(x, 0, 0), PMIP_BULE_ACTIVE);
	rig_done(x);
}

static void test_rekeyed(void)
{
	struct rig *x = standing();
	struct ip6_addr mag = a6(coas[0]), lma = a6(LMAA), nobody = a6("2001:db8::77");
	moor_handle before = at_lma(x, 0).child;

	CU_ASSERT(pmip_lma_sec_rekey(x->lma, &mag, false));
	CU_ASSERT(pmip_mag_sec_rekey(x->mag[0], &lma, true));
	CU_ASSERT_FALSE(pmip_lma_sec_rekey(x->lma, &nobody, true));
	CU_ASSERT_FALSE(pmip_mag_sec_rekey(x->mag[0], &nobody, true));
	attach(x, 0, 0);
	rig_run(x->r, 5 * MOOR_S);
	CU_ASSERT(at_lma(x, 0).secured && at_mag(x, 0).secured);
	CU_ASSERT_NOT_EQUAL(at_lma(x, 0).child, before);
	CU_ASSERT_EQUAL(state_of(x, 0, 0), PMIP_BULE_ACTIVE);
	CU_ASSERT_EQUAL(ipsec_children(ipsec_of(x->mag_host[0])), 1);
	CU_ASSERT_EQUAL(rig_discards(x->r, "esp-no-sa"), 0);
	rig_done(x);
}

/* ---- strangers --------------------------------------------------------------------------------------------------- */

static void inject(struct rig *x, const uint8_t *packet, uint32_t len)
{
	rig_inject(x->r, x->lma_iface, 0x86dd, packet, len);
}

/* An ESP packet of the MAG again, changed in each octet behind the IPv6 header, and cut. */
static void test_hostile(void)
{
	struct rig *x = standing();
	const struct rig_frame *f;
	struct pmip_bce_view b;
	struct ip6_addr hnp = a6("2001:db8:a000::");
	uint8_t copy[2048];
	uint32_t len;
	uint16_t seq;

	attach(x, 0, 0);
	rig_run(x->r, MOOR_S);
	f = last_esp(x, x->mag_host[0]);
	CU_ASSERT_FATAL(f != NULL);
	len = f->len - 14;
	memcpy(copy, f->octets + 14, len);
	CU_ASSERT_FATAL(pmip_lma_binding(x->lma, &hnp, &b));
	seq = b.sequence;
	inject(x, copy, len);
	CU_ASSERT_EQUAL(rig_discards(x->r, "esp-replay"), 1);
	copy[47] = 0x70;		/* a number that was not there yet */
	for (uint32_t at = 40; at < len; at++) {
		copy[at] ^= (uint8_t)(1u << at % 8);
		inject(x, copy, len);
		copy[at] ^= (uint8_t)(1u << at % 8);
	}
	for (uint32_t cut = 0; cut < len - 40; cut++) {
		store16(copy + 4, (uint16_t)cut);
		inject(x, copy, 40 + cut);
	}
	CU_ASSERT(rig_discards(x->r, "esp-icv") > 20);
	CU_ASSERT(rig_discards(x->r, "esp-spi") >= 4);
	CU_ASSERT(rig_discards(x->r, "esp-short") > 8);
	CU_ASSERT_FATAL(pmip_lma_binding(x->lma, &hnp, &b));
	CU_ASSERT_EQUAL(b.sequence, seq);
	CU_ASSERT_EQUAL(pmip_lma_entries(x->lma), 1);
	rig_done(x);
}

/* Mobility Headers of every type in clear: what has to be protected is not read; Binding Error may come. */
static void test_clear(void)
{
	struct rig *x = standing();
	uint8_t packet[56] = { 0x60, [5] = 16, [6] = 135, [7] = 64 };
	struct ip6_addr src = a6(coas[0]), dst = a6(LMAA);
	unsigned before;

	memcpy(packet + 8, src.o, 16);
	memcpy(packet + 24, dst.o, 16);
	for (unsigned type = 0; type < 256; type++) {
		before = rig_discards(x->r, "policy");
		memset(packet + 40, 0, 16);
		packet[40] = 59;
		packet[41] = 1;
		packet[42] = (uint8_t)type;
		mh_seal(packet + 40, 16, &src, &dst);
		inject(x, packet, sizeof packet);
		CU_ASSERT_EQUAL(rig_discards(x->r, "policy") - before,
				type >= MH_BU && type <= MH_BR && type != MH_BE);
	}
	CU_ASSERT_EQUAL(pmip_lma_entries(x->lma), 0);
	CU_ASSERT_EQUAL(rig_records(x->r, REC_SIGNAL_RX, -1), 0);
	rig_done(x);
}

/* Port 5436 is no way round [RFC 5844 4.1.3.1]. */
static void test_bare(void)
{
	struct rig *x = standing();
	struct net_host *eve = rig_host(x->r, "eve", &net_profile_host);
	struct net_iface *i = rig_iface(x->r, eve, "core", moor_port_link(net_iface_port(x->lma_iface)));
	struct pmip_tx tx = { .local = a6("10.0.0.66"), .remote = a6("10.0.0.1"), .transport = PMIP_UDP4_BARE,
			      .profile = MH_PROFILE_R10, .context = { .procedure = MH_PROC_INITIAL } };
	uint8_t room[EAP_NAI_MAX];
	struct mh_msg m;

	rig_address(i, "10.0.0.66", 24);
	rig_run(x->r, MOOR_S);
	rig_clear(x->r);
	mh_start(&m, MH_BU);
	m.bu.seq = 1;
	m.bu.flags = MH_BU_A | MH_BU_P;
	m.bu.life = moor_life4_from(600 * MOOR_S);
	pmip_add_id(&m, imsi_of(0), room);
	mh_add(&m, MH_OPT_HNP);
	mh_add(&m, MH_OPT_HANDOFF)->handoff = MH_HI_NEW_INTERFACE;
	mh_add(&m, MH_OPT_ATT)->att = MH_ATT_80211;
	CU_ASSERT(pmip_send(eve, &m, &tx));
	rig_run(x->r, MOOR_S);
	CU_ASSERT_EQUAL(rig_discards(x->r, "mh-unprotected"), 1);
	CU_ASSERT_EQUAL(pmip_lma_entries(x->lma), 0);
	rig_done(x);
}

static const struct harness_test tests[] = {
	{ "what a peer may ask for", test_narrow },
	{ "SAs stand, and everything goes through them", test_stands },
	{ "a PBU waits for its SA", test_waits },
	{ "and in vain", test_waits_in_vain },
	{ "a MAG that the LMA does not know", test_unknown },
	{ "a MAG with another's address", test_claims },
	{ "and in the Alternate Care-of Address option", test_alternate },
	{ "the LMA restarts", test_lma_restarts },
	{ "a MAG restarts", test_mag_restarts },
	{ "the LMA deletes an IKE SA", test_deleted },
	{ "rekeyed from both ends", test_rekeyed },
	{ "ESP replayed, changed and cut", test_hostile },
	{ "every type in clear", test_clear },
	{ "port 5436", test_bare },
};

int main(int argc, char **argv)
{
	return harness_main("pmip-sec", tests, G_N_ELEMENTS(tests), argc, argv);
}
