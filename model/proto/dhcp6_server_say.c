/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a DHCPv6 server's answers say: identifiers, configuration, home network information [RFC 8415 18.3.10, RFC 6610
 * 4.3], and what becomes of all that when the scenario wants a server that lies or is broken.
 */
#include "proto/dhcp6_server_priv.h"

void dhcp6_server_begin(const struct dhcp6_server *s, const struct dhcp6 *to, uint8_t type, struct dhcp6 *m)
{
	*m = (struct dhcp6){ .type = type, .xid = to->xid, .has = DHCP6_HAS_SERVER_ID };
	dhcp6_duid_ll(&m->server_id, moor_port_mac(net_iface_port(net_iface_next(s->h, NULL))));
	if (to->has & DHCP6_HAS_CLIENT_ID) {
		m->has |= DHCP6_HAS_CLIENT_ID;
		m->client_id = to->client_id;
	}
}

static bool asked(const struct dhcp6 *to, uint16_t code)
{
	for (unsigned i = 0; i < to->n_oro; i++)
		if (to->oro[i] == code)
			return true;
	return false;
}

static struct dhcp6_octets word(struct dhcp6_words *words, const char *name)
{
	uint8_t *at = words->name[words->n];
	size_t n = dhcp6_name_encode(name, at, DHCP6_NAME_MAX);

	words->n += n > 0;
	return (struct dhcp6_octets){ at, (uint16_t)n };
}

/* [R24303-5.1.2.1.5-03] [R24303-5.1.2.1.5-08] [R24303-5.1.2.1.5-09] */
static void put_home(const struct dhcp6_home *home, uint16_t code, struct dhcp6 *m, struct dhcp6_words *words)
{
	struct dhcp6_hni *h;

	if (m->n_hni == DHCP6_MAX_HNI)
		return;
	h = &m->hni[m->n_hni++];
	*h = (struct dhcp6_hni){ .code = code, .has_hnp = home->hnp.len > 0, .hnp = home->hnp };
	if (*home->id && code == DHCP6_O_IDINF) {
		h->id = word(words, home->id);
		h->has_id = h->id.len > 0;
	}
	if (*home->ha_fqdn) {
		h->fqdn = word(words, home->ha_fqdn);
		h->has_fqdn = h->fqdn.len > 0;
	}
	if (!ip6_is_zero(&home->ha6))
		h->haa[h->n_haa++] = home->ha6;
	if (!ip4_is_zero(home->ha4))
		h->haa[h->n_haa++] = dhcp6_haa_of_ip4(home->ha4);
}

static bool is_named(const struct dhcp6_home *home, struct dhcp6_octets id)
{
	uint8_t name[DHCP6_NAME_MAX];
	size_t n = *home->id ? dhcp6_name_encode(home->id, name, sizeof name) : 0;

	return n && dhcp6_name_eq((struct dhcp6_octets){ name, (uint16_t)n }, id);
}

/* [RFC 6610 4.3] by the identifiers that the client sent, and the one for whoever has no wish */
static void put_homes(const struct dhcp6_server *s, const struct dhcp6 *to, struct dhcp6 *m, struct dhcp6_words *words)
{
	for (unsigned i = 0; i < s->c.n_homes; i++) {
		const struct dhcp6_home *home = &s->c.homes[i];
		bool named = false;

		for (unsigned k = 0; k < to->n_hnidf; k++)
			named = named || is_named(home, to->hnidf[k]);
		if (named && asked(to, DHCP6_O_IDINF))
			put_home(home, DHCP6_O_IDINF, m, words);
		if (!*home->id && asked(to, DHCP6_O_UDINF))
			put_home(home, DHCP6_O_UDINF, m, words);
		if (!*home->id && asked(to, DHCP6_O_VDINF))
			put_home(home, DHCP6_O_VDINF, m, words);
	}
}

void dhcp6_server_configure(const struct dhcp6_server *s, const struct dhcp6 *to, struct dhcp6 *m,
			    struct dhcp6_words *words)
{
	if (s->c.n_dns && asked(to, DHCP6_O_DNS)) {
		m->has |= DHCP6_HAS_DNS;
		m->n_dns = s->c.n_dns;
		memcpy(m->dns, s->c.dns, sizeof m->dns);
	}
	if (*s->c.domain && asked(to, DHCP6_O_DOMAINS)) {
		m->domains = word(words, s->c.domain);
		m->has |= m->domains.len ? DHCP6_HAS_DOMAINS : 0;
	}
	if (s->c.info_refresh && to->type == DHCP6_INFORMATION_REQUEST) {
		m->has |= DHCP6_HAS_INFO_REFRESH;
		m->info_refresh = s->c.info_refresh;
	}
	put_homes(s, to, m, words);
}

static uint32_t tenths(uint32_t seconds, unsigned n)
{
	return seconds == DHCP6_INFINITE ? seconds : (uint32_t)((uint64_t)seconds * n / 10);
}

void dhcp6_server_put_lease(const struct dhcp6_server *s, struct dhcp6_ia *ia, const struct ip6_prefix *p)
{
	ia->t1 = tenths(s->c.preferred, 5);
	ia->t2 = tenths(s->c.preferred, 8);
	ia->lease[ia->n++] = (struct dhcp6_lease){ .prefix = *p, .preferred = s->c.preferred, .valid = s->c.valid };
}

/* ---- lies -------------------------------------------------------------------------------------------------------- */

static void lie_about_agents(uint32_t lies, struct dhcp6 *m)
{
	for (unsigned i = 0; i < m->n_hni; i++) {
		struct dhcp6_hni *h = &m->hni[i];
		struct ip4_addr a4;

		for (unsigned k = 0; k < h->n_haa; k++) {
			if (lies & DHCP6_LIE_HA_MULTICAST)
				h->haa[k] = ip6_all_nodes;
			else if (lies & DHCP6_LIE_HA_ZERO)
				h->haa[k] = ip6_any;
			else if (lies & DHCP6_LIE_HA_MAPPED && dhcp6_haa_ip4(&h->haa[k], &a4))
				h->haa[k] = ip6_mapped(a4);
		}
	}
}

static void lie_about_leases(struct dhcp6 *m)
{
	for (unsigned i = 0; i < m->n_ia; i++) {
		m->ia[i].t1 = m->ia[i].t2 + 1;
		for (unsigned k = 0; k < m->ia[i].n; k++)
			m->ia[i].lease[k].preferred = m->ia[i].lease[k].valid + 1;
	}
}

void dhcp6_server_lie(const struct dhcp6_server *s, struct dhcp6 *m, struct dhcp6_words *words)
{
	uint32_t lies = s->c.lies;

	if (lies & DHCP6_LIE_XID)
		m->xid ^= 0x5a5a5a;
	if (lies & DHCP6_LIE_NO_SERVER_ID)
		m->has &= ~(uint32_t)DHCP6_HAS_SERVER_ID;
	if (lies & DHCP6_LIE_CLIENT_ID)
		m->client_id.o[m->client_id.len - 1u] ^= 0xff;
	lie_about_agents(lies, m);
	if (lies & DHCP6_LIE_LIFETIMES)
		lie_about_leases(m);
	for (unsigned i = 0; lies & DHCP6_LIE_OTHER_HOME && i < m->n_hni; i++) {
		m->hni[i].id = word(words, "somebody.else.example");
		m->hni[i].has_id = true;
	}
}

/* The container's own header goes, what was in it stays behind. */
static size_t unwrap(uint8_t *p, size_t n)
{
	size_t at = 4, len;

	while (at + 4 <= n) {
		uint16_t code = load16(p + at);

		len = load16(p + at + 2);
		if (code == DHCP6_O_IDINF || code == DHCP6_O_UDINF) {
			memmove(p + at, p + at + 4, n - at - 4);
			return n - 4;
		}
		at += 4 + len;
	}
	return n;
}

size_t dhcp6_server_spoil(const struct dhcp6_server *s, uint8_t *p, size_t n, size_t cap)
{
	if (s->c.lies & DHCP6_LIE_BARE)
		n = unwrap(p, n);
	if (s->c.lies & DHCP6_LIE_TRUNCATED && n + 4 <= cap) {
		store16(p + n, DHCP6_O_DNS);
		store16(p + n + 2, 16);
		n += 4;
	}
	return n;
}
