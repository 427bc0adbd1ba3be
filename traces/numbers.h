/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the numbers of nodes and flows to indexes. They are given out from 0 on, so that a plain array finds them with
 * one access to four octets; whoever numbers otherwise, and the instances of a node, are found in a map.
 */
#ifndef MOOR_TRACES_NUMBERS_H
#define MOOR_TRACES_NUMBERS_H

#include "base/map.h"

#define NUMBERS_PLAIN (1u << 22)	/* from here on they are no longer believed to be given out in turn */

struct numbers {
	uint32_t *plain;		/* index + 1; 0: none */
	uint32_t n;
	struct map others;
};

void numbers_init(struct numbers *x);		/* holds no memory until the first put */
void numbers_done(struct numbers *x);
void numbers_put(struct numbers *x, uint32_t number, uint32_t instance, uint32_t index);	/* index < UINT32_MAX */

static inline bool numbers_get(const struct numbers *x, uint32_t number, uint32_t instance, uint32_t *index)
{
	if (instance || number >= NUMBERS_PLAIN)
		return map_get(&x->others, (struct map_key){ number, instance }, index);
	if (number >= x->n || !x->plain[number])
		return false;
	*index = x->plain[number] - 1;
	return true;
}

#endif
