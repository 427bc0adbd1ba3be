/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside of IKE: what its files ask of each other. Nobody but model/proto/ike*.c includes this.
 *
 *	ike.c		the host's instance, SAs and their states, look-up by SPI, ports 500 and 4500, posts to users
 *	ike_lives.c	what an SA does by itself: wishes, rekeying, liveness, keepalives
 *	ike_engine.c	messages going out: sealing, fragments, retransmission, records
 *	ike_input.c	messages coming in: windows, opening, repeated and forged ones, address changes
 *	ike_frags.c	messages that come in fragments
 *	ike_init.c	IKE_SA_INIT of both sides: proposals, cookies, INVALID_KE_PAYLOAD, NAT detection
 *	ike_keys.c	SKEYSEED, SK_*, KEYMAT, rekeying
 *	ike_auth.c …	IKE_AUTH of both sides: identities, certificates, AUTH, EAP, CP, first child, REDIRECT
 *	ike_draft.c	proposals and traffic selectors of child SAs, their installation
 *	ike_child.c	CREATE_CHILD_SA: new children and rekeying of children, collisions
 *	ike_rekey.c	CREATE_CHILD_SA: rekeying of IKE SAs, collisions
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
#define IKE_MESSAGE_MAX 16384u		/* inner octets of one message of ours, before fragmentation */
#define IKE_COOKIE_MAX 64u
#define IKE_INTENTS_MAX 8u

/* ---- structs ----------------------------------------------------------------------------------------------------- */

struct ike_world;

struct ike {				/* one host's */
	moor_handle self;
	moor_handle first;		/* of its SAs, the newest first; 0: none */
	struct net_host *h;
	const struct ike_config *c;
	const struct ike_user *user;
	void *owner;
	struct ike_world *iw;
	struct ipsec *ipsec;		/* of the same host; NULL: child SAs are refused */
	struct rng rng;			/* "ike": SPIs, nonces, private values */
	uint32_t sas, half_open;	/* that stand; responder: that do not stand yet */
	uint32_t deferred;		/* children with something in `replaces` */
	uint32_t abandoned;		/* responder: that never stood and linger to repeat their last answer */
	moor_time hint_at;		/* when a hint of nobody in particular was last taken; 0: never */
};

/* A child SA that stands [RFC 7296 2.8]; its selector and packets: ipsec_child_view. */
struct ike_child {
	moor_handle self, next;		/* of the IKE SA, the newest first */
	moor_handle sa;
	moor_handle ipsec;
	moor_handle replaces;		/* rekeyed by the peer: this one, which is still used outbound; 0: none */
	uint32_t spi_in, spi_out;
	uint32_t rekey_s;		/* when it is to be rekeyed, seconds of virtual time; 0: never */
	uint8_t suite;			/* of config.esp */
	bool transport;
	bool ours;			/* we asked for it */
	bool confirms;			/* a packet on it shows that the peer has our kept response */
	bool replaced;			/* the peer rekeyed it: it will delete it */
	bool dying;			/* replaced by us or being deleted */
};

/* Our next requests, in the order of asking; one is on its way at a time. */
enum ike_intent { INTENT_NONE, INTENT_CHILD, INTENT_REKEY_CHILD, INTENT_REKEY_IKE, INTENT_DELETE_CHILD,
		  INTENT_DELETE_IKE, INTENT_CHECK, INTENT_LIFETIME, INTENT_REDIRECT };

struct ike_wish {
	moor_handle self, next;		/* of the SA */
	uint8_t what;			/* enum ike_intent */
	uint8_t tries;			/* how often the peer put us off */
	bool transport;
	uint16_t group;			/* that the peer wants; 0: by configuration */
	uint32_t seconds;		/* INTENT_LIFETIME */
	moor_handle child;		/* struct ike_child: rekey, delete */
	moor_time first, not_before;	/* when it was asked for; after TEMPORARY_FAILURE */
	struct ipsec_selector sel;	/* INTENT_CHILD; INTENT_REDIRECT: remote is where to */
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
	moor_handle prev, next;		/* of the host */
	moor_handle auth;		/* struct ike_auth, until the SA stands; 0: none */
	moor_handle task;		/* struct ike_task: a request of ours is under way; 0: none */
	moor_handle children, wishes;	/* the first of each; 0: none */
	moor_handle frags;		/* struct ike_frags: a message is being put together; 0: none */
	moor_handle out;		/* struct ike_out: packets wait for their crypto time; 0: none */
	uint32_t next_request, next_expected;	/* message ids: of our next request; of the peer's */
	crypto_key key_out, key_in;	/* SK_e and SK_a, ours and the peer's; 0: not keyed yet */
	/* seconds of virtual time, 0: never: when to rekey, send a NAT keepalive, forget the response */
	uint32_t rekey_s, keepalive_s, forget_s;
	struct moor_timer timer;	/* half-open, lingering */
	struct moor_timer life;		/* rekeying, liveness, NAT keepalive, forgetting the response: the earliest */
	struct machine machine;		/* enum ike_sa_state */
	uint8_t suite;			/* of config.ike */
	uint8_t answering;		/* exchange type of the peer's request that waits for our answer; 0: none */
	uint8_t why;			/* enum ike_reason: why it is being deleted */
	bool initiator : 1;
	bool nat_here : 1, nat_there : 1;	/* who is behind one */
	bool fragments : 1;		/* the peer said IKEV2_FRAGMENTATION_SUPPORTED */
	bool ifom : 1;			/* asked (responder), echoed (initiator) */
	bool multiple_auth : 1;		/* responder said so in IKE_SA_INIT */
	bool redirect_supported : 1;	/* the initiator said so */
	bool childless : 1;		/* the responder said CHILDLESS_IKEV2_SUPPORTED */
	bool told : 1;			/* no user is to hear of it (any more) */
	bool abandoned : 1;		/* counted in struct ike */
	uint8_t sk_d[CRYPTO_PRF_MAX];
};

/* From ike_connect or the first IKE_SA_INIT until the SA stands or failed. */
struct ike_auth {
	moor_handle self;
	struct ike_sa *sa;
	/* IKE_AUTH: a struct of ike_auth.c's own, made by ike_auth_begin, freed by ike_auth_end */
	void *run;
	/* IKE_SA_INIT, ike_init.c. The messages from the IKE header on: RealMessage1, RealMessage2 [RFC 7296 2.15] */
	struct moor_pkt *init_i, *init_r;
	struct crypto_part ni, nr;	/* nonces (without generic header), lent from the two */
	uint8_t sk_pi[CRYPTO_PRF_MAX], sk_pr[CRYPTO_PRF_MAX];	/* crypto_prf_len(suite.prf) octets */
	uint32_t hashes;		/* the peer's SIGNATURE_HASH_ALGORITHMS: 1u << enum ike_hash; 0: it said none */
	struct ike_path from;		/* responder: where the request came from */
	struct crypto_dh *dh;
	uint16_t group;
	uint16_t error;			/* initiator: unauthenticated error notify that came instead of an answer */
	uint8_t nonce[IKE_NONCE_LEN];	/* ours */
	uint8_t ke[CRYPTO_DH_PUBLIC_MAX];	/* our public value, while it may be sent again */
	uint8_t cookie[IKE_COOKIE_MAX];
	uint8_t cookie_len, retries;
	bool ifom_asked;
	/* initiator: what ike_connect was given, copied */
	struct ike_connect c;
	struct ike_cp_attr cp[IKE_REPLY_CP];
	struct ip6_addr redirected_from;
	uint8_t room[192];		/* values of cp, pdn_id */
};

/* A child SA being agreed upon. */
struct ike_draft {
	struct ipsec_selector sel;	/* local: ours */
	bool transport;
	uint8_t suite;			/* of config.esp */
	uint8_t proposal;		/* number of the peer's that was chosen */
	bool pfs;			/* CREATE_CHILD_SA: groups of the suites are part of the proposals */
	uint16_t group;			/* of the suite chosen; 0: none */
	uint32_t spi_in, spi_out;	/* in: reserved; 0: not yet */
};

/* A request of ours under way. */
struct ike_task {
	moor_handle self;
	struct ike_sa *sa;
	struct moor_pkt *request;	/* as sent, a chain of fragments, without non-ESP marker */
	struct moor_timer timer;	/* retransmission */
	uint8_t exchange, tries;	/* tries: sent so far */
	uint8_t tries_max;
	struct ike_wish wish;		/* behind a CREATE_CHILD_SA or INFORMATIONAL; INTENT_NONE: none */
	moor_handle create;		/* struct ike_create: of a CREATE_CHILD_SA; 0: none */
};

#define IKE_NONCE_MAX 256u

/* A CREATE_CHILD_SA of ours, and what must be known when one of the peer collides with it [RFC 7296 2.8.1, 2.8.2]. */
struct ike_create {
	moor_handle self;
	struct ike_draft draft;		/* of a child SA */
	struct crypto_dh *dh;
	uint16_t group;
	uint8_t nonce[IKE_NONCE_LEN];
	uint64_t spi;			/* of an IKE SA: ours */
	moor_handle rival;		/* struct ike_sa that the peer's request made meanwhile; 0: none */
	moor_handle peers;		/* the child that the peer's rekeying of the same made: in net/ipsec.h; 0: none */
	bool collided;			/* the peer rekeyed the same */
	uint16_t lowest_len;
	uint8_t lowest[IKE_NONCE_MAX];	/* the lower nonce of the peer's exchange */
};

/* A message of the peer that comes in fragments [RFC 7383 2.6]. Pieces are kept decrypted. */
struct ike_frags {
	moor_handle self;
	uint32_t mid;
	uint16_t total, have;
	uint32_t octets;
	uint8_t flags, inner;		/* inner: type of the first payload, told by fragment 1 */
	struct moor_pkt *pieces;	/* by number, which stands in .frame */
};

/* Packets that leave when their cryptography is done, in virtual time. */
struct ike_out {
	moor_handle self;
	moor_handle sa;			/* 0: of no SA */
	struct ike *k;
	struct ike_path path;
	struct moor_pkt *first;		/* messages, one behind the other, see ike_engine.c */
	struct moor_timer timer;
};

#define IKE_PLAIN_MAX 65536u

/* Of one world: slabs, indexes, and the scratch of the one handler that runs. */
struct ike_world {
	struct moor_world *w;
	struct slab hosts, sas, auths, tasks, creates, children, wishes, frags, outs, posts;
	struct index by_spi;		/* SAs by host and own SPI */
	struct index by_init;		/* responder: struct ike_auth by host, peer and its SPI */
	moor_handle *by_node;		/* struct ike by node number */
	moor_handle *by_ipsec;		/* struct ike_child by the number of net/ipsec.h's handle */
	uint32_t nodes_cap, ipsec_cap;
	moor_handle first_post, last_post;
	struct moor_timer post_timer;
	uint32_t depth;
	bool handling;			/* a packet or timer is being handled: posts are delivered at its end */
	bool delivering;
	/* the received message */
	struct ike_sa *rx_sa;		/* NULL: none */
	struct ike_path rx_path;
	struct ike_task *answered;	/* the task whose response it is; NULL: a request */
	struct ike_msg outer, inner;
	uint8_t plain[IKE_HDR_LEN + IKE_PLAIN_MAX];	/* decrypted, with room for a header in front */
	/* the message being composed */
	struct ike_sa *composing;
	struct ike_hdr h;
	struct ike_writer writer;
	uint8_t text[IKE_HDR_LEN + IKE_MESSAGE_MAX];
	uint8_t sealed[IKE_MESSAGE_MAX + 256];
};

/* ---- ike.c ------------------------------------------------------------------------------------------------------- */

static inline struct moor_world *ike_w(const struct ike *k) { return net_host_world(k->h); }
static inline moor_time ike_now(const struct ike *k) { return moor_world_now(ike_w(k)); }
static inline const struct ike_suite *ike_suite_of(const struct ike_sa *sa) { return &sa->k->c->ike[sa->suite]; }
static inline struct crypto *ike_crypto(const struct ike_sa *sa) { return sa->k->c->crypto; }
static inline uint32_t ike_node(const struct ike *k) { return moor_node_id(net_host_node(k->h)); }
static inline uint32_t ike_instance(const struct ike_sa *sa) { return slab_number(sa->self); }
int64_t ike_timer(const struct ike *k, enum timer_id id);
struct ike_auth *ike_auth_of(const struct ike_sa *sa);		/* NULL: the SA stands */
struct ike_task *ike_task_of(const struct ike_sa *sa);		/* NULL: no request is under way */

struct ike_world *ike_world_of(struct moor_world *w);
struct ike_sa *ike_sa_new(struct ike *k, bool initiator, const struct ike_path *p);
/* By the SPI that we gave it; NULL: none. */
struct ike_sa *ike_sa_find(const struct ike *k, uint64_t own_spi);
static inline uint64_t ike_own_spi(const struct ike_sa *sa) { return sa->initiator ? sa->spi_i : sa->spi_r; }
uint64_t ike_new_spi(struct ike *k);
void ike_sa_index(struct ike_sa *sa, bool there);	/* found by its SPI from now on, or not any more */
/* Posted or not: its memory goes. */
void ike_sa_free(struct ike_sa *sa);

enum ike_event { IKE_EV_CONNECT, IKE_EV_INIT_REQUEST, IKE_EV_INIT_RESPONSE, IKE_EV_AUTH_REQUEST, IKE_EV_AUTH_RESPONSE,
		 IKE_EV_AUTHENTICATED, IKE_EV_REKEYED, IKE_EV_CLOSE, IKE_EV_DELETED, IKE_EV_TIMEOUT, IKE_EV_FAILED,
		 IKE_EVENTS };
void ike_state(struct ike_sa *sa, enum ike_event ev, enum ike_sa_state to);
/* REC_DISCARD: a received message was dropped. */
void ike_discard(const struct ike *k, const char *reason, const char *clause);

void ike_enter(struct ike *k);
void ike_leave(struct ike *k);

/*
 * What users hear. The pointers must hold until the handler returns: into the message, struct ike_auth or a->run.
 */
enum ike_post_kind { POST_ESTABLISHED, POST_CLOSED, POST_REDIRECT, POST_CHILD, POST_CHILD_GONE, POST_MOVED,
		     POST_IDENTIFIED, POST_EAP, POST_LIFETIME, POST_SENT_AWAY };

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
	size_t n;			/* lifetime: seconds */
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

/* ---- ike_lives.c ------------------------------------------------------------------------------------------------- */

/* A request of ours for later, or for now when nothing is under way; what is wished already is not wished again. */
struct ike_wish *ike_intend(struct ike_sa *sa, enum ike_intent what, moor_handle child);	/* NULL: too many */
bool ike_intended(const struct ike_sa *sa, enum ike_intent what, moor_handle child);
void ike_wishes_drop(struct ike_sa *sa);
/* Nothing is under way: the next wish that may be fulfilled is. */
void ike_go_on(struct ike_sa *sa);
/* A wish that the peer put off [RFC 7296 2.25]: again later; false: for too long already. */
bool ike_put_off(struct ike_sa *sa, const struct ike_wish *x);
/* Sets the timer of what is due by itself. */
void ike_life_arm(struct ike_sa *sa);
/* Lifetimes of an SA or child that begins now, jittered down [RFC 7296 2.8.1]; 0: never. */
uint32_t ike_lifetime(struct ike *k, moor_time soft);
void ike_life_fired(struct moor_world *w, struct moor_timer *t);
extern const struct ipsec_ops ike_ipsec_ops;

/* ---- ike_engine.c ------------------------------------------------------------------------------------------------ */

/* No other request is under way. exchange: IKE_AUTH, IKE_CREATE_CHILD_SA, IKE_INFORMATIONAL. */
struct ike_writer *ike_request_begin(struct ike_sa *sa, uint8_t exchange);
/* The task of the request just sent. */
struct ike_task *ike_request_end(struct ike_sa *sa);
/* sa->answering is set. */
struct ike_writer *ike_response_begin(struct ike_sa *sa);
void ike_response_end(struct ike_sa *sa);
/* The peer has it, or nobody will ask any more: its memory goes. */
void ike_response_forget(struct ike_sa *sa);
void ike_response_notify(struct ike_sa *sa, uint16_t notify, const uint8_t *data, size_t n);	/* that alone */

/* A message in clear (IKE_SA_INIT): n octets at p, to be kept; *chain is what was there before, freed. */
void ike_keep_clear(struct ike *k, struct moor_pkt **chain, const uint8_t *p, size_t n);
void ike_out_drop(struct ike_sa *sa);			/* what waits for its crypto time is never sent */
void ike_chain_free(struct ike *k, struct moor_pkt *chain);
/* Sends a kept message (again), after the crypto time owed. sa NULL: of no SA. */
void ike_emit(struct ike *k, struct ike_sa *sa, const struct ike_path *path, struct moor_pkt *chain);
/* The first sending of a request and its retransmissions; chain is the task's from now on. */
struct ike_task *ike_task_start(struct ike_sa *sa, uint8_t exchange, struct moor_pkt *chain);
void ike_task_free(struct ike *k, struct ike_task *t);
void ike_record_rx(const struct ike_sa *sa, const struct ike *k, const struct ike_path *path, const uint8_t *clear,
		   size_t n, bool secured);
struct seal_sizes ike_seal_sizes(const struct ike_sa *sa);
/* One message without an SA [RFC 7296 2.21.4, 1.5]: a lone notify, unprotected, rate limited. */
void ike_stray_notify(struct ike *k, const struct ike_path *path, const struct ike_hdr *h, uint16_t notify,
		      const uint8_t *data, size_t n);
bool ike_stray_allowed(struct ike *k);

/* ---- ike_input.c, ike_frags.c ------------------------------------------------------------------------------------ */

void ike_input(void *owner, struct net_rx *rx, uint16_t sport, uint16_t dport);
/*
 * One authentic fragment, decrypted. True: the message is whole: *n octets of payloads lie in iw->plain behind the
 * header's room, *inner is the type of the first.
 */
bool ike_frag_in(struct ike_sa *sa, const struct ike_hdr *h, const struct ike_sk *sk, const uint8_t *p, size_t n,
		 uint8_t *inner, size_t *whole);
void ike_frags_drop(struct ike_sa *sa);

/* ---- ike_init.c, ike_cookie.c, ike_keys.c, ike_record.c ---------------------------------------------------------- */

/* n octets at p: the message from its IKE header on, lent. */
void ike_init_request(struct ike *k, const struct ike_path *path, const uint8_t *p, size_t n);
void ike_init_response(struct ike_sa *sa, const struct ike_path *path, const uint8_t *p, size_t n);
void ike_init_timeout(struct ike_sa *sa);		/* no answer, or only an error */
void ike_auth_free(struct ike_auth *a);
/* SA payload of IKE: all suites of the configuration; spi 0: initial exchange, else a rekeying. */
void ike_offer(const struct ike *k, struct ike_writer *w, uint64_t spi);
/* Our suite that fits one of the proposals; false: none. spi_len: 0 or 8. */
bool ike_choose(const struct ike *k, const struct ike_payload *sa, uint8_t spi_len, uint8_t *suite,
		const struct ike_proposal **p);
/* Writes that choice. */
void ike_chosen(const struct ike *k, struct ike_writer *w, uint8_t suite, uint8_t number, uint64_t spi);
/* The peer's choice among ike_offer's proposals; false: it is none of them. */
bool ike_chosen_read(const struct ike *k, const struct ike_payload *sa, uint8_t spi_len, uint8_t *suite,
		     const struct ike_proposal **p);
/* One proposal against one suite; esp: no PRF but ESN, DH only with pfs. exact: nothing else may be in it. */
bool ike_fits(const struct ike_proposal *p, const struct ike_suite *s, bool esp, bool pfs, bool exact);
/* The transforms of one suite; t: room for 5. Returns their number. */
unsigned ike_transforms(const struct ike_suite *s, bool esp, bool pfs, struct ike_transform *t);

/* A cookie for this request [RFC 7296 2.6]; age 0: by the secret of now, 1: by the one before. */
#define IKE_COOKIE_LEN 24u
void ike_cookie_make(struct ike *k, const struct ike_path *path, uint64_t spi_i, struct crypto_part ni, unsigned age,
		     uint8_t out[IKE_COOKIE_LEN]);

/* SKEYSEED and SK_* of a new SA: key_out, key_in, sk_d; SK_p* into the two (may be NULL). Records the keys. */
void ike_keys_init(struct ike_sa *sa, struct crypto_part ni, struct crypto_part nr, struct crypto_part secret,
		   uint8_t *sk_pi, uint8_t *sk_pr);
/* The same out of an old SA [RFC 7296 2.18]. */
void ike_keys_rekey(struct ike_sa *sa, const struct ike_sa *old, struct crypto_part ni, struct crypto_part nr,
		    struct crypto_part secret);
/* KEYMAT [RFC 7296 2.17]: n octets. */
void ike_keymat(const struct ike_sa *sa, struct crypto_part ni, struct crypto_part nr, struct crypto_part secret,
		uint8_t *out, size_t n);

/* ---- exchanges: handlers. msg: inner payloads; lent -------------------------------------------------------------- */

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
void ike_rekey_request(struct ike_sa *sa, const struct ike_msg *msg, const struct ike_payload *prop);
void ike_rekey_response(struct ike_sa *sa, const struct ike_msg *msg, struct ike_task *t);
void ike_info_request(struct ike_sa *sa, const struct ike_msg *msg);
void ike_info_response(struct ike_sa *sa, const struct ike_msg *msg);

/* ---- child SAs: also for the one in IKE_AUTH --------------------------------------------------------------------- */

/*
 * Asking side: d->sel, transport, pfs are set. Reserves spi_in, writes SA, TSi, TSr and N(USE_TRANSPORT_MODE). KE and
 * nonce are the caller's.
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
/* Whether all that s means is meant by `of` too. */
bool ike_selector_within(const struct ipsec_selector *s, const struct ipsec_selector *of);
/* Nothing came of it: the SPI goes back. May be called twice. */
void ike_draft_drop(struct ike_sa *sa, struct ike_draft *d);
/*
 * Keys and installs it [RFC 7296 2.17]; asked: we are the exchange's initiator. secret: g^ir, n 0 without PFS. Returns
 * the handle of net/ipsec.h.
 */
moor_handle ike_draft_install(struct ike_sa *sa, struct ike_draft *d, bool asked, struct crypto_part ni,
			      struct crypto_part nr, struct crypto_part secret);

/* ---- ike_child.c, ike_rekey.c, ike_info.c: what wishes start ----------------------------------------------------- */

struct ike_child *ike_child_by_ipsec(const struct ike_sa *sa, moor_handle ipsec);	/* NULL: none */
struct ike_child *ike_child_by_spi(const struct ike_sa *sa, uint32_t spi, bool in);
/* The SA's path changed: encapsulated children go with it [RFC 7296 2.23]. */
void ike_children_move(struct ike_sa *sa);
/* Out of net/ipsec.h and our list. tell: the user hears child_gone. */
void ike_child_remove(struct ike_sa *sa, struct ike_child *c, bool tell);
unsigned ike_child_count(const struct ike_sa *sa);	/* without those that are being replaced */
struct ike_child *ike_child_of(const struct ike *k, moor_handle ipsec);	/* of whatever SA of this host */
void ike_child_ready(struct ike *k, struct ike_child *c);	/* used outbound from now on */
/* With a fresh nonce; group 0: no Diffie-Hellman. ke: CRYPTO_DH_PUBLIC_MAX octets. */
struct ike_create *ike_create_new(struct ike *k, uint16_t group, uint8_t *ke);
struct ike_create *ike_create_of(const struct ike *k, const struct ike_task *t);	/* NULL: none */
void ike_create_free(struct ike *k, struct ike_sa *sa, moor_handle create);
void ike_child_start(struct ike_sa *sa, const struct ike_wish *x);	/* INTENT_CHILD, INTENT_REKEY_CHILD */
void ike_rekey_start(struct ike_sa *sa, const struct ike_wish *x);
bool ike_deletes_ike(const struct ike_msg *msg);
void ike_info_start(struct ike_sa *sa, const struct ike_wish *x);	/* deletes, liveness */
/* A REDIRECT notify without nonce: that is for IKE_SA_INIT [RFC 5685 9.2]. */
void ike_write_redirect(struct ike_writer *w, const struct ip6_addr *to);
/* The peer deleted the old SA while we rekeyed it: its own new one stays. False: there is none. */
bool ike_rekey_deleted(struct ike_sa *sa);
void ike_collide(struct ike_create *x, struct crypto_part ni, struct crypto_part nr);
bool ike_collision_lost(const struct ike_create *x, struct crypto_part ni, struct crypto_part nr);
bool ike_other_group(struct ike_sa *sa, const struct ike_task *t, const struct ike_payload *n);
bool ike_answer_dh(struct ike_sa *sa, const struct ike_payload *ke, uint16_t group, uint8_t *public_value,
		   uint8_t *octets, struct crypto_part *secret);
/* Octet by octet; the shorter one is the lower [RFC 7296 2.8.1]. */
int ike_nonce_cmp(struct crypto_part a, struct crypto_part b);

#endif
