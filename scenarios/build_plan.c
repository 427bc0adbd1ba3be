/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: addresses of fixed nodes
 *
 * The n-th node of a link's list gets the n-th address of its prefixes, unless the node says otherwise. Hardware
 * addresses are made from names, so that another node in the scenario changes nobody else's interface identifiers: 02,
 * two octets from node and interface name, three that count members. It implements no clause.
 */
#include <string.h>

#include "scenarios/build_priv.h"
#include "scenarios/names.h"
#include "scenarios/device.h"

/* The stem of a node's or group's interface; taken ones are passed over, in the order of the scenario. */
static uint64_t mac_stem(struct build *b, const char *node, const char *iface)
{
	struct rng r = rng_make(0, node, iface);
	uint32_t stem = rng_u32(&r) & 0xffff;

	while (!g_hash_table_add(b->macs, GUINT_TO_POINTER(stem + 1)))
		stem = (stem + 1) & 0xffff;
	return UINT64_C(0x020000000000) | (uint64_t)stem << 24;
}

struct mac_addr build_mac(struct build *b, const char *node, const char *iface)
{
	const struct scen_node *n = scen_node(b->s, node);
	const struct scen_device *d = n ? device_of(n, iface) : NULL;
	struct mac_addr mac = mac_from_u64(mac_stem(b, node, iface) + 1);

	if (d && d->mac)
		mac_parse(d->mac, &mac);
	return mac;
}

/* What `addresses` says about this link. */
static void given_addresses(const struct scen_node *n, const struct scen_link *l, struct fix_iface *i)
{
	const struct tree *v = n->addresses ? tree_get(n->addresses, l->base.name, NULL) : NULL;

	for (guint k = 0; v && k < (v->kind == TREE_LIST ? tree_count(v) : 1); k++) {
		const char *text = v->kind == TREE_LIST ? tree_item(v, k)->text : v->text;

		if (!ip6_parse(text, &i->a6))
			ip4_parse(text, &i->a4);
	}
}

static void add_iface(struct build *b, struct fix *f, guint link, guint position)
{
	const struct scen_link *l = b->s->links->pdata[link];
	struct fix_iface *i = &f->iface[f->n_ifaces++];

	i->link = link;
	if (l->prefix.len)
		i->a6 = ip6_from_prefix_iid(&l->prefix, position + 1);
	if (l->prefix4.len)
		i->a4 = ip4_from_u32(ip4_u32(l->prefix4.addr) + position + 1);
	given_addresses(f->n, l, i);
	i->mac = build_mac(b, f->n->base.name, l->base.name);
}

void build_addresses(struct build *b)
{
	for (guint k = 0; k < b->n_fix; k++)
		for (guint i = 0; b->fix[k].n && i < names_links_of(b->s, b->fix[k].n)->len; i++) {
			const struct scen_link *l = names_links_of(b->s, b->fix[k].n)->pdata[i];

			for (guint p = 0; p < l->nodes->len; p++)
				if (!strcmp(((const struct tree *)l->nodes->pdata[p])->text, b->fix[k].n->base.name))
					add_iface(b, &b->fix[k], l->base.place, p);
		}
}
