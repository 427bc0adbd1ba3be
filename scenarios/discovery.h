/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Words of a scenario about home agent discovery, as checks and builder read them alike.
 */
#ifndef MOOR_SCENARIOS_DISCOVERY_H
#define MOOR_SCENARIOS_DISCOVERY_H

#include "proto/discovery.h"
#include "scenarios/load.h"

extern const struct scen_choice scen_andsf[], scen_dns_faults[];
extern const struct scen_section scen_pco_section;

/* enum discovery_method; -1: no such word */
int discovery_method(const char *word);
/* A record of a zone: an address, "cname NAME" or "srv PRIORITY WEIGHT PORT NAME". False: none of these. */
bool discovery_record(const char *owner, const char *word, struct dns_record *out);
/* The FQDN of a UE's HA-APN; false: as said or by its APN and IMSI there is none. */
bool discovery_ha_apn(const struct scen_node *n, const char *apn, char out[DNS_NAME_TEXT]);
void discovery_check_node(const struct scenario *s, const struct scen_node *n, struct report *r);
void discovery_check_link(const struct scenario *s, const struct scen_link *l, struct report *r);

#endif
