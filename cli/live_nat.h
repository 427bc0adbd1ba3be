/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel is told so that it translates as a scenario's NAT does. Internal to live_nat.c.
 */
#ifndef MOOR_CLI_LIVE_NAT_H
#define MOOR_CLI_LIVE_NAT_H

#include "emu/netns.h"
#include "net/nat.h"
#include "scenarios/scenario.h"

/* False: the kernel cannot; the error names each setting and what it would have to be. */
bool nat_rules_fit(const struct scen_nat *s, GError **e);
/* The widest part of the scenario's ports in which no port of a tunnel is: none is preserved. */
void nat_rules_other_ports(const struct nat_params *p, uint16_t *lo, uint16_t *hi);
/* Rules with these outside ports, in place of those that were there. */
bool nat_rules_load(const struct netns *ns, const struct scen_nat *s, const struct nat_params *p, uint16_t lo,
		    uint16_t hi, GError **e);
/* Forwarding and time-outs, behind the rules and before there are interfaces: IPv6 is ours. */
bool nat_rules_kernel(const struct netns *ns, const struct nat_params *p, GError **e);

#endif
