/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the table of the scenario language, home agent discovery
 *
 * The rows of 3GPP accesses and the words for what name servers and networks do wrong. It implements no clause.
 */
#include <stddef.h>

#include "proto/dns_server.h"
#include "proto/pco_network.h"
#include "scenarios/discovery.h"
#include "scenarios/scenario.h"

#define AT(type, member) .offset = offsetof(struct type, member)
#define END { .key = NULL }

const struct scen_choice scen_andsf[] = {
	{ "none", ANDSF_NONE, "there are no such policies: the UE asks the network" },
	{ "ifom", ANDSF_IFOM, "the home agents of this APN know IFOM; nobody is asked" },
	{ "no-ifom", ANDSF_NO_IFOM, "they do not; nobody is asked" },
	{ NULL, 0, NULL }
};

const struct scen_choice scen_dns_faults[] = {
	{ "never", DNS_FAULT_NONE, "it answers as it should" },
	{ "silent", DNS_FAULT_SILENT, "no answers" },
	{ "servfail", DNS_FAULT_SERVFAIL, "SERVFAIL to everything" },
	{ "refused", DNS_FAULT_REFUSED, "REFUSED to everything" },
	{ "nxdomain", DNS_FAULT_NXDOMAIN, "NXDOMAIN to everything" },
	{ "loop", DNS_FAULT_LOOP, "every name is an alias that comes back to itself" },
	{ "mapped", DNS_FAULT_MAPPED, "AAAA records hold mapped IPv4 addresses" },
	{ "wrong-id", DNS_FAULT_WRONG_ID, "answers carry another identifier" },
	{ "wrong-name", DNS_FAULT_WRONG_NAME, "answers are to another question" },
	{ "garbage", DNS_FAULT_GARBAGE, "answers hold a name that points at itself" },
	{ NULL, 0, NULL }
};

static const struct scen_choice pco_faults[] = {
	{ "never", PCO_FAULT_NONE, "it answers as it should" },
	{ "silent", PCO_FAULT_SILENT, "no answers" },
	{ "reject", PCO_FAULT_REJECT, "PDN CONNECTIVITY REJECT" },
	{ "empty", PCO_FAULT_EMPTY, "a PDN connection, and nothing of what was asked for" },
	{ "malformed", PCO_FAULT_MALFORMED, "a container longer than the element it is in" },
	{ "wrong-transaction", PCO_FAULT_WRONG_TRANSACTION, "answers another transaction" },
	{ NULL, 0, NULL }
};

static const struct scen_row pco_rows[] = {
	{ "by", ST_REF, .ref = REF_NODE, AT(scen_pco, by),
	  .about = "the node that answers; without it the first router or home agent in the link's list" },
	{ "home-agent", ST_REF, .ref = REF_NODE, AT(scen_pco, home_agent),
	  .about = "the ha node whose addresses are told; without it none are", .clause = "TS 24.008 10.5.6.3" },
	{ "prefix", ST_BOOL, AT(scen_pco, prefix), .def = "false",
	  .about = "the home network prefix of the UE's PDN connection is told", .clause = "24.303 5.1.2.3" },
	{ "dns", ST_REFS, .ref = REF_NODE, AT(scen_pco, dns), .about = "dns-server nodes whose addresses are told" },
	{ "ifom", ST_BOOL, AT(scen_pco, ifom), .def = "false", .about = "IFOM support is told",
	  .clause = "24.303 5.1.2.1a" },
	{ "apn", ST_TEXT, AT(scen_pco, apn), .about = "the one that is served, others are rejected; without it all are" },
	{ "delay", ST_NUM, UNIT_SPAN, AT(scen_pco, delay), .def = "0s", .min = "0s", .max = "1h",
	  .about = "until an answer leaves" },
	{ "misbehave", ST_ENUM, AT(scen_pco, misbehave), .choices = pco_faults, .def = "never",
	  .about = "what it does wrong" },
	END
};

const struct scen_section scen_pco_section = {
	"pco", "a 3GPP access", "MME and PDN gateway of an access link, as far as they hand out protocol configuration "
	  "options to UEs that attach.", pco_rows, sizeof(struct scen_pco), NULL,
	"pco: {home-agent: ha, prefix: true, dns: [dns]}",
};
