/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loading scenarios: file, `extends`, overrides, sweeps, checks.
 *
 * A file is read once; each point of its sweep (one combination of overridden values) is decoded on its own.
 */
#ifndef MOOR_SCENARIOS_LOAD_H
#define MOOR_SCENARIOS_LOAD_H

#include "scenarios/scenario.h"

#define SCEN_POINTS_MAX 1000000u

struct scen_file {
	const char *path;
	struct tree_pool *pool;
	struct tree *root;		/* with everything it extends */
};

/* NULL after reporting. */
struct scen_file *scen_open(const char *path, struct report *r);
/* The same of a text, which extends nothing; name: for reports. */
struct scen_file *scen_open_text(const char *name, const char *text, size_t len, struct report *r);
void scen_close(struct scen_file *f);

/* One combination of overrides: texts "path=value", ended by NULL. */
struct scen_point { char **overrides; };

/*
 * All combinations of the file's `sweep` and the given texts: "path=value", where the value may be {…} of values and
 * ranges (1..5, 10ms..50ms/10ms, 1ms..1s*10), and "zip path={…} path={…}", whose paths go in step. The last one varies
 * fastest. A path given in sets takes the place of the same path in `sweep`; given twice its values add up.
 * Returns a list of struct scen_point (free with g_ptr_array_unref), NULL after reporting; more than SCEN_POINTS_MAX
 * are refused before any is made. In sweep.c.
 */
GPtrArray *scen_points(struct scen_file *f, const char *const *sets, struct report *r);

/* Decoded and checked; NULL after reporting. Must be freed before the file is closed. point NULL: no overrides. */
struct scenario *scen_load(struct scen_file *f, const struct scen_point *point, struct report *r);
void scen_free(struct scenario *s);
const char *scen_hash(const struct scenario *s);	/* 16 hex digits over the effective scenario, seed left out */

/* ---- looking things up ------------------------------------------------------------------------------------------- */

struct scen_node *scen_node(const struct scenario *s, const char *name);	/* as written in `nodes` */
struct scen_node *scen_node_at(const struct scenario *s, uint32_t ordinal);	/* NULL: there are not so many */
struct scen_link *scen_link(const struct scenario *s, const char *name);
struct scen_flow *scen_flow(const struct scenario *s, const char *name);
bool scen_is_group(const struct scen_node *n);	/* `count` was given: members are name1..nameN */
const char *scen_kind_name(int kind);			/* as in `kind`: "ue" */
/* A UE without security associations has this home agent (then no UE of it has any; the checks see to it). */
bool scen_unsecured(const struct scenario *s, const struct scen_node *ha);
/* Is it on a home link with a prefix, which its UEs share? */
bool scen_shared_home(const struct scenario *s, const struct scen_node *ha);
/* The node that a member's name belongs to; *member counts from 0. */
struct scen_node *scen_member(const struct scenario *s, const char *name, uint32_t *member);
/* Does the selector (name, group, member, pattern) name this node? member: its whole name. */
bool scen_selects(const struct scenario *s, const char *selector, const struct scen_node *n, const char *member);
bool scen_selects_any(const struct scenario *s, const char *selector);
/* Flows count in the order of the file, members of a group each: the numbers in the records. */
uint32_t scen_flow_number(const struct scenario *s, const struct scen_flow *f, uint32_t member);
const struct scen_flow *scen_flow_numbered(const struct scenario *s, uint32_t number);
bool scen_on_link(const struct scenario *s, const struct scen_link *l, const char *node);
/* The link that an attach, handover or move goes to. */
struct scen_link *scen_target(const struct scenario *s, const struct scen_action *a);

/* Which PDN connection of a UE the APN names: 0 the node's own keys, k the k-th of `pdns`; -1: none. NULL: 0. */
int scen_pdn(const struct scen_node *n, const char *apn);

/* check.c: names that must be names of something, and what the table cannot say. True when nothing was reported. */
bool scen_check_refs(const struct scenario *s, const struct decode_ref *refs, guint n, struct report *r);
bool scen_check(const struct scenario *s, struct report *r);
/* One entry of its timeline, among the others; but for its time. */
void scen_check_action(const struct scenario *s, const struct scen_action *a, struct report *r);

#endif
