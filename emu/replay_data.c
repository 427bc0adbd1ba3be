/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * User data and neighbour discovery in a capture: which packets are a mobile node's and reached it or left it, and
 * when a care-of address was tested. The silences around a handover are what a user notices of it.
 *
 * A packet towards the mobile node counts when it was seen on its way to the present care-of address (or untunnelled
 * while no binding stands); one from it counts wherever it was seen first. Losses cannot be told: a capture has no
 * sequence numbers of the sender. [RFC 6275 11.3.1, 10.4.2] [RFC 4862 5.4.2]
 */
#include "emu/replay_internal.h"

static struct binding *owner(const struct replay *r, const struct ip6_addr *a)
{
	uint32_t i;

	if (map_get(&r->homes, map_key_ip6(a), &i)
	    || (r->prefixes.count && map_get(&r->prefixes, (struct map_key){ ip6_high64(a), 64 }, &i)))
		return binding_at(r, i);
	return NULL;
}

static void emit_data(struct replay *r, const struct binding *b, enum rec_kind kind, bool up, moor_time at,
		      uint32_t node, uint32_t octets)
{
	struct moor_record rec = { .at = at, .kind = kind, .node = node, .port = b->port };

	rec.u.data.flow = (uint32_t)(b - binding_at(r, 0)) + 1;
	rec.u.data.octets = octets;
	rec.u.data.sequence = b->data[up];
	rec.u.data.sent_at = at;
	rec.u.data.direction = up;
	replay_emit(r, &rec);
}

void replay_data(struct replay *r, struct seen *s, bool arrived)
{
	struct binding *b = owner(r, &s->src);
	const struct ip6_addr *place;
	bool up = b != NULL;

	if (!b)
		b = owner(r, &s->dst);
	/* the last sighting is nearest to the mobile node on the way down, the first on the way up */
	if (!b || arrived == up)
		return;
	/* asking from a new place it has left the old one */
	place = b->asking && b->asked_life ? &b->asked : &b->care_of;
	if (!up && b->registered && (!s->tunnelled || !ip6_eq(&s->outer_dst, place)))
		return;
	r->counts.data++;
	b->data[up]++;
	if (up)
		emit_data(r, b, REC_DATA_TX, true, s->at, b->node, s->len);
	emit_data(r, b, REC_DATA_RX, up, up ? s->at : s->last, up ? b->peer_node : b->node, s->len);
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
