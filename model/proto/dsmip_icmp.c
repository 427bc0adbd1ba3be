/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: ICMPv6 messages of Mobile IPv6
 *
 * Sending and recording the four messages of RFC 6275 6.5 to 6.8; what they mean is in dsmip_ha_agents.c,
 * dsmip_ha_prefix.c and dsmip_ue_mip.c. The checksum covers the addresses that a Home Address option or a type 2
 * routing header stands for [RFC 6275 6.3, 6.4].
 */
#include "proto/dsmip_icmp.h"

#include <assert.h>

#include "net/ipsec.h"

#define ICMP_MAX (ICMP6_LEN + 16 * DHAAD_MAX_AGENTS)	/* more than any message we make */

static void record(struct net_host *h, enum rec_kind kind, const struct icmp6 *m, struct rec_signal *s,
		   const struct net_iface *i)
{
	struct moor_world *w = net_host_world(h);
	struct moor_record r;

	MOOR_RECORD_BEGIN(&r, kind, moor_node_id(net_host_node(h)), REC_NONE, signal);
	if (i)
		r.port = moor_port_number(net_iface_port(i));
	s->protocol = SIGNAL_ICMP6;
	s->type = m->type;
	s->sequence = m->id;
	r.u.signal = *s;
	moor_record_emit(w, &r);
}

bool dsmip_icmp_send(struct net_host *h, const struct icmp6 *m, const struct net_send *send, const struct ip6_addr *hoa,
		     const struct ip6_addr *coa, uint16_t attempt)
{
	uint8_t buf[ICMP_MAX];
	struct net_send s = *send;
	size_t n = icmp6_encode(m, s.home_address ? s.home_address : &s.src, s.rh2 ? s.rh2 : &s.dst, buf, sizeof buf);
	struct rec_signal g = { .attempt = attempt, .src = s.tunnel ? s.tunnel->local : s.src,
				.dst = s.tunnel ? s.tunnel->remote : s.dst, .home_address = *hoa, .care_of = *coa,
				.udp = s.tunnel && s.tunnel->encap == ENCAP_UDP4, .message = buf,
				.message_len = (uint32_t)n };

	assert(n > 0);
	if (moor_record_wanted(net_host_world(h), REC_SIGNAL_TX))
		record(h, REC_SIGNAL_TX, m, &g, s.via);
	s.next_header = PROTO_ICMP6;
	s.trace_class = CLASS_SIGNAL;
	s.no_divert = true;
	return net_send6(h, moor_pkt_from(net_host_world(h), buf, n), &s);
}

void dsmip_icmp_record_rx(const struct net_rx *rx, const struct icmp6 *m, const struct ip6_addr *hoa,
			  const struct ip6_addr *coa)
{
	bool plain = rx->outer.encap == ENCAP_PLAIN;
	struct rec_signal g = { .src = plain ? rx->ip6->h.src : rx->outer.src, .dst = plain ? rx->ip6->h.dst : rx->outer.dst,
				.home_address = *hoa, .care_of = *coa, .udp = rx->outer.encap == ENCAP_UDP4,
				.secured = rx->protected, .message = rx->payload, .message_len = rx->payload_len };

	if (moor_record_wanted(net_host_world(rx->host), REC_SIGNAL_RX))
		record(rx->host, REC_SIGNAL_RX, m, &g, rx->iface);
}
