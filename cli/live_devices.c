/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: interfaces of the machine in a live run
 *
 * What a scenario says of real interfaces is opened where the run was started, before anything moves into namespaces:
 * those of nodes for the part that follows (live_peers.c), those of links for a bridge between the link and the network
 * that is there. It implements no clause.
 */
#include "cli/live_run.h"
#include "entity/outside_link.h"

struct live_device {
	struct device *d;		/* the engine's once it is taken */
	bool taken;
	const struct scen_device *of;
	const char *whose;		/* node or link */
	struct outside_link *bridge;	/* of a link */
};

struct device *live_device_take(struct live_run *r, const struct scen_device *d)
{
	for (guint k = 0; k < r->devices->len; k++) {
		struct live_device *i = r->devices->pdata[k];

		if (i->of == d) {
			i->taken = true;
			return i->d;
		}
	}
	return NULL;			/* never: the scenario's devices are all there */
}

/* "file:line:column: " of a key of the device. */
static void place(GError **e, const struct scen_device *d, const char *key)
{
	const struct tree *t = tree_get(d->base.at, key, NULL);

	if (t)
		g_prefix_error(e, "%s:%u:%u: ", t->source->name, t->line, t->column);
}

static struct device *open_by(const struct scen_device *d, GError **e)
{
	switch ((enum scen_by)d->by) {
	case BY_PACKET:
		return device_packet_filtered(d->interface, d->filter, e);
	case BY_PCAP:
		return device_pcap(d->interface, d->filter, e);
	case BY_TAP:
		return device_tap_existing(d->interface, e);
	}
	return NULL;
}

static struct live_device *open_one(struct live_run *r, const struct scen_device *d, const char *whose, GError **e)
{
	struct live_device *i;
	struct device *opened;
	GError *why = NULL;

	if (r->entered && !netns_out()) {
		g_set_error(e, DEVICE_ERROR, DEVICE_FAILED, "%s: interface %s cannot be opened any more: the run before this one "
			    "moved into a namespace of its own, and only root can go back; begin a run of its own with a command of its "
			    "own", whose, d->interface);
		return NULL;
	}
	opened = open_by(d, &why);
	if (r->entered)
		netns_home();
	if (!opened) {
		place(&why, d, d->filter && g_str_has_prefix(why->message, "filter") ? "filter" : "interface");
		g_propagate_error(e, why);
		return NULL;
	}
	i = g_new0(struct live_device, 1);
	*i = (struct live_device){ .d = opened, .of = d, .whose = whose };
	g_ptr_array_add(r->devices, i);
	return i;
}

static bool bridge(struct live_run *r, const struct scen_link *l, GError **e)
{
	struct moor_world *w = build_world(r->b);
	struct moor_link *link = moor_link_find(w, l->base.name);
	struct live_device *i = open_one(r, l->device, l->base.name, e);
	uint32_t mtu = moor_link_params(link)->mtu ? moor_link_params(link)->mtu : 1500;

	if (!i)
		return false;
	i->bridge = outside_link_new(moor_node_new(w, l->device->interface), link, (enum mh_profile)r->s->profile);
	i->taken = true;
	if (device_mtu(i->d) && device_mtu(i->d) < mtu)
		g_string_append_printf(r->notes, "link %s: %s has an MTU of %u, the link one of %u: longer packets are lost\n",
				       l->base.name, l->device->interface, device_mtu(i->d), mtu);
	live_port(r->l, outside_link_wire(i->bridge), i->d, mtu);
	return true;
}

static bool begin(struct live_run *r, GError **e)
{
	bool fine = true;

	for (guint k = 0; fine && k < r->s->nodes->len; k++) {
		const struct scen_node *n = r->s->nodes->pdata[k];

		for (guint i = 0; fine && i < n->devices->len; i++)
			fine = open_one(r, n->devices->pdata[i], n->base.name, e) != NULL;
	}
	for (guint k = 0; fine && k < r->s->links->len; k++) {
		const struct scen_link *l = r->s->links->pdata[k];

		fine = !l->device || bridge(r, l, e);
	}
	return fine;
}

static void look(struct live_run *r)
{
	if (r->devices->len)
		live_look(r->l);
}

static void tell(struct live_run *r, GString *text)
{
	for (guint k = 0; k < r->devices->len; k++) {
		struct live_device *i = r->devices->pdata[k];
		struct device_stats s = device_stats(i->d);

		g_string_append_printf(text, "%s: %" G_GUINT64_FORMAT " frames in and %" G_GUINT64_FORMAT " out by %s\n", i->whose,
				       s.in, s.out, i->of->interface);
		if (s.too_long)
			g_string_append_printf(text, "%s: %" G_GUINT64_FORMAT " frames of %s were several in one, longer than its MTU, and "
					       "are lost: `ethtool -K %s gro off lro off`, and at the other end of a veth pair `tso off gso "
					       "off`\n", i->whose, s.too_long, i->of->interface, i->of->interface);
		if (s.cut)
			g_string_append_printf(text, "%s: of %" G_GUINT64_FORMAT " frames of %s only a part came; they are lost\n",
					       i->whose, s.cut, i->of->interface);
	}
}

/* The engine's devices are still there. */
static void clean(struct live_run *r)
{
	for (guint k = 0; k < r->devices->len; k++) {
		struct live_device *i = r->devices->pdata[k];

		if (!i->taken)
			device_free(i->d);
		outside_link_free(i->bridge);
		g_free(i);
	}
	g_ptr_array_set_size(r->devices, 0);
}

const struct live_part live_devices_part = { .begin = begin, .look = look, .tell = tell, .clean = clean };
