/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: two nodes on two wires
 *
 * The smallest use of ns3c.h: two nodes with a point-to-point cable of 5 ms between them and a CSMA segment of 10 us,
 * raw Ethernet frames, one timer. One node sends an ICMPv6 echo request [RFC 4443 4.1] each second, on the cable and on
 * the segment in turn; the other answers. All octets are ours, ns-3 carries them.
 *
 *	cc -std=c11 -Imodel -o two_nodes model/ns3/examples/two_nodes.c -Lbuild -lmooring-ns3 -Wl,-rpath,$PWD/build
 *	./two_nodes
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ns3/ns3c.h"

#define S INT64_C(1000000000)
enum {
	ETH = 14, IP = 40, ICMP = 8, DATA = 56, FRAME = ETH + IP + ICMP + DATA,
	AT_SOURCE = ETH + 8, AT_TARGET = ETH + 24, AT_ICMP = ETH + IP, AT_SUM = AT_ICMP + 2, AT_SEQUENCE = AT_ICMP + 6,
	ECHO_REQUEST = 128, ECHO_REPLY = 129, WIRES = 2
};

struct wire {
	const char *name;
	struct ns3c_port *end[2];	/* of the asking and of the answering node */
};

static struct wire wires[WIRES] = { { .name = "cable" }, { .name = "CSMA" } };
static struct ns3c_timer timer;
static int64_t sent_at;
static unsigned sequence, answers;

/* Of the ICMPv6 message with its pseudo header, which begins with the addresses [RFC 4443 2.3]. */
static void put_sum(uint8_t *frame)
{
	uint32_t sum = ICMP + DATA + 58;	/* length, next header */

	frame[AT_SUM] = frame[AT_SUM + 1] = 0;
	for (unsigned i = AT_SOURCE; i < FRAME; i += 2)
		sum += (uint32_t)frame[i] << 8 | frame[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	frame[AT_SUM] = (uint8_t)(~sum >> 8);
	frame[AT_SUM + 1] = (uint8_t)~sum;
}

/* The lower half of a link-local address with this number. */
static void put_address(uint8_t *p, uint8_t number)
{
	memset(p, 0, 16);
	p[0] = 0xfe;
	p[1] = 0x80;
	p[15] = number;
}

static void ask(void *arg)
{
	struct wire *w = &wires[sequence % WIRES];
	uint8_t f[FRAME] = { [12] = 0x86, [13] = 0xdd, [ETH] = 0x60, [ETH + 5] = ICMP + DATA, [ETH + 6] = 58, [ETH + 7] = 255,
			     [AT_ICMP] = ECHO_REQUEST, [AT_SEQUENCE + 1] = (uint8_t)++sequence };

	ns3c_port_mac(w->end[1], f);
	ns3c_port_mac(w->end[0], f + 6);
	put_address(f + AT_SOURCE, 1);
	put_address(f + AT_TARGET, 2);
	put_sum(f);
	sent_at = ns3c_now();
	if (ns3c_port_send(w->end[0], f, sizeof f, 0))
		fprintf(stderr, "%s: %s\n", w->name, ns3c_error_text());
	ns3c_timer_set(&timer, S, ask, arg);
}

static void answer(void *arg, struct ns3c_port *p, const uint8_t *frame, size_t len, uint64_t mark)
{
	uint8_t f[FRAME];

	(void)arg, (void)mark;
	if (len != FRAME || frame[AT_ICMP] != ECHO_REQUEST)
		return;
	memcpy(f, frame, len);
	memcpy(f, frame + 6, 6);
	memcpy(f + 6, frame, 6);
	memcpy(f + AT_SOURCE, frame + AT_TARGET, 16);
	memcpy(f + AT_TARGET, frame + AT_SOURCE, 16);
	f[AT_ICMP] = ECHO_REPLY;
	put_sum(f);
	ns3c_port_send(p, f, sizeof f, 0);
}

static void hear(void *arg, struct ns3c_port *p, const uint8_t *frame, size_t len, uint64_t mark)
{
	const struct wire *w = arg;

	(void)p, (void)mark;
	if (len != FRAME || frame[AT_ICMP] != ECHO_REPLY)
		return;
	answers++;
	printf("%" PRId64 " ns: answer %u on the %s after %" PRId64 " ns\n", ns3c_now(), frame[AT_SEQUENCE + 1], w->name,
	       ns3c_now() - sent_at);
}

static int set_up(void)
{
	const struct ns3c_config config = { .seed = 1, .run = 1 };
	struct ns3c_node *n[2];
	struct ns3c_channel *segment;

	if (ns3c_init(&config) || !(n[0] = ns3c_node_new("asks")) || !(n[1] = ns3c_node_new("answers")))
		return -1;
	if (ns3c_p2p(n[0], n[1], 1000000000, 5000000, wires[0].end))
		return -1;
	segment = ns3c_csma_channel(100000000, 10000);
	for (unsigned i = 0; i < 2; i++)
		if (!segment || !(wires[1].end[i] = ns3c_csma_attach(n[i], segment)))
			return -1;
	for (unsigned i = 0; i < WIRES; i++) {
		ns3c_port_on_frame(wires[i].end[0], hear, &wires[i]);
		ns3c_port_on_frame(wires[i].end[1], answer, NULL);
	}
	return ns3c_timer_set(&timer, S, ask, NULL);
}

int main(void)
{
	int error = set_up();

	if (!error)
		error = ns3c_run_until(5 * S);
	if (error)
		fprintf(stderr, "%s\n", ns3c_error_text());
	printf("ns-3 %s: %u asked, %u answered, %" PRIu64 " events\n", ns3c_version(), sequence, answers, ns3c_events());
	ns3c_end();
	return error || answers != sequence;
}
