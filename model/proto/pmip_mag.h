/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mobile access gateway of PMIPv6 [RFC 5213 6, RFC 5844 3.2, RFC 5845 3.1, 29.275]: it notices mobile nodes on its
 * access links, registers them at their LMA, shows them their home network prefixes, and tunnels what they send.
 *
 * The mobile nodes are plain hosts; who they are is told by access authentication (`who`). One binding update list
 * entry for each PDN connection of a mobile node.
 */
#ifndef MOOR_PROTO_PMIP_MAG_H
#define MOOR_PROTO_PMIP_MAG_H

#include "net/router.h"
#include "proto/aaa.h"
#include "proto/pmip.h"
#include "proto/pmip_lma.h"

#define PMIP_APNS_MAX 4u		/* PDN connections of one mobile node */

/* What access authentication says of a host. */
struct pmip_host {
	struct imsi imsi;
	unsigned n_apns;		/* 0: one connection without a name */
	const char *apn[PMIP_APNS_MAX];	/* live as long as the MAG */
};

/* How much a MAG knows about where a mobile node comes from [RFC 5213 6.9.1.1]. */
enum pmip_knowledge {
	PMIP_KNOWS_DOMAIN,		/* context transfer: 1 for a new interface, 3 when another MAG had it; default */
	PMIP_KNOWS_MOVES,		/* and 2: a mobile node's interfaces take turns, as in cellular networks */
	PMIP_KNOWS_NOTHING		/* 4 always; without a domain too */
};

/* By what a MAG notices that somebody came to an access link [RFC 5213 6.9.1.1], as bits. */
enum pmip_coming {
	PMIP_COMES_LINK = 1,		/* the link says so; default */
	PMIP_COMES_RS = 2,		/* a router solicitation from a MAC that is not known */
	PMIP_COMES_DHCP = 4,		/* a message to DHCP servers from such */
	PMIP_COMES_DATA = 8		/* any frame from such */
};

/* … and that it is gone [RFC 5213 6.13]. */
enum pmip_going {
	PMIP_GOES_LINK = 1,		/* the link says so; default */
	PMIP_GOES_NUD = 2,		/* after MN_SILENCE_TIME without a word it is probed, and does not answer */
	PMIP_GOES_SILENCE = 4		/* that silence alone; only draft 02 allows it, elsewhere it does nothing */
};

/* What the MAGs of a domain tell each other, when they do (context transfer): one for all of them. */
struct pmip_domain;
struct pmip_domain *pmip_domain_new(void);
void pmip_domain_free(struct pmip_domain *d);
/*
 * For a domain whose MAGs are in several processes: fn is called with all that one here tells, and what it gets, which
 * means something to the same program alone, is given to the domain's other halves with pmip_domain_hear.
 */
typedef void pmip_domain_tell_fn(void *ctx, const void *told, size_t n);
void pmip_domain_on_tell(struct pmip_domain *d, pmip_domain_tell_fn *fn, void *ctx);
void pmip_domain_hear(struct pmip_domain *d, const void *told, size_t n);

/* Copied at creation. pmip_mag_config_default fills all but addresses, LMA and `who`. */
struct pmip_mag_config {
	enum mh_profile profile;	/* r10; r8 means PMIP_DRAFT02 too */
	enum pmip_drift drift;
	const struct timer_set *timers;	/* NULL: defaults; outlives the MAG */
	struct ip6_addr proxy_coa;
	struct ip4_addr proxy_coa4;
	struct dsmip_ha_addr lma;	/* unless the subscriber's profile names one */
	enum pmip_transport transport;	/* default PMIP_IP6 */
	/* Who is behind this MAC; false: nobody with a subscription (a guest). owner: of the MAG's creator */
	bool (*who)(void *owner, const struct mac_addr *mac, struct pmip_host *out);
	void *owner;
	const struct pmip_names *names;	/* NULL: IMSIs' own */
	struct aaa_server *aaa;		/* policy store; NULL: nobody is asked */
	struct aaa_client_config client;
	struct pmip_domain *domain;	/* NULL: none, as PMIP_KNOWS_NOTHING; kept by reference */
	enum pmip_knowledge knowledge;
	moor_time lifetime;		/* asked for; default 3600 s */
	uint8_t refresh_percent;	/* of the granted lifetime; 1..99, default 80; 0: never */
	bool gre;			/* default true */
	bool gre_sequence;
	bool tlv_header;		/* with signalling in UDP asks for GRE in UDP [RFC 5845 7.3]; default false */
	bool timestamps;		/* default true */
	bool link_local_option;		/* asks the LMA for the access link's link-local address; default true */
	/*
	 * FixedMAGLinkLocalAddressOnAllAccessLinks [RFC 5213 9.3], the same in a whole domain; :: asks the LMA as above. The
	 * fixed link-layer address is that of the access interfaces, which their maker gives them.
	 */
	struct ip6_addr fixed_link_local;
	bool mtu_option;		/* says what the tunnel takes [RFC 5213 6.9.2]; default true */
	bool withdraw_router;		/* takes back the router of the gateway before [draft 02, 7]; default false */
	bool snoop;			/* hears all multicast on access links, duplicate address detection too; default false */
	bool local_routing;		/* EnableMAGLocalRouting; default false */
	bool ip4;			/* asks for IPv4 home addresses; default false */
	bool gpp;			/* options of 3GPP: configuration is asked for, charging ids are taken; default false */
	bool ip4_on_demand;		/* … but only once DHCP asks for one; default false */
	struct ip4_addr dhcp4_id;	/* server identifier of the whole domain; 0.0.0.0: the default router's, default */
	uint32_t dhcp4_lease;		/* seconds at most; 0: what is left of the binding, default */
	uint8_t n_dns4;			/* told by DHCPv4 */
	struct ip4_addr dns4[3];
	bool known_prefix;		/* asks by name for the prefix that the domain or the profile knows; default false */
	/*
	 * Asks for one address of a prefix that mobile nodes share instead of a prefix for each, and is the DHCPv6 server that
	 * gives it to its mobile node [draft 02, App. B]; whole domains agree on it. Default false
	 */
	bool shared_prefix;
	bool early_uplink;		/* sends up before the PBA with a key that the domain knows [29.275 5.2]; default false */
	bool heartbeat;			/* default true */
	/* what advertisements on access links say; prefixes are filled in */
	struct router_advert advert;
	/* After status 156 the clock is set right (by NTP, say) so much later, and the PBU sent again; 0: never. 1 s */
	moor_time clock_sync;
};

void pmip_mag_config_default(struct pmip_mag_config *c);

enum pmip_bule_state {
	PMIP_BULE_DETACHED,
	PMIP_BULE_AUTH,			/* the AAA server was asked */
	PMIP_BULE_PBU_SENT,
	PMIP_BULE_ACTIVE,		/* a refresh may be under way */
	PMIP_BULE_DEREG,		/* lifetime 0 was sent */
	PMIP_BULE_REFUSED,		/* no service until an administrative action or a new attachment */
	PMIP_BULE_STATES
};

enum pmip_bule_event {
	PMIP_BULE_EV_ATTACH, PMIP_BULE_EV_PROFILE, PMIP_BULE_EV_NO_SERVICE, PMIP_BULE_EV_TIMER, PMIP_BULE_EV_PBA,
	PMIP_BULE_EV_REFUSED, PMIP_BULE_EV_DETACH, PMIP_BULE_EV_BRI, PMIP_BULE_EV_EXPIRED, PMIP_BULE_EV_REFRESH,
	PMIP_BULE_EVENTS
};

extern const struct fsm pmip_bule_fsm;

struct pmip_mag;

/* Takes Mobility Headers, UDP 5436 and the hooks of h. */
struct pmip_mag *pmip_mag_new(struct net_host *h, const struct pmip_mag_config *c);
void pmip_mag_free(struct pmip_mag *m);
struct aaa_client *pmip_mag_aaa(const struct pmip_mag *m);	/* NULL: it asks nobody */
/* This interface is an access link; att: enum mh_att. Its port is the hub of the LAN there. */
void pmip_mag_access(struct pmip_mag *m, struct net_iface *i, uint8_t att);

/*
 * Hosts there that have no subscription, or may not have this service, are shown this prefix, and are routed plainly
 * [RFC 5213 6.14]. One at most for each interface; before that they get nothing.
 */
void pmip_mag_guests(struct pmip_mag *m, struct net_iface *i, const struct ip6_prefix *prefix);

/* How comings and goings are noticed there; bits of enum pmip_coming and enum pmip_going. */
void pmip_mag_detection(struct pmip_mag *m, struct net_iface *i, uint8_t coming, uint8_t going);

/* What mobile nodes ask by DHCPv6 on this access link goes to that server, 8 links at most [RFC 5213 6.11]. */
void pmip_mag_relay6(struct pmip_mag *m, struct net_iface *i, const struct ip6_addr *server);

/* ---- actions ----------------------------------------------------------------------------------------------------- */

struct pmip_mag_config *pmip_mag_settings(struct pmip_mag *m);
void pmip_mag_attached(struct pmip_mag *m, struct net_iface *i, const struct mac_addr *mac);	/* as a link event */
void pmip_mag_detached(struct pmip_mag *m, const struct mac_addr *mac);
void pmip_mag_refresh(struct pmip_mag *m, struct imsi i);	/* all its sessions now */
void pmip_mag_end(struct pmip_mag *m, struct imsi i);		/* administrative de-registration */
/* All its sessions, each of its LMAs told at once [RFC 5846 9.2]. Returns how many there were. */
unsigned pmip_mag_give_up(struct pmip_mag *m);
void pmip_mag_reboot(struct pmip_mag *m);			/* the binding update list is gone */

/* ---- queries ----------------------------------------------------------------------------------------------------- */

struct pmip_bule_view {
	enum pmip_bule_state state;
	struct imsi imsi;
	const char *apn;
	struct mac_addr mac;
	unsigned n_hnp;
	struct ip6_prefix hnp[PMIP_HNP_MAX];
	struct ip4_addr hoa4, router4;
	struct ip6_addr lma;
	uint32_t key_down, key_up;
	uint8_t handoff, att, status;	/* of the last PBU; of the last refusal */
	uint16_t sequence, lifetime;
	moor_time expires;
	uint32_t charging_id;		/* 0: none */
	uint8_t pdn_id;			/* PDN connection id; 0: none */
	struct pmip_pdn pdn;		/* protocol configuration options of the LMA */
};
/* The nth entry of a mobile node. False: it has not so many. */
bool pmip_mag_binding(const struct pmip_mag *m, struct imsi i, unsigned nth, struct pmip_bule_view *out);
/* Every entry, one after the other: starts with *at = 0; false at the end. */
bool pmip_mag_binding_next(const struct pmip_mag *m, uint32_t *at, struct pmip_bule_view *out);
uint32_t pmip_mag_hosts(const struct pmip_mag *m);	/* that it knows of, on its links or with an entry left */
uint32_t pmip_mag_bindings(const struct pmip_mag *m);	/* ACTIVE ones */
uint32_t pmip_mag_entries(const struct pmip_mag *m);
void pmip_mag_memory(const struct pmip_mag *m, mem_report_fn *fn, void *ctx);

#endif
