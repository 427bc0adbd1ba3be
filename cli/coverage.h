/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The requirement catalogue (docs/requirements.csv) and the clause tags of the sources, as tables that cli/coverage.py
 * makes when the program is built.
 */
#ifndef MOOR_CLI_COVERAGE_H
#define MOOR_CLI_COVERAGE_H

#include <stdbool.h>

struct requirement_row {
	const char *id, *role, *level, *source, *clause, *text;
	bool applies;			/* false: superseded */
};

struct tag_row {
	const char *tag;		/* requirement id, or clause: "24.303 5.1.2.4" */
	const char *file;		/* from the top of the tree */
	unsigned line;
};

extern const struct requirement_row coverage_requirements[];	/* id NULL ends them */
extern const struct tag_row coverage_tags[];			/* sorted by tag, file, line; tag NULL ends them */

#endif
