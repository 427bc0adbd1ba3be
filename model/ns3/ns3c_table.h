/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The same functions as a table, for programs that load the library when they need it and run without it elsewhere:
 *
 *	module = dlopen("libmooring-ns3.so", RTLD_NOW | RTLD_LOCAL);
 *	n = dlsym(module, NS3C_TABLE_SYMBOL);
 *	if (n->abi == NS3C_ABI && n->octets == sizeof *n) n->init(&config);
 */
#ifndef NS3C_TABLE_H
#define NS3C_TABLE_H

#include "ns3/ns3c.h"

#define NS3C_TABLE_SYMBOL "ns3c_table"

/* Every function of ns3c.h, in its order. */
#define NS3C_FUNCTIONS(X) \
	X(version) X(error_text) X(init) X(end) X(now) X(run_until) X(stop) X(events) X(alone) X(lateness) \
	X(timer_set) X(timer_cancel) X(timer_pending) X(inject) X(uniform) \
	X(default) X(port_attribute) X(attribute_check) \
	X(node_new) X(node_adopt) X(node_id) X(node_name) X(node_place) X(node_velocity) X(node_waypoint) X(node_position) \
	X(device) \
	X(port_on_frame) X(port_promiscuous) X(port_on_link) X(port_send) X(port_set_mac) X(port_mac) X(port_mtu) \
	X(port_set_mtu) X(port_up) X(port_enable) X(port_queue) X(port_flush) \
	X(port_node) X(port_stats) X(port_pcap) \
	X(p2p) X(csma_channel) X(csma_attach) X(bridge) \
	X(wifi_new) X(wifi_ap) X(wifi_sta) X(wifi_on_event) X(wifi_roam) X(wifi_associated) \
	X(lte_new) X(lte_ue) X(lte_sgi) X(lte_handover) X(lte_on_event) \
	X(fd)

struct ns3c_table {
	uint32_t abi, octets;		/* NS3C_ABI, sizeof(struct ns3c_table) */
#define X(name) __typeof__(ns3c_##name) *name##_;
	NS3C_FUNCTIONS(X)
#undef X
};

#endif
