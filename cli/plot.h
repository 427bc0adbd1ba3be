/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `mooring plot`, in parts: what its options say, and what all pictures have in common that other programs draw.
 */
#ifndef MOOR_CLI_PLOT_H
#define MOOR_CLI_PLOT_H

#include <glib.h>
#include <stdbool.h>

#include "base/time.h"

struct plot_words {
	char *kind, *output, *metric, *step, *point, *over, *width, *from, *to, *title;	/* NULL: not given */
	gboolean page, partial;
	double points;			/* of width or page; 0: neither was given */
	moor_time first, last;		/* of from and to; last 0: to the end */
};

/* False after saying that it is none. */
bool plot_suffix_known(const char *path);
/* False after saying why not. */
bool plot_write(const char *path, const GString *text);
/* "x.svg" with another suffix; free it. */
char *plot_beside(const char *picture, const char *suffix);
/*
 * Runs a program in the picture's folder and prints the picture's name. Returns an exit code; where the program is
 * missing it is EXIT_CANNOT, after naming the package and the file that is kept.
 */
int plot_draw(const char *const *words, const char *package, const char *picture, const char *kept);
/* The topology of a scenario, a file or a shipped name: exit code. */
int plot_topology(const struct plot_words *w, char *word);

#endif
