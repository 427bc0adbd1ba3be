/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the MAG's security associations with its LMAs
 *
 * The MAG is the initiator [RFC 5213 4.2: "initiate using IDi"]. It sets up an IKE SA with each LMA of its peer
 * authorization database when it starts, and again when the one it had is gone. A Proxy Binding Update for which there
 * is no SA yet is held and goes, with a fresh timestamp, as soon as the SA stands [R5213d-6.9-20] [R5213d-4-02].
 *
 *	refused by the LMA, or the LMA is another one	sessions that wait are refused; tried again after PMIP_IKE_RETRY
 *	no answer					tried again after PMIP_IKE_RETRY, for ever
 *	deleted by the LMA, or the LMA is dead		tried again at once
 *	PBUs or heartbeats unanswered			a liveness check, and a second IKE SA beside the first: when the
 *							LMA lost its SAs that one takes the place of the first
 */
#include "proto/pmip_mag_sec.h"

#include "base/mem.h"
#include "proto/pmip_mag_priv.h"

#define DOUBT 2u			/* PBUs without an answer after which the LMA is doubted */

/* One LMA. */
struct conn {
	struct pmip_mag_sec *s;
	const struct pmip_sec_peer *peer;
	moor_handle sa, child;		/* in use */
	moor_handle next;		/* IKE SA being set up; 0: none */
	struct moor_timer timer;	/* the next attempt */
	uint32_t attempts;
	bool refused;
	bool restarted;			/* we did, and it has not heard of it yet */
};

struct pmip_mag_sec {
	struct pmip_mag *m;
	struct pmip_sec_config c;
	struct ike *ike;
	struct conn *conn;		/* c.n_peers of them */
};

static struct conn *conn_to(const struct pmip_mag_sec *s, const struct ip6_addr *lma)
{
	for (unsigned k = 0; k < s->c.n_peers; k++)
		if (ip6_eq(&s->c.peers[k].addr, lma))
			return &s->conn[k];
	return NULL;
}

static struct conn *conn_of(const struct pmip_mag_sec *s, moor_handle sa)
{
	for (unsigned k = 0; k < s->c.n_peers; k++)
		if (s->conn[k].sa == sa || s->conn[k].next == sa)
			return &s->conn[k];
	return NULL;
}

static struct ike_sa *sa_of(const struct conn *x)
{
	return x->sa ? ike_sa_get(x->s->ike, x->sa) : NULL;
}

/* ---- setting up -------------------------------------------------------------------------------------------------- */

static void begin(struct moor_world *w, struct moor_timer *t);

static void again(struct conn *x, bool now)
{
	struct pmip_mag *m = x->s->m;

	if (!moor_timer_pending(&x->timer))
		moor_timer_in(mag_world(m), &x->timer, now ? 0 : mag_timer(m, T_PMIP_IKE_RETRY), begin);
}

/* [RFC 5213 4.2] [R5213d-4-05]; no other SA with it counts: INITIAL_CONTACT [RFC 7296 2.4] */
static void begin(struct moor_world *w, struct moor_timer *t)
{
	struct conn *x = MOOR_CONTAINER(t, struct conn, timer);
	const struct pmip_sec_config *c = &x->s->c;
	struct ike_connect q = {
		.own = c->own, .peer = x->peer->addr, .idi = c->id, .idr = x->peer->id, .pad = x->peer->pad,
		.initial_contact = true,
		.child = pmip_sec_selector(pmip_sec_spd_mag, ip6_is_zero(&c->claims) ? &c->own : &c->claims, &x->peer->addr),
	};
	struct ike_sa *sa;

	(void)w;
	if (x->next)
		return;
	x->attempts++;
	sa = ike_connect(x->s->ike, &q);
	if (sa)
		x->next = ike_sa_handle(sa);
	else
		again(x, false);
}

/* ---- sessions that wait ------------------------------------------------------------------------------------------ */

/*
 * After a restart the LMA hears of that first: once it has new registrations, a Restart Counter that it learns later
 * would take them away [RFC 5847 3.2].
 */
static void release(struct conn *x)
{
	struct pmip_mag *m = x->s->m;
	moor_handle h = 0;
	struct pmip_bule *b;

	if (x->restarted)
		pmip_heart_tell(m->heart, &x->s->c.own, &x->peer->addr, PMIP_IP6);
	x->restarted = false;
	while ((b = slab_next(&m->bules, &h))) {
		if (!b->held || !ip6_eq(&b->lma, &x->peer->addr))
			continue;
		b->held = false;
		b->attempt = 0;
		pmip_mag_again(b);
	}
}

/* Nobody gets service without protection; who has it keeps it until its lifetime is over. */
static void refuse(struct conn *x)
{
	struct pmip_mag *m = x->s->m;
	moor_handle h = 0;
	struct pmip_bule *b;

	x->refused = true;
	while ((b = slab_next(&m->bules, &h))) {
		if (!b->held || !ip6_eq(&b->lma, &x->peer->addr) || b->machine.state != PMIP_BULE_PBU_SENT)
			continue;
		b->held = false;
		b->status = MH_BA_MAG_NOT_AUTHORISED;
		pmip_mag_record(b, BINDING_REFUSED, b->status);
		pmip_mag_state(b, PMIP_BULE_EV_REFUSED, PMIP_BULE_REFUSED);
	}
}

/*
 * A peer that restarted does not know our SAs, and nobody but it can say so with authority [RFC 7296 2.4]; a liveness
 * check that nobody answers takes minutes, a new IKE SA beside the old one two round trips.
 */
static void doubt(struct conn *x)
{
	if (x->next || !sa_of(x))
		return;
	ike_check(sa_of(x));
	again(x, true);
}

void pmip_mag_sec_doubt(struct pmip_mag_sec *s, const struct ip6_addr *lma)
{
	struct conn *x = conn_to(s, lma);

	if (x)
		doubt(x);
}

bool pmip_mag_sec_may(struct pmip_bule *b)
{
	struct conn *x = conn_to(b->m->sec, &b->lma);

	if (!x) {			/* an LMA that the peer authorization database does not have */
		dsmip_discard(b->m->h, bule_index(b), "sec-no-peer", "RFC 5213 4.1");
		b->held = true;
		return false;
	}
	b->held = !x->child;
	if (!x->child) {
		again(x, true);
	} else if (b->attempt >= DOUBT) {
		doubt(x);
	}
	return x->child != 0;
}

/* ---- what IKE tells ---------------------------------------------------------------------------------------------- */

static void on_established(void *owner, struct ike_sa *sa, const struct ike_result *r)
{
	struct pmip_mag_sec *s = owner;
	moor_handle h = ike_sa_handle(sa);
	struct conn *x = conn_of(s, h);
	struct ike_sa *old = x ? sa_of(x) : NULL;

	if (!x || h != x->next)
		return;
	x->next = 0;
	moor_timer_cancel(mag_world(s->m), &x->timer);
	if (!r->child) {		/* the LMA does not let us speak for this Proxy-CoA [RFC 5213 4.1] */
		dsmip_discard(s->m->h, 0, "sec-no-child", "RFC 5213 4.1");
		ike_close(sa);
		refuse(x);
		return;
	}
	x->sa = h;
	x->child = r->child;
	x->refused = false;
	if (old)
		ike_forget(old);	/* INITIAL_CONTACT took it from the LMA */
	release(x);
}

/* Said by the LMA about us, or found out by us about the LMA. */
static bool was_refused(enum ike_reason why)
{
	switch (why) {
	case IKE_NO_PROPOSAL:
	case IKE_AUTH_FAILED:
	case IKE_CERT_EXPIRED:
	case IKE_CERT_UNTRUSTED:
	case IKE_CERT_NAME:
	case IKE_CERT_BAD:
	case IKE_PEER_ERROR:
	case IKE_SYNTAX:
	case IKE_TS_REFUSED:
		return true;
	case IKE_OK:
	case IKE_TIMEOUT:
	case IKE_EAP_FAILED:
	case IKE_CFG_FAILED:
	case IKE_REDIRECTED:
	case IKE_REDIRECT_LOOP:
	case IKE_DELETED_BY_PEER:
	case IKE_DELETED:
	case IKE_REPLACED:
	case IKE_DEAD_PEER:
	case IKE_REASONS:
		break;
	}
	return false;
}

static void on_closed(void *owner, struct ike_sa *sa, enum ike_reason why, uint16_t detail)
{
	moor_handle h = ike_sa_handle(sa);
	struct conn *x = conn_of(owner, h);

	(void)detail;
	if (!x)
		return;
	if (h == x->next) {
		x->next = 0;
		if (was_refused(why))
			refuse(x);
		again(x, false);
		return;
	}
	x->sa = x->child = 0;
	if (!x->next)
		again(x, true);
}

static void on_child(void *owner, struct ike_sa *sa, moor_handle child, moor_handle old, enum ike_reason why)
{
	struct conn *x = conn_of(owner, ike_sa_handle(sa));

	(void)why;
	if (!x || ike_sa_handle(sa) != x->sa)
		return;
	if (child && (!old || old == x->child || !x->child)) {
		x->child = child;
		release(x);
	} else if (!child && !x->child) {	/* it lets us have none any more */
		ike_close(sa);
	}
}

static void on_child_gone(void *owner, struct ike_sa *sa, moor_handle child)
{
	struct conn *x = conn_of(owner, ike_sa_handle(sa));
	struct ipsec_selector sel;

	if (!x || child != x->child || ike_sa_handle(sa) != x->sa)
		return;
	x->child = 0;			/* the LMA deleted it alone: another one in the same IKE SA */
	sel = pmip_sec_selector(pmip_sec_spd_mag, &x->s->c.own, &x->peer->addr);
	ike_child(sa, &sel, true);
}

static bool on_child_wanted(void *owner, struct ike_sa *sa, struct ipsec_selector *sel, bool transport)
{
	const struct conn *x = conn_of(owner, ike_sa_handle(sa));

	return x && transport && pmip_sec_narrow(pmip_sec_spd_mag, &x->s->c.own, &x->peer->addr, sel);
}

static const struct ike_user user = {
	.established = on_established, .closed = on_closed, .child = on_child, .child_gone = on_child_gone,
	.child_wanted = on_child_wanted,
};

/* ---- life -------------------------------------------------------------------------------------------------------- */

void pmip_mag_secure(struct pmip_mag *m, const struct pmip_sec_config *c)
{
	struct pmip_mag_sec *s = mem_zeroed(sizeof *s);

	s->m = m;
	s->c = *c;
	s->ike = ike_new(m->h, c->ike, &user, s);
	s->conn = mem_zeroed(c->n_peers * sizeof *s->conn);
	ipsec_policies(ipsec_of(m->h), pmip_sec_spd_mag, PMIP_SEC_POLICIES);
	m->sec = s;
	for (unsigned k = 0; k < c->n_peers; k++) {
		s->conn[k].s = s;
		s->conn[k].peer = &c->peers[k];
		again(&s->conn[k], true);
	}
}

void pmip_mag_sec_free(struct pmip_mag_sec *s)
{
	if (!s)
		return;
	for (unsigned k = 0; k < s->c.n_peers; k++)
		moor_timer_cancel(mag_world(s->m), &s->conn[k].timer);
	mem_free(s->conn);
	mem_free(s);
}

/* All SAs are lost; heartbeats and sessions go after them. */
void pmip_mag_sec_restart(struct pmip_mag_sec *s)
{
	ike_reboot(s->ike);
	for (unsigned k = 0; k < s->c.n_peers; k++) {
		struct conn *x = &s->conn[k];

		x->sa = x->child = x->next = 0;
		x->refused = false;
		x->restarted = x->restarted || pmip_heart_watched(s->m->heart, &x->peer->addr);
		moor_timer_cancel(mag_world(s->m), &x->timer);
		again(x, true);
	}
}

bool pmip_mag_sec_rekey(struct pmip_mag *m, const struct ip6_addr *of, bool ike)
{
	const struct conn *x = m->sec ? conn_to(m->sec, of) : NULL;

	if (!x || !x->child || !sa_of(x))
		return false;
	if (ike)
		ike_rekey(sa_of(x));
	else
		ike_rekey_child(sa_of(x), x->child);
	return true;
}

struct pmip_sec_view pmip_mag_sec_view(const struct pmip_mag *m, const struct ip6_addr *of)
{
	const struct conn *x = m->sec ? conn_to(m->sec, of) : NULL;

	if (!x)
		return (struct pmip_sec_view){ .there = false };
	return (struct pmip_sec_view){ .there = true, .secured = x->child != 0, .refused = x->refused, .sa = x->sa,
				       .child = x->child, .attempts = x->attempts };
}
