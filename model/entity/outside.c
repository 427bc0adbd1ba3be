/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: a node with a foreign stack
 *
 * Frames that come from a link go out by the wire, and back, as they are: whoever is there answers neighbour solicitations,
 * forms addresses, and decides. It implements no clause: what is judged is what the stack outside sends.
 */
#include "entity/outside.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"

struct outside {
	unsigned n;
	struct pair {
		struct outside *o;
		struct moor_port *port, *wire;
	} iface[OUTSIDE_IFACE_MAX];
	void (*carrier)(void *ctx, unsigned iface, bool up);
	void *ctx;
};

static void pass(struct moor_port *to, struct moor_pkt *p)
{
	if (moor_port_up(to))
		moor_port_send(to, moor_pkt_take(p));
}

static void from_link(void *owner, struct moor_port *port, struct moor_pkt *p)
{
	const struct pair *i = owner;

	if (p->data[0] & 1 || !memcmp(p->data, moor_port_mac(port)->o, 6))
		pass(i->wire, p);
}

static void from_wire(void *owner, struct moor_port *port, struct moor_pkt *p)
{
	const struct pair *i = owner;

	(void)port;
	pass(i->port, p);
}

static void on_carrier(void *owner, struct moor_port *port, bool up)
{
	const struct pair *i = owner;

	(void)port;
	if (i->o->carrier)
		i->o->carrier(i->o->ctx, (unsigned)(i - i->o->iface), up);
}

static void on_wire_carrier(void *owner, struct moor_port *port, bool up)
{
	(void)owner, (void)port, (void)up;
}

static void destroy(void *thing)
{
	mem_free(thing);
}

struct outside *outside_new(struct moor_node *n, const struct outside_config *c)
{
	struct outside *o = mem_zeroed(sizeof *o);

	assert(c->n_ifaces && c->n_ifaces <= OUTSIDE_IFACE_MAX);
	moor_node_own(n, o, destroy);
	o->n = c->n_ifaces;
	for (unsigned k = 0; k < o->n; k++) {
		struct pair *i = &o->iface[k];
		char wire[64] = ">";

		strncat(wire, c->iface[k].name, sizeof wire - 2);
		i->o = o;
		i->port = moor_port_new(n, c->iface[k].name, &c->iface[k].mac);
		i->wire = moor_port_new(n, wire, &c->iface[k].mac);
		moor_port_handlers(i->port, from_link, on_carrier, i);
		moor_port_handlers(i->wire, from_wire, on_wire_carrier, i);
		/* the stack outside chooses its groups, and hears everything that its interface hears */
		moor_port_promiscuous(i->port, true);
		moor_port_promiscuous(i->wire, true);
	}
	return o;
}

struct moor_port *outside_port(const struct outside *o, unsigned i) { return i < o->n ? o->iface[i].port : NULL; }
struct moor_port *outside_wire(const struct outside *o, unsigned i) { return i < o->n ? o->iface[i].wire : NULL; }

void outside_on_carrier(struct outside *o, void (*fn)(void *ctx, unsigned iface, bool up), void *ctx)
{
	o->carrier = fn;
	o->ctx = ctx;
}
