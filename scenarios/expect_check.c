/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: expectations that could never be met, or never fail
 *
 * Refused before the run: unknown messages, events, fields, machines, states and metrics, windows outside the run,
 * anchors that name nothing. A test that cannot fail is worth less than none. It implements no clause.
 */
#include <string.h>

#include "scenarios/expect.h"
#include "scenarios/names.h"
#include "scenarios/pdn.h"
#include "wire/icmp6.h"

const char *const expect_totals[] = {
	"bus", "bu_retransmissions", "accepted", "refused", "unanswered", "deregistrations", "deregistrations_unanswered",
	"data_tx", "data_rx", "data_lost", "duplicated", "reordered", NULL
};
const char *const expect_flow_figures[] = { "flow_sent", "flow_received", "flow_lost", "flow_duplicated", NULL };
const char *const expect_sums[] = { ".n", ".min", ".max", ".mean", ".p50", ".p95", ".p99", NULL };

static const struct tree *at_key(const struct scen_base *b, const char *key)
{
	const struct tree *t = tree_get(b->at, key, NULL);

	return t ? t : b->at;
}

static bool given(const struct scen_expect *e, const char *key)
{
	return tree_get(e->base.at, key, NULL) != NULL;
}

bool expect_metric_find(const char *name, struct expect_metric *out)
{
	char base[64];

	*out = (struct expect_metric){ .id = -1, .total = -1, .unit = UNIT_COUNT };
	for (int i = 0; expect_totals[i]; i++)
		if (!strcmp(expect_totals[i], name)) {
			out->total = i;
			return true;
		}
	for (int i = 0; expect_flow_figures[i]; i++)
		if (!strcmp(expect_flow_figures[i], name)) {
			out->flow = i + 1;
			return true;
		}
	g_strlcpy(base, name, sizeof base);
	char *dot = strrchr(base, '.');

	for (int i = 0; dot && expect_sums[i]; i++)
		if (!strcmp(dot, expect_sums[i]))
			out->sum = i + 1;
	if (dot && !out->sum)
		return false;
	if (dot)
		*dot = 0;
	out->id = metric_find(base);
	if (out->id >= 0)
		out->unit = out->sum == 1 ? UNIT_COUNT : metric_rows[out->id].unit;
	return out->id >= 0;
}

/* ---- names ------------------------------------------------------------------------------------------------------- */

static void check_fields(
	const struct message_row *m, const struct event_row *e, const struct tree *fields, struct report *r)
{
	char near[120];

	for (guint i = 0; fields && i < tree_count(fields); i++) {
		const struct tree *key = tree_key(fields, i);

		if (!field_known(m, e, key->text, near, sizeof near))
			report_at(r, key, "%s has no field `%s`%s", m ? m->name : e->name, key->text, near);
	}
}

static void unknown_message(const char *name, const struct tree *place, struct report *r)
{
	const char *names[64];
	char near[80];
	unsigned n = 0;

	for (const struct message_row *m = message_rows; m->name; m++)
		names[n++] = m->name;
	names[n] = NULL;
	report_at(r, place, "there is no message `%s`%s", name, report_nearest(name, names, near, sizeof near));
}

void expect_check_message(const char *name, const struct tree *fields, const struct tree *place, struct report *r)
{
	const struct message_row *m = message_find(name);

	if (!m)
		unknown_message(name, place, r);
	else
		check_fields(m, NULL, fields, r);
}

static void check_event(const char *name, const struct tree *fields, const struct tree *place, struct report *r)
{
	const struct event_row *e = event_find(name);
	const char *names[96];
	char near[80];
	unsigned n = 0;

	if (e) {
		check_fields(NULL, e, fields, r);
		return;
	}
	for (e = event_rows; e->name; e++)
		names[n++] = e->name;
	names[n] = NULL;
	report_at(r, place, "there is no event `%s`%s", name, report_nearest(name, names, near, sizeof near));
}

/* A message that leaves a signalling record: faults know more messages than expectations. */
static void check_signal(const char *name, const struct tree *fields, const struct tree *place, struct report *r)
{
	const struct message_row *m = message_find(name);

	if (m && m->mh_type < 0 && !m->ike_exchange && !m->dhcp6 && !m->signal && m->icmp6_type < ICMP6_T_DHAAD_REQUEST)
		report_at(r, place, "`%s` is no mobility or IKE message; expect an event instead (router-advert-received, …)",
			  name);
	else
		expect_check_message(name, fields, place, r);
}

static void check_state(const struct scen_state *st, struct report *r)
{
	const struct fsm *m = scen_machine(st->machine);
	const char *names[FSM_MAX_STATES + 1];
	char near[80];
	unsigned n = 0;

	if (!m) {
		while (scen_machines[n]) {
			names[n] = scen_machines[n]->name;
			n++;
		}
		names[n] = NULL;
		report_at(r, at_key(&st->base, "machine"), "there is no state machine `%s`%s", st->machine,
			  report_nearest(st->machine, names, near, sizeof near));
		return;
	}
	for (; n < m->n_states; n++) {
		names[n] = m->states[n].name;
		if (!strcmp(names[n], st->is))
			return;
	}
	names[n] = NULL;
	report_at(r, at_key(&st->base, "is"), "`%s` has no state `%s`%s", m->name, st->is,
		  report_nearest(st->is, names, near, sizeof near));
}

static void check_bound(
	const struct scen_expect *e, const char *key, const char *text, const struct expect_metric *m, struct report *r)
{
	int64_t v;
	const char *wrong = text ? unit_parse(m->unit == UNIT_NS ? UNIT_SPAN : UNIT_NONE, text, &v) : NULL;

	if (wrong)
		report_at(r, at_key(&e->base, key), "`%s`: `%s`: %s", key, text, wrong);
}

/* A phase begins with a change of routing rules, called by its label or verb, or is the `start`. */
static bool is_phase(const struct scenario *s, const char *name)
{
	return g_hash_table_contains(s->names->phases, name) || !strcmp(name, "start");
}

static bool is_interface(const struct scenario *s, const char *name)
{
	return g_hash_table_contains(s->names->interfaces, name);
}

static void check_flow_metric(const struct scenario *s, const struct scen_expect *e, const struct expect_metric *m,
			      struct report *r)
{
	bool of_access = m->flow - 1 == FLOW_RECEIVED;

	if (!m->flow) {
		if (e->flow || e->phase || e->interface)
			report_at(r, e->base.at, "`flow`, `phase` and `interface` go with the metrics of one flow");
		return;
	}
	if (!e->flow)
		report_at(r, at_key(&e->base, "metric"), "`%s` is of one `flow`", e->metric);
	if (e->phase && !is_phase(s, e->phase))
		report_at(r, at_key(&e->base, "phase"), "no change of routing rules is called `%s`", e->phase);
	if (e->interface && !of_access)
		report_at(r, at_key(&e->base, "interface"), "only received packets are of an access");
	else if (e->interface && !is_interface(s, e->interface))
		report_at(r, at_key(&e->base, "interface"), "no UE has an interface `%s`", e->interface);
}

static void check_metric(const struct scenario *s, const struct scen_expect *e, struct report *r)
{
	const char *names[METRICS + 32];
	struct expect_metric m;
	char near[80];
	unsigned n = 0;

	if (!expect_metric_find(e->metric, &m)) {
		for (; n < METRICS; n++)
			names[n] = metric_rows[n].name;
		for (unsigned i = 0; expect_totals[i]; i++)
			names[n++] = expect_totals[i];
		for (unsigned i = 0; expect_flow_figures[i]; i++)
			names[n++] = expect_flow_figures[i];
		names[n] = NULL;
		report_at(r, at_key(&e->base, "metric"), "there is no metric `%s`%s", e->metric,
			  report_nearest(e->metric, names, near, sizeof near));
		return;
	}
	if (!e->least && !e->most && !e->is)
		report_at(r, e->base.at, "a metric needs `least`, `most` or `is`");
	check_bound(e, "least", e->least, &m, r);
	check_bound(e, "most", e->most, &m, r);
	check_bound(e, "is", e->is, &m, r);
	check_flow_metric(s, e, &m, r);
	if ((m.total >= 0 || m.flow) && (e->by || given(e, "step") || given(e, "nth")))
		report_at(r, at_key(&e->base, "metric"), "`%s` is a total of the run: no `by`, `step` or `nth`", e->metric);
	if (m.sum && e->step < 0)
		report_at(r, at_key(&e->base, "metric"), "`%s` needs the `step` that it is taken over", e->metric);
	if (m.sum && (e->by || given(e, "nth")))
		report_at(r, at_key(&e->base, "metric"), "`%s` is over all nodes: no `by` or `nth`", e->metric);
}

/* ---- anchors ----------------------------------------------------------------------------------------------------- */

/* A timeline label, a verb of the timeline, or the id of another expectation that has a moment at which it is met. */
static bool anchor_word(const struct scenario *s, const char *word)
{
	const struct scen_expect *e = names_expect(s, word, NULL);

	return g_hash_table_contains(s->names->labels, word) || g_hash_table_contains(s->names->verb_words, word) ||
	       (e && (e->message || e->event));
}

static void check_word(const struct scenario *s, const char *word, const struct tree *place, struct report *r)
{
	char near[80];
	unsigned n = 0;

	if (anchor_word(s, word))
		return;
	const char **names = g_new0(const char *, 2 * s->timeline->len + s->expect->len + 1);

	/* looking for a near one takes long, and nobody reads beyond the first few */
	for (guint i = 0; r->errors < REPORT_MAX && i < s->timeline->len; i++) {
		const struct scen_action *a = s->timeline->pdata[i];

		names[n++] = tree_get(a->base.at, "do", NULL)->text;
		if (a->label)
			names[n++] = a->label;
	}
	for (guint i = 0; r->errors < REPORT_MAX && i < s->expect->len; i++)
		names[n++] = ((const struct scen_expect *)s->expect->pdata[i])->id;
	report_at(r, place, "`%s` is no label or verb of the timeline, nor the id of an expectation of a message or event%s",
		  word, report_nearest(word, names, near, sizeof near));
	g_free(names);
}

static void check_anchor(
	const struct scenario *s, const struct scen_expect *e, const struct scen_anchor *a, struct report *r)
{
	const struct scen_pattern *p = a->pattern;

	if (!a->at)
		return;
	if (a->word) {
		check_word(s, a->word, a->at, r);
		if (!strcmp(a->word, e->id))
			report_at(r, a->at, "an expectation cannot wait for itself");
		return;
	}
	if (!p->message + !p->event + !p->label != 2)
		report_at(r, a->at, "an anchor is exactly one of message, event, label");
	else if (p->message)
		check_signal(p->message, p->fields, at_key(&p->base, "message"), r);
	else if (p->event)
		check_event(p->event, p->fields, at_key(&p->base, "event"), r);
	else
		check_word(s, p->label, at_key(&p->base, "label"), r);
}

/* ---- an expectation ---------------------------------------------------------------------------------------------- */

static void check_window(const struct scenario *s, const struct scen_expect *e, struct report *r)
{
	if (given(e, "at") && e->after.at)
		report_at(r, at_key(&e->base, "at"), "either `at` or `after`");
	if (given(e, "at") && e->at > s->duration)
		report_at(r, at_key(&e->base, "at"), "after the end of the run");
	if (!e->after.at && given(e, "within") && moor_time_add(e->at, e->within.hi) > s->duration)
		report_at(r, at_key(&e->base, "within"), "the window ends after the run");
	if (e->never && given(e, "count"))
		report_at(r, at_key(&e->base, "never"), "either `never` or `count`");
	if (e->nth && (e->never || given(e, "count")))
		report_at(r, at_key(&e->base, "nth"), "`nth` looks at one message: no `count`, no `never`");
	if (given(e, "count") && e->count.lo == 0 && e->count.hi >= INT64_MAX / 2)
		report_at(r, at_key(&e->base, "count"), "any number meets this");
}

/* Keys that make no sense with what is expected. */
static void check_combination(const struct scen_expect *e, struct report *r)
{
	static const struct { const char *key; bool message, event, state, metric; } keys[] = {
		{ "by", true, true, false, true }, { "received", true, false, false, false }, { "fields", true, true, false, false },
		{ "nth", true, true, false, true }, { "count", true, true, false, false }, { "together", true, true, false, false },
		{ "never", true, true, true, false }, { "step", false, false, false, true }, { "least", false, false, false, true },
		{ "most", false, false, false, true }, { "is", false, false, false, true },
		{ "flow", false, false, false, true }, { "phase", false, false, false, true },
		{ "interface", false, false, false, true }, { "before", true, true, true, false },
	};
	const char *what = e->message ? "message" : e->event ? "event" : e->state ? "state" : "metric";

	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
		bool fits = e->message ? keys[i].message : e->event ? keys[i].event : e->state ? keys[i].state : keys[i].metric;

		if (!fits && given(e, keys[i].key))
			report_at(r, at_key(&e->base, keys[i].key), "`%s` does not go with `%s`", keys[i].key, what);
	}
}

static bool is_requirement(const char *s)
{
	if (*s++ != 'R' || !g_ascii_isdigit(*s))
		return false;
	while (g_ascii_isalnum(*s) || *s == '-' || *s == '.')
		s++;
	return !*s;
}

static void check_one(const struct scenario *s, const struct scen_expect *e, struct report *r)
{
	if (!e->message + !e->event + !e->state + !e->metric != 3) {
		report_at(r, e->base.at, "an expectation is exactly one of message, event, state, metric");
		return;
	}
	check_combination(e, r);
	if (e->message)
		check_signal(e->message, e->fields, at_key(&e->base, "message"), r);
	if (e->event)
		check_event(e->event, e->fields, at_key(&e->base, "event"), r);
	if (e->state)
		check_state(e->state, r);
	if (e->metric)
		check_metric(s, e, r);
	check_anchor(s, e, &e->after, r);
	check_anchor(s, e, &e->before, r);
	check_window(s, e, r);
	pdn_check_expect(s, e, r);
	for (guint i = 0; i < e->covers->len; i++) {
		const struct tree *w = e->covers->pdata[i];

		if (!is_requirement(w->text))
			report_at(r, w, "`%s` is no requirement id such as R24303-5.1.2.4-18", w->text);
	}
	if (names_expect(s, e->id, NULL) != e)
		report_at(r, at_key(&e->base, "id"), "the id `%s` is here twice", e->id);
}

/* The expectation that this one waits for, its place from 1; 0: none. */
static guint waits_for(const struct scenario *s, guint i)
{
	const struct scen_expect *e = s->expect->pdata[i];
	const char *word = e->after.pattern ? e->after.pattern->label : e->after.word;
	guint place;

	return word && names_expect(s, word, &place) ? place + 1 : 0;
}

/* after: A after: B after: A. Each walk ends where another has been; where it has been itself there is a circle. */
static void check_circles(const struct scenario *s, struct report *r)
{
	guint *walk = g_new0(guint, s->expect->len + 1), first = G_MAXUINT;

	for (guint i = 0; i < s->expect->len; i++) {
		guint at = i + 1;

		while (at && !walk[at]) {
			walk[at] = i + 1;
			at = waits_for(s, at - 1);
		}
		if (!at || walk[at] != i + 1)
			continue;
		for (guint end = at, k = 0; !k || at != end; k++, at = waits_for(s, at - 1))
			first = MIN(first, at);
	}
	if (first != G_MAXUINT) {
		const struct scen_expect *e = s->expect->pdata[first - 1];

		report_at(r, e->after.at, "`%s` waits for itself", e->id);
	}
	g_free(walk);
}

void expect_check(const struct scenario *s, struct report *r)
{
	unsigned before = r->errors;

	for (guint i = 0; i < s->expect->len; i++)
		check_one(s, s->expect->pdata[i], r);
	if (r->errors == before)
		check_circles(s, r);
}
