/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers shared by IPv4 and IPv6: protocols, ethertypes, ports. Our own names, so that no system header is needed or
 * disturbed.
 */
#ifndef MOOR_WIRE_IP_H
#define MOOR_WIRE_IP_H

/* IPv4 protocol / IPv6 next header. */
enum ip_proto {
	PROTO_HOPOPTS = 0,
	PROTO_ICMP4 = 1,
	PROTO_IP4 = 4,
	PROTO_TCP = 6,
	PROTO_UDP = 17,
	PROTO_IP6 = 41,
	PROTO_ROUTING = 43,
	PROTO_FRAGMENT = 44,
	PROTO_GRE = 47,
	PROTO_ESP = 50,
	PROTO_AH = 51,
	PROTO_ICMP6 = 58,
	PROTO_NONE = 59,
	PROTO_DSTOPTS = 60,
	PROTO_SCTP = 132,
	PROTO_MH = 135
};

enum ether_type {
	ETYPE_IP4 = 0x0800,
	ETYPE_ARP = 0x0806,
	ETYPE_VLAN = 0x8100,
	ETYPE_IP6 = 0x86dd,
	ETYPE_QINQ = 0x88a8,
	ETYPE_NAS = 0x88b5	/* IEEE 802: local experiments; here NAS on a 3GPP access link */
};

enum udp_port {
	PORT_DNS = 53,
	PORT_DHCP4_SERVER = 67,
	PORT_DHCP4_CLIENT = 68,
	PORT_IKE = 500,
	PORT_DHCP6_CLIENT = 546,
	PORT_DHCP6_SERVER = 547,
	PORT_DSMIP = 4191,		/* [RFC 5555 3.1] */
	PORT_IKE_NAT = 4500,
	PORT_PMIP = 5436,		/* [RFC 5844 4.1.1] control: MH straight in UDP */
	PORT_PMIP_DATA = 5437
};

/* The protocol's usual short name ("UDP", "MH"), or NULL. */
const char *ip_proto_name(unsigned proto);

#endif
