/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Collects a timeline from records: who takes part, and for each of them what its lanes show. Only nodes that may be
 * shown are followed, so that a run of a million nodes costs one look-up per record. The drawing is apart. No clause.
 */
#include "traces/timeline_internal.h"

#include <string.h>

#include "wire/mh.h"

#define PORTS_SHOWN 4u
#define MACHINES_SHOWN 6u
#define FLOWS_SHOWN 4u			/* lanes of a node */
#define NODES_KNOWN (1u << 24)
enum { MH_PROTOCOL = 135, REFUSED = 128 };

struct timeline *timeline_new(const struct trace_names *names, const char *title)
{
	struct timeline *t = g_new0(struct timeline, 1);

	t->names = *names;
	t->title = g_strdup(title);
	t->texts = g_string_chunk_new(512);
	t->nodes = g_ptr_array_new();
	t->slots = g_byte_array_new();
	t->early = g_array_new(FALSE, FALSE, sizeof(struct tl_early));
	t->states = g_ptr_array_new();
	map_init(&t->flows);
	return t;
}

static void track_free(struct tl_track *t)
{
	if (t->bars)
		g_array_free(t->bars, TRUE);
}

static void node_free(struct tl_node *n)
{
	for (guint i = 0; i < n->lanes->len; i++) {
		struct tl_lane *l = n->lanes->pdata[i];

		for (int k = 0; k < TL_PHASES; k++)
			track_free(&l->tracks[k]);
		g_free(l->flow);
		g_free(l->label);
		g_free(l);
	}
	g_ptr_array_free(n->lanes, TRUE);
	g_free(n);
}

void timeline_free(struct timeline *t)
{
	if (!t)
		return;
	for (guint i = 0; i < t->nodes->len; i++)
		node_free(t->nodes->pdata[i]);
	g_ptr_array_free(t->nodes, TRUE);
	g_ptr_array_free(t->states, TRUE);
	g_byte_array_free(t->slots, TRUE);
	g_array_free(t->early, TRUE);
	track_free(&t->actions);
	track_free(&t->failures);
	track_free(&t->met);
	map_done(&t->flows);
	g_string_chunk_free(t->texts);
	g_free(t->title);
	g_free(t);
}

void timeline_page(struct timeline *t, double width, moor_time from, moor_time to)
{
	t->wanted = width;
	t->from = from;
	t->to = to;
}

void timeline_names(struct timeline *t, const struct trace_names *names)
{
	t->names = *names;
}

static const char *keep(struct timeline *t, const char *text)
{
	return g_string_chunk_insert_const(t->texts, text ? text : "");
}

/* ---- lanes --------------------------------------------------------------------------------------- */

struct tl_lane *timeline_lane(struct tl_node *n, enum tl_lane_kind kind, uint32_t key, uint32_t instance,
			      const char *machine)
{
	for (guint i = 0; i < n->lanes->len; i++) {
		struct tl_lane *l = n->lanes->pdata[i];

		if (l->kind == kind && l->key == key && l->instance == instance && l->machine == machine)
			return l;
	}
	return NULL;
}

struct tl_lane *timeline_lane_add(struct tl_node *n, struct tl_lane lane, char *label)
{
	struct tl_lane *l = g_memdup2(&lane, sizeof(lane));

	l->label = label;
	g_ptr_array_add(n->lanes, l);
	return l;
}

static guint lanes_of(const struct tl_node *n, enum tl_lane_kind kind)
{
	guint count = 0;

	for (guint i = 0; i < n->lanes->len; i++)
		count += ((struct tl_lane *)n->lanes->pdata[i])->kind == kind;
	return count;
}

/* The only lane of that kind. */
static struct tl_lane *one_lane(struct tl_node *n, enum tl_lane_kind kind, const char *label)
{
	struct tl_lane *l = timeline_lane(n, kind, 0, 0, NULL);

	return l ? l : timeline_lane_add(n, (struct tl_lane){ .kind = kind }, g_strdup(label));
}

static const char *port_name(struct timeline *t, uint32_t port, uint32_t node)
{
	uint32_t owner = REC_NONE;
	const char *link = NULL, *name = t->names.port ? t->names.port(t->names.ctx, port, &owner, &link, NULL) : NULL;

	return owner == node ? name : NULL;
}

static void carrier(struct timeline *t, struct tl_node *n, uint32_t port, moor_time at, const char *link)
{
	struct tl_lane *l = timeline_lane(n, LANE_LINK, port, 0, NULL);
	const char *name;

	if (!l && lanes_of(n, LANE_LINK) >= PORTS_SHOWN)
		return;
	if (!l) {
		name = port_name(t, port, n->id);
		l = timeline_lane_add(n, (struct tl_lane){ .kind = LANE_LINK, .key = port },
				      g_strdup_printf("link of %s", name ? name : "its interface"));
	}
	lane_switch(l, at, link);
}

static char *machine_label(struct timeline *t, const struct tl_node *n, const char *machine, uint32_t instance)
{
	const char *port = instance ? port_name(t, instance, n->id) : NULL;

	if (!instance)
		return g_strdup(machine);
	return port ? g_strdup_printf("%s %s", machine, port) : g_strdup_printf("%s %u", machine, instance);
}

static void state(struct timeline *t, struct tl_node *n, const struct tl_early *e)
{
	struct tl_lane *l = timeline_lane(n, LANE_STATE, 0, e->key, e->machine);
	guint most = MACHINES_SHOWN;

	/* a home agent has a machine for each binding */
	if (n->rank == RANK_NETWORK)
		most = timeline_owner(t, &n->home) ? TL_STRANGERS + TIMELINE_NODES : TL_STRANGERS;

	if (!l && lanes_of(n, LANE_STATE) >= most)
		return;
	if (!l) {
		l = timeline_lane_add(n, (struct tl_lane){ .kind = LANE_STATE, .instance = e->key, .machine = e->machine },
				      machine_label(t, n, e->machine, e->key));
		lane_switch(l, 0, e->from);
	}
	lane_switch(l, e->at, e->to);
}

/* ---- nodes --------------------------------------------------------------------------------------- */

static uint8_t *slot_of(struct timeline *t, uint32_t id)
{
	if (id >= NODES_KNOWN)
		return NULL;
	if (id >= t->slots->len) {
		guint before = t->slots->len, n = MAX(id + 1, 2 * before);

		g_byte_array_set_size(t->slots, n);
		memset(t->slots->data + before, 0, n - before);
	}
	return t->slots->data + id;
}

static struct tl_node *known(struct timeline *t, uint32_t id)
{
	uint8_t slot = id < t->slots->len ? t->slots->data[id] : 0;

	return slot && slot != SLOT_NONE ? t->nodes->pdata[slot - 1] : NULL;
}

static void apply(struct timeline *t, struct tl_node *n, const struct tl_early *e)
{
	if (e->machine)
		state(t, n, e);
	else
		carrier(t, n, e->key, e->at, e->up ? e->to : NULL);
}

static struct tl_node *admit(struct timeline *t, uint32_t id, enum tl_rank rank)
{
	uint8_t *slot = slot_of(t, id);
	char buf[32];
	struct tl_node *n;
	guint out = 0;

	if (!slot || *slot)
		return slot ? known(t, id) : NULL;
	if (t->ranks[rank] >= TIMELINE_NODES) {
		*slot = SLOT_NONE;
		t->left_out++;
		return NULL;
	}
	t->ranks[rank]++;
	n = g_new0(struct tl_node, 1);
	n->id = id;
	n->rank = rank;
	n->name = keep(t, trace_node_name(&t->names, id, buf));
	n->lanes = g_ptr_array_new();
	g_ptr_array_add(t->nodes, n);
	*slot = (uint8_t)t->nodes->len;
	for (guint i = 0; i < t->early->len; i++) {
		struct tl_early e = g_array_index(t->early, struct tl_early, i);

		if (e.node == id)
			apply(t, n, &e);
		else
			g_array_index(t->early, struct tl_early, out++) = e;
	}
	g_array_set_size(t->early, out);
	return n;
}

/* Only mobile nodes have a radio that tells. */
static void radio(struct timeline *t, const struct moor_record *r)
{
	struct tl_node *n = admit(t, r->node, RANK_MOBILE);
	struct tl_lane *l = n ? timeline_lane(n, LANE_RADIO, r->port, 0, NULL) : NULL;
	const char *name;

	if (!n || (!l && lanes_of(n, LANE_RADIO) >= PORTS_SHOWN))
		return;
	if (!l) {
		name = port_name(t, r->port, n->id);
		l = timeline_lane_add(n, (struct tl_lane){ .kind = LANE_RADIO, .key = r->port },
				      g_strdup_printf("radio of %s", name ? name : "its interface"));
	}
	timeline_radio(t, l, r);
}

/* Whether it matters who this is: not when nobody will be followed any more. */
static bool may_matter(const struct timeline *t, uint32_t id)
{
	return (id >= t->slots->len || t->slots->data[id] != SLOT_NONE)
		&& (t->ranks[RANK_MOBILE] < TIMELINE_NODES || t->ranks[RANK_NETWORK] < TIMELINE_NODES);
}

/* Carriers and states say nothing of a node's part: they are kept until something does. */
static void link_or_state(struct timeline *t, const struct moor_record *r)
{
	struct tl_node *n = known(t, r->node);
	const struct fsm *m = r->kind == REC_STATE ? r->u.state.machine : NULL;
	struct tl_early e = { .at = r->at, .node = r->node };

	if (!n && (!may_matter(t, r->node) || t->early->len >= TL_EARLY))
		return;
	if (r->kind == REC_STATE) {
		if (!m || r->u.state.from >= m->n_states || r->u.state.to >= m->n_states)
			return;
		e.key = r->instance;
		e.machine = keep(t, m->name);
		e.from = keep(t, m->states[r->u.state.from].name);
		e.to = keep(t, m->states[r->u.state.to].name);
	} else {
		e.key = r->port;
		e.to = keep(t, r->u.carrier.link);
		e.up = r->u.carrier.up;
	}
	if (n)
		apply(t, n, &e);
	else
		g_array_append_val(t->early, e);
}

/* ---- messages, bindings, mappings ---------------------------------------------------------------- */

static uint8_t look_of(const struct rec_signal *g)
{
	if (g->protocol != MH_PROTOCOL)
		return LOOK_OTHER;
	if (g->type == MH_BU)
		return LOOK_BU;
	if (g->type != MH_BA)
		return LOOK_OTHER;
	return g->status >= REFUSED ? LOOK_REFUSED : LOOK_BA;
}

static void message(struct timeline *t, const struct moor_record *r)
{
	const struct rec_signal *g = &r->u.signal;
	bool sent = r->kind == REC_SIGNAL_TX, bu = g->protocol == MH_PROTOCOL && g->type == MH_BU;
	struct tl_node *n = bu ? admit(t, r->node, sent ? RANK_MOBILE : RANK_NETWORK) : known(t, r->node);

	/* each exchange is shown once, at the mobile node; a home agent would show those of everybody */
	if (n && bu)
		n->home = g->home_address;
	if (!n || n->rank != RANK_MOBILE)
		return;
	track_add(&one_lane(n, LANE_SIGNALS, "signalling")->tracks[sent ? 0 : 1],
		  (struct tl_bar){ .from = r->at, .to = r->at, .look = look_of(g) });
}

/* The entry's state machine has just been created under the same number. */
static void binding(struct timeline *t, const struct moor_record *r)
{
	struct tl_node *n;

	if (!r->u.binding.at_home_agent)
		return;
	n = admit(t, r->node, RANK_NETWORK);
	for (guint i = 0; n && i < n->lanes->len; i++) {
		struct tl_lane *l = n->lanes->pdata[i];

		if (l->kind == LANE_STATE && l->instance == r->instance)
			l->home = r->u.binding.home_address;
	}
}

static void mapping(struct timeline *t, const struct moor_record *r)
{
	static const char *const names[] = { "made", "expired", "moved", "refused" };
	struct tl_node *n = admit(t, r->node, RANK_NETWORK);
	bool refused = r->u.nat.what == NAT_REFUSED;

	if (n)
		track_add(&one_lane(n, LANE_NAT, "NAT mappings")->tracks[0], (struct tl_bar){ .from = r->at, .to = r->at,
			.label = keep(t, names[r->u.nat.what]), .look = refused ? LOOK_REFUSED : LOOK_OTHER });
}

/* ---- user data ----------------------------------------------------------------------------------- */

static struct tl_node *flow_node(struct timeline *t, const struct moor_record *r, bool at_mobile)
{
	struct map_key key = { r->u.data.flow, 0 };
	struct tl_node *n;
	uint32_t id;

	if (map_get(&t->flows, key, &id))
		return known(t, id);
	n = at_mobile ? admit(t, r->node, RANK_MOBILE) : known(t, r->node);
	if (at_mobile || n)
		map_put(&t->flows, key, r->node);
	return n;
}

static void data(struct timeline *t, const struct moor_record *r)
{
	bool sent = r->kind == REC_DATA_TX, up = r->u.data.direction == 1;
	struct tl_node *n = flow_node(t, r, sent == up);
	uint32_t key = r->u.data.flow * 2 + up;
	struct tl_lane *l = n ? timeline_lane(n, LANE_FLOW, key, 0, NULL) : NULL;

	if (!n)
		return;
	if (!l) {
		if (lanes_of(n, LANE_FLOW) >= FLOWS_SHOWN || t->flow_lanes >= TL_FLOWS)
			return;
		t->flow_lanes++;
		l = timeline_lane_add(n, (struct tl_lane){ .kind = LANE_FLOW, .key = key, .flow = g_new0(struct tl_flow, 1) },
				      g_strdup_printf("flow %u %s", r->u.data.flow, up ? "up" : "down"));
	}
	if (sent)
		flow_sent(l->flow, r);
	else
		flow_received(l, r);
}

/* ---- the outside --------------------------------------------------------------------------------- */

void timeline_record(void *timeline, const struct moor_record *r)
{
	struct timeline *t = timeline;

	if (r->kind == REC_DATA_TX || r->kind == REC_DATA_RX)
		data(t, r);
	else if (r->kind == REC_SIGNAL_TX || r->kind == REC_SIGNAL_RX)
		message(t, r);
	else if (r->kind == REC_STATE || r->kind == REC_CARRIER)
		link_or_state(t, r);
	else if (r->kind == REC_RADIO)
		radio(t, r);
	else if (r->kind == REC_MOVE)
		admit(t, r->node, RANK_MOBILE);
	else if (r->kind == REC_BINDING)
		binding(t, r);
	else if (r->kind == REC_NAT)
		mapping(t, r);
	else if (r->kind == REC_ACTION)
		track_add(&t->actions, (struct tl_bar){ .from = r->at, .to = r->at, .label = keep(t, r->u.action.verb) });
}

enum { SPANS = 11 };		/* of a row */

/* The spans of a row one after another, each where it was. */
void timeline_row(struct timeline *t, const struct handover_row *r)
{
	struct span { enum metric_id metric; enum tl_phase phase; uint8_t look; };
	static const struct span own[SPANS] = {
		{ M_L2_GAP, PHASE_L2, LOOK_NETWORK }, { M_SOLICIT_WAIT, PHASE_WAIT, LOOK_HOST },
		{ M_DETECTION, PHASE_DETECT, LOOK_NETWORK }, { M_ADDRESS_WAIT, PHASE_WAIT, LOOK_HOST },
		{ M_ADDRESS, PHASE_ADDR, LOOK_NETWORK }, { M_DAD, PHASE_DAD, LOOK_HOST },
		{ M_BU_WAIT, PHASE_WAIT, LOOK_HOST }, { M_IKE, PHASE_IKE, LOOK_NETWORK },
		{ M_AAA, PHASE_AAA, LOOK_NETWORK }, { M_RETRANSMIT_WAIT, PHASE_REGIST, LOOK_HOST },
		{ M_REGISTRATION_RTT, PHASE_REGIST, LOOK_NETWORK }
	}, proxied[SPANS] = {		/* the network registers before it advertises */
		{ M_L2_GAP, PHASE_L2, LOOK_NETWORK }, { M_BU_WAIT, PHASE_WAIT, LOOK_HOST },
		{ M_RETRANSMIT_WAIT, PHASE_REGIST, LOOK_HOST }, { M_REGISTRATION_RTT, PHASE_REGIST, LOOK_NETWORK },
		{ M_SOLICIT_WAIT, PHASE_WAIT, LOOK_HOST }, { M_DETECTION, PHASE_DETECT, LOOK_NETWORK },
		{ M_ADDRESS_WAIT, PHASE_WAIT, LOOK_HOST }, { M_ADDRESS, PHASE_ADDR, LOOK_NETWORK },
		{ M_DAD, PHASE_DAD, LOOK_HOST }, { M_IKE, PHASE_IKE, LOOK_NETWORK }, { M_AAA, PHASE_AAA, LOOK_NETWORK }
	};
	const struct span *spans = r->proxied ? proxied : own;
	struct tl_node *n = known(t, r->node);
	moor_time at = r->start;
	struct tl_lane *l;

	if (!n)
		return;
	l = one_lane(n, LANE_PHASES, "phases");
	track_add(&l->tracks[PHASE_STEP], (struct tl_bar){ .from = r->start, .to = r->end, .kind = (uint8_t)r->kind,
		.label = keep(t, r->to_link), .look = r->outcome == OUTCOME_OK ? LOOK_STEP_OK : LOOK_STEP_BAD });
	for (size_t i = 0; i < SPANS; i++) {
		int64_t v = r->v[spans[i].metric];

		if (v == METRIC_ABSENT || v <= 0)
			continue;
		track_add(&l->tracks[spans[i].phase],
			  (struct tl_bar){ .from = at, .to = at + v, .look = spans[i].look });
		at += v;
	}
}

void timeline_checks(struct timeline *t, const struct trace_check *checks, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (checks[i].verdict == VERDICT_FAIL || checks[i].verdict == VERDICT_ERROR)
			track_add(&t->failures, (struct tl_bar){ .from = checks[i].at, .to = checks[i].at,
				.label = keep(t, checks[i].id) });
		else if (checks[i].verdict == VERDICT_PASS)
			track_add(&t->met, (struct tl_bar){ .from = checks[i].at, .to = checks[i].at });
}

static int by_time(const void *a, const void *b)
{
	const struct tl_bar *x = a, *y = b;

	return x->from < y->from ? -1 : x->from > y->from;
}

/* Expectations are judged in the order of the scenario, some of them never. */
static void judged(struct tl_track *k, moor_time end)
{
	for (guint i = 0; i < track_len(k); i++)
		track_bar(k, i)->from = track_bar(k, i)->to = CLAMP(track_bar(k, i)->from, 0, end);
	if (k->bars)
		g_array_sort(k->bars, by_time);
}

void timeline_end(struct timeline *t, moor_time end)
{
	if (t->ended)
		return;
	t->ended = true;
	t->end = end;
	judged(&t->failures, end);
	judged(&t->met, end);
	track_window(&t->failures, t->from, timeline_last(t));
	track_window(&t->met, t->from, timeline_last(t));
	track_window(&t->actions, t->from, timeline_last(t));
	for (guint i = 0; i < t->nodes->len; i++) {
		struct tl_node *n = t->nodes->pdata[i];

		for (guint k = 0; k < n->lanes->len; k++) {
			struct tl_lane *l = n->lanes->pdata[k];

			lane_switch(l, end, NULL);
			if (l->flow)
				flow_end(l);
			for (int p = 0; p < TL_PHASES; p++)
				track_window(&l->tracks[p], t->from, timeline_last(t));
		}
	}
}
