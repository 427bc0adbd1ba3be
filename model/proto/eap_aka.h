/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * EAP-AKA, both ends, as pure state machines [RFC 4187, RFC 3748]: the octets of one EAP packet in, the octets of the
 * answer out. No time, no I/O, no retransmission: IKEv2, RADIUS or Diameter below repeat what they must. A run is a
 * struct that lives while it runs and owns nothing; what outlives it is on the card (struct usim) and in the server's
 * store.
 *
 * A session in IKEv2 [24.303 5.1.2.2, 5.1.3.1]:
 *	UE	n = eap_aka_identity(card, memory, want_reauth, nai)	the IDi payload
 *	UE	eap_aka_peer_start(&peer, &config, nai, n)		the same NAI: it stands for EAP-Response/Identity
 *	HA	sends the AAA an EAP-Response/Identity made from IDi (aaa.h does)
 *	AAA	eap_aka_server_start(&server, &config, nai, n, id, &out)	out: the first request
 *	UE	eap_aka_peer_input(&peer, octets, n, &out)		… until outcome is no longer EAP_RUNNING
 *
 * Behind RADIUS: start the server with the EAP-Response/Identity's name and its identifier + 1; every EAP-Message that
 * comes goes to eap_aka_server_input; out.len 0 is "silently discarded". With EAP_SUCCEEDED,
 * keys.msk[0..31] is MS-MPPE-Recv-Key and keys.msk[32..63] MS-MPPE-Send-Key.
 */
#ifndef MOOR_PROTO_EAP_AKA_H
#define MOOR_PROTO_EAP_AKA_H

#include "base/fsm.h"
#include "base/rng.h"
#include "crypto/eap_keys.h"
#include "proto/eap_usim.h"
#include "wire/eap.h"
#include "world/machine.h"

enum eap_outcome { EAP_RUNNING, EAP_SUCCEEDED, EAP_FAILED };

/* Why an exchange ended, or what happened in it; kept the first of each run. */
enum eap_cause {
	EAP_CAUSE_NONE,
	EAP_CAUSE_UNKNOWN_USER,		/* nobody of this identity */
	EAP_CAUSE_WRONG_MAC,		/* AT_MAC does not verify */
	EAP_CAUSE_WRONG_AUTN,		/* peer: the network does not know K (Authentication-Reject) */
	EAP_CAUSE_WRONG_RES,		/* server: RES is not XRES */
	EAP_CAUSE_SYNC,			/* a second Synchronization-Failure, or a wrong MAC-S */
	EAP_CAUSE_CLIENT_ERROR,		/* the peer said Client-Error (cause_value: its code) */
	EAP_CAUSE_REJECTED,		/* server: Authentication-Reject came */
	EAP_CAUSE_NOTIFIED,		/* an AKA-Notification of failure (cause_value: its code) */
	EAP_CAUSE_MALFORMED,		/* a packet that cannot be read, or lacks or repeats an attribute */
	EAP_CAUSE_CRITICAL,		/* an unknown attribute that may not be skipped */
	EAP_CAUSE_CHECKCODE,		/* the identity round was tampered with */
	EAP_CAUSE_SEQUENCE,		/* a message or an identity request out of its order, a fourth identity round */
	EAP_CAUSE_COUNTER,		/* AT_COUNTER is not the one sent */
	EAP_CAUSE_NAK,			/* the peer wants another method */
	EAP_CAUSE_PRIVACY,		/* peer: will not tell its permanent identity */
	EAP_CAUSE_FAILURE		/* EAP-Failure came */
};

const char *eap_cause_name(enum eap_cause c);		/* "wrong-mac", "sync", … */

/* The answer; len 0: none, the packet was silently discarded. Never more than EAP_MAX. */
struct eap_out {
	uint16_t len;
	uint8_t octets[EAP_MAX];
};

/* Where REC_STATE records of a run come from; world NULL: none are emitted. */
struct eap_scene {
	struct moor_world *world;
	uint32_t node, instance;
};

/* The AKA-Identity messages of a run, for AT_CHECKCODE [RFC 4187 10.13]. */
#define EAP_AKA_ROUNDS_OCTETS 640u
struct eap_aka_rounds {
	uint16_t len;
	uint8_t octets[EAP_AKA_ROUNDS_OCTETS];
};

/* ---- peer -------------------------------------------------------------------------------------------------------- */

enum eap_aka_peer_state {
	AKA_PEER_IDENTITY,		/* the network is not authenticated yet */
	AKA_PEER_CHALLENGED,		/* network authenticated, RES or counter sent: Success, or a notification, may come */
	AKA_PEER_NOTIFIED,		/* AKA-Notification "success" answered: only EAP-Success remains */
	AKA_PEER_REFUSED,		/* we said Reject, Client-Error or were notified of failure: EAP-Failure remains */
	AKA_PEER_DONE,
	AKA_PEER_FAILED,
	AKA_PEER_STATES
};

extern const struct fsm eap_aka_peer_fsm, eap_aka_server_fsm;

/* Copied at start. Zeros: a plain peer that uses nothing optional. */
struct eap_aka_peer_config {
	struct usim *card;		/* outlives the run */
	struct usim_memory *memory;	/* of the card */
	struct crypto *crypto;		/* the world's: charged for what is computed */
	struct eap_scene scene;
	struct rng *rng;		/* IVs; outlives the run */
	bool pseudonyms;		/* keeps AT_NEXT_PSEUDONYM and uses it */
	bool reauth;			/* keeps AT_NEXT_REAUTH_ID and uses it */
	bool result_ind;		/* asks for protected results when offered */
	bool conservative;		/* has a pseudonym: never tells the permanent identity [RFC 4187 4.1.6] */
	bool checkcode;			/* sends AT_CHECKCODE */
	bool client_error;		/* a fault for scenarios: answers the challenge with Client-Error */
	uint16_t counter_max;		/* fast re-authentications after one full one; 0: no limit of its own */
};

struct eap_aka_peer {
	struct eap_aka_peer_config c;
	struct machine machine;
	uint8_t outcome;		/* enum eap_outcome */
	uint8_t cause;			/* enum eap_cause */
	uint16_t cause_value;
	bool fast;			/* it was a fast re-authentication */
	bool context_known;		/* nai is a re-authentication identity; keys.mk and counter are its context */
	bool result_agreed;		/* both want protected results */
	uint8_t rounds;			/* AKA-Identity rounds answered */
	uint8_t asked;			/* attribute of the last identity request */
	uint8_t last_id;		/* identifier of the last request answered */
	bool answered;
	uint16_t counter;		/* the least one accepted, afterwards the one used */
	struct eap_aka_keys keys;	/* msk and emsk are valid once outcome is EAP_SUCCEEDED */
	struct crypto_mac k_aut;
	uint8_t nonce_s[16];
	uint8_t nai_len;
	uint8_t nai[EAP_NAI_MAX];	/* the identity that keys are made with */
	uint8_t pseudonym_len, reauth_len;	/* what the server gave in this run; the card gets it with success */
	uint8_t pseudonym[EAP_NAI_MAX], reauth_id[EAP_NAI_MAX];
	struct eap_aka_rounds trips;
};

/*
 * The identity a run begins with: re-authentication identity (want_reauth, and there is one), else pseudonym, else
 * permanent [RFC 4187 4.1.3]. A re-authentication identity is used up by this [RFC 4187 4.1.1.8].
 */
size_t eap_aka_identity(struct usim *u, struct usim_memory *m, bool pseudonyms, bool want_reauth,
			uint8_t nai[EAP_NAI_MAX]);
/* Forgets pseudonym and re-authentication context (a new card owner, a scenario's fault). */
void eap_aka_forget(struct usim *u, struct usim_memory *m);

void eap_aka_peer_start(struct eap_aka_peer *p, const struct eap_aka_peer_config *c, const uint8_t *nai, size_t n);

/*
 * Any EAP packet: requests of Identity, Notification, AKA; other methods are answered with Nak; Success and Failure.
 * A request whose identifier is the last one's is a retransmission: answered with nothing (the layer below repeats).
 */
enum eap_outcome eap_aka_peer_input(struct eap_aka_peer *p, const uint8_t *octets, size_t n, struct eap_out *out);

/* ---- server ------------------------------------------------------------------------------------------------------ */

struct eap_aka_vector {
	uint8_t rand[16], autn[16], ck[16], ik[16];
	uint8_t xres[16];
	uint8_t xres_len;		/* octets, 4 to 16 */
};

/* What both ends keep of a full authentication for the fast ones after it. */
struct eap_aka_context {
	uint8_t mk[20];
	uint16_t counter;		/* of the next fast re-authentication: 1 after a full one */
};

/*
 * What the server asks of the subscribers' store. user: the store's own number of a subscriber, > 0.
 * Names made by the store are usernames for pseudonyms (without realm) and whole NAIs for re-authentication.
 */
struct eap_aka_store {
	/* 0: not known. imsi: of a permanent identity, else none. */
	uint32_t (*find)(void *ctx, enum eap_id_kind kind, const uint8_t *nai, size_t n);
	/* A fresh vector; false: none to be had. */
	bool (*vector)(void *ctx, uint32_t user, struct eap_aka_vector *out);
	/* AUTS came for this RAND: true: the sequence number is set, ask for a vector again. False: MAC-S is wrong. */
	bool (*resync)(void *ctx, uint32_t user, const uint8_t rand[16], const uint8_t auts[14]);
	/* The context of the re-authentication identity that find() answered with; the identity is used up. */
	bool (*context)(void *ctx, uint32_t user, struct eap_aka_context *out);
	/* Fresh names; 0: none is given. May be NULL: the server does without. */
	size_t (*new_pseudonym)(void *ctx, uint32_t user, uint8_t out[EAP_NAI_MAX]);
	size_t (*new_reauth_id)(void *ctx, uint32_t user, uint8_t out[EAP_NAI_MAX]);
	/* The run succeeded: names given (0 octets: none) are valid from now on, with this context. */
	void (*succeeded)(void *ctx, uint32_t user, const uint8_t *pseudonym, size_t pn, const uint8_t *reauth_id,
			  size_t rn, const struct eap_aka_context *context);
	/* Asked after a good challenge or re-authentication: an AKA_N_* code below 0x4000 with which the user is refused,
	 * or AKA_N_SUCCESS: admitted. NULL: all are. */
	uint16_t (*admit)(void *ctx, uint32_t user);
};

enum aka_ask { AKA_ASK_NOTHING, AKA_ASK_ANY, AKA_ASK_FULLAUTH, AKA_ASK_PERMANENT };

/* Copied at start. */
struct eap_aka_server_config {
	const struct eap_aka_store *store;
	void *ctx;			/* of the store */
	struct crypto *crypto;		/* the world's: charged for what is computed */
	struct rng *rng;		/* IVs, NONCE_S; outlives the run */
	struct eap_scene scene;
	enum aka_ask ask;		/* an AKA-Identity round even when the identity given is good; default NOTHING */
	bool pseudonyms;		/* gives AT_NEXT_PSEUDONYM */
	bool reauth;			/* gives AT_NEXT_REAUTH_ID, accepts fast re-authentication */
	bool result_ind;		/* offers protected results */
	bool checkcode;			/* sends AT_CHECKCODE */
	bool wrong_mac;			/* a fault for scenarios: AT_MAC of the challenge is damaged */
	uint16_t counter_max;		/* fast re-authentications after a full one; 0: 65,535 */
};

enum eap_aka_server_state {
	AKA_SERVER_START,
	AKA_SERVER_IDENTITY,		/* AKA-Identity sent */
	AKA_SERVER_CHALLENGE,		/* AKA-Challenge sent */
	AKA_SERVER_REAUTH,		/* AKA-Reauthentication sent */
	AKA_SERVER_NOTIFY,		/* AKA-Notification sent */
	AKA_SERVER_DONE,
	AKA_SERVER_FAILED,
	AKA_SERVER_STATES
};

struct eap_aka_server {
	struct eap_aka_server_config c;
	struct machine machine;
	uint8_t outcome, cause;		/* enum eap_outcome, enum eap_cause */
	uint16_t cause_value;
	bool fast;			/* a fast re-authentication, so far or in the end */
	bool resynced;			/* AUTS was accepted once */
	bool result_offered, result_agreed;
	uint8_t asked;			/* attribute of the last identity request; 0: none yet */
	uint8_t id;			/* identifier of the request that is out */
	uint16_t notification;		/* code sent in NOTIFY */
	uint16_t counter;
	uint32_t user;			/* of the store; 0: not known yet */
	struct eap_aka_vector vector;
	struct eap_aka_keys keys;	/* msk and emsk are valid once outcome is EAP_SUCCEEDED */
	struct crypto_mac k_aut;
	uint8_t nonce_s[16];
	uint8_t nai_len, pseudonym_len, reauth_len;
	uint8_t nai[EAP_NAI_MAX], pseudonym[EAP_NAI_MAX], reauth_id[EAP_NAI_MAX];
	struct eap_aka_rounds trips;
};

/*
 * nai: the name of the EAP-Response/Identity, n 0: none was there. id: identifier of the first request. out: that
 * request. The outcome is EAP_RUNNING, or EAP_FAILED with an EAP-Failure in out.
 */
enum eap_outcome eap_aka_server_start(struct eap_aka_server *s, const struct eap_aka_server_config *c,
				      const uint8_t *nai, size_t n, uint8_t id, struct eap_out *out);
/* A response; one whose identifier is not the request's is silently discarded (out->len 0). */
enum eap_outcome eap_aka_server_input(struct eap_aka_server *s, const uint8_t *octets, size_t n, struct eap_out *out);

#endif
