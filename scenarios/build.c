/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the builder
 *
 * Nodes are created in the order of the scenario, so a node's number is its place there (members of a group one after
 * the other). Everything is copied into entities or owned here; per UE nothing is kept but a pointer. It implements no
 * clause itself: that is the entities' matter.
 */
#include "scenarios/build.h"

#include <string.h>

#include "scenarios/build_priv.h"
#include "scenarios/flows.h"
#include "scenarios/names.h"
#include "scenarios/pmip.h"
#include "world/clock.h"
#include "world/link.h"

struct build *build_new(const struct scenario *s, uint64_t seed, const struct moor_world_config *c)
{
	struct build *b = g_new0(struct build, 1);
	struct moor_world_config config = c ? *c : (struct moor_world_config){ .out = NULL };

	config.seed = seed;
	b->s = s;
	b->w = moor_world_new(&config);
	b->timers = g_ptr_array_new_with_free_func(g_free);
	b->profiles = g_ptr_array_new_with_free_func(g_free);
	b->downed = g_hash_table_new(NULL, NULL);
	b->moving = g_hash_table_new(NULL, NULL);
	b->turns = g_hash_table_new(NULL, NULL);
	b->halfway = g_hash_table_new(NULL, NULL);
	b->macs = g_hash_table_new(NULL, NULL);
	b->told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	build_domains(b, true);
	b->herds = g_new0(struct herd, s->nodes->len + 1);
	b->n_fix = s->nodes->len;
	b->fix = g_new0(struct fix, b->n_fix + 1);
	b->groups = g_new0(struct group, s->nodes->len + 1);
	b->slots = g_new0(guint, s->nodes->len + 1);
	b->links = g_new0(struct moor_link *, s->links->len + 1);
	return b;
}

struct moor_world *build_world(const struct build *b)
{
	return b->w;
}

bool build_port_address(const struct build *b, const struct moor_port *p, unsigned n, struct ip6_prefix *out)
{
	for (guint i = 0; i < b->n_fix; i++)
		for (guint k = 0; b->fix[i].n && b->fix[i].node == moor_port_node(p) && k < b->fix[i].n_ifaces; k++) {
			const struct fix_iface *f = &b->fix[i].iface[k];
			const struct scen_link *l = b->s->links->pdata[f->link];
			bool v6 = !ip6_is_zero(&f->a6), v4 = !ip4_is_zero(f->a4);

			if (!mac_eq(&f->mac, moor_port_mac(p)))
				continue;
			if (n >= (unsigned)v6 + v4)
				return false;
			*out = v6 && !n ? (struct ip6_prefix){ f->a6, l->prefix.len }
					: (struct ip6_prefix){ ip6_mapped(f->a4), (uint8_t)(96 + l->prefix4.len) };
			return true;
		}
	return false;
}

const struct scen_node *build_scen_node(struct build *b, const struct moor_node *n)
{
	struct member m = build_member(b, moor_node_id(n));

	return m.group ? m.group->n : m.herd ? m.herd->n : m.fix ? m.fix->n : NULL;
}

void build_free(struct build *b)
{
	if (!b)
		return;
	moor_world_free(b->w);
	build_faults_free(b);
	build_security_free(b->security);
	build_domains(b, false);
	for (guint i = 0; i < b->n_herds; i++)
		g_free(b->herds[i].mn);
	g_free(b->herds);
	for (guint i = 0; i < b->n_groups; i++) {
		g_free(b->groups[i].ue);
		g_free(b->groups[i].pdns);
	}
	g_hash_table_unref(b->downed);
	g_hash_table_unref(b->moving);
	g_hash_table_unref(b->turns);
	g_hash_table_unref(b->halfway);
	g_hash_table_unref(b->macs);
	g_hash_table_unref(b->told);
	g_ptr_array_unref(b->timers);
	g_ptr_array_unref(b->profiles);
	g_free(b->fix);
	g_free(b->groups);
	g_free(b->slots);
	g_free(b->links);
	g_free(b->flows);
	g_free(b->acts);
	build_absent_free(b);
	g_free(b);
}

/* ---- finding ----------------------------------------------------------------------------------------------------- */

struct member build_member(struct build *b, uint32_t ordinal)
{
	struct member m = { .node = moor_node_at(b->w, ordinal) };

	const struct scen_node *n = scen_node_at(b->s, ordinal);

	if (!n)
		return m;
	guint slot = b->slots[n->base.place];

	if (n->kind == NODE_UE) {
		m.group = &b->groups[slot];
		m.index = ordinal - m.group->ordinal;
	} else if (n->kind == NODE_MN) {
		m.herd = &b->herds[slot];
		m.index = ordinal - m.herd->ordinal;
	} else {
		m.fix = &b->fix[slot];
	}
	return m;
}

GArray *build_select(struct build *b, const char *selector)
{
	GArray *all = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	uint32_t ordinal = 0, member;
	const struct scen_node *one = scen_member(b->s, selector, &member), *group = one ? NULL : scen_node(b->s, selector);

	if (one) {
		ordinal = b->s->names->first[one->base.place] + member;
		g_array_append_val(all, ordinal);
	}
	for (uint32_t k = 0; group && k < group->count; k++) {
		ordinal = b->s->names->first[group->base.place] + k;
		g_array_append_val(all, ordinal);
	}
	for (guint i = 0; !one && !group && i < b->s->nodes->len; i++) {
		const struct scen_node *n = b->s->nodes->pdata[i];

		for (uint32_t k = 0; k < n->count; k++, ordinal++)
			if (scen_selects(b->s, selector, n, moor_node_name(moor_node_at(b->w, ordinal))))
				g_array_append_val(all, ordinal);
	}
	return all;
}

guint build_link_index(const struct build *b, const struct scen_link *l)
{
	(void)b;
	return l->base.place;
}

struct fix *build_fix(struct build *b, const char *name)
{
	const struct scen_node *n = scen_node(b->s, name);

	return n && b->fix[n->base.place].n ? &b->fix[n->base.place] : NULL;
}

struct fix_iface *fix_on(struct fix *f, guint link)
{
	for (guint i = 0; i < f->n_ifaces; i++)
		if (f->iface[i].link == link)
			return &f->iface[i];
	return NULL;
}

/* ---- settings ---------------------------------------------------------------------------------------------------- */

static void set_timers(struct timer_set *set, const struct tree *t)
{
	for (guint i = 0; t && i < tree_count(t); i++) {
		int id = timer_find(tree_key(t, i)->text);

		unit_parse(timer_rows[id].unit == TIMER_SPAN ? UNIT_SPAN : UNIT_NONE, tree_item(t, i)->text, &set->v[id]);
	}
}

const struct timer_set *build_timers(struct build *b, const struct scen_node *n)
{
	struct timer_set *set;

	if (!n->timers && b->timers->len)
		return b->timers->pdata[0];	/* the scenario's own */
	set = g_new(struct timer_set, 1);
	timer_set_default(set);
	set_timers(set, b->s->timers);
	if (!b->timers->len) {
		g_ptr_array_add(b->timers, set);
		return build_timers(b, n);
	}
	set_timers(set, n->timers);
	g_ptr_array_add(b->timers, set);
	return set;
}

static const struct net_profile *node_profile(struct build *b, const struct scen_node *n)
{
	struct net_profile *p = g_new(struct net_profile, 1);

	*p = n->kind == NODE_ROUTER ? net_profile_router : net_profile_host;
	p->timers = build_timers(b, n);
	g_ptr_array_add(b->profiles, p);
	return p;
}

struct link_params build_params(const struct scen_impair *i)
{
	return (struct link_params){
		.rate = (uint64_t)i->rate, .delay = i->delay, .queue = (uint32_t)i->queue, .mtu = (uint32_t)i->mtu,
		.loss_ppm = (uint32_t)i->loss, .loss_mask = i->loss_mask.mask, .loss_mask_bits = i->loss_mask.bits,
		.dup_ppm = (uint32_t)i->duplicate, .reorder_ppm = (uint32_t)i->reorder, .reorder_extra = i->reorder_delay,
		.corrupt_ppm = (uint32_t)i->corrupt,
	};
}

/* ---- fixed nodes ------------------------------------------------------------------------------------------------- */

static const char *link_name(const struct build *b, guint link)
{
	return ((const struct scen_link *)b->s->links->pdata[link])->base.name;
}

/* The node that advertises on a link: the one named, else the first router, else the first home agent. */
static bool advertises(const struct build *b, const struct scen_link *l, const struct scen_node *n)
{
	if (!l->prefix.len || l->home || !(l->access || tree_get(l->base.at, "advertise", NULL)))
		return false;
	if (n->peer == PEER_EXTERNAL)
		return false;			/* its own programs do, if they do */
	if (l->advertise->by)
		return !strcmp(l->advertise->by->text, n->base.name);
	for (int kind = NODE_ROUTER; kind >= NODE_HA; kind--)
		for (guint i = 0; i < l->nodes->len; i++) {
			const struct scen_node *o = scen_node(b->s, ((const struct tree *)l->nodes->pdata[i])->text);

			if (o->kind == kind)
				return o == n;
		}
	return false;
}

static struct router_advert advert(const struct scen_link *l)
{
	const struct scen_advertise *c = l->advertise;
	struct router_advert a = router_advert_default;

	a.interval_min = c->every.lo;
	a.interval_max = c->every.hi;
	a.unsolicited = c->unsolicited;
	a.solicited_unicast = c->unicast;
	a.reply_delay_max = c->reply_delay;
	a.min_delay = MIN(a.min_delay, c->every.lo);
	a.interval_option = c->interval_option;
	a.lifetime = (uint16_t)(c->lifetime / MOOR_S);
	a.mtu = (uint32_t)c->mtu;
	a.n = 1;
	a.prefixes[0] = (struct router_prefix){
		.prefix = l->prefix, .on_link = true, .autonomous = true,
		.valid = (uint32_t)MIN(c->prefix_lifetime / MOOR_S * 4, (int64_t)UINT32_MAX - 1),
		.preferred = (uint32_t)(c->prefix_lifetime / MOOR_S),
	};
	return a;
}

/* The pool that `dhcp4` gives from: as said, else what lies behind the fixed nodes' addresses. */
static struct dhcp4_server_config dhcp4(struct build *b, const struct scen_link *l)
{
	struct dhcp4_server_config c;
	guint link = build_link_index(b, l);
	uint32_t base = ip4_u32(l->prefix4.addr), last = base + (l->prefix4.len ? (1u << (32 - l->prefix4.len)) - 2 : 0),
			used = base;

	dhcp4_server_config_default(&c);
	for (guint k = 0; k < b->n_fix; k++) {
		const struct fix_iface *i = b->fix[k].n ? fix_on(&b->fix[k], link) : NULL;

		/* an address given by hand far up in the prefix does not end the pool before it */
		if (i && ip4_u32(i->a4) - base <= l->nodes->len && ip4_u32(i->a4) > used)
			used = ip4_u32(i->a4);
	}
	c.first = ip4_from_u32(used + 1);
	c.last = ip4_from_u32(last);
	if (l->pool->len == 2) {
		ip4_parse(((const struct tree *)l->pool->pdata[0])->text, &c.first);
		ip4_parse(((const struct tree *)l->pool->pdata[1])->text, &c.last);
	}
	c.prefix_len = l->prefix4.len;
	c.lease = (uint32_t)(l->lease / MOOR_S);
	/* clients go by the first router of the link */
	for (guint i = 0; i < l->nodes->len && ip4_is_zero(c.router); i++) {
		struct fix *f = build_fix(b, ((const struct tree *)l->nodes->pdata[i])->text);

		if (f->n->kind == NODE_ROUTER || f->n->kind == NODE_HA)
			c.router = fix_on(f, link)->a4;
	}
	return c;
}

static bool serves_dhcp4(const struct scen_link *l, const struct scen_node *n)
{
	return l->dhcp4 && !strcmp(l->dhcp4->text, n->base.name);
}

static struct nat_params nat_of(struct build *b, const struct scen_node *n)
{
	const struct scen_nat *c = n->nat;
	struct nat_params p = {
		.inside = c->inside, .mapping = (enum nat_behaviour)c->mapping, .filtering = (enum nat_behaviour)c->filtering,
		.port_preservation = c->port_preservation, .hairpinning = c->hairpinning, .udp_timeout = c->udp_timeout,
		.inbound_refresh = c->inbound_refresh, .port_min = (uint16_t)c->ports.lo, .port_max = (uint16_t)c->ports.hi,
		.max_mappings = (uint32_t)c->max_mappings,
	};

	for (guint i = 0; !p.inside.len && i < b->s->links->len; i++) {
		const struct scen_link *l = b->s->links->pdata[i];

		if (strcmp(l->base.name, c->outside->text) && scen_on_link(b->s, l, n->base.name) && l->prefix4.len
		    && ip4_is_private(l->prefix4.addr))
			p.inside = l->prefix4;
	}
	return p;
}

struct moor_filter *build_nat(struct build *b, const struct moor_node *n, struct nat_params *out)
{
	for (guint k = 0; k < b->n_fix; k++) {
		const struct fix *f = &b->fix[k];

		if (f->node != n || !f->n || !f->n->nat)
			continue;
		*out = nat_of(b, f->n);
		for (guint i = 0; i < f->n_ifaces; i++)
			if (!strcmp(link_name(b, f->iface[i].link), f->n->nat->outside->text))
				out->outside = f->iface[i].a4;
		return router_nat(f->router);
	}
	return NULL;
}

static void make_router(struct build *b, struct fix *f)
{
	struct router_config c = { .net = node_profile(b, f->n), .n_ifaces = f->n_ifaces };
	struct router_advert adverts[ROUTER_IFACE_MAX];
	struct dhcp4_server_config servers[ROUTER_IFACE_MAX];
	struct nat_params nat;

	for (guint k = 0; k < f->n_ifaces; k++) {
		const struct fix_iface *i = &f->iface[k];
		const struct scen_link *l = b->s->links->pdata[i->link];

		c.iface[k] = (struct router_iface_config){
			.name = l->base.name, .mac = i->mac, .a6 = i->a6, .len6 = l->prefix.len, .a4 = i->a4, .len4 = l->prefix4.len,
		};
		adverts[k] = advert(l);
		if (advertises(b, l, f->n))
			c.iface[k].advert = &adverts[k];
		if (serves_dhcp4(l, f->n)) {
			servers[k] = dhcp4(b, l);
			c.iface[k].dhcp4 = &servers[k];
		}
		if (f->n->nat && !strcmp(f->n->nat->outside->text, l->base.name)) {
			nat = nat_of(b, f->n);
			c.iface[k].nat = &nat;
		}
	}
	f->router = router_new(f->node, &c);
	f->host = router_host(f->router);
	for (guint k = 0; k < f->n_ifaces; k++) {
		f->iface[k].iface = router_iface(f->router, link_name(b, f->iface[k].link));
		/* inside hosts that talk to the outside address */
		if (f->n->nat && ip4_in_prefix(f->iface[k].a4, nat.inside) && !c.iface[k].nat)
			moor_filter_add(net_iface_port(f->iface[k].iface), nat_inside_new(router_nat(f->router)));
	}
}

static void ha_knobs(struct dsmip_ha_config *c, const struct scen_ha *k)
{
	c->lifetime_max = k->lifetime_max;
	c->refuse = (uint8_t)k->refuse;
	c->prefix_valid_s = (uint32_t)(k->prefix_lifetime / MOOR_S);
	c->prefix_preferred_s = build_preferred(k);
	c->preference = (uint16_t)k->preference;
	c->refuse4 = (uint8_t)k->refuse_ipv4;
	c->refresh_request = k->refresh_request;
	c->bu_ends_revocation = k->bu_ends_revocation;
	c->enabled = k->enabled;
	c->hoa4_service = k->ipv4_service;
	c->router_permitted = k->mobile_routers;
	c->max_bindings = (uint32_t)k->max_bindings;
	c->refresh_advice = k->refresh_advice;
	c->nat_refresh_s = (uint32_t)(k->nat_refresh / MOOR_S);
	c->force_udp = k->force_udp;
	c->accept_f = k->accept_force;
	c->ba_udp = (uint8_t)k->ba_udp;
	c->r_flag = (uint8_t)k->r_flag;
	c->k_flag = (uint8_t)k->k_flag;
	c->dad = k->dad;
	c->ifom = k->ifom;
	c->mcoa = k->mcoa;
	c->bulk = k->bulk;
	c->home_and_foreign = k->home_and_foreign;
	c->flows = k->flows;
	c->flows_max = (uint32_t)k->flows_max;
	c->tunnel_limit = (uint8_t)k->tunnel_limit;
	c->own_coa = k->own_care_of;
}

/* On a home link that UEs share, where they look for it [RFC 6275 10.5]; :: there is none. */
static struct ip6_addr shared_home_address(const struct build *b, const struct fix *f)
{
	for (guint k = 0; k < f->n_ifaces; k++) {
		const struct scen_link *l = b->s->links->pdata[f->iface[k].link];

		if (l->home && l->prefix.len)
			return f->iface[k].a6;
	}
	return ip6_any;
}

struct dsmip_ha_addr build_ha_address(const struct build *b, const struct fix *f)
{
	struct dsmip_ha_addr a = { 0 };
	struct ip6_addr shared = shared_home_address(b, f);

	a.a6 = shared;
	for (guint k = f->n_ifaces; k-- > 0;) {
		const struct scen_link *l = b->s->links->pdata[f->iface[k].link];

		if (!l->home && ip6_is_zero(&shared) && !ip6_is_zero(&f->iface[k].a6))
			a.a6 = f->iface[k].a6;
		if (!l->home && !ip4_is_zero(f->iface[k].a4))
			a.a4 = f->iface[k].a4;
	}
	return a;
}

/* Does a UE of the scenario that has security associations come to this home agent? */
static bool secured(const struct build *b, const struct scen_node *ha)
{
	return b->security && !scen_unsecured(b->s, ha);
}

static bool make_ha(struct build *b, struct fix *f, char **why)
{
	struct s2c_ha_config security;
	struct pgw_config gateway;
	struct ha_config c;

	ha_config_default(&c);
	c.dsmip.profile = (enum mh_profile)b->s->profile;
	c.dsmip.timers = build_timers(b, f->n);
	c.dsmip.addr = build_ha_address(b, f);
	c.dsmip.hnp_pool = f->n->hnp_pool;
	c.dsmip.ip4_pool = f->n->ipv4_pool;
	c.dsmip.ip4_max = (uint32_t)f->n->ipv4_max;
	ha_knobs(&c.dsmip, &f->n->ha);
	c.dsmip.shared_home = scen_shared_home(b->s, f->n);
	if (c.dsmip.shared_home && !tree_get(f->n->base.at, "dad", NULL))
		c.dsmip.dad = true;	/* [RFC 6275 10.3.1] */
	c.n_ifaces = f->n_ifaces;
	for (guint k = 0; k < f->n_ifaces; k++) {
		const struct fix_iface *i = &f->iface[k];
		const struct scen_link *l = b->s->links->pdata[i->link];

		c.iface[k] = (struct ha_iface_config){
			.name = l->base.name, .mac = i->mac, .a6 = i->a6, .len6 = l->prefix.len, .a4 = i->a4, .len4 = l->prefix4.len,
			.home = l->home,
		};
		if (l->home && tree_get(l->base.at, "advertise", NULL)) {
			c.ra_interval_min = l->advertise->every.lo;
			c.ra_interval_max = l->advertise->every.hi;
		}
	}
	if (secured(b, f->n)) {
		if (!build_ha_security(b, f->n, &c.dsmip.addr, &security, why))
			return false;
		c.security = &security;
	}
	if (pmip_is_anchor(f->n)) {
		build_gateway(b, f->n, &gateway);
		c.gateway = &gateway;
	}
	f->ha = ha_new(f->node, &c);
	f->host = ha_host(f->ha);
	for (guint k = 0; k < f->n_ifaces; k++) {
		const struct scen_link *l = b->s->links->pdata[f->iface[k].link];
		struct router_advert a = advert(l);

		f->iface[k].iface = ha_iface(f->ha, l->base.name);
		if (advertises(b, l, f->n))
			router_advertise(f->iface[k].iface, &a);
	}
	return true;
}

static void make_host(struct build *b, struct fix *f)
{
	const struct fix_iface *i = &f->iface[0];
	const struct scen_link *l = b->s->links->pdata[i->link];

	if (f->n->kind == NODE_CN || f->n->kind == NODE_DNS_SERVER) {
		struct cn_config c = {
			.net = node_profile(b, f->n), .iface = l->base.name, .mac = i->mac, .a6 = i->a6, .len6 = l->prefix.len,
			.a4 = i->a4, .len4 = l->prefix4.len,
		};

		f->cn = cn_new(f->node, &c);
		f->host = cn_host(f->cn);
		if (f->n->kind == NODE_DNS_SERVER)
			build_dns_server(b, f);
	} else {
		struct dhcp_server_config c = {
			.net = node_profile(b, f->n), .iface = l->base.name, .mac = i->mac, .len4 = l->prefix4.len,
			.a6 = i->a6, .len6 = l->prefix.len,
		};

		c.dhcp4 = dhcp4(b, l);
		c.dhcp4.address = i->a4;
		f->dhcp = dhcp_server_new(f->node, &c);
		f->host = dhcp_server_host(f->dhcp);
	}
	f->iface[0].iface = net_iface_find(f->host, l->base.name);
}

static bool make_fix(struct build *b, struct fix *f, char **why)
{
	if (f->n->kind == NODE_AAA)
		return true;		/* build_aaa_servers has made it */
	if (f->n->kind == NODE_HA && !make_ha(b, f, why))
		return false;
	if ((f->n->kind == NODE_LMA && !build_lma(b, f, why)) || (f->n->kind == NODE_MAG && !build_mag(b, f, why)))
		return false;
	if (f->n->kind == NODE_HA || f->n->kind == NODE_LMA || f->n->kind == NODE_MAG)
		;
	else if (f->n->kind == NODE_ROUTER)
		make_router(b, f);
	else
		make_host(b, f);
	for (guint k = 0; k < f->n_ifaces; k++) {
		f->iface[k].port = net_iface_port(f->iface[k].iface);
		moor_link_attach(b->links[f->iface[k].link], f->iface[k].port, true);
	}
	return true;
}

/* ---- mobile nodes ------------------------------------------------------------------------------------------------ */

static struct fix *home_agent(struct build *b, const GPtrArray *agents, guint i)
{
	return build_fix(b, ((const struct tree *)agents->pdata[i])->text);
}

static void home_agents(struct build *b, struct dsmip_ue_profile *p, const GPtrArray *agents)
{
	p->n_ha = (uint8_t)agents->len;
	for (guint i = 0; i < agents->len; i++) {
		p->ha[i] = build_ha_address(b, home_agent(b, agents, i));
		p->ha_pool[i] = home_agent(b, agents, i)->n->hnp_pool;
	}
}

static void group_profile(struct build *b, struct group *g)
{
	const struct scen_node *n = g->n;
	struct ue_profile *p = &g->profile;

	ue_profile_default(p);
	ue_profile_timers(p, build_timers(b, n));
	p->net.optimistic = n->optimistic;
	p->net.eager_switching = n->eager;
	p->net.mobile_router = n->mobile_network != NULL;
	p->net.missed_adverts = (uint8_t)n->missed_adverts;
	p->dsmip.profile = (enum mh_profile)b->s->profile;
	home_agents(b, &p->dsmip, n->home_agent);
	p->dsmip.shared_home = scen_shared_home(b->s, build_fix(b, ((const struct tree *)n->home_agent->pdata[0])->text)->n);
	p->dsmip.dhaad = n->dhaad;
	p->dsmip.prefix_discovery = n->prefix_discovery;
	for (guint i = 0; p->dsmip.shared_home && i < n->home_agent->len; i++)
		p->dsmip.ha_pool[i].len = 0;
	p->dsmip.lifetime = n->lifetime;
	p->dsmip.want_hoa4 = n->ipv4_home_address;
	p->dsmip.k_flag = (uint8_t)n->flags->k;
	p->dsmip.r_flag = (uint8_t)n->flags->r;
	p->dsmip.alt_coa = (uint8_t)n->flags->alt_coa;
	p->dsmip.f_flag = n->flags->f;
	p->dsmip.refresh_percent = (uint8_t)(n->refresh / 10000);
	p->dsmip.keepalive = n->keepalive;
	p->dsmip.keep_family = n->keep_family;
	p->dsmip.v6_wait = n->v6_wait;
	flows_profile(n, p);
	p->dsmip.first_sequence = (uint16_t)n->first_sequence;
	p->dsmip.retries_128 = (uint8_t)n->retries_128;
	p->dsmip.retries_hoa4 = (uint8_t)n->retries_ipv4;
	p->dsmip.fault_alt_coa = n->faulty->alt_coa;
	p->dsmip.fault_no_coa4 = n->faulty->no_coa4;
}

static bool any_of_interface(const GPtrArray *actions, const char *iface)
{
	for (guint i = 0; actions && i < actions->len; i++) {
		const struct scen_action *a = actions->pdata[i];

		if (!a->interface || !strcmp(a->interface, iface))
			return true;
	}
	return false;
}

/* Does the timeline ever put this interface of the group on a home link, or where its prefix is told? */
static bool goes_home(const struct build *b, const struct scen_node *n, const char *iface)
{
	const struct scen_names *names = b->s->names;

	return any_of_interface(g_hash_table_lookup(names->homeward, n), iface) ||
	       any_of_interface(names->homeward_any, iface);
}

/* The prefix at the same place of the i-th home agent's pool; all pools of a PDN connection are of one length. */
static struct ip6_prefix same_place(struct build *b, const GPtrArray *agents, guint i, const struct ip6_prefix *hnp)
{
	uint64_t from = ip6_high64(&home_agent(b, agents, 0)->n->hnp_pool.addr);
	uint64_t to = ip6_high64(&home_agent(b, agents, i)->n->hnp_pool.addr);
	struct ip6_addr p = ip6_from64(to + (ip6_high64(&hnp->addr) - from), 0);

	return ip6_prefix_make(&p, hnp->len);
}

/* What one PDN connection of one member needs to know about its home network prefix. */
struct wanted {
	const GPtrArray *agents;
	const char *apn;
	const struct mac_addr *macs;	/* that may show up at home */
	unsigned n_macs;
	struct imsi imsi;
};

/* The next prefix of the first home agent whose place is nobody's yet at the others. */
static bool next_prefix(struct build *b, const struct wanted *x, struct ip6_prefix *hnp)
{
	for (;;) {
		bool taken = false;

		if (!ha_assign(home_agent(b, x->agents, 0)->ha, NULL, hnp))
			return false;
		for (guint i = 1; i < x->agents->len && !taken; i++) {
			struct ip6_prefix own = same_place(b, x->agents, i, hnp);

			taken = dsmip_ha_served(ha_dsmip(home_agent(b, x->agents, i)->ha), &own.addr);
		}
		if (!taken)
			return true;
	}
}

/*
 * A home network prefix, known to every home agent that the UE may use, with the MACs that may show up at home. Home
 * agents with a pool of their own know the prefix at the same place of it.
 */
static bool assign(struct build *b, const struct wanted *x, struct ip6_prefix *hnp)
{
	for (guint i = 0; i < x->agents->len; i++) {
		struct ha *ha = home_agent(b, x->agents, i)->ha;
		struct ip6_prefix own;

		if (!i && !next_prefix(b, x, hnp))
			return false;
		own = same_place(b, x->agents, i, hnp);
		if (i && !ha_assign_this(ha, NULL, &own))
			return false;
		for (unsigned k = 0; k < x->n_macs; k++)
			dsmip_ha_home_host_too(ha_dsmip(ha), &x->macs[k], &own);
	}
	build_told_prefix(b, x->macs, x->n_macs, x->apn, hnp);
	return true;
}

/* A member's prefix, when it is known before IKEv2 tells it: without security, and with a home link to come to. */
static bool prefix_of(struct build *b, const struct wanted *x, const struct ue_config *c, struct ip6_prefix *hnp)
{
	struct ha *ha = home_agent(b, x->agents, 0)->ha;

	*hnp = (struct ip6_prefix){ 0 };
	if (!c->profile->dsmip.security) {
		if (!assign(b, x, hnp))
			return false;
		if (ha_gateway(ha))
			pgw_connection(ha_gateway(ha), x->imsi, x->apn, hnp);
		return true;
	}
	if (!x->n_macs)
		return true;
	if (!ha_connection(ha, c->security.card.imsi, x->apn, NULL, hnp))
		return false;
	for (unsigned k = 0; k < x->n_macs; k++)
		dsmip_ha_home_host_too(ha_dsmip(ha), &x->macs[k], hnp);
	build_told_prefix(b, x->macs, x->n_macs, x->apn, hnp);
	return true;
}

static bool no_prefix(const struct wanted *x, const struct group *g, uint32_t member, char **why)
{
	*why = g_strdup_printf("the hnp-pool of `%s` is used up at member %u of `%s`",
			       ((const struct tree *)x->agents->pdata[0])->text, member + 1, g->n->base.name);
	return false;
}

/* ---- further PDN connections ------------------------------------------------------------------------------------- */

static const GPtrArray *agents_of(const struct group *g, const struct scen_pdn *p)
{
	return p->home_agent->len ? p->home_agent : g->n->home_agent;
}

/* As the node's own, but for what they say themselves; build_ue_security gives each its APN. */
static void pdn_profiles(struct build *b, struct group *g)
{
	g->pdns = g_new(struct ue_profile, g->n->pdns->len + 1);
	for (guint i = 0; i < g->n->pdns->len; i++) {
		const struct scen_pdn *p = g->n->pdns->pdata[i];
		struct dsmip_ue_profile *d = &g->pdns[i].dsmip;

		g->pdns[i] = g->profile;
		home_agents(b, d, agents_of(g, p));
		build_discovery(b, g, p->apn, d);
		d->want_hoa4 = p->ipv4_home_address;
		d->lifetime = p->lifetime;
	}
}

static bool make_pdns(struct build *b, struct group *g, uint32_t member, const struct ue_config *of,
		      const struct wanted *first, char **why)
{
	for (guint i = 0; i < g->n->pdns->len; i++) {
		const struct scen_pdn *p = g->n->pdns->pdata[i];
		struct wanted x = *first;
		struct ue_config c = *of;

		x.agents = agents_of(g, p);
		x.apn = p->apn;
		c.profile = &g->pdns[i];
		if (!prefix_of(b, &x, &c, &c.hnp))
			return no_prefix(&x, g, member, why);
		ue_pdn_new(g->ue[member], &c);
	}
	return true;
}

struct ue *build_pdn(const struct group *g, uint32_t member, const char *apn)
{
	int k = scen_pdn(g->n, apn);

	return k < 0 ? NULL : ue_pdn(g->ue[member], (unsigned)k);
}

/* ---- groups ------------------------------------------------------------------------------------------------------ */
#define SHARED_IID 0x100u		/* of home addresses in a prefix that UEs share */

static bool make_group(struct build *b, struct group *g, char **why)
{
	const struct scen_node *n = g->n;
	struct ue_config c = { .profile = &g->profile, .n_ifaces = n->interfaces->len };
	bool home[UE_IFACE_MAX];
	uint64_t stems[UE_IFACE_MAX];

	group_profile(b, g);
	build_discovery(b, g, n->apn, &g->profile.dsmip);
	pdn_profiles(b, g);
	g->first = build_imsi(n, g->ordinal);
	if (n->ipsec == SCEN_IPSEC_IKEV2 && !build_ue_security(b, g, why))
		return false;
	if (n->ipsec == SCEN_IPSEC_NONE && b->security && ha_gateway(home_agent(b, n->home_agent, 0)->ha) &&
	    !build_subscriber(b, g, why))
		return false;
	for (guint i = 0; i < n->interfaces->len; i++) {
		struct mac_addr first;

		c.iface[i].name = ((const struct tree *)n->interfaces->pdata[i])->text;
		c.iface[i].dhcp4 = n->dhcp4;
		first = build_mac(b, n->base.name, c.iface[i].name);
		g->macs[i] = stems[i] = mac_u64(&first);
		home[i] = goes_home(b, n, c.iface[i].name);
	}
	if (n->mobile_network) {
		c.iface[c.n_ifaces].name = n->mobile_network->text;
		c.iface[c.n_ifaces++].mac = build_mac(b, n->base.name, n->mobile_network->text);
	}
	for (uint32_t k = 0; k < n->count; k++) {
		struct mac_addr macs[UE_IFACE_MAX];
		unsigned n_macs = 0;

		for (guint i = 0; i < n->interfaces->len; i++) {
			c.iface[i].mac = mac_from_u64(stems[i] + k);
			if (home[i])
				macs[n_macs++] = c.iface[i].mac;
		}
		if (g->profile.dsmip.security)
			c.security.card = build_card(b, g, k);
		struct wanted x = { n->home_agent, n->apn, macs, n_macs, imsi_add(g->first, k) };

		if (!prefix_of(b, &x, &c, &c.hnp))
			return no_prefix(&x, g, k, why);
		if (g->profile.dsmip.shared_home)	/* apart from the fixed nodes' and from those of interfaces */
			c.hoa_iid = SHARED_IID + g->ordinal + k;
		if (!n->static_prefix)
			c.hnp = (struct ip6_prefix){ 0 };
		g->ue[k] = ue_new(moor_node_at(b->w, g->ordinal + k), &c);
		build_mobile_network(b, g, g->ue[k]);
		if (!make_pdns(b, g, k, &c, &x, why))
			return false;
	}
	return true;
}

/* ---- everything -------------------------------------------------------------------------------------------------- */

static void make_links(struct build *b)
{
	for (guint i = 0; i < b->s->links->len; i++) {
		const struct scen_link *l = b->s->links->pdata[i];
		struct link_params p = build_params(&l->impair);
		bool said = tree_get(l->base.at, "isolated", NULL) != NULL;

		b->links[i] = moor_link_new(b->w, l->base.name, (enum link_kind)l->kind, &p);
		if (l->kind == LINK_P2P)
			continue;	/* there is nobody to be apart from */
		if (said ? l->isolated : l->access || (l->home && !l->prefix.len))
			moor_link_isolate(b->links[i], true);
	}
}

/* All nodes, in the order of the scenario, before anything lives on them: home agents must be there before their UEs.
 */
static void make_nodes(struct build *b)
{
	char name[160];

	for (guint i = 0; i < b->s->nodes->len; i++) {
		const struct scen_node *n = b->s->nodes->pdata[i];

		if (n->kind == NODE_UE)
			b->groups[b->slots[i] = b->n_groups++] = (struct group){ .n = n, .ordinal = b->n_members };
		else if (n->kind == NODE_MN)
			b->herds[b->slots[i] = b->n_herds++] = (struct herd){ .n = n, .ordinal = b->n_members };
		else
			b->fix[b->slots[i] = i].n = n;
		for (uint32_t k = 0; k < n->count; k++, b->n_members++) {
			g_snprintf(name, sizeof name, "%s%u", n->base.name, k + 1);
			struct moor_node *node = moor_node_new(b->w, scen_is_group(n) ? name : n->base.name);

			if (n->clock->offset || n->clock->drift)
				moor_clock_set(node, n->clock->offset, n->clock->drift);
			b->fix[i].node = node;
		}
	}
}

bool build_fill(struct build *b, char **why)
{
	if (!build_security(b, why))
		return false;
	make_nodes(b);
	build_addresses(b);
	make_links(b);
	build_aaa_servers(b);
	for (guint i = 0; i < b->n_fix; i++)
		if (b->fix[i].n && !make_fix(b, &b->fix[i], why))
			return false;
	build_redirects(b);
	for (guint i = 0; i < b->n_groups; i++) {
		b->groups[i].ue = g_new0(struct ue *, (gsize)b->groups[i].n->count);
		if (!make_group(b, &b->groups[i], why))
			return false;
	}
	for (guint i = 0; i < b->n_herds; i++) {
		b->herds[i].mn = g_new0(struct mn *, (gsize)b->herds[i].n->count);
		if (!build_herd(b, &b->herds[i], why))
			return false;
	}
	build_mag_links(b);
	build_dhcp6(b);
	build_accesses(b);
	build_routes(b);
	build_traffic(b);
	build_timeline(b);
	build_faults(b);
	return true;
}

/* The home agent was told at the beginning who may come to a home link: those that the timeline takes there. */
const char *build_act_refused(const struct build *b, uint32_t entry)
{
	const struct scen_action *a = b->s->timeline->pdata[entry];
	const struct scen_link *l = a->verb <= DO_MOVE ? scen_target(b->s, a) : NULL;
	uint32_t member;
	const struct scen_node *n = a->node ? scen_member(b->s, a->node->text, &member) : NULL;
	bool prepared = false;

	n = n || !a->node ? n : scen_node(b->s, a->node->text);
	if (!l || (!l->home && !(l->pco && l->pco->prefix)) || !n || n->kind != NODE_UE)
		return NULL;
	for (guint i = 0; i < n->interfaces->len && !prepared; i++) {
		const char *name = ((const struct tree *)n->interfaces->pdata[i])->text;

		prepared = (!a->interface || !strcmp(a->interface, name)) && goes_home(b, n, name);
	}
	return prepared ? NULL : "the scenario's own timeline never takes this interface to a link with its home prefix, so "
				 "nobody there knows it";
}
