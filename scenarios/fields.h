/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records as named values: what expectations and faults compare. A message's fields are those of the wire printer
 * (wire/print.h), an event's those of the table in fields.c.
 */
#ifndef MOOR_SCENARIOS_FIELDS_H
#define MOOR_SCENARIOS_FIELDS_H

#include <glib.h>

#include "scenarios/tree.h"
#include "traces/names.h"
#include "world/record.h"

#define FIELDS_TEXT 8192		/* octets of all names and values of one record; more is left out */

struct field_list {
	unsigned n;
	struct { const char *name, *value; } f[400];
	char text[FIELDS_TEXT];
	size_t used;
	char path[200];			/* of the open layers */
};

/* An event of the scenario language. */
struct event_row {
	const char *name;		/* "binding-created" */
	enum rec_kind kind;
	int what;			/* the record's `what`; -1: any */
	const char *about;
	const char *const *fields;	/* names, ended by NULL */
};
extern const struct event_row event_rows[];	/* name NULL ends it */
const struct event_row *event_find(const char *name);
bool event_matches(const struct event_row *e, const struct moor_record *r);

/* A message of the scenario language. */
struct message_row {
	const char *name;		/* "BU" */
	const char *about;
	int mh_type, subtype;		/* Mobility Header; -1: another protocol. subtype 0: any */
	int icmp6_type;			/* -1: not ICMPv6 */
	bool dhcp;
	uint8_t ike_exchange;		/* 0: not IKE */
	uint8_t ike_direction;		/* 1 request, 2 response, 0 either */
	uint8_t dhcp6;			/* message type, of relay messages their own; 0: not DHCPv6 */
	uint8_t signal;			/* enum rec_protocol of others that leave signalling records; 0: none of them */
	uint8_t signal_type;		/* 0: any */
	uint8_t signal_subtype;		/* 0: any */
	bool proxy;			/* only with the P flag */
};
extern const struct message_row message_rows[];	/* name NULL ends it */
const struct message_row *message_find(const char *name);
bool message_matches(const struct message_row *m, const struct rec_signal *s);

struct scenario;
/* Fills l with the fields of a record; s (may be NULL) names flows. */
void fields_of_record(struct field_list *l, const struct moor_record *r, const struct scenario *s);
/* Those of a Mobility Header message. */
void fields_of_message(struct field_list *l, const uint8_t *message, size_t n);
/* Those of an IKE message whose payloads are in clear. */
void fields_of_ike(struct field_list *l, const uint8_t *message, size_t n);
/* Those of an ICMPv6 message. */
void fields_of_icmp6(struct field_list *l, const uint8_t *message, size_t n);
/* Those of a DHCPv6 message. */
void fields_of_dhcp6(struct field_list *l, const uint8_t *message, size_t n);
/* Those of an Ethernet frame, layer by layer. */
void fields_of_frame(struct field_list *l, const uint8_t *frame, size_t n);

/* The value of a name: exact; "<first layer>.<name>"; or, when it has parts or is an option's, the first path that
 * ends in it. NULL: there is none. */
const char *fields_get(const struct field_list *l, const char *name);

/* Does a value meet what the scenario says (one text)? See docs/scenario.md, "Values". */
bool value_meets(const struct field_list *l, const char *value, const char *wanted);
/* All of a `fields` mapping. why (may be NULL): appended with the first that differs. */
bool fields_meet(const struct field_list *l, const struct tree *wanted, GString *why);

/* Is the name one that a message of this row, or an event, can have? Suggests into near. */
bool field_known(const struct message_row *m, const struct event_row *e, const char *name, char *near, size_t cap);

#endif
