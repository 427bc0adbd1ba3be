/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The AAA interface (proto/aaa.h) of a home agent over RADIUS: EAP alone, with a server of another make [RFC 3579].
 * What a
 * subscriber may have is what it asked for; nothing can be started by the server, and nobody tells it the end of a
 * session.
 */
#ifndef MOOR_EMU_AAA_RADIUS_H
#define MOOR_EMU_AAA_RADIUS_H

#include <glib.h>

#include "emu/live.h"
#include "proto/aaa.h"

struct aaa_radius;

struct aaa_radius_config {
	struct live *live;
	const char *address, *server;	/* numeric, IPv4: ours, and whom to ask; copied */
	uint16_t port;
	const char *secret;		/* lives as long */
	unsigned repeat_ms;		/* an unanswered request is sent again after so long, until it is forgotten */
	void (*say)(void *ctx, const char *text);
	void *ctx;
};

/* server: as of aaa_client_carry. */
struct aaa_radius *aaa_radius_new(const struct aaa_radius_config *c, struct aaa_client *client,
				  struct moor_node *server, GError **error);
/* Whether somebody listens there: at once, and for up to so many ms while the host says that nobody does. */
bool aaa_radius_reached(struct aaa_radius *r, unsigned ms);
void aaa_radius_free(struct aaa_radius *r);		/* before the client goes */

#endif
