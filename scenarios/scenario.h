/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A scenario as structs: what schema_table.c's rows fill in. Times in ns, rates in bit/s, shares in ppm; texts and
 * trees are lent from the scenario's pool. Lists hold pointers to the member struct named beside them.
 */
#ifndef MOOR_SCENARIOS_SCENARIO_H
#define MOOR_SCENARIOS_SCENARIO_H

#include "base/addr.h"
#include "base/time.h"
#include "net/nat.h"
#include "scenarios/schema.h"
#include "world/link.h"

enum scen_node_kind {
	NODE_HA, NODE_ROUTER, NODE_CN, NODE_DHCP_SERVER, NODE_UE, NODE_AAA, NODE_DNS_SERVER, NODE_LMA, NODE_MAG, NODE_MN
};

struct scen_clock {
	struct scen_base base;
	int64_t offset;			/* ns */
	int64_t drift;			/* ppb */
};

/* Who translates in a live run. */
enum scen_nat_live { NAT_LIVE_OURS, NAT_LIVE_NFTABLES };

struct scen_nat {
	struct scen_base base;
	const struct tree *outside;	/* link */
	struct ip4_prefix inside;
	int mapping, filtering;		/* enum nat_behaviour */
	int live;			/* enum scen_nat_live */
	bool port_preservation, hairpinning, inbound_refresh;
	int64_t udp_timeout;
	struct scen_range ports;
	int64_t max_mappings;
};

/* What a home agent does, beyond its addresses. */
struct scen_ha {
	int64_t lifetime_max, refuse, max_bindings, refresh_advice, nat_refresh;
	int64_t refuse_ipv4, refresh_request, prefix_lifetime, preference;
	int64_t tunnel_limit, flows_max;
	bool ifom, mcoa, bulk, home_and_foreign, flows;
	bool own_care_of;
	bool enabled, ipv4_service, mobile_routers, force_udp, accept_force, dad, bu_ends_revocation;
	int ba_udp, r_flag, k_flag;	/* enum dsmip_switch */
};

struct scen_settings {
	struct scen_base base;
	struct scen_ha ha;
};

struct scen_flags {
	struct scen_base base;
	int k, r, alt_coa;		/* enum dsmip_switch */
	bool f;
};

struct scen_faulty {
	struct scen_base base;
	struct ip6_addr alt_coa;
	bool no_coa4;
};

/* How a node speaks IKEv2. */
struct scen_ike {
	struct scen_base base;
	GPtrArray *encryption, *groups;	/* const struct tree *: names, best first */
	bool confidential, nat_traversal, fragmentation, multiple_auth, redirect, follow_redirect;
	bool internal_address, tunnel, childless;
	int64_t fragment_size, cookies_above, half_open_max, liveness, rekey_ike, rekey_child;
};

enum scen_issuer { ISSUER_SCENARIO, ISSUER_STRANGER };

/* A home agent's certificate, made at the start of the run, or read from files. */
struct scen_certificate {
	struct scen_base base;
	int key;			/* enum crypto_key_type */
	int issuer;			/* enum scen_issuer */
	const char *name;		/* dNSName; NULL: none */
	int64_t valid_from, valid_for;	/* against the true time at the beginning */
	const char *key_file, *chain_file, *trust_file;	/* PEM, by their path from the scenario; NULL: made */
};

/* What is on a UE's USIM; the AAA server knows the same unless said. */
struct scen_usim {
	struct scen_base base;
	const char *imsi, *k, *opc;	/* digits; 32 hex digits; NULL: made of the UE's number */
	bool wrong_key;
	const char *password;		/* EAP-MD5 in place of EAP-AKA: NULL: none */
	int64_t ahead;			/* the USIM's SQN is that much ahead of the server's */
};

enum scen_reallocate { REALLOCATE_FIRST, REALLOCATE_LAST, REALLOCATE_BOUND };

struct scen_realloc {
	struct scen_base base;
	const struct tree *to;		/* ha node */
	int when;			/* enum scen_reallocate */
};

/* A PDN connection beside the one that the node's own keys describe. */
struct scen_pdn {
	struct scen_base base;
	const char *apn;
	GPtrArray *home_agent;		/* const struct tree *; empty: the node's */
	bool ipv4_home_address, subscribed;
	int64_t lifetime;
};

enum scen_provider { PROVIDER_OPENSSL, PROVIDER_MODELLED };

struct scen_crypto {
	struct scen_base base;
	int provider;			/* enum scen_provider */
	bool charge;
	const char *costs;		/* file, by its path from the scenario; NULL: built in */
};

/* MME and PDN gateway of a 3GPP access link, as far as they hand out protocol configuration options. */
struct scen_pco {
	struct scen_base base;
	const struct tree *by;		/* node; NULL: the first router or home agent on the link */
	const struct tree *home_agent;	/* ha node; NULL: none is told */
	GPtrArray *dns;			/* const struct tree *: dns-server nodes */
	const char *apn;		/* NULL: any */
	bool prefix, ifom;
	int64_t delay;
	int misbehave;			/* enum pco_fault */
};

/* How home agents reach an AAA server in live runs. */
struct scen_diameter {
	struct scen_base base;
	const char *realm, *asked_realm, *clients_realm;	/* asked_realm NULL: the realm */
	struct ip4_prefix network;	/* of their own: .1 the agent, .2 the server, .16 and on the clients */
	int64_t watchdog, retry;
	const char *agent;		/* a shell command that starts an agent between them; NULL: none */
};

struct scen_radius {
	struct scen_base base;
	const char *secret;
	struct ip4_prefix network;	/* of their own: .2 the server, .16 and on the clients */
	int64_t port, repeat;
};

enum scen_peer { PEER_OURS, PEER_EXTERNAL };

struct scen_node {
	struct scen_base base;		/* name: the node's, or its group's */
	int kind;			/* enum scen_node_kind */
	const char *about;
	int peer;			/* enum scen_peer */
	const char *command;		/* PEER_EXTERNAL: a shell command that plays it; NULL: somebody does already */
	GPtrArray *devices;		/* struct scen_device: interfaces of the machine that PEER_EXTERNAL is behind */
	const char *program;		/* a shell command on top of our stack, in live runs; NULL: none */
	int64_t count;			/* members; named name1..nameN when the key `count` is given */
	const struct tree *addresses;	/* link -> address or list of them */
	struct scen_clock *clock;
	const struct tree *timers;
	/* home agent */
	struct ip6_prefix hnp_pool;
	struct ip4_prefix ipv4_pool;
	int64_t ipv4_max;
	struct scen_ha ha;
	/* router */
	struct scen_nat *nat;
	/* home agent, router, DHCP server */
	struct scen_dhcp6 *dhcp6;	/* scenarios/dhcp6.h; NULL: none */
	/* mobile node */
	const struct tree *mobile_network;	/* link behind it; NULL: none */
	struct scen_delegation *delegation;
	GPtrArray *home_agent;		/* const struct tree * */
	GPtrArray *interfaces;		/* const struct tree * */
	bool dhcp4, ipv4_home_address, keepalive, keep_family, eager, optimistic, route_optimisation, dhaad, prefix_discovery;
	bool same_link;			/* mn */
	GPtrArray *prefer;		/* mn: const struct tree *: interfaces that take turns, best first */
	bool managed, other;		/* mn: of its profile */
	int local_routing;		/* mn: enum aaa_pmip_local, of its profile */
	bool ifom;
	const struct tree *bid_priority;	/* interface -> BID-PRI */
	int64_t lifetime, refresh, v6_wait, first_sequence, retries_128, retries_ipv4, missed_adverts;
	struct scen_flags *flags;
	struct scen_faulty *faulty;
	int ipsec;			/* enum scen_ipsec */
	const char *apn;
	struct scen_usim *usim;
	GPtrArray *pdns;		/* struct scen_pdn */
	struct scen_realloc *reallocate;	/* NULL: never */
	bool second_auth;
	/* how a mobile node finds its home agent */
	GPtrArray *discovery;		/* const struct tree *: methods; empty: home_agent is its list */
	GPtrArray *dns;			/* const struct tree *: dns-server nodes that it knows */
	GPtrArray *access_3gpp;		/* const struct tree *: interfaces */
	const struct tree *epdg;	/* ha node */
	const char *ha_apn, *home_domain;
	bool static_prefix;
	int andsf;			/* enum andsf */
	/* name server */
	const struct tree *zone;	/* name -> record or list of them */
	int64_t answer_delay;
	int misbehave;			/* enum dns_fault */
	/* mobile node and home agent */
	struct scen_ike *ike;
	/* home agent */
	struct scen_certificate *certificate;
	const struct tree *aaa;		/* node; NULL: it knows the subscribers itself */
	const struct tree *redirect_to;	/* ha node: IKE_SA_INIT is answered with REDIRECT; NULL */
	const char *redirect_name;	/* with it: REDIRECT carries this name in place of an address */
	const struct tree *tells;	/* ha node that HOME_AGENT_ADDRESS names; NULL: this one */
	/* lma, mag: security between them */
	int authentication;		/* enum ike_proof */
	const char *psk, *identity;	/* NULL: made; the node's name */
	GPtrArray *peers;		/* lma: const struct tree *: mag nodes; empty: mags, or all that name it */
	const struct tree *claims;	/* mag: another one, whose address it asks an SA for; NULL */
	/* PMIPv6: scenarios/pmip.h */
	struct scen_anchoring *anchoring;
	GPtrArray *mags;		/* lma: const struct tree *: mag nodes that may register; empty: all */
	struct scen_gateway *gateway;
	const struct tree *lma;		/* mag: lma node */
	GPtrArray *apns;		/* mn: const struct tree *: PDN connections */
	bool subscribed;		/* mn */
	int pdn_type;			/* mn: enum mh_3gpp_pdn_type */
	struct ip6_prefix home_prefix;	/* mn: of its profile; len 0: the LMA chooses */
	GPtrArray *further_prefixes;	/* mn: const struct tree *, beside that one */
	/* AAA server */
	int64_t round_trip;
	bool fast_reauth, pseudonyms, result_indications;
	struct scen_diameter *diameter;	/* NULL: asked inside the program, as in a simulation */
	struct scen_radius *radius;	/* NULL: not asked over RADIUS */
};

enum scen_ipsec { SCEN_IPSEC_NONE, SCEN_IPSEC_IKEV2 };

struct scen_advertise {
	struct scen_base base;
	const struct tree *by;		/* node */
	struct scen_range every;
	bool unsolicited, unicast, interval_option;
	int64_t lifetime, reply_delay, mtu, prefix_lifetime;
};

/* What a link does to frames; of a link, or what `set` changes. */
struct scen_impair {
	int64_t rate, queue, mtu, loss, reorder, reorder_delay, duplicate, corrupt;
	struct delay delay;
	struct scen_mask loss_mask;
};

struct scen_params {
	struct scen_base base;
	struct scen_impair impair;
};

/* Who carries a link's frames. */
enum scen_medium { MEDIUM_BUILTIN, MEDIUM_NS3 };

struct scen_link {
	struct scen_base base;
	const char *about;
	int kind;			/* enum link_kind */
	int medium;			/* enum scen_medium */
	GPtrArray *nodes;		/* const struct tree * */
	bool access, home, isolated;
	struct ip6_prefix prefix;
	struct ip4_prefix prefix4;
	struct scen_device *device;	/* live runs: a network of the machine that the link goes on in; NULL: none */
	const struct tree *dhcp4, *dhcp6;	/* node */
	GPtrArray *pool;		/* const struct tree *: two addresses */
	int64_t lease;
	struct scen_advertise *advertise;
	struct scen_pco *pco;		/* NULL: no 3GPP access */
	int technology;			/* enum mh_att, of a MAG's access link */
	struct ip6_prefix guest_prefix;	/* of a MAG's access link; length 0: none */
	GPtrArray *detect, *detect_loss;	/* const struct tree *: words of pmip_coming, pmip_going */
	struct scen_impair impair;
};

enum scen_verb {
	DO_ATTACH, DO_HANDOVER, DO_MOVE, DO_DETACH, DO_LINK_DOWN, DO_LINK_UP, DO_NAT_REBIND, DO_SET, DO_REFRESH,
	DO_WANT_IPV4, DO_SET_SEQUENCE, DO_DROP_BINDING, DO_DHCP_STOP, DO_DHCP_START, DO_DHCP_FORGET, DO_REBOOT,
	DO_CLOCK_STEP, DO_TRAFFIC_START, DO_TRAFFIC_STOP, DO_REKEY, DO_ABORT_SESSION, DO_REAUTHENTICATE, DO_REALLOCATE,
	DO_AAA_DOWN, DO_AAA_UP, DO_FLOOD, DO_REFRESH_REQUEST, DO_STRAY, DO_CLAIM, DO_DETACH_NETWORK, DO_REVOKE,
	DO_SOLICIT_PREFIX, DO_REQUEST_PREFIX, DO_RELEASE_PREFIX, DO_CONFIGURE,
	DO_ADD_FLOW, DO_MOVE_FLOW, DO_REMOVE_FLOW, DO_ADD_ACCESS, DO_REMOVE_ACCESS, DO_APPEAR, DO_FORGE, DO_RENUMBER,
	DO_X2,
	DO_VERBS
};

/* Which packets a routing rule takes, seen from the UE. Ranges count when they were given. */
struct scen_selector {
	struct scen_base base;
	int family;			/* 4 or 6 */
	GPtrArray *remote, *local;	/* const struct tree *: one or two addresses */
	struct scen_range protocol, remote_port, local_port, dscp, label, spi;
};

struct scen_action {
	struct scen_base base;
	int64_t at;
	const char *label;
	int verb;			/* enum scen_verb */
	const struct tree *node;	/* selector */
	const struct tree *link, *to;
	const char *interface;
	int64_t gap, overlap;
	int64_t every, spread;		/* over the members of a group */
	int64_t by;			/* clock-step */
	const struct tree *flow;
	struct scen_params *params;	/* set: link */
	struct scen_settings *settings;	/* set: home agent */
	struct scen_anchoring *anchoring;	/* set: LMA */
	struct scen_gateway *gateway;	/* set: MAG */
	bool want, by_dhcp4;
	int64_t sequence;
	const struct tree *of;
	const struct tree *to_node;	/* ha node; forge: lma or mag */
	const struct tree *as;		/* forge: lma or mag */
	int forged;			/* forge: enum pmip_forged */
	int what;			/* rekey: enum scen_rekey */
	int packet;			/* stray: enum dsmip_stray */
	int64_t count;			/* flood */
	const char *pdn, *to_pdn;	/* APNs of the UE; NULL: all of its PDN connections, claim: none */
	int how;			/* reallocate: enum scen_means */
	int64_t trigger;		/* revoke: enum mh_bri_trigger */
	bool ip4_only;			/* revoke */
	const char *realm;		/* revoke; NULL: no matter */
	int64_t fid, fid_priority;	/* a routing rule of the UE; priority 0: as the FID */
	int64_t rules;
	struct scen_selector *selector;
	GPtrArray *over;		/* const struct tree *: interfaces */
	const char *enb;		/* x2 */
};

enum scen_means { MEANS_NEXT, MEANS_SWITCH, MEANS_REDIRECT };

enum scen_rekey { REKEY_CHILD, REKEY_IKE };

struct scen_flow {
	struct scen_base base;
	const char *flow;
	const struct tree *from, *to;	/* selectors */
	int kind;			/* enum traffic_kind */
	int64_t interval, size, count, start, stop, port, spread, traffic_class;
	int family;			/* 4 or 6 */
	const char *pdn;		/* APN of the UE; NULL: its first one */
};

enum scen_fault_verb { FAULT_LOSE, FAULT_CORRUPT, FAULT_DELAY, FAULT_DUPLICATE, FAULT_EDIT };

struct scen_fault {
	struct scen_base base;
	int verb;
	const char *message;
	const struct tree *by, *link;
	int64_t nth, count, from, until, delay;
	const struct tree *fields;
	GPtrArray *edits;		/* struct scen_edit: scenarios/edit.h */
};

/* What an expectation or an anchor looks for among the records. */
struct scen_pattern {
	struct scen_base base;
	const char *message, *event, *label;
	const struct tree *by;		/* selector */
	const char *pdn;		/* APN of a UE; NULL: any */
	bool received;
	const struct tree *fields;
	int64_t nth;
};

struct scen_state {
	struct scen_base base;
	const struct tree *node;	/* selector */
	const char *machine, *is;
};

struct scen_expect {
	struct scen_base base;
	const char *id, *about;
	GPtrArray *clause, *covers;	/* const struct tree * */
	const char *message, *event, *metric;
	struct scen_state *state;
	const struct tree *by;
	const char *pdn;		/* APN of a UE; NULL: any, of a state the first */
	bool received, together, never;
	struct scen_anchor after, before;
	int64_t at;
	struct scen_range within, count;
	int64_t nth;
	int step;			/* enum step_kind; -1: any */
	const struct tree *fields;
	const char *least, *most, *is;	/* of a metric, in its unit */
	const struct tree *flow;	/* of a metric of one flow */
	const char *phase, *interface;
};

extern const struct scen_section scen_diameter_section, scen_radius_section;
extern const struct scen_section scen_advertise_section;	/* schema_advertise.c */
extern const struct scen_section scen_radio_section, scen_ap_section, scen_station_section;	/* radio.c */
struct scen_radio;
extern const struct scen_section scen_selector_section, scen_settings_section, scen_params_section, scen_ike_section;
/* schema_expect.c */
extern const struct scen_section scen_flow_section, scen_fault_section, scen_expect_section, scen_pattern_section,
	scen_state_section;

struct scen_names;
struct scenario {
	struct scen_base base;
	const char *name, *about, *extends;
	GPtrArray *spec;
	int profile;			/* enum mh_profile */
	int64_t duration, seed;
	const struct tree *timers;
	struct scen_crypto *crypto;
	GPtrArray *nodes;		/* struct scen_node */
	GPtrArray *links;		/* struct scen_link */
	const char *links_from;		/* a recording, by its path as it was written; NULL: none */
	struct scen_radio *radio;	/* NULL: none */
	GPtrArray *timeline;		/* struct scen_action */
	GPtrArray *traffic;		/* struct scen_flow */
	GPtrArray *faults;		/* struct scen_fault */
	GPtrArray *expect;		/* struct scen_expect */
	const struct tree *sweep;
	struct scen_names *names;	/* tables of everybody's names: scenarios/names.h */
};

#endif
