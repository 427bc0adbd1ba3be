/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: DHCPv6, what all roles share
 *
 * Sending with a record, the record of what came, and which addresses are of use at all [RFC 8415 7.1, 16]. No rule of
 * a role is here.
 */
#include "proto/dhcp6.h"

const struct ip6_addr dhcp6_all_agents = { { 0xff, 2, [13] = 1, [15] = 2 } };

uint8_t dhcp6_inner_type(const uint8_t *p, size_t n)
{
	struct dhcp6 m;

	for (unsigned hops = 0; n && hops <= DHCP6_HOP_LIMIT; hops++) {
		struct reader r = reader_on(p, n);

		if (!dhcp6_is_relay(p[0]))
			return p[0];
		if (!dhcp6_decode(&r, &m, NULL) || !(m.has & DHCP6_HAS_RELAY_MSG))
			return 0;
		p = m.relay_msg.o;
		n = m.relay_msg.len;
	}
	return 0;
}

static void body(struct rec_signal *s, const uint8_t *p, size_t n)
{
	s->protocol = SIGNAL_DHCP6;
	s->type = n ? p[0] : 0;
	s->subtype = dhcp6_inner_type(p, n);
	s->sequence = n >= 4 && !dhcp6_is_relay(p[0]) ? load16(p + 2) : 0;
	s->message = p;
	s->message_len = (uint32_t)n;
}

static void record_tx(const struct dhcp6_tx *tx, const uint8_t *p, size_t n)
{
	const struct net_iface *via = tx->send.via ? tx->send.via : tx->send.tunnel ? tx->send.tunnel->via : NULL;
	struct moor_world *w = net_host_world(tx->h);
	struct moor_record r;

	if (!moor_record_wanted(w, REC_SIGNAL_TX))
		return;
	MOOR_RECORD_BEGIN(&r, REC_SIGNAL_TX, moor_node_id(net_host_node(tx->h)), REC_NONE, signal);
	if (via)
		r.port = moor_port_number(net_iface_port(via));
	body(&r.u.signal, p, n);
	r.u.signal.attempt = tx->attempt;
	r.u.signal.src = tx->send.src;
	r.u.signal.dst = tx->send.dst;
	r.u.signal.home_address = tx->home_address;
	moor_record_emit(w, &r);
}

void dhcp6_transmit(const struct dhcp6_tx *tx, const uint8_t *p, size_t n)
{
	struct moor_pkt *pkt = moor_pkt_from(net_host_world(tx->h), p, n);
	struct net_send s = tx->send;

	record_tx(tx, p, n);
	s.trace_class = CLASS_DHCP;
	if (tx->fn)
		tx->fn(tx->owner, pkt, &s, tx->sport, tx->dport);
	else
		net_udp_send(tx->h, pkt, &s, tx->sport, tx->dport);
}

void dhcp6_record_rx(const struct net_rx *rx)
{
	struct moor_world *w = net_host_world(rx->host);
	struct moor_record r;
	struct rec_signal *s = &r.u.signal;

	if (!moor_record_wanted(w, REC_SIGNAL_RX))
		return;
	MOOR_RECORD_BEGIN(&r, REC_SIGNAL_RX, moor_node_id(net_host_node(rx->host)),
			  moor_port_number(net_iface_port(rx->iface)), signal);
	body(s, rx->payload, rx->payload_len);
	s->udp = rx->outer.encap == ENCAP_UDP4;
	s->src = rx->outer.encap == ENCAP_PLAIN ? rx->ip6->h.src : rx->outer.src;
	s->dst = rx->outer.encap == ENCAP_PLAIN ? rx->ip6->h.dst : rx->outer.dst;
	s->secured = rx->protected;
	moor_record_emit(w, &r);
}

void dhcp6_discard(const struct net_rx *rx, const char *reason, const char *clause)
{
	struct moor_world *w = net_host_world(rx->host);
	struct moor_record r;

	if (!moor_record_wanted(w, REC_DISCARD))
		return;
	MOOR_RECORD_BEGIN(&r, REC_DISCARD, moor_node_id(net_host_node(rx->host)),
			  moor_port_number(net_iface_port(rx->iface)), discard);
	r.u.discard.reason = reason;
	r.u.discard.clause = clause;
	moor_record_emit(w, &r);
}

bool dhcp6_usable6(const struct ip6_addr *a)
{
	return !ip6_is_zero(a) && !ip6_is_multicast(a) && !ip6_is_link_local(a) && !ip6_is_mapped(a) &&
	       (ip6_high64(a) || ip6_low64(a) != 1);
}

bool dhcp6_usable4(struct ip4_addr a)
{
	return a.o[0] && a.o[0] != 127 && a.o[0] < 224;
}
