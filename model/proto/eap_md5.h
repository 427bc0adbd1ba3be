/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * EAP-MD5-Challenge [RFC 3748 5.4], both ends: the second authentication, with a user name and a password that an
 * external AAA server knows [RFC 4739, 24.303 5.1.2.2]. It makes no keys: IKEv2's AUTH payloads are then made from
 * SK_pi and SK_pr [RFC 7296 2.16]. Pure, as eap_aka.h.
 */
#ifndef MOOR_PROTO_EAP_MD5_H
#define MOOR_PROTO_EAP_MD5_H

#include "proto/eap_aka.h"

#define EAP_MD5_TEXT_MAX 64u

/* Outlived by nothing it points at. */
struct eap_md5_peer {
	const char *user, *password;
	uint8_t outcome, cause;		/* enum eap_outcome, enum eap_cause */
	bool answered;
};

void eap_md5_peer_start(struct eap_md5_peer *p, const char *user, const char *password);
/* Requests of Identity (answered with the user's name), Notification and MD5; others with Nak. */
enum eap_outcome eap_md5_peer_input(struct eap_md5_peer *p, const uint8_t *octets, size_t n, struct eap_out *out);

struct eap_md5_server {
	const char *password;		/* NULL: nobody of this name; the challenge is sent all the same */
	uint8_t outcome, cause;
	uint8_t id;
	uint8_t challenge[16];
};

/* The peer's name is known already (IDi, or its EAP-Response/Identity). out: the challenge, with identifier id. */
enum eap_outcome eap_md5_server_start(struct eap_md5_server *s, const char *password, struct rng *rng, uint8_t id,
				      struct eap_out *out);
enum eap_outcome eap_md5_server_input(struct eap_md5_server *s, const uint8_t *octets, size_t n, struct eap_out *out);

#endif
