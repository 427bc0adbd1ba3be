/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Control of a live run: what its files share. Internal.
 */
#ifndef MOOR_CLI_LIVE_CTL_H
#define MOOR_CLI_LIVE_CTL_H

#include "cli/live_run.h"
#include "emu/control.h"

#define CTL_ROWS 1000			/* of an answer, unless `limit=` says otherwise */
#define CTL_ROWS_MAX 5000
#define CTL_ACTIONS_MAX 100000u		/* by hand, in a run: each stays in the timeline */

struct live_ctl {
	struct live_run *run;
	struct control *control;
	GPtrArray *told;		/* struct act_told, of this run */
	bool playing;			/* between begin and the end */
};

/* The words of a request behind its first, as `key=value`s of these names, in the order of keys; NULL: not given. */
bool ctl_options(const char *const *words, guint n, const char *const *keys, const char **values, char **why);
bool ctl_limit(const char *text, unsigned *limit, char **why);
/* A selector of nodes (NULL: none was given) that names somebody. */
bool ctl_selects(const struct live_ctl *c, const char *selector, char **why);

/* ---- live_ctl_look.c --------------------------------------------------------------------------------------------- */

bool ctl_bindings(struct live_ctl *c, const char *const *words, guint n, JsonBuilder *out, char **why);
bool ctl_nodes(struct live_ctl *c, const char *const *words, guint n, JsonBuilder *out, char **why);
bool ctl_links(struct live_ctl *c, const char *const *words, guint n, JsonBuilder *out, char **why);
void ctl_text(JsonBuilder *b, const char *name, const char *value);	/* members; NULL: left out */
void ctl_number(JsonBuilder *b, const char *name, int64_t value);

/* ---- live_ctl_watch.c: records to who wants them ----------------------------------------------------------------- */

bool ctl_watch(struct live_ctl *c, struct control_client *who, const char *const *words, guint n, JsonBuilder *out,
	       char **why);
void ctl_unwatch(struct live_ctl *c, struct control_client *who);	/* nothing when it does not watch */

#endif
