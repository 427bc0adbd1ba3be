/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A buffered output file that is always valid up to its last flush: only whole records are written, and when a write
 * fails (disk full, file size limit) the file is cut back to the last whole record. The first error sticks; later
 * records are ignored, so that callers need to look only now and then.
 */
#ifndef MOOR_TRACES_OUT_H
#define MOOR_TRACES_OUT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

/*
 * How a record's end is found when only a part of the buffer could be written: it ends with '\n'; its length in 32 bits
 * stands at its octet 4 (pcapng); its length is the upper 24 of its first 32 bits. Own octet order.
 */
enum out_records { OUT_LINES, OUT_BLOCKS, OUT_SHORT_BLOCKS };

#define OUT_BUFFER (64u * 1024)	/* small: what is recorded must not push the model out of the cache */

struct trace_out {
	int fd;
	char *path;
	enum out_records records;
	uint8_t *buf;
	size_t len, cap;		/* octets of whole records in buf; how many may be there */
	size_t size;			/* room of buf */
	uint8_t filler;			/* of trace_out_fill, 0: none */
	uint64_t written;
	bool named;			/* it has its path */
	GError *error;			/* the first one */
	/* Asked when the disk is full, with path: true when there is room now, so that writing is tried again. May be NULL. */
	bool (*make_room)(void *ctx, const char *path);
	void (*flushed)(void *ctx);	/* octets were written; NULL: nobody asks */
	void (*failed)(void *ctx, const GError *error);		/* told of the first error when it happens; may be NULL */
	void *ctx;
	/* In place of write(2), for who may not wait; takes all of it. NULL: write(2). */
	bool (*take)(void *taker, const uint8_t *octets, size_t n);
	void *taker;
};

/* Makes or empties the file. NULL with error. */
struct trace_out *trace_out_open(const char *path, enum out_records records, GError **error);
/*
 * One that has its name from its first flush on, which follows at once with the head of the file: a kill leaves none
 * without it. (A file without a name cannot be taken into another mount namespace to get one there.)
 */
struct trace_out *trace_out_open_headed(const char *path, enum out_records records, GError **error);
/* Goes on behind what is there; fd is the output's. path: for messages. */
struct trace_out *trace_out_on(int fd, const char *path, enum out_records records);
/*
 * Before the first record, for OUT_SHORT_BLOCKS: what is written of a full buffer ends at a multiple of OUT_BUFFER in
 * the file, with a record of zeros that says `what` in its lowest 8 bits. Writing whole pages, each but once, costs the
 * system a quarter less.
 */
void trace_out_fill(struct trace_out *o, uint8_t what);
/* Room for one record of n octets, to be filled and then committed with its true length (<= n). */
uint8_t *trace_out_make_room(struct trace_out *o, size_t n);
static inline uint8_t *trace_out_reserve(struct trace_out *o, size_t n)
{
	return G_LIKELY(o->cap - o->len >= n) ? o->buf + o->len : trace_out_make_room(o, n);
}
static inline void trace_out_commit(struct trace_out *o, size_t n) { o->len += n; }
void trace_out_flush(struct trace_out *o);
/* One record that is a whole text. */
void trace_out_text(struct trace_out *o, const char *text);
/* Flushes and closes; false with the first error. Frees o, which may be NULL. */
bool trace_out_close(struct trace_out *o, GError **error);
/*
 * Writes a whole small file at once, through a temporary name, so that it is there wholly or not at all; what is no
 * regular file is written to directly.
 */
bool trace_out_file(const char *path, const char *text, size_t len, GError **error);
/*
 * Where a new file is refused for want of room (a disk may have no more of the entries that each file needs, too) the
 * text is written over that of the file that is there, which then has the room of its own. Of what is written thus a
 * kill in the middle may leave a part.
 */
bool trace_out_file_over(const char *path, const char *text, size_t len, GError **error);
/* Is there no room for it: a full disk, or more than its owner may have there (both G_FILE_ERROR_NOSPC)? */
bool trace_out_no_room(const GError *error);
/* len octets at offset at of an open file; false: errno says why, and a part may stand there. */
bool trace_out_put(int fd, const void *data, size_t len, off_t at);
/* The code of a failed call's errno. */
int trace_out_code(int err);

#endif
