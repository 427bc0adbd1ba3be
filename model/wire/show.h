/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Helpers of the codecs' print functions: they turn numbers, addresses, flags and octets into the texts that a
 * wire_printer wants. Places are pointers into the decoded octets; the offset told to the printer is base_offset +
 * (at - base).
 */
#ifndef MOOR_WIRE_SHOW_H
#define MOOR_WIRE_SHOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/cursor.h"
#include "wire/diag.h"
#include "wire/print.h"

#define SHOW_OCTETS_MAX 64u		/* octets shown in hex; longer ones end in "..." */

struct show {
	const struct wire_printer *pr;
	const uint8_t *base;		/* the first octet of what is decoded */
	uint32_t base_offset;		/* where base stands in the outermost buffer */
};

struct show_flag { uint32_t mask; const char *name; };	/* rows end with mask 0 */

void show_open(const struct show *s, const char *name, const char *title, const uint8_t *at, size_t len);
void show_close(const struct show *s);
void show_text(const struct show *s, const char *name, const char *value, const uint8_t *at, size_t len);
void show_num(const struct show *s, const char *name, uint64_t value, const uint8_t *at, size_t len);
/* 0x and two digits an octet. */
void show_hex(const struct show *s, const char *name, uint64_t value, const uint8_t *at, size_t len);
void show_unit(const struct show *s, const char *name, uint64_t value, const char *unit, const uint8_t *at, size_t len);
/* A number with the name it has, "3 (server refuses)"; name NULL: the number alone. */
void show_named(const struct show *s, const char *name, uint64_t value, const char *meaning, const uint8_t *at,
		size_t len);
/* Lifetime in seconds, all ones is "infinite". */
void show_seconds(const struct show *s, const char *name, uint32_t value, const uint8_t *at);
void show_flags(const struct show *s, const char *name, uint32_t bits, const struct show_flag *rows, const uint8_t *at,
		size_t len);
void show_ip6(const struct show *s, const char *name, const uint8_t *at);	/* the 16 octets there */
void show_ip4(const struct show *s, const char *name, const uint8_t *at);
void show_mac(const struct show *s, const char *name, const uint8_t *at);
/* In hex; none: "-". */
void show_octets(const struct show *s, const char *name, const uint8_t *at, size_t len);
/* Octets that should be text: control characters and bytes above 126 as a dot; none: "-". */
void show_string(const struct show *s, const char *name, const uint8_t *at, size_t len);
void show_note(const struct show *s, const char *id, const char *text, const uint8_t *at);
/* Every diagnostic kept; their offsets count from `from`. */
void show_diags(const struct show *s, const struct wire_diags *d, const uint8_t *from);

#endif
