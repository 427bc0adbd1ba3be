/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: a frame of a foreign stack, taken apart
 *
 * What records, judgement and phases of such a node are made from. It implements no clause.
 */
#include "entity/outside_seen.h"

#include "world/record.h"

bool outside_see(struct outside_seen *s, struct moor_port *p, enum mh_profile profile, const uint8_t *frame, size_t len,
		 bool sent)
{
	s->port = p;
	s->profile = profile;
	s->sent = sent;
	s->mh_notes.n = s->icmp6_notes.n = 0;
	if (!frame_view_make(WIRE_LINK_ETHERNET, frame, len, &s->v) || !s->v.n_ip)
		return false;
	s->is_mh = s->v.mh != NULL;
	if (s->is_mh)
		mh_decode(s->v.mh, s->v.mh_len, &s->mh, &s->mh_notes);
	s->is_icmp6 = s->v.n_ip == 1 && s->v.proto == PROTO_ICMP6 && !s->v.ip[0].fragment && s->v.ip[0].family == 6 &&
		      icmp6_decode(s->v.upper, s->v.upper_len, &s->icmp6, NULL, &s->icmp6_notes);
	return true;
}

void outside_deviations(const struct outside_seen *s, const struct wire_diags *ds)
{
	struct moor_node *n = moor_port_node(s->port);

	if (!s->sent || !moor_record_wanted(moor_node_world(n), REC_DEVIATION))
		return;
	for (uint32_t k = 0; k < ds->n && k < WIRE_DIAG_MAX; k++) {
		struct moor_record r;

		MOOR_RECORD_BEGIN(&r, REC_DEVIATION, moor_node_id(n), moor_port_number(s->port), deviation);
		r.u.deviation.id = ds->d[k].id;
		r.u.deviation.clause = ds->d[k].clause;
		r.u.deviation.offset = ds->d[k].offset;
		r.u.deviation.value = ds->d[k].value;
		r.u.deviation.sent = true;
		moor_record_emit(moor_node_world(n), &r);
	}
}

bool outside_is_global(const struct ip6_addr *a)
{
	if (ip6_is_mapped(a)) {
		struct ip4_addr a4 = ip6_mapped_ip4(a);

		return a4.o[0] && a4.o[0] < 224 && !(a4.o[0] == 169 && a4.o[1] == 254);
	}
	return !ip6_is_zero(a) && !ip6_is_link_local(a) && !ip6_is_multicast(a);
}
