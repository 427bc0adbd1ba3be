/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: reading recordings of media
 *
 * Line by line, each held against what was said before it: numbers that were not given out, time that goes backwards,
 * a frame that is heard before it was sent. A line without its end is what an interrupted run leaves, and is left out.
 * It implements no clause.
 */
#include "traces/l2_read.h"

#include <string.h>

#include "traces/fields.h"
#include "traces/l2_record.h"
#include "traces/line.h"
#include "world/pkt.h"

#define TIME_MOST INT64_C(4000000000000000000)
#define NAMES_MOST 10000000u
#define FRAME_LEAST 14u

struct reader {
	struct l2_file *f;
	GError **error;
	const char *at, *end;		/* of the present line */
	uint32_t line;
	moor_time now;
	uint64_t frame;			/* the last one sent */
	bool over;			/* the line `end` was there */
	GArray *last;			/* uint32_t, of each port: item of its last frame */
	GArray *ways;			/* struct way, of each frame */
	GHashTable *names;		/* those given out, each with its line */
};

struct way { uint32_t sent, tail; };	/* items: of the frame, and of who heard it last; at first the same */

static bool wrong(struct reader *r, const char *fmt, ...) G_GNUC_PRINTF(2, 3);

static bool wrong(struct reader *r, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = g_strdup_vprintf(fmt, ap);
	va_end(ap);
	for (char *c = text; *c; c++)	/* the line may hold anything */
		*c = g_ascii_isprint(*c) ? *c : '?';
	g_set_error(r->error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s:%u: %s", r->f->path, r->line, text);
	g_free(text);
	return false;
}

/* ---- words ------------------------------------------------------------------------------------------------------- */

/* The next word of the line, one blank before it; n 0: there is none. */
static const char *word(struct reader *r, size_t *n)
{
	const char *p = r->at;

	*n = 0;
	while (p + *n < r->end && p[*n] != ' ')
		(*n)++;
	r->at = p + *n < r->end ? p + *n + 1 : r->end;
	return p;
}

static bool number(struct reader *r, const char *what, uint64_t least, uint64_t most, uint64_t *out)
{
	uint64_t v = 0;
	size_t n;
	const char *p = word(r, &n);
	bool good = n && n < 20;

	for (size_t i = 0; good && i < n; i++) {
		good = g_ascii_isdigit(p[i]) && v <= (UINT64_MAX - 9) / 10;
		v = v * 10 + (uint64_t)(p[i] - '0');
	}
	*out = v;
	return (good && v >= least && v <= most) || wrong(r, "`%.*s` is no %s", (int)MIN(n, 40), p, what);
}

static bool place(struct reader *r, const char *what, const GArray *names, uint32_t *out)
{
	uint64_t v;

	if (!number(r, what, 0, NAMES_MOST, &v))
		return false;
	*out = (uint32_t)v;
	return v < names->len || wrong(r, "there is no %s %u", what, *out);
}

static bool name(struct reader *r, const char *what, char **out)
{
	size_t n;
	const char *p = word(r, &n);

	if (!n || n > 200 || memchr(p, 0, n) || !g_utf8_validate(p, (gssize)n, NULL))
		return wrong(r, "the %s's name is missing, or is none", what);
	*out = g_strndup(p, n);
	return true;
}

static bool when(struct reader *r, moor_time *out)
{
	uint64_t v;

	if (!number(r, "time", 0, (uint64_t)TIME_MOST, &v))
		return false;
	*out = (moor_time)v;
	return *out >= r->now || wrong(r, "time goes backwards, from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, r->now, *out);
}

/* ---- lines ------------------------------------------------------------------------------------------------------- */

static bool head_word(struct reader *r, const char *key, char **out)
{
	size_t n;
	const char *p = word(r, &n);
	size_t k = strlen(key);

	if (n <= k || memcmp(p, key, k) || memchr(p, 0, n) || !g_utf8_validate(p, (gssize)n, NULL))
		return wrong(r, "the first line lacks `%s`", key);
	*out = g_strndup(p + k, n - k);
	return true;
}

static bool head(struct reader *r)
{
	static const char magic[] = "mooring-l2 ";
	struct l2_file *f = r->f;
	char *seed = NULL, *rest = NULL;
	uint64_t version;
	bool ok;

	if ((size_t)(r->end - r->at) < strlen(magic) || memcmp(r->at, magic, strlen(magic)))
		return wrong(r, "no recording of `mooring run --record-l2`: it begins with `%s`", "mooring-l2");
	r->at += strlen(magic);
	if (!number(r, "version", 0, 1000000, &version))
		return false;
	if (version != L2_VERSION)
		return wrong(r, "a recording of version %u, where this program reads version %u", (unsigned)version, L2_VERSION);
	ok = head_word(r, "scenario=", &f->scenario) && head_word(r, "hash=", &f->hash) && head_word(r, "seed=", &seed)
	     && head_word(r, "engine=", &f->engine) && head_word(r, "version=", &f->version);
	if (ok) {
		f->seed = g_ascii_strtoull(seed, &rest, 10);
		ok = g_ascii_isdigit(*seed) && !*rest ? true : wrong(r, "the seed is no number");
	}
	g_free(seed);
	return ok;
}

static bool named(struct reader *r, GArray *names, const char *what, bool has_node)
{
	static const uint32_t none = L2_NONE;
	struct l2_name x = { .line = r->line, .first = L2_NONE };
	gpointer before;
	uint64_t v;
	char *key;

	if (!number(r, what, 0, NAMES_MOST, &v))
		return false;
	if (v != names->len)
		return wrong(r, "%s %u where %u is due", what, (unsigned)v, names->len);
	if ((has_node && !name(r, "node", &x.node)) || !name(r, what, &x.name)) {
		g_free(x.node);
		return false;
	}
	key = g_strdup_printf("%s %s %s", what, has_node ? x.node : "", x.name);
	before = g_hash_table_lookup(r->names, key);
	if (before) {
		g_free(key);
		g_free(x.node);
		g_free(x.name);
		return wrong(r, "the same %s as in line %u", what, GPOINTER_TO_UINT(before));
	}
	g_hash_table_insert(r->names, key, GUINT_TO_POINTER(r->line));
	g_array_append_val(names, x);
	if (has_node)
		g_array_append_val(r->last, none);
	return true;
}

static uint32_t add(struct reader *r, const struct l2_item *x)
{
	g_array_append_vals(r->f->items, x, 1);
	return r->f->items->len - 1;
}

static bool receiver(struct reader *r, uint32_t port, uint32_t *to)
{
	bool single = r->end - r->at == 1;

	*to = single && *r->at == '*' ? L2_EVERYBODY : L2_NONE;
	if (single && (*r->at == '*' || *r->at == '?')) {
		r->at = r->end;
		return true;
	}
	return place(r, "port", r->f->ports, to) && (*to != port || wrong(r, "a frame to its own sender"));
}

static bool sent(struct reader *r, struct l2_item *x)
{
	struct l2_file *f = r->f;
	uint64_t len;
	uint32_t *last;
	struct way w;

	if (!number(r, "frame", 1, UINT64_MAX, &x->frame) || !place(r, "port", f->ports, &x->port)
	    || !place(r, "link", f->links, &x->link) || !number(r, "length of a frame", FRAME_LEAST, MOOR_PKT_MAX, &len)
	    || !receiver(r, x->port, &x->to))
		return false;
	if (x->frame <= r->frame)
		return wrong(r, "frame %" G_GUINT64_FORMAT " behind frame %" G_GUINT64_FORMAT, x->frame, r->frame);
	r->frame = x->frame;
	x->len = (uint32_t)len;
	w.sent = w.tail = add(r, x);
	g_array_append_val(r->ways, w);
	last = &g_array_index(r->last, uint32_t, x->port);
	if (*last == L2_NONE)
		l2_port(f, x->port)->first = w.sent;
	else
		l2_item(f, *last)->same = w.sent;
	*last = w.sent;
	return true;
}

/* The frame of that number; NULL: none. */
static struct way *find_frame(const struct reader *r, uint64_t frame)
{
	guint lo = 0, hi = r->ways->len;

	while (lo < hi) {
		guint mid = lo + (hi - lo) / 2;
		struct way *w = &g_array_index(r->ways, struct way, mid);
		uint64_t here = l2_item(r->f, w->sent)->frame;

		if (here == frame)
			return w;
		if (here < frame)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

static bool heard(struct reader *r, struct l2_item *x)
{
	struct l2_file *f = r->f;
	struct way *w;
	uint64_t len;

	if (!number(r, "frame", 1, UINT64_MAX, &x->frame) || !place(r, "port", f->ports, &x->port)
	    || !number(r, "length of a frame", FRAME_LEAST, MOOR_PKT_MAX, &len))
		return false;
	w = find_frame(r, x->frame);
	if (!w || l2_item(f, w->sent)->kind != L2_SENT)
		return wrong(r, "frame %" G_GUINT64_FORMAT " is heard, but was not sent", x->frame);
	if (l2_item(f, w->sent)->port == x->port)
		return wrong(r, "a frame is heard by its own sender");
	x->len = (uint32_t)len;
	x->link = l2_item(f, w->sent)->link;
	add(r, x);
	l2_item(f, w->tail)->next = f->items->len - 1;
	w->tail = f->items->len - 1;
	return true;
}

static bool plugged(struct reader *r, struct l2_item *x)
{
	if (!place(r, "port", r->f->ports, &x->port))
		return false;
	if (x->kind == L2_STATION && r->end - r->at == 1 && *r->at == '-')
		r->at = r->end;
	else if (!place(r, "link", r->f->links, &x->link))
		return false;
	if (x->kind == L2_STATION) {
		l2_port(r->f, x->port)->station = true;
		if (x->link != L2_NONE)
			l2_link(r->f, x->link)->station = true;
	}
	add(r, x);
	return true;
}

static bool radio_name(struct reader *r, const struct record_field *f, const char *text, size_t n, int *out)
{
	for (*out = 0; *out < f->n_names; (*out)++)
		if (strlen(f->names[*out]) == n && !memcmp(f->names[*out], text, n))
			return true;
	return wrong(r, "`%.*s` is nothing that a radio goes through", (int)MIN(n, 40), text);
}

static bool radio_number(struct reader *r, const struct record_field *f, const char *text, size_t n, int64_t least,
			 int64_t most, int64_t *out)
{
	char digits[LINE_NUMBER + 1], *rest;

	if (n && n <= LINE_NUMBER) {
		memcpy(digits, text, n);
		digits[n] = 0;
		*out = g_ascii_strtoll(digits, &rest, 10);
		if (!*rest && rest != digits && *out >= least && *out <= most)
			return true;
	}
	return wrong(r, "`%.*s` is no value of %s", (int)MIN(n, 40), text, f->name);
}

/* A value into its place in the record. */
static bool radio_value(struct reader *r, const struct record_field *f, const char *text, size_t n, void *to)
{
	int64_t v = 0;
	bool ok = true;

	switch ((enum field_type)f->type) {
	case FIELD_WHAT:
		return radio_name(r, f, text, n, to);
	case FIELD_STRING:
		ok = n && n <= 200 && !memchr(text, 0, n) && g_utf8_validate(text, (gssize)n, NULL);
		if (ok)
			*(const char **)to = g_string_chunk_insert_len(r->f->texts, text, (gssize)n);
		return ok || wrong(r, "%s has no name", f->name);
	case FIELD_MAC: {
		char mac[ADDR_TEXT_MAX] = "";

		memcpy(mac, text, MIN(n, sizeof mac - 1));
		return (n < sizeof mac && mac_parse(mac, to)) || wrong(r, "`%s` is no MAC address", mac);
	}
	case FIELD_U16:
		ok = radio_number(r, f, text, n, 0, UINT16_MAX, &v);
		*(uint16_t *)to = (uint16_t)v;
		return ok;
	case FIELD_U32:
		ok = radio_number(r, f, text, n, 0, UINT32_MAX, &v);
		*(uint32_t *)to = (uint32_t)v;
		return ok;
	case FIELD_I32:
		ok = radio_number(r, f, text, n, INT32_MIN, INT32_MAX, &v);
		*(int32_t *)to = (int32_t)v;
		return ok;
	case FIELD_TIME:
		return radio_number(r, f, text, n, 0, TIME_MOST, to);
	case FIELD_BOOL: case FIELD_U8: case FIELD_U64: case FIELD_FLAGS: case FIELD_CLASS: case FIELD_IP6: case FIELD_IP4:
	case FIELD_PREFIX: case FIELD_TEXT: case FIELD_OCTETS: case FIELD_MACHINE: case FIELD_STATE: case FIELD_EVENT:
		break;
	}
	return wrong(r, "%s is nothing that this program reads", f->name);
}

/* " name=value"… by the table of record fields. */
static bool radio(struct reader *r, struct l2_item *x)
{
	struct moor_record record = { .u.radio.what = RADIO_ASSOCIATED };
	unsigned n_fields;
	const struct record_field *fields = record_fields(REC_RADIO, &n_fields), *f;

	if (!place(r, "port", r->f->ports, &x->port))
		return false;
	while (r->at < r->end) {
		size_t n, k;
		const char *w = word(r, &n), *equals = memchr(w, '=', n);

		k = equals ? (size_t)(equals - w) : n;
		for (f = fields; f < fields + n_fields && (strlen(f->name) != k || memcmp(f->name, w, k)); f++)
			;
		if (!equals || f == fields + n_fields)
			return wrong(r, "`%.*s` is nothing of a radio", (int)MIN(n, 40), w);
		if (!radio_value(r, f, equals + 1, n - k - 1, (uint8_t *)&record + f->offset))
			return false;
	}
	x->len = r->f->radios->len;
	g_array_append_val(r->f->radios, record.u.radio);
	add(r, x);
	return true;
}

static bool item(struct reader *r, enum l2_kind kind)
{
	struct l2_item x = { .line = r->line, .kind = (uint8_t)kind, .link = L2_NONE, .to = L2_NONE, .next = L2_NONE,
			     .same = L2_NONE };

	if (!when(r, &x.at))
		return false;
	r->now = x.at;
	switch (kind) {
	case L2_SENT:
	case L2_REFUSED:
		return sent(r, &x);
	case L2_HEARD:
		return heard(r, &x);
	case L2_RADIO:
		return radio(r, &x);
	case L2_IN:
	case L2_OUT:
	case L2_STATION:
		break;
	}
	return plugged(r, &x);
}

static bool line(struct reader *r)
{
	static const struct { const char *word; enum l2_kind kind; } kinds[] = {
		{ "tx", L2_SENT }, { "no", L2_REFUSED }, { "rx", L2_HEARD }, { "in", L2_IN }, { "out", L2_OUT },
		{ "sta", L2_STATION }, { "radio", L2_RADIO },
	};
	size_t n;
	const char *w = word(r, &n);

	if (r->over)
		return wrong(r, "there is more behind the line `end`");
	if (n == 4 && !memcmp(w, "link", 4))
		return named(r, r->f->links, "link", false);
	if (n == 4 && !memcmp(w, "port", 4))
		return named(r, r->f->ports, "port", true);
	if (n == 3 && !memcmp(w, "end", 3)) {
		r->over = true;
		return when(r, &r->now);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (n == strlen(kinds[i].word) && !memcmp(w, kinds[i].word, n))
			return item(r, kinds[i].kind);
	return wrong(r, "`%.*s` is no kind of line", (int)MIN(n, 40), w);
}

/* ---- the file ---------------------------------------------------------------------------------------------------- */

static bool lines(struct reader *r, const char *text, size_t len)
{
	const char *end = text + len;
	bool ok = true;

	while (ok && text < end) {
		const char *nl = memchr(text, '\n', (size_t)(end - text));

		r->line++;
		if (!nl)	/* what an interrupted run could not finish */
			return r->line > 1 || wrong(r, "the first line has no end");
		r->at = text;
		r->end = nl;
		ok = r->line == 1 ? head(r) : line(r);
		if (ok && r->at != r->end)
			ok = wrong(r, "there is more in the line than belongs to it");
		text = nl + 1;
	}
	return ok && (r->line || (r->line = 1, wrong(r, "the file is empty")));
}

static void name_clear(gpointer p)
{
	struct l2_name *n = p;

	g_free(n->name);
	g_free(n->node);
}

struct l2_file *l2_read_text(const char *name, const char *text, size_t len, GError **error)
{
	struct l2_file *f = g_new0(struct l2_file, 1);
	struct reader r = { .f = f, .error = error };
	bool ok;

	f->path = g_strdup(name);
	f->links = g_array_new(FALSE, FALSE, sizeof(struct l2_name));
	f->ports = g_array_new(FALSE, FALSE, sizeof(struct l2_name));
	f->items = g_array_new(FALSE, FALSE, sizeof(struct l2_item));
	f->radios = g_array_new(FALSE, FALSE, sizeof(struct rec_radio));
	f->texts = g_string_chunk_new(256);
	g_array_set_clear_func(f->links, name_clear);
	g_array_set_clear_func(f->ports, name_clear);
	r.last = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	r.ways = g_array_new(FALSE, FALSE, sizeof(struct way));
	r.names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	ok = lines(&r, text, len);
	g_array_unref(r.last);
	g_array_unref(r.ways);
	g_hash_table_unref(r.names);
	f->end = r.now;
	f->whole = r.over;
	if (ok)
		return f;
	l2_file_free(f);
	return NULL;
}

struct l2_file *l2_read(const char *path, GError **error)
{
	GMappedFile *map = g_mapped_file_new(path, FALSE, error);
	struct l2_file *f;

	if (!map)
		return NULL;
	f = l2_read_text(path, g_mapped_file_get_contents(map), g_mapped_file_get_length(map), error);
	g_mapped_file_unref(map);
	return f;
}

void l2_file_free(struct l2_file *f)
{
	if (!f)
		return;
	g_array_unref(f->links);
	g_array_unref(f->ports);
	g_array_unref(f->items);
	g_array_unref(f->radios);
	g_string_chunk_free(f->texts);
	g_free(f->path);
	g_free(f->scenario);
	g_free(f->hash);
	g_free(f->engine);
	g_free(f->version);
	g_free(f);
}
