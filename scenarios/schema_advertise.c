/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the table of the scenario language, router advertisements
 *
 * The rows of how a link is advertised. It implements no clause.
 */
#include <stddef.h>

#include "scenarios/scenario.h"

#define AT(type, member) .offset = offsetof(struct type, member)
#define END { .key = NULL }

static const struct scen_row advertise_rows[] = {
	{ "by", ST_REF, .ref = REF_NODE, AT(scen_advertise, by),
	  .about = "the node that advertises; without it the first router or home agent in the link's list" },
	{ "every", ST_RANGE, UNIT_SPAN, .how = HOW_EXACT, AT(scen_advertise, every), .def = "[200s, 600s]", .min = "30ms",
	  .max = "1800s",
	  .about = "MinRtrAdvInterval, MaxRtrAdvInterval", .clause = "RFC 6275 7.5" },
	{ "unsolicited", ST_BOOL, AT(scen_advertise, unsolicited), .def = "true",
	  .about = "false: only answers to router solicitations" },
	{ "unicast", ST_BOOL, AT(scen_advertise, unicast), .def = "true",
	  .about = "answer to the soliciting host alone", .clause = "RFC 4861 6.2.6" },
	{ "reply-delay", ST_NUM, UNIT_SPAN, AT(scen_advertise, reply_delay), .def = "500ms", .min = "0s", .max = "500ms",
	  .about = "MAX_RA_DELAY_TIME: answers wait a random part of it", .clause = "RFC 4861 10" },
	{ "interval-option", ST_BOOL, AT(scen_advertise, interval_option), .def = "false",
	  .about = "tell the interval, so that mobile nodes notice missing ones", .clause = "RFC 6275 7.3" },
	{ "lifetime", ST_NUM, UNIT_SPAN, AT(scen_advertise, lifetime), .def = "1800s", .step = "1s",
	  .min = "0s", .max = "65535s",
	  .about = "of the default router, whole seconds", .clause = "RFC 4861 6.2.1" },
	{ "prefix-lifetime", ST_NUM, UNIT_SPAN, AT(scen_advertise, prefix_lifetime), .def = "604800s", .min = "0s",
	  .step = "1s", .max = "4000000000s",
	  .about = "preferred lifetime of the prefix, whole seconds; the valid one is four times as long" },
	{ "mtu", ST_NUM, UNIT_OCTETS, AT(scen_advertise, mtu), .def = "0octets", .min = "0octets", .max = "65535octets",
	  .about = "the MTU option; 0octets: none", .clause = "RFC 4861 4.6.4" },
	END
};

const struct scen_section scen_advertise_section = {
	"advertise", "router advertisements", "How the link's router advertises. An access link with a prefix is "
	  "advertised without it too.",
	advertise_rows, sizeof(struct scen_advertise), NULL, "advertise: {every: [30ms, 70ms], interval-option: true}",
};
