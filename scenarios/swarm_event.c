/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: what happens to the swarm
 *
 * The timeline of a random scene, in three acts. Trouble: whatever verb there is, at random times, each scene with its
 * own taste for them. Calm: everything is mended, and each UE is told where to stay or to go away. Leaving: some of
 * those that stayed detach. Traffic and harm to single messages belong to the first act, but for the flows that prove
 * that everybody is reachable in the end. It implements no clause.
 */
#include <string.h>

#include "scenarios/swarm_scene.h"

enum trouble {
	TROUBLE_HANDOVER, TROUBLE_MOVE, TROUBLE_DETACH, TROUBLE_ATTACH, TROUBLE_LINK, TROUBLE_INTERFACE, TROUBLE_REBIND,
	TROUBLE_REFRESH, TROUBLE_DROP, TROUBLE_CLOCK, TROUBLE_SET, TROUBLE_WANT, TROUBLE_SEQUENCE, TROUBLE_DHCP,
	TROUBLE_REFUSE, TROUBLE_REBOOT_UE, TROUBLE_REBOOT_HA, TROUBLE_REKEY, TROUBLE_REKEY_HA, TROUBLE_ABORT,
	TROUBLE_REAUTHENTICATE, TROUBLE_REALLOCATE, TROUBLE_AAA, TROUBLE_FLOOD, TROUBLE_NETWORK, TROUBLE_FLOW,
	TROUBLE_PREFIX, TROUBLES
};

static bool possible(const struct swarm_scene *s, enum trouble t)
{
	switch (t) {
	case TROUBLE_REBOOT_UE:
	case TROUBLE_REBOOT_HA:
		return scene_has(s, SWARM_REBOOTS);
	case TROUBLE_REKEY:
	case TROUBLE_REKEY_HA:
	case TROUBLE_ABORT:
	case TROUBLE_REAUTHENTICATE:
	case TROUBLE_REALLOCATE:
	case TROUBLE_AAA:
	case TROUBLE_FLOOD:
		return s->secured;
	case TROUBLE_NETWORK:
		return scene_has(s, SWARM_REVOKE);
	case TROUBLE_FLOW:
		return s->ifom;
	case TROUBLE_PREFIX:
		return s->delegation;
	case TROUBLE_HANDOVER: case TROUBLE_MOVE: case TROUBLE_DETACH: case TROUBLE_ATTACH: case TROUBLE_LINK:
	case TROUBLE_INTERFACE: case TROUBLE_REBIND: case TROUBLE_REFRESH: case TROUBLE_DROP: case TROUBLE_CLOCK:
	case TROUBLE_SET: case TROUBLE_WANT: case TROUBLE_SEQUENCE: case TROUBLE_DHCP: case TROUBLE_REFUSE: case TROUBLES:
		break;
	}
	return true;
}

/* A link that this UE may go to. */
static const char *where(const struct swarm_scene *s, struct rng *r, unsigned u)
{
	for (unsigned try = 0; try < 20; try++) {
		unsigned l = scene_pick(r, s->n_links);

		if (s->ue[u - 1].mine[l])
			return s->link[l].name;
	}
	return s->link[0].name;
}

static bool is_home(const struct swarm_scene *s, const char *link)
{
	for (unsigned l = 0; l < s->n_links; l++)
		if (!strcmp(s->link[l].name, link))
			return s->link[l].home;
	return false;
}

/* A UE's first interface is for the accesses of its gateway's gateways, the other for the rest. */
static unsigned interface(const struct swarm_scene *s, struct rng *r, const char *to)
{
	unsigned i = scene_pick(r, 2);

	return !s->pmip.gateway ? i : is_home(s, to) ? 0 : 1;
}

/* ---- trouble ----------------------------------------------------------------------------------------------------- */

static void going(struct swarm_scene *s, struct rng *r, enum trouble what, moor_time at, unsigned part, unsigned u)
{
	const char *to = where(s, r, u);
	unsigned i = interface(s, r, to), span = 10 + scene_pick(r, 3000);
	char extra[40] = "";

	if (what == TROUBLE_ATTACH) {
		scene_action(s, at, part, u, "do: attach, node: ue%u, interface: i%u, to: %s%s", u, i, to, scene_more_pdn(s, r, u));
		return;
	}
	if (scene_chance(r, 60)) {
		bool overlap = what == TROUBLE_HANDOVER && scene_chance(r, 60);

		g_snprintf(extra, sizeof extra, ", %s: %ums", overlap ? "overlap" : "gap", span);
	}
	if (what == TROUBLE_HANDOVER || s->pmip.gateway)
		scene_action(s, at, part, u, "do: handover, node: ue%u, interface: i%u, to: %s%s", u, i, to, extra);
	else
		scene_action(s, at, part, u, "do: move, node: ue%u, to: %s%s", u, to, extra);
}

/* Something ends, and comes back by itself before the calm, or with it. */
static void outage(struct swarm_scene *s, struct rng *r, enum trouble what, moor_time at, unsigned part, unsigned u)
{
	moor_time back = at + (moor_time)(100 + scene_pick(r, 9000)) * MOOR_MS;
	const char *link = s->link[scene_pick(r, s->n_links)].name;
	unsigned i = scene_pick(r, 2);

	if (what == TROUBLE_LINK) {
		link = scene_chance(r, 10) ? "core" : link;
		scene_action(s, at, part, 0, "do: link-down, link: %s", link);
		if (back < s->calm)
			scene_action(s, back, part, 0, "do: link-up, link: %s", link);
	} else if (what == TROUBLE_INTERFACE) {
		scene_action(s, at, part, u, "do: link-down, node: ue%u, interface: i%u", u, i);
		if (back < s->calm)
			scene_action(s, back, part, u, "do: link-up, node: ue%u, interface: i%u", u, i);
	} else {
		scene_action(s, at, part, 0, "do: aaa-down, node: aaa");
		if (back < s->calm)
			scene_action(s, back, part, 0, "do: aaa-up, node: aaa");
	}
}

static void networks(struct swarm_scene *s, struct rng *r, enum trouble what, moor_time at, unsigned part)
{
	const struct scene_link *l = &s->link[scene_pick(r, s->n_links)];
	unsigned much = scene_pick(r, 40), late = 1 + scene_pick(r, 200);
	char word[32];

	if (what == TROUBLE_REBIND && *l->box)
		scene_action(s, at, part, 0, "do: nat-rebind, node: %s", l->box);
	else if (what == TROUBLE_DHCP && *l->dhcp)
		scene_action(s, at, part, 0, "do: %s, node: %s",
			     scene_word(r, "dhcp-stop dhcp-start dhcp-forget", word, sizeof word), l->dhcp);
	else if (what == TROUBLE_SET)
		scene_action(s, at, part, 0, "do: set, link: %s, params: {loss: %u%%, delay: %ums}",
			     scene_chance(r, 15) ? "core" : l->name, s->harmed ? much : 0, late);
}

static void agents(struct swarm_scene *s, struct rng *r, enum trouble what, moor_time at, unsigned part, unsigned u)
{
	unsigned ha = 1 + scene_pick(r, s->n_agents), other = 1 + scene_pick(r, s->n_agents);
	char word[32];

	if (what == TROUBLE_DROP)
		scene_action(s, at, part, u, "do: drop-binding, node: ha%u, of: ue%u", ha, u);
	else if (what == TROUBLE_REFUSE)
		scene_action(s, at, part, 0, "do: set, node: ha%u, settings: {refuse: %s}", ha,
			     scene_word(r, "0 0 128 129 130 131 133 134", word, sizeof word));
	else if (what == TROUBLE_REBOOT_HA)
		scene_action(s, at, part, 0, "do: reboot, node: ha%u", ha);
	else if (what == TROUBLE_REKEY_HA)
		scene_action(s, at, part, u, "do: rekey, node: ha%u, of: ue%u, what: %s", ha, u,
			     scene_word(r, "ike child", word, sizeof word));
	else if (what == TROUBLE_ABORT)
		scene_action(s, at, part, u, "do: abort-session, node: aaa, of: ue%u", u);
	else if (what == TROUBLE_REAUTHENTICATE)
		scene_action(s, at, part, u, "do: reauthenticate, node: aaa, of: ue%u", u);
	else if (what == TROUBLE_REALLOCATE)
		scene_action(s, at, part, u, "do: reallocate, node: aaa, of: ue%u, to-node: ha%u", u, other);
	else if (what == TROUBLE_FLOOD)
		scene_action(s, at, part, 0, "do: flood, node: cn, to-node: ha%u, count: %u, every: 20ms", ha, 1 + scene_pick(r, 60));
}

static void ue_itself(struct swarm_scene *s, struct rng *r, enum trouble what, moor_time at, unsigned part, unsigned u)
{
	char word[32];

	if (what == TROUBLE_DETACH)
		scene_action(s, at, part, u, "do: detach, node: ue%u%s", u, scene_more_pdn(s, r, u));
	else if (what == TROUBLE_REFRESH)
		scene_action(s, at, part, u, "do: refresh, node: ue%u%s", u, scene_more_pdn(s, r, u));
	else if (what == TROUBLE_CLOCK)
		scene_action(s, at, part, u, "do: clock-step, node: ue%u, by: %ss", u,
			     scene_word(r, "-3600 -5 1 3600", word, sizeof word));
	else if (what == TROUBLE_WANT)
		scene_action(s, at, part, u, "do: want-ipv4, node: ue%u, want: %s", u,
			     scene_word(r, "true false", word, sizeof word));
	else if (what == TROUBLE_SEQUENCE)
		scene_action(s, at, part, u, "do: set-sequence, node: ue%u, sequence: %u", u, scene_pick(r, 65536));
	else if (what == TROUBLE_REBOOT_UE)
		scene_action(s, at, part, u, "do: reboot, node: ue%u", u);
	else if (what == TROUBLE_REKEY)
		scene_action(s, at, part, u, "do: rekey, node: ue%u, what: %s", u, scene_word(r, "ike child", word, sizeof word));
}

static void one_trouble(struct swarm_scene *s, struct rng *r, enum trouble what)
{
	moor_time at = rng_span(r, MOOR_S, s->calm - MOOR_S);
	unsigned part = scene_part(s), u = 1 + scene_pick(r, s->n_ues);

	switch (what) {
	case TROUBLE_HANDOVER:
	case TROUBLE_MOVE:
	case TROUBLE_ATTACH:
		going(s, r, what, at, part, u);
		break;
	case TROUBLE_LINK:
	case TROUBLE_INTERFACE:
	case TROUBLE_AAA:
		outage(s, r, what, at, part, u);
		break;
	case TROUBLE_REBIND:
	case TROUBLE_DHCP:
	case TROUBLE_SET:
		networks(s, r, what, at, part);
		break;
	case TROUBLE_DROP:
	case TROUBLE_REFUSE:
	case TROUBLE_REBOOT_HA:
	case TROUBLE_REKEY_HA:
	case TROUBLE_ABORT:
	case TROUBLE_REAUTHENTICATE:
	case TROUBLE_REALLOCATE:
	case TROUBLE_FLOOD:
		agents(s, r, what, at, part, u);
		break;
	case TROUBLE_DETACH:
	case TROUBLE_REFRESH:
	case TROUBLE_CLOCK:
	case TROUBLE_WANT:
	case TROUBLE_SEQUENCE:
	case TROUBLE_REBOOT_UE:
	case TROUBLE_REKEY:
		ue_itself(s, r, what, at, part, u);
		break;
	case TROUBLE_NETWORK:
		scene_more_network(s, r, at, part, u);
		break;
	case TROUBLE_FLOW:
		scene_more_flow(s, r, at, part, u);
		break;
	case TROUBLE_PREFIX:
		scene_more_prefix(s, r, at, part, u);
		break;
	case TROUBLES:
		break;
	}
}

static void trouble(struct swarm_scene *s)
{
	struct rng r = scene_rng(s, "trouble");
	unsigned weight[TROUBLES], sum = 0, n = scene_pick(&r, 4 + 6 * s->n_ues);

	for (unsigned u = 1; u <= s->n_ues; u++) {
		moor_time at = rng_span(&r, 200 * MOOR_MS, scene_chance(&r, 70) ? 3 * MOOR_S : s->calm - 2 * MOOR_S);

		going(s, &r, TROUBLE_ATTACH, at, 0, u);
	}
	for (int t = 0; t < TROUBLES; t++) {
		weight[t] = scene_chance(&r, 50) ? 0 : 1 + scene_pick(&r, t < TROUBLE_LINK ? 8 : 3);
		if (!possible(s, (enum trouble)t))
			weight[t] = 0;
		sum += weight[t];
	}
	for (; n && sum; n--) {
		unsigned k = scene_pick(&r, sum);
		int t = 0;

		for (; k >= weight[t]; t++)
			k -= weight[t];
		one_trouble(s, &r, (enum trouble)t);
	}
}

/* ---- calm -------------------------------------------------------------------------------------------------------- */

/* The core too is whole from the calm on. */
static void labels(struct swarm_scene *s)
{
	scene_action(s, s->calm, 0, 0, "do: set, link: core, params: {" SCENE_WHOLE "}, label: calm");
	scene_action(s, s->calm, 0, 0, "do: link-up, link: core");
	scene_action(s, s->settled, 0, 0, "do: set, link: core, params: {delay: 10ms}, label: settled");
	scene_action(s, s->leaving, 0, 0, "do: set, link: core, params: {delay: 10ms}, label: leaving");
}

static void mend(struct swarm_scene *s)
{
	labels(s);
	for (unsigned l = 0; l < s->n_links; l++) {
		scene_action(s, s->calm, 0, 0, "do: set, link: %s, params: {" SCENE_WHOLE "}", s->link[l].name);
		scene_action(s, s->calm, 0, 0, "do: link-up, link: %s", s->link[l].name);
		if (*s->link[l].dhcp)
			scene_action(s, s->calm, 0, 0, "do: dhcp-start, node: %s", s->link[l].dhcp);
	}
	for (unsigned k = 1; k <= s->n_agents; k++)
		scene_action(s, s->calm, 0, 0, "do: set, node: ha%u, settings: {refuse: 0}", k);
	if (s->secured)
		scene_action(s, s->calm, 0, 0, "do: aaa-up, node: aaa");
}

/* On the home link of one home agent the PDN connections by way of another have no care-of address. */
static const char *abroad(const struct swarm_scene *s, struct rng *r, unsigned u)
{
	const char *to = where(s, r, u);

	return s->n_agents > 1 && g_str_has_prefix(to, "home") ? s->link[0].name : to;
}

/* What a UE that stays is asked to do: go there, and attach again whenever it gave up. */
static void stay(struct swarm_scene *s, struct rng *r, unsigned u)
{
	const char *to = s->ue[u - 1].pdns ? abroad(s, r, u) : where(s, r, u);
	unsigned i = interface(s, r, to);
	moor_time at = s->calm + rng_span(r, 100 * MOOR_MS, 3 * MOOR_S);

	scene_action(s, at, 0, u, "do: handover, node: ue%u, interface: i%u, to: %s", u, i, to);
	scene_more_stay(s, at, u);
	for (unsigned k = 0; k < 4; k++) {
		moor_time again = at + (moor_time)(100 + k * 25000) * MOOR_MS;

		if (s->pmip.gateway && is_home(s, to))	/* comes anew, so that its gateway tries again */
			scene_action(s, again, 0, u, "do: handover, node: ue%u, interface: i%u, to: %s, gap: 100ms", u, i, to);
		scene_action(s, again + 200 * MOOR_MS, 0, u, "do: attach, node: ue%u, interface: i%u, to: %s", u, i, to);
	}
	scene_line(s, SCENE_EXPECT, 0, u, "{id: END-UE%u, state: {node: ue%u, machine: dsmip-ue, is: %s}, at: %ums, "
		   "within: 1ms, clause: 24.303 5.1.2.4}", u, u, is_home(s, to) ? "HOME" : "REGISTERED",
		   (unsigned)(s->settled / MOOR_MS));
}

/* Pings both ways; one after the other, because few packets wait for a neighbour that is still unknown. */
static void prove(struct swarm_scene *s, unsigned u)
{
	moor_time at = s->settled + (moor_time)u * 300 * MOOR_MS;

	scene_action(s, at, 0, u, "do: traffic-start, flow: end-up%u", u);
	scene_action(s, at + 150 * MOOR_MS, 0, u, "do: traffic-start, flow: end-down%u", u);
	scene_action(s, at + 5 * MOOR_S, 0, u, "do: traffic-stop, flow: end-up%u", u);
	scene_action(s, at + 5 * MOOR_S, 0, u, "do: traffic-stop, flow: end-down%u", u);
	scene_line(s, SCENE_TRAFFIC, 0, u, "{flow: end-up%u, from: ue%u, to: cn, kind: ping, interval: 500ms}", u, u);
	scene_line(s, SCENE_TRAFFIC, 0, u, "{flow: end-down%u, from: cn, to: ue%u, kind: ping, interval: 500ms}", u, u);
	if (!s->ue[u - 1].pdns)
		return;
	scene_action(s, at + 75 * MOOR_MS, 0, u, "do: traffic-start, flow: end-ims%u", u);
	scene_action(s, at + 5 * MOOR_S, 0, u, "do: traffic-stop, flow: end-ims%u", u);
	scene_line(s, SCENE_TRAFFIC, 0, u, "{flow: end-ims%u, from: cn, to: ue%u, pdn: ims, kind: ping, interval: 500ms}", u,
		   u);
}

/*
 * Who goes away stays on its link, where a gateway serves whoever is there: it comes anew, so that its gateway tries
 * again what was refused in the trouble.
 */
static void go_away(struct swarm_scene *s, unsigned u)
{
	scene_action(s, s->calm + MOOR_S, 0, u, "do: detach, node: ue%u", u);
	for (unsigned k = 0; s->pmip.gateway && k < 2; k++) {
		moor_time again = s->calm + (moor_time)(10 + k * 25) * MOOR_S;

		scene_action(s, again, 0, u, "do: link-down, node: ue%u, interface: i0", u);
		scene_action(s, again + 100 * MOOR_MS, 0, u, "do: link-up, node: ue%u, interface: i0", u);
	}
}

static void calm(struct swarm_scene *s)
{
	struct rng r = scene_rng(s, "calm");

	mend(s);
	for (unsigned u = 1; u <= s->n_ues; u++) {
		unsigned fate = scene_pick(&r, 10);

		if (fate < 2) {
			go_away(s, u);
			continue;
		}
		stay(s, &r, u);
		if (fate < 6)
			scene_action(s, s->leaving + 10 * MOOR_MS, 0, u, "do: detach, node: ue%u", u);
		prove(s, u);
	}
}

void scene_events(struct swarm_scene *s)
{
	if (scene_dsmip(s)) {
		trouble(s);
		calm(s);
	} else {
		labels(s);
	}
	if (scene_pmip(s))
		scene_pmip_events(s);
}

/* ---- traffic and harm -------------------------------------------------------------------------------------------- */

void scene_flow(struct swarm_scene *s, struct rng *r, unsigned owner, const char *name, const char *from,
		const char *to, const char *more)
{
	unsigned interval = 200 + scene_pick(r, 1000), most = scene_chance(r, 80) ? 600 : 1600;
	unsigned size = 64 + scene_pick(r, most);
	char kind[16];
	moor_time start = rng_span(r, 500 * MOOR_MS, s->calm / 2);
	moor_time stop = rng_span(r, s->calm / 2 + MOOR_S, s->calm + 3 * MOOR_S);

	scene_word(r, "cbr poisson ping request", kind, sizeof kind);
	scene_line(s, SCENE_TRAFFIC, scene_part(s), owner,
		   "{flow: %s, from: %s, to: %s, kind: %s, interval: %ums, size: %uoctets, start: %ums, stop: %ums%s}", name, from,
		   to, kind, interval, size, (unsigned)(start / MOOR_MS), (unsigned)(stop / MOOR_MS), more);
}

static void flow(struct swarm_scene *s, struct rng *r, unsigned k)
{
	unsigned u = 1 + scene_pick(r, s->n_ues), other = 1 + scene_pick(r, s->n_ues);
	bool up = scene_chance(r, 50), both = other != u && scene_chance(r, 25), four = scene_chance(r, 40);
	char name[16], from[16], to[16];

	g_snprintf(name, sizeof name, "f%u", k);
	g_snprintf(from, sizeof from, "ue%u", u);
	g_snprintf(to, sizeof to, both ? "ue%u" : "cn", other);
	scene_flow(s, r, u, name, up || both ? from : to, up || both ? to : from,
		   s->ue[u - 1].hoa4 && !both && four ? ", family: ipv4" : "");
}

static void harm(struct swarm_scene *s, struct rng *r)
{
	unsigned part = scene_part(s), u = 1 + scene_pick(r, s->n_ues), ha = 1 + scene_pick(r, s->n_agents);
	bool ue = scene_chance(r, 50);
	unsigned nth = 1 + scene_pick(r, 4), count = 1 + scene_pick(r, 4), delay = 50 + scene_pick(r, 5000);
	char verb[16], message[32], by[16], late[32] = "";

	scene_word(r, "lose lose corrupt delay duplicate", verb, sizeof verb);
	scene_word(r, ue ? "BU BU BU RS NS NA DHCP" : "BA BA BA RA NS NA", message, sizeof message);
	if (s->secured && scene_chance(r, 50))
		scene_word(r, "IKE_SA_INIT IKE_AUTH CREATE_CHILD_SA INFORMATIONAL", message, sizeof message);
	g_snprintf(by, sizeof by, ue ? "ue%u" : "ha%u", ue ? u : ha);
	if (verb[0] == 'd' && verb[1] == 'e')
		g_snprintf(late, sizeof late, ", delay: %ums", delay);
	scene_line(s, SCENE_FAULTS, part, ue ? u : 0, "{do: %s, message: %s, by: %s, nth: %u, count: %u, until: %ums%s}", verb,
		   message, by, nth, count, (unsigned)(s->calm / MOOR_MS), late);
}

static void load(struct swarm_scene *s)
{
	struct rng r = scene_rng(s, "traffic"), h = scene_rng(s, "harm");
	unsigned n = scene_pick(&r, 2 * s->n_ues + 1), m = scene_chance(&h, 50) ? scene_pick(&h, 6) : 0;

	for (unsigned k = 1; k <= n; k++)
		flow(s, &r, k);
	for (; m && scene_has(s, SWARM_FAULTS); m--)
		harm(s, &h);
}

void scene_load(struct swarm_scene *s)
{
	if (scene_dsmip(s))
		load(s);
	if (scene_pmip(s))
		scene_pmip_load(s);
}
