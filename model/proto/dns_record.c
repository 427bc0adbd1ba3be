/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: what is recorded of DNS messages, by resolver and server alike
 *
 * A message is signalling with a protocol number of its own: its type is the type asked for, its status the response
 * code, its sequence number the identifier. It implements no clause.
 */
#include "proto/dns_priv.h"

void dns_record_message(struct net_host *h, bool sent, const struct dns_message *m, const uint8_t *octets, size_t n,
			const struct ip6_addr *src, const struct ip6_addr *dst, uint16_t attempt)
{
	struct moor_world *w = net_host_world(h);
	struct moor_record r;

	if (!moor_record_wanted(w, sent ? REC_SIGNAL_TX : REC_SIGNAL_RX))
		return;
	MOOR_RECORD_BEGIN(&r, sent ? REC_SIGNAL_TX : REC_SIGNAL_RX, moor_node_id(net_host_node(h)), REC_NONE, signal);
	r.u.signal.protocol = SIGNAL_DNS;
	r.u.signal.type = (uint8_t)m->qtype;
	r.u.signal.subtype = m->response ? 2 : 1;
	r.u.signal.status = m->rcode;
	r.u.signal.sequence = m->id;
	r.u.signal.attempt = attempt;
	r.u.signal.src = *src;
	r.u.signal.dst = *dst;
	r.u.signal.message = octets;
	r.u.signal.message_len = (uint32_t)n;
	moor_record_emit(w, &r);
}

void dns_discard(struct net_host *h, const char *reason, const char *clause)
{
	struct moor_record r;

	if (!moor_record_wanted(net_host_world(h), REC_DISCARD))
		return;
	MOOR_RECORD_BEGIN(&r, REC_DISCARD, moor_node_id(net_host_node(h)), REC_NONE, discard);
	r.u.discard.reason = reason;
	r.u.discard.clause = clause;
	moor_record_emit(net_host_world(h), &r);
}

struct ip6_addr dns_source(const struct net_rx *rx)
{
	return rx->ip6 ? *ip6_upper_src(rx->ip6) : ip6_mapped(rx->src4);
}

struct ip6_addr dns_destination(const struct net_rx *rx)
{
	return rx->ip6 ? *ip6_upper_dst(rx->ip6) : ip6_mapped(rx->dst4);
}
