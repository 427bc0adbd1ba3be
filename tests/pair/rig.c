/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The small world of the pair tests: see rig.h. All links have fixed delays and no loss, so every time in a test
 * can be worked out by hand.
 */
#include "tests/pair/rig.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "net/traffic.h"
#include "wire/ike.h"

#define DATA_PORT 7000

static struct ip6_addr a6(const char *s)
{
	struct ip6_addr a = { { 0 } };

	g_assert(ip6_parse(s, &a));
	return a;
}

static struct ip4_addr a4(const char *s)
{
	struct ip4_addr a = { { 0 } };

	g_assert(ip4_parse(s, &a));
	return a;
}

static struct ip6_prefix p6(const char *s)
{
	struct ip6_prefix p;

	g_assert(ip6_prefix_parse(s, &p));
	return p;
}

static struct mac_addr mac(unsigned n)
{
	return mac_from_u64(0x020000000000u + n);
}

static void keep(void *ctx, const struct moor_record *r)
{
	struct rig *g = ctx;
	struct seen s = { .r = *r };
	const uint8_t *p = NULL;
	uint32_t n = 0;

	if (r->kind == REC_SIGNAL_TX || r->kind == REC_SIGNAL_RX) {
		p = r->u.signal.message;
		n = r->u.signal.message_len;
	} else if (r->kind == REC_FRAME_RX) {
		if (!g->keep_frames)
			return;
		p = r->u.frame.octets;
		n = r->u.frame.len;
	}
	if (p)
		memcpy(s.octets, p, n < sizeof s.octets ? n : sizeof s.octets);
	g_array_append_val(g->seen, s);
}

struct rig *rig_new(void)
{
	struct rig *r = g_new0(struct rig, 1);
	struct moor_world_config c = { .seed = 1 };

	r->w = moor_world_new(&c);
	r->seen = g_array_new(false, false, sizeof(struct seen));
	moor_record_sink(r->w, ~(REC_BIT(REC_FRAME_TX) | REC_BIT(REC_FRAME_DROP)), keep, r);
	timer_set_default(&r->timers);
	ue_profile_default(&r->profile);
	ha_config_default(&r->ha_config);
	r->ha_config.dsmip.addr = (struct dsmip_ha_addr){ a6("2001:db8:c0::1"), a4("203.0.113.1") };
	r->ha_config.dsmip.hnp_pool = p6("2001:db8:a000::/40");
	r->ha_config.dsmip.ip4_pool = (struct ip4_prefix){ a4("192.0.2.0"), 24 };
	r->ha_config.dsmip.timers = &r->timers;
	r->profile.dsmip.lifetime = 900 * MOOR_S;
	r->profile.dsmip.want_hoa4 = true;
	ue_profile_timers(&r->profile, &r->timers);
	r->ue_config = (struct ue_config){ .profile = &r->profile, .n_ifaces = 3 };
	r->ue_config.iface[0] = (struct ue_iface_config){ "lte", mac(0x11), true };
	r->ue_config.iface[1] = (struct ue_iface_config){ "wlan", mac(0x12), true };
	r->ue_config.iface[2] = (struct ue_iface_config){ "home", mac(0x13), false };
	return r;
}

/* ---- nodes ------------------------------------------------------------------------------------------------------- */

static void make_links(struct rig *r)
{
	struct link_params core = { .delay = { DELAY_CONSTANT, 5 * MOOR_MS, 0 } };
	struct link_params access = { .delay = { DELAY_CONSTANT, 10 * MOOR_MS, 0 } };

	r->core = moor_link_new(r->w, "core", LINK_LAN, &core);
	r->lte = moor_link_new(r->w, "lte", LINK_LAN, &access);
	r->lte2 = moor_link_new(r->w, "lte2", LINK_LAN, &access);
	r->wlan = moor_link_new(r->w, "wlan", LINK_LAN, &access);
	r->wlan4 = moor_link_new(r->w, "wlan4", LINK_LAN, &access);
	r->dual = moor_link_new(r->w, "dual", LINK_LAN, &access);
	r->home = moor_link_new(r->w, "home", LINK_LAN, &access);
}

static struct ha *make_ha(struct rig *r, const char *name, const char *addr6, const char *addr4, unsigned n)
{
	struct ha_config c = r->ha_config;
	struct ha *h;

	c.dsmip.addr = (struct dsmip_ha_addr){ a6(addr6), a4(addr4) };
	if (n && r->second_pool)
		c.dsmip.hnp_pool = p6("2001:db8:b000::/40");
	c.n_ifaces = 2;
	c.iface[0] = (struct ha_iface_config){ "core", mac(0x20 + n), a6(addr6), 64, a4(addr4), 24, false };
	c.iface[1] = (struct ha_iface_config){ "home", mac(0x30 + n), { { 0 } }, 0, { { 0 } }, 0, n == 0 };
	c.gateway6 = a6("2001:db8:c0::2");
	c.gateway4 = a4("203.0.113.4");
	h = ha_new(moor_node_new(r->w, name), &c);
	moor_link_attach(r->core, ha_port(h, 0), false);
	if (n == 0)
		moor_link_attach(r->home, ha_port(h, 1), false);
	return h;
}

static struct router_advert advert(const char *prefix)
{
	struct router_advert ra = router_advert_default;

	ra.n = 1;
	ra.prefixes[0] = (struct router_prefix){ .prefix = p6(prefix), .on_link = true, .autonomous = true,
						 .valid = 2592000, .preferred = 604800 };
	return ra;
}

static struct router_iface_config core_iface(unsigned n, const char *addr6, const char *addr4)
{
	return (struct router_iface_config){ .name = "core", .mac = mac(0x40 + n), .a6 = a6(addr6), .len6 = 64,
					     .a4 = a4(addr4), .len4 = 24 };
}

/* Towards the home agent: home network prefixes and IPv4 home addresses, and the other routers' links. */
static void routes(struct router_config *c, const char *other6, const char *via)
{
	struct ip6_addr pool4 = ip6_mapped(a4("192.0.2.0")), ha4 = ip6_mapped(a4("203.0.113.1"));

	c->route[c->n_routes++] = (struct router_route){ p6("2001:db8:a000::/40"), a6("2001:db8:c0::1"), "core" };
	c->route[c->n_routes++] = (struct router_route){ { pool4, 120 }, ha4, "core" };
	if (other6)
		c->route[c->n_routes++] = (struct router_route){ p6(other6), a6(via), "core" };
}

static struct router *make_ar(struct rig *r)
{
	struct router_config c = { .n_ifaces = 3 };
	struct router_advert lte = advert("2001:db8:1::/64"), lte2 = advert("2001:db8:2::/64");
	struct router *n;

	c.iface[0] = core_iface(0, "2001:db8:c0::2", "203.0.113.2");
	c.iface[1] = (struct router_iface_config){ .name = "lte", .mac = mac(0x50), .a6 = a6("2001:db8:1::1"),
						   .len6 = 64, .advert = &lte };
	c.iface[2] = (struct router_iface_config){ .name = "lte2", .mac = mac(0x51), .a6 = a6("2001:db8:2::1"),
						   .len6 = 64, .advert = &lte2 };
	routes(&c, "2001:db8:3::/64", "2001:db8:c0::4");
	n = router_new(moor_node_new(r->w, "ar"), &c);
	moor_link_attach(r->core, router_port(n, 0), false);
	moor_link_attach(r->lte, router_port(n, 1), false);
	moor_link_attach(r->lte2, router_port(n, 2), false);
	return n;
}

static struct dhcp4_server_config dhcp(const char *self, const char *first, const char *last)
{
	struct dhcp4_server_config d;

	dhcp4_server_config_default(&d);
	d.address = a4(self);
	d.router = a4(self);
	d.first = a4(first);
	d.last = a4(last);
	d.prefix_len = 24;
	return d;
}

static struct router *make_box(struct rig *r)
{
	struct router_config c = { .n_ifaces = 2 };
	struct dhcp4_server_config d = dhcp("10.0.0.1", "10.0.0.100", "10.0.0.199");
	struct nat_params nat = { .outside = a4("203.0.113.3"), .inside = { a4("10.0.0.0"), 24 },
				  .filtering = NAT_ADDRESS_PORT_DEPENDENT, .udp_timeout = 120 * MOOR_S };
	struct router *n;

	c.iface[0] = core_iface(1, "2001:db8:c0::3", "203.0.113.3");
	c.iface[0].nat = &nat;
	c.iface[1] = (struct router_iface_config){ .name = "wlan", .mac = mac(0x52), .a4 = a4("10.0.0.1"), .len4 = 24,
						   .dhcp4 = &d };
	n = router_new(moor_node_new(r->w, "box"), &c);
	moor_link_attach(r->core, router_port(n, 0), false);
	moor_link_attach(r->wlan, router_port(n, 1), false);
	return n;
}

static struct router *make_plain(struct rig *r)
{
	struct router_config c = { .n_ifaces = 3 };
	struct dhcp4_server_config d = dhcp("198.51.100.1", "198.51.100.100", "198.51.100.199");
	struct dhcp4_server_config e = dhcp("198.51.101.1", "198.51.101.100", "198.51.101.199");
	struct router_advert dual = advert("2001:db8:3::/64");
	struct router *n;

	d.lease = e.lease = r->lease ? r->lease : d.lease;
	d.delay = e.delay = r->dhcp_delay;
	c.iface[0] = core_iface(2, "2001:db8:c0::4", "203.0.113.4");
	c.iface[1] = (struct router_iface_config){ .name = "wlan4", .mac = mac(0x53), .a4 = a4("198.51.100.1"),
						   .len4 = 24, .dhcp4 = &d };
	c.iface[2] = (struct router_iface_config){ .name = "dual", .mac = mac(0x54), .a6 = a6("2001:db8:3::1"),
						   .len6 = 64, .a4 = a4("198.51.101.1"), .len4 = 24, .advert = &dual,
						   .dhcp4 = &e };
	routes(&c, NULL, NULL);
	n = router_new(moor_node_new(r->w, "plain"), &c);
	moor_link_attach(r->core, router_port(n, 0), false);
	moor_link_attach(r->wlan4, router_port(n, 1), false);
	moor_link_attach(r->dual, router_port(n, 2), false);
	return n;
}

static void make_cn(struct rig *r)
{
	struct cn_config c = { .mac = mac(0x60), .a6 = a6("2001:db8:c0::9"), .len6 = 64, .a4 = a4("203.0.113.9"),
			       .len4 = 24, .gateway6 = a6("2001:db8:c0::1"), .gateway4 = a4("203.0.113.1") };

	r->cn = cn_new(moor_node_new(r->w, "cn"), &c);
	moor_link_attach(r->core, cn_port(r->cn), false);
}

static void make_ue(struct rig *r)
{
	struct mac_addr home = mac(0x13);
	struct dsmip_ue_profile *p = &r->profile.dsmip;

	if (!p->security)
		g_assert(ha_assign(r->ha, &home, &r->ue_config.hnp));
	p->ha[0] = r->ha_config.dsmip.addr;
	p->n_ha = 1;
	if (r->second_ha) {
		struct ip6_prefix hnp = r->ue_config.hnp;

		if (r->second_pool && !p->security)
			g_assert(ha_assign(r->ha2, NULL, &hnp));
		else if (!p->security)
			g_assert(ha_assign_this(r->ha2, NULL, &hnp));
		if (r->second_pool)
			p->ha_pool[1] = p6("2001:db8:b000::/40");
		p->ha[1] = (struct dsmip_ha_addr){ a6("2001:db8:c0::5"), a4("203.0.113.5") };
		p->n_ha = 2;
	}
	r->ue = ue_new(moor_node_new(r->w, "ue"), &r->ue_config);
	r->d = ue_dsmip(r->ue);
}

void rig_build(struct rig *r)
{
	make_links(r);
	r->ha = make_ha(r, "ha", "2001:db8:c0::1", "203.0.113.1", 0);
	if (r->second_ha)
		r->ha2 = make_ha(r, "ha2", "2001:db8:c0::5", "203.0.113.5", 1);
	if (r->third_ha) {
		r->ha3 = make_ha(r, "ha3", "2001:db8:c0::6", "203.0.113.6", 2);
		r->ha4 = make_ha(r, "ha4", "2001:db8:c0::7", "203.0.113.7", 3);
	}
	r->ar = make_ar(r);
	r->box = make_box(r);
	r->plain = make_plain(r);
	make_cn(r);
	make_ue(r);
	r->a = ha_dsmip(r->ha);
	r->ue_id = moor_node_id(net_host_node(ue_host(r->ue)));
	r->ha_id = moor_node_id(net_host_node(ha_host(r->ha)));
	rig_run(r, S(2));		/* duplicate address detection of the routers' own link-local addresses */
}

void rig_free(struct rig *r)
{
	const char *what = NULL;

	/* IKE keeps its last messages, to repeat them */
	CU_ASSERT_EQUAL(moor_world_leaks(r->w, &what), ike_packets_held(r->w));
	moor_world_free(r->w);
	g_array_free(r->seen, true);
	g_free(r);
}

/* ---- acting ------------------------------------------------------------------------------------------------------ */

void rig_run(struct rig *r, moor_time span)
{
	moor_world_advance(r->w, moor_world_now(r->w) + span);
}

void rig_plug(struct rig *r, const char *iface, struct moor_link *l)
{
	struct moor_port *p = net_iface_port(ue_iface(r->ue, iface));

	if (l)
		moor_link_attach(l, p, false);
	else if (moor_port_link(p))
		moor_link_detach(p);
}

void rig_attach(struct rig *r, const char *iface, struct moor_link *l)
{
	rig_plug(r, iface, l);
	ue_attach(r->ue, iface);
}

void rig_move(struct rig *r, const char *iface, struct moor_link *l)
{
	static const char *const all[] = { "lte", "wlan", "home" };

	for (unsigned k = 0; k < G_N_ELEMENTS(all); k++)
		rig_plug(r, all[k], NULL);
	ue_handover(r->ue, iface);
	rig_plug(r, iface, l);
}

bool rig_registered(struct rig *r, const char *iface, struct moor_link *l)
{
	bool ok;

	rig_attach(r, iface, l);
	rig_run(r, S(8));
	ok = dsmip_ue_state(r->d) == DSMIP_REGISTERED && rig_bce(r).state == DSMIP_BCE_ACTIVE;
	CU_ASSERT(ok);
	if (!ok)
		rig_print(r);
	return ok;
}

static bool is_mh(void *arg, const struct moor_port *from, const uint8_t *frame, size_t len)
{
	struct frame_view v;

	(void)from;
	return frame_view_make(WIRE_LINK_ETHERNET, frame, len, &v) && v.mh && v.mh_len > 2 &&
	       v.mh[2] == GPOINTER_TO_UINT(arg);
}

void rig_lose(struct moor_link *l, enum mh_type type, uint32_t n)
{
	moor_link_lose(l, is_mh, GUINT_TO_POINTER((unsigned)type), n);
}

/* ---- asking ------------------------------------------------------------------------------------------------------ */

static const struct seen *nth(const struct rig *r, unsigned i)
{
	return &g_array_index(r->seen, struct seen, i);
}

unsigned rig_count(const struct rig *r, enum rec_kind kind, uint32_t node, moor_time since)
{
	unsigned n = 0;

	for (unsigned i = 0; i < r->seen->len; i++) {
		const struct moor_record *k = &nth(r, i)->r;

		n += k->kind == kind && (node == REC_NONE || k->node == node) && k->at >= since;
	}
	return n;
}

unsigned rig_states(const struct rig *r, const struct fsm *machine, moor_time since)
{
	unsigned n = 0;

	for (unsigned i = 0; i < r->seen->len; i++) {
		const struct moor_record *k = &nth(r, i)->r;

		n += k->kind == REC_STATE && k->u.state.machine == machine && k->at >= since;
	}
	return n;
}

static bool is_signal(const struct seen *s, enum rec_kind kind, uint32_t node, enum mh_type type)
{
	return s->r.kind == kind && s->r.node == node && s->r.u.signal.type == type &&
	       s->r.u.signal.protocol == SIGNAL_MH;
}

const struct seen *rig_signal(const struct rig *r, enum rec_kind kind, uint32_t node, enum mh_type type, unsigned n)
{
	for (unsigned i = 0; i < r->seen->len; i++)
		if (is_signal(nth(r, i), kind, node, type) && !n--)
			return nth(r, i);
	return NULL;
}

const struct seen *rig_last(const struct rig *r, enum rec_kind kind, uint32_t node, enum mh_type type)
{
	for (unsigned i = r->seen->len; i-- > 0;)
		if (is_signal(nth(r, i), kind, node, type))
			return nth(r, i);
	return NULL;
}

unsigned rig_signals(const struct rig *r, enum rec_kind kind, uint32_t node, enum mh_type type)
{
	unsigned n = 0;

	for (unsigned i = 0; i < r->seen->len; i++)
		n += is_signal(nth(r, i), kind, node, type);
	return n;
}

struct mh_msg rig_message(const struct seen *s)
{
	struct mh_msg m;

	mh_start(&m, 0);
	if (s)
		CU_ASSERT(mh_decode(s->octets, s->r.u.signal.message_len, &m, NULL));
	CU_ASSERT_PTR_NOT_NULL(s);
	return m;
}

bool rig_moved(const struct rig *r, enum rec_move what, moor_time since, moor_time *at)
{
	for (unsigned i = 0; i < r->seen->len; i++) {
		const struct moor_record *k = &nth(r, i)->r;

		if (k->kind != REC_MOVE || k->u.move.what != what || k->at < since)
			continue;
		if (at)
			*at = k->at;
		return true;
	}
	return false;
}

bool rig_bound(const struct rig *r, uint32_t node, enum rec_binding what, moor_time since)
{
	for (unsigned i = 0; i < r->seen->len; i++) {
		const struct moor_record *k = &nth(r, i)->r;

		if (k->kind == REC_BINDING && k->node == node && k->u.binding.what == what && k->at >= since)
			return true;
	}
	return false;
}

bool rig_discarded(const struct rig *r, uint32_t node, const char *reason)
{
	for (unsigned i = 0; i < r->seen->len; i++) {
		const struct moor_record *k = &nth(r, i)->r;

		if (k->kind == REC_DISCARD && k->node == node && !strcmp(k->u.discard.reason, reason))
			return true;
	}
	return false;
}

bool rig_deviation(const struct rig *r, const char *id)
{
	for (unsigned i = 0; i < r->seen->len; i++) {
		const struct moor_record *k = &nth(r, i)->r;

		if (k->kind == REC_DEVIATION && !strcmp(k->u.deviation.id, id))
			return true;
	}
	return false;
}

struct dsmip_bce_view rig_bce(const struct rig *r)
{
	struct dsmip_bce_view v = { .state = DSMIP_BCE_NONE };

	dsmip_ha_binding(r->a, dsmip_ue_hoa(r->d), &v);
	return v;
}

static void print_signal(const struct seen *s)
{
	const struct rec_signal *g = &s->r.u.signal;
	char a[ADDR_TEXT_MAX], b[ADDR_TEXT_MAX], line[200];
	struct text t = text_on(line, sizeof line);
	static struct ike_msg ike;
	struct mh_msg m;

	if (g->protocol == SIGNAL_MH) {
		mh_decode(s->octets, g->message_len, &m, NULL);
		mh_summary(&m, &t);
	} else if (ike_decode(s->octets, g->message_len < sizeof s->octets ? g->message_len : sizeof s->octets, &ike,
			      NULL) || ike.n) {
		ike_summary(&ike, &t);
	}
	printf(" #%u %s -> %s%s %s", g->attempt, ip6_text(&g->src, a), ip6_text(&g->dst, b), g->udp ? " udp" : "", line);
}

void rig_print(const struct rig *r)
{
	char a[ADDR_TEXT_MAX];

	for (unsigned i = 0; i < r->seen->len; i++) {
		const struct seen *s = nth(r, i);
		const struct moor_record *k = &s->r;

		if (k->kind == REC_FRAME_RX)
			continue;
		printf("%12.6f n%u %s", (double)k->at / 1e9, k->node, moor_record_kind_name(k->kind));
		if (k->kind == REC_STATE || k->kind == REC_REFUSED)
			printf(" %s %s -> %s on %s", k->u.state.machine->name,
			       k->u.state.machine->states[k->u.state.from].name,
			       k->u.state.machine->states[k->u.state.to].name,
			       k->u.state.machine->events[k->u.state.event]);
		else if (k->kind == REC_SIGNAL_TX || k->kind == REC_SIGNAL_RX)
			print_signal(s);
		else if (k->kind == REC_DISCARD)
			printf(" %s [%s]", k->u.discard.reason, k->u.discard.clause ? k->u.discard.clause : "");
		else if (k->kind == REC_DEVIATION)
			printf(" %s [%s] %u", k->u.deviation.id, k->u.deviation.clause, k->u.deviation.value);
		else if (k->kind == REC_MOVE)
			printf(" %u %s", k->u.move.what, ip6_text(&k->u.move.addr, a));
		else if (k->kind == REC_BINDING)
			printf(" %u coa %s life %u", k->u.binding.what, ip6_text(&k->u.binding.care_of, a),
			       k->u.binding.lifetime);
		else if (k->kind == REC_ADDRESS)
			printf(" %u %s", k->u.address.what, ip6_text(&k->u.address.addr, a));
		else if (k->kind == REC_DHCP)
			printf(" %u %s", k->u.dhcp.message, k->u.dhcp.sent ? "sent" : "received");
		else if (k->kind == REC_NOTE)
			printf(" %s", k->u.note);
		printf("\n");
	}
}

/* ---- user packets ------------------------------------------------------------------------------------------------ */

static void arrived(void *owner, struct net_rx *rx, uint16_t sport, uint16_t dport)
{
	(void)rx, (void)sport, (void)dport;
	*(bool *)owner = true;
}

static bool packet(struct rig *r, struct net_host *from, struct net_host *to, bool source(void *, struct ip6_addr *),
		   void *source_arg, bool target(void *, struct ip6_addr *), void *target_arg)
{
	struct net_send s = { .trace_class = CLASS_DATA };
	struct moor_pkt *p = moor_pkt_new(r->w, 64);
	bool came = false;

	memset(p->data, 0x55, 64);
	CU_ASSERT(source(source_arg, &s.src));
	CU_ASSERT(target(target_arg, &s.dst));
	net_udp_bind(to, DATA_PORT, arrived, &came);
	net_udp_send(from, p, &s, DATA_PORT, DATA_PORT);
	rig_run(r, S(2));
	net_udp_unbind(to, DATA_PORT);
	return came;
}

bool rig_up6(struct rig *r)
{
	return packet(r, ue_host(r->ue), cn_host(r->cn), ue_source6, r->ue, cn_address6, r->cn);
}

bool rig_down6(struct rig *r)
{
	return packet(r, cn_host(r->cn), ue_host(r->ue), cn_address6, r->cn, ue_address6, r->ue);
}

bool rig_up4(struct rig *r)
{
	return packet(r, ue_host(r->ue), cn_host(r->cn), ue_source4, r->ue, cn_address4, r->cn);
}

bool rig_down4(struct rig *r)
{
	return packet(r, cn_host(r->cn), ue_host(r->ue), cn_address4, r->cn, ue_address4, r->ue);
}

void rig_remove_folder(const char *dir)
{
	GDir *d = g_dir_open(dir, 0, NULL);
	const char *name;

	while (d && (name = g_dir_read_name(d))) {
		char *path = g_build_filename(dir, name, NULL);

		if (g_file_test(path, G_FILE_TEST_IS_DIR))
			rig_remove_folder(path);
		else
			g_unlink(path);
		g_free(path);
	}
	if (d)
		g_dir_close(d);
	g_rmdir(dir);
}
