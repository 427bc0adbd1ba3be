/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the 3GPP options of PBU and PBA
 *
 * Vendor-specific mobility options of enterprise 10415 [29.275 12.1.1, RFC 5094] with numbers for values, and protocol
 * configuration options [24.008 10.5.6.3] with the containers for addresses of DNS servers and P-CSCFs: empty ones ask,
 * filled ones answer, and only what was asked for is answered. Values that need several options (M) are not read.
 */
#include "proto/pmip_3gpp.h"

#include <string.h>

enum { PCO_P_CSCF6 = 0x0001, PCO_DNS_SERVER6 = 0x0003, PCO_P_CSCF4 = 0x000c, PCO_DNS_SERVER4 = 0x000d };

#define ITEMS_MAX (4u * PMIP_DNS_MAX)

static const uint16_t asked_for[] = { PCO_DNS_SERVER4, PCO_DNS_SERVER6, PCO_P_CSCF4, PCO_P_CSCF6 };

static const struct mh_opt *find(const struct mh_msg *m, uint8_t subtype)
{
	const struct mh_opt *o = mh_3gpp_find(m->opt, m->n_opt, subtype);

	return o && !o->vendor.more ? o : NULL;
}

bool pmip_3gpp_any(const struct mh_msg *m)
{
	for (const struct mh_opt *o = mh_find(m, MH_OPT_VENDOR); o; o = mh_next(m, o))
		if (o->vendor.id == MH_VENDOR_3GPP)
			return true;
	return false;
}

static void add(struct mh_msg *m, uint8_t subtype, const uint8_t *p, size_t n)
{
	struct mh_opt *o;

	if (!n || n > MH_3GPP_VALUE_MAX || m->n_opt >= MH_OPT_MAX)
		return;
	o = mh_add(m, MH_OPT_VENDOR);
	o->vendor.id = MH_VENDOR_3GPP;
	o->vendor.subtype = subtype;
	o->vendor.data = (struct mh_octets){ p, (uint8_t)n };
}

void pmip_3gpp_add(struct mh_msg *m, struct pmip_values *v, uint8_t subtype, uint32_t value, unsigned n)
{
	uint8_t *p = v->o + v->n;

	if (v->n + n > sizeof v->o)
		return;
	for (unsigned k = 0; k < n; k++)
		p[k] = (uint8_t)(value >> 8 * (n - 1 - k));
	v->n += n;
	add(m, subtype, p, n);
}

bool pmip_3gpp_get(const struct mh_msg *m, uint8_t subtype, unsigned n, uint32_t *value)
{
	const struct mh_opt *o = find(m, subtype);

	return o && o->vendor.data.n == n && mh_3gpp_number(o, n, value);
}

/* ---- protocol configuration options ------------------------------------------------------------------------------ */

static void put(struct mh_msg *m, struct pmip_values *v, const struct mh_pco_item *item, unsigned n)
{
	uint8_t *p = v->o + v->n;
	size_t len = mh_pco_encode(item, n, p, sizeof v->o - v->n);

	v->n += len;
	add(m, MH_3GPP_PCO, p, len);
}

void pmip_3gpp_ask_pco(struct mh_msg *m, struct pmip_values *v)
{
	struct mh_pco_item item[sizeof asked_for / sizeof asked_for[0]] = { { .id = 0 } };

	for (unsigned k = 0; k < sizeof asked_for / sizeof asked_for[0]; k++)
		item[k].id = asked_for[k];
	put(m, v, item, sizeof asked_for / sizeof asked_for[0]);
}

/* Was a container of this number in the question? */
static bool asks(const struct mh_opt *o, uint16_t id)
{
	struct mh_pco_walk w = mh_pco_walk(o->vendor.data);
	struct mh_pco_item i;

	while (mh_pco_next(&w, &i))
		if (i.id == id)
			return true;
	return false;
}

static unsigned fill4(struct mh_pco_item *item, uint16_t id, const struct ip4_addr *a, unsigned n)
{
	for (unsigned k = 0; k < n; k++)
		item[k] = (struct mh_pco_item){ id, { a[k].o, 4 } };
	return n;
}

static unsigned fill6(struct mh_pco_item *item, uint16_t id, const struct ip6_addr *a, unsigned n)
{
	for (unsigned k = 0; k < n; k++)
		item[k] = (struct mh_pco_item){ id, { a[k].o, 16 } };
	return n;
}

void pmip_3gpp_answer_pco(struct mh_msg *m, struct pmip_values *v, const struct mh_msg *asked, const struct pmip_pdn *p)
{
	const struct mh_opt *q = find(asked, MH_3GPP_PCO);
	struct mh_pco_item item[ITEMS_MAX];
	unsigned n = 0;

	if (!q)
		return;
	if (asks(q, PCO_DNS_SERVER4))
		n += fill4(item + n, PCO_DNS_SERVER4, p->dns4, p->n_dns4);
	if (asks(q, PCO_DNS_SERVER6))
		n += fill6(item + n, PCO_DNS_SERVER6, p->dns6, p->n_dns6);
	if (asks(q, PCO_P_CSCF4))
		n += fill4(item + n, PCO_P_CSCF4, p->cscf4, p->n_cscf4);
	if (asks(q, PCO_P_CSCF6))
		n += fill6(item + n, PCO_P_CSCF6, p->cscf6, p->n_cscf6);
	if (n)
		put(m, v, item, n);
}

static void take4(const struct mh_pco_item *i, struct ip4_addr *to, uint8_t *n)
{
	if (i->data.n == 4 && *n < PMIP_DNS_MAX)
		memcpy(to[(*n)++].o, i->data.p, 4);
}

static void take6(const struct mh_pco_item *i, struct ip6_addr *to, uint8_t *n)
{
	if (i->data.n == 16 && *n < PMIP_DNS_MAX)
		memcpy(to[(*n)++].o, i->data.p, 16);
}

bool pmip_3gpp_read_pco(const struct mh_msg *m, struct pmip_pdn *p)
{
	const struct mh_opt *o = find(m, MH_3GPP_PCO);
	struct mh_pco_walk w;
	struct mh_pco_item i;

	*p = (struct pmip_pdn){ .n_dns4 = 0 };
	if (!o)
		return false;
	for (w = mh_pco_walk(o->vendor.data); mh_pco_next(&w, &i);) {
		if (i.id == PCO_DNS_SERVER4)
			take4(&i, p->dns4, &p->n_dns4);
		else if (i.id == PCO_DNS_SERVER6)
			take6(&i, p->dns6, &p->n_dns6);
		else if (i.id == PCO_P_CSCF4)
			take4(&i, p->cscf4, &p->n_cscf4);
		else if (i.id == PCO_P_CSCF6)
			take6(&i, p->cscf6, &p->n_cscf6);
	}
	return !w.fault;
}
