/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the Proxy Binding Acknowledgement [RFC 5213 5.3.6; draft 02 5.3.1; RFC 5844 3.1.2.6; RFC 5845 3.2.3]
 *
 * It goes back the way the request came, from the address that it was sent to [R5213d-5.3.1-34] [R5213d-5.3.1-35], in
 * ESP when the request's peers have a security association [R5213d-5.3.1-43] (net's policies say so).
 */
#include "proto/pmip_lma_priv.h"

#include "world/clock.h"

/* [R5213d-5.3.1-41] [R5213d-5.3.1-42] the draft leaves it out when there was none, RFC 5213 sends an empty one */
static void put_id(const struct pmip_lma *a, struct mh_msg *m, const struct pbu *u)
{
	struct mh_opt *o;

	if (!u->id && lma_draft(a))
		return;
	o = mh_add(m, MH_OPT_MN_ID);
	o->id.subtype = u->id ? u->id->id.subtype : MH_ID_NAI;
	if (u->id)
		o->id.id = u->id->id.id;
}

/* [R5213d-5.3.1-36] [R5213d-5.3.1-37] */
static void put_hnps(struct mh_msg *m, const struct pbu *u, uint8_t status)
{
	const struct mh_msg *q = &u->x->d.m;
	uint64_t all[PMIP_HNP_MAX];
	unsigned n;

	if (status >= 128) {
		for (const struct mh_opt *o = mh_find(q, MH_OPT_HNP); o && m->n_opt + 8u < MH_OPT_MAX; o = mh_next(q, o))
			pmip_add_hnp(m, o);
		if (!u->has_hnp && !u->hoa4)	/* [RFC 5844 3.1.2.6] */
			mh_add(m, MH_OPT_HNP);
		return;
	}
	n = u->b ? pmip_lma_hnps(u->b, all) : 0;
	for (unsigned k = 0; k < n; k++)
		pmip_lma_add_hnp(m, all[k], u->b->host ? pmip_bce_rare(u->b)->host : 0);
	if (!n && u->has_hnp)
		mh_add(m, MH_OPT_HNP);
}

/* [R5213d-5.4-05] [R5213d-5.4-12] [R5213d-5.4-13] [R5213d-5.4-16] */
static void put_stamp(const struct pmip_lma *a, struct mh_msg *m, const struct pbu *u, uint8_t status)
{
	if (!u->stamp)
		return;
	mh_add(m, MH_OPT_TIMESTAMP)->stamp =
		status == MH_BA_TIMESTAMP_MISMATCH || status == MH_BA_TIMESTAMP_LOWER ? pmip_now(a->h) : u->stamp->stamp;
}

/* [R5213d-5.3.1-38] [R5213d-5.3.1-39] */
static void put_link_local(struct mh_msg *m, const struct pbu *u, uint8_t status)
{
	struct mh_opt *o;

	if (!u->link_local)
		return;
	o = mh_add(m, MH_OPT_LINK_LOCAL);
	if (status >= 128 || !u->b || !u->b->link_local)
		o->ip6 = u->link_local->ip6;
	else
		o->ip6 = ip6_from64(UINT64_C(0xfe80) << 48, u->b->link_local);
}

struct ip4_addr pmip_lma_router4(const struct pmip_lma *a)
{
	unsigned len = a->c.ip4_pool.len;

	return ip4_from_u32(ip4_u32(a->c.ip4_pool.addr) + (len && len < 31));
}

/*
 * [RFC 5844 3.1.2.6] a refusal repeats what was asked for; the router of the mobile node's IPv4 link is the first
 * address of the pool, and only an acceptance names it
 */
static void put_hoa4(const struct pmip_lma *a, struct mh_msg *m, const struct pbu *u, uint8_t status, uint8_t status4)
{
	unsigned len = a->c.ip4_pool.len;
	struct mh_opt *o;

	if (!u->hoa4)
		return;
	o = mh_add(m, MH_OPT_IP4_HOA_REPLY);
	o->hoa4.addr = u->hoa4->hoa4.addr;
	o->hoa4.prefix_len = u->hoa4->hoa4.prefix_len;
	o->hoa4.status = status < 128 ? status4 :
			 status == MH_BA_IP4_MOBILITY_NOT_AUTHORISED || status == MH_BA_IP4_HOA_NOT_AUTHORISED ? MH_IP4_PROHIBITED :
			 MH_IP4_UNSPECIFIED;
	if (status >= 128 || u->dereg)
		return;
	if (u->b && status4 < 128) {
		o->hoa4.addr = u->b->hoa4;
		o->hoa4.prefix_len = (uint8_t)(len ? len : 32);
	}
	mh_add(m, MH_OPT_IP4_ROUTER)->ip4 = pmip_lma_router4(a);
	mh_add(m, MH_OPT_IP4_DHCP_MODE)->dhcp_server = a->c.dhcp4_server;	/* [RFC 5844 3.3.4] */
}

static void body(const struct pmip_lma *a, struct mh_msg *m, const struct pbu *u, uint8_t status, uint8_t status4)
{
	const struct mh_msg *q = &u->x->d.m;
	bool accepted = status < 128;

	mh_start(m, MH_BA);
	m->ba.status = status;
	m->ba.flags = MH_BA_P;			/* [R5213d-8.2-01] */
	m->ba.seq = status == MH_BA_SEQUENCE && u->b ? u->b->seq : q->bu.seq;	/* [R5213d-5.4-11] */
	m->ba.life.units = accepted && !u->dereg && u->b ? u->b->lifetime : 0;
	put_id(a, m, u);
	put_hnps(m, u, status);
	if (!lma_draft(a) || u->handoff)
		mh_add(m, MH_OPT_HANDOFF)->handoff = u->handoff ? u->handoff->handoff : 0;
	if (!lma_draft(a) || u->att)
		mh_add(m, MH_OPT_ATT)->att = u->att ? u->att->att : 0;
	put_stamp(a, m, u, status);
	if (u->ll_id)
		mh_add(m, MH_OPT_MN_LL_ID)->lla = u->ll_id->lla;
	put_link_local(m, u, status);
	if (accepted && !u->dereg && u->b && u->b->gre) {	/* [R29275-6.1-05] never status 2 here */
		struct mh_opt *o = mh_add(m, MH_OPT_GRE_KEY);

		o->gre.has_key = true;
		o->gre.key = u->b->key_up;
		if (u->b->tlv)
			m->ba.flags |= MH_BA_T;
		else if (q->bu.flags & MH_BU_T && pmip_is_udp(u->x->transport))
			m->ba.status = MH_BA_GRE_TLV_NOT_SUPPORTED;
	}
	put_hoa4(a, m, u, status, status4);
}

static enum mh_procedure procedure(const struct pbu *u)
{
	if (u->dereg)
		return MH_PROC_DETACH;
	if (u->handoff && u->handoff->handoff == MH_HI_UNCHANGED)
		return MH_PROC_REREGISTRATION;
	return u->handoff && u->handoff->handoff != MH_HI_NEW_INTERFACE ? MH_PROC_HANDOVER : MH_PROC_INITIAL;
}

void pmip_lma_answer(struct pmip_lma *a, const struct pbu *u, uint8_t status, uint8_t status4)
{
	struct pmip_tx tx = {
		.local = u->x->dst, .remote = u->x->src, .transport = u->x->transport, .dport = u->x->sport,
		.profile = a->c.profile, .context = { .procedure = procedure(u), .request = &u->x->d.m },
		.proxy_coa = u->proxy_coa, .instance = pbce_index(u->b),
	};
	struct pmip_values values;
	struct mh_msg m;

	tx.hnp = u->b ? pbce_address(u->b) : ip6_from64(u->n_hnp ? u->hnp[0] : 0, u->host);
	body(a, &m, u, status, status4);
	pmip_lma_answer3gpp(a, &m, &values, u, status, status4);
	pmip_send(a->h, &m, &tx);
}
