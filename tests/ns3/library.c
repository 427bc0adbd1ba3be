/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opens the library over ns-3 for tests, from the build folder, without the program's own loader in between. */
#include "tests/ns3/library.h"

#include <dlfcn.h>
#include <glib.h>

const struct ns3c_table *ns3_library(const char **missing)
{
	const char *build = g_getenv("MOORING_BUILD");
	char *path = g_build_filename(build ? build : "build", "libmooring-ns3.so", NULL);
	const struct ns3c_table *table = NULL;
	void *module;

	if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
		*missing = "ns-3 was not found when this was built (libns3-dev)";
	} else {
		module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
		table = module ? dlsym(module, NS3C_TABLE_SYMBOL) : NULL;
		if (!table)
			*missing = g_strdup(dlerror());
	}
	g_free(path);
	return table;
}
