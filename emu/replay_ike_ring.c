/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The keyrings that replay opens packets with: one of each provider of cryptography, holding the same keys, until the
 * first ICV that is right says which of the two the capture is of. It exists so that runs with `modelled`
 * cryptography can be replayed like any others. No clause.
 */
#include "emu/replay_ike.h"

/* Both rings count alike: what one knows the other does. */
bool watch_ring_ike(struct replay_ike *k, uint64_t spi_i, uint64_t spi_r, uint16_t encr, uint16_t bits,
		    uint16_t integ, const uint8_t *const key[4])
{
	keyring_add_ike(k->other, spi_i, spi_r, encr, bits, key[0], key[1], integ, key[2], key[3]);
	return keyring_add_ike(k->ring, spi_i, spi_r, encr, bits, key[0], key[1], integ, key[2], key[3]);
}

bool watch_ring_esp(struct replay_ike *k, uint32_t spi, uint16_t encr, uint16_t bits, const uint8_t *encr_key,
		    uint16_t integ, const uint8_t *integ_key)
{
	keyring_add_esp(k->other, spi, encr, bits, encr_key, integ, integ_key);
	return keyring_add_esp(k->ring, spi, encr, bits, encr_key, integ, integ_key);
}

static bool ring_unchecked(struct replay_ike *k, const struct key_esp *e)
{
	keyring_add_esp_unchecked(k->other, e->spi, e->encr, e->key_bits, e->encr_key, e->unchecked_icv);
	return keyring_add_esp_unchecked(k->ring, e->spi, e->encr, e->key_bits, e->encr_key, e->unchecked_icv);
}

void watch_ring_fill(struct replay_ike *k)
{
	for (guint i = 0; i < replay_keys_n_ike(k->keys); i++) {
		struct key_ike *t = replay_keys_ike(k->keys, i);
		struct ring_source from = { .ike = t, .of = IKE_NOBODY };

		if (watch_ring_ike(k, t->spi_i, t->spi_r, t->encr, t->key_bits, t->integ,
			     (const uint8_t *const[]){ t->ei, t->er, t->ai, t->ar }))
			g_array_append_val(k->ike_sources, from);
	}
	for (guint i = 0; i < replay_keys_n_esp(k->keys); i++) {
		struct key_esp *e = replay_keys_esp(k->keys, i);
		struct ring_source from = { .esp = e, .of = IKE_NOBODY };
		bool unchecked = e->unchecked_icv
			|| (!e->integ && !crypto_is_aead((uint8_t)e->encr) && e->encr != CRYPTO_ENCR_NULL);

		if (unchecked ? ring_unchecked(k, e)
		    : watch_ring_esp(k, e->spi, e->encr, e->key_bits, e->encr_key, e->integ, e->integ_key))
			g_array_append_val(k->esp_sources, from);
	}
}

/* The other provider is tried until something was right with this one. */
static bool may_be_other(const struct replay_ike *k, enum keyring_result got)
{
	return got == KEYRING_BAD_ICV && !k->modelled
		&& !(k->tally[TALLY_IKE_ICV].n[IKE_RIGHT] + k->tally[TALLY_ESP_ICV].n[IKE_RIGHT]);
}

static enum keyring_result settled(struct replay_ike *k, enum keyring_result got, enum keyring_result other)
{
	struct keyring *ring = k->ring;
	struct crypto *c = k->c;

	if (other != KEYRING_OPEN && other != KEYRING_PART)
		return got;
	k->modelled = true;
	k->ring = k->other;
	k->other = ring;
	k->c = k->other_c;
	k->other_c = c;
	return other;
}

enum keyring_result watch_open_ike(struct replay_ike *k, const uint8_t *p, size_t n, uint8_t *out, size_t cap,
				   size_t *len)
{
	enum keyring_result got = keyring_open_ike(k->ring, p, n, out, cap, len);

	return may_be_other(k, got) ? settled(k, got, keyring_open_ike(k->other, p, n, out, cap, len)) : got;
}

enum keyring_result watch_open_esp(struct replay_ike *k, const uint8_t *p, size_t n, uint8_t *out, size_t cap,
				   size_t *len, uint8_t *next_header)
{
	enum keyring_result got = keyring_open_esp(k->ring, p, n, out, cap, len, next_header);

	return may_be_other(k, got) ? settled(k, got, keyring_open_esp(k->other, p, n, out, cap, len, next_header)) : got;
}
