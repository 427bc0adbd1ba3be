/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the table of the scenario language, PMIPv6
 *
 * The rows of what an LMA and a MAG do. It implements no clause.
 */
#include <stddef.h>

#include "proto/ike.h"
#include "proto/pmip_forge.h"
#include "proto/pmip_mag.h"
#include "scenarios/pmip.h"
#include "wire/mh_3gpp.h"

#define AT(type, member) .offset = offsetof(struct type, member)
#define END { .key = NULL }

const struct scen_choice scen_access_technologies[] = {
	{ "virtual", MH_ATT_VIRTUAL, "a logical interface" },
	{ "ppp", MH_ATT_PPP, "PPP" },
	{ "ethernet", MH_ATT_8023, "IEEE 802.3" },
	{ "wlan", MH_ATT_80211, "IEEE 802.11" },
	{ "wimax", MH_ATT_80216E, "IEEE 802.16e" },
	{ "geran", MH_ATT_GERAN, "3GPP GERAN" },
	{ "utran", MH_ATT_UTRAN, "3GPP UTRAN" },
	{ "lte", MH_ATT_EUTRAN, "3GPP E-UTRAN" },
	{ "ehrpd", MH_ATT_EHRPD, "3GPP2 eHRPD" },
	{ "hrpd", MH_ATT_HRPD, "3GPP2 HRPD" },
	{ NULL, 0, NULL }
};

const struct scen_choice scen_authentications[] = {
	{ "psk", IKE_PROOF_KEY, "a pre-shared key" },
	{ "certificate", IKE_PROOF_CERTIFICATE, "a certificate each, which holds the `identity`" },
	{ NULL, 0, NULL }
};

const struct scen_choice scen_forgeries[] = {
	{ "pbu", PMIP_FORGED_PBU, "a Proxy Binding Update that takes the mobile node over" },
	{ "pbu-end", PMIP_FORGED_END, "one that de-registers it" },
	{ "pba", PMIP_FORGED_PBA, "a Proxy Binding Acknowledgement that refuses it" },
	{ "bri", PMIP_FORGED_BRI, "a Binding Revocation Indication for it" },
	{ "bri-all", PMIP_FORGED_BRI_ALL, "one for all mobile nodes of the MAG" },
	{ "heartbeat", PMIP_FORGED_HEARTBEAT, "an unsolicited heartbeat of a node that has lost all its sessions" },
	{ NULL, 0, NULL }
};

static const struct scen_row anchor_rows[] = {
	{ "lifetime-max", ST_NUM, UNIT_SPAN, AT(scen_anchoring, lifetime_max), .def = "3600s", .min = "4s", .max = "262140s",
	  .about = "longest lifetime that is granted", .clause = "RFC 5213 5.3.2" },
	{ "refuse", ST_NUM, UNIT_NONE, AT(scen_anchoring, refuse), .def = "0", .min = "0", .max = "255",
	  .about = "status, 128 or more, with which every registration is refused; 0: none", .clause = "RFC 5213 8.9" },
	{ "enabled", ST_BOOL, AT(scen_anchoring, enabled), .def = "true",
	  .about = "false: proxy registrations are not enabled, status 152", .clause = "RFC 5213 5.3.1" },
	{ "max-bindings", ST_NUM, UNIT_NONE, AT(scen_anchoring, max_bindings), .def = "0", .min = "0", .max = "4000000000",
	  .about = "then registrations are refused with 130; 0: no limit" },
	{ "gre", ST_BOOL, AT(scen_anchoring, gre), .def = "true",
	  .about = "GRE with keys is demanded, status 163 without; false: IP in IP unless it is asked for",
	  .clause = "29.275 6.1" },
	{ "tlv-header", ST_BOOL, AT(scen_anchoring, tlv_header), .def = "true",
	  .about = "grant GRE in UDP to gateways that ask for it; false: status 3, GRE without UDP",
	  .clause = "RFC 5845 7.4" },
	{ "gre-sequence", ST_BOOL, AT(scen_anchoring, gre_sequence), .def = "false",
	  .about = "sequence numbers in GRE", .clause = "RFC 2890 2.2" },
	{ "verify-attachment", ST_BOOL, AT(scen_anchoring, verify_attachment), .def = "false",
	  .about = "the AAA server must know the mobile node to be at the MAG that registers it, status 154 else",
	  .clause = "RFC 5213 11" },
	{ "accept-force-udp", ST_BOOL, AT(scen_anchoring, accept_force_udp), .def = "false",
	  .about = "grant the F flag", .clause = "RFC 5844 4.1.4" },
	{ "dns", ST_TEXTS, AT(scen_anchoring, dns), .def = "[]",
	  .about = "addresses of DNS servers, 3 of each family at most, for MAGs that ask", .clause = "24.008 10.5.6.3" },
	{ "p-cscf", ST_TEXTS, AT(scen_anchoring, p_cscf), .def = "[]",
	  .about = "addresses of P-CSCFs, 3 of each family at most, for MAGs that ask", .clause = "24.008 10.5.6.3" },
	{ "dhcp4-server", ST_BOOL, AT(scen_anchoring, dhcp4_server), .def = "true",
	  .about = "MAGs are told to serve their mobile nodes by DHCPv4 themselves; false: to relay",
	  .clause = "RFC 5844 3.3.4" },
	{ "heartbeat", ST_BOOL, AT(scen_anchoring, heartbeat), .def = "true",
	  .about = "heartbeats while there are bindings", .clause = "RFC 5847 3.1" },
	{ "revoke-on-handoff", ST_BOOL, AT(scen_anchoring, revoke_on_handoff), .def = "false",
	  .about = "tell the MAG that had a mobile node before by a BRI (trigger 2, 3; 4 where the handoff is unknown, and "
		   "wait for its answer then)", .clause = "RFC 5846 8.1" },
	{ "global-revocation", ST_BOOL, AT(scen_anchoring, global_revocation), .def = "true",
	  .about = "MAGs may give up all their sessions with one message; false: status 130", .clause = "RFC 5846 13" },
	{ "shared-prefix", ST_PREFIX6, AT(scen_anchoring, shared_prefix),
	  .about = "mobile nodes whose MAG asks for it get one address each from here, and share its /64",
	  .clause = "PMIPv6 draft 02 App. B" },
	{ "mag-link-local", ST_ADDR6, AT(scen_anchoring, mag_link_local),
	  .about = "the link-local address that all MAGs are told to have on access links; without it one for each session",
	  .clause = "RFC 5213 5.3.1" },
	{ "release", ST_BOOL, AT(scen_anchoring, release), .def = "true",
	  .about = "home agents: the session of a UE that registers a care-of address is revoked at its MAG",
	  .clause = "RFC 5846 3.4" },
	END
};

const struct scen_section scen_anchoring_section = {
	"anchoring", "LMA settings", "What a local mobility anchor does; in `set` what is left out stays as it is.",
	anchor_rows, sizeof(struct scen_anchoring), NULL, "anchoring: {lifetime-max: 300s, gre: false}",
};

static const struct scen_choice transports[] = {
	{ "ip6", PMIP_IP6, "IPv6" },
	{ "ip4", PMIP_IP4, "IPv4: the IPv6 header with mapped addresses in IPv4" },
	{ "udp4", PMIP_UDP4, "the same in UDP port 4191" },
	{ "rfc5844", PMIP_UDP4_BARE, "UDP port 5436 over IPv4, without an IPv6 header" },
	{ NULL, 0, NULL }
};

const struct scen_choice scen_pdn_types[] = {
	{ "ipv4", MH_PDN_IP4, "IPv4 alone" },
	{ "ipv6", MH_PDN_IP6, "IPv6 alone" },
	{ "ipv4v6", MH_PDN_IP4IP6, "both" },
	{ NULL, 0, NULL }
};

const struct scen_choice scen_local_routings[] = {
	{ "gateway", AAA_PMIP_LOCAL_AS_MAG, "as its gateway does it" },
	{ "never", AAA_PMIP_LOCAL_OFF, "through the LMA, whatever the gateway does" },
	{ "always", AAA_PMIP_LOCAL_ON, "not through the LMA where there is a shorter way" },
	{ NULL, 0, NULL }
};

static const struct scen_choice knowledges[] = {
	{ "domain", PMIP_KNOWS_DOMAIN, "whether another MAG of the domain had the mobile node" },
	{ "moves", PMIP_KNOWS_MOVES, "besides, a mobile node's interfaces take turns" },
	{ "nothing", PMIP_KNOWS_NOTHING, "nothing: handoff indicator 4" },
	{ NULL, 0, NULL }
};

static const struct scen_row gateway_rows[] = {
	{ "transport", ST_ENUM, AT(scen_gateway, transport), .choices = transports, .def = "ip6",
	  .about = "how signalling travels; user data goes over the same IP version", .clause = "29.275 6.1" },
	{ "knowledge", ST_ENUM, AT(scen_gateway, knowledge), .choices = knowledges, .def = "domain",
	  .about = "what it knows about where a mobile node comes from", .clause = "RFC 5213 6.9.1.1" },
	{ "domain", ST_IDENT, AT(scen_gateway, domain),
	  .about = "MAGs of one domain tell each other whom they serve; without it those of one LMA are one domain",
	  .clause = "RFC 5213 5.5" },
	{ "lifetime", ST_NUM, UNIT_SPAN, AT(scen_gateway, lifetime), .def = "3600s", .min = "4s", .max = "262140s",
	  .about = "asked for in proxy binding updates", .clause = "RFC 5213 6.9.1.1" },
	{ "refresh", ST_NUM, UNIT_SHARE, AT(scen_gateway, refresh), .def = "80%", .max = "99%",
	  .about = "share of the granted lifetime after which it registers anew, whole percents; 0%: never",
	  .clause = "RFC 5213 6.9.1.3" },
	{ "gre", ST_BOOL, AT(scen_gateway, gre), .def = "true", .about = "ask for GRE with keys", .clause = "29.275 6.1" },
	{ "tlv-header", ST_BOOL, AT(scen_gateway, tlv_header), .def = "false",
	  .about = "with signalling in UDP ask for GRE in UDP behind the TLV header; profile r8 never asks",
	  .clause = "RFC 5845 7.3" },
	{ "gre-sequence", ST_BOOL, AT(scen_gateway, gre_sequence), .def = "false", .about = "sequence numbers in GRE",
	  .clause = "RFC 2890 2.2" },
	{ "timestamps", ST_BOOL, AT(scen_gateway, timestamps), .def = "true",
	  .about = "the Timestamp option; false: sequence numbers that the domain agrees on. "
		   "An LMA goes by what it is sent", .clause = "RFC 5213 5.5" },
	{ "link-local", ST_BOOL, AT(scen_gateway, link_local), .def = "true",
	  .about = "ask the LMA for the link-local address on the access link", .clause = "RFC 5213 6.9.1.1" },
	{ "fixed-link-local", ST_ADDR6, AT(scen_gateway, fixed_link_local),
	  .about = "the link-local address that it has on every access link, as all gateways of the domain do; the LMA is "
		   "then not asked", .clause = "RFC 5213 9.3" },
	{ "fixed-link-layer", ST_TEXT, AT(scen_gateway, fixed_link_layer),
	  .about = "the link-layer address that it has on every access link, `02:00:5e:00:00:01`; not in `set`",
	  .clause = "RFC 5213 9.3" },
	{ "snoop", ST_BOOL, AT(scen_gateway, snoop), .def = "false",
	  .about = "hears all multicast on its access links, and so the addresses that mobile nodes test; not in `set`",
	  .clause = "RFC 5213 6.8" },
	{ "mtu-option", ST_BOOL, AT(scen_gateway, mtu_option), .def = "true",
	  .about = "advertises the MTU of the tunnel to the LMA", .clause = "RFC 5213 6.9.2" },
	{ "withdraw-router", ST_BOOL, AT(scen_gateway, withdraw_router), .def = "false",
	  .about = "takes back the router of the gateway that the mobile node comes from, when that was another one",
	  .clause = "draft-ietf-netlmm-proxymip6 7" },
	{ "managed", ST_BOOL, AT(scen_gateway, managed), .def = "false",
	  .about = "advertisements tell to configure addresses by DHCPv6, and not from the prefix; not in `set`",
	  .clause = "RFC 5213 6.4" },
	{ "other", ST_BOOL, AT(scen_gateway, other), .def = "false",
	  .about = "… and to ask DHCPv6 for the rest; not in `set`", .clause = "RFC 5213 6.4" },
	{ "local-routing", ST_BOOL, AT(scen_gateway, local_routing), .def = "false",
	  .about = "packets between two of its mobile nodes do not go through the LMA", .clause = "RFC 5213 6.10.3" },
	{ "ipv4", ST_BOOL, AT(scen_gateway, ipv4), .def = "false", .about = "ask for IPv4 home addresses",
	  .clause = "RFC 5844 3.2.2" },
	{ "vendor-options", ST_BOOL, AT(scen_gateway, gpp), .def = "false",
	  .about = "send the options of 3GPP: configuration of the PDN is asked for, and the LMA answers with its own, among "
		   "them a charging id", .clause = "29.275 12.1.1" },
	{ "ipv4-on-demand", ST_BOOL, AT(scen_gateway, ipv4_on_demand), .def = "false",
	  .about = "… but only once the mobile node asks for one by DHCPv4", .clause = "RFC 5844 3.4.3" },
	{ "dhcp4-lease", ST_NUM, UNIT_SPAN, AT(scen_gateway, dhcp4_lease), .def = "0s", .min = "0s", .max = "262140s",
	  .about = "longest lease of an IPv4 home address; 0s: what is left of the binding, which no lease outlives",
	  .clause = "RFC 5844 3.4.3" },
	{ "dhcp4-identifier", ST_TEXT, AT(scen_gateway, dhcp4_id),
	  .about = "IPv4 address by which DHCPv4 servers of the whole domain are known; without it the default router's",
	  .clause = "RFC 5844 3.4" },
	{ "known-prefix", ST_BOOL, AT(scen_gateway, known_prefix), .def = "false",
	  .about = "ask by name for the prefix that the domain or the subscriber's profile knows",
	  .clause = "RFC 5213 6.9.1.1" },
	{ "shared-prefix", ST_BOOL, AT(scen_gateway, shared_prefix), .def = "false",
	  .about = "ask for an address of the prefix that mobile nodes share, and give it to them by DHCPv6",
	  .clause = "PMIPv6 draft 02 App. B" },
	{ "early-uplink", ST_BOOL, AT(scen_gateway, early_uplink), .def = "false",
	  .about = "send up before the answer, with the uplink key that the domain knows", .clause = "29.275 5.2" },
	{ "heartbeat", ST_BOOL, AT(scen_gateway, heartbeat), .def = "true", .about = "heartbeats while there are bindings",
	  .clause = "RFC 5847 3.1" },
	{ "clock-sync", ST_NUM, UNIT_SPAN, AT(scen_gateway, clock_sync), .def = "1s", .min = "0s", .max = "1h",
	  .about = "after status 156 its clock is set right so much later; 0s: never", .clause = "RFC 5213 6.9.1.2" },
	END
};

const struct scen_section scen_gateway_section = {
	"gateway", "MAG settings", "What a mobile access gateway does; in `set` what is left out stays as it is.",
	gateway_rows, sizeof(struct scen_gateway), NULL, "gateway: {transport: ip4, knowledge: nothing}",
};
