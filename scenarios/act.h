/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Actions that somebody tells while a run goes on, in words:
 *
 *	handover ue1 wlan gap=50ms		the verb, its keys in their order without their names, others by name
 *	set access.loss=5% access.delay=40ms	TARGET.KEY=VALUE: new values of a link, home agent, LMA or MAG
 *
 * The words become a timeline entry as a scenario file has it, read by the same table and checked by the same checks.
 */
#ifndef MOOR_SCENARIOS_ACT_H
#define MOOR_SCENARIOS_ACT_H

#include "scenarios/load.h"

#define ACT_WORDS_MAX 64u

/* An entry of the timeline with everything that it points to. */
struct act_told;

/*
 * words: UTF-8. now: when it happens, ns, unless the words say `at=`, which must
 * not be over, nor after `end`. The entry becomes the
 * timeline's last, with that index in *entry; it must live until the scenario is freed. NULL after reporting: the
 * timeline is as it was.
 */
struct act_told *act_tell(const struct scenario *s, const char *const *words, guint n, moor_time now, moor_time end,
			  guint *entry, struct report *r);
/* Only when the scenario is gone, or for what is to be taken back: then it must still be the timeline's last. */
void act_told_free(struct act_told *t);
void act_take_back(const struct scenario *s, struct act_told *t);

/* "handover NODE INTERFACE [TO]": of the verb with this number (enum scen_verb); free it. */
char *act_usage(int verb);
/* The table's words for it. */
const struct scen_choice *act_verbs(void);

#endif
