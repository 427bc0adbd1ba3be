/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The swarm's runs in processes of their own, and making a failing scene smaller.
 */
#ifndef MOOR_CLI_SWARM_POOL_H
#define MOOR_CLI_SWARM_POOL_H

#include "scenarios/swarm.h"

struct swarm_job {
	uint64_t first, runs;
	uint32_t features;
	int limit;			/* seconds that one may take */
	unsigned twice;			/* every so manieth seed is played again; 0: none */
	unsigned workers;
};

/* Called in the order of the seeds. */
typedef void swarm_done_fn(void *ctx, uint64_t seed, const struct swarm_report *r);

/* False: interrupted. */
bool swarm_pool_run(const struct swarm_job *j, swarm_done_fn *fn, void *ctx);

/* One text, or one file, in a child: crashes and endless loops become findings. */
void swarm_child_text(const char *name, const char *text, int limit, struct swarm_report *out);
void swarm_child_file(const char *path, int limit, struct swarm_report *out);

/*
 * The smallest scene found that still breaks the invariant (NULL: any), as text; left: parts that remain. Free it.
 */
char *swarm_shrink(const struct swarm_scene *s, const char *invariant, int limit, unsigned *left);

#endif
