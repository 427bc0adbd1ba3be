/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: what the commands have in common
 *
 * Options, finding scenario files, the shipped folder. It implements no clause.
 */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

void cli_error(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	fputs("mooring: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

char **cli_zips(char **sets, char *const *zips)
{
	guint n = sets ? g_strv_length(sets) : 0;

	for (; zips && *zips; zips++, n++) {
		sets = g_renew(char *, sets, n + 2);
		sets[n] = g_strconcat("zip ", *zips, NULL);
		sets[n + 1] = NULL;
	}
	return sets;
}

gboolean cli_options(
	int *argc, char ***argv, const char *arguments, const char *about, const GOptionEntry *entries, int *code)
{
	GOptionContext *context = g_option_context_new(arguments);
	GError *error = NULL;
	gboolean ok, help = FALSE;
	const GOptionEntry own[] = {
		{ "help", 'h', 0, G_OPTION_ARG_NONE, &help, "Show this", NULL },
		G_OPTION_ENTRY_NULL
	};
	char *name = g_strdup_printf("mooring %s", (*argv)[0]);

	g_set_prgname(name);
	g_option_context_set_summary(context, about);
	g_option_context_set_help_enabled(context, FALSE);
	g_option_context_add_main_entries(context, own, NULL);
	if (entries)
		g_option_context_add_main_entries(context, entries, NULL);
	ok = g_option_context_parse(context, argc, argv, &error);
	if (!ok) {
		cli_error("%s: %s", (*argv)[0], error->message);
		g_error_free(error);
		*code = EXIT_USAGE;
	} else if (help) {
		char *text = g_option_context_get_help(context, TRUE, NULL);

		fputs(text, stdout);
		g_free(text);
		*code = EXIT_PASS;
		ok = FALSE;
	}
	g_option_context_free(context);
	g_free(name);
	g_set_prgname("mooring");
	return ok;
}

char *cli_scenarios(void)
{
	static const char *const places[] = { "../scenarios", "../share/mooring/scenarios" };
	char *self = g_file_read_link("/proc/self/exe", NULL), *folder = self ? g_path_get_dirname(self) : NULL, *found = NULL;

	for (size_t i = 0; folder && !found && i < G_N_ELEMENTS(places); i++) {
		char *relative = g_build_filename(folder, places[i], NULL);

		found = g_canonicalize_filename(relative, NULL);
		if (!g_file_test(found, G_FILE_TEST_IS_DIR))
			g_clear_pointer(&found, g_free);
		g_free(relative);
	}
	g_free(self);
	g_free(folder);
	return found;
}

gint cli_by_name(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* All *.yaml below a folder, sorted within each folder: the same order on every machine. */
static gboolean walk(const char *folder, GPtrArray *files, unsigned depth)
{
	GError *error = NULL;
	GDir *dir = g_dir_open(folder, 0, &error);
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	gboolean ok = dir != NULL;
	const char *name;

	if (!ok) {
		cli_error("%s", error->message);
		g_error_free(error);
	}
	while (ok && (name = g_dir_read_name(dir)))
		if (name[0] != '.')
			g_ptr_array_add(names, g_strdup(name));
	g_ptr_array_sort(names, cli_by_name);
	for (guint i = 0; ok && i < names->len; i++) {
		char *path = g_build_filename(folder, names->pdata[i], NULL);

		if (g_file_test(path, G_FILE_TEST_IS_DIR))
			ok = depth > 16 || walk(path, files, depth + 1);
		else if (g_str_has_suffix(path, ".yaml"))
			g_ptr_array_add(files, g_strdup(path));
		g_free(path);
	}
	g_ptr_array_unref(names);
	if (dir)
		g_dir_close(dir);
	return ok;
}

/* "home-tour", "handover/home-tour" or "handover" among the shipped scenarios. */
static gboolean shipped(const char *word, GPtrArray *files)
{
	char *top = cli_scenarios(), *name = g_strdup_printf("/%s.yaml", word);
	char *folder = top ? g_build_filename(top, word, NULL) : NULL;
	GPtrArray *all = g_ptr_array_new_with_free_func(g_free);
	gboolean found = FALSE;

	if (folder && g_file_test(folder, G_FILE_TEST_IS_DIR)) {
		found = walk(folder, files, 0);
	} else if (top && walk(top, all, 0)) {
		for (guint i = 0; i < all->len; i++)
			if (g_str_has_suffix(all->pdata[i], name)) {
				g_ptr_array_add(files, g_strdup(all->pdata[i]));
				found = TRUE;
			}
	}
	g_ptr_array_unref(all);
	g_free(folder);
	g_free(name);
	g_free(top);
	return found;
}

gboolean cli_files(char **words, int n, GPtrArray *files)
{
	for (int i = 0; i < n; i++) {
		guint before = files->len;

		if (g_file_test(words[i], G_FILE_TEST_IS_DIR)) {
			if (!walk(words[i], files, 0))
				return FALSE;
			if (files->len == before) {
				cli_error("%s: no *.yaml in this folder", words[i]);
				return FALSE;
			}
		} else if (!g_file_test(words[i], G_FILE_TEST_EXISTS) && strchr(words[i], '=')) {
			cli_error("%s is no file. Has the shell opened the braces of --set? Quote them: --set 'path={a,b}'", words[i]);
			return FALSE;
		} else if (g_file_test(words[i], G_FILE_TEST_EXISTS) || strchr(words[i], '.')) {
			g_ptr_array_add(files, g_strdup(words[i]));
		} else if (!shipped(words[i], files)) {
			cli_error("%s: no such file, folder or shipped scenario (`mooring list` names them)", words[i]);
			return FALSE;
		}
	}
	return TRUE;
}
