/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Profiles: which elements a message must, may or must not have, by document and procedure. check never refuses:
 * it lists deviations, each with the clause that asks otherwise; proto decides what follows from them.
 */
#ifndef MOOR_WIRE_MH_PROFILE_H
#define MOOR_WIRE_MH_PROFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/diag.h"
#include "wire/mh.h"

enum mh_profile {
	MH_PROFILE_R10,			/* default: newest 3GPP text with the final RFC numbers */
	MH_PROFILE_R8,			/* TS 24.303 release 8 Annex A as written */
	MH_PROFILE_RFC,			/* the RFCs only */
	/* quirks of the OpenAirInterface PMIPv6 daemons: their known deviations are not listed */
	MH_PROFILE_OAI_PMIP,
	MH_PROFILE_DSMIP_DRAFT_04,	/* DSMIPv6 as in the early drafts */
	MH_PROFILES
};

const char *mh_profile_name(enum mh_profile p);			/* "r10", "oai-pmip" */
bool mh_profile_parse(const char *name, enum mh_profile *out);

enum mh_procedure {
	MH_PROC_ANY,			/* not known: only what holds for the message in every procedure is checked */
	MH_PROC_INITIAL,		/* first registration [24.303 A.2], [RFC 5213 6.9.1.1] */
	MH_PROC_REREGISTRATION,		/* same care-of address, new lifetime [24.303 A.3] */
	MH_PROC_HANDOVER,		/* new care-of address or MAG [24.303 A.4] */
	MH_PROC_DETACH,			/* lifetime 0 from the mobile side [24.303 A.5] */
	MH_PROC_NETWORK_DETACH,		/* BRI and BRA [24.303 A.6] */
	MH_PROCS
};

/* where the mobile node is; HOME: on its home link */
enum mh_access { MH_ACCESS_ANY, MH_ACCESS_IP6, MH_ACCESS_IP4, MH_ACCESS_HOME };

/* What the caller knows beyond the message itself. All zero: nothing. */
struct mh_context {
	enum mh_procedure procedure;
	enum mh_access access;
	bool proxy;			/* the message belongs to PMIPv6; else taken from its P flag */
	bool ifom;			/* both sides agreed on IP flow mobility */
	bool nat;			/* the home agent saw a NAT (answers) */
	bool udp;			/* the request was carried in UDP (answers) */
	bool has_coa, has_hoa;		/* coa and hoa below are known: source address and home address option */
	struct ip6_addr coa, hoa;
	const struct mh_msg *request;	/* of an acknowledgement: the message it answers, or NULL */
};

/*
 * Adds deviations of m to d and returns how many. m must be decoded (faulty ones are checked as far as they were
 * read).
 */
unsigned mh_check(const struct mh_msg *m, enum mh_profile p, const struct mh_context *c, struct wire_diags *d);

/*
 * The same for many messages of one kind: the rules that hold for this profile, type, procedure and kind of node are
 * picked once. m must be of that type, proxy be what mh_is_proxy says, c->procedure the plan's.
 */
#define MH_PLAN_MAX 80
struct mh_rule;
struct mh_plan {
	uint8_t n;
	uint8_t named;			/* rules about options: those that ONLY rules look at */
	const struct mh_rule *rule[MH_PLAN_MAX];
	const struct mh_rule *option[MH_PLAN_MAX];
};
bool mh_is_proxy(const struct mh_msg *m, const struct mh_context *c);
void mh_plan_make(struct mh_plan *plan, enum mh_profile p, uint8_t type, enum mh_procedure procedure, bool proxy);
/* True when the rules of `narrow` are among those of `wide`: then what satisfies that one satisfies this one. */
bool mh_plan_covers(const struct mh_plan *wide, const struct mh_plan *narrow);
unsigned mh_check_plan(const struct mh_msg *m, const struct mh_plan *plan, const struct mh_context *c,
		       struct wire_diags *d);

/* One line of the table that mh_check works through, for the generated reference page. */
enum mh_presence { MH_MANDATORY, MH_CONDITIONAL, MH_OPTIONAL, MH_FORBIDDEN };
struct mh_profile_row {
	uint8_t profiles;		/* bit 1 << enum mh_profile: where the row holds */
	uint8_t message;		/* enum mh_type */
	uint8_t procedures;		/* bit 1 << enum mh_procedure; 0: all */
	uint8_t proxy;			/* 0 mobile node, 1 proxy, 2 both */
	const char *id;			/* name of the deviation */
	const char *element;		/* "K flag", "IPv4 Care-of Address option" */
	enum mh_presence presence;
	const char *clause;
};
/* copies up to cap rows; returns how many there are */
unsigned mh_profile_rows(struct mh_profile_row *out, unsigned cap);

#endif
