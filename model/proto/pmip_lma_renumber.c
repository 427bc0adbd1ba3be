/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: another home network prefix for a session that goes on
 *
 * RFC 5213 6.12 says what a MAG does when a prefix is replaced, and leaves open how it gets to know
 * [R5213d-6.12-03]. Here the LMA sends an Update Notification that asks for a registration [RFC 7077 4.1, reason 1],
 * and the answer to that has the new prefix in place of the old one. Sent again with the D flag while it is not
 * acknowledged [RFC 7077 5.1]; a MAG that says no, or nothing, leaves everything as it was. The routing state of the
 * old prefix goes with it [R5213d-6.12-02].
 *
 * The first prefix of a session is replaced, any others stay. Other reasons are not used.
 */
#include "proto/pmip_lma_priv.h"

#include <string.h>

enum { UPN_FORCE_REREGISTRATION = 1 };

/* A notification that has not had its effect yet. */
struct pmip_notice {
	struct pmip_lma *a;
	moor_handle self, bce;
	struct moor_timer timer;
	uint64_t hnp;			/* upper 64 bits of the new prefix, which is taken from the pool */
	uint16_t seq;
	uint8_t tries;
};

const size_t pmip_lma_size_notice = sizeof(struct pmip_notice);

static struct pmip_notice *notice_of(const struct pmip_bce *b)
{
	const struct pmip_bce_rare *r = pmip_bce_rare(b);

	return r && r->notice ? slab_get(&b->a->notices, r->notice) : NULL;
}

static void done(struct pmip_notice *x)
{
	struct pmip_lma *a = x->a;
	struct pmip_bce *b = slab_get(&a->cache, x->bce);

	moor_timer_cancel(lma_world(a), &x->timer);
	pmip_bce_rare(b)->notice = 0;
	slab_free(&a->notices, x->self);
}

void pmip_lma_notice_drop(struct pmip_bce *b)
{
	struct pmip_notice *x = notice_of(b);

	if (!x)
		return;
	hnp_pool_back(&b->a->pool, x->hnp);
	done(x);
}

static void put_names(const struct pmip_bce *b, struct mh_msg *m, uint8_t room[EAP_NAI_MAX])
{
	pmip_lma_add_names(b, m, room);
	if (b->apn)
		mh_add(m, MH_OPT_SERVICE_SELECTION)->octets =
			(struct mh_octets){ (const uint8_t *)b->apn, (uint8_t)strlen(b->apn) };
}

static void notify(struct pmip_notice *x)
{
	struct pmip_lma *a = x->a;
	struct pmip_bce *b = slab_get(&a->cache, x->bce);
	const struct pmip_tunnel *t = pmip_lma_tunnel(b);
	struct pmip_tx tx = {
		.local = dsmip_is_mapped(&t->remote) ? ip6_mapped(a->c.lmaa4) : a->c.lmaa, .remote = t->remote,
		.transport = (enum pmip_transport)t->transport, .dport = t->port, .profile = a->c.profile,
		.hnp = ip6_from64(b->hnp, 0), .proxy_coa = t->remote, .instance = pbce_index(b), .attempt = x->tries + 1u,
	};
	uint8_t room[EAP_NAI_MAX];
	struct mh_msg m;

	mh_start(&m, MH_UPN);
	m.upn.seq = x->seq;
	m.upn.reason = UPN_FORCE_REREGISTRATION;
	m.upn.ack = true;
	m.upn.again = x->tries > 0;
	put_names(b, &m, room);
	pmip_send(a->h, &m, &tx);
}

static void unanswered(struct moor_world *w, struct moor_timer *t)
{
	struct pmip_notice *x = MOOR_CONTAINER(t, struct pmip_notice, timer);

	if (x->tries >= lma_timer(x->a, T_UPN_TRIES)) {
		pmip_lma_notice_drop(slab_get(&x->a->cache, x->bce));
		return;
	}
	x->tries++;
	notify(x);
	moor_timer_in(w, &x->timer, lma_timer(x->a, T_UPN_DELAY), unanswered);
}

static bool renumber(struct pmip_bce *b)
{
	struct pmip_lma *a = b->a;
	struct pmip_notice *x;
	moor_handle h;
	uint64_t hnp;

	if (b->machine.state != PMIP_BCE_ACTIVE || !b->hnp || b->host || notice_of(b) || !hnp_pool_any(&a->pool, &hnp))
		return false;
	x = slab_alloc(&a->notices, &h);
	*x = (struct pmip_notice){ .a = a, .self = h, .bce = b->self, .hnp = hnp, .seq = ++a->upn_seq };
	pmip_bce_rare_new(b)->notice = h;
	notify(x);
	moor_timer_in(lma_world(a), &x->timer, lma_timer(a, T_UPN_DELAY), unanswered);
	return true;
}

unsigned pmip_lma_renumber(struct pmip_lma *a, struct imsi i, const char *apn)
{
	unsigned n = 0;
	uint32_t at;

	for (struct pmip_bce *b = pmip_lma_first(a, i, &at); b && !a->c.pool; b = pmip_lma_next(a, i, &at))
		if (!apn || (b->apn && aaa_apn_matches(b->apn, apn)))
			n += renumber(b);
	return n;
}

bool pmip_lma_was(const struct pmip_bce *b, uint64_t hnp)
{
	const struct pmip_bce_rare *r = pmip_bce_rare(b);

	return r && r->was && r->was == hnp;
}

void pmip_lma_renumbered(struct pmip_bce *b, bool knows)
{
	struct pmip_notice *x = notice_of(b);

	if (knows && b->rare)
		pmip_bce_rare(b)->was = 0;
	if (!x)
		return;
	pmip_bce_rare(b)->was = b->hnp;
	pmip_lma_swap(b, x->hnp);
	done(x);
}

void pmip_lma_upa(struct pmip_lma *a, const struct pmip_rx *x)
{
	const struct mh_msg *m = &x->d.m;
	struct pmip_notice *n;
	struct pmip_bce *b = NULL;
	struct ip6_addr hnp;
	moor_handle h = 0;

	while ((n = slab_next(&a->notices, &h)))
		if (n->seq == m->upa.seq)
			break;
	b = n ? slab_get(&a->cache, n->bce) : NULL;
	hnp = b ? pbce_address(b) : ip6_any;
	pmip_record_rx(x, a->c.profile, (struct mh_context){ .procedure = MH_PROC_ANY }, &hnp, &x->src, pbce_index(b));
	if (!b) {
		dsmip_discard(a->h, 0, "upa-not-asked", "RFC 7077 5.2");
		return;
	}
	moor_timer_cancel(lma_world(a), &n->timer);
	if (m->upa.status >= 128)
		pmip_lma_notice_drop(b);
}

void pmip_lma_notices_end(struct pmip_lma *a)
{
	struct pmip_notice *x;
	moor_handle h = 0;

	while ((x = slab_next(&a->notices, &h)))
		moor_timer_cancel(lma_world(a), &x->timer);
}
