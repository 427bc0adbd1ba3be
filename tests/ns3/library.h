/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The library over ns-3 as the build made it, for tests that call it themselves. */
#ifndef MOOR_TESTS_NS3_LIBRARY_H
#define MOOR_TESTS_NS3_LIBRARY_H

#include "ns3/ns3c_table.h"

/* NULL: *missing says why it cannot be had here. */
const struct ns3c_table *ns3_library(const char **missing);

#endif
