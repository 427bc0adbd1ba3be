/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The trace of a whole attach with IKEv2, EAP-AKA and ESP: an independent dissector reads every encrypted message with
 * the run's own profile and finds every ICV right, for each suite; the steps have their phases IKE and AAA, which add
 * up; ladder and comments say what was inside.
 */
#include <glib/gstdio.h>
#include <stdlib.h>

#include "tests/pair/s2c.h"
#include "traces/keys.h"
#include "traces/ladder.h"
#include "traces/traces.h"

/* Attach over IPv6, move behind a NAT, detach. rows: where the steps go; may be NULL. */
static bool traced(struct s2c *s, const char *dir, struct handover_row *rows, size_t *n_rows)
{
	struct trace_options o = { .files = TRACE_PCAPNG | TRACE_WIRESHARK | TRACE_EVENTS | TRACE_HANDOVERS, .run = "s2c" };
	struct trace_writer *t;
	const struct handover_row *all;
	struct metrics *m;
	bool ok;

	s2c_build(s);
	m = metrics_new(&(struct metrics_config){ trace_names_of_world(s->r->w), 100 });
	metrics_attach(m, s->r->w);
	o.metrics = m;
	t = trace_writer_new(s->r->w, dir, &o, NULL);
	s2c_registered(s, "lte", s->r->lte);
	rig_move(s->r, "wlan", s->r->wlan);
	rig_run(s->r, S(20));
	ue_detach(s->r->ue);
	rig_run(s->r, S(10));
	ok = t && trace_writer_finish(t, &(struct trace_result){ .verdict = VERDICT_PASS }, NULL);
	all = metrics_rows(m, n_rows);
	for (size_t i = 0; rows && i < *n_rows && i < 8; i++)
		rows[i] = all[i];
	metrics_free(m);
	return ok;
}

/* ---- tshark ------------------------------------------------------------------------------------------------------ */

struct said {
	unsigned sealed, opened, eap, esp, good, mobility, malformed, bad;
};

static void count_line(struct said *n, const char *line)
{
	char **f = g_strsplit(line, "|", -1);

	if (g_strv_length(f) == 9) {
		n->sealed += *f[0] != '\0';		/* an Encrypted payload */
		n->opened += *f[0] && *f[1];
		n->eap += *f[2] != '\0';
		n->esp += *f[3] != '\0';
		n->good += !strcmp(f[4], "1");
		n->mobility += *f[3] && *f[5];
		n->malformed += *f[6] != '\0';
		n->bad += *f[7] || !strcmp(f[8], "1");
	} else {
		CU_FAIL("a line of tshark's");
	}
	g_strfreev(f);
}

static bool ask(const char *dir, struct said *n)
{
	char *program = g_find_program_in_path("tshark"), *path = g_build_filename(dir, "trace.pcapng", NULL);
	char *config = g_build_filename(dir, "wireshark", NULL), *out = NULL, **lines;
	const char *argv[] = { program, "-r", path, "-Y", "frame.packet_flags_direction == 2 && (isakmp || esp || mipv6)",
			       "-T", "fields", "-E", "separator=|", "-E", "occurrence=f", "-e", "isakmp.enc.icd", "-e",
			       "isakmp.enc.decrypted", "-e", "eap.aka.subtype", "-e", "esp.spi", "-e", "esp.icv_good", "-e",
			       "mip6.mhtype", "-e", "_ws.malformed", "-e", "isakmp.ikev2.integrity_checksum", "-e",
			       "esp.icv_bad", NULL };
	char **env = g_environ_setenv(g_get_environ(), "WIRESHARK_CONFIG_DIR", config, TRUE);

	*n = (struct said){ 0 };
	if (program) {
		CU_ASSERT(g_spawn_sync(NULL, (char **)argv, env, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &out, NULL, NULL, NULL));
		lines = g_strsplit(g_strchomp(out ? out : g_strdup("")), "\n", -1);
		for (char **l = lines; *l && **l; l++)
			count_line(n, *l);
		g_strfreev(lines);
	} else {
		harness_skip("no tshark");
	}
	g_strfreev(env);
	g_free(out);
	g_free(config);
	g_free(path);
	g_free(program);
	return program != NULL;
}

static void judge(const struct ike_suite *ike, const struct ike_suite *esp)
{
	char *dir = g_dir_make_tmp("moor-XXXXXX", NULL);
	struct s2c *s = s2c_new();
	struct said n;
	size_t rows;

	s->ue_ike.ike[0] = s->ha_ike.ike[0] = *ike;
	s->ue_ike.esp[0] = s->ha_ike.esp[0] = *esp;
	s->ue_ike.n_ike = s->ha_ike.n_ike = s->ue_ike.n_esp = s->ha_ike.n_esp = 1;
	CU_ASSERT(traced(s, dir, NULL, &rows));
	if (ask(dir, &n)) {
		CU_ASSERT(n.sealed >= 10 && n.opened == n.sealed);
		CU_ASSERT(n.eap >= 2 && n.esp >= 6 && n.good == n.esp && n.mobility == n.esp);
		CU_ASSERT(!n.malformed && !n.bad);
		if (n.opened != n.sealed || n.malformed || n.bad || n.good != n.esp)
			fprintf(stderr, "sealed %u opened %u eap %u esp %u good %u mobility %u malformed %u bad %u\n", n.sealed, n.opened,
				n.eap, n.esp, n.good, n.mobility, n.malformed, n.bad);
	}
	s2c_free(s);
	rig_remove_folder(dir);
	g_free(dir);
}

static void every_suite(void)
{
	static const struct ike_suite ike[] = {
		{ IKE_ENCR_AES_CBC, 128, IKE_INTEG_HMAC_SHA2_256_128, IKE_PRF_HMAC_SHA2_256, IKE_DH_X25519 },
		{ IKE_ENCR_AES_CBC, 256, IKE_INTEG_HMAC_SHA1_96, IKE_PRF_HMAC_SHA1, IKE_DH_X25519 },
		{ IKE_ENCR_AES_GCM_16, 128, 0, IKE_PRF_HMAC_SHA2_256, IKE_DH_ECP_256 },
		{ IKE_ENCR_AES_GCM_16, 256, 0, IKE_PRF_HMAC_SHA2_256, IKE_DH_MODP_2048 },
	};
	static const struct ike_suite esp[] = {
		{ IKE_ENCR_AES_CBC, 128, IKE_INTEG_HMAC_SHA1_96, 0, 0 }, { IKE_ENCR_AES_GCM_16, 256, 0, 0, 0 },
		{ IKE_ENCR_AES_CBC, 256, IKE_INTEG_HMAC_SHA2_256_128, 0, 0 }, { IKE_ENCR_AES_GCM_16, 128, 0, 0, 0 },
	};

	for (unsigned i = 0; i < G_N_ELEMENTS(ike); i++)
		judge(&ike[i], &esp[i]);
}

/* The judge is able to say no: with a digit of SK_ai and SK_ar changed no ICV is right any more. */
static void wrong_digit(void)
{
	char *dir = g_dir_make_tmp("moor-XXXXXX", NULL), *path = g_build_filename(dir, "wireshark", KEYS_IKE, NULL);
	char *text = NULL;
	struct s2c *s = s2c_new();
	struct said n;
	size_t rows;
	char *integ;

	CU_ASSERT(traced(s, dir, NULL, &rows) && g_file_get_contents(path, &text, NULL, NULL));
	integ = text ? strstr(text, "]\",") : NULL;		/* behind the name of the cipher: SK_ai, SK_ar */
	CU_ASSERT(integ != NULL);
	if (integ) {
		integ[3] = integ[3] == '0' ? '1' : '0';
		integ = strchr(integ + 3, ',');
		integ[1] = integ[1] == '0' ? '1' : '0';
		g_file_set_contents(path, text, -1, NULL);
	}
	if (ask(dir, &n))
		CU_ASSERT(n.bad == n.sealed && n.sealed >= 10);
	g_free(text);
	g_free(path);
	s2c_free(s);
	rig_remove_folder(dir);
	g_free(dir);
}

/* ---- ours -------------------------------------------------------------------------------------------------------- */

static void phases(void)
{
	char *dir = g_dir_make_tmp("moor-XXXXXX", NULL);
	struct s2c *s = s2c_new();
	struct handover_row row[8];
	size_t n = 0;

	CU_ASSERT(traced(s, dir, row, &n));
	CU_ASSERT_EQUAL(n, 3);
	if (n == 3) {
		const int64_t *v = row[0].v;
		int64_t sum = 0;
		static const enum metric_id parts[] = { M_SOLICIT_WAIT, M_DETECTION, M_ADDRESS_WAIT, M_ADDRESS, M_DAD, M_IKE, M_AAA,
							M_BU_WAIT, M_REGISTRATION };

		for (unsigned i = 0; i < G_N_ELEMENTS(parts); i++)
			sum += v[parts[i]] == METRIC_ABSENT ? 0 : v[parts[i]];
		CU_ASSERT(row[0].kind == STEP_ATTACH && row[0].outcome == OUTCOME_OK && sum == v[M_TOTAL]);
		CU_ASSERT(v[M_IKE] > 100 * MOOR_MS && v[M_IKE] < 1 * MOOR_S && v[M_AAA] > 0 && v[M_AAA] < v[M_IKE]);
		CU_ASSERT(row[1].kind == STEP_HANDOVER && row[2].kind == STEP_DETACH);
		if (sum != v[M_TOTAL])
			fprintf(stderr, "ike %ld aaa %ld bu_wait %ld sum %ld total %ld\n", (long)v[M_IKE], (long)v[M_AAA],
				(long)v[M_BU_WAIT], (long)sum, (long)v[M_TOTAL]);
	}
	s2c_free(s);
	rig_remove_folder(dir);
	g_free(dir);
}

static void words(void)
{
	char *dir = g_dir_make_tmp("moor-XXXXXX", NULL), *path = g_build_filename(dir, "events.jsonl", NULL), *text = NULL;
	char *capture = g_build_filename(dir, "trace.pcapng", NULL), *octets = NULL;
	gsize size = 0;
	size_t n = 0;
	struct s2c *s = s2c_new();
	FILE *f = open_memstream(&text, &n);
	struct ladder *l;
	size_t rows;

	CU_ASSERT(traced(s, dir, NULL, &rows));
	l = ladder_from_events(path, &(struct ladder_options){ .width = 200 }, NULL);
	if (l)
		ladder_text(l, f);
	fclose(f);
	CU_ASSERT(strstr(text, "IKE_SA_INIT request") && strstr(text, "IKE_AUTH response mid 1 IDr CERT AUTH EAP"));
	CU_ASSERT(strstr(text, "[ESP] BU seq") && strstr(text, "[ESP UDP NAT] BA") && !strstr(text, "LOST"));
	if (!strstr(text, "IDr CERT AUTH EAP") || strstr(text, "LOST"))
		fputs(text, stderr);
	CU_ASSERT(g_file_get_contents(capture, &octets, &size, NULL));
	CU_ASSERT(memmem(octets, size, ": IDr CERT AUTH EAP", 19) != NULL && memmem(octets, size, ": BU seq", 8) != NULL);
	ladder_free(l);
	free(text);
	g_free(octets);
	g_free(capture);
	g_free(path);
	s2c_free(s);
	rig_remove_folder(dir);
	g_free(dir);
}

int main(int argc, char **argv)
{
	static const struct harness_test tests[] = {
		{ "tshark opens every message of every suite", every_suite },
		{ "and says so when a key is wrong", wrong_digit },
		{ "the phases of an attach add up", phases },
		{ "ladder and comments say what was inside", words },
	};

	return harness_main("esp_s2c", tests, G_N_ELEMENTS(tests), argc, argv);
}
