/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tables of a NAT: mappings, and the remote endpoints that each may hear from. Internal to net/nat.c.
 */
#ifndef MOOR_NET_NAT_TABLE_H
#define MOOR_NET_NAT_TABLE_H

#include "base/index.h"
#include "base/slab.h"
#include "net/nat.h"
#include "world/record.h"
#include "world/timer.h"

enum nat_class { NAT_UDP, NAT_TCP, NAT_ICMP, NAT_CLASSES };	/* each has a time-out of its own */

/* One end of a flow. ICMP queries: the identifier stands for both ports. */
struct nat_end { struct ip4_addr addr; uint16_t port; };

struct nat_mapping {
	struct nat_end inside, outside;
	struct nat_end remote;		/* as far as the mapping behaviour depends on it, else zero */
	struct nat_end permit;		/* the first remote end that it may hear from, as far as filtering looks at it */
	moor_time used;
	moor_handle self, prev, next;	/* in order of last use, per class */
	moor_handle permits;		/* the first of further ones */
	uint8_t class;
	bool permitted;			/* permit is set */
};

struct nat_table {
	struct nat_params params;
	struct moor_world *world;
	uint32_t node, port_number;
	struct slab mappings, permits;
	struct index by_inside, by_outside, by_permit;
	struct { moor_handle oldest, newest; moor_time timeout; } use[NAT_CLASSES];
	struct moor_timer expiry;
	struct rng rng;
	bool preserve;			/* port preservation still in force */
};

void nat_table_init(struct nat_table *t, struct moor_port *outside, const struct nat_params *p);
void nat_table_done(struct nat_table *t);
/* Removes every mapping; the records say what. */
void nat_table_flush(struct nat_table *t, enum rec_nat what);

/* The mapping for a packet from inside to remote; made when there is none. NULL: no port is free. */
struct nat_mapping *nat_table_outbound(struct nat_table *t, enum nat_class c, struct nat_end inside,
				       struct nat_end remote);
/* Existing ones only. */
struct nat_mapping *nat_table_find_inside(struct nat_table *t, enum nat_class c, struct nat_end inside,
					  struct nat_end remote);
struct nat_mapping *nat_table_find_outside(struct nat_table *t, enum nat_class c, uint16_t outside_port);
/* Notes that the inside host sent to remote (filtering), and that the mapping was used. */
void nat_table_permit(struct nat_table *t, struct nat_mapping *m, struct nat_end remote);
bool nat_table_permitted(const struct nat_table *t, const struct nat_mapping *m, struct nat_end remote);
void nat_table_used(struct nat_table *t, struct nat_mapping *m);
void nat_table_record(struct nat_table *t, enum rec_nat what, uint8_t protocol, struct nat_end inside,
		      struct nat_end outside, struct nat_end remote);
uint8_t nat_class_protocol(enum nat_class c);

#endif
