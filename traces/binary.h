/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * records.bin: the records themselves, for runs where text would cost more than the model. It is this build's own form
 * (struct layout and octet order of the machine) and is refused by any other; the portable files are made from it.
 */
#ifndef MOOR_TRACES_BINARY_H
#define MOOR_TRACES_BINARY_H

#include "traces/names.h"
#include "traces/out.h"

struct binary_writer;
struct binary_writer *binary_new(const char *path, const struct trace_names *names, int64_t start, GError **error);
void binary_record(void *writer, const struct moor_record *r);		/* a sink; after an error what is recorded is lost */
/* The port is on another link than it was: the next record of it tells which. */
void binary_port_moved(struct binary_writer *b, uint32_t port);
struct trace_out *binary_out(struct binary_writer *b);
bool binary_close(struct binary_writer *b, GError **error);	/* frees b, which may be NULL */

struct binary_reader;
/* names: filled as the records need them. */
struct binary_reader *binary_open(const char *path, struct name_table *names, GError **error);
int64_t binary_start(const struct binary_reader *b);
/* 1: a record, lent until the next call; 0: the end, also of a file that was cut off; -1: error. */
int binary_next(struct binary_reader *b, struct moor_record *out, GError **error);
void binary_reader_free(struct binary_reader *b);

#endif
