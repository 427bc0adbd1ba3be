/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commands of `mooring` that live here. argv[0] is the command's own name, options follow; argv may be reordered.
 * The result goes to stdout, talk to stderr. They return the exit code of DESIGN 9: 0, 1, 2 (usage), 70, 77.
 */
#ifndef MOOR_TRACES_COMMANDS_H
#define MOOR_TRACES_COMMANDS_H

/* decode CAPTURE|HEX...: every frame layer by layer with diagnostics; --signalling, --json, --count N, --link NAME. */
int cmd_decode(int argc, char **argv);

/* ladder DIR|CAPTURE: text, or SVG with -o FILE.svg; --width, --max, --no-states. */
int cmd_ladder(int argc, char **argv);

#endif
