/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The timer table's rows and the sets of values made from it (net/timers.h). Kept apart from those who use the timers,
 * so that the command line can list them and a scenario can set them by name.
 */
#include <string.h>

#include "net/timers.h"

const struct timer_row timer_rows[TIMER_IDS] = {
#define X(id, name, clause, unit, def, min, max) [id] = { name, clause, unit, def, min, max },
	TIMER_TABLE(X)
#undef X
};

void timer_set_default(struct timer_set *s)
{
	for (int i = 0; i < TIMER_IDS; i++)
		s->v[i] = timer_rows[i].def;
}

int timer_find(const char *name)
{
	for (int i = 0; i < TIMER_IDS; i++)
		if (!strcmp(timer_rows[i].name, name))
			return i;
	return -1;
}
