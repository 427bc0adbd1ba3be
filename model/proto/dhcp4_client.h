/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A DHCPv4 client for one interface: the UE's way to an IPv4 care-of address [RFC 2131 4.4]. INIT to BOUND, renewing,
 * rebinding, NAK, lease end, release, INIT-REBOOT where the profile says so; DECLINE only as far as an address turns
 * out to be taken (told by the owner). INFORM is not used.
 *
 * The owner embeds it and hands it what arrives on UDP port 68 of its interface.
 */
#ifndef MOOR_PROTO_DHCP4_CLIENT_H
#define MOOR_PROTO_DHCP4_CLIENT_H

#include "net/net.h"
#include "net/timers.h"
#include "world/machine.h"

#define DHCP4_CLIENT_PORT 68
#define DHCP4_SERVER_PORT 67

enum dhcp4_client_state {
	DHCP4C_STOPPED, DHCP4C_INIT, DHCP4C_SELECTING, DHCP4C_REQUESTING, DHCP4C_BOUND, DHCP4C_RENEWING,
	DHCP4C_REBINDING,
	DHCP4C_REBOOTING,
	DHCP4C_STATES
};

extern const struct fsm dhcp4_client_fsm;

/* Shared by many clients, kept by reference. */
struct dhcp4_client_profile {
	const struct timer_set *timers;	/* NULL: defaults */
	/* random wait before the first DISCOVER [RFC 2131 4.4.1 recommends 1..10 s]; default 0 */
	moor_time start_delay_max;
	moor_time jitter;		/* of each retransmission, plus or minus [RFC 2131 4.1]; default 1 s */
	uint32_t lease;			/* asked for, seconds; 0: the server's choice */
	uint8_t request_tries;		/* REQUESTs in REQUESTING before starting over; default 4 */
	/*
	 * On a new link the address of the last lease is asked for first (INIT-REBOOT) [RFC 2131 4.4.2]: what hosts do that
	 * are led to believe that they never left home [RFC 5844 3.4.3]; default false
	 */
	bool reboot;
};

extern const struct dhcp4_client_profile dhcp4_client_profile_default;

struct dhcp4_client;

/* What the owner hears. Called from the client's own handlers; the client may be stopped from them. */
struct dhcp4_client_ops {
	void (*offered)(struct dhcp4_client *c);		/* first OFFER of a round; may be NULL */
	void (*bound)(struct dhcp4_client *c, bool renewed);	/* address and route are configured */
	void (*lost)(struct dhcp4_client *c);			/* they are gone: NAK or lease over */
};

struct dhcp4_client {
	struct machine machine;		/* enum dhcp4_client_state */
	struct net_iface *iface;
	const struct dhcp4_client_profile *profile;
	const struct dhcp4_client_ops *ops;
	moor_time started;		/* of this exchange: the secs field counts from here */
	moor_time lease_from;		/* when the last REQUEST left: a lease counts from the one that was granted */
	moor_time granted_from;		/* while renewing: lease_from of the lease that is held */
	uint32_t xid, lease_s, t1_s, t2_s, draws;
	struct moor_timer timer;
	struct ip4_addr address, server, router, mask;
	uint8_t tries;
};

void dhcp4_client_init(struct dhcp4_client *c, struct net_iface *i, const struct dhcp4_client_profile *p,
		       const struct dhcp4_client_ops *ops);
void dhcp4_client_start(struct dhcp4_client *c);		/* the link came up; starts over when it was running */
/* the link went: forgets address and route, without `lost` */
void dhcp4_client_stop(struct dhcp4_client *c);
void dhcp4_client_release(struct dhcp4_client *c);		/* DHCPRELEASE, then stop */
/* the address is in use by another: DHCPDECLINE, wait 10 s, start over */
void dhcp4_client_conflict(struct dhcp4_client *c);
/* UDP payload to port 68 on its interface */
void dhcp4_client_input(struct dhcp4_client *c, const struct net_rx *rx);
static inline bool dhcp4_client_has_address(const struct dhcp4_client *c)
{
	return !ip4_is_zero(c->address) && c->machine.state >= DHCP4C_REQUESTING;
}

#endif
