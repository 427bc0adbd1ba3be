/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: what is done to security between anchors and gateways in a random scene
 *
 * SAs get new keys at odd times from either end, and a stranger forges messages, of which none may be believed. All
 * draws are from a stream of its own, so that other scenes stay as they are. It implements no clause.
 */
#include "scenarios/swarm_scene.h"

static void rekey(struct swarm_scene *s, struct rng *r, moor_time at)
{
	unsigned mag = 1 + scene_pick(r, s->pmip.n_mags), lma = s->pmip.lma[mag - 1];
	bool ours = scene_chance(r, 50), ike = scene_chance(r, 40);

	if (ours)
		scene_action(s, at, scene_part(s), 0, "do: rekey, node: mag%u, what: %s", mag, ike ? "ike" : "child");
	else
		scene_action(s, at, scene_part(s), 0, "do: rekey, node: lma%u, of: mag%u, what: %s", lma, mag,
			     ike ? "ike" : "child");
}

static void forge(struct swarm_scene *s, struct rng *r, moor_time at)
{
	unsigned mag = 1 + scene_pick(r, s->pmip.n_mags), lma = s->pmip.lma[mag - 1], m = 1 + scene_pick(r, s->n_mns);
	unsigned number = scene_pick(r, 100);
	bool up = scene_chance(r, 50);
	char what[16];

	scene_word(r, up ? "pbu pbu-end heartbeat" : "pba bri bri-all heartbeat", what, sizeof what);
	if (up)
		scene_action(s, at, scene_part(s), s->n_ues + m,
			     "do: forge, node: cn, forged: %s, as: mag%u, to-node: lma%u, of: mn%u, sequence: %u", what, mag, lma, m,
			     number);
	else
		scene_action(s, at, scene_part(s), s->n_ues + m,
			     "do: forge, node: cn, forged: %s, as: lma%u, to-node: mag%u, of: mn%u, sequence: %u", what, lma, mag, m,
			     number);
}

void scene_pmip_attacks(struct swarm_scene *s)
{
	struct rng r = scene_rng(s, "pmip-attacks");
	unsigned n = scene_pick(&r, 12);

	for (; s->pmip.ipsec && n; n--) {
		moor_time at = rng_span(&r, MOOR_S, s->calm + 20 * MOOR_S);

		if (scene_chance(&r, 50))
			rekey(s, &r, at);
		else
			forge(s, &r, at);
	}
}
