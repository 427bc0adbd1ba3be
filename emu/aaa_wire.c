/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the AAA interface over Diameter: what both ends share
 *
 * A node that speaks SWm and S6b [TS 29.273] and the applications of RFC 4072 and RFC 5778, all with the same
 * messages.
 */
#include "emu/aaa_wire_priv.h"

static const uint32_t apps[] = { DIAM_APP_S6B, DIAM_APP_SWM, DIAM_APP_MIP6I, DIAM_APP_EAP };

static void say(void *ctx, const char *text)
{
	const struct aaa_wire *w = ctx;
	char *line = g_strdup_printf("%s: %s", w->identity, text);

	if (w->c.say)
		w->c.say(w->c.ctx, line);
	g_free(line);
}

struct aaa_wire *wire_new(const struct aaa_wire_config *c, struct diameter_config *node, GError **error)
{
	struct aaa_wire *w = g_new0(struct aaa_wire, 1);

	w->c = *c;
	w->identity = g_strdup(c->identity);
	w->realm = g_strdup(c->realm);
	w->to_realm = g_strdup(c->to_realm);
	node->identity = w->identity;
	node->realm = w->realm;
	node->address = c->address;
	node->port = c->port;
	node->product = "Mooring";
	node->state_id = c->state_id;
	node->apps = apps;
	node->n_apps = G_N_ELEMENTS(apps);
	node->watchdog_s = c->watchdog_s;
	node->retry_ms = c->retry_ms;
	node->ctx = w;
	node->say = say;
	w->node = c->api->open(node, error);
	if (w->node)
		return w;
	aaa_wire_free(w);
	return NULL;
}

void aaa_wire_free(struct aaa_wire *w)
{
	if (!w)
		return;
	if (w->client)
		wire_client_free(w);
	if (w->server)
		wire_server_free(w);
	if (w->node)
		w->c.api->close(w->node);
	g_free(w->identity);
	g_free(w->realm);
	g_free(w->to_realm);
	g_free(w);
}

struct diameter_node *aaa_wire_node(const struct aaa_wire *w) { return w->node; }

void aaa_wire_look(struct aaa_wire *w)
{
	if (w->server)
		w->c.api->hang(w->node, aaa_is_down(w->server));
}

struct aaa_diameter_ends wire_ends(const struct aaa_wire *w, const char *to_host, const char *to_realm)
{
	return (struct aaa_diameter_ends){ .host = w->identity, .realm = w->realm, .to_host = to_host,
					   .to_realm = to_realm, .app = DIAM_APP_S6B, .state_id = w->c.state_id };
}

bool wire_now(struct aaa_wire *w)
{
	if (!live_running(w->c.live))
		return false;
	live_now(w->c.live);
	return true;
}

struct diam_msg *wire_read(const uint8_t *octets, size_t n)
{
	struct diam_msg *m = g_new(struct diam_msg, 1);
	struct fault fault;

	if (diam_decode(octets, n, m, &fault, NULL))
		return m;
	g_free(m);
	return NULL;
}

void wire_reply(struct aaa_wire *w, uint32_t link, const struct diam_msg *m, uint32_t result)
{
	const struct aaa_diameter_ends e = wire_ends(w, NULL, NULL);
	uint8_t buf[WIRE_ROOM];

	w->c.api->reply(w->node, link, buf, aaa_diameter_result(buf, sizeof buf, &e, m, result));
}
