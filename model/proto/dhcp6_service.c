/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Server and relay of one host share UDP port 547 [RFC 8415 7.2]: what comes on a link that is relayed for is the
 * relay's, and so are Relay-reply messages; all else is the server's. The rules are theirs.
 */
#include "proto/dhcp6_service.h"

#include <glib.h>

#include "proto/dhcp6_relay.h"
#include "wire/ip.h"

struct dhcp6_service {
	struct net_host *h;
	struct dhcp6_server *server;
	struct dhcp6_relay *relay;
};

static void input(void *owner, struct net_rx *rx, uint16_t sport, uint16_t dport)
{
	struct dhcp6_service *s = owner;
	bool back = rx->payload_len && rx->payload[0] == DHCP6_RELAY_REPL;

	(void)dport;
	if (s->relay && (back || dhcp6_relay_has(s->relay, rx->iface)))
		dhcp6_relay_input(s->relay, rx, sport);
	else if (s->server)
		dhcp6_server_input(s->server, rx, sport);
}

static void done(void *arg)
{
	struct dhcp6_service *s = arg;

	if (s->server)
		dhcp6_server_free(s->server);
	if (s->relay)
		dhcp6_relay_free(s->relay);
	g_free(s);
}

struct dhcp6_service *dhcp6_service_new(struct net_host *h)
{
	struct dhcp6_service *s = g_new0(struct dhcp6_service, 1);

	s->h = h;
	net_host_own(h, s, done);
	net_udp_bind(h, PORT_DHCP6_SERVER, input, s);
	return s;
}

void dhcp6_service_serve(struct dhcp6_service *s, const struct dhcp6_server_config *c)
{
	g_assert(!s->server);
	s->server = dhcp6_server_new(s->h, c, NULL, NULL);
}

void dhcp6_service_relay(struct dhcp6_service *s, struct net_iface *clients, const struct ip6_addr *server)
{
	if (!s->relay)
		s->relay = dhcp6_relay_new(s->h);
	dhcp6_relay_add(s->relay, clients, server);
}

struct dhcp6_server *dhcp6_service_server(const struct dhcp6_service *s) { return s->server; }
