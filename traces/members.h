/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Members of a JSON object that somebody else may have damaged: what is not there, or of another kind, is as if it
 * were empty.
 */
#ifndef MOOR_TRACES_MEMBERS_H
#define MOOR_TRACES_MEMBERS_H

#include <json-glib/json-glib.h>

const char *member_text(JsonObject *o, const char *key);	/* lent; "" */
guint member_count(JsonObject *o, const char *key);		/* 0, also for one that is negative or too large */
char **member_texts(JsonObject *o, const char *key);		/* NULL-ended, of a list; free it with g_strfreev */

#endif
