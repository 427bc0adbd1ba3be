/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: LTE in scenarios
 *
 * The section `radio.lte`: its keys, and what must be true of them before ns-3 sees them, which ends the process where
 * it does not like a value. It implements no clause.
 */
#include "scenarios/names.h"
#include "scenarios/radio_lte.h"

#include <stddef.h>
#include <string.h>

#include "scenarios/radio.h"
#include "world/link.h"

#define AT(type, member) .offset = offsetof(struct type, member)
#define END { .key = NULL }
#define HYSTERESIS_MOST 15.0		/* dB, in halves [TS 36.331 6.3.5] */
#define MTU 1500

static const struct scen_choice handovers[] = {
	{ "a3", LTE_HANDOVER_A3, "when another eNB is heard better by `hysteresis` for `time-to-trigger` (event A3)" },
	{ "command", LTE_HANDOVER_COMMAND, "when the timeline says so (`x2`), and never else" },
	{ NULL, 0, NULL }
};

static const struct scen_row enb_rows[] = {
	{ "at", ST_TEXTS, AT(scen_enb, at), .required = SCEN_ALL, .about = "[x, y], metres" },
	END
};

const struct scen_section scen_enb_section = {
	"enb", "an eNB", "Where an LTE base station stands.", enb_rows, sizeof(struct scen_enb), NULL,
	"enbs:\n  a: {at: [0, 0]}\n  b: {at: [500, 0]}",
};

static const struct scen_row lte_rows[] = {
	{ "link", ST_REF, .ref = REF_LINK, AT(scen_lte, link), .required = SCEN_ALL,
	  .about = "the access link that it is, without rate and delay; its one fixed node is behind SGi" },
	{ "enbs", ST_NAMED, AT(scen_lte, enbs), .section = &scen_enb_section, .required = SCEN_ALL,
	  .about = "by names of their own; each has X2 with each" },
	{ "handover", ST_ENUM, AT(scen_lte, handover), .choices = handovers, .def = "a3",
	  .about = "when a UE goes from one eNB to another", .clause = "TS 36.331 5.5.4.4" },
	{ "hysteresis", ST_TEXT, AT(scen_lte, hysteresis), .def = "3", .about = "dB, from 0.5 to 15 in steps of 0.5" },
	{ "time-to-trigger", ST_NUM, UNIT_SPAN, AT(scen_lte, time_to_trigger), .def = "256ms", .min = "1ms", .max = "5120ms",
	  .step = "1ms", .about = "how long" },
	{ "core-delay", ST_NUM, UNIT_SPAN, AT(scen_lte, core), .def = "0s", .min = "0s", .max = "10s",
	  .about = "between the gateway of ns-3's packet core and the link's fixed node, each way" },
	END
};

const struct scen_section scen_lte_section = {
	"lte", "LTE", "An access link on ns-3's LTE. Whoever is `lte-interface` of a station is on it while its radio is "
	"connected; of handovers between eNBs nothing is seen there but a gap. Frames have 54 octets more on the radio: "
	"they ride in IPv6 through ns-3's core.",
	lte_rows, sizeof(struct scen_lte), NULL,
	"lte: {link: lte, enbs: {a: {at: [0, 0]}, b: {at: [500, 0]}}, handover: a3, hysteresis: 2}",
};

static const struct tree *at_key(const struct scen_base *b, const char *key)
{
	const struct tree *t = tree_get(b->at, key, NULL);

	return t ? t : b->at;
}

int lte_enb(const struct scen_lte *l, const char *name)
{
	for (guint i = 0; i < l->enbs->len; i++)
		if (!strcmp(((const struct scen_enb *)l->enbs->pdata[i])->base.name, name))
			return (int)i;
	return -1;
}

const struct scen_station *radio_station(const struct scenario *s, const char *node)
{
	uint32_t member;
	const struct scen_node *n = scen_member(s, node, &member);

	for (guint i = 0; s->radio && i < s->radio->stations->len; i++) {
		const struct scen_station *x = s->radio->stations->pdata[i];

		if (!strcmp(x->base.name, node) || (n && !strcmp(x->base.name, n->base.name)))
			return x;
	}
	return NULL;
}

/* ---- the network ------------------------------------------------------------------------------------------------- */

static void check_a3(const struct scen_lte *x, struct report *r)
{
	static const char *const keys[] = { "hysteresis", "time-to-trigger" };
	double db;

	for (guint i = 0; i < G_N_ELEMENTS(keys) && x->handover != LTE_HANDOVER_A3; i++)
		if (tree_get(x->base.at, keys[i], NULL))
			report_at(r, at_key(&x->base, keys[i]), "goes with `handover: a3`");
	if (!motion_number(x->hysteresis, HYSTERESIS_MOST, &db) || db < 0.5 || db * 2 != (double)(int)(db * 2))
		report_at(r, at_key(&x->base, "hysteresis"), "`%s` is not 0.5 to 15 in steps of 0.5", x->hysteresis);
}

/* Nothing of what the radio does may be the link's own, now or later. */
static void check_link(const struct scenario *s, const struct scen_lte *x, struct report *r)
{
	static const char *const fixed[] = { "rate", "delay", "reorder", "mtu" };
	const struct scen_link *l = scen_link(s, x->link->text);

	if (!l)
		return;			/* reported */
	if (!l->access || l->kind != LINK_LAN || l->nodes->len != 1)
		report_at(r, x->link, "`%s` is no access link with one fixed node", l->base.name);
	else if (l->medium != MEDIUM_BUILTIN || l->impair.rate || l->impair.reorder || l->impair.delay.a ||
		 l->impair.delay.kind != DELAY_CONSTANT)
		report_at(r, l->base.at, "medium, rate, delay and order of `%s` are the radio's", l->base.name);
	if (l->impair.mtu > MTU)
		report_at(r, at_key(&l->base, "mtu"), "%uoctets at most on ns-3's LTE", MTU);
	for (guint i = 0; i < s->radio->aps->len; i++)
		if (!strcmp(((const struct scen_ap *)s->radio->aps->pdata[i])->base.name, l->base.name))
			report_at(r, x->link, "`%s` is the cell of an access point", l->base.name);
	for (guint k = 0; k < names_sets_of(s, l)->len; k++) {
		const struct scen_action *a = names_sets_of(s, l)->pdata[k];

		for (guint n = 0; n < G_N_ELEMENTS(fixed) && a->params; n++)
			if (tree_get(a->params->base.at, fixed[n], NULL))
				report_at(r, at_key(&a->params->base, fixed[n]), "is the radio's on `%s`", l->base.name);
	}
}

static void check_ues(const struct scenario *s, const struct scen_lte *x, struct report *r)
{
	int64_t ues = 0;

	for (guint i = 0; i < s->radio->stations->len; i++) {
		const struct scen_station *o = s->radio->stations->pdata[i];
		const struct scen_node *group = scen_node(s, o->base.name);

		if (o->lte_interface)
			ues += group && scen_is_group(group) ? group->count : 1;
	}
	if (!ues)
		report_at(r, x->base.at, "no station has an `lte-interface`");
	if (ues > LTE_UES_MAX)
		report_at(r, x->base.at, "%" G_GINT64_FORMAT " UEs: ns-3's LTE has room for %u", ues, LTE_UES_MAX);
}

void lte_check(const struct scenario *s, struct report *r)
{
	const struct scen_lte *x = s->radio->lte;

	if (!x)
		return;
	if (!x->enbs->len || x->enbs->len > LTE_ENBS_MAX)
		report_at(r, at_key(&x->base, "enbs"), "1 to %u eNBs", LTE_ENBS_MAX);
	for (guint i = 0; i < x->enbs->len; i++) {
		const struct scen_enb *e = x->enbs->pdata[i];

		motion_check_pair(e->base.at, "at", e->at, r);
	}
	check_a3(x, r);
	check_link(s, x, r);
	check_ues(s, x, r);
}

/* ---- stations ---------------------------------------------------------------------------------------------------- */

void lte_check_station(const struct scenario *s, const struct scen_station *x, const struct scen_node *n,
		       struct report *r)
{
	static const char *const wifi[] = { "roaming", "scan", "missed-beacons", "snr", "channels", "dwell" };
	bool has = false;

	for (guint i = 0; i < G_N_ELEMENTS(wifi) && !x->interface; i++)
		if (tree_get(x->base.at, wifi[i], NULL))
			report_at(r, at_key(&x->base, wifi[i]), "is Wi-Fi's: goes with `interface`");
	if (!x->lte_interface) {
		if (!x->interface)
			report_at(r, x->base.at, "a station has an `interface`, an `lte-interface` or both");
		return;
	}
	for (guint i = 0; i < n->interfaces->len; i++)
		has |= !strcmp(((const struct tree *)n->interfaces->pdata[i])->text, x->lte_interface);
	if (!s->radio->lte)
		report_at(r, at_key(&x->base, "lte-interface"), "goes with `lte`");
	if (!has)
		report_at(r, at_key(&x->base, "lte-interface"), "`%s` has no interface `%s`", x->base.name, x->lte_interface);
	if (x->interface && !strcmp(x->interface, x->lte_interface))
		report_at(r, at_key(&x->base, "lte-interface"), "`%s` is of Wi-Fi already", x->interface);
}

/* ---- timeline ---------------------------------------------------------------------------------------------------- */

/* The node that stands for all that the selector names; NULL: none of them is a ue or mn. */
static const struct scen_node *node_of(const struct scenario *s, const struct tree *selector)
{
	uint32_t member;
	const struct scen_node *n = scen_member(s, selector->text, &member), *o;
	guint at = 0;

	while (!n && (o = names_selected(s, selector->text, &at)))
		if (o->kind == NODE_UE || o->kind == NODE_MN)
			n = o;
	return n;
}

/* The station behind a selector; NULL: that node is none. */
static const struct scen_station *station_of(const struct scenario *s, const struct tree *selector)
{
	const struct scen_station *x = radio_station(s, selector->text);
	const struct scen_node *n = x ? NULL : node_of(s, selector);

	for (guint i = 0; n && !x && i < s->radio->stations->len; i++) {
		const struct scen_station *o = s->radio->stations->pdata[i];
		uint32_t member;

		if (!strcmp(o->base.name, n->base.name) || scen_member(s, o->base.name, &member) == n)
			x = o;
	}
	return x;
}

static void check_x2(const struct scenario *s, const struct scen_action *a, struct report *r)
{
	const struct scen_lte *lte = s->radio ? s->radio->lte : NULL;
	const struct scen_station *x = lte ? station_of(s, a->node) : NULL;

	if (!lte) {
		report_at(r, at_key(&a->base, "do"), "there is no LTE (`radio`)");
		return;
	}
	if (lte->handover != LTE_HANDOVER_COMMAND)
		report_at(r, at_key(&a->base, "do"), "goes with `handover: command`");
	if (!x || !x->lte_interface)
		report_at(r, a->node, "`%s` is no UE of LTE: no station with an `lte-interface`", a->node->text);
	if (lte_enb(lte, a->enb) < 0)
		report_at(r, at_key(&a->base, "enb"), "there is no eNB `%s`", a->enb);
}

void lte_check_action(const struct scenario *s, const struct scen_action *a, struct report *r)
{
	const struct scen_lte *lte = s->radio ? s->radio->lte : NULL;
	const struct scen_link *to = a->verb <= DO_MOVE && lte ? scen_target(s, a) : NULL;
	const struct scen_station *x;

	if (a->verb == DO_X2)
		check_x2(s, a, r);
	if (!to || strcmp(to->base.name, lte->link->text) || !a->node)
		return;
	x = station_of(s, a->node);
	if (!x || !x->lte_interface || (a->interface && strcmp(a->interface, x->lte_interface)))
		report_at(r, a->node, "`%s` is LTE's: only the `lte-interface` of a station comes there", to->base.name);
}
