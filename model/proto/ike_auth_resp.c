/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: IKE_AUTH of the responder
 *
 * With EAP it relays: who the initiator says it is, and every EAP packet, go to the user (s2c_ha.c, which asks the AAA
 * server), and the user's answers go back. Its own proof, IDr, CERT and AUTH, goes with the first answer, whatever
 * that is - EAP or REDIRECT [RFC 7296 2.16, RFC 5685 6]. What the first request asked for (configuration, child SA,
 * PDN Identifier) is kept until the initiator is authenticated and then put before the user.
 *
 * An initiator that brings AUTH at once is judged by what the user's peer authorization database says of it
 * (ike_auth_plain.c) and answered at once.
 *
 * IDr is the initiator's own [R24303-5.1.3.1-06]; one that sends none is answered with the address it came to.
 *
 * When the last exchange cannot give a prefix or a child SA the IKE SA stands nevertheless and the initiator is told
 * why beside AUTH [RFC 7296 2.21.2]; a user that is not admitted is told AUTHENTICATION_FAILED and has no SA.
 */
#include "proto/ike_auth_priv.h"

#include <assert.h>
#include <string.h>

/* ---- what the first request asks for ----------------------------------------------------------------------------- */

/* Attributes with their values; what does not fit is not granted. */
static void keep_cp(struct ike_auth_run *r, const struct ike_payload *cp)
{
	size_t used = 0;

	if (!cp || cp->cp.type != IKE_CFG_REQUEST)
		return;
	for (unsigned i = 0; i < cp->cp.n && r->n_cp < IKE_REQUEST_CP; i++) {
		struct ike_cp_attr a = cp->cp.attr[i];

		if (a.len > sizeof r->room - used)
			continue;
		if (a.len)
			memcpy(r->room + used, a.value, a.len);
		a.value = r->room + used;
		used += a.len;
		r->cp[r->n_cp++] = a;
	}
}

static void keep_pdn_id(const struct ike_sa *sa, struct ike_auth_run *r, const struct ike_msg *msg)
{
	const struct ike_payload *p = ike_find_notify(msg, auth_pdn_notify(sa));

	if (!p || !p->notify.data.n || p->notify.data.n > sizeof r->pdn_id)
		return;
	r->pdn_id_len = (uint8_t)p->notify.data.n;
	memcpy(r->pdn_id, p->notify.data.p, p->notify.data.n);
}

static void own_id(const struct ike_sa *sa, struct ike_id *out)
{
	struct ip4_addr a4;

	if (!ip6_is_mapped(&sa->path.own)) {
		*out = (struct ike_id){ .type = IKE_ID_IP6, .len = 16 };
		memcpy(out->data, sa->path.own.o, 16);
		return;
	}
	a4 = ip6_mapped_ip4(&sa->path.own);
	*out = (struct ike_id){ .type = IKE_ID_IP4, .len = 4 };
	memcpy(out->data, a4.o, 4);
}

static void refuse(struct ike_sa *sa, uint16_t notify, enum ike_reason why)
{
	ike_response_notify(sa, notify, NULL, 0);
	ike_sa_fail(sa, why, notify);
}

static void identified(struct ike_sa *sa, struct ike_auth_run *r)
{
	struct ike_post *p = ike_post(sa, POST_IDENTIFIED);

	p->idi = &r->idi;
	p->idr = &r->idr;
	r->step = AUTH_EAP;
}

static void authorise(struct ike_auth *a);

static void first_request(struct ike_auth *a, const struct ike_msg *msg)
{
	struct ike_auth_run *r = auth_run(a);
	const struct ike_payload *idi = ike_find(msg, IKE_P_IDI), *idr = ike_find(msg, IKE_P_IDR);
	const struct ike_payload *auth = ike_find(msg, IKE_P_AUTH);
	enum ike_reason why = IKE_OK;

	if (!idi || !auth_read_id(idi, &r->idi) || (idr && !auth_read_id(idr, &r->idr))) {
		refuse(a->sa, IKE_N_INVALID_SYNTAX, IKE_SYNTAX);
		return;
	}
	if (!idr)
		own_id(a->sa, &r->idr);
	if (auth)
		why = auth_plain_request(a, msg, auth);
	else if (!auth_can_sign(a) || !a->sa->k->user->identified)	/* [R24303-5.1.2.2-15] */
		why = IKE_AUTH_FAILED;
	if (why != IKE_OK) {
		refuse(a->sa, IKE_N_AUTHENTICATION_FAILED, why);
		return;
	}
	keep_cp(r, ike_find(msg, IKE_P_CP));
	keep_pdn_id(a->sa, r, msg);
	r->initial_contact = ike_find_notify(msg, IKE_N_INITIAL_CONTACT) != NULL;
	r->multiple = a->sa->multiple_auth && ike_find_notify(msg, IKE_N_MULTIPLE_AUTH_SUPPORTED);
	r->has_child = ike_draft_asked(a->sa, msg, false, &r->draft, &r->no_child);
	if (auth)
		authorise(a);
	else
		identified(a->sa, r);
}

/* ---- the user's answers ------------------------------------------------------------------------------------------ */

/* Is an answer of IKE_AUTH due? */
static struct ike_auth *due(struct ike_sa *sa)
{
	struct ike_auth *a = ike_auth_of(sa);

	return a && a->run && !sa->initiator && sa->answering == IKE_AUTH ? a : NULL;
}

/* In the first answer our own proof. */
static struct ike_writer *begin(struct ike_auth *a)
{
	struct ike_auth_run *r = auth_run(a);
	struct ike_writer *w = ike_response_begin(a->sa);

	if (r->signed_off)
		return w;
	auth_write_id(w, IKE_P_IDR, &r->idr);
	auth_write_signature(a, w, false);
	r->signed_off = true;
	return w;
}

void ike_eap_send(struct ike_sa *sa, const uint8_t *packet, size_t n)
{
	struct ike *k = sa->k;
	struct ike_auth *a = due(sa);
	struct ike_writer *w;

	if (!a)
		return;
	ike_enter(k);
	w = begin(a);
	ike_w_eap(w, packet, n);
	ike_response_end(sa);
	ike_leave(k);
}

static void eap_done(struct ike_auth *a, const uint8_t *packet, size_t n, const uint8_t *msk)
{
	struct ike_auth_run *r = auth_run(a);
	struct ike_sa *sa = a->sa;
	bool good = n && packet[0] == EAP_SUCCESS;
	struct ike_writer *w = begin(a);

	ike_w_eap(w, packet, n);
	if (!good)
		ike_w_notify(w, IKE_N_AUTHENTICATION_FAILED, NULL, 0);
	r->has_msk = msk != NULL;
	if (msk)
		memcpy(r->msk, msk, sizeof r->msk);
	r->step = AUTH_PROOF;
	ike_response_end(sa);
	if (!good)
		ike_sa_fail(sa, IKE_EAP_FAILED, IKE_N_AUTHENTICATION_FAILED);
}

void ike_eap_done(struct ike_sa *sa, const uint8_t *packet, size_t n, const uint8_t *msk)
{
	struct ike *k = sa->k;
	struct ike_auth *a = due(sa);

	if (!a)
		return;
	ike_enter(k);
	eap_done(a, packet, n, msk);
	ike_leave(k);
}

void ike_another_auth(struct ike_sa *sa)
{
	struct ike_auth *a = due(sa);

	if (a)
		auth_run(a)->demanded = true;
}

void ike_refuse(struct ike_sa *sa, uint16_t notify)
{
	struct ike *k = sa->k;

	if (!due(sa))
		return;
	ike_enter(k);
	refuse(sa, notify, notify == IKE_N_AUTHENTICATION_FAILED ? IKE_AUTH_FAILED : IKE_PEER_ERROR);
	ike_leave(k);
}

/* ---- REDIRECT [R24303-5.1.3.1-22] [R24303-5.1.3.1-23] ------------------------------------------------------------ */

void ike_write_redirect(struct ike_writer *w, const struct ip6_addr *to)
{
	struct ike_redirect d = { .gw_type = IKE_GW_IP6, .gw = { to->o, 16 } };
	struct ip4_addr a4;
	uint8_t octets[32];
	size_t n;

	if (ip6_is_mapped(to)) {
		a4 = ip6_mapped_ip4(to);
		d.gw_type = IKE_GW_IP4;
		d.gw = (struct ike_octets){ a4.o, 4 };
	}
	n = ike_redirect_encode(&d, octets, sizeof octets);
	assert(n);
	ike_w_notify(w, IKE_N_REDIRECT, octets, n);
}

void ike_redirect(struct ike_sa *sa, const struct ip6_addr *to)
{
	struct ike *k = sa->k;
	struct ike_auth *a = due(sa);
	struct ike_writer *w;

	if (!a || !sa->redirect_supported)	/* [RFC 5685 3] only who said so is redirected */
		return;
	ike_enter(k);
	w = begin(a);
	ike_write_redirect(w, to);
	ike_response_end(sa);
	ike_sa_fail(sa, IKE_REDIRECTED, IKE_N_REDIRECT);
	ike_leave(k);
}

/* ---- the last exchange ------------------------------------------------------------------------------------------- */

/* What the user grants of the child, in place. */
static void narrow(struct ike_auth_run *r, const struct ike_reply *reply)
{
	if (!r->has_child)
		return;
	if (reply->child)
		r->draft.sel = reply->sel;
	else if (!r->no_child)
		r->no_child = IKE_N_TS_UNACCEPTABLE;
	r->has_child = reply->child;
}

/* Without EAP all of it, once; with EAP the second half, made with its key. */
static void prove(const struct ike_auth *a, struct ike_writer *w)
{
	if (auth_run(a)->pad.proof == IKE_PROOF_EAP) {
		auth_write_shared(a, w, false);
		return;
	}
	auth_write_id(w, IKE_P_IDR, &auth_run(a)->idr);
	auth_write_plain(a, w, false);
}

static void grant(struct ike_auth *a, const struct ike_reply *reply)
{
	struct ike_auth_run *r = auth_run(a);
	struct ike_result result = { .ifom = a->sa->ifom, .peer = &r->idi };
	struct ike_writer *w = ike_response_begin(a->sa);
	struct ike_sa *sa = a->sa;
	bool child;

	narrow(r, reply);
	child = r->has_child && !reply->redirect;
	prove(a, w);
	if (reply->redirect) {		/* no prefix and no child with it [R24303-5.1.3.1-24] */
		ike_write_redirect(w, reply->redirect);
	} else {
		if (reply->n_cp)
			ike_w_cp(w, IKE_CFG_REPLY, reply->cp, reply->n_cp);
		if (child)
			ike_draft_grant(sa, w, &r->draft);
		else if (r->no_child)
			ike_w_notify(w, r->no_child, NULL, 0);
	}
	ike_response_end(sa);
	if (child)
		result.child = ike_draft_install(sa, &r->draft, false, a->ni, a->nr, (struct crypto_part){ NULL, 0 });
	ike_established(sa, &result);
}

/* The IKE SA stands all the same: it is about the prefix [RFC 7296 2.21.2]. */
static bool about_address(uint16_t notify)
{
	return notify == IKE_N_INTERNAL_ADDRESS_FAILURE || notify == IKE_N_FAILED_CP_REQUIRED;
}

static void without_address(struct ike_auth *a, uint16_t notify)
{
	struct ike_result result = { .ifom = a->sa->ifom, .peer = &auth_run(a)->idi };
	struct ike_writer *w = ike_response_begin(a->sa);

	prove(a, w);
	ike_w_notify(w, notify, NULL, 0);
	ike_response_end(a->sa);
	ike_established(a->sa, &result);
}

static void authorise(struct ike_auth *a)
{
	struct ike_auth_run *r = auth_run(a);
	const struct ike *k = a->sa->k;
	struct ike_request q = {
		.cp = r->cp, .n_cp = r->n_cp, .pdn_id = r->pdn_id_len ? r->pdn_id : NULL, .pdn_id_len = r->pdn_id_len,
		.initial_contact = r->initial_contact, .child = r->has_child, .sel = r->draft.sel,
		.transport = r->draft.transport, .idi = &r->idi,
	};
	struct ike_reply reply = { .sel = r->draft.sel };
	uint16_t notify = IKE_N_AUTHENTICATION_FAILED;

	if (k->user->authorise(k->owner, a->sa, &q, &reply, &notify))
		grant(a, &reply);
	else if (about_address(notify))
		without_address(a, notify);
	else
		refuse(a->sa, notify, IKE_AUTH_FAILED);
}

static void proof(struct ike_auth *a, const struct ike_msg *msg)
{
	struct ike_auth_run *r = auth_run(a);
	const struct ike_payload *auth = ike_find(msg, IKE_P_AUTH);
	bool another = ike_find_notify(msg, IKE_N_ANOTHER_AUTH_FOLLOWS) && r->multiple && !r->second;
	struct ike_writer *w;

	if (!auth) {
		refuse(a->sa, IKE_N_INVALID_SYNTAX, IKE_SYNTAX);
		return;
	}
	/* [R24303-5.1.3.1-03]: who must be authenticated twice has to announce it */
	if (!auth_check_shared(a, auth, true) || (r->demanded && !r->second && !another)) {
		refuse(a->sa, IKE_N_AUTHENTICATION_FAILED, IKE_AUTH_FAILED);
		return;
	}
	if (!another) {
		authorise(a);
		return;
	}
	w = ike_response_begin(a->sa);
	auth_write_shared(a, w, false);
	r->step = AUTH_SECOND;
	ike_response_end(a->sa);
}

static void second_request(struct ike_auth *a, const struct ike_msg *msg)
{
	struct ike_auth_run *r = auth_run(a);
	const struct ike_payload *idi = ike_find(msg, IKE_P_IDI);

	if (!idi || ike_find(msg, IKE_P_AUTH) || !auth_read_id(idi, &r->idi)) {
		refuse(a->sa, IKE_N_AUTHENTICATION_FAILED, IKE_AUTH_FAILED);
		return;
	}
	r->second = true;
	r->has_msk = false;
	identified(a->sa, r);
}

static void eap_in(struct ike_auth *a, const struct ike_msg *msg)
{
	const struct ike_payload *eap = ike_find(msg, IKE_P_EAP);
	struct ike_post *p;

	if (!eap) {
		refuse(a->sa, IKE_N_INVALID_SYNTAX, IKE_SYNTAX);
		return;
	}
	p = ike_post(a->sa, POST_EAP);
	p->octets = eap->data.p;
	p->n = eap->data.n;
}

void ike_auth_request(struct ike_sa *sa, const struct ike_msg *msg)
{
	struct ike_auth *a = ike_auth_of(sa);

	if (!a || !a->run || sa->initiator) {
		ike_response_notify(sa, IKE_N_INVALID_SYNTAX, NULL, 0);
		return;
	}
	switch ((enum ike_auth_step)auth_run(a)->step) {
	case AUTH_FIRST:
		first_request(a, msg);
		break;
	case AUTH_EAP:
		eap_in(a, msg);
		break;
	case AUTH_PROOF:
		proof(a, msg);
		break;
	case AUTH_SECOND:
		second_request(a, msg);
		break;
	}
}
