/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Words of the command line that several pictures have in common: a width, a span of time.
 */
#ifndef MOOR_TRACES_PICTURE_H
#define MOOR_TRACES_PICTURE_H

#include <stdbool.h>

#include "base/time.h"
#include "traces/svg.h"

#define PICTURE_WIDTHS "60mm to 846mm (84mm, 3.5in, 252pt, 400px)"

/*
 * "9.5s", "9500ms" and the like as virtual time; NULL: from the begin, to the end (then *last is 0). False after
 * saying on standard error what is wrong.
 */
bool picture_span(const char *command, const char *from, const char *to, moor_time *first, moor_time *last);

#endif
