/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the USIM
 *
 * [TS 33.102 6.3.3, annex C.2] AUTN is checked with Milenage, then SQN against the highest SEQ that its index has seen,
 * and against a jump of more than 2^28 beyond the highest of all. A card that has seen nothing at all takes its first
 * SQN as it comes: it would have been personalised with the network's. The age limit L (optional) is not used.
 */
#include "proto/eap_usim.h"

#include <string.h>

#include "crypto/milenage.h"
#include "proto/eap_priv.h"
#include "proto/world_slab.h"

#define IND_MASK (USIM_INDEXES - 1)

struct sequences { uint64_t seq[USIM_INDEXES]; };

void usim_memory_init(struct usim_memory *m)
{
	slab_init(&m->arrays, "usim-sequences", sizeof(struct sequences));
	slab_init(&m->temps, "usim-identities", sizeof(struct eap_temp));
}

void usim_memory_done(struct usim_memory *m)
{
	slab_done(&m->arrays);
	slab_done(&m->temps);
}

static void destroy(void *thing)
{
	usim_memory_done(thing);
	mem_free(thing);
}

static void report(const void *thing, mem_report_fn *fn, void *ctx)
{
	const struct usim_memory *m = thing;

	slab_report(&m->arrays, fn, ctx);
	slab_report(&m->temps, fn, ctx);
}

struct usim_memory *usim_memory_of(struct moor_world *w)
{
	static const char key;
	struct usim_memory *m = moor_world_attached(w, &key);

	if (!m) {
		m = mem_zeroed(sizeof *m);
		usim_memory_init(m);
		moor_world_attach(w, &key, m, destroy);
		moor_world_reports(w, &key, report);
	}
	return m;
}

static uint64_t seq_of(uint64_t sqn) { return sqn >> USIM_IND_BITS; }
static unsigned ind_of(uint64_t sqn) { return (unsigned)(sqn & IND_MASK); }

/* The highest SEQ that this index has seen. */
static uint64_t seen(const struct usim *u, const struct usim_memory *m, unsigned ind)
{
	const struct sequences *a = slab_get(&m->arrays, u->array);

	if (a)
		return a->seq[ind];
	return ind == ind_of(u->sqn) ? seq_of(u->sqn) : 0;
}

/* [TS 33.102 C.2.2] */
static bool is_fresh(const struct usim *u, const struct usim_memory *m, uint64_t sqn)
{
	if (seq_of(sqn) <= seen(u, m, ind_of(sqn)))
		return false;
	return !u->sqn || seq_of(sqn) <= seq_of(u->sqn) + USIM_DELTA;
}

static struct sequences *array_of(struct usim *u, struct usim_memory *m)
{
	struct sequences *a = slab_get(&m->arrays, u->array);

	if (!a) {
		a = slab_alloc(&m->arrays, &u->array);
		a->seq[ind_of(u->sqn)] = seq_of(u->sqn);
	}
	return a;
}

static void take(struct usim *u, struct usim_memory *m, uint64_t sqn)
{
	if (u->array || (u->sqn && ind_of(u->sqn) != ind_of(sqn)))
		array_of(u, m)->seq[ind_of(sqn)] = seq_of(sqn);
	if (seq_of(sqn) > seq_of(u->sqn) || !u->sqn)
		u->sqn = sqn;
}

enum usim_result usim_authenticate(struct usim *u, struct usim_memory *m, struct crypto *c, const uint8_t rand[16],
				   const uint8_t autn[16], struct usim_answer *out)
{
	struct milenage_key key;
	struct milenage_check check;
	uint8_t sqn_ms[6];

	memcpy(key.k, u->k, sizeof key.k);
	memcpy(key.opc, u->opc, sizeof key.opc);
	if (!milenage_check(c, &key, rand, autn, &check))
		return USIM_MAC_FAILURE;
	out->sqn = milenage_sqn(check.sqn);
	if (!is_fresh(u, m, out->sqn)) {
		milenage_sqn_octets(u->sqn, sqn_ms);
		milenage_auts(c, &key, rand, sqn_ms, out->auts);
		return USIM_SYNC_FAILURE;
	}
	take(u, m, out->sqn);
	memcpy(out->res, check.f.res, sizeof out->res);
	memcpy(out->ck, check.f.ck, sizeof out->ck);
	memcpy(out->ik, check.f.ik, sizeof out->ik);
	return USIM_OK;
}

void usim_set_sqn(struct usim *u, struct usim_memory *m, uint64_t sqn)
{
	struct sequences *a;

	u->sqn = sqn & USIM_SQN_MAX;
	a = array_of(u, m);
	for (unsigned i = 0; i < USIM_INDEXES; i++)
		a->seq[i] = seq_of(u->sqn);
}

void usim_release(struct usim *u, struct usim_memory *m)
{
	if (u->array)
		slab_free(&m->arrays, u->array);
	if (u->temp)
		slab_free(&m->temps, u->temp);
	u->array = u->temp = 0;
}
