/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * User data and neighbour discovery in a capture: which packets are a mobile node's and reached it or left it, and
 * when a care-of address was tested. The silences around a handover are what a user notices of it.
 *
 * A packet towards the mobile node counts when it was seen at an interface where the mobile node's updates come from,
 * on its way to the present care-of address (or untunnelled while no binding stands); a tunnelled one from it when it
 * was seen where the updates go. Losses cannot be told: a capture has no sequence numbers of the sender.
 * [RFC 6275 11.3.1, 10.4.2] [RFC 4862 5.4.2]
 */
#include "emu/replay_internal.h"

static uint32_t owner(const struct replay *r, const struct ip6_addr *a)
{
	uint32_t i;

	if (map_get(&r->homes, map_key_ip6(a), &i)
	    || (r->prefixes.count && map_get(&r->prefixes, (struct map_key){ ip6_high64(a), 64 }, &i)))
		return i;
	return REPLAY_NONE;
}

uint32_t replay_owner(const struct replay *r, const struct ip6_addr *src, const struct ip6_addr *dst, bool *up)
{
	uint32_t i = owner(r, src);

	*up = i != REPLAY_NONE;
	return *up ? i : owner(r, dst);
}

static void emit_data(struct replay *r, const struct binding *b, enum rec_kind kind, bool up, moor_time at,
		      uint32_t node, uint32_t octets)
{
	struct moor_record rec;

	/* the metrics look at nothing but what is filled in here */
	if (r->writer || r->ladder)
		replay_clear(&rec, sizeof(rec));
	rec.at = at;
	rec.kind = kind;
	rec.node = node;
	rec.instance = 0;
	rec.port = b->port;
	rec.u.data.flow = (uint32_t)(b - binding_at(r, 0)) + 1;
	rec.u.data.octets = octets;
	rec.u.data.sequence = b->data[up];
	rec.u.data.sent_at = at;
	rec.u.data.direction = up;
	replay_emit(r, &rec);
}

/* When it was seen last at one of these interfaces; -1: it was not. */
static moor_time seen_at(const struct seen *s, const struct spots *where)
{
	moor_time at = -1;

	for (unsigned i = 0; i < s->n_places; i++)
		for (unsigned k = 0; k < where->n; k++)
			if (s->place[i].spot == where->of[k])
				at = MAX(at, s->place[i].at);
	return at;
}

/* Towards the mobile node: did it get there? Asking from a new place it has left the old one. */
static bool reached(const struct seen *s, const struct binding *b)
{
	const struct ip6_addr *place = b->asking && b->asked_life ? &b->asked : &b->care_of;

	if (seen_at(s, &b->near) < 0)
		return false;
	return !b->registered || (s->tunnelled && (ip6_eq(&s->outer_dst, place) || ip6_eq(&s->last_dst, place)));
}

void replay_data(struct replay *r, struct seen *s, enum told how)
{
	struct binding *b;

	if (s->owners != r->owners) {
		s->owner = replay_owner(r, &s->src, &s->dst, &s->up);
		s->owners = r->owners;
	}
	if (s->owner == REPLAY_NONE)
		return;
	b = binding_at(r, s->owner);
	if (!s->up) {
		if (!(how & TOLD_ARRIVED) || !reached(s, b))
			return;
		r->counts.data++;
		b->data[0]++;
		emit_data(r, b, REC_DATA_RX, false, s->last, b->node, s->len);
		return;
	}
	if (how & TOLD_SENT) {
		r->counts.data++;
		b->data[1]++;
		emit_data(r, b, REC_DATA_TX, true, s->at, b->node, s->len);
	}
	/* through the tunnel it must have come to the home agent; from home it may go other ways */
	if (how & TOLD_ARRIVED && (!s->tunnelled || seen_at(s, &b->far) >= 0))
		emit_data(r, b, REC_DATA_RX, true, s->last, b->peer_node, s->len);
}

/* Told when the time of the observation is over: by then the binding that wants the address may be known. */
void replay_discovery(struct replay *r, struct seen *s)
{
	struct moor_record rec = { .at = s->at, .kind = REC_ADDRESS, .port = REC_NONE };
	uint32_t i;

	if (s->kind == SEEN_SOLICIT) {
		r->counts.solicits++;
		return;
	}
	r->counts.dads++;
	r->dads_held--;
	if (!map_get(&r->places, map_key_ip6(&s->home), &i))
		return;
	rec.node = i;
	rec.u.address.what = ADDRESS_TENTATIVE;
	rec.u.address.prefix_len = 64;
	rec.u.address.addr = s->home;
	replay_emit(r, &rec);
	rec.kind = REC_MOVE;
	rec.u.move.what = MOVE_ADDRESS_FORMED;
	rec.u.move.addr = s->home;
	map_put(&r->formed, (struct map_key){ i, 0 }, 1);
	replay_emit(r, &rec);
}
