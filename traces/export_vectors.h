/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The vectors of a run, from the records in its events.jsonl: user data (delay, sequence numbers, losses), carriers,
 * states of state machines. docs/export.md lists them.
 */
#ifndef MOOR_TRACES_EXPORT_VECTORS_H
#define MOOR_TRACES_EXPORT_VECTORS_H

#include "traces/export.h"
#include "traces/export_series.h"

/* False with error: the file cannot be read, or (unless partial) is cut short. Errors of writing stay in to->out. */
bool export_vectors(struct series_to *to, const char *events, const struct export_options *options, GError **error);

#endif
