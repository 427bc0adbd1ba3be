/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: INFORMATIONAL: deleting SAs, liveness, and the empty message by which a peer learns where we are now
 *
 * [RFC 7296 1.4, 1.4.1, 2.4, 2.21, 2.25, RFC 4478, RFC 5685 5]. DELETE of the IKE SA names protocol 1 and no SPI
 * [R24303-5.4.2.2-03] [R24303-5.4.2.2-04]; of a child the SPI on which the sender receives; the answer names the other
 * one of the pair, unless both delete it at once. [R24303-5.1.3.1-25]
 */
#include "proto/ike_priv.h"

#include <string.h>

/* ---- ours -------------------------------------------------------------------------------------------------------- */

void ike_info_start(struct ike_sa *sa, const struct ike_wish *wish)
{
	struct ike_child *c = wish->child ? slab_get(&sa->k->iw->children, wish->child) : NULL;
	struct ike_writer *w;
	uint8_t seconds[4];

	if (wish->what == INTENT_DELETE_CHILD && !c)	/* the peer was faster */
		return;
	w = ike_request_begin(sa, IKE_INFORMATIONAL);
	if (wish->what == INTENT_DELETE_IKE) {
		ike_w_delete_ike(w);
	} else if (wish->what == INTENT_DELETE_CHILD) {
		ike_w_delete(w, IKE_PROTO_ESP, &c->spi_in, 1);
		c->dying = true;
	} else if (wish->what == INTENT_LIFETIME) {
		store32(seconds, wish->seconds);
		ike_w_notify(w, IKE_N_AUTH_LIFETIME, seconds, sizeof seconds);
	} else if (wish->what == INTENT_REDIRECT) {
		ike_write_redirect(w, &wish->sel.remote);
	}
	ike_request_end(sa)->wish = *wish;
}

void ike_info_response(struct ike_sa *sa, const struct ike_msg *msg)
{
	const struct ike_task *t = sa->k->iw->answered;
	struct ike_child *c = t->wish.child ? slab_get(&sa->k->iw->children, t->wish.child) : NULL;

	(void)msg;
	if (t->wish.what == INTENT_DELETE_IKE)
		ike_sa_fail(sa, sa->why, 0);
	else if (t->wish.what == INTENT_DELETE_CHILD && c)
		ike_child_remove(sa, c, true);
}

/* ---- the peer's -------------------------------------------------------------------------------------------------- */

bool ike_deletes_ike(const struct ike_msg *msg)
{
	const struct ike_payload *d = ike_find(msg, IKE_P_DELETE);

	for (; d; d = ike_next(msg, d))
		if (d->del.protocol == IKE_PROTO_IKE)
			return true;
	return false;
}

static bool is_ours_in_flight(const struct ike_sa *sa, const struct ike_child *c)
{
	const struct ike_task *t = ike_task_of(sa);

	return t && t->wish.what == INTENT_DELETE_CHILD && t->wish.child == c->self;
}

/* [RFC 7296 1.4.1, 2.25.1] Removes them; spi: those that the answer names. Returns how many. */
static unsigned delete_children(struct ike_sa *sa, const struct ike_payload *d, uint32_t *spi, unsigned room)
{
	unsigned n = 0;

	for (unsigned i = 0; i < d->del.n && d->del.spi_len == 4; i++) {
		struct ike_child *c = ike_child_by_spi(sa, load32(d->del.spi + 4 * i), false);

		if (!c)
			continue;
		if (!is_ours_in_flight(sa, c) && n < room)
			spi[n++] = c->spi_in;
		ike_child_remove(sa, c, true);
	}
	return n;
}

static void answer_children(struct ike_sa *sa, const struct ike_msg *msg)
{
	const struct ike_payload *d = ike_find(msg, IKE_P_DELETE);
	uint32_t spi[2 * IKE_CHILDREN_MAX];
	struct ike_writer *w;
	unsigned n = 0;

	for (; d; d = ike_next(msg, d))
		if (d->del.protocol == IKE_PROTO_ESP)
			n += delete_children(sa, d, spi + n, 2 * IKE_CHILDREN_MAX - n);
	w = ike_response_begin(sa);
	if (n)
		ike_w_delete(w, IKE_PROTO_ESP, spi, n);
	ike_response_end(sa);
}

static void answer_nothing(struct ike_sa *sa)
{
	ike_response_begin(sa);
	ike_response_end(sa);
}

static void read_lifetime(struct ike_sa *sa, const struct ike_msg *msg)
{
	const struct ike_payload *p = ike_find_notify(msg, IKE_N_AUTH_LIFETIME);

	/* it may overtake the last answer of IKE_AUTH, and is not repeated once it was answered */
	if (p && p->notify.data.n == 4 &&
	    (sa->machine.state == IKE_SA_ESTABLISHED || sa->machine.state == IKE_SA_AUTH_SENT))
		ike_post(sa, POST_LIFETIME)->n = load32(p->notify.data.p);
}

/* [RFC 5685 5] by an address alone, and without nonce: what is under the SA's protection needs none */
static void read_redirect(struct ike_sa *sa, const struct ike_msg *msg)
{
	const struct ike_payload *p = ike_find_notify(msg, IKE_N_REDIRECT);
	struct ike_redirect d;
	struct ip4_addr a4;
	struct ip6_addr to;

	if (!p || !sa->k->c->redirect || sa->machine.state != IKE_SA_ESTABLISHED)
		return;
	if (!ike_redirect_decode(&p->notify.data, &d) || d.nonce.n || d.gw_type == IKE_GW_FQDN) {
		ike_discard(sa->k, "ike-redirect", "RFC 5685 5");
		return;
	}
	if (d.gw_type == IKE_GW_IP4) {
		memcpy(a4.o, d.gw.p, sizeof a4.o);
		to = ip6_mapped(a4);
	} else {
		memcpy(to.o, d.gw.p, sizeof to.o);
	}
	ike_post(sa, POST_SENT_AWAY)->to = to;
}

void ike_info_request(struct ike_sa *sa, const struct ike_msg *msg)
{
	const struct ike_payload *error = ike_find_error(msg);
	bool deleting = sa->machine.state == IKE_SA_DELETING;

	if (ike_deletes_ike(msg)) {
		answer_nothing(sa);
		if (!ike_rekey_deleted(sa))
			ike_sa_fail(sa, deleting ? sa->why : IKE_DELETED_BY_PEER, 0);
	} else if (error && error->notify.type == IKE_N_AUTHENTICATION_FAILED) {
		/* the initiator does not take our last IKE_AUTH for good [RFC 7296 2.21.2] */
		answer_nothing(sa);
		ike_sa_fail(sa, IKE_AUTH_FAILED, IKE_N_AUTHENTICATION_FAILED);
	} else {
		answer_children(sa, msg);
		read_lifetime(sa, msg);
		read_redirect(sa, msg);
	}
}
