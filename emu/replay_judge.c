/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is wrong with the messages of a capture, and what follows from it: deviations from the profile, each with its
 * clause, dialects named in words, and the checks with their verdicts. It exists apart so that following a binding
 * never depends on whether its messages please us. The rules themselves are wire/mh_profile.h's.
 */
#include "emu/replay_internal.h"

enum { PATIENCE_S = 2, DRAFT_HNP = 7, DRAFT_STAMP = 9, DRAFT_LINK_LOCAL = 10 };

static struct finding *finding_of(GArray *all, const char *id, const char *clause)
{
	struct finding fresh = { .id = id, .clause = clause };

	for (guint i = 0; i < all->len; i++) {
		struct finding *f = &g_array_index(all, struct finding, i);

		if (f->id == id || !strcmp(f->id, id))
			return f;
	}
	g_array_append_val(all, fresh);
	return &g_array_index(all, struct finding, all->len - 1);
}

static void found(GArray *all, const struct seen *s, const char *id, const char *clause, const char *text,
		  uint32_t offset, uint32_t value)
{
	struct finding *f = finding_of(all, id, clause);

	if (f->count++)
		return;
	f->text = text;
	f->first = s->number;
	f->offset = offset;
	f->value = value;
}

void replay_note(struct replay *r, const struct seen *s, const struct mh_msg *m, uint32_t node, bool sent,
		 const char *id, const char *clause, uint32_t offset, uint32_t value)
{
	struct moor_record rec = { .at = s->at, .kind = REC_DEVIATION, .node = node, .port = REC_NONE };

	(void)m;
	r->counts.deviations++;
	found(r->findings, s, id, clause, NULL, offset, value);
	if (!r->writer && !r->ladder)
		return;
	rec.u.deviation.id = id;
	rec.u.deviation.clause = clause;
	rec.u.deviation.offset = offset;
	rec.u.deviation.value = value;
	rec.u.deviation.sent = sent;
	replay_emit(r, &rec);
}

/* The rules for a BU or BA, picked when the first of its kind comes. */
static const struct mh_plan *plan_of(struct replay *r, uint8_t type, enum mh_procedure procedure, bool proxy)
{
	unsigned which = type == MH_BA;
	struct mh_plan *plan = &r->plan[which][procedure][proxy];

	if (!r->planned[which][procedure][proxy])
		mh_plan_make(plan, r->o.profile, type, procedure, proxy);
	r->planned[which][procedure][proxy] = true;
	return plan;
}

static void check(struct replay *r, const struct mh_msg *m, const struct mh_context *c, struct wire_diags *d)
{
	if (m->type != MH_BU && m->type != MH_BA)
		mh_check(m, r->o.profile, c, d);
	else
		mh_check_plan(m, plan_of(r, m->type, c->procedure, mh_is_proxy(m, c)), c, d);
}

bool replay_covers(struct replay *r, uint8_t type, enum mh_procedure judged, enum mh_procedure now)
{
	if (judged == now)
		return true;
	if (!r->covers[type == MH_BA][judged][now].known) {
		r->covers[type == MH_BA][judged][now].covers = mh_plan_covers(plan_of(r, type, judged, false),
									      plan_of(r, type, now, false));
		r->covers[type == MH_BA][judged][now].known = true;
	}
	return r->covers[type == MH_BA][judged][now].covers;
}

bool replay_judge(struct replay *r, const struct seen *s, const struct mh_msg *m, const struct mh_context *c,
		  const struct wire_diags *decoded, uint32_t node)
{
	struct wire_diags d;

	d.n = 0;
	if (s->sum_bad)
		replay_note(r, s, m, node, true, "mh-checksum", "RFC 6275 6.1.1", 4, m->checksum);
	for (uint32_t i = 0; i < MIN(decoded->n, WIRE_DIAG_MAX); i++)
		replay_note(r, s, m, node, true, decoded->d[i].id, decoded->d[i].clause, decoded->d[i].offset,
			    decoded->d[i].value);
	check(r, m, c, &d);
	for (uint32_t i = 0; i < MIN(d.n, WIRE_DIAG_MAX); i++)
		replay_note(r, s, m, node, true, d.d[i].id, d.d[i].clause, d.d[i].offset, d.d[i].value);
	return !s->sum_bad && !decoded->n && !d.n;
}

/* ---- dialects ------------------------------------------------------------------------------------ */

static const struct { enum dialect bit; const char *id, *clause, *text; } dialects[] = {
	{ DIALECT_SHORT_HEADER, "dialect-short-header", "RFC 6275 6.1.1", "header length 4 octets short" },
	{ DIALECT_SWAPPED, "dialect-swapped-flags", "RFC 6275 6.1.7", "flags octet-swapped" },
	{ DIALECT_DRAFT_OPTIONS, "dialect-draft-options", "RFC 5213 8",
	  "draft option numbers (7 home network prefix, 8 identifier, 9 timestamp, 10 link-local address)" },
	{ DIALECT_NO_P, "dialect-no-p", "RFC 5213 8.1, 8.2", "no P flag" },
	{ DIALECT_RAW_ID, "dialect-raw-identifier", "RFC 4283 3", "raw octets in an identifier that says it is a NAI" },
	{ DIALECT_LONG_PREFIX, "dialect-prefix-128", "RFC 5213 8.3", "home network prefix of 128 bits" },
};

static unsigned options_dialect(const struct mh_msg *m, bool *proxy)
{
	unsigned found = 0, draft = 0;

	for (unsigned i = 0; i < m->n_opt; i++) {
		const struct mh_opt *o = &m->opt[i];

		switch (o->type) {
		case MH_OPT_HNP:
			found |= !o->bad && o->prefix.len == 128 ? DIALECT_LONG_PREFIX : 0;
			*proxy = true;
			break;
		case MH_OPT_HANDOFF:
		case MH_OPT_ATT:
		case MH_OPT_TIMESTAMP:
			*proxy = true;
			break;
		case MH_OPT_MN_ID:
			for (unsigned k = 0; !o->bad && o->id.subtype == MH_ID_NAI && k < o->id.id.n; k++)
				found |= o->id.id.p[k] < 0x20 || o->id.id.p[k] == 0x7f ? DIALECT_RAW_ID : 0;
			break;
		case DRAFT_HNP:
			draft += o->len == 18;
			break;
		case DRAFT_STAMP:
			draft += o->len == 8;
			break;
		case DRAFT_LINK_LOCAL:
			draft += o->len == 16;
			break;
		}
	}
	if (draft >= 2) {
		found = (found & ~(unsigned)DIALECT_RAW_ID) | DIALECT_DRAFT_OPTIONS;
		*proxy = true;
	}
	return found;
}

unsigned replay_dialect(const struct mh_msg *m, const struct wire_diags *d, bool *proxy)
{
	unsigned found = options_dialect(m, proxy);

	for (uint32_t i = 0; i < MIN(d->n, WIRE_DIAG_MAX); i++)
		if (d->d[i].value == 4 && !strcmp(d->d[i].id, "opt-past-header-length"))
			found |= DIALECT_SHORT_HEADER;
	if (m->type == MH_BU && !(m->bu.flags & 0xff00) && m->bu.flags & 0x80)
		found |= DIALECT_SWAPPED;
	if (*proxy && !(m->type == MH_BU ? m->bu.flags & MH_BU_P : m->ba.flags & MH_BA_P))
		found |= DIALECT_NO_P;
	return found;
}

void replay_dialect_note(struct replay *r, const struct seen *s, unsigned bits)
{
	if (!bits)
		return;
	r->counts.dialects++;
	for (size_t i = 0; i < G_N_ELEMENTS(dialects); i++)
		if (bits & dialects[i].bit)
			found(r->dialects, s, dialects[i].id, dialects[i].clause, dialects[i].text, 0, 0);
}

/* ---- checks -------------------------------------------------------------------------------------- */

void replay_exchange(void *replay, const struct bu_exchange *x)
{
	struct replay *r = replay;
	bool late = r->horizon - x->sent < PATIENCE_S * MOOR_S;

	r->counts.exchanges++;
	if (x->answered)
		return;
	r->counts.unanswered++;
	r->counts.unanswered_late += late;
	r->counts.dereg_unanswered += x->lifetime == 0;
	r->counts.dereg_late += x->lifetime == 0 && late;
	if (r->loose_ends->len < REPLAY_TOLD)
		g_array_append_vals(r->loose_ends, x, 1);
}

void replay_check(struct replay *r, const char *id, const char *clause, enum verdict v, char *message)
{
	struct trace_check c = { .id = id, .clause = clause, .place = r->o.path, .verdict = v, .message = message,
		.at = r->horizon };

	g_array_append_val(r->checks, c);
}

static void check_reading(struct replay *r)
{
	const uint64_t *f = r->stats.faults;
	uint64_t hard = f[CAPTURE_TRUNCATED] + f[CAPTURE_BAD_LENGTH] + f[CAPTURE_BAD_BLOCK];
	uint64_t soft = f[CAPTURE_ZERO_LENGTH] + f[CAPTURE_CUT] + f[CAPTURE_LINK_TYPE];

	if (r->back > REPLAY_JITTER)
		soft += f[CAPTURE_TIME_BACK];

	if (r->interrupted)
		replay_check(r, "REPLAY-READ-01", NULL, VERDICT_INCONCLUSIVE, g_strdup("interrupted before the end"));
	else if (hard)
		replay_check(r, "REPLAY-READ-01", NULL, VERDICT_FAIL,
			     g_strdup("the file is damaged: what stands here holds up to the damage"));
	else if (soft)
		replay_check(r, "REPLAY-READ-01", NULL, VERDICT_INCONCLUSIVE,
			     g_strdup_printf("%" G_GUINT64_FORMAT " records are not what they should be", soft));
	else
		replay_check(r, "REPLAY-READ-01", NULL, VERDICT_PASS, g_strdup("read to its end"));
}

/* all: unanswered ones; late: of them those with too little time left for an answer to come. */
static void check_answers(struct replay *r, const char *id, const char *clause, const char *what, uint64_t all,
			  uint64_t unanswered, uint64_t late)
{
	if (!all)
		return;
	if (unanswered > late)
		replay_check(r, id, clause, VERDICT_FAIL,
			     g_strdup_printf("%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " %s without an answer", unanswered, all,
					     what));
	else if (unanswered)
		replay_check(r, id, clause, VERDICT_INCONCLUSIVE,
			     g_strdup_printf("%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " %s without an answer, but less than "
					     "%d s after them the capture ended or another one followed", unanswered, all, what,
					     PATIENCE_S));
	else
		replay_check(r, id, clause, VERDICT_PASS,
			     g_strdup_printf("all %" G_GUINT64_FORMAT " %s were answered", all, what));
}

static void check_unread(struct replay *r)
{
	if (r->counts.unread)
		replay_check(r, "REPLAY-READ-02", NULL, VERDICT_INCONCLUSIVE,
			     g_strdup_printf("%" G_GUINT64_FORMAT " packets could not be read wholly", r->counts.unread));
}

static void check_messages(struct replay *r)
{
	const struct replay_counts *c = &r->counts;

	if (c->deviations)
		replay_check(r, "REPLAY-PROFILE-01", NULL, VERDICT_FAIL,
			     g_strdup_printf("%" G_GUINT64_FORMAT " deviations of %u kinds from profile %s", c->deviations,
					     r->findings->len, mh_profile_name(r->o.profile)));
	else
		replay_check(r, "REPLAY-PROFILE-01", NULL, VERDICT_PASS,
			     g_strdup_printf("every message satisfies profile %s", mh_profile_name(r->o.profile)));
	if (c->stray)
		replay_check(r, "REPLAY-MATCH-01", "RFC 6275 11.7.3", VERDICT_INCONCLUSIVE,
			     g_strdup_printf("%" G_GUINT64_FORMAT " acknowledgements answer no update of the capture", c->stray));
	check_unread(r);
}

void replay_verdicts(struct replay *r)
{
	const struct replay_counts *c = &r->counts;
	uint64_t deregs = c->deregistrations;

	check_reading(r);
	if (r->o.inject.interface)
		return;			/* the live peer is judged, not who was captured */
	replay_ike_verdicts(r->ike);
	if (!c->signalling && replay_ike_judged(r->ike)) {
		check_unread(r);
		return;
	}
	if (!c->signalling) {
		replay_check(r, "REPLAY-SIGNAL-01", NULL, VERDICT_INCONCLUSIVE,
			     g_strdup("no mobility signalling in it: nothing to judge"));
		return;
	}
	check_answers(r, "REPLAY-UPDATE-01", "RFC 6275 11.7.1, RFC 5213 6.9.1", "registrations",
		      c->exchanges > deregs ? c->exchanges - deregs : 0, c->unanswered - c->dereg_unanswered,
		      c->unanswered_late - c->dereg_late);
	check_answers(r, "REPLAY-DEREG-01", "RFC 6275 10.3.2, RFC 5213 5.3.5", "de-registrations", deregs,
		      c->dereg_unanswered, c->dereg_late);
	check_messages(r);
}

enum verdict replay_verdict(const struct replay *r)
{
	enum verdict v = VERDICT_PASS;

	for (guint i = 0; i < r->checks->len; i++)
		v = verdict_worse(v, g_array_index(r->checks, struct trace_check, i).verdict);
	return v;
}
