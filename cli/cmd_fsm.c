/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: mooring fsm
 *
 * The state machines as they run, drawn from their descriptors: a table, or dot for Graphviz. It implements no clause.
 */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "scenarios/expect.h"

static void show_text(const struct fsm *m)
{
	printf("%s: %s\n", m->name, m->about);
	for (unsigned s = 0; s < m->n_states; s++) {
		const struct fsm_state *st = &m->states[s];
		const char *between = "";

		printf("  %-14s %s%s%s\n", st->name, st->clause ? st->clause : "", st->timer ? "  timer " : "",
			st->timer ? st->timer : "");
		printf("      admits ");
		for (unsigned e = 0; e < m->n_events; e++)
			if (fsm_admits(m, s, e)) {
				printf("%s%s", between, m->events[e]);
				between = ", ";
			}
		printf("%s\n      then   ", *between ? "" : "nothing");
		between = "";
		for (unsigned t = 0; t < m->n_states; t++)
			if (t != s && fsm_follows(m, s, t)) {
				printf("%s%s", between, m->states[t].name);
				between = ", ";
			}
		printf("%s\n", *between ? "" : "(none)");
	}
}

static void show_dot(const struct fsm *m)
{
	printf("digraph \"%s\" {\n  label=\"%s: %s\";\n  rankdir=LR;\n  node [shape=box, style=rounded, "
			"fontname=\"sans-serif\"];\n",
		m->name, m->name, m->about);
	for (unsigned s = 0; s < m->n_states; s++) {
		const struct fsm_state *st = &m->states[s];

		printf("  \"%s\" [label=\"%s%s%s%s%s\"];\n", st->name, st->name, st->clause ? "\\n" : "",
			st->clause ? st->clause : "", st->timer ? "\\n" : "", st->timer ? st->timer : "");
		for (unsigned t = 0; t < m->n_states; t++)
			if (t != s && fsm_follows(m, s, t))
				printf("  \"%s\" -> \"%s\";\n", st->name, m->states[t].name);
	}
	printf("}\n");
}

int cmd_fsm(int argc, char **argv)
{
	gboolean dot = FALSE;
	const GOptionEntry entries[] = {
		{ "dot", 0, 0, G_OPTION_ARG_NONE, &dot, "As Graphviz dot, one graph for each machine", NULL },
		G_OPTION_ENTRY_NULL
	};
	int code = EXIT_PASS;
	unsigned shown = 0;

	if (!cli_options(&argc, &argv, "[MACHINE...]", "Shows the state machines (all, or the named ones).", entries, &code))
		return code;
	for (int i = 1; i < argc; i++)
		if (!scen_machine(argv[i])) {
			cli_error("there is no state machine `%s`", argv[i]);
			return EXIT_USAGE;
		}
	for (const struct fsm *const *m = scen_machines; *m; m++) {
		bool named = argc < 2;

		for (int i = 1; i < argc; i++)
			named = named || !strcmp(argv[i], (*m)->name);
		if (!named)
			continue;
		if (shown++ && !dot)
			printf("\n");
		(dot ? show_dot : show_text)(*m);
	}
	return EXIT_PASS;
}
