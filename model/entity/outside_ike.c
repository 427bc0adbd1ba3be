/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the key exchange of a foreign stack, read off its frames
 *
 * Its other end is one of ours, which tells the keys; so every message can be opened, is put together from its
 * fragments [RFC 7296 3.14, RFC 7383 2.6], and becomes a record of the foreign node with everything in clear, as our
 * own nodes' are. What its octets are otherwise than IKEv2 wants them is a deviation of it. A message that no key opens
 * is told by its header alone. Which retransmission one is, only its sender knows.
 */
#include "entity/outside_ike.h"

#include <string.h>

#include "base/mem.h"
#include "wire/ike.h"
#include "world/record.h"

#define ROOM 65535u

struct outside_ike {
	struct keyring *keys;
	uint8_t room[ROOM];
};

struct outside_ike *outside_ike_new(struct keyring *keys)
{
	struct outside_ike *x = mem_zeroed(sizeof *x);

	x->keys = keys;
	return x;
}

void outside_ike_free(struct outside_ike *x) { mem_free(x); }

static void deviations(struct moor_port *p, const uint8_t *octets, size_t n)
{
	struct wire_diags ds = { .n = 0 };
	struct ike_msg m;

	ike_decode(octets, n, &m, &ds);
	for (uint32_t k = 0; k < ds.n && k < WIRE_DIAG_MAX; k++) {
		struct moor_record r;

		MOOR_RECORD_BEGIN(&r, REC_DEVIATION, moor_node_id(moor_port_node(p)), moor_port_number(p), deviation);
		r.u.deviation.id = ds.d[k].id;
		r.u.deviation.clause = ds.d[k].clause;
		r.u.deviation.offset = ds.d[k].offset;
		r.u.deviation.value = ds.d[k].value;
		r.u.deviation.sent = true;
		moor_record_emit(moor_node_world(moor_port_node(p)), &r);
	}
}

/* What is to be told of it: its length, 0: nothing (a fragment before the last). */
static size_t clear_of(struct outside_ike *x, const uint8_t *octets, uint32_t n, bool *secured)
{
	size_t len = 0;

	*secured = true;
	switch (keyring_open_ike(x->keys, octets, n, x->room, sizeof x->room, &len)) {
	case KEYRING_CLEAR:
		*secured = false;
		return len;
	case KEYRING_OPEN:
		return len;
	case KEYRING_PART:
		return 0;
	case KEYRING_NO_KEY:
	case KEYRING_BAD_ICV:
	case KEYRING_MALFORMED:
		break;
	}
	memcpy(x->room, octets, IKE_HDR_LEN);
	return IKE_HDR_LEN;
}

bool outside_ike_watch(struct outside_ike *x, struct moor_port *p, const struct frame_view *v, bool sent)
{
	const struct frame_ip *out = frame_outer(v);
	struct moor_record r;
	struct ike_hdr h;
	uint32_t n = 0;
	const uint8_t *octets = frame_ike(v, &n);
	bool secured;
	size_t len;

	if (v->n_ip != 1 || !octets || !ike_hdr_decode(octets, n, &h))
		return false;
	len = clear_of(x, octets, n, &secured);
	if (!len)
		return true;
	if (sent && len > IKE_HDR_LEN && moor_record_wanted(moor_node_world(moor_port_node(p)), REC_DEVIATION))
		deviations(p, x->room, len);
	MOOR_RECORD_BEGIN(&r, sent ? REC_SIGNAL_TX : REC_SIGNAL_RX, moor_node_id(moor_port_node(p)), moor_port_number(p),
			  signal);
	r.u.signal.protocol = SIGNAL_IKE;
	r.u.signal.type = h.exchange;
	r.u.signal.subtype = h.flags & IKE_FLAG_R ? 2 : 1;
	r.u.signal.flags = h.flags;
	r.u.signal.sequence = (uint16_t)h.mid;
	r.u.signal.secured = secured;
	r.u.signal.udp = frame_inner(v)->sport == 4500 || frame_inner(v)->dport == 4500;
	r.u.signal.src = out->src;
	r.u.signal.dst = out->dst;
	r.u.signal.message = x->room;
	r.u.signal.message_len = (uint32_t)len;
	moor_record_emit(moor_node_world(moor_port_node(p)), &r);
	return true;
}
