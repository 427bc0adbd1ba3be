/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The local mobility anchor against Proxy Binding Updates made here by hand: every status in the order of RFC 5213
 * 5.3.1, the look-ups of 5.4.1, handoff and de-registration, the transports, user packets with GRE keys, revocation and
 * heartbeats.
 */
#include "tests/unit/net_rig.h"

#include "proto/pmip_lma.h"
#include "world/clock.h"

#define IMSI_A "001010000000001"
#define IMSI_B "001010000000002"
#define LAST(r) ((r)->n_answers ? &(r)->answers[(r)->n_answers - 1] : NULL)

/* What the LMA sent to one of the MAGs. */
struct answer {
	uint8_t octets[512];
	uint32_t len;
	struct mh_msg m;		/* lent from octets */
	struct ip6_addr src, dst;
	struct net_host *at;
	bool bare, mapped;
};

struct rig {
	struct net_rig *r;
	struct net_host *lma, *mag[2], *cn;
	struct net_iface *mi[2];
	struct pmip_lma *a;
	struct net_hooks hooks[2];
	struct answer answers[64];
	unsigned n_answers;
	unsigned data;			/* packets out of the tunnel, at a MAG */
	struct net_outer outer;
	uint64_t ticks;			/* of stamps: each a little later */
	const struct net_tunnel *up;	/* of what a MAG originates from a home address */
};

static struct rig *the_rig;		/* the handlers of two MAGs know no other way */

/* ---- a MAG made by hand ------------------------------------------------------------------------------------------ */

static void keep(struct net_rx *rx, const uint8_t *p, uint32_t n, bool bare)
{
	struct answer *x = &the_rig->answers[the_rig->n_answers++ % 64];

	*x = (struct answer){ .len = n, .at = rx->host, .bare = bare };
	CU_ASSERT_FATAL(n <= sizeof x->octets);
	memcpy(x->octets, p, n);
	CU_ASSERT(mh_decode(x->octets, n, &x->m, NULL));
	if (rx->ip6) {
		x->src = rx->ip6->h.src;
		x->dst = rx->ip6->h.dst;
		x->mapped = ip6_is_mapped(&x->dst);
		CU_ASSERT(mh_sum_ok(p, n, &x->src, &x->dst));
	}
}

static void mh_in(void *owner, struct net_rx *rx)
{
	(void)owner;
	keep(rx, rx->payload, rx->payload_len, false);
}

static void bare_in(void *owner, struct net_rx *rx, uint16_t sport, uint16_t dport)
{
	(void)owner;
	CU_ASSERT(sport == 5436 && dport == 5436);
	keep(rx, rx->payload, rx->payload_len, true);
}

static const struct net_tunnel *divert(void *owner, const struct ip6_addr *src, const struct ip6_addr *dst,
				       const uint8_t *packet, uint32_t len, bool forwarded, struct net_tunnel *room)
{
	(void)owner, (void)dst, (void)packet, (void)len, (void)forwarded, (void)room;
	return ip6_high64(src) >> 32 == 0x20010db8 && (ip6_high64(src) >> 16 & 0xffff) == 0xa000 ? the_rig->up : NULL;
}

static bool tunnel_in(void *owner, const struct net_rx *rx, const struct ip6_addr *src, const struct ip6_addr *dst,
		      const uint8_t *inner, uint32_t len)
{
	(void)owner, (void)src, (void)inner, (void)len;
	if (ip6_is_mapped(dst))
		return true;			/* signalling of an IPv4 transport network */
	the_rig->data++;
	the_rig->outer = rx->outer;
	return false;
}

static const struct net_profile plain = { .ipv4 = true, .ipv6 = true, .dsmip_udp = true };
static const struct net_profile agent = { .ipv4 = true, .ipv6 = true, .dsmip_udp = true, .forward = true };

static struct pmip_lma_config config(void)
{
	struct pmip_lma_config c;

	pmip_lma_config_default(&c);
	c.lmaa = a6("2001:db8::1");
	c.lmaa4 = ip6_mapped_ip4(&(struct ip6_addr){ { [10] = 0xff, 0xff, 10, 0, 0, 1 } });
	c.hnp_pool = p6("2001:db8:a000::/48");
	c.ip4_pool = (struct ip4_prefix){ { { 192, 0, 2, 0 } }, 29 };
	return c;
}

static struct rig *rig_with(const struct pmip_lma_config *c)
{
	static const char *const mags6[] = { "2001:db8::a", "2001:db8::b" }, *const mags4[] = { "10.0.0.10", "10.0.0.11" };
	struct rig *x = g_new0(struct rig, 1);
	struct moor_link *lan, *out;
	struct net_iface *li, *lo, *ci;

	the_rig = x;
	x->r = net_rig_new();
	lan = rig_lan(x->r, "core", MOOR_MS, 1500);
	out = rig_lan(x->r, "out", MOOR_MS, 1500);
	x->lma = rig_host(x->r, "lma", &agent);
	li = rig_iface(x->r, x->lma, "core", lan);
	lo = rig_iface(x->r, x->lma, "out", out);
	rig_address(li, "2001:db8::1", 64);
	rig_address(li, "10.0.0.1", 24);
	rig_address(lo, "2001:db8:f::1", 64);
	for (unsigned k = 0; k < 2; k++) {
		x->mag[k] = rig_host(x->r, k ? "mag2" : "mag1", &plain);
		x->mi[k] = rig_iface(x->r, x->mag[k], "core", lan);
		rig_address(x->mi[k], mags6[k], 64);
		rig_address(x->mi[k], mags4[k], 24);
		x->hooks[k] = (struct net_hooks){ .divert = divert, .tunnel_in = tunnel_in, .gre = true };
		net_host_hooks(x->mag[k], &x->hooks[k]);
		net_proto_handler(x->mag[k], 135, mh_in, x);
		net_udp_bind(x->mag[k], 5436, bare_in, x);
	}
	x->cn = rig_host(x->r, "cn", &plain);
	ci = rig_iface(x->r, x->cn, "out", out);
	rig_address(ci, "2001:db8:f::c", 64);
	rig_route(x->cn, "2001:db8:a000::/48", "2001:db8:f::1", ci);
	rig_bind(x->r, x->cn, 7000);
	x->a = pmip_lma_new(x->lma, c, true);
	rig_run(x->r, MOOR_S);
	rig_clear(x->r);
	x->n_answers = 0;
	return x;
}

static struct rig *rig_new(void)
{
	struct pmip_lma_config c = config();

	return rig_with(&c);
}

static void rig_done(struct rig *x)
{
	pmip_lma_free(x->a);
	net_rig_free(x->r);
	g_free(x);
}

/* What a test may leave out or change of a PBU. */
struct wish {
	unsigned mag;
	const char *imsi;		/* NULL: IMSI_A */
	const char *hnp[3];		/* NULL: ::/0 */
	uint8_t handoff, att;		/* 0: 1 and 4 */
	uint16_t life, seq;		/* units of 4 s; 0: 900 */
	uint32_t key;			/* 0: 77 */
	int64_t skew;			/* ns */
	uint8_t ll_id;			/* 0: none */
	bool dereg, no_id, no_hnp, no_handoff, no_att, no_stamp, no_key, link_local, hoa4, old_stamp;
	const char *apn;
	const char *want4;		/* IPv4 home address; hoa4: any */
	bool hoa4_twice;
	enum pmip_transport transport;
};

static void put_options(struct rig *x, struct mh_msg *m, const struct wish *w, uint8_t room[EAP_NAI_MAX],
			const uint8_t *ll_id)
{
	struct imsi i;
	struct mh_opt *o;

	CU_ASSERT_FATAL(imsi_parse(w->imsi ? w->imsi : IMSI_A, 15, 2, &i));
	if (!w->no_id)
		pmip_add_id(m, i, room);
	for (unsigned k = 0; !w->no_hnp && (!k || (k < 3 && w->hnp[k])); k++) {
		o = mh_add(m, MH_OPT_HNP);
		if (w->hnp[k]) {
			o->prefix.addr = a6(w->hnp[k]);
			o->prefix.len = 64;
		}
	}
	if (!w->no_handoff)
		mh_add(m, MH_OPT_HANDOFF)->handoff = w->handoff ? w->handoff : MH_HI_NEW_INTERFACE;
	if (!w->no_att)
		mh_add(m, MH_OPT_ATT)->att = w->att ? w->att : MH_ATT_80211;
	if (!w->no_stamp)
		mh_add(m, MH_OPT_TIMESTAMP)->stamp = mh_stamp_from_ns(
			(uint64_t)(moor_clock_read(net_host_node(x->lma)) + w->skew) + (w->old_stamp ? 0 : ++x->ticks * 100000));
	if (w->ll_id) {
		o = mh_add(m, MH_OPT_MN_LL_ID);
		o->lla.addr = (struct mh_octets){ ll_id, 6 };
	}
	if (w->link_local)
		mh_add(m, MH_OPT_LINK_LOCAL);
	if (!w->no_key && !w->dereg) {
		o = mh_add(m, MH_OPT_GRE_KEY);
		o->gre.has_key = true;
		o->gre.key = w->key ? w->key : 77;
	}
	if (w->apn)
		mh_add(m, MH_OPT_SERVICE_SELECTION)->octets = (struct mh_octets){ (const uint8_t *)w->apn,
										  (uint8_t)strlen(w->apn) };
	for (unsigned k = 0; k < (w->hoa4_twice ? 2u : w->hoa4 || w->want4); k++) {
		o = mh_add(m, MH_OPT_IP4_HOA_REQUEST);
		o->hoa4.prefix_len = 32;
		if (w->want4)
			ip4_parse(w->want4, &o->hoa4.addr);
	}
}

/* Sends it and runs for 100 ms; the answer, or NULL. */
static const struct answer *pbu(struct rig *x, const struct wish *w)
{
	uint8_t room[EAP_NAI_MAX], ll_id[6] = { 2, 0, 0, 0, 0, w->ll_id };
	bool v4 = w->transport != PMIP_IP6;
	struct pmip_tx tx = { .transport = w->transport, .profile = MH_PROFILE_RFC,
			      .local = a6(v4 ? (w->mag ? "10.0.0.11" : "10.0.0.10") : w->mag ? "2001:db8::b" : "2001:db8::a"),
			      .remote = a6(v4 ? "10.0.0.1" : "2001:db8::1") };
	struct mh_msg m;
	unsigned before = x->n_answers;

	mh_start(&m, MH_BU);
	m.bu.seq = w->seq;
	m.bu.flags = MH_BU_A | MH_BU_P;
	m.bu.life.units = w->dereg ? 0 : w->life ? w->life : 900;
	put_options(x, &m, w, room, ll_id);
	CU_ASSERT(pmip_send(x->mag[w->mag], &m, &tx));
	rig_run(x->r, 100 * MOOR_MS);
	return x->n_answers > before ? LAST(x) : NULL;
}

static bool status(struct rig *x, const struct wish *w, uint8_t want)
{
	const struct answer *p = pbu(x, w);

	if (p && p->m.ba.status != want)
		printf("status %u, not %u\n", p->m.ba.status, want);
	return p && p->m.type == MH_BA && (p->m.ba.flags & MH_BA_P) && p->m.ba.status == want;
}

static bool bound(const struct rig *x, const char *hnp, struct pmip_bce_view *v)
{
	struct ip6_addr p = a6(hnp);

	return pmip_lma_binding(x->a, &p, v);
}

/* ---- sessions ---------------------------------------------------------------------------------------------------- */

static void test_new_session(void)
{
	struct rig *x = rig_new();
	const struct answer *p = pbu(x, &(struct wish){ .link_local = true, .hoa4 = true, .ll_id = 9, .apn = "internet" });
	struct pmip_bce_view v;

	CU_ASSERT_FATAL(p != NULL);
	CU_ASSERT(p->m.ba.status == 0 && p->m.ba.flags == MH_BA_P && p->m.ba.life.units == 900);
	CU_ASSERT(ip6_eq(&p->src, &(struct ip6_addr){ { 0x20, 1, 0xd, 0xb8, [15] = 1 } }));
	CU_ASSERT(mh_count(&p->m, MH_OPT_HNP) == 1 && mh_find(&p->m, MH_OPT_HNP)->prefix.len == 64);
	CU_ASSERT(mh_find(&p->m, MH_OPT_HANDOFF)->handoff == 1 && mh_find(&p->m, MH_OPT_ATT)->att == MH_ATT_80211);
	CU_ASSERT(mh_find(&p->m, MH_OPT_TIMESTAMP) && mh_find(&p->m, MH_OPT_MN_LL_ID) && mh_find(&p->m, MH_OPT_MN_ID));
	CU_ASSERT(ip6_is_link_local(&mh_find(&p->m, MH_OPT_LINK_LOCAL)->ip6));
	CU_ASSERT(mh_find(&p->m, MH_OPT_GRE_KEY)->gre.has_key && mh_find(&p->m, MH_OPT_GRE_KEY)->gre.key);
	CU_ASSERT(mh_find(&p->m, MH_OPT_IP4_HOA_REPLY)->hoa4.status == 0 && mh_find(&p->m, MH_OPT_IP4_ROUTER));
	CU_ASSERT_FATAL(bound(x, "2001:db8:a000::1", &v));
	CU_ASSERT(v.state == PMIP_BCE_ACTIVE && v.key_down == 77 && v.key_up == mh_find(&p->m, MH_OPT_GRE_KEY)->gre.key);
	CU_ASSERT(!strcmp(v.apn, "internet") && v.n_hnp == 1 && ip4_u32(v.hoa4) == 0xc0000202);
	CU_ASSERT(rig_records(x->r, REC_BINDING, BINDING_CREATED) == 1);
	CU_ASSERT(rig_records(x->r, REC_DEVIATION, -1) == 0);
	rig_done(x);
}

/* Each status, and that a message with several faults gets the one that comes first in RFC 5213 5.3.1. */
static void test_statuses(void)
{
	struct pmip_lma_config c = config();
	struct rig *x;

	c.mag[0] = a6("2001:db8::a");
	c.n_mags = 1;
	x = rig_with(&c);
	CU_ASSERT(status(x, &(struct wish){ .no_id = true, .mag = 1, .no_hnp = true }, MH_BA_MISSING_MN_ID));
	CU_ASSERT(mh_find(&LAST(x)->m, MH_OPT_MN_ID)->id.id.n == 0);
	CU_ASSERT(status(x, &(struct wish){ .mag = 1, .no_hnp = true }, MH_BA_MAG_NOT_AUTHORISED));
	CU_ASSERT(status(x, &(struct wish){ .skew = MOOR_S, .no_hnp = true }, MH_BA_TIMESTAMP_MISMATCH));
	CU_ASSERT(status(x, &(struct wish){ .skew = -MOOR_S }, MH_BA_TIMESTAMP_MISMATCH));
	CU_ASSERT(status(x, &(struct wish){ .no_hnp = true, .no_handoff = true, .no_att = true }, MH_BA_MISSING_HNP));
	CU_ASSERT(ip6_is_zero(&mh_find(&LAST(x)->m, MH_OPT_HNP)->prefix.addr));
	CU_ASSERT(status(x, &(struct wish){ .no_handoff = true, .no_att = true }, MH_BA_MISSING_HANDOFF));
	CU_ASSERT(status(x, &(struct wish){ .no_att = true, .no_key = true }, MH_BA_MISSING_ATT));
	CU_ASSERT(status(x, &(struct wish){ .no_key = true }, MH_BA_GRE_KEY_REQUIRED));
	CU_ASSERT(status(x, &(struct wish){ .hnp = { "2001:db8:b000::" } }, MH_BA_HNP_NOT_AUTHORISED));
	for (unsigned k = 0; k < 70; k++) {		/* who may not register leaves no names behind */
		char *name = g_strdup_printf("apn%u", k);

		CU_ASSERT(status(x, &(struct wish){ .mag = 1, .apn = name }, MH_BA_MAG_NOT_AUTHORISED));
		x->n_answers = 0;
		g_free(name);
	}
	CU_ASSERT(status(x, &(struct wish){ .apn = "internet", .no_att = true }, MH_BA_MISSING_ATT));
	CU_ASSERT(status(x, &(struct wish){ .apn = "a-name-of-more-octets-than-any-access-point-name-may-have-which-is-"
						   "a-hundred-at-most-in-the-labels-of-a-domain-name" },
			 MH_BA_SERVICE_AUTH_FAILED));
	CU_ASSERT(pmip_lma_entries(x->a) == 0);
	CU_ASSERT(status(x, &(struct wish){ .hnp = { "2001:db8:a000:7::" } }, 0));
	CU_ASSERT(status(x, &(struct wish){ .imsi = IMSI_B, .hnp = { "2001:db8:a000:7::" } }, MH_BA_HNP_NOT_AUTHORISED));
	CU_ASSERT(status(x, &(struct wish){ .hnp = { "2001:db8:a000:7::", "2001:db8:a000:8::" }, .handoff = 5 },
			 MH_BA_PREFIX_SET_MISMATCH));
	CU_ASSERT(status(x, &(struct wish){ .hnp = { "2001:db8:a000:7::" }, .handoff = 5, .skew = 200 * MOOR_MS }, 0));
	CU_ASSERT(status(x, &(struct wish){ .hnp = { "2001:db8:a000:7::" }, .handoff = 5 }, MH_BA_TIMESTAMP_LOWER));
	CU_ASSERT(rig_records(x->r, REC_BINDING, BINDING_REFUSED) == 84);
	rig_done(x);
}

static uint8_t status4(const struct rig *x)
{
	const struct mh_opt *o = mh_find(&LAST(x)->m, MH_OPT_IP4_HOA_REPLY);

	return o ? o->hoa4.status : 255;
}

/* RFC 5844 3.1.2: refusals, one family alone, the address as a key. */
static void test_ip4(void)
{
	struct rig *x = rig_new();
	struct pmip_bce_view v;

	CU_ASSERT(status(x, &(struct wish){ .hoa4_twice = true }, MH_BA_MULTIPLE_IP4_HOA) && status4(x) == 128);
	CU_ASSERT(status(x, &(struct wish){ .no_hnp = true, .want4 = "203.0.113.1" }, MH_BA_IP4_HOA_NOT_AUTHORISED));
	CU_ASSERT(status4(x) == MH_IP4_PROHIBITED && !mh_find(&LAST(x)->m, MH_OPT_IP4_ROUTER));
	CU_ASSERT(status(x, &(struct wish){ .want4 = "203.0.113.1" }, 0) && status4(x) == MH_IP4_INCORRECT_HOA);
	/* the default router's, and those of the whole network */
	CU_ASSERT(status(x, &(struct wish){ .no_hnp = true, .want4 = "192.0.2.1" }, MH_BA_IP4_HOA_NOT_AUTHORISED));
	CU_ASSERT(status(x, &(struct wish){ .no_hnp = true, .want4 = "192.0.2.0" }, MH_BA_IP4_HOA_NOT_AUTHORISED));
	CU_ASSERT(status(x, &(struct wish){ .no_hnp = true, .want4 = "192.0.2.7" }, MH_BA_IP4_HOA_NOT_AUTHORISED));
	CU_ASSERT(status(x, &(struct wish){ .no_hnp = true, .want4 = "192.0.2.4", .imsi = IMSI_B, .ll_id = 2 }, 0));
	CU_ASSERT(status4(x) == 0 && mh_find(&LAST(x)->m, MH_OPT_IP4_HOA_REPLY)->hoa4.prefix_len == 29);
	CU_ASSERT(!mh_find(&LAST(x)->m, MH_OPT_HNP) && mh_find(&LAST(x)->m, MH_OPT_IP4_DHCP_MODE)->dhcp_server);
	/* another's address as a key */
	CU_ASSERT(status(x, &(struct wish){ .no_hnp = true, .want4 = "192.0.2.4" }, MH_BA_IP4_HOA_NOT_AUTHORISED));
	/* its own, from another MAG */
	CU_ASSERT(status(x, &(struct wish){ .mag = 1, .no_hnp = true, .want4 = "192.0.2.4", .imsi = IMSI_B, .ll_id = 2,
					    .handoff = 3 }, 0));
	CU_ASSERT(pmip_lma_entries(x->a) == 2);
	rig_done(x);
	x = rig_new();
	CU_ASSERT(status(x, &(struct wish){ .hoa4 = true, .ll_id = 1 }, 0));
	/* the prefix goes, the address stays; then the address goes, and with it the session */
	CU_ASSERT(status(x, &(struct wish){ .dereg = true, .hnp = { "2001:db8:a000::" }, .ll_id = 1, .handoff = 4 }, 0));
	CU_ASSERT(!bound(x, "2001:db8:a000::", &v) && bound(x, "192.0.2.2", &v) && v.state == PMIP_BCE_ACTIVE && !v.n_hnp);
	CU_ASSERT(status(x, &(struct wish){ .dereg = true, .no_hnp = true, .want4 = "192.0.2.2", .ll_id = 1, .handoff = 4 },
			 0));
	CU_ASSERT(bound(x, "192.0.2.2", &v) && v.state == PMIP_BCE_HOLD);
	rig_done(x);
	x = rig_new();
	CU_ASSERT(status(x, &(struct wish){ .hoa4 = true, .ll_id = 1 }, 0));
	/* a handoff that names no IPv4 wants none */
	CU_ASSERT(status(x, &(struct wish){ .mag = 1, .hnp = { "2001:db8:a000::" }, .ll_id = 1, .handoff = 3 }, 0));
	CU_ASSERT(bound(x, "2001:db8:a000::", &v) && ip4_is_zero(v.hoa4));
	rig_done(x);
}

static void test_no_ip4_left(void)
{
	struct pmip_lma_config c = config();
	struct rig *x;

	c.ip4_pool.len = 30;
	c.profile = MH_PROFILE_RFC;
	x = rig_with(&c);
	CU_ASSERT(status(x, &(struct wish){ .hoa4 = true }, 0));
	CU_ASSERT(status(x, &(struct wish){ .hoa4 = true, .imsi = IMSI_B }, MH_BA_RESOURCES) && status4(x) == 128);
	CU_ASSERT(pmip_lma_entries(x->a) == 1);
	rig_done(x);
	c.ip4_pool.len = 0;
	x = rig_with(&c);
	CU_ASSERT(status(x, &(struct wish){ .hoa4 = true }, MH_BA_IP4_MOBILITY_NOT_AUTHORISED) && status4(x) == 129);
	rig_done(x);
}

static void test_pool_empty(void)
{
	struct pmip_lma_config c = config();
	struct rig *x;

	c.hnp_pool = p6("2001:db8:a000::/64");
	x = rig_with(&c);
	CU_ASSERT(status(x, &(struct wish){ 0 }, 0));
	CU_ASSERT(status(x, &(struct wish){ .imsi = IMSI_B }, MH_BA_RESOURCES));
	CU_ASSERT(pmip_lma_entries(x->a) == 1);
	rig_done(x);
}

/* Without a Timestamp option the sequence number decides, and the answer has none. */
static void test_sequence(void)
{
	struct rig *x = rig_new();

	CU_ASSERT(status(x, &(struct wish){ .no_stamp = true, .seq = 100 }, 0));
	CU_ASSERT(!mh_find(&LAST(x)->m, MH_OPT_TIMESTAMP));
	CU_ASSERT(status(x, &(struct wish){ .no_stamp = true, .seq = 100, .hnp = { "2001:db8:a000::" }, .handoff = 5 },
			 MH_BA_SEQUENCE));
	CU_ASSERT(LAST(x)->m.ba.seq == 100);
	CU_ASSERT(status(x, &(struct wish){ .no_stamp = true, .seq = 101, .hnp = { "2001:db8:a000::" }, .handoff = 5 }, 0));
	CU_ASSERT(rig_records(x->r, REC_BINDING, BINDING_REFRESHED) == 1);
	rig_done(x);
}

/* Another MAG, known by link-layer identifier, by prefix, by handoff indicator 2; the uplink key stays. */
static void test_handoff(void)
{
	struct rig *x = rig_new();
	struct pmip_bce_view before, after;

	CU_ASSERT(status(x, &(struct wish){ .ll_id = 9 }, 0));
	CU_ASSERT(bound(x, "2001:db8:a000::", &before));
	CU_ASSERT(status(x, &(struct wish){ .ll_id = 9, .mag = 1, .handoff = 3, .key = 78 }, 0));
	CU_ASSERT_FATAL(bound(x, "2001:db8:a000::", &after));
	CU_ASSERT(after.key_down == 78 && after.key_up == before.key_up && !ip6_eq(&after.proxy_coa, &before.proxy_coa));
	CU_ASSERT(status(x, &(struct wish){ .hnp = { "2001:db8:a000::" }, .handoff = 2, .att = MH_ATT_EUTRAN }, 0));
	CU_ASSERT(pmip_lma_entries(x->a) == 1);
	CU_ASSERT(rig_records(x->r, REC_BINDING, BINDING_UPDATED) == 2);
	/* another interface of the same mobile node: a session of its own */
	CU_ASSERT(status(x, &(struct wish){ .ll_id = 10, .mag = 1 }, 0));
	CU_ASSERT(pmip_lma_entries(x->a) == 2);
	rig_done(x);
}

static void test_deregistration(void)
{
	struct rig *x = rig_new();
	struct pmip_bce_view v;

	CU_ASSERT(status(x, &(struct wish){ .ll_id = 9 }, 0));
	CU_ASSERT(!pbu(x, &(struct wish){ .ll_id = 9, .mag = 1, .dereg = true, .handoff = 4, .hnp = { "2001:db8:a000::" } }));
	CU_ASSERT(rig_discards(x->r, "pbu-other-mag") + rig_discards(x->r, "pbu-no-session") == 1);
	CU_ASSERT(status(x, &(struct wish){ .ll_id = 9, .dereg = true, .handoff = 4, .hnp = { "2001:db8:a000::" } }, 0));
	CU_ASSERT(LAST(x)->m.ba.life.units == 0 && !mh_find(&LAST(x)->m, MH_OPT_GRE_KEY));
	CU_ASSERT(bound(x, "2001:db8:a000::", &v) && v.state == PMIP_BCE_HOLD);
	/* the new MAG is in time */
	rig_run(x->r, 5 * MOOR_S);
	CU_ASSERT(status(x, &(struct wish){ .ll_id = 9, .mag = 1, .handoff = 3 }, 0));
	CU_ASSERT(bound(x, "2001:db8:a000::", &v) && v.state == PMIP_BCE_ACTIVE);
	rig_run(x->r, 20 * MOOR_S);
	CU_ASSERT(bound(x, "2001:db8:a000::", &v));
	CU_ASSERT(status(x, &(struct wish){ .ll_id = 9, .mag = 1, .dereg = true, .handoff = 4,
					    .hnp = { "2001:db8:a000::" } }, 0));
	rig_run(x->r, 11 * MOOR_S);
	CU_ASSERT(pmip_lma_entries(x->a) == 0);
	/* of a session that is not there */
	CU_ASSERT(!pbu(x, &(struct wish){ .dereg = true, .handoff = 4, .hnp = { "2001:db8:a000::" } }));
	rig_done(x);
}

/* Handoff unknown: the PBU waits for the old MAG, and becomes a handoff or, in vain, a session of its own. */
static void test_waiting(void)
{
	struct rig *x = rig_new();

	CU_ASSERT(status(x, &(struct wish){ .ll_id = 9 }, 0));
	CU_ASSERT(!pbu(x, &(struct wish){ .ll_id = 10, .mag = 1, .handoff = 4 }));
	CU_ASSERT(status(x, &(struct wish){ .ll_id = 9, .dereg = true, .handoff = 4, .hnp = { "2001:db8:a000::" } }, 0));
	CU_ASSERT(LAST(x)->at == x->mag[1]);
	CU_ASSERT(pmip_lma_entries(x->a) == 1 && pmip_lma_bindings(x->a) == 1);
	CU_ASSERT(!pbu(x, &(struct wish){ .ll_id = 11, .handoff = 4 }));
	rig_run(x->r, 2 * MOOR_S);
	CU_ASSERT(LAST(x)->at == x->mag[0] && LAST(x)->m.ba.status == 0);
	CU_ASSERT(pmip_lma_entries(x->a) == 2);
	rig_done(x);
}

/* Sent again, it is no other request; left meanwhile, it is none at all; overtaken, it takes nothing back. */
static void test_waiting_again(void)
{
	const struct wish first = { .ll_id = 10, .mag = 1, .handoff = 4, .seq = 5 }, second = { .ll_id = 10, .mag = 1,
		.handoff = 4, .seq = 6 };
	struct rig *x = rig_new();
	struct pmip_bce_view v;

	CU_ASSERT(status(x, &(struct wish){ .ll_id = 9 }, 0));
	CU_ASSERT(!pbu(x, &first));
	rig_run(x->r, 900 * MOOR_MS);
	CU_ASSERT(!pbu(x, &second) && pmip_lma_entries(x->a) == 1 && pmip_lma_waiting(x->a) == 1);
	x->n_answers = 0;
	rig_run(x->r, 500 * MOOR_MS);
	CU_ASSERT(x->n_answers == 1 && LAST(x)->m.ba.seq == 6 && LAST(x)->m.ba.status == 0);
	CU_ASSERT(pmip_lma_entries(x->a) == 2 && pmip_lma_waiting(x->a) == 0);
	rig_done(x);

	x = rig_new();
	CU_ASSERT(status(x, &(struct wish){ .ll_id = 9 }, 0));
	CU_ASSERT(!pbu(x, &first));
	CU_ASSERT(!pbu(x, &(struct wish){ .ll_id = 10, .mag = 1, .handoff = 4, .dereg = true }));
	rig_run(x->r, 3 * MOOR_S);
	CU_ASSERT(pmip_lma_entries(x->a) == 1 && pmip_lma_waiting(x->a) == 0);
	CU_ASSERT(!pbu(x, &first));
	CU_ASSERT(status(x, &(struct wish){ .ll_id = 10 }, 0) && pmip_lma_entries(x->a) == 2);
	rig_run(x->r, 3 * MOOR_S);
	CU_ASSERT(bound(x, "2001:db8:a000:1::", &v) && ip6_eq(&v.proxy_coa, &(struct ip6_addr){ { 0x20, 1, 0xd, 0xb8,
											       [15] = 0xa } }));
	CU_ASSERT(rig_discards(x->r, "pbu-outdated") == 1 && pmip_lma_entries(x->a) == 2);
	rig_done(x);
}

static void test_expiry(void)
{
	struct rig *x = rig_new();

	CU_ASSERT(status(x, &(struct wish){ .life = 2 }, 0));
	rig_run(x->r, 9 * MOOR_S);
	CU_ASSERT(pmip_lma_entries(x->a) == 0 && rig_records(x->r, REC_BINDING, BINDING_EXPIRED) == 1);
	rig_done(x);
}

/* ---- transports and user packets --------------------------------------------------------------------------------- */

static void test_transports(void)
{
	static const enum pmip_transport all[] = { PMIP_IP4, PMIP_UDP4, PMIP_UDP4_BARE };

	for (unsigned k = 0; k < 3; k++) {
		struct rig *x = rig_new();
		struct pmip_bce_view v;
		const struct answer *p = pbu(x, &(struct wish){ .transport = all[k] });

		CU_ASSERT_FATAL(p != NULL);
		CU_ASSERT(p->m.ba.status == 0 && p->bare == (all[k] == PMIP_UDP4_BARE) && p->mapped == !p->bare);
		CU_ASSERT(bound(x, "2001:db8:a000::", &v) && v.transport == all[k] && ip6_is_mapped(&v.proxy_coa));
		if (p->bare)
			CU_ASSERT(p->m.checksum == 0);
		rig_done(x);
	}
}

static void test_user_packets(void)
{
	struct rig *x = rig_new();
	struct pmip_bce_view v;
	struct net_tunnel up;
	uint32_t at = 0;
	struct pmip_tunnel_view t;

	CU_ASSERT(status(x, &(struct wish){ .key = 0x01020304 }, 0));
	CU_ASSERT(bound(x, "2001:db8:a000::", &v));
	CU_ASSERT(rig_udp(x->r, x->cn, NULL, "2001:db8:a000::1", 7000, 100));
	rig_run(x->r, MOOR_S);
	CU_ASSERT(x->data == 1 && x->outer.gre && x->outer.keyed && x->outer.key == 0x01020304);
	/* up, from any trusted MAG with the right key */
	net_address_add_virtual(x->mag[0], &(struct ip6_addr){ { 0x20, 1, 0xd, 0xb8, 0xa0, 0, [15] = 1 } });
	up = (struct net_tunnel){ .local = a6("2001:db8::a"), .remote = a6("2001:db8::1"), .encap = ENCAP_IN6, .gre = true,
				  .keyed = true, .key = v.key_up };
	x->up = &up;
	CU_ASSERT(rig_udp(x->r, x->mag[0], "2001:db8:a000::1", "2001:db8:f::c", 7000, 50));
	rig_run(x->r, MOOR_S);
	CU_ASSERT(x->r->got->len == 1);
	up.key++;
	CU_ASSERT(rig_udp(x->r, x->mag[0], "2001:db8:a000::1", "2001:db8:f::c", 7000, 50));
	rig_run(x->r, MOOR_S);
	CU_ASSERT(x->r->got->len == 1 && rig_discards(x->r, "gre-key-unknown") == 1);
	up.keyed = up.gre = false;
	CU_ASSERT(rig_udp(x->r, x->mag[0], "2001:db8:a000::1", "2001:db8:f::c", 7000, 50));
	rig_run(x->r, MOOR_S);
	CU_ASSERT(x->r->got->len == 1 && rig_discards(x->r, "tunnel-form") == 1);
	CU_ASSERT(pmip_lma_tunnel_next(x->a, &at, &t) && t.users == 1 && t.packets_in == 1 && t.packets_out == 1);
	rig_done(x);
}

/* ---- revocation and heartbeats ----------------------------------------------------------------------------------- */

static void bra(struct rig *x, unsigned mag, uint16_t seq, uint8_t code, uint16_t flags)
{
	struct pmip_tx tx = { .local = a6(mag ? "2001:db8::b" : "2001:db8::a"), .remote = a6("2001:db8::1"),
			      .profile = MH_PROFILE_RFC };
	struct mh_msg m;

	mh_start(&m, MH_BR);
	m.br.type = MH_BR_BRA;
	m.br.seq = seq;
	m.br.code = code;
	m.br.flags = flags;
	CU_ASSERT(pmip_send(x->mag[mag], &m, &tx));
	rig_run(x->r, 100 * MOOR_MS);
}

static struct imsi imsi_a(void)
{
	struct imsi i;

	imsi_parse(IMSI_A, 15, 2, &i);
	return i;
}

static void test_revocation(void)
{
	struct rig *x = rig_new();
	uint16_t seq;

	CU_ASSERT(status(x, &(struct wish){ 0 }, 0));
	CU_ASSERT(pmip_lma_revoke(x->a, imsi_a(), NULL, MH_BRI_ADMINISTRATIVE) == 1);
	rig_run(x->r, 100 * MOOR_MS);
	CU_ASSERT(LAST(x)->m.type == MH_BR && LAST(x)->m.br.type == MH_BR_BRI && LAST(x)->m.br.flags == MH_BR_P);
	CU_ASSERT(mh_find(&LAST(x)->m, MH_OPT_MN_ID) && mh_find(&LAST(x)->m, MH_OPT_HNP));
	seq = LAST(x)->m.br.seq;
	bra(x, 0, (uint16_t)(seq + 1), 0, MH_BR_P);
	bra(x, 1, seq, 0, MH_BR_P);
	CU_ASSERT(pmip_lma_entries(x->a) == 1 && rig_discards(x->r, "bra-not-asked") == 2);
	bra(x, 0, seq, 0, MH_BR_P);
	CU_ASSERT(pmip_lma_entries(x->a) == 0);
	/* nobody answers: once more, then it goes */
	CU_ASSERT(status(x, &(struct wish){ 0 }, 0));
	x->n_answers = 0;
	pmip_lma_revoke(x->a, imsi_a(), NULL, MH_BRI_ADMINISTRATIVE);
	rig_run(x->r, 5 * MOOR_S);
	CU_ASSERT(x->n_answers == 2 && pmip_lma_entries(x->a) == 0);
	/* still attached: it stays */
	CU_ASSERT(status(x, &(struct wish){ 0 }, 0));
	pmip_lma_revoke(x->a, imsi_a(), NULL, MH_BRI_MAG_HO_UNKNOWN);
	rig_run(x->r, 100 * MOOR_MS);
	bra(x, 0, LAST(x)->m.br.seq, MH_BRA_MN_ATTACHED, MH_BR_P);
	CU_ASSERT(pmip_lma_bindings(x->a) == 1);
	rig_done(x);
}

/* [RFC 5846 8.1] an extension that crosses the indication does not undo the revocation */
static void test_revocation_crossed(void)
{
	struct rig *x = rig_new();
	uint16_t seq;

	CU_ASSERT(status(x, &(struct wish){ 0 }, 0));
	pmip_lma_revoke(x->a, imsi_a(), NULL, MH_BRI_ADMINISTRATIVE);
	rig_run(x->r, 100 * MOOR_MS);
	seq = LAST(x)->m.br.seq;
	CU_ASSERT(status(x, &(struct wish){ .handoff = 5, .hnp = { "2001:db8:a000::" } }, MH_BA_PROHIBITED));
	bra(x, 0, seq, 0, MH_BR_P);
	CU_ASSERT(pmip_lma_entries(x->a) == 0 && rig_discards(x->r, "bra-not-asked") == 0);
	rig_done(x);
}

/* Another gateway waits for the session that is revoked, which is not what a handover is: it gets one of its own. */
static void test_revocation_awaited(void)
{
	struct rig *x = rig_new();

	CU_ASSERT(status(x, &(struct wish){ .ll_id = 9 }, 0));
	CU_ASSERT(!pbu(x, &(struct wish){ .ll_id = 10, .mag = 1, .handoff = 4 }));
	pmip_lma_revoke(x->a, imsi_a(), NULL, MH_BRI_ADMINISTRATIVE);
	rig_run(x->r, 100 * MOOR_MS);
	bra(x, 0, LAST(x)->m.br.seq, 0, MH_BR_P);
	CU_ASSERT(LAST(x)->at == x->mag[1] && LAST(x)->m.type == MH_BA && LAST(x)->m.ba.status == 0);
	CU_ASSERT(ip6_high64(&mh_find(&LAST(x)->m, MH_OPT_HNP)->prefix.addr) == UINT64_C(0x20010db8a0000001));
	CU_ASSERT(pmip_lma_entries(x->a) == 1 && pmip_lma_waiting(x->a) == 0);
	rig_done(x);
}

/* A gateway that is not on the list ends nobody's sessions, in whose name ever. */
static void test_revoked_by_stranger(void)
{
	struct pmip_lma_config c = config();
	struct pmip_tx tx = { .local = a6("2001:db8::b"), .remote = a6("2001:db8::1"), .profile = MH_PROFILE_RFC };
	uint8_t room[EAP_NAI_MAX];
	struct rig *x;
	struct mh_msg m;

	c.mag[0] = a6("2001:db8::a");
	c.n_mags = 1;
	x = rig_with(&c);
	CU_ASSERT(status(x, &(struct wish){ 0 }, 0));
	mh_start(&m, MH_BR);
	m.br.type = MH_BR_BRI;
	m.br.seq = 1;
	m.br.code = MH_BRI_PER_PEER_POLICY;
	m.br.flags = MH_BR_P | MH_BR_G;
	pmip_add_id(&m, imsi_a(), room);
	mh_add(&m, MH_OPT_ALT_COA)->ip6 = a6("2001:db8::a");
	CU_ASSERT(pmip_send(x->mag[1], &m, &tx));
	rig_run(x->r, 100 * MOOR_MS);
	CU_ASSERT(LAST(x)->m.type == MH_BR && LAST(x)->m.br.code == MH_BRA_GLOBAL_NOT_AUTHORISED);
	CU_ASSERT(pmip_lma_entries(x->a) == 1);
	rig_done(x);
}

/* The answer with the new prefix is lost: the MAG names the old one again, and it is the same session. */
static void test_renumbered_twice(void)
{
	const struct wish old = { .handoff = 5, .hnp = { "2001:db8:a000::" } };
	struct rig *x = rig_new();
	struct ip6_addr new = a6("2001:db8:a000:1::");

	CU_ASSERT(status(x, &(struct wish){ 0 }, 0));
	CU_ASSERT(pmip_lma_renumber(x->a, imsi_a(), NULL) == 1);
	for (unsigned k = 0; k < 2; k++) {
		CU_ASSERT(status(x, &old, 0) && pmip_lma_entries(x->a) == 1);
		CU_ASSERT(ip6_eq(&mh_find(&LAST(x)->m, MH_OPT_HNP)->prefix.addr, &new));
	}
	CU_ASSERT(status(x, &(struct wish){ .handoff = 5, .hnp = { "2001:db8:a000:1::" } }, 0));
	/* from now on the old one is another session's again */
	CU_ASSERT(status(x, &(struct wish){ .hnp = { "2001:db8:a000::" }, .ll_id = 7 }, 0));
	CU_ASSERT(pmip_lma_entries(x->a) == 2 && pmip_lma_prefixes(x->a) == 2);
	rig_done(x);
}

/* The prefix goes while another was to take its place: that goes back as well. */
static void test_renumbered_narrowed(void)
{
	struct rig *x = rig_new();
	struct pmip_bce_view v;

	CU_ASSERT(status(x, &(struct wish){ .hoa4 = true, .ll_id = 1 }, 0));
	CU_ASSERT(pmip_lma_renumber(x->a, imsi_a(), NULL) == 1 && pmip_lma_prefixes(x->a) == 2);
	CU_ASSERT(status(x, &(struct wish){ .dereg = true, .hnp = { "2001:db8:a000::" }, .ll_id = 1, .handoff = 4 }, 0));
	CU_ASSERT(pmip_lma_prefixes(x->a) == 0);
	CU_ASSERT(status(x, &(struct wish){ .no_hnp = true, .want4 = "192.0.2.2", .ll_id = 1, .handoff = 5 }, 0));
	CU_ASSERT(bound(x, "192.0.2.2", &v) && !v.n_hnp && pmip_lma_prefixes(x->a) == 0);
	rig_done(x);
}

static void test_revoke_all(void)
{
	struct rig *x = rig_new();

	CU_ASSERT(status(x, &(struct wish){ 0 }, 0));
	CU_ASSERT(status(x, &(struct wish){ .imsi = IMSI_B }, 0));
	x->n_answers = 0;
	CU_ASSERT(pmip_lma_revoke_all(x->a, &ip6_any) == 2);
	rig_run(x->r, 100 * MOOR_MS);
	CU_ASSERT(x->n_answers == 1 && LAST(x)->m.br.flags == (MH_BR_P | MH_BR_G) && LAST(x)->m.br.code == 128);
	bra(x, 0, LAST(x)->m.br.seq, 0, MH_BR_P | MH_BR_G);
	CU_ASSERT(pmip_lma_entries(x->a) == 0);
	rig_done(x);
}

static void heartbeat(struct rig *x, uint16_t flags, uint32_t seq, uint32_t counter)
{
	struct pmip_tx tx = { .local = a6("2001:db8::a"), .remote = a6("2001:db8::1"), .profile = MH_PROFILE_RFC };
	struct mh_msg m;

	mh_start(&m, MH_HEARTBEAT);
	m.heartbeat.flags = flags;
	m.heartbeat.seq = seq;
	if (flags & MH_HB_R)
		mh_add(&m, MH_OPT_RESTART_COUNTER)->u32 = counter;
	CU_ASSERT(pmip_send(x->mag[0], &m, &tx));
	rig_run(x->r, 100 * MOOR_MS);
}

static void test_heartbeats(void)
{
	struct rig *x = rig_new();
	struct answer *p;

	heartbeat(x, 0, 41, 0);
	p = LAST(x);
	CU_ASSERT(p && p->m.type == MH_HEARTBEAT && p->m.heartbeat.flags == MH_HB_R && p->m.heartbeat.seq == 41);
	CU_ASSERT(mh_find(&p->m, MH_OPT_RESTART_COUNTER)->u32 == 1);
	CU_ASSERT(status(x, &(struct wish){ 0 }, 0));
	x->n_answers = 0;
	rig_run(x->r, 61 * MOOR_S);
	CU_ASSERT(x->n_answers == 1 && LAST(x)->m.heartbeat.flags == 0);
	heartbeat(x, MH_HB_R, LAST(x)->m.heartbeat.seq, 5);
	CU_ASSERT(pmip_lma_bindings(x->a) == 1);
	heartbeat(x, MH_HB_R | MH_HB_U, 0, 6);		/* it restarted */
	CU_ASSERT(pmip_lma_entries(x->a) == 0);
	CU_ASSERT(status(x, &(struct wish){ 0 }, 0));
	x->n_answers = 0;
	pmip_lma_reboot(x->a);
	rig_run(x->r, 100 * MOOR_MS);
	CU_ASSERT(pmip_lma_entries(x->a) == 0 && x->n_answers == 1);
	CU_ASSERT(LAST(x)->m.heartbeat.flags == (MH_HB_R | MH_HB_U));
	CU_ASSERT(mh_find(&LAST(x)->m, MH_OPT_RESTART_COUNTER)->u32 == 2);
	rig_done(x);
}

/* ---- draft 02, as release 8 has it ------------------------------------------------------------------------------- */

static void test_draft(void)
{
	struct pmip_lma_config c = config();
	struct rig *x;
	struct pmip_bce_view v;

	c.profile = MH_PROFILE_R8;
	x = rig_with(&c);
	CU_ASSERT(status(x, &(struct wish){ .no_hnp = true }, MH_BA_PROHIBITED));
	CU_ASSERT(status(x, &(struct wish){ .no_id = true }, MH_BA_MISSING_MN_ID) && !mh_find(&LAST(x)->m, MH_OPT_MN_ID));
	CU_ASSERT(status(x, &(struct wish){ .no_handoff = true, .no_att = true }, 0));
	CU_ASSERT(!mh_find(&LAST(x)->m, MH_OPT_HANDOFF));
	/* the identifier is the key: another MAG is a handoff whatever else it says */
	CU_ASSERT(status(x, &(struct wish){ .no_handoff = true, .no_att = true, .mag = 1, .ll_id = 4 }, 0));
	CU_ASSERT(pmip_lma_entries(x->a) == 1);
	CU_ASSERT(status(x, &(struct wish){ .mag = 1, .dereg = true, .hnp = { "2001:db8:a000::" }, .no_handoff = true,
					    .no_att = true }, 0));
	rig_run(x->r, 500 * MOOR_MS);
	CU_ASSERT(bound(x, "2001:db8:a000::", &v));
	rig_run(x->r, MOOR_S);
	CU_ASSERT(pmip_lma_entries(x->a) == 0);
	rig_done(x);
}

static const struct harness_test tests[] = {
	{ "a new session", test_new_session },
	{ "every status, in the order of RFC 5213", test_statuses },
	{ "the pool is empty", test_pool_empty },
	{ "IPv4 home addresses", test_ip4 },
	{ "no IPv4 home address", test_no_ip4_left },
	{ "sequence numbers in place of timestamps", test_sequence },
	{ "handoffs", test_handoff },
	{ "de-registration and what comes after it", test_deregistration },
	{ "a handoff that is not known waits", test_waiting },
	{ "what waits is sent again, withdrawn, overtaken", test_waiting_again },
	{ "a lifetime ends", test_expiry },
	{ "IPv4 transport in three forms", test_transports },
	{ "user packets with keys", test_user_packets },
	{ "revocation of a session", test_revocation },
	{ "an extension crosses a revocation", test_revocation_crossed },
	{ "somebody waits for what is revoked", test_revocation_awaited },
	{ "a revocation by somebody who may not", test_revoked_by_stranger },
	{ "a session is renumbered and its answer lost", test_renumbered_twice },
	{ "a session is renumbered that gives its prefix up", test_renumbered_narrowed },
	{ "revocation of a MAG's sessions", test_revoke_all },
	{ "heartbeats", test_heartbeats },
	{ "draft 02", test_draft },
};

int main(int argc, char **argv)
{
	return harness_main("pmip_lma", tests, G_N_ELEMENTS(tests), argc, argv);
}
