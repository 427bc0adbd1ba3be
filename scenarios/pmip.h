/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PMIPv6 in a scenario: the sections of the language about LMA and MAG (schema_pmip.c) and their rules (check_pmip.c);
 * what is wrong goes to the report.
 */
#ifndef MOOR_SCENARIOS_PMIP_H
#define MOOR_SCENARIOS_PMIP_H

#include "scenarios/load.h"

/* What an LMA does beyond its addresses and pools. */
struct scen_anchoring {
	struct scen_base base;
	int64_t lifetime_max, refuse, max_bindings;
	bool enabled, gre, gre_sequence, verify_attachment, accept_force_udp, heartbeat, release, dhcp4_server;
	bool revoke_on_handoff, global_revocation, tlv_header;
	GPtrArray *dns, *p_cscf;	/* const struct tree *: addresses of either family */
	struct ip6_addr mag_link_local;
	struct ip6_prefix shared_prefix;	/* length 0: none */
};

/* What a MAG does. */
struct scen_gateway {
	struct scen_base base;
	int transport;			/* enum pmip_transport */
	int knowledge;			/* enum pmip_knowledge */
	const char *domain;		/* NULL: that of its LMA */
	int64_t lifetime, refresh, clock_sync;
	struct ip6_addr fixed_link_local;
	const char *fixed_link_layer;	/* NULL: each access interface its own */
	bool snoop, mtu_option, withdraw_router, managed, other;
	bool gre, gre_sequence, timestamps, link_local, local_routing, ipv4, known_prefix, early_uplink, heartbeat;
	bool tlv_header;
	bool ipv4_on_demand, shared_prefix;
	bool gpp;
	int64_t dhcp4_lease;		/* 0: the binding's */
	const char *dhcp4_id;		/* an IPv4 address; NULL: the default router's */
};

extern const struct scen_section scen_anchoring_section, scen_gateway_section;
extern const struct scen_choice scen_access_technologies[], scen_pdn_types[], scen_authentications[], scen_forgeries[];
extern const struct scen_choice scen_local_routings[];

/* Does an LMA or MAG speak IKEv2 and ESP with its peers? */
bool pmip_secured(const struct scen_node *n);
/* Is this MAG in the LMA's peer authorization database? */
bool pmip_is_peer(const struct scen_node *lma, const struct scen_node *mag);
void pmip_check_security(const struct scenario *s, const struct scen_node *n, struct report *r);	/* check_pmip_sec.c */
void pmip_check_secured_set(const struct scen_action *a, const struct scen_node *n, struct report *r);
void pmip_check_forge(const struct scenario *s, const struct scen_action *a, struct report *r);

extern const struct scen_choice pmip_comings[], pmip_goings[];	/* words of `detect` and `detect-loss` */
uint8_t pmip_words(const GPtrArray *words, const struct scen_choice *choices);	/* their values, joined */

/* Does it serve MAGs: an LMA, or a home agent that is one as well? */
bool pmip_is_anchor(const struct scen_node *n);
/* The anchor of the MAG on this link; NULL: it is no access link of a MAG. */
const struct scen_node *pmip_anchor_of(const struct scenario *s, const struct scen_link *l);
/* Is it a link on which a MAG serves mobile nodes? */
bool pmip_is_access(const struct scenario *s, const struct scen_link *l);

void pmip_check_node(const struct scenario *s, const struct scen_node *n, struct report *r);
void pmip_check_link(const struct scenario *s, const struct scen_link *l, struct report *r);
void pmip_check_action(const struct scenario *s, const struct scen_action *a, struct report *r);

#endif
