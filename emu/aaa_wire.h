/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The AAA interface (proto/aaa.h) over Diameter: a home agent's or gateway's client that asks a server somewhere, and
 * a server of ours that answers clients from anywhere. Both are nodes of a Diameter network (emu/diameter.h), each
 * with an
 * identity, an address and peers of its own; the world they belong to plays in real time (emu/live.h).
 *
 *	w = aaa_wire_client(&config, client, server_node, &error);
 *	config.api->peer(aaa_wire_node(w), "relay.example", "10.60.0.1", 3868);
 *	...
 *	aaa_wire_free(w);			before its client or server goes
 */
#ifndef MOOR_EMU_AAA_WIRE_H
#define MOOR_EMU_AAA_WIRE_H

#include "emu/diameter.h"
#include "emu/live.h"
#include "proto/aaa.h"

struct aaa_wire;

struct aaa_wire_config {
	const struct diameter_api *api;
	struct live *live;
	const char *identity, *realm, *address;	/* of this node; copied */
	const char *to_realm;			/* client: of the server; copied */
	uint16_t port;				/* it listens on; 0: it does not */
	unsigned watchdog_s, retry_ms;
	uint32_t state_id;			/* Origin-State-Id: larger with every start */
	void (*say)(void *ctx, const char *text);
	void *ctx;				/* of say, and of find */
	/* server: which of our nodes has this DiameterIdentity; NULL: none, or nobody is looked for */
	struct moor_node *(*find)(void *ctx, const char *identity);
};

struct aaa_wire *aaa_wire_client(const struct aaa_wire_config *c, struct aaa_client *client, struct moor_node *server,
				 GError **error);
struct aaa_wire *aaa_wire_server(const struct aaa_wire_config *c, struct aaa_server *server, struct moor_node *node,
				 GError **error);
void aaa_wire_free(struct aaa_wire *w);
struct diameter_node *aaa_wire_node(const struct aaa_wire *w);
/* A server that is down answers nothing, watchdogs neither; call it now and then. */
void aaa_wire_look(struct aaa_wire *w);

#endif
