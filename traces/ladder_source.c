/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ladders from finished runs (events.jsonl) and from captures. In a capture the participants are home addresses and
 * other IP addresses, and a message seen at several places (several interfaces, tunnels, a capture on all devices) is
 * one arrow from its first to its last sight. No clause.
 */
#include "traces/capture.h"
#include "traces/events.h"
#include "traces/ladder_internal.h"
#include "wire/ike.h"
#include "wire/mh.h"

#define SIGHTS 64u		/* messages kept to recognise a further sight */
#define SIGHT_SPAN (2 * MOOR_S)

struct ladder *ladder_from_events(const char *path, const struct ladder_options *o, GError **error)
{
	struct name_table *names = name_table_new();
	struct trace_names n = trace_names_of_table(names);
	struct events_reader *e = events_open(path, names, error);
	struct moor_record r;
	struct ladder *l;
	int got = -1;

	if (!e) {
		name_table_free(names);
		return NULL;
	}
	l = ladder_new(&n, o);
	l->own_names = names;
	while ((got = events_next(e, &r, error)) == 1)
		if (LADDER_KINDS & REC_BIT(r.kind))
			ladder_record(l, &r);
	events_close(e);
	if (got == 0)
		return l;
	ladder_free(l);
	return NULL;
}

/* ---- captures ------------------------------------------------------------------------------------ */

struct sight {
	uint64_t key;
	uint32_t item;
	int64_t at;
};

struct source {
	struct ladder *l;
	struct sight sights[SIGHTS];
	unsigned n;
	int64_t first;
};

static uint32_t node_of(struct source *s, const struct ip6_addr *a)
{
	char buf[ADDR_TEXT_MAX], *t = ip6_text(a, buf);

	return name_table_node_named(s->l->own_names, g_str_has_prefix(t, "::ffff:") && strchr(t, '.') ? t + 7 : t);
}

static struct sight *seen_before(struct source *s, uint64_t key, int64_t at)
{
	for (unsigned i = 0; i < MIN(s->n, SIGHTS); i++)
		if (s->sights[i].key == key && at - s->sights[i].at <= SIGHT_SPAN)
			return &s->sights[i];
	return NULL;
}

/* A further sight of the same octets; else they are kept as a message of their own. */
static bool seen_again(struct source *s, const uint8_t *p, uint32_t n, int64_t at)
{
	uint64_t key = 1469598103934665603u;
	struct sight *sight;
	struct ladder_item *i;

	for (uint32_t k = 0; k < n; k++)
		key = (key ^ p[k]) * 1099511628211u;
	sight = seen_before(s, key, at);
	if (!sight) {
		s->sights[s->n++ % SIGHTS] = (struct sight){ key, s->l->items->len, at };
		return false;
	}
	i = sight->item < s->l->items->len ? ladder_item_at(s->l, sight->item) : NULL;
	sight->at = at;
	if (i && at - s->first > i->end)
		i->end = at - s->first;
	return true;
}

/* Sent by one, received by the other. */
static void both_ends(struct source *s, struct moor_record *r)
{
	r->node = node_of(s, &r->u.signal.src);
	ladder_record(s->l, r);
	r->kind = REC_SIGNAL_RX;
	r->node = node_of(s, &r->u.signal.dst);
	ladder_record(s->l, r);
}

static void ike_frame(struct source *s, const struct frame_view *v, int64_t at, const uint8_t *p, uint32_t n)
{
	const struct frame_ip *ip = frame_inner(v);
	struct moor_record r = { .at = at - s->first, .kind = REC_SIGNAL_TX, .port = REC_NONE };
	struct ike_hdr h;

	if (!ike_hdr_decode(p, n, &h) || seen_again(s, p, n, at))
		return;
	r.u.signal = (struct rec_signal){ .protocol = SIGNAL_IKE, .type = h.exchange, .sequence = (uint16_t)h.mid,
		.subtype = h.flags & IKE_FLAG_R ? 2 : 1, .udp = ip->sport == PORT_IKE_NAT || ip->dport == PORT_IKE_NAT,
		.src = ip->src, .dst = ip->dst, .message = p, .message_len = n };
	both_ends(s, &r);
}

static void mobility_frame(struct source *s, const struct frame_view *v, int64_t at)
{
	const struct frame_ip *ip = frame_inner(v);
	struct moor_record r = { .at = at - s->first, .kind = REC_SIGNAL_TX, .port = REC_NONE };
	struct rec_signal *g = &r.u.signal;
	struct mh_msg m;

	if (seen_again(s, v->mh, v->mh_len, at))
		return;
	mh_decode(v->mh, v->mh_len, &m, NULL);
	*g = (struct rec_signal){ .protocol = 135, .type = m.type, .message = v->mh, .message_len = v->mh_len };
	if (m.type == MH_BA)
		g->status = m.ba.status;
	g->src = ip->has_hao ? ip->hao : ip->src;
	g->dst = ip->has_rh2 ? ip->rh2 : ip->dst;
	g->udp = v->n_ip > 1 && (ip->encap == ENCAP_UDP || ip->encap == ENCAP_UDP_TLV);
	both_ends(s, &r);
}

static void message_frame(struct source *s, const struct frame_view *v, int64_t at)
{
	const uint8_t *p;
	uint32_t n;

	if (v->mh)
		mobility_frame(s, v, at);
	else if ((p = frame_ike(v, &n)))
		ike_frame(s, v, at, p, n);
}

struct ladder *ladder_from_capture(const char *path, const struct ladder_options *o, GError **error)
{
	struct capture *c = capture_open(path, error);
	struct source s = { 0 };
	struct capture_frame f;
	struct frame_view v;
	struct name_table *names;
	struct trace_names n;
	uint64_t count = 0;
	int got;

	if (!c)
		return NULL;
	names = name_table_new();
	n = trace_names_of_table(names);
	s.l = ladder_new(&n, o);
	s.l->own_names = names;
	while ((got = capture_next(c, &f, error)) == 1) {
		if (!count++)
			s.first = f.at;
		if (f.readable && frame_view_make(f.link, f.octets, f.len, &v) && v.n_ip)
			message_frame(&s, &v, f.at);
	}
	capture_close(c);
	if (got == 0 && count)
		return s.l;
	if (got == 0)
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: no frame in it", path);
	ladder_free(s.l);
	return NULL;
}
