/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside of the home agent's security, shared by s2c_ha.c (sessions and their ends), s2c_ha_ike.c (what IKE asks,
 * with the AAA server) and s2c_ha_pdn.c (PDN connections and their prefixes).
 */
#ifndef MOOR_PROTO_S2C_HA_PRIV_H
#define MOOR_PROTO_S2C_HA_PRIV_H

#include "proto/dsmip_ha_priv.h"
#include "proto/s2c_ha.h"

/* A subscriber's connection to one PDN: whose prefix it is. */
struct s2c_pdn {
	moor_handle self;
	moor_handle session;		/* whose SA it has, or had while its binding stands; 0: none */
	struct imsi imsi;
	const char *apn;		/* the AAA server's text, or of ha_connection */
	struct ip6_prefix hnp;
	bool existing;			/* stands without SA and binding: 3GPP access, or from before a restart */
	bool provisioned;		/* of ha_connection: stands whenever nothing else holds it */
	bool on_3gpp;			/* s2c_ha_pdn_open: a mobility session of PMIPv6 has it */
	bool fixed;			/* the prefix is the subscriber's for ever */
	bool ip4;			/* may have an IPv4 home address */
};

/* Of one IKE SA whose peer said who it is; outlives it while the binding stands. */
struct s2c_session {
	struct s2c_ha *s;
	const struct aaa_apn *sub;	/* the subscription; NULL: not authenticated yet */
	moor_handle self;
	moor_handle sa;			/* 0: gone */
	moor_handle aaa;		/* of the AAA client; 0: closed */
	moor_handle pdn;		/* 0: none yet */
	moor_handle replaces;		/* session of the same PDN connection, which goes when the child SA stands */
	moor_handle child;		/* of the home address; 0: not yet */
	moor_handle who;		/* struct s2c_who, while it is being authenticated */
	struct moor_timer limit;	/* of the authentication; then DELETE */
	struct imsi imsi;
	struct dsmip_ha_addr switch_to;	/* zeros, or where HA Switch is to send it */
	uint8_t cause;			/* enum aaa_cause, when it ends by our own will; 0: none */
	bool second, admitted;
};

/* What requests to the AAA server need. */
struct s2c_who {
	moor_handle self;
	struct aaa_target target;
	struct ike_id idi;
	char apn[AAA_APN_OCTETS];
};

struct s2c_ha {
	struct dsmip_ha *a;
	struct s2c_ha_config c;
	struct ike *ike;
	struct aaa_client *client;
	struct slab pdns, sessions;
	struct index by_user;		/* struct s2c_pdn by IMSI */
	struct map by_prefix;		/* struct s2c_pdn by the upper 64 bits */
	struct texts apns;
	struct ip6_addr redirect_all;	/* :: nobody */
	struct ip6_addr redirect;	/* of the answer being given */
	struct ipsec_policy *policies;	/* those of RFC 4877 and one for tunnels; NULL: none for those */
};

/* s2c_ha.c */
struct s2c_session *s2c_session_at(const struct s2c_ha *s, moor_handle h);	/* NULL: gone */
struct s2c_session *s2c_session_new(struct s2c_ha *s, struct ike_sa *sa, const struct ike_id *idi,
				    const struct ike_id *idr);
struct s2c_session *s2c_session_of(const struct s2c_ha *s, const struct ike_sa *sa);	/* NULL: none */
void s2c_session_replaced(struct s2c_session *x);	/* another one has its connection: it goes */
void s2c_session_give_back(struct s2c_session *x);	/* its SA ended: what it was to replace goes on */
void s2c_session_check(struct s2c_session *x, enum aaa_cause cause);	/* goes when neither SA nor binding is left */
struct s2c_who *s2c_who_of(const struct s2c_session *x);	/* NULL: not being authenticated */
void s2c_forget_who(struct s2c_session *x);
/* The UE is to be authenticated anew within so long [RFC 4478]; some time after it the SA is taken down. */
void s2c_session_limit(struct s2c_session *x, uint32_t seconds);
struct ike_sa *s2c_sa_of(const struct s2c_session *x);	/* NULL: gone */

/* s2c_ha_ike.c */
extern const struct ike_user s2c_ha_user;
struct ip6_addr s2c_target_address(const struct aaa_target *t, bool v4);

/* s2c_ha_pdn.c */
struct s2c_pdn *s2c_pdn_at(const struct s2c_ha *s, moor_handle h);	/* NULL: gone */
struct s2c_pdn *s2c_pdn_of_prefix(const struct s2c_ha *s, const struct ip6_addr *a);	/* NULL: none */
/* The PDN connection that this session's SA is for, by the rules of 24.303 5.1.3.1; NULL: the pool is used up. */
struct s2c_pdn *s2c_pdn_choose(struct s2c_ha *s, const struct s2c_session *x, const struct ike_request *q,
			       const struct ip6_addr *from);
struct s2c_pdn *s2c_pdn_with_sa(const struct s2c_ha *s, struct imsi i, const char *apn);	/* NULL: none has one */
bool s2c_pdn_has_sa(const struct s2c_ha *s, const struct s2c_pdn *p);
void s2c_pdn_end(struct s2c_ha *s, struct s2c_pdn *p);	/* its prefix goes back */

#endif
