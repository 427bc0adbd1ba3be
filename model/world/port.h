/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ports: where a node meets a link. Frames are Ethernet (14-octet header, no FCS) on every kind of link. A port has
 * a MAC, an MTU, a carrier (up when attached to a link that is up), an ordered chain of filters, and a multicast
 * subscription as a network card has (frames to other groups never reach the handler, and links need not carry them
 * to it).
 *
 * Way of a frame:  node -> filters (out) -> link -> filters (in) -> rx handler
 */
#ifndef MOOR_WORLD_PORT_H
#define MOOR_WORLD_PORT_H

#include "base/addr.h"
#include "world/pkt.h"
#include "world/world.h"

struct moor_link;
struct moor_filter;

/* p is lent, see world/pkt.h; data starts at the Ethernet header. */
typedef void moor_rx_fn(void *owner, struct moor_port *port, struct moor_pkt *p);
/* The carrier changed. Posted, never called from inside the call that caused it. */
typedef void moor_carrier_fn(void *owner, struct moor_port *port, bool up);

/*
 * Another port came to the LAN that this one is a hub of, or left it: what a base station or an access point knows. For
 * both, the LAN must be up. mac: lent for the call. Posted as carrier changes are.
 */
typedef void moor_station_fn(void *owner, struct moor_port *hub, const struct mac_addr *mac, bool there);

struct moor_port *moor_port_new(struct moor_node *n, const char *name, const struct mac_addr *mac);
void moor_port_handlers(struct moor_port *p, moor_rx_fn *rx, moor_carrier_fn *carrier, void *owner);
/* This port wants to hear of stations; fn is shared by all ports that have its handlers. */
void moor_port_stations(struct moor_port *p, moor_station_fn *fn);
/* What moor_timer_foresee is for timers: for frames on their way to this port, and to all that have its handlers. */
typedef void moor_foresee_frame_fn(const void *owner, const uint8_t *frame, size_t len);
void moor_port_foresee(struct moor_port *p, moor_foresee_frame_fn *foresee);
void *moor_port_owner(const struct moor_port *p);
const char *moor_port_name(const struct moor_port *p);			/* without the node's name */
struct moor_node *moor_port_node(const struct moor_port *p);
/* in the world, in order of creation: part of the event order */
uint32_t moor_port_number(const struct moor_port *p);
struct moor_port *moor_port_at(const struct moor_world *w, uint32_t number);
const struct mac_addr *moor_port_mac(const struct moor_port *p);
uint32_t moor_port_mtu(const struct moor_port *p);			/* largest L3 packet: the link's, 1500 while detached */
bool moor_port_up(const struct moor_port *p);
struct moor_link *moor_port_link(const struct moor_port *p);		/* NULL: detached or external */
/* carried by the engine's callback; carrier up */
void moor_port_external(struct moor_port *p, bool external, uint32_t mtu);
void moor_port_promiscuous(struct moor_port *p, bool on);		/* bridges, sniffers: everything reaches the handler */
/* As if it had joined every group: a stack outside, which joins where nobody hears it. */
void moor_port_all_groups(struct moor_port *p, bool on);
void moor_port_join(struct moor_port *p, const struct mac_addr *group);	/* counted; leave undoes one join */
void moor_port_leave(struct moor_port *p, const struct mac_addr *group);
/* Would its handler get a frame to this destination (six octets)? For engines that hand frames over by filters. */
bool moor_port_accepts(const struct moor_port *p, const uint8_t *dst);

/* The number + 1 of the port that sent the frame being handled; 0: no frame is, or it came from outside. Good for
 * moor_pkt_hint alone: nothing that can be seen may depend on it. */
uint32_t moor_port_asking(const struct moor_world *w);

/* Sends one frame of at least 14 octets; takes pkt. Without carrier, or longer than the MTU + 14, it is dropped with a
 * record. */
void moor_port_send(struct moor_port *p, struct moor_pkt *pkt);

#endif
