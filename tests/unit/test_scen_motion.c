/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where nodes are and how they move: ways made of velocities, paths, files and chance, and the end of a run that waits
 * for them. It implements no clause.
 */
#include "tests/unit/harness.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "scenarios/radio.h"

static const char scene[] =
	"scenario: base\n"
	"about: a host on Wi-Fi\n"
	"duration: 60s\n"
	"nodes:\n"
	"  aaa: {kind: aaa}\n"
	"  lma: {kind: lma, aaa: aaa, hnp-pool: '2001:db8:a000::/40', mags: [mag]}\n"
	"  mag: {kind: mag, lma: lma, aaa: aaa}\n"
	"  mn: {kind: mn, count: 4, interfaces: [wlan]}\n"
	"links:\n"
	"  core: {nodes: [lma, mag], prefix: '2001:db8:c0::/64', rate: 1Gbps, delay: 5ms}\n"
	"  wlan: {access: true, nodes: [mag], access-technology: wlan}\n"
	"radio:\n"
	"  access-points: {wlan: {at: [0, 0]}}\n";

static char *folder;

struct loaded {
	struct scen_file *file;
	struct scenario *s;
	const struct scen_motion *m;
	struct report r;
};

/* radio: what else stands in the section, two blanks deep */
static struct loaded load(const char *radio)
{
	struct loaded l = { 0 };
	char *path = g_build_filename(folder, "way.yaml", NULL), *text = g_strconcat(scene, radio, NULL);

	CU_ASSERT_TRUE(g_file_set_contents(path, text, -1, NULL));
	report_init(&l.r);
	l.file = scen_open(path, &l.r);
	l.s = l.file ? scen_load(l.file, NULL, &l.r) : NULL;
	CU_ASSERT_PTR_NOT_NULL(l.s);
	if (l.s)
		l.m = &((const struct scen_station *)l.s->radio->stations->pdata[0])->motion;
	else
		g_printerr("%s", l.r.text->str);
	g_free(path);
	g_free(text);
	return l;
}

static void unload(struct loaded *l)
{
	if (l->s)
		scen_free(l->s);
	scen_close(l->file);
	report_done(&l->r);
}

static void check_way(const struct loaded *l, uint32_t member, const struct scen_waypoint *wanted, guint n)
{
	struct rng rng = rng_make(1, "mn", "place");
	GArray *way = l->m ? motion_way(l->m, member, &rng, l->s->duration) : g_array_new(FALSE, FALSE, 1);

	CU_ASSERT_EQUAL(way->len, n);
	for (guint i = 0; i < MIN(way->len, n); i++) {
		const struct scen_waypoint *p = &g_array_index(way, struct scen_waypoint, i);

		CU_ASSERT_EQUAL(p->t, wanted[i].t);
		CU_ASSERT_DOUBLE_EQUAL(p->x, wanted[i].x, 1e-6);
		CU_ASSERT_DOUBLE_EQUAL(p->y, wanted[i].y, 1e-6);
	}
	g_array_unref(way);
}

#define S INT64_C(1000000000)
#define WAY(l, member, ...) \
	check_way(l, member, (const struct scen_waypoint[]){ __VA_ARGS__ }, \
		  G_N_ELEMENTS(((const struct scen_waypoint[]){ __VA_ARGS__ })))
#define WITH(keys) "  stations: {mn: {interface: wlan, " keys "}}\n"

static void test_standing_and_velocities(void)
{
	struct loaded l = load(WITH("at: [3, -4.5]"));

	WAY(&l, 0, { 0, 3, -4.5 });
	unload(&l);
	l = load(WITH("at: [3, 0], velocity: [2, -1]"));
	WAY(&l, 0, { 0, 3, 0 }, { 60 * S, 123, -60 });
	unload(&l);
	l = load(WITH("at: [3, 0], velocity: [2, -1], depart: 10s"));
	WAY(&l, 0, { 0, 3, 0 }, { 10 * S, 3, 0 }, { 60 * S, 103, -50 });
	unload(&l);
	l = load(WITH("at: [3, 0], velocity: [2, -1], depart: 2h"));
	WAY(&l, 0, { 0, 3, 0 });
	unload(&l);
}

static void test_paths(void)
{
	struct loaded l = load(WITH("path: [[2s, 0, 5], [12s, 100, 5], [12.5s, 100, 0]]"));

	WAY(&l, 0, { 0, 0, 5 }, { 2 * S, 0, 5 }, { 12 * S, 100, 5 }, { 12 * S + S / 2, 100, 0 });
	CU_ASSERT_EQUAL(motion_arrival(l.m), 12 * S + S / 2);
	unload(&l);
	l = load(WITH("at: [-10, 5], path: [[2s, 0, 5], [12s, 100, 5]]"));
	WAY(&l, 0, { 0, -10, 5 }, { 2 * S, 0, 5 }, { 12 * S, 100, 5 });
	unload(&l);
	l = load(WITH("path: [[0s, 7, 5]]"));
	WAY(&l, 0, { 0, 7, 5 });
	unload(&l);
	/* 3-4-5 */
	l = load(WITH("path: [[0, 0], [30, 40], [30, 40], [30, 0]], speed: 10, depart: 1s"));
	WAY(&l, 0, { 0, 0, 0 }, { 1 * S, 0, 0 }, { 6 * S, 30, 40 }, { 10 * S, 30, 0 });
	unload(&l);
	l = load(WITH("at: [-10, 0], path: [[0, 0], [10, 0]], speed: 0.5"));
	WAY(&l, 0, { 0, -10, 0 }, { 20 * S, 0, 0 }, { 40 * S, 10, 0 });
	unload(&l);
	/* as long as time goes */
	l = load(WITH("path: [[-1e6, 0], [1e6, 0], [-1e6, 0], [1e6, 0], [-1e6, 0], [1e6, 0], [-1e6, 0]], speed: 0.001"));
	CU_ASSERT_TRUE(motion_arrival(l.m) > 1000 * S);
	unload(&l);
}

static void test_files(void)
{
	char *path = g_build_filename(folder, "walk.csv", NULL);
	char hash[17];
	struct loaded l;

	CU_ASSERT_TRUE(g_file_set_contents(path, "# a walk\r\nt, x, y\r\n\n0.5, 0,5\r\n2 ,10, 5.25\n", -1, NULL));
	l = load(WITH("path: {file: walk.csv}"));
	WAY(&l, 0, { 0, 0, 5 }, { S / 2, 0, 5 }, { 2 * S, 10, 5.25 });
	g_strlcpy(hash, scen_hash(l.s), sizeof hash);
	unload(&l);
	/* what the file holds is part of the scenario */
	CU_ASSERT_TRUE(g_file_set_contents(path, "t,x,y\n0.5,0,5\n2,10,5.26", -1, NULL));
	l = load(WITH("path: {file: walk.csv}"));
	WAY(&l, 0, { 0, 0, 5 }, { S / 2, 0, 5 }, { 2 * S, 10, 5.26 });
	CU_ASSERT_STRING_NOT_EQUAL(hash, scen_hash(l.s));
	unload(&l);
	CU_ASSERT_TRUE(g_file_set_contents(path, "x,y\n0,5\n10,5\n", -1, NULL));
	l = load(WITH("path: {file: walk.csv}, speed: 5"));
	WAY(&l, 0, { 0, 0, 5 }, { 2 * S, 10, 5 });
	unload(&l);
	g_remove(path);
	g_free(path);
}

static void test_groups(void)
{
	struct loaded l = load(WITH("path: [[1s, 0, 0], [2s, 10, 0]], spacing: [-1, 2.5]"));

	WAY(&l, 0, { 0, 0, 0 }, { 1 * S, 0, 0 }, { 2 * S, 10, 0 });
	WAY(&l, 3, { 0, -3, 7.5 }, { 1 * S, -3, 7.5 }, { 2 * S, 7, 7.5 });
	unload(&l);
}

/* Chance moves the whole way, within its bounds, by the seed and the node; it takes no draw where it has no bounds. */
static void test_jitter(void)
{
	struct loaded l = load(WITH("path: [[0s, 100, 0], [2s, 110, 0]], jitter: [5, 2]"));
	double least[2] = { 1e9, 1e9 }, most[2] = { -1e9, -1e9 };

	for (uint64_t seed = 1; l.m && seed <= 500; seed++) {
		struct rng a = rng_make(seed, "mn", "place"), b = rng_make(seed, "mn", "place");
		GArray *way = motion_way(l.m, 0, &a, l.s->duration), *same = motion_way(l.m, 0, &b, l.s->duration);
		const struct scen_waypoint *p = (const struct scen_waypoint *)(void *)way->data;

		CU_ASSERT_FALSE(memcmp(way->data, same->data, way->len * sizeof *p));
		CU_ASSERT_DOUBLE_EQUAL(p[1].x - p[0].x, 10, 1e-9);
		CU_ASSERT_EQUAL(p[1].t, 2 * S);
		least[0] = fmin(least[0], p->x - 100);
		most[0] = fmax(most[0], p->x - 100);
		least[1] = fmin(least[1], p->y);
		most[1] = fmax(most[1], p->y);
		g_array_unref(way);
		g_array_unref(same);
	}
	CU_ASSERT_TRUE(least[0] >= -5 && least[0] < -4.5 && most[0] <= 5 && most[0] > 4.5);
	CU_ASSERT_TRUE(least[1] >= -2 && least[1] < -1.8 && most[1] <= 2 && most[1] > 1.8);
	unload(&l);
}

static void test_the_end(void)
{
	struct loaded l = load("  rest: 3s\n" WITH("path: [[0, 0], [100, 0]], speed: 10, depart: 4s"));

	CU_ASSERT_EQUAL(l.s->duration, 17 * S);
	unload(&l);
	l = load("  rest: 3s\n" WITH("path: [[0, 0], [100, 0]], speed: 1"));
	CU_ASSERT_EQUAL(l.s->duration, 60 * S);		/* the most */
	unload(&l);
	l = load("  rest: 3s\n" WITH("at: [0, 0], velocity: [1, 0]"));
	CU_ASSERT_EQUAL(l.s->duration, 60 * S);		/* nobody arrives */
	unload(&l);
	l = load(WITH("path: [[0, 0], [100, 0]], speed: 10"));
	CU_ASSERT_EQUAL(l.s->duration, 60 * S);
	unload(&l);
}

int main(int argc, char **argv)
{
	static const struct harness_test tests[] = {
		{ "standing and velocities", test_standing_and_velocities },
		{ "paths", test_paths },
		{ "files", test_files },
		{ "groups", test_groups },
		{ "jitter", test_jitter },
		{ "the run ends when all have arrived", test_the_end },
	};
	int code;

	folder = g_dir_make_tmp("mooring-XXXXXX", NULL);
	code = harness_main("scen_motion", tests, G_N_ELEMENTS(tests), argc, argv);
	char *path = g_build_filename(folder, "way.yaml", NULL);

	g_remove(path);
	g_rmdir(folder);
	g_free(path);
	g_free(folder);
	return code;
}
