/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside of IKE: what its files ask of each other. Nobody but model/proto/ike*.c includes this.
 *
 *	ike.c		the host's instance, SAs and their states, look-up by SPI, ports 500 and 4500, posts to users
 *	ike_engine.c	messages: seal and open, windows, retransmission, fragments, records
 *	ike_init.c	IKE_SA_INIT of both sides: proposals, cookies, INVALID_KE_PAYLOAD, NAT detection
 *	ike_keys.c	SKEYSEED, SK_*, KEYMAT, rekeying
 *	ike_auth.c …	IKE_AUTH of both sides: identities, certificates, AUTH, EAP, CP, first child, REDIRECT
 *	ike_child.c …	CREATE_CHILD_SA: new children, rekeying of children and IKE SAs, collisions
 *	ike_info.c	INFORMATIONAL: DELETE, liveness, moving endpoints
 *
 * A request of ours: ike_request_begin gives a writer for the inner payloads, ike_request_end seals and sends it and
 * keeps its octets until the response came; then the exchange's handler gets the opened payloads (ike_auth_response,
 * ike_child_response, ike_info_response). When no answer comes the SA fails by itself (IKE_TIMEOUT before it stands,
 * IKE_DEAD_PEER after).
 *
 * A request of the peer: the exchange's handler is called (ike_auth_request, …) with the opened payloads. Critical
 * payloads, syntax and message ids were checked. It answers at once or later with ike_response_begin and
 * ike_response_end; until then repeated requests are dropped, afterwards they get the kept octets again. A handler
 * that wants to refuse and give up: ike_response_notify, then ike_sa_fail: the SA lingers, unseen by users, so that
 * the answer can be repeated.
 *
 * The window is 1 both ways; further requests of ours that users ask for wait as intents (ike_intend).
 *
 * One handler at a time: each entry from outside (a packet, a timer, a call of a user) runs between ike_enter and
 * ike_leave. What users are to hear is posted (ike_post) and delivered by the outermost ike_leave of a handler, when
 * the received message is still there; posts of a user's call are delivered from a timer due now,
 * and so must hold no lent data. A writer that was begun must be ended before another is begun, and no function of
 * a user that may compose is called in between (init, authorise, child_wanted only answer).
 */
#ifndef MOOR_PROTO_IKE_PRIV_H
#define MOOR_PROTO_IKE_PRIV_H

#include "base/index.h"
#include "base/map.h"
#include "base/rng.h"
#include "base/slab.h"
#include "crypto/cert.h"
#include "proto/ike.h"
#include "proto/world_slab.h"
#include "wire/ike_write.h"

#define IKE_CHILDREN_MAX 4u		/* child SAs of one IKE SA that are not being replaced */
#define IKE_NONCE_LEN 32u		/* of ours */
#define IKE_MESSAGE_MAX 8192u		/* inner octets of one message of ours, before fragmentation */
#define IKE_COOKIE_MAX 64u
#define IKE_INTENTS_MAX 8u

/* ---- structs ----------------------------------------------------------------------------------------------------- */

struct ike_world;			/* slabs and scratch of one world */

struct ike {				/* one host's */
	struct net_host *h;
	const struct ike_config *c;
	const struct ike_user *user;
	void *owner;
	struct ike_world *iw;
	struct ipsec *ipsec;		/* of the same host; NULL: child SAs are refused */
	struct rng rng;			/* "ike": SPIs, nonces, private values */
	uint32_t sas, half_open;	/* that stand; responder: that do not stand yet */
	moor_time error_at;		/* when the last unprotected answer to nonsense left */
};

/* A child SA that stands [RFC 7296 2.8]; its selector and packets: ipsec_child_view. */
struct ike_child {
	moor_handle self, next;		/* of the IKE SA, the newest first */
	moor_handle ipsec;
	uint32_t spi_in, spi_out;
	uint32_t rekey_s;		/* when it is to be rekeyed, seconds of virtual time; 0: never */
	uint8_t suite;			/* of config.esp */
	bool transport;
	bool ours;			/* we asked for it */
	bool dying;			/* replaced or being deleted */
};

/* Our next requests, in the order of asking; one is on its way at a time. */
enum ike_intent { INTENT_NONE, INTENT_CHILD, INTENT_REKEY_CHILD, INTENT_REKEY_IKE, INTENT_DELETE_CHILD,
		  INTENT_DELETE_IKE, INTENT_CHECK };

struct ike_wish {
	moor_handle self, next;		/* of the SA */
	uint8_t what;			/* enum ike_intent */
	bool transport;
	moor_handle child;		/* struct ike_child: rekey, delete */
	moor_time not_before;		/* after TEMPORARY_FAILURE */
	struct ipsec_selector sel;	/* INTENT_CHILD */
};

/* An IKE SA, as long as it lives: lean. */
struct ike_sa {
	struct ike *k;
	void *user;
	uint64_t spi_i, spi_r;		/* initiator: of this IKE SA, which a rekeying may have turned */
	struct ike_path path;
	moor_time heard;		/* the last authentic packet */
	moor_time established;
	struct moor_pkt *response;	/* octets kept for a repeated request, a chain of fragments; NULL: none */
	moor_handle self;
	moor_handle auth;		/* struct ike_auth, until the SA stands; 0: none */
	moor_handle task;		/* struct ike_task: a request of ours is under way; 0: none */
	moor_handle children, wishes;	/* the first of each; 0: none */
	moor_handle frags;		/* struct ike_frags: a message is being put together; 0: none */
	moor_handle out;		/* struct ike_out: packets wait for their crypto time; 0: none */
	uint32_t next_request, next_expected;	/* message ids: of our next request; of the peer's */
	crypto_key key_out, key_in;	/* SK_e and SK_a, ours and the peer's; 0: not keyed yet */
	uint32_t rekey_s;		/* when this SA is to be rekeyed, seconds of virtual time; 0: never */
	struct moor_timer timer;	/* half-open, lingering */
	struct moor_timer life;		/* rekeying, liveness, NAT keepalive, forgetting the response: the earliest */
	struct machine machine;		/* enum ike_sa_state */
	uint8_t suite;			/* of config.ike */
	uint8_t answering;		/* exchange type of the peer's request that waits for our answer; 0: none */
	bool initiator : 1;
	bool nat_here : 1, nat_there : 1;	/* who is behind one */
	bool fragments : 1;		/* the peer said IKEV2_FRAGMENTATION_SUPPORTED */
	bool ifom : 1;			/* asked (responder), echoed (initiator) */
	bool multiple_auth : 1;		/* responder said so in IKE_SA_INIT */
	bool redirect_supported : 1;	/* the initiator said so */
	bool childless : 1;		/* the responder said CHILDLESS_IKEV2_SUPPORTED */
	bool told : 1;			/* the user was told closed */
	uint8_t sk_d[CRYPTO_PRF_MAX];
};

/* From ike_connect or the first IKE_SA_INIT until the SA stands or failed. */
struct ike_auth {
	moor_handle self;
	struct ike_sa *sa;
	/* IKE_SA_INIT, ike_init.c. The messages from the IKE header on: RealMessage1, RealMessage2 [RFC 7296 2.15] */
	struct moor_pkt *init_i, *init_r;
	struct crypto_part ni, nr;	/* nonces (without generic header), lent from the two */
	uint8_t sk_pi[CRYPTO_PRF_MAX], sk_pr[CRYPTO_PRF_MAX];	/* crypto_prf_len(suite.prf) octets */
	uint32_t hashes;		/* the peer's SIGNATURE_HASH_ALGORITHMS: 1u << enum ike_hash; 0: it said none */
	struct crypto_dh *dh;
	uint16_t group;
	uint16_t error;			/* initiator: unauthenticated error notify that came instead of an answer */
	uint8_t nonce[IKE_NONCE_LEN];	/* ours */
	uint8_t cookie[IKE_COOKIE_MAX];
	uint8_t cookie_len, retries;
	bool ifom_asked;
	/* initiator: what ike_connect was given, copied */
	struct ike_connect c;
	struct ike_cp_attr cp[IKE_REPLY_CP];
	struct ip6_addr redirected_from;
	uint8_t room[192];		/* values of cp, pdn_id */
	/* IKE_AUTH: a struct of ike_auth.c's own, made by ike_auth_begin, freed by ike_auth_end */
	void *run;
};

/* A request of ours under way. */
struct ike_task {
	moor_handle self;
	struct ike_sa *sa;
	struct moor_pkt *request;	/* as sent, a chain of fragments, without non-ESP marker */
	struct moor_timer timer;	/* retransmission */
	uint8_t exchange, tries;	/* tries: sent so far */
	uint8_t tries_max;
	uint8_t intent;			/* enum ike_intent behind a CREATE_CHILD_SA or INFORMATIONAL */
	moor_handle create;		/* struct ike_create: of a CREATE_CHILD_SA; 0: none */
	moor_handle child;		/* struct ike_child that is rekeyed or deleted */
};

/* ---- ike.c ------------------------------------------------------------------------------------------------------- */

static inline struct moor_world *ike_w(const struct ike *k) { return net_host_world(k->h); }
static inline moor_time ike_now(const struct ike *k) { return moor_world_now(ike_w(k)); }
static inline const struct ike_suite *ike_suite_of(const struct ike_sa *sa) { return &sa->k->c->ike[sa->suite]; }
static inline struct crypto *ike_crypto(const struct ike_sa *sa) { return sa->k->c->crypto; }
int64_t ike_timer(const struct ike *k, enum timer_id id);
struct ike_auth *ike_auth_of(const struct ike_sa *sa);		/* NULL: the SA stands */
struct ike_task *ike_task_of(const struct ike_sa *sa);		/* NULL: no request is under way */

void ike_enter(struct ike *k);
void ike_leave(struct ike *k);

/*
 * What users hear. The pointers must hold until the handler returns: into the message, struct ike_auth or a->run.
 */
enum ike_post_kind { POST_ESTABLISHED, POST_CLOSED, POST_REDIRECT, POST_CHILD, POST_CHILD_GONE, POST_MOVED,
		     POST_IDENTIFIED, POST_EAP };

struct ike_post {
	moor_handle self, next;
	moor_handle sa;
	uint8_t kind;			/* enum ike_post_kind */
	uint8_t why;			/* enum ike_reason */
	uint16_t detail;
	moor_handle child, old;
	struct ip6_addr to;
	struct ike_result result;
	const struct ike_id *idi, *idr;	/* identified: idr NULL: none came */
	const uint8_t *octets;		/* eap; redirect: the name, ended by zero, or none */
	size_t n;
};

struct ike_post *ike_post(struct ike_sa *sa, enum ike_post_kind kind);	/* zeros, to be filled in */

/*
 * The SA stands: its state, its lifetimes, the post; struct ike_auth goes when the post was delivered. *r is copied,
 * what it points to is lent until the handler returns. Both sides; the responder after its last response was ended.
 */
void ike_established(struct ike_sa *sa, const struct ike_result *r);
/* It goes, with children and without a word to the peer; users hear closed. Afterwards sa may only be returned from. */
void ike_sa_fail(struct ike_sa *sa, enum ike_reason why, uint16_t notify);
/* The same after a DELETE towards the peer (established SAs; others: at once). */
void ike_sa_delete(struct ike_sa *sa, enum ike_reason why);

/* ---- ike_engine.c ------------------------------------------------------------------------------------------------ */

/* No other request is under way. exchange: IKE_AUTH, IKE_CREATE_CHILD_SA, IKE_INFORMATIONAL. */
struct ike_writer *ike_request_begin(struct ike_sa *sa, uint8_t exchange);
void ike_request_end(struct ike_sa *sa);
/* sa->answering is set. */
struct ike_writer *ike_response_begin(struct ike_sa *sa);
void ike_response_end(struct ike_sa *sa);
void ike_response_notify(struct ike_sa *sa, uint16_t notify, const uint8_t *data, size_t n);	/* that alone */

/* ---- exchanges: handlers. msg: inner payloads; lent --------------------------------------------------------------- */

/* ike_auth.c. Called once when IKE_SA_INIT is done: at the initiator it sends the first IKE_AUTH. */
void ike_auth_begin(struct ike_sa *sa);
void ike_auth_request(struct ike_sa *sa, const struct ike_msg *msg);
void ike_auth_response(struct ike_sa *sa, const struct ike_msg *msg);
/* Whatever it holds (a->run) goes; a->run may be NULL. */
void ike_auth_end(struct ike_auth *a);
void ike_auth_memory(const struct moor_world *w, mem_report_fn *fn, void *ctx);

/* ike_child*.c, ike_info.c */
void ike_child_request(struct ike_sa *sa, const struct ike_msg *msg);
void ike_child_response(struct ike_sa *sa, const struct ike_msg *msg);
void ike_info_request(struct ike_sa *sa, const struct ike_msg *msg);
void ike_info_response(struct ike_sa *sa, const struct ike_msg *msg);

/* ---- child SAs: also for the one in IKE_AUTH --------------------------------------------------------------------- */

/* A child SA being agreed upon. */
struct ike_draft {
	struct ipsec_selector sel;	/* local: ours */
	bool transport;
	uint8_t suite;			/* of config.esp */
	uint8_t proposal;		/* number of the peer's that was chosen */
	uint16_t group;			/* PFS; 0: none (IKE_AUTH) */
	uint32_t spi_in, spi_out;	/* in: reserved; 0: not yet */
};

/*
 * Asking side: d->sel, transport, group are set. Reserves spi_in, writes SA, TSi, TSr and N(USE_TRANSPORT_MODE). With a
 * group the proposals want PFS; KE and nonce are the caller's.
 */
void ike_draft_ask(struct ike_sa *sa, struct ike_writer *w, struct ike_draft *d);
/*
 * Answering side: reads SA, TSi, TSr and the mode; chooses. pfs: groups are looked at. False with *notify:
 * NO_PROPOSAL_CHOSEN or TS_UNACCEPTABLE; *notify 0: the message asks for no child. d->sel: the first TSr and TSi,
 * turned to local and remote.
 */
bool ike_draft_asked(struct ike_sa *sa, const struct ike_msg *msg, bool pfs, struct ike_draft *d, uint16_t *notify);
/* Answering side, sel perhaps narrowed: reserves spi_in, writes SA, TSi, TSr and N(USE_TRANSPORT_MODE). */
void ike_draft_grant(struct ike_sa *sa, struct ike_writer *w, struct ike_draft *d);
/*
 * Asking side, with the answer: fills in suite, spi_out and the narrowed sel. False with *notify: what the peer said,
 * or NO_PROPOSAL_CHOSEN / TS_UNACCEPTABLE when it answered what was not asked; 0: it said nothing about a child.
 */
bool ike_draft_granted(struct ike_sa *sa, const struct ike_msg *msg, struct ike_draft *d, uint16_t *notify);
/* Nothing came of it: the SPI goes back. May be called twice. */
void ike_draft_drop(struct ike_sa *sa, struct ike_draft *d);
/*
 * Keys and installs it [RFC 7296 2.17]; asked: we are the exchange's initiator. secret: g^ir, n 0 without PFS. Returns
 * the handle of net/ipsec.h.
 */
moor_handle ike_draft_install(struct ike_sa *sa, const struct ike_draft *d, bool asked, struct crypto_part ni,
			      struct crypto_part nr, struct crypto_part secret);

#endif
