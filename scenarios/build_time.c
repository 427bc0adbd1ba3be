/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: what happens when
 *
 * The timeline of all members is one array, sorted once, walked by one timer: a million UEs with four entries each
 * cost sixteen octets apiece and no queue. At one instant things happen in the order of the file, then of the members.
 * Every entry leaves a REC_ACTION whose instance is the entry's index: expectations find it by that. It implements no
 * clause.
 */
#include <string.h>

#include "proto/dsmip_ue_pd.h"
#include "scenarios/build_priv.h"
#include "scenarios/dhcp6.h"
#include "scenarios/flows.h"
#include "world/clock.h"
#include "world/link.h"
#include "world/record.h"

/* ---- traffic ----------------------------------------------------------------------------------------------------- */

static void flow_end(const struct scen_flow *f, const struct member *m, bool source, traffic_addr_fn **fn, void **arg)
{
	if (m->group) {
		*fn = source ? (f->family == 4 ? ue_source4 : ue_source6) : (f->family == 4 ? ue_address4 : ue_address6);
		*arg = build_pdn(m->group, m->index, f->pdn && scen_pdn(m->group->n, f->pdn) >= 0 ? f->pdn : NULL);
	} else if (m->herd) {
		*fn = source ? (f->family == 4 ? mn_source4 : mn_source6) : (f->family == 4 ? mn_address4 : mn_address6);
		*arg = m->herd->mn[m->index];
	} else {
		*fn = f->family == 4 ? cn_address4 : cn_address6;
		*arg = m->fix->cn;
	}
}

static struct net_host *host_of(const struct member *m)
{
	return m->group ? ue_host(m->group->ue[m->index]) : m->herd ? mn_host(m->herd->mn[m->index]) : m->fix->host;
}

struct net_host *build_host(struct build *b, const struct moor_node *n)
{
	struct member m = build_member(b, moor_node_id(n));

	return m.group || m.herd || m.fix ? host_of(&m) : NULL;
}

bool build_address(struct build *b, const struct moor_node *n, bool v4, struct ip6_addr *out)
{
	const struct scen_flow f = { .family = v4 ? 4 : 6 };
	struct member m = build_member(b, moor_node_id(n));
	traffic_addr_fn *fn;
	void *arg;

	flow_end(&f, &m, true, &fn, &arg);
	return fn(arg, out);
}

/* Someone must listen; a correspondent node does so on the usual port by itself. */
static void listen_on(struct build *b, const struct member *m, uint16_t port, GHashTable *done)
{
	uint64_t key = (uint64_t)moor_node_id(m->node) << 16 | port;

	(void)b;
	if ((m->fix && port == TRAFFIC_PORT) || g_hash_table_contains(done, &key))
		return;
	uint64_t *own = g_new(uint64_t, 1);

	*own = key;
	g_hash_table_add(done, own);
	traffic_sink(host_of(m), port);
}

/* Of the mobile node's end, for the records; between two mobile nodes the sender's. */
static uint8_t pdn_number(const struct scen_flow *f, const struct member *a, const struct member *z)
{
	const struct group *g = a->group ? a->group : z->group;
	int k = g ? scen_pdn(g->n, f->pdn) : 0;

	return k > 0 ? (uint8_t)k : 0;
}

/* Itself, or on a link behind one. */
static bool is_mobile(const struct build *b, const struct member *m)
{
	if (m->group || m->herd)
		return true;
	return m->fix && m->fix->n_ifaces && scen_mobile_router(b->s, b->s->links->pdata[m->fix->iface[0].link]);
}

static void make_flow(
	struct build *b, const struct scen_flow *f, uint32_t number, uint32_t from, uint32_t to, GHashTable *done)
{
	struct member a = build_member(b, from), z = build_member(b, to);
	struct traffic_params p = {
		.kind = (enum traffic_kind)f->kind, .flow = number, .interval = f->interval, .octets = (uint32_t)f->size,
		.count = (uint32_t)f->count, .to_mobile = is_mobile(b, &z) && !is_mobile(b, &a), .port = (uint16_t)f->port,
		.traffic_class = (uint8_t)f->traffic_class, .instance = pdn_number(f, &a, &z),
	};
	traffic_addr_fn *src, *dst;
	void *src_arg, *dst_arg;

	flow_end(f, &a, true, &src, &src_arg);
	flow_end(f, &z, false, &dst, &dst_arg);
	build_elsewhere(b, &z, f->family == 4, &dst, &dst_arg);
	if (f->kind != TRAFFIC_PING)
		listen_on(b, &z, p.port, done);
	b->flows[number] = traffic_new(host_of(&a), &p, src, src_arg, dst, dst_arg);
}

void build_traffic(struct build *b)
{
	GHashTable *done = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);

	for (guint i = 0; i < b->s->traffic->len; i++) {
		const struct scen_flow *f = b->s->traffic->pdata[i];
		GArray *from = build_select(b, f->from->text), *to = build_select(b, f->to->text);
		guint n = MAX(from->len, to->len);

		b->flows = g_renew(struct traffic *, b->flows, b->n_flows + n);
		for (guint k = 0; k < n; k++)
			make_flow(b, f, b->n_flows++, g_array_index(from, uint32_t, MIN(k, from->len - 1)),
				  g_array_index(to, uint32_t, MIN(k, to->len - 1)), done);
		g_array_unref(from);
		g_array_unref(to);
	}
	g_hash_table_unref(done);
}

/* All members of a flow, or the one of the given number within it. */
static void run_flow(struct build *b, const struct scen_flow *f, uint32_t member, bool all, bool start)
{
	uint32_t first = scen_flow_number(b->s, f, 0);

	for (uint32_t k = all ? first : first + member; k < b->n_flows; k++) {
		if (scen_flow_numbered(b->s, k) != f)
			break;
		if (start && !build_is_absent(b, moor_node_id(net_host_node(traffic_host(b->flows[k])))))
			traffic_start(b->flows[k]);
		else if (!start)
			traffic_stop(b->flows[k]);
		if (!all)
			break;
	}
}

/* ---- mobile nodes ------------------------------------------------------------------------------------------------ */

static struct moor_link *target(struct build *b, const struct scen_action *a)
{
	return b->links[build_link_index(b, scen_target(b->s, a))];
}

static struct moor_port *named_port(struct ue *u, const char *interface)
{
	return net_iface_port(ue_iface(u, interface));
}

/* The interface of its mobile network stays where it is. */
static bool is_inside(const struct ue *u, const struct moor_port *p)
{
	const struct net_iface *i = dsmip_ue_inside(ue_dsmip(u));

	return i && net_iface_port(i) == p;
}

/* Takes all interfaces but one off their links. */
static void leave_others(struct ue *u, const struct moor_port *keep)
{
	struct moor_port *p;

	for (unsigned i = 0; (p = ue_port(u, i)); i++)
		if (p != keep && !is_inside(u, p))
			moor_link_detach(p);
}

/*
 * An interface on another link than the one that it is to go to leaves that first: its address there is no care-of
 * address of the new place.
 */
static bool leave_elsewhere(struct build *b, const struct scen_action *a, struct ue *u)
{
	struct moor_port *p = named_port(u, a->interface);

	if (!moor_port_link(p) || moor_port_link(p) == target(b, a))
		return false;
	moor_link_detach(p);
	return true;
}

/* The interface that a move is about: the named one, else the first that is on a link. */
static struct moor_port *moving_port(struct ue *u, const struct scen_action *a)
{
	struct moor_port *p;

	if (a->interface)
		return named_port(u, a->interface);
	for (unsigned i = 0; (p = ue_port(u, i)); i++)
		if (moor_port_link(p) && !is_inside(u, p))
			return p;
	return ue_port(u, 0);
}

/* The PDN connections that an action is about: the one it names, or all; from the first on, last to be NULL. */
static struct ue *next_pdn(const struct scen_action *a, const struct group *g, uint32_t member, unsigned *k)
{
	int only = a->pdn ? scen_pdn(g->n, a->pdn) : -1;

	if (!a->pdn)
		return ue_pdn(g->ue[member], (*k)++);
	return only >= 0 && !(*k)++ ? ue_pdn(g->ue[member], (unsigned)only) : NULL;
}

/*
 * Break before make: leave, and come after the gap. Make before break: come, and leave after the overlap. The UE has
 * been told. When it is about one PDN connection, the others stay where they are.
 */
static void handover(struct build *b, const struct scen_action *a, struct ue *u, bool second)
{
	struct moor_port *p = named_port(u, a->interface);

	if (a->pdn) {
		moor_link_attach(target(b, a), p, false);
		return;
	}
	if (a->overlap ? second : !second)
		leave_others(u, p);
	if (!a->overlap && !second && a->gap)
		moor_link_detach(p);
	if (a->overlap || !a->gap ? !second : second)
		moor_link_attach(target(b, a), p, false);
}

static void move(struct build *b, const struct scen_action *a, struct ue *u, bool second)
{
	struct moor_port *p = second && !a->interface ? NULL : moving_port(u, a);

	/* without a name the interface is the one that was taken off its link */
	for (unsigned i = 0; !p && ue_port(u, i); i++)
		if (g_hash_table_contains(b->moving, ue_port(u, i)))
			p = ue_port(u, i);
	if (!p)
		return;
	if (!second && a->gap) {
		moor_link_detach(p);
		g_hash_table_add(b->moving, p);
		return;
	}
	g_hash_table_remove(b->moving, p);
	moor_link_attach(target(b, a), p, false);
}

static void claim(const struct scen_action *a, const struct group *g, uint32_t member, struct ue *u)
{
	struct ue *other = a->to_pdn ? build_pdn(g, member, a->to_pdn) : NULL;
	struct ip6_addr coa = ip6_any;

	if (!other || ue_address6(other, &coa))
		dsmip_ue_claim(ue_dsmip(u), &coa);
}

/* What is done with each PDN connection; the links come afterwards, or before when it attaches. */
static void on_pdn(struct build *b, const struct scen_action *a, const struct group *g, uint32_t member, struct ue *u)
{
	switch ((enum scen_verb)a->verb) {
	case DO_ATTACH:
	case DO_REBOOT:
		ue_attach(u, a->interface);
		break;
	case DO_HANDOVER:
		ue_handover(u, a->interface);
		break;
	case DO_DETACH:
		ue_detach(u);
		break;
	case DO_REFRESH:
		ue_refresh(u);
		break;
	case DO_WANT_IPV4:
		ue_want_hoa4(u, a->want);
		break;
	case DO_SET_SEQUENCE:
		ue_set_sequence(u, (uint16_t)a->sequence);
		break;
	case DO_ADD_FLOW:
	case DO_MOVE_FLOW:
	case DO_REMOVE_FLOW:
	case DO_ADD_ACCESS:
	case DO_REMOVE_ACCESS:
		flows_act(a, g->n, u);
		break;
	case DO_STRAY:
		dsmip_ue_stray(ue_dsmip(u), (enum dsmip_stray)a->packet);
		break;
	case DO_SOLICIT_PREFIX:
		dsmip_ue_solicit_prefix(ue_dsmip(u));
		break;
	case DO_REKEY:
		s2c_ue_rekey(ue_dsmip(u), a->what == REKEY_IKE);
		break;
	case DO_DETACH_NETWORK:
		build_detach_network(b, u);
		break;
	case DO_CLAIM:
		claim(a, g, member, u);
		break;
	case DO_REQUEST_PREFIX:
	case DO_RELEASE_PREFIX:
	case DO_CONFIGURE:
		build_prefix_action(a, g, u);
		break;
	case DO_MOVE: case DO_LINK_DOWN: case DO_LINK_UP: case DO_ABORT_SESSION: case DO_REAUTHENTICATE:
	case DO_REALLOCATE: case DO_AAA_DOWN: case DO_AAA_UP: case DO_FLOOD: case DO_CLOCK_STEP: case DO_NAT_REBIND:
	case DO_SET: case DO_DROP_BINDING: case DO_REFRESH_REQUEST: case DO_DHCP_STOP: case DO_DHCP_START: case DO_DHCP_FORGET:
	case DO_TRAFFIC_START: case DO_TRAFFIC_STOP: case DO_REVOKE: case DO_APPEAR: case DO_FORGE: case DO_RENUMBER:
	case DO_X2: case DO_VERBS:
		break;
	}
}

/* What our own stack would do and say is the other program's to do; that a movement begins the timeline says. */
static void on_foreign_ue(struct build *b, const struct scen_action *a, struct ue *u)
{
	struct moor_record r;

	if (a->verb == DO_DETACH)
		leave_others(u, NULL);
	if ((a->verb != DO_ATTACH && a->verb != DO_HANDOVER && a->verb != DO_MOVE) || !moor_record_wanted(b->w, REC_MOVE))
		return;
	MOOR_RECORD_BEGIN(&r, REC_MOVE, moor_node_id(net_host_node(ue_host(u))), REC_NONE, move);
	r.u.move.what = MOVE_STARTED;
	moor_record_emit(b->w, &r);
}

static void on_ue(struct build *b, const struct scen_action *a, const struct group *g, uint32_t member, bool second)
{
	struct ue *u = g->ue[member], *x;
	bool elsewhere = false, foreign = g->n->peer == PEER_EXTERNAL, absent = build_is_absent(b, g->ordinal + member);
	unsigned k = 0;

	if (foreign && !second)
		on_foreign_ue(b, a, u);
	if ((a->verb == DO_HANDOVER && !second) || a->verb == DO_ATTACH)
		elsewhere = leave_elsewhere(b, a, u);
	if (a->verb == DO_ATTACH && !elsewhere && !moor_port_link(named_port(u, a->interface)))
		moor_link_attach(target(b, a), named_port(u, a->interface), false);
	if (a->verb == DO_REBOOT && !absent)
		ue_reboot(u);
	while (!second && !foreign && (!absent || a->verb == DO_DETACH_NETWORK) && (x = next_pdn(a, g, member, &k)))
		on_pdn(b, a, g, member, x);
	if (a->verb == DO_ATTACH && elsewhere)
		moor_link_attach(target(b, a), named_port(u, a->interface), false);
	else if (a->verb == DO_HANDOVER)
		handover(b, a, u, second);
	else if (a->verb == DO_MOVE)
		move(b, a, u, second);
	else if (a->verb == DO_LINK_DOWN || a->verb == DO_LINK_UP)
		build_carrier(b, named_port(u, a->interface), a->verb == DO_LINK_UP);
}

/* ---- fixed nodes and links --------------------------------------------------------------------------------------- */

/* New values over the ones that hold; only what was given changes. */
static void set_link(struct build *b, const struct scen_action *a)
{
	struct moor_link *l = b->links[build_link_index(b, scen_link(b->s, a->link->text))];
	struct link_params now = *moor_link_params(l), p = build_params(&a->params->impair);
	const struct scen_section *s = &scen_params_section;
#define TAKE(key, member) \
	do { \
		if (scen_given(s, a->params, key)) \
			now.member = p.member; \
	} while (0)

	TAKE("rate", rate);
	TAKE("delay", delay);
	TAKE("queue", queue);
	TAKE("mtu", mtu);
	TAKE("loss", loss_ppm);
	TAKE("loss-mask", loss_mask);
	TAKE("loss-mask", loss_mask_bits);
	TAKE("reorder", reorder_ppm);
	TAKE("reorder-delay", reorder_extra);
	TAKE("duplicate", dup_ppm);
	TAKE("corrupt", corrupt_ppm);
#undef TAKE
	moor_link_set(l, &now);
}

static void set_ha(const struct scen_action *a, struct ha *ha)
{
	struct dsmip_ha_config *c = dsmip_ha_settings(ha_dsmip(ha));
	const struct scen_section *s = &scen_settings_section;
	const struct scen_ha *k = &a->settings->ha;
#define TAKE(key, member, value) \
	do { \
		if (scen_given(s, a->settings, key)) \
			c->member = value; \
	} while (0)

	TAKE("lifetime-max", lifetime_max, k->lifetime_max);
	TAKE("refuse", refuse, (uint8_t)k->refuse);
	TAKE("refuse-ipv4", refuse4, (uint8_t)k->refuse_ipv4);
	TAKE("refresh-request", refresh_request, k->refresh_request);
	TAKE("bu-ends-revocation", bu_ends_revocation, k->bu_ends_revocation);
	TAKE("enabled", enabled, k->enabled);
	TAKE("ipv4-service", hoa4_service, k->ipv4_service);
	TAKE("mobile-routers", router_permitted, k->mobile_routers);
	TAKE("max-bindings", max_bindings, (uint32_t)k->max_bindings);
	TAKE("refresh-advice", refresh_advice, k->refresh_advice);
	TAKE("nat-refresh", nat_refresh_s, (uint32_t)(k->nat_refresh / MOOR_S));
	TAKE("force-udp", force_udp, k->force_udp);
	TAKE("accept-force", accept_f, k->accept_force);
	TAKE("ba-in-udp", ba_udp, (uint8_t)k->ba_udp);
	TAKE("r-flag", r_flag, (uint8_t)k->r_flag);
	TAKE("k-flag", k_flag, (uint8_t)k->k_flag);
	TAKE("dad", dad, k->dad);
	TAKE("ifom", ifom, k->ifom);
	TAKE("several-care-of-addresses", mcoa, k->mcoa);
	TAKE("bulk-registration", bulk, k->bulk);
	TAKE("home-and-foreign", home_and_foreign, k->home_and_foreign);
	TAKE("flow-bindings", flows, k->flows);
	TAKE("flows-max", flows_max, (uint32_t)k->flows_max);
	TAKE("tunnel-limit", tunnel_limit, (uint8_t)k->tunnel_limit);
	TAKE("own-care-of-addresses", own_coa, k->own_care_of);
#undef TAKE
	if (scen_given(s, a->settings, "preference"))
		dsmip_ha_net_preference(ha_dsmip(ha), (uint16_t)k->preference);
	if (scen_given(s, a->settings, "prefix-lifetime"))
		dsmip_ha_net_lifetimes(ha_dsmip(ha), build_preferred(k), (uint32_t)(k->prefix_lifetime / MOOR_S));
}

/* The timeline asked for something that is not there now: whoever reads the run shall see it. */
static void nothing_done(struct build *b, const struct fix *f)
{
	struct moor_record r;

	if (!moor_record_wanted(b->w, REC_NOTE))
		return;
	MOOR_RECORD_BEGIN(&r, REC_NOTE, moor_node_id(f->node), REC_NONE, note);
	r.u.note = "nothing done: that UE has no binding or session here";
	moor_record_emit(b->w, &r);
}

/* A binding that is lost or revoked, or whose UE is asked to register anew. */
static void one_binding(struct build *b, const struct scen_action *a, const struct fix *f)
{
	struct ha *ha = f->ha;
	GArray *of = build_select(b, a->of->text);
	struct member m = build_member(b, g_array_index(of, uint32_t, 0));
	struct ip6_addr hoa;
	struct ue *u = m.group ? build_pdn(m.group, m.index, a->pdn) : NULL;
	bool done = u && build_ue_address6(b, u, &hoa);

	if (build_home_session(a, f, &m, done ? &hoa : NULL)) {
		g_array_unref(of);
		return;
	}
	if (done && a->verb == DO_REFRESH_REQUEST)
		done = dsmip_ha_ask(ha_dsmip(ha), &hoa);
	else if (done && a->verb == DO_REVOKE)
		done = dsmip_ha_revoke(ha_dsmip(ha), &hoa, (uint8_t)a->trigger, a->ip4_only);
	else if (done)
		done = dsmip_ha_drop(ha_dsmip(ha), &hoa);
	if (!done)
		nothing_done(b, f);
	g_array_unref(of);
}

static void dhcp(struct build *b, const struct scen_action *a, struct fix *f)
{
	for (guint k = 0; k < f->n_ifaces; k++) {
		const struct scen_link *l = b->s->links->pdata[f->iface[k].link];
		struct dhcp4_server *s =
			f->n->kind == NODE_HA ? NULL :
			f->n->kind == NODE_ROUTER ? router_dhcp4(f->router, l->base.name) : dhcp_server_dhcp4(f->dhcp);

		if (s && a->verb == DO_DHCP_FORGET)
			dhcp4_server_forget(s);
		else if (s)
			dhcp4_server_mute(s, a->verb == DO_DHCP_STOP);
	}
}

static void on_fix(struct build *b, const struct scen_action *a, struct fix *f)
{
	if (f->n->kind == NODE_LMA) {
		build_on_lma(b, a, f);
		return;
	}
	if (f->n->kind == NODE_MAG) {
		build_on_mag(b, a, f);
		return;
	}
	switch ((enum scen_verb)a->verb) {
	case DO_NAT_REBIND:
		nat_rebind(router_nat(f->router));
		break;
	case DO_SET:
		if (a->settings)
			set_ha(a, f->ha);
		if (a->anchoring)
			build_on_lma(b, a, f);
		break;
	case DO_REBOOT:
		ha_reboot(f->ha);
		break;
	case DO_DROP_BINDING:
	case DO_REFRESH_REQUEST:
	case DO_REVOKE:
		if (scen_node(b->s, a->of->text) && scen_node(b->s, a->of->text)->kind != NODE_UE) {
			build_on_lma(b, a, f);
			break;
		}
		one_binding(b, a, f);
		break;
	case DO_DHCP_STOP:
	case DO_DHCP_START:
	case DO_DHCP_FORGET:
		dhcp(b, a, f);
		build_dhcp6_action(a, f);
		break;
	case DO_REKEY:
		build_ha_rekey(b, a, f->ha);
		break;
	case DO_FLOOD:
		build_flood(b, a, f->host);
		break;
	case DO_FORGE:
		build_forge(b, a, f->host);
		break;
	case DO_REALLOCATE:
	case DO_ABORT_SESSION:
	case DO_REAUTHENTICATE:
	case DO_AAA_DOWN:
	case DO_AAA_UP:
		if (!(f->n->kind == NODE_HA ? build_ha_reallocate(b, a, f->ha) : build_aaa_action(b, a, f->n->base.name)))
			nothing_done(b, f);
		break;
	case DO_DETACH_NETWORK:
	case DO_RENUMBER:
	case DO_ATTACH:
	case DO_HANDOVER:
	case DO_MOVE:
	case DO_DETACH:
	case DO_LINK_DOWN:
	case DO_LINK_UP:
	case DO_REFRESH:
	case DO_WANT_IPV4:
	case DO_SET_SEQUENCE:
	case DO_ADD_FLOW:
	case DO_MOVE_FLOW:
	case DO_REMOVE_FLOW:
	case DO_ADD_ACCESS:
	case DO_REMOVE_ACCESS:
	case DO_STRAY:
	case DO_CLAIM:
	case DO_SOLICIT_PREFIX:
	case DO_REQUEST_PREFIX:
	case DO_RELEASE_PREFIX:
	case DO_CONFIGURE:
	case DO_APPEAR:
	case DO_CLOCK_STEP:
	case DO_TRAFFIC_START:
	case DO_TRAFFIC_STOP:
	case DO_X2:
	case DO_VERBS:
		break;
	}
}

static void on_no_node(struct build *b, const struct scen_action *a)
{
	if (a->flow)
		run_flow(b, scen_flow(b->s, a->flow->text), 0, true, a->verb == DO_TRAFFIC_START);
	else if (a->verb == DO_SET)
		set_link(b, a);
	else
		moor_link_state(b->links[build_link_index(b, scen_link(b->s, a->link->text))], a->verb == DO_LINK_UP);
}

/* ---- the timer --------------------------------------------------------------------------------------------------- */

static void record(struct build *b, const struct scen_action *a, uint32_t entry, uint32_t node)
{
	struct moor_record r = { .kind = REC_ACTION, .node = node, .port = REC_NONE, .instance = entry };
	const struct scen_link *l = a->verb <= DO_MOVE ? scen_target(b->s, a) : NULL;

	if (!moor_record_wanted(b->w, REC_ACTION))
		return;
	r.u.action.verb = tree_get(a->base.at, "do", NULL)->text;
	r.u.action.arg = l ? l->base.name : a->link ? a->link->text : a->flow ? a->flow->text :
			 a->enb ? a->enb : a->interface;
	moor_record_emit(b->w, &r);
}

/*
 * The second half of a handover or move is played only when the UE was told nothing else about its links meanwhile.
 * False: not this act.
 */
static bool still_due(struct build *b, const struct scen_action *a, const struct act *t)
{
	gpointer node = GUINT_TO_POINTER(t->node + 1u), entry = GUINT_TO_POINTER(t->entry + 1u);

	if (t->kind == ACT_ENTRY_SECOND) {
		if (g_hash_table_lookup(b->halfway, node) != entry)
			return false;
		g_hash_table_remove(b->halfway, node);
		return true;
	}
	if (a->verb != DO_ATTACH && a->verb != DO_HANDOVER && a->verb != DO_MOVE)
		return true;
	if ((a->overlap || a->gap) && a->verb != DO_ATTACH)
		g_hash_table_insert(b->halfway, node, entry);
	else
		g_hash_table_remove(b->halfway, node);
	return true;
}

static void act_now(struct build *b, const struct act *t)
{
	const struct scen_action *a = t->kind <= ACT_ENTRY_SECOND ? b->s->timeline->pdata[t->entry] : NULL;
	bool second = t->kind == ACT_ENTRY_SECOND;

	if (!a) {
		run_flow(b, b->s->traffic->pdata[t->entry], t->node, false, t->kind == ACT_FLOW_START);
		return;
	}
	if (!a->node) {
		record(b, a, t->entry, REC_NONE);
		on_no_node(b, a);
		return;
	}
	if (!still_due(b, a, t))
		return;

	struct member m = build_member(b, t->node);

	if (!second)
		record(b, a, t->entry, t->node);
	if (a->verb == DO_CLOCK_STEP)
		moor_clock_step(m.node, a->by);
	else if (a->verb == DO_X2)
		build_x2(b, a, m.node);
	else if (m.group)
		on_ue(b, a, m.group, m.index, second);
	else if (m.herd)
		build_on_mn(b, a, m.herd, m.index, second);
	else if (!build_is_absent(b, t->node))
		on_fix(b, a, m.fix);
}

static void on_timer(struct moor_world *w, struct moor_timer *timer)
{
	struct build *b = MOOR_CONTAINER(timer, struct build, timer);

	while (b->next_act < b->n_acts && b->acts[b->next_act].at <= moor_world_now(w))
		act_now(b, &b->acts[b->next_act++]);
	if (b->next_act < b->n_acts)
		moor_timer_at(w, timer, b->acts[b->next_act].at, on_timer);
}

static int act_order(const void *pa, const void *pb)
{
	const struct act *a = pa, *b = pb;

	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	/* the second half of a handover comes before what the file says for the same instant */
	if (a->kind != b->kind)
		return (a->kind == ACT_ENTRY_SECOND ? -1 : a->kind) < (b->kind == ACT_ENTRY_SECOND ? -1 : b->kind) ? -1 : 1;
	if (a->entry != b->entry)
		return a->entry < b->entry ? -1 : 1;
	return a->node < b->node ? -1 : a->node > b->node;
}

static void add_act(GArray *acts, moor_time at, uint32_t entry, uint32_t node, enum act_kind kind)
{
	struct act t = { .at = at, .entry = entry, .node = node & 0x3fffffff, .kind = kind };

	g_array_append_val(acts, t);
}

static void add_entry(struct build *b, GArray *acts, uint32_t entry)
{
	const struct scen_action *a = b->s->timeline->pdata[entry];
	GArray *nodes = a->node ? build_select(b, a->node->text) : NULL;
	moor_time second = a->overlap ? a->overlap : a->gap;
	char purpose[64];

	if (!nodes)
		add_act(acts, a->at, entry, 0, ACT_ENTRY);
	g_snprintf(purpose, sizeof purpose, "timeline-%s", a->label ? a->label : tree_get(a->base.at, "do", NULL)->text);
	for (guint k = 0; nodes && k < nodes->len; k++) {
		uint32_t node = g_array_index(nodes, uint32_t, k);
		moor_time at = a->every && k > MOOR_NEVER / a->every ? MOOR_NEVER : moor_time_add(a->at, a->every * k);

		if (a->spread) {
			struct rng r = moor_world_rng(b->w, moor_node_at(b->w, node), purpose);

			at = moor_time_add(at, rng_span(&r, 0, a->spread));
		}
		add_act(acts, at, entry, node, ACT_ENTRY);
		if (second && (a->verb == DO_HANDOVER || a->verb == DO_MOVE))
			add_act(acts, moor_time_add(at, second), entry, node, ACT_ENTRY_SECOND);
	}
	if (nodes)
		g_array_unref(nodes);
}

static void add_flow(struct build *b, GArray *acts, uint32_t index)
{
	const struct scen_flow *f = b->s->traffic->pdata[index];
	uint32_t first = scen_flow_number(b->s, f, 0);

	for (uint32_t k = 0; first + k < b->n_flows && scen_flow_numbered(b->s, first + k) == f; k++) {
		moor_time late = 0;

		if (f->spread) {
			char entity[200];
			struct rng r;

			g_snprintf(entity, sizeof entity, "%s/%u", f->flow, k + 1);
			r = rng_make(moor_world_seed(b->w), entity, "flow-start");
			late = rng_span(&r, 0, f->spread);
		}
		if (tree_get(f->base.at, "start", NULL))
			add_act(acts, moor_time_add(f->start, late), index, k, ACT_FLOW_START);
		if (tree_get(f->base.at, "stop", NULL))
			add_act(acts, f->stop, index, k, ACT_FLOW_STOP);
	}
}

void build_timeline(struct build *b)
{
	GArray *acts = g_array_new(FALSE, FALSE, sizeof(struct act));

	for (guint i = 0; i < b->s->timeline->len; i++)
		add_entry(b, acts, i);
	for (guint i = 0; i < b->s->traffic->len; i++)
		add_flow(b, acts, i);
	b->n_planned = b->s->timeline->len;
	b->n_acts = acts->len;
	b->acts = (struct act *)(void *)g_array_free(acts, FALSE);
	if (b->n_acts) {
		qsort(b->acts, b->n_acts, sizeof *b->acts, act_order);
		moor_timer_at(b->w, &b->timer, b->acts[0].at, on_timer);
	}
}

/* The rest of the timeline, with the entry's acts sorted in. */
void build_act(struct build *b, uint32_t entry)
{
	GArray *acts = g_array_new(FALSE, FALSE, sizeof(struct act));
	guint rest = b->n_acts - b->next_act;

	add_entry(b, acts, entry);
	if (rest)
		g_array_append_vals(acts, &b->acts[b->next_act], rest);
	g_free(b->acts);
	b->n_acts = acts->len;
	b->next_act = 0;
	b->acts = (struct act *)(void *)g_array_free(acts, FALSE);
	if (!b->n_acts)
		return;
	qsort(b->acts, b->n_acts, sizeof *b->acts, act_order);
	moor_timer_at(b->w, &b->timer, MAX(b->acts[0].at, moor_world_now(b->w)), on_timer);
}
