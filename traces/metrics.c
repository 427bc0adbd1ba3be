/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Handover metrics: follows each mobile node through its steps and measures the phases, the exchanges of BU and BA, and the
 * flows around them. It exists so that a simulation, a live run and a replayed capture are timed by one piece of code. What
 * each figure means is in docs/metrics.md; nothing is decided here that is not said there.
 *
 * Acknowledgements are matched to updates by sequence number [RFC 6275 11.7.3]; status 135 carries the number that the home
 * agent expects and answers the last update [RFC 6275 9.5.1].
 */
#include "traces/metrics.h"

#include <glib.h>

#include "base/map.h"
#include "traces/metrics_dist.h"
#include "traces/metrics_flow.h"

enum { MH_TYPE_BU = 5, MH_TYPE_BA = 6, BU_FLAG_PROXY = 0x0200, STATUS_REFUSED = 128, STATUS_SEQUENCE = 135 };
enum { DHCP_TYPE_DISCOVER = 1, DHCP_TYPE_REQUEST = 3 };

#define BUS_KEPT 8u
#define NEVER_SEEN INT64_MIN

/* A step under way. Times are NEVER_SEEN until their record came. */
struct step {
	struct handover_row row;
	moor_time link_up, solicit, detected, request_first, request_last, formed, ready;
	moor_time bu_first, rtt_sum, accepted, over;	/* over: end of signalling */
	moor_time first_up, first_down;
	uint32_t port;
	bool moved, failed, home;	/* a REC_MOVE was seen; MOVE_FAILED; MOVE_HOME_LINK or at home by its BU */
};

struct exchange {
	bool active;
	uint32_t n;			/* BUs kept: the last BUS_KEPT of them, in turn */
	uint16_t sequence[BUS_KEPT];
	moor_time at[BUS_KEPT];
	struct bu_exchange x;
};

struct mobile {
	uint32_t node, instance;
	uint32_t steps;
	uint32_t flows;			/* list through struct flow.next; REC_NONE ends it */
	bool attached;
	const char *link;
	struct ip6_addr coa;		/* registered */
	struct step *step;		/* NULL: none under way */
	struct exchange exchange;
};

struct flow {
	uint32_t number, mobile, next;	/* mobile: index, REC_NONE while unknown */
	struct flow_dir dir[2];
};

struct listener {
	handover_row_fn *rows;
	bu_exchange_fn *exchanges;
	void *ctx;
};

struct metrics {
	struct metrics_config config;
	GStringChunk *texts;
	struct map mobile_index, flow_index;
	GArray *mobiles, *flows, *listeners, *rows;
	struct dist *dists[STEP_KINDS];	/* METRICS each, made when first used */
	uint64_t counts[STEP_KINDS][STEP_OUTCOMES];
	struct metrics_totals totals;
	bool finished;
};

static struct mobile *mobile_at(const struct metrics *m, uint32_t i)
{
	return &g_array_index(m->mobiles, struct mobile, i);
}

static struct flow *flow_at(const struct metrics *m, uint32_t i)
{
	return &g_array_index(m->flows, struct flow, i);
}

static struct mobile *mobile_find(struct metrics *m, uint32_t node, uint32_t instance, bool make)
{
	struct map_key key = { node, instance };
	struct mobile fresh = { .node = node, .instance = instance, .flows = REC_NONE, .link = "" };
	uint32_t i;

	if (map_get(&m->mobile_index, key, &i))
		return mobile_at(m, i);
	if (!make)
		return NULL;
	map_put(&m->mobile_index, key, m->mobiles->len);
	g_array_append_val(m->mobiles, fresh);
	return mobile_at(m, m->mobiles->len - 1);
}

/* ---- ending a step ------------------------------------------------------------------------------------------------ */

static int64_t span(moor_time from, moor_time to)
{
	return from == NEVER_SEEN || to == NEVER_SEEN || to < from ? METRIC_ABSENT : to - from;
}

static void close_flow(struct handover_row *r, const struct flow *f, int up, const struct flow_step *s)
{
	int64_t *gap = &r->v[up ? M_GAP_UP : M_GAP_DOWN];
	const int ids[2][3] = { { M_LOST_DOWN, M_DUP_DOWN, M_REORD_DOWN }, { M_LOST_UP, M_DUP_UP, M_REORD_UP } };
	const uint64_t values[3] = { s->lost, s->duplicated, s->reordered };

	for (int i = 0; i < 3; i++) {
		int64_t *v = &r->v[ids[up][i]];

		*v = (*v == METRIC_ABSENT ? 0 : *v) + (int64_t)values[i];
	}
	if (!s->gap || (*gap != METRIC_ABSENT && *gap >= s->gap))
		return;
	*gap = s->gap;
	r->v[up ? M_INTERVAL_UP : M_INTERVAL_DOWN] = s->interval;
	*(up ? &r->gap_up_open : &r->gap_down_open) = s->open;
	*(up ? &r->flow_up : &r->flow_down) = f->number;
}

static void close_flows(struct metrics *m, struct mobile *mn, moor_time at, enum flow_close how)
{
	for (uint32_t i = mn->flows; i != REC_NONE; i = flow_at(m, i)->next)
		for (int up = 0; up < 2; up++) {
			struct flow *f = flow_at(m, i);
			struct flow_step s = flow_dir_close(&f->dir[up], at, how);

			if (s.any)
				close_flow(&mn->step->row, f, up, &s);
		}
}

static void fill_phases(struct step *s)
{
	int64_t *v = s->row.v;
	moor_time detect_from = s->solicit != NEVER_SEEN ? s->solicit : s->link_up;

	if (s->link_up != NEVER_SEEN && s->link_up > s->row.start)
		v[M_L2_GAP] = s->link_up - s->row.start;
	else if (s->link_up != NEVER_SEEN && s->row.kind != STEP_ATTACH)
		v[M_L2_GAP] = 0;
	v[M_SOLICIT_WAIT] = span(s->link_up, s->solicit);
	v[M_DETECTION] = span(detect_from, s->detected);
	v[M_ADDRESS] = span(s->detected, s->formed);
	if (v[M_ADDRESS] != METRIC_ABSENT) {
		int64_t wait = span(s->request_first, s->request_last);

		v[M_ADDRESS_WAIT] = wait == METRIC_ABSENT ? 0 : MIN(wait, v[M_ADDRESS]);
		v[M_ADDRESS] -= v[M_ADDRESS_WAIT];
	}
	v[M_DAD] = span(s->formed, s->ready);
	if (s->bu_first != NEVER_SEEN) {
		v[M_DISCOVERY] = v[M_AAA_IKE] = 0;
		v[M_BU_WAIT] = span(s->ready, s->bu_first);
	}
	v[M_REGISTRATION] = span(s->bu_first, s->accepted);
	if (v[M_REGISTRATION] != METRIC_ABSENT) {
		v[M_REGISTRATION_RTT] = s->rtt_sum;
		v[M_RETRANSMIT_WAIT] = v[M_REGISTRATION] - s->rtt_sum;
	}
	if (s->row.outcome == OUTCOME_OK)
		v[M_TOTAL] = s->over - s->row.start;
	v[M_FIRST_UP] = span(s->row.start, s->first_up);
	v[M_FIRST_DOWN] = span(s->row.start, s->first_down);
}

static enum step_outcome outcome_of(const struct step *s, enum step_outcome unfinished)
{
	if (s->over == NEVER_SEEN)
		return unfinished;
	if (!s->failed)
		return OUTCOME_OK;
	if (s->row.v[M_REFUSALS] > 0)
		return OUTCOME_REFUSED;
	return s->bu_first != NEVER_SEEN ? OUTCOME_NO_ANSWER : OUTCOME_FAILED;
}

static void count_row(struct metrics *m, const struct handover_row *r)
{
	m->counts[r->kind][r->outcome]++;
	if (r->outcome == OUTCOME_OK) {
		if (!m->dists[r->kind])
			m->dists[r->kind] = g_new0(struct dist, METRICS);
		for (int i = 0; i < METRICS; i++)
			if (r->v[i] != METRIC_ABSENT)
				dist_add(&m->dists[r->kind][i], r->v[i]);
	}
	if (m->rows->len < m->config.keep)
		g_array_append_val(m->rows, *r);
	for (guint i = 0; i < m->listeners->len; i++) {
		const struct listener *l = &g_array_index(m->listeners, struct listener, i);

		if (l->rows)
			l->rows(l->ctx, r);
	}
}

static void step_close(struct metrics *m, struct mobile *mn, moor_time at, enum flow_close how)
{
	struct step *s = mn->step;

	if (s->home && s->row.kind == STEP_HANDOVER)
		s->row.kind = STEP_HOME;
	s->row.outcome = outcome_of(s, how == FLOW_CLOSE_END ? OUTCOME_OPEN : OUTCOME_OVERTAKEN);
	s->row.end = s->over != NEVER_SEEN ? s->over : at;
	fill_phases(s);
	close_flows(m, mn, at, how);
	mn->step = NULL;
	count_row(m, &s->row);
	g_free(s);
}

/* What time alone brings about for this node: the end of its step's time. Called before each of its records. */
static void mobile_at_time(struct metrics *m, struct mobile *mn, moor_time now)
{
	struct step *s = mn->step;

	if (!s || s->over == NEVER_SEEN || now <= s->over + METRICS_SETTLE)
		return;
	for (uint32_t i = mn->flows; i != REC_NONE; i = flow_at(m, i)->next) {
		flow_dir_freeze(&flow_at(m, i)->dir[0]);
		flow_dir_freeze(&flow_at(m, i)->dir[1]);
	}
	if (now > s->over + METRICS_SETTLE + METRICS_FLIGHT)
		step_close(m, mn, s->over + METRICS_SETTLE + METRICS_FLIGHT, FLOW_CLOSE_WHOLE);
}

/* ---- beginning one ------------------------------------------------------------------------------------------------ */

static struct step *step_begin(struct metrics *m, struct mobile *mn, moor_time at, enum step_kind kind)
{
	struct step *s;

	if (mn->step)
		step_close(m, mn, at, FLOW_CLOSE_EARLY);
	s = g_new0(struct step, 1);
	s->link_up = s->solicit = s->detected = s->request_first = s->request_last = s->formed = s->ready = NEVER_SEEN;
	s->bu_first = s->accepted = s->over = s->first_up = s->first_down = NEVER_SEEN;
	s->port = REC_NONE;
	s->row = (struct handover_row){
		.node = mn->node, .instance = mn->instance, .number = ++mn->steps, .kind = kind, .start = at,
		.from_link = mn->link, .to_link = "", .from_coa = mn->coa, .flow_up = REC_NONE, .flow_down = REC_NONE
	};
	for (int i = 0; i < METRICS; i++)
		s->row.v[i] = METRIC_ABSENT;
	s->row.v[M_RETRANSMISSIONS] = s->row.v[M_REFUSALS] = 0;
	for (uint32_t i = mn->flows; i != REC_NONE; i = flow_at(m, i)->next) {
		flow_dir_begin(&flow_at(m, i)->dir[0]);
		flow_dir_begin(&flow_at(m, i)->dir[1]);
	}
	mn->step = s;
	return s;
}

/* The step that a record of kind MOVE belongs to: the one under way, or a new one when that is over. */
static struct step *step_for_move(struct metrics *m, struct mobile *mn, moor_time at)
{
	if (mn->step && mn->step->over == NEVER_SEEN && mn->step->row.kind != STEP_DETACH)
		return mn->step;
	return step_begin(m, mn, at, mn->attached ? STEP_HANDOVER : STEP_ATTACH);
}

static void step_port(struct metrics *m, struct step *s, uint32_t port)
{
	const char *link = NULL;
	uint32_t node;

	if (port == REC_NONE || s->row.kind == STEP_DETACH)
		return;
	s->port = port;
	if (m->config.names.port)
		m->config.names.port(m->config.names.ctx, port, &node, &link, NULL);
	if (link)
		s->row.to_link = g_string_chunk_insert_const(m->texts, link);
}

static void step_over(struct mobile *mn, moor_time at, bool ok)
{
	struct step *s = mn->step;

	s->over = at;
	s->failed = !ok;
	if (!ok)
		return;
	mn->attached = s->row.kind != STEP_DETACH;
	mn->link = mn->attached ? s->row.to_link : "";
	if (mn->attached)
		mn->coa = s->row.to_coa;
	else
		memset(&mn->coa, 0, sizeof(mn->coa));
}

static void move_step(struct metrics *m, struct mobile *mn, const struct moor_record *r)
{
	struct step *s = mn->step;

	switch (r->u.move.what) {
	case MOVE_STARTED:
	case MOVE_HOME_LINK:
	case MOVE_FOREIGN_LINK:
	case MOVE_REGISTERED:
	case MOVE_FAILED:
		break;
	case MOVE_LINK_UP:
		s->link_up = r->at;
		s->solicit = s->detected = s->request_first = s->request_last = s->formed = s->ready = NEVER_SEEN;
		step_port(m, s, r->port);
		break;
	case MOVE_DETECTED:
		if (s->detected == NEVER_SEEN)
			s->detected = r->at;
		step_port(m, s, r->port);
		break;
	case MOVE_ADDRESS_FORMED:
		if (s->formed == NEVER_SEEN)
			s->formed = r->at;
		break;
	case MOVE_ADDRESS_READY:
		if (s->ready == NEVER_SEEN)
			s->ready = r->at;
		step_port(m, s, r->port);
		s->row.to_coa = r->u.move.addr;
		break;
	}
}

static void on_move(struct metrics *m, const struct moor_record *r)
{
	struct mobile *mn = mobile_find(m, r->node, 0, true);
	enum rec_move what = r->u.move.what;
	struct step *s;

	mobile_at_time(m, mn, r->at);
	s = mn->step;
	if (what == MOVE_STARTED) {
		s = step_begin(m, mn, r->at, mn->attached ? STEP_HANDOVER : STEP_ATTACH);
		s->moved = true;
		return;
	}
	if (what == MOVE_REGISTERED || what == MOVE_FAILED) {
		if (!s)
			return;
		step_port(m, s, s->port == REC_NONE ? r->port : REC_NONE);
		if (s->over == NEVER_SEEN)
			step_over(mn, r->at, what == MOVE_REGISTERED);
		return;
	}
	if (what == MOVE_HOME_LINK || what == MOVE_FOREIGN_LINK) {
		if (s && s->over == NEVER_SEEN)
			s->home = what == MOVE_HOME_LINK;
		return;
	}
	step_for_move(m, mn, r->at)->moved = true;
	move_step(m, mn, r);
}

/* A solicitation on the step's own interface, as far as ports are known. */
static struct step *step_soliciting(struct metrics *m, const struct moor_record *r)
{
	struct mobile *mn = mobile_find(m, r->node, 0, false);
	struct step *s;

	if (!mn)
		return NULL;
	mobile_at_time(m, mn, r->at);
	s = mn->step;
	if (!s || s->over != NEVER_SEEN || s->link_up == NEVER_SEEN)
		return NULL;
	return s->port == REC_NONE || r->port == REC_NONE || s->port == r->port ? s : NULL;
}

static void on_router(struct metrics *m, const struct moor_record *r)
{
	struct step *s = r->u.router.what == ROUTER_SOLICIT_SENT ? step_soliciting(m, r) : NULL;

	if (s && s->detected == NEVER_SEEN)
		s->solicit = r->at;
}

static void on_dhcp(struct metrics *m, const struct moor_record *r)
{
	struct step *s = r->u.dhcp.sent ? step_soliciting(m, r) : NULL;

	if (!s)
		return;
	if (r->u.dhcp.message == DHCP_TYPE_DISCOVER && s->detected == NEVER_SEEN)
		s->solicit = r->at;
	if (r->u.dhcp.message == DHCP_TYPE_REQUEST && s->formed == NEVER_SEEN) {
		if (s->request_first == NEVER_SEEN)
			s->request_first = r->at;
		s->request_last = r->at;
	}
}

/* ---- signalling --------------------------------------------------------------------------------------------------- */

static void exchange_end(struct metrics *m, struct mobile *mn)
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

static void exchange_bu(struct metrics *m, struct mobile *mn, const struct moor_record *r)
{
	const struct rec_signal *g = &r->u.signal;
	struct exchange *e = &mn->exchange;
	bool again = e->active && ip6_eq(&e->x.care_of, &g->care_of) && !e->x.lifetime == !g->lifetime && g->attempt != 1;

	if (!again) {
		exchange_end(m, mn);
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
	exchange_end(m, mn);
	return true;
}

/* The step that a BU belongs to, begun when it shows one by itself; NULL: a refresh of the binding. */
static struct step *step_for_bu(struct metrics *m, struct mobile *mn, const struct moor_record *r)
{
	const struct rec_signal *g = &r->u.signal;
	bool at_home = ip6_eq(&g->care_of, &g->home_address);
	struct step *s = mn->step;

	if (s && s->over != NEVER_SEEN && s->failed && (g->lifetime || at_home) && s->row.kind != STEP_DETACH) {
		s->over = NEVER_SEEN;		/* it goes on trying */
		s->failed = false;
	}
	if (s && s->over == NEVER_SEEN && (s->row.kind == STEP_DETACH ? !g->lifetime : g->lifetime || at_home || s->home))
		return s;
	if (!g->lifetime)
		return step_begin(m, mn, r->at, at_home ? STEP_HOME : STEP_DETACH);
	if (mn->attached && ip6_eq(&g->care_of, &mn->coa))
		return NULL;
	return step_begin(m, mn, r->at, mn->attached ? STEP_HANDOVER : STEP_ATTACH);
}

static struct mobile *mobile_of_signal(struct metrics *m, const struct moor_record *r, bool make)
{
	/* a proxy (MAG) speaks for many mobile nodes: each of its bindings is one */
	bool proxy = r->u.signal.flags & (r->u.signal.type == MH_TYPE_BU ? BU_FLAG_PROXY : 0);
	struct mobile *mn = mobile_find(m, r->node, proxy ? r->instance + 1 : 0, make);

	if (!mn && r->u.signal.type == MH_TYPE_BA)
		mn = mobile_find(m, r->node, r->instance + 1, false);
	return mn;
}

static void on_bu_sent(struct metrics *m, const struct moor_record *r)
{
	const struct rec_signal *g = &r->u.signal;
	struct mobile *mn = mobile_of_signal(m, r, true);
	struct step *s;

	mobile_at_time(m, mn, r->at);
	s = step_for_bu(m, mn, r);
	exchange_bu(m, mn, r);
	if (!s)
		return;
	if (s->bu_first == NEVER_SEEN) {
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
	s->row.udp |= g->udp;
	s->row.nat |= g->nat;
	step_port(m, s, s->port == REC_NONE ? r->port : REC_NONE);
}

static void on_ba_received(struct metrics *m, const struct moor_record *r)
{
	const struct rec_signal *g = &r->u.signal;
	struct mobile *mn = mobile_of_signal(m, r, false);
	struct step *s;

	if (!mn)
		return;
	mobile_at_time(m, mn, r->at);
	if (!exchange_ba(m, mn, r))
		return;
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
			step_over(mn, r->at, false);
		return;
	}
	if (!g->home_address.o[0] || ip6_is_zero(&s->row.home_address))
		s->row.home_address = g->home_address;
	s->accepted = r->at;
	if (s->over == NEVER_SEEN)
		step_over(mn, r->at, true);
}

/* ---- user data ---------------------------------------------------------------------------------------------------- */

static uint32_t flow_find(struct metrics *m, uint32_t number)
{
	struct flow fresh = { .number = number, .mobile = REC_NONE, .next = REC_NONE };
	struct map_key key = { number, 1 };
	uint32_t i;

	if (map_get(&m->flow_index, key, &i))
		return i;
	map_put(&m->flow_index, key, m->flows->len);
	g_array_append_val(m->flows, fresh);
	return m->flows->len - 1;
}

/* The mobile node of a flow is where its uplink leaves and its downlink arrives. */
static struct mobile *flow_mobile(struct metrics *m, uint32_t flow, const struct moor_record *r, bool at_mobile)
{
	struct flow *f = flow_at(m, flow);
	struct mobile *mn;

	if (f->mobile != REC_NONE)
		return mobile_at(m, f->mobile);
	if (!at_mobile)
		return NULL;
	mn = mobile_find(m, r->node, 0, true);
	f->mobile = (uint32_t)(mn - mobile_at(m, 0));
	/* at the list's end, so that sums and ties do not depend on the order of look-ups */
	if (mn->flows == REC_NONE) {
		mn->flows = flow;
	} else {
		uint32_t last = mn->flows;

		while (flow_at(m, last)->next != REC_NONE)
			last = flow_at(m, last)->next;
		flow_at(m, last)->next = flow;
	}
	return mn;
}

static void first_packet(struct step *s, const struct moor_record *r)
{
	bool up = r->u.data.direction == 1;
	moor_time *first = up ? &s->first_up : &s->first_down;
	moor_time from = s->bu_first != NEVER_SEEN ? s->bu_first : s->link_up != NEVER_SEEN ? s->link_up : s->row.start;

	if (*first != NEVER_SEEN || (up ? r->u.data.sent_at : r->at) < from)
		return;
	if (!up && r->port != REC_NONE && s->port != REC_NONE && r->port != s->port)
		return;
	*first = r->at;
}

static void on_data(struct metrics *m, const struct moor_record *r)
{
	bool sent = r->kind == REC_DATA_TX, up = r->u.data.direction == 1;
	uint32_t i = flow_find(m, r->u.data.flow);
	struct mobile *mn = flow_mobile(m, i, r, sent == up);
	struct flow_dir *d;
	enum flow_arrival a;

	if (mn)
		mobile_at_time(m, mn, r->at);
	d = &flow_at(m, i)->dir[up];
	if (sent) {
		m->totals.data_tx++;
		flow_dir_sent(d, r->u.data.sequence, r->at);
		return;
	}
	m->totals.data_rx++;
	a = flow_dir_got(d, r->u.data.sequence, r->u.data.sent_at, r->at, mn && mn->step && d->got_at <
			 (mn->step->over == NEVER_SEEN ? MOOR_NEVER : mn->step->over + METRICS_SETTLE));
	m->totals.duplicated += a == FLOW_DUPLICATE;
	m->totals.reordered += a == FLOW_LATE;
	if (mn && mn->step && a != FLOW_DUPLICATE)
		first_packet(mn->step, r);
}

/* ---- the outside -------------------------------------------------------------------------------------------------- */

struct metrics *metrics_new(const struct metrics_config *config)
{
	struct metrics *m = g_new0(struct metrics, 1);

	m->config = *config;
	m->texts = g_string_chunk_new(256);
	map_init(&m->mobile_index);
	map_init(&m->flow_index);
	m->mobiles = g_array_new(FALSE, FALSE, sizeof(struct mobile));
	m->flows = g_array_new(FALSE, FALSE, sizeof(struct flow));
	m->listeners = g_array_new(FALSE, FALSE, sizeof(struct listener));
	m->rows = g_array_new(FALSE, FALSE, sizeof(struct handover_row));
	return m;
}

void metrics_free(struct metrics *m)
{
	if (!m)
		return;
	for (guint i = 0; i < m->mobiles->len; i++)
		g_free(mobile_at(m, i)->step);
	for (int k = 0; k < STEP_KINDS; k++) {
		for (int i = 0; m->dists[k] && i < METRICS; i++)
			dist_done(&m->dists[k][i]);
		g_free(m->dists[k]);
	}
	g_array_free(m->rows, TRUE);
	g_array_free(m->listeners, TRUE);
	g_array_free(m->flows, TRUE);
	g_array_free(m->mobiles, TRUE);
	map_done(&m->flow_index);
	map_done(&m->mobile_index);
	g_string_chunk_free(m->texts);
	g_free(m);
}

void metrics_record(void *metrics, const struct moor_record *r)
{
	struct metrics *m = metrics;

	/* only the kinds of METRICS_KINDS matter; an if chain because the compiler must not want all others named here */
	if (r->kind == REC_DATA_TX || r->kind == REC_DATA_RX)
		on_data(m, r);
	else if (r->kind == REC_SIGNAL_TX && r->u.signal.type == MH_TYPE_BU)
		on_bu_sent(m, r);
	else if (r->kind == REC_SIGNAL_RX && r->u.signal.type == MH_TYPE_BA)
		on_ba_received(m, r);
	else if (r->kind == REC_MOVE)
		on_move(m, r);
	else if (r->kind == REC_ROUTER)
		on_router(m, r);
	else if (r->kind == REC_DHCP)
		on_dhcp(m, r);
	else if (r->kind == REC_BINDING && !r->u.binding.at_home_agent
		 && (r->u.binding.what == BINDING_EXPIRED || r->u.binding.what == BINDING_REVOKED)) {
		struct mobile *mn = mobile_find(m, r->node, 0, false);

		if (mn)
			mn->attached = false;
	}
}

void metrics_attach(struct metrics *m, struct moor_world *w)
{
	moor_record_sink(w, METRICS_KINDS, metrics_record, m);
}

void metrics_listen(struct metrics *m, handover_row_fn *rows, bu_exchange_fn *exchanges, void *ctx)
{
	struct listener l = { rows, exchanges, ctx };

	g_array_append_val(m->listeners, l);
}

static int by_node(const void *a, const void *b, void *metrics)
{
	const struct mobile *x = mobile_at(metrics, *(const uint32_t *)a), *y = mobile_at(metrics, *(const uint32_t *)b);

	if (x->node != y->node)
		return x->node < y->node ? -1 : 1;
	return x->instance < y->instance ? -1 : x->instance > y->instance;
}

void metrics_finish(struct metrics *m, moor_time at)
{
	guint n = m->mobiles->len;
	uint32_t *order = g_new(uint32_t, n + 1);

	g_assert(!m->finished);
	m->finished = true;
	for (guint i = 0; i < n; i++)
		order[i] = i;
	g_qsort_with_data(order, (int)n, sizeof(*order), by_node, m);
	for (guint i = 0; i < n; i++) {
		struct mobile *mn = mobile_at(m, order[i]);

		mobile_at_time(m, mn, at);
		if (mn->step)
			step_close(m, mn, at, FLOW_CLOSE_END);
		exchange_end(m, mn);
	}
	g_free(order);
}

const struct handover_row *metrics_rows(const struct metrics *m, size_t *n)
{
	*n = m->rows->len;
	return (const struct handover_row *)(const void *)m->rows->data;
}

struct metric_sum metrics_sum(const struct metrics *m, enum step_kind k, enum metric_id id)
{
	const struct dist *d = m->dists[k] ? &m->dists[k][id] : NULL;

	if (!d || !d->n)
		return (struct metric_sum){ 0 };
	return (struct metric_sum){ d->n, d->min, d->max, dist_mean(d), dist_quantile(d, 500), dist_quantile(d, 950),
		dist_quantile(d, 990) };
}

uint64_t metrics_steps(const struct metrics *m, enum step_kind k, enum step_outcome o)
{
	return m->counts[k][o];
}

struct metrics_totals metrics_totals(const struct metrics *m)
{
	return m->totals;
}
