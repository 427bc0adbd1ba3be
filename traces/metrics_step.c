/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The steps of mobile nodes: how one begins, what its figures are, and how it ends. It exists apart from the records
 * that drive it so that every way of ending one computes the same figures. Definitions: docs/metrics.md.
 */
#include "traces/metrics_internal.h"

struct mobile *metrics_mobile_find(struct metrics *m, uint32_t node, uint32_t instance, bool make)
{
	struct mobile fresh;
	uint32_t i;

	if (numbers_get(&m->mobile_index, node, instance, &i)) {
		m->last_mobile = i;
		return mobile_at(m, i);
	}
	if (!make)
		return NULL;
	fresh = (struct mobile){ .node = node, .instance = instance, .flows = REC_NONE, .link = "", .due = MOOR_NEVER,
				.served = REC_NONE };
	numbers_put(&m->mobile_index, node, instance, m->mobiles->len);
	g_array_append_val(m->mobiles, fresh);
	return mobile_at(m, m->mobiles->len - 1);
}

/* ---- ending a step ------------------------------------------------------------------------------- */

static int64_t span(moor_time from, moor_time to)
{
	return from == NEVER_SEEN || to == NEVER_SEEN || to < from ? METRIC_ABSENT : to - from;
}

static void close_flow(struct handover_row *r, const struct flow *f, int up, const struct flow_step *s, bool numbered)
{
	int64_t *gap = &r->v[up ? M_GAP_UP : M_GAP_DOWN];
	const int ids[2][3] = { { M_LOST_DOWN, M_DUP_DOWN, M_REORD_DOWN }, { M_LOST_UP, M_DUP_UP, M_REORD_UP } };
	const uint64_t values[3] = { s->lost, s->duplicated, s->reordered };

	for (int i = 0; numbered && i < 3; i++) {
		int64_t *v = &r->v[ids[up][i]];

		*v = (*v == METRIC_ABSENT ? 0 : *v) + (int64_t)values[i];
	}
	if (r->kind == STEP_ATTACH)	/* before it silence is what there should be */
		return;
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
			struct flow_step s = metrics_flow_close(&f->dir[up], at, how);

			/* what is sent to or by a node that has left is nothing that a step loses */
			if (s.any && mn->step->row.kind != STEP_DETACH)
				close_flow(&mn->step->row, f, up, &s, !m->unnumbered);
		}
}

static void fill_phases(const struct metrics *m, struct step *s)
{
	int64_t *v = s->row.v;
	moor_time detect_from = s->solicit != NEVER_SEEN ? s->solicit : s->link_up;
	moor_time asked_from = s->link_up;

	/* the network registers before it advertises: the mobile node's part comes behind that */
	if (s->proxied && s->accepted != NEVER_SEEN) {
		asked_from = s->accepted;
		detect_from = MAX(detect_from, s->accepted);
	}

	if (s->link_up != NEVER_SEEN && s->link_up > s->row.start)
		v[M_L2_GAP] = s->link_up - s->row.start;
	else if (s->link_up != NEVER_SEEN && s->row.kind != STEP_ATTACH)
		v[M_L2_GAP] = 0;
	v[M_SOLICIT_WAIT] = s->proxied && s->solicit < asked_from ? 0 : span(asked_from, s->solicit);
	v[M_DETECTION] = span(detect_from, s->detected);
	v[M_ADDRESS] = span(s->detected, s->formed);
	if (v[M_ADDRESS] != METRIC_ABSENT) {
		int64_t wait = span(s->request_first, s->request_last);

		v[M_ADDRESS_WAIT] = wait == METRIC_ABSENT ? 0 : MIN(wait, v[M_ADDRESS]);
		v[M_ADDRESS] -= v[M_ADDRESS_WAIT];
	}
	v[M_DAD] = span(s->formed, s->ready);
	if (s->bu_first != NEVER_SEEN) {
		v[M_DISCOVERY] = s->discovered;
		v[M_BU_WAIT] = span(s->proxied ? s->link_up : s->ready, s->bu_first);
		if (v[M_BU_WAIT] != METRIC_ABSENT)
			v[M_BU_WAIT] = MAX(v[M_BU_WAIT] - s->discovered_late, 0);
	}
	metrics_ike_fill(m, s);
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
	if (s->over == NEVER_SEEN && s->proxied && s->accepted == NEVER_SEEN && s->row.v[M_REFUSALS] > 0)
		return OUTCOME_REFUSED;
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
				metrics_dist_add(&m->dists[r->kind][i], r->v[i]);
	}
	if (m->rows->len < m->config.keep)
		g_array_append_val(m->rows, *r);
	for (guint i = 0; i < m->listeners->len; i++) {
		const struct listener *l = &g_array_index(m->listeners, struct listener, i);

		if (l->rows)
			l->rows(l->ctx, r);
	}
}

void metrics_step_close(struct metrics *m, struct mobile *mn, moor_time at, enum flow_close how)
{
	struct step *s = mn->step;

	if (s->home && s->row.kind == STEP_HANDOVER)
		s->row.kind = STEP_HOME;
	s->row.outcome = outcome_of(s, how == FLOW_CLOSE_END ? OUTCOME_OPEN : OUTCOME_OVERTAKEN);
	s->row.end = s->over != NEVER_SEEN ? s->over : at;
	fill_phases(m, s);
	close_flows(m, mn, at, how);
	mn->step = NULL;
	mn->due = MOOR_NEVER;
	count_row(m, &s->row);
	g_free(m->spare);
	m->spare = s;
}

void metrics_time_passed(struct metrics *m, struct mobile *mn, moor_time now)
{
	const struct step *s = mn->step;
	moor_time end = s->over + METRICS_SETTLE + METRICS_FLIGHT;

	/* once: what begins while the last packets are under way is none of the step's */
	for (uint32_t i = mn->due < end ? mn->flows : REC_NONE; i != REC_NONE; i = flow_at(m, i)->next) {
		metrics_flow_freeze(&flow_at(m, i)->dir[0]);
		metrics_flow_freeze(&flow_at(m, i)->dir[1]);
	}
	mn->due = end;
	if (now > mn->due)
		metrics_step_close(m, mn, mn->due, FLOW_CLOSE_WHOLE);
}

/* ---- beginning one ------------------------------------------------------------------------------- */

struct step *metrics_step_begin(struct metrics *m, struct mobile *mn, moor_time at, enum step_kind kind)
{
	struct step *s;

	if (mn->step)
		metrics_step_close(m, mn, at, FLOW_CLOSE_EARLY);
	s = m->spare ? m->spare : g_new(struct step, 1);
	m->spare = NULL;
	memset(s, 0, sizeof(*s));
	s->link_up = s->solicit = s->detected = s->request_first = s->request_last = s->formed = s->ready = NEVER_SEEN;
	s->securing = s->secured = s->discovering = NEVER_SEEN;
	s->bu_first = s->accepted = s->over = s->first_up = s->first_down = NEVER_SEEN;
	s->radio_left = NEVER_SEEN;
	s->port = REC_NONE;
	s->row = (struct handover_row){
		.node = mn->node, .instance = mn->instance, .number = ++mn->steps, .kind = kind, .start = at,
		.from_link = mn->link, .to_link = "", .from_coa = mn->coa, .flow_up = REC_NONE, .flow_down = REC_NONE
	};
	for (int i = 0; i < METRICS; i++)
		s->row.v[i] = METRIC_ABSENT;
	s->row.v[M_RETRANSMISSIONS] = s->row.v[M_REFUSALS] = 0;
	for (uint32_t i = mn->flows; i != REC_NONE; i = flow_at(m, i)->next) {
		metrics_flow_begin(&flow_at(m, i)->dir[0]);
		metrics_flow_begin(&flow_at(m, i)->dir[1]);
	}
	mn->step = s;
	return s;
}

void metrics_step_port(struct metrics *m, struct step *s, uint32_t port)
{
	const char *link = NULL, **kept;
	uint32_t node;

	if (port == REC_NONE || s->row.kind == STEP_DETACH)
		return;
	s->port = port;
	if (m->config.names.port)
		m->config.names.port(m->config.names.ctx, port, &node, &link, NULL);
	if (!link)
		return;
	kept = &m->links[port % LINKS_KEPT];
	if (!*kept || strcmp(*kept, link))
		*kept = g_string_chunk_insert_const(m->texts, link);
	s->row.to_link = *kept;
}

void metrics_step_other(struct metrics *m, struct step *s, uint32_t port)
{
	s->link_up = s->solicit = s->detected = s->request_first = s->request_last = s->formed = s->ready = NEVER_SEEN;
	for (uint32_t i = 0; i < s->sides; i++)
		if (s->side[i].port == port) {
			s->solicit = s->side[i].solicit;
			s->detected = s->side[i].found;
		}
	s->row.v[M_L2_LOSS] = s->row.v[M_L2_SCAN] = s->row.v[M_L2_ASSOC] = METRIC_ABSENT;
	metrics_step_port(m, s, port);
}

void metrics_step_over(struct mobile *mn, moor_time at, bool ok)
{
	struct step *s = mn->step;

	s->over = at;
	mn->due = at + METRICS_SETTLE;
	s->failed = !ok;
	if (!ok)
		return;
	mn->attached = s->row.kind != STEP_DETACH;
	mn->left_link = mn->link;
	mn->link = mn->attached ? s->row.to_link : "";
	mn->left = mn->coa;
	if (mn->attached)
		mn->coa = s->row.to_coa;
	else
		memset(&mn->coa, 0, sizeof(mn->coa));
}
