/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What both ends of NAS share: sending, receiving and their records.
 */
#ifndef MOOR_PROTO_PCO_PRIV_H
#define MOOR_PROTO_PCO_PRIV_H

#include "net/net.h"
#include "wire/pco.h"

void nas_send(struct net_iface *i, const struct mac_addr *to, const struct nas_message *m, uint16_t attempt);
/* False: it cannot be read; that is recorded. */
bool nas_receive(struct net_iface *i, const uint8_t *octets, uint32_t len, struct nas_message *m, uint16_t attempt);
void nas_discard(struct net_iface *i, const char *reason, const char *clause);

#endif
