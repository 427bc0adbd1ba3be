/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ns-3 from C: simulation control and timers, nodes that move, point-to-point links, CSMA, bridges, Wi-Fi, LTE and file
 * descriptors as devices. Frames go in and come out as octets; what ns-3 does between is its own. There is no ns-3 and
 * no C++ type in here, and nothing of the rest of Mooring: a C program needs this file and the library alone.
 *
 *	struct ns3c_config c = { .seed = 1, .run = 1 };
 *	ns3c_init(&c);
 *	a = ns3c_node_new("a"); b = ns3c_node_new("b");
 *	ns3c_p2p(a, b, 1000000000, 5000000, ports);	1 Gbit/s, 5 ms
 *	ns3c_port_on_frame(ports[1], heard, NULL);
 *	ns3c_port_send(ports[0], frame, len, 0);
 *	ns3c_run_until(1000000000);			one second
 *	ns3c_end();
 *
 * Units. Times are nanoseconds from the simulation's beginning, rates bits per second, positions metres, speeds metres
 * per second, powers dBm, ratios dB. MAC addresses are six octets in the order of the wire. Frames are Ethernet from
 * the
 * destination address on, 14 octets of header at least, without the check sum at their end, whatever the medium.
 *
 * Errors. A call that can fail returns NS3C_OK (0) or a negative enum ns3c_error, or NULL; ns3c_error_text() then has a
 * sentence about it. Arguments are looked at before ns-3 sees them, because ns-3 ends the process where it does not
 * like one. When it ends it nevertheless, the function of ns3c_config.fatal is called first, to write down what there
 * is.
 *
 * Threads. Everything from the thread that called ns3c_init, except ns3c_inject. Callbacks run inside ns3c_run_until,
 * never inside another call; they may call everything but ns3c_run_until and ns3c_end, and must not longjmp.
 *
 * Lifetimes. One simulation a process (ns-3 has one simulator): after ns3c_end nothing may be called but
 * ns3c_error_text, for a second one fork. Nodes, ports, channels and cells live until ns3c_end. A timer is its
 * caller's.
 */
#ifndef NS3C_H
#define NS3C_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Of this header: a loaded library must have the same. Goes up with every change that a caller could notice. */
#define NS3C_ABI 3

enum ns3c_error {
	NS3C_OK = 0,
	NS3C_BAD_ARGUMENT = -1,		/* out of range, NULL, a name that is taken */
	NS3C_NO_SUCH = -2,		/* a type, attribute, node or interface that is not there */
	NS3C_BAD_VALUE = -3,		/* text that is no value of that attribute */
	NS3C_BAD_STATE = -4,		/* not now: before init, after the end, twice */
	NS3C_UNSUPPORTED = -5,		/* not with this medium, or not with this ns-3 */
	NS3C_FAILED = -6,		/* ns-3 threw an exception: its text is in ns3c_error_text */
	NS3C_REFUSED = -7		/* the device had no room for a frame, or no connection */
};

struct ns3c_node;
struct ns3c_port;			/* a device of a node */
struct ns3c_channel;			/* CSMA */
struct ns3c_wifi;			/* a radio medium */
struct ns3c_lte;			/* eNBs and a core */

/* ---- simulation -------------------------------------------------------------------------------------------------- */

struct ns3c_config {
	uint32_t seed, run;		/* of ns-3's own random numbers; seed 1 or more */
	bool realtime;			/* time is CLOCK_REALTIME's; for devices of the kernel */
	int64_t late_max;		/* realtime: further behind than this is an error; 0: never */
	/*
	 * ns-3 is about to end the process: reason, lent. Called from a terminate handler: nothing of ns-3 may be called
	 * any more. When it returns the process exits with 70.
	 */
	void (*fatal)(void *ctx, const char *reason);
	void *ctx;
};
/* Of ns-3 and of this library: "3.37", for people and for manifests. Before ns3c_init too. */
const char *ns3c_version(void);
/* What was wrong with the last call that failed, one sentence; "" before the first. Lent until the next failure. */
const char *ns3c_error_text(void);
int ns3c_init(const struct ns3c_config *c);
void ns3c_end(void);				/* frees everything */

int64_t ns3c_now(void);
/*
 * Runs what is due before t and moves the clock to t; what is due at t itself waits for the next call (half-open, so
 * that two calls in a row are one call of both). t >= now. Returns early when ns3c_stop was called.
 */
int ns3c_run_until(int64_t t);
void ns3c_stop(void);				/* ends ns3c_run_until after the present event */
uint64_t ns3c_events(void);			/* run so far */
/* In a callback: nothing else is due at the present time. Of a realtime simulation that is never known: false. */
bool ns3c_alone(void);
/* Real time minus the time that events were due at, of a realtime simulation: worst and mean. */
struct ns3c_lateness { uint64_t n; int64_t worst, mean; };
struct ns3c_lateness ns3c_lateness(void);

/* A timer is the caller's memory, zeroed at first, and must stay where it is while it is pending. */
typedef void ns3c_fn(void *arg);
struct ns3c_timer { void *event; ns3c_fn *fn; void *arg; };
/*
 * In `delay` ns (0 or more; 0: after everything that is due now already). One that is pending is set anew. It is not
 * pending any more when fn is called. Of equal times the one that was set first comes first.
 */
int ns3c_timer_set(struct ns3c_timer *t, int64_t delay, ns3c_fn *fn, void *arg);
void ns3c_timer_cancel(struct ns3c_timer *t);	/* of an idle one: nothing */
bool ns3c_timer_pending(const struct ns3c_timer *t);
/* From any thread: fn(arg) at the simulation's present. node: its context in ns-3's logs; NULL: none. */
int ns3c_inject(const struct ns3c_node *node, ns3c_fn *fn, void *arg);

/* Uniform, 0 <= x < 1, of ns-3's generators: for radio decisions, so that protocols keep their own streams. */
double ns3c_uniform(void);

/* ---- attributes -------------------------------------------------------------------------------------------------- */

/*
 * Of every object of that type made from now on: ns3c_default("ns3::WifiPhy::TxPowerStart", "16.0"). The name and the
 * text are held against the type first: misspelt, malformed or out of its range is an error here.
 */
int ns3c_default(const char *name, const char *value);
/* Of a port's device: ns3c_port_attribute(p, "Mtu", "1400"). */
int ns3c_port_attribute(struct ns3c_port *p, const char *name, const char *value);
/* Would it be taken? Nothing changes. type: "ns3::WifiPhy". */
int ns3c_attribute_check(const char *type, const char *name, const char *value);

/* ---- nodes ------------------------------------------------------------------------------------------------------- */

struct ns3c_node *ns3c_node_new(const char *name);	/* NULL: the name is taken */
/* The node with that number of a program that makes nodes of its own in C++; it gets a name here. */
struct ns3c_node *ns3c_node_adopt(uint32_t id, const char *name);
uint32_t ns3c_node_id(const struct ns3c_node *n);
const char *ns3c_node_name(const struct ns3c_node *n);
struct ns3c_xyz { double x, y, z; };
/* Stays there until told otherwise. Numbers must be finite. */
int ns3c_node_place(struct ns3c_node *n, struct ns3c_xyz at);
/* From where it is, with this velocity, from now on. */
int ns3c_node_velocity(struct ns3c_node *n, struct ns3c_xyz speed);
/*
 * It is there at that time and goes there in a straight line from its last waypoint, or from where it stands. Times
 * ascend.
 */
int ns3c_node_waypoint(struct ns3c_node *n, int64_t t, struct ns3c_xyz at);
int ns3c_node_position(const struct ns3c_node *n, struct ns3c_xyz *at);		/* now; NS3C_BAD_STATE: was never placed */

/*
 * That device of the node, in the order in which the program has added them, as a port: what it hears comes to us as
 * well, whatever of the program's own listens to it. A medium with Ethernet addresses that can send in another's name:
 * CSMA, an access point of Wi-Fi, a bridge; NS3C_UNSUPPORTED (NULL) elsewhere. Not one that is inside a bridge. Of a
 * device that is a port already: that port.
 */
struct ns3c_port *ns3c_device(struct ns3c_node *n, uint32_t device);

/* ---- ports ------------------------------------------------------------------------------------------------------- */

/* A frame for this port; the octets are lent for the call. mark: its sender's, see ns3c_port_send; 0: none. */
typedef void ns3c_frame_fn(void *arg, struct ns3c_port *p, const uint8_t *frame, size_t len, uint64_t mark);
/* up: it can send. Comes at once for a port that is up already. */
typedef void ns3c_link_fn(void *arg, struct ns3c_port *p, bool up);

void ns3c_port_on_frame(struct ns3c_port *p, ns3c_frame_fn *fn, void *arg);
/* Frames for others too, where the medium shows them (CSMA, bridged and access point ports). */
int ns3c_port_promiscuous(struct ns3c_port *p, bool on);
void ns3c_port_on_link(struct ns3c_port *p, ns3c_link_fn *fn, void *arg);
/*
 * Sends now. The source address may be another's where the medium can do it (NS3C_UNSUPPORTED elsewhere: Wi-Fi
 * stations, LTE). Longer than the MTU plus 14 is NS3C_BAD_ARGUMENT; a frame that the device's queue has no room for is
 * lost, as on any wire, and counted: NS3C_REFUSED. mark: any number that comes with the frame wherever it is heard; it
 * is not on the wire, so that it costs no time there.
 */
int ns3c_port_send(struct ns3c_port *p, const uint8_t *frame, size_t len, uint64_t mark);
/* Before anything was sent. On Wi-Fi no two of a medium have the same: NS3C_BAD_ARGUMENT. */
int ns3c_port_set_mac(struct ns3c_port *p, const uint8_t mac[6]);
void ns3c_port_mac(const struct ns3c_port *p, uint8_t mac[6]);
uint32_t ns3c_port_mtu(const struct ns3c_port *p);			/* octets of a packet */
int ns3c_port_set_mtu(struct ns3c_port *p, uint32_t mtu);
bool ns3c_port_up(const struct ns3c_port *p);
int ns3c_port_enable(struct ns3c_port *p, bool on);			/* point-to-point and CSMA: pull and plug the cable */
/* point-to-point and CSMA: packets that wait for the transmitter, 1 or more (100) */
int ns3c_port_queue(struct ns3c_port *p, uint32_t packets);
int ns3c_port_flush(struct ns3c_port *p);		/* the same: loses what waits, not what is being sent */
struct ns3c_node *ns3c_port_node(const struct ns3c_port *p);
struct ns3c_port_stats { uint64_t in, out, octets_in, octets_out, refused; };
struct ns3c_port_stats ns3c_port_stats(const struct ns3c_port *p);
/* Everything that the device itself sends and hears, in ns-3's own words, into a pcap file; complete after ns3c_end. */
int ns3c_port_pcap(struct ns3c_port *p, const char *path);

/* ---- wires ------------------------------------------------------------------------------------------------------- */

/*
 * Two ports on a cable; rate 1 bit/s or more, delay 0 or more. ns-3's link has no addresses on it: the frame that is
 * heard has those it was sent with. It carries IPv4 and IPv6 (ethertypes 0800 and 86dd) by itself, everything else in
 * the same way but unseen by ns-3's own stacks.
 */
int ns3c_p2p(struct ns3c_node *a, struct ns3c_node *b, uint64_t rate, int64_t delay, struct ns3c_port *ports[2]);
/*
 * One wire for all, one frame on it at a time: it is busy while a frame is sent and on its way, so that delays of more
 * than microseconds make it slow.
 */
struct ns3c_channel *ns3c_csma_channel(uint64_t rate, int64_t delay);
struct ns3c_port *ns3c_csma_attach(struct ns3c_node *n, struct ns3c_channel *c);
/* Ports of one node, CSMA or Wi-Fi access point, become one port, which is returned; theirs are silent from then on. */
struct ns3c_port *ns3c_bridge(struct ns3c_node *n, struct ns3c_port *const *ports, size_t n_ports);

/* ---- Wi-Fi ------------------------------------------------------------------------------------------------------- */

struct ns3c_wifi_config {
	const char *standard;		/* "802.11a", "b", "g", "n", "ac", "ax": the part behind 802.11 may stand alone */
	/* of the log-distance model: exponent, dB at 1 m; 0: 3 and 46.6777, ns-3's own */
	double exponent, reference_loss;
	const char *rate_manager;	/* NULL: "ns3::IdealWifiManager" */
};
struct ns3c_wifi *ns3c_wifi_new(const struct ns3c_wifi_config *c);

struct ns3c_ap_config {
	const char *ssid;		/* 1 to 32 octets */
	uint16_t channel;		/* its number in the standard's band */
	int64_t beacon;			/* interval; 0: 102.4 ms. A multiple of 1.024 ms */
	double power;			/* dBm; 0: 16.0206, ns-3's own */
};
struct ns3c_port *ns3c_wifi_ap(struct ns3c_node *n, struct ns3c_wifi *w, const struct ns3c_ap_config *c);

enum ns3c_scan { NS3C_SCAN_PASSIVE, NS3C_SCAN_ACTIVE };
struct ns3c_sta_config {
	const char *ssid;
	uint16_t channel;		/* where it begins */
	enum ns3c_scan scan;
	uint32_t missed_beacons;	/* until the access point is lost, 1 or more; 0: 10 */
	double power;			/* dBm; 0: as above */
	/*
	 * Channels that are visited in a scan, and how long each; 0 of them: ns-3's own scan, which never leaves the
	 * present channel. After a scan the access point that was heard best is joined.
	 */
	const uint16_t *scan_channels;
	size_t n_scan_channels;
	int64_t dwell;			/* on each, 1 ms or more; 0: 110 ms passive, 10 ms active */
};
struct ns3c_port *ns3c_wifi_sta(struct ns3c_node *n, struct ns3c_wifi *w, const struct ns3c_sta_config *c);

enum ns3c_wifi_event {
	NS3C_WIFI_ASSOCIATED,		/* STA: with bssid. AP: the station peer came */
	NS3C_WIFI_LEFT,			/* STA: not any more. AP: the station said so, which one that walks away never does */
	NS3C_WIFI_BEACON,		/* STA: one was heard, with its signal to noise ratio */
	NS3C_WIFI_BEACONS_LOST,		/* STA: missed_beacons in a row */
	NS3C_WIFI_SCAN_BEGUN, NS3C_WIFI_SCAN_DONE,
	NS3C_WIFI_PROBE			/* STA: a probe request was sent */
};
struct ns3c_wifi_info {
	enum ns3c_wifi_event event;
	uint8_t peer[6];		/* bssid, at an access point the station; zero: none */
	uint16_t channel;
	double snr;			/* dB; of beacons */
};
typedef void ns3c_wifi_fn(void *arg, struct ns3c_port *p, const struct ns3c_wifi_info *info);
void ns3c_wifi_on_event(struct ns3c_port *p, ns3c_wifi_fn *fn, void *arg);
/* STA: leaves its access point and scans (its channels), or goes to that channel at once (0: as the scan finds). */
int ns3c_wifi_roam(struct ns3c_port *sta, uint16_t channel);
bool ns3c_wifi_associated(const struct ns3c_port *sta, uint8_t bssid[6]);

/* ---- LTE --------------------------------------------------------------------------------------------------------- */

struct ns3c_lte_config {
	size_t enbs;			/* 1 or more */
	const struct ns3c_xyz *places;	/* of each */
	bool a3;			/* handover by RSRP (event A3); false: only ns3c_lte_handover */
	double a3_hysteresis;		/* dB; 0: 3 */
	int64_t a3_time;		/* to trigger; 0: 256 ms */
};
/*
 * With its core; one in a simulation. What UEs and the port on SGi send one another are Ethernet frames, each inside an
 * IPv6 packet of ns-3's core: 54 octets more than the packet on the radio. The SGi port is a hub: UEs do not hear each
 * other.
 */
struct ns3c_lte *ns3c_lte_new(const struct ns3c_lte_config *c);
/*
 * Before the simulation runs; the node was placed. It attaches to the nearest eNB: those of one eNB one after the
 * other, 20 ms apart, and 40 in all, since ns-3 ends the process otherwise. A connection that is lost it seeks anew by
 * itself.
 */
struct ns3c_port *ns3c_lte_ue(struct ns3c_node *n, struct ns3c_lte *l);
/* One of each core, by a cable of that rate and delay from its gateway. */
struct ns3c_port *ns3c_lte_sgi(struct ns3c_node *n, struct ns3c_lte *l, uint64_t rate, int64_t delay);
/* X2, now, to that eNB. NS3C_BAD_STATE: not connected, there already, or another handover is under way. */
int ns3c_lte_handover(struct ns3c_port *ue, size_t to);

enum ns3c_lte_event {
	NS3C_LTE_CONNECTED, NS3C_LTE_HANDOVER_START, NS3C_LTE_HANDOVER_END, NS3C_LTE_HANDOVER_FAILED, NS3C_LTE_RADIO_LOST
};
/* cell: the eNB's place plus one; of a handover's start where it goes */
typedef void ns3c_lte_fn(void *arg, struct ns3c_port *ue, enum ns3c_lte_event event, uint16_t cell);
void ns3c_lte_on_event(struct ns3c_port *ue, ns3c_lte_fn *fn, void *arg);

/* ---- devices of the kernel --------------------------------------------------------------------------------------- */

/*
 * A TAP device or packet socket that the caller has opened (it stays his until ns3c_end, which closes it), as a
 * device of
 * this node: what the kernel sends on it arrives at the other ports of a bridge, and back. Realtime only. A descriptor
 * without a frame with Ethernet header in each read is NS3C_BAD_ARGUMENT (NULL): a file, a pipe, a TUN device, one
 * without IFF_NO_PI.
 */
struct ns3c_port *ns3c_fd(struct ns3c_node *n, int fd, const uint8_t mac[6]);

#ifdef __cplusplus
}
#endif
#endif
