/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: mooring bench crypto
 *
 * Measures what cryptography costs on this machine and shows it beside the built-in prices. The result as a file is a
 * cost table for scenarios (docs/crypto.md): a mapping of names to durations, in YAML with --output, in JSON (which is
 * YAML, too) with --json. It implements no clause.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/measure_crypto.h"

static void add_rows(GString *out, const struct crypto_costs *costs, const char *row, const char *between)
{
	char text[CRYPTO_COST_TEXT];

	for (unsigned i = 0; i < CRYPTO_OPS; i++)
		g_string_append_printf(out, row, i ? between : "", crypto_op_name((enum crypto_op)i),
				       crypto_cost_text(costs->ps[i], text));
}

static char *as_json(const struct crypto_costs *costs)
{
	GString *out = g_string_new("{");

	add_rows(out, costs, "%s\n  \"%s\": \"%s\"", ",");
	g_string_append(out, "\n}\n");
	return g_string_free(out, FALSE);
}

static char *as_yaml(const struct crypto_costs *costs)
{
	GString *out = g_string_new("# What cryptography costs, measured by `mooring bench crypto`\n");

	add_rows(out, costs, "%s%s: %s\n", "");
	return g_string_free(out, FALSE);
}

static void show(const struct crypto_costs *costs)
{
	char text[CRYPTO_COST_TEXT], built_in[CRYPTO_COST_TEXT];

	printf("%-22s %12s %12s %14s\n", "operation", "here", "built in", "per CPU-second");
	for (unsigned i = 0; i < CRYPTO_OPS; i++) {
		int64_t ps = costs->ps[i];

		printf("%-22s %12s %12s %14lld\n", crypto_op_name((enum crypto_op)i), crypto_cost_text(ps, text),
		       crypto_cost_text(crypto_costs_default.ps[i], built_in),
		       (long long)(ps ? INT64_C(1000000000000) / ps : 0));
	}
}

static int write_file(const char *path, const struct crypto_costs *costs)
{
	char *text = as_yaml(costs);
	GError *error = NULL;
	gboolean good = g_file_set_contents(path, text, -1, &error);

	g_free(text);
	if (good)
		return EXIT_PASS;
	cli_error("%s", error->message);
	g_error_free(error);
	return EXIT_CANNOT;
}

int cmd_bench(int argc, char **argv)
{
	gboolean json = FALSE;
	char *output = NULL;
	const GOptionEntry entries[] = {
		{ "json", 0, 0, G_OPTION_ARG_NONE, &json, "The cost table as JSON", NULL },
		{ "output", 'o', 0, G_OPTION_ARG_FILENAME, &output, "Also write the cost table to a file (YAML)", "FILE" },
		G_OPTION_ENTRY_NULL
	};
	struct crypto_costs costs;
	int code = EXIT_PASS;

	if (!cli_options(&argc, &argv, "crypto", "Measures cryptography on this machine, for the prices of a scenario.",
			 entries, &code))
		return code;
	if (argc != 2 || strcmp(argv[1], "crypto")) {
		cli_error(argc < 2 ? "bench what? `mooring bench crypto`" : "there is no benchmark `%s`", argv[argc - 1]);
		g_free(output);
		return EXIT_USAGE;
	}
	costs = measure_crypto();
	if (json) {
		char *text = as_json(&costs);

		fputs(text, stdout);
		g_free(text);
	} else {
		show(&costs);
	}
	code = output ? write_file(output, &costs) : EXIT_PASS;
	g_free(output);
	return code;
}
