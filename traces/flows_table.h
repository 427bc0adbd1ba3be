/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Throughput and losses per traffic flow and access interface, split at changes of routing rules: what IP flow mobility
 * is judged by. Made from records alone; docs/ifom.md says what the figures are.
 *
 * A packet's access is the mobile node's port that its frame left or came by in the same instant. It belongs to the
 * phase in which it was sent; phases begin at the start and at each timeline action add-flow, move-flow and remove-flow
 * (those of one instant together).
 */
#ifndef MOOR_TRACES_FLOWS_TABLE_H
#define MOOR_TRACES_FLOWS_TABLE_H

#include <stdio.h>

#include "traces/names.h"
#include "traces/out.h"

struct flows_table_config {
	struct trace_names names;
	const char *(*flow)(void *ctx, uint32_t number);	/* a flow's name, lent; may answer NULL */
	const char *(*phase)(void *ctx, uint32_t action);	/* what a REC_ACTION's instance is called; NULL: its verb */
	void *ctx;
};

struct flows_table;
struct flows_table *flows_table_new(const struct flows_table_config *c);
void flows_table_free(struct flows_table *t);
#define FLOWS_TABLE_KINDS (REC_BIT(REC_DATA_TX) | REC_BIT(REC_DATA_RX) | REC_BIT(REC_FRAME_TX) | REC_BIT(REC_FRAME_RX) \
	| REC_BIT(REC_ACTION))
void flows_table_record(void *table, const struct moor_record *r);
/* The records end; what has not come within METRICS_FLIGHT before is no loss. */
void flows_table_finish(struct flows_table *t, moor_time at);

/* Rows of the table, at most 40; nothing when no flow was seen. */
void flows_table_print(FILE *out, const struct flows_table *t);
/* Lines of metrics.csv (csv_metrics_header); column `handover` is the phase's number from 1. */
void flows_table_csv(struct trace_out *o, const char *run, const struct flows_table *t);

/* A figure of one flow number, both directions together. */
enum flow_figure { FLOW_SENT, FLOW_RECEIVED, FLOW_LOST, FLOW_DUPLICATED };
int flows_table_phase(const struct flows_table *t, const char *name);	/* by its action's name; "start"; -1: none */
/* phase -1: all. access (a port's name) NULL: any; sent and lost are not of one. False: nothing was seen of it. */
bool flows_table_value(const struct flows_table *t, uint32_t flow, int phase, const char *access, enum flow_figure what,
		       uint64_t *out);

#endif
