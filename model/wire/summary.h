/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One short line for a packet, for ladders and packet comments:
 *	BU seq 12 A,H,K,R lifetime 900 s HoA 2001:db8:a::1 CoA 2001:db8:c::2
 *	RA prefix 2001:db8:c::/64
 *	DHCP OFFER 10.0.0.5
 *	UDP4191[BU seq 2 ...]	IP[echo request id 1 seq 4]	IP[UDP 5000 > 6000 len 120]
 */
#ifndef MOOR_WIRE_SUMMARY_H
#define MOOR_WIRE_SUMMARY_H

#include "base/text.h"
#include "wire/frame.h"

void summary(enum wire_link kind, const uint8_t *p, size_t n, struct text *out);

/* The same of a view already made. */
void summary_view(const struct frame_view *v, struct text *out);

#endif
