/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the LMA has something to say about a session: Update Notifications [RFC 7077 6]
 *
 * "Force re-registration" is what is done; new parameters, vendor's reasons and access network identifiers are refused.
 * What comes with the answer to the registration is looked at in pmip_mag_pba.c, another prefix above all
 * [R5213d-6.12-03].
 */
#include "proto/pmip_mag_priv.h"

enum { UPN_FORCE_REREGISTRATION = 1, UPN_VENDOR_SPECIFIC = 3 };
enum { UPA_SUCCESS = 0, UPA_FAILED = 128, UPA_NO_VENDOR_OPTION = 129 };

/* The entry that prefix and MN identifier name, if that is the sender's; NULL: none. */
static struct pmip_bule *named(const struct pmip_mag *m, const struct pmip_rx *x)
{
	const struct mh_opt *hnp = mh_find(&x->d.m, MH_OPT_HNP), *id = mh_find(&x->d.m, MH_OPT_MN_ID);
	struct pmip_bule *b = hnp ? pmip_mag_find(m, &hnp->prefix.addr) : NULL;
	struct imsi i;

	return b && id && pmip_who(m->c.names, id, &i) && imsi_same(i, mn_of(b)->imsi) && ip6_eq(&b->lma, &x->src) ? b : NULL;
}

static uint8_t judge(const struct pmip_bule *b, const struct mh_msg *q)
{
	if (q->upn.reason == UPN_VENDOR_SPECIFIC && !mh_find(q, MH_OPT_VENDOR))
		return UPA_NO_VENDOR_OPTION;
	if (!b || b->machine.state != PMIP_BULE_ACTIVE || q->upn.reason != UPN_FORCE_REREGISTRATION)
		return UPA_FAILED;
	return UPA_SUCCESS;
}

static void answer(const struct pmip_mag *m, const struct pmip_rx *x, uint8_t status, uint32_t instance)
{
	const struct mh_opt *id = mh_find(&x->d.m, MH_OPT_MN_ID);
	struct pmip_tx tx = { .local = x->dst, .remote = x->src, .transport = x->transport, .dport = x->sport,
			      .profile = m->c.profile, .context = { .request = &x->d.m }, .proxy_coa = x->dst,
			      .instance = instance };
	struct mh_msg a;

	mh_start(&a, MH_UPA);
	a.upa.seq = x->d.m.upn.seq;
	a.upa.status = status;
	if (id)
		mh_add(&a, MH_OPT_MN_ID)->id = id->id;
	pmip_send(m->h, &a, &tx);
}

void pmip_mag_upn(struct pmip_mag *m, const struct pmip_rx *x)
{
	struct pmip_bule *b = named(m, x);
	struct ip6_addr hnp = b ? bule_address(b) : ip6_any;
	uint8_t status;

	pmip_record_rx(x, m->c.profile, (struct mh_context){ .procedure = MH_PROC_ANY }, &hnp, &x->dst, bule_index(b));
	status = judge(b, &x->d.m);
	if (x->d.m.upn.ack)
		answer(m, x, status, bule_index(b));
	if (status == UPA_SUCCESS && !b->waiting)	/* else it is under way, or this was sent again */
		pmip_mag_extend(b);
}
