/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: composing IKEv2 messages
 *
 * Writes every payload of [RFC 7296 3.3 to 3.16], front to back: the octets of a payload are counted first, then its
 * generic header is written and its type is set in the header before it [RFC 7296 3.2]. The frame of the Encrypted
 * payload [RFC 7296 3.14] and of its fragments [RFC 7383 2.5] is laid out around inner payloads that were written
 * before; encrypting them is not done here.
 */
#include "wire/ike_write.h"

#include <assert.h>

#include "wire/ike_codec.h"

#define NOWHERE UINT32_MAX

void ike_w_start(struct ike_writer *w, uint8_t *buf, size_t cap, const struct ike_hdr *h)
{
	struct ike_hdr first = *h;
	uint8_t *p;

	*w = (struct ike_writer){ .w = writer_on(buf, cap), .next_at = 16 };
	first.next = IKE_P_NONE;
	first.length = 0;
	p = writer_take(&w->w, IKE_HDR_LEN);
	if (p)
		ike_hdr_encode(&first, p);
}

void ike_w_inner(struct ike_writer *w, uint8_t *buf, size_t cap)
{
	*w = (struct ike_writer){ .w = writer_on(buf, cap), .inner = true, .next_at = NOWHERE };
}

size_t ike_w_end(struct ike_writer *w)
{
	size_t n = writer_len(&w->w);

	if (!writer_ok(&w->w))
		return 0;
	if (!w->inner)
		store32(w->w.base + 24, (uint32_t)n);
	return n;
}

/* Generic header of a payload with n octets of body, which the caller writes; NULL when they do not fit. */
static uint8_t *open_payload(struct ike_writer *w, uint8_t type, bool critical, size_t n)
{
	uint8_t *p;

	if (n > UINT16_MAX - IKE_GENERIC_LEN)
		writer_fail(&w->w, "ike-payload-long");
	p = writer_take(&w->w, IKE_GENERIC_LEN + n);
	if (!p)
		return NULL;
	if (w->next_at != NOWHERE)
		w->w.base[w->next_at] = type;
	if (!w->first)
		w->first = type;
	w->next_at = (uint32_t)(p - w->w.base);
	p[0] = IKE_P_NONE;
	p[1] = critical ? 0x80 : 0;
	store16(p + 2, (uint16_t)(IKE_GENERIC_LEN + n));
	return p + IKE_GENERIC_LEN;
}

static uint8_t *put(uint8_t *p, const uint8_t *data, size_t n)
{
	if (n)
		memcpy(p, data, n);
	return p + n;
}

uint8_t *ike_w_room(struct ike_writer *w, uint8_t type, size_t n)
{
	return open_payload(w, type, false, n);
}

void ike_w_raw(struct ike_writer *w, uint8_t type, bool critical, const uint8_t *body, size_t n)
{
	uint8_t *p = open_payload(w, type, critical, n);

	if (p)
		put(p, body, n);
}

/* A fixed part of 4 octets, the first 16 bits of it given, and data. */
static void fixed4(struct ike_writer *w, uint8_t type, uint16_t head, const uint8_t *data, size_t n)
{
	uint8_t *p = open_payload(w, type, false, 4 + n);

	if (!p)
		return;
	store16(p, head);
	store16(p + 2, 0);
	put(p + 4, data, n);
}

/* ---- SA ---- */

static size_t transform_len(const struct ike_transform *t)
{
	return IKE_TRANSFORM_LEN + (t->key_bits ? 4u : 0u);
}

static size_t proposal_len(const struct ike_proposal *p)
{
	size_t n = IKE_PROPOSAL_LEN + p->spi_len;

	for (unsigned i = 0; i < p->n; i++)
		n += transform_len(&p->t[i]);
	return n;
}

static uint8_t *put_transform(uint8_t *p, const struct ike_transform *t, bool last)
{
	size_t n = transform_len(t);

	p[0] = last ? 0 : 3;
	p[1] = 0;
	store16(p + 2, (uint16_t)n);
	p[4] = t->type;
	p[5] = 0;
	store16(p + 6, t->id);
	if (t->key_bits) {
		store16(p + 8, IKE_ATTR_SHORT | IKE_ATTR_KEY_LENGTH);
		store16(p + 10, t->key_bits);
	}
	return p + n;
}

static uint8_t *put_proposal(uint8_t *p, const struct ike_proposal *prop, bool last)
{
	p[0] = last ? 0 : 2;
	p[1] = 0;
	store16(p + 2, (uint16_t)proposal_len(prop));
	p[4] = prop->number;
	p[5] = prop->protocol;
	p[6] = prop->spi_len;
	p[7] = prop->n;
	p = put(p + IKE_PROPOSAL_LEN, prop->spi, prop->spi_len);
	for (unsigned i = 0; i < prop->n; i++)
		p = put_transform(p, &prop->t[i], i + 1 == prop->n);
	return p;
}

void ike_w_sa(struct ike_writer *w, const struct ike_proposal *p, unsigned n)
{
	size_t len = 0;
	uint8_t *at;

	if (!n)
		writer_fail(&w->w, "ike-sa-empty");
	for (unsigned i = 0; i < n; i++) {
		len += proposal_len(&p[i]);
		for (unsigned j = 0; j < p[i].n; j++)
			if (p[i].t[j].odd)
				writer_fail(&w->w, "ike-transform-odd");
	}
	at = open_payload(w, IKE_P_SA, false, len);
	for (unsigned i = 0; at && i < n; i++)
		at = put_proposal(at, &p[i], i + 1 == n);
}

/* ---- payloads with a small fixed part ---- */

void ike_w_ke(struct ike_writer *w, uint16_t group, const uint8_t *data, size_t n)
{
	fixed4(w, IKE_P_KE, group, data, n);
}

void ike_w_id(struct ike_writer *w, uint8_t type, uint8_t id_type, const uint8_t *data, size_t n)
{
	assert(type == IKE_P_IDI || type == IKE_P_IDR);
	fixed4(w, type, (uint16_t)(id_type << 8), data, n);
}

static void encoded(struct ike_writer *w, uint8_t type, uint8_t encoding, const uint8_t *data, size_t n)
{
	uint8_t *p = open_payload(w, type, false, 1 + n);

	if (!p)
		return;
	p[0] = encoding;
	put(p + 1, data, n);
}

void ike_w_cert(struct ike_writer *w, uint8_t encoding, const uint8_t *data, size_t n)
{
	encoded(w, IKE_P_CERT, encoding, data, n);
}

void ike_w_certreq(struct ike_writer *w, uint8_t encoding, const uint8_t *data, size_t n)
{
	encoded(w, IKE_P_CERTREQ, encoding, data, n);
}

void ike_w_auth(struct ike_writer *w, uint8_t method, const uint8_t *data, size_t n)
{
	fixed4(w, IKE_P_AUTH, (uint16_t)(method << 8), data, n);
}

/* [RFC 7427 3] */
void ike_w_auth_sig(struct ike_writer *w, const struct ike_octets *algorithm, const uint8_t *sig, size_t n)
{
	uint8_t *p;

	if (algorithm->n > UINT8_MAX)
		writer_fail(&w->w, "ike-algorithm-long");
	p = open_payload(w, IKE_P_AUTH, false, 5u + algorithm->n + n);
	if (!p)
		return;
	store32(p, (uint32_t)IKE_AUTH_SIGNATURE << 24);
	p[4] = (uint8_t)algorithm->n;
	put(put(p + 5, algorithm->p, algorithm->n), sig, n);
}

void ike_w_nonce(struct ike_writer *w, const uint8_t *data, size_t n)
{
	if (n < 16 || n > 256)		/* [RFC 7296 3.9] */
		writer_fail(&w->w, "ike-nonce-length");
	ike_w_raw(w, IKE_P_NONCE, false, data, n);
}

static void notify(struct ike_writer *w, uint8_t protocol, const struct ike_octets *spi, uint16_t type,
		   const uint8_t *data, size_t n)
{
	uint8_t *p;

	if (spi->n > UINT8_MAX)
		writer_fail(&w->w, "ike-spi-long");
	p = open_payload(w, IKE_P_NOTIFY, false, 4u + spi->n + n);
	if (!p)
		return;
	p[0] = protocol;
	p[1] = (uint8_t)spi->n;
	store16(p + 2, type);
	put(put(p + 4, spi->p, spi->n), data, n);
}

void ike_w_notify(struct ike_writer *w, uint16_t type, const uint8_t *data, size_t n)
{
	static const struct ike_octets none = { NULL, 0 };

	notify(w, IKE_PROTO_NONE, &none, type, data, n);
}

void ike_w_notify_spi(struct ike_writer *w, uint8_t protocol, uint32_t spi, uint16_t type, const uint8_t *data,
		      size_t n)
{
	uint8_t octets[4];
	struct ike_octets o = { octets, 4 };

	store32(octets, spi);
	notify(w, protocol, &o, type, data, n);
}

/* Room for n SPIs of a delete; NULL when they do not fit. */
static uint8_t *delete(struct ike_writer *w, uint8_t protocol, uint8_t spi_len, size_t n)
{
	uint8_t *p;

	if (n > UINT16_MAX)
		writer_fail(&w->w, "ike-delete-count");
	p = open_payload(w, IKE_P_DELETE, false, 4 + n * spi_len);
	if (!p)
		return NULL;
	p[0] = protocol;
	p[1] = spi_len;
	store16(p + 2, (uint16_t)n);
	return p + 4;
}

void ike_w_delete_ike(struct ike_writer *w)
{
	delete(w, IKE_PROTO_IKE, 0, 0);
}

void ike_w_delete(struct ike_writer *w, uint8_t protocol, const uint32_t *spi, unsigned n)
{
	uint8_t *p = delete(w, protocol, 4, n);

	for (unsigned i = 0; p && i < n; i++)
		store32(p + 4 * (size_t)i, spi[i]);
}

void ike_w_vendor(struct ike_writer *w, const uint8_t *data, size_t n)
{
	ike_w_raw(w, IKE_P_VENDOR, false, data, n);
}

void ike_w_eap(struct ike_writer *w, const uint8_t *data, size_t n)
{
	if (n < 4)
		writer_fail(&w->w, "ike-eap-short");
	ike_w_raw(w, IKE_P_EAP, false, data, n);
}

/* ---- traffic selectors and configuration ---- */

static size_t ts_len(const struct ike_ts *ts)
{
	return ts->type == IKE_TS_IP6_RANGE ? IKE_TS_IP6_LEN : IKE_TS_IP4_LEN;
}

static uint8_t *put_ts(uint8_t *p, const struct ike_ts *ts)
{
	size_t n = ts_len(ts);
	unsigned from = ts->type == IKE_TS_IP6_RANGE ? 0 : 12;		/* ::ffff:a.b.c.d: the last 4 octets */

	p[0] = ts->type;
	p[1] = ts->proto;
	store16(p + 2, (uint16_t)n);
	store16(p + 4, ts->start_port);
	store16(p + 6, ts->end_port);
	p = put(p + IKE_TS_LEN, ts->start.o + from, 16 - from);
	return put(p, ts->end.o + from, 16 - from);
}

void ike_w_ts(struct ike_writer *w, uint8_t type, const struct ike_ts *ts, unsigned n)
{
	size_t len = 4;
	uint8_t *p;

	assert(type == IKE_P_TSI || type == IKE_P_TSR);
	if (!n || n > UINT8_MAX)
		writer_fail(&w->w, "ike-ts-count");
	for (unsigned i = 0; i < n; i++) {
		len += ts_len(&ts[i]);
		if (ts[i].type != IKE_TS_IP6_RANGE &&
		    (ts[i].type != IKE_TS_IP4_RANGE || !ip6_is_mapped(&ts[i].start) || !ip6_is_mapped(&ts[i].end)))
			writer_fail(&w->w, "ike-ts-type");
	}
	p = open_payload(w, type, false, len);
	if (!p)
		return;
	store32(p, (uint32_t)n << 24);
	p += 4;
	for (unsigned i = 0; i < n; i++)
		p = put_ts(p, &ts[i]);
}

void ike_w_cp(struct ike_writer *w, uint8_t cp_type, const struct ike_cp_attr *a, unsigned n)
{
	size_t len = 4;
	uint8_t *p;

	for (unsigned i = 0; i < n; i++) {
		len += IKE_CP_ATTR_LEN + a[i].len;
		if (a[i].type > 0x7fff)
			writer_fail(&w->w, "ike-cp-type");
	}
	p = open_payload(w, IKE_P_CP, false, len);
	if (!p)
		return;
	store32(p, (uint32_t)cp_type << 24);
	p += 4;
	for (unsigned i = 0; i < n; i++) {
		store16(p, a[i].type);
		store16(p + 2, a[i].len);
		p = put(p + IKE_CP_ATTR_LEN, a[i].value, a[i].len);
	}
}

/* ---- what was decoded, once more ---- */

static void sealed_again(struct ike_writer *w, const struct ike_payload *pl)
{
	uint8_t *p = open_payload(w, pl->type, false, pl->body.n);

	if (!p)
		return;
	put(p, pl->body.p, pl->body.n);
	w->w.base[w->next_at] = pl->sk.inner;
	w->next_at = NOWHERE;
}

static void deleted_again(struct ike_writer *w, const struct ike_payload *pl)
{
	uint8_t *p = delete(w, pl->del.protocol, pl->del.spi_len, pl->del.n);

	if (p)
		put(p, pl->del.spi, pl->del.n * (size_t)pl->del.spi_len);
}

static void again(struct ike_writer *w, const struct ike_payload *pl)
{
	switch (pl->type) {
	case IKE_P_SA: ike_w_sa(w, pl->sa.p, pl->sa.n); return;
	case IKE_P_KE: ike_w_ke(w, pl->ke.group, pl->ke.data.p, pl->ke.data.n); return;
	case IKE_P_IDI:
	case IKE_P_IDR: ike_w_id(w, pl->type, pl->id.type, pl->id.data.p, pl->id.data.n); return;
	case IKE_P_CERT:
	case IKE_P_CERTREQ: encoded(w, pl->type, pl->cert.encoding, pl->cert.data.p, pl->cert.data.n); return;
	case IKE_P_AUTH: ike_w_auth(w, pl->auth.method, pl->auth.data.p, pl->auth.data.n); return;
	case IKE_P_NONCE: ike_w_nonce(w, pl->data.p, pl->data.n); return;
	case IKE_P_NOTIFY:
		notify(w, pl->notify.protocol, &pl->notify.spi, pl->notify.type, pl->notify.data.p, pl->notify.data.n);
		return;
	case IKE_P_DELETE: deleted_again(w, pl); return;
	case IKE_P_TSI:
	case IKE_P_TSR: ike_w_ts(w, pl->type, pl->ts.ts, pl->ts.n); return;
	case IKE_P_CP: ike_w_cp(w, pl->cp.type, pl->cp.attr, pl->cp.n); return;
	case IKE_P_EAP: ike_w_eap(w, pl->data.p, pl->data.n); return;
	case IKE_P_SK:
	case IKE_P_SKF: sealed_again(w, pl); return;
	}
	ike_w_raw(w, pl->type, false, pl->body.p, pl->body.n);
}

void ike_w_again(struct ike_writer *w, const struct ike_payload *pl)
{
	size_t at = writer_len(&w->w);

	if (pl->bad) {
		writer_fail(&w->w, "ike-bad");
		return;
	}
	again(w, pl);
	if (pl->critical && writer_ok(&w->w))
		w->w.base[at + 1] |= 0x80;
}

size_t ike_encode(const struct ike_msg *m, uint8_t *buf, size_t cap)
{
	struct ike_writer w;

	ike_w_start(&w, buf, cap, &m->h);
	for (unsigned i = 0; i < m->n; i++)
		ike_w_again(&w, &m->payload[i]);
	return ike_w_end(&w);
}

/* ---- the Encrypted payload ---- */

/* Octets in front of the IV. */
static size_t sk_front(bool fragment)
{
	return IKE_HDR_LEN + IKE_GENERIC_LEN + (fragment ? 4u : 0u);
}

/* Ciphertext of n inner octets: they, the pad length octet and the padding up to the block. */
static size_t sk_ct(size_t n, const struct seal_sizes *z)
{
	return (n + z->block) & ~(size_t)(z->block - 1);
}

size_t ike_sk_len(size_t n, const struct seal_sizes *z, bool fragment)
{
	return sk_front(fragment) + z->iv + sk_ct(n, z) + z->icv;
}

size_t ike_sk_room(size_t max, const struct seal_sizes *z, bool fragment)
{
	size_t around = sk_front(fragment) + z->iv + z->icv, ct;

	if (max < around)
		return 0;
	ct = (max - around) & ~(size_t)(z->block - 1);
	return ct ? ct - 1 : 0;
}

size_t ike_sk_frame(const struct ike_hdr *h, const struct seal_sizes *z, uint8_t inner_type, const uint8_t *inner,
		    size_t n, uint16_t number, uint16_t total, uint8_t *buf, size_t cap, struct ike_sk *out)
{
	bool fragment = total > 0;
	size_t len, ct, at = sk_front(fragment);
	struct ike_hdr own = *h;

	assert(z->block && !(z->block & (z->block - 1)) && (!fragment || (number && number <= total)));
	if (n > UINT16_MAX)
		return 0;
	len = ike_sk_len(n, z, fragment);
	ct = sk_ct(n, z);
	if (len > cap || len > UINT16_MAX)
		return 0;
	if (n)
		memmove(buf + at + z->iv, inner, n);
	memset(buf + at + z->iv + n, 0, ct - n - 1);
	buf[at + z->iv + ct - 1] = (uint8_t)(ct - n - 1);
	own.next = fragment ? IKE_P_SKF : IKE_P_SK;
	own.length = (uint32_t)len;
	ike_hdr_encode(&own, buf);
	buf[IKE_HDR_LEN] = inner_type;
	buf[IKE_HDR_LEN + 1] = 0;
	store16(buf + IKE_HDR_LEN + 2, (uint16_t)(len - IKE_HDR_LEN));
	if (fragment) {
		store16(buf + IKE_HDR_LEN + 4, number);
		store16(buf + IKE_HDR_LEN + 6, total);
	}
	*out = (struct ike_sk){ .inner = inner_type, .number = fragment ? number : 0, .total = total,
				.iv = (uint32_t)at, .iv_len = z->iv, .ct = (uint32_t)at + z->iv,
				.ct_len = (uint32_t)ct, .icv = (uint32_t)(len - z->icv), .icv_len = z->icv,
				.len = (uint32_t)len, .aad_len = (uint32_t)at, .auth_len = (uint32_t)(len - z->icv) };
	return len;
}
