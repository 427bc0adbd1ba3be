/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A timeline of a finished run, from the records in its events.jsonl: the metrics are worked out once more, because the
 * picture shows their steps. No clause.
 */
#include "traces/checks.h"
#include "traces/events.h"
#include "traces/timeline.h"

static void row(void *timeline, const struct handover_row *r)
{
	timeline_row(timeline, r);
}

/* The time of the last record. False with error. */
static bool feed(struct events_reader *e, struct metrics *m, struct timeline *t, moor_time *last, GError **error)
{
	struct moor_record r;
	int got;

	while ((got = events_next(e, &r, error)) == 1) {
		*last = r.at;
		if (METRICS_KINDS & REC_BIT(r.kind))
			metrics_record(m, &r);
		if (TIMELINE_KINDS & REC_BIT(r.kind))
			timeline_record(t, &r);
	}
	return got == 0;
}

bool timeline_of_folder(const char *dir, const struct timeline_look *look, const char *path, GError **error)
{
	char *events = g_build_filename(dir, "events.jsonl", NULL);
	struct checks *checks = checks_of_folder(dir);
	struct name_table *names = name_table_new();
	struct trace_names n = trace_names_of_table(names);
	struct events_reader *e = events_open(events, names, error);
	struct metrics *m = metrics_new(&(struct metrics_config){ n, 1 });
	struct timeline *t = timeline_new(&n, !look->title ? checks->title : *look->title ? look->title : NULL);
	moor_time last = 0;
	bool ok;

	timeline_page(t, look->width, look->from, look->to);
	timeline_checks(t, (const struct trace_check *)(const void *)checks->a->data, checks->a->len);
	metrics_listen(m, row, NULL, t);
	ok = e && feed(e, m, t, &last, error);
	if (ok) {
		last = checks->end != MOOR_NEVER && checks->end > last ? checks->end : last;
		metrics_finish(m, last);
		ok = timeline_svg(t, last, path, error);
	}
	if (e)
		events_close(e);
	timeline_free(t);
	metrics_free(m);
	name_table_free(names);
	checks_free(checks);
	g_free(events);
	return ok;
}
