/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: Binding Acknowledgements of the home agent
 *
 * What stands in one, and where it goes [24.303 5.1.3.2, Annex A; RFC 6275 9.5.4, 10.3.1; RFC 5555 4.2, 4.5]: not to
 * where
 * the binding points but to where its BU came from. To the IPv6 source with a type 2 routing header, to the home
 * address
 * without one when the BU came from home, and to an IPv4 source inside IPv4, in UDP when there is a NAT - or whenever
 * the
 * BU was in UDP, by profile.
 */
#include "proto/dsmip_ha_ifom.h"

bool dsmip_ha_is_rfc(const struct dsmip_ha *a)
{
	return a->c.profile != MH_PROFILE_R8 && a->c.profile != MH_PROFILE_R10;
}

/* [R24303-A.2.2-06] [R24303-A.3.2-06] [R24303-A.4.2-06] [R24303-A.5.2-06] [RFC 5555 3.2.1] */
static void add_ack4(struct mh_msg *m, const struct answer *r)
{
	struct mh_opt *o;

	if (!r->asked4 || r->status >= 128)
		return;
	o = mh_add(m, MH_OPT_IP4_ACK);
	o->hoa4.status = r->ack4;
	o->hoa4.addr = r->hoa4;
	o->hoa4.prefix_len = r->ack4 < 128 ? 32 : 0;
}

/*
 * With a NAT, or when UDP is demanded [R24303-5.1.3.2-14] [R24303-5.2.3.2-07] [R24303-A.2.2-07] [R24303-A.3.2-07]
 * [R24303-A.4.2-07]; and but for release 8 whenever the BU was in UDP, all ones then saying that there is no NAT
 * [RFC 5555 4.2, 3.2.2].
 */
static void add_nat(const struct dsmip_ha *a, struct mh_msg *m, const struct answer *r)
{
	struct mh_opt *o;
	bool always = r->udp_in && r->status < 128 && a->c.profile != MH_PROFILE_R8;

	if (!r->v4 || (r->dereg && !dsmip_ha_is_rfc(a)) || !(r->udp_tunnel || always))
		return;
	o = mh_add(m, MH_OPT_NAT_DETECTION);
	o->nat.force = r->udp_tunnel;
	o->nat.refresh_s = r->nat ? a->c.nat_refresh_s : UINT32_MAX;
}

/*
 * [R24303-5.1.3.2-10] [R24303-A.2.2-08] [R24303-A.3.2-08] [R24303-A.4.2-08]; less than the lifetime [RFC 6275
 * 10.3.1]
 */
static void add_advice(const struct dsmip_ha *a, struct mh_msg *m, const struct answer *r)
{
	moor_life4 advice = moor_life4_from(a->c.refresh_advice);

	if (r->status < 128 && advice.units && advice.units < r->lifetime)
		mh_add(m, MH_OPT_REFRESH_ADVICE)->refresh = advice;
}

/*
 * Status [R24303-A.2.2-01] [R24303-A.3.2-01] [R24303-A.4.2-01] [R24303-A.5.2-01]; K and no T [R24303-A.2.2-02]
 * [R24303-A.2.2-03] [R24303-A.3.2-02] [R24303-A.3.2-03] [R24303-A.4.2-02] [R24303-A.4.2-03] [R24303-A.5.2-02]
 * [R24303-A.5.2-03]; sequence [R24303-A.2.2-04] [R24303-A.3.2-04] [R24303-A.4.2-04] [R24303-A.5.2-04]; lifetime
 * [R24303-A.2.2-05] [R24303-A.3.2-05] [R24303-A.4.2-05] [R24303-A.5.2-05].
 */
static void compose(const struct dsmip_ha *a, struct mh_msg *m, const struct answer *r)
{
	mh_start(m, MH_BA);
	m->ba.status = r->status;
	m->ba.seq = r->seq;
	m->ba.life = (moor_life4){ r->lifetime };
	m->ba.flags = (uint8_t)((r->k ? MH_BA_K : 0) | (r->r ? MH_BA_R : 0));
	add_advice(a, m, r);
	add_ack4(m, r);
	add_nat(a, m, r);
	if (r->ifom)
		dsmip_ha_add_ifom(m, r->ifom);
}

/*
 * [RFC 6275 9.5.4] [R24303-5.2.3.2-10]; [R24303-5.1.3.2-15] [R24303-5.1.3.2-16] [R24303-5.1.3.2-17]
 * [R24303-5.2.3.2-06] [R24303-5.2.3.2-08] are in the choice of the tunnel
 */
void dsmip_ha_answer(struct dsmip_ha *a, const struct answer *r)
{
	struct net_tunnel t = { .local = ip6_mapped(a->c.addr.a4), .remote = r->coa, .sport = DSMIP_UDP_PORT,
				.dport = r->port ? r->port : DSMIP_UDP_PORT,
				.encap = r->udp ? ENCAP_UDP4 : ENCAP_IN4 };
	struct dsmip_tx tx = { .profile = a->c.profile, .hoa = r->hoa, .coa = r->coa, .instance = r->instance,
			       .attempt = 1, .nat = r->nat };
	struct mh_msg m;

	compose(a, &m, r);
	tx.context = (struct mh_context){ .procedure = r->procedure, .nat = r->nat, .udp = r->udp_in, .has_hoa = true,
					  .request = r->request,
					  .hoa = r->hoa, .access = r->v4 ? MH_ACCESS_IP4 : r->has_hao ?
					  MH_ACCESS_IP6 : MH_ACCESS_HOME };
	tx.send.src = a->c.addr.a6;
	if (r->v4) {
		tx.send.dst = r->hoa;
		tx.send.tunnel = &t;
	} else if (r->has_hao) {
		tx.send.dst = r->coa;
		tx.send.rh2 = &r->hoa;
	} else {
		tx.send.dst = r->hoa;
		if (a->homes && a->homes->way(a->homes_owner, &r->hoa, &t))
			tx.send.tunnel = &t;
		else
			tx.send.via = r->via;
	}
	dsmip_send(a->h, &m, &tx);
}
