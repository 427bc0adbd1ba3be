/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: LTE in runs on ns-3
 *
 * From the scenario's words to model/ns3/lte.h, and back to a line for people. It implements no clause.
 */
#include "cli/ns3_lte.h"

#include "scenarios/motion.h"
#include "world/link.h"

static struct {
	struct ns3_lte *lte;
	uint64_t events[NS3C_LTE_RADIO_LOST + 1];
} run;

static void on_event(void *ctx, struct moor_port *ue, moor_time at, enum ns3c_lte_event event, unsigned cell)
{
	(void)ctx, (void)ue, (void)at, (void)cell;
	run.events[event]++;
}

/* What becomes of it the records say. */
static void on_x2(void *ctx, struct moor_port *p, unsigned enb)
{
	(void)ctx;
	ns3_lte_handover(run.lte, p, enb);
}

bool ns3_lte_begin(const struct ns3c_table *table, struct ns3_engine *e, struct build *b, const struct scen_lte *x,
		   char **why)
{
	struct moor_world *w = build_world(b);
	struct ns3_lte_config c = { .fn = on_event };
	struct ns3c_xyz *places;
	const char *not;

	if (!x)
		return true;
	places = g_new0(struct ns3c_xyz, x->enbs->len);
	for (guint i = 0; i < x->enbs->len; i++) {
		double at[2];

		motion_pair(((const struct scen_enb *)x->enbs->pdata[i])->at, at);
		places[i] = (struct ns3c_xyz){ at[0], at[1], 0 };
	}
	c.core = x->core;
	c.radio = (struct ns3c_lte_config){ .enbs = x->enbs->len, .places = places,
					    .a3 = x->handover == LTE_HANDOVER_A3, .a3_time = x->time_to_trigger };
	motion_number(x->hysteresis, G_MAXDOUBLE, &c.radio.a3_hysteresis);
	run.lte = ns3_lte_new(table, e, w, moor_link_find(w, x->link->text), &c, &not);
	g_free(places);
	if (!run.lte)
		*why = g_strdup_printf("LTE link `%s`: %s", x->link->text, not);
	else
		build_on_x2(b, on_x2, NULL);
	return run.lte != NULL;
}

const char *ns3_lte_station(struct moor_port *p, const struct ns3_way *way)
{
	return ns3_lte_ue(run.lte, p, way);
}

void ns3_lte_tell(GString *text)
{
	if (run.lte)
		g_string_append_printf(text, "LTE: %" G_GUINT64_FORMAT " connections, %" G_GUINT64_FORMAT " handovers, %"
				       G_GUINT64_FORMAT " failed, %" G_GUINT64_FORMAT " radio links lost\n",
				       run.events[NS3C_LTE_CONNECTED], run.events[NS3C_LTE_HANDOVER_END],
				       run.events[NS3C_LTE_HANDOVER_FAILED], run.events[NS3C_LTE_RADIO_LOST]);
}

void ns3_lte_end(void)
{
	ns3_lte_free(run.lte);
	run.lte = NULL;
}
