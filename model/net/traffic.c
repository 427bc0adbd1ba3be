/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Traffic sources and sinks. The payload begins with 32 octets that say which flow, direction and sequence number it
 * is and
 * when it left; sinks turn them into records, and keep nothing.
 *
 *	octets 0-3 "MOOR", 4 version 1, 5 kind, 6 direction (0 towards the mobile node), 7 flags (1: an answer is wanted),
 *	8-11 flow, 12-15 octets of the answer, 16-23 sequence, 24-31 sending time (ns of virtual time)
 *
 * PING is ICMP(v6) echo: the far end's net answers, and the echo reply comes back to us.
 */
#include "net/traffic.h"

#include <glib.h>

#include "base/cursor.h"
#include "base/text.h"
#include "net/core.h"

#define HEADER 32u
#define VERSION 1u
#define WANTS_ANSWER 1u

struct payload {
	uint8_t kind, direction, flags;
	uint32_t flow, answer_octets;
	uint64_t sequence;
	moor_time sent_at;
};

struct traffic {
	struct traffic_params p;
	struct net_host *host;
	traffic_addr_fn *src, *dst;
	void *src_arg, *dst_arg;
	struct rng rng;
	struct moor_timer timer;
	uint64_t sequence;		/* of the next packet */
	moor_time next;			/* when it is due: intervals count from it, not from lateness */
	uint16_t port;			/* our UDP port, or echo identifier */
	struct traffic *later;		/* of the same host */
};

static void payload_write(uint8_t *at, size_t n, const struct payload *v)
{
	struct writer w = writer_on(at, n);

	put_octets(&w, (const uint8_t *)"MOOR", 4);
	put8(&w, VERSION);
	put8(&w, v->kind);
	put8(&w, v->direction);
	put8(&w, v->flags);
	put32(&w, v->flow);
	put32(&w, v->answer_octets);
	put64(&w, v->sequence);
	put64(&w, (uint64_t)v->sent_at);
	put_zeros(&w, n - HEADER);
}

/* False: not ours, or cut. */
static bool payload_read(const uint8_t *p, size_t n, struct payload *v)
{
	struct reader r = reader_on(p, n);
	const uint8_t *magic = get_octets(&r, 4);

	if (!magic || memcmp(magic, "MOOR", 4) || get8(&r) != VERSION)
		return false;
	v->kind = get8(&r);
	v->direction = get8(&r);
	v->flags = get8(&r);
	v->flow = get32(&r);
	v->answer_octets = get32(&r);
	v->sequence = get64(&r);
	v->sent_at = (moor_time)get64(&r);
	return reader_ok(&r) && v->direction <= 1 && v->sent_at >= 0;
}

static void record_of(struct net_host *h, enum rec_kind kind, const struct payload *v, uint32_t octets,
		      uint32_t instance)
{
	struct moor_record r = { .kind = kind, .node = moor_node_id(net_host_node(h)), .port = REC_NONE };

	if (!moor_record_wanted(net_host_world(h), kind))
		return;
	r.instance = instance;
	r.u.data.flow = v->flow;
	r.u.data.octets = octets;
	r.u.data.sequence = v->sequence;
	r.u.data.sent_at = v->sent_at;
	r.u.data.direction = v->direction;
	moor_record_emit(net_host_world(h), &r);
}

static void record(struct net_host *h, enum rec_kind kind, const struct payload *v, uint32_t octets)
{
	record_of(h, kind, v, octets, 0);
}

/* ---- sources ----------------------------------------------------------------------------------------------------- */

static struct moor_pkt *payload_packet(struct net_host *h, const struct payload *v, uint32_t octets)
{
	struct moor_pkt *pkt = moor_pkt_new(net_host_world(h), octets);

	payload_write(pkt->data, octets, v);
	return pkt;
}

static void source_send(struct traffic *t)
{
	struct moor_world *w = net_host_world(t->host);
	struct net_send s = { .trace_class = CLASS_DATA, .traffic_class = t->p.traffic_class };
	struct payload v = {
		.kind = (uint8_t)t->p.kind, .direction = t->p.to_mobile ? 0 : 1, .flow = t->p.flow,
		.flags = t->p.kind == TRAFFIC_REQUEST ? WANTS_ANSWER : 0, .answer_octets = t->p.octets,
		.sequence = t->sequence, .sent_at = moor_world_now(w),
	};

	if (!t->src(t->src_arg, &s.src) || !t->dst(t->dst_arg, &s.dst))
		return;			/* no address yet: nothing can be said to have been lost */
	t->sequence++;
	record_of(t->host, REC_DATA_TX, &v, t->p.octets, t->p.instance);
	if (t->p.kind == TRAFFIC_PING)
		net_echo_send(t->host, payload_packet(t->host, &v, t->p.octets), &s, t->port, (uint16_t)v.sequence);
	else
		net_udp_send(t->host, payload_packet(t->host, &v, t->p.octets), &s, t->port, t->p.port);
}

static void source_due(struct moor_world *w, struct moor_timer *timer)
{
	struct traffic *t = MOOR_CONTAINER(timer, struct traffic, timer);
	bool random = t->p.kind == TRAFFIC_POISSON || t->p.kind == TRAFFIC_REQUEST;

	source_send(t);
	if (t->p.count && t->sequence >= t->p.count)
		return;
	t->next = moor_time_add(t->next, random ? rng_exp(&t->rng, t->p.interval) : t->p.interval);
	moor_timer_at(w, &t->timer, t->next, source_due);
}

/* All sources of a host share one UDP port and one echo identifier: what comes back says which flow it belongs to. */
static void came_back(void *owner, const struct net_rx *rx, const uint8_t *data, uint32_t len)
{
	struct payload v;

	(void)owner;
	if (payload_read(data, len, &v) && v.sent_at <= moor_world_now(net_host_world(rx->host))) {
		v.direction ^= 1;	/* what we receive travelled the other way */
		record(rx->host, REC_DATA_RX, &v, len);
	}
}

static void answer_came(void *owner, struct net_rx *rx, uint16_t sport, uint16_t dport)
{
	struct payload v;

	(void)owner, (void)sport, (void)dport;
	if (payload_read(rx->payload, rx->payload_len, &v) && v.sent_at <= moor_world_now(net_host_world(rx->host)))
		record(rx->host, REC_DATA_RX, &v, rx->payload_len);
}

static void source_done(void *arg)
{
	struct traffic *t = arg;

	moor_timer_cancel(net_host_world(t->host), &t->timer);
	g_free(t);
}

struct traffic *traffic_new(struct net_host *h, const struct traffic_params *p, traffic_addr_fn *src, void *src_arg,
			    traffic_addr_fn *dst, void *dst_arg)
{
	struct traffic *t = g_new0(struct traffic, 1);
	char purpose[32];
	struct text name = text_on(purpose, sizeof purpose);

	t->p = *p;
	if (t->p.octets < HEADER)
		t->p.octets = HEADER;
	if (!t->p.port)
		t->p.port = TRAFFIC_PORT;
	t->host = h;
	t->src = src;
	t->src_arg = src_arg;
	t->dst = dst;
	t->dst_arg = dst_arg;
	text_add(&name, "traffic-%u", p->flow);
	t->rng = moor_world_rng(net_host_world(h), net_host_node(h), purpose);
	if (p->kind == TRAFFIC_PING)
		t->port = net_echo_shared(h, came_back);
	else
		t->port = net_udp_shared(h, answer_came);
	net_host_own(h, t, source_done);
	return t;
}

struct net_host *traffic_host(const struct traffic *t) { return t->host; }

void traffic_start(struct traffic *t)
{
	struct moor_world *w = net_host_world(t->host);

	t->next = moor_world_now(w);
	moor_timer_at(w, &t->timer, t->next, source_due);
}

void traffic_stop(struct traffic *t)
{
	moor_timer_cancel(net_host_world(t->host), &t->timer);
}

/* ---- sinks ------------------------------------------------------------------------------------------------------- */

static void arrived(void *owner, struct net_rx *rx, uint16_t sport, uint16_t dport)
{
	struct net_send s = { .trace_class = CLASS_DATA };
	struct payload v;

	(void)owner;
	if (!payload_read(rx->payload, rx->payload_len, &v) || v.sent_at > moor_world_now(net_host_world(rx->host)))
		return;
	record(rx->host, REC_DATA_RX, &v, rx->payload_len);
	if (!(v.flags & WANTS_ANSWER) || v.answer_octets < HEADER || v.answer_octets > 65000)
		return;
	s.src = rx->ip6 ? *ip6_upper_dst(rx->ip6) : ip6_mapped(rx->dst4);
	s.dst = rx->ip6 ? *ip6_upper_src(rx->ip6) : ip6_mapped(rx->src4);
	v.direction ^= 1;
	v.flags = 0;
	v.sent_at = moor_world_now(net_host_world(rx->host));
	record(rx->host, REC_DATA_TX, &v, v.answer_octets);
	net_udp_send(rx->host, payload_packet(rx->host, &v, v.answer_octets), &s, dport, sport);
}

void traffic_sink(struct net_host *h, uint16_t port)
{
	net_udp_bind(h, port ? port : TRAFFIC_PORT, arrived, NULL);
}
