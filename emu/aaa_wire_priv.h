/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside of the AAA interface over Diameter. For emu/aaa_wire*.c only.
 */
#ifndef MOOR_EMU_AAA_WIRE_PRIV_H
#define MOOR_EMU_AAA_WIRE_PRIV_H

#include "emu/aaa_wire.h"
#include "proto/aaa_diameter.h"

#define WIRE_ROOM 4096u			/* octets of a message of ours: EAP of 1020 and all the rest */

struct aaa_wire {
	struct aaa_wire_config c;
	char *identity, *realm, *to_realm;
	struct diameter_node *node;
	/* a client's */
	struct aaa_client *client;
	GHashTable *sessions;		/* moor_handle -> struct asking; server: Session-Id -> struct served */
	GHashTable *messages;		/* moor_handle -> moor_handle of its session: DER; 0: STR; or tag -> struct telling */
	GPtrArray *apns;		/* struct aaa_diameter_answer: what answers pointed to, for good */
	GArray *undelivered;		/* moor_handle of messages that could not be sent */
	guint idle;
	/* a server's */
	struct aaa_server *server;
	struct moor_node *at;
	GHashTable *clients;		/* Origin-Host -> struct far */
	GQueue ungranted;		/* struct served, the last to ask at the end */
	uint32_t next_tag;
};

struct aaa_wire *wire_new(const struct aaa_wire_config *c, struct diameter_config *node, GError **error);
void wire_client_free(struct aaa_wire *w);
void wire_server_free(struct aaa_wire *w);
struct aaa_diameter_ends wire_ends(const struct aaa_wire *w, const char *to_host, const char *to_realm);
/* Brings the world to the present. False: nothing plays now. */
bool wire_now(struct aaa_wire *w);
/* NULL: it cannot be read. Frees with g_free. */
struct diam_msg *wire_read(const uint8_t *octets, size_t n);
void wire_reply(struct aaa_wire *w, uint32_t link, const struct diam_msg *m, uint32_t result);

#endif
