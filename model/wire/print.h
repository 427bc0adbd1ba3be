/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every decoder tells about a packet, as a tree of layers and fields. One visitor serves `mooring decode`, the
 * ladder, packet comments and the vector tests (which compare "path = value" lines, path = layer names and field
 * name joined by dots). Names are lower case with hyphens, as in the RFC's field names: "bu.sequence", "opt-
 * ipv4-care-of-address.address".
 */
#ifndef MOOR_WIRE_PRINT_H
#define MOOR_WIRE_PRINT_H

#include <stdint.h>

struct wire_printer {
	/* A layer, message, option or sub-option begins. offset from the start of the decoded octets. title: for people,
	 * may be NULL. */
	void (*open)(void *ctx, const char *name, const char *title, uint32_t offset, uint32_t len);
	/* One field; value is text (numbers decimal, flags "A,H,K" or "-", octets hex, times with unit "900 s"). */
	void (*field)(void *ctx, const char *name, const char *value, uint32_t offset, uint32_t len);
	/* A named diagnostic: something a strict reader would refuse, or a fault that ended the decoding. */
	void (*note)(void *ctx, const char *id, const char *text, uint32_t offset);
	void (*close)(void *ctx);
	void *ctx;
};

/* One line per packet for ladders and comments comes from wire/summary.h. */

#endif
