/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Engines that benchmarks of the event queue compare: ours, and ns-3's schedulers when the build found ns-3. Each
 * does the same work, event for event, and hashes the order in which things happened.
 *
 *   hold   N pending events; each, when its turn comes, touches 64 octets and schedules itself again after an
 *          exponential span
 *   mix    N UEs: think (exponential, 60 s), request and reply of 5 ms each, a retransmission timer of 1 s set and
 *          cancelled, lifetimes of 2880 s and 3600 s re-armed each time: 2 schedulings and 1 cancellation per event
 */
#ifndef MOOR_TESTS_BENCH_ENGINES_H
#define MOOR_TESTS_BENCH_ENGINES_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BENCH_SPANS 4096u

/* Spans that all engines draw alike: a table of exponential ones with a mean of a second, refined by a little noise. */
struct bench_draw {
	uint64_t state;
	int64_t *table;		/* BENCH_SPANS, ns, shared */
};

static inline uint64_t bench_random(struct bench_draw *d)
{
	d->state ^= d->state << 13;
	d->state ^= d->state >> 7;
	d->state ^= d->state << 17;
	return d->state;
}

static inline int64_t bench_span(struct bench_draw *d)	/* mean about one second */
{
	uint64_t x = bench_random(d);

	return d->table[x % BENCH_SPANS] + (int64_t)(x >> 48);
}

static inline uint64_t bench_hash(uint64_t h, int64_t at, uint64_t id)
{
	return (h ^ (uint64_t)at ^ id << 40) * UINT64_C(0x9e3779b97f4a7c15) + (h >> 29);
}

struct bench_work {
	bool mix;
	uint32_t n;
	struct bench_draw draw;
	uint64_t left;		/* events still to run */
	uint64_t hash;
};

/* Sets the work up; then each call of run() does work->left events. Nothing is torn down: the process ends. */
struct bench_engine {
	const char *name;
	void *(*make)(struct bench_work *work);
	void (*run)(void *engine, struct bench_work *work);
	uint64_t (*pending)(void *engine);	/* entries in the queue, dead ones included; may be NULL */
};

extern const struct bench_engine bench_ours;

/*
 * Frames to and fro between two nodes, n octets each, Ethernet header included; a frame that was heard is an event.
 * Native is ns-3 as a program in C++ uses it, shim our interface in C to it (also for timers).
 */
#define BENCH_FRAME_MAX 1514u
#define BENCH_RATE UINT64_C(100000000)		/* bit/s */
#define BENCH_DELAY INT64_C(1000)		/* ns */
#define BENCH_METRES 10.0			/* Wi-Fi: between access point and station */
#define BENCH_SETTLE INT64_C(1000000000)	/* ns; Wi-Fi: until it is associated */

extern const struct bench_engine bench_shim, bench_shim_p2p, bench_shim_csma, bench_shim_wifi;
#ifdef MOOR_HAVE_NS3
extern const struct bench_engine bench_ns3_map, bench_ns3_priority;
extern const struct bench_engine bench_ns3_p2p, bench_ns3_csma, bench_ns3_wifi;
const char *bench_ns3_version(void);
#endif

#ifdef __cplusplus
}
#endif

#endif
