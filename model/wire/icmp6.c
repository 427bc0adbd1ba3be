/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: ICMPv6
 *
 * Errors and echo [RFC 4443], neighbour discovery [RFC 4861], home agent address discovery and mobile prefix messages
 * [RFC 6275 6.5 to 6.8]. A row per type says how long its fixed part is and whether options follow, and reads and
 * writes what is special to it. Multicast listener discovery and node information are not read: type, code and body.
 *
 * nd_invalid holds the receiver's checks of RFC 4861 that need only the message and its IP header; the checksum is
 * the IP layer's (ip6_upper_csum_ok), because a Home Address option or routing header changes its pseudo-header.
 */
#include "wire/icmp6.h"

#include <stddef.h>

#include "wire/icmp6_rows.h"
#include "wire/ip6.h"
#include "wire/nd_opt.h"

/* [RFC 4443 4.1] */
static void id_seq_decode(struct reader *r, struct icmp6 *m, struct wire_diags *d)
{
	(void)d;
	m->id = get16(r);
	m->seq = get16(r);
}

static void id_seq_encode(struct writer *w, const struct icmp6 *m)
{
	put16(w, m->id);
	put16(w, m->seq);
}

static void id_decode(struct reader *r, struct icmp6 *m, struct wire_diags *d)
{
	(void)d;
	m->id = get16(r);
	get_skip(r, 2);
}

static void id_encode(struct writer *w, const struct icmp6 *m)
{
	put16(w, m->id);
	put16(w, 0);
}

static void unused_decode(struct reader *r, struct icmp6 *m, struct wire_diags *d)
{
	(void)m;
	(void)d;
	get_skip(r, 4);
}

static void unused_encode(struct writer *w, const struct icmp6 *m)
{
	(void)m;
	put32(w, 0);
}

static void mtu_decode(struct reader *r, struct icmp6 *m, struct wire_diags *d)
{
	(void)d;
	m->mtu = get32(r);
}

static void mtu_encode(struct writer *w, const struct icmp6 *m)
{
	put32(w, m->mtu);
}

static void pointer_decode(struct reader *r, struct icmp6 *m, struct wire_diags *d)
{
	(void)d;
	m->pointer = get32(r);
}

static void pointer_encode(struct writer *w, const struct icmp6 *m)
{
	put32(w, m->pointer);
}

/* [RFC 4861 4.2, RFC 6275 7.1] */
static void ra_decode(struct reader *r, struct icmp6 *m, struct wire_diags *d)
{
	uint8_t flags;

	(void)d;
	m->cur_hop_limit = get8(r);
	flags = get8(r);
	m->managed = flags & 0x80;
	m->other = flags & 0x40;
	m->home_agent = flags & 0x20;
	m->router_lifetime = get16(r);
	m->reachable = get32(r);
	m->retrans = get32(r);
}

static void ra_encode(struct writer *w, const struct icmp6 *m)
{
	put8(w, m->cur_hop_limit);
	put8(w, (uint8_t)((m->managed ? 0x80 : 0) | (m->other ? 0x40 : 0) | (m->home_agent ? 0x20 : 0)));
	put16(w, m->router_lifetime);
	put32(w, m->reachable);
	put32(w, m->retrans);
}

/* [RFC 4861 4.3] */
static void ns_decode(struct reader *r, struct icmp6 *m, struct wire_diags *d)
{
	(void)d;
	get_skip(r, 4);
	m->target = get_ip6(r);
}

static void ns_encode(struct writer *w, const struct icmp6 *m)
{
	put32(w, 0);
	put_ip6(w, &m->target);
}

/* [RFC 4861 4.4] */
static void na_decode(struct reader *r, struct icmp6 *m, struct wire_diags *d)
{
	uint8_t flags = get8(r);

	(void)d;
	m->router = flags & 0x80;
	m->solicited = flags & 0x40;
	m->override_ = flags & 0x20;
	get_skip(r, 3);
	m->target = get_ip6(r);
}

static void na_encode(struct writer *w, const struct icmp6 *m)
{
	put8(w, (uint8_t)((m->router ? 0x80 : 0) | (m->solicited ? 0x40 : 0) | (m->override_ ? 0x20 : 0)));
	put_zeros(w, 3);
	put_ip6(w, &m->target);
}

/* [RFC 4861 4.5] */
static void redirect_decode(struct reader *r, struct icmp6 *m, struct wire_diags *d)
{
	(void)d;
	get_skip(r, 4);
	m->target = get_ip6(r);
	m->redirect_dst = get_ip6(r);
}

/* [RFC 6275 6.6] */
static void dhaad_decode(struct reader *r, struct icmp6 *m, struct wire_diags *d)
{
	m->id = get16(r);
	get_skip(r, 2);
	if (reader_left(r) % 16) {
		reader_fail(r, "dhaad-length");
		return;
	}
	while (reader_left(r)) {
		struct ip6_addr a = get_ip6(r);

		if (m->n_agents < DHAAD_MAX_AGENTS)
			m->agents[m->n_agents++] = a;
		else
			wire_note(d, "dhaad-many-agents", NULL, reader_offset(r) - 16, DHAAD_MAX_AGENTS);
	}
}

static void dhaad_encode(struct writer *w, const struct icmp6 *m)
{
	id_encode(w, m);
	for (unsigned i = 0; i < m->n_agents; i++)
		put_ip6(w, &m->agents[i]);
}

/* [RFC 6275 6.8] */
static void mpa_decode(struct reader *r, struct icmp6 *m, struct wire_diags *d)
{
	uint8_t flags;

	(void)d;
	m->id = get16(r);
	flags = get8(r);
	m->managed = flags & 0x80;
	m->other = flags & 0x40;
	get_skip(r, 1);
}

static void mpa_encode(struct writer *w, const struct icmp6 *m)
{
	put16(w, m->id);
	put8(w, (uint8_t)((m->managed ? 0x80 : 0) | (m->other ? 0x40 : 0)));
	put8(w, 0);
}

static const struct icmp6_row rows[] = {
	{ ICMP6_T_UNREACHABLE, "destination-unreachable", 8, ICMP6_BODY, unused_decode, unused_encode },
	{ ICMP6_T_TOO_BIG, "packet-too-big", 8, ICMP6_BODY, mtu_decode, mtu_encode },
	{ ICMP6_T_TIME_EXCEEDED, "time-exceeded", 8, ICMP6_BODY, unused_decode, unused_encode },
	{ ICMP6_T_PARAM_PROBLEM, "parameter-problem", 8, ICMP6_BODY, pointer_decode, pointer_encode },
	{ ICMP6_T_ECHO_REQUEST, "echo-request", 8, ICMP6_BODY, id_seq_decode, id_seq_encode },
	{ ICMP6_T_ECHO_REPLY, "echo-reply", 8, ICMP6_BODY, id_seq_decode, id_seq_encode },
	{ ICMP6_T_RS, "router-solicitation", 8, ICMP6_OPTIONS, unused_decode, unused_encode },
	{ ICMP6_T_RA, "router-advertisement", 16, ICMP6_OPTIONS, ra_decode, ra_encode },
	{ ICMP6_T_NS, "neighbour-solicitation", 24, ICMP6_OPTIONS, ns_decode, ns_encode },
	{ ICMP6_T_NA, "neighbour-advertisement", 24, ICMP6_OPTIONS, na_decode, na_encode },
	{ ICMP6_T_REDIRECT, "redirect", 40, ICMP6_OPTIONS, redirect_decode, NULL },
	{ ICMP6_T_DHAAD_REQUEST, "home-agent-discovery-request", 8, ICMP6_WHOLE, id_decode, id_encode },
	{ ICMP6_T_DHAAD_REPLY, "home-agent-discovery-reply", 8, ICMP6_WHOLE, dhaad_decode, dhaad_encode },
	{ ICMP6_T_MPS, "mobile-prefix-solicitation", 8, ICMP6_OPTIONS, id_decode, id_encode },
	{ ICMP6_T_MPA, "mobile-prefix-advertisement", 8, ICMP6_OPTIONS, mpa_decode, mpa_encode },
};

const struct icmp6_row *icmp6_row_of(uint8_t type)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (rows[i].type == type)
			return &rows[i];
	}
	return NULL;
}

bool icmp6_type_known(uint8_t type)
{
	return icmp6_row_of(type) != NULL;
}

const char *icmp6_type_name(uint8_t type)
{
	const struct icmp6_row *row = icmp6_row_of(type);

	return row ? row->name : "icmp6";
}

static bool fail(const char **why, const char *reason)
{
	if (why)
		*why = reason;
	return false;
}

bool icmp6_decode(const uint8_t *p, size_t n, struct icmp6 *out, const char **why, struct wire_diags *d)
{
	struct reader r = reader_on(p, n);
	const struct icmp6_row *row;

	memset(out, 0, offsetof(struct icmp6, agents));
	if (n < 4)
		return fail(why, "icmp6-short");
	out->type = get8(&r);
	out->code = get8(&r);
	get_skip(&r, 2);
	row = icmp6_row_of(out->type);
	if (row && n < row->fixed)
		return fail(why, "icmp6-short");
	if (row)
		row->decode(&r, out, d);
	out->body = r.p;
	out->body_len = (uint32_t)reader_left(&r);
	if (row && row->tail == ICMP6_OPTIONS)
		nd_opts_decode(&r, &out->opts, d);
	return reader_ok(&r) || fail(why, r.fault.reason);
}

static void body_encode(struct writer *w, const struct icmp6 *m)
{
	uint8_t *to = writer_take(w, m->body_len);

	if (to && m->body_len && m->body != to)
		memmove(to, m->body, m->body_len);
}

size_t icmp6_encode(const struct icmp6 *m, const struct ip6_addr *src, const struct ip6_addr *dst, uint8_t *buf,
		    size_t cap)
{
	const struct icmp6_row *row = icmp6_row_of(m->type);
	struct writer w = writer_on(buf, cap);

	if (!row || !row->encode)
		return 0;
	put8(&w, m->type);
	put8(&w, m->code);
	put16(&w, 0);
	row->encode(&w, m);
	if (row->tail == ICMP6_BODY)
		body_encode(&w, m);
	else if (row->tail == ICMP6_OPTIONS)
		nd_opts_encode(&w, &m->opts);
	if (!writer_ok(&w))
		return 0;
	put16_at(&w, 2, ip6_upper_csum(src, dst, PROTO_ICMP6, buf, writer_len(&w)));
	return writer_len(&w);
}

/* Receivers' checks */

static bool is_solicited_node(const struct ip6_addr *dst, const struct ip6_addr *target)
{
	struct ip6_addr want = ip6_solicited_node(target);

	return ip6_eq(dst, &want);
}

/* [RFC 4861 7.1.1] */
static const char *ns_invalid(const struct icmp6 *m, const struct ip6_addr *src, const struct ip6_addr *dst)
{
	if (ip6_is_multicast(&m->target))
		return "target is multicast";
	if (!ip6_is_zero(src))
		return NULL;
	if (!is_solicited_node(dst, &m->target))
		return "unspecified source, destination is not the solicited-node address";
	return m->opts.has_slla ? "unspecified source with source link-layer address" : NULL;
}

/* [RFC 4861 7.1.2] */
static const char *na_invalid(const struct icmp6 *m, const struct ip6_addr *dst)
{
	if (ip6_is_multicast(&m->target))
		return "target is multicast";
	return ip6_is_multicast(dst) && m->solicited ? "solicited flag in a multicast advertisement" : NULL;
}

/* [RFC 4861 8.1] */
static const char *redirect_invalid(const struct icmp6 *m, const struct ip6_addr *src)
{
	if (!ip6_is_link_local(src))
		return "source is not link-local";
	if (ip6_is_multicast(&m->redirect_dst))
		return "destination address is multicast";
	return ip6_is_link_local(&m->target) || ip6_eq(&m->target, &m->redirect_dst) ? NULL : "target is not link-local";
}

const char *nd_invalid(const struct icmp6 *m, const struct ip6_addr *src, const struct ip6_addr *dst, uint8_t hop_limit)
{
	if (!icmp6_is_nd(m->type))
		return NULL;
	if (hop_limit != 255)
		return "hop limit is not 255";
	if (m->code)
		return "code is not 0";
	if (m->type == ICMP6_T_RS)	/* [RFC 4861 6.1.1] */
		return ip6_is_zero(src) && m->opts.has_slla ? "unspecified source with source link-layer address" : NULL;
	if (m->type == ICMP6_T_RA)	/* [RFC 4861 6.1.2] */
		return ip6_is_link_local(src) ? NULL : "source is not link-local";
	if (m->type == ICMP6_T_NS)
		return ns_invalid(m, src, dst);
	if (m->type == ICMP6_T_NA)
		return na_invalid(m, dst);
	return redirect_invalid(m, src);
}
