/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The network beside a played node: answers its neighbour solicitations and ARP requests, so that its packets leave,
 * and moves its world on step by step. It exists because the rest of the captured network is not played.
 * [RFC 4861 7.2.4] [RFC 826]
 */
#include "emu/replay_as.h"

#include "base/checksum.h"

enum { NS = 135, NA = 136, OPT_TARGET_LLA = 2, IP6_AT = 14, ICMP_AT = 54, NS_LEN = 24, NA_LEN = 32 };

static void answer_ns(struct as_net *n, const uint8_t *f)
{
	uint8_t *p = n->answer[n->n].octets;
	struct ip6_addr src, dst;

	memcpy(src.o, f + ICMP_AT + 8, 16);
	memcpy(dst.o, f + IP6_AT + 8, 16);
	if (ip6_is_zero(&dst))
		return;			/* it tests its own address */
	memset(p, 0, sizeof(n->answer[0].octets));
	memcpy(p, f + 6, 6);
	memcpy(p + 6, n->mac.o, 6);
	p[12] = 0x86;
	p[13] = 0xdd;
	p[14] = 0x60;
	p[19] = NA_LEN;
	p[20] = 58;
	p[21] = 255;
	memcpy(p + 22, src.o, 16);
	memcpy(p + 38, dst.o, 16);
	p[ICMP_AT] = NA;
	p[ICMP_AT + 4] = 0xe0;		/* router, solicited, override */
	memcpy(p + ICMP_AT + 8, src.o, 16);
	p[ICMP_AT + 24] = OPT_TARGET_LLA;
	p[ICMP_AT + 25] = 1;
	memcpy(p + ICMP_AT + 26, n->mac.o, 6);
	wire_put16(p + ICMP_AT + 2, csum_fold(csum_add(csum_pseudo6(&src, &dst, NA_LEN, 58), p + ICMP_AT, NA_LEN)));
	n->answer[n->n++].len = ICMP_AT + NA_LEN;
}

static void answer_arp(struct as_net *n, const uint8_t *f)
{
	uint8_t *p = n->answer[n->n].octets;

	if (!memcmp(f + 28, f + 38, 4))
		return;			/* it tests or announces its own address */
	memcpy(p, f + 6, 6);
	memcpy(p + 6, n->mac.o, 6);
	memcpy(p + 12, f + 12, 8);
	p[20] = 0;
	p[21] = 2;
	memcpy(p + 22, n->mac.o, 6);
	memcpy(p + 28, f + 38, 4);
	memcpy(p + 32, f + 22, 10);
	n->answer[n->n++].len = 42;
}

void as_net_out(void *ctx, struct moor_port *port, moor_time at, const uint8_t *frame, size_t len)
{
	struct as_net *n = ctx;

	(void)port, (void)at;
	if (n->n == AS_ANSWERS)
		return;
	if (len >= ICMP_AT + NS_LEN && frame[12] == 0x86 && frame[20] == 58 && frame[ICMP_AT] == NS)
		answer_ns(n, frame);
	else if (len >= 42 && frame[12] == 0x08 && frame[13] == 0x06 && frame[21] == 1)
		answer_arp(n, frame);
}

void as_net_until(struct as_net *n, moor_time t)
{
	for (;;) {
		moor_time next = moor_world_next(n->w);

		moor_world_advance(n->w, MIN(next, t));
		for (unsigned i = 0; i < n->n; i++)
			moor_world_rx(n->w, n->port, moor_world_now(n->w), n->answer[i].octets, n->answer[i].len);
		if (!n->n && next >= t)
			return;
		n->n = 0;
	}
}
