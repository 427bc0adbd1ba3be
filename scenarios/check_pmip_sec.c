/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the rules of security between MAG and LMA in a scenario
 *
 * What speaks IKEv2 needs somebody who answers, the same kind of proof, and an IPv6 transport network; what is said
 * about it without it is a mistake. It implements no clause.
 */
#include <string.h>

#include "proto/pmip_forge.h"
#include "scenarios/pmip.h"
#include "scenarios/security.h"

static const struct tree *at_key(const struct scen_base *b, const char *key)
{
	const struct tree *t = tree_get(b->at, key, NULL);

	return t ? t : b->at;
}

bool pmip_secured(const struct scen_node *n)
{
	return (n->kind == NODE_LMA || n->kind == NODE_MAG) && n->ipsec == SCEN_IPSEC_IKEV2 &&
	       tree_get(n->base.at, "ipsec", NULL);
}

static bool listed(const GPtrArray *words, const char *name)
{
	for (guint i = 0; i < words->len; i++)
		if (!strcmp(((const struct tree *)words->pdata[i])->text, name))
			return true;
	return false;
}

bool pmip_is_peer(const struct scen_node *lma, const struct scen_node *mag)
{
	if (mag->kind != NODE_MAG || !pmip_secured(mag))
		return false;
	if (lma->peers->len || lma->mags->len)
		return listed(lma->peers->len ? lma->peers : lma->mags, mag->base.name);
	return !strcmp(mag->lma->text, lma->base.name);
}

/* Keys that mean nothing without IKEv2. */
static void check_needless(const struct scen_node *n, struct report *r)
{
	static const char *const keys[] = { "authentication", "psk", "identity", "peers", "claims", "ike", "certificate" };

	for (guint i = 0; !pmip_secured(n) && i < G_N_ELEMENTS(keys); i++)
		if (tree_get(n->base.at, keys[i], NULL))
			report_at(r, at_key(&n->base, keys[i]), "`%s` needs `ipsec: ikev2`", keys[i]);
}

static void check_proof(const struct scen_node *n, struct report *r)
{
	bool certificate = n->authentication == IKE_PROOF_CERTIFICATE;

	if (certificate && tree_get(n->base.at, "psk", NULL))
		report_at(r, at_key(&n->base, "psk"), "a `psk` is of no use with `authentication: certificate`");
	if (!certificate && tree_get(n->base.at, "certificate", NULL))
		report_at(r, at_key(&n->base, "certificate"), "a `certificate` needs `authentication: certificate`");
	if (n->psk && !*n->psk)
		report_at(r, at_key(&n->base, "psk"), "a pre-shared key has one octet at least");
	if (n->identity && (!*n->identity || strlen(n->identity) > IKE_ID_MAX))
		report_at(r, at_key(&n->base, "identity"), "an identity has 1 to %d octets", IKE_ID_MAX);
}

static void check_mag(const struct scenario *s, const struct scen_node *n, struct report *r)
{
	const struct scen_node *lma = n->lma ? scen_node(s, n->lma->text) : NULL;
	const struct scen_node *other = n->claims ? scen_node(s, n->claims->text) : NULL;

	if (pmip_is_ip4((enum pmip_transport)n->gateway->transport))
		report_at(r, at_key(&n->gateway->base, "transport"), "`ipsec: ikev2` protects signalling over IPv6 alone; IPv4 "
			  "transport networks are the business of security gateways (NDS/IP)");
	if (lma && lma->kind == NODE_HA)
		report_at(r, at_key(&n->base, "ipsec"), "home agent `%s` has security associations with UEs alone, although it is an "
			  "LMA as well", lma->base.name);
	if (lma && lma->kind == NODE_LMA && !pmip_secured(lma))
		report_at(r, at_key(&n->base, "ipsec"), "LMA `%s` has no `ipsec: ikev2`: nobody would answer", lma->base.name);
	else if (lma && lma->kind == NODE_LMA && pmip_is_peer(lma, n) && lma->authentication != n->authentication)
		report_at(r, at_key(&n->base, "authentication"), "LMA `%s` expects another proof of its peers", lma->base.name);
	if (n->claims && (!other || other->kind != NODE_MAG || other == n))
		report_at(r, n->claims, "`claims` names another node of kind mag");
}

/* A MAG that the LMA trusts has to be protected too. */
static void check_lma(const struct scenario *s, const struct scen_node *n, struct report *r)
{
	const GPtrArray *words = n->peers->len ? n->peers : n->mags;

	for (guint i = 0; i < words->len; i++) {
		const struct tree *w = words->pdata[i];
		const struct scen_node *mag = scen_node(s, w->text);

		if (mag && mag->kind != NODE_MAG)
			report_at(r, w, "`%s` is not of kind mag", w->text);
		else if (mag && !pmip_secured(mag))
			report_at(r, w, "MAG `%s` has no `ipsec: ikev2`, which LMA `%s` demands", w->text, n->base.name);
	}
}

void pmip_check_security(const struct scenario *s, const struct scen_node *n, struct report *r)
{
	check_needless(n, r);
	if (!pmip_secured(n))
		return;
	check_proof(n, r);
	if (n->kind == NODE_MAG)
		check_mag(s, n, r);
	else
		check_lma(s, n, r);
}

/* ---- timeline ---------------------------------------------------------------------------------------------------- */

void pmip_check_secured_set(const struct scen_action *a, const struct scen_node *n, struct report *r)
{
	if (a->gateway && pmip_secured(n) && scen_given(&scen_gateway_section, a->gateway, "transport") &&
	    pmip_is_ip4((enum pmip_transport)a->gateway->transport))
		report_at(r, at_key(&a->gateway->base, "transport"), "`%s` has `ipsec: ikev2`, which goes over IPv6 alone",
			  n->base.name);
}

static bool names_nobody(int forged)
{
	return forged == PMIP_FORGED_BRI_ALL || forged == PMIP_FORGED_HEARTBEAT;
}

void pmip_check_forge(const struct scenario *s, const struct scen_action *a, struct report *r)
{
	const struct scen_node *as = scen_node(s, a->as->text), *to = scen_node(s, a->to_node->text);
	bool up = a->forged == PMIP_FORGED_PBU || a->forged == PMIP_FORGED_END;
	uint32_t member;
	const struct scen_node *of = a->of ? scen_member(s, a->of->text, &member) : NULL;

	if (as && as->kind != NODE_LMA && as->kind != NODE_MAG)
		report_at(r, a->as, "`%s` is neither lma nor mag", a->as->text);
	if (to && to->kind != (up ? NODE_LMA : NODE_MAG) && !(a->forged == PMIP_FORGED_HEARTBEAT && to->kind == NODE_LMA))
		report_at(r, a->to_node, "such a message goes to %s", up ? "an lma" : "a mag");
	if (!a->of && !names_nobody(a->forged))
		report_at(r, a->base.at, "`forge` of this message needs `of`: the mobile node that it names");
	if (of && of->kind != NODE_MN)
		report_at(r, a->of, "`%s` is not of kind mn", a->of->text);
}
