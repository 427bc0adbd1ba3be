/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: expectations over records
 *
 * Streaming: each record is looked at once, nothing is kept but counts and times, one small struct per expectation and
 * member of a group. A record first counts as a match, then as an anchor, so what opens a window is never inside it.
 * The verdicts are made at the end (expect_judge.c). It implements no clause.
 */
#include "scenarios/expect.h"

#include <string.h>

#include "proto/dsmip_ue.h"
#include "scenarios/expect_set.h"
#include "scenarios/names.h"

/* ---- nodes ------------------------------------------------------------------------------------------------------- */

const char *expect_member_name(const struct scenario *s, guint ordinal, char *buf, size_t cap)
{
	const struct scen_node *n = scen_node_at(s, ordinal);

	if (!n)
		return "?";
	if (scen_is_group(n))
		g_snprintf(buf, cap, "%s%u", n->base.name, ordinal - s->names->first[n->base.place] + 1);
	else
		g_strlcpy(buf, n->base.name, cap);
	return buf;
}

static int find_ordinal(const struct scenario *s, const char *name)
{
	uint32_t member;
	const struct scen_node *n = name ? scen_member(s, name, &member) : NULL;

	return n ? (int)(s->names->first[n->base.place] + member) : -1;
}

static int ordinal_of(struct expect_set *x, uint32_t node)
{
	const int32_t unknown = -2;

	if (node == REC_NONE || node > (1u << 28))
		return -1;
	while (x->ordinals->len <= node)
		g_array_append_val(x->ordinals, unknown);
	int32_t *at = &g_array_index(x->ordinals, int32_t, node);

	if (*at == unknown)
		*at = find_ordinal(x->s, x->config.names.node(x->config.names.ctx, node));
	return *at;
}

bool expect_selected(struct expect_set *x, int selector, int ordinal)
{
	struct sel *sel;
	char buf[128];

	if (selector < 0)
		return true;
	if (ordinal < 0)
		return false;
	sel = x->sels->pdata[selector];
	if (sel->one)
		return ordinal == sel->ordinal;
	if (sel->has->len <= (guint)ordinal) {
		guint from = sel->has->len;

		g_byte_array_set_size(sel->has, x->n_members);
		memset(sel->has->data + from, 0, x->n_members - from);
	}
	if (!sel->has->data[ordinal]) {
		const char *name = expect_member_name(x->s, (guint)ordinal, buf, sizeof buf);
		uint32_t member;
		const struct scen_node *n = scen_member(x->s, name, &member);

		sel->has->data[ordinal] = n && scen_selects(x->s, sel->text, n, name) ? 2 : 1;
	}
	return sel->has->data[ordinal] == 2;
}

static int selector_new(struct expect_set *x, const struct tree *word)
{
	struct sel *sel;
	uint32_t member;

	if (!word)
		return -1;
	guint at = GPOINTER_TO_UINT(g_hash_table_lookup(x->by_text, word->text));

	if (at)
		return (int)at - 1;
	sel = g_new0(struct sel, 1);
	sel->text = word->text;
	sel->one = scen_member(x->s, word->text, &member) != NULL;
	sel->ordinal = find_ordinal(x->s, word->text);
	sel->has = g_byte_array_new();
	g_ptr_array_add(x->sels, sel);
	g_hash_table_insert(x->by_text, (gpointer)sel->text, GUINT_TO_POINTER(x->sels->len));
	return (int)x->sels->len - 1;
}

/* ---- set-up ------------------------------------------------------------------------------------------------------ */

static void pat_word(struct expect_set *x, struct pat *p, const char *word)
{
	const struct scenario *s = x->s;
	const struct scen_action *a = g_hash_table_lookup(s->names->labels, word);

	if (names_expect(s, word, &p->expect)) {
		p->kind = PAT_EXPECT;
		return;
	}
	p->kind = PAT_ACTION;
	p->n_entries = s->timeline->len;
	p->entries = g_new0(uint8_t, p->n_entries + 1);
	/* a label stands for its entry alone, even when it is a verb's name too */
	if (a) {
		p->entries[a->base.place] = 1;
		return;
	}
	p->verb = word;
	for (guint i = 0; i < s->timeline->len; i++) {
		a = s->timeline->pdata[i];
		p->entries[i] = !strcmp(tree_get(a->base.at, "do", NULL)->text, word);
	}
}

static void pat_anchor(struct expect_set *x, struct pat *p, const struct scen_anchor *a)
{
	const struct scen_pattern *q = a->pattern;

	p->selector = -1;
	p->nth = 1;
	if (a->word)
		pat_word(x, p, a->word);
	if (!q)
		return;
	p->selector = selector_new(x, q->by);
	p->nth = q->nth;
	p->pdn = q->pdn;
	p->fields = q->fields;
	p->received = q->received;
	if (q->message) {
		p->kind = PAT_MESSAGE;
		p->message = message_find(q->message);
	} else if (q->event) {
		p->kind = PAT_EVENT;
		p->event = event_find(q->event);
	} else {
		pat_word(x, p, q->label);
	}
}

static uint64_t pat_kinds(const struct pat *p)
{
	switch (p->kind) {
	case PAT_MESSAGE:
		return p->received ? REC_BIT(REC_SIGNAL_RX) : REC_BIT(REC_SIGNAL_TX);
	case PAT_EVENT:
		return REC_BIT(p->event->kind);
	case PAT_ACTION:
		return REC_BIT(REC_ACTION);
	case PAT_EXPECT:
	case PAT_NONE:
		break;
	}
	return 0;
}

static void set_up_metric(struct exp *p, const struct scen_expect *e, const struct expect_config *c)
{
	enum unit_kind unit;

	expect_metric_find(e->metric, &p->metric);
	unit = p->metric.unit == UNIT_NS ? UNIT_SPAN : UNIT_NONE;
	p->bound_least = INT64_MIN;
	p->bound_most = INT64_MAX;
	if (e->least)
		unit_parse(unit, e->least, &p->bound_least);
	if (e->most)
		unit_parse(unit, e->most, &p->bound_most);
	if (e->is && !unit_parse(unit, e->is, &p->bound_least))
		p->bound_most = p->bound_least;
	/* a span is longer by as much as a window is */
	if (unit == UNIT_SPAN && p->bound_most != INT64_MAX)
		p->bound_most += c->late_least;
}

static void set_up_state(struct exp *p, const struct scen_state *st)
{
	p->machine = scen_machine(st->machine);
	for (uint8_t i = 0; i < p->machine->n_states; i++)
		if (!strcmp(p->machine->states[i].name, st->is))
			p->is = i;
	p->kinds |= REC_BIT(REC_STATE);
}

static void set_up_window(struct exp *p, const struct scen_expect *e, const struct expect_config *c)
{
	bool at = tree_get(e->base.at, "at", NULL) != NULL;

	p->windowed = tree_get(e->base.at, "within", NULL) != NULL;
	p->from = p->windowed ? e->within.lo : 0;
	p->upto = p->windowed ? e->within.hi : MOOR_NEVER;
	p->allowance = p->windowed ? MAX(e->within.hi / 1000000 * c->late_ppm, c->late_least) : 0;
	if (e->state && !p->windowed && at)
		p->upto = 0;		/* the state at this instant */
	p->all.started = !p->after.kind;
	p->all.start = at ? e->at : 0;
	p->most = e->never ? 0 : INT64_MAX;
	p->least = !e->never;
	if (tree_get(e->base.at, "count", NULL)) {
		p->least = e->count.lo;
		p->most = e->count.hi;
	}
}

static char *join(const GPtrArray *words, const char *between)
{
	GString *s = g_string_new(NULL);

	for (guint i = 0; i < words->len; i++)
		g_string_append_printf(s, "%s%s", i ? between : "", ((const struct tree *)words->pdata[i])->text);
	return g_string_free(s, FALSE);
}

static void set_up(struct expect_set *x, struct exp *p, const struct scen_expect *e)
{
	p->e = e;
	p->why = g_string_new(NULL);
	p->place = g_strdup_printf("%s:%u:%u", e->base.at->source->name, e->base.at->line, e->base.at->column);
	p->clause = join(e->clause, ", ");
	p->covers = join(e->covers, " ");
	p->selector = selector_new(x, e->state ? e->state->node : e->by);
	p->pat = (struct pat){ .selector = p->selector, .pdn = e->pdn, .fields = e->fields, .received = e->received,
			       .nth = e->nth };
	if (e->message) {
		p->pat.kind = PAT_MESSAGE;
		p->pat.message = message_find(e->message);
	} else if (e->event) {
		p->pat.kind = PAT_EVENT;
		p->pat.event = event_find(e->event);
	} else if (e->state) {
		set_up_state(p, e->state);
	} else {
		set_up_metric(p, e, &x->config);
	}
	pat_anchor(x, &p->after, &e->after);
	pat_anchor(x, &p->before, &e->before);
	p->kinds |= pat_kinds(&p->pat) | pat_kinds(&p->after) | pat_kinds(&p->before);
	p->each = p->selector >= 0 && !e->together && !((struct sel *)x->sels->pdata[p->selector])->one;
	p->n_inst = p->each ? x->n_members : 1;
	p->inst = g_new0(struct inst, p->n_inst);
	set_up_window(p, e, &x->config);
	x->kinds |= p->kinds;
}

struct expect_set *expect_new(const struct scenario *s, const struct expect_config *config)
{
	struct expect_set *x = g_new0(struct expect_set, 1);

	x->s = s;
	x->config = *config;
	x->ordinals = g_array_new(FALSE, FALSE, sizeof(int32_t));
	x->sels = g_ptr_array_new();
	x->by_text = g_hash_table_new(g_str_hash, g_str_equal);
	for (guint i = 0; i < s->nodes->len; i++)
		x->n_members += (guint)((const struct scen_node *)s->nodes->pdata[i])->count;
	x->n = s->expect->len;
	x->exps = g_new0(struct exp, x->n + 1);
	for (guint i = 0; i < x->n; i++)
		set_up(x, &x->exps[i], s->expect->pdata[i]);
	return x;
}

void expect_free(struct expect_set *x)
{
	if (!x)
		return;
	for (guint i = 0; i < x->n; i++) {
		struct exp *p = &x->exps[i];

		g_free(p->after.entries);
		g_free(p->before.entries);
		g_free(p->inst);
		g_string_free(p->why, TRUE);
		g_free(p->place);
		g_free(p->clause);
		g_free(p->covers);
		g_free(p->message);
	}
	for (guint i = 0; i < x->sels->len; i++) {
		struct sel *sel = x->sels->pdata[i];

		g_byte_array_unref(sel->has);
		g_free(sel);
	}
	g_ptr_array_unref(x->sels);
	g_hash_table_unref(x->by_text);
	g_array_unref(x->ordinals);
	g_free(x->exps);
	g_free(x->checks);
	g_free(x);
}

uint64_t expect_kinds(const struct expect_set *x)
{
	return x->kinds;
}

void expect_flows(struct expect_set *x, const struct flows_table *t)
{
	x->flows = t;
}

bool expect_wants_flows(const struct scenario *s)
{
	struct expect_metric m;

	for (guint i = 0; i < s->expect->len; i++) {
		const struct scen_expect *e = s->expect->pdata[i];

		if (e->metric && expect_metric_find(e->metric, &m) && m.flow)
			return true;
	}
	return false;
}

bool expect_wants_metrics(const struct expect_set *x)
{
	for (guint i = 0; i < x->n; i++)
		if (x->exps[i].e->metric)
			return true;
	return false;
}

/* ---- windows ----------------------------------------------------------------------------------------------------- */

/* The anchors that hold for i: its own, or those for all. *started: its beginning is known. */
const struct inst *expect_window(const struct exp *p, const struct inst *i, moor_time *start, bool *started)
{
	const struct inst *w = i->started ? i : &p->all;

	*started = w->started;
	*start = w->start;
	return i->ended ? i : &p->all;
}

static moor_time lateness(const struct expect_set *x, moor_time from, moor_time to)
{
	return x->config.late_between ? x->config.late_between(x->config.late_ctx, from, to) : 0;
}

enum zone {
	ZONE_OUTSIDE,
	ZONE_INSIDE,
	ZONE_RESCUED,			/* behind the window, within what others are allowed */
	ZONE_DOUBTFUL			/* behind that, and the machine was that late */
};

/* Behind its end a window is only longer for what would be missed: nothing becomes too many there. */
static enum zone zone_of(const struct expect_set *x, const struct exp *p, const struct inst *i, moor_time t)
{
	moor_time start, limit;
	bool started;
	const struct inst *end = expect_window(p, i, &start, &started);

	if (!started || t < moor_time_add(start, p->from) || end->ended)
		return ZONE_OUTSIDE;
	limit = p->upto == MOOR_NEVER ? MOOR_NEVER : moor_time_add(start, p->upto);
	if (t <= limit)
		return ZONE_INSIDE;
	limit = moor_time_add(limit, p->allowance);
	if (!p->least)
		return ZONE_OUTSIDE;
	if (t <= limit)
		return ZONE_RESCUED;
	return t <= moor_time_add(limit, lateness(x, start, t)) ? ZONE_DOUBTFUL : ZONE_OUTSIDE;
}

static int64_t counted(struct inst *i, enum zone z)
{
	switch (z) {
	case ZONE_INSIDE:
		i->count++;
		break;
	case ZONE_RESCUED:
		i->rescued++;
		break;
	case ZONE_DOUBTFUL:
		i->doubtful++;
		break;
	case ZONE_OUTSIDE:
		break;
	}
	return i->count + i->rescued + i->doubtful;
}

/* Could the machine's lateness have made it fail? *late: how much there was until its window ended. */
bool expect_explained(const struct expect_set *x, const struct exp *p, const struct inst *i, moor_time end,
		      moor_time *late)
{
	const moor_time always = MOOR_S / 2;
	moor_time start, to = end, enough;
	bool started;
	const struct inst *closed = expect_window(p, i, &start, &started);

	if (started && p->upto != MOOR_NEVER)
		to = MIN(to, moor_time_add(start, p->upto));
	if (closed->ended)
		to = MIN(to, closed->end);
	enough = CLAMP((to - (started ? start : 0)) / 20, x->config.late, always);
	*late = lateness(x, 0, to);
	if (i->slow && i->slow >= x->config.late && !i->surely) {
		*late = i->slow;
		return true;
	}
	return *late && *late >= enough;
}

static struct inst *inst_of(struct expect_set *x, struct exp *p, int ordinal)
{
	if (!p->each)
		return &p->inst[0];
	return ordinal >= 0 && expect_selected(x, p->selector, ordinal) ? &p->inst[ordinal] : NULL;
}

/* ---- records ----------------------------------------------------------------------------------------------------- */

static const struct field_list *record_fields(struct expect_set *x, const struct moor_record *r)
{
	if (!x->fields_made)
		fields_of_record(&x->fields, r, x->s);
	x->fields_made = true;
	return &x->fields;
}

/* Is the record of this PDN connection of its UE? Its instance says it (dsmip_ue_pdn_number). */
static bool of_pdn(struct expect_set *x, const char *apn, uint32_t instance, int ordinal)
{
	const struct scen_node *n;
	uint32_t member;
	char name[128];

	n = ordinal < 0 ? NULL : scen_member(x->s, expect_member_name(x->s, (guint)ordinal, name, sizeof name), &member);
	return n && scen_pdn(n, apn) == (int)instance;
}

/* Without its fields. */
static bool pat_matches(struct expect_set *x, const struct pat *p, const struct moor_record *r, int ordinal)
{
	if (!(pat_kinds(p) & REC_BIT(r->kind)) || !expect_selected(x, p->selector, ordinal))
		return false;
	if (p->pdn && !of_pdn(x, p->pdn, r->instance, ordinal))
		return false;
	switch (p->kind) {
	case PAT_MESSAGE:
		return message_matches(p->message, &r->u.signal);
	case PAT_EVENT:
		return event_matches(p->event, r);
	case PAT_ACTION:
		return r->instance < p->n_entries ? p->entries[r->instance]
						  : p->verb && !strcmp(p->verb, r->u.action.verb);
	case PAT_EXPECT:
	case PAT_NONE:
		break;
	}
	return false;
}

static void keep_why(struct exp *p, const struct moor_record *r, const GString *why)
{
	char at[40];

	if (p->why->len)
		return;
	unit_text(UNIT_SPAN, r->at, at, sizeof at);
	g_string_append_printf(p->why, "the %s at %s: %s", p->e->message ? p->e->message : p->e->event, at, why->str);
}

static void on_match(struct expect_set *x, struct exp *p, struct inst *i, const struct moor_record *r)
{
	enum zone zone = zone_of(x, p, i, r->at);
	bool fits = true;

	if (zone == ZONE_OUTSIDE)
		return;
	i->seen++;
	if (p->pat.nth && i->seen != p->pat.nth)
		return;
	if (p->pat.fields) {
		GString *why = g_string_new(NULL);

		fits = fields_meet(record_fields(x, r), p->pat.fields, why);
		if (!fits)
			keep_why(p, r, why);
		g_string_free(why, TRUE);
	}
	i->wrong = i->wrong || (p->pat.nth && !fits);
	if (!fits)
		return;
	/* what nobody wanted is named, or its reader would have to look for it */
	if (!p->most && !p->named && r->kind == REC_DEVIATION) {
		p->named = true;
		g_string_printf(p->why, "%s [%s]", r->u.deviation.id, r->u.deviation.clause ? r->u.deviation.clause : "-");
	}
	if (counted(i, zone) == MAX(p->least, 1)) {
		i->hit_at = r->at;
		p->met = true;
	}
}

static void set_anchor(struct expect_set *x, struct exp *p, const struct pat *a, int ordinal, moor_time t, bool after)
{
	struct inst *i = p->each && ordinal >= 0 && expect_selected(x, p->selector, ordinal) ? &p->inst[ordinal] : &p->all;
	int64_t *seen = after ? &i->after_seen : &i->before_seen;

	if (++*seen != a->nth)
		return;
	if (after) {
		i->start = t;
		i->started = true;
	} else {
		i->end = t;
		i->ended = true;
	}
}

static void on_anchor(
	struct expect_set *x, struct exp *p, const struct pat *a, const struct moor_record *r, int ordinal, bool after)
{
	if (a->kind == PAT_NONE || a->kind == PAT_EXPECT || !pat_matches(x, a, r, ordinal))
		return;
	if (a->fields && !fields_meet(record_fields(x, r), a->fields, NULL))
		return;
	set_anchor(x, p, a, ordinal, r->at, after);
}

/* An expectation was met at t for a member: windows that wait for it begin or end. */
static void on_met(struct expect_set *x, guint which, int ordinal, moor_time t)
{
	for (guint i = 0; i < x->n; i++) {
		struct exp *p = &x->exps[i];

		if (p->after.kind == PAT_EXPECT && p->after.expect == which)
			set_anchor(x, p, &p->after, ordinal, t, true);
		if (p->before.kind == PAT_EXPECT && p->before.expect == which)
			set_anchor(x, p, &p->before, ordinal, t, false);
	}
}

/* The state held from i->since to t: was it the expected one within the window? */
void expect_state_until(struct expect_set *x, struct exp *p, struct inst *i, const struct inst *w, moor_time t)
{
	moor_time start, from;
	bool started;
	const struct inst *end = expect_window(p, w, &start, &started);
	enum zone zone;

	if (!started || !i->state || i->state - 1 != p->is || i->count)
		return;
	from = MAX(moor_time_add(start, p->from), i->since);
	if (from > t)
		return;
	/* a window that an event has closed is none for what comes now, but was one until then */
	if (end->ended)
		zone = from <= end->end && (p->upto == MOOR_NEVER || from <= moor_time_add(start, p->upto)) ? ZONE_INSIDE
														   : ZONE_OUTSIDE;
	else
		zone = zone_of(x, p, w, from);
	if (zone == ZONE_OUTSIDE)
		return;
	counted(i, zone);
	i->hit_at = from;
}

static void on_state(struct expect_set *x, struct exp *p, const struct moor_record *r, int ordinal)
{
	struct inst *i;

	if (r->u.state.machine != p->machine || !expect_selected(x, p->selector, ordinal))
		return;
	if (p->machine == &dsmip_ue_fsm && (p->e->pdn ? !of_pdn(x, p->e->pdn, r->instance, ordinal) : r->instance))
		return;
	i = inst_of(x, p, ordinal);
	if (!i)
		return;
	if (!i->state)
		i->state = (uint8_t)(r->u.state.from + 1);
	/* the instant of the change belongs to the new state */
	if (r->at > i->since)
		expect_state_until(x, p, i, i, r->at - 1);
	i->state = (uint8_t)(r->u.state.to + 1);
	i->since = r->at;
}

void expect_record(void *expect_set, const struct moor_record *r)
{
	struct expect_set *x = expect_set;
	int ordinal;

	x->now = r->at;
	if (!(x->kinds & REC_BIT(r->kind)))
		return;
	ordinal = ordinal_of(x, r->node);
	x->fields_made = false;
	for (guint k = 0; k < x->n; k++) {
		struct exp *p = &x->exps[k];

		if (!(p->kinds & REC_BIT(r->kind)))
			continue;
		if (p->machine && r->kind == REC_STATE)
			on_state(x, p, r, ordinal);
		struct inst *i = p->pat.kind && pat_matches(x, &p->pat, r, ordinal) ? inst_of(x, p, ordinal) : NULL;

		if (i)
			on_match(x, p, i, r);
	}
	for (guint k = 0; k < x->n; k++) {
		struct exp *p = &x->exps[k];

		/* met by this very record: others may wait for it */
		if (p->met)
			on_met(x, k, ordinal, r->at);
		p->met = false;
		if (p->kinds & REC_BIT(r->kind)) {
			on_anchor(x, p, &p->after, r, ordinal, true);
			on_anchor(x, p, &p->before, r, ordinal, false);
		}
	}
}

/* ---- metrics ----------------------------------------------------------------------------------------------------- */

static void keep_metric(struct expect_set *x, struct exp *p, const struct handover_row *row, int64_t v)
{
	char value[40], at[40];
	const char *name = x->config.names.node(x->config.names.ctx, row->node);

	if (p->why->len)
		return;
	unit_text(p->metric.unit == UNIT_NS ? UNIT_SPAN : UNIT_NONE, v, value, sizeof value);
	unit_text(UNIT_SPAN, row->start, at, sizeof at);
	g_string_append_printf(p->why, "%s of %s, %s at %s, %s%s", p->e->metric, name ? name : "?", step_kind_name(row->kind),
		at, v == METRIC_ABSENT ? "was not observed" : "is ", v == METRIC_ABSENT ? "" : value);
}

#define WAITS 4				/* times that a step may wait for a late machine */

/* It was too long, or too much of it was lost: because of a machine that was late meanwhile? */
static void note_lateness(const struct expect_set *x, const struct exp *p, struct inst *i,
			  const struct handover_row *row, int64_t v)
{
	moor_time late = lateness(x, row->start, row->end);

	if (v != METRIC_ABSENT && v > p->bound_most && late && v - p->bound_most <= WAITS * late)
		i->slow = MAX(i->slow, late);
	else
		i->surely = true;
}

void expect_step(void *expect_set, const struct handover_row *row)
{
	struct expect_set *x = expect_set;
	int ordinal = ordinal_of(x, row->node);

	for (guint k = 0; k < x->n; k++) {
		struct exp *p = &x->exps[k];
		struct inst *i;
		enum zone zone;
		int64_t v;

		if (!p->e->metric || p->metric.id < 0 || p->metric.sum || !expect_selected(x, p->selector, ordinal))
			continue;
		if (p->e->step >= 0 && p->e->step != (int)row->kind)
			continue;
		if (p->e->pdn && !of_pdn(x, p->e->pdn, row->instance, ordinal))
			continue;
		i = inst_of(x, p, ordinal);
		zone = i ? zone_of(x, p, i, row->start) : ZONE_OUTSIDE;
		/* behind the window only where there was none in it */
		if (zone == ZONE_OUTSIDE || (zone != ZONE_INSIDE && i->seen))
			continue;
		i->seen++;
		if (p->e->nth && i->seen != p->e->nth)
			continue;
		v = row->v[p->metric.id];
		counted(i, zone);
		i->hit_at = row->end;
		if (v == METRIC_ABSENT || v < p->bound_least || v > p->bound_most) {
			if (row->outcome == OUTCOME_OPEN && v <= p->bound_most)
				i->unfinished = true;	/* absent too: it might have become right */
			else
				i->wrong = true;
			note_lateness(x, p, i, row, v);
			keep_metric(x, p, row, v);
		}
	}
}
