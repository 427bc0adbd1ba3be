/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Wire vectors as text files, one per document (tests/vectors/<document>.txt). A file is a list of cases:
 *
 *	# anything
 *	case bu-home-registration
 *	clause RFC 6275 6.1.7
 *	layer mh			mh, ip (IPv4 or IPv6 by its version nibble), eth, ike (a message behind the
 *					non-ESP marker), ike-chain 33 (inner payloads of IKE, the first of that type), eap,
 *					eap-attrs (the plain text of AT_ENCR_DATA), esp, diameter (a message)
 *	sum 2001:db8::1 2001:db8::2	mh only: the checksum must be right between these addresses
 *	hex 3b05 0500 ...	# here	white space is free; further lines may follow that begin with white space; each may end
 *					with a comment
 *	bu.sequence = 468		a path of the dissector (layers are left out as far as they are not needed to be
 *					unique) and its text;
 *					a number stands for "4 (its name)" too
 *	seal 12 128 KEY 12 KEY		ike and esp: cipher, bits of its key, key, integrity transform, its key, by the
 *					numbers of IKEv2; "-" for no key. What is inside is shown as layer "cleartext"
 *	mac KEY EXTRA			eap: AT_MAC must be right under this K_aut; EXTRA octets follow the packet, "-" none
 *	note opt-alignment		this diagnostic must be made, and none that is not listed; with a fault others may be
 *	fault				the octets cannot be read to their end: dissecting must say so
 *	canonical			mh only: decoding and encoding again gives the same octets (of ike, ike-chain and
 *					eap and diameter this must hold of every case without note and fault)
 *	count 12			last line of a file: how many cases it holds, so that none is skipped silently
 */
#ifndef MOOR_TESTS_VECTORS_H
#define MOOR_TESTS_VECTORS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "wire/print.h"

enum vector_layer {
	VECTOR_MH, VECTOR_IP, VECTOR_ETH, VECTOR_IKE, VECTOR_IKE_CHAIN, VECTOR_EAP, VECTOR_EAP_ATTRS, VECTOR_ESP,
	VECTOR_DIAMETER
};

struct vector_field { char *path, *value; unsigned line; };

/* Keys of an IKE or ESP packet. */
struct vector_seal {
	bool given;
	uint8_t encr, integ;
	uint16_t bits;
	GByteArray *encr_key, *integ_key;	/* NULL: none */
};

struct vector {
	char *file, *name, *clause;
	unsigned line;
	enum vector_layer layer;
	bool has_sum, fault, canonical;
	struct ip6_addr src, dst;
	uint8_t first;			/* ike-chain: the first payload's type */
	struct vector_seal seal;
	GByteArray *k_aut, *mac_extra;	/* NULL: none */
	GByteArray *octets;
	GArray *fields;			/* struct vector_field */
	GPtrArray *notes;		/* char * */
};

/* All cases of all .txt files in the folder, by file name; on an error NULL and a message "file:line: what". */
GPtrArray *vectors_load(const char *folder, char **error);
/* An array that frees the cases in it. */
GPtrArray *vectors_new(void);
/* Adds the cases of one text to such an array; errors as above. */
bool vectors_parse(const char *file, const char *text, GPtrArray *out, char **error);
/* The folder with the shipped vectors. */
char *vectors_folder(void);

/*
 * What the dissector says about octets of the case's layer, read with the case's keys: "path = value" texts and note
 * ids; false when it met a fault.
 */
struct vector_dump { GPtrArray *lines, *notes; };
bool vector_dissect(const struct vector *v, const uint8_t *p, size_t n, struct vector_dump *out);
void vector_dump_clear(struct vector_dump *d);
/*
 * Whether a line of the dump has this value and a path that ends in `path` at a layer's border; *other: a value that
 * stood there instead.
 */
bool vector_dump_has(const struct vector_dump *d, const char *path, const char *value, const char **other);

/* ---- sealed.c: what needs keys ----------------------------------------------------------------------------------- */

/*
 * Opens octets of ike or esp with the case's keys and shows what is inside. False: they cannot be opened ("esp-icv",
 * "ike-sk-icv" and what the codecs say are noted), or a fault is inside.
 */
bool vector_show_ike(const struct vector *v, const uint8_t *p, size_t n, const struct wire_printer *pr);
bool vector_show_esp(const struct vector *v, const uint8_t *p, size_t n, const struct wire_printer *pr);
/* Whether the key opens them: the ICV is right (there must be one). */
bool vector_opens(const struct vector *v, const uint8_t *p, size_t n);
/* Whether the octets are an EAP packet with the right AT_MAC under the case's K_aut. */
bool vector_mac_ok(const struct vector *v, const uint8_t *p, size_t n);

/* ---- laws.c ------------------------------------------------------------------------------------------------------ */

/* What the octets of ike, ike-chain, eap, eap-attrs or esp break of the laws that hold for any octets; NULL: none. */
const char *vector_law(const struct vector *v, const uint8_t *p, size_t n);
/* Whether octets that were decoded whole and without a note are written again as they were. */
bool vector_written_alike(const struct vector *v, const uint8_t *p, size_t n);

#endif
