/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The checks of IKE, EAP and ESP in a capture: how often something was right, wrong or not to be told, and what the
 * first of the latter was. It exists apart so that following never depends on judging. Clauses stand in the table.
 */
#include "emu/replay_ike.h"

#include <stdarg.h>

static const struct tally_row { const char *id, *clause, *what; } rows[TALLIES] = {
	[TALLY_IKE_KEY] = { "REPLAY-IKE-KEY-01", "RFC 7296 2.14, 2.18", "key sets of IKE SAs" },
	[TALLY_IKE_ICV] = { "REPLAY-IKE-ICV-01", "RFC 7296 3.14", "IKE ICVs" },
	[TALLY_IKE_AUTH] = { "REPLAY-IKE-AUTH-01", "RFC 7296 2.15, 2.16", "AUTH payloads" },
	[TALLY_EAP_MAC] = { "REPLAY-EAP-MAC-01", "RFC 4187 10.15", "MACs of EAP-AKA" },
	[TALLY_EAP_RES] = { "REPLAY-EAP-RES-01", "RFC 4187 10.8, 10.13, TS 33.102 6.3", "answers and check codes of EAP-AKA" },
	[TALLY_ESP_KEY] = { "REPLAY-ESP-KEY-01", "RFC 7296 2.17", "keys of child SAs" },
	[TALLY_ESP_ICV] = { "REPLAY-ESP-ICV-01", "RFC 4303 3.4.4", "ESP ICVs" },
};

const char *watch_place(const struct key_place *at, char buf[IKE_PLACE])
{
	g_snprintf(buf, IKE_PLACE, "%s:%u", at->file, at->line);
	return buf;
}

void watch_tell(struct replay_ike *k, enum watch_tally_kind what, enum watch_outcome o, const char *fmt, ...)
{
	struct watch_tally *t = &k->tally[what];
	va_list args;

	t->n[o]++;
	if (o == IKE_RIGHT || t->why[o])
		return;
	va_start(args, fmt);
	t->why[o] = g_strdup_vprintf(fmt, args);
	va_end(args);
}

static void verdict_of(struct replay_ike *k, enum watch_tally_kind i)
{
	const struct watch_tally *t = &k->tally[i];
	uint64_t all = t->n[IKE_RIGHT] + t->n[IKE_WRONG] + t->n[IKE_UNKNOWN];
	const struct tally_row *row = &rows[i];

	if (!all)
		return;
	if (t->n[IKE_WRONG])
		replay_check(k->r, row->id, row->clause, VERDICT_FAIL,
			     g_strdup_printf(U64 " of " U64 " %s wrong: %s", t->n[IKE_WRONG], all,
					     row->what, t->why[IKE_WRONG]));
	else if (t->n[IKE_UNKNOWN])
		replay_check(k->r, row->id, row->clause, VERDICT_INCONCLUSIVE,
			     g_strdup_printf(U64 " of " U64 " %s not checked: %s",
					     t->n[IKE_UNKNOWN], all, row->what, t->why[IKE_UNKNOWN]));
	else
		replay_check(k->r, row->id, row->clause, VERDICT_PASS,
			     g_strdup_printf("all " U64 " %s are right", all, row->what));
}

/* Lines for nothing in the capture: a wrong digit in an SPI shows here. */
static void unused(struct replay_ike *k)
{
	guint n = 0, all = replay_keys_count(k->keys);
	const struct key_place *first = NULL;

	for (guint i = 0; i < replay_keys_n_ike(k->keys); i++)
		if (!replay_keys_ike(k->keys, i)->used && !n++)
			first = &replay_keys_ike(k->keys, i)->at;
	for (guint i = 0; i < replay_keys_n_esp(k->keys); i++)
		if (!replay_keys_esp(k->keys, i)->used && !n++)
			first = &replay_keys_esp(k->keys, i)->at;
	for (guint i = 0; i < replay_keys_n_facts(k->keys); i++)
		if (!replay_keys_fact(k->keys, i)->used && !n++)
			first = &replay_keys_fact(k->keys, i)->at;
	k->unused = n;
	k->first_unused = first ? *first : (struct key_place){ 0 };
	if (n == all)
		replay_check(k->r, "REPLAY-KEYS-01", NULL, VERDICT_FAIL,
			     g_strdup("none of the keys given is for anything in this capture"));
}

void replay_ike_verdicts(struct replay_ike *k)
{
	if (!k)
		return;
	if (k->keys)
		unused(k);
	watch_keys_judge(k);
	for (int i = 0; i < TALLIES; i++)
		verdict_of(k, (enum watch_tally_kind)i);
}

bool replay_ike_judged(const struct replay_ike *k)
{
	return k && k->tally[TALLY_IKE_ICV].n[IKE_RIGHT] + k->tally[TALLY_ESP_ICV].n[IKE_RIGHT]
		+ k->tally[TALLY_IKE_ICV].n[IKE_WRONG] + k->tally[TALLY_ESP_ICV].n[IKE_WRONG];
}
