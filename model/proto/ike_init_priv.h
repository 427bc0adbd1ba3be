/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside of IKE_SA_INIT, shared by ike_init.c (initiator, and what both sides have in common) and ike_init_resp.c
 * (responder).
 */
#ifndef MOOR_PROTO_IKE_INIT_PRIV_H
#define MOOR_PROTO_IKE_INIT_PRIV_H

#include "proto/ike_priv.h"

struct ike_auth *init_auth_new(struct ike_sa *sa);
void init_keep(struct ike *k, struct moor_pkt **where, const uint8_t *p, size_t n);
/* Octets o of the message that was decoded at base, as they lie in the kept copy of it. */
struct crypto_part init_part(const struct moor_pkt *message, const uint8_t *base, const struct ike_octets *o);
/* Our nonce in our own kept message. Uses iw->inner. */
struct ike_octets init_own_nonce(const struct ike_auth *a);

void init_write_nat(const struct ike *k, struct ike_writer *w, const struct ike_path *path, uint64_t spi_i,
		    uint64_t spi_r);
/* Who is behind a NAT; path: as the message came. */
void init_read_nat(struct ike_sa *sa, const struct ike_msg *m, const struct ike_path *path);
void init_write_hashes(struct ike_writer *w);
uint32_t init_read_hashes(const struct ike_msg *m);

/* Responder: repeated requests find this set-up from now on, or not any more. */
void init_index(struct ike_auth *a, bool there);

#endif
