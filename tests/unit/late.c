/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A thread that wants to wake up every 10 ms and notes by how much it failed to. It exists so that tests of live parts
 * can tell a late machine from a fault. It implements no clause.
 */
#include "tests/unit/late.h"

#include <glib.h>

#define BEAT_US 10000

static gint worst_us;

static gpointer beat(gpointer user)
{
	(void)user;
	for (;;) {
		gint64 due = g_get_monotonic_time() + BEAT_US;
		gint late;

		g_usleep(BEAT_US);
		late = (gint)(g_get_monotonic_time() - due);
		if (late > g_atomic_int_get(&worst_us))
			g_atomic_int_set(&worst_us, late);
	}
	return NULL;
}

void late_watch(void)
{
	g_thread_unref(g_thread_new("late", beat, NULL));
}

unsigned late_worst(void)
{
	gint us = g_atomic_int_get(&worst_us);

	g_atomic_int_set(&worst_us, 0);
	return (unsigned)us / 1000;
}

void late_calm(void)
{
	for (unsigned k = 0; k < 10; k++) {
		late_worst();
		g_usleep(G_USEC_PER_SEC);
		if (late_worst() < LATE_MS)
			break;
	}
}
