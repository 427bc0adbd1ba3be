/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Virtual time. One unit everywhere: int64 nanoseconds of monotonic virtual time since the world began (about 292
 * years of range). Wall clocks are another thing (world/clock.h): only PMIPv6 timestamps and certificates read them.
 */
#ifndef MOOR_BASE_TIME_H
#define MOOR_BASE_TIME_H

#include <stdint.h>

typedef int64_t moor_time;			/* nanoseconds; an instant or a span, never negative unless said */

#define MOOR_NEVER INT64_MAX			/* "no deadline"; later than every instant */

#define MOOR_US ((moor_time)1000)
#define MOOR_MS ((moor_time)1000000)
#define MOOR_S  ((moor_time)1000000000)

/* a + b where b is a span >= 0; sticks at MOOR_NEVER instead of overflowing. */
static inline moor_time moor_time_add(moor_time a, moor_time b)
{
	return a > MOOR_NEVER - b ? MOOR_NEVER : a + b;
}

/* Lifetimes of Mobile IPv6 messages count in units of 4 seconds [RFC 6275 6.1.7]; this type keeps the unit from
 * being forgotten. */
typedef struct { uint16_t units; } moor_life4;

static inline moor_time moor_life4_span(moor_life4 l) { return (moor_time)l.units * 4 * MOOR_S; }

/* Rounds down; a span above the field's range becomes the largest value. */
static inline moor_life4 moor_life4_from(moor_time span)
{
	moor_time u = span / (4 * MOOR_S);

	return (moor_life4){ (uint16_t)(u > 0xffff ? 0xffff : u) };
}

#endif
