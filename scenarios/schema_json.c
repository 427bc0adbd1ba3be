/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the table as a JSON Schema (draft 2020-12)
 *
 * For editors. It says less than the reader (no rules between keys, no bounds on quantities with units), but nothing
 * else: a file that the reader takes is valid. It implements no clause.
 */
#include <string.h>

#include "net/timers.h"
#include "scenarios/schema.h"

/* YAML readers hand numbers over as numbers; a plain 1 or 192 is as good as "1". */
#define SCALAR "{\"type\": [\"string\", \"number\", \"boolean\"]}"
#define VALUES "{\"anyOf\": [" SCALAR ", {\"type\": \"array\", \"items\": " SCALAR "}]}"
#define AXES "{\"type\": \"object\", \"additionalProperties\": " VALUES "}"

static void put_text(GString *out, const char *s)
{
	g_string_append_c(out, '"');
	for (; *s; s++)
		if (*s == '"' || *s == '\\')
			g_string_append_printf(out, "\\%c", *s);
		else
			g_string_append_c(out, *s);
	g_string_append_c(out, '"');
}

static void put_quantity(const struct scen_row *row, GString *out)
{
	if (row->unit == UNIT_NONE) {
		g_string_append(out, "{\"type\": \"integer\"");
		if (row->min)
			g_string_append_printf(out, ", \"minimum\": %s", row->min);
		if (row->max)
			g_string_append_printf(out, ", \"maximum\": %s", row->max);
		g_string_append_c(out, '}');
		return;
	}
	g_string_append(out, "{\"type\": \"string\", \"pattern\": ");
	put_text(out, unit_pattern(row->unit));
	g_string_append_c(out, '}');
}

static void put_choices(const struct scen_row *row, GString *out)
{
	g_string_append(out, "{\"enum\": [");
	for (const struct scen_choice *c = row->choices; c->name; c++) {
		g_string_append(out, c == row->choices ? "" : ", ");
		put_text(out, c->name);
	}
	g_string_append(out, "]}");
}

static void put_timers(GString *out)
{
	struct scen_row span = { .type = ST_NUM, .unit = UNIT_SPAN }, count = { .type = ST_NUM, .unit = UNIT_NONE };

	g_string_append(out, "{\"type\": \"object\", \"additionalProperties\": false, \"properties\": {");
	for (unsigned i = 0; i < TIMER_IDS; i++) {
		g_string_append_printf(out, "%s\"%s\": ", i ? ", " : "", timer_rows[i].name);
		put_quantity(timer_rows[i].unit == TIMER_SPAN ? &span : &count, out);
	}
	g_string_append(out, "}}");
}

/* part: within a file that extends another, where mappings may leave out what the other file says. */
static void put_type(const struct scen_row *row, bool part, GString *out)
{
	switch (row->type) {
	case ST_TEXT:
		g_string_append(out, SCALAR);
		break;
	case ST_IDENT:
		g_string_append(out, "{\"type\": \"string\", \"pattern\": \"^[A-Za-z][A-Za-z0-9_-]*$\"}");
		break;
	case ST_BOOL:
		g_string_append(out, "{\"type\": \"boolean\"}");
		break;
	case ST_NUM:
		put_quantity(row, out);
		break;
	case ST_RANGE:
		g_string_append(out, "{\"anyOf\": [");
		put_quantity(row, out);
		g_string_append(out, ", {\"type\": \"array\", \"minItems\": 2, \"maxItems\": 2, \"items\": ");
		put_quantity(row, out);
		g_string_append(out, "}]}");
		break;
	case ST_ENUM:
		put_choices(row, out);
		break;
	case ST_DELAY:
		g_string_append(out, "{\"type\": \"string\", \"pattern\": \"^([0-9.]+ ?(ns|us|ms|s|min|h)"
				     "|(uniform|normal|exponential)[(][^,]+,[^,]+[)])$\"}");
		break;
	case ST_MASK:
		g_string_append(out, "{\"type\": [\"string\", \"integer\"]}");
		break;
	case ST_REF:
	case ST_ADDR6:
	case ST_PREFIX6:
	case ST_PREFIX4:
		g_string_append(out, "{\"type\": \"string\"}");
		break;
	case ST_TEXTS:
	case ST_REFS:
		g_string_append(out, "{\"anyOf\": [" SCALAR ", {\"type\": \"array\", \"items\": " SCALAR "}]}");
		break;
	case ST_VALUES:
		g_string_append(out, "{\"type\": \"object\", \"additionalProperties\": " SCALAR "}");
		break;
	case ST_LISTS:
		g_string_append(out, AXES);
		break;
	case ST_SWEEP:
		g_string_append(out, "{\"type\": \"object\", \"properties\": {\"zip\": {\"anyOf\": [" AXES
				     ", {\"type\": \"array\", \"items\": " AXES "}]}}, \"additionalProperties\": " VALUES "}");
		break;
	case ST_TIMERS:
		g_string_append(out, "{\"$ref\": \"#/$defs/timers\"}");
		break;
	case ST_PATH:
		g_string_append(out, "{\"anyOf\": [{\"type\": \"array\", \"minItems\": 1, \"items\": {\"type\": \"array\", "
				     "\"minItems\": 2, \"maxItems\": 3, \"items\": " SCALAR "}}, {\"type\": \"object\", "
				     "\"additionalProperties\": false, \"required\": [\"file\"], "
				     "\"properties\": {\"file\": {\"type\": \"string\"}}}]}");
		break;
	case ST_ANCHOR:
		g_string_append_printf(out, "{\"anyOf\": [{\"type\": \"string\"}, {\"$ref\": \"#/$defs/%s\"}]}", row->section->name);
		break;
	case ST_SECTION:
		g_string_append_printf(out, "{\"$ref\": \"#/$defs/%s%s\"}", row->section->name, part ? "-part" : "");
		break;
	case ST_LIST:
		g_string_append_printf(out, "{\"type\": \"array\", \"items\": {\"$ref\": \"#/$defs/%s\"}}", row->section->name);
		break;
	case ST_NAMED:
		g_string_append(out, "{\"type\": \"object\", ");
		g_string_append(out, "\"propertyNames\": {\"pattern\": \"^[A-Za-z][A-Za-z0-9_-]*$\"}, ");
		if (row->beside) {
			g_string_append_printf(out, "\"properties\": {\"%s\": ", row->beside->key);
			put_type(row->beside, part, out);
			g_string_append(out, "}, ");
		}
		g_string_append_printf(out, "\"additionalProperties\": {\"$ref\": \"#/$defs/%s%s\"}}", row->section->name,
			part ? "-part" : "");
		break;
	}
}

/* A key of two kinds of node has a row for each of them; with all kinds together the first one speaks for both. */
static bool said_before(const struct scen_section *s, const struct scen_row *row, uint64_t kind)
{
	for (const struct scen_row *other = s->rows; other != row; other++)
		if (!strcmp(other->key, row->key) && (!other->kinds || (other->kinds & kind)))
			return true;
	return false;
}

/* The keys that go with one choice of the selecting key; with all of them when choice is NULL. */
static void put_variant(const struct scen_section *s, const struct scen_choice *choice, bool part, const char *in,
	GString *out)
{
	uint64_t kind = choice ? UINT64_C(1) << choice->value : SCEN_ALL;
	const char *between = "";

	g_string_append_printf(out, "{\n%s  \"type\": \"object\",\n%s  \"additionalProperties\": false,\n", in, in);
	g_string_append_printf(out, "%s  \"properties\": {", in);
	for (const struct scen_row *row = s->rows; row->key; row++) {
		if ((row->kinds && !(row->kinds & kind)) || said_before(s, row, kind))
			continue;
		g_string_append_printf(out, "%s\n%s    \"%s\": ", between, in, row->key);
		if (choice && !strcmp(row->key, s->selector))
			g_string_append_printf(out, "{\"const\": \"%s\"}", choice->name);
		else
			put_type(row, part, out);
		between = ",";
	}
	g_string_append_printf(out, "\n%s  }", in);
	unsigned n = 0;

	for (const struct scen_row *row = s->rows; row->key && !part; row++)
		if ((row->required & kind) && (!row->kinds || (row->kinds & kind))) {
			if (!n++)
				g_string_append_printf(out, ",\n%s  \"required\": [\"%s\"", in, row->key);
			else
				g_string_append_printf(out, ", \"%s\"", row->key);
		}
	g_string_append(out, n ? "]" : "");
	g_string_append_printf(out, "\n%s}", in);
}

static void put_section(const struct scen_section *s, bool part, const char *in, GString *out)
{
	const struct scen_row *row = s->rows;
	char *deeper = g_strconcat(in, "    ", NULL);

	if (!s->selector || part) {
		put_variant(s, NULL, part, in, out);
		g_free(deeper);
		return;
	}
	while (strcmp(row->key, s->selector))
		row++;
	g_string_append_printf(out, "{\n%s  \"oneOf\": [", in);
	for (const struct scen_choice *c = row->choices; c->name; c++) {
		g_string_append_printf(out, "%s\n%s", c == row->choices ? "" : ",", deeper);
		put_variant(s, c, false, deeper, out);
	}
	g_string_append_printf(out, "\n%s  ]\n%s}", in, in);
	g_free(deeper);
}

/* Is the section merged key by key when a file extends another? Those in lists are replaced as a whole. */
static bool merged(const struct scen_section *wanted, const struct scen_section *from)
{
	if (wanted == from)
		return true;
	for (const struct scen_row *row = from->rows; row->key; row++)
		if ((row->type == ST_SECTION || row->type == ST_NAMED) && merged(wanted, row->section))
			return true;
	return false;
}

char *schema_json(void)
{
	GString *out = g_string_new("{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
				    "  \"title\": \"Mooring scenario\",\n"
				    "  \"$comment\": \"Generated from scenarios/schema_table.c; see docs/scenario.md\",\n"
				    "  \"if\": {\"type\": \"object\", \"required\": [\"extends\"]},\n"
				    "  \"then\": {\"$ref\": \"#/$defs/scenario-part\"},\n"
				    "  \"else\": {\"$ref\": \"#/$defs/scenario\"},\n  \"$defs\": {");

	for (const struct scen_section *const *s = scen_sections; *s; s++) {
		g_string_append_printf(out, "\n    \"%s\": ", (*s)->name);
		put_section(*s, false, "    ", out);
		g_string_append_c(out, ',');
		if (!merged(*s, &scen_top))
			continue;
		g_string_append_printf(out, "\n    \"%s-part\": ", (*s)->name);
		put_section(*s, true, "    ", out);
		g_string_append_c(out, ',');
	}
	g_string_append(out, "\n    \"timers\": ");
	put_timers(out);
	g_string_append(out, "\n  }\n}\n");
	return g_string_free(out, FALSE);
}
