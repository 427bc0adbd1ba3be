/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: tables of the names in a scenario
 *
 * Checks ask again and again who is called what, which links a node is on, and what the timeline does with it. Walking
 * the whole file for each answer makes a generated file of thousands of nodes load for a minute; these tables are made
 * once, in one walk over everything. It implements no clause.
 */
#include "scenarios/names.h"

#include <stdlib.h>
#include <string.h>

#include "scenarios/load.h"

static const char *text_of(const void *word)
{
	return ((const struct tree *)word)->text;
}

static void add_to_list(GHashTable *lists, const char *key, const void *what)
{
	GPtrArray *list = g_hash_table_lookup(lists, key);

	if (!list) {
		list = g_ptr_array_new();
		g_hash_table_insert(lists, (gpointer)key, list);
	}
	g_ptr_array_add(list, (gpointer)what);
}

static void insert_first(GHashTable *table, const char *key, const void *what)
{
	if (!g_hash_table_contains(table, key))
		g_hash_table_insert(table, (gpointer)key, (gpointer)what);
}

/* ---- making ------------------------------------------------------------------------------------------------------ */

static void take_agents(struct scen_names *x, const GPtrArray *agents)
{
	for (guint i = 0; i < agents->len; i++)
		g_hash_table_add(x->unsecured, (gpointer)text_of(agents->pdata[i]));
}

static void take_nodes(struct scen_names *x, const struct scenario *s)
{
	int64_t before = 0;

	x->first = g_new0(uint32_t, s->nodes->len + 1);
	x->links_of = g_new0(GPtrArray *, s->nodes->len + 1);
	for (guint i = 0; i < s->nodes->len; i++) {
		struct scen_node *n = s->nodes->pdata[i];

		n->base.place = i;
		x->first[i] = (uint32_t)before;
		before += n->count;
		g_hash_table_insert(x->nodes, (gpointer)n->base.name, n);
		x->policy |= n->kind == NODE_AAA;
		if (n->kind != NODE_UE)
			continue;
		for (guint k = 0; k < n->interfaces->len; k++)
			g_hash_table_add(x->interfaces, (gpointer)text_of(n->interfaces->pdata[k]));
		if (n->mobile_network)
			insert_first(x->mobile, n->mobile_network->text, n);
		for (guint k = 0; n->ipsec == SCEN_IPSEC_NONE && k < n->pdns->len; k++)
			take_agents(x, ((const struct scen_pdn *)n->pdns->pdata[k])->home_agent);
		if (n->ipsec == SCEN_IPSEC_NONE)
			take_agents(x, n->home_agent);
	}
}

static void take_link(struct scen_names *x, struct scen_link *l, guint place)
{
	GHashTable *set = g_hash_table_new(g_str_hash, g_str_equal);

	l->base.place = place;
	g_hash_table_insert(x->links, (gpointer)l->base.name, l);
	g_hash_table_insert(x->on, l, set);
	if (l->prefix.len)
		g_array_append_val(x->prefixes, l->prefix.addr);
	for (guint i = 0; i < l->nodes->len; i++) {
		const char *name = text_of(l->nodes->pdata[i]);
		const struct scen_node *n = g_hash_table_lookup(x->nodes, name);

		if (!g_hash_table_add(set, (gpointer)name) || !n)
			continue;
		GPtrArray **list = &x->links_of[n->base.place];

		*list = *list ? *list : g_ptr_array_new();
		g_ptr_array_add(*list, l);
	}
}

static int by_address(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct ip6_addr));
}

static int by_prefix4(const void *a, const void *b)
{
	const struct ip4_prefix *p = a, *q = b;
	uint32_t x = ip4_u32(p->addr), y = ip4_u32(q->addr);

	return x != y ? x < y ? -1 : 1 : (p->len > q->len) - (p->len < q->len);
}

/* Prefixes are apart or one holds the other, so those that meet are neighbours in order of their values. */
static void compare_prefixes(struct scen_names *x, const struct scenario *s)
{
	GArray *fours = g_array_new(FALSE, FALSE, sizeof(struct ip4_prefix));

	g_array_sort(x->prefixes, by_address);
	for (guint i = 1; i < x->prefixes->len; i++)
		x->same_prefix |= !by_address(&g_array_index(x->prefixes, struct ip6_addr, i - 1),
					      &g_array_index(x->prefixes, struct ip6_addr, i));
	for (guint i = 0; i < s->links->len; i++)
		if (((const struct scen_link *)s->links->pdata[i])->prefix4.len)
			g_array_append_val(fours, ((const struct scen_link *)s->links->pdata[i])->prefix4);
	g_array_sort(fours, by_prefix4);
	for (guint i = 1; i < fours->len; i++) {
		const struct ip4_prefix *p = &g_array_index(fours, struct ip4_prefix, i - 1), *q = p + 1;

		/* everybody behind a NAT may have the same private one */
		if (ip4_in_prefix(q->addr, *p) && !(ip4_is_private(p->addr) && !by_prefix4(p, q)))
			x->same_prefix4 = true;
	}
	g_array_unref(fours);
}

/* As scen_target() says, by name. */
static const char *target_name(const struct scen_action *a)
{
	bool moves = a->verb == DO_ATTACH || a->verb == DO_HANDOVER || a->verb == DO_MOVE;

	return !moves ? NULL : a->to ? a->to->text : a->interface;
}

static void take_action(struct scen_names *x, const struct scen_action *a)
{
	const char *verb = tree_get(a->base.at, "do", NULL)->text;

	if (target_name(a))
		insert_first(x->first_to, target_name(a), a);
	x->verbs |= UINT64_C(1) << a->verb;
	insert_first(x->verb_words, verb, verb);
	if (a->verb == DO_ADD_FLOW || a->verb == DO_MOVE_FLOW || a->verb == DO_REMOVE_FLOW)
		insert_first(x->phases, a->label ? a->label : verb, a);
	if (a->label)
		insert_first(x->labels, a->label, a);
	if (a->node)
		add_to_list(x->actions_of, a->node->text, a);
	if (a->verb == DO_SET && a->link)
		add_to_list(x->sets_of, a->link->text, a);
}

static void take_homeward(struct scen_names *x, const struct scenario *s, const struct scen_action *a)
{
	const struct scen_link *l = a->verb <= DO_MOVE ? scen_target(s, a) : NULL;
	const struct scen_node *n;
	uint32_t member;

	if (!l || !a->node || !(l->home || (l->pco && l->pco->prefix)))
		return;
	if (strpbrk(a->node->text, "*?")) {
		g_ptr_array_add(x->homeward_any, (gpointer)a);
		return;
	}
	n = scen_member(s, a->node->text, &member);
	n = n ? n : scen_node(s, a->node->text);
	if (!n)
		return;
	GPtrArray *list = g_hash_table_lookup(x->homeward, n);

	if (!list)
		g_hash_table_insert(x->homeward, (gpointer)n, list = g_ptr_array_new());
	g_ptr_array_add(list, (gpointer)a);
}

/* One for each member of the group at one of its ends. */
static uint32_t flow_members(const struct scen_names *x, const struct scen_flow *f)
{
	const struct scen_node *from = g_hash_table_lookup(x->nodes, f->from->text);
	const struct scen_node *to = g_hash_table_lookup(x->nodes, f->to->text);

	if (from && scen_is_group(from))
		return (uint32_t)from->count;
	return to && scen_is_group(to) ? (uint32_t)to->count : 1;
}

static void take_flows(struct scen_names *x, const struct scenario *s)
{
	x->first_flow = g_new0(uint32_t, s->traffic->len + 1);
	for (guint i = 0; i < s->traffic->len; i++) {
		struct scen_flow *f = s->traffic->pdata[i];

		f->base.place = i;
		insert_first(x->flows, f->flow, f);
		x->first_flow[i + 1] = x->first_flow[i] + (f->from && f->to ? flow_members(x, f) : 0);
	}
}

static GHashTable *by_text(GDestroyNotify free_value)
{
	return g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_value);
}

void names_make(struct scenario *s)
{
	struct scen_names *x = s->names = g_new0(struct scen_names, 1);

	x->nodes = by_text(NULL);
	x->links = by_text(NULL);
	x->flows = by_text(NULL);
	x->labels = by_text(NULL);
	x->ids = by_text(NULL);
	x->verb_words = by_text(NULL);
	x->phases = by_text(NULL);
	x->interfaces = by_text(NULL);
	x->first_to = by_text(NULL);
	x->mobile = by_text(NULL);
	x->unsecured = by_text(NULL);
	x->actions_of = by_text((GDestroyNotify)g_ptr_array_unref);
	x->sets_of = by_text((GDestroyNotify)g_ptr_array_unref);
	x->on = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_hash_table_unref);
	x->homeward = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_ptr_array_unref);
	x->homeward_any = g_ptr_array_new();
	x->prefixes = g_array_new(FALSE, FALSE, sizeof(struct ip6_addr));
	take_nodes(x, s);
	for (guint i = 0; i < s->links->len; i++)
		take_link(x, s->links->pdata[i], i);
	compare_prefixes(x, s);
	for (guint i = 0; i < s->timeline->len; i++) {
		struct scen_action *a = s->timeline->pdata[i];

		a->base.place = i;
		take_action(x, a);
		take_homeward(x, s, a);
	}
	take_flows(x, s);
	for (guint i = 0; i < s->expect->len; i++) {
		struct scen_expect *e = s->expect->pdata[i];

		e->base.place = i;
		insert_first(x->ids, e->id, GUINT_TO_POINTER(i + 1));
	}
}

void names_free(struct scenario *s)
{
	struct scen_names *x = s->names;

	if (!x)
		return;
	for (guint i = 0; i < s->nodes->len; i++)
		if (x->links_of[i])
			g_ptr_array_unref(x->links_of[i]);
	GHashTable *const tables[] = { x->nodes, x->links, x->flows, x->labels, x->ids, x->verb_words, x->phases,
				       x->interfaces, x->first_to, x->mobile, x->unsecured, x->actions_of, x->sets_of, x->on,
				       x->homeward };

	for (guint i = 0; i < G_N_ELEMENTS(tables); i++)
		g_hash_table_unref(tables[i]);
	g_array_unref(x->prefixes);
	g_ptr_array_unref(x->homeward_any);
	g_free(x->links_of);
	g_free(x->first);
	g_free(x->first_flow);
	g_free(x);
	s->names = NULL;
}

/* Taken back: it was the last of its lists, which may stay behind it, empty. */
static void take_back(GHashTable *lists, const struct tree *key, const struct scen_action *a)
{
	GPtrArray *list = key ? g_hash_table_lookup(lists, key->text) : NULL;

	if (!list || !list->len || list->pdata[list->len - 1] != a)
		return;
	g_ptr_array_set_size(list, (gint)list->len - 1);
	if (!list->len)
		g_hash_table_remove(lists, key->text);	/* the key is a's own text */
}

/* Keys are words of the action that brought them: none may stay behind it. */
static void forget_words(struct scen_names *x, const struct scen_action *a)
{
	const char *verb = tree_get(a->base.at, "do", NULL)->text;

	if (g_hash_table_lookup(x->verb_words, verb) == verb)
		g_hash_table_remove(x->verb_words, verb);
	if (g_hash_table_lookup(x->phases, a->label ? a->label : verb) == a)
		g_hash_table_remove(x->phases, a->label ? a->label : verb);
}

void names_action(const struct scenario *s, struct scen_action *a, bool come)
{
	struct scen_names *x = s->names;

	if (come) {
		a->base.place = s->timeline->len - 1;
		take_action(x, a);
		return;
	}
	forget_words(x, a);
	if (a->label && g_hash_table_lookup(x->labels, a->label) == a)
		g_hash_table_remove(x->labels, a->label);
	if (target_name(a) && g_hash_table_lookup(x->first_to, target_name(a)) == a)
		g_hash_table_remove(x->first_to, target_name(a));
	take_back(x->actions_of, a->node, a);
	take_back(x->sets_of, a->link, a);
	x->verbs = 0;
	for (guint i = 0; i < s->timeline->len; i++)
		if (s->timeline->pdata[i] != a)
			x->verbs |= UINT64_C(1) << ((const struct scen_action *)s->timeline->pdata[i])->verb;
}

/* ---- asking ------------------------------------------------------------------------------------------------------ */

static const GPtrArray *or_empty(const GPtrArray *list)
{
	static const GPtrArray nothing = { .pdata = NULL, .len = 0 };

	return list ? list : &nothing;
}

const GPtrArray *names_links_of(const struct scenario *s, const struct scen_node *n)
{
	return or_empty(s->names->links_of[n->base.place]);
}

const GPtrArray *names_actions_of(const struct scenario *s, const struct tree *selector)
{
	return or_empty(selector ? g_hash_table_lookup(s->names->actions_of, selector->text) : NULL);
}

const GPtrArray *names_sets_of(const struct scenario *s, const struct scen_link *l)
{
	return or_empty(g_hash_table_lookup(s->names->sets_of, l->base.name));
}

bool names_verb(const struct scenario *s, int verb)
{
	return s->names->verbs >> verb & 1;
}

const struct scen_expect *names_expect(const struct scenario *s, const char *id, guint *place)
{
	guint at = GPOINTER_TO_UINT(g_hash_table_lookup(s->names->ids, id));

	if (!at)
		return NULL;
	if (place)
		*place = at - 1;
	return s->expect->pdata[at - 1];
}

bool names_prefix_in(const struct scenario *s, const struct ip6_prefix *p)
{
	const GArray *all = s->names->prefixes;
	guint low = 0, high = all->len;

	while (low < high) {
		guint mid = low + (high - low) / 2;

		if (by_address(&g_array_index(all, struct ip6_addr, mid), &p->addr) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low < all->len && ip6_in_prefix(&g_array_index(all, struct ip6_addr, low), p);
}

const struct scen_node *names_selected(const struct scenario *s, const char *selector, guint *at)
{
	uint32_t member;

	if (!strpbrk(selector, "*?")) {
		const struct scen_node *n = *at ? NULL : scen_node(s, selector);

		if (!n && !*at)
			n = scen_member(s, selector, &member);
		*at = 1;
		return n;
	}
	while (*at < s->nodes->len) {
		const struct scen_node *n = s->nodes->pdata[(*at)++];
		char *first = scen_is_group(n) ? g_strdup_printf("%s1", n->base.name) : g_strdup(n->base.name);
		bool hit = scen_selects(s, selector, n, first);

		g_free(first);
		if (hit)
			return n;
	}
	return NULL;
}
