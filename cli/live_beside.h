/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The phases of a live run beside those of its simulation: the same scenario, overrides and seed.
 */
#ifndef MOOR_CLI_LIVE_BESIDE_H
#define MOOR_CLI_LIVE_BESIDE_H

#include "cli/jobs.h"

/*
 * Simulates what the finished job ran (nodes of other programs are ours then), and appends the steps of both with their
 * differences to text and json, the job's result with its steps. json: one object; gets the member "phases".
 */
void live_beside(const struct job *live, GString *text, GString *json);

#endif
