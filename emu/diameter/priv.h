/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside of the Diameter module: a node's peers and its links. For the module only.
 */
#ifndef MOOR_EMU_DIAMETER_PRIV_H
#define MOOR_EMU_DIAMETER_PRIV_H

#include <gio/gio.h>

#include "emu/diameter.h"
#include "wire/diameter.h"

/* Of one connection [RFC 6733 5.6], for initiator and responder alike. */
enum link_state { LINK_CONNECTING, LINK_WAIT_CEA, LINK_WAIT_CER, LINK_OPEN, LINK_SUSPECT, LINK_CLOSING, LINK_DEAD };

struct link {
	struct diameter_node *d;
	struct peer *peer;		/* that it was made for; NULL: it came */
	uint32_t id;
	enum link_state state;
	bool ours;			/* we are the initiator */
	char *identity, *realm;		/* of the other end; NULL: not known yet */
	GSocket *socket;
	GSource *in, *out;
	GByteArray *read, *write;
	guint timer;			/* connecting, CEA, watchdog, DPA */
	bool waits_dwa;
	bool heard;			/* something came since the watchdog looked last */
};

/* Somebody to be connected to always. */
struct peer {
	struct diameter_node *d;
	char *identity;
	GSocketAddress *address;
	guint retry;			/* timer; 0: none */
	bool told;			/* that it cannot be reached */
};

/* A request without its answer. */
struct pending {
	uint32_t tag, hop;
	unsigned sends;			/* so often it was sent */
	uint32_t link;			/* where it was sent; 0: nowhere, it waits */
	GByteArray *octets;
};

struct diameter_node {
	struct diameter_config c;
	char *identity, *realm;
	GInetAddress *address;
	GSocket *listener;
	GSource *incoming;
	GPtrArray *links, *peers;	/* struct link, struct peer */
	GHashTable *pending;		/* hop -> struct pending */
	uint32_t next_link, next_hop, next_end;
	struct diameter_counts counts;
	guint sweep;			/* idle source that frees dead links; 0: none */
	guint rest;			/* timer after which it listens again; 0: it does */
	bool hangs, closing;
};

/* ---- node.c ------------------------------------------------------------------------------------------------------ */

void node_say(struct diameter_node *d, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
/* The link opened: what waits goes out. */
void node_opened(struct diameter_node *d, struct link *l);
/* The link is gone: its requests take another or wait for one, its peer is tried again. */
void node_lost(struct diameter_node *d, struct link *l);
void node_answered(struct diameter_node *d, const struct diam_msg *m, const uint8_t *octets, size_t n);
/* Whether a new connection of this identity is to be kept [RFC 6733 5.6.4]; those that lose are closed. */
bool node_elects(struct diameter_node *d, struct link *l);

/* ---- link.c ------------------------------------------------------------------------------------------------------ */

struct link *link_to(struct diameter_node *d, struct peer *p, GError **error);
struct link *link_from(struct diameter_node *d, GSocket *s);
void link_send(struct link *l, const uint8_t *octets, size_t n);
void link_message(struct link *l, const uint8_t *octets, size_t n);	/* base.c: what came */
void link_set(struct link *l, enum link_state state);			/* with the state's timer */
void link_drop(struct link *l, const char *why);			/* why NULL: as it should be */
void link_free(struct link *l);
bool link_is_open(const struct link *l);
void link_wake(struct link *l);					/* it may read again */

/* ---- base.c ------------------------------------------------------------------------------------------------------ */

void base_cer(struct link *l);
void base_dwr(struct link *l);
void base_dpr(struct link *l, enum diam_cause cause);

#endif
