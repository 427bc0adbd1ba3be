/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: printing helpers
 *
 * One place decides how a value reads, so that every decoder says the same thing the same way: numbers decimal,
 * octets in lower case hex, flags by letter or "-", times with their unit, addresses as base/addr.h writes them.
 */
#include "wire/show.h"

#include "base/text.h"

static uint32_t place(const struct show *s, const uint8_t *at)
{
	return s->base_offset + (uint32_t)(at - s->base);
}

void show_open(const struct show *s, const char *name, const char *title, const uint8_t *at, size_t len)
{
	s->pr->open(s->pr->ctx, name, title, place(s, at), (uint32_t)len);
}

void show_close(const struct show *s)
{
	s->pr->close(s->pr->ctx);
}

void show_text(const struct show *s, const char *name, const char *value, const uint8_t *at, size_t len)
{
	s->pr->field(s->pr->ctx, name, value, place(s, at), (uint32_t)len);
}

void show_num(const struct show *s, const char *name, uint64_t value, const uint8_t *at, size_t len)
{
	show_named(s, name, value, NULL, at, len);
}

void show_hex(const struct show *s, const char *name, uint64_t value, const uint8_t *at, size_t len)
{
	char buf[24];
	struct text t = text_on(buf, sizeof buf);

	text_add(&t, "0x%0*llx", (int)(len > 8 ? 16 : 2 * len), (unsigned long long)value);
	show_text(s, name, buf, at, len);
}

void show_unit(const struct show *s, const char *name, uint64_t value, const char *unit, const uint8_t *at, size_t len)
{
	char buf[64];
	struct text t = text_on(buf, sizeof buf);

	text_add(&t, "%llu %s", (unsigned long long)value, unit);
	show_text(s, name, buf, at, len);
}

void show_named(const struct show *s, const char *name, uint64_t value, const char *meaning, const uint8_t *at,
		size_t len)
{
	char buf[128];
	struct text t = text_on(buf, sizeof buf);

	text_add(&t, "%llu", (unsigned long long)value);
	if (meaning)
		text_add(&t, " (%s)", meaning);
	show_text(s, name, buf, at, len);
}

void show_seconds(const struct show *s, const char *name, uint32_t value, const uint8_t *at)
{
	if (value == UINT32_MAX)
		show_text(s, name, "infinite", at, 4);
	else
		show_unit(s, name, value, "s", at, 4);
}

void show_flags(const struct show *s, const char *name, uint32_t bits, const struct show_flag *rows, const uint8_t *at,
		size_t len)
{
	char buf[128];
	struct text t = text_on(buf, sizeof buf);

	for (; rows->mask; rows++) {
		if (bits & rows->mask)
			text_add(&t, "%s%s", t.len ? "," : "", rows->name);
	}
	show_text(s, name, t.len ? buf : "-", at, len);
}

void show_ip6(const struct show *s, const char *name, const uint8_t *at)
{
	char buf[ADDR_TEXT_MAX];
	struct ip6_addr a;

	memcpy(a.o, at, 16);
	show_text(s, name, ip6_text(&a, buf), at, 16);
}

void show_ip4(const struct show *s, const char *name, const uint8_t *at)
{
	char buf[ADDR_TEXT_MAX];
	struct ip4_addr a;

	memcpy(a.o, at, 4);
	show_text(s, name, ip4_text(a, buf), at, 4);
}

void show_mac(const struct show *s, const char *name, const uint8_t *at)
{
	char buf[ADDR_TEXT_MAX];
	struct mac_addr a;

	memcpy(a.o, at, 6);
	show_text(s, name, mac_text(&a, buf), at, 6);
}

void show_octets(const struct show *s, const char *name, const uint8_t *at, size_t len)
{
	char buf[2 * SHOW_OCTETS_MAX + 8];
	struct text t = text_on(buf, sizeof buf);

	text_hex(&t, at, len < SHOW_OCTETS_MAX ? len : SHOW_OCTETS_MAX);
	if (len > SHOW_OCTETS_MAX)
		text_str(&t, "...");
	show_text(s, name, len ? buf : "-", at, len);
}

void show_string(const struct show *s, const char *name, const uint8_t *at, size_t len)
{
	char buf[256];
	struct text t = text_on(buf, sizeof buf);

	for (size_t i = 0; i < len && !t.cut; i++)
		text_add(&t, "%c", at[i] >= 32 && at[i] < 127 ? at[i] : '.');
	show_text(s, name, len ? buf : "-", at, len);
}

void show_note(const struct show *s, const char *id, const char *text, const uint8_t *at)
{
	s->pr->note(s->pr->ctx, id, text, place(s, at));
}

void show_diags(const struct show *s, const struct wire_diags *d, const uint8_t *from)
{
	for (uint32_t i = 0; i < d->n && i < WIRE_DIAG_MAX; i++)
		show_note(s, d->d[i].id, d->d[i].clause, from + d->d[i].offset);
}
