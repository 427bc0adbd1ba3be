/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What encrypted messages say: remembers the words for the latest ones that were sent protected, so that a frame which
 * carries one can be commented on.
 */
#ifndef MOOR_TRACES_CLEAR_H
#define MOOR_TRACES_CLEAR_H

#include "base/text.h"
#include "wire/frame.h"
#include "world/record.h"

struct clear_texts;

struct clear_texts *clear_texts_new(void);
void clear_texts_free(struct clear_texts *c);
/* A REC_SIGNAL_TX; only protected messages are kept. */
void clear_texts_sent(struct clear_texts *c, const struct moor_record *r);
/* The words for the encrypted message in the frame; NULL: none is known. Lent until the next one is kept. */
const char *clear_texts_find(const struct clear_texts *c, const struct frame_view *v);

/* A key for an IKE message (at least IKE_HDR_LEN octets) before and after encryption: SPIs, exchange, flags, id. */
uint64_t clear_ike_key(const uint8_t *message);

#endif
