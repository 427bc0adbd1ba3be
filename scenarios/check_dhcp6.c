/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: DHCPv6 in a scenario
 *
 * A server must have what it is to tell, a relayed link someone who relays, and a mobile network one UE that it hangs
 * on. It implements no clause.
 */
#include <string.h>

#include "entity/ue.h"
#include "proto/dhcp6_server.h"
#include "scenarios/dhcp6.h"
#include "scenarios/names.h"
#include "wire/dhcp4.h"
#include "wire/dns.h"

static const struct tree *at_key(const struct scen_base *b, const char *key)
{
	const struct tree *t = tree_get(b->at, key, NULL);

	return t ? t : b->at;
}

static const struct { const char *name; unsigned lie; } lies[] = {
	{ "xid", DHCP6_LIE_XID }, { "no-server-id", DHCP6_LIE_NO_SERVER_ID }, { "client-id", DHCP6_LIE_CLIENT_ID },
	{ "ha-multicast", DHCP6_LIE_HA_MULTICAST }, { "ha-unspecified", DHCP6_LIE_HA_ZERO },
	{ "ha-mapped", DHCP6_LIE_HA_MAPPED }, { "other-home", DHCP6_LIE_OTHER_HOME }, { "truncated", DHCP6_LIE_TRUNCATED },
	{ "lifetimes", DHCP6_LIE_LIFETIMES }, { "bare", DHCP6_LIE_BARE },
};

unsigned dhcp6_lie_named(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(lies); i++)
		if (!strcmp(lies[i].name, name))
			return lies[i].lie;
	return 0;
}

/* ---- servers ----------------------------------------------------------------------------------------------------- */

static bool is_name(const char *name)
{
	uint8_t buf[DHCP6_NAME_MAX];

	return strlen(name) < DHCP6_SERVER_NAME_MAX && dns_name_ok(name) && dhcp6_name_encode(name, buf, sizeof buf) > 0;
}

static void check_home(const struct scenario *s, const struct scen_home *h, struct report *r)
{
	const struct scen_node *ha = h->home_agent ? scen_node(s, h->home_agent->text) : NULL;

	if (ha && ha->kind != NODE_HA)
		report_at(r, h->home_agent, "`%s` is not of kind ha", h->home_agent->text);
	if (!h->home_agent && !h->fqdn && !tree_get(h->base.at, "address", NULL) && !tree_get(h->base.at, "prefix", NULL))
		report_at(r, h->base.at, "tells nothing: needs `home-agent`, `address`, `fqdn` or `prefix`");
	if (h->network && !is_name(h->network))
		report_at(r, at_key(&h->base, "network"), "`%s` is no domain name", h->network);
	if (h->fqdn && !is_name(h->fqdn))
		report_at(r, at_key(&h->base, "fqdn"), "`%s` is no domain name", h->fqdn);
}

static void check_pools(const struct scenario *s, const struct scen_node *n, const struct scen_dhcp6 *d,
			struct report *r)
{
	if (d->delegate.len && n->kind != NODE_HA)
		report_at(r, at_key(&d->base, "delegate"), "only a home agent delegates: prefixes lead to nobody else");
	if (!d->delegate.len && tree_get(d->base.at, "delegate-length", NULL))
		report_at(r, at_key(&d->base, "delegate-length"), "goes with `delegate`");
	if (d->delegate.len > d->delegate_length)
		report_at(r, at_key(&d->base, "delegate"), "no prefix of length %d fits in", (int)d->delegate_length);
	if (d->delegate.len && (ip6_in_prefix(&d->delegate.addr, &n->hnp_pool) ||
				(n->hnp_pool.len && ip6_in_prefix(&n->hnp_pool.addr, &d->delegate))))
		report_at(r, at_key(&d->base, "delegate"), "overlaps the hnp-pool");
	for (guint i = 0; d->delegate.len && names_prefix_in(s, &d->delegate) && i < s->links->len; i++) {
		const struct scen_link *l = s->links->pdata[i];

		if (l->prefix.len && ip6_in_prefix(&l->prefix.addr, &d->delegate))
			report_at(r, at_key(&d->base, "delegate"), "holds the prefix of link `%s`", l->base.name);
	}
	if (d->addresses.len && d->addresses_of_link)
		report_at(r, at_key(&d->base, "addresses-of-link"), "there is a pool already: `addresses`");
	if (d->addresses.len && d->addresses.len < 64)
		report_at(r, at_key(&d->base, "addresses"), "a pool of addresses is a /64 or longer");
	if (d->preferred > d->valid)
		report_at(r, at_key(&d->base, "preferred"), "longer than the valid lifetime");
}

static void check_server(const struct scenario *s, const struct scen_node *n, struct report *r)
{
	const struct scen_dhcp6 *d = n->dhcp6;
	struct ip6_addr a;
	struct ip4_addr a4;

	if (d->dns->len > DHCP6_MAX_DNS)
		report_at(r, at_key(&d->base, "dns"), "%u DNS servers at most", DHCP6_MAX_DNS);
	for (guint i = 0; i < d->dns->len; i++)
		if (!ip6_parse(((const struct tree *)d->dns->pdata[i])->text, &a))
			report_at(r, d->dns->pdata[i], "`%s` is no IPv6 address", ((const struct tree *)d->dns->pdata[i])->text);
	if (d->dns4->len > DHCP4_MAX_DNS)
		report_at(r, at_key(&d->base, "dns4"), "%u DNS servers at most", DHCP4_MAX_DNS);
	if (d->dns4->len && n->kind != NODE_HA)
		report_at(r, at_key(&d->base, "dns4"), "only a home agent is asked through a tunnel");
	for (guint i = 0; i < d->dns4->len; i++)
		if (!ip4_parse(((const struct tree *)d->dns4->pdata[i])->text, &a4))
			report_at(r, d->dns4->pdata[i], "`%s` is no IPv4 address", ((const struct tree *)d->dns4->pdata[i])->text);
	if (d->domain && !is_name(d->domain))
		report_at(r, at_key(&d->base, "domain"), "`%s` is no domain name", d->domain);
	if (d->homes->len > DHCP6_SERVER_HOMES)
		report_at(r, at_key(&d->base, "homes"), "%d home networks at most", DHCP6_SERVER_HOMES);
	for (guint i = 0; i < d->homes->len; i++)
		check_home(s, d->homes->pdata[i], r);
	for (guint i = 0; i < d->lies->len; i++)
		if (!dhcp6_lie_named(((const struct tree *)d->lies->pdata[i])->text))
			report_at(r, d->lies->pdata[i], "there is no lie `%s`", ((const struct tree *)d->lies->pdata[i])->text);
	check_pools(s, n, d, r);
}

/* ---- mobile networks --------------------------------------------------------------------------------------------- */

const struct scen_node *scen_mobile_router(const struct scenario *s, const struct scen_link *l)
{
	return g_hash_table_lookup(s->names->mobile, l->base.name);
}

static void check_mobile_network(const struct scenario *s, const struct scen_node *n, struct report *r)
{
	const struct tree *word = n->mobile_network;
	const struct scen_link *l = scen_link(s, word->text);

	if (scen_is_group(n))
		report_at(r, word, "a group has no mobile network: each member would need a link of its own");
	if (n->interfaces->len + 1 > UE_IFACE_MAX)
		report_at(r, word, "a UE has %d interfaces at most, with that of its mobile network", UE_IFACE_MAX);
	if (!l)
		return;			/* said elsewhere */
	if (scen_mobile_router(s, l) != n)
		report_at(r, word, "link `%s` hangs on another UE already", word->text);
	if (l->access || l->home || l->prefix.len || l->prefix4.len)
		report_at(r, word, "link `%s` cannot be a mobile network: its prefix is delegated, and UEs do not attach to it",
			  word->text);
	for (guint i = 0; i < n->interfaces->len; i++)
		if (!strcmp(((const struct tree *)n->interfaces->pdata[i])->text, word->text))
			report_at(r, word, "`%s` is the name of another interface", word->text);
}

void dhcp6_check_node(const struct scenario *s, const struct scen_node *n, struct report *r)
{
	if (n->dhcp6)
		check_server(s, n, r);
	if (n->kind == NODE_UE && n->mobile_network)
		check_mobile_network(s, n, r);
}

/* ---- links ------------------------------------------------------------------------------------------------------- */

static bool has_router(const struct scenario *s, const struct scen_link *l)
{
	for (guint i = 0; i < l->nodes->len; i++) {
		const struct scen_node *n = scen_node(s, ((const struct tree *)l->nodes->pdata[i])->text);

		if (n && (n->kind == NODE_ROUTER || n->kind == NODE_MAG))
			return true;
	}
	return false;
}

void dhcp6_check_link(const struct scenario *s, const struct scen_link *l, struct report *r)
{
	const struct scen_node *n = l->dhcp6 ? scen_node(s, l->dhcp6->text) : NULL;

	if (!n)
		return;
	if (!n->dhcp6)
		report_at(r, l->dhcp6, "`%s` has no `dhcp6`", l->dhcp6->text);
	else if (!scen_on_link(s, l, l->dhcp6->text) && !has_router(s, l))
		report_at(r, l->dhcp6, "`%s` is not on this link, and no router here could relay", l->dhcp6->text);
}
