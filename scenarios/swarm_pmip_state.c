/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: what must never stand between gateways and anchors
 *
 * The swarm's invariants about states of PMIPv6: a prefix, an address and a key are one session's [RFC 5213 5.3.1,
 * 29.275 5.3], pools and shared tunnels count what there is [RFC 5213 5.6.1]; and in the calm: whoever is on an access
 * link is served by its gateway, whose list and the anchor's cache say the same, and nothing is left of others. It
 * implements no clause.
 */
#include <string.h>

#include "scenarios/swarm_watch.h"
#include "world/link.h"

#define EXPIRY_SLACK MOOR_S		/* the way of an answer: a gateway counts from when it came */
#define STRAGGLERS (10 * MOOR_S)	/* what the trouble sent arrives in the calm */

static struct fix *next_gateway(struct swarm_watch *x, guint *at)
{
	for (; *at < x->b->n_fix; (*at)++)
		if (x->b->fix[*at].n && x->b->fix[*at].n->kind == NODE_MAG)
			return &x->b->fix[(*at)++];
	return NULL;
}

/* A PDN gateway is one too. */
static struct fix *next_anchor(struct swarm_watch *x, guint *at)
{
	for (; *at < x->b->n_fix; (*at)++)
		if (x->b->fix[*at].n && build_anchor(&x->b->fix[*at]))
			return &x->b->fix[(*at)++];
	return NULL;
}

/* ---- at any moment ----------------------------------------------------------------------------------------------- */

static bool shares_prefix(const struct pmip_bce_view *a, const struct pmip_bce_view *b)
{
	for (unsigned i = 0; i < a->n_hnp; i++)
		for (unsigned k = 0; k < b->n_hnp; k++)
			if (ip6_prefix_eq(&a->hnp[i], &b->hnp[k]))
				return true;
	return false;
}

static void alone(struct swarm_watch *x, const struct fix *f, const struct pmip_bce_view *v, uint32_t place)
{
	struct fix *other;
	struct pmip_bce_view o;

	for (guint i = 0; (other = next_anchor(x, &i));) {
		uint32_t at = 0;

		while (pmip_lma_binding_next(build_anchor(other), &at, &o)) {
			if (other == f && at >= place)
				return;		/* the rest is compared when it is its turn */
			if (shares_prefix(v, &o))
				swarm_find(x, "prefix", moor_node_id(f->node), "two sessions have one home network prefix");
			if (!ip4_is_zero(v->hoa4) && ip4_eq(v->hoa4, o.hoa4))
				swarm_find(x, "prefix", moor_node_id(f->node), "two sessions have one IPv4 home address");
			if (other == f && v->key_up && v->key_up == o.key_up)
				swarm_find(x, "key", moor_node_id(f->node), "two sessions have uplink key %#x", v->key_up);
		}
	}
}

static void counts(struct swarm_watch *x, const struct fix *f)
{
	const struct pmip_lma *a = build_anchor(f);
	struct pmip_bce_view v;
	struct pmip_tunnel_view t;
	uint32_t at = 0, prefixes = 0, entries = 0, active = 0, users = 0;

	while (pmip_lma_binding_next(a, &at, &v)) {
		alone(x, f, &v, at);
		entries++;
		active += v.state == PMIP_BCE_ACTIVE;
		prefixes += v.n_hnp;
	}
	for (at = 0; pmip_lma_tunnel_next(a, &at, &t);) {
		users += t.users;
		if (!t.users)
			swarm_find(x, "tunnels", moor_node_id(f->node), "a tunnel has no session");
	}
	if (users != entries)
		swarm_find(x, "tunnels", moor_node_id(f->node), "%u sessions, and tunnels count %u", entries, users);
	if (active != pmip_lma_bindings(a) || entries != pmip_lma_entries(a))
		swarm_find(x, "pool", moor_node_id(f->node), "%u sessions of %u stand, it counts %u of %u", active, entries,
			   pmip_lma_bindings(a), pmip_lma_entries(a));
	if (f->n->kind == NODE_LMA && prefixes != pmip_lma_prefixes(a))	/* a PDN gateway has one pool for all */
		swarm_find(x, "pool", moor_node_id(f->node), "%u prefixes are bound, %u of the pool in use", prefixes,
			   pmip_lma_prefixes(a));
}

/* A prefix leads to one interface. */
static void apart(struct swarm_watch *x, const struct fix *f)
{
	const struct pmip_mag *m = mag_pmip(f->mag);
	struct pmip_bule_view v, o;

	for (uint32_t at = 0; pmip_mag_binding_next(m, &at, &v);)
		for (uint32_t k = at; v.state == PMIP_BULE_ACTIVE && pmip_mag_binding_next(m, &k, &o);)
			if (o.state == PMIP_BULE_ACTIVE && v.n_hnp && o.n_hnp && ip6_prefix_eq(&v.hnp[0], &o.hnp[0]))
				swarm_find(x, "prefix", moor_node_id(f->node), "two interfaces are served with one prefix");
}

void swarm_pmip_always(struct swarm_watch *x)
{
	struct fix *f;

	for (guint i = 0; (f = next_gateway(x, &i));)
		apart(x, f);

	for (guint i = 0; (f = next_anchor(x, &i));)
		counts(x, f);
}

/* ---- in the calm ------------------------------------------------------------------------------------------------- */

/* An interface of a mobile node, or of a UE that is at home there, on a link of a gateway. */
struct host {
	const struct herd *herd;	/* NULL: a UE's */
	const struct group *group;
	uint32_t node;
	struct mac_addr mac;
	struct imsi imsi;
	const struct fix *mag;
};

/* And one of its PDN connections. */
struct place {
	struct host host;
	guint apn;
	const char *name;
};

static const struct fix *gateway_on(struct swarm_watch *x, const struct moor_link *l)
{
	struct fix *f;

	for (guint i = 0; l && (f = next_gateway(x, &i));)
		for (guint k = 0; k < f->n_ifaces; k++)
			if (x->b->links[f->iface[k].link] == l)
				return f;
	return NULL;
}

static bool is_there(struct swarm_watch *x, const struct moor_port *port, struct host *h)
{
	h->mag = gateway_on(x, moor_port_link(port));
	h->mac = *moor_port_mac(port);
	return h->mag != NULL;
}

/* The hosts on gateways' links, by number. False: there are not so many. */
static bool host_at(struct swarm_watch *x, guint number, struct host *h)
{
	const struct moor_port *port;

	for (guint g = 0; g < x->b->n_herds; g++)
		for (uint32_t m = 0; m < x->b->herds[g].n->count; m++) {
			const struct herd *d = &x->b->herds[g];

			*h = (struct host){ .herd = d, .node = d->ordinal + m, .imsi = imsi_add(d->first, m) };
			for (unsigned i = 0; (port = mn_port(d->mn[m], i)); i++)
				if (is_there(x, port, h) && !number--)
					return true;
		}
	for (guint g = 0; g < x->b->n_groups; g++)
		for (uint32_t m = 0; m < x->b->groups[g].n->count; m++) {
			const struct group *d = &x->b->groups[g];

			*h = (struct host){ .group = d, .node = d->ordinal + m, .imsi = imsi_add(d->first, m) };
			for (unsigned i = 0; (port = ue_port(d->ue[m], i)); i++)
				if (is_there(x, port, h) && !number--)
					return true;
		}
	return false;
}

static const char *connection(const struct host *h, guint k)
{
	if (!h->herd)
		return k > h->group->n->pdns->len ? NULL : !k ? h->group->n->apn
			: ((const struct scen_pdn *)h->group->n->pdns->pdata[k - 1])->apn;
	return k < h->herd->n->apns->len ? ((const struct tree *)h->herd->n->apns->pdata[k])->text : NULL;
}

static bool wants_service(const struct host *h)
{
	return !h->herd || h->herd->n->subscribed || !h->mag->n->aaa;
}

/* A gateway that lets bindings run out has none for a moment, or the anchor has. */
static bool lapses(const struct place *p)
{
	return !pmip_mag_settings(mag_pmip(p->host.mag->mag))->refresh_percent;
}

/* Starts with *at 0. False at the end. */
static bool next_place(struct swarm_watch *x, guint *at, struct place *p)
{
	guint n = 0;

	for (guint i = 0; host_at(x, i, &p->host); i++)
		for (p->apn = 0; wants_service(&p->host) && (p->name = connection(&p->host, p->apn)); p->apn++)
			if (n++ == *at) {
				(*at)++;
				return true;
			}
	return false;
}

static bool entry_of(const struct place *p, struct pmip_bule_view *v)
{
	uint32_t at = 0;

	while (pmip_mag_binding_next(mag_pmip(p->host.mag->mag), &at, v))
		if (mac_eq(&v->mac, &p->host.mac) && (!v->apn || !strcmp(v->apn, p->name)))
			return true;
	return false;
}

static const char *differs(const struct place *p, const struct pmip_bule_view *v, const struct pmip_bce_view *c)
{
	bool mine = false;

	if (c->state != PMIP_BCE_ACTIVE)
		return "the anchor's entry is not active";
	if (!imsi_same(c->imsi, v->imsi))
		return "the anchor has it for somebody else";
	if (c->n_hnp != v->n_hnp || (c->n_hnp && !ip6_prefix_eq(&c->hnp[0], &v->hnp[0])))
		return "the anchor has other prefixes";
	if (!ip4_eq(c->hoa4, v->hoa4))
		return "the anchor has another IPv4 home address";
	for (guint k = 0; k < p->host.mag->n_ifaces; k++) {
		struct ip6_addr mapped = ip6_mapped(p->host.mag->iface[k].a4);

		mine = mine || ip6_eq(&c->proxy_coa, &p->host.mag->iface[k].a6) || ip6_eq(&c->proxy_coa, &mapped);
	}
	if (!mine)
		return "the anchor has it at another gateway";
	if (c->gre && (c->key_down != v->key_down || c->key_up != v->key_up))
		return "the anchor has other keys";
	return c->expires < v->expires - EXPIRY_SLACK ? "the anchor forgets it earlier" : NULL;
}

static void served(struct swarm_watch *x, const struct place *p)
{
	const struct fix *lma = build_fix(x->b, p->host.mag->n->lma->text);
	struct pmip_bce_view c = { .state = PMIP_BCE_NONE };
	struct pmip_bule_view v;
	const char *what;

	if (!entry_of(p, &v)) {
		swarm_find(x, "converge", p->host.node, "%s: on a link of %s, which has no entry", p->name,
			   p->host.mag->n->base.name);
		return;
	}
	if (v.state != PMIP_BULE_ACTIVE) {
		if (!lapses(p))
			swarm_find(x, "converge", p->host.node, "%s: on a link of %s, whose entry is in state %s (status %u)", p->name,
				   p->host.mag->n->base.name, pmip_bule_fsm.states[v.state].name, v.status);
		return;
	}
	if (v.n_hnp)
		pmip_lma_binding(build_anchor(lma), &v.hnp[0].addr, &c);
	what = differs(p, &v, &c);
	if (what && !lapses(p))
		swarm_find(x, "converge", p->host.node, "%s: served by %s, and %s", p->name, p->host.mag->n->base.name, what);
}

static bool is_on_link(struct swarm_watch *x, const struct fix *mag, const struct mac_addr *mac)
{
	struct host h;

	for (guint i = 0; host_at(x, i, &h); i++)
		if (h.mag == mag && mac_eq(&h.mac, mac))
			return true;
	return false;
}

/* Of one that may have nothing there is an entry that says so. */
static bool is_wanted(struct swarm_watch *x, const struct fix *mag, const struct pmip_bule_view *v)
{
	struct place p;

	if (v->state == PMIP_BULE_REFUSED && is_on_link(x, mag, &v->mac))
		return true;
	for (guint at = 0; next_place(x, &at, &p);)
		if (p.host.mag == mag && mac_eq(&p.host.mac, &v->mac) && (!v->apn || !strcmp(p.name, v->apn)))
			return true;
	return false;
}

static void gateways(struct swarm_watch *x)
{
	struct pmip_bule_view v;
	struct fix *f;

	for (guint i = 0; (f = next_gateway(x, &i));) {
		uint32_t at = 0;

		while (pmip_mag_binding_next(mag_pmip(f->mag), &at, &v))
			if (!is_wanted(x, f, &v))
				swarm_find(x, "left", moor_node_id(f->node), "an entry in state %s of a mobile node that is not there",
					   pmip_bule_fsm.states[v.state].name);
	}
}

/* Some gateway's entry is about this session, or will be. */
static bool is_known(struct swarm_watch *x, const struct pmip_bce_view *c)
{
	struct pmip_bule_view v;
	struct place p;
	struct fix *f;

	for (guint at = 0; next_place(x, &at, &p);)
		if (lapses(&p) && imsi_same(p.host.imsi, c->imsi))
			return true;
	for (guint i = 0; (f = next_gateway(x, &i));)
		for (uint32_t at = 0; pmip_mag_binding_next(mag_pmip(f->mag), &at, &v);)
			if (v.n_hnp && c->n_hnp && ip6_prefix_eq(&v.hnp[0], &c->hnp[0]))
				return true;
	return false;
}

static moor_time began(const struct pmip_bce_view *v)
{
	return v->expires - moor_life4_span((moor_life4){ v->lifetime });
}

/*
 * Anchors have what gateways have, and no more. A session that was left alone when a de-registration was lost, or a
 * registration overtook its gateway's restart, stands until its lifetime is over [RFC 5213 6.9.1.4].
 */
static void anchors(struct swarm_watch *x, bool end)
{
	struct pmip_bce_view v;
	bool lapse = false;
	struct fix *f;

	for (guint i = 0; (f = next_gateway(x, &i));)
		lapse = lapse || !pmip_mag_settings(mag_pmip(f->mag))->refresh_percent;
	for (guint i = 0; (f = next_anchor(x, &i));) {
		const struct pmip_lma *a = build_anchor(f);

		for (uint32_t at = 0; pmip_lma_binding_next(a, &at, &v);) {
			bool old = v.state == PMIP_BCE_ACTIVE && began(&v) < x->calm + STRAGGLERS;

			if (!old && !is_known(x, &v) && (end || v.state != PMIP_BCE_HOLD))
				swarm_find(x, "stray", moor_node_id(f->node), "a session in state %s that no gateway has",
					   pmip_bce_fsm.states[v.state].name);
		}
		if (pmip_lma_waiting(a) && !lapse)
			swarm_find(x, "stray", moor_node_id(f->node), "%u registrations wait", pmip_lma_waiting(a));
	}
}

static unsigned hosts_on(struct swarm_watch *x, const struct fix *mag)
{
	unsigned n = 0;
	struct host h;

	for (guint i = 0; host_at(x, i, &h); i++)
		n += h.mag == mag;
	return n;
}

static void population(struct swarm_watch *x, bool end)
{
	struct place p;
	struct fix *f;

	for (guint at = 0; next_place(x, &at, &p);)
		served(x, &p);
	gateways(x);
	anchors(x, end);
	for (guint i = 0; end && (f = next_gateway(x, &i));)
		if (pmip_mag_hosts(mag_pmip(f->mag)) != hosts_on(x, f))
			swarm_find(x, "left", moor_node_id(f->node), "knows of %u mobile nodes, %u are on its links",
				   pmip_mag_hosts(mag_pmip(f->mag)), hosts_on(x, f));
}

void swarm_pmip_settled(struct swarm_watch *x)
{
	population(x, false);
}

void swarm_pmip_end(struct swarm_watch *x)
{
	population(x, true);
}

bool swarm_pmip_lapses(struct swarm_watch *x, uint32_t node)
{
	struct place p;

	for (guint at = 0; next_place(x, &at, &p);)
		if (p.host.node == node && lapses(&p))
			return true;
	return false;
}

void swarm_pmip_reached(struct swarm_watch *x)
{
	struct place p;

	for (guint at = 0; next_place(x, &at, &p);)
		for (uint32_t i = 0; p.host.herd && !p.apn && !lapses(&p) && i < x->n_flows; i++)
			swarm_answered(x, p.host.node, i);
}
