/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: leases of a DHCPv6 server
 *
 * Book-keeping alone [RFC 8415 12, 18.3]: numbers of a pool, found by client and by number. Leases that are over stay
 * in the books, as a server should remember its clients, until their number is wanted.
 */
#include "proto/dhcp6_pool.h"

#define POOL_MAX (1u << 24)

/* FNV-1a: enough to find a client; that it is the right one, its DUID tells. */
static struct map_key client_key(const struct dhcp6_duid *d, uint32_t iaid)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (unsigned i = 0; i < d->len; i++)
		h = (h ^ d->o[i]) * UINT64_C(0x100000001b3);
	return (struct map_key){ h, iaid };
}

static struct map_key number_key(uint32_t number) { return (struct map_key){ number, 0 }; }

void dhcp6_pool_init(struct dhcp6_pool *p, const struct ip6_prefix *prefix, uint8_t len, const char *name)
{
	bool fits = prefix->len && len >= prefix->len && (len <= 64 || prefix->len >= 64);
	unsigned bits = prefix->len && len >= prefix->len ? (unsigned)(len - prefix->len) : 0;

	*p = (struct dhcp6_pool){ .prefix = *prefix, .len = len };
	p->size = !fits ? 0 : bits >= 24 ? POOL_MAX : 1u << bits;
	slab_init(&p->held, name, sizeof(struct dhcp6_held));
	map_init(&p->by_client);
	map_init(&p->by_number);
}

void dhcp6_pool_done(struct dhcp6_pool *p)
{
	slab_done(&p->held);
	map_done(&p->by_client);
	map_done(&p->by_number);
}

/* Leases are of at most 64 bits, or all within one /64: see dhcp6_pool_init. */
struct ip6_prefix dhcp6_pool_prefix(const struct dhcp6_pool *p, const struct dhcp6_held *l)
{
	uint64_t high = ip6_high64(&p->prefix.addr), low = ip6_low64(&p->prefix.addr);

	if (p->len <= 64)
		high |= (uint64_t)l->number << (64 - p->len);
	else
		low |= (uint64_t)l->number << (128 - p->len);
	return (struct ip6_prefix){ ip6_from64(high, low), p->len };
}

static bool number_of(const struct dhcp6_pool *p, const struct ip6_addr *a, uint32_t *number)
{
	uint64_t v;

	if (!p->size || !ip6_in_prefix(a, &p->prefix))
		return false;
	v = p->len <= 64 ? (ip6_high64(a) & ~high_mask(p->prefix.len)) >> (64 - p->len) :
		(ip6_low64(a) & ~high_mask(p->prefix.len > 64 ? p->prefix.len - 64u : 0)) >> (128 - p->len);
	*number = (uint32_t)v;
	return v < p->size;
}

static struct dhcp6_held *numbered(const struct dhcp6_pool *p, uint32_t number)
{
	uint32_t h;

	return map_get(&p->by_number, number_key(number), &h) ? slab_get(&p->held, h) : NULL;
}

static struct dhcp6_held *client_of(const struct dhcp6_pool *p, const struct dhcp6_duid *client, uint32_t iaid)
{
	struct dhcp6_held *l;
	uint32_t h;

	if (!map_get(&p->by_client, client_key(client, iaid), &h))
		return NULL;
	l = slab_get(&p->held, h);
	return l && l->iaid == iaid && dhcp6_duid_eq(&l->client, client) ? l : NULL;
}

struct dhcp6_held *dhcp6_pool_of(struct dhcp6_pool *p, const struct dhcp6_duid *client, uint32_t iaid, moor_time now)
{
	struct dhcp6_held *l = client_of(p, client, iaid);

	return l && l->until > now ? l : NULL;
}

const struct dhcp6_held *dhcp6_pool_at(const struct dhcp6_pool *p, const struct ip6_addr *addr, moor_time now)
{
	const struct dhcp6_held *l;
	uint32_t number;

	if (!number_of(p, addr, &number))
		return NULL;
	l = numbered(p, number);
	return l && l->granted && l->until > now ? l : NULL;
}

void dhcp6_pool_give(struct dhcp6_pool *p, struct dhcp6_held *l)
{
	map_del(&p->by_client, client_key(&l->client, l->iaid));
	map_del(&p->by_number, number_key(l->number));
	slab_free(&p->held, l->self);
	p->full_until = 0;
}

/* Free, or made so because its lease is over. */
static bool is_free(struct dhcp6_pool *p, uint32_t number, moor_time now)
{
	struct dhcp6_held *l = numbered(p, number);

	if (!l)
		return true;
	if (l->until > now)
		return false;
	dhcp6_pool_give(p, l);
	return true;
}

/*
 * Where many are asked for and none is free, looking through all of them costs too much: numbers that were never given
 * come first, and a full pool is searched once round, and then not before the first of its leases may be over.
 */
static bool find_free(struct dhcp6_pool *p, const struct ip6_prefix *wanted, moor_time now, uint32_t *number)
{
	moor_time first = MOOR_NEVER;

	if (wanted && wanted->len == p->len && number_of(p, &wanted->addr, number) && is_free(p, *number, now))
		return true;
	for (uint32_t i = 0; i < p->size && now >= p->full_until; i++) {
		moor_time until;

		*number = p->next;
		p->next = p->next + 1 == p->size ? 0 : p->next + 1;
		if (is_free(p, *number, now))
			return true;
		until = numbered(p, *number)->until;
		first = until < first ? until : first;
	}
	if (now >= p->full_until)
		p->full_until = first;
	return false;
}

struct dhcp6_held *dhcp6_pool_take(struct dhcp6_pool *p, const struct dhcp6_duid *client, uint32_t iaid,
				   const struct ip6_prefix *wanted, moor_time now)
{
	struct dhcp6_held *l = client_of(p, client, iaid);
	struct ip6_prefix before;
	uint32_t number;
	moor_handle self;

	if (l && l->until > now)
		return l;
	if (l) {			/* what it had before, when that is still free */
		before = dhcp6_pool_prefix(p, l);
		dhcp6_pool_give(p, l);
		wanted = &before;
	}
	if (!find_free(p, wanted, now, &number))
		return NULL;
	l = slab_alloc(&p->held, &self);
	*l = (struct dhcp6_held){ .self = self, .number = number, .iaid = iaid, .client = *client };
	map_put(&p->by_client, client_key(client, iaid), self);
	map_put(&p->by_number, number_key(number), self);
	return l;
}

uint32_t dhcp6_pool_granted(const struct dhcp6_pool *p, moor_time now)
{
	const struct dhcp6_held *l;
	moor_handle h = 0;
	uint32_t n = 0;

	while ((l = slab_next(&p->held, &h)))
		n += l->granted && l->until > now;
	return n;
}
