/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: where the swarm plays
 *
 * Nodes and links of a random scene: home agents, accesses of every kind, NATs of every behaviour, UEs with settings of
 * their own. Timers are short, so that what heals does so within a minute or two of virtual time. It implements no
 * clause.
 */
#include "scenarios/swarm_scene.h"

/* ---- the whole --------------------------------------------------------------------------------------------------- */

static void head(struct swarm_scene *s)
{
	struct rng r = scene_rng(s, "head");
	char word[32];
	const char *profile = scene_word(&r, "r10 r10 r10 r8 r8 rfc", word, sizeof word);
	bool openssl = scene_chance(&r, 6);
	unsigned chaos = 12 + scene_pick(&r, 28);

	s->secured = (scene_chance(&r, 55) || s->kind == SWARM_GATEWAY) && scene_has(s, SWARM_SECURITY);
	s->four = scene_has(s, SWARM_IPV4) && scene_chance(&r, 80);
	s->harmed = scene_has(s, SWARM_IMPAIR) && scene_chance(&r, 75);
	s->rfc = profile[1] == 'f' && scene_has(s, SWARM_PROFILES);
	if (!scene_has(s, SWARM_PROFILES))
		profile = "r10";
	s->r10 = !g_strcmp0(profile, "r10");
	s->calm = chaos * MOOR_S;
	s->settled = s->calm + 150 * MOOR_S;
	s->leaving = s->settled + 9 * MOOR_S;
	s->end = s->leaving + 80 * MOOR_S;
	scene_line(s, SCENE_HEAD, 0, 0, "scenario: swarm-%" G_GUINT64_FORMAT, s->seed);
	scene_line(s, SCENE_HEAD, 0, 0, "about: Made by `mooring swarm --seed %" G_GUINT64_FORMAT " --runs 1`", s->seed);
	scene_line(s, SCENE_HEAD, 0, 0, "profile: %s", profile);
	scene_line(s, SCENE_HEAD, 0, 0, "duration: %us", (unsigned)(s->end / MOOR_S));
	scene_line(s, SCENE_HEAD, 0, 0, "seed: %" G_GUINT64_FORMAT, s->seed);
	if (s->secured)
		scene_line(s, SCENE_HEAD, 0, 0, "crypto: {provider: %s, charge: %s}",
			   openssl && scene_has(s, SWARM_OPENSSL) ? "openssl" : "modelled", scene_chance(&r, 70) ? "true" : "false");
}

/* Everything that is waited for ends soon enough. */
static void timers(struct swarm_scene *s)
{
	struct rng r = scene_rng(s, "timers");
	unsigned most = 4 + scene_pick(&r, 9), tries = 4 + scene_pick(&r, 3);
	GString *t = g_string_new("timers: {");

	g_string_append_printf(t, "MAX_BINDACK_TIMEOUT: %us, ", most);
	g_string_append_printf(t, "INITIAL_BINDACK_TIMEOUT: %ums, ", 300 + 100 * scene_pick(&r, 12));
	g_string_append_printf(t, "InitialBindackTimeoutFirstReg: %ums, ", 500 + 100 * scene_pick(&r, 15));
	g_string_append_printf(t, "MAX_DELETE_BCE_TIMEOUT: %us, ", scene_pick(&r, 11));
	g_string_append_printf(t, "NATKATIMEOUT: %us, ", 5 + scene_pick(&r, 20));
	g_string_append_printf(t, "DHCP_FIRST_RETRANSMISSION: %us, DHCP_MAX_RETRANSMISSION: 8s, ", 1 + scene_pick(&r, 4));
	g_string_append_printf(t, "RTR_SOLICITATION_INTERVAL: %us", 1 + scene_pick(&r, 4));
	if (s->secured) {
		g_string_append_printf(t, ", IKE_TRIES: %u, IKE_RETRANSMISSION: %ums, IKE_RETRANSMISSION_MAX: 4s, ", tries,
				       300 + 100 * scene_pick(&r, 4));
		g_string_append_printf(t, "IKE_HALF_OPEN_TIMEOUT: %us, ", 8 + scene_pick(&r, 12));
		g_string_append_printf(t, "IKE_RESPONSE_KEPT: 20s, AAA_TIMEOUT: %us, ", 1 + scene_pick(&r, 4));
		g_string_append_printf(t, "IKE_LIVENESS: %us, ", 5 + scene_pick(&r, 10));
		g_string_append_printf(t, "NAT_KEEPALIVE: %us", 3 + scene_pick(&r, 7));
	}
	scene_more_timers(s, t);
	if (scene_pmip(s))
		scene_pmip_timers(s, t);
	scene_line(s, SCENE_HEAD, 0, 0, "%s}", t->str);
	g_string_free(t, TRUE);
}

/* ---- links ------------------------------------------------------------------------------------------------------- */

void scene_impair(struct swarm_scene *s, struct rng *r, GString *t, bool core)
{
	unsigned least = core ? 1 : scene_pick(r, 20), most = least + 1 + scene_pick(r, core ? 10 : 60);
	char word[32];

	if (scene_chance(r, 60))
		g_string_append_printf(t, ", rate: %sMbps", scene_word(r, core ? "100 1000" : "1 2 10 50 300", word, sizeof word));
	switch (scene_pick(r, 4)) {
	case 0:
		g_string_append_printf(t, ", delay: \"uniform(%ums, %ums)\"", least, most);
		break;
	case 1:
		g_string_append_printf(t, ", delay: \"normal(%ums, %ums)\"", most, 1 + most / 8);
		break;
	default:
		g_string_append_printf(t, ", delay: %ums", most);
		break;
	}
	if (!s->harmed)
		return;
	if (scene_chance(r, 50))
		g_string_append_printf(t, ", loss: %u%%", 1 + scene_pick(r, core ? 4 : 20));
	if (scene_chance(r, 30)) {
		g_string_append_printf(t, ", reorder: %u%%", 1 + scene_pick(r, 20));
		g_string_append_printf(t, ", reorder-delay: %ums", 1 + scene_pick(r, 80));
	}
	if (scene_chance(r, 25))
		g_string_append_printf(t, ", duplicate: %u%%", 1 + scene_pick(r, 15));
	if (scene_chance(r, 20))
		g_string_append_printf(t, ", corrupt: %u%%", 1 + scene_pick(r, 5));
}

static void advertise(struct rng *r, GString *t)
{
	unsigned least = 1 + scene_pick(r, 4);

	g_string_append_printf(t, ", advertise: {every: [%us, %us]", least, least + 1 + scene_pick(r, 5));
	if (scene_chance(r, 50))
		g_string_append(t, ", interval-option: true");
	if (scene_chance(r, 30))
		g_string_append_printf(t, ", reply-delay: %ums", scene_pick(r, 500));
	if (scene_chance(r, 20))
		g_string_append_printf(t, ", lifetime: %us", 30 + scene_pick(r, 100));
	g_string_append_c(t, '}');
}

static void nat_node(struct swarm_scene *s, struct rng *r, const char *name)
{
	static const char behaviours[] = "endpoint-independent address-dependent address-port-dependent";
	char mapping[32], filtering[32], timeout[16];
	GString *t = g_string_new(NULL);

	scene_word(r, behaviours, mapping, sizeof mapping);
	scene_word(r, behaviours, filtering, sizeof filtering);
	scene_word(r, "12 20 30 60 120", timeout, sizeof timeout);
	g_string_append_printf(t, "mapping: %s, filtering: %s, udp-timeout: %ss", mapping, filtering, timeout);
	if (scene_chance(r, 40))
		g_string_append(t, ", port-preservation: false");
	if (scene_chance(r, 40))
		g_string_append(t, ", hairpinning: false");
	if (scene_chance(r, 40))
		g_string_append(t, ", inbound-refresh: true");
	if (scene_chance(r, 20))
		g_string_append(t, ", ports: [20000, 20099]");
	scene_line(s, SCENE_NODES, 0, 0, "%s: {kind: router, nat: {outside: core, %s}}", name, t->str);
	g_string_free(t, TRUE);
}

static void plain_node(struct swarm_scene *s, const char *name)
{
	GString *t = g_string_new(NULL);

	scene_more_router(s, t);
	scene_line(s, SCENE_NODES, 0, 0, "%s: {kind: router%s}", name, t->str);
	g_string_free(t, TRUE);
}

/* The k-th access: IPv6, IPv4, both, IPv4 behind a NAT, or IPv6 beside that. */
static void access_link(struct swarm_scene *s, struct rng *r, unsigned k)
{
	struct scene_link *l = &s->link[s->n_links++];
	unsigned kind = scene_pick(r, 8);
	bool nat = kind >= 5 && scene_has(s, SWARM_NAT) && s->four, own_dhcp = scene_chance(r, 20);
	GString *t = g_string_new(NULL);
	char router[16];

	l->six = kind < 3 || kind == 4 || kind == 7 || !s->four;
	l->four = s->four && kind >= 3;
	g_snprintf(l->name, sizeof l->name, "net%u", k);
	g_snprintf(router, sizeof router, "%s%u", nat ? "box" : "ar", k);
	g_strlcpy(l->box, nat ? router : "", sizeof l->box);
	if (nat)
		nat_node(s, r, router);
	else
		plain_node(s, router);
	g_string_append_printf(t, "nodes: [%s", router);
	if (l->four && own_dhcp) {
		scene_line(s, SCENE_NODES, 0, 0, "ds%u: {kind: dhcp-server}", k);
		g_string_append_printf(t, ", ds%u", k);
	}
	g_string_append_c(t, ']');
	if (l->six)
		g_string_append_printf(t, ", prefix: \"2001:db8:%x::/64\"", k);
	if (l->four) {
		bool same = scene_chance(r, 50);

		g_snprintf(l->dhcp, sizeof l->dhcp, own_dhcp ? "ds%u" : nat ? "box%u" : "ar%u", k);
		g_string_append_printf(t, nat ? same ? ", prefix4: 10.0.0.0/24" : ", prefix4: 10.0.%u.0/24"
				       : ", prefix4: 198.18.%u.0/24", k);
		g_string_append_printf(t, ", dhcp4: %s", l->dhcp);
		if (scene_chance(r, 30))
			g_string_append_printf(t, ", lease: %us", 20 + scene_pick(r, 100));
	}
	if (scene_chance(r, 20))
		g_string_append(t, ", isolated: false");
	if (scene_chance(r, 20))
		g_string_append_printf(t, ", mtu: %uoctets", 1280 + scene_pick(r, 221));
	scene_impair(s, r, t, false);
	if (l->six)
		advertise(r, t);
	scene_more_link(s, r, router, l->six && !nat, t);
	scene_line(s, SCENE_LINKS, 0, 0, "%s: {access: true, %s}", l->name, t->str);
	g_string_free(t, TRUE);
}

static void home_link(struct swarm_scene *s, struct rng *r)
{
	struct scene_link *l = &s->link[s->n_links++];
	GString *t = g_string_new(NULL);

	g_strlcpy(l->name, "home", sizeof l->name);
	l->home = true;
	scene_impair(s, r, t, false);
	advertise(r, t);
	scene_line(s, SCENE_LINKS, 0, 0, "home: {home: true, nodes: [ha1]%s}", t->str);
	g_string_free(t, TRUE);
}

static void links(struct swarm_scene *s)
{
	struct rng r = scene_rng(s, "links");
	unsigned n = 1 + scene_pick(&r, 6);
	GString *core = g_string_new("cn");
	GString *t = g_string_new(NULL);

	for (unsigned k = 1; k <= n; k++) {
		struct rng one = scene_rng(s, (const char *[]){ "net1", "net2", "net3", "net4", "net5", "net6" }[k - 1]);

		access_link(s, &one, k);
		g_string_append_printf(core, ", %s%u", *s->link[s->n_links - 1].box ? "box" : "ar", k);
	}
	if (scene_has(s, SWARM_HOME) && scene_chance(&r, 40) && !s->pmip.gateway)
		home_link(s, &r);
	for (unsigned k = 1; k <= s->n_agents; k++)
		g_string_append_printf(core, ", ha%u", k);
	scene_more_core(s, core);
	if (scene_pmip(s))
		scene_pmip_core(s, core);
	scene_impair(s, &r, t, true);
	scene_line(s, SCENE_LINKS, 0, 0, "core: {nodes: [%s], prefix: \"2001:db8:c0::/64\", prefix4: 203.0.113.0/24%s}",
		   core->str, t->str);
	g_string_free(core, TRUE);
	g_string_free(t, TRUE);
}

/* ---- nodes ------------------------------------------------------------------------------------------------------- */

static void agent_ike(struct rng *r, GString *t)
{
	g_string_append_printf(t, ", ike: {cookies-above: %u", scene_pick(r, 3) * 8);
	if (scene_chance(r, 25))
		g_string_append_printf(t, ", rekey-child: %us", 10 + scene_pick(r, 60));
	if (scene_chance(r, 25))
		g_string_append_printf(t, ", rekey-ike: %us", 15 + scene_pick(r, 60));
	if (scene_chance(r, 15))
		g_string_append(t, ", fragmentation: false");
	g_string_append_c(t, '}');
	if (scene_chance(r, 20))
		g_string_append(t, ", certificate: {key: ed25519}");
}

static void agent(struct swarm_scene *s, struct rng *r, unsigned k)
{
	GString *t = g_string_new(NULL);
	char word[32];

	if (s->four && scene_chance(r, 80))
		g_string_append_printf(t, ", ipv4-pool: 192.0.%u.0/24", k + 2);
	g_string_append_printf(t, ", lifetime-max: %us", 20 + 4 * scene_pick(r, 20));
	if (scene_chance(r, 30))
		g_string_append_printf(t, ", refresh-advice: %us", 8 + 4 * scene_pick(r, 8));
	if (scene_chance(r, 60))
		g_string_append_printf(t, ", nat-refresh: %ss", scene_word(r, "4 6 8 0 20 110 4294967295", word, sizeof word));
	if (scene_chance(r, 15))
		g_string_append(t, ", force-udp: true");
	if (s->rfc && scene_chance(r, 30))
		g_string_append(t, ", dad: true");
	if (s->rfc && scene_chance(r, 50))
		g_string_append(t, ", accept-force: true");
	if (s->secured && (scene_chance(r, 85) || s->pmip.gateway))
		g_string_append(t, ", aaa: aaa");
	if (s->secured)
		agent_ike(r, t);
	scene_more_agent(s, k, t);
	if (s->pmip.gateway)
		scene_pmip_gateway(s, t);
	scene_line(s, SCENE_NODES, 0, 0, "ha%u: {kind: ha, hnp-pool: \"2001:db8:%x00::/40\"%s}", k, 0xa0 + k, t->str);
	g_string_free(t, TRUE);
}

static void mobile(struct swarm_scene *s, struct rng *r, unsigned u)
{
	struct scene_ue *ue = &s->ue[u - 1];
	GString *t = g_string_new(NULL), *agents = g_string_new("ha1");
	bool other = s->n_agents > 1 && scene_chance(r, 30);

	for (unsigned k = 2; k <= s->n_agents; k++)
		g_string_append_printf(agents, ", ha%u", k);
	ue->hoa4 = s->four && scene_chance(r, 60);
	for (unsigned l = 0; l < s->n_links; l++)
		ue->mine[l] = !s->link[l].home || !other;
	if (other)
		g_string_printf(agents, "ha%u", 2 + scene_pick(r, s->n_agents - 1));
	if (ue->hoa4)
		g_string_append(t, ", ipv4-home-address: true");
	g_string_append_printf(t, ", lifetime: %us", 16 + 4 * scene_pick(r, 12));
	g_string_append_printf(t, ", refresh: %u%%", scene_chance(r, 10) ? 0 : 40 + scene_pick(r, 55));
	if (scene_chance(r, 15))
		g_string_append(t, ", keepalive: false");
	if (scene_chance(r, 20))
		g_string_append(t, ", keep-family: true");
	if (scene_chance(r, 20))
		g_string_append(t, ", optimistic-dad: true");
	if (scene_chance(r, 20))
		g_string_append(t, ", eager-switching: true");
	if (scene_chance(r, 20))
		g_string_append_printf(t, ", first-sequence: %u", 65530 + scene_pick(r, 6));
	if (s->rfc && scene_chance(r, 15))
		g_string_append(t, ", request-flags: {f: true}");
	if (!s->secured)
		g_string_append(t, ", ipsec: none");
	else if (scene_chance(r, 10))
		g_string_append(t, ", second-authentication: true");
	if (s->secured && scene_chance(r, 20))
		g_string_append_printf(t, ", ike: {rekey-child: %us}", 8 + scene_pick(r, 60));
	if (s->secured && scene_chance(r, 10))
		g_string_append(t, ", usim: {ahead: 40}");
	scene_more_mobile(s, u, !other, t);
	scene_line(s, SCENE_NODES, 0, u, "ue%u: {kind: ue, home-agent: [%s], interfaces: [i0, i1]%s}", u, agents->str, t->str);
	g_string_free(agents, TRUE);
	g_string_free(t, TRUE);
}

static void agents_and_ues(struct swarm_scene *s, struct rng *r)
{
	static const char *const agents[] = { "ha1", "ha2", "ha3" };
	static const char *const mobiles[] = { "ue1", "ue2", "ue3", "ue4", "ue5", "ue6" };

	s->n_agents = 1 + (scene_chance(r, 45) ? scene_pick(r, SWARM_AGENTS_MAX) : 0);
	if (!scene_has(s, SWARM_AGENTS) || s->pmip.gateway)
		s->n_agents = 1;
	s->n_ues = 1 + scene_pick(r, scene_pmip(s) ? SWARM_UES / 2 : SWARM_UES);
	for (unsigned k = 0; k < s->n_agents; k++) {
		struct rng one = scene_rng(s, agents[k]);

		agent(s, &one, k + 1);
	}
	links(s);
	if (s->pmip.gateway)
		scene_pmip_homes(s);
	for (unsigned u = 0; u < s->n_ues; u++) {
		struct rng one = scene_rng(s, mobiles[u]);

		mobile(s, &one, u + 1);
	}
}

void scene_places(struct swarm_scene *s)
{
	struct rng r = scene_rng(s, "places");

	head(s);
	scene_more_choose(s);
	scene_pmip_choose(s);
	timers(s);
	scene_line(s, SCENE_NODES, 0, 0, "cn: {kind: cn}");
	if (s->secured) {
		struct rng one = scene_rng(s, "aaa");
		bool fast = scene_chance(&one, 70);

		scene_line(s, SCENE_NODES, 0, 0, "aaa: {kind: aaa, round-trip: %ums%s}", 1 + scene_pick(&one, 80),
			   fast ? "" : ", fast-reauthentication: false");
	}
	if (scene_pmip(s))
		scene_pmip_places(s);	/* before the core link, which names its nodes */
	if (scene_dsmip(s))
		agents_and_ues(s, &r);
	if (scene_pmip(s))
		scene_pmip_hosts(s);
}
