/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: what MAG and LMA have in common about IPsec
 *
 * Security policies and peer authorization [RFC 5213 4, 4.1, 4.2; RFC 4301 4.4.1, 4.4.3]. One SA between Proxy-CoA and
 * LMAA protects Proxy Binding Updates, Acknowledgements, Binding Revocation [RFC 5846 13: the selectors "MUST be
 * extended"] and heartbeats [RFC 5847 6]; SPI and selector of the SA tell who sent it [R5213d-4.2-01] [R5213d-4-03]
 * [R5213d-4-01] [R5213d-11-01]. That it may be left out within one network, and how it is done where it is wanted, is
 * as 33.402 has it [R29275-5.4-01]; integrity is a must, encryption is up to the suites on offer [R5213d-4-04].
 *
 * Not here: user data in ESP (tunnel mode, a MAY of RFC 5213 4), IPv4 transport, where NDS/IP [33.210] puts security
 * gateways between networks and nothing at the ends.
 */
#include "proto/pmip_sec.h"

#include <string.h>

#define TYPE_LO(t) (uint16_t)((t) << 8)
#define TYPE_HI(t) (uint16_t)((t) << 8 | 0xff)
/* Mobility Headers of which this end sends types a to BRI, and the other b to BRI; to and from anybody. */
#define SPD_BYPASS(t) { .sel = { .proto = DSMIP_PROTO_MH, .local_lo = TYPE_LO(t), .local_hi = TYPE_HI(t), \
				 .remote_lo = TYPE_LO(t), .remote_hi = TYPE_HI(t) }, .action = IPSEC_BYPASS }
#define SPD_PROTECT(a, b) { .sel = { .proto = DSMIP_PROTO_MH, .local_lo = TYPE_LO(a), .local_hi = TYPE_HI(MH_BR), \
				     .remote_lo = TYPE_LO(b), .remote_hi = TYPE_HI(MH_BR) }, \
			    .action = IPSEC_PROTECT, .mode = IPSEC_TRANSPORT }

const struct ipsec_policy pmip_sec_spd_mag[PMIP_SEC_POLICIES] = { SPD_BYPASS(MH_BE), SPD_PROTECT(MH_BU, MH_BA) };
const struct ipsec_policy pmip_sec_spd_lma[PMIP_SEC_POLICIES] = { SPD_BYPASS(MH_BE), SPD_PROTECT(MH_BA, MH_BU) };

struct ipsec_selector pmip_sec_selector(const struct ipsec_policy *spd, const struct ip6_addr *own,
					const struct ip6_addr *peer)
{
	struct ipsec_selector s = spd[PMIP_SEC_POLICIES - 1].sel;

	s.local = *own;
	s.remote = *peer;
	s.local_len = s.remote_len = 128;
	return s;
}

static bool narrow_ports(uint16_t *lo, uint16_t *hi, uint16_t of_lo, uint16_t of_hi)
{
	*lo = *lo > of_lo ? *lo : of_lo;
	*hi = *hi < of_hi ? *hi : of_hi;
	return *lo <= *hi;
}

/* [RFC 7296 2.9]; an address is not narrowed: who asks for another's or for more than its own gets nothing */
bool pmip_sec_narrow(const struct ipsec_policy *spd, const struct ip6_addr *own, const struct ip6_addr *peer,
		     struct ipsec_selector *sel)
{
	struct ipsec_selector of = pmip_sec_selector(spd, own, peer);

	return sel->proto == of.proto && sel->local_len == 128 && sel->remote_len == 128 && ip6_eq(&sel->local, own) &&
	       ip6_eq(&sel->remote, peer) && narrow_ports(&sel->local_lo, &sel->local_hi, of.local_lo, of.local_hi) &&
	       narrow_ports(&sel->remote_lo, &sel->remote_hi, of.remote_lo, of.remote_hi);
}

const struct pmip_sec_peer *pmip_sec_by_id(const struct pmip_sec_config *c, const struct ike_id *id)
{
	for (unsigned k = 0; k < c->n_peers; k++) {
		const struct ike_id *x = &c->peers[k].id;

		if (x->type == id->type && x->len == id->len && !memcmp(x->data, id->data, id->len))
			return &c->peers[k];
	}
	return NULL;
}

const struct pmip_sec_peer *pmip_sec_by_addr(const struct pmip_sec_config *c, const struct ip6_addr *addr)
{
	for (unsigned k = 0; k < c->n_peers; k++)
		if (ip6_eq(&c->peers[k].addr, addr))
			return &c->peers[k];
	return NULL;
}

struct ike_id pmip_sec_name(const char *fqdn)
{
	size_t n = strlen(fqdn);
	struct ike_id id = { .type = IKE_ID_FQDN, .len = (uint8_t)(n < IKE_ID_MAX ? n : IKE_ID_MAX) };

	memcpy(id.data, fqdn, id.len);
	return id;
}

bool pmip_sec_admits(struct net_host *h, const struct pmip_rx *x)
{
	if (x->d.rx->protected)
		return true;
	dsmip_discard(h, 0, "mh-unprotected", "RFC 5213 4");
	return false;
}
