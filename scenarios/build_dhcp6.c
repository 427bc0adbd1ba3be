/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: DHCPv6 servers, relays and mobile networks
 *
 * A node with `dhcp6` is a server on all its links; a link whose server is elsewhere has its first router relay to it.
 * A home agent's server is its own, because it delegates by its bindings. It implements no clause.
 */
#include <string.h>

#include "proto/dsmip_ha_pd.h"
#include "proto/dsmip_ue_pd.h"
#include "scenarios/build_priv.h"
#include "scenarios/dhcp6.h"

/* ---- servers ----------------------------------------------------------------------------------------------------- */

static void home(const struct build *b, const struct scen_home *h, struct dhcp6_home *out)
{
	struct fix *ha = h->home_agent ? build_fix((struct build *)(uintptr_t)b, h->home_agent->text) : NULL;

	*out = (struct dhcp6_home){ .ha6 = h->address, .hnp = h->prefix };
	g_strlcpy(out->id, h->network ? h->network : "", sizeof out->id);
	if (h->fqdn)
		g_strlcpy(out->ha_fqdn, h->fqdn, sizeof out->ha_fqdn);
	if (!ha)
		return;
	struct dsmip_ha_addr a = build_ha_address(b, ha);

	if (h->families == FAMILIES_BOTH || h->families == FAMILIES_IPV6)
		out->ha6 = a.a6;
	if (h->families == FAMILIES_BOTH || h->families == FAMILIES_IPV4)
		out->ha4 = a.a4;
}

static struct dhcp6_server_config config(const struct build *b, const struct scen_dhcp6 *d)
{
	struct dhcp6_server_config c;

	dhcp6_server_config_default(&c);
	for (guint i = 0; i < d->dns->len; i++)
		ip6_parse(((const struct tree *)d->dns->pdata[i])->text, &c.dns[c.n_dns++]);
	for (guint i = 0; i < d->dns4->len; i++)
		ip4_parse(((const struct tree *)d->dns4->pdata[i])->text, &c.dns4[c.n_dns4++]);
	g_strlcpy(c.domain, d->domain ? d->domain : "", sizeof c.domain);
	for (guint i = 0; i < d->homes->len; i++)
		home(b, d->homes->pdata[i], &c.homes[c.n_homes++]);
	for (guint i = 0; i < d->lies->len; i++)
		c.lies |= dhcp6_lie_named(((const struct tree *)d->lies->pdata[i])->text);
	c.pd_pool = d->delegate;
	c.pd_len = (uint8_t)d->delegate_length;
	c.na_pool = d->addresses;
	c.na_link = d->addresses_of_link;
	c.preference = (uint8_t)d->preference;
	c.rapid = d->rapid_commit;
	c.preferred = (uint32_t)(d->preferred / MOOR_S);
	c.valid = (uint32_t)(d->valid / MOOR_S);
	c.info_refresh = (uint32_t)(d->refresh / MOOR_S);
	return c;
}

static struct dhcp6_service *service(struct fix *f)
{
	if (!f->dhcp6)
		f->dhcp6 = dhcp6_service_new(f->host);
	return f->dhcp6;
}

static void relay(struct build *b, const struct scen_link *l)
{
	struct fix *server = build_fix(b, l->dhcp6->text);
	struct dsmip_ha_addr to = build_ha_address(b, server);

	for (guint i = 0; i < l->nodes->len; i++) {
		struct fix *f = build_fix(b, ((const struct tree *)l->nodes->pdata[i])->text);

		if (f && f->n->kind == NODE_MAG) {
			pmip_mag_relay6(mag_pmip(f->mag), fix_on(f, build_link_index(b, l))->iface, &to.a6);
			return;
		}
		if (f && f->n->kind == NODE_ROUTER) {
			dhcp6_service_relay(service(f), fix_on(f, build_link_index(b, l))->iface, &to.a6);
			return;
		}
	}
}

void build_dhcp6(struct build *b)
{
	for (guint k = 0; k < b->n_fix; k++) {
		struct fix *f = &b->fix[k];

		if (!f->n || !f->n->dhcp6)
			continue;
		struct dhcp6_server_config c = config(b, f->n->dhcp6);

		if (f->n->kind == NODE_HA)
			dsmip_ha_serve_dhcp6(ha_dsmip(f->ha), &c);
		else
			dhcp6_service_serve(service(f), &c);
	}
	for (guint i = 0; i < b->s->links->len; i++) {
		const struct scen_link *l = b->s->links->pdata[i];

		if (l->dhcp6 && !scen_on_link(b->s, l, l->dhcp6->text))
			relay(b, l);
	}
}

void build_dhcp6_action(const struct scen_action *a, const struct fix *f)
{
	struct dhcp6_server *s = NULL;

	if (f->n->kind == NODE_HA)
		s = dsmip_ha_dhcp6(ha_dsmip(f->ha));
	else if (f->dhcp6)
		s = dhcp6_service_server(f->dhcp6);
	if (s && a->verb == DO_DHCP_FORGET)
		dhcp6_server_forget(s);
	else if (s)
		dhcp6_server_settings(s)->mute = a->verb == DO_DHCP_STOP;
}

/* ---- mobile routers ---------------------------------------------------------------------------------------------- */

void build_mobile_network(struct build *b, const struct group *g, struct ue *u)
{
	const char *name = g->n->mobile_network ? g->n->mobile_network->text : NULL;
	struct net_iface *i = name ? ue_iface(u, name) : NULL;

	if (!i)
		return;
	dsmip_ue_mobile_network(ue_dsmip(u), i);
	moor_link_attach(b->links[build_link_index(b, scen_link(b->s, name))], net_iface_port(i), true);
}

void build_prefix_action(const struct scen_action *a, const struct group *g, struct ue *u)
{
	const struct scen_delegation *d = g->n->delegation;
	struct dsmip_ue_pd_ask ask = { .prefix_len = (uint8_t)d->length, .rapid = d->rapid_commit,
				       .solicits = (uint8_t)d->solicits };

	if (a->verb == DO_REQUEST_PREFIX)
		dsmip_ue_request_prefix(ue_dsmip(u), &ask);
	else if (a->verb == DO_RELEASE_PREFIX)
		dsmip_ue_release_prefix(ue_dsmip(u));
	else if (a->by_dhcp4)
		dsmip_ue_configure4(ue_dsmip(u));
	else
		dsmip_ue_configure(ue_dsmip(u));
}
