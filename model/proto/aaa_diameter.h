/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The messages of the AAA interface (proto/aaa.h) as Diameter messages and back [RFC 4072, RFC 5778 5.1, RFC 5779,
 * TS 29.273 9.2]: DER/DEA carry EAP, AAR/AAA authorise without it, STR, ASR and RAR with their answers. Pure: who sends
 * them where is the caller's.
 *
 * What only two ends of Mooring tell one another (that a second authentication is asked for, how a UE is to be sent to
 * another home agent) goes into a group that others pass over; against those the interface works without it.
 */
#ifndef MOOR_PROTO_AAA_DIAMETER_H
#define MOOR_PROTO_AAA_DIAMETER_H

#include "proto/aaa.h"
#include "wire/diameter.h"

#define AAA_IDENTITY_OCTETS 128u	/* of a DiameterIdentity with its end */
#define AAA_SESSION_OCTETS 160u		/* of a Session-Id with its end */

/* Who speaks to whom. Texts live as long as the call. */
struct aaa_diameter_ends {
	const char *host, *realm;	/* Origin-Host, Origin-Realm */
	const char *to_host;		/* Destination-Host; NULL: any server of the realm */
	const char *to_realm;
	uint32_t app;			/* enum diam_application */
	uint32_t state_id;		/* Origin-State-Id; 0: none */
};

/*
 * Requests. Each returns its octets, 0 when they do not fit; hop-by-hop and end-to-end identifiers are left 0.
 * first: of its session, so what the home agent tells of itself is in it [RFC 5778 5.1].
 */
size_t aaa_diameter_ask(uint8_t *buf, size_t cap, const struct aaa_diameter_ends *e, const char *session,
			const struct aaa_request *q, bool first);
size_t aaa_diameter_end(uint8_t *buf, size_t cap, const struct aaa_diameter_ends *e, const char *session,
			const char *user, enum aaa_cause cause);
/* ASR, or RAR, with a target that is not NULL and not AAA_NEVER: the UE is to go there. */
size_t aaa_diameter_command(uint8_t *buf, size_t cap, const struct aaa_diameter_ends *e, const char *session,
			    enum aaa_command command, const struct aaa_target *target);

/* Answers to request m: of DER and AAR; of the others (and of those that ended before there was an answer). */
size_t aaa_diameter_answer(uint8_t *buf, size_t cap, const struct aaa_diameter_ends *e, const struct diam_msg *m,
			   const struct aaa_answer *a);
size_t aaa_diameter_result(uint8_t *buf, size_t cap, const struct aaa_diameter_ends *e, const struct diam_msg *m,
			   uint32_t result);

/* A DER or AAR as it was read; q lends from m and from this. */
struct aaa_diameter_request {
	struct aaa_request q;
	char apn[AAA_APN_OCTETS];
};
/* m has passed diam_check. False: an APN or identity that is none. */
bool aaa_diameter_read_request(const struct diam_msg *m, struct aaa_diameter_request *out);

/* A DEA or AAA as it was read; a lends from m and from this, apn is in it. */
struct aaa_diameter_answer {
	struct aaa_answer a;
	struct aaa_apn apn;
	char name[AAA_APN_OCTETS], fqdn[AAA_IDENTITY_OCTETS], user[EAP_NAI_MAX + 1];
};
/* Any answer: a.result says what came of it, also when agents refused it on the way. asked: the APN, NULL: none. */
void aaa_diameter_read_answer(const struct diam_msg *m, const char *asked, struct aaa_diameter_answer *out);

/* The home agent that an RAR names; when is AAA_NEVER: none. fqdn: the text of its name. */
void aaa_diameter_read_target(const struct diam_msg *m, struct aaa_target *out, char fqdn[AAA_IDENTITY_OCTETS]);

#endif
