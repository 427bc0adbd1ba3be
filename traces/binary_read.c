/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads records.bin of this very build back into records. It exists so that the portable files of a large run can be
 * made after it. Lengths and numbers are checked all the same: the file may have been cut off or damaged. No clause.
 */
#include "traces/binary.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "traces/binary_internal.h"

struct told_machine {
	struct fsm fsm;
	struct fsm_state states[FSM_MAX_STATES];
	const char *events[FSM_MAX_EVENTS];
};

/* A frame whose sending was read, for those that received it as it was sent. */
struct sent_frame {
	uint64_t frame;
	const uint8_t *octets;		/* in the map; NULL: none is remembered here */
	uint32_t len;
};

struct binary_reader {
	char *path;
	uint8_t *map;
	size_t size, at;
	struct name_table *names;
	struct binary_pointers pointers[REC_KINDS];
	GPtrArray *told;		/* texts and machines by number; 0: NULL */
	GByteArray *is_machine;		/* which of them are machines */
	GPtrArray *machines;		/* struct told_machine, owned */
	struct sent_frame *sent;	/* BINARY_FRAMES, by the frame's number; NULL before the first one */
	uint32_t node;			/* of the records that follow */
	moor_time time;
	int64_t start;
};

static bool refuse(struct binary_reader *b, const char *why, GError **error)
{
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: offset %zu: %s", b->path, b->at, why);
	return false;
}

static bool check_head(struct binary_reader *b, GError **error)
{
	struct binary_file_head h, mine;

	binary_head_fill(&mine, 0);
	if (b->size < sizeof(h))
		return refuse(b, "no records of ours", error);
	memcpy(&h, b->map, sizeof(h));
	if (h.head != mine.head || memcmp(h.magic, mine.magic, sizeof(h.magic)) != 0)
		return refuse(b, "no records of ours", error);
	b->start = h.start;
	h.start = 0;
	if (memcmp(&h, &mine, sizeof(h)) != 0)
		return refuse(b, "written by another version of the program", error);
	b->at = sizeof(h);
	return true;
}

/* Numbers are given in order; one may be told again with another meaning. */
static bool tell(struct binary_reader *b, uint64_t id, void *what, bool machine)
{
	uint8_t kind = machine;

	if (id > b->told->len || (!what && id))
		return false;
	if (id == b->told->len) {
		g_ptr_array_add(b->told, what);
		g_byte_array_append(b->is_machine, &kind, 1);
	} else {
		b->told->pdata[id] = what;
		b->is_machine->data[id] = kind;
	}
	return true;
}

struct binary_reader *binary_open(const char *path, struct name_table *names, GError **error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);		/* of a pipe nobody may ever write */
	struct binary_reader *b;
	struct stat st;
	void *map = MAP_FAILED;

	errno = 0;
	if (fd >= 0 && fstat(fd, &st) == 0 && !S_ISREG(st.st_mode))
		errno = EINVAL;
	else if (fd >= 0 && !errno)
		map = st.st_size ? mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0) : NULL;
	if (map == MAP_FAILED) {
		g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(errno), "%s: %s", path, g_strerror(errno));
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	close(fd);
	b = g_new0(struct binary_reader, 1);
	b->path = g_strdup(path);
	b->map = map;
	b->size = (size_t)st.st_size;
	b->names = names;
	b->node = REC_NONE;
	b->told = g_ptr_array_new();
	b->is_machine = g_byte_array_new();
	b->machines = g_ptr_array_new_with_free_func(g_free);
	tell(b, 0, NULL, false);
	binary_pointers_fill(b->pointers);
	if (check_head(b, error))
		return b;
	binary_reader_free(b);
	return NULL;
}

void binary_reader_free(struct binary_reader *b)
{
	if (!b)
		return;
	if (b->map)
		munmap(b->map, b->size);
	g_ptr_array_free(b->machines, TRUE);
	g_ptr_array_free(b->told, TRUE);
	g_byte_array_free(b->is_machine, TRUE);
	g_free(b->sent);
	g_free(b->path);
	g_free(b);
}

int64_t binary_start(const struct binary_reader *b)
{
	return b->start;
}

/* ---- definitions --------------------------------------------------------------------------------- */

/* The text at *p, which is moved behind it; NULL when it has no end within the block. */
static const char *take_text(const uint8_t **p, const uint8_t *end)
{
	const uint8_t *s = *p, *zero = s < end ? memchr(s, 0, (size_t)(end - s)) : NULL;

	if (!zero)
		return NULL;
	*p = zero + 1;
	return (const char *)s;
}

static bool take_machine(struct binary_reader *b, const uint8_t *p, const uint8_t *end)
{
	struct told_machine *m;
	uint64_t id;
	uint8_t n_states, n_events;

	if (end - p < 10)
		return false;
	memcpy(&id, p, 8);
	n_states = p[8];
	n_events = p[9];
	p += 10;
	if (n_states > FSM_MAX_STATES || n_events > FSM_MAX_EVENTS)
		return false;
	m = g_new0(struct told_machine, 1);
	g_ptr_array_add(b->machines, m);
	m->fsm = (struct fsm){ take_text(&p, end), "", m->states, m->events, n_states, n_events };
	if (!m->fsm.name)
		return false;
	for (int i = 0; i < n_states; i++)
		if (!(m->states[i].name = take_text(&p, end)))
			return false;
	for (int i = 0; i < n_events; i++)
		if (!(m->events[i] = take_text(&p, end)))
			return false;
	return id && tell(b, id, &m->fsm, true);
}

static bool take_scene(struct binary_reader *b, const uint8_t *p, const uint8_t *end)
{
	if ((size_t)(end - p) < BINARY_SCENE_LEN - BINARY_HEAD)
		return false;
	memcpy(&b->node, p, 4);
	memcpy(&b->time, p + 4, 8);
	return true;
}

static bool take_definition(struct binary_reader *b, uint32_t tag, const uint8_t *p, const uint8_t *end)
{
	const char *text, *link;
	struct mac_addr mac;
	uint64_t a;
	uint32_t c;

	if (tag == BINARY_FILLER)
		return true;
	if (tag == BINARY_SCENE)
		return take_scene(b, p, end);
	if (tag == BINARY_MACHINE)
		return take_machine(b, p, end);
	if (end - p < 12)
		return false;
	memcpy(&a, p, 8);
	memcpy(&c, p + 8, 4);
	p += 12;
	text = take_text(&p, end);
	if (!text)
		return false;
	if (tag == BINARY_TEXT)
		return a && tell(b, a, (char *)text, false);
	if ((uint32_t)a >= MAX(BINARY_NUMBER_MAX, b->size))
		return false;
	if (tag == BINARY_NODE) {
		name_table_node(b->names, (uint32_t)a, text);
		return true;
	}
	link = take_text(&p, end);
	if (tag != BINARY_PORT || !link || (size_t)(end - p) < sizeof mac.o)
		return false;
	memcpy(mac.o, p, sizeof mac.o);
	name_table_port(b->names, (uint32_t)a, (uint32_t)(a >> 32), text, c ? link : NULL);
	name_table_mac(b->names, (uint32_t)a, &mac);
	return true;
}

/* ---- records ------------------------------------------------------------------------------------- */

static bool take_pointer(struct binary_reader *b, const struct binary_pointers *ps, unsigned i, struct moor_record *r,
			 const uint8_t **p, const uint8_t *end)
{
	uint8_t *field = (uint8_t *)r + ps->offset[i];
	const void *v = NULL;
	uint64_t id;
	uint32_t len;

	memcpy(&id, field, 8);
	if (ps->type[i] == FIELD_STRING || ps->type[i] == FIELD_MACHINE) {
		if (id >= b->told->len || (id && b->is_machine->data[id] != (ps->type[i] == FIELD_MACHINE)))
			return false;
		v = b->told->pdata[id];
	} else if (ps->type[i] == FIELD_TEXT) {
		v = id ? take_text(p, end) : NULL;
		if (id && !v)
			return false;
	} else {
		memcpy(&len, (uint8_t *)r + ps->second[i], 4);
		if (len > (size_t)(end - *p))
			return false;
		v = *p;
		*p += len;
	}
	memcpy(field, &v, sizeof(v));
	return true;
}

/* What C code may rely on: names are indexed with enums, and a bool is 0 or 1. */
static bool values_fit(const struct moor_record *r)
{
	unsigned n;
	const struct record_field *f = record_fields(r->kind, &n);

	for (unsigned i = 0; i < n; i++) {
		const uint8_t *v = (const uint8_t *)r + f[i].offset;
		uint32_t what = 0;

		if (f[i].type == FIELD_WHAT)
			memcpy(&what, v, sizeof(what));
		if ((f[i].type == FIELD_WHAT && what >= f[i].n_names) || (f[i].type == FIELD_CLASS && *v >= f[i].n_names)
		    || (f[i].type == FIELD_BOOL && *v > 1))
			return false;
	}
	return true;
}

static bool take_whole(struct binary_reader *b, const uint8_t *p, const uint8_t *end, struct moor_record *out)
{
	const struct binary_pointers *ps = &b->pointers[out->kind];
	size_t body = record_used(out->kind) - BINARY_BODY;

	if ((size_t)(end - p) < body)
		return false;
	memcpy((uint8_t *)out + BINARY_BODY, p, body);
	p += body;
	for (unsigned i = 0; i < ps->n; i++)
		if (!take_pointer(b, ps, i, out, &p, end))
			return false;
	return true;
}

static void remember_sent(struct binary_reader *b, const struct moor_record *r)
{
	if (!b->sent)
		b->sent = g_new0(struct sent_frame, BINARY_FRAMES);
	b->sent[r->u.frame.frame % BINARY_FRAMES] = (struct sent_frame){ r->u.frame.frame, r->u.frame.octets, r->u.frame.len };
}

static bool take_frame(struct binary_reader *b, bool as_sent, const uint8_t *p, const uint8_t *end,
		       struct moor_record *out)
{
	const struct sent_frame *sent;
	uint64_t word;

	if ((size_t)(end - p) < sizeof(word))
		return false;
	memcpy(&word, p, sizeof(word));
	out->u.frame.frame = word >> 8;
	out->u.frame.trace_class = (uint8_t)word;
	out->u.frame.octets = p + sizeof(word);
	out->u.frame.len = (uint32_t)(end - p - (ptrdiff_t)sizeof(word));
	if (as_sent) {
		sent = b->sent ? &b->sent[out->u.frame.frame % BINARY_FRAMES] : NULL;
		if (!sent || !sent->octets || sent->frame != out->u.frame.frame)
			return false;
		out->u.frame.octets = sent->octets;
		out->u.frame.len = sent->len;
		out->u.frame.same = true;
	} else if (out->kind == REC_FRAME_TX) {
		remember_sent(b, out);
	}
	return true;
}

static bool take_state(struct binary_reader *b, const uint8_t *p, const uint8_t *end, struct moor_record *out)
{
	uint32_t word, id;

	if ((size_t)(end - p) < sizeof(word))
		return false;
	memcpy(&word, p, sizeof(word));
	id = word >> 24;
	if (id >= b->told->len || (id && !b->is_machine->data[id]))
		return false;
	out->u.state.machine = b->told->pdata[id];
	out->u.state.event = (uint8_t)(word >> 16);
	out->u.state.to = (uint8_t)(word >> 8);
	out->u.state.from = (uint8_t)word;
	return true;
}

static bool take_signal(const uint8_t *p, const uint8_t *end, struct moor_record *out)
{
	if ((size_t)(end - p) < BINARY_SIGNAL)
		return false;
	memcpy(&out->u.signal, p, BINARY_SIGNAL);
	out->u.signal.message = p + BINARY_SIGNAL;
	out->u.signal.message_len = (uint32_t)(end - p - (ptrdiff_t)BINARY_SIGNAL);
	return true;
}

static bool take_fields(struct binary_reader *b, uint8_t what, const uint8_t *p, const uint8_t *end,
			struct moor_record *out)
{
	if (what & BINARY_WHOLE || !binary_has_short_form(out->kind))
		return take_whole(b, p, end, out);
	if (out->kind == REC_FRAME_TX || out->kind == REC_FRAME_RX)
		return take_frame(b, (what & BINARY_WHAT) == BINARY_AS_SENT, p, end, out);
	if (out->kind == REC_STATE || out->kind == REC_REFUSED)
		return take_state(b, p, end, out);
	return take_signal(p, end, out);
}

static bool take_record(struct binary_reader *b, uint8_t what, const uint8_t *p, const uint8_t *end,
			struct moor_record *out)
{
	unsigned kind = what & BINARY_WHAT;
	size_t front = (what & BINARY_HAS_PORT ? 4 : 0) + (what & BINARY_HAS_INSTANCE ? 4 : 0);

	if ((size_t)(end - p) < front)
		return false;
	memset(out, 0, sizeof(*out));
	out->kind = kind == BINARY_AS_SENT ? REC_FRAME_RX : (enum rec_kind)kind;
	out->port = REC_NONE;
	out->node = b->node;
	out->at = b->time;
	if (what & BINARY_HAS_PORT) {
		memcpy(&out->port, p, 4);
		if (out->port >= MAX(BINARY_NUMBER_MAX, b->size))	/* as where its name is told */
			return false;
		p += 4;
	}
	if (what & BINARY_HAS_INSTANCE) {
		memcpy(&out->instance, p, 4);
		p += 4;
	}
	if (out->port == REC_NONE && (out->kind == REC_FRAME_TX || out->kind == REC_FRAME_RX))
		return false;		/* a frame is a port's */
	return take_fields(b, what, p, end, out) && values_fit(out);
}

/* Whether a block may begin so: what it can be, and whole only where there is a short form. */
static bool may_be(uint8_t what)
{
	unsigned kind = what & BINARY_WHAT;

	if (what & BINARY_WHOLE)
		return kind < REC_KINDS && binary_has_short_form((enum rec_kind)kind);
	return kind < REC_KINDS || (kind >= BINARY_FILLER && kind != BINARY_FILE);
}

int binary_next(struct binary_reader *b, struct moor_record *out, GError **error)
{
	while (b->size - b->at >= BINARY_HEAD) {
		const uint8_t *p = b->map + b->at, *end;
		uint32_t head, len;
		uint8_t what;
		bool record;

		memcpy(&head, p, 4);
		what = (uint8_t)head;
		len = binary_len(head);
		record = (what & BINARY_WHAT) < REC_KINDS || (what & BINARY_WHAT) == BINARY_AS_SENT;
		if (len < BINARY_HEAD || !may_be(what))
			return refuse(b, "damaged block", error) - 1;
		if (len > b->size - b->at)
			return 0;
		end = p + len;
		p += BINARY_HEAD;
		if (record ? !take_record(b, what, p, end, out) : !take_definition(b, what, p, end))
			return refuse(b, "damaged block", error) - 1;
		b->at += len;
		if (record)
			return 1;
	}
	return 0;
}
