/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: CREATE_CHILD_SA for the IKE SA itself: rekeying from either side
 *
 * [RFC 7296 1.3.2, 2.8, 2.8.2, 2.18, 2.25.2]. The struct ike_sa that users know stays theirs: it takes over the new
 * keys, SPIs and message ids, while the old ones move to a struct of our own that lives until it is deleted. Children
 * and wishes stay where they are, which is how the new SA inherits them.
 *
 * When both ends rekey at the same time both requests are answered. The peer's new SA (the rival) waits until our own
 * answer came; the new SA with the lowest of the four nonces is deleted by who asked for it, the old SA by who asked
 * for the one that stays.
 */
#include "proto/ike_priv.h"

#include <assert.h>
#include <string.h>

/* ---- two structs change their parts ------------------------------------------------------------------------------ */

#define SWAP(a, b, member) \
	do { \
		__typeof__((a)->member) keep_ = (a)->member; \
		(a)->member = (b)->member; \
		(b)->member = keep_; \
	} while (0)

static void own_attached(struct ike_sa *sa)
{
	struct ike_world *iw = sa->k->iw;

	if (sa->task)
		ike_task_of(sa)->sa = sa;
	if (sa->out)
		((struct ike_out *)slab_get(&iw->outs, sa->out))->sa = sa->self;
}

/* All that is of the SA on the wire; what is of its owner stays. */
static void exchange_keys(struct ike_sa *a, struct ike_sa *b)
{
	uint8_t sk_d[CRYPTO_PRF_MAX];
	bool initiator = a->initiator;

	ike_sa_index(a, false);
	ike_sa_index(b, false);
	SWAP(a, b, spi_i);
	SWAP(a, b, spi_r);
	SWAP(a, b, response);
	SWAP(a, b, task);
	SWAP(a, b, frags);
	SWAP(a, b, out);
	SWAP(a, b, next_request);
	SWAP(a, b, next_expected);
	SWAP(a, b, key_out);
	SWAP(a, b, key_in);
	SWAP(a, b, rekey_s);
	SWAP(a, b, forget_s);
	SWAP(a, b, suite);
	SWAP(a, b, answering);
	a->initiator = b->initiator;
	b->initiator = initiator;
	memcpy(sk_d, a->sk_d, sizeof sk_d);
	memcpy(a->sk_d, b->sk_d, sizeof sk_d);
	memcpy(b->sk_d, sk_d, sizeof sk_d);
	ike_sa_index(a, true);
	ike_sa_index(b, true);
	own_attached(a);
	own_attached(b);
}

/* A new SA out of an old one, not yet anybody's. */
static struct ike_sa *child_of(struct ike_sa *old, bool initiator, uint64_t own, uint64_t peers, uint8_t suite)
{
	struct ike *k = old->k;
	struct ike_sa *sa = ike_sa_new(k, initiator, &old->path);

	sa->told = true;
	sa->spi_i = initiator ? own : peers;
	sa->spi_r = initiator ? peers : own;
	ike_sa_index(sa, true);
	sa->suite = suite;
	sa->nat_here = old->nat_here;
	sa->nat_there = old->nat_there;
	sa->fragments = old->fragments;
	sa->heard = sa->established = ike_now(k);
	sa->rekey_s = ike_lifetime(k, k->c->rekey_ike);
	ike_state(sa, IKE_EV_REKEYED, IKE_SA_ESTABLISHED);
	return sa;
}

static void waited(struct moor_world *w, struct moor_timer *t)
{
	struct ike_sa *sa = MOOR_CONTAINER(t, struct ike_sa, timer);
	struct ike *k = sa->k;

	(void)w;
	ike_enter(k);
	k->iw->handling = true;
	ike_sa_fail(sa, IKE_REPLACED, 0);
	ike_leave(k);
}

/* Nobody's any more: the peer will delete it, and if not, time will. */
static void await_delete(struct ike_sa *sa)
{
	ike_state(sa, IKE_EV_REKEYED, IKE_SA_REKEYED);
	moor_timer_in(ike_w(sa->k), &sa->timer, ike_timer(sa->k, T_IKE_KEEP), waited);
}

static void take_over(struct ike_sa *sa, struct ike_sa *made)
{
	exchange_keys(sa, made);
	ike_life_arm(sa);
	ike_go_on(sa);
}

/* ---- our exchange ------------------------------------------------------------------------------------------------ */

void ike_rekey_start(struct ike_sa *sa, const struct ike_wish *wish)
{
	struct ike *k = sa->k;
	uint8_t ke[CRYPTO_DH_PUBLIC_MAX];
	struct ike_create *x = ike_create_new(k, wish->group ? wish->group : ike_suite_of(sa)->dh, ke);
	struct ike_writer *w = ike_request_begin(sa, IKE_CREATE_CHILD_SA);
	struct ike_task *t;

	x->spi = ike_new_spi(k);
	ike_offer(k, w, x->spi);
	ike_w_nonce(w, x->nonce, sizeof x->nonce);
	ike_w_ke(w, x->group, ke, crypto_dh_public_len(x->group));
	t = ike_request_end(sa);
	t->wish = *wish;
	t->create = x->self;
}

static struct ike_sa *take_rival(struct ike *k, struct ike_create *x)
{
	struct ike_sa *rival = x->rival ? slab_get(&k->iw->sas, x->rival) : NULL;

	x->rival = 0;		/* the peer may have found it redundant before we did */
	return rival && rival->machine.state == IKE_SA_ESTABLISHED ? rival : NULL;
}

static void refused(struct ike_sa *sa, struct ike_task *t, const struct ike_payload *error)
{
	struct ike_sa *rival = take_rival(sa->k, ike_create_of(sa->k, t));

	if (rival) {		/* the peer did not see the collision: its new SA stays [RFC 7296 2.8.2] */
		take_over(sa, rival);
		await_delete(rival);
	} else if (error->notify.type == IKE_N_TEMPORARY_FAILURE) {
		if (!ike_put_off(sa, &t->wish))
			ike_sa_delete(sa, IKE_PEER_ERROR);
	} else if (error->notify.type != IKE_N_INVALID_KE_PAYLOAD || !ike_other_group(sa, t, error)) {
		ike_sa_delete(sa, IKE_PEER_ERROR);	/* [RFC 7296 2.8] */
	}
}

/* The new SA; NULL: the answer is not one to our question. */
static struct ike_sa *made_of(struct ike_sa *sa, const struct ike_msg *msg, struct ike_create *x,
			      struct crypto_part *nr)
{
	const struct ike_payload *props = ike_find(msg, IKE_P_SA), *ke = ike_find(msg, IKE_P_KE);
	const struct ike_payload *nonce = ike_find(msg, IKE_P_NONCE);
	struct crypto_part ni = { x->nonce, sizeof x->nonce };
	uint8_t octets[CRYPTO_DH_SECRET_MAX], suite;
	const struct ike_proposal *p;
	struct ike_sa *made;

	if (!props || !ke || !nonce || nonce->data.n < 16 || nonce->data.n > IKE_NONCE_MAX
	    || !ike_chosen_read(sa->k, props, 8, &suite, &p) || ke->ke.group != x->group
	    || sa->k->c->ike[suite].dh != x->group
	    || crypto_dh_derive(ike_crypto(sa), x->dh, ke->ke.data.p, ke->ke.data.n, octets) != CRYPTO_DH_OK)
		return NULL;
	*nr = (struct crypto_part){ nonce->data.p, nonce->data.n };
	made = child_of(sa, true, x->spi, (uint64_t)load32(p->spi) << 32 | load32(p->spi + 4), suite);
	ike_keys_rekey(made, sa, ni, *nr, (struct crypto_part){ octets, crypto_dh_secret_len(x->group) });
	return made;
}

static void settle(struct ike_sa *sa, struct ike_create *x, struct ike_sa *made, struct crypto_part nr)
{
	bool lost = ike_collision_lost(x, (struct crypto_part){ x->nonce, sizeof x->nonce }, nr);
	struct ike_sa *rival = take_rival(sa->k, x);

	if (lost && rival) {
		take_over(sa, rival);
		await_delete(rival);			/* it has the old keys now */
		ike_sa_delete(made, IKE_REPLACED);
		return;
	}
	take_over(sa, made);
	ike_sa_delete(made, IKE_REPLACED);
	if (rival)
		await_delete(rival);
}

void ike_rekey_response(struct ike_sa *sa, const struct ike_msg *msg, struct ike_task *t)
{
	struct ike_create *x = ike_create_of(sa->k, t);
	const struct ike_payload *error = ike_find_error(msg);
	struct crypto_part nr = { NULL, 0 };
	struct ike_sa *made;

	if (error && !ike_find(msg, IKE_P_SA)) {
		refused(sa, t, error);
		return;
	}
	made = made_of(sa, msg, x, &nr);
	if (made)
		settle(sa, x, made, nr);
	else
		ike_sa_delete(sa, IKE_PEER_ERROR);
}

bool ike_rekey_deleted(struct ike_sa *sa)
{
	struct ike_task *t = ike_task_of(sa);
	struct ike_create *x = ike_create_of(sa->k, t);
	struct ike_sa *rival = x ? take_rival(sa->k, x) : NULL;

	if (!rival)
		return false;
	exchange_keys(sa, rival);
	ike_task_free(sa->k, t);		/* it went with the old keys; nobody will answer it */
	ike_sa_fail(rival, IKE_REPLACED, 0);
	ike_life_arm(sa);
	ike_go_on(sa);
	return true;
}

/* ---- the peer's exchange ----------------------------------------------------------------------------------------- */

/* [RFC 7296 2.25.1, 2.25.2]: not while we work on its children, close it, or know a new SA of the peer's already */
static bool is_busy(const struct ike_sa *sa)
{
	const struct ike_task *t = ike_task_of(sa);
	const struct ike_create *x = ike_create_of(sa->k, t);

	if (sa->machine.state != IKE_SA_ESTABLISHED || (x && x->rival && slab_get(&sa->k->iw->sas, x->rival)))
		return true;
	return t && (t->wish.what == INTENT_CHILD || t->wish.what == INTENT_REKEY_CHILD
		     || t->wish.what == INTENT_DELETE_CHILD);
}

static void answer(struct ike_sa *sa, const struct ike_payload *ke, struct crypto_part ni,
		   const struct ike_proposal *p, uint8_t suite)
{
	struct ike *k = sa->k;
	uint8_t public_value[CRYPTO_DH_PUBLIC_MAX], octets[CRYPTO_DH_SECRET_MAX], nonce[IKE_NONCE_LEN];
	struct crypto_part nr = { nonce, sizeof nonce }, secret;
	struct ike_task *t = ike_task_of(sa);
	struct ike_sa *made;
	struct ike_writer *w;

	if (!ike_answer_dh(sa, ke, k->c->ike[suite].dh, public_value, octets, &secret))
		return;
	rng_octets(&k->rng, nonce, sizeof nonce);
	made = child_of(sa, false, ike_new_spi(k), (uint64_t)load32(p->spi) << 32 | load32(p->spi + 4), suite);
	ike_keys_rekey(made, sa, ni, nr, secret);
	w = ike_response_begin(sa);
	ike_chosen(k, w, suite, p->number, made->spi_r);
	ike_w_nonce(w, nonce, sizeof nonce);
	ike_w_ke(w, k->c->ike[suite].dh, public_value, crypto_dh_public_len(k->c->ike[suite].dh));
	ike_response_end(sa);
	if (t && t->wish.what == INTENT_REKEY_IKE) {
		struct ike_create *x = ike_create_of(k, t);

		ike_collide(x, ni, nr);
		x->rival = made->self;
		return;
	}
	take_over(sa, made);
	await_delete(made);
}

void ike_rekey_request(struct ike_sa *sa, const struct ike_msg *msg, const struct ike_payload *props)
{
	const struct ike_payload *ke = ike_find(msg, IKE_P_KE), *nonce = ike_find(msg, IKE_P_NONCE);
	const struct ike_proposal *p;
	uint8_t suite, octets[2];
	const struct ike *k = sa->k;

	if (is_busy(sa)) {
		ike_response_notify(sa, IKE_N_TEMPORARY_FAILURE, NULL, 0);
	} else if (!ke || !nonce || nonce->data.n < 16 || nonce->data.n > IKE_NONCE_MAX) {
		ike_response_notify(sa, IKE_N_INVALID_SYNTAX, NULL, 0);
		ike_sa_fail(sa, IKE_SYNTAX, IKE_N_INVALID_SYNTAX);
	} else if (!ike_choose(k, props, 8, &suite, &p) || !(load32(p->spi) | load32(p->spi + 4))) {
		ike_response_notify(sa, IKE_N_NO_PROPOSAL_CHOSEN, NULL, 0);
	} else if (ke->ke.group != k->c->ike[suite].dh) {
		store16(octets, k->c->ike[suite].dh);
		ike_response_notify(sa, IKE_N_INVALID_KE_PAYLOAD, octets, sizeof octets);
	} else {
		answer(sa, ke, (struct crypto_part){ nonce->data.p, nonce->data.n }, p, suite);
	}
}
