/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The manifest run.json: version, scenario with its hash, seed, engine, crypto provider, overrides, verdict,
 * fingerprints. It exists so that a result folder can be repeated and compared years later. No clause.
 */
#include "traces/manifest.h"

#include <json-glib/json-glib.h>

#include "moor-config.h"
#include "traces/out.h"

static void member(JsonBuilder *b, const char *name, const char *value)
{
	json_builder_set_member_name(b, name);
	if (value)
		json_builder_add_string_value(b, value);
	else
		json_builder_add_null_value(b);
}

static void number(JsonBuilder *b, const char *name, int64_t value)
{
	json_builder_set_member_name(b, name);
	json_builder_add_int_value(b, value);
}

static void what_ran(JsonBuilder *b, const struct manifest *m)
{
	const struct trace_options *o = m->options;

	member(b, "format", "mooring-run-1");
	member(b, "version", MOORING_VERSION);
	member(b, "run", o->run);
	member(b, "scenario", o->scenario);
	member(b, "scenario_path", o->scenario_path);
	member(b, "scenario_hash", o->scenario_hash);
	member(b, "profile", o->profile);
	/* as text: JSON numbers of 64 bits do not survive every reader */
	json_builder_set_member_name(b, "seed");
	{
		char buf[24];

		g_snprintf(buf, sizeof(buf), "%" G_GUINT64_FORMAT, m->seed);
		json_builder_add_string_value(b, buf);
	}
	member(b, "engine", o->engine ? o->engine : "builtin");
	member(b, "crypto", o->crypto ? o->crypto : "none");
	json_builder_set_member_name(b, "overrides");
	json_builder_begin_array(b);
	for (size_t i = 0; o->overrides && o->overrides[i]; i++)
		json_builder_add_string_value(b, o->overrides[i]);
	json_builder_end_array(b);
	member(b, "command", o->command);
	member(b, "compiler", MOORING_COMPILER);
}

static void checks(JsonBuilder *b, const struct trace_result *r)
{
	json_builder_set_member_name(b, "checks");
	json_builder_begin_array(b);
	for (size_t i = 0; i < r->n_checks; i++) {
		const struct trace_check *c = &r->checks[i];

		json_builder_begin_object(b);
		member(b, "id", c->id);
		member(b, "clause", c->clause);
		member(b, "requirements", c->requirements);
		member(b, "place", c->place);
		member(b, "verdict", verdict_name(c->verdict));
		member(b, "message", c->message);
		if (c->at != MOOR_NEVER)
			number(b, "at_ns", c->at);
		json_builder_end_object(b);
	}
	json_builder_end_array(b);
}

static void steps(JsonBuilder *b, const struct metrics *m)
{
	json_builder_set_member_name(b, "steps");
	json_builder_begin_object(b);
	for (int k = 0; k < STEP_KINDS; k++) {
		uint64_t all = 0;

		for (int o = 0; o < STEP_OUTCOMES; o++)
			all += metrics_steps(m, (enum step_kind)k, (enum step_outcome)o);
		json_builder_set_member_name(b, step_kind_name((enum step_kind)k));
		json_builder_begin_object(b);
		number(b, "all", (int64_t)all);
		number(b, "ok", (int64_t)metrics_steps(m, (enum step_kind)k, OUTCOME_OK));
		json_builder_end_object(b);
	}
	json_builder_end_object(b);
}

static const char *state_of(const struct manifest *m)
{
	if (m->error)
		return "write-error";
	if (!m->result)
		return "running";
	if (m->result->broken)
		return "broken";
	return m->result->interrupted ? "interrupted" : "finished";
}

static void what_came(JsonBuilder *b, const struct manifest *m)
{
	member(b, "state", state_of(m));
	if (m->error || (m->result && m->result->broken))
		member(b, "error", m->error ? m->error : m->result->broken);
	if (!m->result)
		return;
	member(b, "verdict", verdict_name(m->error ? VERDICT_ERROR : m->result->verdict));
	member(b, "fingerprint", m->result->fingerprint);
	member(b, "protocol_fingerprint", m->result->protocol_fingerprint);
	number(b, "end_ns", m->end);
	number(b, "events", (int64_t)m->events);
	if (m->metrics)
		steps(b, m->metrics);
	checks(b, m->result);
}

bool manifest_write(const char *path, const struct manifest *m, GError **error)
{
	JsonBuilder *b = json_builder_new();
	JsonGenerator *g = json_generator_new();
	JsonNode *root;
	GString *text;
	bool ok;

	json_builder_begin_object(b);
	what_ran(b, m);
	what_came(b, m);
	json_builder_end_object(b);
	root = json_builder_get_root(b);
	json_generator_set_root(g, root);
	json_generator_set_pretty(g, TRUE);
	text = json_generator_to_gstring(g, g_string_new(NULL));
	g_string_append_c(text, '\n');
	ok = trace_out_file(path, text->str, text->len, error);
	g_string_free(text, TRUE);
	json_node_unref(root);
	g_object_unref(g);
	g_object_unref(b);
	return ok;
}
