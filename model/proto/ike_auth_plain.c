/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: IKE_AUTH without EAP: pre-shared keys and certificates at both ends
 *
 * One exchange [RFC 7296 1.2, 2.15]. How a peer has to prove itself is what the peer authorization database says about
 * its identity [RFC 4301 4.4.3]: the initiator was told with ike_connect, the responder asks its user. Who is not in
 * there, proves itself in another way than it has to, or proves nothing, is refused with AUTHENTICATION_FAILED and
 * learns no more than that; the record says which it was (ike-pad, ike-auth-method, ike-auth, certificate-...).
 *
 * [R5213d-4-06] [R5213d-4.1-01]
 */
#include "proto/ike_auth_priv.h"

bool auth_can_plain(const struct ike_auth *a)
{
	const struct ike_pad *pad = &auth_run(a)->pad;

	switch (pad->proof) {
	case IKE_PROOF_KEY:
		return pad->key_len > 0;
	case IKE_PROOF_CERTIFICATE:
		return auth_can_sign(a);
	case IKE_PROOF_EAP:
		break;
	}
	return false;
}

bool auth_write_plain(const struct ike_auth *a, struct ike_writer *w, bool of_initiator)
{
	if (!auth_can_plain(a))
		return false;
	if (auth_run(a)->pad.proof == IKE_PROOF_KEY)
		auth_write_shared(a, w, of_initiator);
	else
		auth_write_signature(a, w, of_initiator);
	return true;
}

enum ike_reason auth_check_plain(const struct ike_auth *a, const struct ike_msg *msg, const struct ike_payload *auth,
				 bool of_initiator)
{
	bool by_key = auth_run(a)->pad.proof == IKE_PROOF_KEY;

	if (by_key != (auth->auth.method == IKE_AUTH_SHARED_KEY)) {
		ike_discard(a->sa->k, "ike-auth-method", "RFC 4301 4.4.3");
		return IKE_AUTH_FAILED;
	}
	if (!by_key)
		return auth_check_signature(a, msg, auth, of_initiator);
	if (auth_check_shared(a, auth, of_initiator))
		return IKE_OK;
	ike_discard(a->sa->k, "ike-auth", "RFC 7296 2.15");
	return IKE_AUTH_FAILED;
}

/* ---- the responder ----------------------------------------------------------------------------------------------- */

enum ike_reason auth_plain_request(struct ike_auth *a, const struct ike_msg *msg, const struct ike_payload *auth)
{
	struct ike_auth_run *r = auth_run(a);
	const struct ike *k = a->sa->k;

	if (!k->user->pad)			/* EAP or nothing [R24303-5.1.2.2-15] */
		return IKE_AUTH_FAILED;
	if (!k->user->pad(k->owner, &r->idi, &r->idr, &r->pad) || r->pad.proof == IKE_PROOF_EAP || !auth_can_plain(a)) {
		ike_discard(k, "ike-pad", "RFC 4301 4.4.3");
		return IKE_AUTH_FAILED;
	}
	return auth_check_plain(a, msg, auth, true);
}

/* ---- the initiator ----------------------------------------------------------------------------------------------- */

void auth_plain_response(struct ike_auth *a, const struct ike_msg *msg)
{
	struct ike_auth_run *r = auth_run(a);
	const struct ike_payload *idr = ike_find(msg, IKE_P_IDR), *auth = ike_find(msg, IKE_P_AUTH);
	enum ike_reason why;

	if (!idr || !auth || !auth_read_id(idr, &r->idr)) {
		ike_sa_fail(a->sa, IKE_SYNTAX, 0);
		return;
	}
	if (!auth_same_id(&a->c.idr, &r->idr)) {
		ike_discard(a->sa->k, "ike-pad", "RFC 4301 4.4.3");
		why = IKE_AUTH_FAILED;
	} else {
		why = auth_check_plain(a, msg, auth, false);
	}
	if (why != IKE_OK)
		ike_sa_fail(a->sa, why, 0);
	else
		auth_last_response(a, msg);
}
