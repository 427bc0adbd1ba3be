/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: looking into what others sealed
 *
 * Keys lie in arrays; maps lead from an SPI (ESP) or a pair of SPIs (IKE) to the newest entry, entries of the same
 * SPI are chained. Fragments of one message wait in one place per IKE SA and direction: a new message id drops what
 * was there, as RFC 7383 2.6 lets a receiver do.
 *
 * Implements for an onlooker: RFC 7296 3.14, RFC 7383 2.6, RFC 4303 3.4.4 without the replay window (an onlooker may
 * see a packet twice). Not: decryption of rekeyed SAs whose keys were not given.
 */
#include "crypto/keyring.h"

#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "wire/esp.h"
#include "wire/ike_write.h"

#define NOBODY KEYRING_NOBODY

struct ring_esp {
	crypto_key key;
	uint32_t spi, older;
	uint8_t unchecked;		/* octets of an ICV whose key is not known */
};

/* Fragments of the message that is being put together in one direction. */
struct ring_parts {
	uint32_t mid;
	uint16_t total, have;
	uint8_t inner;
	uint8_t **piece;		/* by number - 1; NULL: missing */
	uint32_t *len;
};

struct ring_ike {
	crypto_key from_i, from_r;
	uint64_t spi_i, spi_r;
	uint32_t older;
	struct ring_parts parts[2];	/* of the initiator's messages, of the responder's */
};

struct keyring {
	struct crypto *c;
	struct map esp_by, ike_by;
	struct ring_esp *esp;
	struct ring_ike *ike;
	uint32_t n_esp, cap_esp, n_ike, cap_ike;
	uint32_t used;
	uint8_t *work;			/* KEYRING_IKE_MAX octets */
};

struct keyring *keyring_new(enum crypto_kind kind)
{
	struct keyring *k = mem_zeroed(sizeof *k);

	k->c = crypto_new(kind, NULL);
	crypto_charging(k->c, false);
	map_init(&k->esp_by);
	map_init(&k->ike_by);
	k->work = mem_new(KEYRING_IKE_MAX);
	k->used = NOBODY;
	return k;
}

static void drop_parts(struct ring_parts *p)
{
	for (uint16_t i = 0; i < p->total; i++)
		mem_free(p->piece[i]);
	mem_free(p->piece);
	mem_free(p->len);
	*p = (struct ring_parts){ 0 };
}

void keyring_free(struct keyring *k)
{
	if (!k)
		return;
	for (uint32_t i = 0; i < k->n_esp; i++)
		crypto_key_drop(k->c, k->esp[i].key);
	for (uint32_t i = 0; i < k->n_ike; i++) {
		crypto_key_drop(k->c, k->ike[i].from_i);
		crypto_key_drop(k->c, k->ike[i].from_r);
		drop_parts(&k->ike[i].parts[0]);
		drop_parts(&k->ike[i].parts[1]);
	}
	map_done(&k->esp_by);
	map_done(&k->ike_by);
	mem_free(k->esp);
	mem_free(k->ike);
	mem_free(k->work);
	crypto_free(k->c);
	mem_free(k);
}

/* ---- adding ------------------------------------------------------------------------------------------------------ */

static bool known(uint16_t encr, uint16_t key_bits, uint16_t integ)
{
	if (encr > UINT8_MAX || integ > UINT8_MAX || !crypto_encr_known((uint8_t)encr, key_bits))
		return false;
	return crypto_integ_known((uint8_t)integ);
}

static void put_esp(struct keyring *k, struct ring_esp *e)
{
	map_get(&k->esp_by, (struct map_key){ e->spi, 0 }, &e->older);
	mem_reserve(&k->esp, &k->cap_esp, sizeof *k->esp, k->n_esp + 1);
	map_put(&k->esp_by, (struct map_key){ e->spi, 0 }, k->n_esp);
	k->esp[k->n_esp++] = *e;
}

bool keyring_add_esp(struct keyring *k, uint32_t spi, uint16_t encr, uint16_t key_bits, const uint8_t *encr_key,
		     uint16_t integ, const uint8_t *integ_key)
{
	struct ring_esp e = { .spi = spi, .older = NOBODY };

	if (!known(encr, key_bits, integ))
		return false;
	e.key = crypto_key_new(k->c, (uint8_t)encr, key_bits, encr_key, (uint8_t)integ, integ_key);
	put_esp(k, &e);
	return true;
}

bool keyring_add_esp_unchecked(struct keyring *k, uint32_t spi, uint16_t encr, uint16_t key_bits,
			       const uint8_t *encr_key, uint8_t icv_len)
{
	struct ring_esp e = { .spi = spi, .older = NOBODY, .unchecked = icv_len };

	if (!known(encr, key_bits, CRYPTO_INTEG_NONE) || crypto_is_aead((uint8_t)encr))
		return false;
	e.key = crypto_key_new(k->c, (uint8_t)encr, key_bits, encr_key, CRYPTO_INTEG_NONE, NULL);
	put_esp(k, &e);
	return true;
}

bool keyring_add_ike(struct keyring *k, uint64_t spi_i, uint64_t spi_r, uint16_t encr, uint16_t key_bits,
		     const uint8_t *sk_ei, const uint8_t *sk_er, uint16_t integ, const uint8_t *sk_ai,
		     const uint8_t *sk_ar)
{
	struct ring_ike e = { .spi_i = spi_i, .spi_r = spi_r, .older = NOBODY };

	if (!known(encr, key_bits, integ))
		return false;
	e.from_i = crypto_key_new(k->c, (uint8_t)encr, key_bits, sk_ei, (uint8_t)integ, sk_ai);
	e.from_r = crypto_key_new(k->c, (uint8_t)encr, key_bits, sk_er, (uint8_t)integ, sk_ar);
	map_get(&k->ike_by, (struct map_key){ spi_i, spi_r }, &e.older);
	mem_reserve(&k->ike, &k->cap_ike, sizeof *k->ike, k->n_ike + 1);
	map_put(&k->ike_by, (struct map_key){ spi_i, spi_r }, k->n_ike);
	k->ike[k->n_ike++] = e;
	return true;
}

/* ---- ESP --------------------------------------------------------------------------------------------------------- */

static struct seal_sizes sizes_of(const struct keyring *k, crypto_key key)
{
	return (struct seal_sizes){
		.iv = (uint8_t)crypto_key_iv_len(k->c, key), .block = (uint8_t)crypto_key_block_len(k->c, key),
		.icv = (uint8_t)crypto_key_icv_len(k->c, key),
	};
}

static enum keyring_result open_esp_with(struct keyring *k, uint32_t number, const uint8_t *p, size_t n, uint8_t *out,
					 size_t cap, size_t *len, uint8_t *next_header)
{
	crypto_key key = k->esp[number].key;
	struct seal_sizes z = sizes_of(k, key);
	struct esp_parts e;

	z.icv = (uint8_t)(z.icv + k->esp[number].unchecked);
	if (!esp_view(p, n, &z, &e, NULL) || e.ct_len > KEYRING_IKE_MAX)
		return KEYRING_MALFORMED;
	memcpy(k->work, p + e.ct, e.ct_len);
	if (!crypto_open(k->c, key, p + e.iv, p, e.aad_len, k->work, e.ct_len, p + e.icv))
		return KEYRING_BAD_ICV;
	k->used = number;
	if (!esp_trailer(k->work, e.ct_len, len, next_header, NULL) || *len > cap)
		return KEYRING_MALFORMED;
	memcpy(out, k->work, *len);
	return KEYRING_OPEN;
}

enum keyring_result keyring_open_esp(struct keyring *k, const uint8_t *p, size_t n, uint8_t *out, size_t cap,
				     size_t *len, uint8_t *next_header)
{
	enum keyring_result got = KEYRING_NO_KEY;
	struct esp_hdr h;
	uint32_t i;

	k->used = NOBODY;
	if (!esp_hdr_decode(p, n, &h))
		return KEYRING_MALFORMED;
	if (!map_get(&k->esp_by, (struct map_key){ h.spi, 0 }, &i))
		return KEYRING_NO_KEY;
	for (; i != NOBODY && got != KEYRING_OPEN; i = k->esp[i].older)
		got = open_esp_with(k, i, p, n, out, cap, len, next_header);
	/* an older key may have been wrong where a newer one was right */
	return k->used != NOBODY && got != KEYRING_OPEN ? KEYRING_MALFORMED : got;
}

/* ---- IKE --------------------------------------------------------------------------------------------------------- */

/*
 * The message m with `n` octets of payloads, of which the first is of type `first`, in place of its SK payload, which
 * is its last one. False: does not fit.
 */
static bool clear_form(const uint8_t *p, const struct ike_msg *m, uint8_t first, const uint8_t *inner, size_t n,
		       uint8_t *out, size_t cap, size_t *len)
{
	const struct ike_payload *sk = &m->payload[m->n - 1];
	size_t front = sk->offset;
	struct ike_hdr h = m->h;

	if (front + n > cap)
		return false;
	memcpy(out, p, front);
	memcpy(out + front, inner, n);
	*len = front + n;
	h.length = (uint32_t)*len;
	if (m->n == 1)
		h.next = first;
	else
		out[m->payload[m->n - 2].offset] = first;
	ike_hdr_encode(&h, out);
	return true;
}

/* Keeps a fragment; true once all of its message are there. */
static bool keep_part(struct ring_parts *q, uint32_t mid, const struct ike_sk *s, const uint8_t *inner, size_t n)
{
	if (q->total != s->total || q->mid != mid) {
		drop_parts(q);
		q->mid = mid;
		q->total = s->total;
		q->piece = mem_zeroed(q->total * sizeof *q->piece);
		q->len = mem_zeroed(q->total * sizeof *q->len);
	}
	if (s->number == 1)
		q->inner = s->inner;
	if (!q->piece[s->number - 1]) {
		q->piece[s->number - 1] = mem_new(n ? n : 1);
		memcpy(q->piece[s->number - 1], inner, n);
		q->len[s->number - 1] = (uint32_t)n;
		q->have++;
	}
	return q->have == q->total;
}

static enum keyring_result join_parts(struct keyring *k, struct ring_parts *q, const uint8_t *p,
				      const struct ike_msg *m, uint8_t *out, size_t cap, size_t *len)
{
	size_t n = 0;
	bool fits;

	for (uint16_t i = 0; i < q->total; i++) {
		if (n + q->len[i] > KEYRING_IKE_MAX) {
			drop_parts(q);
			return KEYRING_MALFORMED;
		}
		memcpy(k->work + n, q->piece[i], q->len[i]);
		n += q->len[i];
	}
	fits = clear_form(p, m, q->inner, k->work, n, out, cap, len);
	drop_parts(q);
	return fits ? KEYRING_OPEN : KEYRING_MALFORMED;
}

static enum keyring_result open_ike_with(struct keyring *k, uint32_t number, const uint8_t *p, const struct ike_msg *m,
					 uint8_t *out, size_t cap, size_t *len)
{
	struct ring_ike *e = &k->ike[number];
	bool initiator = m->h.flags & IKE_FLAG_I;
	crypto_key key = initiator ? e->from_i : e->from_r;
	struct seal_sizes z = sizes_of(k, key);
	struct ike_sk s;
	size_t inner;

	if (!ike_sk_view(m, &z, &s, NULL) || s.ct_len > KEYRING_IKE_MAX)
		return KEYRING_MALFORMED;
	memcpy(k->work, p + s.ct, s.ct_len);
	if (!crypto_open(k->c, key, p + s.iv, p, s.aad_len, k->work, s.ct_len, p + s.icv))
		return KEYRING_BAD_ICV;
	k->used = number;
	if (!ike_sk_unpad(k->work, s.ct_len, &inner))
		return KEYRING_MALFORMED;
	if (!s.total)
		return clear_form(p, m, s.inner, k->work, inner, out, cap, len) ? KEYRING_OPEN : KEYRING_MALFORMED;
	if (!keep_part(&e->parts[!initiator], m->h.mid, &s, k->work, inner))
		return KEYRING_PART;
	return join_parts(k, &e->parts[!initiator], p, m, out, cap, len);
}

enum keyring_result keyring_open_ike(struct keyring *k, const uint8_t *p, size_t n, uint8_t *out, size_t cap,
				     size_t *len)
{
	enum keyring_result got = KEYRING_NO_KEY;
	struct ike_msg m;
	uint32_t i;

	k->used = NOBODY;
	if (!ike_decode(p, n, &m, NULL))
		return KEYRING_MALFORMED;
	if (!ike_find(&m, IKE_P_SK) && !ike_find(&m, IKE_P_SKF)) {
		if (m.h.length > cap)
			return KEYRING_MALFORMED;
		memcpy(out, p, m.h.length);
		*len = m.h.length;
		return KEYRING_CLEAR;
	}
	if (!map_get(&k->ike_by, (struct map_key){ m.h.spi_i, m.h.spi_r }, &i))
		return KEYRING_NO_KEY;
	for (; i != NOBODY && got != KEYRING_OPEN && got != KEYRING_PART; i = k->ike[i].older)
		got = open_ike_with(k, i, p, &m, out, cap, len);
	return k->used != NOBODY && got != KEYRING_OPEN && got != KEYRING_PART ? KEYRING_MALFORMED : got;
}

uint32_t keyring_used(const struct keyring *k) { return k->used; }
