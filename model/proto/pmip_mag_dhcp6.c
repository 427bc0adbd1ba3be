/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the DHCPv6 relay agent of a MAG [draft 02 6.11; RFC 5213 6.11] [R5213d-6.11-01]
 *
 * What mobile nodes ask on an access link goes to a server in the core, with the mobile node's home network prefix as
 * link-address: the server learns from it which addresses are on that mobile node's link [R5213d-6.11-02]. Before the
 * registration there is no prefix, and nothing is relayed; a client asks again. Messages of the relay are the MAG's own
 * and go outside of the tunnel.
 */
#include "proto/dhcp6.h"
#include "proto/dhcp6_relay.h"
#include "proto/pmip_mag_dhcp.h"
#include "wire/ip.h"

/* Of the first PDN connection that has a prefix. */
static bool link_of(void *owner, const struct net_rx *rx, struct ip6_addr *link)
{
	const struct pmip_mag *m = owner;
	const struct pmip_mn *n = pmip_mag_mn(m, &rx->from);
	bool found = false;

	for (const struct pmip_bule *b = n && n->there ? bule_at(m, n->first) : NULL; b; b = bule_at(m, b->next))
		if (b->machine.state == PMIP_BULE_ACTIVE && b->n_hnp) {
			*link = ip6_from64(b->hnp[0], 0);
			found = true;
		}
	if (!found)
		dhcp6_discard(rx, "dhcp6-no-session", "RFC 5213 6.11");
	return found;
}

/* [RFC 5213 6.9.2] the address that its router advertisements come from */
static bool source_of(void *owner, const struct mac_addr *client, struct ip6_addr *src)
{
	const struct pmip_mag *m = owner;
	const struct pmip_mn *n = pmip_mag_mn(m, client);

	for (const struct pmip_bule *b = n && n->there ? bule_at(m, n->first) : NULL; b; b = bule_at(m, b->next))
		if (b->machine.state == PMIP_BULE_ACTIVE)
			return pmip_mag_nd_ours(b, src);
	return false;
}

static void input(void *owner, struct net_rx *rx, uint16_t sport, uint16_t dport)
{
	struct pmip_mag *m = owner;

	(void)dport;
	if (pmip_mag_shared_input(m, rx, sport))
		return;
	if (m->relay6)
		dhcp6_relay_input(m->relay6, rx, sport);
	else
		dhcp6_discard(rx, "dhcp6-no-session", "RFC 5213 6.11");
}

void pmip_mag_dhcp6_listen(struct pmip_mag *m)
{
	net_udp_bind(m->h, PORT_DHCP6_SERVER, input, m);
}

void pmip_mag_relay6(struct pmip_mag *m, struct net_iface *i, const struct ip6_addr *server)
{
	if (!m->relay6) {
		m->relay6 = dhcp6_relay_new(m->h);
		dhcp6_relay_links(m->relay6, link_of, source_of, m);
		if (!m->server6)
			pmip_mag_dhcp6_listen(m);
	}
	dhcp6_relay_add(m->relay6, i, server);
}
