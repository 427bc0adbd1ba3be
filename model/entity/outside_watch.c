/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the signalling of a foreign stack, read off its frames
 *
 * Our own nodes tell what they send and take in; another's does not, so its Mobility Headers are found in the frames at
 * its port: in IPv6, through tunnels and UDP 4191, straight in UDP 5436 [RFC 6275 6.1, RFC 5555 4.1, RFC 5844 4.1.3].
 * Each becomes a record of the node, and what it sends is held against the profile. What is in ESP is not seen; which
 * retransmission a message is, only its sender knows.
 */
#include "entity/outside_watch.h"

#include "proto/dsmip.h"
#include "wire/frame.h"
#include "wire/mh.h"
#include "world/record.h"

static void deviations(struct moor_port *p, const struct mh_msg *m, struct wire_diags *ds, enum mh_profile profile,
		       bool proxy)
{
	struct moor_world *w = moor_node_world(moor_port_node(p));
	const struct mh_context c = { .procedure = MH_PROC_ANY, .proxy = proxy };

	mh_check(m, profile, &c, ds);
	for (uint32_t k = 0; k < ds->n && k < WIRE_DIAG_MAX; k++) {
		struct moor_record r;

		MOOR_RECORD_BEGIN(&r, REC_DEVIATION, moor_node_id(moor_port_node(p)), moor_port_number(p), deviation);
		r.u.deviation.id = ds->d[k].id;
		r.u.deviation.clause = ds->d[k].clause;
		r.u.deviation.offset = ds->d[k].offset;
		r.u.deviation.value = ds->d[k].value;
		r.u.deviation.sent = true;
		moor_record_emit(w, &r);
	}
}

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

void outside_watch(struct moor_port *p, enum mh_profile profile, const uint8_t *frame, size_t len, bool sent)
{
	struct moor_world *w = moor_node_world(moor_port_node(p));
	struct wire_diags ds = { .n = 0 };
	struct frame_view v;
	struct moor_record r;
	struct mh_msg m;
	bool proxy;

	if (!frame_view_make(WIRE_LINK_ETHERNET, frame, len, &v) || !v.mh || !v.n_ip)
		return;
	mh_decode(v.mh, v.mh_len, &m, &ds);
	proxy = mh_is_proxy(&m, &(struct mh_context){ .procedure = MH_PROC_ANY });
	if (sent && moor_record_wanted(w, REC_DEVIATION))
		deviations(p, &m, &ds, profile, proxy);
	MOOR_RECORD_BEGIN(&r, sent ? REC_SIGNAL_TX : REC_SIGNAL_RX, moor_node_id(moor_port_node(p)), moor_port_number(p),
			  signal);
	dsmip_signal_body(&r.u.signal, &m);
	addresses(&r.u.signal, &v, &m, proxy);
	r.u.signal.message = v.mh;
	r.u.signal.message_len = v.mh_len;
	moor_record_emit(w, &r);
}
