/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IKEv2 and ESP of a capture, as replay follows them: what its parts share. Packets come from replay_frame.c; what is
 * opened of ESP goes back there. Everything is judged at its first sighting; times of later sightings are filled in
 * when the packet is told (emu/replay_internal.h).
 *
 * An exchange is a request and its response; an IKE SA has a list of them. Secrets stay in here.
 */
#ifndef MOOR_EMU_REPLAY_IKE_H
#define MOOR_EMU_REPLAY_IKE_H

#include "base/map.h"
#include "crypto/cert.h"
#include "crypto/eap_keys.h"
#include "crypto/keyring.h"
#include "crypto/milenage.h"
#include "emu/replay_internal.h"
#include "emu/replay_keys.h"
#include "wire/eap.h"
#include "wire/ike.h"

#define U64 "%" G_GUINT64_FORMAT
#define X64 "%016" G_GINT64_MODIFIER "x"	/* an SPI of IKE */

#define IKE_NOBODY UINT32_MAX
#define IKE_SAS_MAX 100000u		/* followed; further ones are counted */
#define IKE_ROWS_MAX 200u		/* exchanges kept of one IKE SA; further ones are counted */

enum watch_tally_kind { TALLY_IKE_KEY, TALLY_IKE_ICV, TALLY_IKE_AUTH, TALLY_EAP_MAC, TALLY_EAP_RES, TALLY_ESP_KEY,
	TALLY_ESP_ICV, TALLIES };
enum watch_outcome { IKE_RIGHT, IKE_WRONG, IKE_UNKNOWN, IKE_OUTCOMES };

/* How often something was right, wrong, or could not be told; the first reason of the latter two. */
struct watch_tally {
	uint64_t n[IKE_OUTCOMES];
	char *why[IKE_OUTCOMES];
};


struct replay_ike;
struct watch_request;

enum watch_seal { SEAL_NONE, SEAL_OPENED, SEAL_NO_KEY, SEAL_PART, SEAL_WRONG, SEAL_GARBAGE, SEAL_CUT };

/* One message, however many packets (fragments, retransmissions) it took. */
struct watch_side {
	moor_time first, last;		/* sightings */
	uint64_t number;		/* record of its first packet; 0: not seen */
	uint32_t packets, again;	/* fragments (1: none), retransmitted packets */
	enum watch_seal seal;
	uint64_t *hash;			/* of each packet */
};

struct watch_round {
	uint32_t sa;
	uint32_t mid;
	uint8_t type;			/* enum ike_exchange */
	bool from_i;			/* the request is the SA's initiator's */
	struct watch_side q, a;		/* request, response */
	GString *what;			/* what it holds, in words */
	struct watch_request *request;	/* what of it the response needs */
};

struct watch_secrets {
	uint8_t d[CRYPTO_PRF_MAX], ai[CRYPTO_INTEG_KEY_MAX], ar[CRYPTO_INTEG_KEY_MAX];
	uint8_t ei[CRYPTO_ENCR_KEY_MAX], er[CRYPTO_ENCR_KEY_MAX], pi[CRYPTO_PRF_MAX], pr[CRYPTO_PRF_MAX];
};

#define EAP_IDENTITIES 4u
struct eap_run {			/* one EAP conversation of an IKE SA */
	GBytes *identity[EAP_IDENTITIES];	/* IDi, EAP-Response/Identity, AT_IDENTITY …, in order of arrival */
	unsigned n_identity, n_messages;
	GByteArray *checked;		/* AKA-Identity messages, for AT_CHECKCODE */
	bool aka, keyless, success;	/* keyless: a method that makes no keys */
	bool keyed, challenged;		/* keys stand; xres stands */
	struct eap_aka_keys keys;
	const struct key_fact *usim;	/* what they were made of; NULL: only K_aut is known */
	struct milenage_key milenage;
	uint8_t rand[16], xres[8], nonce_s[16];
	bool reauth, msk;		/* msk: keys.msk is that of this run */
	const struct key_fact *k_aut;
};

struct watch_sa {
	uint32_t number;		/* from 1 */
	uint64_t spi_i, spi_r;
	struct ip6_addr a, b;		/* initiator, responder: as first seen */
	uint32_t parent;		/* the SA that this one replaced */
	bool chosen, established, deleted, failed;
	uint8_t prf, encr, integ;
	uint16_t key_bits, group;
	GBytes *ni, *nr, *first_q, *first_a;	/* nonces; the IKE_SA_INIT messages that AUTH covers */
	const struct key_fact *dh, *d_from, *p_from, *prf_from;
	struct key_ike *table;
	bool computed, has_d, has_p;	/* all from dh; SK_d; SK_p* */
	bool readable[2];		/* a message of the initiator, of the responder, was good inside too */
	bool secret_wrong;		/* what was computed does not open what the table's keys open */
	struct watch_secrets sk;
	const char *differs;		/* which of the table's keys is not the computed one */
	uint64_t opened_by[2];		/* messages: the table's keys, the computed ones */
	GBytes *idi, *idr, *cert_i, *cert_r;
	struct watch_request *first_child;	/* the IKE_AUTH request that asks for a child SA */
	struct eap_run eap;
	GArray *rows;			/* uint32_t: exchanges */
	uint64_t more_rows;
};

struct watch_child {
	uint32_t sa;
	uint32_t spi[2];		/* inbound of the exchange's initiator, of its responder */
	uint8_t encr, integ;
	uint16_t key_bits;
	bool computed, rekeyed, deleted, transport;
};

struct esp_sa {
	uint32_t spi, child;		/* IKE_NOBODY: keys from a table, or none */
	struct ip6_addr src, dst;	/* as first seen */
	uint64_t packets, right, unchecked, wrong, garbage, sealed, again, signalling, octets;
	uint64_t first_number;
	moor_time first, last;
	bool tunnel, udp;
};

/* Where a key of the ring came from. */
struct ring_source { const struct key_ike *ike; const struct key_esp *esp; uint32_t of; };

struct watch_telling { uint32_t exchange; bool answer, again; uint8_t *clear; uint32_t len; };

struct replay_ike {
	struct replay *r;
	struct replay_keys *keys;	/* NULL: none were given */
	struct crypto *c;
	struct keyring *ring;
	/* the same of the other provider, until the first ICV that is right says which one the capture is of */
	struct crypto *other_c;
	struct keyring *other;
	bool modelled;
	GArray *ike_sources, *esp_sources;	/* struct ring_source */
	GPtrArray *sas;			/* struct watch_sa */
	GArray *exchanges;		/* struct watch_round */
	GArray *children, *esps;	/* struct watch_child, struct esp_sa */
	GPtrArray *tellings;		/* struct watch_telling, NULL: told */
	GArray *eap_sets;		/* struct eap_aka_keys of full authentications, for fast ones */
	struct map by_spi, by_first, by_esp, by_child, by_exchange, esp_seen;
	struct watch_tally tally[TALLIES];
	uint64_t messages, packets, again, too_many, other_versions, malformed;
	uint64_t ike_rekeys, child_rekeys, followers, first_children;
	uint64_t esp_packets, esp_again;
	unsigned depth;			/* of ESP inside ESP */
	uint8_t *work[4];
	guint unused;			/* keys for nothing in the capture */
	struct key_place first_unused;
};

/* ---- replay_ike_message.c ---- */
struct watch_sa *watch_sa_at(const struct replay_ike *k, uint32_t i);
/* Makes it known under its SPIs. */
struct watch_sa *watch_sa_new(struct replay_ike *k, uint64_t spi_i, uint64_t spi_r, const struct ip6_addr *a,
			  const struct ip6_addr *b);
void watch_sa_spis(struct replay_ike *k, uint32_t sa);
/* Adds words to what an exchange holds. */
void watch_word(struct watch_round *x, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
GBytes *watch_keep(GBytes **slot, const uint8_t *p, size_t n);

/* ---- replay_ike_judge.c ---- */
void watch_tell(struct replay_ike *k, enum watch_tally_kind what, enum watch_outcome o, const char *fmt, ...)
	G_GNUC_PRINTF(4, 5);
/* "file:line", into buf of IKE_PLACE octets */
#define IKE_PLACE 256u
const char *watch_place(const struct key_place *at, char buf[IKE_PLACE]);

/* ---- replay_ike_keys.c ---- */
/* What a request says that its response completes: nonce, proposals' SPIs, group. */
struct watch_request {
	GBytes *nonce;
	bool has_ke;
	uint32_t rekeys;		/* SPI of the child SA that it replaces; 0: none */
	uint8_t n;
	struct { uint8_t number, protocol; uint64_t spi; } offer[IKE_PROPOSAL_MAX];
};
struct watch_request *watch_request_new(const struct ike_msg *m);
void watch_request_free(struct watch_request *q);				/* NULL is allowed */
/* An answer that chose: the IKE SA's own, or in CREATE_CHILD_SA the new one's. */
void watch_init_chosen(struct replay_ike *k, uint32_t sa, const struct watch_request *q, const struct ike_msg *a);
void watch_rekey_chosen(struct replay_ike *k, uint32_t old, struct watch_round *x, const struct ike_msg *a);
void watch_child_chosen(struct replay_ike *k, uint32_t sa, struct watch_round *x, const struct ike_msg *a);
/* Once all is read: were the table's keys those that were computed? */
void watch_keys_judge(struct replay_ike *k);
/* Facts of its own (sk-d, sk-p, prf) and the table's line. */
void watch_given_keys(struct replay_ike *k, uint32_t sa);
/* A message was opened: with the table's keys though others were computed, these are not to be trusted. */
void watch_opened(struct replay_ike *k, struct watch_sa *s);

/* ---- replay_ike_ring.c ---- */
/* All lines of tables that were given. */
void watch_ring_fill(struct replay_ike *k);
/* key: SK_ei, SK_er, SK_ai, SK_ar. False: an algorithm that is not known; nothing was added. */
bool watch_ring_ike(struct replay_ike *k, uint64_t spi_i, uint64_t spi_r, uint16_t encr, uint16_t bits,
		    uint16_t integ, const uint8_t *const key[4]);
bool watch_ring_esp(struct replay_ike *k, uint32_t spi, uint16_t encr, uint16_t bits, const uint8_t *encr_key,
		    uint16_t integ, const uint8_t *integ_key);
/* As keyring_open_*, with the provider whose keys these are. */
enum keyring_result watch_open_ike(struct replay_ike *k, const uint8_t *p, size_t n, uint8_t *out, size_t cap,
				   size_t *len);
enum keyring_result watch_open_esp(struct replay_ike *k, const uint8_t *p, size_t n, uint8_t *out, size_t cap,
				   size_t *len, uint8_t *next_header);

/* ---- replay_ike_auth.c ---- */
/* What of an IKE_AUTH message matters for authentication; from_i: the initiator's. */
void watch_auth_message(struct replay_ike *k, struct watch_sa *s, struct watch_round *x, const struct ike_msg *m,
			bool from_i, uint64_t number);

/* ---- replay_ike_eap.c ---- */
void eap_run_clear(struct eap_run *e);
void eap_run_identity(struct eap_run *e, const uint8_t *p, size_t n);
void eap_run_message(struct replay_ike *k, struct watch_sa *s, struct watch_round *x, const uint8_t *p, size_t n,
		     uint64_t number);

#endif
