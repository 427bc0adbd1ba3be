/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: captured answers to a live peer that asks
 *
 * Each BU or PBU of the peer is held against the next captured one of its kind, and gets the answer that one got, as
 * late as it was captured, with what echoes the question set to the peer's: sequence number, timestamp, handoff
 * indicator [RFC 6275 9.5.4, RFC 5213 5.3.6, 5.5]. Nothing is sent unasked.
 */
#include <string.h>

#include "emu/inject.h"

enum { BA_SEQUENCE_AT = 8, WAIT_S = 30 };

struct inject_due {
	moor_time at;
	uint32_t item;
	struct as_envelope e;
	struct ip6_addr home;		/* e.home is here when has_home */
	bool has_home;
	struct mac_addr from;		/* the station that the question came from: the answer goes back there */
	uint8_t *asked;			/* the peer's message */
	uint32_t n_asked;
	uint16_t sequence;
};

void inject_due_free(void *due)
{
	struct inject_due *d = due;

	g_free(d->asked);
	g_free(d);
}

/* The next captured one that this is like: of the same mobile node if there is one, else of any. */
static struct as_item *like(struct inject *in, const struct as_view *v, const struct ip6_addr *home, bool used)
{
	bool proxy = as_proxies(in->a->role);
	struct as_item *other = NULL;

	for (uint32_t k = 0; k < in->a->items->len; k++) {
		struct as_item *i = as_item(in->a, k);
		struct ip6_addr its = inject_address(in, i->home);

		if (i->skipped || i->ours.there != used || !i->asked.lifetime != !v->lifetime || (used && !i->captured.there))
			continue;
		if (proxy ? i->asked.who == v->who : ip6_eq(&its, home))
			return i;
		if (!other)
			other = i;
	}
	return other;
}

static void envelope(struct inject_due *d, const struct frame_view *v)
{
	const struct frame_ip *ip = frame_inner(v), *out = frame_outer(v);

	d->from = v->link.src;
	d->has_home = ip->has_hao;
	d->home = ip->hao;
	d->e = (struct as_envelope){ .src = ip->dst, .dst = ip->src, .outer_src = out->dst, .outer_dst = out->src,
		.answer = true, .v4 = out->family == 4, .udp = out->sport != 0, .bare = v->mh_in_udp, .sport = out->dport,
		.dport = out->sport };
}

void inject_asked(struct inject *in, const struct frame_view *v)
{
	const struct frame_ip *ip = frame_inner(v);
	struct as_view view = as_view_of(v->mh, v->mh_len, moor_world_now(in->w));
	struct as_item *i = like(in, &view, ip->has_hao ? &ip->hao : &ip->src, false);
	struct inject_due *d;

	if (!i) {
		in->others++;
		i = like(in, &view, ip->has_hao ? &ip->hao : &ip->src, true);
		if (!i)
			return;
	} else {
		i->ours = view;
		i->registered = i->captured.there && i->captured.status < 128;	/* nobody can look into the peer */
	}
	if (!i->captured.there)
		return;
	d = g_new0(struct inject_due, 1);
	envelope(d, v);
	d->item = (uint32_t)(i - as_item(in->a, 0));
	d->asked = g_memdup2(v->mh, v->mh_len);
	d->n_asked = v->mh_len;
	d->sequence = view.sequence;
	d->at = view.at;
	if (in->speed > 0)
		d->at += inject_scaled(in, MAX(i->replied - i->arrived, 0));
	g_ptr_array_add(in->due, d);
}

/* What of the captured answer is the question's. */
static void echo(const struct inject *in, const struct as_item *i, const struct inject_due *d, uint8_t *mh, uint32_t n)
{
	struct mh_msg then, asked, answer;
	const struct mh_opt *of_then, *of_asked, *of_answer;

	mh_decode(in->a->octets->data + i->octets, i->n, &then, NULL);
	mh_decode(d->asked, d->n_asked, &asked, NULL);
	mh_decode(mh, n, &answer, NULL);
	if (n >= BA_SEQUENCE_AT + 2)
		wire_put16(mh + BA_SEQUENCE_AT, (uint16_t)(i->captured.sequence - i->asked.sequence + d->sequence));
	of_then = mh_find(&then, MH_OPT_TIMESTAMP);
	of_asked = mh_find(&asked, MH_OPT_TIMESTAMP);
	of_answer = mh_find(&answer, MH_OPT_TIMESTAMP);
	if (of_then && of_asked && of_answer && of_then->stamp.v == of_answer->stamp.v)
		inject_set_stamp(mh, n, of_asked->stamp);
	else if (of_answer)		/* the agent's own time, for a clock that was too far away */
		inject_set_stamp(mh, n, mh_stamp_from_ns((uint64_t)g_get_real_time() * 1000));
	of_then = mh_find(&then, MH_OPT_HANDOFF);
	of_asked = mh_find(&asked, MH_OPT_HANDOFF);
	of_answer = mh_find(&answer, MH_OPT_HANDOFF);
	if (of_then && of_asked && of_answer && of_then->handoff == of_answer->handoff && of_answer->offset + 4u <= n)
		mh[of_answer->offset + 3] = of_asked->handoff;
}

static void answer(struct inject *in, struct inject_due *d)
{
	struct as_item *i = as_item(in->a, d->item);
	uint8_t *mh = g_memdup2(in->a->octets->data + i->answer_octets, i->answer_n);
	const struct ip6_addr *home = d->has_home ? &d->home : NULL;

	d->e.home = home;
	if (!in->o->via)
		net_neighbour_set(in->iface, d->e.v4 ? &d->e.outer_dst : &d->e.dst, &d->from);
	inject_options_moved(in, mh, i->answer_n);
	echo(in, i, d, mh, i->answer_n);
	if (!inject_send(in, &d->e, mh, i->answer_n, d->e.bare || i->answer_bad ? NULL : &d->e.src, home ? home : &d->e.dst))
		i->why = "its answer could not be sent";
	g_free(mh);
}

void inject_answers_due(struct inject *in)
{
	for (guint k = 0; k < in->due->len;) {
		struct inject_due *d = in->due->pdata[k];

		if (d->at > moor_world_now(in->w)) {
			k++;
			continue;
		}
		answer(in, d);
		g_ptr_array_remove_index(in->due, k);
	}
}

/* How long the peer may be silent: the longest silence of the captured one, and half a minute. */
static moor_time patience(const struct inject *in)
{
	moor_time most = 0;

	for (uint32_t k = 1; k < in->a->items->len; k++)
		most = MAX(most, as_item(in->a, k)->sent - as_item(in->a, k - 1)->sent);
	if (in->o->wait > 0)
		return in->o->wait * MOOR_S;
	return WAIT_S * MOOR_S + (in->speed > 0 ? inject_scaled(in, most) : 0);
}

static bool over(const struct inject *in, moor_time *heard)
{
	bool all = true;

	for (uint32_t k = 0; k < in->a->items->len; k++) {
		const struct as_item *i = as_item(in->a, k);

		all &= i->skipped || i->ours.there;
		if (i->ours.there)
			*heard = MAX(*heard, i->ours.at);
	}
	return all && !in->due->len;
}

void inject_answer(struct inject *in)
{
	moor_time heard = 0, wait = patience(in);
	bool stopped = false;

	while (!stopped && !over(in, &heard) && moor_world_now(in->w) < heard + wait)
		stopped = inject_until(in, moor_world_now(in->w) + INJECT_STEP);
	if (!stopped)
		stopped = inject_until(in, moor_world_now(in->w) + 20 * INJECT_STEP);
	in->a->r->interrupted |= stopped && !in->gone;
}
