/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Figures over HTTP for Prometheus: GET /metrics and nothing else, one request a connection, in the thread's default
 * GLib main context.
 */
#ifndef MOOR_EMU_METRICS_HTTP_H
#define MOOR_EMU_METRICS_HTTP_H

#include <glib.h>
#include <stdbool.h>

#define METRICS_REQUEST_MAX 8192u	/* octets of a request's head */

enum metrics_http_error { METRICS_HTTP_BAD_ADDRESS, METRICS_HTTP_FAILED };
#define METRICS_HTTP_ERROR (metrics_http_error_quark())
GQuark metrics_http_error_quark(void);

struct metrics_http;

/* where: "9100" (on 127.0.0.1), "ADDR:PORT", "[ADDR]:PORT"; port 0: any. print: the body, when it is asked for. */
struct metrics_http *metrics_http_new(const char *where, void (*print)(void *ctx, GString *out), void *ctx,
				      GError **error);
void metrics_http_free(struct metrics_http *m);
void metrics_http_forked(struct metrics_http *m);	/* as control_forked */
const char *metrics_http_address(const struct metrics_http *m);	/* "127.0.0.1:9100", as it was bound */

/*
 * The answer to a request's head, as far as it is there: octets used up, 0: more is needed. For tests too; the answer
 * is appended to out when it is whole.
 */
size_t metrics_http_answer(const char *octets, size_t len, void (*print)(void *ctx, GString *out), void *ctx,
			   GString *out);

#endif
