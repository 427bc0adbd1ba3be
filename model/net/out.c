/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets of this node on their way out: ESP, headers, the hooks of mobility, the choice between a tunnel
 * and the routes, fragmentation at the source [RFC 8200 4.5], and packets to ourselves.
 *
 * Whoever sends may leave the source open: it is chosen for the interface that the route names [RFC 6724 5].
 */
#include <string.h>

#include "net/ipsec_priv.h"

#define DEFAULT_HOP_LIMIT 64u		/* RFC 1700, RFC 4861 6.3.2 */

uint8_t net_hop_limit(const struct net_host *h, const struct net_iface *via)
{
	if (!via)
		via = net_iface_any(h);
	return via && via->link && via->link->hop_limit ? via->link->hop_limit : DEFAULT_HOP_LIMIT;
}

struct moor_pkt *net_push6(struct net_host *h, struct moor_pkt *p, const struct ip6_addr *src,
			   const struct ip6_addr *dst, uint8_t next_header, uint8_t hop_limit)
{
	struct ip6_hdr hdr = { .src = *src, .dst = *dst, .payload_len = (uint16_t)p->len, .next_header = next_header,
			       .hop_limit = hop_limit };

	p = moor_pkt_push(h->nw->w, p, IP6_LEN);
	ip6_push(p->data + IP6_LEN, IP6_LEN, &hdr);
	return p;
}

/* ---- to ourselves ------------------------------------------------------------------------------------------------ */

static void loop_due(struct moor_world *w, struct moor_timer *t)
{
	struct net_extra *x = MOOR_CONTAINER(t, struct net_extra, loop_timer);
	struct net_world *nw = net_world_of(w);
	struct moor_pkt *p;

	net_enter(nw);
	while ((p = x->loop)) {
		struct net_in c = { .h = x->h, .p = p };
		struct ip6_addr dst;
		struct net_addr *a;

		x->loop = p->next;
		p->next = NULL;
		memcpy(dst.o, p->data + 24, 16);
		a = p->data[0] >> 4 == 6 ? net_addr_ours(x->h, &dst) : NULL;
		c.i = a && a->i ? a->i : net_iface_any(x->h);
		if (!c.i)
			c.i = net_iface_at(x->h, 1);
		c.from = *moor_port_mac(c.i->port);
		net_in_ip(&c);
	}
	net_leave(nw);
}

void net_loop(struct net_host *h, struct moor_pkt *p)
{
	struct net_extra *x = net_extra(h);
	struct moor_pkt **end = &x->loop;

	if (!h->n_ifaces) {
		net_drop(h, NULL, p, "no-interface", NULL);
		return;
	}
	while (*end)
		end = &(*end)->next;
	p->next = NULL;
	*end = p;
	if (!moor_timer_pending(&x->loop_timer))
		moor_timer_in(h->nw->w, &x->loop_timer, 0, loop_due);
}

/* ---- onto the link ----------------------------------------------------------------------------------------------- */

void net_emit(struct net_host *h, struct moor_pkt *p, const struct net_hop *hop, uint32_t mtu)
{
	bool v6 = p->data[0] >> 4 == 6;
	struct moor_pkt *next;

	if (v6 && hop->i->link->disabled6) {
		net_drop(h, hop->i, p, "interface-disabled", "RFC 4862 5.4.5");
		return;
	}
	if (p->len <= mtu) {
		net_neigh_send(hop->i, &hop->ip, p);
		return;
	}
	for (p = v6 ? net_fragment6(h, p, mtu) : net_fragment4(h, p, mtu); p; p = next) {
		next = p->next;
		p->next = NULL;
		net_neigh_send(hop->i, &hop->ip, p);
	}
}

static void ends_of(const struct moor_pkt *p, struct ip6_addr *src, struct ip6_addr *dst)
{
	struct ip4_addr a;

	if (p->data[0] >> 4 == 6) {
		memcpy(src->o, p->data + 8, 16);
		memcpy(dst->o, p->data + 24, 16);
		return;
	}
	memcpy(a.o, p->data + 12, 4);
	*src = ip6_mapped(a);
	memcpy(a.o, p->data + 16, 4);
	*dst = ip6_mapped(a);
}

static bool is_group(const struct ip6_addr *a)
{
	return ip6_is_multicast(a) || (net_is_mapped(a) && a->o[12] >= 224);
}

static bool no_way(struct net_host *h, struct moor_pkt *p, const char *reason)
{
	net_drop(h, NULL, p, reason, NULL);
	return false;
}

static const struct net_tunnel *ask_divert(const struct net_host *h, const struct moor_pkt *p,
					   const struct ip6_addr *src, const struct ip6_addr *dst,
					   struct net_tunnel *room)
{
	if (!h->hooks || !h->hooks->divert || is_group(dst) || ip6_is_link_local(dst))
		return NULL;
	return h->hooks->divert(h->hooks_owner, src, dst, p->data, p->len, false, room);
}

bool net_originate(struct net_host *h, struct moor_pkt *p, const struct net_tunnel *tunnel, struct net_iface *via,
		   bool no_divert)
{
	struct ip6_addr src, dst;
	struct net_tunnel room;
	struct net_hop hop;

	ends_of(p, &src, &dst);
	if (!tunnel && net_addr_ours(h, &dst)) {
		net_loop(h, p);
		return true;
	}
	if (!tunnel && !no_divert)
		tunnel = ask_divert(h, p, &src, &dst, &room);
	if (tunnel == &net_tunnel_discard)
		return no_way(h, p, "diverted-to-nowhere");
	if (tunnel)
		return net_tunnel_out(h, p, tunnel, NULL);
	if (net_ipsec(h)) {
		struct net_tunnel esp;
		moor_handle child;

		switch (ipsec_tunnel_way(net_ipsec(h), p, NULL, &esp, &child)) {
		case WAY_PLAIN:
			break;
		case WAY_ESP:
			return net_tunnel_esp(h, p, &esp, child, NULL);
		case WAY_NONE:
			moor_pkt_free(h->nw->w, p);
			return false;
		}
	}
	if (is_group(&dst)) {
		hop.i = via && via->link ? via : net_iface_any(h);
		hop.ip = dst;
		if (!hop.i || (via && hop.i != via))
			return no_way(h, p, "no-interface");
	} else if (!net_route_find(h, &src, &dst, via, &hop)) {
		return no_way(h, p, "no-route");
	}
	net_emit(h, p, &hop, net_hop_mtu(h, &hop, &dst));
	return true;
}

/* ---- what upper layers send -------------------------------------------------------------------------------------- */

/* The source for dst, when the sender left it open. */
static bool choose_source(struct net_host *h, const struct ip6_addr *dst, struct net_iface *via, struct ip6_addr *out)
{
	struct net_hop hop = { .i = via };

	if (!via) {
		if (is_group(dst))
			hop.i = net_iface_any(h);
		else if (!net_route_find(h, NULL, dst, NULL, &hop))
			hop.i = NULL;
	}
	return net_addr_source(h, hop.i, dst, out);
}

bool net_send6(struct net_host *h, struct moor_pkt *p, const struct net_send *s)
{
	struct ip6_build b = { .h = { .src = s->src, .dst = s->dst, .traffic_class = s->traffic_class },
			       .rh2 = s->rh2, .hao = s->home_address, .proto = s->next_header };
	size_t n = IP6_LEN + (s->rh2 ? IP6_RH2_LEN : 0) + (s->home_address ? IP6_HAO_LEN : 0);
	struct ipsec *sec = net_ipsec(h);

	if (ip6_is_zero(&s->src) && !choose_source(h, &s->dst, s->via, &b.h.src))
		return no_way(h, p, "no-source");
	if (sec) {
		p = ipsec_out(sec, p, s->home_address ? s->home_address : &b.h.src, s->rh2 ? s->rh2 : &b.h.dst, &b.proto);
		if (!p)
			return false;
	}
	if (p->len + n - IP6_LEN > 65535)
		return no_way(h, p, "packet-too-long");
	b.payload_len = p->len;
	b.h.hop_limit = s->hop_limit ? s->hop_limit : net_hop_limit(h, s->via);
	p->trace_class = s->trace_class;
	p = moor_pkt_push(h->nw->w, p, n);
	ip6_push_build(p->data + n, n, &b);
	return net_originate(h, p, s->tunnel, s->via, s->no_divert);
}

bool net_send4(struct net_host *h, struct moor_pkt *p, struct ip4_addr src, struct ip4_addr dst, uint8_t protocol,
	       struct net_iface *via, uint8_t trace_class)
{
	struct net_send s = { .src = ip6_mapped(src), .dst = ip6_mapped(dst), .next_header = protocol, .via = via,
			      .trace_class = trace_class };

	return net_send4_as(h, p, &s, false);
}

bool net_send4_as(struct net_host *h, struct moor_pkt *p, const struct net_send *s, bool no_source)
{
	struct ip4_hdr hdr = { .src = net_unmap(&s->src), .dst = net_unmap(&s->dst), .proto = s->next_header,
			       .tos = s->traffic_class };
	struct ip6_addr src;

	if (p->len + IP4_LEN > 65535)
		return no_way(h, p, "packet-too-long");
	if (ip4_is_zero(hdr.src) && !no_source) {
		if (!choose_source(h, &s->dst, s->via, &src))
			return no_way(h, p, "no-source");
		hdr.src = net_unmap(&src);
	}
	hdr.total_len = (uint16_t)(p->len + IP4_LEN);
	hdr.id = (uint16_t)h->ids++;
	hdr.ttl = s->hop_limit ? s->hop_limit : DEFAULT_HOP_LIMIT;
	p->trace_class = s->trace_class;
	p = moor_pkt_push(h->nw->w, p, IP4_LEN);
	ip4_push(p->data + IP4_LEN, IP4_LEN, &hdr);
	return net_originate(h, p, s->tunnel, s->via, s->no_divert);
}
