/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DHCPv6 without state: a host asks for configuration, among it for the home agents of a home network. This is how a
 * UE discovers its home agent in a network that says so by DHCPv6 [24.303 5.1.2.1.5], and what it runs through its
 * tunnel for further parameters [24.303 5.1.1].
 *
 * Implements RFC 8415 18.2.6 and 18.2.10 (RFC 3736 before it), RFC 6610 4.1. The identifier with an id-type of 24.303's
 * draft is the Home Network Identifier FQDN option of the RFC: [R24303-5.1.2.1.5-07].
 */
#include "proto/dhcp6_client_priv.h"

#include <glib.h>

/* [RFC 6610 4.1.1] who asks for one of the containers asks for what may be in it too */
static void want_home(struct dhcp6 *m, bool any)
{
	static const uint16_t within[] = { DHCP6_O_HNIDF, DHCP6_O_HNP, DHCP6_O_HAA, DHCP6_O_HAF };

	m->oro[m->n_oro++] = any ? DHCP6_O_UDINF : DHCP6_O_IDINF;
	for (unsigned i = 0; i < G_N_ELEMENTS(within); i++)
		m->oro[m->n_oro++] = within[i];
}

static bool any_home(const struct dhcp6_client *c) { return c->name_len <= 1; }

static void ask(struct dhcp6_client *c)
{
	static const uint16_t always[] = { DHCP6_O_DNS, DHCP6_O_DOMAINS, DHCP6_O_INFO_REFRESH, DHCP6_O_INF_MAX_RT };
	struct dhcp6 m;

	dhcp6_client_fill(c, &m, DHCP6_INFORMATION_REQUEST);
	m.has |= DHCP6_HAS_ORO;
	for (unsigned i = 0; i < G_N_ELEMENTS(always); i++)
		m.oro[m.n_oro++] = always[i];
	if (c->wants_home)
		want_home(&m, any_home(c));
	if (c->wants_home && !any_home(c)) {
		/* [R24303-5.1.2.1.5-06] [R24303-5.1.2.1.5-07] [R24303-4.2-04] */
		m.hnidf[0] = (struct dhcp6_octets){ c->name, c->name_len };
		m.n_hnidf = 1;
	}
	dhcp6_client_send(c, &m);
}

/* The client is gone before its owner hears of the outcome: it may want to start another. */
static void fail(struct dhcp6_client *c, enum dhcp6_failure why, const struct dhcp6_info *rest)
{
	const struct dhcp6_info_ops *ops = c->info_ops;
	void *owner = c->owner;

	dhcp6_client_go(c, DHCP6C_IDLE);
	dhcp6_client_free(c);
	ops->failed(owner, why, rest);
}

void dhcp6_info_due(struct dhcp6_client *c)
{
	moor_time max = c->max_rt ? c->max_rt : d6_timer(c, T_D6_INF_MAX);

	if (c->limit && c->tries >= c->limit) {
		fail(c, DHCP6_SILENCE, NULL);
		return;
	}
	ask(c);
	dhcp6_client_wait(c, T_D6_INF, max, MOOR_NEVER);
}

/* ---- the answer -------------------------------------------------------------------------------------------------- */

/*
 * [RFC 6610 4.1.2] the container for what was asked, and in it the first usable of several; what cannot be a home
 * agent's address is passed over: multicast, unspecified, link-local, IPv4 in a form of its own.
 */
static bool is_asked_for(const struct dhcp6_client *c, const struct dhcp6_hni *h)
{
	struct dhcp6_octets wanted = { c->name, c->name_len };

	if (any_home(c))
		return h->code == DHCP6_O_UDINF;
	return h->code == DHCP6_O_IDINF && h->has_id && dhcp6_name_eq(h->id, wanted);
}

static void take_addresses(const struct dhcp6_hni *h, struct dhcp6_info *out)
{
	struct ip4_addr a4;

	for (unsigned i = 0; i < h->n_haa; i++) {
		if (dhcp6_haa_ip4(&h->haa[i], &a4)) {
			if (ip4_is_zero(out->ha4) && dhcp6_usable4(a4))
				out->ha4 = a4;
		} else if (ip6_is_zero(&out->ha6) && dhcp6_usable6(&h->haa[i])) {
			out->ha6 = h->haa[i];
		}
	}
}

/* [R24303-5.1.2.1.5-08] [R24303-5.1.2.1.5-09] False: nothing in it that leads to a home agent. */
static bool take_home(const struct dhcp6_hni *h, struct dhcp6_info *out, struct text *fqdn)
{
	take_addresses(h, out);
	if (h->has_fqdn && dhcp6_name_text(h->fqdn, fqdn) && fqdn->len)
		out->ha_fqdn = fqdn->buf;
	if (h->has_hnp && h->hnp.len)
		out->hnp = h->hnp;
	return out->ha_fqdn || !ip6_is_zero(&out->ha6) || !ip4_is_zero(out->ha4);
}

static bool find_home(const struct dhcp6_client *c, const struct dhcp6 *m, struct dhcp6_info *out, struct text *fqdn)
{
	for (unsigned i = 0; i < m->n_hni; i++)
		if (is_asked_for(c, &m->hni[i]) && take_home(&m->hni[i], out, fqdn))
			return true;
	return false;
}

static void take_general(const struct dhcp6 *m, struct dhcp6_info *out, struct text *domain)
{
	struct reader names = reader_on(m->domains.o, m->domains.len);
	uint8_t len = m->domains.len ? m->domains.o[0] : 0;
	const uint8_t *p = m->domains.o;
	struct dhcp6_octets name;

	for (unsigned i = 0; i < m->n_dns; i++)
		if (dhcp6_usable6(&m->dns[i]))
			out->dns[out->n_dns++] = m->dns[i];
	/* [RFC 8415 21.23] 86400 when not told, 600 at least */
	out->refresh_s = m->has & DHCP6_HAS_INFO_REFRESH ? m->info_refresh : 86400;
	if (out->refresh_s < 600)
		out->refresh_s = 600;
	for (; reader_left(&names) && len; len = *p)
		get_skip(&names, 1u + len), p = names.p;
	name = (struct dhcp6_octets){ m->domains.o, (uint16_t)(p - m->domains.o + 1) };
	if (m->domains.len && dhcp6_name_text(name, domain))
		out->domain = domain->buf;
}

void dhcp6_info_input(struct dhcp6_client *c, const struct dhcp6 *m, const struct net_rx *rx)
{
	char fqdn[DHCP6_NAME_MAX + 1], domain[DHCP6_NAME_MAX + 1];
	struct text name = text_on(fqdn, sizeof fqdn), search = text_on(domain, sizeof domain);
	const struct dhcp6_info_ops *ops = c->info_ops;
	struct dhcp6_info info = { .n_dns = 0 };
	void *owner = c->owner;

	/* [RFC 8415 21.25] */
	if (m->has & DHCP6_HAS_INF_MAX_RT && m->inf_max_rt >= 60 && m->inf_max_rt <= 86400)
		c->max_rt = (moor_time)m->inf_max_rt * MOOR_S;
	if (m->has & DHCP6_HAS_STATUS && m->status != DHCP6_S_SUCCESS) {
		dhcp6_discard(rx, "dhcp6-status", "RFC 8415 18.2.10");
		return;
	}
	if (c->wants_home && !find_home(c, m, &info, &name)) {
		dhcp6_discard(rx, "dhcp6-no-home-agent", "RFC 6610 4.1.2");
		take_general(m, &info, &search);
		fail(c, DHCP6_NOTHING, &info);
		return;
	}
	take_general(m, &info, &search);
	dhcp6_client_go(c, DHCP6C_IDLE);
	dhcp6_client_free(c);
	ops->got(owner, &info);
}

moor_handle dhcp6_info_start(struct net_host *h, const struct dhcp6_info_ask *a, const struct dhcp6_info_ops *ops,
			     void *owner)
{
	uint8_t name[DHCP6_NAME_MAX];
	size_t n = 0;
	struct dhcp6_client *c;

	if (a->home_network && *a->home_network) {
		n = dhcp6_name_encode(a->home_network, name, sizeof name);
		if (!n)
			return 0;
	}
	c = dhcp6_client_new(h, &a->way, a->timers, owner);
	c->info_ops = ops;
	c->wants_home = a->home_network != NULL;
	c->name_len = (uint16_t)n;
	memcpy(c->name, name, n);
	c->limit = a->transmissions;
	dhcp6_client_admits(c, D6_EV_ASK, false);
	dhcp6_client_exchange(c, DHCP6C_INFORMING, a->no_delay ? 0 : d6_timer(c, T_D6_INF_DELAY));
	return c->self;
}
