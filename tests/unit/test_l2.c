/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Recordings of media without ns-3: a replay that is recorded again gives the same recording; every line damaged in
 * turn, every octet changed and every length that an interrupted run may leave is either read or refused by its line;
 * and what befalls frames that are not in the recording. It implements no clause.
 */
#include "tests/unit/harness.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/l2_channel.h"
#include "scenarios/run.h"
#include "traces/l2_read.h"
#include "traces/l2_record.h"

#define EVERY 23u			/* of the damaged recordings that can be read, which one is run */

static char *folder, *recording, *scenario, *victim;
static gsize recording_len;
static unsigned read_well, refused, ran;

static char *top_file(const char *relative)
{
	const char *top = g_getenv("MOORING_TOP");

	return g_build_filename(top ? top : ".", relative, NULL);
}

static char *contents(void)
{
	char *text = NULL;

	CU_ASSERT_TRUE(g_file_get_contents(recording, &text, NULL, NULL));
	return text;
}

static void put(const char *text, gsize len)
{
	FILE *f = fopen(victim, "w");

	CU_ASSERT_TRUE(f && fwrite(text, 1, len, f) == len);
	if (f)
		fclose(f);
}

/* ---- running ----------------------------------------------------------------------------------------------------- */

static enum run_trouble run(const char *from, const char *record, char **error)
{
	char *set = g_strconcat("links.from=", from, NULL), *overrides[] = { set, NULL };
	struct scen_point point = { overrides };
	struct run_options o = { .name = "walk", .seed = 1, .record_l2 = record };
	struct run_result result;
	struct report report;
	struct scen_file *f;
	enum run_trouble t;

	report_init(&report);
	f = scen_open(scenario, &report);
	CU_ASSERT_PTR_NOT_NULL(f);
	if (!f)
		exit(1);
	run_scenario(f, &point, &o, &result);
	t = result.trouble;
	*error = g_strdup(result.error);
	run_result_done(&result);
	scen_close(f);
	report_done(&report);
	g_free(set);
	return t;
}

static void test_recorded_again(void)
{
	char *error, *text, *theirs = contents();

	CU_ASSERT_EQUAL(run(recording, victim, &error), RUN_FINE);
	g_free(error);
	CU_ASSERT_TRUE(g_file_get_contents(victim, &text, NULL, NULL));
	CU_ASSERT_STRING_EQUAL(strchr(text, '\n'), strchr(theirs, '\n'));	/* the first lines name their engines */
	g_free(text);
	g_free(theirs);
}

/* ---- damage ------------------------------------------------------------------------------------------------------ */

/* It is read, and then it runs or is refused; or it is refused by its line. */
static void judge(const char *text, gsize len)
{
	GError *error = NULL;
	struct l2_file *f;
	char *place = g_strconcat(victim, ":", NULL), *why;

	f = l2_read_text(victim, text, len, &error);
	if (f) {
		if (read_well++ % EVERY == 0) {
			enum run_trouble t;

			put(text, len);
			t = run(victim, NULL, &why);
			CU_ASSERT_TRUE(t == RUN_FINE || (t == RUN_REFUSED && why && strstr(why, victim)));
			g_free(why);
			ran++;
		}
	} else {
		refused++;
		CU_ASSERT_TRUE(error && g_str_has_prefix(error->message, place)
			       && g_ascii_isdigit(error->message[strlen(place)]));
		g_clear_error(&error);
	}
	l2_file_free(f);
	g_free(place);
}

static void judge_lines(char **lines)
{
	char *text = g_strjoinv("\n", lines);

	judge(text, strlen(text));
	g_free(text);
}

/* Each word of a line by each of some others. */
static void damage_words(char **lines, guint i)
{
	static const char *const others[] = { "", "0", "1", "-1", "4294967295", "99999999999999999999", "wlan", "-", "%n", "é",
					      "what=left" };
	char *line = lines[i], **words = g_strsplit(line, " ", -1);

	for (guint k = 0; words[k]; k++)
		for (guint o = (i + k) % 2; o < G_N_ELEMENTS(others); o += 2) {
			char *own = words[k];

			words[k] = (char *)others[o];
			lines[i] = g_strjoinv(" ", words);
			words[k] = own;
			judge_lines(lines);
			g_free(lines[i]);
		}
	g_strfreev(words);
	lines[i] = line;
}

static void damage_line(char **lines, guint n, guint i)
{
	char *line = lines[i], *next = i + 1 < n ? lines[i + 1] : NULL;

	lines[i] = g_strdup_printf("%s\n%s", line, line);	/* twice */
	judge_lines(lines);
	g_free(lines[i]);
	lines[i] = g_strdup_printf("%s 1", line);
	judge_lines(lines);
	g_free(lines[i]);
	lines[i] = (char *)"";
	judge_lines(lines);
	if (next) {						/* it and the next one change places */
		lines[i] = next;
		lines[i + 1] = line;
		judge_lines(lines);
		lines[i + 1] = next;
	}
	lines[i] = line;
	damage_words(lines, i);
}

static void test_every_line_damaged(void)
{
	char *text = contents(), **lines;
	guint n;

	lines = g_strsplit(text, "\n", -1);
	n = g_strv_length(lines);
	CU_ASSERT_TRUE(n > 300);
	for (guint i = 0; i < n - 1; i += i < 90 ? 1 : 5)	/* the handover is at the 75th */
		damage_line(lines, n, i);
	g_strfreev(lines);
	g_free(text);
	printf("%u damaged recordings: %u were read, %u of these ran or were refused, %u were refused by a line\n",
	       read_well + refused, read_well, ran, refused);
	CU_ASSERT_TRUE(read_well > 100 && refused > 1000);
}

static void test_cut_at_every_length(void)
{
	char *text = contents();
	gsize first = strcspn(text, "\n") + 1, last = 0;

	for (gsize len = recording_len; len; len -= MIN(len, 7)) {
		struct l2_file *f;

		f = l2_read_text(victim, text, len, NULL);
		CU_ASSERT_EQUAL(f != NULL, len >= first);
		if (f && last)
			CU_ASSERT_TRUE(f->items->len <= last && !f->whole);
		if (f && !last)
			CU_ASSERT_TRUE(f->whole && f->end == 7 * MOOR_S);
		last = f ? f->items->len + 1 : last;
		l2_file_free(f);
	}
	g_free(text);
}

static void test_every_octet_changed(void)
{
	char *text = contents();

	for (gsize i = 0; i < recording_len; i += 5) {
		char own = text[i];

		text[i] = (char)(own ^ (1 << i % 8));
		judge(text, recording_len);
		text[i] = own;
	}
	g_free(text);
}

/* ---- the channel ------------------------------------------------------------------------------------------------- */

#define MS(n) #n "000000"
static const char small[] =
	"mooring-l2 1 scenario=s hash=0 seed=1 engine=ns3 version=0\n"
	"link 0 l\nport 0 a x\nport 1 b x\nport 2 c x\nin 0 0 0\nin 0 1 0\nin 0 2 0\n"
	"tx " MS(1000) " 1 0 0 100 1\nrx " MS(1002) " 1 1 100\n"
	"tx " MS(1010) " 2 0 0 100 1\n"
	"tx " MS(1020) " 3 0 0 100 1\nrx " MS(1023) " 3 1 100\n"
	"tx " MS(1050) " 4 0 0 100 *\nrx " MS(1059) " 4 1 100\n"
	"no " MS(1060) " 5 0 0 100 1\n"
	"out " MS(1100) " 2 0\n"
	"tx " MS(2000) " 6 0 0 100 *\nrx " MS(2004) " 6 1 100\n"
	"tx " MS(2005) " 7 1 0 100 ?\nrx " MS(2006) " 7 0 100\n";

static void test_the_channel_of_a_time(void)
{
	struct l2_file *f;
	struct l2_channel *c;

	f = l2_read_text("small", small, strlen(small), NULL);
	CU_ASSERT_PTR_NOT_NULL(f);
	if (!f)
		return;
	CU_ASSERT_FALSE(f->whole);
	c = l2_channel_new(f);
	CU_ASSERT_EQUAL(l2_channel_delay(c, 0, 1, 1000 * MOOR_MS, false), 2 * MOOR_MS);
	CU_ASSERT_EQUAL(l2_channel_delay(c, 0, 1, 1005 * MOOR_MS, false), 2 * MOOR_MS);	/* as near: the earlier */
	CU_ASSERT_EQUAL(l2_channel_delay(c, 0, 1, 1006 * MOOR_MS, false), L2_LOST);
	CU_ASSERT_EQUAL(l2_channel_delay(c, 0, 1, 1016 * MOOR_MS, false), 3 * MOOR_MS);
	CU_ASSERT_EQUAL(l2_channel_delay(c, 0, 1, 1050 * MOOR_MS, false), 3 * MOOR_MS);	/* unicast by unicast */
	CU_ASSERT_EQUAL(l2_channel_delay(c, 0, 1, 1020 * MOOR_MS, true), 9 * MOOR_MS);
	CU_ASSERT_EQUAL(l2_channel_delay(c, 0, 1, 1120 * MOOR_MS, false), 3 * MOOR_MS);	/* the window's edge */
	CU_ASSERT_EQUAL(l2_channel_delay(c, 0, 1, 1121 * MOOR_MS, false), 9 * MOOR_MS);	/* no unicast within it */
	CU_ASSERT_EQUAL(l2_channel_delay(c, 0, 1, 1500 * MOOR_MS, false), 4 * MOOR_MS);	/* the median of 2, 3, 4, 9 */
	CU_ASSERT_EQUAL(l2_channel_delay(c, 0, 2, 1050 * MOOR_MS, true), L2_LOST);	/* c was there and did not hear it */
	CU_ASSERT_EQUAL(l2_channel_delay(c, 0, 2, 2000 * MOOR_MS, true), 3 * MOOR_MS);	/* it was not: of all, 1 2 3 4 9 */
	CU_ASSERT_EQUAL(l2_channel_delay(c, 1, 0, 2005 * MOOR_MS, false), 1 * MOOR_MS);
	CU_ASSERT_EQUAL(l2_channel_delay(c, 2, 0, 2005 * MOOR_MS, false), 3 * MOOR_MS);	/* nothing is known: of all */
	CU_ASSERT_EQUAL(l2_channel_delay(c, L2_NONE, 0, 2005 * MOOR_MS, false), 3 * MOOR_MS);
	l2_channel_free(c);
	l2_file_free(f);
}

static const struct harness_test tests[] = {
	{ "a replay recorded again is the recording", test_recorded_again },
	{ "every line damaged", test_every_line_damaged },
	{ "cut at every length", test_cut_at_every_length },
	{ "every octet changed", test_every_octet_changed },
	{ "the channel of a time", test_the_channel_of_a_time },
};

int main(int argc, char **argv)
{
	char *text;
	int code;

	folder = g_dir_make_tmp("mooring-XXXXXX", NULL);
	victim = g_build_filename(folder, "victim.l2", NULL);
	recording = top_file("tests/sim/radio/walk.l2");
	scenario = top_file("tests/sim/radio/walk.yaml");
	if (!g_file_get_contents(recording, &text, &recording_len, NULL))
		return 1;
	g_free(text);
	code = harness_main("l2", tests, G_N_ELEMENTS(tests), argc, argv);
	g_unlink(victim);
	g_rmdir(folder);
	g_free(victim);
	g_free(recording);
	g_free(scenario);
	g_free(folder);
	return code;
}
