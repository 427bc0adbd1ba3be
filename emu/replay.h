/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `mooring replay`: a capture of somebody's mobility signalling, followed, timed and judged with the same records and
 * metrics as a run. docs/replay.md says what is read from a capture and how.
 */
#ifndef MOOR_EMU_REPLAY_H
#define MOOR_EMU_REPLAY_H

/*
 * replay CAPTURE [-o DIR] [--json] [--profile P] [--as ha|ue] [--ladder]. argv[0] is the command's own name. Returns
 * the exit code: 0 pass, 1 fail (damaged captures included), 2 usage, no capture or nothing read, 3 inconclusive, 70.
 */
int cmd_replay(int argc, char **argv);

#endif
