/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: home agents that IKEv2 tells otherwise than by their address [24.303 5.1.2.1.3; RFC 5685 4]
 *
 * An ePDG is asked for the home agent of the PDN: an IKE SA like any other, with HOME_AGENT_ADDRESS in the request in
 * place of a home network prefix, which ends as soon as it has told. And a REDIRECT that names the other home agent is
 * followed once the name is resolved, from where we are.
 *
 * Not here: a tunnel through the ePDG, and redirections of the ePDG.
 */
#include "proto/discovery.h"
#include "proto/s2c_ue_priv.h"

/* ---- asking an ePDG ---------------------------------------------------------------------------------------------- */

bool s2c_ue_ask(struct dsmip_ue *d, const struct dsmip_ha_addr *epdg, struct net_iface *i, const struct ip6_addr *own)
{
	struct s2c_ue *s = s2c(d);

	if (ip6_is_mapped(own) ? ip4_is_zero(epdg->a4) : ip6_is_zero(&epdg->a6))
		return false;
	s2c_drop(s, &s->sa);
	s->target = *epdg;
	s->asking = true;
	s->sa = s2c_connect(s, own, i);
	if (!s->sa)
		s2c_ue_ask_end(d);
	return s->sa;
}

void s2c_ue_ask_end(struct dsmip_ue *d)
{
	struct s2c_ue *s = s2c(d);

	if (!s->asking)
		return;
	s2c_run_end(s);
	s2c_drop(s, &s->sa);
	s->asking = false;
	s->target = (struct dsmip_ha_addr){ { { 0 } }, { { 0 } } };
}

static bool read_home_agent(const struct ike_result *r, struct dsmip_ha_addr *out)
{
	bool has4;

	for (unsigned i = 0; r && i < r->n_cp; i++) {
		*out = (struct dsmip_ha_addr){ { { 0 } }, { { 0 } } };
		if (r->cp[i].type == IKE_CP_HOME_AGENT_ADDRESS && ike_cp_home_agent(&r->cp[i], &out->a6, &out->a4, &has4))
			return true;
	}
	return false;
}

bool s2c_asked(struct s2c_ue *s, struct ike_sa *sa, const struct ike_result *r)
{
	struct dsmip_ha_addr a;
	bool told = s->asking && read_home_agent(r, &a);

	if (!s->asking)
		return false;
	s->asking = false;
	s->sa = 0;
	s->target = (struct dsmip_ha_addr){ { { 0 } }, { { 0 } } };
	if (r)
		ike_close(sa);
	else
		s2c_run_end(s);
	dsmip_discovery_ike(s->d, told ? &a : NULL);
	return true;
}

/* ---- names in REDIRECT ------------------------------------------------------------------------------------------- */

static void named(void *owner, moor_handle lookup, const struct dns_result *r)
{
	struct s2c_ue *s = owner;

	(void)lookup;
	dsmip_ue_rare(s->d)->naming = 0;
	if (r->what != DNS_FOUND || s->d->machine.state != DSMIP_CHILD_SA) {
		dsmip_discard(s->d->h, ue_pdn(s->d), "redirect-name", "RFC 5685 4");
		if (s->d->machine.state == DSMIP_CHILD_SA)
			dsmip_ue_not_secured(s->d, true);
		return;
	}
	s->target = (struct dsmip_ha_addr){ r->host[0].a6, r->host[0].a4 };
	dsmip_ue_evaluate(s->d);
}

/* IKEv2 told servers of the home agent that sends us away; before it has, there are only those known from elsewhere. */
bool s2c_name(struct s2c_ue *s, const struct ike_path *p, const char *fqdn)
{
	const struct discovery_profile *known = s->d->p->discovery;
	struct dns_lookup_config c = { .name = fqdn, .own = p->own, .via = p->via, .timers = s->d->p->timers,
				       .done = named, .owner = s };
	struct dsmip_ue_rare *x = dsmip_ue_rare_make(s->d);

	if (!ip6_is_zero(&s->dns6))
		c.server[c.n_servers++] = s->dns6;
	if (!ip4_is_zero(s->dns4))
		c.server[c.n_servers++] = ip6_mapped(s->dns4);
	for (unsigned i = 0; known && i < DNS_SERVERS_MAX && c.n_servers < DNS_SERVERS_MAX; i++)
		if (!ip6_is_zero(&known->dns[i]))
			c.server[c.n_servers++] = known->dns[i];
	x->naming = dns_lookup(s->d->h, &c);
	return x->naming != 0;
}

bool s2c_naming(const struct s2c_ue *s)
{
	return s->d->rare && dsmip_ue_rare(s->d)->naming;
}

void s2c_name_end(struct s2c_ue *s)
{
	if (!s2c_naming(s))
		return;
	dns_cancel(s->d->h, dsmip_ue_rare(s->d)->naming);
	dsmip_ue_rare(s->d)->naming = 0;
}
