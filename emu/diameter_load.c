/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: finding the Diameter module
 *
 * It is a file of its own so that a program that is never asked for Diameter carries none of it. It implements no
 * clause.
 */
#include "emu/diameter.h"

#include "emu/module.h"

#define FILE_NAME "mooring-diameter.so"

G_DEFINE_QUARK(mooring-diameter, diameter_error)

const struct diameter_api *diameter_load(GError **error)
{
	GError *e = NULL;
	const struct diameter_api *api = module_symbol(FILE_NAME, DIAMETER_SYMBOL, "Diameter", "It is part of every build",
						       &e);

	if (!api) {
		g_set_error(error, DIAMETER_ERROR, DIAMETER_NO_MODULE, "%s", e->message);
		g_clear_error(&e);
		return NULL;
	}
	if (api->version != DIAMETER_API) {
		g_set_error(error, DIAMETER_ERROR, DIAMETER_NO_MODULE, FILE_NAME " is of another version of this program");
		return NULL;
	}
	return api;
}
