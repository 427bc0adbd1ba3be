/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The UE's side of a PDN connection over a 3GPP access, as far as it carries protocol configuration options: PDN
 * CONNECTIVITY REQUEST until the network answers [TS 24.301 6.5.1; 24.303 5.1.2.1, 5.1.2.3]. A request exists only
 * while it runs.
 *
 * NAS messages travel in frames of the ethertype NAS_ETHERTYPE on the access link, in place of the radio's bearer: the
 * UE's to all stations, of which the network's end alone takes them, the network's to the UE's hardware address.
 */
#ifndef MOOR_PROTO_PCO_CLIENT_H
#define MOOR_PROTO_PCO_CLIENT_H

#include "base/slab.h"
#include "net/net.h"
#include "net/timers.h"
#include "wire/ip.h"
#include "wire/pco.h"

#define NAS_ETHERTYPE ETYPE_NAS

enum pco_outcome { PCO_ANSWERED, PCO_REJECTED, PCO_SILENT };

/* Called once, never from inside pco_request; the request is gone. pco: what was told, with PCO_ANSWERED; lent. */
typedef void pco_done_fn(void *owner, enum pco_outcome what, uint8_t cause, const struct pco *pco);

struct pco_request_config {
	struct net_iface *iface;	/* up */
	const char *apn;		/* as TS 23.003 9.1 has it; copied */
	uint8_t asks;			/* enum pco_bit */
	bool handover;			/* request type: the PDN connection stands over another access */
	const struct timer_set *timers;	/* NULL: defaults */
	pco_done_fn *done;
	void *owner;
};

moor_handle pco_request(const struct pco_request_config *c);	/* 0: the APN is none */
void pco_cancel(struct net_host *h, moor_handle request);	/* 0 and those gone: nothing happens */

#endif
