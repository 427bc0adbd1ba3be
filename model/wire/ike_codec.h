/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside of the IKE codec: what ike.c (messages and chains), ike_body.c (payload bodies) and ike_print.c ask of each
 * other, and ike_check.c (values inside payloads).
 */
#ifndef MOOR_WIRE_IKE_CODEC_H
#define MOOR_WIRE_IKE_CODEC_H

#include "wire/ike.h"

struct ike_decoding {
	struct ike_msg *m;
	struct wire_diags *d;
	const uint8_t *base;
};

void ike_note(struct ike_decoding *k, const char *id, const char *clause, const uint8_t *where, uint32_t value);
/* The first fault of the message stays. Answers false. */
bool ike_fail(struct ike_decoding *k, const uint8_t *where, const char *reason);

/*
 * Reads pl->body by pl->type into pl's union. False, with the fault set, when a length makes it unreadable. next: the
 * type that the generic header says comes next (for SK and SKF the first one inside).
 */
bool ike_body_decode(struct ike_decoding *k, struct ike_payload *pl, uint8_t next);
/* Notes what a payload that was read holds of values whose length their document does not allow. */
void ike_values_check(struct ike_decoding *k, const struct ike_payload *pl);

/* Lengths of the fixed parts, all of which are also the least lengths. */
#define IKE_PROPOSAL_LEN 8u
#define IKE_TRANSFORM_LEN 8u
#define IKE_TS_LEN 8u
#define IKE_TS_IP4_LEN 16u
#define IKE_TS_IP6_LEN 40u
#define IKE_CP_ATTR_LEN 4u
#define IKE_ATTR_SHORT 0x8000u		/* transform attribute: the value stands in the length's place */

#endif
