/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One frame at the port of a node with a foreign stack, taken apart once for all who want something of it. Of
 * entity/outside.c and its parts alone.
 */
#ifndef MOOR_ENTITY_OUTSIDE_SEEN_H
#define MOOR_ENTITY_OUTSIDE_SEEN_H

#include "wire/frame.h"
#include "wire/icmp6.h"
#include "wire/mh.h"
#include "wire/mh_profile.h"
#include "world/port.h"

/* Lent for the call. */
struct outside_seen {
	struct moor_port *port;
	enum mh_profile profile;
	bool sent;			/* by the stack outside; false: it hears it */
	bool is_mh, is_icmp6;		/* mh, icmp6 are decoded; icmp6 in the outermost layer alone */
	struct frame_view v;		/* with at least one IP layer */
	struct mh_msg mh;
	struct wire_diags mh_notes, icmp6_notes;
	struct icmp6 icmp6;
};

/* False: no IP in it. */
bool outside_see(struct outside_seen *s, struct moor_port *p, enum mh_profile profile, const uint8_t *frame, size_t len,
		 bool sent);
/* What was noted of a message that it sent becomes deviations. */
void outside_deviations(const struct outside_seen *s, const struct wire_diags *ds);
/* An address that belongs to somebody in particular, anywhere; of IPv4, anything that is none of the special ones. */
bool outside_is_global(const struct ip6_addr *a);

/* outside_watch.c: Mobility Headers */
void outside_watch(struct outside_seen *s);
/* outside_signal.c: neighbour discovery, DHCP, DNS, IKE */
void outside_signal(const struct outside_seen *s);

#endif
