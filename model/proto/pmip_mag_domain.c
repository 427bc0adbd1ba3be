/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: what the MAGs of a domain tell each other
 *
 * Context transfer, of which the documents only say that it exists [RFC 5213 5.5, 6.9.1.1; R5213d-6.2-02]
 * [R29275-5.2-03]: who had a mobile node last and over which of its interfaces, its prefix, its sequence number
 * [R5213d-5.4-03] and its uplink GRE key. It is known at once everywhere in the domain: how it travels is nobody's
 * business here. Nothing is forgotten: whoever comes back after hours comes from where it was last, and an LMA that has
 * no session of it any more makes a new one.
 */
#include <string.h>

#include "base/mem.h"
#include "proto/pmip_mag_priv.h"

struct known {
	struct imsi imsi;
	const char *apn;
	uint8_t pdn_id;			/* of several connections to one APN */
	moor_handle self;
	struct pmip_context c;
};

#define APNS_MAX 64u			/* that are told apart when they come from other processes */
#define APN_OCTETS 128u			/* with the 0 at the end [TS 23.003 9.1: 100 octets] */
#define ROUTERS_MAX 1024u		/* access links of one domain whose routers are told apart */

struct pmip_domain {
	uint64_t router[ROUTERS_MAX];	/* interface identifiers: number 1 and on */
	unsigned n_routers;
	struct slab all;
	struct index by_user;
	pmip_domain_tell_fn *tell;	/* NULL: the domain is all here */
	void *ctx;
	char *apn[APNS_MAX];		/* names that were heard from elsewhere */
	unsigned n_apn;
};

/* What goes to other processes. */
struct told {
	struct imsi imsi;
	uint8_t pdn_id;
	bool named;			/* apn is there */
	struct pmip_context c;
	char apn[APN_OCTETS];
};

struct pmip_domain *pmip_domain_new(void)
{
	struct pmip_domain *d = mem_zeroed(sizeof *d);

	slab_init(&d->all, "pmip-context", sizeof(struct known));
	return d;
}

void pmip_domain_free(struct pmip_domain *d)
{
	slab_done(&d->all);
	index_done(&d->by_user);
	for (unsigned k = 0; k < d->n_apn; k++)
		mem_free(d->apn[k]);
	mem_free(d);
}

static uint32_t hash_of(struct imsi i) { return index_hash(i.digits, i.n); }

static bool same_apn(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static struct known *find(const struct pmip_domain *d, struct imsi i, const char *apn, uint8_t pdn_id,
			  moor_handle *hint)
{
	struct known *k = slab_get(&d->all, *hint);
	uint32_t at, h;

	if (k && imsi_same(k->imsi, i) && same_apn(k->apn, apn) && k->pdn_id == pdn_id)
		return k;
	for (h = index_first(&d->by_user, hash_of(i), &at); h; h = index_next(&d->by_user, hash_of(i), &at)) {
		k = slab_get(&d->all, h);
		if (imsi_same(k->imsi, i) && same_apn(k->apn, apn) && k->pdn_id == pdn_id) {
			*hint = h;
			return k;
		}
	}
	return NULL;
}

bool pmip_domain_ask(const struct pmip_domain *d, struct imsi i, const char *apn, uint8_t pdn_id, moor_handle *at,
		     struct pmip_context *out)
{
	const struct known *k = d ? find(d, i, apn, pdn_id, at) : NULL;

	if (k)
		*out = k->c;
	return k != NULL;
}

static void keep(struct pmip_domain *d, struct imsi i, const char *apn, uint8_t pdn_id, moor_handle *at,
		 const struct pmip_context *c)
{
	struct known *k = find(d, i, apn, pdn_id, at);
	moor_handle h;

	if (!k) {
		k = slab_alloc(&d->all, &h);
		k->imsi = i;
		k->apn = apn;
		k->pdn_id = pdn_id;
		k->self = h;
		index_add(&d->by_user, hash_of(i), h);
		*at = h;
	}
	k->c = *c;
}

void pmip_domain_tell(struct pmip_domain *d, struct imsi i, const char *apn, uint8_t pdn_id, moor_handle *at,
		      const struct pmip_context *c)
{
	struct told t;

	if (!d)
		return;
	keep(d, i, apn, pdn_id, at, c);
	if (!d->tell || (apn && strlen(apn) >= APN_OCTETS))
		return;
	memset(&t, 0, sizeof t);
	t.imsi = i;
	t.pdn_id = pdn_id;
	t.named = apn != NULL;
	t.c = *c;
	if (apn)
		strcpy(t.apn, apn);
	d->tell(d->ctx, &t, sizeof t);
}

/* ---- in several processes ---------------------------------------------------------------------------------------- */

void pmip_domain_on_tell(struct pmip_domain *d, pmip_domain_tell_fn *fn, void *ctx)
{
	d->tell = fn;
	d->ctx = ctx;
}

/* The domain's own copy of a name, since entries only point to theirs; NULL: there are too many. */
static const char *own_name(struct pmip_domain *d, const char *apn)
{
	size_t n = strlen(apn) + 1;

	for (unsigned k = 0; k < d->n_apn; k++)
		if (!strcmp(d->apn[k], apn))
			return d->apn[k];
	if (d->n_apn == APNS_MAX)
		return NULL;
	d->apn[d->n_apn] = mem_zeroed(n);
	memcpy(d->apn[d->n_apn], apn, n);
	return d->apn[d->n_apn++];
}

void pmip_domain_hear(struct pmip_domain *d, const void *told, size_t n)
{
	moor_handle at = 0;
	const char *apn;
	struct told t;

	if (n != sizeof t)
		return;
	memcpy(&t, told, n);
	t.apn[APN_OCTETS - 1] = 0;
	apn = t.named ? own_name(d, t.apn) : NULL;
	if (apn || !t.named)
		keep(d, t.imsi, apn, t.pdn_id, &at, &t.c);
}

/* ---- routers ----------------------------------------------------------------------------------------------------- */

/* At set-up only: a list is short enough. */
uint16_t pmip_domain_router(struct pmip_domain *d, uint64_t iid)
{
	unsigned k = 0;

	while (d && k < d->n_routers && d->router[k] != iid)
		k++;
	if (!d || k == ROUTERS_MAX)
		return 0;
	if (k == d->n_routers)
		d->router[d->n_routers++] = iid;
	return (uint16_t)(k + 1);
}

uint64_t pmip_domain_router_iid(const struct pmip_domain *d, uint16_t number)
{
	return d && number && number <= d->n_routers ? d->router[number - 1] : 0;
}
