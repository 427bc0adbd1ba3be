/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What processes of one run tell each other: messages over a stream socket, in batches. A batch is what a process has
 * to say before a frame leaves it, or before it sleeps; of the frame it names port, class and a hash of the octets, so
 * that the reader can hold the batch until the frame is there, and what belongs together happens at one time.
 *
 *	relay_record(out, &record); relay_end(out, port, class, frame, len); relay_send(out, device);
 *	...
 *	relay_feed(in, octets, n);
 *	while ((b = relay_batch(in))) { while (relay_next(b, in, &m)) ...; relay_drop(in); }
 *
 * Both ends are the same program, one a fork of the other: numbers are as in memory, and constants at the same place.
 */
#ifndef MOOR_EMU_RELAY_H
#define MOOR_EMU_RELAY_H

#include <glib.h>

#include "emu/device.h"
#include "world/record.h"

enum relay_kind {
	RELAY_RECORD,
	RELAY_ADDRESS,			/* of a mobile node: struct relay_address */
	RELAY_BINDINGS,			/* of a node: struct relay_bindings, rows (scenarios/build_look.h) */
	RELAY_CAME,			/* struct relay_came: a frame was handed to a node */
	RELAY_LATE,			/* struct relay_late */
	RELAY_CONTEXT,			/* what MAGs tell each other: name of the domain, 0, octets */
	RELAY_ACT,			/* an action that somebody told the run (scenarios/act.h): words, each with a 0 */
	RELAY_TEXT,			/* for the end of the run */
	RELAY_START,			/* struct relay_start */
	RELAY_DONE			/* struct relay_done: nothing comes after it */
};

struct relay_address { uint32_t node, pdn; bool v4, there; struct ip6_addr addr; };
struct relay_bindings { uint32_t node, n; uint64_t count[4]; };
struct relay_came { uint32_t port, unused; uint64_t key; };	/* relay_key of the frame */
struct relay_late { moor_time due, by; };	/* the worst around then */
struct relay_start { int64_t epoch; moor_time until; };
struct relay_done { uint64_t wake_ups; moor_time p50, p99, max; int64_t cpu_us; };

struct relay_message {
	enum relay_kind kind;
	const void *body;		/* of the kinds above, aligned for them; TEXT: octets. Lent until relay_drop */
	uint32_t len;
	struct moor_record record;	/* RECORD; its texts and octets are lent until relay_drop */
};

struct relay_batch {
	uint32_t n;			/* octets of messages */
	uint32_t port;			/* of the frame behind it; REC_NONE: none */
	uint32_t frame_class;
	uint32_t unused;
	uint64_t key;			/* relay_key of the frame */
};

struct relay_out { GByteArray *octets; gsize begun; };

void relay_out_init(struct relay_out *o);
void relay_out_done(struct relay_out *o);
bool relay_empty(const struct relay_out *o);		/* no message since the last batch */
void relay_put(struct relay_out *o, enum relay_kind kind, const void *body, size_t len);
void relay_record(struct relay_out *o, const struct moor_record *r);
/* Closes the batch; port REC_NONE: no frame follows. */
void relay_end(struct relay_out *o, uint32_t port, uint8_t frame_class, const uint8_t *frame, size_t len);
/* All closed batches go to d (device_stream). False: nobody is there any more. */
bool relay_send(struct relay_out *o, struct device *d);
uint64_t relay_key(const uint8_t *frame, size_t len);

struct relay_in { GByteArray *octets; gsize at; gsize next; };

void relay_in_init(struct relay_in *i);
void relay_in_done(struct relay_in *i);
void relay_feed(struct relay_in *i, const uint8_t *octets, size_t n);
/* The first whole batch; NULL: none yet. Lent until relay_feed or relay_drop. */
const struct relay_batch *relay_batch(struct relay_in *i);
/* Is there a whole batch with this frame behind it? */
bool relay_awaits(struct relay_in *i, uint32_t port, uint64_t key);
/* The messages of the first batch, one after the other. */
bool relay_next(struct relay_in *i, struct relay_message *out);
void relay_drop(struct relay_in *i);

#endif
