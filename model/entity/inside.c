/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: a node apart from its world
 *
 * A filter at the link's end of each port takes what the node sends, behind all that the scenario does to it there
 * (address translation, faults), and lets in what comes from the links that count. The links of this world carry
 * nothing: they give the node its carrier, MTU, and the stations that come and go. It implements no clause.
 */
#include "entity/inside.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "wire/eth.h"
#include "world/filter.h"

struct end {
	struct moor_filter filter;	/* first */
	struct inside *x;
	struct moor_port *port;
};

struct inside {
	unsigned n;
	struct end *end;
	inside_out_fn *out;
	void *ctx;
};

static enum filter_verdict on_frame(struct moor_filter *f, struct moor_port *p, enum filter_dir dir,
				    struct moor_pkt **pkt)
{
	const struct end *e = (const struct end *)(const void *)f;

	if (dir == FILTER_IN)
		return FILTER_DROP;	/* of this world's links: nobody is there */
	if (!moor_port_up(p) || (*pkt)->len > moor_port_mtu(p) + ETH_LEN)
		return FILTER_PASS;	/* the port drops it and says why */
	e->x->out(e->x->ctx, (unsigned)(e - e->x->end), *pkt);
	moor_pkt_free(moor_node_world(moor_port_node(p)), *pkt);
	return FILTER_HOLD;
}

static void take(struct inside *x, struct end *e, struct moor_port *port)
{
	e->x = x;
	e->port = port;
	e->filter = (struct moor_filter){ .name = "inside", .frame = on_frame };
	moor_filter_add(port, &e->filter);
}

struct inside *inside_new(struct moor_node *n, inside_out_fn *out, void *ctx)
{
	struct inside *x = mem_zeroed(sizeof *x);
	struct moor_world *w = moor_node_world(n);
	struct moor_port *p;
	uint32_t k;

	x->out = out;
	x->ctx = ctx;
	for (k = 0; (p = moor_port_at(w, k)); k++)
		x->n += moor_port_node(p) == n;
	x->end = mem_zeroed((x->n + 1) * sizeof *x->end);
	x->n = 0;
	for (k = 0; (p = moor_port_at(w, k)); k++)
		if (moor_port_node(p) == n)
			take(x, &x->end[x->n++], p);
	return x;
}

void inside_free(struct inside *x)
{
	if (!x)
		return;
	mem_free(x->end);
	mem_free(x);
}

unsigned inside_count(const struct inside *x) { return x->n; }

struct moor_port *inside_port(const struct inside *x, unsigned i)
{
	assert(i < x->n);
	return x->end[i].port;
}

void inside_rx(struct inside *x, unsigned i, const uint8_t *frame, size_t len)
{
	struct moor_port *port = inside_port(x, i);

	if (len < ETH_LEN || len > MOOR_PKT_MAX || !moor_port_up(port) || !moor_port_accepts(port, frame))
		return;
	moor_filter_resume(&x->end[i].filter, port, FILTER_IN,
			   moor_pkt_from(moor_node_world(moor_port_node(port)), frame, len));
}
