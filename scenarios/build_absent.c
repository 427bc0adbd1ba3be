/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: nodes that are played in another process
 *
 * Several processes build the same scenario and each plays some of its nodes; the others are there, on their links, and
 * do nothing. The timeline moves everybody's interfaces everywhere, because a gateway hears from its link who comes,
 * and does all else only where the node is. What a node here must know of one elsewhere, which in one process it would
 * ask for, is told: the addresses that user data go to. It implements no clause.
 */
#include <string.h>

#include "scenarios/build_look.h"
#include "scenarios/build_priv.h"

/* Addresses of a UE's PDN connection, mobile node or host elsewhere, as they were told. */
struct told {
	bool there[2];			/* IPv6, IPv4 */
	struct ip6_addr addr[2];
};

struct absent {
	GArray *is;			/* bool, by node number */
	GHashTable *told;		/* struct ue, mn or cn -> struct told */
	GHashTable *bindings;		/* node number + 1 -> struct told_bindings */
	GPtrArray *heard;		/* struct heard */
	build_context_fn *context;
	void *ctx;
};

struct told_bindings {
	struct build_count count[2];
	GArray *rows;			/* struct build_binding_told */
};

/* A domain of MAGs, of which some are elsewhere. */
struct heard {
	struct absent *in;
	const char *domain;
};

static void told_bindings_free(gpointer p)
{
	struct told_bindings *t = p;

	g_array_unref(t->rows);
	g_free(t);
}

void build_absent(struct build *b, uint32_t node)
{
	if (!b->absent) {
		b->absent = g_new0(struct absent, 1);
		b->absent->is = g_array_new(FALSE, TRUE, sizeof(bool));
		b->absent->heard = g_ptr_array_new_with_free_func(g_free);
		b->absent->bindings = g_hash_table_new_full(NULL, NULL, NULL, told_bindings_free);
		b->absent->told = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	}
	if (node >= b->absent->is->len)
		g_array_set_size(b->absent->is, node + 1);
	g_array_index(b->absent->is, bool, node) = true;
}

bool build_is_absent(const struct build *b, uint32_t node)
{
	return b->absent && node < b->absent->is->len && g_array_index(b->absent->is, bool, node);
}

void build_absent_free(struct build *b)
{
	if (!b->absent)
		return;
	g_array_unref(b->absent->is);
	g_hash_table_unref(b->absent->told);
	g_hash_table_unref(b->absent->bindings);
	g_ptr_array_unref(b->absent->heard);
	g_free(b->absent);
}

/* ---- addresses --------------------------------------------------------------------------------------------------- */

static struct told *told_of(struct build *b, void *whose)
{
	struct told *t = g_hash_table_lookup(b->absent->told, whose);

	if (!t)
		g_hash_table_insert(b->absent->told, whose, t = g_new0(struct told, 1));
	return t;
}

static bool told_address6(void *arg, struct ip6_addr *out)
{
	const struct told *t = arg;

	*out = t->addr[0];
	return t->there[0];
}

static bool told_address4(void *arg, struct ip6_addr *out)
{
	const struct told *t = arg;

	*out = t->addr[1];
	return t->there[1];
}

static bool is_host(const struct member *m)
{
	return m->fix && m->fix->n && (m->fix->n->kind == NODE_CN || m->fix->n->kind == NODE_DNS_SERVER);
}

/* The pdn-th connection of a UE, or a mobile node or host; NULL: there is none such. */
static void *addressed(const struct member *m, unsigned pdn)
{
	if (m->group)
		return ue_pdn(m->group->ue[m->index], pdn);
	if (pdn)
		return NULL;
	return m->herd ? (void *)m->herd->mn[m->index] : is_host(m) ? (void *)m->fix->cn : NULL;
}

void build_elsewhere(struct build *b, const struct member *m, bool v4, traffic_addr_fn **fn, void **arg)
{
	struct ip6_addr given;

	if (!build_is_absent(b, moor_node_id(m->node)) || (!m->group && !m->herd && (!is_host(m) || (*fn)(*arg, &given))))
		return;			/* here, or what the scenario says */
	*fn = v4 ? told_address4 : told_address6;
	*arg = told_of(b, *arg);
}

bool build_ue_address6(struct build *b, struct ue *u, struct ip6_addr *out)
{
	return b->absent && build_is_absent(b, moor_node_id(net_host_node(ue_host(u)))) ? told_address6(told_of(b, u), out)
											: ue_address6(u, out);
}

bool build_mn_address6(struct build *b, struct mn *m, struct ip6_addr *out)
{
	return b->absent && build_is_absent(b, moor_node_id(net_host_node(mn_host(m)))) ? told_address6(told_of(b, m), out)
											: mn_address6(m, out);
}

int build_address_to_tell(struct build *b, uint32_t node, unsigned pdn, bool v4, struct ip6_addr *out)
{
	struct member m = build_member(b, node);
	void *who = addressed(&m, pdn);

	if (!who)
		return -1;
	if (m.group)
		return v4 ? ue_address4(who, out) : ue_address6(who, out);
	if (m.herd)
		return v4 ? mn_address4(who, out) : mn_address6(who, out);
	return v4 ? cn_address4(who, out) : cn_address6(who, out);
}

void build_tell_address(struct build *b, uint32_t node, unsigned pdn, bool v4, const struct ip6_addr *a)
{
	struct member m = build_member(b, node);
	void *who = addressed(&m, pdn);
	struct told *t = who && build_is_absent(b, node) ? told_of(b, who) : NULL;

	if (!t)
		return;
	t->there[v4] = a != NULL;
	if (a)
		t->addr[v4] = *a;
}

/* ---- mobile nodes that MAGs know of one another ------------------------------------------------------------------ */

static void on_context(void *ctx, const void *told, size_t n)
{
	const struct heard *h = ctx;

	h->in->context(h->in->ctx, h->domain, told, n);
}

void build_on_context(struct build *b, build_context_fn *fn, void *ctx)
{
	gpointer name, domain;
	GHashTableIter i;

	if (!b->absent)
		return;
	b->absent->context = fn;
	b->absent->ctx = ctx;
	g_hash_table_iter_init(&i, b->domains);
	while (g_hash_table_iter_next(&i, &name, &domain)) {
		struct heard *h = g_new(struct heard, 1);

		*h = (struct heard){ b->absent, name };
		g_ptr_array_add(b->absent->heard, h);
		pmip_domain_on_tell(domain, on_context, h);
	}
}

void build_tell_context(struct build *b, const char *domain, const void *told, size_t n)
{
	struct pmip_domain *d = g_hash_table_lookup(b->domains, domain);

	if (d)
		pmip_domain_hear(d, told, n);
}

/* ---- bindings, for those who look on ----------------------------------------------------------------------------- */

static bool add_row(void *ctx, const struct build_binding *x)
{
	struct build_binding_told row;

	memset(&row, 0, sizeof row);
	row.x = *x;
	g_strlcpy(row.who, x->who ? x->who : "", sizeof row.who);
	g_strlcpy(row.pdn, x->pdn ? x->pdn : "", sizeof row.pdn);
	g_array_append_val(ctx, row);
	return true;
}

GArray *build_bindings_to_tell(struct build *b, uint32_t node, struct build_count count[2])
{
	GArray *rows = g_array_new(FALSE, FALSE, sizeof(struct build_binding_told));
	const struct moor_node *n = moor_node_at(b->w, node);

	for (unsigned cache = 0; cache < 2; cache++)
		count[cache] = build_count_bindings(b, build_scen_node(b, n), cache);
	build_bindings(b, moor_node_name(n), add_row, rows);
	return rows;
}

void build_tell_bindings(struct build *b, uint32_t node, const struct build_count count[2],
			 const struct build_binding_told *rows, unsigned n)
{
	struct told_bindings *t;

	if (!build_is_absent(b, node))
		return;
	t = g_new(struct told_bindings, 1);
	memcpy(t->count, count, sizeof t->count);
	t->rows = g_array_append_vals(g_array_new(FALSE, FALSE, sizeof *rows), rows, n);
	g_hash_table_insert(b->absent->bindings, GUINT_TO_POINTER(node + 1), t);
}

bool build_told_bindings(struct build *b, uint32_t node, bool (*fn)(void *ctx, const struct build_binding *x),
			 void *ctx)
{
	const struct told_bindings *t = g_hash_table_lookup(b->absent->bindings, GUINT_TO_POINTER(node + 1));
	bool on = true;

	for (guint k = 0; on && t && k < t->rows->len; k++) {
		const struct build_binding_told *row = &g_array_index(t->rows, struct build_binding_told, k);
		struct build_binding x = row->x;

		x.node = moor_node_name(moor_node_at(b->w, node));
		x.who = *row->who ? row->who : NULL;
		x.pdn = *row->pdn ? row->pdn : NULL;
		on = fn(ctx, &x);
	}
	return on;
}

struct build_count build_told_count(struct build *b, uint32_t node, bool cache)
{
	const struct told_bindings *t = g_hash_table_lookup(b->absent->bindings, GUINT_TO_POINTER(node + 1));

	return t ? t->count[cache] : (struct build_count){ 0 };
}
