/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads events.jsonl back into records, so that a ladder or a report can be made from a finished run's folder. Each
 * line is a flat JSON object (strings, integers, booleans); keys that are not known are passed over. No clause.
 */
#include "traces/events.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "traces/fields.h"

/* A state machine made up from the names that occur. */
struct read_fsm {
	struct fsm fsm;
	struct fsm_state states[FSM_MAX_STATES];
	const char *events[FSM_MAX_EVENTS];
};

struct events_reader {
	FILE *f;
	char *path, *line;
	size_t room, number;
	bool cut;
	struct name_table *names;
	GStringChunk *texts;
	GHashTable *machines;		/* name -> struct read_fsm */
	GHashTable *ports;		/* "node port" -> number + 1 */
	GByteArray *octets;
	GString *text;			/* the value being read, unescaped */
	const char *port, *link;	/* of the record being read */
};

static void not_there(const char *path, int err, GError **error)
{
	char *dir = g_path_get_dirname(path), *records = g_build_filename(dir, "records.bin", NULL);
	bool packed = err == ENOENT && g_file_test(records, G_FILE_TEST_EXISTS);

	g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(err), "%s: %s%s%s%s", path, g_strerror(err),
		    packed ? ": `mooring unpack " : "", packed ? dir : "", packed ? "` makes it from records.bin" : "");
	g_free(records);
	g_free(dir);
}

struct events_reader *events_open(const char *path, struct name_table *names, GError **error)
{
	FILE *f = fopen(path, "re");
	struct events_reader *e;

	if (!f) {
		not_there(path, errno, error);
		return NULL;
	}
	e = g_new0(struct events_reader, 1);
	e->f = f;
	e->path = g_strdup(path);
	e->names = names;
	e->texts = g_string_chunk_new(4096);
	e->machines = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
	e->ports = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	e->octets = g_byte_array_new();
	e->text = g_string_new(NULL);
	return e;
}

bool events_cut(const struct events_reader *e)
{
	return e->cut;
}

void events_close(struct events_reader *e)
{
	if (!e)
		return;
	fclose(e->f);
	g_string_free(e->text, TRUE);
	g_byte_array_free(e->octets, TRUE);
	g_hash_table_destroy(e->ports);
	g_hash_table_destroy(e->machines);
	g_string_chunk_free(e->texts);
	free(e->line);
	g_free(e->path);
	g_free(e);
}

/* ---- values -------------------------------------------------------------------------------------- */

static struct read_fsm *machine_of(struct events_reader *e, const char *name)
{
	struct read_fsm *m = g_hash_table_lookup(e->machines, name);

	if (!m) {
		m = g_new0(struct read_fsm, 1);
		m->fsm.name = g_string_chunk_insert_const(e->texts, name);
		m->fsm.about = "";
		m->fsm.states = m->states;
		m->fsm.events = m->events;
		g_hash_table_insert(e->machines, (char *)m->fsm.name, m);
	}
	return m;
}

/* The number of a state or event of the record's machine; the last one when there are too many names. */
static uint8_t member_of(struct events_reader *e, struct moor_record *r, bool state, const char *name)
{
	struct read_fsm *m = machine_of(e, r->u.state.machine ? r->u.state.machine->name : "");
	uint8_t i;

	r->u.state.machine = &m->fsm;
	if (state) {
		for (i = 0; i < m->fsm.n_states; i++)
			if (!strcmp(m->states[i].name, name))
				return i;
		if (i == FSM_MAX_STATES)
			return i - 1;
		m->states[m->fsm.n_states++].name = g_string_chunk_insert_const(e->texts, name);
		return i;
	}
	for (i = 0; i < m->fsm.n_events; i++)
		if (!strcmp(m->events[i], name))
			return i;
	if (i == FSM_MAX_EVENTS)
		return i - 1;
	m->events[m->fsm.n_events++] = g_string_chunk_insert_const(e->texts, name);
	return i;
}

static bool set_octets(struct events_reader *e, struct moor_record *r, const struct record_field *f, const char *hex)
{
	size_t n = strlen(hex) / 2;
	uint32_t len = (uint32_t)n;

	g_byte_array_set_size(e->octets, (guint)n);
	for (size_t i = 0; i < n; i++) {
		int high = g_ascii_xdigit_value(hex[2 * i]), low = g_ascii_xdigit_value(hex[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		e->octets->data[i] = (uint8_t)(high << 4 | low);
	}
	memcpy((uint8_t *)r + f->offset, &e->octets->data, sizeof(e->octets->data));
	memcpy((uint8_t *)r + f->second, &len, sizeof(len));
	return strlen(hex) % 2 == 0;
}

static bool set_name(void *v, const struct record_field *f, const char *name)
{
	for (uint8_t i = 0; i < f->n_names; i++)
		if (!strcmp(f->names[i], name)) {
			if (f->type == FIELD_CLASS)
				*(uint8_t *)v = i;
			else
				*(uint32_t *)v = i;
			return true;
		}
	return false;
}

static bool set_text(struct events_reader *e, struct moor_record *r, const struct record_field *f, const char *s)
{
	void *v = (uint8_t *)r + f->offset;
	struct ip4_addr v4;

	switch ((enum field_type)f->type) {
	case FIELD_STRING: case FIELD_TEXT:
		*(const char **)v = g_string_chunk_insert_const(e->texts, s);
		return true;
	case FIELD_WHAT: case FIELD_CLASS:
		return set_name(v, f, s);
	case FIELD_IP6:
		if (!ip4_parse(s, &v4))
			return ip6_parse(s, v);
		*(struct ip6_addr *)v = ip6_mapped(v4);
		return true;
	case FIELD_IP4:
		return ip4_parse(s, v);
	case FIELD_PREFIX:
		return ip6_prefix_parse(s, v);
	case FIELD_MAC:
		return mac_parse(s, v);
	case FIELD_OCTETS:
		return set_octets(e, r, f, s);
	case FIELD_MACHINE:
		r->u.state.machine = &machine_of(e, s)->fsm;
		return true;
	case FIELD_STATE: case FIELD_EVENT:
		*(uint8_t *)v = member_of(e, r, f->type == FIELD_STATE, s);
		return true;
	case FIELD_BOOL: case FIELD_U8: case FIELD_U16: case FIELD_U32: case FIELD_U64: case FIELD_TIME: case FIELD_FLAGS:
	case FIELD_I32:
		break;
	}
	return false;
}

static bool set_number(struct moor_record *r, const struct record_field *f, int64_t n)
{
	void *v = (uint8_t *)r + f->offset;

	switch ((enum field_type)f->type) {
	case FIELD_BOOL: case FIELD_U8:
		*(uint8_t *)v = (uint8_t)n;
		return n >= 0 && n <= UINT8_MAX;
	case FIELD_U16: case FIELD_FLAGS:
		*(uint16_t *)v = (uint16_t)n;
		return n >= 0 && n <= UINT16_MAX;
	case FIELD_U32:
		*(uint32_t *)v = (uint32_t)n;
		return n >= 0 && n <= UINT32_MAX;
	case FIELD_I32:
		*(int32_t *)v = (int32_t)n;
		return n >= INT32_MIN && n <= INT32_MAX;
	case FIELD_U64: case FIELD_TIME:
		*(int64_t *)v = n;
		return true;
	case FIELD_WHAT: case FIELD_CLASS: case FIELD_IP6: case FIELD_IP4: case FIELD_PREFIX: case FIELD_STRING:
	case FIELD_TEXT: case FIELD_OCTETS: case FIELD_MACHINE: case FIELD_STATE: case FIELD_EVENT:
	case FIELD_MAC:
		break;
	}
	return false;
}

/* ---- JSON, as far as a flat object needs it ------------------------------------------------------ */

static void skip_space(const char **p)
{
	while (**p == ' ' || **p == '\t' || **p == '\n' || **p == '\r')
		(*p)++;
}

static bool unicode_escape(const char **p, GString *out)
{
	uint32_t v = 0;

	for (int i = 1; i <= 4; i++) {
		int d = g_ascii_xdigit_value((*p)[i]);

		if (d < 0)
			return false;
		v = v << 4 | (uint32_t)d;
	}
	*p += 4;
	g_string_append_unichar(out, v >= 0xd800 && v < 0xe000 ? 0xfffd : v ? v : 0xfffd);
	return true;
}

static bool read_string(const char **p, GString *out)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";

	g_string_truncate(out, 0);
	for ((*p)++; **p && **p != '"'; (*p)++) {
		const char *known;

		if (**p != '\\') {
			g_string_append_c(out, **p);
			continue;
		}
		(*p)++;
		known = **p ? strchr(from, **p) : NULL;
		if (known)
			g_string_append_c(out, to[known - from]);
		else if (**p != 'u' || !unicode_escape(p, out))
			return false;
	}
	return *(*p)++ == '"';
}

struct value {
	bool is_text;
	int64_t number;			/* also of true and false */
};

static bool read_value(const char **p, GString *text, struct value *v)
{
	char *end;

	v->is_text = **p == '"';
	v->number = 0;
	if (v->is_text)
		return read_string(p, text);
	if (g_str_has_prefix(*p, "true") || g_str_has_prefix(*p, "false")) {
		v->number = **p == 't';
		*p += v->number ? 4 : 5;
		return true;
	}
	errno = 0;
	v->number = **p == '-' ? strtoll(*p, &end, 10) : (int64_t)strtoull(*p, &end, 10);
	if (end == *p || errno)
		return false;
	*p = end;
	return true;
}

/* ---- records ------------------------------------------------------------------------------------- */

static bool take_member(struct events_reader *e, struct moor_record *r, const char *key, const struct value *v)
{
	const char *s = v->is_text ? e->text->str : NULL;
	unsigned n;
	const struct record_field *f;

	if (!strcmp(key, "t")) {
		r->at = v->number;
		return !s;
	}
	if (!strcmp(key, "kind")) {
		r->kind = s ? record_kind_of(s) : REC_KINDS;
		return s != NULL;
	}
	if (!strcmp(key, "node") && s) {
		r->node = name_table_node_named(e->names, s);
		return true;
	}
	if ((!strcmp(key, "port") || !strcmp(key, "link")) && s) {
		*(*key == 'p' ? &e->port : &e->link) = g_string_chunk_insert_const(e->texts, s);
		return true;
	}
	if (!strcmp(key, "instance")) {
		r->instance = (uint32_t)v->number;
		return !s;
	}
	if (r->kind == REC_KINDS)
		return true;		/* a kind of a later version */
	f = record_fields(r->kind, &n);
	for (unsigned i = 0; i < n; i++)
		if (!strcmp(f[i].name, key))
			return s ? set_text(e, r, &f[i], s) : set_number(r, &f[i], v->number);
	return true;
}

static void place_port(struct events_reader *e, struct moor_record *r)
{
	char *key;
	uint32_t known;

	if (!e->port)
		return;
	key = g_strdup_printf("%u %s", r->node, e->port);
	known = GPOINTER_TO_UINT(g_hash_table_lookup(e->ports, key));
	r->port = known ? known - 1 : g_hash_table_size(e->ports);
	name_table_port(e->names, r->port, r->node, e->port, e->link);
	if (known)
		g_free(key);
	else
		g_hash_table_insert(e->ports, key, GUINT_TO_POINTER(r->port + 1));
}

static bool read_record(struct events_reader *e, const char *p, struct moor_record *r)
{
	char key[32];
	struct value v = { 0 };

	memset(r, 0, sizeof(*r));
	r->kind = REC_KINDS;
	r->node = r->port = REC_NONE;
	e->port = e->link = NULL;
	skip_space(&p);
	for (char expected = '{'; *p != '}'; expected = ',') {
		if (*p++ != expected)
			return false;
		skip_space(&p);
		if (*p == '}' && expected == '{')
			break;
		if (*p != '"' || !read_string(&p, e->text) || e->text->len >= sizeof(key))
			return false;
		memcpy(key, e->text->str, e->text->len + 1);
		skip_space(&p);
		if (*p++ != ':')
			return false;
		skip_space(&p);
		if (!read_value(&p, e->text, &v) || !take_member(e, r, key, &v))
			return false;
		skip_space(&p);
	}
	place_port(e, r);
	return true;
}

int events_next(struct events_reader *e, struct moor_record *out, GError **error)
{
	ssize_t n;

	while ((n = getline(&e->line, &e->room, e->f)) > 0) {
		e->number++;
		if (e->line[n - 1] != '\n') {
			e->cut = true;
			return 0;
		}
		if (n == 1)
			continue;
		if (!read_record(e, e->line, out)) {
			g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s:%zu: no event of ours", e->path, e->number);
			return -1;
		}
		if (out->kind != REC_KINDS)	/* the header, or a kind of a later version */
			return 1;
	}
	return 0;
}
