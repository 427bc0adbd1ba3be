/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cipher suites by the names that strongSwan's configuration uses, "aes128-sha256-modp2048", so that a test says one
 * text to both ends.
 */
#ifndef MOOR_TESTS_INTEROP_SUITES_H
#define MOOR_TESTS_INTEROP_SUITES_H

#include "proto/ike.h"

/* One suite; with a PRF for IKE (that of the integrity algorithm unless it is named: "prfsha256"). False: unknown. */
bool suite_of(const char *text, bool esp, struct ike_suite *out);

#endif
