/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The network's end of NAS on a 3GPP access link: MME and PDN gateway in one, as far as they hand out protocol
 * configuration options [TS 24.301 6.5.1; 24.303 5.1.2.1, 5.1.2.3].
 */
#ifndef MOOR_PROTO_PCO_NETWORK_H
#define MOOR_PROTO_PCO_NETWORK_H

#include "net/net.h"
#include "wire/pco.h"

enum pco_fault {
	PCO_FAULT_NONE,
	PCO_FAULT_SILENT,		/* answers nothing */
	PCO_FAULT_REJECT,		/* PDN CONNECTIVITY REJECT, cause 30 */
	PCO_FAULT_EMPTY,		/* accepts, and tells nothing of what was asked: it does not know DSMIPv6 */
	PCO_FAULT_MALFORMED,		/* a container longer than the element */
	PCO_FAULT_WRONG_TRANSACTION	/* answers another transaction */
};

struct pco_network_config {
	/* has, ha6, ha4, hnp and DNS servers: what is told to all who ask for it; IFOM by its bit in has. */
	struct pco pco;
	/*
	 * The home network prefix of the UE with this hardware address, when it is not the same for all; false: none.
	 * NULL: pco.hnp.
	 */
	bool (*hnp)(void *arg, const struct mac_addr *ue, const char *apn, struct ip6_prefix *out);
	void *arg;
	const char *apn;		/* the one that is served, without its operator identifier; NULL: any */
	moor_time delay;		/* of the answer */
	enum pco_fault fault;
};

struct pco_network;
/* Answers on this interface; goes with its host. One per host and interface. */
struct pco_network *pco_network_new(struct net_iface *i, const struct pco_network_config *c);

#endif
