/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz target: Diameter messages, and what the AAA interface reads from them. Laws: the answer and the fault agree, the
 * fault lies within, members lie in their groups, what was read can be written and is then read the same, refusals
 * quote a pair of the message, and whatever the check lets through can be answered.
 */
#include <string.h>

#include "proto/aaa_diameter.h"
#include "tests/fuzz/laws.h"
#include "wire/diameter.h"

static struct diam_msg m, back;

static void levels(const struct diam_msg *msg, size_t n)
{
	LAW(msg->n <= DIAM_AVPS_MAX);
	for (unsigned i = 0; i < msg->n; i++) {
		const struct diam_avp *a = &msg->avp[i];

		LAW(a->at + DIAM_AVP_HEADER <= n && a->len <= n - a->at - DIAM_AVP_HEADER);
		LAW(a->depth < DIAM_DEPTH_MAX && a->depth <= (i ? a[-1].depth + 1 : 0));
		LAW(!a->id || diam_row(a->id));
		for (const struct diam_avp *b = diam_next(msg, a); b; b = diam_next(msg, b))
			LAW(b > a && b->id == a->id && b->depth == a->depth);
	}
}

static void read_by_the_interface(void)
{
	static const struct aaa_diameter_ends ends = { .host = "h.r", .realm = "r", .app = DIAM_APP_S6B };
	static struct aaa_diameter_request q;
	static struct aaa_diameter_answer a;
	static uint8_t out[DIAM_MESSAGE_MAX];
	const struct diam_avp *failed;
	struct fault fault;
	uint32_t missing, code = diam_check(&m, &failed, &missing);
	size_t n;

	LAW(code == DIAM_SUCCESS || !failed || (failed >= m.avp && failed < m.avp + m.n));
	LAW(!missing || diam_row(missing));
	if (m.flags & DIAM_F_REQUEST) {
		if (aaa_diameter_read_request(&m, &q))
			LAW(q.q.eap_len <= m.len && q.q.nai_len <= m.len);
		n = aaa_diameter_result(out, sizeof out, &ends, &m, DIAM_UNABLE_TO_COMPLY);
		if (code == DIAM_SUCCESS && n)
			LAW(diam_decode(out, n, &back, &fault, NULL) && diam_result(&back) == DIAM_UNABLE_TO_COMPLY);
	} else {
		aaa_diameter_read_answer(&m, "apn", &a);
		LAW(a.a.eap_len <= m.len && a.a.msk_len <= 64);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static uint8_t first[DIAM_MESSAGE_MAX];
	struct laws_printer state = { 0 };
	struct wire_printer pr = laws_printer(&state);
	struct wire_diags d = { 0 };
	struct fault fault;
	bool good = diam_decode(p, n, &m, &fault, &d);

	LAW(good == !fault.reason && fault.offset <= n);
	levels(&m, n);
	diam_print(p, n, &pr, 0);
	LAW(state.depth == 0 && state.opened);
	if (!good)
		return 0;
	LAW(diam_encode(&m, first, sizeof first) == n);
	LAW(d.n || !memcmp(first, p, n));
	LAW(diam_decode(first, n, &back, &fault, NULL) && back.n == m.n);
	read_by_the_interface();
	return 0;
}
