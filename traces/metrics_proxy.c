/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Steps of mobile nodes whose mobility is the network's business [RFC 5213]: the MAG signals, the mobile node only
 * sees its link and its router. It exists so that both kinds of mobility give the same table. A PBU finds its mobile
 * node by the link-layer identifier that it carries: the mobile node's records say which interface identifier follows
 * from its hardware address. Without such records (a capture) the binding of the MAG stands for the mobile node.
 *
 * A step is over when the mobile node has a router and an address; a de-registration by the MAG that it left counts
 * as leaving only when no other link was meant.
 */
#include "traces/metrics_internal.h"

static uint32_t high(uint64_t iid) { return (uint32_t)(iid >> 32); }
static uint32_t low(uint64_t iid) { return (uint32_t)iid; }

void metrics_link_up(struct metrics *m, const struct mobile *mn, const struct ip6_addr *link_local)
{
	uint64_t iid = ip6_low64(link_local);
	uint32_t known;

	if (!ip6_is_link_local(link_local))
		return;
	if (!numbers_get(&m->by_iid, high(iid), low(iid), &known))
		numbers_put(&m->by_iid, high(iid), low(iid), (uint32_t)(mn - mobile_at(m, 0)));
}

/* The value of the Mobile Node Link-layer Identifier option when it is a MAC [RFC 5213 8.6]. */
static bool link_layer_id(const struct rec_signal *g, uint64_t *iid)
{
	uint32_t i = MH_BU_OPTIONS;
	struct mac_addr mac;

	while (g->message && i + 1 < g->message_len) {
		const uint8_t *o = g->message + i;
		uint32_t n = o[0] ? 2u + o[1] : 1;

		if (o[0] == MH_OPTION_MN_LL_ID && o[1] == 2 + sizeof mac.o && i + n <= g->message_len) {
			memcpy(mac.o, o + 4, sizeof mac.o);
			*iid = mac_iid(&mac);
			return true;
		}
		i += n;
	}
	return false;
}

static struct step *step_of(struct metrics *m, struct mobile *u, const struct moor_record *r)
{
	const struct rec_signal *g = &r->u.signal;
	struct step *s = u->step;
	bool under_way = s && s->over == NEVER_SEEN;

	if (!g->lifetime) {
		if (under_way)
			return s->row.kind == STEP_DETACH ? s : NULL;
		if (metrics_radio_left(m, u->node, r->at))
			return NULL;		/* the MAG heard of it before the mobile node said that it moves */
		return u->attached && ip6_eq(&g->care_of, &u->coa) ? metrics_step_begin(m, u, r->at, STEP_DETACH) : NULL;
	}
	if (under_way && s->row.kind != STEP_DETACH)
		return s;
	if (u->attached && ip6_eq(&g->care_of, &u->coa))
		return NULL;			/* its lifetime is extended */
	return metrics_step_begin(m, u, r->at, u->attached ? STEP_HANDOVER : STEP_ATTACH);
}

bool metrics_proxy_bu(struct metrics *m, struct mobile *by, const struct moor_record *r)
{
	const struct rec_signal *g = &r->u.signal;
	struct mobile *u;
	struct step *s;
	uint64_t iid = 0;

	if (link_layer_id(g, &iid))
		numbers_get(&m->by_iid, high(iid), low(iid), &by->served);
	if (by->served == REC_NONE)
		return false;
	u = mobile_at(m, by->served);
	metrics_at_time(m, u, r->at);
	s = u->step;
	if (iid && s && s->over == NEVER_SEEN && s->row.kind != STEP_DETACH && s->link_up != NEVER_SEEN && s->iid &&
	    s->iid != iid && g->lifetime) {
		s->pbu = (struct side_pbu){ iid, r->at, g->care_of, g->home_address, g->udp, true };
		return true;
	}
	s = step_of(m, u, r);
	if (!s)
		return true;
	s->proxied = s->row.proxied = true;
	if (s->bu_first == NEVER_SEEN) {
		s->bu_first = r->at;
		s->first_up = s->first_down = NEVER_SEEN;
	} else if (g->attempt > 1) {
		s->row.v[M_RETRANSMISSIONS]++;
	}
	if (s->row.kind != STEP_DETACH)
		s->row.to_coa = g->care_of;
	s->row.home_address = g->home_address;
	s->row.udp |= g->udp;
	return true;
}

void metrics_proxy_link_up(struct step *s, const struct moor_record *r)
{
	const struct side_pbu *p = &s->pbu;

	s->iid = ip6_is_link_local(&r->u.move.addr) ? ip6_low64(&r->u.move.addr) : 0;
	if (!p->there || p->iid != s->iid || p->at != r->at)
		return;
	s->proxied = s->row.proxied = true;
	s->bu_first = p->at;
	s->accepted = s->first_up = s->first_down = NEVER_SEEN;
	s->row.to_coa = p->care_of;
	s->row.home_address = p->home_address;
	s->row.udp |= p->udp;
}

void metrics_proxy_ba(struct metrics *m, const struct mobile *by, const struct moor_record *r)
{
	const struct rec_signal *g = &r->u.signal;
	struct mobile *u = mobile_at(m, by->served);
	struct step *s = u->step;
	const struct ip6_addr *coa;

	metrics_at_time(m, u, r->at);
	s = u->step;
	if (!s || !s->proxied || s->accepted != NEVER_SEEN)
		return;
	coa = s->row.kind == STEP_DETACH ? &s->row.from_coa : &s->row.to_coa;
	if (!ip6_eq(&by->exchange.x.care_of, coa))
		return;
	s->row.answered = true;
	s->row.status = g->status;
	s->rtt_sum += r->at - by->exchange.x.sent;
	if (g->status >= STATUS_REFUSED) {
		s->row.v[M_REFUSALS]++;
		return;
	}
	s->accepted = r->at;
	if (s->row.kind == STEP_DETACH || !s->moved)	/* else the mobile node says when */
		metrics_step_over(u, r->at, true);
}

void metrics_proxy_gone(struct metrics *m, const struct mobile *by, const struct ip6_addr *coa)
{
	struct mobile *u = by->served == REC_NONE ? NULL : mobile_at(m, by->served);

	if (u && ip6_eq(&u->coa, coa))
		u->attached = false;
}
