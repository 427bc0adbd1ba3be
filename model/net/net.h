/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The IP layer of one node: interfaces, addresses, neighbours, routes, forwarding, tunnels, fragments, UDP. IPv6 and
 * IPv4. Protocols (Mobile IPv6, DHCP, …) sit above it through the hooks and handlers below; they never touch frames.
 *
 * A host is lean because a scenario has a million of them: what a plain mobile node does not use costs nothing.
 * Everything random comes from the world's streams ("nd", …), every delay from the timer table in net/timers.h.
 */
#ifndef MOOR_NET_NET_H
#define MOOR_NET_NET_H

#include "base/addr.h"
#include "world/port.h"
#include "world/record.h"
#include "world/timer.h"
#include "wire/ip6.h"

struct net_host;
struct net_iface;
struct icmp6;

/* ---- what came in ------------------------------------------------------------------------------------------------ */

enum net_encap {
	ENCAP_PLAIN,		/* came as it is: no tunnel */
	ENCAP_IN6,		/* IPv6 or IPv4 directly in IPv6 (next header 41 / 4) [RFC 2473] */
	ENCAP_IN4,		/* IPv6 (protocol 41) or IPv4 (protocol 4) directly in IPv4 [RFC 4213, RFC 2003] */
	ENCAP_UDP4		/* IPv6 or IPv4 in UDP port 4191 over IPv4 [RFC 5555 4.1] */
};

/* The outer header that a packet arrived in; addresses of either family, IPv4 as ::ffff:a.b.c.d. */
struct net_outer {
	enum net_encap encap;
	struct ip6_addr src, dst;
	uint16_t sport, dport;		/* ENCAP_UDP4 */
	bool gre;			/* and GRE between it and the inner packet [RFC 2784] */
	bool keyed, numbered;		/* which of the next two it had [RFC 2890] */
	uint32_t key, sequence;
};

/* A received packet on its way up. Lent for the call. */
struct net_rx {
	struct net_host *host;
	struct net_iface *iface;	/* where the outermost packet came in */
	struct net_outer outer;
	const struct ip6_packet *ip6;	/* parsed header chain; NULL for IPv4 */
	struct ip4_addr src4, dst4;	/* IPv4 */
	uint8_t hop_limit;
	bool protected;			/* it came in ESP; see net/ipsec.h */
	struct mac_addr from;		/* sender of the frame */
	const uint8_t *payload;		/* behind the IP headers: the upper-layer header */
	uint32_t payload_len;
	const uint8_t *packet;		/* the (innermost) IP packet from its first octet, for errors */
	uint32_t packet_len;
};

/* ---- what goes out ----------------------------------------------------------------------------------------------- */

/* Where a tunnel leads. Embedded by whoever owns the binding. */
struct net_tunnel {
	struct ip6_addr local, remote;	/* outer addresses; IPv4 as mapped */
	uint16_t sport, dport;		/* ENCAP_UDP4 */
	uint8_t encap;			/* enum net_encap, not PLAIN */
	uint8_t hop_limit;		/* 0: 64 */
	uint8_t encap_limit;		/* ENCAP_IN6: further encapsulations that are allowed [RFC 2473 6.6]; 0: any */
	uint16_t mtu;			/* largest inner packet; 0: from the path [RFC 2473 7.1] */
	struct net_iface *via;		/* leave by this interface; NULL: by route */
	bool gre;			/* GRE before the inner packet [RFC 2784]; in UDP behind the TLV header [RFC 5845 7.2] */
	bool keyed;			/* … with this key [RFC 2890] */
	uint32_t key;
	uint32_t *sequence;		/* … and the next sequence number, its owner's, counted up here; NULL: without */
	/* another one that a copy goes to as well, and so on; ENCAP_PLAIN there: by the routes. NULL: none */
	const struct net_tunnel *also;
};

/* How to send one packet. src all zero: chosen by RFC 6724's first rules (same scope, deprecated last). */
struct net_send {
	struct ip6_addr src, dst;
	uint8_t next_header;
	uint8_t hop_limit;			/* 0: the interface's default of 64 */
	const struct ip6_addr *home_address;	/* Home Address option in a destination options header [RFC 6275 6.3] */
	const struct ip6_addr *rh2;		/* type 2 routing header with this home address [RFC 6275 6.4] */
	const struct net_tunnel *tunnel;	/* encapsulate, whatever the hooks say */
	struct net_iface *via;			/* force the interface */
	uint8_t trace_class;			/* enum rec_class */
	uint8_t traffic_class;			/* of the (inner) IP header */
	bool no_divert;				/* do not ask the divert hook */
};

/* Sends the upper-layer packet p (data at the upper-layer header, checksums already in place); takes p. False: no
 * route or no source, p freed. */
bool net_send6(struct net_host *h, struct moor_pkt *p, const struct net_send *s);
bool net_send4(struct net_host *h, struct moor_pkt *p, struct ip4_addr src, struct ip4_addr dst, uint8_t protocol,
	       struct net_iface *via, uint8_t trace_class);

/* ---- hooks: how mobility protocols bend the packet flow ---------------------------------------------------------- */

struct net_events;

struct net_hooks {
	void *owner;
	const struct net_events *events;	/* told last, with the hooks' owner; NULL: none */
	/* For each IPv6/IPv4 packet that is originated here (forwarded false) or forwarded: a tunnel to take instead of the
	 * routes, or NULL.
	 * packet starts at the IP header. IPv4 addresses come as mapped ones. To discard it, return &net_tunnel_discard.
	 * A tunnel that is not kept anywhere may be written to *room. */
	const struct net_tunnel *(*divert)(void *owner, const struct ip6_addr *src, const struct ip6_addr *dst,
					   const uint8_t *packet, uint32_t len, bool forwarded,
					   struct net_tunnel *room);
	/* An encapsulated packet addressed to this node: may the inner one (from its IP header) come in? outer_rx->outer
	 * is already the header to be taken off (its kind, addresses and ports), as the inner packet's rx will show it. */
	bool (*tunnel_in)(void *owner, const struct net_rx *outer_rx, const struct ip6_addr *inner_src,
			  const struct ip6_addr *inner_dst, const uint8_t *inner, uint32_t len);
	/* GRE comes to tunnel_in as well; false: this node does not speak it. */
	bool gre;
	/* What came out of a tunnel is forwarded by route, without asking divert: the tunnel's owner sent it on its way. */
	bool route_inner;
	/*
	 * May a packet that came from a link, not out of a tunnel, be forwarded, into a tunnel or by the routes? from: who
	 * sent the frame; src: IPv4 as mapped. Asked first. NULL: any may.
	 */
	bool (*may_pass)(void *owner, const struct net_iface *i, const struct mac_addr *from, const struct ip6_addr *src);
	/*
	 * Is dst on-link at one of our interfaces, beyond what routes say? For owners that know the link of every prefix of
	 * their hosts: a route each would be a million routes. NULL: the routes decide.
	 */
	struct net_iface *(*on_link)(const void *owner, const struct ip6_addr *dst);
	/*
	 * A frame on an interface that is watched (net_iface_watch), before anything else happens with it; packet is what is
	 * behind its header. Lent.
	 */
	void (*heard)(void *owner, struct net_iface *i, const struct mac_addr *from, uint16_t ethertype,
		      const uint8_t *packet, uint32_t len);
	/* Home Address option in a packet to us: does a binding vouch for it? BUs are let through by net, and what a child SA
	 * of that home address alone protected. False: the hook has already answered (Binding Error); it is dropped. */
	bool (*home_address_in)(void *owner, const struct net_rx *rx, const struct ip6_addr *home_address);
	/* Type 2 routing header whose home address is not one of our addresses: refused by net; ours: this hook is asked. */
	bool (*rh2_in)(void *owner, const struct net_rx *rx, const struct ip6_addr *home_address);
	/*
	 * The same of IPv4: the host `from` asks by ARP for target, which is no address of ours on that link [RFC 925]. NULL:
	 * never.
	 */
	bool (*arp_proxies)(void *owner, const struct net_iface *i, const struct mac_addr *from, struct ip4_addr target);
	/* Somebody on the link solicits target, which is no address of ours: do we answer in its stead [RFC 6275 10.4.1]? */
	bool (*proxies)(void *owner, const struct net_iface *i, const struct ip6_addr *target);
	/*
	 * On a link that is shared as a medium but point-to-point in effect [RFC 5213 6.3] each host may be shown another
	 * link-local address of ours: whether `ours` is the one that this host knows. What it solicits at it is answered to
	 * it alone, and what it sends there comes in. NULL: all hosts see the interface's own address.
	 */
	bool (*seen_as)(void *owner, const struct net_iface *i, const struct mac_addr *host, const struct ip6_addr *ours);
	/* … and which one it is, for what we solicit ourselves; addr: of that host. False: the interface's own. */
	bool (*seen_by)(void *owner, const struct net_iface *i, const struct ip6_addr *addr, struct ip6_addr *ours);
	/* A host tests whether an address may be its own, or asks for a router from it. Called before any answer. */
	void (*host_address)(void *owner, const struct net_iface *i, const struct mac_addr *host,
			     const struct ip6_addr *addr);
};

extern const struct net_tunnel net_tunnel_discard;

typedef void net_proto_fn(void *owner, struct net_rx *rx);
/* rx->payload is behind the UDP header. */
typedef void net_udp_fn(void *owner, struct net_rx *rx, uint16_t sport, uint16_t dport);

/* What a protocol takes in, as constants that many hosts share. One of the two functions is set. */
struct net_service {
	uint16_t number;		/* next header (proto), UDP port (udp) */
	net_proto_fn *proto;
	net_udp_fn *udp;
};

/* What a protocol wants to hear of. Any may be NULL. Posted from handlers in order; never re-entrant. */
struct net_events {
	void *owner;
	void (*carrier)(void *owner, struct net_iface *i, bool up);
	/* An address of this interface changed: usable, duplicate, removed. Link-local ones too. IPv4 as mapped. */
	void (*address)(void *owner, struct net_iface *i, const struct ip6_addr *addr, enum rec_address what);
	/* A router advertisement was processed. prefixes: its PIOs. new_link: movement detection says this is another link. */
	void (*advert)(void *owner, struct net_iface *i, const struct ip6_addr *router, const struct ip6_prefix *prefixes,
		       unsigned n, bool new_link);
	/* The advertisement before had the M or the O flag: addresses, or only other things, are told by DHCPv6. */
	void (*dhcp6)(void *owner, struct net_iface *i, bool managed, bool other);
	/*
	 * A host came to the LAN that this interface's port is the hub of, or left it (world/port.h): only after
	 * net_iface_stations.
	 */
	void (*station)(void *owner, struct net_iface *i, const struct mac_addr *mac, bool there);
	/* The default router of the interface is gone (lifetime, NUD, missed advertisements). */
	void (*router_lost)(void *owner, struct net_iface *i, bool v4);
	/* ICMPv6/ICMPv4 error about a packet of ours; inner: the packet it cites. */
	void (*icmp_error)(void *owner, const struct net_rx *rx, uint8_t type, uint8_t code, uint32_t arg,
			   const uint8_t *inner, uint32_t inner_len);
	/*
	 * An ICMPv6 message to us that is neither error nor echo nor neighbour discovery: home agent address discovery,
	 * mobile prefix messages [RFC 6275 6.5 to 6.8]. Lent. Called at once.
	 */
	void (*icmp6)(void *owner, const struct net_rx *rx, const struct icmp6 *m);
	/* A router hears another router's advertisement. Lent. Called at once. */
	void (*router_heard)(void *owner, struct net_iface *i, const struct ip6_addr *router, const struct icmp6 *m);
	/* As if bound by net_proto_handler and net_udp_bind, which come before them. */
	const struct net_service *services;
	unsigned n_services;
};

/* ---- hosts and interfaces ---------------------------------------------------------------------------------------- */

/*
 * What a broken node makes of its own messages before they leave. It may write up to cap octets and says how many there
 * are then (n when it left them alone).
 */
struct net_spoil {
	void *owner;
	uint32_t (*mh)(void *owner, struct net_host *h, uint8_t *mh, uint32_t n, uint32_t cap);	/* its checksum follows */
	/* a packet with its GRE header in front; below it a layer's lengths and checksums follow */
	struct moor_pkt *(*gre)(void *owner, struct net_host *h, struct moor_pkt *p);
};

/* Settings shared by many hosts; kept by reference, must outlive them. */
struct timer_set;

struct net_profile {
	const struct timer_set *timers;	/* net/timers.h; NULL: the defaults */
	bool forward;			/* a router */
	bool mobile_router;		/* a host on its links that forwards for a network behind it [RFC 3963 5] */
	bool ipv4, ipv6;
	bool dad;			/* duplicate address detection for addresses we form (DupAddrDetectTransmits 1) */
	bool optimistic;		/* addresses usable while tentative [RFC 4429] */
	bool accept_rd;			/* host side of router discovery */
	bool dsmip_udp;			/* takes UDP port 4191 apart */
	moor_time rs_delay_max;		/* before the first RS and DAD probe on a link; 0: the timer table's
					 * MAX_RTR_SOLICITATION_DELAY (which may be 0 for none) */
	/* movement detection: router lost after this many Advertisement Intervals without an RA; 0: off; default 3 */
	uint8_t missed_adverts;
	/* what all hosts of this profile have in common: told first, with the owner of the hooks; NULL: nothing */
	const struct net_events *events;
	/*
	 * What is known of a link outlives a loss of it; when it comes again the default router is probed and asked, and
	 * addresses are not tested anew [RFC 6059].
	 */
	bool same_link;
	bool eager_switching;		/* a new prefix by itself means movement; false: only when the old router is also unreachable */
	const struct net_spoil *spoil;	/* NULL: none */
};

extern const struct net_profile net_profile_host, net_profile_router;

/* The octets of a Mobility Header that h is about to send; false: they stay as they are. */
bool net_spoil_mh(struct net_host *h, uint8_t *mh, size_t *n, size_t cap);

struct net_host *net_host_new(struct moor_node *n, const struct net_profile *profile);	/* owned by the node */
/* The same in less memory as long as it has one interface and two addresses; it may have more. */
struct net_host *net_host_new_plain(struct moor_node *n, const struct net_profile *profile);
/* destroy(arg) is called when the host goes, in reverse order of registration: what upper layers allocated for it. */
void net_host_own(struct net_host *h, void *arg, void (*destroy)(void *arg));
struct moor_node *net_host_node(const struct net_host *h);
struct moor_world *net_host_world(const struct net_host *h);
void net_host_hooks(struct net_host *h, const struct net_hooks *hooks);		/* kept by reference */
/* kept by reference; more than one may be added */
void net_host_events(struct net_host *h, const struct net_events *events);
/* The same with one constant struct for many hosts: its `owner` is not looked at, this one is passed. */
void net_host_hooks_of(struct net_host *h, const struct net_hooks *hooks, void *owner);
void net_host_events_of(struct net_host *h, const struct net_events *events, void *owner);

/* Makes the interface on a new port of the node. Comes up with the port's carrier. */
struct net_iface *net_iface_new(struct net_host *h, const char *name, const struct mac_addr *mac);
struct net_iface *net_iface_find(const struct net_host *h, const char *name);
/* Interfaces are numbered from 1 in the order of making; NULL has number 0. */
unsigned net_iface_number(const struct net_iface *i);
struct net_iface *net_iface_numbered(const struct net_host *h, unsigned number);
struct net_iface *net_iface_next(const struct net_host *h, const struct net_iface *after);	/* NULL: the first */
struct net_host *net_iface_host(const struct net_iface *i);
struct moor_port *net_iface_port(const struct net_iface *i);
const char *net_iface_name(const struct net_iface *i);
bool net_iface_up(const struct net_iface *i);
void net_iface_stations(struct net_iface *i);		/* from now on the events tell of stations */
/* All multicast on the link comes in, as on a point-to-point link, not only that of groups we are in. */
void net_iface_all_groups(struct net_iface *i, bool on);

/* All frames of the link are shown to the hook `heard` from now on, those that are for nobody here included. */
void net_iface_watch(struct net_iface *i);
/*
 * Asks the host at this MAC, by unicast, whether it still has addr (IPv4 as mapped: by ARP). The answer is heard as
 * any frame is; nothing follows from its absence here.
 */
void net_probe_host(struct net_iface *i, const struct ip6_addr *addr, const struct mac_addr *mac);

/* Static addresses (no DAD), with on-link route of the prefix length. IPv4 as mapped address with len 96 + prefix
 * length. */
void net_address_add(struct net_iface *i, const struct ip6_addr *a, uint8_t prefix_len);
void net_address_remove(struct net_iface *i, const struct ip6_addr *a);
/* Addresses of the node that live on no link (home address at a foreign link, HA address on a loopback). */
void net_address_add_virtual(struct net_host *h, const struct ip6_addr *a);
void net_address_remove_virtual(struct net_host *h, const struct ip6_addr *a);
bool net_address_is_ours(const struct net_host *h, const struct ip6_addr *a);
/* Best global address of the interface: usable, preferred, newest prefix. v4: IPv4 (mapped). False: none. */
bool net_address_global(const struct net_iface *i, bool v4, struct ip6_addr *out);
/* The default router that the interface uses, false: none. */
bool net_default_router(const struct net_iface *i, bool v4, struct ip6_addr *out);
/*
 * The neighbour addr (IPv4 as mapped) is at this MAC, without asking: a DHCP server's answer to a client that has no
 * address yet. The other side of it: a host that listens on UDP port 68 takes what is sent there to its MAC whatever
 * the IPv4 destination [RFC 2131 4.1].
 */
void net_neighbour_set(struct net_iface *i, const struct ip6_addr *addr, const struct mac_addr *mac);
/* The same where something else was believed of addr: an entry that stands is corrected, none is made. */
void net_neighbour_correct(struct net_iface *i, const struct ip6_addr *addr, const struct mac_addr *mac);
/* Starts to form address prefix+iid as SLAAC would, DAD included; the events tell the outcome. */
void net_address_form(struct net_iface *i, const struct ip6_prefix *prefix, uint64_t iid);

/* Static routes. next_hop all zero: on-link. prefix: IPv4 as mapped prefix with len 96 + n. Longest match wins. */
void net_route_add(struct net_host *h, const struct ip6_prefix *prefix, const struct ip6_addr *next_hop,
	struct net_iface *out);
/* Routes of one prefix by several interfaces stand side by side; one whose interface is down is passed over. Adding
 * the same (prefix, out) again replaces. */
void net_route_remove(struct net_host *h, const struct ip6_prefix *prefix);	/* all of that prefix */
void net_route_remove_via(struct net_host *h, const struct ip6_prefix *prefix, const struct net_iface *out);
/* Which of several interfaces the node's own traffic prefers when nothing else decides (mobile nodes). */
void net_iface_prefer(struct net_iface *i);

/* Path MTU known towards dst [RFC 8201]; the first hop's MTU when nothing is known. */
uint32_t net_path_mtu(const struct net_host *h, const struct ip6_addr *dst);
/* The longest packet that goes through this tunnel in one piece [RFC 2473 7.1]; 0: there is no way to its end. */
uint32_t net_tunnel_mtu(const struct net_host *h, const struct net_tunnel *t);

/* Is addr reachable at layer 2 through the interface now? Starts a NUD probe; the events (router_lost) tell of
 * failure. */
void net_probe_router(struct net_iface *i);
/* Unsolicited neighbour advertisement for addr with override, e.g. on return home [RFC 6275 11.5.5]. Multicast to
 * all nodes. An IPv4 address is announced by ARP [RFC 5227 2.3]. */
void net_announce(struct net_iface *i, const struct ip6_addr *addr);

/*
 * Answers for others: solicitations for addr are heard on this interface from now on (join), or no more; `proxies` of
 * the hooks is then asked. net_proxy_announce says on the link that addr is to be found at our link-layer address
 * [RFC 6275 10.4.1].
 */
void net_proxy_group(struct net_iface *i, const struct ip6_addr *addr, bool join);
void net_proxy_announce(struct net_iface *i, const struct ip6_addr *addr);

/* ---- upper layers ------------------------------------------------------------------------------------------------ */

/* The handler for a protocol number (135, 50, …), IPv6 only. UDP, ICMP and tunnels are net's own. */
void net_proto_handler(struct net_host *h, uint8_t next_header, net_proto_fn *fn, void *owner);

/*
 * Whatever nobody here takes: other protocols, UDP to ports that are not bound, echo replies to others, errors about
 * packets of ours. For stacks above this one, programs in live runs; rx->packet is the whole packet. fn NULL: nobody.
 */
void net_rest_handler(struct net_host *h, net_proto_fn *fn, void *owner);
/* Sends a whole packet of either family that such a stack made; its octets are copied. False: it cannot be sent. */
bool net_send_packet(struct net_host *h, const uint8_t *packet, size_t len);

/*
 * Frames of an ethertype that is none of IP's: signalling of an access that is not IP, such as NAS. octets are behind
 * the Ethernet header. fn NULL: nobody takes them any more.
 */
typedef void net_link_fn(void *owner, struct net_iface *i, const struct mac_addr *from, const uint8_t *octets,
			 uint32_t len);
void net_link_handler(struct net_host *h, uint16_t ethertype, net_link_fn *fn, void *owner);
void *net_link_owner(const struct net_host *h, uint16_t ethertype);	/* of the handler; NULL: nobody takes them */
/* Puts p, the octets behind the header, on the interface's link; takes p. to: a station, or all of them (ff:…). */
void net_link_send(struct net_iface *i, const struct mac_addr *to, uint16_t ethertype, struct moor_pkt *p);

/* port 0: an ephemeral one is chosen; returns the port. */
uint16_t net_udp_bind(struct net_host *h, uint16_t port, net_udp_fn *fn, void *owner);
void net_udp_unbind(struct net_host *h, uint16_t port);
/* IPv4 addresses as mapped ones choose IPv4. src zero: chosen. For a DHCP client without address: src ::ffff:0.0.0.0,
 * dst ::ffff:255.255.255.255 and via given. p starts at the UDP payload; taken. */
bool net_udp_send(struct net_host *h, struct moor_pkt *p, const struct net_send *s, uint16_t sport, uint16_t dport);

/* ICMPv6 error about a received packet, rate limited [RFC 4443 2.4f]; arg: MTU or pointer. Not about one that came in
 * ESP. */
void net_icmp6_error(const struct net_rx *rx, uint8_t type, uint8_t code, uint32_t arg);
/* The same limit for error messages of other protocols (Binding Error): may one be sent now? True counts as sent. */
bool net_error_allowed(struct net_host *h);

/* Packets that wait inside net (for a link-layer address, for fragments); moor_world_leaks counts them as alive. */
uint64_t net_packets_held(const struct moor_world *w);

#endif
