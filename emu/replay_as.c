/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Replay against our own state machine: the captured messages of one side are kept as they are told, fed in virtual
 * time to a home agent or a UE of ours when the capture is over, and what that sends is compared with what the
 * captured peer sent, by predicate and never by octets: type, status class, sequence number, flags, lifetime, options.
 * [RFC 6275 9.5, 10.3, 11.7] [RFC 5555 4] [RFC 5213 5.3, 6.9]
 *
 * As ha and ue home registrations are played, as lma and mag those of proxies.
 */
#include "emu/replay_as.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/checksum.h"

enum { SHOWN = 40, UDP_PORT = 4191, BARE_PORT = 5436 };

static const char *const roles[] = { [AS_HA] = "ha", [AS_UE] = "ue", [AS_LMA] = "lma", [AS_MAG] = "mag" };

#define LONGEST_GAP (4 * 86400 * MOOR_S)	/* longer than any lifetime */
#define LONGEST_PLAY (90 * 86400 * MOOR_S)	/* of virtual time in all, then gaps shrink to SHORT_GAP */
#define SHORT_GAP (10 * MOOR_S)

/* ---- collecting ---------------------------------------------------------------------------------- */

struct replay_as *replay_as_new(struct replay *r, GError **error)
{
	struct replay_as *a = g_new0(struct replay_as, 1);

	a->r = r;
	while (strcmp(roles[a->role], r->o.as))
		a->role++;		/* the options were looked at: it is one of these */
	a->items = g_array_new(FALSE, TRUE, sizeof(struct as_item));
	a->octets = g_byte_array_new();
	if (!r->o.inject.interface)
		return a;
	a->role ^= 1;			/* what we send is that role's, what we judge the other one's */
	a->inject = inject_new(a, &r->o.inject, error);
	if (a->inject)
		return a;
	replay_as_free(a);
	return NULL;
}

void replay_as_free(struct replay_as *a)
{
	if (!a)
		return;
	g_array_free(a->items, TRUE);
	g_byte_array_free(a->octets, TRUE);
	inject_free(a->inject);
	g_free(a->refusal);
	g_free(a);
}

struct as_view as_view_of(const uint8_t *mh, uint32_t n, moor_time at)
{
	struct as_view v = { .there = true, .at = at };
	const struct mh_opt *id;
	struct mh_msg m;

	mh_decode(mh, n, &m, NULL);
	v.type = m.type;
	if (m.type == MH_BU) {
		v.sequence = m.bu.seq;
		v.lifetime = m.bu.life.units;
		v.flags = m.bu.flags;
	} else if (m.type == MH_BA) {
		v.status = m.ba.status;
		v.sequence = m.ba.seq;
		v.lifetime = m.ba.life.units;
		v.flags = m.ba.flags;
	}
	for (unsigned i = 0; i < m.n_opt; i++)
		if (m.opt[i].type < 64)
			v.options |= UINT64_C(1) << m.opt[i].type;
	id = mh_find(&m, MH_OPT_MN_ID);
	if (id && id->id.id.n)
		v.who = XXH3_64bits(id->id.id.p, id->id.id.n) | 1;
	return v;
}

static uint32_t keep(struct replay_as *a, const struct seen *s)
{
	uint32_t at = a->octets->len;

	g_byte_array_append(a->octets, seen_octets(s), s->len);
	return at;
}

static void keep_update(struct replay_as *a, const struct seen *s, uint32_t binding)
{
	struct as_item i = { .binding = binding, .v4 = s->tunnelled && ip6_is_mapped(&s->outer_src), .udp = s->udp,
		.has_hao = s->has_hao, .sport = s->sport, .src = s->src, .dst = s->dst, .outer_src = s->last_src,
		.outer_dst = s->last_dst, .sent = s->at, .arrived = s->last, .wall = s->last, .number = s->number,
		.n = s->len, .secured = s->secured };

	if (a->items->len >= AS_MAX) {
		a->beyond++;
		return;
	}
	if (!s->tunnelled && ip6_is_mapped(&s->src)) {
		i.v4 = i.udp = i.bare = true;
		i.outer_src = s->src;
		i.outer_dst = s->dst;
	}
	i.home = s->has_hao ? s->home : s->src;
	i.octets = keep(a, s);
	i.asked = as_view_of(seen_octets(s), s->len, s->at);
	g_array_append_val(a->items, i);
}

static void keep_answer(struct replay_as *a, const struct seen *s, const struct mh_msg *m, uint32_t binding)
{
	const struct mh_opt *o = mh_find(m, as_proxies(a->role) ? MH_OPT_IP4_HOA_REPLY : MH_OPT_IP4_ACK);

	for (uint32_t k = a->items->len, back = 0; k-- > 0 && back < AS_BACK; back++) {
		struct as_item *i = as_item(a, k);

		if (i->binding != binding || i->captured.there
		    || (i->asked.sequence != m->ba.seq && m->ba.status != MH_BA_SEQUENCE))
			continue;
		i->captured = as_view_of(seen_octets(s), s->len, s->at);
		i->replied = s->at;
		i->answer_number = s->number;
		i->answer_octets = keep(a, s);
		i->answer_n = s->len;
		i->answer_bad = s->sum_bad;
		if (o && o->hoa4.status < 128)
			i->hoa4 = o->hoa4.addr;
		return;
	}
}

/* BUs count when they have arrived at the home agent, BAs when it sent them. */
void replay_as_message(struct replay_as *a, const struct seen *s, const struct mh_msg *m, bool arrived)
{
	uint32_t binding = a->r->found;
	const struct binding *b;

	if (a->r->found_for != s->serial + 1 || binding == REPLAY_NONE || arrived != (m->type == MH_BU))
		return;
	b = binding_at(a->r, binding);
	if (!b->main || b->proxy != as_proxies(a->role))
		return;
	if (m->type == MH_BU)
		keep_update(a, s, binding);
	else
		keep_answer(a, s, m, binding);
}

/* ---- frames -------------------------------------------------------------------------------------- */

static uint8_t *ip6_head(uint8_t *p, const struct ip6_addr *src, const struct ip6_addr *dst, uint32_t len, uint8_t next)
{
	memset(p, 0, 8);
	p[0] = 0x60;
	p[4] = (uint8_t)(len >> 8);
	p[5] = (uint8_t)len;
	p[6] = next;
	p[7] = 64;
	memcpy(p + 8, src, 16);
	memcpy(p + 24, dst, 16);
	return p + 40;
}

static uint8_t *ip4_head(uint8_t *p, const struct as_envelope *e, uint32_t len)
{
	uint32_t whole = 20 + len + (e->udp ? 8 : 0);

	memset(p, 0, 20);
	p[0] = 0x45;
	wire_put16(p + 2, whole);
	p[8] = 64;
	p[9] = e->udp ? 17 : 41;
	memcpy(p + 12, e->outer_src.o + 12, 4);
	memcpy(p + 16, e->outer_dst.o + 12, 4);
	wire_put16(p + 10, csum_fold(csum_add(0, p, 20)));
	p += 20;
	if (e->udp) {
		uint16_t port = e->bare ? BARE_PORT : UDP_PORT;

		p = wire_put16(wire_put16(p, e->sport ? e->sport : port), e->dport ? e->dport : port);
		p = wire_put16(wire_put16(p, 8 + len), 0);
	}
	return p;
}

uint32_t as_frame(const struct as_envelope *e, const uint8_t *mh, uint32_t n, uint8_t *out, uint32_t cap)
{
	static const uint8_t option[8] = { 135, 2, 1, 2, 0, 0, 201, 16 }, routing[8] = { 135, 2, 2, 1, 0, 0, 0, 0 };
	uint32_t extension = e->home ? 24 : 0, len = 40 + extension + n;
	uint8_t *p = out;

	if (14 + 28 + len > cap)
		return 0;
	memcpy(p, e->to.o, 6);
	memcpy(p + 6, e->from.o, 6);
	p = wire_put16(p + 12, e->v4 ? 0x0800 : 0x86dd);
	if (e->v4)
		p = ip4_head(p, e, e->bare ? n : len);
	if (e->bare) {
		memcpy(p, mh, n);
		return (uint32_t)(p + n - out);
	}
	p = ip6_head(p, &e->src, &e->dst, extension + n, !e->home ? 135 : e->answer ? 43 : 60);
	if (e->home) {
		memcpy(p, e->answer ? routing : option, 8);
		memcpy(p + 8, e->home, 16);
		p += 24;
	}
	memcpy(p, mh, n);
	return (uint32_t)(p + n - out);
}

/* ---- comparing ----------------------------------------------------------------------------------- */

static void say(char reason[AS_REASON], const char *fmt, ...) G_GNUC_PRINTF(2, 3);

static void say(char reason[AS_REASON], const char *fmt, ...)
{
	size_t n = strlen(reason);
	va_list args;

	if (n && n + 2 < AS_REASON)
		n += (size_t)g_snprintf(reason + n, AS_REASON - n, "; ");
	va_start(args, fmt);
	g_vsnprintf(reason + n, AS_REASON - n, fmt, args);
	va_end(args);
}

static const char *status_name(uint8_t status)
{
	const char *name = mh_status_name(MH_SPACE_BA, status);

	return name ? name : "unknown";
}

static void compare_options(const struct as_view *x, const struct as_view *y, uint64_t which, char reason[AS_REASON])
{
	uint64_t differ = (x->options ^ y->options) & which;

	for (unsigned k = 0; k < 64; k++)
		if (differ >> k & 1)
			say(reason, "%s %s", mh_opt_title((uint8_t)k), y->options >> k & 1 ? "only in ours" : "only in the capture");
}

#define OPTION(x) (UINT64_C(1) << MH_OPT_##x)

#define OF_HA (OPTION(IP4_ACK) | OPTION(NAT_DETECTION))
#define OF_UE (OPTION(ALT_COA) | OPTION(IP4_HOA) | OPTION(IP4_COA))
#define OF_LMA (OPTION(MN_ID) | OPTION(HNP) | OPTION(HANDOFF) | OPTION(ATT) | OPTION(MN_LL_ID) | OPTION(LINK_LOCAL) \
		| OPTION(TIMESTAMP) | OPTION(GRE_KEY) | OPTION(IP4_HOA_REPLY))
#define OF_MAG (OPTION(MN_ID) | OPTION(HNP) | OPTION(HANDOFF) | OPTION(ATT) | OPTION(LINK_LOCAL) \
		| OPTION(TIMESTAMP) | OPTION(GRE_KEY) | OPTION(SERVICE_SELECTION) | OPTION(IP4_HOA_REQUEST))

static void compare_answers(enum as_role role, const struct as_item *i, char reason[AS_REASON])
{
	const struct as_view *x = &i->captured, *y = &i->ours;

	if (!x->there || !y->there) {
		say(reason, "%s", y->there ? "ours answers, the capture does not" : "no answer of ours");
		if (!y->there && i->why)
			say(reason, "%s", i->why);
		return;
	}
	if ((x->status < 128) != (y->status < 128)) {
		say(reason, "status %u (%s), ours %u (%s)", x->status, status_name(x->status), y->status, status_name(y->status));
		return;
	}
	if (x->sequence != y->sequence)
		say(reason, "sequence %u, ours %u", x->sequence, y->sequence);
	if (y->status >= 128)
		return;
	if (!x->lifetime != !y->lifetime || y->lifetime > i->asked.lifetime)
		say(reason, "lifetime %u s, ours %u s", 4u * x->lifetime, 4u * y->lifetime);
	if (x->flags != y->flags)
		say(reason, "flags %02x, ours %02x", x->flags, y->flags);
	compare_options(x, y, role == AS_LMA ? OF_LMA : OF_HA, reason);
}

static void compare_updates(enum as_role role, const struct as_item *i, char reason[AS_REASON])
{
	const struct as_view *x = &i->asked, *y = &i->ours;

	if (!y->there) {
		say(reason, "no BU of ours");
		return;
	}
	if (!x->lifetime != !y->lifetime)
		say(reason, "lifetime %u s, ours %u s", 4u * x->lifetime, 4u * y->lifetime);
	if (x->flags != y->flags)
		say(reason, "flags %04x, ours %04x", x->flags, y->flags);
	compare_options(x, y, role == AS_MAG ? OF_MAG : OF_UE, reason);
	if (i->captured.there && x->lifetime && i->registered != (i->captured.status < 128))
		say(reason, "after status %u ours is %sregistered%s%s", i->captured.status, i->registered ? "" : "not ",
		    i->why ? ": " : "", i->why ? i->why : "");
}

/* Whose it is when a live peer is judged. */
static void reword(char reason[AS_REASON])
{
	bool verb = g_str_has_prefix(reason, "ours ");
	char **parts = g_strsplit(reason, "ours", -1), *all = g_strjoinv(verb ? "the peer" : "the peer's", parts);

	g_strlcpy(reason, all, AS_REASON);
	g_free(all);
	g_strfreev(parts);
}

static void reason_of(const struct replay_as *a, const struct as_item *i, char reason[AS_REASON])
{
	*reason = '\0';
	if (i->skipped)
		say(reason, "not of the binding and the places that are played");
	else if (as_asks(a->role))
		compare_updates(a->role, i, reason);
	else if (i->captured.there || i->ours.there)
		compare_answers(a->role, i, reason);
	if (a->inject && *reason)
		reword(reason);
}

/*
 * A capture may jump by years, on purpose or by damage. Nothing happens in a gap longer than every lifetime, so such
 * gaps are shortened, and the play as a whole is bounded.
 */
static void shorten_gaps(struct replay_as *a)
{
	moor_time before = 0, cut = 0, start = a->items->len ? as_item(a, 0)->sent : 0;

	for (uint32_t k = 0; k < a->items->len; k++) {
		struct as_item *i = as_item(a, k);
		moor_time gap = k ? i->sent - before : 0;
		moor_time most = i->sent - cut - start > LONGEST_PLAY ? SHORT_GAP : LONGEST_GAP;

		before = i->sent;
		if (gap > most)
			cut += gap - most;
		i->sent -= cut;
		i->arrived -= cut;
		i->replied -= cut;
	}
}

static void play(struct replay_as *a)
{
	if (a->inject) {
		inject_play(a->inject);
		return;
	}
	switch (a->role) {
	case AS_HA:
		replay_play_ha(a);
		return;
	case AS_UE:
		replay_play_ue(a);
		return;
	case AS_LMA:
		replay_play_lma(a);
		return;
	case AS_MAG:
		replay_play_mag(a);
		return;
	}
}

static void judge(struct replay_as *a)
{
	const char *id = a->inject ? "REPLAY-INJECT-01" : "REPLAY-AS-01", *who = a->inject ? "the peer" : "ours";
	uint64_t all = a->agreed + a->differed;

	if (a->refusal)
		replay_check(a->r, id, NULL, VERDICT_INCONCLUSIVE, g_strdup(a->refusal));
	else if (a->differed)
		replay_check(a->r, id, NULL, VERDICT_FAIL,
			     g_strdup_printf("%s disagrees in %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " messages", who, a->differed,
					     all));
	else if (!all)
		replay_check(a->r, id, NULL, VERDICT_INCONCLUSIVE, g_strdup("no message was played"));
	else
		replay_check(a->r, id, NULL, VERDICT_PASS,
			     g_strdup_printf("%s agrees in all %" G_GUINT64_FORMAT " messages", who, all));
	if (a->inject && !a->refusal)
		inject_check(a->inject);
}

void replay_as_finish(struct replay_as *a)
{
	char reason[AS_REASON];

	if (!a)
		return;
	shorten_gaps(a);
	if (!a->items->len)
		a->refusal = g_strdup_printf("there is no %s registration to play", as_proxies(a->role) ? "proxy" : "home");
	else
		play(a);
	for (uint32_t k = 0; !a->refusal && k < a->items->len; k++) {
		const struct as_item *i = as_item(a, k);

		reason_of(a, i, reason);
		a->skipped += i->skipped;
		a->differed += !i->skipped && *reason;
		a->agreed += !i->skipped && !*reason;
	}
	judge(a);
}

/* ---- telling ------------------------------------------------------------------------------------- */

static const char *outcome(const struct as_item *i, const char *reason)
{
	return i->skipped ? "not played" : *reason ? "differs" : "agrees";
}

/* When the live peer answered; a hyphen: it did not, or is the one that asks. */
static void print_answer(const struct as_item *i, FILE *f)
{
	if (i->took)
		fprintf(f, "%9.3f ms  ", (double)i->took / 1e6);
	else
		fprintf(f, "%9s     ", "-");
}

void replay_as_print(const struct replay_as *a, FILE *f)
{
	char reason[AS_REASON], name[32];

	if (!a)
		return;
	if (a->inject)
		fprintf(f, "\nInjected by %s as %s:", a->r->o.inject.interface, a->r->o.as);
	else
		fprintf(f, "\nPlayed as %s:", a->r->o.as);
	if (a->refusal) {
		fprintf(f, " %s\n", a->refusal);
		return;
	}
	fprintf(f, " %" G_GUINT64_FORMAT " agree, %" G_GUINT64_FORMAT " differ, %" G_GUINT64_FORMAT " not played\n", a->agreed,
		a->differed, a->skipped + a->beyond);
	for (uint32_t k = 0; k < a->items->len && k < SHOWN; k++) {
		const struct as_item *i = as_item(a, k);

		reason_of(a, i, reason);
		fprintf(f, "  record %6" G_GUINT64_FORMAT "  %-24s BU %5u %s  ", i->number,
			trace_node_name(&a->r->trace_names, binding_at(a->r, i->binding)->node, name), i->asked.sequence,
			i->asked.lifetime ? "register  " : "deregister");
		if (a->inject)
			print_answer(i, f);
		fprintf(f, "%s%s%s\n", outcome(i, reason), *reason ? ": " : "", reason);
	}
	if (a->items->len > SHOWN)
		fprintf(f, "  ... and %u more\n", a->items->len - SHOWN);
}

void replay_as_json(const struct replay_as *a, FILE *f)
{
	char reason[AS_REASON];

	if (!a)
		return;
	fprintf(f, ",\n\"as\":{\"role\":\"%s\",\"injected\":%s,\"agree\":%" G_GUINT64_FORMAT
		",\"differ\":%" G_GUINT64_FORMAT ",\"not_played\":%" G_GUINT64_FORMAT ",\"messages\":[", a->r->o.as,
		a->inject ? "true" : "false", a->agreed, a->differed, a->skipped + a->beyond);
	for (uint32_t k = 0; k < a->items->len; k++) {
		const struct as_item *i = as_item(a, k);

		reason_of(a, i, reason);
		/* reasons are made of our own words and numbers: nothing in them needs escaping */
		fprintf(f, "%s{\"record\":%" G_GUINT64_FORMAT ",\"sequence\":%u,\"outcome\":\"%s\",\"reason\":\"%s\"",
			k ? ",\n" : "", i->number, i->asked.sequence, outcome(i, reason), reason);
		if (a->inject && i->took)
			fprintf(f, ",\"took_ns\":%" G_GINT64_FORMAT, i->took);
		fputc('}', f);
	}
	fputs("]}", f);
}
