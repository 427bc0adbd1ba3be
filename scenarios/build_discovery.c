/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: what a scenario's UEs find home agents with
 *
 * Name servers and their zones, the network's end of NAS on 3GPP access links, and the order in which the UEs ask.
 * Texts and profiles live as long as the build. It implements no clause itself.
 */
#include <string.h>

#include "proto/discovery.h"
#include "proto/dns_server.h"
#include "proto/pco_network.h"
#include "scenarios/build_priv.h"
#include "scenarios/discovery.h"

static const char *keep_text(struct build *b, const char *text)
{
	char *copy = g_strdup(text);

	g_ptr_array_add(b->profiles, copy);
	return copy;
}

static struct fix *fix_of(struct build *b, const struct tree *name)
{
	return build_fix(b, name->text);
}

/* The first address of each family. */
static void addresses_of(const struct fix *f, struct ip6_addr *a6, struct ip4_addr *a4)
{
	*a6 = ip6_any;
	*a4 = (struct ip4_addr){ { 0 } };
	for (guint k = f->n_ifaces; k-- > 0;) {
		if (!ip6_is_zero(&f->iface[k].a6))
			*a6 = f->iface[k].a6;
		if (!ip4_is_zero(f->iface[k].a4))
			*a4 = f->iface[k].a4;
	}
}

/* ---- name servers ------------------------------------------------------------------------------------------------ */

static void add_agent(struct build *b, struct dns_server *s, const char *owner, const struct fix *ha)
{
	struct dsmip_ha_addr a = build_ha_address(b, ha);
	struct dns_record r = { .type = DNS_AAAA, .a6 = a.a6 };

	dns_name_set(r.owner, owner);
	dns_server_add(s, &r);
	if (ip4_is_zero(a.a4))
		return;
	r.type = DNS_A;
	r.a4 = a.a4;
	dns_server_add(s, &r);
}

static void add_word(struct build *b, struct dns_server *s, const char *owner, const char *word)
{
	const struct fix *ha = build_fix(b, word);
	struct dns_record r;

	if (ha && ha->n->kind == NODE_HA)
		add_agent(b, s, owner, ha);
	else if (discovery_record(owner, word, &r))
		dns_server_add(s, &r);
}

void build_dns_server(struct build *b, struct fix *f)
{
	struct dns_server_config c = { .delay = f->n->answer_delay, .fault = (enum dns_fault)f->n->misbehave };
	struct dns_server *s = dns_server_new(f->host, &c);

	for (guint i = 0; i < tree_count(f->n->zone); i++) {
		const struct tree *v = tree_item(f->n->zone, i);

		for (guint k = 0; k < (v->kind == TREE_LIST ? tree_count(v) : 1); k++)
			add_word(b, s, tree_key(f->n->zone, i)->text, v->kind == TREE_LIST ? tree_item(v, k)->text : v->text);
	}
}

/* ---- 3GPP accesses ----------------------------------------------------------------------------------------------- */

static char *told_key(const struct mac_addr *mac, const char *apn)
{
	return g_strdup_printf("%" G_GUINT64_FORMAT "/%s", mac_u64(mac), apn);
}

/* Who is told what: the prefix of a PDN connection over each interface that comes to such an access. */
void build_told_prefix(struct build *b, const struct mac_addr *macs, unsigned n, const char *apn,
		       const struct ip6_prefix *hnp)
{
	for (unsigned k = 0; k < n; k++) {
		struct ip6_prefix *copy = g_memdup2(hnp, sizeof *hnp);

		g_ptr_array_add(b->profiles, copy);
		g_hash_table_insert(b->told, told_key(&macs[k], apn), copy);
	}
}

static bool told_prefix(void *arg, const struct mac_addr *ue, const char *apn, struct ip6_prefix *out)
{
	const struct build *b = arg;
	char *key = told_key(ue, apn);
	const struct ip6_prefix *hnp = g_hash_table_lookup(b->told, key);

	g_free(key);
	if (!hnp)
		return false;
	*out = *hnp;
	return true;
}

static struct fix *first_forwarder(struct build *b, const struct scen_link *l)
{
	for (guint i = 0; i < l->nodes->len; i++) {
		struct fix *f = build_fix(b, ((const struct tree *)l->nodes->pdata[i])->text);

		if (f->n->kind == NODE_ROUTER || f->n->kind == NODE_HA)
			return f;
	}
	return NULL;
}

static void serve_pco(struct build *b, const struct scen_link *l)
{
	const struct scen_pco *p = l->pco;
	struct fix *f = p->by ? fix_of(b, p->by) : first_forwarder(b, l);
	struct pco_network_config c = { .apn = p->apn, .delay = p->delay, .fault = (enum pco_fault)p->misbehave };
	struct dsmip_ha_addr a = { { { 0 } }, { { 0 } } };

	if (p->home_agent)
		a = build_ha_address(b, fix_of(b, p->home_agent));
	c.pco.ha6 = a.a6;
	c.pco.ha4 = a.a4;
	c.pco.has = (uint8_t)((ip6_is_zero(&a.a6) ? 0 : PCO_B_HA6) | (ip4_is_zero(a.a4) ? 0 : PCO_B_HA4) |
			      (p->ifom ? PCO_B_IFOM : 0));
	for (guint i = 0; i < p->dns->len && i < PCO_DNS_MAX; i++) {
		struct ip6_addr a6;
		struct ip4_addr a4;

		addresses_of(fix_of(b, p->dns->pdata[i]), &a6, &a4);
		if (!ip6_is_zero(&a6))
			c.pco.dns6[c.pco.n_dns6++] = a6;
		if (!ip4_is_zero(a4))
			c.pco.dns4[c.pco.n_dns4++] = a4;
	}
	c.pco.has |= (uint8_t)((c.pco.n_dns6 ? PCO_B_DNS6 : 0) | (c.pco.n_dns4 ? PCO_B_DNS4 : 0));
	if (p->prefix) {
		c.hnp = told_prefix;
		c.arg = b;
	}
	pco_network_new(fix_on(f, build_link_index(b, l))->iface, &c);
}

void build_accesses(struct build *b)
{
	for (guint i = 0; i < b->s->links->len; i++) {
		const struct scen_link *l = b->s->links->pdata[i];

		if (l->pco)
			serve_pco(b, l);
	}
}

/* ---- mobile nodes ------------------------------------------------------------------------------------------------ */

static uint8_t accesses(const struct scen_node *n)
{
	uint8_t mask = 0;

	for (guint i = 0; i < n->access_3gpp->len; i++)
		for (guint k = 0; k < n->interfaces->len; k++)
			if (!strcmp(((const struct tree *)n->access_3gpp->pdata[i])->text,
				    ((const struct tree *)n->interfaces->pdata[k])->text))
				mask |= (uint8_t)(1u << k);
	return mask;
}

static void name_servers(struct build *b, const struct scen_node *n, struct discovery_profile *p)
{
	unsigned at = 0;

	for (guint i = 0; i < n->dns->len; i++) {
		struct ip6_addr a6;
		struct ip4_addr a4;

		addresses_of(fix_of(b, n->dns->pdata[i]), &a6, &a4);
		if (!ip6_is_zero(&a6) && at < DNS_SERVERS_MAX)
			p->dns[at++] = a6;
		if (!ip4_is_zero(a4) && at < DNS_SERVERS_MAX)
			p->dns[at++] = ip6_mapped(a4);
	}
}

/* Also for a list alone, when there is something else to say: name servers, policies. */
void build_discovery(struct build *b, const struct group *g, const char *apn, struct dsmip_ue_profile *out)
{
	const struct scen_node *n = g->n;
	struct discovery_profile *p;
	char name[DNS_NAME_TEXT];

	if (!n->discovery->len && !n->dns->len && n->andsf == ANDSF_NONE)
		return;
	p = g_new0(struct discovery_profile, 1);
	g_ptr_array_add(b->profiles, p);
	for (guint i = 0; i < n->discovery->len; i++)
		p->method[p->n++] = (uint8_t)discovery_method(((const struct tree *)n->discovery->pdata[i])->text);
	if (!p->n)
		p->method[p->n++] = DISCOVERY_STATIC;
	p->apn = apn;
	discovery_ha_apn(n, apn, name);
	p->ha_apn = keep_text(b, name);
	p->service = g_strconcat("_mip6._ipv6.", n->home_domain, NULL);
	g_ptr_array_add(b->profiles, (gpointer)p->service);
	name_servers(b, n, p);
	if (n->epdg)
		p->epdg = build_ha_address(b, fix_of(b, n->epdg));
	p->access_3gpp = accesses(n);
	p->hnp = true;
	p->andsf = (uint8_t)n->andsf;
	out->discovery = p;
}
