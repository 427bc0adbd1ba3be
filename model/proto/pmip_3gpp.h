/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The 3GPP options of PBU and PBA [29.275 12.1.1] that MAG and LMA understand: protocol configuration options, charging
 * id, PDN connection id, PDN type indication, error code, DHCPv4 address allocation. Values are lent to messages: they
 * live in a room of the caller's until the message is sent.
 */
#ifndef MOOR_PROTO_PMIP_3GPP_H
#define MOOR_PROTO_PMIP_3GPP_H

#include "wire/mh.h"
#include "wire/mh_3gpp.h"

#define PMIP_DNS_MAX 3u			/* addresses of each family */

/* Room for the values of one message. */
struct pmip_values {
	uint8_t o[256];
	size_t n;
};

/* What PDN gateways tell hosts of a PDN [24.008 10.5.6.3]. */
struct pmip_pdn {
	uint8_t n_dns4, n_dns6, n_cscf4, n_cscf6;
	struct ip4_addr dns4[PMIP_DNS_MAX], cscf4[PMIP_DNS_MAX];
	struct ip6_addr dns6[PMIP_DNS_MAX], cscf6[PMIP_DNS_MAX];
};

/* Errors of the 3GPP error code, GTPv2's causes [TS 29.274 8.4]. */
enum pmip_3gpp_error {
	PMIP_3GPP_NEW_PDN_TYPE = 18,	/* by the network's preference */
	PMIP_3GPP_NO_RESOURCES = 73, PMIP_3GPP_ALL_OCCUPIED = 84, PMIP_3GPP_APN_DENIED = 93
};

/* Does the message carry any option of 3GPP? */
bool pmip_3gpp_any(const struct mh_msg *m);
/* An option of n octets of value; nothing when the room or the message is full. */
void pmip_3gpp_add(struct mh_msg *m, struct pmip_values *v, uint8_t subtype, uint32_t value, unsigned n);
/* A value of n octets; false: no such option, or another length. */
bool pmip_3gpp_get(const struct mh_msg *m, uint8_t subtype, unsigned n, uint32_t *value);
/* Protocol configuration options: what a MAG asks for, what the LMA answers to what was asked, what the MAG reads. */
void pmip_3gpp_ask_pco(struct mh_msg *m, struct pmip_values *v);
void pmip_3gpp_answer_pco(struct mh_msg *m, struct pmip_values *v, const struct mh_msg *asked,
			  const struct pmip_pdn *p);
bool pmip_3gpp_read_pco(const struct mh_msg *m, struct pmip_pdn *p);	/* false: there is none, or it cannot be read */

#endif
