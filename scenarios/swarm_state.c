/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: what must never stand
 *
 * The swarm's invariants about states of several nodes: binding update list and binding cache agree unless one was
 * taken away by order [24.303 5.1.3.2], a prefix is one UE's [24.303 5.1.3.1]; and in the end: those who were told to
 * be there are, packets reach them, those who left leave nothing behind. It implements no clause.
 */
#include <string.h>

#include "proto/ike.h"
#include "scenarios/swarm_watch.h"

/* ---- who is there ------------------------------------------------------------------------------------------------ */

static struct fix *next_agent(struct swarm_watch *x, guint *at)
{
	for (; *at < x->b->n_fix; (*at)++)
		if (x->b->fix[*at].n && x->b->fix[*at].n->kind == NODE_HA)
			return &x->b->fix[(*at)++];
	return NULL;
}

static struct fix *agent_of(struct swarm_watch *x, const struct ip6_addr *address)
{
	struct fix *f;

	for (guint i = 0; (f = next_agent(x, &i));) {
		struct dsmip_ha_addr a = build_ha_address(x->b, f);

		if (ip6_eq(&a.a6, address))
			return f;
	}
	return NULL;
}

/* Was it last told to be attached, among what was told at or before `until`? */
static bool told(struct swarm_watch *x, const struct each *e, moor_time until)
{
	const char *name = moor_node_name(moor_node_at(x->w, e->node));
	moor_time latest = -1;
	bool there = false;

	for (guint i = 0; i < x->s->timeline->len; i++) {
		const struct scen_action *a = x->s->timeline->pdata[i];

		if ((a->verb != DO_ATTACH && a->verb != DO_DETACH && a->verb != DO_REBOOT) || a->at > until || a->at < latest
			|| !scen_selects(x->s, a->node->text, e->group->n, name) || (a->pdn && strcmp(a->pdn, e->apn)))
			continue;
		latest = a->at;
		there = a->verb != DO_DETACH;
	}
	return there;
}

static const char *state_name(const struct each *e)
{
	return dsmip_ue_fsm.states[dsmip_ue_state(e->d)].name;
}

/* ---- at any moment ----------------------------------------------------------------------------------------------- */

static bool same_place(const struct each *e, const struct dsmip_bce_view *c)
{
	return e->bul.nat || c->nat || e->group->n->ifom || ip6_eq(&e->bul.care_of, &c->care_of);
}

/* What the UE counts on must be in the cache, unless that was taken away by order. */
static void agree(struct swarm_watch *x, const struct each *e)
{
	struct fix *f = agent_of(x, &e->bul.home_agent);
	struct dsmip_bce_view c = { .state = DSMIP_BCE_NONE };

	if (dsmip_ue_state(e->d) != DSMIP_REGISTERED || !e->bul.valid || e->watch->excused || !f)
		return;
	dsmip_ha_binding(ha_dsmip(f->ha), &e->bul.home_address, &c);
	if (c.state == DSMIP_BCE_REVOKING)
		return;			/* it is being told */
	if (c.state != DSMIP_BCE_ACTIVE)
		swarm_find(x, "agree", e->node, "registered, and %s has no binding", f->n->base.name);
	else if (c.sequence == e->bul.sequence && !same_place(e, &c))
		swarm_find(x, "agree", e->node, "registered with another care-of address than %s has", f->n->base.name);
	else if (c.expires < e->bul.expires - MOOR_MS && !e->watch->restarted && !e->group->n->ifom)
		swarm_find(x, "agree", e->node, "counts on its binding for %" G_GINT64_FORMAT " ms longer than %s keeps it",
			   (e->bul.expires - c.expires) / MOOR_MS, f->n->base.name);
}

static void alone(struct swarm_watch *x, const struct each *e)
{
	struct each o = { 0 };

	if (!e->bul.valid || e->watch->excused)
		return;
	while (swarm_next(x, &o)) {
		if (o.d == e->d)
			return;
		if (!o.bul.valid || o.watch->excused)
			continue;
		if (ip6_prefix_eq(&o.bul.hnp, &e->bul.hnp))
			swarm_find(x, "prefix", e->node, "bound with the home network prefix of %s", swarm_node_name(x, o.node));
		if (!ip4_is_zero(e->bul.home_address4) && ip4_eq(e->bul.home_address4, o.bul.home_address4))
			swarm_find(x, "prefix", e->node, "bound with the IPv4 home address of %s", swarm_node_name(x, o.node));
	}
}

void swarm_check_always(struct swarm_watch *x)
{
	struct each e = { 0 };

	while (swarm_next(x, &e)) {
		agree(x, &e);
		alone(x, &e);
	}
	if (x->anchors)
		swarm_pmip_always(x);
}

/* ---- in the calm ------------------------------------------------------------------------------------------------- */

/* Nothing of a PDN connection is left at the UE. */
static void left_nothing(struct swarm_watch *x, const struct each *e)
{
	const char *what = dsmip_ue_pending(e->d);

	if (dsmip_ue_state(e->d) != DSMIP_IDLE)
		swarm_find(x, "left", e->node, "%s: was told to detach, and is in state %s", e->apn, state_name(e));
	else if (what)
		swarm_find(x, "left", e->node, "%s: detached, and there is still %s", e->apn, what);
}

static void is_there(struct swarm_watch *x, const struct each *e)
{
	struct fix *f = agent_of(x, &e->bul.home_agent);
	struct dsmip_bce_view c = { .state = DSMIP_BCE_NONE };
	bool registered = dsmip_ue_state(e->d) == DSMIP_REGISTERED;

	if (!registered && !e->group->n->refresh && dsmip_ue_state(e->d) == DSMIP_REGISTERING)
		return;			/* its binding just ran out, as it was told to let it */
	if (!registered && dsmip_ue_state(e->d) != DSMIP_HOME) {
		swarm_find(x, "converge", e->node, "%s: was told to attach, and is in state %s", e->apn, state_name(e));
		return;
	}
	if (f)
		dsmip_ha_binding(ha_dsmip(f->ha), &e->bul.home_address, &c);
	if (registered && c.state != DSMIP_BCE_ACTIVE)
		swarm_find(x, "converge", e->node, "%s: registered, and its home agent has no binding", e->apn);
	else if (registered && !same_place(e, &c))
		swarm_find(x, "converge", e->node, "%s: registered elsewhere than its home agent has it", e->apn);
	else if (registered && !ip4_eq(e->bul.home_address4, c.home_address4))
		swarm_find(x, "converge", e->node, "%s: registered with another IPv4 home address than at its home agent", e->apn);
	if (!registered && c.state == DSMIP_BCE_ACTIVE)
		swarm_find(x, "converge", e->node, "%s: at home, and its home agent has a binding", e->apn);
}

/* One IKE SA for each PDN connection [24.303 4.3]; at home it may be missing until it is needed. */
static void associations(struct swarm_watch *x, const struct each *e, unsigned attached, unsigned registered)
{
	struct ike *k = ike_of(ue_host(e->ue));
	struct ipsec *s = ipsec_of(ue_host(e->ue));

	if (!k)
		return;
	if (ike_sas(k) < registered || ike_sas(k) > attached)
		swarm_find(x, attached ? "converge" : "left", e->node, "%u IKE SAs, %u PDN connections, %u registered", ike_sas(k),
			   attached, registered);
	if (!attached && s && ipsec_children(s))
		swarm_find(x, "left", e->node, "detached, with %u child SAs", ipsec_children(s));
}

/* Home agents have what their UEs have, and nothing besides. */
static void agents(struct swarm_watch *x, moor_time until, bool entries)
{
	struct each e = { 0 };
	struct fix *f;
	unsigned bound = 0, most = 0, attached = 0, sas = 0, bindings = 0, sessions = 0, held = 0;

	while (swarm_next(x, &e)) {
		bound += dsmip_ue_state(e.d) == DSMIP_REGISTERED;
		most += dsmip_ue_state(e.d) != DSMIP_IDLE && dsmip_ue_state(e.d) != DSMIP_HOME;
		attached += told(x, &e, until);
		sas += !e.pdn && ike_of(ue_host(e.ue)) ? ike_sas(ike_of(ue_host(e.ue))) : 0;
	}
	for (guint i = 0; (f = next_agent(x, &i));) {
		struct ike *k = ike_of(f->host);

		bindings += dsmip_ha_bindings(ha_dsmip(f->ha));
		held += dsmip_ha_entries(ha_dsmip(f->ha));
		if (!k)
			continue;
		sessions += s2c_ha_sessions(ha_security(f->ha));
		sas -= ike_sas(k);
		if (ike_half_open(k))
			swarm_find(x, "half-open", moor_node_id(f->node), "%u half-open IKE SAs", ike_half_open(k));
	}
	if (bindings < bound || bindings > most)
		swarm_find(x, "stray", REC_NONE, "%u bindings in the caches, %u UEs registered", bindings, bound);
	if (entries && held > most)
		swarm_find(x, "stray", REC_NONE, "%u entries in the caches, %u UEs registered", held, bound);
	if (sas)
		swarm_find(x, "stray", REC_NONE, "home agents have %d IKE SAs more than UEs", -(int)sas);
	if (sessions > attached)
		swarm_find(x, "stray", REC_NONE, "%u sessions at home agents, %u UEs attached", sessions, attached);
}

static void population(struct swarm_watch *x, moor_time until, bool entries)
{
	struct each e = { 0 };
	unsigned attached = 0, registered = 0;

	while (swarm_next(x, &e)) {
		attached = told(x, &e, until) + (e.pdn ? attached : 0);
		registered = (dsmip_ue_state(e.d) == DSMIP_REGISTERED) + (e.pdn ? registered : 0);
		if (told(x, &e, until))
			is_there(x, &e);
		else
			left_nothing(x, &e);
		if (!ue_pdn(e.group->ue[e.k], e.next))
			associations(x, &e, attached, registered);
	}
	agents(x, until, entries);
}

void swarm_check_settled(struct swarm_watch *x)
{
	population(x, x->settled, false);
	if (x->anchors)
		swarm_pmip_settled(x);
}

/* Behind a NAT that forgets an idle UE, packets may be lost until it speaks; between two bindings too. */
static bool may_be_deaf(struct swarm_watch *x, const struct each *e)
{
	if (!e->group->n->refresh || (x->anchors && swarm_pmip_lapses(x, e->node)))
		return true;
	for (guint i = 0; i < x->b->n_fix; i++) {
		const struct scen_node *n = x->b->fix[i].n;

		if (n && n->nat && e->bul.valid && e->bul.udp
			&& (!e->bul.keepalive || e->bul.keepalive > n->nat->udp_timeout - 2 * MOOR_S))
			return true;
	}
	return false;
}

/* Every ping of the flows of the end is answered. */
void swarm_answered(struct swarm_watch *x, uint32_t node, uint32_t flow)
{
	const struct watch_flow *w = &x->flow[flow * 2];
	const char *name = scen_flow_numbered(x->s, flow)->flow;
	unsigned way = w[1].sent > 0;

	if ((w->source != node && w->sink != node) || !g_str_has_prefix(name, "end-"))
		return;
	if (!w[way].sent)
		swarm_find(x, "reach", node, "%s sent nothing", name);
	else if (w[!way].arrived < w[way].sent)
		swarm_find(x, "reach", node, "%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " packets of %s were answered",
			   w[!way].arrived, w[way].sent, name);
}

static void reached(struct swarm_watch *x, const struct each *e, uint32_t flow)
{
	const struct scen_flow *f = scen_flow_numbered(x->s, flow);

	if (f->pdn ? !strcmp(f->pdn, e->apn) : !e->pdn)
		swarm_answered(x, e->node, flow);
}

void swarm_check_reached(struct swarm_watch *x)
{
	struct each e = { 0 };

	while (swarm_next(x, &e))
		for (uint32_t i = 0; i < x->b->n_flows && told(x, &e, x->settled) && !may_be_deaf(x, &e); i++)
			reached(x, &e, i);
	if (x->anchors)
		swarm_pmip_reached(x);
}

void swarm_check_end(struct swarm_watch *x)
{
	const char *what;
	uint64_t left = moor_world_leaks(x->w, &what);

	if (x->leaving != MOOR_NEVER)
		population(x, x->s->duration, true);
	if (x->anchors && x->leaving != MOOR_NEVER)
		swarm_pmip_end(x);
	if (left != net_packets_held(x->w) + ike_packets_held(x->w))
		swarm_find(x, "leak", REC_NONE, "%" G_GUINT64_FORMAT " objects (%s) are nobody's", left, what ? what : "?");
}
