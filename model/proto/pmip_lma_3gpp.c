/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the LMA as a PDN gateway [29.275 5.1, 12.1.1]
 *
 * PDN connections of one mobile node to one access point name are told apart by the PDN connection id. Each gets a
 * charging id that is unique in the LMA and stays with it through handovers. Protocol configuration options are
 * answered as far as they are asked for. A connection for both families that has become one for IPv6 is said to be one,
 * and refusals say why in the terms of 3GPP. A MAG that sends no option of 3GPP gets none.
 */
#include "proto/pmip_lma_priv.h"

void pmip_lma_read3gpp(struct pbu *u)
{
	const struct mh_msg *m = &u->x->d.m;
	uint32_t id;

	u->gpp = pmip_3gpp_any(m);
	if (u->gpp && pmip_3gpp_get(m, MH_3GPP_PDN_CONNECTION_ID, 1, &id))
		u->pdn_id = id & 15;
}

bool pmip_lma_same_pdn(const struct pmip_bce *b, const struct pbu *u)
{
	const struct pmip_bce_rare *r = pmip_bce_rare(b);

	return b->apn == u->apn && (r ? r->pdn_id : 0) == u->pdn_id;
}

void pmip_lma_bind3gpp(struct pmip_bce *b, const struct pbu *u)
{
	struct pmip_bce_rare *r;

	if (!u->gpp)
		return;
	r = pmip_bce_rare_new(b);
	r->pdn_id = u->pdn_id;
	if (!r->charging_id)
		r->charging_id = ++b->a->charging_id;
}

static uint8_t error_of(uint8_t status)
{
	if (status == MH_BA_RESOURCES || status == MH_BA_IP4_HOA_NOT_AUTHORISED)
		return status == MH_BA_RESOURCES ? PMIP_3GPP_ALL_OCCUPIED : PMIP_3GPP_NO_RESOURCES;
	return status == MH_BA_PROXY_NOT_ENABLED || status == MH_BA_IP4_MOBILITY_NOT_AUTHORISED ? PMIP_3GPP_APN_DENIED : 0;
}

void pmip_lma_answer3gpp(const struct pmip_lma *a, struct mh_msg *m, struct pmip_values *v, const struct pbu *u,
			 uint8_t status, uint8_t status4)
{
	const struct pmip_bce_rare *r = u->b ? pmip_bce_rare(u->b) : NULL;

	v->n = 0;
	if (!u->gpp)
		return;
	if (u->pdn_id)
		pmip_3gpp_add(m, v, MH_3GPP_PDN_CONNECTION_ID, u->pdn_id, 1);
	if (status >= 128 && error_of(status))
		pmip_3gpp_add(m, v, MH_3GPP_ERROR_CODE, error_of(status), 1);
	if (status >= 128 || u->dereg)
		return;
	if (r && r->charging_id)
		pmip_3gpp_add(m, v, MH_3GPP_CHARGING_ID, r->charging_id, 4);
	if (u->hoa4 && status4 >= 128)
		pmip_3gpp_add(m, v, MH_3GPP_PDN_TYPE, MH_PDN_IP6 << 8 | PMIP_3GPP_NEW_PDN_TYPE, 2);
	pmip_3gpp_answer_pco(m, v, &u->x->d.m, &a->c.pdn);
}
