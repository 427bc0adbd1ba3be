/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RADIUS as far as EAP needs it: packets are built and checked as octets; sockets are the caller's [RFC 2865, RFC 3579,
 * RFC 2548 2.4.2, 2.4.3].
 */
#ifndef MOOR_EMU_RADIUS_H
#define MOOR_EMU_RADIUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RADIUS_MAX 4096u

enum radius_code { RADIUS_REQUEST = 1, RADIUS_ACCEPT = 2, RADIUS_REJECT = 3, RADIUS_CHALLENGE = 11 };
enum radius_attr { RADIUS_USER_NAME = 1, RADIUS_NAS_IP = 4, RADIUS_STATE = 24, RADIUS_VENDOR = 26,
	RADIUS_EAP_MESSAGE = 79, RADIUS_MESSAGE_AUTHENTICATOR = 80 };
enum radius_mppe { RADIUS_MPPE_SEND_KEY = 16, RADIUS_MPPE_RECV_KEY = 17 };

/* One packet. octets: code, identifier, length, authenticator, attributes; len octets of it. */
struct radius {
	size_t len;
	uint8_t octets[RADIUS_MAX];
};

void radius_begin(struct radius *p, uint8_t code, uint8_t id);
void radius_add(struct radius *p, uint8_t type, const void *value, size_t n);	/* n <= 253; asserts that it fits */
void radius_add_eap(struct radius *p, const uint8_t *eap, size_t n);		/* in pieces of 253 octets */
/* A key of 32 octets, hidden with the shared secret and the request's authenticator; the salt's first bit is set. */
void radius_add_key(struct radius *p, uint8_t type, const uint8_t key[32], uint16_t salt, const char *secret,
		    const uint8_t request[16]);
/* Adds the Message-Authenticator, last, and fills in the length. A request brings its own authenticator. */
void radius_end_request(struct radius *p, const uint8_t authenticator[16], const char *secret);
void radius_end_response(struct radius *p, const uint8_t request[16], const char *secret);

/*
 * Whether p is a packet whose attributes are in order and whose Message-Authenticator is there and right; request:
 * the authenticator of the request that p answers (then the response authenticator is checked too), NULL: p is one.
 */
bool radius_good(const struct radius *p, const uint8_t *request, const char *secret);
/* The first of this type, NULL: none. Of good packets only. */
const uint8_t *radius_find(const struct radius *p, uint8_t type, size_t *n);
size_t radius_eap(const struct radius *p, uint8_t *out, size_t cap);	/* EAP-Messages joined; 0: none, or too long */
/* The key of an Access-Accept in clear; false: it is not there, or is no key of 32 octets. */
bool radius_key(const struct radius *p, uint8_t type, const char *secret, const uint8_t request[16], uint8_t key[32]);

#endif
