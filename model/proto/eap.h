/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The peer's side of any EAP method known here, for what carries EAP (IKEv2) and need not know which it is. Its owner
 * starts the method (eap_aka_peer_start, eap_md5_peer_start on the member) after setting the kind.
 */
#ifndef MOOR_PROTO_EAP_H
#define MOOR_PROTO_EAP_H

#include "proto/eap_aka.h"
#include "proto/eap_md5.h"

enum eap_kind { EAP_KIND_AKA, EAP_KIND_MD5 };

struct eap_peer {
	enum eap_kind kind;
	union {
		struct eap_aka_peer aka;
		struct eap_md5_peer md5;
	} u;
};

enum eap_outcome eap_peer_input(struct eap_peer *p, const uint8_t *octets, size_t n, struct eap_out *out);
enum eap_outcome eap_peer_outcome(const struct eap_peer *p);
enum eap_cause eap_peer_cause(const struct eap_peer *p);
/* 64 octets once it succeeded; NULL: this method makes no keys (RFC 7296 2.16: AUTH from SK_pi and SK_pr). */
const uint8_t *eap_peer_msk(const struct eap_peer *p);

#endif
