/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: how AAA servers are reached, the rules between the keys
 *
 * Which of our and of others' servers speak what, realms that can stand in a DiameterIdentity [RFC 6733 4.3.1],
 * networks that have room for everybody and are nobody else's, a secret that is one [RFC 2865 3].
 */
#include "scenarios/aaa.h"

#include <string.h>

#include "wire/dns.h"

#define NETWORK_BITS_MAX 24		/* an agent, a server, clients and our end of the wires [cli/live_aaa.c] */
#define REALM_MAX 63u			/* octets: with a node's name in front it is a DiameterIdentity */

static const struct tree *at_key(const struct scen_base *b, const char *key)
{
	const struct tree *t = tree_get(b->at, key, NULL);

	return t ? t : b->at;
}

static void realm(const struct scen_diameter *d, const char *key, const char *text, struct report *r)
{
	if (text && (!*text || !dns_name_ok(text) || strlen(text) > REALM_MAX))
		report_at(r, at_key(&d->base, key), "`%s` is no realm: a domain name of 1 to %u octets", text, REALM_MAX);
}

static const struct ip4_prefix *network_of(const struct scen_node *n)
{
	return n->diameter ? &n->diameter->network : n->radius ? &n->radius->network : NULL;
}

static void network(const struct scenario *s, const struct scen_node *n, struct report *r)
{
	const struct scen_base *base = n->diameter ? &n->diameter->base : &n->radius->base;
	const struct ip4_prefix *mine = network_of(n);

	if (mine->len > NETWORK_BITS_MAX)
		report_at(r, at_key(base, "network"), "a network with room for a server and its clients has a prefix of %u bits "
			  "at most", NETWORK_BITS_MAX);
	for (guint i = 0; i < s->nodes->len && s->nodes->pdata[i] != n; i++) {
		const struct scen_node *other = s->nodes->pdata[i];
		const struct ip4_prefix *theirs = network_of(other);

		if (theirs && (ip4_in_prefix(mine->addr, *theirs) || ip4_in_prefix(theirs->addr, *mine)))
			report_at(r, at_key(base, "network"), "the network of `%s` too: give each AAA server one of its own",
				  other->base.name);
	}
}

void aaa_check_node(const struct scenario *s, const struct scen_node *n, struct report *r)
{
	if (n->kind != NODE_AAA)
		return;
	if (n->peer == PEER_EXTERNAL && !n->diameter && !n->radius)
		report_at(r, at_key(&n->base, "peer"), "another AAA server is reached over a network: add `diameter: {}`");
	if (n->radius && n->diameter)
		report_at(r, at_key(&n->base, "radius"), "`%s` has `diameter` already", n->base.name);
	if (n->radius && n->peer != PEER_EXTERNAL)
		report_at(r, at_key(&n->base, "radius"), "our own AAA server does not speak RADIUS: `peer: external` does");
	if (n->radius && !*n->radius->secret)
		report_at(r, at_key(&n->radius->base, "secret"), "a shared secret is not empty");
	if (n->diameter) {
		realm(n->diameter, "realm", n->diameter->realm, r);
		realm(n->diameter, "asked-realm", n->diameter->asked_realm, r);
		realm(n->diameter, "clients-realm", n->diameter->clients_realm, r);
	}
	if (network_of(n))
		network(s, n, r);
}
