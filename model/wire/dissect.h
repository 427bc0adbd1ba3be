/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The top-level dissector: shows a frame of any link type layer by layer through a wire_printer, through every
 * tunnel, into neighbour discovery, DHCPv4, the Mobility Header (model/wire/mh.h) and the packet quoted in an ICMP
 * error.
 */
#ifndef MOOR_WIRE_DISSECT_H
#define MOOR_WIRE_DISSECT_H

#include "wire/frame.h"
#include "wire/print.h"

#define DISSECT_MAX_DEPTH 12u		/* nested layers; then note "too-deep" and the rest as octets */

/*
 * Shows the n octets at p. Faults become notes; nothing is read beyond p + n. True when every octet was understood as
 * far as our codecs go: no fault was met (deviations that leave the packet readable do not count).
 */
bool dissect(enum wire_link kind, const uint8_t *p, size_t n, const struct wire_printer *pr);

#endif
