/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: where the swarm of PMIPv6 plays
 *
 * Anchors, gateways and mobile nodes of a random scene: every transport, with and without GRE, timestamps and sequence
 * numbers, clocks that are wrong, gateways that know more or less of each other, with and without a policy store. It
 * implements no clause.
 */
#include "scenarios/swarm_scene.h"

void scene_pmip_timers(struct swarm_scene *s, GString *t)
{
	struct rng r = scene_rng(s, "pmip-timers");
	char word[16];

	g_string_append_printf(t, ", MinDelayBeforeBCEDelete: %us, ", scene_pick(&r, 11));
	g_string_append_printf(t, "MaxDelayBeforeNewBCEAssign: %ums, ", 100 * scene_pick(&r, 21));
	g_string_append_printf(t, "HEARTBEAT_INTERVAL: %us, ", 1 + scene_pick(&r, 15));
	g_string_append_printf(t, "MISSING_HEARTBEATS_ALLOWED: %u, ", scene_pick(&r, 4));
	g_string_append_printf(t, "TimestampValidityWindow: %ss, ", scene_word(&r, "0.3 0.3 0.5 2", word, sizeof word));
	g_string_append_printf(t, "MN_SILENCE_TIME: %us, ", 2 + scene_pick(&r, 12));
	g_string_append_printf(t, "PMIP_IKE_RETRY: %us", 1 + scene_pick(&r, 4));
}

/* ---- nodes ------------------------------------------------------------------------------------------------------- */

/* IKEv2 and ESP, with a key for each pair. */
static void security(struct rng *r, GString *t)
{
	unsigned child = 10 + scene_pick(r, 60), sa = 15 + scene_pick(r, 60);
	bool rekeys = scene_chance(r, 30), renews = scene_chance(r, 30);

	g_string_append(t, ", ipsec: ikev2, ike: {");
	g_string_append_printf(t, "rekey-child: %us, rekey-ike: %us}", rekeys ? child : 0, renews ? sa : 0);
}

static void trusts(const struct swarm_scene *s, GString *t)
{
	g_string_append(t, ", mags: [");
	for (unsigned m = 0; m < s->pmip.n_mags; m++)
		g_string_append_printf(t, "%smag%u", m ? ", " : "", m + 1);
	g_string_append_c(t, ']');
}

static void anchoring(const struct swarm_scene *s, struct rng *r, GString *t)
{
	bool longer = s->pmip.longer && scene_chance(r, 60), plain = scene_chance(r, 30);

	g_string_append_printf(t, ", anchoring: {lifetime-max: %us", longer ? 3600 : 16 + 4 * scene_pick(r, 20));
	if (!s->pmip.gre || plain)
		g_string_append(t, ", gre: false");
	if (scene_chance(r, 25))
		g_string_append(t, ", gre-sequence: true");
	if (!s->pmip.beats && scene_chance(r, 50))
		g_string_append(t, ", heartbeat: false");
	if (scene_chance(r, 20))
		g_string_append(t, ", mag-link-local: \"fe80::1\"");
	if (scene_chance(r, 20))
		g_string_append(t, ", accept-force-udp: true");
	if (scene_chance(r, 20) && scene_has(s, SWARM_REVOKE))
		g_string_append(t, ", revoke-on-handoff: true");
	if (scene_chance(r, 10))
		g_string_append(t, ", global-revocation: false");
	if (s->pmip.policy && scene_chance(r, 15))
		g_string_append(t, ", verify-attachment: true");
	g_string_append_c(t, '}');
}

static void anchor(struct swarm_scene *s, struct rng *r, unsigned k)
{
	GString *t = g_string_new(NULL);
	bool known = scene_chance(r, 70);
	unsigned drift = scene_pick(r, 40), offset = scene_pick(r, 100);

	if (s->four && scene_chance(r, 85))
		g_string_append_printf(t, ", ipv4-pool: 192.0.%u.0/24", 16 + k);
	if (s->pmip.policy)
		g_string_append(t, ", aaa: aaa");
	if (s->pmip.ipsec)
		security(r, t);
	if (known)
		trusts(s, t);
	if (scene_has(s, SWARM_CLOCKS) && scene_chance(r, 40))
		g_string_append_printf(t, ", clock: {offset: %ums, drift: %uppm}", offset, drift);
	anchoring(s, r, t);
	scene_line(s, SCENE_NODES, 0, 0, "lma%u: {kind: lma, hnp-pool: \"2001:db8:%x00::/40\"%s}", k, 0xe0 + k, t->str);
	g_string_free(t, TRUE);
}

/* What it asks for and says. */
static void habits(struct swarm_scene *s, struct rng *r, GString *t)
{
	bool longer = s->pmip.longer && scene_chance(r, 60), odd = scene_chance(r, 8), lapses;
	char word[16];

	g_string_append_printf(t, "lifetime: %us", longer ? 3600 : 16 + 4 * scene_pick(r, 20));
	lapses = scene_chance(r, 10);
	g_string_append_printf(t, ", refresh: %u%%", lapses ? 0 : 40 + scene_pick(r, 55));
	if (s->four && !s->pmip.ipsec && scene_chance(r, 60))
		g_string_append_printf(t, ", transport: %s", scene_word(r, "ip4 udp4 rfc5844", word, sizeof word));
	if (scene_chance(r, 50))
		g_string_append_printf(t, ", knowledge: %s", scene_word(r, "moves nothing", word, sizeof word));
	if (!s->pmip.gre)
		g_string_append(t, ", gre: false");
	if (scene_chance(r, 25))
		g_string_append(t, ", gre-sequence: true");
	if (s->pmip.stamps == odd)
		g_string_append(t, ", timestamps: false");
	if (s->pmip.fixed)
		g_string_append(t, ", fixed-link-local: \"fe80::2:1\"");
	else if (scene_chance(r, 15))
		g_string_append(t, ", link-local: false");
	if (scene_chance(r, 20))
		g_string_append(t, ", snoop: true");
	if (scene_chance(r, 25))
		g_string_append(t, ", local-routing: true");
	/* an IPv4 address that comes and goes is a way to another place for a UE that looks for its home agent */
	if (s->four && !(s->pmip.gateway && lapses) && scene_chance(r, 50))
		g_string_append(t, ", ipv4: true");
	if (scene_chance(r, 25))
		g_string_append(t, ", known-prefix: true");
	if (scene_chance(r, 25))
		g_string_append(t, ", early-uplink: true");
	if (!s->pmip.beats && scene_chance(r, 50))
		g_string_append(t, ", heartbeat: false");
	g_string_append_printf(t, ", clock-sync: %ums", 100 + 100 * scene_pick(r, 20));
}

/*
 * How the gateway notices who comes and goes. What a host sent before it left may come after it: where that shows a
 * host, its silence must show that it is gone.
 */
static void watched(const struct swarm_scene *s, struct rng *r, GString *t)
{
	static const char *const comes[] = { "rs", "data", "rs, data", "rs, dhcp, data" };
	bool more = s->pmip.watched && scene_chance(r, 70);
	unsigned how = scene_pick(r, G_N_ELEMENTS(comes));

	if (!s->pmip.told)
		g_string_append_printf(t, ", detect: [%s], detect-loss: [nud]", comes[how | 2]);
	else if (more)
		g_string_append_printf(t, ", detect: [link, %s], detect-loss: [link, nud]", comes[how]);
}

static void spots(struct swarm_scene *s, struct rng *r, unsigned k)
{
	unsigned n = scene_chance(r, 35) ? 2 : 1;
	char word[16];

	for (unsigned i = 0; i < n; i++) {
		struct scene_spot *x = &s->pmip.spot[s->pmip.n_spots++];
		GString *t = g_string_new(NULL);

		x->mag = k;
		g_snprintf(x->name, sizeof x->name, "spot%u%c", k, 'a' + (int)i);
		g_string_append_printf(t, ", access-technology: %s",
				       scene_word(r, "wlan wlan lte lte utran ehrpd", word, sizeof word));
		scene_impair(s, r, t, false);
		watched(s, r, t);
		if (scene_chance(r, 15))
			g_string_append_printf(t, ", advertise: {mtu: %uoctets}", 1280 + scene_pick(r, 200));
		scene_line(s, SCENE_LINKS, 0, 0, "%s: {access: true, nodes: [mag%u]%s}", x->name, k, t->str);
		g_string_free(t, TRUE);
	}
}

static void gateway(struct swarm_scene *s, struct rng *r, unsigned k)
{
	GString *t = g_string_new(NULL);
	unsigned lma = s->pmip.lma[k - 1] = 1 + scene_pick(r, s->pmip.n_lmas);
	bool alone = scene_chance(r, 15);
	char word[16];

	g_string_append_printf(t, ", lma: %s%u", scene_anchor(s), lma);
	if (s->pmip.policy)
		g_string_append(t, ", aaa: aaa");
	if (s->pmip.ipsec)
		security(r, t);
	if (scene_has(s, SWARM_CLOCKS) && scene_chance(r, 50)) {
		scene_word(r, "-1h -2s -200ms -50ms 50ms 200ms 2s 1h", word, sizeof word);
		g_string_append_printf(t, ", clock: {offset: %s, drift: %uppm}", word, scene_pick(r, 60));
	}
	g_string_append(t, ", gateway: {");
	habits(s, r, t);
	if (alone)
		g_string_append_printf(t, ", domain: of-mag%u", k);
	scene_line(s, SCENE_NODES, 0, 0, "mag%u: {kind: mag%s}}", k, t->str);
	g_string_free(t, TRUE);
	spots(s, r, k);
}

static void host(struct swarm_scene *s, struct rng *r, unsigned m)
{
	static const char *const interfaces[] = { "i0", "i0, i1", "i0, i1, i2" };
	static const char *const apns[] = { "internet", "internet, ims", "internet, ims, mms" };
	struct scene_mn *mn = &s->pmip.mn[m - 1];
	unsigned n = scene_has(s, SWARM_PDNS) && scene_chance(r, 35) ? 2 + scene_pick(r, 2) : 1;
	GString *t = g_string_new(NULL);

	/* one whose departure nobody tells would be moved back to the interface that it left */
	mn->ifaces = s->pmip.told && !s->pmip.watched ? 1 + scene_pick(r, 3) : 1;
	if (scene_chance(r, 40))
		g_string_append(t, ", optimistic-dad: true");
	if (s->pmip.policy && scene_chance(r, 10)) {
		g_string_append(t, ", subscribed: false");
		mn->guest = true;
	} else if (s->pmip.policy && s->pmip.n_lmas == 1 && !s->pmip.longer && scene_chance(r, 30)) {
		g_string_append_printf(t, ", home-prefix: \"2001:db8:%sff:%x::/64\"", s->pmip.gateway ? "a1" : "e1", m);
	}
	scene_line(s, SCENE_NODES, 0, s->n_ues + m, "mn%u: {kind: mn, interfaces: [%s], apns: [%s]%s}", m,
		   interfaces[mn->ifaces - 1], apns[n - 1], t->str);
	g_string_free(t, TRUE);
}

/* ---- links ------------------------------------------------------------------------------------------------------- */

void scene_pmip_core(struct swarm_scene *s, GString *core)
{
	for (unsigned k = 1; k <= s->pmip.n_lmas && !s->pmip.gateway; k++)
		g_string_append_printf(core, ", lma%u", k);
	for (unsigned k = 1; k <= s->pmip.n_mags; k++)
		g_string_append_printf(core, ", mag%u", k);
}

/* Where no UE is: the correspondent node is on the core, or behind the anchors. */
static void core_link(struct swarm_scene *s)
{
	struct rng r = scene_rng(s, "pmip-core");
	GString *core = g_string_new(NULL), *t = g_string_new(NULL), *pdn = g_string_new("cn");
	bool behind = scene_chance(&r, 60);

	scene_pmip_core(s, core);
	scene_impair(s, &r, t, true);
	scene_line(s, SCENE_LINKS, 0, 0, "core: {nodes: [%s%s], prefix: \"2001:db8:c0::/64\", prefix4: 203.0.113.0/24%s}",
		   behind ? "" : "cn, ", core->str + 2, t->str);
	for (unsigned k = 1; k <= s->pmip.n_lmas; k++)
		g_string_append_printf(pdn, ", lma%u", k);
	if (behind)
		scene_line(s, SCENE_LINKS, 0, 0, "pdn: {nodes: [%s], prefix: \"2001:db8:f::/64\", delay: %ums}", pdn->str,
			   1 + scene_pick(&r, 20));
	g_string_free(core, TRUE);
	g_string_free(t, TRUE);
	g_string_free(pdn, TRUE);
}

/* ---- a PDN gateway ----------------------------------------------------------------------------------------------- */

void scene_pmip_choose(struct swarm_scene *s)
{
	s->pmip.gateway = s->kind == SWARM_GATEWAY;
	if (s->pmip.gateway)		/* UEs are at home behind its gateways; what else they can is for other scenes */
		s->pdns = s->ifom = s->discovery = s->delegation = false;
}

void scene_pmip_gateway(struct swarm_scene *s, GString *t)
{
	struct rng r = scene_rng(s, "lma1");

	trusts(s, t);
	anchoring(s, &r, t);
}

void scene_pmip_homes(struct swarm_scene *s)
{
	for (unsigned k = 0; k < s->pmip.n_spots && s->n_links < SWARM_LINKS_MAX; k++) {
		struct scene_link *l = &s->link[s->n_links++];

		g_strlcpy(l->name, s->pmip.spot[k].name, sizeof l->name);
		l->six = l->home = true;
	}
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

void scene_pmip_places(struct swarm_scene *s)
{
	static const char *const anchors[] = { "lma1", "lma2" };
	static const char *const gateways[] = { "mag1", "mag2", "mag3", "mag4", "mag5" };
	struct scene_pmip *p = &s->pmip;
	struct rng r = scene_rng(s, "pmip");
	bool policy = scene_chance(&r, 70), plain = scene_chance(&r, 50);
	bool protected = scene_chance(&r, 40), told = scene_chance(&r, 85);

	p->policy = s->secured && (policy || p->gateway);
	p->gre = !plain || !s->rfc;	/* 3GPP always has it */
	p->stamps = scene_chance(&r, 75);
	p->ipsec = s->secured && protected && !p->gateway;
	p->told = told || p->gateway;
	p->watched = scene_chance(&r, 30);
	p->fixed = scene_chance(&r, 20);
	p->longer = scene_chance(&r, 40);
	p->beats = scene_chance(&r, 75);
	p->n_lmas = 1 + (scene_has(s, SWARM_AGENTS) && scene_chance(&r, 25) && !p->gateway);
	p->n_mags = 1 + scene_pick(&r, scene_dsmip(s) ? 3 : SWARM_MAGS);
	s->n_mns = 1 + scene_pick(&r, scene_dsmip(s) ? SWARM_MNS / 2 : SWARM_MNS);
	for (unsigned k = 1; k <= p->n_lmas && !p->gateway; k++) {
		struct rng one = scene_rng(s, anchors[k - 1]);

		anchor(s, &one, k);
	}
	for (unsigned k = 1; k <= p->n_mags; k++) {
		struct rng one = scene_rng(s, gateways[k - 1]);

		gateway(s, &one, k);
	}
	if (!scene_dsmip(s))
		core_link(s);
}

/* Behind the UEs, whose number is known by then. */
void scene_pmip_hosts(struct swarm_scene *s)
{
	static const char *const hosts[] = { "mn1", "mn2", "mn3", "mn4", "mn5", "mn6" };

	for (unsigned m = 1; m <= s->n_mns; m++) {
		struct rng one = scene_rng(s, hosts[m - 1]);

		host(s, &one, m);
	}
}
