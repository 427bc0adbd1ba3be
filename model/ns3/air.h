/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Access links of a world on ns-3's Wi-Fi: each link is the cell of one access point, and an interface is on the link
 * whose access point its station is associated with. Who comes and goes when is ns-3's matter: positions, beacons,
 * scans, and the policy of the station.
 *
 *	air = ns3_air_new(table, engine, world, "a", "campus", NULL, NULL);
 *	ns3_air_cell(air, link, &ap);			an isolated LAN with its fixed node's port as hub
 *	ns3_air_station(air, port, &sta);
 *	moor_link_attach(link, port, false);		switched on; the air says which link it is
 *
 * An interface that somebody else takes off its link is switched off: the air brings it nowhere until it is attached
 * again. Attached before its station is associated, or to another cell than that, it comes to its link when it is
 * there. The hub of the link that is left is told at once (moor_port_stations), as on every link of a world.
 */
#ifndef MOOR_NS3_AIR_H
#define MOOR_NS3_AIR_H

#include "ns3/engine.h"
#include "ns3/way.h"
#include "world/medium.h"

struct ns3_air;

/* What a station, or an access point's link, was told by the radio; lent. When: ns-3's present. */
typedef void ns3_air_fn(void *ctx, struct moor_port *p, moor_time at, const struct ns3c_wifi_info *info);

/* standard, ssid: see struct ns3c_wifi_config, struct ns3c_ap_config. fn may be NULL. NULL: table->error_text_(). */
struct ns3_air *ns3_air_new(const struct ns3c_table *table, struct ns3_engine *e, struct moor_world *w,
			    const char *standard, const char *ssid, ns3_air_fn *fn, void *ctx);
void ns3_air_free(struct ns3_air *a);		/* behind ns3_engine_free */

struct ns3_ap { struct ns3c_xyz at; uint16_t channel; };

enum ns3_roaming {
	NS3_ROAM_BEACONS,		/* leaves when missed_beacons are missed in a row: all that ns-3 does by itself */
	NS3_ROAM_SNR			/* also when a beacon is heard below snr; needs two channels to scan or more */
};

struct ns3_sta {
	struct ns3c_xyz at, velocity;	/* metres, metres per second; a straight line */
	struct ns3_way way;		/* instead of the two, when it has points */
	uint16_t channel;		/* where it begins */
	enum ns3_roaming roaming;
	enum ns3c_scan scan;
	uint32_t missed_beacons;	/* 0: 10 */
	double snr;			/* dB */
	const uint16_t *channels;	/* to scan; none: the present one alone */
	size_t n_channels;
	moor_time dwell;		/* 0: see struct ns3c_sta_config */
};

/* NULL: done. Else why it cannot be, lent. The link is a LAN without rate and delay of its own; before anything ran. */
const char *ns3_air_cell(struct ns3_air *a, struct moor_link *l, const struct ns3_ap *ap);
const char *ns3_air_station(struct ns3_air *a, struct moor_port *p, const struct ns3_sta *sta);

#endif
