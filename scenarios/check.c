/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: what the table cannot say
 *
 * Rules between keys: names that must be names of something, links that must fit their nodes, times within the run.
 * Everything that would otherwise surface in the middle of a run is refused here, with its place. Expectations have a
 * file of their own (expect_check.c). It implements no clause.
 */
#include <string.h>

#include "entity/ha.h"
#include "entity/router.h"
#include "entity/ue.h"
#include "scenarios/aaa.h"
#include "scenarios/device.h"
#include "scenarios/dhcp6.h"
#include "scenarios/discovery.h"
#include "scenarios/edit.h"
#include "scenarios/expect.h"
#include "scenarios/load.h"
#include "scenarios/flows.h"
#include "scenarios/names.h"
#include "scenarios/pdn.h"
#include "scenarios/pmip.h"
#include "scenarios/radio.h"
#include "scenarios/radio_lte.h"
#include "scenarios/security.h"
#include "scenarios/sense.h"

/* ---- names ------------------------------------------------------------------------------------------------------- */

static const char *base_name(const void *p)
{
	return ((const struct scen_base *)p)->name;
}

static const char *flow_name(const void *p)
{
	return ((const struct scen_flow *)p)->flow;
}

static void unknown(struct report *r, const struct tree *word, const char *what, const GPtrArray *all,
		    const char *(*name)(const void *))
{
	const char **names = g_new0(const char *, all->len + 1);
	char near[100];

	/* looking for a near one takes long, and nobody reads beyond the first few */
	for (guint i = 0; r->errors < REPORT_MAX && i < all->len; i++)
		names[i] = name(all->pdata[i]);
	report_at(r, word, "there is no %s `%s`%s", what, word->text, report_nearest(word->text, names, near, sizeof near));
	g_free(names);
}

bool scen_check_refs(const struct scenario *s, const struct decode_ref *refs, guint n, struct report *r)
{
	unsigned before = r->errors;
	uint32_t member;

	for (guint i = 0; i < n; i++) {
		const struct tree *word = refs[i].word;

		switch (refs[i].ref) {
		case REF_NODE:
			if (!scen_member(s, word->text, &member)) {
				const struct scen_node *group = scen_node(s, word->text);

				if (group)
					report_at(r, word, "`%s` is a group; name one member, such as %s1", word->text, word->text);
				else
					unknown(r, word, "node", s->nodes, base_name);
			}
			break;
		case REF_NODES:
			if (!scen_selects_any(s, word->text))
				unknown(r, word, "node", s->nodes, base_name);
			break;
		case REF_LINK:
			if (!scen_link(s, word->text))
				unknown(r, word, "link", s->links, base_name);
			break;
		case REF_FLOW:
			if (!scen_flow(s, word->text))
				unknown(r, word, "flow", s->traffic, flow_name);
			break;
		case REF_NONE:
			break;
		}
	}
	return r->errors == before;
}

/* The place of a key's value, for reports. */
static const struct tree *at_key(const struct scen_base *b, const char *key)
{
	const struct tree *t = tree_get(b->at, key, NULL);

	return t ? t : b->at;
}

static const struct tree *word(const GPtrArray *list, guint i)
{
	return list->pdata[i];
}

/* ---- nodes ------------------------------------------------------------------------------------------------------- */

/* ue with members ue1, ue2 … beside a node ue1, or beside a group ue1 with members ue11 … */
static void check_member_names(const struct scenario *s, const struct scen_node *n, struct report *r)
{
	size_t len = strlen(n->base.name), k = len;

	for (; k > 1 && g_ascii_isdigit(n->base.name[k - 1]); k--) {
		char *group = g_strndup(n->base.name, k - 1);
		const struct scen_node *o = scen_node(s, group);
		int64_t number;

		g_free(group);
		if (o && scen_is_group(o) && !unit_parse(UNIT_NONE, n->base.name + k - 1, &number) && number <= o->count)
			report_at(r, n->base.at, "the name `%s` is also that of a member of the group `%s`", n->base.name,
				  o->base.name);
	}
}

static void check_addresses(const struct scenario *s, const struct scen_node *n, struct report *r)
{
	for (guint i = 0; n->addresses && i < tree_count(n->addresses); i++) {
		const struct tree *key = tree_key(n->addresses, i), *v = tree_item(n->addresses, i);
		const struct scen_link *l = scen_link(s, key->text);

		if (!l || !scen_on_link(s, l, n->base.name)) {
			report_at(r, key, "node `%s` is on no link `%s`", n->base.name, key->text);
			continue;
		}
		for (guint k = 0; k < (v->kind == TREE_LIST ? tree_count(v) : 1); k++) {
			const struct tree *a = v->kind == TREE_LIST ? tree_item(v, k) : v;
			struct ip6_addr six;
			struct ip4_addr four;

			if (ip6_parse(a->text, &six) ? !l->prefix.len || !ip6_in_prefix(&six, &l->prefix)
			    : ip4_parse(a->text, &four) ? !l->prefix4.len || !ip4_in_prefix(four, l->prefix4) : true)
				report_at(r, a, "`%s` is no address in a prefix of link `%s`", a->text, key->text);
		}
	}
}

static void check_nat(const struct scenario *s, const struct scen_node *n, struct report *r)
{
	const struct scen_link *l = scen_link(s, n->nat->outside->text);
	const GPtrArray *links = names_links_of(s, n);
	unsigned inside = 0;

	if (!scen_on_link(s, l, n->base.name))
		report_at(r, n->nat->outside, "router `%s` is not on link `%s`", n->base.name, l->base.name);
	else if (!l->prefix4.len)
		report_at(r, n->nat->outside, "link `%s` has no prefix4, so there is no outside address", l->base.name);
	for (guint i = 0; i < links->len; i++) {
		const struct scen_link *other = links->pdata[i];

		inside += other != l && other->prefix4.len && ip4_is_private(other->prefix4.addr);
	}
	if (!n->nat->inside.len && inside != 1)
		report_at(r, n->nat->base.at, "the router has %u other links with a private prefix4; name what is `inside`", inside);
}

static void check_ue(const struct scenario *s, const struct scen_node *n, struct report *r)
{
	uint32_t member;

	if (!n->interfaces->len || n->interfaces->len > UE_IFACE_MAX)
		report_at(r, at_key(&n->base, "interfaces"), "a UE has 1 to %d interfaces", UE_IFACE_MAX);
	for (guint i = 0; i < n->interfaces->len; i++) {
		if (!scen_is_ident(word(n->interfaces, i)->text))
			report_at(r, word(n->interfaces, i), "`%s` is not a name", word(n->interfaces, i)->text);
		for (guint k = 0; k < i; k++)
			if (!strcmp(word(n->interfaces, i)->text, word(n->interfaces, k)->text))
				report_at(r, word(n->interfaces, i), "interface `%s` is here twice", word(n->interfaces, i)->text);
	}
	if (!n->home_agent->len || n->home_agent->len > DSMIP_HA_MAX)
		report_at(r, at_key(&n->base, "home-agent"), "a UE has 1 to %d home agents", DSMIP_HA_MAX);
	for (guint i = 0; i < n->home_agent->len; i++) {
		const struct scen_node *ha = scen_member(s, word(n->home_agent, i)->text, &member);

		if (ha && ha->kind != NODE_HA)
			report_at(r, word(n->home_agent, i), "`%s` is not of kind ha", word(n->home_agent, i)->text);
	}
	const struct scen_node *first = n->home_agent->len ? scen_member(s, word(n->home_agent, 0)->text, &member) : NULL;

	for (guint i = 1; first && i < n->home_agent->len; i++) {
		const struct scen_node *ha = scen_member(s, word(n->home_agent, i)->text, &member);

		if (ha && ha->kind == NODE_HA && ha->hnp_pool.len != first->hnp_pool.len)
			report_at(r, word(n->home_agent, i), "home agents of one UE must have pools of one length");
	}
	if (n->route_optimisation)
		report_at(r, at_key(&n->base, "route-optimisation"),
			"there is no route optimisation: everything goes through the home agent [24.303 4.1]");
	if ((n->dhaad || n->prefix_discovery) && !(first && first->kind == NODE_HA && scen_shared_home(s, first)))
		report_at(r, at_key(&n->base, n->dhaad ? "dhaad" : "prefix-discovery"),
			"needs a home link with a prefix that UEs share");
	flows_check_node(n, r);
	if (n->refresh % 10000)
		report_at(r, at_key(&n->base, "refresh"), "`refresh` counts in whole percents");
}

/* A home agent needs an address that UEs can reach, and its pools must be its own. */
static void check_home_agent(const struct scenario *s, const struct scen_node *n, struct report *r)
{
	bool reachable = false;
	const GPtrArray *mine = names_links_of(s, n);

	for (guint i = 0; i < mine->len; i++)
		reachable |= ((const struct scen_link *)mine->pdata[i])->prefix.len != 0;
	for (guint i = 0; i < s->links->len; i++) {
		const struct scen_link *l = s->links->pdata[i];

		if (l->prefix.len && !(l->home && ip6_prefix_eq(&l->prefix, &n->hnp_pool))
		    && ip6_in_prefix(&l->prefix.addr, &n->hnp_pool))
			report_at(r, at_key(&n->base, "hnp-pool"), "holds the prefix of link `%s`", l->base.name);
		if (l->prefix4.len && n->ipv4_pool.len
			&& (ip4_in_prefix(l->prefix4.addr, n->ipv4_pool) || ip4_in_prefix(n->ipv4_pool.addr, l->prefix4)))
			report_at(r, at_key(&n->base, "ipv4-pool"), "overlaps prefix4 of link `%s`", l->base.name);
	}
	for (guint i = 0; i < s->nodes->len && s->nodes->pdata[i] != n; i++) {
		const struct scen_node *o = s->nodes->pdata[i];

		if (o->kind == NODE_HA && o->ipv4_pool.len && n->ipv4_pool.len
			&& (ip4_in_prefix(o->ipv4_pool.addr, n->ipv4_pool) || ip4_in_prefix(n->ipv4_pool.addr, o->ipv4_pool)))
			report_at(r, at_key(&n->base, "ipv4-pool"), "overlaps that of `%s`", o->base.name);
	}
	if (!reachable)
		report_at(r, n->base.at, "home agent `%s` has no IPv6 address: it is on no link with a prefix, home links apart",
			n->base.name);
}

static void check_node(const struct scenario *s, const struct scen_node *n, struct report *r)
{
	unsigned links = names_links_of(s, n)->len, most = n->kind == NODE_HA ? HA_IFACE_MAX :
			n->kind == NODE_ROUTER || n->kind == NODE_LMA || n->kind == NODE_MAG ? ROUTER_IFACE_MAX : 1;

	check_member_names(s, n, r);
	check_addresses(s, n, r);
	security_check_node(s, n, r);
	aaa_check_node(s, n, r);
	discovery_check_node(s, n, r);
	pdn_check_node(s, n, r);
	dhcp6_check_node(s, n, r);
	sense_check_node(s, n, r);
	needless_check_node(s, n, r);
	pmip_check_node(s, n, r);
	if (n->kind == NODE_UE)
		check_ue(s, n, r);
	if (n->command && n->peer != PEER_EXTERNAL)
		report_at(r, at_key(&n->base, "command"), "a command plays a node with `peer: external`; `%s` is ours", n->base.name);
	if (n->program && n->peer == PEER_EXTERNAL)
		report_at(r, at_key(&n->base, "program"), "`%s` has another stack: its `command` starts programs", n->base.name);
	if (n->nat && n->nat->live != NAT_LIVE_OURS && n->peer == PEER_EXTERNAL)
		report_at(r, at_key(&n->nat->base, "live"), "`%s` is played by somebody else, who translates as they please",
			  n->base.name);
	if (n->kind == NODE_UE || n->kind == NODE_MN)
		return;
	if (n->kind == NODE_AAA) {
		if (links)
			report_at(r, n->base.at, "the AAA server `%s` is on no link: home agents reach it beside them", n->base.name);
		return;
	}
	if (!links)
		report_at(r, n->base.at, "node `%s` is on no link", n->base.name);
	else if (links > most)
		report_at(r, n->base.at, "node `%s` is on %u links; a node of its kind is on %u at most", n->base.name, links, most);
	if (n->kind == NODE_HA && n->hnp_pool.len > 64)
		report_at(r, at_key(&n->base, "hnp-pool"), "longer than /64: no home network prefix fits in");
	if (n->kind == NODE_HA)
		check_home_agent(s, n, r);
	if (n->kind == NODE_HA && n->ha.refuse_ipv4 && n->ha.refuse_ipv4 < 128)
		report_at(r, at_key(&n->base, "refuse-ipv4"), "a refusal's status is 128 or more");
	if (n->kind == NODE_HA && n->ha.refuse && n->ha.refuse < 128)
		report_at(r, at_key(&n->base, "refuse"), "a refusal's status is 128 or more");
	if (n->nat)
		check_nat(s, n, r);
}

/* ---- links ------------------------------------------------------------------------------------------------------- */

static void check_link_nodes(const struct scenario *s, const struct scen_link *l, struct report *r)
{
	unsigned agents = 0;
	GHashTable *seen = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < l->nodes->len; i++) {
		const struct tree *w = word(l->nodes, i);
		const struct scen_node *n = scen_node(s, w->text);

		if (!n || n->kind == NODE_UE || n->kind == NODE_MN) {
			report_at(r, w, "a ue or mn is not on a link from the beginning; the timeline attaches it");
			continue;
		}
		agents += n->kind == NODE_HA;
		if (!g_hash_table_add(seen, w->text))
			report_at(r, w, "node `%s` is here twice", w->text);
	}
	g_hash_table_unref(seen);
	if (l->home && l->prefix.len && !agents)
		report_at(r, at_key(&l->base, "nodes"), "a home link has a home agent among its nodes");
	if (l->home && !l->prefix.len && agents != 1)
		report_at(r, at_key(&l->base, "nodes"), "a home link has one home agent among its nodes, not %u", agents);
	if (l->kind == LINK_P2P && !(l->access || l->home) && l->nodes->len != 2)
		report_at(r, at_key(&l->base, "kind"), "a p2p link joins two fixed nodes");
	if (l->kind == LINK_P2P && scen_mobile_router(s, l))
		report_at(r, at_key(&l->base, "kind"), "the link behind a mobile router is a lan");
	if (l->kind == LINK_P2P && (l->access || l->home) && l->nodes->len != 1)
		report_at(r, at_key(&l->base, "kind"), "a p2p link for a UE has one fixed node at its other end");
	if (l->kind == LINK_P2P && l->access && tree_get(l->base.at, "isolated", NULL) && !l->isolated)
		report_at(r, at_key(&l->base, "isolated"), "on a p2p link everybody is alone with the fixed node");
	if ((l->access || l->home) && !l->nodes->len && !l->device)
		report_at(r, at_key(&l->base, "nodes"), "nobody is there for a UE to talk to");
}

/* The address that a node has on the link by its place, or as it says (build_plan.c does the same). */
static void address_on(
	const struct scenario *s, const struct scen_link *l, guint place, struct ip6_addr *six, struct ip4_addr *four)
{
	const struct scen_node *n = scen_node(s, word(l->nodes, place)->text);
	const struct tree *v = n && n->addresses ? tree_get(n->addresses, l->base.name, NULL) : NULL;

	*six = ip6_from_prefix_iid(&l->prefix, place + 1);
	*four = ip4_from_u32(ip4_u32(l->prefix4.addr) + place + 1);
	for (guint k = 0; v && k < (v->kind == TREE_LIST ? tree_count(v) : 1); k++) {
		const char *text = v->kind == TREE_LIST ? tree_item(v, k)->text : v->text;

		if (!ip6_parse(text, six))
			ip4_parse(text, four);
	}
}

/* The last node that had this address before; 0: none, else its place from 1. */
static guint had_before(GHashTable *seen, char *text, guint place)
{
	guint before = GPOINTER_TO_UINT(g_hash_table_lookup(seen, text));

	g_hash_table_replace(seen, text, GUINT_TO_POINTER(place + 1));
	return before;
}

static void check_same_address(const struct scenario *s, const struct scen_link *l, struct report *r)
{
	GHashTable *seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	char text[ADDR_TEXT_MAX];

	for (guint i = 0; i < l->nodes->len; i++) {
		struct ip6_addr a6;
		struct ip4_addr a4;
		guint before = 0, before4 = 0;

		address_on(s, l, i, &a6, &a4);
		if (l->prefix.len)
			before = had_before(seen, g_strdup(ip6_text(&a6, text)), i);
		if (l->prefix4.len)
			before4 = had_before(seen, g_strdup_printf("%u", ip4_u32(a4)), i);
		if (before || before4)
			report_at(r, word(l->nodes, i), "`%s` and `%s` have the same address here", word(l->nodes, i)->text,
				  word(l->nodes, MAX(before, before4) - 1)->text);
	}
	g_hash_table_unref(seen);
}

static void check_link_addresses(const struct scenario *s, const struct scen_link *l, struct report *r)
{
	uint32_t hosts = l->prefix4.len ? (uint32_t)((UINT64_C(1) << (32 - l->prefix4.len)) - 2) : UINT32_MAX;

	if (l->prefix4.len && l->prefix4.len <= 30 && l->nodes->len > hosts)
		report_at(r, at_key(&l->base, "prefix4"), "has %u addresses, for %u nodes", hosts, l->nodes->len);
	else if (l->dhcp4 && !l->pool->len && l->nodes->len >= hosts)
		report_at(r, l->dhcp4, "no address of prefix4 is left to give");
	check_same_address(s, l, r);
}

static void check_pool(const struct scen_link *l, struct report *r)
{
	struct ip4_addr first, last;

	if (!l->pool->len)
		return;
	if (l->pool->len != 2 || !ip4_parse(word(l->pool, 0)->text, &first) || !ip4_parse(word(l->pool, 1)->text, &last)) {
		report_at(r, at_key(&l->base, "pool"), "`pool` must be [first, last] IPv4 address");
		return;
	}
	if (!l->prefix4.len || !ip4_in_prefix(first, l->prefix4) || !ip4_in_prefix(last, l->prefix4) ||
					ip4_u32(first) > ip4_u32(last))
		report_at(r, at_key(&l->base, "pool"), "`pool` must rise and lie within prefix4");
}

/* A home link that UEs share is a network of RFC 6275 alone: 24.303 gives each a prefix, and IKEv2 authorises that. */
static void check_shared_home(const struct scenario *s, const struct scen_link *l, struct report *r)
{
	if (s->profile != MH_PROFILE_RFC)
		report_at(r, at_key(&l->base, "prefix"),
			"a home link with a prefix that UEs share needs `profile: rfc`: in 24.303 each UE has its own");
	for (guint i = 0; i < l->nodes->len; i++) {
		const struct scen_node *n = scen_node(s, word(l->nodes, i)->text);

		if (!n || n->kind != NODE_HA)
			continue;
		if (!ip6_prefix_eq(&l->prefix, &n->hnp_pool))
			report_at(r, at_key(&l->base, "prefix"), "is not the hnp-pool of home agent `%s`", n->base.name);
		if (!scen_unsecured(s, n))
			report_at(r, at_key(&l->base, "prefix"),
				"a prefix that UEs share goes with `ipsec: none` only; a UE of `%s` has another", n->base.name);
	}
}

/* What ns-3's devices cannot do, said before ns-3 is there: the same file runs on every engine or on none. */
static void check_medium(const struct scenario *s, const struct scen_link *l, struct report *r)
{
	const struct scen_impair *i = &l->impair;

	if (l->medium != MEDIUM_NS3)
		return;
	if (!i->rate)
		report_at(r, at_key(&l->base, "medium"), "a link on ns-3's devices needs a `rate`");
	if (i->delay.kind != DELAY_CONSTANT)
		report_at(r, at_key(&l->base, "delay"), "a link on ns-3's devices has one constant delay");
	if (i->reorder)
		report_at(r, at_key(&l->base, "reorder"), "ns-3's devices keep frames in order");
	for (guint k = 0; k < names_sets_of(s, l)->len; k++) {
		const struct scen_action *a = names_sets_of(s, l)->pdata[k];
		const char *const fixed[] = { "rate", "delay", "reorder" };

		for (guint n = 0; a->params && n < G_N_ELEMENTS(fixed); n++)
			if (tree_get(a->params->base.at, fixed[n], NULL))
				report_at(r, at_key(&a->params->base, fixed[n]), "link `%s` is on ns-3's devices, which keep theirs",
					l->base.name);
	}
}

static void check_link(const struct scenario *s, const struct scen_link *l, struct report *r)
{
	uint32_t member;
	const struct scen_node *n;
	bool meet = s->names->same_prefix || s->names->same_prefix4;

	check_link_nodes(s, l, r);
	check_medium(s, l, r);
	needless_check_link(s, l, r);
	discovery_check_link(s, l, r);
	pmip_check_link(s, l, r);
	if (l->prefix.len && l->prefix.len != 64)
		report_at(r, at_key(&l->base, "prefix"), "a link's prefix is a /64: addresses are formed from it [RFC 4862 5.5.3]");
	if (l->prefix4.len > 30)
		report_at(r, at_key(&l->base, "prefix4"), "no room for two nodes");
	if (l->home && l->access)
		report_at(r, at_key(&l->base, "home"), "a home link is no access link: each UE gets its HNP");
	if (l->home && l->prefix.len)
		check_shared_home(s, l, r);
	if (l->dhcp4) {
		n = scen_member(s, l->dhcp4->text, &member);
		if (n && ((n->kind != NODE_ROUTER && n->kind != NODE_DHCP_SERVER) || !scen_on_link(s, l, l->dhcp4->text)))
			report_at(r, l->dhcp4, "`%s` is no router or dhcp-server on this link", l->dhcp4->text);
		if (!l->prefix4.len)
			report_at(r, l->dhcp4, "DHCPv4 needs a prefix4");
	}
	check_pool(l, r);
	dhcp6_check_link(s, l, r);
	check_link_addresses(s, l, r);
	if (l->advertise->by) {
		n = scen_member(s, l->advertise->by->text, &member);
		if (n && ((n->kind != NODE_ROUTER && n->kind != NODE_HA) || !scen_on_link(s, l, n->base.name)))
			report_at(r, l->advertise->by, "`%s` is no router or home agent on this link", l->advertise->by->text);
	}
	if (tree_get(l->base.at, "advertise", NULL) && !l->prefix.len && !l->home && !pmip_is_access(s, l))
		report_at(r, l->advertise->base.at, "there is no prefix to advertise");
	if ((l->prefix.len || l->home) && l->impair.mtu && l->impair.mtu < 1280)
		report_at(r, at_key(&l->base, "mtu"), "IPv6 needs 1280octets [RFC 8200 5]");
	for (guint i = 0; meet && i < s->links->len && s->links->pdata[i] != l; i++) {
		const struct scen_link *o = s->links->pdata[i];

		if (l->prefix.len && o->prefix.len && ip6_prefix_eq(&l->prefix, &o->prefix))
			report_at(r, at_key(&l->base, "prefix"), "link `%s` has the same prefix", o->base.name);
		if (l->prefix4.len && o->prefix4.len && !ip4_is_private(l->prefix4.addr)
		    && (ip4_in_prefix(l->prefix4.addr, o->prefix4) || ip4_in_prefix(o->prefix4.addr, l->prefix4)))
			report_at(r, at_key(&l->base, "prefix4"), "overlaps that of link `%s`", o->base.name);
	}
}

/* ---- timeline, traffic, faults ------------------------------------------------------------------------------------
 */

static bool has_interface(const struct scen_node *n, const char *name)
{
	for (guint i = 0; i < n->interfaces->len; i++)
		if (!strcmp(word(n->interfaces, i)->text, name))
			return true;
	return false;
}

/* Which kinds of node a verb is for, as bits; 0: it names no node. */
static unsigned verb_kinds(int verb)
{
	switch ((enum scen_verb)verb) {
	case DO_ATTACH:
	case DO_HANDOVER:
	case DO_MOVE:
	case DO_DETACH:
	case DO_REFRESH:
	case DO_DETACH_NETWORK:
	case DO_LINK_DOWN:
	case DO_LINK_UP:
	case DO_X2:
		return 1u << NODE_UE | 1u << NODE_MN;
	case DO_RENUMBER:
		return 1u << NODE_MN;
	case DO_WANT_IPV4:
		return 1u << NODE_UE | 1u << NODE_MN;
	case DO_SET_SEQUENCE:
	case DO_STRAY:
	case DO_CLAIM:
	case DO_SOLICIT_PREFIX:
	case DO_ADD_FLOW:
	case DO_MOVE_FLOW:
	case DO_REMOVE_FLOW:
	case DO_ADD_ACCESS:
	case DO_REMOVE_ACCESS:
	case DO_REQUEST_PREFIX:
	case DO_RELEASE_PREFIX:
	case DO_CONFIGURE:
		return 1u << NODE_UE;
	case DO_REKEY:
		return 1u << NODE_UE | 1u << NODE_HA | 1u << NODE_LMA | 1u << NODE_MAG;
	case DO_ABORT_SESSION:
	case DO_REAUTHENTICATE:
	case DO_AAA_DOWN:
	case DO_AAA_UP:
		return 1u << NODE_AAA;
	case DO_REALLOCATE:
		return 1u << NODE_AAA | 1u << NODE_HA;
	case DO_FLOOD:
	case DO_FORGE:
		return 1u << NODE_CN;
	case DO_NAT_REBIND:
		return 1u << NODE_ROUTER;
	case DO_SET:
		return 1u << NODE_HA | 1u << NODE_LMA | 1u << NODE_MAG;
	case DO_APPEAR:
		return 1u << NODE_MAG;
	case DO_DROP_BINDING:
		return 1u << NODE_HA | 1u << NODE_LMA;
	case DO_REVOKE:
		return 1u << NODE_HA | 1u << NODE_LMA | 1u << NODE_MAG;
	case DO_REFRESH_REQUEST:
		return 1u << NODE_HA;
	case DO_DHCP_STOP:
	case DO_DHCP_START:
	case DO_DHCP_FORGET:
		return 1u << NODE_ROUTER | 1u << NODE_DHCP_SERVER | 1u << NODE_HA;
	case DO_REBOOT:
		return 1u << NODE_UE | 1u << NODE_HA | 1u << NODE_LMA | 1u << NODE_MAG;
	case DO_CLOCK_STEP:
		return ~0u;
	case DO_TRAFFIC_START:
	case DO_TRAFFIC_STOP:
	case DO_VERBS:
		break;
	}
	return 0;
}

static bool on_ipv6(const struct scenario *s, const struct scen_node *n)
{
	const GPtrArray *links = names_links_of(s, n);

	for (guint i = 0; i < links->len; i++)
		if (((const struct scen_link *)links->pdata[i])->prefix.len)
			return true;
	return false;
}

/* What is done to a node that another program plays, without the program doing anything. */
static bool by_network(const struct scen_node *n, int verb)
{
	return verb <= DO_LINK_UP ||
	       (n->kind == NODE_MN && (verb == DO_REFRESH || verb == DO_DETACH_NETWORK || verb == DO_RENUMBER));
}

static void wrong_kind(const struct scen_action *a, const struct scen_node *n, struct report *r)
{
	GString *kinds = g_string_new(NULL);

	for (int k = 0; k <= NODE_MN; k++)
		if (verb_kinds(a->verb) & 1u << k)
			g_string_append_printf(kinds, "%s%s", kinds->len ? ", " : "", scen_kind_name(k));
	report_at(r, a->node, "`%s` is not of a kind that this can be done with (%s)", n->base.name, kinds->str);
	g_string_free(kinds, TRUE);
}

/* The nodes that a selector names; for checks one representative of a group is enough. */
static void check_action_nodes(const struct scenario *s, const struct scen_action *a, struct report *r)
{
	const struct scen_node *n;
	guint at = 0;

	while (a->node && (n = names_selected(s, a->node->text, &at))) {
		if (!(verb_kinds(a->verb) & (1u << n->kind)))
			wrong_kind(a, n, r);
		else if ((n->kind == NODE_UE || n->kind == NODE_MN) && a->interface && !has_interface(n, a->interface))
			report_at(r, at_key(&a->base, "interface"), "`%s` has no interface `%s`", n->base.name, a->interface);
		else if (n->peer == PEER_EXTERNAL && !by_network(n, a->verb))
			report_at(r, a->node, "`%s` is played by somebody else, who alone can do that", n->base.name);
		else if (a->verb == DO_NAT_REBIND && !n->nat)
			report_at(r, a->node, "router `%s` has no nat", n->base.name);
		else if (a->verb == DO_FLOOD && !on_ipv6(s, n))
			report_at(r, a->node, "`%s` has no link with a prefix; a flood goes over IPv6", n->base.name);
	}
}

/*
 * A p2p link has one free end. Who is there is known for certain when it is always the same interface of the same ue
 * or mn: without an `interface`, the one that its node has.
 */
static void check_free_end(const struct scenario *s, const struct scen_action *a, const struct scen_link *l,
			   struct report *r)
{
	uint32_t member, its;
	const struct scen_node *n = a->node ? scen_member(s, a->node->text, &member) : NULL, *o;

	if (!n || (!a->interface && n->interfaces->len > 1)) {
		report_at(r, a->base.at, "p2p link `%s` has one free end: say which interface of one node it is for", l->base.name);
		return;
	}
	const struct scen_action *b = g_hash_table_lookup(s->names->first_to, l->base.name);

	if (!b || b == a)
		return;
	o = b->node ? scen_member(s, b->node->text, &its) : NULL;
	if (o != n || its != member || (a->interface && b->interface && strcmp(a->interface, b->interface)))
		report_at(r, a->base.at, "p2p link `%s` has one free end, to which another interface goes already",
			l->base.name);
}

static void check_target(const struct scenario *s, const struct scen_action *a, struct report *r)
{
	const struct scen_link *l = scen_target(s, a);

	if (a->verb != DO_ATTACH && a->verb != DO_HANDOVER && a->verb != DO_MOVE)
		return;
	if (!l && a->verb == DO_MOVE)
		report_at(r, a->base.at, "`move` needs `to`");
	else if (!l)
		report_at(r, at_key(&a->base, "interface"), "no link is named `%s`; say where `to`", a->interface);
	else if (!l->access && !l->home)
		report_at(r, at_key(&a->base, a->to ? "to" : "interface"), "link `%s` is neither access nor home", l->base.name);
	else if (l->kind == LINK_P2P)
		check_free_end(s, a, l, r);
	if (a->verb == DO_HANDOVER && a->overlap && a->gap)
		report_at(r, at_key(&a->base, "overlap"), "a handover has a gap or an overlap, not both");
}

void scen_check_action(const struct scenario *s, const struct scen_action *a, struct report *r)
{
	bool carrier = a->verb == DO_LINK_DOWN || a->verb == DO_LINK_UP;

	check_action_nodes(s, a, r);
	check_target(s, a, r);
	security_check_action(s, a, r);
	pdn_check_action(s, a, r);
	flows_check_action(s, a, r);
	sense_check_action(s, a, r);
	pmip_check_action(s, a, r);
	lte_check_action(s, a, r);
	if (carrier && !a->link == !a->node)
		report_at(r, a->base.at, "needs either `link`, or `node` and `interface`");
	if (carrier && a->node && !a->interface)
		report_at(r, a->base.at, "needs the `interface` of the node");
	if (a->verb == DO_SET && !(a->link ? a->params && !a->settings && !a->node && !a->anchoring && !a->gateway :
				    a->node && !a->params))
		report_at(r, a->base.at, "`set` needs `link` and `params`, or `node` and `settings`, `anchoring` or `gateway`");
	if (a->label && g_hash_table_lookup(s->names->labels, a->label) != a)
		report_at(r, at_key(&a->base, "label"), "the label `%s` is here twice", a->label);
}

/* The only node of a selector, NULL when it may be several. */
static const struct scen_node *one_node(const struct scenario *s, const struct tree *selector, bool *group)
{
	uint32_t member;
	const struct scen_node *n = scen_member(s, selector->text, &member);

	*group = false;
	if (n)
		return n;
	n = scen_node(s, selector->text);
	*group = n != NULL;
	return n;
}

static void check_flow(const struct scenario *s, const struct scen_flow *f, struct report *r)
{
	bool from_group, to_group;
	const struct scen_node *from = one_node(s, f->from, &from_group), *to = one_node(s, f->to, &to_group);

	if (scen_flow(s, f->flow) != f)
		report_at(r, at_key(&f->base, "flow"), "the flow `%s` is here twice", f->flow);
	if (!from || !to) {
		report_at(r, !from ? f->from : f->to, "a flow's end is one node, one member or a whole group");
		return;
	}
	pdn_check_flow(s, f, r);
	if (from_group && to_group)
		report_at(r, f->to, "only one end of a flow may be a group");
	for (unsigned i = 0; i < 2; i++) {
		const struct scen_node *n = i ? to : from;

		if (n->peer == PEER_EXTERNAL)
			report_at(r, i ? f->to : f->from, "%s is played by somebody else: let its `command` send and receive", n->base.name);
		if (n->kind != NODE_UE && n->kind != NODE_CN && n->kind != NODE_MN)
			report_at(r, i ? f->to : f->from, "traffic runs between a ue or mn and a cn, or two of the same");
	}
	if (tree_get(f->base.at, "start", NULL) && f->start > s->duration)
		report_at(r, at_key(&f->base, "start"), "after the end of the run");
	if (tree_get(f->base.at, "stop", NULL) && f->stop < f->start)
		report_at(r, at_key(&f->base, "stop"), "before its start");
}

static void check_fault(const struct scenario *s, const struct scen_fault *f, struct report *r)
{
	expect_check_message(f->message, f->fields, at_key(&f->base, "message"), r);
	edit_check(s, f, r);
	if (f->from > s->duration)
		report_at(r, at_key(&f->base, "from"), "after the end of the run");
	if (tree_get(f->base.at, "until", NULL) && f->until <= f->from)
		report_at(r, at_key(&f->base, "until"), "must be later than `from`");
}

bool scen_check(const struct scenario *s, struct report *r)
{
	unsigned before = r->errors;
	struct crypto_costs costs;

	needless_check(s, r);
	security_costs(s->crypto, &costs, r);
	for (guint i = 0; i < s->nodes->len; i++)
		check_node(s, s->nodes->pdata[i], r);
	for (guint i = 0; i < s->links->len; i++)
		check_link(s, s->links->pdata[i], r);
	device_check(s, r);
	radio_check(s, r);
	for (guint i = 0; i < s->timeline->len; i++) {
		const struct scen_action *a = s->timeline->pdata[i];

		if (a->at > s->duration)
			report_at(r, at_key(&a->base, "at"), "after the end of the run");
		scen_check_action(s, a, r);
	}
	for (guint i = 0; i < s->traffic->len; i++)
		check_flow(s, s->traffic->pdata[i], r);
	for (guint i = 0; i < s->faults->len; i++)
		check_fault(s, s->faults->pdata[i], r);
	if (r->errors == before)
		expect_check(s, r);
	return r->errors == before;
}
