/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: an access link on ns-3's LTE
 *
 * The link's medium is the whole network: what its fixed node sends goes into the SGi port, which knows the UEs by
 * their MAC addresses; what a UE sends comes out there. A UE is the device of a port for good, and only whether its
 * radio is connected puts the port on the link or takes it off. No clause of the protocols is met here: 3GPP's radio
 * protocols are ns-3's.
 */
#include "ns3/lte.h"

#include "base/mem.h"
#include "base/text.h"
#include "world/timer.h"

#define SGI_RATE UINT64_C(10000000000)		/* bit/s: never what is short */
#define MTU 1500u

struct ue {
	struct ue *next;
	struct ns3_lte *lte;
	struct moor_port *port;
	struct ns3c_port *device;
	bool connected;
	bool on;			/* somebody attached it */
	bool moving;			/* it is the radio that attaches and detaches */
};

struct ns3_lte {
	struct moor_medium medium;
	const struct ns3c_table *n;
	struct ns3_engine *engine;
	struct moor_world *world;
	struct moor_link *link;
	struct moor_port *hub;
	struct ns3c_lte *cells;
	struct ns3c_port *sgi;
	ns3_lte_fn *fn;
	void *ctx;
	struct ue *ues;
};

static struct ue *ue_of(const struct ns3_lte *l, const struct moor_port *p)
{
	struct ue *u = l->ues;

	while (u && u->port != p)
		u = u->next;
	return u;
}

void ns3_lte_free(struct ns3_lte *l)
{
	while (l && l->ues) {
		struct ue *u = l->ues;

		l->ues = u->next;
		mem_free(u);
	}
	mem_free(l);
}

/* ---- coming and going -------------------------------------------------------------------------------------------- */

/* The port goes to where its radio is. Never from inside a handler of the world. */
static void follow(struct ue *u)
{
	struct moor_link *to = u->on && u->connected ? u->lte->link : NULL, *from = moor_port_link(u->port);

	/* on another link: what becomes of it there is not ours */
	if (to == from || (!to && from != u->lte->link))
		return;
	/* the world may lag behind: nothing of it was due */
	moor_world_advance(u->lte->world, u->lte->n->now_());
	u->moving = true;
	if (to)
		moor_link_attach(to, u->port, false);
	else
		moor_link_detach(u->port);
	u->moving = false;
	ns3_engine_wake(u->lte->engine);
}

static void ue_event(void *arg, struct ns3c_port *device, enum ns3c_lte_event event, uint16_t cell)
{
	static const enum rec_radio_what what[] = {
		[NS3C_LTE_CONNECTED] = RADIO_RRC_CONNECTED, [NS3C_LTE_HANDOVER_START] = RADIO_HANDOVER_START,
		[NS3C_LTE_HANDOVER_END] = RADIO_HANDOVER_END, [NS3C_LTE_HANDOVER_FAILED] = RADIO_HANDOVER_FAILED,
		[NS3C_LTE_RADIO_LOST] = RADIO_LINK_FAILURE,
	};
	struct ue *u = arg;
	struct rec_radio r = { .what = what[event], .cell = cell, .link = moor_link_name(u->lte->link) };

	(void)device;
	ns3_engine_radio(u->lte->engine, u->port, &r);
	if (u->lte->fn)
		u->lte->fn(u->lte->ctx, u->port, u->lte->n->now_(), event, cell ? cell - 1u : 0);
}

static void ue_carrier(void *arg, struct ns3c_port *device, bool up)
{
	struct ue *u = arg;

	(void)device;
	u->connected = up;
	moor_link_station(u->port, up ? u->lte->link : NULL, u->lte->n->now_());
	follow(u);
}

static void lte_plug(struct moor_medium *m, struct moor_port *p, bool in)
{
	struct ns3_lte *l = MOOR_CONTAINER(m, struct ns3_lte, medium);
	struct ue *u = ue_of(l, p);

	if (!u)
		l->hub = in ? p : NULL;
}

static void lte_leave(struct moor_medium *m, struct moor_port *p)
{
	struct ue *u = ue_of(MOOR_CONTAINER(m, struct ns3_lte, medium), p);

	if (u && !u->moving)
		u->on = false;
}

/* Switched on. */
static bool lte_admit(struct moor_medium *m, struct moor_port *p)
{
	struct ue *u = ue_of(MOOR_CONTAINER(m, struct ns3_lte, medium), p);

	if (u)
		u->on = true;
	return u && u->connected;
}

/* ---- frames ------------------------------------------------------------------------------------------------------ */

static bool lte_send(struct moor_medium *m, struct moor_port *from, const uint8_t *frame, size_t len, uint64_t mark)
{
	struct ns3_lte *l = MOOR_CONTAINER(m, struct ns3_lte, medium);
	struct ue *u = from == l->hub ? NULL : ue_of(l, from);

	if (u)
		return !l->n->port_send_(u->device, frame, len, mark);
	return from == l->hub && !l->n->port_send_(l->sgi, frame, len, mark);
}

static void sgi_heard(void *arg, struct ns3c_port *device, const uint8_t *frame, size_t len, uint64_t mark)
{
	struct ns3_lte *l = arg;

	(void)device;
	if (!l->hub)
		return;
	moor_link_heard(l->hub, l->n->now_(), frame, len, mark);
	ns3_engine_wake(l->engine);
}

static void ue_heard(void *arg, struct ns3c_port *device, const uint8_t *frame, size_t len, uint64_t mark)
{
	struct ue *u = arg;

	(void)device;
	if (moor_port_link(u->port) != u->lte->link)
		return;
	moor_link_heard(u->port, u->lte->n->now_(), frame, len, mark);
	ns3_engine_wake(u->lte->engine);
}

/* ---- making ------------------------------------------------------------------------------------------------------ */

static const char *unfit(const struct moor_link *l)
{
	const struct link_params *p = moor_link_params(l);

	if (moor_link_kind(l) != LINK_LAN)
		return "an LTE access is a LAN, not a p2p link";
	if (p->rate || p->delay.kind != DELAY_CONSTANT || p->delay.a || p->reorder_ppm)
		return "rate, delay and order of frames are the radio's";
	return p->mtu > MTU ? "its MTU is 1500 octets at most" : NULL;
}

struct ns3_lte *ns3_lte_new(const struct ns3c_table *table, struct ns3_engine *e, struct moor_world *w,
			    struct moor_link *link, const struct ns3_lte_config *c, const char **why)
{
	char name[160];
	struct text t = text_on(name, sizeof name);
	struct ns3_lte *l;
	struct ns3c_node *n;

	*why = c->core < 0 ? "a delay is 0 or more" : unfit(link);
	if (*why)
		return NULL;
	l = mem_zeroed(sizeof *l);
	*l = (struct ns3_lte){ .medium = { lte_send, lte_plug, lte_admit, lte_leave }, .n = table,
			       .engine = e, .world = w, .link = link, .fn = c->fn, .ctx = c->ctx };
	text_add(&t, "%s/sgi", moor_link_name(link));
	l->cells = table->lte_new_(&c->radio);
	n = l->cells ? table->node_new_(name) : NULL;
	l->sgi = n ? table->lte_sgi_(n, l->cells, SGI_RATE, c->core) : NULL;
	if (!l->sgi) {
		*why = table->error_text_();
		mem_free(l);
		return NULL;
	}
	table->port_on_frame_(l->sgi, sgi_heard, l);
	moor_link_carry(link, &l->medium);
	return l;
}

const char *ns3_lte_ue(struct ns3_lte *l, struct moor_port *p, const struct ns3_way *way)
{
	char name[160];
	struct text t = text_on(name, sizeof name);
	struct ns3c_node *n;
	struct ue *u;

	for (u = l->ues; u; u = u->next)
		if (mac_eq(moor_port_mac(u->port), moor_port_mac(p)))
			return "two UEs have the same MAC address";
	text_add(&t, "%s/%s", moor_node_name(moor_port_node(p)), moor_port_name(p));
	n = l->n->node_new_(name);
	if (!n || !ns3_way_take(l->n, n, way))
		return l->n->error_text_();
	u = mem_zeroed(sizeof *u);
	*u = (struct ue){ .next = l->ues, .lte = l, .port = p };
	u->device = l->n->lte_ue_(n, l->cells);
	if (!u->device || l->n->port_set_mac_(u->device, moor_port_mac(p)->o)) {
		mem_free(u);
		return l->n->error_text_();
	}
	l->ues = u;
	moor_link_station(p, NULL, 0);
	l->n->port_on_frame_(u->device, ue_heard, u);
	l->n->port_on_link_(u->device, ue_carrier, u);
	l->n->lte_on_event_(u->device, ue_event, u);
	return NULL;
}

const char *ns3_lte_handover(struct ns3_lte *l, const struct moor_port *p, size_t to)
{
	struct ue *u = ue_of(l, p);
	struct rec_radio r = { .what = RADIO_HANDOVER_FAILED, .cell = (uint16_t)(to + 1), .link = moor_link_name(l->link) };

	if (!u)
		return "it is no UE of this network";
	if (!l->n->lte_handover_(u->device, to))
		return NULL;
	moor_radio_emit(u->port, &r);
	if (l->fn)
		l->fn(l->ctx, u->port, l->n->now_(), NS3C_LTE_HANDOVER_FAILED, (unsigned)to);
	return l->n->error_text_();
}

bool ns3_lte_connected(const struct ns3_lte *l, const struct moor_port *p)
{
	const struct ue *u = ue_of(l, p);

	return u && u->connected;
}
