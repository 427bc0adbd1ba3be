/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Wire vectors as text files, one per document (tests/vectors/<document>.txt). A file is a list of cases:
 *
 *	# anything
 *	case bu-home-registration
 *	clause RFC 6275 6.1.7
 *	layer mh			mh, ip (IPv4 or IPv6 by its version nibble), eth
 *	sum 2001:db8::1 2001:db8::2	mh only: the checksum must be right between these addresses
 *	hex 3b05 0500 ...	# here	white space is free; further lines may follow that begin with white space; each may end
 *					with a comment
 *	bu.sequence = 468		a path of the dissector (layers are left out as far as they are not needed to be
 *					unique) and its text;
 *					a number stands for "4 (its name)" too
 *	note opt-alignment		this diagnostic must be made, and none that is not listed; with a fault others may be
 *	fault				the octets cannot be read to their end: dissecting must say so
 *	canonical			mh only: decoding and encoding again gives the same octets
 *	count 12			last line of a file: how many cases it holds, so that none is skipped silently
 */
#ifndef MOOR_TESTS_VECTORS_H
#define MOOR_TESTS_VECTORS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"

enum vector_layer { VECTOR_MH, VECTOR_IP, VECTOR_ETH };

struct vector_field { char *path, *value; unsigned line; };

struct vector {
	char *file, *name, *clause;
	unsigned line;
	enum vector_layer layer;
	bool has_sum, fault, canonical;
	struct ip6_addr src, dst;
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

/* What the dissector says about the octets of a layer: "path = value" texts and note ids; false when it met a fault. */
struct vector_dump { GPtrArray *lines, *notes; };
bool vector_dissect(enum vector_layer layer, const uint8_t *p, size_t n, struct vector_dump *out);
void vector_dump_clear(struct vector_dump *d);
/*
 * Whether a line of the dump has this value and a path that ends in `path` at a layer's border; *other: a value that
 * stood there instead.
 */
bool vector_dump_has(const struct vector_dump *d, const char *path, const char *value, const char **other);

#endif
