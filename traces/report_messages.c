/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the ladder in a report
 *
 * A list with one line per message, change of state or act of the scenario, and a piece of the ladder in each line, so
 * that lines that are filtered out leave a ladder of the others. Columns are shares of the width, so that it is read on
 * a telephone, too. The line of a message, its arrow included, is the <summary> of a <details> element: it opens with
 * a click or a key, without a script. Lines are no <li>: browsers number those anew for each one that is hidden, which
 * takes them minutes for ten thousand. It implements no clause.
 */
#include "traces/report_messages.h"

#include <string.h>

#include "traces/report_html.h"

#define SEATS 10u
#define SEATS_WIDE 6u			/* with more each is narrower */

/* ---- collecting -------------------------------------------------------------------------------------------------- */

struct report_messages *report_messages_new(const struct trace_names *names, guint max)
{
	const struct ladder_options o = { .max_items = max, .states = true, .moves = true };
	struct report_messages *m = g_new0(struct report_messages, 1);

	m->ladder = ladder_new(names, &o);
	m->details = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, g_free);
	return m;
}

void report_messages_free(struct report_messages *m)
{
	ladder_free(m->ladder);
	g_hash_table_unref(m->details);
	g_free(m);
}

/* An item that a signal made is that signal; its other end adds nothing. */
void report_messages_record(struct report_messages *m, const struct moor_record *r)
{
	guint before = m->ladder->items->len;

	if (!(LADDER_KINDS & REC_BIT(r->kind)))
		return;
	ladder_record(m->ladder, r);
	if ((r->kind == REC_SIGNAL_TX || r->kind == REC_SIGNAL_RX) && m->ladder->items->len == before + 1)
		g_hash_table_insert(m->details, GUINT_TO_POINTER(before), report_details(&r->u.signal));
}

/* ---- who and what ------------------------------------------------------------------------------------------------ */

static void settle(struct report_messages *m)
{
	const struct ladder *l = m->ladder;

	ladder_seats(m->ladder, SEATS);
	m->seats = l->seats ? l->seats->len : 0;
	for (guint n = 0; n < l->items->len && !m->others; n++) {
		const struct ladder_item *i = ladder_item_at(l, n);

		m->others = i->kind != LADDER_BAR && ((i->from != REC_NONE && ladder_seat_of(l, i->from) < 0) ||
			    (i->kind == LADDER_MESSAGE && i->to != REC_NONE && ladder_seat_of(l, i->to) < 0));
	}
	m->seats += m->others;
}

int report_seat(const struct report_messages *m, uint32_t node)
{
	int seat = node == REC_NONE ? -1 : ladder_seat_of(m->ladder, node);

	return seat < 0 && node != REC_NONE && m->others ? (int)m->seats - 1 : seat;
}

char *report_seat_name(const struct report_messages *m, unsigned seat)
{
	char buf[32], *name, *cut, *few;
	glong n;

	if (m->others && seat == m->seats - 1)
		return g_strdup("others");
	name = g_utf8_make_valid(ladder_seat_name(m->ladder, seat, buf), -1);
	cut = strchr(name, ':');
	n = g_utf8_strlen(name, -1);
	if (n <= 10 || ((!cut || !strchr(cut + 1, ':')) && strspn(name, "0123456789.") != strlen(name)))
		return name;
	cut = g_utf8_substring(name, n - 8, n);
	few = g_strconcat("…", cut, NULL);
	g_free(cut);
	g_free(name);
	return few;
}

char *report_message_name(const struct ladder_item *i)
{
	if (i->kind == LADDER_BAR)
		return g_strdup("scenario");
	if (i->kind == LADDER_NOTE)
		return g_strdup("states and notes");
	return i->text ? g_strndup(i->text, strcspn(i->text, " ,:(")) : g_strdup("?");
}

static const char *node_name(const struct report_messages *m, uint32_t node, char buf[32])
{
	return node == REC_NONE ? "" : trace_node_name(&m->ladder->names, node, buf);
}

void report_message_data(GString *s, const struct report_messages *m, const struct ladder_item *i)
{
	char b1[32], b2[32], *name = report_message_name(i);

	g_string_append(s, " data-from=\"");
	html_text(s, node_name(m, i->from, b1));
	g_string_append(s, "\" data-to=\"");
	html_text(s, i->kind == LADDER_MESSAGE ? node_name(m, i->to, b2) : "");
	g_string_append(s, "\" data-message=\"");
	html_text(s, name);
	g_string_append_c(s, '"');
	g_free(name);
}

/* ---- the ladder's piece of a line -------------------------------------------------------------------------------- */

/* Hundredths of a percent of the width. */
static int seat_x(const struct report_messages *m, int seat)
{
	return (2 * seat + 1) * 5000 / (int)m->seats;
}

static void arrow(GString *s, const struct report_messages *m, const struct ladder_item *i, int from, int to)
{
	int x1 = seat_x(m, from), x2 = seat_x(m, to), left, right;

	if (!i->delivered)
		x2 -= (x2 - x1) / 4;
	left = MIN(x1, x2);
	right = 10000 - MAX(x1, x2);
	g_string_append_printf(s, "<i class=\"%s%s\" style=\"left:%d.%02d%%;right:%d.%02d%%\"></i>", x2 > x1 ? "to" : "fro",
			       i->delivered ? i->refused ? " bad" : "" : " lost", left / 100, left % 100, right / 100, right % 100);
}

static void lane(GString *s, const struct report_messages *m, const struct ladder_item *i)
{
	int from = report_seat(m, i->from), to = report_seat(m, i->to);

	g_string_append(s, "<span class=\"lane\" aria-hidden=\"true\">");
	if (i->kind == LADDER_BAR)
		g_string_append(s, "<i class=\"bar\"></i>");
	else if (i->kind == LADDER_MESSAGE && from >= 0 && to >= 0 && from != to)
		arrow(s, m, i, from, to);
	else if (from >= 0)
		g_string_append_printf(s, "<i class=\"dot%s\" style=\"left:%d.%02d%%\"></i>",
				       i->kind == LADDER_MESSAGE ? " own" : "", seat_x(m, from) / 100, seat_x(m, from) % 100);
	g_string_append(s, "</span>");
}

/* ---- lines ------------------------------------------------------------------------------------------------------- */

static void between(GString *s, const struct report_messages *m, const struct ladder_item *i)
{
	char b1[32], b2[32];
	const char *from = node_name(m, i->from, b1), *to = i->kind == LADDER_MESSAGE ? node_name(m, i->to, b2) : "";

	g_string_append(s, "<span class=\"ends\">");
	html_text(s, from);
	if (*to && strcmp(from, to)) {
		g_string_append(s, " <span class=\"unseen\">to</span><span aria-hidden=\"true\">→</span> ");
		html_text(s, to);
	}
	if (i->kind == LADDER_MESSAGE && !i->delivered && !i->broadcast)
		g_string_append(s, " <span class=\"word\">lost</span>");
	if (i->refused)
		g_string_append(s, " <span class=\"word\">refused</span>");
	g_string_append(s, "</span>");
}

static void words(GString *s, const struct report_messages *m, const struct ladder_item *i)
{
	char *text = i->kind == LADDER_BAR ? g_strdup(i->text ? i->text : "") : ladder_describe(i);

	g_string_append_printf(s, "<span class=\"num\">%" G_GINT64_FORMAT ".%06d</span>", i->at / MOOR_S,
			       (int)(i->at % MOOR_S / MOOR_US));
	lane(s, m, i);
	between(s, m, i);
	g_string_append(s, "<span class=\"what\">");
	html_text(s, text);
	g_string_append(s, "</span>");
	g_free(text);
}

static void line(GString *s, const struct report_messages *m, guint n)
{
	static const char *const kinds[] = { "message", "state", "scenario" };
	const struct ladder_item *i = ladder_item_at(m->ladder, n);
	const char *details = g_hash_table_lookup(m->details, GUINT_TO_POINTER(n));

	g_string_append_printf(s, "<div id=\"m%u\" role=\"listitem\" class=\"%s\"", n + 1, kinds[i->kind]);
	report_message_data(s, m, i);
	g_string_append(s, details ? "><details><summary class=\"row\">" : "><div class=\"row\">");
	words(s, m, i);
	g_string_append(s, details ? "</summary>\n" : "</div></div>\n");
	if (!details)
		return;
	html_listing(s, "Details of the message", details);
	g_string_append(s, "</details></div>\n");
}

static void head(GString *s, const struct report_messages *m)
{
	unsigned tenths = m->seats <= SEATS_WIDE ? 50 : 10 * 30 / m->seats;

	g_string_append_printf(s, "<div class=\"ladder box tall\" tabindex=\"0\" role=\"region\" aria-label=\"Ladder: "
			       "messages and events in order of time\" style=\"--n:%u;--seat:%u.%urem\">\n<div class=\"row head\">"
			       "<span class=\"num\">Time, s</span><span class=\"lane\"><span class=\"unseen\">Ladder of </span>",
			       MAX(m->seats, 1), tenths / 10, tenths % 10);
	for (unsigned k = 0; k < m->seats; k++) {
		char *name = report_seat_name(m, k);

		g_string_append(s, "<span class=\"seat\">");
		html_text(s, name);
		g_string_append(s, "</span> ");
		g_free(name);
	}
	g_string_append(s, "</span><span class=\"ends\">Between</span><span class=\"what\">What; select a message for its "
			"packet</span></div>\n<div class=\"messages\" role=\"list\">\n");
}

static void left_out(GString *s, const struct ladder *l)
{
	if (l->left_out)
		html_printf(s, "p class=\"note\" role=\"note\"", "Only the first %u messages and events are on this page; %"
			    G_GUINT64_FORMAT " more are left out. mooring report --max N takes more, mooring ladder and mooring "
			    "decode show all.", l->items->len, l->left_out);
	html_element(s, "p", "Signalling, changes of state, movement and what the scenario did; user data and single frames "
		     "are in trace.pcapng. Arrows and their lines open and show what Mooring's decoder reads in the packet.");
}

void report_messages_write(GString *s, struct report_messages *m, const struct metrics *steps)
{
	const struct ladder *l = m->ladder;

	html_section(s, "messages", "Ladder");
	settle(m);
	if (!l->items->len) {
		html_note(s, "No signalling was seen.");
		html_section_end(s);
		return;
	}
	left_out(s, l);
	g_string_append(s, "<div class=\"filter\" hidden></div>\n");
	report_strip(s, m, steps);
	head(s, m);
	for (guint n = 0; n < l->items->len; n++)
		line(s, m, n);
	g_string_append(s, "</div></div>\n");
	html_section_end(s);
}
