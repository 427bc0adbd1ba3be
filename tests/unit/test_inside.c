/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A node whose links are in another world: what it sends leaves by the callback alone, what is handed in reaches it as
 * from a link: carrier, address and groups decide.
 */
#include "tests/unit/harness.h"

#include <string.h>

#include "entity/inside.h"
#include "world/filter.h"
#include "world/link.h"

static const struct mac_addr mine = { { 2, 0, 0, 0, 0, 1 } }, other = { { 2, 0, 0, 0, 0, 2 } };

struct rig {
	struct moor_world *w;
	struct moor_port *port, *neighbour;
	struct moor_link *link;
	struct inside *x;
	unsigned out, got, heard;
	uint8_t last;
};

static void take(void *owner, struct moor_port *p, struct moor_pkt *pkt)
{
	struct rig *r = owner;

	if (p == r->neighbour)
		r->heard++;
	else
		r->got++;
	r->last = pkt->data[14];
}

static void carrier(void *owner, struct moor_port *p, bool up) { (void)owner, (void)p, (void)up; }

static void leaves(void *ctx, unsigned i, const struct moor_pkt *p)
{
	struct rig *r = ctx;

	CU_ASSERT_EQUAL(i, 0);
	r->out++;
	r->last = p->data[14];
}

static void frame(uint8_t *f, const struct mac_addr *to, uint8_t mark)
{
	memset(f, 0, 60);
	memcpy(f, to->o, 6);
	f[14] = mark;
}

static void send(struct rig *r, struct moor_port *from, const struct mac_addr *to, uint8_t mark)
{
	uint8_t f[60];

	frame(f, to, mark);
	moor_port_send(from, moor_pkt_from(r->w, f, sizeof f));
	moor_world_advance(r->w, moor_world_now(r->w) + MOOR_MS);
}

static void hand_in(struct rig *r, const struct mac_addr *to, uint8_t mark)
{
	uint8_t f[60];

	frame(f, to, mark);
	inside_rx(r->x, 0, f, sizeof f);
	moor_world_advance(r->w, moor_world_now(r->w) + MOOR_MS);
}

static void set_up(struct rig *r)
{
	*r = (struct rig){ .w = moor_world_new(&(struct moor_world_config){ .seed = 1 }) };
	struct moor_node *n = moor_node_new(r->w, "n"), *m = moor_node_new(r->w, "m");

	r->link = moor_link_new(r->w, "l", LINK_LAN, &(struct link_params){ .mtu = 100 });
	r->port = moor_port_new(n, "p", &mine);
	r->neighbour = moor_port_new(m, "q", &other);
	moor_port_handlers(r->port, take, carrier, r);
	moor_port_handlers(r->neighbour, take, carrier, r);
	moor_link_attach(r->link, r->port, false);
	moor_link_attach(r->link, r->neighbour, false);
	r->x = inside_new(n, leaves, r);
	moor_world_advance(r->w, MOOR_MS);
}

static void tear_down(struct rig *r)
{
	moor_world_free(r->w);
	inside_free(r->x);
}

static void test_out(void)
{
	struct rig r;

	set_up(&r);
	CU_ASSERT_EQUAL(inside_count(r.x), 1);
	send(&r, r.port, &other, 7);
	CU_ASSERT_EQUAL(r.out, 1);
	CU_ASSERT_EQUAL(r.last, 7);
	CU_ASSERT_EQUAL(r.heard, 0);	/* the link of this world carries nothing */
	moor_port_send(r.port, moor_pkt_new(r.w, 115));
	CU_ASSERT_EQUAL(r.out, 1);	/* longer than the link takes */
	moor_link_detach(r.port);
	send(&r, r.port, &other, 8);
	CU_ASSERT_EQUAL(r.out, 1);
	tear_down(&r);
}

static void test_in(void)
{
	const struct mac_addr group = { { 0x33, 0x33, 0, 0, 0, 9 } };
	struct rig r;

	set_up(&r);
	send(&r, r.neighbour, &mine, 1);
	CU_ASSERT_EQUAL(r.got, 0);	/* nor does it bring anything */
	hand_in(&r, &mine, 2);
	CU_ASSERT_EQUAL(r.got, 1);
	CU_ASSERT_EQUAL(r.last, 2);
	hand_in(&r, &other, 3);
	hand_in(&r, &group, 4);
	CU_ASSERT_EQUAL(r.got, 1);
	moor_port_join(r.port, &group);
	hand_in(&r, &group, 5);
	CU_ASSERT_EQUAL(r.got, 2);
	inside_rx(r.x, 0, (const uint8_t *)"short", 5);
	moor_link_state(r.link, false);
	hand_in(&r, &mine, 6);
	CU_ASSERT_EQUAL(r.got, 2);
	tear_down(&r);
}

static const struct harness_test tests[] = {
	{ "what it sends leaves by the callback", test_out },
	{ "what is handed in arrives as from a link", test_in },
};

int main(int argc, char **argv) { return harness_main("inside", tests, G_N_ELEMENTS(tests), argc, argv); }
