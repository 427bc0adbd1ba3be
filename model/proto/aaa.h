/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The AAA infrastructure as a home agent sees it [24.303 4.3, TS 29.273; RFC 5778, RFC 4072]: who a subscriber is, how
 * it is authenticated, what it may have, and what the network wants to be done with it.
 *
 * Everything is a message, named as in Diameter: DER/DEA carry EAP, STR/STA end a session, ASR/ASA abort one, RAR/RAA
 * ask for a new authentication or announce another home agent. A client (in the home agent) and the server (in the AAA
 * node) are joined by a path that costs a round trip of virtual time; answers never come from inside the call. What
 * travels are the structs below, so that a Diameter codec can stand between them.
 *
 * A home agent's session:
 *	h = aaa_open(client, user)
 *	aaa_authenticate(client, h, &request, done)	with the NAI of IDi; done: the answer's EAP octets go into IKE_AUTH
 *	…						until the answer's result is not AAA_MULTI_ROUND
 *	aaa_close(client, h, cause)			STR, when the session ends; nothing is called any more for it
 */
#ifndef MOOR_PROTO_AAA_H
#define MOOR_PROTO_AAA_H

#include "base/addr.h"
#include "base/slab.h"
#include "base/time.h"
#include "proto/eap_aka.h"
#include "world/world.h"

/* ---- what is asked and answered --------------------------------------------------------------------------------- */

enum aaa_command { AAA_DER = 268, AAA_STR = 275, AAA_ASR = 274, AAA_RAR = 258 };	/* [RFC 6733, RFC 4072] */

/* Result-Code and Experimental-Result-Code values [RFC 6733 7.1, RFC 4072 4.1, TS 29.273 10]. 0 is ours. */
enum aaa_result {
	AAA_NO_ANSWER = 0,		/* nothing came within the time limit */
	AAA_MULTI_ROUND = 1001,		/* the answer's EAP request goes to the UE */
	AAA_SUCCESS = 2001,
	AAA_UNABLE_TO_DELIVER = 3002,
	AAA_REDIRECT = 3006,		/* AAA_FIRST_AUTH: no EAP runs; the UE is to be redirected to the answer's target */
	AAA_REJECTED = 4001,		/* authentication failed: the answer's EAP-Failure goes to the UE */
	AAA_UNKNOWN_USER = 5001,
	AAA_UNKNOWN_SESSION = 5002,
	AAA_NOT_AUTHORISED = 5003,
	AAA_NO_SUBSCRIPTION = 5420,
	AAA_NO_APN = 5451
};

const char *aaa_result_name(uint32_t result);		/* "success"; "unknown" */

#define AAA_APN_OCTETS 101u		/* with its end; [TS 23.003 9] */
#define AAA_APNS_MAX 8u
#define AAA_HNPS_MAX 4u
#define AAA_EAP_MAX EAP_MAX

enum aaa_ip4_policy {
	AAA_IP4_POOL,			/* from the home agent's pool, when it has one */
	AAA_IP4_STATIC,
	AAA_IP4_NONE			/* the subscriber may have none */
};

/* When another home agent is named to the UE [24.303 5.1.3.1; RFC 5685 3, 6; RFC 5142]. */
enum aaa_when {
	AAA_NEVER,
	AAA_SA_INIT,			/* every IKE_SA_INIT of this home agent is redirected (nobody is known yet) */
	AAA_FIRST_AUTH,			/* in the first IKE_AUTH response */
	AAA_LAST_AUTH,			/* in the last one */
	AAA_HA_SWITCH			/* with a Home Agent Switch message, the binding stands already */
};

const char *aaa_when_name(enum aaa_when w);		/* "sa-init", "first-auth", "last-auth", "ha-switch", "never" */

/* The home agent to go to: MIP6-Agent-Info. One of the three at least, unless when is AAA_NEVER. */
struct aaa_target {
	struct ip6_addr a6;		/* :: none */
	struct ip4_addr a4;		/* 0.0.0.0 none */
	const char *fqdn;		/* NULL none; lives as long as the server */
	enum aaa_when when;
};

/* What a MAG or LMA needs of a subscriber's profile [RFC 5213 6.2, TS 29.275 5]. Not used by DSMIPv6. */
/* Whether its packets to others at the same MAG stay there [RFC 5213 9.2]. */
enum aaa_pmip_local { AAA_PMIP_LOCAL_AS_MAG, AAA_PMIP_LOCAL_OFF, AAA_PMIP_LOCAL_ON };

struct aaa_pmip_policy {
	bool allowed;
	struct ip6_addr lma6;
	struct ip4_addr lma4;
	uint8_t n_hnps;			/* 0: the LMA chooses */
	struct ip6_prefix hnp[AAA_HNPS_MAX];
	bool ip4;			/* IPv4 home address support */
	bool no_ip6;			/* no home network prefix: IPv4 alone */
	bool timestamp;			/* timestamps, not sequence numbers, order this subscriber's PBUs */
	bool managed, other;		/* how addresses are configured: M and O of advertisements [RFC 5213 6.2, 6.4] */
	enum aaa_pmip_local local;
};

/* A subscription to one PDN. */
struct aaa_apn {
	const char *name;		/* compared without case; lives as long as the server */
	struct ip6_prefix hnp;		/* length 0: from the home agent's pool */
	enum aaa_ip4_policy ip4;
	struct ip4_addr ip4_address;	/* of AAA_IP4_STATIC */
	bool external;			/* a second authentication by an external AAA follows [RFC 4739] */
	const char *user, *password;	/* of the external AAA; live as long as the server */
	struct aaa_target target;	/* when AAA_NEVER: served by the home agent that asks */
	uint32_t session_timeout;	/* seconds; 0: none */
	struct aaa_pmip_policy pmip;
};

/* DER. Everything lent is needed for the call only. */
struct aaa_request {
	const uint8_t *nai;		/* User-Name: IDi */
	uint16_t nai_len;
	const char *apn;		/* Service-Selection: IDr; NULL: the first of the subscription */
	/* EAP-Payload: the UE's response. First request, 0 octets: nai stands for an EAP-Response/Identity. */
	const uint8_t *eap;
	uint16_t eap_len;
	bool no_redirect;		/* the UE knows no REDIRECT: AAA_FIRST_AUTH is then as AAA_HA_SWITCH */
	/* Auth-Request-Type AUTHORIZE_ONLY: the access has authenticated the subscriber already; no EAP [RFC 4072 2.1] */
	bool authorise;
	bool second;			/* of the second authentication [RFC 4739]: nai is the external AAA's user */
	struct ip6_addr home_agent6;	/* who asks; zero: not told */
	struct ip4_addr home_agent4;
};

/* DEA. Lent for the call. */
struct aaa_answer {
	uint32_t result;		/* enum aaa_result */
	const uint8_t *eap;		/* EAP-Payload: request, Success or Failure; 0 octets with some results */
	uint16_t eap_len;
	/* the rest with AAA_SUCCESS only, but `target`, which AAA_REDIRECT has too */
	uint8_t msk_len;		/* EAP-Master-Session-Key: 64; 0: the method makes none */
	const uint8_t *msk;
	struct imsi imsi;		/* Mobile-Node-Identifier */
	const struct aaa_apn *apn;	/* the subscription; lives as long as the server does */
	struct aaa_target target;	/* MIP6-Agent-Info of another home agent; never the one that asks */
	bool fast;			/* it was a fast re-authentication */
};

/* ---- the client: in a home agent --------------------------------------------------------------------------------- */

struct aaa_client;
struct aaa_server;

/* session: what aaa_open gave; user: what it was given. The answer is lent for the call. */
typedef void aaa_answer_fn(void *owner, moor_handle session, void *user, const struct aaa_answer *a);

/*
 * What the server starts. Called half a round trip after the trigger, from a timer's handler. The return value is the
 * answer's result. Members may be NULL: AAA_UNABLE_TO_DELIVER is then answered.
 */
struct aaa_client_ops {
	/* ASR: the session shall end: revoke its binding, delete its SAs, then aaa_close. */
	enum aaa_result (*abort)(void *owner, moor_handle session, void *user);
	/* RAR: authenticate it again. */
	enum aaa_result (*reauth)(void *owner, moor_handle session, void *user);
	/* RAR with MIP6-Agent-Info: the UE shall go to another home agent (AAA_HA_SWITCH). */
	enum aaa_result (*reallocate)(void *owner, moor_handle session, void *user, const struct aaa_target *to);
	/* No session: every IKE_SA_INIT from now on is to be redirected (AAA_SA_INIT), until AAA_NEVER says no more. */
	enum aaa_result (*redirect_all)(void *owner, const struct aaa_target *to);
};

struct aaa_client_config {
	moor_time round_trip;		/* half of it each way; default 20 ms */
	moor_time timeout;		/* then AAA_NO_ANSWER; default 5 s */
	struct ip6_addr home_agent6;	/* filled into requests that do not say */
	struct ip4_addr home_agent4;
	/* It stands for a home agent beyond a carrier: no records of its own, and its node may be the server's. */
	bool far;
};

void aaa_client_config_default(struct aaa_client_config *c);

/* Records (REC_AAA) name n. server NULL: every request ends with AAA_UNABLE_TO_DELIVER after half a round trip. */
struct aaa_client *aaa_client_new(struct moor_node *n, const struct aaa_client_config *c, struct aaa_server *server,
				  const struct aaa_client_ops *ops, void *owner);
void aaa_client_free(struct aaa_client *c);

moor_handle aaa_open(struct aaa_client *c, void *user);
/* One request at a time per session (anything else is an assertion). done is called exactly once, or never when
 * aaa_close came first. */
void aaa_authenticate(struct aaa_client *c, moor_handle session, const struct aaa_request *q, aaa_answer_fn *done);
/* Termination-Cause [RFC 6733 8.15]. */
enum aaa_cause { AAA_LOGOUT = 1, AAA_SERVICE_NOT_PROVIDED = 2, AAA_ADMINISTRATIVE = 4, AAA_LINK_BROKEN = 5,
	AAA_AUTH_EXPIRED = 6, AAA_USER_MOVED = 7, AAA_SESSION_TIMEOUT = 8 };
/* Ends the session: STR goes out when the server knows it. The handle is dead afterwards. */
void aaa_close(struct aaa_client *c, moor_handle session, enum aaa_cause cause);
uint32_t aaa_client_sessions(const struct aaa_client *c);
uint32_t aaa_client_waiting(const struct aaa_client *c);	/* requests that wait for their answers */

/*
 * Another path to a server than the one of virtual time: Diameter or RADIUS on a real network. Answers, and what the
 * server starts, come by the two functions below, from outside of the world's handlers; never from inside of these.
 */
struct aaa_carrier {
	/* DER; q is lent. first: of its session. */
	void (*ask)(void *ctx, moor_handle session, moor_handle message, const struct aaa_request *q, bool first);
	/* STR of a session that was asked about; the handle is about to die. NULL: it has no such message. */
	void (*end)(void *ctx, moor_handle session, moor_handle message, enum aaa_cause cause);
	/* Nobody waits for this message's answer any more: it is late, or the session ended. */
	void (*forget)(void *ctx, moor_handle message);
};
/* From now on; it leaves its server, whose sessions of this client are gone. server: whose name records have for the
 * other end, NULL: nobody's. by NULL: no server any more. */
void aaa_client_carry(struct aaa_client *c, struct moor_node *server, const struct aaa_carrier *by, void *ctx);
/* A message of a carrier is answered; of STR only the result counts. Answers to forgotten ones are passed over. */
void aaa_client_answered(struct aaa_client *c, moor_handle message, const struct aaa_answer *a);
/* What a server starts: AAA_ASR, AAA_RAR, with a target (to: NULL, none). session 0: of no session. */
enum aaa_result aaa_client_told(struct aaa_client *c, enum aaa_command command, moor_handle session,
				const struct aaa_target *to);
/* The session ends at both ends without a word; the handle is dead. */
void aaa_forget(struct aaa_client *c, moor_handle session);
/*
 * At the carrier's other end, with a client whose settings say `far`: what the server starts waits until it is
 * answered, or the time limit. The first is for the ops alone: which message they are called for.
 */
moor_handle aaa_client_telling(const struct aaa_client *c);
void aaa_client_obeyed(struct aaa_client *c, moor_handle message, enum aaa_result result);
bool aaa_client_knows(const struct aaa_client *c, moor_handle session);

/* ---- the server: in the AAA node --------------------------------------------------------------------------------- */

enum aaa_ind {
	AAA_IND_FIXED,			/* this server keeps to one index: a card needs no array [TS 33.102 C.3.4] */
	AAA_IND_CYCLE			/* the next index with every vector [TS 33.102 C.1.1.3] */
};

struct aaa_server_config {
	struct crypto *crypto;		/* the world's; its time is added to the answer's delay. Must be given */
	bool pseudonyms, reauth, result_ind, checkcode;		/* of EAP-AKA; default: all but result_ind */
	enum aka_ask ask;		/* an AKA-Identity round in spite of IDi; default AKA_ASK_NOTHING */
	uint16_t counter_max;		/* fast re-authentications after a full one; default 100 */
	enum aaa_ind ind;
	uint8_t ind_value;		/* of AAA_IND_FIXED, 0..31 */
	moor_time delay;		/* thinking time before each answer; default 0 */
};

void aaa_server_config_default(struct aaa_server_config *c);

struct aaa_server *aaa_server_new(struct moor_node *n, const struct aaa_server_config *c);
void aaa_server_free(struct aaa_server *s);
struct aaa_server_config *aaa_server_settings(struct aaa_server *s);	/* may be turned while it runs */

/* Subscriptions that several subscribers share. Texts are copied. Returns the profile's number. */
uint32_t aaa_profile_add(struct aaa_server *s, const struct aaa_apn *apns, unsigned n);

struct aaa_subscriber {
	struct imsi imsi;
	uint8_t k[16];
	uint8_t op[16];			/* OP, or OPc */
	bool opc;			/* op holds OPc */
	uint8_t amf[2];
	uint64_t sqn;			/* the last one used, 48 bits; the next vector's is above it */
	uint32_t profile;
};

/* False: there is one with this IMSI. */
bool aaa_subscriber_add(struct aaa_server *s, const struct aaa_subscriber *sub);
/*
 * A subscriber who has no USIM in his device comes in under this name, by EAP-MD5: other people's programs in live runs
 * do. Texts are copied. False: no such subscriber.
 */
bool aaa_user_add(struct aaa_server *s, const char *name, const char *password, struct imsi i);
/*
 * n subscribers from this IMSI on, whose keys follow from the IMSI and a secret: they cost nothing until one of them is
 * authenticated, and then what changed. At most 16 such ranges, which must not overlap (false).
 */
bool aaa_subscribers_generate(struct aaa_server *s, struct imsi first, uint64_t n, const uint8_t secret[16],
			      uint32_t profile);
/* Their K and OPc, for those who make the cards. AMF is 8000, SQN begins with 0. */
void aaa_generated_keys(struct crypto *c, const uint8_t secret[16], struct imsi i, uint8_t k[16], uint8_t opc[16]);

/*
 * The policy store of PMIPv6 [RFC 5213 6.2]: a subscriber's profile for one PDN (apn NULL: its first), without a
 * message.
 * NULL: not subscribed to; *known tells whether there is such a subscriber at all.
 */
const struct aaa_apn *aaa_subscription(const struct aaa_server *s, struct imsi i, const char *apn, bool *known);

/*
 * Does a session stand that was granted to the client (home agent, MAG) with this address, IPv4 as mapped: was the
 * subscriber authenticated there [RFC 5213 11]?
 */
bool aaa_served_by(const struct aaa_server *s, struct imsi i, const struct ip6_addr *client);

/* By name, of its APN network identifier, with or without an operator identifier [TS 23.003 9.1]. */
bool aaa_apn_matches(const char *subscribed, const char *asked);

/* ---- triggers a scenario fires ---------------------------------------------------------------------------------- */

/* apn NULL: every session of this subscriber. Returns how many sessions were concerned. */
unsigned aaa_abort(struct aaa_server *s, struct imsi i, const char *apn);
unsigned aaa_reauth(struct aaa_server *s, struct imsi i, const char *apn);
/*
 * The subscriber's home agent shall be `to` from now on (FIRST_AUTH, LAST_AUTH: at its next authentication; HA_SWITCH:
 * its sessions now, those to come by themselves once they stand). AAA_NEVER takes it back. i none, with SA_INIT or
 * NEVER: every home agent that is no target itself. Returns how many sessions or home agents were told.
 */
unsigned aaa_reallocate(struct aaa_server *s, struct imsi i, const char *apn, const struct aaa_target *to);
/* SA_INIT or NEVER for one home agent, by its IPv6 address, of those that ask this server. Returns how many it told. */
unsigned aaa_redirect(struct aaa_server *s, const struct ip6_addr *home_agent, const struct aaa_target *to);
void aaa_down(struct aaa_server *s, bool down);		/* answers nothing while down */
bool aaa_is_down(const struct aaa_server *s);
/* The sequence number of a subscriber is set (a scenario's fault: behind the card's). False: no such subscriber. */
bool aaa_set_sqn(struct aaa_server *s, struct imsi i, uint64_t sqn);
/* Its key is now another (a scenario's fault). */
bool aaa_set_key(struct aaa_server *s, struct imsi i, const uint8_t k[16]);
void aaa_forget_identities(struct aaa_server *s);	/* all pseudonyms and re-authentication contexts are lost */

/* ---- for other front ends (RADIUS, Diameter) and tests ---------------------------------------------------------- */

/* The store behind eap_aka_server_start; ctx is the server. */
extern const struct eap_aka_store aaa_store;
/* The settings as a run of EAP-AKA wants them. */
void aaa_server_eap(struct aaa_server *s, struct eap_aka_server_config *out);

struct aaa_subscriber_view {
	uint64_t sqn;
	char pseudonym[EAP_USERNAME_MAX + 1];		/* username; "": none */
	char reauth_id[EAP_USERNAME_MAX + 1];
	uint16_t counter;
	uint32_t sessions;
};
bool aaa_subscriber_view(const struct aaa_server *s, struct imsi i, struct aaa_subscriber_view *out);
uint32_t aaa_sessions(const struct aaa_server *s);
void aaa_server_memory(const struct aaa_server *s, mem_report_fn *fn, void *ctx);

#endif
