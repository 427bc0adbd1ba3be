/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: CREATE_CHILD_SA for child SAs: new ones, and rekeying from either side
 *
 * [RFC 7296 1.3.1, 1.3.3, 2.8, 2.8.1, 2.17, 2.25, 2.25.1], [RFC 6989 2.5]. When both ends rekey the same child at the
 * same time both requests are answered as usual; the exchange with the lowest of the four nonces was for nothing, and
 * who began it deletes what it made.
 *
 * Who answered a rekeying goes on sending on the old child until the other end shows that it is ready for the new
 * one: a packet on it, or the old one's deletion.
 */
#include "proto/ike_priv.h"

#include <assert.h>
#include <string.h>

/* ---- the list ---------------------------------------------------------------------------------------------------- */

static struct ike_child *child_at(const struct ike_sa *sa, moor_handle h)
{
	return h ? slab_get(&sa->k->iw->children, h) : NULL;
}

struct ike_child *ike_child_by_ipsec(const struct ike_sa *sa, moor_handle ipsec)
{
	struct ike_child *c = child_at(sa, sa->children);

	while (c && c->ipsec != ipsec)
		c = child_at(sa, c->next);
	return c;
}

struct ike_child *ike_child_by_spi(const struct ike_sa *sa, uint32_t spi, bool in)
{
	struct ike_child *c = child_at(sa, sa->children);

	while (c && (in ? c->spi_in : c->spi_out) != spi)
		c = child_at(sa, c->next);
	return c;
}

struct ike_child *ike_child_of(const struct ike *k, moor_handle ipsec)
{
	const struct ike_world *iw = k->iw;
	uint32_t n = slab_number(ipsec);
	struct ike_child *c = n < iw->ipsec_cap ? slab_get(&iw->children, iw->by_ipsec[n]) : NULL;

	return c && c->ipsec == ipsec ? c : NULL;
}

unsigned ike_child_count(const struct ike_sa *sa)
{
	unsigned n = 0;

	for (const struct ike_child *c = child_at(sa, sa->children); c; c = child_at(sa, c->next))
		n += !c->dying;
	return n;
}

void ike_children_move(struct ike_sa *sa)
{
	for (const struct ike_child *c = child_at(sa, sa->children); c; c = child_at(sa, c->next))
		if (!c->transport && sa->path.own_port == IKE_PORT_NAT)
			ipsec_child_move(sa->k->ipsec, c->ipsec, &sa->path.own, &sa->path.peer, sa->path.peer_port);
}

void ike_child_ready(struct ike *k, struct ike_child *c)
{
	if (!c->replaces)
		return;
	c->replaces = 0;
	k->deferred--;
	ipsec_child_outbound(k->ipsec, c->ipsec, true);
}

void ike_child_remove(struct ike_sa *sa, struct ike_child *c, bool tell)
{
	struct ike *k = sa->k;
	moor_handle *at = &sa->children;

	if (c->replaces)
		k->deferred--;
	for (struct ike_child *x = child_at(sa, sa->children); x; x = child_at(sa, x->next))
		if (x->replaces == c->self)
			ike_child_ready(k, x);
	while (*at != c->self)
		at = &child_at(sa, *at)->next;
	*at = c->next;
	ipsec_child_remove(k->ipsec, c->ipsec);
	if (tell)
		ike_post(sa, POST_CHILD_GONE)->child = c->ipsec;
	slab_free(&k->iw->children, c->self);
}

/* ---- our exchange ------------------------------------------------------------------------------------------------ */

struct ike_create *ike_create_of(const struct ike *k, const struct ike_task *t)
{
	return t && t->create ? slab_get(&k->iw->creates, t->create) : NULL;
}

struct ike_create *ike_create_new(struct ike *k, uint16_t group, uint8_t *ke)
{
	uint8_t random[CRYPTO_DH_RANDOM];
	moor_handle h;
	struct ike_create *x = slab_alloc(&k->iw->creates, &h);

	x->self = h;
	x->group = group;
	rng_octets(&k->rng, x->nonce, sizeof x->nonce);
	if (group) {
		rng_octets(&k->rng, random, sizeof random);
		x->dh = crypto_dh_new(k->c->crypto, group, random, ke);
	}
	return x;
}

void ike_create_free(struct ike *k, struct ike_sa *sa, moor_handle create)
{
	struct ike_create *x = create ? slab_get(&k->iw->creates, create) : NULL;
	struct ike_sa *rival;

	if (!x)
		return;
	rival = x->rival ? slab_get(&k->iw->sas, x->rival) : NULL;
	if (rival)
		ike_sa_fail(rival, IKE_REPLACED, 0);
	ike_draft_drop(sa, &x->draft);
	crypto_dh_free(k->c->crypto, x->dh);
	slab_free(&k->iw->creates, create);
}

int ike_nonce_cmp(struct crypto_part a, struct crypto_part b)
{
	int c = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);

	return c ? c : (a.n > b.n) - (a.n < b.n);
}

/* What the peer's exchange brought while ours is under way; the lower of its nonces decides later. */
void ike_collide(struct ike_create *x, struct crypto_part ni, struct crypto_part nr)
{
	struct crypto_part low = ike_nonce_cmp(ni, nr) < 0 ? ni : nr;

	x->collided = true;
	x->lowest_len = (uint16_t)low.n;
	memcpy(x->lowest, low.p, low.n);
}

/* True: ours has the lowest of the four nonces, so it was for nothing. */
bool ike_collision_lost(const struct ike_create *x, struct crypto_part ni, struct crypto_part nr)
{
	struct crypto_part low = ike_nonce_cmp(ni, nr) < 0 ? ni : nr;

	return x->collided && ike_nonce_cmp(low, (struct crypto_part){ x->lowest, x->lowest_len }) < 0;
}

static bool fill_draft(struct ike_sa *sa, const struct ike_wish *x, struct ike_draft *d, uint32_t *rekey_spi)
{
	const struct ike_child *c = child_at(sa, x->child);
	struct ipsec_child_view v;

	*rekey_spi = 0;
	d->pfs = true;
	if (x->what == INTENT_CHILD) {
		d->sel = x->sel;
		d->transport = x->transport;
		return sa->k->ipsec;
	}
	if (!c || c->dying || c->replaced || !ipsec_child_view(sa->k->ipsec, c->ipsec, &v))
		return false;
	d->sel = v.sel;
	d->transport = c->transport;
	*rekey_spi = c->spi_in;
	return true;
}

void ike_child_start(struct ike_sa *sa, const struct ike_wish *wish)
{
	struct ike *k = sa->k;
	uint8_t ke[CRYPTO_DH_PUBLIC_MAX];
	struct ike_draft d = { 0 };
	struct ike_create *x;
	struct ike_writer *w;
	struct ike_task *t;
	uint32_t rekey_spi;

	if (!fill_draft(sa, wish, &d, &rekey_spi)) {
		if (wish->what == INTENT_CHILD)
			ike_post(sa, POST_CHILD)->why = IKE_NO_PROPOSAL;
		return;
	}
	x = ike_create_new(k, wish->group ? wish->group : k->c->esp[0].dh, ke);
	x->draft = d;
	w = ike_request_begin(sa, IKE_CREATE_CHILD_SA);
	if (rekey_spi)
		ike_w_notify_spi(w, IKE_PROTO_ESP, rekey_spi, IKE_N_REKEY_SA, NULL, 0);
	ike_draft_ask(sa, w, &x->draft);
	ike_w_nonce(w, x->nonce, sizeof x->nonce);
	if (x->group)
		ike_w_ke(w, x->group, ke, crypto_dh_public_len(x->group));
	t = ike_request_end(sa);
	t->wish = *wish;
	t->create = x->self;
}

/* ---- the answer to it -------------------------------------------------------------------------------------------- */

static void failed(struct ike_sa *sa, const struct ike_task *t, enum ike_reason why)
{
	struct ike_post *p;

	if (t->wish.what == INTENT_REKEY_CHILD) {	/* it will expire and cannot be replaced [RFC 7296 2.8] */
		ike_sa_delete(sa, IKE_PEER_ERROR);
		return;
	}
	p = ike_post(sa, POST_CHILD);
	p->why = (uint8_t)why;
}

/* [RFC 7296 1.3]: the same again with a group that we have too */
bool ike_other_group(struct ike_sa *sa, const struct ike_task *t, const struct ike_payload *n)
{
	const struct ike_create *x = ike_create_of(sa->k, t);
	const struct ike_config *c = sa->k->c;
	uint16_t group = n->notify.data.n == 2 ? load16(n->notify.data.p) : 0;
	bool ours = false;
	struct ike_wish *again;

	for (unsigned i = 0; i < c->n_esp && t->wish.what != INTENT_REKEY_IKE; i++)
		ours = ours || c->esp[i].dh == group;
	for (unsigned i = 0; i < c->n_ike && t->wish.what == INTENT_REKEY_IKE; i++)
		ours = ours || c->ike[i].dh == group;
	if (!group || !ours || group == x->group || t->wish.group)
		return false;
	again = ike_intend(sa, t->wish.what, t->wish.child);
	if (!again)
		return false;
	again->sel = t->wish.sel;
	again->transport = t->wish.transport;
	again->group = group;
	return true;
}

/*
 * [RFC 7296 2.25]: the peer has lost the child; we forget it too and ask for a new one. Or our answer that made it has
 * not arrived there: it will, when the peer asks again.
 */
static void lost_there(struct ike_sa *sa, const struct ike_task *t)
{
	struct ike_child *c = child_at(sa, t->wish.child);
	struct ipsec_child_view v;
	struct ike_wish *x;

	if (!c || ike_create_of(sa->k, t)->collided || (c->confirms && ike_put_off(sa, &t->wish)))
		return;
	if (ipsec_child_view(sa->k->ipsec, c->ipsec, &v)) {
		x = ike_intend(sa, INTENT_CHILD, 0);
		if (x) {
			x->sel = v.sel;
			x->transport = c->transport;
		}
	}
	ike_child_remove(sa, c, true);
}

static enum ike_reason reason_of(uint16_t notify)
{
	if (notify == IKE_N_NO_PROPOSAL_CHOSEN)
		return IKE_NO_PROPOSAL;
	return notify == IKE_N_TS_UNACCEPTABLE ? IKE_TS_REFUSED : IKE_PEER_ERROR;
}

static void refused(struct ike_sa *sa, const struct ike_task *t, const struct ike_payload *error)
{
	uint16_t type = error->notify.type;

	if (type == IKE_N_INVALID_KE_PAYLOAD && ike_other_group(sa, t, error))
		return;
	if (type == IKE_N_CHILD_SA_NOT_FOUND && t->wish.what == INTENT_REKEY_CHILD)
		lost_there(sa, t);
	else if (type != IKE_N_TEMPORARY_FAILURE)
		failed(sa, t, reason_of(type));
	else if (!ike_put_off(sa, &t->wish))	/* [RFC 7296 2.25] */
		ike_sa_delete(sa, IKE_PEER_ERROR);
}

/*
 * The old child goes, or, when the peer's rekeying of it wins, the new one [RFC 7296 2.8.1]. Of the peer's the user has
 * heard already: when ours wins, it takes the place of that one.
 */
static void settle(struct ike_sa *sa, const struct ike_task *t, moor_handle ipsec, bool lost)
{
	struct ike_child *made = ike_child_by_ipsec(sa, ipsec), *old = child_at(sa, t->wish.child);
	struct ike_child *goes = lost ? made : old;
	moor_handle peers = ike_create_of(sa->k, t)->peers;
	struct ike_post *p;

	if (goes) {
		goes->dying = true;
		goes->rekey_s = 0;
		ike_intend(sa, INTENT_DELETE_CHILD, goes->self);
	}
	if (lost) {
		ipsec_child_outbound(sa->k->ipsec, ipsec, false);
		return;
	}
	p = ike_post(sa, POST_CHILD);
	p->child = ipsec;
	p->old = peers ? peers : old ? old->ipsec : 0;
}

/* False: the answer is not one to our question. */
static bool granted(struct ike_sa *sa, const struct ike_msg *msg, struct ike_task *t, struct ike_create *x)
{
	const struct ike_payload *nonce = ike_find(msg, IKE_P_NONCE), *ke = ike_find(msg, IKE_P_KE);
	struct crypto_part ni = { x->nonce, sizeof x->nonce }, nr, secret = { NULL, 0 };
	uint8_t octets[CRYPTO_DH_SECRET_MAX];
	uint16_t notify;
	moor_handle child;

	if (!ike_draft_granted(sa, msg, &x->draft, &notify) || !nonce || nonce->data.n < 16
	    || nonce->data.n > IKE_NONCE_MAX)
		return false;
	if (x->draft.group) {
		if (!ke || ke->ke.group != x->draft.group || x->group != x->draft.group
		    || crypto_dh_derive(ike_crypto(sa), x->dh, ke->ke.data.p, ke->ke.data.n, octets) != CRYPTO_DH_OK)
			return false;
		secret = (struct crypto_part){ octets, crypto_dh_secret_len(x->group) };
	}
	nr = (struct crypto_part){ nonce->data.p, nonce->data.n };
	child = ike_draft_install(sa, &x->draft, true, ni, nr, secret);
	settle(sa, t, child, ike_collision_lost(x, ni, nr));
	return true;
}

void ike_child_response(struct ike_sa *sa, const struct ike_msg *msg)
{
	struct ike_task *t = sa->k->iw->answered;
	struct ike_create *x = ike_create_of(sa->k, t);
	const struct ike_payload *error = ike_find_error(msg);

	if (t->wish.what == INTENT_REKEY_IKE)
		ike_rekey_response(sa, msg, t);
	else if (sa->machine.state != IKE_SA_ESTABLISHED)
		return;					/* it is being deleted with all that it has */
	else if (error && !ike_find(msg, IKE_P_SA))
		refused(sa, t, error);
	else if (!granted(sa, msg, t, x))		/* [RFC 6989 2.5] and answers to what was not asked */
		ike_sa_delete(sa, IKE_PEER_ERROR);
}

/* ---- the peer's exchange ----------------------------------------------------------------------------------------- */

/* A request of the peer that is being judged. */
struct ask {
	const struct ike_payload *nonce, *ke;
	struct ike_child *old;		/* rekeying; NULL: a new child */
	struct ike_draft d;
	uint8_t public_value[CRYPTO_DH_PUBLIC_MAX], octets[CRYPTO_DH_SECRET_MAX];
	struct crypto_part secret;
};

static void answer_spi(struct ike_sa *sa, const struct ike_payload *n)
{
	struct ike_writer *w = ike_response_begin(sa);

	ike_w_notify_spi(w, n->notify.protocol, load32(n->notify.spi.p), IKE_N_CHILD_SA_NOT_FOUND, NULL, 0);
	ike_response_end(sa);
}

static void answer_group(struct ike_sa *sa, uint16_t group)
{
	uint8_t octets[2];

	store16(octets, group);
	ike_response_notify(sa, IKE_N_INVALID_KE_PAYLOAD, octets, sizeof octets);
}

/* [RFC 7296 2.21.3] */
static void answer_syntax(struct ike_sa *sa)
{
	ike_response_notify(sa, IKE_N_INVALID_SYNTAX, NULL, 0);
	ike_sa_fail(sa, IKE_SYNTAX, IKE_N_INVALID_SYNTAX);
}

/*
 * The other half of a Diffie-Hellman exchange: our public value and the secret. False: answered, the SA is done for
 * [RFC 6989 2.5].
 */
bool ike_answer_dh(struct ike_sa *sa, const struct ike_payload *ke, uint16_t group, uint8_t *public_value,
		   uint8_t *octets, struct crypto_part *secret)
{
	struct ike *k = sa->k;
	uint8_t random[CRYPTO_DH_RANDOM];
	enum crypto_dh_result result;
	struct crypto_dh *dh;

	rng_octets(&k->rng, random, sizeof random);
	dh = crypto_dh_new(k->c->crypto, group, random, public_value);
	result = crypto_dh_derive(k->c->crypto, dh, ke->ke.data.p, ke->ke.data.n, octets);
	crypto_dh_free(k->c->crypto, dh);
	*secret = (struct crypto_part){ octets, crypto_dh_secret_len(group) };
	if (result == CRYPTO_DH_OK)
		return true;
	answer_syntax(sa);
	return false;
}

/* Which child is to be rekeyed, by the SPI that the peer receives on. False: answered. */
static bool find_old(struct ike_sa *sa, const struct ike_msg *msg, struct ask *q)
{
	const struct ike_payload *n = ike_find_notify(msg, IKE_N_REKEY_SA);

	q->old = NULL;
	if (!n)
		return true;
	if (n->notify.spi.n != 4) {
		answer_syntax(sa);
		return false;
	}
	q->old = ike_child_by_spi(sa, load32(n->notify.spi.p), false);
	if (!q->old) {				/* [RFC 7296 2.25.1] */
		answer_spi(sa, n);
		return false;
	}
	if (q->old->dying) {
		ike_response_notify(sa, IKE_N_TEMPORARY_FAILURE, NULL, 0);
		return false;
	}
	return true;
}

/* A rekeyed child keeps the selectors of the old one [RFC 7296 2.8]; a new one is the user's to allow. */
static bool may_have(struct ike_sa *sa, struct ask *q)
{
	const struct ike *k = sa->k;
	struct ipsec_child_view v;

	if (q->old) {
		if (!ipsec_child_view(k->ipsec, q->old->ipsec, &v) || !ike_selector_within(&v.sel, &q->d.sel)
		    || q->d.transport != q->old->transport)
			return false;
		q->d.sel = v.sel;
		return true;
	}
	return k->user->child_wanted && k->user->child_wanted(k->owner, sa, &q->d.sel, q->d.transport);
}

/* False: answered. */
static bool judge(struct ike_sa *sa, const struct ike_msg *msg, struct ask *q)
{
	uint16_t notify;

	q->nonce = ike_find(msg, IKE_P_NONCE);
	q->ke = ike_find(msg, IKE_P_KE);
	q->secret = (struct crypto_part){ NULL, 0 };
	if (!q->nonce || q->nonce->data.n < 16 || q->nonce->data.n > IKE_NONCE_MAX) {
		answer_syntax(sa);
		return false;
	}
	if (!find_old(sa, msg, q))
		return false;
	if (!ike_draft_asked(sa, msg, true, &q->d, &notify)) {
		if (notify)
			ike_response_notify(sa, notify, NULL, 0);
		else
			answer_syntax(sa);
		return false;
	}
	if (ike_child_count(sa) >= (q->old ? 2 * IKE_CHILDREN_MAX : IKE_CHILDREN_MAX)) {
		ike_response_notify(sa, IKE_N_NO_ADDITIONAL_SAS, NULL, 0);
		return false;
	}
	if (q->d.group && (!q->ke || q->ke->ke.group != q->d.group)) {
		answer_group(sa, q->d.group);
		return false;
	}
	if (!may_have(sa, q)) {
		ike_response_notify(sa, IKE_N_TS_UNACCEPTABLE, NULL, 0);
		return false;
	}
	return !q->d.group || ike_answer_dh(sa, q->ke, q->d.group, q->public_value, q->octets, &q->secret);
}

static void answer(struct ike_sa *sa, struct ask *q)
{
	struct ike *k = sa->k;
	struct ike_writer *w = ike_response_begin(sa);
	uint8_t nonce[IKE_NONCE_LEN];
	struct crypto_part ni = { q->nonce->data.p, q->nonce->data.n }, nr = { nonce, sizeof nonce };
	struct ike_task *t = ike_task_of(sa);
	struct ike_child *made;
	struct ike_post *p;
	moor_handle ipsec;

	rng_octets(&k->rng, nonce, sizeof nonce);
	ike_draft_grant(sa, w, &q->d);
	ike_w_nonce(w, nonce, sizeof nonce);
	if (q->d.group)
		ike_w_ke(w, q->d.group, q->public_value, crypto_dh_public_len(q->d.group));
	ike_response_end(sa);
	ipsec = ike_draft_install(sa, &q->d, false, ni, nr, q->secret);
	if (q->old) {
		made = ike_child_by_ipsec(sa, ipsec);
		made->replaces = q->old->self;
		q->old->replaced = true;
		q->old->rekey_s = 0;
		k->deferred++;
		ipsec_child_outbound(k->ipsec, ipsec, false);
		if (t && t->wish.what == INTENT_REKEY_CHILD && t->wish.child == q->old->self) {
			ike_collide(ike_create_of(k, t), ni, nr);
			ike_create_of(k, t)->peers = ipsec;
		}
	}
	p = ike_post(sa, POST_CHILD);
	p->child = ipsec;
	p->old = q->old ? q->old->ipsec : 0;
}

void ike_child_request(struct ike_sa *sa, const struct ike_msg *msg)
{
	const struct ike_payload *props = ike_find(msg, IKE_P_SA);
	const struct ike_task *t = ike_task_of(sa);
	struct ask q;

	if (!props || !props->sa.n)
		answer_syntax(sa);
	else if (props->sa.p[0].protocol == IKE_PROTO_IKE)
		ike_rekey_request(sa, msg, props);
	else if (sa->machine.state != IKE_SA_ESTABLISHED || (t && t->wish.what == INTENT_REKEY_IKE))
		ike_response_notify(sa, IKE_N_TEMPORARY_FAILURE, NULL, 0);	/* [RFC 7296 2.25.2] */
	else if (judge(sa, msg, &q))
		answer(sa, &q);
}
