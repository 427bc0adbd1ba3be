/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves that the harness notices what it must: it starts itself again with a table of tests that fail, skip, assert
 * nothing or leak, and reads what that run printed and wrote. It implements no clause.
 */
#include "tests/unit/harness.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int leaks;

static void passes(void)
{
	CU_ASSERT_EQUAL(1 + 1, 2);
}

static void fails(void)
{
	CU_ASSERT_EQUAL(1 + 1, 3);
}

static void skips(void)
{
	harness_skip("no %s here", "moon");
}

static void asserts_nothing(void)
{
}

static void skips_and_fails(void)
{
	harness_skip("a failure outweighs this");
	CU_ASSERT_TRUE(leaks > 0);
}

static void leaks_one(void)
{
	CU_ASSERT_TRUE(true);
	leaks = 1;
}

static void check_leaks(void)
{
	CU_ASSERT_EQUAL(leaks, 0);
	leaks = 0;
}

static const struct harness_test inner[] = {
	{"passes", passes},
	{"fails", fails},
	{"skips", skips},
	{"asserts nothing", asserts_nothing},
	{"skips and fails", skips_and_fails},
	{"leaks", leaks_one},
};

/* Runs this executable on the inner table; returns its exit code, what it printed and the folder of its reports. */
static int run_inner(const char *only, char **printed, char **folder)
{
	char *self = g_file_read_link("/proc/self/exe", NULL);
	const char *argv[] = {self, "--only", only, NULL};
	*folder = g_dir_make_tmp("harness-XXXXXX", NULL);
	char **env = g_environ_setenv(g_get_environ(), "MOORING_HARNESS_INNER", "1", TRUE);
	env = g_environ_setenv(env, "MOORING_TEST_RESULTS", *folder, TRUE);
	int status = -1;
	g_spawn_sync(NULL, (char **)argv, env, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, printed, NULL, &status, NULL);
	g_strfreev(env);
	g_free(self);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The report with the suffix, which is then removed. */
static char *take_report(const char *folder, const char *suffix)
{
	char *path = g_strdup_printf("%s/unit.inner.%s", folder, suffix);
	char *text = NULL;
	CU_ASSERT_TRUE(g_file_get_contents(path, &text, NULL, NULL));
	CU_ASSERT_EQUAL(unlink(path), 0);
	g_free(path);
	return text;
}

static void expect(const char *only, int code, const char *line, const char *junit, const char *tap)
{
	char *printed = NULL, *folder = NULL;
	CU_ASSERT_EQUAL(run_inner(only, &printed, &folder), code);
	CU_ASSERT_TRUE(printed != NULL && strstr(printed, line) != NULL);
	char *xml = take_report(folder, "xml"), *text = take_report(folder, "tap");
	CU_ASSERT_TRUE(xml != NULL && strstr(xml, junit) != NULL);
	CU_ASSERT_TRUE(text != NULL && strstr(text, tap) != NULL);
	CU_ASSERT_EQUAL(rmdir(folder), 0);
	g_free(xml);
	g_free(text);
	g_free(folder);
	g_free(printed);
}

static void test_pass(void)
{
	expect("passes", 0, "1 passed, 0 failed\n", "failures=\"0\"", "ok 1 - passes\n");
}

static void test_fail(void)
{
	expect("fails", 1, "1 + 1", "<failure", "not ok 1 - fails\n");
	expect("", 1, "1 passed, 4 failed, 1 skipped\n", "failures=\"4\" skipped=\"1\"",
		   "ok 3 - skips # SKIP no moon here\n");
}

static void test_skip(void)
{
	expect("kips", 1, "0 passed, 1 failed, 1 skipped\n", "<skipped message=\"no moon here\"/>", "not ok 2");
}

static void test_empty(void)
{
	expect("asserts nothing", 1, "made no assertion", "<failure", "not ok 1");
	expect("there is no such test", 1, "no test was run\n0 passed, 0 failed\n", "tests=\"0\"", "1..0\n");
}

static void test_hook(void)
{
	expect("leaks", 1, "0 passed, 1 failed\n", "<failure", "not ok 1");
}

static const struct harness_test tests[] = {
	{"a passing test passes", test_pass},
	{"a failing test is reported everywhere", test_fail},
	{"a skipped test is counted apart", test_skip},
	{"nothing asserted, or nothing run, is a failure", test_empty},
	{"a hook after the test fails it", test_hook},
};

int main(int argc, char **argv)
{
	if (g_getenv("MOORING_HARNESS_INNER") == NULL)
		return harness_main("harness", tests, G_N_ELEMENTS(tests), argc, argv);
	harness_after_each(check_leaks);
	return harness_main("inner", inner, G_N_ELEMENTS(inner), argc, argv);
}
