/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: quantities with units
 *
 * Everything in a scenario that is not a plain count carries its unit, because a lifetime of 900 may be seconds, units
 * of four seconds or milliseconds. One table says what a unit is worth. It implements no clause.
 */
#include "scenarios/units.h"

#include <glib.h>
#include <string.h>

struct unit {
	enum unit_kind kind;
	const char *name;
	int64_t worth;		/* in the kind's base unit */
};

/* Largest first within a kind: unit_text takes the first that divides. */
static const struct unit units[] = {
	{ UNIT_SPAN, "h", INT64_C(3600000000000) },
	{ UNIT_SPAN, "min", INT64_C(60000000000) },
	{ UNIT_SPAN, "s", 1000000000 },
	{ UNIT_SPAN, "ms", 1000000 },
	{ UNIT_SPAN, "us", 1000 },
	{ UNIT_SPAN, "ns", 1 },
	{ UNIT_RATE, "Gbps", 1000000000 },
	{ UNIT_RATE, "Mbps", 1000000 },
	{ UNIT_RATE, "kbps", 1000 },
	{ UNIT_RATE, "bps", 1 },
	{ UNIT_SHARE, "%", 10000 },
	{ UNIT_SHARE, "ppm", 1 },
	{ UNIT_OCTETS, "octets", 1 },
	{ UNIT_DRIFT, "ppm", 1000 },
	{ UNIT_DRIFT, "ppb", 1 },
};

static const struct {
	const char *names, *example, *pattern, *missing;
} kinds[] = {
	[UNIT_NONE] = { "", "3", "^-?[0-9]+$", "not a whole number" },
	[UNIT_SPAN] = { "ns, us, ms, s, min, h", "40ms", "^-?[0-9]+([.][0-9]+)? ?(ns|us|ms|s|min|h)$",
			"a time needs a unit (ns, us, ms, s, min, h)" },
	[UNIT_RATE] = { "bps, kbps, Mbps, Gbps", "20Mbps", "^[0-9]+([.][0-9]+)? ?(bps|kbps|Mbps|Gbps)$",
			"a rate needs a unit (bps, kbps, Mbps, Gbps)" },
	[UNIT_SHARE] = { "%, ppm", "0.5%", "^[0-9]+([.][0-9]+)? ?(%|ppm)$", "a share needs a unit (%, ppm)" },
	[UNIT_OCTETS] = { "octets", "1400octets", "^[0-9]+ ?octets$", "a size needs its unit (octets)" },
	[UNIT_DRIFT] = { "ppm, ppb", "20ppm", "^-?[0-9]+([.][0-9]+)? ?(ppm|ppb)$", "a drift needs a unit (ppm, ppb)" },
};

static const char *find_unit(enum unit_kind kind, const char *name, int64_t *worth)
{
	*worth = 1;
	if (kind == UNIT_NONE)
		return *name ? kinds[kind].missing : NULL;
	if (*name == ' ')
		name++;
	for (size_t i = 0; i < G_N_ELEMENTS(units); i++)
		if (units[i].kind == kind && !strcmp(units[i].name, name)) {
			*worth = units[i].worth;
			return NULL;
		}
	return kinds[kind].missing;
}

const char *unit_parse(enum unit_kind kind, const char *text, int64_t *out)
{
	const char *p = text, *digits;
	bool negative = *p == '-';
	uint64_t number = 0, scale = 1;
	int64_t worth;
	__int128 value;

	p += negative;
	for (digits = p; g_ascii_isdigit(*p); p++) {
		if (number > UINT64_MAX / 10 - 10)
			return "the number is too large";
		number = number * 10 + (uint64_t)(*p - '0');
	}
	if (p == digits)
		return "not a number";
	if (*p == '.') {
		for (digits = ++p; g_ascii_isdigit(*p); p++) {
			if (scale >= UINT64_C(1000000000000) || number > UINT64_MAX / 10 - 10)
				return "too many digits behind the point";
			number = number * 10 + (uint64_t)(*p - '0');
			scale *= 10;
		}
		if (p == digits)
			return "digits must follow the point";
	}
	const char *wrong = find_unit(kind, p, &worth);

	if (wrong)
		return wrong;
	value = (__int128)number * worth;
	if (value % (__int128)scale)
		return kind == UNIT_NONE ? "not a whole number" : "finer than the smallest unit";
	value /= (__int128)scale;
	if (value > INT64_MAX)
		return "the number is too large";
	*out = negative ? -(int64_t)value : (int64_t)value;
	return NULL;
}

/* value as a decimal of the unit's worth; false when it would not be exact. */
static bool decimal(int64_t value, const struct unit *u, char *buf, size_t cap)
{
	int64_t whole = value / u->worth, rest = value % u->worth;

	if (!rest) {
		g_snprintf(buf, cap, "%" G_GINT64_FORMAT "%s", whole, u->name);
		return true;
	}
	for (int64_t scale = 10, digits = 1; digits <= 9; scale *= 10, digits++)
		if (u->worth % scale == 0 && rest % (u->worth / scale) == 0 && whole > 0) {
			g_snprintf(buf, cap, "%" G_GINT64_FORMAT ".%0*d%s", whole, (int)digits, (int)(rest / (u->worth / scale)),
				   u->name);
			return true;
		}
	return false;
}

void unit_text(enum unit_kind kind, int64_t value, char *buf, size_t cap)
{
	if (kind == UNIT_NONE || !cap) {
		g_snprintf(buf, cap, "%" G_GINT64_FORMAT, value);
		return;
	}
	/* the smallest number has no positive twin */
	if (value == INT64_MIN)
		value++;
	if (value < 0) {
		*buf++ = '-';
		cap--;
		value = -value;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
		const struct unit *u = &units[i];

		/* hours and minutes only when whole: 90 s reads better than 1.5 min */
		bool coarse = kind == UNIT_SPAN && u->worth > 1000000000;

		if (u->kind != kind || (coarse && (value % u->worth || !value)))
			continue;
		if ((value >= u->worth || u->worth == 1 || (!value && u->worth == 1000000000)) && decimal(value, u, buf, cap))
			return;
	}
	g_snprintf(buf, cap, "%" G_GINT64_FORMAT, value);
}

/* value over 10^digits, without zeros at the end. */
static void put_decimal(int64_t value, int digits, char *buf, size_t cap)
{
	guint64 n = value < 0 ? 0 - (guint64)value : (guint64)value, scale = 1;

	for (int i = 0; i < digits; i++)
		scale *= 10;
	for (; digits && n % 10 == 0; digits--) {
		n /= 10;
		scale /= 10;
	}
	if (digits)
		g_snprintf(buf, cap, "%s%" G_GUINT64_FORMAT ".%0*" G_GUINT64_FORMAT, value < 0 ? "-" : "", n / scale, digits,
			   n % scale);
	else
		g_snprintf(buf, cap, "%s%" G_GUINT64_FORMAT, value < 0 ? "-" : "", n);
}

bool unit_si(const char *text, char *buf, size_t cap, const char **unit)
{
	static const struct {
		enum unit_kind kind;
		int digits;
		const char *unit;
	} kinds_si[] = {
		{ UNIT_NONE, 0, "" }, { UNIT_SPAN, 9, "s" }, { UNIT_RATE, 0, "bit/s" }, { UNIT_SHARE, 6, "1" },
		{ UNIT_OCTETS, 0, "octet" }, { UNIT_DRIFT, 9, "1" },
	};
	char *seconds;
	int64_t value;
	bool plain;

	for (size_t i = 0; i < G_N_ELEMENTS(kinds_si); i++)
		if (!unit_parse(kinds_si[i].kind, text, &value)) {
			put_decimal(value, kinds_si[i].digits, buf, cap);
			*unit = kinds_si[i].unit;
			return true;
		}
	/* a bare decimal number has as many digits as a time may have */
	seconds = g_strconcat(text, "s", NULL);
	plain = !unit_parse(UNIT_SPAN, seconds, &value);
	g_free(seconds);
	if (plain)
		put_decimal(value, 9, buf, cap);
	*unit = "";
	return plain;
}

const char *unit_names(enum unit_kind kind)
{
	return kinds[kind].names;
}

const char *unit_example(enum unit_kind kind)
{
	return kinds[kind].example;
}

const char *unit_pattern(enum unit_kind kind)
{
	return kinds[kind].pattern;
}
