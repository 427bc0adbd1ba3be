/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Buffered output of whole records with one sticky error. It exists so that a full disk, a size limit or a kill
 * leaves files that readers accept. No clause.
 */
#include "traces/out.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

int trace_out_code(int err)
{
	return (int)g_file_error_from_errno(err == EDQUOT ? ENOSPC : err);
}

bool trace_out_no_room(const GError *error)
{
	return g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOSPC);
}

static void fail(struct trace_out *o, int err)
{
	if (o->error)
		return;
	o->error = g_error_new(G_FILE_ERROR, trace_out_code(err), "%s: %s", o->path, g_strerror(err));
	if (o->failed)
		o->failed(o->ctx, o->error);
}

/* A new file has its name when it has its first records: a kill before leaves none. -1: not here. */
static int open_unnamed(const char *path)
{
	char *dir = g_path_get_dirname(path);
	struct stat st;
	int fd = -1;

	if (lstat(path, &st) != 0 && access("/proc/self/fd", X_OK) == 0)
		fd = open(dir, O_WRONLY | O_TMPFILE | O_CLOEXEC, 0666);
	g_free(dir);
	return fd;
}

static struct trace_out *unnamed(int fd, const char *path, enum out_records records)
{
	struct trace_out *o = trace_out_on(fd, path, records);

	o->named = false;
	return o;
}

static bool give_name(int fd, const char *path)
{
	char own[40];

	g_snprintf(own, sizeof own, "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, own, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0;
}

static void name_it(struct trace_out *o)
{
	if (o->named)
		return;
	o->named = true;
	if (!give_name(o->fd, o->path))
		fail(o, errno);
}

struct trace_out *trace_out_open(const char *path, enum out_records records, GError **error)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	if (fd < 0) {
		int err = errno;

		g_set_error(error, G_FILE_ERROR, trace_out_code(err), "%s: %s", path, g_strerror(err));
		return NULL;
	}
	return trace_out_on(fd, path, records);
}

struct trace_out *trace_out_on(int fd, const char *path, enum out_records records)
{
	struct trace_out *o = g_new0(struct trace_out, 1);

	o->named = true;
	o->fd = fd;
	o->path = g_strdup(path);
	o->records = records;
	o->cap = o->size = OUT_BUFFER;
	o->buf = g_malloc(o->size);
	return o;
}

/* ---- whole buffers ------------------------------------------------------------------------------- */

#define FILLER_LEAST 8u
#define FILLER_MOST (OUT_BUFFER / 16)

/* Octets from the buffer's end to where in the file a multiple of OUT_BUFFER is reached. */
static size_t until_whole(const struct trace_out *o)
{
	return OUT_BUFFER - (size_t)((o->written + o->len) % OUT_BUFFER);
}

/* Of an empty buffer: behind its records there must be room for a filler. */
static void limit_records(struct trace_out *o)
{
	size_t n = until_whole(o);

	o->cap = !o->filler ? o->size : n > FILLER_LEAST ? n - FILLER_LEAST : 0;
}

/* What waits for a record longer than any filler is written as it is: the next write ends where it should again. */
static void fill_up(struct trace_out *o)
{
	size_t n = until_whole(o);
	uint32_t head = (uint32_t)n << 8 | o->filler;

	if (!o->filler || n < FILLER_LEAST || n > FILLER_MOST || n > o->size - o->len)
		return;
	memset(o->buf + o->len, 0, n);
	memcpy(o->buf + o->len, &head, sizeof(head));
	o->len += n;
}

void trace_out_fill(struct trace_out *o, uint8_t what)
{
	g_assert(!o->len && o->records == OUT_SHORT_BLOCKS);
	o->filler = what;
	limit_records(o);
}

/* ---- writing ------------------------------------------------------------------------------------- */

/* Octets of whole records among the first n of the buffer. */
static size_t whole_records(const struct trace_out *o, size_t n)
{
	size_t at = 0;

	if (o->records == OUT_LINES) {
		const uint8_t *nl = n ? memrchr(o->buf, '\n', n) : NULL;

		return nl ? (size_t)(nl - o->buf) + 1 : 0;
	}
	while (n - at >= 8) {
		uint32_t len;

		memcpy(&len, o->buf + at + (o->records == OUT_BLOCKS ? 4 : 0), 4);
		len >>= o->records == OUT_BLOCKS ? 0 : 8;
		if (len < 8 || len > n - at)
			break;
		at += len;
	}
	return at;
}

/* How many octets the process' file size limit still allows: asked for, because exceeding it raises a signal. */
static size_t within_limit(const struct trace_out *o, size_t n)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
		return n;
	if (o->written >= limit.rlim_cur)
		return 0;
	return MIN(n, (size_t)(limit.rlim_cur - o->written));
}

static void cut_back(struct trace_out *o, size_t done)
{
	size_t whole = whole_records(o, done);

	if (whole < done && ftruncate(o->fd, (off_t)(o->written + whole)) != 0)
		fail(o, errno);		/* a pipe or device: nothing to cut; the first error is kept anyway */
	o->written += whole;
}

static bool room_was_made(struct trace_out *o, int err)
{
	return (err == ENOSPC || err == EDQUOT) && o->make_room && o->make_room(o->ctx, o->path);
}

void trace_out_flush(struct trace_out *o)
{
	size_t done = 0, allowed = o->len;

	if (!o->len)
		return;
	if (o->error)
		o->len = 0;
	if (o->take && o->len && o->take(o->taker, o->buf, o->len))
		done = o->len;
	else
		allowed = within_limit(o, o->len);
	while (done < o->len) {
		ssize_t n = done < allowed ? write(o->fd, o->buf + done, allowed - done) : -1;

		if (n < 0 && done < allowed && (errno == EINTR || room_was_made(o, errno)))
			continue;
		if (n <= 0) {
			fail(o, n == 0 ? ENOSPC : done < allowed ? errno : EFBIG);
			cut_back(o, done);
			o->len = 0;
			return;
		}
		done += (size_t)n;
	}
	o->written += done;
	o->len = 0;
	limit_records(o);
	if (o->written)
		name_it(o);
	if (done && o->flushed)
		o->flushed(o->ctx);
}

uint8_t *trace_out_make_room(struct trace_out *o, size_t n)
{
	fill_up(o);
	trace_out_flush(o);
	if (o->size < n) {
		o->size = n;
		o->buf = g_realloc(o->buf, n);
	}
	o->cap = MAX(o->cap, n);
	return o->buf;
}

void trace_out_text(struct trace_out *o, const char *text)
{
	size_t n = strlen(text);

	memcpy(trace_out_reserve(o, n), text, n);
	trace_out_commit(o, n);
}

struct trace_out *trace_out_open_headed(const char *path, enum out_records records, GError **error)
{
	int fd = open_unnamed(path);

	return fd >= 0 ? unnamed(fd, path, records) : trace_out_open(path, records, error);
}

bool trace_out_close(struct trace_out *o, GError **error)
{
	bool ok;

	if (!o)
		return true;
	trace_out_flush(o);
	if (!o->error || o->written)
		name_it(o);
	if (close(o->fd) != 0)
		fail(o, errno);
	ok = !o->error;
	if (o->error)
		g_propagate_error(error, o->error);
	g_free(o->buf);
	g_free(o->path);
	g_free(o);
	return ok;
}

/* A device or pipe (/dev/stdout) is written to, never replaced; so is what a link leads to. */
static bool may_be_replaced(const char *path)
{
	struct stat st;

	return lstat(path, &st) != 0 || S_ISREG(st.st_mode);
}

bool trace_out_file(const char *path, const char *text, size_t len, GError **error)
{
	bool replace = may_be_replaced(path);
	char *temporary = replace ? g_strconcat(path, ".new", NULL) : g_strdup(path);
	int fd = replace ? open_unnamed(path) : -1;
	struct trace_out *o = fd >= 0 ? unnamed(fd, path, OUT_LINES) : trace_out_open(temporary, OUT_LINES, error);
	bool ok = o != NULL;

	replace = replace && fd < 0;
	if (o) {
		memcpy(trace_out_reserve(o, len), text, len);
		trace_out_commit(o, len);
		ok = trace_out_close(o, error);
	}
	if (ok && replace && rename(temporary, path) != 0) {
		g_set_error(error, G_FILE_ERROR, trace_out_code(errno), "%s: %s", path, g_strerror(errno));
		ok = false;
	}
	if (!ok && (replace || fd >= 0))
		unlink(replace ? temporary : path);
	g_free(temporary);
	return ok;
}

bool trace_out_put(int fd, const void *data, size_t len, off_t at)
{
	const char *p = data;

	while (len) {
		ssize_t n = pwrite(fd, p, len, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		p += n;
		at += n;
		len -= (size_t)n;
	}
	return true;
}

/* First what is longer than the file was: when that fails the file is as it was. */
static bool write_over(const char *path, const char *text, size_t len)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	struct stat st;
	bool ok = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
	size_t within = ok ? MIN(len, (size_t)st.st_size) : 0;

	if (ok && !trace_out_put(fd, text + within, len - within, (off_t)within)) {
		ok = ftruncate(fd, st.st_size) == 0 && false;
	} else if (ok) {
		ok = trace_out_put(fd, text, within, 0) && ftruncate(fd, (off_t)len) == 0;
	}
	if (fd >= 0)
		close(fd);
	return ok;
}

bool trace_out_file_over(const char *path, const char *text, size_t len, GError **error)
{
	GError *bad = NULL;
	bool ok = trace_out_file(path, text, len, &bad) || (trace_out_no_room(bad) && write_over(path, text, len));

	if (!ok)
		g_propagate_error(error, g_steal_pointer(&bad));
	g_clear_error(&bad);
	return ok;
}
