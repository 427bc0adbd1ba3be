/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the LMA ends sessions: Binding Revocation with the P bit [RFC 5846 8; 29.275 6.1], and what heartbeats tell
 *
 * One session: MN identifier and its prefixes; pmip_lma_bri.c has the other kinds. Indications are sent again with
 * growing delays, BRIMaxRetriesNumber times at most, then the session goes all the same. A de-registration that crosses
 * it counts as the answer. Tunnels go with their sessions [R29275-6.1-07]. A MAG that restarted, or does not answer
 * heartbeats any more, has no sessions here [RFC 5847 3].
 *
 * A MAG's own indications are judged in the order of 6.2.1 and 8.2: P (135), triggers (133, 134), whether it may
 * revoke globally and says who it is (130), whom it is about (131, 129, 128). Only sessions of its own care-of address,
 * or with G of the one in the Alternate Care-of Address option, are its to end.
 */
#include "proto/pmip_lma_priv.h"

/* ---- out --------------------------------------------------------------------------------------------------------- */

void pmip_lma_add_names(const struct pmip_bce *b, struct mh_msg *m, uint8_t room[EAP_NAI_MAX])
{
	uint64_t all[PMIP_HNP_MAX];
	unsigned n = pmip_lma_hnps(b, all);

	pmip_add_name(b->a->c.names, m, b->imsi, room);
	for (unsigned k = 0; k < n; k++)
		pmip_lma_add_hnp(m, all[k], b->host ? pmip_bce_rare(b)->host : 0);
}

static void send_bri(struct pmip_lma *a, const struct pmip_tunnel *t, struct mh_msg *m, const struct pmip_bce *b,
		     uint16_t attempt)
{
	struct pmip_tx tx = {
		.local = dsmip_is_mapped(&t->remote) ? ip6_mapped(a->c.lmaa4) : a->c.lmaa, .remote = t->remote,
		.transport = (enum pmip_transport)t->transport, .dport = t->port, .profile = a->c.profile,
		.context = { .procedure = MH_PROC_NETWORK_DETACH }, .proxy_coa = t->remote, .instance = pbce_index(b),
		.attempt = attempt,
	};

	if (b)
		tx.hnp = pbce_address(b);
	pmip_send(a->h, m, &tx);
}

static void indicate(struct pmip_bce *b)
{
	struct mh_msg m;
	uint8_t room[EAP_NAI_MAX];

	mh_start(&m, MH_BR);
	m.br.type = MH_BR_BRI;
	m.br.code = b->bri_trigger;
	m.br.seq = b->bri_seq;
	m.br.flags = MH_BR_P;
	pmip_lma_add_names(b, &m, room);
	send_bri(b->a, pmip_lma_tunnel(b), &m, b, b->bri_tries + 1u);
}

/* [RFC 5846 6.3]; who waited for the answer has another session [RFC 5846 8.1] */
static void over(struct pmip_bce *b, enum pmip_bce_event ev)
{
	struct pmip_lma *a = b->a;
	moor_handle waiting = pmip_lma_take_waiting(b);

	pmip_lma_gone(b, ev, BINDING_REVOKED);
	pmip_lma_waited(a, waiting);
}

/* [RFC 5846 6.3, 11]: InitMINDelayBRIs, doubled up to MAX_BRACK_TIMEOUT */
static void unanswered(struct moor_world *w, struct moor_timer *t)
{
	struct pmip_bce *b = MOOR_CONTAINER(t, struct pmip_bce, timer);
	moor_time wait = lma_timer(b->a, T_BRI_FIRST), most = lma_timer(b->a, T_BRI_MAX);

	if (b->bri_tries >= lma_timer(b->a, T_BRI_TRIES)) {
		over(b, PMIP_BCE_EV_BRA_LOST);
		return;
	}
	b->bri_tries++;
	for (unsigned k = 0; k < b->bri_tries && wait < most; k++)
		wait *= 2;
	indicate(b);
	moor_timer_in(w, &b->timer, wait < most ? wait : most, unanswered);
}

void pmip_lma_take_back(struct pmip_bce *b, uint8_t trigger)
{
	struct pmip_lma *a = b->a;

	b->bri_trigger = trigger;
	b->bri_seq = ++a->bri_seq;
	b->bri_tries = 0;
	pmip_lma_state(b, PMIP_BCE_EV_REVOKE, PMIP_BCE_REVOKING);
	indicate(b);
	moor_timer_in(lma_world(a), &b->timer, lma_timer(a, T_BRI_FIRST), unanswered);
}

unsigned pmip_lma_revoke(struct pmip_lma *a, struct imsi i, const char *apn, uint8_t trigger)
{
	unsigned n = 0;
	uint32_t at;

	for (struct pmip_bce *b = pmip_lma_first(a, i, &at); b; b = pmip_lma_next(a, i, &at)) {
		if (b->machine.state != PMIP_BCE_ACTIVE || (apn && !(b->apn && aaa_apn_matches(b->apn, apn))))
			continue;
		pmip_lma_take_back(b, trigger);
		n++;
	}
	return n;
}

bool pmip_lma_revoke_session(struct pmip_lma *a, const struct ip6_addr *addr, uint8_t trigger)
{
	struct pmip_bce *b = pmip_lma_find(a, addr);

	if (!b || b->machine.state != PMIP_BCE_ACTIVE)
		return false;
	pmip_lma_take_back(b, trigger);
	return true;
}

/* ---- in ---------------------------------------------------------------------------------------------------------- */

static bool of_peer(const struct pmip_bce *b, const struct pmip_rx *x)
{
	const struct pmip_tunnel *t = pmip_lma_tunnel(b);

	return t && ip6_eq(&t->remote, &x->src);
}

/*
 * Every session that this answer is about. A refusal, mostly because the mobile node is still there, leaves the
 * session; so the PBU of another MAG, that waited for the answer, is about another one [RFC 5846 8.1]. What the MAG
 * does not have is gone.
 */
static unsigned acknowledged(struct pmip_lma *a, const struct pmip_rx *x)
{
	uint8_t status = x->d.m.br.code;
	moor_handle h = 0;
	struct pmip_bce *b;
	unsigned n = pmip_lma_bri_done(a, x);

	while (!n && (b = slab_next(&a->cache, &h))) {
		if (b->machine.state != PMIP_BCE_REVOKING || b->bri_seq != x->d.m.br.seq || !of_peer(b, x))
			continue;
		n++;
		if (status > MH_BRA_NO_BINDING) {
			pmip_lma_stay(b);
			pmip_lma_waited(b->a, pmip_lma_take_waiting(b));
			continue;
		}
		moor_timer_cancel(lma_world(a), &b->timer);
		if (b->pending && b->bri_trigger == MH_BRI_MAG_HO_UNKNOWN)
			pmip_lma_hold(b, PMIP_BCE_EV_BRA);
		else				/* for another reason: who waits does not inherit it */
			over(b, PMIP_BCE_EV_BRA);
	}
	return n;
}

static bool has_hnp(const struct pmip_bce *b, const struct ip6_addr *hnp)
{
	uint64_t all[PMIP_HNP_MAX];
	unsigned n = pmip_lma_hnps(b, all);
	struct ip6_addr one = pbce_address(b);

	if (b->host)
		return ip6_eq(&one, hnp);
	for (unsigned k = 0; k < n; k++)
		if (all[k] == ip6_high64(hnp))
			return true;
	return false;
}

/* What a MAG gives up [RFC 5846 8.2]. */
struct aim {
	const struct mh_msg *q;
	struct ip6_addr coa;
	struct imsi imsi;		/* of one mobile node; none with G */
};

static bool wanted(const struct aim *t, const struct pmip_bce *b)
{
	const struct mh_opt *o = mh_find(t->q, MH_OPT_HNP), *ip4 = mh_find(t->q, MH_OPT_IP4_HOA_REQUEST);
	const struct pmip_tunnel *tunnel = pmip_lma_tunnel(b);

	if (b->machine.state == PMIP_BCE_HOLD || !tunnel || !ip6_eq(&tunnel->remote, &t->coa))
		return false;
	if (t->q->br.flags & MH_BR_G)
		return true;
	if (!imsi_same(b->imsi, t->imsi))
		return false;
	if (t->q->br.flags & MH_BR_V)
		return ip4 && !ip4_is_zero(b->hoa4) && ip4_eq(b->hoa4, ip4->hoa4.addr);
	for (; o; o = mh_next(t->q, o))
		if (has_hnp(b, &o->prefix.addr))
			return true;
	return !mh_find(t->q, MH_OPT_HNP);
}

static bool any(struct pmip_lma *a, const struct aim *t)
{
	struct pmip_bce *b;
	moor_handle h = 0;

	while ((b = slab_next(&a->cache, &h)))
		if (wanted(t, b))
			return true;
	return false;
}

/* src: who sent it. A list of MAGs, and an SA, hold for this as they do for its updates [RFC 5846 13]. */
static uint8_t judge(struct pmip_lma *a, struct aim *t, const struct ip6_addr *src)
{
	const struct mh_msg *q = t->q;
	const struct mh_opt *id = mh_find(q, MH_OPT_MN_ID);
	bool global = q->br.flags & MH_BR_G;

	if (!(q->br.flags & MH_BR_P))
		return MH_BRA_PROXY_UNSUPPORTED;
	if (q->br.code > MH_BRI_OUT_OF_SYNC && q->br.code != MH_BRI_PER_PEER_POLICY && q->br.code != MH_BRI_LOCAL_POLICY)
		return MH_BRA_TRIGGER_UNSUPPORTED;
	if (global != (q->br.code >= MH_BRI_PER_PEER_POLICY) || q->br.code == MH_BRI_LOCAL_POLICY)
		return MH_BRA_FUNCTION_UNSUPPORTED;
	if (global)				/* [RFC 5846 13] */
		return id && !a->c.refuse_global && pmip_lma_may_speak(a, src, &t->coa) ? MH_BRA_SUCCESS :
											  MH_BRA_GLOBAL_NOT_AUTHORISED;
	if (!id)
		return MH_BRA_MN_ID_REQUIRED;
	if (q->br.flags & MH_BR_V && !mh_find(q, MH_OPT_IP4_HOA_REQUEST))
		return MH_BRA_IP4_HOA_REQUIRED;
	return pmip_who(a->c.names, id, &t->imsi) && any(a, t) ? MH_BRA_SUCCESS : MH_BRA_NO_BINDING;
}

static void indicated(struct pmip_lma *a, const struct pmip_rx *x)
{
	const struct mh_msg *q = &x->d.m;
	const struct mh_opt *alt = mh_find(q, MH_OPT_ALT_COA);
	struct aim t = { .q = q, .coa = alt && q->br.flags & MH_BR_G ? alt->ip6 : x->src };
	struct pmip_tx tx = { .local = x->dst, .remote = x->src, .transport = x->transport, .dport = x->sport,
			      .profile = a->c.profile, .context = { .procedure = MH_PROC_NETWORK_DETACH, .request = q },
			      .proxy_coa = x->src };
	struct mh_msg m;
	moor_handle h = 0;
	struct pmip_bce *b;

	mh_start(&m, MH_BR);
	m.br.type = MH_BR_BRA;
	m.br.code = judge(a, &t, &x->src);
	m.br.seq = q->br.seq;
	m.br.flags = q->br.flags & (MH_BR_P | MH_BR_G | MH_BR_V);
	pmip_send(a->h, &m, &tx);
	while (m.br.code == MH_BRA_SUCCESS && (b = slab_next(&a->cache, &h))) {
		if (!wanted(&t, b))
			continue;
		if (q->br.flags & MH_BR_V) {
			pmip_lma_take4(b);
			pmip_lma_record(b, BINDING_UPDATED, 0);
			continue;
		}
		moor_timer_cancel(lma_world(a), &b->timer);
		pmip_lma_gone(b, PMIP_BCE_EV_PEER_GONE, BINDING_REVOKED);
	}
}

static struct pmip_bce *named(struct pmip_lma *a, const struct mh_msg *m)
{
	const struct mh_opt *hnp = mh_find(m, MH_OPT_HNP), *id = mh_find(m, MH_OPT_MN_ID);
	struct imsi i;
	struct pmip_bce *b = hnp ? pmip_lma_find(a, &hnp->prefix.addr) : NULL;

	return b && id && pmip_who(a->c.names, id, &i) && imsi_same(i, b->imsi) ? b : NULL;
}

void pmip_lma_br(struct pmip_lma *a, const struct pmip_rx *x)
{
	const struct pmip_bce *b = named(a, &x->d.m);
	struct ip6_addr hnp = b ? pbce_address(b) : ip6_any;

	pmip_record_rx(x, a->c.profile, (struct mh_context){ .procedure = MH_PROC_NETWORK_DETACH }, &hnp, &x->src,
		       pbce_index(b));
	if (x->d.m.br.type == MH_BR_BRI)
		indicated(a, x);
	else if (x->d.m.br.type == MH_BR_BRA && !acknowledged(a, x))
		dsmip_discard(a->h, pbce_index(b), "bra-not-asked", "RFC 5846 6.3");
}

/* ---- heartbeats, restart, administration ------------------------------------------------------------------------- */

void pmip_lma_heartbeat(struct pmip_lma *a, const struct pmip_rx *x)
{
	pmip_heart_input(a->heart, x);
}

/* When the last PBU about it was accepted. */
static moor_time agreed_at(const struct pmip_bce *b)
{
	moor_time due = moor_timer_due(lma_world(b->a), &b->timer);

	return b->machine.state == PMIP_BCE_ACTIVE ? due - moor_life4_span((moor_life4){ b->lifetime }) : 0;
}

/* Sessions that it registered since it restarted are none of those that it lost. */
static void peer_gone(void *owner, const struct ip6_addr *peer, moor_time since)
{
	struct pmip_lma *a = owner;
	moor_handle h = 0;
	struct pmip_bce *b;

	while ((b = slab_next(&a->cache, &h))) {
		const struct pmip_tunnel *t = pmip_lma_tunnel(b);

		if (!t || !ip6_eq(&t->remote, peer) || agreed_at(b) > since)
			continue;
		moor_timer_cancel(lma_world(a), &b->timer);
		pmip_lma_gone(b, PMIP_BCE_EV_PEER_GONE, BINDING_REVOKED);
	}
}

/* A peer that is only silent may be back before its bindings are over: they stay [RFC 5847 3.1 says no more]. */
const struct pmip_heart_ops pmip_lma_heart_ops = { .restarted = peer_gone };

void pmip_lma_reboot(struct pmip_lma *a)
{
	moor_handle h = 0;
	struct pmip_waiting *x;
	struct pmip_bce *b;

	if (a->sec)
		pmip_lma_sec_restart(a->sec);
	while ((x = slab_next(&a->waiting, &h))) {
		moor_timer_cancel(lma_world(a), &x->timer);
		slab_free(&a->waiting, x->self);
	}
	pmip_lma_bris_end(a);
	pmip_heart_restart(a->heart);		/* before the tunnels go, and with them who is told */
	h = 0;
	while ((b = slab_next(&a->cache, &h))) {
		b->pending = 0;
		moor_timer_cancel(lma_world(a), &b->timer);
		pmip_lma_gone(b, PMIP_BCE_EV_PEER_GONE, BINDING_REVOKED);
	}
}

bool pmip_lma_drop(struct pmip_lma *a, const struct ip6_addr *hnp)
{
	struct pmip_bce *b = pmip_lma_find(a, hnp);

	if (b)
		pmip_lma_gone(b, PMIP_BCE_EV_PEER_GONE, BINDING_REVOKED);
	return b != NULL;
}
