/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: interfaces of the machine in a scenario
 *
 * A node that another program plays may be wherever an interface of the machine leads to, and a link may go on in the
 * network that is there. Here are the keys that say so, and the rules between them; emu/ opens the interfaces. It
 * implements no clause.
 */
#include "scenarios/device.h"

#include <string.h>

#include "scenarios/load.h"
#include "scenarios/names.h"

#define AT(type, member) .offset = offsetof(struct type, member)
#define END { .key = NULL }

static const struct scen_choice device_ways[] = {
	{ "packet", BY_PACKET, "a packet socket" },
	{ "pcap", BY_PCAP, "libpcap, or a packet socket where the program itself may not" },
	{ "tap", BY_TAP, "attach to a TAP device that is there: the machine's own stack behind it is the peer" },
	{ NULL, 0, NULL }
};

static const struct scen_row device_rows[] = {
	{ "interface", ST_TEXT, AT(scen_device, interface), .required = SCEN_ALL,
	  .about = "name of a network interface where `mooring live` is started" },
	{ "by", ST_ENUM, AT(scen_device, by), .choices = device_ways, .def = "packet", .about = "how its frames are read" },
	{ "filter", ST_TEXT, AT(scen_device, filter),
	  .about = "only these of its frames come in: a capture filter as tcpdump has them, pcap-filter(7)" },
	{ "mac", ST_TEXT, AT(scen_device, mac),
	  .about = "of a node's: the peer's own MAC address, which is then the node's; frames from others are passed over" },
	END
};

const struct scen_section scen_device_section = {
	"device", "a device",
	"A network interface of the machine in place of one of the scenario: what comes in there was sent by the node "
	"(`devices`, by the name of its interface or link; of a node with `peer: external` that is already running) or by "
	"somebody on the link (`device`). Only `mooring live` has them.",
	device_rows, sizeof(struct scen_device), NULL,
	"devices: {wlan: {interface: eth1, mac: \"02:00:00:00:00:07\", filter: \"not port 22\"}}",
};

/* ---- rules ------------------------------------------------------------------------------------------------------- */

const struct scen_device *device_of(const struct scen_node *n, const char *port)
{
	for (guint k = 0; n->devices && k < n->devices->len; k++) {
		const struct scen_device *d = n->devices->pdata[k];

		if (!strcmp(d->base.name, port))
			return d;
	}
	return NULL;
}

bool device_anywhere(const struct scenario *s)
{
	for (guint i = 0; i < s->nodes->len; i++)
		if (((const struct scen_node *)s->nodes->pdata[i])->devices->len)
			return true;
	for (guint i = 0; i < s->links->len; i++)
		if (((const struct scen_link *)s->links->pdata[i])->device)
			return true;
	return false;
}

static const struct tree *at_key(const struct scen_base *b, const char *key)
{
	const struct tree *t = tree_get(b->at, key, NULL);

	return t ? t : b->at;
}

static void check_device(const struct scen_device *d, struct report *r)
{
	struct mac_addr mac;

	if (!d->interface)
		return;			/* told already */
	if (!*d->interface || strlen(d->interface) > 15 || strpbrk(d->interface, "/ :%"))
		report_at(r, at_key(&d->base, "interface"), "`%s` is no name of an interface: 1 to 15 octets, no space, slash, "
			  "colon or percent sign", d->interface);
	if (d->by == BY_TAP && d->filter)
		report_at(r, at_key(&d->base, "filter"), "a TAP device has no capture filter");
	if (d->mac && (!mac_parse(d->mac, &mac) || mac.o[0] & 1))
		report_at(r, at_key(&d->base, "mac"), "`%s` is not a station's link-layer address", d->mac);
}

static bool has_port(const struct scenario *s, const struct scen_node *n, const char *name)
{
	bool mobile = n->kind == NODE_UE || n->kind == NODE_MN;
	const struct scen_link *l = mobile ? NULL : scen_link(s, name);

	for (guint i = 0; mobile && i < n->interfaces->len; i++)
		if (!strcmp(((const struct tree *)n->interfaces->pdata[i])->text, name))
			return true;
	return l && scen_on_link(s, l, n->base.name);
}

static void check_node(const struct scenario *s, const struct scen_node *n, GPtrArray *all, struct report *r)
{
	bool mobile = n->kind == NODE_UE || n->kind == NODE_MN;
	guint ports = mobile ? n->interfaces->len : names_links_of(s, n)->len;

	if (n->devices->len && n->peer != PEER_EXTERNAL)
		report_at(r, at_key(&n->base, "devices"), "`%s` is ours: devices are of nodes with `peer: external`; a link that "
			  "goes on in a real network has `device`", n->base.name);
	if (n->devices->len && mobile && tree_get(n->base.at, "count", NULL))
		report_at(r, at_key(&n->base, "devices"), "a group has none; name its members one by one");
	if (n->devices->len && n->devices->len == ports && n->command)
		report_at(r, at_key(&n->base, "command"), "all interfaces of `%s` are devices: what plays it is running already, and "
			  "there is no namespace to start a command in", n->base.name);
	for (guint k = 0; k < n->devices->len; k++) {
		struct scen_device *d = n->devices->pdata[k];

		check_device(d, r);
		if (!has_port(s, n, d->base.name))
			report_at(r, d->base.at, "node `%s` has no interface `%s`", n->base.name, d->base.name);
		if (n->kind == NODE_MN && !d->mac)
			report_at(r, d->base.at, "a gateway knows a mobile node by its MAC address: `mac` is missing");
		if (d->interface)
			g_ptr_array_add(all, d);
	}
}

static void check_link(const struct scenario *s, const struct scen_link *l, GPtrArray *all, struct report *r)
{
	if (!l->device)
		return;
	check_device(l->device, r);
	if (l->kind == LINK_P2P)
		report_at(r, at_key(&l->base, "device"), "a p2p link has two ends already");
	if (l->device->mac)
		report_at(r, at_key(&l->device->base, "mac"), "on a link there is everybody's");
	for (guint i = 0; l->access && i < l->nodes->len; i++) {
		const struct scen_node *n = scen_node(s, ((const struct tree *)l->nodes->pdata[i])->text);

		if (n && n->kind == NODE_MAG)
			report_at(r, at_key(&l->base, "device"), "a gateway knows its mobile nodes one by one: give each of them "
				  "`devices`");
	}
	if (l->device->interface)
		g_ptr_array_add(all, l->device);
}

void device_check(const struct scenario *s, struct report *r)
{
	GPtrArray *all = g_ptr_array_new();
	GHashTable *seen = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < s->nodes->len; i++)
		check_node(s, s->nodes->pdata[i], all, r);
	for (guint i = 0; i < s->links->len; i++)
		check_link(s, s->links->pdata[i], all, r);
	for (guint k = 0; k < all->len; k++) {
		const struct scen_device *d = all->pdata[k];

		if (!g_hash_table_add(seen, (gpointer)d->interface))
			report_at(r, at_key(&d->base, "interface"), "`%s` is another device's already: one interface is one node or link",
				  d->interface);
	}
	g_ptr_array_free(all, TRUE);
	g_hash_table_unref(seen);
}
