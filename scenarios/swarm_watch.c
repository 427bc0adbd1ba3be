/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: what must never be seen
 *
 * The swarm's invariants about single records: state machines go legal ways [24.303 5.1], sequence numbers advance
 * modulo 2^16 [RFC 6275 9.5.1, 11.7.1], Binding Updates keep their rate [RFC 6275 11.8], what we send satisfies its
 * profile [24.303 A.1], user packets reach their own UE once and alone, a NAT does not forget a UE that keeps its
 * mapping alive [24.303 5.3.2], a home agent does not forget a binding before its UE does [RFC 6275 10.3.1]. It
 * implements no clause.
 */
#include <string.h>

#include "proto/dsmip_ue_flow.h"
#include "scenarios/expect.h"
#include "scenarios/pmip.h"
#include "scenarios/swarm_watch.h"
#include "wire/mh.h"

const char *const swarm_count_names[SWARM_COUNTS] = {
	"binding updates", "accepted", "refused", "movements", "security associations", "NAT mappings", "packets delivered",
	"frames lost", "actions"
};

const char *swarm_node_name(const struct swarm_watch *x, uint32_t node)
{
	return node < moor_node_count(x->w) ? moor_node_name(moor_node_at(x->w, node)) : "-";
}

void swarm_find(struct swarm_watch *x, const char *invariant, uint32_t node, const char *fmt, ...)
{
	struct swarm_finding *f = &x->out->finding[MIN(x->out->n, SWARM_FINDINGS - 1)];
	va_list ap;

	if (x->out->n++ >= SWARM_FINDINGS)
		return;
	f->at = moor_world_now(x->w);
	g_strlcpy(f->invariant, invariant, sizeof f->invariant);
	g_strlcpy(f->node, swarm_node_name(x, node), sizeof f->node);
	va_start(ap, fmt);
	g_vsnprintf(f->text, sizeof f->text, fmt, ap);
	va_end(ap);
}

static struct ue *ue_of(struct swarm_watch *x, uint32_t node)
{
	struct member m = build_member(x->b, node);

	return m.group ? m.group->ue[m.index] : NULL;
}

bool swarm_next(struct swarm_watch *x, struct each *e)
{
	for (; e->g < x->b->n_groups; e->g++, e->k = 0)
		for (e->group = &x->b->groups[e->g]; e->k < e->group->n->count; e->k++, e->next = 0) {
			e->ue = ue_pdn(e->group->ue[e->k], e->next);
			if (!e->ue)
				continue;
			e->pdn = e->next++;
			e->d = ue_dsmip(e->ue);
			e->bul = dsmip_ue_binding(e->d);
			e->node = e->group->ordinal + e->k;
			e->watch = &x->node[e->node].pdn[e->pdn];
			e->apn = e->pdn ? ((const struct scen_pdn *)e->group->n->pdns->pdata[e->pdn - 1])->apn : e->group->n->apn;
			return true;
		}
	return false;
}

/* ---- state machines ---------------------------------------------------------------------------------------------- */

static void on_state(struct swarm_watch *x, const struct moor_record *r)
{
	const struct fsm *m = r->u.state.machine;
	unsigned from = r->u.state.from, to = r->u.state.to;

	if (from >= m->n_states || to >= m->n_states || !fsm_follows(m, from, to))
		swarm_find(x, "machine", r->node, "%s went from state %u to %u", m->name, from, to);
	for (unsigned k = 0; scen_machines[k] && k < SWARM_MACHINES; k++)
		if (scen_machines[k] == m && from < FSM_MAX_STATES && to < FSM_MAX_STATES)
			x->out->followed[k][from] |= 1u << to;
}

/* ---- Binding Updates --------------------------------------------------------------------------------------------- */

static char *sequence_key(uint32_t node, const struct ip6_addr *hoa)
{
	return g_strdup_printf("%u/%" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT, node, ip6_high64(hoa), ip6_low64(hoa));
}

/* strict: the same number again is a fault too. */
static void advance(struct swarm_watch *x, uint32_t node, const struct ip6_addr *hoa, uint16_t sequence, bool strict)
{
	char *key = sequence_key(node, hoa);
	guint last = GPOINTER_TO_UINT(g_hash_table_lookup(x->sequences, key));
	uint16_t step = (uint16_t)(sequence - (last - 1));

	if (last && (step > 0x8000 || (strict && !step)))
		swarm_find(x, "sequence", node, "number %u after %u", sequence, last - 1);
	g_hash_table_replace(x->sequences, key, GUINT_TO_POINTER(sequence + 1u));
}

static gboolean of_node(gpointer key, gpointer value, gpointer node)
{
	(void)value;
	return g_ascii_strtoull(key, NULL, 10) == GPOINTER_TO_UINT(node);
}

static void forget_sequences(struct swarm_watch *x, uint32_t node)
{
	g_hash_table_foreach_remove(x->sequences, of_node, GUINT_TO_POINTER(node));
}

static void forget_sequence(struct swarm_watch *x, uint32_t node, const struct ip6_addr *hoa)
{
	char *key = sequence_key(node, hoa);

	g_hash_table_remove(x->sequences, key);
	g_free(key);
}

static void on_bu(struct swarm_watch *x, const struct moor_record *r)
{
	struct watch_pdn *n = &x->node[r->node].pdn[MIN(r->instance, DSMIP_PDN_MAX - 1)];
	unsigned rate = MIN(x->update_rate, SWARM_BU_TIMES - 1);

	x->out->count[SWARM_BUS]++;
	n->excused |= !r->u.signal.lifetime;	/* whether it is gone the UE may never hear */
	advance(x, r->node, &r->u.signal.home_address, r->u.signal.sequence, true);
	if (n->bus >= rate && r->at - n->bu_at[(n->bus - rate) % SWARM_BU_TIMES] < 1 * MOOR_S)
		swarm_find(x, "rate", r->node, "%u binding updates within a second", rate + 1);
	n->bu_at[n->bus++ % SWARM_BU_TIMES] = r->at;
}

static void on_signal(struct swarm_watch *x, const struct moor_record *r)
{
	if (x->anchors)
		swarm_pmip_signal(x, r);
	if (r->u.signal.protocol != SIGNAL_MH || !ue_of(x, r->node))
		return;
	if (r->kind == REC_SIGNAL_TX && r->u.signal.type == MH_BU)
		on_bu(x, r);
}

/* ---- bindings ---------------------------------------------------------------------------------------------------- */

/* The PDN connection whose binding this is now. */
static bool bound(struct swarm_watch *x, const struct ip6_addr *hoa, struct each *e)
{
	while (swarm_next(x, e))
		if (e->bul.valid && ip6_eq(&e->bul.home_address, hoa))
			return true;
	return false;
}

/* Until when the UE counts on what the home agent has forgotten: of several care-of addresses, on this one. */
static moor_time counts_until(const struct each *e, uint16_t bid)
{
	struct dsmip_ue_bid b;

	if (!bid)
		return e->bul.expires;
	for (unsigned n = 0; dsmip_ue_bid_at(e->d, n, &b); n++)
		if (b.bid == bid)
			return b.expires;
	return 0;
}

/* What was taken away is there again: from now on it must stay. */
static void forgive_no_more(struct swarm_watch *x, const struct ip6_addr *hoa)
{
	struct each e = { 0 };

	while (swarm_next(x, &e))
		if (ip6_eq(&e.bul.home_address, hoa))
			e.watch->excused = false;
}

/* By an order of the AAA server, which took its time: the UE is about to hear of it. */
static void forgive(struct swarm_watch *x, const struct ip6_addr *hoa)
{
	struct each e = { 0 };

	while (x->ends && swarm_next(x, &e))
		if (ip6_eq(&e.bul.home_address, hoa))
			e.watch->excused = true;
}

static void on_cache(struct swarm_watch *x, const struct moor_record *r)
{
	struct each e = { 0 };
	moor_time until = 0;

	switch (r->u.binding.what) {
	case BINDING_CREATED:
	case BINDING_UPDATED:
	case BINDING_REFRESHED:
		advance(x, r->node, &r->u.binding.home_address, r->u.binding.sequence, false);
		forgive_no_more(x, &r->u.binding.home_address);
		x->out->count[SWARM_ACCEPTED]++;
		break;
	case BINDING_REFUSED:
		x->out->count[SWARM_REFUSED]++;
		break;
	case BINDING_EXPIRED:
		if (bound(x, &r->u.binding.home_address, &e) && !e.watch->excused && !e.watch->restarted)
			until = counts_until(&e, r->u.binding.bid);
		if (until > r->at + MOOR_MS)
			swarm_find(x, "expiry", r->node, "forgot the binding of %s, which counts on it for %" G_GINT64_FORMAT
				   " ms more", swarm_node_name(x, e.node), (until - r->at) / MOOR_MS);
		forget_sequence(x, r->node, &r->u.binding.home_address);
		break;
	case BINDING_REVOKED:
		forgive(x, &r->u.binding.home_address);
		forget_sequence(x, r->node, &r->u.binding.home_address);
		break;
	case BINDING_DEREGISTERED:
		forget_sequence(x, r->node, &r->u.binding.home_address);
		break;
	}
}

static void on_binding(struct swarm_watch *x, const struct moor_record *r)
{
	if (x->anchors && swarm_pmip_binding(x, r))
		return;
	if (r->u.binding.at_home_agent)
		on_cache(x, r);
	else if (r->u.binding.what == BINDING_UPDATED || r->u.binding.what == BINDING_REFRESHED)
		x->node[r->node].pdn[MIN(r->instance, DSMIP_PDN_MAX - 1)].restarted = false;
}

/* ---- user packets ------------------------------------------------------------------------------------------------ */

static void on_data(struct swarm_watch *x, const struct moor_record *r)
{
	uint32_t number = r->u.data.flow * 2 + r->u.data.direction;
	struct watch_flow *f;
	gint64 *key;

	if (!x->flow || r->u.data.flow >= x->b->n_flows || r->u.data.direction > 1) {
		swarm_find(x, "delivery", r->node, "a packet of no flow");
		return;
	}
	f = &x->flow[number];
	if (r->kind == REC_DATA_TX) {
		f->sent = MAX(f->sent, r->u.data.sequence + 1);
		return;
	}
	x->out->count[SWARM_DELIVERED]++;
	if (r->node != f->sink)
		swarm_find(x, "delivery", r->node, "got packet %" G_GUINT64_FORMAT " of flow %u, which is for %s", r->u.data.sequence,
			   r->u.data.flow, swarm_node_name(x, f->sink));
	key = g_new(gint64, 1);
	*key = (gint64)r->u.data.sequence;
	if (g_hash_table_add(f->seen, key))
		f->arrived++;
	else if (!x->duplicates)
		swarm_find(x, "twice", r->node, "packet %" G_GUINT64_FORMAT " of flow %u arrived again", r->u.data.sequence,
			   r->u.data.flow);
}

/* ---- what was sent, and NATs ------------------------------------------------------------------------------------- */

static void on_deviation(struct swarm_watch *x, const struct moor_record *r)
{
	if (r->u.deviation.sent)
		swarm_find(x, "profile", r->node, "sent a message with %s [%s]", r->u.deviation.id, r->u.deviation.clause);
}

/* Is this the address of the UE's home agent? Mappings that do not depend on it name whom they were made for. */
static bool remote_is(struct swarm_watch *x, const struct dsmip_bul *l, struct ip4_addr remote)
{
	for (guint i = 0; i < x->b->n_fix; i++) {
		struct dsmip_ha_addr a;

		if (!x->b->fix[i].n || x->b->fix[i].n->kind != NODE_HA)
			continue;
		a = build_ha_address(x->b, &x->b->fix[i]);
		if (ip6_eq(&a.a6, &l->home_agent) && ip4_eq(a.a4, remote))
			return true;
	}
	return false;
}

/* Is one of the UE's interfaces on a link of this node? */
static bool is_near(struct swarm_watch *x, const struct ue *u, const struct fix *f)
{
	const struct moor_port *p;

	for (unsigned i = 0; (p = ue_port(u, i)); i++)
		for (guint k = 0; k < f->n_ifaces; k++)
			if (moor_port_link(p) == x->b->links[f->iface[k].link])
				return true;
	return false;
}

/* [24.303 5.3.2] only in the calm, when no keepalive is lost on its way */
static void mapping_gone(struct swarm_watch *x, const struct moor_record *r)
{
	struct ip6_addr inside = ip6_mapped(r->u.nat.inside);
	struct member box = build_member(x->b, r->node);
	moor_time timeout = box.fix && box.fix->n->nat ? box.fix->n->nat->udp_timeout : 0;

	struct each e = { 0 };

	while (swarm_next(x, &e)) {
		const struct dsmip_bul *l = &e.bul;

		if (l->valid && l->udp && l->keepalive && l->keepalive < timeout - 2 * MOOR_S && ip6_eq(&l->care_of, &inside)
			&& is_near(x, e.ue, box.fix) && remote_is(x, l, r->u.nat.remote))
			swarm_find(x, "keepalive", e.node, "a NAT forgot it after %" G_GINT64_FORMAT " s; keepalives every %"
				   G_GINT64_FORMAT " s", timeout / MOOR_S, l->keepalive / MOOR_S);
	}
}

static void on_nat(struct swarm_watch *x, const struct moor_record *r)
{
	x->out->count[SWARM_NATS] += r->u.nat.what == NAT_CREATED;
	if (r->u.nat.what == NAT_EXPIRED && r->u.nat.inside_port == DSMIP_UDP_PORT && x->settled != MOOR_NEVER
		&& r->at > x->settled)
		mapping_gone(x, r);
}

/* ---- actions ----------------------------------------------------------------------------------------------------- */

static void excuse_all(struct swarm_watch *x)
{
	struct each e = { 0 };

	while (swarm_next(x, &e))
		e.watch->excused = true;
}

static void on_action(struct swarm_watch *x, const struct moor_record *r)
{
	const struct scen_action *a = x->s->timeline->pdata[r->instance];

	x->out->count[SWARM_ACTIONS]++;
	if (a->verb == DO_REBOOT || a->verb == DO_SET_SEQUENCE || a->verb == DO_DROP_BINDING)
		forget_sequences(x, r->node);
	if (a->verb == DO_REBOOT)
		for (unsigned k = 0; k < DSMIP_PDN_MAX; k++)
			x->node[r->node].pdn[k] = (struct watch_pdn){ .excused = true, .restarted = true };
	x->partly |= a->verb == DO_REVOKE && a->ip4_only;
	x->ends |= a->verb == DO_REAUTHENTICATE || a->verb == DO_ABORT_SESSION;
	/* what takes bindings away behind a UE's back */
	if ((a->verb == DO_REBOOT && !ue_of(x, r->node)) || a->verb == DO_DROP_BINDING || a->verb == DO_ABORT_SESSION
		|| a->verb == DO_REALLOCATE || a->verb == DO_REVOKE || a->verb == DO_DETACH_NETWORK)
		excuse_all(x);
}

static void on_move(struct swarm_watch *x, const struct moor_record *r)
{
	x->out->count[SWARM_MOVES] += r->u.move.what == MOVE_STARTED;
	x->out->count[SWARM_SECURED] += r->u.move.what == MOVE_SECURED;
}

void swarm_watch_record(void *ctx, const struct moor_record *r)
{
	struct swarm_watch *x = ctx;

	if (r->kind == REC_STATE)
		on_state(x, r);
	else if (r->kind == REC_SIGNAL_TX || r->kind == REC_SIGNAL_RX)
		on_signal(x, r);
	else if (r->kind == REC_BINDING)
		on_binding(x, r);
	else if (r->kind == REC_DATA_TX || r->kind == REC_DATA_RX)
		on_data(x, r);
	else if (r->kind == REC_DEVIATION)
		on_deviation(x, r);
	else if (r->kind == REC_NAT)
		on_nat(x, r);
	else if (r->kind == REC_ACTION)
		on_action(x, r);
	else if (r->kind == REC_MOVE)
		on_move(x, r);
	else if (r->kind == REC_FRAME_TX)
		swarm_pmip_frame(x, r);
	else if (r->kind == REC_FRAME_DROP)
		x->out->count[SWARM_LOST]++;
}

/* ---- beginning and end ------------------------------------------------------------------------------------------- */

static bool copies(const struct scenario *s)
{
	for (guint i = 0; i < s->links->len; i++)
		if (((const struct scen_link *)s->links->pdata[i])->impair.duplicate)
			return true;
	for (guint i = 0; i < s->timeline->len; i++) {
		const struct scen_action *a = s->timeline->pdata[i];

		if (a->params && a->params->impair.duplicate)
			return true;
	}
	return false;
}

static moor_time labelled(const struct scenario *s, const char *label)
{
	for (guint i = 0; i < s->timeline->len; i++) {
		const struct scen_action *a = s->timeline->pdata[i];

		if (a->label && !strcmp(a->label, label))
			return a->at;
	}
	return MOOR_NEVER;
}

void swarm_watch_begin(struct swarm_watch *x)
{
	uint64_t kinds = REC_BIT(REC_STATE) | REC_BIT(REC_SIGNAL_TX) | REC_BIT(REC_SIGNAL_RX) | REC_BIT(REC_BINDING)
		| REC_BIT(REC_DATA_TX) | REC_BIT(REC_DATA_RX) | REC_BIT(REC_DEVIATION) | REC_BIT(REC_NAT) | REC_BIT(REC_ACTION)
		| REC_BIT(REC_MOVE) | REC_BIT(REC_FRAME_DROP);
	guint n = 0;

	for (guint i = 0; i < x->s->nodes->len; i++) {
		const struct scen_node *node = x->s->nodes->pdata[i];

		n += (guint)node->count;
		x->anchors = x->anchors || pmip_is_anchor(node);
	}
	if (x->anchors)
		kinds |= REC_BIT(REC_FRAME_TX);
	x->node = g_new0(struct watch_node, n + 1);
	x->sequences = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	x->changed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	x->taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	x->update_rate = (uint32_t)timer_rows[T_UPDATE_RATE].def;
	x->duplicates = copies(x->s);
	x->calm = labelled(x->s, "calm");
	x->settled = labelled(x->s, "settled");
	x->leaving = labelled(x->s, "leaving");
	moor_record_sink(x->w, kinds, swarm_watch_record, x);
}

static void flow_ends(struct swarm_watch *x, const struct scen_flow *f, uint32_t number)
{
	GArray *from = build_select(x->b, f->from->text), *to = build_select(x->b, f->to->text);
	uint32_t k = number - scen_flow_number(x->s, f, 0);
	uint32_t a = g_array_index(from, uint32_t, MIN(k, from->len - 1));
	uint32_t z = g_array_index(to, uint32_t, MIN(k, to->len - 1));
	struct member from_end = build_member(x->b, a), to_end = build_member(x->b, z);
	unsigned first = !to_end.fix && from_end.fix ? 0 : 1;

	x->flow[number * 2 + first].source = x->flow[number * 2 + !first].sink = a;
	x->flow[number * 2 + first].sink = x->flow[number * 2 + !first].source = z;
	g_array_unref(from);
	g_array_unref(to);
}

void swarm_watch_flows(struct swarm_watch *x)
{
	x->n_flows = x->b->n_flows;
	x->flow = g_new0(struct watch_flow, x->n_flows * 2 + 1);
	for (uint32_t i = 0; i < x->n_flows; i++) {
		flow_ends(x, scen_flow_numbered(x->s, i), i);
		x->flow[i * 2].seen = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
		x->flow[i * 2 + 1].seen = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	}
}

void swarm_watch_end(struct swarm_watch *x)
{
	for (uint32_t i = 0; i < x->n_flows * 2; i++)
		g_hash_table_unref(x->flow[i].seen);
	g_free(x->flow);
	g_free(x->node);
	if (x->sequences)
		g_hash_table_unref(x->sequences);
	if (x->changed)
		g_hash_table_unref(x->changed);
	if (x->taken)
		g_hash_table_unref(x->taken);
}
