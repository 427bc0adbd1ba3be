/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: drawings for a narrow screen
 *
 * The pictures of a folder are made for a screen of 1280 dots; on a telephone their letters would have to be scrolled
 * along line by line. So a report has them a second time, drawn by the same code from the folder's events for that
 * width, as long as both together stay small. It implements no clause.
 */
#include "traces/report_narrow.h"

#include <glib/gstdio.h>
#include <string.h>

#include "traces/checks.h"
#include "traces/ladder.h"
#include "traces/timeline.h"

#define NARROW_POINTS 261.0		/* 348 pixels: what a page 400 wide has between its margins, with a scroll bar */
#define WIDE_MOST (512u * 1024)		/* octets of the picture that is there */
#define NARROW_MOST (1024u * 1024)

static bool ladder(const char *dir, const char *picture)
{
	struct checks *checks = checks_of_folder(dir);
	const struct ladder_options o = { .states = true, .moves = true, .title = checks->title, .points = NARROW_POINTS };
	char *events = g_build_filename(dir, "events.jsonl", NULL);
	struct ladder *l = ladder_from_events(events, &o, NULL);
	bool ok = false;

	if (l) {
		ladder_checks(l, (const struct trace_check *)(const void *)checks->a->data, checks->a->len, checks->end);
		ok = ladder_svg(l, picture, NULL);
	}
	ladder_free(l);
	checks_free(checks);
	g_free(events);
	return ok;
}

static bool small_enough(const char *dir, const char *file)
{
	char *path = g_build_filename(dir, file, NULL);
	GStatBuf st;
	bool is = g_stat(path, &st) == 0 && st.st_size <= (goffset)WIDE_MOST;

	g_free(path);
	return is;
}

/* In a folder of its own: that of the results may be one that can only be read until the page is whole. */
char *report_narrow(const char *dir, const char *file)
{
	const struct timeline_look look = { .width = NARROW_POINTS };
	char *own = small_enough(dir, file) ? g_dir_make_tmp("mooring-report-XXXXXX", NULL) : NULL;
	char *picture = own ? g_build_filename(own, file, NULL) : NULL, *text = NULL;
	gsize n = 0;
	bool ok = picture && (!strcmp(file, "ladder.svg") ? ladder(dir, picture)
							   : timeline_of_folder(dir, &look, picture, NULL));

	if (ok && (!g_file_get_contents(picture, &text, &n, NULL) || n > NARROW_MOST))
		g_clear_pointer(&text, g_free);
	if (own) {
		g_unlink(picture);
		g_rmdir(own);
	}
	g_free(picture);
	g_free(own);
	return text;
}
