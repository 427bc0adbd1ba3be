/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the LMA's security associations with its MAGs
 *
 * The LMA answers. An identity that its peer authorization database does not have, or that proves itself in another way
 * than is written there, gets no IKE SA [R5213d-4-07] [R5213d-4.1-01]; one that is known gets child SAs for its own
 * address alone, so that a MAG with keys of its own cannot speak for another Proxy-CoA [RFC 5213 4.1]. SPI and selector
 * then say which MAG a Proxy Binding Update is from [R5213d-5.3.1-08] [R5213d-5.3.1-09]; what the LMA makes of its
 * content is pmip_lma_check.c's matter.
 *
 * A MAG that comes with INITIAL_CONTACT has lost what it had: its older SAs go without a word [RFC 7296 2.4]. Sessions
 * outlive SAs.
 */
#include "proto/pmip_lma_sec.h"

#include "base/mem.h"
#include "proto/pmip_lma_priv.h"

/* One MAG. */
struct conn {
	moor_handle sa, child;
	bool first_contact;		/* said with the SA that is about to be told */
	bool restarted;			/* we did, and it has not heard of it yet */
};

struct pmip_lma_sec {
	struct pmip_lma *a;
	struct pmip_sec_config c;
	struct ike *ike;
	struct conn *conn;		/* c.n_peers of them */
};

static struct conn *conn_of(const struct pmip_lma_sec *s, const struct pmip_sec_peer *p)
{
	return p ? &s->conn[p - s->c.peers] : NULL;
}

/* An SA that was told of. */
static const struct pmip_sec_peer *peer_of(const struct ike_sa *sa)
{
	return ike_sa_user(sa);
}

/* ---- what IKE asks ----------------------------------------------------------------------------------------------- */

static bool on_init(void *owner, const struct ike_path *p, bool redirect_supported, bool ifom_asked, bool *ifom,
		    struct ip6_addr *to)
{
	const struct pmip_lma_sec *s = owner;

	(void)redirect_supported, (void)ifom_asked, (void)to;
	*ifom = false;
	return ip6_eq(&p->own, &s->c.own);
}

static bool on_pad(void *owner, const struct ike_id *idi, struct ike_id *idr, struct ike_pad *out)
{
	const struct pmip_lma_sec *s = owner;
	const struct pmip_sec_peer *p = pmip_sec_by_id(&s->c, idi);

	if (!p)
		return false;
	*idr = s->c.id;
	*out = p->pad;
	return true;
}

/* An IKE SA whose child is refused stands all the same; the MAG will not want it [RFC 7296 1.2]. */
static bool on_authorise(void *owner, struct ike_sa *sa, const struct ike_request *q, struct ike_reply *r,
			 uint16_t *notify)
{
	struct pmip_lma_sec *s = owner;
	const struct pmip_sec_peer *p = pmip_sec_by_id(&s->c, q->idi);

	(void)notify;
	if (!p)
		return false;
	ike_sa_set_user(sa, (void *)(uintptr_t)p);
	conn_of(s, p)->first_contact = q->initial_contact;
	r->sel = q->sel;
	r->child = q->child && q->transport && pmip_sec_narrow(pmip_sec_spd_lma, &s->c.own, &p->addr, &r->sel);
	if (q->child && !r->child)
		dsmip_discard(s->a->h, 0, "sec-pad-address", "RFC 5213 4.1");
	return true;
}

static bool on_child_wanted(void *owner, struct ike_sa *sa, struct ipsec_selector *sel, bool transport)
{
	const struct pmip_lma_sec *s = owner;
	const struct pmip_sec_peer *p = peer_of(sa);

	if (p && transport && pmip_sec_narrow(pmip_sec_spd_lma, &s->c.own, &p->addr, sel))
		return true;
	dsmip_discard(s->a->h, 0, "sec-pad-address", "RFC 5213 4.1");
	return false;
}

/* ---- what IKE tells ---------------------------------------------------------------------------------------------- */

static void forget(const struct pmip_lma_sec *s, moor_handle h)
{
	struct ike_sa *sa = h ? ike_sa_get(s->ike, h) : NULL;

	if (sa)
		ike_forget(sa);
}

static void on_established(void *owner, struct ike_sa *sa, const struct ike_result *r)
{
	struct pmip_lma_sec *s = owner;
	struct conn *x = conn_of(s, peer_of(sa));
	moor_handle old;

	if (!x || !r->child)
		return;
	old = x->sa;
	x->sa = ike_sa_handle(sa);
	x->child = r->child;
	if (x->first_contact && old != x->sa)
		forget(s, old);
	if (x->restarted)		/* so it registers its mobile nodes anew [RFC 5847 3.2] */
		pmip_heart_tell(s->a->heart, &s->c.own, &peer_of(sa)->addr, PMIP_IP6);
	x->restarted = false;
}

static void on_closed(void *owner, struct ike_sa *sa, enum ike_reason why, uint16_t detail)
{
	struct conn *x = conn_of(owner, peer_of(sa));

	(void)why, (void)detail;
	if (x && x->sa == ike_sa_handle(sa))
		x->sa = x->child = 0;
}

static void on_child(void *owner, struct ike_sa *sa, moor_handle child, moor_handle old, enum ike_reason why)
{
	struct conn *x = conn_of(owner, peer_of(sa));

	(void)why, (void)old;
	if (x && child && x->sa == ike_sa_handle(sa))
		x->child = child;
}

static void on_child_gone(void *owner, struct ike_sa *sa, moor_handle child)
{
	struct conn *x = conn_of(owner, peer_of(sa));

	if (x && x->child == child)
		x->child = 0;
}

static const struct ike_user user = {
	.init = on_init, .pad = on_pad, .authorise = on_authorise, .child_wanted = on_child_wanted,
	.established = on_established, .closed = on_closed, .child = on_child, .child_gone = on_child_gone,
};

/* ---- life -------------------------------------------------------------------------------------------------------- */

void pmip_lma_secure(struct pmip_lma *a, const struct pmip_sec_config *c)
{
	struct pmip_lma_sec *s = mem_zeroed(sizeof *s);

	s->a = a;
	s->c = *c;
	s->ike = ike_new(a->h, c->ike, &user, s);
	s->conn = mem_zeroed((c->n_peers + 1) * sizeof *s->conn);
	ipsec_policies(ipsec_of(a->h), pmip_sec_spd_lma, PMIP_SEC_POLICIES);
	a->sec = s;
}

void pmip_lma_sec_free(struct pmip_lma_sec *s)
{
	if (!s)
		return;
	mem_free(s->conn);
	mem_free(s);
}

void pmip_lma_sec_restart(struct pmip_lma_sec *s)
{
	ike_reboot(s->ike);
	for (unsigned k = 0; k < s->c.n_peers; k++) {
		bool knows = s->conn[k].restarted || pmip_heart_watched(s->a->heart, &s->c.peers[k].addr);

		s->conn[k] = (struct conn){ .restarted = knows };
	}
}

bool pmip_lma_sec_rekey(struct pmip_lma *a, const struct ip6_addr *of, bool ike)
{
	const struct conn *x = a->sec ? conn_of(a->sec, pmip_sec_by_addr(&a->sec->c, of)) : NULL;
	struct ike_sa *sa = x && x->child ? ike_sa_get(a->sec->ike, x->sa) : NULL;

	if (!sa)
		return false;
	if (ike)
		ike_rekey(sa);
	else
		ike_rekey_child(sa, x->child);
	return true;
}

struct pmip_sec_view pmip_lma_sec_view(const struct pmip_lma *a, const struct ip6_addr *of)
{
	const struct conn *x = a->sec ? conn_of(a->sec, pmip_sec_by_addr(&a->sec->c, of)) : NULL;

	if (!x)
		return (struct pmip_sec_view){ .there = false };
	return (struct pmip_sec_view){ .there = true, .secured = x->child != 0, .sa = x->sa, .child = x->child };
}
