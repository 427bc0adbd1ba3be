/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The list of messages of a report: a ladder with a line per message or event, what our decoder says of each message
 * below it, and what a script needs to filter by node and message. Internal.
 */
#ifndef MOOR_TRACES_REPORT_MESSAGES_H
#define MOOR_TRACES_REPORT_MESSAGES_H

#include "traces/ladder.h"

struct report_messages;
/* At most `max` lines are kept; names are lent until free. */
struct report_messages *report_messages_new(const struct trace_names *names, guint max);
void report_messages_free(struct report_messages *m);
void report_messages_record(struct report_messages *m, const struct moor_record *r);
/* The section. Call once, after the last record. */
void report_messages_write(GString *s, struct report_messages *m);

/* What the decoder says of a message's octets, as indented text. Free it. NULL: it is of a kind that we do not read. */
char *report_decoded(uint8_t protocol, const uint8_t *octets, uint32_t n);

#endif
