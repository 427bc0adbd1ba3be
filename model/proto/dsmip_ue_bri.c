/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: Binding Revocation at the UE [24.303 5.4.2.1; RFC 5846 6.2.1, 10]
 *
 * What is checked of a Binding Revocation Indication [R24303-5.4.2.1-01], and what is answered:
 *
 *	it came through the security association			silence (dsmip_ue_ba.c)
 *	from our home agent, to our home address: in the type 2
 *	routing header, or as the destination inside IPv4		silence
 *	there is a binding						silence
 *	P is clear							135
 *	`rfc` alone: a trigger that is known, and of G's kind		133, 134
 *	V: with an IPv4 Home Address option, and it is ours		129, 128
 *	BID options: of bindings of ours				128
 *
 * 3GPP's answer is Success whatever the trigger [R24303-5.4.2.1-03], and is always given: the A flag that release 8
 * wants to see first is not in the RFC's format [R24303-5.4.2.1-02]. The answer goes as Binding Updates do, from the
 * registered care-of address [R24303-5.4.2.1-04]. Then the binding is gone [R24303-5.4.2.1-05] and DELETE takes the
 * security associations down, as when the UE leaves by itself [R24303-5.4.2.1-06]. With V the IPv4 home address alone
 * goes, and is not asked for again.
 *
 * Not here: what BID options mean to a UE with several care-of addresses; to others they name nothing.
 */
#include "proto/dsmip_ue_priv.h"

/* Answers what is wrong, or NULL. */
static const char *bri_fault(const struct dsmip_ue *d, const struct dsmip_rx *x)
{
	if (x->m.br.type != MH_BR_BRI)
		return "bra-not-for-a-mobile-node";
	if (!dsmip_ue_from_ha(d, x))
		return "bri-source";
	if (!ip6_eq(&x->dst, &d->hoa) || (!x->has_rh2 && !x->v4 && !d->at_home))
		return "bri-home-address";
	return d->bound ? NULL : "bri-no-binding";
}

/* [RFC 5846 6.2.1] */
static uint8_t trigger_status(uint8_t trigger, bool global)
{
	if (trigger >= 250)			/* for testing: of either kind */
		return MH_BRA_SUCCESS;
	if (trigger > MH_BRI_LOCAL_POLICY || (trigger > MH_BRI_OUT_OF_SYNC && trigger < MH_BRI_PER_PEER_POLICY))
		return MH_BRA_TRIGGER_UNSUPPORTED;
	return (trigger >= MH_BRI_PER_PEER_POLICY) == global ? MH_BRA_SUCCESS : MH_BRA_FUNCTION_UNSUPPORTED;
}

/* [RFC 5846 10] */
static uint8_t status_of(const struct dsmip_ue *d, const struct mh_msg *m)
{
	const struct mh_opt *o;
	uint8_t s = MH_BRA_SUCCESS;

	if (m->br.flags & MH_BR_P)
		return MH_BRA_PROXY_UNSUPPORTED;
	if (d->p->profile == MH_PROFILE_RFC)
		s = trigger_status(m->br.code, m->br.flags & MH_BR_G);
	if (s != MH_BRA_SUCCESS)
		return s;
	if (m->br.flags & MH_BR_V) {
		o = mh_find(m, MH_OPT_IP4_HOA);
		if (!o)
			return MH_BRA_IP4_HOA_REQUIRED;
		return d->has4 && ip4_eq(o->hoa4.addr, d->hoa4) ? MH_BRA_SUCCESS : MH_BRA_NO_BINDING;
	}
	return mh_find_any(m, MH_OPT_BID) ? MH_BRA_NO_BINDING : MH_BRA_SUCCESS;
}

/* [RFC 5846 6.1.2] */
static void send_bra(struct dsmip_ue *d, const struct mh_msg *bri, uint8_t status)
{
	struct dsmip_tx tx = { .profile = d->p->profile, .hoa = d->hoa, .attempt = 1, .instance = ue_pdn(d), .nat = d->nat };
	struct net_iface *via = dsmip_ue_registered(d, &tx.coa);
	struct net_tunnel udp;
	struct mh_msg m;

	mh_start(&m, MH_BR);
	m.br.type = MH_BR_BRA;
	m.br.code = status;
	m.br.seq = bri->br.seq;
	m.br.flags = bri->br.flags;
	tx.context = (struct mh_context){ .procedure = MH_PROC_NETWORK_DETACH, .request = bri, .has_hoa = true,
					  .hoa = d->hoa, .has_coa = true, .coa = tx.coa };
	dsmip_ue_way(d, &tx.coa, via, &udp, &tx.send);
	dsmip_send(d->h, &m, &tx);
}

void dsmip_ue_bri(struct dsmip_ue *d, const struct dsmip_rx *x)
{
	struct mh_context c = { .procedure = MH_PROC_NETWORK_DETACH, .access = x->v4 ? MH_ACCESS_IP4 : MH_ACCESS_IP6 };
	const char *fault = bri_fault(d, x);
	uint8_t status;

	dsmip_record_rx(x, d->p->profile, &c, ue_pdn(d), d->nat);
	if (fault) {
		dsmip_discard(d->h, ue_pdn(d), fault, "RFC 5846 10");
		return;
	}
	status = status_of(d, &x->m);
	send_bra(d, &x->m, status);
	if (status != MH_BRA_SUCCESS)
		return;
	if (x->m.br.flags & MH_BR_V) {
		dsmip_ue_set_hoa4(d, (struct ip4_addr){ { 0 } });
		d->refused4 = true;
		dsmip_ue_record_binding(d, BINDING_UPDATED, status);
		return;
	}
	dsmip_ue_revoked(d);
}
