/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: IKEv2 messages
 *
 * The fixed header [RFC 7296 3.1], the walk over the chain of payloads [RFC 7296 3.2] in cleartext messages and in
 * decrypted ones, and the place of the Encrypted payload's parts [RFC 7296 3.14, RFC 7383 2.5]. What stands inside
 * each payload is read by ike_body.c.
 *
 * Not done here: encryption, reassembly of fragments, and every decision on what a message may do.
 */
#include "wire/ike.h"

#include <assert.h>

#include "wire/ike_codec.h"

void ike_note(struct ike_decoding *k, const char *id, const char *clause, const uint8_t *where, uint32_t value)
{
	k->m->notes++;
	wire_note(k->d, id, clause, (uint32_t)(where - k->base), value);
}

__attribute__((cold)) bool ike_fail(struct ike_decoding *k, const uint8_t *where, const char *reason)
{
	if (!k->m->fault.reason)
		k->m->fault = (struct fault){ reason, (uint32_t)(where - k->base) };
	return false;
}

static uint64_t load64(const uint8_t *p)
{
	return (uint64_t)load32(p) << 32 | load32(p + 4);
}

bool ike_hdr_decode(const uint8_t *p, size_t n, struct ike_hdr *out)
{
	if (n < IKE_HDR_LEN)
		return false;
	out->spi_i = load64(p);
	out->spi_r = load64(p + 8);
	out->next = p[16];
	out->version = p[17];
	out->exchange = p[18];
	out->flags = p[19];
	out->mid = load32(p + 20);
	out->length = load32(p + 24);
	return true;
}

void ike_hdr_encode(const struct ike_hdr *h, uint8_t *p)
{
	store32(p, (uint32_t)(h->spi_i >> 32));
	store32(p + 4, (uint32_t)h->spi_i);
	store32(p + 8, (uint32_t)(h->spi_r >> 32));
	store32(p + 12, (uint32_t)h->spi_r);
	p[16] = h->next;
	p[17] = h->version;
	p[18] = h->exchange;
	p[19] = h->flags;
	store32(p + 20, h->mid);
	store32(p + 24, h->length);
}

/* ---- the chain ---- */

static bool sealed(uint8_t type)
{
	return type == IKE_P_SK || type == IKE_P_SKF;
}

static bool known(uint8_t type)
{
	return (type >= IKE_P_SA && type <= IKE_P_EAP) || type == IKE_P_SKF;
}

/*
 * One payload, whose octets are all there, into the next free place. The critical bit of payloads that RFC 7296 knows
 * says nothing [RFC 7296 2.5, 3.2]. A body that cannot be read does not end the walk, its length is still good.
 */
static void payload(struct ike_decoding *k, const uint8_t *p, uint16_t len, uint8_t type)
{
	struct ike_payload *pl = &k->m->payload[k->m->n];

	if (p[1] & 0x7f)
		ike_note(k, "ike-reserved", "RFC 7296 3.2", p + 1, p[1]);
	if (!known(type)) {
		ike_note(k, "ike-payload-unknown", "RFC 7296 2.5", p, type);
		if (p[1] & 0x80 && !k->m->critical_unknown)
			k->m->critical_unknown = type;
	}
	if (k->m->n == IKE_PAYLOAD_MAX) {
		ike_note(k, "ike-too-many", NULL, p, type);
		return;
	}
	pl->type = type;
	pl->critical = p[1] & 0x80;
	pl->offset = (uint32_t)(p - k->base);
	pl->body = (struct ike_octets){ p + IKE_GENERIC_LEN, (uint16_t)(len - IKE_GENERIC_LEN) };
	pl->bad = !ike_body_decode(k, pl, p[0]);
	if (!pl->bad)
		ike_values_check(k, pl);
	k->m->n++;
}

/* Every round takes at least 4 octets. An Encrypted payload is the last one [RFC 7296 3.14]. */
static void chain(struct ike_decoding *k, uint8_t type, const uint8_t *p, const uint8_t *end, bool inner)
{
	while (type != IKE_P_NONE) {
		uint16_t len;
		uint8_t next;

		if (end - p < (ptrdiff_t)IKE_GENERIC_LEN) {
			ike_fail(k, p, "ike-payload-short");
			return;
		}
		len = load16(p + 2);
		if (len < IKE_GENERIC_LEN) {
			ike_fail(k, p + 2, "ike-payload-length");
			return;
		}
		if (len > end - p) {
			ike_fail(k, p + 2, "ike-payload-past-end");
			return;
		}
		if (inner && sealed(type)) {
			ike_fail(k, p, "ike-sk-inside-sk");
			return;
		}
		next = p[0];
		payload(k, p, len, type);
		p += len;
		type = sealed(type) ? IKE_P_NONE : next;
	}
	if (p < end)
		ike_note(k, "ike-trailing", "RFC 7296 3.1", p, (uint32_t)(end - p));
}

static void start(struct ike_msg *m)
{
	memset(m, 0, offsetof(struct ike_msg, payload));
}

static void header_notes(struct ike_decoding *k, const struct ike_hdr *h, const uint8_t *p)
{
	if (!h->spi_i)
		ike_note(k, "ike-spi-zero", "RFC 7296 3.1", p, 0);
	if (h->exchange < IKE_SA_INIT || h->exchange > IKE_SESSION_RESUME)
		ike_note(k, "ike-exchange-unknown", "RFC 7296 3.1", p + 18, h->exchange);
	if (h->flags & IKE_FLAG_RESERVED)
		ike_note(k, "ike-flags-reserved", "RFC 7296 3.1", p + 19, h->flags);
}

bool ike_decode(const uint8_t *p, size_t n, struct ike_msg *out, struct wire_diags *d)
{
	struct ike_decoding k = { out, d, p };
	struct ike_hdr *h = &out->h;
	size_t end = n;

	start(out);
	if (!ike_hdr_decode(p, n, h))
		return ike_fail(&k, n ? p + n : p, "ike-short");
	if (h->version >> 4 != IKE_VERSION >> 4)		/* [RFC 7296 2.5] */
		return ike_fail(&k, p + 17, IKE_FAULT_VERSION);
	header_notes(&k, h, p);
	if (h->length < IKE_HDR_LEN)
		return ike_fail(&k, p + 24, "ike-length");
	if (h->length > n)
		ike_fail(&k, p + 24, "ike-length");		/* what is there is still shown */
	else
		end = h->length;
	chain(&k, h->next, p + IKE_HDR_LEN, p + end, false);
	if (end < n)
		ike_note(&k, "ike-trailing", "RFC 7296 3.1", p + end, (uint32_t)(n - end));
	return !out->fault.reason;
}

bool ike_decode_payloads(uint8_t first, const uint8_t *p, size_t n, struct ike_msg *out, struct wire_diags *d)
{
	struct ike_decoding k = { out, d, p };

	start(out);
	if (!p)				/* no octets at all: NULL may not even be moved by zero */
		k.base = p = (const uint8_t *)"";
	out->h.next = first;
	out->h.length = (uint32_t)n;
	chain(&k, first, p, p + n, true);
	return !out->fault.reason;
}

/* ---- looking for payloads ---- */

static const struct ike_payload *look(const struct ike_msg *m, unsigned i, uint8_t type)
{
	for (; i < m->n; i++)
		if (m->payload[i].type == type && !m->payload[i].bad)
			return &m->payload[i];
	return NULL;
}

const struct ike_payload *ike_find(const struct ike_msg *m, uint8_t type)
{
	return look(m, 0, type);
}

const struct ike_payload *ike_next(const struct ike_msg *m, const struct ike_payload *pl)
{
	return look(m, (unsigned)(pl - m->payload) + 1, pl->type);
}

const struct ike_payload *ike_find_notify(const struct ike_msg *m, uint16_t notify)
{
	const struct ike_payload *pl = look(m, 0, IKE_P_NOTIFY);

	while (pl && pl->notify.type != notify)
		pl = ike_next(m, pl);
	return pl;
}

const struct ike_payload *ike_next_notify(const struct ike_msg *m, const struct ike_payload *pl)
{
	uint16_t notify = pl->notify.type;

	do
		pl = ike_next(m, pl);
	while (pl && pl->notify.type != notify);
	return pl;
}

const struct ike_payload *ike_find_error(const struct ike_msg *m)
{
	const struct ike_payload *pl = look(m, 0, IKE_P_NOTIFY);

	while (pl && pl->notify.type >= IKE_N_STATUS)
		pl = ike_next(m, pl);
	return pl;
}

unsigned ike_count(const struct ike_msg *m, uint8_t type)
{
	unsigned i, n = 0;

	for (i = 0; i < m->n; i++)
		n += m->payload[i].type == type && !m->payload[i].bad;
	return n;
}

/* ---- the Encrypted payload ---- */

static bool refuse(const char **why, const char *reason)
{
	if (why)
		*why = reason;
	return false;
}

bool ike_sk_view(const struct ike_msg *m, const struct seal_sizes *z, struct ike_sk *out, const char **why)
{
	const struct ike_payload *pl = m->n ? &m->payload[m->n - 1] : NULL;
	uint32_t at, n;

	assert(z->block);
	if (!pl || pl->bad || !sealed(pl->type))
		return refuse(why, "ike-sk-none");
	/* [RFC 7383 2.5] number and total are never 0, and the number never above the total */
	if (pl->type == IKE_P_SKF && (!pl->sk.number || pl->sk.number > pl->sk.total))
		return refuse(why, "ike-skf-number");
	n = pl->sk.data.n;
	if (n < z->iv + 1u + z->icv)
		return refuse(why, "ike-sk-short");
	at = pl->offset + IKE_GENERIC_LEN + (pl->body.n - n);
	*out = (struct ike_sk){ .inner = pl->sk.inner, .number = pl->sk.number, .total = pl->sk.total,
				.iv = at, .iv_len = z->iv, .ct = at + z->iv, .ct_len = n - z->iv - z->icv,
				.icv = at + n - z->icv, .icv_len = z->icv, .len = m->h.length, .aad_len = at,
				.auth_len = at + n - z->icv };
	if (out->ct_len % z->block)
		return refuse(why, "ike-sk-block");
	return true;
}

bool ike_sk_unpad(const uint8_t *p, size_t n, size_t *inner_len)
{
	if (!n || p[n - 1] + 1u > n)
		return false;
	*inner_len = n - 1 - p[n - 1];
	return true;
}
