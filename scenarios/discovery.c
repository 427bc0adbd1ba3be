/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: what the table cannot say about home agent discovery
 *
 * Names that must be domain names, records that must be records, nodes that must be of a kind, ways of discovery that
 * need something that is not there. Refused before the run, with their place. It implements no clause, but an IPv4-
 * mapped address in a zone is refused for [R29275-6.1-13].
 */
#include "scenarios/discovery.h"

#include <stdio.h>
#include <string.h>

#include "scenarios/scenario.h"

static const struct tree *at_key(const struct scen_base *b, const char *key)
{
	const struct tree *t = tree_get(b->at, key, NULL);

	return t ? t : b->at;
}

static bool is_kind(const struct scenario *s, const struct tree *name, int kind)
{
	uint32_t member;
	const struct scen_node *n = name ? scen_member(s, name->text, &member) : NULL;

	return !n || n->kind == kind;		/* names of nothing are reported elsewhere */
}

/* ---- words ------------------------------------------------------------------------------------------------------- */

int discovery_method(const char *word)
{
	for (int m = 0; m < DISCOVERY_METHODS; m++)
		if (!strcmp(discovery_method_name((enum discovery_method)m), word))
			return m;
	return -1;
}

bool discovery_record(const char *owner, const char *word, struct dns_record *out)
{
	char name[DNS_NAME_TEXT], rest[2];
	unsigned priority, weight, port;

	*out = (struct dns_record){ .section = DNS_ANSWER };
	if (!dns_name_set(out->owner, owner))
		return false;
	if (ip6_parse(word, &out->a6)) {
		out->type = DNS_AAAA;
		return !ip6_is_mapped(&out->a6);
	}
	if (ip4_parse(word, &out->a4)) {
		out->type = DNS_A;
		return true;
	}
	if (sscanf(word, "cname %253s %1s", name, rest) == 1) {
		out->type = DNS_CNAME;
		return dns_name_set(out->target, name);
	}
	if (sscanf(word, "srv %u %u %u %253s %1s", &priority, &weight, &port, name, rest) == 4) {
		out->type = DNS_SRV;
		out->priority = (uint16_t)priority;
		out->weight = (uint16_t)weight;
		out->port = (uint16_t)port;
		return priority <= UINT16_MAX && weight <= UINT16_MAX && port <= UINT16_MAX && dns_name_set(out->target, name);
	}
	return false;
}

/* [R24303-4.2-04]; 001 and 01 are the network of the IMSIs that scenarios make */
bool discovery_ha_apn(const struct scen_node *n, const char *apn, char out[DNS_NAME_TEXT])
{
	char mcc[4] = "001", mnc[3] = "01";

	if (n->ha_apn)
		return dns_name_set(out, n->ha_apn);
	if (n->usim && n->usim->imsi && strlen(n->usim->imsi) >= 5) {
		memcpy(mcc, n->usim->imsi, 3);
		memcpy(mnc, n->usim->imsi + 3, 2);
	}
	return dns_ha_apn(out, apn, mcc, mnc);
}

/* ---- nodes ------------------------------------------------------------------------------------------------------- */

static void check_zone(const struct scenario *s, const struct scen_node *n, struct report *r)
{
	for (guint i = 0; n->zone && i < tree_count(n->zone); i++) {
		const struct tree *key = tree_key(n->zone, i), *v = tree_item(n->zone, i);

		if (!dns_name_ok(key->text))
			report_at(r, key, "`%s` is not a domain name", key->text);
		for (guint k = 0; k < (v->kind == TREE_LIST ? tree_count(v) : 1); k++) {
			const struct tree *w = v->kind == TREE_LIST ? tree_item(v, k) : v;
			const struct scen_node *ha = scen_node(s, w->text);
			struct ip6_addr a;
			struct dns_record one;

			if (ha && ha->kind == NODE_HA)
				continue;
			if (ip6_parse(w->text, &a) && ip6_is_mapped(&a))
				report_at(r, w, "an IPv4-mapped address is not put into the DNS [29.275 6.1]; give the IPv4 address");
			else if (!discovery_record("a", w->text, &one))
				report_at(r, w, "`%s` is no record: an address, an ha node, `cname NAME` or "
					  "`srv PRIORITY WEIGHT PORT NAME`", w->text);
		}
	}
}

static bool has_method(const struct scen_node *n, enum discovery_method m)
{
	for (guint i = 0; i < n->discovery->len; i++)
		if (discovery_method(((const struct tree *)n->discovery->pdata[i])->text) == (int)m)
			return true;
	return false;
}

static void check_methods(const struct scen_node *n, struct report *r)
{
	unsigned seen = 0;

	for (guint i = 0; i < n->discovery->len; i++) {
		const struct tree *w = n->discovery->pdata[i];
		int m = discovery_method(w->text);

		if (m < 0)
			report_at(r, w, "there is no way of discovery `%s` (one of: pco, ikev2, dhcp6, dns, service, static)", w->text);
		else if (seen >> m & 1)
			report_at(r, w, "`%s` is here twice", w->text);
		else
			seen |= 1u << m;
	}
}

static void check_ue(const struct scenario *s, const struct scen_node *n, struct report *r)
{
	char name[DNS_NAME_TEXT];

	check_methods(n, r);
	if (has_method(n, DISCOVERY_IKEV2) && (!n->epdg || n->ipsec != SCEN_IPSEC_IKEV2))
		report_at(r, at_key(&n->base, "discovery"), "`ikev2` needs an `epdg` to ask and `ipsec: ikev2`");
	if (n->epdg && !is_kind(s, n->epdg, NODE_HA))
		report_at(r, n->epdg, "`%s` is not of kind ha", n->epdg->text);
	for (guint i = 0; i < n->dns->len; i++)
		if (!is_kind(s, n->dns->pdata[i], NODE_DNS_SERVER))
			report_at(r, n->dns->pdata[i], "`%s` is not of kind dns-server", ((const struct tree *)n->dns->pdata[i])->text);
	for (guint i = 0; i < n->access_3gpp->len; i++) {
		const struct tree *w = n->access_3gpp->pdata[i];
		bool there = false;

		for (guint k = 0; k < n->interfaces->len; k++)
			there = there || !strcmp(((const struct tree *)n->interfaces->pdata[k])->text, w->text);
		if (!there)
			report_at(r, w, "the UE has no interface `%s`", w->text);
	}
	if (!discovery_ha_apn(n, n->apn, name) && (n->ha_apn || n->discovery->len))
		report_at(r, at_key(&n->base, n->ha_apn ? "ha-apn" : "apn"), "not a domain name that TS 23.003 21 allows");
	g_snprintf(name, sizeof name, "_mip6._ipv6.%s", n->home_domain);
	if (!dns_name_ok(n->home_domain) || !dns_name_ok(name))
		report_at(r, at_key(&n->base, "home-domain"), "`%s` is not a domain name", n->home_domain);
	if (!n->static_prefix && n->ipsec != SCEN_IPSEC_IKEV2)
		report_at(r, at_key(&n->base, "static-prefix"), "without IKEv2 the home network prefix is given by hand");
}

void discovery_check_node(const struct scenario *s, const struct scen_node *n, struct report *r)
{
	if (n->kind == NODE_DNS_SERVER)
		check_zone(s, n, r);
	if (n->kind == NODE_UE)
		check_ue(s, n, r);
	if (n->kind != NODE_HA)
		return;
	if (n->tells && !is_kind(s, n->tells, NODE_HA))
		report_at(r, n->tells, "`%s` is not of kind ha", n->tells->text);
	if (n->redirect_name && !n->redirect_to)
		report_at(r, at_key(&n->base, "redirect-name"), "goes with `redirect-to`");
	if (n->redirect_name && !dns_name_ok(n->redirect_name))
		report_at(r, at_key(&n->base, "redirect-name"), "`%s` is not a domain name", n->redirect_name);
}

/* ---- links ------------------------------------------------------------------------------------------------------- */

/* The node that serves: on the link, a router or home agent. */
static void check_by(const struct scenario *s, const struct scen_link *l, const struct tree *by,
		     const struct tree *place, struct report *r)
{
	uint32_t member;
	const struct scen_node *n = by ? scen_member(s, by->text, &member) : NULL;
	bool any = false;

	if (n && ((n->kind != NODE_ROUTER && n->kind != NODE_HA) || !scen_on_link(s, l, n->base.name)))
		report_at(r, by, "`%s` is no router or home agent on this link", by->text);
	for (guint i = 0; i < l->nodes->len; i++) {
		n = scen_node(s, ((const struct tree *)l->nodes->pdata[i])->text);
		any = any || (n && (n->kind == NODE_ROUTER || n->kind == NODE_HA));
	}
	if (!any)
		report_at(r, place, "there is no router or home agent on the link to do it");
}

static void check_dns(const struct scenario *s, const GPtrArray *dns, struct report *r)
{
	for (guint i = 0; i < dns->len; i++)
		if (!is_kind(s, dns->pdata[i], NODE_DNS_SERVER))
			report_at(r, dns->pdata[i], "`%s` is not of kind dns-server", ((const struct tree *)dns->pdata[i])->text);
}

static void check_agent(const struct scenario *s, const struct tree *name, struct report *r)
{
	if (name && !is_kind(s, name, NODE_HA))
		report_at(r, name, "`%s` is not of kind ha", name->text);
}

void discovery_check_link(const struct scenario *s, const struct scen_link *l, struct report *r)
{
	if (l->pco) {
		if (!l->access && !l->home)
			report_at(r, l->pco->base.at, "no UE comes to this link");
		check_by(s, l, l->pco->by, l->pco->base.at, r);
		check_agent(s, l->pco->home_agent, r);
		check_dns(s, l->pco->dns, r);
	}
}
