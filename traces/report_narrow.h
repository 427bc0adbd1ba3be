/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The drawings of a run once more, laid out for a narrow screen, for its report. Internal.
 */
#ifndef MOOR_TRACES_REPORT_NARROW_H
#define MOOR_TRACES_REPORT_NARROW_H

#include <glib.h>

/*
 * timeline.svg or ladder.svg of the folder as it is on a screen of 400 pixels, as text; free it. NULL: the folder has
 * no such picture, one so large that two of them would be too much for a page, or not what it was drawn from.
 */
char *report_narrow(const char *dir, const char *file);

#endif
