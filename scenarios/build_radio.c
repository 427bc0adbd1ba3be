/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: what the timeline tells a radio
 *
 * The builder has no radio; the engine that has one says what it can. It implements no clause.
 */
#include <string.h>

#include "scenarios/build_priv.h"
#include "scenarios/radio.h"
#include "scenarios/radio_lte.h"
#include "world/medium.h"
#include "world/record.h"

void build_on_x2(struct build *b, build_x2_fn *fn, void *ctx)
{
	b->x2 = fn;
	b->x2_ctx = ctx;
}

/* Of a node's interfaces the one of LTE; NULL: it has none. */
static struct moor_port *lte_port(struct build *b, const struct moor_node *n)
{
	const struct scen_station *x = radio_station(b->s, moor_node_name(n));
	struct moor_port *p;

	for (uint32_t i = 0; x && x->lte_interface && (p = moor_port_at(b->w, i)); i++)
		if (moor_port_node(p) == n && !strcmp(moor_port_name(p), x->lte_interface))
			return p;
	return NULL;
}

/* A link by which the radio of this interface is switched on; which cell it comes to is its own matter. */
static struct moor_link *any_cell(struct build *b, const struct moor_port *p)
{
	const struct scen_station *x = radio_station(b->s, moor_node_name(moor_port_node(p)));
	const struct scen_radio *r = b->s->radio;
	const char *name = NULL;

	if (x && x->lte_interface && !strcmp(x->lte_interface, moor_port_name(p)))
		name = r->lte->link->text;
	else if (x && r->aps->len)
		name = ((const struct scen_ap *)r->aps->pdata[0])->base.name;
	return name ? b->links[build_link_index(b, scen_link(b->s, name))] : NULL;
}

void build_carrier(struct build *b, struct moor_port *p, bool up)
{
	struct moor_link *l = g_hash_table_lookup(b->downed, p), *now = moor_port_link(p);

	if (!up && !now && moor_port_admitted(p))
		now = any_cell(b, p);		/* switched on, with no cell just now */
	if (!up && now) {
		g_hash_table_insert(b->downed, p, now);
		moor_link_detach(p);
	} else if (up && l) {
		g_hash_table_remove(b->downed, p);
		moor_link_attach(l, p, false);
	}
}

void build_x2(struct build *b, const struct scen_action *a, const struct moor_node *n)
{
	struct moor_port *p = lte_port(b, n);
	struct moor_record r;

	if (b->x2 && p)
		b->x2(b->x2_ctx, p, (unsigned)lte_enb(b->s->radio->lte, a->enb));
	if (b->x2 || b->s->links_from || !moor_record_wanted(b->w, REC_NOTE))
		return;			/* a recording has what the radio did then */
	MOOR_RECORD_BEGIN(&r, REC_NOTE, moor_node_id(n), REC_NONE, note);
	r.u.note = "nothing done: this engine has no LTE";
	moor_record_emit(b->w, &r);
}
