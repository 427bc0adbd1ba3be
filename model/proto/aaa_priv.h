/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside of the AAA: what the store keeps per subscriber, what server and client keep per session, and the messages
 * between them. For model/proto/aaa*.c only.
 */
#ifndef MOOR_PROTO_AAA_PRIV_H
#define MOOR_PROTO_AAA_PRIV_H

#include "base/index.h"
#include "proto/aaa.h"
#include "proto/eap_md5.h"
#include "world/record.h"
#include "world/timer.h"

#define AAA_RANGES_MAX 16u

/* ---- the store --------------------------------------------------------------------------------------------------- */

/* One that was provisioned by itself, or a generated one that somebody named. 48 octets. */
struct aaa_sub {
	struct imsi imsi;
	uint64_t sqn;
	uint32_t profile;
	uint32_t keys;			/* number + 1 in the table of keys; 0: generated */
	uint32_t range;			/* of a generated one */
	moor_handle names;		/* struct aaa_names; 0: none were given */
	moor_handle sessions;		/* the first struct aaa_session */
	moor_handle overrides;		/* the first struct aaa_override */
};

struct aaa_keys {
	uint8_t k[16], opc[16], amf[2];
};

/* Names given to a subscriber. Numbers of 64 bits make them; 0: none. */
struct aaa_names {
	moor_handle sub;
	uint16_t counter;		/* of the next fast re-authentication */
	uint8_t mk[20];
	uint64_t pseudonym, former;	/* the one issued last, and the one before it or last used [RFC 4187 4.1.1.7] */
	uint64_t used;			/* with which the run that is under way began */
	uint64_t reauth;
};

/* Another home agent for a subscription, as a trigger asked. */
struct aaa_override {
	moor_handle next;
	const struct aaa_apn *apn;
	struct aaa_target target;
};

struct aaa_profile {
	uint32_t n;
	struct aaa_apn apn[AAA_APNS_MAX];
};

struct aaa_range {
	struct imsi first;
	uint64_t n;
	uint8_t secret[16];
	uint32_t profile;
};

struct aaa_store {
	struct slab subs, names, overrides;
	struct table keys, profiles;
	struct index by_imsi, by_name;	/* by_name: handles of names, by each of their numbers */
	struct aaa_range range[AAA_RANGES_MAX];
	unsigned n_ranges;
	struct texts texts;
};

void aaa_store_init(struct aaa_store *t);
void aaa_store_done(struct aaa_store *t);
/* By IMSI; makes an entry of a generated one. 0: not known. */
moor_handle aaa_store_find(struct aaa_store *t, struct imsi i);
static inline struct aaa_sub *aaa_sub_of(const struct aaa_store *t, moor_handle h) { return slab_get(&t->subs, h); }
/* apn NULL: the first one. NULL: not subscribed to. */
const struct aaa_apn *aaa_store_apn(const struct aaa_store *t, const struct aaa_sub *sub, const char *apn);
/* The target that counts now for this subscription. */
struct aaa_target aaa_store_target(const struct aaa_store *t, const struct aaa_sub *sub, const struct aaa_apn *apn);

/* ---- sessions and messages --------------------------------------------------------------------------------------- */

/* A run of EAP, while it runs. */
struct aaa_run {
	bool md5;
	bool user;			/* the first authentication of a struct aaa_user */
	union {
		struct eap_aka_server aka;
		struct eap_md5_server md5;
	} u;
};

/* At the server. */
struct aaa_session {
	moor_handle self, next, former;	/* in the list of its subscriber */
	moor_handle sub;		/* 0: not known yet */
	moor_handle run;		/* 0: no EAP runs */
	moor_handle remote;		/* the session at the client */
	struct aaa_client *client;
	const struct aaa_apn *apn;
	bool granted;			/* AAA_SUCCESS was said once */
};

/* Somebody without a USIM. */
struct aaa_user {
	struct aaa_user *next;
	const char *name, *password;
	moor_handle sub;
};

struct aaa_server {
	struct aaa_server_config c;
	struct moor_node *node;
	struct moor_world *world;
	struct aaa_store store;
	struct slab sessions, runs;
	struct aaa_user *users;
	struct aaa_client *clients;	/* all of them */
	struct rng rng_rand, rng_names, rng_eap;
	struct aaa_session *current;	/* whose EAP packet is being handled */
	bool down;
};

enum aaa_stage {
	AAA_AT_SENDER,			/* on its way to the other end */
	AAA_AT_RECEIVER,		/* the answer is on its way back */
	AAA_UNANSWERED			/* until the time limit */
};

/* On its way. Requests of the client and of the server alike; what comes back is written over what went. */
struct aaa_message {
	struct moor_timer timer;
	moor_handle self, next;		/* of its client's list */
	struct aaa_client *client;
	moor_handle session;		/* at the client; 0: none */
	moor_handle remote;		/* at the server: of STR, ASR, RAR */
	aaa_answer_fn *done;
	moor_time sent_at;
	uint16_t command;
	uint8_t stage;			/* enum aaa_stage */
	bool redirect_all, second, no_redirect, authorise;
	uint32_t result;
	uint32_t cause;			/* of STR */
	struct aaa_target target;
	/* request */
	uint8_t nai_len, msk_len;
	bool fast, apn_told;
	struct imsi imsi;
	const struct aaa_apn *apn;	/* of the answer */
	uint8_t nai[EAP_NAI_MAX];
	char apn_name[AAA_APN_OCTETS];
	uint8_t msk[64];
	struct ip6_addr home_agent6;
	struct ip4_addr home_agent4;
	struct eap_out eap;
};

/* At the client. */
struct aaa_client_session {
	void *user;
	moor_handle remote;		/* 0: the server does not know it */
	moor_handle waiting;		/* struct aaa_message; 0: none */
	struct imsi imsi;
	bool granted;			/* with a carrier: AAA_SUCCESS came once */
};

struct aaa_client {
	struct aaa_client_config c;
	struct moor_node *node;
	struct moor_world *world;
	struct aaa_server *server;	/* NULL: there is none */
	struct aaa_client *next;	/* of the server's list */
	const struct aaa_carrier *by;	/* NULL: the path of virtual time */
	void *by_ctx;
	moor_handle telling;		/* the message of which an op is called */
	uint32_t far_node;		/* of the server at the carrier's other end, with `by` */
	struct aaa_client_ops ops;
	void *owner;
	struct slab sessions, messages;
};

/* Answers a DER at the server: everything but what the path does. m->eap and the rest become the answer's. */
void aaa_server_der(struct aaa_server *s, struct aaa_message *m);
void aaa_server_str(struct aaa_server *s, struct aaa_message *m);
/* The session goes away without a word. */
void aaa_session_drop(struct aaa_server *s, struct aaa_session *x);

/* A request of the server's own leaves towards the client. */
struct aaa_message *aaa_client_command(struct aaa_client *c, uint16_t command, moor_handle session);

#endif
