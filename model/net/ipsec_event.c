/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the owner of the security associations (IKE) hears of the traffic on them: queued, and told by a timer due now,
 * so that it may add and remove associations without pulling them away under a packet. Events of a host whose owner
 * does not listen are not made.
 */
#include "net/ipsec_priv.h"

static void tell(struct ipsec *s, const struct ipsec_event *e)
{
	const struct ipsec_ops *ops = s->ops;

	switch ((enum ipsec_event_kind)e->kind) {
	case IPSEC_SOFT_LIMIT:
		if (ops->soft_limit && child_get(s, e->child))
			ops->soft_limit(s->owner, e->child);
		return;
	case IPSEC_NO_SA:
		if (ops->no_sa)
			ops->no_sa(s->owner, &e->wanted);
		return;
	case IPSEC_UNKNOWN_SPI:
		if (ops->unknown_spi)
			ops->unknown_spi(s->owner, &e->from, e->spi);
		return;
	case IPSEC_HEARD:
		if (ops->heard && child_get(s, e->child))
			ops->heard(s->owner, e->child);
		return;
	}
}

static void events_due(struct moor_world *w, struct moor_timer *t)
{
	struct ipsec_world *iw = MOOR_CONTAINER(t, struct ipsec_world, timer);
	struct ipsec_event *e;

	net_enter(net_world_of(w));
	while ((e = iw->first)) {
		struct ipsec *s = slab_get(&iw->hosts, e->owner);

		iw->first = e->next;
		if (!iw->first)
			iw->last = NULL;
		if (s)
			tell(s, e);
		slab_free(&iw->events, e->self);
	}
	net_leave(net_world_of(w));
}

struct ipsec_event *ipsec_post(struct ipsec *s, enum ipsec_event_kind kind)
{
	struct ipsec_world *iw = s->iw;
	struct ipsec_event *e;
	moor_handle self;

	if (!s->ops || iw->events.count >= IPSEC_EVENTS_MAX)
		return NULL;
	e = slab_alloc(&iw->events, &self);
	e->self = self;
	e->owner = s->self;
	e->kind = (uint8_t)kind;
	if (iw->last)
		iw->last->next = e;
	else
		iw->first = e;
	iw->last = e;
	if (!moor_timer_pending(&iw->timer))
		moor_timer_in(iw->w, &iw->timer, 0, events_due);
	return e;
}
