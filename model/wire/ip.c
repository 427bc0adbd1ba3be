/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: names of IP protocols
 *
 * The short names people know, for summaries and titles. Numbers without a row print as numbers.
 */
#include "wire/ip.h"

#include <stddef.h>

const char *ip_proto_name(unsigned proto)
{
	static const struct { unsigned proto; const char *name; } rows[] = {
		{ PROTO_HOPOPTS, "hop-by-hop" }, { PROTO_ICMP4, "ICMP" }, { PROTO_IP4, "IPv4" }, { PROTO_TCP, "TCP" },
		{ PROTO_UDP, "UDP" }, { PROTO_IP6, "IPv6" }, { PROTO_ROUTING, "routing" },
		{ PROTO_FRAGMENT, "fragment" }, { PROTO_GRE, "GRE" }, { PROTO_ESP, "ESP" }, { PROTO_AH, "AH" },
		{ PROTO_ICMP6, "ICMPv6" }, { PROTO_NONE, "none" }, { PROTO_DSTOPTS, "destination-options" },
		{ PROTO_SCTP, "SCTP" }, { PROTO_MH, "MH" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (rows[i].proto == proto)
			return rows[i].name;
	}
	return NULL;
}
