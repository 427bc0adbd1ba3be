/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: a look at what stands
 *
 * Binding caches of home agents and LMAs, binding update lists of UEs and MAGs, as rows of one form. It asks the
 * entities and changes nothing. It implements no clause.
 */
#include "scenarios/build_look.h"

#include "scenarios/build_priv.h"
#include "wire/eap_id.h"

struct look {
	bool (*fn)(void *ctx, const struct build_binding *x);
	void *ctx;
	struct build_binding x;
	bool over;
};

static void tell(struct look *l)
{
	l->over = l->over || !l->fn(l->ctx, &l->x);
}

/* ---- home agents and UEs ----------------------------------------------------------------------------------------- */

static const char *encap_name(enum net_encap e, bool gre)
{
	switch (e) {
	case ENCAP_PLAIN:
		return gre ? "gre" : "none";
	case ENCAP_IN6:
		return gre ? "ipv6+gre" : "ipv6";
	case ENCAP_IN4:
		return gre ? "ipv4+gre" : "ipv4";
	case ENCAP_UDP4:
		return gre ? "udp+gre" : "udp";
	}
	return "?";
}

/* One row, or with BIDs one for each care-of address. */
static void look_at_bce(struct look *l, const struct dsmip_ha *a, const struct dsmip_bce_view *v)
{
	struct dsmip_care_view care[16];
	unsigned n = dsmip_ha_care_of(a, &v->home_address, care, G_N_ELEMENTS(care));

	l->x = (struct build_binding){
		.node = l->x.node, .kind = "cache", .protocol = "dsmipv6", .state = dsmip_bce_fsm.states[v->state].name,
		.home_address = v->home_address, .home_address4 = v->home_address4, .care_of = v->care_of,
		.encapsulation = encap_name((enum net_encap)v->encap, false), .sequence = v->sequence,
		.udp_port = v->udp_port, .expires = v->expires,
	};
	if (!n)
		tell(l);
	for (unsigned k = 0; k < MIN(n, G_N_ELEMENTS(care)) && !l->over; k++) {
		l->x.care_of = care[k].care_of;
		l->x.bid = care[k].bid;
		l->x.udp_port = care[k].udp_port;
		l->x.expires = care[k].expires;
		l->x.encapsulation = encap_name(care[k].home ? ENCAP_PLAIN : care[k].udp_port ? ENCAP_UDP4 :
						ip6_is_mapped(&care[k].care_of) ? ENCAP_IN4 : ENCAP_IN6, false);
		tell(l);
	}
}

static void look_at_ha(struct look *l, const struct dsmip_ha *a)
{
	struct dsmip_bce_view v;
	uint32_t at = 0;

	while (!l->over && dsmip_ha_binding_next(a, &at, &v))
		look_at_bce(l, a, &v);
}

static void look_at_ue(struct look *l, struct ue *u, const struct scen_node *n, unsigned pdn)
{
	struct dsmip_bul v = dsmip_ue_binding(ue_dsmip(u));
	enum net_encap e = v.udp ? ENCAP_UDP4 : ip6_is_mapped(&v.care_of) ? ENCAP_IN4 : ENCAP_IN6;

	l->x = (struct build_binding){
		.node = l->x.node, .kind = "list", .protocol = "dsmipv6",
		.state = dsmip_ue_fsm.states[dsmip_ue_state(ue_dsmip(u))].name, .home_address = v.home_address,
		.pdn = pdn ? ((const struct scen_pdn *)n->pdns->pdata[pdn - 1])->apn : n->pdns->len ? n->apn : NULL,
		.home_address4 = v.home_address4, .care_of = v.valid ? v.care_of : ip6_any, .peer = v.home_agent,
		.encapsulation = encap_name(v.valid ? e : ENCAP_PLAIN, false), .sequence = v.sequence, .expires = v.expires,
	};
	tell(l);
}

/* ---- LMAs and MAGs ----------------------------------------------------------------------------------------------- */

static void look_at_lma(struct look *l, const struct pmip_lma *a)
{
	char imsi[IMSI_DIGITS_MAX + 1];
	struct pmip_bce_view v;
	uint32_t at = 0;

	while (!l->over && pmip_lma_binding_next(a, &at, &v)) {
		l->x = (struct build_binding){
			.node = l->x.node, .kind = "cache", .protocol = "pmipv6", .state = pmip_bce_fsm.states[v.state].name,
			.who = imsi_text(v.imsi, imsi), .pdn = v.apn, .home_address = v.n_hnp ? v.hnp[0].addr : ip6_any,
			.home_address4 = v.hoa4, .care_of = v.proxy_coa,
			.encapsulation = encap_name((enum net_encap)pmip_encap(v.transport), v.gre), .sequence = v.sequence,
			.expires = v.expires,
		};
		tell(l);
	}
}

static void look_at_mag(struct look *l, struct pmip_mag *m)
{
	const struct pmip_mag_config *c = pmip_mag_settings(m);
	char imsi[IMSI_DIGITS_MAX + 1];
	struct pmip_bule_view v;
	uint32_t at = 0;

	while (!l->over && pmip_mag_binding_next(m, &at, &v)) {
		l->x = (struct build_binding){
			.node = l->x.node, .kind = "list", .protocol = "pmipv6", .state = pmip_bule_fsm.states[v.state].name,
			.who = imsi_text(v.imsi, imsi), .pdn = v.apn, .home_address = v.n_hnp ? v.hnp[0].addr : ip6_any,
			.home_address4 = v.hoa4, .peer = v.lma,
			.care_of = c->transport == PMIP_IP6 ? c->proxy_coa : ip6_mapped(c->proxy_coa4),
			.encapsulation = encap_name((enum net_encap)pmip_encap(c->transport), v.key_down != 0), .sequence = v.sequence,
			.expires = v.expires,
		};
		tell(l);
	}
}

/* ---- all --------------------------------------------------------------------------------------------------------- */

static void look_at_fix(struct look *l, const struct fix *f)
{
	if (!f->n || f->n->peer == PEER_EXTERNAL)
		return;
	if (f->n->kind == NODE_HA && f->ha)
		look_at_ha(l, ha_dsmip(f->ha));
	if (build_anchor(f))
		look_at_lma(l, build_anchor(f));
	if (f->n->kind == NODE_MAG && f->mag)
		look_at_mag(l, mag_pmip(f->mag));
}

void build_bindings(struct build *b, const char *selector, bool (*fn)(void *ctx, const struct build_binding *x),
		    void *ctx)
{
	GArray *nodes = build_select(b, selector ? selector : "*");
	struct look l = { .fn = fn, .ctx = ctx };

	for (guint i = 0; i < nodes->len && !l.over; i++) {
		struct member m = build_member(b, g_array_index(nodes, uint32_t, i));
		struct ue *u;

		l.x.node = moor_node_name(m.node);
		if (build_is_absent(b, moor_node_id(m.node))) {
			l.over = !build_told_bindings(b, moor_node_id(m.node), fn, ctx);
			continue;
		}
		if (m.fix)
			look_at_fix(&l, m.fix);
		for (unsigned k = 0; m.group && m.group->n->peer != PEER_EXTERNAL && !l.over &&
		     (u = ue_pdn(m.group->ue[m.index], k)); k++)
			look_at_ue(&l, u, m.group->n, k);
	}
	g_array_unref(nodes);
}

static void add_told(struct build *b, uint32_t node, bool cache, struct build_count *all)
{
	struct build_count n = build_told_count(b, node, cache);

	all->entries += n.entries;
	all->active += n.active;
}

static struct build_count count_group(struct build *b, const struct group *g)
{
	struct build_count n = { 0 };
	struct ue *u;

	for (uint32_t i = 0; i < g->n->count; i++) {
		if (build_is_absent(b, g->ordinal + i)) {
			add_told(b, g->ordinal + i, false, &n);
			continue;
		}
		for (unsigned k = 0; (u = ue_pdn(g->ue[i], k)); k++) {
			n.active += dsmip_ue_binding(ue_dsmip(u)).valid;
			n.entries += dsmip_ue_state(ue_dsmip(u)) != DSMIP_IDLE;
		}
	}
	return n;
}

struct build_count build_count_bindings(struct build *b, const struct scen_node *n, bool cache)
{
	struct build_count all = { 0 };

	if (n->peer == PEER_EXTERNAL)
		return all;
	for (guint i = 0; i < b->n_groups; i++)
		if (b->groups[i].n == n && !cache)
			return count_group(b, &b->groups[i]);
	for (guint i = 0; i < b->n_fix; i++) {
		const struct fix *f = &b->fix[i];

		if (f->n != n)
			continue;
		if (build_is_absent(b, moor_node_id(f->node))) {
			add_told(b, moor_node_id(f->node), cache, &all);
			continue;
		}
		if (cache && n->kind == NODE_HA && f->ha) {
			all.entries += dsmip_ha_entries(ha_dsmip(f->ha));
			all.active += dsmip_ha_bindings(ha_dsmip(f->ha));
		}
		if (cache && build_anchor(f)) {
			all.entries += pmip_lma_entries(build_anchor(f));
			all.active += pmip_lma_bindings(build_anchor(f));
		}
		if (!cache && n->kind == NODE_MAG && f->mag) {
			all.entries += pmip_mag_entries(mag_pmip(f->mag));
			all.active += pmip_mag_bindings(mag_pmip(f->mag));
		}
	}
	return all;
}
