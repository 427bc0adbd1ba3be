/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The test harness: runs a table of tests through CUnit and reports them as text, JUnit XML and TAP.
 * It exists because CUnit's own JUnit writer aborts on a failing test; the reports here are written from CUnit's
 * failure records. It implements no clause.
 */
#include "tests/unit/harness.h"
#include "tests/unit/late.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <CUnit/TestRun.h>

#define HOOKS_MAX 8
#define TRIES 3

struct outcome {
	const struct harness_test *test;
	GString *failures; /* one line per failed assertion; NULL when there is none */
	char *skipped;     /* the reason, or NULL */
	gint64 duration;   /* microseconds */
};

static struct {
	const char *module;
	char *layer; /* the folder of the executable: unit, vectors, ... */
	GArray *outcomes; /* struct outcome, in order of running; the last one is the running test */
	void (*hooks[HOOKS_MAX])(void);
	size_t n_hooks;
	bool patient;
} run;

static struct outcome *running(void)
{
	return &g_array_index(run.outcomes, struct outcome, run.outcomes->len - 1);
}

void harness_skip(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	g_free(running()->skipped);
	running()->skipped = g_strdup_vprintf(format, args);
	va_end(args);
}

void harness_after_each(void (*hook)(void))
{
	g_assert(run.n_hooks < HOOKS_MAX);
	run.hooks[run.n_hooks++] = hook;
}

void harness_patient(void)
{
	run.patient = true;
	late_watch();
}

static void fail(struct outcome *o, const char *file, unsigned line, const char *what)
{
	if (o->failures == NULL)
		o->failures = g_string_new(NULL);
	g_string_append_printf(o->failures, "%s:%u: %s\n", file, line, what);
}

/* CUnit calls this for every test; the tests themselves carry no argument, so the running one is the last outcome. */
static void run_one(void)
{
	gint64 start = g_get_monotonic_time();
	unsigned asserts = CU_get_number_of_asserts();
	running()->test->fn();
	if (running()->skipped == NULL && CU_get_number_of_asserts() == asserts)
		CU_FAIL("the test made no assertion");
	for (size_t i = 0; i < run.n_hooks; i++)
		run.hooks[i]();
	running()->duration = g_get_monotonic_time() - start;
}

static void on_complete(const CU_pTest test, const CU_pSuite suite, const CU_pFailureRecord first)
{
	(void)test;
	(void)suite;
	for (CU_pFailureRecord f = first; f != NULL; f = f->pNext)
		fail(running(), f->strFileName, f->uiLineNumber, f->strCondition);
}

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

#ifndef SANITIZED
/* Names the test that crashed; only calls which are safe in a signal handler. */
static void on_crash(int signum)
{
	static const char text[] = "\ncrash in test: ";
	const char *name = run.outcomes->len > 0 ? running()->test->name : "(none)";
	ssize_t ignored = write(STDERR_FILENO, text, sizeof text - 1);
	ignored = write(STDERR_FILENO, name, strlen(name));
	ignored = write(STDERR_FILENO, "\n", 1);
	(void)ignored;
	signal(signum, SIG_DFL);
	raise(signum);
}

static void catch_crashes(void)
{
	static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
	for (size_t i = 0; i < G_N_ELEMENTS(signals); i++)
		signal(signals[i], on_crash);
}
#else /* the sanitizer's own handler says more */
static void catch_crashes(void)
{
}
#endif

/* Whether the machine was late when the test failed; it is to be run once more then, or else is skipped. */
static bool blamed(struct outcome *o, unsigned left)
{
	unsigned ms = run.patient ? late_worst() : 0;
	if (o->failures == NULL || ms < LATE_MS)
		return false;
	printf("%s: the machine was %u ms late%s: %s", o->test->name, ms, left > 0 ? ", once more" : "", o->failures->str);
	g_string_free(o->failures, TRUE);
	o->failures = NULL;
	if (left > 0)
		late_calm();
	else
		harness_skip("the machine was %u ms late", ms);
	return left > 0;
}

/* One test, one CUnit suite: a suite of its own lets the harness set the running test before CUnit starts it. */
static void run_test(const struct harness_test *test)
{
	struct outcome fresh = {.test = test};
	g_array_append_val(run.outcomes, fresh);
	CU_pSuite suite = CU_add_suite(test->name, NULL, NULL);
	CU_pTest entry = suite != NULL ? CU_add_test(suite, test->name, run_one) : NULL;
	late_worst();
	for (unsigned left = TRIES; left > 0;) {
		if (entry == NULL || CU_run_test(suite, entry) > CUE_TEST_NOT_IN_SUITE)
			fail(running(), __FILE__, __LINE__, CU_get_error_msg());
		left = blamed(running(), left - 1) ? left - 1 : 0;
	}
}

static void write_file(const char *folder, const char *suffix, GString *text)
{
	char *path = g_strdup_printf("%s/%s.%s.%s", folder, run.layer, run.module, suffix);
	GError *error = NULL;
	if (!g_file_set_contents(path, text->str, (gssize)text->len, &error)) {
		fprintf(stderr, "%s\n", error->message);
		g_clear_error(&error);
	}
	g_free(path);
	g_string_free(text, TRUE);
}

static GString *as_junit(unsigned failed, unsigned skipped)
{
	GString *xml = g_string_new("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	g_string_append_printf(xml, "<testsuite name=\"%s.%s\" tests=\"%u\" failures=\"%u\" skipped=\"%u\">\n", run.layer,
						   run.module, run.outcomes->len, failed, skipped);
	for (guint i = 0; i < run.outcomes->len; i++) {
		const struct outcome *o = &g_array_index(run.outcomes, struct outcome, i);
		char *line = g_markup_printf_escaped("<testcase classname=\"%s.%s\" name=\"%s\" time=\"%.6f\">", run.layer,
											 run.module, o->test->name, (double)o->duration / 1e6);
		g_string_append(xml, line);
		g_free(line);
		line = NULL;
		if (o->failures != NULL)
			line = g_markup_printf_escaped("<failure message=\"assertion failed\">%s</failure>", o->failures->str);
		else if (o->skipped != NULL)
			line = g_markup_printf_escaped("<skipped message=\"%s\"/>", o->skipped);
		g_string_append(xml, line != NULL ? line : "");
		g_free(line);
		g_string_append(xml, "</testcase>\n");
	}
	return g_string_append(xml, "</testsuite>\n");
}

static GString *as_tap(void)
{
	GString *tap = g_string_new(NULL);
	g_string_append_printf(tap, "TAP version 13\n1..%u\n", run.outcomes->len);
	for (guint i = 0; i < run.outcomes->len; i++) {
		const struct outcome *o = &g_array_index(run.outcomes, struct outcome, i);
		g_string_append_printf(tap, "%s %u - %s%s%s\n", o->failures != NULL ? "not ok" : "ok", i + 1, o->test->name,
							   o->failures == NULL && o->skipped != NULL ? " # SKIP " : "",
							   o->failures == NULL && o->skipped != NULL ? o->skipped : "");
		if (o->failures == NULL)
			continue;
		char **lines = g_strsplit(o->failures->str, "\n", -1);
		for (size_t k = 0; lines[k] != NULL && lines[k][0] != '\0'; k++)
			g_string_append_printf(tap, "# %s\n", lines[k]);
		g_strfreev(lines);
	}
	return tap;
}

/* build/tests/unit/test_cursor: the layer is unit, and the results belong into build/test-results. */
static char *results_folder(void)
{
	char *self = g_file_read_link("/proc/self/exe", NULL);
	char *layer_folder = g_path_get_dirname(self != NULL ? self : ".");
	run.layer = g_path_get_basename(layer_folder);
	const char *named = g_getenv("MOORING_TEST_RESULTS");
	char *folder = named != NULL ? g_strdup(named) : g_build_filename(layer_folder, "..", "..", "test-results", NULL);
	g_free(layer_folder);
	g_free(self);
	return folder;
}

static int report(void)
{
	unsigned failed = 0, skipped = 0;
	for (guint i = 0; i < run.outcomes->len; i++) {
		const struct outcome *o = &g_array_index(run.outcomes, struct outcome, i);
		if (o->failures != NULL) {
			failed++;
			printf("FAIL %s.%s: %s\n%s", run.layer, run.module, o->test->name, o->failures->str);
		} else if (o->skipped != NULL) {
			skipped++;
			printf("SKIP %s.%s: %s: %s\n", run.layer, run.module, o->test->name, o->skipped);
		}
	}
	char *folder = results_folder();
	g_mkdir_with_parents(folder, 0777);
	write_file(folder, "xml", as_junit(failed, skipped));
	write_file(folder, "tap", as_tap());
	g_free(folder);
	if (run.outcomes->len == 0)
		printf("no test was run\n");
	printf("%u passed, %u failed", run.outcomes->len - failed - skipped, failed);
	if (skipped > 0)
		printf(", %u skipped", skipped);
	printf("\n");
	return failed > 0 || run.outcomes->len == 0 ? 1 : 0;
}

static bool wanted(const char *name, char **only)
{
	for (size_t i = 0; only != NULL && only[i] != NULL; i++)
		if (strstr(name, only[i]) != NULL)
			return true;
	return only == NULL;
}

static void free_outcomes(void)
{
	for (guint i = 0; i < run.outcomes->len; i++) {
		struct outcome *o = &g_array_index(run.outcomes, struct outcome, i);
		if (o->failures != NULL)
			g_string_free(o->failures, TRUE);
		g_free(o->skipped);
	}
	g_array_free(run.outcomes, TRUE);
	g_clear_pointer(&run.layer, g_free);
}

int harness_main(const char *module, const struct harness_test *tests, size_t n, int argc, char **argv)
{
	char **only = NULL;
	gboolean list = FALSE;
	const GOptionEntry entries[] = {
		{"only", 'o', 0, G_OPTION_ARG_STRING_ARRAY, &only, "Run only tests whose name contains NAME", "NAME"},
		{"list", 'l', 0, G_OPTION_ARG_NONE, &list, "Name the tests", NULL},
		{0},
	};
	GError *error = NULL;
	GOptionContext *context = g_option_context_new(NULL);
	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, &argc, &argv, &error) || argc > 1) {
		fprintf(stderr, "%s\n", error != NULL ? error->message : "unexpected argument");
		return 2;
	}
	g_option_context_free(context);
	run.module = module;
	run.outcomes = g_array_new(FALSE, TRUE, sizeof(struct outcome));
	g_log_set_always_fatal(G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_ERROR);
	catch_crashes();
	if (CU_initialize_registry() != CUE_SUCCESS)
		g_error("CUnit: %s", CU_get_error_msg());
	CU_set_test_complete_handler(on_complete);
	for (size_t i = 0; i < n; i++) {
		if (!wanted(tests[i].name, only))
			continue;
		if (list)
			printf("%s\n", tests[i].name);
		else
			run_test(&tests[i]);
	}
	int code = list ? 0 : report();
	CU_cleanup_registry();
	free_outcomes();
	g_strfreev(only);
	return code;
}
