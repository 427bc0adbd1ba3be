/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lane of a radio: with whom it is associated, and what it does in between. Apart from the collector, which knows
 * who is shown. No clause.
 */
#include "traces/timeline_internal.h"

static const char *const away[] = { "no beacons", "scan", "joins", "handover" };
enum away { AWAY_SILENT, AWAY_SCAN, AWAY_JOINS, AWAY_HANDOVER };

bool timeline_radio_is_away(const char *label)
{
	for (size_t i = 0; i < G_N_ELEMENTS(away); i++)
		if (label == away[i])
			return true;
	return false;
}

/* With whom it is. */
static const char *radio_words(struct timeline *t, const struct rec_radio *r)
{
	char buf[96];

	if (r->cell)
		g_snprintf(buf, sizeof(buf), "%s%scell %u", r->link ? r->link : "", r->link ? " " : "", r->cell);
	else if (r->link)
		return g_string_chunk_insert_const(t->texts, r->link);
	else
		mac_text(&r->bssid, buf);
	return g_string_chunk_insert_const(t->texts, buf);
}

void timeline_radio(struct timeline *t, struct tl_lane *l, const struct moor_record *r)
{
	const struct rec_radio *x = &r->u.radio;

	switch (x->what) {
	case RADIO_ASSOCIATED: case RADIO_RRC_CONNECTED: case RADIO_HANDOVER_END:
		lane_switch(l, r->at, radio_words(t, x));
		break;
	case RADIO_LEFT: case RADIO_LINK_FAILURE:
		/* since its last beacon the access point was lost already */
		if (l->open && x->heard > l->current.from)
			lane_switch(l, x->heard, away[AWAY_SILENT]);
		lane_switch(l, r->at, NULL);
		break;
	case RADIO_SCAN_BEGUN:
		lane_switch(l, r->at, away[AWAY_SCAN]);
		break;
	case RADIO_SCAN_DONE:
		lane_switch(l, r->at, away[AWAY_JOINS]);
		break;
	case RADIO_HANDOVER_START:
		lane_switch(l, r->at, away[AWAY_HANDOVER]);
		break;
	case RADIO_HANDOVER_FAILED:
		lane_switch(l, r->at, NULL);
		break;
	case RADIO_BEACONS_LOST: case RADIO_SNR_LOW: case RADIO_PROBE_SENT:
		break;
	}
}
