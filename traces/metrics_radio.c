/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The L2 part of a step on radio links: what a radio told (REC_RADIO) about the time without a link that ended with the
 * step's link up. It exists apart because links without a radio have none of it. The order of these records is that of
 * world/radio.h, whether ns-3 tells them or a radio trace that is played again. Definitions: docs/metrics.md.
 */
#include "traces/metrics_internal.h"

static struct radio_gap *gap_of(struct metrics *m, uint32_t port, bool make)
{
	struct radio_gap fresh = { NEVER_SEEN, NEVER_SEEN, NEVER_SEEN, NEVER_SEEN, NEVER_SEEN };
	uint32_t i;

	if (m->gaps && numbers_get(&m->gap_index, port, 0, &i))
		return &g_array_index(m->gaps, struct radio_gap, i);
	if (!make)
		return NULL;
	if (!m->gaps) {
		m->gaps = g_array_new(FALSE, FALSE, sizeof(struct radio_gap));
		numbers_init(&m->gap_index);
		numbers_init(&m->left_index);
	}
	numbers_put(&m->gap_index, port, 0, m->gaps->len);
	g_array_append_val(m->gaps, fresh);
	return &g_array_index(m->gaps, struct radio_gap, m->gaps->len - 1);
}

/* A handover that failed, or a link that is lost on the way, makes the gap longer: it began with the first of them. */
static void lost(struct radio_gap *g, const struct moor_record *r)
{
	if (g->left != NEVER_SEEN && g->joined == NEVER_SEEN)
		return;
	*g = (struct radio_gap){ r->at, r->u.radio.heard ? r->u.radio.heard : NEVER_SEEN, NEVER_SEEN, NEVER_SEEN, NEVER_SEEN };
}

void metrics_radio(struct metrics *m, const struct moor_record *r)
{
	struct radio_gap *g = gap_of(m, r->port, true);

	switch (r->u.radio.what) {
	case RADIO_LEFT: case RADIO_HANDOVER_START: case RADIO_LINK_FAILURE:
		lost(g, r);
		numbers_put(&m->left_index, r->node, 0, (uint32_t)(g - &g_array_index(m->gaps, struct radio_gap, 0)));
		break;
	case RADIO_SCAN_BEGUN:
		if (g->scan_begun == NEVER_SEEN)
			g->scan_begun = r->at;
		break;
	case RADIO_SCAN_DONE:
		if (g->joined == NEVER_SEEN)
			g->scan_done = r->at;
		break;
	case RADIO_ASSOCIATED: case RADIO_RRC_CONNECTED: case RADIO_HANDOVER_END:
		g->joined = r->at;
		break;
	case RADIO_BEACONS_LOST: case RADIO_SNR_LOW: case RADIO_PROBE_SENT: case RADIO_HANDOVER_FAILED:
		break;
	}
}

bool metrics_radio_left(const struct metrics *m, uint32_t node, moor_time at)
{
	uint32_t i;

	return m->gaps && numbers_get(&m->left_index, node, 0, &i) && g_array_index(m->gaps, struct radio_gap, i).left == at;
}

static void add(int64_t *v, int64_t more)
{
	*v = (*v == METRIC_ABSENT ? 0 : *v) + more;
}

void metrics_radio_link_up(struct metrics *m, struct step *s, const struct moor_record *r)
{
	const struct radio_gap *g = gap_of(m, r->port, false);
	int64_t *v = s->row.v;
	bool scanned;

	/* a gap that was over before, or that the step counted when this link came up first, is none of this one's */
	if (!g || g->left == NEVER_SEEN || g->joined == NEVER_SEEN || g->left < s->row.start || g->left == s->radio_left)
		return;
	s->radio_left = g->left;
	scanned = g->scan_begun != NEVER_SEEN && g->scan_done != NEVER_SEEN;
	if (v[M_L2_LOSS] == METRIC_ABSENT && g->heard != NEVER_SEEN)
		v[M_L2_LOSS] = g->left - g->heard;
	if (scanned)
		add(&v[M_L2_SCAN], g->scan_done - g->scan_begun);
	add(&v[M_L2_ASSOC], g->joined - (scanned ? g->scan_done : g->left));
}

void metrics_radio_done(struct metrics *m)
{
	if (!m->gaps)
		return;
	g_array_free(m->gaps, TRUE);
	numbers_done(&m->gap_index);
	numbers_done(&m->left_index);
}
