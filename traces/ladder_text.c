/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Seats the participants of a ladder and draws it as text: one line per item, the diagram on the left, words on the
 * right. No clause.
 */
#include "traces/ladder_internal.h"

#include <string.h>

#define TIME_WIDTH 12
#define COLUMN 10
#define WORDS_LEAST 34
#define SEATS_MAX 12u

/* ---- participants -------------------------------------------------------------------------------- */

static struct ladder_seat *seat(struct ladder *l, uint32_t node)
{
	struct ladder_seat fresh = { .node = node, .rank = 1, .first = l->seats->len };

	for (guint i = 0; i < l->seats->len; i++)
		if (g_array_index(l->seats, struct ladder_seat, i).node == node)
			return &g_array_index(l->seats, struct ladder_seat, i);
	g_array_append_val(l->seats, fresh);
	return &g_array_index(l->seats, struct ladder_seat, l->seats->len - 1);
}

static void seat_item(struct ladder *l, const struct ladder_item *i)
{
	struct ladder_seat *from = i->from == REC_NONE || i->kind == LADDER_BAR ? NULL : seat(l, i->from), *to;

	if (from) {
		from->messages += i->kind == LADDER_MESSAGE && i->to != REC_NONE;
		if (i->update)
			from->rank = 0;
	}
	to = i->kind != LADDER_MESSAGE || i->to == REC_NONE ? NULL : seat(l, i->to);
	if (to) {
		to->messages++;
		if (i->update && to->rank)
			to->rank = 2;
	}
}

/* Where there are too many: who is in most messages is needed, of the others who came first. */
static gint by_need(gconstpointer a, gconstpointer b)
{
	const struct ladder_seat *x = a, *y = b;

	if (x->messages != y->messages)
		return x->messages > y->messages ? -1 : 1;
	return x->first < y->first ? -1 : x->first > y->first;
}

static gint by_rank(gconstpointer a, gconstpointer b)
{
	const struct ladder_seat *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	if (x->family != y->family)
		return x->family < y->family ? -1 : 1;
	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	return x->node < y->node ? -1 : x->node > y->node;
}

/* Nodes whose names differ in their number alone, ue1 to ue12, stand together and in that order. */
static void find_families(struct ladder *l)
{
	for (guint i = 0; i < l->seats->len; i++) {
		struct ladder_seat *x = &g_array_index(l->seats, struct ladder_seat, i);
		char mine[32], other[32];
		const char *name = ladder_seat_name(l, i, mine);
		size_t stem = strcspn(name, "0123456789");

		x->family = x->node;
		x->number = (uint32_t)g_ascii_strtoull(name + stem, NULL, 10);
		for (guint k = 0; k < l->seats->len && name[stem]; k++) {
			const struct ladder_seat *y = &g_array_index(l->seats, struct ladder_seat, k);
			const char *its = ladder_seat_name(l, k, other);

			if (y->rank == x->rank && strcspn(its, "0123456789") == stem && its[stem] && !strncmp(its, name, stem))
				x->family = MIN(x->family, y->node);
		}
	}
}

void ladder_seats(struct ladder *l, unsigned max)
{
	for (guint n = 0; n < l->items->len; n++) {
		struct ladder_item *i = ladder_item_at(l, n);

		if (i->kind == LADDER_MESSAGE && i->to == REC_NONE && !i->broadcast) {
			uint32_t peer = GPOINTER_TO_UINT(g_hash_table_lookup(l->peers, GUINT_TO_POINTER(i->from)));

			i->to = peer ? peer - 1 : REC_NONE;
		}
	}
	g_array_set_size(l->seats, 0);
	for (guint n = 0; n < l->items->len; n++)
		seat_item(l, ladder_item_at(l, n));
	if (l->seats->len > max) {
		g_array_sort(l->seats, by_need);
		g_array_set_size(l->seats, max);
	}
	find_families(l);
	g_array_sort(l->seats, by_rank);
}

int ladder_seat_of(const struct ladder *l, uint32_t node)
{
	for (guint i = 0; i < l->seats->len; i++)
		if (g_array_index(l->seats, struct ladder_seat, i).node == node)
			return (int)i;
	return -1;
}

const char *ladder_seat_name(const struct ladder *l, unsigned column, char buf[32])
{
	return trace_node_name(&l->names, g_array_index(l->seats, struct ladder_seat, column).node, buf);
}

char *ladder_describe(const struct ladder_item *i)
{
	GString *s = g_string_new(NULL);

	if (i->kind != LADDER_MESSAGE) {
		g_string_append(s, i->text ? i->text : "");
		if (i->again && i->end - i->at < MOOR_MS)
			g_string_append_printf(s, " (%u times)", i->again + 1);
		else if (i->again)
			g_string_append_printf(s, " (%u times in %" G_GINT64_FORMAT " ms)", i->again + 1, (i->end - i->at) / MOOR_MS);
		return g_string_free(s, FALSE);
	}
	if (i->esp || i->udp || i->nat)
		g_string_append_printf(s, "[%s%s%s%s%s] ", i->esp ? "ESP" : "", i->esp && (i->udp || i->nat) ? " " : "",
				       i->udp ? "UDP" : "", i->udp && i->nat ? " " : "", i->nat ? "NAT" : "");
	g_string_append(s, i->text ? i->text : "");
	if (i->copy)
		g_string_append(s, " (again)");
	if (!i->delivered && i->broadcast)
		g_string_append(s, " (nobody there)");
	else if (!i->delivered)
		g_string_append_printf(s, " LOST%s%s", i->cause ? ": " : "", i->cause ? i->cause : "");
	else if (i->end > i->at)
		g_string_append_printf(s, " (%" G_GINT64_FORMAT ".%03d ms)", (i->end - i->at) / MOOR_MS,
				       (int)((i->end - i->at) % MOOR_MS / MOOR_US));
	return g_string_free(s, FALSE);
}

/* ---- drawing ------------------------------------------------------------------------------------- */

static void life_lines(char *row, unsigned seats)
{
	memset(row, ' ', (size_t)seats * COLUMN);
	for (unsigned c = 0; c < seats; c++)
		row[c * COLUMN + COLUMN / 2] = '|';
	row[seats * COLUMN] = '\0';
}

static void arrow(char *row, int from, int to, const struct ladder_item *i)
{
	int a = from * COLUMN + COLUMN / 2, b = to * COLUMN + COLUMN / 2, step = a < b ? 1 : -1;
	char stroke = i->udp ? '=' : '-';

	if (!i->delivered)
		b = a + (b - a) / 2;
	for (int x = a + step; x != b; x += step)
		row[x] = stroke;
	row[b - (i->delivered ? step : 0)] = !i->delivered ? 'x' : step > 0 ? '>' : '<';
}

/* The words, wrapped at spaces so that they stay right of the diagram. */
static void words(FILE *f, const struct ladder *l, const char *text, unsigned seats)
{
	size_t left = (size_t)TIME_WIDTH + seats * COLUMN + 2, room = l->o.width > left + 8 ? l->o.width - left : 8;
	char row[SEATS_MAX * COLUMN + 1];

	for (;;) {
		size_t n = strlen(text), cut = n;

		if (n > room) {
			for (cut = room; cut > room / 2 && text[cut] != ' '; cut--)
				;
			if (text[cut] != ' ')
				cut = room;
		}
		fprintf(f, "%.*s\n", (int)cut, text);
		if (cut == n)
			return;
		for (text += cut; *text == ' '; text++)
			;
		life_lines(row, seats);
		fprintf(f, "%*s%s  ", TIME_WIDTH, "", row);
	}
}

static void bar(FILE *f, const struct ladder *l, const struct ladder_item *i, unsigned seats)
{
	int room = (int)(seats * COLUMN);

	fprintf(f, "%*" G_GINT64_FORMAT ".%06d ", TIME_WIDTH - 8, i->at / MOOR_S, (int)(i->at % MOOR_S / MOOR_US));
	for (int x = 0; x < room; x++)
		fputc('.', f);
	fputs("  ", f);
	words(f, l, i->text ? i->text : "", seats);
}

static bool item_line(FILE *f, const struct ladder *l, const struct ladder_item *i)
{
	unsigned seats = l->seats->len;
	int from = ladder_seat_of(l, i->from), to = ladder_seat_of(l, i->to);
	char row[SEATS_MAX * COLUMN + 1], buf[32], *text, *line;

	if (i->kind == LADDER_BAR) {
		bar(f, l, i, seats);
		return true;
	}
	if (from < 0 && (i->kind == LADDER_NOTE || to < 0))
		return false;
	life_lines(row, seats);
	if (i->kind == LADDER_NOTE)
		row[from * COLUMN + COLUMN / 2] = 'o';
	else if (from >= 0 && to >= 0 && from != to)
		arrow(row, from, to, i);
	else
		row[(from >= 0 ? from : to) * COLUMN + COLUMN / 2] = i->delivered ? '*' : 'x';
	text = ladder_describe(i);
	line = i->kind != LADDER_NOTE ? g_strdup(text)
		: g_strdup_printf("%s: %s", trace_node_name(&l->names, i->from, buf), text);
	fprintf(f, "%*" G_GINT64_FORMAT ".%06d %s  ", TIME_WIDTH - 8, i->at / MOOR_S, (int)(i->at % MOOR_S / MOOR_US), row);
	words(f, l, line, seats);
	g_free(line);
	g_free(text);
	return true;
}

/* Names too long for a column get a letter, explained above. */
static void heading(FILE *f, const struct ladder *l)
{
	char buf[32], letter[] = "A";
	GString *row = g_string_new(NULL);

	if (l->o.title)
		fprintf(f, "%s\n", l->o.title);
	for (unsigned c = 0; c < l->seats->len; c++, letter[0]++) {
		const char *name = ladder_seat_name(l, c, buf);
		int n = (int)strlen(name), before;

		if (n > COLUMN - 1) {
			fprintf(f, "  %s = %s\n", letter, name);
			name = letter;
			n = 1;
		}
		before = (COLUMN + 2 - n) / 2;
		g_string_append_printf(row, "%*s%s%*s", before, "", name, COLUMN - n - before, "");
	}
	fprintf(f, "%*s%s\n", TIME_WIDTH, "s ", g_strchomp(row->str));
	g_string_free(row, TRUE);
}

void ladder_text(struct ladder *l, FILE *f)
{
	unsigned max = (l->o.width - MIN(l->o.width, TIME_WIDTH + WORDS_LEAST)) / COLUMN;
	uint64_t hidden = 0;

	ladder_seats(l, CLAMP(max, 2, SEATS_MAX));
	if (!l->items->len) {
		fputs("No signalling was seen.\n", f);
		return;
	}
	heading(f, l);
	for (guint n = 0; n < l->items->len; n++)
		hidden += !item_line(f, l, ladder_item_at(l, n));
	if (l->left_out || hidden)
		fprintf(f, "... %" G_GUINT64_FORMAT " more are not shown\n", l->left_out + hidden);
}
