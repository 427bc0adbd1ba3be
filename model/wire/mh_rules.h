/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside of the profile check: one row per rule. mh_profile.c works through the rows, mh_rules.c holds those of mobile
 * nodes and home agents, mh_rules_proxy.c those of gateways and anchors.
 */
#ifndef MOOR_WIRE_MH_RULES_H
#define MOOR_WIRE_MH_RULES_H

#include "wire/mh_profile.h"

/* What a rule looks at. */
struct mh_look {
	const struct mh_msg *m, *request;	/* request NULL when not known */
	const struct mh_context *c;
	bool accepted;				/* an acknowledgement with a status below 128 */
};

typedef bool mh_when_fn(const struct mh_look *k);
/* True when the message deviates; then *o is the option to point at (NULL: the fixed part) and *value what offends. */
typedef bool mh_deviates_fn(const struct mh_look *k, const struct mh_opt **o, uint32_t *value);

enum mh_rule_kind { MH_RULE_FLAG, MH_RULE_OPTION, MH_RULE_TEST, MH_RULE_ONLY };

struct mh_rule {
	struct mh_profile_row row;
	enum mh_rule_kind kind;
	uint16_t value;				/* flag mask or option type */
	mh_when_fn *when;			/* NULL: always */
	mh_deviates_fn *deviates;		/* MH_RULE_TEST */
};

#define MH_P(x) (1u << MH_PROFILE_##x)
#define MH_3GPP (MH_P(R10) | MH_P(R8))
#define MH_FINAL (MH_P(R10) | MH_P(RFC))		/* the final RFCs */
#define MH_SPEC (MH_3GPP | MH_P(RFC))
#define MH_ALL (MH_SPEC | MH_P(OAI_PMIP) | MH_P(DSMIP_DRAFT_04))
#define MH_Q(x) (1u << MH_PROC_##x)
#define MH_REGISTER (MH_Q(INITIAL) | MH_Q(REREGISTRATION) | MH_Q(HANDOVER))
#define MH_GAIN (MH_Q(INITIAL) | MH_Q(HANDOVER))

/* A flag that must be set (MANDATORY, CONDITIONAL) or clear (FORBIDDEN). */
#define MH_FLAG(prof, msg, proc, px, nm, what, pres, cl, mask, cond) \
	{ { prof, msg, proc, px, nm, what, MH_##pres, cl }, MH_RULE_FLAG, mask, cond, NULL }
/* An option that must, may or must not be there; a condition makes a MANDATORY or FORBIDDEN row hold only then. */
#define MH_OPTION(prof, msg, proc, px, nm, what, pres, cl, type, cond) \
	{ { prof, msg, proc, px, nm, what, MH_##pres, cl }, MH_RULE_OPTION, type, cond, NULL }
/* Anything else. */
#define MH_TEST(prof, msg, proc, px, nm, what, cl, fn) \
	{ { prof, msg, proc, px, nm, what, MH_MANDATORY, cl }, MH_RULE_TEST, 0, NULL, fn }
/* No options but those that other rows name as mandatory, conditional or optional. */
#define MH_ONLY(prof, msg, proc, px, nm, cl, cond) \
	{ { prof, msg, proc, px, nm, "options of the table only", MH_MANDATORY, cl }, MH_RULE_ONLY, 0, cond, NULL }

extern const struct mh_rule mh_rules[], mh_rules_proxy[];
extern const unsigned mh_rules_n, mh_rules_proxy_n;

/* Shared by both tables. */
mh_when_fn mh_when_lives;
mh_deviates_fn mh_seq_differs, mh_life_zero, mh_life_not_zero, mh_life_longer, mh_life_granted_zero,
	mh_life_granted_not_zero,
	mh_refresh_late;

static inline bool mh_has(const struct mh_msg *m, uint8_t type)
{
	return m && mh_find(m, type);
}

#endif
