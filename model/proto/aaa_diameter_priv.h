/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers that both halves of the AAA interface in Diameter's octets share. For model/proto/aaa_diameter*.c only.
 */
#ifndef MOOR_PROTO_AAA_DIAMETER_PRIV_H
#define MOOR_PROTO_AAA_DIAMETER_PRIV_H

#include "proto/aaa_diameter.h"

#define AAA_PMIP6_SUPPORTED UINT64_C(0x0000010000000000)	/* MIP6-Feature-Vector [RFC 5779 4.3] */
#define AAA_IP4_HOA_SUPPORTED UINT64_C(0x0000020000000000)

enum { AAA_PDN_IPV4 = 0, AAA_PDN_IPV6 = 1, AAA_PDN_IPV4V6 = 2 };	/* PDN-Type [TS 29.272 7.3.62] */

/* Own-Asks, Own-Policy */
enum { AAA_OWN_SECOND = 1, AAA_OWN_NO_REDIRECT = 2 };
enum {
	AAA_OWN_EXTERNAL = 1, AAA_OWN_NO_IP6 = 4, AAA_OWN_TIMESTAMP = 8, AAA_OWN_MANAGED = 16,
	AAA_OWN_OTHER = 32, AAA_OWN_LOCAL_SHIFT = 6
};

#endif
