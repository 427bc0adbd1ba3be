/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the local mobility anchor as a node
 *
 * A router, its interfaces and addresses, and PMIPv6's anchor on it. It implements no clause itself: that is the
 * matter of pmip_lma_*.c.
 */
#include "entity/lma.h"

#include <assert.h>

#include "base/mem.h"

struct lma {
	struct net_host *host;
	struct pmip_lma *pmip;
};

static void destroy(void *thing)
{
	struct lma *a = thing;

	pmip_lma_free(a->pmip);
	mem_free(a);
}

static void add_addresses(struct net_iface *i, const struct lma_iface_config *c)
{
	struct ip6_addr mapped = ip6_mapped(c->a4);

	if (!ip6_is_zero(&c->a6))
		net_address_add(i, &c->a6, c->len6);
	if (!ip4_is_zero(c->a4))
		net_address_add(i, &mapped, (uint8_t)(96 + c->len4));
}

struct lma *lma_new(struct moor_node *n, const struct lma_config *c)
{
	struct lma *a = mem_zeroed(sizeof *a);

	a->host = net_host_new(n, c->net);
	net_host_own(a->host, a, destroy);
	assert(c->n_ifaces <= LMA_IFACE_MAX);
	for (unsigned k = 0; k < c->n_ifaces; k++)
		add_addresses(net_iface_new(a->host, c->iface[k].name, &c->iface[k].mac), &c->iface[k]);
	a->pmip = pmip_lma_new(a->host, &c->pmip, true);
	if (c->security)
		pmip_lma_secure(a->pmip, c->security);
	return a;
}

struct pmip_lma *lma_pmip(const struct lma *a) { return a->pmip; }
struct net_host *lma_host(const struct lma *a) { return a->host; }
