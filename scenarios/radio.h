/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The radio of a scenario, for ns-3: which access links are cells of Wi-Fi access points, which interfaces go from one
 * to the other by themselves, and which are UEs of LTE (radio_lte.h).
 */
#ifndef MOOR_SCENARIOS_RADIO_H
#define MOOR_SCENARIOS_RADIO_H

#include "scenarios/load.h"
#include "scenarios/motion.h"

enum { RADIO_CHANNELS_MAX = 16 };

struct scen_ap {
	struct scen_base base;		/* name: of an access link */
	GPtrArray *at;			/* const struct tree *: two metres */
	int64_t channel;
};

enum scen_roaming { ROAM_BEACONS, ROAM_SNR };
enum scen_scan { SCAN_PASSIVE, SCAN_ACTIVE };

struct scen_station {
	struct scen_base base;		/* name: of a ue or mn, of a group of those, or of one of a group */
	const char *interface;		/* of Wi-Fi; NULL: none */
	const char *lte_interface;	/* NULL: none */
	struct scen_motion motion;
	int roaming, scan;
	int64_t missed_beacons;
	const char *snr;		/* dB */
	GPtrArray *channels;		/* const struct tree *; none: the first access point's alone */
	int64_t dwell;
};

struct scen_radio {
	struct scen_base base;
	int standard;			/* place in radio_standards */
	const char *ssid;
	int64_t rest;			/* ns; if given */
	GPtrArray *aps;			/* struct scen_ap */
	GPtrArray *stations;		/* struct scen_station */
	struct scen_lte *lte;		/* radio_lte.h; NULL: none */
};

extern const char *const radio_standards[];	/* as ns-3's part of the name: "a" */

/* Whether the recording of links.from is there: for who is about to run it, before it takes its results folder. */
void radio_check_recording(const struct scenario *s, struct report *r);
void radio_check(const struct scenario *s, struct report *r);
/* When the run is over because its stations have arrived; its duration at most. */
int64_t radio_end(const struct scenario *s);

#endif
