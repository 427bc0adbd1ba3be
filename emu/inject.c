/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: one side of a capture against a live peer
 *
 * A world in real time with one host of ours, which has the captured sender's addresses on a real interface: its stack
 * finds and answers neighbours, the messages are the captured ones [RFC 6275 6.1.7, 6.1.8, RFC 5213 8.1, 8.2] with what
 * has to change changed (inject_rewrite.c). Mobility Headers that come are kept from that stack and held against the
 * captured ones. Return routability and revocation are not played.
 */
#include "emu/inject.h"

#include <stdlib.h>
#include <string.h>

#include "wire/mh_profile.h"

enum { FRAME_MAX = 2300, MTU = 1500, BU_SEQUENCE_AT = 6, UDP_PORT = 4191, BARE_PORT = 5436 };

#define SETTLE MOOR_S			/* before the first message */
#define PATIENCE (3 * MOOR_S)		/* for an answer that the captured peer gave */
#define SHORT (500 * MOOR_MS)		/* for one that it did not give */

/* ---- what comes -------------------------------------------------------------------------------------------------- */

static void deviate(struct inject *in, const struct mh_msg *m, struct wire_diags *ds)
{
	bool proxy = as_proxies(in->a->role);
	const struct mh_context c = { .procedure = MH_PROC_ANY, .proxy = proxy };

	mh_check(m, in->a->r->o.profile, &c, ds);
	in->deviations += ds->n;
	if (ds->n && !in->deviation)
		in->deviation = g_strdup_printf("%s [%s]", ds->d[0].id, ds->d[0].clause);
}

static uint16_t shift_of(const struct inject *in, const struct as_item *i)
{
	return (uint16_t)GPOINTER_TO_UINT(g_hash_table_lookup(in->shifts, GUINT_TO_POINTER(i->binding)));
}

static bool is_answer_to(const struct inject *in, const struct as_item *i, const struct as_view *v,
			 const struct frame_ip *ip)
{
	struct ip6_addr home = inject_address(in, i->home);

	if (i->skipped || i->ours.there || !i->sent_at)
		return false;
	if (v->sequence != (uint16_t)(i->asked.sequence + i->shift) && v->status != MH_BA_SEQUENCE)
		return false;
	if (as_proxies(in->a->role))
		return !v->who || v->who == i->asked.who;
	return ip6_eq(ip->has_rh2 ? &ip->rh2 : &ip->dst, &home);
}

/* The peer knows a later sequence number: ours go on behind it, as any sender's would [RFC 6275 11.7.3]. */
static bool follows(struct inject *in, struct as_item *i, uint32_t k, const struct as_view *v)
{
	uint16_t shift = (uint16_t)(v->sequence + 1 - i->asked.sequence);

	if (v->status != MH_BA_SEQUENCE || i->sends > 1 || (i->captured.there && i->captured.status == MH_BA_SEQUENCE))
		return false;
	g_hash_table_insert(in->shifts, GUINT_TO_POINTER(i->binding), GUINT_TO_POINTER((guint)shift));
	in->again = k + 1;
	return true;
}

static void answered(struct inject *in, const struct frame_view *v)
{
	struct as_view view = as_view_of(v->mh, v->mh_len, moor_world_now(in->w));

	for (uint32_t k = in->a->fed + 1, back = 0; k-- > 0 && back < AS_BACK; back++) {
		struct as_item *i = as_item(in->a, k);

		if (!is_answer_to(in, i, &view, frame_inner(v)))
			continue;
		if (follows(in, i, k, &view))
			return;
		i->ours = view;
		i->ours.sequence = (uint16_t)(view.sequence - i->shift);
		i->took = view.at - i->sent_at;
		return;
	}
	in->others++;
}

/* True: a packet of the mobility protocols, which the host's own stack knows nothing of. */
static bool came(struct inject *in, const struct frame_view *v)
{
	struct wire_diags ds = { .n = 0 };
	struct mh_msg m;

	if (!v->n_ip)
		return false;
	if (v->mh) {
		mh_decode(v->mh, v->mh_len, &m, &ds);
		if (m.type != (as_asks(in->a->role) ? MH_BU : MH_BA)) {
			in->others++;
			return true;
		}
		deviate(in, &m, &ds);
		if (as_asks(in->a->role))
			inject_asked(in, v);
		else
			answered(in, v);
		return true;
	}
	return v->n_ip > 1 || v->ip[0].dport == UDP_PORT || v->ip[0].dport == BARE_PORT;
}

static enum filter_verdict hear(struct moor_filter *f, struct moor_port *p, enum filter_dir dir, struct moor_pkt **pkt)
{
	struct inject *in = (struct inject *)(void *)f;
	const struct moor_pkt *k = *pkt;
	struct frame_view v;

	(void)p;
	if (dir == FILTER_OUT || (!(k->data[0] & 1) && memcmp(k->data, in->mac.o, 6)))
		return FILTER_PASS;
	if (!frame_view_make(WIRE_LINK_ETHERNET, k->data, k->len, &v))
		return FILTER_PASS;
	return came(in, &v) ? FILTER_DROP : FILTER_PASS;
}

/* ---- what goes --------------------------------------------------------------------------------------------------- */

bool inject_send(struct inject *in, const struct as_envelope *e, uint8_t *mh, uint32_t n,
		 const struct ip6_addr *pseudo_src, const struct ip6_addr *pseudo_dst)
{
	uint8_t frame[FRAME_MAX];
	uint32_t len;

	if (pseudo_src && n >= 8)
		mh_seal(mh, n, pseudo_src, pseudo_dst);
	len = as_frame(e, mh, n, frame, sizeof frame);
	return len > 14 && net_send_packet(in->host, frame + 14, len - 14);
}

/*
 * The captured node is where this message comes from. It is not at home any more when it says so: who would defend the
 * home address on its link would be taken for another node there [RFC 6275 10.3.1].
 */
static void go_to(struct inject *in, const struct as_item *i, const struct as_envelope *e)
{
	const struct ip6_addr *here = i->v4 ? &e->outer_src : &e->src;

	if (!net_address_is_ours(in->host, here))
		net_address_add(in->iface, here, 128);
	if (e->home && net_address_is_ours(in->host, e->home))
		net_address_remove(in->iface, e->home);
}

static void send(struct inject *in, uint32_t k)
{
	struct as_item *i = as_item(in->a, k);
	uint8_t *mh = g_memdup2(in->a->octets->data + i->octets, i->n);
	struct ip6_addr home = inject_address(in, i->home);
	struct as_envelope e = { .src = inject_address(in, i->src), .dst = inject_address(in, i->dst),
		.home = i->has_hao ? &home : NULL, .v4 = i->v4, .udp = i->udp, .bare = i->bare, .sport = i->sport };
	bool right = !i->bare && mh_sum_ok(mh, i->n, i->has_hao ? &i->home : &i->src, &i->dst);

	if (i->v4) {
		e.outer_src = inject_address(in, i->outer_src);
		e.outer_dst = inject_address(in, i->outer_dst);
	}
	in->a->fed = MAX(in->a->fed, k);
	i->shift = shift_of(in, i);
	if (i->n >= BU_SEQUENCE_AT + 2)
		wire_put16(mh + BU_SEQUENCE_AT, (uint16_t)(i->asked.sequence + i->shift));
	inject_options_moved(in, mh, i->n);
	inject_stamp(in, i, mh, i->n);
	go_to(in, i, &e);
	i->sent_at = moor_world_now(in->w);
	i->sends++;
	if (!inject_send(in, &e, mh, i->n, right ? i->has_hao ? &home : &e.src : NULL, &e.dst))
		i->why = "it could not be sent";
	g_free(mh);
}

moor_time inject_scaled(const struct inject *in, moor_time t)
{
	const double most = 1e18;	/* 30 years: nobody waits for them, and sums still fit */

	return (moor_time)CLAMP((double)t / in->speed, -most, most);
}

static void gone(void *ctx, struct moor_port *port, const char *device)
{
	struct inject *in = ctx;

	(void)port, (void)device;
	in->gone = true;
}

bool inject_until(struct inject *in, moor_time t)
{
	const volatile sig_atomic_t *stop = in->a->r->o.stop;

	for (;;) {
		moor_time now = moor_world_now(in->w);

		if (in->again) {
			uint32_t k = in->again - 1;

			in->again = 0;
			send(in, k);
		}
		inject_answers_due(in);
		live_look(in->live);
		if (in->gone)
			return true;
		if (now >= t)
			return false;
		if (live_run(in->live, MIN(t, now + INJECT_STEP), stop) != LIVE_DONE)
			return true;
	}
}

/* ---- the side that asks ------------------------------------------------------------------------------------------ */

static bool waited(struct inject *in, struct as_item *i)
{
	moor_time end = moor_world_now(in->w) + (i->captured.there ? PATIENCE : SHORT);
	bool stopped = false;

	while (!stopped && !i->ours.there && moor_world_now(in->w) < end)
		stopped = inject_until(in, moor_world_now(in->w) + INJECT_STEP);
	return stopped;
}

static void ask(struct inject *in)
{
	moor_time start = as_item(in->a, 0)->sent;
	bool stopped = inject_until(in, SETTLE);
	struct as_item *i;

	for (uint32_t k = 0; !stopped && k < in->a->items->len; k++) {
		i = as_item(in->a, k);
		if (i->skipped)
			continue;
		if (in->speed > 0)
			stopped = inject_until(in, SETTLE + inject_scaled(in, i->sent - start));
		if (!stopped)
			send(in, k);
		if (in->speed <= 0 && !stopped)
			stopped = waited(in, i);
	}
	for (uint32_t k = 0; !stopped && k < in->a->items->len; k++) {
		i = as_item(in->a, k);
		if (!i->skipped && !i->ours.there && i->sent_at
		    && moor_world_now(in->w) - i->sent_at < (i->captured.there ? PATIENCE : SHORT))
			stopped = waited(in, i);
	}
	in->a->r->interrupted |= stopped && !in->gone;
}

/* ---- the world --------------------------------------------------------------------------------------------------- */

/* An address of either family that was looked at before. */
static struct ip6_addr address(const char *text)
{
	struct ip6_addr a = ip6_any;
	struct ip4_addr four;

	if (!ip6_parse(text, &a) && ip4_parse(text, &four))
		a = ip6_mapped(four);
	return a;
}

static void own(struct inject *in, const struct ip6_addr *a)
{
	if (!net_address_is_ours(in->host, a))
		net_address_add(in->iface, a, 128);
}

/* As the one that is asked we are where the captured one was. */
static void settle(struct inject *in)
{
	struct ip6_addr a;

	if (in->o->at) {
		a = address(in->o->at);
		own(in, &a);
	}
	for (uint32_t k = 0; as_asks(in->a->role) && k < in->a->items->len; k++) {
		const struct as_item *i = as_item(in->a, k);

		a = inject_address(in, i->v4 ? i->outer_dst : i->dst);
		if (!i->skipped)
			own(in, &a);
	}
}

static void make(struct inject *in)
{
	static const struct net_profile profile = { .ipv4 = true, .ipv6 = true };
	const struct ip6_addr none = ip6_any, any4 = ip6_mapped((struct ip4_addr){ { 0 } });
	struct ip6_addr via = in->o->via ? address(in->o->via) : none;
	struct moor_world_config c = { .seed = 1, .out = live_out };

	in->live = c.ctx = live_new();
	in->w = moor_world_new(&c);
	live_attach(in->live, in->w);
	live_on_gone(in->live, gone, in);
	in->host = net_host_new(moor_node_new(in->w, "injected"), &profile);
	in->iface = net_iface_new(in->host, "net", &in->mac);
	in->ear = (struct moor_filter){ .name = "injected", .frame = hear };
	moor_filter_add(net_iface_port(in->iface), &in->ear);
	settle(in);
	net_route_add(in->host, &(struct ip6_prefix){ none, 0 }, ip6_is_mapped(&via) ? &none : &via, in->iface);
	net_route_add(in->host, &(struct ip6_prefix){ any4, 96 }, ip6_is_mapped(&via) ? &via : &none, in->iface);
	live_port(in->live, net_iface_port(in->iface), in->d, MTU);
	in->d = NULL;
}

/* ---- whom and what ----------------------------------------------------------------------------------------------- */

static void add_map(struct inject *in, const struct ip6_addr *old, const char *now, const char *option, GError **error)
{
	char text[64], *both;
	struct inject_map m;

	if (ip6_is_mapped(old))
		ip4_text(ip6_mapped_ip4(old), text);
	else
		ip6_text(old, text);
	both = g_strdup_printf("%s=%s", text, now);
	if (inject_map_parse(both, &m, NULL))
		g_array_prepend_val(in->maps, m);
	else
		g_set_error(error, DEVICE_ERROR, DEVICE_BAD, "%s %s: an address of the family of the captured one, %s, is wanted",
			    option, now, text);
	g_free(both);
}

/* The first item says which two ends are played; its peers' addresses are what --to and --from replace. */
static bool choose(struct inject *in, GError **error)
{
	struct as_item *first = as_item(in->a, 0);
	bool asks = !as_asks(in->a->role), v4 = first->v4;
	const struct ip6_addr *src = v4 ? &first->outer_src : &first->src, *dst = v4 ? &first->outer_dst : &first->dst;
	GError *e = NULL;

	for (uint32_t k = 0; k < in->a->items->len; k++) {
		struct as_item *i = as_item(in->a, k);

		i->skipped = !ip6_eq(i->v4 ? &i->outer_dst : &i->dst, dst)
			&& !(as_proxies(in->a->role) ? false : ip6_eq(&i->dst, &first->dst));
	}
	if (in->o->to)
		add_map(in, asks ? dst : src, in->o->to, "--to", &e);
	if (in->o->from && !e)
		add_map(in, asks ? src : dst, in->o->from, "--from", &e);
	if (e)
		g_propagate_error(error, e);
	return !e;
}

static const char *refused(const struct inject *in)
{
	for (uint32_t k = 0; k < in->a->items->len; k++)
		if (as_item(in->a, k)->secured && !in->o->in_clear)
			return "its messages were in ESP, and a capture makes no SA with a live peer: --in-clear sends what the keys "
			       "opened without protection";
	return NULL;
}

void inject_play(struct inject *in)
{
	struct replay_as *a = in->a;
	GError *e = NULL;

	if (refused(in) || !choose(in, &e)) {
		a->refusal = g_strdup(e ? e->message : refused(in));
		g_clear_error(&e);
		return;
	}
	if (in->o->sequence >= 0)
		for (uint32_t k = 0; k < a->items->len; k++)
			g_hash_table_insert(in->shifts, GUINT_TO_POINTER(as_item(a, k)->binding),
					    GUINT_TO_POINTER((guint)(uint16_t)(in->o->sequence - as_item(a, 0)->asked.sequence)));
	make(in);
	if (as_asks(a->role))
		inject_answer(in);
	else
		ask(in);
	if (in->gone)
		a->refusal = g_strdup_printf("interface %s was removed in the middle of it", in->o->interface);
}

/* ---- life -------------------------------------------------------------------------------------------------------- */

static bool address_ok(const char *option, const char *text, GError **error)
{
	struct ip6_addr a;

	if (!text)
		return true;
	a = address(text);
	if (ip6_is_zero(&a))
		g_set_error(error, DEVICE_ERROR, DEVICE_BAD, "%s %s: an address is wanted", option, text);
	return !ip6_is_zero(&a);
}

struct inject *inject_new(struct replay_as *a, const struct inject_options *o, GError **error)
{
	struct inject *in = g_new0(struct inject, 1);
	char *end = NULL;

	in->a = a;
	in->o = o;
	in->mac = mac_from_u64(UINT64_C(0x024d4f4f5201));
	in->maps = g_array_new(FALSE, FALSE, sizeof(struct inject_map));
	in->shifts = g_hash_table_new(NULL, NULL);
	in->due = g_ptr_array_new_with_free_func(inject_due_free);
	in->speed = o->speed ? g_ascii_strtod(o->speed, &end) : 1;
	if (o->speed && (end == o->speed || *end || !(in->speed >= 0 && in->speed <= 1e6))) {
		g_set_error(error, DEVICE_ERROR, DEVICE_BAD, "--speed %s: a factor from 0 (as fast as answers come) to 1000000 is "
			    "wanted", o->speed);
		goto bad;
	}
	if (!address_ok("--via", o->via, error) || !address_ok("--at", o->at, error))
		goto bad;
	for (char **m = o->map; m && *m; m++) {
		struct inject_map map;

		if (!inject_map_parse(*m, &map, error))
			goto bad;
		g_array_append_val(in->maps, map);
	}
	in->d = device_packet(o->interface, error);
	if (in->d)
		return in;
bad:
	inject_free(in);
	return NULL;
}

void inject_free(struct inject *in)
{
	if (!in)
		return;
	g_ptr_array_free(in->due, TRUE);
	if (in->w)
		moor_world_free(in->w);
	live_free(in->live);
	device_free(in->d);
	g_array_free(in->maps, TRUE);
	g_hash_table_destroy(in->shifts);
	g_free(in->deviation);
	g_free(in);
}

void inject_check(const struct inject *in)
{
	if (in->deviations)
		replay_check(in->a->r, "REPLAY-INJECT-02", NULL, VERDICT_FAIL,
			     g_strdup_printf("%" G_GUINT64_FORMAT " deviations of the peer's messages from profile %s, first %s",
					     in->deviations, mh_profile_name(in->a->r->o.profile), in->deviation));
	else
		replay_check(in->a->r, "REPLAY-INJECT-02", NULL, VERDICT_PASS,
			     g_strdup_printf("every message of the peer satisfies profile %s", mh_profile_name(in->a->r->o.profile)));
}
