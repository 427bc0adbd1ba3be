/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: what else the swarm does
 *
 * Revocation, several PDN connections, IP flow mobility, home agent discovery and delegated prefixes in random scenes:
 * keys of nodes and links, and verbs of the timeline. Each has random streams of its own. It implements no clause.
 */
#include "scenarios/swarm_scene.h"

#define HA_APN "internet.ha-apn.mnc001.mcc001.pub.3gppnetwork.org"

void scene_more_choose(struct swarm_scene *s)
{
	struct rng r = scene_rng(s, "more");
	bool pdns = scene_chance(&r, 30), ifom = scene_chance(&r, 25), discovery = scene_chance(&r, 30);
	bool delegation = scene_chance(&r, 20);

	s->pdns = pdns && scene_has(s, SWARM_PDNS);
	s->ifom = ifom && scene_has(s, SWARM_IFOM) && s->r10;	/* others know none of it */
	s->discovery = discovery && scene_has(s, SWARM_DISCOVERY);
	s->delegation = delegation && scene_has(s, SWARM_DELEGATION) && !s->rfc;
}

/* Timers of what is chosen, short as the others; they follow others. */
void scene_more_timers(struct swarm_scene *s, GString *t)
{
	struct rng r = scene_rng(s, "more-timers");

	g_string_append_printf(t, ", InitMINDelayBRIs: %ums, ", 500 + 100 * scene_pick(&r, 10));
	g_string_append_printf(t, "INITIAL-HA-SWITCH-TIMEOUT: %us, MAX-HA-SWITCH-TIMEOUT: 4s", 1 + scene_pick(&r, 2));
	if (!s->discovery && !s->delegation)
		return;
	g_string_append_printf(t, ", DNS_RETRANSMISSION: %ums, ", 300 + 100 * scene_pick(&r, 10));
	g_string_append(t, "T3482: 700ms, NAS_TRIES: 2, SOL_MAX_RT: 4s, REQ_MAX_RC: 3, REL_MAX_RC: 2, INF_MAX_RT: 4s");
}

/* ---- home agents and UEs ----------------------------------------------------------------------------------------- */

void scene_more_agent(struct swarm_scene *s, unsigned k, GString *t)
{
	static const char *const names[] = { "more-ha1", "more-ha2", "more-ha3" };
	struct rng r = scene_rng(s, names[k - 1]);
	bool ifom = scene_chance(&r, 85), delegates = scene_chance(&r, 85), rapid = scene_chance(&r, 30);

	if (s->ifom && ifom)
		g_string_append(t, ", ifom: true");
	if (s->delegation && delegates)
		g_string_append_printf(t, ", dhcp6: {delegate: \"2001:db8:%x00::/40\", delegate-length: 60%s, preferred: 30s, "
				       "valid: 60s}", 0xd0 + k, rapid ? ", rapid-commit: true" : "");
	if (scene_chance(&r, 30))
		g_string_append(t, ", bu-ends-revocation: true");
}

static void ways(struct swarm_scene *s, struct rng *r, GString *t)
{
	static const char *const all[] = { "pco", "dhcp6", "dns", "ikev2" };
	unsigned first = scene_pick(r, 4), n = 1 + scene_pick(r, 3);
	bool dns = false, ikev2 = false;

	g_string_append(t, ", discovery: [");
	for (unsigned k = 0; k < n; k++) {
		unsigned way = (first + k) % 4;

		if (way == 3 && !s->secured)
			continue;
		dns = dns || way == 2 || way == 1;
		ikev2 = ikev2 || way == 3;
		g_string_append_printf(t, "%s, ", all[way]);
	}
	g_string_append(t, "static]");
	if (dns)
		g_string_append(t, ", dns: [dns]");
	if (ikev2)
		g_string_append(t, ", epdg: ha1");
}

/* first: ha1 is among its home agents, which all ways tell */
void scene_more_mobile(struct swarm_scene *s, unsigned u, bool first, GString *t)
{
	static const char *const names[] = { "more-ue1", "more-ue2", "more-ue3", "more-ue4", "more-ue5", "more-ue6" };
	struct rng r = scene_rng(s, names[u - 1]);
	bool pdns = scene_chance(&r, 50), two = scene_chance(&r, 25), four = scene_chance(&r, 40), ifom = scene_chance(&r, 60);
	bool discovery = scene_chance(&r, 60), delegation = scene_chance(&r, 50);

	s->ue[u - 1].pdns = s->pdns && pdns;
	s->ue[u - 1].ifom = s->ifom && ifom && !s->ue[u - 1].pdns;
	s->ue[u - 1].delegation = s->delegation && delegation;
	if (s->ue[u - 1].pdns)
		g_string_append_printf(t, ", pdns: [{apn: ims, lifetime: %us%s}%s]", 16 + 4 * scene_pick(&r, 10),
				       four && s->four ? ", ipv4-home-address: true" : "", two ? ", {apn: mms, lifetime: 40s}" : "");
	if (s->ue[u - 1].ifom)
		g_string_append(t, ", ifom: true");
	if (s->discovery && discovery && first)
		ways(s, &r, t);
	if (!s->ue[u - 1].delegation)
		return;
	g_string_append_printf(t, ", mobile-network: inside%u", u);
	scene_line(s, SCENE_NODES, 0, u, "host%u: {kind: cn}", u);
	scene_line(s, SCENE_LINKS, 0, u, "inside%u: {nodes: [host%u], delay: 1ms}", u, u);
}

/* ---- accesses ---------------------------------------------------------------------------------------------------- */

void scene_more_router(struct swarm_scene *s, GString *t)
{
	if (s->discovery)
		g_string_append(t, ", dhcp6: {homes: [{network: " HA_APN ", home-agent: ha1}]}");
}

void scene_more_link(struct swarm_scene *s, struct rng *r, const char *router, bool six, GString *t)
{
	bool pco = scene_chance(r, 40), dhcp6 = scene_chance(r, 50), named = scene_chance(r, 60), prefix = scene_chance(r, 30);
	char word[24];

	if (!s->discovery)
		return;
	scene_word(r, "never never never silent reject empty malformed wrong-transaction", word, sizeof word);
	if (pco)
		g_string_append_printf(t, ", pco: {%s%sdns: [dns], delay: 20ms, misbehave: %s}", named ? "home-agent: ha1, " : "",
				       prefix ? "prefix: true, " : "", word);
	if (six && dhcp6)
		g_string_append_printf(t, ", dhcp6: %s", router);
}

void scene_more_core(struct swarm_scene *s, GString *core)
{
	struct rng r = scene_rng(s, "more-dns");
	static const char how[] = "never never never never silent servfail nxdomain loop mapped wrong-id wrong-name garbage";
	char word[24];

	if (!s->discovery)
		return;
	scene_word(&r, how, word, sizeof word);
	scene_line(s, SCENE_NODES, 0, 0, "dns: {kind: dns-server, zone: {" HA_APN ": ha1}, misbehave: %s}", word);
	g_string_append(core, ", dns");
}

/* ---- timeline ---------------------------------------------------------------------------------------------------- */

/* ", pdn: ims" now and then, for verbs that may be about one PDN connection. */
const char *scene_more_pdn(const struct swarm_scene *s, struct rng *r, unsigned u)
{
	bool one = scene_chance(r, 40), ims = scene_chance(r, 60);

	if (!s->ue[u - 1].pdns || !one)
		return "";
	return ims ? ", pdn: ims" : ", pdn: internet";
}

void scene_more_network(struct swarm_scene *s, struct rng *r, moor_time at, unsigned part, unsigned u)
{
	unsigned what = scene_pick(r, 5), ha = 1 + scene_pick(r, s->n_agents), other = 1 + scene_pick(r, s->n_agents);
	const char *pdn = scene_more_pdn(s, r, u);

	if (what == 0)
		scene_action(s, at, part, u, "do: detach-network, node: ue%u%s", u, pdn);
	else if (what == 1)
		scene_action(s, at, part, u, "do: revoke, node: ha%u, of: ue%u%s", ha, u, pdn);
	else if (what == 2 && s->ue[u - 1].hoa4 && s->rfc)
		scene_action(s, at, part, u, "do: revoke, node: ha%u, of: ue%u, ipv4-only: true", ha, u);
	else if (what == 3 && other != ha && s->secured)
		scene_action(s, at, part, u, "do: reallocate, node: ha%u, of: ue%u, to-node: ha%u, how: %s", ha, u, other,
			     scene_chance(r, 30) ? "redirect" : "switch");
	else if (what >= 3)
		scene_action(s, at, part, u, "do: binding-refresh-request, node: ha%u, of: ue%u%s", ha, u, pdn);
}

/* A routing rule comes, and perhaps changes, and goes. */
static void rule(struct swarm_scene *s, struct rng *r, moor_time at, unsigned part, unsigned u)
{
	unsigned fid = ++s->ue[u - 1].rules, i = scene_pick(r, 2), port = 9000 + scene_pick(r, 3);
	bool both = scene_chance(r, 30), moves = scene_chance(r, 50), goes = scene_chance(r, 50);
	moor_time later = at + rng_span(r, 10 * MOOR_MS, 8 * MOOR_S), end = later + rng_span(r, 10 * MOOR_MS, 8 * MOOR_S);
	char over[24];

	g_snprintf(over, sizeof over, both ? "[i%u, i%u]" : "[i%u]", i, !i);
	scene_action(s, at, part, u,
		     "do: add-flow, node: ue%u, fid: %u, selector: {protocol: 17, remote-port: %u}, over: %s", u, fid, port, over);
	if (moves)
		scene_action(s, later, part, u, "do: move-flow, node: ue%u, fid: %u, over: [i%u]", u, fid, !i);
	if (goes)
		scene_action(s, end, part, u, "do: remove-flow, node: ue%u, fid: %u", u, fid);
}

void scene_more_flow(struct swarm_scene *s, struct rng *r, moor_time at, unsigned part, unsigned u)
{
	bool access = scene_chance(r, 40), add = scene_chance(r, 50);

	if (!s->ue[u - 1].ifom)
		return;
	if (access)
		scene_action(s, at, part, u, "do: %s-access, node: ue%u, interface: i%u", add ? "add" : "remove", u,
			     scene_pick(r, 2));
	else
		rule(s, r, at, part, u);
}

void scene_more_prefix(struct swarm_scene *s, struct rng *r, moor_time at, unsigned part, unsigned u)
{
	moor_time later = at + rng_span(r, 10 * MOOR_MS, 8 * MOOR_S);
	unsigned what = scene_pick(r, 4);

	if (!s->ue[u - 1].delegation)
		return;
	scene_action(s, at, part, u, "do: %s, node: ue%u", what < 3 ? "request-prefix" : "configure", u);
	if (what == 2)
		scene_action(s, later, part, u, "do: release-prefix, node: ue%u", u);
}

/* What a UE that stays needs besides. */
void scene_more_stay(struct swarm_scene *s, moor_time at, unsigned u)
{
	for (unsigned i = 0; s->ue[u - 1].ifom && i < 2; i++)
		scene_action(s, at, 0, u, "do: add-access, node: ue%u, interface: i%u", u, i);
}
