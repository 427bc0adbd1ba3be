/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Exchanges of BU and BA: round trips, retransmissions, refusals, and the steps that show in the signalling alone. It
 * exists because a capture has no movement records.
 *
 * Acknowledgements are matched to updates by sequence number [RFC 6275 11.7.3]; status 135 carries the number that
 * the home agent expects and answers the last update [RFC 6275 9.5.1].
 */
#include "traces/metrics_internal.h"

void metrics_exchange_end(struct metrics *m, struct mobile *mn)
{
	struct exchange *e = &mn->exchange;

	if (!e->active)
		return;
	e->active = false;
	if (!e->x.answered) {
		m->totals.unanswered++;
		m->totals.deregistrations_unanswered += e->x.lifetime == 0;
	}
	for (guint i = 0; i < m->listeners->len; i++) {
		const struct listener *l = &g_array_index(m->listeners, struct listener, i);

		if (l->exchanges)
			l->exchanges(l->ctx, &e->x);
	}
}

static inline void exchange_bu(struct metrics *m, struct mobile *mn, const struct moor_record *r)
{
	const struct rec_signal *g = &r->u.signal;
	struct exchange *e = &mn->exchange;
	bool again = e->active && ip6_eq(&e->x.care_of, &g->care_of) && !e->x.lifetime == !g->lifetime && g->attempt != 1;

	if (!again) {
		metrics_exchange_end(m, mn);
		e->active = true;
		e->n = 0;
		e->x = (struct bu_exchange){ .node = mn->node, .instance = r->instance, .first_sent = r->at,
			.proxy = g->flags & BU_FLAG_PROXY, .home_address = g->home_address, .care_of = g->care_of };
		m->totals.deregistrations += g->lifetime == 0;
	} else {
		m->totals.bu_retransmissions++;
	}
	m->totals.bus++;
	e->sequence[e->n % BUS_KEPT] = g->sequence;
	e->at[e->n++ % BUS_KEPT] = r->at;
	e->x.sequence = g->sequence;
	e->x.lifetime = g->lifetime;
	e->x.attempts++;
	e->x.sent = r->at;
}

/* True when the acknowledgement answers the exchange under way, which then ends. */
static bool exchange_ba(struct metrics *m, struct mobile *mn, const struct moor_record *r)
{
	const struct rec_signal *g = &r->u.signal;
	struct exchange *e = &mn->exchange;
	uint32_t kept = MIN(e->n, BUS_KEPT), i;

	if (!e->active)
		return false;
	for (i = 0; i < kept && e->sequence[i] != g->sequence; i++)
		;
	if (i == kept && g->status != STATUS_SEQUENCE)
		return false;
	if (i < kept) {
		e->x.sequence = e->sequence[i];
		e->x.sent = e->at[i];
	}
	e->x.answered = true;
	e->x.status = g->status;
	e->x.answered_at = r->at;
	if (g->status < STATUS_REFUSED)
		m->totals.accepted++;
	else
		m->totals.refused++;
	metrics_exchange_end(m, mn);
	return true;
}

/* One of several care-of addresses [RFC 5648 4.3]: is there a Binding Identifier option? */
static bool has_bid(const struct rec_signal *g)
{
	uint32_t i = MH_BU_OPTIONS;

	while (i < g->message_len) {
		if (g->message[i] == MH_OPTION_BID)
			return true;
		i += g->message[i] == 0 ? 1 : i + 1 < g->message_len ? 2u + g->message[i + 1] : 1;
	}
	return false;
}

/*
 * The gateway that was left gave the session back, or tried to, before the new one asked for it, as when both see their
 * links: that the mobile node comes from there only the new one says, by its handoff indicator [RFC 5213 6.9.1.1].
 */
static bool handed_over(const struct mobile *mn, const struct rec_signal *g)
{
	enum { OTHER_INTERFACE = 2, OTHER_GATEWAY = 3 };
	const struct ip6_addr *from = mn->attached ? &mn->coa : &mn->left;

	if (ip6_is_zero(from) || ip6_eq(from, &g->care_of))
		return false;
	for (uint32_t i = MH_BU_OPTIONS; g->message && i + 3 < g->message_len;
	     i += g->message[i] ? 2u + g->message[i + 1] : 1)
		if (g->message[i] == MH_OPTION_HANDOFF && g->message[i + 1] == 2)
			return g->message[i + 3] == OTHER_INTERFACE || g->message[i + 3] == OTHER_GATEWAY;
	return false;
}

/* The step that a BU belongs to, begun when it shows one by itself; NULL: a refresh of the binding. */
static struct step *step_for_bu(struct metrics *m, struct mobile *mn, const struct moor_record *r)
{
	const struct rec_signal *g = &r->u.signal;
	bool at_home = ip6_eq(&g->care_of, &g->home_address);
	struct step *s = mn->step;

	if (s && s->over != NEVER_SEEN && s->failed && (g->lifetime || at_home) && s->row.kind != STEP_DETACH) {
		s->over = NEVER_SEEN;		/* it goes on trying */
		mn->due = MOOR_NEVER;
		s->failed = false;
	}
	if (s && s->over == NEVER_SEEN && (s->row.kind == STEP_DETACH ? !g->lifetime : g->lifetime || at_home || s->home))
		return s;
	/* another access comes, is refreshed or goes: no movement by itself */
	if (mn->attached && has_bid(g))
		return s && s->over == NEVER_SEEN && s->row.kind != STEP_DETACH ? s : NULL;
	if (!g->lifetime)
		return metrics_step_begin(m, mn, r->at, at_home ? STEP_HOME : STEP_DETACH);
	/* it wanted to leave, got no answer, and comes back: no refresh, whatever the home agent still has */
	if (s && s->over == NEVER_SEEN && s->row.kind == STEP_DETACH)
		return metrics_step_begin(m, mn, r->at, mn->attached && handed_over(mn, g) ? STEP_HANDOVER : STEP_ATTACH);
	if (mn->attached && ip6_eq(&g->care_of, &mn->coa))
		return NULL;
	if (!mn->attached && handed_over(mn, g)) {
		s = metrics_step_begin(m, mn, r->at, STEP_HANDOVER);
		s->row.from_coa = mn->left;
		s->row.from_link = mn->left_link;
		return s;
	}
	return metrics_step_begin(m, mn, r->at, mn->attached ? STEP_HANDOVER : STEP_ATTACH);
}

static inline struct mobile *mobile_of_signal(struct metrics *m, const struct moor_record *r, bool make)
{
	/* a proxy (MAG) speaks for many mobile nodes: each of its bindings is one; of others each PDN connection */
	bool proxy = r->u.signal.flags & (r->u.signal.type == MH_TYPE_BU ? BU_FLAG_PROXY : 0);
	struct mobile *mn = metrics_mobile(m, r->node, r->instance + proxy, make);

	if (mn && make)
		mn->proxy = proxy;
	if ((!mn || mn->proxy) && r->u.signal.type == MH_TYPE_BA)
		mn = metrics_mobile(m, r->node, r->instance + 1, false);
	return mn;
}

void metrics_bu_sent(struct metrics *m, const struct moor_record *r)
{
	const struct rec_signal *g = &r->u.signal;
	struct mobile *mn = mobile_of_signal(m, r, true);
	struct step *s;

	metrics_at_time(m, mn, r->at);
	if (mn->proxy && metrics_proxy_bu(m, mn, r)) {
		exchange_bu(m, mn, r);
		return;
	}
	s = step_for_bu(m, mn, r);
	exchange_bu(m, mn, r);
	if (!s)
		return;
	if (s->bu_first == NEVER_SEEN) {
		/* one that is sent again may be of the step before, over the interface that is left */
		if (g->attempt == 1 && s->port != REC_NONE && r->port != REC_NONE && s->port != r->port &&
		    s->row.kind != STEP_DETACH)
			metrics_step_other(m, s, r->port);
		s->bu_first = r->at;
		s->first_up = s->first_down = NEVER_SEEN;	/* what came before went the old way */
	} else if (mn->exchange.x.attempts > 1) {
		s->row.v[M_RETRANSMISSIONS]++;
	}
	if (s->row.kind != STEP_DETACH)
		s->row.to_coa = g->care_of;
	if (!g->lifetime && ip6_eq(&g->care_of, &g->home_address))
		s->home = true;
	s->row.home_address = g->home_address;
	s->row.udp |= g->udp;		/* whether there is a NAT only the answer tells */
	metrics_step_port(m, s, s->port == REC_NONE ? r->port : REC_NONE);
}

void metrics_ba_received(struct metrics *m, const struct moor_record *r)
{
	const struct rec_signal *g = &r->u.signal;
	struct mobile *mn = mobile_of_signal(m, r, false);
	struct step *s;

	if (!mn)
		return;
	metrics_at_time(m, mn, r->at);
	if (!exchange_ba(m, mn, r))
		return;
	if (mn->served != REC_NONE) {
		metrics_proxy_ba(m, mn, r);
		return;
	}
	s = mn->step;
	/* the node may say that it is registered just before it says why */
	if (!s || s->accepted != NEVER_SEEN || (s->over != NEVER_SEEN && s->over != r->at))
		return;
	s->row.answered = true;
	s->row.status = g->status;
	s->row.udp |= g->udp;
	s->row.nat |= g->nat;
	s->rtt_sum += r->at - mn->exchange.x.sent;
	if (g->status >= STATUS_REFUSED) {
		s->row.v[M_REFUSALS]++;
		/* without movement records nothing else will say that the node gave up */
		if (!s->moved && g->status != STATUS_SEQUENCE)
			metrics_step_over(mn, r->at, false);
		return;
	}
	if (!g->home_address.o[0] || ip6_is_zero(&s->row.home_address))
		s->row.home_address = g->home_address;
	s->accepted = r->at;
	if (s->over == NEVER_SEEN)
		metrics_step_over(mn, r->at, true);
}
