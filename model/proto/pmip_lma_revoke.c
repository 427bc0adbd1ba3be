/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the LMA ends sessions: Binding Revocation with the P bit [RFC 5846 8; 29.275 6.1], and what heartbeats tell
 *
 * One session: MN identifier and its prefixes. All of one MAG: the G bit with "Per-Peer Policy". Indications are sent
 * again with growing delays, BRIMaxRetriesNumber times at most, then the session goes all the same. A de-registration
 * that crosses it counts as the answer. Tunnels go with their sessions [R29275-6.1-07]. A MAG that restarted, or
 * does not answer heartbeats any more, has no sessions here [RFC 5847 3].
 *
 * Global revocation of a domain ("Revoking Mobility Node Local Policy") is answered by the MAG; this LMA does not
 * send it.
 */
#include "proto/pmip_lma_priv.h"

/* ---- out --------------------------------------------------------------------------------------------------------- */

static void add_names(const struct pmip_bce *b, struct mh_msg *m, uint8_t room[EAP_NAI_MAX])
{
	uint64_t all[PMIP_HNP_MAX];
	unsigned n = pmip_lma_hnps(b, all);

	pmip_add_name(b->a->c.names, m, b->imsi, room);
	for (unsigned k = 0; k < n; k++) {
		struct mh_opt *o = mh_add(m, MH_OPT_HNP);

		o->prefix.addr = ip6_from64(all[k], 0);
		o->prefix.len = 64;
	}
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
		tx.hnp = ip6_from64(b->hnp, 0);
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
	add_names(b, &m, room);
	send_bri(b->a, pmip_lma_tunnel(b), &m, b, b->bri_tries + 1u);
}

/* [RFC 5846 6.3, 11]: InitMINDelayBRIs, doubled up to MAX_BRACK_TIMEOUT */
static void unanswered(struct moor_world *w, struct moor_timer *t)
{
	struct pmip_bce *b = MOOR_CONTAINER(t, struct pmip_bce, timer);
	moor_time wait = lma_timer(b->a, T_BRI_FIRST), most = lma_timer(b->a, T_BRI_MAX);

	if (b->bri_tries >= lma_timer(b->a, T_BRI_TRIES)) {
		pmip_lma_gone(b, PMIP_BCE_EV_BRA_LOST, BINDING_REVOKED);
		return;
	}
	b->bri_tries++;
	for (unsigned k = 0; k < b->bri_tries && wait < most; k++)
		wait *= 2;
	indicate(b);
	moor_timer_in(w, &b->timer, wait < most ? wait : most, unanswered);
}

static void revoke(struct pmip_bce *b, uint8_t trigger)
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
		revoke(b, trigger);
		n++;
	}
	return n;
}

bool pmip_lma_revoke_session(struct pmip_lma *a, const struct ip6_addr *addr, uint8_t trigger)
{
	struct pmip_bce *b = pmip_lma_find(a, addr);

	if (!b || b->machine.state != PMIP_BCE_ACTIVE)
		return false;
	revoke(b, trigger);
	return true;
}

/* [RFC 5846 8.1]: one indication for all of a MAG's sessions; the answer ends them */
unsigned pmip_lma_revoke_all(struct pmip_lma *a, const struct ip6_addr *mag)
{
	struct pmip_tunnel *t;
	moor_handle h = 0;
	unsigned n = 0;

	while ((t = slab_next(&a->tunnels, &h))) {
		struct mh_msg m;
		moor_handle k = 0;
		struct pmip_bce *b;
		uint16_t seq;

		if (!ip6_is_zero(mag) && !ip6_eq(&t->remote, mag))
			continue;
		seq = ++a->bri_seq;
		while ((b = slab_next(&a->cache, &k))) {
			if (b->tunnel != t->self || b->machine.state != PMIP_BCE_ACTIVE)
				continue;
			b->bri_trigger = MH_BRI_PER_PEER_POLICY;
			b->bri_seq = seq;
			b->bri_tries = BRI_ONCE;
			pmip_lma_state(b, PMIP_BCE_EV_REVOKE, PMIP_BCE_REVOKING);
			moor_timer_in(lma_world(a), &b->timer, lma_timer(a, T_BRI_MAX), unanswered);
			n++;
		}
		mh_start(&m, MH_BR);
		m.br.type = MH_BR_BRI;
		m.br.code = MH_BRI_PER_PEER_POLICY;
		m.br.seq = seq;
		m.br.flags = MH_BR_P | MH_BR_G;
		send_bri(a, t, &m, NULL, 1);
	}
	return n;
}

/* ---- in ---------------------------------------------------------------------------------------------------------- */

static bool of_peer(const struct pmip_bce *b, const struct pmip_rx *x)
{
	const struct pmip_tunnel *t = pmip_lma_tunnel(b);

	return t && ip6_eq(&t->remote, &x->src);
}

/* Every session that this answer is about. A refusal because the mobile node is still there leaves the session. */
static unsigned acknowledged(struct pmip_lma *a, const struct pmip_rx *x)
{
	uint8_t status = x->d.m.br.code;
	moor_handle h = 0;
	struct pmip_bce *b;
	unsigned n = 0;

	while ((b = slab_next(&a->cache, &h))) {
		if (b->machine.state != PMIP_BCE_REVOKING || b->bri_seq != x->d.m.br.seq || !of_peer(b, x))
			continue;
		n++;
		if (status == MH_BRA_MN_ATTACHED) {
			pmip_lma_stay(b);
			continue;
		}
		moor_timer_cancel(lma_world(a), &b->timer);
		pmip_lma_gone(b, PMIP_BCE_EV_BRA, BINDING_REVOKED);
	}
	return n;
}

static struct pmip_bce *named(struct pmip_lma *a, const struct mh_msg *m)
{
	const struct mh_opt *hnp = mh_find(m, MH_OPT_HNP), *id = mh_find(m, MH_OPT_MN_ID);
	struct imsi i;
	struct pmip_bce *b = hnp ? pmip_lma_find(a, &hnp->prefix.addr) : NULL;

	return b && id && pmip_who(a->c.names, id, &i) && imsi_same(i, b->imsi) ? b : NULL;
}

/* [RFC 5846 8.2] a MAG gives up all its sessions: global, per peer; anything else it does by de-registration */
static void indicated(struct pmip_lma *a, const struct pmip_rx *x)
{
	const struct mh_msg *q = &x->d.m;
	bool global = q->br.flags & MH_BR_G && q->br.code == MH_BRI_PER_PEER_POLICY;
	struct pmip_tx tx = { .local = x->dst, .remote = x->src, .transport = x->transport, .dport = x->sport,
			      .profile = a->c.profile, .context = { .procedure = MH_PROC_NETWORK_DETACH, .request = q },
			      .proxy_coa = x->src };
	struct mh_msg m;
	moor_handle h = 0;
	struct pmip_bce *b;

	mh_start(&m, MH_BR);
	m.br.type = MH_BR_BRA;
	m.br.code = !(q->br.flags & MH_BR_P) ? MH_BRA_PROXY_UNSUPPORTED : global ? MH_BRA_SUCCESS :
		    MH_BRA_FUNCTION_UNSUPPORTED;
	m.br.seq = q->br.seq;
	m.br.flags = q->br.flags & (MH_BR_P | MH_BR_G | MH_BR_V);
	pmip_send(a->h, &m, &tx);
	while (m.br.code == MH_BRA_SUCCESS && (b = slab_next(&a->cache, &h)))
		if (of_peer(b, x) && b->machine.state != PMIP_BCE_HOLD) {
			moor_timer_cancel(lma_world(a), &b->timer);
			pmip_lma_gone(b, PMIP_BCE_EV_PEER_GONE, BINDING_REVOKED);
		}
}

void pmip_lma_br(struct pmip_lma *a, const struct pmip_rx *x)
{
	const struct pmip_bce *b = named(a, &x->d.m);
	struct ip6_addr hnp = ip6_from64(b ? b->hnp : 0, 0);

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

static void peer_gone(void *owner, const struct ip6_addr *peer)
{
	struct pmip_lma *a = owner;
	moor_handle h = 0;
	struct pmip_bce *b;

	while ((b = slab_next(&a->cache, &h))) {
		const struct pmip_tunnel *t = pmip_lma_tunnel(b);

		if (!t || !ip6_eq(&t->remote, peer))
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
