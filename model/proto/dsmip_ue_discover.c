/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the UE finds its home agent [24.303 5.1.1, 5.1.2.1, 5.1.2.1a, 5.1.2.3]
 *
 * [R24303-5.1.1-01] The methods of the profile in their order. Each wants something of the access first: PCO a link
 * that is up, the others an address of ours there; so it waits in DISCOVER until there is one, and when the place
 * changes the method under way begins anew. A method that fails leaves its reason in the records, and the next one
 * follows; when none is left the PDN connection cannot be had.
 *
 *	pco	PDN CONNECTIVITY REQUEST; DNS servers, prefix and IFOM support come along and are kept even when no home
 *		agent's address does [R24303-5.1.2.3-04] [R24303-5.1.2.1a-02] [R24303-5.1.2.1a-04]
 *	ikev2	an IKE SA with the ePDG that asks for HOME_AGENT_ADDRESS; it is closed when it has told
 *	dhcp6	Information-request with the HA-APN [R24303-5.1.2.1.5-05] [R24303-5.1.2.1.5-06]; a name instead of
 *		addresses is resolved [R24303-5.1.2.1.5-10] [R24303-5.1.2.1.5-11]
 *	dns	the HA-APN [R24303-4.2-04] in one lookup procedure [R24303-5.1.2.1.5-13]
 *	service	SRV of the home domain, several home agents in its order
 *	static	the list of the profile
 *
 * What was found takes the place of the profile's list until the next attach. Addresses that did not do (a home agent
 * refused us, or was silent) are not taken again in this attach, whoever tells them.
 *
 * Not here: the ePDG's tunnel as an access of its own (user packets do not go through it).
 */
#include "proto/discovery.h"

#include <string.h>

#include "proto/dhcp6_client.h"
#include "proto/dsmip_ue_flow.h"
#include "proto/dsmip_ue_priv.h"
#include "proto/pco_client.h"

#define DHCP6_TRIES 3u

/* While it runs. */
struct discovery {
	struct dsmip_ue *d;
	moor_handle self;
	moor_handle pco, dhcp6, dns;	/* of what runs; 0: not that */
	struct ip6_addr own;		/* where it runs from */
	uint8_t via;			/* its interface; 0: nothing runs */
	uint8_t method;			/* index in the profile */
	bool ike;
	bool begun;			/* the record that it began */
	unsigned n_dns;
	struct ip6_addr dns_server[DNS_SERVERS_MAX];	/* told on the way */
	char name[DNS_NAME_TEXT];	/* FQDN that DHCPv6 told, to be resolved; "": none */
};

static const char discovery_key;

static const struct discovery_profile *profile(const struct dsmip_ue *d)
{
	return d->p->discovery;
}

static struct slab *slab_of(const struct dsmip_ue *d)
{
	return world_slab(ue_world(d), &discovery_key, "discovery", sizeof(struct discovery));
}

static struct discovery *running(const struct dsmip_ue *d)
{
	const struct dsmip_ue_rare *x = dsmip_ue_rare(d);

	return x && x->discovery ? slab_get(slab_of(d), x->discovery) : NULL;
}

const char *discovery_method_name(enum discovery_method m)
{
	static const char *const names[DISCOVERY_METHODS] = { "pco", "ikev2", "dhcp6", "dns", "service", "static" };

	return names[m];
}

static enum discovery_method method_of(const struct discovery *y)
{
	return (enum discovery_method)profile(y->d)->method[y->method];
}

/* ---- what was found ---------------------------------------------------------------------------------------------- */

const struct dsmip_ha_addr *dsmip_discovery_found(const struct dsmip_ue *d, uint8_t *n)
{
	const struct dsmip_ue_rare *x = dsmip_ue_rare(d);

	*n = x->n_found;
	return x->found;
}

static bool useless(const struct dsmip_ue_rare *x, const struct dsmip_ha_addr *a)
{
	for (unsigned i = 0; i < x->n_useless; i++)
		if (ip6_eq(&x->useless[i].a6, &a->a6) && ip4_eq(x->useless[i].a4, a->a4))
			return true;
	return false;
}

/* Of the list in use: those that did not do. */
static void remember_useless(struct dsmip_ue *d)
{
	struct dsmip_ue_rare *x = dsmip_ue_rare_make(d);

	for (unsigned k = 0; k < x->n_found && x->n_useless < DSMIP_HA_MAX; k++)
		if (!useless(x, &x->found[k]))
			x->useless[x->n_useless++] = x->found[k];
	x->n_found = 0;
	d->found = false;
}

/* An address that cannot be one of a home agent's is none. */
static struct dsmip_ha_addr sane(const struct dsmip_ha_addr *a)
{
	return (struct dsmip_ha_addr){ dsmip_routable6(&a->a6) ? a->a6 : ip6_any,
				       dsmip_routable4(a->a4) ? a->a4 : (struct ip4_addr){ { 0 } } };
}

static void add_found(struct dsmip_ue *d, const struct dsmip_ha_addr *told)
{
	struct dsmip_ue_rare *x = dsmip_ue_rare(d);
	struct dsmip_ha_addr a = sane(told);

	if ((ip6_is_zero(&a.a6) && ip4_is_zero(a.a4)) || useless(x, &a) || x->n_found == DSMIP_HA_MAX)
		return;
	x->found[x->n_found++] = a;
}

static void discard(const struct discovery *y, const char *reason)
{
	dsmip_discard(y->d->h, ue_pdn(y->d), reason, "24.303 5.1.2.1");
}

/* ---- a method ends ----------------------------------------------------------------------------------------------- */

static void stop(struct discovery *y)
{
	pco_cancel(y->d->h, y->pco);
	dhcp6_client_stop(y->d->h, y->dhcp6);
	dns_cancel(y->d->h, y->dns);
	if (y->ike)
		s2c_ue_ask_end(y->d);
	y->pco = y->dhcp6 = y->dns = 0;
	y->ike = false;
	y->via = 0;
}

void dsmip_discovery_stop(struct dsmip_ue *d)
{
	struct discovery *y = running(d);

	if (!y)
		return;
	stop(y);
	dsmip_ue_rare(d)->discovery = 0;
	slab_free(slab_of(d), y->self);
}

/* The methods behind this one are left for later. */
static void succeed(struct discovery *y)
{
	struct dsmip_ue *d = y->d;
	struct dsmip_ue_rare *x = dsmip_ue_rare(d);
	struct ip6_addr a = ip6_is_zero(&x->found[0].a6) ? ip6_mapped(x->found[0].a4) : x->found[0].a6;

	x->next_method = (uint8_t)(y->method + 1);
	d->found = true;
	d->ha = 0;
	d->ha_bad = 0;
	dsmip_ue_move_record(d, MOVE_DISCOVERED, net_iface_numbered(d->h, y->via), &a);
	dsmip_discovery_stop(d);
	dsmip_ue_discover(d);
}

static void begin(struct discovery *y);

/* What was told is in found[], or nothing was: the next method. */
static void ended(struct discovery *y, const char *reason)
{
	if (dsmip_ue_rare(y->d)->n_found) {
		succeed(y);
		return;
	}
	discard(y, reason);
	stop(y);
	y->name[0] = 0;
	y->method++;
	begin(y);
}

/* ---- protocol configuration options ------------------------------------------------------------------------------ */

static void keep_dns(struct discovery *y, const struct ip6_addr *a)
{
	if (y->n_dns < DNS_SERVERS_MAX && !ip6_is_zero(a))
		y->dns_server[y->n_dns++] = *a;
}

/* [R24303-5.1.2.1a-06] it is not asked for when policies have told already */
static bool asks_ifom(const struct dsmip_ue *d)
{
	return d->p->ifom && profile(d)->andsf == ANDSF_NONE;
}

static void tell_ifom(struct dsmip_ue *d, bool capable)
{
	dsmip_ue_rare(d)->ifom_told = true;
	dsmip_ue_ifom_capability(d, capable ? DSMIP_IFOM_YES : DSMIP_IFOM_NO);
}

static void take_pco(struct discovery *y, const struct pco *o)
{
	struct dsmip_ue *d = y->d;
	struct dsmip_ue_rare *x = dsmip_ue_rare(d);
	struct dsmip_ha_addr a = { .a6 = o->has & PCO_B_HA6 ? o->ha6 : ip6_any };

	if (o->has & PCO_B_HA4)
		a.a4 = o->ha4;
	for (unsigned i = 0; i < o->n_dns6; i++)
		keep_dns(y, &o->dns6[i]);
	for (unsigned i = 0; i < o->n_dns4; i++) {
		struct ip6_addr mapped = ip6_mapped(o->dns4[i]);

		keep_dns(y, &mapped);
	}
	if (asks_ifom(d))		/* [R24303-5.1.2.1a-01] [R24303-5.1.2.3-10] */
		tell_ifom(d, o->has & PCO_B_IFOM);
	if (profile(d)->hnp && (o->has & PCO_B_HNP)) {	/* [R24303-5.1.2.3-04] */
		x->hnp_told = dsmip_ue_prefix(d, &o->hnp);
		if (!x->hnp_told)
			discard(y, "discovery-pco-prefix");
	}
	add_found(d, &a);
}

static void on_pco(void *owner, enum pco_outcome what, uint8_t cause, const struct pco *pco)
{
	struct discovery *y = owner;

	(void)cause;
	y->pco = 0;
	if (what == PCO_ANSWERED)
		take_pco(y, pco);
	ended(y, what == PCO_ANSWERED ? "discovery-pco-nothing" : what == PCO_REJECTED ? "discovery-pco-rejected"
	      : "discovery-pco-silent");
}

static bool may_be_3gpp(const struct dsmip_ue *d, const struct net_iface *i)
{
	return !profile(d)->access_3gpp || profile(d)->access_3gpp >> (net_iface_number(i) - 1) & 1;
}

static struct net_iface *access_of(const struct dsmip_ue *d)
{
	struct net_iface *prefer = ue_prefer(d);

	if (prefer && net_iface_up(prefer))
		return may_be_3gpp(d, prefer) ? prefer : NULL;
	for (struct net_iface *i = net_iface_next(d->h, NULL); i; i = net_iface_next(d->h, i))
		if (net_iface_up(i) && may_be_3gpp(d, i))
			return i;
	return NULL;
}

static bool any_up(const struct dsmip_ue *d)
{
	for (struct net_iface *i = net_iface_next(d->h, NULL); i; i = net_iface_next(d->h, i))
		if (net_iface_up(i))
			return true;
	return false;
}

static void ask_pco(struct discovery *y)
{
	struct dsmip_ue *d = y->d;
	const struct discovery_profile *p = profile(d);
	struct pco_request_config c = {
		.iface = access_of(d), .apn = p->apn, .timers = d->p->timers, .done = on_pco, .owner = y,
		.asks = PCO_B_HA6 | PCO_B_HA4 | PCO_B_DNS6 | PCO_B_DNS4,
	};

	if (p->hnp)
		c.asks |= PCO_B_HNP;
	if (asks_ifom(d))
		c.asks |= PCO_B_IFOM;
	if (!c.iface) {
		if (any_up(d))		/* attached elsewhere */
			ended(y, "discovery-pco-access");
		return;
	}
	y->via = ue_number(c.iface);
	y->pco = pco_request(&c);
	if (!y->pco)
		ended(y, "discovery-pco-apn");
}

/* ---- DNS --------------------------------------------------------------------------------------------------------- */

/*
 * Without an IPv6 address it can be reached over IPv4 alone, and IKEv2 must be there to tell the other [24.303 4.1];
 * without an IPv4 address not from a link that has nothing else.
 */
static bool within_reach(const struct discovery *y, const struct dsmip_ha_addr *a)
{
	struct net_iface *i = net_iface_numbered(y->d->h, y->via);
	struct ip6_addr own;
	bool four = i && net_address_global(i, true, &own), six = i && net_address_global(i, false, &own);

	if (ip6_is_zero(&a->a6))
		return y->d->p->security && four;
	return six || !four || !ip4_is_zero(a->a4);
}

static void on_dns(void *owner, moor_handle lookup, const struct dns_result *r)
{
	static const char *const reasons[DNS_OUTCOMES] = {
		"discovery-dns-useless", "discovery-dns-no-name", "discovery-dns-no-data", "discovery-dns-alias-loop",
		"discovery-dns-refused", "discovery-dns-silent",
	};
	struct discovery *y = owner;

	(void)lookup;
	y->dns = 0;
	for (unsigned i = 0; i < r->n; i++) {
		struct dsmip_ha_addr a = { r->host[i].a6, r->host[i].a4 };

		if (within_reach(y, &a))
			add_found(y->d, &a);
	}
	ended(y, reasons[r->what]);
}

/* Servers told on the way come before the ones known from elsewhere. */
static void ask_dns(struct discovery *y, const char *name, bool service)
{
	const struct discovery_profile *p = profile(y->d);
	struct dns_lookup_config c = {
		.name = name, .service = service, .own = y->own, .via = net_iface_numbered(y->d->h, y->via),
		.timers = y->d->p->timers, .done = on_dns, .owner = y,
	};

	for (unsigned i = 0; i < y->n_dns; i++)
		c.server[c.n_servers++] = y->dns_server[i];
	for (unsigned i = 0; i < DNS_SERVERS_MAX && c.n_servers < DNS_SERVERS_MAX; i++)
		if (!ip6_is_zero(&p->dns[i]))
			c.server[c.n_servers++] = p->dns[i];
	y->dns = dns_lookup(y->d->h, &c);
	if (!y->dns && !ip6_is_mapped(&c.own) && net_address_global(c.via, true, &c.own))
		y->dns = dns_lookup(y->d->h, &c);	/* only servers of the other family are known */
	if (!y->dns)
		ended(y, "discovery-dns-no-server");
}

/* ---- DHCPv6 ------------------------------------------------------------------------------------------------------ */

static void on_info(void *owner, const struct dhcp6_info *info)
{
	struct discovery *y = owner;
	struct dsmip_ha_addr a = { info->ha6, info->ha4 };

	y->dhcp6 = 0;
	for (unsigned i = 0; i < info->n_dns; i++)
		keep_dns(y, &info->dns[i]);
	add_found(y->d, &a);
	if (!dsmip_ue_rare(y->d)->n_found && info->ha_fqdn && dns_name_set(y->name, info->ha_fqdn))
		ask_dns(y, y->name, false);	/* [R24303-5.1.2.1.5-10] [R24303-5.1.2.1.5-11] */
	else
		ended(y, "discovery-dhcp6-useless");
}

/* Servers that know of no home agent may still know who does. */
static void on_info_failed(void *owner, enum dhcp6_failure why, const struct dhcp6_info *rest)
{
	struct discovery *y = owner;

	y->dhcp6 = 0;
	for (unsigned i = 0; rest && i < rest->n_dns; i++)
		keep_dns(y, &rest->dns[i]);
	ended(y, why == DHCP6_SILENCE ? "discovery-dhcp6-silent" : "discovery-dhcp6-nothing");
}

static const struct dhcp6_info_ops info_ops = { .got = on_info, .failed = on_info_failed };

/* [R24303-5.1.2.1.5-06] [R24303-5.1.2.1.5-07] */
static void ask_dhcp6(struct discovery *y)
{
	const struct discovery_profile *p = profile(y->d);
	struct dhcp6_info_ask ask = {
		.way = { .link = net_iface_numbered(y->d->h, y->via) }, .home_network = p->ha_apn,
		.transmissions = p->dhcp6_tries ? p->dhcp6_tries : DHCP6_TRIES, .timers = y->d->p->timers,
	};

	if (y->name[0]) {		/* it has told a name: only the place is another */
		ask_dns(y, y->name, false);
		return;
	}
	y->dhcp6 = dhcp6_info_start(y->d->h, &ask, &info_ops, y);
	if (!y->dhcp6)
		ended(y, "discovery-dhcp6-name");
}

/* ---- IKEv2 ------------------------------------------------------------------------------------------------------- */

static void ask_ikev2(struct discovery *y)
{
	y->ike = true;
	if (!y->d->p->security || !s2c_ue_ask(y->d, &profile(y->d)->epdg, net_iface_numbered(y->d->h, y->via), &y->own)) {
		y->ike = false;
		ended(y, "discovery-ikev2-no-way");
	}
}

void dsmip_discovery_ike(struct dsmip_ue *d, const struct dsmip_ha_addr *a)
{
	struct discovery *y = running(d);

	if (!y || !y->ike)
		return;
	y->ike = false;
	if (a)
		add_found(d, a);
	ended(y, a ? "discovery-ikev2-nothing" : "discovery-ikev2-failed");
}

/* ---- the order --------------------------------------------------------------------------------------------------- */

static void take_static(struct discovery *y)
{
	const struct dsmip_ue_profile *p = y->d->p;

	for (unsigned k = 0; k < p->n_ha; k++)
		add_found(y->d, &p->ha[k]);
	ended(y, "discovery-static-nothing");
}

static void nothing_left(struct discovery *y)
{
	struct dsmip_ue *d = y->d;

	dsmip_ue_rare(d)->next_method = profile(d)->n;
	dsmip_discovery_stop(d);
	dsmip_ue_discover(d);
}

/* From y->via and y->own, where that is needed. */
static void ask(struct discovery *y)
{
	if (!y->begun)
		dsmip_ue_move_record(y->d, MOVE_DISCOVERING, net_iface_numbered(y->d->h, y->via), &ip6_any);
	y->begun = true;
	switch (method_of(y)) {
	case DISCOVERY_PCO:
		ask_pco(y);
		break;
	case DISCOVERY_IKEV2:
		ask_ikev2(y);
		break;
	case DISCOVERY_DHCP6:
		ask_dhcp6(y);
		break;
	case DISCOVERY_DNS:
		ask_dns(y, profile(y->d)->ha_apn, false);
		break;
	case DISCOVERY_SERVICE:
		ask_dns(y, profile(y->d)->service, true);
		break;
	case DISCOVERY_STATIC:
		take_static(y);
		break;
	case DISCOVERY_METHODS:
		break;
	}
}

/* The method is another, or it has a place now; without one what follows waits for dsmip_discovery_place(). */
static void begin(struct discovery *y)
{
	if (y->method >= profile(y->d)->n)
		nothing_left(y);
	else if (method_of(y) == DISCOVERY_STATIC || (method_of(y) == DISCOVERY_PCO && any_up(y->d)))
		ask(y);
	else
		dsmip_ue_evaluate(y->d);
}

void dsmip_discovery_place(struct dsmip_ue *d, struct net_iface *i, const struct ip6_addr *own)
{
	struct discovery *y = running(d);

	if (!y || y->method >= profile(d)->n)
		return;
	if (method_of(y) == DISCOVERY_PCO) {	/* it looks for an access by itself */
		if (y->pco && !net_iface_up(net_iface_numbered(d->h, y->via)))
			stop(y);
		if (!y->pco && any_up(d))
			ask(y);
		return;
	}
	if (y->via && i && y->via == ue_number(i) && ip6_eq(&y->own, own))
		return;
	stop(y);
	if (!i)
		return;
	y->via = ue_number(i);
	y->own = *own;
	ask(y);
}

/* ---- from outside ------------------------------------------------------------------------------------------------ */

void dsmip_discovery_forget(struct dsmip_ue *d)
{
	struct dsmip_ue_rare *x = d->p->discovery ? dsmip_ue_rare_make(d) : NULL;

	d->found = false;
	if (!x)
		return;
	x->n_found = 0;
	x->n_useless = 0;
	x->next_method = 0;
	x->hnp_told = false;
	if (d->p->ifom && profile(d)->andsf != ANDSF_NONE)	/* [R24303-5.1.2.1a-05] */
		tell_ifom(d, profile(d)->andsf == ANDSF_IFOM);
	else if (x->ifom_told) {
		x->ifom_told = false;
		dsmip_ue_ifom_capability(d, DSMIP_IFOM_UNKNOWN);
	}
}

bool dsmip_discovery_start(struct dsmip_ue *d)
{
	struct dsmip_ue_rare *x = d->p->discovery ? dsmip_ue_rare_make(d) : NULL;
	struct discovery *y;
	moor_handle self;

	if (!x || x->next_method >= profile(d)->n)
		return false;
	remember_useless(d);
	y = slab_alloc(slab_of(d), &self);
	y->d = d;
	y->self = self;
	y->method = x->next_method;
	x->discovery = self;
	begin(y);
	return true;
}

bool dsmip_discovery_more(const struct dsmip_ue *d)
{
	return d->found && dsmip_ue_rare(d)->next_method < profile(d)->n;
}

bool dsmip_discovery_hnp(const struct dsmip_ue *d)
{
	return d->rare && dsmip_ue_rare(d)->hnp_told;
}

bool dsmip_discovery_ifom(const struct dsmip_ue *d)
{
	return d->rare && dsmip_ue_rare(d)->ifom_told;
}
