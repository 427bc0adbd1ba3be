/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Made-up records for the trace tests: a mobile node "ue" (node 1) with ports 3 (wlan0 on link lte, then wlan) and 4,
 * a home agent "ha" (node 0), a correspondent "cn" (node 2). Each function feeds one record to the sink.
 */
#ifndef MOOR_TESTS_TRACE_SCRIPT_H
#define MOOR_TESTS_TRACE_SCRIPT_H

#include "traces/names.h"

enum { NODE_HA = 0, NODE_UE = 1, NODE_CN = 2, PORT_LTE = 3, PORT_WLAN = 4, PORT_HA = 5 };

struct script {
	rec_sink_fn *sink;
	void *ctx;
	struct ip6_addr home, ha, coa;	/* coa: of the BUs from now on */
};

struct name_table *script_names(void);
struct script script_new(rec_sink_fn *sink, void *ctx);
struct ip6_addr script_addr(const char *text);
void script_move(struct script *s, moor_time at, enum rec_move what, uint32_t port, const char *addr);
void script_solicit(struct script *s, moor_time at, uint32_t port);
void script_dhcp(struct script *s, moor_time at, uint8_t message, bool sent);
void script_bu(struct script *s, moor_time at, uint16_t sequence, uint16_t attempt, uint16_t lifetime);
/* The first BU of an exchange, over an interface that its record names. */
void script_bu_over(struct script *s, moor_time at, uint16_t sequence, uint32_t port);
void script_bu_proxy(struct script *s, moor_time at, uint32_t instance, uint16_t sequence);
void script_ba(struct script *s, moor_time at, uint16_t sequence, uint8_t status, bool nat);
void script_data(struct script *s, moor_time at, bool sent, bool up, uint64_t sequence, moor_time sent_at);
/*
 * Packets first .. last of a CBR flow, packet k sent at start + k * interval; those of lost_from .. lost_to never
 * arrive.
 */
void script_flow(struct script *s, bool up, uint64_t first, uint64_t last, moor_time start, moor_time interval,
		 moor_time delay, uint64_t lost_from, uint64_t lost_to);

#endif
