/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: names in a scenario
 *
 * Groups are the reason for this file: a node with `count` stands for members named with a number behind its name, and
 * selectors name one, some or all of them. It implements no clause.
 */
#include <string.h>

#include "scenarios/load.h"

struct scen_node *scen_node(const struct scenario *s, const char *name)
{
	for (guint i = 0; i < s->nodes->len; i++) {
		struct scen_node *n = s->nodes->pdata[i];

		if (!strcmp(n->base.name, name))
			return n;
	}
	return NULL;
}

struct scen_node *scen_node_at(const struct scenario *s, uint32_t ordinal)
{
	for (guint i = 0; i < s->nodes->len; i++) {
		struct scen_node *n = s->nodes->pdata[i];

		if (ordinal < n->count)
			return n;
		ordinal -= (uint32_t)n->count;
	}
	return NULL;
}

struct scen_link *scen_link(const struct scenario *s, const char *name)
{
	for (guint i = 0; i < s->links->len; i++) {
		struct scen_link *l = s->links->pdata[i];

		if (!strcmp(l->base.name, name))
			return l;
	}
	return NULL;
}

struct scen_flow *scen_flow(const struct scenario *s, const char *name)
{
	for (guint i = 0; i < s->traffic->len; i++) {
		struct scen_flow *f = s->traffic->pdata[i];

		if (!strcmp(f->flow, name))
			return f;
	}
	return NULL;
}

bool scen_is_group(const struct scen_node *n)
{
	return tree_get(n->base.at, "count", NULL) != NULL;
}

static bool names(const GPtrArray *words, const char *name)
{
	for (guint i = 0; i < words->len; i++)
		if (!strcmp(((const struct tree *)words->pdata[i])->text, name))
			return true;
	return false;
}

bool scen_unsecured(const struct scenario *s, const struct scen_node *ha)
{
	for (guint i = 0; i < s->nodes->len; i++) {
		const struct scen_node *n = s->nodes->pdata[i];

		if (n->kind != NODE_UE || n->ipsec != SCEN_IPSEC_NONE)
			continue;
		if (names(n->home_agent, ha->base.name))
			return true;
		for (guint k = 0; k < n->pdns->len; k++)
			if (names(((const struct scen_pdn *)n->pdns->pdata[k])->home_agent, ha->base.name))
				return true;
	}
	return false;
}

int scen_pdn(const struct scen_node *n, const char *apn)
{
	for (guint i = 0; n->kind == NODE_MN && apn && i < n->apns->len; i++)
		if (!strcmp(((const struct tree *)n->apns->pdata[i])->text, apn))
			return (int)i;
	if (n->kind == NODE_MN && !apn)
		return 0;
	if (n->kind != NODE_UE)
		return -1;
	if (!apn || !strcmp(n->apn, apn))
		return 0;
	for (guint i = 0; i < n->pdns->len; i++)
		if (!strcmp(((const struct scen_pdn *)n->pdns->pdata[i])->apn, apn))
			return (int)i + 1;
	return -1;
}

bool scen_shared_home(const struct scenario *s, const struct scen_node *ha)
{
	for (guint i = 0; i < s->links->len; i++) {
		const struct scen_link *l = s->links->pdata[i];

		if (l->home && l->prefix.len && scen_on_link(l, ha->base.name))
			return true;
	}
	return false;
}

struct scen_node *scen_member(const struct scenario *s, const char *name, uint32_t *member)
{
	for (guint i = 0; i < s->nodes->len; i++) {
		struct scen_node *n = s->nodes->pdata[i];
		size_t len = strlen(n->base.name);
		int64_t number;

		*member = 0;
		if (strncmp(name, n->base.name, len))	/* first: there may be thousands of nodes */
			continue;
		if (!scen_is_group(n)) {
			if (!name[len])
				return n;
			continue;
		}
		if (!g_ascii_isdigit(name[len]) || name[len] == '0')
			continue;
		if (!unit_parse(UNIT_NONE, name + len, &number) && number >= 1 && number <= n->count) {
			*member = (uint32_t)number - 1;
			return n;
		}
	}
	return NULL;
}

bool scen_selects(const struct scenario *s, const char *selector, const struct scen_node *n, const char *member)
{
	(void)s;
	if (!strcmp(selector, n->base.name) || !strcmp(selector, member))
		return true;
	return strpbrk(selector, "*?") && g_pattern_match_simple(selector, member);
}

bool scen_selects_any(const struct scenario *s, const char *selector)
{
	uint32_t member;

	if (scen_node(s, selector) || scen_member(s, selector, &member))
		return true;
	if (!strpbrk(selector, "*?"))
		return false;
	for (guint i = 0; i < s->nodes->len; i++) {
		struct scen_node *n = s->nodes->pdata[i];

		for (int64_t k = 1; k <= n->count; k++) {
			char *name = scen_is_group(n) ? g_strdup_printf("%s%" G_GINT64_FORMAT, n->base.name, k) : g_strdup(n->base.name);
			bool hit = g_pattern_match_simple(selector, name);

			g_free(name);
			if (hit)
				return true;
		}
	}
	return false;
}

bool scen_on_link(const struct scen_link *l, const char *node)
{
	for (guint i = 0; i < l->nodes->len; i++)
		if (!strcmp(((const struct tree *)l->nodes->pdata[i])->text, node))
			return true;
	return false;
}

struct scen_link *scen_target(const struct scenario *s, const struct scen_action *a)
{
	return a->to ? scen_link(s, a->to->text) : a->interface ? scen_link(s, a->interface) : NULL;
}

/* How many flows of its own a flow stands for: one for each member of the group at one of its ends. */
static uint32_t flow_members(const struct scenario *s, const struct scen_flow *f)
{
	const struct scen_node *from = scen_node(s, f->from->text), *to = scen_node(s, f->to->text);

	if (from && scen_is_group(from))
		return (uint32_t)from->count;
	return to && scen_is_group(to) ? (uint32_t)to->count : 1;
}

uint32_t scen_flow_number(const struct scenario *s, const struct scen_flow *f, uint32_t member)
{
	uint32_t number = member;

	for (guint i = 0; i < s->traffic->len && s->traffic->pdata[i] != f; i++)
		number += flow_members(s, s->traffic->pdata[i]);
	return number;
}

const struct scen_flow *scen_flow_numbered(const struct scenario *s, uint32_t number)
{
	for (guint i = 0; i < s->traffic->len; i++) {
		uint32_t n = flow_members(s, s->traffic->pdata[i]);

		if (number < n)
			return s->traffic->pdata[i];
		number -= n;
	}
	return NULL;
}
