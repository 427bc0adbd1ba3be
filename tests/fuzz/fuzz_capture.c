/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any octets as a capture file, as events.jsonl and as records.bin: the readers come to an end, touch nothing outside
 * what they read, and tell what is wrong with it.
 */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/fuzz/laws.h"
#include "traces/binary.h"
#include "traces/capture.h"
#include "traces/events.h"

static void told(void *ctx, enum capture_fault f, uint64_t number, uint64_t offset, const char *text)
{
	const size_t *n = ctx;

	LAW(f < CAPTURE_FAULTS && number > 0 && offset <= *n && *text);
}

static void read_capture(const char *path, size_t n)
{
	GError *e = NULL;
	struct capture *c = capture_open(path, &e);
	struct capture_frame f;
	volatile uint8_t sum = 0;

	LAW((c == NULL) == (e != NULL));
	g_clear_error(&e);
	if (!c)
		return;
	capture_on_fault(c, told, &n);
	while (capture_next(c, &f, &e) == 1) {
		LAW(f.offset + f.len <= n && f.len <= f.wire_len && capture_interface(c, f.interface));
		for (uint32_t i = 0; i < f.len; i++)
			sum = (uint8_t)(sum + f.octets[i]);
	}
	LAW(!e);
	capture_close(c);
}

/* Whatever is read as a record can be written as one. */
static void write_again(struct name_table *names, const struct moor_record *r)
{
	struct trace_names t = trace_names_of_table(names);
	size_t room = events_room(r);
	uint8_t *buf = g_malloc(room);

	LAW(events_line(&t, r, buf) <= room);
	g_free(buf);
}

static void read_events(const char *path)
{
	struct name_table *names = name_table_new();
	struct events_reader *e = events_open(path, names, NULL);
	struct moor_record r;
	GError *error = NULL;

	while (e && events_next(e, &r, &error) == 1)
		write_again(names, &r);
	g_clear_error(&error);
	events_close(e);
	name_table_free(names);
}

static void read_binary(const char *path)
{
	struct name_table *names = name_table_new();
	struct binary_reader *b = binary_open(path, names, NULL);
	struct moor_record r;
	GError *error = NULL;

	while (b && binary_next(b, &r, &error) == 1)
		write_again(names, &r);
	g_clear_error(&error);
	binary_reader_free(b);
	name_table_free(names);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	int fd = memfd_create("fuzz", 0);
	char path[40];

	if (fd < 0 || write(fd, p, n) != (ssize_t)n)
		return 0;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	read_capture(path, n);
	read_events(path);
	read_binary(path);
	close(fd);
	return 0;
}
