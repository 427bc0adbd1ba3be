/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plays one side of a capture with our own state machine. */
#include "emu/replay_internal.h"
struct replay_as { int x; };
struct replay_as *replay_as_new(struct replay *r, GError **error)
{
	(void)r;
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "--as is not there");
	return NULL;
}
void replay_as_message(struct replay_as *a, const struct seen *s, const struct mh_msg *m, bool arrived)
{
	(void)a, (void)s, (void)m, (void)arrived;
}
void replay_as_finish(struct replay_as *a) { (void)a; }
void replay_as_print(const struct replay_as *a, FILE *f) { (void)a, (void)f; }
void replay_as_free(struct replay_as *a) { g_free(a); }
