/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside of IKE_AUTH, shared by ike_auth.c (what both sides compute), ike_auth_cert.c (signatures and certificates),
 * ike_auth_plain.c (without EAP), ike_auth_init.c (initiator) and ike_auth_resp.c (responder).
 */
#ifndef MOOR_PROTO_IKE_AUTH_PRIV_H
#define MOOR_PROTO_IKE_AUTH_PRIV_H

#include "proto/ike_priv.h"

#define IKE_MSK_LEN 64u
#define IKE_REQUEST_CP 8u		/* attributes of a CFG_REQUEST that are kept */
#define IKE_PDN_ID_MAX 32u
#define IKE_REDIRECT_NAME_MAX 128u

/* What the next message of the other side must bring. */
enum ike_auth_step {
	AUTH_FIRST,		/* initiator: IDr, CERT, AUTH, EAP; responder: IDi and all that goes with it */
	AUTH_EAP,		/* an EAP packet */
	AUTH_PROOF,		/* AUTH made with what EAP brought */
	AUTH_SECOND		/* initiator: EAP of the second authentication; responder: its IDi */
};

/* While IKE_AUTH exchanges run: a->run. */
struct ike_auth_run {
	moor_handle self;
	uint8_t step;			/* enum ike_auth_step */
	bool second;			/* of the two authentications [RFC 4739], the one that runs */
	bool demanded;			/* responder: a second one must follow */
	bool signed_off;		/* responder: IDr, CERT and AUTH are sent */
	bool has_msk;
	bool multiple;			/* both sides said MULTIPLE_AUTH_SUPPORTED */
	bool initial_contact;
	bool has_child;			/* responder: the draft was asked for and may be granted */
	uint16_t no_child;		/* responder: why it may not, a notify type; 0: nothing was asked */
	uint8_t n_cp;
	uint8_t pdn_id_len;
	struct ike_pad pad;		/* how both prove themselves */
	struct ike_id idi, idr;		/* the latest of each [RFC 4739 2.1] */
	struct ike_draft draft;
	uint8_t msk[IKE_MSK_LEN];
	struct ike_cp_attr cp[IKE_REQUEST_CP];	/* responder: of the CFG_REQUEST; values in room */
	uint8_t room[96], pdn_id[IKE_PDN_ID_MAX];
	char name[IKE_REDIRECT_NAME_MAX + 1];	/* initiator: where a REDIRECT leads */
};

static inline struct ike_auth_run *auth_run(const struct ike_auth *a) { return a->run; }
static inline uint16_t auth_pdn_notify(const struct ike_sa *sa)
{
	return sa->k->c->pdn_identifier ? sa->k->c->pdn_identifier : IKE_N_PDN_IDENTIFIER;
}

/* ---- ike_auth.c -------------------------------------------------------------------------------------------------- */

void auth_write_id(struct ike_writer *w, uint8_t payload, const struct ike_id *id);
bool auth_read_id(const struct ike_payload *p, struct ike_id *out);	/* false: longer than we keep */
bool auth_same_id(const struct ike_id *a, const struct ike_id *b);

/* What one side signs [RFC 7296 2.15]: three parts; mac is room for the third. */
void auth_octets(const struct ike_auth *a, bool of_initiator, struct crypto_part out[3],
		 uint8_t mac[CRYPTO_PRF_MAX]);
/* AUTH payloads of method 2: by the pre-shared key, that of EAP, or without one SK_pi or SK_pr [RFC 7296 2.15]. */
void auth_write_shared(const struct ike_auth *a, struct ike_writer *w, bool of_initiator);
bool auth_check_shared(const struct ike_auth *a, const struct ike_payload *auth, bool of_initiator);

/* ---- ike_auth_cert.c --------------------------------------------------------------------------------------------- */

void auth_write_certreq(const struct ike_sa *sa, struct ike_writer *w);
bool auth_can_sign(const struct ike_auth *a);	/* false: there is no key, or none for a method that we have */
/* CERT payloads and the AUTH payload, ours. */
void auth_write_signature(const struct ike_auth *a, struct ike_writer *w, bool of_initiator);
/* The peer's certificates and signature. IKE_OK, or what is wrong. */
enum ike_reason auth_check_signature(const struct ike_auth *a, const struct ike_msg *msg,
				     const struct ike_payload *auth, bool of_initiator);

/* ---- ike_auth_plain.c -------------------------------------------------------------------------------------------- */

/* Our own proof by r->pad: CERT and AUTH. False: there is none to give. */
bool auth_write_plain(const struct ike_auth *a, struct ike_writer *w, bool of_initiator);
bool auth_can_plain(const struct ike_auth *a);
/* The peer's. IKE_OK, or what is wrong; a record tells the same. */
enum ike_reason auth_check_plain(const struct ike_auth *a, const struct ike_msg *msg, const struct ike_payload *auth,
				 bool of_initiator);
/* Initiator: the only response. */
void auth_plain_response(struct ike_auth *a, const struct ike_msg *msg);
/* Responder: the first request has AUTH, r->idi is known. IKE_OK, or why it is refused. */
enum ike_reason auth_plain_request(struct ike_auth *a, const struct ike_msg *msg, const struct ike_payload *auth);

/* ---- ike_auth_init.c, ike_auth_resp.c ---------------------------------------------------------------------------- */

void auth_initiate(struct ike_auth *a);
void auth_last_response(struct ike_auth *a, const struct ike_msg *msg);

#endif
