/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes events.jsonl. The formatting is our own because a JSON library or printf costs several times the model's own
 * time per record. No clause.
 */
#include "traces/events.h"

#include "traces/fields.h"
#include "traces/line.h"
#include "wire/dhcp6.h"
#include "wire/icmp6.h"
#include "wire/ike_num.h"
#include "wire/mh.h"
#include "wire/pco.h"

#define TEXT_MAX 4000u
#define IDENT_MAX 64u	/* of nodes, ports, links, machines and their states: identifiers */

static void text_upto(struct line *l, const char *s, size_t max)
{
	static const char hex[] = "0123456789abcdef";
	size_t n = strnlen(s, max);

	*l->p++ = '"';
	for (size_t i = 0; i < n; i++) {
		uint8_t c = (uint8_t)s[i];

		if (c == '"' || c == '\\') {
			*l->p++ = '\\';
			*l->p++ = c;
		} else if (c < 0x20 || c == 0x7f) {
			line_literal(l, "\\u00");
			*l->p++ = (uint8_t)hex[c >> 4];
			*l->p++ = (uint8_t)hex[c & 15];
		} else {
			*l->p++ = c;
		}
	}
	*l->p++ = '"';
}

static void text(struct line *l, const char *s)
{
	text_upto(l, s, TEXT_MAX);
}

static void ident(struct line *l, const char *s)
{
	text_upto(l, s, IDENT_MAX);
}

static void key(struct line *l, const char *name)
{
	size_t n = strlen(name);

	line_literal(l, ",\"");
	line_raw(l, name, n);
	line_literal(l, "\":");
}

static void octets(struct line *l, const uint8_t *p, uint32_t n)
{
	static const char hex[] = "0123456789abcdef";

	*l->p++ = '"';
	for (uint32_t i = 0; i < n; i++) {
		*l->p++ = (uint8_t)hex[p[i] >> 4];
		*l->p++ = (uint8_t)hex[p[i] & 15];
	}
	*l->p++ = '"';
}

static void address(struct line *l, const struct ip6_addr *a)
{
	line_char(l, '"');
	line_address(l, a);
	line_char(l, '"');
}

static void named(struct line *l, const struct record_field *f, unsigned v)
{
	key(l, f->name);
	text(l, v < f->n_names ? f->names[v] : "?");
}

static void of_machine(struct line *l, const struct moor_record *r, const struct record_field *f)
{
	const struct fsm *m = r->u.state.machine;
	unsigned v = *(const uint8_t *)field_at(r, f);

	if (!m)
		return;
	key(l, f->name);
	if (f->type == FIELD_MACHINE)
		ident(l, m->name);
	else if (f->type == FIELD_STATE)
		ident(l, v < m->n_states ? m->states[v].name : "?");
	else
		ident(l, v < m->n_events ? m->events[v] : "?");
}

static void string(struct line *l, const struct record_field *f, const char *s)
{
	if (!s)
		return;
	key(l, f->name);
	text(l, s);
}

static void addresses(struct line *l, const struct record_field *f, const void *v)
{
	char buf[ADDR_TEXT_MAX];

	if (f->type == FIELD_IP6 && !ip6_is_zero(v)) {
		key(l, f->name);
		address(l, v);
	} else if (f->type == FIELD_IP4 && !ip4_is_zero(*(const struct ip4_addr *)v)) {
		key(l, f->name);
		text(l, ip4_text(*(const struct ip4_addr *)v, buf));
	} else if (f->type == FIELD_PREFIX && ((const struct ip6_prefix *)v)->len) {
		key(l, f->name);
		text(l, ip6_prefix_text(v, buf));
	} else if (f->type == FIELD_MAC && mac_u64(v)) {
		key(l, f->name);
		text(l, mac_text(v, buf));
	}
}

static uint64_t unsigned_of(const struct record_field *f, const void *v)
{
	switch ((enum field_type)f->type) {
	case FIELD_BOOL: case FIELD_U8: case FIELD_CLASS: case FIELD_STATE: case FIELD_EVENT:
		return *(const uint8_t *)v;
	case FIELD_U16: case FIELD_FLAGS:
		return *(const uint16_t *)v;
	case FIELD_U32: case FIELD_WHAT:
		return *(const uint32_t *)v;
	case FIELD_U64: case FIELD_TIME: case FIELD_IP6: case FIELD_IP4: case FIELD_PREFIX: case FIELD_STRING: case FIELD_TEXT:
	case FIELD_OCTETS: case FIELD_MACHINE: case FIELD_I32: case FIELD_MAC:
		break;
	}
	return *(const uint64_t *)v;
}

static void field(struct line *l, const struct moor_record *r, const struct record_field *f)
{
	const void *v = field_at(r, f);
	uint32_t n;

	switch ((enum field_type)f->type) {
	case FIELD_BOOL:
		key(l, f->name);
		if (*(const bool *)v)
			line_literal(l, "true");
		else
			line_literal(l, "false");
		break;
	case FIELD_U8: case FIELD_U16: case FIELD_FLAGS: case FIELD_U32: case FIELD_U64:
		key(l, f->name);
		line_number(l, unsigned_of(f, v));
		break;
	case FIELD_I32:
		key(l, f->name);
		line_signed(l, *(const int32_t *)v);
		break;
	case FIELD_TIME:
		key(l, f->name);
		line_signed(l, *(const moor_time *)v);
		break;
	case FIELD_WHAT: case FIELD_CLASS:
		named(l, f, (unsigned)unsigned_of(f, v));
		break;
	case FIELD_IP6: case FIELD_IP4: case FIELD_PREFIX: case FIELD_MAC:
		addresses(l, f, v);
		break;
	case FIELD_STRING: case FIELD_TEXT:
		string(l, f, *(const char *const *)v);
		break;
	case FIELD_OCTETS:
		memcpy(&n, (const uint8_t *)r + f->second, 4);
		if (!n)
			break;
		key(l, f->name);
		octets(l, *(const uint8_t *const *)v, n);
		break;
	case FIELD_MACHINE: case FIELD_STATE: case FIELD_EVENT:
		of_machine(l, r, f);
		break;
	}
}

size_t events_room(const struct moor_record *r)
{
	unsigned n;
	const struct record_field *f = record_fields(r->kind, &n);
	size_t room = 4096;

	for (unsigned i = 0; i < n; i++) {
		if (f[i].type == FIELD_STRING || f[i].type == FIELD_TEXT) {
			const char *s = *(const char *const *)field_at(r, &f[i]);

			room += s ? 6 * strnlen(s, TEXT_MAX) : 0;
		} else if (f[i].type == FIELD_OCTETS) {
			uint32_t len;

			memcpy(&len, (const uint8_t *)r + f[i].second, 4);
			room += 2 * (size_t)len;
		}
	}
	return room;
}

static void place(struct line *l, const struct trace_names *names, const struct moor_record *r)
{
	const char *link = NULL, *port;
	char buf[32];
	uint32_t node;

	if (r->node != REC_NONE) {
		key(l, "node");
		ident(l, trace_node_name(names, r->node, buf));
	}
	if (r->port != REC_NONE && names->port) {
		port = names->port(names->ctx, r->port, &node, &link, NULL);
		if (port) {
			key(l, "port");
			ident(l, port);
		}
		if (link) {
			key(l, "link");
			ident(l, link);
		}
	}
	if (r->instance) {
		key(l, "instance");
		line_number(l, r->instance);
	}
}

static void name(struct line *l, const struct rec_signal *g)
{
	const char *s = NULL;

	if (g->protocol == SIGNAL_MH)
		s = mh_type_name(g->type);
	else if (g->protocol == SIGNAL_IKE)
		s = ike_name(IKE_SPACE_EXCHANGE, g->type);
	else if (g->protocol == SIGNAL_ICMP6)
		s = icmp6_type_name(g->type);
	else if (g->protocol == SIGNAL_DHCP6)
		s = dhcp6_type_name(g->type);
	else if (g->protocol == SIGNAL_NAS)
		s = nas_type_name(g->type);
	else if (g->protocol == SIGNAL_DNS)
		s = g->subtype == 1 ? "dns-query" : "dns-response";
	if (!s)
		return;
	key(l, "name");
	text(l, s);
}

size_t events_line(const struct trace_names *names, const struct moor_record *r, uint8_t *buf)
{
	struct line l = { buf };
	unsigned n;
	const struct record_field *f = record_fields(r->kind, &n);

	line_literal(&l, "{\"t\":");
	line_signed(&l, r->at);
	key(&l, "kind");
	text(&l, moor_record_kind_name(r->kind));
	place(&l, names, r);
	if (r->kind == REC_SIGNAL_TX || r->kind == REC_SIGNAL_RX)
		name(&l, &r->u.signal);
	for (unsigned i = 0; i < n; i++)
		field(&l, r, &f[i]);
	line_literal(&l, "}\n");
	return (size_t)(l.p - buf);
}

void events_header(struct trace_out *o, const char *info)
{
	char *line = g_strconcat("{\"format\":\"mooring-events-1\"", *info ? "," : "", info, "}\n", NULL);

	trace_out_text(o, line);
	g_free(line);
}
