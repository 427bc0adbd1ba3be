/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside of the builder, shared by the build*.c files.
 */
#ifndef MOOR_SCENARIOS_BUILD_PRIV_H
#define MOOR_SCENARIOS_BUILD_PRIV_H

#include "entity/cn.h"
#include "entity/dhcp_server.h"
#include "entity/ha.h"
#include "entity/lma.h"
#include "entity/mag.h"
#include "entity/mn.h"
#include "entity/router.h"
#include "entity/ue.h"
#include "net/timers.h"
#include "net/traffic.h"
#include "proto/dhcp6_service.h"
#include "proto/s2c_ha.h"
#include "proto/s2c_ue.h"
#include "scenarios/build.h"
#include "scenarios/fields.h"

/* A fixed node's interface on a link. */
struct fix_iface {
	guint link;			/* index in the scenario */
	struct ip6_addr a6;		/* zero: none */
	struct ip4_addr a4;
	struct mac_addr mac;
	struct net_iface *iface;
	struct moor_port *port;
};

/* A node of any kind but ue and mn. */
struct fix {
	const struct scen_node *n;
	struct moor_node *node;
	struct net_host *host;
	union {
		struct ha *ha;
		struct router *router;
		struct cn *cn;
		struct dhcp_server *dhcp;
		struct lma *lma;
		struct mag *mag;
	};
	struct dhcp6_service *dhcp6;	/* NULL: none, or the home agent's own */
	guint n_ifaces;
	struct fix_iface iface[ROUTER_IFACE_MAX];
};

/* A node of kind ue: one or many members. */
struct group {
	const struct scen_node *n;
	struct ue_profile profile;
	struct ue_profile *pdns;	/* of the further PDN connections, in the order of n->pdns */
	struct ue **ue;			/* n->count of them */
	guint ordinal;			/* of the first member among all nodes */
	struct imsi first;		/* of the first member */
	uint64_t macs[UE_IFACE_MAX];	/* of the first member's interfaces; the others' count on */
	bool sink;			/* listens for traffic */
};

/* A node of kind mn: one or many members. */
struct herd {
	const struct scen_node *n;
	struct mn_profile profile;
	struct mn **mn;			/* n->count of them */
	guint ordinal;			/* of the first member among all nodes */
	struct imsi first;		/* of the first member */
	uint64_t macs[MN_IFACE_MAX];	/* of the first member's interfaces; the others' count on */
	bool sink;			/* listens for traffic */
};

enum act_kind { ACT_ENTRY, ACT_ENTRY_SECOND, ACT_FLOW_START, ACT_FLOW_STOP };

/* Something that happens at a time. */
struct act {
	moor_time at;
	uint32_t entry;			/* index of timeline entry or flow */
	uint32_t node : 30;		/* ordinal of the node, or number of the flow within the entry */
	uint32_t kind : 2;		/* enum act_kind */
};

/* The preferred lifetime of a home prefix that UEs share, seconds. */
static inline uint32_t build_preferred(const struct scen_ha *k)
{
	return (uint32_t)(k->prefix_lifetime / MOOR_S * 3 / 4);
}

struct build {
	const struct scenario *s;
	struct moor_world *w;
	struct fix *fix;		/* in the order of the scenario; NULL entity for ue nodes */
	guint n_fix;
	guint *slots;			/* by place of the node: which of groups, herds or fix it is */
	struct group *groups;
	guint n_groups;
	struct herd *herds;
	guint n_herds;
	GHashTable *domains;		/* name -> struct pmip_domain */
	guint n_members;
	GPtrArray *timers;		/* struct timer_set */
	GPtrArray *profiles;		/* struct net_profile */
	struct moor_link **links;
	struct traffic **flows;		/* by number */
	uint32_t n_flows;
	struct act *acts;		/* sorted */
	guint n_acts, next_act;
	guint n_planned;		/* entries of the timeline at the beginning; 0 while it is being built */
	struct moor_timer timer;
	GHashTable *downed;		/* struct moor_port -> struct moor_link: taken down by link-down */
	GHashTable *turns;		/* struct moor_port -> struct moor_link: its link, of interfaces that take turns */
	build_x2_fn *x2;		/* NULL: the engine has no LTE */
	void *x2_ctx;
	GHashTable *moving;		/* struct moor_port: between two links of a move */
	GHashTable *halfway;		/* node -> timeline entry, both + 1: its second half is still to come */
	GHashTable *macs;		/* 32-bit stems in use */
	GPtrArray *faults;		/* struct harm */
	struct net_spoil spoil;		/* faults that edit what a MAG or LMA sends */
	struct keyring *keyring;	/* for faults that must see inside ESP and IKE; NULL: no need */
	GHashTable *told;		/* "MAC/APN" -> struct ip6_prefix that PCO tell it */
	struct security *security;	/* NULL: `ipsec: none` everywhere */
	struct absent *absent;		/* nodes that another process plays; NULL: none */
};

/* A node by its ordinal; exactly one of fix, group and herd is set. */
struct member {
	struct fix *fix;
	struct group *group;
	struct herd *herd;
	uint32_t index;			/* in the group or herd */
	struct moor_node *node;
};
struct member build_member(struct build *b, uint32_t ordinal);
/* All ordinals that a selector names, in order: array of uint32_t, free with g_array_unref. */
GArray *build_select(struct build *b, const char *selector);
guint build_link_index(const struct build *b, const struct scen_link *l);
struct fix *build_fix(struct build *b, const char *name);
struct fix_iface *fix_on(struct fix *f, guint link);
struct link_params build_params(const struct scen_impair *i);

const struct timer_set *build_timers(struct build *b, const struct scen_node *n);
/* The addresses that a home agent is known by: the first ones that are not on a home link. */
struct dsmip_ha_addr build_ha_address(const struct build *b, const struct fix *f);

/* build_security.c; all but the first two only when b->security is there */
bool build_security(struct build *b, char **why);
void build_security_free(struct security *x);
struct ike_config *build_ike_config(struct build *b, const struct scen_node *n);	/* kept; may be changed */
/* Made, or read from files; names ends with NULL: what it is for, unless the scenario names one. NULL: *why. */
struct crypto_identity *build_certificate(struct build *b, const struct scen_node *n, const struct dsmip_ha_addr *a,
					  const char *const *names, char **why);
const struct crypto_identity *build_identity(const struct build *b, const struct scen_node *n);	/* NULL: none */
const struct crypto_ca *build_ca(const struct build *b);
void build_aaa_servers(struct build *b);	/* before the home agents */
bool build_ha_security(struct build *b, const struct scen_node *n, const struct dsmip_ha_addr *a,
		       struct s2c_ha_config *out, char **why);
void build_redirects(struct build *b);		/* after the home agents */
bool build_ue_security(struct build *b, struct group *g, char **why);	/* fills g->profile.dsmip.security, g->pdns */
/* Only that it is known to the AAA servers: a UE without security associations that MAGs ask about. */
bool build_subscriber(struct build *b, struct group *g, char **why);
/* The PDN connection that the APN names (NULL: the first) of a UE; NULL: it has none such. */
struct ue *build_pdn(const struct group *g, uint32_t member, const char *apn);
struct usim build_card(struct build *b, const struct group *g, uint32_t member);
/* Subscribers of every AAA server; *first: the IMSI of the first of n->count. Only with b->security. */
bool build_enrol(struct build *b, const struct scen_node *n, const struct aaa_apn *apns, unsigned n_apns,
		 struct imsi *first, char **why);
struct aaa_server *build_aaa_server(struct build *b, const struct tree *name);	/* name NULL, or no security: NULL */
/* False: nothing there that it could be done with. */
bool build_aaa_action(struct build *b, const struct scen_action *a, const char *node);
void build_flood(struct build *b, const struct scen_action *a, struct net_host *from);
void build_detach_network(struct build *b, struct ue *u);
bool build_ha_reallocate(struct build *b, const struct scen_action *a, struct ha *ha);
void build_ha_rekey(struct build *b, const struct scen_action *a, struct ha *ha);

/* build_discovery.c */
void build_dns_server(struct build *b, struct fix *f);
void build_told_prefix(struct build *b, const struct mac_addr *macs, unsigned n, const char *apn,
		       const struct ip6_prefix *hnp);
void build_accesses(struct build *b);		/* after all nodes */
void build_discovery(struct build *b, const struct group *g, const char *apn, struct dsmip_ue_profile *out);

/* build_pmip_sec.c; *out: NULL without security. False: *why */
bool build_lma_security(struct build *b, const struct fix *f, const struct pmip_sec_config **out, char **why);
bool build_mag_security(struct build *b, const struct fix *f, const struct pmip_sec_config **out, char **why);
/* What this node (own) believes to share with the other; proof says how. */
struct ike_pad build_proof(struct build *b, const struct scen_node *lma, const struct scen_node *mag,
			   const struct scen_node *own);
const char *build_pmip_identity(const struct scen_node *n);
bool build_pmip_rekey(struct build *b, const struct scen_action *a, struct fix *f);	/* false: no SA */
void build_forge(struct build *b, const struct scen_action *a, struct net_host *from);

/* build_pmip.c */
void build_gateway(struct build *b, const struct scen_node *n, struct pgw_config *out);
/* Of an LMA, or a home agent that is one as well; NULL: it is none. */
struct pmip_lma *build_anchor(const struct fix *f);
/*
 * What is to be done with a UE's binding is done with its session behind a MAG, when it has no binding elsewhere.
 * False: it has none such. hoa NULL: not known.
 */
bool build_home_session(const struct scen_action *a, const struct fix *f, const struct member *m,
			const struct ip6_addr *hoa);
struct imsi build_imsi(const struct scen_node *n, guint ordinal);	/* without an AAA server */
bool build_lma(struct build *b, struct fix *f, char **why);
bool build_mag(struct build *b, struct fix *f, char **why);
/* The first address of each family that is not on an access link. */
struct dsmip_ha_addr build_core_address(const struct build *b, const struct fix *f);
bool build_herd(struct build *b, struct herd *h, char **why);
void build_domains(struct build *b, bool make);
void build_mag_links(struct build *b);		/* once the ports are on their links */
void build_on_mn(struct build *b, const struct scen_action *a, struct herd *h, uint32_t member, bool second);
void build_on_lma(struct build *b, const struct scen_action *a, struct fix *f);
void build_on_mag(struct build *b, const struct scen_action *a, struct fix *f);

/* build_turns.c */
void build_turns(struct build *b, struct herd *h);
/* False: its interfaces do not take turns, and nothing was done. */
bool build_turns_attach(struct build *b, const struct herd *h, struct mn *m, struct moor_port *p, struct moor_link *to);
void build_turns_end(struct build *b, const struct mn *m);	/* its interfaces are switched off */
/* build_radio.c */
/* `link-down` and `link-up` of an interface, which need not be on a link just now when a radio moves it. */
void build_carrier(struct build *b, struct moor_port *p, bool up);
void build_x2(struct build *b, const struct scen_action *a, const struct moor_node *n);

/* build_absent.c */
bool build_is_absent(const struct build *b, uint32_t node);
void build_absent_free(struct build *b);
/* If m is elsewhere: the address that was told, in place of that which fn(arg) knows. */
void build_elsewhere(struct build *b, const struct member *m, bool v4, traffic_addr_fn **fn, void **arg);
struct build_binding;
struct build_count;
/* What was told of an absent node; false: fn has had enough. */
bool build_told_bindings(struct build *b, uint32_t node, bool (*fn)(void *ctx, const struct build_binding *x),
			 void *ctx);
struct build_count build_told_count(struct build *b, uint32_t node, bool cache);
bool build_ue_address6(struct build *b, struct ue *u, struct ip6_addr *out);
bool build_mn_address6(struct build *b, struct mn *m, struct ip6_addr *out);

/* build_plan.c */
void build_addresses(struct build *b);		/* who has which address where */
struct mac_addr build_mac(struct build *b, const char *node, const char *iface);	/* of the first member */
void build_routes(struct build *b);		/* build_route.c */
/* build_dhcp6.c */
void build_dhcp6(struct build *b);
void build_dhcp6_action(const struct scen_action *a, const struct fix *f);	/* dhcp-stop, -start, -forget */
void build_mobile_network(struct build *b, const struct group *g, struct ue *u);
void build_prefix_action(const struct scen_action *a, const struct group *g, struct ue *u);
void build_timeline(struct build *b);		/* build_time.c */
void build_traffic(struct build *b);
void build_faults(struct build *b);		/* build_fault.c */
void build_faults_free(struct build *b);
const struct net_spoil *build_spoil(struct build *b);	/* NULL: no fault edits anything */

#endif
