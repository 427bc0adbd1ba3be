/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The timer table: every delay and count that a document names, with its default and bounds. Scenarios set them by name
 * (`timers: {INITIAL_BINDACK_TIMEOUT: 2s}`); `mooring list --timers` prints them. One row per name; protocols read
 * the value through the node's table, so two nodes may differ.
 */
#ifndef MOOR_NET_TIMERS_H
#define MOOR_NET_TIMERS_H

#include "base/time.h"

enum timer_unit { TIMER_SPAN, TIMER_COUNT };

/* X(id, name, clause, unit, default, min, max) — spans in ns */
#define TIMER_TABLE(X) \
	X(T_RS_DELAY, "MAX_RTR_SOLICITATION_DELAY", "RFC 4861 10", TIMER_SPAN, 1 * MOOR_S, 0, 60 * MOOR_S) \
	X(T_RS_INTERVAL, "RTR_SOLICITATION_INTERVAL", "RFC 4861 10", TIMER_SPAN, 4 * MOOR_S, 10 * MOOR_MS, 3600 * MOOR_S) \
	X(T_RS_COUNT, "MAX_RTR_SOLICITATIONS", "RFC 4861 10", TIMER_COUNT, 3, 0, 1000) \
	X(T_RETRANS, "RETRANS_TIMER", "RFC 4861 10", TIMER_SPAN, 1 * MOOR_S, 1 * MOOR_MS, 60 * MOOR_S) \
	X(T_REACHABLE, "REACHABLE_TIME", "RFC 4861 10", TIMER_SPAN, 30 * MOOR_S, 10 * MOOR_MS, 3600 * MOOR_S) \
	X(T_DELAY_PROBE, "DELAY_FIRST_PROBE_TIME", "RFC 4861 10", TIMER_SPAN, 5 * MOOR_S, 0, 60 * MOOR_S) \
	X(T_UNICAST_SOLICIT, "MAX_UNICAST_SOLICIT", "RFC 4861 10", TIMER_COUNT, 3, 1, 100) \
	X(T_MULTICAST_SOLICIT, "MAX_MULTICAST_SOLICIT", "RFC 4861 10", TIMER_COUNT, 3, 1, 100) \
	X(T_DAD_COUNT, "DupAddrDetectTransmits", "RFC 4862 5.1", TIMER_COUNT, 1, 0, 10) \
	X(T_REASSEMBLY, "REASSEMBLY_TIMEOUT", "RFC 8200 4.5", TIMER_SPAN, 60 * MOOR_S, 1 * MOOR_MS, 600 * MOOR_S) \
	X(T_BINDACK_FIRST, "InitialBindackTimeoutFirstReg", "RFC 6275 12", TIMER_SPAN, 1500 * MOOR_MS, 10 * MOOR_MS, \
		60 * MOOR_S) \
	X(T_BINDACK, "INITIAL_BINDACK_TIMEOUT", "RFC 6275 12", TIMER_SPAN, 1 * MOOR_S, 10 * MOOR_MS, 60 * MOOR_S) \
	X(T_BINDACK_MAX, "MAX_BINDACK_TIMEOUT", "RFC 6275 12", TIMER_SPAN, 32 * MOOR_S, 10 * MOOR_MS, 600 * MOOR_S) \
	X(T_UPDATE_RATE, "MAX_UPDATE_RATE", "RFC 6275 12", TIMER_COUNT, 3, 1, 1000) \
	X(T_DELETE_BCE, "MAX_DELETE_BCE_TIMEOUT", "RFC 6275 12", TIMER_SPAN, 10 * MOOR_S, 0, 600 * MOOR_S) \
	X(T_V6_TRIES, "DSMIP_IPV6_TRIES", "RFC 5555 4.4.1", TIMER_COUNT, 3, 1, 100) \
	X(T_NATKA, "NATKATIMEOUT", "RFC 5555 5", TIMER_SPAN, 110 * MOOR_S, 1 * MOOR_S, 3600 * MOOR_S) \
	X(T_DHCP_FIRST, "DHCP_FIRST_RETRANSMISSION", "RFC 2131 4.1", TIMER_SPAN, 4 * MOOR_S, 100 * MOOR_MS, 64 * MOOR_S) \
	X(T_DHCP_MAX, "DHCP_MAX_RETRANSMISSION", "RFC 2131 4.1", TIMER_SPAN, 64 * MOOR_S, 100 * MOOR_MS, 600 * MOOR_S) \
	X(T_IKE_RETRANS, "IKE_RETRANSMISSION", "RFC 7296 2.1", TIMER_SPAN, 500 * MOOR_MS, 10 * MOOR_MS, 60 * MOOR_S) \
	X(T_IKE_RETRANS_MAX, "IKE_RETRANSMISSION_MAX", "RFC 7296 2.1", TIMER_SPAN, 32 * MOOR_S, 10 * MOOR_MS, 600 * MOOR_S) \
	X(T_IKE_TRIES, "IKE_TRIES", "RFC 7296 2.4", TIMER_COUNT, 12, 1, 100) \
	X(T_IKE_HALF_OPEN, "IKE_HALF_OPEN_TIMEOUT", "RFC 7296 2.4", TIMER_SPAN, 30 * MOOR_S, 1 * MOOR_S, 600 * MOOR_S) \
	X(T_IKE_KEEP, "IKE_RESPONSE_KEPT", "RFC 7296 2.1", TIMER_SPAN, 240 * MOOR_S, 1 * MOOR_S, 3600 * MOOR_S) \
	X(T_IKE_DPD, "IKE_LIVENESS", "RFC 7296 2.4", TIMER_SPAN, 30 * MOOR_S, 0, 86400 * MOOR_S) \
	X(T_IKE_KEEPALIVE, "NAT_KEEPALIVE", "RFC 3948 4", TIMER_SPAN, 20 * MOOR_S, 0, 3600 * MOOR_S) \
	X(T_REDIRECTS, "MAX_REDIRECTS", "RFC 5685 10", TIMER_COUNT, 5, 1, 100) \
	X(T_REDIRECT_LOOP, "REDIRECT_LOOP_DETECT_PERIOD", "RFC 5685 10", TIMER_SPAN, 300 * MOOR_S, 1 * MOOR_S, \
		86400 * MOOR_S) \
	X(T_AAA, "AAA_TIMEOUT", "24.303 5.1.3.1", TIMER_SPAN, 5 * MOOR_S, 10 * MOOR_MS, 600 * MOOR_S) \
	X(T_DNS_RETRANS, "DNS_RETRANSMISSION", "RFC 1035 4.2.1", TIMER_SPAN, 2 * MOOR_S, 10 * MOOR_MS, 60 * MOOR_S) \
	X(T_DNS_TRIES, "DNS_TRIES", "RFC 1035 7.2", TIMER_COUNT, 2, 1, 100) \
	X(T_NAS, "T3482", "TS 24.301 10.3", TIMER_SPAN, 8 * MOOR_S, 10 * MOOR_MS, 600 * MOOR_S) \
	X(T_NAS_TRIES, "NAS_TRIES", "TS 24.301 6.5.1.5", TIMER_COUNT, 5, 1, 100) \
	X(T_ARP_COUNT, "ARP_TRIES", "RFC 1122 2.3.2.1", TIMER_COUNT, 3, 1, 100)

enum timer_id {
#define X(id, name, clause, unit, def, min, max) id,
	TIMER_TABLE(X)
#undef X
	TIMER_IDS
};

struct timer_row {
	const char *name, *clause;
	enum timer_unit unit;
	int64_t def, min, max;
};

extern const struct timer_row timer_rows[TIMER_IDS];

/* One set of values; many nodes share one. */
struct timer_set { int64_t v[TIMER_IDS]; };

void timer_set_default(struct timer_set *s);
int timer_find(const char *name);			/* -1: no such timer */

#endif
