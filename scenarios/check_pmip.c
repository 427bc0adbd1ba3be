/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the rules of PMIPv6 in a scenario
 *
 * A MAG needs an LMA, an address towards it of the transport's family and access links; mobile nodes attach to links
 * of MAGs, and only there. It implements no clause.
 */
#include <string.h>

#include "entity/lma.h"
#include "entity/mag.h"
#include "entity/mn.h"
#include "scenarios/names.h"
#include "scenarios/pmip.h"

const struct scen_choice pmip_comings[] = {
	{ "link", PMIP_COMES_LINK, NULL }, { "rs", PMIP_COMES_RS, NULL }, { "dhcp", PMIP_COMES_DHCP, NULL },
	{ "data", PMIP_COMES_DATA, NULL }, { NULL, 0, NULL }
};

const struct scen_choice pmip_goings[] = {
	{ "link", PMIP_GOES_LINK, NULL }, { "nud", PMIP_GOES_NUD, NULL }, { "silence", PMIP_GOES_SILENCE, NULL },
	{ NULL, 0, NULL }
};

static int word_value(const char *word, const struct scen_choice *c)	/* 0: no such */
{
	while (c->name && strcmp(c->name, word))
		c++;
	return c->value;
}

uint8_t pmip_words(const GPtrArray *words, const struct scen_choice *choices)
{
	int all = 0;

	for (guint i = 0; i < words->len; i++)
		all |= word_value(((const struct tree *)words->pdata[i])->text, choices);
	return (uint8_t)all;
}

static const struct tree *at_key(const struct scen_base *b, const char *key)
{
	const struct tree *t = tree_get(b->at, key, NULL);

	return t ? t : b->at;
}

static const struct scen_node *node_of(const struct scenario *s, const struct tree *word)
{
	uint32_t member;

	return word ? scen_member(s, word->text, &member) : NULL;
}

static void of_kind(const struct scenario *s, const struct tree *word, int kind, const char *name, struct report *r)
{
	const struct scen_node *n = node_of(s, word);

	if (n && n->kind != kind)
		report_at(r, word, "`%s` is not of kind %s", word->text, name);
}

bool pmip_is_anchor(const struct scen_node *n)
{
	return n->kind == NODE_LMA || (n->kind == NODE_HA && tree_get(n->base.at, "anchoring", NULL));
}

const struct scen_node *pmip_anchor_of(const struct scenario *s, const struct scen_link *l)
{
	for (guint i = 0; l->access && i < l->nodes->len; i++) {
		const struct scen_node *n = scen_node(s, ((const struct tree *)l->nodes->pdata[i])->text);

		if (n && n->kind == NODE_MAG)
			return n->lma ? scen_node(s, n->lma->text) : NULL;
	}
	return NULL;
}

bool pmip_is_access(const struct scenario *s, const struct scen_link *l)
{
	for (guint i = 0; l->access && i < l->nodes->len; i++) {
		const struct scen_node *n = scen_node(s, ((const struct tree *)l->nodes->pdata[i])->text);

		if (n && n->kind == NODE_MAG)
			return true;
	}
	return false;
}

/* ---- nodes ------------------------------------------------------------------------------------------------------- */

/* Which families the node has on links that are no access links. */
static void families(const struct scenario *s, const struct scen_node *n, bool *v6, bool *v4)
{
	const GPtrArray *links = names_links_of(s, n);

	*v6 = *v4 = false;
	for (guint i = 0; i < links->len; i++) {
		const struct scen_link *l = links->pdata[i];

		if (l->access || l->home)
			continue;
		*v6 = *v6 || l->prefix.len;
		*v4 = *v4 || l->prefix4.len;
	}
}

static void check_addresses(const struct scen_gateway *g, struct report *r)
{
	struct mac_addr mac;

	if (!ip6_is_zero(&g->fixed_link_local) && !ip6_is_link_local(&g->fixed_link_local))
		report_at(r, at_key(&g->base, "fixed-link-local"), "not a link-local address");
	if (g->fixed_link_layer && (!mac_parse(g->fixed_link_layer, &mac) || mac.o[0] & 1))
		report_at(r, at_key(&g->base, "fixed-link-layer"), "`%s` is not a station's link-layer address",
			  g->fixed_link_layer);
}

static void check_mag(const struct scenario *s, const struct scen_node *n, struct report *r)
{
	bool needs4 = n->gateway->transport != PMIP_IP6, v6, v4;
	const struct scen_node *anchor = node_of(s, n->lma);
	struct ip4_addr id;

	if (anchor && !pmip_is_anchor(anchor))
		report_at(r, n->lma, "`%s` is not of kind lma, nor a home agent with `anchoring`", n->lma->text);
	of_kind(s, n->aaa, NODE_AAA, "aaa", r);
	if (n->aaa && scen_node(s, n->aaa->text) && scen_node(s, n->aaa->text)->radius)
		report_at(r, n->aaa, "a gateway asks without EAP, for which RADIUS has nothing here");
	families(s, n, &v6, &v4);
	if (needs4 ? !v4 : !v6)
		report_at(r, n->base.at, "MAG `%s` has no %s address towards its LMA: it is on no link with a %s, "
			  "access links apart", n->base.name, needs4 ? "IPv4" : "IPv6", needs4 ? "prefix4" : "prefix");
	check_addresses(n->gateway, r);
	if (n->gateway->dhcp4_id && (!ip4_parse(n->gateway->dhcp4_id, &id) || !dsmip_routable4(id)))
		report_at(r, at_key(&n->gateway->base, "dhcp4-identifier"), "`%s` is no IPv4 address that a server may have",
			  n->gateway->dhcp4_id);
	if (n->gateway->tlv_header && n->gateway->transport != PMIP_UDP4 && n->gateway->transport != PMIP_UDP4_BARE)
		report_at(r, at_key(&n->gateway->base, "tlv-header"), "user packets go in UDP where signalling does: `transport` is "
			  "udp4 or rfc5844 [RFC 5845 7.2]");
	if (n->gateway->refresh % 10000)
		report_at(r, at_key(&n->gateway->base, "refresh"), "`refresh` counts in whole percents");
}

static void check_lma(const struct scenario *s, const struct scen_node *n, struct report *r)
{
	bool v6, v4;

	of_kind(s, n->aaa, NODE_AAA, "aaa", r);
	if (n->aaa && scen_node(s, n->aaa->text) && scen_node(s, n->aaa->text)->peer == PEER_EXTERNAL)
		report_at(r, n->aaa, "an anchor reads the policy store itself; `%s` is another program", n->aaa->text);
	for (guint i = 0; i < n->mags->len; i++)
		of_kind(s, n->mags->pdata[i], NODE_MAG, "mag", r);
	if (n->mags->len > PMIP_MAGS_MAX / 2)
		report_at(r, at_key(&n->base, "mags"), "an LMA has a list of %u MAGs at most", PMIP_MAGS_MAX / 2);
	families(s, n, &v6, &v4);
	if (!v6 && !v4)
		report_at(r, n->base.at, "LMA `%s` has no address that MAGs could reach", n->base.name);
	if (n->hnp_pool.len > 64)
		report_at(r, at_key(&n->base, "hnp-pool"), "longer than /64: no home network prefix fits in");
	if (n->anchoring->refuse && n->anchoring->refuse < 128)
		report_at(r, at_key(&n->anchoring->base, "refuse"), "a refusal's status is 128 or more");
	for (guint i = 0; names_prefix_in(s, &n->hnp_pool) && i < s->links->len; i++) {
		const struct scen_link *l = s->links->pdata[i];

		if (l->prefix.len && ip6_in_prefix(&l->prefix.addr, &n->hnp_pool))
			report_at(r, at_key(&n->base, "hnp-pool"), "holds the prefix of link `%s`", l->base.name);
	}
}

static void check_mn(const struct scenario *s, const struct scen_node *n, struct report *r)
{
	if (!n->interfaces->len || n->interfaces->len > MN_IFACE_MAX)
		report_at(r, at_key(&n->base, "interfaces"), "a mobile node has 1 to %d interfaces", MN_IFACE_MAX);
	for (guint i = 0; i < n->interfaces->len; i++) {
		const struct tree *w = n->interfaces->pdata[i];

		if (!scen_is_ident(w->text))
			report_at(r, w, "`%s` is not a name", w->text);
		for (guint k = 0; k < i; k++)
			if (!strcmp(w->text, ((const struct tree *)n->interfaces->pdata[k])->text))
				report_at(r, w, "interface `%s` is here twice", w->text);
	}
	for (guint i = 0; i < n->further_prefixes->len; i++) {
		const struct tree *w = n->further_prefixes->pdata[i];
		struct ip6_prefix p;

		if (!ip6_prefix_parse(w->text, &p) || p.len != 64)
			report_at(r, w, "`%s` is not an IPv6 prefix of length 64", w->text);
	}
	if (n->further_prefixes->len && (!n->home_prefix.len || n->further_prefixes->len >= PMIP_HNP_MAX))
		report_at(r, at_key(&n->base, "further-prefixes"), n->home_prefix.len ? "more prefixes than a session has" :
			  "further than which `home-prefix`?");
	if (!s->names->policy && (n->managed || n->other || n->local_routing || n->home_prefix.len))
		report_at(r, at_key(&n->base, n->managed ? "managed" : n->other ? "other" : n->local_routing ? "local-routing" :
				    "home-prefix"), "a matter of its profile, and no AAA server has one");
	if (tree_get(n->base.at, "apns", NULL) && !n->apns->len)
		report_at(r, at_key(&n->base, "apns"), "`apns` has nothing in it; leave the key out");
	if (n->apns->len > PMIP_APNS_MAX)
		report_at(r, at_key(&n->base, "apns"), "a mobile node has %u PDN connections at most", PMIP_APNS_MAX);
}

/* A home agent, with or without an anchor on it. */
static void check_gateway(const struct scenario *s, const struct scen_node *n, struct report *r)
{
	const struct tree *mags = tree_get(n->base.at, "mags", NULL);

	if (!pmip_is_anchor(n)) {
		if (mags)
			report_at(r, mags, "`mags` goes with `anchoring`");
		return;
	}
	check_lma(s, n, r);
	if (!scen_unsecured(s, n) && !n->mags->len)
		report_at(r, at_key(&n->base, "anchoring"), "UEs of `%s` have security associations: it must know by `mags` whose "
			  "mobility headers come without them", n->base.name);
	const GPtrArray *links = names_links_of(s, n);

	for (guint i = 0; i < links->len; i++) {
		const struct scen_link *l = links->pdata[i];

		if (l->home)
			report_at(r, at_key(&n->base, "anchoring"), "the home link of `%s` is behind its MAGs, not `%s`", n->base.name,
				  l->base.name);
	}
}

/* The prefix that mobile nodes share is the LMA's alone; the domain's context has room for 32 bits of an address. */
static void check_shared(const struct scenario *s, const struct scen_node *n, struct report *r)
{
	const struct ip6_prefix *p = &n->anchoring->shared_prefix;
	const struct tree *at = at_key(&n->anchoring->base, "shared-prefix");
	struct ip6_addr first = ip6_from64(ip6_high64(&p->addr), 0);
	struct ip6_prefix all = ip6_prefix_make(&first, 64);

	if (!p->len)
		return;
	if (n->kind != NODE_LMA)
		report_at(r, at, "a home agent has prefixes of their own for its mobile nodes");
	if (p->len < 64 || p->len > 126)
		report_at(r, at, "a shared prefix has 64 to 126 bits");
	if (ip6_low64(&p->addr) > UINT32_MAX)
		report_at(r, at, "the addresses are not among the first 2^32 of their /64");
	for (guint i = 0; i < s->links->len; i++) {
		const struct scen_link *l = s->links->pdata[i];

		if (l->prefix.len && (ip6_in_prefix(&first, &l->prefix) || ip6_in_prefix(&l->prefix.addr, &all)))
			report_at(r, at, "overlaps the prefix of link `%s`", l->base.name);
	}
	for (guint i = 0; i < s->nodes->len; i++) {
		const struct scen_node *o = s->nodes->pdata[i];

		if (o->hnp_pool.len && ip6_in_prefix(&first, &o->hnp_pool))
			report_at(r, at, "is in the hnp-pool of `%s`", o->base.name);
		if (o != n && o->kind == NODE_LMA && o->anchoring->shared_prefix.len &&
		    ip6_in_prefix(&o->anchoring->shared_prefix.addr, &all))
			report_at(r, at, "overlaps that of `%s`", o->base.name);
	}
}

void pmip_check_node(const struct scenario *s, const struct scen_node *n, struct report *r)
{
	if (pmip_is_anchor(n))
		check_shared(s, n, r);
	if (n->kind == NODE_LMA || n->kind == NODE_MAG)
		pmip_check_security(s, n, r);
	if (n->kind == NODE_MAG)
		check_mag(s, n, r);
	else if (n->kind == NODE_LMA)
		check_lma(s, n, r);
	else if (n->kind == NODE_HA)
		check_gateway(s, n, r);
	else if (n->kind == NODE_MN)
		check_mn(s, n, r);
}

/* ---- links ------------------------------------------------------------------------------------------------------- */

static void check_words(const struct scen_link *l, const char *key, const GPtrArray *words,
			const struct scen_choice *choices, const char *all, struct report *r)
{
	int seen = 0;

	if (!words->len)
		report_at(r, at_key(&l->base, key), "`%s` names nothing: nobody would be noticed", key);
	for (guint i = 0; i < words->len; i++) {
		const struct tree *w = words->pdata[i];
		int v = word_value(w->text, choices);

		if (!v)
			report_at(r, w, "`%s` is nothing that shows it (one of: %s)", w->text, all);
		else if (seen & v)
			report_at(r, w, "`%s` is here twice", w->text);
		seen |= v;
	}
}

/* [RFC 5213 6.9.1.1, 6.13] */
static void check_detection(const struct scenario *s, const struct scen_link *l, struct report *r)
{
	static const char *const keys[] = { "detect", "detect-loss" };

	check_words(l, keys[0], l->detect, pmip_comings, "link, rs, dhcp, data", r);
	check_words(l, keys[1], l->detect_loss, pmip_goings, "link, nud, silence", r);
	for (unsigned k = 0; k < G_N_ELEMENTS(keys); k++)
		if (tree_get(l->base.at, keys[k], NULL) && !pmip_is_access(s, l))
			report_at(r, at_key(&l->base, keys[k]), "only a MAG notices who comes and goes, and none is here");
	if (pmip_words(l->detect_loss, pmip_goings) & PMIP_GOES_SILENCE && s->profile != (int)MH_PROFILE_R8)
		report_at(r, at_key(&l->base, keys[1]), "silence alone tells nothing but in profile r8 [RFC 5213 6.13]");
}

void pmip_check_link(const struct scenario *s, const struct scen_link *l, struct report *r)
{
	if (tree_get(l->base.at, "access-technology", NULL) && !pmip_is_access(s, l))
		report_at(r, at_key(&l->base, "access-technology"), "only a MAG tells the access technology, and none is here");
	check_detection(s, l, r);
	if (l->guest_prefix.len && !pmip_is_access(s, l))
		report_at(r, at_key(&l->base, "guest-prefix"), "guests are a MAG's, and none is here");
	for (guint i = 0; l->guest_prefix.len && i < s->links->len; i++) {
		const struct scen_link *o = s->links->pdata[i];

		if (o != l && (ip6_prefix_eq(&o->prefix, &l->guest_prefix) || ip6_prefix_eq(&o->guest_prefix, &l->guest_prefix)))
			report_at(r, at_key(&l->base, "guest-prefix"), "link `%s` has the same prefix", o->base.name);
	}
	for (guint i = 0; l->guest_prefix.len && i < s->nodes->len; i++) {
		const struct scen_node *n = s->nodes->pdata[i];

		if (pmip_is_anchor(n) && ip6_in_prefix(&l->guest_prefix.addr, &n->hnp_pool))
			report_at(r, at_key(&l->base, "guest-prefix"), "out of the pool of `%s`", n->base.name);
	}
	if (l->guest_prefix.len && l->guest_prefix.len != 64)
		report_at(r, at_key(&l->base, "guest-prefix"), "not a /64");
	if (!pmip_is_access(s, l))
		return;
	if (l->nodes->len != 1)
		report_at(r, at_key(&l->base, "nodes"), "a MAG is alone on its access link");
	if (l->prefix.len || l->prefix4.len || l->dhcp4 || l->pco)
		report_at(r, l->base.at, "an access link of a MAG has no prefix of its own: it shows each mobile node its home "
			  "network prefix [RFC 5213 6.4]");
	if (tree_get(l->base.at, "isolated", NULL) && !l->isolated)
		report_at(r, at_key(&l->base, "isolated"), "mobile nodes on a MAG's link are alone with it [RFC 5213 6.3]");
}

/* ---- timeline ---------------------------------------------------------------------------------------------------- */

static bool is_agent_of(const struct scen_node *ue, const struct scen_node *anchor)
{
	for (guint i = 0; anchor && i < ue->home_agent->len; i++)
		if (!strcmp(((const struct tree *)ue->home_agent->pdata[i])->text, anchor->base.name))
			return true;
	return false;
}

static void check_move(const struct scenario *s, const struct scen_action *a, const struct scen_node *n,
		       struct report *r)
{
	const struct scen_link *l = scen_target(s, a);

	if (l && n->kind == NODE_MN && !pmip_is_access(s, l))
		report_at(r, at_key(&a->base, a->to ? "to" : "interface"), "`%s` is a mobile node of PMIPv6; link `%s` has no MAG",
			  n->base.name, l->base.name);
	if (l && n->kind == NODE_UE && pmip_is_access(s, l) && !is_agent_of(n, pmip_anchor_of(s, l)))
		report_at(r, at_key(&a->base, a->to ? "to" : "interface"), "link `%s` is of a MAG that is no way home for `%s`: "
			  "for nodes of kind mn, and for UEs whose home agent is the MAG's anchor", l->base.name, n->base.name);
}

static bool has_interface(const struct scen_node *n, const char *name)
{
	for (guint i = 0; name && i < n->interfaces->len; i++)
		if (!strcmp(((const struct tree *)n->interfaces->pdata[i])->text, name))
			return true;
	return false;
}

/* Which settings go with which kind of node. */
static void check_set(const struct scen_action *a, const struct scen_node *n, struct report *r)
{
	const struct { const void *section; bool fits; const char *key; } all[] = {
		{ a->settings, n->kind == NODE_HA, "settings" }, { a->anchoring, pmip_is_anchor(n), "anchoring" },
		{ a->gateway, n->kind == NODE_MAG, "gateway" },
	};
	bool any = false;

	if ((a->gateway && scen_given(&scen_gateway_section, a->gateway, "shared-prefix")) ||
	    (a->anchoring && scen_given(&scen_anchoring_section, a->anchoring, "shared-prefix")))
		report_at(r, a->base.at, "`shared-prefix` is set for good");
	for (guint i = 0; i < G_N_ELEMENTS(all); i++) {
		if (all[i].section && !all[i].fits)
			report_at(r, at_key(&a->base, all[i].key), "`%s` does not go with `%s`", all[i].key, n->base.name);
		any |= all[i].section && all[i].fits;
	}
	for (guint i = 0; i < G_N_ELEMENTS(all) && !any; i++)
		if (all[i].fits) {
			report_at(r, a->base.at, "`set` of `%s` needs `%s`", n->base.name, all[i].key);
			return;
		}
}

static void check_revoke(const struct scen_action *a, const struct scen_node *n, const struct scen_node *of,
			 struct report *r)
{
	if (n->kind == NODE_LMA && of && of->kind == NODE_UE)
		report_at(r, a->of, "an LMA revokes what a mn, all of a mag, or it itself has");
	if (n->kind == NODE_HA && !pmip_is_anchor(n) && of && of->kind != NODE_UE)
		report_at(r, a->of, "`%s` is not of kind ue", a->of->text);
	if (n->kind == NODE_MAG && of && of != n)
		report_at(r, a->of, "a MAG gives up its own sessions: `of` is itself");
	if (a->realm && (!pmip_is_anchor(n) || a->realm[0] != '@' || !a->realm[1]))
		report_at(r, at_key(&a->base, "realm"), "an LMA revokes by realm, which begins with @");
	if (a->realm && of && of->kind == NODE_MN)
		report_at(r, at_key(&a->base, "realm"), "a realm is many mobile nodes: `of` is a MAG or the LMA itself");
	if (a->ip4_only && n->kind != NODE_HA && !(of && of->kind == NODE_MN))
		report_at(r, at_key(&a->base, "ipv4-only"), "the IPv4 home address of a mn is revoked by its LMA");
}

void pmip_check_action(const struct scenario *s, const struct scen_action *a, struct report *r)
{
	const struct scen_node *n = a->node ? node_of(s, a->node) : NULL, *of = node_of(s, a->of);

	if (a->node && !n)
		n = scen_node(s, a->node->text);
	if (!n)
		return;
	if (a->verb == DO_FORGE)
		pmip_check_forge(s, a, r);
	if (a->verb == DO_ATTACH || a->verb == DO_HANDOVER || a->verb == DO_MOVE)
		check_move(s, a, n, r);
	if (a->verb == DO_SET) {
		check_set(a, n, r);
		pmip_check_secured_set(a, n, r);
	}
	if (a->verb == DO_REVOKE)
		check_revoke(a, n, of, r);
	if (((a->verb == DO_APPEAR && !(of && of->kind == NODE_UE)) || (a->verb == DO_DROP_BINDING && n->kind == NODE_LMA)) &&
	    of && of->kind != NODE_MN)
		report_at(r, a->of, "`%s` is not of kind mn", a->of->text);
	if (a->verb == DO_APPEAR && of && !has_interface(of, a->interface))
		report_at(r, at_key(&a->base, "interface"), "`%s` has no interface `%s`", of->base.name, a->interface);
}
