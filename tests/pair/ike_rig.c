/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The small network of the tests of IKE: see ike_rig.h.
 */
#include "tests/pair/ike_rig.h"

#include <string.h>

#include "proto/ike_auth_priv.h"
#include "wire/frame.h"
#include "wire/ip4.h"
#include "wire/ip6.h"

#define FROM INT64_C(1735689600)
#define TO INT64_C(2524608000)

static const char *const names[] = { "ha.example.org", NULL };
static const char *const plain_names[] = { IKE_PLAIN_NAME, NULL };
static const uint8_t eap_request[] = { 1, 7, 0, 6, 23, 99 }, eap_response[] = { 2, 7, 0, 6, 23, 99 };
static const uint8_t eap_success[] = { 3, 7, 0, 4 };

struct ip6_addr ike_a6(const char *text)
{
	struct ip6_addr a = { { 0 } };
	struct ip4_addr v4;

	if (ip4_parse(text, &v4))
		return ip6_mapped(v4);
	g_assert(ip6_parse(text, &a));
	return a;
}

struct ipsec_selector ike_sel(const char *hoa)
{
	return (struct ipsec_selector){ .local = ike_a6(hoa), .remote = ike_a6(IKE_R), .local_len = 128, .remote_len = 128,
					.proto = 135, .local_hi = 65535, .remote_hi = 65535 };
}

/* ---- EAP in two messages ----------------------------------------------------------------------------------------- */

static const uint8_t msk[64] = { 1, 2, 3, [63] = 4 };

static enum eap_outcome eap_input(struct eap_peer *p, const uint8_t *octets, size_t n, struct eap_out *out)
{
	(void)p;
	if (n == sizeof eap_success && octets[0] == 3)
		return EAP_SUCCEEDED;
	if (n != sizeof eap_request || memcmp(octets, eap_request, n))
		return EAP_FAILED;
	out->len = sizeof eap_response;
	memcpy(out->octets, eap_response, sizeof eap_response);
	return EAP_RUNNING;
}

static const uint8_t *eap_msk(const struct eap_peer *p)
{
	(void)p;
	return msk;
}

/* ---- users ------------------------------------------------------------------------------------------------------- */

static void on_established(void *owner, struct ike_sa *sa, const struct ike_result *r)
{
	struct ike_end *e = owner;

	e->heard.established++;
	e->heard.sa = sa;
	e->heard.first_child = r->child;
	e->heard.ifom = r->ifom;
	if (r->n_cp) {
		e->heard.cp_len = r->cp[0].len;
		memcpy(e->heard.cp, r->cp[0].value, MIN(r->cp[0].len, sizeof e->heard.cp));
	}
}

static void on_closed(void *owner, struct ike_sa *sa, enum ike_reason why, uint16_t detail)
{
	struct ike_end *e = owner;

	e->heard.closed++;
	e->heard.why = why;
	e->heard.detail = detail;
	if (e->heard.sa == sa)
		e->heard.sa = NULL;
	if (e->asking == sa)
		e->asking = NULL;
}

static void on_redirect(void *owner, struct ike_sa *sa, const struct ip6_addr *to, const char *fqdn)
{
	struct ike_end *e = owner;

	(void)sa;
	(void)fqdn;
	e->heard.redirects++;
	e->heard.to = *to;
}

static void on_child(void *owner, struct ike_sa *sa, moor_handle child, moor_handle old, enum ike_reason why)
{
	struct ike_end *e = owner;

	(void)sa;
	e->heard.children++;
	e->heard.children_failed += !child;
	e->heard.child = child;
	e->heard.old = old;
	e->heard.child_why = why;
}

static void on_child_gone(void *owner, struct ike_sa *sa, moor_handle child)
{
	struct ike_end *e = owner;

	(void)sa;
	(void)child;
	e->heard.gone++;
}

static void on_moved(void *owner, struct ike_sa *sa, const struct ike_path *p)
{
	struct ike_end *e = owner;

	(void)sa;
	e->heard.moved++;
	e->heard.path = *p;
}

static bool on_init(void *owner, const struct ike_path *p, bool redirect_supported, bool ifom_asked, bool *ifom,
		    struct ip6_addr *to)
{
	struct ike_end *e = owner;

	(void)p;
	(void)redirect_supported;
	*ifom = ifom_asked;
	*to = e->init_to;
	return !e->refuse_init && ip6_is_zero(&e->init_to);
}

static void on_identified(void *owner, struct ike_sa *sa, const struct ike_id *idi, const struct ike_id *idr)
{
	struct ike_end *e = owner;

	CU_ASSERT(e->g->nonsense || (idi->type == IKE_ID_RFC822 && idr->len == strlen(names[0])));
	e->asking = sa;
	ike_eap_send(sa, eap_request, sizeof eap_request);
}

static void on_eap(void *owner, struct ike_sa *sa, const uint8_t *packet, size_t n)
{
	(void)owner;
	CU_ASSERT(n == sizeof eap_response && !memcmp(packet, eap_response, n));
	ike_eap_done(sa, eap_success, sizeof eap_success, msk);
}

static bool on_authorise(void *owner, struct ike_sa *sa, const struct ike_request *q, struct ike_reply *r,
			 uint16_t *notify)
{
	static const uint8_t prefix[IKE_HOME_PREFIX_LEN] = { 0, 0, 14, 16, 0x20, 1, 13, 0xb8, 0, 10, [20] = 64 };
	struct ike_end *e = owner;

	(void)notify;
	if (e->decline_transport)
		auth_run(ike_auth_of(sa))->draft.transport = false;
	r->cp[0] = (struct ike_cp_attr){ .type = IKE_CP_MIP6_HOME_PREFIX, .len = sizeof prefix, .value = prefix };
	r->n_cp = q->n_cp ? 1 : 0;
	r->child = q->child;
	return true;
}

static bool on_pad(void *owner, const struct ike_id *idi, struct ike_id *idr, struct ike_pad *out)
{
	struct ike_end *e = owner;

	if (idi->len != strlen(IKE_PLAIN_NAME) || memcmp(idi->data, IKE_PLAIN_NAME, idi->len))
		return false;
	*out = e->pad;
	if (e->idr) {
		idr->len = (uint8_t)strlen(e->idr);
		memcpy(idr->data, e->idr, idr->len);
	}
	return true;
}

static bool on_child_wanted(void *owner, struct ike_sa *sa, struct ipsec_selector *sel, bool transport)
{
	struct ike_end *e = owner;

	(void)sa;
	(void)sel;
	(void)transport;
	return !e->refuse_child;
}

static const struct ike_user user = {
	.established = on_established, .closed = on_closed, .redirect = on_redirect, .child = on_child,
	.child_gone = on_child_gone, .moved = on_moved, .init = on_init, .identified = on_identified, .eap = on_eap,
	.authorise = on_authorise, .child_wanted = on_child_wanted, .pad = on_pad,
};

/* ---- what is seen ------------------------------------------------------------------------------------------------ */

/* The IKE header of a frame: its offset, 0: it is no IKE message. */
static size_t ike_at(const uint8_t *f, size_t len, struct ike_seen *s)
{
	size_t ip = 14, udp = ip + 40, at;

	if (len < 14 + 20)
		return 0;
	if (f[12] == 8) {
		if (f[ip + 9] != 17)
			return 0;
		udp = ip + 4 * (f[ip] & 15);
		s->src = ip6_mapped(*(const struct ip4_addr *)(const void *)(f + ip + 12));
		s->dst = ip6_mapped(*(const struct ip4_addr *)(const void *)(f + ip + 16));
	} else {
		if (len < udp || f[ip + 6] != 17)
			return 0;
		memcpy(s->src.o, f + ip + 8, 16);
		memcpy(s->dst.o, f + ip + 24, 16);
	}
	if (len < udp + 8)
		return 0;
	s->sport = load16(f + udp);
	s->dport = load16(f + udp + 2);
	at = udp + 8;
	if (s->sport == IKE_PORT_NAT || s->dport == IKE_PORT_NAT)
		at += 4;
	else if (s->sport != IKE_PORT && s->dport != IKE_PORT)
		return 0;
	return len >= at + 28 ? at : 0;
}

static bool see(const uint8_t *f, size_t len, struct ike_seen *s)
{
	size_t at = ike_at(f, len, s);
	struct ike_hdr h;

	if (!at || !ike_hdr_decode(f + at, len - at, &h))
		return false;
	s->exchange = h.exchange;
	s->flags = h.flags;
	s->mid = h.mid;
	s->len = (uint32_t)(len - at);
	memcpy(s->octets, f + at, MIN(s->len, sizeof s->octets));
	return true;
}

static void check_signal(struct ike_rig *g, const struct rec_signal *s)
{
	static struct ike_msg m;

	if (s->protocol != SIGNAL_IKE)
		return;
	g->signal_sum += s->attempt > 1;
	if (!s->message || !ike_decode(s->message, s->message_len, &m, NULL))
		g->unreadable++;
}

static void on_record(void *ctx, const struct moor_record *r)
{
	struct ike_rig *g = ctx;
	struct ike_seen s = { .at = r->at, .node = r->node };

	switch ((int)r->kind) {
	case REC_FRAME_TX:
		if (see(r->u.frame.octets, r->u.frame.len, &s))
			g_array_append_val(g->seen, s);
		break;
	case REC_DISCARD:
		g_array_append_val(g->discards, r->u.discard.reason);
		break;
	case REC_KEYS:
		g->keys += !r->u.keys.esp;
		break;
	case REC_SIGNAL_TX:
		g->signals_tx++;
		check_signal(g, &r->u.signal);
		break;
	case REC_SIGNAL_RX:
		g->signals_rx++;
		check_signal(g, &r->u.signal);
		break;
	}
}

unsigned ike_rig_discards(const struct ike_rig *g, const char *reason)
{
	unsigned n = 0;

	for (unsigned i = 0; i < g->discards->len; i++)
		n += !strcmp(g_array_index(g->discards, const char *, i), reason);
	return n;
}

const struct ike_seen *ike_rig_nth(const struct ike_rig *g, uint32_t node, int exchange, bool response, unsigned nth)
{
	for (unsigned i = 0; i < g->seen->len; i++) {
		const struct ike_seen *s = &g_array_index(g->seen, struct ike_seen, i);

		if (s->node == node && (exchange < 0 || s->exchange == exchange)
		    && !!(s->flags & IKE_FLAG_R) == response && !nth--)
			return s;
	}
	return NULL;
}

unsigned ike_rig_count(const struct ike_rig *g, uint32_t node, int exchange, bool response)
{
	unsigned n = 0;

	while (ike_rig_nth(g, node, exchange, response, n))
		n++;
	return n;
}

/* ---- losing ------------------------------------------------------------------------------------------------------ */

struct rule {
	int exchange;
	bool response, any;
	unsigned skip;
};

static bool matches(void *arg, const struct moor_port *from, const uint8_t *frame, size_t len)
{
	struct rule *rule = arg;
	struct ike_seen s;

	(void)from;
	if (!see(frame, len, &s))
		return false;
	if (!rule->any && ((rule->exchange >= 0 && s.exchange != rule->exchange)
			   || !!(s.flags & IKE_FLAG_R) != rule->response))
		return false;
	if (rule->skip) {
		rule->skip--;
		return false;
	}
	return true;
}

static struct rule rules[64];
static unsigned n_rules;

static void lose(struct ike_rig *g, struct rule rule, unsigned n)
{
	g_assert(n_rules < G_N_ELEMENTS(rules));
	rules[n_rules] = rule;
	moor_link_lose(g->link, matches, &rules[n_rules++], n);
}

void ike_rig_lose(struct ike_rig *g, int exchange, bool response, unsigned n)
{
	lose(g, (struct rule){ .exchange = exchange, .response = response }, n);
}

void ike_rig_lose_nth(struct ike_rig *g, unsigned nth)
{
	lose(g, (struct rule){ .any = true, .skip = nth }, 1);
}

void ike_rig_forge(struct ike_rig *g, const char *from, uint16_t sport, const char *to, uint16_t dport,
		   const uint8_t *octets, size_t n)
{
	struct moor_pkt *p = moor_pkt_new(g->w, n + 8);
	struct net_send s = { .src = ike_a6(from), .dst = ike_a6(to), .next_header = 17, .via = g->xi };

	store16(p->data, sport);
	store16(p->data + 2, dport);
	store16(p->data + 4, (uint16_t)(n + 8));
	store16(p->data + 6, 0);
	memcpy(p->data + 8, octets, n);
	store16(p->data + 6, ip6_upper_csum(&s.src, &s.dst, 17, p->data, n + 8));
	CU_ASSERT(net_send6(g->x, p, &s));
}

/* ---- building ---------------------------------------------------------------------------------------------------- */

static void make_identity(struct ike_rig *g)
{
	struct crypto_cert_spec root = { .type = CRYPTO_KEY_ECDSA_P_256, .seed = 1, .name = "Root", .serial = 1,
					 .not_before = FROM, .not_after = TO };
	struct crypto_cert_spec leaf = { .type = CRYPTO_KEY_ECDSA_P_256, .seed = 2, .name = "ha", .dns = names, .serial = 2,
					 .not_before = FROM, .not_after = TO };
	struct crypto_cert_spec mag = leaf;
	struct crypto_part cert;

	mag.name = "mag";
	mag.dns = plain_names;
	mag.serial = 3;
	g->ca = crypto_ca_new(g->crypto, &root);
	g->id = crypto_ca_issue(g->ca, &leaf);
	g->id_i = crypto_ca_issue(g->ca, &mag);
	g->trust = crypto_trust_new(g->crypto);
	cert = crypto_ca_cert(g->ca);
	g_assert(crypto_trust_add(g->trust, cert.p, cert.n));
}

static struct net_iface *plug(struct ike_rig *g, struct net_host *h, unsigned n)
{
	struct mac_addr mac = mac_from_u64(UINT64_C(0x020000000000) + n);
	struct net_iface *i = net_iface_new(h, "eth0", &mac);
	char text[64];
	struct ip6_addr a;

	moor_link_attach(g->link, net_iface_port(i), false);
	g_snprintf(text, sizeof text, "2001:db8::%u", n);
	a = ike_a6(text);
	net_address_add(i, &a, 64);
	g_snprintf(text, sizeof text, "10.0.0.%u", n);
	a = ike_a6(text);
	net_address_add(i, &a, 120);
	return i;
}

static void make_end(struct ike_rig *g, struct ike_end *e, const char *name, unsigned n)
{
	struct moor_node *node = moor_node_new(g->w, name);

	e->g = g;
	e->h = net_host_new(node, &net_profile_host);
	e->iface = plug(g, e->h, n);
	ike_config_default(&e->c);
	e->c.crypto = g->crypto;
	e->c.timers = &g->timers;
	e->c.trust = g->trust;
	e->c.identity = g->id;
	e->c.dpd = 0;
}

struct ike_rig *ike_rig_new(enum crypto_kind kind, uint64_t seed)
{
	struct ike_rig *g = g_new0(struct ike_rig, 1);
	struct link_params p = { .delay = { .kind = DELAY_CONSTANT, .a = 5 * MOOR_MS }, .mtu = 1500 };

	g->w = moor_world_new(&(struct moor_world_config){ .seed = seed });
	g->link = moor_link_new(g->w, "lan", LINK_LAN, &p);
	g->crypto = crypto_new(kind, NULL);
	crypto_charging(g->crypto, false);
	make_identity(g);
	timer_set_default(&g->timers);
	make_end(g, &g->i, "i", 1);
	make_end(g, &g->r, "r", 2);
	g->x = net_host_new(moor_node_new(g->w, "x"), &net_profile_host);
	g->xi = plug(g, g->x, 3);
	g->eap = (struct eap_peer){ .input = eap_input, .msk = eap_msk };
	g->seen = g_array_new(FALSE, FALSE, sizeof(struct ike_seen));
	g->discards = g_array_new(FALSE, FALSE, sizeof(const char *));
	n_rules = 0;
	moor_record_sink(g->w, ~UINT64_C(0), on_record, g);
	ike_rig_run(g, 10 * MOOR_S);	/* the hosts' own business */
	return g;
}

void ike_rig_free(struct ike_rig *g)
{
	const char *what = NULL;

	CU_ASSERT_EQUAL(moor_world_leaks(g->w, &what), net_packets_held(g->w) + ike_packets_held(g->w));
	CU_ASSERT(g->nonsense || !g->unreadable);
	if (g->i.k) {
		ike_reboot(g->i.k);
		ike_reboot(g->r.k);
		ike_rig_run(g, 1 * MOOR_S);
		CU_ASSERT_EQUAL(crypto_alive(g->crypto), 0);
		CU_ASSERT_EQUAL(ike_packets_held(g->w), 0);
	}
	moor_world_free(g->w);
	crypto_identity_free(g->id);
	crypto_identity_free(g->id_i);
	crypto_ca_free(g->ca);
	crypto_trust_free(g->trust);
	crypto_free(g->crypto);
	g_array_free(g->seen, TRUE);
	g_array_free(g->discards, TRUE);
	g_free(g);
}

void ike_rig_start(struct ike_rig *g)
{
	if (g->i.k)
		return;
	g->i.k = ike_new(g->i.h, &g->i.c, &user, &g->i);
	g->r.k = ike_new(g->r.h, &g->r.c, &user, &g->r);
}

struct ike_sa *ike_rig_connect_by(struct ike_rig *g, const char *own, const char *peer)
{
	static const char nai[] = "0001010123456789@nai.epc.mnc001.mcc001.3gppnetwork.org";
	struct ike_cp_attr cp = { .type = IKE_CP_MIP6_HOME_PREFIX };
	struct ike_connect c = { .own = ike_a6(own), .peer = ike_a6(peer), .ifom = true, .eap = &g->eap, .cp = &cp,
				 .n_cp = 1, .child = ike_sel(HOA) };

	ike_rig_start(g);
	c.idi.type = IKE_ID_RFC822;
	c.idi.len = sizeof nai - 1;
	memcpy(c.idi.data, nai, c.idi.len);
	c.idr.type = IKE_ID_FQDN;
	c.idr.len = (uint8_t)strlen(names[0]);
	memcpy(c.idr.data, names[0], c.idr.len);
	if (g->i.pad.proof != IKE_PROOF_EAP) {
		c.eap = NULL;
		c.n_cp = 0;
		c.pad = g->i.pad;
		c.idi.type = IKE_ID_FQDN;
		c.idi.len = (uint8_t)strlen(g->i.idi ? g->i.idi : IKE_PLAIN_NAME);
		memcpy(c.idi.data, g->i.idi ? g->i.idi : IKE_PLAIN_NAME, c.idi.len);
	}
	return ike_connect(g->i.k, &c);
}

struct ike_sa *ike_rig_connect(struct ike_rig *g)
{
	return ike_rig_connect_by(g, IKE_I, IKE_R);
}

void ike_rig_run(struct ike_rig *g, moor_time span)
{
	moor_world_advance(g->w, moor_world_now(g->w) + span);
}

bool ike_rig_agree(struct ike_rig *g, unsigned children)
{
	struct ike_sa_view a, b;
	unsigned pairs = 0;

	CU_ASSERT(g->i.heard.sa && g->r.heard.sa);
	if (!g->i.heard.sa || !g->r.heard.sa)
		return false;
	ike_sa_view(g->i.heard.sa, &a);
	ike_sa_view(g->r.heard.sa, &b);
	CU_ASSERT_EQUAL(a.state, IKE_SA_ESTABLISHED);
	CU_ASSERT_EQUAL(b.state, IKE_SA_ESTABLISHED);
	CU_ASSERT(a.spi_i == b.spi_i && a.spi_r == b.spi_r && a.initiator != b.initiator);
	CU_ASSERT_EQUAL(a.children, children);
	CU_ASSERT_EQUAL(b.children, children);
	CU_ASSERT_EQUAL(ipsec_children(ipsec_of(g->i.h)), children);
	CU_ASSERT_EQUAL(ipsec_children(ipsec_of(g->r.h)), children);
	for (moor_handle h = g->i.heard.sa->children; h; ) {
		const struct ike_child *c = slab_get(&g->i.k->iw->children, h);
		const struct ike_child *d = ike_child_by_spi(g->r.heard.sa, c->spi_out, true);

		pairs += d && d->spi_out == c->spi_in && d->transport == c->transport && d->suite == c->suite;
		h = c->next;
	}
	CU_ASSERT_EQUAL(pairs, children);
	return a.spi_i == b.spi_i && pairs == children;
}

bool ike_rig_up(struct ike_rig *g)
{
	struct ike_sa *sa = ike_rig_connect(g);

	CU_ASSERT_PTR_NOT_NULL(sa);
	ike_rig_run(g, 1 * MOOR_S);
	CU_ASSERT_EQUAL(g->i.heard.established, 1);
	CU_ASSERT_EQUAL(g->r.heard.established, 1);
	return g->i.heard.established == 1 && g->r.heard.established == 1 && ike_rig_agree(g, 1);
}
