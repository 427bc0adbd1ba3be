/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Damages a message in every simple way: cut at every length, every single bit flipped. Each victim lies in a heap
 * block of exactly its size, so that a sanitizer sees the first octet read beyond it.
 */
#ifndef MOOR_TESTS_DAMAGE_H
#define MOOR_TESTS_DAMAGE_H

#include <stddef.h>
#include <stdint.h>

typedef void damage_fn(const uint8_t *p, size_t n, void *data);

/* Calls fn with each victim; returns how many there were: n + 8 n. */
size_t damage_each(const uint8_t *p, size_t n, damage_fn *fn, void *data);

/* Calls fn with a copy of exactly n octets. */
void damage_copy(const uint8_t *p, size_t n, damage_fn *fn, void *data);

/*
 * Octets from hexadecimal text, white space ignored; the caller frees with g_free. The text must be right: an
 * assertion.
 */
uint8_t *octets_of(const char *hex, size_t *n);

#endif
