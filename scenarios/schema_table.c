/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the table of the scenario language
 *
 * One row per key. Whoever adds a key adds a row here, a member in scenario.h and its use in the builder; parser, JSON
 * schema and
 * reference page follow. No key may be a word that YAML 1.1 reads as a boolean. Clauses in rows are those that name the
 * thing.
 */
#include <stddef.h>

#include "crypto/cert.h"
#include "proto/dhcp6_server.h"
#include "proto/dsmip_ue.h"
#include "scenarios/device.h"
#include "scenarios/dhcp6.h"
#include "scenarios/discovery.h"
#include "scenarios/edit.h"
#include "scenarios/pmip.h"
#include "scenarios/radio_lte.h"
#include "scenarios/scenario.h"
#include "wire/mh_profile.h"

#define AT(type, member) .offset = offsetof(struct type, member)
#define K(kind) (UINT64_C(1) << (kind))
#define END { .key = NULL }

/* ---- nodes ------------------------------------------------------------------------------------------------------- */

static const struct scen_row clock_rows[] = {
	{ "offset", ST_NUM, UNIT_SPAN, AT(scen_clock, offset), .def = "0s", .min = "-1000000h", .max = "1000000h",
	  .about = "own minus true time at the beginning" },
	{ "drift", ST_NUM, UNIT_DRIFT, AT(scen_clock, drift), .def = "0ppm", .min = "-100000ppm", .max = "100000ppm",
	  .about = "how much too fast it runs" },
	END
};

static const struct scen_section clock_section = {
	"clock", "a clock", "A node's wall clock against the true one. Only what carries calendar time reads it.",
	clock_rows, sizeof(struct scen_clock), NULL, "clock: {offset: -3h, drift: 20ppm}",
};

static const struct scen_choice nat_behaviours[] = {
	{ "endpoint-independent", NAT_ENDPOINT_INDEPENDENT, "whatever the remote end" },
	{ "address-dependent", NAT_ADDRESS_DEPENDENT, "by the remote address" },
	{ "address-port-dependent", NAT_ADDRESS_PORT_DEPENDENT, "by the remote address and port" },
	{ NULL, 0, NULL }
};

static const struct scen_choice nat_lives[] = {
	{ "ours", NAT_LIVE_OURS, "our own, as in a simulation" },
	{ "nftables", NAT_LIVE_NFTABLES, "the kernel's; what it cannot do is refused when a live run begins" },
	{ NULL, 0, NULL }
};

static const struct scen_row nat_rows[] = {
	{ "outside", ST_REF, .ref = REF_LINK, AT(scen_nat, outside), .required = SCEN_ALL,
	  .about = "link of the router's interface that translates; the address there is the external one",
	  .clause = "RFC 4787 2" },
	{ "inside", ST_PREFIX4, AT(scen_nat, inside),
	  .about = "what is translated; without it all prefix4 of the router's other links that are private [RFC 1918], "
		   "which must then be one" },
	{ "mapping", ST_ENUM, AT(scen_nat, mapping), .choices = nat_behaviours, .def = "endpoint-independent",
	  .about = "when one external port is used again", .clause = "RFC 4787 4.1" },
	{ "filtering", ST_ENUM, AT(scen_nat, filtering), .choices = nat_behaviours, .def = "address-dependent",
	  .about = "which packets from outside are let in", .clause = "RFC 4787 5" },
	{ "port-preservation", ST_BOOL, AT(scen_nat, port_preservation), .def = "true",
	  .about = "the external port equals the internal one where it is free", .clause = "RFC 4787 4.2.1" },
	{ "hairpinning", ST_BOOL, AT(scen_nat, hairpinning), .def = "true",
	  .about = "inside hosts reach each other by their external addresses", .clause = "RFC 4787 6" },
	{ "udp-timeout", ST_NUM, UNIT_SPAN, AT(scen_nat, udp_timeout), .def = "120s", .min = "10ms", .max = "24h",
	  .about = "silence after which a UDP mapping goes", .clause = "RFC 4787 4.3" },
	{ "inbound-refresh", ST_BOOL, AT(scen_nat, inbound_refresh), .def = "false",
	  .about = "packets from outside keep a mapping alive too", .clause = "RFC 4787 4.3" },
	{ "ports", ST_RANGE, UNIT_NONE, .how = HOW_EXACT, AT(scen_nat, ports), .def = "[1024, 65535]", .min = "1",
	  .max = "65535",
	  .about = "external ports" },
	{ "max-mappings", ST_NUM, UNIT_NONE, AT(scen_nat, max_mappings), .def = "0", .min = "0", .max = "65535",
	  .about = "0: as many as there are ports" },
	{ "live", ST_ENUM, AT(scen_nat, live), .choices = nat_lives, .def = "ours",
	  .about = "who translates in `mooring live`; the kernel has mapping endpoint-independent or address-port-dependent, "
		   "filtering address-port-dependent, inbound-refresh, no hairpinning, no max-mappings, whole seconds" },
	END
};

static const struct scen_section nat_section = {
	"nat", "a NAT", "Address translation of a router, in the terms of RFC 4787.",
	nat_rows, sizeof(struct scen_nat), NULL, "nat: {outside: core, filtering: address-port-dependent, udp-timeout: 30s}",
};

static const struct scen_choice switches[] = {
	{ "by-profile", DSMIP_BY_PROFILE, "as the profile says" },
	{ "never", DSMIP_NEVER, "never" },
	{ "always", DSMIP_ALWAYS, "always" },
	{ NULL, 0, NULL }
};

/* What may also be changed while it runs (`set` with `settings`). */
#define HA_ROWS(type, member, k, d) \
	{ "lifetime-max", ST_NUM, UNIT_SPAN, AT(type, member.lifetime_max), .kinds = k, .def = d("3600s"), .min = "4s", \
	  .max = "262140s", .about = "longest lifetime that is granted", .clause = "RFC 6275 10.3.1" }, \
	{ "refuse", ST_NUM, UNIT_NONE, AT(type, member.refuse), .kinds = k, .def = d("0"), .min = "0", .max = "255", \
	  .about = "status, 128 or more, with which every registration is refused; 0: none", .clause = "RFC 6275 6.1.8" }, \
	{ "bu-ends-revocation", ST_BOOL, AT(type, member.bu_ends_revocation), .kinds = k, .def = d("false"), \
	  .about = "a BU while a revocation is under way is accepted and ends it; false: status 129", \
	  .clause = "RFC 5846 7" }, \
	{ "enabled", ST_BOOL, AT(type, member.enabled), .kinds = k, .def = d("true"), \
	  .about = "false: it is no home agent, status 131", .clause = "RFC 6275 10.3.1" }, \
	{ "ipv4-service", ST_BOOL, AT(type, member.ipv4_service), .kinds = k, .def = d("true"), \
	  .about = "false: IPv4 home addresses are refused with 129", .clause = "RFC 5555 3.2.1" }, \
	{ "refuse-ipv4", ST_NUM, UNIT_NONE, AT(type, member.refuse_ipv4), .kinds = k, .def = d("0"), .min = "0", \
	  .max = "255", .about = "status, 128 or more, of every IPv4 home address that is asked for; 0: none", \
	  .clause = "RFC 5555 3.2.1" }, \
	{ "refresh-request", ST_NUM, UNIT_SPAN, AT(type, member.refresh_request), .kinds = k, .def = d("0s"), .min = "0s", \
	  .max = "262140s", .about = "Binding Refresh Request when so much of a lifetime is left; 0s: never", \
	  .clause = "RFC 6275 9.5.5" }, \
	{ "prefix-lifetime", ST_NUM, UNIT_SPAN, AT(type, member.prefix_lifetime), .kinds = k, .def = d("604800s"), \
	  .step = "1s", \
	  .min = "16s", .max = "4000000000s", .about = "valid lifetime of a home link's prefix that UEs share, whole " \
	  "seconds; the preferred one is three quarters of it", .clause = "RFC 6275 10.6" }, \
	{ "preference", ST_NUM, UNIT_NONE, AT(type, member.preference), .kinds = k, .def = d("0"), .min = "0", \
	  .max = "65535", .about = "among the home agents of a home link that UEs share; higher is better", \
	  .clause = "RFC 6275 7.4" }, \
	{ "mobile-routers", ST_BOOL, AT(type, member.mobile_routers), .kinds = k, .def = d("true"), \
	  .about = "false: the R flag of a BU is refused with 140", .clause = "RFC 3963 6.2" }, \
	{ "max-bindings", ST_NUM, UNIT_NONE, AT(type, member.max_bindings), .kinds = k, .def = d("0"), .min = "0", \
	  .max = "4000000000", .about = "then registrations are refused with 130; 0: no limit" }, \
	{ "refresh-advice", ST_NUM, UNIT_SPAN, AT(type, member.refresh_advice), .kinds = k, .def = d("0s"), .min = "0s", \
	  .max = "262140s", .about = "Binding Refresh Advice, told while below the lifetime; 0s: none", \
	  .clause = "RFC 6275 6.2.4" }, \
	{ "nat-refresh", ST_NUM, UNIT_SPAN, AT(type, member.nat_refresh), .kinds = k, .def = d("110s"), .min = "0s", \
	  .step = "1s", .max = "4294967295s", \
	  .about = "refresh time of the NAT Detection option, whole seconds; 0s: the UE's own choice, " \
	  "4294967295s: no keepalive", .clause = "RFC 5555 3.2.2" }, \
	{ "force-udp", ST_BOOL, AT(type, member.force_udp), .kinds = k, .def = d("false"), \
	  .about = "demand UDP encapsulation without a NAT too", .clause = "RFC 5555 3.2.2" }, \
	{ "accept-force", ST_BOOL, AT(type, member.accept_force), .kinds = k, .def = d("false"), \
	  .about = "grant the F flag of a BU; false: status 144", .clause = "RFC 5555 3.1.3" }, \
	{ "ba-in-udp", ST_ENUM, AT(type, member.ba_udp), .kinds = k, .choices = switches, .def = d("by-profile"), \
	  .about = "BA to an IPv4 care-of address in UDP although no NAT was seen", .clause = "RFC 5555 4.1" }, \
	{ "r-flag", ST_ENUM, AT(type, member.r_flag), .kinds = k, .choices = switches, .def = d("by-profile"), \
	  .about = "R in BU or BA", .clause = "RFC 3963 4.1" }, \
	{ "k-flag", ST_ENUM, AT(type, member.k_flag), .kinds = k, .choices = switches, .def = d("by-profile"), \
	  .about = "K in BU or BA", .clause = "RFC 6275 6.1.7" }, \
	{ "tunnel-limit", ST_NUM, UNIT_NONE, AT(type, member.tunnel_limit), .kinds = k, .def = d("0"), .min = "0", \
	  .max = "255", .about = "Tunnel Encapsulation Limit option of its IPv6 tunnels; 0: none", \
	  .clause = "RFC 2473 4.1.1" }, \
	{ "own-care-of-addresses", ST_BOOL, AT(type, member.own_care_of), .kinds = k, .def = d("false"), \
	  .about = "accept care-of addresses that are home addresses bound here; false: status 129", \
	  .clause = "RFC 6275 15.1" }, \
	{ "ifom", ST_BOOL, AT(type, member.ifom), .kinds = k, .def = d("false"), \
	  .about = "IP flow mobility: several care-of addresses and flow bindings; false: it does not know their options", \
	  .clause = "24.303 5.1.3.1" }, \
	{ "several-care-of-addresses", ST_BOOL, AT(type, member.mcoa), .kinds = k, .def = d("true"), \
	  .about = "with `ifom`; false: status 166", .clause = "RFC 5648 5.7" }, \
	{ "bulk-registration", ST_BOOL, AT(type, member.bulk), .kinds = k, .def = d("true"), \
	  .about = "several BIDs in one message; false: status 168", .clause = "RFC 5648 5.3" }, \
	{ "home-and-foreign", ST_BOOL, AT(type, member.home_and_foreign), .kinds = k, .def = d("true"), \
	  .about = "the home link beside foreign ones; false: status 169", .clause = "RFC 5648 5.6" }, \
	{ "flow-bindings", ST_BOOL, AT(type, member.flows), .kinds = k, .def = d("true"), \
	  .about = "false: every routing rule is refused with 128", .clause = "RFC 6089 5.3.5" }, \
	{ "flows-max", ST_NUM, UNIT_NONE, AT(type, member.flows_max), .kinds = k, .def = d("0"), .min = "0", \
	  .max = "65535", .about = "routing rules of one UE, then status 129; 0: no limit", .clause = "RFC 6089 4.2" }, \
	{ "dad", ST_BOOL, AT(type, member.dad), .kinds = k, .def = d("false"), \
	  .about = "duplicate address detection before the first BA", .clause = "RFC 6275 10.3.1" }
#define WITH(text) text
#define WITHOUT(text) NULL

static const struct scen_row settings_rows[] = { HA_ROWS(scen_settings, ha, 0, WITHOUT), END };

const struct scen_section scen_settings_section = {
	"settings", "home agent settings", "What `set` changes at a home agent; what is left out stays as it is.",
	settings_rows, sizeof(struct scen_settings), NULL, "settings: {refuse: 130}",
};

static const struct scen_row flags_rows[] = {
	{ "k", ST_ENUM, AT(scen_flags, k), .choices = switches, .def = "by-profile", .about = "K flag",
	  .clause = "RFC 6275 6.1.7" },
	{ "r", ST_ENUM, AT(scen_flags, r), .choices = switches, .def = "by-profile", .about = "R flag",
	  .clause = "RFC 3963 4.1" },
	{ "f", ST_BOOL, AT(scen_flags, f), .def = "false", .about = "F flag: ask for UDP encapsulation",
	  .clause = "RFC 5555 3.1.3" },
	{ "alternate-care-of-address", ST_ENUM, AT(scen_flags, alt_coa), .choices = switches, .def = "by-profile",
	  .about = "that option", .clause = "24.303 5.1.2.4" },
	END
};

static const struct scen_section flags_section = {
	"request-flags", "request flags", "Flags and options of a UE's binding updates.",
	flags_rows, sizeof(struct scen_flags), NULL, "request-flags: {f: true, r: never}",
};

static const struct scen_row faulty_rows[] = {
	{ "alternate-care-of-address", ST_ADDR6, AT(scen_faulty, alt_coa),
	  .about = "sent in place of the care-of address in that option", .clause = "24.303 5.1.3.2" },
	{ "no-ipv4-care-of-address", ST_BOOL, AT(scen_faulty, no_coa4), .def = "false",
	  .about = "the option is left out", .clause = "RFC 5555 3.1.2" },
	END
};

static const struct scen_section faulty_section = {
	"faulty", "a UE's fault", "What a broken UE does, so that the home agent's answer can be seen.",
	faulty_rows, sizeof(struct scen_faulty), NULL, "faulty: {alternate-care-of-address: \"2001:db8:bad::1\"}",
};

/* ---- security ---------------------------------------------------------------------------------------------------- */

static const struct scen_row ike_rows[] = {
	{ "encryption", ST_TEXTS, AT(scen_ike, encryption),
	  .about = "offered or accepted, best first: aes-128-cbc, aes-256-cbc (with HMAC-SHA2-256-128), aes-128-gcm, "
		   "aes-256-gcm; aes-128-cbc-sha1 with HMAC-SHA1-96; without it aes-128-cbc", .clause = "RFC 7296 3.3.2" },
	{ "confidential", ST_BOOL, AT(scen_ike, confidential), .def = "true",
	  .about = "false: child SAs with integrity alone, HMAC-SHA2-256-128 and no encryption", .clause = "RFC 5213 4" },
	{ "groups", ST_TEXTS, AT(scen_ike, groups),
	  .about = "Diffie-Hellman groups, best first: x25519, p256, modp2048; without it x25519 and p256",
	  .clause = "RFC 7296 3.3.2" },
	{ "nat-traversal", ST_BOOL, AT(scen_ike, nat_traversal), .def = "true", .about = "detect NATs and go to port 4500",
	  .clause = "RFC 7296 2.23" },
	{ "fragmentation", ST_BOOL, AT(scen_ike, fragmentation), .def = "true", .about = "of large messages by IKE itself",
	  .clause = "RFC 7383 2.3" },
	{ "fragment-size", ST_NUM, UNIT_OCTETS, AT(scen_ike, fragment_size), .def = "1280octets", .min = "576octets",
	  .max = "9000octets", .about = "IP packets of more are fragmented", .clause = "RFC 7383 2.5.1" },
	{ "multiple-authentication", ST_BOOL, AT(scen_ike, multiple_auth), .def = "true",
	  .about = "MULTIPLE_AUTH_SUPPORTED", .clause = "RFC 4739 2.1" },
	{ "redirect", ST_BOOL, AT(scen_ike, redirect), .def = "true", .about = "REDIRECT_SUPPORTED", .clause = "RFC 5685 3" },
	{ "follow-redirect", ST_BOOL, AT(scen_ike, follow_redirect), .def = "false",
	  .about = "a UE that lets REDIRECT in an INFORMATIONAL request move its registration, as Home Agent Switch does",
	  .clause = "RFC 5685 8" },
	{ "internal-address", ST_BOOL, AT(scen_ike, internal_address), .def = "false",
	  .about = "a UE asks for INTERNAL_IP6_ADDRESS too, and takes it for its home address when no prefix comes; a home "
		   "agent gives one to those who ask for it and for no prefix", .clause = "RFC 4877 9" },
	{ "tunnel", ST_BOOL, AT(scen_ike, tunnel), .def = "false",
	  .about = "a UE takes its home agent for a plain IPsec gateway: a child SA in tunnel mode for all packets of the "
		   "home address, and no binding; a home agent allows such child SAs", .clause = "RFC 4877 6.4" },
	{ "childless", ST_BOOL, AT(scen_ike, childless), .def = "false",
	  .about = "IKE_AUTH without a child SA, which comes afterwards, with a responder that can do it; a responder says so",
	  .clause = "RFC 6023 3" },
	{ "cookies-above", ST_NUM, UNIT_NONE, AT(scen_ike, cookies_above), .def = "64", .min = "0", .max = "1000000",
	  .about = "half-open SAs from which on a COOKIE is demanded", .clause = "RFC 7296 2.6" },
	{ "half-open-max", ST_NUM, UNIT_NONE, AT(scen_ike, half_open_max), .def = "4096", .min = "1", .max = "10000000",
	  .about = "half-open SAs at most; further requests are dropped" },
	{ "liveness", ST_NUM, UNIT_SPAN, AT(scen_ike, liveness), .def = "30s", .min = "0s", .max = "24h",
	  .about = "silence after which the peer is asked whether it lives; 0s: never; instead of the timer IKE_LIVENESS",
	  .clause = "RFC 7296 2.4" },
	{ "rekey-ike", ST_NUM, UNIT_SPAN, AT(scen_ike, rekey_ike), .def = "0s", .min = "0s", .max = "1000h",
	  .about = "age at which the IKE SA is replaced, up to a tenth less by chance; 0s: never", .clause = "RFC 7296 2.8" },
	{ "rekey-child", ST_NUM, UNIT_SPAN, AT(scen_ike, rekey_child), .def = "0s", .min = "0s", .max = "1000h",
	  .about = "and the child SA", .clause = "RFC 7296 2.8" },
	END
};

const struct scen_section scen_ike_section = {
	"ike", "IKEv2 settings", "How a UE or a home agent speaks IKEv2.",
	ike_rows, sizeof(struct scen_ike), NULL, "ike: {groups: [p256], encryption: [aes-128-gcm], rekey-child: 300s}",
};

static const struct scen_choice key_types[] = {
	{ "ecdsa-p256", CRYPTO_KEY_ECDSA_P_256, "AUTH method 9" },
	{ "ed25519", CRYPTO_KEY_ED25519, "AUTH method 14" },
	{ NULL, 0, NULL }
};

static const struct scen_choice issuers[] = {
	{ "scenario", ISSUER_SCENARIO, "the CA that all UEs of the scenario trust" },
	{ "stranger", ISSUER_STRANGER, "a CA that nobody trusts" },
	{ NULL, 0, NULL }
};

static const struct scen_row certificate_rows[] = {
	{ "key", ST_ENUM, AT(scen_certificate, key), .choices = key_types, .def = "ecdsa-p256",
	  .about = "kind of key that is made" },
	{ "issuer", ST_ENUM, AT(scen_certificate, issuer), .choices = issuers, .def = "scenario", .about = "who signs it" },
	{ "name", ST_TEXT, AT(scen_certificate, name),
	  .about = "dNSName in it; without it the APN's name and the home agent's addresses stand there" },
	{ "valid-from", ST_NUM, UNIT_SPAN, AT(scen_certificate, valid_from), .def = "-24h", .min = "-100000h",
	  .max = "100000h", .about = "against the true time at the beginning of the run" },
	{ "valid-for", ST_NUM, UNIT_SPAN, AT(scen_certificate, valid_for), .def = "8760h", .min = "1s", .max = "100000h",
	  .about = "from then on" },
	{ "key-file", ST_TEXT, AT(scen_certificate, key_file),
	  .about = "PEM file with a private key instead (RSA too), by its path from the scenario file; runs begin at "
	  "2026-01-01, when certificates must be valid" },
	{ "chain-file", ST_TEXT, AT(scen_certificate, chain_file), .about = "its certificates, its own first" },
	{ "trust-file", ST_TEXT, AT(scen_certificate, trust_file), .about = "certificates of CAs that the UEs trust then" },
	END
};

static const struct scen_section certificate_section = {
	"certificate", "a certificate", "What a home agent proves its identity with. [24.303 5.1.2.2]",
	certificate_rows, sizeof(struct scen_certificate), NULL, "certificate: {valid-from: -48h, valid-for: 24h}",
};

static const struct scen_row usim_rows[] = {
	{ "imsi", ST_TEXT, AT(scen_usim, imsi),
	  .about = "15 digits, of the first member of a group; the others count on. Without it 00101 and a number",
	  .clause = "24.303 4.2" },
	{ "k", ST_TEXT, AT(scen_usim, k), .about = "128 bits as 32 hex digits; without it made of the IMSI" },
	{ "opc", ST_TEXT, AT(scen_usim, opc), .about = "128 bits as 32 hex digits; without it made of the IMSI" },
	{ "wrong-key", ST_BOOL, AT(scen_usim, wrong_key), .def = "false", .about = "the USIM has another K than the server" },
	{ "password", ST_TEXT, AT(scen_usim, password),
	  .about = "there is none: the AAA server lets the node's name in with this password by EAP-MD5; of a UE with "
		   "`peer: external` alone", .clause = "RFC 3748 5.4" },
	{ "ahead", ST_NUM, UNIT_NONE, AT(scen_usim, ahead), .def = "0", .min = "0", .max = "1000000000",
	  .about = "how far the USIM's sequence number is ahead of the server's: synchronisation fails once",
	  .clause = "RFC 4187 9.6" },
	END
};

static const struct scen_section usim_section = {
	"usim", "a USIM", "The subscriber: known to the USIM and to the AAA server.",
	usim_rows, sizeof(struct scen_usim), NULL, "usim: {imsi: \"001010123456789\", ahead: 1000}",
};

static const struct scen_row pdn_rows[] = {
	{ "apn", ST_TEXT, AT(scen_pdn, apn), .required = SCEN_ALL, .about = "its PDN; another one than the UE's others",
	  .clause = "24.303 4.3" },
	{ "home-agent", ST_REFS, .ref = REF_NODE, AT(scen_pdn, home_agent),
	  .about = "as of the node; without it the node's", .clause = "24.303 5.1.2.1" },
	{ "ipv4-home-address", ST_BOOL, AT(scen_pdn, ipv4_home_address), .def = "false",
	  .about = "ask for an IPv4 home address too", .clause = "RFC 5555 4.4.1" },
	{ "lifetime", ST_NUM, UNIT_SPAN, AT(scen_pdn, lifetime), .def = "3600s", .min = "4s", .max = "262140s",
	  .about = "asked for in binding updates", .clause = "RFC 6275 6.1.7" },
	{ "subscribed", ST_BOOL, AT(scen_pdn, subscribed), .def = "true",
	  .about = "false: the AAA server does not let the subscriber have it", .clause = "24.303 5.1.3.1" },
	END
};

static const struct scen_section pdn_section = {
	"pdn", "a PDN connection", "A PDN connection of a UE beside the one that the node's own keys describe: with a "
	  "home address, binding and security association of its own. Everything else is as of the node.",
	pdn_rows, sizeof(struct scen_pdn), NULL, "pdns: [{apn: ims, home-agent: ha2, ipv4-home-address: true}]",
};

static const struct scen_choice reallocations[] = {
	{ "first", REALLOCATE_FIRST, "in the first IKE_AUTH response" },
	{ "last", REALLOCATE_LAST, "in the last IKE_AUTH response" },
	{ "bound", REALLOCATE_BOUND, "by Home Agent Switch, as soon as the UE is registered" },
	{ NULL, 0, NULL }
};

static const struct scen_row realloc_rows[] = {
	{ "to", ST_REF, .ref = REF_NODE, AT(scen_realloc, to), .required = SCEN_ALL, .about = "the home agent to go to" },
	{ "when", ST_ENUM, AT(scen_realloc, when), .choices = reallocations, .def = "last",
	  .about = "in which answer it is told", .clause = "RFC 5685 6" },
	END
};

static const struct scen_section realloc_section = {
	"reallocate", "a reallocation", "The AAA server sends the UE to another home agent. [24.303 5.1.2.2]",
	realloc_rows, sizeof(struct scen_realloc), NULL, "reallocate: {to: ha2, when: first}",
};

static const struct scen_choice providers[] = {
	{ "openssl", PROVIDER_OPENSSL, "every octet is real" },
	{ "modelled", PROVIDER_MODELLED, "octets of the same lengths by cheap checksums, for very many UEs" },
	{ NULL, 0, NULL }
};

static const struct scen_row crypto_rows[] = {
	{ "provider", ST_ENUM, AT(scen_crypto, provider), .choices = providers, .def = "openssl",
	  .about = "who does the cryptography" },
	{ "charge", ST_BOOL, AT(scen_crypto, charge), .def = "true",
	  .about = "cryptography takes virtual time, by a table that is the same for both providers" },
	{ "costs", ST_TEXT, AT(scen_crypto, costs),
	  .about = "a file made by `mooring bench crypto -o`, by its path from the scenario; without it a built-in table" },
	END
};

static const struct scen_section crypto_section = {
	"crypto", "cryptography", "How keys and packets are computed, and what that costs.",
	crypto_rows, sizeof(struct scen_crypto), NULL, "crypto: {provider: modelled}",
};

static const struct scen_choice node_kinds[] = {
	{ "ha", NODE_HA, "home agent" },
	{ "router", NODE_ROUTER, "access or core router, perhaps with a NAT" },
	{ "cn", NODE_CN, "correspondent node: a plain host" },
	{ "dhcp-server", NODE_DHCP_SERVER, "DHCP server" },
	{ "ue", NODE_UE, "mobile node" },
	{ "aaa", NODE_AAA, "AAA server; home agents reach it beside the links" },
	{ "dns-server", NODE_DNS_SERVER, "name server with a zone of its own" },
	{ "lma", NODE_LMA, "local mobility anchor of PMIPv6" },
	{ "mag", NODE_MAG, "mobile access gateway of PMIPv6" },
	{ "mn", NODE_MN, "mobile node of PMIPv6: a plain host" },
	{ NULL, 0, NULL }
};

const char *scen_kind_name(int kind)
{
	for (const struct scen_choice *c = node_kinds; c->name; c++)
		if (c->value == kind)
			return c->name;
	return "?";
}

static const struct scen_choice ipsec_choices[] = {
	{ "ikev2", SCEN_IPSEC_IKEV2, "IKEv2, of UEs with EAP-AKA, and ESP around every mobility message" },
	{ "none", SCEN_IPSEC_NONE, "messages go unprotected; the home network prefix is given by hand" },
	{ NULL, 0, NULL }
};

#define FIXED (K(NODE_HA) | K(NODE_ROUTER) | K(NODE_CN) | K(NODE_DHCP_SERVER) | K(NODE_DNS_SERVER) | K(NODE_LMA) \
	| K(NODE_MAG))
#define MOBILE (K(NODE_UE) | K(NODE_MN))

static const struct scen_choice peers[] = {
	{ "ours", PEER_OURS, "our own state machines" },
	{ "external", PEER_EXTERNAL, "another program behind its interfaces; only `mooring live` can" },
	{ NULL, 0, NULL }
};

static const struct scen_row node_rows[] = {
	{ "kind", ST_ENUM, AT(scen_node, kind), .choices = node_kinds, .required = SCEN_ALL, .about = "what the node is" },
	{ "about", ST_TEXT, AT(scen_node, about), .about = "for people" },
	{ "peer", ST_ENUM, AT(scen_node, peer), .choices = peers, .def = "ours", .about = "who plays it" },
	{ "command", ST_TEXT, AT(scen_node, command),
	  .about = "shell command that plays it, started in the node's own network namespace; needs `peer: external`" },
	{ "devices", ST_NAMED, AT(scen_node, devices), .section = &scen_device_section,
	  .about = "interface or link name: the machine's interface where the peer that plays it is already running" },
	{ "program", ST_TEXT, AT(scen_node, program), .kinds = MOBILE | K(NODE_CN),
	  .about = "shell command that runs on the node in `mooring live`, in a network namespace whose packets go through "
		   "our stack; started when the node has an address. A simulation leaves it out" },
	{ "addresses", ST_LISTS, AT(scen_node, addresses), .kinds = FIXED,
	  .about = "link name: address or [IPv6, IPv4]; otherwise the n-th node in the link's list gets prefix::n and .n" },
	{ "clock", ST_SECTION, AT(scen_node, clock), .section = &clock_section, .def = "{}",
	  .about = "its wall clock, when not true" },
	{ "timers", ST_TIMERS, AT(scen_node, timers), .about = "over those of the scenario" },
	{ "hnp-pool", ST_PREFIX6, AT(scen_node, hnp_pool), .kinds = K(NODE_HA) | K(NODE_LMA),
	  .required = K(NODE_HA) | K(NODE_LMA),
	  .about = "each UE gets one /64 of it; of several home agents with the same pool the first gets its packets",
	  .clause = "24.303 5.1.2.2" },
	{ "ipv4-pool", ST_PREFIX4, AT(scen_node, ipv4_pool), .kinds = K(NODE_HA) | K(NODE_LMA),
	  .about = "IPv4 home addresses; without it there are none", .clause = "RFC 5555 4.3" },
	{ "ipv4-max", ST_NUM, UNIT_NONE, AT(scen_node, ipv4_max), .kinds = K(NODE_HA), .def = "0", .min = "0",
	  .max = "4000000000", .about = "how many of them are given out; 0: all" },
	HA_ROWS(scen_node, ha, K(NODE_HA), WITH),
	{ "dhcp6", ST_SECTION, AT(scen_node, dhcp6), .kinds = K(NODE_HA) | K(NODE_ROUTER) | K(NODE_DHCP_SERVER),
	  .section = &scen_dhcp6_section, .about = "it is a DHCPv6 server on all its links, and for relays" },
	{ "nat", ST_SECTION, AT(scen_node, nat), .kinds = K(NODE_ROUTER), .section = &nat_section,
	  .about = "translate IPv4 addresses" },
	{ "count", ST_NUM, UNIT_NONE, AT(scen_node, count), .kinds = MOBILE, .def = "1", .min = "1", .max = "10000000",
	  .about = "a group of members, named with 1, 2, 3 … behind the node's name" },
	{ "home-agent", ST_REFS, .ref = REF_NODE, AT(scen_node, home_agent), .kinds = K(NODE_UE), .required = K(NODE_UE),
	  .about = "the ha node it registers with, or several in the order in which they are tried; the first one gives the "
		   "home network prefix; with another pool of the same length, the next one has the prefix at the same place of it",
	  .clause = "24.303 5.1.2.1" },
	{ "interfaces", ST_TEXTS, AT(scen_node, interfaces), .kinds = MOBILE, .required = MOBILE,
	  .about = "names of its interfaces" },
	{ "ifom", ST_BOOL, AT(scen_node, ifom), .kinds = K(NODE_UE), .def = "false",
	  .about = "IP flow mobility: all accesses are registered at once when the home agent can do it",
	  .clause = "24.303 5.1.2.1a" },
	{ "bid-priority", ST_VALUES, AT(scen_node, bid_priority), .kinds = K(NODE_UE),
	  .about = "interface: BID-PRI 1 to 127 of its binding; what no rule takes goes by the lowest; without it 10, 20 … in "
		   "the order of `interfaces`", .clause = "RFC 6089 4.1" },
	{ "mobile-network", ST_REF, .ref = REF_LINK, AT(scen_node, mobile_network), .kinds = K(NODE_UE),
	  .about = "the link behind it, on which it advertises the prefix that it is delegated", .clause = "RFC 6276 3" },
	{ "delegation", ST_SECTION, AT(scen_node, delegation), .kinds = K(NODE_UE), .section = &scen_delegation_section,
	  .def = "{}", .about = "how it asks for prefixes", .clause = "24.303 5.1.1" },
	{ "dhcp4", ST_BOOL, AT(scen_node, dhcp4), .kinds = MOBILE, .def = "true",
	  .about = "ask for an IPv4 address where a link offers one (`dhcp4` of the link); a mobile node of PMIPv6 only when "
		   "this says so", .clause = "24.303 5.1.2.4" },
	{ "ipv4-home-address", ST_BOOL, AT(scen_node, ipv4_home_address), .kinds = K(NODE_UE), .def = "false",
	  .about = "ask for an IPv4 home address too", .clause = "RFC 5555 4.4.1" },
	{ "lifetime", ST_NUM, UNIT_SPAN, AT(scen_node, lifetime), .kinds = K(NODE_UE), .def = "3600s", .min = "4s",
	  .max = "262140s", .about = "asked for in binding updates; the message counts in units of 4 s",
	  .clause = "RFC 6275 6.1.7" },
	{ "refresh", ST_NUM, UNIT_SHARE, AT(scen_node, refresh), .kinds = K(NODE_UE), .def = "80%", .max = "99%",
	  .about = "share of the granted lifetime after which it registers anew, whole percents; 0%: never",
	  .clause = "24.303 5.3.2" },
	{ "keepalive", ST_BOOL, AT(scen_node, keepalive), .kinds = K(NODE_UE), .def = "true",
	  .about = "register anew before a NAT mapping goes stale", .clause = "24.303 5.3.2" },
	{ "keep-family", ST_BOOL, AT(scen_node, keep_family), .kinds = K(NODE_UE), .def = "false",
	  .about = "having fallen back to IPv4, stay with it on later links", .clause = "RFC 5555 4.4.1" },
	{ "ipv6-wait", ST_NUM, UNIT_SPAN, AT(scen_node, v6_wait), .kinds = K(NODE_UE), .def = "1s", .min = "0s", .max = "1h",
	  .about = "with an IPv4 address alone, how long after link up IPv6 is waited for" },
	{ "first-sequence", ST_NUM, UNIT_NONE, AT(scen_node, first_sequence), .kinds = K(NODE_UE), .def = "1", .min = "0",
	  .max = "65535", .about = "of the first BU" },
	{ "retries-128", ST_NUM, UNIT_NONE, AT(scen_node, retries_128), .kinds = K(NODE_UE), .def = "3", .min = "0",
	  .max = "255",
	  .about = "BUs sent again after status 128" },
	{ "retries-ipv4", ST_NUM, UNIT_NONE, AT(scen_node, retries_ipv4), .kinds = K(NODE_UE), .def = "3", .min = "0",
	  .max = "255", .about = "requests for any IPv4 home address after a refused one" },
	{ "request-flags", ST_SECTION, AT(scen_node, flags), .kinds = K(NODE_UE), .section = &flags_section, .def = "{}",
	  .about = "what its BUs carry, when not as the profile says" },
	{ "missed-adverts", ST_NUM, UNIT_NONE, AT(scen_node, missed_adverts), .kinds = K(NODE_UE), .def = "3", .min = "0",
	  .max = "255", .about = "intervals without an advertisement after which the router is gone; 0: not judged by that",
	  .clause = "RFC 6275 11.5.1" },
	{ "eager-switching", ST_BOOL, AT(scen_node, eager), .kinds = K(NODE_UE), .def = "false",
	  .about = "a new prefix by itself means movement", .clause = "RFC 6275 11.5.1" },
	{ "optimistic-dad", ST_BOOL, AT(scen_node, optimistic), .kinds = MOBILE, .def = "false",
	  .about = "addresses are used while they are tentative", .clause = "RFC 4429 3.3" },
	{ "same-link", ST_BOOL, AT(scen_node, same_link), .kinds = K(NODE_MN), .def = "false",
	  .about = "when its link comes back it takes it for the one that it was on until it hears otherwise: it keeps its "
		   "addresses, without testing them again, and its router", .clause = "RFC 6059 5" },
	{ "prefer", ST_TEXTS, AT(scen_node, prefer), .kinds = K(NODE_MN),
	  .about = "interfaces that take turns, best first: it is on the first one whose link is there, and no worse one is "
		   "on any then" },
	{ "route-optimisation", ST_BOOL, AT(scen_node, route_optimisation), .kinds = K(NODE_UE), .def = "false",
	  .about = "there is none: true is an error that says so", .clause = "24.303 4.1" },
	{ "dhaad", ST_BOOL, AT(scen_node, dhaad), .kinds = K(NODE_UE), .def = "false",
	  .about = "home agents are asked for at the home prefix's anycast address; `home-agent` says whose prefix that is, "
		   "and its home link is one that UEs share", .clause = "RFC 6275 11.4.1" },
	{ "prefix-discovery", ST_BOOL, AT(scen_node, prefix_discovery), .kinds = K(NODE_UE), .def = "false",
	  .about = "asks for the lifetime of a home prefix that UEs share, and again before it is over",
	  .clause = "RFC 6275 11.4.2" },
	{ "faulty", ST_SECTION, AT(scen_node, faulty), .kinds = K(NODE_UE), .section = &faulty_section, .def = "{}",
	  .about = "a broken UE" },
	{ "ipsec", ST_ENUM, AT(scen_node, ipsec), .kinds = K(NODE_UE) | K(NODE_LMA) | K(NODE_MAG),
	  .choices = ipsec_choices, .def = "ikev2",
	  .about = "protection of the signalling; of an LMA or MAG only when this says so", .clause = "24.303 5.1.2.2" },
	{ "authentication", ST_ENUM, AT(scen_node, authentication), .kinds = K(NODE_LMA) | K(NODE_MAG),
	  .choices = scen_authentications, .def = "psk", .about = "how LMA and MAG prove who they are to each other",
	  .clause = "RFC 5213 4.1" },
	{ "psk", ST_TEXT, AT(scen_node, psk), .kinds = K(NODE_LMA) | K(NODE_MAG),
	  .about = "the pre-shared key; of an LMA the same for all its MAGs; without it one is made for each pair",
	  .clause = "RFC 5213 4.1" },
	{ "identity", ST_TEXT, AT(scen_node, identity), .kinds = K(NODE_LMA) | K(NODE_MAG),
	  .about = "its name in IKEv2, an FQDN; without it the node's name", .clause = "RFC 5213 4.1" },
	{ "peers", ST_REFS, .ref = REF_NODE, AT(scen_node, peers), .kinds = K(NODE_LMA),
	  .about = "MAGs that its peer authorization database has; without it those of `mags`, or all that name it",
	  .clause = "RFC 5213 4.1" },
	{ "claims", ST_REF, .ref = REF_NODE, AT(scen_node, claims), .kinds = K(NODE_MAG),
	  .about = "a rogue: the child SA that it asks for is for the address of this MAG, not its own",
	  .clause = "RFC 5213 4.1" },
	{ "apn", ST_TEXT, AT(scen_node, apn), .kinds = K(NODE_UE), .def = "internet",
	  .about = "the PDN it wants, IDr of IKEv2", .clause = "24.303 5.1.2.2" },
	{ "pdns", ST_LIST, AT(scen_node, pdns), .kinds = K(NODE_UE), .section = &pdn_section,
	  .about = "further PDN connections", .clause = "24.303 4.3" },
	{ "usim", ST_SECTION, AT(scen_node, usim), .kinds = MOBILE, .section = &usim_section, .def = "{}",
	  .about = "who it is", .clause = "24.303 4.2" },
	{ "second-authentication", ST_BOOL, AT(scen_node, second_auth), .kinds = K(NODE_UE), .def = "false",
	  .about = "an external AAA server authenticates it too", .clause = "RFC 4739 2.2" },
	{ "reallocate", ST_SECTION, AT(scen_node, reallocate), .kinds = K(NODE_UE), .section = &realloc_section,
	  .about = "the AAA server sends it to another home agent", .clause = "24.303 5.1.2.2" },
	{ "ike", ST_SECTION, AT(scen_node, ike), .kinds = K(NODE_UE) | K(NODE_HA) | K(NODE_LMA) | K(NODE_MAG),
	  .section = &scen_ike_section, .def = "{}",
	  .about = "how it speaks IKEv2" },
	{ "certificate", ST_SECTION, AT(scen_node, certificate), .kinds = K(NODE_HA) | K(NODE_LMA) | K(NODE_MAG),
	  .section = &certificate_section, .def = "{}", .about = "what it proves its identity with",
	  .clause = "24.303 5.1.2.2" },
	{ "aaa", ST_REF, .ref = REF_NODE, AT(scen_node, aaa), .kinds = K(NODE_HA) | K(NODE_LMA) | K(NODE_MAG),
	  .about = "the AAA server that it asks; without it it knows the subscribers itself and asks nobody; LMA and MAG: "
		   "the policy store; without it all mobile nodes may have everything",
	  .clause = "24.303 5.1.3.1" },
	{ "redirect-to", ST_REF, .ref = REF_NODE, AT(scen_node, redirect_to), .kinds = K(NODE_HA),
	  .about = "every IKE_SA_INIT is answered with a REDIRECT to that home agent", .clause = "RFC 5685 3" },
	{ "discovery", ST_TEXTS, AT(scen_node, discovery), .kinds = K(NODE_UE),
	  .about = "how it finds its home agent, in the order in which the ways are tried: pco, ikev2, dhcp6, dns, service, "
		   "static; without it static, the list `home-agent`", .clause = "24.303 5.1.2.1" },
	{ "dns", ST_REFS, .ref = REF_NODE, AT(scen_node, dns), .kinds = K(NODE_UE),
	  .about = "dns-server nodes that it knows, asked in turn", .clause = "24.303 5.1.2.1" },
	{ "ha-apn", ST_TEXT, AT(scen_node, ha_apn), .kinds = K(NODE_UE),
	  .about = "FQDN that DHCPv6 and DNS are asked with; without it made of `apn` and the network of the USIM",
	  .clause = "24.303 4.2" },
	{ "home-domain", ST_TEXT, AT(scen_node, home_domain), .kinds = K(NODE_UE), .def = "epc.mnc001.mcc001.3gppnetwork.org",
	  .about = "whose home agents `service` looks for: _mip6._ipv6 in front of it", .clause = "RFC 5026 5.2" },
	{ "epdg", ST_REF, .ref = REF_NODE, AT(scen_node, epdg), .kinds = K(NODE_UE),
	  .about = "the ha node that `ikev2` asks, in the part of an ePDG", .clause = "24.303 5.1.2.1" },
	{ "access-3gpp", ST_TEXTS, AT(scen_node, access_3gpp), .kinds = K(NODE_UE),
	  .about = "interfaces over which `pco` may ask; without it all", .clause = "24.303 5.1.2.1" },
	{ "static-prefix", ST_BOOL, AT(scen_node, static_prefix), .kinds = K(NODE_UE), .def = "true",
	  .about = "a UE that comes to a home link knows its home network prefix from the start; false: PCO or IKEv2 tell it",
	  .clause = "24.303 5.1.2.3" },
	{ "andsf", ST_ENUM, AT(scen_node, andsf), .kinds = K(NODE_UE), .choices = scen_andsf, .def = "none",
	  .about = "what inter-system routing policies say of IFOM for its APN", .clause = "24.303 5.1.2.1a" },
	{ "redirect-name", ST_TEXT, AT(scen_node, redirect_name), .kinds = K(NODE_HA),
	  .about = "with `redirect-to`: the REDIRECT carries this name instead of an address", .clause = "RFC 5685 4" },
	{ "tells", ST_REF, .ref = REF_NODE, AT(scen_node, tells), .kinds = K(NODE_HA),
	  .about = "the ha node whose addresses it tells who asks it for HOME_AGENT_ADDRESS; without it its own",
	  .clause = "24.303 5.1.2.1" },
	{ "zone", ST_LISTS, AT(scen_node, zone), .kinds = K(NODE_DNS_SERVER), .required = K(NODE_DNS_SERVER),
	  .about = "name: record or list of them; a record is an IPv6 or IPv4 address, the name of an ha node (both its "
		   "addresses), `cname NAME` or `srv PRIORITY WEIGHT PORT NAME`", .clause = "24.303 5.1.2.1.5" },
	{ "answer-delay", ST_NUM, UNIT_SPAN, AT(scen_node, answer_delay), .kinds = K(NODE_DNS_SERVER), .def = "0s",
	  .min = "0s", .max = "1h", .about = "thinking time before each answer" },
	{ "misbehave", ST_ENUM, AT(scen_node, misbehave), .kinds = K(NODE_DNS_SERVER), .choices = scen_dns_faults,
	  .def = "never", .about = "what it does wrong" },
	{ "anchoring", ST_SECTION, AT(scen_node, anchoring), .kinds = K(NODE_LMA) | K(NODE_HA),
	  .section = &scen_anchoring_section, .def = "{}", .about = "what the LMA does; a home agent that has it is one as "
		   "well, a PDN gateway: its UEs are at home behind MAGs", .clause = "RFC 5213 5" },
	{ "mags", ST_REFS, .ref = REF_NODE, AT(scen_node, mags), .kinds = K(NODE_LMA) | K(NODE_HA),
	  .about = "mag nodes that may register, others get status 154; without it all may", .clause = "RFC 5213 5.3.1" },
	{ "gateway", ST_SECTION, AT(scen_node, gateway), .kinds = K(NODE_MAG),
	  .section = &scen_gateway_section, .def = "{}", .about = "what the MAG does", .clause = "RFC 5213 6" },
	{ "lma", ST_REF, .ref = REF_NODE, AT(scen_node, lma), .kinds = K(NODE_MAG), .required = K(NODE_MAG),
	  .about = "the LMA of its mobile nodes", .clause = "RFC 5213 6.2" },
	{ "apns", ST_TEXTS, AT(scen_node, apns), .kinds = K(NODE_MN), .def = "[internet]",
	  .about = "one PDN connection for each", .clause = "29.275 5" },
	{ "subscribed", ST_BOOL, AT(scen_node, subscribed), .kinds = K(NODE_MN), .def = "true",
	  .about = "false: it may not have the service; without an AAA server the MAG does not even know who it is",
	  .clause = "RFC 5213 6.14" },
	{ "pdn-type", ST_ENUM, AT(scen_node, pdn_type), .kinds = K(NODE_MN), .choices = scen_pdn_types, .def = "ipv4v6",
	  .about = "what its profile at the AAA server allows in its PDN connections", .clause = "RFC 5844 3.2.2" },
	{ "home-prefix", ST_PREFIX6, AT(scen_node, home_prefix), .kinds = K(NODE_MN),
	  .about = "/64 that its profile at the AAA server names; without it the LMA chooses", .clause = "RFC 5213 6.2" },
	{ "further-prefixes", ST_TEXTS, AT(scen_node, further_prefixes), .kinds = K(NODE_MN), .def = "[]",
	  .about = "/64s that it names beside `home-prefix`, for the same session, three at most", .clause = "RFC 5213 6.2" },
	{ "managed", ST_BOOL, AT(scen_node, managed), .kinds = K(NODE_MN), .def = "false",
	  .about = "its profile at the AAA server says that it configures addresses by DHCPv6, so its gateways advertise that",
	  .clause = "RFC 5213 6.4" },
	{ "other", ST_BOOL, AT(scen_node, other), .kinds = K(NODE_MN), .def = "false",
	  .about = "… and that it asks DHCPv6 for the rest", .clause = "RFC 5213 6.4" },
	{ "local-routing", ST_ENUM, AT(scen_node, local_routing), .kinds = K(NODE_MN), .choices = scen_local_routings,
	  .def = "gateway", .about = "what its profile says about packets to others at its gateway",
	  .clause = "RFC 5213 9.2" },
	{ "round-trip", ST_NUM, UNIT_SPAN, AT(scen_node, round_trip), .kinds = K(NODE_AAA), .def = "20ms", .min = "0s",
	  .max = "1h", .about = "of a request and its answer" },
	{ "fast-reauthentication", ST_BOOL, AT(scen_node, fast_reauth), .kinds = K(NODE_AAA), .def = "true",
	  .about = "gives out identities for it", .clause = "RFC 4187 5" },
	{ "pseudonyms", ST_BOOL, AT(scen_node, pseudonyms), .kinds = K(NODE_AAA), .def = "true",
	  .about = "gives out pseudonyms", .clause = "RFC 4187 4.1.1.3" },
	{ "result-indications", ST_BOOL, AT(scen_node, result_indications), .kinds = K(NODE_AAA), .def = "false",
	  .about = "AT_RESULT_IND: success is told and acknowledged", .clause = "RFC 4187 6.2" },
	{ "diameter", ST_SECTION, AT(scen_node, diameter), .kinds = K(NODE_AAA), .section = &scen_diameter_section,
	  .about = "live runs ask it over Diameter; without it home agents reach it inside the program",
	  .clause = "29.273 9" },
	{ "radius", ST_SECTION, AT(scen_node, radius), .kinds = K(NODE_AAA), .section = &scen_radius_section,
	  .about = "home agents ask it over RADIUS; needs `peer: external`", .clause = "RFC 3579 2" },
	END
};

static const struct scen_section node_section = {
	"node", "a node", "What plays a part. The name is the key in `nodes`; it names the node everywhere else.",
	node_rows, sizeof(struct scen_node), "kind",
	"nodes:\n"
	"  ha: {kind: ha, hnp-pool: \"2001:db8:a000::/40\", ipv4-pool: 192.0.2.0/24}\n"
	"  ar: {kind: router}\n"
	"  ue: {kind: ue, home-agent: ha, interfaces: [lte, wlan], count: 1000}",
};

/* ---- links ------------------------------------------------------------------------------------------------------- */

#define IMPAIR_ROWS(type, member, d) \
	{ "rate", ST_NUM, UNIT_RATE, AT(type, member.rate), .def = d("0bps"), .min = "0bps", .max = "1000Gbps", \
	  .about = "0bps: no transmission time" }, \
	{ "delay", ST_DELAY, AT(type, member.delay), .def = d("0s"), \
	  .about = "propagation, per frame when it is a distribution: uniform(a, b), normal(mean, deviation), " \
		   "exponential(least, mean)" }, \
	{ "queue", ST_NUM, UNIT_NONE, AT(type, member.queue), .def = d("100"), .min = "1", .max = "1000000", \
	  .about = "frames that may wait for the transmitter" }, \
	{ "mtu", ST_NUM, UNIT_OCTETS, AT(type, member.mtu), .def = d("1500octets"), .min = "576octets", .max = "65535octets", \
	  .about = "largest IP packet; IPv6 needs 1280octets" }, \
	{ "loss", ST_NUM, UNIT_SHARE, AT(type, member.loss), .def = d("0%"), .max = "100%", \
	  .about = "frames lost at random" }, \
	{ "loss-mask", ST_MASK, AT(type, member.loss_mask), \
	  .about = "frame k of a direction is lost when digit (k modulo length) is 1: the same in every run" }, \
	{ "reorder", ST_NUM, UNIT_SHARE, AT(type, member.reorder), .def = d("0%"), .max = "100%", \
	  .about = "frames that wait reorder-delay longer and may be overtaken" }, \
	{ "reorder-delay", ST_NUM, UNIT_SPAN, AT(type, member.reorder_delay), .def = d("10ms"), .min = "0s", .max = "1h", \
	  .about = "how much longer" }, \
	{ "duplicate", ST_NUM, UNIT_SHARE, AT(type, member.duplicate), .def = d("0%"), .max = "100%", \
	  .about = "frames that arrive twice" }, \
	{ "corrupt", ST_NUM, UNIT_SHARE, AT(type, member.corrupt), .def = d("0%"), .max = "100%", \
	  .about = "frames with one bit wrong behind the Ethernet header" }
static const struct scen_row params_rows[] = { IMPAIR_ROWS(scen_params, impair, WITHOUT), END };

const struct scen_section scen_params_section = {
	"params", "link parameters", "What `set` changes; what is left out stays as it is.",
	params_rows, sizeof(struct scen_params), NULL, "params: {loss: 100%, delay: 80ms}",
};

static const struct scen_choice link_kinds[] = {
	{ "lan", LINK_LAN, "any number of nodes; each has its own transmitter" },
	{ "p2p", LINK_P2P, "two ends: two fixed nodes, or on an access or home link one, and one interface of a ue or mn" },
	{ NULL, 0, NULL }
};

static const struct scen_choice link_media[] = {
	{ "builtin", MEDIUM_BUILTIN, "the simulator itself" },
	{ "ns3", MEDIUM_NS3, "ns-3's devices (p2p: point-to-point, lan: CSMA) with --engine ns3; with others as builtin" },
	{ NULL, 0, NULL }
};

static const struct scen_row link_rows[] = {
	{ "about", ST_TEXT, AT(scen_link, about), .about = "for people" },
	{ "kind", ST_ENUM, AT(scen_link, kind), .choices = link_kinds, .def = "lan", .about = "its form" },
	{ "medium", ST_ENUM, AT(scen_link, medium), .choices = link_media, .def = "builtin",
	  .about = "who carries its frames; ns-3's devices need a rate and one constant delay, and both stay as they are" },
	{ "nodes", ST_REFS, .ref = REF_NODE, AT(scen_link, nodes), .required = SCEN_ALL,
	  .about = "who is on it from the beginning, in the order in which addresses are given; never a ue" },
	{ "access", ST_BOOL, AT(scen_link, access), .def = "false", .about = "UEs may attach to it" },
	{ "home", ST_BOOL, AT(scen_link, home), .def = "false",
	  .about = "the home agent's home link: UEs may attach, and it advertises to each its own home network prefix; with a "
		   "`prefix`, which is then the home agent's hnp-pool, all share that one, as RFC 6275 has it (profile rfc, "
		   "ipsec: none)",
	  .clause = "24.303 5.1.2.3" },
	{ "isolated", ST_BOOL, AT(scen_link, isolated),
	  .about = "UEs hear only the fixed nodes, not each other; true on access and home links unless said" },
	{ "prefix", ST_PREFIX6, AT(scen_link, prefix), .about = "IPv6 prefix, /64" },
	{ "prefix4", ST_PREFIX4, AT(scen_link, prefix4), .about = "IPv4 prefix" },
	{ "device", ST_SECTION, AT(scen_link, device), .section = &scen_device_section,
	  .about = "an interface of the machine: in `mooring live` the link goes on in the network that is there" },
	{ "dhcp6", ST_REF, .ref = REF_NODE, AT(scen_link, dhcp6),
	  .about = "the node whose `dhcp6` serves here; when it is not on the link, the link's first router relays to it",
	  .clause = "RFC 8415 19" },
	{ "dhcp4", ST_REF, .ref = REF_NODE, AT(scen_link, dhcp4),
	  .about = "the router or dhcp-server on the link that gives IPv4 addresses", .clause = "RFC 2131 1.6" },
	{ "pool", ST_TEXTS, AT(scen_link, pool),
	  .about = "[first, last] address that it gives; without it those behind the fixed nodes' addresses" },
	{ "lease", ST_NUM, UNIT_SPAN, AT(scen_link, lease), .def = "3600s", .min = "1s", .step = "1s", .max = "1000000s",
	  .about = "of those addresses, whole seconds" },
	{ "advertise", ST_SECTION, AT(scen_link, advertise), .section = &scen_advertise_section, .def = "{}",
	  .about = "how it is advertised" },
	{ "access-technology", ST_ENUM, AT(scen_link, technology), .choices = scen_access_technologies, .def = "wlan",
	  .about = "what the MAG there says in the Access Technology Type option", .clause = "RFC 5213 8.5" },
	{ "detect", ST_TEXTS, AT(scen_link, detect), .def = "[link]",
	  .about = "how a MAG notices that somebody came: link (it is told), rs (a router solicitation from a MAC that it "
		   "does not know), dhcp (a message to DHCP servers from such), data (any frame)", .clause = "RFC 5213 6.9.1.1" },
	{ "detect-loss", ST_TEXTS, AT(scen_link, detect_loss), .def = "[link]",
	  .about = "and that it is gone: link (it is told), nud (silent for MN_SILENCE_TIME, and probes are not answered), "
		   "silence (silent for MN_SILENCE_TIME; profile r8 only)", .clause = "RFC 5213 6.13" },
	{ "guest-prefix", ST_PREFIX6, AT(scen_link, guest_prefix),
	  .about = "/64 that the MAG there shows to mobile nodes without the service, and routes plainly",
	  .clause = "RFC 5213 6.14" },
	{ "pco", ST_SECTION, AT(scen_link, pco), .section = &scen_pco_section,
	  .about = "it is a 3GPP access whose network tells UEs what they ask for when they attach",
	  .clause = "24.303 5.1.2.1" },
	IMPAIR_ROWS(scen_link, impair, WITH),
	END
};

static const struct scen_section link_section = {
	"link", "a link",
	"What joins nodes. Routes between links are found by themselves: the shortest way over routers and home agents. "
	"What a link does to frames (rate, delay, loss …) it does to each direction with random streams of its own.",
	link_rows, sizeof(struct scen_link), NULL,
	"links:\n"
	"  core: {nodes: [ha, ar], prefix: \"2001:db8:c0::/64\", rate: 1Gbps, delay: 5ms}\n"
	"  lte:  {access: true, nodes: [ar], prefix: \"2001:db8:1::/64\", delay: \"normal(40ms, 5ms)\", loss: 0.5%}",
};

/* ---- timeline ---------------------------------------------------------------------------------------------------- */

static const struct scen_choice verbs[] = {
	{ "attach", DO_ATTACH, "the UE's interface comes up on a link; the first one starts the UE" },
	{ "handover", DO_HANDOVER, "another interface takes over: break before make after `gap`, or make before break for "
	  "`overlap`" },
	{ "move", DO_MOVE, "the same interface goes to another link, with `gap` between" },
	{ "detach", DO_DETACH, "the UE gives up its registration; a mobile node of PMIPv6 leaves its links" },
	{ "link-down", DO_LINK_DOWN, "a link, or one interface of a UE, loses its carrier" },
	{ "link-up", DO_LINK_UP, "and gets it back" },
	{ "nat-rebind", DO_NAT_REBIND, "the router's NAT forgets its mappings and takes other ports" },
	{ "set", DO_SET, "parameters of a link (`link`, `params`), a home agent (`node`, `settings`), an LMA (`anchoring`) "
	  "or a MAG (`gateway`) change" },
	{ "refresh", DO_REFRESH, "the UE registers anew now; a mobile node of PMIPv6 is registered anew by its MAG" },
	{ "want-ipv4", DO_WANT_IPV4, "the UE asks for an IPv4 home address from now on, or no more; a mobile node of PMIPv6 "
	  "asks by DHCPv4, or gives its address back" },
	{ "set-sequence", DO_SET_SEQUENCE, "the UE's next BU carries this sequence number" },
	{ "drop-binding", DO_DROP_BINDING, "the home agent loses the binding of one UE without a word" },
	{ "dhcp-stop", DO_DHCP_STOP, "the DHCP server answers no more" },
	{ "dhcp-start", DO_DHCP_START, "and answers again" },
	{ "dhcp-forget", DO_DHCP_FORGET, "it forgets its leases and refuses renewals" },
	{ "reboot", DO_REBOOT, "a UE, home agent, LMA or MAG forgets everything; a UE then attaches anew, a MAG notices who "
	  "is there" },
	{ "clock-step", DO_CLOCK_STEP, "a node's wall clock jumps" },
	{ "request-prefix", DO_REQUEST_PREFIX, "the UE asks its home agent for a prefix" },
	{ "release-prefix", DO_RELEASE_PREFIX, "and gives it back" },
	{ "configure", DO_CONFIGURE, "the UE asks for further parameters by DHCPv6 through its tunnel, or at home" },
	{ "traffic-start", DO_TRAFFIC_START, "a flow starts" },
	{ "traffic-stop", DO_TRAFFIC_STOP, "a flow stops" },
	{ "rekey", DO_REKEY, "the UE, home agent, MAG or LMA replaces an SA now (`what`)" },
	{ "abort-session", DO_ABORT_SESSION, "the AAA server ends a UE's session" },
	{ "reauthenticate", DO_REAUTHENTICATE, "the AAA server wants a UE authenticated anew" },
	{ "reallocate", DO_REALLOCATE, "the AAA server or the home agent wants a UE elsewhere (`to-node`, `how`)" },
	{ "aaa-down", DO_AAA_DOWN, "the AAA server answers no more" },
	{ "aaa-up", DO_AAA_UP, "and answers again" },
	{ "flood", DO_FLOOD, "a host begins IKE_SA_INIT with a home agent `count` times and goes no further" },
	{ "binding-refresh-request", DO_REFRESH_REQUEST, "the home agent asks one UE to register anew" },
	{ "add-flow", DO_ADD_FLOW, "the UE gets a routing rule: packets of `selector` go by the accesses `over`" },
	{ "move-flow", DO_MOVE_FLOW, "a routing rule's packets go by other accesses" },
	{ "remove-flow", DO_REMOVE_FLOW, "the UE has that routing rule no more" },
	{ "add-access", DO_ADD_ACCESS, "the interface is used again as one of several accesses" },
	{ "remove-access", DO_REMOVE_ACCESS, "it is used no more, while its link stays: its care-of address is removed" },
	{ "stray", DO_STRAY, "the UE sends its home agent what it has no use for (`packet`)" },
	{ "claim", DO_CLAIM, "a hostile UE registers the home address of another of its PDN connections (`to-pdn`) as "
	  "care-of address, at once and from then on; without `to-pdn` the true one again" },
	{ "detach-network", DO_DETACH_NETWORK, "the network ends the UE's registration: the AAA server aborts its session; "
	  "with `ipsec: none` the home agent, in PMIPv6 the LMA, revokes the binding by itself" },
	{ "revoke", DO_REVOKE, "the home agent revokes the binding of a UE, or its IPv4 home address alone; an LMA "
		     "all sessions of "
	  "a mobile node (`of` a mn), of a MAG, or (`of` itself) of every MAG; a MAG (`of` itself) gives up all of its own" },
	{ "solicit-prefix", DO_SOLICIT_PREFIX, "the UE sends a Mobile Prefix Solicitation" },
	{ "renumber", DO_RENUMBER, "the LMA gives a mobile node's session another home network prefix" },
	{ "forge", DO_FORGE, "a host sends `to-node` a PMIPv6 message in clear with the address of another (`as`)" },
	{ "appear", DO_APPEAR, "a MAG takes the interface of a mobile node for attached to its access link, though it "
	  "is not" },
	{ "x2", DO_X2, "LTE of ns-3: the UE is handed over to `enb` by X2" },
	{ NULL, 0, NULL }
};

#define ON_PREFIX (K(DO_REQUEST_PREFIX) | K(DO_RELEASE_PREFIX) | K(DO_CONFIGURE))
#define FLOWS (K(DO_ADD_FLOW) | K(DO_MOVE_FLOW) | K(DO_REMOVE_FLOW))
#define ACCESSES (K(DO_ADD_ACCESS) | K(DO_REMOVE_ACCESS))
#define ON_UE (K(DO_ATTACH) | K(DO_HANDOVER) | K(DO_MOVE) | K(DO_DETACH) | K(DO_REFRESH) | K(DO_WANT_IPV4) \
	| K(DO_SET_SEQUENCE) | K(DO_STRAY) | K(DO_CLAIM) | K(DO_DETACH_NETWORK) | K(DO_SOLICIT_PREFIX) | FLOWS \
	| K(DO_RENUMBER) | K(DO_X2) \
	| ACCESSES | ON_PREFIX)
#define ON_NODE (ON_UE | K(DO_NAT_REBIND) | K(DO_REBOOT) | K(DO_CLOCK_STEP) | K(DO_DROP_BINDING) | K(DO_DHCP_STOP) \
	| K(DO_DHCP_START) | K(DO_DHCP_FORGET) | K(DO_REKEY) | K(DO_ABORT_SESSION) | K(DO_REAUTHENTICATE) \
	| K(DO_REALLOCATE) | K(DO_AAA_DOWN) | K(DO_AAA_UP) | K(DO_FLOOD) | K(DO_REFRESH_REQUEST) | K(DO_REVOKE) \
	| K(DO_APPEAR) | K(DO_FORGE))
#define OF_BINDING (K(DO_DROP_BINDING) | K(DO_REFRESH_REQUEST) | K(DO_REVOKE))
#define ON_AAA_UE (K(DO_ABORT_SESSION) | K(DO_REAUTHENTICATE) | K(DO_REALLOCATE))
#define TO_LINK (K(DO_ATTACH) | K(DO_HANDOVER) | K(DO_MOVE))
#define ON_PDN (K(DO_ATTACH) | K(DO_HANDOVER) | K(DO_DETACH) | K(DO_REFRESH) | K(DO_WANT_IPV4) | K(DO_SET_SEQUENCE) \
	| K(DO_DETACH_NETWORK) | K(DO_CLAIM) | K(DO_REKEY) | K(DO_STRAY) | K(DO_RENUMBER) \
	| OF_BINDING | ON_AAA_UE | FLOWS | ACCESSES)
#define CARRIER (K(DO_LINK_DOWN) | K(DO_LINK_UP))

static const struct scen_choice rekeys[] = {
	{ "child", REKEY_CHILD, "the child SA that protects mobility messages" },
	{ "ike", REKEY_IKE, "the IKE SA" },
	{ NULL, 0, NULL }
};

static const struct scen_choice strays[] = {
	{ "care-of-test-init", DSMIP_STRAY_TEST_INIT, "the message that begins route optimisation" },
	{ "home-address", DSMIP_STRAY_HOME_ADDRESS, "a Home Address option with nothing behind it" },
	{ "payload-proto", DSMIP_STRAY_PAYLOAD_PROTO, "a BU whose Payload Proto is not 59" },
	{ "header-length", DSMIP_STRAY_HEADER_LEN, "a BU whose Header Len is too small" },
	{ NULL, 0, NULL }
};

static const struct scen_choice hows[] = {
	{ "next", MEANS_NEXT, "AAA server: when the UE next authenticates, with REDIRECT in the last IKE_AUTH response" },
	{ "switch", MEANS_SWITCH, "Home Agent Switch: now, and from an AAA server whenever the UE comes back" },
	{ "redirect", MEANS_REDIRECT, "home agent: REDIRECT in an INFORMATIONAL request of the UE's IKE SA, now" },
	{ NULL, 0, NULL }
};

static const struct scen_row action_rows[] = {
	{ "at", ST_NUM, UNIT_SPAN, AT(scen_action, at), .required = SCEN_ALL, .min = "0s",
	  .about = "when, from the beginning" },
	{ "do", ST_ENUM, AT(scen_action, verb), .choices = verbs, .required = SCEN_ALL, .about = "what" },
	{ "label", ST_IDENT, AT(scen_action, label), .about = "a name for expectations and --set" },
	{ "node", ST_REF, .ref = REF_NODES, AT(scen_action, node),
	  .kinds = ON_NODE | CARRIER | K(DO_SET), .required = ON_NODE,
	  .about = "who: a node, a group, one member (ue7) or a pattern (ue*)" },
	{ "interface", ST_IDENT, AT(scen_action, interface), .kinds = TO_LINK | CARRIER | ACCESSES | K(DO_APPEAR),
	  .required = K(DO_HANDOVER) | K(DO_ATTACH) | ACCESSES | K(DO_APPEAR),
	  .about = "the UE's interface; for `move` the only attached one unless said" },
	{ "to", ST_REF, .ref = REF_LINK, AT(scen_action, to), .kinds = TO_LINK,
	  .about = "the link; without it the one that has the interface's name" },
	{ "link", ST_REF, .ref = REF_LINK, AT(scen_action, link), .kinds = CARRIER | K(DO_SET),
	  .about = "the link in question" },
	{ "gap", ST_NUM, UNIT_SPAN, AT(scen_action, gap), .kinds = K(DO_HANDOVER) | K(DO_MOVE), .min = "0s", .max = "1h",
	  .def = "0s",
	  .about = "without any link between the old and the new one" },
	{ "overlap", ST_NUM, UNIT_SPAN, AT(scen_action, overlap), .kinds = K(DO_HANDOVER), .min = "1ns", .max = "1h",
	  .about = "with both links (make before break)" },
	{ "every", ST_NUM, UNIT_SPAN, AT(scen_action, every), .kinds = ON_UE | K(DO_FLOOD), .min = "0s", .max = "1h",
	  .def = "0s", .about = "member k of a group acts (k-1) times this later; `flood`: between two requests" },
	{ "spread", ST_NUM, UNIT_SPAN, AT(scen_action, spread), .kinds = ON_UE, .min = "0s", .max = "1000h", .def = "0s",
	  .about = "each member acts a random part of this later" },
	{ "by", ST_NUM, UNIT_SPAN, AT(scen_action, by), .kinds = K(DO_CLOCK_STEP), .required = K(DO_CLOCK_STEP),
	  .min = "-1000000h", .max = "1000000h", .about = "forwards, or backwards when negative" },
	{ "flow", ST_REF, .ref = REF_FLOW, AT(scen_action, flow), .kinds = K(DO_TRAFFIC_START) | K(DO_TRAFFIC_STOP),
	  .required = K(DO_TRAFFIC_START) | K(DO_TRAFFIC_STOP), .about = "the flow" },
	{ "params", ST_SECTION, AT(scen_action, params), .kinds = K(DO_SET), .section = &scen_params_section,
	  .about = "the link's new values" },
	{ "settings", ST_SECTION, AT(scen_action, settings), .kinds = K(DO_SET), .section = &scen_settings_section,
	  .about = "the home agent's new values" },
	{ "anchoring", ST_SECTION, AT(scen_action, anchoring), .kinds = K(DO_SET), .section = &scen_anchoring_section,
	  .about = "the LMA's new values" },
	{ "gateway", ST_SECTION, AT(scen_action, gateway), .kinds = K(DO_SET), .section = &scen_gateway_section,
	  .about = "the MAG's new values" },
	{ "by-dhcp4", ST_BOOL, AT(scen_action, by_dhcp4), .kinds = K(DO_CONFIGURE), .def = "false",
	  .about = "by DHCPv4, from the IPv4 home address", .clause = "24.303 5.1.1" },
	{ "want", ST_BOOL, AT(scen_action, want), .kinds = K(DO_WANT_IPV4), .def = "true", .about = "ask, or ask no more" },
	{ "sequence", ST_NUM, UNIT_NONE, AT(scen_action, sequence), .kinds = K(DO_SET_SEQUENCE) | K(DO_FORGE),
	  .required = K(DO_SET_SEQUENCE), .def = "0",
	  .min = "0", .max = "65535", .about = "the number; of `forge` what is guessed" },
	{ "of", ST_REF, .ref = REF_NODE, AT(scen_action, of),
	  .kinds = OF_BINDING | ON_AAA_UE | K(DO_REKEY) | K(DO_APPEAR) | K(DO_FORGE),
	  .required = OF_BINDING | ON_AAA_UE | K(DO_APPEAR),
	  .about = "the UE whose binding, session or (at a home agent) SA it is; at an LMA the MAG whose SA it is; `forge`: "
		   "the mobile node that the message names" },
	{ "packet", ST_ENUM, AT(scen_action, packet), .kinds = K(DO_STRAY), .choices = strays, .def = "home-address",
	  .about = "which packet", .clause = "24.303 5.1.3.3" },
	{ "what", ST_ENUM, AT(scen_action, what), .kinds = K(DO_REKEY), .choices = rekeys, .def = "child",
	  .about = "which SA" },
	{ "pdn", ST_TEXT, AT(scen_action, pdn), .kinds = ON_PDN, .required = K(DO_CLAIM),
	  .about = "the APN: which of the UE's PDN connections; without it all of them, `of` one UE at a "
		   "home agent: the first", .clause = "24.303 4.3" },
	{ "to-pdn", ST_TEXT, AT(scen_action, to_pdn), .kinds = K(DO_CLAIM), .about = "the APN" },
	{ "to-node", ST_REF, .ref = REF_NODE, AT(scen_action, to_node), .kinds = K(DO_REALLOCATE) | K(DO_FLOOD) | K(DO_FORGE),
	  .required = K(DO_REALLOCATE) | K(DO_FLOOD) | K(DO_FORGE), .about = "the home agent; of `forge` the LMA or MAG" },
	{ "as", ST_REF, .ref = REF_NODE, AT(scen_action, as), .kinds = K(DO_FORGE), .required = K(DO_FORGE),
	  .about = "the LMA or MAG in whose name it is sent" },
	{ "forged", ST_ENUM, AT(scen_action, forged), .kinds = K(DO_FORGE), .required = K(DO_FORGE),
	  .choices = scen_forgeries, .about = "which message" },
	{ "count", ST_NUM, UNIT_NONE, AT(scen_action, count), .kinds = K(DO_FLOOD), .def = "500", .min = "1", .max = "1000000",
	  .about = "how many, `every` apart" },
	{ "how", ST_ENUM, AT(scen_action, how), .kinds = K(DO_REALLOCATE), .choices = hows, .def = "next",
	  .about = "by what means; at a home agent `switch` or `redirect`", .clause = "24.303 5.5" },
	{ "trigger", ST_NUM, UNIT_NONE, AT(scen_action, trigger), .kinds = K(DO_REVOKE), .def = "1", .min = "0", .max = "255",
	  .about = "the revocation trigger; 1 is Administrative Reason", .clause = "RFC 5846 5.1" },
	{ "ipv4-only", ST_BOOL, AT(scen_action, ip4_only), .kinds = K(DO_REVOKE), .def = "false",
	  .about = "V: the IPv4 home address alone", .clause = "RFC 5846 7" },
	{ "realm", ST_TEXT, AT(scen_action, realm), .kinds = K(DO_REVOKE),
	  .about = "at an LMA: the sessions of this realm alone, such as @example.com (global, trigger 129)",
	  .clause = "RFC 5846 8.1" },
	{ "fid", ST_NUM, UNIT_NONE, AT(scen_action, fid), .kinds = FLOWS, .required = FLOWS, .min = "1", .max = "65535",
	  .about = "flow identifier of the routing rule", .clause = "RFC 6089 4.2" },
	{ "fid-priority", ST_NUM, UNIT_NONE, AT(scen_action, fid_priority), .kinds = K(DO_ADD_FLOW), .def = "0", .min = "0",
	  .max = "65535", .about = "its priority, lower is stronger, each rule its own; 0: the same number as `fid`",
	  .clause = "RFC 6089 4.2" },
	{ "selector", ST_SECTION, AT(scen_action, selector), .kinds = K(DO_ADD_FLOW), .section = &scen_selector_section,
	  .required = K(DO_ADD_FLOW), .about = "which packets, both ways", .clause = "RFC 6088 3" },
	{ "over", ST_TEXTS, AT(scen_action, over), .kinds = K(DO_ADD_FLOW) | K(DO_MOVE_FLOW),
	  .required = K(DO_ADD_FLOW) | K(DO_MOVE_FLOW),
	  .about = "interfaces; downlink packets are copied to each, uplink ones take the first that is there",
	  .clause = "RFC 6089 4.2.1.3" },
	{ "enb", ST_IDENT, AT(scen_action, enb), .kinds = K(DO_X2), .required = K(DO_X2), .about = "where to" },
	{ "rules", ST_NUM, UNIT_NONE, AT(scen_action, rules), .kinds = K(DO_ADD_FLOW), .def = "1", .min = "1", .max = "400",
	  .about = "so many rules, each with the next FID, priority and ports" },
	END
};

static const struct scen_section action_section = {
	"timeline", "a timeline entry", "What happens, and when. Each entry leaves an `action` record, which expectations "
	  "may refer to.",
	action_rows, sizeof(struct scen_action), "do",
	"timeline:\n"
	"  - {at: 1s,  do: attach,   node: ue, interface: lte, every: 10ms}\n"
	"  - {at: 12s, do: handover, node: ue, interface: wlan, gap: 50ms, label: to-wlan}\n"
	"  - {at: 20s, do: set, link: lte, params: {loss: 2%}}\n"
	"  - {at: 36s, do: detach,   node: ue}",
};

/* ---- the whole --------------------------------------------------------------------------------------------------- */

static const struct scen_choice profiles[] = {
	{ "r10", MH_PROFILE_R10, "newest 3GPP text with the final RFC numbers" },
	{ "r8", MH_PROFILE_R8, "TS 24.303 release 8 as written" },
	{ "rfc", MH_PROFILE_RFC, "the RFCs only" },
	{ "oai-pmip", MH_PROFILE_OAI_PMIP, "quirks of the OpenAirInterface PMIPv6 daemons" },
	{ "dsmip-draft-04", MH_PROFILE_DSMIP_DRAFT_04, "DSMIPv6 as in the early drafts" },
	{ NULL, 0, NULL }
};

static const struct scen_row links_from = {
	"from", ST_TEXT, AT(scenario, links_from),
	.about = "a recording of `mooring run --record-l2`: its links' frames, and who is on them, go as it says, without "
		 "ns-3; its path from this file, with --set from here",
};

static const struct scen_row top_rows[] = {
	{ "scenario", ST_IDENT, AT(scenario, name), .required = SCEN_ALL, .about = "its name; the file's name without .yaml" },
	{ "about", ST_TEXT, AT(scenario, about), .required = SCEN_ALL, .about = "one sentence: what it shows" },
	{ "extends", ST_TEXT, AT(scenario, extends),
	  .about = "another scenario file, by its path from this one: mappings are merged key by key, lists and values are "
	  "replaced" },
	{ "spec", ST_TEXTS, AT(scenario, spec), .about = "clauses it is about" },
	{ "profile", ST_ENUM, AT(scenario, profile), .choices = profiles, .def = "r10", .about = "whose rules hold" },
	{ "duration", ST_NUM, UNIT_SPAN, AT(scenario, duration), .required = SCEN_ALL, .min = "1ms", .max = "1000000h",
	  .about = "virtual time of the run" },
	{ "seed", ST_NUM, UNIT_NONE, AT(scenario, seed), .def = "1", .min = "0", .about = "of all random streams" },
	{ "timers", ST_TIMERS, AT(scenario, timers),
	  .about = "values for all nodes, by the names that `mooring list --timers` shows" },
	{ "crypto", ST_SECTION, AT(scenario, crypto), .section = &crypto_section, .def = "{}",
	  .about = "how keys and packets are computed" },
	{ "nodes", ST_NAMED, AT(scenario, nodes), .section = &node_section, .required = SCEN_ALL, .about = "who takes part" },
	{ "links", ST_NAMED, AT(scenario, links), .section = &link_section, .required = SCEN_ALL, .about = "what joins them",
	  .beside = &links_from },
	{ "radio", ST_SECTION, AT(scenario, radio), .section = &scen_radio_section, .about = "Wi-Fi and LTE, on ns-3" },
	{ "timeline", ST_LIST, AT(scenario, timeline), .section = &action_section, .about = "what happens" },
	{ "traffic", ST_LIST, AT(scenario, traffic), .section = &scen_flow_section, .about = "application packets" },
	{ "faults", ST_LIST, AT(scenario, faults), .section = &scen_fault_section, .about = "messages that are harmed" },
	{ "expect", ST_LIST, AT(scenario, expect), .section = &scen_expect_section, .about = "what must be seen" },
	{ "sweep", ST_SWEEP, AT(scenario, sweep),
	  .about = "path: list of values and \"{ranges}\". One run for each combination, as with --set path={a,b,c}; "
		   "`zip:` paths that go in step" },
	END
};

const struct scen_section scen_top = {
	"scenario", "a scenario", "The keys of a scenario file.", top_rows, sizeof(struct scenario), NULL, NULL,
};

const struct scen_section *const scen_sections[] = {
	&scen_top, &crypto_section, &node_section, &scen_device_section, &nat_section, &flags_section, &faulty_section,
	&clock_section,
	&scen_ike_section, &certificate_section, &usim_section, &pdn_section, &realloc_section, &scen_pco_section,
	&scen_dhcp6_section, &scen_diameter_section, &scen_radius_section,
	&scen_home_section, &scen_delegation_section, &scen_anchoring_section, &scen_gateway_section,
	&link_section, &scen_advertise_section, &scen_radio_section, &scen_ap_section, &scen_station_section,
	&scen_lte_section, &scen_enb_section,
	&scen_params_section, &scen_settings_section, &action_section, &scen_selector_section, &scen_flow_section,
	&scen_fault_section, &scen_edit_section,
	&scen_expect_section,
	&scen_state_section, &scen_pattern_section, NULL,
};
