/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: keys of IKE SAs and child SAs
 *
 * [RFC 7296 2.13, 2.14, 2.17, 2.18]: SKEYSEED and the seven SK_*, the same out of an older SA, and KEYMAT. Keys of
 * packets go to the crypto provider, which keeps one object for both ends of a world; the SA keeps SK_d alone.
 *
 * Not here: AUTH values out of SK_p* (ike_auth.c).
 */
#include "proto/ike_priv.h"

#include <string.h>

/* All SK_* of the largest suite. */
#define SK_MAX (3 * CRYPTO_PRF_MAX + 2 * CRYPTO_INTEG_KEY_MAX + 2 * CRYPTO_ENCR_KEY_MAX)

struct sk {
	const uint8_t *d, *ai, *ar, *ei, *er, *pi, *pr;
	size_t prf, integ, encr;
};

static void put_spi(uint8_t *p, uint64_t spi)
{
	store32(p, (uint32_t)(spi >> 32));
	store32(p + 4, (uint32_t)spi);
}

static void record(const struct ike_sa *sa, const struct sk *k)
{
	const struct ike_suite *s = ike_suite_of(sa);
	struct moor_record r;

	if (!moor_record_wanted(ike_w(sa->k), REC_KEYS))
		return;
	r = (struct moor_record){ .kind = REC_KEYS, .node = ike_node(sa->k), .port = REC_NONE,
				  .instance = ike_instance(sa) };
	r.u.keys = (struct rec_keys){
		.spi_i = sa->spi_i, .spi_r = sa->spi_r, .encr = s->encr, .key_bits = s->key_bits, .integ = s->integ,
		.encr_len = (uint8_t)k->encr, .integ_len = (uint8_t)k->integ, .encr_i = k->ei, .encr_r = k->er,
		.integ_i = k->ai, .integ_r = k->ar, .prf_len = (uint8_t)k->prf, .sk_d = k->d, .sk_pi = k->pi, .sk_pr = k->pr,
	};
	r.u.keys.a = sa->initiator ? sa->path.own : sa->path.peer;
	r.u.keys.b = sa->initiator ? sa->path.peer : sa->path.own;
	moor_record_emit(ike_w(sa->k), &r);
}

static void install(struct ike_sa *sa, const struct sk *k)
{
	const struct ike_suite *s = ike_suite_of(sa);
	struct crypto *c = ike_crypto(sa);
	crypto_key i, r;

	i = crypto_key_new(c, (uint8_t)s->encr, s->key_bits, k->ei, (uint8_t)s->integ, k->integ ? k->ai : NULL);
	r = crypto_key_new(c, (uint8_t)s->encr, s->key_bits, k->er, (uint8_t)s->integ, k->integ ? k->ar : NULL);
	crypto_key_drop(c, sa->key_out);
	crypto_key_drop(c, sa->key_in);
	sa->key_out = sa->initiator ? i : r;
	sa->key_in = sa->initiator ? r : i;
	memcpy(sa->sk_d, k->d, k->prf);
}

/* [RFC 7296 2.14]: prf+(SKEYSEED, Ni | Nr | SPIi | SPIr), taken in the order d, ai, ar, ei, er, pi, pr. */
static void expand(struct ike_sa *sa, const uint8_t *seed, size_t seed_len, struct crypto_part ni,
		   struct crypto_part nr, uint8_t *sk_pi, uint8_t *sk_pr)
{
	const struct ike_suite *s = ike_suite_of(sa);
	uint8_t spis[16], sk[SK_MAX];
	struct crypto_part parts[3] = { ni, nr, { spis, sizeof spis } };
	struct sk k = {
		.prf = crypto_prf_len((uint8_t)s->prf), .integ = crypto_integ_key_len((uint8_t)s->integ),
		.encr = crypto_encr_key_len((uint8_t)s->encr, s->key_bits),
	};

	put_spi(spis, sa->spi_i);
	put_spi(spis + 8, sa->spi_r);
	k.d = sk;
	k.ai = k.d + k.prf;
	k.ar = k.ai + k.integ;
	k.ei = k.ar + k.integ;
	k.er = k.ei + k.encr;
	k.pi = k.er + k.encr;
	k.pr = k.pi + k.prf;
	crypto_prf_plus(ike_crypto(sa), (uint8_t)s->prf, seed, seed_len, parts, 3, sk,
			3 * k.prf + 2 * k.integ + 2 * k.encr);
	install(sa, &k);
	if (sk_pi)
		memcpy(sk_pi, k.pi, k.prf);
	if (sk_pr)
		memcpy(sk_pr, k.pr, k.prf);
	record(sa, &k);
}

/* [RFC 7296 2.14]: SKEYSEED = prf(Ni | Nr, g^ir) */
void ike_keys_init(struct ike_sa *sa, struct crypto_part ni, struct crypto_part nr, struct crypto_part secret,
		   uint8_t *sk_pi, uint8_t *sk_pr)
{
	uint8_t nonces[2 * IKE_NONCE_MAX], seed[CRYPTO_PRF_MAX];
	uint8_t prf = (uint8_t)ike_suite_of(sa)->prf;

	memcpy(nonces, ni.p, ni.n);
	memcpy(nonces + ni.n, nr.p, nr.n);
	crypto_prf(ike_crypto(sa), prf, nonces, ni.n + nr.n, &secret, 1, seed);
	expand(sa, seed, crypto_prf_len(prf), ni, nr, sk_pi, sk_pr);
}

/* [RFC 7296 2.18]: SKEYSEED = prf(SK_d (old), g^ir (new) | Ni | Nr), by the prf of the old SA */
void ike_keys_rekey(struct ike_sa *sa, const struct ike_sa *old, struct crypto_part ni, struct crypto_part nr,
		    struct crypto_part secret)
{
	struct crypto_part parts[3] = { secret, ni, nr };
	uint8_t seed[CRYPTO_PRF_MAX], prf = (uint8_t)ike_suite_of(old)->prf;

	crypto_prf(ike_crypto(sa), prf, old->sk_d, crypto_prf_len(prf), parts, 3, seed);
	expand(sa, seed, crypto_prf_len(prf), ni, nr, NULL, NULL);
}

/* [RFC 7296 2.17]: KEYMAT = prf+(SK_d, [g^ir (new) |] Ni | Nr) */
void ike_keymat(const struct ike_sa *sa, struct crypto_part ni, struct crypto_part nr, struct crypto_part secret,
		uint8_t *out, size_t n)
{
	struct crypto_part parts[3] = { secret, ni, nr };
	uint8_t prf = (uint8_t)ike_suite_of(sa)->prf;
	bool pfs = secret.n > 0;

	crypto_prf_plus(ike_crypto(sa), prf, sa->sk_d, crypto_prf_len(prf), pfs ? parts : parts + 1, pfs ? 3 : 2, out, n);
}
