/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The MAG's side of IPsec with its LMAs: see pmip_sec.h.
 */
#ifndef MOOR_PROTO_PMIP_MAG_SEC_H
#define MOOR_PROTO_PMIP_MAG_SEC_H

#include "proto/pmip_mag.h"
#include "proto/pmip_sec.h"

/* Once, behind pmip_mag_new; goes with the MAG. IKE begins with the next event. */
void pmip_mag_secure(struct pmip_mag *m, const struct pmip_sec_config *c);
/* of: the LMA. */
struct pmip_sec_view pmip_mag_sec_view(const struct pmip_mag *m, const struct ip6_addr *of);
/* Replaces the IKE SA (ike) or the child SA with this LMA now. False: there is none. */
bool pmip_mag_sec_rekey(struct pmip_mag *m, const struct ip6_addr *of, bool ike);

#endif
