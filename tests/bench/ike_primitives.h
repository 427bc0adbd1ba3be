/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which cryptographic primitives a run of IKEv2 uses, how often and on how many octets, and what each takes alone, in
 * the same process: so that the time of an attach can stand beside the sum of its own primitives.
 */
#ifndef MOOR_TESTS_BENCH_IKE_PRIMITIVES_H
#define MOOR_TESTS_BENCH_IKE_PRIMITIVES_H

#include "crypto/priv.h"

enum primitive {
	PRIM_KEYGEN, PRIM_DERIVE, PRIM_SIGN, PRIM_VERIFY, PRIM_CHAIN, PRIM_SHA1, PRIM_PRF_KEY, PRIM_PRF, PRIM_EAP_MAC,
	PRIM_KEY, PRIM_SEAL, PRIM_OPEN, PRIM_MILENAGE, PRIM_EAP_KEYS, PRIMITIVES
};

const char *primitive_name(enum primitive p);

struct primitive_use { uint64_t calls, octets; };
struct primitive_uses { struct primitive_use of[PRIMITIVES]; };

/* Counts what c does from now on, one struct crypto at a time; _end says it and stops. c must be of `openssl`. */
void primitives_begin(struct crypto *c);
void primitives_end(struct crypto *c, struct primitive_uses *out);

/* What they are measured with. */
struct primitive_setting {
	uint16_t group;
	const struct crypto_ca *ca;
	const struct crypto_trust *trust;
	const struct crypto_identity *identity;
	const char *name;		/* in the certificate */
	int64_t now;			/* seconds since 1970 */
	uint16_t encr, key_bits, integ;	/* of SK payloads */
};

/* ns of one call of each, at the average length it was used with: one turn of a millisecond of CPU time each. */
void primitives_measure(struct crypto *c, const struct primitive_setting *s, const struct primitive_uses *uses,
			double ns[PRIMITIVES]);

#endif
