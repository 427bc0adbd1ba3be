/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: keys and verbs that would do nothing
 *
 * A key that means something only beside another one, a list with nothing in it, a verb about something that its
 * node does not have: each would be taken without a word and change nothing, and whoever wrote it would wait in vain
 * for what it should have done. They are errors here, with their place. It implements no clause.
 *
 * Not here: what depends on how the run goes (a binding that is not where the timeline says); that leaves a note.
 */
#include <string.h>

#include "wire/dns.h"
#include "scenarios/discovery.h"
#include "scenarios/names.h"
#include "scenarios/sense.h"

static const struct tree *find_key(const struct scen_base *b, const char *key)
{
	return tree_get(b->at, key, NULL);
}

static const struct tree *at_key(const struct scen_base *b, const char *key)
{
	const struct tree *t = find_key(b, key);

	return t ? t : b->at;
}

static void check_twice(const GPtrArray *list, struct report *r)
{
	for (guint i = 0; i < list->len; i++)
		for (guint k = 0; k < i; k++) {
			const struct tree *w = list->pdata[i];

			if (!strcmp(w->text, ((const struct tree *)list->pdata[k])->text))
				report_at(r, w, "`%s` is here twice", w->text);
		}
}

static void check_empty(const struct scen_base *b, const char *key, const GPtrArray *list, struct report *r)
{
	if (find_key(b, key) && !list->len)
		report_at(r, at_key(b, key), "`%s` has nothing in it; leave the key out", key);
}

/* ---- mobile nodes ------------------------------------------------------------------------------------------------ */

/* Is this way of discovery in the list, before the place `end`? */
static bool has_way(const struct scen_node *n, enum discovery_method m, guint end)
{
	for (guint i = 0; i < n->discovery->len && i < end; i++)
		if (discovery_method(((const struct tree *)n->discovery->pdata[i])->text) == (int)m)
			return true;
	return false;
}

/* PCO, DHCPv6 and IKEv2 tell name servers on the way. */
static void check_name_servers(const struct scen_node *n, struct report *r)
{
	for (guint i = 0; i < n->discovery->len && !n->dns->len; i++) {
		const struct tree *w = n->discovery->pdata[i];
		int m = discovery_method(w->text);

		if ((m == DISCOVERY_DNS || m == DISCOVERY_SERVICE) && !has_way(n, DISCOVERY_PCO, i) &&
		    !has_way(n, DISCOVERY_DHCP6, i) && !has_way(n, DISCOVERY_IKEV2, i))
			report_at(r, w, "nobody to ask: `%s` needs `dns`, or another way before it that tells name servers", w->text);
	}
}

static void check_discovery(const struct scen_node *n, struct report *r)
{
	guint all = n->discovery->len;

	check_empty(&n->base, "discovery", n->discovery, r);
	check_empty(&n->base, "access-3gpp", n->access_3gpp, r);
	check_twice(n->dns, r);
	check_name_servers(n, r);
	if (n->epdg && !has_way(n, DISCOVERY_IKEV2, all))
		report_at(r, n->epdg, "goes with `ikev2` in `discovery`");
	if (n->access_3gpp->len && !has_way(n, DISCOVERY_PCO, all))
		report_at(r, at_key(&n->base, "access-3gpp"), "goes with `pco` in `discovery`");
	if (n->ha_apn && !has_way(n, DISCOVERY_DHCP6, all) && !has_way(n, DISCOVERY_DNS, all))
		report_at(r, at_key(&n->base, "ha-apn"), "goes with `dhcp6` or `dns` in `discovery`");
	if (find_key(&n->base, "home-domain") && !has_way(n, DISCOVERY_SERVICE, all))
		report_at(r, at_key(&n->base, "home-domain"), "goes with `service` in `discovery`");
	if (n->andsf && !n->ifom)
		report_at(r, at_key(&n->base, "andsf"), "goes with `ifom: true`");
}

static void check_apn(const struct scen_base *b, const char *apn, struct report *r)
{
	if (apn && !dns_name_ok(apn))
		report_at(r, at_key(b, "apn"), "`%s` is no APN: labels of letters, digits and hyphens, with dots between", apn);
}

static void check_ue(const struct scen_node *n, struct report *r)
{
	check_discovery(n, r);
	check_twice(n->home_agent, r);
	check_apn(&n->base, n->apn, r);
	if (n->reallocate && n->ipsec != SCEN_IPSEC_IKEV2)
		report_at(r, at_key(&n->base, "reallocate"), "without IKEv2 no AAA server is asked about this UE");
	for (guint i = 0; i < n->pdns->len; i++) {
		const struct scen_pdn *p = n->pdns->pdata[i];

		check_apn(&p->base, p->apn, r);
		check_empty(&p->base, "home-agent", p->home_agent, r);
		check_twice(p->home_agent, r);
		if (!p->subscribed && n->ipsec != SCEN_IPSEC_IKEV2)
			report_at(r, at_key(&p->base, "subscribed"), "without IKEv2 no AAA server is asked about this UE");
	}
}

static void check_mn(const struct scen_node *n, struct report *r)
{
	check_empty(&n->base, "prefer", n->prefer, r);
	check_twice(n->prefer, r);
	if (n->prefer->len == 1)
		report_at(r, n->prefer->pdata[0], "one interface has nobody to take turns with");
	for (guint i = 0; i < n->prefer->len; i++) {
		const struct tree *w = n->prefer->pdata[i];
		bool has = false;

		for (guint k = 0; k < n->interfaces->len; k++)
			has |= !strcmp(((const struct tree *)n->interfaces->pdata[k])->text, w->text);
		if (!has)
			report_at(r, w, "`%s` has no interface `%s`", n->base.name, w->text);
	}
}

/* ---- home agents and servers ------------------------------------------------------------------------------------- */

/* Switched on later? */
static bool sets_ifom(const struct scenario *s, const struct scen_node *n)
{
	for (guint i = 0; names_verb(s, DO_SET) && i < s->timeline->len; i++) {
		const struct scen_action *a = s->timeline->pdata[i];

		if (a->verb == DO_SET && a->settings && a->node && a->settings->ha.ifom &&
		    scen_selects(s, a->node->text, n, n->base.name))
			return true;
	}
	return false;
}

static void check_ha(const struct scenario *s, const struct scen_node *n, struct report *r)
{
	static const char *const keys[] = {
		"several-care-of-addresses", "bulk-registration", "home-and-foreign", "flow-bindings", "flows-max",
	};

	for (guint i = 0; i < G_N_ELEMENTS(keys) && !n->ha.ifom; i++)
		if (find_key(&n->base, keys[i]) && !sets_ifom(s, n))
			report_at(r, at_key(&n->base, keys[i]), "goes with `ifom: true`");
	if (n->ike->follow_redirect)
		report_at(r, at_key(&n->ike->base, "follow-redirect"), "is a UE's");
}

/* [RFC 1034 3.6.2] */
static void check_zone(const struct scen_node *n, struct report *r)
{
	for (guint i = 0; n->zone && i < tree_count(n->zone); i++) {
		const struct tree *v = tree_item(n->zone, i);

		if (v->kind == TREE_LIST && !tree_count(v))
			report_at(r, v, "a name with no record; leave it out");
		for (guint k = 0; v->kind == TREE_LIST && tree_count(v) > 1 && k < tree_count(v); k++)
			if (g_str_has_prefix(tree_item(v, k)->text, "cname "))
				report_at(r, tree_item(v, k), "a name that is an alias has no other records [RFC 1034 3.6.2]");
	}
}

void sense_check_node(const struct scenario *s, const struct scen_node *n, struct report *r)
{
	if (n->kind == NODE_UE)
		check_ue(n, r);
	else if (n->kind == NODE_MN)
		check_mn(n, r);
	else if (n->kind == NODE_HA)
		check_ha(s, n, r);
	else if (n->kind == NODE_DNS_SERVER)
		check_zone(n, r);
}

/* ---- timeline ---------------------------------------------------------------------------------------------------- */

/* Something of this verb, for the same nodes, comes before. */
static bool came_before(const struct scenario *s, const struct scen_action *a, enum scen_verb verb)
{
	const GPtrArray *all = names_actions_of(s, a->node);

	for (guint i = 0; i < all->len; i++) {
		const struct scen_action *o = all->pdata[i];

		if (o->verb == (int)verb && o->at <= a->at)
			return true;
	}
	return false;
}

/* The UE that a word means, a group as such; NULL: several, or none. */
static const struct scen_node *ue_of(const struct scenario *s, const struct tree *word)
{
	uint32_t member;
	const struct scen_node *n = word ? scen_member(s, word->text, &member) : NULL;

	n = n || !word ? n : scen_node(s, word->text);
	return n && n->kind == NODE_UE ? n : NULL;
}

static void check_ip4(const struct scenario *s, const struct scen_action *a, const struct tree *who, const char *key,
		      struct report *r)
{
	const struct scen_node *n = ue_of(s, who);
	bool any = n && n->ipv4_home_address;

	for (guint i = 0; n && i < n->pdns->len; i++)
		any |= ((const struct scen_pdn *)n->pdns->pdata[i])->ipv4_home_address;
	if (n && !any && !names_verb(s, DO_WANT_IPV4))
		report_at(r, at_key(&a->base, key), "`%s` has no IPv4 home address (`ipv4-home-address`)", n->base.name);
}

/* Between interfaces that take turns nobody else decides. */
static void check_turns(const struct scenario *s, const struct scen_action *a, struct report *r)
{
	uint32_t member;
	const struct scen_node *n = scen_member(s, a->node->text, &member);

	n = n ? n : scen_node(s, a->node->text);
	if (n && n->kind == NODE_MN && n->prefer->len)
		report_at(r, at_key(&a->base, "do"), "the interfaces of `%s` take turns by themselves (`prefer`)", n->base.name);
}

static void check_set(const struct scen_action *a, struct report *r)
{
	const struct scen_base *b = a->settings ? &a->settings->base : a->params ? &a->params->base : NULL;

	if (b && !tree_count(b->at))
		report_at(r, b->at, "nothing is to change");
	if (a->settings && a->settings->ha.refuse && a->settings->ha.refuse < 128)
		report_at(r, at_key(b, "refuse"), "a refusal's status is 128 or more");
	if (a->settings && a->settings->ha.refuse_ipv4 && a->settings->ha.refuse_ipv4 < 128)
		report_at(r, at_key(b, "refuse-ipv4"), "a refusal's status is 128 or more");
}

void sense_check_action(const struct scenario *s, const struct scen_action *a, struct report *r)
{
	if (a->verb == DO_SET)
		check_set(a, r);
	if (!a->node)
		return;
	if (a->verb == DO_HANDOVER)
		check_turns(s, a, r);
	if (a->verb == DO_RELEASE_PREFIX && !came_before(s, a, DO_REQUEST_PREFIX))
		report_at(r, at_key(&a->base, "do"), "`%s` was not told to request one before", a->node->text);
	if (a->verb == DO_CONFIGURE && a->by_dhcp4)
		check_ip4(s, a, a->node, "by-dhcp4", r);
	if (a->verb == DO_REVOKE && a->ip4_only)
		check_ip4(s, a, a->of, "ipv4-only", r);
}
