/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The USIM: who it is, its keys, and the sequence numbers it has seen [TS 33.102 6.3.3, annex C.2].
 *
 * SQN is SEQ (43 bits) and IND (5 bits). A USIM keeps the highest SEQ accepted for each of the 32 values of IND; one
 * that met a single IND only (a network that keeps to one index) costs nothing beside its 56 octets, the whole array is
 * a slab's object from the second index on.
 */
#ifndef MOOR_PROTO_EAP_USIM_H
#define MOOR_PROTO_EAP_USIM_H

#include "base/slab.h"
#include "crypto/crypto.h"
#include "wire/eap_id.h"

struct moor_world;

#define USIM_INDEXES 32u
#define USIM_IND_BITS 5u
#define USIM_DELTA (UINT64_C(1) << 28)	/* how far SEQ may jump [TS 33.102 C.3.1] */
#define USIM_SQN_MAX ((UINT64_C(1) << 48) - 1)

/* What several USIMs share: one per world, or one of the caller's own. */
struct usim_memory {
	struct slab arrays;		/* of sequence numbers, for those with several indexes */
	struct slab temps;		/* pseudonyms and re-authentication contexts: eap_aka.h */
};

void usim_memory_init(struct usim_memory *m);
void usim_memory_done(struct usim_memory *m);
struct usim_memory *usim_memory_of(struct moor_world *w);	/* the world's; made at the first call, goes with it */

/* Zeros but for imsi, k and opc: a fresh card. */
struct usim {
	struct imsi imsi;
	uint8_t k[16], opc[16];
	uint64_t sqn;			/* highest SQN accepted, 48 bits */
	moor_handle array;		/* 0: sqn is all there is */
	moor_handle temp;		/* of eap_aka.h: identities given by a server, re-authentication context */
};

enum usim_result {
	USIM_OK,
	USIM_MAC_FAILURE,		/* AUTN is not from who knows K: Authentication-Reject */
	USIM_SYNC_FAILURE		/* SQN was there already, or is too far: auts says what this card has */
};

struct usim_answer {
	uint8_t res[8], ck[16], ik[16];	/* of USIM_OK */
	uint8_t auts[14];		/* of USIM_SYNC_FAILURE */
	uint64_t sqn;			/* that AUTN carried */
};

/* [TS 33.102 6.3.3]: f1 is checked, then SQN; with USIM_OK the card has moved on. */
enum usim_result usim_authenticate(struct usim *u, struct usim_memory *m, struct crypto *c, const uint8_t rand[16],
				   const uint8_t autn[16], struct usim_answer *out);

/* Every index has seen this SQN: a network that is behind it must resynchronise. */
void usim_set_sqn(struct usim *u, struct usim_memory *m, uint64_t sqn);
void usim_release(struct usim *u, struct usim_memory *m);	/* gives back what it holds in m */

#endif
