/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of nodes and ports for everything made from records. Records carry numbers only; a world knows the names, and
 * so does whoever makes records up (replay, a reader of events.jsonl). All texts are lent and must live as long as
 * their user.
 */
#ifndef MOOR_TRACES_NAMES_H
#define MOOR_TRACES_NAMES_H

#include "world/record.h"

struct trace_names {
	void *ctx;
	const char *(*node)(void *ctx, uint32_t node);	/* NULL: unknown */
	/* The port's name without the node's, and the link it is on now; either may be NULL. mac may be NULL. */
	const char *(*port)(void *ctx, uint32_t port, uint32_t *node, const char **link, struct mac_addr *mac);
};

/* Names taken from a world, which must outlive their use. */
struct trace_names trace_names_of_world(struct moor_world *w);

/*
 * The node's name, "world" for REC_NONE, "node7" when it has none. buf of at least 32 octets is used for the last
 * only.
 */
const char *trace_node_name(const struct trace_names *n, uint32_t node, char buf[32]);

/*
 * A table of names filled by its owner: for records that come from no world. The texts are copied. Setting a link
 * anew is how a port moves. Number gaps are allowed.
 */
struct name_table *name_table_new(void);
void name_table_free(struct name_table *t);
void name_table_node(struct name_table *t, uint32_t node, const char *name);
void name_table_mac(struct name_table *t, uint32_t port, const struct mac_addr *mac);	/* of a port that has a name */
void name_table_port(struct name_table *t, uint32_t port, uint32_t node, const char *name, const char *link);
/* The number of the node of that name; a new one when there is none. */
uint32_t name_table_node_named(struct name_table *t, const char *name);
struct trace_names trace_names_of_table(struct name_table *t);

#endif
