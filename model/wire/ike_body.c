/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: bodies of IKEv2 payloads
 *
 * Reads what stands behind a payload's generic header: security associations [RFC 7296 3.3], key exchange [3.4],
 * identities [3.5], certificates and requests [3.6, 3.7], authentication [3.8], nonces [3.9], notifies [3.10], deletes
 * [3.11], vendor ids [3.12], traffic selectors [3.13], the Encrypted payload's frame [3.14, RFC 7383 2.5],
 * configuration [3.15] and EAP [3.16]. Sub-structures go into the message's stores, one after the other.
 *
 * A length below a format's least one, or beyond what is there, is a fault; counts that disagree with what is there,
 * reserved fields and wrong "last" octets are notes. The contents of identities, certificates, EAP packets and
 * notification data belong to whoever asked for them.
 */
#include "wire/ike_codec.h"

static void reserved(struct ike_decoding *k, const uint8_t *p, unsigned n, const char *clause)
{
	for (unsigned i = 0; i < n; i++)
		if (p[i]) {
			ike_note(k, "ike-reserved", clause, p + i, p[i]);
			return;
		}
}

static struct ike_octets rest(const struct ike_octets *body, unsigned from)
{
	return (struct ike_octets){ body->p + from, (uint16_t)(body->n - from) };
}

/* ---- SA ---- */

/* [RFC 7296 3.3.5] The attributes behind a transform's fixed part; only Key Length is known, in its short form. */
static bool attributes(struct ike_decoding *k, const uint8_t *p, const uint8_t *end, struct ike_transform *t)
{
	while (p < end) {
		uint16_t type, value;

		if (end - p < 4)
			return ike_fail(k, p, "ike-attribute-short");
		type = load16(p);
		value = load16(p + 2);
		if (type == (IKE_ATTR_SHORT | IKE_ATTR_KEY_LENGTH) && value && !t->key_bits) {
			t->key_bits = value;
		} else {
			t->odd = true;
			ike_note(k, "ike-attribute-unknown", "RFC 7296 3.3.6", p, type);
		}
		p += 4;
		if (type & IKE_ATTR_SHORT)
			continue;
		if (value > end - p)
			return ike_fail(k, p - 2, "ike-attribute-length");
		p += value;
	}
	return true;
}

/* The transforms of one proposal; claimed: how many it says it has. */
static bool transforms(struct ike_decoding *k, const uint8_t *p, const uint8_t *end, struct ike_proposal *prop,
		       unsigned claimed)
{
	struct ike_msg *m = k->m;
	unsigned n = 0;

	for (prop->t = &m->transform[m->n_transform]; p < end; n++) {
		struct ike_transform scratch, *t = &scratch;
		uint16_t len;

		if (end - p < (ptrdiff_t)IKE_TRANSFORM_LEN)
			return ike_fail(k, p, "ike-transform-short");
		len = load16(p + 2);
		if (len < IKE_TRANSFORM_LEN || len > end - p)
			return ike_fail(k, p + 2, "ike-transform-length");
		if (p[0] != (len == end - p ? 0 : 3))
			ike_note(k, "ike-transform-last", "RFC 7296 3.3.2", p, p[0]);
		if (p[1] || p[5])
			ike_note(k, "ike-reserved", "RFC 7296 3.3.2", p + (p[1] ? 1 : 5), p[1] | p[5]);
		if (m->n_transform < IKE_TRANSFORM_MAX && prop->n < UINT8_MAX) {
			t = &m->transform[m->n_transform++];
			prop->n++;
		} else {
			ike_note(k, "ike-too-many", NULL, p, p[4]);
		}
		*t = (struct ike_transform){ .type = p[4], .id = load16(p + 6) };
		if (!attributes(k, p + IKE_TRANSFORM_LEN, p + len, t))
			return false;
		p += len;
	}
	if (n != claimed)
		ike_note(k, "ike-transform-count", "RFC 7296 3.3.1", p, claimed);
	return true;
}

/* [RFC 7296 3.3.1] SPI sizes: none or 8 for IKE, 4 for ESP and AH */
static bool spi_fits(uint8_t protocol, uint8_t spi_len)
{
	if (protocol == IKE_PROTO_IKE)
		return !spi_len || spi_len == 8;
	return spi_len == 4;
}

/* One proposal of len octets. */
static bool proposal(struct ike_decoding *k, const uint8_t *p, uint16_t len, bool last, unsigned nth)
{
	struct ike_proposal scratch, *prop = &scratch;

	if (p[0] != (last ? 0 : 2))
		ike_note(k, "ike-proposal-last", "RFC 7296 3.3.1", p, p[0]);
	reserved(k, p + 1, 1, "RFC 7296 3.3.1");
	if (p[4] != nth)
		ike_note(k, "ike-proposal-number", "RFC 7296 3.3.1", p + 4, p[4]);
	if (!spi_fits(p[5], p[6]))
		ike_note(k, "ike-proposal-spi", "RFC 7296 3.3.1", p + 6, p[6]);
	if (k->m->n_prop < IKE_PROPOSAL_MAX)
		prop = &k->m->prop[k->m->n_prop++];
	else
		ike_note(k, "ike-too-many", NULL, p, p[4]);
	*prop = (struct ike_proposal){ .number = p[4], .protocol = p[5], .spi_len = p[6],
				       .spi = p + IKE_PROPOSAL_LEN };
	if (IKE_PROPOSAL_LEN + prop->spi_len > len)
		return ike_fail(k, p + 6, "ike-proposal-spi-size");
	return transforms(k, prop->spi + prop->spi_len, p + len, prop, p[7]);
}

/*
 * The proposal number of a response is that of the one chosen [RFC 7296 3.3.1], so a single proposal may have any
 * from 1 on.
 */
static bool sa(struct ike_decoding *k, struct ike_payload *pl)
{
	const uint8_t *p = pl->body.p, *end = p + pl->body.n;
	unsigned first = k->m->n_prop, nth = 1;

	pl->sa.p = &k->m->prop[first];
	if (p == end)
		return ike_fail(k, p, "ike-sa-empty");
	while (p < end) {
		uint16_t len;

		if (end - p < (ptrdiff_t)IKE_PROPOSAL_LEN)
			return ike_fail(k, p, "ike-proposal-short");
		len = load16(p + 2);
		if (len < IKE_PROPOSAL_LEN || len > end - p)
			return ike_fail(k, p + 2, "ike-proposal-length");
		if (nth == 1 && len == end - p && p[4])
			nth = p[4];
		if (!proposal(k, p, len, len == end - p, nth++))
			return false;
		p += len;
	}
	pl->sa.n = (uint8_t)(k->m->n_prop - first);
	return true;
}

/* ---- payloads with a small fixed part ---- */

/* True when the body has its fixed part. */
static bool fixed(struct ike_decoding *k, const struct ike_payload *pl, unsigned n)
{
	return pl->body.n >= n || ike_fail(k, pl->body.p + pl->body.n, "ike-body-short");
}

static bool ke(struct ike_decoding *k, struct ike_payload *pl)
{
	if (!fixed(k, pl, 4))
		return false;
	reserved(k, pl->body.p + 2, 2, "RFC 7296 3.4");
	pl->ke.group = load16(pl->body.p);
	pl->ke.data = rest(&pl->body, 4);
	return true;
}

static bool id(struct ike_decoding *k, struct ike_payload *pl)
{
	if (!fixed(k, pl, 4))
		return false;
	reserved(k, pl->body.p + 1, 3, "RFC 7296 3.5");
	pl->id.type = pl->body.p[0];
	pl->id.data = rest(&pl->body, 4);
	return true;
}

static bool cert(struct ike_decoding *k, struct ike_payload *pl)
{
	if (!fixed(k, pl, 1))
		return false;
	pl->cert.encoding = pl->body.p[0];
	pl->cert.data = rest(&pl->body, 1);
	return true;
}

static bool auth(struct ike_decoding *k, struct ike_payload *pl)
{
	if (!fixed(k, pl, 4))
		return false;
	reserved(k, pl->body.p + 1, 3, "RFC 7296 3.8");
	pl->auth.method = pl->body.p[0];
	pl->auth.data = rest(&pl->body, 4);
	return true;
}

static bool nonce(struct ike_decoding *k, struct ike_payload *pl)
{
	pl->data = pl->body;
	if (pl->body.n < 16 || pl->body.n > 256)
		ike_note(k, "ike-nonce-length", "RFC 7296 3.9", pl->body.p, pl->body.n);
	return true;
}

static bool notify(struct ike_decoding *k, struct ike_payload *pl)
{
	const uint8_t *p = pl->body.p;
	uint8_t spi_len;

	if (!fixed(k, pl, 4))
		return false;
	spi_len = p[1];
	if (!fixed(k, pl, 4u + spi_len))
		return false;
	pl->notify.protocol = p[0];
	pl->notify.type = load16(p + 2);
	pl->notify.spi = (struct ike_octets){ p + 4, spi_len };
	pl->notify.data = rest(&pl->body, 4u + spi_len);
	return true;
}

/* [RFC 7296 3.11] SPIs of a size that their protocol does not have cannot be read as SPIs. */
static bool delete(struct ike_decoding *k, struct ike_payload *pl)
{
	const uint8_t *p = pl->body.p;
	size_t room;

	if (!fixed(k, pl, 4))
		return false;
	room = pl->body.n - 4u;
	pl->del.protocol = p[0];
	pl->del.spi_len = p[1];
	pl->del.n = load16(p + 2);
	pl->del.spi = p + 4;
	if (pl->del.n && pl->del.spi_len != (p[0] == IKE_PROTO_IKE ? 8 : 4))
		return ike_fail(k, p + 1, "ike-delete-spi-size");
	if (pl->del.n * (size_t)pl->del.spi_len > room)
		return ike_fail(k, p + 2, "ike-delete-count");
	if (pl->del.n * (size_t)pl->del.spi_len < room)
		ike_note(k, "ike-delete-trailing", "RFC 7296 3.11", p + 4, (uint32_t)room);
	return true;
}

static bool eap(struct ike_decoding *k, struct ike_payload *pl)
{
	pl->data = pl->body;
	return fixed(k, pl, 4);
}

static bool vendor(struct ike_payload *pl)
{
	pl->data = pl->body;
	return true;
}

static bool skf(struct ike_decoding *k, struct ike_payload *pl, uint8_t next)
{
	pl->sk.inner = next;
	if (!fixed(k, pl, 4))
		return false;
	pl->sk.number = load16(pl->body.p);
	pl->sk.total = load16(pl->body.p + 2);
	pl->sk.data = rest(&pl->body, 4);
	return true;
}

static bool sk(struct ike_payload *pl, uint8_t next)
{
	pl->sk.inner = next;
	pl->sk.number = pl->sk.total = 0;
	pl->sk.data = pl->body;
	return true;
}

/* ---- traffic selectors ---- */

static void selector(struct ike_ts *ts, const uint8_t *p)
{
	ts->type = p[0];
	ts->proto = p[1];
	ts->start_port = load16(p + 4);
	ts->end_port = load16(p + 6);
	if (p[0] == IKE_TS_IP6_RANGE) {
		memcpy(ts->start.o, p + 8, 16);
		memcpy(ts->end.o, p + 24, 16);
	} else {
		struct ip4_addr a, b;

		memcpy(a.o, p + 8, 4);
		memcpy(b.o, p + 12, 4);
		ts->start = ip6_mapped(a);
		ts->end = ip6_mapped(b);
	}
}

/* One selector, whose length is at least IKE_TS_LEN and not beyond the end. */
static bool one_selector(struct ike_decoding *k, const uint8_t *p, uint16_t len)
{
	struct ike_msg *m = k->m;

	if (p[0] != IKE_TS_IP4_RANGE && p[0] != IKE_TS_IP6_RANGE) {
		ike_note(k, "ike-ts-type", "RFC 7296 3.13.1", p, p[0]);
		return true;
	}
	if (len != (p[0] == IKE_TS_IP4_RANGE ? IKE_TS_IP4_LEN : IKE_TS_IP6_LEN))
		return ike_fail(k, p + 2, "ike-ts-length");
	if (m->n_ts < IKE_TS_MAX)
		selector(&m->ts[m->n_ts++], p);
	else
		ike_note(k, "ike-too-many", NULL, p, p[0]);
	return true;
}

static bool ts(struct ike_decoding *k, struct ike_payload *pl)
{
	const uint8_t *p = pl->body.p, *end = p + pl->body.n;
	unsigned first = k->m->n_ts, claimed;

	if (!fixed(k, pl, 4))
		return false;
	reserved(k, p + 1, 3, "RFC 7296 3.13");
	pl->ts.ts = &k->m->ts[first];
	claimed = p[0];
	if (!claimed)
		ike_note(k, "ike-ts-none", "RFC 7296 3.13", p, 0);
	for (p += 4; claimed; claimed--) {
		uint16_t len;

		if (end - p < (ptrdiff_t)IKE_TS_LEN)
			return ike_fail(k, p, "ike-ts-short");
		len = load16(p + 2);
		if (len < IKE_TS_LEN || len > end - p)
			return ike_fail(k, p + 2, "ike-ts-length");
		if (!one_selector(k, p, len))
			return false;
		p += len;
	}
	if (p < end)
		ike_note(k, "ike-ts-trailing", "RFC 7296 3.13", p, (uint32_t)(end - p));
	pl->ts.n = (uint8_t)(k->m->n_ts - first);
	return true;
}

/* ---- configuration ---- */

static bool cp(struct ike_decoding *k, struct ike_payload *pl)
{
	const uint8_t *p = pl->body.p, *end = p + pl->body.n;
	struct ike_msg *m = k->m;
	unsigned first = m->n_attr;

	if (!fixed(k, pl, 4))
		return false;
	reserved(k, p + 1, 3, "RFC 7296 3.15");
	pl->cp.type = p[0];
	pl->cp.attr = &m->attr[first];
	for (p += 4; p < end; p += IKE_CP_ATTR_LEN + load16(p + 2)) {
		if (end - p < (ptrdiff_t)IKE_CP_ATTR_LEN)
			return ike_fail(k, p, "ike-cp-short");
		if (load16(p + 2) > end - p - (ptrdiff_t)IKE_CP_ATTR_LEN)
			return ike_fail(k, p + 2, "ike-cp-length");
		if (p[0] & 0x80)
			ike_note(k, "ike-reserved", "RFC 7296 3.15.1", p, p[0]);
		if (m->n_attr < IKE_CP_ATTR_MAX)
			m->attr[m->n_attr++] = (struct ike_cp_attr){ load16(p) & 0x7fff, load16(p + 2),
								     p + IKE_CP_ATTR_LEN };
		else
			ike_note(k, "ike-too-many", NULL, p, load16(p));
	}
	pl->cp.n = (uint8_t)(m->n_attr - first);
	return true;
}

bool ike_body_decode(struct ike_decoding *k, struct ike_payload *pl, uint8_t next)
{
	switch (pl->type) {
	case IKE_P_SA: return sa(k, pl);
	case IKE_P_KE: return ke(k, pl);
	case IKE_P_IDI:
	case IKE_P_IDR: return id(k, pl);
	case IKE_P_CERT:
	case IKE_P_CERTREQ: return cert(k, pl);
	case IKE_P_AUTH: return auth(k, pl);
	case IKE_P_NONCE: return nonce(k, pl);
	case IKE_P_NOTIFY: return notify(k, pl);
	case IKE_P_DELETE: return delete(k, pl);
	case IKE_P_VENDOR: return vendor(pl);
	case IKE_P_TSI:
	case IKE_P_TSR: return ts(k, pl);
	case IKE_P_SK: return sk(pl, next);
	case IKE_P_CP: return cp(k, pl);
	case IKE_P_EAP: return eap(k, pl);
	case IKE_P_SKF: return skf(k, pl, next);
	}
	return true;			/* unknown: its octets alone */
}
