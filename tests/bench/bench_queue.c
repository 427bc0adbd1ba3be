/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Goal P1: the event queue under the hold model with 1,000 to 1,000,000 pending events, against ns-3's default and its
 * fastest scheduler when the build found ns-3 (which build of it is said below the table). Fails when orders differ.
 */
#include "tests/bench/versus.h"

#include <stdio.h>

static const uint32_t sizes[] = { 1000, 10000, 100000, 1000000 };

int main(void)
{
	const struct bench_engine *engines[] = {
		&bench_ours,
#ifdef MOOR_HAVE_NS3
		&bench_ns3_map, &bench_ns3_priority,
#endif
	};
	unsigned n_engines = sizeof engines / sizeof *engines, rounds = versus_quick() ? 1 : 7;
	bool same = true;

	printf("P1 queue: hold model (take the first, touch 64 octets, schedule again), ns of CPU per event, median of %u "
	       "turns\n",
	       rounds);
	printf("%9s %10s", "pending", "mooring");
	if (n_engines > 1)
		printf(" %10s %10s %9s %9s", "ns-3 Map", "ns-3 PQ", "Map/ours", "PQ/ours");
	printf("\n");
	for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		uint64_t events = versus_quick() ? 20000 : sizes[i] < 200000 ? 200000 : sizes[i] / 2;
		struct versus_result r = versus(engines, n_engines, false, sizes[i], events, rounds);

		printf("%9u %10.1f", sizes[i], r.ns[0]);
		if (n_engines > 1)
			printf(" %10.0f %10.0f %9.1f %9.1f", r.ns[1], r.ns[2], r.ratio[1], r.ratio[2]);
		printf("%s\n", r.same_order ? "" : "   ORDERS DIFFER");
		fflush(stdout);
		same = same && r.same_order;
	}
#ifdef MOOR_HAVE_NS3
	printf("ns-3: %s\n", bench_ns3_version());
#endif
	if (n_engines > 1)
		printf("goal at 1e5 and 1e6: Map/ours >= 10 (moonshot 25), PQ/ours >= 5 (moonshot 8)\n"
		       "order of events equal on all engines: %s\n", same ? "yes" : "NO");
	else
		printf("ns-3 was not there when this was configured: no ratios\n");
	return same ? 0 : 1;
}
