/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of record fields. It exists so that a field added to world/record.h is added to every file format in one
 * line. The order here is the order of keys in events.jsonl. No clause.
 */
#include "traces/fields.h"

#include <stddef.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char *const class_names[] = { "plain", "signal", "nd", "dhcp", "data", "error" };
static const char *const address_names[] = { "tentative", "usable", "duplicate", "deprecated", "removed" };
static const char *const router_names[] = { "solicit-sent", "advert-sent", "advert-received", "found", "lost" };
static const char *const move_names[] = {
	"started", "link-up", "detected", "address-formed", "address-ready", "home-link", "foreign-link", "registered",
	"failed", "securing", "secured", "discovering", "discovered", "first-up", "first-down"
};
static const char *const binding_names[] = {
	"created", "updated", "refreshed", "deregistered", "expired", "revoked", "refused"
};
static const char *const nat_names[] = { "created", "expired", "rebound", "refused" };
static const char *const radio_names[] = {
	"associated", "left", "beacons-lost", "snr-low", "scan-begun", "scan-done", "probe-sent", "rrc-connected",
	"handover-start", "handover-end", "handover-failed", "link-failure"
};

#define F(name, type, member) { name, type, 0, offsetof(struct moor_record, u.member), 0, NULL }
#define NAMED(name, type, member, names) \
	{ name, type, COUNT(names), offsetof(struct moor_record, u.member), 0, names }
#define OCTETS(name, member, len) \
	{ name, FIELD_OCTETS, 0, offsetof(struct moor_record, u.member), offsetof(struct moor_record, u.len), NULL }

static const struct record_field frame_fields[] = {
	NAMED("class", FIELD_CLASS, frame.trace_class, class_names),
	F("cause", FIELD_STRING, frame.cause),
	F("frame", FIELD_U64, frame.frame),
	F("len", FIELD_U32, frame.len),
	OCTETS("octets", frame.octets, frame.len),
};
static const struct record_field carrier_fields[] = {
	F("up", FIELD_BOOL, carrier.up),
	F("of", FIELD_STRING, carrier.link),
};
static const struct record_field state_fields[] = {
	F("machine", FIELD_MACHINE, state.machine),
	F("event", FIELD_EVENT, state.event),
	F("from", FIELD_STATE, state.from),
	F("to", FIELD_STATE, state.to),
};
static const struct record_field signal_fields[] = {
	F("protocol", FIELD_U8, signal.protocol),
	F("type", FIELD_U8, signal.type),
	F("subtype", FIELD_U8, signal.subtype),
	F("status", FIELD_U8, signal.status),
	F("flags", FIELD_FLAGS, signal.flags),
	F("sequence", FIELD_U16, signal.sequence),
	F("lifetime", FIELD_U16, signal.lifetime),
	F("attempt", FIELD_U16, signal.attempt),
	F("secured", FIELD_BOOL, signal.secured),
	F("udp", FIELD_BOOL, signal.udp),
	F("nat", FIELD_BOOL, signal.nat),
	F("src", FIELD_IP6, signal.src),
	F("dst", FIELD_IP6, signal.dst),
	F("home_address", FIELD_IP6, signal.home_address),
	F("care_of", FIELD_IP6, signal.care_of),
	OCTETS("octets", signal.message, signal.message_len),
};
static const struct record_field address_fields[] = {
	NAMED("what", FIELD_WHAT, address.what, address_names),
	F("addr", FIELD_IP6, address.addr),
	F("prefix_len", FIELD_U8, address.prefix_len),
};
static const struct record_field router_fields[] = {
	NAMED("what", FIELD_WHAT, router.what, router_names),
	F("router", FIELD_IP6, router.router),
	F("prefix", FIELD_PREFIX, router.prefix),
};
static const struct record_field move_fields[] = {
	NAMED("what", FIELD_WHAT, move.what, move_names),
	F("addr", FIELD_IP6, move.addr),
};
static const struct record_field binding_fields[] = {
	NAMED("what", FIELD_WHAT, binding.what, binding_names),
	F("at_home_agent", FIELD_BOOL, binding.at_home_agent),
	F("status", FIELD_U8, binding.status),
	F("sequence", FIELD_U16, binding.sequence),
	F("lifetime", FIELD_U16, binding.lifetime),
	F("udp_port", FIELD_U16, binding.udp_port),
	F("home_address", FIELD_IP6, binding.home_address),
	F("care_of", FIELD_IP6, binding.care_of),
	F("home_address4", FIELD_IP4, binding.home_address4),
};
static const struct record_field data_fields[] = {
	F("flow", FIELD_U32, data.flow),
	F("direction", FIELD_U8, data.direction),
	F("sequence", FIELD_U64, data.sequence),
	F("octets", FIELD_U32, data.octets),
	F("sent_at", FIELD_TIME, data.sent_at),
};
static const struct record_field nat_fields[] = {
	NAMED("what", FIELD_WHAT, nat.what, nat_names),
	F("protocol", FIELD_U8, nat.protocol),
	F("inside", FIELD_IP4, nat.inside),
	F("inside_port", FIELD_U16, nat.inside_port),
	F("outside", FIELD_IP4, nat.outside),
	F("outside_port", FIELD_U16, nat.outside_port),
	F("remote", FIELD_IP4, nat.remote),
	F("remote_port", FIELD_U16, nat.remote_port),
};
static const struct record_field dhcp_fields[] = {
	F("message", FIELD_U8, dhcp.message),
	F("sent", FIELD_BOOL, dhcp.sent),
	F("address", FIELD_IP4, dhcp.address),
};
static const struct record_field aaa_fields[] = {
	F("command", FIELD_U16, aaa.command),
	F("request", FIELD_BOOL, aaa.request),
	F("sent", FIELD_BOOL, aaa.sent),
	F("result", FIELD_U32, aaa.result),
	F("peer", FIELD_U32, aaa.peer),
	F("imsi", FIELD_U64, aaa.imsi),
	F("delay", FIELD_TIME, aaa.delay),
	OCTETS("eap", aaa.eap, aaa.eap_len),
};
static const struct record_field radio_fields[] = {
	NAMED("what", FIELD_WHAT, radio.what, radio_names),
	F("of", FIELD_STRING, radio.link),
	F("bssid", FIELD_MAC, radio.bssid),
	F("channel", FIELD_U16, radio.channel),
	F("cell", FIELD_U16, radio.cell),
	F("snr", FIELD_I32, radio.snr),
	F("count", FIELD_U32, radio.count),
	F("heard", FIELD_TIME, radio.heard),
};
static const struct record_field deviation_fields[] = {
	F("id", FIELD_STRING, deviation.id),
	F("clause", FIELD_STRING, deviation.clause),
	F("offset", FIELD_U32, deviation.offset),
	F("value", FIELD_U32, deviation.value),
	F("sent", FIELD_BOOL, deviation.sent),
};
static const struct record_field discard_fields[] = {
	F("reason", FIELD_STRING, discard.reason),
	F("clause", FIELD_STRING, discard.clause),
};
static const struct record_field action_fields[] = {
	F("verb", FIELD_TEXT, action.verb),
	F("arg", FIELD_TEXT, action.arg),
};
static const struct record_field note_fields[] = {
	F("note", FIELD_TEXT, note),
};

#define USED(member) (offsetof(struct moor_record, u) + sizeof(((struct moor_record *)0)->u.member))

static const struct {
	const struct record_field *fields;
	unsigned n;
	size_t used;
} kinds[REC_KINDS] = {
#define K(kind, list, member) [kind] = { list, COUNT(list), USED(member) }
	K(REC_FRAME_TX, frame_fields, frame), K(REC_FRAME_RX, frame_fields, frame),
	K(REC_FRAME_DROP, frame_fields, frame), K(REC_CARRIER, carrier_fields, carrier),
	K(REC_STATE, state_fields, state), K(REC_REFUSED, state_fields, state),
	K(REC_SIGNAL_TX, signal_fields, signal), K(REC_SIGNAL_RX, signal_fields, signal),
	K(REC_ADDRESS, address_fields, address), K(REC_ROUTER, router_fields, router), K(REC_MOVE, move_fields, move),
	K(REC_BINDING, binding_fields, binding), K(REC_DATA_TX, data_fields, data), K(REC_DATA_RX, data_fields, data),
	K(REC_NAT, nat_fields, nat), K(REC_DHCP, dhcp_fields, dhcp), K(REC_DEVIATION, deviation_fields, deviation),
	K(REC_DISCARD, discard_fields, discard), K(REC_ACTION, action_fields, action), K(REC_NOTE, note_fields, note),
	K(REC_AAA, aaa_fields, aaa), K(REC_RADIO, radio_fields, radio),
#undef K
};

const struct record_field *record_fields(enum rec_kind kind, unsigned *n)
{
	*n = kinds[kind].n;
	return kinds[kind].fields;
}

size_t record_used(enum rec_kind kind)
{
	return kinds[kind].used;
}

enum rec_kind record_kind_of(const char *name)
{
	for (int k = 0; k < REC_KINDS; k++)
		if (!strcmp(moor_record_kind_name((enum rec_kind)k), name))
			return (enum rec_kind)k;
	return REC_KINDS;
}
