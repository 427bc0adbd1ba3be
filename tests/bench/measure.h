/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the benchmarks of whole worlds measure with, and the names they give to what they build: processor time and
 * memory of this process, addresses.
 */
#ifndef MOOR_TESTS_BENCH_MEASURE_H
#define MOOR_TESTS_BENCH_MEASURE_H

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/addr.h"

static inline double cpu_now(void)			/* seconds of user and system time so far */
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static inline double resident(void)			/* octets; 0: not told */
{
	unsigned long size = 0, pages = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	if (!f || fscanf(f, "%lu %lu", &size, &pages) != 2)
		pages = 0;
	if (f)
		fclose(f);
	return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

/* The i-th of a kind (0..255), locally administered. */
static inline struct mac_addr mac(uint32_t kind, uint32_t i)
{
	return mac_from_u64(UINT64_C(0x020000000000) | (uint64_t)kind << 32 | i);
}

static inline struct ip6_addr a6(const char *s)		/* IPv6; :: when it is none */
{
	struct ip6_addr a = ip6_any;

	ip6_parse(s, &a);
	return a;
}

#endif
