/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz target: DNS messages and NAS messages, by the first octet. Laws: the answer and the fault agree, the fault lies
 * within, what was read can be written, and what was written reads back and is then written the same.
 */
#include <string.h>

#include "tests/fuzz/laws.h"
#include "wire/dns.h"
#include "wire/pco.h"

static void dns(const uint8_t *p, size_t n)
{
	static uint8_t first[65536], second[65536];
	struct laws_printer state = { 0 };
	struct wire_printer pr = laws_printer(&state);
	struct reader r = reader_on(p, n);
	struct dns_message m, back;
	bool good = dns_decode(&r, &m, NULL);
	size_t n1;

	LAW(good == reader_ok(&r) && r.fault.offset <= n && m.n <= DNS_RECORDS_MAX);
	dns_print(p, n, &pr, 0);
	LAW(state.depth == 0 && state.opened);
	if (!good)
		return;
	n1 = dns_encode(&m, first, sizeof first);
	LAW(n1 >= DNS_HEADER);
	r = reader_on(first, n1);
	LAW(dns_decode(&r, &back, NULL) && back.n == m.n && !strcmp(back.qname, m.qname));
	LAW(dns_encode(&back, second, sizeof second) == n1 && !memcmp(first, second, n1));
}

static void nas(const uint8_t *p, size_t n)
{
	uint8_t first[NAS_MESSAGE_MAX], second[NAS_MESSAGE_MAX];
	struct laws_printer state = { 0 };
	struct wire_printer pr = laws_printer(&state);
	struct reader r = reader_on(p, n);
	struct nas_message m, back;
	bool good = nas_decode(&r, &m, NULL);
	size_t n1;

	LAW(good == reader_ok(&r) && r.fault.offset <= n);
	nas_print(p, n, &pr, 0);
	LAW(state.depth == 0 && state.opened);
	if (!good || (m.type == NAS_ACTIVATE_REQUEST && !m.has_apn))
		return;
	n1 = nas_encode(&m, first, sizeof first);
	LAW(n1 > 2);
	r = reader_on(first, n1);
	LAW(nas_decode(&r, &back, NULL) && back.type == m.type && back.pco.has == m.pco.has);
	LAW(nas_encode(&back, second, sizeof second) == n1 && !memcmp(first, second, n1));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	if (!n)
		return 0;
	if (p[0] & 1)
		nas(p + 1, n - 1);
	else
		dns(p + 1, n - 1);
	return 0;
}
