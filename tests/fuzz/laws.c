/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: laws of decoders
 *
 * The printer for the fuzz targets. It reads every name and value to its end, so that a sanitizer sees a text that
 * was not ended, and keeps the depth of the tree. It implements no clause.
 */
#include "tests/fuzz/laws.h"

#include <string.h>

static void on_open(void *ctx, const char *name, const char *title, uint32_t offset, uint32_t len)
{
	struct laws_printer *s = ctx;

	(void)offset;
	(void)len;
	s->depth++;
	s->opened++;
	s->octets += strlen(name) + (title ? strlen(title) : 0);
}

static void on_field(void *ctx, const char *name, const char *value, uint32_t offset, uint32_t len)
{
	struct laws_printer *s = ctx;

	(void)offset;
	(void)len;
	LAW(s->depth > 0);
	s->octets += strlen(name) + strlen(value);
}

static void on_note(void *ctx, const char *id, const char *text, uint32_t offset)
{
	struct laws_printer *s = ctx;

	(void)offset;
	s->noted++;
	s->octets += strlen(id) + (text ? strlen(text) : 0);
}

static void on_close(void *ctx)
{
	struct laws_printer *s = ctx;

	s->depth--;
	LAW(s->depth >= 0);
}

struct wire_printer laws_printer(struct laws_printer *state)
{
	return (struct wire_printer){ on_open, on_field, on_note, on_close, state };
}
