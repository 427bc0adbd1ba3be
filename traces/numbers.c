/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the numbers of nodes and flows to indexes; see the header. No clause. */
#include "traces/numbers.h"

#include <glib.h>

void numbers_init(struct numbers *x)
{
	*x = (struct numbers){ 0 };
	map_init(&x->others);
}

void numbers_done(struct numbers *x)
{
	g_free(x->plain);
	map_done(&x->others);
}

void numbers_put(struct numbers *x, uint32_t number, uint32_t instance, uint32_t index)
{
	if (instance || number >= NUMBERS_PLAIN) {
		map_put(&x->others, (struct map_key){ number, instance }, index);
		return;
	}
	if (number >= x->n) {
		uint32_t n = MAX(MAX(64, x->n * 2), number + 1);

		x->plain = g_renew(uint32_t, x->plain, n);
		memset(x->plain + x->n, 0, (n - x->n) * sizeof(*x->plain));
		x->n = n;
	}
	x->plain[number] = index + 1;
}
