/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files of keys for replay: which file is which is told by what its lines look like, so that a folder of Wireshark's,
 * a single table or a file of facts can be named alike. It exists so that foreign captures are opened with the files
 * that their makers kept anyway. No clause.
 */
#include "emu/replay_keys.h"

#include <stdio.h>
#include <string.h>

enum { HEX_OCTETS_MAX = 1024, MSK_OCTETS = 64, MILENAGE_OCTETS = 16,
	IKE_SPI_OCTETS = 8, ESP_SPI_OCTETS = 4, IMSI_DIGITS_MAX = 15, IMSI_DIGITS_MIN = 6, WORDS_MAX = 6 };

struct replay_keys {
	GArray *ike, *esp, *facts;
	GStringChunk *texts;		/* names of files, IMSIs and octets */
	GPtrArray *octets;
};

struct replay_keys *replay_keys_new(void)
{
	struct replay_keys *k = g_new0(struct replay_keys, 1);

	k->ike = g_array_new(FALSE, TRUE, sizeof(struct key_ike));
	k->esp = g_array_new(FALSE, TRUE, sizeof(struct key_esp));
	k->facts = g_array_new(FALSE, TRUE, sizeof(struct key_fact));
	k->texts = g_string_chunk_new(256);
	k->octets = g_ptr_array_new_with_free_func(g_free);
	return k;
}

void replay_keys_free(struct replay_keys *k)
{
	if (!k)
		return;
	g_array_free(k->ike, TRUE);
	g_array_free(k->esp, TRUE);
	g_array_free(k->facts, TRUE);
	g_string_chunk_free(k->texts);
	g_ptr_array_free(k->octets, TRUE);
	g_free(k);
}

guint replay_keys_n_ike(const struct replay_keys *k) { return k->ike->len; }
guint replay_keys_n_esp(const struct replay_keys *k) { return k->esp->len; }
guint replay_keys_n_facts(const struct replay_keys *k) { return k->facts->len; }

guint replay_keys_count(const struct replay_keys *k)
{
	return k->ike->len + k->esp->len + k->facts->len;
}

struct key_ike *replay_keys_ike(const struct replay_keys *k, guint i)
{
	return &g_array_index(k->ike, struct key_ike, i);
}

struct key_esp *replay_keys_esp(const struct replay_keys *k, guint i)
{
	return &g_array_index(k->esp, struct key_esp, i);
}

struct key_fact *replay_keys_fact(const struct replay_keys *k, guint i)
{
	return &g_array_index(k->facts, struct key_fact, i);
}

const struct key_fact *replay_keys_find(const struct replay_keys *k, enum fact_kind kind, uint64_t spi)
{
	struct key_fact *any = NULL;

	for (guint i = k->facts->len; i-- > 0;) {
		struct key_fact *f = replay_keys_fact(k, i);

		if (f->kind != kind)
			continue;
		if (!f->any && f->spi == spi) {
			f->used = true;
			return f;
		}
		if (f->any && !any)
			any = f;
	}
	if (any)
		any->used = true;
	return any;
}

/* ---- our own form ------------------------------------------------------------------------------------------------ */

/* n1, n2: octets of the values; 0: none, -1: told by the text (any length, or one of those of Diffie-Hellman) */
static const struct fact_row { const char *name, *form; short n1, n2; } fact_rows[FACT_KINDS] = {
	[FACT_DH] = { "dh", "dh SPI g^ir", -1, 0 },
	[FACT_SK_D] = { "sk-d", "sk-d SPI SK_d", -1, 0 },
	[FACT_SK_P] = { "sk-p", "sk-p SPI SK_pi SK_pr", -1, -1 },
	[FACT_PRF] = { "prf", "prf SPI sha1|sha256", 0, 0 },
	[FACT_PSK] = { "psk", "psk SPI|* octets", -1, 0 },
	[FACT_USIM] = { "usim", "usim IMSI|* K OPc", MILENAGE_OCTETS, MILENAGE_OCTETS },
	[FACT_MSK] = { "msk", "msk SPI|* MSK", MSK_OCTETS, 0 },
	[FACT_K_AUT] = { "k-aut", "k-aut SPI|* K_aut", 16, 0 },
};

const char *fact_kind_name(enum fact_kind kind) { return fact_rows[kind].name; }

static bool fact_octets(struct replay_keys *k, const char *text, short n, const char *what, const uint8_t **out,
			uint16_t *n_out, char *why)
{
	uint8_t octets[HEX_OCTETS_MAX];
	char reason[KEYS_WHY / 2];
	size_t got;

	if (!g_ascii_strncasecmp(text, "0x", 2))
		text += 2;
	if (!keys_hex(text, octets, sizeof(octets), &got, reason, sizeof(reason))) {
		g_snprintf(why, KEYS_WHY, "%s: %s", what, reason);
		return false;
	}
	if (n > 0 && got != (size_t)n) {
		g_snprintf(why, KEYS_WHY, "%s: %zu digits, %d are wanted", what, 2 * got, 2 * n);
		return false;
	}
	*out = g_memdup2(octets, got);
	*n_out = (uint16_t)got;
	g_ptr_array_add(k->octets, (gpointer)(uintptr_t)*out);
	return true;
}

/* Values whose length is one of a few. */
static bool fact_lengths(const struct key_fact *f, char *why)
{
	static const uint16_t secrets[] = { 32, 48, 56, 66, 96, 128, 192, 256, 384, 512 };
	bool known = f->kind != FACT_DH;

	for (size_t i = 0; i < G_N_ELEMENTS(secrets); i++)
		known |= f->n_one == secrets[i];
	if (!known) {
		g_snprintf(why, KEYS_WHY, "g^ir: %d digits; a secret of P-256 or X25519 has 64, one of MODP-2048 512, leading zeros "
			   "included", 2 * f->n_one);
		return false;
	}
	if ((f->kind == FACT_SK_D || f->kind == FACT_SK_P) && f->n_one != 20 && f->n_one != 32) {
		g_snprintf(why, KEYS_WHY, "%s: %d digits, a key of SHA-1 has 40, one of SHA2-256 64",
			   f->kind == FACT_SK_D ? "SK_d" : "SK_pi", 2 * f->n_one);
		return false;
	}
	if (f->kind == FACT_SK_P && f->n_two != f->n_one) {
		g_snprintf(why, KEYS_WHY, "SK_pr: %d digits, but SK_pi has %d", 2 * f->n_two, 2 * f->n_one);
		return false;
	}
	return true;
}

static bool fact_who(struct replay_keys *k, struct key_fact *f, const char *text, char *why)
{
	char reason[KEYS_WHY / 2];
	uint8_t spi[IKE_SPI_OCTETS];
	size_t n = strlen(text);

	f->any = !strcmp(text, "*");
	if (f->kind == FACT_USIM) {
		if (!f->any && (strspn(text, "0123456789") != n || n < IMSI_DIGITS_MIN || n > IMSI_DIGITS_MAX)) {
			g_snprintf(why, KEYS_WHY, "'%.20s' is no IMSI of at most %d digits, nor *", text, IMSI_DIGITS_MAX);
			return false;
		}
		f->who = f->any ? NULL : g_string_chunk_insert(k->texts, text);
		return true;
	}
	if (f->any)
		return true;
	if (!g_ascii_strncasecmp(text, "0x", 2))
		text += 2;
	if (!keys_hex(text, spi, sizeof(spi), &n, reason, sizeof(reason))) {
		g_snprintf(why, KEYS_WHY, "SPI: %s", reason);
		return false;
	}
	f->child = n == ESP_SPI_OCTETS;
	if (n != IKE_SPI_OCTETS && !(f->child && f->kind == FACT_DH)) {
		g_snprintf(why, KEYS_WHY, "SPI: %zu digits, one of IKE has %d", 2 * n, 2 * IKE_SPI_OCTETS);
		return false;
	}
	for (size_t i = 0; i < n; i++)
		f->spi = f->spi << 8 | spi[i];
	return true;
}

static bool fact_prf(struct key_fact *f, const char *text, char *why)
{
	f->prf = !strcmp(text, "sha1") ? CRYPTO_PRF_SHA1 : !strcmp(text, "sha256") ? CRYPTO_PRF_SHA256 : 0;
	if (!f->prf)
		g_snprintf(why, KEYS_WHY, "'%.20s' is no prf; sha1 and sha256 are", text);
	return f->prf;
}

static bool fact_line(struct replay_keys *k, char *line, struct key_place at, char *why)
{
	char *words[WORDS_MAX], *save = NULL;
	struct key_fact f = { .at = at, .kind = FACT_KINDS };
	const struct fact_row *row;
	int n = 0, want;

	for (char *w = strtok_r(line, " \t", &save); w && n < WORDS_MAX; w = strtok_r(NULL, " \t", &save))
		words[n++] = w;
	for (int i = 0; i < FACT_KINDS; i++)
		if (!strcmp(words[0], fact_rows[i].name))
			f.kind = (enum fact_kind)i;
	if (f.kind == FACT_KINDS) {
		g_snprintf(why, KEYS_WHY, "'%.24s' is no kind of key; dh, sk-d, sk-p, prf, psk, usim, msk and k-aut are",
			   words[0]);
		return false;
	}
	row = &fact_rows[f.kind];
	want = 2 + (row->n1 != 0 || f.kind == FACT_PRF) + (row->n2 != 0);
	if (n != want) {
		g_snprintf(why, KEYS_WHY, "%d words, %d are wanted: %s", n, want, row->form);
		return false;
	}
	if (!fact_who(k, &f, words[1], why) || (f.kind == FACT_PRF && !fact_prf(&f, words[2], why))
	    || (row->n1 && !fact_octets(k, words[2], row->n1, f.kind == FACT_USIM ? "K" : row->name, &f.one, &f.n_one, why))
	    || (row->n2 && !fact_octets(k, words[3], row->n2, f.kind == FACT_USIM ? "OPc" : row->name, &f.two, &f.n_two,
					why))
	    || !fact_lengths(&f, why))
		return false;
	g_array_append_val(k->facts, f);
	return true;
}

/* ---- files ------------------------------------------------------------------------------------------------------- */

static bool key_line(struct replay_keys *k, char *line, struct key_place at, char *why)
{
	struct key_ike ike = { .at = at };
	struct key_esp esp = { .at = at };
	size_t digits = strspn(line, "0123456789abcdefABCDEF");

	if (line[0] == '"' || !g_ascii_strncasecmp(line, "IPv", 3)) {
		if (!keys_esp_line(line, &esp, why))
			return false;
		g_array_append_val(k->esp, esp);
	} else if (digits && line[digits] == ',') {
		if (!keys_ike_line(line, &ike, why))
			return false;
		g_array_append_val(k->ike, ike);
	} else if (!g_ascii_strncasecmp(line, "0x", 2)) {
		if (!keys_secret_line(line, &esp, why))
			return false;
		if (esp.spi)
			g_array_append_val(k->esp, esp);
		else
			fprintf(stderr, "mooring: replay: %s:%u: %s\n", at.file, at.line, why);
	} else {
		return fact_line(k, line, at, why);
	}
	return true;
}

static bool read_file(struct replay_keys *k, const char *path, GError **error)
{
	struct key_place at = { g_string_chunk_insert_const(k->texts, path), 0 };
	char why[KEYS_WHY] = "", *text;
	gsize n;
	bool ok = true;

	if (!g_file_get_contents(path, &text, &n, error))
		return false;
	if (strlen(text) != n) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: no file of keys: there is an octet 0 in it", path);
		ok = false;
	}
	for (char *line = text, *next; ok && line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		at.line++;
		line = g_strstrip(line);
		if (!*line || *line == '#')
			continue;
		ok = key_line(k, line, at, why);
		if (!ok)
			g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s:%u: %s", path, at.line, why);
	}
	g_free(text);
	return ok;
}

static bool is_key_file(const char *name)
{
	static const char *const tables[] = { "ikev2_decryption_table", "esp_sa" };

	for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
		size_t n = strlen(name), m = strlen(tables[i]);

		if (g_str_has_suffix(name, tables[i]) && (n == m || name[n - m - 1] == '.'))
			return true;
	}
	return g_str_has_suffix(name, ".keys");
}

static int by_name(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool read_folder(struct replay_keys *k, const char *path, GError **error)
{
	GDir *d = g_dir_open(path, 0, error);
	GPtrArray *names;
	const char *name;
	bool ok = true;

	if (!d)
		return false;
	names = g_ptr_array_new_with_free_func(g_free);
	while ((name = g_dir_read_name(d)))
		if (is_key_file(name))
			g_ptr_array_add(names, g_build_filename(path, name, NULL));
	g_dir_close(d);
	g_ptr_array_sort(names, by_name);
	if (!names->len) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT,
			    "%s: no file of keys in this folder: ikev2_decryption_table, esp_sa or *.keys", path);
		ok = false;
	}
	for (guint i = 0; ok && i < names->len; i++)
		ok = read_file(k, g_ptr_array_index(names, i), error);
	g_ptr_array_free(names, TRUE);
	return ok;
}

bool replay_keys_read(struct replay_keys *k, const char *path, GError **error)
{
	if (g_file_test(path, G_FILE_TEST_IS_DIR))
		return read_folder(k, path, error);
	return read_file(k, path, error);
}
