/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: Wi-Fi in scenarios
 *
 * The section `radio`: its keys (but those of LTE, radio_lte.c), and what must be true of them before ns-3 sees them,
 * which ends the process where it does not like a value. It implements no clause.
 */
#include "scenarios/names.h"
#include "scenarios/radio.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/l2_replay.h"
#include "scenarios/radio_lte.h"
#include "world/link.h"

#define AT(type, member) .offset = offsetof(struct type, member)
#define END { .key = NULL }
#define SNR_MOST 100.0

const char *const radio_standards[] = { "a", "b", "g", "n", "ac", "ax" };

static const struct scen_choice standards[] = {
	{ "802.11a", 0, "5 GHz" }, { "802.11b", 1, "2.4 GHz" }, { "802.11g", 2, "2.4 GHz" },
	{ "802.11n", 3, "2.4 or 5 GHz by the channel" }, { "802.11ac", 4, "5 GHz" },
	{ "802.11ax", 5, "2.4 or 5 GHz by the channel" }, { NULL, 0, NULL }
};

static const struct scen_choice policies[] = {
	{ "beacons", ROAM_BEACONS, "when `missed-beacons` are missed in a row, which is all that ns-3 does by itself" },
	{ "snr", ROAM_SNR, "also when a beacon is heard below `snr`" },
	{ NULL, 0, NULL }
};

static const struct scen_choice scans[] = {
	{ "passive", SCAN_PASSIVE, "waits for beacons" },
	{ "active", SCAN_ACTIVE, "sends probe requests" },
	{ NULL, 0, NULL }
};

static const struct scen_row ap_rows[] = {
	{ "at", ST_TEXTS, AT(scen_ap, at), .required = SCEN_ALL, .about = "[x, y], metres" },
	{ "channel", ST_NUM, UNIT_NONE, AT(scen_ap, channel), .def = "36", .min = "1", .max = "255",
	  .about = "its number in the standard's band" },
	END
};

static const struct scen_row station_rows[] = {
	{ "interface", ST_TEXT, AT(scen_station, interface), .about = "of the node, that is the station of Wi-Fi" },
	{ "lte-interface", ST_TEXT, AT(scen_station, lte_interface), .about = "of the node, that is the UE of LTE" },
	SCEN_MOTION_ROWS(struct scen_station, motion),
	{ "roaming", ST_ENUM, AT(scen_station, roaming), .choices = policies, .def = "beacons",
	  .about = "when it leaves its access point" },
	{ "scan", ST_ENUM, AT(scen_station, scan), .choices = scans, .def = "passive", .about = "how it finds another" },
	{ "missed-beacons", ST_NUM, UNIT_NONE, AT(scen_station, missed_beacons), .def = "10", .min = "1", .max = "1000",
	  .about = "in a row until the access point is lost" },
	{ "snr", ST_TEXT, AT(scen_station, snr), .def = "12.4", .about = "dB" },
	{ "channels", ST_TEXTS, AT(scen_station, channels),
	  .about = "that are visited in a scan; without them it never leaves the first access point's channel" },
	{ "dwell", ST_NUM, UNIT_SPAN, AT(scen_station, dwell), .def = "0s", .min = "0s", .max = "10s",
	  .about = "on each of them, 1ms or more; 0s: 110 ms passive, 10 ms active" },
	END
};

const struct scen_section scen_ap_section = {
	"access-point", "an access point", "Its name is that of an access link without rate and delay, which is its cell.",
	ap_rows, sizeof(struct scen_ap), NULL, "access-points:\n  wlan: {at: [0, 0], channel: 36}",
};

const struct scen_section scen_station_section = {
	"station", "a station", "Its name is that of a ue or mn, of a group of those, or of a member of one. From its first "
	"`attach` to one of the cells on, its interface is on the link whose access point it is associated with.",
	station_rows, sizeof(struct scen_station), NULL,
	"stations:\n  ue: {interface: wlan, at: [0, 5], velocity: [10, 0], roaming: snr, scan: active, channels: [36, 40]}",
};

static const struct scen_row radio_rows[] = {
	{ "standard", ST_ENUM, AT(scen_radio, standard), .choices = standards, .def = "802.11a", .about = "of all" },
	{ "ssid", ST_TEXT, AT(scen_radio, ssid), .def = "mooring", .about = "1 to 32 octets" },
	{ "rest", ST_NUM, UNIT_SPAN, AT(scen_radio, rest), .min = "0s", .max = "24h",
	  .about = "the run is over this long after the last station came to the end of its path, and not at `duration` if "
		   "that is later" },
	{ "access-points", ST_NAMED, AT(scen_radio, aps), .section = &scen_ap_section,
	  .about = "of Wi-Fi, by the names of their links" },
	{ "lte", ST_SECTION, AT(scen_radio, lte), .section = &scen_lte_section, .about = "an access link on LTE" },
	{ "stations", ST_NAMED, AT(scen_radio, stations), .section = &scen_station_section, .required = SCEN_ALL,
	  .about = "by the names of their nodes" },
	END
};

const struct scen_section scen_radio_section = {
	"radio", "radio", "Access links on ns-3's Wi-Fi and LTE: who is where decides who hears whom. A scenario with it "
	"needs `--engine ns3`.",
	radio_rows, sizeof(struct scen_radio), NULL,
	"radio:\n"
	"  access-points: {wlan: {at: [0, 0]}, wlan2: {at: [100, 0]}}\n"
	"  stations: {mn: {interface: wlan, at: [0, 5], velocity: [10, 0], missed-beacons: 3}}",
};

static const struct tree *at_key(const struct scen_base *b, const char *key)
{
	const struct tree *t = tree_get(b->at, key, NULL);

	return t ? t : b->at;
}

/* Nothing of what the radio does may be the link's own later. */
static void check_set(const struct scenario *s, const struct scen_link *l, struct report *r)
{
	static const char *const fixed[] = { "rate", "delay", "reorder" };

	for (guint k = 0; k < names_sets_of(s, l)->len; k++) {
		const struct scen_action *a = names_sets_of(s, l)->pdata[k];

		for (guint n = 0; n < G_N_ELEMENTS(fixed) && a->params; n++)
			if (tree_get(a->params->base.at, fixed[n], NULL))
				report_at(r, at_key(&a->params->base, fixed[n]), "is the radio's on `%s`", l->base.name);
	}
}

static void check_ap(const struct scenario *s, const struct scen_ap *a, struct report *r)
{
	const struct scen_link *l = scen_link(s, a->base.name);

	motion_check_pair(a->base.at, "at", a->at, r);
	if (!l || !l->access || l->kind != LINK_LAN || l->nodes->len != 1)
		report_at(r, a->base.at, "`%s` is no access link with one fixed node", a->base.name);
	else if (l->medium != MEDIUM_BUILTIN || l->impair.rate || l->impair.reorder || l->impair.delay.a ||
		 l->impair.delay.kind != DELAY_CONSTANT)
		report_at(r, l->base.at, "medium, rate, delay and order of `%s` are the radio's", l->base.name);
	if (l)
		check_set(s, l, r);
}

/* ns-3 gives up when a station that associates with one of them hears the other ("No BSSID"). */
static void check_apart(const struct scen_radio *x, guint i, struct report *r)
{
	const struct scen_ap *a = x->aps->pdata[i];
	double at[2], theirs[2];

	for (guint k = 0; k < i; k++) {
		const struct scen_ap *o = x->aps->pdata[k];
		bool same = a->channel == o->channel && a->at->len == 2 && o->at->len == 2;

		for (guint n = 0; n < 2 && same; n++)
			same = motion_number(((const struct tree *)a->at->pdata[n])->text, 1e6, &at[n]) &&
			       motion_number(((const struct tree *)o->at->pdata[n])->text, 1e6, &theirs[n]) &&
			       !(at[n] < theirs[n]) && !(at[n] > theirs[n]);
		if (same)
			report_at(r, at_key(&a->base, "at"), "`%s` is there too, on the same channel: put them apart, or give "
				  "one another `channel`", o->base.name);
	}
}

/* Of the one that it names, or the whole group. */
static const struct scen_node *node_of(const struct scenario *s, const struct scen_station *x)
{
	uint32_t member;
	const struct scen_node *n = scen_member(s, x->base.name, &member);

	return n ? n : scen_node(s, x->base.name);
}

/* A member whose group is there too would be in two places. */
static void check_once(const struct scenario *s, const struct scen_station *x, const struct scen_node *n,
		       struct report *r)
{
	for (guint i = 0; strcmp(x->base.name, n->base.name) && i < s->radio->stations->len; i++) {
		const struct scen_station *o = s->radio->stations->pdata[i];

		if (!strcmp(o->base.name, n->base.name))
			report_at(r, x->base.at, "`%s` is one of `%s`, which is a station already", x->base.name, o->base.name);
	}
	if (!scen_is_group(n) && x->motion.spacing->len)
		report_at(r, at_key(&x->base, "spacing"), "`spacing` is for groups");
}

static void check_station(const struct scenario *s, const struct scen_station *x, struct report *r)
{
	const struct scen_node *n = node_of(s, x);
	bool has = false;
	double d;

	motion_check(x->base.at, &x->motion, r);
	if (!n || (n->kind != NODE_UE && n->kind != NODE_MN)) {
		report_at(r, x->base.at, "`%s` is no ue or mn", x->base.name);
		return;
	}
	check_once(s, x, n, r);
	lte_check_station(s, x, n, r);
	for (guint i = 0; x->interface && i < n->interfaces->len; i++)
		has |= !strcmp(((const struct tree *)n->interfaces->pdata[i])->text, x->interface);
	if (x->interface && !s->radio->aps->len)
		report_at(r, at_key(&x->base, "interface"), "there is no access point");
	else if (x->interface && !has)
		report_at(r, at_key(&x->base, "interface"), "`%s` has no interface `%s`", x->base.name, x->interface);
	if (!motion_number(x->snr, SNR_MOST, &d))
		report_at(r, at_key(&x->base, "snr"), "`%s` is no number within %g", x->snr, SNR_MOST);
	if (x->roaming == ROAM_SNR && x->channels->len < 2)
		report_at(r, at_key(&x->base, "roaming"), "who roams by the SNR has two `channels` to scan or more");
	if (x->channels->len > RADIO_CHANNELS_MAX)
		report_at(r, at_key(&x->base, "channels"), "%u at most", RADIO_CHANNELS_MAX);
	for (guint i = 0; i < x->channels->len; i++) {
		const struct tree *c = x->channels->pdata[i];

		if (!motion_number(c->text, 255, &d) || d < 1 || d != (double)(int)d)
			report_at(r, c, "`%s` is no channel", c->text);
	}
}

void radio_check_recording(const struct scenario *s, struct report *r)
{
	char *path = l2_replay_path(s);
	int err = path && access(path, R_OK) ? errno : 0;
	const struct tree *word;

	if (err) {
		word = tree_get(tree_get(s->base.at, "links", NULL), "from", NULL);
		report_at(r, word, "the recording `%s` cannot be read: %s: %s", word->text, path, g_strerror(err));
	}
	g_free(path);
}

void radio_check(const struct scenario *s, struct report *r)
{
	const struct scen_radio *x = s->radio;

	if (!x)
		return;
	if (!*x->ssid || strlen(x->ssid) > 32)
		report_at(r, at_key(&x->base, "ssid"), "an SSID has 1 to 32 octets");
	if (!x->aps->len && !x->lte)
		report_at(r, x->base.at, "there is no access point, and no LTE");
	lte_check(s, r);
	for (guint i = 0; i < x->aps->len; i++) {
		check_ap(s, x->aps->pdata[i], r);
		check_apart(x, i, r);
	}
	for (guint i = 0; i < x->stations->len; i++)
		check_station(s, x->stations->pdata[i], r);
}

int64_t radio_end(const struct scenario *s)
{
	int64_t last = 0;

	if (!s->radio || !scen_given(&scen_radio_section, s->radio, "rest"))
		return s->duration;
	for (guint i = 0; i < s->radio->stations->len; i++) {
		const struct scen_station *x = s->radio->stations->pdata[i];

		last = MAX(last, motion_arrival(&x->motion));
	}
	return last ? MIN(last + s->radio->rest, s->duration) : s->duration;
}
