/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: SQLite files in OMNeT++'s result layout
 *
 * Tables and columns are those that OMNeT++ 6 reads, and are all made, also those that stay empty: its loader asks for
 * each of them. One transaction into a new file without a journal: what is not whole never gets the name, so there is
 * nothing to roll back. Keys are given by the caller, so that equal rows make equal files. It implements no clause.
 */
#include "traces/sqlite_out.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#define OF(key, table) key " INTEGER NOT NULL REFERENCES " table "(" key ") ON DELETE CASCADE"
#define OWN(key) key " INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL"
#define ATTRIBUTE ", attrName TEXT NOT NULL, attrValue TEXT NOT NULL"

/* Readers ask for one vector at a time; its name is OMNeT++'s own, which makes it no second time. */
#define VECTOR_INDEX "CREATE INDEX vectorData_idx ON vectorData (vectorId)"

static const struct { const char *name, *columns; int n; } tables[SQL_TABLES] = {
	[SQL_RUN] = { "run", OWN("runId") ", runName TEXT NOT NULL, simtimeExp INTEGER NOT NULL", 3 },
	[SQL_RUN_ATTR] = { "runAttr", OF("runId", "run") ATTRIBUTE, 3 },
	[SQL_RUN_ITERVAR] = { "runItervar", OF("runId", "run") ", itervarName TEXT NOT NULL, itervarValue TEXT NOT NULL", 3 },
	[SQL_RUN_CONFIG] = { "runConfig", OF("runId", "run") ", configKey TEXT NOT NULL, configValue TEXT NOT NULL, "
		"configOrder INTEGER NOT NULL", 4 },
	[SQL_SCALAR] = { "scalar", OWN("scalarId") ", " OF("runId", "run") ", moduleName TEXT NOT NULL, "
		"scalarName TEXT NOT NULL, scalarValue REAL", 5 },
	[SQL_SCALAR_ATTR] = { "scalarAttr", OF("scalarId", "scalar") ATTRIBUTE, 3 },
	[SQL_PARAMETER] = { "parameter", OWN("paramId") ", " OF("runId", "run") ", moduleName TEXT NOT NULL, "
		"paramName TEXT NOT NULL, paramValue TEXT NOT NULL", 5 },
	[SQL_PARAM_ATTR] = { "paramAttr", OF("paramId", "parameter") ATTRIBUTE, 3 },
	[SQL_STATISTIC] = { "statistic", OWN("statId") ", " OF("runId", "run") ", moduleName TEXT NOT NULL, "
		"statName TEXT NOT NULL, isHistogram INTEGER NOT NULL, isWeighted INTEGER NOT NULL, statCount INTEGER NOT NULL, "
		"statMean REAL, statStddev REAL, statSum REAL, statSqrsum REAL, statMin REAL, statMax REAL, statWeights REAL, "
		"statWeightedSum REAL, statSqrSumWeights REAL, statWeightedSqrSum REAL", 17 },
	[SQL_STATISTIC_ATTR] = { "statisticAttr", OF("statId", "statistic") ATTRIBUTE, 3 },
	[SQL_HISTOGRAM_BIN] = { "histogramBin", OF("statId", "statistic") ", lowerEdge REAL NOT NULL, binValue REAL NOT NULL",
		3 },
	[SQL_VECTOR] = { "vector", OWN("vectorId") ", " OF("runId", "run") ", moduleName TEXT NOT NULL, "
		"vectorName TEXT NOT NULL, vectorCount INTEGER, vectorMin REAL, vectorMax REAL, vectorSum REAL, "
		"vectorSumSqr REAL, startEventNum INTEGER, endEventNum INTEGER, startSimtimeRaw INTEGER, endSimtimeRaw INTEGER",
		13 },
	[SQL_VECTOR_ATTR] = { "vectorAttr", OF("vectorId", "vector") ATTRIBUTE, 3 },
	[SQL_VECTOR_DATA] = { "vectorData", OF("vectorId", "vector") ", eventNumber INTEGER NOT NULL, "
		"simtimeRaw INTEGER NOT NULL, value REAL", 4 },
};

struct sqlite_out {
	char *path, *temporary;
	bool overwrite;
	sqlite3 *db;
	sqlite3_stmt *insert[SQL_TABLES];	/* made when needed */
	GError *error;			/* the first one */
};

static bool failed(struct sqlite_out *o, const char *why)
{
	if (!o->error)
		g_set_error(&o->error, G_FILE_ERROR, G_FILE_ERROR_IO, "%s: %s", o->path, why);
	return false;
}

static bool refused(struct sqlite_out *o, const char *why)
{
	if (!o->error)
		g_set_error(&o->error, G_FILE_ERROR, G_FILE_ERROR_EXIST, "%s: %s", o->path, why);
	return false;
}

static bool ask(struct sqlite_out *o, const char *sql)
{
	return !o->error && (sqlite3_exec(o->db, sql, NULL, NULL, NULL) == SQLITE_OK || failed(o, sqlite3_errmsg(o->db)));
}

/* May the path be given to a new file? Asked again before that is done. */
static bool free_path(struct sqlite_out *o)
{
	struct stat st;

	if (lstat(o->path, &st) != 0)
		return true;
	if (!S_ISREG(st.st_mode))
		return refused(o, "is there, and no regular file");
	return o->overwrite || refused(o, "is there already (--overwrite replaces it)");
}

static bool make_tables(struct sqlite_out *o)
{
	char *version = g_strdup_printf("PRAGMA user_version = %d", SQLITE_OUT_VERSION);
	bool ok = ask(o, "PRAGMA journal_mode = OFF") && ask(o, "PRAGMA synchronous = OFF") && ask(o, "BEGIN") &&
		  ask(o, version);

	g_free(version);
	for (int i = 0; i < SQL_TABLES && ok; i++) {
		char *sql = g_strdup_printf("CREATE TABLE %s (%s)", tables[i].name, tables[i].columns);

		ok = ask(o, sql);
		g_free(sql);
	}
	return ok;
}

static bool make_file(struct sqlite_out *o)
{
	int fd = g_mkstemp_full(o->temporary, O_RDWR | O_CLOEXEC, 0666);

	if (fd < 0) {
		o->temporary[0] = 0;
		return refused(o, g_strerror(errno));
	}
	close(fd);
	if (sqlite3_open_v2(o->temporary, &o->db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
		return failed(o, o->db ? sqlite3_errmsg(o->db) : "cannot be opened");
	return make_tables(o);
}

struct sqlite_out *sqlite_out_open(const char *path, bool overwrite, GError **error)
{
	struct sqlite_out *o = g_new0(struct sqlite_out, 1);

	o->path = g_strdup(path);
	o->temporary = g_strconcat(path, ".XXXXXX", NULL);
	o->overwrite = overwrite;
	if (!free_path(o))
		o->temporary[0] = 0;
	else if (make_file(o))
		return o;
	sqlite_out_close(o, false, error);
	return NULL;
}

static bool bind(sqlite3_stmt *s, const char *types, va_list values)
{
	int rc = SQLITE_OK;

	for (int i = 0; types[i] && rc == SQLITE_OK; i++) {
		if (types[i] == 'i')
			rc = sqlite3_bind_int64(s, i + 1, va_arg(values, int64_t));
		else if (types[i] == 'r')
			rc = sqlite3_bind_double(s, i + 1, va_arg(values, double));
		else
			rc = sqlite3_bind_text(s, i + 1, va_arg(values, const char *), -1, SQLITE_STATIC);
	}
	return rc == SQLITE_OK;
}

static bool prepare(struct sqlite_out *o, enum sqlite_table t)
{
	GString *sql = g_string_new("INSERT INTO ");
	bool ok;

	g_string_append_printf(sql, "%s VALUES (?", tables[t].name);
	for (int i = 1; i < tables[t].n; i++)
		g_string_append(sql, ",?");
	g_string_append_c(sql, ')');
	ok = sqlite3_prepare_v2(o->db, sql->str, -1, &o->insert[t], NULL) == SQLITE_OK || failed(o, sqlite3_errmsg(o->db));
	g_string_free(sql, TRUE);
	return ok;
}

bool sqlite_out_row(struct sqlite_out *o, enum sqlite_table t, const char *types, ...)
{
	va_list values;
	bool ok;

	g_assert((int)strlen(types) == tables[t].n);
	if (o->error || (!o->insert[t] && !prepare(o, t)))
		return false;
	va_start(values, types);
	ok = bind(o->insert[t], types, values);
	va_end(values);
	ok = ok && sqlite3_step(o->insert[t]) == SQLITE_DONE;
	if (!ok)
		failed(o, sqlite3_errmsg(o->db));
	sqlite3_reset(o->insert[t]);
	return ok;
}

/* On the disk, then under its name. */
static bool give_name(struct sqlite_out *o)
{
	int fd = g_open(o->temporary, O_RDONLY | O_CLOEXEC, 0);
	bool ok = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL);

	if (!ok)
		failed(o, g_strerror(errno));
	if (fd >= 0)
		close(fd);
	if (!ok || !free_path(o))
		return false;
	if (g_rename(o->temporary, o->path) != 0)
		return failed(o, g_strerror(errno));
	o->temporary[0] = 0;
	return true;
}

bool sqlite_out_close(struct sqlite_out *o, bool keep, GError **error)
{
	bool ok = keep && (!o->insert[SQL_VECTOR_DATA] || ask(o, VECTOR_INDEX)) && ask(o, "COMMIT");

	for (int i = 0; i < SQL_TABLES; i++)
		sqlite3_finalize(o->insert[i]);
	if (sqlite3_close(o->db) != SQLITE_OK)
		ok = failed(o, "cannot be closed");
	ok = ok && give_name(o);
	if (*o->temporary)
		unlink(o->temporary);
	if (o->error)
		g_propagate_error(error, o->error);
	g_free(o->temporary);
	g_free(o->path);
	g_free(o);
	return ok;
}
