/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A listening socket and its clients in the thread's default GLib main context, made so that no client can disturb who
 * is running there: nothing blocks, buffers are bounded, a turn is short, and whoever breaks a bound is dropped.
 *
 *	s = server_new(fd, &ops, &limits, ctx);
 *	size_t input(ctx, client, octets, len)		{ ... server_say(client, text, n); return used; }
 */
#ifndef MOOR_EMU_SERVER_H
#define MOOR_EMU_SERVER_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

struct server;
struct server_client;

struct server_limits {
	unsigned clients;		/* at once; further ones wait until one goes */
	size_t in;			/* octets that may wait for the rest of a request */
	size_t out;			/* octets that may wait for a client that does not read */
	unsigned patience;		/* seconds until a client must have had its answer and gone; 0: any time */
};

struct server_ops {
	/*
	 * What a client has said and was not used up yet, at least one octet; returns how many are used up now: 0: more is
	 * needed, or server_end was called. Called again while octets are left and some were used up.
	 */
	size_t (*input)(void *ctx, struct server_client *c, const char *octets, size_t len);
	/* More than limits.in, and input needs still more. May say something; the client is ended then. NULL: nothing. */
	void (*too_long)(void *ctx, struct server_client *c);
	/* It goes, whoever ended it; not from inside the other calls. NULL: nothing. why: NULL: it went itself */
	void (*gone)(void *ctx, struct server_client *c, const char *why);
};

/* Takes over the descriptor, which listens and does not block. ops is kept by reference. */
struct server *server_new(int fd, const struct server_ops *ops, const struct server_limits *limits, void *ctx);
void server_free(struct server *s);		/* gone() is called for all that are left; what waits for them is lost */

/*
 * In a process that was forked off: its copies of the descriptors are closed, and that is all, for the sources are not
 * its own. Nobody may touch the server there any more.
 */
void server_forked(struct server *s);

/* Also from the handlers of a world. False: it has too much waiting and is dropped soon. */
bool server_say(struct server_client *c, const char *octets, size_t len);
size_t server_waiting(const struct server_client *c);	/* octets said that it has not taken */
void server_end(struct server_client *c);	/* hears nothing any more; closed when it has taken what was said */
/* Blocks until everybody has taken what was said, for so long at most: when the main context turns no more. */
void server_flush(struct server *s, unsigned ms);
void server_set(struct server_client *c, void *data);
void *server_get(const struct server_client *c);
unsigned server_clients(const struct server *s);
/* Each client in turn. Not to be ended from inside but by server_end. */
void server_each(struct server *s, void (*fn)(void *ctx, struct server_client *c), void *ctx);

#endif
