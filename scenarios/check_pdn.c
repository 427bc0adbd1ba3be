/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: several PDN connections in a scenario
 *
 * An APN is the name by which everything else refers to a PDN connection, so a UE has each of them once, and whoever
 * names one must mean a UE that has it. It implements no clause.
 */
#include <string.h>

#include "proto/aaa.h"
#include "proto/dsmip_ue.h"
#include "scenarios/names.h"
#include "scenarios/pdn.h"

static const struct tree *at_key(const struct scen_base *b, const char *key)
{
	const struct tree *t = tree_get(b->at, key, NULL);

	return t ? t : b->at;
}

/* ---- nodes ------------------------------------------------------------------------------------------------------- */

static void check_agents(const struct scenario *s, const struct scen_pdn *p, struct report *r)
{
	const struct scen_node *first = NULL;

	if (p->home_agent->len > DSMIP_HA_MAX)
		report_at(r, at_key(&p->base, "home-agent"), "a UE has 1 to %d home agents", DSMIP_HA_MAX);
	for (guint i = 0; i < p->home_agent->len; i++) {
		const struct tree *w = p->home_agent->pdata[i];
		const struct scen_node *ha = scen_node(s, w->text);

		if (!ha)
			continue;		/* said elsewhere */
		if (ha->kind != NODE_HA)
			report_at(r, w, "`%s` is not of kind ha", w->text);
		else if (first && first->hnp_pool.len != ha->hnp_pool.len)
			report_at(r, w, "home agents of one PDN connection must have pools of one length");
		if (!first && ha->kind == NODE_HA)
			first = ha;
	}
}

void pdn_check_node(const struct scenario *s, const struct scen_node *n, struct report *r)
{
	if (n->kind != NODE_UE)
		return;
	if (n->pdns->len + 1 > AAA_APNS_MAX)
		report_at(r, at_key(&n->base, "pdns"), "a UE has %u PDN connections at most, its own keys' among them",
			  AAA_APNS_MAX);
	for (guint i = 0; i < n->pdns->len; i++) {
		const struct scen_pdn *p = n->pdns->pdata[i];

		if (p->apn && scen_pdn(n, p->apn) != (int)i + 1)
			report_at(r, at_key(&p->base, "apn"), "`%s` has a PDN connection to `%s` already", n->base.name, p->apn);
		if (p->apn && strlen(p->apn) >= AAA_APN_OCTETS)
			report_at(r, at_key(&p->base, "apn"), "an APN has less than %u characters", (unsigned)AAA_APN_OCTETS);
		check_agents(s, p, r);
	}
}

/* ---- who names one ----------------------------------------------------------------------------------------------- */

/* A node that the selector may mean and that has no such PDN connection; NULL: none. *any: it means a UE. */
static const struct scen_node *without(const struct scenario *s, const char *selector, const char *apn, bool *any)
{
	const struct scen_node *found = NULL, *n;
	guint at = 0;

	*any = false;
	while ((n = names_selected(s, selector, &at))) {
		*any |= n->kind == NODE_UE || n->kind == NODE_MN;
		if (!found && scen_pdn(n, apn) < 0)
			found = n;
	}
	return found;
}

static void check_named(const struct scenario *s, const struct tree *who, const char *apn, const struct tree *at,
			struct report *r)
{
	const struct scen_node *n;
	bool any;

	if (!who || !apn)
		return;
	n = without(s, who->text, apn, &any);
	if (n && (n->kind == NODE_UE || n->kind == NODE_MN))
		report_at(r, at, "`%s` has no PDN connection to `%s`", n->base.name, apn);
	else if (n || !any)
		report_at(r, at, "only a UE has PDN connections");
}

void pdn_check_action(const struct scenario *s, const struct scen_action *a, struct report *r)
{
	check_named(s, a->of ? a->of : a->node, a->pdn, at_key(&a->base, "pdn"), r);
	check_named(s, a->node, a->to_pdn, at_key(&a->base, "to-pdn"), r);
	if (a->pdn && a->to_pdn && !strcmp(a->pdn, a->to_pdn))
		report_at(r, at_key(&a->base, "to-pdn"), "a home address cannot be its own care-of address");
	if (a->verb == DO_HANDOVER && a->pdn && (a->gap || a->overlap))
		report_at(r, at_key(&a->base, "pdn"), "one PDN connection alone changes its interface without `gap` or `overlap`: "
			  "the others keep theirs");
}

void pdn_check_flow(const struct scenario *s, const struct scen_flow *f, struct report *r)
{
	uint32_t member;
	bool found = !f->pdn, ue = false;

	for (unsigned i = 0; i < 2 && !found; i++) {
		const char *name = i ? f->to->text : f->from->text;
		const struct scen_node *n = scen_node(s, name) ? scen_node(s, name) : scen_member(s, name, &member);

		ue |= n && n->kind == NODE_UE;
		found = n && scen_pdn(n, f->pdn) >= 0;
	}
	if (!found)
		report_at(r, at_key(&f->base, "pdn"), ue ? "the UE has no PDN connection to `%s`" :
			  "neither end is a UE with a PDN connection to `%s`", f->pdn);
}

static void check_pattern(const struct scenario *s, const char *message, const struct tree *by, const char *apn,
			  const struct scen_base *b, struct report *r)
{
	if (!apn)
		return;
	if (!by)
		report_at(r, at_key(b, "pdn"), "needs `by`: whose PDN connection");
	if (message && (g_str_has_prefix(message, "IKE") || !strcmp(message, "INFORMATIONAL")
			|| !strcmp(message, "CREATE_CHILD_SA")))
		report_at(r, at_key(b, "pdn"), "`%s` does not tell which PDN connection it is for", message);
	check_named(s, by, apn, at_key(b, "pdn"), r);
}

void pdn_check_expect(const struct scenario *s, const struct scen_expect *e, struct report *r)
{
	const struct scen_pattern *both[] = { e->after.pattern, e->before.pattern };

	check_pattern(s, e->message, e->state ? e->state->node : e->by, e->pdn, &e->base, r);
	for (unsigned i = 0; i < 2; i++)
		if (both[i])
			check_pattern(s, both[i]->message, both[i]->by, both[i]->pdn, &both[i]->base, r);
}
