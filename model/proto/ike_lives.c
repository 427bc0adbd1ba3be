/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: what an IKE SA does by itself: wishes one after the other, rekeying, liveness checks, NAT keepalives
 *
 * [RFC 7296 2.1, 2.3, 2.4, 2.8, 2.25], [RFC 3948 4]. The window is 1, so what is to be asked of the peer waits its
 * turn. One timer per SA serves the earliest of everything that is due by itself; what happens meanwhile does not move
 * it, the handler looks again.
 */
#include "proto/ike_priv.h"

#include <assert.h>

#define PATIENCE (180 * MOOR_S)		/* how long a peer may put us off: "several minutes" [RFC 7296 2.25] */

/* ---- wishes ------------------------------------------------------------------------------------------------------ */

static struct ike_wish *wish_at(const struct ike_sa *sa, moor_handle h)
{
	return h ? slab_get(&sa->k->iw->wishes, h) : NULL;
}

bool ike_intended(const struct ike_sa *sa, enum ike_intent what, moor_handle child)
{
	const struct ike_task *t = ike_task_of(sa);

	if (t && t->wish.what == what && t->wish.child == child)
		return true;
	for (const struct ike_wish *x = wish_at(sa, sa->wishes); x; x = wish_at(sa, x->next))
		if (x->what == what && x->child == child)
			return true;
	return false;
}

static struct ike_wish *append(struct ike_sa *sa)
{
	moor_handle h, *at = &sa->wishes;
	struct ike_wish *x;
	unsigned n = 0;

	while (*at) {
		at = &wish_at(sa, *at)->next;
		n++;
	}
	if (n >= IKE_INTENTS_MAX)
		return NULL;
	x = slab_alloc(&sa->k->iw->wishes, &h);
	x->self = h;
	x->first = ike_now(sa->k);
	*at = h;
	return x;
}

struct ike_wish *ike_intend(struct ike_sa *sa, enum ike_intent what, moor_handle child)
{
	struct ike_wish *x;

	if (what != INTENT_CHILD && ike_intended(sa, what, child))
		return NULL;
	if (what == INTENT_CHECK && sa->task)	/* a request under way is as good a check */
		return NULL;
	x = append(sa);
	if (x) {
		x->what = (uint8_t)what;
		x->child = child;
	}
	return x;
}

static void unlink_wish(struct ike_sa *sa, struct ike_wish *x)
{
	moor_handle *at = &sa->wishes;

	while (*at != x->self)
		at = &wish_at(sa, *at)->next;
	*at = x->next;
	slab_free(&sa->k->iw->wishes, x->self);
}

void ike_wishes_drop(struct ike_sa *sa)
{
	while (sa->wishes)
		unlink_wish(sa, wish_at(sa, sa->wishes));
}

bool ike_put_off(struct ike_sa *sa, const struct ike_wish *before)
{
	struct ike *k = sa->k;
	moor_time now = ike_now(k), pause = rng_span(&k->rng, 2 * MOOR_S, 4 * MOOR_S);
	struct ike_wish *x, keep;

	if (now - before->first > PATIENCE)
		return false;
	if (before->what != INTENT_CHILD && ike_intended(sa, before->what, before->child))
		return true;
	x = append(sa);
	if (!x)
		return false;
	keep = *x;
	*x = *before;
	x->self = keep.self;
	x->next = 0;
	x->tries++;
	x->not_before = now + pause * (x->tries < 8 ? x->tries : 8);
	ike_life_arm(sa);
	return true;
}

static void start(struct ike_sa *sa, const struct ike_wish *x)
{
	switch ((enum ike_intent)x->what) {
	case INTENT_NONE:
		break;
	case INTENT_CHILD:
	case INTENT_REKEY_CHILD:
		ike_child_start(sa, x);
		break;
	case INTENT_REKEY_IKE:
		ike_rekey_start(sa, x);
		break;
	case INTENT_DELETE_CHILD:
	case INTENT_DELETE_IKE:
	case INTENT_CHECK:
	case INTENT_LIFETIME:
	case INTENT_REDIRECT:
		ike_info_start(sa, x);
		break;
	}
}

void ike_go_on(struct ike_sa *sa)
{
	unsigned state = sa->machine.state;
	moor_handle h = sa->wishes;

	if (state != IKE_SA_ESTABLISHED && state != IKE_SA_DELETING)
		return;
	while (h && !sa->task) {
		struct ike_wish *at = wish_at(sa, h), x = *at;

		h = x.next;
		if (x.not_before > ike_now(sa->k))
			continue;
		unlink_wish(sa, at);
		start(sa, &x);
	}
}

/* ---- what is due by itself --------------------------------------------------------------------------------------- */

uint32_t ike_lifetime(struct ike *k, moor_time soft)
{
	moor_time jitter;

	if (!soft)
		return 0;
	jitter = (moor_time)rng_below(&k->rng, (uint64_t)(soft / 10) + 1);
	return (uint32_t)((ike_now(k) + soft - jitter + MOOR_S - 1) / MOOR_S);
}

static bool keeps_alive(const struct ike_sa *sa)
{
	return sa->nat_here && sa->path.own_port == IKE_PORT_NAT && ike_timer(sa->k, T_IKE_KEEPALIVE);
}

static uint32_t next_keepalive(const struct ike_sa *sa)
{
	return (uint32_t)((ike_now(sa->k) + ike_timer(sa->k, T_IKE_KEEPALIVE) + MOOR_S - 1) / MOOR_S);
}

static moor_time earlier(moor_time a, uint32_t seconds)
{
	moor_time b = seconds ? (moor_time)seconds * MOOR_S : MOOR_NEVER;

	return a < b ? a : b;
}

static struct ike_child *child_at(const struct ike_sa *sa, moor_handle h)
{
	return h ? slab_get(&sa->k->iw->children, h) : NULL;
}

/* When nothing was heard for too long. Who answered waits half as long again, so that not both ask at once. */
static moor_time silence_over(const struct ike_sa *sa)
{
	moor_time dpd = sa->k->c->dpd;

	return dpd ? sa->heard + dpd + (sa->initiator ? 0 : dpd / 2) : MOOR_NEVER;
}

void ike_life_arm(struct ike_sa *sa)
{
	struct ike *k = sa->k;
	moor_time due = MOOR_NEVER, now = ike_now(k);

	if (sa->machine.state != IKE_SA_ESTABLISHED || sa->told)
		return;
	due = earlier(due, sa->rekey_s);
	due = earlier(due, sa->response ? sa->forget_s : 0);
	if (keeps_alive(sa)) {
		if (!sa->keepalive_s)
			sa->keepalive_s = next_keepalive(sa);
		due = earlier(due, sa->keepalive_s);
	}
	for (const struct ike_child *c = child_at(sa, sa->children); c; c = child_at(sa, c->next))
		due = earlier(due, c->rekey_s);
	for (const struct ike_wish *x = wish_at(sa, sa->wishes); x; x = wish_at(sa, x->next))
		due = x->not_before > now && x->not_before < due ? x->not_before : due;
	if (silence_over(sa) < due)
		due = silence_over(sa);
	moor_timer_at(ike_w(k), &sa->life, due > now ? due : now + MOOR_S, ike_life_fired);
}

/* Packets of the children are signs of life too [RFC 7296 2.4]. */
static void hear_children(struct ike_sa *sa)
{
	struct ipsec_child_view v;

	for (const struct ike_child *c = child_at(sa, sa->children); c; c = child_at(sa, c->next))
		if (ipsec_child_view(sa->k->ipsec, c->ipsec, &v) && v.last_in > sa->heard)
			sa->heard = v.last_in;
}

static bool is_due(const struct ike_sa *sa, uint32_t seconds)
{
	return seconds && (moor_time)seconds * MOOR_S <= ike_now(sa->k);
}

/* [RFC 3948 2.3, 4] */
static void keepalive(struct ike_sa *sa)
{
	struct ike *k = sa->k;
	struct moor_pkt *p = moor_pkt_new(ike_w(k), 1);
	struct net_send s = { .src = sa->path.own, .dst = sa->path.peer, .via = sa->path.via };

	p->data[0] = 0xff;
	net_udp_send(k->h, p, &s, IKE_PORT_NAT, sa->path.peer_port);
	sa->keepalive_s = next_keepalive(sa);
}

static void do_due(struct ike_sa *sa)
{
	struct ike *k = sa->k;

	if (sa->response && is_due(sa, sa->forget_s))		/* [RFC 7296 2.1] */
		ike_response_forget(sa);
	if (is_due(sa, sa->keepalive_s) && keeps_alive(sa))
		keepalive(sa);
	if (is_due(sa, sa->rekey_s)) {
		sa->rekey_s = 0;
		ike_intend(sa, INTENT_REKEY_IKE, 0);
	}
	for (struct ike_child *c = child_at(sa, sa->children); c; c = child_at(sa, c->next))
		if (is_due(sa, c->rekey_s)) {
			c->rekey_s = 0;
			if (!c->dying)
				ike_intend(sa, INTENT_REKEY_CHILD, c->self);
		}
	hear_children(sa);
	if (silence_over(sa) <= ike_now(k))
		ike_intend(sa, INTENT_CHECK, 0);
}

void ike_life_fired(struct moor_world *w, struct moor_timer *t)
{
	struct ike_sa *sa = MOOR_CONTAINER(t, struct ike_sa, life);
	struct ike *k = sa->k;

	(void)w;
	if (sa->machine.state != IKE_SA_ESTABLISHED)
		return;
	ike_enter(k);
	k->iw->handling = true;
	do_due(sa);
	ike_go_on(sa);
	ike_life_arm(sa);
	ike_leave(k);
}

/* ---- what net/ipsec.h tells -------------------------------------------------------------------------------------- */

/* [RFC 4303 3.3.3]: the sequence numbers of a child run out */
static void soft_limit(void *owner, moor_handle child)
{
	struct ike *k = owner;
	struct ike_child *c = ike_child_of(k, child);
	struct ike_sa *sa = c ? slab_get(&k->iw->sas, c->sa) : NULL;

	if (!sa || c->dying || sa->machine.state != IKE_SA_ESTABLISHED)
		return;
	ike_enter(k);
	ike_intend(sa, INTENT_REKEY_CHILD, c->self);
	ike_go_on(sa);
	ike_leave(k);
}

/*
 * The peer uses what it asked for: it has our answer and will not ask again, and it is ready to hear us on the new
 * child [RFC 7296 2.8].
 */
static void heard(void *owner, moor_handle child)
{
	struct ike *k = owner;
	struct ike_child *c = ike_child_of(k, child);

	if (!c)
		return;
	ike_child_ready(k, c);
	if (c->confirms)
		ike_response_forget(slab_get(&k->iw->sas, c->sa));
}

/*
 * ESP for an SA that is not here any more: an unprotected word to the sender, who may look after its SAs [RFC 7296
 * 1.5]. Not to one with whom there is an SA: packets of a child just deleted are still on their way.
 */
static void unknown_spi(void *owner, const struct ip6_addr *from, uint32_t spi)
{
	struct ike *k = owner;
	struct ike_hdr h = { .version = IKE_VERSION, .exchange = IKE_INFORMATIONAL, .flags = IKE_FLAG_I };
	struct ike_path path = { .peer = *from, .own_port = IKE_PORT, .peer_port = IKE_PORT };
	moor_handle at = k->first;
	uint8_t octets[4];

	for (unsigned i = 0; at && i < 64; i++) {
		const struct ike_sa *sa = slab_get(&k->iw->sas, at);

		if (ip6_eq(&sa->path.peer, from))
			return;
		at = sa->next;
	}
	if (!ike_stray_allowed(k))
		return;
	store32(octets, spi);
	ike_enter(k);
	ike_stray_notify(k, &path, &h, IKE_N_INVALID_SPI, octets, sizeof octets);
	ike_leave(k);
}

const struct ipsec_ops ike_ipsec_ops = { .soft_limit = soft_limit, .unknown_spi = unknown_spi, .heard = heard };
