/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IKEv2 [RFC 7296] for one host, both roles: IKE SAs, their exchanges and the child SAs they install in net/ipsec.h.
 *
 * Layers: ike*.c is the protocol (messages, windows, retransmission, keys, cookies, NAT traversal, fragmentation,
 * rekeying, liveness); who the peers are, what a configuration payload says and which prefix a UE gets belong to the
 * users: s2c_ue.c and s2c_ha.c [24.303 5.1.2.2, 5.1.3.1], through struct ike_user.
 *
 * An IKE SA is a small struct in a slab that stays; an exchange under way (its octets for retransmission, nonces,
 * Diffie-Hellman, EAP) is a task in another slab that lives only while it runs.
 *
 * Calls from users and calls to them never nest: what the protocol tells is posted and delivered when the current
 * handler has returned. Only init, authorise and child_wanted are asked on the way: they answer, and call nothing.
 * A struct ike_sa stays the same for its users when the IKE SA is rekeyed; it is gone when closed has returned.
 */
#ifndef MOOR_PROTO_IKE_H
#define MOOR_PROTO_IKE_H

#include "crypto/crypto.h"
#include "net/ipsec.h"
#include "net/timers.h"
#include "proto/eap_aka.h"
#include "wire/ike.h"
#include "world/machine.h"

#define IKE_PORT 500u
#define IKE_PORT_NAT 4500u
#define IKE_SUITES_MAX 6

struct ike;			/* of one host */
struct ike_sa;

/* One proposal with one choice of each transform: IANA numbers. */
struct ike_suite {
	uint16_t encr, key_bits, integ, prf, dh;	/* integ 0 with an AEAD; child: prf 0, dh 0 without PFS */
};

/*
 * Shared by many hosts, constant while they run, kept by reference. ike_config_default fills in all but crypto,
 * identity and trust.
 */
struct ike_config {
	struct crypto *crypto;
	const struct timer_set *timers;		/* NULL: defaults */
	struct ike_suite ike[IKE_SUITES_MAX], esp[IKE_SUITES_MAX];	/* in order of preference */
	uint8_t n_ike, n_esp;
	const struct crypto_identity *identity;	/* certificate and key; responder, initiators with a certificate */
	const struct crypto_trust *trust;	/* anchors; initiator, responders to such initiators */
	bool certreq;				/* responder: asks initiators for certificates, in IKE_SA_INIT */
	bool nat_t;				/* detects NATs and floats to 4500 */
	bool fragmentation;			/* RFC 7383 */
	uint16_t fragment_size;			/* of the IP packet; 1280 */
	bool multiple_auth;			/* RFC 4739 */
	bool redirect;				/* REDIRECT_SUPPORTED [RFC 5685] */
	const char *redirect_name;		/* REDIRECT of IKE_SA_INIT names the other responder; NULL: by address */
	bool childless;				/* RFC 6023: responder: says so; initiator: does so when it was said */
	uint16_t pdn_identifier;		/* notify type of PDN Identifier; 0: IKE_N_PDN_IDENTIFIER */
	uint32_t cookies_above;			/* half-open SAs before cookies are demanded; default 64 */
	uint32_t half_open_max;			/* then SA_INIT is dropped; default 4096 */
	moor_time dpd;				/* liveness check after such a silence, responder: 1.5 times; 0: none */
	moor_time rekey_ike, rekey_child;	/* soft lifetimes, jittered down by up to 10 %; 0: never */
};
void ike_config_default(struct ike_config *c);

/* Why an IKE SA or an exchange failed or ended. Names in ike_reason_name. */
enum ike_reason {
	IKE_OK, IKE_TIMEOUT, IKE_NO_PROPOSAL, IKE_AUTH_FAILED, IKE_CERT_EXPIRED, IKE_CERT_UNTRUSTED, IKE_CERT_NAME,
	IKE_CERT_BAD, IKE_EAP_FAILED, IKE_CFG_FAILED, IKE_TS_REFUSED, IKE_REDIRECTED, IKE_REDIRECT_LOOP,
	IKE_DELETED_BY_PEER, IKE_DELETED, IKE_SYNTAX, IKE_PEER_ERROR, IKE_REPLACED, IKE_DEAD_PEER, IKE_REASONS
};
const char *ike_reason_name(enum ike_reason r);	/* "timeout", "certificate-expired", … */

/* Where an IKE SA's packets go. Addresses of either family, IPv4 as mapped. */
struct ike_path {
	struct ip6_addr own, peer;
	uint16_t own_port, peer_port;	/* 500, or 4500 with the non-ESP marker, the peer's as seen */
	struct net_iface *via;		/* NULL: by route */
};

#define IKE_ID_MAX 128

struct ike_id {			/* enum ike_id_type; octets as on the wire */
	uint8_t type, len;
	uint8_t data[IKE_ID_MAX];
};

/* ---- the initiator ----------------------------------------------------------------------------------------------- */

/*
 * What answers the responder's EAP requests: EAP-AKA first, another method in a second authentication. Begins a struct
 * of the user's, which outlives the run.
 */
struct eap_peer {
	enum eap_outcome (*input)(struct eap_peer *p, const uint8_t *octets, size_t n, struct eap_out *out);
	/* 64 octets once the outcome is EAP_SUCCEEDED; NULL: the method makes no keys, SK_pi and SK_pr stand in */
	const uint8_t *(*msk)(const struct eap_peer *p);
};

/*
 * How a peer proves who it is: what the peer authorization database says of an identity [RFC 4301 4.4.3, RFC 7296
 * 2.15]. Both ends use the same way.
 */
enum ike_proof {
	IKE_PROOF_EAP,			/* the initiator by EAP, the responder by its certificate [RFC 7296 2.16] */
	IKE_PROOF_KEY,			/* a pre-shared key */
	IKE_PROOF_CERTIFICATE		/* certificates that hold the identities */
};

struct ike_pad {
	enum ike_proof proof;
	const uint8_t *key;		/* IKE_PROOF_KEY: by reference, for as long as IKE runs; 1 octet at least */
	size_t key_len;
};

/* Copied but for what says otherwise; lent pointers only for the call. */
struct ike_connect {
	struct ip6_addr own, peer;
	struct net_iface *via;
	const struct ip6_addr *redirected_from;	/* REDIRECTED_FROM in SA_INIT; NULL */
	bool ifom;				/* IFOM_CAPABILITY in SA_INIT */
	struct ike_id idi, idr;			/* idr.len 0: none */
	/* IKE_PROOF_EAP: `eap` must be there; otherwise idr must be: the responder has to prove that it is this one */
	struct ike_pad pad;
	struct eap_peer *eap;			/* no AUTH in the first IKE_AUTH; the user's, outlives the run */
	struct eap_peer *eap2;			/* second authentication [RFC 4739]; NULL: none */
	struct ike_id idi2;
	const struct ike_cp_attr *cp;		/* CFG_REQUEST */
	unsigned n_cp;
	const uint8_t *pdn_id;			/* PDN Identifier notify (its data); NULL: none */
	uint8_t pdn_id_len;
	bool initial_contact;			/* no other SA with this peer is known */
	struct ipsec_selector child;		/* of the child in IKE_AUTH, unless childless; proto 135: transport mode */
};
/* NULL: no way to the peer. user data: see ike_sa_set_user. */
struct ike_sa *ike_connect(struct ike *k, const struct ike_connect *c);

/* ---- what users hear --------------------------------------------------------------------------------------------- */

/* What a finished IKE_AUTH brought; lent for the call. */
struct ike_result {
	const struct ike_cp_attr *cp;		/* CFG_REPLY, or NULL */
	unsigned n_cp;
	bool ifom;				/* the responder said IFOM_CAPABILITY */
	moor_handle child;			/* 0: none was made */
	const struct ike_id *peer;		/* IDr at the initiator, the last authenticated IDi at the responder */
};

/* What the initiator asked in its IKE_AUTH exchanges; lent. */
struct ike_request {
	const struct ike_cp_attr *cp;		/* CFG_REQUEST */
	unsigned n_cp;
	const uint8_t *pdn_id;			/* PDN Identifier notify, NULL: none */
	unsigned pdn_id_len;
	bool initial_contact;			/* other SAs of this identity are dead */
	bool child;				/* SA, TSi, TSr were there */
	struct ipsec_selector sel;		/* of the child, local = ours */
	bool transport;
	const struct ike_id *idi;		/* authenticated */
};

#define IKE_REPLY_CP 8

struct ike_reply {				/* zeros: nothing */
	struct ike_cp_attr cp[IKE_REPLY_CP];	/* values: pointers into `room` or longer lived */
	unsigned n_cp;
	uint8_t room[160];
	bool child;				/* install the child (sel may have been narrowed) */
	struct ipsec_selector sel;
	const struct ip6_addr *redirect;	/* REDIRECT in this last response: no CP, no child */
};

struct ike_user {
	/* both: at the responder it follows its last IKE_AUTH response, cp is NULL */
	void (*established)(void *owner, struct ike_sa *sa, const struct ike_result *r);
	/* the SA is gone (or never came to be); detail: the notify type behind it, 0 none */
	void (*closed)(void *owner, struct ike_sa *sa, enum ike_reason why, uint16_t detail);
	/*
	 * REDIRECT in SA_INIT or AUTH (authenticated there): to another responder; fqdn NULL or text. The SA closes by
	 * itself: closed follows.
	 */
	void (*redirect)(void *owner, struct ike_sa *sa, const struct ip6_addr *to, const char *fqdn);
	/* initiator: REDIRECT in an INFORMATIONAL request [RFC 5685 5]; the SA stands */
	void (*sent_away)(void *owner, struct ike_sa *sa, const struct ip6_addr *to);
	/* a child came by CREATE_CHILD_SA (ours or the peer's), replaced another (old) or failed (child 0) */
	void (*child)(void *owner, struct ike_sa *sa, moor_handle child, moor_handle old, enum ike_reason why);
	void (*child_gone)(void *owner, struct ike_sa *sa, moor_handle child);
	/* NAT rebinding or ike_sa_move: authentic packets come from elsewhere [RFC 7296 2.23, RFC 4877 9] */
	void (*moved)(void *owner, struct ike_sa *sa, const struct ike_path *p);
	/* initiator: the responder wants a new authentication, by a new IKE SA, within so long [RFC 4478]; 0: now */
	void (*lifetime)(void *owner, struct ike_sa *sa, uint32_t seconds);
	/* responder */
	/* A new SA_INIT that passed the checks: may say no (a redirect target, *to); ifom: what to echo. */
	bool (*init)(void *owner, const struct ike_path *p, bool redirect_supported, bool ifom_asked, bool *ifom,
		     struct ip6_addr *to);
	/*
	 * The first IKE_AUTH has AUTH: how has this identity to prove itself? False: nobody with that name may come in.
	 * idr is whom it asked for, or our address; it may be replaced by who we are. Answers only. NULL: initiators come
	 * with EAP or not at all.
	 */
	bool (*pad)(void *owner, const struct ike_id *idi, struct ike_id *idr, struct ike_pad *out);
	/*
	 * IDi and IDr (len 0: none) of the first IKE_AUTH without AUTH; once more with the IDi of a second authentication.
	 * Answer, now or later, with ike_eap_send / ike_redirect / ike_refuse. NULL: nobody comes in by EAP.
	 */
	void (*identified)(void *owner, struct ike_sa *sa, const struct ike_id *idi, const struct ike_id *idr);
	void (*eap)(void *owner, struct ike_sa *sa, const uint8_t *packet, size_t n);
	/* Both AUTHs are right (all authentications done). Fill the reply; false: refuse with *notify. */
	bool (*authorise)(void *owner, struct ike_sa *sa, const struct ike_request *q, struct ike_reply *r,
			  uint16_t *notify);
	/* a CREATE_CHILD_SA asks for these selectors (ours local): narrow in place; false: TS_UNACCEPTABLE */
	bool (*child_wanted)(void *owner, struct ike_sa *sa, struct ipsec_selector *sel, bool transport);
};

/* ---- one IKE implementation per host ----------------------------------------------------------------------------- */

/*
 * user: kept by reference, shared by many; owner is passed to it. Freed with the world. Takes UDP ports 500 and 4500,
 * and makes the host's struct ipsec (ipsec_of) unless there is one. Children are named by net/ipsec.h's handles.
 */
struct ike *ike_new(struct net_host *h, const struct ike_config *c, const struct ike_user *user, void *owner);
struct ike *ike_of(const struct net_host *h);		/* NULL: none */
struct net_host *ike_host(const struct ike *k);
void *ike_owner(const struct ike *k);			/* as given */
const struct ike_config *ike_settings(const struct ike *k);

/* ---- the responder's answers (each once, when asked) ------------------------------------------------------------- */

/* The next EAP packet of the AAA server goes to the initiator. In the first answer IDr, CERT and AUTH go with it. */
void ike_eap_send(struct ike_sa *sa, const uint8_t *packet, size_t n);
/* EAP-Success, with its key of 64 octets (NULL: the method makes none); or EAP-Failure: the SA fails. */
void ike_eap_done(struct ike_sa *sa, const uint8_t *packet, size_t n, const uint8_t *msk);
/* REDIRECT instead of EAP in the first IKE_AUTH response, with IDr, CERT and AUTH [RFC 5685 6]. */
void ike_redirect(struct ike_sa *sa, const struct ip6_addr *to);
void ike_refuse(struct ike_sa *sa, uint16_t notify);
/* A second authentication is demanded: ANOTHER_AUTH_FOLLOWS after the first [RFC 4739]; asked before the EAP ends. */
void ike_another_auth(struct ike_sa *sa);

/* ---- what users ask of an SA that stands ------------------------------------------------------------------------- */

/* CREATE_CHILD_SA for this selector (proto 135: transport). The answer comes as user->child. */
void ike_child(struct ike_sa *sa, const struct ipsec_selector *sel, bool transport);
void ike_rekey_child(struct ike_sa *sa, moor_handle child);
void ike_rekey(struct ike_sa *sa);
void ike_check(struct ike_sa *sa);			/* liveness: an empty INFORMATIONAL now [RFC 7296 2.4] */
/* Responder: AUTH_LIFETIME [RFC 4478]. Whether the initiator heeds it, and what if not, is the user's matter. */
void ike_reauth(struct ike_sa *sa, uint32_t seconds);
/* Responder: REDIRECT in an INFORMATIONAL request, to an initiator that supports it [RFC 5685 5]. The SA stays. */
void ike_redirect_session(struct ike_sa *sa, const struct ip6_addr *to);
/* DELETE, protocol 1; closed is told when it is answered or given up. */
void ike_close(struct ike_sa *sa);
/* Gone without a word. */
void ike_forget(struct ike_sa *sa);
/*
 * The endpoints move [RFC 4877 9, K bit]: further packets go this way. tell: an empty INFORMATIONAL follows, so that
 * the peer learns address and port behind a NAT.
 */
void ike_move(struct ike_sa *sa, const struct ike_path *p, bool tell);
/* We are behind a NAT now, or no more: who moved us found out (24.303 5.1.3.2). It wants keepalives [RFC 3948 4]. */
void ike_behind_nat(struct ike_sa *sa, bool here);
/* All SAs of the host are lost without a word: it restarted. */
void ike_reboot(struct ike *k);

void ike_sa_set_user(struct ike_sa *sa, void *user);	/* a pointer of the user's own; NULL at first */
void *ike_sa_user(const struct ike_sa *sa);
moor_handle ike_sa_handle(const struct ike_sa *sa);	/* stays valid to ask with after the SA is gone */
struct ike_sa *ike_sa_get(const struct ike *k, moor_handle h);	/* NULL: gone */

enum ike_sa_state {
	IKE_SA_NONE,
	IKE_SA_INIT_SENT,		/* initiator: waits for the answer to IKE_SA_INIT */
	IKE_SA_AUTH_SENT,		/* initiator: an IKE_AUTH is under way */
	IKE_SA_HALF_OPEN,		/* responder: IKE_SA_INIT answered */
	IKE_SA_AUTHENTICATING,		/* responder: IKE_AUTH exchanges are under way */
	IKE_SA_ESTABLISHED,
	IKE_SA_REKEYED,			/* replaced by another, to be deleted by whoever rekeyed */
	IKE_SA_DELETING,		/* DELETE is to be sent or was sent */
	IKE_SA_GONE,			/* for users; it may linger to repeat its last answer */
	IKE_SA_STATES
};
extern const struct fsm ike_sa_fsm;

struct ike_sa_view {
	enum ike_sa_state state;
	bool initiator, nat_here, nat_there, peer_id_known;
	bool redirect_supported, multiple_auth;	/* what the peer said */
	uint64_t spi_i, spi_r;
	struct ike_path path;
	struct ike_id peer;		/* known while IKE_AUTH runs and while `established` is told */
	struct ike_suite suite;
	unsigned children;
	moor_time established;
};
void ike_sa_view(const struct ike_sa *sa, struct ike_sa_view *out);
unsigned ike_sas(const struct ike *k);			/* that stand */
unsigned ike_half_open(const struct ike *k);
void ike_memory(const struct moor_world *w, mem_report_fn *fn, void *ctx);
/* Packets kept for being repeated; moor_world_leaks counts them as alive. */
uint64_t ike_packets_held(const struct moor_world *w);

#endif
