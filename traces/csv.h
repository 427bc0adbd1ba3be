/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * handovers.csv (one line per step, one column per figure) and metrics.csv (long form: one line per figure). Commas,
 * a header line, texts quoted only where they must be [RFC 4180]; a figure that was not observed is an empty field or
 * no line.
 */
#ifndef MOOR_TRACES_CSV_H
#define MOOR_TRACES_CSV_H

#include "traces/metrics.h"
#include "traces/out.h"

void csv_handovers_header(struct trace_out *o);
void csv_handover(struct trace_out *o, const char *run, const struct trace_names *names, const struct handover_row *r);

void csv_metrics_header(struct trace_out *o);
void csv_metrics_of(struct trace_out *o, const char *run, const struct trace_names *names,
		    const struct handover_row *r);
/* Sums over all steps: node "*", handover the kind of step, metric "registration.p95". */
void csv_metrics_sums(struct trace_out *o, const char *run, const struct metrics *m);

#endif
