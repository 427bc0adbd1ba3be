/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The LMA's side of IPsec with its MAGs: see pmip_sec.h.
 */
#ifndef MOOR_PROTO_PMIP_LMA_SEC_H
#define MOOR_PROTO_PMIP_LMA_SEC_H

#include "proto/pmip_lma.h"
#include "proto/pmip_sec.h"

/* Once, behind pmip_lma_new; goes with the LMA. */
void pmip_lma_secure(struct pmip_lma *a, const struct pmip_sec_config *c);
/* of: the MAG. */
struct pmip_sec_view pmip_lma_sec_view(const struct pmip_lma *a, const struct ip6_addr *of);
/* Replaces the IKE SA (ike) or the child SA with this MAG now. False: there is none. */
bool pmip_lma_sec_rekey(struct pmip_lma *a, const struct ip6_addr *of, bool ike);

#endif
