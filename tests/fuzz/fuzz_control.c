/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz target: requests of the control protocol, one for each line. Laws: each has one answer, one line of JSON that is
 * an object and says whether it was understood; what is refused says why and reached nobody; what reached somebody had
 * words, as many as are allowed, all of them texts.
 */
#include <string.h>

#include "emu/control.h"
#include "tests/fuzz/laws.h"

struct heard { unsigned calls; bool refused; };

static bool verb(void *ctx, struct control_client *c, const char *const *words, guint n, JsonBuilder *out, char **why)
{
	struct heard *h = ctx;

	(void)c;
	h->calls++;
	LAW(n && n <= CONTROL_WORDS_MAX);
	json_builder_set_member_name(out, "said");
	json_builder_begin_array(out);
	for (guint i = 0; i < n; i++) {
		LAW(g_utf8_validate(words[i], -1, NULL));
		json_builder_add_string_value(out, words[i]);
	}
	json_builder_end_array(out);
	h->refused = *words[0] == '!';
	if (h->refused)
		*why = g_strdup(words[n - 1]);
	return !h->refused;
}

static void request(const char *p, size_t n)
{
	struct heard h = { 0 };
	char *line = control_answer(verb, &h, NULL, p, (gssize)n);
	JsonParser *parser = json_parser_new();
	JsonObject *o;
	bool ok;

	LAW(strchr(line, '\n') == line + strlen(line) - 1);
	LAW(json_parser_load_from_data(parser, line, -1, NULL) && JSON_NODE_HOLDS_OBJECT(json_parser_get_root(parser)));
	o = json_node_get_object(json_parser_get_root(parser));
	ok = json_object_get_boolean_member(o, "ok");
	LAW(ok == (h.calls == 1 && !h.refused) && h.calls <= 1);
	LAW(ok == !json_object_has_member(o, "error"));
	g_object_unref(parser);
	g_free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	const char *at = (const char *)p, *end = at + n;

	while (at < end) {
		const char *line = memchr(at, '\n', (size_t)(end - at));

		request(at, (size_t)((line ? line : end) - at));
		at = line ? line + 1 : end;
	}
	return 0;
}
