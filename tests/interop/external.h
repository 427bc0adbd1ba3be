/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A world in real time with one port on a TAP device, and commands from stdin: what tests with other people's programs
 * need and no more. To be deleted when the live engine (emu) is there.
 */
#ifndef MOOR_TESTS_INTEROP_EXTERNAL_H
#define MOOR_TESTS_INTEROP_EXTERNAL_H

#include "world/port.h"

struct external;

/* Makes the device of this name, in the network namespace of the process. NULL: errno says why. */
struct external *external_new(const char *tap);
/* Every n-th frame of each direction is lost; 0, at first: none is. */
void external_lose(struct external *e, unsigned n);
/* As in struct moor_world_config; ctx is the struct external. */
void external_out(void *ctx, struct moor_port *port, moor_time at, const uint8_t *frame, size_t len);
/* Until stdin ends: frames to the port, each line without its end to the caller. */
void external_run(struct external *e, struct moor_world *w, struct moor_port *port,
		  void (*line)(void *ctx, const char *text), void *ctx);

#endif
