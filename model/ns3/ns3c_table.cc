/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the table of all functions
 *
 * For programs that load the library at run time and look for one name. No clause of the protocols is met here.
 */
#include "ns3/ns3c_table.h"

extern "C" const struct ns3c_table ns3c_table;

const struct ns3c_table ns3c_table = {
	NS3C_ABI,
	sizeof(struct ns3c_table),
#define X(name) &ns3c_##name,
	NS3C_FUNCTIONS(X)
#undef X
};
