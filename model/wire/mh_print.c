/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Showing a mobility header: one layer per message, one per option, padding included, then the notes and the fault of
 * the decoder. What each option shows of itself is in mh_opt_print.c.
 *
 * Not shown: which elements a profile misses; `check` says that, not `decode`.
 */
#include "wire/mh_codec.h"

static void put(const struct mh_pr *r, const char *name, uint32_t rel, uint32_t len, const char *value)
{
	r->out->field(r->out->ctx, name, value, r->at + rel, len);
}

void pr_text(const struct mh_pr *r, const char *name, uint32_t rel, uint32_t len, const char *value)
{
	put(r, name, rel, len, value);
}

void pr_num(const struct mh_pr *r, const char *name, uint32_t rel, uint32_t len, uint64_t v)
{
	char buf[24];
	struct text t = text_on(buf, sizeof buf);

	text_add(&t, "%llu", (unsigned long long)v);
	put(r, name, rel, len, buf);
}

void pr_unit(const struct mh_pr *r, const char *name, uint32_t rel, uint32_t len, uint64_t v, const char *unit)
{
	char buf[40];
	struct text t = text_on(buf, sizeof buf);

	text_add(&t, "%llu %s", (unsigned long long)v, unit);
	put(r, name, rel, len, buf);
}

void pr_named(const struct mh_pr *r, const char *name, uint32_t rel, uint32_t len, enum mh_space space, unsigned v)
{
	const char *text = mh_status_name(space, v);
	char buf[160];
	struct text t = text_on(buf, sizeof buf);

	text_add(&t, "%u", v);
	if (text)
		text_add(&t, " (%s)", text);
	put(r, name, rel, len, buf);
}

void pr_hex(const struct mh_pr *r, const char *name, uint32_t rel, const uint8_t *p, size_t n)
{
	char buf[2 * MH_MAX + 1];
	struct text t = text_on(buf, sizeof buf);

	text_hex(&t, p, n);
	put(r, name, rel, (uint32_t)n, buf);
}

static bool plain(uint8_t c)
{
	return c >= 0x20 && c < 0x7f && c != '\\';
}

void text_chars(struct text *t, const uint8_t *p, size_t n)
{
	size_t i, run;

	for (i = 0; i < n; i += run) {
		for (run = 0; i + run < n && plain(p[i + run]); run++)
			;
		if (run) {
			text_add(t, "%.*s", (int)run, (const char *)p + i);
		} else {
			text_add(t, "\\x%02x", p[i]);
			run = 1;
		}
	}
}

void pr_chars(const struct mh_pr *r, const char *name, uint32_t rel, const uint8_t *p, size_t n)
{
	char buf[4 * 256 + 1];
	struct text t = text_on(buf, sizeof buf);

	text_chars(&t, p, n);
	put(r, name, rel, (uint32_t)n, buf);
}

void pr_flag(const struct mh_pr *r, const char *name, uint32_t rel, uint32_t len, bool v)
{
	put(r, name, rel, len, v ? "1" : "0");
}

void pr_ip6(const struct mh_pr *r, const char *name, uint32_t rel, const struct ip6_addr *a)
{
	char buf[ADDR_TEXT_MAX];

	put(r, name, rel, 16, ip6_text(a, buf));
}

void pr_ip4(const struct mh_pr *r, const char *name, uint32_t rel, struct ip4_addr a)
{
	char buf[ADDR_TEXT_MAX];

	put(r, name, rel, 4, ip4_text(a, buf));
}

/* As read: the bits behind the prefix length are shown too. */
void pr_prefix6(const struct mh_pr *r, const char *name, uint32_t rel, uint32_t len, const struct ip6_addr *a,
	unsigned bits)
{
	char addr[ADDR_TEXT_MAX], buf[ADDR_TEXT_MAX + 8];
	struct text t = text_on(buf, sizeof buf);

	text_add(&t, "%s/%u", ip6_text(a, addr), bits);
	put(r, name, rel, len, buf);
}

void pr_life4(const struct mh_pr *r, const char *name, uint32_t rel, moor_life4 l)
{
	pr_unit(r, name, rel, 2, (uint64_t)l.units * 4, "s");
}

/*
 * One option as it stands in the packet; `o` is what the decoder made of it, NULL for padding and what came after
 * the last that fits.
 */
static void option(const struct mh_opt *o, const uint8_t *p, uint32_t at, const struct wire_printer *out)
{
	struct mh_pr r = { out, at };
	uint32_t len = *p == MH_OPT_PAD1 ? 1 : 2u + p[1];

	out->open(out->ctx, mh_opt_name(*p), mh_opt_title(*p), at, len);
	if (*p == MH_OPT_PADN) {
		pr_num(&r, "length", 1, 1, p[1]);
	} else if (*p != MH_OPT_PAD1 && (!o || o->bad || !mh_opt_known(o->type))) {
		pr_num(&r, "type", 0, 1, *p);
		pr_hex(&r, "data", 2, p + 2, len - 2);
	} else if (o) {
		mh_opt_rows[o->type].print(o, &r);
	}
	out->close(out->ctx);
}

static void options(const struct mh_msg *m, const uint8_t *p, size_t n, const struct wire_printer *out, uint32_t base)
{
	size_t at = mh_options_at(m), len = ((size_t)m->header_len + 1) * 8;
	size_t end = len < n ? len : n;
	unsigned i = 0;

	while (at < end) {
		const struct mh_opt *o = i < m->n_opt && m->opt[i].offset == at ? &m->opt[i++] : NULL;

		if (p[at] != MH_OPT_PAD1 && (n - at < 2 || n - at - 2 < p[at + 1]))
			return;			/* the fault says it */
		option(o, p + at, base + (uint32_t)at, out);
		at += p[at] == MH_OPT_PAD1 ? 1 : 2u + p[at + 1];
	}
}

static void notes(const struct mh_msg *m, const struct wire_diags *d, const struct wire_printer *out, uint32_t base)
{
	uint32_t i;
	char buf[160];

	for (i = 0; i < d->n && i < WIRE_DIAG_MAX; i++) {
		struct text t = text_on(buf, sizeof buf);

		text_add(&t, "value %u", d->d[i].value);
		if (d->d[i].clause)
			text_add(&t, ", see %s", d->d[i].clause);
		out->note(out->ctx, d->d[i].id, buf, base + d->d[i].offset);
	}
	if (d->n > WIRE_DIAG_MAX) {
		struct text t = text_on(buf, sizeof buf);

		text_add(&t, "%u more are not listed", d->n - WIRE_DIAG_MAX);
		out->note(out->ctx, "notes-cut", buf, base);
	}
	if (m->fault.reason)
		out->note(out->ctx, "fault", m->fault.reason, base + m->fault.offset);
}

static bool body_read(const struct mh_msg *m, size_t n)
{
	size_t len = ((size_t)m->header_len + 1) * 8;

	return n >= 8 && (m->type >= MH_TYPES || (n >= mh_msg_rows[m->type].fixed &&
		len >= mh_msg_rows[m->type].fixed));
}

void mh_print(const uint8_t *p, size_t n, const struct wire_printer *out, uint32_t base_offset)
{
	struct mh_pr r = { out, base_offset };
	struct wire_diags d = { .n = 0 };
	const char *name, *title;
	struct mh_msg m;

	mh_decode(p, n, &m, &d);
	mh_msg_names(&m, &name, &title);
	out->open(out->ctx, name, title, base_offset, (uint32_t)n);
	if (n >= 8) {
		pr_num(&r, "payload-proto", 0, 1, m.payload_proto);
		pr_num(&r, "header-length", 1, 1, m.header_len);
		pr_num(&r, "mh-type", 2, 1, m.type);
		pr_hex(&r, "checksum", 4, p + 4, 2);
	}
	if (body_read(&m, n)) {
		if (m.type >= MH_TYPES)
			pr_hex(&r, "data", 6, m.raw.p, m.raw.n);
		else
			mh_msg_rows[m.type].print(&m, &r);
		if (m.type < MH_TYPES && mh_msg_rows[m.type].options)
			options(&m, p, n, out, base_offset);
	}
	notes(&m, &d, out, base_offset);
	out->close(out->ctx);
}
