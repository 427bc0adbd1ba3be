/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file of a control socket. Internal to control.c and control_place.c.
 */
#ifndef MOOR_EMU_CONTROL_PLACE_H
#define MOOR_EMU_CONTROL_PLACE_H

#include "emu/control.h"

struct control_place;

/* *fd listens, does not block, and is the caller's. NULL: CONTROL_HELD when somebody serves there. */
struct control_place *control_place_take(const char *path, int *fd, GError **error);
/* The file goes, when it is still ours. */
void control_place_leave(struct control_place *p);

#endif
