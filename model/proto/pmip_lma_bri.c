/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: revocations of the LMA that are not about one whole session
 *
 * All sessions of a MAG (G, trigger 128), those of a realm (G, trigger 129 and "@realm") [RFC 5846 8.1], the IPv4 home
 * address of a session (V), and what the previous MAG of a mobile node is told when another one has it already
 * (triggers 2 and 3) [RFC 5846 8.1 "MAY switch the tunnel before"]. Each lives until it is acknowledged, or was sent
 * BRIMaxRetriesNumber times more [RFC 5846 6.3]. Sessions that a global one is about are REVOKING meanwhile.
 */
#include "proto/pmip_lma_priv.h"

#include <string.h>

#define LOST (-1)			/* in place of a status */

/* ---- out --------------------------------------------------------------------------------------------------------- */

static void name(const struct pmip_bri *r, struct mh_msg *m, uint8_t room[EAP_NAI_MAX])
{
	struct mh_opt *o;

	if (r->realm) {
		o = mh_add(m, MH_OPT_MN_ID);
		o->id.subtype = MH_ID_NAI;
		o->id.id = (struct mh_octets){ (const uint8_t *)r->realm, (uint8_t)strlen(r->realm) };
	} else if (!(r->flags & MH_BR_G)) {
		pmip_add_name(r->a->c.names, m, r->imsi, room);
	}
	for (unsigned k = 0; k < r->n_hnp; k++)
		pmip_lma_add_hnp(m, r->hnp[k], r->host);
	if (r->flags & MH_BR_V) {
		o = mh_add(m, MH_OPT_IP4_HOA_REQUEST);
		o->hoa4.addr = r->hoa4;
		o->hoa4.prefix_len = 32;
	}
}

static void send(struct pmip_bri *r)
{
	struct pmip_lma *a = r->a;
	struct pmip_tx tx = {
		.local = dsmip_is_mapped(&r->mag) ? ip6_mapped(a->c.lmaa4) : a->c.lmaa, .remote = r->mag,
		.transport = (enum pmip_transport)r->transport, .dport = r->port, .profile = a->c.profile,
		.context = { .procedure = MH_PROC_NETWORK_DETACH }, .proxy_coa = r->mag,
		.instance = r->bce & SLAB_NUMBER_MASK, .attempt = r->tries + 1u,
	};
	uint8_t room[EAP_NAI_MAX];
	struct mh_msg m;

	mh_start(&m, MH_BR);
	m.br.type = MH_BR_BRI;
	m.br.code = r->trigger;
	m.br.seq = r->seq;
	m.br.flags = r->flags;
	name(r, &m, room);
	if (r->n_hnp)
		tx.hnp = ip6_from64(r->hnp[0], r->host);
	pmip_send(a->h, &m, &tx);
}

/* ---- the end ----------------------------------------------------------------------------------------------------- */

/* What the MAG would not do stays undone; what it does not know is as good as done. */
static bool refused(int status)
{
	return status > MH_BRA_NO_BINDING;
}

static void end(struct pmip_bri *r, int status)
{
	struct pmip_lma *a = r->a;
	struct pmip_bri over = *r;
	struct pmip_bce *b = r->bce ? slab_get(&a->cache, r->bce) : NULL;
	moor_handle h = 0;

	moor_timer_cancel(lma_world(a), &r->timer);
	slab_free(&a->bris, r->self);
	if (over.flags & MH_BR_V && b && ip4_eq(b->hoa4, over.hoa4) && !refused(status)) {
		pmip_lma_take4(b);
		pmip_lma_record(b, BINDING_UPDATED, 0);
	}
	if (!(over.flags & MH_BR_G))
		return;
	while ((b = slab_next(&a->cache, &h))) {
		if (b->machine.state != PMIP_BCE_REVOKING || b->bri_seq != over.seq || b->bri_tries != BRI_ONCE)
			continue;
		if (refused(status))
			pmip_lma_stay(b);
		else
			pmip_lma_gone(b, status == LOST ? PMIP_BCE_EV_BRA_LOST : PMIP_BCE_EV_BRA, BINDING_REVOKED);
	}
}

/* [RFC 5846 6.3, 11]: InitMINDelayBRIs, doubled up to MAX_BRACK_TIMEOUT */
static void unanswered(struct moor_world *w, struct moor_timer *t)
{
	struct pmip_bri *r = MOOR_CONTAINER(t, struct pmip_bri, timer);
	moor_time wait = lma_timer(r->a, T_BRI_FIRST), most = lma_timer(r->a, T_BRI_MAX);

	if (r->tries >= lma_timer(r->a, T_BRI_TRIES)) {
		end(r, LOST);
		return;
	}
	r->tries++;
	for (unsigned k = 0; k < r->tries && wait < most; k++)
		wait *= 2;
	send(r);
	moor_timer_in(w, &r->timer, wait < most ? wait : most, unanswered);
}

static struct pmip_bri *start(struct pmip_lma *a, const struct pmip_tunnel *t, uint16_t flags, uint8_t trigger)
{
	moor_handle h;
	struct pmip_bri *r = slab_alloc(&a->bris, &h);

	*r = (struct pmip_bri){ .a = a, .self = h, .mag = t->remote, .transport = t->transport, .port = t->port,
				.flags = flags, .trigger = trigger, .seq = ++a->bri_seq };
	moor_timer_in(lma_world(a), &r->timer, lma_timer(a, T_BRI_FIRST), unanswered);
	return r;
}

bool pmip_lma_bri_done(struct pmip_lma *a, const struct pmip_rx *x)
{
	struct pmip_bri *r;
	moor_handle h = 0;

	while ((r = slab_next(&a->bris, &h)))
		if (r->seq == x->d.m.br.seq && ip6_eq(&r->mag, &x->src)) {
			end(r, x->d.m.br.code);
			return true;
		}
	return false;
}

void pmip_lma_bris_end(struct pmip_lma *a)
{
	struct pmip_bri *r;
	moor_handle h = 0;

	while ((r = slab_next(&a->bris, &h))) {
		moor_timer_cancel(lma_world(a), &r->timer);
		slab_free(&a->bris, r->self);
	}
}

/* ---- what for ---------------------------------------------------------------------------------------------------- */

static bool of_realm(const struct pmip_bce *b, const char *realm)
{
	uint8_t room[EAP_NAI_MAX];
	const uint8_t *p, *at;
	struct mh_msg m;
	size_t n;

	if (!realm)
		return true;
	mh_start(&m, MH_BR);
	pmip_add_name(b->a->c.names, &m, b->imsi, room);
	p = m.opt[0].id.id.p;
	n = m.opt[0].id.id.n;
	at = memchr(p, '@', n);
	return at && (size_t)(p + n - at) == strlen(realm) && !memcmp(at, realm, strlen(realm));
}

/* One indication for all of a MAG's sessions, or those of a realm; the answer ends them. */
static unsigned revoke_some(struct pmip_lma *a, const struct ip6_addr *mag, const char *realm)
{
	struct pmip_tunnel *t;
	moor_handle h = 0;
	unsigned all = 0;

	while ((t = slab_next(&a->tunnels, &h))) {
		uint16_t seq = (uint16_t)(a->bri_seq + 1);
		struct pmip_bce *b;
		struct pmip_bri *r;
		moor_handle k = 0;
		unsigned n = 0;

		if (!ip6_is_zero(mag) && !ip6_eq(&t->remote, mag))
			continue;
		while ((b = slab_next(&a->cache, &k))) {
			if (b->tunnel != t->self || b->machine.state != PMIP_BCE_ACTIVE || !of_realm(b, realm))
				continue;
			b->bri_trigger = realm ? MH_BRI_LOCAL_POLICY : MH_BRI_PER_PEER_POLICY;
			b->bri_seq = seq;
			b->bri_tries = BRI_ONCE;
			pmip_lma_state(b, PMIP_BCE_EV_REVOKE, PMIP_BCE_REVOKING);
			moor_timer_cancel(lma_world(a), &b->timer);
			n++;
		}
		all += n;
		if (!n)
			continue;
		r = start(a, t, MH_BR_P | MH_BR_G, realm ? MH_BRI_LOCAL_POLICY : MH_BRI_PER_PEER_POLICY);
		r->realm = realm;
		send(r);
	}
	return all;
}

unsigned pmip_lma_revoke_all(struct pmip_lma *a, const struct ip6_addr *mag)
{
	return revoke_some(a, mag, NULL);
}

unsigned pmip_lma_revoke_realm(struct pmip_lma *a, const struct ip6_addr *mag, const char *realm)
{
	return revoke_some(a, mag, realm);
}

unsigned pmip_lma_revoke4(struct pmip_lma *a, struct imsi i, const char *apn, uint8_t trigger)
{
	unsigned n = 0;
	uint32_t at;

	for (struct pmip_bce *b = pmip_lma_first(a, i, &at); b; b = pmip_lma_next(a, i, &at)) {
		struct pmip_bri *r;

		if (b->machine.state != PMIP_BCE_ACTIVE || ip4_is_zero(b->hoa4) || !pmip_lma_tunnel(b) ||
		    (apn && !(b->apn && aaa_apn_matches(b->apn, apn))))
			continue;
		r = start(a, pmip_lma_tunnel(b), MH_BR_P | MH_BR_V, trigger);
		r->bce = b->self;
		r->imsi = i;
		r->hoa4 = b->hoa4;
		send(r);
		n++;
	}
	return n;
}

void pmip_lma_tell_previous(struct pmip_bce *b, uint8_t att)
{
	uint8_t trigger = b->att == att ? MH_BRI_MAG_HO_SAME_ATT : MH_BRI_MAG_HO_OTHER_ATT;
	struct pmip_bri *r = start(b->a, pmip_lma_tunnel(b), MH_BR_P, trigger);

	r->bce = b->self;
	r->imsi = b->imsi;
	r->n_hnp = (uint8_t)pmip_lma_hnps(b, r->hnp);
	r->host = b->host ? pmip_bce_rare(b)->host : 0;
	send(r);
}
