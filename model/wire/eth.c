/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: Ethernet
 *
 * Ethernet II framing [RFC 894, RFC 2464]. Up to four VLAN tags (802.1Q, 802.1ad) are stepped over, because captures
 * hold them; nothing here writes tags, and IEEE 802.3 length fields are reported as they stand for the caller to
 * skip.
 */
#include "wire/eth.h"

#include <assert.h>

#define MAX_TAGS 4

bool eth_decode(struct reader *r, struct eth_hdr *out, struct wire_diags *d)
{
	const uint8_t *start = r->p;

	if (reader_left(r) < ETH_LEN) {
		reader_fail(r, "eth-short");
		return false;
	}
	out->dst = get_mac(r);
	out->src = get_mac(r);
	out->type = get16(r);
	out->vlan = 0;
	out->n_tags = 0;
	while ((out->type == ETYPE_VLAN || out->type == ETYPE_QINQ) && out->n_tags < MAX_TAGS) {
		uint16_t tag = get16(r);

		out->type = get16(r);
		if (!reader_ok(r)) {
			r->fault.reason = "eth-short";
			return false;
		}
		if (!out->n_tags++)
			out->vlan = tag & 0xfff;
	}
	out->len = (uint8_t)(r->p - start);
	if (out->type < 1536)
		wire_note(d, "eth-802.3", NULL, 12, out->type);
	return true;
}

size_t eth_push(uint8_t *front, size_t room, const struct mac_addr *dst, const struct mac_addr *src, uint16_t type)
{
	uint8_t *p = front - ETH_LEN;

	assert(room >= ETH_LEN);
	memcpy(p, dst->o, 6);
	memcpy(p + 6, src->o, 6);
	store16(p + 12, type);
	return ETH_LEN;
}

size_t eth_encode(const struct eth_hdr *h, uint8_t *buf, size_t cap)
{
	if (cap < ETH_LEN)
		return 0;
	return eth_push(buf + ETH_LEN, ETH_LEN, &h->dst, &h->src, h->type);
}
