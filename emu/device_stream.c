/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: a stream of octets as a device
 *
 * The engine watches devices; a socket to another process of a run is watched like one. What it gives are pieces of the
 * stream, which is nobody's frame and not counted as any. It implements no clause.
 */
#include "emu/device_internal.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

enum { PIECE = 65536 };

struct stream {
	bool patient;
	uint8_t piece[PIECE];
};

static int stream_read(struct device *d, const uint8_t **octets)
{
	struct stream *s = d->own;
	ssize_t n;

	do
		n = recv(d->fd, s->piece, PIECE, MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	*octets = s->piece;
	if (n > 0)
		return (int)n;
	return n < 0 && errno == EAGAIN ? 0 : -1;
}

static bool stream_write(struct device *d, const uint8_t *octets, size_t len)
{
	const struct stream *s = d->own;
	int flags = MSG_NOSIGNAL | (s->patient ? 0 : MSG_DONTWAIT);

	while (len) {
		ssize_t n = send(d->fd, octets, len, flags);

		if (n < 0 && errno != EINTR)
			return false;
		octets += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	return true;
}

static void stream_stats(struct device *d)
{
	memset(&d->stats, 0, sizeof d->stats);
}

static void stream_close(struct device *d)
{
	g_free(d->own);
}

static const struct device_ops stream_ops = { .read = stream_read, .write = stream_write, .stats = stream_stats,
						  .close = stream_close };

struct device *device_stream(const char *name, int fd, bool patient)
{
	struct stream *s = g_new(struct stream, 1);

	s->patient = patient;
	return device_new(&stream_ops, name, fd, s);
}
