/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the shared-prefix model at the MAG [draft 02, Appendix B]
 *
 * A session has one address of a prefix that others share. The MAG asks its LMA for it by ::/128, has it in the Home
 * Network Prefix option from then on, also in the first PBU of the next MAG [R5213d-App.B-02], and takes and delivers
 * packets of that address alone: what a host makes of the prefix by itself gets no service. Advertisements say M and
 * show the prefix for neither autoconfiguration nor on-link, for the neighbours are behind other tunnels; the mobile
 * node gets just this address by DHCPv6 [R5213d-App.B-01], from the MAG, whose server has no leases of its own: the
 * binding update list entry is what it gives out. That the address comes from the LMA's pool, and not from a server
 * that the MAG would have to overhear, is this implementation's choice.
 */
#include "proto/dhcp6.h"
#include "proto/dhcp6_server.h"
#include "proto/pmip_mag_priv.h"
#include "wire/ip.h"

/* ---- the store --------------------------------------------------------------------------------------------------- */

static uint32_t hash_of(uint64_t hnp, uint64_t host) { return index_hash(hnp, host); }

void pmip_mag_drop_host(struct pmip_bule *b)
{
	struct pmip_bule_rare *r = pmip_bule_rare(b);

	index_remove(&b->m->by_address, hash_of(b->hnp[0], r->host), b->self);
	b->m->n_hosts--;
	b->n_hnp = 0;
	b->host = false;
	r->host = 0;
}

void pmip_mag_set_host(struct pmip_bule *b, const struct ip6_addr *addr)
{
	pmip_mag_set_hnps(b, NULL, 0);
	b->hnp[0] = ip6_high64(addr);
	b->n_hnp = 1;
	b->host = true;
	pmip_bule_rare_new(b)->host = ip6_low64(addr);
	b->m->n_hosts++;
	index_add(&b->m->by_address, hash_of(b->hnp[0], ip6_low64(addr)), b->self);
}

struct pmip_bule *pmip_mag_find_host(const struct pmip_mag *m, const struct ip6_addr *addr)
{
	uint32_t hash = hash_of(ip6_high64(addr), ip6_low64(addr)), at, h;
	struct pmip_bule *other = NULL;

	for (h = index_first(&m->by_address, hash, &at); h; h = index_next(&m->by_address, hash, &at)) {
		struct pmip_bule *b = slab_get(&m->bules, h);

		if (!b->host || !pmip_mag_has_address(b, addr))
			continue;
		if (b->machine.state == PMIP_BULE_ACTIVE)
			return b;
		other = b;
	}
	return other;
}

/* ---- signalling -------------------------------------------------------------------------------------------------- */

void pmip_mag_shared_put(const struct pmip_bule *b, struct mh_msg *m, bool any)
{
	struct mh_opt *o = mh_add(m, MH_OPT_HNP);

	o->prefix.len = 128;
	if (!any && b->host)
		o->prefix.addr = bule_address(b);
}

bool pmip_mag_shared_known(struct pmip_bule *b, struct ip6_addr addr)
{
	if (b->m->c.shared_prefix)
		pmip_mag_set_host(b, &addr);
	return b->host;
}

bool pmip_mag_shared_take(struct pmip_bule *b, const struct mh_msg *m)
{
	const struct mh_opt *o = mh_find(m, MH_OPT_HNP);
	struct ip6_addr now = bule_address(b);

	if (!b->m->c.shared_prefix || !o || o->prefix.len != 128 || !ip6_low64(&o->prefix.addr))
		return false;
	if (!b->host || !ip6_eq(&now, &o->prefix.addr))
		pmip_mag_set_host(b, &o->prefix.addr);
	return true;
}

/* ---- DHCPv6 ------------------------------------------------------------------------------------------------------ */

/* The session whose address a client is given. */
static const struct pmip_bule *session_of(const struct pmip_mag *m, const struct net_rx *rx)
{
	const struct pmip_mn *n = pmip_mag_mn(m, &rx->from);
	const struct pmip_bule *b = n && n->there ? bule_at(m, n->first) : NULL;

	while (b && !(b->host && b->machine.state == PMIP_BULE_ACTIVE))
		b = bule_at(m, b->next);
	return b;
}

static bool may_lease(void *owner, const struct net_rx *rx, struct ip6_addr *peer)
{
	(void)peer;
	return session_of(owner, rx) != NULL;
}

static bool address_of(void *owner, const struct net_rx *rx, struct ip6_addr *out)
{
	const struct pmip_bule *b = session_of(owner, rx);

	if (b)
		*out = bule_address(b);
	return b != NULL;
}

static const struct dhcp6_server_ops server_ops = { .may_lease = may_lease, .address_of = address_of };

bool pmip_mag_shared_input(struct pmip_mag *m, struct net_rx *rx, uint16_t sport)
{
	if (!m->server6 || !session_of(m, rx))
		return false;
	dhcp6_server_input(m->server6, rx, sport);
	return true;
}

void pmip_mag_shared_new(struct pmip_mag *m)
{
	struct dhcp6_server_config c;

	if (!m->c.shared_prefix)
		return;
	dhcp6_server_config_default(&c);
	c.na_link = true;			/* the pool counts leases, the addresses are the sessions' */
	m->server6 = dhcp6_server_new(m->h, &c, &server_ops, m);
	pmip_mag_dhcp6_listen(m);
}
