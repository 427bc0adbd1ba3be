/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: what a report says of one message
 *
 * Addresses, what our decoder reads in it, and its octets, as a text: made when the page is made, so that it can be
 * read without a script. It implements no clause.
 */
#include "traces/report_messages.h"

#include "wire/dhcp6.h"
#include "wire/dns.h"
#include "wire/icmp6.h"
#include "wire/ike.h"
#include "wire/mh.h"
#include "wire/pco.h"

#define OCTETS_MOST 2048u		/* of a message, in hexadecimal */
#define DETAILS_MOST (24u * 1024)

struct decoded { GString *s; int depth; };

static void decoded_open(void *ctx, const char *name, const char *title, uint32_t offset, uint32_t len)
{
	struct decoded *d = ctx;

	g_string_append_printf(d->s, "%*s%s%s%s  [%u, %u octets]\n", 2 * d->depth++, "", name, title ? ": " : "",
			       title ? title : "", offset, len);
}

static void decoded_field(void *ctx, const char *name, const char *value, uint32_t offset, uint32_t len)
{
	struct decoded *d = ctx;

	(void)offset;
	(void)len;
	g_string_append_printf(d->s, "%*s%s = %s\n", 2 * d->depth, "", name, value);
}

static void decoded_note(void *ctx, const char *id, const char *text, uint32_t offset)
{
	struct decoded *d = ctx;

	g_string_append_printf(d->s, "%*s! %s%s%s (offset %u)\n", 2 * d->depth, "", id, text ? ": " : "", text ? text : "",
			       offset);
}

static void decoded_close(void *ctx)
{
	((struct decoded *)ctx)->depth--;
}

static bool print(uint8_t protocol, const uint8_t *p, uint32_t n, const struct wire_printer *out)
{
	switch ((enum rec_protocol)protocol) {
	case SIGNAL_MH:
		mh_print(p, n, out, 0);
		return true;
	case SIGNAL_IKE:
		ike_print(p, n, out, 0);
		return true;
	case SIGNAL_ICMP6:
		icmp6_print(p, n, out, 0);
		return true;
	case SIGNAL_DHCP6:
		dhcp6_print(p, n, out, 0);
		return true;
	case SIGNAL_DNS:
		dns_print(p, n, out, 0);
		return true;
	case SIGNAL_NAS:
		nas_print(p, n, out, 0);
		return true;
	}
	return false;
}

char *report_decoded(uint8_t protocol, const uint8_t *octets, uint32_t n)
{
	struct decoded d = { g_string_new(NULL), 0 };
	const struct wire_printer out = { decoded_open, decoded_field, decoded_note, decoded_close, &d };

	if (!print(protocol, octets, n, &out)) {
		g_string_free(d.s, TRUE);
		return NULL;
	}
	if (d.s->len > DETAILS_MOST) {
		g_string_truncate(d.s, DETAILS_MOST);
		g_string_append(d.s, "\n… cut here; `mooring decode` shows all\n");
	}
	return g_string_free(d.s, FALSE);
}

static void append_hex(GString *s, const uint8_t *p, uint32_t n)
{
	for (uint32_t i = 0; i < MIN(n, OCTETS_MOST); i++)
		g_string_append_printf(s, "%s%02x", !i ? "" : i % 32 ? " " : "\n", p[i]);
	g_string_append(s, n > OCTETS_MOST ? " …\n" : "\n");
}

char *report_details(const struct rec_signal *g)
{
	GString *s = g_string_new(NULL);
	char a[ADDR_TEXT_MAX], b[ADDR_TEXT_MAX];
	char *decoded = g->message_len ? report_decoded(g->protocol, g->message, g->message_len) : NULL;

	g_string_append_printf(s, "%s > %s%s%s%s", ip6_text(&g->src, a), ip6_text(&g->dst, b), g->secured ? ", encrypted" : "",
			       g->udp ? ", in UDP" : "", g->nat ? ", NAT seen" : "");
	if (g->attempt > 1)
		g_string_append_printf(s, ", sent the %u. time", g->attempt);
	g_string_append_c(s, '\n');
	if (decoded)
		g_string_append(s, decoded);
	if (g->message_len) {
		g_string_append_printf(s, "%u octets%s:\n", g->message_len, g->secured ? " in clear" : "");
		append_hex(s, g->message, g->message_len);
	}
	g_free(decoded);
	return g_string_free(s, FALSE);
}
