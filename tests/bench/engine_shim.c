/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ns-3 through our interface in C (model/ns3/ns3c.h): the work of engines.h on its timers, and frames to and fro over
 * its devices. The library is loaded as a run loads it. What the same costs in C++ is in ns3_engines.cc and
 * ns3_frames.cc, which stand beside this file.
 */
#include "tests/bench/engines.h"

#include <glib.h>
#include <string.h>

#include "emu/module.h"
#include "ns3/ns3c_table.h"

#define FAR_OFF (INT64_C(1) << 62)
#define MS INT64_C(1000000)
#define S INT64_C(1000000000)

struct holder {
	struct ns3c_timer t;
	uint32_t id;
	struct bench_work *work;
	uint64_t touched[8];
};

struct ue {
	struct ns3c_timer think, request, reply, retransmit, life[2];
	uint32_t id, unanswered;
	struct bench_work *work;
};

/* Two ports; what the one hears it sends back. */
struct pair {
	struct bench_work *work;
	struct ns3c_port *port[2];
	uint8_t frame[2][BENCH_FRAME_MAX];
	size_t len;
};

static const struct ns3c_table *n;

static void load(void)
{
	GError *e = NULL;

	n = module_symbol("libmooring-ns3.so", NS3C_TABLE_SYMBOL, "this benchmark", "", &e);
	if (!n)
		g_error("%s", e->message);
	g_assert_cmpint(n->init_(&(struct ns3c_config){ .seed = 1, .run = 1 }), ==, NS3C_OK);
}

static void count(struct bench_work *work, uint64_t id)
{
	work->hash = bench_hash(work->hash, n->now_(), id);
	if (!--work->left)
		n->stop_();
}

static void run(void *engine, struct bench_work *work)
{
	(void)engine, (void)work;
	n->run_until_(FAR_OFF);
}

/* ---- timers ------------------------------------------------------------------------------------------------------ */

static void hold(void *arg)
{
	struct holder *h = arg;

	for (unsigned i = 0; i < 8; i++)
		h->touched[i] += h->id;
	n->timer_set_(&h->t, bench_span(&h->work->draw), hold, h);
	count(h->work, h->id);
}

static void over(void *arg)
{
	(void)arg;
	g_error("a lifetime or a retransmission timer ran out");
}

static void request(void *arg);

static void think(void *arg)
{
	struct ue *u = arg;

	u->unanswered++;
	n->timer_set_(&u->request, 5 * MS, request, u);
	n->timer_set_(&u->retransmit, S, over, u);
	count(u->work, u->id);
}

static void reply(void *arg)
{
	struct ue *u = arg;

	u->unanswered--;
	n->timer_cancel_(&u->retransmit);
	n->timer_set_(&u->life[0], 2880 * S, over, u);
	n->timer_set_(&u->life[1], 3600 * S, over, u);
	n->timer_set_(&u->think, 60 * bench_span(&u->work->draw), think, u);
	count(u->work, u->id);
}

static void request(void *arg)
{
	struct ue *u = arg;

	n->timer_set_(&u->reply, 5 * MS, reply, u);
	count(u->work, u->id);
}

static void *make(struct bench_work *work)
{
	load();
	if (work->mix) {
		struct ue *u = g_new0(struct ue, work->n);

		for (uint32_t i = 0; i < work->n; i++, u++) {
			u->id = i;
			u->work = work;
			n->timer_set_(&u->life[0], 2880 * S, over, u);
			n->timer_set_(&u->life[1], 3600 * S, over, u);
			n->timer_set_(&u->think, 60 * bench_span(&work->draw), think, u);
		}
	} else {
		struct holder *h = g_new0(struct holder, work->n);

		for (uint32_t i = 0; i < work->n; i++, h++) {
			h->id = i;
			h->work = work;
			n->timer_set_(&h->t, bench_span(&work->draw), hold, h);
		}
	}
	return work;
}

const struct bench_engine bench_shim = { "ns3c", make, run, NULL };

/* ---- frames ------------------------------------------------------------------------------------------------------ */

static void heard(void *arg, struct ns3c_port *p, const uint8_t *frame, size_t len, uint64_t mark)
{
	struct pair *x = arg;
	unsigned end = p == x->port[1];

	x->frame[end][len - 1] = frame[len - 1];
	n->port_send_(p, x->frame[end], len, mark);
	count(x->work, end);
}

static struct pair *between(struct bench_work *work, struct ns3c_port *a, struct ns3c_port *b)
{
	struct pair *x = g_new0(struct pair, 1);

	g_assert_nonnull(a);
	g_assert_nonnull(b);
	x->work = work;
	x->port[0] = a;
	x->port[1] = b;
	x->len = work->n;
	for (unsigned end = 0; end < 2; end++) {
		n->port_mac_(x->port[1 - end], x->frame[end]);
		n->port_mac_(x->port[end], x->frame[end] + 6);
		x->frame[end][12] = 0x86;
		x->frame[end][13] = 0xdd;
		for (size_t k = 14; k < x->len; k++)
			x->frame[end][k] = (uint8_t)k;
		n->port_on_frame_(x->port[end], heard, x);
	}
	return x;
}

/* The frame is on its way: the first turn finds it there. Its mark is what a world's would be, an address. */
static void *first(struct pair *x)
{
	g_assert_cmpint(n->port_send_(x->port[0], x->frame[0], x->len, (uint64_t)(uintptr_t)x), ==, NS3C_OK);
	return x;
}

static void *make_p2p(struct bench_work *work)
{
	struct ns3c_port *ports[2];

	load();
	g_assert_cmpint(n->p2p_(n->node_new_("a"), n->node_new_("b"), BENCH_RATE, BENCH_DELAY, ports), ==, NS3C_OK);
	return first(between(work, ports[0], ports[1]));
}

static void *make_csma(struct bench_work *work)
{
	struct ns3c_channel *c;

	load();
	c = n->csma_channel_(BENCH_RATE, BENCH_DELAY);
	return first(between(work, n->csma_attach_(n->node_new_("a"), c), n->csma_attach_(n->node_new_("b"), c)));
}

static void *make_wifi(struct bench_work *work)
{
	struct ns3c_node *a, *b;
	struct ns3c_wifi *w;
	struct ns3c_port *ap, *sta;
	struct pair *x;

	load();
	a = n->node_new_("ap");
	b = n->node_new_("sta");
	n->node_place_(a, (struct ns3c_xyz){ 0, 0, 0 });
	n->node_place_(b, (struct ns3c_xyz){ BENCH_METRES, 0, 0 });
	w = n->wifi_new_(&(struct ns3c_wifi_config){ .standard = "a" });
	ap = n->wifi_ap_(a, w, &(struct ns3c_ap_config){ .ssid = "bench", .channel = 36 });
	sta = n->wifi_sta_(b, w, &(struct ns3c_sta_config){ .ssid = "bench", .channel = 36 });
	x = between(work, sta, ap);
	n->run_until_(BENCH_SETTLE);
	g_assert_true(n->wifi_associated_(sta, NULL));
	return first(x);
}

const struct bench_engine bench_shim_p2p = { "ns3c", make_p2p, run, NULL };
const struct bench_engine bench_shim_csma = { "ns3c", make_csma, run, NULL };
const struct bench_engine bench_shim_wifi = { "ns3c", make_wifi, run, NULL };
