/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How late this machine is: a thread that wants to wake up every 10 ms. For tests of what runs in real time. */
#ifndef MOOR_TESTS_LATE_H
#define MOOR_TESTS_LATE_H

#include <stdint.h>

#define LATE_MS 20		/* less than this is a machine never blamed for */

/* Begins to watch; once. The thread ends with the process. */
void late_watch(void);

/* The worst since the last call, milliseconds. 0: nobody watches, or it was in time. */
unsigned late_worst(void);

/* Waits until the machine was in time for a second, ten seconds at most. */
void late_calm(void);

#endif
