/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Network address (and port) translation as a filter on the outside port of a router, in the terms of RFC 4787
 * (UDP), RFC 5382/5508 where ICMP and errors are concerned. It changes outer IPv4 addresses and ports only.
 * Protocols without ports (41, 4, 47, 50) are dropped: a mobile node behind it must use UDP [RFC 5555 4.1].
 */
#ifndef MOOR_NET_NAT_H
#define MOOR_NET_NAT_H

#include "world/filter.h"
#include "world/record.h"

enum nat_behaviour { NAT_ENDPOINT_INDEPENDENT, NAT_ADDRESS_DEPENDENT, NAT_ADDRESS_PORT_DEPENDENT };

struct nat_params {
	struct ip4_addr outside;		/* external address */
	struct ip4_prefix inside;		/* what is translated */
	enum nat_behaviour mapping, filtering;	/* RFC 4787 4.1 and 5 */
	bool port_preservation;			/* RFC 4787 4.2.1; else ports are drawn from the range */
	bool hairpinning;			/* RFC 4787 6 */
	moor_time udp_timeout;			/* RFC 4787 4.3; 0: 120 s */
	bool inbound_refresh;			/* packets from outside refresh the mapping too */
	uint16_t port_min, port_max;		/* 0: 1024-65535 */
	uint32_t max_mappings;			/* 0: as many as there are ports */
};

/* add with moor_filter_add; the port owns it */
struct moor_filter *nat_new(struct moor_port *outside_port, const struct nat_params *params);
/*
 * For each port of the router that leads to inside hosts: a companion that sends packets from inside to the outside
 * address back
 * inside [RFC 4787 6]. Drops them when params.hairpinning is false. Add with moor_filter_add; must go before the NAT
 * does.
 */
struct moor_filter *nat_inside_new(struct moor_filter *nat);
/* forget every mapping and choose other ports from now on, without port preservation (also: reboot) */
void nat_rebind(struct moor_filter *nat);
void nat_set_outside(struct moor_filter *nat, struct ip4_addr outside);	/* and rebinds */
void nat_memory(const struct moor_filter *nat, mem_report_fn *fn, void *ctx);
uint32_t nat_mappings(const struct moor_filter *nat);

/*
 * Somebody else translates on this router from now on: the NAT and its companions let everything pass, and rebind is
 * called for nat_rebind. What the other one did is told with nat_tell, in the NAT's name.
 */
void nat_elsewhere(struct moor_filter *nat, void (*rebind)(void *ctx), void *ctx);
struct nat_told { struct ip4_addr inside, outside, remote; uint16_t inside_port, outside_port, remote_port; };
void nat_tell(struct moor_filter *nat, enum rec_nat what, uint8_t protocol, const struct nat_told *t);

#endif
