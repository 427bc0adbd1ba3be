/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Control over a Unix socket: JSON lines. A request is an object on a line of its own, an answer another one:
 *
 *	{"words": ["handover", "ue1", "wlan"], "id": 7}
 *	{"ok": true, "id": 7, ...}
 *	{"ok": false, "id": 7, "error": "..."}
 *
 * `id` is optional, a number or a text, and comes back. Who asks for a stream gets further lines, objects too, until
 * one of both ends it. The socket is its owner's alone (mode 0600).
 */
#ifndef MOOR_EMU_CONTROL_H
#define MOOR_EMU_CONTROL_H

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <stdbool.h>

#define CONTROL_LINE_MAX (16u << 10)	/* octets of a request */
#define CONTROL_WORDS_MAX 64u
#define CONTROL_CLIENTS_MAX 32u
#define CONTROL_OUT_MAX (4u << 20)	/* octets of answers that a client has not read */

enum control_error {
	CONTROL_HELD,			/* somebody serves that socket */
	CONTROL_BAD_PATH,		/* it cannot be a socket's: too long, no folder, another file is there */
	CONTROL_FAILED,
	CONTROL_NOBODY			/* nobody serves there */
};
#define CONTROL_ERROR (control_error_quark())
GQuark control_error_quark(void);

/* ---- where ------------------------------------------------------------------------------------------------------- */

/* The user's folder of sockets: $XDG_RUNTIME_DIR/mooring, else mooring-UID among the temporary files; free it. */
char *control_folder(void);
/* A word with a slash is a path, one without a name in that folder, where it has `.sock` at its end; free it. */
char *control_path(const char *word);
/* The names in the folder whose sockets somebody serves, sorted; free with g_strfreev. */
char **control_names(void);
/* A connection, blocking; -1: CONTROL_NOBODY when nobody serves there. */
int control_connect(const char *path, GError **error);

/* ---- the serving end --------------------------------------------------------------------------------------------- */

struct control;
struct control_client;

/*
 * A request. Fills the members of the answer into out, which is inside the object; false: *why says why not, g_malloc.
 */
typedef bool control_fn(void *ctx, struct control_client *c, const char *const *words, guint n, JsonBuilder *out,
			char **why);
/* The client goes; why: it is dropped for, NULL: it went itself. */
typedef void control_gone_fn(void *ctx, struct control_client *c, const char *why);

/*
 * A socket there, in the thread's default main context; a folder of sockets of one's own is made. A file that a run
 * left when it was killed is taken over. The file is removed by control_free, from whatever mount namespace.
 */
struct control *control_new(const char *path, control_fn *fn, control_gone_fn *gone, void *ctx, GError **error);
void control_free(struct control *c);
/* In a process that was forked off, which has nothing to do with it: server_forked. */
void control_forked(struct control *c);
/* One more line for a client, its end of line included. False: it is being dropped. From anywhere. */
bool control_line(struct control_client *c, const char *line, size_t len);
/* Nothing more is heard of it; it goes when it has what was said. */
void control_end(struct control_client *c);
/* Until everybody has what was said, for so long at most: when the main context turns no more. */
void control_flush(struct control *c, unsigned ms);
void control_each(struct control *c, void (*fn)(void *ctx, struct control_client *c), void *ctx);
void *control_data(const struct control_client *c);
void control_set_data(struct control_client *c, void *data);

/* One request's answer as a line, for tests and other carriers; free it. */
char *control_answer(control_fn *fn, void *ctx, struct control_client *c, const char *request, gssize len);

#endif
