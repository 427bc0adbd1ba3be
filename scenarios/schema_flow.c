/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the part of the language's table that is about routing rules
 *
 * What `add-flow` says of the packets that a rule takes. Seen from the UE: remote is the correspondent, local the UE.
 * In the messages a selector describes downlink packets, so remote becomes its source [RFC 6088 3].
 */
#include <stddef.h>

#include "scenarios/scenario.h"

#define AT(member) .offset = offsetof(struct scen_selector, member)

static const struct scen_choice families[] = {
	{ "ipv6", 6, "IPv6 packets" },
	{ "ipv4", 4, "IPv4 packets" },
	{ NULL, 0, NULL }
};

static const struct scen_row rows[] = {
	{ "family", ST_ENUM, AT(family), .choices = families, .def = "ipv6", .about = "IP version", .clause = "RFC 6088 3" },
	{ "protocol", ST_RANGE, UNIT_NONE, .how = HOW_EXACT, AT(protocol), .min = "0", .max = "255",
	  .about = "protocol or next header, 17 UDP, 6 TCP; one or [first, last]" },
	{ "remote-address", ST_TEXTS, AT(remote), .about = "of the correspondent; one or [first, last]" },
	{ "local-address", ST_TEXTS, AT(local), .about = "of the UE; one or [first, last]" },
	{ "remote-port", ST_RANGE, UNIT_NONE, .how = HOW_EXACT, AT(remote_port), .min = "0", .max = "65535",
	  .about = "of the correspondent; one or [first, last]" },
	{ "local-port", ST_RANGE, UNIT_NONE, .how = HOW_EXACT, AT(local_port), .min = "0", .max = "65535",
	  .about = "of the UE; one or [first, last]" },
	{ "dscp", ST_RANGE, UNIT_NONE, .how = HOW_EXACT, AT(dscp), .min = "0", .max = "63",
	  .about = "upper six bits of the traffic class" },
	{ "flow-label", ST_RANGE, UNIT_NONE, .how = HOW_EXACT, AT(label), .min = "0", .max = "1048575",
	  .about = "IPv6 only" },
	{ "spi", ST_RANGE, UNIT_NONE, .how = HOW_EXACT, AT(spi), .min = "0", .max = "4294967295", .about = "of ESP" },
	{ .key = NULL }
};

const struct scen_section scen_selector_section = {
	"selector", "a selector", "Which packets a routing rule takes: those that meet all of it. [RFC 6088]",
	rows, sizeof(struct scen_selector), NULL, "selector: {protocol: 17, remote-port: [5000, 5010], dscp: 46}",
};
