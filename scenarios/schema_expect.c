/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the table of the scenario language, traffic, faults and expectations
 *
 * What is sent, what is harmed on its way, and what must be seen. Clauses in rows are those that name the thing.
 */
#include <stddef.h>

#include "net/traffic.h"
#include "scenarios/edit.h"
#include "traces/metrics.h"

#define AT(type, member) .offset = offsetof(struct type, member)
#define K(kind) (UINT64_C(1) << (kind))
#define END { .key = NULL }

/* ---- traffic ----------------------------------------------------------------------------------------------------- */

static const struct scen_choice flow_kinds[] = {
	{ "cbr", TRAFFIC_CBR, "UDP packets at a constant interval" },
	{ "poisson", TRAFFIC_POISSON, "UDP packets with exponential intervals" },
	{ "ping", TRAFFIC_PING, "ICMP echo requests at a constant interval" },
	{ "request", TRAFFIC_REQUEST, "UDP requests, each answered, with exponential intervals" },
	{ NULL, 0, NULL }
};

static const struct scen_choice families[] = {
	{ "ipv6", 6, "to and from the IPv6 home address" },
	{ "ipv4", 4, "to and from the IPv4 home address" },
	{ NULL, 0, NULL }
};

static const struct scen_row flow_rows[] = {
	{ "flow", ST_IDENT, AT(scen_flow, flow), .required = SCEN_ALL, .about = "its name" },
	{ "from", ST_REF, .ref = REF_NODES, AT(scen_flow, from), .required = SCEN_ALL, .about = "who sends first" },
	{ "to", ST_REF, .ref = REF_NODES, AT(scen_flow, to), .required = SCEN_ALL,
	  .about = "who receives; one of the two may be a group: every member then has a flow of its own" },
	{ "kind", ST_ENUM, AT(scen_flow, kind), .choices = flow_kinds, .def = "cbr", .about = "its pattern" },
	{ "interval", ST_NUM, UNIT_SPAN, AT(scen_flow, interval), .required = SCEN_ALL, .min = "1us", .max = "1h",
	  .about = "between packets; the mean for poisson and request" },
	{ "size", ST_NUM, UNIT_OCTETS, AT(scen_flow, size), .def = "160octets", .min = "32octets", .max = "65000octets",
	  .about = "UDP or ICMP payload" },
	{ "family", ST_ENUM, AT(scen_flow, family), .choices = families, .def = "ipv6", .about = "IP version" },
	{ "pdn", ST_TEXT, AT(scen_flow, pdn),
	  .about = "APN: which of the UE's PDN connections it uses; without it the first", .clause = "24.303 4.3" },
	{ "start", ST_NUM, UNIT_SPAN, AT(scen_flow, start), .min = "0s",
	  .about = "without it the flow waits for traffic-start" },
	{ "stop", ST_NUM, UNIT_SPAN, AT(scen_flow, stop), .min = "0s", .about = "without it the flow ends with the run" },
	{ "spread", ST_NUM, UNIT_SPAN, AT(scen_flow, spread), .min = "0s", .max = "1h", .def = "0s",
	  .about = "each member of a group starts a random part of this later" },
	{ "count", ST_NUM, UNIT_NONE, AT(scen_flow, count), .def = "0", .min = "0", .max = "1000000000",
	  .about = "packets; 0: until it is stopped" },
	{ "port", ST_NUM, UNIT_NONE, AT(scen_flow, port), .def = "9000", .min = "1", .max = "65535",
	  .about = "UDP port of the receiver" },
	{ "traffic-class", ST_NUM, UNIT_NONE, AT(scen_flow, traffic_class), .def = "0", .min = "0", .max = "255",
	  .about = "of the IP header" },
	END
};

const struct scen_section scen_flow_section = {
	"traffic", "a flow", "Application packets between a mobile node and another node. Each carries sequence and "
	  "sending time, so "
	"loss, gaps, duplicates and reordering are known per direction.",
	flow_rows, sizeof(struct scen_flow), NULL,
	"traffic:\n"
	"  - {flow: voice-down, from: cn, to: ue, kind: cbr, interval: 20ms, size: 160octets, start: 5s, stop: 35s}",
};

/* ---- faults ------------------------------------------------------------------------------------------------------ */

static const struct scen_choice fault_verbs[] = {
	{ "lose", FAULT_LOSE, "the message is lost on the link" },
	{ "corrupt", FAULT_CORRUPT, "one bit of the message is flipped" },
	{ "delay", FAULT_DELAY, "the message is held back" },
	{ "duplicate", FAULT_DUPLICATE, "the message is sent twice, the second time after `delay`" },
	{ "edit", FAULT_EDIT, "the node (mag or lma) sends the message with `edits` in it, before IPsec" },
	{ NULL, 0, NULL }
};

static const struct scen_row fault_rows[] = {
	{ "do", ST_ENUM, AT(scen_fault, verb), .choices = fault_verbs, .required = SCEN_ALL,
	  .about = "what happens to the message" },
	{ "message", ST_TEXT, AT(scen_fault, message), .required = SCEN_ALL,
	  .about = "which: BU, BA, IKE_AUTH, RS, RA, NS, NA, DHCP …; those inside ESP too" },
	{ "by", ST_REF, .ref = REF_NODES, AT(scen_fault, by), .required = SCEN_ALL,
	  .about = "the node that puts it on the link; of a group every member has its own count" },
	{ "link", ST_REF, .ref = REF_LINK, AT(scen_fault, link), .about = "only on this link" },
	{ "nth", ST_NUM, UNIT_NONE, AT(scen_fault, nth), .def = "1", .min = "1", .max = "1000000000",
	  .about = "the first that is hit" },
	{ "count", ST_NUM, UNIT_NONE, AT(scen_fault, count), .def = "1", .min = "1", .max = "1000000000",
	  .about = "how many in a row are hit" },
	{ "from", ST_NUM, UNIT_SPAN, AT(scen_fault, from), .def = "0s", .min = "0s", .about = "counting begins" },
	{ "until", ST_NUM, UNIT_SPAN, AT(scen_fault, until), .min = "0s", .about = "and ends" },
	{ "delay", ST_NUM, UNIT_SPAN, AT(scen_fault, delay), .kinds = K(FAULT_DELAY) | K(FAULT_DUPLICATE),
	  .required = K(FAULT_DELAY),
	  .min = "1ns", .max = "1h",
	  .about = "how long it is held, `duplicate`: how much later the copy comes" },
	{ "fields", ST_LISTS, AT(scen_fault, fields), .about = "only messages with these field values, as in expectations" },
	{ "edits", ST_LIST, AT(scen_fault, edits), .section = &scen_edit_section, .kinds = K(FAULT_EDIT),
	  .required = K(FAULT_EDIT), .about = "what is wrong with it" },
	END
};

const struct scen_section scen_fault_section = {
	"fault", "a fault", "Deterministic harm: the same messages are hit in every run.",
	fault_rows, sizeof(struct scen_fault), "do",
	"faults:\n"
	"  - {do: lose, message: BU, by: ue, count: 2}\n"
	"  - {do: delay, message: BA, by: ha, nth: 2, delay: 3s}",
};

/* ---- expectations ------------------------------------------------------------------------------------------------ */

#define PATTERN_ABOUT_MESSAGE "a signalling message: BU, BA, IKE_AUTH … as sent, or as understood when `received`"
#define PATTERN_ABOUT_EVENT "an event (table below)"
#define PATTERN_ABOUT_FIELDS \
	"field: value. A value may be a list (any of them), a comparison (>=128, !=0), a range (1..10), present or absent; " \
	"flags are compared as a set, or with +F and -F"

static const struct scen_row pattern_rows[] = {
	{ "message", ST_TEXT, AT(scen_pattern, message), .about = PATTERN_ABOUT_MESSAGE },
	{ "event", ST_TEXT, AT(scen_pattern, event), .about = PATTERN_ABOUT_EVENT },
	{ "label", ST_TEXT, AT(scen_pattern, label),
	  .about = "a timeline entry's label, a verb, or the id of an expectation" },
	{ "by", ST_REF, .ref = REF_NODES, AT(scen_pattern, by), .about = "whose" },
	{ "pdn", ST_TEXT, AT(scen_pattern, pdn), .about = "APN: only of this PDN connection of the UE" },
	{ "received", ST_BOOL, AT(scen_pattern, received), .def = "false", .about = "count the message where it arrives" },
	{ "fields", ST_LISTS, AT(scen_pattern, fields), .about = PATTERN_ABOUT_FIELDS },
	{ "nth", ST_NUM, UNIT_NONE, AT(scen_pattern, nth), .def = "1", .min = "1", .max = "1000000000",
	  .about = "the n-th of them" },
	END
};

const struct scen_section scen_pattern_section = {
	"anchor", "an anchor", "The moment from (`after`) or up to (`before`) which an expectation looks. One of message, "
	  "event, label. "
	"A plain word is a label.",
	pattern_rows, sizeof(struct scen_pattern), NULL, "after: {message: BU, by: ue, nth: 2}",
};

static const struct scen_row state_rows[] = {
	{ "node", ST_REF, .ref = REF_NODES, AT(scen_state, node), .required = SCEN_ALL, .about = "whose machine" },
	{ "machine", ST_TEXT, AT(scen_state, machine), .required = SCEN_ALL, .about = "its name (`mooring fsm`)" },
	{ "is", ST_TEXT, AT(scen_state, is), .required = SCEN_ALL, .about = "the state" },
	END
};

const struct scen_section scen_state_section = {
	"state", "a state", "A state machine's state at the end of the expectation's window; with `within`: reached by then.",
	state_rows, sizeof(struct scen_state), NULL, "state: {node: ue, machine: dsmip-ue, is: REGISTERED}",
};

static const struct scen_choice steps[] = {
	{ "any", -1, "every step" },
	{ "attach", STEP_ATTACH, "first registration" },
	{ "handover", STEP_HANDOVER, "movement to another link" },
	{ "home", STEP_HOME, "return to the home link" },
	{ "detach", STEP_DETACH, "leaving" },
	{ NULL, 0, NULL }
};

static const struct scen_row expect_rows[] = {
	{ "id", ST_IDENT, AT(scen_expect, id), .required = SCEN_ALL,
	  .about = "its name, once in a scenario: DSMIP-UE-REG-01" },
	{ "about", ST_TEXT, AT(scen_expect, about), .about = "for people" },
	{ "clause", ST_TEXTS, AT(scen_expect, clause), .required = SCEN_ALL, .about = "where it is written: 24.303 5.1.2.4" },
	{ "covers", ST_TEXTS, AT(scen_expect, covers), .about = "requirements of docs/requirements.csv that it tests" },
	{ "message", ST_TEXT, AT(scen_expect, message), .about = PATTERN_ABOUT_MESSAGE },
	{ "event", ST_TEXT, AT(scen_expect, event), .about = PATTERN_ABOUT_EVENT },
	{ "state", ST_SECTION, AT(scen_expect, state), .section = &scen_state_section, .about = "a state machine's state" },
	{ "metric", ST_TEXT, AT(scen_expect, metric), .about = "a figure (table below) with `least`, `most` or `is`" },
	{ "by", ST_REF, .ref = REF_NODES, AT(scen_expect, by),
	  .about = "by whom. Of a group every member must meet the expectation for itself, its anchors being its own" },
	{ "pdn", ST_TEXT, AT(scen_expect, pdn),
	  .about = "APN: only of this PDN connection of the UE; without it of any, a state of the first. IKE and AAA "
		   "messages do not tell", .clause = "24.303 4.3" },
	{ "together", ST_BOOL, AT(scen_expect, together), .def = "false", .about = "count over all members of `by` instead" },
	{ "received", ST_BOOL, AT(scen_expect, received), .def = "false", .about = "count the message where it arrives" },
	{ "fields", ST_LISTS, AT(scen_expect, fields), .about = PATTERN_ABOUT_FIELDS },
	{ "nth", ST_NUM, UNIT_NONE, AT(scen_expect, nth), .min = "1", .max = "1000000000",
	  .about = "look at the n-th in the window only: `fields` must hold for that one" },
	{ "after", ST_ANCHOR, AT(scen_expect, after), .section = &scen_pattern_section,
	  .about = "the window begins with this" },
	{ "before", ST_ANCHOR, AT(scen_expect, before), .section = &scen_pattern_section, .about = "and ends with this" },
	{ "at", ST_NUM, UNIT_SPAN, AT(scen_expect, at), .min = "0s", .about = "the window begins at this time instead" },
	{ "within", ST_RANGE, UNIT_SPAN, .how = HOW_UPTO, AT(scen_expect, within), .min = "0s",
	  .about = "how long the window is, or [from, to] counted from its beginning; without it: to the end of the run" },
	{ "count", ST_RANGE, UNIT_NONE, .how = HOW_EXACT, AT(scen_expect, count), .min = "0", .max = "1000000000000",
	  .about = "how many times, or [least, most]; without it: at least once" },
	{ "never", ST_BOOL, AT(scen_expect, never), .def = "false", .about = "the same as count: 0" },
	{ "step", ST_ENUM, AT(scen_expect, step), .choices = steps, .def = "any",
	  .about = "steps that the metric is taken from" },
	{ "least", ST_TEXT, AT(scen_expect, least), .about = "lower bound of the metric" },
	{ "most", ST_TEXT, AT(scen_expect, most), .about = "upper bound of the metric" },
	{ "is", ST_TEXT, AT(scen_expect, is), .about = "exact value of the metric" },
	{ "flow", ST_REF, .ref = REF_FLOW, AT(scen_expect, flow), .about = "the traffic flow that a `flow_…` metric is of" },
	{ "phase", ST_TEXT, AT(scen_expect, phase),
	  .about = "packets sent from that change of routing rules (its label or verb) to the next; `start`: before the "
		   "first" },
	{ "interface", ST_TEXT, AT(scen_expect, interface), .about = "`flow_received`: by this access of the UE" },
	END
};

const struct scen_section scen_expect_section = {
	"expect", "an expectation", "What must be seen in the records of a run, or must not. Exactly one of message, "
	  "event, state, metric.",
	expect_rows, sizeof(struct scen_expect), NULL,
	"expect:\n"
	"  - id: DSMIP-UE-REG-01\n"
	"    message: BU\n"
	"    by: ue\n"
	"    after: attach\n"
	"    within: 3s\n"
	"    fields: {flags: \"+A,+H\", lifetime: 900s}\n"
	"    clause: 24.303 5.1.2.4",
};
