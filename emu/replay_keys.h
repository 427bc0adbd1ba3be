/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The keys that `mooring replay --keys` was given: lines of Wireshark's tables (ikev2_decryption_table, esp_sa), of
 * tcpdump's file of ESP secrets, and facts of a file of our own, each with the place where it stands, so that whatever
 * turns out wrong later can be told by file and line. docs/replay.md describes the forms.
 *
 * Reading knows nothing of the capture: lengths are held against the algorithms, nothing else.
 */
#ifndef MOOR_EMU_REPLAY_KEYS_H
#define MOOR_EMU_REPLAY_KEYS_H

#include <glib.h>
#include <stdbool.h>

#include "base/addr.h"
#include "crypto/crypto.h"

/* Lent from the keys; line from 1. */
struct key_place {
	const char *file;
	unsigned line;
};

struct key_ike {			/* a line of ikev2_decryption_table */
	struct key_place at;
	uint64_t spi_i, spi_r;
	uint16_t encr, key_bits, integ;
	uint8_t ei[CRYPTO_ENCR_KEY_MAX], er[CRYPTO_ENCR_KEY_MAX];
	uint8_t ai[CRYPTO_INTEG_KEY_MAX], ar[CRYPTO_INTEG_KEY_MAX];
	bool used;			/* the capture has this SA */
};

struct key_esp {			/* a line of esp_sa, or of ESP secrets */
	struct key_place at;
	struct ip6_addr src, dst;	/* ::, any */
	uint32_t spi;
	uint16_t encr, key_bits, integ;
	uint8_t unchecked_icv;		/* octets of an ICV whose key is not known; then integ is NONE */
	uint8_t encr_key[CRYPTO_ENCR_KEY_MAX], integ_key[CRYPTO_INTEG_KEY_MAX];
	bool used;
};

enum fact_kind { FACT_DH, FACT_SK_D, FACT_SK_P, FACT_PRF, FACT_PSK, FACT_USIM, FACT_MSK, FACT_K_AUT, FACT_KINDS };

/*
 * A line of our own form. What is in it, by kind:
 *	dh	one: g^ir of the exchange that made this SPI (IKE: 8 octets; a child SA with its own exchange: 4)
 *	sk-d	one; sk-p: one SK_pi, two SK_pr; psk: one, any length; msk: one, 64 octets; k-aut: one, 16
 *	usim	one K, two OPc; who: the IMSI, NULL: any
 */
struct key_fact {
	struct key_place at;
	enum fact_kind kind;
	bool any;			/* "*" in the place of the SPI */
	bool child;			/* the SPI is one of ESP */
	uint64_t spi;
	uint8_t prf;
	const char *who;
	const uint8_t *one, *two;
	uint16_t n_one, n_two;
	bool used;
};

struct replay_keys;

struct replay_keys *replay_keys_new(void);
void replay_keys_free(struct replay_keys *k);				/* NULL is allowed */
/*
 * A file, or a folder: of it the files named ikev2_decryption_table, esp_sa (or ending in a dot and that), *.keys.
 * False with error naming file and line, or what the folder lacks. What is known but cannot be used (a cipher of
 * tcpdump's that is not built here) is told on standard error and left out.
 */
bool replay_keys_read(struct replay_keys *k, const char *path, GError **error);
/* All lines; a file without a key in it is no error here. */
guint replay_keys_count(const struct replay_keys *k);
/* In the order of reading. */
guint replay_keys_n_ike(const struct replay_keys *k);
guint replay_keys_n_esp(const struct replay_keys *k);
guint replay_keys_n_facts(const struct replay_keys *k);
struct key_ike *replay_keys_ike(const struct replay_keys *k, guint i);
struct key_esp *replay_keys_esp(const struct replay_keys *k, guint i);
struct key_fact *replay_keys_fact(const struct replay_keys *k, guint i);
/* The last one of that kind for this SPI, or for any; NULL: none. Not for usim. Marks it used. */
const struct key_fact *replay_keys_find(const struct replay_keys *k, enum fact_kind kind, uint64_t spi);

const char *fact_kind_name(enum fact_kind kind);			/* "dh", "sk-p", ... */

/* What the parts of the reader share. */
bool keys_hex(const char *text, uint8_t *out, size_t cap, size_t *n, char *why, size_t why_cap);
/*
 * Of a line of a table, of tcpdump's secrets: false with why (KEYS_WHY octets); a secret that is left out has spi 0.
 */
#define KEYS_WHY 200u
bool keys_ike_line(char *line, struct key_ike *out, char *why);
bool keys_esp_line(char *line, struct key_esp *out, char *why);
bool keys_secret_line(char *line, struct key_esp *out, char *why);

#endif
