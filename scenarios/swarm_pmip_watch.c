/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: what must never be seen of PMIPv6
 *
 * The swarm's invariants about single records of anchors, gateways and mobile nodes: a session takes only what is later
 * than what it took before [RFC 5213 5.5], only trusted gateways register [RFC 5213 5.3.1], Proxy Binding Updates say
 * so and go to anchors [RFC 5213 8.1], mobile nodes signal nothing [RFC 5213 3], user packets travel under the keys of
 * their own session while it stands [29.275 5.2, 5.3]. It implements no clause.
 */
#include <string.h>

#include "scenarios/pmip.h"
#include "scenarios/swarm_watch.h"
#include "wire/ip.h"
#include "wire/mh.h"

#define ETHER_LEN 14u
#define IP6_PROTO_AT 6u
#define IP4_LEN 20u
#define GRE_CHECKSUM 0x8000
#define GRE_KEY 0x2000
#define WAITING (4 * MOOR_S)		/* neighbour discovery's patience and a link's queue */

/* What a session took last. */
struct taken {
	uint64_t stamp;			/* 0: it had none */
	uint16_t sequence;
};

static const struct fix *gateway_of(struct swarm_watch *x, uint32_t node)
{
	const struct fix *f = build_member(x->b, node).fix;

	return f && f->n && f->n->kind == NODE_MAG ? f : NULL;
}

static const struct fix *anchor_of(struct swarm_watch *x, uint32_t node)
{
	const struct fix *f = build_member(x->b, node).fix;

	return f && f->n && pmip_is_anchor(f->n) ? f : NULL;
}

/* ---- sessions ---------------------------------------------------------------------------------------------------- */

static bool has_address(const struct fix *f, const struct ip6_addr *a)
{
	for (guint i = 0; i < f->n_ifaces; i++) {
		struct ip6_addr mapped = ip6_mapped(f->iface[i].a4);

		if (ip6_eq(a, &f->iface[i].a6) || (!ip4_is_zero(f->iface[i].a4) && ip6_eq(a, &mapped)))
			return true;
	}
	return false;
}

static void trusted(struct swarm_watch *x, const struct fix *lma, const struct ip6_addr *coa)
{
	for (guint i = 0; i < x->b->n_fix; i++) {
		const struct fix *f = &x->b->fix[i];
		bool listed = !lma->n->mags->len;

		if (!f->n || f->n->kind != NODE_MAG || !has_address(f, coa))
			continue;
		for (guint k = 0; k < lma->n->mags->len; k++)
			listed = listed || !strcmp(((const struct tree *)lma->n->mags->pdata[k])->text, f->n->base.name);
		if (!listed)
			swarm_find(x, "stranger", moor_node_id(lma->node), "registered %s, which it does not trust", f->n->base.name);
		return;
	}
	swarm_find(x, "stranger", moor_node_id(lma->node), "registered a care-of address that is no gateway's");
}

static char *session_key(uint32_t node, const struct moor_record *r)
{
	return g_strdup_printf("%u/%u/%" G_GUINT64_FORMAT, node, r->instance, ip6_high64(&r->u.binding.home_address));
}

/*
 * [RFC 5213 5.5] A session that was waited for [RFC 5213 5.4.1.2] takes what came before the de-registration that ended
 * the wait: handoff indicator 4.
 */
static void in_order(struct swarm_watch *x, const struct moor_record *r, const struct pmip_bce_view *v)
{
	char *key = session_key(r->node, r);
	struct taken *last = g_hash_table_lookup(x->taken, key), *now = g_new(struct taken, 1);
	bool excused = r->u.binding.what == BINDING_CREATED || v->handoff == MH_HI_UNKNOWN;

	*now = (struct taken){ v->stamp.v, v->sequence };
	excused = excused || (x->partly && last && now->stamp == last->stamp && now->sequence == last->sequence);
	if (last && !excused && now->stamp && last->stamp && now->stamp <= last->stamp)
		swarm_find(x, "order", r->node, "a session took a time that is not later than the one before");
	if (last && !excused && !now->stamp && !last->stamp && (uint16_t)(now->sequence - last->sequence - 1) >= 0x7fff)
		swarm_find(x, "order", r->node, "a session took number %u after %u", now->sequence, last->sequence);
	g_hash_table_replace(x->taken, key, now);
}

static void on_anchor(struct swarm_watch *x, const struct moor_record *r, const struct fix *lma)
{
	struct ip6_addr hoa4 = ip6_mapped(r->u.binding.home_address4), *addr = NULL;
	struct ip6_addr hnp = r->u.binding.home_address;
	struct pmip_bce_view v;

	switch (r->u.binding.what) {
	case BINDING_CREATED:
	case BINDING_UPDATED:
	case BINDING_REFRESHED:
		x->out->count[SWARM_ACCEPTED]++;
		trusted(x, lma, &r->u.binding.care_of);
		addr = !ip6_is_zero(&hnp) ? &hnp : &hoa4;
		if (pmip_lma_binding(build_anchor(lma), addr, &v))
			in_order(x, r, &v);
		else
			swarm_find(x, "order", r->node, "a session was registered that is not in the cache");
		break;
	case BINDING_REFUSED:
		x->out->count[SWARM_REFUSED]++;
		break;
	case BINDING_DEREGISTERED:
	case BINDING_EXPIRED:
	case BINDING_REVOKED:
		break;
	}
}

static char *place_key(uint32_t node, const struct ip6_addr *a)
{
	return g_strdup_printf("%u/%" G_GUINT64_FORMAT, node, dsmip_is_mapped(a) ? ip6_low64(a) : ip6_high64(a));
}

static void note_change(struct swarm_watch *x, uint32_t node, const struct ip6_addr *a)
{
	moor_time *at = g_new(moor_time, 1);

	*at = moor_world_now(x->w);
	g_hash_table_replace(x->changed, place_key(node, a), at);
}

/* Not long ago: a packet may have waited for its next hop to be found since. */
static bool just_changed(struct swarm_watch *x, uint32_t node, const struct ip6_addr *a)
{
	char *key = place_key(node, a);
	const moor_time *at = g_hash_table_lookup(x->changed, key);

	g_free(key);
	return at && moor_world_now(x->w) - *at < WAITING;
}

bool swarm_pmip_binding(struct swarm_watch *x, const struct moor_record *r)
{
	const struct fix *lma = anchor_of(x, r->node);
	struct ip6_addr hoa4 = ip6_mapped(r->u.binding.home_address4);

	if (lma || gateway_of(x, r->node)) {
		note_change(x, r->node, &r->u.binding.home_address);
		note_change(x, r->node, &hoa4);
	}
	if (lma && r->u.binding.proxy)
		on_anchor(x, r, lma);
	return (lma && r->u.binding.proxy) || gateway_of(x, r->node);
}

/* ---- signalling -------------------------------------------------------------------------------------------------- */

/* [RFC 5213 4] Anchors and gateways with IPsec say and hear nothing without it. */
static void in_clear(struct swarm_watch *x, const struct moor_record *r)
{
	const struct fix *f = build_member(x->b, r->node).fix;
	unsigned type = r->u.signal.type;

	if (r->u.signal.protocol == SIGNAL_MH && !r->u.signal.secured && f && f->n && pmip_secured(f->n) &&
	    type >= MH_BU && type <= MH_BR && type != MH_BE)
		swarm_find(x, "clear", r->node, "%s a mobility header of type %u in clear",
			   r->kind == REC_SIGNAL_TX ? "sent" : "took", type);
}

void swarm_pmip_signal(struct swarm_watch *x, const struct moor_record *r)
{
	const struct fix *mag = gateway_of(x, r->node);

	in_clear(x, r);
	if (r->kind != REC_SIGNAL_TX || r->u.signal.protocol != SIGNAL_MH)
		return;
	if (build_member(x->b, r->node).herd)
		swarm_find(x, "stranger", r->node, "a mobile node sent a mobility header of type %u", r->u.signal.type);
	if (!mag || r->u.signal.type != MH_BU)
		return;
	x->out->count[SWARM_BUS]++;
	if (!(r->u.signal.flags & MH_BU_P))
		swarm_find(x, "stranger", r->node, "sent a binding update without the P flag");
	if (!has_address(build_fix(x->b, mag->n->lma->text), &r->u.signal.dst))
		swarm_find(x, "stranger", r->node, "sent a proxy binding update to somebody else than %s", mag->n->lma->text);
}

/* ---- user packets ------------------------------------------------------------------------------------------------ */

/* What a frame with GRE has in it. */
struct keyed {
	uint32_t key;
	struct ip6_addr outer, src, dst;	/* sources of both headers, inner destination */
};

/* False: it is something else, or has no key. */
static bool read_keyed(const uint8_t *p, uint32_t len, struct keyed *k)
{
	uint32_t at;
	uint16_t flags;
	bool six;

	if (len < ETHER_LEN + IP6_LEN)
		return false;
	six = p[12] == 0x86 && p[13] == 0xdd && p[ETHER_LEN + IP6_PROTO_AT] == PROTO_GRE;
	if (!six && !(p[12] == 8 && p[13] == 0 && p[ETHER_LEN] == 0x45 && p[ETHER_LEN + 9] == PROTO_GRE &&
		      !(p[ETHER_LEN + 6] & 0x1f) && !p[ETHER_LEN + 7]))
		return false;
	if (six)
		memcpy(k->outer.o, p + ETHER_LEN + 8, 16);
	else
		k->outer = ip6_mapped((struct ip4_addr){ { p[26], p[27], p[28], p[29] } });
	at = ETHER_LEN + (six ? IP6_LEN : IP4_LEN);
	if (len < at + 12)
		return false;
	flags = (uint16_t)(p[at] << 8 | p[at + 1]);
	if (!(flags & GRE_KEY))
		return false;
	at += 4 + (flags & GRE_CHECKSUM ? 4u : 0);
	k->key = (uint32_t)p[at] << 24 | (uint32_t)p[at + 1] << 16 | (uint32_t)p[at + 2] << 8 | p[at + 3];
	at += 4 + (flags & 0x1000 ? 4u : 0);
	if (len >= at + IP6_LEN && p[at] >> 4 == 6) {
		memcpy(k->src.o, p + at + 8, 16);
		memcpy(k->dst.o, p + at + 24, 16);
		return true;
	}
	if (len < at + IP4_LEN || p[at] >> 4 != 4)
		return false;
	k->src = ip6_mapped((struct ip4_addr){ { p[at + 12], p[at + 13], p[at + 14], p[at + 15] } });
	k->dst = ip6_mapped((struct ip4_addr){ { p[at + 16], p[at + 17], p[at + 18], p[at + 19] } });
	return true;
}

/* Is this an address of the session? */
static bool is_of(const struct pmip_bule_view *v, const struct ip6_addr *a)
{
	struct ip6_addr hoa4 = ip6_mapped(v->hoa4);

	for (unsigned k = 0; k < v->n_hnp; k++)
		if (ip6_in_prefix(a, &v->hnp[k]))
			return true;
	return !ip4_is_zero(v->hoa4) && ip6_eq(a, &hoa4);
}

static void down(struct swarm_watch *x, uint32_t node, const struct fix *lma, const struct ip6_addr *dst, uint32_t key)
{
	struct pmip_bce_view c;

	if (just_changed(x, node, dst))
		return;
	if (!pmip_lma_binding(build_anchor(lma), dst, &c))
		swarm_find(x, "stale", node, "tunnels to a mobile node that has no binding");
	else if (c.state == PMIP_BCE_HOLD && pmip_lma_settings(build_anchor(lma))->drift != PMIP_DRAFT02)
		swarm_find(x, "stale", node, "tunnels to a mobile node that was de-registered");
	else if (c.key_down != key)
		swarm_find(x, "key", node, "tunnels down with key %#x, the session has %#x", key, c.key_down);
}

static void up(struct swarm_watch *x, uint32_t node, const struct fix *mag, const struct ip6_addr *src, uint32_t key)
{
	struct pmip_bule_view v;
	bool served = false;

	if (just_changed(x, node, src))
		return;
	for (uint32_t at = 0; pmip_mag_binding_next(mag_pmip(mag->mag), &at, &v);) {
		if (!is_of(&v, src))
			continue;
		if (v.key_up == key)
			return;
		served = true;
	}
	if (served)
		swarm_find(x, "key", node, "tunnels up with a key that is not the session's");
	else
		swarm_find(x, "stale", node, "tunnels for a mobile node that it does not serve");
}

void swarm_pmip_frame(struct swarm_watch *x, const struct moor_record *r)
{
	const struct fix *lma = anchor_of(x, r->node), *mag = gateway_of(x, r->node);
	struct keyed k;

	if ((!lma && !mag) || !read_keyed(r->u.frame.octets, r->u.frame.len, &k) || !has_address(lma ? lma : mag, &k.outer))
		return;				/* what it merely forwards is not its own */
	if (lma)
		down(x, r->node, lma, &k.dst, k.key);
	else
		up(x, r->node, mag, &k.src, k.key);
}
