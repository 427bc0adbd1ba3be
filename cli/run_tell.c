/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: a line for each run
 *
 * A run that an interrupt cut short has failed nothing: among others it is a number in the sum alone, for --resume
 * makes it again from its beginning. Fingerprints were asked for, so they are printed of every run. It implements no
 * clause.
 */
#include "cli/run_tell.h"

#include <stdio.h>

static bool passed(const struct run_result *r)
{
	return !r->trouble && !r->interrupted && r->verdict == VERDICT_PASS;
}

static void tell_line(const struct job *j)
{
	const struct run_result *r = &j->result;

	if (r->trouble == RUN_SKIPPED)
		printf("skip %s: %s\n", j->options.name, r->error);
	else if (r->trouble)
		printf("error %s\n", j->options.name);
	else
		printf("%s %s: %u of %u expectations met, %" G_GUINT64_FORMAT " events\n",
		       r->interrupted ? "interrupted" : verdict_name(r->verdict), j->options.name, r->passed, r->checks, r->events);
}

static void tell_alone(const struct job *j)
{
	const struct run_result *r = &j->result;

	if (!r->trouble)
		printf("%s: %s\n\n", j->options.name, j->about);
	fputs(r->text->str, stdout);
	if (!r->trouble)
		putchar('\n');
	tell_line(j);
}

static void tell_among_others(struct run_tell *t, const struct job *j)
{
	if (j->result.interrupted || (t->compact && passed(&j->result)))
		return;
	tell_line(j);
	if (!t->compact || t->missed < RUN_TELL_DETAILS)
		fputs(j->result.text->str, stdout);
	t->missed += j->result.text->len > 0;
}

void run_tell_job(struct run_tell *t, const struct job *j)
{
	const struct run_result *r = &j->result;

	if (t->alone)
		tell_alone(j);
	else
		tell_among_others(t, j);
	if (t->fingerprint && *r->fingerprint && (t->alone || !r->interrupted))
		printf("fingerprint %s protocol %s %s\n", r->fingerprint, r->protocol_fingerprint, j->options.name);
	if (t->alone && j->options.out && !r->trouble)
		printf("results in %s\n", j->options.out);
}

void run_tell_sum(const struct run_sum *s)
{
	const guint inconclusive = s->counts[VERDICT_INCONCLUSIVE] + s->counts[VERDICT_SKIP];
	const char *between = s->full ? " (stopped: " : " (interrupted: ";

	printf("%u runs: %u passed, %u failed, %u inconclusive, %u errors",
	       s->counts[VERDICT_PASS] + s->counts[VERDICT_FAIL] + inconclusive + s->counts[VERDICT_ERROR],
	       s->counts[VERDICT_PASS], s->counts[VERDICT_FAIL], inconclusive, s->counts[VERDICT_ERROR]);
	if (s->skipped)
		printf(", %u skipped", s->skipped);
	if (s->interrupted) {
		printf("%s%u in the middle", between, s->interrupted);
		between = ", ";
	}
	if (s->not_begun)
		printf("%s%u not begun", between, s->not_begun);
	if (s->interrupted || s->not_begun)
		fputs(s->resumable ? "; the same with --resume makes these)" : ")", stdout);
	putchar('\n');
}
