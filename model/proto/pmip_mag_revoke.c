/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: revocation, seen from the MAG [RFC 5846 6, 9]
 *
 * The LMA takes sessions back: one (a name and its prefixes), all of a mobile node (its name alone), several by their
 * prefixes, the IPv4 home address alone (V), all of a realm ("@example.com", G and trigger 129) and all that there are
 * (G and trigger 128). What is answered follows 6.2.1 and 9.1 in this order: P (135), a trigger that is known (133) and
 * goes with G (134), then who it is about. Sessions of another LMA are not its to take [RFC 5846 13].
 *
 * A MAG that gives up all its sessions with an LMA says so with one message, G and trigger 128 under its own name
 * [RFC 5846 9.2]; it is sent again as 6.3 has it.
 */
#include "proto/pmip_mag_dhcp.h"

#include <string.h>

#define AT_ONCE 32u			/* entries of one mobile node that one indication can name */

/* ---- what goes --------------------------------------------------------------------------------------------------- */

/* Withdrawn from the mobile node when it is still there [R5213d-6.12-01] [R5213d-6.12-02], then gone. */
void pmip_mag_taken_back(struct pmip_bule *b)
{
	pmip_mag_withdraw(b);
	pmip_mag_gone(b, PMIP_BULE_EV_BRI, BINDING_REVOKED);
}

/* V: the rest of the session stays as it is; the address is not asked for again. */
static void release4(struct pmip_bule *b)
{
	pmip_mag_no_ip4(b);
	b->ip4 = false;
	pmip_mag_record(b, BINDING_UPDATED, 0);
}

/* ---- whom it is about -------------------------------------------------------------------------------------------- */

struct aim {
	const struct mh_msg *q;
	struct ip6_addr lma;
	const struct mh_opt *id, *coa;
	struct imsi imsi;
	struct pmip_bule *b[AT_ONCE];
	unsigned n;
	unsigned unknown;		/* prefixes that are nobody's */
};

static bool has_hnp(const struct pmip_bule *b, const struct ip6_addr *hnp)
{
	if (b->host)
		return pmip_mag_has_address(b, hnp);
	for (unsigned k = 0; k < b->n_hnp; k++)
		if (b->hnp[k] == ip6_high64(hnp))
			return true;
	return false;
}

/* No prefix is named: all of that mobile node. */
static bool wanted(const struct aim *t, const struct pmip_bule *b)
{
	const struct mh_opt *o = mh_find(t->q, MH_OPT_HNP), *ip4 = mh_find(t->q, MH_OPT_IP4_HOA_REQUEST);

	if (b->machine.state == PMIP_BULE_DETACHED || !ip6_eq(&b->lma, &t->lma))
		return false;
	if (t->q->br.flags & MH_BR_V)
		return ip4 && !ip4_is_zero(b->hoa4) && ip4_eq(ip4->hoa4.addr, b->hoa4);
	if (!o)
		return true;
	for (; o; o = mh_next(t->q, o))
		if (has_hnp(b, &o->prefix.addr))
			return true;
	return false;
}

static bool taken(const struct aim *t, const struct mh_opt *hnp)
{
	for (unsigned k = 0; k < t->n; k++)
		if (has_hnp(t->b[k], &hnp->prefix.addr))
			return true;
	return false;
}

static void take_aim(const struct pmip_mag *m, struct aim *t)
{
	uint32_t at;

	if (!t->id || !pmip_who(m->c.names, t->id, &t->imsi))
		return;
	for (const struct pmip_mn *n = pmip_mag_first(m, t->imsi, &at); n; n = pmip_mag_next(m, t->imsi, &at))
		for (struct pmip_bule *b = bule_at(m, n->first); b && t->n < AT_ONCE; b = bule_at(m, b->next))
			if (wanted(t, b))
				t->b[t->n++] = b;
	for (const struct mh_opt *o = mh_find(t->q, MH_OPT_HNP); o; o = mh_next(t->q, o))
		t->unknown += !taken(t, o);
}

/* [RFC 5846 8.1] what follows the "@" of both is the same; a name without one belongs to no realm */
static bool of_realm(const struct mh_opt *realm, const uint8_t *nai, size_t n)
{
	const uint8_t *at = nai;

	while (at < nai + n && *at != '@')
		at++;
	return at < nai + n && (size_t)(nai + n - at) == realm->id.id.n && !memcmp(at, realm->id.id.p, realm->id.id.n);
}

static bool is_realm(const struct mh_opt *id)
{
	return id && id->id.subtype == MH_ID_NAI && id->id.id.n > 1 && id->id.id.p[0] == '@';
}

/* Of the entries that a global indication is about: NULL at the end. */
static struct pmip_bule *next_of_all(struct pmip_mag *m, const struct aim *t, moor_handle *h)
{
	struct mh_msg name;
	uint8_t room[EAP_NAI_MAX];
	struct pmip_bule *b;

	while ((b = slab_next(&m->bules, h))) {
		struct ip6_addr coa = pmip_mag_coa(b);

		if (b->machine.state == PMIP_BULE_DETACHED || !ip6_eq(&b->lma, &t->lma))
			continue;
		if (t->q->br.code == MH_BRI_PER_PEER_POLICY)
			return b;
		if (t->coa && !ip6_eq(&t->coa->ip6, &coa))
			continue;
		mh_start(&name, MH_BR);
		pmip_add_name(m->c.names, &name, mn_of(b)->imsi, room);
		if (of_realm(t->id, name.opt[0].id.id.p, name.opt[0].id.id.n))
			return b;
	}
	return NULL;
}

/* ---- what is answered [RFC 5846 6.2.1, 9.1] ---------------------------------------------------------------------- */

static bool known_trigger(uint8_t t)
{
	return t <= MH_BRI_OUT_OF_SYNC || t == MH_BRI_PER_PEER_POLICY || t == MH_BRI_LOCAL_POLICY;
}

static bool of_handover(const struct mh_msg *q)
{
	return q->br.code >= MH_BRI_MAG_HO_SAME_ATT && q->br.code <= MH_BRI_MAG_HO_UNKNOWN;
}

static uint8_t judge_global(struct pmip_mag *m, const struct aim *t)
{
	moor_handle h = 0;

	if (t->q->br.code == MH_BRI_PER_PEER_POLICY)	/* all there are: nobody is named */
		return t->q->n_opt ? MH_BRA_FUNCTION_UNSUPPORTED : MH_BRA_SUCCESS;
	return is_realm(t->id) && next_of_all(m, t, &h) ? MH_BRA_SUCCESS : MH_BRA_MN_ID_REQUIRED;
}

static uint8_t judge(struct pmip_mag *m, struct aim *t)
{
	const struct mh_msg *q = t->q;
	bool global = q->br.flags & MH_BR_G;

	if (!(q->br.flags & MH_BR_P))
		return MH_BRA_PROXY_UNSUPPORTED;
	if (!known_trigger(q->br.code))
		return MH_BRA_TRIGGER_UNSUPPORTED;
	if (global != (q->br.code >= MH_BRI_PER_PEER_POLICY))
		return MH_BRA_FUNCTION_UNSUPPORTED;
	if (global)
		return judge_global(m, t);
	if (!t->id)
		return MH_BRA_MN_ID_REQUIRED;
	if (q->br.flags & MH_BR_V && !mh_find(q, MH_OPT_IP4_HOA_REQUEST))
		return MH_BRA_IP4_HOA_REQUIRED;
	if (!t->n)
		return MH_BRA_NO_BINDING;
	for (unsigned k = 0; k < t->n && of_handover(q); k++)
		if (mn_of(t->b[k])->there)
			return MH_BRA_MN_ATTACHED;
	return t->unknown ? MH_BRA_PARTIAL : MH_BRA_SUCCESS;
}

/* Partial success names what it failed for. */
static void put_names(const struct aim *t, struct mh_msg *a, uint8_t status, struct ip6_addr *hnp)
{
	if (t->id)
		mh_add(a, MH_OPT_MN_ID)->id = t->id->id;
	for (const struct mh_opt *o = mh_find(t->q, MH_OPT_HNP); o; o = mh_next(t->q, o)) {
		*hnp = o->prefix.addr;
		if (status != MH_BRA_PARTIAL || !taken(t, o))
			pmip_add_hnp(a, o);
	}
}

static void answer(struct pmip_mag *m, const struct pmip_rx *x, const struct aim *t, uint8_t status, uint32_t instance)
{
	const struct mh_msg *q = t->q;
	struct pmip_tx tx = { .local = x->dst, .remote = x->src, .transport = x->transport, .dport = x->sport,
			      .profile = m->c.profile, .context = { .procedure = MH_PROC_NETWORK_DETACH, .request = q },
			      .proxy_coa = x->dst, .instance = instance };
	struct mh_msg a;

	mh_start(&a, MH_BR);
	a.br.type = MH_BR_BRA;
	a.br.code = status;
	a.br.seq = q->br.seq;
	a.br.flags = q->br.flags & (MH_BR_P | MH_BR_V | MH_BR_G);
	put_names(t, &a, status, &tx.hnp);
	pmip_send(m->h, &a, &tx);
}

static struct aim aim_at(const struct pmip_mag *m, const struct pmip_rx *x)
{
	struct aim t = { .q = &x->d.m, .lma = x->src, .id = mh_find(&x->d.m, MH_OPT_MN_ID),
			 .coa = mh_find(&x->d.m, MH_OPT_ALT_COA) };

	take_aim(m, &t);
	return t;
}

void pmip_mag_bri(struct pmip_mag *m, const struct pmip_rx *x)
{
	struct aim t = aim_at(m, x);
	uint8_t status = judge(m, &t);
	struct pmip_bule *b;
	moor_handle h = 0;

	answer(m, x, &t, status, bule_index(t.n ? t.b[0] : NULL));
	if (status != MH_BRA_SUCCESS && status != MH_BRA_PARTIAL)
		return;
	while (x->d.m.br.flags & MH_BR_G && (b = next_of_all(m, &t, &h)))
		pmip_mag_taken_back(b);
	for (unsigned k = 0; k < t.n && !(x->d.m.br.flags & MH_BR_G); k++) {
		if (x->d.m.br.flags & MH_BR_V)
			release4(t.b[k]);
		else
			pmip_mag_taken_back(t.b[k]);
	}
}

/* ---- all sessions with an LMA are given up [RFC 5846 9.2] -------------------------------------------------------- */

static void unanswered(struct moor_world *w, struct moor_timer *timer);

static void indicate(struct mag_farewell *f)
{
	struct pmip_mag *m = f->m;
	const char *name = moor_node_name(net_host_node(m->h));
	enum pmip_transport t = (enum pmip_transport)f->transport;
	struct pmip_tx tx = { .local = pmip_is_ip4(t) ? ip6_mapped(m->c.proxy_coa4) : m->c.proxy_coa, .remote = f->lma,
			      .transport = t, .profile = m->c.profile, .context = { .procedure = MH_PROC_NETWORK_DETACH },
			      .attempt = ++f->tries };
	struct mh_msg q;
	struct mh_opt *id;

	tx.proxy_coa = tx.local;
	mh_start(&q, MH_BR);
	q.br.type = MH_BR_BRI;
	q.br.code = MH_BRI_PER_PEER_POLICY;
	q.br.seq = f->seq;
	q.br.flags = MH_BR_P | MH_BR_G;
	id = mh_add(&q, MH_OPT_MN_ID);
	id->id.subtype = MH_ID_NAI;
	id->id.id = (struct mh_octets){ (const uint8_t *)name, (uint8_t)strlen(name) };
	pmip_send(m->h, &q, &tx);
}

/* The sessions went when the first one was sent: they are not waited for. */
static void unanswered(struct moor_world *w, struct moor_timer *timer)
{
	struct mag_farewell *f = MOOR_CONTAINER(timer, struct mag_farewell, timer);
	moor_time wait = mag_timer(f->m, T_BRI_FIRST), most = mag_timer(f->m, T_BRI_MAX);

	if (f->tries > mag_timer(f->m, T_BRI_TRIES)) {
		slab_free(&f->m->farewells, f->self);
		return;
	}
	for (unsigned k = 0; k < f->tries && wait < most; k++)
		wait *= 2;
	indicate(f);
	moor_timer_in(w, &f->timer, wait < most ? wait : most, unanswered);
}

static void farewell(struct pmip_mag *m, const struct pmip_bule *b)
{
	moor_handle h;
	struct mag_farewell *f = slab_alloc(&m->farewells, &h);

	*f = (struct mag_farewell){ .m = m, .self = h, .lma = b->lma, .transport = b->transport, .seq = ++m->bri_seq };
	indicate(f);
	moor_timer_in(mag_world(m), &f->timer, mag_timer(m, T_BRI_FIRST), unanswered);
}

static bool told(const struct pmip_mag *m, const struct pmip_bule *b, uint16_t since)
{
	struct mag_farewell *f;
	moor_handle h = 0;

	while ((f = slab_next(&m->farewells, &h)))
		if (ip6_eq(&f->lma, &b->lma) && f->transport == b->transport && (uint16_t)(f->seq - since - 1) < 0x8000)
			return true;
	return false;
}

unsigned pmip_mag_give_up(struct pmip_mag *m)
{
	uint16_t since = m->bri_seq;
	struct pmip_bule *b;
	moor_handle h = 0;
	unsigned n = 0;

	while ((b = slab_next(&m->bules, &h))) {
		if (b->machine.state != PMIP_BULE_ACTIVE)
			continue;
		if (!told(m, b, since))
			farewell(m, b);
		pmip_mag_taken_back(b);
		n++;
	}
	return n;
}

void pmip_mag_farewells_end(struct pmip_mag *m)
{
	struct mag_farewell *f;
	moor_handle h = 0;

	while ((f = slab_next(&m->farewells, &h)))
		moor_timer_cancel(mag_world(m), &f->timer);
}

/* "Global Revocation NOT Authorized" is no reason to say it once more: it is over with any answer. */
static bool acknowledged(struct pmip_mag *m, const struct pmip_rx *x)
{
	struct mag_farewell *f;
	moor_handle h = 0;

	while ((f = slab_next(&m->farewells, &h))) {
		if (f->seq != x->d.m.br.seq || !ip6_eq(&f->lma, &x->src))
			continue;
		moor_timer_cancel(mag_world(m), &f->timer);
		slab_free(&m->farewells, f->self);
		return true;
	}
	return false;
}

/* ---- in ---------------------------------------------------------------------------------------------------------- */

void pmip_mag_br(struct pmip_mag *m, const struct pmip_rx *x)
{
	struct aim t = aim_at(m, x);
	struct pmip_bule *b = t.n ? t.b[0] : NULL;
	struct ip6_addr hnp = b ? bule_address(b) : ip6_any;

	pmip_record_rx(x, m->c.profile, (struct mh_context){ .procedure = MH_PROC_NETWORK_DETACH }, &hnp, &x->dst,
		       bule_index(b));
	if (x->d.m.br.type == MH_BR_BRA) {
		if (!acknowledged(m, x))
			dsmip_discard(m->h, bule_index(b), "bra-not-asked", "RFC 5846 6.2.2");
		return;
	}
	if (b && of_handover(&x->d.m) && x->d.m.br.flags & MH_BR_P && pmip_mag_doubt(mn_of(b), x))
		return;
	pmip_mag_bri(m, x);
}
