/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: messages made wrong on purpose
 *
 * Whole options are taken out, doubled, replaced and added; header fields and single octets are written over; octets
 * are put in and cut off. All on octets, because a broken node's messages need not be what any codec could write. It
 * implements no clause.
 */
#include "scenarios/edit.h"

#include <stdlib.h>
#include <string.h>

#include "scenarios/fields.h"
#include "scenarios/load.h"
#include "wire/mh.h"
#include "wire/ip.h"
#include "wire/mh_codec.h"

#define LEAST 8u			/* octets of the shortest Mobility Header; of GRE what has a key */
#define OCTETS_MAX 256u
#define KEPT_MAX 64u

/* ---- words ------------------------------------------------------------------------------------------------------- */

/* The type behind a name or number; -1: neither. */
static int option_type(const char *name)
{
	char *end;
	unsigned long v = strtoul(name, &end, 10);

	if (*name && !*end && v < 256)
		return (int)v;
	for (unsigned t = 0; t < MH_OPT_TYPES; t++)
		if (mh_opt_rows[t].name && !strcmp(mh_opt_rows[t].name + strlen("opt-"), name))
			return (int)t;
	return -1;
}

/* Returns how many octets the digits say; -1: they are none. */
static int read_octets(const char *hex, uint8_t *out)
{
	unsigned n = 0, digits = 0;

	for (; *hex; hex++) {
		int v = g_ascii_xdigit_value(*hex);

		if (*hex == ' ' && !(digits & 1))
			continue;
		if (v < 0 || n == OCTETS_MAX)
			return -1;
		out[n] = (uint8_t)(digits & 1 ? out[n] << 4 | v : v);
		n += digits++ & 1;
	}
	return digits & 1 ? -1 : (int)n;
}

/* ---- options ----------------------------------------------------------------------------------------------------- */

struct kept { uint8_t type, n, data[255]; };

struct options {
	struct kept o[KEPT_MAX];
	unsigned n;
	bool packed;
};

static uint32_t body_of(const uint8_t *p)
{
	return p[2] == MH_BE ? 24 : 12;
}

static void take_apart(struct options *all, const uint8_t *p, uint32_t n)
{
	uint32_t at = body_of(p);

	all->n = 0;
	while (at + 1 < n && all->n < KEPT_MAX) {
		const uint8_t *o = p + at;

		if (*o == MH_OPT_PAD1) {
			at++;
			continue;
		}
		if (at + 2u + o[1] > n)
			return;
		if (*o != MH_OPT_PADN) {
			struct kept *k = &all->o[all->n++];

			k->type = o[0];
			k->n = o[1];
			memcpy(k->data, o + 2, o[1]);
		}
		at += 2u + o[1];
	}
}

static uint32_t pad(uint8_t *p, uint32_t at, uint32_t n)
{
	if (n == 1)
		p[at] = MH_OPT_PAD1;
	if (n > 1) {
		memset(p + at, 0, n);
		p[at] = MH_OPT_PADN;
		p[at + 1] = (uint8_t)(n - 2);
	}
	return at + n;
}

/* False: it would not fit; nothing is written then. */
static bool put_together(const struct options *all, uint8_t *p, uint32_t *n, uint32_t cap)
{
	uint8_t out[MH_MAX];
	uint32_t at = body_of(p);

	memcpy(out, p, at);
	for (unsigned k = 0; k < all->n; k++) {
		const struct kept *o = &all->o[k];
		struct mh_opt like = { .type = o->type };
		unsigned unit = 1, offset = 0;

		if (!all->packed && o->type < MH_OPT_TYPES && mh_opt_rows[o->type].name)
			mh_opt_align(&like, o->n, &unit, &offset);
		if (at + 2u + o->n + 16 > sizeof out)
			return false;
		at = pad(out, at, (offset - at) & (unit - 1));
		out[at] = o->type;
		out[at + 1] = o->n;
		memcpy(out + at + 2, o->data, o->n);
		at += 2u + o->n;
	}
	if (!all->packed)
		at = pad(out, at, -at & 7);
	if (at > cap)
		return false;
	out[1] = (uint8_t)(at / 8 - 1);
	memcpy(p, out, at);
	*n = at;
	return true;
}

static struct kept *find(struct options *all, int type, int64_t nth)
{
	for (unsigned k = 0; k < all->n; k++)
		if (all->o[k].type == type && !--nth)
			return &all->o[k];
	return NULL;
}

static void reverse(struct kept *o)
{
	for (unsigned k = 0; k < o->n / 2u; k++) {
		uint8_t v = o->data[k];

		o->data[k] = o->data[o->n - 1 - k];
		o->data[o->n - 1 - k] = v;
	}
}

static void fill(struct kept *o, const char *hex)
{
	uint8_t octets[OCTETS_MAX];
	int n = read_octets(hex ? hex : "", octets);

	o->n = (uint8_t)(n < 0 || n > 255 ? 0 : n);
	memcpy(o->data, octets, o->n);
}

static void write_into(struct kept *o, const struct scen_edit *e)
{
	uint8_t octets[OCTETS_MAX];
	int n = read_octets(e->octets, octets);

	for (int k = 0; k < n && e->at + k < o->n; k++)
		o->data[e->at + k] = octets[k];
}

static void edit_option(const struct scen_edit *e, uint8_t *p, uint32_t *n, uint32_t cap)
{
	int type = e->option ? option_type(e->option) : -1;
	struct options all = { .packed = e->verb == EDIT_PACK };
	struct kept *o;

	if (*n < body_of(p))
		return;
	take_apart(&all, p, *n);
	o = find(&all, type, e->nth);
	if (e->verb == EDIT_ADD && all.n < KEPT_MAX) {
		o = &all.o[all.n++];
		o->type = (uint8_t)type;
		fill(o, e->octets);
	} else if (o && e->verb == EDIT_LEAVE_OUT) {
		memmove(o, o + 1, (size_t)(&all.o[--all.n] - o) * sizeof *o);
	} else if (o && e->verb == EDIT_DOUBLE && all.n < KEPT_MAX) {
		memmove(o + 1, o, (size_t)(&all.o[all.n++] - o) * sizeof *o);
	} else if (o && e->verb == EDIT_REPLACE) {
		fill(o, e->octets);
	} else if (o && e->verb == EDIT_REVERSE) {
		reverse(o);
	} else if (o && e->verb == EDIT_WRITE) {
		write_into(o, e);
	}
	put_together(&all, p, n, cap);
}

/* ---- the rest ---------------------------------------------------------------------------------------------------- */

struct place { uint8_t at, n; };

/* Where a header field stands; n 0: the message has none such. */
static struct place place_of(int field, bool gre, const uint8_t *p)
{
	uint8_t type = p[2];

	if (gre)
		return field == FIELD_FLAGS ? (struct place){ 0, 2 } : field == FIELD_TYPE ? (struct place){ 2, 2 } :
		       field == FIELD_KEY ? (struct place){ 4, 4 } : (struct place){ 0, 0 };
	switch ((enum scen_edit_field)field) {
	case FIELD_PAYLOAD_PROTO:
		return (struct place){ 0, 1 };
	case FIELD_HEADER_LENGTH:
		return (struct place){ 1, 1 };
	case FIELD_TYPE:
		return (struct place){ 2, 1 };
	case FIELD_RESERVED:
		return (struct place){ 3, 1 };
	case FIELD_STATUS:
		return type == MH_BA ? (struct place){ 6, 1 } : type == MH_BR ? (struct place){ 7, 1 } : (struct place){ 0, 0 };
	case FIELD_SEQUENCE:
		return type == MH_BU ? (struct place){ 6, 2 } : type == MH_HEARTBEAT ? (struct place){ 8, 4 } :
		       (struct place){ 8, 2 };
	case FIELD_FLAGS:
		return type == MH_BU ? (struct place){ 8, 2 } : type == MH_BA ? (struct place){ 7, 1 } :
		       type == MH_BR ? (struct place){ 10, 2 } : (struct place){ 6, 2 };
	case FIELD_LIFETIME:
		return (struct place){ 10, 2 };
	case FIELD_KEY:
		break;
	}
	return (struct place){ 0, 0 };
}

static void set_field(const struct scen_edit *e, bool gre, uint8_t *p, uint32_t n)
{
	struct place w = place_of(e->field, gre, p);

	for (unsigned k = 0; k < w.n && w.at + w.n <= n; k++)
		p[w.at + k] = (uint8_t)((uint64_t)e->value >> 8 * (w.n - 1u - k));
}

static void edit_octets(const struct scen_edit *e, uint8_t *p, uint32_t *n, uint32_t cap)
{
	uint8_t octets[OCTETS_MAX];
	int got = e->octets ? read_octets(e->octets, octets) : 0;
	uint32_t at = e->at < *n ? (uint32_t)e->at : *n, len = got < 0 ? 0 : (uint32_t)got;

	if (e->verb == EDIT_CUT) {
		*n = at > LEAST ? at : LEAST;
	} else if (e->verb == EDIT_WRITE) {
		memcpy(p + at, octets, len < *n - at ? len : *n - at);
	} else if (*n + len <= cap) {
		memmove(p + at + len, p + at, *n - at);
		memcpy(p + at, octets, len);
		*n += len;
	}
}

uint32_t edit_message(const GPtrArray *edits, bool gre, uint8_t *p, uint32_t n, uint32_t cap)
{
	for (guint i = 0; i < edits->len && n >= LEAST; i++) {
		const struct scen_edit *e = edits->pdata[i];

		if (e->verb == EDIT_SET)
			set_field(e, gre, p, n);
		else if (e->verb == EDIT_INSERT || e->verb == EDIT_CUT || (e->verb == EDIT_WRITE && !e->option))
			edit_octets(e, p, &n, cap);
		else if (!gre)
			edit_option(e, p, &n, cap);
	}
	return n;
}

/* ---- check ------------------------------------------------------------------------------------------------------- */

static const struct tree *at_key(const struct scen_base *b, const char *key)
{
	const struct tree *t = tree_get(b->at, key, NULL);

	return t ? t : b->at;
}

static void check_one(const struct scen_edit *e, bool gre, struct report *r)
{
	uint8_t octets[OCTETS_MAX];

	if (e->option && option_type(e->option) < 0)
		report_at(r, at_key(&e->base, "option"), "there is no mobility option `%s`", e->option);
	if (e->octets && read_octets(e->octets, octets) < 0)
		report_at(r, at_key(&e->base, "octets"), "`%s` is no even number of hexadecimal digits, %u octets at most",
			  e->octets, OCTETS_MAX);
	if (gre && (e->option || e->verb == EDIT_PACK))
		report_at(r, e->base.at, "user data has no mobility options");
	if (e->verb == EDIT_SET && (gre ? e->field != FIELD_FLAGS && e->field != FIELD_TYPE && e->field != FIELD_KEY :
				    e->field == FIELD_KEY))
		report_at(r, at_key(&e->base, "field"), "this message has no such field");
}

/* Only these have a place where messages are edited. */
static void check_by(const struct scenario *s, const struct tree *by, struct report *r)
{
	uint32_t member;
	const struct scen_node *n = scen_member(s, by->text, &member);

	if (!n || (n->kind != NODE_MAG && n->kind != NODE_LMA))
		report_at(r, by, "`%s` is not of kind mag or lma", by->text);
}

void edit_check(const struct scenario *s, const struct scen_fault *f, struct report *r)
{
	const struct message_row *m = message_find(f->message);
	bool gre = m && m->signal == PROTO_GRE;

	if (gre && (f->verb != FAULT_EDIT || f->fields))
		report_at(r, at_key(&f->base, f->fields ? "fields" : "do"), "user data can be edited by its number alone");
	if (f->verb != FAULT_EDIT)
		return;
	if (m && m->mh_type < 0 && !gre)
		report_at(r, at_key(&f->base, "message"), "only Mobility Headers and GRE can be edited");
	check_by(s, f->by, r);
	if (f->link)
		report_at(r, at_key(&f->base, "link"), "the message is edited before it has a link");
	for (guint i = 0; i < f->edits->len; i++)
		check_one(f->edits->pdata[i], gre, r);
}
