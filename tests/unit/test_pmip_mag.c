/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two MAGs and an LMA, each as it is, with plain hosts on the access links: attachment, advertisements, addresses, user
 * packets both ways, handover, detachment, refusals, extension, restart, revocation, local routing.
 */
#include "tests/unit/net_rig.h"

#include "proto/pmip_mag.h"
#include "world/clock.h"

#define IMSI_A "001010000000001"
#define IMSI_B "001010000000002"

struct rig {
	struct net_rig *r;
	struct net_host *lma_host, *mag_host[2], *mn[2], *cn;
	struct net_iface *mni[2], *access[2];
	struct moor_link *link[2];
	struct pmip_lma *lma;
	struct pmip_mag *mag[2];
	struct pmip_domain *domain;
	bool two;			/* PDN connections of each */
};

static const struct net_profile agent = { .ipv4 = true, .ipv6 = true, .dsmip_udp = true, .forward = true };
static const struct net_profile plain = { .ipv4 = true, .ipv6 = true };

static struct imsi imsi_of(const char *digits)
{
	struct imsi i;

	imsi_parse(digits, 15, 2, &i);
	return i;
}

/* Access authentication: who is behind a MAC follows from its last octet's order. */
static bool who(void *owner, const struct mac_addr *mac, struct pmip_host *out)
{
	struct rig *x = owner;

	for (unsigned k = 0; k < 2; k++)
		if (mac_eq(mac, moor_port_mac(net_iface_port(x->mni[k])))) {
			out->imsi = imsi_of(k ? IMSI_B : IMSI_A);
			out->n_apns = x->two ? 2 : 1;
			out->apn[0] = "internet";
			out->apn[1] = "ims";
			return true;
		}
	return false;
}

typedef void tune_fn(struct pmip_lma_config *lma, struct pmip_mag_config *mag);

static void mags(struct rig *x, tune_fn *tune, struct moor_link *core)
{
	static const char *const coas[] = { "2001:db8::a", "2001:db8::b" }, *const coas4[] = { "10.0.0.10", "10.0.0.11" };

	for (unsigned k = 0; k < 2; k++) {
		struct pmip_mag_config c;
		struct pmip_lma_config unused;
		struct net_iface *i;
		struct ip6_addr a4 = a6(coas4[k]);

		pmip_mag_config_default(&c);
		c.proxy_coa = a6(coas[k]);
		c.proxy_coa4 = ip6_mapped_ip4(&a4);
		c.lma = (struct dsmip_ha_addr){ a6("2001:db8::1"), { { 10, 0, 0, 1 } } };
		c.who = who;
		c.owner = x;
		c.domain = x->domain;
		pmip_lma_config_default(&unused);
		if (tune)
			tune(&unused, &c);
		x->mag_host[k] = rig_host(x->r, k ? "mag2" : "mag1", &agent);
		i = rig_iface(x->r, x->mag_host[k], "core", core);
		rig_address(i, coas[k], 64);
		rig_address(i, coas4[k], 24);
		x->access[k] = rig_iface(x->r, x->mag_host[k], "access", NULL);
		moor_link_attach(x->link[k], net_iface_port(x->access[k]), true);
		x->mag[k] = pmip_mag_new(x->mag_host[k], &c);
		pmip_mag_access(x->mag[k], x->access[k], MH_ATT_80211);
	}
}

static struct rig *rig_with(tune_fn *tune)
{
	struct rig *x = g_new0(struct rig, 1);
	struct pmip_lma_config c;
	struct pmip_mag_config unused;
	struct moor_link *core, *out;
	struct net_iface *li, *lo, *ci;

	x->r = net_rig_new();
	x->domain = pmip_domain_new();
	core = rig_lan(x->r, "core", MOOR_MS, 1500);
	out = rig_lan(x->r, "out", MOOR_MS, 1500);
	pmip_lma_config_default(&c);
	pmip_mag_config_default(&unused);
	c.lmaa = a6("2001:db8::1");
	c.lmaa4 = (struct ip4_addr){ { 10, 0, 0, 1 } };
	c.hnp_pool = p6("2001:db8:a000::/48");
	if (tune)
		tune(&c, &unused);
	x->lma_host = rig_host(x->r, "lma", &agent);
	li = rig_iface(x->r, x->lma_host, "core", core);
	lo = rig_iface(x->r, x->lma_host, "out", out);
	rig_address(li, "2001:db8::1", 64);
	rig_address(li, "10.0.0.1", 24);
	rig_address(lo, "2001:db8:f::1", 64);
	x->lma = pmip_lma_new(x->lma_host, &c, true);
	for (unsigned k = 0; k < 2; k++) {
		x->link[k] = rig_lan(x->r, k ? "air2" : "air1", MOOR_MS, 1500);
		moor_link_isolate(x->link[k], true);
		x->mn[k] = rig_host(x->r, k ? "mn2" : "mn1", &net_profile_host);
		x->mni[k] = rig_iface(x->r, x->mn[k], "wlan", NULL);
		rig_bind(x->r, x->mn[k], 7000);
	}
	mags(x, tune, core);
	x->cn = rig_host(x->r, "cn", &plain);
	ci = rig_iface(x->r, x->cn, "out", out);
	rig_address(ci, "2001:db8:f::c", 64);
	rig_route(x->cn, "2001:db8:a000::/48", "2001:db8:f::1", ci);
	rig_bind(x->r, x->cn, 7000);
	rig_run(x->r, MOOR_S);
	rig_clear(x->r);
	return x;
}

static void rig_done(struct rig *x)
{
	pmip_mag_free(x->mag[0]);
	pmip_mag_free(x->mag[1]);
	pmip_lma_free(x->lma);
	net_rig_free(x->r);
	pmip_domain_free(x->domain);
	g_free(x);
}

static void attach(struct rig *x, unsigned mn, unsigned mag)
{
	moor_link_attach(x->link[mag], net_iface_port(x->mni[mn]), false);
	rig_run(x->r, 4 * MOOR_S);
}

static void leave(struct rig *x, unsigned mn)
{
	moor_link_detach(net_iface_port(x->mni[mn]));
	rig_run(x->r, MOOR_S);
}

static bool global(const struct rig *x, unsigned mn, struct ip6_addr *a)
{
	return net_address_global(x->mni[mn], false, a);
}

/* No message broke its profile; the first that did is named. */
static bool clean(const struct rig *x)
{
	const struct moor_record *d = rig_record(x->r, REC_DEVIATION, -1, 0);

	if (d)
		printf("deviation %s [%s] %s\n", d->u.deviation.id, d->u.deviation.clause, d->u.deviation.sent ? "sent" : "received");
	return !d;
}

/* A datagram each way between the mobile node and the correspondent arrives. */
static bool talks(struct rig *x, unsigned mn)
{
	struct ip6_addr a;
	char text[ADDR_TEXT_MAX];
	unsigned before = x->r->got->len;

	if (!global(x, mn, &a))
		return false;
	ip6_text(&a, text);
	CU_ASSERT(rig_udp(x->r, x->mn[mn], text, "2001:db8:f::c", 7000, 40));
	CU_ASSERT(rig_udp(x->r, x->cn, NULL, text, 7000, 40));
	rig_run(x->r, MOOR_S);
	return x->r->got->len == before + 2;
}

static void test_attach(void)
{
	struct rig *x = rig_with(NULL);
	struct pmip_bule_view b;
	struct pmip_bce_view e;
	struct ip6_addr a;

	attach(x, 0, 0);
	CU_ASSERT_FATAL(pmip_mag_binding(x->mag[0], imsi_of(IMSI_A), 0, &b));
	CU_ASSERT(b.state == PMIP_BULE_ACTIVE && b.handoff == MH_HI_NEW_INTERFACE && b.n_hnp == 1);
	CU_ASSERT_FATAL(global(x, 0, &a));
	CU_ASSERT(ip6_in_prefix(&a, &b.hnp[0]));
	CU_ASSERT_FATAL(pmip_lma_binding(x->lma, &a, &e));
	CU_ASSERT(e.key_down == b.key_down && e.key_up == b.key_up && e.key_up && e.key_down);
	CU_ASSERT(talks(x, 0));
	CU_ASSERT(clean(x));
	CU_ASSERT(rig_records(x->r, REC_BINDING, BINDING_CREATED) == 2);
	rig_done(x);
}

/* The same prefix and address at the other MAG; the first one's de-registration comes in time and changes nothing. */
static void test_handover(void)
{
	struct rig *x = rig_with(NULL);
	struct ip6_addr before, after;
	struct pmip_bule_view b;

	attach(x, 0, 0);
	CU_ASSERT(global(x, 0, &before));
	leave(x, 0);
	attach(x, 0, 1);
	CU_ASSERT(global(x, 0, &after) && ip6_eq(&before, &after));
	CU_ASSERT_FATAL(pmip_mag_binding(x->mag[1], imsi_of(IMSI_A), 0, &b));
	CU_ASSERT(b.state == PMIP_BULE_ACTIVE && b.handoff == MH_HI_BETWEEN_MAGS);
	CU_ASSERT(pmip_mag_entries(x->mag[0]) == 0);
	CU_ASSERT(talks(x, 0));
	rig_run(x->r, 20 * MOOR_S);
	CU_ASSERT(talks(x, 0) && pmip_lma_entries(x->lma) == 1);
	rig_done(x);
}

static void test_leave(void)
{
	struct rig *x = rig_with(NULL);

	attach(x, 0, 0);
	leave(x, 0);
	CU_ASSERT(pmip_mag_entries(x->mag[0]) == 0 && pmip_lma_bindings(x->lma) == 0);
	rig_run(x->r, 11 * MOOR_S);
	CU_ASSERT(pmip_lma_entries(x->lma) == 0);
	rig_done(x);
}

static void no_context(struct pmip_lma_config *lma, struct pmip_mag_config *mag)
{
	(void)lma;
	mag->domain = NULL;
}

/* Nothing is known of where it comes from: handoff 4, and the LMA waits or finds the held session. */
static void test_unknown_handoff(void)
{
	struct rig *x = rig_with(no_context);
	struct ip6_addr before, after;
	struct pmip_bule_view b;

	attach(x, 0, 0);
	CU_ASSERT(global(x, 0, &before));
	leave(x, 0);
	attach(x, 0, 1);
	CU_ASSERT(pmip_mag_binding(x->mag[1], imsi_of(IMSI_A), 0, &b) && b.handoff == MH_HI_UNKNOWN);
	CU_ASSERT(global(x, 0, &after) && ip6_eq(&before, &after) && talks(x, 0));
	rig_done(x);
}

static void short_life(struct pmip_lma_config *lma, struct pmip_mag_config *mag)
{
	lma->lifetime_max = 20 * MOOR_S;
	mag->refresh_percent = 50;
}

static void test_extension(void)
{
	struct rig *x = rig_with(short_life);

	attach(x, 0, 0);
	rig_run(x->r, 60 * MOOR_S);
	CU_ASSERT(rig_records(x->r, REC_BINDING, BINDING_REFRESHED) >= 10);	/* both sides */
	CU_ASSERT(rig_records(x->r, REC_BINDING, BINDING_EXPIRED) == 0);
	CU_ASSERT(talks(x, 0) && clean(x));
	rig_done(x);
}

static void refuse(struct pmip_lma_config *lma, struct pmip_mag_config *mag)
{
	lma->refuse = MH_BA_PROXY_NOT_ENABLED;
	(void)mag;
}

static void test_refused(void)
{
	struct rig *x = rig_with(refuse);
	struct pmip_bule_view b;
	struct ip6_addr a;

	attach(x, 0, 0);
	CU_ASSERT(pmip_mag_binding(x->mag[0], imsi_of(IMSI_A), 0, &b) && b.state == PMIP_BULE_REFUSED && b.status == 152);
	CU_ASSERT(!global(x, 0, &a));
	pmip_lma_settings(x->lma)->refuse = 0;
	pmip_mag_refresh(x->mag[0], imsi_of(IMSI_A));
	rig_run(x->r, 5 * MOOR_S);
	CU_ASSERT(talks(x, 0));
	rig_done(x);
}

/* A clock that is wrong: 156, and right a second later. */
static void test_clock(void)
{
	struct rig *x = rig_with(NULL);

	moor_clock_set(net_host_node(x->mag_host[0]), 5 * MOOR_S, 0);
	attach(x, 0, 0);
	CU_ASSERT(rig_records(x->r, REC_BINDING, BINDING_REFUSED) == 2);
	CU_ASSERT(talks(x, 0) && moor_clock_error(net_host_node(x->mag_host[0])) == 0);
	rig_done(x);
}

/* Two sessions begin at one instant: their PBUs' times differ all the same, and none is refused [RFC 5213 5.5]. */
static void test_two_sessions(void)
{
	struct rig *x = rig_with(NULL);

	x->two = true;
	attach(x, 0, 0);
	CU_ASSERT(pmip_mag_bindings(x->mag[0]) == 2 && pmip_lma_bindings(x->lma) == 2);
	CU_ASSERT(rig_records(x->r, REC_BINDING, BINDING_REFUSED) == 0);
	rig_done(x);
}

/* A clock that went back within the window: 157 twice in a row, then time makes up for it. */
static void test_clock_back(void)
{
	struct rig *x = rig_with(NULL);
	struct pmip_bule_view b;

	moor_clock_set(net_host_node(x->mag_host[0]), 250 * MOOR_MS, 0);
	attach(x, 0, 0);
	pmip_mag_refresh(x->mag[0], imsi_of(IMSI_A));
	rig_run(x->r, 100 * MOOR_MS);
	moor_clock_set(net_host_node(x->mag_host[0]), -250 * MOOR_MS, 0);
	pmip_mag_refresh(x->mag[0], imsi_of(IMSI_A));
	rig_run(x->r, 3 * MOOR_S);
	CU_ASSERT(rig_records(x->r, REC_BINDING, BINDING_REFUSED) == 4);	/* both sides */
	CU_ASSERT(pmip_mag_binding(x->mag[0], imsi_of(IMSI_A), 0, &b) && b.state == PMIP_BULE_ACTIVE);
	CU_ASSERT(talks(x, 0));
	rig_done(x);
}

static void over_ip4(struct pmip_lma_config *lma, struct pmip_mag_config *mag) { (void)lma; mag->transport = PMIP_IP4; }
static void over_udp(struct pmip_lma_config *lma, struct pmip_mag_config *mag)
{
	(void)lma;
	mag->transport = PMIP_UDP4;
}

static void over_bare(struct pmip_lma_config *lma, struct pmip_mag_config *mag)
{
	(void)lma;
	mag->transport = PMIP_UDP4_BARE;
}

static void plain_tunnels(struct pmip_lma_config *lma, struct pmip_mag_config *mag)
{
	lma->profile = mag->profile = MH_PROFILE_RFC;
	lma->gre = mag->gre = false;
}

static void numbered(struct pmip_lma_config *lma, struct pmip_mag_config *mag)
{
	lma->gre_sequence = mag->gre_sequence = true;
}

static void test_forms(void)
{
	static tune_fn *const forms[] = { over_ip4, over_udp, over_bare, plain_tunnels, numbered };

	for (unsigned k = 0; k < G_N_ELEMENTS(forms); k++) {
		struct rig *x = rig_with(forms[k]);

		attach(x, 0, 0);
		CU_ASSERT(talks(x, 0));
		leave(x, 0);
		attach(x, 0, 1);
		CU_ASSERT(talks(x, 0));
		CU_ASSERT(clean(x));
		rig_done(x);
	}
}

/* Two mobile nodes on one MAG: through the LMA, or with EnableMAGLocalRouting past it. */
static void between(bool local)
{
	struct rig *x = rig_with(NULL);
	struct ip6_addr a, b;
	char from[64], to[ADDR_TEXT_MAX];
	struct pmip_tunnel_view t;
	uint32_t at = 0;

	pmip_mag_settings(x->mag[0])->local_routing = local;
	attach(x, 0, 0);
	attach(x, 1, 0);
	CU_ASSERT_FATAL(global(x, 0, &a) && global(x, 1, &b));
	ip6_text(&a, from);
	ip6_text(&b, to);
	CU_ASSERT(rig_udp(x->r, x->mn[0], from, to, 7000, 64));
	rig_run(x->r, MOOR_S);
	CU_ASSERT(x->r->got->len == 1);
	CU_ASSERT(pmip_lma_tunnel_next(x->lma, &at, &t) && t.users == 2 && t.packets_in == (local ? 0 : 1));
	rig_done(x);
}

static void test_local_routing(void)
{
	between(false);
	between(true);
}

static void test_revoked(void)
{
	struct rig *x = rig_with(NULL);
	struct ip6_addr a;

	attach(x, 0, 0);
	CU_ASSERT(pmip_lma_revoke(x->lma, imsi_of(IMSI_A), NULL, MH_BRI_ADMINISTRATIVE) == 1);
	rig_run(x->r, MOOR_S);
	CU_ASSERT(pmip_mag_entries(x->mag[0]) == 0 && pmip_lma_entries(x->lma) == 0);
	rig_run(x->r, 10 * MOOR_S);
	CU_ASSERT(!talks(x, 0) || !global(x, 0, &a));
	rig_done(x);
}

static void test_restarts(void)
{
	struct rig *x = rig_with(NULL);

	attach(x, 0, 0);
	rig_run(x->r, 70 * MOOR_S);	/* heartbeats told both sides of each other's counters */
	pmip_lma_reboot(x->lma);
	rig_run(x->r, 2 * MOOR_S);
	CU_ASSERT(pmip_lma_bindings(x->lma) == 1 && talks(x, 0));
	rig_done(x);
}

/* Nothing is told by the link: the solicitation makes it known, silence and unanswered probes that it has gone. */
static void test_detection(void)
{
	struct rig *x = rig_with(NULL);
	struct pmip_bule_view b;

	pmip_mag_detection(x->mag[0], x->access[0], PMIP_COMES_RS, PMIP_GOES_NUD);
	attach(x, 0, 0);
	CU_ASSERT(pmip_mag_binding(x->mag[0], imsi_of(IMSI_A), 0, &b) && b.state == PMIP_BULE_ACTIVE && talks(x, 0));
	rig_run(x->r, 100 * MOOR_S);
	CU_ASSERT(pmip_mag_bindings(x->mag[0]) == 1 && talks(x, 0));	/* it answers */
	leave(x, 0);
	rig_run(x->r, 27 * MOOR_S);
	CU_ASSERT(pmip_mag_bindings(x->mag[0]) == 1);	/* its last word is 30 s ago at most */
	rig_run(x->r, 8 * MOOR_S);
	CU_ASSERT(pmip_mag_entries(x->mag[0]) == 0 && pmip_lma_bindings(x->lma) == 0);
	rig_done(x);
}

/* Whom nothing makes known is not served; any frame makes it known where that counts. */
static void test_unnoticed(void)
{
	struct rig *x = rig_with(NULL);

	pmip_mag_detection(x->mag[0], x->access[0], PMIP_COMES_DHCP, PMIP_GOES_LINK);
	attach(x, 0, 0);
	CU_ASSERT(pmip_mag_entries(x->mag[0]) == 0 && rig_records(x->r, REC_ROUTER, ROUTER_ADVERT_SENT) == 0);
	pmip_mag_detection(x->mag[0], x->access[0], PMIP_COMES_DATA, PMIP_GOES_LINK);
	rig_run(x->r, 10 * MOOR_S);		/* its next solicitation */
	CU_ASSERT(talks(x, 0));
	leave(x, 0);
	CU_ASSERT(pmip_mag_entries(x->mag[0]) == 0);
	rig_done(x);
}

/* Of a mobile node that is said to have moved: the answer to the LMA waits for the mobile node's own. */
static void test_verified(void)
{
	struct rig *x = rig_with(NULL);

	pmip_mag_detection(x->mag[0], x->access[0], PMIP_COMES_LINK, PMIP_GOES_NUD);
	attach(x, 0, 0);
	CU_ASSERT(pmip_lma_revoke(x->lma, imsi_of(IMSI_A), NULL, MH_BRI_MAG_HO_UNKNOWN) == 1);
	rig_run(x->r, MOOR_S);
	CU_ASSERT(pmip_mag_bindings(x->mag[0]) == 1 && pmip_lma_bindings(x->lma) == 1);
	moor_link_detach(net_iface_port(x->mni[0]));
	CU_ASSERT(pmip_lma_revoke(x->lma, imsi_of(IMSI_A), NULL, MH_BRI_MAG_HO_UNKNOWN) == 1);
	rig_run(x->r, MOOR_S);
	CU_ASSERT(pmip_mag_entries(x->mag[0]) == 1);
	rig_run(x->r, 3 * MOOR_S);
	CU_ASSERT(pmip_mag_entries(x->mag[0]) == 0 && pmip_lma_entries(x->lma) == 0);
	rig_done(x);
}

static void with_ip4(struct pmip_lma_config *lma, struct pmip_mag_config *mag)
{
	lma->ip4_pool = (struct ip4_prefix){ { { 192, 0, 2, 0 } }, 24 };
	mag->ip4 = true;
}

/* V: the address goes on both sides, the session stays, and is not asked for when it is extended. */
static void test_revoked4(void)
{
	struct rig *x = rig_with(with_ip4);
	struct pmip_bule_view b;

	attach(x, 0, 0);
	CU_ASSERT(pmip_mag_binding(x->mag[0], imsi_of(IMSI_A), 0, &b) && !ip4_is_zero(b.hoa4));
	CU_ASSERT(pmip_lma_revoke4(x->lma, imsi_of(IMSI_A), NULL, MH_BRI_USER_TERMINATION) == 1);
	rig_run(x->r, MOOR_S);
	CU_ASSERT(pmip_mag_binding(x->mag[0], imsi_of(IMSI_A), 0, &b) && ip4_is_zero(b.hoa4));
	CU_ASSERT(pmip_lma_revoke4(x->lma, imsi_of(IMSI_A), NULL, MH_BRI_USER_TERMINATION) == 0);
	pmip_mag_refresh(x->mag[0], imsi_of(IMSI_A));
	rig_run(x->r, MOOR_S);
	CU_ASSERT(pmip_mag_binding(x->mag[0], imsi_of(IMSI_A), 0, &b) && ip4_is_zero(b.hoa4));
	CU_ASSERT(talks(x, 0) && clean(x));
	rig_done(x);
}

/* Of a realm that is no mobile node's nothing is said; of theirs both sessions go with one message. */
static void test_realm(void)
{
	struct rig *x = rig_with(NULL);

	attach(x, 0, 0);
	attach(x, 1, 0);
	CU_ASSERT(pmip_lma_revoke_realm(x->lma, &ip6_any, "@example.com") == 0);
	CU_ASSERT(pmip_lma_revoke_realm(x->lma, &ip6_any, "@epc.mnc001.mcc001.3gppnetwork.org") == 0);
	CU_ASSERT(pmip_lma_revoke_realm(x->lma, &ip6_any, "@nai.epc.mnc001.mcc001.3gppnetwork.org") == 2);
	rig_run(x->r, MOOR_S);
	CU_ASSERT(pmip_lma_entries(x->lma) == 0 && pmip_mag_entries(x->mag[0]) == 0);
	CU_ASSERT(clean(x));
	rig_done(x);
}

static void test_gives_up(void)
{
	struct rig *x = rig_with(NULL);

	attach(x, 0, 0);
	attach(x, 1, 1);
	CU_ASSERT(pmip_mag_give_up(x->mag[0]) == 1);
	rig_run(x->r, MOOR_S);
	CU_ASSERT(pmip_lma_entries(x->lma) == 1 && pmip_mag_entries(x->mag[0]) == 0);
	CU_ASSERT(pmip_mag_bindings(x->mag[1]) == 1);
	CU_ASSERT(talks(x, 1) && clean(x));
	pmip_lma_settings(x->lma)->refuse_global = true;
	CU_ASSERT(pmip_mag_give_up(x->mag[1]) == 1);
	rig_run(x->r, 10 * MOOR_S);
	CU_ASSERT(pmip_lma_entries(x->lma) == 1 && pmip_mag_entries(x->mag[1]) == 0);
	rig_done(x);
}

/* A global indication that is lost is sent again; after BRIMaxRetriesNumber the sessions go without an answer. */
static void test_revoke_lost(void)
{
	struct rig *x = rig_with(NULL);

	attach(x, 0, 0);
	moor_link_detach(net_iface_port(net_iface_find(x->mag_host[0], "core")));
	CU_ASSERT(pmip_lma_revoke_all(x->lma, &ip6_any) == 1);
	rig_run(x->r, 2900 * MOOR_MS);
	CU_ASSERT(pmip_lma_entries(x->lma) == 1);
	rig_run(x->r, 200 * MOOR_MS);
	CU_ASSERT(pmip_lma_entries(x->lma) == 0);
	rig_done(x);
}

static void asks(struct pmip_lma_config *lma, struct pmip_mag_config *mag)
{
	lma->revoke_handoff = true;
	mag->domain = NULL;
}

/* Handoff unknown: the old MAG still sees the mobile node's other interface, or it is gone and nobody told. */
static void test_previous(void)
{
	struct rig *x = rig_with(asks);
	struct pmip_bule_view b;

	pmip_mag_detection(x->mag[0], x->access[0], PMIP_COMES_LINK, PMIP_GOES_NUD);
	attach(x, 0, 0);
	moor_link_detach(net_iface_port(x->mni[0]));
	attach(x, 0, 1);
	CU_ASSERT(rig_records(x->r, REC_BINDING, BINDING_REVOKED) >= 1 && pmip_mag_entries(x->mag[0]) == 0);
	CU_ASSERT(pmip_mag_binding(x->mag[1], imsi_of(IMSI_A), 0, &b) && b.state == PMIP_BULE_ACTIVE);
	rig_run(x->r, 5 * MOOR_S);
	CU_ASSERT(talks(x, 0) && pmip_lma_entries(x->lma) == 1);
	rig_done(x);
}

static void in_udp(struct pmip_lma_config *lma, struct pmip_mag_config *mag)
{
	(void)lma;
	mag->transport = PMIP_UDP4;
	mag->tlv_header = true;
}

static void in_udp_refused(struct pmip_lma_config *lma, struct pmip_mag_config *mag)
{
	in_udp(lma, mag);
	lma->tlv_header = false;
}

static void in_udp_bare(struct pmip_lma_config *lma, struct pmip_mag_config *mag)
{
	in_udp(lma, mag);
	mag->transport = PMIP_UDP4_BARE;
}

static uint32_t frames_to(struct rig *x, uint8_t proto, uint16_t port)
{
	uint32_t n = 0;

	for (guint k = 0; k < x->r->frames->len; k++) {
		const struct rig_frame *f = &g_array_index(x->r->frames, struct rig_frame, k);
		const uint8_t *p = f->octets + 14;

		if (f->len < 42 || f->octets[12] != 8 || f->octets[13] || p[9] != proto)
			continue;
		n += !port || (p[22] << 8 | p[23]) == port;
	}
	return n;
}

/* GRE in UDP only where T was asked for and granted; a refusal is no reason not to be served [RFC 5845 7]. */
static void test_tlv(void)
{
	static tune_fn *const tunes[] = { in_udp, in_udp_refused, in_udp_bare };

	for (unsigned k = 0; k < 3; k++) {
		struct rig *x = rig_with(tunes[k]);

		attach(x, 0, 0);
		rig_clear(x->r);
		CU_ASSERT(talks(x, 0) && clean(x));
		CU_ASSERT((frames_to(x, 47, 0) > 0) == (k == 1));
		CU_ASSERT((frames_to(x, 17, 4191) > 0) == (k == 0));
		CU_ASSERT((frames_to(x, 17, 5437) > 0) == (k == 2));
		rig_done(x);
	}
	CU_ASSERT(pmip_data_encap(PMIP_IP6, true, true) == ENCAP_IN6);
	CU_ASSERT(pmip_data_encap(PMIP_UDP4, false, false) == ENCAP_UDP4);
	CU_ASSERT(!pmip_tlv_asks(PMIP_UDP4, MH_PROFILE_R8, true, true));
	CU_ASSERT(!pmip_tlv_asks(PMIP_IP4, MH_PROFILE_R10, true, true));
}

/* A mobile node that speaks in the LMA's name ends nobody's session, and sends nobody packets. */
static void test_impostor(void)
{
	struct pmip_tx tx = { .local = a6("2001:db8::1"), .remote = a6("2001:db8::a"), .profile = MH_PROFILE_RFC };
	struct rig *x = rig_with(NULL);
	struct mh_msg m;

	attach(x, 0, 0);
	attach(x, 1, 0);
	CU_ASSERT(pmip_mag_bindings(x->mag[0]) == 2);
	rig_address(x->mni[0], "2001:db8::1", 128);
	mh_start(&m, MH_BR);
	m.br.type = MH_BR_BRI;
	m.br.seq = 1;
	m.br.code = MH_BRI_PER_PEER_POLICY;
	m.br.flags = MH_BR_P | MH_BR_G;
	CU_ASSERT(pmip_send(x->mn[0], &m, &tx));
	rig_run(x->r, MOOR_S);
	CU_ASSERT(pmip_mag_bindings(x->mag[0]) == 2 && rig_discards(x->r, "mh-from-access-link") == 1);
	rig_done(x);
}

static const struct harness_test tests[] = {
	{ "a mobile node in the LMA's name", test_impostor },
	{ "attachment to user packets", test_attach },
	{ "handover", test_handover },
	{ "leaving", test_leave },
	{ "handoff unknown", test_unknown_handoff },
	{ "lifetimes are extended", test_extension },
	{ "no service, then service", test_refused },
	{ "a wrong clock", test_clock },
	{ "two sessions at one instant", test_two_sessions },
	{ "a clock that goes back", test_clock_back },
	{ "IPv4 transport, tunnels without GRE, sequence numbers", test_forms },
	{ "local routing", test_local_routing },
	{ "revoked", test_revoked },
	{ "the LMA restarts", test_restarts },
	{ "the IPv4 home address is revoked", test_revoked4 },
	{ "a realm is revoked", test_realm },
	{ "a MAG gives up", test_gives_up },
	{ "a revocation is not answered", test_revoke_lost },
	{ "the previous MAG is asked", test_previous },
	{ "GRE in UDP is agreed, refused", test_tlv },
	{ "noticed by a solicitation, missed by its silence", test_detection },
	{ "not noticed", test_unnoticed },
	{ "absence is verified before a revocation is accepted", test_verified },
};

int main(int argc, char **argv)
{
	return harness_main("pmip_mag", tests, G_N_ELEMENTS(tests), argc, argv);
}
