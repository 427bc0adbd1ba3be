/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Traces of signalling in ESP: with the run's own key files an independent dissector decrypts every packet, finds every
 * ICV right and reads the Binding Updates, for every algorithm; with one wrong digit it does not.
 */
#include <glib/gstdio.h>
#include <stdlib.h>

#include "tests/pair/esp_keys.h"
#include "traces/keys.h"
#include "traces/ladder.h"
#include "traces/traces.h"

/* Attach over IPv6, WLAN behind a NAT, IPv4, home. */
static bool traced_run(const char *dir, uint16_t encr, uint16_t key_bits, uint16_t integ, unsigned more)
{
	struct trace_options o = { .files = TRACE_PCAPNG | TRACE_WIRESHARK | TRACE_EVENTS | more, .run = "esp" };
	struct rig *r = rig_new();
	struct esp_keys k;
	struct trace_writer *t;
	bool ok;

	rig_build(r);
	t = trace_writer_new(r->w, dir, &o, NULL);
	esp_keys_new(&k, r);
	esp_keys_install(&k, r, encr, key_bits, integ);
	rig_registered(r, "lte", r->lte);
	rig_move(r, "wlan", r->wlan);
	rig_run(r, S(8));
	rig_move(r, "wlan", r->wlan4);
	rig_run(r, S(8));
	rig_move(r, "home", r->home);
	rig_run(r, S(8));
	ok = t && trace_writer_finish(t, &(struct trace_result){ .verdict = VERDICT_PASS }, NULL);
	CU_ASSERT_EQUAL(dsmip_ue_state(r->d), DSMIP_HOME);
	rig_free(r);
	esp_keys_free(&k);
	return ok;
}

struct said {
	unsigned packets, mobility, bus, bas, unprotected, good, bad, malformed;
};

/* What tshark says with the run's profile about the frames as they were sent. False: there is no tshark. */
static bool ask(const char *dir, struct said *n)
{
	char *program = g_find_program_in_path("tshark"), *path = g_build_filename(dir, "trace.pcapng", NULL);
	char *config = g_build_filename(dir, "wireshark", NULL), *out = NULL, **lines;
	const char *argv[] = { program, "-r", path, "-Y", "frame.packet_flags_direction == 2 && (esp || mipv6)", "-T",
			       "fields", "-E", "separator=,", "-e", "esp.spi", "-e", "mip6.mhtype", "-e", "esp.icv_good",
			       "-e", "esp.icv_bad", "-e", "_ws.malformed", NULL };
	char **env = g_environ_setenv(g_get_environ(), "WIRESHARK_CONFIG_DIR", config, TRUE);

	*n = (struct said){ 0 };
	if (program) {
		CU_ASSERT(g_spawn_sync(NULL, (char **)argv, env, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &out, NULL, NULL, NULL));
		lines = g_strsplit(out ? out : "", "\n", -1);
		for (char **l = lines; *l && **l; l++) {
			char **f = g_strsplit(*l, ",", 5);

			n->packets += *f[0] != '\0';
			n->mobility += *f[0] && *f[1];
			n->bus += !strcmp(f[1], "5");
			n->bas += !strcmp(f[1], "6");
			n->unprotected += !*f[0];
			n->good += !strcmp(f[2], "1");
			n->bad += !strcmp(f[3], "1");
			n->malformed += *f[4] != '\0';
			g_strfreev(f);
		}
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

static void judge(uint16_t encr, uint16_t key_bits, uint16_t integ)
{
	char *dir = g_dir_make_tmp("moor-XXXXXX", NULL);
	struct said n;

	CU_ASSERT(traced_run(dir, encr, key_bits, integ, 0));
	if (ask(dir, &n)) {
		CU_ASSERT(n.packets >= 8 && n.mobility == n.packets && n.bus >= 4 && n.bas >= 4);
		CU_ASSERT(!n.unprotected && !n.bad && !n.malformed);
		CU_ASSERT_EQUAL(n.good, n.packets);
	}
	rig_remove_folder(dir);
	g_free(dir);
}

static void every_algorithm(void)
{
	judge(CRYPTO_ENCR_AES_CBC, 128, CRYPTO_INTEG_SHA1_96);
	judge(CRYPTO_ENCR_AES_CBC, 256, CRYPTO_INTEG_SHA256_128);
	judge(CRYPTO_ENCR_AES_GCM_16, 128, CRYPTO_INTEG_NONE);
	judge(CRYPTO_ENCR_AES_GCM_16, 256, CRYPTO_INTEG_NONE);
	judge(CRYPTO_ENCR_NULL, 0, CRYPTO_INTEG_SHA1_96);
	judge(CRYPTO_ENCR_NULL, 0, CRYPTO_INTEG_SHA256_128);
}

static char *key_file(const char *dir, const char *name)
{
	char *path = g_build_filename(dir, "wireshark", name, NULL), *text = NULL;

	g_file_get_contents(path, &text, NULL, NULL);
	g_free(path);
	return text;
}

static void wrong_digit(void)
{
	char *dir = g_dir_make_tmp("moor-XXXXXX", NULL), *text, *path, *key;
	struct said n;

	CU_ASSERT(traced_run(dir, CRYPTO_ENCR_AES_CBC, 256, CRYPTO_INTEG_SHA256_128, 0));
	text = key_file(dir, KEYS_ESP);
	key = text ? strstr(text, "[RFC4868]\",\"0x") : NULL;
	CU_ASSERT(key != NULL);
	for (; key; key = strstr(key + 1, "[RFC4868]\",\"0x"))
		key[20] ^= 1;
	path = g_build_filename(dir, "wireshark", KEYS_ESP, NULL);
	CU_ASSERT(g_file_set_contents(path, text ? text : "", -1, NULL));
	if (ask(dir, &n))
		CU_ASSERT(n.packets >= 8 && n.good == 0 && n.bad == n.packets);
	g_free(path);
	g_free(text);
	rig_remove_folder(dir);
	g_free(dir);
}

static unsigned secured(const char *events)
{
	unsigned n = 0;

	while ((events = strstr(events, "\"secured\":true"))) {
		n++;
		events++;
	}
	return n;
}

/* Each SA once although both its ends tell it; the same whether the run is recorded in binary or not. */
static void told_once(void)
{
	char *dir = g_dir_make_tmp("moor-XXXXXX", NULL), *text[2], *events[2];

	for (unsigned i = 0; i < 2; i++) {
		CU_ASSERT(traced_run(dir, CRYPTO_ENCR_AES_GCM_16, 128, 0, i ? TRACE_BINARY : 0));
		text[i] = key_file(dir, KEYS_ESP);
		events[i] = key_file(dir, "../events.jsonl");
	}
	CU_ASSERT(text[0] && text[1] && !strcmp(text[0], text[1]));
	CU_ASSERT(events[0] && events[1] && secured(events[0]) >= 16 && secured(events[0]) == secured(events[1]));
	if (text[0]) {
		char **lines = g_strsplit(text[0], "\n", -1);

		CU_ASSERT_EQUAL(g_strv_length(lines), 3);		/* one each way, and the end */
		CU_ASSERT(g_str_has_prefix(text[0], "\"IPv6\",\"*\",\"*\",\"0x"));
		g_strfreev(lines);
	}
	CU_ASSERT(events[0] && !strstr(events[0], "\"kind\":\"keys\""));
	for (unsigned i = 0; i < 2; i++) {
		g_free(text[i]);
		g_free(events[i]);
	}
	rig_remove_folder(dir);
	g_free(dir);
}

static bool holds(const char *dir, const char *name, const char *words)
{
	char *path = g_build_filename(dir, name, NULL), *text = NULL;
	gsize n = 0;
	bool found = false;

	if (g_file_get_contents(path, &text, &n, NULL))
		found = memmem(text, n, words, strlen(words)) != NULL;
	g_free(text);
	g_free(path);
	return found;
}

/* Ladder and comments speak of what was inside, and the ladder knows where it was lost. */
static bool any(void *arg, const struct moor_port *from, const uint8_t *frame, size_t n)
{
	(void)arg, (void)from;
	return n > 60 && frame[20] == 60;		/* a destination options header: only Binding Updates have one */
}

static void in_words(void)
{
	struct trace_options o = { .files = TRACE_PCAPNG | TRACE_EVENTS, .run = "esp" };
	char *dir = g_dir_make_tmp("moor-XXXXXX", NULL);
	struct rig *r = rig_new();
	struct esp_keys k;
	struct trace_writer *t;
	struct ladder *l;
	char *path, *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	rig_build(r);
	t = trace_writer_new(r->w, dir, &o, NULL);
	esp_keys_new(&k, r);
	esp_keys_install(&k, r, CRYPTO_ENCR_AES_CBC, 128, CRYPTO_INTEG_SHA1_96);
	moor_link_lose(r->lte, any, NULL, 1);
	rig_registered(r, "lte", r->lte);
	rig_move(r, "wlan", r->wlan);
	rig_run(r, S(8));
	CU_ASSERT(t && trace_writer_finish(t, &(struct trace_result){ .verdict = VERDICT_PASS }, NULL));
	CU_ASSERT(holds(dir, "trace.pcapng", "ESP spi 0x") && holds(dir, "trace.pcapng", ": BU seq 1 "));
	CU_ASSERT(holds(dir, "trace.pcapng", ": BA seq 2 "));
	path = g_build_filename(dir, "events.jsonl", NULL);
	l = ladder_from_events(path, &(struct ladder_options){ .width = 160 }, NULL);
	if (l)
		ladder_text(l, f);
	fclose(f);
	CU_ASSERT(strstr(text, "[ESP] BU seq 1 ") && strstr(text, "LOST: fault at ue") && strstr(text, "[ESP UDP NAT] BA"));
	if (!strstr(text, "LOST: fault"))
		fputs(text, stderr);
	ladder_free(l);
	free(text);
	g_free(path);
	rig_free(r);
	esp_keys_free(&k);
	rig_remove_folder(dir);
	g_free(dir);
}

/* The lines as tshark 4.0 reads them, and as other programs have written them. */
static void forms(void)
{
	static const uint8_t e[2][16] = { { 0xde, 0xad }, { 0xbe, 0xef } }, a[2][20] = { { 1 }, { 2 } };
	struct rec_keys k = { .spi_i = 0x0f60c7887e341287, .spi_r = 0xcef40ce51e54b131, .encr = CRYPTO_ENCR_AES_CBC,
			      .key_bits = 128, .integ = CRYPTO_INTEG_SHA1_96, .encr_len = 16, .integ_len = 20,
			      .encr_i = e[0], .encr_r = e[1], .integ_i = a[0], .integ_r = a[1] };
	char *line = trace_keys_ike(&k);

	CU_ASSERT_STRING_EQUAL(line, "0f60c7887e341287,cef40ce51e54b131,dead0000000000000000000000000000,"
			       "beef0000000000000000000000000000,\"AES-CBC-128 [RFC3602]\","
			       "0100000000000000000000000000000000000000,0200000000000000000000000000000000000000,"
			       "\"HMAC_SHA1_96 [RFC2404]\"\n");
	g_free(line);
	k.spi_i = 0x1234;
	ip6_parse("2001:db8::1", &k.a);
	line = trace_keys_esp(&k, false);
	CU_ASSERT_STRING_EQUAL(line, "\"IPv6\",\"2001:db8::1\",\"*\",\"0x00001234\",\"AES-CBC [RFC3602]\","
			       "\"0xdead0000000000000000000000000000\",\"HMAC-SHA-1-96 [RFC2404]\","
			       "\"0x0100000000000000000000000000000000000000\"\n");
	g_free(line);
	k.encr = 3;
	CU_ASSERT(!trace_keys_ike(&k) && !trace_keys_esp(&k, true));
}

int main(int argc, char **argv)
{
	static const struct harness_test tests[] = {
		{ "tshark decrypts every packet with the run's keys", every_algorithm },
		{ "and with one wrong digit none", wrong_digit },
		{ "an SA stands in the file once", told_once },
		{ "ladder and comments say what is inside", in_words },
		{ "the lines of the key files", forms },
	};

	return harness_main("esp_traces", tests, G_N_ELEMENTS(tests), argc, argv);
}
