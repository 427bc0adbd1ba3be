/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The DHCPv6 relay agent [RFC 8415 19.1, 19.2]: what a trusted access network has where the PDN gateway is the DHCPv6
 * server [R24303-5.1.2.1.5-02]. Several links are told apart by the Interface-ID option. Does not: relay-supplied
 * options [RFC 6422], Reconfigure.
 */
#include "proto/dhcp6_relay.h"

#include <glib.h>
#include <string.h>

#include "proto/dhcp6.h"
#include "wire/ip.h"

#define LINKS 8
#define ID_MAX 7			/* octets of an Interface-ID: the interface's number, and perhaps the client's MAC */

struct dhcp6_relay {
	struct net_host *h;
	unsigned n;
	dhcp6_link_fn *link_of;
	dhcp6_source_fn *source_of;	/* with link_of; what it needs goes out and comes back in the Interface-ID */
	void *owner;
	struct { struct net_iface *clients; struct ip6_addr server; } link[LINKS];
};

struct dhcp6_relay *dhcp6_relay_new(struct net_host *h)
{
	struct dhcp6_relay *r = g_new0(struct dhcp6_relay, 1);

	r->h = h;
	return r;
}

void dhcp6_relay_free(struct dhcp6_relay *r)
{
	g_free(r);
}

void dhcp6_relay_add(struct dhcp6_relay *r, struct net_iface *clients, const struct ip6_addr *server)
{
	struct mac_addr group = ip6_multicast_mac(&dhcp6_all_agents);

	g_assert(r->n < LINKS);
	r->link[r->n].clients = clients;
	r->link[r->n++].server = *server;
	moor_port_join(net_iface_port(clients), &group);
}

static int link_of(const struct dhcp6_relay *r, const struct net_iface *i)
{
	for (unsigned k = 0; k < r->n; k++)
		if (r->link[k].clients == i)
			return (int)k;
	return -1;
}

void dhcp6_relay_links(struct dhcp6_relay *r, dhcp6_link_fn *fn, dhcp6_source_fn *source, void *owner)
{
	r->link_of = fn;
	r->source_of = source;
	r->owner = owner;
}

bool dhcp6_relay_has(const struct dhcp6_relay *r, const struct net_iface *i) { return link_of(r, i) >= 0; }

/* [RFC 8415 19.1] from a client, or from a relay that is nearer to it */
static void forward(struct dhcp6_relay *r, const struct net_rx *rx, unsigned k)
{
	bool again = rx->payload[0] == DHCP6_RELAY_FORW;
	struct dhcp6 m = { .type = DHCP6_RELAY_FORW, .peer = *dhcp6_from(rx), .has = DHCP6_HAS_RELAY_MSG };
	struct dhcp6_tx tx = { .h = r->h, .sport = PORT_DHCP6_SERVER, .dport = PORT_DHCP6_SERVER };
	uint8_t id[ID_MAX] = { (uint8_t)net_iface_number(r->link[k].clients) }, buf[DHCP6_MESSAGE_MAX];
	size_t n;

	if (again && (rx->payload_len < 2 || rx->payload[1] >= DHCP6_HOP_LIMIT)) {
		dhcp6_discard(rx, "dhcp6-relayed-too-often", "RFC 8415 19.1.2");
		return;
	}
	m.hops = again ? (uint8_t)(rx->payload[1] + 1) : 0;
	if (!r->link_of)
		net_address_global(r->link[k].clients, false, &m.link);	/* :: when it has none */
	else if (!r->link_of(r->owner, rx, &m.link))
		return;
	m.relay_msg = (struct dhcp6_octets){ rx->payload, (uint16_t)rx->payload_len };
	m.has |= DHCP6_HAS_INTERFACE_ID;
	memcpy(id + 1, rx->from.o, 6);
	m.interface_id = (struct dhcp6_octets){ id, r->source_of ? ID_MAX : 1 };
	n = dhcp6_encode(&m, buf, sizeof buf);
	if (!n) {
		dhcp6_discard(rx, "dhcp6-too-long", "RFC 8415 19.1");
		return;
	}
	tx.send.dst = r->link[k].server;
	dhcp6_transmit(&tx, buf, n);
}

/* [RFC 8415 19.2] */
static void back(struct dhcp6_relay *r, const struct net_rx *rx)
{
	struct reader in = reader_on(rx->payload, rx->payload_len);
	struct dhcp6_tx tx = { .h = r->h, .sport = PORT_DHCP6_SERVER };
	struct net_iface *out = NULL;
	struct mac_addr client;
	struct dhcp6 m;

	if (!dhcp6_decode(&in, &m, NULL) || !(m.has & DHCP6_HAS_RELAY_MSG)) {
		dhcp6_discard(rx, in.fault.reason ? in.fault.reason : "dhcp6-no-relay-message", "RFC 8415 16.14");
		return;
	}
	if (m.has & DHCP6_HAS_INTERFACE_ID && m.interface_id.len == (r->source_of ? ID_MAX : 1))
		out = net_iface_numbered(r->h, m.interface_id.o[0]);
	if (!out || link_of(r, out) < 0) {
		dhcp6_discard(rx, "dhcp6-interface-id", "RFC 8415 19.2");
		return;
	}
	tx.send = (struct net_send){ .dst = m.peer, .via = ip6_is_link_local(&m.peer) ? out : NULL };
	if (tx.send.via && r->source_of) {
		memcpy(client.o, m.interface_id.o + 1, 6);
		r->source_of(r->owner, &client, &tx.send.src);
	}
	tx.dport = m.relay_msg.o[0] == DHCP6_RELAY_REPL ? PORT_DHCP6_SERVER : PORT_DHCP6_CLIENT;
	dhcp6_transmit(&tx, m.relay_msg.o, m.relay_msg.len);
}

void dhcp6_relay_input(struct dhcp6_relay *r, const struct net_rx *rx, uint16_t sport)
{
	int k = link_of(r, rx->iface);

	(void)sport;
	if (!rx->ip6 || !rx->payload_len)
		return;
	if (rx->payload[0] == DHCP6_RELAY_REPL) {
		dhcp6_record_rx(rx);
		back(r, rx);
	} else if (k >= 0 && rx->payload[0] != DHCP6_ADVERTISE && rx->payload[0] != DHCP6_REPLY) {
		dhcp6_record_rx(rx);
		forward(r, rx, (unsigned)k);
	}
}
