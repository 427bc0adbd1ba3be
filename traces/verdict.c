/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Verdicts as JUnit XML and TAP 14, for the machines that run tests. One test case per expectation; a run without any
 * is one case that tells its verdict. Inconclusive and skipped ones are "skipped" there, never passed. No clause.
 */
#include "traces/verdict.h"

#include "traces/manifest.h"
#include "traces/out.h"

const char *verdict_name(enum verdict v)
{
	static const char *const names[] = { "pass", "skip", "inconclusive", "fail", "error" };

	return names[v];
}

/* A run without expectations, as one check. */
static struct trace_check whole_run(const struct manifest *m)
{
	return (struct trace_check){ .id = "run", .verdict = m->result->verdict, .message = m->result->broken, .at = m->end };
}

/* What is told: every expectation, and the run itself where there is none or it could not go on. Free it. */
static GArray *cases(const struct manifest *m)
{
	GArray *a = g_array_new(FALSE, FALSE, sizeof(struct trace_check));
	struct trace_check run = whole_run(m);

	if (m->result->n_checks)
		g_array_append_vals(a, m->result->checks, (guint)m->result->n_checks);
	if (!a->len || m->result->broken)
		g_array_append_val(a, run);
	return a;
}

static const char *suite_name(const struct manifest *m)
{
	return m->options->run ? m->options->run : m->options->scenario ? m->options->scenario : "run";
}

/* Text that XML 1.0 may hold; free with g_free. */
static char *xml(const char *s)
{
	char *valid = g_utf8_make_valid(s ? s : "", -1), *escaped;

	for (char *p = valid; *p; p++)
		if ((unsigned char)*p < 0x20 && *p != '\n' && *p != '\t')
			*p = '?';
	escaped = g_markup_escape_text(valid, -1);
	g_free(valid);
	return escaped;
}

static void junit_case(GString *s, const char *suite, const struct trace_check *c)
{
	char *id = xml(c->id), *clause = xml(c->clause), *place = xml(c->place), *message = xml(c->message);
	char *name = c->clause ? g_strdup_printf("%s [%s]", id, clause) : g_strdup(id);

	g_string_append_printf(s, "  <testcase classname=\"%s\" name=\"%s\">", suite, name);
	switch (c->verdict) {
	case VERDICT_PASS:
		break;
	case VERDICT_SKIP:
	case VERDICT_INCONCLUSIVE:
		g_string_append_printf(s, "<skipped message=\"%s: %s\"/>", verdict_name(c->verdict), message);
		break;
	case VERDICT_FAIL:
		g_string_append_printf(s, "<failure message=\"%s\">%s</failure>", message, place);
		break;
	case VERDICT_ERROR:
		g_string_append_printf(s, "<error message=\"%s\">%s</error>", message, place);
		break;
	}
	g_string_append(s, "</testcase>\n");
	g_free(name);
	g_free(message);
	g_free(place);
	g_free(clause);
	g_free(id);
}

bool junit_write(const char *path, const struct manifest *m, GError **error)
{
	GArray *all = cases(m);
	const struct trace_check *c = (const struct trace_check *)(const void *)all->data;
	size_t n = all->len, count[VERDICT_ERROR + 1] = { 0 };
	GString *s = g_string_new("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
	char *suite = xml(suite_name(m));
	bool ok;

	for (size_t i = 0; i < n; i++)
		count[c[i].verdict]++;
	g_string_append_printf(s, " <testsuite name=\"%s\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\">\n",
			       suite, n, count[VERDICT_FAIL], count[VERDICT_ERROR],
			       count[VERDICT_SKIP] + count[VERDICT_INCONCLUSIVE]);
	for (size_t i = 0; i < n; i++)
		junit_case(s, suite, &c[i]);
	g_string_append(s, " </testsuite>\n</testsuites>\n");
	ok = trace_out_file(path, s->str, s->len, error);
	g_free(suite);
	g_array_unref(all);
	g_string_free(s, TRUE);
	return ok;
}

/* One line of text for TAP: no line ends, and # would begin a directive. */
static void tap_text(GString *s, const char *text)
{
	for (; text && *text; text++) {
		if (*text == '#')
			g_string_append(s, "\\#");
		else
			g_string_append_c(s, (unsigned char)*text < 0x20 ? ' ' : *text);
	}
}

bool tap_write(const char *path, const struct manifest *m, GError **error)
{
	GArray *all = cases(m);
	const struct trace_check *c = (const struct trace_check *)(const void *)all->data;
	size_t n = all->len;
	GString *s = g_string_new("TAP version 14\n");
	bool ok;

	g_string_append_printf(s, "1..%zu\n", n);
	for (size_t i = 0; i < n; i++) {
		g_string_append_printf(s, "%s %zu - ", c[i].verdict >= VERDICT_FAIL ? "not ok" : "ok", i + 1);
		tap_text(s, c[i].id);
		if (c[i].clause) {
			g_string_append(s, " [");
			tap_text(s, c[i].clause);
			g_string_append(s, "]");
		}
		if (c[i].verdict == VERDICT_SKIP || c[i].verdict == VERDICT_INCONCLUSIVE) {
			g_string_append_printf(s, " # SKIP %s: ", verdict_name(c[i].verdict));
			tap_text(s, c[i].message);
		} else if (c[i].verdict != VERDICT_PASS) {
			g_string_append_printf(s, "\n# %s: ", verdict_name(c[i].verdict));
			tap_text(s, c[i].message);
		}
		g_string_append_c(s, '\n');
	}
	ok = trace_out_file(path, s->str, s->len, error);
	g_array_unref(all);
	g_string_free(s, TRUE);
	return ok;
}
