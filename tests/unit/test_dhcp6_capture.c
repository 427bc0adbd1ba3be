/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DHCPv6 of other people's clients and servers, as captured: every message is read without a fault, and what we read of
 * it can be written and read again.
 */
#include <string.h>

#include "tests/unit/harness.h"
#include "traces/capture.h"
#include "wire/dhcp6.h"
#include "wire/frame.h"
#include "wire/ip.h"

struct seen {
	unsigned messages, types;	/* types: bit of each message type */
	unsigned prefixes, notes;
};

static void message(const uint8_t *p, uint32_t n, struct seen *s)
{
	struct reader r = reader_on(p, n);
	struct wire_diags d = { 0 };
	uint8_t buf[1500];
	struct dhcp6 m, back;
	size_t len;

	CU_ASSERT_TRUE_FATAL(dhcp6_decode(&r, &m, &d));
	len = dhcp6_encode(&m, buf, sizeof buf);
	CU_ASSERT_TRUE(len > 0);
	r = reader_on(buf, len);
	CU_ASSERT_TRUE(dhcp6_decode(&r, &back, NULL) && back.has == m.has && back.n_ia == m.n_ia);
	s->messages++;
	s->types |= 1u << m.type;
	s->notes += d.n;
	for (unsigned i = 0; i < m.n_ia; i++)
		s->prefixes += m.ia[i].pd ? m.ia[i].n : 0;
}

/* False: it is not here. */
static bool read_all(const char *folder, const char *name, struct seen *s)
{
	const char *set = g_getenv("MOORING_CAPTURES"), *top = g_getenv("MOORING_TOP");
	g_autofree char *dir = set ? g_strdup(set) : g_build_filename(top ? top : ".", "..", "shared", "captures", NULL);
	g_autofree char *path = g_build_filename(dir, folder, name, NULL);
	struct capture *c = capture_open(path, NULL);
	struct capture_frame f;
	struct frame_view v;

	*s = (struct seen){ 0 };
	if (!c) {
		harness_skip("no %s/%s ($MOORING_CAPTURES or ../shared/captures)", folder, name);
		return false;
	}
	while (capture_next(c, &f, NULL) == 1) {
		if (!frame_view_make(f.link, f.octets, f.len, &v) || v.proto != PROTO_UDP)
			continue;
		if (frame_inner(&v)->dport == PORT_DHCP6_SERVER || frame_inner(&v)->dport == PORT_DHCP6_CLIENT)
			message(v.payload, v.payload_len, s);
	}
	capture_close(c);
	return true;
}

#define SAW(s, type) CU_ASSERT_TRUE((s).types & 1u << DHCP6_##type)

static void addresses(void)
{
	struct seen s;

	if (!read_all("recorded", "dhcp6.pcap", &s))
		return;
	SAW(s, SOLICIT);
	SAW(s, ADVERTISE);
	SAW(s, REPLY);
	CU_ASSERT_TRUE(s.messages >= 4);
}

static void prefixes(void)
{
	struct seen s;

	if (!read_all("recorded", "pd.pcap", &s))
		return;
	SAW(s, SOLICIT);
	SAW(s, REPLY);
	CU_ASSERT_TRUE(s.prefixes > 0);
}

static void prefixes_of_tcpdumps_tests(void)
{
	struct seen s;

	if (!read_all("tcpdump", "dhcpv6-ia-pd.pcap", &s))
		return;
	SAW(s, SOLICIT);
	SAW(s, ADVERTISE);
	CU_ASSERT_TRUE(s.prefixes > 0);
	CU_ASSERT_EQUAL(s.notes, 0);
}

static const struct harness_test tests[] = {
	{ "a client gets an address and home agents", addresses },
	{ "a client gets a prefix", prefixes },
	{ "another client gets a prefix", prefixes_of_tcpdumps_tests },
};

int main(int argc, char **argv)
{
	return harness_main("dhcp6-capture", tests, G_N_ELEMENTS(tests), argc, argv);
}
