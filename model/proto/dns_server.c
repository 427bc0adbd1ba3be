/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the name server [RFC 1034 4.3.2; RFC 5026 5; 24.303 5.1.2.1]
 *
 * [R24303-5.1.2.1.5-14] A question for AAAA is answered with the AAAA record, one for A with the A record
 * [R24303-5.1.2.1.5-12]; SRV with the addresses of what it names in the additional section [RFC 2782]. Aliases are
 * followed within the zone. Records are given by the scenario; IPv4-mapped addresses are no such [R29275-6.1-13].
 *
 * Not here: delegations, zone files, several zones, TCP. What does not fit is left out and the answer is marked
 * truncated.
 */
#include "proto/dns_server.h"

#include <glib.h>
#include <string.h>

#include "base/slab.h"
#include "proto/dns_priv.h"

#define ALIASES_MAX 8u
#define TTL 300u

struct dns_server {
	struct net_host *h;
	struct dns_server_config c;
	GArray *zone;			/* struct dns_record */
	struct slab replies;
	struct reply *first, *last;	/* answers that wait for their thinking time, in order */
	struct moor_timer thinking;
};

struct reply {
	struct reply *next;
	moor_handle self;
	moor_time due;
	struct ip6_addr from, to;
	uint16_t port;
	size_t n;
	uint8_t octets[DNS_MESSAGE_MAX];
};

/* ---- the zone ---------------------------------------------------------------------------------------------------- */

static const struct dns_record *record_at(const struct dns_server *s, guint i)
{
	return &g_array_index(s->zone, struct dns_record, i);
}

bool dns_server_add(struct dns_server *s, const struct dns_record *r)
{
	struct dns_record one = *r;

	if (!dns_name_set(one.owner, r->owner) || !dns_type_name(r->type))
		return false;
	if ((r->type == DNS_CNAME || r->type == DNS_SRV) && !dns_name_set(one.target, r->target))
		return false;
	if (r->type == DNS_AAAA && ip6_is_mapped(&r->a6))
		return false;
	for (guint i = 0; i < s->zone->len; i++)
		if (!strcmp(record_at(s, i)->owner, one.owner) && (record_at(s, i)->type == DNS_CNAME || r->type == DNS_CNAME))
			return false;
	g_array_append_val(s->zone, one);
	return true;
}

static void put(struct dns_server *s, struct dns_message *m, const struct dns_record *r, enum dns_section section)
{
	if (m->n == DNS_RECORDS_MAX) {
		m->truncated = section == DNS_ANSWER || m->truncated;
		return;
	}
	m->r[m->n] = *r;
	m->r[m->n].section = (uint8_t)section;
	m->r[m->n++].ttl = s->c.ttl ? s->c.ttl : TTL;
}

static const struct dns_record *alias(const struct dns_server *s, const char *name)
{
	for (guint i = 0; i < s->zone->len; i++)
		if (record_at(s, i)->type == DNS_CNAME && !strcmp(record_at(s, i)->owner, name))
			return record_at(s, i);
	return NULL;
}

/* True: the name is there, with whatever records. */
static bool put_all(struct dns_server *s, struct dns_message *m, const char *name, uint16_t type,
		    enum dns_section section)
{
	bool there = false;

	for (guint i = 0; i < s->zone->len; i++) {
		const struct dns_record *r = record_at(s, i);

		if (strcmp(r->owner, name))
			continue;
		there = true;
		if (r->type == type)
			put(s, m, r, section);
	}
	return there;
}

static void look_up(struct dns_server *s, struct dns_message *m)
{
	char name[DNS_NAME_TEXT];
	const struct dns_record *a;
	unsigned answers, steps = 0;

	memcpy(name, m->qname, sizeof name);
	while (m->qtype != DNS_CNAME && steps++ < ALIASES_MAX && (a = alias(s, name))) {
		put(s, m, a, DNS_ANSWER);
		memcpy(name, a->target, sizeof name);
	}
	if (!put_all(s, m, name, m->qtype, DNS_ANSWER))
		m->rcode = DNS_NXDOMAIN;
	answers = m->n;
	for (unsigned i = 0; i < answers && m->qtype == DNS_SRV; i++) {
		if (m->r[i].type != DNS_SRV)
			continue;
		put_all(s, m, m->r[i].target, DNS_AAAA, DNS_ADDITIONAL);
		put_all(s, m, m->r[i].target, DNS_A, DNS_ADDITIONAL);
	}
}

/* ---- misbehaviour ------------------------------------------------------------------------------------------------ */

static void put_alias(struct dns_server *s, struct dns_message *m, const char *owner, const char *target)
{
	struct dns_record r = { .type = DNS_CNAME };

	g_strlcpy(r.owner, owner, sizeof r.owner);
	g_strlcpy(r.target, target, sizeof r.target);
	put(s, m, &r, DNS_ANSWER);
}

static void map_addresses(struct dns_server *s, struct dns_message *m)
{
	uint16_t type = m->qtype;

	if (type == DNS_AAAA)
		m->qtype = DNS_A;
	look_up(s, m);
	m->qtype = type;
	for (unsigned i = 0; i < m->n; i++)
		if (m->r[i].type == DNS_A && type != DNS_A) {
			m->r[i].type = DNS_AAAA;
			m->r[i].a6 = ip6_mapped(m->r[i].a4);
		}
}

/* Fills the answer; the question is there. */
static void respond(struct dns_server *s, struct dns_message *m)
{
	switch (s->c.fault) {
	case DNS_FAULT_SERVFAIL:
		m->rcode = DNS_SERVFAIL;
		return;
	case DNS_FAULT_REFUSED:
		m->rcode = DNS_REFUSED;
		return;
	case DNS_FAULT_NXDOMAIN:
		m->rcode = DNS_NXDOMAIN;
		return;
	case DNS_FAULT_LOOP:
		put_alias(s, m, m->qname, "loop.invalid");
		put_alias(s, m, "loop.invalid", m->qname);
		return;
	case DNS_FAULT_MAPPED:
		map_addresses(s, m);
		return;
	case DNS_FAULT_WRONG_ID:
		m->id ^= 0x5555;
		break;
	case DNS_FAULT_WRONG_NAME:
		look_up(s, m);
		g_strlcpy(m->qname, "somebody.else.invalid", sizeof m->qname);
		return;
	case DNS_FAULT_NONE:
	case DNS_FAULT_SILENT:
	case DNS_FAULT_GARBAGE:
		break;
	}
	look_up(s, m);
}

/* ---- messages ---------------------------------------------------------------------------------------------------- */

static void transmit(struct dns_server *s, const struct reply *r)
{
	struct net_send send = { .src = r->from, .dst = r->to, .trace_class = CLASS_SIGNAL };
	struct reader in = reader_on(r->octets, r->n);
	struct dns_message m;

	dns_decode(&in, &m, NULL);
	dns_record_message(s->h, true, &m, r->octets, r->n, &r->from, &r->to, 1);
	net_udp_send(s->h, moor_pkt_from(net_host_world(s->h), r->octets, r->n), &send, DNS_PORT, r->port);
}

static void reply_due(struct moor_world *w, struct moor_timer *t)
{
	struct dns_server *s = MOOR_CONTAINER(t, struct dns_server, thinking);

	while (s->first && s->first->due <= moor_world_now(w)) {
		struct reply *r = s->first;

		s->first = r->next;
		transmit(s, r);
		slab_free(&s->replies, r->self);
	}
	if (s->first)
		moor_timer_at(w, t, s->first->due, reply_due);
}

static void think(struct dns_server *s, const struct reply *one)
{
	struct moor_world *w = net_host_world(s->h);
	moor_handle self;
	struct reply *r;

	if (!s->c.delay) {
		transmit(s, one);
		return;
	}
	r = slab_alloc(&s->replies, &self);
	*r = *one;
	r->self = self;
	r->next = NULL;
	r->due = moor_time_add(moor_world_now(w), s->c.delay);
	*(s->first ? &s->last->next : &s->first) = r;
	s->last = r;
	if (!moor_timer_pending(&s->thinking))
		moor_timer_at(w, &s->thinking, r->due, reply_due);
}

/* What is too long goes without its last records, and says so [RFC 1035 4.1.1]. */
static size_t fit(struct dns_message *m, uint8_t *buf)
{
	size_t n = dns_encode(m, buf, DNS_MESSAGE_MAX);

	while (!n && m->n) {
		m->truncated = m->r[m->n - 1].section == DNS_ANSWER || m->truncated;
		m->n--;
		n = dns_encode(m, buf, DNS_MESSAGE_MAX);
	}
	return n;
}

static size_t garbage(uint8_t *buf, size_t n)
{
	buf[DNS_HEADER] = 0xc0;
	buf[DNS_HEADER + 1] = DNS_HEADER;
	return n;
}

static void input(void *owner, struct net_rx *rx, uint16_t sport, uint16_t dport)
{
	struct dns_server *s = owner;
	struct reader r = reader_on(rx->payload, rx->payload_len);
	struct reply one = { .from = dns_destination(rx), .to = dns_source(rx), .port = sport };
	struct dns_message m, a;

	(void)dport;
	if (!dns_decode(&r, &m, NULL) || m.response) {
		dns_discard(s->h, m.response ? "dns-response" : r.fault.reason, "RFC 1035 4.1");
		return;
	}
	dns_record_message(s->h, false, &m, rx->payload, rx->payload_len, &one.to, &one.from, 0);
	if (s->c.fault == DNS_FAULT_SILENT)
		return;
	a = (struct dns_message){ .id = m.id, .response = true, .opcode = m.opcode, .authoritative = true,
				  .recursion_desired = m.recursion_desired, .recursion_available = true,
				  .has_question = m.has_question, .qtype = m.qtype };
	memcpy(a.qname, m.qname, sizeof a.qname);
	if (m.opcode)
		a.rcode = DNS_NOTIMP;
	else if (!m.has_question)
		a.rcode = DNS_FORMERR;
	else
		respond(s, &a);
	one.n = fit(&a, one.octets);
	if (s->c.fault == DNS_FAULT_GARBAGE && one.n > DNS_HEADER + 2)
		one.n = garbage(one.octets, one.n);
	if (one.n)
		think(s, &one);
}

static void done(void *arg)
{
	struct dns_server *s = arg;

	moor_timer_cancel(net_host_world(s->h), &s->thinking);
	slab_done(&s->replies);
	g_array_unref(s->zone);
	g_free(s);
}

struct dns_server *dns_server_new(struct net_host *h, const struct dns_server_config *c)
{
	struct dns_server *s = g_new0(struct dns_server, 1);

	s->h = h;
	s->c = *c;
	s->zone = g_array_new(FALSE, TRUE, sizeof(struct dns_record));
	slab_init(&s->replies, "dns replies", sizeof(struct reply));
	net_host_own(h, s, done);
	net_udp_bind(h, DNS_PORT, input, s);
	return s;
}

void dns_server_set_fault(struct dns_server *s, enum dns_fault fault)
{
	s->c.fault = fault;
}
