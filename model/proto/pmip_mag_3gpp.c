/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the MAG as a serving gateway [29.275 5.1, 12.1.1]
 *
 * Connections of one mobile node to the same access point name carry a PDN connection id each. Where options of 3GPP
 * are wanted, protocol configuration options are asked for at an attachment and a handover, and that IPv4 is to come by
 * DHCPv4 later is said. What the LMA tells is kept: DNS servers go to the mobile node by DHCPv4 (pmip_mag_dhcp4.c), the
 * charging id and the P-CSCFs to whoever asks the MAG.
 */
#include "proto/pmip_mag_dhcp.h"

void pmip_mag_put3gpp(const struct pmip_bule *b, struct mh_msg *m, struct pmip_values *v, bool dereg)
{
	const struct pmip_bule_rare *r = pmip_bule_rare(b);

	v->n = 0;
	if (r && r->pdn_id)
		pmip_3gpp_add(m, v, MH_3GPP_PDN_CONNECTION_ID, r->pdn_id, 1);
	if (!b->m->c.gpp || dereg || b->handoff == MH_HI_UNCHANGED)
		return;
	if (b->ip4 && !pmip_mag_asks4(b))
		pmip_3gpp_add(m, v, MH_3GPP_DHCP4_INDICATION, 1, 1);
	pmip_3gpp_ask_pco(m, v);
}

void pmip_mag_take3gpp(struct pmip_bule *b, const struct mh_msg *m)
{
	struct pmip_bule_rare *r;
	struct pmip_pdn p;
	uint32_t id;

	if (!pmip_3gpp_any(m))
		return;
	r = pmip_bule_rare_new(b);
	if (pmip_3gpp_get(m, MH_3GPP_CHARGING_ID, 4, &id))
		r->charging_id = id;
	if (!pmip_3gpp_read_pco(m, &p))
		return;
	if (!r->pdn)
		slab_alloc(&b->m->pdns, &r->pdn);
	*(struct pmip_pdn *)slab_get(&b->m->pdns, r->pdn) = p;
}

const struct pmip_pdn *pmip_mag_pdn(const struct pmip_bule *b)
{
	const struct pmip_bule_rare *r = pmip_bule_rare(b);

	return r && r->pdn ? slab_get(&b->m->pdns, r->pdn) : NULL;
}
