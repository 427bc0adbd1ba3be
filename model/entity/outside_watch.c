/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the mobility signalling of a foreign stack, read off its frames
 *
 * Our own nodes tell what they send and take in; another's does not, so its Mobility Headers are found in the frames at
 * its port: in IPv6, through tunnels and UDP 4191, straight in UDP 5436 [RFC 6275 6.1, RFC 5555 4.1, RFC 5844 4.1.3].
 * Each becomes a record of the node, and what it sends is held against the profile. What is in ESP is not seen; which
 * retransmission a message is, only its sender knows.
 */
#include "entity/outside_seen.h"
#include "proto/dsmip.h"
#include "world/record.h"

/* The mobile node's two addresses, from whoever's side the message comes. */
static void addresses(struct rec_signal *s, const struct frame_view *v, const struct mh_msg *m, bool proxy)
{
	const struct frame_ip *in = frame_inner(v), *out = frame_outer(v);
	bool from_mn = m->type == MH_BU || (m->type == MH_BR && m->br.type != MH_BR_BRI);
	const struct mh_opt *hnp = proxy ? mh_find(m, MH_OPT_HNP) : NULL;

	s->src = out->src;
	s->dst = out->dst;
	s->udp = v->mh_in_udp || in->encap == ENCAP_UDP || in->encap == ENCAP_UDP_TLV;
	s->care_of = from_mn ? out->src : out->dst;
	s->home_address = in->has_hao ? in->hao : in->has_rh2 ? in->rh2 : from_mn ? in->src : in->dst;
	if (proxy)
		s->home_address = hnp ? hnp->prefix.addr : (struct ip6_addr){ { 0 } };
}

void outside_watch(struct outside_seen *s)
{
	struct moor_node *n = moor_port_node(s->port);
	struct moor_record r;
	bool proxy;

	if (!s->is_mh)
		return;
	proxy = mh_is_proxy(&s->mh, &(struct mh_context){ .procedure = MH_PROC_ANY });
	if (s->sent) {
		const struct mh_context c = { .procedure = MH_PROC_ANY, .proxy = proxy };

		mh_check(&s->mh, s->profile, &c, &s->mh_notes);
		outside_deviations(s, &s->mh_notes);
	}
	MOOR_RECORD_BEGIN(&r, s->sent ? REC_SIGNAL_TX : REC_SIGNAL_RX, moor_node_id(n), moor_port_number(s->port), signal);
	dsmip_signal_body(&r.u.signal, &s->mh);
	addresses(&r.u.signal, &s->v, &s->mh, proxy);
	r.u.signal.message = s->v.mh;
	r.u.signal.message_len = s->v.mh_len;
	moor_record_emit(moor_node_world(n), &r);
}
