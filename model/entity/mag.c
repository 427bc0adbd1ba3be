/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the mobile access gateway as a node
 *
 * A router, its interfaces and addresses, and PMIPv6's gateway on it. It implements no clause itself: that is the
 * matter of pmip_mag_*.c.
 */
#include "entity/mag.h"

#include <assert.h>

#include "base/mem.h"

struct mag {
	struct net_host *host;
	struct pmip_mag *pmip;
	unsigned n;
	struct { struct net_iface *i; struct ip6_prefix guests; uint8_t att, coming, going; } access[MAG_IFACE_MAX];
};

static void destroy(void *thing)
{
	struct mag *m = thing;

	pmip_mag_free(m->pmip);
	mem_free(m);
}

static void add_addresses(struct net_iface *i, const struct mag_iface_config *c)
{
	struct ip6_addr mapped = ip6_mapped(c->a4);

	if (!ip6_is_zero(&c->a6))
		net_address_add(i, &c->a6, c->len6);
	if (!ip4_is_zero(c->a4))
		net_address_add(i, &mapped, (uint8_t)(96 + c->len4));
}

struct mag *mag_new(struct moor_node *n, const struct mag_config *c)
{
	struct mag *m = mem_zeroed(sizeof *m);

	m->host = net_host_new(n, c->net);
	net_host_own(m->host, m, destroy);
	assert(c->n_ifaces <= MAG_IFACE_MAX);
	for (unsigned k = 0; k < c->n_ifaces; k++) {
		struct net_iface *i = net_iface_new(m->host, c->iface[k].name, &c->iface[k].mac);

		add_addresses(i, &c->iface[k]);
		if (!c->iface[k].access)
			continue;
		m->access[m->n].i = i;
		m->access[m->n].guests = c->iface[k].guests;
		m->access[m->n].coming = c->iface[k].coming;
		m->access[m->n].going = c->iface[k].going;
		m->access[m->n++].att = c->iface[k].att;
	}
	m->pmip = pmip_mag_new(m->host, &c->pmip);
	if (c->security)
		pmip_mag_secure(m->pmip, c->security);
	return m;
}

void mag_open(struct mag *m)
{
	for (unsigned k = 0; k < m->n; k++) {
		pmip_mag_access(m->pmip, m->access[k].i, m->access[k].att);
		if (m->access[k].guests.len)
			pmip_mag_guests(m->pmip, m->access[k].i, &m->access[k].guests);
		if (m->access[k].coming | m->access[k].going)
			pmip_mag_detection(m->pmip, m->access[k].i, m->access[k].coming, m->access[k].going);
	}
}

struct pmip_mag *mag_pmip(const struct mag *m) { return m->pmip; }
struct net_host *mag_host(const struct mag *m) { return m->host; }
