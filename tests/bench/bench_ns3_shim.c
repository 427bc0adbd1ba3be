/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What our interface in C costs on top of ns-3 itself: timers and frames through model/ns3/ns3c.h against the same in
 * C++, each in a process of its own, in turns; goal: within 10 %. Fails when something happens in another order or at
 * another simulated time.
 */
#include "tests/bench/versus.h"

#include <stdio.h>
#include <string.h>

#ifdef MOOR_HAVE_NS3
struct row {
	const char *what;
	const struct bench_engine *native, *shim;
	bool mix;
	uint32_t n;			/* pending; octets of a frame */
	uint64_t events;		/* a turn */
};

static const struct row rows[] = {
	{ "timer, 1 pending", &bench_ns3_map, &bench_shim, false, 1, 300000 },
	{ "timer, 100 pending", &bench_ns3_map, &bench_shim, false, 100, 200000 },
	{ "timer, 1,000 pending", &bench_ns3_map, &bench_shim, false, 1000, 200000 },
	{ "timer, 100,000 pending", &bench_ns3_map, &bench_shim, false, 100000, 100000 },
	{ "armed and cancelled, 1,000 UEs", &bench_ns3_map, &bench_shim, true, 1000, 100000 },
	{ "point-to-point, 64 octets", &bench_ns3_p2p, &bench_shim_p2p, false, 64, 50000 },
	{ "point-to-point, 1,400 octets", &bench_ns3_p2p, &bench_shim_p2p, false, 1400, 50000 },
	{ "CSMA, 64 octets", &bench_ns3_csma, &bench_shim_csma, false, 64, 30000 },
	{ "CSMA, 1,400 octets", &bench_ns3_csma, &bench_shim_csma, false, 1400, 30000 },
	{ "Wi-Fi (802.11a), 64 octets", &bench_ns3_wifi, &bench_shim_wifi, false, 64, 3000 },
	{ "Wi-Fi (802.11a), 1,400 octets", &bench_ns3_wifi, &bench_shim_wifi, false, 1400, 3000 },
};

/* A word: only rows that have it in their name. */
int main(int argc, char **argv)
{
	unsigned rounds = versus_quick() ? 1 : VERSUS_ROUNDS, over = 0;
	bool same = true;

	printf("ns-3 %s\nns of CPU per timer that fires, per frame from octets to octets; medians of %u turns\n"
	       "%-32s %10s %10s %8s\n", bench_ns3_version(), rounds, "", "C++", "ns3c.h", "ratio");
	for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *x = &rows[i];
		const struct bench_engine *const engines[] = { x->native, x->shim };
		struct versus_result r;

		if (argc > 1 && !strstr(x->what, argv[1]))
			continue;
		r = versus(engines, 2, x->mix, x->n, versus_quick() ? x->events / 100 : x->events, rounds);

		printf("%-32s %10.0f %10.0f %8.3f%s\n", x->what, r.ns[0], r.ns[1], r.ratio[1],
		       r.same_order ? "" : "   ORDERS DIFFER");
		fflush(stdout);
		over += r.ratio[1] > 1.1;
		same = same && r.same_order;
	}
	printf("goal: at most 1.1 each; missed: %u\norder and simulated times equal: %s\n", over, same ? "yes" : "NO");
	return same ? 0 : 1;
}
#else
int main(void)
{
	printf("skipped: ns-3 was not there when this was configured\n");
	return 0;
}
#endif
