/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the list of messages in a report
 *
 * One line per message, change of state or act of the scenario, with a piece of the ladder in each line, so that lines
 * that are filtered out leave a ladder of the others. Details are decoded when the page is made, and stand in <details>
 * elements, which open without a script. It implements no clause.
 */
#include "traces/report_messages.h"

#include <string.h>

#include "traces/ladder_internal.h"
#include "traces/report_html.h"
#include "wire/dhcp6.h"
#include "wire/dns.h"
#include "wire/icmp6.h"
#include "wire/ike.h"
#include "wire/mh.h"
#include "wire/pco.h"

#define SEATS 10u
#define SEAT_WIDTH 64
#define OCTETS_MOST 2048u		/* of a message, in hexadecimal */
#define DETAILS_MOST (24u * 1024)

struct report_messages {
	struct ladder *ladder;
	GHashTable *details;		/* number of the item -> char * */
	guint max;
};

/* ---- decoding ---------------------------------------------------------------------------------------------------- */

struct decoded { GString *s; int depth; };

static void decoded_open(void *ctx, const char *name, const char *title, uint32_t offset, uint32_t len)
{
	struct decoded *d = ctx;

	g_string_append_printf(d->s, "%*s%s%s%s  [%u, %u octets]\n", 2 * d->depth++, "", name, title ? ": " : "",
			       title ? title : "", offset, len);
}

static void decoded_field(void *ctx, const char *name, const char *value, uint32_t offset, uint32_t len)
{
	struct decoded *d = ctx;

	(void)offset;
	(void)len;
	g_string_append_printf(d->s, "%*s%s = %s\n", 2 * d->depth, "", name, value);
}

static void decoded_note(void *ctx, const char *id, const char *text, uint32_t offset)
{
	struct decoded *d = ctx;

	g_string_append_printf(d->s, "%*s! %s%s%s (offset %u)\n", 2 * d->depth, "", id, text ? ": " : "", text ? text : "",
			       offset);
}

static void decoded_close(void *ctx)
{
	((struct decoded *)ctx)->depth--;
}

static bool print(uint8_t protocol, const uint8_t *p, uint32_t n, const struct wire_printer *out)
{
	switch ((enum rec_protocol)protocol) {
	case SIGNAL_MH:
		mh_print(p, n, out, 0);
		return true;
	case SIGNAL_IKE:
		ike_print(p, n, out, 0);
		return true;
	case SIGNAL_ICMP6:
		icmp6_print(p, n, out, 0);
		return true;
	case SIGNAL_DHCP6:
		dhcp6_print(p, n, out, 0);
		return true;
	case SIGNAL_DNS:
		dns_print(p, n, out, 0);
		return true;
	case SIGNAL_NAS:
		nas_print(p, n, out, 0);
		return true;
	}
	return false;
}

char *report_decoded(uint8_t protocol, const uint8_t *octets, uint32_t n)
{
	struct decoded d = { g_string_new(NULL), 0 };
	const struct wire_printer out = { decoded_open, decoded_field, decoded_note, decoded_close, &d };

	if (!print(protocol, octets, n, &out)) {
		g_string_free(d.s, TRUE);
		return NULL;
	}
	if (d.s->len > DETAILS_MOST) {
		g_string_truncate(d.s, DETAILS_MOST);
		g_string_append(d.s, "\n… cut here; `mooring decode` shows all\n");
	}
	return g_string_free(d.s, FALSE);
}

static void append_hex(GString *s, const uint8_t *p, uint32_t n)
{
	for (uint32_t i = 0; i < MIN(n, OCTETS_MOST); i++)
		g_string_append_printf(s, "%s%02x", !i ? "" : i % 32 ? " " : "\n", p[i]);
	g_string_append(s, n > OCTETS_MOST ? " …\n" : "\n");
}

static char *details_of(const struct rec_signal *g)
{
	GString *s = g_string_new(NULL);
	char a[ADDR_TEXT_MAX], b[ADDR_TEXT_MAX];
	char *decoded = g->message_len ? report_decoded(g->protocol, g->message, g->message_len) : NULL;

	g_string_append_printf(s, "%s > %s%s%s%s", ip6_text(&g->src, a), ip6_text(&g->dst, b), g->secured ? ", encrypted" : "",
			       g->udp ? ", in UDP" : "", g->nat ? ", NAT seen" : "");
	if (g->attempt > 1)
		g_string_append_printf(s, ", sent the %u. time", g->attempt);
	g_string_append_c(s, '\n');
	if (decoded)
		g_string_append(s, decoded);
	if (g->message_len) {
		g_string_append_printf(s, "%u octets%s:\n", g->message_len, g->secured ? " in clear" : "");
		append_hex(s, g->message, g->message_len);
	}
	g_free(decoded);
	return g_string_free(s, FALSE);
}

/* ---- collecting -------------------------------------------------------------------------------------------------- */

struct report_messages *report_messages_new(const struct trace_names *names, guint max)
{
	const struct ladder_options o = { .max_items = max, .states = true, .moves = true };
	struct report_messages *m = g_new0(struct report_messages, 1);

	m->ladder = ladder_new(names, &o);
	m->details = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, g_free);
	m->max = max;
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
		g_hash_table_insert(m->details, GUINT_TO_POINTER(before), details_of(&r->u.signal));
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

static unsigned seats_of(const struct report_messages *m)
{
	return m->ladder->seats ? m->ladder->seats->len : 0;
}

static int seat_x(int seat)
{
	return SEAT_WIDTH / 2 + SEAT_WIDTH * seat;
}

static void arrow(GString *s, const struct ladder_item *i, int from, int to)
{
	int x1 = seat_x(from), x2 = seat_x(to), back = x2 > x1 ? -7 : 7;

	if (!i->delivered)
		x2 -= (x2 - x1) / 4;
	g_string_append_printf(s, "<line class=\"msg%s\" x1=\"%d\" y1=\"12\" x2=\"%d\" y2=\"12\"/>",
			       i->delivered ? i->refused ? " bad" : "" : " lost", x1, x2);
	if (i->delivered)
		g_string_append_printf(s, "<path class=\"tip%s\" d=\"M%d 12l%d -4v8z\"/>", i->refused ? " bad" : "", x2, back);
	else
		g_string_append_printf(s, "<path class=\"cross\" d=\"M%d 7l10 10m0 -10l-10 10\"/>", x2 - 5);
}

static void lane(GString *s, const struct report_messages *m, const struct ladder_item *i)
{
	int from = ladder_seat_of(m->ladder, i->from), to = ladder_seat_of(m->ladder, i->to);
	int width = SEAT_WIDTH * (int)seats_of(m);

	g_string_append_printf(s, "<td class=\"lane\"><svg width=\"%d\" height=\"24\" viewBox=\"0 0 %d 24\" "
			       "aria-hidden=\"true\">", width, width);
	if (i->kind == LADDER_BAR)
		g_string_append_printf(s, "<line class=\"bar\" x1=\"0\" y1=\"12\" x2=\"%d\" y2=\"12\"/>", width);
	else if (i->kind == LADDER_MESSAGE && from >= 0 && to >= 0 && from != to)
		arrow(s, i, from, to);
	else if (from >= 0)
		g_string_append_printf(s, "<circle class=\"dot%s\" cx=\"%d\" cy=\"12\" r=\"4\"/>",
				       i->kind == LADDER_MESSAGE ? " own" : "", seat_x(from));
	g_string_append(s, "</svg></td>");
}

static const char *node_name(const struct report_messages *m, uint32_t node, char buf[32])
{
	return node == REC_NONE ? "" : trace_node_name(&m->ladder->names, node, buf);
}

/* The first word names the message: "BU", "IKE_AUTH". */
static char *message_name(const struct ladder_item *i)
{
	if (i->kind == LADDER_BAR)
		return g_strdup("scenario");
	if (i->kind == LADDER_NOTE)
		return g_strdup("states and notes");
	return i->text ? g_strndup(i->text, strcspn(i->text, " ,:(")) : g_strdup("?");
}

static void between(GString *s, const struct ladder_item *i, const char *from, const char *to)
{
	g_string_append(s, "<td>");
	html_text(s, from);
	if (i->kind == LADDER_MESSAGE && *to && strcmp(from, to)) {
		g_string_append(s, " <span aria-label=\"to\">→</span> ");
		html_text(s, to);
	}
	if (i->kind == LADDER_MESSAGE && !i->delivered && !i->broadcast)
		g_string_append(s, " <span class=\"word\">lost</span>");
	if (i->refused)
		g_string_append(s, " <span class=\"word\">refused</span>");
	g_string_append(s, "</td>");
}

static void words(GString *s, const struct ladder_item *i, const char *details)
{
	char *text = i->kind == LADDER_BAR ? g_strdup(i->text ? i->text : "") : ladder_describe(i);

	g_string_append(s, "<td class=\"what\">");
	if (details) {
		g_string_append(s, "<details>");
		html_element(s, "summary", text);
		html_listing(s, "Details of the message", details);
		g_string_append(s, "</details>");
	} else {
		html_text(s, text);
	}
	g_string_append(s, "</td>");
	g_free(text);
}

static void line(GString *s, const struct report_messages *m, guint n)
{
	static const char *const kinds[] = { "message", "state", "scenario" };
	const struct ladder_item *i = ladder_item_at(m->ladder, n);
	char b1[32], b2[32], *name = message_name(i);
	const char *from = node_name(m, i->from, b1), *to = i->kind == LADDER_MESSAGE ? node_name(m, i->to, b2) : "";

	g_string_append_printf(s, "<tr class=\"%s\" data-from=\"", kinds[i->kind]);
	html_text(s, from);
	g_string_append(s, "\" data-to=\"");
	html_text(s, to);
	g_string_append(s, "\" data-message=\"");
	html_text(s, name);
	g_string_append_printf(s, "\"><td class=\"num\">%" G_GINT64_FORMAT ".%06d</td>", i->at / MOOR_S,
			       (int)(i->at % MOOR_S / MOOR_US));
	lane(s, m, i);
	between(s, i, from, to);
	words(s, i, g_hash_table_lookup(m->details, GUINT_TO_POINTER(n)));
	g_string_append(s, "</tr>\n");
	g_free(name);
}

static void head(GString *s, const struct report_messages *m)
{
	int width = SEAT_WIDTH * (int)seats_of(m);

	g_string_append(s, "<div class=\"filter\" hidden></div>\n<div class=\"box tall\" tabindex=\"0\" role=\"region\" "
			"aria-label=\"Messages\"><table class=\"messages\">\n<caption>Messages and events in order of time"
			"</caption>\n<thead><tr><th scope=\"col\" class=\"num\">s</th><th scope=\"col\" class=\"lane\">"
			"<span class=\"unseen\">Ladder of ");
	for (unsigned k = 0; k < seats_of(m); k++) {
		char buf[32];

		g_string_append(s, k ? ", " : "");
		html_text(s, ladder_seat_name(m->ladder, k, buf));
	}
	g_string_append_printf(s, "</span><svg width=\"%d\" height=\"20\" viewBox=\"0 0 %d 20\" aria-hidden=\"true\">", width,
			       width);
	for (unsigned k = 0; k < seats_of(m); k++) {
		char buf[32], *name = g_utf8_make_valid(ladder_seat_name(m->ladder, k, buf), -1);
		char *few = g_utf8_substring(name, 0, MIN(g_utf8_strlen(name, -1), 9));

		g_string_append_printf(s, "<text x=\"%d\" y=\"14\" text-anchor=\"middle\">", seat_x((int)k));
		html_text(s, few);
		g_string_append(s, "</text>");
		g_free(few);
		g_free(name);
	}
	g_string_append(s, "</svg></th><th scope=\"col\">Between</th><th scope=\"col\">What; select it for details</th></tr>"
			"</thead>\n<tbody>\n");
}

void report_messages_write(GString *s, struct report_messages *m)
{
	const struct ladder *l = m->ladder;

	html_section(s, "messages", "Messages");
	ladder_seats(m->ladder, SEATS);
	if (!l->items->len) {
		html_note(s, "No signalling was seen.");
		html_section_end(s);
		return;
	}
	if (l->left_out)
		html_printf(s, "p class=\"note\" role=\"note\"", "Only the first %u messages and events are on this page; %"
			    G_GUINT64_FORMAT " more are left out. mooring report --max N takes more, mooring ladder and mooring "
			    "decode show all.", l->items->len, l->left_out);
	html_element(s, "p", "Signalling, changes of state, movement and what the scenario did; user data and single frames "
		     "are in trace.pcapng. A message that opens shows what Mooring's decoder reads in it.");
	head(s, m);
	for (guint n = 0; n < l->items->len; n++)
		line(s, m, n);
	html_table_end(s);
	html_section_end(s);
}
