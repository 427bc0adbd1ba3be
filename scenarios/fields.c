/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: records as named values
 *
 * One list of names and texts per record, whatever its kind, so that expectations know one way to compare. Messages
 * are shown by the wire printer: what `mooring decode` prints is what an expectation may name. It implements no
 * clause.
 */
#include "scenarios/fields.h"

#include <string.h>

#include "scenarios/load.h"
#include "wire/dhcp6.h"
#include "wire/dns.h"
#include "wire/dissect.h"
#include "wire/eap.h"
#include "wire/icmp6.h"
#include "wire/ip.h"
#include "wire/ike.h"
#include "wire/mh.h"
#include "wire/pco.h"

static const char *const none_fields[] = { NULL };
static const char *const carrier_fields[] = { "link", NULL };
static const char *const state_fields[] = { "machine", "from", "to", "event", NULL };
static const char *const address_fields[] = { "address", "prefix-length", NULL };
static const char *const router_fields[] = { "router", "prefix", NULL };
static const char *const advert_fields[] = {
	"router", "prefix", "prefixes", "valid", "preferred", "router-lifetime", "managed", "other", "mtu", NULL
};
static const char *const move_fields[] = { "address", NULL };
static const char *const binding_fields[] = {
	"side", "status", "sequence", "lifetime", "udp-port", "home-address", "care-of-address", "ipv4-home-address",
	"bid", NULL
};
static const char *const data_fields[] = { "flow", "size", "sequence", "direction", "delay", NULL };
static const char *const nat_fields[] = {
	"protocol", "inside", "outside", "remote", "inside-port", "outside-port", "remote-port", NULL
};
static const char *const dhcp_fields[] = { "message", "address", NULL };
static const char *const aaa_fields[] = { "message", "result", "eap", "delay", "imsi", NULL };
static const char *const associated_fields[] = { "link", "bssid", "channel", NULL };
static const char *const left_fields[] = { "link", "bssid", "channel", "heard", NULL };
static const char *const lost_fields[] = { "link", "bssid", "channel", "beacons", "heard", NULL };
static const char *const snr_fields[] = { "link", "bssid", "channel", "snr", NULL };
static const char *const scan_fields[] = { "channel", NULL };
static const char *const cell_fields[] = { "link", "cell", NULL };
static const char *const deviation_fields[] = { "id", "clause", "direction", "value", NULL };
static const char *const discard_fields[] = { "reason", "clause", NULL };
static const char *const action_fields[] = { "verb", "arg", NULL };
static const char *const drop_fields[] = { "cause", "size", NULL };
static const char *const note_fields[] = { "text", NULL };

const struct event_row event_rows[] = {
	{ "carrier-up", REC_CARRIER, 1, "a port is on a link that is up", carrier_fields },
	{ "carrier-down", REC_CARRIER, 0, "a port lost its link", carrier_fields },
	{ "state", REC_STATE, -1, "a state machine changed its state", state_fields },
	{ "refused", REC_REFUSED, -1, "an event that the state does not admit was dropped", state_fields },
	{ "address-tentative", REC_ADDRESS, ADDRESS_TENTATIVE, "an address is being checked", address_fields },
	{ "address-usable", REC_ADDRESS, ADDRESS_USABLE, "an address may be used", address_fields },
	{ "address-duplicate", REC_ADDRESS, ADDRESS_DUPLICATE, "another node has the address", address_fields },
	{ "address-deprecated", REC_ADDRESS, ADDRESS_DEPRECATED, "its preferred lifetime is over", address_fields },
	{ "address-removed", REC_ADDRESS, ADDRESS_REMOVED, "an address is gone", address_fields },
	{ "router-solicit-sent", REC_ROUTER, ROUTER_SOLICIT_SENT, "a router solicitation left", router_fields },
	{ "router-advert-sent", REC_ROUTER, ROUTER_ADVERT_SENT, "a router advertisement left", advert_fields },
	{ "router-advert-received", REC_ROUTER, ROUTER_ADVERT_RECEIVED, "a router advertisement came", advert_fields },
	{ "router-found", REC_ROUTER, ROUTER_FOUND, "a default router is used", router_fields },
	{ "router-lost", REC_ROUTER, ROUTER_LOST, "the default router is gone", router_fields },
	{ "move-started", REC_MOVE, MOVE_STARTED, "a movement begins", move_fields },
	{ "move-link-up", REC_MOVE, MOVE_LINK_UP, "the new link is there", move_fields },
	{ "move-detected", REC_MOVE, MOVE_DETECTED, "layer 3 knows that the link is another", move_fields },
	{ "move-address-formed", REC_MOVE, MOVE_ADDRESS_FORMED, "a care-of address exists", move_fields },
	{ "move-address-ready", REC_MOVE, MOVE_ADDRESS_READY, "it may be used", move_fields },
	{ "move-home-link", REC_MOVE, MOVE_HOME_LINK, "home link detection said: home", move_fields },
	{ "move-foreign-link", REC_MOVE, MOVE_FOREIGN_LINK, "home link detection said: foreign", move_fields },
	{ "move-registered", REC_MOVE, MOVE_REGISTERED, "signalling for the new place is over", move_fields },
	{ "move-failed", REC_MOVE, MOVE_FAILED, "the mobile node gave up", move_fields },
	{ "move-securing", REC_MOVE, MOVE_SECURING, "IKE begins with a home agent", move_fields },
	{ "move-secured", REC_MOVE, MOVE_SECURED, "the security association for the home address stands", move_fields },
	{ "move-discovering", REC_MOVE, MOVE_DISCOVERING, "home agent discovery begins", move_fields },
	{ "move-discovered", REC_MOVE, MOVE_DISCOVERED, "a home agent was found", move_fields },
	{ "move-first-up", REC_MOVE, MOVE_FIRST_UP, "the first user packet of a foreign mobile node left", move_fields },
	{ "move-first-down", REC_MOVE, MOVE_FIRST_DOWN, "and the first one for it came", move_fields },
	{ "binding-created", REC_BINDING, BINDING_CREATED, "a binding came to be", binding_fields },
	{ "binding-updated", REC_BINDING, BINDING_UPDATED, "a binding has another care-of address", binding_fields },
	{ "binding-refreshed", REC_BINDING, BINDING_REFRESHED, "a binding has a new lifetime", binding_fields },
	{ "binding-deregistered", REC_BINDING, BINDING_DEREGISTERED, "a binding was removed by signalling", binding_fields },
	{ "binding-expired", REC_BINDING, BINDING_EXPIRED, "a binding's lifetime is over", binding_fields },
	{ "binding-revoked", REC_BINDING, BINDING_REVOKED, "a binding was taken back", binding_fields },
	{ "binding-refused", REC_BINDING, BINDING_REFUSED, "a registration was refused", binding_fields },
	{ "data-sent", REC_DATA_TX, -1, "an application packet left its source", data_fields },
	{ "data-received", REC_DATA_RX, -1, "an application packet reached its sink", data_fields },
	{ "nat-created", REC_NAT, NAT_CREATED, "a mapping came to be", nat_fields },
	{ "nat-expired", REC_NAT, NAT_EXPIRED, "a mapping's time is over", nat_fields },
	{ "nat-rebound", REC_NAT, NAT_REBOUND, "mappings were forgotten", nat_fields },
	{ "nat-refused", REC_NAT, NAT_REFUSED, "a packet was not translated", nat_fields },
	{ "dhcp-sent", REC_DHCP, 1, "a DHCPv4 message left", dhcp_fields },
	{ "dhcp-received", REC_DHCP, 0, "a DHCPv4 message came", dhcp_fields },
	{ "aaa-sent", REC_AAA, 1, "a message between home agent and AAA left", aaa_fields },
	{ "aaa-received", REC_AAA, 0, "a message between home agent and AAA came", aaa_fields },
	{ "radio-associated", REC_RADIO, RADIO_ASSOCIATED, "a station is associated with an access point",
	  associated_fields },
	{ "radio-left", REC_RADIO, RADIO_LEFT, "it is not any more", left_fields },
	{ "radio-beacons-lost", REC_RADIO, RADIO_BEACONS_LOST, "too many beacons were missed in a row",
	  lost_fields },
	{ "radio-snr-low", REC_RADIO, RADIO_SNR_LOW, "a beacon was so weak that the station leaves; snr in 1/10 dB",
	  snr_fields },
	{ "radio-scan-begun", REC_RADIO, RADIO_SCAN_BEGUN, "a station looks for access points", scan_fields },
	{ "radio-scan-done", REC_RADIO, RADIO_SCAN_DONE, "it has looked on each of its channels", scan_fields },
	{ "radio-probe-sent", REC_RADIO, RADIO_PROBE_SENT, "a probe request left", scan_fields },
	{ "radio-rrc-connected", REC_RADIO, RADIO_RRC_CONNECTED, "a UE has a connection with an LTE cell", cell_fields },
	{ "radio-handover-start", REC_RADIO, RADIO_HANDOVER_START, "it was told to go to another cell", cell_fields },
	{ "radio-handover-end", REC_RADIO, RADIO_HANDOVER_END, "it is connected with the new one", cell_fields },
	{ "radio-handover-failed", REC_RADIO, RADIO_HANDOVER_FAILED, "it did not get there", cell_fields },
	{ "radio-link-failure", REC_RADIO, RADIO_LINK_FAILURE, "the radio link to the cell was lost", cell_fields },
	{ "deviation", REC_DEVIATION, -1, "a message is not as its profile asks", deviation_fields },
	{ "discard", REC_DISCARD, -1, "a protocol rule dropped a packet", discard_fields },
	{ "action", REC_ACTION, -1, "the timeline did something", action_fields },
	{ "frame-lost", REC_FRAME_DROP, -1, "a link, queue or filter lost a frame", drop_fields },
	{ "note", REC_NOTE, -1, "a remark, such as why the timeline had no effect", note_fields },
	{ NULL, REC_KINDS, 0, NULL, none_fields }
};

#define MH(name, type, sub, about) { name, about, type, sub, -1, false, 0, 0, 0, 0, 0, 0, false }
#define PROXY(name, type, about) { name, about, type, 0, -1, false, 0, 0, 0, 0, 0, 0, true }
#define ICMP6(name, type, about) { name, about, -1, 0, type, false, 0, 0, 0, 0, 0, 0, false }
#define DHCP6(name, type, about) { "DHCP6-" name, "DHCPv6 " about, -1, 0, -1, false, 0, 0, type, 0, 0, 0, false }
#define SIGNAL(name, protocol, type, sub, about) { name, about, -1, 0, -1, false, 0, 0, 0, protocol, type, sub, false }
#define IKE(name, exchange, about) \
	{ name, about ", request or response", -1, 0, -1, false, exchange, 0, 0, 0, 0, 0, false }, \
	{ name "-request", about ", request", -1, 0, -1, false, exchange, 1, 0, 0, 0, 0, false }, \
	{ name "-response", about ", response", -1, 0, -1, false, exchange, 2, 0, 0, 0, 0, false }

const struct message_row message_rows[] = {
	MH("BU", MH_BU, 0, "Binding Update"),
	MH("BA", MH_BA, 0, "Binding Acknowledgement"),
	PROXY("PBU", MH_BU, "Proxy Binding Update: a BU with the P flag"),
	PROXY("PBA", MH_BA, "Proxy Binding Acknowledgement: a BA with the P flag"),
	MH("BE", MH_BE, 0, "Binding Error"),
	MH("BRR", MH_BRR, 0, "Binding Refresh Request"),
	MH("HOTI", MH_HOTI, 0, "Home Test Init"),
	MH("COTI", MH_COTI, 0, "Care-of Test Init"),
	MH("HOT", MH_HOT, 0, "Home Test"),
	MH("COT", MH_COT, 0, "Care-of Test"),
	MH("BRI", MH_BR, MH_BR_BRI, "Binding Revocation Indication"),
	MH("BRA", MH_BR, MH_BR_BRA, "Binding Revocation Acknowledgement"),
	MH("HEARTBEAT", MH_HEARTBEAT, 0, "Heartbeat"),
	MH("UPN", MH_UPN, 0, "Update Notification"),
	MH("UPA", MH_UPA, 0, "Update Notification Acknowledgement"),
	MH("HA-SWITCH", MH_HA_SWITCH, 0, "Home Agent Switch"),
	IKE("IKE_SA_INIT", IKE_SA_INIT, "first exchange of IKEv2"),
	IKE("IKE_AUTH", IKE_AUTH, "authentication in IKEv2"),
	IKE("CREATE_CHILD_SA", IKE_CREATE_CHILD_SA, "a new or replaced SA of IKEv2"),
	IKE("INFORMATIONAL", IKE_INFORMATIONAL, "DELETE, liveness and other notices of IKEv2"),
	SIGNAL("DNS-query", SIGNAL_DNS, 0, 1, "a question to a name server"),
	SIGNAL("DNS-response", SIGNAL_DNS, 0, 2, "a name server's answer"),
	SIGNAL("PDN-CONNECTIVITY-REQUEST", SIGNAL_NAS, NAS_PDN_REQUEST, 0, "NAS: a UE asks for a PDN connection"),
	SIGNAL("PDN-CONNECTIVITY-REJECT", SIGNAL_NAS, NAS_PDN_REJECT, 0, "NAS: it is refused"),
	SIGNAL("ACTIVATE-DEFAULT-BEARER-REQUEST", SIGNAL_NAS, NAS_ACTIVATE_REQUEST, 0, "NAS: it is granted"),
	SIGNAL("ACTIVATE-DEFAULT-BEARER-ACCEPT", SIGNAL_NAS, NAS_ACTIVATE_ACCEPT, 0, "NAS: the UE agrees"),
	ICMP6("RS", 133, "Router Solicitation (faults only)"),
	ICMP6("RA", 134, "Router Advertisement (faults only)"),
	ICMP6("NS", 135, "Neighbor Solicitation (faults only)"),
	ICMP6("NA", 136, "Neighbor Advertisement (faults only)"),
	ICMP6("DHAAD-REQUEST", ICMP6_T_DHAAD_REQUEST, "Home Agent Address Discovery Request"),
	ICMP6("DHAAD-REPLY", ICMP6_T_DHAAD_REPLY, "Home Agent Address Discovery Reply"),
	ICMP6("MPS", ICMP6_T_MPS, "Mobile Prefix Solicitation"),
	ICMP6("MPA", ICMP6_T_MPA, "Mobile Prefix Advertisement"),
	DHCP6("SOLICIT", DHCP6_SOLICIT, "Solicit, also within a relay message"),
	DHCP6("ADVERTISE", DHCP6_ADVERTISE, "Advertise, also within a relay message"),
	DHCP6("REQUEST", DHCP6_REQUEST, "Request, also within a relay message"),
	DHCP6("RENEW", DHCP6_RENEW, "Renew, also within a relay message"),
	DHCP6("REBIND", DHCP6_REBIND, "Rebind, also within a relay message"),
	DHCP6("REPLY", DHCP6_REPLY, "Reply, also within a relay message"),
	DHCP6("RELEASE", DHCP6_RELEASE, "Release, also within a relay message"),
	DHCP6("INFORMATION-REQUEST", DHCP6_INFORMATION_REQUEST, "Information-request, also within a relay message"),
	DHCP6("RELAY-FORWARD", DHCP6_RELAY_FORW, "Relay-forward, whatever is in it"),
	DHCP6("RELAY-REPLY", DHCP6_RELAY_REPL, "Relay-reply, whatever is in it"),
	SIGNAL("GRE", PROTO_GRE, 0, 0, "user data in GRE (faults only)"),
	{ "DHCP", "any DHCPv4 message (faults only)", -1, 0, -1, true, 0, 0, 0, 0, 0, 0, false },
	{ NULL, NULL, -1, 0, -1, false, 0, 0, 0, 0, 0, 0, false }
};

const struct event_row *event_find(const char *name)
{
	for (const struct event_row *e = event_rows; e->name; e++)
		if (!strcmp(e->name, name))
			return e;
	return NULL;
}

const struct message_row *message_find(const char *name)
{
	for (const struct message_row *m = message_rows; m->name; m++)
		if (!strcmp(m->name, name))
			return m;
	return NULL;
}

bool message_matches(const struct message_row *m, const struct rec_signal *s)
{
	if (m->dhcp6)
		return s->protocol == SIGNAL_DHCP6 && (dhcp6_is_relay(m->dhcp6) ? s->type : s->subtype) == m->dhcp6;
	if (m->ike_exchange)
		return s->protocol == SIGNAL_IKE && s->type == m->ike_exchange
			&& (!m->ike_direction || s->subtype == m->ike_direction);
	if (m->icmp6_type >= 0)
		return s->protocol == SIGNAL_ICMP6 && s->type == m->icmp6_type;
	if (m->signal)
		return s->protocol == m->signal && (!m->signal_type || s->type == m->signal_type)
			&& (!m->signal_subtype || s->subtype == m->signal_subtype);
	return s->protocol == SIGNAL_MH && s->type == m->mh_type && (!m->subtype || s->subtype == m->subtype)
		&& (!m->proxy || s->flags & (m->mh_type == MH_BU ? MH_BU_P : MH_BA_P));
}

static int record_what(const struct moor_record *r)
{
	switch (r->kind) {
	case REC_CARRIER:
		return r->u.carrier.up;
	case REC_ADDRESS:
		return (int)r->u.address.what;
	case REC_ROUTER:
		return (int)r->u.router.what;
	case REC_MOVE:
		return (int)r->u.move.what;
	case REC_BINDING:
		return (int)r->u.binding.what;
	case REC_NAT:
		return (int)r->u.nat.what;
	case REC_DHCP:
		return r->u.dhcp.sent;
	case REC_AAA:
		return r->u.aaa.sent;
	case REC_RADIO:
		return (int)r->u.radio.what;
	case REC_FRAME_TX:
	case REC_FRAME_RX:
	case REC_FRAME_DROP:
	case REC_STATE:
	case REC_REFUSED:
	case REC_SIGNAL_TX:
	case REC_SIGNAL_RX:
	case REC_DATA_TX:
	case REC_DATA_RX:
	case REC_DEVIATION:
	case REC_DISCARD:
	case REC_ACTION:
	case REC_NOTE:
	case REC_KEYS:
	case REC_KINDS:
		break;
	}
	return -1;
}

bool event_matches(const struct event_row *e, const struct moor_record *r)
{
	return e->kind == r->kind && (e->what < 0 || e->what == record_what(r));
}

/* ---- filling the list -------------------------------------------------------------------------------------------- */

static const char *keep(struct field_list *l, const char *text)
{
	size_t n = strlen(text) + 1;
	char *to = l->text + l->used;

	if (l->used + n > sizeof l->text)
		return NULL;
	memcpy(to, text, n);
	l->used += n;
	return to;
}

static void add(struct field_list *l, const char *name, const char *value)
{
	const char *n = keep(l, name), *v = n ? keep(l, value) : NULL;

	if (v && l->n < G_N_ELEMENTS(l->f)) {
		l->f[l->n].name = n;
		l->f[l->n++].value = v;
	}
}

static void add_num(struct field_list *l, const char *name, uint64_t v, const char *unit)
{
	char buf[48];

	g_snprintf(buf, sizeof buf, "%" G_GUINT64_FORMAT "%s", v, unit);
	add(l, name, buf);
}

static void add_ip6(struct field_list *l, const char *name, const struct ip6_addr *a)
{
	char buf[ADDR_TEXT_MAX];

	if (!ip6_high64(a) && ip6_low64(a) >> 32 == 0xffff)
		ip4_text((struct ip4_addr){ { a->o[12], a->o[13], a->o[14], a->o[15] } }, buf);
	else
		ip6_text(a, buf);
	add(l, name, buf);
}

static void add_ip4(struct field_list *l, const char *name, struct ip4_addr a)
{
	char buf[ADDR_TEXT_MAX];

	add(l, name, ip4_text(a, buf));
}

static void add_text(struct field_list *l, const char *name, const char *value)
{
	if (value)
		add(l, name, value);
}

static void begin(struct field_list *l)
{
	l->n = 0;
	l->used = 0;
	l->path[0] = 0;
}

static void on_open(void *ctx, const char *name, const char *title, uint32_t offset, uint32_t len)
{
	struct field_list *l = ctx;
	size_t have = strlen(l->path);

	(void)title;
	(void)offset;
	(void)len;
	g_snprintf(l->path + have, sizeof l->path - have, "%s%s", have ? "." : "", name);
	add(l, l->path, "present");
}

static void on_close(void *ctx)
{
	struct field_list *l = ctx;
	char *dot = strrchr(l->path, '.');

	if (dot)
		*dot = 0;
	else
		l->path[0] = 0;
}

static void on_field(void *ctx, const char *name, const char *value, uint32_t offset, uint32_t len)
{
	struct field_list *l = ctx;
	char full[240];

	(void)offset;
	(void)len;
	g_snprintf(full, sizeof full, "%s%s%s", l->path, *l->path ? "." : "", name);
	add(l, full, value);
}

static void on_note(void *ctx, const char *id, const char *text, uint32_t offset)
{
	(void)text;
	(void)offset;
	add(ctx, "note", id);
}

static const struct wire_printer printer = { on_open, on_field, on_note, on_close, NULL };

static void print_message(struct field_list *l, const uint8_t *message, size_t n)
{
	struct wire_printer p = printer;

	p.ctx = l;
	mh_print(message, n, &p, 0);
}

void fields_of_message(struct field_list *l, const uint8_t *message, size_t n)
{
	begin(l);
	print_message(l, message, n);
}

static void list_word(GString *list, const char *word)
{
	if (word)
		g_string_append_printf(list, "%s%s", list->len ? "," : "", word);
}

/* What is in an IKE message at a glance, as lists of words: a message has many notifies, and fields tell the first. */
static void ike_lists(struct field_list *l, const uint8_t *message, size_t n)
{
	GString *payloads = g_string_new(NULL), *notifies = g_string_new(NULL), *attributes = g_string_new(NULL);
	struct ike_msg *m = g_new(struct ike_msg, 1);

	ike_decode(message, n, m, NULL);
	for (unsigned i = 0; i < m->n; i++) {
		const struct ike_payload *pl = &m->payload[i];

		list_word(payloads, ike_name(IKE_SPACE_PAYLOAD, pl->type));
		if (pl->type == IKE_P_NOTIFY && !pl->bad)
			list_word(notifies, ike_name(IKE_SPACE_NOTIFY, pl->notify.type));
		if (pl->type == IKE_P_NOTIFY && !pl->bad && pl->notify.type == IKE_N_IFOM_CAPABILITY) {
			add_num(l, "ifom-capability.octets", pl->body.n, "");
			add_num(l, "ifom-capability.spi-octets", pl->notify.spi.n, "");
			add_num(l, "ifom-capability.type", pl->notify.type, "");
		}
		if (pl->type == IKE_P_NOTIFY && !pl->bad && pl->notify.type == IKE_N_PDN_IDENTIFIER && pl->notify.data.n >= 16)
			add_ip6(l, "pdn-identifier", (const struct ip6_addr *)(const void *)pl->notify.data.p);
		for (unsigned k = 0; pl->type == IKE_P_CP && !pl->bad && k < pl->cp.n; k++)
			list_word(attributes, ike_name(IKE_SPACE_CP_ATTR, pl->cp.attr[k].type));
		if (pl->type == IKE_P_EAP && !pl->bad && pl->data.n >= 4)
			add(l, "eap", eap_message_name(pl->data.p[0], pl->data.n > 4 ? pl->data.p[4] : 0,
						       pl->data.n > 5 ? pl->data.p[5] : 0));
	}
	add(l, "payloads", payloads->len ? payloads->str : "-");
	add(l, "notifies", notifies->len ? notifies->str : "-");
	add(l, "attributes", attributes->len ? attributes->str : "-");
	g_string_free(payloads, TRUE);
	g_string_free(notifies, TRUE);
	g_string_free(attributes, TRUE);
	g_free(m);
}

static void print_ike(struct field_list *l, const uint8_t *message, size_t n)
{
	struct wire_printer p = printer;

	p.ctx = l;
	ike_print(message, n, &p, 0);
	ike_lists(l, message, n);
}

void fields_of_ike(struct field_list *l, const uint8_t *message, size_t n)
{
	begin(l);
	print_ike(l, message, n);
}

static void print_dhcp6(struct field_list *l, const uint8_t *message, size_t n)
{
	struct wire_printer p = printer;

	p.ctx = l;
	dhcp6_print(message, n, &p, 0);
}

void fields_of_dhcp6(struct field_list *l, const uint8_t *message, size_t n)
{
	begin(l);
	print_dhcp6(l, message, n);
}

void fields_of_frame(struct field_list *l, const uint8_t *frame, size_t n)
{
	struct wire_printer p = printer;

	begin(l);
	p.ctx = l;
	dissect(WIRE_LINK_ETHERNET, frame, n, &p);
}

static void print_icmp6(struct field_list *l, const uint8_t *message, size_t n)
{
	struct wire_printer p = printer;

	p.ctx = l;
	icmp6_print(message, n, &p, 0);
}

void fields_of_icmp6(struct field_list *l, const uint8_t *message, size_t n)
{
	begin(l);
	print_icmp6(l, message, n);
}

static void print_other(struct field_list *l, const struct rec_signal *s)
{
	struct wire_printer p = printer;

	p.ctx = l;
	if (s->protocol == SIGNAL_DNS)
		dns_print(s->message, s->message_len, &p, 0);
	else
		nas_print(s->message, s->message_len, &p, 0);
}

static void signal_fields(struct field_list *l, const struct rec_signal *s)
{
	if (s->message && (s->protocol == SIGNAL_DNS || s->protocol == SIGNAL_NAS))
		print_other(l, s);
	else if (s->message && s->protocol == SIGNAL_IKE)
		print_ike(l, s->message, s->message_len);
	else if (s->message && s->protocol == SIGNAL_ICMP6)
		print_icmp6(l, s->message, s->message_len);
	else if (s->message && s->protocol == SIGNAL_DHCP6)
		print_dhcp6(l, s->message, s->message_len);
	else if (s->message)
		print_message(l, s->message, s->message_len);
	add_ip6(l, "outer-src", &s->src);
	add_ip6(l, "outer-dst", &s->dst);
	add_ip6(l, "home-address", &s->home_address);
	add_ip6(l, "care-of-address", &s->care_of);
	if (s->attempt)
		add_num(l, "attempt", s->attempt, "");
	add(l, "secured", s->secured ? "true" : "false");
	add(l, "udp", s->udp ? "true" : "false");
	add(l, "nat", s->nat ? "true" : "false");
}

static void state_of(struct field_list *l, const struct moor_record *r)
{
	const struct fsm *m = r->u.state.machine;

	add(l, "machine", m->name);
	add(l, "from", m->states[r->u.state.from].name);
	add(l, "to", m->states[r->u.state.to].name);
	if (r->u.state.event < m->n_events)
		add(l, "event", m->events[r->u.state.event]);
}

/* Whose binding it is: an LMA has a binding cache as a home agent has, a MAG a binding update list as a UE has. */
static const char *side_of(const struct moor_record *r, const struct scenario *s)
{
	const struct scen_node *n = s ? scen_node_at(s, r->node) : NULL;

	if (r->u.binding.proxy && r->u.binding.at_home_agent)
		return "lma";
	if (n && n->kind == NODE_MAG)
		return "mag";
	return r->u.binding.at_home_agent ? "home-agent" : "mobile";
}

static void binding_of(struct field_list *l, const struct moor_record *r, const struct scenario *s)
{
	add(l, "side", side_of(r, s));
	add_num(l, "status", r->u.binding.status, "");
	add_num(l, "sequence", r->u.binding.sequence, "");
	add_num(l, "lifetime", (uint64_t)r->u.binding.lifetime * 4, " s");
	add_num(l, "udp-port", r->u.binding.udp_port, "");
	add_ip6(l, "home-address", &r->u.binding.home_address);
	add_ip6(l, "care-of-address", &r->u.binding.care_of);
	add_ip4(l, "ipv4-home-address", r->u.binding.home_address4);
	if (r->u.binding.bid)
		add_num(l, "bid", r->u.binding.bid, "");
}

static void nat_of(struct field_list *l, const struct moor_record *r)
{
	add_num(l, "protocol", r->u.nat.protocol, "");
	add_ip4(l, "inside", r->u.nat.inside);
	add_ip4(l, "outside", r->u.nat.outside);
	add_ip4(l, "remote", r->u.nat.remote);
	add_num(l, "inside-port", r->u.nat.inside_port, "");
	add_num(l, "outside-port", r->u.nat.outside_port, "");
	add_num(l, "remote-port", r->u.nat.remote_port, "");
}

static void data_of(struct field_list *l, const struct moor_record *r, const struct scenario *s)
{
	const struct scen_flow *f = s ? scen_flow_numbered(s, r->u.data.flow) : NULL;

	if (f)
		add(l, "flow", f->flow);
	else
		add_num(l, "flow", r->u.data.flow, "");
	add_num(l, "size", r->u.data.octets, "");
	add_num(l, "sequence", r->u.data.sequence, "");
	add(l, "direction", r->u.data.direction ? "up" : "down");
	if (r->kind == REC_DATA_RX)
		add_num(l, "delay", (uint64_t)(r->at - r->u.data.sent_at), " ns");
}

static const char *dhcp_name(unsigned message)
{
	static const char *const names[] = {
		NULL, "DISCOVER", "OFFER", "REQUEST", "DECLINE", "ACK", "NAK", "RELEASE", "INFORM",
	};

	return message < G_N_ELEMENTS(names) && names[message] ? names[message] : "?";
}

static void aaa_of(struct field_list *l, const struct rec_aaa *a)
{
	bool type = a->eap_len > EAP_HEADER, subtype = a->eap_len > EAP_HEADER + 1;

	add(l, "message", moor_record_aaa_name(a->command, a->request));
	if (!a->request)
		add_num(l, "result", a->result, "");
	if (a->eap_len)
		add(l, "eap", eap_message_name(a->eap[0], type ? a->eap[4] : 0, subtype ? a->eap[5] : 0));
	if (!a->request && !a->sent)
		add_num(l, "delay", (uint64_t)a->delay, " ns");
	if (a->imsi)
		add_num(l, "imsi", a->imsi, "");
}

/* Those that the event has; see the table. */
static void radio_of(struct field_list *l, const struct rec_radio *r)
{
	char buf[ADDR_TEXT_MAX];

	add_text(l, "link", r->link);
	if (mac_u64(&r->bssid))
		add(l, "bssid", mac_text(&r->bssid, buf));
	if (r->channel)
		add_num(l, "channel", r->channel, "");
	if (r->cell)
		add_num(l, "cell", r->cell, "");
	if (r->what == RADIO_SNR_LOW) {
		g_snprintf(buf, sizeof buf, "%d", r->snr);
		add(l, "snr", buf);
	}
	if (r->count)
		add_num(l, "beacons", r->count, "");
	if (r->heard)
		add_num(l, "heard", (uint64_t)r->heard, " ns");
}

static void other_fields(struct field_list *l, const struct moor_record *r)
{
	char buf[ADDR_TEXT_MAX];

	switch (r->kind) {
	case REC_FRAME_TX:
	case REC_FRAME_RX:
	case REC_FRAME_DROP:
		add_text(l, "cause", r->u.frame.cause);
		add_num(l, "size", r->u.frame.len, "");
		break;
	case REC_CARRIER:
		add_text(l, "link", r->u.carrier.link);
		break;
	case REC_ADDRESS:
		add_ip6(l, "address", &r->u.address.addr);
		add_num(l, "prefix-length", r->u.address.prefix_len, "");
		break;
	case REC_ROUTER:
		add_ip6(l, "router", &r->u.router.router);
		add(l, "prefix", ip6_prefix_text(&r->u.router.prefix, buf));
		if (r->u.router.what != ROUTER_ADVERT_SENT && r->u.router.what != ROUTER_ADVERT_RECEIVED)
			break;
		add_num(l, "prefixes", r->u.router.n_prefixes, "");
		add_num(l, "valid", r->u.router.valid, " s");
		add_num(l, "preferred", r->u.router.preferred, " s");
		add_num(l, "router-lifetime", r->u.router.lifetime, " s");
		add(l, "managed", r->u.router.managed ? "true" : "false");
		add(l, "other", r->u.router.other ? "true" : "false");
		if (r->u.router.mtu)
			add_num(l, "mtu", r->u.router.mtu, "");
		break;
	case REC_MOVE:
		add_ip6(l, "address", &r->u.move.addr);
		break;
	case REC_DHCP:
		add(l, "message", dhcp_name(r->u.dhcp.message));
		add_ip4(l, "address", r->u.dhcp.address);
		break;
	case REC_AAA:
		aaa_of(l, &r->u.aaa);
		break;
	case REC_RADIO:
		radio_of(l, &r->u.radio);
		break;
	case REC_DEVIATION:
		add_text(l, "id", r->u.deviation.id);
		add_text(l, "clause", r->u.deviation.clause);
		add(l, "direction", r->u.deviation.sent ? "sent" : "received");
		add_num(l, "value", r->u.deviation.value, "");
		break;
	case REC_DISCARD:
		add_text(l, "reason", r->u.discard.reason);
		add_text(l, "clause", r->u.discard.clause);
		break;
	case REC_ACTION:
		add_text(l, "verb", r->u.action.verb);
		add_text(l, "arg", r->u.action.arg);
		break;
	case REC_NOTE:
		add_text(l, "text", r->u.note);
		break;
	case REC_STATE:
	case REC_REFUSED:
	case REC_SIGNAL_TX:
	case REC_SIGNAL_RX:
	case REC_BINDING:
	case REC_DATA_TX:
	case REC_DATA_RX:
	case REC_NAT:
	case REC_KEYS:
	case REC_KINDS:
		break;
	}
}

void fields_of_record(struct field_list *l, const struct moor_record *r, const struct scenario *s)
{
	begin(l);
	if (r->kind == REC_SIGNAL_TX || r->kind == REC_SIGNAL_RX)
		signal_fields(l, &r->u.signal);
	else if (r->kind == REC_STATE || r->kind == REC_REFUSED)
		state_of(l, r);
	else if (r->kind == REC_BINDING)
		binding_of(l, r, s);
	else if (r->kind == REC_NAT)
		nat_of(l, r);
	else if (r->kind == REC_DATA_TX || r->kind == REC_DATA_RX)
		data_of(l, r, s);
	else
		other_fields(l, r);
}

const char *fields_get(const struct field_list *l, const char *name)
{
	const char *first = l->n ? l->f[0].name : "";
	size_t layer = strcspn(first, "."), n = strlen(name);

	for (unsigned i = 0; i < l->n; i++)
		if (!strcmp(l->f[i].name, name))
			return l->f[i].value;
	for (unsigned i = 0; i < l->n; i++)
		if (!strncmp(l->f[i].name, first, layer) && l->f[i].name[layer] == '.' && !strcmp(l->f[i].name + layer + 1, name))
			return l->f[i].value;
	/* a bare word is never a field of some option: status of a BA is not that of its options */
	for (unsigned i = 0; i < l->n && (strchr(name, '.') || g_str_has_prefix(name, "opt-")); i++) {
		size_t have = strlen(l->f[i].name);

		if (have > n && l->f[i].name[have - n - 1] == '.' && !strcmp(l->f[i].name + have - n, name))
			return l->f[i].value;
	}
	return NULL;
}
