/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: what both ends of DSMIPv6 do with a Mobility Header
 *
 * Receiving: the checks of RFC 6275 9.2 in its order - checksum (silently), known type (the caller sends a Binding
 * Error), payload protocol and header length (ICMPv6 Parameter Problem) - and then the codec. Sending: encode, seal
 * over the addresses that the home address stands in for [RFC 6275 6.1.1], record, hand to net.
 *
 * Verdicts about a message's content against the profile (24.303 Annex A) come from wire/mh_profile and only make
 * records; what follows from a fault is decided where the message is used.
 *
 * Not here: IPsec. A message is as authentic as net says: with policies of net/ipsec.h only what came in ESP
 * reaches us, `ipsec: none` believes all of them.
 */
#include <assert.h>

#include "net/ipsec.h"
#include "proto/dsmip.h"

#define ICMP6_PARAMETER_PROBLEM 4
#define MH_LEAST 8u			/* octets of the shortest mobility header */

bool dsmip_routable6(const struct ip6_addr *a)
{
	if (ip6_is_multicast(a) || ip6_is_link_local(a))
		return false;
	return ip6_high64(a) != 0;	/* ::, ::1 and mapped addresses have nothing there */
}

bool dsmip_routable4(struct ip4_addr a)
{
	return a.o[0] != 0 && a.o[0] != 127 && a.o[0] < 224;
}

void dsmip_discard(struct net_host *h, uint32_t instance, const char *reason, const char *clause)
{
	struct moor_world *w = net_host_world(h);
	struct moor_record r = { .kind = REC_DISCARD, .node = moor_node_id(net_host_node(h)), .port = REC_NONE,
				 .instance = instance, .u.discard = { reason, clause } };

	if (moor_record_wanted(w, REC_DISCARD))
		moor_record_emit(w, &r);
}

/* Header Len of the shortest message of a type, options none [RFC 6275 6.1]; what we do not know has no minimum. */
static unsigned least_header_len(uint8_t type)
{
	switch (type) {
	case MH_BRR:
		return 0;
	case MH_BU:
	case MH_BA:
	case MH_BR:
	case MH_HOTI:
	case MH_COTI:
		return 1;
	case MH_BE:
	case MH_HOT:
	case MH_COT:
		return 2;
	}
	return 0;
}

static enum dsmip_verdict drop(const struct net_rx *rx, const char *reason)
{
	dsmip_discard(rx->host, 0, reason, "RFC 6275 9.2");
	return DSMIP_DROP;
}

static enum dsmip_verdict parameter_problem(const struct net_rx *rx, unsigned offset, const char *reason)
{
	net_icmp6_error(rx, ICMP6_PARAMETER_PROBLEM, 0, (uint32_t)(rx->payload - rx->packet) + offset);
	return drop(rx, reason);
}

static void addresses(const struct net_rx *rx, struct dsmip_rx *out)
{
	const struct ip6_packet *k = rx->ip6;

	out->rx = rx;
	out->has_hao = k->has_hao;
	out->has_rh2 = k->has_rh2;
	out->hoa = *ip6_upper_src(k);
	out->dst = *ip6_upper_dst(k);
	out->coa = rx->outer.encap == ENCAP_PLAIN ? k->h.src : rx->outer.src;
	out->v4 = rx->outer.encap != ENCAP_PLAIN && dsmip_is_mapped(&rx->outer.src);
}

/* [RFC 6275 9.2] */
static enum dsmip_verdict receive(const struct net_rx *rx, uint64_t types, bool whole, struct dsmip_rx *out)
{
	const uint8_t *p = rx->payload;
	uint32_t size;
	uint8_t type;

	if (!rx->ip6 || rx->payload_len < MH_LEAST)
		return drop(rx, "mh-short");
	addresses(rx, out);
	size = (p[1] + 1u) * 8;
	if (size > rx->payload_len)
		return drop(rx, "mh-length");
	if (whole)
		size = rx->payload_len;
	out->mh = p;
	out->mh_len = size;
	if (!mh_sum_ok(p, size, &out->hoa, &out->dst))
		return drop(rx, "mh-checksum");
	type = p[2];
	if (type >= FSM_MAX_EVENTS || !(types >> type & 1))
		return DSMIP_UNKNOWN_TYPE;
	if (p[0] != MH_NO_PAYLOAD)
		return parameter_problem(rx, 0, "mh-payload-proto");
	if (p[1] < least_header_len(type))
		return parameter_problem(rx, 1, "mh-header-len");
	if (!mh_decode(p, size, &out->m, NULL))
		return drop(rx, "mh-options");
	return DSMIP_OK;
}

enum dsmip_verdict dsmip_receive(const struct net_rx *rx, uint64_t types, struct dsmip_rx *out)
{
	return receive(rx, types, false, out);
}

enum dsmip_verdict dsmip_receive_whole(const struct net_rx *rx, uint64_t types, struct dsmip_rx *out)
{
	return receive(rx, types, true, out);
}

/* One record for each thing that the profile would have otherwise; costs nothing when nobody listens. */
static void deviations(struct net_host *h, const uint8_t *mh, size_t n, enum mh_profile profile,
		       const struct mh_context *c, uint32_t instance, bool sent)
{
	struct moor_world *w = net_host_world(h);
	struct wire_diags ds;
	struct mh_msg m;

	if (!moor_record_wanted(w, REC_DEVIATION))
		return;
	ds.n = 0;
	mh_decode(mh, n, &m, &ds);
	mh_check(&m, profile, c, &ds);
	for (uint32_t i = 0; i < ds.n && i < WIRE_DIAG_MAX; i++) {
		const struct wire_diag *d = &ds.d[i];
		struct moor_record r = { .kind = REC_DEVIATION, .node = moor_node_id(net_host_node(h)),
					 .port = REC_NONE, .instance = instance };

		r.u.deviation.id = d->id;
		r.u.deviation.clause = d->clause;
		r.u.deviation.offset = d->offset;
		r.u.deviation.value = d->value;
		r.u.deviation.sent = sent;
		moor_record_emit(w, &r);
	}
}

void dsmip_signal_body(struct rec_signal *s, const struct mh_msg *m)
{
	s->protocol = DSMIP_PROTO_MH;
	s->type = m->type;
	switch (m->type) {
	case MH_BU:
		s->flags = m->bu.flags;
		s->sequence = m->bu.seq;
		s->lifetime = m->bu.life.units;
		break;
	case MH_BA:
		s->status = m->ba.status;
		s->flags = m->ba.flags;
		s->sequence = m->ba.seq;
		s->lifetime = m->ba.life.units;
		break;
	case MH_BE:
		s->status = m->be.status;
		break;
	case MH_BR:
		s->subtype = m->br.type;
		s->status = m->br.code;
		s->flags = m->br.flags;
		s->sequence = m->br.seq;
		break;
	}
}

/* A home agent's message, to a home address. */
static bool to_mobile_node(const struct mh_msg *m)
{
	return m->type == MH_BA || m->type == MH_HA_SWITCH || (m->type == MH_BR && m->br.type == MH_BR_BRI);
}

/* [RFC 6275 9.2] of a message between hoa and coa, seen from the mobile node */
static void record_rx(const struct dsmip_rx *x, enum mh_profile profile, const struct mh_context *c,
		      const struct ip6_addr *hoa, const struct ip6_addr *coa, uint32_t instance, bool nat)
{
	struct net_host *h = x->rx->host;
	struct moor_world *w = net_host_world(h);
	struct moor_record r;
	struct rec_signal *s = &r.u.signal;

	deviations(h, x->mh, x->mh_len, profile, c, instance, false);
	if (!moor_record_wanted(w, REC_SIGNAL_RX))
		return;
	MOOR_RECORD_BEGIN(&r, REC_SIGNAL_RX, moor_node_id(net_host_node(h)), moor_port_number(net_iface_port(x->rx->iface)),
			  signal);
	r.instance = instance;
	dsmip_signal_body(s, &x->m);
	s->udp = x->rx->outer.encap == ENCAP_UDP4 || !x->rx->ip6;
	s->nat = nat;
	s->src = x->rx->outer.encap != ENCAP_PLAIN ? x->rx->outer.src : x->rx->ip6 ? x->rx->ip6->h.src : x->coa;
	s->dst = x->rx->outer.encap != ENCAP_PLAIN ? x->rx->outer.dst : x->rx->ip6 ? x->rx->ip6->h.dst : x->dst;
	s->home_address = *hoa;
	s->care_of = *coa;
	s->secured = x->rx->protected;
	s->message = x->mh;
	s->message_len = x->mh_len;
	moor_record_emit(w, &r);
}

void dsmip_record_rx(const struct dsmip_rx *x, enum mh_profile profile, const struct mh_context *c, uint32_t instance,
		     bool nat)
{
	const struct net_rx *rx = x->rx;
	const struct ip6_addr *dst = rx->outer.encap == ENCAP_PLAIN ? &rx->ip6->h.dst : &rx->outer.dst;
	/* a BU's source and a BA's destination are the mobile node's addresses */
	const struct ip6_addr *hoa = to_mobile_node(&x->m) ? &x->dst : x->m.type == MH_BE ? &x->m.be.hoa : &x->hoa;
	bool from_mobile_node = x->m.type == MH_BU || (x->m.type == MH_BR && !to_mobile_node(&x->m));

	record_rx(x, profile, c, hoa, from_mobile_node ? &x->coa : dst, instance, nat);
}

void dsmip_record_proxy_rx(const struct dsmip_rx *x, enum mh_profile profile, const struct mh_context *c,
			   const struct ip6_addr *hnp, const struct ip6_addr *proxy_coa, uint32_t instance)
{
	record_rx(x, profile, c, hnp, proxy_coa, instance, false);
}

static bool goes_in_esp(const struct net_host *h, const struct net_send *s, uint8_t type)
{
	const struct ipsec *sec = ipsec_of(h);

	return sec && ipsec_child_for(sec, s->home_address ? s->home_address : &s->src, s->rh2 ? s->rh2 : &s->dst,
				      DSMIP_PROTO_MH, (uint16_t)(type << 8), 0);
}

void dsmip_record_tx(struct net_host *h, const struct mh_msg *m, const struct dsmip_tx *tx, const uint8_t *mh,
		     size_t n)
{
	struct moor_world *w = net_host_world(h);
	struct moor_record r;
	struct rec_signal *s = &r.u.signal;
	const struct net_iface *via = tx->send.via ? tx->send.via : tx->send.tunnel ? tx->send.tunnel->via : NULL;

	deviations(h, mh, n, tx->profile, &tx->context, tx->instance, true);
	if (!moor_record_wanted(w, REC_SIGNAL_TX))
		return;
	MOOR_RECORD_BEGIN(&r, REC_SIGNAL_TX, moor_node_id(net_host_node(h)), REC_NONE, signal);
	r.instance = tx->instance;
	if (via)
		r.port = moor_port_number(net_iface_port(via));
	dsmip_signal_body(s, m);
	s->attempt = tx->attempt;
	s->udp = tx->send.tunnel && tx->send.tunnel->encap == ENCAP_UDP4;
	s->nat = tx->nat;
	s->src = tx->send.tunnel ? tx->send.tunnel->local : tx->send.src;
	s->dst = tx->send.tunnel ? tx->send.tunnel->remote : tx->send.dst;
	s->home_address = tx->hoa;
	s->care_of = tx->coa;
	s->secured = goes_in_esp(h, &tx->send, m->type);
	s->message = mh;
	s->message_len = (uint32_t)n;
	moor_record_emit(w, &r);
}

bool dsmip_send(struct net_host *h, const struct mh_msg *m, const struct dsmip_tx *tx)
{
	uint8_t buf[MH_MAX];
	size_t n = mh_encode(m, buf, sizeof buf);
	struct net_send s = tx->send;
	struct mh_msg said;
	struct moor_pkt *p;

	assert(n > 0);
	if (net_spoil_mh(h, buf, &n, sizeof buf)) {
		mh_decode(buf, n, &said, NULL);
		m = &said;
	}
	mh_seal(buf, n, s.home_address ? s.home_address : &s.src, s.rh2 ? s.rh2 : &s.dst);
	dsmip_record_tx(h, m, tx, buf, n);
	p = moor_pkt_from(net_host_world(h), buf, n);
	s.next_header = DSMIP_PROTO_MH;
	s.trace_class = CLASS_SIGNAL;
	s.no_divert = true;
	return net_send6(h, p, &s);
}

/* [RFC 6275 9.3.3] [R24303-5.1.3.3-02] [R24303-5.1.3.3-03] [R24303-5.1.3.3-05] [R24303-A.2.3-01] [R24303-A.2.3-02] */
void dsmip_send_error(const struct net_rx *rx, uint8_t status, const struct ip6_addr *hoa, bool udp,
		      enum mh_profile profile, uint32_t instance)
{
	struct net_tunnel back = { .local = rx->outer.dst, .remote = rx->outer.src, .via = NULL };
	struct dsmip_tx tx = { .profile = profile, .hoa = *hoa, .instance = instance };
	struct mh_msg m;

	if (!dsmip_routable6(&rx->ip6->h.src) || ip6_is_multicast(&rx->ip6->h.dst))
		return;
	tx.send.src = rx->ip6->h.dst;
	tx.send.dst = rx->ip6->h.src;		/* as on the wire: the care-of address where there was a HAO */
	tx.coa = rx->outer.encap == ENCAP_PLAIN ? rx->ip6->h.src : rx->outer.src;
	switch (rx->outer.encap) {
	case ENCAP_PLAIN:
		break;
	case ENCAP_IN6:
		back.encap = ENCAP_IN6;
		tx.send.tunnel = &back;
		break;
	case ENCAP_IN4:
	case ENCAP_UDP4:
		back.encap = udp ? ENCAP_UDP4 : ENCAP_IN4;
		back.sport = rx->outer.dport ? rx->outer.dport : DSMIP_UDP_PORT;
		back.dport = rx->outer.sport ? rx->outer.sport : DSMIP_UDP_PORT;
		tx.send.tunnel = &back;
		break;
	}
	mh_start(&m, MH_BE);
	m.be.status = status;
	m.be.hoa = *hoa;
	dsmip_send(rx->host, &m, &tx);
}
