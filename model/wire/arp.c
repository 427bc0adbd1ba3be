/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: ARP
 *
 * [RFC 826] for IPv4 over Ethernet only: hardware type 1 with 6 octets, protocol 0x0800 with 4. Any other combination
 * is a fault, since none of its fields would stand where ours do. An unknown operation is read and noted.
 */
#include "wire/arp.h"

#include "wire/ip.h"

bool arp_decode(struct reader *r, struct arp *out, struct wire_diags *d)
{
	uint16_t hardware, protocol, lengths;

	if (reader_left(r) < ARP_LEN) {
		reader_fail(r, "arp-short");
		return false;
	}
	hardware = get16(r);
	protocol = get16(r);
	lengths = get16(r);
	if (hardware != 1 || protocol != ETYPE_IP4 || lengths != 0x0604) {
		reader_fail_at(r, r->p - 6, "arp-type");
		return false;
	}
	out->op = get16(r);
	out->sha = get_mac(r);
	out->spa = get_ip4(r);
	out->tha = get_mac(r);
	out->tpa = get_ip4(r);
	if (out->op != ARP_REQUEST && out->op != ARP_REPLY)
		wire_note(d, "arp-operation", "RFC 826", 6, out->op);
	return true;
}

size_t arp_encode(const struct arp *a, uint8_t *buf, size_t cap)
{
	struct writer w = writer_on(buf, cap);

	put16(&w, 1);
	put16(&w, ETYPE_IP4);
	put16(&w, 0x0604);
	put16(&w, a->op);
	put_mac(&w, &a->sha);
	put_ip4(&w, a->spa);
	put_mac(&w, &a->tha);
	put_ip4(&w, a->tpa);
	return writer_ok(&w) ? writer_len(&w) : 0;
}
