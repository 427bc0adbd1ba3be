/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages of `mooring report` in their parts: what is escaped and how, manifests that are damaged, what the decoder says
 * of a message, and folders that hold nothing.
 */
#include <glib/gstdio.h>
#include <string.h>

#include "tests/unit/harness.h"
#include "traces/report.h"
#include "traces/report_html.h"
#include "traces/report_messages.h"

static void check_text(const char *text, const char *wanted)
{
	GString *s = g_string_new(NULL);

	html_text(s, text);
	CU_ASSERT_STRING_EQUAL(s->str, wanted);
	g_string_free(s, TRUE);
}

static void test_escaping(void)
{
	check_text("a<b>&\"c'd", "a&lt;b&gt;&amp;&quot;c&#39;d");
	check_text("</script><!--", "&lt;/script&gt;&lt;!--");
	check_text("line\n\ttab", "line\n\ttab");
	check_text("bell\x07 rub\x7f", "bell\xef\xbf\xbd rub\xef\xbf\xbd");
	check_text("bad \xff utf", "bad \xef\xbf\xbd utf");
	check_text("±\xe2\x82\xac", "±\xe2\x82\xac");
	check_text("", "");
	check_text(NULL, "");
}

static void test_contents(void)
{
	GString *s = g_string_new(NULL);

	html_begin(s, "<!-- contents --><section id=\"x\">", "lead & more");
	html_section(s, "one", "First <part>");
	html_section_end(s);
	html_section(s, "two", "Second");
	html_section_end(s);
	html_end(s, "0 & 1");
	CU_ASSERT_PTR_NOT_NULL(strstr(s->str, "<li><a href=\"#one\">First &lt;part&gt;</a></li>"));
	CU_ASSERT_PTR_NOT_NULL(strstr(s->str, "<li><a href=\"#two\">Second</a></li>"));
	CU_ASSERT_PTR_NULL(strstr(s->str, "#x"));
	CU_ASSERT_PTR_NULL(strstr(s->str, "<!-- contents"));
	CU_ASSERT_PTR_NOT_NULL(strstr(s->str, "mooring 0 &amp; 1"));
	CU_ASSERT_PTR_NOT_NULL(strstr(s->str, "default-src 'none'"));
	g_string_free(s, TRUE);
}

/* A BU of sequence 7, lifetime 10 units. */
static const uint8_t bu[] = { 59, 1, 5, 0, 0, 0, 0, 7, 0xc0, 0, 0, 10, 1, 2, 0, 0 };

static void test_decoded(void)
{
	char *text = report_decoded(135, bu, sizeof bu), *cut = report_decoded(135, bu, 9);

	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "sequence = 7\n"));
	CU_ASSERT_PTR_NOT_NULL_FATAL(cut);
	CU_ASSERT_PTR_NOT_NULL(strstr(cut, "! "));
	CU_ASSERT_PTR_NULL(report_decoded(1, bu, sizeof bu));
	g_free(text);
	g_free(cut);
}

static void refused(const char *dir, const char *file, const char *text, const char *why)
{
	const struct report_options o = { .max_messages = 10 };
	char *path = g_build_filename(dir, file, NULL), *page = g_build_filename(dir, "report.html", NULL);
	GError *e = NULL;
	bool ok;

	g_assert_true(g_file_set_contents(path, text, -1, NULL));
	ok = !strcmp(file, "run.json") ? report_run(dir, &o, &e) : report_runs(dir, &o, &e);
	CU_ASSERT_FALSE_FATAL(ok);
	CU_ASSERT_PTR_NOT_NULL(strstr(e->message, why));
	CU_ASSERT_PTR_NOT_NULL(strstr(e->message, file));
	CU_ASSERT_FALSE(g_file_test(page, G_FILE_TEST_EXISTS));
	g_clear_error(&e);
	g_unlink(path);
	g_free(path);
	g_free(page);
}

static void test_damaged(void)
{
	char *dir = g_dir_make_tmp("mooring-report-XXXXXX", NULL);
	GError *e = NULL;

	CU_ASSERT_EQUAL(report_kind_of("/nonexistent/folder", &e), REPORT_NONE);
	CU_ASSERT_PTR_NOT_NULL(strstr(e->message, "no such folder"));
	g_clear_error(&e);
	CU_ASSERT_EQUAL(report_kind_of(dir, &e), REPORT_NONE);
	CU_ASSERT_PTR_NOT_NULL(strstr(e->message, "neither runs.json nor run.json"));
	g_clear_error(&e);
	refused(dir, "run.json", "", "format");
	refused(dir, "run.json", "{\"format\":", "run.json");
	refused(dir, "run.json", "[1]", "format");
	refused(dir, "run.json", "{\"format\":\"mooring-run-9\"}", "format");
	refused(dir, "runs.json", "{\"format\":7}", "format");
	g_rmdir(dir);
	g_free(dir);
}

/* Members of unexpected types give an empty page, no crash. */
static void test_odd_manifest(void)
{
	char *dir = g_dir_make_tmp("mooring-report-XXXXXX", NULL), *path = g_build_filename(dir, "run.json", NULL);
	char *page = g_build_filename(dir, "report.html", NULL), *text = NULL;
	const struct report_options o = { .max_messages = 10 };
	GError *e = NULL;

	g_assert_true(g_file_set_contents(path, "{\"format\":\"mooring-run-1\",\"run\":\"<b>\","
					  "\"checks\":[3,\"x\",{\"id\":4}],"
					  "\"overrides\":[1,{}],\"end_ns\":\"soon\",\"verdict\":[]}", -1, NULL));
	CU_ASSERT_TRUE(report_run(dir, &o, &e));
	CU_ASSERT_PTR_NULL(e);
	CU_ASSERT_TRUE_FATAL(g_file_get_contents(page, &text, NULL, NULL));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "<h1>&lt;b&gt;</h1>"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "events.jsonl"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "timeline.svg is not in the folder"));
	g_free(text);
	g_unlink(page);
	g_unlink(path);
	g_rmdir(dir);
	g_free(page);
	g_free(path);
	g_free(dir);
}

int main(int argc, char **argv)
{
	static const struct harness_test tests[] = {
		{ "texts from outside", test_escaping },
		{ "the contents of a page", test_contents },
		{ "a message decoded", test_decoded },
		{ "folders without results and damaged manifests", test_damaged },
		{ "a manifest of odd types", test_odd_manifest },
	};

	return harness_main("report", tests, G_N_ELEMENTS(tests), argc, argv);
}
