/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: questions about a live run
 *
 * Bindings, nodes and links as lists of rows, cut after `limit=` of them, which the answer says. It implements no
 * clause.
 */
#include <string.h>

#include "cli/live_ctl.h"
#include "scenarios/build_look.h"
#include "world/link.h"
#include "world/port.h"

void ctl_text(JsonBuilder *b, const char *name, const char *value)
{
	if (!value)
		return;
	json_builder_set_member_name(b, name);
	json_builder_add_string_value(b, value);
}

void ctl_number(JsonBuilder *b, const char *name, int64_t value)
{
	json_builder_set_member_name(b, name);
	json_builder_add_int_value(b, value);
}

static void truth(JsonBuilder *b, const char *name, bool value)
{
	json_builder_set_member_name(b, name);
	json_builder_add_boolean_value(b, value);
}

static void address(JsonBuilder *b, const char *name, const struct ip6_addr *a)
{
	char text[ADDR_TEXT_MAX];

	if (!ip6_is_zero(a))
		ctl_text(b, name, ip6_is_mapped(a) ? ip4_text(ip6_mapped_ip4(a), text) : ip6_text(a, text));
}

/* Rows of an answer. */
struct rows {
	struct live_ctl *c;
	JsonBuilder *out;
	moor_time now;
	unsigned limit, n;
	bool more;
};

static bool begin_rows(struct rows *x, struct live_ctl *c, const char *const *words, guint n, JsonBuilder *out,
		       const char **selector, char **why)
{
	static const char *const keys[] = { "nodes", "limit", NULL };
	const char *values[3];
	bool bare = n > 1 && !strchr(words[1], '=');		/* `bindings ha` as `bindings nodes=ha` */
	const char *named = bare ? words[1] : NULL;
	const char *rest[CONTROL_WORDS_MAX];

	rest[0] = words[0];
	for (guint k = 1 + bare; k < n; k++)
		rest[k - bare] = words[k];
	*x = (struct rows){ .c = c, .out = out };
	if (!ctl_options(rest, n - bare, keys, values, why) || !ctl_limit(values[1], &x->limit, why))
		return false;
	*selector = named ? named : values[0];
	x->now = live_now(c->run->l);
	return true;
}

/* False: no more are wanted. */
static bool row_wanted(struct rows *x)
{
	x->more = x->n >= x->limit;
	x->n += !x->more;
	return !x->more;
}

static void end_rows(struct rows *x)
{
	json_builder_end_array(x->out);
	ctl_number(x->out, "now_ns", x->now);
	if (x->more)
		truth(x->out, "more", true);
}

static void begin_list(struct rows *x, const char *name)
{
	json_builder_set_member_name(x->out, name);
	json_builder_begin_array(x->out);
}

/* ---- bindings ---------------------------------------------------------------------------------------------------- */

static bool add_binding(void *ctx, const struct build_binding *v)
{
	struct rows *x = ctx;
	char text[ADDR_TEXT_MAX];

	if (!row_wanted(x))
		return false;
	json_builder_begin_object(x->out);
	ctl_text(x->out, "node", v->node);
	ctl_text(x->out, "kind", v->kind);
	ctl_text(x->out, "protocol", v->protocol);
	ctl_text(x->out, "state", v->state);
	ctl_text(x->out, "imsi", v->who);
	ctl_text(x->out, "pdn", v->pdn);
	address(x->out, "home_address", &v->home_address);
	ctl_text(x->out, "home_address4", ip4_is_zero(v->home_address4) ? NULL : ip4_text(v->home_address4, text));
	address(x->out, "care_of", &v->care_of);
	if (v->bid)
		ctl_number(x->out, "bid", v->bid);
	address(x->out, "peer", &v->peer);
	ctl_text(x->out, "encapsulation", v->encapsulation);
	if (v->udp_port)
		ctl_number(x->out, "udp_port", v->udp_port);
	ctl_number(x->out, "sequence", v->sequence);
	if (v->expires != MOOR_NEVER)
		ctl_number(x->out, "left_ns", MAX(v->expires - x->now, 0));
	json_builder_end_object(x->out);
	return true;
}

bool ctl_bindings(struct live_ctl *c, const char *const *words, guint n, JsonBuilder *out, char **why)
{
	const char *selector;
	struct rows x;

	if (!begin_rows(&x, c, words, n, out, &selector, why) || !ctl_selects(c, selector, why))
		return false;
	begin_list(&x, "bindings");
	build_bindings(c->run->b, selector, add_binding, &x);
	end_rows(&x);
	return true;
}

/* ---- nodes ------------------------------------------------------------------------------------------------------- */

/* node number -> struct moor_port of it, in the order of ports */
static GHashTable *ports_by_node(struct moor_world *w)
{
	GHashTable *all = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_ptr_array_unref);
	struct moor_port *p;

	for (uint32_t k = 0; (p = moor_port_at(w, k)); k++) {
		gpointer key = GUINT_TO_POINTER(moor_node_id(moor_port_node(p)));
		GPtrArray *own = g_hash_table_lookup(all, key);

		if (!own) {
			own = g_ptr_array_new();
			g_hash_table_insert(all, key, own);
		}
		g_ptr_array_add(own, p);
	}
	return all;
}

/* "wlan" on a link of that name, "lte:home" on another, "wlan (off)" on none. */
static char *port_text(const struct moor_port *p)
{
	const struct moor_link *l = moor_port_link(p);
	const char *name = moor_port_name(p);

	if (!moor_port_up(p))
		return g_strdup_printf("%s (off)", name);
	return !l || !strcmp(moor_link_name(l), name) ? g_strdup(name) : g_strdup_printf("%s:%s", name, moor_link_name(l));
}

static void add_node(struct rows *x, const struct moor_node *node, const struct scen_node *n, const GPtrArray *ports)
{
	json_builder_begin_object(x->out);
	ctl_text(x->out, "node", moor_node_name(node));
	ctl_text(x->out, "kind", scen_kind_name(n->kind));
	ctl_text(x->out, "peer", n->peer == PEER_EXTERNAL ? "external" : "ours");
	json_builder_set_member_name(x->out, "interfaces");
	json_builder_begin_array(x->out);
	for (guint k = 0; ports && k < ports->len; k++) {
		char *text = port_text(ports->pdata[k]);

		if (*text != '>')		/* the end of a cable to another program */
			json_builder_add_string_value(x->out, text);
		g_free(text);
	}
	json_builder_end_array(x->out);
	json_builder_end_object(x->out);
}

bool ctl_nodes(struct live_ctl *c, const char *const *words, guint n, JsonBuilder *out, char **why)
{
	struct moor_world *w = build_world(c->run->b);
	GHashTable *ports;
	const char *selector;
	struct rows x;

	if (!begin_rows(&x, c, words, n, out, &selector, why) || !ctl_selects(c, selector, why))
		return false;
	ports = ports_by_node(w);
	begin_list(&x, "nodes");
	for (uint32_t i = 0; i < moor_node_count(w) && !x.more; i++) {
		const struct moor_node *node = moor_node_at(w, i);
		const struct scen_node *sn = build_scen_node(c->run->b, node);

		if (!sn || (selector && strcmp(selector, sn->base.name) &&
			    !scen_selects(c->run->s, selector, sn, moor_node_name(node))))
			continue;
		if (row_wanted(&x))
			add_node(&x, node, sn, g_hash_table_lookup(ports, GUINT_TO_POINTER(i)));
	}
	end_rows(&x);
	g_hash_table_unref(ports);
	return true;
}

/* ---- links ------------------------------------------------------------------------------------------------------- */

/* As the language says it. */
static char *delay_text(const struct delay *d)
{
	static const char *const names[] = {
		[DELAY_UNIFORM] = "uniform", [DELAY_NORMAL] = "normal", [DELAY_EXPONENTIAL] = "exponential",
	};
	char a[40], b[40];

	unit_text(UNIT_SPAN, d->a, a, sizeof a);
	unit_text(UNIT_SPAN, d->b, b, sizeof b);
	return d->kind == DELAY_CONSTANT ? g_strdup(a) : g_strdup_printf("%s(%s, %s)", names[d->kind], a, b);
}

static void add_link(struct rows *x, const struct moor_link *l)
{
	const struct link_params *p = moor_link_params(l);
	char *delay = delay_text(&p->delay);

	json_builder_begin_object(x->out);
	ctl_text(x->out, "link", moor_link_name(l));
	truth(x->out, "up", moor_link_up(l));
	ctl_text(x->out, "delay", delay);
	ctl_number(x->out, "rate_bps", (int64_t)p->rate);
	ctl_number(x->out, "mtu", p->mtu ? p->mtu : 1500);
	ctl_number(x->out, "loss_ppm", p->loss_ppm);
	ctl_number(x->out, "duplicate_ppm", p->dup_ppm);
	ctl_number(x->out, "reorder_ppm", p->reorder_ppm);
	ctl_number(x->out, "corrupt_ppm", p->corrupt_ppm);
	json_builder_end_object(x->out);
	g_free(delay);
}

bool ctl_links(struct live_ctl *c, const char *const *words, guint n, JsonBuilder *out, char **why)
{
	static const char *const keys[] = { "limit", NULL };
	const char *values[2];
	struct rows x = { .c = c, .out = out };

	if (!ctl_options(words, n, keys, values, why) || !ctl_limit(values[0], &x.limit, why))
		return false;
	x.now = live_now(c->run->l);
	begin_list(&x, "links");
	for (guint i = 0; i < c->run->s->links->len && !x.more; i++) {
		const struct scen_link *l = c->run->s->links->pdata[i];

		if (row_wanted(&x))
			add_link(&x, moor_link_find(build_world(c->run->b), l->base.name));
	}
	end_rows(&x);
	return true;
}
