/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: a station walks from one access point to the other
 *
 * Two access points of one network, 100 m apart and on different channels; a station walks past both with 10 m/s and
 * sends a frame every 10 ms. When the signal of its access point falls below 12.2 dB it scans both channels and joins
 * the one that it hears best. Printed: what its radio tells, and the longest time for which none of its frames was
 * heard. With the argument `beacons` it waits for the loss of ten beacons instead. No clause of the protocols is met
 * here.
 *
 *	cc -std=c11 -Imodel -o roam model/ns3/examples/roam.c -Lbuild -lmooring-ns3 -Wl,-rpath,$PWD/build
 *	./roam
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ns3/ns3c.h"

#define MS INT64_C(1000000)
#define S INT64_C(1000000000)
#define BELOW 12.2			/* dB */
enum { FRAME = 114 };

static const uint16_t channels[] = { 36, 40 };

static struct {
	struct ns3c_port *sta, *ap[2];
	struct ns3c_timer timer;
	bool by_beacons, roams;
	int64_t heard_at, gap, left_at;
	unsigned heard, joined;
} it;

static void speak(void *arg)
{
	uint8_t f[FRAME] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, [12] = 0x88, [13] = 0xb5 };	/* an experiment's ethertype */

	ns3c_port_mac(it.sta, f + 6);
	ns3c_port_send(it.sta, f, sizeof f, 0);		/* refused while it is with nobody: that is the gap */
	ns3c_timer_set(&it.timer, 10 * MS, speak, arg);
}

static void heard(void *arg, struct ns3c_port *p, const uint8_t *frame, size_t len, uint64_t mark)
{
	(void)arg, (void)p, (void)frame, (void)len, (void)mark;
	if (it.heard++ && ns3c_now() - it.heard_at > it.gap)
		it.gap = ns3c_now() - it.heard_at;
	it.heard_at = ns3c_now();
}

static void tell(const char *what)
{
	struct ns3c_xyz at = { 0, 0, 0 };

	ns3c_node_position(ns3c_port_node(it.sta), &at);
	printf("%8.3f s, %5.1f m: %s\n", (double)ns3c_now() / S, at.x, what);
}

static void on_radio(void *arg, struct ns3c_port *p, const struct ns3c_wifi_info *info)
{
	char text[80];

	(void)arg;
	switch (info->event) {
	case NS3C_WIFI_ASSOCIATED:
		snprintf(text, sizeof text, "associated on channel %u%s", (unsigned)info->channel, it.joined++ ? " again" : "");
		tell(text);
		if (it.joined > 1)
			printf("%20s%.1f ms without an access point\n", "", (double)(ns3c_now() - it.left_at) / MS);
		it.roams = false;
		break;
	case NS3C_WIFI_LEFT:
		it.left_at = ns3c_now();
		tell("not associated any more");
		break;
	case NS3C_WIFI_BEACON:
		if (!it.by_beacons && !it.roams && info->snr < BELOW) {
			it.roams = true;
			snprintf(text, sizeof text, "a beacon with %.1f dB: time to go", info->snr);
			tell(text);
			ns3c_wifi_roam(p, 0);
		}
		break;
	case NS3C_WIFI_BEACONS_LOST:
		tell("ten beacons lost");
		break;
	case NS3C_WIFI_SCAN_BEGUN:
		tell("scans");
		break;
	case NS3C_WIFI_SCAN_DONE:
		tell("has scanned");
		break;
	case NS3C_WIFI_PROBE:
		tell("a probe request");
		break;
	}
}

static struct ns3c_node *placed(const char *name, double x, double y)
{
	struct ns3c_node *n = ns3c_node_new(name);

	return n && !ns3c_node_place(n, (struct ns3c_xyz){ x, y, 0 }) ? n : NULL;
}

static int set_up(void)
{
	const struct ns3c_config config = { .seed = 1, .run = 1 };
	const struct ns3c_wifi_config radio = { .standard = "802.11a" };
	const struct ns3c_sta_config sta = { .ssid = "walk", .channel = channels[0], .scan = NS3C_SCAN_ACTIVE,
					     .scan_channels = channels, .n_scan_channels = 2 };
	struct ns3c_wifi *medium;
	struct ns3c_node *n;

	if (ns3c_init(&config) || !(medium = ns3c_wifi_new(&radio)))
		return -1;
	for (unsigned i = 0; i < 2; i++) {
		const struct ns3c_ap_config ap = { .ssid = "walk", .channel = channels[i] };

		n = placed(i ? "ap2" : "ap1", 100.0 * i, 0);
		it.ap[i] = n ? ns3c_wifi_ap(n, medium, &ap) : NULL;
		if (!it.ap[i])
			return -1;
		ns3c_port_on_frame(it.ap[i], heard, NULL);
	}
	n = placed("sta", 0, 5);
	it.sta = n ? ns3c_wifi_sta(n, medium, &sta) : NULL;
	if (!it.sta || ns3c_node_velocity(n, (struct ns3c_xyz){ 10, 0, 0 }))
		return -1;
	ns3c_wifi_on_event(it.sta, on_radio, NULL);
	return ns3c_timer_set(&it.timer, S, speak, NULL);
}

int main(int argc, char **argv)
{
	int error;

	it.by_beacons = argc > 1 && !strcmp(argv[1], "beacons");
	error = set_up();
	if (!error)
		error = ns3c_run_until(12 * S);
	if (error)
		fprintf(stderr, "%s\n", ns3c_error_text());
	printf("%u frames heard; the longest gap: %" PRId64 " ms\n", it.heard, it.gap / MS);
	ns3c_end();
	return error || it.joined < 2;
}
