/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: recordings of media
 *
 * A sink of the world's tap. Links and ports get their numbers when they are first seen, and whoever a unicast frame is
 * for is looked up among the ports that are on its link then, so that a frame that nobody heard can be told from one
 * that was for somebody else. It implements no clause.
 */
#include "traces/l2_record.h"

#include <string.h>

#include "traces/fields.h"
#include "traces/line.h"
#include "traces/out.h"
#include "world/medium.h"
#include "world/record.h"

#define NONE UINT32_MAX
#define LINE_ROOM 512u			/* most octets of a line without names */
#define FLUSH_EVERY MOOR_S		/* of virtual time */

struct seat { uint32_t number; struct moor_link *on; };	/* a port's number in the file, and the link that it is on */

struct l2_record {
	struct moor_world *world;
	struct trace_out *out;
	GPtrArray *links;		/* struct moor_link *, at their numbers */
	GArray *seats;			/* struct seat, at the port's number in the world */
	GPtrArray *plugged;		/* struct moor_port * */
	uint32_t ports;
	uint64_t frames;
	moor_time flushed;
};

static struct line begin(struct l2_record *l, size_t more)
{
	return (struct line){ trace_out_reserve(l->out, LINE_ROOM + more) };
}

static void put(struct line *at, const char *word, uint64_t n)
{
	line_text(at, word);
	line_number(at, n);
}

static void end(struct l2_record *l, struct line *at)
{
	line_char(at, '\n');
	trace_out_commit(l->out, (size_t)(at->p - (l->out->buf + l->out->len)));
}

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

static uint32_t link_number(struct l2_record *l, struct moor_link *link)
{
	guint i;
	struct line at;

	if (g_ptr_array_find(l->links, link, &i))
		return i;
	g_ptr_array_add(l->links, link);
	at = begin(l, strlen(moor_link_name(link)));
	put(&at, "link ", l->links->len - 1);
	line_char(&at, ' ');
	line_text(&at, moor_link_name(link));
	end(l, &at);
	return l->links->len - 1;
}

static struct seat *seat_of(struct l2_record *l, const struct moor_port *p)
{
	static const struct seat empty = { NONE, NULL };
	const char *node = moor_node_name(moor_port_node(p)), *name = moor_port_name(p);
	uint32_t number = moor_port_number(p);
	struct seat *s;
	struct line at;

	while (l->seats->len <= number)
		g_array_append_val(l->seats, empty);
	s = &g_array_index(l->seats, struct seat, number);
	if (s->number != NONE)
		return s;
	s->number = l->ports++;
	at = begin(l, strlen(node) + strlen(name));
	put(&at, "port ", s->number);
	line_char(&at, ' ');
	line_text(&at, node);
	line_char(&at, ' ');
	line_text(&at, name);
	end(l, &at);
	return s;
}

/* ---- lines ------------------------------------------------------------------------------------------------------- */

static void plugged(struct l2_record *l, const struct moor_tap *t)
{
	struct seat *s = seat_of(l, t->port);
	bool in = t->kind == TAP_PLUGGED;
	uint32_t link = link_number(l, t->link);
	struct line at = begin(l, 0);

	s->on = in ? t->link : NULL;
	if (in)
		g_ptr_array_add(l->plugged, t->port);
	else
		g_ptr_array_remove(l->plugged, t->port);
	put(&at, in ? "in " : "out ", (uint64_t)t->at);
	put(&at, " ", s->number);
	put(&at, " ", link);
	end(l, &at);
}

static void station(struct l2_record *l, const struct moor_tap *t)
{
	uint32_t port = seat_of(l, t->port)->number, link = t->link ? link_number(l, t->link) : NONE;
	struct line at = begin(l, 0);

	put(&at, "sta ", (uint64_t)t->at);
	put(&at, " ", port);
	if (link == NONE)
		line_literal(&at, " -");
	else
		put(&at, " ", link);
	end(l, &at);
}

/* The port on the link that a frame is for, of several with its address the first; NONE: nobody's. */
static uint32_t receiver(struct l2_record *l, const struct moor_tap *t)
{
	uint32_t first = NONE, found = NONE;

	for (guint i = 0; i < l->plugged->len; i++) {
		const struct moor_port *p = l->plugged->pdata[i];
		const struct seat *s = seat_of(l, p);

		if (p == t->port || s->on != t->link || memcmp(moor_port_mac(p)->o, t->octets, 6))
			continue;
		if (moor_port_number(p) < first) {
			first = moor_port_number(p);
			found = s->number;
		}
	}
	return found;
}

static void sent(struct l2_record *l, const struct moor_tap *t)
{
	uint32_t port = seat_of(l, t->port)->number, link = link_number(l, t->link);
	uint32_t to = t->octets[0] & 1 ? NONE : receiver(l, t);
	struct line at = begin(l, 0);

	put(&at, t->kind == TAP_SENT ? "tx " : "no ", (uint64_t)t->at);
	put(&at, " ", t->frame);
	put(&at, " ", port);
	put(&at, " ", link);
	put(&at, " ", t->len);
	if (t->octets[0] & 1)
		line_literal(&at, " *");
	else if (to == NONE)
		line_literal(&at, " ?");
	else
		put(&at, " ", to);
	end(l, &at);
	l->frames++;
}

static void heard(struct l2_record *l, const struct moor_tap *t)
{
	uint32_t port = seat_of(l, t->port)->number;
	struct line at = begin(l, 0);

	put(&at, "rx ", (uint64_t)t->at);
	put(&at, " ", t->frame);
	put(&at, " ", port);
	put(&at, " ", t->len);
	end(l, &at);
}

/* " name=value", unless it is nothing. */
static void put_field(struct line *at, const struct record_field *f, const struct moor_record *r)
{
	const void *v = field_at(r, f);
	struct line before = *at;
	char mac[ADDR_TEXT_MAX];
	int64_t n = 0;

	line_char(at, ' ');
	line_text(at, f->name);
	line_char(at, '=');
	switch ((enum field_type)f->type) {
	case FIELD_WHAT:
		line_text(at, f->names[*(const int *)v]);
		return;
	case FIELD_STRING:
		if (*(const char *const *)v)
			line_text(at, *(const char *const *)v);
		else
			*at = before;
		return;
	case FIELD_MAC:
		mac_text(v, mac);
		line_text(at, mac);
		return;
	case FIELD_U16:
		n = *(const uint16_t *)v;
		break;
	case FIELD_U32:
		n = *(const uint32_t *)v;
		break;
	case FIELD_I32:
		n = *(const int32_t *)v;
		break;
	case FIELD_TIME:
		n = *(const moor_time *)v;
		break;
	case FIELD_BOOL: case FIELD_U8: case FIELD_U64: case FIELD_FLAGS: case FIELD_CLASS: case FIELD_IP6: case FIELD_IP4:
	case FIELD_PREFIX: case FIELD_TEXT: case FIELD_OCTETS: case FIELD_MACHINE: case FIELD_STATE: case FIELD_EVENT:
		g_assert_not_reached();		/* no radio record has such */
	}
	line_signed(at, n);
	if (!n)
		*at = before;
}

/* What layer 2 went through: a record, which is no business of a tap. */
static void radio(void *ctx, const struct moor_record *r)
{
	struct l2_record *l = ctx;
	uint32_t port = seat_of(l, moor_port_at(l->world, r->port))->number;
	unsigned n;
	const struct record_field *f = record_fields(REC_RADIO, &n);
	struct line at = begin(l, r->u.radio.link ? strlen(r->u.radio.link) : 0);

	put(&at, "radio ", (uint64_t)r->at);
	put(&at, " ", port);
	for (unsigned i = 0; i < n; i++)
		put_field(&at, &f[i], r);
	end(l, &at);
}

static void tap(void *ctx, const struct moor_tap *t)
{
	struct l2_record *l = ctx;

	if (t->lost || (t->link && moor_link_kind(t->link) != LINK_LAN))
		return;
	switch (t->kind) {
	case TAP_PLUGGED:
	case TAP_UNPLUGGED:
		plugged(l, t);
		break;
	case TAP_STATION:
		station(l, t);
		break;
	case TAP_SENT:
	case TAP_REFUSED:
		sent(l, t);
		break;
	case TAP_HEARD:
		if (t->link)
			heard(l, t);
		break;
	}
	if (t->at - l->flushed >= FLUSH_EVERY) {
		trace_out_flush(l->out);
		l->flushed = t->at;
	}
}

/* ---- beginning and end ------------------------------------------------------------------------------------------- */

struct l2_record *l2_record_new(struct moor_world *w, const char *path, const struct l2_about *about, GError **error)
{
	struct trace_out *out = trace_out_open(path, OUT_LINES, error);
	struct l2_record *l;
	char *head;

	if (!out)
		return NULL;
	l = g_new0(struct l2_record, 1);
	*l = (struct l2_record){ .world = w, .out = out, .links = g_ptr_array_new(), .plugged = g_ptr_array_new(),
				 .seats = g_array_new(FALSE, FALSE, sizeof(struct seat)) };
	head = g_strdup_printf("mooring-l2 %d scenario=%s hash=%s seed=%" G_GUINT64_FORMAT " engine=%s version=%s\n",
			       L2_VERSION, about->scenario, about->hash, about->seed, about->engine, about->version);
	trace_out_text(out, head);
	trace_out_flush(out);
	g_free(head);
	moor_medium_tap(w, tap, l);
	moor_record_sink(w, REC_BIT(REC_RADIO), radio, l);
	return l;
}

uint64_t l2_record_frames(const struct l2_record *l) { return l->frames; }

bool l2_record_close(struct l2_record *l, moor_time now, bool whole, GError **error)
{
	bool ok;

	if (!l)
		return true;
	if (whole) {
		struct line at = begin(l, 0);

		put(&at, "end ", (uint64_t)now);
		end(l, &at);
	}
	moor_medium_tap(l->world, NULL, NULL);
	moor_record_unsink(l->world, radio, l);
	ok = trace_out_close(l->out, error);
	g_ptr_array_unref(l->links);
	g_ptr_array_unref(l->plugged);
	g_array_unref(l->seats);
	g_free(l);
	return ok;
}
