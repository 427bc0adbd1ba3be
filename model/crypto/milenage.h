/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Milenage, the AKA algorithms of most operators [TS 35.206], and the tokens made of them [TS 33.102 6.3]. Octets are
 * in network order, bit 0 of the specification first. Real in both providers. K, OP and OPc are 16 octets, RAND 16,
 * SQN 6, AMF 2.
 *
 * Which SQN is fresh is the USIM's and the AAA's matter, not this file's.
 */
#ifndef MOOR_CRYPTO_MILENAGE_H
#define MOOR_CRYPTO_MILENAGE_H

#include "crypto/crypto.h"

struct milenage_key { uint8_t k[16], opc[16]; };

/* OPc = OP xor E_K(OP) [TS 35.206 3] */
void milenage_opc(struct crypto *c, const uint8_t k[16], const uint8_t op[16], uint8_t opc[16]);
/* f1 and f1*. Either result may be NULL. These two and milenage_opc charge nothing; those below do. */
void milenage_f1(struct crypto *c, const struct milenage_key *key, const uint8_t rand[16], const uint8_t sqn[6],
		 const uint8_t amf[2], uint8_t mac_a[8], uint8_t mac_s[8]);

struct milenage_f2345 {
	uint8_t res[8], ck[16], ik[16], ak[6], ak_star[6];
};

/* f2 RES, f3 CK, f4 IK, f5 AK, f5* */
void milenage_f2345(struct crypto *c, const struct milenage_key *key, const uint8_t rand[16],
		    struct milenage_f2345 *out);

/* An authentication vector: AUTN = (SQN xor AK) | AMF | MAC-A. Charged CRYPTO_OP_MILENAGE. */
struct milenage_vector {
	uint8_t rand[16], autn[16], xres[8], ck[16], ik[16];
};

void milenage_vector(struct crypto *c, const struct milenage_key *key, const uint8_t rand[16], const uint8_t sqn[6],
		     const uint8_t amf[2], struct milenage_vector *out);

/*
 * The USIM's side: false when MAC-A is wrong (*out is filled all the same, but nothing in it can be trusted). sqn is
 * what the network said; the caller decides whether it is fresh. Charged CRYPTO_OP_MILENAGE.
 */
struct milenage_check {
	struct milenage_f2345 f;
	uint8_t sqn[6], amf[2];
};

bool milenage_check(struct crypto *c, const struct milenage_key *key, const uint8_t rand[16], const uint8_t autn[16],
		    struct milenage_check *out);

/* AUTS = (SQN_MS xor AK*) | MAC-S with AMF* 0000 [TS 33.102 6.3.3]. Charged CRYPTO_OP_MILENAGE. */
void milenage_auts(struct crypto *c, const struct milenage_key *key, const uint8_t rand[16], const uint8_t sqn_ms[6],
		   uint8_t auts[14]);
/* The network's side: false when MAC-S is wrong; sqn_ms is untouched then. Charged CRYPTO_OP_MILENAGE. */
bool milenage_auts_check(struct crypto *c, const struct milenage_key *key, const uint8_t rand[16],
			 const uint8_t auts[14], uint8_t sqn_ms[6]);

/* SQN as a number of 48 bits, and back. */
uint64_t milenage_sqn(const uint8_t sqn[6]);
void milenage_sqn_octets(uint64_t value, uint8_t sqn[6]);

#endif
