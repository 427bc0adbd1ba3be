/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the vector files and flattens what the dissector says into "path = value" lines, for test_vectors (is it
 * right?) and test_mutate (does it survive damage?).
 */
#include "tests/vectors/vectors.h"

#include <stdlib.h>
#include <string.h>

#include "wire/diameter.h"
#include "wire/dissect.h"
#include "wire/eap.h"
#include "wire/ike.h"
#include "wire/mh.h"

char *vectors_folder(void)
{
	const char *top = g_getenv("MOORING_TOP");

	return g_build_filename(top ? top : ".", "tests", "vectors", NULL);
}

static void octets_free(GByteArray *a)
{
	if (a)
		g_byte_array_free(a, TRUE);
}

static void vector_free(void *arg)
{
	struct vector *v = arg;

	octets_free(v->seal.encr_key);
	octets_free(v->seal.integ_key);
	octets_free(v->k_aut);
	octets_free(v->mac_extra);

	g_free(v->file);
	g_free(v->name);
	g_free(v->clause);
	g_byte_array_free(v->octets, TRUE);
	for (guint i = 0; i < v->fields->len; i++) {
		g_free(g_array_index(v->fields, struct vector_field, i).path);
		g_free(g_array_index(v->fields, struct vector_field, i).value);
	}
	g_array_free(v->fields, TRUE);
	g_ptr_array_free(v->notes, TRUE);
	g_free(v);
}

GPtrArray *vectors_new(void)
{
	return g_ptr_array_new_with_free_func(vector_free);
}

static struct vector *vector_new(const char *file, const char *name, unsigned line)
{
	struct vector *v = g_new0(struct vector, 1);

	v->file = g_path_get_basename(file);
	v->name = g_strdup(name);
	v->line = line;
	v->octets = g_byte_array_new();
	v->fields = g_array_new(FALSE, FALSE, sizeof(struct vector_field));
	v->notes = g_ptr_array_new_with_free_func(g_free);
	return v;
}

static bool add_hex(GByteArray *to, const char *s)
{
	int high = -1;

	for (; *s && *s != '#'; s++) {
		if (g_ascii_isspace(*s))
			continue;
		int d = g_ascii_xdigit_value(*s);
		if (d < 0)
			return false;
		if (high < 0) {
			high = d;
			continue;
		}
		guint8 o = (guint8)(high << 4 | d);
		g_byte_array_append(to, &o, 1);
		high = -1;
	}
	return high < 0;
}

static bool parse_layer(struct vector *v, const char *arg)
{
	static const char *const names[] = { "mh", "ip", "eth", "ike", "ike-chain", "eap", "eap-attrs", "esp",
					     "diameter" };
	g_auto(GStrv) w = g_strsplit(arg, " ", 2);

	for (unsigned i = 0; i < G_N_ELEMENTS(names); i++)
		if (!strcmp(w[0], names[i])) {
			v->layer = (enum vector_layer)i;
			v->first = w[1] ? (uint8_t)atoi(w[1]) : 0;
			return !w[1] == (v->layer != VECTOR_IKE_CHAIN);
		}
	return false;
}

/* "-" is no key. */
static bool parse_key(const char *text, GByteArray **out)
{
	if (!text || !strcmp(text, "-"))
		return text;
	*out = g_byte_array_new();
	return add_hex(*out, text) && (*out)->len;
}

static bool parse_seal(struct vector *v, const char *arg)
{
	g_auto(GStrv) w = g_strsplit(arg, " ", -1);

	if (g_strv_length(w) != 5 || v->seal.given)
		return false;
	v->seal.given = true;
	v->seal.encr = (uint8_t)atoi(w[0]);
	v->seal.bits = (uint16_t)atoi(w[1]);
	v->seal.integ = (uint8_t)atoi(w[3]);
	return parse_key(w[2], &v->seal.encr_key) && parse_key(w[4], &v->seal.integ_key);
}

static bool parse_mac(struct vector *v, const char *arg)
{
	g_auto(GStrv) w = g_strsplit(arg, " ", -1);

	return g_strv_length(w) == 2 && !v->k_aut && parse_key(w[0], &v->k_aut) && v->k_aut &&
	       parse_key(w[1], &v->mac_extra);
}

static bool parse_sum(struct vector *v, const char *arg)
{
	g_auto(GStrv) w = g_strsplit(arg, " ", 2);

	v->has_sum = w[0] && w[1] && ip6_parse(w[0], &v->src) && ip6_parse(g_strstrip(w[1]), &v->dst);
	return v->has_sum;
}

static const char *parse_word(struct vector *v, const char *word, const char *arg, unsigned line, bool *in_hex)
{
	*in_hex = !strcmp(word, "hex");
	if (*in_hex)
		return add_hex(v->octets, arg) ? NULL : "not hexadecimal octets";
	if (!strcmp(word, "clause")) {
		g_free(v->clause);
		v->clause = g_strdup(arg);
	} else if (!strcmp(word, "layer")) {
		return parse_layer(v, arg) ? NULL : "no such layer";
	} else if (!strcmp(word, "sum")) {
		return parse_sum(v, arg) ? NULL : "sum wants two IPv6 addresses";
	} else if (!strcmp(word, "seal")) {
		return parse_seal(v, arg) ? NULL : "seal wants: cipher bits key integrity key";
	} else if (!strcmp(word, "mac")) {
		return parse_mac(v, arg) ? NULL : "mac wants: key extra";
	} else if (!strcmp(word, "note")) {
		g_ptr_array_add(v->notes, g_strdup(arg));
	} else if (!strcmp(word, "fault")) {
		v->fault = true;
	} else if (!strcmp(word, "canonical")) {
		v->canonical = true;
	} else if (g_str_has_prefix(arg, "=")) {
		struct vector_field f = { g_strdup(word), g_strstrip(g_strdup(arg + 1)), line };
		g_array_append_val(v->fields, f);
	} else {
		return "unknown line";
	}
	return NULL;
}

struct parser {
	const char *file;
	GPtrArray *out;
	struct vector *v;
	unsigned cases;
	bool in_hex, counted;
};

static const char *parse_line(struct parser *p, char *line, unsigned number)
{
	if (p->in_hex && g_ascii_isspace(line[0]) && g_strstrip(line)[0])
		return add_hex(p->v->octets, line) ? NULL : "not hexadecimal octets";
	g_strstrip(line);
	if (!line[0] || line[0] == '#')
		return NULL;
	if (p->counted)
		return "nothing may follow the count";
	char *arg = strchr(line, ' ');
	if (arg)
		*arg++ = '\0';
	arg = arg ? g_strstrip(arg) : line + strlen(line);
	if (!strcmp(line, "case")) {
		p->v = vector_new(p->file, arg, number);
		g_ptr_array_add(p->out, p->v);
		p->cases++;
		return arg[0] ? NULL : "a case needs a name";
	}
	if (!strcmp(line, "count")) {
		p->counted = true;
		return g_ascii_strtoull(arg, NULL, 10) == p->cases ? NULL : "count differs from the number of cases";
	}
	if (!p->v)
		return "no case yet";
	return parse_word(p->v, line, arg, number, &p->in_hex);
}

bool vectors_parse(const char *file, const char *text, GPtrArray *out, char **error)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	struct parser p = { .file = file, .out = out };

	for (unsigned i = 0; lines[i]; i++) {
		const char *wrong = parse_line(&p, lines[i], i + 1);

		if (wrong) {
			*error = g_strdup_printf("%s:%u: %s", file, i + 1, wrong);
			return false;
		}
	}
	if (p.counted)
		return true;
	*error = g_strdup_printf("%s: no count line at the end", file);
	return false;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

GPtrArray *vectors_load(const char *folder, char **error)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	GPtrArray *out = vectors_new();
	const char *name;

	while (dir && (name = g_dir_read_name(dir)))
		if (g_str_has_suffix(name, ".txt"))
			g_ptr_array_add(names, g_build_filename(folder, name, NULL));
	g_ptr_array_sort(names, compare_names);
	*error = names->len ? NULL : g_strdup_printf("%s: no vector files", folder);
	for (guint i = 0; i < names->len && !*error; i++) {
		g_autofree char *text = NULL;

		if (!g_file_get_contents(names->pdata[i], &text, NULL, NULL))
			*error = g_strdup_printf("%s: cannot be read", (char *)names->pdata[i]);
		else
			vectors_parse(names->pdata[i], text, out, error);
	}
	if (!*error)
		return out;
	g_ptr_array_free(out, TRUE);
	return NULL;
}

/* ---- the dissector's tree as lines ------------------------------------------------------------------------------- */

struct flatten { GPtrArray *path; struct vector_dump *out; };

static void flat_open(void *ctx, const char *name, const char *title, uint32_t offset, uint32_t len)
{
	struct flatten *f = ctx;

	(void)title, (void)offset, (void)len;
	g_ptr_array_add(f->path, g_strdup(name));
}

static void flat_field(void *ctx, const char *name, const char *value, uint32_t offset, uint32_t len)
{
	struct flatten *f = ctx;
	GString *s = g_string_new(NULL);

	(void)offset, (void)len;
	for (guint i = 0; i < f->path->len; i++)
		g_string_append_printf(s, "%s.", (char *)f->path->pdata[i]);
	g_string_append_printf(s, "%s = %s", name, value);
	g_ptr_array_add(f->out->lines, g_string_free(s, FALSE));
}

static void flat_note(void *ctx, const char *id, const char *text, uint32_t offset)
{
	struct flatten *f = ctx;

	(void)text, (void)offset;
	g_ptr_array_add(f->out->notes, g_strdup(id));
}

static void flat_close(void *ctx)
{
	struct flatten *f = ctx;

	g_ptr_array_remove_index(f->path, f->path->len - 1);
}

static bool show_chain(const struct vector *v, const uint8_t *p, size_t n, const struct wire_printer *pr)
{
	struct ike_msg m;

	ike_print_payloads(v->first, p, n, pr, 0);
	return ike_decode_payloads(v->first, p, n, &m, NULL);
}

static bool show_eap(const struct vector *v, const uint8_t *p, size_t n, const struct wire_printer *pr)
{
	struct reader r = reader_on(p, n);
	struct eap_packet m;
	struct eap_attrs as;

	if (v->layer == VECTOR_EAP) {
		eap_print(p, n, pr, 0);
		return eap_decode(&r, &m, NULL);
	}
	eap_attrs_print(p, n, pr, 0);
	return eap_attrs_decode(&r, &as, NULL);
}

static bool show_diameter(const uint8_t *p, size_t n, const struct wire_printer *pr)
{
	struct diam_msg m;
	struct fault fault;

	diam_print(p, n, pr, 0);
	return diam_decode(p, n, &m, &fault, NULL);
}

bool vector_dissect(const struct vector *v, const uint8_t *p, size_t n, struct vector_dump *out)
{
	g_autoptr(GPtrArray) path = g_ptr_array_new_with_free_func(g_free);
	struct flatten f = { path, out };
	const struct wire_printer pr = { flat_open, flat_field, flat_note, flat_close, &f };
	struct mh_msg m;

	out->lines = g_ptr_array_new_with_free_func(g_free);
	out->notes = g_ptr_array_new_with_free_func(g_free);
	switch (v->layer) {
	case VECTOR_MH:
		mh_print(p, n, &pr, 0);
		return mh_decode(p, n, &m, NULL);
	case VECTOR_IP:
		return dissect(WIRE_LINK_RAW, p, n, &pr);
	case VECTOR_ETH:
		return dissect(WIRE_LINK_ETHERNET, p, n, &pr);
	case VECTOR_IKE:
		return vector_show_ike(v, p, n, &pr);
	case VECTOR_IKE_CHAIN:
		return show_chain(v, p, n, &pr);
	case VECTOR_EAP:
	case VECTOR_EAP_ATTRS:
		return show_eap(v, p, n, &pr);
	case VECTOR_ESP:
		return vector_show_esp(v, p, n, &pr);
	case VECTOR_DIAMETER:
		return show_diameter(p, n, &pr);
	}
	return false;
}

void vector_dump_clear(struct vector_dump *d)
{
	g_clear_pointer(&d->lines, g_ptr_array_unref);
	g_clear_pointer(&d->notes, g_ptr_array_unref);
}

/* A number may stand without the name that is printed behind it. */
static bool value_is(const char *printed, const char *value)
{
	size_t n = strlen(value);

	return !strncmp(printed, value, n) && (!printed[n] || g_str_has_prefix(printed + n, " ("));
}

bool vector_dump_has(const struct vector_dump *d, const char *path, const char *value, const char **other)
{
	size_t n = strlen(path);

	*other = NULL;
	for (guint i = 0; i < d->lines->len; i++) {
		const char *line = d->lines->pdata[i], *eq = strstr(line, " = ");

		if ((size_t)(eq - line) < n || strncmp(eq - n, path, n) || (eq - n > line && eq[-1 - (long)n] != '.'))
			continue;
		*other = eq + 3;
		if (value_is(eq + 3, value))
			return true;
	}
	return false;
}
