/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The network of the tests of model/net: see net_rig.h. What was seen is kept in arrays and counted by the tests.
 */
#include "tests/unit/net_rig.h"

static void on_record(void *ctx, const struct moor_record *rec)
{
	struct net_rig *r = ctx;
	struct rig_frame f;

	if (rec->kind != REC_FRAME_TX && rec->kind != REC_FRAME_RX) {
		g_array_append_val(r->records, *rec);
		return;
	}
	f = (struct rig_frame){ .at = rec->at, .node = rec->node, .sent = rec->kind == REC_FRAME_TX,
				.len = rec->u.frame.len };
	memcpy(f.octets, rec->u.frame.octets, MIN(f.len, sizeof f.octets));
	g_array_append_val(r->frames, f);
}

struct net_rig *net_rig_new(void)
{
	struct net_rig *r = g_new0(struct net_rig, 1);

	r->w = moor_world_new(&(struct moor_world_config){ .seed = 7 });
	r->records = g_array_new(FALSE, FALSE, sizeof(struct moor_record));
	r->frames = g_array_new(FALSE, FALSE, sizeof(struct rig_frame));
	r->events = g_array_new(FALSE, FALSE, sizeof(struct rig_event));
	r->got = g_array_new(FALSE, FALSE, sizeof(struct rig_got));
	moor_record_sink(r->w, ~UINT64_C(0), on_record, r);
	return r;
}

void net_rig_free(struct net_rig *r)
{
	const char *what = NULL;

	CU_ASSERT_EQUAL(moor_world_leaks(r->w, &what), net_packets_held(r->w));
	moor_world_free(r->w);
	g_array_free(r->records, TRUE);
	g_array_free(r->frames, TRUE);
	g_array_free(r->events, TRUE);
	g_array_free(r->got, TRUE);
	g_free(r);
}

void rig_run(struct net_rig *r, moor_time span)
{
	moor_world_advance(r->w, moor_world_now(r->w) + span);
}

void rig_clear(struct net_rig *r)
{
	g_array_set_size(r->records, 0);
	g_array_set_size(r->frames, 0);
	g_array_set_size(r->events, 0);
	g_array_set_size(r->got, 0);
}

/* ---- building ---------------------------------------------------------------------------------------------------- */

struct net_host *rig_host(struct net_rig *r, const char *name, const struct net_profile *profile)
{
	return net_host_new(moor_node_new(r->w, name), profile);
}

struct net_iface *rig_iface(struct net_rig *r, struct net_host *h, const char *name, struct moor_link *link)
{
	struct mac_addr mac = mac_from_u64(UINT64_C(0x020000000000) + ++r->n_macs);
	struct net_iface *i = net_iface_new(h, name, &mac);

	if (link)
		moor_link_attach(link, net_iface_port(i), false);
	return i;
}

struct moor_link *rig_lan(struct net_rig *r, const char *name, moor_time delay, uint32_t mtu)
{
	struct link_params p = { .delay = { .kind = DELAY_CONSTANT, .a = delay }, .mtu = mtu };

	return moor_link_new(r->w, name, LINK_LAN, &p);
}

struct ip6_addr a6(const char *text)
{
	struct ip6_addr a = { { 0 } };
	struct ip4_addr v4;

	if (ip4_parse(text, &v4))
		return ip6_mapped(v4);
	CU_ASSERT(ip6_parse(text, &a));
	return a;
}

struct ip6_prefix p6(const char *text)
{
	struct ip6_prefix p = { .len = 0 };
	struct ip4_prefix v4;

	if (ip4_prefix_parse(text, &v4))
		return (struct ip6_prefix){ ip6_mapped(v4.addr), (uint8_t)(v4.len + 96) };
	CU_ASSERT(ip6_prefix_parse(text, &p));
	return p;
}

void rig_address(struct net_iface *i, const char *addr, uint8_t len)
{
	struct ip6_addr a = a6(addr);
	struct ip4_addr v4;

	net_address_add(i, &a, ip4_parse(addr, &v4) ? (uint8_t)(len + 96) : len);
}

void rig_route(struct net_host *h, const char *prefix, const char *next_hop, struct net_iface *out)
{
	struct ip6_prefix p = p6(prefix);
	struct ip6_addr hop = next_hop ? a6(next_hop) : (struct ip6_addr){ { 0 } };

	net_route_add(h, &p, &hop, out);
}

/* ---- upper layers ------------------------------------------------------------------------------------------------ */

static void note(struct net_rig *r, struct rig_event e, const char *what)
{
	e.at = moor_world_now(r->w);
	g_strlcpy(e.what, what, sizeof e.what);
	g_array_append_val(r->events, e);
}

static void on_carrier(void *owner, struct net_iface *i, bool up)
{
	note(owner, (struct rig_event){ .i = i }, up ? "up" : "down");
}

static void on_address(void *owner, struct net_iface *i, const struct ip6_addr *addr, enum rec_address what)
{
	note(owner, (struct rig_event){ .i = i, .addr = *addr, .address = what }, "address");
}

static void on_advert(void *owner, struct net_iface *i, const struct ip6_addr *router,
		      const struct ip6_prefix *prefixes, unsigned n, bool new_link)
{
	struct rig_event e = { .i = i, .addr = *router, .n = n, .new_link = new_link };

	if (n)
		e.prefix = prefixes[0];
	note(owner, e, "advert");
}

static void on_lost(void *owner, struct net_iface *i, bool v4)
{
	note(owner, (struct rig_event){ .i = i, .n = v4 }, "lost");
}

static void on_error(void *owner, const struct net_rx *rx, uint8_t type, uint8_t code, uint32_t arg,
		     const uint8_t *inner, uint32_t inner_len)
{
	(void)code;
	CU_ASSERT(inner_len >= 20 && inner >= rx->packet);
	note(owner, (struct rig_event){ .i = rx->iface, .n = type, .arg = arg }, "error");
}

void rig_listen(struct net_rig *r, struct net_host *h)
{
	struct net_events *e = &r->listeners[r->n_listeners++];

	*e = (struct net_events){ .owner = r, .carrier = on_carrier, .address = on_address, .advert = on_advert,
				  .router_lost = on_lost, .icmp_error = on_error };
	net_host_events(h, e);
}

static void keep(struct net_rig *r, const struct net_rx *rx, const uint8_t *data, uint32_t len, uint16_t sport,
		 uint16_t dport)
{
	struct rig_got g = { .at = moor_world_now(r->w), .h = rx->host, .outer = rx->outer, .sport = sport,
			     .dport = dport, .len = len, .hop_limit = rx->hop_limit };

	g.src = rx->ip6 ? *ip6_upper_src(rx->ip6) : ip6_mapped(rx->src4);
	g.dst = rx->ip6 ? *ip6_upper_dst(rx->ip6) : ip6_mapped(rx->dst4);
	memcpy(g.octets, data, MIN(len, sizeof g.octets));
	g_array_append_val(r->got, g);
}

static void on_udp(void *owner, struct net_rx *rx, uint16_t sport, uint16_t dport)
{
	keep(owner, rx, rx->payload, rx->payload_len, sport, dport);
}

static void on_echo(void *owner, const struct net_rx *rx, const uint8_t *data, uint32_t len)
{
	keep(owner, rx, data, len, 0, 0);
}

void rig_bind(struct net_rig *r, struct net_host *h, uint16_t port)
{
	net_udp_bind(h, port, on_udp, r);
}

static struct moor_pkt *counting(struct net_rig *r, uint32_t len)
{
	struct moor_pkt *p = moor_pkt_new(r->w, len);

	for (uint32_t k = 0; k < len; k++)
		p->data[k] = (uint8_t)k;
	return p;
}

bool rig_udp(struct net_rig *r, struct net_host *h, const char *src, const char *dst, uint16_t port, uint32_t len)
{
	struct net_send s = { .dst = a6(dst), .trace_class = CLASS_DATA };

	if (src)
		s.src = a6(src);
	return net_udp_send(h, counting(r, len), &s, 5555, port);
}

void rig_ping(struct net_rig *r, struct net_host *h, const char *src, const char *dst, uint32_t len)
{
	struct net_send s = { .dst = a6(dst) };

	if (src)
		s.src = a6(src);
	net_echo_send(h, counting(r, len), &s, net_echo_bind(h, on_echo, r), 1);
}

void rig_inject(struct net_rig *r, struct net_iface *i, uint16_t type, const uint8_t *packet, uint32_t len)
{
	struct moor_port *port = net_iface_port(i);
	struct mac_addr from = mac_from_u64(UINT64_C(0x0200000000fe));
	struct moor_pkt *p = moor_pkt_new(r->w, len + ETH_LEN);

	if (!r->stranger)
		r->stranger = moor_port_new(moor_node_new(r->w, "stranger"), "eth0", &from);
	if (moor_port_link(r->stranger) != moor_port_link(port))
		moor_link_attach(moor_port_link(port), r->stranger, false);
	eth_push(p->data + ETH_LEN, ETH_LEN, moor_port_mac(port), &from, type);
	memcpy(p->data + ETH_LEN, packet, len);
	moor_port_send(r->stranger, p);
	rig_run(r, 2 * moor_link_params(moor_port_link(port))->delay.a);
}

/* ---- looking ----------------------------------------------------------------------------------------------------- */

static int what_of(const struct moor_record *rec)
{
	switch ((int)rec->kind) {
	case REC_ADDRESS:
		return (int)rec->u.address.what;
	case REC_ROUTER:
		return (int)rec->u.router.what;
	case REC_NAT:
		return (int)rec->u.nat.what;
	case REC_BINDING:
		return (int)rec->u.binding.what;
	}
	return 0;
}

const struct moor_record *rig_record(const struct net_rig *r, enum rec_kind kind, int what, unsigned nth)
{
	for (unsigned k = 0; k < r->records->len; k++) {
		const struct moor_record *rec = &g_array_index(r->records, struct moor_record, k);

		if (rec->kind == kind && (what < 0 || what_of(rec) == what) && !nth--)
			return rec;
	}
	return NULL;
}

unsigned rig_records(const struct net_rig *r, enum rec_kind kind, int what)
{
	unsigned n = 0;

	while (rig_record(r, kind, what, n))
		n++;
	return n;
}

unsigned rig_discards(const struct net_rig *r, const char *reason)
{
	unsigned n = 0;

	for (unsigned k = 0; k < r->records->len; k++) {
		const struct moor_record *rec = &g_array_index(r->records, struct moor_record, k);

		n += rec->kind == REC_DISCARD && !strcmp(rec->u.discard.reason, reason);
	}
	return n;
}

const struct rig_event *rig_event(const struct net_rig *r, const char *what, unsigned nth)
{
	for (unsigned k = 0; k < r->events->len; k++) {
		const struct rig_event *e = &g_array_index(r->events, struct rig_event, k);

		if (!strcmp(e->what, what) && !nth--)
			return e;
	}
	return NULL;
}

unsigned rig_events(const struct net_rig *r, const char *what)
{
	unsigned n = 0;

	while (rig_event(r, what, n))
		n++;
	return n;
}

const struct rig_got *rig_got(const struct net_rig *r, unsigned nth)
{
	return nth < r->got->len ? &g_array_index(r->got, struct rig_got, nth) : NULL;
}

bool rig_from(const struct rig_got *g, const char *src)
{
	struct ip6_addr a = a6(src);

	return g && ip6_eq(&g->src, &a);
}

bool rig_icmp6(const struct net_rig *r, const struct net_host *h, uint8_t type, unsigned nth, struct ip6_packet *k,
	       struct icmp6 *m, moor_time *at)
{
	const char *why;

	for (unsigned n = 0; n < r->frames->len; n++) {
		const struct rig_frame *f = &g_array_index(r->frames, struct rig_frame, n);

		if (!f->sent || f->node != moor_node_id(net_host_node(h)) || f->octets[12] != 0x86 || f->octets[13] != 0xdd ||
		    !ip6_decode(f->octets + ETH_LEN, f->len - ETH_LEN, k, NULL) || k->proto != PROTO_ICMP6 ||
		    k->fragment.present || k->upper[0] != type || nth--)
			continue;
		CU_ASSERT(ip6_upper_csum_ok(k));
		CU_ASSERT(icmp6_decode(k->upper, k->upper_len, m, &why, NULL));
		if (at)
			*at = f->at;
		return true;
	}
	return false;
}

unsigned rig_icmp6_count(const struct net_rig *r, const struct net_host *h, uint8_t type)
{
	struct ip6_packet k;
	struct icmp6 m;
	unsigned n = 0;

	while (rig_icmp6(r, h, type, n, &k, &m, NULL))
		n++;
	return n;
}

bool rig_icmp4(const struct net_rig *r, const struct net_host *h, uint8_t type, unsigned nth, struct ip4_packet *k,
	       struct icmp4 *m)
{
	for (unsigned n = 0; n < r->frames->len; n++) {
		const struct rig_frame *f = &g_array_index(r->frames, struct rig_frame, n);

		if (!f->sent || f->node != moor_node_id(net_host_node(h)) || f->octets[12] != 8 || f->octets[13] != 0 ||
		    !ip4_decode(f->octets + ETH_LEN, f->len - ETH_LEN, k, NULL) || k->h.proto != PROTO_ICMP4 ||
		    k->h.frag_offset || k->upper[0] != type || nth--)
			continue;
		CU_ASSERT(icmp4_decode(k->upper, k->upper_len, m, NULL));
		CU_ASSERT(m->csum_ok);
		return true;
	}
	return false;
}

bool rig_ours(const struct net_host *h, const char *addr)
{
	struct ip6_addr a = a6(addr);

	return net_address_is_ours(h, &a);
}
