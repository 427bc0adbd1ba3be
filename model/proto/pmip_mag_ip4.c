/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: IPv4 home addresses of mobile nodes at the MAG [RFC 5844 3.2]
 *
 * Whether one is asked for, by name or not [3.2.3.1, 3.2.3.3], what an answer gives or refuses [3.2.3.2], and the
 * access link: the MAG has the default router's address there, the same on every MAG, and answers ARP for the whole
 * home network, because a mobile node has no other neighbour than its MAG [3.2.4]. Which packets may pass with the
 * address is pmip_mag_path.c's.
 */
#include "proto/pmip_mag_dhcp.h"

#include "wire/ip4.h"
#include "wire/udp.h"

static const struct ip4_addr none = { { 0 } };

/* ---- asking ------------------------------------------------------------------------------------------------------ */

bool pmip_mag_on_demand4(const struct pmip_bule *b)
{
	const struct pmip_bule_rare *r = pmip_bule_rare(b);

	return b->m->c.ip4_on_demand || (r && r->left4);
}

bool pmip_mag_asks4(const struct pmip_bule *b)
{
	const struct pmip_bule_rare *r = pmip_bule_rare(b);

	return b->ip4 && (!pmip_mag_on_demand4(b) || !ip4_is_zero(b->hoa4) || (r && (r->want4 || r->no_ip6)));
}

void pmip_mag_put_ip4(const struct pmip_bule *b, struct mh_msg *m, bool dereg)
{
	const struct pmip_bule_rare *r = pmip_bule_rare(b);
	struct mh_opt *o;

	if (!pmip_mag_asks4(b) || (dereg && ip4_is_zero(b->hoa4) && b->n_hnp && b->lifetime))
		return;
	o = mh_add(m, MH_OPT_IP4_HOA_REQUEST);
	if (r && r->any4)
		return;
	o->hoa4.addr = b->hoa4;
	o->hoa4.prefix_len = ip4_is_zero(b->hoa4) ? 0 : r && r->len4 ? r->len4 : 32;
}

/* ---- the access link --------------------------------------------------------------------------------------------- */

/* The default router's address is ours on the access link while somebody there uses it. */
static void open_gate(struct pmip_bule *b, struct ip4_addr router)
{
	struct pmip_mag *m = b->m;
	unsigned access = mn_of(b)->access, k = 0, at = MAG_GATES_MAX;
	struct ip6_addr mapped = ip6_mapped(router);

	for (; k < MAG_GATES_MAX; k++) {
		if (!m->gate[k].users && at == MAG_GATES_MAX)
			at = k;
		if (m->gate[k].users && m->gate[k].access == access && ip4_eq(m->gate[k].router, router))
			break;
	}
	if (k == MAG_GATES_MAX && at == MAG_GATES_MAX)
		return;
	if (k == MAG_GATES_MAX) {
		k = at;
		m->gate[k] = (struct mag_gate){ .router = router, .access = (uint8_t)access };
		net_address_add(m->access[access].i, &mapped, 128);
	}
	m->gate[k].users++;
	pmip_bule_rare(b)->gate = (uint8_t)(k + 1);
}

static void close_gate(struct pmip_bule *b)
{
	struct pmip_bule_rare *r = pmip_bule_rare(b);
	struct mag_gate *g = r && r->gate ? &b->m->gate[r->gate - 1] : NULL;
	struct ip6_addr mapped;

	if (!g)
		return;
	r->gate = 0;
	if (--g->users)
		return;
	mapped = ip6_mapped(g->router);
	net_address_remove(b->m->access[g->access].i, &mapped);
}

/* [RFC 5844 3.2.4] whatever is in its home network, the way there is ours; its own address is its own */
bool pmip_mag_arp_proxies(void *owner, const struct net_iface *i, const struct mac_addr *from, struct ip4_addr target)
{
	const struct pmip_mag *m = owner;
	const struct pmip_mn *n = pmip_mag_mn(m, from);

	if (!n || !n->there || mn_iface(n) != i)
		return false;
	for (const struct pmip_bule *b = bule_at(m, n->first); b; b = bule_at(m, b->next)) {
		const struct pmip_bule_rare *r = pmip_bule_rare(b);

		if (b->machine.state == PMIP_BULE_ACTIVE && r && !ip4_is_zero(b->hoa4) && !ip4_eq(target, b->hoa4) &&
		    (ip4_eq(target, r->router4) || ip4_in_prefix(target, (struct ip4_prefix){ b->hoa4, r->len4 })))
			return true;
	}
	return false;
}

uint32_t pmip_mag_tunnel_mtu(const struct pmip_bule *b)
{
	const struct pmip_mag *m = b->m;
	uint32_t mtu = net_path_mtu(m->h, &b->lma), head = b->keyed ? 8 + (m->c.gre_sequence ? 4u : 0) : 0;

	head += pmip_is_ip4((enum pmip_transport)b->transport) ? IP4_LEN : IP6_LEN;
	if (pmip_data_encap((enum pmip_transport)b->transport, b->keyed, b->tlv) == ENCAP_UDP4)
		head += UDP_LEN + (b->keyed ? 4 : 0);	/* [RFC 5845 7.2] */
	return mtu > head ? mtu - head : 0;
}

/* ---- answers ----------------------------------------------------------------------------------------------------- */

void pmip_mag_no_ip4(struct pmip_bule *b)
{
	close_gate(b);
	pmip_mag_set_ip4(b, none);
}

/* Without the default router's address there is nothing to be told to the mobile node [RFC 5844 3.1.2.6]. */
void pmip_mag_take_ip4(struct pmip_bule *b, const struct mh_msg *m)
{
	const struct mh_opt *o = mh_find(m, MH_OPT_IP4_HOA_REPLY), *r = mh_find(m, MH_OPT_IP4_ROUTER);
	const struct mh_opt *mode = mh_find(m, MH_OPT_IP4_DHCP_MODE);
	bool good = o && r && o->hoa4.status < 128 && dsmip_routable4(o->hoa4.addr) && dsmip_routable4(r->ip4);
	struct ip6_addr mapped;
	struct pmip_bule_rare *x;

	if (!good) {
		pmip_mag_no_ip4(b);
		return;
	}
	x = pmip_bule_rare_new(b);
	x->relay4 = !(mode && mode->dhcp_server);
	x->any4 = x->want4 = x->left4 = false;
	close_gate(b);
	x->router4 = r->ip4;
	x->len4 = o->hoa4.prefix_len && o->hoa4.prefix_len <= 32 ? o->hoa4.prefix_len : 32;
	pmip_mag_set_ip4(b, o->hoa4.addr);
	open_gate(b, r->ip4);
	mapped = ip6_mapped(b->hoa4);
	net_neighbour_set(mn_iface(mn_of(b)), &mapped, &mn_of(b)->mac);
}

/* [RFC 5844 3.2.3.2] what is refused is not asked for again until somebody looks at it */
bool pmip_mag_refused_ip4(struct pmip_bule *b, uint8_t status)
{
	struct pmip_bule_rare *r = pmip_bule_rare(b);
	bool ip6 = !(r && r->no_ip6);

	switch (status) {
	case MH_BA_IP4_MOBILITY_NOT_AUTHORISED:
	case MH_BA_MULTIPLE_IP4_HOA:
		if (!b->ip4 || !ip6)
			return false;
		b->ip4 = false;
		pmip_mag_no_ip4(b);
		return true;
	case MH_BA_IP4_HOA_NOT_AUTHORISED:
		if (ip4_is_zero(b->hoa4) || (r && r->any4))
			return false;
		pmip_mag_no_ip4(b);
		pmip_bule_rare_new(b)->any4 = true;
		return true;
	case MH_BA_IP6_MOBILITY_NOT_AUTHORISED:
		if (!b->ip4 || !ip6)
			return false;
		pmip_bule_rare_new(b)->no_ip6 = true;
		pmip_mag_set_hnps(b, NULL, 0);
		return true;
	}
	return false;
}
