/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The 3GPP vendor-specific mobility option (type 19, enterprise 10415) [29.275 12.1.1]: sub-types, and the
 * protocol configuration options that some of them carry [24.008 10.5.6.3].
 */
#ifndef MOOR_WIRE_MH_3GPP_H
#define MOOR_WIRE_MH_3GPP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "wire/mh_opt.h"

#define MH_VENDOR_3GPP 10415
#define MH_3GPP_VALUE_MAX 249u		/* octets of a value in one option */

enum mh_3gpp_subtype {
	MH_3GPP_PCO = 1, MH_3GPP_ERROR_CODE = 2, MH_3GPP_PGW_ADDRESS = 3, MH_3GPP_DHCP4_INDICATION = 4,
	MH_3GPP_FQ_CSID = 5, MH_3GPP_PDN_TYPE = 6, MH_3GPP_CHARGING_ID = 7, MH_3GPP_SELECTION_MODE = 8,
	MH_3GPP_IWLAN_APN = 9, MH_3GPP_CHARGING_CHARS = 10, MH_3GPP_MEI = 11, MH_3GPP_MSISDN = 12,
	MH_3GPP_SERVING_NETWORK = 13, MH_3GPP_APN_RESTRICTION = 14, MH_3GPP_MAX_APN_RESTRICTION = 15,
	MH_3GPP_UNAUTH_IMSI = 16, MH_3GPP_PDN_CONNECTION_ID = 17, MH_3GPP_PGW_BACKOFF = 18,
	MH_3GPP_SIGNALLING_PRIORITY = 19, MH_3GPP_APCO = 20, MH_3GPP_STATIC_IP = 21, MH_3GPP_MME_SGSN_ID = 22,
	MH_3GPP_END_MARKER = 23, MH_3GPP_TWAN_MODE = 24, MH_3GPP_TIME_ZONE = 25, MH_3GPP_ANI_TIMESTAMP = 26,
	MH_3GPP_LOGICAL_ACCESS_ID = 27, MH_3GPP_ORIGINATION_TIMESTAMP = 28, MH_3GPP_MAX_WAIT_TIME = 29,
	MH_3GPP_TWAN_CAPABILITIES = 30,
};

enum mh_3gpp_pdn_type { MH_PDN_IP4 = 1, MH_PDN_IP6 = 2, MH_PDN_IP4IP6 = 3 };

/* PCO containers of mobility [24.008 10.5.6.3]; the same number means another thing in each direction. */
enum mh_pco_id {
	MH_PCO_HA_IP6 = 0x0007,			/* UE: asks for the HA address; network: its IPv6 address */
	MH_PCO_HNP = 0x0008,			/* UE: asks; network: prefix 16 octets and its length */
	MH_PCO_HA_IP4 = 0x0009,
	MH_PCO_IFOM = 0x000f,
};

/* The 3GPP option of a sub-type within n options, or NULL (first one). */
const struct mh_opt *mh_3gpp_find(const struct mh_opt *opt, unsigned n, uint8_t subtype);

/* A value of n octets (big-endian, n 1..4) out of an option's data; false when the data is shorter. */
bool mh_3gpp_number(const struct mh_opt *o, unsigned n, uint32_t *out);
/* PGW address: 4 or 16 octets. family 4 or 6; false when neither. */
bool mh_3gpp_address(const struct mh_opt *o, uint8_t *family, struct ip4_addr *ip4, struct ip6_addr *ip6);

struct mh_pco_item { uint16_t id; struct mh_octets data; };	/* lent */
/* fault: an item ran past the end, or the data had no first octet */
struct mh_pco_walk { const uint8_t *p, *end; bool fault; };

/* Walks the items of a PCO value (from 24.008's octet 3: the configuration protocol octet). False at the end. */
struct mh_pco_walk mh_pco_walk(struct mh_octets pco);
bool mh_pco_next(struct mh_pco_walk *w, struct mh_pco_item *out);

/* Writes a PCO value with these items; 0 when it does not fit cap or an item has more than 255 octets of data. */
size_t mh_pco_encode(const struct mh_pco_item *item, unsigned n, uint8_t *buf, size_t cap);

#endif
