/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Laws of the codecs of IKE, EAP and ESP that hold for any octets, good or damaged: the answer and the fault agree, the
 * fault lies within, counters stay below their limits, what was read without a note is written again octet for octet,
 * and what can be written reads back and is then written the same.
 */
#include <string.h>

#include "tests/vectors/vectors.h"
#include "wire/diameter.h"
#include "wire/eap.h"
#include "wire/esp.h"
#include "wire/ike_write.h"

#define ROOM 70000u

static size_t write_chain(const struct ike_msg *m, uint8_t *buf, size_t cap)
{
	struct ike_writer w;

	ike_w_inner(&w, buf, cap);
	for (unsigned i = 0; i < m->n; i++)
		ike_w_again(&w, &m->payload[i]);
	return ike_w_end(&w);
}

static bool read_ike(const struct vector *v, const uint8_t *p, size_t n, struct ike_msg *m, struct wire_diags *d)
{
	if (v->layer == VECTOR_IKE)
		return ike_decode(p, n, m, d);
	return ike_decode_payloads(v->first, p, n, m, d);
}

static const char *law_of_chain(const struct ike_msg *m)
{
	g_autofree uint8_t *one = g_malloc(ROOM), *two = g_malloc(ROOM);
	size_t n = write_chain(m, one, ROOM);
	struct ike_msg back;

	if (!n)
		return NULL;
	if (!ike_decode_payloads(m->payload[0].type, one, n, &back, NULL))
		return "what we wrote cannot be read";
	if (back.n != m->n || write_chain(&back, two, ROOM) != n || memcmp(one, two, n))
		return "writing is not stable";
	return NULL;
}

static const char *law_of_ike(const struct vector *v, const uint8_t *p, size_t n)
{
	struct wire_diags d = { 0 };
	struct ike_msg m;
	bool whole = read_ike(v, p, n, &m, &d);

	if (whole == !!m.fault.reason)
		return "the answer and the fault disagree";
	if (m.fault.offset > n)
		return "the fault lies outside";
	if (m.notes != d.n)
		return "the notes are not those counted";
	if (m.n > IKE_PAYLOAD_MAX || m.n_prop > IKE_PROPOSAL_MAX || m.n_transform > IKE_TRANSFORM_MAX ||
	    m.n_ts > IKE_TS_MAX || m.n_attr > IKE_CP_ATTR_MAX)
		return "more than there is room for";
	for (unsigned i = 0; i < m.n; i++)
		if (m.payload[i].offset + IKE_GENERIC_LEN + m.payload[i].body.n > n)
			return "a payload lies outside";
	if (whole && !m.notes && !vector_written_alike(v, p, n))
		return "what was read without a note is written otherwise";
	return v->layer == VECTOR_IKE_CHAIN ? law_of_chain(&m) : NULL;
}

/* More than 128 bits are read and noted, but nobody writes them [RFC 4187 10.8]. */
static bool res_too_long(const struct eap_packet *m)
{
	for (unsigned i = 0; i < m->attrs.n; i++)
		if (m->attrs.a[i].type == AT_RES && m->attrs.a[i].value > 128)
			return true;
	return false;
}

static const char *law_of_eap(const uint8_t *p, size_t n)
{
	g_autofree uint8_t *one = g_malloc(ROOM), *two = g_malloc(ROOM);
	struct reader r = reader_on(p, n);
	struct eap_packet m = { 0 }, back = { 0 };
	bool whole = eap_decode(&r, &m, NULL);
	size_t len;

	if (whole == !!r.fault.reason)
		return "the answer and the fault disagree";
	if (r.fault.offset > n)
		return "the fault lies outside";
	if (m.attrs.n > EAP_AKA_ATTRS_MAX || (m.mac_at && m.mac_at + EAP_MAC_OCTETS > n))
		return "more than there is room for";
	if (!whole || res_too_long(&m))
		return NULL;
	len = eap_encode(&m, one, ROOM);
	r = reader_on(one, len);
	if (!len || len > m.len)
		return "what was read cannot be written";
	if (!eap_decode(&r, &back, NULL) || back.attrs.n != m.attrs.n || eap_encode(&back, two, ROOM) != len ||
	    memcmp(one, two, len))
		return "writing is not stable";
	return NULL;
}

static const char *law_of_attributes(const uint8_t *p, size_t n)
{
	struct reader r = reader_on(p, n);
	struct eap_attrs as;
	bool whole = eap_attrs_decode(&r, &as, NULL);

	if (whole == !!r.fault.reason)
		return "the answer and the fault disagree";
	for (unsigned i = 0; i < as.n; i++)
		if (as.a[i].at >= n ||
		    (as.a[i].len && (as.a[i].octets < p || as.a[i].octets + as.a[i].len > p + n)))
			return "an attribute lies outside";
	return r.fault.offset > n ? "the fault lies outside" : NULL;
}

static const char *law_of_esp(const uint8_t *p, size_t n)
{
	static const struct seal_sizes sizes[] = { { 16, 16, 16 }, { 16, 16, 12 }, { 8, 1, 16 }, { 0, 1, 0 } };
	struct esp_parts e;

	for (unsigned i = 0; i < G_N_ELEMENTS(sizes); i++)
		if (esp_view(p, n, &sizes[i], &e, NULL) &&
		    (e.iv + e.iv_len != e.ct || e.ct + e.ct_len != e.icv || e.icv + e.icv_len != n || !e.h.spi))
			return "the parts do not add up";
	return NULL;
}

static bool diameter_alike(const uint8_t *p, size_t n)
{
	g_autofree uint8_t *again = g_malloc(ROOM);
	struct fault fault;
	struct diam_msg m;

	return diam_decode(p, n, &m, &fault, NULL) && diam_encode(&m, again, ROOM) == n && !memcmp(again, p, n);
}

static const char *law_of_diameter(const uint8_t *p, size_t n)
{
	const struct diam_avp *failed;
	struct wire_diags d = { 0 };
	struct fault fault;
	struct diam_msg m;
	uint32_t missing;
	bool whole = diam_decode(p, n, &m, &fault, &d);

	if (whole == !!fault.reason)
		return "the answer and the fault disagree";
	if (fault.offset > n || m.n > DIAM_AVPS_MAX)
		return "the fault lies outside";
	if (!whole)
		return NULL;
	for (unsigned i = 0; i < m.n; i++)
		if (m.avp[i].data < p || m.avp[i].data + m.avp[i].len > p + n)
			return "a pair lies outside";
	if (!diam_check(&m, &failed, &missing) || (failed && (failed < m.avp || failed >= m.avp + m.n)))
		return "the check quotes what is not there";
	return d.n || diameter_alike(p, n) ? NULL : "what was read without a note is written otherwise";
}

const char *vector_law(const struct vector *v, const uint8_t *p, size_t n)
{
	switch (v->layer) {
	case VECTOR_IKE:
	case VECTOR_IKE_CHAIN:
		return law_of_ike(v, p, n);
	case VECTOR_EAP:
		return law_of_eap(p, n);
	case VECTOR_EAP_ATTRS:
		return law_of_attributes(p, n);
	case VECTOR_ESP:
		return law_of_esp(p, n);
	case VECTOR_DIAMETER:
		return law_of_diameter(p, n);
	case VECTOR_MH:
	case VECTOR_IP:
	case VECTOR_ETH:
		return NULL;
	}
	return NULL;
}

static size_t write_attributes(const struct eap_attrs *as, uint8_t *buf, size_t cap)
{
	struct eap_writer w;

	eap_write_attrs(&w, buf, cap);
	for (unsigned i = 0; i < as->n; i++)
		eap_write_attr(&w, &as->a[i]);
	return eap_write_end(&w);
}

bool vector_written_alike(const struct vector *v, const uint8_t *p, size_t n)
{
	g_autofree uint8_t *again = g_malloc(ROOM);
	struct reader r = reader_on(p, n);
	struct eap_packet packet = { 0 };
	struct eap_attrs as;
	struct ike_msg m;
	size_t len = 0;

	switch (v->layer) {
	case VECTOR_IKE:
		len = ike_decode(p, n, &m, NULL) ? ike_encode(&m, again, ROOM) : 0;
		break;
	case VECTOR_IKE_CHAIN:
		len = ike_decode_payloads(v->first, p, n, &m, NULL) ? write_chain(&m, again, ROOM) : 0;
		break;
	case VECTOR_EAP:
		len = eap_decode(&r, &packet, NULL) ? eap_encode(&packet, again, ROOM) : 0;
		break;
	case VECTOR_EAP_ATTRS:
		len = eap_attrs_decode(&r, &as, NULL) ? write_attributes(&as, again, ROOM) : 0;
		break;
	case VECTOR_DIAMETER:
		return diameter_alike(p, n);
	case VECTOR_ESP:
	case VECTOR_MH:
	case VECTOR_IP:
	case VECTOR_ETH:
		return true;
	}
	return len == n && (!n || !memcmp(again, p, n));
}
