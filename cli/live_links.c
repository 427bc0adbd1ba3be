/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: what programs do to their interfaces
 *
 * Whoever is root in a namespace may take an interface down, rename or remove it, change its MTU or its MAC address.
 * The run goes on, and its end says who did what and when. A new MAC address is heard from then on, as on any wire. It
 * implements no clause.
 */
#include <net/if.h>
#include <string.h>

#include "cli/live_run.h"
#include "emu/link_watch.h"

/* One interface. */
struct link {
	struct live_peer *peer;
	int port;			/* of peer->o; -1: the device of its programs */
	struct link_news last;
	char name[IF_NAMESIZE];
};

struct live_links {
	GPtrArray *watches;		/* struct link_watch, of each namespace */
	GPtrArray *links;		/* GArray of struct link, beside them */
};

/* Which MTU it should have. */
static uint32_t link_mtu(const struct link *k)
{
	return k->port < 0 ? LIVE_PROGRAM_MTU : moor_port_mtu(outside_port(k->peer->o, (unsigned)k->port));
}

static void on_mac(struct link *k, const struct mac_addr *mac)
{
	char text[24];

	live_note(k->peer->run, "%s: the MAC address of its interface %s was set to %s", k->peer->name, k->name,
		  mac_text(mac, text));
	if (k->port < 0)
		return;
	/* nobody knows which one is next: it gets what is there, and takes its own */
	outside_shared(k->peer->o, (unsigned)k->port, false);
	moor_port_promiscuous(outside_port(k->peer->o, (unsigned)k->port), true);
}

static void compare(struct link *k, const struct link_news *n)
{
	struct live_run *r = k->peer->run;

	if (n->removed) {
		if (k->port < 0)	/* the others' is noticed by the engine too, and told there */
			live_note(r, "%s: its interface %s was removed", k->peer->name, k->name);
		k->last.index = 0;
		return;
	}
	if (n->up != k->last.up)
		live_note(r, "%s: its interface %s %s", k->peer->name, k->name, n->up ? "came up again" : "was taken down");
	if (n->mtu && n->mtu != k->last.mtu && n->mtu != link_mtu(k))
		live_note(r, "%s: the MTU of its interface %s was set to %u octets, where its link has %u", k->peer->name, k->name,
			  n->mtu, link_mtu(k));
	if (n->has_mac && !mac_eq(&n->mac, &k->last.mac))
		on_mac(k, &n->mac);
	if (*n->name && strcmp(n->name, k->name)) {
		live_note(r, "%s: its interface %s was renamed to %s", k->peer->name, k->name, n->name);
		g_strlcpy(k->name, n->name, sizeof k->name);
	}
	k->last = *n;
	k->last.name = NULL;
}

static void on_news(void *ctx, const struct link_news *n)
{
	GArray *links = ctx;

	for (guint i = 0; i < links->len; i++)
		if (g_array_index(links, struct link, i).last.index == n->index)
			compare(&g_array_index(links, struct link, i), n);
}

/* In the peer's namespace. */
static void add(GArray *links, struct live_peer *p, int port, const char *name)
{
	struct link k = { .peer = p, .port = port, .last = { .index = (int)if_nametoindex(name), .up = true } };

	if (port >= 0)
		k.last.mac = *moor_port_mac(outside_port(p->o, (unsigned)port));
	k.last.mtu = link_mtu(&k);
	g_strlcpy(k.name, name, sizeof k.name);
	if (k.last.index)
		g_array_append_val(links, k);
}

static bool watch(struct live_links *l, struct live_peer *p, GError **e)
{
	GArray *links = g_array_new(FALSE, FALSE, sizeof(struct link));
	struct link_watch *w;

	netns_go(p->ns);
	w = link_watch_new(e);
	for (guint i = 0; p->o && i < p->device->len; i++)
		add(links, p, (int)i, device_name(p->device->pdata[i]));
	if (p->programs)
		add(links, p, -1, LIVE_PROGRAM_DEVICE);
	netns_home();
	if (!w) {
		g_array_free(links, TRUE);
		return false;
	}
	g_ptr_array_add(l->watches, w);
	g_ptr_array_add(l->links, links);
	return true;
}

static bool begin(struct live_run *r, GError **e)
{
	bool fine = true;

	r->links = g_new0(struct live_links, 1);
	r->links->watches = g_ptr_array_new();
	r->links->links = g_ptr_array_new();
	for (guint k = 0; fine && k < r->peers->len; k++)
		if (((struct live_peer *)r->peers->pdata[k])->ns)
			fine = watch(r->links, r->peers->pdata[k], e);
	return fine;
}

static void look(struct live_run *r)
{
	for (guint k = 0; k < r->links->watches->len; k++)
		link_watch_look(r->links->watches->pdata[k], on_news, r->links->links->pdata[k]);
}

/* Once more: what a program did last. Its interfaces are still there. */
static void stop(struct live_run *r)
{
	if (r->links)
		look(r);
}

static void clean(struct live_run *r)
{
	for (guint k = 0; r->links && k < r->links->watches->len; k++) {
		link_watch_free(r->links->watches->pdata[k]);
		g_array_free(r->links->links->pdata[k], TRUE);
	}
	if (r->links) {
		g_ptr_array_free(r->links->watches, TRUE);
		g_ptr_array_free(r->links->links, TRUE);
	}
	g_clear_pointer(&r->links, g_free);
}

const struct live_part live_links_part = { .begin = begin, .look = look, .stop = stop, .clean = clean };
