/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IKEv2 in a capture: its messages for ladder and events, and how long a mobile node took from its first IKE_SA_INIT
 * request to the last IKE_AUTH response [RFC 7296 1.2]. It exists because an attach is not over before its security
 * association stands, and a capture shows that without any key.
 *
 * A run is known by its initiator's SPI and belongs to the binding whose first update afterwards comes from the address
 * that began it. Runs that follow each other without an update in between are one: cookies, another group, redirects.
 * What is inside encrypted payloads is replay_ike_message.c's matter.
 */
#include "emu/replay_internal.h"

#include "wire/ike.h"

#define RUN_STALE (60 * MOOR_S)		/* who is silent for so long begins anew */

static struct ike_run *run_at(const struct replay *r, uint32_t i)
{
	return &g_array_index(r->ike_runs, struct ike_run, i);
}

/* The run that a new SPI of this initiator belongs to: the one under way, or a new one. */
static uint32_t run_of(struct replay *r, const struct seen *s)
{
	struct ike_run fresh = { .from = s->src, .begun = s->at, .last = s->at };
	uint32_t i;

	if (map_get(&r->ike_from, map_key_ip6(&s->src), &i) && !run_at(r, i)->told
	    && s->at - run_at(r, i)->last <= RUN_STALE)
		return i;
	g_array_append_val(r->ike_runs, fresh);
	map_put(&r->ike_from, map_key_ip6(&s->src), r->ike_runs->len - 1);
	return r->ike_runs->len - 1;
}

static void follow(struct replay *r, const struct seen *s, const struct ike_hdr *h, enum told how)
{
	struct map_key key = { h->spi_i, 0 };
	bool response = h->flags & IKE_FLAG_R;
	uint32_t i;

	if (!map_get(&r->ike_spis, key, &i)) {
		if (h->exchange != IKE_SA_INIT || response || !(how & TOLD_SENT))
			return;
		i = run_of(r, s);
		map_put(&r->ike_spis, key, i);
	}
	run_at(r, i)->last = s->last;
	if (h->exchange == IKE_AUTH && response && how & TOLD_ARRIVED && !run_at(r, i)->told)
		run_at(r, i)->secured = s->last;
}

static void tell(struct replay *r, const struct seen *s, const struct ike_hdr *h, bool arrived, const uint8_t *clear,
		 uint32_t n)
{
	struct moor_record rec = { .at = arrived ? s->last : s->at, .kind = arrived ? REC_SIGNAL_RX : REC_SIGNAL_TX,
				   .port = REC_NONE };

	rec.node = replay_node(r, arrived ? &s->dst : &s->src);
	rec.u.signal = (struct rec_signal){
		.protocol = SIGNAL_IKE, .type = h->exchange, .subtype = h->flags & IKE_FLAG_R ? 2 : 1, .flags = h->flags,
		.sequence = (uint16_t)h->mid, .secured = h->next == IKE_P_SK || h->next == IKE_P_SKF, .udp = s->udp,
		.src = s->src, .dst = s->dst, .message = clear ? clear : seen_octets(s), .message_len = clear ? n : s->len,
	};
	replay_emit(r, &rec);
}

void replay_ike_seen(struct replay *r, const struct seen *s, enum told how)
{
	struct ike_hdr h;
	const uint8_t *clear;
	uint32_t n = 0;

	if (!ike_hdr_decode(seen_octets(s), s->len, &h))
		return;
	follow(r, s, &h, how);
	clear = replay_ike_told(r, s, how, &n);
	if ((r->writer || r->ladder) && how & TOLD_SENT)
		tell(r, s, &h, false, clear, n);
	if ((r->writer || r->ladder) && how & TOLD_ARRIVED)
		tell(r, s, &h, true, clear, n);
	if (how & TOLD_ARRIVED)
		replay_ike_forget(r, s);
}

/* After the update, which alone says whose run it was: the metrics put it where it belongs by its times. */
void replay_ike_before(struct replay *r, uint32_t node, const struct ip6_addr *from)
{
	struct moor_record rec = { .kind = REC_MOVE, .node = node, .port = REC_NONE };
	struct ike_run *run;
	uint32_t i;

	if (!r->ike_runs->len || !map_get(&r->ike_from, map_key_ip6(from), &i))
		return;
	run = run_at(r, i);
	if (run->told || !run->secured)
		return;
	run->told = true;
	rec.at = run->begun;
	rec.u.move.what = MOVE_SECURING;
	metrics_record(r->metrics, &rec);
	rec.at = run->secured;
	rec.u.move.what = MOVE_SECURED;
	metrics_record(r->metrics, &rec);
}
