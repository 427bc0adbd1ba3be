/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small helpers of the mobility header tests: octets from hexadecimal, and looking a note up by its name. */
#ifndef MOOR_TESTS_MH_TOOLS_H
#define MOOR_TESTS_MH_TOOLS_H

#include <glib.h>
#include <string.h>

#include "wire/mh.h"

/* Blanks are passed over; returns how many octets. */
static inline size_t octets_of(const char *hex, uint8_t *out)
{
	size_t n = 0;

	for (; *hex; hex++) {
		if (*hex == ' ')
			continue;
		out[n++] = (uint8_t)(g_ascii_xdigit_value(hex[0]) << 4 | g_ascii_xdigit_value(hex[1]));
		hex++;
	}
	return n;
}

static inline const struct wire_diag *note_of(const struct wire_diags *d, const char *id)
{
	uint32_t i;

	for (i = 0; i < d->n && i < WIRE_DIAG_MAX; i++)
		if (!strcmp(d->d[i].id, id))
			return &d->d[i];
	return NULL;
}

#endif
