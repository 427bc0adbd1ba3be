/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads a CSV file with a header line [RFC 4180]: commas, optional quotes, LF or CR LF. Every line must have as many
 * fields as the header; errors name file, line and column.
 */
#ifndef MOOR_TRACES_CSV_READ_H
#define MOOR_TRACES_CSV_READ_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct csv_read {
	char *path, *text, *at;		/* at: what is not read yet, in text */
	GPtrArray *head;		/* lent texts: names of the columns */
	GPtrArray *fields;		/* lent texts: of the line that was read last */
	guint line, next;		/* of that line, and of the next one; from 1 */
};

/* NULL with error: cannot be read, empty, a column twice. */
struct csv_read *csv_read_open(const char *path, GError **error);
void csv_read_close(struct csv_read *c);	/* c may be NULL */
/* The next line. False at the end, and with error set when it is no line of this table. */
bool csv_read_next(struct csv_read *c, GError **error);
int csv_read_column(const struct csv_read *c, const char *name);	/* -1: there is none */
/* Field of the line as a whole number; an empty one is `absent`. False with error. */
bool csv_read_number(const struct csv_read *c, int column, int64_t absent, int64_t *v, GError **error);

#endif
