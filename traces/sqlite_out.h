/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes a result file of OMNeT++ 6 in its SQLite form: the tables that its analysis tool and opp_scavetool read
 * (docs/export.md). Rows go to a file beside the wanted one, which takes its name when all of them stand in it.
 *
 *	o = sqlite_out_open("r.sqlite", false, &error);
 *	sqlite_out_row(o, SQL_RUN, "isi", (int64_t)1, "name", (int64_t)-9);
 *	ok = sqlite_out_close(o, true, &error);
 */
#ifndef MOOR_TRACES_SQLITE_OUT_H
#define MOOR_TRACES_SQLITE_OUT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define SQLITE_OUT_VERSION 2		/* the file's user_version: how this program fills the tables */

enum sqlite_table {
	SQL_RUN, SQL_RUN_ATTR, SQL_RUN_ITERVAR, SQL_RUN_CONFIG, SQL_SCALAR, SQL_SCALAR_ATTR, SQL_PARAMETER, SQL_PARAM_ATTR,
	SQL_STATISTIC, SQL_STATISTIC_ATTR, SQL_HISTOGRAM_BIN, SQL_VECTOR, SQL_VECTOR_ATTR, SQL_VECTOR_DATA, SQL_TABLES
};

struct sqlite_out;

/*
 * NULL with error: the file exists (and overwrite is false, or it is no regular one), or none can be made there
 * (both G_FILE_ERROR_EXIST). What goes wrong later is a G_FILE_ERROR_IO.
 */
struct sqlite_out *sqlite_out_open(const char *path, bool overwrite, GError **error);
/*
 * A row, all its columns in their order; types: one letter for each of them, i an int64_t, r a double (NAN: unknown),
 * s a text. The first error sticks; false from then on.
 */
bool sqlite_out_row(struct sqlite_out *o, enum sqlite_table t, const char *types, ...);
/* keep: gives the file its name, when there was no error; else it goes. False with the first error. Frees o. */
bool sqlite_out_close(struct sqlite_out *o, bool keep, GError **error);

#endif
