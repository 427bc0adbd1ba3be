/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The capture reader on files made here: both formats, both octet orders, every fault with its record number and
 * offset, and on the third-party captures against libpcap as another reader.
 */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <pcap/pcap.h>
#include <unistd.h>

#include "tests/unit/harness.h"
#include "traces/capture.h"

/* A file in the making, in either octet order. */
struct maker {
	GByteArray *b;
	bool swap;
};

static struct maker maker_new(bool swap)
{
	return (struct maker){ g_byte_array_new(), swap };
}

static void m16(struct maker *m, uint16_t v)
{
	v = m->swap ? GUINT16_SWAP_LE_BE(v) : v;
	g_byte_array_append(m->b, (const guint8 *)&v, 2);
}

static void m32(struct maker *m, uint32_t v)
{
	v = m->swap ? GUINT32_SWAP_LE_BE(v) : v;
	g_byte_array_append(m->b, (const guint8 *)&v, 4);
}

static void fill(struct maker *m, uint32_t n, uint8_t with)
{
	for (uint32_t i = 0; i < n; i++)
		g_byte_array_append(m->b, &with, 1);
}

static void pcap_header(struct maker *m, uint32_t magic, uint32_t link_type)
{
	m32(m, magic);
	m16(m, 2);
	m16(m, 4);
	m32(m, 0);
	m32(m, 0);
	m32(m, 65535);
	m32(m, link_type);
}

static void pcap_record(struct maker *m, uint32_t sec, uint32_t frac, uint32_t len, uint32_t wire_len, uint32_t there)
{
	m32(m, sec);
	m32(m, frac);
	m32(m, len);
	m32(m, wire_len);
	fill(m, there, 0x45);
}

static void section(struct maker *m)
{
	m32(m, 0x0a0d0d0a);
	m32(m, 28);
	m32(m, 0x1a2b3c4d);
	m16(m, 1);
	m16(m, 0);
	m32(m, UINT32_MAX);
	m32(m, UINT32_MAX);
	m32(m, 28);
}

/* resolution 0: no option */
static void interface(struct maker *m, uint16_t link_type, uint8_t resolution)
{
	uint32_t total = resolution ? 32 : 20;

	m32(m, 1);
	m32(m, total);
	m16(m, link_type);
	m16(m, 0);
	m32(m, 0);
	if (resolution) {
		m16(m, 9);
		m16(m, 1);
		fill(m, 1, resolution);
		fill(m, 3, 0);
		m32(m, 0);
	}
	m32(m, total);
}

static void packet(struct maker *m, uint32_t iface, uint64_t ticks, uint32_t len, uint32_t there, uint32_t total)
{
	m32(m, 6);
	m32(m, total);
	m32(m, iface);
	m32(m, (uint32_t)(ticks >> 32));
	m32(m, (uint32_t)ticks);
	m32(m, len);
	m32(m, len);
	fill(m, there, 0x60);
	m32(m, total);
}

/* ---- reading it ---------------------------------------------------------------------------------- */

struct told {
	GString *text;		/* "name number offset;" of each fault */
	uint64_t frames;
	int64_t last_at;
	uint32_t last_len;
	enum wire_link last_link;
	bool last_readable;
	uint32_t last_iface;
	struct capture_stats stats;
	char *error;
};

static void note_fault(void *ctx, enum capture_fault f, uint64_t number, uint64_t offset, const char *text)
{
	struct told *t = ctx;

	CU_ASSERT(text && *text);
	g_string_append_printf(t->text, "%s %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT ";", capture_fault_name(f), number,
			       offset);
}

static struct told read_path(const char *path)
{
	struct told t = { .text = g_string_new(NULL) };
	GError *e = NULL;
	struct capture *c = capture_open(path, &e);
	struct capture_frame f;

	if (!c) {
		t.error = g_strdup(e->message);
		g_error_free(e);
		return t;
	}
	capture_on_fault(c, note_fault, &t);
	while (capture_next(c, &f, &e) == 1) {
		volatile uint8_t sum = 0;

		for (uint32_t i = 0; i < f.len; i++)	/* every octet is really there */
			sum = (uint8_t)(sum + f.octets[i]);
		t.frames++;
		t.last_at = f.at;
		t.last_len = f.len;
		t.last_link = f.link;
		t.last_readable = f.readable;
		t.last_iface = f.interface;
	}
	CU_ASSERT(e == NULL);
	CU_ASSERT_EQUAL(capture_next(c, &f, &e), 0);
	t.stats = capture_stats(c);
	capture_close(c);
	return t;
}

static struct told read_made(struct maker *m)
{
	char *path = NULL;
	int fd = g_file_open_tmp("moor-XXXXXX.pcap", &path, NULL);
	struct told t;

	CU_ASSERT(fd >= 0);
	CU_ASSERT_EQUAL(write(fd, m->b->data, m->b->len), (ssize_t)m->b->len);
	close(fd);
	t = read_path(path);
	g_unlink(path);
	g_free(path);
	g_byte_array_free(m->b, TRUE);
	return t;
}

static void told_done(struct told *t)
{
	g_string_free(t->text, TRUE);
	g_free(t->error);
}

static void test_pcap_times(void)
{
	static const struct { uint32_t magic; int64_t at; } magics[] = {
		{ 0xa1b2c3d4, 7 * MOOR_S + 123456 * MOOR_US }, { 0xa1b23c4d, 7 * MOOR_S + 123456 },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(magics); i++)
		for (int swap = 0; swap < 2; swap++) {
			struct maker m = maker_new(swap);
			struct told t;

			pcap_header(&m, magics[i].magic, 1);
			pcap_record(&m, 7, 123456, 60, 60, 60);
			t = read_made(&m);
			CU_ASSERT_EQUAL(t.frames, 1);
			CU_ASSERT_EQUAL(t.last_at, magics[i].at);
			CU_ASSERT_EQUAL(t.stats.swapped, swap);
			CU_ASSERT_STRING_EQUAL(t.text->str, "");
			told_done(&t);
		}
}

static void test_pcap_faults(void)
{
	struct maker m = maker_new(false);
	struct told t;

	pcap_header(&m, 0xa1b2c3d4, 101);
	pcap_record(&m, 10, 0, 40, 1400, 40);	/* 24: cut by the snap length */
	pcap_record(&m, 9, 0, 40, 40, 40);	/* 80: time goes back */
	pcap_record(&m, 11, 0, 0, 0, 0);	/* 136: nothing */
	pcap_record(&m, 11, 0, 40, 20, 40);	/* 152: more captured than there was */
	pcap_record(&m, 12, 0, 40, 40, 10);	/* 208: truncated */
	t = read_made(&m);
	CU_ASSERT_STRING_EQUAL(t.text->str, "cut 1 24;time-back 2 80;zero-length 3 136;bad-length 4 152;truncated 5 208;");
	CU_ASSERT_EQUAL(t.frames, 4);
	CU_ASSERT_EQUAL(t.last_link, WIRE_LINK_RAW);
	told_done(&t);

	m = maker_new(false);
	pcap_header(&m, 0xa1b2c3d4, 1);
	pcap_record(&m, 1, 0, 60, 60, 60);
	pcap_record(&m, 1, 0, 0xfffffff0, 60, 60);	/* 100: lies */
	t = read_made(&m);
	CU_ASSERT_STRING_EQUAL(t.text->str, "bad-length 2 100;");
	CU_ASSERT_EQUAL(t.frames, 1);
	told_done(&t);

	m = maker_new(false);
	pcap_header(&m, 0xa1b2c3d4, 1);
	fill(&m, 7, 1);				/* 24: not even a record header */
	t = read_made(&m);
	CU_ASSERT_STRING_EQUAL(t.text->str, "truncated 1 24;");
	told_done(&t);
}

static void test_link_types(void)
{
	static const struct { uint32_t type; enum wire_link link; } types[] = {
		{ 0, WIRE_LINK_NULL }, { 1, WIRE_LINK_ETHERNET }, { 9, WIRE_LINK_PPP }, { 101, WIRE_LINK_RAW },
		{ 108, WIRE_LINK_LOOP }, { 113, WIRE_LINK_SLL }, { 228, WIRE_LINK_IP4 }, { 229, WIRE_LINK_IP6 },
		{ 276, WIRE_LINK_SLL2 },
	};
	struct maker m;
	struct told t;

	for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
		m = maker_new(false);
		pcap_header(&m, 0xa1b2c3d4, types[i].type);
		pcap_record(&m, 1, 0, 60, 60, 60);
		t = read_made(&m);
		CU_ASSERT(t.last_readable);
		CU_ASSERT_EQUAL(t.last_link, types[i].link);
		told_done(&t);
	}
	m = maker_new(false);
	pcap_header(&m, 0xa1b2c3d4, 105);	/* 802.11: not read, told once */
	pcap_record(&m, 1, 0, 60, 60, 60);
	pcap_record(&m, 2, 0, 60, 60, 60);
	t = read_made(&m);
	CU_ASSERT_STRING_EQUAL(t.text->str, "link-type 1 24;");
	CU_ASSERT(!t.last_readable);
	CU_ASSERT_EQUAL(t.frames, 2);
	CU_ASSERT_STRING_EQUAL(capture_link_type_name(105), "IEEE802_11");
	told_done(&t);
}

static void test_pcapng(void)
{
	static const struct { uint8_t resolution; uint64_t ticks; int64_t at; } clocks[] = {
		{ 0, 5000001, 5 * MOOR_S + MOOR_US }, { 9, 5000000001, 5 * MOOR_S + 1 }, { 3, 5001, 5 * MOOR_S + MOOR_MS },
		{ 12, UINT64_C(5000000001999), 5 * MOOR_S + 1 }, { 0x80 | 10, 5 * 1024 + 512, 5 * MOOR_S + 500 * MOOR_MS },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(clocks); i++)
		for (int swap = 0; swap < 2; swap++) {
			struct maker m = maker_new(swap);
			struct told t;

			section(&m);
			interface(&m, 105, 0);
			interface(&m, 1, clocks[i].resolution);
			packet(&m, 1, clocks[i].ticks, 61, 64, 96);
			t = read_made(&m);
			CU_ASSERT_EQUAL(t.frames, 1);
			CU_ASSERT_EQUAL(t.last_at, clocks[i].at);
			CU_ASSERT_EQUAL(t.last_len, 61);
			CU_ASSERT_EQUAL(t.last_iface, 1);
			CU_ASSERT(t.last_readable);
			CU_ASSERT_STRING_EQUAL(t.text->str, "");
			told_done(&t);
		}
}

static void test_pcapng_faults(void)
{
	struct maker m = maker_new(false);
	struct told t;

	section(&m);				/* 0 */
	packet(&m, 0, 1, 4, 4, 36);		/* 28: no interface yet */
	interface(&m, 1, 9);			/* 64 */
	packet(&m, 0, 2, 400, 4, 36);		/* 96: claims more than its block holds */
	packet(&m, 0, 3, 4, 4, 36);		/* 132: good */
	section(&m);				/* 168: a new section begins its interfaces anew */
	packet(&m, 0, 4, 4, 4, 36);		/* 196: none there */
	interface(&m, 101, 9);			/* 232 */
	packet(&m, 0, 5, 4, 4, 36);		/* 264: good */
	m32(&m, 6);				/* 300: block length 8 */
	m32(&m, 8);
	m32(&m, 0);
	t = read_made(&m);
	CU_ASSERT_STRING_EQUAL(t.text->str, "bad-block 1 28;bad-block 2 96;bad-block 4 196;bad-length 6 300;");
	CU_ASSERT_EQUAL(t.frames, 2);
	CU_ASSERT_EQUAL(t.last_link, WIRE_LINK_RAW);
	CU_ASSERT_EQUAL(t.last_iface, 1);
	told_done(&t);

	m = maker_new(false);
	section(&m);
	interface(&m, 1, 9);			/* 28 */
	packet(&m, 0, 5, 4, 4, 36);		/* 60 */
	g_byte_array_set_size(m.b, m.b->len - 5);
	t = read_made(&m);
	CU_ASSERT_STRING_EQUAL(t.text->str, "truncated 1 60;");
	told_done(&t);
}

static void test_no_capture(void)
{
	struct maker m = maker_new(false);
	struct told t;

	fill(&m, 40, 'x');
	t = read_made(&m);
	CU_ASSERT(t.error && strstr(t.error, "neither pcap nor pcapng"));
	told_done(&t);
	m = maker_new(false);
	fill(&m, 1, 0x1f);
	fill(&m, 1, 0x8b);
	fill(&m, 9, 8);
	t = read_made(&m);
	CU_ASSERT(t.error && strstr(t.error, "compressed"));
	told_done(&t);
	m = maker_new(false);
	t = read_made(&m);
	CU_ASSERT(t.error && strstr(t.error, "0 octets"));
	told_done(&t);
	t = read_path("/nonexistent/x.pcap");
	CU_ASSERT(t.error && strstr(t.error, "/nonexistent/x.pcap"));
	told_done(&t);
}

/* Every truncation and many single-octet changes of a good file: no crash, the reading ends. */
static void test_damage(void)
{
	for (int ng = 0; ng < 2; ng++) {
		struct maker m = maker_new(false);
		GByteArray *good = m.b;

		if (ng) {
			section(&m);
			interface(&m, 1, 9);
			packet(&m, 0, 5, 4, 4, 36);
			packet(&m, 0, 6, 4, 4, 36);
		} else {
			pcap_header(&m, 0xa1b2c3d4, 1);
			pcap_record(&m, 7, 1, 20, 20, 20);
			pcap_record(&m, 8, 1, 20, 20, 20);
		}
		for (guint i = 0; i < good->len; i++)
			for (int how = 0; how < 4; how++) {
				static const uint8_t flips[] = { 0, 0x01, 0x80, 0xff };
				struct maker bad = maker_new(false);
				struct told t;

				g_byte_array_append(bad.b, good->data, how ? good->len : i);
				if (how)
					bad.b->data[i] ^= flips[how];
				t = read_made(&bad);
				CU_ASSERT(t.frames <= 2);
				told_done(&t);
			}
		g_byte_array_free(good, TRUE);
	}
}

/* ---- other people's captures --------------------------------------------------------------------- */

static char *captures_folder(void)
{
	const char *set = g_getenv("MOORING_CAPTURES"), *top = g_getenv("MOORING_TOP");
	char *dir = set ? g_strdup(set) : g_build_filename(top ? top : ".", "..", "shared", "captures", NULL);

	if (g_file_test(dir, G_FILE_TEST_IS_DIR))
		return dir;
	g_free(dir);
	return NULL;
}

static bool compare_readers(const char *path)
{
	char text[PCAP_ERRBUF_SIZE];
	pcap_t *p = pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, text);
	GError *e = NULL;
	struct capture *c = capture_open(path, &e);
	struct capture_frame f;
	struct pcap_pkthdr *h;
	const u_char *octets;

	g_clear_error(&e);
	CU_ASSERT((p != NULL) == (c != NULL));
	while (p && c && pcap_next_ex(p, &h, &octets) == 1) {
		int got = capture_next(c, &f, &e);

		CU_ASSERT_EQUAL(got, 1);
		if (got != 1)
			break;
		/* libpcap cuts at the snap length of the file's header, even when more is there */
		CU_ASSERT(f.len == h->caplen || (f.len > h->caplen && h->caplen == (bpf_u_int32)pcap_snapshot(p)));
		CU_ASSERT_EQUAL(f.at, (int64_t)h->ts.tv_sec * MOOR_S + h->ts.tv_usec);
		CU_ASSERT(!memcmp(f.octets, octets, h->caplen));
	}
	if (c)
		CU_ASSERT_EQUAL(capture_next(c, &f, &e), 0);
	if (p)
		pcap_close(p);
	capture_close(c);
	return p && c;
}

static void test_against_libpcap(void)
{
	char *top = captures_folder();
	GDir *dirs = top ? g_dir_open(top, 0, NULL) : NULL;
	const char *folder, *name;
	unsigned read = 0;

	if (!dirs) {
		harness_skip("no folder of captures ($MOORING_CAPTURES or ../shared/captures)");
		g_free(top);
		return;
	}
	while ((folder = g_dir_read_name(dirs))) {
		char *path = g_build_filename(top, folder, NULL);
		GDir *files = g_dir_open(path, 0, NULL);

		while (files && (name = g_dir_read_name(files)))
			if (g_str_has_suffix(name, ".pcap")) {
				char *file = g_build_filename(path, name, NULL);

				read += compare_readers(file);
				g_free(file);
			}
		if (files)
			g_dir_close(files);
		g_free(path);
	}
	CU_ASSERT(read > 0);
	g_dir_close(dirs);
	g_free(top);
}

/* ---- large files, which are mapped --------------------------------------------------------------- */

enum { LARGE_RECORDS = 1200, LARGE_OCTETS = 2000 };

static void large_record(struct maker *m, unsigned i)
{
	m32(m, i);
	m32(m, 0);
	m32(m, LARGE_OCTETS);
	m32(m, LARGE_OCTETS);
	fill(m, LARGE_OCTETS, (uint8_t)i);
}

/* Returns its path; *fd: open for more. */
static char *large_file(int *fd)
{
	struct maker m = maker_new(false);
	char *path = NULL;

	pcap_header(&m, 0xa1b2c3d4, 1);
	for (unsigned i = 0; i < LARGE_RECORDS; i++)
		large_record(&m, i);
	*fd = g_file_open_tmp("moor-XXXXXX.pcap", &path, NULL);
	CU_ASSERT(*fd >= 0);
	CU_ASSERT_EQUAL(write(*fd, m.b->data, m.b->len), (ssize_t)m.b->len);
	g_byte_array_free(m.b, TRUE);
	return path;
}

/* The next frame, whose octets are all the lowest of its number. */
static void next_large(struct capture *c, struct capture_frame *f, unsigned i)
{
	CU_ASSERT_EQUAL(capture_next(c, f, NULL), 1);
	CU_ASSERT_TRUE(f->number == i + 1 && f->len == LARGE_OCTETS);
	CU_ASSERT_EQUAL(f->offset, 24 + i * (LARGE_OCTETS + 16ull));
	CU_ASSERT_TRUE(f->octets[0] == (uint8_t)i && f->octets[LARGE_OCTETS - 1] == (uint8_t)i);
}

static void large_file_grows(void)
{
	struct maker m = maker_new(false);
	int fd;
	char *path = large_file(&fd);
	struct capture *c = capture_open(path, NULL);
	struct capture_frame f, first;

	next_large(c, &first, 0);
	CU_ASSERT_TRUE(first.lasting);
	large_record(&m, LARGE_RECORDS);
	CU_ASSERT_EQUAL(write(fd, m.b->data, m.b->len), (ssize_t)m.b->len);
	for (unsigned i = 1; i <= LARGE_RECORDS; i++) {
		next_large(c, &f, i);
		CU_ASSERT_EQUAL(f.lasting, i < LARGE_RECORDS);
	}
	CU_ASSERT_EQUAL(capture_next(c, &f, NULL), 0);
	for (unsigned i = 0; i < LARGE_OCTETS; i++)
		CU_ASSERT_EQUAL(first.octets[i], 0);
	capture_close(c);
	close(fd);
	g_unlink(path);
	g_free(path);
	g_byte_array_free(m.b, TRUE);
}

/* Somebody empties it meanwhile: what was there is read, then it is truncated, and nobody dies of it. */
static void large_file_shrinks(void)
{
	struct told t = { .text = g_string_new(NULL) };
	int fd, got;
	char *path = large_file(&fd);
	struct capture *c = capture_open(path, NULL);
	struct capture_frame f;
	unsigned n = 1;

	capture_on_fault(c, note_fault, &t);
	next_large(c, &f, 0);
	CU_ASSERT_EQUAL(ftruncate(fd, 10000), 0);
	while ((got = capture_next(c, &f, NULL)) == 1 && n < LARGE_RECORDS)
		n++;
	CU_ASSERT_EQUAL(got, 0);
	CU_ASSERT_TRUE(n >= 4 && n < 20);
	CU_ASSERT_TRUE(g_str_has_prefix(t.text->str, "truncated ") || strstr(t.text->str, ";truncated "));
	capture_close(c);
	close(fd);
	g_unlink(path);
	g_free(path);
	g_string_free(t.text, TRUE);
}

int main(int argc, char **argv)
{
	static const struct harness_test tests[] = {
		{ "pcap: microseconds and nanoseconds, both octet orders", test_pcap_times },
		{ "pcap: every fault has its place", test_pcap_faults },
		{ "link types", test_link_types },
		{ "pcapng: clocks, interfaces, both octet orders", test_pcapng },
		{ "pcapng: every fault has its place", test_pcapng_faults },
		{ "what is no capture is refused by name", test_no_capture },
		{ "damaged files are read to their end", test_damage },
		{ "a large file that grows", large_file_grows },
		{ "a large file that shrinks", large_file_shrinks },
		{ "other people's captures as libpcap reads them", test_against_libpcap },
	};

	return harness_main("trace_capture", tests, G_N_ELEMENTS(tests), argc, argv);
}
