/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: keys of the scenario language about how an AAA server is reached
 *
 * The sections `diameter` and `radius` of a node of kind aaa. They implement no clause.
 */
#include <stddef.h>

#include "scenarios/scenario.h"

#define AT(type, member) .offset = offsetof(struct type, member)
#define END { .key = NULL }

static const struct scen_row diameter_rows[] = {
	{ "realm", ST_TEXT, AT(scen_diameter, realm), .def = "aaa.example",
	  .about = "of the server, whose DiameterIdentity is its node's name and this", .clause = "RFC 6733 4.3.1" },
	{ "asked-realm", ST_TEXT, AT(scen_diameter, asked_realm),
	  .about = "Destination-Realm that its clients ask for; without it its realm", .clause = "RFC 6733 6.6" },
	{ "clients-realm", ST_TEXT, AT(scen_diameter, clients_realm), .def = "epc.example",
	  .about = "of home agents, gateways and the agent", .clause = "RFC 6733 4.3.1" },
	{ "network", ST_PREFIX4, AT(scen_diameter, network), .def = "10.60.0.0/24",
	  .about = "where they have addresses: the first is the agent's, the second the server's, clients have the sixteenth "
		   "and on" },
	{ "watchdog", ST_NUM, UNIT_SPAN, AT(scen_diameter, watchdog), .def = "30s", .min = "1s", .max = "1h",
	  .about = "idle time after which a peer is asked whether it lives", .clause = "RFC 3539 3.4.1" },
	{ "retry", ST_NUM, UNIT_SPAN, AT(scen_diameter, retry), .def = "1s", .min = "100ms", .max = "1h",
	  .about = "until a peer that could not be reached is tried again", .clause = "RFC 6733 2.1" },
	{ "agent", ST_TEXT, AT(scen_diameter, agent),
	  .about = "shell command that starts an agent, a relay for instance, in a network namespace of its own; everybody is "
		   "its peer", .clause = "RFC 6733 2.8" },
	END
};

const struct scen_section scen_diameter_section = {
	"diameter", "Diameter", "In live runs the AAA server is asked over Diameter on TCP, in a network of its own beside "
	"the links; a simulation has the same messages without octets.",
	diameter_rows, sizeof(struct scen_diameter), NULL, "diameter: {realm: aaa.example, watchdog: 6s}",
};

static const struct scen_row radius_rows[] = {
	{ "secret", ST_TEXT, AT(scen_radius, secret), .def = "testing123", .about = "that both ends know",
	  .clause = "RFC 2865 3" },
	{ "network", ST_PREFIX4, AT(scen_radius, network), .def = "10.60.0.0/24",
	  .about = "where they have addresses: the second is the server's, home agents have the sixteenth and on" },
	{ "port", ST_NUM, UNIT_NONE, AT(scen_radius, port), .def = "1812", .min = "1", .max = "65535",
	  .about = "of the server", .clause = "RFC 2865 3" },
	{ "repeat", ST_NUM, UNIT_SPAN, AT(scen_radius, repeat), .def = "1s", .min = "10ms", .max = "1h",
	  .about = "until a request without an answer is sent again", .clause = "RFC 2865 2.4" },
	END
};

const struct scen_section scen_radius_section = {
	"radius", "RADIUS", "In live runs home agents ask an EAP server of another make over RADIUS, in a network of its own "
	"beside the links: `command` starts it. What UEs may have is what they ask for.",
	radius_rows, sizeof(struct scen_radius), NULL, "radius: {secret: testing123}",
};
