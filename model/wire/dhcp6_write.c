/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: writing DHCPv6, names, DUIDs
 *
 * [RFC 8415 8, 9, 10, 11.4, 21; RFC 6610 3] The encoder writes every option of struct dhcp6 in one order: identifiers,
 * what belongs to the exchange, identity associations, configuration, home network information. It is strict: what the
 * decoder would note or refuse is not written, the whole message fails.
 */
#include "wire/dhcp6_rows.h"

/* Where an option's length stands; to be filled in by close_option. */
static uint8_t *open_option(struct writer *w, uint16_t code)
{
	put16(w, code);
	return writer_take(w, 2);
}

static void close_option(struct writer *w, uint8_t *len)
{
	size_t n;

	if (!writer_ok(w) || !len)
		return;
	n = (size_t)(w->p - len) - 2;
	if (n > UINT16_MAX)
		writer_fail(w, "dhcp6-opt-length");
	else
		store16(len, (uint16_t)n);
}

static void octets_out(struct writer *w, uint16_t code, const uint8_t *p, size_t n)
{
	uint8_t *len = open_option(w, code);

	put_octets(w, p, n);
	close_option(w, len);
}

static void duid_out(struct writer *w, uint16_t code, const struct dhcp6_duid *duid)
{
	if (duid->len < 3 || duid->len > DHCP6_DUID_MAX)
		writer_fail(w, "dhcp6-duid-length");
	else
		octets_out(w, code, duid->o, duid->len);
}

static void number_out(struct writer *w, uint16_t code, uint32_t v, unsigned octets)
{
	uint8_t b[4];

	store32(b, v);
	octets_out(w, code, b + 4 - octets, octets);
}

static void name_out(struct writer *w, uint16_t code, struct dhcp6_octets name)
{
	struct reader r = reader_on(name.o, name.len);
	struct dhcp6_octets whole;

	if (!dhcp6_take_name(&r, &whole) || reader_left(&r))
		writer_fail(w, "dhcp6-name");
	else
		octets_out(w, code, name.o, name.len);
}

static void status_out(struct writer *w, uint16_t status, struct dhcp6_octets text)
{
	uint8_t *len = open_option(w, DHCP6_O_STATUS);

	put16(w, status);
	put_octets(w, text.o, text.len);
	close_option(w, len);
}

static void prefix_out(struct writer *w, const struct ip6_prefix *p)
{
	struct ip6_prefix masked = ip6_prefix_make(&p->addr, p->len);

	if (!ip6_prefix_eq(p, &masked))
		writer_fail(w, "dhcp6-prefix-bits");
	put8(w, p->len);
	put_octets(w, p->addr.o, 16);
}

static void lease_out(struct writer *w, const struct dhcp6_ia *ia, const struct dhcp6_lease *l)
{
	uint8_t *len = open_option(w, ia->pd ? DHCP6_O_IAPREFIX : DHCP6_O_IAADDR);

	if (!ia->pd)
		put_octets(w, l->prefix.addr.o, 16);
	put32(w, l->preferred);
	put32(w, l->valid);
	if (ia->pd)
		prefix_out(w, &l->prefix);
	if (l->has_status)
		status_out(w, l->status, (struct dhcp6_octets){ NULL, 0 });
	close_option(w, len);
}

static void ia_out(struct writer *w, const struct dhcp6_ia *ia)
{
	uint8_t *len = open_option(w, ia->pd ? DHCP6_O_IA_PD : DHCP6_O_IA_NA);

	if (ia->n > DHCP6_MAX_LEASES) {
		writer_fail(w, "dhcp6-count");
		return;
	}
	put32(w, ia->iaid);
	put32(w, ia->t1);
	put32(w, ia->t2);
	for (unsigned i = 0; i < ia->n; i++)
		lease_out(w, ia, &ia->lease[i]);
	if (ia->has_status)
		status_out(w, ia->status, (struct dhcp6_octets){ NULL, 0 });
	close_option(w, len);
}

static void hni_out(struct writer *w, const struct dhcp6_hni *h)
{
	uint8_t *len = open_option(w, h->code), *hnp;

	if ((h->code != DHCP6_O_VDINF && h->code != DHCP6_O_IDINF && h->code != DHCP6_O_UDINF) ||
	    h->n_haa > DHCP6_MAX_HAA) {
		writer_fail(w, "dhcp6-count");
		return;
	}
	if (h->has_id)
		name_out(w, DHCP6_O_HNIDF, h->id);
	if (h->has_hnp) {
		hnp = open_option(w, DHCP6_O_HNP);
		prefix_out(w, &h->hnp);
		close_option(w, hnp);
	}
	for (unsigned i = 0; i < h->n_haa; i++)
		octets_out(w, DHCP6_O_HAA, h->haa[i].o, 16);
	if (h->has_fqdn)
		name_out(w, DHCP6_O_HAF, h->fqdn);
	close_option(w, len);
}

static void codes_out(struct writer *w, const struct dhcp6 *m)
{
	uint8_t *len = open_option(w, DHCP6_O_ORO);

	for (unsigned i = 0; i < m->n_oro; i++)
		put16(w, m->oro[i]);
	close_option(w, len);
}

static void domains_out(struct writer *w, const struct dhcp6 *m)
{
	struct reader r = reader_on(m->domains.o, m->domains.len);
	struct dhcp6_octets name;

	while (reader_left(&r) && dhcp6_take_name(&r, &name))
		;
	if (!reader_ok(&r))
		writer_fail(w, "dhcp6-name");
	else
		octets_out(w, DHCP6_O_DOMAINS, m->domains.o, m->domains.len);
}

static void exchange_out(struct writer *w, const struct dhcp6 *m)
{
	if (m->has & DHCP6_HAS_CLIENT_ID)
		duid_out(w, DHCP6_O_CLIENT_ID, &m->client_id);
	if (m->has & DHCP6_HAS_SERVER_ID)
		duid_out(w, DHCP6_O_SERVER_ID, &m->server_id);
	if (m->has & DHCP6_HAS_PREFERENCE)
		number_out(w, DHCP6_O_PREFERENCE, m->preference, 1);
	if (m->has & DHCP6_HAS_ELAPSED)
		number_out(w, DHCP6_O_ELAPSED, m->elapsed, 2);
	if (m->has & DHCP6_HAS_RAPID_COMMIT)
		octets_out(w, DHCP6_O_RAPID_COMMIT, NULL, 0);
	if (m->has & DHCP6_HAS_ORO)
		codes_out(w, m);
	if (m->has & DHCP6_HAS_STATUS)
		status_out(w, m->status, m->status_text);
}

static void configuration_out(struct writer *w, const struct dhcp6 *m)
{
	if (m->has & DHCP6_HAS_DNS)
		octets_out(w, DHCP6_O_DNS, m->dns[0].o, 16u * m->n_dns);
	if (m->has & DHCP6_HAS_DOMAINS)
		domains_out(w, m);
	if (m->has & DHCP6_HAS_INFO_REFRESH)
		number_out(w, DHCP6_O_INFO_REFRESH, m->info_refresh, 4);
	if (m->has & DHCP6_HAS_SOL_MAX_RT)
		number_out(w, DHCP6_O_SOL_MAX_RT, m->sol_max_rt, 4);
	if (m->has & DHCP6_HAS_INF_MAX_RT)
		number_out(w, DHCP6_O_INF_MAX_RT, m->inf_max_rt, 4);
}

static void header_out(struct writer *w, const struct dhcp6 *m)
{
	put8(w, m->type);
	if (dhcp6_is_relay(m->type)) {
		put8(w, m->hops);
		put_octets(w, m->link.o, 16);
		put_octets(w, m->peer.o, 16);
		return;
	}
	if (m->xid > 0xffffff)
		writer_fail(w, "dhcp6-xid");
	put8(w, (uint8_t)(m->xid >> 16));
	put16(w, (uint16_t)m->xid);
}

size_t dhcp6_encode(const struct dhcp6 *m, uint8_t *buf, size_t cap)
{
	struct writer w = writer_on(buf, cap);

	if (m->n_oro > DHCP6_MAX_ORO || m->n_dns > DHCP6_MAX_DNS || m->n_ia > DHCP6_MAX_IA ||
	    m->n_hnidf > DHCP6_MAX_HNIDF || m->n_hni > DHCP6_MAX_HNI)
		return 0;
	header_out(&w, m);
	exchange_out(&w, m);
	for (unsigned i = 0; i < m->n_ia; i++)
		ia_out(&w, &m->ia[i]);
	configuration_out(&w, m);
	for (unsigned i = 0; i < m->n_hnidf; i++)
		name_out(&w, DHCP6_O_HNIDF, m->hnidf[i]);
	for (unsigned i = 0; i < m->n_hni; i++)
		hni_out(&w, &m->hni[i]);
	if (m->has & DHCP6_HAS_INTERFACE_ID)
		octets_out(&w, DHCP6_O_INTERFACE_ID, m->interface_id.o, m->interface_id.len);
	if (m->has & DHCP6_HAS_RELAY_MSG) {
		if (m->relay_msg.len < 4)
			writer_fail(&w, "dhcp6-short");
		octets_out(&w, DHCP6_O_RELAY_MSG, m->relay_msg.o, m->relay_msg.len);
	}
	return writer_ok(&w) ? writer_len(&w) : 0;
}

/* ---- DUIDs, names, addresses ------------------------------------------------------------------------------------- */

void dhcp6_duid_ll(struct dhcp6_duid *out, const struct mac_addr *mac)
{
	*out = (struct dhcp6_duid){ .len = 10, .o = { 0, DHCP6_DUID_LL, 0, 1 } };	/* hardware type Ethernet */
	memcpy(out->o + 4, mac->o, 6);
}

size_t dhcp6_name_encode(const char *name, uint8_t *buf, size_t cap)
{
	struct writer w = writer_on(buf, cap);
	const char *end;

	while (*name) {
		for (end = name; *end && *end != '.'; end++)
			;
		if (end == name || end - name > 63)
			return 0;
		put8(&w, (uint8_t)(end - name));
		put_octets(&w, (const uint8_t *)name, (size_t)(end - name));
		name = *end ? end + 1 : end;
	}
	put8(&w, 0);
	return writer_ok(&w) && writer_len(&w) > 1 && writer_len(&w) <= DHCP6_NAME_MAX ? writer_len(&w) : 0;
}

static bool is_host_octet(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

bool dhcp6_name_text(struct dhcp6_octets name, struct text *out)
{
	struct reader r = reader_on(name.o, name.len);
	struct dhcp6_octets whole;
	const uint8_t *p = name.o;

	if (!dhcp6_take_name(&r, &whole) || reader_left(&r))
		return false;
	for (const char *dot = ""; *p; dot = ".") {
		text_str(out, dot);
		for (uint8_t i = 1; i <= *p; i++)
			text_add(out, "%c", is_host_octet(p[i]) ? p[i] : '?');
		p += 1 + *p;
	}
	return true;
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

/* Lengths of labels are below 64, so no letter. */
bool dhcp6_name_eq(struct dhcp6_octets a, struct dhcp6_octets b)
{
	if (a.len != b.len)
		return false;
	for (unsigned i = 0; i < a.len; i++)
		if (lower(a.o[i]) != lower(b.o[i]))
			return false;
	return true;
}

static const uint8_t well_known[12] = { 0, 0x64, 0xff, 0x9b };

bool dhcp6_haa_ip4(const struct ip6_addr *haa, struct ip4_addr *out)
{
	if (memcmp(haa->o, well_known, sizeof well_known))
		return false;
	memcpy(out->o, haa->o + 12, 4);
	return true;
}

struct ip6_addr dhcp6_haa_of_ip4(struct ip4_addr a)
{
	struct ip6_addr v;

	memcpy(v.o, well_known, sizeof well_known);
	memcpy(v.o + 12, a.o, 4);
	return v;
}
