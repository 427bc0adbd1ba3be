/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Modules: parts that are loaded when a run asks for them, so that a program that is never asked needs none of their
 * libraries.
 */
#ifndef MOOR_EMU_MODULE_H
#define MOOR_EMU_MODULE_H

#include <glib.h>

#define MODULE_ERROR (module_error_quark())
GQuark module_error_quark(void);
enum module_error { MODULE_NOT_THERE, MODULE_NO_MODULE };

/*
 * That symbol of a module file, which is looked for in $MOORING_MODULES, beside the program, and in ../lib/mooring; the
 * module stays. NULL: what: "ns-3", and remedy, a sentence, are in the error.
 */
gpointer module_symbol(const char *file, const char *symbol, const char *what, const char *remedy, GError **error);

#endif
