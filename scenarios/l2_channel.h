/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a recorded channel was like at a time, for frames that are not in the recording. Internal to the replay.
 */
#ifndef MOOR_SCENARIOS_L2_CHANNEL_H
#define MOOR_SCENARIOS_L2_CHANNEL_H

#include "traces/l2_read.h"

/* A frame counts for another one that is sent at most so much before or after it. */
#define L2_WINDOW (INT64_C(100) * 1000 * 1000)
#define L2_LOST (-1)

struct l2_channel;

struct l2_channel *l2_channel_new(const struct l2_file *f);
void l2_channel_free(struct l2_channel *c);
/*
 * How long a frame takes from one port to the other, of the file's numbering (L2_NONE: not in it), sent at that time;
 * L2_LOST: it does not come. group: it is for several.
 */
moor_time l2_channel_delay(struct l2_channel *c, uint32_t from, uint32_t to, moor_time at, bool group);

#endif
