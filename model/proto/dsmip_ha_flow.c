/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: flow bindings at the home agent
 *
 * Flow Identification and Flow Summary options of Binding Updates [R24303-5.1.3.2-19] [R24303-5.1.3.2-21] [RFC 6089
 * 5.3], and the choice of the care-of address for each packet. Statuses, one per Flow Identification option:
 *
 *	flow bindings are not permitted here				128
 *	the same FID twice in the BU: all of its options		129 (the RFC names none)
 *	another flow binding has the FID-PRI; too many flow bindings	129
 *	malformed; FID, FID-PRI or TS format 0; a new one without selector or Binding Reference; a range that ends before
 *	it begins							130
 *	a BID that is not registered					131
 *	an FID of a Flow Summary that is not there			132
 *	a selector format other than 1 and 2				133
 *
 * What the BU names in neither option is removed; what it names stays as it was when its change is refused. A BU
 * without BIDs leaves no care-of address that a flow could go to, so none of its flow bindings can be.
 *
 * Packets: the strongest active flow binding that matches, a copy to each of its registered care-of addresses; else
 * the strongest BID. What the home agent itself sends as mobility signalling is not matched [RFC 6089 4.3].
 */
#include "proto/dsmip_ha_ifom.h"
#include "wire/ip6.h"

/* ---- options ----------------------------------------------------------------------------------------------------- */

static const struct mh_opt *next_of(const struct mh_msg *m, const struct mh_opt *o, uint8_t type)
{
	for (o = o ? o + 1 : m->opt; o < m->opt + m->n_opt; o++) {
		if (o->type == type)
			return o;
	}
	return NULL;
}

bool dsmip_ha_has_flows(const struct mh_msg *m)
{
	return mh_find_any(m, MH_OPT_FLOW_ID) || mh_find_any(m, MH_OPT_FLOW_SUMMARY);
}

static uint16_t fid_of(const struct mh_opt *o)
{
	if (!o->bad)
		return o->flow.fid;
	return o->raw.n >= 2 ? (uint16_t)(o->raw.p[0] << 8 | o->raw.p[1]) : 0;
}

static bool some_twice(const struct mh_msg *m)
{
	for (const struct mh_opt *o = next_of(m, NULL, MH_OPT_FLOW_ID); o; o = next_of(m, o, MH_OPT_FLOW_ID)) {
		for (const struct mh_opt *x = next_of(m, o, MH_OPT_FLOW_ID); x; x = next_of(m, x, MH_OPT_FLOW_ID)) {
			if (fid_of(x) == fid_of(o))
				return true;
		}
	}
	return false;
}

static void answer(struct ha_ifom_answer *r, uint16_t fid, uint8_t status, const struct mh_opt *o)
{
	struct ha_fid_answer *x;

	if (r->n_bid + r->n_fid >= HA_IFOM_ANSWERS)
		return;
	x = &r->fid[r->n_fid++];
	*x = (struct ha_fid_answer){ .fid = fid, .status = status };
	r->octets += 8;
	if (o && !o->bad) {
		x->priority = o->flow.priority;
		x->subs = o->flow.subs;
	}
}

/* [RFC 6089 5.3.2.1, 5.3.2.2] */
static uint8_t take(struct dsmip_ha *a, struct ifom_table *t, const struct mh_opt *o)
{
	const struct ifom_flow *old = ifom_flow_find(t, fid_of(o));
	struct ifom_flow f;
	uint8_t status;

	if (!a->c.flows)
		return MH_FID_PROHIBITED;
	status = ifom_flow_read(o, old, &f);
	if (status == MH_FID_OK && !old && a->c.flows_max && t->count >= a->c.flows_max)
		status = MH_FID_REJECTED;
	return status == MH_FID_OK ? ifom_flow_put(t, &f) : status;
}

/* [RFC 6089 5.3.3] duplicates are ignored: one answer for each that is not found */
static void summary(struct ifom_table *t, const struct mh_opt *o, struct ha_ifom_answer *out)
{
	for (unsigned i = 0; i < o->fids.n; i++) {
		uint16_t fid = mh_fid_at(o, i);
		unsigned k;

		if (ifom_flow_find(t, fid))
			continue;
		for (k = 0; k < out->n_fid && out->fid[k].fid != fid; k++)
			;
		if (k == out->n_fid)
			answer(out, fid, MH_FID_NOT_FOUND, NULL);
	}
}

/* [RFC 6089 5.3.4] before anything is added: a new flow binding may have the FID-PRI of one that goes */
static void forget_unnamed(struct ifom_table *t, const struct mh_msg *m)
{
	const struct mh_opt *o;

	ifom_round_begin(t);
	for (o = next_of(m, NULL, MH_OPT_FLOW_ID); o; o = next_of(m, o, MH_OPT_FLOW_ID))
		ifom_round_keep(t, fid_of(o));
	for (o = mh_find(m, MH_OPT_FLOW_SUMMARY); o; o = mh_next(m, o)) {
		for (unsigned i = 0; i < o->fids.n; i++)
			ifom_round_keep(t, mh_fid_at(o, i));
	}
	ifom_round_end(t);
}

static void flows(struct dsmip_ha *a, struct ifom_table *t, const struct mh_msg *m, struct ha_ifom_answer *out)
{
	bool twice = some_twice(m);
	const struct mh_opt *o;

	forget_unnamed(t, m);
	for (o = next_of(m, NULL, MH_OPT_FLOW_ID); o; o = next_of(m, o, MH_OPT_FLOW_ID))
		answer(out, fid_of(o), twice ? MH_FID_REJECTED : take(a, t, o), o);
	for (o = mh_find(m, MH_OPT_FLOW_SUMMARY); o; o = mh_next(m, o))
		summary(t, o, out);
}

void dsmip_ha_flows(struct dsmip_ha *a, struct bce *b, const struct bu *u, struct ha_ifom_answer *out)
{
	flows(a, &bce_mcoa(b)->table, &u->x->m, out);
}

/* In a BU without BIDs: false, and nothing was sent, when it has no such option either. */
bool dsmip_ha_flows_plain(struct dsmip_ha *a, struct bce *b, const struct bu *u, struct answer *r)
{
	struct ha_ifom_answer out = { .n_bid = 0 };
	struct ifom_table none = { 0 };

	if (!dsmip_ha_has_flows(&u->x->m))
		return false;
	flows(a, &none, &u->x->m, &out);
	ifom_done(&none);
	r->ifom = &out;
	dsmip_ha_send_ba(a, b, r, u->hoa4);
	return true;
}

/* ---- packets ----------------------------------------------------------------------------------------------------- */

static struct net_tunnel tunnel_to(const struct bce *b, const struct care_of *c)
{
	const struct dsmip_ha_addr *us = &b->a->c.addr;
	struct net_tunnel session;

	if (c->home && b->a->homes && b->a->homes->way(b->a->homes_owner, &b->hoa, &session))
		return session;
	return (struct net_tunnel){
		.local = dsmip_is_mapped(&c->remote) ? ip6_mapped(us->a4) : us->a6, .remote = c->remote,
		.sport = DSMIP_UDP_PORT, .dport = c->port, .encap = c->home ? ENCAP_PLAIN : c->encap,
		.encap_limit = b->a->c.tunnel_limit,
	};
}

/* IPv4 goes through tunnels alone: there are no IPv4 home links. */
static bool reaches(const struct care_of *c, const struct ip6_addr *dst)
{
	return !c->home || !dsmip_is_mapped(dst);
}

static uint16_t default_place(const struct bce_mcoa *m, const struct ip6_addr *dst)
{
	uint16_t fit = 0;
	int at;

	for (at = 0; at < (int)IFOM_BIDS; at++)
		fit |= (uint16_t)(reaches(&m->care[at], dst) << at);
	at = ifom_bid_strongest(&m->table, fit);
	return at < 0 ? 0 : (uint16_t)(1u << at);
}

static bool is_own_signalling(const uint8_t *packet, uint32_t len)
{
	struct ip6_packet k;

	return len >= IP6_LEN && packet[0] >> 4 == 6 && ip6_decode(packet, len, &k, NULL) &&
	       (k.proto == DSMIP_PROTO_MH || k.has_rh2);
}

static uint16_t choose(struct bce_mcoa *m, const struct ip6_addr *dst, const uint8_t *packet, uint32_t len, bool own)
{
	const struct ifom_flow *f = NULL;
	struct ifom_packet p;
	uint16_t set = 0;

	if (m->table.count && !(own && is_own_signalling(packet, len)) && ifom_read(packet, len, false, &p))
		f = ifom_classify(&m->table, &p);
	if (f)
		set = ifom_flow_places(&m->table, f);
	for (unsigned at = 0; set && at < IFOM_BIDS; at++) {
		if (set >> at & 1 && !reaches(&m->care[at], dst))
			set &= (uint16_t)~(1u << at);
	}
	return set ? set : default_place(m, dst);
}

/* [RFC 6089 5.3.6] */
const struct net_tunnel *dsmip_ha_steer(const struct bce *b, const struct ip6_addr *dst, const uint8_t *packet,
					uint32_t len, bool forwarded, struct net_tunnel *room)
{
	struct bce_mcoa *m = bce_mcoa(b);
	uint16_t set = choose(m, dst, packet, len, !forwarded);
	struct net_tunnel *last = NULL;
	unsigned n = 0;

	if (!set)
		return &net_tunnel_discard;
	if (!(set & (set - 1))) {
		const struct care_of *c = &m->care[__builtin_ctz(set)];

		*room = tunnel_to(b, c);
		return c->home ? NULL : room;
	}
	for (unsigned at = 0; at < IFOM_BIDS; at++) {
		if (!(set >> at & 1))
			continue;
		m->tunnels[n] = tunnel_to(b, &m->care[at]);
		if (last)
			last->also = &m->tunnels[n];
		last = &m->tunnels[n++];
	}
	return m->tunnels;
}
