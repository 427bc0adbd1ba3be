/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every fuzz target checks with: a law that does not hold ends the run, also in builds without assertions. */
#ifndef MOOR_TESTS_FUZZ_LAWS_H
#define MOOR_TESTS_FUZZ_LAWS_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "wire/print.h"

#define LAW(holds) do { if (!(holds)) abort(); } while (0)

/* A printer that touches every text it is given and counts: open and close must match. */
struct laws_printer { int depth; unsigned long opened, noted, octets; };

struct wire_printer laws_printer(struct laws_printer *state);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

#endif
