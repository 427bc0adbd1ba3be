/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A library to be preloaded into `mooring live`, for what no test can do to a machine: MOORING_TEST_FAULT says what
 * goes wrong. ENOBUFS, EAGAIN: every third write to a TAP device; WALL: the wall clock jumps by a day with each look,
 * and how often the program itself looked, not a library of others, is printed at the end; SLEEP: the machine sleeps
 * 3 s after the first second.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

typedef ssize_t write_fn(int fd, const void *octets, size_t n);
typedef int clock_fn(clockid_t which, struct timespec *t);

static const char *fault;		/* "": none */
static unsigned long looks, jumps, writes;
static time_t begun;

static int wants(const char *what)
{
	if (!fault) {
		fault = getenv("MOORING_TEST_FAULT");
		if (!fault || strcmp(program_invocation_short_name, "mooring"))
			fault = "";
	}
	return !strcmp(fault, what);
}

static int is_tap(int fd)
{
	char path[40], to[40];
	ssize_t n;

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	n = readlink(path, to, sizeof to);
	return n == 12 && !memcmp(to, "/dev/net/tun", 12);
}

ssize_t write(int fd, const void *octets, size_t n)
{
	int err = wants("ENOBUFS") ? ENOBUFS : wants("EAGAIN") ? EAGAIN : 0;
	write_fn *next;

	if (err && is_tap(fd) && ++writes % 3 == 0) {
		errno = err;
		return -1;
	}
	*(void **)&next = dlsym(RTLD_NEXT, "write");
	return next(fd, octets, n);
}

static time_t jump(const void *who)
{
	Dl_info i;

	if (dladdr(who, &i) && i.dli_fname && !strstr(i.dli_fname, ".so"))
		looks++;
	jumps++;
	return (jumps % 2 ? 86400 : -86400) * (time_t)jumps;
}

static time_t wall(struct timespec *t, const void *who)
{
	clock_fn *next;

	*(void **)&next = dlsym(RTLD_NEXT, "clock_gettime");
	next(CLOCK_REALTIME, t);
	if (wants("WALL"))
		t->tv_sec += jump(who);
	return t->tv_sec;
}

int clock_gettime(clockid_t which, struct timespec *t)
{
	clock_fn *next;
	int code;

	if (which == CLOCK_REALTIME)
		return wall(t, __builtin_return_address(0)), 0;
	*(void **)&next = dlsym(RTLD_NEXT, "clock_gettime");
	code = next(which, t);
	if (which == CLOCK_BOOTTIME && wants("SLEEP")) {
		begun = begun ? begun : t->tv_sec;
		t->tv_sec += t->tv_sec > begun + 1 ? 3 : 0;
	}
	return code;
}

time_t time(time_t *t)
{
	struct timespec now;

	wall(&now, __builtin_return_address(0));
	if (t)
		*t = now.tv_sec;
	return now.tv_sec;
}

int gettimeofday(struct timeval *restrict t, void *restrict zone)
{
	struct timespec now;

	(void)zone;
	wall(&now, __builtin_return_address(0));
	*t = (struct timeval){ now.tv_sec, now.tv_nsec / 1000 };
	return 0;
}

__attribute__((destructor)) static void tell(void)
{
	if (wants("WALL"))
		fprintf(stderr, "the wall clock was looked at %lu times\n", looks);
}
