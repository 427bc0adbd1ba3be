/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a ladder says about the radio of a participant, in the words of its own field: 802.11 for Wi-Fi, RRC for LTE.
 * Apart from the collector so that this stays a list. No clause.
 */
#include "traces/ladder_internal.h"

static const char *station_words(enum rec_radio_what what)
{
	static const char *const words[] = {
		[RADIO_ASSOCIATED] = "associated with", [RADIO_LEFT] = "left", [RADIO_BEACONS_LOST] = "beacons missed in a row:",
		[RADIO_SNR_LOW] = "too weak:", [RADIO_SCAN_BEGUN] = "scan begins", [RADIO_SCAN_DONE] = "scan done",
		[RADIO_PROBE_SENT] = "probe request sent", [RADIO_RRC_CONNECTED] = "RRC connected:",
		[RADIO_HANDOVER_START] = "RRC handover begins:", [RADIO_HANDOVER_END] = "RRC handover done:",
		[RADIO_HANDOVER_FAILED] = "RRC handover failed:", [RADIO_LINK_FAILURE] = "radio link failure:"
	};

	return (unsigned)what < G_N_ELEMENTS(words) ? words[what] : "radio";
}

char *ladder_radio_text(const struct rec_radio *r)
{
	GString *s = g_string_new(NULL);
	char buf[ADDR_TEXT_MAX];

	if (r->count)
		g_string_append_printf(s, "%u ", r->count);
	g_string_append(s, station_words(r->what));
	if (r->link)
		g_string_append_printf(s, " %s", r->link);
	else if (mac_u64(&r->bssid))
		g_string_append_printf(s, " %s", mac_text(&r->bssid, buf));
	if (r->cell)
		g_string_append_printf(s, " cell %u", r->cell);
	if (r->channel && (r->what == RADIO_ASSOCIATED || r->what == RADIO_PROBE_SENT))
		g_string_append_printf(s, " on channel %u", r->channel);
	if (r->what == RADIO_SNR_LOW)
		g_string_append_printf(s, " SNR %s%u.%u dB", r->snr < 0 ? "-" : "", (unsigned)ABS(r->snr) / 10,
				       (unsigned)ABS(r->snr) % 10);
	return g_string_free(s, FALSE);
}
