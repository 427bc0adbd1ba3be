/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interfaces that are there already, between two ends of a veth pair: what is refused and why, filters, checksums that
 * the sender left to its card, VLAN tags. Skipped where namespaces are refused.
 */
#include "tests/unit/harness.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/checksum.h"
#include "emu/device.h"
#include "emu/netns.h"

static struct netns *peer;
static char *refused;

static bool laid(const char *commands)
{
	GError *e = NULL;
	bool fine = netns_ip(peer, commands, &e);

	CU_ASSERT(fine);
	if (e)
		g_printerr("%s\n", e->message);
	g_clear_error(&e);
	return fine;
}

static bool ready(void)
{
	if (refused)
		harness_skip("%s", refused);
	return !refused && laid("link add w0 type veth peer name w1\naddr add 2001:db8::1/64 dev w0 nodad\n"
				"addr add 192.0.2.1/24 dev w0\nlink set w0 up\nlink set w1 up\n"
				"neigh add 2001:db8::2 lladdr 02:00:00:00:00:02 dev w0\n"
				"neigh add 192.0.2.2 lladdr 02:00:00:00:00:02 dev w0\n");
}

static struct device *opened(bool by_pcap, const char *filter)
{
	struct device *d;
	GError *e = NULL;

	netns_go(peer);
	d = by_pcap ? device_pcap("w1", filter, &e) : device_packet_filtered("w1", filter, &e);
	netns_home();
	CU_ASSERT_PTR_NOT_NULL(d);
	if (e)
		g_printerr("%s\n", e->message);
	g_clear_error(&e);
	return d;
}

/* A datagram of the kernel's, from w0 to the address that nobody has. */
static void datagram(const char *address, uint16_t port, const char *text)
{
	bool v4 = strchr(address, '.') != NULL;
	struct sockaddr_in6 to6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	struct sockaddr_in to4 = { .sin_family = AF_INET, .sin_port = htons(port) };
	int s;

	netns_go(peer);
	s = socket(v4 ? AF_INET : AF_INET6, SOCK_DGRAM, 0);
	netns_home();
	CU_ASSERT(inet_pton(v4 ? AF_INET : AF_INET6, address, v4 ? (void *)&to4.sin_addr : (void *)&to6.sin6_addr) == 1);
	CU_ASSERT(sendto(s, text, strlen(text), 0, v4 ? (void *)&to4 : (void *)&to6, v4 ? sizeof to4 : sizeof to6)
		  == (ssize_t)strlen(text));
	close(s);
}

/* The next UDP frame to this port within a second, copied; its octets, 0: none. */
static int heard(struct device *d, uint16_t port, uint8_t *out, size_t cap)
{
	for (unsigned k = 0; k < 100; k++) {
		struct pollfd p = { .fd = device_fd(d), .events = POLLIN };
		const uint8_t *f;
		int n;

		(void)poll(&p, 1, 10);
		while ((n = device_read(d, &f)) > 0) {
			size_t at = f[12] == 8 ? 34 : 54;

			if ((size_t)n < at + 8 || (size_t)n > cap || f[at == 34 ? 23 : 20] != IPPROTO_UDP
			    || (uint16_t)(f[at + 2] << 8 | f[at + 3]) != port)
				continue;
			memcpy(out, f, (size_t)n);
			return n;
		}
	}
	return 0;
}

static void test_checksums_left_to_the_card_are_made(void)
{
	struct ip6_addr src, dst;
	struct ip4_addr a, b;
	struct device *d;
	uint8_t f[200];
	int n;

	if (!ready())
		return;
	d = opened(false, NULL);
	datagram("2001:db8::2", 4191, "odd");
	n = heard(d, 4191, f, sizeof f);
	CU_ASSERT_EQUAL(n, 54 + 8 + 3);
	memcpy(src.o, f + 22, 16);
	memcpy(dst.o, f + 38, 16);
	CU_ASSERT(csum_ok6(&src, &dst, IPPROTO_UDP, f + 54, (uint32_t)n - 54));
	datagram("192.0.2.2", 4191, "even, and more than a short frame");
	n = heard(d, 4191, f, sizeof f);
	CU_ASSERT(n > 42);
	memcpy(a.o, f + 26, 4);
	memcpy(b.o, f + 30, 4);
	CU_ASSERT_EQUAL(csum_fold(csum_add(csum_pseudo4(a, b, (uint16_t)(n - 34), IPPROTO_UDP), f + 34, (size_t)n - 34)), 0);
	device_free(d);
	laid("link del w0\n");
}

static void test_filters_let_in_what_they_say(void)
{
	uint8_t f[200];

	for (unsigned k = 0; k < 2; k++) {
		struct device *d;

		if (!ready())
			return;
		d = opened(k, "udp dst port 5001");
		datagram("2001:db8::2", 5000, "not me");
		datagram("2001:db8::2", 5001, "me");
		CU_ASSERT_EQUAL(heard(d, 5001, f, sizeof f), 54 + 8 + 2);
		CU_ASSERT_EQUAL(device_stats(d).in, 1);
		device_free(d);
		laid("link del w0\n");
	}
}

static void test_a_tag_that_the_kernel_took_out_is_put_back(void)
{
	static const uint8_t tagged[60] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x81, 0, 0, 7, 0x88, 0xb5, 1, 2, 3 };
	struct device *d, *from;
	const uint8_t *f = NULL;
	GError *e = NULL;
	int n = 0;

	if (!ready())
		return;
	d = opened(false, "ether proto 0x88b5");
	netns_go(peer);
	from = device_packet("w0", &e);
	netns_home();
	CU_ASSERT_PTR_NOT_NULL_FATAL(from);
	CU_ASSERT(device_write(from, tagged, sizeof tagged));
	for (unsigned k = 0; k < 100 && !n; k++) {
		g_usleep(10000);
		n = device_read(d, &f);
	}
	CU_ASSERT_EQUAL(n, sizeof tagged);
	CU_ASSERT(n == sizeof tagged && !memcmp(f, tagged, sizeof tagged));
	device_free(from);
	device_free(d);
	laid("link del w0\n");
}

static void refusal(bool by_pcap, const char *name, const char *filter, int code, const char *words)
{
	GError *e = NULL;
	struct device *d;

	netns_go(peer);
	d = by_pcap ? device_pcap(name, filter, &e) : device_packet_filtered(name, filter, &e);
	netns_home();
	CU_ASSERT_PTR_NULL(d);
	CU_ASSERT(g_error_matches(e, DEVICE_ERROR, code));
	CU_ASSERT(e && strstr(e->message, words));
	if (e && !strstr(e->message, words))
		g_printerr("%s\n", e->message);
	g_clear_error(&e);
}

static void test_what_cannot_be_used_is_refused(void)
{
	GError *e = NULL;

	if (!ready() || !laid("link add w9 type veth peer name w7\ntuntap add w8 mode tun\nlink set w8 up\n"))
		return;
	for (unsigned k = 0; k < 2; k++) {
		refusal(k, "nosuch0", NULL, DEVICE_NO_SUCH, "no such interface");
		refusal(k, "lo", NULL, DEVICE_BAD, "loopback");
		refusal(k, "w9", NULL, DEVICE_BAD, "ip link set w9 up");
		refusal(k, "w8", NULL, DEVICE_BAD, "no Ethernet");
		refusal(k, "w1", "port port", DEVICE_BAD, "port port");
	}
	netns_go(peer);
	CU_ASSERT_PTR_NULL(device_tap_existing("w1", &e));
	CU_ASSERT(g_error_matches(e, DEVICE_ERROR, DEVICE_BAD));
	g_clear_error(&e);
	CU_ASSERT_PTR_NULL(device_tap_existing("nosuch0", &e));
	CU_ASSERT(g_error_matches(e, DEVICE_ERROR, DEVICE_NO_SUCH));
	g_clear_error(&e);
	netns_home();
	laid("link del w0\nlink del w9\nlink del w8\n");
}

static void test_a_tap_that_is_there_is_joined(void)
{
	GError *e = NULL;
	struct device *d;
	uint8_t f[200];
	int n = 0;

	if (refused)
		harness_skip("%s", refused);
	if (refused || !laid("tuntap add t0 mode tap\nlink set t0 up\naddr add 2001:db8::1/64 dev t0 nodad\n"
			     "neigh add 2001:db8::2 lladdr 02:00:00:00:00:02 dev t0\n"))
		return;
	netns_go(peer);
	d = device_tap_existing("t0", &e);
	netns_home();
	CU_ASSERT_PTR_NOT_NULL_FATAL(d);
	/* its carrier has just come, and routes follow it */
	for (unsigned k = 0; k < 5 && !n; k++) {
		datagram("2001:db8::2", 5000, "to us");
		n = heard(d, 5000, f, sizeof f);
	}
	CU_ASSERT_EQUAL(n, 54 + 8 + 5);
	device_free(d);
	laid("link set t0 down\nlink del t0\n");	/* still there */
}

static const struct harness_test tests[] = {
	{ "checksums that the sender left to its card are made", test_checksums_left_to_the_card_are_made },
	{ "filters let in what they say, in the kernel and in libpcap", test_filters_let_in_what_they_say },
	{ "a VLAN tag that the kernel took out is put back", test_a_tag_that_the_kernel_took_out_is_put_back },
	{ "what cannot be used is refused, with the reason", test_what_cannot_be_used_is_refused },
	{ "a TAP device that is there is joined and stays", test_a_tap_that_is_there_is_joined },
};

int main(int argc, char **argv)
{
	GError *e = NULL;

	if (netns_enter(&e))
		peer = netns_new("peer", &e);
	if (!peer)
		refused = g_strdup(e->message);
	g_clear_error(&e);
	harness_patient();
	return harness_main("device", tests, G_N_ELEMENTS(tests), argc, argv);
}
