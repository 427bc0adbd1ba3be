/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz target: DHCPv6, and the identifiers of home agents in it. Laws: the answer and the fault agree, what is shown is
 * closed and tells of faults, what was read can be written, and written twice it is the same; names that are none are
 * not written.
 */
#include <string.h>

#include "tests/fuzz/laws.h"
#include "wire/dhcp6.h"

static bool decode(const uint8_t *p, size_t n, struct dhcp6 *m)
{
	struct reader r = reader_on(p, n);
	struct wire_diags d = { 0 };
	bool good = dhcp6_decode(&r, m, &d);

	LAW(good == reader_ok(&r));
	LAW(r.fault.offset <= n);
	LAW(m->n_ia <= DHCP6_MAX_IA && m->n_hni <= DHCP6_MAX_HNI && m->n_hnidf <= DHCP6_MAX_HNIDF);
	return good;
}

static void names(struct dhcp6_octets name)
{
	char buf[DHCP6_NAME_MAX + 1];
	struct text t = text_on(buf, sizeof buf);
	uint8_t back[DHCP6_NAME_MAX];

	LAW(dhcp6_name_text(name, &t));
	if (name.len > 1 && !strpbrk(buf, "?"))
		LAW(dhcp6_name_encode(buf, back, sizeof back) == name.len && !memcmp(back, name.o, name.len));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static uint8_t first[70000], second[70000];
	struct laws_printer state = { 0 };
	struct wire_printer pr = laws_printer(&state);
	char line[400];
	struct text t = text_on(line, sizeof line);
	struct dhcp6 m, back;
	bool good = decode(p, n, &m);
	size_t n1;

	dhcp6_print(p, n, &pr, 0);
	LAW(state.depth == 0 && state.opened && (good || state.noted));
	dhcp6_summary(p, n, &t);
	LAW(t.len > 0);
	if (!good)
		return 0;
	for (unsigned i = 0; i < m.n_hnidf; i++)
		names(m.hnidf[i]);
	n1 = dhcp6_encode(&m, first, sizeof first);
	LAW(n1 && decode(first, n1, &back) && back.has == m.has && back.n_ia == m.n_ia && back.n_hni == m.n_hni);
	LAW(dhcp6_encode(&back, second, sizeof second) == n1 && !memcmp(first, second, n1));
	return 0;
}
