/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * events.jsonl: one JSON object per line and record, keys always in the same order (docs/traces.md), times as
 * integers in nanoseconds. Writer and reader; what is written reads back as equal records.
 */
#ifndef MOOR_TRACES_EVENTS_H
#define MOOR_TRACES_EVENTS_H

#include "traces/names.h"
#include "traces/out.h"

/* Room for any record's line: texts are cut at 4,000 characters. */
size_t events_room(const struct moor_record *r);
/* The line of a record, its end of line included, to buf of events_room octets; returns its length. */
size_t events_line(const struct trace_names *names, const struct moor_record *r, uint8_t *buf);

/* The first line of the file. info: further members as JSON text (`"seed":1`), or "". */
void events_header(struct trace_out *o, const char *info);

/* Reads a file back. Names go into `names` before the record that uses them is told. */
struct events_reader;
struct events_reader *events_open(const char *path, struct name_table *names, GError **error);
/*
 * 1: a record, lent until the next call; 0: the end; -1: error naming the line (reading cannot go on). A last line
 * that was cut off is the end, too: `cut` tells.
 */
int events_next(struct events_reader *e, struct moor_record *out, GError **error);
bool events_cut(const struct events_reader *e);
void events_close(struct events_reader *e);

#endif
