/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: a foreign host's movements, read off its frames
 *
 * Our own hosts say when they look for a router, have an address and may use it; of another's the frames tell: its
 * router solicitation [RFC 4861 6.3.7], the advertisement that reaches it, the test of its address [RFC 4862 5.4.2],
 * and the first packet from a global address, with which the movement is over. When duplicate address detection ended
 * nobody outside knows, so the time until that packet counts to it. A host that never sends is never through.
 */
#include "entity/outside_host.h"

#include "wire/frame.h"
#include "wire/icmp6.h"

static void record(struct outside_steps *s, const struct moor_port *p, enum rec_move what, const struct ip6_addr *addr)
{
	struct moor_node *n = moor_port_node(p);
	struct moor_record r;

	s->done |= 1u << what;
	if (!moor_record_wanted(moor_node_world(n), REC_MOVE))
		return;
	MOOR_RECORD_BEGIN(&r, REC_MOVE, moor_node_id(n), moor_port_number(p), move);
	r.u.move.what = what;
	r.u.move.addr = *addr;
	moor_record_emit(moor_node_world(n), &r);
}

static void record_router(const struct moor_port *p, enum rec_router what, const struct ip6_addr *router)
{
	struct moor_node *n = moor_port_node(p);
	struct moor_record r;

	if (!moor_record_wanted(moor_node_world(n), REC_ROUTER))
		return;
	MOOR_RECORD_BEGIN(&r, REC_ROUTER, moor_node_id(n), moor_port_number(p), router);
	r.u.router.what = what;
	r.u.router.router = *router;
	moor_record_emit(moor_node_world(n), &r);
}

static bool did(const struct outside_steps *s, enum rec_move what) { return s->done >> what & 1; }

void outside_host_carrier(struct outside_steps *s, struct moor_port *p, bool up)
{
	struct ip6_addr own = ip6_link_local(mac_iid(moor_port_mac(p)));

	s->done = 0;
	if (up)
		record(s, p, MOVE_LINK_UP, &own);
}

static bool is_global(const struct ip6_addr *a)
{
	return !ip6_is_zero(a) && !ip6_is_link_local(a) && !ip6_is_multicast(a);
}

static void discovery(struct outside_steps *s, struct moor_port *p, const struct frame_ip *ip, const struct icmp6 *m,
		      bool sent)
{
	if (sent && m->type == ICMP6_T_RS)
		record_router(p, ROUTER_SOLICIT_SENT, &ip->dst);
	if (!sent && m->type == ICMP6_T_RA) {
		record_router(p, ROUTER_ADVERT_RECEIVED, &ip->src);
		if (m->router_lifetime && !did(s, MOVE_DETECTED))
			record(s, p, MOVE_DETECTED, &ip->src);
	}
	if (sent && m->type == ICMP6_T_NS && ip6_is_zero(&ip->src) && is_global(&m->target) &&
	    !did(s, MOVE_ADDRESS_FORMED))
		record(s, p, MOVE_ADDRESS_FORMED, &m->target);
}

void outside_host_frame(struct outside_steps *s, struct moor_port *p, const uint8_t *frame, size_t len, bool sent)
{
	const struct frame_ip *ip;
	struct frame_view v;
	struct icmp6 m;

	if (!did(s, MOVE_LINK_UP) || did(s, MOVE_REGISTERED) || !frame_view_make(WIRE_LINK_ETHERNET, frame, len, &v) ||
	    !v.n_ip)
		return;
	ip = frame_outer(&v);
	if (v.n_ip == 1 && ip->family == 6 && v.proto == 58 && icmp6_decode(v.upper, v.upper_len, &m, NULL, NULL) &&
	    icmp6_is_nd(m.type)) {
		discovery(s, p, ip, &m, sent);
		return;
	}
	if (!sent || !is_global(&ip->src))
		return;
	if (!did(s, MOVE_ADDRESS_FORMED))
		record(s, p, MOVE_ADDRESS_FORMED, &ip->src);
	record(s, p, MOVE_ADDRESS_READY, &ip->src);
	record(s, p, MOVE_REGISTERED, &ip->src);
}
