/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: PDN connections at the home agent, and which prefix an IKEv2 run is told [24.303 5.1.3.1]
 *
 * The rules, in their order:
 *	1. PDN Identifier names the prefix of a connection of this subscriber to this APN	that prefix
 *	2. IKEv2 came over such a connection: from an address of its prefix			that prefix
 *	3. there is such a connection without a security association				its prefix
 *	4. otherwise										a new one
 * A connection that names another subscriber's prefix, or comes from one, is not identified by it.
 *
 * A connection ends when neither a security association nor a binding is left; one that the UE has over a 3GPP access
 * (ha_connection) stands before and after any of this, and after a restart of the home agent all stand that stood
 * before: who has which prefix is the network's knowledge, not the node's. A home agent that is a local mobility anchor
 * as well opens and closes connections over 3GPP accesses with s2c_ha_pdn_open and s2c_ha_pdn_close.
 */
#include "proto/s2c_ha_priv.h"

#include <string.h>

static uint32_t user_hash(struct imsi i)
{
	return index_hash(i.digits, i.n);
}

static struct map_key prefix_key(const struct ip6_addr *a)
{
	return (struct map_key){ ip6_high64(a), 0 };
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool same_apn(const char *a, const char *b)
{
	while (*a && lower(*a) == lower(*b))
		a++, b++;
	return lower(*a) == lower(*b);
}

struct s2c_pdn *s2c_pdn_at(const struct s2c_ha *s, moor_handle h)
{
	return h ? slab_get(&s->pdns, h) : NULL;
}

struct s2c_pdn *s2c_pdn_of_prefix(const struct s2c_ha *s, const struct ip6_addr *a)
{
	uint32_t h;

	return map_get(&s->by_prefix, prefix_key(a), &h) ? s2c_pdn_at(s, h) : NULL;
}

enum sa_wanted { SA_ANY, SA_WITHOUT, SA_WITH };

/* apn NULL: any */
static struct s2c_pdn *of_user(const struct s2c_ha *s, struct imsi i, const char *apn, enum sa_wanted wanted)
{
	uint32_t at, h, hash = user_hash(i);

	for (h = index_first(&s->by_user, hash, &at); h; h = index_next(&s->by_user, hash, &at)) {
		struct s2c_pdn *p = s2c_pdn_at(s, h);

		if (!imsi_same(p->imsi, i) || (apn && !same_apn(p->apn, apn)))
			continue;
		if (wanted == SA_ANY || s2c_pdn_has_sa(s, p) == (wanted == SA_WITH))
			return p;
	}
	return NULL;
}

bool s2c_pdn_has_sa(const struct s2c_ha *s, const struct s2c_pdn *p)
{
	const struct s2c_session *x = s2c_session_at(s, p->session);

	return x && x->sa;
}

struct s2c_pdn *s2c_pdn_with_sa(const struct s2c_ha *s, struct imsi i, const char *apn)
{
	return of_user(s, i, apn, SA_WITH);
}

static struct s2c_pdn *add(struct s2c_ha *s, struct imsi i, const char *apn, const struct ip6_prefix *hnp)
{
	moor_handle h;
	struct s2c_pdn *p = slab_alloc(&s->pdns, &h);

	*p = (struct s2c_pdn){ .self = h, .imsi = i, .apn = apn, .hnp = *hnp, .ip4 = true };
	index_add(&s->by_user, user_hash(i), h);
	map_put(&s->by_prefix, prefix_key(&hnp->addr), h);
	return p;
}

void s2c_pdn_end(struct s2c_ha *s, struct s2c_pdn *p)
{
	index_remove(&s->by_user, user_hash(p->imsi), p->self);
	map_del(&s->by_prefix, prefix_key(&p->hnp.addr));
	dsmip_ha_release(s->a, &p->hnp, p->fixed);
	slab_free(&s->pdns, p->self);
}

/* [R24303-5.1.3.1-16], the subscription's own where it has one */
static struct s2c_pdn *allocate(struct s2c_ha *s, const struct s2c_session *x)
{
	const struct aaa_apn *sub = x->sub;
	struct ip6_prefix hnp = sub->hnp;
	struct s2c_pdn *p;

	if (hnp.len) {
		if (s2c_pdn_of_prefix(s, &hnp.addr) || !dsmip_ha_assign_this(s->a, &hnp))
			return NULL;
	} else if (!dsmip_ha_assign(s->a, &hnp)) {
		return NULL;
	}
	p = add(s, x->imsi, sub->name, &hnp);
	p->fixed = sub->hnp.len != 0;
	return p;
}

/* [R24303-5.1.3.1-10] [R24303-5.1.3.1-11] [R24303-5.1.3.1-12] [R24303-5.1.3.1-13] */
static struct s2c_pdn *identified(const struct s2c_ha *s, const struct s2c_session *x, const struct ip6_addr *a)
{
	struct s2c_pdn *p = s2c_pdn_of_prefix(s, a);

	return p && imsi_same(p->imsi, x->imsi) && same_apn(p->apn, x->sub->name) ? p : NULL;
}

static void ip4_policy(struct s2c_ha *s, struct s2c_pdn *p, const struct aaa_apn *sub)
{
	p->ip4 = sub->ip4 != AAA_IP4_NONE;
	if (sub->ip4 == AAA_IP4_STATIC)
		dsmip_ha_static_hoa4(s->a, &p->hnp, sub->ip4_address);
}

/* [R24303-5.1.3.1-14] [R24303-5.1.3.1-15] */
struct s2c_pdn *s2c_pdn_choose(struct s2c_ha *s, const struct s2c_session *x, const struct ike_request *q,
			       const struct ip6_addr *from)
{
	struct ip6_addr named = ip6_any;
	struct s2c_pdn *p = NULL;

	if (q->pdn_id && q->pdn_id_len >= 8) {
		memcpy(named.o, q->pdn_id, q->pdn_id_len < 16 ? q->pdn_id_len : 16);
		p = identified(s, x, &named);
	}
	if (!p && !ip6_is_mapped(from))
		p = identified(s, x, from);
	if (!p)
		p = of_user(s, x->imsi, x->sub->name, SA_WITHOUT);
	if (!p)
		p = allocate(s, x);
	if (p)
		ip4_policy(s, p, x->sub);
	return p;
}

bool s2c_ha_connection(struct s2c_ha *s, struct imsi i, const char *apn, const struct ip6_prefix *hnp)
{
	struct s2c_pdn *p;

	if (s2c_pdn_of_prefix(s, &hnp->addr))
		return false;
	p = add(s, i, texts_keep(&s->apns, apn), hnp);
	p->existing = p->provisioned = true;
	return true;
}

/* ---- over a 3GPP access ------------------------------------------------------------------------------------------ */

bool s2c_ha_pdn_owns(const struct s2c_ha *s, struct imsi i, const char *apn, const struct ip6_prefix *hnp, bool fixed)
{
	const struct s2c_pdn *p = s2c_pdn_of_prefix(s, &hnp->addr);

	if (p)
		return imsi_same(p->imsi, i) && (!apn || same_apn(p->apn, apn));
	return hnp->len == 64 && dsmip_ha_in_pool(s->a, &hnp->addr) && (fixed || !dsmip_ha_served(s->a, &hnp->addr));
}

static bool a_prefix(struct s2c_ha *s, struct imsi i, const char *apn, struct ip6_prefix *hnp, bool fixed)
{
	if (hnp->len)
		return s2c_ha_pdn_owns(s, i, apn, hnp, fixed) && dsmip_ha_assign_this(s->a, hnp);
	return dsmip_ha_assign(s->a, hnp);
}

bool s2c_ha_pdn_secured(const struct s2c_ha *s, struct imsi i, const char *apn, struct ip6_prefix *hnp)
{
	const struct s2c_pdn *p = of_user(s, i, apn, SA_WITH);

	if (p)
		*hnp = p->hnp;
	return p != NULL;
}

static struct s2c_pdn *not_on_3gpp(const struct s2c_ha *s, struct imsi i, const char *apn)
{
	struct s2c_pdn *secured = of_user(s, i, apn, SA_WITH);
	uint32_t at, h, hash = user_hash(i);

	if (secured && !secured->on_3gpp)
		return secured;

	for (h = index_first(&s->by_user, hash, &at); h; h = index_next(&s->by_user, hash, &at)) {
		struct s2c_pdn *p = s2c_pdn_at(s, h);

		if (imsi_same(p->imsi, i) && (!apn || same_apn(p->apn, apn)) && !p->on_3gpp)
			return p;
	}
	return NULL;
}

bool s2c_ha_pdn_open(struct s2c_ha *s, struct imsi i, const char *apn, const char *name, struct ip6_prefix *hnp,
		     bool fixed)
{
	bool named = hnp->len != 0;
	struct s2c_pdn *p = named ? s2c_pdn_of_prefix(s, &hnp->addr) : not_on_3gpp(s, i, apn);

	if (p && named && !s2c_ha_pdn_owns(s, i, apn, hnp, fixed))
		return false;
	if (!p) {
		if (!a_prefix(s, i, apn, hnp, fixed))
			return false;
		p = add(s, i, texts_keep(&s->apns, name), hnp);
		p->fixed = fixed;
	}
	p->on_3gpp = true;
	p->existing = !p->session;
	*hnp = p->hnp;
	return true;
}

void s2c_ha_pdn_close(struct s2c_ha *s, const struct ip6_prefix *hnp)
{
	struct s2c_pdn *p = s2c_pdn_of_prefix(s, &hnp->addr);

	if (!p)
		return;
	p->on_3gpp = false;
	p->existing = !p->session && p->provisioned;
	if (!p->session && !p->existing)
		s2c_pdn_end(s, p);
}

bool s2c_ha_pdn(const struct s2c_ha *s, struct imsi i, const char *apn, struct s2c_pdn_view *out)
{
	const struct s2c_pdn *p = of_user(s, i, apn, SA_ANY);
	const struct s2c_session *x = p ? s2c_session_at(s, p->session) : NULL;

	if (!p)
		return false;
	*out = (struct s2c_pdn_view){ .hnp = p->hnp, .existing = p->existing };
	if (x) {
		out->sa = x->sa;
		out->child = x->child;
	}
	return true;
}
