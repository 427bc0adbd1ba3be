/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checking a message against a profile: works through the rule tables and notes what the message does otherwise. A rule
 * holds when its profile, message, kind of node and procedure fit and its condition, if any, is met. What is not known
 * (procedure, access, the request) makes the rules that need it silent, never wrong.
 */
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

static bool row_holds(const struct mh_rule *r, enum mh_profile p, const struct mh_look *k, bool proxy)
{
	if (!(r->row.profiles & 1u << p) || r->row.message != k->m->type)
		return false;
	if (r->row.proxy != 2 && r->row.proxy != proxy)
		return false;
	return !r->row.procedures || r->row.procedures & 1u << k->c->procedure;
}

/* What a check works on. */
struct check {
	struct mh_look k;
	enum mh_profile p;
	bool proxy;
	struct wire_diags *d;
	unsigned found;
};

static void deviation(struct check *c, const struct mh_rule *r, uint32_t offset, uint32_t value)
{
	wire_note(c->d, r->row.id, r->row.clause, offset, value);
	c->found++;
}

/* One walk over the rules, not one for each option: they are many, and seldom in the cache. */
static void only(struct check *c, const struct mh_rule *rules, unsigned n, const struct mh_rule *r)
{
	uint64_t named[4] = { 0 };
	unsigned i;

	for (i = 0; i < n; i++)
		if (rules[i].kind == MH_RULE_OPTION && rules[i].row.presence != MH_FORBIDDEN &&
		    row_holds(&rules[i], c->p, &c->k, c->proxy))
			named[rules[i].value >> 6 & 3] |= UINT64_C(1) << (rules[i].value & 63);
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

/* The rules of a message stand together in each table. */
static void work(struct check *c, const struct mh_rule *rules, unsigned n)
{
	uint8_t type = c->k.m->type;
	unsigned i = 0;

	while (i < n && rules[i].row.message != type)
		i++;
	for (rules += i, n -= i, i = 0; i < n && rules[i].row.message == type; i++) {
		const struct mh_rule *r = &rules[i];

		if (!row_holds(r, c->p, &c->k, c->proxy) || (r->when && !r->when(&c->k)))
			continue;
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
			only(c, rules, n, r);
			break;
		}
	}
}

unsigned mh_check(const struct mh_msg *m, enum mh_profile p, const struct mh_context *c, struct wire_diags *d)
{
	struct check k = { .k = { m, c->request, c, m->type == MH_BA && m->ba.status < 128 }, .p = p, .d = d };

	k.proxy = proxy_message(m, c);
	if (k.k.request && k.k.request->type != MH_BU && m->type == MH_BA)
		k.k.request = NULL;
	if (k.k.request && k.k.request->type != MH_BR && m->type == MH_BR)
		k.k.request = NULL;
	work(&k, mh_rules, mh_rules_n);
	if (k.proxy)		/* that table is about proxies only */
		work(&k, mh_rules_proxy, mh_rules_proxy_n);
	return k.found;
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
