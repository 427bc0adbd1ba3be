/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: routing rules and accesses in scenarios
 *
 * The timeline's rules as flow bindings of the UE, and the mistakes that can be seen before the run: FIDs and
 * priorities that are taken, interfaces that are not there, selectors that no packet meets. Mistakes that are meant
 * (a home agent's answers to them) are tests of the home agent's own. It implements no clause.
 */
#include "scenarios/flows.h"

#include <string.h>

#include "scenarios/load.h"
#include "scenarios/names.h"

static const struct tree *word(const GPtrArray *list, guint i)
{
	return list->pdata[i];
}

static const struct tree *at_key(const struct scen_base *b, const char *key)
{
	const struct tree *t = tree_get(b->at, key, NULL);

	return t ? t : b->at;
}

unsigned flows_interface(const struct scen_node *n, const char *name)
{
	for (guint i = 0; i < n->interfaces->len; i++)
		if (!strcmp(word(n->interfaces, i)->text, name))
			return i + 1;
	return 0;
}

/* ---- a rule ------------------------------------------------------------------------------------------------------ */

static bool address(int family, const char *text, struct ip6_addr *out)
{
	struct ip4_addr a4;

	if (family == 6)
		return ip6_parse(text, out);
	if (!ip4_parse(text, &a4))
		return false;
	*out = ip6_any;
	memcpy(out->o, a4.o, sizeof a4.o);
	return true;
}

/* start, end: their presence bits; the end is one above the start. */
static const char *addresses(struct mh_ts *ts, const struct scen_selector *c, const GPtrArray *list,
			     struct ip6_addr out[2], enum mh_ts_field start, bool given)
{
	if (!given)
		return NULL;
	if (!list->len || list->len > 2 || !address(c->family, word(list, 0)->text, &out[0]) ||
	    !address(c->family, word(list, list->len - 1)->text, &out[1]))
		return "an address, or [first, last], of the selector's family";
	ts->has |= (uint16_t)(start | (list->len > 1 ? start << 1 : 0));
	return NULL;
}

static const char *numbers(struct mh_ts *ts, const struct scen_selector *c, unsigned k, struct mh_ts *out)
{
	const struct scen_section *s = &scen_selector_section;

	(void)ts;
#define RANGE(key, member, field, start, more) \
	do { \
		if (scen_given(s, c, key)) { \
			out->field[0] = (__typeof__(out->field[0]))(c->member.lo + (more)); \
			out->field[1] = (__typeof__(out->field[1]))(c->member.hi + (more)); \
			out->has |= (uint16_t)((start) | (c->member.lo < c->member.hi ? (start) << 1 : 0)); \
		} \
	} while (0)

	if ((scen_given(s, c, "remote-port") && c->remote_port.hi + k > UINT16_MAX) ||
	    (scen_given(s, c, "local-port") && c->local_port.hi + k > UINT16_MAX))
		return "the ports of the last rule are above 65535";
	RANGE("protocol", protocol, proto, MH_TS_PROTO, 0);
	RANGE("remote-port", remote_port, sport, MH_TS_SPORT, k);
	RANGE("local-port", local_port, dport, MH_TS_DPORT, k);
	RANGE("flow-label", label, label, MH_TS_LABEL, 0);
	RANGE("spi", spi, spi, MH_TS_SPI, 0);
	RANGE("dscp", dscp, ds, MH_TS_DS, 0);
#undef RANGE
	out->ds[0] = (uint8_t)(out->ds[0] << 2);
	out->ds[1] = (uint8_t)(out->ds[1] << 2);
	return NULL;
}

static bool takes_one_of(const struct scen_selector *c, const uint8_t *protocols, unsigned n)
{
	bool any = !scen_given(&scen_selector_section, c, "protocol");

	for (unsigned i = 0; i < n; i++)
		any |= protocols[i] >= c->protocol.lo && protocols[i] <= c->protocol.hi;
	return any;
}

/* Fields that no packet has together. */
static const char *can_match(const struct scen_selector *c, const struct mh_ts *ts)
{
	static const uint8_t with_ports[] = { 6, 17, 33, 132, 136 }, with_spi[] = { 50, 51 };
	bool ports = ts->has & (MH_TS_SPORT | MH_TS_DPORT), spi = ts->has & MH_TS_SPI;

	if (ports && spi)
		return "no packet meets it: ESP and AH have no ports";
	if (ports && !takes_one_of(c, with_ports, G_N_ELEMENTS(with_ports)))
		return "no packet meets it: that protocol has no ports";
	if (spi && !takes_one_of(c, with_spi, G_N_ELEMENTS(with_spi)))
		return "no packet meets it: that protocol has no SPI";
	return NULL;
}

static const char *selector(const struct scen_selector *c, unsigned k, struct mh_ts *ts)
{
	const char *wrong;

	*ts = (struct mh_ts){ .format = c->family == 4 ? MH_TS_IP4 : MH_TS_IP6 };
	wrong = addresses(ts, c, c->remote, ts->src, MH_TS_SRC, scen_given(&scen_selector_section, c, "remote-address"));
	if (!wrong)
		wrong = addresses(ts, c, c->local, ts->dst, MH_TS_DST, scen_given(&scen_selector_section, c, "local-address"));
	if (!wrong)
		wrong = numbers(ts, c, k, ts);
	if (wrong)
		return wrong;
	if (c->family == 4 && (ts->has & MH_TS_LABEL))
		return "IPv4 packets have no flow label";
	if (!ifom_ts_sane(ts))
		return "no packet meets it: an end is before its start";
	return can_match(c, ts);
}

static const char *over(const struct scen_action *a, const struct scen_node *n, struct ifom_flow *out)
{
	if (!a->over->len || a->over->len > IFOM_FLOW_BIDS)
		return "`over` names at least one interface";
	for (guint i = 0; i < a->over->len; i++) {
		out->bid[i] = (uint16_t)flows_interface(n, word(a->over, i)->text);
		if (!out->bid[i])
			return "the UE has no such interface";
		for (guint j = 0; j < i; j++)
			if (out->bid[j] == out->bid[i])
				return "an interface is in `over` twice";
	}
	out->n_bid = (uint8_t)a->over->len;
	return NULL;
}

const char *flows_rule(const struct scen_action *a, const struct scen_node *n, unsigned k, struct ifom_flow *out)
{
	int64_t priority = (a->fid_priority ? a->fid_priority : a->fid) + k;
	const char *wrong;

	*out = (struct ifom_flow){ 0 };
	if (a->fid + k > UINT16_MAX || priority > UINT16_MAX)
		return "FID or priority of the last rule is above 65535";
	out->fid = (uint16_t)(a->fid + k);
	out->priority = (uint16_t)priority;
	wrong = selector(a->selector, k, &out->ts);
	if (!wrong && k && !(out->ts.has & (MH_TS_SPORT | MH_TS_DPORT)))
		wrong = "several `rules` differ by their ports: `remote-port` or `local-port` is missing";
	return wrong ? wrong : over(a, n, out);
}

/* ---- before the run ---------------------------------------------------------------------------------------------- */

void flows_check_node(const struct scen_node *n, struct report *r)
{
	for (guint i = 0; n->bid_priority && i < tree_count(n->bid_priority); i++) {
		const struct tree *key = tree_key(n->bid_priority, i), *v = tree_item(n->bid_priority, i);
		int64_t pri;

		if (!flows_interface(n, key->text))
			report_at(r, key, "`%s` has no interface `%s`", n->base.name, key->text);
		if (v->kind != TREE_SCALAR || unit_parse(UNIT_NONE, v->text, &pri) || pri < 1 || pri > 127)
			report_at(r, v, "a BID-PRI is a number from 1 to 127 [RFC 6089 4.1]");
	}
	if (n->bid_priority && !n->ifom)
		report_at(r, at_key(&n->base, "bid-priority"), "without `ifom` there are no BIDs");
}

static bool is_flow(const struct scen_action *a)
{
	return a->verb == DO_ADD_FLOW || a->verb == DO_MOVE_FLOW || a->verb == DO_REMOVE_FLOW;
}

static bool before(const struct scen_action *x, const struct scen_action *y, bool first_in_file)
{
	return x->at != y->at ? x->at < y->at : first_in_file;
}

static int64_t last_fid(const struct scen_action *a)
{
	return a->fid + (a->verb == DO_ADD_FLOW ? a->rules : 1) - 1;
}

/* The add-flow that made the rule `fid` of the same UEs, when it is there just before `a`; NULL: it is not. */
static const struct scen_action *there(const struct scenario *s, const struct scen_action *a, int64_t fid)
{
	const struct scen_action *made = NULL;
	int64_t at = -1;
	bool seen = false;

	const GPtrArray *all = names_actions_of(s, a->node);

	for (guint i = 0; i < all->len; i++) {
		const struct scen_action *o = all->pdata[i];

		seen |= o == a;
		if (o == a || !is_flow(o) || o->verb == DO_MOVE_FLOW || fid < o->fid || fid > last_fid(o) || !before(o, a, !seen) ||
		    o->at < at)
			continue;
		at = o->at;
		made = o->verb == DO_ADD_FLOW ? o : NULL;
	}
	return made;
}

static int64_t priority_of(const struct scen_action *add, int64_t fid)
{
	return (add->fid_priority ? add->fid_priority : add->fid) + fid - add->fid;
}

static void check_taken(const struct scenario *s, const struct scen_action *a, struct report *r)
{
	const GPtrArray *all = names_actions_of(s, a->node);	/* rules of others are not `there` */

	for (guint i = 0; i < all->len; i++) {
		const struct scen_action *o = all->pdata[i];

		if (o == a || o->verb != DO_ADD_FLOW)
			continue;
		for (int64_t fid = o->fid; fid <= last_fid(o); fid++) {
			int64_t pri = priority_of(o, fid) - priority_of(a, a->fid);

			if (pri >= 0 && pri < a->rules && there(s, a, fid) == o) {
				report_at(r, at_key(&a->base, "fid-priority"), "priority %" G_GINT64_FORMAT " is that of rule %"
					  G_GINT64_FORMAT " [RFC 6089 4.2]", priority_of(o, fid), fid);
				return;
			}
		}
	}
}

static void check_rule(const struct scen_action *a, const struct scen_node *n, struct report *r)
{
	struct ifom_flow f = { 0 };
	const char *wrong = a->verb == DO_REMOVE_FLOW ? NULL : over(a, n, &f);

	if (wrong)
		report_at(r, at_key(&a->base, "over"), "%s", wrong);
	else if (a->verb == DO_ADD_FLOW && a->selector && (wrong = flows_rule(a, n, (unsigned)a->rules - 1, &f)))
		report_at(r, f.fid ? at_key(&a->base, "selector") : at_key(&a->base, "fid"), "%s", wrong);
}

void flows_check_action(const struct scenario *s, const struct scen_action *a, struct report *r)
{
	bool access = a->verb == DO_ADD_ACCESS || a->verb == DO_REMOVE_ACCESS;
	uint32_t member;
	const struct scen_node *n;

	if ((!is_flow(a) && !access) || !a->node)
		return;
	n = scen_member(s, a->node->text, &member);
	if (!n)
		n = scen_node(s, a->node->text);
	if (!n) {
		report_at(r, a->node, "a routing rule is for one UE, or one group");
		return;
	}
	if (n->kind != NODE_UE)
		return;			/* reported elsewhere */
	if (!n->ifom)
		report_at(r, a->node, "`%s` does no IP flow mobility (`ifom`)", n->base.name);
	if (access)
		return;
	check_rule(a, n, r);
	for (int64_t fid = a->fid; fid <= last_fid(a); fid++) {
		bool is = there(s, a, fid) != NULL;

		if (is == (a->verb == DO_ADD_FLOW)) {
			report_at(r, at_key(&a->base, "fid"), is ? "rule %" G_GINT64_FORMAT " is there already"
				  : "there is no rule %" G_GINT64_FORMAT " then", fid);
			return;
		}
	}
	if (a->verb == DO_ADD_FLOW)
		check_taken(s, a, r);
}

/* ---- in the run -------------------------------------------------------------------------------------------------- */

void flows_profile(const struct scen_node *n, struct ue_profile *p)
{
	int64_t pri;

	p->dsmip.ifom = n->ifom;
	for (guint i = 0; n->bid_priority && i < tree_count(n->bid_priority); i++) {
		unsigned place = flows_interface(n, tree_key(n->bid_priority, i)->text);

		if (place && !unit_parse(UNIT_NONE, tree_item(n->bid_priority, i)->text, &pri))
			p->dsmip.bid_priority[place - 1] = (uint8_t)pri;
	}
}

void flows_act(const struct scen_action *a, const struct scen_node *n, struct ue *u)
{
	struct dsmip_ue *d = ue_dsmip(u);
	struct ifom_flow f = { 0 };

	switch (a->verb) {
	case DO_ADD_FLOW:
		for (unsigned k = 0; k < a->rules; k++)
			if (!flows_rule(a, n, k, &f))
				dsmip_ue_flow_put(d, &f);
		break;
	case DO_MOVE_FLOW:
		if (!over(a, n, &f))
			dsmip_ue_flow_move(d, (uint16_t)a->fid, f.bid, f.n_bid);
		break;
	case DO_REMOVE_FLOW:
		dsmip_ue_flow_remove(d, (uint16_t)a->fid);
		break;
	case DO_ADD_ACCESS:
	case DO_REMOVE_ACCESS:
		dsmip_ue_access(d, ue_iface(u, a->interface), a->verb == DO_ADD_ACCESS);
		break;
	}
}
