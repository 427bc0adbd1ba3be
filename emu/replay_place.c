/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The nodes of a capture and the places where they are, by number: a node is an address or an identifier, a place
 * stands in for a port. They get their names when they are first met, and exist apart because traces, metrics and
 * tables know them by these numbers alone. No clause.
 */
#include "emu/replay_internal.h"

static const char *address_text(const struct ip6_addr *a, char *buf)
{
	return ip6_is_mapped(a) ? ip4_text(ip6_mapped_ip4(a), buf) : ip6_text(a, buf);
}

uint32_t replay_new_node(struct replay *r, struct map *in, struct map_key key, const char *name)
{
	uint32_t n = r->n_nodes++;

	map_put(in, key, n);
	name_table_node(r->names, n, name);
	return n;
}

uint32_t replay_node(struct replay *r, const struct ip6_addr *a)
{
	char buf[ADDR_TEXT_MAX];
	uint32_t n;

	if (map_get(&r->nodes, map_key_ip6(a), &n))
		return n;
	return replay_new_node(r, &r->nodes, map_key_ip6(a), address_text(a, buf));
}

uint32_t replay_port(struct replay *r, const struct binding *b, const struct ip6_addr *care_of)
{
	struct { struct ip6_addr a; uint64_t node; } k = { *care_of, b->node };
	struct map_key key = replay_hash(&k, sizeof(k));
	struct ip6_prefix prefix;
	char buf[ADDR_TEXT_MAX];
	const char *link;
	uint32_t port;

	if (map_get(&r->ports, key, &port))
		return port;
	prefix = ip6_prefix_make(care_of, 64);
	port = r->n_ports++;
	map_put(&r->ports, key, port);
	if (!b->proxy && ip6_eq(care_of, &b->home))
		link = "home";
	else if (b->proxy || ip6_is_mapped(care_of))
		link = address_text(care_of, buf);
	else
		link = ip6_prefix_text(&prefix, buf);
	name_table_port(r->names, port, b->node, "place", link);
	return port;
}
