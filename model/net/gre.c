/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: GRE in the packet path
 *
 * Tunnels of PMIPv6 say with a key whose packet it is [RFC 5845 3, 29.275 6.1]: GRE version 0 [RFC 2784] with key and,
 * when asked for, sequence numbers [RFC 2890], straight behind the outer IPv6 or IPv4 header, or in UDP port 4191 or
 * 5437 behind the TLV header [RFC 5845 7.2]. A checksum that came is verified; none is sent. Packets out of sequence
 * are shown to the owner of the tunnel and not held back [RFC 2890 2.2 leaves that to the receiver]. Source routes (RFC
 * 1701) and other versions are dropped. The Key's meaning is the business of the tunnel's owner.
 */
#include "net/core.h"
#include "wire/tunnel.h"

void net_gre_in(struct net_in *c, const struct net_rx *rx, const struct net_outer *outer, const uint8_t *p,
		uint32_t n)
{
	struct net_outer seen = *outer;
	const char *why = NULL;
	struct gre_hdr g;
	unsigned version;

	if (!gre_decode(p, n, &g))
		why = "gre-header";
	else if (!gre_sum_ok(p, n, &g))
		why = "gre-checksum";
	else if (n <= g.len)
		why = "gre-empty";
	if (!why) {
		version = p[g.len] >> 4;
		if (g.protocol != (version == 6 ? ETYPE_IP6 : ETYPE_IP4) || (version != 6 && version != 4))
			why = "gre-protocol";
	}
	if (why) {
		net_drop(c->h, c->i, c->p, why, "RFC 2784 2");
		return;
	}
	seen.gre = true;
	seen.keyed = g.has_key;
	seen.key = g.key;
	seen.numbered = g.has_seq;
	seen.sequence = g.seq;
	net_tunnel_in(c, rx, &seen, p + g.len, n - g.len);
}

uint32_t net_gre_overhead(const struct net_tunnel *t)
{
	if (!t->gre)
		return 0;
	return 4u + 4u * t->keyed + 4u * (t->sequence != NULL) + (t->encap == ENCAP_UDP4 ? UDP_TLV_LEN : 0);
}

static struct moor_pkt *spoiled(struct net_host *h, struct moor_pkt *p, uint32_t tlv)
{
	moor_pkt_pull(p, tlv);
	p = h->profile->spoil->gre(h->profile->spoil->owner, h, p);
	if (!tlv)
		return p;
	p = moor_pkt_push(h->nw->w, p, tlv);
	udp_tlv_push(p->data + tlv, tlv, PROTO_GRE, p->len - tlv);
	return p;
}

struct moor_pkt *net_gre_push(struct net_host *h, struct moor_pkt *p, const struct net_tunnel *t)
{
	uint32_t len = net_gre_overhead(t), tlv = t->encap == ENCAP_UDP4 ? UDP_TLV_LEN : 0;
	struct gre_hdr g = { .protocol = p->data[0] >> 4 == 6 ? ETYPE_IP6 : ETYPE_IP4, .has_key = t->keyed,
			     .key = t->key, .has_seq = t->sequence != NULL };
	size_t inner = p->len;

	if (t->sequence)
		g.seq = (*t->sequence)++;
	p = moor_pkt_push(h->nw->w, p, len);
	gre_push(p->data + len, len - tlv, &g);
	if (h->profile->spoil)
		return spoiled(h, p, tlv);
	if (tlv)
		udp_tlv_push(p->data + tlv, tlv, PROTO_GRE, inner + len - tlv);
	return p;
}
