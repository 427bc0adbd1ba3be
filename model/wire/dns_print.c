/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: DNS messages as fields, and the names of their numbers [RFC 1035 4.1]
 *
 * What `mooring decode`, comments on packets and vectors show. It implements no clause beyond the names.
 */
#include <string.h>

#include "base/text.h"
#include "wire/dns.h"

const char *dns_type_name(uint16_t type)
{
	switch (type) {
	case DNS_A:
		return "A";
	case DNS_CNAME:
		return "CNAME";
	case DNS_AAAA:
		return "AAAA";
	case DNS_SRV:
		return "SRV";
	default:		/* any number may come */
		return NULL;
	}
}

const char *dns_rcode_name(uint8_t rcode)
{
	static const char *const names[] = { "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED" };

	return rcode < sizeof names / sizeof names[0] ? names[rcode] : NULL;
}

static void field(const struct wire_printer *pr, uint32_t offset, const char *name, const char *value)
{
	pr->field(pr->ctx, name, value, offset, 0);
}

static void number(const struct wire_printer *pr, uint32_t offset, const char *name, unsigned v, const char *word)
{
	char buf[40];
	struct text t = text_on(buf, sizeof buf);

	text_add(&t, word ? "%u (%s)" : "%u", v, word);
	field(pr, offset, name, buf);
}

static void print_record(const struct dns_record *r, const struct wire_printer *pr, uint32_t offset)
{
	static const char *const sections[] = { "answer", "authority", "additional" };
	char buf[64];

	pr->open(pr->ctx, sections[r->section], dns_type_name(r->type), offset, 0);
	field(pr, offset, "owner", r->owner);
	number(pr, offset, "type", r->type, dns_type_name(r->type));
	number(pr, offset, "ttl", r->ttl, NULL);
	switch ((enum dns_type)r->type) {
	case DNS_A:
		ip4_text(r->a4, buf);
		field(pr, offset, "address", buf);
		break;
	case DNS_AAAA:
		ip6_text(&r->a6, buf);
		field(pr, offset, "address", buf);
		break;
	case DNS_SRV:
		number(pr, offset, "priority", r->priority, NULL);
		number(pr, offset, "weight", r->weight, NULL);
		number(pr, offset, "port", r->port, NULL);
		field(pr, offset, "target", r->target);
		break;
	case DNS_CNAME:
		field(pr, offset, "target", r->target);
		break;
	}
	pr->close(pr->ctx);
}

void dns_print(const uint8_t *p, size_t n, const struct wire_printer *pr, uint32_t offset)
{
	struct reader r = reader_on(p, n);
	struct wire_diags d = { 0 };
	struct dns_message m;
	bool good = dns_decode(&r, &m, &d);

	pr->open(pr->ctx, "dns", m.response ? "DNS response" : "DNS query", offset, (uint32_t)n);
	number(pr, offset, "id", m.id, NULL);
	number(pr, offset, "opcode", m.opcode, NULL);
	field(pr, offset, "response", m.response ? "1" : "0");
	if (m.response)
		number(pr, offset, "rcode", m.rcode, dns_rcode_name(m.rcode));
	if (m.truncated)
		field(pr, offset, "truncated", "1");
	if (m.has_question) {
		field(pr, offset, "name", m.qname);
		number(pr, offset, "type", m.qtype, dns_type_name(m.qtype));
	}
	for (unsigned i = 0; i < m.n; i++)
		print_record(&m.r[i], pr, offset + DNS_HEADER);
	for (unsigned i = 0; i < d.n && i < WIRE_DIAG_MAX; i++)
		pr->note(pr->ctx, d.d[i].id, d.d[i].clause ? d.d[i].clause : "", offset + d.d[i].offset);
	if (!good)
		pr->note(pr->ctx, r.fault.reason, "the rest cannot be read", offset + r.fault.offset);
	pr->close(pr->ctx);
}

void dns_summary(const uint8_t *p, size_t n, struct text *t)
{
	struct reader r = reader_on(p, n);
	struct dns_message m;
	bool good = dns_decode(&r, &m, NULL);
	const char *type = dns_type_name(m.qtype), *code = dns_rcode_name(m.rcode);

	text_add(t, "DNS %s %s", type ? type : "?", m.has_question ? m.qname : "");
	if (m.response)
		text_add(t, ": %s, %u records", code ? code : "error", m.n);
	if (!good)
		text_add(t, " (%s)", r.fault.reason);
}
