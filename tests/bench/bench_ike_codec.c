/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Nanoseconds of the IKEv2 and ESP codecs: to read and to write an IKE_SA_INIT request and the inner payloads of an
 * IKE_AUTH request, to frame and to find an Encrypted payload, to frame and to take apart an ESP packet. No
 * cryptography is in these figures. Each is the median of many short rounds, the subjects taking turns.
 */
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/ike_tools.h"
#include "wire/ike_write.h"
#include "wire/ip.h"

#define ROUNDS 200
#define PER_ROUND 2000

static volatile size_t sink;
static uint8_t init[400], inner[400], sealed[600], packet[600];
static size_t init_n, inner_n, sealed_n, packet_n;
static const struct seal_sizes sizes = { 16, 16, 16 };
static struct ike_msg init_msg, inner_msg;

static size_t octets(const char *hex, uint8_t *out)
{
	size_t n = 0;

	while (*hex) {
		if (*hex == ' ') {
			hex++;
			continue;
		}
		out[n++] = (uint8_t)(g_ascii_xdigit_value(hex[0]) << 4 | g_ascii_xdigit_value(hex[1]));
		hex += 2;
	}
	return n;
}

static size_t read_init(void)
{
	struct ike_msg m;

	return ike_decode(init, init_n, &m, NULL) + m.n;
}

static size_t write_init(void)
{
	uint8_t buf[400];

	return ike_encode(&init_msg, buf, sizeof buf) + buf[20];
}

static size_t read_inner(void)
{
	struct ike_msg m;

	return ike_decode_payloads(IKE_INNER_FIRST, inner, inner_n, &m, NULL) + m.n;
}

static size_t write_inner(void)
{
	struct ike_writer w;
	uint8_t buf[400];

	ike_w_inner(&w, buf, sizeof buf);
	for (unsigned i = 0; i < inner_msg.n; i++)
		ike_w_again(&w, &inner_msg.payload[i]);
	return ike_w_end(&w) + buf[20];
}

static size_t frame_sk(void)
{
	uint8_t buf[600];
	struct ike_sk sk;

	return ike_sk_frame(&init_msg.h, &sizes, IKE_INNER_FIRST, inner, inner_n, 0, 0, buf, sizeof buf, &sk) + buf[9];
}

static size_t find_sk(void)
{
	struct ike_msg m;
	struct ike_sk sk;

	return ike_decode(sealed, sealed_n, &m, NULL) && ike_sk_view(&m, &sizes, &sk, NULL) ? sk.ct : 0;
}

static size_t frame_esp(void)
{
	uint8_t buf[600];
	struct esp_parts e;

	return esp_frame(&(struct esp_hdr){ 0x1000, 1 }, &sizes, inner, 64, PROTO_MH, buf, sizeof buf, &e) + buf[9];
}

static size_t open_esp(void)
{
	struct esp_parts e;
	size_t n = 0;
	uint8_t next = 0;

	if (!esp_view(packet, packet_n, &sizes, &e, NULL) || !esp_trailer(packet + e.ct, e.ct_len, &n, &next, NULL))
		abort();
	return n + next;
}

static const struct { const char *name; size_t (*fn)(void); } subjects[] = {
	{ "IKE_SA_INIT request, read", read_init }, { "IKE_SA_INIT request, write", write_init },
	{ "IKE_AUTH inner payloads, read", read_inner }, { "IKE_AUTH inner payloads, write", write_inner },
	{ "Encrypted payload, frame", frame_sk }, { "Encrypted payload, find", find_sk },
	{ "ESP of 64 octets, frame", frame_esp }, { "ESP of 64 octets, take apart", open_esp },
};

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void prepare(void)
{
	struct esp_parts e;
	struct ike_sk sk;

	init_n = octets(IKE_INIT_HEX, init);
	inner_n = octets(IKE_INNER_HEX, inner);
	if (!ike_decode(init, init_n, &init_msg, NULL) ||
	    !ike_decode_payloads(IKE_INNER_FIRST, inner, inner_n, &inner_msg, NULL))
		g_error("the subjects are not readable");
	sealed_n = ike_sk_frame(&init_msg.h, &sizes, IKE_INNER_FIRST, inner, inner_n, 0, 0, sealed, sizeof sealed, &sk);
	packet_n = esp_frame(&(struct esp_hdr){ 0x1000, 1 }, &sizes, inner, 64, PROTO_MH, packet, sizeof packet, &e);
}

int main(void)
{
	static double ns[G_N_ELEMENTS(subjects)][ROUNDS];

	prepare();
	for (unsigned round = 0; round < ROUNDS; round++)
		for (unsigned i = 0; i < G_N_ELEMENTS(subjects); i++) {
			gint64 from = g_get_monotonic_time();

			for (unsigned k = 0; k < PER_ROUND; k++)
				sink += subjects[i].fn();
			ns[i][round] = (double)(g_get_monotonic_time() - from) * 1000 / PER_ROUND;
		}
	for (unsigned i = 0; i < G_N_ELEMENTS(subjects); i++) {
		qsort(ns[i], ROUNDS, sizeof ns[i][0], by_value);
		printf("%-32s %8.1f ns\n", subjects[i].name, ns[i][ROUNDS / 2]);
	}
	return 0;
}
