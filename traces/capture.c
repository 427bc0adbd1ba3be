/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The capture reader: opening, the window on the file, the faults, and the classic pcap format (all three magics,
 * both octet orders, microseconds and nanoseconds). pcapng is in capture_ng.c. It is our own because libpcap tells no
 * file offsets, refuses pcapng files that mix link types, and gives neither interface nor direction nor comment;
 * libpcap's tables name the link types, and the tests compare both readers. Compressed files are not read.
 */
#include "traces/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <pcap/pcap.h>
#include <stdarg.h>
#include <unistd.h>

#include "traces/capture_internal.h"

#define PCAP_HEADER 24u
#define PCAP_RECORD 16u

const char *capture_fault_name(enum capture_fault f)
{
	static const char *const names[CAPTURE_FAULTS] = {
		"truncated", "bad-length", "bad-block", "time-back", "zero-length", "cut", "link-type"
	};

	return names[f];
}

/* The LINKTYPE_ numbers of pcap files for which there is a decoder. 12 and 14 are raw IP of some BSDs. */
static const struct { uint32_t type; enum wire_link link; } links[] = {
	{ 0, WIRE_LINK_NULL }, { 1, WIRE_LINK_ETHERNET }, { 9, WIRE_LINK_PPP }, { 12, WIRE_LINK_RAW },
	{ 14, WIRE_LINK_RAW }, { 50, WIRE_LINK_PPP }, { 101, WIRE_LINK_RAW }, { 108, WIRE_LINK_LOOP },
	{ 113, WIRE_LINK_SLL }, { 228, WIRE_LINK_IP4 }, { 229, WIRE_LINK_IP6 }, { 276, WIRE_LINK_SLL2 },
};

bool capture_link_of(uint32_t link_type, enum wire_link *out)
{
	for (size_t i = 0; i < G_N_ELEMENTS(links); i++)
		if (links[i].type == link_type) {
			*out = links[i].link;
			return true;
		}
	return false;
}

const char *capture_link_type_name(uint32_t link_type)
{
	const char *name;

	/* libpcap's numbers for the programmer differ from the files' for these */
	if (link_type == 101)
		return "RAW";
	if (link_type == 108)
		return "LOOP";
	name = link_type <= G_MAXINT ? pcap_datalink_val_to_name((int)link_type) : NULL;
	return name ? name : "unknown";
}

/* ---- the window ---------------------------------------------------------------------------------- */

ssize_t capture_fill(struct capture *c, size_t n, GError **error)
{
	if (c->map && c->buf == c->map) {
		capture_map_fill(c, n);
		if (c->end - c->at >= n)
			return (ssize_t)(c->end - c->at);
	}
	if (c->at > 0) {
		memmove(c->buf, c->buf + c->at, c->end - c->at);
		c->base += c->at;
		c->end -= c->at;
		c->at = 0;
	}
	if (n > c->cap) {
		c->cap = n;
		c->buf = g_realloc(c->buf, n);
	}
	while (c->end < n && !c->eof) {
		ssize_t got = read(c->fd, c->buf + c->end, c->cap - c->end);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(errno), "%s: %s", c->path, g_strerror(errno));
			return -1;
		}
		c->eof = got == 0;
		c->end += (size_t)got;
	}
	return (ssize_t)c->end;
}

void capture_tell(struct capture *c, enum capture_fault f, uint64_t number, uint64_t offset, const char *fmt, ...)
{
	va_list args;
	char *what, *text;

	c->stats.faults[f]++;
	if (!c->told)
		return;
	va_start(args, fmt);
	what = g_strdup_vprintf(fmt, args);
	va_end(args);
	text = g_strdup_printf("record %" G_GUINT64_FORMAT " at offset %" G_GUINT64_FORMAT ": %s", number, offset, what);
	c->told(c->told_ctx, f, number, offset, text);
	g_free(text);
	g_free(what);
}

uint32_t capture_add_iface(struct capture *c, uint32_t link_type, uint32_t snap_len, const char *name)
{
	struct capture_iface_state s = { .iface = { g_strdup(name), link_type, snap_len }, .resolution = 6 };

	s.readable = capture_link_of(link_type, &s.link);
	g_array_append_val(c->ifaces, s);
	return c->ifaces->len - 1;
}

static bool type_told(const struct capture *c, uint32_t link_type)
{
	for (guint i = 0; i < c->ifaces->len; i++) {
		const struct capture_iface_state *s = &g_array_index(c->ifaces, struct capture_iface_state, i);

		if (s->told && s->iface.link_type == link_type)
			return true;
	}
	return false;
}

void capture_judge(struct capture *c, struct capture_frame *f)
{
	struct capture_iface_state *s = &g_array_index(c->ifaces, struct capture_iface_state, f->interface);

	f->link = s->link;
	f->link_type = s->iface.link_type;
	f->readable = s->readable;
	f->cut = f->len < f->wire_len;
	if (G_UNLIKELY(!s->readable && !s->told)) {
		if (!type_told(c, f->link_type))
			capture_tell(c, CAPTURE_LINK_TYPE, f->number, f->offset, "link type %u (%s) is not read",
				     f->link_type, capture_link_type_name(f->link_type));
		s->told = true;
	}
	if (G_UNLIKELY(f->len == 0))
		capture_tell(c, CAPTURE_ZERO_LENGTH, f->number, f->offset, "no octets captured (of %u)", f->wire_len);
	else if (G_UNLIKELY(f->cut && !c->stats.faults[CAPTURE_CUT]))
		capture_tell(c, CAPTURE_CUT, f->number, f->offset, "cut: %u of %u octets captured", f->len, f->wire_len);
	if (!c->stats.frames)
		c->stats.first = f->at;
	else if (G_UNLIKELY(f->at < c->last_at))
		capture_tell(c, CAPTURE_TIME_BACK, f->number, f->offset, "time goes back by %" G_GINT64_FORMAT " ns",
			     c->last_at - f->at);
	c->last_at = f->at;
	c->stats.frames++;
	c->stats.octets += f->len;
}

/* ---- pcap ---------------------------------------------------------------------------------------- */

enum { MAGIC_US = 0xa1b2c3d4, MAGIC_NS = 0xa1b23c4d, MAGIC_MODIFIED = 0xa1b2cd34, MAGIC_NG = 0x0a0d0d0a };

/* A lying length ends the reading: there is no way to find the next record. */
static int pcap_bad_length(struct capture *c, uint64_t offset, uint32_t len, uint32_t wire_len)
{
	c->done = true;
	capture_tell(c, CAPTURE_BAD_LENGTH, c->number, offset,
		     "claims %u captured octets of %u: nothing behind it can be read", len, wire_len);
	return 0;
}

static int pcap_truncated(struct capture *c, uint64_t offset, size_t need, size_t have)
{
	c->done = true;
	if (have)
		capture_tell(c, CAPTURE_TRUNCATED, c->number, offset, "the file ends inside it: %zu of %zu octets are there",
			     have, need);
	return 0;
}

static int capture_shrunk(struct capture *c, uint64_t number)
{
	c->done = true;
	capture_tell(c, CAPTURE_TRUNCATED, number, capture_offset(c), "the file became shorter while it was read");
	return 0;
}

static int next_record(struct capture *c, struct capture_frame *out, GError **error)
{
	uint32_t head = c->modified ? PCAP_RECORD + 8 : PCAP_RECORD;
	uint64_t offset = capture_offset(c);
	ssize_t have = capture_need(c, head, error);
	const uint8_t *p;
	uint32_t len, wire_len;

	if (G_UNLIKELY(have < 0))
		return -1;
	c->number++;
	if (G_UNLIKELY((size_t)have < head))
		return pcap_truncated(c, offset, head, (size_t)have);
	p = capture_here(c);
	len = capture_u32(c, p + 8);
	wire_len = capture_u32(c, p + 12);
	if (G_UNLIKELY(len > CAPTURE_RECORD_MAX))
		return pcap_bad_length(c, offset, len, wire_len);
	if (G_UNLIKELY(!len && capture_map_short(c)))
		return capture_shrunk(c, c->number);
	if (G_UNLIKELY((size_t)have < head + len)) {
		have = capture_need(c, head + len, error);
		if (have < 0)
			return -1;
		if ((size_t)have < head + len)
			return pcap_truncated(c, offset, head + len, (size_t)have);
		p = capture_here(c);
	}
	*out = (struct capture_frame){ .number = c->number, .offset = offset, .len = len, .wire_len = MAX(len, wire_len),
		.octets = p + head, .lasting = c->lost };
	out->at = (int64_t)capture_u32(c, p) * MOOR_S
		+ (int64_t)capture_u32(c, p + 4) * c->tick;
	if (G_UNLIKELY(wire_len < len))
		capture_tell(c, CAPTURE_BAD_LENGTH, c->number, offset, "%u octets captured of a packet of %u", len, wire_len);
	c->at += head + len;
	capture_judge(c, out);
	return 1;
}

/*
 * The headers of the record after the next one: wanted when this one and the next are done with. Where it is the next
 * one's length says, which was fetched when the one before this was read.
 */
static inline void fetch_ahead(const struct capture *c)
{
	const uint8_t *p = capture_here(c);
	size_t left = c->end - c->at, far;
	uint32_t len;

	if (left < PCAP_RECORD)
		return;
	memcpy(&len, p + 8, sizeof(len));
	far = PCAP_RECORD + (size_t)len;
	if (far < left)
		for (size_t i = 0; i < 192; i += 64)
			__builtin_prefetch(p + far + i);
}

/*
 * As nearly all records are: whole in the window, in our octet order and with nothing wrong. False: next_record says
 * what it is.
 */
static inline bool next_plain(struct capture *c, struct capture_frame *out)
{
	const struct capture_iface_state *s = &g_array_index(c->ifaces, struct capture_iface_state, 0);
	const uint8_t *p = capture_here(c);
	size_t left = c->end - c->at;
	uint32_t h[4];
	int64_t at;

	if (left < PCAP_RECORD)
		return false;
	memcpy(h, p, sizeof(h));
	at = (int64_t)h[0] * MOOR_S + (int64_t)h[1] * c->tick;
	if (!h[2] || h[2] > CAPTURE_RECORD_MAX || left - PCAP_RECORD < h[2] || h[3] != h[2] || !s->readable
	    || !c->stats.frames || at < c->last_at)
		return false;
	*out = (struct capture_frame){ .number = ++c->number, .offset = capture_offset(c), .link = s->link,
		.readable = true, .link_type = s->iface.link_type, .len = h[2], .wire_len = h[2], .octets = p + PCAP_RECORD,
		.lasting = c->lost, .at = at };
	c->at += PCAP_RECORD + h[2];
	c->last_at = at;
	c->stats.frames++;
	c->stats.octets += h[2];
	fetch_ahead(c);
	return true;
}

/* ---- opening ------------------------------------------------------------------------------------- */

static bool magic_known(struct capture *c, const uint8_t *p)
{
	uint32_t magic;

	for (int swapped = 0; swapped < 2; swapped++) {
		c->stats.swapped = swapped;
		magic = capture_u32(c, p);
		c->stats.pcapng = magic == MAGIC_NG;
		c->stats.nanosecond = magic == MAGIC_NS;
		c->modified = magic == MAGIC_MODIFIED;
		if (magic == MAGIC_US || c->stats.pcapng || c->stats.nanosecond || c->modified)
			return true;
	}
	return false;
}

static bool not_a_capture(struct capture *c, const uint8_t *p, size_t n, GError **error)
{
	if (n >= 2 && ((p[0] == 0x1f && p[1] == 0x8b) || (n >= 4 && !memcmp(p, "\x28\xb5\x2f\xfd", 4))))
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: compressed: unpack it first", c->path);
	else if (n < 4)
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: no capture: only %zu octets long", c->path, n);
	else
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
			    "%s: no capture: it begins with %02x %02x %02x %02x, which is neither pcap nor pcapng", c->path,
			    p[0], p[1], p[2], p[3]);
	return false;
}

static bool read_header(struct capture *c, GError **error)
{
	ssize_t have = capture_need(c, PCAP_HEADER, error);
	const uint8_t *p = capture_here(c);

	if (have < 0)
		return false;
	if (have < 4 || !magic_known(c, p))
		return not_a_capture(c, p, (size_t)have, error);
	if (c->stats.pcapng)
		return true;
	if (have < (ssize_t)PCAP_HEADER) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: the file ends inside the pcap header: %zd of %u octets",
			    c->path, have, PCAP_HEADER);
		return false;
	}
	if (capture_u16(c, p + 4) != 2) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: pcap version %u.%u is not known", c->path,
			    capture_u16(c, p + 4), capture_u16(c, p + 6));
		return false;
	}
	/* the upper bits say whether frames end with a check sequence; IP lengths tell us what counts */
	capture_add_iface(c, capture_u32(c, p + 20) & 0x03ffffff, capture_u32(c, p + 16), "");
	c->stats.interfaces = 1;
	c->plain = !c->stats.swapped && !c->modified;
	c->tick = c->stats.nanosecond ? 1 : MOOR_US;
	c->at += PCAP_HEADER;
	return true;
}

struct capture *capture_open(const char *path, GError **error)
{
	struct capture *c;
	int fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) : dup(STDIN_FILENO);

	if (fd < 0) {
		g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(errno), "%s: %s", path, g_strerror(errno));
		return NULL;
	}
	c = g_new0(struct capture, 1);
	c->fd = fd;
	c->path = g_strdup(path);
	if (strcmp(path, "-"))
		capture_map(c);
	if (!c->map) {
		c->cap = CAPTURE_WINDOW;
		c->buf = g_malloc(c->cap);
	}
	c->ifaces = g_array_new(FALSE, TRUE, sizeof(struct capture_iface_state));
	c->comment = g_string_new(NULL);
	if (read_header(c, error))
		return c;
	capture_close(c);
	return NULL;
}

void capture_on_fault(struct capture *c, capture_fault_fn *fn, void *ctx)
{
	c->told = fn;
	c->told_ctx = ctx;
}

static G_NO_INLINE int next_any(struct capture *c, struct capture_frame *out, GError **error)
{
	if (c->done)
		return 0;
	if (capture_map_lost(c))
		return capture_shrunk(c, c->number + 1);
	return c->stats.pcapng ? capture_next_block(c, out, error) : next_record(c, out, error);
}

int capture_next(struct capture *c, struct capture_frame *out, GError **error)
{
	if (c->plain && !c->done && !capture_map_lost(c) && next_plain(c, out))
		return 1;
	return next_any(c, out, error);
}

const struct capture_iface *capture_interface(const struct capture *c, uint32_t interface)
{
	if (interface >= c->ifaces->len)
		return NULL;
	return &g_array_index(c->ifaces, struct capture_iface_state, interface).iface;
}

struct capture_stats capture_stats(const struct capture *c)
{
	struct capture_stats s = c->stats;

	s.last = c->last_at;
	return s;
}

void capture_close(struct capture *c)
{
	if (!c)
		return;
	close(c->fd);
	for (guint i = 0; i < c->ifaces->len; i++)
		g_free((char *)g_array_index(c->ifaces, struct capture_iface_state, i).iface.name);
	g_array_free(c->ifaces, TRUE);
	g_string_free(c->comment, TRUE);
	capture_unmap(c);
	g_free(c->buf);
	g_free(c->path);
	g_free(c);
}
