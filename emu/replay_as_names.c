/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: names of mobile nodes in a capture
 *
 * Daemons send whatever identifier they are configured with [RFC 4283]; our LMA and MAG know subscribers by IMSI. Each
 * identifier that holds no IMSI gets one of a range that no operator has.
 */
#include "emu/replay_as.h"

#define FIRST_IMSI "999990000000001"

struct as_names *as_names_new(void)
{
	struct as_names *n = g_new0(struct as_names, 1);

	n->by_octets = g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
	n->ids = g_ptr_array_new();
	n->names = (struct pmip_names){ as_names_find, as_names_name, n };
	imsi_parse(FIRST_IMSI, sizeof(FIRST_IMSI) - 1, 2, &n->first);
	return n;
}

void as_names_free(struct as_names *n)
{
	g_hash_table_destroy(n->by_octets);
	g_ptr_array_free(n->ids, TRUE);
	g_free(n);
}

/* The sub-type stands before the octets: the same octets in another form are another name. */
static GBytes *key_of(const struct mh_opt *id)
{
	uint8_t buf[256] = { id->id.subtype };

	memcpy(buf + 1, id->id.id.p, id->id.id.n);
	return g_bytes_new(buf, 1u + id->id.id.n);
}

bool as_names_find(void *owner, const struct mh_opt *id, struct imsi *out)
{
	struct as_names *n = owner;
	GBytes *key;
	void *at;

	if (!id->id.id.n || pmip_id_imsi(id, out))
		return false;
	key = key_of(id);
	if (!g_hash_table_lookup_extended(n->by_octets, key, NULL, &at)) {
		at = GUINT_TO_POINTER(n->ids->len);
		g_hash_table_insert(n->by_octets, g_bytes_ref(key), at);
		g_ptr_array_add(n->ids, key);		/* lives as long as the table's */
	}
	g_bytes_unref(key);
	*out = imsi_add(n->first, GPOINTER_TO_UINT(at));
	return true;
}

bool as_names_name(void *owner, struct imsi i, struct mh_opt *id)
{
	struct as_names *n = owner;
	uint64_t k = i.digits - n->first.digits;
	const uint8_t *p;
	size_t len;

	if (i.n != n->first.n || i.digits < n->first.digits || k >= n->ids->len)
		return false;
	p = g_bytes_get_data(n->ids->pdata[k], &len);
	id->id.subtype = p[0];
	id->id.id = (struct mh_octets){ p + 1, (uint8_t)(len - 1) };
	return true;
}
