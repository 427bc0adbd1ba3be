/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside of IKE: what its files ask of each other. Nobody but model/proto/ike*.c includes this.
 *
 *	ike.c		the host's instance, its slabs, SA look-up by SPI, ports 500 and 4500, posting to users
 *	ike_engine.c	messages: seal and open, windows, retransmission, fragments, records
 *	ike_init.c	IKE_SA_INIT of both sides: proposals, cookies, INVALID_KE_PAYLOAD, NAT detection, keys
 *	ike_auth.c …	IKE_AUTH of both sides: identities, certificates, AUTH, EAP, CP, first child, REDIRECT
 *	ike_child.c …	CREATE_CHILD_SA: new children, rekeying of children and IKE SAs, collisions
 *	ike_info.c	INFORMATIONAL: DELETE, liveness, moving endpoints
 *
 * How an exchange runs. A request of ours: ike_request_begin gives a writer for the inner payloads, ike_request_end
 * seals and sends it and keeps its octets in the task until the response came; then ike_engine calls the handler of
 * the exchange type with the opened payloads. A request of the peer: the handler of its exchange type is called; it
 * answers at once or later with ike_response_begin / ike_response_end; a retransmitted request gets the kept octets
 * again. The window is 1 in both directions; further requests of ours wait in a small queue of intents (ike_intend).
 */
#ifndef MOOR_PROTO_IKE_PRIV_H
#define MOOR_PROTO_IKE_PRIV_H

#include "base/map.h"
#include "base/rng.h"
#include "base/slab.h"
#include "proto/ike.h"
#include "proto/world_slab.h"

#define IKE_CHILDREN_MAX 4u		/* child SAs of one IKE SA */
#define IKE_NONCE_LEN 32u
#define IKE_MESSAGE_MAX 4096u		/* octets of one message before fragmentation */

struct ike_child {
	moor_handle ipsec;		/* 0: slot unused */
	uint32_t spi_in, spi_out;
	bool transport, dying;		/* dying: replaced, DELETE under way */
	struct ipsec_selector sel;
	struct ike_suite suite;
	moor_time rekey_at;
};

/* Our next requests, in the order of asking; one is on its way at a time. */
enum ike_intent { INTENT_NONE, INTENT_CHILD, INTENT_REKEY_CHILD, INTENT_REKEY_IKE, INTENT_DELETE_CHILD, INTENT_DELETE_IKE,
		  INTENT_CHECK };

#define IKE_INTENTS_MAX 6u

/* The keys of an IKE SA [RFC 7296 2.14]; lengths follow from the suite. */
struct ike_keys {
	uint8_t d[32], ai[32], ar[32], ei[36], er[36], pi[32], pr[32];
};

/* What lives only while an exchange runs or the SA is not yet established. One per SA at most; see ike_task. */
struct ike_task;

struct ike_sa {
	struct ike *k;
	moor_handle self;
	struct machine machine;
	bool initiator;			/* of this IKE SA: whose SPI is spi_i */
	bool nat_here, nat_there, floated, fragments;	/* fragments: the peer said IKEV2_FRAGMENTATION_SUPPORTED */
	bool ifom, multiple_auth, redirect_supported;
	uint64_t spi_i, spi_r;
	struct ike_path path;
	struct ike_suite suite;
	struct ike_keys keys;
	uint32_t next_request, next_expected;	/* message ids: of our next request; of the peer's */
	moor_handle task;		/* struct ike_task; 0: none */
	moor_handle last_response;	/* octets kept for a retransmitted request: a packet of the world's pool */
	struct moor_timer timer;	/* retransmission, half-open timeout */
	struct moor_timer life;		/* rekeying, liveness, NAT keepalive: the earliest */
	moor_time heard, established;
	struct ike_child child[IKE_CHILDREN_MAX];
	struct { uint8_t what; uint8_t slot; struct ipsec_selector *sel; } intent[IKE_INTENTS_MAX];
	uint8_t n_intents;
	void *user;
	/* redirects so far of this run [RFC 5685 3]: kept by the user */
};

#endif
