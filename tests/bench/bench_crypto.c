/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The crypto layer beside bare libcrypto in the same run: nanoseconds to seal and to open a packet and to compute a
 * prf, by packet length, with contexts at hand and with so many SAs that contexts must be made again; and what
 * key exchanges take, MODP with the range check beside libcrypto's default. The contestants take turns in
 * short rounds; medians of CPU time.
 *
 * Bare means: contexts kept by the caller, EVP with the key set once and an IV per packet; HMAC with one kept EVP_MAC
 * context, and with the one-shot HMAC().
 */
#include <glib.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "crypto/crypto.h"
#include "tests/bench/versus.h"

#define ROUNDS 31
#define PER_ROUND 400
#define MANY 20000u

static uint8_t data[1536], iv[16], icv[64], key_octets[64];
static EVP_CIPHER_CTX *bare_gcm, *bare_cbc;
static EVP_MAC_CTX *bare_mac;
static struct crypto *real, *modelled;
static crypto_key gcm, cbc, modelled_gcm, *many;
static struct crypto_mac prepared;
static size_t len;
static uint32_t next;

typedef void work_fn(void);

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

/* ---- bare libcrypto ---------------------------------------------------------------------------------------------- */

static void bare_hmac(const uint8_t *p, size_t n)
{
	size_t out;

	check(EVP_MAC_init(bare_mac, NULL, 0, NULL) && EVP_MAC_update(bare_mac, iv, 8) && EVP_MAC_update(bare_mac, p, n) &&
	      EVP_MAC_final(bare_mac, icv, &out, sizeof icv), "EVP_MAC");
}

static void bare_gcm_seal(void)
{
	int n;

	check(EVP_EncryptInit_ex(bare_gcm, NULL, NULL, NULL, iv) && EVP_EncryptUpdate(bare_gcm, NULL, &n, iv, 8) &&
	      EVP_EncryptUpdate(bare_gcm, data, &n, data, (int)len) && EVP_EncryptFinal_ex(bare_gcm, icv, &n) &&
	      EVP_CIPHER_CTX_ctrl(bare_gcm, EVP_CTRL_AEAD_GET_TAG, 16, icv), "AES-GCM");
}

static void bare_cbc_seal(void)
{
	int n;

	check(EVP_EncryptInit_ex(bare_cbc, NULL, NULL, NULL, iv) &&
	      EVP_EncryptUpdate(bare_cbc, data, &n, data, (int)len), "AES-CBC");
	bare_hmac(data, len);
}

static void bare_prf(void)
{
	bare_hmac(data, 120);
}

static void bare_prf_once(void)
{
	unsigned n;

	check(HMAC(EVP_sha256(), key_octets, 32, data, 128, icv, &n), "HMAC");
}

/* ---- ours -------------------------------------------------------------------------------------------------------- */

static void our_gcm_seal(void)
{
	crypto_seal(real, gcm, iv, iv, 8, data, len, icv);
}

static void our_cbc_seal(void)
{
	crypto_seal(real, cbc, iv, iv, 8, data, len, icv);
}

static void modelled_seal(void)
{
	crypto_seal(modelled, modelled_gcm, iv, iv, 8, data, len, icv);
}

static void our_gcm_both(void)
{
	crypto_seal(real, gcm, iv, iv, 8, data, len, icv);
	check(crypto_open(real, gcm, iv, iv, 8, data, len, icv), "open");
}

static void our_cbc_both(void)
{
	crypto_seal(real, cbc, iv, iv, 8, data, len, icv);
	check(crypto_open(real, cbc, iv, iv, 8, data, len, icv), "open");
}

/* The next of so many SAs that its context was forgotten since. */
static void many_seal(void)
{
	crypto_seal(real, many[next++ % MANY], iv, iv, 8, data, len, icv);
}

static void our_prf(void)
{
	const struct crypto_part text = { data, 128 };

	crypto_mac(real, &prepared, &text, 1, icv);
}

static void our_prf_once(void)
{
	const struct crypto_part text = { data, 128 };

	crypto_prf(real, CRYPTO_PRF_SHA256, key_octets, 32, &text, 1, icv);
}

static void modelled_prf(void)
{
	const struct crypto_part text = { data, 128 };

	crypto_prf(modelled, CRYPTO_PRF_SHA256, key_octets, 32, &text, 1, icv);
}

/* ---- turns ------------------------------------------------------------------------------------------------------- */

/* Median ns of each of n contestants; then the median over rounds of a's time / b's. */
static void turns(work_fn *const *fns, unsigned n, double *ns, double *ratio)
{
	double t[6][ROUNDS], r[ROUNDS];
	unsigned rounds = versus_quick() ? 3 : ROUNDS;

	for (unsigned i = 0; i < rounds; i++)
		for (unsigned k = 0; k < n; k++) {
			double start = now_ns();

			for (unsigned j = 0; j < PER_ROUND; j++)
				fns[k]();
			t[k][i] = (now_ns() - start) / PER_ROUND;
		}
	for (unsigned i = 0; i < rounds; i++)
		r[i] = t[0][i] / t[1][i];
	for (unsigned k = 0; k < n; k++)
		ns[k] = versus_median(t[k], rounds);
	*ratio = versus_median(r, rounds);
}

static void prepare(void)
{
	OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char[]){ "SHA256" }, 0),
				OSSL_PARAM_construct_end() };
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);

	for (size_t i = 0; i < sizeof key_octets; i++)
		key_octets[i] = (uint8_t)(i * 3 + 1);
	real = crypto_new(CRYPTO_OPENSSL, NULL);
	modelled = crypto_new(CRYPTO_MODELLED, NULL);
	gcm = crypto_key_new(real, CRYPTO_ENCR_AES_GCM_16, 128, key_octets, CRYPTO_INTEG_NONE, NULL);
	cbc = crypto_key_new(real, CRYPTO_ENCR_AES_CBC, 128, key_octets, CRYPTO_INTEG_SHA256_128, key_octets);
	modelled_gcm = crypto_key_new(modelled, CRYPTO_ENCR_AES_GCM_16, 128, key_octets, CRYPTO_INTEG_NONE, NULL);
	crypto_mac_init(real, &prepared, CRYPTO_PRF_SHA256, key_octets, 32);
	many = g_new(crypto_key, MANY);
	for (uint32_t i = 0; i < MANY; i++) {
		uint8_t k[20] = { 1 };

		memcpy(k, &i, sizeof i);
		many[i] = crypto_key_new(real, CRYPTO_ENCR_AES_GCM_16, 128, k, CRYPTO_INTEG_NONE, NULL);
	}
	bare_gcm = EVP_CIPHER_CTX_new();
	bare_cbc = EVP_CIPHER_CTX_new();
	bare_mac = EVP_MAC_CTX_new(mac);
	check(EVP_EncryptInit_ex(bare_gcm, EVP_aes_128_gcm(), NULL, key_octets, iv) &&
	      EVP_EncryptInit_ex(bare_cbc, EVP_aes_128_cbc(), NULL, key_octets, iv) &&
	      EVP_CIPHER_CTX_set_padding(bare_cbc, 0) && EVP_MAC_init(bare_mac, key_octets, 32, params), "libcrypto");
	EVP_MAC_free(mac);
}

/* ---- public keys ------------------------------------------------------------------------------------------------- */

static double modp_default_us(const uint8_t *peer, const uint8_t *private_value)
{
	EVP_PKEY_CTX *k = EVP_PKEY_CTX_new_from_name(NULL, "DH", NULL), *d;
	EVP_PKEY *own = NULL, *other;
	OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char[]){ "modp_2048" }, 0),
				OSSL_PARAM_construct_end() };
	uint8_t secret[256];
	size_t n = sizeof secret;
	double start;

	(void)private_value;
	check(EVP_PKEY_keygen_init(k) > 0 && EVP_PKEY_CTX_set_params(k, params) > 0 && EVP_PKEY_generate(k, &own) > 0, "DH");
	other = EVP_PKEY_new();
	check(other && EVP_PKEY_copy_parameters(other, own) > 0 && EVP_PKEY_set1_encoded_public_key(other, peer, 256) > 0,
	      "DH peer");
	start = now_ns();
	d = EVP_PKEY_CTX_new(own, NULL);
	check(EVP_PKEY_derive_init(d) > 0 && EVP_PKEY_derive_set_peer(d, other) > 0 &&
	      EVP_PKEY_derive(d, secret, &n) > 0, "DH derive");
	start = now_ns() - start;
	EVP_PKEY_CTX_free(d);
	EVP_PKEY_CTX_free(k);
	EVP_PKEY_free(own);
	EVP_PKEY_free(other);
	return start / 1e3;
}

static void public_keys(void)
{
	static const uint16_t groups[] = { CRYPTO_DH_MODP_2048, CRYPTO_DH_P_256, CRYPTO_DH_X25519 };
	enum { TIMES = 15 };
	double fresh[TIMES], shared[TIMES], bare[TIMES];
	uint8_t public_value[256], secret[256];

	printf("\ngroup        key pair   secret   [us, medians]\n");
	for (unsigned g = 0; g < 3; g++) {
		for (unsigned i = 0; i < TIMES; i++) {
			double start = now_ns();
			struct crypto_dh *dh = crypto_dh_new(real, groups[g], key_octets, public_value);

			fresh[i] = (now_ns() - start) / 1e3;
			start = now_ns();
			check(crypto_dh_derive(real, dh, public_value, crypto_dh_public_len(groups[g]), secret) == CRYPTO_DH_OK,
			      "derive");
			shared[i] = (now_ns() - start) / 1e3;
			crypto_dh_free(real, dh);
			if (!g)
				bare[i] = modp_default_us(public_value, key_octets);
		}
		printf("%-10s %10.1f %8.1f", crypto_group_name(groups[g]), versus_median(fresh, TIMES),
		       versus_median(shared, TIMES));
		printf(g ? "\n" : "   (libcrypto with its default check of the peer: %.0f)\n",
		       g ? 0.0 : versus_median(bare, TIMES));
	}
}

int main(void)
{
	static const size_t lens[] = { 64, 128, 512, 1392 };
	work_fn *const gcm_fns[] = { our_gcm_seal, bare_gcm_seal, our_gcm_both, many_seal, modelled_seal };
	work_fn *const cbc_fns[] = { our_cbc_seal, bare_cbc_seal, our_cbc_both };
	work_fn *const prf_fns[] = { our_prf, bare_prf, our_prf_once, bare_prf_once, modelled_prf };
	double ns[6], ratio;

	prepare();
	printf("octets   seal  bare  ours/bare  open   seal, 20000 SAs  seal, modelled   [ns, medians]\n");
	for (unsigned i = 0; i < 4; i++) {
		len = lens[i];
		turns(gcm_fns, 5, ns, &ratio);
		printf("GCM %4zu %5.0f %5.0f %10.2f %5.0f %17.0f %15.0f\n", len, ns[0], ns[1], ratio, ns[2] - ns[0], ns[3],
		       ns[4]);
	}
	for (unsigned i = 0; i < 4; i++) {
		len = lens[i];
		turns(cbc_fns, 3, ns, &ratio);
		printf("CBC %4zu %5.0f %5.0f %10.2f %5.0f\n", len, ns[0], ns[1], ratio, ns[2] - ns[0]);
	}
	turns(prf_fns, 5, ns, &ratio);
	printf("\nHMAC-SHA256 of 128 octets [ns]: key prepared %.0f, EVP_MAC kept %.0f (%.2f), key new %.0f, HMAC() %.0f, "
	       "modelled %.0f\n", ns[0], ns[1], ratio, ns[2], ns[3], ns[4]);
	public_keys();
	EVP_CIPHER_CTX_free(bare_gcm);
	EVP_CIPHER_CTX_free(bare_cbc);
	EVP_MAC_CTX_free(bare_mac);
	crypto_free(real);
	crypto_free(modelled);
	g_free(many);
	return 0;
}
