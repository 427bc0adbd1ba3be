/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The signalling of a report: a list that is a ladder, with a line per message or event and what our decoder says of
 * each message in it, the same on one axis of time, and what a script needs to filter both by node and message.
 * Internal.
 */
#ifndef MOOR_TRACES_REPORT_MESSAGES_H
#define MOOR_TRACES_REPORT_MESSAGES_H

#include "traces/ladder_internal.h"
#include "traces/metrics.h"

struct report_messages {
	struct ladder *ladder;
	GHashTable *details;		/* number of the item -> char * */
	unsigned seats;			/* columns, settled by report_messages_write; the last one may be of all others */
	bool others;
};

/* At most `max` lines are kept; names are lent until free. */
struct report_messages *report_messages_new(const struct trace_names *names, guint max);
void report_messages_free(struct report_messages *m);
void report_messages_record(struct report_messages *m, const struct moor_record *r);
/* The section, with the steps of `steps` (may be NULL). Call once, after the last record. */
void report_messages_write(GString *s, struct report_messages *m, const struct metrics *steps);

/* ---- its parts --------------------------------------------------------------------------------------------------- */

/* Addresses, what the decoder says, octets. Free it. */
char *report_details(const struct rec_signal *g);
/* What the decoder says of a message's octets, as indented text. Free it. NULL: it is of a kind that we do not read. */
char *report_decoded(uint8_t protocol, const uint8_t *octets, uint32_t n);

/* The column of a node, that of all others included; -1: none. */
int report_seat(const struct report_messages *m, uint32_t node);
/* Its name as a head: addresses, of which the end tells more, are cut at their begin. Free it. */
char *report_seat_name(const struct report_messages *m, unsigned seat);
/* What the filter knows a line by: its first word, as "BU", "IKE_AUTH". Free it. */
char *report_message_name(const struct ladder_item *i);
/* data-from, data-to and data-message, escaped, each with a space before it. */
void report_message_data(GString *s, const struct report_messages *m, const struct ladder_item *i);
/* The axis of time. */
void report_strip(GString *s, const struct report_messages *m, const struct metrics *steps);

#endif
