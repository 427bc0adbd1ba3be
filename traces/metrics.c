/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Handover metrics: follows each mobile node through its steps and measures the phases, the exchanges of BU and BA,
 * and the flows around them. It exists so that a simulation, a live run and a replayed capture are timed by one piece
 * of code. What each figure means is in docs/metrics.md; nothing is decided here that is not said there. This file
 * takes records apart.
 */
#include "traces/metrics_internal.h"

enum { DHCP_TYPE_DISCOVER = 1, DHCP_TYPE_REQUEST = 3 };

/* The step that a record of kind MOVE belongs to: the one under way, or a new one when that is over. */
static struct step *step_for_move(struct metrics *m, struct mobile *mn, moor_time at)
{
	if (mn->step && mn->step->over == NEVER_SEEN && mn->step->row.kind != STEP_DETACH)
		return mn->step;
	return metrics_step_begin(m, mn, at, mn->attached ? STEP_HANDOVER : STEP_ATTACH);
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
	case MOVE_SECURING:
	case MOVE_SECURED:
	case MOVE_DISCOVERING:
	case MOVE_DISCOVERED:
	case MOVE_FIRST_UP:
	case MOVE_FIRST_DOWN:
		break;
	case MOVE_LINK_UP:
		s->link_up = r->at;
		s->solicit = s->detected = s->request_first = s->request_last = s->formed = s->ready = NEVER_SEEN;
		s->securing = s->secured = s->discovering = NEVER_SEEN;
		s->aaa = s->discovered = s->discovered_late = 0;
		metrics_step_port(m, s, r->port);
		if (m->gaps)
			metrics_radio_link_up(m, s, r);
		metrics_link_up(m, mn, &r->u.move.addr);
		metrics_proxy_link_up(s, r);
		break;
	case MOVE_DETECTED:
		if (s->detected == NEVER_SEEN)
			s->detected = r->at;
		metrics_step_port(m, s, r->port);
		break;
	case MOVE_ADDRESS_FORMED:
		if (s->formed == NEVER_SEEN)
			s->formed = r->at;
		break;
	case MOVE_ADDRESS_READY:
		if (s->ready == NEVER_SEEN)
			s->ready = r->at;
		metrics_step_port(m, s, r->port);
		if (s->proxied)
			s->row.home_address = r->u.move.addr;
		else
			s->row.to_coa = r->u.move.addr;
		break;
	}
}

/* Home agent discovery belongs to the step under way, or begins an attach; several spans add up. */
static void discovery_step(struct metrics *m, struct mobile *mn, const struct moor_record *r)
{
	struct step *s = step_for_move(m, mn, r->at);

	s->moved = true;
	if (r->u.move.what == MOVE_DISCOVERING) {
		s->discovering = r->at;
	} else if (s->discovering != NEVER_SEEN) {
		s->discovered += r->at - s->discovering;
		/* what of it lies behind the address is no waiting of the host's */
		if (s->ready != NEVER_SEEN)
			s->discovered_late += r->at - MAX(s->discovering, s->ready);
		s->discovering = NEVER_SEEN;
	}
}

static void on_move(struct metrics *m, const struct moor_record *r)
{
	struct mobile *mn = metrics_mobile(m, r->node, r->instance, true);
	enum rec_move what = r->u.move.what;
	struct step *s;

	metrics_at_time(m, mn, r->at);
	s = mn->step;
	if (what == MOVE_STARTED) {
		s = metrics_step_begin(m, mn, r->at, mn->attached ? STEP_HANDOVER : STEP_ATTACH);
		s->moved = true;
		metrics_link_up(m, mn, &r->u.move.addr);
		return;
	}
	if (what == MOVE_REGISTERED || what == MOVE_FAILED) {
		if (!s)
			return;
		metrics_step_port(m, s, s->port == REC_NONE ? r->port : REC_NONE);
		if (s->over == NEVER_SEEN)
			metrics_step_over(mn, r->at, what == MOVE_REGISTERED);
		return;
	}
	if (what == MOVE_FIRST_UP || what == MOVE_FIRST_DOWN) {
		if (s && *(what == MOVE_FIRST_UP ? &s->first_up : &s->first_down) == NEVER_SEEN)
			*(what == MOVE_FIRST_UP ? &s->first_up : &s->first_down) = r->at;
		return;
	}
	if (what == MOVE_DISCOVERING || what == MOVE_DISCOVERED) {
		discovery_step(m, mn, r);
		return;
	}
	if (what == MOVE_SECURING || what == MOVE_SECURED) {
		metrics_securing(m, mn, r);
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

/* What another interface than the step's learns. */
static void aside(struct step *s, const struct moor_record *r)
{
	uint32_t i = 0;

	while (i < s->sides && s->side[i].port != r->port)
		i++;
	if (i == SIDES)
		return;
	if (i == s->sides)
		s->side[s->sides++] = (struct side){ r->port, NEVER_SEEN, NEVER_SEEN };
	if (s->side[i].found == NEVER_SEEN)
		*(r->u.router.what == ROUTER_FOUND ? &s->side[i].found : &s->side[i].solicit) = r->at;
}

/* A solicitation on the step's own interface, as far as ports are known. */
static struct step *step_soliciting(struct metrics *m, struct mobile *mn, const struct moor_record *r)
{
	struct step *s;

	metrics_at_time(m, mn, r->at);
	s = mn->step;
	if (!s || s->over != NEVER_SEEN || s->link_up == NEVER_SEEN)
		return NULL;
	return s->port == REC_NONE || r->port == REC_NONE || s->port == r->port ? s : NULL;
}

static void soliciting(struct step *s, const struct moor_record *r)
{
	if (r->kind == REC_ROUTER || r->u.dhcp.message == DHCP_TYPE_DISCOVER) {
		if (s->detected == NEVER_SEEN)
			s->solicit = r->at;
		return;
	}
	if (r->u.dhcp.message == DHCP_TYPE_REQUEST && s->formed == NEVER_SEEN) {
		if (s->request_first == NEVER_SEEN)
			s->request_first = r->at;
		s->request_last = r->at;
	}
}

/* It is the node's, so a matter of all its PDN connections. */
static void on_solicitation(struct metrics *m, const struct moor_record *r)
{
	struct mobile *mn;

	bool router = r->kind == REC_ROUTER, found = router && r->u.router.what == ROUTER_FOUND;

	if (router ? r->u.router.what != ROUTER_SOLICIT_SENT && !found : !r->u.dhcp.sent)
		return;
	for (uint32_t k = 0; (mn = metrics_mobile(m, r->node, k, false)); k++) {
		struct step *s = found ? NULL : step_soliciting(m, mn, r);

		if (s)
			soliciting(s, r);
		else if (router && mn->step && mn->step->over == NEVER_SEEN && mn->step->port != r->port)
			aside(mn->step, r);
	}
}

/* ---- user data ----------------------------------------------------------------------------------- */

static uint32_t flow_new(struct metrics *m, uint32_t number)
{
	struct flow fresh = { .number = number, .mobile = REC_NONE, .next = REC_NONE };

	numbers_put(&m->flow_index, number, 0, m->flows->len);
	g_array_append_val(m->flows, fresh);
	return m->flows->len - 1;
}

static inline uint32_t flow_find(struct metrics *m, uint32_t number)
{
	uint32_t i;

	return numbers_get(&m->flow_index, number, 0, &i) ? i : flow_new(m, number);
}

/* The mobile node of a flow is where its uplink leaves and its downlink arrives. */
static struct mobile *flow_mobile(struct metrics *m, uint32_t flow, const struct moor_record *r, bool at_mobile)
{
	struct flow *f = flow_at(m, flow);
	struct mobile *mn;

	if (f->mobile != REC_NONE)
		return mobile_at(m, f->mobile);
	if (r->instance)	/* its source says which PDN connection it belongs to */
		f->instance = r->instance;
	if (!at_mobile)
		return NULL;
	mn = metrics_mobile(m, r->node, f->instance, true);
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

/* Apart from metrics_record, which would have to save registers for it each time. */
static G_NO_INLINE void on_data(struct metrics *m, const struct moor_record *r)
{
	bool sent = r->kind == REC_DATA_TX, up = r->u.data.direction == 1;
	uint32_t i = flow_find(m, r->u.data.flow);
	struct mobile *mn = flow_mobile(m, i, r, sent == up);
	struct flow_dir *d;
	enum flow_arrival a;

	if (mn)
		metrics_at_time(m, mn, r->at);
	d = &flow_at(m, i)->dir[up];
	if (sent) {
		m->totals.data_tx++;
		metrics_flow_sent(d, r->u.data.sequence, r->at);
		return;
	}
	m->totals.data_rx++;
	a = metrics_flow_got(d, r->u.data.sequence, r->u.data.sent_at, r->at, mn && mn->step && d->got_at <
			 (mn->step->over == NEVER_SEEN ? MOOR_NEVER : mn->step->over + METRICS_SETTLE));
	m->totals.duplicated += a == FLOW_DUPLICATE;
	m->totals.reordered += a == FLOW_LATE;
	if (mn && mn->step && a != FLOW_DUPLICATE)
		first_packet(mn->step, r);
}

/* ---- the outside --------------------------------------------------------------------------------- */

struct metrics *metrics_new(const struct metrics_config *config)
{
	struct metrics *m = g_new0(struct metrics, 1);

	m->config = *config;
	m->texts = g_string_chunk_new(256);
	numbers_init(&m->mobile_index);
	numbers_init(&m->flow_index);
	numbers_init(&m->by_iid);
	m->mobiles = g_array_new(FALSE, FALSE, sizeof(struct mobile));
	m->flows = g_array_new(FALSE, FALSE, sizeof(struct flow));
	m->listeners = g_array_new(FALSE, FALSE, sizeof(struct listener));
	m->rows = g_array_new(FALSE, FALSE, sizeof(struct handover_row));
	return m;
}

void metrics_unnumbered(struct metrics *m)
{
	m->unnumbered = true;
}

void metrics_free(struct metrics *m)
{
	if (!m)
		return;
	for (guint i = 0; i < m->mobiles->len; i++)
		g_free(mobile_at(m, i)->step);
	for (int k = 0; k < STEP_KINDS; k++) {
		for (int i = 0; m->dists[k] && i < METRICS; i++)
			metrics_dist_done(&m->dists[k][i]);
		g_free(m->dists[k]);
	}
	g_free(m->spare);
	metrics_ike_done(m);
	metrics_radio_done(m);
	g_array_free(m->rows, TRUE);
	g_array_free(m->listeners, TRUE);
	g_array_free(m->flows, TRUE);
	g_array_free(m->mobiles, TRUE);
	numbers_done(&m->by_iid);
	numbers_done(&m->flow_index);
	numbers_done(&m->mobile_index);
	g_string_chunk_free(m->texts);
	g_free(m);
}

/* A binding that ended by itself. */
static void on_end(struct metrics *m, const struct moor_record *r)
{
	struct mobile *mn = metrics_mobile(m, r->node, r->instance, false);

	if (mn)
		mn->attached = false;
	mn = metrics_mobile(m, r->node, r->instance + 1, false);
	if (mn && mn->proxy)
		metrics_proxy_gone(m, mn, &r->u.binding.care_of);
}

static G_NO_INLINE void on_other(struct metrics *m, const struct moor_record *r)
{
	if (r->kind == REC_SIGNAL_RX && r->u.signal.protocol == SIGNAL_IKE)
		metrics_ike_received(m, r);
	else if (r->kind == REC_AAA)
		metrics_aaa(m, r);
	else if (r->kind == REC_MOVE)
		on_move(m, r);
	else if (r->kind == REC_RADIO)
		metrics_radio(m, r);
	else if (r->kind == REC_ROUTER || r->kind == REC_DHCP)
		on_solicitation(m, r);
	else if (r->kind == REC_BINDING && !r->u.binding.at_home_agent
		 && (r->u.binding.what == BINDING_EXPIRED || r->u.binding.what == BINDING_REVOKED))
		on_end(m, r);
}

/*
 * Only the kinds of METRICS_KINDS matter; an if chain because the compiler must not want all others named here. The
 * frequent ones come first, and alone.
 */
void metrics_record(void *metrics, const struct moor_record *r)
{
	struct metrics *m = metrics;

	if (r->kind == REC_DATA_TX || r->kind == REC_DATA_RX)
		on_data(m, r);
	else if (r->kind == REC_SIGNAL_TX && r->u.signal.protocol == SIGNAL_MH && r->u.signal.type == MH_TYPE_BU)
		metrics_bu_sent(m, r);
	else if (r->kind == REC_SIGNAL_RX && r->u.signal.protocol == SIGNAL_MH && r->u.signal.type == MH_TYPE_BA)
		metrics_ba_received(m, r);
	else
		on_other(m, r);
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
	uint32_t *order;

	if (m->finished)
		return;
	m->finished = true;
	order = g_new(uint32_t, n + 1);
	for (guint i = 0; i < n; i++)
		order[i] = i;
	g_qsort_with_data(order, (int)n, sizeof(*order), by_node, m);
	for (guint i = 0; i < n; i++) {
		struct mobile *mn = mobile_at(m, order[i]);

		metrics_at_time(m, mn, at);
		if (mn->step)
			metrics_step_close(m, mn, at, FLOW_CLOSE_END);
		metrics_exchange_end(m, mn);
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
	struct dist *d = m->dists[k] ? &m->dists[k][id] : NULL;

	if (!d || !d->n)
		return (struct metric_sum){ 0 };
	return (struct metric_sum){ d->n, d->min, d->max, metrics_dist_mean(d), metrics_dist_quantile(d, 500),
		metrics_dist_quantile(d, 950), metrics_dist_quantile(d, 990) };
}

uint64_t metrics_steps(const struct metrics *m, enum step_kind k, enum step_outcome o)
{
	return m->counts[k][o];
}

struct metrics_totals metrics_totals(const struct metrics *m)
{
	return m->totals;
}
