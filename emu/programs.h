/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ordinary programs on a node of ours: a TUN device in a network namespace, whose packets our stack sends and
 * receives as
 * its own, through whatever tunnels, security associations and address translators lie before it.
 *
 *	p = programs_new(live, host, ns, "up", 1280, &error);
 *	programs_address(p, &home_address, true, &error);	when it has one
 */
#ifndef MOOR_EMU_PROGRAMS_H
#define MOOR_EMU_PROGRAMS_H

#include "emu/live.h"
#include "emu/netns.h"
#include "net/net.h"

struct programs;

/* mtu: octets of a packet; what the tunnels before it leave of a link's. The device is up and has no address. */
struct programs *programs_new(struct live *l, struct net_host *h, const struct netns *ns, const char *device,
			      uint32_t mtu, GError **error);
/* Before live_free. */
void programs_free(struct programs *p);
/*
 * The namespace has this address (IPv4 as mapped) and sends everything of its family by the device; NULL: none any
 * more. Nothing happens when that is so already.
 */
bool programs_address(struct programs *p, bool v4, const struct ip6_addr *a, GError **error);
/* Packets of programs that our stack could not send. */
uint64_t programs_refused(const struct programs *p);

#endif
