/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: DNS messages by libldns [RFC 1035, RFC 3596, RFC 2782]
 *
 * libldns knows names, compression and record formats. What it is given was walked here first: every count, length and
 * compression pointer, so that it cannot be made to run long or far by a hostile message; records of types that nobody
 * here asks for are passed over and never reach it. Each call frees what libldns allocated. Its sources of randomness
 * and of time are not used.
 *
 * Not here: EDNS, DNSSEC, zone transfers, dynamic updates, TCP, classes but IN.
 */
#include "wire/dns.h"

#include <ldns/ldns.h>
#include <string.h>

#include "base/text.h"

#define CLASS_IN 1u
#define HA_APN_MAX 100u			/* octets of the encoded name [TS 23.003 21.2] */

/* ---- names ------------------------------------------------------------------------------------------------------- */

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool plain(char c)
{
	c = lower(c);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

bool dns_name_set(char out[DNS_NAME_TEXT], const char *name)
{
	size_t n = strlen(name), label = 0;
	bool good = n > 0;

	out[0] = 0;
	if (good && name[n - 1] == '.')
		n--;
	good = good && n && n < DNS_NAME_TEXT;
	for (size_t i = 0; good && i < n; i++) {
		if (name[i] == '.')
			good = label > 0;
		else
			good = plain(name[i]) && label < 63;
		label = name[i] == '.' ? 0 : label + 1;
		out[i] = lower(name[i]);
	}
	good = good && label > 0;
	out[good ? n : 0] = 0;
	return good;
}

bool dns_name_ok(const char *name)
{
	char out[DNS_NAME_TEXT];

	return dns_name_set(out, name);
}

/*
 * Walks a name, pointers included. Each pointer must lead before the place where this piece began, so there is an end;
 * and what is walked counts against the 255 octets of a name.
 */
static void walk_name(struct reader *r)
{
	struct reader at = *r;
	uint32_t piece = reader_offset(r);
	unsigned total = 0;
	bool jumped = false;

	for (;;) {
		uint8_t c = get8(&at);

		if (!reader_ok(&at)) {
			reader_fail(r, "dns-name-short");
			return;
		}
		if ((c & 0xc0) == 0xc0) {
			uint32_t to = (c & 0x3fu) << 8 | get8(&at);

			if (!reader_ok(&at) || to >= piece) {
				reader_fail(r, reader_ok(&at) ? "dns-name-loop" : "dns-name-short");
				return;
			}
			if (!jumped)
				r->p = at.p;
			jumped = true;
			piece = to;
			at.p = at.base + to;
			continue;
		}
		if (c & 0xc0) {
			reader_fail(r, "dns-name-label");
			return;
		}
		total += 1u + c;
		if (total > 255) {
			reader_fail(r, "dns-name-long");
			return;
		}
		if (!c)
			break;
		get_skip(&at, c);
		if (!reader_ok(&at)) {
			reader_fail(r, "dns-name-short");
			return;
		}
	}
	if (!jumped)
		r->p = at.p;
}

/* An uncompressed name as libldns holds it. False: characters that we do not take. */
static bool name_text(const ldns_rdf *name, char out[DNS_NAME_TEXT])
{
	const uint8_t *p = ldns_rdf_data(name);
	size_t n = ldns_rdf_size(name), at = 0, len = 0;

	while (at < n && p[at]) {
		size_t label = p[at++];

		if (label > n - at || len + label + 1 >= DNS_NAME_TEXT)
			break;
		if (len)
			out[len++] = '.';
		for (size_t i = 0; i < label; i++) {
			if (!plain((char)p[at + i])) {
				out[0] = 0;
				return false;
			}
			out[len++] = lower((char)p[at + i]);
		}
		at += label;
	}
	out[len] = 0;
	return len > 0;
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

/* What is between rdata's length and its end must be what the type says. */
static bool rdata_fits(const struct reader *message, uint32_t at, uint16_t type, uint16_t len)
{
	struct reader r = *message;

	r.p = r.base + at;
	switch (type) {
	case DNS_A:
		return len == 4;
	case DNS_AAAA:
		return len == 16;
	case DNS_SRV:
		if (len < 7)
			return false;
		get_skip(&r, 6);
		break;
	case DNS_CNAME:
		break;
	default:		/* any number may come */
		return true;
	}
	walk_name(&r);
	return reader_ok(&r) && reader_offset(&r) == at + len;
}

static bool known(uint16_t type)
{
	return type == DNS_A || type == DNS_AAAA || type == DNS_CNAME || type == DNS_SRV;
}

static bool take_record(const ldns_rr *rr, struct dns_record *out)
{
	const ldns_rdf *first = ldns_rr_rdf(rr, 0);

	if (!name_text(ldns_rr_owner(rr), out->owner) || !first)
		return false;
	out->ttl = ldns_rr_ttl(rr);
	switch (out->type) {
	case DNS_A:
		memcpy(out->a4.o, ldns_rdf_data(first), 4);
		return true;
	case DNS_AAAA:
		memcpy(out->a6.o, ldns_rdf_data(first), 16);
		return true;
	case DNS_CNAME:
		return name_text(first, out->target);
	case DNS_SRV:
		out->priority = ldns_rdf2native_int16(first);
		out->weight = ldns_rdf2native_int16(ldns_rr_rdf(rr, 1));
		out->port = ldns_rdf2native_int16(ldns_rr_rdf(rr, 2));
		return ldns_rr_rd_count(rr) == 4 && name_text(ldns_rr_rdf(rr, 3), out->target);
	default:
		return false;
	}
}

/* One record by libldns, at an offset that was walked. */
static void read_record(struct reader *r, uint32_t at, struct dns_record *one, struct dns_message *m,
			struct wire_diags *d)
{
	size_t pos = at, n = (size_t)(r->end - r->base);
	ldns_rr *rr = NULL;

	if (m->n == DNS_RECORDS_MAX) {
		wire_note(d, "dns-records", NULL, at, DNS_RECORDS_MAX);
		return;
	}
	if (ldns_wire2rr(&rr, r->base, n, &pos, LDNS_SECTION_ANSWER) != LDNS_STATUS_OK) {
		reader_fail(r, "dns-library");
		return;
	}
	if (take_record(rr, one))
		m->r[m->n++] = *one;
	else
		wire_note(d, "dns-name-character", "RFC 1123 2.1", at, 0);
	ldns_rr_free(rr);
}

static void record(struct reader *r, enum dns_section section, struct dns_message *m, struct wire_diags *d)
{
	struct dns_record one = { .section = (uint8_t)section };
	uint32_t at = reader_offset(r), data;
	uint16_t class, len;

	walk_name(r);
	one.type = get16(r);
	class = get16(r);
	get32(r);
	len = get16(r);
	data = reader_offset(r);
	get_skip(r, len);
	if (!reader_ok(r))
		return;
	if (class != CLASS_IN || !known(one.type)) {
		wire_note(d, class != CLASS_IN ? "dns-class" : "dns-type", NULL, at, class != CLASS_IN ? class : one.type);
		return;
	}
	if (!rdata_fits(r, data, one.type, len)) {
		reader_fail_at(r, r->base + data, "dns-rdata");
		return;
	}
	read_record(r, at, &one, m, d);
}

static void question(struct reader *r, struct dns_message *m, struct wire_diags *d)
{
	uint32_t at = reader_offset(r);
	size_t pos = at, n = (size_t)(r->end - r->base);
	ldns_rr *rr = NULL;
	uint16_t type, class;

	walk_name(r);
	type = get16(r);
	class = get16(r);
	if (!reader_ok(r))
		return;
	if (m->has_question || class != CLASS_IN) {
		wire_note(d, m->has_question ? "dns-questions" : "dns-class", NULL, at, class);
		return;
	}
	if (ldns_wire2rr(&rr, r->base, n, &pos, LDNS_SECTION_QUESTION) != LDNS_STATUS_OK) {
		reader_fail(r, "dns-library");
		return;
	}
	m->has_question = name_text(ldns_rr_owner(rr), m->qname);
	if (m->has_question)
		m->qtype = type;
	else
		wire_note(d, "dns-name-character", "RFC 1123 2.1", at, 0);
	ldns_rr_free(rr);
}

bool dns_decode(struct reader *r, struct dns_message *out, struct wire_diags *d)
{
	struct reader whole = reader_on(r->p, reader_left(r));	/* pointers count from the header */
	uint16_t flags, counts[4];

	*out = (struct dns_message){ .id = get16(&whole) };
	flags = get16(&whole);
	for (unsigned i = 0; i < 4; i++)
		counts[i] = get16(&whole);
	out->response = flags >> 15;
	out->opcode = flags >> 11 & 15;
	out->authoritative = flags >> 10 & 1;
	out->truncated = flags >> 9 & 1;
	out->recursion_desired = flags >> 8 & 1;
	out->recursion_available = flags >> 7 & 1;
	out->rcode = flags & 15;
	if (flags & 0x40)
		wire_note(d, "dns-reserved", "RFC 1035 4.1.1", 2, flags);
	for (unsigned i = 0; reader_ok(&whole) && i < counts[0]; i++)
		question(&whole, out, d);
	for (unsigned s = 0; s < 3; s++)
		for (unsigned i = 0; reader_ok(&whole) && i < counts[1 + s]; i++)
			record(&whole, (enum dns_section)s, out, d);
	if (reader_ok(&whole) && reader_left(&whole))
		wire_note(d, "dns-trailing", NULL, reader_offset(&whole), (uint32_t)reader_left(&whole));
	if (!reader_ok(&whole)) {
		const char *why = strcmp(whole.fault.reason, "short") ? whole.fault.reason : "dns-short";

		reader_fail_at(r, r->p + whole.fault.offset, why);
		return false;
	}
	r->p = r->end;
	return true;
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

/* "." is not a name of ours. The caller frees. */
static ldns_rdf *name_rdf(const char *name)
{
	ldns_rdf *out = NULL;

	if (!dns_name_ok(name) || ldns_str2rdf_dname(&out, name) != LDNS_STATUS_OK)
		return NULL;
	return out;
}

static bool push_octets(ldns_rr *rr, ldns_rdf_type type, const uint8_t *p, size_t n)
{
	ldns_rdf *f = ldns_rdf_new_frm_data(type, n, p);

	return f && ldns_rr_push_rdf(rr, f);
}

static bool push16(ldns_rr *rr, uint16_t v)
{
	uint8_t octets[2];

	store16(octets, v);
	return push_octets(rr, LDNS_RDF_TYPE_INT16, octets, sizeof octets);
}

static bool push_name(ldns_rr *rr, const char *name)
{
	ldns_rdf *f = name_rdf(name);

	return f && ldns_rr_push_rdf(rr, f);
}

static ldns_rr *make_record(const struct dns_record *r)
{
	ldns_rr *rr = ldns_rr_new();
	ldns_rdf *owner = name_rdf(r->owner);
	bool good = owner != NULL;

	ldns_rr_set_owner(rr, owner);
	ldns_rr_set_type(rr, (ldns_rr_type)r->type);
	ldns_rr_set_class(rr, LDNS_RR_CLASS_IN);
	ldns_rr_set_ttl(rr, r->ttl);
	switch (r->type) {
	case DNS_A:
		good = good && push_octets(rr, LDNS_RDF_TYPE_A, r->a4.o, 4);
		break;
	case DNS_AAAA:
		good = good && push_octets(rr, LDNS_RDF_TYPE_AAAA, r->a6.o, 16);
		break;
	case DNS_CNAME:
		good = good && push_name(rr, r->target);
		break;
	case DNS_SRV:
		good = good && push16(rr, r->priority) && push16(rr, r->weight) && push16(rr, r->port) &&
		       push_name(rr, r->target);
		break;
	default:
		good = false;
	}
	if (good)
		return rr;
	ldns_rr_free(rr);
	return NULL;
}

static bool push_question(ldns_pkt *p, const struct dns_message *m)
{
	ldns_rr *rr;
	ldns_rdf *name;

	if (!m->has_question)
		return true;
	name = name_rdf(m->qname);
	if (!name)
		return false;
	rr = ldns_rr_new();
	ldns_rr_set_question(rr, true);
	ldns_rr_set_owner(rr, name);
	ldns_rr_set_type(rr, (ldns_rr_type)m->qtype);
	ldns_rr_set_class(rr, LDNS_RR_CLASS_IN);
	return ldns_pkt_push_rr(p, LDNS_SECTION_QUESTION, rr);
}

static bool push_records(ldns_pkt *p, const struct dns_message *m)
{
	static const ldns_pkt_section sections[] = {
		[DNS_ANSWER] = LDNS_SECTION_ANSWER, [DNS_AUTHORITY] = LDNS_SECTION_AUTHORITY,
		[DNS_ADDITIONAL] = LDNS_SECTION_ADDITIONAL,
	};

	for (unsigned i = 0; i < m->n; i++) {
		ldns_rr *rr = make_record(&m->r[i]);

		if (!rr || m->r[i].section > DNS_ADDITIONAL || !ldns_pkt_push_rr(p, sections[m->r[i].section], rr)) {
			ldns_rr_free(rr);
			return false;
		}
	}
	return true;
}

static ldns_pkt *make_packet(const struct dns_message *m)
{
	ldns_pkt *p = ldns_pkt_new();

	ldns_pkt_set_id(p, m->id);
	ldns_pkt_set_qr(p, m->response);
	ldns_pkt_set_opcode(p, (ldns_pkt_opcode)m->opcode);
	ldns_pkt_set_aa(p, m->authoritative);
	ldns_pkt_set_tc(p, m->truncated);
	ldns_pkt_set_rd(p, m->recursion_desired);
	ldns_pkt_set_ra(p, m->recursion_available);
	ldns_pkt_set_rcode(p, m->rcode);
	if (push_question(p, m) && push_records(p, m))
		return p;
	ldns_pkt_free(p);
	return NULL;
}

size_t dns_encode(const struct dns_message *m, uint8_t *buf, size_t cap)
{
	ldns_pkt *p = m->n <= DNS_RECORDS_MAX ? make_packet(m) : NULL;
	ldns_buffer *b = p ? ldns_buffer_new(DNS_MESSAGE_MAX) : NULL;
	size_t n = 0;

	if (b && ldns_pkt2buffer_wire(b, p) == LDNS_STATUS_OK && ldns_buffer_position(b) <= cap) {
		n = ldns_buffer_position(b);
		memcpy(buf, ldns_buffer_begin(b), n);
	}
	ldns_buffer_free(b);
	ldns_pkt_free(p);
	return n;
}

/* ---- HA-APN ------------------------------------------------------------------------------------------------------ */

static bool digits(const char *s, size_t least, size_t most)
{
	size_t n = strspn(s, "0123456789");

	return !s[n] && n >= least && n <= most;
}

/* [R24303-4.2-04] [R24303-4.2-05] */
bool dns_ha_apn(char out[DNS_NAME_TEXT], const char *network_id, const char *mcc, const char *mnc)
{
	static const char own[] = ".3gppnetwork.org";
	char name[DNS_NAME_TEXT], id[DNS_NAME_TEXT];
	struct text t = text_on(name, sizeof name);
	size_t n;

	out[0] = 0;
	if (!dns_name_set(id, network_id) || !digits(mcc, 3, 3) || !digits(mnc, 2, 3))
		return false;
	n = strlen(id);
	if (strstr(id, "ha-apn.") || strstr(id, "w-apn.") || (n >= sizeof own - 1 && !strcmp(id + n - (sizeof own - 1), own)))
		return false;
	text_add(&t, "%s.ha-apn.mnc%s%s.mcc%s.pub%s", id, strlen(mnc) == 2 ? "0" : "", mnc, mcc, own);
	/* encoded: a length before each label and a zero at the end, that is the text and two octets */
	return !t.cut && t.len + 2 <= HA_APN_MAX && dns_name_set(out, name);
}
