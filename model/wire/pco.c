/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: protocol configuration options with the containers of DSMIPv6 [TS 24.008 10.5.6.3; 24.303 5.1.2.1, 5.1.2.3]
 *
 * What a UE asks the PDN gateway for when it attaches over a 3GPP access, and what it is told: the home agent's two
 * addresses, the home network prefix, DNS servers, whether the home agent knows IP flow mobility. Other containers
 * (P-CSCF, IP address by NAS, …) and the configuration protocols of PPP are passed over.
 */
#include "wire/pco.h"

#define PPP 0x80u			/* the extension bit and configuration protocol 0 */

struct row {
	uint16_t id;
	uint8_t bit, len;
};

static const struct row rows[] = {
	{ PCO_HA6, PCO_B_HA6, 16 }, { PCO_HA4, PCO_B_HA4, 4 }, { PCO_HNP, PCO_B_HNP, 17 }, { PCO_IFOM, PCO_B_IFOM, 0 },
	{ PCO_DNS6, PCO_B_DNS6, 16 }, { PCO_DNS4, PCO_B_DNS4, 4 },
};

#define ROWS (sizeof rows / sizeof rows[0])

static const struct row *row_of(uint16_t id)
{
	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].id == id)
			return &rows[i];
	return NULL;
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static bool take_dns(const struct row *row, const uint8_t *p, struct pco *out)
{
	bool six = row->id == PCO_DNS6;
	unsigned *n = six ? &out->n_dns6 : &out->n_dns4;

	if (*n == PCO_DNS_MAX)
		return false;
	if (six)
		memcpy(out->dns6[*n].o, p, 16);
	else
		memcpy(out->dns4[*n].o, p, 4);
	++*n;
	return true;
}

static void take_value(const struct row *row, const uint8_t *p, uint32_t at, struct pco *out, struct wire_diags *d)
{
	struct ip6_addr a = { { 0 } };

	if (row->id == PCO_DNS6 || row->id == PCO_DNS4) {
		if (!take_dns(row, p, out))
			wire_note(d, "pco-dns", NULL, at, PCO_DNS_MAX);
	} else if (out->has & row->bit) {
		wire_note(d, "pco-repeated", "TS 24.008 10.5.6.3", at, row->id);
		return;
	} else if (row->id == PCO_HA6) {
		memcpy(out->ha6.o, p, 16);
	} else if (row->id == PCO_HA4) {
		memcpy(out->ha4.o, p, 4);
	} else if (row->id == PCO_HNP) {
		if (!p[16] || p[16] > 128) {
			wire_note(d, "pco-prefix-length", "TS 24.008 10.5.6.3", at, p[16]);
			return;
		}
		memcpy(a.o, p, 16);
		out->hnp = ip6_prefix_make(&a, p[16]);
	}
	out->has |= row->bit;
}

static void container(struct reader *r, bool answer, struct pco *out, struct wire_diags *d)
{
	uint32_t at = reader_offset(r);
	uint16_t id = get16(r);
	uint8_t len = get8(r);
	const uint8_t *p = get_octets(r, len);
	const struct row *row = row_of(id);

	if (!reader_ok(r))
		return;
	if (!row) {
		out->n_other++;
		return;
	}
	if (answer && row->len == len)
		take_value(row, p, at, out, d);
	else if (!answer && !len)
		out->asks |= row->bit;
	else
		wire_note(d, "pco-length", "TS 24.008 10.5.6.3", at, len);
}

bool pco_decode(struct reader *r, bool answer, struct pco *out, struct wire_diags *d)
{
	const uint8_t *first = get_octets(r, 1);

	memset(out, 0, sizeof *out);
	if (first && *first != PPP)
		wire_note(d, "pco-protocol", "TS 24.008 10.5.6.3", reader_offset(r) - 1, *first);
	while (reader_ok(r) && reader_left(r))
		container(r, answer, out, d);
	if (!reader_ok(r) && !strcmp(r->fault.reason, "short"))
		r->fault.reason = "pco-short";
	return reader_ok(r);
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

static void put_head(struct writer *w, const struct row *row, uint8_t len)
{
	put16(w, row->id);
	put8(w, len);
}

static void put_value(struct writer *w, const struct row *row, const struct pco *p)
{
	bool six = row->id == PCO_DNS6;
	unsigned n = row->id == PCO_DNS6 ? p->n_dns6 : row->id == PCO_DNS4 ? p->n_dns4 : 1;

	for (unsigned i = 0; i < n && i < PCO_DNS_MAX; i++) {
		put_head(w, row, row->len);
		switch ((enum pco_id)row->id) {
		case PCO_HA6:
			put_ip6(w, &p->ha6);
			break;
		case PCO_HA4:
			put_ip4(w, p->ha4);
			break;
		case PCO_HNP:
			put_ip6(w, &p->hnp.addr);
			put8(w, p->hnp.len);
			break;
		case PCO_DNS6:
		case PCO_DNS4:
			put_octets(w, six ? p->dns6[i].o : p->dns4[i].o, six ? 16 : 4);
			break;
		case PCO_IFOM:
			break;
		}
	}
}

size_t pco_encode(const struct pco *p, bool answer, uint8_t *buf, size_t cap)
{
	struct writer w = writer_on(buf, cap < PCO_MAX ? cap : PCO_MAX);

	put8(&w, PPP);
	for (size_t i = 0; i < ROWS; i++) {
		if (answer && (p->has & rows[i].bit))
			put_value(&w, &rows[i], p);
		else if (!answer && (p->asks & rows[i].bit))
			put_head(&w, &rows[i], 0);
	}
	return writer_ok(&w) ? writer_len(&w) : 0;
}
