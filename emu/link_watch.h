/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What others do to the interfaces of a network namespace: up and down, MTU, MAC address, names, removal. The kernel
 * tells it by rtnetlink(7).
 *
 *	w = link_watch_new(&error);			in the namespace
 *	link_watch_look(w, fn, ctx);			often, from anywhere
 */
#ifndef MOOR_EMU_LINK_WATCH_H
#define MOOR_EMU_LINK_WATCH_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"

struct link_watch;

/* An interface as it is now. */
struct link_news {
	int index;
	bool removed;			/* nothing below is known then but its last name */
	bool up;			/* administratively; the cable is another matter */
	uint32_t mtu;			/* octets of a packet; 0: not told */
	bool has_mac;
	struct mac_addr mac;
	const char *name;		/* lent; "": not told */
};

struct link_watch *link_watch_new(GError **error);
void link_watch_free(struct link_watch *w);
/* What has happened since the last look, at most some dozens of news; the rest is for the next one. */
void link_watch_look(struct link_watch *w, void (*fn)(void *ctx, const struct link_news *n), void *ctx);

#endif
