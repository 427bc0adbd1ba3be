/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: names in a scenario
 *
 * Groups are the reason for this file: a node with `count` stands for members named with a number behind its name, and
 * selectors name one, some or all of them. It implements no clause.
 */
#include <string.h>

#include "scenarios/load.h"
#include "scenarios/names.h"

struct scen_node *scen_node(const struct scenario *s, const char *name)
{
	return g_hash_table_lookup(s->names->nodes, name);
}

struct scen_node *scen_node_at(const struct scenario *s, uint32_t ordinal)
{
	guint low = 0, high = s->nodes->len;

	while (low < high) {		/* the last that begins at or before it */
		guint mid = low + (high - low) / 2;

		if (s->names->first[mid] <= ordinal)
			low = mid + 1;
		else
			high = mid;
	}
	struct scen_node *n = low ? s->nodes->pdata[low - 1] : NULL;

	return n && ordinal - s->names->first[low - 1] < n->count ? n : NULL;
}

struct scen_link *scen_link(const struct scenario *s, const char *name)
{
	return g_hash_table_lookup(s->names->links, name);
}

struct scen_flow *scen_flow(const struct scenario *s, const char *name)
{
	return g_hash_table_lookup(s->names->flows, name);
}

#define MEMBER_DIGITS 10u		/* of a member's number, more than any group has */

bool scen_is_group(const struct scen_node *n)
{
	return tree_get(n->base.at, "count", NULL) != NULL;
}

bool scen_unsecured(const struct scenario *s, const struct scen_node *ha)
{
	return g_hash_table_contains(s->names->unsecured, ha->base.name);
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
	const GPtrArray *links = names_links_of(s, ha);

	for (guint i = 0; i < links->len; i++) {
		const struct scen_link *l = links->pdata[i];

		if (l->home && l->prefix.len)
			return true;
	}
	return false;
}

struct scen_node *scen_member(const struct scenario *s, const char *name, uint32_t *member)
{
	size_t len = strlen(name), digits = 0;
	struct scen_node *n = scen_node(s, name);
	char *group;

	*member = 0;
	if (n && !scen_is_group(n))
		return n;
	while (digits < len && digits < MEMBER_DIGITS && g_ascii_isdigit(name[len - 1 - digits]))
		digits++;
	/* the number may begin at each of its digits but a nought */
	for (size_t k = 1; k <= digits; k++) {
		const char *tail = name + len - k;
		int64_t number;

		if (*tail == '0' || len == k)
			continue;
		group = g_strndup(name, len - k);
		n = scen_node(s, group);
		g_free(group);
		if (n && scen_is_group(n) && !unit_parse(UNIT_NONE, tail, &number) && number >= 1 && number <= n->count) {
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

bool scen_on_link(const struct scenario *s, const struct scen_link *l, const char *node)
{
	return g_hash_table_contains(g_hash_table_lookup(s->names->on, l), node);
}

struct scen_link *scen_target(const struct scenario *s, const struct scen_action *a)
{
	return a->to ? scen_link(s, a->to->text) : a->interface ? scen_link(s, a->interface) : NULL;
}

uint32_t scen_flow_number(const struct scenario *s, const struct scen_flow *f, uint32_t member)
{
	return s->names->first_flow[f->base.place] + member;
}

const struct scen_flow *scen_flow_numbered(const struct scenario *s, uint32_t number)
{
	guint low = 0, high = s->traffic->len;

	while (low < high) {		/* the first that ends behind it */
		guint mid = low + (high - low) / 2;

		if (s->names->first_flow[mid + 1] <= number)
			low = mid + 1;
		else
			high = mid;
	}
	return low < s->traffic->len ? s->traffic->pdata[low] : NULL;
}
