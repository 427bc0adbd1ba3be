/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the axis of time in a report
 *
 * A track for each participant with a mark for each message and event that it sent or was at, and above them the steps:
 * all at their true times. A mark is a link to its line of the ladder below, so it works without the script; with it
 * the axis is zoomed, and filtered together with the ladder. It implements no clause.
 */
#include "traces/report_html.h"
#include "traces/report_messages.h"
#include "traces/table.h"

#define STEPS_SHOWN 40u
#define LABELS 8

struct axis { moor_time from, span; };

/* Hundred-thousandths of the axis. */
static int place(const struct axis *a, moor_time at)
{
	moor_time t = CLAMP(at, a->from, a->from + a->span) - a->from;

	return (int)((double)t / (double)a->span * 100000);
}

static struct axis axis_of(const struct ladder *l)
{
	const struct ladder_item *first = ladder_item_at(l, 0);
	struct axis a = { first->at, 0 };
	moor_time last = first->at;

	for (guint n = 0; n < l->items->len; n++) {
		const struct ladder_item *i = ladder_item_at(l, n);

		a.from = MIN(a.from, i->at);
		last = MAX(last, i->kind == LADDER_MESSAGE && i->delivered ? MAX(i->at, i->end) : i->at);
	}
	/* marks at the very ends would be cut */
	a.span = MAX(last - a.from, MOOR_MS);
	a.from -= a.span / 50;
	a.span += a.span / 25;
	return a;
}

/* 1, 2 or 5 times a power of ten, so that there are no more than LABELS. */
static moor_time label_step(moor_time span)
{
	static const int shares[] = { 1, 2, 5 };

	for (moor_time power = MOOR_US; power < (moor_time)1000000 * MOOR_S; power *= 10)
		for (size_t i = 0; i < G_N_ELEMENTS(shares); i++)
			if (span / (power * shares[i]) < LABELS)
				return power * shares[i];
	return span;
}

static void scale(GString *s, const struct axis *a)
{
	moor_time step = label_step(a->span);
	int places = step >= MOOR_S ? 0 : step >= MOOR_MS ? 3 : 6;

	g_string_append_printf(s, "<div class=\"track scale\" aria-hidden=\"true\"><b>s</b><div class=\"marks\" data-from=\"%"
			       G_GINT64_FORMAT "\" data-span=\"%" G_GINT64_FORMAT "\">", a->from / MOOR_US, a->span / MOOR_US);
	for (moor_time t = MAX((a->from + step - 1) / step * step, 0); t <= a->from + a->span; t += step) {
		int x = place(a, t);

		g_string_append_printf(s, "<span style=\"left:%d.%03d%%\">%" G_GINT64_FORMAT, x / 1000, x % 1000, t / MOOR_S);
		if (places)
			g_string_append_printf(s, ".%0*d", places, (int)(t % MOOR_S / (places == 3 ? MOOR_MS : MOOR_US)));
		g_string_append(s, "</span>");
	}
	g_string_append(s, "</div></div>\n");
}

static void step(GString *s, const struct axis *a, const struct report_messages *m, const struct handover_row *r)
{
	char buf[32], at[24], *name = table_step(r);
	int x = place(a, r->start), x2 = place(a, MAX(r->end, r->start));

	g_snprintf(at, sizeof at, "%" G_GINT64_FORMAT ".%03d", r->start / MOOR_S, (int)(r->start % MOOR_S / MOOR_MS));
	g_string_append_printf(s, "<span class=\"step%s\" style=\"left:%d.%03d%%;width:%d.%03d%%\" title=\"",
			       r->outcome == OUTCOME_OK ? "" : " bad", x / 1000, x % 1000, (x2 - x) / 1000, (x2 - x) % 1000);
	html_text(s, trace_node_name(&m->ladder->names, r->node, buf));
	g_string_append(s, ": ");
	html_text(s, name);
	g_string_append_printf(s, " at %s s, %s\">", at, step_outcome_name(r->outcome));
	html_text(s, name);
	g_string_append(s, "</span>");
	g_free(name);
}

static void step_track(GString *s, const struct axis *a, const struct report_messages *m, const struct metrics *steps)
{
	size_t n = 0;
	const struct handover_row *rows = steps ? metrics_rows(steps, &n) : NULL;

	if (!n || n > STEPS_SHOWN)
		return;
	g_string_append(s, "<div class=\"track\" aria-hidden=\"true\"><b>steps</b><div class=\"marks\">");
	for (size_t i = 0; i < n; i++)
		step(s, a, m, &rows[i]);
	g_string_append(s, "</div></div>\n");
}

static void mark(GString *s, const struct axis *a, const struct report_messages *m, guint n)
{
	const struct ladder_item *i = ladder_item_at(m->ladder, n);
	const char *class = i->kind == LADDER_NOTE ? "at" : i->kind == LADDER_BAR ? "act" :
		i->refused || (!i->delivered && !i->broadcast) ? "bad" : "msg";
	int x = place(a, i->at);

	g_string_append_printf(s, "<a class=\"%s\" href=\"#m%u\" tabindex=\"-1\" style=\"left:%d.%03d%%\"", class, n + 1,
			       x / 1000, x % 1000);
	report_message_data(s, m, i);
	g_string_append(s, "><span class=\"unseen\">");
	html_text(s, i->text ? i->text : "?");
	g_string_append(s, "</span></a>");
}

/* seat -1: what the scenario did, and what has no place. */
static void track(GString *s, const struct axis *a, const struct report_messages *m, int seat)
{
	char *name = seat < 0 ? g_strdup("scenario") : report_seat_name(m, (unsigned)seat);
	gsize before = s->len;
	guint shown = 0;

	g_string_append(s, "<div class=\"track\"><b>");
	html_text(s, name);
	g_string_append(s, "</b><div class=\"marks\">");
	for (guint n = 0; n < m->ladder->items->len; n++) {
		const struct ladder_item *i = ladder_item_at(m->ladder, n);

		if ((i->kind == LADDER_BAR ? -1 : report_seat(m, i->from)) != seat)
			continue;
		mark(s, a, m, n);
		shown++;
	}
	g_string_append(s, "</div></div>\n");
	if (!shown)
		g_string_truncate(s, before);
	g_free(name);
}

void report_strip(GString *s, const struct report_messages *m, const struct metrics *steps)
{
	struct axis a = axis_of(m->ladder);

	g_string_append(s, "<figure class=\"strip\">\n<figcaption>The same on one axis of time</figcaption>\n<div "
			"class=\"zoom\" hidden></div>\n<div class=\"box\" tabindex=\"0\" role=\"region\" aria-label=\"Messages on one "
			"axis of time\"><div class=\"tracks\">\n");
	scale(s, &a);
	step_track(s, &a, m, steps);
	for (int seat = -1; seat < (int)m->seats; seat++)
		track(s, &a, m, seat);
	g_string_append(s, "</div></div>\n<p class=\"told small\" role=\"status\" hidden></p>\n</figure>\n");
}
