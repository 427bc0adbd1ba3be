/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Actions told in words: each timeline entry of the shipped scenarios, told in words, is the entry that the file has;
 * words that mean nothing leave the timeline as it was. It implements no clause.
 */
#include "tests/unit/harness.h"

#include <glib/gstdio.h>
#include <string.h>

#include "scenarios/act.h"
#include "scenarios/names.h"

static const char base_text[] =
	"scenario: base\n"
	"about: a base\n"
	"duration: 10s\n"
	"nodes:\n"
	"  ha: {kind: ha, hnp-pool: '2001:db8:a000::/40'}\n"
	"  ar: {kind: router}\n"
	"  ue: {kind: ue, ipsec: none, home-agent: ha, interfaces: [lte, wlan], count: 3}\n"
	"  box: {kind: mn, peer: external, interfaces: [eth]}\n"
	"  lma: {kind: lma, hnp-pool: '2001:db8:b000::/40'}\n"
	"  mag: {kind: mag, lma: lma}\n"
	"links:\n"
	"  core: {nodes: [ha, ar, lma, mag], prefix: '2001:db8:c0::/64'}\n"
	"  lte: {access: true, nodes: [ar], prefix: '2001:db8:1::/64'}\n"
	"  wlan: {access: true, nodes: [ar], prefix: '2001:db8:2::/64'}\n"
	"  eth: {access: true, nodes: [mag]}\n"
	"timeline:\n"
	"  - {at: 1s, do: attach, node: ue, interface: lte, label: in}\n";

/* ---- of the shipped scenarios ------------------------------------------------------------------------------------ */

/* As flow YAML. */
static void flow_text(const struct tree *t, GString *out)
{
	if (t->kind == TREE_SCALAR) {
		char **quotes = g_strsplit(t->text, "'", -1), *doubled = g_strjoinv("''", quotes);

		g_string_append_printf(out, t->quoted || strpbrk(t->text, ":,[]{}#&*!|>'\"%@`") ? "'%s'" : "%s", doubled);
		g_free(doubled);
		g_strfreev(quotes);
		return;
	}
	g_string_append_c(out, t->kind == TREE_LIST ? '[' : '{');
	for (guint i = 0; i < tree_count(t); i++) {
		g_string_append(out, i ? ", " : "");
		if (t->kind == TREE_MAP)
			g_string_append_printf(out, "%s: ", tree_key(t, i)->text);
		flow_text(tree_item(t, i), out);
	}
	g_string_append_c(out, t->kind == TREE_LIST ? ']' : '}');
}

static bool same_tree(const struct tree *a, const struct tree *b)
{
	if (a->kind != b->kind || g_strcmp0(a->text, b->text) || tree_count(a) != tree_count(b))
		return false;
	for (guint i = 0; i < tree_count(a); i++) {
		const struct tree *own = tree_item(a, i), *other;

		other = a->kind == TREE_MAP ? tree_get(b, tree_key(a, i)->text, NULL) : tree_item(b, i);
		if (!other || !same_tree(own, other))
			return false;
	}
	return true;
}

/* The entry's keys by their names. */
static GPtrArray *words_of(const struct scen_action *a)
{
	GPtrArray *words = g_ptr_array_new_with_free_func(g_free);

	g_ptr_array_add(words, g_strdup(tree_get(a->base.at, "do", NULL)->text));
	for (guint i = 0; i < tree_count(a->base.at); i++) {
		const char *key = tree_key(a->base.at, i)->text;
		GString *w;

		if (!strcmp(key, "do"))
			continue;
		w = g_string_new(key);
		g_string_append_c(w, '=');
		flow_text(tree_item(a->base.at, i), w);
		g_ptr_array_add(words, g_string_free(w, FALSE));
	}
	return words;
}

static unsigned told, wrong;

/* In place of the entry, which must not be there twice. */
static void tell_entry(struct scenario *s, guint place)
{
	const struct scen_action *a = g_ptr_array_steal_index(s->timeline, place);
	GPtrArray *words = words_of(a);
	struct report r;
	struct act_told *t;
	guint entry, before = s->timeline->len;

	names_free(s);
	names_make(s);			/* of a timeline without it */
	report_init(&r);
	t = act_tell(s, (const char *const *)words->pdata, words->len, 0, s->duration, &entry, &r);
	told++;
	if (!t || entry != before) {
		wrong++;
		g_printerr("%s: %s", s->name, r.text->str);
	} else {
		const struct scen_action *b = s->timeline->pdata[entry];

		if (b->at != a->at || b->verb != a->verb || b->gap != a->gap || b->count != a->count ||
		    tree_count(a->base.at) != tree_count(b->base.at))
			wrong++;
		for (guint i = 0; i < tree_count(b->base.at); i++)
			wrong += !same_tree(tree_item(b->base.at, i),
					    tree_get(a->base.at, tree_key(b->base.at, i)->text, NULL));
		act_take_back(s, t);
	}
	wrong += s->timeline->len != before;
	g_ptr_array_insert(s->timeline, (gint)place, (gpointer)a);
	report_done(&r);
	g_ptr_array_unref(words);
}

static void tell_file(const char *path)
{
	struct report r;
	struct scen_file *f;
	struct scenario *s;

	report_init(&r);
	f = scen_open(path, &r);
	s = f ? scen_load(f, NULL, &r) : NULL;
	for (guint i = 0; s && i < s->timeline->len; i++)
		tell_entry(s, i);
	scen_free(s);
	scen_close(f);
	report_done(&r);
}

static void tell_folder(const char *path)
{
	GDir *dir = g_dir_open(path, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		char *one = g_build_filename(path, name, NULL);

		if (g_file_test(one, G_FILE_TEST_IS_DIR))
			tell_folder(one);
		else if (g_str_has_suffix(name, ".yaml"))
			tell_file(one);
		g_free(one);
	}
	if (dir)
		g_dir_close(dir);
}

static void test_shipped(void)
{
	if (!g_file_test("scenarios", G_FILE_TEST_IS_DIR)) {
		harness_skip("no folder scenarios here; tests run at the top of the tree");
		return;
	}
	tell_folder("scenarios");
	CU_ASSERT(told > 500);
	CU_ASSERT_EQUAL(wrong, 0);
}

/* ---- single ones ------------------------------------------------------------------------------------------------- */

struct loaded {
	struct scen_file *f;
	struct scenario *s;
	struct report r;
};

static struct loaded load(void)
{
	struct loaded l = { 0 };

	report_init(&l.r);
	l.f = scen_open_text("base", base_text, strlen(base_text), &l.r);
	l.s = l.f ? scen_load(l.f, NULL, &l.r) : NULL;
	CU_ASSERT_PTR_NOT_NULL(l.s);
	if (!l.s)
		g_printerr("%s", l.r.text->str);
	return l;
}

static void unload(struct loaded *l)
{
	scen_free(l->s);
	scen_close(l->f);
	report_done(&l->r);
}

/* The line of words as an entry; NULL: refused, and *why (free it) says why. */
static struct act_told *say(struct loaded *l, const char *line, char **why)
{
	char **words = g_strsplit(line, "|", -1);
	struct report r;
	guint entry;
	struct act_told *t;

	report_init(&r);
	t = act_tell(l->s, (const char *const *)words, g_strv_length(words), 3 * MOOR_S, 10 * MOOR_S, &entry, &r);
	CU_ASSERT_EQUAL(t == NULL, r.errors != 0);
	CU_ASSERT_EQUAL(l->s->timeline->len, t ? 2 : 1);
	if (why)
		*why = g_strdup(r.text->str);
	report_done(&r);
	g_strfreev(words);
	return t;
}

static void test_without_names(void)
{
	struct loaded l = load();
	struct act_told *t = l.s ? say(&l, "handover|ue2|wlan|gap=50ms|label=go", NULL) : NULL;
	const struct scen_action *a = t ? l.s->timeline->pdata[1] : NULL;

	CU_ASSERT_PTR_NOT_NULL(a);
	if (a) {
		CU_ASSERT_EQUAL(a->at, 3 * MOOR_S);
		CU_ASSERT_EQUAL(a->gap, 50 * MOOR_MS);
		CU_ASSERT_STRING_EQUAL(a->node->text, "ue2");
		CU_ASSERT_STRING_EQUAL(a->interface, "wlan");
		CU_ASSERT_STRING_EQUAL(a->label, "go");
		act_take_back(l.s, t);
	}
	t = l.s ? say(&l, "set|wlan.loss=5%|wlan.delay=uniform(1ms, 2ms)|at=5s", NULL) : NULL;
	a = t ? l.s->timeline->pdata[1] : NULL;
	CU_ASSERT_PTR_NOT_NULL(a);
	if (a) {
		CU_ASSERT_EQUAL(a->at, 5 * MOOR_S);
		CU_ASSERT_EQUAL(a->params->impair.loss, 50000);
		CU_ASSERT_EQUAL(a->params->impair.delay.b, 2 * MOOR_MS);
		act_take_back(l.s, t);
	}
	t = l.s ? say(&l, "link-down|ue1|lte", NULL) : NULL;
	a = t ? l.s->timeline->pdata[1] : NULL;
	CU_ASSERT(a && !a->link && !strcmp(a->node->text, "ue1") && !strcmp(a->interface, "lte"));
	if (t)
		act_take_back(l.s, t);
	t = l.s ? say(&l, "link-down|lte", NULL) : NULL;
	a = t ? l.s->timeline->pdata[1] : NULL;
	CU_ASSERT(a && a->link && !a->node);
	if (t)
		act_take_back(l.s, t);
	unload(&l);
}

static void test_refusals(void)
{
	static const struct { const char *line, *why; } rows[] = {
		{ "", "at least one word" }, { "nothing", "there is no `nothing`" }, { "handover", "needs the key `node`" },
		{ "handover|ue1||wlan", "empty" }, { "handover|ue1|wlan|wlan|x", "a word too many" },
		{ "handover|ue1|\x01", "no text" }, { "handover|ue1|wl\xff", "no text" }, { "detach|ue*|at=1s", "that is over" },
		{ "detach|ue*|at=11s", "after the end" }, { "detach|ue*|at=5", "needs a unit" }, { "detach|ue9", "no node `ue9`" },
		{ "detach|ue1|node=ue2", "`node` is here twice" }, { "detach|ue1|label=in", "the label `in` is here twice" },
		{ "detach|ue1|lable=x", "did you mean `label`" }, { "detach|ue1|label=[a, b]", "must be a name" },
		{ "detach|ue1|label={", "words" }, { "detach|ue1|label=<<: 3", "merge" }, { "set|wlan.loss=5", "`5`" },
		{ "set|wlan", "a word too many" }, { "set|wlan.loss", "a word too many" }, { "set", "needs `link`" },
		{ "set|ue1.loss=5%", "nothing of `ue1` can be set" }, { "set|ha.refuse=99", "128 or more" },
		{ "set|wlan.loss=5%|wlan.loss=6%", "`loss` is here twice" },
		{ "set|wlan.loss=5%|ha.refuse=130", "one link or node" },
		{ "set|wlan.loss=5%|node=ha", "needs `link`" }, { "handover|box|eth|at=4s|gap=x", "not a number" },
		{ "want-ipv4|box", "somebody else" }, { "reboot|box", "not of a kind" },
		{ "set|params={loss: 5%}|link=wlan|params={loss: 6%}", "twice" },
	};
	struct loaded l = load();

	for (gsize k = 0; l.s && k < G_N_ELEMENTS(rows); k++) {
		char *why = NULL;
		struct act_told *t = say(&l, rows[k].line, &why);

		CU_ASSERT_PTR_NULL(t);
		CU_ASSERT_PTR_NOT_NULL(strstr(why, rows[k].why));
		if (!strstr(why, rows[k].why))
			g_printerr("%s: %s", rows[k].line, why);
		if (t)
			act_take_back(l.s, t);
		g_free(why);
	}
	unload(&l);
}

/* Every column is that of the word, however wide the characters before it. */
static void test_places(void)
{
	struct loaded l = load();
	char *why = NULL;

	say(&l, "detach|ue1|label=\xc3\xa4\xc3\xb6", &why);
	CU_ASSERT(g_str_has_prefix(why, "words:1:18: "));
	g_free(why);
	say(&l, "set|wlan.delay=normal(\xc3\xa4, 1ms)|wlan.los=5%", &why);
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "words:1:36: unknown key `los`"));
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "\n      |                                    ^~~\n"));
	g_free(why);
	unload(&l);
}

static void test_random_words(void)
{
	static const char *const pieces[] = {
		"handover", "set", "detach", "ue", "ue1", "ue*", "wlan", "lte", "ha", "box", ".", "=", "loss", "gap", "5%", "50ms",
		"{", "}", "[", "]", ",", ":", " ", "\"", "'", "&a", "*a", "!t", "|", "label", "at", "9s", "params", "\xc3\xa4",
		"#", "- ", "?", "node", "settings", "refuse", "130", "%", "@", "`", "~", "null", "\\", "add-flow", "selector",
		"over", "fid",
	};
	struct loaded l = load();
	GRand *rand = g_rand_new_with_seed(7);
	unsigned taken = 0, odd = 0;

	for (unsigned k = 0; l.s && k < 20000; k++) {
		const char *words[8];
		gint32 n = g_rand_int_range(rand, 1, 8);
		struct act_told *t;
		struct report r;
		guint entry;

		for (gint32 i = 0; i < n; i++) {
			GString *w = g_string_new(NULL);

			for (gint32 m = g_rand_int_range(rand, 1, 6); m > 0; m--)
				g_string_append(w, pieces[g_rand_int_range(rand, 0, G_N_ELEMENTS(pieces))]);
			words[i] = g_string_free(w, FALSE);
		}
		if (g_rand_boolean(rand)) {
			g_free((char *)words[0]);
			words[0] = g_strdup(pieces[g_rand_int_range(rand, 0, 3)]);
		}
		report_init(&r);
		t = act_tell(l.s, words, (guint)n, 0, 10 * MOOR_S, &entry, &r);
		taken += t != NULL;
		odd += (t == NULL) != (r.errors != 0) || l.s->timeline->len != (t ? 2u : 1u);
		if (t)
			act_take_back(l.s, t);
		report_done(&r);
		for (gint32 i = 0; i < n; i++)
			g_free((char *)words[i]);
	}
	CU_ASSERT_EQUAL(odd, 0);
	CU_ASSERT(taken < 20000);
	g_rand_free(rand);
	unload(&l);
}

/* What `mooring ctl --help` shows. */
static void test_usage(void)
{
	static const struct { int verb; const char *text; } rows[] = {
		{ DO_HANDOVER, "handover NODE INTERFACE [TO]" }, { DO_MOVE, "move NODE TO" }, { DO_REVOKE, "revoke NODE OF" },
		{ DO_LINK_UP, "link-up LINK|NODE INTERFACE" }, { DO_TRAFFIC_START, "traffic-start FLOW" },
		{ DO_CLOCK_STEP, "clock-step NODE BY" }, { DO_SET, "set TARGET.KEY=VALUE..." },
	};

	for (gsize k = 0; k < G_N_ELEMENTS(rows); k++) {
		char *text = act_usage(rows[k].verb);

		CU_ASSERT_STRING_EQUAL(text, rows[k].text);
		g_free(text);
	}
}

static const struct harness_test tests[] = {
	{ "each entry of the shipped scenarios can be said in words", test_shipped },
	{ "keys without their names", test_without_names },
	{ "what is wrong is refused, and leaves nothing behind", test_refusals },
	{ "places are those of the words", test_places },
	{ "random words are refused or taken, never both", test_random_words },
	{ "each verb has a usage", test_usage },
};

int main(int argc, char **argv)
{
	return harness_main("act", tests, G_N_ELEMENTS(tests), argc, argv);
}
