/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: DHCPv4 between the MAG and its mobile nodes [RFC 5844 3.4.1, 3.4.3; RFC 2131 4.3]
 *
 * The server keeps no leases of its own: the binding update list entry is the lease. It offers the IPv4 home address
 * that the LMA gave, with the default router as router and as server identifier (or one address for the whole domain),
 * so that a mobile node finds the same server on every MAG. What comes before the registration was answered waits for
 * it [3.4.1]; where IPv4 is asked for on demand alone, DISCOVER is the demand [3.4.3]. A lease is never longer than
 * what is left of the binding. RELEASE gives the address back, and nothing else [3.4.3].
 *
 * A mobile node with several PDN connections gets the address of the first that has one: DHCPv4 knows one address per
 * interface. Where the LMA wants a relay agent [3.3.4] nobody answers: there is none.
 */
#include "proto/pmip_mag_dhcp.h"

#include <string.h>

#include "wire/dhcp4.h"
#include "wire/ip.h"

#define MESSAGE_MAX 576u
#define LEASE_LEAST 2u			/* seconds; it is renewed when half of it is over, in whole seconds */

/* A client's message that waits for the registration of its session. */
struct mag_dhcp4_wait {
	moor_handle self;
	struct dhcp4 m;			/* without what is lent */
};

/* ---- who --------------------------------------------------------------------------------------------------------- */

/* The first PDN connection that may have IPv4; while nothing is known of them the first of all. NULL: it has none. */
static struct pmip_bule *session_of(const struct pmip_mn *n)
{
	struct pmip_bule *b = bule_at(n->m, n->first), *first = NULL;

	for (struct pmip_bule *k = b; k; k = bule_at(n->m, k->next))
		if (k->ip4)
			first = k;
	for (; !first && b && b->next; b = bule_at(n->m, b->next))
		;
	return first ? first : b;
}

static bool settled(const struct pmip_bule *b)
{
	return b->machine.state == PMIP_BULE_ACTIVE || b->machine.state == PMIP_BULE_REFUSED;
}

static bool has_address(const struct pmip_bule *b)
{
	return b->machine.state == PMIP_BULE_ACTIVE && !ip4_is_zero(b->hoa4);
}

/* [RFC 5844 3.4] 0.0.0.0: it has none yet */
static struct ip4_addr server_id(const struct pmip_bule *b)
{
	const struct pmip_bule_rare *r = pmip_bule_rare(b);

	return !ip4_is_zero(b->m->c.dhcp4_id) ? b->m->c.dhcp4_id : r ? r->router4 : (struct ip4_addr){ { 0 } };
}

static void refuse(const struct pmip_mag *m, const struct pmip_bule *b, const char *why, const char *clause)
{
	dsmip_discard(m->h, bule_index(b), why, clause);
}

static void record(const struct pmip_mag *m, const struct net_iface *i, uint8_t message, bool sent, struct ip4_addr a)
{
	struct moor_record r;

	if (!moor_record_wanted(mag_world(m), REC_DHCP))
		return;
	MOOR_RECORD_BEGIN(&r, REC_DHCP, mag_node(m), moor_port_number(net_iface_port(i)), dhcp);
	r.u.dhcp.message = message;
	r.u.dhcp.sent = sent;
	r.u.dhcp.address = a;
	moor_record_emit(mag_world(m), &r);
}

/* ---- answers ----------------------------------------------------------------------------------------------------- */

/* To the client's address, to its hardware address, or to all [RFC 2131 4.1]. */
static struct ip4_addr destination(const struct net_iface *i, const struct dhcp4 *m)
{
	struct ip6_addr to = ip6_mapped(m->yiaddr);

	if (m->type == DHCP4_NAK || (m->broadcast && ip4_is_zero(m->ciaddr)))
		return ip4_from_u32(UINT32_MAX);
	if (!ip4_is_zero(m->ciaddr))
		return m->ciaddr;
	net_neighbour_set((struct net_iface *)i, &to, &m->chaddr);
	return m->yiaddr;
}

static void transmit(const struct pmip_bule *b, const struct dhcp4 *m)
{
	struct net_iface *i = mn_iface(mn_of(b));
	struct net_send send = { .via = i, .trace_class = CLASS_DHCP, .src = ip6_mapped(m->server_id), .no_divert = true };
	uint8_t buffer[MESSAGE_MAX];
	size_t n = dhcp4_encode(m, buffer, sizeof buffer);

	send.dst = ip6_mapped(destination(i, m));
	record(b->m, i, m->type, true, m->yiaddr);
	net_udp_send(b->m->h, moor_pkt_from(mag_world(b->m), buffer, n), &send, PORT_DHCP4_SERVER, PORT_DHCP4_CLIENT);
}

/* [RFC 5844 3.4.3] "not required to be kept the same"; ours ends before the binding does */
static uint32_t lease(const struct pmip_bule *b)
{
	moor_time left = b->expires - moor_world_now(mag_world(b->m));
	uint32_t most = left >= UINT32_MAX * MOOR_S ? UINT32_MAX - 1 : (uint32_t)(left / MOOR_S), want = b->m->c.dhcp4_lease;

	return want && want < most ? want : most;
}

/* Subnet mask, router and MTU are never missing [RFC 5844 3.4.3]; DNS servers are the LMA's, where it told of some. */
static void configuration(const struct pmip_bule *b, struct dhcp4 *m)
{
	const struct pmip_bule_rare *r = pmip_bule_rare(b);
	const struct pmip_mag *g = b->m;
	uint32_t mtu = pmip_mag_tunnel_mtu(b);
	const struct pmip_pdn *p = pmip_mag_pdn(b);
	bool told = p && p->n_dns4;
	uint8_t n = told ? p->n_dns4 : g->c.n_dns4;

	m->has |= DHCP4_HAS_MASK | DHCP4_HAS_ROUTER | DHCP4_HAS_MTU;
	m->mask = ip4_from_u32(UINT32_MAX << (32 - r->len4));
	m->n_routers = 1;
	m->routers[0] = r->router4;
	m->mtu = mtu < UINT16_MAX ? (uint16_t)mtu : UINT16_MAX;
	if (!n)
		return;
	m->has |= DHCP4_HAS_DNS;
	m->n_dns = n;
	memcpy(m->dns, told ? p->dns4 : g->c.dns4, n * sizeof m->dns[0]);
}

/* At the end of a binding nothing is given: a lease of one second would be renewed as fast as we answer. */
static void answer(const struct pmip_bule *b, const struct dhcp4 *to, uint8_t type)
{
	bool leases = type != DHCP4_NAK && to->type != DHCP4_INFORM;
	struct dhcp4 m = { .op = 2, .broadcast = to->broadcast, .xid = to->xid, .giaddr = to->giaddr, .chaddr = to->chaddr,
			   .type = type, .has = DHCP4_HAS_TYPE | DHCP4_HAS_SERVER_ID, .server_id = server_id(b) };

	if (ip4_is_zero(m.server_id)) {
		refuse(b->m, b, "dhcp4-no-server-identifier", "RFC 5844 3.4");
		return;
	}
	if (leases && lease(b) < LEASE_LEAST) {
		refuse(b->m, b, "dhcp4-no-address", "RFC 5844 3.4.3");
		return;
	}
	if (to->has & DHCP4_HAS_CLIENT_ID) {		/* [RFC 6842] */
		m.has |= DHCP4_HAS_CLIENT_ID;
		m.client_id_len = to->client_id_len;
		memcpy(m.client_id, to->client_id, to->client_id_len);
	}
	if (type == DHCP4_ACK)
		m.ciaddr = to->ciaddr;
	if (type != DHCP4_NAK)
		configuration(b, &m);
	if (leases) {
		m.yiaddr = b->hoa4;
		m.has |= DHCP4_HAS_LEASE;
		m.lease = lease(b);
	}
	transmit(b, &m);
}

/* ---- waiting for the registration -------------------------------------------------------------------------------- */

/* A client that asks again is answered once. */
static void wait_for(struct pmip_bule *b, const struct dhcp4 *m)
{
	struct pmip_bule_rare *r = pmip_bule_rare_new(b);
	struct mag_dhcp4_wait *x = r->dhcp4 ? slab_get(&b->m->dhcp4, r->dhcp4) : slab_alloc(&b->m->dhcp4, &r->dhcp4);

	x->self = r->dhcp4;
	x->m = *m;
	x->m.has &= ~(unsigned)(DHCP4_HAS_MESSAGE | DHCP4_HAS_HOST_NAME);	/* lent octets */
}

void pmip_mag_dhcp4_forget(struct pmip_bule *b)
{
	struct pmip_bule_rare *r = pmip_bule_rare(b);

	if (!r || !r->dhcp4)
		return;
	slab_free(&b->m->dhcp4, r->dhcp4);
	r->dhcp4 = 0;
}

/* ---- messages ---------------------------------------------------------------------------------------------------- */

/* [RFC 5844 3.4.3] the trigger for signalling, when there was none that asked for IPv4 */
static void on_discover(struct pmip_bule *b, const struct dhcp4 *m)
{
	struct pmip_bule_rare *r;

	if (has_address(b)) {
		answer(b, m, DHCP4_OFFER);
		return;
	}
	if (settled(b) && (!b->ip4 || !pmip_mag_on_demand4(b) || b->machine.state == PMIP_BULE_REFUSED)) {
		refuse(b->m, b, "dhcp4-no-address", "RFC 5844 3.4.3");
		return;
	}
	wait_for(b, m);
	r = pmip_bule_rare_new(b);
	if (b->machine.state != PMIP_BULE_ACTIVE || b->waiting || r->want4)
		return;
	r->want4 = true;
	pmip_mag_extend(b);
}

/* SELECTING, INIT-REBOOT, RENEWING, REBINDING [RFC 2131 4.3.2]; after a handover as before it [RFC 5844 3.4.1]. */
static void on_request(struct pmip_bule *b, const struct dhcp4 *m)
{
	struct ip4_addr wanted = m->has & DHCP4_HAS_REQUESTED ? m->requested : m->ciaddr;

	if (m->has & DHCP4_HAS_SERVER_ID && ip4_is_zero(m->ciaddr) && !ip4_eq(m->server_id, server_id(b)))
		return;				/* it chose another server */
	if (!settled(b))
		wait_for(b, m);
	else
		answer(b, m, has_address(b) && ip4_eq(wanted, b->hoa4) ? DHCP4_ACK : DHCP4_NAK);
}

/* [RFC 5844 3.4.3] the home network prefixes stay */
static void on_release(struct pmip_bule *b, const struct dhcp4 *m)
{
	if (has_address(b) && ip4_eq(m->ciaddr, b->hoa4))
		pmip_mag_release4(b);
	else
		refuse(b->m, b, "dhcp4-not-its-address", "RFC 2131 4.3.4");
}

/* [RFC 5844 3.2.3.2] the LMA wants a relay agent, which is not built: better no answer than a wrong one */
static bool is_relay(const struct pmip_bule *b)
{
	const struct pmip_bule_rare *r = pmip_bule_rare(b);

	return r && r->relay4 && has_address(b);
}

static void serve(struct pmip_bule *b, const struct dhcp4 *m)
{
	if (is_relay(b)) {
		refuse(b->m, b, "dhcp4-relay-wanted", "RFC 5844 3.2.3.2");
		return;
	}
	switch ((enum dhcp4_type)m->type) {
	case DHCP4_DISCOVER:
		on_discover(b, m);
		return;
	case DHCP4_REQUEST:
		on_request(b, m);
		return;
	case DHCP4_DECLINE:	/* there is no other address; the LMA's administration has to look at it */
		refuse(b->m, b, "dhcp4-declined", "RFC 2131 4.3.3");
		return;
	case DHCP4_RELEASE:
		on_release(b, m);
		return;
	case DHCP4_INFORM:
		if (has_address(b))
			answer(b, m, DHCP4_ACK);
		return;
	case DHCP4_OFFER:
	case DHCP4_ACK:
	case DHCP4_NAK:
		return;		/* a server's */
	}
}

void pmip_mag_dhcp4_settled(struct pmip_bule *b)
{
	const struct pmip_bule_rare *r = pmip_bule_rare(b);
	struct dhcp4 m;

	if (!r || !r->dhcp4)
		return;
	m = ((struct mag_dhcp4_wait *)slab_get(&b->m->dhcp4, r->dhcp4))->m;
	pmip_mag_dhcp4_forget(b);
	serve(b, &m);
}

/* A mobile node whose last session ended, with the address it gave back, begins anew. */
static struct pmip_bule *begin(struct pmip_mag *m, struct pmip_mn *n, struct net_iface *i, const struct mac_addr *mac)
{
	if (n->first || n->guest)
		return session_of(n);
	n->there = false;
	pmip_mag_attached(m, i, mac);
	n = pmip_mag_mn(m, mac);
	return n ? session_of(n) : NULL;
}

static void input(void *owner, struct net_rx *rx, uint16_t sport, uint16_t dport)
{
	struct pmip_mag *m = owner;
	struct reader r = reader_on(rx->payload, rx->payload_len);
	struct pmip_bule *b;
	struct pmip_mn *n;
	struct dhcp4 q;

	(void)sport, (void)dport;
	if (rx->ip6 || rx->outer.encap != ENCAP_PLAIN || !dhcp4_decode(&r, &q, NULL) || q.op != 1 ||
	    !(q.has & DHCP4_HAS_TYPE))
		return;
	n = pmip_mag_mn(m, &q.chaddr);		/* nobody speaks for another: neither asks for its address nor gives it back */
	if (!n || !n->there || mn_iface(n) != rx->iface || !mac_eq(&rx->from, &q.chaddr)) {
		refuse(m, NULL, "dhcp4-unknown-host", "RFC 5844 3.4.3");
		return;
	}
	record(m, rx->iface, q.type, false, q.has & DHCP4_HAS_REQUESTED ? q.requested : q.ciaddr);
	b = q.type == DHCP4_DISCOVER ? begin(m, n, rx->iface, &q.chaddr) : session_of(n);
	if (b)
		serve(b, &q);
}

/* ---- life -------------------------------------------------------------------------------------------------------- */

void pmip_mag_dhcp4_new(struct pmip_mag *m)
{
	slab_init(&m->dhcp4, "pmip-mag-dhcp4", sizeof(struct mag_dhcp4_wait));
	net_udp_bind(m->h, PORT_DHCP4_SERVER, input, m);
}

/* [RFC 5844 3.4] the one address that all servers of the domain have */
void pmip_mag_dhcp4_access(struct pmip_mag *m, struct net_iface *i)
{
	struct ip6_addr mapped = ip6_mapped(m->c.dhcp4_id);

	if (!ip4_is_zero(m->c.dhcp4_id))
		net_address_add(i, &mapped, 128);
}
