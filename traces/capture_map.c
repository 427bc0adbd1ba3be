/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The capture reader's window on large regular files: the file itself, mapped. It exists because reading copies every
 * octet, while whoever follows signalling looks at the headers only; and because what was lent stays where it is.
 *
 * A file that becomes shorter while it is read takes pages away from under its readers, which the system tells with
 * SIGBUS: then zeros are put in their place, and the capture says that it is truncated. Only one capture at a time is
 * mapped, since the handler must find it; others are read. No clause.
 */
#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "traces/capture_internal.h"

#define MAP_LEAST (1u << 20)		/* shorter files are read: not worth the effort */
#define MAP_AHEAD ((size_t)4 << 20)	/* so much is asked for at a time */
#define MAP_BEHIND ((size_t)64 << 20)	/* so much behind us is kept in memory, for the sake of those who look back */

static struct {
	uint8_t *from;
	size_t n, page;
	volatile sig_atomic_t lost;	/* pages of it are gone */
	struct sigaction before;
} mapped;

static void on_bus_error(int number, siginfo_t *info, void *context)
{
	uintptr_t at = (uintptr_t)info->si_addr & ~(uintptr_t)(mapped.page - 1);
	int saved = errno;

	(void)context;
	if (at >= (uintptr_t)mapped.from && at < (uintptr_t)mapped.from + mapped.n
	    && mmap((void *)at, mapped.page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED)
		mapped.lost = 1;
	else
		signal(number, SIG_DFL);	/* not ours: it comes again, and ends us */
	errno = saved;
}

void capture_map(struct capture *c)
{
	struct sigaction ours = { .sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO };
	struct stat st;
	void *p;

	if (mapped.from || fstat(c->fd, &st) || !S_ISREG(st.st_mode) || st.st_size < MAP_LEAST
	    || (uint64_t)st.st_size > SIZE_MAX / 2)
		return;
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, c->fd, 0);
	if (p == MAP_FAILED)
		return;
	c->map = c->buf = p;
	c->map_len = (size_t)st.st_size;
	mapped.from = p;
	mapped.n = c->map_len;
	mapped.page = (size_t)sysconf(_SC_PAGESIZE);
	mapped.lost = 0;
	c->lost = &mapped.lost;
	sigaction(SIGBUS, &ours, &mapped.before);
}

bool capture_map_short(const struct capture *c)
{
	struct stat st;

	return c->buf == c->map && !fstat(c->fd, &st) && (uint64_t)st.st_size <= c->at;
}

/* What the reader has left behind costs no memory; who looks at it nevertheless gets it back from the file. */
static void drop_behind(struct capture *c)
{
	size_t until = c->at > MAP_BEHIND ? (c->at - MAP_BEHIND) & ~(mapped.page - 1) : 0;

	if (until > c->map_dropped)
		madvise(c->map + c->map_dropped, until - c->map_dropped, MADV_DONTNEED);
	c->map_dropped = MAX(until, c->map_dropped);
}

/* The rest of the mapping goes into a buffer, and what the file has got since then is read. */
static void read_on(struct capture *c)
{
	size_t rest = c->end - c->at;

	c->cap = MAX(CAPTURE_WINDOW, rest);
	c->buf = g_malloc(c->cap);
	c->lost = NULL;
	memcpy(c->buf, c->map + c->at, rest);
	c->base = c->at;
	c->at = 0;
	c->end = rest;
	lseek(c->fd, (off_t)c->map_len, SEEK_SET);
}

void capture_map_fill(struct capture *c, size_t n)
{
	while (c->end - c->at < n && c->end < c->map_len) {
		size_t more = MIN(MAP_AHEAD, c->map_len - c->end);

#ifdef MADV_POPULATE_READ
		madvise(c->map + c->end, more, MADV_POPULATE_READ);	/* else they come one by one, as they are touched */
#endif
		c->end += more;
		drop_behind(c);
	}
	if (c->end - c->at < n)
		read_on(c);
}

void capture_unmap(struct capture *c)
{
	if (!c->map)
		return;
	if (c->buf == c->map)
		c->buf = NULL;
	munmap(c->map, c->map_len);
	sigaction(SIGBUS, &mapped.before, NULL);
	mapped.from = NULL;
}
