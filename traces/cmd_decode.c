/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `mooring decode`: shows frames of a capture, or octets given in hexadecimal, layer by layer with every diagnostic,
 * as text or as one JSON object per frame. It exists to show what other tools cannot: port 4191, flow options, status
 * names. No clause.
 */
#include <stdio.h>
#include <stdlib.h>

#include "traces/capture.h"
#include "traces/commands.h"
#include "wire/dissect.h"
#include "wire/mh.h"

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

struct decoder {
	/* options */
	gboolean json, signalling, quiet;
	gint64 count;
	char *link;

	int depth;
	bool comma[64];		/* JSON: something stands before at this depth */
	uint64_t shown, notes;
};

/* ---- as text ------------------------------------------------------------------------------------- */

static void text_open(void *ctx, const char *name, const char *title, uint32_t offset, uint32_t len)
{
	struct decoder *d = ctx;

	printf("%*s%s%s%s  [%u, %u octets]\n", 2 * ++d->depth, "", name, title ? ": " : "", title ? title : "", offset, len);
}

static void text_field(void *ctx, const char *name, const char *value, uint32_t offset, uint32_t len)
{
	struct decoder *d = ctx;

	(void)offset;
	(void)len;
	printf("%*s%s = %s\n", 2 * d->depth + 2, "", name, value);
}

static void text_note(void *ctx, const char *id, const char *text, uint32_t offset)
{
	struct decoder *d = ctx;

	d->notes++;
	printf("%*s! %s%s%s (offset %u)\n", 2 * d->depth + 2, "", id, text ? ": " : "", text ? text : "", offset);
}

static void text_close(void *ctx)
{
	struct decoder *d = ctx;

	d->depth--;
}

/* ---- as JSON ------------------------------------------------------------------------------------- */

static void json_text(const char *s)
{
	char *valid = g_utf8_make_valid(s, -1);

	putchar('"');
	for (const char *p = valid; *p; p++) {
		unsigned char c = (unsigned char)*p;

		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c < 0x20)
			printf("\\u%04x", c);
		else
			putchar(c);
	}
	putchar('"');
	g_free(valid);
}

/* Begins a member of the array at this depth. */
static void json_item(struct decoder *d)
{
	int at = MIN(d->depth, (int)G_N_ELEMENTS(d->comma) - 1);

	if (d->comma[at])
		putchar(',');
	d->comma[at] = true;
}

static void json_open(void *ctx, const char *name, const char *title, uint32_t offset, uint32_t len)
{
	struct decoder *d = ctx;

	json_item(d);
	fputs("{\"layer\":", stdout);
	json_text(name);
	if (title) {
		fputs(",\"title\":", stdout);
		json_text(title);
	}
	printf(",\"offset\":%u,\"len\":%u,\"items\":[", offset, len);
	d->depth++;
	d->comma[MIN(d->depth, (int)G_N_ELEMENTS(d->comma) - 1)] = false;
}

static void json_field(void *ctx, const char *name, const char *value, uint32_t offset, uint32_t len)
{
	json_item(ctx);
	fputs("{\"field\":", stdout);
	json_text(name);
	fputs(",\"value\":", stdout);
	json_text(value);
	printf(",\"offset\":%u,\"len\":%u}", offset, len);
}

static void json_note(void *ctx, const char *id, const char *text, uint32_t offset)
{
	struct decoder *d = ctx;

	d->notes++;
	json_item(d);
	fputs("{\"note\":", stdout);
	json_text(id);
	if (text) {
		fputs(",\"text\":", stdout);
		json_text(text);
	}
	printf(",\"offset\":%u}", offset);
}

static void json_close(void *ctx)
{
	struct decoder *d = ctx;

	d->depth--;
	fputs("]}", stdout);
}

static struct wire_printer printer_of(struct decoder *d)
{
	if (d->json)
		return (struct wire_printer){ json_open, json_field, json_note, json_close, d };
	return (struct wire_printer){ text_open, text_field, text_note, text_close, d };
}

/* ---- frames -------------------------------------------------------------------------------------- */

static bool is_signalling(enum wire_link link, const uint8_t *p, size_t n)
{
	struct frame_view v;

	return frame_view_make(link, p, n, &v) && v.mh;
}

static void show_captured(struct decoder *d, const struct capture *c, const struct capture_frame *f)
{
	struct wire_printer p = printer_of(d);
	const struct capture_iface *i = capture_interface(c, f->interface);

	d->shown++;
	d->depth = 0;
	d->comma[0] = false;
	if (d->json) {
		printf("{\"frame\":%" G_GUINT64_FORMAT ",\"at_ns\":%" G_GINT64_FORMAT ",\"len\":%u,\"wire_len\":%u,\"interface\":",
		       f->number, f->at, f->len, f->wire_len);
		json_text(i ? i->name : "");
		if (f->comment) {
			fputs(",\"comment\":", stdout);
			json_text(f->comment);
		}
		fputs(",\"layers\":[", stdout);
	} else {
		printf("frame %" G_GUINT64_FORMAT "  %" G_GINT64_FORMAT ".%09d  %u octets%s%s%s%s\n", f->number, f->at / MOOR_S,
		       (int)(f->at % MOOR_S), f->wire_len, f->cut ? " (cut)" : "", i && *i->name ? "  " : "", i ? i->name : "",
		       f->direction == 1 ? " in" : f->direction == 2 ? " out" : "");
		if (f->comment)
			printf("  # %s\n", f->comment);
	}
	if (f->readable)
		dissect(f->link, f->octets, f->len, &p);
	else
		p.note(p.ctx, "link-type", capture_link_type_name(f->link_type), 0);
	puts(d->json ? "]}" : "");
}

static void tell_fault(void *ctx, enum capture_fault fault, uint64_t number, uint64_t offset, const char *text)
{
	const char *path = ctx;

	(void)number;
	(void)offset;
	fprintf(stderr, "mooring: %s: %s: %s\n", path, capture_fault_name(fault), text);
}

static int decode_capture(struct decoder *d, const char *path)
{
	GError *e = NULL;
	struct capture *c = capture_open(path, &e);
	struct capture_frame f;
	struct capture_stats s;
	int got = c ? 1 : -1;

	if (c)
		capture_on_fault(c, tell_fault, (void *)(uintptr_t)path);
	while (c && (got = capture_next(c, &f, &e)) == 1) {
		if (d->signalling && !(f.readable && is_signalling(f.link, f.octets, f.len)))
			continue;
		show_captured(d, c, &f);
		if (d->count > 0 && d->shown >= (uint64_t)d->count)
			break;
	}
	if (got < 0) {
		fprintf(stderr, "mooring: %s\n", e->message);
		g_error_free(e);
		capture_close(c);
		return EXIT_USAGE;
	}
	s = capture_stats(c);
	if (!d->quiet)
		fprintf(stderr, "mooring: %s: %" G_GUINT64_FORMAT " frames read, %" G_GUINT64_FORMAT " shown, %" G_GUINT64_FORMAT
			" diagnostics\n", path, s.frames, d->shown, d->notes);
	capture_close(c);
	if (!s.frames) {
		fprintf(stderr, "mooring: %s: no frame could be read\n", path);
		return EXIT_USAGE;
	}
	/* what was asked for and is not there, or is not there wholly, is a result, but not a good one */
	return d->shown && !s.faults[CAPTURE_TRUNCATED] && !s.faults[CAPTURE_BAD_LENGTH] ? EXIT_OK : EXIT_FAILED;
}

/* ---- octets -------------------------------------------------------------------------------------- */

/* Hexadecimal digits, with spaces, colons, dots and 0x between octets; NULL with the place of what is none. */
static GByteArray *octets_of(int argc, char **argv, const char **bad)
{
	GByteArray *b = g_byte_array_new();

	*bad = NULL;
	for (int i = 0; i < argc; i++)
		for (const char *p = argv[i]; *p;) {
			uint8_t v;

			if (strchr(" :.\t\n-,", *p) || (p[0] == '0' && (p[1] == 'x' || p[1] == 'X'))) {
				p += *p == '0' ? 2 : 1;
				continue;
			}
			if (!g_ascii_isxdigit(p[0]) || !g_ascii_isxdigit(p[1])) {
				*bad = p;
				g_byte_array_free(b, TRUE);
				return NULL;
			}
			v = (uint8_t)(g_ascii_xdigit_value(p[0]) << 4 | g_ascii_xdigit_value(p[1]));
			g_byte_array_append(b, &v, 1);
			p += 2;
		}
	return b;
}

static const struct { const char *name; enum wire_link link; } link_names[] = {
	{ "ethernet", WIRE_LINK_ETHERNET }, { "ip", WIRE_LINK_RAW }, { "raw", WIRE_LINK_RAW }, { "sll", WIRE_LINK_SLL },
	{ "sll2", WIRE_LINK_SLL2 }, { "null", WIRE_LINK_NULL }, { "loop", WIRE_LINK_LOOP }, { "ppp", WIRE_LINK_PPP },
};

static bool all_of_ip(const uint8_t *p, size_t n)
{
	if (n >= 40 && p[0] >> 4 == 6)
		return (size_t)(p[4] << 8 | p[5]) + 40 <= n;
	return n >= 20 && p[0] >> 4 == 4 && (p[0] & 15) >= 5 && (size_t)(p[2] << 8 | p[3]) <= n;
}

static int show_octets(struct decoder *d, const uint8_t *p, size_t n)
{
	struct wire_printer pr = printer_of(d);
	enum wire_link link = all_of_ip(p, n) ? WIRE_LINK_RAW : WIRE_LINK_ETHERNET;
	bool mh = d->link && !strcmp(d->link, "mh"), known = !d->link || mh;

	for (size_t i = 0; d->link && i < G_N_ELEMENTS(link_names); i++)
		if (!strcmp(d->link, link_names[i].name)) {
			link = link_names[i].link;
			known = true;
		}
	if (!known) {
		fprintf(stderr, "mooring: decode: --link %s is none of mh ethernet ip raw sll sll2 null loop ppp\n", d->link);
		return EXIT_USAGE;
	}
	/* a mobility header alone begins with "no next header" and holds as many octets as it says */
	if (!d->link && n >= 8 && p[0] == MH_NO_PAYLOAD && (size_t)(p[1] + 1) * 8 == n)
		mh = true;
	if (d->json)
		printf("{\"len\":%zu,\"layers\":[", n);
	if (mh)
		mh_print(p, n, &pr, 0);
	else
		dissect(link, p, n, &pr);
	if (d->json)
		puts("]}");
	return EXIT_OK;
}

static int decode_octets(struct decoder *d, int argc, char **argv)
{
	const char *bad;
	GByteArray *b = octets_of(argc, argv, &bad);
	int code;

	if (!b) {
		fprintf(stderr, "mooring: decode: %s: no such file, and no octets in hexadecimal (at \"%.8s\")\n", argv[0], bad);
		return EXIT_USAGE;
	}
	if (!b->len) {
		fputs("mooring: decode: no octets given\n", stderr);
		code = EXIT_USAGE;
	} else {
		code = show_octets(d, b->data, b->len);
	}
	g_byte_array_free(b, TRUE);
	return code;
}

int cmd_decode(int argc, char **argv)
{
	struct decoder d = { 0 };
	const GOptionEntry entries[] = {
		{ "signalling", 's', 0, G_OPTION_ARG_NONE, &d.signalling, "only frames with a mobility message", NULL },
		{ "json", 0, 0, G_OPTION_ARG_NONE, &d.json, "one JSON object per frame", NULL },
		{ "count", 'c', 0, G_OPTION_ARG_INT64, &d.count, "stop after N frames shown", "N" },
		{ "link", 0, 0, G_OPTION_ARG_STRING, &d.link, "what the octets are: mh ethernet ip sll sll2 null loop ppp", "NAME" },
		{ "quiet", 'q', 0, G_OPTION_ARG_NONE, &d.quiet, "no summary line", NULL },
		G_OPTION_ENTRY_NULL
	};
	GOptionContext *o = g_option_context_new("CAPTURE | HEX... - shows packets layer by layer");
	GError *e = NULL;
	int code = EXIT_USAGE;

	g_option_context_add_main_entries(o, entries, NULL);
	if (!g_option_context_parse(o, &argc, &argv, &e)) {
		fprintf(stderr, "mooring: decode: %s\n", e->message);
		g_error_free(e);
	} else if (d.count < 0) {
		fputs("mooring: decode: --count must not be negative\n", stderr);
	} else if (argc < 2) {
		fputs("mooring: decode: a capture or octets in hexadecimal are wanted; --help tells more\n", stderr);
	} else if (argc == 2 && (!strcmp(argv[1], "-") || g_file_test(argv[1], G_FILE_TEST_EXISTS))) {
		code = decode_capture(&d, argv[1]);
	} else {
		code = decode_octets(&d, argc - 1, argv + 1);
	}
	g_option_context_free(o);
	g_free(d.link);
	if (fflush(stdout) != 0 && code == EXIT_OK) {
		perror("mooring: standard output");
		code = 70;
	}
	return code;
}
