/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: ICMPv4
 *
 * [RFC 792] echo, destination unreachable, time exceeded, parameter problem and redirect, and the next hop's MTU in
 * "fragmentation needed" [RFC 1191 4]. Other types read as type, code and body. Multi-part extensions [RFC 4884] stay
 * in body.
 */
#include "wire/icmp4.h"

#include "base/checksum.h"

bool icmp4_decode(const uint8_t *p, size_t n, struct icmp4 *out, struct wire_diags *d)
{
	struct reader r = reader_on(p, n);

	*out = (struct icmp4){ 0 };
	if (n < ICMP4_LEN)
		return false;
	out->type = get8(&r);
	out->code = get8(&r);
	get_skip(&r, 2);
	switch (out->type) {
	case ICMP4_T_ECHO_REQUEST:
	case ICMP4_T_ECHO_REPLY:
		out->id = get16(&r);
		out->seq = get16(&r);
		break;
	case ICMP4_T_UNREACHABLE:
		get_skip(&r, 2);
		out->mtu = get16(&r);
		if (out->code != ICMP4_U_FRAG_NEEDED)
			out->mtu = 0;
		break;
	case ICMP4_T_PARAM_PROBLEM:
		out->pointer = get8(&r);
		break;
	case ICMP4_T_REDIRECT:
		out->gateway = get_ip4(&r);
		break;
	}
	out->body = p + ICMP4_LEN;
	out->body_len = (uint32_t)(n - ICMP4_LEN);
	out->csum_ok = !csum_fold(csum_add(0, p, n));
	if (!out->csum_ok)
		wire_note(d, "icmp4-checksum", "RFC 792", 2, 0);
	return true;
}

static void fixed(struct writer *w, const struct icmp4 *m)
{
	put8(w, m->type);
	put8(w, m->code);
	put16(w, 0);
	switch (m->type) {
	case ICMP4_T_ECHO_REQUEST:
	case ICMP4_T_ECHO_REPLY:
		put16(w, m->id);
		put16(w, m->seq);
		return;
	case ICMP4_T_UNREACHABLE:
		put16(w, 0);
		put16(w, m->code == ICMP4_U_FRAG_NEEDED ? m->mtu : 0);
		return;
	case ICMP4_T_PARAM_PROBLEM:
		put8(w, m->pointer);
		put_zeros(w, 3);
		return;
	case ICMP4_T_REDIRECT:
		put_ip4(w, m->gateway);
		return;
	}
	put32(w, 0);
}

size_t icmp4_encode(const struct icmp4 *m, uint8_t *buf, size_t cap)
{
	struct writer w = writer_on(buf, cap);
	uint8_t *body;

	fixed(&w, m);
	body = writer_take(&w, m->body_len);
	if (!writer_ok(&w))
		return 0;
	if (m->body_len && m->body != body)
		memmove(body, m->body, m->body_len);
	put16_at(&w, 2, csum_fold(csum_add(0, buf, writer_len(&w))));
	return writer_len(&w);
}
