/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checking a message against a profile: works through the rule tables and notes what the message does otherwise. A rule
 * holds when its profile, message, kind of node and procedure fit and its condition, if any, is met. What is not known
 * (procedure, access, the request) makes the rules that need it silent, never wrong.
 */
#include <assert.h>

#include "wire/mh_rules.h"

const char *mh_profile_name(enum mh_profile p)
{
	static const char *const names[MH_PROFILES] = { "r10", "r8", "rfc", "oai-pmip", "dsmip-draft-04" };

	return names[p];
}

bool mh_profile_parse(const char *name, enum mh_profile *out)
{
	unsigned i;

	for (i = 0; i < MH_PROFILES; i++)
		if (!strcmp(name, mh_profile_name((enum mh_profile)i))) {
			*out = (enum mh_profile)i;
			return true;
		}
	return false;
}

static bool proxy_message(const struct mh_msg *m, const struct mh_context *c)
{
	if (c->proxy || (m->type == MH_BU && m->bu.flags & MH_BU_P) || (m->type == MH_BA && m->ba.flags & MH_BA_P))
		return true;
	return m->type == MH_BR && m->br.flags & MH_BR_P;
}

static uint16_t flags_of(const struct mh_msg *m, uint32_t *offset)
{
	*offset = m->type == MH_BA ? 7 : m->type == MH_BR ? 10 : 8;
	if (m->type == MH_BU)
		return m->bu.flags;
	if (m->type == MH_BA)
		return m->ba.flags;
	return m->type == MH_BR ? m->br.flags : 0;
}

static bool row_holds(const struct mh_rule *r, enum mh_profile p, uint8_t type, enum mh_procedure procedure, bool proxy)
{
	if (!(r->row.profiles & 1u << p) || r->row.message != type)
		return false;
	if (r->row.proxy != 2 && r->row.proxy != proxy)
		return false;
	return !r->row.procedures || r->row.procedures & 1u << procedure;
}

/* What a check works on. */
struct check {
	struct mh_look k;
	const struct mh_plan *plan;
	struct wire_diags *d;
	unsigned found;
};

static void deviation(struct check *c, const struct mh_rule *r, uint32_t offset, uint32_t value)
{
	wire_note(c->d, r->row.id, r->row.clause, offset, value);
	c->found++;
}

static void only(struct check *c, const struct mh_rule *r)
{
	bool proxies = r->row.proxy == 1;
	uint64_t named[4] = { 0 };
	unsigned i;

	for (i = 0; i < c->plan->named; i++) {
		const struct mh_rule *o = c->plan->option[i];

		if ((o->row.proxy == 1) == proxies)	/* rules of the same table */
			named[o->value >> 6 & 3] |= UINT64_C(1) << (o->value & 63);
	}
	for (i = 0; i < c->k.m->n_opt; i++) {
		uint8_t type = c->k.m->opt[i].type;

		if (!(named[type >> 6] >> (type & 63) & 1))
			deviation(c, r, c->k.m->opt[i].offset, type);
	}
}

static void flag(struct check *c, const struct mh_rule *r)
{
	uint32_t offset;
	uint16_t flags = flags_of(c->k.m, &offset);
	bool wanted = r->row.presence == MH_MANDATORY || r->row.presence == MH_CONDITIONAL;

	if (!(flags & r->value) == wanted)
		deviation(c, r, offset, flags);
}

static void presence(struct check *c, const struct mh_rule *r)
{
	const struct mh_opt *o = mh_find(c->k.m, (uint8_t)r->value);

	if (r->row.presence == MH_FORBIDDEN ? o != NULL : r->row.presence != MH_OPTIONAL && !o)
		deviation(c, r, o ? o->offset : 0, r->value);
}

static void test(struct check *c, const struct mh_rule *r)
{
	const struct mh_opt *o = NULL;
	uint32_t value = 0;

	if (r->deviates(&c->k, &o, &value))
		deviation(c, r, o ? o->offset : 6, value);
}

static void work(struct check *c, const struct mh_rule *r)
{
	if (r->when && !r->when(&c->k))
		return;
	switch (r->kind) {
	case MH_RULE_FLAG:
		flag(c, r);
		break;
	case MH_RULE_OPTION:
		presence(c, r);
		break;
	case MH_RULE_TEST:
		test(c, r);
		break;
	case MH_RULE_ONLY:
		only(c, r);
		break;
	}
}

bool mh_is_proxy(const struct mh_msg *m, const struct mh_context *c)
{
	return proxy_message(m, c);
}

/* The rules of a message stand together in each table. */
static void pick(struct mh_plan *plan, const struct mh_rule *rules, unsigned n, enum mh_profile p, uint8_t type,
		 enum mh_procedure procedure, bool proxy)
{
	unsigned i = 0;

	while (i < n && rules[i].row.message != type)
		i++;
	for (; i < n && rules[i].row.message == type; i++) {
		const struct mh_rule *r = &rules[i];

		if (!row_holds(r, p, type, procedure, proxy))
			continue;
		assert(plan->n < MH_PLAN_MAX);
		if (r->kind == MH_RULE_OPTION && r->row.presence != MH_FORBIDDEN)
			plan->option[plan->named++] = r;
		if (r->kind != MH_RULE_OPTION || r->row.presence != MH_OPTIONAL)
			plan->rule[plan->n++] = r;
	}
}

void mh_plan_make(struct mh_plan *plan, enum mh_profile p, uint8_t type, enum mh_procedure procedure, bool proxy)
{
	plan->n = plan->named = 0;
	pick(plan, mh_rules, mh_rules_n, p, type, procedure, proxy);
	if (proxy)		/* that table is about proxies only */
		pick(plan, mh_rules_proxy, mh_rules_proxy_n, p, type, procedure, proxy);
}

/* Both are picked from the same tables in the same order. What ONLY rules look at must be the same. */
bool mh_plan_covers(const struct mh_plan *wide, const struct mh_plan *narrow)
{
	unsigned k = 0;

	if (wide->named != narrow->named || memcmp(wide->option, narrow->option, wide->named * sizeof *wide->option))
		return false;
	for (unsigned i = 0; i < wide->n && k < narrow->n; i++)
		k += wide->rule[i] == narrow->rule[k];
	return k == narrow->n;
}

unsigned mh_check_plan(const struct mh_msg *m, const struct mh_plan *plan, const struct mh_context *c,
		       struct wire_diags *d)
{
	struct check k = { .k = { m, c->request, c, m->type == MH_BA && m->ba.status < 128 }, .plan = plan, .d = d };

	if (k.k.request && k.k.request->type != MH_BU && m->type == MH_BA)
		k.k.request = NULL;
	if (k.k.request && k.k.request->type != MH_BR && m->type == MH_BR)
		k.k.request = NULL;
	for (unsigned i = 0; i < plan->n; i++)
		work(&k, plan->rule[i]);
	return k.found;
}

unsigned mh_check(const struct mh_msg *m, enum mh_profile p, const struct mh_context *c, struct wire_diags *d)
{
	struct mh_plan plan;

	mh_plan_make(&plan, p, m->type, c->procedure, proxy_message(m, c));
	return mh_check_plan(m, &plan, c, d);
}

unsigned mh_profile_rows(struct mh_profile_row *out, unsigned cap)
{
	unsigned i, n = 0;

	for (i = 0; i < mh_rules_n; i++, n++)
		if (n < cap)
			out[n] = mh_rules[i].row;
	for (i = 0; i < mh_rules_proxy_n; i++, n++)
		if (n < cap)
			out[n] = mh_rules_proxy[i].row;
	return n;
}
