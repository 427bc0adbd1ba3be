/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz target: IKEv2. The first octet says what follows: even, a whole message; odd, the type of the first payload and
 * then a chain of inner payloads, for a fuzzer seldom gets past a header's length. Laws: a fault is told and lies
 * within the octets; the Encrypted payload's parts lie within and add up; what is readable is shown; what nothing was
 * noted about is written back octet for octet, and whatever can be written reads back and is then written the same;
 * values inside payloads lie within them.
 */
#include <string.h>

#include "tests/fuzz/laws.h"
#include "wire/ike_write.h"

static bool within(const struct ike_octets *in, const struct ike_octets *out)
{
	return in->p >= out->p && in->p + in->n <= out->p + out->n;
}

static void values(const struct ike_payload *pl)
{
	struct ike_octets a, b;
	struct ike_redirect r;
	uint8_t buf[600];
	struct ike_home_prefix hp;
	struct ip6_addr ip6;
	struct ip4_addr ip4;
	bool has4;

	if (pl->type == IKE_P_NOTIFY) {
		LAW(within(&pl->notify.data, &pl->body) && within(&pl->notify.spi, &pl->body));
		if (ike_redirect_decode(&pl->notify.data, &r))
			LAW(within(&r.gw, &pl->body) && within(&r.nonce, &pl->body) &&
			    ike_redirect_encode(&r, buf, sizeof buf) == pl->notify.data.n);
	} else if (pl->type == IKE_P_AUTH && ike_auth_sig_split(&pl->auth.data, &a, &b)) {
		LAW(within(&a, &pl->body) && within(&b, &pl->body));
	} else if (pl->type == IKE_P_CP) {
		for (unsigned i = 0; i < pl->cp.n; i++) {
			const struct ike_cp_attr *at = &pl->cp.attr[i];

			LAW(within(&(struct ike_octets){ at->value, at->len }, &pl->body));
			(void)(ike_cp_home_prefix(at, &hp) || ike_cp_ip6(at, &ip6, NULL) || ike_cp_ip4(at, &ip4) ||
			       ike_cp_home_agent(at, &ip6, &ip4, &has4));
		}
	} else if (pl->type == IKE_P_DELETE) {
		LAW((size_t)pl->del.n * pl->del.spi_len + 4 <= pl->body.n && (!pl->del.n || pl->del.spi_len));
	}
}

static void bounds(const struct ike_msg *m, bool good, size_t n)
{
	LAW(good == !m->fault.reason && m->fault.offset <= n);
	LAW(m->n <= IKE_PAYLOAD_MAX && m->n_prop <= IKE_PROPOSAL_MAX && m->n_transform <= IKE_TRANSFORM_MAX);
	LAW(m->n_ts <= IKE_TS_MAX && m->n_attr <= IKE_CP_ATTR_MAX);
	for (unsigned i = 0; i < m->n; i++) {
		LAW(m->payload[i].offset + IKE_GENERIC_LEN + m->payload[i].body.n <= n);
		if (!m->payload[i].bad)
			values(&m->payload[i]);
	}
}

static size_t write_chain(const struct ike_msg *m, uint8_t *buf, size_t cap)
{
	struct ike_writer w;

	ike_w_inner(&w, buf, cap);
	for (unsigned i = 0; i < m->n; i++)
		ike_w_again(&w, &m->payload[i]);
	return ike_w_end(&w);
}

static void chain(uint8_t first, const uint8_t *p, size_t n)
{
	static uint8_t one[70000], two[70000];
	struct laws_printer state = { .depth = 1 };
	struct wire_printer pr = laws_printer(&state);
	struct ike_msg m, back;
	bool good = ike_decode_payloads(first, p, n, &m, NULL);
	char line[400];
	struct text t = text_on(line, sizeof line);
	size_t n1, n2;

	bounds(&m, good, n);
	ike_summary_payloads(&m, &t);
	ike_print_payloads(first, p, n, &pr, 0);
	LAW(state.depth == 1 && (good || state.noted) && (!m.notes || state.noted));
	n1 = write_chain(&m, one, sizeof one);
	if (good && !m.notes)
		LAW(n1 == n && !memcmp(one, p, n));
	if (!n1)
		return;
	LAW(ike_decode_payloads(m.payload[0].type, one, n1, &back, NULL));
	n2 = write_chain(&back, two, sizeof two);
	LAW(n2 == n1 && !memcmp(one, two, n1));
}

static void sealed(const struct ike_msg *m, size_t n)
{
	static const struct seal_sizes sizes[] = { { 16, 16, 16 }, { 8, 1, 16 }, { 0, 1, 0 }, { 8, 4, 12 } };
	struct ike_sk sk;

	for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		if (!ike_sk_view(m, &sizes[i], &sk, NULL))
			continue;
		LAW(sk.aad_len == sk.iv && sk.iv + sk.iv_len == sk.ct && sk.ct + sk.ct_len == sk.icv);
		LAW(sk.icv == sk.auth_len && sk.icv + sk.icv_len <= n && sk.ct_len % sizes[i].block == 0 && sk.ct_len);
	}
}

static void message(const uint8_t *p, size_t n)
{
	static uint8_t one[70000];
	struct laws_printer state = { 0 };
	struct wire_printer pr = laws_printer(&state);
	struct ike_msg m;
	bool good = ike_decode(p, n, &m, NULL);
	char line[400];
	struct text t = text_on(line, sizeof line);

	bounds(&m, good, n);
	sealed(&m, n);
	LAW(ike_summary(&m, &t));
	ike_print(p, n, &pr, 0);
	LAW(state.depth == 0 && state.opened && (good || state.noted));
	if (good && !m.notes)
		LAW(ike_encode(&m, one, sizeof one) == n && !memcmp(one, p, n));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	if (n >= 1 && !(p[0] & 1))
		message(p + 1, n - 1);
	else if (n >= 2)
		chain(p[1], p + 2, n - 2);
	return 0;
}
