/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A scenario inside an ns-3 program of somebody else's, in C++ or C: its nodes and applications, our entities, one
 * clock. docs/ns3.md says how such a program is built; model/ns3/examples/campus.cc is one.
 *
 *	e = embed_new(&config);				in place of ns3c_init
 *	embed_device(e, "core", "lma", node->GetId(), 0);
 *	why = embed_begin(e);				NULL: it goes along
 *	Simulator::Stop(..); Simulator::Run();		the program's own
 *	code = embed_judge(e, stdout);
 *	embed_free(e);					in place of Simulator::Destroy
 *
 * Links of the scenario are the world's own, or on ns-3's devices (`medium: ns3`), or on devices that the program has
 * made: those named with embed_device. One in the life of a process, as ns-3's simulator: fork for another. From one
 * thread.
 */
#ifndef MOOR_CLI_EMBED_H
#define MOOR_CLI_EMBED_H

#include <stdint.h>
#include <stdio.h>

#include "ns3/ns3c_table.h"

#ifdef __cplusplus
extern "C" {
#endif

extern const struct ns3c_table ns3c_table;		/* of libmooring-ns3 */

struct embed_config {
	const char *scenario;		/* its file */
	const char *const *sets;	/* "path=value" texts ended by NULL, as --set without sweeps; NULL: none */
	uint32_t seed;			/* of the scenario and of ns-3; 0: the scenario's */
	const char *out;		/* folder for the results (docs/traces.md); NULL: none are written */
	const struct ns3c_table *ns3c;	/* &ns3c_table */
};

struct embed;

/* Never NULL: what is wrong is told by embed_begin. The texts are lent until embed_free. */
struct embed *embed_new(const struct embed_config *c);
/*
 * What that node of the scenario sends and hears on that link, a LAN without rate and delay, goes by a device of the
 * program: number `device` of its node `ns3_node` (Node::GetId, Node::GetDevice), which gets the MAC address that the
 * scenario's node has there. All nodes of the link need one.
 */
void embed_device(struct embed *e, const char *link, const char *node, uint32_t ns3_node, uint32_t device);
/* Before Simulator::Run. NULL: the scenario goes along from now on. Else why not, lent until embed_free. */
const char *embed_begin(struct embed *e);
/* The scenario's duration; Simulator::Stop then. ns; 0 before embed_begin. */
int64_t embed_duration(const struct embed *e);
/*
 * After Simulator::Run: verdict, handover table and expectations that were not met, to f (may be NULL). Returns what
 * `mooring run` exits with: 0 passed. When ns-3 stopped before the duration the run was cut short.
 */
int embed_judge(struct embed *e, FILE *f);
void embed_free(struct embed *e);		/* and Simulator::Destroy */

#ifdef __cplusplus
}
#endif
#endif
