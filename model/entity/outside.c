/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: a node with a foreign stack
 *
 * Frames that come from a link go out by the wire, and back, as they are: whoever is there answers neighbour
 * solicitations, forms addresses, and decides. The node's own stack hears nothing any more, and a filter on each port
 * drops what its timers still send. It implements no clause: what is judged is what the stack outside sends.
 */
#include "entity/outside.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "entity/outside_ike.h"
#include "entity/outside_steps.h"
#include "world/filter.h"

struct pair {
	struct moor_filter mute;	/* first */
	struct outside *o;
	struct moor_port *port, *wire;
	struct outside_steps steps;	/* of a mobile node */
	bool own, any;			/* only its own frames come by the wire; those to others go there too */
	bool passing;			/* a frame from outside is being sent */
};

struct outside {
	enum mh_profile profile;
	enum outside_kind kind;
	struct outside_ike *ike;	/* NULL: nobody knows its keys */
	unsigned n, n_own;
	struct ip6_addr own[OUTSIDE_OWN_MAX];
	struct pair *pair;
	void (*carrier)(void *ctx, unsigned i, bool up);
	void *ctx;
	void (*sending)(void *ctx, unsigned i, struct moor_pkt *p);
	void *sending_ctx;
};

static enum filter_verdict on_frame(struct moor_filter *f, struct moor_port *p, enum filter_dir dir,
				    struct moor_pkt **pkt)
{
	const struct pair *i = (const struct pair *)(const void *)f;

	(void)p, (void)pkt;
	return dir == FILTER_IN || i->passing ? FILTER_PASS : FILTER_DROP;
}

static bool is_mobile(const struct outside *o) { return o->kind == OUTSIDE_HOST || o->kind == OUTSIDE_UE; }

/*
 * Whether what this frame says the node says, or is told, itself. Mobile nodes forward nothing; of others what goes
 * through them is somebody else's.
 */
static bool its_own(const struct outside *o, const struct outside_seen *s, const struct frame_ip *ip)
{
	const struct ip6_addr *a = s->sent ? &ip->src : &ip->dst;

	if (is_mobile(o) || !outside_is_global(a))
		return true;
	for (unsigned k = 0; k < o->n_own; k++)
		if (ip6_eq(&o->own[k], a))
			return true;
	return false;
}

/* A Mobility Header in its tunnel that is neither from it nor for it: of a UE behind a gateway, for instance. */
static bool carries_others(const struct outside *o, const struct outside_seen *s)
{
	return s->v.n_ip > 1 && its_own(o, s, frame_outer(&s->v)) && !its_own(o, s, frame_inner(&s->v));
}

static void watch(struct pair *i, struct moor_pkt *p, bool sent)
{
	struct outside_seen s;
	bool own;

	if (i->o->sending) {
		if (sent)
			i->o->sending(i->o->sending_ctx, (unsigned)(i - i->o->pair), p);
		return;
	}
	if (!outside_see(&s, i->port, i->o->profile, p->data, p->len, sent))
		return;
	own = its_own(i->o, &s, frame_outer(&s.v));
	/* a router has no mobility of its own: what has its address was translated */
	if (i->o->kind != OUTSIDE_ROUTER && (own || i->o->kind == OUTSIDE_NODE) && !carries_others(i->o, &s))
		outside_watch(&s);
	if (own && !(i->o->ike && outside_ike_watch(i->o->ike, i->port, &s.v, sent)))
		outside_signal(&s);
	if (is_mobile(i->o))
		outside_steps_frame(&i->steps, &s, i->o->kind == OUTSIDE_UE);
}

static void from_link(void *owner, struct moor_port *port, struct moor_pkt *p)
{
	struct pair *i = owner;

	if (!i->any && !(p->data[0] & 1) && memcmp(p->data, moor_port_mac(port)->o, 6))
		return;			/* another's */
	watch(i, p, false);
	if (moor_port_up(i->wire))
		moor_port_send(i->wire, moor_pkt_take(p));
}

static void from_wire(void *owner, struct moor_port *port, struct moor_pkt *p)
{
	struct pair *i = owner;

	(void)port;
	if (!moor_port_up(i->port) || (i->own && memcmp(p->data + 6, moor_port_mac(i->port)->o, 6)))
		return;
	watch(i, p, true);
	i->passing = true;
	moor_port_send(i->port, moor_pkt_take(p));
	i->passing = false;
}

static void on_carrier(void *owner, struct moor_port *port, bool up)
{
	struct pair *i = owner;

	if (is_mobile(i->o))
		outside_steps_carrier(&i->steps, port, up);
	if (i->o->carrier)
		i->o->carrier(i->o->ctx, (unsigned)(i - i->o->pair), up);
}

static void on_wire_carrier(void *owner, struct moor_port *port, bool up)
{
	(void)owner, (void)port, (void)up;
}

static void take(struct outside *o, struct pair *i, struct moor_port *port)
{
	char name[64] = ">";

	strncat(name, moor_port_name(port), sizeof name - 2);
	i->o = o;
	i->port = port;
	i->wire = moor_port_new(moor_port_node(port), name, moor_port_mac(port));
	i->mute = (struct moor_filter){ .name = "outside", .frame = on_frame };
	moor_filter_add(port, &i->mute);
	moor_port_handlers(port, from_link, on_carrier, i);
	moor_port_handlers(i->wire, from_wire, on_wire_carrier, i);
	/* the stack outside chooses its groups, and hears what its interface would hear */
	moor_port_all_groups(port, true);
	moor_port_promiscuous(i->wire, true);
}

struct outside *outside_new(struct moor_node *n, enum mh_profile profile, enum outside_kind kind)
{
	struct outside *o = mem_zeroed(sizeof *o);
	struct moor_world *w = moor_node_world(n);
	struct moor_port *p;
	uint32_t k, end = 0;

	o->profile = profile;
	o->kind = kind;
	for (; (p = moor_port_at(w, end)); end++)
		o->n += moor_port_node(p) == n;
	o->pair = mem_zeroed((o->n + 1) * sizeof *o->pair);
	o->n = 0;
	for (k = 0; k < end; k++)
		if (moor_port_node(moor_port_at(w, k)) == n)
			take(o, &o->pair[o->n++], moor_port_at(w, k));
	return o;
}

void outside_free(struct outside *o)
{
	if (!o)
		return;
	outside_ike_free(o->ike);
	mem_free(o->pair);
	mem_free(o);
}

void outside_keys(struct outside *o, struct keyring *keys)
{
	outside_ike_free(o->ike);
	o->ike = outside_ike_new(keys);
}

void outside_address(struct outside *o, const struct ip6_addr *a)
{
	if (o->n_own < OUTSIDE_OWN_MAX)
		o->own[o->n_own++] = *a;
}

unsigned outside_count(const struct outside *o) { return o->n; }

struct moor_port *outside_port(const struct outside *o, unsigned i)
{
	assert(i < o->n);
	return o->pair[i].port;
}

struct moor_port *outside_wire(const struct outside *o, unsigned i)
{
	assert(i < o->n);
	return o->pair[i].wire;
}

void outside_shared(struct outside *o, unsigned i, bool known)
{
	assert(i < o->n);
	o->pair[i].own = known;
	o->pair[i].any = !known;
	moor_port_promiscuous(o->pair[i].port, !known);
}

void outside_on_carrier(struct outside *o, void (*fn)(void *ctx, unsigned i, bool up), void *ctx)
{
	o->carrier = fn;
	o->ctx = ctx;
}

void outside_on_sending(struct outside *o, void (*fn)(void *ctx, unsigned i, struct moor_pkt *p), void *ctx)
{
	o->sending = fn;
	o->sending_ctx = ctx;
}
