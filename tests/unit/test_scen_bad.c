/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Scenario files broken in every way (tests/scenarios-bad): each must be refused with the error that its first line
 * names, at the line and column that it names. The files that are cut or changed octet by octet must never bring the
 * loader down. It implements no clause.
 */
#include "tests/unit/harness.h"

#include <string.h>

#include "scenarios/load.h"

static char *top_file(const char *relative)
{
	const char *top = g_getenv("MOORING_TOP");

	return g_build_filename(top ? top : ".", relative, NULL);
}

/* Reads and checks everything that a run would; returns the report's text, NULL when nothing was wrong. */
static char *errors_of(const char *path)
{
	struct report r;
	char *text = NULL;

	report_init(&r);
	struct scen_file *f = scen_open(path, &r);
	GPtrArray *points = f ? scen_points(f, NULL, &r) : NULL;

	for (guint i = 0; points && i < points->len; i++)
		scen_free(scen_load(f, points->pdata[i], &r));
	if (points)
		g_ptr_array_unref(points);
	scen_close(f);
	if (r.errors)
		text = g_strdup(r.text->str);
	report_done(&r);
	return text;
}

/* "# says: 4:11: a time needs a unit" */
static char *expected(const char *path)
{
	char *text = NULL, *end;
	gsize len = 0;

	if (!g_file_get_contents(path, &text, &len, NULL) || !g_str_has_prefix(text, "# says: "))
		return text;
	end = memchr(text, '\n', len);
	if (end)
		*end = 0;
	memmove(text, text + strlen("# says: "), strlen(text + strlen("# says: ")) + 1);
	return text;
}

static GPtrArray *bad_files(void)
{
	char *folder = top_file("tests/scenarios-bad");
	GDir *dir = g_dir_open(folder, 0, NULL);
	GPtrArray *all = g_ptr_array_new_with_free_func(g_free);
	const char *name;

	while (dir && (name = g_dir_read_name(dir)))
		if (g_str_has_suffix(name, ".yaml"))
			g_ptr_array_add(all, g_build_filename(folder, name, NULL));
	if (dir)
		g_dir_close(dir);
	g_free(folder);
	return all;
}

/* Where the place is given it must stand before the words, "<file>:4:11: … a time needs a unit". */
static bool says(const char *errors, const char *wanted)
{
	const char *words = wanted;
	size_t place = strspn(wanted, "0123456789:");
	char *prefix = g_strndup(wanted, place);
	bool found = false;

	if (place)
		words += place + (wanted[place] == ' ');
	for (const char *line = errors; line && *line && !found; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
		char *one = g_strndup(line, strcspn(line, "\n"));

		found = strstr(one, words) && (!place || strstr(one, prefix));
		g_free(one);
	}
	g_free(prefix);
	return found;
}

static void test_each_is_refused(void)
{
	GPtrArray *files = bad_files();

	CU_ASSERT_TRUE(files->len > 100);
	for (guint i = 0; i < files->len; i++) {
		char *wanted = expected(files->pdata[i]), *errors = errors_of(files->pdata[i]);
		bool good = wanted && errors && says(errors, wanted);

		if (!good)
			g_printerr("%s\n  wanted: %s\n  got: %s\n", (char *)files->pdata[i], wanted, errors ? errors : "no error");
		CU_ASSERT_TRUE(good);
		g_free(wanted);
		g_free(errors);
	}
	g_ptr_array_unref(files);
}

static struct tree *read_damaged(const char *text, size_t n)
{
	struct tree_pool *pool = tree_pool_new();
	struct report r;

	report_init(&r);
	struct tree *t = tree_read_text(pool, "damaged", text, n, &r);
	bool told = t || r.errors;

	/* what is still YAML goes all the way */
	if (t && t->kind == TREE_MAP) {
		struct scen_file file = { .path = "damaged", .pool = pool, .root = t };

		scen_free(scen_load(&file, NULL, &r));
	}
	/* a text that is cut to nothing is no tree and no error; the file reader says "empty" */
	CU_ASSERT_TRUE(told || strspn(text, " \n#") > 0 || !n);
	report_done(&r);
	tree_pool_free(pool);
	return t;
}

static void test_damage_is_survived(void)
{
	char *path = top_file("tests/sim/everything.yaml"), *text = NULL;
	static const char marks[] = "{}[]:,#&*!|>'\"%@`-?\t\n\x01\xff";
	gsize len = 0;
	unsigned runs = 0;

	CU_ASSERT_TRUE(g_file_get_contents(path, &text, &len, NULL));
	for (gsize i = 0; i < len; i += 29, runs++)
		read_damaged(text, i);
	for (gsize i = 0; text && i < len; i += 13) {
		char was = text[i];

		text[i] = marks[(i / 13) % (sizeof marks - 1)];
		read_damaged(text, len);
		text[i] = was;
		runs++;
	}
	CU_ASSERT_TRUE(runs > 300);
	g_free(text);
	g_free(path);
}

static const struct harness_test tests[] = {
	{ "each broken scenario is refused with its words and place", test_each_is_refused },
	{ "damaged texts are survived", test_damage_is_survived },
};

int main(int argc, char **argv)
{
	return harness_main("scen_bad", tests, G_N_ELEMENTS(tests), argc, argv);
}
