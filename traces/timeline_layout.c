/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who is shown in a timeline and where each lane stands. Apart from the drawing so that tests can ask. No clause.
 */
#include "traces/timeline_internal.h"

#define LEFT 132.0
#define PAPER 700.0			/* a page of a paper, not a screen */
#define LEFT_PAPER 104.0
#define LEFT_NARROW 42.0		/* the names of phases */
#define HEADER 17.0
#define GAP 4.0
#define BARS_ON_PAGE 4000u

const char *const tl_phase_names[TL_PHASES] = { "step", "L2", "WAIT", "DETECT", "ADDR", "DAD", "IKE", "AAA",
	"REGIST" };

static const double heights[LANE_KINDS] = {
	[LANE_LINK] = 13, [LANE_RADIO] = 13, [LANE_STATE] = 13,
	[LANE_PHASES] = 14, [LANE_SIGNALS] = 18, [LANE_NAT] = 12, [LANE_FLOW] = 18
};

moor_time timeline_tick(moor_time span, int most)
{
	static const int steps[] = { 1, 2, 5 };
	moor_time tick = 1;

	for (moor_time power = 1;; power *= 10)
		for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
			tick = power * steps[i];
			if (span / tick <= most || tick > INT64_MAX / 20)
				return tick;
		}
}

static void choose(struct timeline *t)
{
	unsigned mobile = t->ranks[RANK_MOBILE], network = t->ranks[RANK_NETWORK], left[2];

	left[RANK_NETWORK] = MIN(network, MAX(TL_NETWORK, TIMELINE_NODES - MIN(mobile, TIMELINE_NODES)));
	left[RANK_MOBILE] = MIN(mobile, TIMELINE_NODES - left[RANK_NETWORK]);
	t->hidden = t->left_out;
	for (guint i = 0; i < t->nodes->len; i++) {
		struct tl_node *n = t->nodes->pdata[i];

		n->shown = left[n->rank] > 0;
		if (n->shown)
			left[n->rank]--;
		else
			t->hidden++;
	}
}

const struct tl_node *timeline_owner(const struct timeline *t, const struct ip6_addr *home)
{
	for (guint i = 0; i < t->nodes->len; i++) {
		const struct tl_node *n = t->nodes->pdata[i];

		if (n->rank == RANK_MOBILE && !ip6_is_zero(&n->home) && ip6_eq(&n->home, home))
			return n;
	}
	return NULL;
}

static int by_kind(gconstpointer a, gconstpointer b)
{
	const struct tl_lane *x = *(struct tl_lane *const *)a, *y = *(struct tl_lane *const *)b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->instance < y->instance ? -1 : x->instance > y->instance;
}

/* A binding is told by whose it is; false: there are enough of nodes that are not shown. */
static bool name_binding(const struct timeline *t, struct tl_lane *l, guint *strangers)
{
	const struct tl_node *n;
	char buf[ADDR_TEXT_MAX];

	if (l->kind != LANE_STATE || ip6_is_zero(&l->home))
		return true;
	n = timeline_owner(t, &l->home);
	g_free(l->label);
	l->label = n ? g_strdup_printf("%s of %s", l->machine, n->name) : g_strdup(ip6_text(&l->home, buf));
	return (n && n->shown) || (*strangers)++ < TL_STRANGERS;
}

bool timeline_has_phase(const struct tl_lane *l, int phase)
{
	return (phase != PHASE_IKE && phase != PHASE_AAA) || track_len(&l->tracks[phase]) > 0;
}

static int timeline_phases(const struct tl_lane *l)
{
	int n = 0;

	for (int p = PHASE_STEP + 1; p < TL_PHASES; p++)
		n += timeline_has_phase(l, p);
	return n;
}

static guint place_node(const struct timeline *t, struct tl_node *n, double *y)
{
	guint count = 0, strangers = 0;

	n->y = *y;
	*y += HEADER;
	g_ptr_array_sort(n->lanes, by_kind);
	for (guint i = 0; i < n->lanes->len; i++) {
		struct tl_lane *l = n->lanes->pdata[i];

		l->height = 0;
		if (!name_binding(t, l, &strangers))
			continue;
		l->height = heights[l->kind];
		if (l->kind == LANE_PHASES)
			l->height += PHASE_ROW * timeline_phases(l);
		else if (t->narrow)
			*y += TL_ROW;
		l->y = *y;
		*y += l->height + GAP;
		count += l->kind == LANE_PHASES ? 1 + (guint)timeline_phases(l) : 1;
	}
	*y += GAP;
	return count;
}

void timeline_widths(struct timeline *t)
{
	t->width = t->wanted > 0 ? t->wanted : TL_WIDTH;
	t->narrow = t->width < TL_NARROW;
	t->left = t->narrow ? LEFT_NARROW : t->width < PAPER ? LEFT_PAPER : LEFT;
	t->plot = t->width - t->left - (t->narrow ? TL_RIGHT / 2 : TL_RIGHT);
}

void timeline_lay_out(struct timeline *t, double above)
{
	guint tracks = 0;
	double y;

	choose(t);
	y = t->top = above;
	for (int rank = RANK_MOBILE; rank <= RANK_NETWORK; rank++)
		for (guint i = 0; i < t->nodes->len; i++) {
			struct tl_node *n = t->nodes->pdata[i];

			if (n->shown && n->rank == (enum tl_rank)rank)
				tracks += place_node(t, n, &y);
		}
	t->bottom = MAX(y, t->top + 40);
	t->bars_per_track = CLAMP(BARS_ON_PAGE / MAX(tracks, 1u), 40u, 400u);
}
