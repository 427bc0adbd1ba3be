/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Figures of a run in Prometheus' text format, version 0.0.4: from records and metrics as they come, read at any time.
 *
 *	f = figures_new(&config); figures_attach(f, world, metrics);
 *	figures_print(f, out);
 *
 * Series are per node of the scenario, not per member of a group: a million UEs are as many lines as one. docs/live.md
 * lists the names.
 */
#ifndef MOOR_TRACES_PROMETHEUS_H
#define MOOR_TRACES_PROMETHEUS_H

#include <glib.h>

#include "traces/metrics.h"

struct figures_config {
	struct trace_names names;
	/* The name that a node's series have: of its group; lent for the run. NULL: left out. */
	const char *(*group)(void *ctx, uint32_t node);
	void *ctx;
};

struct figures;
struct figures *figures_new(const struct figures_config *c);
void figures_free(struct figures *f);		/* after the world and the metrics, or when neither emits any more */
void figures_attach(struct figures *f, struct moor_world *w, struct metrics *m);
void figures_print(const struct figures *f, GString *out);

/* ---- the format -------------------------------------------------------------------------------------------------- */

/* HELP and TYPE of a family; its samples follow. type: "counter", "gauge", "histogram", "summary". */
void prom_family(GString *out, const char *name, const char *type, const char *help);
/* labels: name, value, name, value …, ended by NULL; values are escaped. */
void prom_sample(GString *out, const char *name, const char *const *labels, double value);
void prom_count(GString *out, const char *name, const char *const *labels, uint64_t value);
/* A family of one sample without labels. */
void prom_single(GString *out, const char *name, const char *type, const char *help, double value);

#endif
