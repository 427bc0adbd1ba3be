/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Follows bindings through a capture: who updates what with whom, which acknowledgement answers which update, what a
 * binding is after it, and the records of it. It exists because a capture has no entities to ask.
 *
 * A binding is found by home address and peer [RFC 6275 9.5.1, 11.7.3], that of a proxy by the mobile node's
 * identifier and the anchor [RFC 5213 5.1], its acknowledgement by the addresses and the sequence number, since
 * daemons in the field answer with another identifier. Sequence numbers match acknowledgements to updates; status 135
 * answers the last one. Not followed: bindings of one node told apart by BID [RFC 5648], several sessions of one
 * identifier at one anchor.
 */
#include "emu/replay_internal.h"

enum { DRAFT_HNP = 7, DRAFT_ID = 8 };

/* ---- records ------------------------------------------------------------------------------------- */

static void to_traces(struct replay *r, const struct moor_record *rec)
{
	if (r->writer)
		trace_writer_record(r->writer, rec);
	if (r->ladder && (LADDER_KINDS & REC_BIT(rec->kind)))
		ladder_record(r->ladder, rec);
}

void replay_emit(struct replay *r, const struct moor_record *rec)
{
	if (METRICS_KINDS & REC_BIT(rec->kind))
		metrics_record(r->metrics, rec);
	if (r->writer || r->ladder)
		to_traces(r, rec);
}

/* A proxy's messages are the gateway's in traces, and the mobile node's where handovers are timed. */
static void emit_signal(struct replay *r, const struct binding *b, struct moor_record *rec, bool at_mobile, bool timed)
{
	bool proxy = b && b->proxy && at_mobile;
	uint16_t flags = rec->u.signal.flags;

	if (timed && b && b->main) {
		if (proxy)
			rec->node = b->node;
		rec->u.signal.flags = flags & ~(uint16_t)MH_BU_P;
		metrics_record(r->metrics, rec);
		rec->u.signal.flags = flags;
	}
	if (!r->writer && !r->ladder)
		return;
	if (proxy) {
		rec->node = b->mag_node;
		rec->instance = b->instance;
	}
	to_traces(r, rec);
}

static inline void signal_record(const struct seen *s, const struct mh_msg *m, bool arrived, struct moor_record *rec)
{
	struct rec_signal *g = &rec->u.signal;

	replay_clear(rec, offsetof(struct moor_record, u) + sizeof(*g));
	rec->at = arrived ? s->last : s->at;
	rec->kind = arrived ? REC_SIGNAL_RX : REC_SIGNAL_TX;
	rec->port = REC_NONE;
	g->protocol = 135;
	g->type = m->type;
	g->udp = s->udp;
	g->secured = s->secured;
	g->src = s->tunnelled ? s->outer_src : s->src;
	g->dst = s->tunnelled ? s->outer_dst : s->dst;
	g->message = seen_octets(s);
	g->message_len = s->len;
}

static void emit_binding(struct replay *r, const struct binding *b, enum rec_binding what, moor_time at, uint8_t status,
			 uint16_t sequence, uint16_t lifetime)
{
	struct moor_record rec;

	/* the metrics want to know of ends only */
	if (!b->main || (!r->writer && !r->ladder && what != BINDING_EXPIRED && what != BINDING_REVOKED))
		return;
	rec = (struct moor_record){ .at = at, .kind = REC_BINDING, .node = b->node, .port = REC_NONE };
	rec.u.binding.what = what;
	rec.u.binding.status = status;
	rec.u.binding.sequence = sequence;
	rec.u.binding.lifetime = lifetime;
	rec.u.binding.home_address = b->home;
	rec.u.binding.care_of = b->care_of;
	replay_emit(r, &rec);
}

/* ---- finding bindings ---------------------------------------------------------------------------- */

static struct map_key pair_key(const struct ip6_addr *home, const struct ip6_addr *peer)
{
	uint64_t h[2], p[2];

	memcpy(h, home->o, 16);
	memcpy(p, peer->o, 16);
	return (struct map_key){ replay_fold(h[0] ^ 0xa0761d6478bd642f, h[1] ^ 0xe7037ed1a0b428db) ^ p[1],
		replay_fold(p[0] ^ 0x8ebc6af09c88c6e3, p[1] ^ 0x589965cc75374cc3) ^ h[1] };
}

static inline bool is_pair(const struct binding *b, const struct ip6_addr *home, const struct ip6_addr *peer)
{
	return !b->proxy && ip6_eq(&b->home, home) && ip6_eq(&b->peer, peer);
}

static G_NO_INLINE bool pair_find(struct replay *r, const struct ip6_addr *home, const struct ip6_addr *peer,
				  uint32_t *i)
{
	if (!map_get(&r->binding_index, pair_key(home, peer), i))
		return false;
	if (r->last_pair < r->bindings->len)
		binding_at(r, r->last_pair)->after = *i;
	r->last_pair = *i;
	return true;
}

/*
 * A message and its answer follow one another: the binding looked for last is tried first. And lifetimes are alike, so
 * that mobile nodes mostly come in the order of the round before: then the one that came next.
 */
static bool pair_get(struct replay *r, const struct ip6_addr *home, const struct ip6_addr *peer, uint32_t *i)
{
	*i = r->last_pair;
	if (*i >= r->bindings->len)
		return pair_find(r, home, peer, i);
	if (is_pair(binding_at(r, *i), home, peer))
		return true;
	*i = binding_at(r, *i)->after;
	if (!is_pair(binding_at(r, *i), home, peer))
		return pair_find(r, home, peer, i);
	r->last_pair = *i;
	return true;
}

static struct map_key answer_key(const struct ip6_addr *gateway, const struct ip6_addr *anchor, uint16_t sequence)
{
	struct { struct ip6_addr a[2]; uint64_t sequence; } k = { { *gateway, *anchor }, sequence };

	return replay_hash(&k, sizeof(k));
}

/* The octets that identify the mobile node, and a name for people. */
static bool ident_of(const struct mh_msg *m, unsigned dialects, const uint8_t *mh, struct mh_octets *id, char *name,
		     size_t cap)
{
	const struct mh_opt *o = mh_find_any(m, dialects & DIALECT_DRAFT_OPTIONS ? DRAFT_ID : MH_OPT_MN_ID);
	bool printable = true;
	size_t n = 0;

	if (!o)
		o = mh_find_any(m, MH_OPT_HNP);
	if (!o)
		return false;
	*id = (struct mh_octets){ mh + o->offset + 2, o->len };
	if (o->type == MH_OPT_MN_ID && !o->bad && o->len > 1 && !(dialects & DIALECT_DRAFT_OPTIONS))
		*id = (struct mh_octets){ id->p + 1, (uint8_t)(id->n - 1) };
	for (unsigned i = 0; i < id->n; i++)
		printable = printable && id->p[i] > 0x20 && id->p[i] < 0x7f;
	for (unsigned i = 0; i < id->n && n + 3 < cap; i++)
		n += (size_t)g_snprintf(name + n, cap - n, printable ? "%c" : "%02x", id->p[i]);
	return n > 0;
}

static uint32_t new_binding(struct replay *r, const struct binding *fresh)
{
	g_array_append_val(r->bindings, *fresh);
	r->counts.bindings++;
	r->counts.proxies += fresh->proxy;
	return r->bindings->len - 1;
}

static struct binding *proxy_binding(struct replay *r, const struct seen *s, const struct mh_msg *m, unsigned dialects)
{
	struct binding fresh = { .peer = s->dst, .proxy = true, .main = true, .port = REC_NONE };
	struct mh_octets id = { NULL, 0 };
	char name[80] = "";
	struct map_key key, ident;
	uint32_t i;

	if (ident_of(m, dialects, seen_octets(s), &id, name, sizeof(name)))
		ident = replay_hash(id.p, id.n);
	else
		ident = map_key_ip6(&s->src);
	key = (struct map_key){ ident.a ^ ip6_low64(&s->dst), ident.b ^ ip6_high64(&s->dst) };
	if (!map_get(&r->binding_index, key, &i)) {
		if (!map_get(&r->idents, ident, &fresh.node))
			fresh.node = replay_new_node(r, &r->idents, ident, *name ? name : "mobile");
		fresh.peer_node = replay_node(r, &s->dst);
		i = new_binding(r, &fresh);
		binding_at(r, i)->instance = i;
		map_put(&r->binding_index, key, i);
	}
	map_put(&r->proxy_index, answer_key(&s->src, &s->dst, m->bu.seq), i);
	return binding_at(r, i);
}

/* User data of these addresses is a binding's. */
static void own(struct replay *r, struct map *in, struct map_key key, uint32_t binding)
{
	map_put(in, key, binding);
	r->owners++;
}

static struct binding *host_binding(struct replay *r, const struct ip6_addr *home, const struct seen *s, bool main)
{
	uint32_t i;

	if (!pair_get(r, home, &s->dst, &i)) {
		struct binding fresh = { .home = *home, .peer = s->dst, .port = REC_NONE };

		fresh.node = replay_node(r, home);
		fresh.peer_node = replay_node(r, &s->dst);
		i = new_binding(r, &fresh);
		map_put(&r->binding_index, pair_key(home, &s->dst), i);
	}
	if (main && !binding_at(r, i)->main)
		binding_at(r, i)->main = true;
	if (main && binding_at(r, i)->n_bu == 0)
		own(r, &r->homes, map_key_ip6(home), i);
	return binding_at(r, i);
}

/* What was found for an observation when it was sent holds when it arrives. */
static struct binding *keep_found(struct replay *r, const struct seen *s, bool any, uint32_t i)
{
	r->found_for = s->serial + 1;
	r->found = any ? i : REPLAY_NONE;
	return any ? binding_at(r, i) : NULL;
}

static bool was_found(const struct replay *r, const struct seen *s, struct binding **b)
{
	if (r->found_for != s->serial + 1)
		return false;
	*b = r->found == REPLAY_NONE ? NULL : binding_at(r, r->found);
	return true;
}

static struct binding *answered_binding(struct replay *r, const struct seen *s, uint16_t sequence)
{
	const struct ip6_addr *home = s->has_rh2 ? &s->home : &s->dst;
	struct binding *b;
	uint32_t i = REPLAY_NONE;
	bool any;

	if (was_found(r, s, &b))
		return b;
	any = pair_get(r, home, &s->src, &i)
		|| (r->proxy_index.count && map_get(&r->proxy_index, answer_key(&s->dst, &s->src, sequence), &i));
	return keep_found(r, s, any, i);
}

/* ---- addresses that are the mobile node's -------------------------------------------------------- */

static void learn(struct replay *r, struct binding *b, const struct mh_msg *m, unsigned dialects, const uint8_t *mh)
{
	uint32_t i = (uint32_t)(b - binding_at(r, 0));
	const struct mh_opt *o;
	struct ip6_addr a;

	if (!m->n_opt)
		return;
	for (o = mh_find(m, MH_OPT_HNP); o; o = mh_next(m, o))
		if (!ip6_is_zero(&o->prefix.addr)) {
			own(r, &r->prefixes, (struct map_key){ ip6_high64(&o->prefix.addr), 64 }, i);
			if (b->proxy)
				b->home = o->prefix.addr;
		}
	o = dialects & DIALECT_DRAFT_OPTIONS ? mh_find_any(m, DRAFT_HNP) : NULL;
	if (o && o->len == 18 && b->proxy) {
		memcpy(a.o, mh + o->offset + 4, 16);
		own(r, &r->prefixes, (struct map_key){ ip6_high64(&a), 64 }, i);
		b->home = a;
	}
	o = mh_find(m, MH_OPT_IP4_ACK);
	if (!o)
		o = mh_find(m, MH_OPT_IP4_HOA_REPLY);
	if (o && o->hoa4.status < 128 && !ip4_is_zero(o->hoa4.addr)) {
		a = ip6_mapped(o->hoa4.addr);
		own(r, &r->homes, map_key_ip6(&a), i);
	}
}

/* ---- binding updates ----------------------------------------------------------------------------- */

static struct ip6_addr care_of(const struct seen *s, const struct mh_msg *m, bool proxy, bool *nat)
{
	const struct mh_opt *o = mh_find(m, MH_OPT_IP4_COA);

	if (s->tunnelled && ip6_is_mapped(&s->outer_src)) {
		*nat = o && !ip4_eq(o->ip4, ip6_mapped_ip4(&s->last_src));
		return s->outer_src;
	}
	o = mh_find(m, MH_OPT_ALT_COA);
	if (!proxy && o && (s->has_hao || !m->bu.life.units))
		return o->ip6;
	return s->src;
}

static void expire(struct replay *r, struct binding *b, moor_time at)
{
	if (!b->registered || !b->granted || b->granted == UINT16_MAX
	    || at <= b->granted_at + (moor_time)b->granted * 4 * MOOR_S)
		return;
	b->registered = false;
	r->counts.expired++;
	emit_binding(r, b, BINDING_EXPIRED, at, 0, 0, 0);
}

static enum mh_procedure procedure_of(const struct binding *b, uint16_t life, const struct ip6_addr *coa)
{
	if (!life)
		return MH_PROC_DETACH;
	if (!b->known)
		return MH_PROC_ANY;		/* the capture may have begun in its life */
	if (!b->registered)
		return MH_PROC_INITIAL;
	return ip6_eq(coa, &b->care_of) ? MH_PROC_REREGISTRATION : MH_PROC_HANDOVER;
}

static enum mh_access access_of(const struct seen *s, const struct binding *b, const struct ip6_addr *coa)
{
	if (s->tunnelled && ip6_is_mapped(&s->outer_src))
		return MH_ACCESS_IP4;
	return !b->proxy && ip6_eq(coa, &b->home) ? MH_ACCESS_HOME : MH_ACCESS_IP6;
}

/* Octets of a message that are equal but for checksum and sequence number, which is at that place. */
static bool same_but_numbers(const uint8_t *p, uint32_t n, const uint8_t *q, uint32_t k, uint32_t sequence)
{
	return n == k && n >= 12 && !memcmp(p, q, 4) && (sequence == 6 || !memcmp(p + 6, q + 6, 2))
		&& !memcmp(p + sequence + 2, q + sequence + 2, n - sequence - 2);
}

/* What of the circumstances the rules look at, but for procedure, addresses and the request. */
static uint8_t circumstances(const struct mh_context *c)
{
	return (uint8_t)((unsigned)c->access | (unsigned)c->nat << 4 | (unsigned)c->udp << 5
			 | (unsigned)(c->request != NULL) << 6);
}

static void remember(struct binding *b, const struct seen *s, const struct mh_msg *m, bool old, bool same)
{
	b->bu[b->n_bu++ % BUS_REMEMBERED] = (struct sent_bu){ m->bu.seq, m->bu.life.units, false, old, s->at, s->at,
		s->number };
	b->version += !same;
	b->request_len = (uint16_t)(s->len <= REPLAY_INLINE ? s->len : 0);
	replay_copy(b->request, seen_octets(s), b->request_len);
}

/* Which attempt of its exchange an update is. */
static uint16_t attempt_of(struct replay *r, struct binding *b, const struct mh_msg *m, const struct ip6_addr *coa)
{
	uint16_t life = m->bu.life.units;

	if (b->asking && ip6_eq(&b->asked, coa) && !b->asked_life == !life) {
		r->counts.retransmissions++;
		b->attempts++;
	} else {
		b->attempts = 1;
		r->counts.deregistrations += !life;
	}
	b->asking = true;
	b->asked = *coa;
	b->asked_life = life;
	return b->attempts;
}

/* same: as the last one of this binding, but for its numbers. */
static void judge_update(struct replay *r, const struct seen *s, const struct mh_msg *m, struct binding *b,
			 const struct ip6_addr *coa, bool same)
{
	struct mh_context c = { .procedure = procedure_of(b, m->bu.life.units, coa), .access = access_of(s, b, coa),
		.proxy = b->proxy, .nat = b->nat, .udp = s->udp, .has_coa = true, .coa = s->tunnelled ? s->outer_src : s->src };

	c.has_hoa = !b->proxy;
	c.hoa = b->home;
	if (b->good_bu.good && same && !s->sum_bad && !r->diags.n && b->good_bu.when == circumstances(&c)
	    && ip6_eq(&b->good_bu.coa, &c.coa) && replay_covers(r, MH_BU, b->good_bu.procedure, c.procedure))
		return;
	b->good_bu.good = replay_judge(r, s, m, &c, &r->diags, b->proxy ? b->mag_node : b->node) && !b->proxy;
	b->good_bu.when = circumstances(&c);
	b->good_bu.procedure = (uint8_t)c.procedure;
	b->good_bu.coa = c.coa;
}

static void fill_update(struct rec_signal *g, const struct mh_msg *m, const struct binding *b,
			const struct ip6_addr *coa, uint16_t attempt, bool nat)
{
	g->flags = b->proxy ? m->bu.flags | MH_BU_P : m->bu.flags;
	g->sequence = m->bu.seq;
	g->lifetime = m->bu.life.units;
	g->attempt = attempt;
	g->nat = nat;
	g->home_address = b->home;
	g->care_of = *coa;
}

static void add_spot(struct spots *s, uint32_t spot)
{
	for (unsigned i = 0; i < s->n; i++)
		if (s->of[i] == spot)
			return;
	if (s->n < REPLAY_SPOTS)
		s->of[s->n++] = spot;
}

/* What every update does, however it was read. */
static void take_update(struct replay *r, struct seen *s, const struct mh_msg *m, struct binding *b,
			const struct ip6_addr *coa, bool old, bool same)
{
	struct moor_record rec;
	uint16_t attempt;

	add_spot(&b->near, s->place[0].spot);
	remember(b, s, m, old, same);
	if (!old && (b->port == REC_NONE || !ip6_eq(&b->asked, coa)))
		b->port = replay_port(r, b, coa);
	attempt = old ? 1 : attempt_of(r, b, m, coa);
	signal_record(s, m, false, &rec);
	rec.node = b->node;
	rec.port = b->port;
	fill_update(&rec.u.signal, m, b, coa, attempt, b->nat);
	emit_signal(r, b, &rec, true, !old);
	if (r->ike_runs->len && b->main && !b->proxy)
		replay_ike_before(r, b->node, s->tunnelled ? &s->outer_src : &s->src);
}

/* Where the Alternate Care-of Address is, when that is where the update came from and not home; else 0. */
static uint8_t alt_coa_of(const struct seen *s, const struct mh_msg *m, const struct binding *b)
{
	const struct mh_opt *o = mh_find(m, MH_OPT_ALT_COA);
	bool plain = o && s->has_hao && o->offset + 18u <= MIN(s->len, UINT8_MAX) && ip6_eq(&o->ip6, &s->src)
		&& !ip6_eq(&s->src, &b->home);

	return plain ? (uint8_t)(o->offset + 2) : 0;
}

static void update_sent(struct replay *r, struct seen *s, const struct mh_msg *m)
{
	bool proxy = m->bu.flags & MH_BU_P, nat = false, old, same;
	unsigned dialects = replay_dialect(m, &r->diags, &proxy);
	const struct ip6_addr *home = s->has_hao ? &s->home : &s->src;
	struct binding *b = proxy ? proxy_binding(r, s, m, dialects)
		: host_binding(r, home, s, m->bu.flags & MH_BU_H);
	struct ip6_addr coa = care_of(s, m, proxy, &nat);

	keep_found(r, s, true, (uint32_t)(b - binding_at(r, 0)));
	r->counts.bus++;
	replay_dialect_note(r, s, dialects);
	expire(r, b, s->at);
	b->source = s->src;
	if (proxy) {
		b->mag_node = replay_node(r, &s->src);
		learn(r, b, m, dialects, seen_octets(s));
	}
	/* the gateway that the mobile node left gives its binding back; that is no detach */
	old = proxy && !m->bu.life.units && b->registered && !ip6_eq(&coa, &b->care_of);
	r->counts.dropped_old += old;
	b->nat = nat;
	b->udp = s->udp;
	same = same_but_numbers(b->request, b->request_len, seen_octets(s), s->len, 6);
	judge_update(r, s, m, b, &coa, same);
	b->plain_bu = b->good_bu.good && !dialects && !s->tunnelled && !m->fault.reason;
	b->plain_hao = s->has_hao;
	b->alt_coa = b->plain_bu ? alt_coa_of(s, m, b) : 0;
	r->this_bu = (uint32_t)(b - binding_at(r, 0)) + 1;
	take_update(r, s, m, b, &coa, old, same);
}

/*
 * The last update again from another place: but for its numbers nothing differs but its source and the Alternate
 * Care-of Address, which are equal, as they were. No rule asks which address it is.
 */
static bool same_elsewhere(const struct binding *b, const struct seen *s)
{
	const uint8_t *p = seen_octets(s), *q = b->request;
	uint32_t at = b->alt_coa, behind = at + 16;

	return at && s->len == b->request_len && !memcmp(p, q, 4) && !memcmp(p + 8, q + 8, at - 8)
		&& !memcmp(p + at, s->src.o, 16) && !memcmp(p + behind, q + behind, s->len - behind)
		&& !ip6_eq(&s->src, &b->home);
}

/* The care-of address that such an update asks for; its source is taken note of. */
static struct ip6_addr place_again(struct binding *b, const struct seen *s)
{
	if (ip6_eq(&b->source, &s->src))
		return b->asked;
	b->source = b->good_bu.coa = s->src;
	return s->src;
}

/*
 * The binding whose last update this one is again, in the same circumstances: nothing of it but its numbers is news,
 * and perhaps the place. Most updates of a day are such refreshes and handovers.
 */
static struct binding *update_again(struct replay *r, const struct seen *s)
{
	struct binding *b;
	bool here;
	uint32_t i;

	if (s->tunnelled || s->sum_bad || !pair_get(r, s->has_hao ? &s->home : &s->src, &s->dst, &i))
		return NULL;
	b = binding_at(r, i);
	if (!b->plain_bu || b->plain_hao != s->has_hao || b->udp != s->udp)
		return NULL;
	here = ip6_eq(&b->source, &s->src);
	if (!(here ? same_but_numbers(b->request, b->request_len, seen_octets(s), s->len, 6) : same_elsewhere(b, s)))
		return NULL;
	expire(r, b, s->at);
	return replay_covers(r, MH_BU, b->good_bu.procedure, procedure_of(b, b->asked_life, here ? &b->asked : &s->src))
		? b : NULL;
}

static void update_sent_again(struct replay *r, struct seen *s, const struct mh_msg *m)
{
	struct binding *b = r->again;
	struct ip6_addr coa = place_again(b, s);

	keep_found(r, s, true, (uint32_t)(b - binding_at(r, 0)));
	r->counts.bus++;
	take_update(r, s, m, b, &coa, false, true);
}

static struct sent_bu *last_update(struct binding *b)
{
	return &b->bu[(b->n_bu - 1) % BUS_REMEMBERED];
}

static struct sent_bu *update_of(struct binding *b, uint16_t sequence)
{
	for (uint32_t i = 0; i < BUS_REMEMBERED && i < b->n_bu; i++) {
		struct sent_bu *u = &b->bu[(b->n_bu - 1 - i) % BUS_REMEMBERED];

		if (u->sequence == sequence)
			return u;
	}
	return NULL;
}

static struct binding *binding_of_update(struct replay *r, const struct seen *s, const struct mh_msg *m)
{
	const struct ip6_addr *home = s->has_hao ? &s->home : &s->src;
	struct binding *b;
	uint32_t i = REPLAY_NONE;
	bool any;

	if (was_found(r, s, &b))
		return b;
	any = (r->proxy_index.count && map_get(&r->proxy_index, answer_key(&s->src, &s->dst, m->bu.seq), &i))
		|| pair_get(r, home, &s->dst, &i);
	return keep_found(r, s, any, i);
}

static void update_arrived(struct replay *r, struct seen *s, const struct mh_msg *m)
{
	struct binding *b = binding_of_update(r, s, m);
	struct sent_bu *u = b ? update_of(b, m->bu.seq) : NULL;
	struct moor_record rec;

	if (u && u->first == s->at)
		u->last = s->last;
	if (b)
		add_spot(&b->far, s->place[s->n_places - 1].spot);
	if (!b || (!r->writer && !r->ladder))
		return;
	signal_record(s, m, true, &rec);
	rec.node = b->peer_node;
	fill_update(&rec.u.signal, m, b, u && u->old ? &s->src : &b->asked, 0, b->nat);
	emit_signal(r, b, &rec, false, false);
}

/* ---- acknowledgements ---------------------------------------------------------------------------- */

/* The last BU, often the message that was read just before. Lent data of its options is not to be looked at. */
static const struct mh_msg *request_of(struct replay *r, const struct binding *b)
{
	if (r->last_bu == (uint32_t)(b - binding_at(r, 0)) + 1)
		return &r->messages[r->message == &r->messages[0]];
	mh_decode(b->request, b->request_len, &r->request, NULL);
	return &r->request;
}

/* What the rules look at besides the answer itself; its request is only a sign that there is one. */
static void answer_context(struct replay *r, const struct seen *s, struct binding *b, uint16_t sequence, bool forced,
			   struct mh_context *c)
{
	const struct sent_bu *u = update_of(b, sequence);

	c->proxy = b->proxy;
	c->nat = b->nat || forced;
	c->has_hoa = !b->proxy;
	c->hoa = b->home;
	c->access = s->tunnelled && ip6_is_mapped(&s->outer_dst) ? MH_ACCESS_IP4 : MH_ACCESS_IP6;
	if (!u || u != last_update(b) || !b->request_len)
		return;
	c->request = &r->request;
	c->procedure = u->lifetime ? MH_PROC_ANY : MH_PROC_DETACH;
	if (u->lifetime && b->known)
		c->procedure = !b->registered ? MH_PROC_INITIAL : ip6_eq(&b->asked, &b->care_of)
			? MH_PROC_REREGISTRATION : MH_PROC_HANDOVER;
}

/* The last answer that was good, again but for its numbers, in circumstances in which it is good. */
static bool good_again(struct replay *r, const struct seen *s, const struct binding *b, const struct mh_context *c)
{
	return b->good_ba.good && !s->sum_bad && b->good_ba.when == circumstances(c)
		&& (!c->request || b->good_ba.version == b->version)
		&& replay_covers(r, MH_BA, b->good_ba.procedure, c->procedure)
		&& same_but_numbers(b->answer, b->good_ba.len, seen_octets(s), s->len, 8);
}

static void judge_answer(struct replay *r, const struct seen *s, const struct mh_msg *m, struct binding *b)
{
	struct mh_context c = { .udp = s->udp };
	const struct mh_opt *o = mh_find(m, MH_OPT_NAT_DETECTION);
	bool good;

	if (b)
		answer_context(r, s, b, m->ba.seq, o && o->nat.force, &c);
	if (b && !r->diags.n && good_again(r, s, b, &c))
		return;
	if (c.request)
		c.request = request_of(r, b);
	good = replay_judge(r, s, m, &c, &r->diags, b ? b->peer_node : replay_node(r, &s->src));
	if (!b)
		return;
	b->good_ba = (struct judged){ .good = good && !b->proxy && s->len <= REPLAY_ANSWER, .len = (uint8_t)s->len,
		.when = circumstances(&c), .procedure = (uint8_t)c.procedure, .version = b->version };
	if (b->good_ba.good)
		replay_copy(b->answer, seen_octets(s), s->len);
}

/* Nobody but the judge looks at its options. */
static bool plain_answer(const struct mh_msg *m)
{
	return !m->fault.reason && (!m->n_opt || (!mh_find(m, MH_OPT_NAT_DETECTION) && !mh_find(m, MH_OPT_HNP)
		&& !mh_find(m, MH_OPT_IP4_ACK) && !mh_find(m, MH_OPT_IP4_HOA_REPLY)));
}

static void fill_answer(struct rec_signal *g, const struct mh_msg *m, const struct binding *b)
{
	const struct mh_opt *o = mh_find(m, MH_OPT_NAT_DETECTION);

	g->status = m->ba.status;
	g->flags = m->ba.flags;
	g->sequence = m->ba.seq;
	g->lifetime = m->ba.life.units;
	g->nat = (o && o->nat.force) || (b && b->nat);
	if (b) {
		g->home_address = b->home;
		g->care_of = b->asked;
	}
}

/* The binding whose last acknowledgement this one is again. */
static struct binding *answer_again(struct replay *r, const struct seen *s)
{
	const uint8_t *p = seen_octets(s);
	uint16_t sequence = load16(p + 8);
	struct mh_context c = { .udp = s->udp };
	struct binding *b = answered_binding(r, s, sequence);

	if (!b || !b->plain_ba)
		return NULL;
	answer_context(r, s, b, sequence, false, &c);
	return good_again(r, s, b, &c) ? b : NULL;
}

static void answer_sent(struct replay *r, struct seen *s, const struct mh_msg *m)
{
	bool proxy = m->ba.flags & MH_BA_P;
	struct binding *b = answered_binding(r, s, m->ba.seq);
	unsigned dialects;
	struct moor_record rec;

	r->counts.bas++;
	if (!r->again) {
		if (b)
			proxy = b->proxy;
		dialects = replay_dialect(m, &r->diags, &proxy);
		replay_dialect_note(r, s, dialects);
		judge_answer(r, s, m, b);
		if (b)
			b->plain_ba = b->good_ba.good && !dialects && plain_answer(m);
	}
	if (!r->writer && !r->ladder)
		return;
	signal_record(s, m, false, &rec);
	rec.node = b ? b->peer_node : replay_node(r, &s->src);
	fill_answer(&rec.u.signal, m, b);
	emit_signal(r, b, &rec, false, false);
}

static void tell_exchange(struct replay *r, const struct binding *b, const struct sent_bu *u, const struct seen *s,
			  const struct mh_msg *m)
{
	struct exchange_row x = { .binding = (uint32_t)(b - binding_at(r, 0)), .sequence = u->sequence,
		.lifetime = u->lifetime, .granted = m->ba.life.units,
		.status = m->ba.status, .sent = u->first, .answered = s->last, .asked = u->last, .replied = s->at,
		.bu_number = u->number, .ba_number = s->number, .attempt = b->attempts };

	if (r->rows->len < REPLAY_ROWS)
		g_array_append_val(r->rows, x);
	if (r->exchanges_csv)
		replay_exchange_csv(r, &x);
}

/* What an answer makes of the binding. */
static void settle(struct replay *r, struct binding *b, const struct mh_msg *m, moor_time at)
{
	bool was = b->registered, moved = !ip6_eq(&b->care_of, &b->asked);
	enum rec_binding what = BINDING_REFUSED;

	b->asking = false;
	if (m->ba.status >= 128) {
		struct moor_record rec = { .at = at, .kind = REC_MOVE, .node = b->node, .port = REC_NONE };

		emit_binding(r, b, what, at, m->ba.status, m->ba.seq, m->ba.life.units);
		rec.u.move.what = MOVE_FAILED;
		rec.u.move.addr = b->asked;
		if (m->ba.status != MH_BA_SEQUENCE && map_del(&r->formed, (struct map_key){ b->node, 0 }))
			replay_emit(r, &rec);
		return;
	}
	b->known = true;
	if (r->formed.count)
		map_del(&r->formed, (struct map_key){ b->node, 0 });
	b->registered = b->asked_life && m->ba.life.units;
	b->care_of = b->asked;
	b->granted = m->ba.life.units;
	b->granted_at = at;
	if (b->registered)
		what = !was ? BINDING_CREATED : moved ? BINDING_UPDATED : BINDING_REFRESHED;
	else
		what = BINDING_DEREGISTERED;
	emit_binding(r, b, what, at, m->ba.status, m->ba.seq, m->ba.life.units);
}

static inline void answered(struct replay *r, struct binding *b, struct sent_bu *u, const struct seen *s,
			    const struct mh_msg *m, unsigned dialects)
{
	u->answered = true;
	r->counts.refused += m->ba.status >= 128;
	r->counts.sequence_errors += m->ba.status == MH_BA_SEQUENCE;
	r->counts.answered++;
	if (r->rows->len < REPLAY_ROWS || r->exchanges_csv)
		tell_exchange(r, b, u, s, m);
	learn(r, b, m, dialects, seen_octets(s));
	if (!u->old && b->asking)
		settle(r, b, m, s->last);
}

static void answer_arrived(struct replay *r, struct seen *s, const struct mh_msg *m)
{
	struct binding *b = answered_binding(r, s, m->ba.seq);
	struct sent_bu *u = b ? update_of(b, m->ba.seq) : NULL;
	bool proxy = b && b->proxy;
	unsigned dialects = r->again ? 0 : replay_dialect(m, &r->diags, &proxy);
	struct moor_record rec;

	if (!u && b && b->n_bu && m->ba.status == MH_BA_SEQUENCE)
		u = last_update(b);
	if (!u)
		r->counts.stray++;
	signal_record(s, m, true, &rec);
	rec.node = b ? b->node : replay_node(r, s->has_rh2 ? &s->home : &s->dst);
	fill_answer(&rec.u.signal, m, b);
	emit_signal(r, b, &rec, true, u && !u->old);
	if (u && !u->answered)
		answered(r, b, u, s, m, dialects);
}

/* ---- messages that come again ---------------------------------------------------------------------- */

/*
 * Most messages of a day are those of before but for their numbers, seen once, and nobody wants records of them but
 * the metrics: what following them then comes down to. The metrics look at nothing but what is filled in here.
 */
static void time_again(struct replay *r, const struct seen *s, const struct mh_msg *m, struct binding *b,
		       struct moor_record *rec)
{
	struct rec_signal *g = &rec->u.signal;

	rec->at = s->at;
	rec->instance = 0;
	rec->node = b->node;
	g->protocol = 135;
	g->type = m->type;
	g->udp = s->udp;
	g->nat = b->nat;
	g->home_address = b->home;
	g->care_of = b->asked;
	g->message = seen_octets(s);
	g->message_len = s->len;
	metrics_record(r->metrics, rec);
}

static void update_again_only(struct replay *r, const struct seen *s, const struct mh_msg *m, struct binding *b)
{
	struct ip6_addr coa = place_again(b, s);
	struct moor_record rec;

	r->counts.bus++;
	add_spot(&b->near, s->place[0].spot);
	b->bu[b->n_bu++ % BUS_REMEMBERED] = (struct sent_bu){ m->bu.seq, m->bu.life.units, false, false, s->at, s->at,
		s->number };
	replay_copy(b->request, seen_octets(s), s->len);
	if (!ip6_eq(&b->asked, &coa))
		b->port = replay_port(r, b, &coa);
	rec.kind = REC_SIGNAL_TX;
	rec.port = b->port;
	rec.u.signal.attempt = attempt_of(r, b, m, &coa);
	rec.u.signal.status = 0;
	rec.u.signal.flags = m->bu.flags;
	rec.u.signal.sequence = m->bu.seq;
	rec.u.signal.lifetime = m->bu.life.units;
	if (b->main)
		time_again(r, s, m, b, &rec);
	if (r->ike_runs->len && b->main)
		replay_ike_before(r, b->node, &s->src);
	add_spot(&b->far, s->place[s->n_places - 1].spot);
}

static void answer_again_only(struct replay *r, const struct seen *s, const struct mh_msg *m, struct binding *b)
{
	struct sent_bu *u = update_of(b, m->ba.seq);
	struct moor_record rec;

	r->counts.bas++;
	if (!u && b->n_bu && m->ba.status == MH_BA_SEQUENCE)
		u = last_update(b);
	r->counts.stray += !u;
	if (!u)
		return;
	rec.kind = REC_SIGNAL_RX;
	rec.port = REC_NONE;
	rec.u.signal.attempt = 0;
	rec.u.signal.status = m->ba.status;
	rec.u.signal.flags = m->ba.flags & ~(unsigned)MH_BU_P;
	rec.u.signal.sequence = m->ba.seq;
	rec.u.signal.lifetime = m->ba.life.units;
	if (b->main && !u->old)
		time_again(r, s, m, b, &rec);
	if (!u->answered)
		answered(r, b, u, s, m, 0);
}

/* ---- other messages ------------------------------------------------------------------------------ */

/* Kept out of the way of BUs and BAs: it needs registers that they would have to save. */
static G_NO_INLINE void other(struct replay *r, struct seen *s, const struct mh_msg *m, bool arrived)
{
	const struct mh_context c = { .udp = s->udp };
	uint32_t from = 0, i;
	struct moor_record rec;

	if (!arrived) {
		r->counts.others++;
		from = replay_node(r, s->has_hao ? &s->home : &s->src);
		replay_judge(r, s, m, &c, &r->diags, from);
	}
	signal_record(s, m, arrived, &rec);
	rec.node = arrived ? replay_node(r, s->has_rh2 ? &s->home : &s->dst) : from;
	if (m->type == MH_BR) {
		rec.u.signal.subtype = m->br.type;
		rec.u.signal.sequence = m->br.seq;
		rec.u.signal.status = m->br.code;
	} else if (m->type == MH_BE) {
		rec.u.signal.status = m->be.status;
	}
	emit_signal(r, NULL, &rec, false, false);
	/* the mobile node agreed to the end of its binding [RFC 5846 5.2] */
	if (m->type == MH_BR && m->br.type == MH_BR_BRA && m->br.code < 128 && arrived
	    && pair_get(r, s->has_hao ? &s->home : &s->src, &s->dst, &i)) {
		binding_at(r, i)->registered = false;
		emit_binding(r, binding_at(r, i), BINDING_REVOKED, s->last, 0, m->br.seq, 0);
	}
}

static void follow(struct replay *r, struct seen *s, const struct mh_msg *m, bool arrived)
{
	if (m->type == MH_BU)
		(arrived ? update_arrived : r->again ? update_sent_again : update_sent)(r, s, m);
	else if (m->type == MH_BA)
		(arrived ? answer_arrived : answer_sent)(r, s, m);
	else
		other(r, s, m, arrived);
	if (r->as && (m->type == MH_BU || m->type == MH_BA))
		replay_as_message(r->as, s, m, arrived);
}

static void count_message(struct replay *r, const struct seen *s, const struct mh_msg *m)
{
	char *reason;

	r->counts.signalling++;
	r->counts.sums_bad += s->sum_bad;
	if (!m->fault.reason)
		return;
	reason = g_strdup_printf("%s: %s at octet %u of the message", mh_type_name(m->type), m->fault.reason,
				 m->fault.offset);
	replay_unread(r, false, s->number, s->offset, reason);
	g_free(reason);
}

/* A message that was read before, but for its numbers: only its fixed part is read, as [RFC 6275 6.1.7, 6.1.8]. */
static struct binding *message_again(struct replay *r, const struct seen *s, struct mh_msg *m)
{
	const uint8_t *p = seen_octets(s);
	struct binding *b = NULL;

	if (s->len < 12 || (p[2] != MH_BU && p[2] != MH_BA))
		return NULL;
	b = p[2] == MH_BU ? update_again(r, s) : answer_again(r, s);
	if (!b)
		return NULL;
	mh_start(m, p[2]);
	if (m->type == MH_BU) {
		m->bu.seq = load16(p + 6);
		m->bu.flags = load16(p + 8);
		m->bu.life.units = load16(p + 10);
	} else {
		m->ba.status = p[6];
		m->ba.flags = p[7];
		m->ba.seq = load16(p + 8);
		m->ba.life.units = load16(p + 10);
	}
	return b;
}

/* Reads the message of an observation, when that is not the one under way already. */
static const struct mh_msg *message_of(struct replay *r, const struct seen *s, enum told how)
{
	struct mh_msg *m = r->message;

	if (r->decoded == s->serial + 1)
		return m;
	m = r->message = &r->messages[m == &r->messages[0]];
	r->last_bu = r->this_bu;
	r->this_bu = 0;
	r->diags.n = 0;
	r->decoded = s->serial + 1;
	/* who plays a side wants to see everything */
	r->again = how & TOLD_SENT && !r->as ? message_again(r, s, m) : NULL;
	if (!r->again)
		mh_decode(seen_octets(s), s->len, m, &r->diags);
	return m;
}

void replay_signal(struct replay *r, struct seen *s, enum told how)
{
	const struct mh_msg *m = message_of(r, s, how);

	if (how & TOLD_SENT)
		count_message(r, s, m);
	/* of a message without its fixed part nothing can be followed */
	if (m->fault.reason && s->len < 12)
		return;
	if (r->again && how == TOLD_BOTH && !r->writer && !r->ladder) {
		if (m->type == MH_BU)
			update_again_only(r, s, m, r->again);
		else
			answer_again_only(r, s, m, r->again);
		return;
	}
	if (how & TOLD_SENT)
		follow(r, s, m, false);
	if (how & TOLD_ARRIVED)
		follow(r, s, m, true);
}
