/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: finding the Diameter module
 *
 * It is a file of its own so that a program that is never asked for Diameter carries none of it. It implements no
 * clause.
 */
#include "emu/diameter.h"

#include <gmodule.h>

#define FILE_NAME "mooring-diameter.so"

G_DEFINE_QUARK(mooring-diameter, diameter_error)

static GModule *open_in(const char *folder, const char *below)
{
	char *path = g_build_filename(folder, below, FILE_NAME, NULL);
	GModule *m = g_file_test(path, G_FILE_TEST_IS_REGULAR) ? g_module_open(path, G_MODULE_BIND_LOCAL) : NULL;

	g_free(path);
	return m;
}

static GModule *find(void)
{
	const char *told = g_getenv("MOORING_MODULES");
	char *self = g_file_read_link("/proc/self/exe", NULL);
	char *folder = self ? g_path_get_dirname(self) : NULL;
	GModule *m = told ? open_in(told, "") : NULL;

	if (!m && folder)
		m = open_in(folder, "");
	if (!m && folder)		/* a test of a build folder's */
		m = open_in(folder, "../..");
	if (!m && folder)
		m = open_in(folder, "../lib/mooring");
	g_free(folder);
	g_free(self);
	return m;
}

const struct diameter_api *diameter_load(GError **error)
{
	GModule *m = find();
	gpointer symbol = NULL;
	const struct diameter_api *api;

	if (!m || !g_module_symbol(m, DIAMETER_SYMBOL, &symbol)) {
		g_set_error(error, DIAMETER_ERROR, DIAMETER_NO_MODULE, "Diameter needs the module " FILE_NAME ", which was not "
			    "found beside the program or in ../lib/mooring; MOORING_MODULES may name its folder");
		return NULL;
	}
	api = symbol;
	if (api->version != DIAMETER_API) {
		g_set_error(error, DIAMETER_ERROR, DIAMETER_NO_MODULE, FILE_NAME " is of another version of this program");
		return NULL;
	}
	g_module_make_resident(m);
	return api;
}
