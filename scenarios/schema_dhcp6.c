/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the table of the scenario language, DHCPv6
 *
 * The rows of what a DHCPv6 server knows and of how a UE asks for prefixes. It implements no clause.
 */
#include <stddef.h>

#include "scenarios/dhcp6.h"

#define AT(type, member) .offset = offsetof(struct type, member)
#define END { .key = NULL }

static const struct scen_choice families[] = {
	{ "both", FAMILIES_BOTH, "its IPv6 and its IPv4 address" },
	{ "ipv6", FAMILIES_IPV6, "the IPv6 one alone" },
	{ "ipv4", FAMILIES_IPV4, "the IPv4 one alone" },
	{ "none", FAMILIES_NONE, "neither" },
	{ NULL, 0, NULL }
};

static const struct scen_row home_rows[] = {
	{ "network", ST_TEXT, AT(scen_home, network),
	  .about = "its identifier, the HA-APN of a PDN; without it it is told to whoever has no wish",
	  .clause = "RFC 6610 3.1" },
	{ "home-agent", ST_REF, .ref = REF_NODE, AT(scen_home, home_agent), .about = "whose addresses are told",
	  .clause = "RFC 6610 3.4" },
	{ "families", ST_ENUM, AT(scen_home, families), .choices = families, .def = "both", .about = "which of them" },
	{ "address", ST_ADDR6, AT(scen_home, address), .about = "an address that is told besides: nobody's, for instance" },
	{ "fqdn", ST_TEXT, AT(scen_home, fqdn), .about = "the home agent's name", .clause = "RFC 6610 3.5" },
	{ "prefix", ST_PREFIX6, AT(scen_home, prefix), .about = "the home network prefix", .clause = "RFC 6610 3.3" },
	END
};

const struct scen_section scen_home_section = {
	"homes", "a home network", "What a DHCPv6 server tells about the home agents of one home network. [24.303 5.1.2.1.5]",
	home_rows, sizeof(struct scen_home), NULL,
	"homes: [{network: internet.ha-apn.mnc012.mcc345.pub.3gppnetwork.org, home-agent: ha}]",
};

static const struct scen_row dhcp6_rows[] = {
	{ "dns", ST_TEXTS, AT(scen_dhcp6, dns), .def = "[]", .about = "addresses of DNS servers, 4 at most",
	  .clause = "RFC 3646 3" },
	{ "dns4", ST_TEXTS, AT(scen_dhcp6, dns4), .def = "[]",
	  .about = "home agents: IPv4 addresses of DNS servers, 3 at most, for UEs that ask by DHCPINFORM through the tunnel",
	  .clause = "RFC 2131 3.4" },
	{ "domain", ST_TEXT, AT(scen_dhcp6, domain), .about = "search list of one domain", .clause = "RFC 3646 4" },
	{ "homes", ST_LIST, AT(scen_dhcp6, homes), .section = &scen_home_section, .about = "home networks, 8 at most",
	  .clause = "RFC 6610 4.3" },
	{ "delegate", ST_PREFIX6, AT(scen_dhcp6, delegate),
	  .about = "home agents only: the pool of prefixes for mobile routers, routed to the home agent",
	  .clause = "RFC 6276 3" },
	{ "delegate-length", ST_NUM, UNIT_NONE, AT(scen_dhcp6, delegate_length), .def = "64", .min = "1", .max = "64",
	  .about = "length of each of them", .clause = "RFC 8415 6.3" },
	{ "addresses", ST_PREFIX6, AT(scen_dhcp6, addresses), .about = "pool of addresses for hosts, /64 or longer",
	  .clause = "RFC 8415 6.2" },
	{ "addresses-of-link", ST_BOOL, AT(scen_dhcp6, addresses_of_link), .def = "false",
	  .about = "what is relayed gets addresses of the /64 that the relay names as the client's link",
	  .clause = "RFC 5213 6.11" },
	{ "preference", ST_NUM, UNIT_NONE, AT(scen_dhcp6, preference), .def = "0", .min = "0", .max = "255",
	  .about = "255: clients take it at once", .clause = "RFC 8415 21.8" },
	{ "rapid-commit", ST_BOOL, AT(scen_dhcp6, rapid_commit), .def = "false",
	  .about = "two messages instead of four where the client wants it", .clause = "RFC 8415 21.14" },
	{ "preferred", ST_NUM, UNIT_SPAN, AT(scen_dhcp6, preferred), .def = "3600s", .step = "1s",
	  .min = "1s", .max = "4294967294s",
	  .about = "preferred lifetime of leases, whole seconds; T1 and T2 are 0.5 and 0.8 of it",
	  .clause = "RFC 8415 21.22" },
	{ "valid", ST_NUM, UNIT_SPAN, AT(scen_dhcp6, valid), .def = "7200s", .step = "1s", .min = "1s", .max = "4294967294s",
	  .about = "valid lifetime of leases, whole seconds", .clause = "RFC 8415 21.22" },
	{ "refresh", ST_NUM, UNIT_SPAN, AT(scen_dhcp6, refresh), .def = "0s", .step = "1s", .min = "0s", .max = "4294967295s",
	  .about = "Information Refresh Time, whole seconds; 0s: not told", .clause = "RFC 8415 21.23" },
	{ "lies", ST_TEXTS, AT(scen_dhcp6, lies), .def = "[]",
	  .about = "what is wrong with its answers: xid, no-server-id, client-id, ha-multicast, ha-unspecified, ha-mapped, "
		   "other-home, truncated, lifetimes, bare" },
	END
};

const struct scen_section scen_dhcp6_section = {
	"dhcp6", "a DHCPv6 server", "What a node answers to DHCPv6 clients, on its own links and through relays.",
	dhcp6_rows, sizeof(struct scen_dhcp6), NULL,
	"dhcp6: {dns: [\"2001:db8::53\"], delegate: \"2001:db8:d000::/40\", delegate-length: 56}",
};

static const struct scen_row delegation_rows[] = {
	{ "length", ST_NUM, UNIT_NONE, AT(scen_delegation, length), .def = "0", .min = "0", .max = "64",
	  .about = "length of the prefix that it asks for; 0: the home agent's choice", .clause = "RFC 8415 18.2.1" },
	{ "rapid-commit", ST_BOOL, AT(scen_delegation, rapid_commit), .def = "false", .about = "asks for two messages only",
	  .clause = "RFC 6276 3.4" },
	{ "solicits", ST_NUM, UNIT_NONE, AT(scen_delegation, solicits), .def = "6", .min = "0", .max = "255",
	  .about = "then it takes the home agent for one that delegates nothing; 0: for ever", .clause = "RFC 6276 3.3" },
	END
};

const struct scen_section scen_delegation_section = {
	"delegation", "asking for prefixes", "How a UE asks its home agent for prefixes (`do: request-prefix`).",
	delegation_rows, sizeof(struct scen_delegation), NULL, "delegation: {length: 56, rapid-commit: true}",
};
