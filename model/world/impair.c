/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: impairments
 *
 * What befalls a frame is drawn from streams of its own: the key names the link and the sending port, the purpose is
 * mixed into the key, and the number of the frame is the place in the stream. So a draw depends on nothing but those:
 * switching duplication on does not move the losses, and no state is kept but a key and a count.
 */
#include "world/priv.h"

enum purpose { P_LOSS = 1, P_TWICE, P_LATE, P_CORRUPT, P_DELAY };

static struct rng stream(uint64_t key, enum purpose purpose, uint32_t frame)
{
	return rng_at(key + purpose * UINT64_C(0x9e3779b97f4a7c15), (uint64_t)frame << 5);
}

bool impairs(const struct link_params *lp)
{
	return lp->loss_ppm | lp->dup_ppm | lp->reorder_ppm | lp->corrupt_ppm || lp->delay.kind != DELAY_CONSTANT;
}

static bool happens(uint32_t ppm, uint64_t key, enum purpose purpose, uint32_t frame)
{
	struct rng r;

	if (!ppm)
		return false;
	r = stream(key, purpose, frame);
	return rng_chance(&r, ppm);
}

static moor_time draw_delay(const struct delay *d, uint64_t key, uint32_t frame)
{
	struct rng r;

	if (d->kind == DELAY_CONSTANT)
		return d->a;
	r = stream(key, P_DELAY, frame);
	switch (d->kind) {
	case DELAY_CONSTANT:
		break;
	case DELAY_UNIFORM:
		return rng_span(&r, d->a, d->b);
	case DELAY_NORMAL:
		return rng_normal(&r, d->a, d->b, 0);
	case DELAY_EXPONENTIAL:
		return moor_time_add(d->a, rng_exp(&r, d->b));
	}
	return d->a;
}

static void corrupt(struct moor_pkt *pkt, uint64_t key, uint32_t frame)
{
	struct rng r = stream(key, P_CORRUPT, frame);
	uint64_t bit;

	rng_u64(&r);		/* the draw that decided it */
	if (pkt->len <= ETH_OCTETS)
		return;
	bit = rng_below(&r, 8 * (uint64_t)(pkt->len - ETH_OCTETS));
	pkt->data[ETH_OCTETS + bit / 8] ^= (uint8_t)(0x80u >> bit % 8);
	pkt->as_sent = false;
}

struct fate impair(const struct link_params *lp, uint64_t key, uint32_t frame, struct moor_pkt *pkt)
{
	struct fate f = { .delay = draw_delay(&lp->delay, key, frame) };

	f.lost = happens(lp->loss_ppm, key, P_LOSS, frame);
	f.twice = happens(lp->dup_ppm, key, P_TWICE, frame);
	f.late = happens(lp->reorder_ppm, key, P_LATE, frame);
	if (f.late)
		f.delay = moor_time_add(f.delay, lp->reorder_extra);
	if (happens(lp->corrupt_ppm, key, P_CORRUPT, frame))
		corrupt(pkt, key, frame);
	return f;
}

bool loss_mask_next(const struct link_params *lp, uint8_t *at)
{
	bool lost;

	if (!lp->loss_mask_bits)
		return false;
	lost = lp->loss_mask >> *at & 1;
	*at = (uint8_t)(*at + 1 < lp->loss_mask_bits ? *at + 1 : 0);
	return lost;
}
