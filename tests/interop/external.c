/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A world in real time on a TAP device: a loop that sleeps until the next deadline, a frame or a command. For the tests
 * with other people's programs alone, until the live engine is there; nothing is done about lateness.
 */
#include "tests/interop/external.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

struct external {
	int fd;
	moor_time began;
	GString *said;			/* on stdin, not yet a line */
	unsigned lose, in, out;		/* every lose-th frame; how many there were */
};

static moor_time monotonic(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (moor_time)t.tv_sec * MOOR_S + t.tv_nsec;
}

struct external *external_new(const char *tap)
{
	struct external *e;
	struct ifreq r = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	g_strlcpy(r.ifr_name, tap, sizeof r.ifr_name);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &r)) {
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	e = g_new0(struct external, 1);
	e->fd = fd;
	e->said = g_string_new("");
	return e;
}

void external_lose(struct external *e, unsigned n)
{
	e->lose = n;
}

static bool lost(const struct external *e, unsigned number)
{
	return e->lose && !(number % e->lose);
}

void external_out(void *ctx, struct moor_port *port, moor_time at, const uint8_t *frame, size_t len)
{
	struct external *e = ctx;

	(void)port;
	(void)at;
	if (lost(e, ++e->out))
		return;
	if (write(e->fd, frame, len) < 0 && errno != EAGAIN && errno != EIO)	/* EIO: the device is down */
		g_error("TAP device: %s", g_strerror(errno));
}

/* Time goes on to now. */
static void advance(const struct external *e, struct moor_world *w)
{
	moor_time now = monotonic() - e->began;

	moor_world_advance(w, MAX(now, moor_world_now(w)));
}

static void frames_in(struct external *e, struct moor_world *w, struct moor_port *port)
{
	static uint8_t frame[MOOR_PKT_MAX];
	ssize_t n;

	while ((n = read(e->fd, frame, sizeof frame)) > 0)
		if (!lost(e, ++e->in))
			moor_world_rx(w, port, moor_world_now(w), frame, (size_t)n);
	advance(e, w);
}

static int sleep_ms(const struct external *e, const struct moor_world *w)
{
	moor_time next = moor_world_next(w), left;

	if (next == MOOR_NEVER)
		return 1000;
	left = e->began + next - monotonic();
	return left <= 0 ? 0 : (int)(MIN(left, MOOR_S) / MOOR_MS) + 1;
}

/* False: there is no more. */
static bool listen_stdin(struct external *e, void (*line)(void *ctx, const char *text), void *ctx)
{
	char octets[512], *end;
	ssize_t n = read(STDIN_FILENO, octets, sizeof octets);

	if (n <= 0)
		return false;
	g_string_append_len(e->said, octets, n);
	while ((end = strchr(e->said->str, '\n'))) {
		*end = 0;
		line(ctx, e->said->str);
		g_string_erase(e->said, 0, end + 1 - e->said->str);
	}
	return true;
}

void external_run(struct external *e, struct moor_world *w, struct moor_port *port,
		  void (*line)(void *ctx, const char *text), void *ctx)
{
	struct pollfd fds[] = { { .fd = e->fd, .events = POLLIN }, { .fd = STDIN_FILENO, .events = POLLIN } };
	bool more = true;

	e->began = monotonic() - moor_world_now(w);
	while (more) {
		poll(fds, 2, sleep_ms(e, w));
		advance(e, w);
		/* commands before frames: who stops this process makes both ends begin at once */
		if (fds[1].revents)
			more = listen_stdin(e, line, ctx);
		frames_in(e, w, port);
	}
	close(e->fd);
	g_string_free(e->said, TRUE);
	g_free(e);
}
