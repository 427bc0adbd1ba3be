/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loading scenarios: defaults, extends, overrides, sweeps, groups and selectors, and the table that all of it comes
 * from. It implements no clause.
 */
#include "tests/unit/harness.h"

#include <glib/gstdio.h>
#include <string.h>

#include "scenarios/load.h"

static const char base_text[] =
	"scenario: base\n"
	"about: a base\n"
	"duration: 10s\n"
	"nodes:\n"
	"  ha: {kind: ha, hnp-pool: '2001:db8:a000::/40'}\n"
	"  ar: {kind: router}\n"
	"  ue: {kind: ue, home-agent: ha, interfaces: [lte]}\n"
	"links:\n"
	"  core: {nodes: [ha, ar], prefix: '2001:db8:c0::/64', rate: 1Gbps, delay: 'normal(40ms, 5ms)'}\n"
	"  lte: {access: true, nodes: [ar], prefix: '2001:db8:1::/64', loss: 0.5%, loss-mask: '0110'}\n"
	"timeline:\n"
	"  - {at: 1s, do: attach, node: ue, interface: lte, label: in}\n"
	"  - {at: 5s, do: detach, node: ue}\n";

static char *folder;

static char *put(const char *name, const char *text)
{
	char *path = g_build_filename(folder, name, NULL);

	CU_ASSERT_TRUE(g_file_set_contents(path, text, -1, NULL));
	return path;
}

struct loaded {
	struct scen_file *file;
	GPtrArray *points;
	struct scenario *s;		/* of the first point */
	struct report r;
};

static struct loaded load(const char *name, const char *text, const char *const *sets)
{
	struct loaded l = { 0 };
	char *path = put(name, text);

	report_init(&l.r);
	l.file = scen_open(path, &l.r);
	l.points = l.file ? scen_points(l.file, sets, &l.r) : NULL;
	l.s = l.points ? scen_load(l.file, l.points->pdata[0], &l.r) : NULL;
	if (l.r.errors && g_getenv("SHOW"))
		g_printerr("%s", l.r.text->str);
	g_free(path);
	return l;
}

static void unload(struct loaded *l)
{
	scen_free(l->s);
	if (l->points)
		g_ptr_array_unref(l->points);
	scen_close(l->file);
	report_done(&l->r);
}

static void test_defaults_and_types(void)
{
	struct loaded l = load("base.yaml", base_text, NULL);

	CU_ASSERT_TRUE(l.s != NULL && l.r.errors == 0);
	if (!l.s)
		return;
	const struct scen_link *core = scen_link(l.s, "core"), *lte = scen_link(l.s, "lte");
	const struct scen_node *ue = scen_node(l.s, "ue"), *ha = scen_node(l.s, "ha");

	CU_ASSERT_EQUAL(l.s->duration, 10 * MOOR_S);
	CU_ASSERT_EQUAL(l.s->seed, 1);
	CU_ASSERT_EQUAL(core->impair.rate, 1000000000);
	CU_ASSERT_EQUAL(core->impair.delay.kind, DELAY_NORMAL);
	CU_ASSERT_EQUAL(core->impair.delay.b, 5 * MOOR_MS);
	CU_ASSERT_EQUAL(lte->impair.loss, 5000);
	CU_ASSERT_EQUAL(lte->impair.loss_mask.bits, 4);
	CU_ASSERT_EQUAL(lte->impair.loss_mask.mask, 6);
	CU_ASSERT_EQUAL(lte->impair.queue, 100);
	CU_ASSERT_EQUAL(lte->advertise->every.hi, 600 * MOOR_S);
	CU_ASSERT_EQUAL(ue->lifetime, 3600 * MOOR_S);
	CU_ASSERT_EQUAL(ha->ha.lifetime_max, 3600 * MOOR_S);
	CU_ASSERT_EQUAL(ha->count, 1);
	CU_ASSERT_EQUAL(strlen(scen_hash(l.s)), 16);
	unload(&l);
}

static void test_extends(void)
{
	char *path = put("base.yaml", base_text);
	struct loaded l = load("over.yaml",
		"scenario: over\nabout: another\nextends: base.yaml\nlinks:\n  lte: {loss: 2%}\n"
		"timeline:\n  - {at: 2s, do: attach, node: ue, interface: lte}\n", NULL);

	CU_ASSERT_TRUE(l.s != NULL);
	if (l.s) {
		CU_ASSERT_STRING_EQUAL(l.s->name, "over");
		CU_ASSERT_EQUAL(scen_link(l.s, "lte")->impair.loss, 20000);
		CU_ASSERT_TRUE(scen_link(l.s, "lte")->access);			/* merged key by key */
		CU_ASSERT_EQUAL(l.s->timeline->len, 1);				/* lists are replaced */
	}
	unload(&l);
	g_free(path);
}

/* An error in what was extended names both files. */
static void test_extends_names_both(void)
{
	char *path = put("broken.yaml", "scenario: broken\nabout: b\nduration: 10\nnodes: {}\nlinks: {}\n");
	struct loaded l = load("over.yaml", "scenario: over\nabout: another\nextends: broken.yaml\n", NULL);

	CU_ASSERT_TRUE(!l.s && strstr(l.r.text->str, "broken.yaml:3:11: ") != NULL);
	CU_ASSERT_TRUE(strstr(l.r.text->str, "= extended by ") != NULL && strstr(l.r.text->str, "over.yaml:3:10") != NULL);
	unload(&l);
	g_free(path);
}

static void test_overrides(void)
{
	static const char *const sets[] = {
		"links.lte.loss=3%", "timeline.in.at=2s", "timeline.2.at=6s", "nodes.ue.count=5", "timers.INITIAL_BINDACK_TIMEOUT=2s",
		"nodes.ue.interfaces=[lte, wlan]", NULL
	};
	struct loaded l = load("base.yaml", base_text, sets);

	CU_ASSERT_TRUE(l.s != NULL);
	if (l.s) {
		CU_ASSERT_EQUAL(scen_link(l.s, "lte")->impair.loss, 30000);
		CU_ASSERT_EQUAL(((struct scen_action *)l.s->timeline->pdata[0])->at, 2 * MOOR_S);
		CU_ASSERT_EQUAL(((struct scen_action *)l.s->timeline->pdata[1])->at, 6 * MOOR_S);
		CU_ASSERT_EQUAL(scen_node(l.s, "ue")->count, 5);
		CU_ASSERT_EQUAL(scen_node(l.s, "ue")->interfaces->len, 2);
		CU_ASSERT_TRUE(l.s->timers != NULL);
	}
	unload(&l);
}

static void expect_error(const char *set, const char *words)
{
	const char *const sets[] = { set, NULL };
	struct loaded l = load("base.yaml", base_text, sets);
	bool good = !l.s && strstr(l.r.text->str, words);

	if (!good)
		g_printerr("%s: %s", set, l.r.text->str);
	CU_ASSERT_TRUE(good);
	unload(&l);
}

static void test_bad_overrides(void)
{
	expect_error("links.lte.los=3%", "--set:1:11: unknown key `los` in a link; did you mean `loss`?");
	expect_error("links.lte.loss=3", "--set:1:16: `loss`: `3`: a share needs a unit");
	expect_error("links.sat.loss=3%", "a link needs the key `nodes`");
	expect_error("duration", "must be path=value");
	expect_error("=4", "must be path=value");
	expect_error("duration=", "must be path=value");
	expect_error("timeline.out.at=1s", "the list has no element `out`");
	expect_error("timeline.3.at=1s", "numbered 1 to 2");
	expect_error("timeline.1=x", "an element of a list cannot be replaced as a whole");
	expect_error("duration.x=1", "`duration` is a value; the path ends here");
	expect_error("links..loss=1%", "the path has an empty part");
	expect_error("links.lte.loss={1%,}", "an empty value");
	expect_error("links.lte.loss={}", "holds no value");
	expect_error("seed={5..1}", "is no range");
	expect_error("duration={1s..5s}", "is no range");
	expect_error("seed={1..99999999}", "has more than");
	expect_error("duration=[1s", "not YAML");
	expect_error("duration=&a 1s", "anchors are not part");
}

static void test_sweeps(void)
{
	static const char *const sets[] = { "links.lte.loss={0%,1%,5%}", "seed={1..2}", "links.lte.delay={10ms..30ms..10ms}",
		NULL };
	struct loaded l = load("base.yaml", base_text, sets);

	CU_ASSERT_TRUE(l.points && l.points->len == 18);
	if (l.points && l.points->len == 18) {
		const struct scen_point *second = l.points->pdata[1], *last = l.points->pdata[17];

		CU_ASSERT_STRING_EQUAL(second->overrides[0], "links.lte.loss=0%");
		CU_ASSERT_STRING_EQUAL(second->overrides[1], "seed=1");
		CU_ASSERT_STRING_EQUAL(second->overrides[2], "links.lte.delay=20ms");
		CU_ASSERT_STRING_EQUAL(last->overrides[0], "links.lte.loss=5%");
		CU_ASSERT_STRING_EQUAL(last->overrides[2], "links.lte.delay=30ms");
	}
	unload(&l);
}

/* `sweep:` in the file, and --set of the same path in its place. */
static void test_sweep_in_file(void)
{
	static const char *const sets[] = { "links.lte.loss=9%", NULL };
	char *text = g_strconcat(base_text, "sweep:\n  links.lte.loss: [1%, 2%]\n  seed: [1, 2, 3]\n", NULL);
	struct loaded l = load("base.yaml", text, NULL);

	CU_ASSERT_TRUE(l.points && l.points->len == 6);
	unload(&l);
	l = load("base.yaml", text, sets);
	CU_ASSERT_TRUE(l.points && l.points->len == 3 && l.s && scen_link(l.s, "lte")->impair.loss == 90000);
	unload(&l);
	g_free(text);
}

/* The hash tells scenarios apart, not seeds. */
static void test_hash(void)
{
	static const char *const seed[] = { "seed=7", NULL }, *const loss[] = { "links.lte.loss=1%", NULL };
	struct loaded a = load("base.yaml", base_text, NULL), b = load("base.yaml", base_text, seed),
															c = load("base.yaml", base_text, loss);

	CU_ASSERT_TRUE(a.s && b.s && c.s && !strcmp(scen_hash(a.s), scen_hash(b.s)) && strcmp(scen_hash(a.s), scen_hash(c.s)));
	unload(&a);
	unload(&b);
	unload(&c);
}

static void test_groups(void)
{
	static const char *const sets[] = { "nodes.ue.count=12", NULL };
	struct loaded l = load("base.yaml", base_text, sets);
	uint32_t member = 99;

	CU_ASSERT_TRUE(l.s != NULL);
	if (l.s) {
		const struct scen_node *ue = scen_node(l.s, "ue");

		CU_ASSERT_TRUE(scen_is_group(ue) && scen_member(l.s, "ue12", &member) == ue && member == 11);
		CU_ASSERT_TRUE(
			!scen_member(l.s, "ue13", &member) && !scen_member(l.s, "ue0", &member) && !scen_member(l.s, "ue01", &member));
		CU_ASSERT_TRUE(!scen_member(l.s, "ue", &member) && scen_member(l.s, "ha", &member));
		CU_ASSERT_TRUE(scen_selects(l.s, "ue", ue, "ue3") && scen_selects(l.s, "ue1*", ue, "ue10"));
		CU_ASSERT_TRUE(!scen_selects(l.s, "ue1*", ue, "ue2") && !scen_selects(l.s, "ue3", ue, "ue30"));
		CU_ASSERT_TRUE(scen_selects_any(l.s, "u?12") && !scen_selects_any(l.s, "u?13"));
	}
	unload(&l);
}

/* By name, place and number: the tables that find them against a walk over the whole scenario. */
static void test_tables(void)
{
	static const char text[] =
		"scenario: names\nabout: names\nduration: 9s\nnodes:\n"
		"  ha: {kind: ha, hnp-pool: \"2001:db8:a000::/40\"}\n  ar: {kind: router}\n"
		"  ue: {kind: ue, home-agent: ha, interfaces: [lte], count: 3}\n"
		"  x1y: {kind: ue, home-agent: ha, interfaces: [lte], count: 20}\n"
		"  x1y20z7: {kind: ue, home-agent: ha, interfaces: [lte]}\n"
		"links:\n  core: {nodes: [ha, ar], prefix: \"2001:db8:c0::/64\"}\n"
		"  lte: {access: true, nodes: [ar], prefix: \"2001:db8:1::/64\"}\n"
		"traffic:\n  - {flow: a, from: ue, to: x1y3, interval: 1s}\n  - {flow: b, from: ue2, to: x1y, interval: 1s}\n";
	struct loaded l = load("names.yaml", text, NULL);
	uint32_t ordinal = 0, number = 0, member;

	CU_ASSERT_TRUE(l.s != NULL);
	for (guint i = 0; l.s && i < l.s->nodes->len; i++) {
		const struct scen_node *n = l.s->nodes->pdata[i];

		for (uint32_t k = 0; k < n->count; k++) {
			char *name = g_strdup_printf(scen_is_group(n) ? "%s%u" : "%s", n->base.name, k + 1);

			CU_ASSERT_TRUE(scen_node_at(l.s, ordinal++) == n);
			CU_ASSERT_TRUE(scen_member(l.s, name, &member) == n && member == k);
			g_free(name);
		}
		CU_ASSERT_TRUE(scen_node(l.s, n->base.name) == n);
	}
	CU_ASSERT_TRUE(!l.s || (!scen_node_at(l.s, ordinal) && !scen_member(l.s, "x1y21", &member)));
	for (guint i = 0; l.s && i < l.s->traffic->len; i++)
		for (uint32_t k = 0; k < (i ? 20 : 3); k++, number++) {
			CU_ASSERT_TRUE(scen_flow_number(l.s, l.s->traffic->pdata[i], k) == number);
			CU_ASSERT_TRUE(scen_flow_numbered(l.s, number) == l.s->traffic->pdata[i]);
		}
	CU_ASSERT_TRUE(!l.s || !scen_flow_numbered(l.s, number));
	unload(&l);
}

/* Rules for the table itself, which nothing else would notice. */
static void check_row(const struct scen_section *s, const struct scen_row *row)
{
	static const char *const booleans[] = {
		"y",
		"Y",
		"yes",
		"Yes",
		"YES",
		"n",
		"N",
		"no",
		"No",
		"NO",
		"true",
		"True",
		"TRUE",
		"false",
		"False",
		"FALSE",
		"on",
		"On",
		"ON",
		"off",
		"Off",
		"OFF",
		"null",
		"~",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(booleans); i++)
		CU_ASSERT_STRING_NOT_EQUAL(row->key, booleans[i]);
	CU_ASSERT_TRUE(row->about && *row->about && !strchr(row->about, '|'));
	CU_ASSERT_TRUE(row->type != ST_ENUM || row->choices);
	CU_ASSERT_TRUE((row->type != ST_SECTION && row->type != ST_LIST && row->type != ST_NAMED) || row->section);
	/* a default is for those of its kinds that may leave it out */
	CU_ASSERT_TRUE(!row->def || !row->required || (row->kinds & ~row->required));
	/* a key has one meaning, or one for each of several kinds */
	for (const struct scen_row *other = s->rows; other != row; other++)
		CU_ASSERT_TRUE(strcmp(other->key, row->key) || (row->kinds && other->kinds && !(row->kinds & other->kinds)));
}

static void test_table(void)
{
	for (const struct scen_section *const *s = scen_sections; *s; s++) {
		unsigned n = 0;

		for (const struct scen_row *row = (*s)->rows; row->key; row++, n++)
			check_row(*s, row);
		CU_ASSERT_TRUE(n > 0 && n <= 128);	/* bits of scen_base.given */
	}
}

static const struct harness_test tests[] = {
	{ "types and defaults", test_defaults_and_types },
	{ "extends merges mappings and replaces lists", test_extends },
	{ "an error in an extended file names both", test_extends_names_both },
	{ "--set reaches every value", test_overrides },
	{ "--set has the same checks", test_bad_overrides },
	{ "a sweep is the cross product", test_sweeps },
	{ "a sweep in the file gives way to --set", test_sweep_in_file },
	{ "the hash is the scenario's, not the seed's", test_hash },
	{ "groups, members and patterns", test_groups },
	{ "tables of names", test_tables },
	{ "the table of the language is sound", test_table },
};

int main(int argc, char **argv)
{
	int code;

	folder = g_dir_make_tmp("scen-load-XXXXXX", NULL);
	code = harness_main("scen_load", tests, G_N_ELEMENTS(tests), argc, argv);
	for (const char *const *n = (const char *const[]){ "base.yaml", "over.yaml", "broken.yaml", NULL }; *n; n++) {
		char *path = g_build_filename(folder, *n, NULL);

		g_remove(path);
		g_free(path);
	}
	g_rmdir(folder);
	g_free(folder);
	return code;
}
