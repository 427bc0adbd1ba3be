/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the kernel's address translator
 *
 * A router with `nat: {live: nftables}` gets a network namespace with a TAP device for each of its interfaces, where
 * the kernel forwards IPv4 and nftables translates as the scenario's NAT is told to. IPv6, router advertisements and
 * the DHCPv4 server remain ours: a filter at the node's end of each port parts the two. What the kernel binds, forgets
 * and refuses is recorded in the NAT's name, as ours would be. What it cannot do is refused by name.
 *
 * It implements no clause; the words are those of RFC 4787.
 */
#include <glib-unix.h>
#include <string.h>

#include "base/text.h"
#include "cli/live_nat.h"
#include "cli/live_run.h"
#include "emu/conntrack.h"
#include "net/nat.h"
#include "wire/dhcp4.h"
#include "wire/eth.h"
#include "wire/ip4.h"
#include "wire/udp.h"
#include "world/filter.h"

#define ARP_REPLY 2

struct live_nat;

/* One interface. */
struct side {
	struct moor_filter filter;	/* first; the port's */
	struct live_nat *n;
	struct moor_port *port, *wire;
	struct device *d;
	bool outside, up;
};

/* A connection that is translated, and until when it surely is. */
struct bound {
	struct conntrack_flow f;
	moor_time until;
};

struct live_nat {
	struct live_run *r;
	struct live_peer *p;
	const struct scen_nat *s;
	struct moor_filter *nat;	/* ours, at rest */
	struct nat_params params;
	struct conntrack *table;
	GHashTable *bound;		/* struct conntrack_tuple of the answers -> struct bound */
	GPtrArray *sides;		/* struct side */
	guint news;			/* main context's; 0: none */
	enum rec_nat why;		/* what a mapping that goes now is told as */
	uint64_t made, gone, refused;
};

/* ---- what the kernel bound --------------------------------------------------------------------------------------- */

static guint tuple_hash(gconstpointer p)
{
	const struct conntrack_tuple *t = p;

	return ip4_u32(t->src) * 31u + ip4_u32(t->dst) * 17u + ((guint)t->sport << 16 | t->dport) + t->protocol;
}

static gboolean tuple_equal(gconstpointer a, gconstpointer b)
{
	const struct conntrack_tuple *x = a, *y = b;

	return ip4_eq(x->src, y->src) && ip4_eq(x->dst, y->dst) && x->sport == y->sport && x->dport == y->dport
	       && x->protocol == y->protocol;
}

/* Our NAT has one mapping where the kernel has a connection for each remote end, unless the remote end matters. */
static bool same_mapping(const struct live_nat *n, const struct conntrack_flow *a, const struct conntrack_flow *b)
{
	return a->sent.protocol == b->sent.protocol && ip4_eq(a->sent.src, b->sent.src) && a->sent.sport == b->sent.sport
	       && a->answer.dport == b->answer.dport
	       && (n->params.mapping == NAT_ENDPOINT_INDEPENDENT
		   || (ip4_eq(a->sent.dst, b->sent.dst) && a->sent.dport == b->sent.dport));
}

static bool is_bound(const struct live_nat *n, const struct conntrack_flow *f)
{
	GHashTableIter i;
	gpointer v;

	g_hash_table_iter_init(&i, n->bound);
	while (g_hash_table_iter_next(&i, NULL, &v))
		if (same_mapping(n, &((const struct bound *)v)->f, f))
			return true;
	return false;
}

static void tell_mapping(struct live_nat *n, enum rec_nat what, const struct conntrack_flow *f)
{
	struct nat_told t = { .inside = f->sent.src, .inside_port = f->sent.sport, .outside = f->answer.dst,
			      .outside_port = f->answer.dport };

	if (n->params.mapping != NAT_ENDPOINT_INDEPENDENT) {
		t.remote = f->sent.dst;
		t.remote_port = f->sent.dport;
	}
	n->made += what == NAT_CREATED;
	n->gone += what != NAT_CREATED;
	nat_tell(n->nat, what, f->sent.protocol, &t);
}

static void on_flow(void *ctx, const struct conntrack_flow *f, bool there)
{
	struct live_nat *n = ctx;
	struct bound *b;

	if (!ip4_in_prefix(f->sent.src, n->params.inside) || !ip4_eq(f->answer.dst, n->params.outside))
		return;
	if (there && !g_hash_table_contains(n->bound, &f->answer)) {
		if (!is_bound(n, f))
			tell_mapping(n, NAT_CREATED, f);
		b = g_new0(struct bound, 1);
		b->f = *f;
		g_hash_table_insert(n->bound, &b->f.answer, b);
	} else if (!there && g_hash_table_remove(n->bound, &f->answer) && !is_bound(n, f)) {
		tell_mapping(n, n->why, f);
	}
}

static gboolean on_news(gint fd, GIOCondition condition, gpointer user)
{
	struct live_nat *n = user;

	(void)fd, (void)condition;
	live_present(n->r->l);
	conntrack_read(n->table);
	return G_SOURCE_CONTINUE;
}

/* The kernel's word on a connection that it may have forgotten. False: it has. */
static bool ask(struct live_nat *n, const struct conntrack_tuple *t, moor_time now)
{
	struct conntrack_flow f;
	struct bound *b;
	bool there = conntrack_find(n->table, t, &f);

	conntrack_read(n->table);
	b = there ? g_hash_table_lookup(n->bound, &f.answer) : NULL;
	if (b)
		b->until = moor_time_add(now, f.left * MOOR_S);
	return there;
}

/* A mapping goes when it is over, not when the kernel sweeps its table. */
static void look_at(struct live_nat *n)
{
	GHashTableIter i;
	gpointer v;
	GArray *due = g_array_new(FALSE, FALSE, sizeof(struct conntrack_flow));

	live_present(n->r->l);
	moor_time now = moor_world_now(build_world(n->r->b));

	g_hash_table_iter_init(&i, n->bound);
	while (g_hash_table_iter_next(&i, NULL, &v))
		if (((const struct bound *)v)->until <= now && ((const struct bound *)v)->f.sent.protocol != PROTO_ICMP4)
			g_array_append_val(due, ((const struct bound *)v)->f);
	for (guint k = 0; k < due->len; k++) {
		const struct conntrack_flow *f = &g_array_index(due, struct conntrack_flow, k);

		if (!ask(n, &f->sent, now))
			on_flow(n, f, false);	/* the news of it may have been lost */
	}
	g_array_free(due, TRUE);
	for (guint k = 0; k < n->sides->len; k++) {
		struct side *s = n->sides->pdata[k];

		if (s->up != moor_port_up(s->port))
			device_carrier(s->d, s->up = !s->up);
	}
}

/* ---- frames ------------------------------------------------------------------------------------------------------ */

static void refuse(struct live_nat *n, const struct ip4_hdr *h, bool out, uint16_t port)
{
	struct nat_told t = { .remote = out ? h->dst : h->src };

	if (out)
		t.inside = h->src;
	else
		t.outside = h->dst, t.outside_port = port;
	n->refused++;
	nat_tell(n->nat, NAT_REFUSED, h->proto, &t);
}

/* The kernel is about to see this packet: will it drop it for want of a mapping? */
static void foresee(struct side *s, const struct ip4_packet *k)
{
	struct live_nat *n = s->n;
	struct conntrack_tuple t = { .src = k->h.src, .dst = k->h.dst, .protocol = k->h.proto };
	moor_time now = moor_world_now(build_world(n->r->b));
	const struct bound *b;

	if (!s->outside) {
		if (k->h.proto != PROTO_UDP && k->h.proto != PROTO_TCP && k->h.proto != PROTO_ICMP4
		    && ip4_in_prefix(k->h.src, n->params.inside))
			refuse(n, &k->h, true, 0);
		return;
	}
	if (!ip4_eq(k->h.dst, n->params.outside) || k->h.frag_offset || k->upper_len < UDP_LEN)
		return;
	if (k->h.proto == PROTO_UDP || k->h.proto == PROTO_TCP) {
		t.sport = (uint16_t)(k->upper[0] << 8 | k->upper[1]);
		t.dport = (uint16_t)(k->upper[2] << 8 | k->upper[3]);
		b = g_hash_table_lookup(n->bound, &t);
		if ((!b || b->until <= now) && !ask(n, &t, now))
			refuse(n, &k->h, false, t.dport);
	} else if (k->h.proto != PROTO_ICMP4) {
		refuse(n, &k->h, false, 0);
	}
}

/* Is this a DHCP server's, who is ours? */
static bool dhcp(const struct ip4_packet *k, bool from_us)
{
	const uint8_t *port = k->upper + (from_us ? 0 : 2);

	return k->h.proto == PROTO_UDP && !k->h.frag_offset && k->upper_len >= UDP_LEN
	       && (port[0] << 8 | port[1]) == PORT_DHCP4_SERVER;
}

static enum filter_verdict from_us(uint16_t type, const uint8_t *at, size_t n)
{
	struct ip4_packet k;

	if (type == ETYPE_ARP)			/* the kernel answers */
		return n >= 8 && at[7] == ARP_REPLY ? FILTER_DROP : FILTER_PASS;
	return ip4_decode(at, n, &k, NULL) && dhcp(&k, true) ? FILTER_PASS : FILTER_DROP;
}

static enum filter_verdict on_frame(struct moor_filter *f, struct moor_port *p, enum filter_dir dir,
				    struct moor_pkt **pkt)
{
	struct side *s = MOOR_CONTAINER(f, struct side, filter);
	struct moor_pkt *x = *pkt;
	struct ip4_packet k;
	struct eth_hdr e;

	if (!eth_peek(x->data, x->len, &e) || (e.type != ETYPE_IP4 && e.type != ETYPE_ARP))
		return FILTER_PASS;
	if (dir == FILTER_OUT)
		return from_us(e.type, x->data + e.len, x->len - e.len);
	if (!(x->data[0] & 1) && memcmp(x->data, moor_port_mac(p)->o, 6))
		return FILTER_PASS;		/* another's: our stack passes it over */
	if (e.type == ETYPE_ARP) {
		moor_port_send(s->wire, moor_pkt_copy(build_world(s->n->r->b), x));
		return FILTER_PASS;
	}
	if (ip4_decode(x->data + e.len, x->len - e.len, &k, NULL)) {
		if (dhcp(&k, false))
			return FILTER_PASS;
		foresee(s, &k);
	}
	moor_port_send(s->wire, x);
	return FILTER_HOLD;
}

static void from_kernel(void *owner, struct moor_port *port, struct moor_pkt *p)
{
	struct side *s = owner;

	(void)port;
	if (moor_port_up(s->port))
		moor_filter_resume(&s->filter, s->port, FILTER_OUT, moor_pkt_take(p));
}

/* ---- beginning and end ------------------------------------------------------------------------------------------- */

/* From within the world: everything is forgotten, and other ports are taken from now on. */
static void rebind(void *ctx)
{
	struct live_nat *n = ctx;
	GError *e = NULL;
	uint16_t lo, hi;

	nat_rules_other_ports(&n->params, &lo, &hi);
	n->why = NAT_REBOUND;
	if (!nat_rules_load(n->p->ns, n->s, &n->params, lo, hi, &e) || !conntrack_flush(n->table))
		g_string_append_printf(n->r->notes, "%s: nat-rebind: %s\n", n->p->name,
				       e ? e->message : "the kernel keeps its connections");
	g_clear_error(&e);
	n->why = NAT_EXPIRED;
}

static bool add_side(struct live_nat *n, struct moor_port *port, GError **e)
{
	char name[LIVE_NAME_MAX + 1], wire[LIVE_NAME_MAX + 3], text[ADDR_TEXT_MAX];
	struct side *s = g_new0(struct side, 1);
	GString *ip = g_string_new(NULL);
	struct ip6_prefix a;
	bool fine;

	*s = (struct side){ .filter = { .name = "nat", .frame = on_frame }, .n = n, .port = port, .up = moor_port_up(port),
			    .outside = !strcmp(moor_port_name(port), n->s->outside->text) };
	g_ptr_array_add(n->sides, s);
	g_strlcpy(name, moor_port_name(port), sizeof name);
	g_snprintf(wire, sizeof wire, ">%s", name);
	netns_go(n->p->ns);
	s->d = device_tap(name, e);
	fine = s->d && device_configure(name, moor_port_mac(port), moor_port_mtu(port), true, e);
	netns_home();
	for (unsigned k = 0; build_port_address(n->r->b, port, k, &a); k++)
		if (ip6_is_mapped(&a.addr))
			g_string_append_printf(ip, "addr add %s/%u dev %s\n", ip4_text(ip6_mapped_ip4(&a.addr), text),
					       a.len - 96u, name);
	fine = fine && (!ip->len || netns_ip(n->p->ns, ip->str, e));
	g_string_free(ip, TRUE);
	if (!fine) {
		device_free(s->d);
		return false;
	}
	device_carrier(s->d, s->up);
	s->wire = moor_port_new(moor_port_node(port), wire, moor_port_mac(port));
	moor_port_handlers(s->wire, from_kernel, NULL, s);
	moor_port_promiscuous(s->wire, true);
	moor_filter_add_first(port, &s->filter);
	g_ptr_array_add(n->p->device, s->d);
	live_port(n->r->l, s->wire, s->d, moor_port_mtu(port));
	return true;
}

static void add_route(void *ctx, const struct ip6_prefix *prefix, const struct ip6_addr *hop, struct moor_port *out)
{
	char to[ADDR_TEXT_MAX], via[ADDR_TEXT_MAX], name[LIVE_NAME_MAX + 1];

	g_strlcpy(name, moor_port_name(out), sizeof name);
	if (ip6_is_mapped(&prefix->addr) && prefix->len >= 96)
		g_string_append_printf(ctx, "route replace %s/%u via %s dev %s\n",
				       ip4_text(ip6_mapped_ip4(&prefix->addr), to), prefix->len - 96u,
				       ip4_text(ip6_mapped_ip4(hop), via), name);
}

static bool add_routes(struct live_nat *n, GError **e)
{
	GString *ip = g_string_new(NULL);
	bool fine;

	build_routes_of(n->r->b, n->p->node, add_route, ip);
	fine = !ip->len || netns_ip(n->p->ns, ip->str, e);
	g_string_free(ip, TRUE);
	return fine;
}

static bool open_nat(struct live_run *r, struct moor_node *node, GError **e)
{
	struct live_nat *n = g_new0(struct live_nat, 1);
	struct moor_port *port;
	bool fine;

	*n = (struct live_nat){ .r = r, .p = live_peer_new(r, node), .s = build_scen_node(r->b, node)->nat,
				.bound = g_hash_table_new_full(tuple_hash, tuple_equal, NULL, g_free),
				.sides = g_ptr_array_new_with_free_func(g_free), .why = NAT_EXPIRED };
	g_ptr_array_add(r->nats, n);
	n->nat = build_nat(r->b, node, &n->params);
	fine = nat_rules_fit(n->s, e) && (n->p->ns = netns_new(n->p->name, e)) != NULL
	       && nat_rules_load(n->p->ns, n->s, &n->params, n->params.port_min, n->params.port_max, e)
	       && nat_rules_kernel(n->p->ns, &n->params, e);
	fine = fine && (n->table = conntrack_new(n->p->ns, on_flow, n, e)) != NULL;
	if (fine) {
		n->news = g_unix_fd_add(conntrack_fd(n->table), G_IO_IN, on_news, n);
		nat_elsewhere(n->nat, rebind, n);
	}
	for (uint32_t k = 0; fine && (port = moor_port_at(build_world(r->b), k)); k++)
		if (moor_port_node(port) == node && moor_port_link(port))
			fine = add_side(n, port, e);
	fine = fine && add_routes(n, e);
	if (!fine)
		g_prefix_error(e, "node %s: ", n->p->name);
	return fine;
}

static bool begin(struct live_run *r, GError **e)
{
	struct moor_world *w = build_world(r->b);
	uint32_t n = moor_node_count(w);
	bool fine = true;

	for (uint32_t i = 0; fine && i < n; i++) {
		const struct scen_node *s = build_scen_node(r->b, moor_node_at(w, i));

		if (!s || !s->nat || s->nat->live != NAT_LIVE_NFTABLES || s->peer == PEER_EXTERNAL)
			continue;
		if (!r->nats)
			r->nats = g_ptr_array_new();
		fine = live_enter(r, e) && open_nat(r, moor_node_at(w, i), e);
	}
	return fine;
}

static void look(struct live_run *r)
{
	for (guint k = 0; r->nats && k < r->nats->len; k++)
		look_at(r->nats->pdata[k]);
}

/* Nothing comes any more. */
static void stop(struct live_run *r)
{
	for (guint k = 0; r->nats && k < r->nats->len; k++) {
		struct live_nat *n = r->nats->pdata[k];

		if (n->news)
			g_source_remove(n->news);
		n->news = 0;
	}
}

static void tell(struct live_run *r, GString *text)
{
	for (guint k = 0; r->nats && k < r->nats->len; k++) {
		const struct live_nat *n = r->nats->pdata[k];

		g_string_append_printf(text, "%s: the kernel's NAT: %" G_GUINT64_FORMAT " mappings made, %" G_GUINT64_FORMAT
				       " gone, %" G_GUINT64_FORMAT " packets refused\n", n->p->name, n->made, n->gone, n->refused);
	}
}

static void clean(struct live_run *r)
{
	stop(r);
	for (guint k = 0; r->nats && k < r->nats->len; k++) {
		struct live_nat *n = r->nats->pdata[k];

		conntrack_free(n->table);
		g_hash_table_destroy(n->bound);
		g_ptr_array_free(n->sides, TRUE);
		g_free(n);
	}
	g_clear_pointer(&r->nats, g_ptr_array_unref);
}

const struct live_part live_nat_part = { .begin = begin, .look = look, .stop = stop, .tell = tell, .clean = clean };
