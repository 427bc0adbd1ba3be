/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: EAP methods behind one door
 *
 * Hands each packet to the method that runs. Choosing a method is its owner's matter: an access point name needs AKA
 * first, and MD5 after it when an external AAA is asked [RFC 4739].
 */
#include "proto/eap.h"

enum eap_outcome eap_peer_input(struct eap_peer *p, const uint8_t *octets, size_t n, struct eap_out *out)
{
	switch (p->kind) {
	case EAP_KIND_AKA:
		return eap_aka_peer_input(&p->u.aka, octets, n, out);
	case EAP_KIND_MD5:
		return eap_md5_peer_input(&p->u.md5, octets, n, out);
	}
	return EAP_FAILED;
}

enum eap_outcome eap_peer_outcome(const struct eap_peer *p)
{
	return p->kind == EAP_KIND_AKA ? p->u.aka.outcome : p->u.md5.outcome;
}

enum eap_cause eap_peer_cause(const struct eap_peer *p)
{
	return p->kind == EAP_KIND_AKA ? p->u.aka.cause : p->u.md5.cause;
}

const uint8_t *eap_peer_msk(const struct eap_peer *p)
{
	return p->kind == EAP_KIND_AKA && p->u.aka.outcome == EAP_SUCCEEDED ? p->u.aka.keys.msk : NULL;
}
