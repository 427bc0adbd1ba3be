/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Answers of `mooring ctl` for people. Internal.
 */
#ifndef MOOR_CLI_CTL_PRINT_H
#define MOOR_CLI_CTL_PRINT_H

#include <json-glib/json-glib.h>
#include <stdbool.h>

/* An answer: single values a line each, lists of objects as tables. */
void ctl_print(JsonObject *answer, GString *out);
/* A record that is watched: time, node, kind, the rest as name=value. */
void ctl_print_record(JsonObject *record, GString *out);

#endif
