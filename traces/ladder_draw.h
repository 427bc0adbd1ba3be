/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A ladder on its page, shared by what places its parts and what draws them. Lengths are points. Internal.
 */
#ifndef MOOR_TRACES_LADDER_DRAW_H
#define MOOR_TRACES_LADDER_DRAW_H

#include "traces/ladder_internal.h"
#include "traces/svg.h"

#define LADDER_SEATS 12u
#define LADDER_NAME_ROWS 4u
#define LADDER_NAME_ROW 12.0
#define LADDER_TITLE "Sans Bold 10"
#define LADDER_NAME "Sans Bold 9"
#define LADDER_TIME "Sans 8"
#define LADDER_LEGEND "Sans 8"

enum ladder_end_kind { END_SENT, END_ARRIVAL, END_CHECK };

/* Something on the axis of time: an item, its arrival, or what became of an expectation. */
struct ladder_end {
	moor_time at;
	uint32_t item;			/* of END_CHECK: index in checks */
	enum ladder_end_kind kind;
	double y;			/* of an arrow's or a note's point; of a band its upper edge */
	char *text;			/* NULL at arrivals */
	double x, top, room, high;	/* where the text stands, and how high it is; of a band the band */
	int align;
};

struct ladder_page {
	struct svg s;
	const struct ladder *l;
	struct ladder_end *ends;
	size_t n;
	double *got_y;			/* by item; 0: did not arrive, or at once */
	double width, height, left, right, bottom;	/* left, right: of what stands beside the times */
	double first, pitch, top;	/* columns; where their lines begin */
	double names_y, summary_y, summary_high;
	char *summary;			/* of the expectations; NULL: there are none */
	unsigned name_rows, name_row[LADDER_SEATS];
	unsigned decimals;		/* of the times */
	const char *font;
	bool narrow;
	uint64_t hidden;
};

static inline double ladder_x(const struct ladder_page *p, int seat)
{
	return p->first + seat * p->pitch;
}

/* Both ends of a message's arrow as columns; who is not shown is thought beside whom is. */
void ladder_columns(const struct ladder_page *p, const struct ladder_item *i, int *from, int *to);
/* Everything but the drawing; the page is then `width` by `height`. */
void ladder_place(struct ladder_page *p);
void ladder_page_free(struct ladder_page *p);

#endif
