/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: IKE_AUTH of the initiator
 *
 * The first request has no AUTH when the initiator wants EAP [RFC 7296 2.16]. Nothing is answered to EAP before the
 * responder's certificate and signature were found good. REDIRECT is believed in the first and in the last response
 * alone, behind a good AUTH [RFC 5685 6].
 *
 * What the first exchange carries for a child SA. The signalling between mobile node and home agent is protected for
 * the home address [RFC 4877 7.3], which is formed of the prefix that the last response brings [RFC 5026 5.3.2], so
 * the SA that counts is always made by CREATE_CHILD_SA afterwards [R24303-5.1.2.2-25]. A child SA in IKE_AUTH could
 * only be for addresses nobody has yet. When the responder says CHILDLESS_IKEV2_SUPPORTED (and our settings agree)
 * the exchange goes without [RFC 6023]; with other responders, which may insist on SA, TSi and TSr [RFC 7296 1.2],
 * the user's widest selector is offered: the responder narrows it to the prefix it gives out, or refuses it, which
 * hurts nobody.
 *
 * [R24303-5.1.2.2-08] [R24303-5.1.2.2-15] [R24303-5.1.2.2-20]
 */
#include "proto/ike_auth_priv.h"

#include <assert.h>
#include <string.h>

/* ---- requests ---------------------------------------------------------------------------------------------------- */

static bool wants_child(const struct ike_sa *sa)
{
	return !(sa->childless && sa->k->c->childless);
}

/* [R24303-5.1.2.2-03]: said by the responder in IKE_SA_INIT, by us here [RFC 4739 3.1] */
static bool two_rounds(const struct ike_auth *a)
{
	return a->sa->multiple_auth && a->sa->k->c->multiple_auth;
}

void auth_initiate(struct ike_auth *a)
{
	struct ike_sa *sa = a->sa;
	struct ike_auth_run *r = auth_run(a);
	struct ike_writer *w = ike_request_begin(sa, IKE_AUTH);

	assert(a->c.pad.proof == IKE_PROOF_EAP ? a->c.eap != NULL : a->c.idr.len > 0);
	r->idi = a->c.idi;
	r->pad = a->c.pad;
	r->multiple = two_rounds(a);
	auth_write_id(w, IKE_P_IDI, &r->idi);
	if (a->c.initial_contact)
		ike_w_notify(w, IKE_N_INITIAL_CONTACT, NULL, 0);
	if (r->pad.proof != IKE_PROOF_KEY)
		auth_write_certreq(sa, w);
	if (a->c.idr.len)
		auth_write_id(w, IKE_P_IDR, &a->c.idr);
	if (r->pad.proof != IKE_PROOF_EAP)
		auth_write_plain(a, w, true);
	if (a->c.n_cp)
		ike_w_cp(w, IKE_CFG_REQUEST, a->c.cp, a->c.n_cp);
	if (wants_child(sa)) {
		r->draft.sel = a->c.child;
		r->draft.transport = a->c.child.proto == 135;
		ike_draft_ask(sa, w, &r->draft);
	}
	if (r->multiple)
		ike_w_notify(w, IKE_N_MULTIPLE_AUTH_SUPPORTED, NULL, 0);
	if (a->c.pdn_id)			/* [R24303-5.1.2.2-27] [R24303-5.1.2.2-28] */
		ike_w_notify(w, auth_pdn_notify(sa), a->c.pdn_id, a->c.pdn_id_len);
	ike_request_end(sa);
}

static void send_eap(struct ike_sa *sa, const struct eap_out *out)
{
	struct ike_writer *w = ike_request_begin(sa, IKE_AUTH);

	ike_w_eap(w, out->octets, out->len);
	ike_request_end(sa);
}

/* AUTH, made with what EAP brought; a second authentication is announced with the first one's [RFC 4739 2.1]. */
static void send_proof(struct ike_auth *a)
{
	struct ike_auth_run *r = auth_run(a);
	struct ike_writer *w = ike_request_begin(a->sa, IKE_AUTH);

	auth_write_shared(a, w, true);
	if (r->multiple && a->c.eap2 && !r->second)
		ike_w_notify(w, IKE_N_ANOTHER_AUTH_FOLLOWS, NULL, 0);
	r->step = AUTH_PROOF;
	ike_request_end(a->sa);
}

static void send_second(struct ike_auth *a)
{
	struct ike_auth_run *r = auth_run(a);
	struct ike_writer *w = ike_request_begin(a->sa, IKE_AUTH);

	r->second = true;
	r->has_msk = false;
	r->idi = a->c.idi2;
	auth_write_id(w, IKE_P_IDI, &r->idi);
	r->step = AUTH_SECOND;
	ike_request_end(a->sa);
}

/* ---- responses --------------------------------------------------------------------------------------------------- */

/* A name is kept with an ending zero; anything but letters, digits, hyphens and dots is nobody's name. */
static bool name_of(struct ike_auth_run *r, const struct ike_octets *gw)
{
	if (!gw->n || gw->n > IKE_REDIRECT_NAME_MAX)
		return false;
	for (unsigned i = 0; i < gw->n; i++)
		if (gw->p[i] <= ' ' || gw->p[i] > '~')
			return false;
	memcpy(r->name, gw->p, gw->n);
	r->name[gw->n] = 0;
	return true;
}

static bool redirect_target(struct ike_auth_run *r, const struct ike_payload *notify, struct ike_post *to)
{
	struct ike_redirect d;
	struct ip4_addr a4;

	if (!ike_redirect_decode(&notify->notify.data, &d))
		return false;
	switch (d.gw_type) {
	case IKE_GW_IP4:
		memcpy(a4.o, d.gw.p, sizeof a4.o);
		to->to = ip6_mapped(a4);
		return true;
	case IKE_GW_IP6:
		memcpy(to->to.o, d.gw.p, sizeof to->to.o);
		return true;
	case IKE_GW_FQDN:
		if (!name_of(r, &d.gw))
			return false;
		to->octets = (const uint8_t *)r->name;
		to->n = strlen(r->name);
		return true;
	}
	return false;
}

/* True: the responder sends us away. The SA with it goes, by DELETE when it stands [R24303-5.1.2.2-19]. */
static bool redirected(struct ike_auth *a, const struct ike_msg *msg)
{
	const struct ike_payload *notify = ike_find_notify(msg, IKE_N_REDIRECT);
	struct ike_auth_run *r = auth_run(a);
	struct ike_post seen = { .kind = POST_REDIRECT }, *post;

	if (!notify || !a->sa->k->c->redirect)
		return false;
	if (!redirect_target(r, notify, &seen)) {
		ike_sa_fail(a->sa, IKE_SYNTAX, IKE_N_REDIRECT);
		return true;
	}
	post = ike_post(a->sa, POST_REDIRECT);
	post->to = seen.to;
	post->octets = seen.octets;
	post->n = seen.n;
	return true;
}

static enum ike_reason reason_of(uint16_t notify)
{
	switch (notify) {
	case IKE_N_NO_PROPOSAL_CHOSEN:
		return IKE_NO_PROPOSAL;
	case IKE_N_AUTHENTICATION_FAILED:
		return IKE_AUTH_FAILED;
	case IKE_N_INTERNAL_ADDRESS_FAILURE:
	case IKE_N_FAILED_CP_REQUIRED:
		return IKE_CFG_FAILED;
	case IKE_N_TS_UNACCEPTABLE:
	case IKE_N_SINGLE_PAIR_REQUIRED:
		return IKE_TS_REFUSED;
	case IKE_N_INVALID_SYNTAX:
		return IKE_SYNTAX;
	}
	return IKE_PEER_ERROR;
}

/* An error notify that ends the run; those about the child SA alone do not once AUTH is there [RFC 7296 1.2]. */
static bool refused(struct ike_sa *sa, const struct ike_msg *msg)
{
	const struct ike_payload *error = ike_find_error(msg);

	if (!error || ike_find(msg, IKE_P_AUTH))
		return false;
	ike_sa_fail(sa, ike_find(msg, IKE_P_EAP) ? IKE_EAP_FAILED : reason_of(error->notify.type), error->notify.type);
	return true;
}

static void eap_in(struct ike_auth *a, const struct ike_msg *msg)
{
	struct ike_auth_run *r = auth_run(a);
	struct eap_peer *peer = r->second ? a->c.eap2 : a->c.eap;
	const struct ike_payload *eap = ike_find(msg, IKE_P_EAP);
	const uint8_t *msk;
	struct eap_out out;

	if (!eap) {
		ike_sa_fail(a->sa, IKE_SYNTAX, 0);
		return;
	}
	out.len = 0;
	switch (peer->input(peer, eap->data.p, eap->data.n, &out)) {
	case EAP_RUNNING:
		break;
	case EAP_SUCCEEDED:
		msk = peer->msk ? peer->msk(peer) : NULL;
		r->has_msk = msk != NULL;
		if (msk)
			memcpy(r->msk, msk, sizeof r->msk);
		send_proof(a);
		return;
	case EAP_FAILED:
		ike_sa_fail(a->sa, IKE_EAP_FAILED, 0);
		return;
	}
	if (!out.len) {		/* nothing to say to it, and nothing else can come any more */
		ike_sa_fail(a->sa, IKE_EAP_FAILED, 0);
		return;
	}
	r->step = AUTH_EAP;
	send_eap(a->sa, &out);
}

/* [R24303-5.1.3.1-06]: IDr is what we asked for. */
static void first_response(struct ike_auth *a, const struct ike_msg *msg)
{
	struct ike_auth_run *r = auth_run(a);
	const struct ike_payload *idr = ike_find(msg, IKE_P_IDR), *auth = ike_find(msg, IKE_P_AUTH);
	enum ike_reason why;

	if (!idr || !auth || !auth_read_id(idr, &r->idr)) {
		ike_sa_fail(a->sa, IKE_SYNTAX, 0);
		return;
	}
	why = a->c.idr.len && !auth_same_id(&a->c.idr, &r->idr) ? IKE_CERT_NAME :
	      auth_check_signature(a, msg, auth, false);
	if (why != IKE_OK)
		ike_sa_fail(a->sa, why, 0);
	else if (redirected(a, msg))
		ike_sa_fail(a->sa, IKE_REDIRECTED, 0);	/* it was never created [RFC 5685 6] */
	else if (ike_find_error(msg))
		ike_sa_fail(a->sa, reason_of(ike_find_error(msg)->notify.type), ike_find_error(msg)->notify.type);
	else
		eap_in(a, msg);
}

/*
 * The responder may decline transport mode: the child SA then stands in tunnel mode, of no use to us, and has to be
 * deleted [RFC 7296 1.3.1].
 */
static void delete_tunnel(struct ike_auth *a, const struct ike_msg *msg, struct ike_draft *d)
{
	struct ike_sa *sa = a->sa;
	struct ike_child *c;
	uint16_t notify;

	d->transport = false;
	if (!ike_draft_granted(sa, msg, d, &notify))
		return;
	c = ike_child_by_ipsec(sa, ike_draft_install(sa, d, true, a->ni, a->nr, (struct crypto_part){ NULL, 0 }));
	c->dying = true;
	c->rekey_s = 0;
	ipsec_child_outbound(sa->k->ipsec, c->ipsec, false);
	ike_intend(sa, INTENT_DELETE_CHILD, c->self);
}

static moor_handle install_child(struct ike_auth *a, const struct ike_msg *msg)
{
	struct ike_auth_run *r = auth_run(a);
	uint16_t notify = 0;

	if (!r->draft.spi_in)
		return 0;
	if (!ike_draft_granted(a->sa, msg, &r->draft, &notify)) {
		if (r->draft.transport)
			delete_tunnel(a, msg, &r->draft);
		ike_draft_drop(a->sa, &r->draft);
		return 0;
	}
	return ike_draft_install(a->sa, &r->draft, true, a->ni, a->nr, (struct crypto_part){ NULL, 0 });
}

static bool no_address(const struct ike_msg *msg)
{
	return ike_find_notify(msg, IKE_N_INTERNAL_ADDRESS_FAILURE) || ike_find_notify(msg, IKE_N_FAILED_CP_REQUIRED);
}

void auth_last_response(struct ike_auth *a, const struct ike_msg *msg)
{
	struct ike_auth_run *r = auth_run(a);
	const struct ike_payload *cp = ike_find(msg, IKE_P_CP);
	struct ike_result result = { .ifom = a->sa->ifom, .peer = &r->idr };
	struct ike_sa *sa = a->sa;

	if (redirected(a, msg)) {
		ike_sa_delete(sa, IKE_REDIRECTED);
		return;
	}
	if (no_address(msg)) {		/* the SA stands, but is of no use [RFC 4877 9] */
		ike_sa_delete(sa, IKE_CFG_FAILED);
		return;
	}
	if (cp && cp->cp.type == IKE_CFG_REPLY) {
		result.cp = cp->cp.attr;
		result.n_cp = cp->cp.n;
	}
	result.child = install_child(a, msg);
	ike_established(sa, &result);
}

static void proof_response(struct ike_auth *a, const struct ike_msg *msg)
{
	struct ike_auth_run *r = auth_run(a);
	const struct ike_payload *auth = ike_find(msg, IKE_P_AUTH);

	if (!auth) {
		ike_sa_fail(a->sa, IKE_SYNTAX, 0);
		return;
	}
	if (!auth_check_shared(a, auth, false)) {
		ike_sa_fail(a->sa, IKE_AUTH_FAILED, 0);
		return;
	}
	if (r->multiple && a->c.eap2 && !r->second)
		send_second(a);
	else
		auth_last_response(a, msg);
}

void ike_auth_response(struct ike_sa *sa, const struct ike_msg *msg)
{
	struct ike_auth *a = ike_auth_of(sa);

	if (!a || !a->run || refused(sa, msg))
		return;
	switch ((enum ike_auth_step)auth_run(a)->step) {
	case AUTH_FIRST:
		if (auth_run(a)->pad.proof == IKE_PROOF_EAP)
			first_response(a, msg);
		else
			auth_plain_response(a, msg);
		break;
	case AUTH_EAP:
	case AUTH_SECOND:
		eap_in(a, msg);
		break;
	case AUTH_PROOF:
		proof_response(a, msg);
		break;
	}
}
