/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Phases of steps as spans on an axis, and pages as SVG, PNG and PDF: the same octets for the same steps, an error
 * where there is nothing to draw or no place to write to.
 */
#include <glib/gstdio.h>
#include <string.h>

#include "tests/unit/harness.h"
#include "traces/phases.h"

static struct spread_row step(const char *name, enum step_kind kind)
{
	struct spread_row r = { .kind = kind, .outcome = OUTCOME_OK };

	g_strlcpy(r.node, "ue", sizeof r.node);
	g_strlcpy(r.step, name, sizeof r.step);
	for (int i = 0; i < METRICS; i++)
		r.v[i] = METRIC_ABSENT;
	return r;
}

static struct spread_row handover(void)
{
	struct spread_row r = step("a > b", STEP_HANDOVER);

	r.v[M_L2_GAP] = 50 * MOOR_MS;
	r.v[M_DETECTION] = 20 * MOOR_MS;
	r.v[M_DAD] = MOOR_S;
	r.v[M_DISCOVERY] = 0;
	r.v[M_REGISTRATION_RTT] = 30 * MOOR_MS;
	r.v[M_TOTAL] = 1100 * MOOR_MS;
	r.v[M_FIRST_DOWN] = 1110 * MOOR_MS;
	r.v[M_GAP_DOWN] = 1130 * MOOR_MS;
	r.v[M_LOST_DOWN] = 56;
	return r;
}

static void test_spans(void)
{
	static const struct phases_span wanted[] = {
		{ M_L2_GAP, 0, 50 * MOOR_MS }, { M_DETECTION, 50 * MOOR_MS, 70 * MOOR_MS },
		{ M_DAD, 70 * MOOR_MS, 1070 * MOOR_MS }, { M_REGISTRATION_RTT, 1070 * MOOR_MS, 1100 * MOOR_MS },
	};
	struct spread_row r = handover();
	struct phases_span spans[PHASES];
	guint n = phases_spans(&r, spans);

	CU_ASSERT_EQUAL(n, G_N_ELEMENTS(wanted));
	for (guint i = 0; i < MIN(n, G_N_ELEMENTS(wanted)); i++) {
		CU_ASSERT_EQUAL(spans[i].id, wanted[i].id);
		CU_ASSERT_EQUAL(spans[i].from, wanted[i].from);
		CU_ASSERT_EQUAL(spans[i].to, wanted[i].to);
	}
	r = step("a", STEP_ATTACH);
	CU_ASSERT_EQUAL(phases_spans(&r, spans), 0);
}

/* Each format begins as it must, and is the same a second time. */
static void test_formats(void)
{
	static const struct { const char *name, *begin; } formats[] = {
		{ "x.svg", "<?xml" }, { "x.png", "\x89PNG" }, { "x.pdf", "%PDF" },
	};
	const struct spread_row rows[] = { handover(), step("c", STEP_ATTACH), handover() };
	const struct phases_options o = { .title = "a title that is far too long for a picture of this width, far too long",
					  .width = 252 };
	char *dir = g_dir_make_tmp("mooring-XXXXXX", NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(formats); i++) {
		char *path = g_build_filename(dir, formats[i].name, NULL), *first = NULL, *second = NULL;
		gsize n = 0, again = 0;

		CU_ASSERT(phases_draw(rows, 3, &o, path, NULL) && g_file_get_contents(path, &first, &n, NULL));
		CU_ASSERT(phases_draw(rows, 3, &o, path, NULL) && g_file_get_contents(path, &second, &again, NULL));
		CU_ASSERT(first && second && n == again && !memcmp(first, second, n));
		CU_ASSERT(first && g_str_has_prefix(first, formats[i].begin));
		g_unlink(path);
		g_free(first);
		g_free(second);
		g_free(path);
	}
	g_rmdir(dir);
	g_free(dir);
}

static void test_nothing(void)
{
	const struct spread_row rows[] = { handover(), step("c", STEP_ATTACH) };
	struct phases_options o = { .width = 252, .step = "attach" };
	GError *error = NULL;

	CU_ASSERT_FALSE(phases_draw(rows, 2, &o, "/nonexistent/x.svg", &error));
	CU_ASSERT_STRING_EQUAL(error ? error->message : "",
			       "phases were seen in none of 2 steps with `attach` in their names");
	g_clear_error(&error);
	o.step = "a > b";
	CU_ASSERT_FALSE(phases_draw(rows, 2, &o, "/nonexistent/x.svg", &error));
	CU_ASSERT(error && strstr(error->message, "/nonexistent"));
	g_clear_error(&error);
}

int main(int argc, char **argv)
{
	static const struct harness_test tests[] = {
		{ "phases one behind the other", test_spans },
		{ "SVG, PNG and PDF", test_formats },
		{ "nothing to draw", test_nothing },
	};

	return harness_main("phases", tests, G_N_ELEMENTS(tests), argc, argv);
}
