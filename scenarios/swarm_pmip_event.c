/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: what happens to the swarm of PMIPv6
 *
 * The same three acts as for UEs: trouble at random; calm, in which each mobile node is told where to stay or to go
 * away, and some gateway or anchor restarts once more for the heartbeats to tell; leaving. It implements no clause.
 */
#include <string.h>

#include "scenarios/swarm_scene.h"

enum trouble {
	TROUBLE_HANDOVER, TROUBLE_MOVE, TROUBLE_ATTACH, TROUBLE_DETACH, TROUBLE_REFRESH, TROUBLE_INTERFACE, TROUBLE_LINK,
	TROUBLE_SET_LINK, TROUBLE_NETWORK, TROUBLE_REVOKE, TROUBLE_DROP, TROUBLE_REBOOT_LMA, TROUBLE_REBOOT_MAG,
	TROUBLE_SET_LMA, TROUBLE_SET_MAG, TROUBLE_APPEAR, TROUBLE_CLOCK, TROUBLE_ABORT, TROUBLE_AAA, TROUBLE_REKEY, TROUBLES
};

/* What one entry of the timeline is made of. */
struct event {
	moor_time at;
	unsigned part, m;		/* the mobile node, from 1 */
	unsigned owner;			/* of the lines: the mobile node as swarm_text counts */
};

static bool possible(const struct swarm_scene *s, enum trouble t)
{
	switch (t) {
	case TROUBLE_REBOOT_LMA:
	case TROUBLE_REBOOT_MAG:
	case TROUBLE_DROP:
		return scene_has(s, SWARM_REBOOTS);
	case TROUBLE_ABORT:			/* who stays on the link is not noticed anew, unless the link tells */
		return s->pmip.policy && s->pmip.told;
	case TROUBLE_AAA:
		return s->pmip.policy;
	case TROUBLE_REKEY:
		return s->pmip.ipsec;
	case TROUBLE_NETWORK:
	case TROUBLE_REVOKE:
		return scene_has(s, SWARM_REVOKE) && s->pmip.told;
	case TROUBLE_CLOCK:
		return scene_has(s, SWARM_CLOCKS);
	case TROUBLE_HANDOVER: case TROUBLE_MOVE: case TROUBLE_ATTACH: case TROUBLE_DETACH: case TROUBLE_REFRESH:
	case TROUBLE_INTERFACE: case TROUBLE_LINK: case TROUBLE_SET_LINK: case TROUBLE_SET_LMA: case TROUBLE_SET_MAG:
	case TROUBLE_APPEAR: case TROUBLES:
		break;
	}
	return true;
}

static const char *spot(const struct swarm_scene *s, struct rng *r)
{
	return s->pmip.spot[scene_pick(r, s->pmip.n_spots)].name;
}

/* ---- trouble ----------------------------------------------------------------------------------------------------- */

static void going(struct swarm_scene *s, struct rng *r, enum trouble what, const struct event *e)
{
	const char *to = spot(s, r);
	unsigned i = scene_pick(r, s->pmip.mn[e->m - 1].ifaces), span = 10 + scene_pick(r, 3000);
	bool overlap = what == TROUBLE_HANDOVER && scene_chance(r, 60);
	char extra[40] = "";

	if (scene_chance(r, 60) && e->at + span * MOOR_MS < s->calm)
		g_snprintf(extra, sizeof extra, ", %s: %ums", overlap ? "overlap" : "gap", span);
	if (what == TROUBLE_ATTACH)
		scene_action(s, e->at, e->part, e->owner, "do: attach, node: mn%u, interface: i%u, to: %s", e->m, i, to);
	else if (what == TROUBLE_HANDOVER)
		scene_action(s, e->at, e->part, e->owner, "do: handover, node: mn%u, interface: i%u, to: %s%s", e->m, i, to, extra);
	else
		scene_action(s, e->at, e->part, e->owner, "do: move, node: mn%u, to: %s%s", e->m, to, extra);
}

static void outage(struct swarm_scene *s, struct rng *r, enum trouble what, const struct event *e)
{
	moor_time back = e->at + (moor_time)(100 + scene_pick(r, 9000)) * MOOR_MS;
	unsigned i = scene_pick(r, s->pmip.mn[e->m - 1].ifaces);
	const char *link = spot(s, r);

	if (what == TROUBLE_LINK) {
		link = scene_chance(r, 20) ? "core" : link;
		scene_action(s, e->at, e->part, 0, "do: link-down, link: %s", link);
		if (back < s->calm)
			scene_action(s, back, e->part, 0, "do: link-up, link: %s", link);
	} else if (what == TROUBLE_INTERFACE) {
		scene_action(s, e->at, e->part, e->owner, "do: link-down, node: mn%u, interface: i%u", e->m, i);
		if (back < s->calm)
			scene_action(s, back, e->part, e->owner, "do: link-up, node: mn%u, interface: i%u", e->m, i);
	} else {
		scene_action(s, e->at, e->part, 0, "do: aaa-down, node: aaa");
		if (back < s->calm)
			scene_action(s, back, e->part, 0, "do: aaa-up, node: aaa");
	}
}

/* One of several settings; `_` stands for a blank. */
static const char *setting(struct rng *r, const char *words, char *buf, size_t cap)
{
	scene_word(r, words, buf, cap);
	return g_strdelimit(buf, "_", ' ');
}

static void anchors(struct swarm_scene *s, struct rng *r, enum trouble what, const struct event *e)
{
	unsigned lma = 1 + scene_pick(r, s->pmip.n_lmas), mag = 1 + scene_pick(r, s->pmip.n_mags), how = scene_pick(r, 10);
	char word[64];

	if (what == TROUBLE_REVOKE && how < 1)
		scene_action(s, e->at, e->part, 0, "do: revoke, node: mag%u, of: mag%u", mag, mag);
	else if (what == TROUBLE_REVOKE && how < 2)
		scene_action(s, e->at, e->part, e->owner, "do: revoke, node: %s%u, of: mn%u, ipv4-only: true", scene_anchor(s), lma,
			     e->m);
	else if (what == TROUBLE_REVOKE && how < 5)
		scene_action(s, e->at, e->part, e->owner, "do: revoke, node: %s%u, of: mn%u", scene_anchor(s), lma, e->m);
	else if (what == TROUBLE_REVOKE && how < 8)
		scene_action(s, e->at, e->part, 0, "do: revoke, node: %s%u, of: mag%u", scene_anchor(s), lma, mag);
	else if (what == TROUBLE_REVOKE)
		scene_action(s, e->at, e->part, 0, "do: revoke, node: %s%u, of: %s%u", scene_anchor(s), lma, scene_anchor(s),
			     lma);
	else if (what == TROUBLE_DROP)
		scene_action(s, e->at, e->part, e->owner, "do: drop-binding, node: %s%u, of: mn%u", scene_anchor(s), lma, e->m);
	else if (what == TROUBLE_REBOOT_LMA)
		scene_action(s, e->at, e->part, 0, "do: reboot, node: %s%u", scene_anchor(s), lma);
	else if (what == TROUBLE_SET_LMA)
		scene_action(s, e->at, e->part, 0, "do: set, node: %s%u, anchoring: {%s}", scene_anchor(s), lma,
			     setting(r, "refuse:_0 refuse:_129 refuse:_130 enabled:_false enabled:_true max-bindings:_1 "
				     "lifetime-max:_20s", word, sizeof word));
}

static void gateways(struct swarm_scene *s, struct rng *r, enum trouble what, const struct event *e)
{
	unsigned mag = 1 + scene_pick(r, s->pmip.n_mags), i = scene_pick(r, s->pmip.mn[e->m - 1].ifaces);
	char word[64], way[16];

	scene_word(r, s->four && !s->pmip.ipsec ? "ip6 ip4 udp4 rfc5844" : "ip6", way, sizeof way);
	if (what == TROUBLE_REBOOT_MAG) {
		scene_action(s, e->at, e->part, 0, "do: reboot, node: mag%u", mag);
	} else if (what == TROUBLE_APPEAR) {
		scene_action(s, e->at, e->part, e->owner, "do: appear, node: mag%u, of: mn%u, interface: i%u", mag, e->m, i);
		s->pmip.appeared[mag - 1] = true;
	} else if (what == TROUBLE_SET_MAG && scene_chance(r, 30)) {
		scene_action(s, e->at, e->part, 0, "do: set, node: mag%u, gateway: {transport: %s}", mag, way);
	} else if (what == TROUBLE_SET_MAG) {
		setting(r, "knowledge:_domain knowledge:_moves knowledge:_nothing lifetime:_20s lifetime:_60s "
			"local-routing:_true local-routing:_false known-prefix:_true known-prefix:_false early-uplink:_true", word,
			sizeof word);
		scene_action(s, e->at, e->part, 0, "do: set, node: mag%u, gateway: {%s}", mag, word);
	} else if (what == TROUBLE_CLOCK) {
		scene_action(s, e->at, e->part, 0, "do: clock-step, node: mag%u, by: %s", mag,
			     scene_word(r, "-3600s -5s -100ms 100ms 5s 3600s", word, sizeof word));
	}
}

/* An anchor's clock is right again by the calm: gateways set theirs by the true time. */
static void anchor_clock(struct swarm_scene *s, struct rng *r, const struct event *e)
{
	unsigned lma = 1 + scene_pick(r, s->pmip.n_lmas), by = 100 + scene_pick(r, 9000);
	moor_time back = rng_span(r, e->at, s->calm);
	bool ahead = scene_chance(r, 50);

	scene_action(s, e->at, e->part, 0, "do: clock-step, node: %s%u, by: %s%ums", scene_anchor(s), lma,
		     ahead ? "" : "-", by);
	scene_action(s, back, e->part, 0, "do: clock-step, node: %s%u, by: %s%ums", scene_anchor(s), lma,
		     ahead ? "-" : "", by);
}

static void rest(struct swarm_scene *s, struct rng *r, enum trouble what, const struct event *e)
{
	unsigned late = 1 + scene_pick(r, 200), much = scene_pick(r, 40);
	bool core = scene_chance(r, 20);

	if (what == TROUBLE_DETACH)
		scene_action(s, e->at, e->part, e->owner, "do: detach, node: mn%u", e->m);
	else if (what == TROUBLE_REFRESH)
		scene_action(s, e->at, e->part, e->owner, "do: refresh, node: mn%u", e->m);
	else if (what == TROUBLE_NETWORK)
		scene_action(s, e->at, e->part, e->owner, "do: detach-network, node: mn%u", e->m);
	else if (what == TROUBLE_ABORT)
		scene_action(s, e->at, e->part, e->owner, "do: abort-session, node: aaa, of: mn%u", e->m);
	else if (what == TROUBLE_REKEY)
		scene_action(s, e->at, e->part, 0, "do: rekey, node: mag%u, what: %s", 1 + much % s->pmip.n_mags,
			     core ? "ike" : "child");
	else if (what == TROUBLE_SET_LINK)
		scene_action(s, e->at, e->part, 0, "do: set, link: %s, params: {loss: %u%%, delay: %ums}",
			     core ? "core" : spot(s, r), s->harmed ? much : 0, core ? late / 4 : late);
}

static void one_trouble(struct swarm_scene *s, struct rng *r, enum trouble what)
{
	struct event e = { .at = rng_span(r, MOOR_S, s->calm - MOOR_S), .part = scene_part(s) };

	e.m = 1 + scene_pick(r, s->n_mns);
	e.owner = s->n_ues + e.m;
	switch (what) {
	case TROUBLE_HANDOVER:
	case TROUBLE_MOVE:
	case TROUBLE_ATTACH:
		going(s, r, what, &e);
		break;
	case TROUBLE_INTERFACE:
	case TROUBLE_LINK:
	case TROUBLE_AAA:
		outage(s, r, what, &e);
		break;
	case TROUBLE_REVOKE:
	case TROUBLE_DROP:
	case TROUBLE_REBOOT_LMA:
	case TROUBLE_SET_LMA:
		anchors(s, r, what, &e);
		break;
	case TROUBLE_REBOOT_MAG:
	case TROUBLE_SET_MAG:
	case TROUBLE_APPEAR:
		gateways(s, r, what, &e);
		break;
	case TROUBLE_CLOCK:
		if (scene_chance(r, 30))
			anchor_clock(s, r, &e);
		else
			gateways(s, r, what, &e);
		break;
	case TROUBLE_DETACH:
	case TROUBLE_REFRESH:
	case TROUBLE_NETWORK:
	case TROUBLE_ABORT:
	case TROUBLE_SET_LINK:
	case TROUBLE_REKEY:
		rest(s, r, what, &e);
		break;
	case TROUBLES:
		break;
	}
}

static void trouble(struct swarm_scene *s)
{
	struct rng r = scene_rng(s, "pmip-trouble");
	unsigned weight[TROUBLES], sum = 0, n = scene_pick(&r, 6 + 6 * s->n_mns);

	for (unsigned m = 1; m <= s->n_mns; m++) {
		struct event e = { .m = m, .owner = s->n_ues + m };

		e.at = rng_span(&r, 200 * MOOR_MS, scene_chance(&r, 70) ? 3 * MOOR_S : s->calm - 2 * MOOR_S);
		going(s, &r, TROUBLE_ATTACH, &e);
	}
	for (int t = 0; t < TROUBLES; t++) {
		weight[t] = scene_chance(&r, 50) ? 0 : 1 + scene_pick(&r, t < TROUBLE_INTERFACE ? 8 : 3);
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

static void mend(struct swarm_scene *s)
{
	for (unsigned k = 0; k < s->pmip.n_spots; k++) {
		scene_action(s, s->calm, 0, 0, "do: set, link: %s, params: {" SCENE_WHOLE "}", s->pmip.spot[k].name);
		scene_action(s, s->calm, 0, 0, "do: link-up, link: %s", s->pmip.spot[k].name);
	}
	for (unsigned k = 1; k <= s->pmip.n_lmas; k++)
		scene_action(s, s->calm, 0, 0, "do: set, node: %s%u, anchoring: {refuse: 0, enabled: true, max-bindings: 0}",
			     scene_anchor(s), k);
	if (s->pmip.policy)
		scene_action(s, s->calm, 0, 0, "do: aaa-up, node: aaa");
	for (unsigned k = 1; k <= s->pmip.n_mags; k++)	/* who is not there is not on the link of one that restarts */
		if (s->pmip.appeared[k - 1])
			scene_action(s, s->calm + 50 * MOOR_MS, 0, 0, "do: reboot, node: mag%u", k);
}

/* It goes there, and its gateway tries again what was refused. */
static void stay(struct swarm_scene *s, struct rng *r, unsigned m)
{
	unsigned i = scene_pick(r, s->pmip.mn[m - 1].ifaces);
	moor_time at = s->calm + rng_span(r, 100 * MOOR_MS, 3 * MOOR_S);

	scene_action(s, at, 0, s->n_ues + m, "do: handover, node: mn%u, interface: i%u, to: %s", m, i, spot(s, r));
	for (unsigned k = 0; k < 4; k++)
		scene_action(s, at + (moor_time)(2 + k * 25) * MOOR_S, 0, s->n_ues + m, "do: refresh, node: mn%u", m);
}

static void prove(struct swarm_scene *s, unsigned m)
{
	moor_time at = s->settled + (moor_time)(s->n_ues + m) * 300 * MOOR_MS;
	unsigned owner = s->n_ues + m;

	scene_action(s, at, 0, owner, "do: traffic-start, flow: end-mn-up%u", m);
	scene_action(s, at + 150 * MOOR_MS, 0, owner, "do: traffic-start, flow: end-mn-down%u", m);
	scene_action(s, at + 5 * MOOR_S, 0, owner, "do: traffic-stop, flow: end-mn-up%u", m);
	scene_action(s, at + 5 * MOOR_S, 0, owner, "do: traffic-stop, flow: end-mn-down%u", m);
	scene_line(s, SCENE_TRAFFIC, 0, owner, "{flow: end-mn-up%u, from: mn%u, to: cn, kind: ping, interval: 500ms}", m, m);
	scene_line(s, SCENE_TRAFFIC, 0, owner, "{flow: end-mn-down%u, from: cn, to: mn%u, kind: ping, interval: 500ms}", m,
		   m);
}

/* Nobody is told but by heartbeats. */
static void restart(struct swarm_scene *s, struct rng *r)
{
	unsigned lma = 1 + scene_pick(r, s->pmip.n_lmas), mag = 1 + scene_pick(r, s->pmip.n_mags);
	bool anchor = scene_chance(r, 60);

	/* who is noticed by what it says says nothing when its gateway restarts */
	anchor = anchor || !s->pmip.told;
	if (!s->pmip.beats || !scene_has(s, SWARM_REBOOTS) || !scene_chance(r, 30))
		return;
	scene_action(s, s->calm + 90 * MOOR_S, scene_part(s), 0, "do: reboot, node: %s%u", anchor ? scene_anchor(s) : "mag",
		     anchor ? lma : mag);
}

static void calm(struct swarm_scene *s)
{
	struct rng r = scene_rng(s, "pmip-calm");

	mend(s);
	for (unsigned m = 1; m <= s->n_mns; m++) {
		unsigned fate = scene_pick(&r, 10);

		if (fate < 2) {
			scene_action(s, s->calm + MOOR_S, 0, s->n_ues + m, "do: detach, node: mn%u", m);
			continue;
		}
		stay(s, &r, m);
		if (fate < 6)
			scene_action(s, s->leaving + 10 * MOOR_MS, 0, s->n_ues + m, "do: detach, node: mn%u", m);
		if (!s->pmip.mn[m - 1].guest)
			prove(s, m);
	}
	restart(s, &r);
}

void scene_pmip_events(struct swarm_scene *s)
{
	trouble(s);
	calm(s);
	scene_pmip_attacks(s);
}

/* ---- traffic and harm -------------------------------------------------------------------------------------------- */

static void flow(struct swarm_scene *s, struct rng *r, unsigned k)
{
	unsigned m = 1 + scene_pick(r, s->n_mns), other = 1 + scene_pick(r, s->n_mns), with = scene_pick(r, 10);
	unsigned u = s->n_ues ? 1 + scene_pick(r, s->n_ues) : 0;
	char name[16], mn[16], peer[16] = "cn";
	bool up = scene_chance(r, 50);

	g_snprintf(name, sizeof name, "m%u", k);
	g_snprintf(mn, sizeof mn, "mn%u", m);
	if (with < 3 && other != m)
		g_snprintf(peer, sizeof peer, "mn%u", other);
	else if (with < 6 && u)
		g_snprintf(peer, sizeof peer, "ue%u", u);
	scene_flow(s, r, peer[0] == 'c' ? s->n_ues + m : 0, name, up ? mn : peer, up ? peer : mn, "");
}

static void harm(struct swarm_scene *s, struct rng *r)
{
	unsigned lma = 1 + scene_pick(r, s->pmip.n_lmas), mag = 1 + scene_pick(r, s->pmip.n_mags);
	bool gateway = scene_chance(r, 50);
	unsigned nth = 1 + scene_pick(r, 4), count = 1 + scene_pick(r, 4), delay = 50 + scene_pick(r, 5000);
	unsigned until = (unsigned)(s->calm / MOOR_MS);
	char verb[16], message[32], late[32] = "";

	scene_word(r, "lose lose corrupt delay duplicate duplicate", verb, sizeof verb);
	scene_word(r, gateway ? "PBU PBU PBU RA NA NS BRA HEARTBEAT" : "PBA PBA PBA BRI HEARTBEAT NS NA", message,
		   sizeof message);
	if (!strcmp(verb, "delay")) {
		g_snprintf(late, sizeof late, ", delay: %ums", delay);
		until -= delay;			/* nothing of the trouble arrives in the calm */
	}
	scene_line(s, SCENE_FAULTS, scene_part(s), 0, "{do: %s, message: %s, by: %s%u, nth: %u, count: %u, until: %ums%s}",
		   verb, message, gateway ? "mag" : scene_anchor(s), gateway ? mag : lma, nth, count, until, late);
}

void scene_pmip_load(struct swarm_scene *s)
{
	struct rng r = scene_rng(s, "pmip-traffic"), h = scene_rng(s, "pmip-harm");
	unsigned n = scene_pick(&r, 2 * s->n_mns + 1), m = scene_chance(&h, 50) ? scene_pick(&h, 6) : 0;

	for (unsigned k = 1; k <= n; k++)
		flow(s, &r, k);
	for (; m && scene_has(s, SWARM_FAULTS); m--)
		harm(s, &h);
}
