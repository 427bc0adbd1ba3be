/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: messages of EPS session management that carry protocol configuration options [TS 24.301 8.3.6, 8.3.16, 8.3.20]
 *
 * As plain messages, for what protects them between UE and MME is not simulated. Optional elements that are not needed
 * here are passed over by their form [TS 24.007 11.2.4]. Quality of service is written with QCI 9 and not looked at.
 */
#include "base/text.h"
#include "wire/pco.h"

#define PD_ESM 2u
#define IE_APN 0x28u
#define IE_PCO 0x27u
#define IE_CAUSE 0x58u			/* type and value alone */
#define QCI_DEFAULT 9u
#define PDN_IP6 2u

const char *nas_type_name(uint8_t type)
{
	switch (type) {
	case NAS_ACTIVATE_REQUEST:
		return "ACTIVATE-DEFAULT-BEARER-REQUEST";
	case NAS_ACTIVATE_ACCEPT:
		return "ACTIVATE-DEFAULT-BEARER-ACCEPT";
	case NAS_ACTIVATE_REJECT:
		return "ACTIVATE-DEFAULT-BEARER-REJECT";
	case NAS_PDN_REQUEST:
		return "PDN-CONNECTIVITY-REQUEST";
	case NAS_PDN_REJECT:
		return "PDN-CONNECTIVITY-REJECT";
	default:		/* any number may come */
		return NULL;
	}
}

static bool from_network(uint8_t type)
{
	return type == NAS_ACTIVATE_REQUEST || type == NAS_PDN_REJECT;
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

/* Labels with their lengths [TS 23.003 9.1]. False: it is none. */
static bool apn_text(const uint8_t *p, size_t n, char out[NAS_APN_TEXT])
{
	size_t at = 0, len = 0;

	out[0] = 0;
	if (!n || n >= NAS_APN_TEXT)
		return false;
	while (at < n) {
		size_t label = p[at++];

		if (!label || label > n - at)
			return false;
		if (len)
			out[len++] = '.';
		for (size_t i = 0; i < label; i++, len++) {
			char c = (char)p[at + i];

			if (c <= ' ' || c > '~' || c == '.')
				return false;
			out[len] = c;
		}
		at += label;
	}
	out[len] = 0;
	return true;
}

static void read_apn(const uint8_t *p, size_t n, uint32_t at, struct nas_message *m, struct wire_diags *d)
{
	m->has_apn = apn_text(p, n, m->apn);
	if (!m->has_apn) {
		m->apn[0] = 0;
		wire_note(d, "nas-apn", "TS 24.301 9.9.4.1", at, (uint32_t)n);
	}
}

/* What follows the mandatory part: one octet, two, or a length and a value. */
static void optional(struct reader *r, struct nas_message *m, struct wire_diags *d)
{
	uint32_t at = reader_offset(r);
	uint8_t type = get8(r);
	struct reader sub;
	uint8_t len;

	if (type & 0x80)
		return;
	if (type == IE_CAUSE) {
		get8(r);
		return;
	}
	len = get8(r);
	sub = get_sub(r, len);
	if (!reader_ok(r)) {
		r->fault.reason = "nas-element";
		return;
	}
	if (type == IE_APN) {
		read_apn(sub.p, len, at, m, d);
	} else if (type == IE_PCO && m->has_pco) {
		wire_note(d, "nas-repeated", "TS 24.301 7.6", at, type);
	} else if (type == IE_PCO) {
		m->has_pco = pco_decode(&sub, from_network(m->type), &m->pco, d);
		reader_join(r, &sub);
	}
}

static void mandatory(struct reader *r, struct nas_message *m, struct wire_diags *d)
{
	const uint8_t *p;
	uint8_t one;
	uint32_t at;

	switch ((enum nas_type)m->type) {
	case NAS_PDN_REQUEST:
		one = get8(r);
		m->request_type = one & 7;
		m->pdn_type = one >> 4 & 7;
		break;
	case NAS_PDN_REJECT:
	case NAS_ACTIVATE_REJECT:
		m->cause = get8(r);
		break;
	case NAS_ACTIVATE_REQUEST:
		get_skip(r, get8(r));		/* quality of service */
		at = reader_offset(r);
		one = get8(r);
		p = get_octets(r, one);
		if (reader_ok(r))
			read_apn(p, one, at, m, d);
		at = reader_offset(r);
		one = get8(r);
		p = get_octets(r, one);
		if (!reader_ok(r))
			break;
		m->pdn_type = one ? p[0] & 7 : 0;
		if (one >= 9)
			memcpy(m->iid, p + 1, 8);
		else
			wire_note(d, "nas-pdn-address", "TS 24.301 9.9.4.9", at, one);
		break;
	case NAS_ACTIVATE_ACCEPT:
		break;
	}
}

bool nas_decode(struct reader *r, struct nas_message *out, struct wire_diags *d)
{
	uint8_t first = get8(r);

	memset(out, 0, sizeof *out);
	out->ebi = first >> 4;
	out->pti = get8(r);
	out->type = get8(r);
	if (reader_ok(r) && (first & 15) != PD_ESM)
		reader_fail_at(r, r->base, "nas-protocol");
	else if (reader_ok(r) && !nas_type_name(out->type))
		reader_fail_at(r, r->p - 1, "nas-type");
	if (reader_ok(r))
		mandatory(r, out, d);
	while (reader_ok(r) && reader_left(r))
		optional(r, out, d);
	if (!reader_ok(r) && !strcmp(r->fault.reason, "short"))
		r->fault.reason = "nas-short";
	return reader_ok(r);
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

static void put_apn(struct writer *w, const char *apn)
{
	size_t n = strlen(apn), label;

	if (!n || n + 1 >= NAS_APN_TEXT) {
		writer_fail(w, "apn");
		return;
	}
	put8(w, (uint8_t)(n + 1));
	for (const char *p = apn; ; p += label + 1) {
		label = strcspn(p, ".");
		if (!label || label > 63) {
			writer_fail(w, "apn");
			return;
		}
		put8(w, (uint8_t)label);
		put_octets(w, (const uint8_t *)p, label);
		if (!p[label])
			return;
	}
}

static void put_mandatory(struct writer *w, const struct nas_message *m)
{
	switch ((enum nas_type)m->type) {
	case NAS_PDN_REQUEST:
		put8(w, (uint8_t)((m->pdn_type & 7) << 4 | (m->request_type & 7)));
		break;
	case NAS_PDN_REJECT:
	case NAS_ACTIVATE_REJECT:
		put8(w, m->cause);
		break;
	case NAS_ACTIVATE_REQUEST:
		put8(w, 1);
		put8(w, QCI_DEFAULT);
		put_apn(w, m->apn);
		put8(w, m->pdn_type == PDN_IP6 ? 9 : 13);
		put8(w, m->pdn_type);
		put_octets(w, m->iid, sizeof m->iid);
		if (m->pdn_type != PDN_IP6)
			put_zeros(w, 4);		/* DHCPv4 gives it */
		break;
	case NAS_ACTIVATE_ACCEPT:
		break;
	}
}

size_t nas_encode(const struct nas_message *m, uint8_t *buf, size_t cap)
{
	struct writer w = writer_on(buf, cap);
	uint8_t pco[PCO_MAX];
	size_t n;

	put8(&w, (uint8_t)(m->ebi << 4 | PD_ESM));
	put8(&w, m->pti);
	put8(&w, m->type);
	put_mandatory(&w, m);
	if (m->type == NAS_PDN_REQUEST && m->has_apn) {
		put8(&w, IE_APN);
		put_apn(&w, m->apn);
	}
	if (m->has_pco) {
		n = pco_encode(&m->pco, from_network(m->type), pco, sizeof pco);
		if (!n)
			return 0;
		put8(&w, IE_PCO);
		put8(&w, (uint8_t)n);
		put_octets(&w, pco, n);
	}
	return writer_ok(&w) ? writer_len(&w) : 0;
}

/* ---- as fields --------------------------------------------------------------------------------------------------- */

static void field(const struct wire_printer *pr, uint32_t offset, const char *name, const char *value)
{
	pr->field(pr->ctx, name, value, offset, 0);
}

static void number(const struct wire_printer *pr, uint32_t offset, const char *name, unsigned v, const char *word)
{
	char buf[60];
	struct text t = text_on(buf, sizeof buf);

	text_add(&t, word ? "%u (%s)" : "%u", v, word);
	field(pr, offset, name, buf);
}

static void bits(const struct wire_printer *pr, uint32_t offset, const char *name, uint8_t mask)
{
	static const char *const names[] = { "DNS6", "HA6", "HNP", "HA4", "DNS4", "IFOM" };
	char buf[60];
	struct text t = text_on(buf, sizeof buf);

	for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
		if (mask >> i & 1)
			text_add(&t, "%s%s", t.len ? "," : "", names[i]);
	field(pr, offset, name, t.len ? buf : "-");
}

static void print_pco(const struct pco *p, const struct wire_printer *pr, uint32_t offset)
{
	char buf[64];

	pr->open(pr->ctx, "pco", "Protocol configuration options", offset, 0);
	bits(pr, offset, "asks", p->asks);
	bits(pr, offset, "has", p->has);
	if (p->has & PCO_B_HA6) {
		ip6_text(&p->ha6, buf);
		field(pr, offset, "home-agent", buf);
	}
	if (p->has & PCO_B_HA4) {
		ip4_text(p->ha4, buf);
		field(pr, offset, "ipv4-home-agent", buf);
	}
	if (p->has & PCO_B_HNP) {
		ip6_prefix_text(&p->hnp, buf);
		field(pr, offset, "home-network-prefix", buf);
	}
	for (unsigned i = 0; i < p->n_dns6; i++) {
		ip6_text(&p->dns6[i], buf);
		field(pr, offset, "dns-server", buf);
	}
	for (unsigned i = 0; i < p->n_dns4; i++) {
		ip4_text(p->dns4[i], buf);
		field(pr, offset, "dns-server", buf);
	}
	pr->close(pr->ctx);
}

void nas_print(const uint8_t *p, size_t n, const struct wire_printer *pr, uint32_t offset)
{
	struct reader r = reader_on(p, n);
	struct wire_diags d = { 0 };
	struct nas_message m;
	bool good = nas_decode(&r, &m, &d);

	pr->open(pr->ctx, "nas", nas_type_name(m.type), offset, (uint32_t)n);
	number(pr, offset, "type", m.type, nas_type_name(m.type));
	number(pr, offset, "bearer", m.ebi, NULL);
	number(pr, offset, "transaction", m.pti, NULL);
	if (m.has_apn)
		field(pr, offset, "apn", m.apn);
	if (m.cause)
		number(pr, offset, "cause", m.cause, NULL);
	if (m.has_pco)
		print_pco(&m.pco, pr, offset);
	for (unsigned i = 0; i < d.n && i < WIRE_DIAG_MAX; i++)
		pr->note(pr->ctx, d.d[i].id, d.d[i].clause ? d.d[i].clause : "", offset + d.d[i].offset);
	if (!good)
		pr->note(pr->ctx, r.fault.reason, "the rest cannot be read", offset + r.fault.offset);
	pr->close(pr->ctx);
}
