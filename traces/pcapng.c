/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pcapng writer [draft-ietf-opsawg-pcapng]: section header, interface descriptions and enhanced packet blocks in
 * this machine's octet order. Written by hand because libpcap writes neither pcapng nor comments nor several
 * interfaces.
 */
#include "traces/pcapng.h"

#include "moor-config.h"
#include "traces/clear.h"
#include "wire/summary.h"

enum {
	BLOCK_SECTION = 0x0a0d0d0a, BLOCK_INTERFACE = 1, BLOCK_ENHANCED = 6, ORDER_MARK = 0x1a2b3c4d, LINK_ETHERNET = 1,
	OPT_COMMENT = 1, OPT_SHB_USERAPPL = 4, OPT_IF_NAME = 2, OPT_IF_DESCRIPTION = 3, OPT_IF_MAC = 6, OPT_IF_TSRESOL = 9,
	OPT_EPB_FLAGS = 2, FLAG_INBOUND = 1, FLAG_OUTBOUND = 2
};

#define COMMENT_MAX 400u
#define NO_IFACE UINT32_MAX

/* A port and the interface block that stands for it on the link where it was last. */
struct port_iface {
	const char *link;
	uint32_t iface;
};

struct pcapng {
	struct trace_out *out;
	struct trace_names names;
	int64_t start;
	GArray *ports;			/* struct port_iface, by port number */
	GHashTable *ifaces;		/* "port number\nlink" -> interface + 1 */
	GHashTable *used;		/* interface names */
	struct clear_texts *clear;
	uint32_t n_ifaces;
};

/* ---- blocks -------------------------------------------------------------------------------------- */

static uint8_t *add16(uint8_t *p, uint16_t v)
{
	memcpy(p, &v, 2);
	return p + 2;
}

static uint8_t *add32(uint8_t *p, uint32_t v)
{
	memcpy(p, &v, 4);
	return p + 4;
}

static uint8_t *add_octets(uint8_t *p, const void *octets, size_t n)
{
	memcpy(p, octets, n);
	for (p += n; n % 4; n++)
		*p++ = 0;
	return p;
}

static uint8_t *add_option(uint8_t *p, uint16_t code, const void *value, size_t n)
{
	p = add16(p, code);
	p = add16(p, (uint16_t)n);
	return add_octets(p, value, n);
}

static uint8_t *add_text_option(uint8_t *p, uint16_t code, const char *text)
{
	return add_option(p, code, text, strnlen(text, COMMENT_MAX));
}

/* The trailing length of a block that begins at `block`, and both lengths filled in. */
static void block_end(struct pcapng *g, uint8_t *block, uint8_t *p)
{
	uint32_t total = (uint32_t)(p - block) + 4;

	add32(block + 4, total);
	add32(p, total);
	trace_out_commit(g->out, total);
}

static void section_header(struct pcapng *g, const char *comment)
{
	uint8_t *block = trace_out_reserve(g->out, 2048), *p = block;

	p = add32(p, BLOCK_SECTION);
	p = add32(p, 0);
	p = add32(p, ORDER_MARK);
	p = add16(p, 1);		/* version 1.0 */
	p = add16(p, 0);
	p = add32(p, UINT32_MAX);	/* section length unknown: -1 in 64 bits */
	p = add32(p, UINT32_MAX);
	p = add_text_option(p, OPT_SHB_USERAPPL, "mooring " MOORING_VERSION);
	if (comment)
		p = add_text_option(p, OPT_COMMENT, comment);
	p = add32(p, 0);
	block_end(g, block, p);
}

/* ---- interfaces ---------------------------------------------------------------------------------- */

static char *iface_name(struct pcapng *g, uint32_t port, uint32_t node, const char *name, const char *link)
{
	char buf[32];
	const char *node_name = trace_node_name(&g->names, node, buf);
	char *text;

	if (link || name)
		text = g_strdup_printf("%s.%s", node_name, link ? link : name);
	else
		text = g_strdup_printf("port%u", port);
	if (g_hash_table_contains(g->used, text)) {
		/* two ports of one node on one link */
		char *longer = g_strdup_printf("%s:%s", text, name ? name : "");

		g_free(text);
		text = longer;
	}
	g_hash_table_add(g->used, text);
	return text;
}

static uint32_t iface_describe(struct pcapng *g, uint32_t port, uint32_t node, const char *name, const char *link,
			       const struct mac_addr *mac)
{
	static const struct mac_addr none;
	char *text = iface_name(g, port, node, name, link);
	char *about = g_strdup_printf("port %s%s%s", name ? name : "?", link ? " on link " : "", link ? link : "");
	uint8_t *block = trace_out_reserve(g->out, 2048), *p = block, resolution = 9;

	p = add32(p, BLOCK_INTERFACE);
	p = add32(p, 0);
	p = add16(p, LINK_ETHERNET);
	p = add16(p, 0);
	p = add32(p, 0);		/* no snap length */
	p = add_text_option(p, OPT_IF_NAME, text);
	p = add_text_option(p, OPT_IF_DESCRIPTION, about);
	if (!mac_eq(mac, &none))
		p = add_option(p, OPT_IF_MAC, mac->o, 6);
	p = add_option(p, OPT_IF_TSRESOL, &resolution, 1);
	p = add32(p, 0);
	block_end(g, block, p);
	g_free(about);
	return g->n_ifaces++;
}

static uint32_t iface_of(struct pcapng *g, uint32_t port)
{
	struct mac_addr mac = { { 0 } };
	const char *link = NULL, *name;
	uint32_t node = REC_NONE, iface;
	struct port_iface *known;
	char *key;

	name = g->names.port ? g->names.port(g->names.ctx, port, &node, &link, NULL) : NULL;
	if (port >= g->ports->len) {
		guint old = g->ports->len;

		g_array_set_size(g->ports, port + 1);
		for (guint i = old; i <= port; i++)
			g_array_index(g->ports, struct port_iface, i).iface = NO_IFACE;
	}
	known = &g_array_index(g->ports, struct port_iface, port);
	if (G_LIKELY(known->iface != NO_IFACE && known->link == link))
		return known->iface;
	key = g_strdup_printf("%u\n%s", port, link ? link : "");
	iface = GPOINTER_TO_UINT(g_hash_table_lookup(g->ifaces, key));
	if (!iface) {
		if (g->names.port)
			g->names.port(g->names.ctx, port, &node, &link, &mac);
		iface = iface_describe(g, port, node, name, link, &mac) + 1;
		g_hash_table_insert(g->ifaces, g_strdup(key), GUINT_TO_POINTER(iface));
	}
	g_free(key);
	known->link = link;
	known->iface = iface - 1;
	return known->iface;
}

/* ---- packets ------------------------------------------------------------------------------------- */

void pcapng_signal(struct pcapng *g, const struct moor_record *r)
{
	clear_texts_sent(g->clear, r);
}

/* The frame's line, and behind it what an encrypted message in it says. */
static uint8_t *add_comment(const struct pcapng *g, uint8_t *p, const struct moor_record *r)
{
	char buf[COMMENT_MAX];
	struct text t = text_on(buf, sizeof(buf));
	struct frame_view v;
	const char *words;

	if (!frame_view_make(WIRE_LINK_ETHERNET, r->u.frame.octets, r->u.frame.len, &v))
		return p;
	summary_view(&v, &t);
	words = v.mh || !v.n_ip ? NULL : clear_texts_find(g->clear, &v);
	if (words) {
		text_str(&t, ":");
		text_str(&t, words);
	}
	return t.len ? add_option(p, OPT_COMMENT, buf, t.len) : p;
}

void pcapng_record(struct pcapng *g, const struct moor_record *r)
{
	uint32_t iface = iface_of(g, r->port), len = r->u.frame.len;
	uint8_t *block = trace_out_reserve(g->out, len + 64 + COMMENT_MAX), *p = block;
	uint64_t at = (uint64_t)(g->start + r->at);
	uint8_t class = r->u.frame.trace_class;

	p = add32(p, BLOCK_ENHANCED);
	p = add32(p, 0);
	p = add32(p, iface);
	p = add32(p, (uint32_t)(at >> 32));
	p = add32(p, (uint32_t)at);
	p = add32(p, len);
	p = add32(p, len);
	p = add_octets(p, r->u.frame.octets, len);
	p = add16(p, OPT_EPB_FLAGS);
	p = add16(p, 4);
	p = add32(p, r->kind == REC_FRAME_TX ? FLAG_OUTBOUND : FLAG_INBOUND);
	if (class == CLASS_SIGNAL)
		p = add_comment(g, p, r);
	p = add32(p, 0);
	block_end(g, block, p);
}

/* ---- the outside --------------------------------------------------------------------------------- */

struct pcapng *pcapng_new(const char *path, const struct trace_names *names, int64_t start, const char *comment,
			  GError **error)
{
	struct trace_out *out = trace_out_open_headed(path, OUT_BLOCKS, error);

	return out ? pcapng_on(out, names, start, comment) : NULL;
}

struct pcapng *pcapng_on(struct trace_out *out, const struct trace_names *names, int64_t start, const char *comment)
{
	struct pcapng *g = g_new0(struct pcapng, 1);

	g->out = out;
	g->names = *names;
	g->start = start;
	g->ports = g_array_new(FALSE, TRUE, sizeof(struct port_iface));
	g->ifaces = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g->used = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g->clear = clear_texts_new();
	section_header(g, comment);
	trace_out_flush(out);		/* an empty file is none of its format, when nothing follows any more */
	return g;
}

const GError *pcapng_error(const struct pcapng *g)
{
	return g->out->error;
}

struct trace_out *pcapng_out(struct pcapng *g)
{
	return g->out;
}

void pcapng_flush(struct pcapng *g)
{
	trace_out_flush(g->out);
}

bool pcapng_close(struct pcapng *g, GError **error)
{
	bool ok;

	if (!g)
		return true;
	ok = trace_out_close(g->out, error);
	g_hash_table_destroy(g->used);
	clear_texts_free(g->clear);
	g_hash_table_destroy(g->ifaces);
	g_array_free(g->ports, TRUE);
	g_free(g);
	return ok;
}
