/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Internet checksum [RFC 1071] and its incremental update [RFC 1624]. Sums are kept as 32/64-bit partial sums,
 * folded at the end. */
#ifndef MOOR_BASE_CHECKSUM_H
#define MOOR_BASE_CHECKSUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

uint64_t csum_add(uint64_t sum, const uint8_t *p, size_t n);	/* n may be odd only in the last call of a sum */
uint16_t csum_fold(uint64_t sum);				/* one's complement of the folded sum, as the 16-bit number to store big-endian */
uint64_t csum_pseudo6(const struct ip6_addr *src, const struct ip6_addr *dst, uint32_t len, uint8_t next_header);
/* Whether the n octets at p, their checksum among them, are right under this pseudo-header [RFC 8200 8.1]. */
bool csum_ok6(const struct ip6_addr *src, const struct ip6_addr *dst, uint8_t next_header, const uint8_t *p,
	      uint32_t n);
uint64_t csum_pseudo4(struct ip4_addr src, struct ip4_addr dst, uint16_t len, uint8_t protocol);
/* values as they read big-endian [RFC 1624 3] */
uint16_t csum_update32(uint16_t csum, uint32_t old_value, uint32_t new_value);
uint16_t csum_update16(uint16_t csum, uint16_t old_value, uint16_t new_value);

#endif
