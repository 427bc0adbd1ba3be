/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the AAA node
 *
 * A node that has no link: home agents reach it through the path of proto/aaa_client.c.
 */
#include "entity/aaa.h"

#include <glib.h>

struct aaa { struct aaa_server *server; };

static void done(void *owner)
{
	struct aaa *a = owner;

	aaa_server_free(a->server);
	g_free(a);
}

struct aaa *aaa_new(struct moor_node *n, const struct aaa_server_config *c)
{
	struct aaa *a = g_new0(struct aaa, 1);

	a->server = aaa_server_new(n, c);
	moor_node_own(n, a, done);
	return a;
}

struct aaa_server *aaa_server(const struct aaa *a) { return a->server; }
