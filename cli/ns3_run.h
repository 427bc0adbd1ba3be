/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs on ns-3's clock: what `--engine ns3` chooses.
 */
#ifndef MOOR_CLI_NS3_RUN_H
#define MOOR_CLI_NS3_RUN_H

#include "scenarios/run.h"

/* The engine; NULL: ns-3's library is not there, *why says so (free it). Each run of it wants a process of its own. */
const struct run_engine *ns3_run_engine(char **why);

#endif
