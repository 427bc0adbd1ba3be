/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: control requests
 *
 * Reads requests with json-glib, after what that would not survive has been refused: it goes into itself for each
 * bracket, so their depth is counted first. What is wrong with a request is said in its answer, and the next one is
 * heard; only a line that does not end within its bound ends its client. It implements no clause.
 */
#include "emu/control.h"

#include <string.h>

#include "emu/control_place.h"
#include "emu/server.h"

enum { DEPTH_MAX = 8, ID_MAX = 200 };

struct control_client {
	struct control *control;
	struct server_client *own;
	void *data;
};

struct control {
	struct control_place *place;
	struct server *server;
	control_fn *fn;
	control_gone_fn *gone;
	void *ctx;
};

GQuark control_error_quark(void)
{
	return g_quark_from_static_string("mooring-control");
}

/* ---- requests ---------------------------------------------------------------------------------------------------- */

/*
 * What is not JSON although json-glib takes it (comments, other quotes, something behind the object), and brackets too
 * deep within each other. NULL: nothing of that.
 */
static const char *not_for_parser(const char *p, size_t len)
{
	unsigned depth = 0;
	bool string = false, over = false;

	for (size_t i = 0; i < len; i++) {
		if (string) {
			i += p[i] == '\\';
			string = i < len && p[i] != '"';
			continue;
		}
		if (g_ascii_isspace(p[i]))
			continue;
		if (over || !(g_ascii_isalnum(p[i]) || strchr("[]{}:,+-.\"", p[i])))
			return over ? "a request is one object on a line" : "that is no JSON";
		string = p[i] == '"';
		if (p[i] == '[' || p[i] == '{')
			depth++;
		else if (p[i] == ']' || p[i] == '}')
			over = depth && !--depth;
		if (depth > DEPTH_MAX)
			return "brackets too deep within each other";
	}
	return NULL;
}

static bool is_value(JsonNode *n, GType type)
{
	return n && JSON_NODE_HOLDS_VALUE(n) && json_node_get_value_type(n) == type;
}

/* json-glib takes one half of a pair of escapes (surrogates) for a character, which no text can hold. */
static const char *text_of(JsonNode *n)
{
	const char *text = is_value(n, G_TYPE_STRING) ? json_node_get_string(n) : NULL;

	return text && g_utf8_validate(text, -1, NULL) ? text : NULL;
}

/* What of a request's root is wrong; NULL: nothing. words: ended by NULL. */
static const char *read_request(JsonNode *root, const char **words, guint *n, JsonNode **id)
{
	JsonObject *o = root && JSON_NODE_HOLDS_OBJECT(root) ? json_node_get_object(root) : NULL;
	JsonNode *node;
	JsonArray *list;

	if (!o)
		return "a request is an object: {\"words\": [\"status\"]}";
	*id = json_object_get_member(o, "id");
	if (*id && !is_value(*id, G_TYPE_INT64) && !(text_of(*id) && strlen(text_of(*id)) <= ID_MAX)) {
		*id = NULL;
		return "`id` must be a whole number or a short text";
	}
	if (json_object_get_size(o) > 1u + (*id != NULL))
		return "a request has `words`, maybe `id`, and nothing else";
	node = json_object_get_member(o, "words");
	list = node && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
	*n = list ? json_array_get_length(list) : 0;
	if (!*n || *n > CONTROL_WORDS_MAX)
		return "`words` must be a list of 1 to 64 texts";
	for (guint k = 0; k < *n; k++) {
		words[k] = text_of(json_array_get_element(list, k));
		if (!words[k])
			return "`words` must be a list of 1 to 64 texts";
	}
	words[*n] = NULL;
	return NULL;
}

static JsonNode *whole(JsonBuilder *b, JsonNode *id, bool ok, const char *why)
{
	JsonObject *o;
	JsonNode *root = json_builder_get_root(b);
	JsonBuilder *head = json_builder_new();
	JsonNode *answer;

	json_builder_begin_object(head);
	json_builder_set_member_name(head, "ok");
	json_builder_add_boolean_value(head, ok);
	if (id) {
		json_builder_set_member_name(head, "id");
		json_builder_add_value(head, json_node_copy(id));
	}
	if (!ok) {
		json_builder_set_member_name(head, "error");
		json_builder_add_string_value(head, why);
	}
	o = ok && root ? json_node_get_object(root) : NULL;
	for (GList *names = o ? json_object_get_members(o) : NULL; names; names = g_list_delete_link(names, names)) {
		json_builder_set_member_name(head, names->data);
		json_builder_add_value(head, json_node_copy(json_object_get_member(o, names->data)));
	}
	json_builder_end_object(head);
	answer = json_builder_get_root(head);
	g_object_unref(head);
	if (root)
		json_node_unref(root);
	return answer;
}

static char *to_line(JsonNode *node)
{
	char *text = json_to_string(node, FALSE), *line = g_strconcat(text, "\n", NULL);

	g_free(text);
	json_node_unref(node);
	return line;
}

/* The parser quotes what it did not expect, with such halves. */
static char *not_parsed(const char *message)
{
	char *valid = g_utf8_make_valid(message, -1), *why = g_strdup_printf("that is no JSON: %s", valid);

	g_free(valid);
	return why;
}

static bool parse(JsonParser *parser, const char *request, gssize len, char **why)
{
	const char *wrong;
	GError *e = NULL;

	if (len > CONTROL_LINE_MAX)
		*why = g_strdup_printf("a request is at most %u octets long", CONTROL_LINE_MAX);
	else if (memchr(request, 0, (size_t)len) || !g_utf8_validate(request, len, NULL))
		*why = g_strdup("that is no text (UTF-8)");
	else if ((wrong = not_for_parser(request, (size_t)len)))
		*why = g_strdup(wrong);
	else if (!json_parser_load_from_data(parser, request, len, &e))
		*why = not_parsed(e->message);
	g_clear_error(&e);
	return !*why;
}

char *control_answer(control_fn *fn, void *ctx, struct control_client *c, const char *request, gssize len)
{
	JsonParser *parser = json_parser_new();
	JsonBuilder *b = json_builder_new();
	JsonNode *id = NULL;
	const char *words[CONTROL_WORDS_MAX + 1];
	char *why = NULL, *line;
	guint n;
	bool ok = false;

	len = len < 0 ? (gssize)strlen(request) : len;
	json_builder_begin_object(b);
	if (parse(parser, request, len, &why)) {
		why = g_strdup(read_request(json_parser_get_root(parser), words, &n, &id));
		ok = !why && fn(ctx, c, words, n, b, &why);
	}
	if (ok)
		json_builder_end_object(b);
	line = to_line(whole(b, id, ok, why ? why : "refused"));
	g_free(why);
	g_object_unref(b);
	g_object_unref(parser);
	return line;
}

/* ---- the socket -------------------------------------------------------------------------------------------------- */

static struct control_client *client_of(struct control *control, struct server_client *own)
{
	struct control_client *c = server_get(own);

	if (c)
		return c;
	c = g_new0(struct control_client, 1);
	*c = (struct control_client){ .control = control, .own = own };
	server_set(own, c);
	return c;
}

/* A line, or nothing yet. Empty ones mean nothing. */
static size_t input(void *ctx, struct server_client *own, const char *octets, size_t len)
{
	struct control *control = ctx;
	struct control_client *c = client_of(control, own);
	const char *end = memchr(octets, '\n', len);
	size_t n = end ? (size_t)(end - octets) : 0;
	char *answer;

	if (!end)
		return 0;
	if (!n || (n == 1 && *octets == '\r'))
		return n + 1;
	answer = control_answer(control->fn, control->ctx, c, octets, (gssize)n);
	server_say(own, answer, strlen(answer));
	g_free(answer);
	return n + 1;
}

static void too_long(void *ctx, struct server_client *own)
{
	char *line = g_strdup_printf("{\"ok\":false,\"error\":\"a request is at most %u octets long, and ends with a line "
				     "feed\"}\n", CONTROL_LINE_MAX);

	(void)ctx;
	server_say(own, line, strlen(line));
	g_free(line);
}

static void gone(void *ctx, struct server_client *own, const char *why)
{
	struct control *control = ctx;
	struct control_client *c = client_of(control, own);

	if (control->gone)
		control->gone(control->ctx, c, why);
	g_free(c);
}

struct control *control_new(const char *path, control_fn *fn, control_gone_fn *gone_fn, void *ctx, GError **error)
{
	static const struct server_ops ops = { input, too_long, gone };
	static const struct server_limits limits = {
		.clients = CONTROL_CLIENTS_MAX, .in = CONTROL_LINE_MAX, .out = CONTROL_OUT_MAX,
	};
	int fd;
	struct control_place *place = control_place_take(path, &fd, error);
	struct control *c;

	if (!place)
		return NULL;
	c = g_new0(struct control, 1);
	*c = (struct control){ .place = place, .fn = fn, .gone = gone_fn, .ctx = ctx };
	c->server = server_new(fd, &ops, &limits, c);
	return c;
}

void control_free(struct control *c)
{
	if (!c)
		return;
	/* first its name, or somebody would take a run for one that is there */
	control_place_leave(c->place);
	server_free(c->server);
	g_free(c);
}

void control_forked(struct control *c)
{
	server_forked(c->server);
}

bool control_line(struct control_client *c, const char *line, size_t len)
{
	return server_say(c->own, line, len);
}

void control_end(struct control_client *c)
{
	server_end(c->own);
}

void control_flush(struct control *c, unsigned ms)
{
	server_flush(c->server, ms);
}

struct each {
	struct control *control;
	void (*fn)(void *ctx, struct control_client *c);
	void *ctx;
};

static void one(void *ctx, struct server_client *own)
{
	const struct each *e = ctx;

	e->fn(e->ctx, client_of(e->control, own));
}

void control_each(struct control *c, void (*fn)(void *ctx, struct control_client *c), void *ctx)
{
	struct each e = { c, fn, ctx };

	server_each(c->server, one, &e);
}

void *control_data(const struct control_client *c)
{
	return c->data;
}

void control_set_data(struct control_client *c, void *data)
{
	c->data = data;
}
