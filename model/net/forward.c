/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Forwarding [RFC 8200 3, RFC 4443 3.1 to 3.3; RFC 1812 5.2, 5.3.1]: scope, hop limit, the mobility hook, the
 * route, the next link's MTU. Packets are changed in place. Redirects are not sent, and IPv4 options are carried
 * unchanged.
 */
#include <string.h>

#include "net/core.h"

static void drop(struct net_in *c, const char *reason, const char *clause)
{
	net_drop(c->h, c->i, c->p, reason, clause);
}

static void complain6(struct net_in *c, uint8_t type, uint8_t code, uint32_t arg)
{
	net_error6(c->h, c->i, c->p->data, c->p->len, c->l2_multicast, type, code, arg);
}

static void complain4(struct net_in *c, uint8_t type, uint8_t code, uint32_t arg)
{
	net_error4(c->h, c->i, c->p->data, c->p->len, c->l2_multicast, type, code, arg);
}

static const struct net_tunnel *ask_divert(const struct net_in *c, const struct ip6_addr *src,
					   const struct ip6_addr *dst, struct net_tunnel *room)
{
	const struct net_hooks *hooks = c->h->hooks;

	if (!hooks || !hooks->divert || (hooks->route_inner && c->outer.encap != ENCAP_PLAIN))
		return NULL;
	return hooks->divert(c->h->hooks_owner, src, dst, c->p->data, c->p->len, true, room);
}

static bool is_loopback(const struct ip6_addr *a)
{
	return !ip6_high64(a) && ip6_low64(a) == 1;
}

/* Whether the packet may leave its link at all [RFC 4291 2.5.6]. */
static bool scope_ok(struct net_in *c, const struct ip6_addr *src, const struct ip6_addr *dst)
{
	if (ip6_is_zero(src) || is_loopback(src) || is_loopback(dst) || ip6_is_link_local(dst)) {
		net_discard(c->h, c->i, "not-forwardable", "RFC 4291 2.5");
		return false;
	}
	if (!ip6_is_link_local(src))
		return true;
	net_discard(c->h, c->i, "beyond-scope", "RFC 4443 3.1");
	complain6(c, ICMP6_T_UNREACHABLE, ICMP6_U_SCOPE, 0);
	return false;
}

static bool may_pass(const struct net_in *c, const struct ip6_addr *src)
{
	const struct net_hooks *hooks = c->h->hooks;

	return !hooks || !hooks->may_pass || c->outer.encap != ENCAP_PLAIN ||
	       hooks->may_pass(c->h->hooks_owner, c->i, &c->from, src);
}

void net_forward6(struct net_in *c)
{
	uint8_t *o = c->p->data;
	const struct net_tunnel *t;
	struct net_tunnel room;
	struct ip6_addr src, dst;
	struct net_hop hop;
	uint32_t mtu;

	memcpy(src.o, o + 8, 16);
	memcpy(dst.o, o + 24, 16);
	if (!scope_ok(c, &src, &dst)) {
		moor_pkt_free(c->h->nw->w, c->p);
		return;
	}
	if (!may_pass(c, &src)) {
		drop(c, "source-of-another", "RFC 5213 6.10.5");
		return;
	}
	if (o[7] <= 1) {
		complain6(c, ICMP6_T_TIME_EXCEEDED, 0, 0);
		drop(c, "hop-limit", "RFC 8200 3");
		return;
	}
	t = ask_divert(c, &src, &dst, &room);
	if (t == &net_tunnel_discard) {
		drop(c, "diverted-to-nowhere", NULL);
		return;
	}
	if (t) {
		o[7]--;
		net_tunnel_out(c->h, c->p, t, c->i);
		return;
	}
	if (!net_route_find(c->h, &src, &dst, NULL, &hop)) {
		complain6(c, ICMP6_T_UNREACHABLE, ICMP6_U_NO_ROUTE, 0);
		drop(c, "no-route", "RFC 4443 3.1");
		return;
	}
	mtu = net_iface_mtu(hop.i);
	if (c->p->len > mtu) {
		complain6(c, ICMP6_T_TOO_BIG, 0, mtu);
		drop(c, "packet-too-big", "RFC 4443 3.2");
		return;
	}
	o[7]--;
	net_emit(c->h, c->p, &hop, mtu);
}

void net_forward4(struct net_in *c)
{
	uint8_t *o = c->p->data;
	const struct net_tunnel *t;
	struct net_tunnel room;
	struct ip6_addr src, dst;
	struct ip4_addr a;
	struct net_hop hop;
	uint32_t mtu;

	memcpy(a.o, o + 12, 4);
	src = ip6_mapped(a);
	memcpy(a.o, o + 16, 4);
	dst = ip6_mapped(a);
	if (a.o[0] == 127 || src.o[12] == 127 || ip4_is_zero(net_unmap(&src))) {
		drop(c, "not-forwardable", "RFC 1812 5.3.7");
		return;
	}
	if (!may_pass(c, &src)) {
		drop(c, "source-of-another", "RFC 5213 6.10.5");
		return;
	}
	if (o[8] <= 1) {
		complain4(c, ICMP4_T_TIME_EXCEEDED, 0, 0);
		drop(c, "hop-limit", "RFC 1812 5.3.1");
		return;
	}
	t = ask_divert(c, &src, &dst, &room);
	if (t == &net_tunnel_discard) {
		drop(c, "diverted-to-nowhere", NULL);
		return;
	}
	if (t) {
		ip4_ttl_decrement(o);
		net_tunnel_out(c->h, c->p, t, c->i);
		return;
	}
	if (!net_route_find(c->h, &src, &dst, NULL, &hop)) {
		complain4(c, ICMP4_T_UNREACHABLE, ICMP4_U_NET, 0);
		drop(c, "no-route", "RFC 1812 5.2.7.1");
		return;
	}
	mtu = net_iface_mtu(hop.i);
	if (c->p->len > mtu && (o[6] & 0x40)) {
		complain4(c, ICMP4_T_UNREACHABLE, ICMP4_U_FRAG_NEEDED, mtu);
		drop(c, "fragmentation-needed", "RFC 1191 4");
		return;
	}
	ip4_ttl_decrement(o);
	net_emit(c->h, c->p, &hop, mtu);
}
