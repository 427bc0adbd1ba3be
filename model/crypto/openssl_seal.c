/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: sealing packets with libcrypto
 *
 * AES-CBC with HMAC (encrypt, then authenticate) and AES-GCM, in place [RFC 7296 3.14, RFC 5282, RFC 3602, RFC 4106,
 * RFC 2404, RFC 4868]. A key schedule takes libcrypto half a microsecond and a kilobyte, so contexts are kept, but not
 * one for each of a million SAs: the CRYPTO_CONTEXTS used last stay, and the one unused for longest is given another
 * key. A key remembers where its context was; the context knows whose it is.
 */
#include <assert.h>
#include <string.h>

#include "crypto/priv.h"

enum way { OPENING, SEALING };		/* as EVP_CipherInit_ex counts them */

struct context {
	crypto_key key;			/* 0: nobody's */
	uint32_t newer, older;		/* number + 1 of the neighbours in the order of use; 0: none */
	EVP_CIPHER_CTX *cipher[2];	/* by way; made when first needed */
	uint8_t mode[2];		/* which algorithm it was made for: enum cipher + 1 */
	bool keyed[2];			/* the key in it is that of `key` */
	struct crypto_mac mac;
};

static void unlink_context(struct crypto *c, struct context *x)
{
	if (x->newer)
		c->contexts[x->newer - 1].older = x->older;
	else
		c->newest = x->older;
	if (x->older)
		c->contexts[x->older - 1].newer = x->newer;
	else
		c->oldest = x->newer;
}

static void link_newest(struct crypto *c, struct context *x)
{
	uint32_t number = (uint32_t)(x - c->contexts) + 1;

	x->newer = 0;
	x->older = c->newest;
	if (c->newest)
		c->contexts[c->newest - 1].newer = number;
	else
		c->oldest = number;
	c->newest = number;
}

static void link_oldest(struct crypto *c, struct context *x)
{
	uint32_t number = (uint32_t)(x - c->contexts) + 1;

	x->older = 0;
	x->newer = c->oldest;
	if (c->oldest)
		c->contexts[c->oldest - 1].older = number;
	else
		c->newest = number;
	c->oldest = number;
}

static struct context *owned(const struct crypto *c, crypto_key h, const struct key *k)
{
	return k->context && c->contexts[k->context - 1].key == h ? &c->contexts[k->context - 1] : NULL;
}

/* Room for one more, or the one that nobody used for longest. */
static struct context *take_context(struct crypto *c)
{
	struct context *x;

	if (c->n_contexts == CRYPTO_CONTEXTS || (c->oldest && !c->contexts[c->oldest - 1].key)) {
		x = &c->contexts[c->oldest - 1];
		unlink_context(c, x);
		return x;
	}
	mem_reserve(&c->contexts, &c->cap_contexts, sizeof *c->contexts, c->n_contexts + 1);
	x = &c->contexts[c->n_contexts++];
	*x = (struct context){ .key = 0 };
	return x;
}

static struct context *context_of(struct crypto *c, crypto_key h, struct key *k, const uint8_t *octets)
{
	struct context *x = owned(c, h, k);

	if (x) {
		if (c->newest != k->context) {
			unlink_context(c, x);
			link_newest(c, x);
		}
		return x;
	}
	x = take_context(c);
	x->key = h;
	x->keyed[OPENING] = x->keyed[SEALING] = false;
	k->context = (uint32_t)(x - c->contexts) + 1;
	link_newest(c, x);
	if (k->integ) {
		x->mac.prf = k->integ == CRYPTO_INTEG_SHA1_96 ? CRYPTO_PRF_SHA1 : CRYPTO_PRF_SHA256;
		hmac_init(&x->mac, octets + k->encr_len, k->integ_len);
	}
	return x;
}

void openssl_forget(struct crypto *c, crypto_key h, const struct key *k)
{
	struct context *x = owned(c, h, k);

	if (!x)
		return;
	x->key = 0;
	unlink_context(c, x);
	link_oldest(c, x);
}

void openssl_contexts_free(struct crypto *c)
{
	for (uint32_t i = 0; i < c->n_contexts; i++) {
		EVP_CIPHER_CTX_free(c->contexts[i].cipher[OPENING]);
		EVP_CIPHER_CTX_free(c->contexts[i].cipher[SEALING]);
	}
	mem_free(c->contexts);
}

/* libcrypto does not tell the size of its contexts: about a kilobyte for each cipher. */
size_t openssl_contexts_octets(const struct crypto *c)
{
	size_t octets = c->cap_contexts * sizeof *c->contexts;

	for (uint32_t i = 0; i < c->n_contexts; i++)
		octets += 1024u * (size_t)(!!c->contexts[i].cipher[OPENING] + !!c->contexts[i].cipher[SEALING]);
	return octets;
}

static enum cipher cipher_of(const struct key *k)
{
	if (k->encr == CRYPTO_ENCR_AES_CBC)
		return k->encr_len == 16 ? CIPHER_CBC_128 : CIPHER_CBC_256;
	return k->encr_len == 20 ? CIPHER_GCM_128 : CIPHER_GCM_256;
}

/* A context with this key and IV, ready for data. */
static EVP_CIPHER_CTX *cipher_ready(struct crypto *c, struct context *x, const struct key *k, const uint8_t *octets,
				    enum way way, const uint8_t *iv)
{
	enum cipher mode = cipher_of(k);
	EVP_CIPHER *cipher = NULL;

	if (!x->cipher[way])
		x->cipher[way] = EVP_CIPHER_CTX_new();
	if (x->mode[way] != mode + 1) {
		cipher = crypto_cipher(c, mode);
		x->mode[way] = (uint8_t)(mode + 1);
	}
	crypto_must(x->cipher[way] && EVP_CipherInit_ex(x->cipher[way], cipher, NULL, x->keyed[way] ? NULL : octets, iv, way),
		    "AES");
	x->keyed[way] = true;
	return x->cipher[way];
}

/* ICV = HMAC(aad | iv | data) [RFC 7296 3.14] [RFC 4303 2.8] */
static void icv_of(const struct context *x, const struct packet *p, uint8_t out[CRYPTO_PRF_MAX])
{
	const struct crypto_part covered[] = { { p->aad, p->aad_len }, { p->iv, p->iv_len }, { p->data, p->len } };

	hmac(&x->mac, covered, CRYPTO_PARTS(covered), out);
}

static void gcm_nonce(const struct key *k, const uint8_t *octets, const struct packet *p, uint8_t nonce[12])
{
	memcpy(nonce, octets + k->encr_len - 4, 4);	/* the salt ends the key [RFC 4106 8.1] */
	memcpy(nonce + 4, p->iv, 8);
}

void openssl_seal(struct crypto *c, crypto_key h, struct key *k, const struct packet *p, uint8_t *icv)
{
	uint8_t buf[KEY_MAX], nonce[12], mac[CRYPTO_PRF_MAX];
	const uint8_t *octets = key_octets(c, k, buf);
	struct context *x = context_of(c, h, k, octets);
	EVP_CIPHER_CTX *e;
	int n;

	if (k->encr == CRYPTO_ENCR_AES_GCM_16) {
		gcm_nonce(k, octets, p, nonce);
		e = cipher_ready(c, x, k, octets, SEALING, nonce);
		crypto_must(EVP_EncryptUpdate(e, NULL, &n, p->aad, (int)p->aad_len) &&
			    EVP_EncryptUpdate(e, p->data, &n, p->data, (int)p->len) &&
			    EVP_EncryptFinal_ex(e, nonce, &n) &&
			    EVP_CIPHER_CTX_ctrl(e, EVP_CTRL_AEAD_GET_TAG, 16, icv), "AES-GCM");
		return;
	}
	if (k->encr == CRYPTO_ENCR_AES_CBC && p->len) {
		e = cipher_ready(c, x, k, octets, SEALING, p->iv);
		crypto_must(EVP_Cipher(e, p->data, p->data, (unsigned)p->len) >= 0, "AES-CBC");
	}
	if (k->integ) {
		icv_of(x, p, mac);
		memcpy(icv, mac, p->icv_len);
	}
}

static bool gcm_open(struct crypto *c, struct context *x, const struct key *k, const uint8_t *octets,
		     const struct packet *p, const uint8_t *icv)
{
	uint8_t nonce[12], tag[16];
	EVP_CIPHER_CTX *e;
	int n;

	gcm_nonce(k, octets, p, nonce);
	memcpy(tag, icv, sizeof tag);
	e = cipher_ready(c, x, k, octets, OPENING, nonce);
	crypto_must(EVP_DecryptUpdate(e, NULL, &n, p->aad, (int)p->aad_len) &&
		    EVP_DecryptUpdate(e, p->data, &n, p->data, (int)p->len) &&
		    EVP_CIPHER_CTX_ctrl(e, EVP_CTRL_AEAD_SET_TAG, 16, tag), "AES-GCM");
	return EVP_DecryptFinal_ex(e, nonce, &n) > 0;
}

bool openssl_open(struct crypto *c, crypto_key h, struct key *k, const struct packet *p, const uint8_t *icv)
{
	uint8_t buf[KEY_MAX], mac[CRYPTO_PRF_MAX];
	const uint8_t *octets = key_octets(c, k, buf);
	struct context *x = context_of(c, h, k, octets);

	if (k->encr == CRYPTO_ENCR_AES_GCM_16)
		return gcm_open(c, x, k, octets, p, icv);
	if (k->integ) {
		icv_of(x, p, mac);
		if (!crypto_equal(mac, icv, p->icv_len))
			return false;
	}
	if (k->encr == CRYPTO_ENCR_AES_CBC && p->len) {
		EVP_CIPHER_CTX *e = cipher_ready(c, x, k, octets, OPENING, p->iv);

		crypto_must(EVP_Cipher(e, p->data, p->data, (unsigned)p->len) >= 0, "AES-CBC");
	}
	return true;
}
