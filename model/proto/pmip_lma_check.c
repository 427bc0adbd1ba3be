/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: is a Proxy Binding Update in order, and which session is it about
 *
 * The checks of RFC 5213 5.3.1 in its order, each with its status, and the existence test of 5.4.1 with its three
 * look-up keys; what TS 29.275 adds (a GRE key always [29.275 6.1], a session for each access point name), RFC 5844's
 * for IPv4 and where draft 02 differs (release 8). Whether the sender may be believed is IPsec's business before
 * [R5213d-5.3.1-08] [R5213d-5.3.1-09]; a Home Address option is not asked for [R5213d-5.3.1-07].
 */
#include "proto/pmip_lma_priv.h"

#include <string.h>

#include "world/clock.h"

#define STAMP_NEAR (INT64_C(1) << 40)	/* ticks of 2^-16 s: half a year */

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static void read_hnps(const struct pmip_lma *a, struct pbu *u)
{
	const struct mh_msg *m = &u->x->d.m;

	for (const struct mh_opt *o = mh_find(m, MH_OPT_HNP); o; o = mh_next(m, o)) {
		u->has_hnp = true;
		if (pmip_lma_shared_read(a, u, o))
			continue;
		if (ip6_is_zero(&o->prefix.addr))
			continue;
		if (o->prefix.len != 64 || u->n_hnp == PMIP_HNP_MAX || u->host)
			u->odd_hnp = true;
		else
			u->hnp[u->n_hnp++] = ip6_high64(&o->prefix.addr);
	}
}

void pmip_lma_read(struct pmip_lma *a, const struct pmip_rx *x, struct pbu *u)
{
	const struct mh_msg *m = &x->d.m;
	const struct mh_opt *alt, *alt4;
	struct mh_places at;
	bool known;

	mh_find_places(m, &at);
	alt = mh_at(m, &at, MH_OPT_ALT_COA);
	alt4 = mh_at(m, &at, MH_OPT_ALT_IP4_COA);
	*u = (struct pbu){
		.x = x, .proxy_coa = x->src,
		.id = mh_at(m, &at, MH_OPT_MN_ID),
		.handoff = mh_at(m, &at, MH_OPT_HANDOFF), .att = mh_at(m, &at, MH_OPT_ATT),
		.ll_id = mh_at(m, &at, MH_OPT_MN_LL_ID),
		.link_local = mh_at(m, &at, MH_OPT_LINK_LOCAL), .stamp = mh_at(m, &at, MH_OPT_TIMESTAMP),
		.gre = mh_at(m, &at, MH_OPT_GRE_KEY), .apn_opt = mh_at(m, &at, MH_OPT_SERVICE_SELECTION),
		.hoa4 = mh_at(m, &at, MH_OPT_IP4_HOA_REQUEST), .dereg = !m->bu.life.units,
	};
	if (!lma_draft(a) && (alt || alt4))	/* [RFC 5213 6.9.1.5] the draft has the source alone */
		u->proxy_coa = alt ? alt->ip6 : ip6_mapped(alt4->ip4);
	read_hnps(a, u);
	pmip_lma_read3gpp(u);
	u->apn = pmip_lma_apn(a, u->apn_opt, pmip_lma_may_speak(a, &x->src, &u->proxy_coa));
	if (u->id && pmip_who(a->c.names, u->id, &u->imsi) && a->c.policy)
		u->sub = aaa_subscription(a->c.policy, u->imsi, u->apn, &known);
}

/* ---- who and whether --------------------------------------------------------------------------------------------- */

/* [R5213d-4-07] [R5213d-5.3.1-10] [R5213d-11-02] */
bool pmip_lma_may_speak(const struct pmip_lma *a, const struct ip6_addr *src, const struct ip6_addr *coa)
{
	/* the SA is the sender's own: it cannot speak for another's Proxy-CoA [R5213d-4.1-01] */
	if (a->sec && !ip6_eq(coa, src))
		return false;
	if (!a->c.n_mags)
		return true;
	for (unsigned k = 0; k < a->c.n_mags; k++)
		if (ip6_eq(&a->c.mag[k], src))
			return true;
	return false;
}

/*
 * Was the mobile node authenticated through this MAG? The policy store knows, for it was asked then; so a MAG cannot
 * claim a mobile node that never came to it [R5213d-11-04] [R5213d-4-08].
 */
static bool is_there(const struct pmip_lma *a, const struct pbu *u)
{
	return !a->c.verify_attachment || u->dereg || !a->c.policy || aaa_served_by(a->c.policy, u->imsi, &u->x->src);
}

static int subscriber(const struct pmip_lma *a, const struct pbu *u)
{
	bool known = true;

	if (imsi_is_none(u->imsi))
		return lma_draft(a) ? MH_BA_NOT_HOME_AGENT : MH_BA_NOT_LMA;
	if (a->c.policy)
		aaa_subscription(a->c.policy, u->imsi, NULL, &known);
	if (!known)				/* [R5213d-5.3.1-05] */
		return lma_draft(a) ? MH_BA_NOT_HOME_AGENT : MH_BA_NOT_LMA;
	if (!a->c.enabled || (u->sub && !u->sub->pmip.allowed))
		return MH_BA_PROXY_NOT_ENABLED;	/* [R5213d-5.3.1-06] */
	/* [RFC 5149 4.2] a name that is none, or one too many, would make it another PDN's session */
	if (u->apn_opt && (!u->apn || (a->c.policy && !u->sub)))
		return MH_BA_SERVICE_AUTH_FAILED;
	if (a->c.policy && !u->sub)
		return MH_BA_PROXY_NOT_ENABLED;
	return is_there(a, u) ? MH_BA_ACCEPTED : MH_BA_MAG_NOT_AUTHORISED;
}

/* The latest stamp of any session of that mobile node: "all previously accepted" [RFC 5213 5.5]. */
static bool latest(const struct pmip_lma *a, struct imsi i, uint64_t *stamp)
{
	bool any = false;
	uint32_t at;

	*stamp = 0;
	for (const struct pmip_bce *b = pmip_lma_first(a, i, &at); b; b = pmip_lma_next(a, i, &at))
		if (b->stamped) {
			any = true;
			*stamp = b->stamp.v > *stamp ? b->stamp.v : *stamp;
		}
	return any;
}

/* [R5213d-5.4-08] [R5213d-5.4-09] [R5213d-5.4-13] "close enough" is the RFC's window in the draft too */
static int stamp_order(const struct pmip_lma *a, const struct pbu *u)
{
	struct mh_stamp now = pmip_now(a->h);
	int64_t window = lma_timer(a, T_STAMP_WINDOW), ticks = (int64_t)(u->stamp->stamp.v - now.v);
	int64_t off = (int64_t)(mh_stamp_ns(u->stamp->stamp) - mh_stamp_ns(now));
	uint64_t last;

	/* nanoseconds count to the year 2554 and then anew: a time 584 years off must not be now */
	if (ticks > STAMP_NEAR || ticks < -STAMP_NEAR || off > window || off < -window)
		return MH_BA_TIMESTAMP_MISMATCH;
	if (latest(a, u->imsi, &last) && u->stamp->stamp.v <= last)
		return lma_draft(a) ? MH_BA_TIMESTAMP_MISMATCH : MH_BA_TIMESTAMP_LOWER;
	return MH_BA_ACCEPTED;
}

/*
 * A Proxy-CoA that is itself behind a tunnel of this LMA, or is the LMA's own: packets would come back into the tunnel
 * that they are in [RFC 2473 4.1.2]. No document of PMIPv6 has a status for it.
 */
static bool loops(const struct pmip_lma *a, const struct pbu *u)
{
	const struct ip6_addr *coa = &u->proxy_coa;

	if (a->c.n_mags && ip6_eq(coa, &u->x->src))	/* the list of MAGs has it */
		return false;
	return net_address_is_ours(a->h, coa) || pmip_lma_find(a, coa) ||
	       pmip_lma_shared_has(a, coa) ||
	       (!a->c.pool && !ip6_is_mapped(coa) && hnp_pool_has(&a->pool, ip6_high64(coa)));
}

/* [R5213d-5.3.1-12] the draft knows neither handoff indicator nor access technology */
static int options(const struct pmip_lma *a, const struct pbu *u)
{
	int s = pmip_lma_check4(a, u);

	if (!u->has_hnp && !u->hoa4)
		return lma_draft(a) ? MH_BA_PROHIBITED : MH_BA_MISSING_HNP;
	if (!lma_draft(a) && !u->handoff)
		return MH_BA_MISSING_HANDOFF;
	if (!lma_draft(a) && !u->att)
		return MH_BA_MISSING_ATT;
	if (u->ll_id && u->ll_id->lla.addr.n > PMIP_LL_ID_MAX)
		return MH_BA_UNSPECIFIED;
	if (s != MH_BA_ACCEPTED)
		return s;
	if (u->dereg)
		return MH_BA_ACCEPTED;
	if (loops(a, u))
		return lma_draft(a) ? MH_BA_PROHIBITED : MH_BA_INVALID_COA;
	if ((u->x->d.m.bu.flags & MH_BU_F) && pmip_is_ip4(u->x->transport) && !a->c.accept_force_udp)
		return MH_BA_PROHIBITED;	/* [RFC 5844 4.1.3.2] */
	if (a->c.gre && !(u->gre && u->gre->gre.has_key))
		return MH_BA_GRE_KEY_REQUIRED;	/* [RFC 5845 3.2.2] */
	if (a->c.refuse >= 128)
		return a->c.refuse;
	return MH_BA_ACCEPTED;
}

/* ---- which session [RFC 5213 5.4.1] ------------------------------------------------------------------------------ */

static uint8_t att_of(const struct pbu *u) { return u->att ? u->att->att : 0; }
static uint8_t handoff_of(const struct pbu *u) { return u->handoff ? u->handoff->handoff : 0; }

static bool same_coa(const struct pmip_bce *b, const struct pbu *u)
{
	const struct pmip_tunnel *t = pmip_lma_tunnel(b);

	return t && ip6_eq(&t->remote, &u->proxy_coa);
}

static bool same_ll_id(const struct pmip_bce *b, const struct pbu *u)
{
	return u->ll_id && b->ll_id_len == u->ll_id->lla.addr.n && !memcmp(b->ll_id, u->ll_id->lla.addr.p, b->ll_id_len);
}

/* The sessions of this mobile node to this PDN: how many, and one of them. */
static unsigned sessions(const struct pmip_lma *a, const struct pbu *u, struct pmip_bce **one)
{
	unsigned n = 0;
	uint32_t at;

	for (struct pmip_bce *b = pmip_lma_first(a, u->imsi, &at); b; b = pmip_lma_next(a, u->imsi, &at))
		if (pmip_lma_same_pdn(b, u)) {
			*one = b;
			n++;
		}
	return n;
}

static bool same_set(const struct pmip_bce *b, const struct pbu *u)
{
	uint64_t have[PMIP_HNP_MAX];
	unsigned n = pmip_lma_hnps(b, have), found = 0;

	if (u->host || b->host)
		return u->host && b->host && u->host == pmip_bce_rare(b)->host;

	for (unsigned k = 0; k < u->n_hnp; k++)
		for (unsigned j = 0; j < n; j++)
			found += have[j] == u->hnp[k] || (!j && pmip_lma_was(b, u->hnp[k]));
	return n == u->n_hnp && found == n;
}

/*
 * The draft goes by the identifier alone [R5213d-5.3.1-14]: one prefix, and no other than the entry's
 * [R5213d-5.3.1-24].
 */
static int by_name(const struct pmip_lma *a, struct pbu *u)
{
	struct pmip_bce *one = NULL;

	sessions(a, u, &one);
	u->b = one;
	return u->n_hnp > 1 || (one && (u->odd_hnp || (u->n_hnp && !same_set(one, u)))) ? MH_BA_PROHIBITED : MH_BA_ACCEPTED;
}

/* A session whose prefix was replaced by an answer that did not arrive: what its MAG names is the old one. */
static struct pmip_bce *renumbered(const struct pmip_lma *a, const struct pbu *u)
{
	uint32_t at;

	for (struct pmip_bce *b = pmip_lma_first(a, u->imsi, &at); b; b = pmip_lma_next(a, u->imsi, &at))
		for (unsigned k = 0; k < u->n_hnp; k++)
			if (pmip_lma_was(b, u->hnp[k]) && same_coa(b, u))
				return b;
	return NULL;
}

/* 5.4.1.1: at least one prefix is named, or an IPv4 home address [RFC 5844 3.1.2.7] */
static int by_prefix(const struct pmip_lma *a, struct pbu *u)
{
	struct pmip_bce *b = u->n_hnp ? NULL : pmip_lma_named4(a, u);
	bool same_att;

	for (unsigned k = 0; !b && k < u->n_hnp; k++) {
		struct ip6_addr p = ip6_from64(u->hnp[k], u->host);

		b = pmip_lma_find(a, &p);
	}
	if (!b && u->n_hnp)
		b = renumbered(a, u);
	if (!b)
		return MH_BA_ACCEPTED;
	if (!imsi_same(b->imsi, u->imsi) || !pmip_lma_same_pdn(b, u))
		return u->n_hnp ? MH_BA_HNP_NOT_AUTHORISED : MH_BA_IP4_HOA_NOT_AUTHORISED;
	if (u->odd_hnp || (u->n_hnp && !same_set(b, u)))	/* [R5213d-5.3.1-24] */
		return MH_BA_PREFIX_SET_MISMATCH;
	same_att = b->att == att_of(u);
	if ((same_ll_id(b, u) && same_att) || handoff_of(u) == MH_HI_BETWEEN_INTERFACES ||
	    (!u->ll_id && !b->ll_id_len && same_att && handoff_of(u) == MH_HI_BETWEEN_MAGS) || (same_coa(b, u) && same_att))
		u->b = b;
	return MH_BA_ACCEPTED;
}

/* 5.4.1.2, 5.4.1.3 */
static int by_identity(const struct pmip_lma *a, struct pbu *u, bool waited)
{
	struct pmip_bce *one = NULL;
	unsigned n = sessions(a, u, &one);
	uint32_t at;

	for (struct pmip_bce *b = pmip_lma_first(a, u->imsi, &at); u->ll_id && b; b = pmip_lma_next(a, u->imsi, &at))
		if (pmip_lma_same_pdn(b, u) && b->att == att_of(u) && same_ll_id(b, u)) {
			u->b = b;
			return MH_BA_ACCEPTED;
		}
	if (n != 1)
		return MH_BA_ACCEPTED;
	if (handoff_of(u) == MH_HI_BETWEEN_INTERFACES || (handoff_of(u) == MH_HI_BETWEEN_MAGS && !u->ll_id)) {
		u->b = one;
	} else if (handoff_of(u) == MH_HI_UNKNOWN && one->machine.state == PMIP_BCE_HOLD) {
		u->b = one;			/* its de-registration came already */
	} else if (handoff_of(u) == MH_HI_UNKNOWN && !u->dereg && !waited && (!one->pending || pmip_lma_is_waiting(one, u))) {
		u->b = one;
		return PBU_LATER;
	} else if (u->dereg && pmip_lma_is_waiting(one, u)) {
		pmip_lma_forget_waiting(one);	/* it left before it was decided what it is */
	}
	return MH_BA_ACCEPTED;
}

static int existence(const struct pmip_lma *a, struct pbu *u, bool waited)
{
	if (lma_draft(a))
		return by_name(a, u);
	if (u->n_hnp || pmip_lma_named4(a, u))
		return by_prefix(a, u);
	return u->odd_hnp ? MH_BA_HNP_NOT_AUTHORISED : by_identity(a, u, waited);
}

/* New prefixes are asked for by name: all of them must be this subscriber's [R5213d-5.3.1-19] [R5213d-5.3.1-20]. */
static int may_have_all(const struct pmip_lma *a, const struct pbu *u)
{
	if (u->odd_hnp)
		return MH_BA_HNP_NOT_AUTHORISED;
	if (u->host && ((u->sub && u->sub->pmip.n_hnps) || !pmip_lma_shared_may(a, u->host)))
		return MH_BA_HNP_NOT_AUTHORISED;
	for (unsigned k = 0; !u->host && k < u->n_hnp; k++) {
		if (!pmip_lma_may_have(a, u->imsi, u->apn, u->sub, u->hnp[k]))
			return MH_BA_HNP_NOT_AUTHORISED;
		for (unsigned j = 0; j < k; j++)
			if (u->hnp[j] == u->hnp[k])
				return MH_BA_HNP_NOT_AUTHORISED;
	}
	if (a->c.max_bindings && a->active >= a->c.max_bindings)
		return MH_BA_RESOURCES;
	return MH_BA_ACCEPTED;
}

static bool is_handover(uint8_t trigger)
{
	return trigger >= MH_BRI_MAG_HO_SAME_ATT && trigger <= MH_BRI_MAG_HO_UNKNOWN;
}

static int of_session(const struct pmip_lma *a, const struct pbu *u, const char **reason)
{
	if (u->dereg && !u->b && lma_draft(a))	/* [R5213d-5.3.1-01, RFC 3775 10.3.2] */
		return MH_BA_NOT_HOME_AGENT;
	if (u->dereg && !u->b) {
		*reason = "pbu-no-session";
		return PBU_SILENT;
	}
	if (u->dereg && !same_coa(u->b, u)) {	/* [R5213d-5.3.1-28] of the draft's two ways the one that tells the MAG */
		if (lma_draft(a))
			return PBU_NOTHING;
		*reason = "pbu-other-mag";
		return PBU_SILENT;
	}
	/* [RFC 5846 8.1] it crossed the revocation: the MAG will hear that it is over, and is told the same here */
	if (u->b && !u->dereg && u->b->machine.state == PMIP_BCE_REVOKING && same_coa(u->b, u) &&
	    handoff_of(u) == MH_HI_UNCHANGED && !is_handover(u->b->bri_trigger))
		return MH_BA_PROHIBITED;
	/* [R5213d-5.4-14] [R5213d-5.4-15] */
	if (u->b && !u->stamp && !dsmip_seq_newer(u->x->d.m.bu.seq, u->b->seq))
		return MH_BA_SEQUENCE;
	return u->b ? MH_BA_ACCEPTED : may_have_all(a, u);
}

int pmip_lma_check(struct pmip_lma *a, struct pbu *u, bool waited, const char **reason)
{
	int s;

	if (!u->id)				/* [R5213d-5.3.1-03] [R5213d-5.3.1-04] */
		return MH_BA_MISSING_MN_ID;
	if (!pmip_lma_may_speak(a, &u->x->src, &u->proxy_coa))		/* [R5213d-5.3.1-11] */
		return MH_BA_MAG_NOT_AUTHORISED;
	s = subscriber(a, u);
	if (s == MH_BA_ACCEPTED && u->stamp && !waited)
		s = stamp_order(a, u);
	if (s == MH_BA_ACCEPTED)
		s = options(a, u);
	if (s == MH_BA_ACCEPTED)
		s = existence(a, u, waited);
	return s == MH_BA_ACCEPTED ? of_session(a, u, reason) : s;
}
