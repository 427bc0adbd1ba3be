/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: AAA servers over Diameter and RADIUS in live runs
 *
 * An AAA server with `diameter` has a network of its own beside the scenario's links: addresses on the loopback of the
 * run's namespace for what is ours, and a namespace with one wire for an agent or a server of somebody else's. Home
 * agents and gateways are Diameter clients there, our server a Diameter server, the agent everybody's peer. The run
 * begins when they are connected, or cannot be. With `radius` home agents ask such a server over RADIUS. It implements
 * no clause.
 */
#include <stdio.h>
#include <time.h>

#include "cli/live_run.h"
#include "emu/aaa_radius.h"
#include "emu/aaa_wire.h"
#include "wire/diameter.h"

enum {
	PLACE_AGENT = 1, PLACE_SERVER = 2, PLACE_CLIENTS = 16,	/* in the network */
	PATIENCE_MS = 12000		/* until they are connected */
};
#define NOTES_MAX 16000u		/* octets */
#define PLACE_US 254u			/* our end of the wires */

/* One Diameter node. */
struct place {
	char identity[128], realm[64], address[ADDR_TEXT_MAX];
	struct aaa_wire *wire;		/* NULL: somebody else's, or: */
	struct aaa_radius *radius;
};

struct live_aaa {
	struct live_run *run;
	GPtrArray *places;		/* struct place: of our server and clients */
	uint32_t state_id;
	char *last;			/* what was said last, so that nobody reads it ten times */
};

static struct ip4_addr nth(const struct ip4_prefix *net, unsigned i)
{
	return ip4_from_u32(ip4_u32(net->addr) + i);
}

static struct place *place_new(struct live_aaa *a, const struct ip4_prefix *net, const char *name, const char *realm,
			       unsigned i)
{
	struct place *p = g_new0(struct place, 1);

	g_snprintf(p->identity, sizeof p->identity, "%s.%s", name, realm);
	g_strlcpy(p->realm, realm, sizeof p->realm);
	ip4_text(nth(net, i), p->address);
	g_ptr_array_add(a->places, p);
	return p;
}

/* Lines for the end, with the time they were said at. */
static void say(void *ctx, const char *text)
{
	struct live_run *r = ctx;
	double at = live_running(r->l) ? (double)moor_world_now(build_world(r->b)) / 1e9 : 0;

	if (!g_strcmp0(r->aaa->last, text) || r->notes->len >= NOTES_MAX)
		return;			/* a peer can come and go very often */
	g_free(r->aaa->last);
	r->aaa->last = g_strdup(text);
	g_string_append_printf(r->notes, "aaa, %.3f s: %s\n", at, text);
}

static struct moor_node *find(void *ctx, const char *identity)
{
	struct live_run *r = ctx;
	struct moor_world *w = build_world(r->b);

	for (uint32_t i = 0; i < moor_node_count(w); i++) {
		const char *name = moor_node_name(moor_node_at(w, i));

		if (g_str_has_prefix(identity, name) && identity[strlen(name)] == '.')
			return moor_node_at(w, i);
	}
	return NULL;
}

/* ---- the network ------------------------------------------------------------------------------------------------- */

static bool own_address(const struct place *p, GError **e)
{
	char *text = g_strdup_printf("addr add %s/32 dev lo\n", p->address);
	bool fine = netns_ip(NULL, text, e);

	g_free(text);
	return fine;
}

/* Packets between the namespaces of two others go through ours. */
static void forward(void)
{
	FILE *f = fopen("/proc/sys/net/ipv4/ip_forward", "w");

	if (!f)
		return;
	fputs("1\n", f);
	fclose(f);
}

static bool wire_to(const struct ip4_prefix *net, struct netns *ns, const char *ours, const char *address, GError **e)
{
	char us[ADDR_TEXT_MAX], all[ADDR_TEXT_MAX], *home, *far;
	bool fine;

	ip4_text(nth(net, PLACE_US), us);
	ip4_text(net->addr, all);
	home = g_strdup_printf("link add %s type veth peer name aaa0 netns %s\nlink set %s up\naddr add %s/32 dev %s\n"
			       "route add %s/32 dev %s src %s\n", ours, netns_name(ns), ours, us, ours, address, ours, us);
	far = g_strdup_printf("addr add %s/32 dev aaa0\nlink set aaa0 up\nroute add %s/32 dev aaa0\n"
			      "route add %s/%u via %s\n", address, us, all, net->len, us);
	fine = netns_ip(NULL, home, e) && netns_ip(ns, far, e);
	g_free(home);
	g_free(far);
	if (fine)
		forward();
	return fine;
}

static void put(GPtrArray *env, const char *what, const struct place *p)
{
	g_ptr_array_add(env, g_strdup_printf("MOORING_%s_IDENTITY=%s", what, p->identity));
	g_ptr_array_add(env, g_strdup_printf("MOORING_%s_REALM=%s", what, p->realm));
	g_ptr_array_add(env, g_strdup_printf("MOORING_%s_IP4=%s", what, p->address));
}

/* Somebody else's program at a place of the network. */
static bool open_other(struct live_run *r, const struct ip4_prefix *net, struct moor_node *node, const char *name,
		       const struct place *at, const struct place *server, const char *command, GError **e)
{
	GPtrArray *env = g_ptr_array_new_with_free_func(g_free);
	struct live_peer *p = live_peer_new(r, node);
	char ours[LIVE_NAME_MAX + 1];
	bool fine;

	g_free(p->name);
	p->name = g_strdup(name);
	g_snprintf(ours, sizeof ours, "aaa-%u", r->peers->len);
	put(env, "AAA", at);
	put(env, "SERVER", server);
	p->ns = netns_new(p->name, e);
	fine = p->ns && wire_to(net, p->ns, ours, at->address, e) && live_command(p, command, env, e);
	g_ptr_array_free(env, TRUE);
	return fine;
}

/* ---- our nodes --------------------------------------------------------------------------------------------------- */

static struct aaa_wire_config config_of(struct live_run *r, const struct scen_diameter *c, const struct place *p,
					const struct diameter_api *api)
{
	return (struct aaa_wire_config){
		.api = api, .live = r->l, .identity = p->identity, .realm = p->realm, .address = p->address,
		.to_realm = c->asked_realm ? c->asked_realm : c->realm, .watchdog_s = (unsigned)(c->watchdog / MOOR_S),
		.retry_ms = (unsigned)(c->retry / MOOR_MS), .state_id = r->aaa->state_id, .say = say, .ctx = r, .find = find,
	};
}

static bool open_server(struct live_run *r, const struct scen_diameter *c, struct moor_node *node, struct place *p,
			const struct diameter_api *api, GError **e)
{
	struct aaa_wire_config w = config_of(r, c, p, api);

	w.port = DIAM_PORT;
	return own_address(p, e) && (p->wire = aaa_wire_server(&w, build_aaa_at(r->b, node), node, e));
}

/* Of a node that asks this server; NULL: it does not. */
static struct aaa_client *client_of(struct live_run *r, struct moor_node *n, const struct moor_node *server)
{
	const struct scen_node *node = build_scen_node(r->b, n);

	return node && node->aaa && !strcmp(node->aaa->text, moor_node_name(server)) ? build_aaa_client(r->b, n) : NULL;
}

static bool open_clients(struct live_run *r, const struct scen_diameter *c, struct moor_node *server,
			 const struct diameter_api *api, GError **e)
{
	struct moor_world *w = build_world(r->b);
	unsigned used = 0;
	bool fine = true;

	for (uint32_t i = 0; fine && i < moor_node_count(w); i++) {
		struct moor_node *n = moor_node_at(w, i);
		struct aaa_client *client = client_of(r, n, server);
		struct aaa_wire_config wc;
		struct place *p;

		if (!client)
			continue;
		p = place_new(r->aaa, &c->network, moor_node_name(n), c->clients_realm, PLACE_CLIENTS + used++);
		wc = config_of(r, c, p, api);
		fine = own_address(p, e) && (p->wire = aaa_wire_client(&wc, client, server, e));
	}
	return fine;
}

static bool all_ready(const struct live_aaa *a, const struct diameter_api *api)
{
	for (guint i = 0; i < a->places->len; i++) {
		const struct place *p = a->places->pdata[i];

		if (p->wire && !api->ready(aaa_wire_node(p->wire)))
			return false;
	}
	return true;
}

static gboolean expired(gpointer user)
{
	*(bool *)user = true;
	return G_SOURCE_REMOVE;
}

static void await(const struct live_aaa *a, const struct diameter_api *api)
{
	bool over = false;
	guint timer = g_timeout_add(PATIENCE_MS, expired, &over);

	while (!over && !all_ready(a, api))
		g_main_context_iteration(NULL, TRUE);
	if (!over)
		g_source_remove(timer);
}

/* Everybody's peer is the agent; without one the server is the clients'. */
static void connect_all(struct live_aaa *a, const struct diameter_api *api, const struct place *to)
{
	for (guint i = 0; i < a->places->len; i++) {
		struct place *p = a->places->pdata[i];

		if (p != to && p->wire)
			api->peer(aaa_wire_node(p->wire), to->identity, to->address, DIAM_PORT);
	}
}

static bool open_one(struct live_run *r, struct moor_node *node, const struct scen_node *n,
		     const struct diameter_api *api, GError **e)
{
	const struct scen_diameter *c = n->diameter;
	struct place *server = place_new(r->aaa, &c->network, moor_node_name(node), c->realm, PLACE_SERVER);
	struct place *agent = c->agent ? place_new(r->aaa, &c->network, "agent", c->clients_realm, PLACE_AGENT) : NULL;
	char *name = g_strdup_printf("%s-agent", moor_node_name(node));
	bool fine;

	if (n->peer == PEER_EXTERNAL)
		fine = open_other(r, &c->network, node, moor_node_name(node), server, server, n->command, e);
	else
		fine = open_server(r, c, node, server, api, e);
	fine = fine && (!agent || open_other(r, &c->network, node, name, agent, server, c->agent, e));
	fine = fine && open_clients(r, c, node, api, e);
	g_free(name);
	if (!fine) {
		g_prefix_error(e, "node %s: ", moor_node_name(node));
		return false;
	}
	connect_all(r->aaa, api, agent ? agent : server);
	return true;
}

/* ---- RADIUS ------------------------------------------------------------------------------------------------------ */

static bool open_radius_client(struct live_run *r, const struct scen_radius *c, struct moor_node *n,
			       struct aaa_client *client, const struct place *server, unsigned at, GError **e)
{
	struct place *p = place_new(r->aaa, &c->network, moor_node_name(n), "radius", at);
	const struct aaa_radius_config rc = {
		.live = r->l, .address = p->address, .server = server->address, .port = (uint16_t)c->port, .secret = c->secret,
		.repeat_ms = (unsigned)(c->repeat / MOOR_MS), .say = say, .ctx = r,
	};

	if (!own_address(p, e) || !(p->radius = aaa_radius_new(&rc, client, find(r, server->identity), e)))
		return false;
	if (!aaa_radius_reached(p->radius, PATIENCE_MS))
		say(r, "nobody listens at the RADIUS server's port");
	return true;
}

static bool open_radius(struct live_run *r, struct moor_node *node, const struct scen_node *n, GError **e)
{
	const struct scen_radius *c = n->radius;
	struct place *server = place_new(r->aaa, &c->network, moor_node_name(node), "radius", PLACE_SERVER);
	bool fine = open_other(r, &c->network, node, moor_node_name(node), server, server, n->command, e);
	struct moor_world *w = build_world(r->b);
	unsigned used = 0;

	for (uint32_t i = 0; fine && i < moor_node_count(w); i++) {
		struct aaa_client *client = client_of(r, moor_node_at(w, i), node);

		if (client)
			fine = open_radius_client(r, c, moor_node_at(w, i), client, server, PLACE_CLIENTS + used++, e);
	}
	if (!fine)
		g_prefix_error(e, "node %s: ", moor_node_name(node));
	return fine;
}

/* ---- the part ---------------------------------------------------------------------------------------------------- */

static void forget(struct live_run *r)
{
	struct live_aaa *a = r->aaa;

	if (!a)
		return;
	for (guint i = 0; i < a->places->len; i++) {
		aaa_wire_free(((struct place *)a->places->pdata[i])->wire);
		aaa_radius_free(((struct place *)a->places->pdata[i])->radius);
	}
	g_ptr_array_free(a->places, TRUE);
	g_free(a->last);
	g_clear_pointer(&r->aaa, g_free);
}

static void aaa_begin(struct live_run *r)
{
	if (r->aaa)
		return;
	r->aaa = g_new0(struct live_aaa, 1);
	r->aaa->places = g_ptr_array_new_with_free_func(g_free);
	r->aaa->state_id = (uint32_t)time(NULL);
}

static bool begin(struct live_run *r, GError **e)
{
	struct moor_world *w = build_world(r->b);
	const struct diameter_api *api = NULL;
	bool fine = true;

	for (uint32_t i = 0; fine && i < moor_node_count(w); i++) {
		struct moor_node *node = moor_node_at(w, i);
		const struct scen_node *n = build_scen_node(r->b, node);

		if (!n || n->kind != NODE_AAA || !(n->diameter || n->radius))
			continue;
		if (n->diameter && !api && !(api = diameter_load(e))) {
			r->refused = true;
			return false;
		}
		aaa_begin(r);
		fine = live_enter(r, e) && (n->radius ? open_radius(r, node, n, e) : open_one(r, node, n, api, e));
	}
	if (fine && api)
		await(r->aaa, api);
	return fine;
}

static void look(struct live_run *r)
{
	for (guint i = 0; r->aaa && i < r->aaa->places->len; i++) {
		const struct place *p = r->aaa->places->pdata[i];

		if (p->wire)
			aaa_wire_look(p->wire);
	}
}

const struct live_part live_aaa_part = { .begin = begin, .look = look, .stop = forget };
