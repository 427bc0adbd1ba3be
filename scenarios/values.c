/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: what is asked against what is there
 *
 *	900s  12  2001:db8::1  accepted	equal: as quantity, number, address, text; a number also by its name
 *	!=0 >=128 <3s			compared
 *	1..10				within, both ends included
 *	+A,-P				words that must be and must not be there; A,H,K: exactly these
 *	present absent			whether it is there at all
 *	$name				the value of another field of the same record
 *
 * A list of these: any of them. It implements no clause.
 */
#include "scenarios/fields.h"

#include <string.h>

#include "scenarios/units.h"
#include "wire/icmp6.h"
#include "wire/mh.h"
#include "wire/mh_3gpp.h"
#include "wire/mh_flow.h"

/* A number or quantity; *kind tells which unit. "128 (reason unspecified)" counts as 128. */
static bool number(const char *text, int64_t *value, enum unit_kind *kind)
{
	static const enum unit_kind kinds[] = { UNIT_NONE, UNIT_SPAN, UNIT_RATE, UNIT_SHARE, UNIT_OCTETS };
	char buf[64];
	const char *paren = strstr(text, " (");

	if (strlen(text) >= sizeof buf)
		return false;
	g_strlcpy(buf, text, paren ? (gsize)(paren - text) + 1 : sizeof buf);
	if (g_str_has_prefix(buf, "0x")) {
		char *end;

		*value = (int64_t)g_ascii_strtoull(buf + 2, &end, 16);
		*kind = UNIT_NONE;
		return !*end && buf[2];
	}
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (!unit_parse(kinds[i], buf, value)) {
			*kind = kinds[i];
			return true;
		}
	return false;
}

/* -1, 0, 1; 2: cannot be compared. */
static int compare(const char *a, const char *b)
{
	int64_t x, y;
	enum unit_kind kx, ky;
	struct ip6_addr a6, b6;

	if (number(a, &x, &kx) && number(b, &y, &ky) && kx == ky)
		return x < y ? -1 : x > y;
	if (ip6_parse(a, &a6) && ip6_parse(b, &b6))
		return ip6_eq(&a6, &b6) ? 0 : 2;
	return strcmp(a, b) ? 2 : 0;
}

/* The registry's name of a number: "128 (reason unspecified)" equals "reason unspecified". */
static bool equals_name(const char *value, const char *wanted)
{
	const char *paren = strstr(value, " (");
	size_t n = strlen(wanted);

	return paren && !strncmp(paren + 2, wanted, n) && !strcmp(paren + 2 + n, ")");
}

/* "A,H,K", "SA,KE,No", "-": words with a capital letter or digit in front, between commas. */
static bool is_flags(const char *s)
{
	if (!strcmp(s, "-"))
		return true;
	for (;; s++) {
		if (!g_ascii_isupper(*s))
			return false;
		while (g_ascii_isalnum(*s) || *s == '_' || *s == '-')
			s++;
		if (*s != ',')
			return !*s;
	}
}

/* The word of n characters is one of the list. */
static bool has_flag(const char *flags, const char *word, size_t n)
{
	for (const char *p = flags; *p; p += p[strcspn(p, ",")] ? strcspn(p, ",") + 1 : strcspn(p, ","))
		if (strcspn(p, ",") == n && !strncmp(p, word, n))
			return true;
	return false;
}

/* Every word of a is in b. */
static bool flags_within(const char *a, const char *b)
{
	for (size_t n; *a; a += a[n] ? n + 1 : n) {
		n = strcspn(a, ",");
		if (*a != '-' && !has_flag(b, a, n))
			return false;
	}
	return true;
}

static bool flags_equal(const char *value, const char *wanted)
{
	return flags_within(value, wanted) && flags_within(wanted, value);
}

/* "+A,-P" */
static bool flags_include(const char *value, const char *wanted)
{
	for (size_t n; *wanted; wanted += wanted[n] ? n + 1 : n) {
		n = strcspn(wanted, ",");
		if (n && has_flag(value, wanted + 1, n - 1) != (*wanted == '+'))
			return false;
	}
	return true;
}

static bool is_flag_list(const char *wanted)
{
	return (wanted[0] == '+' || wanted[0] == '-') && g_ascii_isupper(wanted[1]);
}

static bool in_range(const char *value, const char *wanted, const char *dots)
{
	char low[64];

	if ((size_t)(dots - wanted) >= sizeof low)
		return false;
	g_strlcpy(low, wanted, (gsize)(dots - wanted) + 1);
	int lo = compare(value, low), hi = compare(value, dots + 2);

	return (lo == 0 || lo == 1) && (hi == 0 || hi == -1);
}

bool value_meets(const struct field_list *l, const char *value, const char *wanted)
{
	static const struct { const char *op; bool less, equal, greater, other; } ops[] = {
		{ ">=", false, true, true, false }, { "<=", true, true, false, false }, { "!=", true, false, true, true },
		{ ">", false, false, true, false }, { "<", true, false, false, false },
	};
	const char *dots;

	if (!strcmp(wanted, "absent") || !strcmp(wanted, "present"))
		return !value == (wanted[0] == 'a');
	if (!value)
		return false;
	if (wanted[0] == '$') {
		const char *other = fields_get(l, wanted + 1);

		return other && compare(value, other) == 0;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(ops); i++)
		if (g_str_has_prefix(wanted, ops[i].op)) {
			const char *operand = wanted + strlen(ops[i].op);

			if (*operand == '$')
				operand = fields_get(l, operand + 1);
			int c = operand ? compare(value, operand) : 2;

			return c < 0 ? ops[i].less : c == 0 ? ops[i].equal : c == 1 ? ops[i].greater : ops[i].other;
		}
	dots = strstr(wanted, "..");
	if (dots && dots != wanted && dots[2] && compare(wanted, wanted) == 0 && in_range(value, wanted, dots))
		return true;
	if (is_flag_list(wanted))
		return flags_include(value, wanted);
	if (is_flags(value) && is_flags(wanted))
		return flags_equal(value, wanted);
	return compare(value, wanted) == 0 || equals_name(value, wanted);
}

static bool meets_any(const struct field_list *l, const char *value, const struct tree *wanted)
{
	if (wanted->kind == TREE_SCALAR)
		return value_meets(l, value, wanted->text);
	for (guint i = 0; i < tree_count(wanted); i++)
		if (value_meets(l, value, tree_item(wanted, i)->text))
			return true;
	return false;
}

bool fields_meet(const struct field_list *l, const struct tree *wanted, GString *why)
{
	for (guint i = 0; wanted && i < tree_count(wanted); i++) {
		const char *name = tree_key(wanted, i)->text, *value = fields_get(l, name);
		const struct tree *w = tree_item(wanted, i);

		if (meets_any(l, value, w))
			continue;
		if (why) {
			g_string_append_printf(why, "%s is %s, not ", name, value ? value : "absent");
			for (guint k = 0; k < (w->kind == TREE_LIST ? tree_count(w) : 1); k++)
				g_string_append_printf(why, "%s%s", k ? " or " : "",
						       w->kind == TREE_LIST ? tree_item(w, k)->text : w->text);
		}
		return false;
	}
	return true;
}

/* ---- which names there are ----------------------------------------------------------------------------------------
 */

static void add_new(const struct field_list *l, GPtrArray *names, GHashTable *seen)
{
	for (unsigned i = 0; i < l->n; i++)
		if (!g_hash_table_contains(seen, l->f[i].name)) {
			char *name = g_strdup(l->f[i].name);

			g_hash_table_add(seen, name);
			g_ptr_array_add(names, name);
		}
}

/* How much is tried: each option with some lengths, which finds nearly all names, or with each length and content. */
enum trial { TRIAL_FEW, TRIAL_ALL, TRIALS };

/* Prints messages of the type that hold one option each, so that the printer itself tells its names. */
static void print_samples(const struct message_row *m, enum trial trial, GPtrArray *names, GHashTable *seen)
{
	static const uint8_t fills[] = { 0x00, 0x01, 0xff };
	const unsigned step = trial == TRIAL_ALL ? 1 : 6;
	struct field_list *l = g_new(struct field_list, 1);
	uint8_t raw[8 + 264];

	for (unsigned type = 0; type < MH_OPT_TYPES; type++)
		for (unsigned len = type ? step : 0; len <= 40; len += step)
			for (size_t k = 0; k < (trial == TRIAL_ALL ? sizeof fills : 1); k++) {
				/* 8 octets are too few for some bodies: 24 suit all */
				unsigned body = m->mh_type == MH_BU || m->mh_type == MH_BA || m->mh_type == MH_BR ? 12 :
					m->mh_type == MH_BRR ? 8 : 24;
				unsigned n = (body + 2 + len + 7) / 8 * 8;

				memset(raw, 0, sizeof raw);
				raw[0] = 59;
				raw[1] = (uint8_t)(n / 8 - 1);
				raw[2] = (uint8_t)m->mh_type;
				/* with one address, Home Agent Switch is as long as the others */
				raw[6] = m->mh_type == MH_HA_SWITCH ? 1 : (uint8_t)m->subtype;
				raw[body] = (uint8_t)type;
				raw[body + 1] = (uint8_t)len;
				memset(raw + body + 2, fills[k], len);
				memset(raw + body + 2 + len, 0, 8);
				fields_of_message(l, raw, n);
				add_new(l, names, seen);
			}
	g_free(l);
}

/*
 * A flow binding with all that it may hold: sub-options of a run of equal octets are none. The selector has every field
 * of its format as a start, all zero.
 */
static void print_flow_samples(const struct message_row *m, GPtrArray *names, GHashTable *seen)
{
	struct field_list *l;

	if (m->mh_type != MH_BU && m->mh_type != MH_BA)
		return;
	l = g_new(struct field_list, 1);
	for (uint8_t format = MH_TS_IP4; format <= MH_TS_IP6; format++) {
		unsigned selector = format == MH_TS_IP6 ? 46 : 18, subs = 4 + 4 + 4 + selector, n = (12 + 8 + subs + 7) / 8 * 8;
		uint8_t raw[128] = { MH_NO_PAYLOAD, (uint8_t)(n / 8 - 1), (uint8_t)m->mh_type };
		uint8_t *o = raw + 12;

		o[0] = MH_OPT_FLOW_ID;
		o[1] = (uint8_t)(6 + subs);
		o[3] = o[5] = 1;
		o[8] = MH_SUB_BID_REFERENCE;
		o[9] = 2;
		o[12] = MH_SUB_TRAFFIC_SELECTOR;
		o[13] = (uint8_t)(2 + 4 + selector);
		o[14] = format;
		o[16] = 0xaa;			/* every start, no end */
		o[17] = format == MH_TS_IP6 ? 0xaa : 0xa8;
		memset(raw + 12 + 8 + subs, 0, n - 20 - subs);
		fields_of_message(l, raw, n);
		add_new(l, names, seen);
	}
	g_free(l);
}

/* Every 3GPP option, with values of several lengths: runs of equal octets are no vendor's. */
static void print_vendor_samples(const struct message_row *m, GPtrArray *names, GHashTable *seen)
{
	static const uint8_t lengths[] = { 1, 2, 4, 16 };
	struct field_list *l;

	if (m->mh_type != MH_BU && m->mh_type != MH_BA)
		return;
	l = g_new(struct field_list, 1);
	for (uint8_t subtype = 1; subtype <= MH_3GPP_TWAN_CAPABILITIES; subtype++)
		for (size_t k = 0; k < sizeof lengths; k++) {
			unsigned n = (12 + 8 + lengths[k] + 7u) / 8 * 8;
			uint8_t raw[64] = { MH_NO_PAYLOAD, (uint8_t)(n / 8 - 1), (uint8_t)m->mh_type };
			uint8_t *o = raw + 12;

			o[0] = MH_OPT_VENDOR;
			o[1] = (uint8_t)(6 + lengths[k]);
			o[4] = MH_VENDOR_3GPP >> 8;
			o[5] = MH_VENDOR_3GPP & 0xff;
			o[6] = subtype;
			fields_of_message(l, raw, n);
			add_new(l, names, seen);
		}
	g_free(l);
}

/* As fields_get finds it: the whole path, what follows the message's own layer, or the end of a path when it has
 * parts. */
static bool finds(const char *path, const char *name)
{
	size_t have = strlen(path), n = strlen(name);
	const char *dot = strchr(path, '.');

	if (!strcmp(path, name) || (dot && !strcmp(dot + 1, name)))
		return true;
	return have > n && !strcmp(path + have - n, name) && path[have - n - 1] == '.'
		&& (strchr(name, '.') || g_str_has_prefix(name, "opt-"));
}

/* The same of an ICMPv6 message, with two addresses or with a prefix option behind its fixed part. */
static void print_icmp6_samples(const struct message_row *m, GPtrArray *names, GHashTable *seen)
{
	struct field_list *l = g_new(struct field_list, 1);
	uint8_t raw[8 + 32] = { (uint8_t)m->icmp6_type, [8] = ND_O_PIO, [9] = 4, [10] = 64 };

	fields_of_icmp6(l, raw, sizeof raw);
	for (unsigned i = 0; i < l->n; i++)
		if (!g_hash_table_contains(seen, l->f[i].name)) {
			char *name = g_strdup(l->f[i].name);

			g_hash_table_add(seen, name);
			g_ptr_array_add(names, name);
		}
	g_free(l);
}

/* The names that a message can have, as far as that was tried; made once per message and process. */
static const GPtrArray *sample_names(const struct message_row *m, enum trial trial)
{
	static const char *const extra[] = {
		"outer-src", "outer-dst", "home-address", "care-of-address", "attempt", "secured", "udp", "nat",
		"note",
	};
	static GHashTable *all_made[TRIALS];
	GHashTable *made = all_made[trial];
	GPtrArray *names = made ? g_hash_table_lookup(made, m) : NULL;

	if (names)
		return names;
	if (!made)
		made = all_made[trial] = g_hash_table_new(NULL, NULL);
	GHashTable *seen = g_hash_table_new(g_str_hash, g_str_equal);

	names = g_ptr_array_new_with_free_func(g_free);
	for (size_t i = 0; i < G_N_ELEMENTS(extra); i++)
		g_ptr_array_add(names, g_strdup(extra[i]));
	if (m->icmp6_type >= ICMP6_T_DHAAD_REQUEST)
		print_icmp6_samples(m, names, seen);
	else
		print_samples(m, trial, names, seen);
	print_flow_samples(m, names, seen);
	print_vendor_samples(m, names, seen);
	g_hash_table_unref(seen);
	g_hash_table_insert(made, (gpointer)m, names);
	return names;
}

static bool known_from(const GPtrArray *names, const char *name)
{
	for (guint i = 0; i < names->len; i++)
		if (finds(names->pdata[i], name))
			return true;
	return false;
}

/* Trying all takes a twentieth of a second a message: that is for names that are wrong, and for very few others. */
static bool known_in_message(const struct message_row *m, const char *name, char *near, size_t cap)
{
	const GPtrArray *names = known_from(sample_names(m, TRIAL_FEW), name) ? NULL : sample_names(m, TRIAL_ALL);
	const char **tails;
	bool found = false;

	if (!names)
		return true;
	tails = g_new0(const char *, names->len + 1);

	/* suggestions come without the message's own layer */
	for (guint i = 0; i < names->len; i++) {
		const char *path = names->pdata[i], *dot = strchr(path, '.');

		found = found || finds(path, name);
		tails[i] = dot ? dot + 1 : path;
	}
	if (!found)
		report_nearest(name, tails, near, cap);
	g_free(tails);
	return found;
}

bool field_known(const struct message_row *m, const struct event_row *e, const char *name, char *near, size_t cap)
{
	near[0] = 0;
	if (m && m->mh_type >= 0)
		return known_in_message(m, name, near, cap);
	if (!e)
		return true;
	for (const char *const *f = e->fields; *f; f++)
		if (!strcmp(*f, name))
			return true;
	report_nearest(name, e->fields, near, cap);
	return false;
}
