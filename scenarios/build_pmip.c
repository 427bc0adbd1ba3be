/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: LMAs, MAGs and their mobile nodes of a scenario
 *
 * MAGs know who is behind a hardware address as access authentication would tell them: addresses of a group count
 * on from its first member's. MAGs of one domain share what they tell each other. It implements no clause itself:
 * that is the entities' matter.
 */
#include <string.h>

#include "proto/pmip_mag.h"
#include "scenarios/build_priv.h"
#include "scenarios/pmip.h"
#include "wire/mh_3gpp.h"
#include "world/link.h"

#define IMSI_FIRST UINT64_C(1010000000001)	/* 001 01 0000000001, for the first node of a scenario without AAA server */

/* ---- what LMA and MAG have in common ----------------------------------------------------------------------------- */

static const struct net_profile *agent_profile(struct build *b, const struct scen_node *n)
{
	struct net_profile *p = g_new(struct net_profile, 1);

	*p = net_profile_router;
	p->dsmip_udp = true;
	p->timers = build_timers(b, n);
	p->spoil = build_spoil(b);
	g_ptr_array_add(b->profiles, p);
	return p;
}

struct dsmip_ha_addr build_core_address(const struct build *b, const struct fix *f)
{
	struct dsmip_ha_addr a = { 0 };

	for (guint k = f->n_ifaces; k-- > 0;) {
		const struct scen_link *l = b->s->links->pdata[f->iface[k].link];

		if (l->access || l->home)
			continue;
		if (!ip6_is_zero(&f->iface[k].a6))
			a.a6 = f->iface[k].a6;
		if (!ip4_is_zero(f->iface[k].a4))
			a.a4 = f->iface[k].a4;
	}
	return a;
}

static void find_ifaces(struct build *b, struct fix *f)
{
	for (guint k = 0; k < f->n_ifaces; k++) {
		const struct scen_link *l = b->s->links->pdata[f->iface[k].link];

		f->iface[k].iface = net_iface_find(f->host, l->base.name);
	}
}

/* ---- LMA --------------------------------------------------------------------------------------------------------- */

/* Of what was given (everything at the beginning). */
static void anchor_knobs(struct pmip_lma_config *c, const struct scen_anchoring *k, bool all)
{
	const struct scen_section *s = &scen_anchoring_section;
#define TAKE(key, member, value) \
	do { \
		if (all || scen_given(s, k, key)) \
			c->member = value; \
	} while (0)

	TAKE("lifetime-max", lifetime_max, k->lifetime_max);
	TAKE("refuse", refuse, (uint8_t)k->refuse);
	TAKE("enabled", enabled, k->enabled);
	TAKE("max-bindings", max_bindings, (uint32_t)k->max_bindings);
	TAKE("gre", gre, k->gre);
	TAKE("tlv-header", tlv_header, k->tlv_header);
	TAKE("gre-sequence", gre_sequence, k->gre_sequence);
	TAKE("verify-attachment", verify_attachment, k->verify_attachment);
	TAKE("accept-force-udp", accept_force_udp, k->accept_force_udp);
	TAKE("heartbeat", heartbeat, k->heartbeat);
	TAKE("revoke-on-handoff", revoke_handoff, k->revoke_on_handoff);
	TAKE("global-revocation", refuse_global, !k->global_revocation);
	TAKE("dhcp4-server", dhcp4_server, k->dhcp4_server);
	TAKE("mag-link-local", mag_link_local, k->mag_link_local);
#undef TAKE
}

static void addresses(const GPtrArray *words, struct ip4_addr *a4, uint8_t *n4, struct ip6_addr *a6, uint8_t *n6)
{
	for (guint i = 0; i < words->len; i++) {
		const char *text = ((const struct tree *)words->pdata[i])->text;

		if (*n4 < PMIP_DNS_MAX && ip4_parse(text, &a4[*n4]))
			++*n4;
		else if (*n6 < PMIP_DNS_MAX && ip6_parse(text, &a6[*n6]))
			++*n6;
	}
}

/* Both addresses of each MAG that may register. */
static void trusted_mags(struct build *b, const struct scen_node *n, struct pmip_lma_config *c)
{
	for (guint i = 0; i < n->mags->len; i++) {
		struct dsmip_ha_addr a = build_core_address(b, build_fix(b, ((const struct tree *)n->mags->pdata[i])->text));

		if (!ip6_is_zero(&a.a6))
			c->mag[c->n_mags++] = a.a6;
		if (!ip4_is_zero(a.a4))
			c->mag[c->n_mags++] = ip6_mapped(a.a4);
	}
}

/* A home agent's: addresses and pools are its own. */
void build_gateway(struct build *b, const struct scen_node *n, struct pgw_config *out)
{
	pgw_config_default(out);
	out->pmip.profile = (enum mh_profile)b->s->profile;
	out->pmip.timers = build_timers(b, n);
	out->pmip.policy = build_aaa_server(b, n->aaa);
	out->release = n->anchoring->release;
	anchor_knobs(&out->pmip, n->anchoring, true);
	trusted_mags(b, n, &out->pmip);
}

struct pmip_lma *build_anchor(const struct fix *f)
{
	if (!f->n || (f->n->kind != NODE_LMA && f->n->kind != NODE_HA))
		return NULL;
	if (f->n->kind == NODE_LMA)
		return lma_pmip(f->lma);
	return ha_gateway(f->ha) ? pgw_lma(ha_gateway(f->ha)) : NULL;
}

bool build_lma(struct build *b, struct fix *f, char **why)
{
	struct dsmip_ha_addr own = build_core_address(b, f);
	struct lma_config c = { .net = agent_profile(b, f->n), .n_ifaces = f->n_ifaces };

	pmip_lma_config_default(&c.pmip);
	c.pmip.profile = (enum mh_profile)b->s->profile;
	c.pmip.timers = build_timers(b, f->n);
	c.pmip.lmaa = own.a6;
	c.pmip.lmaa4 = own.a4;
	c.pmip.hnp_pool = f->n->hnp_pool;
	c.pmip.ip4_pool = f->n->ipv4_pool;
	c.pmip.shared = f->n->anchoring->shared_prefix;
	c.pmip.policy = build_aaa_server(b, f->n->aaa);
	anchor_knobs(&c.pmip, f->n->anchoring, true);
	addresses(f->n->anchoring->dns, c.pmip.pdn.dns4, &c.pmip.pdn.n_dns4, c.pmip.pdn.dns6, &c.pmip.pdn.n_dns6);
	addresses(f->n->anchoring->p_cscf, c.pmip.pdn.cscf4, &c.pmip.pdn.n_cscf4, c.pmip.pdn.cscf6, &c.pmip.pdn.n_cscf6);
	trusted_mags(b, f->n, &c.pmip);
	for (guint k = 0; k < f->n_ifaces; k++) {
		const struct fix_iface *i = &f->iface[k];
		const struct scen_link *l = b->s->links->pdata[i->link];

		c.iface[k] = (struct lma_iface_config){
			.name = l->base.name, .mac = i->mac, .a6 = i->a6, .len6 = l->prefix.len, .a4 = i->a4, .len4 = l->prefix4.len,
		};
	}
	if (!build_lma_security(b, f, &c.security, why))
		return false;
	f->lma = lma_new(f->node, &c);
	f->host = lma_host(f->lma);
	find_ifaces(b, f);
	return true;
}

/* ---- MAG --------------------------------------------------------------------------------------------------------- */

static void gateway_knobs(struct pmip_mag_config *c, const struct scen_gateway *k, bool all)
{
	const struct scen_section *s = &scen_gateway_section;
#define TAKE(key, member, value) \
	do { \
		if (all || scen_given(s, k, key)) \
			c->member = value; \
	} while (0)

	TAKE("transport", transport, (enum pmip_transport)k->transport);
	TAKE("knowledge", knowledge, (enum pmip_knowledge)k->knowledge);
	TAKE("lifetime", lifetime, k->lifetime);
	TAKE("refresh", refresh_percent, (uint8_t)(k->refresh / 10000));
	TAKE("gre", gre, k->gre);
	TAKE("tlv-header", tlv_header, k->tlv_header);
	TAKE("gre-sequence", gre_sequence, k->gre_sequence);
	TAKE("timestamps", timestamps, k->timestamps);
	TAKE("link-local", link_local_option, k->link_local);
	TAKE("fixed-link-local", fixed_link_local, k->fixed_link_local);
	TAKE("snoop", snoop, k->snoop);
	TAKE("mtu-option", mtu_option, k->mtu_option);
	TAKE("withdraw-router", withdraw_router, k->withdraw_router);
	TAKE("managed", advert.managed, k->managed);
	TAKE("other", advert.other, k->other);
	TAKE("local-routing", local_routing, k->local_routing);
	TAKE("ipv4", ip4, k->ipv4);
	TAKE("vendor-options", gpp, k->gpp);
	TAKE("ipv4-on-demand", ip4_on_demand, k->ipv4_on_demand);
	TAKE("dhcp4-lease", dhcp4_lease, (uint32_t)(k->dhcp4_lease / MOOR_S));
	TAKE("known-prefix", known_prefix, k->known_prefix);
	TAKE("early-uplink", early_uplink, k->early_uplink);
	TAKE("heartbeat", heartbeat, k->heartbeat);
	TAKE("clock-sync", clock_sync, k->clock_sync);
#undef TAKE
}

void build_domains(struct build *b, bool make)
{
	GHashTableIter i;
	gpointer domain;

	if (make) {
		b->domains = g_hash_table_new(g_str_hash, g_str_equal);
		return;
	}
	g_hash_table_iter_init(&i, b->domains);
	while (g_hash_table_iter_next(&i, NULL, &domain))
		pmip_domain_free(domain);
	g_hash_table_unref(b->domains);
}

static struct pmip_domain *domain_of(struct build *b, const struct scen_node *n)
{
	const char *name = n->gateway->domain ? n->gateway->domain : n->lma->text;
	struct pmip_domain *d = g_hash_table_lookup(b->domains, name);

	if (!d) {
		d = pmip_domain_new();
		g_hash_table_insert(b->domains, (gpointer)name, d);
	}
	return d;
}

static bool has_mac(const struct scen_node *n, const uint64_t *macs, uint64_t mac, uint64_t *member)
{
	for (guint i = 0; i < n->interfaces->len; i++) {
		*member = mac - macs[i];
		if (mac >= macs[i] && *member < (uint64_t)n->count)
			return true;
	}
	return false;
}

/* A UE has the PDN connections that its scenario says, behind a MAG as elsewhere. */
static bool who_ue(const struct build *b, uint64_t mac, struct pmip_host *out)
{
	uint64_t member;

	for (guint i = 0; i < b->n_groups; i++) {
		const struct group *g = &b->groups[i];

		if (!has_mac(g->n, g->macs, mac, &member))
			continue;
		out->imsi = imsi_add(g->first, member);
		out->apn[out->n_apns++] = g->n->apn;
		for (guint k = 0; k < g->n->pdns->len && out->n_apns < PMIP_APNS_MAX; k++)
			out->apn[out->n_apns++] = ((const struct scen_pdn *)g->n->pdns->pdata[k])->apn;
		return true;
	}
	return false;
}

/* Access authentication [RFC 5213 6.6]. */
static bool who(void *owner, const struct mac_addr *mac, struct pmip_host *out)
{
	const struct build *b = owner;
	uint64_t member;

	for (guint i = 0; i < b->n_herds; i++) {
		const struct herd *h = &b->herds[i];

		if (!has_mac(h->n, h->macs, mac_u64(mac), &member))
			continue;
		out->imsi = imsi_add(h->first, member);
		out->n_apns = h->n->apns->len;
		for (guint k = 0; k < h->n->apns->len; k++)
			out->apn[k] = ((const struct tree *)h->n->apns->pdata[k])->text;
		return h->n->subscribed || b->security;
	}
	return who_ue(b, mac_u64(mac), out);
}

static void mag_ifaces(const struct build *b, const struct fix *f, struct mag_config *c)
{
	c->n_ifaces = f->n_ifaces;
	for (guint k = 0; k < f->n_ifaces; k++) {
		const struct fix_iface *i = &f->iface[k];
		const struct scen_link *l = b->s->links->pdata[i->link];

		c->iface[k] = (struct mag_iface_config){
			.name = l->base.name, .mac = i->mac, .a6 = i->a6, .len6 = l->prefix.len, .a4 = i->a4, .len4 = l->prefix4.len,
			.access = l->access, .att = (uint8_t)l->technology, .coming = pmip_words(l->detect, pmip_comings),
			.going = pmip_words(l->detect_loss, pmip_goings), .guests = l->guest_prefix,
		};
		if (l->access && f->n->gateway->fixed_link_layer)	/* [RFC 5213 9.3] */
			mac_parse(f->n->gateway->fixed_link_layer, &c->iface[k].mac);
		if (l->access && l->advertise->mtu)
			c->pmip.advert.mtu = (uint32_t)l->advertise->mtu;
	}
}

bool build_mag(struct build *b, struct fix *f, char **why)
{
	const struct scen_node *aaa = f->n->aaa ? scen_node(b->s, f->n->aaa->text) : NULL;
	struct dsmip_ha_addr own = build_core_address(b, f);
	struct mag_config c = { .net = agent_profile(b, f->n) };

	pmip_mag_config_default(&c.pmip);
	c.pmip.profile = (enum mh_profile)b->s->profile;
	c.pmip.timers = build_timers(b, f->n);
	c.pmip.proxy_coa = own.a6;
	c.pmip.proxy_coa4 = own.a4;
	c.pmip.lma = build_core_address(b, build_fix(b, f->n->lma->text));
	c.pmip.who = who;
	c.pmip.owner = b;
	c.pmip.aaa = build_aaa_server(b, f->n->aaa);
	c.pmip.client.round_trip = aaa ? aaa->round_trip : 0;
	c.pmip.domain = domain_of(b, f->n);
	gateway_knobs(&c.pmip, f->n->gateway, true);
	c.pmip.shared_prefix = f->n->gateway->shared_prefix;
	if (f->n->gateway->dhcp4_id)
		ip4_parse(f->n->gateway->dhcp4_id, &c.pmip.dhcp4_id);
	mag_ifaces(b, f, &c);
	if (!build_mag_security(b, f, &c.security, why))
		return false;
	f->mag = mag_new(f->node, &c);
	f->host = mag_host(f->mag);
	find_ifaces(b, f);
	return true;
}

void build_mag_links(struct build *b)
{
	for (guint i = 0; i < b->n_fix; i++)
		if (b->fix[i].n && b->fix[i].n->kind == NODE_MAG)
			mag_open(b->fix[i].mag);
}

/* ---- mobile nodes ------------------------------------------------------------------------------------------------ */

/* Without an AAA server every node has a range of IMSIs by its place in the scenario. */
struct imsi build_imsi(const struct scen_node *n, guint ordinal)
{
	char text[24];
	uint64_t number = IMSI_FIRST + ordinal;
	struct imsi i;

	if (n->usim->imsi)
		number = g_ascii_strtoull(n->usim->imsi, NULL, 10);
	g_snprintf(text, sizeof text, "%015" G_GUINT64_FORMAT, number);
	imsi_parse(text, 15, 2, &i);
	return i;
}

/* [RFC 5213 6.2] */
static bool subscribe(struct build *b, struct herd *h, char **why)
{
	struct aaa_apn apns[AAA_APNS_MAX];
	guint n = h->n->apns->len;

	for (guint k = 0; k < n; k++) {
		struct aaa_apn *a = &apns[k];

		*a = (struct aaa_apn){ .name = ((const struct tree *)h->n->apns->pdata[k])->text,
				       .pmip = { .allowed = h->n->subscribed, .ip4 = h->n->pdn_type != MH_PDN_IP6,
						 .no_ip6 = h->n->pdn_type == MH_PDN_IP4, .timestamp = true,
						 .managed = h->n->managed, .other = h->n->other,
						 .local = (enum aaa_pmip_local)h->n->local_routing } };
		if (h->n->home_prefix.len && !k) {
			a->pmip.hnp[a->pmip.n_hnps++] = h->n->home_prefix;
			for (guint i = 0; i < h->n->further_prefixes->len && a->pmip.n_hnps < AAA_HNPS_MAX; i++)
				ip6_prefix_parse(((const struct tree *)h->n->further_prefixes->pdata[i])->text,
						 &a->pmip.hnp[a->pmip.n_hnps++]);
		}
	}
	return build_enrol(b, h->n, apns, n, &h->first, why);
}

bool build_herd(struct build *b, struct herd *h, char **why)
{
	const struct scen_node *n = h->n;
	struct mn_config c = { .profile = &h->profile, .n_ifaces = n->interfaces->len };

	c.ip4_only = n->pdn_type == MH_PDN_IP4;
	mn_profile_default(&h->profile);
	h->profile.net.timers = build_timers(b, n);
	h->profile.net.optimistic = n->optimistic;
	h->profile.net.same_link = n->same_link;
	h->profile.dhcp.timers = build_timers(b, n);
	build_turns(b, h);
	h->first = build_imsi(n, h->ordinal);
	if (b->security && !subscribe(b, h, why))
		return false;
	for (guint i = 0; i < n->interfaces->len; i++) {
		struct mac_addr first;

		c.iface[i].name = ((const struct tree *)n->interfaces->pdata[i])->text;
		c.iface[i].dhcp4 = n->dhcp4 && tree_get(n->base.at, "dhcp4", NULL);
		first = build_mac(b, n->base.name, c.iface[i].name);
		h->macs[i] = mac_u64(&first);
	}
	for (uint32_t k = 0; k < n->count; k++) {
		for (guint i = 0; i < n->interfaces->len; i++)
			c.iface[i].mac = mac_from_u64(h->macs[i] + k);
		h->mn[k] = mn_new(moor_node_at(b->w, h->ordinal + k), &c);
	}
	return true;
}

/* ---- the timeline: mobile nodes ---------------------------------------------------------------------------------- */

static struct moor_link *target(struct build *b, const struct scen_action *a)
{
	return b->links[build_link_index(b, scen_target(b->s, a))];
}

static struct moor_port *named_port(const struct mn *m, const char *interface)
{
	return net_iface_port(mn_iface(m, interface));
}

static void leave_others(const struct mn *m, const struct moor_port *keep)
{
	struct moor_port *p;

	for (unsigned i = 0; (p = mn_port(m, i)); i++)
		if (p != keep)
			moor_link_detach(p);
}

/* The named interface, or the first that is on a link; halfway the one that was taken off. */
static struct moor_port *moving_port(struct build *b, const struct scen_action *a, const struct mn *m, bool second)
{
	struct moor_port *p;

	if (a->interface)
		return named_port(m, a->interface);
	for (unsigned i = 0; (p = mn_port(m, i)); i++)
		if (second ? g_hash_table_contains(b->moving, p) : moor_port_link(p) != NULL)
			return p;
	return second ? NULL : mn_port(m, 0);
}

static void move(struct build *b, const struct scen_action *a, const struct herd *h, struct mn *m, bool second)
{
	struct moor_port *p = moving_port(b, a, m, second);

	if (!p)
		return;
	if (!second && !h->n->prefer->len)
		mn_prefer(m, moor_port_name(p));
	if (!second && a->gap) {
		moor_link_detach(p);
		g_hash_table_add(b->moving, p);
		return;
	}
	g_hash_table_remove(b->moving, p);
	if (!build_turns_attach(b, h, m, p, target(b, a)))
		moor_link_attach(target(b, a), p, false);
}

static void attach(struct build *b, const struct scen_action *a, const struct herd *h, struct mn *m)
{
	if (build_turns_attach(b, h, m, named_port(m, a->interface), target(b, a)))
		return;
	mn_prefer(m, a->interface);
	moor_link_attach(target(b, a), named_port(m, a->interface), false);
}

/* Break before make, or make before break, as a UE's. */
static void handover(struct build *b, const struct scen_action *a, struct mn *m, bool second)
{
	struct moor_port *p = named_port(m, a->interface);

	if (!second)
		mn_prefer(m, a->interface);
	if (a->overlap ? second : !second)
		leave_others(m, p);
	if (!a->overlap && !second && a->gap)
		moor_link_detach(p);
	if (a->overlap || !a->gap ? !second : second)
		moor_link_attach(target(b, a), p, false);
}

/* What others do with the sessions of a mobile node: its MAG renews them, or the network ends them. */
static void sessions(struct build *b, const struct scen_action *a, struct imsi i)
{
	for (guint k = 0; k < b->n_fix; k++) {
		struct fix *f = &b->fix[k];

		if (f->n && f->n->kind == NODE_MAG && a->verb == DO_REFRESH)
			pmip_mag_refresh(mag_pmip(f->mag), i);
		if (a->verb == DO_DETACH_NETWORK && build_anchor(f))
			pmip_lma_revoke(build_anchor(f), i, a->pdn, MH_BRI_ADMINISTRATIVE);
		if (a->verb == DO_RENUMBER && build_anchor(f))
			pmip_lma_renumber(build_anchor(f), i, a->pdn);
	}
}

void build_on_mn(struct build *b, const struct scen_action *a, struct herd *h, uint32_t member, bool second)
{
	struct mn *m = h->mn[member];

	if (a->verb == DO_ATTACH)
		attach(b, a, h, m);
	else if (a->verb == DO_HANDOVER)
		handover(b, a, m, second);
	else if (a->verb == DO_MOVE)
		move(b, a, h, m, second);
	else if (a->verb == DO_LINK_DOWN || a->verb == DO_LINK_UP)
		build_carrier(b, named_port(m, a->interface), a->verb == DO_LINK_UP);
	else if (a->verb == DO_REFRESH || a->verb == DO_DETACH_NETWORK || a->verb == DO_RENUMBER)
		sessions(b, a, imsi_add(h->first, member));
	else if (a->verb == DO_WANT_IPV4)
		mn_want4(m, a->want);
	else if (a->verb == DO_DETACH) {
		mn_prefer(m, NULL);
		build_turns_end(b, m);
		leave_others(m, NULL);
	}
}

/* ---- the timeline: LMA and MAG ----------------------------------------------------------------------------------- */

static struct member of_action(struct build *b, const struct scen_action *a)
{
	GArray *of = build_select(b, a->of->text);
	struct member m = build_member(b, g_array_index(of, uint32_t, 0));

	g_array_unref(of);
	return m;
}

static void take_back(struct build *b, const struct scen_action *a, struct pmip_lma *lma, bool pcoa4)
{
	struct member m = of_action(b, a);
	struct dsmip_ha_addr mag = { 0 };
	struct ip6_addr all = ip6_any;

	if (m.herd && a->ip4_only) {
		pmip_lma_revoke4(lma, imsi_add(m.herd->first, m.index), a->pdn, (uint8_t)a->trigger);
		return;
	}
	if (m.herd) {
		pmip_lma_revoke(lma, imsi_add(m.herd->first, m.index), a->pdn, (uint8_t)a->trigger);
		return;
	}
	if (m.fix && m.fix->n->kind == NODE_MAG) {
		mag = build_core_address(b, m.fix);
		all = pcoa4 ? ip6_mapped(mag.a4) : mag.a6;
	}
	if (a->realm)
		pmip_lma_revoke_realm(lma, &all, a->realm);
	else
		pmip_lma_revoke_all(lma, &all);
}

bool build_home_session(const struct scen_action *a, const struct fix *f, const struct member *m,
			const struct ip6_addr *hoa)
{
	struct pmip_lma *lma = build_anchor(f);
	struct dsmip_bce_view abroad;
	struct pmip_bce_view session;

	if (!lma || a->verb == DO_REFRESH_REQUEST || (hoa && dsmip_ha_binding(ha_dsmip(f->ha), hoa, &abroad) &&
						      abroad.state != DSMIP_BCE_HOLD))
		return false;
	if (a->verb == DO_REVOKE)
		return pmip_lma_revoke(lma, imsi_add(m->group->first, m->index), a->pdn, (uint8_t)a->trigger) > 0;
	return hoa && pmip_lma_binding(lma, hoa, &session) && pmip_lma_drop(lma, hoa);
}

static bool over_ip4(const struct build *b, const struct scen_action *a)
{
	const struct scen_node *n = a->of ? scen_node(b->s, a->of->text) : NULL;

	return n && n->kind == NODE_MAG && pmip_is_ip4((enum pmip_transport)n->gateway->transport);
}

void build_on_lma(struct build *b, const struct scen_action *a, struct fix *f)
{
	struct pmip_lma *lma = build_anchor(f);
	struct ip6_addr addr;

	if (a->verb == DO_SET) {
		anchor_knobs(pmip_lma_settings(lma), a->anchoring, false);
	} else if (a->verb == DO_REBOOT) {
		pmip_lma_reboot(lma);
	} else if (a->verb == DO_REKEY) {
		build_pmip_rekey(b, a, f);
	} else if (a->verb == DO_REVOKE) {
		take_back(b, a, lma, over_ip4(b, a));
	} else if (a->verb == DO_DROP_BINDING) {
		struct member m = of_action(b, a);

		if (m.herd && build_mn_address6(b, m.herd->mn[m.index], &addr))
			pmip_lma_drop(lma, &addr);
	}
}

/* A gateway that another program plays has to notice by itself. */
static bool tells(const struct build *b, const struct fix *f, const struct fix_iface *i)
{
	const struct scen_link *l = b->s->links->pdata[i->link];

	return f->n->peer != PEER_EXTERNAL && pmip_words(l->detect, pmip_comings) & PMIP_COMES_LINK;
}

static void notice(struct build *b, struct fix *f, const struct moor_port *p)
{
	for (guint x = 0; x < f->n_ifaces; x++)
		if (moor_port_up(p) && moor_port_link(p) == b->links[f->iface[x].link] && tells(b, f, &f->iface[x]))
			pmip_mag_attached(mag_pmip(f->mag), f->iface[x].iface, moor_port_mac(p));
}

/* Layer 2 stands again: who is on an access link associates anew. */
static void notice_all(struct build *b, struct fix *f)
{
	for (guint i = 0; i < b->n_herds; i++)
		for (uint32_t k = 0; k < b->herds[i].n->count; k++)
			for (unsigned j = 0; j < b->herds[i].n->interfaces->len; j++)
				notice(b, f, mn_port(b->herds[i].mn[k], j));
	for (guint i = 0; i < b->n_groups; i++)
		for (uint32_t k = 0; k < b->groups[i].n->count; k++)
			for (unsigned j = 0; j < b->groups[i].n->interfaces->len; j++)
				notice(b, f, ue_port(b->groups[i].ue[k], j));
}

void build_on_mag(struct build *b, const struct scen_action *a, struct fix *f)
{
	if (a->verb == DO_SET) {
		gateway_knobs(pmip_mag_settings(mag_pmip(f->mag)), a->gateway, false);
	} else if (a->verb == DO_REBOOT) {
		pmip_mag_reboot(mag_pmip(f->mag));
		notice_all(b, f);
	} else if (a->verb == DO_REKEY) {
		build_pmip_rekey(b, a, f);
	} else if (a->verb == DO_REVOKE) {
		pmip_mag_give_up(mag_pmip(f->mag));
	} else if (a->verb == DO_APPEAR) {
		struct member m = of_action(b, a);
		struct moor_port *p = m.herd ? named_port(m.herd->mn[m.index], a->interface) :
				      net_iface_port(ue_iface(m.group->ue[m.index], a->interface));

		for (guint x = 0; x < f->n_ifaces; x++)
			if (((const struct scen_link *)b->s->links->pdata[f->iface[x].link])->access) {
				pmip_mag_attached(mag_pmip(f->mag), f->iface[x].iface, moor_port_mac(p));
				return;
			}
	}
}
