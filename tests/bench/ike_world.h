/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A world of many UEs that attach with IKEv2 and EAP-AKA: one home agent and one access router on the UEs' link, an AAA
 * server whose answers take no time on the way. See bench_ike.c.
 */
#ifndef MOOR_TESTS_BENCH_IKE_WORLD_H
#define MOOR_TESTS_BENCH_IKE_WORLD_H

#include "entity/aaa.h"
#include "entity/ha.h"
#include "entity/router.h"
#include "entity/ue.h"
#include "tests/bench/ike_primitives.h"
#include "world/link.h"

#define IKE_WORLD_APN "internet.mnc001.mcc001.gprs"

struct ike_world_config {
	enum crypto_kind kind;
	uint16_t group;			/* enum crypto_group */
	enum crypto_key_type signature;
	uint32_t n;			/* UEs */
	moor_time spacing;		/* between two attaches */
	bool plain;			/* `ipsec: none` */
	bool childless;			/* no child SA in IKE_AUTH */
	bool rsa1024;			/* in place of `signature` */
};

struct bench_world {
	struct ike_world_config c;
	struct moor_world *w;
	struct crypto *crypto;
	struct crypto_ca *ca;
	struct crypto_identity *id;
	struct crypto_trust *trust;
	struct ike_config ue_ike, ha_ike;
	struct s2c_ue_profile security;
	struct s2c_ha_config ha_security;
	struct ue_profile profile;
	struct aaa_apn apn;
	struct aaa_server *aaa;
	struct moor_link *link;
	struct ha *ha;
	struct ue **ue;
	uint8_t secret[16];
	uint32_t at;
	struct moor_timer timer;
};

/* Everything is there, nobody attached. b stays where it is. Never freed: its process ends. */
void ike_world_make(struct bench_world *b, const struct ike_world_config *c);
/* All attach, one after another, and what follows is waited for. Returns how many are registered with all they need. */
uint32_t ike_world_run(struct bench_world *b);
/* The same in parts, one after the other from 0 on. */
void ike_world_part(struct bench_world *b, unsigned part, unsigned parts);
uint32_t ike_world_registered(const struct bench_world *b);
/* Memory by kind, all roles. */
void ike_world_memory(const struct bench_world *b, mem_report_fn *fn, void *ctx);
/* An identity with an RSA key of 1024 bits for the home agent, made now; t trusts it. */
struct crypto_identity *ike_world_rsa1024(struct crypto *c, struct crypto_trust *t);
struct primitive_setting ike_world_primitives(const struct bench_world *b);

#endif
