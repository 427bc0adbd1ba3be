/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: finding modules
 *
 * A module lies beside the program in a build folder and in ../lib/mooring when it is installed. It implements no
 * clause.
 */
#include "emu/module.h"

#include <gmodule.h>

G_DEFINE_QUARK(mooring-module, module_error)

/* *why: what is wrong with a file that is there. The first one counts. */
static GModule *open_in(const char *folder, const char *below, const char *file, char **why)
{
	char *path = g_build_filename(folder, below, file, NULL);
	GModule *m = NULL;

	if (g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
		m = g_module_open(path, G_MODULE_BIND_LOCAL);
		if (!m)
			*why = g_strdup(g_module_error());
	}
	g_free(path);
	return m;
}

static GModule *find(const char *file, char **why)
{
	static const char *const below[] = { "", "../..", "../lib/mooring" };	/* ../..: a test of a build folder's */
	const char *told = g_getenv("MOORING_MODULES");
	char *self = g_file_read_link("/proc/self/exe", NULL);
	char *folder = self ? g_path_get_dirname(self) : NULL;
	GModule *m = told ? open_in(told, "", file, why) : NULL;

	for (guint k = 0; !m && !*why && folder && k < G_N_ELEMENTS(below); k++)
		m = open_in(folder, below[k], file, why);
	g_free(folder);
	g_free(self);
	return m;
}

gpointer module_symbol(const char *file, const char *symbol, const char *what, const char *remedy, GError **error)
{
	char *why = NULL;
	GModule *m = find(file, &why);
	gpointer found = NULL;

	if (m && !g_module_symbol(m, symbol, &found)) {
		why = g_strdup_printf("%s has no %s", g_module_name(m), symbol);
		g_module_close(m);
	}
	if (found)
		g_module_make_resident(m);
	else if (why)
		g_set_error(error, MODULE_ERROR, MODULE_NO_MODULE, "%s needs the module %s, and what was found is none of this "
			    "program's or cannot be loaded: %s. %s", what, file, why, remedy);
	else
		g_set_error(error, MODULE_ERROR, MODULE_NOT_THERE, "%s needs the module %s, which was not found beside the program "
			    "or in ../lib/mooring (MOORING_MODULES may name its folder). %s", what, file, remedy);
	g_free(why);
	return found;
}
