/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of a scenario as hash tables, so that a file with thousands of nodes, links, events, flows and expectations
 * written one by one is loaded in time that grows with its length and not with the square of it.
 *
 * Made by scen_load() when everything is decoded and before anything is checked; freed with the scenario. Everything
 * that is looked up points into the scenario. The functions of load.h (scen_node, scen_member, …) ask here.
 */
#ifndef MOOR_SCENARIOS_NAMES_H
#define MOOR_SCENARIOS_NAMES_H

#include "scenarios/scenario.h"

struct scen_names {
	GHashTable *nodes, *links, *flows;	/* name -> struct scen_node *, scen_link *, scen_flow * */
	GHashTable *labels;			/* label -> the first struct scen_action * with it */
	GHashTable *verb_words;			/* words of the verbs in the timeline */
	GHashTable *phases;			/* labels, or verbs, of changes of routing rules */
	GHashTable *interfaces;			/* names of the UEs' interfaces */
	GHashTable *ids;			/* id -> place of the first expectation with it, from 1 */
	GHashTable *actions_of;			/* selector of `node` -> GPtrArray of struct scen_action *, in file order */
	GHashTable *sets_of;			/* link -> GPtrArray of its `set` actions, in file order */
	GHashTable *first_to;			/* link -> the first action that brings an interface there */
	GHashTable *homeward;			/* struct scen_node * -> GPtrArray of actions that bring an interface of it to a
						 * link with its home prefix: of the file, not of what came later */
	GPtrArray *homeward_any;		/* the same, whose selector is a pattern */
	GHashTable *mobile;			/* link -> struct scen_node *: the first UE whose mobile network it is */
	GHashTable *unsecured;			/* names of home agents that a UE without security associations has */
	GHashTable *on;				/* struct scen_link * -> set of the names on it */
	GPtrArray **links_of;			/* by place of the node: struct scen_link *, in file order; NULL: none */
	uint32_t *first, *first_flow;		/* by place: ordinal of a node's first member, number of a flow's first one */
	uint64_t verbs;				/* 1 << enum scen_verb: it is in the timeline */
	bool policy;				/* there is an AAA server */
	bool same_prefix, same_prefix4;		/* two links may have one, or overlap: look which */
	GArray *prefixes;			/* struct ip6_addr: of links, in order of value */
};

void names_make(struct scenario *s);
void names_free(struct scenario *s);
/* The last entry of the timeline has come after the scenario was loaded, or goes away again. */
void names_action(const struct scenario *s, struct scen_action *a, bool come);

/* Lists in the order of the file; empty when there are none. */
const GPtrArray *names_links_of(const struct scenario *s, const struct scen_node *n);
const GPtrArray *names_actions_of(const struct scenario *s, const struct tree *selector);
const GPtrArray *names_sets_of(const struct scenario *s, const struct scen_link *l);
bool names_verb(const struct scenario *s, int verb);
/* The expectation with this id, the first in the file; NULL. */
const struct scen_expect *names_expect(const struct scenario *s, const char *id, guint *place);
/* Does a link's prefix begin within this one? Only then is it worth asking which. */
bool names_prefix_in(const struct scenario *s, const struct ip6_prefix *p);

/*
 * The nodes that a selector may mean, a group when it means a member of it, in the order of the file: *at is 0 at the
 * beginning; NULL: no more. A selector without * and ? costs no walk over all nodes.
 */
const struct scen_node *names_selected(const struct scenario *s, const char *selector, guint *at);

#endif
