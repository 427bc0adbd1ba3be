/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: messages that come in fragments [RFC 7383 2.6]
 *
 * Each fragment is authentic by itself before it comes here, so nobody without keys can fill this store. Keys of a
 * half-open SA anybody may have, so a responder keeps less for those. One message per SA is put together at a time:
 * with a window of one there is no other, but an old one that was given up.
 */
#include "proto/ike_priv.h"

#include <string.h>

#define FRAGS_MAX 256u
#define HALF_OPEN_MAX 8192u		/* octets of a message of somebody who is not authenticated yet */

void ike_frags_drop(struct ike_sa *sa)
{
	struct ike_world *iw = sa->k->iw;

	if (!sa->frags)
		return;
	ike_chain_free(sa->k, ((struct ike_frags *)slab_get(&iw->frags, sa->frags))->pieces);
	slab_free(&iw->frags, sa->frags);
	sa->frags = 0;
}

/* What this fragment belongs to; a new message, and one cut into more pieces [RFC 7383 2.6.1], begin anew. */
static struct ike_frags *frags_of(struct ike_sa *sa, const struct ike_hdr *h, const struct ike_sk *sk)
{
	struct ike_world *iw = sa->k->iw;
	struct ike_frags *f = sa->frags ? slab_get(&iw->frags, sa->frags) : NULL;
	moor_handle self;

	if (f && f->mid == h->mid && (f->flags & IKE_FLAG_R) == (h->flags & IKE_FLAG_R) && f->total >= sk->total)
		return f->total == sk->total ? f : NULL;
	ike_frags_drop(sa);
	f = slab_alloc(&iw->frags, &self);
	f->self = self;
	f->mid = h->mid;
	f->flags = h->flags;
	f->total = sk->total;
	sa->frags = self;
	return f;
}

static bool put(struct ike_sa *sa, struct ike_frags *f, uint16_t number, const uint8_t *p, size_t n)
{
	uint32_t most = sa->initiator || sa->established ? IKE_PLAIN_MAX : HALF_OPEN_MAX;
	struct moor_pkt **at = &f->pieces, *q;

	while (*at && (*at)->frame < number)
		at = &(*at)->next;
	if ((*at && (*at)->frame == number) || f->octets + n > most)
		return false;
	q = moor_pkt_from(ike_w(sa->k), p, n);
	q->frame = number;
	q->next = *at;
	*at = q;
	f->octets += (uint32_t)n;
	f->have++;
	return true;
}

bool ike_frag_in(struct ike_sa *sa, const struct ike_hdr *h, const struct ike_sk *sk, const uint8_t *p, size_t n,
		 uint8_t *inner, size_t *whole)
{
	struct ike_world *iw = sa->k->iw;
	struct ike_frags *f = sk->total <= FRAGS_MAX ? frags_of(sa, h, sk) : NULL;

	if (!f || !put(sa, f, sk->number, p, n)) {
		ike_discard(sa->k, "ike-fragment-repeated", "RFC 7383 2.6");
		return false;
	}
	if (sk->number == 1)
		f->inner = sk->inner;
	if (f->have < f->total)
		return false;
	*whole = 0;
	for (const struct moor_pkt *q = f->pieces; q; q = q->next) {
		memcpy(iw->plain + IKE_HDR_LEN + *whole, q->data, q->len);
		*whole += q->len;
	}
	*inner = f->inner;
	ike_frags_drop(sa);
	return true;
}
