/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What upper layers bind to: handlers by protocol number, UDP ports [RFC 768, RFC 8200 8.1] and identifiers of
 * echo replies [RFC 4443 4, RFC 792]; sending both; and UDP port 4191, which is a tunnel and no application [RFC
 * 5555 4.1].
 *
 * A few handlers stand in a list, more are found through a map.
 */
#include "net/ipsec_priv.h"
#include "wire/tunnel.h"
#include "wire/udp.h"

#define EPHEMERAL_FIRST 49152u		/* RFC 6335 6 */

/* ---- handlers ---------------------------------------------------------------------------------------------------- */

static struct map_key key(enum handler_kind kind, uint16_t number)
{
	return (struct map_key){ (uint64_t)kind, number };
}

static struct map *map_of(const struct net_host *h)	/* NULL: they are few */
{
	return h->extra && net_rest(h)->handlers_at.cap ? &net_rest(h)->handlers_at : NULL;
}

static struct net_handler *handlers_of(const struct net_host *h)
{
	return h->extra ? net_rest(h)->handlers : NULL;
}

static struct net_handler *bound(const struct net_host *h, enum handler_kind kind, uint16_t number)
{
	struct net_handler *k = handlers_of(h);
	uint32_t handle;

	if (k && map_of(h))
		return map_get(map_of(h), key(kind, number), &handle) ? slab_get(&h->nw->s[S_HANDLERS], handle) : NULL;
	while (k && (k->kind != kind || k->number != number))
		k = k->next;
	return k;
}

static bool serves(const struct net_events *ev, enum handler_kind kind, uint16_t number, struct net_taker *out)
{
	for (unsigned i = 0; i < ev->n_services; i++) {
		const struct net_service *s = &ev->services[i];

		if (s->number != number || !(kind == HANDLER_PROTO ? s->proto != NULL : kind == HANDLER_UDP && s->udp))
			continue;
		if (kind == HANDLER_PROTO)
			out->fn.proto = s->proto;
		else
			out->fn.udp = s->udp;
		return true;
	}
	return false;
}

bool net_handler_find(const struct net_host *h, enum handler_kind kind, uint16_t number, struct net_taker *out)
{
	const struct net_handler *k = bound(h, kind, number);
	const struct net_listener *l;

	if (k) {
		*out = k->taker;
		return true;
	}
	out->owner = h->hooks_owner;
	if (h->profile->events && serves(h->profile->events, kind, number, out))
		return true;
	if (h->hooks && h->hooks->events && serves(h->hooks->events, kind, number, out))
		return true;
	for (l = net_listener_at(h, h->listeners); l; l = net_listener_at(h, l->next)) {
		out->owner = l->owner;
		if (serves(l->ev, kind, number, out))
			return true;
	}
	return false;
}

static void enter_in_map(struct net_host *h)
{
	const struct net_handler *first = handlers_of(h);
	unsigned n = 0;

	if (map_of(h)) {
		map_put(map_of(h), key((enum handler_kind)first->kind, first->number), first->self);
		return;
	}
	for (const struct net_handler *k = first; k; k = k->next)
		n++;
	if (n > NET_HANDLERS_LISTED)
		for (const struct net_handler *k = first; k; k = k->next)
			map_put(&net_rest(h)->handlers_at, key((enum handler_kind)k->kind, k->number), k->self);
}

struct net_taker *net_handler_add(struct net_host *h, enum handler_kind kind, uint16_t number, void *owner)
{
	struct net_handler *k = bound(h, kind, number);
	moor_handle self;

	if (!k) {
		k = slab_alloc(&h->nw->s[S_HANDLERS], &self);
		k->self = self;
		k->kind = (uint8_t)kind;
		k->number = number;
		k->next = net_extra(h)->handlers;
		net_rest(h)->handlers = k;
		enter_in_map(h);
	}
	k->taker.owner = owner;
	return &k->taker;
}

void net_handler_remove(struct net_host *h, enum handler_kind kind, uint16_t number)
{
	struct net_handler **at, *k;

	if (!h->extra)
		return;
	at = &net_rest(h)->handlers;
	while (*at && ((*at)->kind != kind || (*at)->number != number))
		at = &(*at)->next;
	k = *at;
	if (!k)
		return;
	*at = k->next;
	if (map_of(h))
		map_del(map_of(h), key(kind, number));
	slab_free(&h->nw->s[S_HANDLERS], k->self);
}

void net_proto_handler(struct net_host *h, uint8_t next_header, net_proto_fn *fn, void *owner)
{
	if (fn)
		net_handler_add(h, HANDLER_PROTO, next_header, owner)->fn.proto = fn;
	else
		net_handler_remove(h, HANDLER_PROTO, next_header);
}

void net_rest_handler(struct net_host *h, net_proto_fn *fn, void *owner)
{
	if (fn)
		net_handler_add(h, HANDLER_REST, 0, owner)->fn.proto = fn;
	else
		net_handler_remove(h, HANDLER_REST, 0);
}

bool net_rest_in(struct net_in *c, struct net_rx *rx)
{
	struct net_taker f;

	if (!net_handler_find(c->h, HANDLER_REST, 0, &f))
		return false;
	f.fn.proto(f.owner, rx);
	return true;
}

/* ---- frames that are not IP -------------------------------------------------------------------------------------- */

void net_link_handler(struct net_host *h, uint16_t ethertype, net_link_fn *fn, void *owner)
{
	if (fn)
		net_handler_add(h, HANDLER_LINK, ethertype, owner)->fn.link = fn;
	else
		net_handler_remove(h, HANDLER_LINK, ethertype);
}

void *net_link_owner(const struct net_host *h, uint16_t ethertype)
{
	struct net_taker f;

	return net_handler_find(h, HANDLER_LINK, ethertype, &f) ? f.owner : NULL;
}

void net_link_send(struct net_iface *i, const struct mac_addr *to, uint16_t ethertype, struct moor_pkt *p)
{
	p->trace_class = CLASS_SIGNAL;
	net_frame_send(i, to, p, ethertype);
}

void net_link_in(struct net_in *c, uint16_t ethertype)
{
	struct net_taker f;

	if (net_handler_find(c->h, HANDLER_LINK, ethertype, &f))
		f.fn.link(f.owner, c->i, &c->from, c->p->data, c->p->len);
	moor_pkt_free(c->h->nw->w, c->p);
}

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

/* The next free one of first..last; the last one when all are taken. */
static uint16_t free_number(struct net_host *h, enum handler_kind kind, uint32_t first, uint32_t last)
{
	uint32_t n = first + h->ids++ % (last - first + 1);
	struct net_taker taken;

	for (uint32_t tries = first; tries < last && net_handler_find(h, kind, (uint16_t)n, &taken); tries++)
		n = n == last ? first : n + 1;
	return (uint16_t)n;
}

uint16_t net_udp_bind(struct net_host *h, uint16_t port, net_udp_fn *fn, void *owner)
{
	if (!port)
		port = free_number(h, HANDLER_UDP, EPHEMERAL_FIRST, 65535);
	net_handler_add(h, HANDLER_UDP, port, owner)->fn.udp = fn;
	return port;
}

uint16_t net_udp_shared(struct net_host *h, net_udp_fn *fn)
{
	for (const struct net_handler *k = handlers_of(h); k; k = k->next)
		if (k->kind == HANDLER_UDP && k->taker.fn.udp == fn)
			return k->number;
	return net_udp_bind(h, 0, fn, NULL);
}

uint16_t net_echo_shared(struct net_host *h, net_echo_fn *fn)
{
	for (const struct net_handler *k = handlers_of(h); k; k = k->next)
		if (k->kind == HANDLER_ECHO && k->taker.fn.echo == fn)
			return k->number;
	return net_echo_bind(h, fn, NULL);
}

void net_udp_unbind(struct net_host *h, uint16_t port)
{
	net_handler_remove(h, HANDLER_UDP, port);
}

/* ---- UDP in ------------------------------------------------------------------------------------------------------ */

static bool checksum_ok(const struct net_rx *rx, const uint8_t *p, const struct udp_hdr *u)
{
	enum udp_csum sum;

	if (rx->ip6)
		sum = udp_check6(p, u, ip6_upper_src(rx->ip6), ip6_upper_dst(rx->ip6));
	else
		sum = udp_check4(p, u, rx->src4, rx->dst4);
	return sum == UDP_CSUM_OK || (sum == UDP_CSUM_NONE && !rx->ip6);	/* [RFC 8200 8.1] */
}

/* [RFC 5555 4.1] the first nibble tells what is inside; of the TLV header's [RFC 5845 7.2] GRE. True: c->p is taken. */
static bool encapsulated(struct net_in *c, struct net_rx *rx, const struct udp_hdr *u)
{
	struct udp_encap_view v = udp_encap_demux(rx->payload, rx->payload_len);
	struct net_outer outer = { .encap = ENCAP_UDP4, .src = ip6_mapped(rx->src4), .dst = ip6_mapped(rx->dst4),
				   .sport = u->sport, .dport = u->dport };

	switch (v.kind) {
	case UDP_ENCAP_IP6:
	case UDP_ENCAP_IP4:
		net_tunnel_in(c, rx, &outer, v.inner, v.inner_len);
		return true;
	case UDP_ENCAP_KEEPALIVE:
	case UDP_ENCAP_EMPTY:
		return false;
	case UDP_ENCAP_TLV:
		if (v.proto == PROTO_GRE && c->h->hooks->gre) {
			net_gre_in(c, rx, &outer, v.inner, v.inner_len);
			return true;
		}
		net_discard(c->h, c->i, "udp-encap-tlv", "RFC 5845 7.2");
		return false;
	case UDP_ENCAP_BAD:
		net_discard(c->h, c->i, "udp-encap-bad", "RFC 5555 4.1");
		return false;
	}
	return false;
}

/* UDP port 4500 [RFC 3948 2, 3.2]: IKE goes on to whoever is bound to it, ESP and keepalives end here. */
static bool in_udp(struct net_in *c, struct net_rx *rx, const struct udp_hdr *u, bool *taken)
{
	struct udp4500_view v = udp4500_demux(rx->payload, rx->payload_len);
	struct net_outer outer = { .encap = rx->ip6 ? ENCAP_IN6 : ENCAP_UDP4, .sport = u->sport, .dport = u->dport };

	*taken = false;
	switch (v.kind) {
	case UDP4500_IKE:
		return false;
	case UDP4500_KEEPALIVE:
		return true;
	case UDP4500_BAD:
		net_discard(c->h, c->i, "udp-esp-bad", "RFC 3948 2");
		return true;
	case UDP4500_ESP:
		break;
	}
	outer.src = rx->ip6 ? *ip6_upper_src(rx->ip6) : ip6_mapped(rx->src4);
	outer.dst = rx->ip6 ? *ip6_upper_dst(rx->ip6) : ip6_mapped(rx->dst4);
	rx->payload = v.inner;
	rx->payload_len = v.inner_len;
	ipsec_tunnel_in(net_ipsec(c->h), c, rx, &outer);
	*taken = true;
	return true;
}

static void nobody(struct net_in *c, const struct net_rx *rx)
{
	const uint8_t *p = rx->packet;

	if (rx->ip6) {
		if (!ip6_is_multicast(&rx->ip6->h.dst))
			net_error6(c->h, c->i, p, rx->packet_len, c->l2_multicast, ICMP6_T_UNREACHABLE, ICMP6_U_PORT, 0);
	} else {
		net_error4(c->h, c->i, p, rx->packet_len, c->l2_multicast, ICMP4_T_UNREACHABLE, ICMP4_U_PORT, 0);
	}
}

/* [RFC 5555 4.1]; the other port is that of user packets with GRE [RFC 5844 4.1.4.1, RFC 5845 7.2] */
static bool is_tunnel(const struct net_in *c, const struct net_rx *rx, uint16_t dport)
{
	const struct net_hooks *hooks = c->h->hooks;

	if ((dport != PORT_DSMIP && dport != PORT_PMIP_DATA) || rx->ip6 || !c->h->profile->dsmip_udp)
		return false;
	return hooks && hooks->tunnel_in && (dport == PORT_DSMIP || hooks->gre);
}

bool net_udp_in(struct net_in *c, struct net_rx *rx)
{
	const uint8_t *p = rx->payload;
	struct net_taker k;
	struct udp_hdr u;
	const char *why;
	bool taken;

	if (!udp_decode(p, rx->payload_len, &u, &why, NULL)) {
		net_discard(c->h, c->i, why, "RFC 768");
		return false;
	}
	if (!checksum_ok(rx, p, &u)) {
		net_discard(c->h, c->i, "udp-checksum", "RFC 768");
		return false;
	}
	rx->payload = p + UDP_LEN;
	rx->payload_len = u.len - UDP_LEN;
	if (u.dport == ESP_UDP_PORT && net_ipsec(c->h) && in_udp(c, rx, &u, &taken))
		return taken;
	if (is_tunnel(c, rx, u.dport))
		return encapsulated(c, rx, &u);
	if (net_handler_find(c->h, HANDLER_UDP, u.dport, &k))
		k.fn.udp(k.owner, rx, u.sport, u.dport);
	else if (!net_rest_in(c, rx))
		nobody(c, rx);
	return false;
}

/* ---- UDP out ----------------------------------------------------------------------------------------------------- */

/* The checksum needs both addresses, so a source left open is chosen here. */
static bool settle_source(struct net_host *h, struct net_send *s, bool v4)
{
	struct net_hop hop = { .i = s->via };

	if (!ip6_is_zero(&s->src))
		return true;
	if (!hop.i && !ip6_is_multicast(&s->dst) && !net_route_find(h, NULL, &s->dst, NULL, &hop))
		hop.i = NULL;
	if (!hop.i)
		hop.i = net_iface_any(h);
	return net_addr_source(h, hop.i, &s->dst, &s->src) && net_is_mapped(&s->src) == v4;
}

bool net_udp_send(struct net_host *h, struct moor_pkt *p, const struct net_send *s, uint16_t sport, uint16_t dport)
{
	bool v4 = net_is_mapped(&s->dst);
	struct net_send with = *s;
	size_t payload = p->len;
	struct ip4_addr src4;

	with.next_header = PROTO_UDP;
	if (payload > 65535 - IP6_LEN - UDP_LEN || !settle_source(h, &with, v4)) {
		net_drop(h, s->via, p, "no-source", NULL);
		return false;
	}
	p = moor_pkt_push(h->nw->w, p, UDP_LEN);
	if (v4) {
		src4 = net_unmap(&with.src);
		udp_push4(p->data + UDP_LEN, UDP_LEN, sport, dport, src4, net_unmap(&with.dst), payload);
		return net_send4_as(h, p, &with, ip4_is_zero(src4));
	}
	udp_push6(p->data + UDP_LEN, UDP_LEN, sport, dport, with.home_address ? with.home_address : &with.src,
		  with.rh2 ? with.rh2 : &with.dst, payload);
	return net_send6(h, p, &with);
}

/* ---- echo -------------------------------------------------------------------------------------------------------- */

uint16_t net_echo_bind(struct net_host *h, net_echo_fn *fn, void *owner)
{
	uint16_t id = free_number(h, HANDLER_ECHO, 1, 65535);

	net_handler_add(h, HANDLER_ECHO, id, owner)->fn.echo = fn;
	return id;
}

bool net_echo_send(struct net_host *h, struct moor_pkt *p, const struct net_send *s, uint16_t id, uint16_t sequence)
{
	bool v4 = net_is_mapped(&s->dst);
	struct icmp6 m6 = { .type = ICMP6_T_ECHO_REQUEST, .id = id, .seq = sequence, .body_len = p->len };
	struct icmp4 m4 = { .type = ICMP4_T_ECHO_REQUEST, .id = id, .seq = sequence, .body_len = p->len };
	struct net_send with = *s;

	if (p->len > 65535 - IP6_LEN - ICMP6_LEN || !settle_source(h, &with, v4)) {
		net_drop(h, s->via, p, "no-source", NULL);
		return false;
	}
	p = moor_pkt_push(h->nw->w, p, ICMP6_LEN);
	m6.body = m4.body = p->data + ICMP6_LEN;
	if (v4) {
		icmp4_encode(&m4, p->data, p->len);
		with.next_header = PROTO_ICMP4;
		return net_send4_as(h, p, &with, false);
	}
	icmp6_encode(&m6, with.home_address ? with.home_address : &with.src, with.rh2 ? with.rh2 : &with.dst, p->data,
		     p->len);
	with.next_header = PROTO_ICMP6;
	return net_send6(h, p, &with);
}
