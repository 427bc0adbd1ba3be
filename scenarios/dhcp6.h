/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DHCPv6 and delegated prefixes in a scenario: the sections of the language (schema_dhcp6.c) and their rules
 * (check_dhcp6.c); what is wrong goes to the report.
 */
#ifndef MOOR_SCENARIOS_DHCP6_H
#define MOOR_SCENARIOS_DHCP6_H

#include "scenarios/load.h"

/* A home network that a server knows. */
struct scen_home {
	struct scen_base base;
	const char *network;		/* identifier; NULL: for clients without a wish */
	const struct tree *home_agent;	/* ha node, NULL: none */
	int families;			/* enum scen_families: which of its addresses are told */
	struct ip6_addr address;	/* instead of a node's; :: none */
	const char *fqdn;		/* NULL: none */
	struct ip6_prefix prefix;	/* home network prefix; len 0: not told */
};

enum scen_families { FAMILIES_BOTH, FAMILIES_IPV6, FAMILIES_IPV4, FAMILIES_NONE };

struct scen_dhcp6 {
	struct scen_base base;
	GPtrArray *dns, *dns4;		/* const struct tree *: IPv6, IPv4 addresses */
	const char *domain;		/* NULL: none */
	GPtrArray *homes;		/* struct scen_home */
	struct ip6_prefix delegate, addresses;
	int64_t delegate_length, preference, preferred, valid, refresh;
	bool rapid_commit, addresses_of_link;
	GPtrArray *lies;		/* const struct tree * */
};

struct scen_delegation {
	struct scen_base base;
	int64_t length, solicits;
	bool rapid_commit;
};

extern const struct scen_section scen_dhcp6_section, scen_home_section, scen_delegation_section;

/* Bits of enum dhcp6_lie; 0: no such lie. */
unsigned dhcp6_lie_named(const char *name);
void dhcp6_check_node(const struct scenario *s, const struct scen_node *n, struct report *r);
void dhcp6_check_link(const struct scenario *s, const struct scen_link *l, struct report *r);
/* The UE behind which this link lies; NULL: it is an ordinary link. */
const struct scen_node *scen_mobile_router(const struct scenario *s, const struct scen_link *l);

#endif
