/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside of the DHCPv6 client: dhcp6_client.c (which clients there are, what arrives, retransmission), dhcp6_info.c
 * (configuration without state) and dhcp6_lease.c (prefixes and addresses).
 */
#ifndef MOOR_PROTO_DHCP6_CLIENT_PRIV_H
#define MOOR_PROTO_DHCP6_CLIENT_PRIV_H

#include "proto/dhcp6.h"
#include "proto/dhcp6_client.h"

enum dhcp6_client_event {
	D6_EV_ASK, D6_EV_ADVERTISE, D6_EV_REPLY, D6_EV_TIMER, D6_EV_RELEASE, D6_EV_REBIND, D6_EV_STOP, D6_EVENTS
};

struct dhcp6_client {
	moor_handle self, next;		/* of the same host; 0: the last */
	struct net_host *h;
	const struct timer_set *timers;
	struct machine machine;
	struct moor_timer timer;
	struct dhcp6_way way;
	void *owner;
	uint32_t xid;
	uint8_t slot;			/* number among the host's clients, for its random stream */
	uint8_t limit;			/* transmissions in INFORMING or SOLICITING; 0: no limit */
	bool pd, rapid, wants_home, refused, waiting;	/* waiting: for other servers' Advertise messages */
	uint16_t tries;			/* transmissions of this exchange */
	moor_time began, rt;		/* the first transmission of this exchange; the retransmission time */
	moor_time max_rt;		/* told by a server, 0: the table's */
	/* INFORMING */
	const struct dhcp6_info_ops *info_ops;
	uint16_t name_len;		/* 1: only the root: any home network */
	uint8_t name[DHCP6_NAME_MAX];
	/* leases */
	const struct dhcp6_lease_ops *lease_ops;
	uint32_t iaid, t1, t2;		/* seconds from `from` */
	uint8_t hint, preference, n;
	bool held;			/* the owner was told leases */
	moor_time from;			/* when the message was sent that the lease answers */
	struct dhcp6_duid server;
	struct dhcp6_lease lease[DHCP6_MAX_LEASES];
};

static inline struct moor_world *d6_world(const struct dhcp6_client *c) { return net_host_world(c->h); }
static inline int64_t d6_timer(const struct dhcp6_client *c, enum timer_id id)
{
	return c->timers ? c->timers->v[id] : timer_rows[id].def;
}

/* dhcp6_client.c */
struct dhcp6_client *dhcp6_client_new(struct net_host *h, const struct dhcp6_way *way, const struct timer_set *timers,
				      void *owner);
struct dhcp6_client *dhcp6_client_get(const struct net_host *h, moor_handle c);
void dhcp6_client_free(struct dhcp6_client *c);
bool dhcp6_client_admits(struct dhcp6_client *c, uint8_t event, bool packet);
void dhcp6_client_go(struct dhcp6_client *c, enum dhcp6_client_state to);
/* A new exchange with a new transaction number; the first message after a random part of delay_max. */
void dhcp6_client_exchange(struct dhcp6_client *c, enum dhcp6_client_state to, moor_time delay_max);
/* What every message has; the elapsed time counts from the exchange's first. */
void dhcp6_client_fill(const struct dhcp6_client *c, struct dhcp6 *m, uint8_t type);
void dhcp6_client_send(struct dhcp6_client *c, const struct dhcp6 *m);
/* Waits for an answer to what was just sent [RFC 8415 15]; not beyond `end` (MOOR_NEVER: no end). */
void dhcp6_client_wait(struct dhcp6_client *c, enum timer_id first, int64_t max, moor_time end);
void dhcp6_client_reroute(struct dhcp6_client *c, const struct dhcp6_way *way);
void dhcp6_client_at(struct dhcp6_client *c, moor_time at);	/* the timer, at this time */

/* dhcp6_info.c */
void dhcp6_info_due(struct dhcp6_client *c);
void dhcp6_info_input(struct dhcp6_client *c, const struct dhcp6 *m, const struct net_rx *rx);

/* dhcp6_lease.c */
void dhcp6_lease_due(struct dhcp6_client *c);
void dhcp6_lease_input(struct dhcp6_client *c, const struct dhcp6 *m, const struct net_rx *rx);

#endif
