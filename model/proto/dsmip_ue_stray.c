/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: what a mobile node sends that its home agent has no use for
 *
 * For scenarios that want to see the answer [24.303 5.1.3.3, RFC 6275 9.2, 9.3.1]: a Care-of Test Init, with which a
 * mobile node would begin route optimisation, a packet with a Home Address option and nothing behind it, or a Binding
 * Update whose Mobility Header is wrong in one octet. All go to the home agent the way a Binding Update goes, so from
 * an IPv4 care-of address in UDP. No UE here sends any of them by itself [R24303-4.1-05].
 */
#include "proto/dsmip_ue_priv.h"
#include "wire/ip.h"

static void test_init(struct dsmip_ue *d, const struct net_tunnel *udp)
{
	struct dsmip_tx tx = { .profile = d->p->profile, .hoa = d->hoa, .coa = d->coa };
	struct mh_msg m;

	mh_start(&m, MH_COTI);
	m.init.cookie = 0x6d6f6f72696e67;
	tx.send.src = udp ? d->hoa : d->coa;
	tx.send.dst = ue_ha(d)->a6;
	tx.send.tunnel = udp;
	tx.send.via = udp ? NULL : ue_via(d);
	dsmip_send(d->h, &m, &tx);
}

static void home_address(struct dsmip_ue *d, const struct net_tunnel *udp)
{
	struct net_send s = { .src = udp ? d->hoa : d->coa, .dst = ue_ha(d)->a6, .next_header = PROTO_NONE,
			      .home_address = &d->hoa, .tunnel = udp, .via = udp ? NULL : ue_via(d),
			      .trace_class = CLASS_SIGNAL, .no_divert = true };

	net_send6(d->h, moor_pkt_new(ue_world(d), 0), &s);
}

/* A Binding Update with one octet of its header changed, and the checksum right for that. */
static void broken(struct dsmip_ue *d, const struct net_tunnel *udp, unsigned octet, uint8_t value)
{
	struct net_send s = { .src = udp ? d->hoa : d->coa, .dst = ue_ha(d)->a6, .next_header = DSMIP_PROTO_MH,
			      .home_address = udp ? NULL : &d->hoa, .tunnel = udp, .via = udp ? NULL : ue_via(d),
			      .trace_class = CLASS_SIGNAL, .no_divert = true };
	uint8_t buf[32];
	struct mh_msg m;
	size_t n;

	mh_start(&m, MH_BU);
	m.bu.seq = d->seq;
	mh_encode(&m, buf, sizeof buf);
	buf[octet] = value;
	n = (buf[1] + 1u) * 8;
	mh_seal(buf, n, &d->hoa, &s.dst);
	net_send6(d->h, moor_pkt_from(ue_world(d), buf, n), &s);
}

void dsmip_ue_stray(struct dsmip_ue *d, enum dsmip_stray what)
{
	struct net_tunnel udp = { .local = d->coa, .remote = ip6_mapped(ue_ha(d)->a4), .sport = DSMIP_UDP_PORT,
				  .dport = DSMIP_UDP_PORT, .encap = ENCAP_UDP4, .via = ue_via(d) };
	const struct net_tunnel *t = dsmip_is_mapped(&d->coa) ? &udp : NULL;

	if (!ue_has_coa(d) || d->at_home)
		return;
	switch (what) {
	case DSMIP_STRAY_TEST_INIT:
		test_init(d, t);
		break;
	case DSMIP_STRAY_HOME_ADDRESS:
		home_address(d, t);
		break;
	case DSMIP_STRAY_PAYLOAD_PROTO:
		broken(d, t, 0, PROTO_UDP);
		break;
	case DSMIP_STRAY_HEADER_LEN:
		broken(d, t, 1, 0);
		break;
	}
}
