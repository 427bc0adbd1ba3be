/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Goal P2: timers that are mostly cancelled or moved, 1,000 to 1,000,000 UEs, against ns-3's default scheduler with
 * Simulator::Remove (its other schedulers cannot remove, or leave dead events for an hour). Fails when orders differ
 * or when the queue holds much more than what is alive.
 */
#include "tests/bench/versus.h"

#include <stdio.h>

static const uint32_t sizes[] = { 1000, 10000, 100000, 1000000 };

int main(void)
{
	const struct bench_engine *engines[] = {
		&bench_ours,
#ifdef MOOR_HAVE_NS3
		&bench_ns3_map,
#endif
	};
	unsigned n_engines = sizeof engines / sizeof *engines, rounds = versus_quick() ? 1 : 7;
	bool good = true;

	printf("P2 timers: per event that runs 2 are armed and 1 is cancelled; ns of CPU per event, median of %u turns\n",
	       rounds);
	printf("%9s %10s %12s", "UEs", "mooring", "in queue/UE");
	if (n_engines > 1)
		printf(" %14s %9s", "ns-3 Map+Rem.", "Map/ours");
	printf("\n");
	for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		uint64_t events = versus_quick() ? 20000 : sizes[i] < 200000 ? 200000 : sizes[i] / 2;
		struct versus_result r = versus(engines, n_engines, true, sizes[i], events, rounds);
		bool small = r.pending[0] < 6 * (uint64_t)sizes[i] + 2048;	/* at most 4 are alive per UE */

		printf("%9u %10.1f %12.2f", sizes[i], r.ns[0], (double)r.pending[0] / sizes[i]);
		if (n_engines > 1)
			printf(" %14.0f %9.1f", r.ns[1], r.ratio[1]);
		printf("%s%s\n", r.same_order ? "" : "   ORDERS DIFFER", small ? "" : "   THE QUEUE GROWS");
		fflush(stdout);
		good = good && r.same_order && small;
	}
#ifdef MOOR_HAVE_NS3
	printf("ns-3: %s\n", bench_ns3_version());
#endif
	if (n_engines > 1)
		printf("goal: Map/ours >= 12 (moonshot 20) at every size\norder of events equal, queue bounded: %s\n",
		       good ? "yes" : "NO");
	else
		printf("ns-3 was not there when this was configured: no ratios\n");
	return good ? 0 : 1;
}
