/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The mobile node and home agent with hand-installed keys of ipsec_rig.h. */
#include "tests/unit/ipsec_rig.h"

const struct sec_suite sec_suites[] = {
	{ CRYPTO_ENCR_AES_CBC, 128, CRYPTO_INTEG_SHA1_96, "AES-CBC-128 with HMAC-SHA1-96" },
	{ CRYPTO_ENCR_AES_CBC, 256, CRYPTO_INTEG_SHA256_128, "AES-CBC-256 with HMAC-SHA2-256-128" },
	{ CRYPTO_ENCR_AES_GCM_16, 128, CRYPTO_INTEG_NONE, "AES-GCM-128" },
	{ CRYPTO_ENCR_AES_GCM_16, 256, CRYPTO_INTEG_NONE, "AES-GCM-256" },
	{ CRYPTO_ENCR_NULL, 0, CRYPTO_INTEG_SHA1_96, "NULL with HMAC-SHA1-96" },
	{ CRYPTO_ENCR_NULL, 0, CRYPTO_INTEG_SHA256_128, "NULL with HMAC-SHA2-256-128" },
};
const unsigned sec_n_suites = G_N_ELEMENTS(sec_suites);

static const struct net_profile plain = { .ipv4 = true, .ipv6 = true, .dsmip_udp = true };
static const struct net_profile agent = { .ipv4 = true, .ipv6 = true, .dsmip_udp = true, .forward = true };

/* ---- hooks ------------------------------------------------------------------------------------------------------- */

static bool is(const struct ip6_addr *a, const char *text)
{
	struct ip6_addr b = a6(text);

	return ip6_eq(a, &b);
}

static bool is_home(const struct ip6_addr *a)
{
	return is(a, SEC_HOME) || is(a, "192.0.2.7");
}

static const struct net_tunnel *mn_divert(void *owner, const struct ip6_addr *src, const struct ip6_addr *dst,
					  const uint8_t *packet, uint32_t len, bool forwarded, struct net_tunnel *room)
{
	struct sec *s = owner;

	(void)dst, (void)packet, (void)len, (void)forwarded, (void)room;
	return is_home(src) ? &s->up : NULL;
}

static const struct net_tunnel *ha_divert(void *owner, const struct ip6_addr *src, const struct ip6_addr *dst,
					  const uint8_t *packet, uint32_t len, bool forwarded, struct net_tunnel *room)
{
	struct sec *s = owner;

	(void)src, (void)packet, (void)len, (void)forwarded, (void)room;
	return is_home(dst) ? &s->down : NULL;
}

static bool tunnel_in(void *owner, const struct net_rx *outer_rx, const struct ip6_addr *inner_src,
		      const struct ip6_addr *inner_dst, const uint8_t *inner, uint32_t inner_len)
{
	(void)owner, (void)outer_rx, (void)inner_src, (void)inner_dst, (void)inner, (void)inner_len;
	return true;
}

static bool never_vouched(void *owner, const struct net_rx *rx, const struct ip6_addr *home)
{
	(void)rx, (void)home;
	((struct sec *)owner)->hao_asked++;
	return false;
}

static bool rh2_in(void *owner, const struct net_rx *rx, const struct ip6_addr *home)
{
	(void)owner, (void)rx, (void)home;
	return true;
}

static void on_mh(void *owner, struct net_rx *rx)
{
	struct sec *s = owner;
	struct sec_mh m = { .h = rx->host, .type = rx->payload_len >= 3 ? rx->payload[2] : 0, .len = rx->payload_len,
			    .protected = rx->protected, .src = *ip6_upper_src(rx->ip6),
			    .dst = *ip6_upper_dst(rx->ip6), .outer = rx->outer };

	m.sum_ok = mh_sum_ok(rx->payload, rx->payload_len, &m.src, &m.dst);
	g_array_append_val(s->seen, m);
}

/* ---- what the owners hear ---------------------------------------------------------------------------------------- */

static void soft_limit(void *owner, moor_handle child)
{
	struct sec_told *t = owner;

	t->soft++;
	t->child = child;
}

static void no_sa(void *owner, const struct ipsec_selector *wanted)
{
	struct sec_told *t = owner;

	t->no_sa++;
	t->wanted = *wanted;
}

static void unknown_spi(void *owner, const struct ip6_addr *from, uint32_t spi)
{
	struct sec_told *t = owner;

	t->unknown_spi++;
	t->from = *from;
	t->spi = spi;
}

static void heard(void *owner, moor_handle child)
{
	struct sec_told *t = owner;

	t->heard++;
	t->child = child;
}

static const struct ipsec_ops ops = { soft_limit, no_sa, unknown_spi, heard };

/* ---- the network ------------------------------------------------------------------------------------------------- */

static void addresses(struct sec *s)
{
	struct ip6_addr home = a6(SEC_HOME), home4 = a6("192.0.2.7");

	rig_address(s->mi, "2001:db8:1::a", 64);
	rig_address(s->mi, "10.0.1.10", 24);
	rig_address(s->r1, "2001:db8:1::1", 64);
	rig_address(s->r1, "10.0.1.1", 24);
	rig_address(s->r2, "2001:db8:2::1", 64);
	rig_address(s->r2, "10.0.2.1", 24);
	rig_address(s->h2, SEC_HA, 64);
	rig_address(s->h2, "10.0.2.99", 24);
	rig_address(s->h3, "2001:db8:3::ff", 64);
	rig_address(s->h3, "10.0.3.99", 24);
	rig_address(s->ci, "2001:db8:3::c", 64);
	rig_address(s->ci, "10.0.3.12", 24);
	rig_route(s->mn, "::/0", "2001:db8:1::1", s->mi);
	rig_route(s->mn, "0.0.0.0/0", "10.0.1.1", s->mi);
	rig_route(s->ha, "2001:db8:1::/64", "2001:db8:2::1", s->h2);
	rig_route(s->ha, "10.0.1.0/24", "10.0.2.1", s->h2);
	rig_route(s->cn, "::/0", "2001:db8:3::ff", s->ci);
	rig_route(s->cn, "0.0.0.0/0", "10.0.3.99", s->ci);
	net_address_add_virtual(s->mn, &home);
	net_address_add_virtual(s->mn, &home4);
}

static void network(struct sec *s)
{
	struct moor_link *l1 = rig_lan(s->r, "lan1", MOOR_MS, 1500), *l2 = rig_lan(s->r, "lan2", MOOR_MS, 1500);
	struct moor_link *l3 = rig_lan(s->r, "lan3", MOOR_MS, 1500);

	s->mn = rig_host(s->r, "mn", &plain);
	s->router = rig_host(s->r, "r", &net_profile_router);
	s->ha = rig_host(s->r, "ha", &agent);
	s->cn = rig_host(s->r, "cn", &plain);
	s->mi = rig_iface(s->r, s->mn, "eth0", l1);
	s->r1 = rig_iface(s->r, s->router, "one", l1);
	s->r2 = rig_iface(s->r, s->router, "two", l2);
	s->h2 = rig_iface(s->r, s->ha, "two", l2);
	s->h3 = rig_iface(s->r, s->ha, "three", l3);
	s->ci = rig_iface(s->r, s->cn, "eth0", l3);
	addresses(s);
	s->mn_hooks = (struct net_hooks){ .owner = s, .divert = mn_divert, .tunnel_in = tunnel_in, .rh2_in = rh2_in };
	s->ha_hooks = (struct net_hooks){ .owner = s, .divert = ha_divert, .tunnel_in = tunnel_in,
					  .home_address_in = never_vouched };
	net_host_hooks(s->mn, &s->mn_hooks);
	net_host_hooks(s->ha, &s->ha_hooks);
	net_proto_handler(s->mn, PROTO_MH, on_mh, s);
	net_proto_handler(s->ha, PROTO_MH, on_mh, s);
}

struct sec *sec_new(enum crypto_kind kind, enum net_encap encap)
{
	struct sec *s = g_new0(struct sec, 1);
	bool v6 = encap == ENCAP_IN6;

	s->seen = g_array_new(false, true, sizeof(struct sec_mh));
	s->c = crypto_new(kind, NULL);
	s->r = net_rig_new();
	network(s);
	s->up = (struct net_tunnel){ .local = a6(v6 ? "2001:db8:1::a" : "10.0.1.10"),
				     .remote = a6(v6 ? SEC_HA : "10.0.2.99"), .encap = (uint8_t)encap,
				     .sport = 4191, .dport = 4191 };
	s->down = s->up;
	s->down.local = s->up.remote;
	s->down.remote = s->up.local;
	s->ms = ipsec_new(s->mn, s->c, &ops, &s->mn_told);
	s->hs = ipsec_new(s->ha, s->c, &ops, &s->ha_told);
	ipsec_policies(s->ms, ipsec_policies_mip6, ipsec_n_policies_mip6);
	ipsec_policies(s->hs, ipsec_policies_mip6, ipsec_n_policies_mip6);
	rig_bind(s->r, s->mn, 7000);
	rig_bind(s->r, s->cn, 7000);
	rig_run(s->r, MOOR_S);
	rig_clear(s->r);
	return s;
}

void sec_free(struct sec *s)
{
	net_rig_free(s->r);
	CU_ASSERT_EQUAL(crypto_alive(s->c), 0);
	crypto_free(s->c);
	g_array_free(s->seen, true);
	g_free(s);
}

/* ---- keys -------------------------------------------------------------------------------------------------------- */

struct keys { uint8_t encr_up[36], integ_up[32], encr_down[36], integ_down[32]; };

static void make_keys(struct keys *k, unsigned generation)
{
	struct rng r = rng_make(generation, "keys", "test");

	rng_octets(&r, k->encr_up, sizeof k->encr_up);
	rng_octets(&r, k->integ_up, sizeof k->integ_up);
	rng_octets(&r, k->encr_down, sizeof k->encr_down);
	rng_octets(&r, k->integ_down, sizeof k->integ_down);
}

static struct sec_pair install(struct sec *s, const struct sec_suite *suite, struct ipsec_child_config *m,
			       struct ipsec_child_config *h, unsigned generation)
{
	struct sec_pair pair;
	struct keys k;

	make_keys(&k, generation);
	m->spi_in = h->spi_out = 0x1000 + generation;
	m->spi_out = h->spi_in = 0x2000 + generation;
	m->encr = h->encr = suite->encr;
	m->key_bits = h->key_bits = suite->key_bits;
	m->integ = h->integ = suite->integ;
	m->encr_out = h->encr_in = k.encr_up;
	m->integ_out = h->integ_in = k.integ_up;
	m->encr_in = h->encr_out = k.encr_down;
	m->integ_in = h->integ_out = k.integ_down;
	pair.mn = ipsec_child_add(s->ms, m);
	pair.ha = ipsec_child_add(s->hs, h);
	CU_ASSERT(pair.mn && pair.ha);
	return pair;
}

struct sec_pair sec_child(struct sec *s, const struct sec_suite *suite, const char *home, unsigned generation)
{
	struct ipsec_child_config m = { .sel = { .local = a6(home), .remote = a6(SEC_HA), .local_len = 128,
						 .remote_len = 128, .proto = PROTO_MH, .local_hi = UINT16_MAX,
						 .remote_hi = UINT16_MAX } };
	struct ipsec_child_config h = m;

	h.sel.local = m.sel.remote;
	h.sel.remote = m.sel.local;
	return install(s, suite, &m, &h, generation);
}

struct sec_pair sec_tunnel(struct sec *s, const struct sec_suite *suite, const char *own, const char *peer, bool udp)
{
	struct ipsec_child_config m = { .mode = IPSEC_TUNNEL, .udp = udp, .sel = { .local = a6("2001:db8:a::"),
					.local_len = 64, .local_hi = UINT16_MAX, .remote_hi = UINT16_MAX } };
	struct ipsec_child_config h = m;

	h.sel.remote = m.sel.local;
	h.sel.remote_len = m.sel.local_len;
	h.sel.local_len = 0;
	if (own) {
		m.own = h.peer = a6(own);
		m.peer = h.own = a6(peer);
	}
	return install(s, suite, &m, &h, 100);
}

/* ---- sending and seeing ------------------------------------------------------------------------------------------ */

static struct moor_pkt *mobility_header(struct sec *s, uint8_t type, uint32_t len, const struct ip6_addr *src,
					const struct ip6_addr *dst)
{
	struct moor_pkt *p = moor_pkt_new(s->r->w, len);

	memset(p->data, 0x4d, len);
	p->data[0] = PROTO_NONE;
	p->data[1] = (uint8_t)(len / 8 - 1);
	p->data[2] = type;
	p->data[3] = p->data[4] = p->data[5] = 0;
	mh_seal(p->data, len, src, dst);
	return p;
}

bool sec_up(struct sec *s, const char *home, uint8_t type, uint32_t len)
{
	struct ip6_addr h = a6(home);
	struct net_send n = { .src = a6("2001:db8:1::a"), .dst = a6(SEC_HA), .next_header = PROTO_MH, .home_address = &h,
			      .no_divert = true, .trace_class = CLASS_SIGNAL };
	bool sent = net_send6(s->mn, mobility_header(s, type, len, &h, &n.dst), &n);

	rig_run(s->r, 50 * MOOR_MS);
	return sent;
}

bool sec_down(struct sec *s, const char *home, uint8_t type, uint32_t len)
{
	struct ip6_addr h = a6(home);
	struct net_send n = { .src = a6(SEC_HA), .dst = a6("2001:db8:1::a"), .next_header = PROTO_MH, .rh2 = &h,
			      .no_divert = true, .trace_class = CLASS_SIGNAL };
	bool sent = net_send6(s->ha, mobility_header(s, type, len, &n.src, &h), &n);

	rig_run(s->r, 50 * MOOR_MS);
	return sent;
}

bool sec_up_tunnel(struct sec *s, const char *home, uint8_t type, uint32_t len)
{
	struct net_send n = { .src = a6(home), .dst = a6(SEC_HA), .next_header = PROTO_MH, .tunnel = &s->up,
			      .trace_class = CLASS_SIGNAL };
	bool sent = net_send6(s->mn, mobility_header(s, type, len, &n.src, &n.dst), &n);

	rig_run(s->r, 50 * MOOR_MS);
	return sent;
}

unsigned sec_seen(const struct sec *s, const struct net_host *h, uint8_t type)
{
	unsigned n = 0;

	for (unsigned i = 0; i < s->seen->len; i++) {
		const struct sec_mh *m = &g_array_index(s->seen, struct sec_mh, i);

		n += m->h == h && m->type == type;
	}
	return n;
}

const struct sec_mh *sec_last(const struct sec *s)
{
	return s->seen->len ? &g_array_index(s->seen, struct sec_mh, s->seen->len - 1) : NULL;
}

uint32_t sec_packet(const struct sec *s, const struct net_host *h, unsigned nth, uint8_t *out)
{
	for (unsigned k = 0; k < s->r->frames->len; k++) {
		const struct rig_frame *f = &g_array_index(s->r->frames, struct rig_frame, k);
		const uint8_t *o = f->octets + ETH_LEN;

		if (!f->sent || f->node != moor_node_id(net_host_node(h)) || f->len <= ETH_LEN + IP4_LEN ||
		    (o[0] >> 4 == 6 && o[6] == PROTO_ICMP6) || (o[0] >> 4 != 6 && o[0] >> 4 != 4))
			continue;
		if (nth--)
			continue;
		memcpy(out, o, f->len - ETH_LEN);
		return f->len - (uint32_t)ETH_LEN;
	}
	return 0;
}
