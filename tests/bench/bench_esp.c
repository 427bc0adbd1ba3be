/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ESP in the IP layer beside the bare cipher, in the same run: packets per CPU-second, each protected by its sender and
 * opened by its receiver. Bare is libcrypto with contexts kept by the caller on the same octets; ESP is what
 * net_send6 and the dispatch of received packets do: policy, SA, framing, replay window, selector. With one SA, and
 * with those of a home agent with many mobile nodes in turn, whose contexts were forgotten since. Then whole packets
 * from handler to handler through a simulated link, with and without ESP. Contestants take turns in short rounds;
 * medians of CPU time.
 */
#include <glib.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "net/ipsec_priv.h"
#include "tests/bench/versus.h"
#include "wire/mh.h"
#include "world/link.h"

#define ROUNDS 21
#define PER_ROUND 400
#define MANY 20000u
#define CONTESTANTS 5

struct suite { uint16_t encr, key_bits, integ; const char *name; };

static const struct suite suites[] = {
	{ CRYPTO_ENCR_AES_CBC, 128, CRYPTO_INTEG_SHA1_96, "AES-CBC-128, SHA1-96" },
	{ CRYPTO_ENCR_AES_CBC, 256, CRYPTO_INTEG_SHA256_128, "AES-CBC-256, SHA2-256-128" },
	{ CRYPTO_ENCR_AES_GCM_16, 128, CRYPTO_INTEG_NONE, "AES-GCM-128" },
};

/* Two hosts on a link: ue has a home address, ha the SAs of everybody. */
static struct {
	struct moor_world *w;
	struct crypto *c;
	struct net_host *ue, *ha, *bare_ue, *bare_ha;
	struct net_iface *ui, *hi;
	struct ipsec *us, *hs;
	struct ip6_addr homes, agent, from;
	uint32_t n;			/* SAs */
	uint32_t next;
	uint64_t got;
} g;

static size_t len;
static uint8_t octets[1600], key_octets[64], icv[64];
static EVP_CIPHER_CTX *enc, *dec;
static EVP_MAC_CTX *mac;
static bool aead;
static crypto_key own_key;

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void check(bool good, const char *what)
{
	if (!good)
		g_error("%s failed", what);
}

/* ---- libcrypto --------------------------------------------------------------------------------------------------- */

static void digest(void)
{
	size_t n;

	check(EVP_MAC_init(mac, NULL, 0, NULL) && EVP_MAC_update(mac, octets, 24) && EVP_MAC_update(mac, octets, len) &&
	      EVP_MAC_final(mac, icv, &n, sizeof icv), "HMAC");
}

static void bare_gcm(void)
{
	int n;

	check(EVP_EncryptInit_ex(enc, NULL, NULL, NULL, key_octets) && EVP_EncryptUpdate(enc, NULL, &n, key_octets, 8) &&
	      EVP_EncryptUpdate(enc, octets, &n, octets, (int)len) && EVP_EncryptFinal_ex(enc, icv, &n) &&
	      EVP_CIPHER_CTX_ctrl(enc, EVP_CTRL_AEAD_GET_TAG, 16, icv), "seal");
	check(EVP_DecryptInit_ex(dec, NULL, NULL, NULL, key_octets) && EVP_DecryptUpdate(dec, NULL, &n, key_octets, 8) &&
	      EVP_DecryptUpdate(dec, octets, &n, octets, (int)len) &&
	      EVP_CIPHER_CTX_ctrl(dec, EVP_CTRL_AEAD_SET_TAG, 16, icv), "open");
	check(EVP_DecryptFinal_ex(dec, icv, &n) > 0, "the ICV");
}

static void bare(void)
{
	int n;

	if (aead) {
		bare_gcm();
		return;
	}
	check(EVP_EncryptInit_ex(enc, NULL, NULL, NULL, key_octets) &&
	      EVP_EncryptUpdate(enc, octets, &n, octets, (int)len), "seal");
	digest();
	digest();
	check(EVP_DecryptInit_ex(dec, NULL, NULL, NULL, key_octets) &&
	      EVP_DecryptUpdate(dec, octets, &n, octets, (int)len), "open");
}

static void crypto_layer(void)
{
	crypto_seal(g.c, own_key, key_octets, key_octets, 8, octets, len, icv);
	check(crypto_open(g.c, own_key, key_octets, key_octets, 8, octets, len, icv), "open");
}

/* ---- ESP --------------------------------------------------------------------------------------------------------- */

static struct ip6_addr home_of(uint32_t i)
{
	struct ip6_addr a = g.homes;

	memcpy(a.o + 4, &i, sizeof i);
	a.o[15] = 1;
	return a;
}

static struct moor_pkt *message(size_t n)
{
	struct moor_pkt *p = moor_pkt_new(g.w, n);

	memset(p->data, 0, n);
	p->data[0] = PROTO_NONE;
	p->data[1] = (uint8_t)(n / 8 - 1);
	p->data[2] = MH_BU;
	return p;
}

/* From the home agent, which finds the SA by the home address, to whoever has the SPI. */
static void esp_of(uint32_t i)
{
	struct ip6_addr home = home_of(i);
	struct net_in c = { .h = g.ue, .i = g.ui };
	struct ipsec_opened o;
	uint8_t proto = PROTO_MH;
	struct net_rx rx;

	c.p = ipsec_out(g.hs, message(len), &g.agent, &home, &proto);
	check(c.p && proto == PROTO_ESP, "protecting");
	rx = (struct net_rx){ .host = g.ue, .iface = g.ui, .payload = c.p->data, .payload_len = c.p->len };
	check(ipsec_in(g.us, &c, &rx, &g.agent, &home, &o) && o.next == PROTO_MH && rx.payload_len == len, "opening");
	moor_pkt_free(g.w, c.p);
}

static void esp_one(void)
{
	esp_of(0);
}

static void esp_many(void)
{
	esp_of(g.next++ % g.n);
}

/* ---- from handler to handler ------------------------------------------------------------------------------------- */

static void on_mh(void *owner, struct net_rx *rx)
{
	(void)owner, (void)rx;
	g.got++;
}

static void whole(bool protected)
{
	struct ip6_addr home = home_of(0);
	struct net_send s = { .src = g.from, .dst = g.agent, .next_header = PROTO_MH, .home_address = &home,
			      .no_divert = true };
	uint64_t before = g.got;

	ipsec_policies(g.us, ipsec_policies_mip6, protected ? ipsec_n_policies_mip6 : 0);
	ipsec_policies(g.hs, ipsec_policies_mip6, protected ? ipsec_n_policies_mip6 : 0);
	net_send6(g.ue, message(len), &s);
	moor_world_advance(g.w, moor_world_now(g.w) + 10 * MOOR_US);
	check(g.got == before + 1, "the way");
}

static void whole_plain(void)
{
	whole(false);
}

static void whole_esp(void)
{
	whole(true);
}

/* ---- setting up -------------------------------------------------------------------------------------------------- */

static bool vouched(void *owner, const struct net_rx *rx, const struct ip6_addr *home)
{
	(void)owner, (void)rx, (void)home;
	return true;
}

static const struct net_hooks hooks = { .home_address_in = vouched };

static struct net_iface *attach(struct net_host *h, struct moor_link *l, uint8_t number, const char *addr)
{
	struct mac_addr m = { { 2, 0, 0, 0, 0, number } };
	struct net_iface *i = net_iface_new(h, "eth0", &m);
	struct ip6_addr a;

	ip6_parse(addr, &a);
	moor_link_attach(l, net_iface_port(i), false);
	net_address_add(i, &a, 64);
	return i;
}

static void hosts(void)
{
	static const struct net_profile profile = { .ipv6 = true };
	struct moor_world_config config = { .seed = 1 };
	struct link_params params = { .delay = { DELAY_CONSTANT, MOOR_US, 0 } };
	struct moor_link *l;

	g.w = moor_world_new(&config);
	g.c = crypto_new(CRYPTO_OPENSSL, NULL);
	l = moor_link_new(g.w, "link", LINK_LAN, &params);
	g.ue = net_host_new(moor_node_new(g.w, "ue"), &profile);
	g.ha = net_host_new(moor_node_new(g.w, "ha"), &profile);
	g.ui = attach(g.ue, l, 1, "2001:db8:1::a");
	g.hi = attach(g.ha, l, 2, "2001:db8:1::1");
	net_host_hooks(g.ha, &hooks);
	net_proto_handler(g.ha, PROTO_MH, on_mh, NULL);
	ip6_parse("2001:db8::", &g.homes);
	ip6_parse("2001:db8:1::1", &g.agent);
	ip6_parse("2001:db8:1::a", &g.from);
	g.us = ipsec_new(g.ue, g.c, NULL, NULL);
	g.hs = ipsec_new(g.ha, g.c, NULL, NULL);
	ipsec_policies(g.us, ipsec_policies_mip6, ipsec_n_policies_mip6);
	ipsec_policies(g.hs, ipsec_policies_mip6, ipsec_n_policies_mip6);
	moor_world_advance(g.w, 5 * MOOR_S);
}

/* SAs of n mobile nodes, all of them at both hosts. */
static void install(const struct suite *s, uint32_t n)
{
	ipsec_clear(g.us);
	ipsec_clear(g.hs);
	g.n = n;
	for (uint32_t i = 0; i < n; i++) {
		uint8_t k[2][36] = { { 1 }, { 2 } };
		struct ipsec_child_config u = { .spi_in = 0x1000 + i, .spi_out = 0x100000 + i, .encr = s->encr,
						.key_bits = s->key_bits, .integ = s->integ, .encr_in = k[0], .encr_out = k[1],
						.integ_in = k[0], .integ_out = k[1] };
		struct ipsec_child_config h;

		memcpy(k[0] + 1, &i, sizeof i);
		memcpy(k[1] + 1, &i, sizeof i);
		u.sel = (struct ipsec_selector){ .local = home_of(i), .remote = g.agent, .local_len = 128, .remote_len = 128,
						 .proto = PROTO_MH, .local_hi = UINT16_MAX, .remote_hi = UINT16_MAX };
		h = u;
		h.spi_in = u.spi_out;
		h.spi_out = u.spi_in;
		h.encr_in = h.integ_in = k[1];
		h.encr_out = h.integ_out = k[0];
		h.sel.local = u.sel.remote;
		h.sel.remote = u.sel.local;
		check(ipsec_child_add(g.us, &u) && ipsec_child_add(g.hs, &h), "an SA");
	}
}

static void libcrypto(const struct suite *s)
{
	char *name = s->integ == CRYPTO_INTEG_SHA1_96 ? (char[]){ "SHA1" } : (char[]){ "SHA256" };
	OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0), OSSL_PARAM_construct_end() };
	const EVP_CIPHER *c = s->encr == CRYPTO_ENCR_AES_GCM_16 ? EVP_aes_128_gcm()
		: s->key_bits == 256 ? EVP_aes_256_cbc() : EVP_aes_128_cbc();
	EVP_MAC *m = EVP_MAC_fetch(NULL, "HMAC", NULL);

	EVP_CIPHER_CTX_free(enc);
	EVP_CIPHER_CTX_free(dec);
	EVP_MAC_CTX_free(mac);
	enc = EVP_CIPHER_CTX_new();
	dec = EVP_CIPHER_CTX_new();
	mac = EVP_MAC_CTX_new(m);
	aead = s->encr == CRYPTO_ENCR_AES_GCM_16;
	check(EVP_EncryptInit_ex(enc, c, NULL, key_octets, key_octets) &&
	      EVP_DecryptInit_ex(dec, c, NULL, key_octets, key_octets) && EVP_CIPHER_CTX_set_padding(enc, 0) &&
	      EVP_CIPHER_CTX_set_padding(dec, 0) && EVP_MAC_init(mac, key_octets, 32, params), "libcrypto");
	EVP_MAC_free(m);
	crypto_key_drop(g.c, own_key);
	own_key = crypto_key_new(g.c, (uint8_t)s->encr, s->key_bits, key_octets, (uint8_t)s->integ,
				 s->integ ? key_octets : NULL);
}

/* ---- turns ------------------------------------------------------------------------------------------------------- */

typedef void work_fn(void);

/* Medians in ns, and over the rounds of each one's time divided by the first one's. */
static void turns(work_fn *const *fns, unsigned n, double *ns, double *ratio)
{
	double t[CONTESTANTS][ROUNDS], r[ROUNDS];
	unsigned rounds = versus_quick() ? 3 : ROUNDS;

	for (unsigned i = 0; i < rounds; i++)
		for (unsigned k = 0; k < n; k++) {
			double start = now_ns();

			for (unsigned j = 0; j < PER_ROUND; j++)
				fns[k]();
			t[k][i] = (now_ns() - start) / PER_ROUND;
		}
	for (unsigned k = 0; k < n; k++) {
		for (unsigned i = 0; i < rounds; i++)
			r[i] = t[k][i] / t[0][i];
		ratio[k] = versus_median(r, rounds);
	}
	for (unsigned k = 0; k < n; k++)
		ns[k] = versus_median(t[k], rounds);
}

static void measure(const struct suite *s, size_t n, uint32_t many)
{
	work_fn *const one[] = { bare, crypto_layer, esp_one };
	work_fn *const all[] = { bare, esp_many };
	double ns[CONTESTANTS], ratio[CONTESTANTS], many_ns[CONTESTANTS], many_ratio[CONTESTANTS];

	len = n;
	libcrypto(s);
	install(s, 1);
	turns(one, 3, ns, ratio);
	install(s, many);
	turns(all, 2, many_ns, many_ratio);
	printf("%-26s %5zu %9.0f %9.0f %6.2f %9.0f %6.2f %9.0f %6.2f\n", s->name, n, 1e9 / ns[0], 1e9 / ns[1], ratio[1],
	       1e9 / ns[2], ratio[2], 1e9 / many_ns[1], many_ratio[1]);
}

static void through_a_link(void)
{
	work_fn *const fns[] = { whole_plain, whole_esp };
	double ns[CONTESTANTS], ratio[CONTESTANTS];

	printf("\nfrom handler to handler over a simulated link, packets per CPU-second\n");
	for (size_t i = 0; i < G_N_ELEMENTS(suites); i++) {
		install(&suites[i], 1);
		for (len = 48; len <= 1024; len += 976) {
			turns(fns, 2, ns, ratio);
			printf("%-26s %5zu   plain %9.0f   in ESP %9.0f   time %5.2f\n", suites[i].name, len, 1e9 / ns[0],
			       1e9 / ns[1], ratio[1]);
		}
	}
}

int main(void)
{
	uint32_t many = versus_quick() ? 2000 : MANY;

	for (size_t i = 0; i < sizeof key_octets; i++)
		key_octets[i] = (uint8_t)(i * 5 + 1);
	hosts();
	printf("packets per CPU-second, protected and opened again; time as a multiple of the bare cipher's\n");
	printf("%-26s %5s %9s %16s %16s %11u SAs\n", "", "len", "bare", "crypto layer", "ESP, one SA", many);
	for (size_t i = 0; i < G_N_ELEMENTS(suites); i++) {
		measure(&suites[i], 48, many);
		measure(&suites[i], 1392, many);
	}
	through_a_link();
	ipsec_clear(g.us);
	ipsec_clear(g.hs);
	crypto_key_drop(g.c, own_key);
	check(crypto_alive(g.c) == 0, "giving back");
	moor_world_free(g.w);
	crypto_free(g.c);
	EVP_CIPHER_CTX_free(enc);
	EVP_CIPHER_CTX_free(dec);
	EVP_MAC_CTX_free(mac);
	return 0;
}
