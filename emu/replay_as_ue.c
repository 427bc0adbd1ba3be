/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Plays the mobile node of a capture: a world with one UE of ours, a router with a link for each place of the captured
 * one, and nothing else. The UE is moved when the captured node moved, and each captured BA reaches it as long after
 * its own BU as the captured home agent took. [RFC 6275 11.5, 11.7] [24.303 5.1.2.4, 5.2.2, 5.4.2.2]
 *
 * The mobile node of the first home registration is played, at IPv6 places and at home, up to PLACES of them. BUs from
 * IPv4 places are not played: the capture does not show the address configuration behind the NAT.
 */
#include "emu/replay_as.h"

#include "entity/router.h"
#include "entity/ue.h"
#include "world/link.h"
#include "world/record.h"

enum { PLACES = ROUTER_IFACE_MAX - 1, FRAME_MAX = 2300 };

#define LEAD (3 * MOOR_S)	/* a place is entered so long before the captured BU: discovery and DAD */
#define PATIENCE (12 * MOOR_S)	/* how long a BU of ours is waited for */
#define SETTLE (200 * MOOR_MS)	/* after a BA, before the state is looked at */

struct ue_player {
	struct replay_as *a;
	struct as_net net;
	struct ue_profile profile;
	struct ue *ue;
	uint32_t ue_node;
	struct ip6_addr agent, home;
	unsigned n_places;
	struct ip6_prefix place[PLACES];
	struct moor_link *link[PLACES];
	bool attached;
	unsigned at;				/* place, PLACES: none */
	struct as_view bu;			/* what ours sent last */
	struct ip6_addr care_of;
};

static const struct mac_addr beyond_mac = { { 2, 0, 0, 0, 0, 2 } }, core_mac = { { 2, 0, 0, 0, 0, 3 } };

static void sent(void *ctx, const struct moor_record *r)
{
	struct ue_player *p = ctx;
	const struct rec_signal *g = &r->u.signal;

	if (r->node != p->ue_node || g->type != MH_BU || p->bu.there)
		return;
	p->bu = as_view_of(g->message, g->message_len, r->at);
	p->care_of = g->care_of;
}

/* ---- places -------------------------------------------------------------------------------------- */

static unsigned place_of(struct ue_player *p, const struct ip6_addr *source)
{
	struct ip6_prefix prefix = ip6_prefix_make(source, 64);
	unsigned k = 0;

	while (k < p->n_places && !ip6_prefix_eq(&p->place[k], &prefix))
		k++;
	if (k == p->n_places && k < PLACES)
		p->place[p->n_places++] = prefix;
	return k;
}

/* Whom and where: the binding of the first item, and its IPv6 places. */
static void choose(struct ue_player *p)
{
	const struct as_item *first = as_item(p->a, 0);

	p->agent = first->dst;
	p->home = first->home;
	for (uint32_t k = 0; k < p->a->items->len; k++) {
		struct as_item *i = as_item(p->a, k);

		i->skipped = i->binding != first->binding || i->v4 || place_of(p, &i->src) == PLACES;
	}
}

static struct mac_addr mac_of(const struct ip6_addr *care_of)
{
	struct mac_addr m = { { care_of->o[8] ^ 2, care_of->o[9], care_of->o[10], care_of->o[13], care_of->o[14],
		care_of->o[15] } };

	if (care_of->o[11] != 0xff || care_of->o[12] != 0xfe || m.o[0] & 1)
		return (struct mac_addr){ { 2, 0, 0, 0, 1, 1 } };
	return m;
}

static void make_router(struct ue_player *p)
{
	struct router_config c = { .n_ifaces = 1 + p->n_places };
	struct router_advert adverts[PLACES];
	char names[PLACES][8];
	struct router *router;

	c.iface[0] = (struct router_iface_config){ .name = "core", .mac = core_mac };
	for (unsigned k = 0; k < p->n_places; k++) {
		struct ip6_addr own = ip6_from_prefix_iid(&p->place[k], UINT64_C(0x0200feedfeed0001));

		if (ip6_in_prefix(&p->agent, &p->place[k]))
			own = p->agent;		/* the home link, with the home agent on it */
		adverts[k] = router_advert_default;
		adverts[k].n = 1;
		adverts[k].home_agent = ip6_eq(&own, &p->agent);
		adverts[k].prefixes[0] = (struct router_prefix){ .prefix = p->place[k], .on_link = true, .autonomous = true,
			.valid = 2592000, .preferred = 604800 };
		g_snprintf(names[k], sizeof(names[k]), "p%u", k);
		c.iface[k + 1] = (struct router_iface_config){ .name = names[k], .mac = { { 2, 0, 0, 0, 2, (uint8_t)k } },
			.a6 = own, .len6 = 64, .advert = &adverts[k] };
		p->link[k] = moor_link_new(p->net.w, names[k], LINK_LAN, &(struct link_params){ 0 });
	}
	c.n_routes = 1;
	c.route[0] = (struct router_route){ { ip6_any, 0 }, ip6_link_local(2), "core" };
	router = router_new(moor_node_new(p->net.w, "router"), &c);
	p->net.port = router_port(router, 0);
	moor_port_external(p->net.port, true, 1500);
	for (unsigned k = 0; k < p->n_places; k++)
		moor_link_attach(p->link[k], router_port(router, k + 1), false);
}

static void make_ue(struct ue_player *p)
{
	const struct as_item *first = as_item(p->a, 0);
	struct moor_node *node = moor_node_new(p->net.w, "ue");
	struct ue_config c = { .profile = &p->profile, .hnp = ip6_prefix_make(&p->home, 64),
		.hoa_iid = ip6_low64(&p->home), .n_ifaces = 1 };

	ue_profile_default(&p->profile);
	p->profile.dsmip.profile = p->a->r->o.profile;
	p->profile.dsmip.ha[0].a6 = p->agent;
	p->profile.dsmip.n_ha = 1;
	p->profile.dsmip.want_hoa4 = first->asked.options >> MH_OPT_IP4_HOA & 1;
	p->profile.dsmip.lifetime = MAX(first->asked.lifetime, 15) * 4 * MOOR_S;
	p->profile.dsmip.first_sequence = first->asked.sequence;
	p->profile.dsmip.refresh_percent = 0;		/* the captured node says when */
	c.iface[0] = (struct ue_iface_config){ .name = "net", .mac = mac_of(&first->src) };
	p->ue_node = moor_node_id(node);
	p->ue = ue_new(node, &c);
}

/* ---- playing ------------------------------------------------------------------------------------- */

/* What made the captured node send this BU, done to ours. */
static void provoke(struct ue_player *p, const struct as_item *i, unsigned place, bool asked_already)
{
	ue_set_sequence(p->ue, i->asked.sequence);
	if (place != p->at) {
		p->at = place;
		moor_link_attach(p->link[place], ue_port(p->ue, 0), false);
		if (p->attached)
			ue_handover(p->ue, "net");
		else
			ue_attach(p->ue, "net");
		p->attached = true;
	} else if (!i->asked.lifetime && i->has_hao) {
		ue_detach(p->ue);
		p->attached = false;
		p->at = PLACES;
	} else if (!asked_already) {
		ue_refresh(p->ue);
	}
}

static void answer(struct ue_player *p, const struct as_item *i)
{
	struct as_envelope e = { .from = beyond_mac, .to = core_mac, .src = p->agent, .dst = p->care_of, .home = &p->home,
		.answer = true };
	uint8_t frame[FRAME_MAX];
	uint32_t n;

	if (ip6_eq(&p->care_of, &p->home))
		e.home = NULL;
	n = as_frame(&e, p->a->octets->data + i->answer_octets, i->answer_n, frame, sizeof(frame));
	as_net_until(&p->net, MAX(moor_world_now(p->net.w), p->bu.at + MAX(i->replied - i->arrived, 0)));
	if (n)
		moor_world_rx(p->net.w, p->net.port, moor_world_now(p->net.w), frame, n);
	as_net_until(&p->net, moor_world_now(p->net.w) + SETTLE);
}

static void play(struct ue_player *p, struct as_item *i, moor_time start, bool asked_already)
{
	unsigned place = place_of(p, &i->src);
	moor_time due = AS_WARM_UP + i->sent - start, end;

	if (place != p->at)
		due -= LEAD;
	as_net_until(&p->net, MAX(due, moor_world_now(p->net.w)));
	/* an unanswered BU is sent again without being told to */
	if (!asked_already)
		p->bu.there = false;
	provoke(p, i, place, asked_already);
	end = moor_world_now(p->net.w) + PATIENCE;
	while (!p->bu.there && moor_world_now(p->net.w) < end)
		as_net_until(&p->net, moor_world_now(p->net.w) + 10 * MOOR_MS);
	i->ours = p->bu;
	if (p->bu.there && i->captured.there)
		answer(p, i);
	p->bu.there = false;
	i->registered = dsmip_ue_binding(ue_dsmip(p->ue)).valid;
}

void replay_play_ue(struct replay_as *a)
{
	struct ue_player *p = g_new0(struct ue_player, 1);
	struct moor_world_config c = { .seed = 1, .out = as_net_out, .ctx = &p->net };
	moor_time start = as_item(a, 0)->sent;
	bool waiting = false;

	p->a = a;
	p->at = PLACES;
	p->net.mac = beyond_mac;
	choose(p);
	p->net.w = moor_world_new(&c);
	make_router(p);
	make_ue(p);
	moor_record_sink(p->net.w, REC_BIT(REC_SIGNAL_TX), sent, p);
	as_net_until(&p->net, AS_WARM_UP / 2);
	for (uint32_t k = 0; k < a->items->len; k++) {
		struct as_item *i = as_item(a, k);

		if (i->skipped)
			continue;
		play(p, i, start, waiting);
		waiting = i->ours.there && !i->captured.there;
	}
	moor_world_free(p->net.w);
	g_free(p);
}
