/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Wall clocks. Every node has one, apart from virtual time: it starts at `epoch + offset`, runs fast or slow by
 * drift, and can step. Read only where the protocol wants calendar time: PMIPv6 timestamps, certificates.
 */
#ifndef MOOR_WORLD_CLOCK_H
#define MOOR_WORLD_CLOCK_H

#include "world/world.h"

#define MOOR_EPOCH_S INT64_C(1767225600)	/* virtual time 0 is 2026-01-01 00:00:00 UTC on a true clock */

typedef int64_t moor_wall;			/* nanoseconds since 1970-01-01 UTC */

moor_wall moor_clock_read(const struct moor_node *n);
/* against the true clock, from now on */
void moor_clock_set(struct moor_node *n, int64_t offset_ns, int64_t drift_ppb);
void moor_clock_step(struct moor_node *n, int64_t by_ns);
int64_t moor_clock_error(const struct moor_node *n);					/* own minus true, ns */

#endif
