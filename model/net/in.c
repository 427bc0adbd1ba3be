/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames on their way in, and IPv6 packets: what is for this node, what is to be forwarded, what is dropped and
 * who is told [RFC 8200 3 and 4, RFC 4443 2.4]. Home Address options and type 2 routing headers are put to the
 * mobility hooks [RFC 6275 6.3, 6.4, 9.3.1, 11.3.3]; a node without such hooks answers as one that does not know
 * them.
 *
 * The checks that every packet passes look at the 40 octets of the header only; the chain of extension headers is
 * walked for packets that end here. A router ignores hop-by-hop options of what it forwards [RFC 8200 4.3].
 */
#include <string.h>

#include "net/ipsec_priv.h"
#include "wire/eth.h"
#include "wire/mh.h"

/* To the hooks first. False: it was meant for other stations, and came only because all are watched. */
static bool shown(struct net_iface *i, const struct moor_pkt *p, const struct eth_hdr *eth)
{
	const struct net_hooks *hooks = i->h->hooks;

	net_enter(i->h->nw);
	if (hooks && hooks->heard)
		hooks->heard(i->h->hooks_owner, i, &eth->src, eth->type, p->data + ETH_LEN, (uint32_t)(p->len - ETH_LEN));
	net_leave(i->h->nw);
	return mac_eq(&eth->dst, moor_port_mac(i->port)) || (eth->dst.o[0] & 1);
}

void net_frame_in(void *owner, struct moor_port *port, struct moor_pkt *p)
{
	struct net_iface *i = owner;
	struct net_in c = { .h = i->h, .i = i };
	struct eth_hdr eth;

	if (!i->link || !eth_peek(p->data, p->len, &eth))
		return;
	if (i->watched && !shown(i, p, &eth))
		return;
	if (!(eth.dst.o[0] & 1) && !mac_eq(&eth.dst, moor_port_mac(port)))
		return;
	net_enter(i->h->nw);
	c.p = moor_pkt_take(p);
	c.from = eth.src;
	c.l2_multicast = eth.dst.o[0] & 1;
	moor_pkt_pull(c.p, ETH_LEN);
	if (eth.type == ETYPE_IP6 && i->h->profile->ipv6)
		net_in6(&c);
	else if (eth.type == ETYPE_IP4 && i->h->profile->ipv4)
		net_in4(&c);
	else if (eth.type == ETYPE_ARP)
		net_arp_in(i, c.p);
	else
		net_link_in(&c, eth.type);
	net_leave(i->h->nw);
}

void net_foresee_frame(const void *owner, const uint8_t *frame, size_t len)
{
	(void)frame;
	(void)len;
	net_fetch_host(owner, ((const struct net_iface *)owner)->number == 2);
}

void net_in_ip(struct net_in *c)
{
	if (c->p->len && c->p->data[0] >> 4 == 4)
		net_in4(c);
	else
		net_in6(c);
}

static void drop(struct net_in *c, const char *reason, const char *clause)
{
	net_drop(c->h, c->i, c->p, reason, clause);
}

static void complain(struct net_in *c, uint8_t type, uint8_t code, uint32_t arg)
{
	net_error6(c->h, c->i, c->p->data, c->p->len, c->l2_multicast, type, code, arg);
}

/* ---- extension headers that concern mobility --------------------------------------------------------------------- */

/* A home address must be a unicast routable one [RFC 6275 6.3]. */
static bool may_be_home(const struct ip6_addr *a)
{
	return !ip6_is_zero(a) && !ip6_is_multicast(a) && !ip6_is_link_local(a) && !net_is_mapped(a);
}

static bool is_binding_update(const struct ip6_packet *k)
{
	return k->proto == PROTO_MH && k->upper_len >= 3 && k->upper[2] == MH_BU;
}

/* [RFC 6275 9.3.1] */
static bool home_address_ok(struct net_in *c, const struct ip6_packet *k, const struct net_rx *rx)
{
	const struct net_hooks *hooks = c->h->hooks;

	if (!may_be_home(&k->hao)) {
		net_discard(c->h, c->i, "home-address-option", "RFC 6275 6.3");
		return false;
	}
	if (!hooks || !hooks->home_address_in) {
		/* an option this node does not know: 0xc9 says discard and tell [RFC 8200 4.2] */
		net_discard(c->h, c->i, "home-address-unknown", "RFC 8200 4.2");
		if (!ip6_is_multicast(&k->h.dst))
			complain(c, ICMP6_T_PARAM_PROBLEM, ICMP6_P_OPTION, k->hao_offset);
		return false;
	}
	if (k->proto == PROTO_ESP && net_ipsec(c->h))		/* the SA tells: see unseal */
		return true;
	if (is_binding_update(k) || hooks->home_address_in(c->h->hooks_owner, rx, &k->hao))
		return true;
	net_discard(c->h, c->i, "home-address-unvouched", "RFC 6275 9.3.1");
	return false;
}

/* [RFC 6275 11.3.3] */
static bool routing_ok(struct net_in *c, const struct ip6_packet *k, const struct net_rx *rx)
{
	const struct net_hooks *hooks = c->h->hooks;

	if (!hooks || !hooks->rh2_in) {
		net_discard(c->h, c->i, "routing-type-unknown", "RFC 8200 4.4");
		complain(c, ICMP6_T_PARAM_PROBLEM, ICMP6_P_FIELD, k->rh2_offset + 2u);
		return false;
	}
	if (!may_be_home(&k->home) || !net_addr_ours(c->h, &k->home)) {
		net_discard(c->h, c->i, "routing-not-home", "RFC 6275 11.3.3");
		return false;
	}
	if (hooks->rh2_in(c->h->hooks_owner, rx, &k->home))
		return true;
	net_discard(c->h, c->i, "routing-refused", "RFC 6275 11.3.3");
	return false;
}

/* ---- to the upper layers ----------------------------------------------------------------------------------------- */

/*
 * ESP in transport mode is taken off and the packet is then what it was before it was protected; a tunnel's inner
 * packet goes on by itself. False: c->p is taken.
 */
static bool unseal(struct net_in *c, struct ip6_packet *k, struct net_rx *rx)
{
	struct net_outer outer = { .encap = ENCAP_IN6, .src = k->h.src, .dst = k->h.dst };
	const struct net_hooks *hooks = c->h->hooks;
	struct ipsec_opened o;

	if (!ipsec_in(net_ipsec(c->h), c, rx, ip6_upper_src(k), ip6_upper_dst(k), &o) || o.next == PROTO_NONE) {
		moor_pkt_free(c->h->nw->w, c->p);
		return false;
	}
	if (o.tunnel) {
		ipsec_inner_in(c, rx, &outer);
		return false;
	}
	k->proto = o.next;
	k->upper = rx->payload;
	k->upper_len = rx->payload_len;
	if (!k->has_hao || o.vouches || is_binding_update(k) || hooks->home_address_in(c->h->hooks_owner, rx, &k->hao))
		return true;
	drop(c, "home-address-unvouched", "RFC 6275 9.3.1");
	return false;
}

static void no_such_protocol(struct net_in *c, const struct ip6_packet *k, const struct net_rx *rx)
{
	if (k->proto != PROTO_NONE) {
		net_discard(c->h, c->i, "protocol-unknown", "RFC 8200 4");
		if (!ip6_is_multicast(&k->h.dst) && !rx->protected)
			complain(c, ICMP6_T_PARAM_PROBLEM, ICMP6_P_NEXT_HEADER, k->nh_offset);
	}
	moor_pkt_free(c->h->nw->w, c->p);
}

/* Takes c->p. */
static void dispatch(struct net_in *c, struct ip6_packet *k, struct net_rx *rx)
{
	struct net_outer outer = { .encap = ENCAP_IN6, .src = k->h.src, .dst = k->h.dst };
	struct net_taker f;
	bool taken;

	if (k->proto == PROTO_ESP && net_ipsec(c->h) && !unseal(c, k, rx))
		return;
	if (k->proto == PROTO_ICMP6) {
		net_icmp6_in(c, rx);
		return;
	}
	taken = net_handler_find(c->h, HANDLER_PROTO, k->proto, &f);
	if (taken || k->proto == PROTO_UDP) {
		if (!net_admits(c, rx, k->proto))
			moor_pkt_free(c->h->nw->w, c->p);
		else if (taken) {
			f.fn.proto(f.owner, rx);
			moor_pkt_free(c->h->nw->w, c->p);
		} else if (!net_udp_in(c, rx)) {
			moor_pkt_free(c->h->nw->w, c->p);
		}
		return;
	}
	if ((k->proto == PROTO_IP6 || k->proto == PROTO_IP4) && c->h->hooks && c->h->hooks->tunnel_in)
		net_tunnel_in(c, rx, &outer, k->upper, k->upper_len);
	else if (k->proto == PROTO_GRE && c->h->hooks && c->h->hooks->gre)
		net_gre_in(c, rx, &outer, k->upper, k->upper_len);
	else if (net_rest_in(c, rx))
		moor_pkt_free(c->h->nw->w, c->p);
	else
		no_such_protocol(c, k, rx);
}

static struct net_rx make_rx(const struct net_in *c, const struct ip6_packet *k)
{
	return (struct net_rx){
		.host = c->h, .iface = c->i, .outer = c->outer, .ip6 = k, .hop_limit = k->h.hop_limit,
		.payload = k->upper, .payload_len = k->upper_len, .packet = c->p->data, .packet_len = c->p->len,
		.protected = c->protected, .from = c->from,
	};
}

static void problem(struct net_in *c, const struct ip6_problem *p, const struct ip6_addr *dst)
{
	bool multicast = ip6_is_multicast(dst) || c->l2_multicast;

	net_discard(c->h, c->i, "ip6-problem", "RFC 8200 4");
	if (p->icmp && (!multicast || (p->icmp_to_multicast && p->code == ICMP6_P_OPTION)))
		complain(c, ICMP6_T_PARAM_PROBLEM, p->code, p->pointer);
	moor_pkt_free(c->h->nw->w, c->p);
}

/* The packet is for us: the whole chain is read. */
static void local6(struct net_in *c)
{
	struct ip6_packet k;
	struct net_rx rx;

	if (!ip6_decode(c->p->data, c->p->len, &k, NULL)) {
		drop(c, k.fault.reason, "RFC 8200 4");
		return;
	}
	if (k.problem.set) {
		problem(c, &k.problem, &k.h.dst);
		return;
	}
	if (k.fragment.present && (k.fragment.more || k.fragment.offset)) {
		net_reassemble6(c, &k);
		return;
	}
	rx = make_rx(c, &k);
	if ((k.has_hao && !home_address_ok(c, &k, &rx)) || (k.has_rh2 && k.segments_left && !routing_ok(c, &k, &rx))) {
		moor_pkt_free(c->h->nw->w, c->p);
		return;
	}
	dispatch(c, &k, &rx);
}

static bool ours(const struct net_in *c, const struct ip6_addr *dst)
{
	struct net_addr *a;

	if (ip6_is_link_local(dst)) {
		a = net_addr_on(c->i, dst);
		if (c->outer.encap != ENCAP_PLAIN)
			return false;
		return (a && net_addr_live(a)) || net_seen_as(c, dst);
	}
	return net_addr_ours(c->h, dst) != NULL;
}

void net_in6(struct net_in *c)
{
	const uint8_t *o = c->p->data;
	struct ip6_addr src, dst;
	uint32_t total;

	if (c->p->len < IP6_LEN || o[0] >> 4 != 6) {
		drop(c, "ip6-short", "RFC 8200 3");
		return;
	}
	total = IP6_LEN + ((uint32_t)o[4] << 8 | o[5]);
	if (total > c->p->len) {
		drop(c, "ip6-payload-length", "RFC 8200 3");
		return;
	}
	moor_pkt_trim(c->p, total);		/* link padding */
	memcpy(src.o, o + 8, 16);
	memcpy(dst.o, o + 24, 16);
	if (ip6_is_multicast(&src)) {
		drop(c, "source-multicast", "RFC 4291 2.7");
	} else if (c->outer.encap == ENCAP_PLAIN && c->i->link && c->i->link->disabled6) {
		drop(c, "interface-disabled", "RFC 4862 5.4.5");
	} else if (ip6_is_multicast(&dst)) {
		if (c->outer.encap == ENCAP_PLAIN)
			local6(c);
		else
			drop(c, "multicast-in-tunnel", "RFC 6275 10.4.3");
	} else if (ours(c, &dst)) {
		local6(c);
	} else if ((c->h->profile->forward || c->h->profile->mobile_router) && !c->l2_multicast && !ip6_is_zero(&dst)) {
		net_forward6(c);
	} else {
		drop(c, "not-for-us", "RFC 8200 3");
	}
}
