/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: errors that point at their word
 *
 *	handover/tour.yaml:12:29: unknown key `rat` in a link; did you mean `rate`?
 *	   12 |   core: {nodes: [ha], rat: 1Gbps}
 *	      |                       ^~~
 *
 * When the text was reached through `extends`, a second line names the file that asked for it. It implements no clause.
 */
#include "scenarios/tree.h"

#include <string.h>

#define LINE_SHOWN 120		/* characters of a source line that are printed */

void report_init(struct report *r)
{
	r->text = g_string_new(NULL);
	r->errors = 0;
}

void report_done(struct report *r)
{
	g_string_free(r->text, TRUE);
	r->text = NULL;
}

/* The given line of a text, tabs as blanks, as valid UTF-8. */
static char *source_line(const struct tree_source *s, unsigned line)
{
	const char *p = s->text, *end = s->text + s->len;

	while (line > 1 && p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));

		p = nl ? nl + 1 : end;
		line--;
	}
	const char *nl = memchr(p, '\n', (size_t)(end - p));
	char *out = g_utf8_make_valid(p, (gssize)((nl ? nl : end) - p));

	for (char *c = out; *c; c++)
		if ((unsigned char)*c < 32)
			*c = ' ';
	return out;
}

static void show_line(GString *text, const struct tree *at)
{
	char *line = source_line(at->source, at->line);
	glong len = g_utf8_strlen(line, -1);
	glong column = at->column - 1, from = column > LINE_SHOWN - 30 ? column - (LINE_SHOWN - 30) : 0;
	glong upto = MIN(len, from + LINE_SHOWN);

	if (from < upto) {
		char *part = g_utf8_substring(line, from, upto);
		glong width = CLAMP((glong)at->width, 1, MAX(upto - column, 1));

		g_string_append_printf(text, "%5u | %s\n      | ", at->line, part);
		for (glong i = from; i < column; i++)
			g_string_append_c(text, ' ');
		g_string_append_c(text, '^');
		for (glong i = 1; i < width; i++)
			g_string_append_c(text, '~');
		g_string_append_c(text, '\n');
		g_free(part);
	}
	g_free(line);
}

void report_at(struct report *r, const struct tree *at, const char *fmt, ...)
{
	va_list ap;

	if (r->errors++ >= REPORT_MAX)
		return;
	if (at)
		g_string_append_printf(r->text, "%s:%u:%u: ", at->source->name, at->line, at->column);
	va_start(ap, fmt);
	g_string_append_vprintf(r->text, fmt, ap);
	va_end(ap);
	g_string_append_c(r->text, '\n');
	if (!at)
		return;
	show_line(r->text, at);
	for (const struct tree_source *t = at->source; t->from; t = t->from->source)
		g_string_append_printf(r->text, "      = %s by %s:%u:%u\n", t->how ? t->how : "extended", t->from->source->name,
				       t->from->line, t->from->column);
}

/* Edits (insert, delete, replace, swap neighbours) that turn a into b, at most limit + 1. */
static unsigned distance(const char *a, const char *b, unsigned limit)
{
	unsigned rows[3][64], na = (unsigned)strlen(a), nb = (unsigned)strlen(b);

	if (na >= 64 || nb >= 64)
		return limit + 1;
	for (unsigned j = 0; j <= nb; j++)
		rows[0][j] = j;
	for (unsigned i = 1; i <= na; i++) {
		unsigned *now = rows[i % 3], *up = rows[(i + 2) % 3], *up2 = rows[(i + 1) % 3];

		now[0] = i;
		for (unsigned j = 1; j <= nb; j++) {
			unsigned cost = g_ascii_tolower(a[i - 1]) != g_ascii_tolower(b[j - 1]);

			now[j] = MIN(MIN(up[j] + 1, now[j - 1] + 1), up[j - 1] + cost);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = MIN(now[j], up2[j - 2] + 1);
		}
	}
	return rows[na % 3][nb];
}

const char *report_nearest(const char *word, const char *const *names, char *buf, size_t cap)
{
	unsigned limit = strlen(word) < 4 ? 1 : strlen(word) < 8 ? 2 : 3, best = limit + 1;
	const char *found = NULL;

	buf[0] = 0;
	for (; *names; names++) {
		unsigned d = distance(word, *names, limit);

		if (d < best) {
			best = d;
			found = *names;
		}
	}
	if (found)
		g_snprintf(buf, cap, "; did you mean `%s`?", found);
	return buf;
}
