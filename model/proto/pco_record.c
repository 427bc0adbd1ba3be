/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: NAS messages on an access link, and what is recorded of them
 *
 * A message is signalling with a protocol number of its own: its type is the NAS message type, its status the cause of
 * a reject, its sequence number the transaction. It has no IP addresses.
 */
#include "proto/pco_client.h"
#include "proto/pco_priv.h"

static void record(struct net_iface *i, bool sent, const struct nas_message *m, const uint8_t *octets, size_t n,
		   uint16_t attempt)
{
	struct moor_world *w = net_host_world(net_iface_host(i));
	struct moor_record r;

	if (!moor_record_wanted(w, sent ? REC_SIGNAL_TX : REC_SIGNAL_RX))
		return;
	MOOR_RECORD_BEGIN(&r, sent ? REC_SIGNAL_TX : REC_SIGNAL_RX, moor_node_id(net_host_node(net_iface_host(i))),
			  moor_port_number(net_iface_port(i)), signal);
	r.u.signal.protocol = SIGNAL_NAS;
	r.u.signal.type = m->type;
	r.u.signal.status = m->cause;
	r.u.signal.sequence = m->pti;
	r.u.signal.attempt = attempt;
	r.u.signal.message = octets;
	r.u.signal.message_len = (uint32_t)n;
	moor_record_emit(w, &r);
}

void nas_send(struct net_iface *i, const struct mac_addr *to, const struct nas_message *m, uint16_t attempt)
{
	uint8_t octets[NAS_MESSAGE_MAX];
	size_t n = nas_encode(m, octets, sizeof octets);

	if (!n)
		return;
	record(i, true, m, octets, n, attempt);
	net_link_send(i, to, NAS_ETHERTYPE, moor_pkt_from(net_host_world(net_iface_host(i)), octets, n));
}

bool nas_receive(struct net_iface *i, const uint8_t *octets, uint32_t len, struct nas_message *m, uint16_t attempt)
{
	struct reader r = reader_on(octets, len);

	if (!nas_decode(&r, m, NULL)) {
		nas_discard(i, r.fault.reason, "TS 24.301 7.2");
		return false;
	}
	record(i, false, m, octets, len, attempt);
	return true;
}

void nas_discard(struct net_iface *i, const char *reason, const char *clause)
{
	struct moor_world *w = net_host_world(net_iface_host(i));
	struct moor_record r;

	if (!moor_record_wanted(w, REC_DISCARD))
		return;
	MOOR_RECORD_BEGIN(&r, REC_DISCARD, moor_node_id(net_host_node(net_iface_host(i))),
			  moor_port_number(net_iface_port(i)), discard);
	r.u.discard.reason = reason;
	r.u.discard.clause = clause;
	moor_record_emit(w, &r);
}
