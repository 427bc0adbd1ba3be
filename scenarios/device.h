/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interfaces of the machine in a scenario: `devices` of a node, `device` of a link. Live runs open them.
 */
#ifndef MOOR_SCENARIOS_DEVICE_H
#define MOOR_SCENARIOS_DEVICE_H

#include "scenarios/scenario.h"
#include "scenarios/schema.h"

enum scen_by { BY_PACKET, BY_PCAP, BY_TAP };

/* A network interface of the machine that stands for an interface of a node, or for a whole link; live runs only. */
struct scen_device {
	struct scen_base base;		/* name: of a node's, the interface or link that it is there for */
	const char *interface;		/* of the machine */
	int by;				/* enum scen_by */
	const char *filter;		/* of libpcap; NULL: none */
	const char *mac;		/* of a node's: whose frames they are; NULL: everybody's */
};

extern const struct scen_section scen_device_section;

/* That of the node's interface, or of its interface on the link, of this name; NULL: none. */
const struct scen_device *device_of(const struct scen_node *n, const char *port);
bool device_anywhere(const struct scenario *s);
void device_check(const struct scenario *s, struct report *r);

#endif
