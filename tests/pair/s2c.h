/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rig with security associations: an AAA server that knows one subscriber, a certification authority, home agents
 * with certificates of it, and a UE with the subscriber's card. Everything may be changed between s2c_new and
 * s2c_build.
 */
#ifndef MOOR_TESTS_PAIR_S2C_H
#define MOOR_TESTS_PAIR_S2C_H

#include "crypto/cert.h"
#include "entity/aaa.h"
#include "tests/pair/rig.h"

#define S2C_APN "internet.mnc001.mcc001.gprs"

struct s2c {
	struct rig *r;
	struct crypto *crypto;
	struct crypto_ca *ca, *other;		/* `other` is nobody's anchor */
	struct crypto_identity *id;		/* of the home agents; made by s2c_build when NULL */
	struct crypto_trust *trust;
	struct crypto_cert_spec cert;		/* of the home agents */
	bool by_other;				/* … signed by `other` */
	struct ike_config ue_ike, ha_ike;
	struct s2c_ue_profile ue;
	struct s2c_ha_config ha;
	struct aaa *aaa_node;
	struct aaa_server *aaa;
	struct aaa_server_config aaa_config;
	struct aaa_apn apn;
	struct aaa_subscriber sub;
	struct s2c_ha *sec;			/* of r->ha */
	struct ike *ike_ue, *ike_ha;
};

struct s2c *s2c_new(void);
void s2c_build(struct s2c *s);
void s2c_free(struct s2c *s);			/* checks for leaks */

/* Attaches there, runs, and asserts that the UE is registered, with everything that belongs to it. */
bool s2c_registered(struct s2c *s, const char *iface, struct moor_link *l);
struct s2c_ue_view s2c_view(const struct s2c *s);
struct s2c_pdn_view s2c_pdn(const struct s2c *s);	/* at the first home agent; zeros: none */
/*
 * IKE messages of that node, sent (or received), of that exchange, since a time; repeated ones are not counted.
 * request: else responses.
 */
unsigned s2c_messages(const struct s2c *s, enum rec_kind kind, uint32_t node, uint8_t exchange, bool request,
		      moor_time since);
/* How many IKE messages the node sent that have this notify, in clear or inside. */
unsigned s2c_notifies(const struct s2c *s, uint32_t node, uint16_t type);
/* Asserts that every Mobility Header that was sent was in ESP. */
void s2c_all_secured(const struct s2c *s);
struct ike_sa_view s2c_sa(const struct s2c *s);		/* of the UE; state NONE: there is none */

#endif
