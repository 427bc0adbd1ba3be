/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words of the scenario language for cryptography, and what can be wrong about keys beyond the table.
 */
#ifndef MOOR_SCENARIOS_SECURITY_H
#define MOOR_SCENARIOS_SECURITY_H

#include "proto/ike.h"
#include "scenarios/load.h"

/* "aes-128-gcm" fills encr, key_bits, integ and (for IKE) prf of the suite; "x25519" gives a group. False: no such. */
bool security_encryption(const char *word, struct ike_suite *out);
bool security_group(const char *word, uint16_t *group);
/* 15 digits as a number; false: they are not. */
bool security_imsi(const char *word, uint64_t *out);
/* 32 hex digits as 16 octets. */
bool security_key(const char *word, uint8_t out[16]);

/* Does any UE of the scenario use IKEv2? */
bool security_wanted(const struct scenario *s);

/* The path of a file that the scenario names, as seen from the scenario; free with g_free. */
char *security_path(const struct tree *at, const char *name);
/* Prices of cryptography: the built-in ones, over them those of the scenario's file. Errors go to the report. */
bool security_costs(const struct scen_crypto *c, struct crypto_costs *out, struct report *r);

void security_check_node(const struct scenario *s, const struct scen_node *n, struct report *r);
void security_check_action(const struct scenario *s, const struct scen_action *a, struct report *r);

#endif
