/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: heartbeats of PMIPv6 [RFC 5847; RFC 5847 4 for IPv4 transport]
 *
 * A request every HEARTBEAT_INTERVAL to each peer with sessions; more than MISSING_HEARTBEATS_ALLOWED without an answer
 * and it counts as lost, until it answers again. Answers carry the Restart Counter, which survives a restart of the
 * node as a disk would keep it; a counter that changed tells that the peer lost its sessions.
 */
#include "proto/pmip_heartbeat.h"

#include "base/mem.h"
#include "base/slab.h"

struct peer {
	struct pmip_heart *x;
	struct ip6_addr local, remote;
	struct moor_timer timer;
	moor_handle self;
	uint32_t seq;			/* of the last request */
	uint32_t counter;		/* its Restart Counter, and */
	moor_time counted_at;		/* when it was last told */
	uint16_t missing;		/* requests in a row without an answer */
	uint8_t transport;
	bool watched : 1, waiting : 1, counted : 1, lost : 1;
};

struct pmip_heart {
	struct net_host *h;
	const struct timer_set *timers;
	const struct pmip_heart_ops *ops;
	void *owner;
	struct slab peers;
	uint32_t restarts;
	enum mh_profile profile;
};

static struct moor_world *world_of(const struct pmip_heart *x) { return net_host_world(x->h); }

static int64_t value(const struct pmip_heart *x, enum timer_id id)
{
	return x->timers ? x->timers->v[id] : timer_rows[id].def;
}

static struct peer *find(const struct pmip_heart *x, const struct ip6_addr *remote)
{
	moor_handle h = 0;
	struct peer *p;

	while ((p = slab_next(&x->peers, &h)))		/* peers are few, and this is not the packet path */
		if (ip6_eq(&p->remote, remote))
			return p;
	return NULL;
}

/* ---- out --------------------------------------------------------------------------------------------------------- */

static void send(const struct peer *p, uint16_t flags, uint32_t seq)
{
	struct pmip_heart *x = p->x;
	struct pmip_tx tx = { .local = p->local, .remote = p->remote, .transport = (enum pmip_transport)p->transport,
			      .profile = x->profile, .attempt = 1, .proxy_coa = p->remote };
	struct mh_msg m;

	mh_start(&m, MH_HEARTBEAT);
	m.heartbeat.flags = flags;
	m.heartbeat.seq = seq;
	if (flags & MH_HB_R)
		mh_add(&m, MH_OPT_RESTART_COUNTER)->u32 = x->restarts;
	pmip_send(x->h, &m, &tx);
}

static void beat(struct moor_world *w, struct moor_timer *t)
{
	struct peer *p = MOOR_CONTAINER(t, struct peer, timer);
	struct pmip_heart *x = p->x;
	struct ip6_addr remote = p->remote;
	bool now_lost;

	p->missing += p->waiting;
	now_lost = p->missing > value(x, T_HEARTBEATS_MISSING) && !p->lost;
	p->lost = p->lost || now_lost;
	p->waiting = true;
	send(p, 0, ++p->seq);
	moor_timer_in(w, &p->timer, value(x, T_HEARTBEAT), beat);
	if (now_lost && x->ops->lost)
		x->ops->lost(x->owner, &remote);
}

/* ---- in ---------------------------------------------------------------------------------------------------------- */

static void answered(struct pmip_heart *x, struct peer *p, const struct mh_msg *m)
{
	const struct mh_opt *o = mh_find(m, MH_OPT_RESTART_COUNTER);
	struct ip6_addr remote = p->remote;
	bool unsolicited = m->heartbeat.flags & MH_HB_U, other;
	moor_time now = moor_world_now(world_of(x)), since = unsolicited ? now : p->counted_at;

	if (!unsolicited && (!p->waiting || m->heartbeat.seq != p->seq)) {
		dsmip_discard(x->h, 0, "heartbeat-sequence", "RFC 5847 3.1");
		return;
	}
	if (!unsolicited) {
		p->waiting = false;
		p->missing = 0;
	}
	p->lost = false;
	if (!o)
		return;
	other = p->counted && o->u32 != p->counter;
	p->counted = true;
	p->counter = o->u32;
	p->counted_at = now;
	if (other && x->ops->restarted)		/* an unsolicited one is sent before anything else */
		x->ops->restarted(x->owner, &remote, since);
}

void pmip_heart_input(struct pmip_heart *x, const struct pmip_rx *r)
{
	struct peer *p = find(x, &r->src), stranger;

	pmip_record_rx(r, x->profile, (struct mh_context){ .procedure = MH_PROC_ANY }, &ip6_any, &r->src, 0);
	if (r->d.m.heartbeat.flags & MH_HB_R) {
		if (p)
			answered(x, p, &r->d.m);
		else
			dsmip_discard(x->h, 0, "heartbeat-stranger", "RFC 5847 3.1");
		return;
	}
	stranger = (struct peer){ .x = x, .local = r->dst, .remote = r->src, .transport = (uint8_t)r->transport };
	send(&stranger, MH_HB_R, r->d.m.heartbeat.seq);
}

/* ---- life -------------------------------------------------------------------------------------------------------- */

struct pmip_heart *pmip_heart_new(struct net_host *h, enum mh_profile profile, const struct timer_set *timers,
				  const struct pmip_heart_ops *ops, void *owner)
{
	struct pmip_heart *x = mem_zeroed(sizeof *x);

	*x = (struct pmip_heart){ .h = h, .profile = profile, .timers = timers, .ops = ops, .owner = owner, .restarts = 1 };
	slab_init(&x->peers, "pmip-heartbeat-peer", sizeof(struct peer));
	return x;
}

void pmip_heart_free(struct pmip_heart *x)
{
	moor_handle h = 0;
	struct peer *p;

	while ((p = slab_next(&x->peers, &h)))
		moor_timer_cancel(world_of(x), &p->timer);
	slab_done(&x->peers);
	mem_free(x);
}

void pmip_heart_watch(struct pmip_heart *x, const struct ip6_addr *local, const struct ip6_addr *remote,
		      enum pmip_transport t, bool on)
{
	struct peer *p = find(x, remote);
	moor_handle h;

	if (!p && !on)
		return;
	if (!p) {
		p = slab_alloc(&x->peers, &h);
		*p = (struct peer){ .x = x, .remote = *remote, .self = h };
	}
	if (p->watched == on)
		return;
	p->watched = on;
	p->local = *local;
	p->transport = (uint8_t)t;
	p->waiting = p->lost = false;
	p->missing = 0;
	if (on)
		moor_timer_in(world_of(x), &p->timer, value(x, T_HEARTBEAT), beat);
	else
		moor_timer_cancel(world_of(x), &p->timer);
}

void pmip_heart_restart(struct pmip_heart *x)
{
	moor_handle h = 0;
	struct peer *p;

	x->restarts++;
	while ((p = slab_next(&x->peers, &h))) {
		if (p->watched)
			send(p, MH_HB_R | MH_HB_U, 0);
		moor_timer_cancel(world_of(x), &p->timer);
		slab_free(&x->peers, p->self);
	}
}

void pmip_heart_tell(struct pmip_heart *x, const struct ip6_addr *local, const struct ip6_addr *remote,
		     enum pmip_transport t)
{
	struct peer once = { .x = x, .local = *local, .remote = *remote, .transport = (uint8_t)t };

	send(&once, MH_HB_R | MH_HB_U, 0);
}

bool pmip_heart_watched(const struct pmip_heart *x, const struct ip6_addr *peer)
{
	const struct peer *p = find(x, peer);

	return p && p->watched;
}

uint32_t pmip_heart_counter(const struct pmip_heart *x) { return x->restarts; }

bool pmip_heart_alive(const struct pmip_heart *x, const struct ip6_addr *peer)
{
	const struct peer *p = find(x, peer);

	return !p || !p->lost;
}
