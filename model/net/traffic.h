/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Traffic sources and sinks over UDP or ICMP echo. Each packet carries flow number, direction, sequence and sending
 * time, so REC_DATA_TX and REC_DATA_RX give loss, duplication, reordering and delay per flow and direction without
 * any table of packets.
 */
#ifndef MOOR_NET_TRAFFIC_H
#define MOOR_NET_TRAFFIC_H

#include "net/net.h"

enum traffic_kind { TRAFFIC_CBR, TRAFFIC_POISSON, TRAFFIC_PING, TRAFFIC_REQUEST };

#define TRAFFIC_PORT 9000u	/* UDP port of sinks, unless given */

struct traffic_params {
	enum traffic_kind kind;
	uint32_t flow;			/* number in the records; the scenario gives each flow its own */
	moor_time interval;		/* CBR, PING: exact; POISSON, REQUEST: mean */
	uint32_t octets;		/* UDP/ICMP payload; at least 32 */
	uint32_t count;			/* 0: until stopped */
	bool to_mobile;			/* records: first direction is towards the mobile node (direction 0) */
	uint16_t port;			/* 0: TRAFFIC_PORT */
	uint8_t traffic_class;
	uint8_t instance;		/* of its own records: the mobile node's PDN connection, see proto/dsmip_ue.h */
};

struct traffic;

/* src is asked anew for each packet (a home address may come later): the hook returns false while there is none.
 * IPv4 as mapped. */
typedef bool traffic_addr_fn(void *arg, struct ip6_addr *out);
struct traffic *traffic_new(struct net_host *h, const struct traffic_params *p, traffic_addr_fn *src, void *src_arg,
			    traffic_addr_fn *dst, void *dst_arg);	/* owned by the host's node */
struct net_host *traffic_host(const struct traffic *t);
void traffic_start(struct traffic *t);
void traffic_stop(struct traffic *t);
/* Receives flows on the port, answers requests (PING is answered by net). */
void traffic_sink(struct net_host *h, uint16_t port);

#endif
