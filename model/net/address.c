/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses of a host: static, virtual, link-local and autoconfigured ones, their lifetimes, duplicate address
 * detection [RFC 4862 5.4, RFC 4429 for optimistic ones], and the choice of a source address [RFC 6724 5, rules 1,
 * 2, 3, 5, 8].
 *
 * One struct net_addr also keeps whether its prefix is on-link, so that a host needs no second list of prefixes.
 * Left out: temporary addresses, the policy table and rule 4 (a protocol that wants its home address says so),
 * rules 6 and 7, the nonce of RFC 7527 (our links never loop multicast back to its sender).
 */
#include <string.h>

#include "net/core.h"

/* ---- finding ----------------------------------------------------------------------------------------------------- */

struct net_addr *net_addr_ours(const struct net_host *h, const struct ip6_addr *a)
{
	struct net_addr *virtual = NULL;

	EACH_ADDR(k, h) {
		if (!ip6_eq(&k->a, a) || !net_addr_live(k))
			continue;
		if (k->i)
			return k;
		virtual = k;
	}
	return virtual;
}

struct net_addr *net_addr_on(const struct net_iface *i, const struct ip6_addr *a)
{
	EACH_ADDR(k, i->h)
		if (k->i == i && k->state != ADDR_PREFIX && ip6_eq(&k->a, a))
			return k;
	return NULL;
}

unsigned net_addr_count(const struct net_iface *i)
{
	unsigned n = 0;

	EACH_ADDR(k, i->h)
		n += k->i == i;
	return n;
}

bool net_addr_link_local(const struct net_iface *i, struct ip6_addr *out)
{
	EACH_ADDR(k, i->h)
		if (k->i == i && net_addr_live(k) && ip6_is_link_local(&k->a)) {
			*out = k->a;
			return true;
		}
	return false;
}

bool net_address_is_ours(const struct net_host *h, const struct ip6_addr *a)
{
	return net_addr_ours(h, a) != NULL;
}

bool net_address_global(const struct net_iface *i, bool v4, struct ip6_addr *out)
{
	const struct net_addr *best = NULL;

	if (!i->link)
		return false;
	/* The list's head is the newest. */
	EACH_ADDR(k, i->h)
		if (k->i == i && net_addr_live(k) && net_is_mapped(&k->a) == v4 && !ip6_is_link_local(&k->a) &&
		    (!best || (best->deprecated && !k->deprecated)))
			best = k;
	if (best)
		*out = best->a;
	return best != NULL;
}

/* ---- coming and going -------------------------------------------------------------------------------------------- */

static void group(const struct net_addr *a, bool join)
{
	struct ip6_addr solicited = ip6_solicited_node(&a->a);
	struct mac_addr mac = ip6_multicast_mac(&solicited);

	if (!a->i || net_is_mapped(&a->a))
		return;
	if (join)
		moor_port_join(a->i->port, &mac);
	else
		moor_port_leave(a->i->port, &mac);
}

static bool in_group(const struct net_addr *a)
{
	return a->state != ADDR_PREFIX && a->state != ADDR_DUPLICATE;
}

static void set_state(struct net_addr *a, enum addr_state state)
{
	bool was = in_group(a);

	a->state = (uint8_t)state;
	if (in_group(a) != was)
		group(a, !was);
}

static uint32_t addr_alloc(struct net_host *h)
{
	moor_handle self;

	for (unsigned k = 0; k < (h->plain ? PLAIN_ADDRS : HOST_ADDRS); k++) {
		if (h->own_used >> k & 1)
			continue;
		h->own_used |= (uint8_t)(1u << k);
		h->own_addrs[k] = (struct net_addr){ .i = NULL };
		return k + 1;
	}
	slab_alloc(&h->nw->s[S_ADDRS], &self);
	return self;
}

static void addr_free(struct net_host *h, uint32_t ref)
{
	if (ref <= HOST_ADDRS)
		h->own_used &= (uint8_t)~(1u << (ref - 1));
	else
		slab_free(&h->nw->s[S_ADDRS], ref);
}

struct net_addr *net_addr_new(struct net_host *h, struct net_iface *i, const struct ip6_addr *a, uint8_t len,
			      enum addr_origin origin)
{
	uint32_t ref = addr_alloc(h);
	struct net_addr *k = net_addr_at(h, ref);
	struct net_times *t;

	k->a = *a;
	k->len = len;
	k->i = i;
	k->origin = (uint8_t)origin;
	k->state = ADDR_PREFIX;
	if (origin == ADDR_AUTO || origin == ADDR_FORMED) {
		t = slab_alloc(&h->nw->s[S_TIMES], &k->times);
		t->valid = t->preferred = MOOR_NEVER;
	}
	k->next = h->addrs;
	h->addrs = ref;
	return k;
}

static void forget_times(struct net_host *h, struct net_addr *a)
{
	if (a->times)
		slab_free(&h->nw->s[S_TIMES], a->times);
	a->times = 0;
}

static void unlink_free(struct net_host *h, struct net_addr *a)
{
	uint32_t *at = &h->addrs, ref;

	while (net_addr_at(h, *at) != a)
		at = &net_addr_at(h, *at)->next;
	ref = *at;
	*at = a->next;
	moor_timer_cancel(h->nw->w, &a->dad);
	forget_times(h, a);
	addr_free(h, ref);
}

static void gone_from(struct net_host *h, struct net_addr *a)
{
	bool assigned = a->state != ADDR_PREFIX && a->state != ADDR_DUPLICATE;

	set_state(a, ADDR_PREFIX);
	if (assigned)
		net_tell_address(a->i, h, a, ADDRESS_REMOVED);
	unlink_free(h, a);
}

void net_addr_gone(struct net_addr *a)
{
	gone_from(a->i->h, a);
}

void net_addr_leave_link(struct net_iface *i)
{
	struct net_addr *next;

	for (struct net_addr *a = net_addr_at(i->h, i->h->addrs); a; a = next) {
		next = net_addr_at(i->h, a->next);
		if (a->i == i && a->origin != ADDR_STATIC)
			net_addr_gone(a);
	}
}

static void assign(struct net_host *h, struct net_addr *a)
{
	bool told = net_addr_live(a);

	set_state(a, ADDR_USABLE);
	if (!told)
		net_tell_address(a->i, h, a, ADDRESS_USABLE);
}

void net_address_add(struct net_iface *i, const struct ip6_addr *a, uint8_t prefix_len)
{
	struct net_addr *k = net_addr_on(i, a);

	if (!k)
		k = net_addr_new(i->h, i, a, prefix_len, ADDR_STATIC);
	k->origin = ADDR_STATIC;
	k->len = prefix_len;
	k->deprecated = 0;
	forget_times(i->h, k);
	moor_timer_cancel(i->h->nw->w, &k->dad);
	assign(i->h, k);
}

void net_address_remove(struct net_iface *i, const struct ip6_addr *a)
{
	struct net_addr *k = net_addr_on(i, a);

	if (k)
		net_addr_gone(k);
}

static struct net_addr *find_virtual(const struct net_host *h, const struct ip6_addr *a)
{
	EACH_ADDR(k, h)
		if (!k->i && ip6_eq(&k->a, a))
			return k;
	return NULL;
}

void net_address_add_virtual(struct net_host *h, const struct ip6_addr *a)
{
	if (!find_virtual(h, a))
		assign(h, net_addr_new(h, NULL, a, 128, ADDR_VIRTUAL));
}

void net_address_remove_virtual(struct net_host *h, const struct ip6_addr *a)
{
	struct net_addr *k = find_virtual(h, a);

	if (k)
		gone_from(h, k);
}

void net_address_form(struct net_iface *i, const struct ip6_prefix *prefix, uint64_t iid)
{
	struct ip6_addr a = ip6_from_prefix_iid(prefix, iid);
	struct net_addr *k = net_addr_on(i, &a);
	moor_time valid = MOOR_NEVER, preferred = MOOR_NEVER;
	struct net_times *t;

	if (!i->link || (k && k->state != ADDR_DUPLICATE))
		return;
	if (k)
		net_addr_gone(k);
	EACH_ADDR(other, i->h)
		if (other->i == i && other->origin == ADDR_AUTO && other->times && other->len == prefix->len &&
		    ip6_same_prefix(&other->a, &prefix->addr, other->len)) {
			valid = net_times(other)->valid;
			preferred = net_times(other)->preferred;
		}
	k = net_addr_new(i->h, i, &a, prefix->len, ADDR_FORMED);
	t = net_times(k);
	t->valid = valid;
	t->preferred = preferred;
	net_addr_dad(k, 0);
	net_addr_lifetimes(i);
}

/* ---- duplicate address detection [RFC 4862 5.4] ------------------------------------------------------------------ */

static void dad_due(struct moor_world *w, struct moor_timer *t)
{
	struct net_addr *a = MOOR_CONTAINER(t, struct net_addr, dad);
	struct net_host *h = a->i->h;

	net_enter(h->nw);
	if (a->dad_left) {
		a->dad_left--;
		net_nd_solicit(a->i, &ip6_any, &a->a, NULL);
		moor_timer_in(w, &a->dad, net_retrans(a->i), dad_due);
	} else {
		assign(h, a);
	}
	net_leave(h->nw);
}

static void foresee_dad(const struct moor_timer *t)
{
	const struct net_addr *a = MOOR_CONTAINER(t, const struct net_addr, dad);

	net_fetch_host(a->i, (uintptr_t)a->i > (uintptr_t)a);
}

void net_address_foresee(struct moor_world *w)
{
	moor_timer_foresee(w, dad_due, foresee_dad);
}

void net_addr_dad(struct net_addr *a, moor_time delay)
{
	struct net_host *h = a->i->h;
	int64_t n = h->profile->dad ? net_timer(h, T_DAD_COUNT) : 0;

	if (n <= 0) {
		assign(h, a);
		return;
	}
	set_state(a, h->profile->optimistic ? ADDR_OPTIMISTIC : ADDR_TENTATIVE);
	net_tell_address(a->i, h, a, ADDRESS_TENTATIVE);
	if (a->state == ADDR_OPTIMISTIC)
		net_tell_address(a->i, h, a, ADDRESS_USABLE);
	a->dad_left = (uint8_t)(n & 0x3f);
	moor_timer_in(h->nw->w, &a->dad, delay, dad_due);
}

void net_addr_clash(struct net_addr *a)
{
	struct net_iface *i = a->i;
	struct net_addr *next;

	moor_timer_cancel(i->h->nw->w, &a->dad);
	set_state(a, ADDR_DUPLICATE);
	net_tell_address(i, i->h, a, ADDRESS_DUPLICATE);
	if (a->origin != ADDR_LINK_LOCAL || !i->link)
		return;
	/* [RFC 4862 5.4.5] an identifier made of the hardware address is taken: no IPv6 on this interface. */
	i->link->disabled6 = true;
	net_discover_stop(i);
	for (struct net_addr *k = net_addr_at(i->h, i->h->addrs); k; k = next) {
		next = net_addr_at(i->h, k->next);
		if (k->i == i && k != a && k->origin != ADDR_STATIC)
			net_addr_gone(k);
	}
}

/* ---- lifetimes [RFC 4862 5.5.4] ---------------------------------------------------------------------------------- */

static void lifetimes_due(struct moor_world *w, struct moor_timer *t)
{
	struct net_iface *i = MOOR_CONTAINER(t, struct net_link, life)->i;

	(void)w;
	net_enter(i->h->nw);
	net_addr_lifetimes(i);
	net_leave(i->h->nw);
}

static void earlier(moor_time *next, moor_time t)
{
	if (t < *next)
		*next = t;
}

static void lifetime(struct net_addr *a, moor_time now, moor_time *next)
{
	struct net_times *t = net_times(a);

	if (t->on_link <= now)
		t->on_link = 0;
	if (t->valid <= now || (a->state == ADDR_PREFIX && !t->on_link)) {
		net_addr_gone(a);
		return;
	}
	if (t->preferred <= now && !a->deprecated && net_addr_live(a)) {
		a->deprecated = 1;
		net_tell_address(a->i, a->i->h, a, ADDRESS_DEPRECATED);
	}
	earlier(next, t->valid);
	if (t->preferred > now)
		earlier(next, t->preferred);
	if (t->on_link)
		earlier(next, t->on_link);
}

void net_addr_lifetimes(struct net_iface *i)
{
	moor_time now = net_now(i->h), next = net_discover_lifetimes(i, now);
	struct net_addr *after;

	for (struct net_addr *a = net_addr_at(i->h, i->h->addrs); a; a = after) {
		after = net_addr_at(i->h, a->next);
		if (a->i == i && a->times)
			lifetime(a, now, &next);
	}
	if (i->link)
		moor_timer_at(i->h->nw->w, &i->link->life, next, lifetimes_due);
}

/* ---- source address selection [RFC 6724 5] ----------------------------------------------------------------------- */

static unsigned scope(const struct ip6_addr *a)
{
	if (ip6_is_multicast(a))
		return a->o[1] & 15;
	if (net_is_mapped(a))
		return a->o[12] == 169 && a->o[13] == 254 ? 2 : 14;
	return ip6_is_link_local(a) ? 2 : 14;
}

static unsigned common_bits(const struct ip6_addr *a, const struct ip6_addr *b)
{
	unsigned n = 0;

	while (n < 128 && !((a->o[n / 8] ^ b->o[n / 8]) & (0x80 >> n % 8)))
		n++;
	return n;
}

/* Is a better than b as the source for dst by way of i? */
static bool better(const struct net_addr *a, const struct net_addr *b, const struct net_iface *i,
		   const struct ip6_addr *dst)
{
	unsigned sa = scope(&a->a), sb = scope(&b->a), sd = scope(dst), ca, cb;

	if (ip6_eq(&a->a, dst) != ip6_eq(&b->a, dst))
		return ip6_eq(&a->a, dst);				/* rule 1 */
	if (sa != sb)
		return sa < sb ? sa >= sd : sb < sd;			/* rule 2 */
	if (a->deprecated != b->deprecated)
		return b->deprecated;					/* rule 3 */
	if (a->state != b->state)
		return a->state == ADDR_USABLE;				/* [RFC 4429 3.1] like deprecated ones */
	if ((a->i == i) != (b->i == i))
		return a->i == i;					/* rule 5 */
	ca = common_bits(&a->a, dst);
	cb = common_bits(&b->a, dst);
	return ca > cb;							/* rule 8; the newest stays otherwise */
}

bool net_addr_source(const struct net_host *h, const struct net_iface *i, const struct ip6_addr *dst,
		     struct ip6_addr *out)
{
	const struct net_addr *best = NULL;
	bool v4 = net_is_mapped(dst);

	EACH_ADDR(a, h) {
		if (!net_addr_live(a) || net_is_mapped(&a->a) != v4 || (a->i && !a->i->link))
			continue;
		if (a->i != i && scope(&a->a) < 14)
			continue;
		if (!best || better(a, best, i, dst))
			best = a;
	}
	if (best)
		*out = best->a;
	return best != NULL;
}
