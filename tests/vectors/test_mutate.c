/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Damage: every truncation and every single-bit flip of every vector, and every octet set to 0 and to 255, goes through
 * the dissector, the decoder of its layer (Mobility Header, IKE, EAP, ESP), every profile check and the encoder. Laws
 * that must hold for any octets: nothing is read outside (the copies are of exact size, so the address sanitizer sees
 * it), a fault lies within the octets, and what was decoded whole without a note encodes to octets that decode to the
 * same message again. What a key protects does not open, or has no right MAC, once anything was changed.
 */
#include <string.h>

#include "crypto/crypto.h"
#include "tests/unit/harness.h"
#include "tests/vectors/vectors.h"
#include "wire/mh.h"
#include "wire/mh_profile.h"

static unsigned long mutants, laws_broken;

static void law(bool holds, const struct vector *v, const char *what, size_t at)
{
	if (holds)
		return;
	if (laws_broken++ < 10)
		g_printerr("%s: case %s, mutation %zu: %s\n", v->file, v->name, at, what);
}

static void mutate_mh(const struct vector *v, const uint8_t *p, size_t n, size_t at)
{
	uint8_t one[MH_MAX], two[MH_MAX];
	struct mh_msg m, again;

	bool whole = mh_decode(p, n, &m, NULL);
	law(whole == !m.fault.reason, v, "the answer and the fault disagree", at);
	law(m.fault.offset <= n, v, "the fault lies outside", at);
	law(m.n_opt <= MH_OPT_MAX, v, "more options than there is room for", at);
	for (int i = 0; i < MH_PROFILES; i++) {
		struct wire_diags d = { 0 };

		mh_check(&m, (enum mh_profile)i, &(struct mh_context){ 0 }, &d);
	}
	if (!whole || m.notes)
		return;
	size_t len = mh_encode(&m, one, sizeof one);
	law(len > 0, v, "a message without notes cannot be encoded", at);
	law(mh_decode(one, len, &again, NULL) && !again.notes, v, "what we encoded is not clean", at);
	law(mh_encode(&again, two, sizeof two) == len && !memcmp(one, two, len), v, "encoding is not stable", at);
}

/* What a key protects is not accepted when it was changed. */
static void mutate_secured(const struct vector *v, const uint8_t *p, size_t n, size_t at)
{
	const char *broken = vector_law(v, p, n);

	law(!broken, v, broken, at);
	if (v->fault || (n == v->octets->len && !memcmp(p, v->octets->data, n)))
		return;
	if (v->seal.given && (v->seal.integ || v->seal.encr == CRYPTO_ENCR_AES_GCM_16))
		law(!vector_opens(v, p, n), v, "a changed packet was opened", at);
	if (v->k_aut)
		law(!vector_mac_ok(v, p, n), v, "a changed packet has the right AT_MAC", at);
}

static void mutant(const struct vector *v, const uint8_t *octets, size_t n, size_t at)
{
	uint8_t *p = g_malloc(n ? n : 1);	/* of exact size */
	struct vector_dump d;

	memcpy(p, octets, n);
	vector_dissect(v, p, n, &d);
	vector_dump_clear(&d);
	if (v->layer == VECTOR_MH)
		mutate_mh(v, p, n, at);
	else
		mutate_secured(v, p, n, at);
	g_free(p);
	mutants++;
}

static void mutate(const struct vector *v)
{
	size_t n = v->octets->len;
	g_autofree uint8_t *p = g_memdup2(v->octets->data, n);

	for (size_t i = 0; i < n; i++)
		mutant(v, p, i, i);
	for (size_t i = 0; i < n * 8; i++) {
		p[i / 8] ^= (uint8_t)(1u << i % 8);
		mutant(v, p, n, i);
		p[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	for (size_t i = 0; i < n * 2; i++) {
		uint8_t was = p[i / 2];

		p[i / 2] = i % 2 ? 255 : 0;
		mutant(v, p, n, i);
		p[i / 2] = was;
	}
}

static void test_no_damage_breaks_a_decoder(void)
{
	g_autofree char *folder = vectors_folder(), *error = NULL;
	g_autoptr(GPtrArray) all = vectors_load(folder, &error);

	if (!all) {
		g_printerr("%s\n", error);
		CU_FAIL("vectors cannot be loaded");
		return;
	}
	for (guint i = 0; i < all->len; i++)
		mutate(all->pdata[i]);
	g_print("%u vectors, %lu mutants, %lu laws broken\n", all->len, mutants, laws_broken);
	CU_ASSERT(mutants > 0);
	CU_ASSERT_EQUAL(laws_broken, 0);
}

static const struct harness_test tests[] = {
	{ "no damage breaks a decoder", test_no_damage_breaks_a_decoder },
};

int main(int argc, char **argv)
{
	return harness_main("mutate", tests, G_N_ELEMENTS(tests), argc, argv);
}
