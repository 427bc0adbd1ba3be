/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: reading CSV tables
 *
 * The tables of a results folder come back here, and with them whatever somebody's spreadsheet made of them; so nothing
 * is guessed: a line that is cut short or a number that is none is an error with its place. The file is read whole and
 * fields are cut out of it in place. It implements no clause but RFC 4180.
 */
#include "traces/csv_read.h"

#include <errno.h>
#include <string.h>

static bool bad(const struct csv_read *c, const char *what, GError **error)
{
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s:%u: %s", c->path, c->line, what);
	return false;
}

/* A quoted field is unquoted in place; *end: behind it. False: the quote never ends. */
static bool quoted(struct csv_read *c, char *from, char **end)
{
	char *to = from, *p = from + 1;

	for (; *p; p++) {
		if (*p == '"' && p[1] != '"')
			break;
		p += *p == '"';
		c->next += *p == '\n';
		*to++ = *p;
	}
	if (!*p)
		return false;
	*to = 0;
	*end = p + 1;
	return true;
}

/* One line into fields; false: a quote does not end, or has something behind it. */
static bool cut(struct csv_read *c)
{
	char *p = c->at, after;

	g_ptr_array_set_size(c->fields, 0);
	c->line = c->next++;
	do {
		char *from = p;

		if (*p == '"') {
			if (!quoted(c, from, &p))
				return false;
		} else {
			p += strcspn(p, ",\n");
		}
		g_ptr_array_add(c->fields, from);
		after = *p;
		if (after == '\r' && p[1] == '\n')
			after = *++p;
		if (after && after != ',' && after != '\n')
			return false;
		if (p > from && after != ',' && p[-1] == '\r')
			p[-1] = 0;
		*p = 0;
		p += after != 0;
	} while (after == ',');
	c->at = p;
	return true;
}

int csv_read_column(const struct csv_read *c, const char *name)
{
	for (guint i = 0; i < c->head->len; i++)
		if (!strcmp(c->head->pdata[i], name))
			return (int)i;
	return -1;
}

static bool read_head(struct csv_read *c, GError **error)
{
	if (!*c->at)
		return bad(c, "is empty", error);
	if (!cut(c))
		return bad(c, "a quote that does not end", error);
	for (guint i = 0; i < c->fields->len; i++) {
		if (csv_read_column(c, c->fields->pdata[i]) >= 0)
			return bad(c, "a column stands there twice", error);
		g_ptr_array_add(c->head, c->fields->pdata[i]);
	}
	return true;
}

struct csv_read *csv_read_open(const char *path, GError **error)
{
	struct csv_read *c = g_new0(struct csv_read, 1);
	gsize n = 0;
	bool ok;

	c->path = g_strdup(path);
	c->head = g_ptr_array_new();
	c->fields = g_ptr_array_new();
	c->line = c->next = 1;
	ok = g_file_get_contents(path, &c->text, &n, error);
	if (ok && strlen(c->text) != n)
		ok = bad(c, "has octets of value 0: no text", error);
	c->at = c->text;
	if (ok && read_head(c, error))
		return c;
	csv_read_close(c);
	return NULL;
}

void csv_read_close(struct csv_read *c)
{
	if (!c)
		return;
	g_ptr_array_unref(c->head);
	g_ptr_array_unref(c->fields);
	g_free(c->text);
	g_free(c->path);
	g_free(c);
}

bool csv_read_next(struct csv_read *c, GError **error)
{
	char *what;

	if (!*c->at)
		return false;
	if (!cut(c))
		return bad(c, "a quote that does not end, or has something behind it", error);
	if (c->fields->len == c->head->len)
		return true;
	what = g_strdup_printf("%u fields where %u belong: cut short?", c->fields->len, c->head->len);
	bad(c, what, error);
	g_free(what);
	return false;
}

bool csv_read_number(const struct csv_read *c, int column, int64_t absent, int64_t *v, GError **error)
{
	const char *s = c->fields->pdata[column];
	char *end, *what;

	*v = absent;
	if (!*s)
		return true;
	errno = 0;
	*v = g_ascii_strtoll(s, &end, 10);
	if (!errno && !*end && (g_ascii_isdigit(*s) || *s == '-'))
		return true;
	what = g_strdup_printf("column %s: `%.40s` is no whole number", (const char *)c->head->pdata[column], s);
	bad(c, what, error);
	g_free(what);
	return false;
}
