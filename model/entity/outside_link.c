/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: a link that goes on outside
 *
 * A bridge of two ports: one on the link, that hears everything, and a wire that leaves the world. On a link whose
 * ports are kept apart it is a hub, so that what comes by the wire reaches all of them. It implements no clause.
 */
#include "entity/outside_link.h"

#include <string.h>

#include "base/mem.h"
#include "entity/outside_seen.h"

struct outside_link {
	enum mh_profile profile;
	struct moor_port *port, *wire;
};

/* Whose frames stay here: somebody's on the link. */
static bool here(const struct outside_link *o, const struct mac_addr *mac)
{
	const struct moor_world *w = moor_node_world(moor_port_node(o->port));
	const struct moor_port *p;

	if (mac->o[0] & 1)
		return false;
	for (uint32_t k = 0; (p = moor_port_at(w, k)); k++)
		if (moor_port_link(p) == moor_port_link(o->port) && mac_eq(moor_port_mac(p), mac))
			return true;
	return false;
}

static void watch(const struct outside_link *o, const struct moor_pkt *p, bool sent)
{
	struct outside_seen s;

	if (outside_see(&s, o->port, o->profile, p->data, p->len, sent))
		outside_watch(&s);
}

static struct mac_addr mac_at(const uint8_t *p)
{
	struct mac_addr m;

	memcpy(m.o, p, sizeof m.o);
	return m;
}

static void from_link(void *owner, struct moor_port *port, struct moor_pkt *p)
{
	struct outside_link *o = owner;
	struct mac_addr to = mac_at(p->data);

	(void)port;
	if (here(o, &to))
		return;
	watch(o, p, false);
	if (moor_port_up(o->wire))
		moor_port_send(o->wire, moor_pkt_take(p));
}

static void from_wire(void *owner, struct moor_port *port, struct moor_pkt *p)
{
	struct outside_link *o = owner;

	(void)port;
	if (!moor_port_up(o->port))
		return;
	watch(o, p, true);
	moor_port_send(o->port, moor_pkt_take(p));
}

static void on_carrier(void *owner, struct moor_port *port, bool up)
{
	(void)owner, (void)port, (void)up;
}

struct outside_link *outside_link_new(struct moor_node *n, struct moor_link *l, enum mh_profile profile)
{
	/* never the source of a frame, so it need not be anybody's but nobody else's */
	struct mac_addr mac = mac_from_u64(UINT64_C(0x06ffff000000) | (moor_node_id(n) & 0xffffff));
	struct outside_link *o = mem_zeroed(sizeof *o);

	o->profile = profile;
	o->port = moor_port_new(n, moor_link_name(l), &mac);
	o->wire = moor_port_new(n, ">", &mac);
	moor_port_handlers(o->port, from_link, on_carrier, o);
	moor_port_handlers(o->wire, from_wire, on_carrier, o);
	moor_port_promiscuous(o->port, true);
	moor_port_promiscuous(o->wire, true);
	moor_link_attach(l, o->port, true);
	return o;
}

void outside_link_free(struct outside_link *o) { mem_free(o); }
struct moor_port *outside_link_wire(const struct outside_link *o) { return o->wire; }
