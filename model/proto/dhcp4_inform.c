/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DHCPINFORM and its answer [RFC 2131 3.4, 4.3.5, 4.4.3], unicast both ways: the address is there already. A UE asks
 * its home agent so from its IPv4 home address. [R24303-5.1.1-08] [R24303-5.1.2.4-52]
 */
#include "proto/dhcp4_inform.h"

#include <glib.h>

#include "wire/ip.h"

#define MESSAGE_MAX 576u

static void due(struct moor_world *w, struct moor_timer *t);

static void record(struct net_host *h, const struct net_iface *i, uint8_t message, bool sent, struct ip4_addr a)
{
	struct moor_world *w = net_host_world(h);
	struct moor_record r;

	if (!moor_record_wanted(w, REC_DHCP))
		return;
	MOOR_RECORD_BEGIN(&r, REC_DHCP, moor_node_id(net_host_node(h)), REC_NONE, dhcp);
	if (i)
		r.port = moor_port_number(net_iface_port(i));
	r.u.dhcp.message = message;
	r.u.dhcp.sent = sent;
	r.u.dhcp.address = a;
	moor_record_emit(w, &r);
}

static void transmit(struct net_host *h, const struct dhcp4 *m, struct ip4_addr src, struct ip4_addr dst,
		     uint16_t sport, uint16_t dport)
{
	struct net_send s = { .src = ip6_mapped(src), .dst = ip6_mapped(dst), .trace_class = CLASS_DHCP };
	uint8_t buffer[MESSAGE_MAX];
	size_t n = dhcp4_encode(m, buffer, sizeof buffer);

	g_assert(n > 0);
	record(h, NULL, m->type, true, m->ciaddr);
	net_udp_send(h, moor_pkt_from(net_host_world(h), buffer, n), &s, sport, dport);
}

static void ask(struct dhcp4_inform *c)
{
	static const uint8_t wanted[] = { DHCP4_O_DNS };
	struct dhcp4 m = { .op = 1, .xid = c->xid, .ciaddr = c->own, .type = DHCP4_INFORM,
			   .has = DHCP4_HAS_TYPE | DHCP4_HAS_PARAMS, .n_params = sizeof wanted };

	m.chaddr = *moor_port_mac(net_iface_port(net_iface_next(c->h, NULL)));
	memcpy(m.params, wanted, sizeof wanted);
	transmit(c->h, &m, c->own, c->server, PORT_DHCP4_CLIENT, PORT_DHCP4_SERVER);
}

static void again(struct dhcp4_inform *c)
{
	moor_time span = c->timers ? c->timers->v[T_DHCP_FIRST] : timer_rows[T_DHCP_FIRST].def;

	for (unsigned i = 0; i < c->tries; i++)
		span *= 2;		/* 4, 8, 16 s [RFC 2131 4.1] */
	c->tries++;
	ask(c);
	moor_timer_in(net_host_world(c->h), &c->timer, span, due);
}

static void due(struct moor_world *w, struct moor_timer *t)
{
	struct dhcp4_inform *c = MOOR_CONTAINER(t, struct dhcp4_inform, timer);

	(void)w;
	if (c->tries < DHCP4_INFORM_TRIES) {
		again(c);
		return;
	}
	c->tries = 0;
	c->ops->failed(c);
}

void dhcp4_inform_start(struct dhcp4_inform *c)
{
	struct rng r = moor_world_rng(net_host_world(c->h), net_host_node(c->h), "dhcp4-inform");

	r.counter += (uint64_t)moor_world_now(net_host_world(c->h)) * 2;
	c->xid = rng_u32(&r);
	c->tries = 0;
	again(c);
}

void dhcp4_inform_stop(struct dhcp4_inform *c)
{
	if (!c->tries)
		return;
	moor_timer_cancel(net_host_world(c->h), &c->timer);
	c->tries = 0;
}

bool dhcp4_inform_input(struct dhcp4_inform *c, const struct net_rx *rx)
{
	struct reader r = reader_on(rx->payload, rx->payload_len);
	struct dhcp4 m;

	if (!c->tries || rx->ip6 || !dhcp4_decode(&r, &m, NULL) || m.op != 2 || m.xid != c->xid ||
	    !(m.has & DHCP4_HAS_TYPE) || m.type != DHCP4_ACK)
		return false;
	record(c->h, rx->iface, m.type, false, c->own);
	moor_timer_cancel(net_host_world(c->h), &c->timer);
	c->tries = 0;
	c->ops->got(c, &m);
	return true;
}

/* [RFC 2131 4.3.5] to ciaddr, without a lease and without an address */
void dhcp4_inform_answer(const struct net_rx *rx, const struct ip4_addr *dns, unsigned n)
{
	struct reader r = reader_on(rx->payload, rx->payload_len);
	struct dhcp4 m, ack;

	if (rx->ip6 || !dhcp4_decode(&r, &m, NULL) || m.op != 1 || !(m.has & DHCP4_HAS_TYPE) ||
	    m.type != DHCP4_INFORM || !ip4_eq(m.ciaddr, rx->src4))
		return;
	record(rx->host, rx->iface, m.type, false, m.ciaddr);
	ack = (struct dhcp4){ .op = 2, .xid = m.xid, .ciaddr = m.ciaddr, .chaddr = m.chaddr, .type = DHCP4_ACK,
			      .has = DHCP4_HAS_TYPE | DHCP4_HAS_SERVER_ID, .server_id = rx->dst4 };
	if (n) {
		ack.has |= DHCP4_HAS_DNS;
		ack.n_dns = (uint8_t)(n < DHCP4_MAX_DNS ? n : DHCP4_MAX_DNS);
		memcpy(ack.dns, dns, ack.n_dns * sizeof *dns);
	}
	transmit(rx->host, &ack, rx->dst4, m.ciaddr, PORT_DHCP4_SERVER, PORT_DHCP4_CLIENT);
}
