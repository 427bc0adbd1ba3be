/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: keys that another key takes the sense from
 *
 * `ike` of a UE that sends everything unprotected, a lease where nobody gives addresses, keys of a USIM that is not
 * there: nothing would come of them, and whoever wrote them would take the run for an answer to a question that it was
 * never asked. They are errors at their place. What a later `set` may still bring to life is let through. Keys of
 * PMIPv6's security, of discovery and of IFOM have such checks beside their others. It implements no clause.
 */
#include <string.h>

#include "scenarios/device.h"
#include "scenarios/dhcp6.h"
#include "scenarios/names.h"
#include "scenarios/pmip.h"
#include "scenarios/sense.h"

static const struct tree *given(const struct scen_base *b, const char *key)
{
	return b && b->at ? tree_get(b->at, key, NULL) : NULL;
}

/* Each of the keys (ended by NULL) that is there has no use, for this reason. */
static void useless(const struct scen_base *b, const char *const *keys, const char *why, struct report *r)
{
	for (; *keys; keys++)
		if (given(b, *keys))
			report_at(r, given(b, *keys), "`%s` has no use: %s", *keys, why);
}

static void useless_one(const struct scen_base *b, const char *key, bool where, const char *why, struct report *r)
{
	const char *const keys[] = { key, NULL };

	if (where)
		useless(b, keys, why, r);
}

/* A text that is there must say something. */
static void check_text(const struct scen_base *b, const char *key, const char *text, struct report *r)
{
	if (text && !*text)
		report_at(r, given(b, key) ? given(b, key) : b->at, "`%s` is empty; leave the key out", key);
}

/* ---- mobile nodes ------------------------------------------------------------------------------------------------ */

static void check_usim(const struct scen_node *n, struct report *r)
{
	static const char *const keys[] = { "k", "opc", "wrong-key", "ahead", "password", NULL };
	static const char *const aka[] = { "k", "opc", "wrong-key", "ahead", NULL };

	check_text(&n->usim->base, "password", n->usim->password, r);
	if (n->kind == NODE_MN)
		useless(&n->usim->base, aka, "a gateway knows a mobile node of PMIPv6 without asking its USIM", r);
	else if (n->ipsec == SCEN_IPSEC_NONE)
		useless(&n->usim->base, keys, "with `ipsec: none` nobody authenticates", r);
	else if (n->usim->password)
		useless(&n->usim->base, aka, "with a `password` there is no EAP-AKA", r);
}

static void check_ike(const struct scen_node *n, struct report *r)
{
	const struct scen_ike *k = n->ike;

	if (n->kind == NODE_UE && n->ipsec == SCEN_IPSEC_NONE && given(&n->base, "ike"))
		report_at(r, given(&n->base, "ike"), "`ike` has no use: with `ipsec: none` there is no IKEv2");
	useless_one(&k->base, "fragment-size", !k->fragmentation, "`fragmentation` is false", r);
	useless_one(&k->base, "follow-redirect", k->follow_redirect && !k->redirect, "`redirect` is false", r);
}

static bool asks_ip4(const struct scenario *s, const struct scen_node *n)
{
	bool any = n->ipv4_home_address || names_verb(s, DO_WANT_IPV4);

	for (guint i = 0; i < n->pdns->len; i++)
		any |= ((const struct scen_pdn *)n->pdns->pdata[i])->ipv4_home_address;
	return any;
}

static void check_ue(const struct scenario *s, const struct scen_node *n, struct report *r)
{
	useless_one(&n->base, "bid-priority", !n->ifom, "it goes with `ifom: true`", r);
	useless_one(&n->base, "second-authentication", n->second_auth && n->ipsec == SCEN_IPSEC_NONE,
		    "with `ipsec: none` nobody authenticates", r);
	useless_one(&n->base, "retries-ipv4", !asks_ip4(s, n), "no IPv4 home address is asked for", r);
	useless_one(&n->base, "ipv6-wait", !n->dhcp4, "without `dhcp4` it never has an IPv4 address alone", r);
	useless_one(&n->base, "delegation", !n->mobile_network && !names_verb(s, DO_REQUEST_PREFIX),
		    "it has no `mobile-network`, and no `request-prefix` is in the timeline", r);
	useless_one(&n->base, "faulty", n->peer == PEER_EXTERNAL, "another program plays this node", r);
}

/* ---- others ------------------------------------------------------------------------------------------------------ */

static void check_certificate(const struct scen_certificate *c, struct report *r)
{
	static const char *const made[] = { "key", "issuer", "name", "valid-from", "valid-for", NULL };

	check_text(&c->base, "name", c->name, r);
	check_text(&c->base, "key-file", c->key_file, r);
	check_text(&c->base, "chain-file", c->chain_file, r);
	check_text(&c->base, "trust-file", c->trust_file, r);
	if (c->key_file)
		useless(&c->base, made, "nothing is made when it comes from `key-file`", r);
}

static void check_gateway(const struct scen_gateway *g, bool set_later, struct report *r)
{
	useless_one(&g->base, "gre-sequence", g->gre_sequence && !g->gre && !set_later, "`gre` is false", r);
	useless_one(&g->base, "ipv4-on-demand", g->ipv4_on_demand && !g->ipv4 && !set_later, "it goes with `ipv4: true`", r);
}

void needless_check_node(const struct scenario *s, const struct scen_node *n, struct report *r)
{
	bool set_later = names_verb(s, DO_SET);

	check_text(&n->base, "command", n->command, r);
	check_text(&n->base, "program", n->program, r);
	if (n->kind == NODE_UE || n->kind == NODE_MN)
		check_usim(n, r);
	if (n->kind == NODE_UE)
		check_ue(s, n, r);
	if (n->kind == NODE_UE || n->kind == NODE_HA || n->kind == NODE_LMA || n->kind == NODE_MAG)
		check_ike(n, r);
	if (n->kind == NODE_HA || n->kind == NODE_LMA || n->kind == NODE_MAG)
		check_certificate(n->certificate, r);
	if (n->kind == NODE_MAG)
		check_gateway(n->gateway, set_later, r);
	if (n->kind == NODE_HA)
		useless_one(&n->base, "ipv4-max", !n->ipv4_pool.len, "there is no `ipv4-pool`", r);
	if (pmip_is_anchor(n))
		useless_one(&n->anchoring->base, "gre-sequence", n->anchoring->gre_sequence && !n->anchoring->gre && !set_later,
			    "`gre` is false", r);
	if (n->diameter)
		check_text(&n->diameter->base, "agent", n->diameter->agent, r);
	for (guint i = 0; i < n->devices->len; i++) {
		const struct scen_device *d = n->devices->pdata[i];

		check_text(&d->base, "filter", d->filter, r);
	}
}

/* ---- links ------------------------------------------------------------------------------------------------------- */

static void check_devices(const struct scenario *s, const struct scen_link *l, struct report *r)
{
	if (!l->device)
		return;
	check_text(&l->device->base, "filter", l->device->filter, r);
	for (guint i = 0; i < l->nodes->len; i++) {
		const struct scen_node *n = scen_node(s, ((const struct tree *)l->nodes->pdata[i])->text);
		const struct scen_device *d = n ? device_of(n, l->base.name) : NULL;

		if (d)
			report_at(r, d->base.at, "link `%s` goes on behind its own `device`: what plays `%s` is there, or its link "
				  "ends here", l->base.name, n->base.name);
	}
}

void needless_check_link(const struct scenario *s, const struct scen_link *l, struct report *r)
{
	static const char *const dhcp4[] = { "pool", "lease", NULL };
	bool changed = names_sets_of(s, l)->len != 0;

	check_devices(s, l, r);
	if (!l->dhcp4)
		useless(&l->base, dhcp4, "without `dhcp4` nobody gives addresses here", r);
	useless_one(&l->base, "isolated", !l->access && !l->home, "no UE attaches to this link", r);
	useless_one(&l->base, "reorder-delay", !l->impair.reorder && !changed, "`reorder` is 0%", r);
}

void needless_check(const struct scenario *s, struct report *r)
{
	if (s->crypto) {
		check_text(&s->crypto->base, "costs", s->crypto->costs, r);
		useless_one(&s->crypto->base, "costs", !s->crypto->charge, "`charge` is false", r);
	}
}
