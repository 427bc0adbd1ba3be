/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: mooring ctl
 *
 * Sends its words to a live run and prints the answer: the run knows what they mean, this end only which run. It
 * implements no clause.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/ctl_print.h"
#include "emu/control.h"
#include "scenarios/act.h"

#define ANSWER_MAX (64u << 20)		/* octets */
#define STEP 65536

struct ctl {
	char *socket;
	gboolean json;
	int timeout;			/* seconds */
	int fd;
	GString *in;
	bool watch;
	int code;
};

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
	(void)number;
	interrupted = 1;
}

/* ---- which run --------------------------------------------------------------------------------------------------- */

/* The path of the socket; NULL after saying what is wrong. Free it. */
static char *find_socket(const char *word)
{
	char **names, *list, *path = NULL, *folder;

	if (word)
		return control_path(word);
	names = control_names();
	folder = control_folder();
	list = g_strjoinv(", ", names);
	if (g_strv_length(names) == 1)
		path = control_path(names[0]);
	else if (!*names)
		cli_error("ctl: no live run has a control socket in %s (`mooring live --control NAME`)", folder);
	else
		cli_error("ctl: several live runs have control sockets: %s; say which: --socket NAME", list);
	g_free(list);
	g_free(folder);
	g_strfreev(names);
	return path;
}

/* ---- talking ----------------------------------------------------------------------------------------------------- */

static bool send_words(struct ctl *c, char **words, int n)
{
	JsonBuilder *b = json_builder_new();
	JsonNode *root;
	char *text, *line;
	size_t len, at = 0;

	json_builder_begin_object(b);
	json_builder_set_member_name(b, "words");
	json_builder_begin_array(b);
	for (int i = 0; i < n; i++)
		json_builder_add_string_value(b, words[i]);
	json_builder_end_array(b);
	json_builder_end_object(b);
	root = json_builder_get_root(b);
	text = json_to_string(root, FALSE);
	line = g_strconcat(text, "\n", NULL);
	for (len = strlen(line); at < len;) {
		ssize_t k = send(c->fd, line + at, len - at, MSG_NOSIGNAL);

		if (k < 0 && errno != EINTR)
			break;
		at += k > 0 ? (size_t)k : 0;
	}
	g_free(line);
	g_free(text);
	json_node_unref(root);
	g_object_unref(b);
	return at == len;
}

/* More octets; false: the end, or a signal, or time is over (errno 0, EINTR, ETIMEDOUT). */
static bool more(struct ctl *c, gint64 until)
{
	char octets[STEP];

	for (;;) {
		gint64 left = until == G_MAXINT64 ? -1 : MAX((until - g_get_monotonic_time()) / 1000, 0);
		struct pollfd p = { .fd = c->fd, .events = POLLIN };
		int ready = interrupted ? -1 : poll(&p, 1, (int)left);
		ssize_t n;

		if (ready <= 0) {
			errno = interrupted || ready < 0 ? EINTR : ETIMEDOUT;
			return false;
		}
		n = recv(c->fd, octets, sizeof octets, MSG_DONTWAIT);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		errno = 0;
		if (n > 0)
			g_string_append_len(c->in, octets, n);
		return n > 0 && c->in->len <= ANSWER_MAX;
	}
}

/* The next line, without its end; NULL: none comes any more. Free it. */
static char *next_line(struct ctl *c, gint64 until)
{
	char *end;

	while (!(end = memchr(c->in->str, '\n', c->in->len)))
		if (!more(c, until))
			return NULL;
	char *line = g_strndup(c->in->str, (gsize)(end - c->in->str));

	g_string_erase(c->in, 0, end - c->in->str + 1);
	return line;
}

/* ---- telling ----------------------------------------------------------------------------------------------------- */

static void print_line(struct ctl *c, const char *line, bool answer)
{
	JsonParser *parser = json_parser_new();
	GString *out = g_string_new(NULL);
	JsonNode *root = json_parser_load_from_data(parser, line, -1, NULL) ? json_parser_get_root(parser) : NULL;
	JsonObject *o = root && JSON_NODE_HOLDS_OBJECT(root) ? json_node_get_object(root) : NULL;
	bool ok = o && (!answer || json_object_get_boolean_member_with_default(o, "ok", FALSE));

	if (!o) {
		cli_error("ctl: what came is no answer of a live run");
		c->code = EXIT_INTERNAL;
	} else if (c->json) {
		printf("%s\n", line);
	} else if (ok && answer && !c->watch) {
		ctl_print(o, out);
	} else if (ok && !answer) {
		ctl_print_record(o, out);
	}
	if (o && !ok) {
		c->code = EXIT_USAGE;
		if (!c->json)
			cli_error("ctl: %s", json_object_get_string_member_with_default(o, "error", "refused"));
	}
	fputs(out->str, stdout);
	fflush(stdout);
	g_string_free(out, TRUE);
	g_object_unref(parser);
}

static void talk(struct ctl *c, char **words, int n)
{
	gint64 until = g_get_monotonic_time() + (gint64)c->timeout * G_USEC_PER_SEC;
	char *line = send_words(c, words, n) ? next_line(c, until) : NULL;

	if (!line) {
		c->code = interrupted ? EXIT_INTERRUPTED : EXIT_CANNOT;
		if (!interrupted)
			cli_error(errno == ETIMEDOUT ? "ctl: no answer within %d s" : "ctl: the run ended before it answered",
				  c->timeout);
		return;
	}
	print_line(c, line, true);
	g_free(line);
	while (c->watch && c->code == EXIT_PASS && (line = next_line(c, G_MAXINT64))) {
		print_line(c, line, false);
		g_free(line);
		if (ferror(stdout))
			c->code = EXIT_INTERNAL;
	}
	if (c->code == EXIT_PASS && interrupted)
		c->code = EXIT_INTERRUPTED;
}

static char *about(void)
{
	GString *s = g_string_new("Asks a live run that was started with --control NAME, or changes it while it goes on.\n"
		"\nQuestions:\n"
		"  status                       scenario, time, lateness, frames, expectations so far\n"
		"  bindings [NODE] [limit=N]    binding caches and binding update lists\n"
		"  nodes [NODE] [limit=N]       what there is, and on which links\n"
		"  links [limit=N]              what links do to frames at the moment\n"
		"  watch [kinds=K,..] [nodes=N,..]   records as they are made, until interrupted\n"
		"  stop                         end the run as an interrupt does\n"
		"\nActions, those of a scenario's timeline, at once or `at=` a later time; further keys as KEY=VALUE:\n");

	for (const struct scen_choice *v = act_verbs(); v->name; v++) {
		char *usage = act_usage(v->value);

		g_string_append_printf(s, "  %s\n", usage);
		g_free(usage);
	}
	g_string_append(s, "\n`set access.loss=5% access.delay=40ms` changes a link, a home agent, an LMA or a MAG.");
	return g_string_free(s, FALSE);
}

int cmd_ctl(int argc, char **argv)
{
	struct ctl c = { .timeout = 10, .fd = -1, .code = EXIT_PASS };
	const GOptionEntry entries[] = {
		{ "socket", 0, 0, G_OPTION_ARG_FILENAME, &c.socket, "Which run: its name, or its socket's path; without it the "
		  "only one there is", "NAME" },
		{ "timeout", 0, 0, G_OPTION_ARG_INT, &c.timeout, "Seconds to wait for the answer (10)", "N" },
		{ "json", 0, 0, G_OPTION_ARG_NONE, &c.json, "The answer's line as it comes", NULL }, G_OPTION_ENTRY_NULL };
	struct sigaction act = { .sa_handler = on_signal };
	char *text = about(), *path = NULL;
	GError *e = NULL;
	int code = EXIT_PASS;
	bool go = cli_options(&argc, &argv, "WORD...", text, entries, &code);

	g_free(text);
	if (go && argc < 2)
		cli_error("ctl: which words? (`mooring ctl --help`)");
	if (go && argc >= 2 && (c.timeout < 1 || c.timeout > 3600))
		cli_error("--timeout %d: 1 to 3600 seconds", c.timeout);
	if (!go || argc < 2 || c.timeout < 1 || c.timeout > 3600) {
		g_free(c.socket);
		return go ? EXIT_USAGE : code;
	}
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	c.in = g_string_new(NULL);
	c.watch = !strcmp(argv[1], "watch");
	path = find_socket(c.socket);
	c.fd = path ? control_connect(path, &e) : -1;
	if (c.fd >= 0) {
		talk(&c, argv + 1, argc - 1);
		close(c.fd);
	} else {
		c.code = EXIT_CANNOT;
		if (e)
			cli_error("ctl: %s", e->message);
	}
	g_clear_error(&e);
	g_free(path);
	g_free(c.socket);
	g_string_free(c.in, TRUE);
	return c.code;
}
