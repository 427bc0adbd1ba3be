/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz target: whole frames. The first octet chooses the link type. Laws: the tree is balanced, a fault is always
 * told, the view lies inside the frame, and the summary line is never empty.
 */
#include <string.h>

#include "tests/fuzz/laws.h"
#include "wire/dissect.h"
#include "wire/summary.h"

static void view(enum wire_link kind, const uint8_t *p, size_t n)
{
	struct frame_view v;
	char line[400];
	struct text t = text_on(line, sizeof line);

	summary(kind, p, n, &t);
	LAW(line[0] && t.len == strlen(line));
	if (!frame_view_make(kind, p, n, &v)) {
		LAW(v.fault.reason);
		return;
	}
	LAW(v.n_ip <= FRAME_MAX_IP && v.fault.offset <= n);
	LAW(v.upper >= p && v.upper_len <= n && v.upper + v.upper_len <= p + n);
	LAW(v.payload >= p && v.payload_len <= n && v.payload + v.payload_len <= p + n);
	LAW(!v.mh || (v.mh >= p && v.mh + v.mh_len <= p + n));
	for (unsigned i = 0; i < v.n_ip; i++)
		LAW(v.ip[i].offset + v.ip[i].len <= n && (v.ip[i].family == 4 || v.ip[i].family == 6));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct laws_printer state = { 0 };
	struct wire_printer pr = laws_printer(&state);
	enum wire_link kind;
	bool good;

	if (!n)
		return 0;
	kind = (enum wire_link)(p[0] % (WIRE_LINK_PPP + 1));
	good = dissect(kind, p + 1, n - 1, &pr);
	LAW(state.depth == 0 && (good || state.noted));
	view(kind, p + 1, n - 1);
	return 0;
}
