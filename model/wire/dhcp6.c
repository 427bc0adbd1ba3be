/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: reading DHCPv6
 *
 * [RFC 8415 8, 9, 21; RFC 6610 3] The header, then options by a table that knows their shapes; options within options
 * are read the same way, by who may stand where. A length that does not fit an option's shape makes the message
 * unreadable (fault); what is out of place, repeated or senseless is noted and left out. Not read: authentication,
 * vendor and user class, reconfiguration, temporary addresses, relay-supplied options.
 */
#include "wire/dhcp6_rows.h"

static const struct dhcp6_row rows[] = {
	{ DHCP6_O_CLIENT_ID, D6_DUID, "opt-client-identifier" },
	{ DHCP6_O_SERVER_ID, D6_DUID, "opt-server-identifier" },
	{ DHCP6_O_IA_NA, D6_IA, "opt-ia-na" },
	{ DHCP6_O_IA_TA, D6_IA_TA, "opt-ia-ta" },
	{ DHCP6_O_IAADDR, D6_ADDRESS, "opt-ia-address" },
	{ DHCP6_O_ORO, D6_CODES, "opt-option-request" },
	{ DHCP6_O_PREFERENCE, D6_U8, "opt-preference" },
	{ DHCP6_O_ELAPSED, D6_CENTISECONDS, "opt-elapsed-time" },
	{ DHCP6_O_RELAY_MSG, D6_MESSAGE, "opt-relay-message" },
	{ DHCP6_O_STATUS, D6_STATUS, "opt-status-code" },
	{ DHCP6_O_RAPID_COMMIT, D6_EMPTY, "opt-rapid-commit" },
	{ DHCP6_O_INTERFACE_ID, D6_OCTETS, "opt-interface-id" },
	{ DHCP6_O_DNS, D6_IP6_LIST, "opt-dns-servers" },
	{ DHCP6_O_DOMAINS, D6_NAMES, "opt-domain-list" },
	{ DHCP6_O_IA_PD, D6_IA, "opt-ia-pd" },
	{ DHCP6_O_IAPREFIX, D6_PREFIX, "opt-ia-prefix" },
	{ DHCP6_O_INFO_REFRESH, D6_SECONDS, "opt-information-refresh-time" },
	{ DHCP6_O_HNIDF, D6_NAME, "opt-home-network-id-fqdn" },
	{ DHCP6_O_VDINF, D6_OPTIONS, "opt-visited-home-network-information" },
	{ DHCP6_O_IDINF, D6_OPTIONS, "opt-identified-home-network-information" },
	{ DHCP6_O_UDINF, D6_OPTIONS, "opt-unrestricted-home-network-information" },
	{ DHCP6_O_HNP, D6_HOME_PREFIX, "opt-home-network-prefix" },
	{ DHCP6_O_HAA, D6_IP6, "opt-home-agent-address" },
	{ DHCP6_O_HAF, D6_NAME, "opt-home-agent-fqdn" },
	{ DHCP6_O_SOL_MAX_RT, D6_SECONDS, "opt-sol-max-rt" },
	{ DHCP6_O_INF_MAX_RT, D6_SECONDS, "opt-inf-max-rt" },
};

#define RFC8415(clause) "RFC 8415 " clause

/* ---- shapes ------------------------------------------------------------------------------------------------------ */

const struct dhcp6_row *dhcp6_row(uint16_t code)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].code == code)
			return &rows[i];
	return NULL;
}

size_t dhcp6_shape_fixed(enum dhcp6_shape s)
{
	switch (s) {
	case D6_IA: return 12;
	case D6_IA_TA: case D6_SECONDS: return 4;
	case D6_ADDRESS: return 24;
	case D6_PREFIX: return 25;
	case D6_DUID: return 3;
	case D6_CENTISECONDS: case D6_STATUS: return 2;
	case D6_MESSAGE: return 4;
	case D6_HOME_PREFIX: return 17;
	case D6_IP6: return 16;
	case D6_U8: case D6_NAME: return 1;
	case D6_CODES: case D6_EMPTY: case D6_OCTETS: case D6_IP6_LIST: case D6_NAMES: case D6_OPTIONS: return 0;
	}
	return 0;
}

bool dhcp6_shape_fits(enum dhcp6_shape s, size_t len)
{
	switch (s) {
	case D6_CENTISECONDS: case D6_SECONDS: case D6_U8: case D6_EMPTY: case D6_HOME_PREFIX: case D6_IP6:
		return len == dhcp6_shape_fixed(s);
	case D6_CODES:
		return len % 2 == 0;
	case D6_IP6_LIST:
		return len % 16 == 0;
	case D6_DUID: case D6_IA: case D6_IA_TA: case D6_ADDRESS: case D6_PREFIX: case D6_MESSAGE: case D6_STATUS:
	case D6_OCTETS: case D6_NAMES: case D6_NAME: case D6_OPTIONS:
		return len >= dhcp6_shape_fixed(s);
	}
	return false;
}

/* [RFC 8415 21.1] */
bool dhcp6_next(struct reader *r, uint16_t *code, const struct dhcp6_row **row, struct reader *value)
{
	const uint8_t *start = r->p;
	uint16_t len;

	if (!reader_left(r))
		return false;
	*code = get16(r);
	len = get16(r);
	*value = get_sub(r, len);
	*row = dhcp6_row(*code);
	if (reader_ok(r) && (!*row || dhcp6_shape_fits((*row)->shape, len)))
		return true;
	r->fault = (struct fault){ 0 };
	reader_fail_at(r, start, "dhcp6-opt-length");
	return false;
}

/* [RFC 8415 10] labels up to the empty one, no pointers */
bool dhcp6_take_name(struct reader *r, struct dhcp6_octets *out)
{
	const uint8_t *start = r->p;
	uint8_t len;

	do {
		len = get8(r);
		get_skip(r, len);
	} while (reader_ok(r) && len && len < 64);
	if (reader_ok(r) && !len && r->p - start <= (ptrdiff_t)DHCP6_NAME_MAX) {
		*out = (struct dhcp6_octets){ start, (uint16_t)(r->p - start) };
		return true;
	}
	r->fault = (struct fault){ 0 };
	reader_fail_at(r, start, "dhcp6-name");
	return false;
}

/* ---- options within options -------------------------------------------------------------------------------------- */

struct in {
	struct dhcp6 *m;
	struct wire_diags *d;
};

static void misplaced(struct in *in, const struct dhcp6_row *row, const struct reader *value)
{
	if (row)
		wire_note(in->d, "dhcp6-opt-place", RFC8415("24"), reader_offset(value) - 4, row->code);
}

static void status_in(struct in *in, struct reader *value, bool *has, uint16_t *status)
{
	if (*has) {
		wire_note(in->d, "dhcp6-opt-repeated", RFC8415("21.13"), reader_offset(value) - 4, DHCP6_O_STATUS);
		return;
	}
	*has = true;
	*status = get16(value);
}

/* The status within an address or a prefix. */
static void lease_options(struct in *in, struct reader *r, struct dhcp6_lease *l)
{
	const struct dhcp6_row *row;
	struct reader value;
	uint16_t code;

	while (dhcp6_next(r, &code, &row, &value)) {
		if (code == DHCP6_O_STATUS)
			status_in(in, &value, &l->has_status, &l->status);
		else
			misplaced(in, row, &value);
	}
}

/* False: it is left out, with a note. */
static bool prefix_in(struct in *in, struct reader *value, struct ip6_prefix *out)
{
	uint32_t at = reader_offset(value);
	uint8_t len = get8(value);
	struct ip6_addr a = get_ip6(value);

	if (len > 128) {
		wire_note(in->d, "dhcp6-prefix-length", RFC8415("21.22"), at, len);
		return false;
	}
	*out = ip6_prefix_make(&a, len);
	if (!ip6_eq(&out->addr, &a))
		wire_note(in->d, "dhcp6-prefix-bits", RFC8415("21.22"), at + 1, len);
	return true;
}

/* [RFC 8415 21.6, 21.22] */
static void lease_in(struct in *in, struct reader *value, struct dhcp6_ia *ia)
{
	struct dhcp6_lease l = { .prefix.len = 128 };
	uint32_t at = reader_offset(value);
	bool good = true;

	if (!ia->pd)
		l.prefix.addr = get_ip6(value);
	l.preferred = get32(value);
	l.valid = get32(value);
	if (ia->pd)
		good = prefix_in(in, value, &l.prefix);
	lease_options(in, value, &l);
	if (l.preferred > l.valid)
		wire_note(in->d, "dhcp6-lifetimes", RFC8415("21.22"), at, l.preferred);
	if (good && ia->n == DHCP6_MAX_LEASES)
		wire_note(in->d, "dhcp6-opt-many", NULL, at - 4, DHCP6_MAX_LEASES);
	else if (good)
		ia->lease[ia->n++] = l;
}

/* [RFC 8415 21.4, 21.21] */
static void ia_in(struct in *in, struct reader *value, bool pd)
{
	struct dhcp6 *m = in->m;
	struct dhcp6_ia ia = { .pd = pd };
	uint32_t at = reader_offset(value);
	const struct dhcp6_row *row;
	struct reader sub;
	uint16_t code;

	ia.iaid = get32(value);
	ia.t1 = get32(value);
	ia.t2 = get32(value);
	if (ia.t1 > ia.t2 && ia.t2)
		wire_note(in->d, "dhcp6-t1-t2", RFC8415("21.4"), at + 4, ia.t1);
	while (dhcp6_next(value, &code, &row, &sub)) {
		if (code == (pd ? DHCP6_O_IAPREFIX : DHCP6_O_IAADDR)) {
			lease_in(in, &sub, &ia);
			reader_join(value, &sub);
		} else if (code == DHCP6_O_STATUS) {
			status_in(in, &sub, &ia.has_status, &ia.status);
		} else {
			misplaced(in, row, &sub);
		}
	}
	if (m->n_ia == DHCP6_MAX_IA)
		wire_note(in->d, "dhcp6-opt-many", NULL, at - 4, DHCP6_MAX_IA);
	else
		m->ia[m->n_ia++] = ia;
}

static void name_in(struct in *in, struct reader *value, bool *has, struct dhcp6_octets *out, uint16_t code)
{
	struct dhcp6_octets name;
	uint32_t at = reader_offset(value);

	if (!dhcp6_take_name(value, &name))
		return;
	if (reader_left(value)) {
		reader_fail(value, "dhcp6-name");
		return;
	}
	if (*has) {
		wire_note(in->d, "dhcp6-opt-repeated", "RFC 6610 3", at - 4, code);
		return;
	}
	*has = true;
	*out = name;
}

static void hni_option(struct in *in, struct dhcp6_hni *h, const struct dhcp6_row *row, uint16_t code,
		       struct reader *value)
{
	uint32_t at = reader_offset(value) - 4;
	struct ip6_prefix hnp;

	if (code == DHCP6_O_HNIDF) {
		name_in(in, value, &h->has_id, &h->id, code);
	} else if (code == DHCP6_O_HAF) {
		name_in(in, value, &h->has_fqdn, &h->fqdn, code);
	} else if (code == DHCP6_O_HNP) {
		if (!prefix_in(in, value, &hnp))
			return;
		if (h->has_hnp)
			wire_note(in->d, "dhcp6-opt-repeated", "RFC 6610 3.3", at, code);
		else
			h->hnp = hnp;
		h->has_hnp = true;
	} else if (code == DHCP6_O_HAA) {
		if (h->n_haa == DHCP6_MAX_HAA)
			wire_note(in->d, "dhcp6-opt-many", NULL, at, DHCP6_MAX_HAA);
		else
			h->haa[h->n_haa++] = get_ip6(value);
	} else {
		misplaced(in, row, value);
	}
}

/* [RFC 6610 3.2] */
static void hni_in(struct in *in, struct reader *value, uint16_t kind)
{
	struct dhcp6_hni h = { .code = kind };
	uint32_t at = reader_offset(value) - 4;
	const struct dhcp6_row *row;
	struct reader sub;
	uint16_t code;

	while (dhcp6_next(value, &code, &row, &sub)) {
		hni_option(in, &h, row, code, &sub);
		reader_join(value, &sub);
	}
	if (in->m->n_hni == DHCP6_MAX_HNI)
		wire_note(in->d, "dhcp6-opt-many", NULL, at, DHCP6_MAX_HNI);
	else
		in->m->hni[in->m->n_hni++] = h;
}

/* ---- a message's own options ------------------------------------------------------------------------------------- */

static void duid_in(struct reader *value, struct dhcp6_duid *out)
{
	size_t n = reader_left(value);

	if (n > DHCP6_DUID_MAX) {
		reader_fail(value, "dhcp6-duid-length");
		return;
	}
	out->len = (uint8_t)n;
	memcpy(out->o, value->p, n);
}

static struct dhcp6_octets rest(const struct reader *value)
{
	return (struct dhcp6_octets){ value->p, (uint16_t)reader_left(value) };
}

static void codes_in(struct in *in, struct reader *value)
{
	struct dhcp6 *m = in->m;

	while (reader_left(value) && m->n_oro < DHCP6_MAX_ORO)
		m->oro[m->n_oro++] = get16(value);
	if (reader_left(value))
		wire_note(in->d, "dhcp6-opt-many", NULL, reader_offset(value), DHCP6_O_ORO);
}

static void dns_in(struct in *in, struct reader *value)
{
	struct dhcp6 *m = in->m;

	while (reader_left(value) && m->n_dns < DHCP6_MAX_DNS)
		m->dns[m->n_dns++] = get_ip6(value);
	if (reader_left(value))
		wire_note(in->d, "dhcp6-opt-many", NULL, reader_offset(value), DHCP6_O_DNS);
}

static void domains_in(struct in *in, struct reader *value)
{
	struct reader names = *value;
	struct dhcp6_octets name;

	while (reader_left(&names) && dhcp6_take_name(&names, &name))
		;
	if (reader_ok(&names))
		in->m->domains = rest(value);
	reader_join(value, &names);
}

static void hnidf_in(struct in *in, struct reader *value)
{
	struct dhcp6 *m = in->m;
	struct dhcp6_octets name = { NULL, 0 };
	bool has = false;

	name_in(in, value, &has, &name, DHCP6_O_HNIDF);
	if (has && m->n_hnidf == DHCP6_MAX_HNIDF)
		wire_note(in->d, "dhcp6-opt-many", NULL, reader_offset(value), DHCP6_O_HNIDF);
	else if (has)
		m->hnidf[m->n_hnidf++] = name;
}

/* The bit of an option that may stand once; 0: it may be repeated, or nothing is kept of it. */
static uint32_t bit_of(uint16_t code)
{
	switch (code) {
	case DHCP6_O_CLIENT_ID: return DHCP6_HAS_CLIENT_ID;
	case DHCP6_O_SERVER_ID: return DHCP6_HAS_SERVER_ID;
	case DHCP6_O_ORO: return DHCP6_HAS_ORO;
	case DHCP6_O_PREFERENCE: return DHCP6_HAS_PREFERENCE;
	case DHCP6_O_ELAPSED: return DHCP6_HAS_ELAPSED;
	case DHCP6_O_RELAY_MSG: return DHCP6_HAS_RELAY_MSG;
	case DHCP6_O_STATUS: return DHCP6_HAS_STATUS;
	case DHCP6_O_RAPID_COMMIT: return DHCP6_HAS_RAPID_COMMIT;
	case DHCP6_O_INTERFACE_ID: return DHCP6_HAS_INTERFACE_ID;
	case DHCP6_O_DNS: return DHCP6_HAS_DNS;
	case DHCP6_O_DOMAINS: return DHCP6_HAS_DOMAINS;
	case DHCP6_O_INFO_REFRESH: return DHCP6_HAS_INFO_REFRESH;
	case DHCP6_O_SOL_MAX_RT: return DHCP6_HAS_SOL_MAX_RT;
	case DHCP6_O_INF_MAX_RT: return DHCP6_HAS_INF_MAX_RT;
	}
	return 0;
}

static void single_in(struct in *in, uint16_t code, struct reader *value)
{
	struct dhcp6 *m = in->m;

	switch ((enum dhcp6_option)code) {
	case DHCP6_O_CLIENT_ID: duid_in(value, &m->client_id); return;
	case DHCP6_O_SERVER_ID: duid_in(value, &m->server_id); return;
	case DHCP6_O_ORO: codes_in(in, value); return;
	case DHCP6_O_PREFERENCE: m->preference = get8(value); return;
	case DHCP6_O_ELAPSED: m->elapsed = get16(value); return;
	case DHCP6_O_RELAY_MSG: m->relay_msg = rest(value); return;
	case DHCP6_O_STATUS:
		m->status = get16(value);
		m->status_text = rest(value);
		return;
	case DHCP6_O_INTERFACE_ID: m->interface_id = rest(value); return;
	case DHCP6_O_DNS: dns_in(in, value); return;
	case DHCP6_O_DOMAINS: domains_in(in, value); return;
	case DHCP6_O_INFO_REFRESH: m->info_refresh = get32(value); return;
	case DHCP6_O_SOL_MAX_RT: m->sol_max_rt = get32(value); return;
	case DHCP6_O_INF_MAX_RT: m->inf_max_rt = get32(value); return;
	case DHCP6_O_RAPID_COMMIT: case DHCP6_O_IA_NA: case DHCP6_O_IA_TA: case DHCP6_O_IAADDR: case DHCP6_O_IA_PD:
	case DHCP6_O_IAPREFIX: case DHCP6_O_HNIDF: case DHCP6_O_VDINF: case DHCP6_O_IDINF: case DHCP6_O_UDINF:
	case DHCP6_O_HNP: case DHCP6_O_HAA: case DHCP6_O_HAF:
		return;
	}
}

static void option_in(struct in *in, const struct dhcp6_row *row, uint16_t code, struct reader *value)
{
	uint32_t bit = bit_of(code);

	if (bit) {
		if (in->m->has & bit) {
			wire_note(in->d, "dhcp6-opt-repeated", RFC8415("21"), reader_offset(value) - 4, code);
			return;
		}
		in->m->has |= bit;
		single_in(in, code, value);
	} else if (code == DHCP6_O_IA_NA || code == DHCP6_O_IA_PD) {
		ia_in(in, value, code == DHCP6_O_IA_PD);
	} else if (code == DHCP6_O_VDINF || code == DHCP6_O_IDINF || code == DHCP6_O_UDINF) {
		hni_in(in, value, code);
	} else if (code == DHCP6_O_HNIDF) {
		hnidf_in(in, value);
	} else if (code != DHCP6_O_IA_TA) {
		misplaced(in, row, value);	/* also what RFC 6610 4.1.2 wants discarded outside of its containers */
	}
}

bool dhcp6_decode(struct reader *r, struct dhcp6 *out, struct wire_diags *d)
{
	struct in in = { out, d };
	const struct dhcp6_row *row;
	struct reader value;
	uint16_t code;

	*out = (struct dhcp6){ 0 };
	out->type = get8(r);
	if (dhcp6_is_relay(out->type)) {
		out->hops = get8(r);
		out->link = get_ip6(r);
		out->peer = get_ip6(r);
	} else {
		out->xid = (uint32_t)get8(r) << 16;
		out->xid |= get16(r);
	}
	if (!reader_ok(r)) {
		r->fault.reason = "dhcp6-short";
		return false;
	}
	if (!dhcp6_type_name(out->type))
		wire_note(d, "dhcp6-type", RFC8415("7.3"), 0, out->type);
	while (dhcp6_next(r, &code, &row, &value)) {
		option_in(&in, row, code, &value);
		reader_join(r, &value);
	}
	return reader_ok(r);
}
