/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: vectors and histograms in OMNeT++'s layout
 *
 * Attributes are those that OMNeT++'s own vectors have: title, unit, type, interpolationmode, enum; ours are flow and
 * direction. A histogram begins with narrow bins from zero on; when a value lies beyond the last one, bins are joined
 * in pairs, so that neither their number nor their edges have to be known before. It implements no clause.
 */
#include "traces/export_series.h"

#include <math.h>

#define BLOCK 4096u			/* values that wait */
#define BINS 256u
#define NARROW 100000			/* ns, and doubled as often as is needed */

struct value { moor_time at; uint64_t event; double value; };

struct histogram { int64_t width; uint64_t under, bin[BINS]; guint used; };	/* width in ns, of each bin */

struct series {
	struct series_to *to;
	enum series_kind kind;
	int64_t id, flow;		/* id: 0 none yet */
	int direction;
	char *module;
	const struct fsm *machine;
	GArray *waiting;		/* struct value */
	struct histogram *histogram;	/* NULL: none */
	uint64_t count, first_event, last_event;
	moor_time first, last;
	double min, max, sum, squares;
};

static const struct { const char *name, *title, *unit, *type, *between; } kinds[] = {
	[SERIES_DELAY] = { "delay", "one-way delay", "s", "double", "none" },
	[SERIES_SEQUENCE] = { "sequence", "number of the packet that came", NULL, "int", "none" },
	[SERIES_LOST] = { "lost", "packets lost so far", NULL, "int", "sample-hold" },
	[SERIES_CARRIER] = { "carrier", "link is up", NULL, "int", "sample-hold" },
	[SERIES_STATE] = { "state", "state", NULL, "enum", "sample-hold" },
};

struct series *series_new(struct series_to *to, enum series_kind kind, const char *module, int64_t flow, int direction)
{
	struct series *s = g_new0(struct series, 1);

	*s = (struct series){ .to = to, .kind = kind, .flow = flow, .direction = direction,
			      .module = g_strdup(module), .min = INFINITY, .max = -INFINITY };
	s->waiting = g_array_new(FALSE, FALSE, sizeof(struct value));
	if (kind == SERIES_DELAY) {
		s->histogram = g_new0(struct histogram, 1);
		s->histogram->width = NARROW;
	}
	return s;
}

void series_machine(struct series *s, const struct fsm *machine)
{
	s->machine = machine;
}

static void widen(struct histogram *h)
{
	h->width *= 2;
	for (guint i = 0; i < BINS / 2; i++)
		h->bin[i] = h->bin[2 * i] + h->bin[2 * i + 1];
	for (guint i = BINS / 2; i < BINS; i++)
		h->bin[i] = 0;
	h->used = (h->used + 1) / 2;
}

static void count_in(struct histogram *h, int64_t value)
{
	guint bin;

	if (value < 0) {		/* clocks of two machines */
		h->under++;
		return;
	}
	while (value >= h->width * BINS)
		widen(h);
	bin = (guint)(value / h->width);
	h->bin[bin]++;
	h->used = MAX(h->used, bin + 1);
}

static void write_waiting(struct series *s)
{
	s->id = s->id ? s->id : ++s->to->vector;
	for (guint i = 0; i < s->waiting->len; i++) {
		const struct value *v = &g_array_index(s->waiting, struct value, i);

		sqlite_out_row(s->to->out, SQL_VECTOR_DATA, "iiir", s->id, (int64_t)v->event, (int64_t)v->at, v->value);
	}
	s->to->values += s->waiting->len;
	g_array_set_size(s->waiting, 0);
}

void series_value(struct series *s, moor_time at, uint64_t event, double value)
{
	const struct value v = { at, event, value };

	if (!s->count++) {
		s->first = at;
		s->first_event = event;
	}
	s->last = at;
	s->last_event = event;
	s->min = MIN(s->min, value);
	s->max = MAX(s->max, value);
	s->sum += value;
	s->squares += value * value;
	if (s->histogram)
		count_in(s->histogram, (int64_t)llround(value * 1e9));
	g_array_append_val(s->waiting, v);
	if (s->waiting->len == BLOCK)
		write_waiting(s);
}

static void attribute(const struct series *s, enum sqlite_table t, int64_t key, const char *name, const char *value)
{
	if (value)
		sqlite_out_row(s->to->out, t, "iss", key, name, value);
}

/* "IDLE=0, DISCOVER=1", as OMNeT++ reads it. */
static char *enum_of(const struct fsm *m)
{
	GString *text = g_string_new(NULL);

	for (unsigned i = 0; i < m->n_states; i++)
		g_string_append_printf(text, "%s%s=%u", i ? ", " : "", m->states[i].name, i);
	return g_string_free(text, FALSE);
}

static void attributes(const struct series *s, enum sqlite_table t, int64_t key)
{
	static const char *const directions[] = { "down", "up" };

	attribute(s, t, key, "title", s->machine && *s->machine->about ? s->machine->about
									       : kinds[s->kind].title);
	attribute(s, t, key, "unit", kinds[s->kind].unit);
	if (s->flow >= 0) {
		char *flow = g_strdup_printf("%" G_GINT64_FORMAT, s->flow);

		attribute(s, t, key, "flow", flow);
		attribute(s, t, key, "direction", directions[s->direction != 0]);
		g_free(flow);
	}
	if (s->machine) {
		char *names = enum_of(s->machine);

		attribute(s, t, key, "enumname", s->machine->name);
		attribute(s, t, key, "enum", names);
		g_free(names);
	}
}

static char *name_of(const struct series *s, const char *mode)
{
	return g_strdup_printf("%s:%s", kinds[s->kind].name, mode);
}

static void write_vector(const struct series *s)
{
	char *name = name_of(s, "vector");

	sqlite_out_row(s->to->out, SQL_VECTOR, "iissirrrriiii", s->id, s->to->run, s->module, name, (int64_t)s->count, s->min,
		       s->max, s->sum, s->squares, (int64_t)s->first_event, (int64_t)s->last_event, (int64_t)s->first,
		       (int64_t)s->last);
	attributes(s, SQL_VECTOR_ATTR, s->id);
	attribute(s, SQL_VECTOR_ATTR, s->id, "type", kinds[s->kind].type);
	attribute(s, SQL_VECTOR_ATTR, s->id, "interpolationmode", kinds[s->kind].between);
	g_free(name);
}

/* Below the first edge and above the last one there are bins, too: OMNeT++ reads them as underflows and overflows. */
static void write_bins(const struct series *s, int64_t key)
{
	const struct histogram *h = s->histogram;
	guint from = 0;

	sqlite_out_row(s->to->out, SQL_HISTOGRAM_BIN, "irr", key, -INFINITY, (double)h->under);
	while (from < h->used && !h->bin[from])
		from++;
	for (guint i = from; i < h->used; i++)
		sqlite_out_row(s->to->out, SQL_HISTOGRAM_BIN, "irr", key, (double)(i * h->width) / 1e9, (double)h->bin[i]);
	sqlite_out_row(s->to->out, SQL_HISTOGRAM_BIN, "irr", key, (double)(h->used * h->width) / 1e9, 0.0);
}

static void write_statistic(const struct series *s)
{
	const double n = (double)s->count, mean = s->sum / n;
	/* rounding may leave less than nothing where all values are the same */
	const double deviation = s->count < 2 ? NAN : sqrt(MAX(0.0, (s->squares - n * mean * mean) / (n - 1)));
	const int64_t key = ++s->to->statistic;
	char *name = name_of(s, "histogram");

	sqlite_out_row(s->to->out, SQL_STATISTIC, "iissiiirrrrrrrrrr", key, s->to->run, s->module, name, INT64_C(1),
		       INT64_C(0), (int64_t)s->count, mean, deviation, s->sum, s->squares, s->min, s->max, NAN, NAN, NAN, NAN);
	attributes(s, SQL_STATISTIC_ATTR, key);
	write_bins(s, key);
	g_free(name);
}

void series_end(struct series *s)
{
	/* most ports have their link from the beginning to the end: that is no course of anything */
	const bool told = s->kind != SERIES_CARRIER || s->count > 1;

	if (told) {
		write_waiting(s);
		write_vector(s);
	}
	if (s->histogram)
		write_statistic(s);
	g_array_unref(s->waiting);
	g_free(s->histogram);
	g_free(s->module);
	g_free(s);
}
